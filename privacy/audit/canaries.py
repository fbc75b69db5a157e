"""Make up the unit that tells two worlds apart. The chain: frames -> **canaries** -> membership.

Each canary is the worst unit for one kind of mistake. All their rows are one privacy unit, so a
right mechanism lets none of them move a release by more than its bound.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import pyarrow as pa

from privacy.audit.frames import Bodies, Body, make_frame
from privacy.spec import Spec

CANARIES = ("concentrated", "spread", "one_per_district", "null_id")
_ROWS = 40  # rows of a canary at least: far more than any clip lets count whole
_DISTRICTS = ("area", "area_kind", "month")  # what stands for the district, the first one there is


@dataclass(frozen=True, slots=True)
class Canary:
    """One unit that is in one world and not in the other; `rows` is a frame."""

    name: str
    rows: pa.Table


def make_canaries(spec: Spec) -> tuple[Canary, ...]:
    """Make up the four canaries of a release.

    Args:
        spec: What the release measures.

    Returns:
        `concentrated`: one person, all rows alike, so that one cell of every table moves;
        `spread`: one person, rows all over the keys, as seen by a bound that is kept in each area;
        `one_per_district`: one person, once in every district;
        `null_id`: one incident with as many rows as the first, and no participant in any.
    """
    made = Bodies(spec)
    alike = [made.at(0)] * _how_many(spec)
    shapes: dict[str, Sequence[Body]] = {
        "concentrated": alike,
        "spread": [made.at(place) for place in range(len(alike))],
        "one_per_district": _one_per_district(spec, made),
    }
    people = [
        Canary(name, make_frame(spec, rows, participant="canary")) for name, rows in shapes.items()
    ]
    nobody = make_frame(spec, alike, participant=None, incident="canary")
    return (*people, Canary("null_id", nobody))


def _how_many(spec: Spec) -> int:
    return max(_ROWS, *(2 * ceil(Fraction(block.clip)) for block in spec.blocks))


def _one_per_district(spec: Spec, made: Bodies) -> list[Body]:
    dim = next((one for one in _DISTRICTS if one in spec.axes), None)
    keys = spec.axes[dim].keys if dim else ()
    return [made.moved(made.at(0), dim=dim, key=key) for key in keys if dim] or [made.at(0)]
