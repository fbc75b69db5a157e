"""Make up a crowd for removals: people met once, often, and in every record alike.

The chain: **crowd** -> removals -> stability. Nothing is drawn at random: every key follows from
the seed, so that a crowd that broke a promise can be made again.
"""

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from privacy.spec import Axis, Spec

Numbers = NDArray[np.uint64]

# How often a unit is met, by its kind: once, a few times, often, and alike in every record. The
# last are multiples of usual clips, whose weights lie exactly on a step of the fixed point.
TIMES = {
    "once": (1,),
    "sharing": (1, 2, 3, 5, 8),
    "spread": (6, 9, 12, 30),
    "often": (9, 17, 24, 40),
    "alike": (8, 5, 16, 6, 12, 3, 32, 20, 24, 64, 10, 600),
}
KINDS = tuple(TIMES)

_BODIES = 7  # contents that "sharing" units have in common
_LONE = 4  # of so many units one has several rows where others have one

# Source: Steele, Lea and Flood 2014, Fast splittable pseudorandom number generators, figure 15.
_STEP, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def make_crowd(spec: Spec, *, units: int, seed: int) -> pa.Table:
    """Make up the records of some units, each in every block of a release.

    Args:
        spec: What the release measures: its blocks, dimensions and months.
        units: How many; their kinds take turns, see `TIMES`.
        seed: Chooses the crowd.

    Returns:
        One row a record: `unit_key` (0, 1, 2 ...; `kind_of` says which kind), `block_code`,
        `month`, and the columns of the dimensions and measures.
    """
    units_of, nths, blocks = _rows(spec, units=units, seed=seed)
    kinds = units_of % len(KINDS)
    body = _mix(units_of, nths, seed)
    body = np.where(kinds == KINDS.index("sharing"), body % np.uint64(_BODIES), body)
    alike = kinds == KINDS.index("alike")
    body = np.where(alike, _mix(units_of, units_of, seed), body)
    columns = {"unit_key": pa.array(units_of.astype(np.int64)), "block_code": pa.array(blocks)}
    columns |= _keys(spec, body, alike=alike, spread=kinds == KINDS.index("spread"), nths=nths)
    if "month" not in columns:
        months = np.array(spec.months)
        columns["month"] = pa.array(months[(body % np.uint64(len(months))).astype(np.int64)])
    for column, most in _measures(spec).items():
        columns[column] = pa.array((body % np.uint64(2 * most)).astype(np.int64))
    return pa.table(columns)


def kind_of(unit: int) -> str:
    """Name the kind of a unit of a crowd.

    >>> kind_of(4)
    'alike'
    """
    return KINDS[unit % len(KINDS)]


def _rows(spec: Spec, *, units: int, seed: int) -> tuple[Numbers, Numbers, list[str]]:
    """Number the records: unit, which one of the unit's in its block, and the block's code."""
    found: list[tuple[int, int, str]] = []
    for unit in range(units):
        chosen = TIMES[kind_of(unit)]
        turn = (unit // len(KINDS) + seed) % len(chosen)
        for block in sorted({one.rows for one in spec.blocks}):
            lone = 3 if unit % _LONE == 0 else 1
            times = chosen[turn] if block == "contacts" else lone
            found += [(unit, nth, block) for nth in range(times)]
    units_of, nths, blocks = zip(*found, strict=True)
    return np.array(units_of, np.uint64), np.array(nths, np.uint64), list(blocks)


def _keys(
    spec: Spec,
    body: Numbers,
    *,
    alike: NDArray[np.bool_],
    spread: NDArray[np.bool_],
    nths: Numbers,
) -> dict[str, pa.Array]:
    """Give every record its key in each dimension; a coarser one follows from the finer one."""
    numbers: dict[str, NDArray[np.int64]] = {}
    for at, axis in enumerate(spec.axes.values()):
        among, counted = np.arange(len(axis.keys)), np.array(_counted(spec, axis))
        drawn = _mix(body, np.full_like(body, at), 0)
        turns = np.where(spread, nths, drawn)
        free = among[(turns % np.uint64(len(among))).astype(np.int64)]
        whole = counted[(drawn % np.uint64(len(counted))).astype(np.int64)]
        numbers[axis.name] = np.where(alike, whole, free)
    for axis in _finest_first(spec.axes):
        if axis.parent:
            above = spec.axes[axis.parent].keys
            steps = np.array([above.index(key) for key in axis.parent_of])
            numbers[axis.parent] = steps[numbers[axis.name]]
    return {
        axis.column: pa.array(np.array(axis.keys)[numbers[axis.name]])
        for axis in spec.axes.values()
    }


def _counted(spec: Spec, axis: Axis) -> list[int]:
    """Numbers of the keys that no table leaves out, also not by the coarser dimension."""
    tables = list(chain.from_iterable(block.tables for block in spec.blocks))
    out = {key for table in tables for key in table.drop.get(axis.name, ())}
    above = {key for table in tables for key in table.drop.get(axis.parent or axis.name, ())}
    over = axis.parent_of or axis.keys
    return [
        number
        for number, key in enumerate(axis.keys)
        if key not in out and over[number] not in above
    ]


def _finest_first(axes: Mapping[str, Axis]) -> Sequence[Axis]:
    """Order dimensions so that each comes before those above it."""
    depth = {name: len(_line(axes, name)) for name in axes}
    return sorted(axes.values(), key=lambda axis: -depth[axis.name])


def _line(axes: Mapping[str, Axis], name: str) -> tuple[str, ...]:
    above = axes[name].parent
    return (name, *_line(axes, above)) if above else (name,)


def _measures(spec: Spec) -> dict[str, int]:
    tables = chain.from_iterable(block.tables for block in spec.blocks)
    return {one.measure.column: one.measure.range for one in tables if one.measure}


def _mix(first: Numbers, second: Numbers, seed: int) -> Numbers:
    """Hash pairs of numbers to numbers that look drawn; no noise is ever made of them."""
    found = first * np.uint64(_FIRST) + second * np.uint64(_SECOND) + np.uint64(seed)
    found = found + np.uint64(_STEP)
    found = (found ^ (found >> np.uint64(30))) * np.uint64(_FIRST)
    found = (found ^ (found >> np.uint64(27))) * np.uint64(_SECOND)
    return found ^ (found >> np.uint64(31))
