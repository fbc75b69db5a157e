"""Mirrors reports/impact/study.py and rules.py."""

from dataclasses import replace

import numpy as np
import pytest

from reports.impact.panel import Panel, Window, read_panel
from reports.impact.rules import Verdict, judge, verdict
from reports.impact.study import Study, by_quarter, run_study
from tests.reports.impact.sample_designs import WELFARE
from tests.reports.impact.sample_outcomes import OTHERS, TREATED, Plan, make_outcomes

WINDOW = Window(TREATED, OTHERS, "2018-01", 12, "2019-12")
NONE = dict.fromkeys(
    ("police_welfare_checks", "low_level_offenses", "violent_offenses", "property_offenses"), 0.0
)


def study(plan: Plan | None = None, window: Window = WINDOW) -> Study:
    rows = make_outcomes(plan)
    panel = read_panel(rows, WELFARE.outcome, window)
    assert isinstance(panel, Panel)
    return run_study(WELFARE, panel, rows, window)


def holds(found: Study) -> dict[str, bool]:
    return {rule.name: rule.passes for rule in judge(found)}


def test_a_true_effect_is_found_and_called_one() -> None:
    found = study()
    value, low, high = found.effect.percent

    assert low < -20 < high
    assert value == pytest.approx(-20, abs=3)
    assert holds(found) == dict.fromkeys(("before", "placebos", "areas", "noise", "sums"), True)
    assert verdict(found, judge(found)) is Verdict.EFFECT


def test_quarters_are_whole_and_held_against_all_months_before_the_start() -> None:
    result = study(window=replace(WINDOW, last="2018-06"))
    found = result.quarters

    assert [one.number for one in found] == [-4, -3, -2, -1, 0, 1]
    later = [one.effect.log for one in found if one.number >= 0]
    assert min(later) < result.effect.log < max(later)  # the picture shows its own headline
    early = [one.effect.log for one in found if one.number < 0]
    assert min(early) < 0 < max(early)
    assert (found[0].first, found[-1].last) == ("2017-01", "2018-06")


def test_no_change_is_not_called_an_effect() -> None:
    found = study(Plan(effects=NONE))

    assert found.effect.holds_zero
    assert verdict(found, judge(found)) in {Verdict.UNCLEAR, Verdict.DESCRIPTIVE}


def test_a_trend_before_the_start_sinks_the_verdict() -> None:
    found = study(Plan(slope=-0.03))

    assert not holds(found)["before"]
    assert not holds(found)["placebos"]
    assert verdict(found, judge(found)) is Verdict.DESCRIPTIVE


def test_an_outcome_that_should_not_change_and_did_sinks_the_verdict() -> None:
    found = study(Plan(effects={**NONE, "police_welfare_checks": -0.2, "violent_offenses": -0.3}))

    assert not holds(found)["placebos"]
    assert verdict(found, judge(found)) is Verdict.DESCRIPTIVE


def test_a_test_without_counts_is_not_taken_for_a_passed_one() -> None:
    rest = {name: change for name, change in NONE.items() if name != "violent_offenses"}

    found = study(Plan(effects=rest))

    assert next(one for one in found.placebos if one.what == "violent_offenses").effect is None
    assert not holds(found)["placebos"]


def test_a_design_without_tests_does_not_pass() -> None:
    bare = WELFARE.model_copy(update={"placebo_outcomes": (), "placebo_starts": ()})
    rows = make_outcomes()
    panel = read_panel(rows, bare.outcome, WINDOW)
    assert isinstance(panel, Panel)

    assert not holds(run_study(bare, panel, rows, WINDOW))["placebos"]


def test_three_areas_with_teams_are_too_few() -> None:
    window = replace(WINDOW, treated=TREATED[:3])

    assert not holds(study(window=window))["areas"]


@pytest.mark.parametrize("sd", [5.0, 400.0])
def test_the_sums_must_be_clear_of_noise(sd: float) -> None:
    clean = study()
    noisy = replace(
        clean.panel,
        counts=clean.panel.counts
        + np.random.default_rng(2).normal(0, sd, clean.panel.counts.shape),
        sd=sd,
    )

    found = holds(run_study(WELFARE, noisy, make_outcomes(), WINDOW))

    assert found["sums"] is (sd < 100)


def test_each_area_is_left_out_once_and_none_makes_the_result() -> None:
    found = study()

    assert [one.area for one in found.left_out] == [*TREATED, *OTHERS]
    assert all(-24 < one.effect.percent[0] < -16 for one in found.left_out)


def test_the_rule_on_quarters_before_rarely_fails_where_nothing_happened() -> None:
    failed = 0
    for seed in range(120):
        counts = np.random.default_rng(seed).poisson(100, (18, 36)).astype(float)
        months = tuple(f"{2017 + n // 12}-{n % 12 + 1:02d}" for n in range(36))
        panel = Panel("", (*TREATED, *OTHERS), 6, months, 24, counts)
        early = [one.effect for one in by_quarter(panel) if one.number < -1 and one.effect]
        failed += any(not one.holds_zero for one in early)

    assert failed / 120 <= 0.18  # at most 10 in 100, give or take three standard errors
