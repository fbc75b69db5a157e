"""Mirrors reports/savings/tally.py, assumptions.py, model.py, curves.py and rates.py."""

from dataclasses import replace

import numpy as np
import pytest

from reports.parameters import ALL
from reports.savings.assumptions import POST_COST, POST_HOURS
from reports.savings.curves import (
    assumed_share,
    break_even,
    by_police_share,
    chance,
    chances,
    net_of,
)
from reports.savings.model import DOUBTS, Model
from reports.savings.rates import rates_of
from reports.savings.report import Savings
from reports.savings.tally import put_together

COST = 3_600_000.0


@pytest.fixture
def model(savings: Savings) -> Model:
    assert savings.model is not None
    return savings.model


def test_only_arrivals_without_police_earn_anything(model: Model) -> None:
    counts = model.tally.counts.at()
    more_police = {**counts, "met_police": counts["met_police"] + 1000}
    more_called_off = {**counts, "not_sent": counts["not_sent"] + 1000}

    tally, fewer, same = (
        put_together(model.tally, one) for one in (counts, more_police, more_called_off)
    )

    assert fewer.share < tally.share
    assert same.alone == tally.alone


def test_police_at_calls_without_a_team_are_not_taken_off_arrivals(model: Model) -> None:
    counts = model.tally.counts.at()
    unsent = {**counts, "missed_police": counts["missed_police"] + 1500}
    tally = replace(model.tally, told=True)

    before, after = (put_together(tally, one) for one in (counts, unsent))
    cautious = put_together(replace(tally, told=False), unsent)

    assert after.share == before.share
    assert cautious.share < after.share


def test_police_at_visits_count_however_they_came(model: Model) -> None:
    """A team with police is one of the ways; arrivals that met nobody do not tell it."""
    counts = model.tally.counts.at()
    more = {**counts, "met_police": counts["met_police"] + 500}

    tally, with_more = (put_together(model.tally, one) for one in (counts, more))

    known = counts["contacts"] - counts["met_police_unknown"]
    met = counts["met"] * counts["anchor"] / counts["contacts"]
    assert tally.share - with_more.share == pytest.approx(500 / known * met / tally.arrived)


def test_visits_are_scaled_to_the_anchor_before_they_meet_other_calls(model: Model) -> None:
    counts = model.tally.counts.at()

    calls = put_together(model.tally, counts)

    scale = counts["anchor"] / counts["contacts"]
    expected = counts["met:suicide_risk"] * scale + counts["missed:suicide_risk"]
    assert calls.arrivals["suicide_risk"] == pytest.approx(expected)
    assert calls.arrived == pytest.approx(counts["met"] * scale + counts["nobody_met"])


def test_visits_without_a_kind_of_call_earn_nothing(model: Model) -> None:
    assert "unknown" not in model.tally.kinds
    assert "unknown" not in put_together(model.tally, model.tally.counts.at()).arrivals


def test_more_people_taken_to_a_hospital_lowers_what_others_avoid(model: Model) -> None:
    counts, choice = model.tally.counts.at(), model.assumptions.at("central")
    taken = {**counts, "ended:emergency": counts["contacts"]}

    before, after = (model.run(choice, one).value for one in (counts, taken))

    visits = [float(one.downstream_usd["emergency"][0]) for one in (before, after)]
    assert visits[1] < min(0.0, visits[0])
    assert after.downstream_usd["ambulance"] < before.downstream_usd["ambulance"]


def test_hours_become_posts_in_whole_steps_only(model: Model) -> None:
    choice = dict(model.assumptions.at("central"))
    run = model.run(choice, model.tally.counts.at())
    usable = float(run.value.officer_hours[0] * choice["hours_into_posts", ALL][0])

    just = model.run({**choice, (POST_HOURS, ALL): np.array([usable / 2])}, model.tally.counts.at())
    short = model.run(
        {**choice, (POST_HOURS, ALL): np.array([usable / 2 * 1.001])}, model.tally.counts.at()
    )

    assert model.posts(just).tolist() == [2.0]
    assert model.posts(short).tolist() == [1.0]
    assert model.post_usd(short) < float(choice[POST_COST, ALL][0]) * 1.2


def test_posts_certified_cash_and_lives_never_enter_the_test(model: Model) -> None:
    """Classes are never added: the test holds marginal prices of calls and nothing else."""
    value = model.drawn.value

    assert value.resource_usd == pytest.approx(
        value.police_usd + np.sum(list(value.downstream_usd.values()), axis=0)
    )
    dearer = {**model.assumptions.at("central"), (POST_COST, ALL): np.array([1e9])}
    run = model.run(dearer, model.tally.counts.at())
    assert float(run.value.resource_usd[0]) == pytest.approx(model.central)


def test_the_range_lies_between_all_low_and_all_high(model: Model) -> None:
    found = model.figure(lambda run: run.value.officer_hours)

    assert found.case_low < found.low < found.median < found.high < found.case_high
    assert found.central == pytest.approx(found.median, rel=0.1)


def test_the_adverse_case_is_no_better_than_any_swing(model: Model) -> None:
    worst = float(model.adverse.value.resource_usd[0])

    assert all(worst <= min(one.at_low, one.at_high) for one in model.swings)
    widths = [one.width for one in model.swings]
    assert widths == sorted(widths, reverse=True)


def test_doubt_adds_up_to_100_and_noise_is_the_least_of_it(model: Model) -> None:
    assert sum(model.doubt.values()) == pytest.approx(100)
    assert tuple(model.doubt) == DOUBTS
    assert min(model.doubt, key=lambda part: model.doubt[part]) == "noise"


def test_net_is_what_was_freed_less_the_whole_cost(model: Model) -> None:
    net, freed = net_of(model, COST), model.figure(lambda run: run.value.resource_usd)

    assert net.central == pytest.approx(freed.central - COST)
    assert net.median == pytest.approx(freed.median - COST)


def test_chances_fall_and_agree_with_the_draws(model: Model) -> None:
    found = chances(model, COST, (-4_000_000, 0, 4_000_000))

    values = [value for _, value in found]
    assert values == sorted(values, reverse=True)
    assert values[1] == chance(model.drawn.value.resource_usd, above=COST)


def test_at_the_break_even_share_the_curve_crosses_zero(model: Model) -> None:
    even = break_even(model, COST)

    near = by_police_share(model, COST, (int(even.median), int(even.median) + 1))

    assert near[0].value <= 15_000
    assert near[1].value >= -15_000
    assert 0 < assumed_share(model).central < 100


def test_every_named_rate_has_a_figure_or_none_for_want_of_police_calls(model: Model) -> None:
    rates = {rate.key: rate.found for rate in rates_of(model)}

    assert [key for key, found in rates.items() if found is None] == [
        "v10_sent", "v10_one_kind_sent",
    ]  # fmt: skip
    order = [rates[key] for key in ("v9_sent", "v9_arrived", "v9_alone", "v11")]
    values = [found.central for found in order if found]
    assert values == sorted(values, reverse=True)


def test_a_quarter_tells_four_kinds_apart(savings_quarter: Savings) -> None:
    model = savings_quarter.model

    assert model is not None
    assert model.tally.kind == "call_group"
    assert not model.tally.anchored
    assert model.months == 3


def test_a_quarter_with_a_quarter_of_the_hours_has_the_posts_of_the_year(model: Model) -> None:
    """And costs a quarter of what they cost in a year."""
    run = model.drawn
    quarter = Model(model.tally, model.assumptions, np.random.default_rng(1), months=3)
    fourth = replace(run, value=replace(run.value, officer_hours=run.value.officer_hours / 4))

    posts, of_the_quarter = model.posts(run), quarter.posts(fourth)

    assert posts.max() > 0
    assert (of_the_quarter == posts).all()
    assert quarter.post_usd(fourth) == pytest.approx(model.post_usd(run) / 4)


@pytest.mark.parametrize(
    ("index", "police", "others"), [("wage_index", 2, 1), ("price_index", 1, 2)]
)
def test_each_cost_rises_with_its_own_index(
    model: Model, index: str, police: float, others: float
) -> None:
    choice = model.assumptions.cases()
    doubled = {
        key: values * 2 if key[0].startswith(f"{index}@") else values
        for key, values in choice.items()
    }
    counts = model.tally.counts.at(3)

    before, after = model.run(choice, counts), model.run(doubled, counts)

    assert after.value.police_usd == pytest.approx(before.value.police_usd * police)
    assert model.post_usd(after) == pytest.approx(model.post_usd(before) * police)
    assert set(before.value.downstream_usd) == {"ambulance", "emergency", "hold", "jail"}
    for name, cost in before.value.downstream_usd.items():
        assert after.value.downstream_usd[name] == pytest.approx(cost * others)
