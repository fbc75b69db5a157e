"""Count what a release bounds and what it would be without a clip: on made-up records only."""

from collections.abc import Mapping
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from privacy.fit import Number
from privacy.forecast.loss import expected_loss
from privacy.spec import Spec


@dataclass(frozen=True)
class Truth:
    """What a release bounds.

    `bounded` is the clipped count of every published number, also of levels that a table leaves
    out; `counted` the total that a table counts, clipped and whole; `units` how many units a block
    has, and how many of them count in part.
    """

    bounded: Mapping[Number, float]
    counted: Mapping[str, tuple[float, float]]
    units: Mapping[str, tuple[int, int]]


def count_truth(spec: Spec, *, connection: DuckDBPyConnection, incidents: str) -> Truth:
    """Count every cell of every table, under the clip of its block and without one.

    Args:
        spec: What the release measures.
        connection: Engine that holds the incidents.
        incidents: Name of the table or view.

    Returns:
        The truth about these records.
    """
    losses = expected_loss(spec, connection=connection, incidents=incidents)
    units = {block.name: losses[block.tables[0].name].block for block in spec.blocks}
    return Truth(
        bounded={number: value for one in losses.values() for number, value in one.bounded.items()},
        counted={name: (one.clipped, one.whole) for name, one in losses.items()},
        units={name: (one.units, one.in_part) for name, one in units.items()},
    )
