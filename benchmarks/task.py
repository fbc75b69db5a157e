"""Say what the privacy benchmark asks of everyone: public cells, a measure, a budget, a clip.

Our own spec of it is made by the real code; peers in environments of their own read `as_json`.
"""

import json
from itertools import combinations

from benchmarks.law import BLOCK, CALL_TYPES, DISTRICTS, MONTHS, RANGE
from privacy.noise import calibrate
from privacy.policy import NANO
from privacy.spec import WHOLE, Axis, Block, Measure, Spec, Table, bound

RHO = 0.125
CLIP = "8"
CAPS = (1, 2, 4, 8, 16, 32, 64)  # of which a peer may choose
MINUTES = Measure(column="minutes", range=RANGE)
AXES = {
    "month": Axis(name="month", column="month", keys=MONTHS),
    "district": Axis(name="district", column="district_code", keys=DISTRICTS),
    "call_type": Axis(name="call_type", column="call_type_code", keys=CALL_TYPES),
}
COLUMNS = tuple(axis.column for axis in AXES.values())

_FACTOR = 100  # of a sum; a count is as precise for its share where it has RANGE times as much


def one_table(dims: tuple[str, ...] = tuple(AXES)) -> tuple[Table, ...]:
    """Count records and sum minutes in one table."""
    return (Table(name="cells", dims=dims, measure=MINUTES, factor=_FACTOR),)


def ten_tables() -> tuple[Table, ...]:
    """Count every marginal of the three dimensions, and sum minutes in two; equal shares."""
    counts = [
        Table(name="_".join(dims) or "total", dims=dims, factor=_FACTOR * RANGE)
        for size in range(len(AXES) + 1)
        for dims in combinations(AXES, size)
    ]
    sums = [
        Table(name=f"minutes_{dim}", dims=(dim,), measure=MINUTES, factor=_FACTOR)
        for dim in ("district", "call_type")
    ]
    return (*counts, *sums)


def make_spec(tables: tuple[Table, ...], *, clip: str = CLIP, rho: float = RHO) -> Spec:
    """Make the spec of a release with one block.

    Args:
        tables: Its tables.
        clip: Records that fall in every table, as a decimal number; chosen without the records.
        rho: What the release costs.
    """
    block = Block(name=BLOCK, clip=clip, bound_squared=bound(clip, tables), tables=tables)
    nano_rho = round(rho * NANO)
    return Spec(
        release="benchmark",
        fiscal_year="FY2025",
        months=MONTHS,
        nano_rho=nano_rho,
        scale=calibrate(WHOLE**2 * block.bound_squared, nano_rho=nano_rho),
        axes=AXES,
        blocks=(block,),
    )


def as_json() -> str:
    """Write the task for a peer: names and public keys of the columns, range and budget."""
    keys = {axis.column: axis.keys for axis in AXES.values()}
    return json.dumps({"keys": keys, "measure": MINUTES.column, "range": RANGE, "rho": RHO})
