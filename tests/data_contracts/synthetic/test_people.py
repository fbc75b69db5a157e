"""Mirrors data_contracts/synthetic/meet.py, draw.py and truth.py: who is met, when, how often."""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data_contracts.period import read_period
from data_contracts.program import load_program
from data_contracts.source import load_sources
from data_contracts.synthetic import write_inbox
from data_contracts.synthetic.draw import draw_calls, draw_visits
from data_contracts.synthetic.meet import Columns, Met, meet_people
from data_contracts.synthetic.pace import DAY, divide, month_starts
from data_contracts.synthetic.shares import NEVER, NOT_SAID, load_shares
from data_contracts.synthetic.truth import Truth, true_totals

SEED, CALLS = 2025, 60_000
SHARES = load_shares()


@pytest.fixture(scope="module")
def met() -> Met:
    (block,) = divide(CALLS, seed=SEED, year=2025)
    return meet_people(block, SHARES)


@pytest.fixture(scope="module")
def visits(met: Met) -> Columns:
    months = [draw_visits(met, month, SHARES) for month in range(1, 13)]
    return {name: np.concatenate([month[name] for month in months]) for name in months[0]}


@pytest.fixture(scope="module")
def truth() -> Truth:
    return true_totals(2025, seed=SEED, calls_per_year=CALLS)


def position(name: str, code: str) -> int:
    return SHARES.codes[name].index(code)


def of_people(met: Met) -> pd.DataFrame:
    """Visits of people with a number, each person's in the order of time."""
    rows = pd.DataFrame(met.rows)
    known = rows[rows["person"] != NOT_SAID]
    return known.sort_values(["person", "start"], ignore_index=True)


def test_a_year_has_60_000_calls_and_16_000_rows_of_visits(truth: Truth) -> None:
    assert abs(truth.calls - 60_000) < 600
    assert abs(truth.contacts - 16_000) < 100
    assert abs(truth.answers - 1_800) < 150


def test_people_come_back_with_a_heavy_tail(met: Met) -> None:
    times = of_people(met)["person"].value_counts()

    top = times.head(round(len(times) / 100))
    assert 0.61 < (times == 1).mean() < 0.63
    assert top.min() >= 8
    assert top.max() <= 40
    assert 0.085 < top.sum() / times.sum() < 0.105


def test_35_in_100_cannot_be_linked_to_anybody(visits: Columns) -> None:
    linked = (visits["person"] != NOT_SAID) & (visits["permission"] == 0)

    assert 0.33 < 1 - linked.mean() < 0.37


def test_about_half_of_dispatches_meet_nobody(met: Met) -> None:
    calls = [draw_calls(met, month, SHARES) for month in range(1, 13)]
    sent = np.concatenate([month["dispatched"] != NEVER for month in calls])
    path = np.concatenate([month["path"] for month in calls])

    assert 0.48 < 1 - (path[sent] == position("path", "contact")).mean() < 0.53
    assert 26_000 < sent.sum() < 30_000


def test_one_person_is_met_in_one_area_mostly_and_often_for_one_reason(met: Met) -> None:
    rows = of_people(met)
    often = rows[rows["person"].map(rows["person"].value_counts()) >= 5]

    def usual(name: str) -> float:
        commonest = often.groupby("person")[name].agg(lambda values: values.mode()[0])
        return float((often[name] == often["person"].map(commonest)).mean())

    assert 0.74 < usual("area") < 0.86
    assert 0.40 < usual("nature") < 0.56


def test_visits_of_one_person_are_in_order_and_never_overlap(met: Met) -> None:
    rows = of_people(met)

    same = rows["person"].diff() == 0
    pause = rows["start"] - rows["departed"].shift()
    assert (pause[same] >= 0).all()
    called = rows["received"] != NEVER
    order = ["received", "dispatched", "arrived", "start", "departed"]
    assert (rows.loc[called, order].diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)


def test_returns_come_in_clusters(met: Met) -> None:
    rows = of_people(met)
    same = rows["person"].diff() == 0

    days = rows["start"].diff()[same] / DAY

    assert 0.45 < (days <= 30).mean() < 0.65
    assert 0.70 < (days <= 90).mean() < 0.85


def test_facts_of_a_person_stay_the_same(visits: Columns) -> None:
    rows = pd.DataFrame({name: visits[name] for name in ("person", "age", *SHARES.people)})
    known = rows[rows["person"] != NOT_SAID]

    assert known.groupby("person").nunique().to_numpy().max() == 1
    assert (known != NOT_SAID).all(axis=None)


def test_a_no_costs_nobody_later_help(visits: Columns) -> None:
    """After a declined referral, later visits offer and give as much as other later visits."""
    rows = pd.DataFrame(
        {name: visits[name] for name in ("person", "start", "referral", "supplies")}
    )
    known = rows[rows["person"] != NOT_SAID].sort_values(["person", "start"])
    no = (known["referral"] == position("referral", "declined")).astype(int)
    before = no.groupby(known["person"]).cumsum() - no
    later = known[known["person"].duplicated()].assign(after_no=before > 0)

    offered = (later["referral"] != 0).groupby(later["after_no"]).mean()
    supplied = (later["supplies"] != 0).groupby(later["after_no"]).mean()

    assert later["after_no"].sum() > 1000
    assert abs(offered[True] - offered[False]) < 0.04
    assert abs(supplied[True] - supplied[False]) < 0.04


def test_naloxone_follows_overdose(visits: Columns) -> None:
    overdose = visits["overdose"] == position("overdose", "yes")
    given = visits["naloxone"] == position("naloxone", "given")

    assert 0.06 < overdose.mean() < 0.12
    assert 0.15 < given[overdose].mean() < 0.33
    assert given[~overdose].mean() < 0.02


def test_areas_far_out_wait_longer_and_are_missed_more(met: Met, truth: Truth) -> None:
    rows = pd.DataFrame(met.rows)
    called = rows[rows["received"] != NEVER]
    minutes = (called["arrived"] - called["received"]).groupby(called["area"]).median()
    names = dict(enumerate(SHARES.areas))
    reached = truth.contacts_by["area"]

    rate = {names[n]: reached[names[n]] / truth.calls_by["area"][names[n]] for n in names}

    assert 8 < minutes[0] < 18
    assert min(minutes[4], minutes[5]) > max(minutes[0], minutes[1]) + 10
    assert max(rate["pine_valley"], rate["north_county"]) < 0.9 * min(
        rate["downtown"], rate["westbrook"]
    )


def test_police_come_to_disturbances_more_often(visits: Columns) -> None:
    police = visits["police"] != position("police", "none")
    disturbance = visits["nature"] == position("nature", "disturbance")

    assert police[disturbance].mean() > 2 * police[~disturbance].mean()
    assert 0.09 < police.mean() < 0.14


def test_calls_grow_and_fewer_wait_for_want_of_a_team_over_the_years() -> None:
    years = [true_totals(year, seed=SEED, calls_per_year=CALLS) for year in (2023, 2024, 2025)]

    calls = [one.calls for one in years]
    unserved = [one.calls_by["path"]["unserved_no_unit"] / one.calls for one in years]

    assert calls == sorted(calls)
    assert 1.04 < calls[2] / calls[0] < 1.08
    assert unserved == sorted(unserved, reverse=True)
    assert unserved[0] > 1.4 * unserved[2]


def test_a_summer_month_has_more_calls_than_a_winter_month(truth: Truth) -> None:
    by_month = truth.calls_by["month"]

    assert by_month["07"] > 1.1 * by_month["01"]


def test_a_month_of_visits_lies_in_that_month(met: Met) -> None:
    starts = month_starts(2025)

    for month in (1, 6, 12):
        start = draw_visits(met, month, SHARES)["start"]
        assert start.min() >= starts[month - 1]
        assert start.max() < starts[month]


def test_delivered_files_show_the_true_totals(root: Path, tmp_path: Path, truth: Truth) -> None:
    """Read through the source files, deliveries lie within 2.5% of the truth, code by code."""
    months = read_period("FY2025").months
    write_inbox(tmp_path, seed=SEED, months=months, calls_per_year=CALLS)
    program = load_program(root / "examples" / "riverton")
    sources = {source.feed: source for source in load_sources(program)}

    def told(feed: str, name: str) -> Counter[str]:
        rows = pd.concat(
            pd.read_csv(tmp_path / f"{feed}_{month}.csv", dtype=str, keep_default_na=False)
            for month in months
        ).drop_duplicates()
        known = sources[feed].places if name == "Zone" else sources[feed].columns[name].codes
        return Counter(known.get(" ".join(one.split()).lower(), "unknown") for one in rows[name])

    for found, true in (
        (told("calls", "Closed As"), truth.calls_by["path"]),
        (told("calls", "Zone"), truth.calls_by["area"]),
        (told("encounters", "Zone"), truth.contacts_by["area"]),
        (told("surveys", "Overall"), truth.answers_by["satisfaction"]),
    ):
        assert abs(found.total() / true.total() - 1) < 0.005
        for code, n in true.items():
            assert abs(found[code] / n - 1) < 0.025 + 3 / n


def test_nothing_in_the_product_knows_the_truth(root: Path) -> None:
    """Tests and benchmarks ask for true totals; no room does, and no file holds them."""
    rooms = ("pipelines", "transforms", "privacy", "reports", "data_contracts")

    asking = [
        path.name
        for room in rooms
        for path in (root / room).rglob("*.py")
        if path.name != "truth.py"
        and re.search(
            r"true_totals|true_effects|synthetic\.truth", path.read_text(encoding="utf-8")
        )
    ]

    assert asking == []
