"""Seven ways in which the mathematics was once wrong, each with its repair (H1 to H7).

Every test is two-sided: the repair holds, and what it replaced is shown to fail.
"""

import itertools
from fractions import Fraction
from math import prod

import pytest
from duckdb import DuckDBPyConnection

from data_contracts.codes import load_codes
from privacy.card import _texts
from privacy.count import count_cells
from privacy.noise import gaussian
from privacy.spec import WHOLE, Table
from tests.privacy.riverton import YEAR, Record, count_records, moved, riverton_plan
from tests.privacy.small import Incident, hold, plan_year

OFTEN = 20  # visits of somebody whom the clip of contacts holds
PLAN = plan_year()


def apart(engine: DuckDBPyConnection, *records: Record) -> dict[str, tuple[int, int]]:
    """How far somebody's records move every block of Riverton's year, and how far they may."""
    plan = riverton_plan(YEAR)
    whole = count_records(plan, records, engine=engine)
    nobody = [0] * plan.spec.length
    return {block.name: moved(plan, block, whole, nobody) for block in plan.spec.blocks}


def far(pairs: dict[str, tuple[int, int]], *blocks: str) -> tuple[int, int]:
    """Squared distance over some blocks, and what their bounds allow together."""
    chosen = [pairs[name] for name in blocks or pairs]
    return sum(one for one, _ in chosen), sum(most for _, most in chosen)


def vector(engine: DuckDBPyConnection, incidents: list[Incident]) -> list[int]:
    hold(engine, incidents)
    return count_cells(PLAN.spec, connection=engine, incidents="private_incidents")


def test_h1_one_number_a_person_has_a_block_of_its_own(engine: DuckDBPyConnection) -> None:
    """Released beside the clip of contacts without paying, it would break that clip's bound."""
    met = [Record(1, "contacts")] * OFTEN

    pairs = apart(engine, *met, Record(1, "persons"))

    contacts, most = far(pairs, "contacts")
    together, declared = far(pairs, "contacts", "persons")
    assert contacts > 0.999 * most
    assert together > most
    assert together <= declared


def test_h2_a_weight_depends_on_no_order_of_addition(engine: DuckDBPyConnection) -> None:
    """Whole numbers give one norm in every order; the same parts in floating point do not."""
    kinds = [
        Incident(1, area_code=area, naloxone_code=given, call_type_code=kind, onscene_min=minutes)
        for area, given, kind, minutes in itertools.product(
            ("north", "hills"), ("given", "unknown"), ("overdose", "welfare_check"), (7, 60)
        )
    ]
    block = PLAN.spec.blocks[0]
    parts = [1 / table.factor**0.5 for table in block.tables] * 7

    vectors = {tuple(vector(engine, kinds[n:] + kinds[:n])) for n in range(len(kinds))}
    sums = {sum(parts[n:] + parts[:n]) for n in range(len(parts))}

    assert len(vectors) == 1
    assert len(sums) > 1


def test_h3_links_are_frozen_because_late_ones_escape_the_clip(engine: DuckDBPyConnection) -> None:
    """Nine contacts of one participant are within the bound; unlinked, they are nine units.

    That links stay from the delivered file on: tests/pipelines/test_stability_window.py.
    """
    block = PLAN.spec.blocks[0]
    most = WHOLE**2 * block.bound_squared

    linked = vector(engine, [Incident(1)] * 9)
    unlinked = vector(engine, [Incident(number) for number in range(9)])

    assert sum(one**2 for one in linked) <= most
    assert sum(one**2 for one in unlinked) > most
    assert any("name learnt later counts only from the next" in one["en"] for one in limits())


def limits() -> list[dict[str, str]]:
    return list(_texts().limits)


def test_h4_blocks_add_up_because_one_person_is_met_and_missed(engine: DuckDBPyConnection) -> None:
    """Somebody in both blocks moves the release by more than either block may."""
    pairs = apart(engine, *[Record(1, "contacts")] * OFTEN, Record(2, "no_contact"))

    together, declared = far(pairs, "contacts", "no_contact")

    assert together > max(pairs[name][1] for name in ("contacts", "no_contact"))
    assert together <= declared
    spec = riverton_plan(YEAR).spec
    assert spec.bound_squared == WHOLE**2 * sum(block.bound_squared for block in spec.blocks)


@pytest.mark.parametrize("calls", [2, 5])
def test_h4_m_calls_that_met_nobody_cost_m_squared(engine: DuckDBPyConnection, calls: int) -> None:
    pairs = apart(engine, *[Record(number, "no_contact") for number in range(calls)])
    measured = gaussian(lambda records: records(), bound_squared=4, scale=10.0)

    reached, most = far(pairs, "no_contact")

    assert most < reached <= calls**2 * most
    assert reached > 0.99 * calls**2 * most
    assert measured.map(calls) == pytest.approx(calls**2 * measured.map(1), rel=1e-9)


def test_h5_one_person_under_two_keys_is_covered_by_the_sum(engine: DuckDBPyConnection) -> None:
    """Nobody can know that a survey response is somebody's who was met."""
    pairs = apart(engine, *[Record(1, "contacts")] * OFTEN, Record(77, "surveys"))

    together, declared = far(pairs, "contacts", "surveys")

    assert together > pairs["contacts"][1]
    assert together <= declared


def total(block: str, exact: list[int]) -> Fraction:
    """All records of a block, counted by a table that leaves nothing out."""
    series = next(
        one
        for one in riverton_plan(YEAR).spec.series()
        if one.block.name == block and not one.table.drop and not one.table.measure
    )
    return Fraction(sum(exact[series.start : series.stop]), series.table.factor * WHOLE)


def test_h6_the_anchor_measures_what_the_clip_took(engine: DuckDBPyConnection) -> None:
    """Half of all calls met somebody; what the clip left of the visits alone says much less.

    Figures that mix blocks are scaled by the anchor: tests/reports/test_anchor.py.
    """
    often = [Record(1, "contacts")] * OFTEN
    once = [Record(n, "contacts") for n in range(2, 12)]
    missed = [Record(n, "no_contact") for n in range(100, 100 + OFTEN + len(once))]

    exact = count_records(riverton_plan(YEAR), [*often, *once, *missed], engine=engine)

    met, anchor, others = (total(block, exact) for block in ("contacts", "anchor", "no_contact"))
    assert others == anchor == len(missed)
    assert met / (met + others) < Fraction(2, 5)
    assert anchor / (anchor + others) == Fraction(1, 2)


def test_h7_no_cell_stands_for_what_cannot_be(engine: DuckDBPyConnection) -> None:
    """A call that met nobody did not end in a contact: no noise is drawn on such a cell.

    With it, the total of those calls would be a sum of one noisy number more.
    """
    plan = riverton_plan(YEAR)
    path = plan.spec.axes["path"]
    met = {code for code, one in load_codes("path").codes.items() if not one.released}
    tables = next(one.tables for one in plan.spec.blocks if one.name == "no_contact")

    found = count_records(plan, [Record(1, "no_contact")], engine=engine)

    assert met
    assert set(path.keys) == set(load_codes("path").codes) - met
    assert sum(one > 0 for one in found) == len(tables)
    for table in tables:
        cells = len(plan.spec.grid(table))
        assert "path" not in table.dims or cells % len(path.keys) == 0
        assert cells == prod(len(plan.spec.axes[dim].keys) - gone(table, dim) for dim in table.dims)


def gone(table: Table, dim: str) -> int:
    return len(table.drop.get(dim, ()))
