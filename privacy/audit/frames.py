"""Make up the records of an audit. The chain: **frames** -> canaries -> membership -> bounds.

A frame holds one row an incident and person: `participant` (any text; null where nobody is known),
`incident` (any text, or null), `block_code`, `month`, and the columns of the policy's dimensions
and measures. Nothing in it is drawn, let alone read: the crowd is the same every time.
"""

from collections.abc import Iterable, Mapping
from itertools import count

import pyarrow as pa

from privacy.spec import Axis, Spec, Table

UNIT, PARTICIPANT, INCIDENT = "unit_key", "participant", "incident"
Body = Mapping[str, str | int]  # what a row says, but for whose it is

_PEOPLE = 40  # people in the crowd, met once to twelve times in every block
_BODIES = 23  # different rows that they share, so that people collide
_MOST_MET = 12


def give_keys(records: pa.Table) -> pa.Table:
    """Give every row the privacy unit that it belongs to, as the step `link` does in a vault.

    Whoever is known is one unit over all their rows. Where nobody is known, the incident is the
    unit; a row without either is a unit of its own. No two of these are ever grouped.

    Args:
        records: A frame; see this module. `incident` may be missing.

    Returns:
        The same rows with `unit_key`, without `participant` and `incident`.
    """
    keys: dict[tuple[str, object], int] = {}
    fresh = count()
    people = records[PARTICIPANT].to_pylist()
    told = INCIDENT in records.column_names
    incidents = records[INCIDENT].to_pylist() if told else [None] * len(people)
    units = []
    for place, (person, incident) in enumerate(zip(people, incidents, strict=True)):
        known = (PARTICIPANT, person) if person is not None else (INCIDENT, incident)
        unit = ("row", place) if known[1] is None else known
        if unit not in keys:
            keys[unit] = next(fresh)
        units.append(keys[unit])
    kept = records.drop_columns([PARTICIPANT, INCIDENT] if told else [PARTICIPANT])
    return kept.append_column(UNIT, pa.array(units, pa.int64()))


def make_frame(
    spec: Spec, rows: Iterable[Body], *, participant: str | None, incident: str | None = None
) -> pa.Table:
    """Put rows of one participant, or of nobody known, in every block of a release.

    Args:
        spec: What the release measures.
        rows: What each row says; see `Bodies`.
        participant: Whose they are.
        incident: Which incident they belong to.

    Returns:
        A frame: the rows once for every block that has rows of its own.
    """
    blocks = dict.fromkeys(block.rows for block in spec.blocks)
    whose = {PARTICIPANT: participant, INCIDENT: incident}
    found = [{**whose, "block_code": block, **row} for block in blocks for row in list(rows)]
    return pa.Table.from_pylist(found, schema=_schema(spec))


class Bodies:
    """Makes what rows say: a key in every dimension, and every measure in full.

    A coarser key follows from the finer one.
    """

    def __init__(self, spec: Spec) -> None:
        """Take what the release measures."""
        self._spec = spec
        below = {axis.parent for axis in spec.axes.values()}
        self._finest = [axis for axis in spec.axes.values() if axis.name not in below]
        self._counted = {axis.name: _counted(spec, axis) or axis.keys for axis in self._finest}

    def at(self, place: int, *, counted: bool = True) -> Body:
        """Take the key at a place of every dimension's list, which goes around.

        Args:
            place: 0 or more.
            counted: Only of keys that no table leaves out, so that the row falls in every table.

        Returns:
            Value by column.
        """
        keys: dict[str, str] = {}
        for axis in self._finest:
            choice = self._counted[axis.name] if counted else axis.keys
            keys |= _climb(self._spec, axis, choice[place % len(choice)])
        months = self._spec.months
        body: dict[str, str | int] = {"month": months[place % len(months)]}
        body |= {self._spec.axes[name].column: key for name, key in keys.items()}
        measures = [table.measure for table in _tables(self._spec) if table.measure]
        return body | {one.column: one.range for one in measures}

    def moved(self, body: Body, *, dim: str, key: str) -> Body:
        """Give a row another key of one dimension, and of the coarser ones above it."""
        keys = _climb(self._spec, self._spec.axes[dim], key)
        return {**body, **{self._spec.axes[name].column: one for name, one in keys.items()}}


def make_crowd(spec: Spec) -> pa.Table:
    """Make up those who are in both worlds: people of few and many rows, and rows of nobody.

    People share what their rows say, also with the canaries, so that a mechanism that confuses
    people shows.

    Args:
        spec: What the release measures.

    Returns:
        A frame, always the same for a spec.
    """
    made = Bodies(spec)
    bodies = [made.at(place, counted=place % 2 == 0) for place in range(_BODIES)]
    parts = []
    for person in range(_PEOPLE):
        met = 1 + person % _MOST_MET
        rows = [bodies[(person + 5 * visit) % _BODIES] for visit in range(met)]
        known = person % 3 != 0
        parts.append(
            make_frame(
                spec,
                rows[: None if known else 2],
                participant=f"person {person}" if known else None,
                incident=f"incident {person}" if person % 2 else None,
            )
        )
    return pa.concat_tables(parts)


def _schema(spec: Spec) -> pa.Schema:
    texts = [PARTICIPANT, INCIDENT, "block_code", "month"]
    texts += [axis.column for axis in spec.axes.values()]
    amounts = [one.measure.column for one in _tables(spec) if one.measure]
    kinds = dict.fromkeys(texts, pa.string()) | dict.fromkeys(amounts, pa.int64())
    return pa.schema(list(kinds.items()))


def _climb(spec: Spec, axis: Axis, key: str) -> dict[str, str]:
    """Key of a dimension and of the coarser ones above it."""
    keys = {axis.name: key}
    if axis.parent:
        keys |= _climb(spec, spec.axes[axis.parent], axis.parent_of[axis.keys.index(key)])
    return keys


def _counted(spec: Spec, axis: Axis) -> tuple[str, ...]:
    """Keys that no table leaves out, also not by a coarser dimension."""
    drops = [(dim, levels) for table in _tables(spec) for dim, levels in table.drop.items()]
    lines = [(key, _climb(spec, axis, key)) for key in axis.keys]
    return tuple(
        key for key, line in lines if not any(line.get(dim) in levels for dim, levels in drops)
    )


def _tables(spec: Spec) -> list[Table]:
    return [table for block in spec.blocks for table in block.tables]
