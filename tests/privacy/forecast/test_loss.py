"""Mirrors privacy/forecast/loss.py: what the clip takes from made-up people.

Seeds are fixed, so nothing here fails by chance. Source of the losses: simulated medium programs
of the release plan, of which a quarter lost 1.0 to 3.3% of contacts at clip 2.5.
"""

import re
from dataclasses import replace
from pathlib import Path
from statistics import mean

import pyarrow as pa
import pytest
from duckdb import DuckDBPyConnection

from privacy.forecast.invent import invent_incidents
from privacy.forecast.loss import BlockLoss, TableLoss, expected_loss
from privacy.plan import Plan
from privacy.spec import Spec, bound
from tests.privacy.riverton import QUARTERS, YEAR, Record, hold_records, riverton_plan
from tests.privacy.small import Incident, hold, one_block, plan_year

TOTAL = "contacts_month"


def contacts_under(plan: Plan, clip: str) -> Spec:
    """The block of contacts alone, under another clip."""
    block = plan.spec.blocks[0]
    other = {"clip": clip, "bound_squared": bound(clip, block.tables)}
    return plan.spec.model_copy(update={"blocks": (block.model_copy(update=other),)})


def invent_contacts(plan: Plan, *, seed: int, times: int = 1) -> pa.Table:
    contacts = replace(plan, spec=contacts_under(plan, "2.5"))
    return invent_incidents(contacts, seed=seed, times=times)


def lose(engine: DuckDBPyConnection, spec: Spec, view: str = "made_up") -> dict[str, TableLoss]:
    return expected_loss(spec, connection=engine, incidents=view)


@pytest.mark.parametrize(
    ("period", "clip", "low", "high", "whole_up_to"),
    [
        (QUARTERS[0], "1.5", 4.2, 6.0, {3, 4}),
        (QUARTERS[0], "2.5", 1.8, 2.6, {6, 7}),
        (QUARTERS[0], "4", 0.6, 1.1, {9, 10, 11}),
        (YEAR, "4", 1.9, 2.8, {9, 10, 11}),
    ],
)
def test_the_clip_takes_what_the_release_plan_says(
    engine: DuckDBPyConnection,
    period: str,
    clip: str,
    low: float,
    high: float,
    whole_up_to: set[int],
) -> None:
    """Medium: 5.5, 2.2 and 1.0% of a quarter's contacts, 2.2% of a year's; half from 4, 7, 11."""
    plan = riverton_plan(period)
    engine.register("made_up", invent_contacts(plan, seed=3, times=20))

    found = lose(engine, contacts_under(plan, clip))[TOTAL]

    assert low < found.lost_pct < high
    assert found.block.whole_up_to in whole_up_to


def test_a_quarter_loses_more_or_less_with_a_few_people(engine: DuckDBPyConnection) -> None:
    losses = []
    for seed in range(8):
        plan = riverton_plan(QUARTERS[seed % 4])
        engine.register("made_up", invent_contacts(plan, seed=seed))
        losses.append(lose(engine, contacts_under(plan, "2.5"))[TOTAL].lost_pct)

    assert all(0.6 < one < 3.6 for one in losses), losses
    assert max(losses) - min(losses) > 0.5
    assert 1.5 < mean(losses) < 2.7


def test_every_block_has_its_loss_and_only_frequent_people_count_in_part(
    engine: DuckDBPyConnection,
) -> None:
    """The anchor loses next to nothing, and blocks with one row a unit lose nothing at all."""
    plan = riverton_plan(YEAR)
    engine.register("made_up", invent_incidents(plan, seed=2))

    found = lose(engine, plan.spec)

    tables = {table.name: block.name for block in plan.spec.blocks for table in block.tables}
    assert set(found) == set(tables)
    assert 0 < found["contacts_total"].lost_pct < 0.3
    assert 0.3 < found["police"].block.clipped_pct < 1.2
    for name, one in found.items():
        if tables[name] in {"no_contact", "persons", "surveys"}:
            assert (one.lost_pct, one.block.in_part, one.block.whole_up_to) == (0, 0, None)
    planned = {one.number for numbers in plan.numbers.values() for one in numbers}
    assert planned <= {number for one in found.values() for number in one.bounded}


def test_loss_is_exact_for_people_whose_weight_is_known(engine: DuckDBPyConnection) -> None:
    """Of two people met 10 times always alike, and eight met once, 2 x 4 + 8 visits are left."""
    plan = riverton_plan(YEAR)
    often = [Record(unit, "contacts") for unit in (1, 2) for _ in range(10)]
    view = hold_records(
        plan, [*often, *(Record(3 + unit, "contacts") for unit in range(8))], engine=engine
    )

    found = lose(engine, plan.spec, view)[TOTAL]

    assert found.whole == 28
    assert found.clipped == pytest.approx(16, abs=0.001)
    assert found.lost_pct == pytest.approx(100 * 12 / 28, abs=0.01)
    assert found.block == BlockLoss(units=10, in_part=2, whole_up_to=1)
    assert found.block.clipped_pct == 20


def test_of_a_measure_the_lost_records_are_counted(engine: DuckDBPyConnection) -> None:
    """One unit of five alike records counts 2: 2 of 6 records are left, 20 minutes each."""
    tables = {"m": {"dims": [], "measure": {"column": "onscene_min", "range": 60}, "share": 1}}
    plan = plan_year(one_block(tables, clip=2))
    hold(engine, [*[Incident(1)] * 5, Incident(2)])

    found = lose(engine, plan.spec, "private_incidents")["m"]

    assert found.whole == 6
    counts = {number.statistic: value for number, value in found.bounded.items()}
    assert counts["sum"] == pytest.approx(20 * counts["count"])
    assert found.clipped == counts["count"] < 6


def test_no_step_with_records_asks_what_the_clip_takes(root: Path) -> None:
    """Losses are exact, so only the planner asks for them; and it opens no vault."""
    exact = re.compile(r"from privacy\.forecast\.(loss|optimise|influence|workload) import")
    opens = re.compile(r"\.vault\b|import .*[Vv]ault|incident_file|persons_file")
    rooms = ("pipelines", "privacy", "transforms", "reports", "data_contracts")
    askers = {
        file.relative_to(root).as_posix(): file.read_text(encoding="utf-8")
        for room in rooms
        for file in (root / room).rglob("*.py")
        if exact.search(file.read_text(encoding="utf-8"))
    }

    assert [name for name, source in askers.items() if opens.search(source)] == []
    assert "privacy/forecast/optimise.py" in askers
    assert not any(name.startswith(("transforms/", "reports/")) for name in askers)
