"""Say how many of the records behind a measure have no answer, and what may be read of the rest.

estimate -> **missing** -> report

What is missing is always shown, as a range where its size was not planned for: a page that leaves
it out lets the rest look like the whole. Where more than half is missing, or where a range takes up
half of its scale, a figure is never marked `use`, however little noise there is in it.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from data_contracts.codes import UNKNOWN
from reports.estimate import Estimate, Mark, within, worse
from reports.metrics import CONTACTS, Value
from reports.program_facts import ProgramFacts
from reports.quality.estimate import Breakdown, Missing, Result, Row
from reports.quality.find import find_table, has_keys
from reports.quality.gather import gather
from reports.released import Release

OF = 100
HALF = 50  # of 100: more than that, and what is missing outweighs what is there
MONTH, PERSONS = "month", "persons"
TABLES = {CONTACTS: "encounters", "no_contact": "calls", "surveys": "surveys"}
SURVEYS: Literal["surveys"] = "surveys"
Records = Literal["visits", "calls", "people", "surveys"]


def with_missing(result: Result, release: Release) -> Result:
    """Add to a result the share of records without an answer, and mark its figures by it.

    Args:
        result: From `estimate_measure`.
        release: The same release.

    Returns:
        The result; `missing` has one share a headline figure, or nothing where all records answer.
    """
    calls = result.measure.calls
    found = tuple(missing_share(value, release, calls=calls) for value in result.measure.values)
    most = [one is not None and one.share.value > HALF for one in found]
    scaled = [value.kind == "share" for value in result.measure.values]
    values = tuple(
        _softened(one, mostly=mostly, scaled=of_100)
        for one, mostly, of_100 in zip(result.values, most, scaled, strict=True)
    )
    share = result.measure.figure.show == "share" or (
        result.measure.figure.show == "each" and scaled[0]
    )
    return replace(
        result,
        values=values,
        missing=found,
        breakdown=_judged(result.breakdown, mostly=most[0], scaled=share),
        groups=tuple(_judged(one, mostly=most[0], scaled=scaled[0]) for one in result.groups),
    )


def within_coverage(result: Result, program: ProgramFacts) -> Result:
    """Leave out the months that no record reaches: nothing was counted there, not even zero.

    Args:
        result: Of one measure.
        program: Says from which day to which its records reach.

    Returns:
        The result; only a picture by month can lose rows.
    """
    if result.breakdown.dim != MONTH:
        return result
    tables = {TABLES[block] for block in result.measure.shown_blocks if block in TABLES}
    rows = tuple(
        row
        for row in result.breakdown.rows
        if all(program.covers(table, row.key) for table in tables)
    )
    return replace(result, breakdown=replace(result.breakdown, rows=rows))


def _judged(group: Breakdown, *, mostly: bool, scaled: bool) -> Breakdown:
    return replace(group, rows=tuple(_row(row, mostly=mostly, scaled=scaled) for row in group.rows))


def _row(row: Row, *, mostly: bool, scaled: bool) -> Row:
    """Show what is missing always, as a range unless its size was planned for."""
    if row.key == UNKNOWN:
        return replace(row, harm=row.harm or row.found.mark is not Mark.USE)
    of_100 = row.of_100 and _softened(row.of_100, mostly=mostly, scaled=True)
    return replace(row, found=_softened(row.found, mostly=mostly, scaled=scaled), of_100=of_100)


def _softened(found: Estimate, *, mostly: bool, scaled: bool) -> Estimate:
    """Take `use` from a figure that stands for less than half, or that may be nearly anything."""
    held = within(found, OF)
    wide = scaled and held.high - held.low >= HALF
    return replace(found, mark=worse(found.mark, Mark.CAUTION)) if mostly or wide else found


def missing_share(value: Value, release: Release, *, calls: bool = False) -> Missing | None:
    """Find the records behind a figure that have no answer.

    Args:
        value: A headline figure.
        release: Its tables.
        calls: Of visits, take those that stand for a call, as the figure does.

    Returns:
        The largest share over what the figure counts by; of a survey, visits from which no answer
        came back. Nothing where every record has an answer.
    """
    blocks = list(dict.fromkeys((*value.of, *value.under)))
    if blocks == [SURVEYS]:
        return _unanswered(release)
    kinds: dict[Records, list[str]] = {"people": [PERSONS] if PERSONS in blocks else []}
    met = [block for block in blocks if block != PERSONS]
    kinds["visits" if met == [CONTACTS] else "calls"] = met
    shares = [
        Missing(share, kind)
        for kind, named in kinds.items()
        for dim in sorted({dim for block in named for dim in value.dims(block)})
        if (share := _unknown(release, dim, named, value, calls=calls)) is not None
    ]
    return max(shares, key=lambda one: one.share.value) if shares else None


def _unknown(
    release: Release, dim: str, blocks: Iterable[str], value: Value, *, calls: bool
) -> Estimate | None:
    """Divide the records whose value of a dimension is not known by all that could have one."""
    asked = {block: {dim: (UNKNOWN,)} for block in blocks if dim in value.dims(block)}
    for block, chosen in asked.items():
        table = find_table(release, [dim], block=block)
        if table is None or not has_keys(release, table, chosen):
            return None
    lifted = CONTACTS in asked and len(asked) > 1
    top = gather(release, asked, lifted=lifted, calls=calls)
    bottom = gather(release, {block: {} for block in asked}, lifted=lifted, calls=calls)
    return within(release.ratio(top, bottom).times(OF), OF) if top and bottom else None


def _unanswered(release: Release) -> Missing | None:
    """Visits, of 100, from which no answer to the survey came back."""
    top = gather(release, {SURVEYS: {}})
    bottom = gather(release, {CONTACTS: {}}, lifted=True)
    if top is None or bottom is None:
        return None
    found = release.ratio(top, bottom).times(OF)
    turned = replace(found, value=OF - found.value, low=OF - found.high, high=OF - found.low)
    return Missing(within(turned, OF), SURVEYS)
