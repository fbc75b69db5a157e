"""Mirrors data_contracts/completeness.py."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from data_contracts.completeness import Month, compare_counts, compare_months, compare_shares
from data_contracts.feed import Source
from data_contracts.program import load_program
from data_contracts.source import load_sources

YEAR = tuple(f"2025-{number:02d}" for number in range(1, 13))


@pytest.fixture(scope="module")
def visits(root: Path) -> Source:
    program = load_program(root / "examples" / "riverton")
    return next(one for one in load_sources(program) if one.feed == "encounters")


def broken(
    visits: Source,
    rows: Mapping[str, int],
    *,
    told: Mapping[str, float] | None = None,
    accepted: Mapping[str, str] | None = None,
) -> dict[str, set[str]]:
    """Rules that months break, by month; `told` is the share of a month that has a zone."""
    months = {
        month: Month(
            month=month,
            days=30,
            rows=n,
            kept=n,
            told={"area": round(n * (told or {}).get(month, 1))},
            accepted=frozenset([(accepted or {}).get(month, "")]),
        )
        for month, n in rows.items()
    }
    found = {
        month: {
            one.rule
            for one in compare_months(visits, months, of=month, used=["area"], starts=1)
            if not one.passed and not one.accepted
        }
        for month in months
    }
    return {month: rules for month, rules in found.items() if rules}


def three(*rows: int) -> dict[str, int]:
    return dict(zip(YEAR, rows, strict=False))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((200, 60, 200), {"2025-02": {"encounters.fewer"}}),
        ((60, 200, 200), {"2025-01": {"encounters.fewer"}, "2025-02": {"encounters.more"}}),
        ((200, 200, 60), {"2025-03": {"encounters.fewer"}}),
        ((200, 200, 420), {"2025-03": {"encounters.more"}}),
        ((200, 170, 215), {}),
        ((20, 14, 27), {}),
        ((5000, 3000, 5000), {"2025-02": {"encounters.fewer"}}),
        ((5000, 4000, 5600), {}),
        ((200, 0, 200), {}),  # a rule of its own says that a month is empty
        ((200,), {}),
    ],
)
def test_a_month_that_fell_or_jumped_is_named(
    visits: Source, rows: tuple[int, ...], expected: dict[str, set[str]]
) -> None:
    assert broken(visits, three(*rows)) == expected


def test_after_a_year_of_months_one_odd_one_changes_nothing_for_the_others(visits: Source) -> None:
    rows = dict.fromkeys(YEAR, 200) | {"2025-06": 50}

    assert broken(visits, rows) == {"2025-06": {"encounters.fewer"}}


def test_a_new_level_is_right_once_somebody_says_so(visits: Source) -> None:
    rows = dict.fromkeys(YEAR, 200) | dict.fromkeys(YEAR[6:], 90)

    assert broken(visits, rows) != {}
    assert broken(visits, rows, accepted={"2025-07": "encounters.fewer"}) == {}


def test_a_column_that_emptied_blocks_and_one_that_filled_warns(visits: Source) -> None:
    emptied = broken(visits, three(200, 200, 200), told={"2025-03": 0.05})
    filled = broken(visits, three(200, 200, 200), told={"2025-01": 0.5, "2025-02": 0.5})

    assert emptied == {"2025-03": {"area.emptier"}}
    assert filled == {"2025-03": {"area.fuller"}}


@pytest.mark.parametrize(("usual", "stopped"), [(25, {"surveys.fewer"}), (3, set[str]())])
def test_a_month_without_responses_is_stopped_where_there_are_usually_some(
    root: Path, usual: int, stopped: set[str]
) -> None:
    """A small program may hear from nobody in a month; one that hears from many lost a file."""
    program = load_program(root / "examples" / "riverton")
    surveys = next(one for one in load_sources(program) if one.feed == "surveys")
    rows = {"2025-01": usual, "2025-02": usual, "2025-03": 0}
    months = {month: Month(month, days=30, rows=n, kept=n) for month, n in rows.items()}

    found = compare_months(surveys, months, of="2025-03", used=["area"], starts=1)

    assert {one.rule for one in found if not one.passed} == stopped


def test_a_month_outside_its_feed_is_not_compared(visits: Source) -> None:
    months = {
        "2025-01": Month("2025-01", days=31, rows=200, kept=200),
        "2025-02": Month("2025-02", days=0, rows=3, kept=3),
    }

    assert compare_months(visits, months, of="2025-02", used=(), starts=1) == ()


@pytest.mark.parametrize("usual", [50, 200, 5000])
@pytest.mark.parametrize("spread", [1, 2])
def test_a_steady_program_is_stopped_in_fewer_than_one_of_1000_months(
    visits: Source, usual: int, spread: int
) -> None:
    """Also one whose months vary with twice the variance of a Poisson count.

    Rows, and the share of records that have a zone, of 400 years.
    """
    random = np.random.default_rng(7)
    stopped = 0
    years = 400
    for _ in range(years):
        rows = random.poisson(usual / spread, 12) * spread
        share = random.binomial(rows, 0.7) / np.maximum(rows, 1)
        told = {month: float(one) for month, one in zip(YEAR, share, strict=True)}
        counted = {month: int(n) for month, n in zip(YEAR, rows, strict=True)}
        stopped += len(broken(visits, counted, told=told))

    assert stopped / (12 * years) < 1 / 1000


@pytest.mark.parametrize("usual", [50, 200, 5000])
def test_the_statistics_are_those_of_a_normal_value(usual: int) -> None:
    random = np.random.default_rng(3)
    here, there = random.poisson(usual, 20_000), random.poisson(6 * usual, 20_000)
    told = random.binomial(usual, 0.4, 20_000), random.binomial(6 * usual, 0.4, 20_000)

    counts = [
        compare_counts(int(a), int(b), exposure=1 / 6) for a, b in zip(here, there, strict=True)
    ]
    shares = [
        compare_shares((int(a), usual), (int(b), 6 * usual)) for a, b in zip(*told, strict=True)
    ]

    for found in (counts, shares):
        assert math.isclose(float(np.std(found)), 1, abs_tol=0.05)
        assert abs(float(np.mean(found))) < 0.1
