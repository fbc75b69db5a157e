"""Mirrors benchmarks/coverage.py and benchmarks/truth.py: ranges hold as often as they claim.

Two-sided: of several hundred releases the share of ranges that hold is normal, with an sd that the
draws themselves show, so five and a half of those are passed by chance once in 2.6e7.
"""

import math
import shutil
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from benchmarks.coverage import Coverage, cover
from benchmarks.release import Limits, beyond, main
from benchmarks.truth import Truth, count_truth
from privacy.fit import Number
from privacy.plan import Plan
from tests.privacy.riverton import QUARTERS, YEAR, Record, hold_records, riverton_plan

DRAWS = 400
GATE = 5.5
CROWD = [
    *(Record(unit, "contacts", (unit % 7, unit % 5, unit % 11)) for unit in range(300)),
    *(Record(900 + unit, "no_contact", (unit % 13, unit % 3, unit % 4)) for unit in range(400)),
    *(Record(1, "contacts", (visit % 3, 2)) for visit in range(60)),
    *(Record(unit, "persons", (unit % 6, unit % 4)) for unit in range(300)),
    *(Record(5000 + unit, "surveys", (unit % 5,)) for unit in range(90)),
]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return riverton_plan(QUARTERS[0])


@pytest.fixture(scope="module")
def truth(plan: Plan, engine: DuckDBPyConnection) -> Truth:
    view = hold_records(plan, CROWD, engine=engine)
    return count_truth(plan.spec, connection=engine, incidents=view)


def gap(found: Coverage) -> float:
    """How many of its own sd the share of ranges that held lies from 95%."""
    shares = found.held.mean(axis=1)
    return float((shares.mean() - 0.95) / (shares.std(ddof=1) / math.sqrt(len(shares))))


def test_nineteen_in_twenty_intervals_cover_the_clipped_count(plan: Plan, truth: Truth) -> None:
    """Also of levels that a table leaves out, which are the total minus the rest."""
    found = cover(plan.spec, truth.bounded, draws=DRAWS)

    assert abs(gap(found)) < GATE
    assert Number("naloxone", ("not_given",), "count") in found.numbers
    assert set(found.by_table()) == {t.name for block in plan.spec.blocks for t in block.tables}


@pytest.mark.parametrize("strength", [0.9, 1.1])
def test_the_same_check_fails_for_noise_that_is_ten_percent_off(
    plan: Plan, truth: Truth, strength: float
) -> None:
    found = cover(plan.spec, truth.bounded, draws=DRAWS, scale=strength * plan.spec.scale)

    assert abs(gap(found)) > GATE
    assert (gap(found) > 0) is (strength < 1)


def test_the_same_check_fails_for_tables_that_do_not_agree(plan: Plan, truth: Truth) -> None:
    """Sixty more in every cell is another total in every table."""
    apart = {number: value + 60 for number, value in truth.bounded.items()}

    found = cover(plan.spec, apart, draws=100)

    assert gap(found) < -GATE


def test_the_clip_takes_only_from_those_who_were_met_often(truth: Truth) -> None:
    """One of 300 units was met 61 times; the 400 missed calls all count whole."""
    clipped, whole = truth.counted["contacts_month"]

    assert truth.units == {"contacts": (300, 1), "no_contact": (400, 0)}
    assert whole == 360
    assert 299 < clipped < 320
    assert truth.counted["nc_month"] == (400, 400)


def test_the_year_has_a_truth_for_every_published_number(engine: DuckDBPyConnection) -> None:
    plan = riverton_plan(YEAR)
    view = hold_records(plan, CROWD, engine=engine)

    truth = count_truth(plan.spec, connection=engine, incidents=view)

    planned = {one.number for numbers in plan.numbers.values() for one in numbers}
    assert planned <= set(truth.bounded)
    clipped, whole = truth.counted["contacts_total"]
    assert clipped == pytest.approx(299 + 24, abs=0.01)
    assert whole == 360
    assert truth.counted["race"] == (300, 300)
    assert truth.units["anchor"] == (300, 1)


def test_a_figure_outside_its_limits_is_named() -> None:
    figures = {
        "coverage_95_race": 93.4,
        "coverage_95_kits_q": 96.5,
        "clip_bias_pct_police": 5.1,
        "units_clipped_pct_contacts": 0.4,
        "units_clipped_pct_surveys": 0.0,
        "recorded_90_received_q": 87.9,
        "recorded_90_people": 92.0,
        "recorded_90_median_response_time": 99.5,
    }

    named = [line.split()[0] for line in beyond(figures, Limits())]

    assert named == [
        "coverage_95_race",
        "clip_bias_pct_police",
        "units_clipped_pct_contacts",
        "recorded_90_received_q",
    ]


def test_exact_counts_of_real_records_are_never_printed(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The benchmark reads them, so it refuses a program whose policy does not say synthetic."""
    folder = shutil.copytree(root / "examples" / "tempe", tmp_path / "city")

    code = main(["--program", str(folder)])

    said = capsys.readouterr()
    assert (code, said.out) == (1, "")
    assert "made-up records only" in said.err


def test_totals_and_their_cells_are_covered_as_often_as_they_claim(
    plan: Plan, truth: Truth
) -> None:
    """Sums of cells, one-way and two-way: their sd comes from the covariance."""
    found = cover(plan.spec, truth.bounded, draws=DRAWS)

    assert found.ways["total"].shape == (DRAWS, 2)
    assert found.ways["one_way"].shape[1] > 60
    assert found.ways["two_way"].shape[1] > 100
    for way, held in found.ways.items():
        shares = held.mean(axis=1)
        off = shares.mean() - 0.95
        assert abs(off) < GATE * shares.std(ddof=1) / math.sqrt(DRAWS), way
        assert found.by_way()[way] == pytest.approx(95, abs=6)
