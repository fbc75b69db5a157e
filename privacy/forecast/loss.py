"""Say what the clip will take away: on made-up incidents, never on those of a program.

What this reads is exact, so it must not see a record. The chain: invent -> **loss** -> plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from privacy.assign import ASSIGNED, assign_keys
from privacy.clip import WEIGHTS, clip_units
from privacy.count import count_table
from privacy.fit import Number
from privacy.spec import Block, Spec, Table, bound
from privacy.sql import read_sql, run

_NEVER = "1000000"  # a clip, in records: so many nobody has


@dataclass(frozen=True, slots=True)
class BlockLoss:
    """What the clip does to the units of a block.

    `in_part` of `units` count in part; `whole_up_to` is how many records somebody may have and
    still more likely count whole than not, None where nobody is clipped.
    """

    units: int
    in_part: int
    whole_up_to: int | None

    @property
    def clipped_pct(self) -> float:
        """Units that count in part, in percent."""
        return 100 * self.in_part / self.units if self.units else 0.0


@dataclass(frozen=True, slots=True)
class TableLoss:
    """What the clip does to a table.

    `clipped` is the total that it counts, `whole` the one without a clip, both in records;
    `bounded` every clipped number of it, also of levels that it leaves out; `block` the units.
    """

    clipped: float
    whole: float
    bounded: Mapping[Number, float]
    block: BlockLoss

    @property
    def lost_pct(self) -> float:
        """Part of the total that is lost, in percent."""
        return 100 * (1 - self.clipped / self.whole) if self.whole else 0.0


def expected_loss(
    spec: Spec, *, connection: DuckDBPyConnection, incidents: str
) -> dict[str, TableLoss]:
    """Count every table of a release with and without its clip, as the release itself counts.

    Args:
        spec: What the release measures.
        connection: Engine that holds the incidents; gets temporary tables.
        incidents: Name of a table or view of made-up incidents, as `invent_incidents` draws them.

    Returns:
        The loss of every table, by name.

    Raises:
        PrivacyError: A column is missing, an incident has no unit key, or the engine stopped.
    """
    found: dict[str, TableLoss] = {}
    for block in spec.blocks:
        assign_keys(spec, block, connection=connection, incidents=incidents)
        found |= _lose(spec, block, connection)
    return found


def _lose(spec: Spec, block: Block, connection: DuckDBPyConnection) -> dict[str, TableLoss]:
    """Clip and count a block twice; no unit reaches the second clip."""
    clip_units(spec, block, connection=connection)
    units = _count_units(spec, connection)
    clipped = {table.name: _count(spec, table, connection) for table in block.tables}
    wide = {"clip": _NEVER, "bound_squared": bound(_NEVER, block.tables)}
    clip_units(spec, block.model_copy(update=wide), connection=connection)
    return {
        table.name: TableLoss(
            clipped=_total(spec, table, clipped[table.name]),
            whole=_total(spec, table, _count(spec, table, connection)),
            bounded=clipped[table.name],
            block=units,
        )
        for table in block.tables
    }


def _count(spec: Spec, table: Table, connection: DuckDBPyConnection) -> dict[Number, float]:
    """Count every cell of a table in records, also of levels that it leaves out."""
    full = table.model_copy(update={"drop": {}})
    found = count_table(spec, full, connection=connection)
    cells, part = spec.grid(full), spec.whole * table.factor
    drawn = {
        name: [value / part for value in found[place * len(cells) : (place + 1) * len(cells)]]
        for place, name in enumerate(table.drawn)
    }
    if table.measure:
        most = table.measure.range
        pairs = zip(drawn["rest"], drawn["sum"], strict=True)
        drawn["count"] = [(rest + added) / most for rest, added in pairs]
    return {
        Number(table.name, cell, statistic): value
        for statistic in table.shown
        for cell, value in zip(cells, drawn[statistic], strict=True)
    }


def _total(spec: Spec, table: Table, found: Mapping[Number, float]) -> float:
    """Add up the cells that a table counts, without the levels that it leaves out."""
    return sum(found[Number(table.name, cell, "count")] for cell in spec.grid(table))


def _count_units(spec: Spec, connection: DuckDBPyConnection) -> BlockLoss:
    """Count units by how many records they have; `whole_up_to` tells most of them apart."""
    query = read_sql("forecast/loss").format(
        assigned=ASSIGNED, weights=WEIGHTS, whole=f"{spec.whole:d}"
    )
    rows = [
        (int(str(records)), int(str(units)), int(str(in_part)))
        for records, units, in_part in run(connection, query, step="loss")
    ]
    clipped = sum(in_part for _, _, in_part in rows)
    if not clipped:
        return BlockLoss(sum(units for _, units, _ in rows), 0, None)

    def wrong(most: int) -> int:
        """Units on the wrong side if everybody with more records than that counted in part."""
        return sum(
            units - in_part if records > most else in_part for records, units, in_part in rows
        )

    best = min((records for records, _, _ in rows), key=wrong)
    return BlockLoss(sum(units for _, units, _ in rows), clipped, best)
