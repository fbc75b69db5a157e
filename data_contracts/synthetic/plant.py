"""Write a month down as people do: with defects, and with columns nobody should have collected.

The chain: shares -> pace -> meet -> draw -> spell -> **plant** -> inbox.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.synthetic.meet import Columns
from data_contracts.synthetic.pace import DAY, ROOM, Block, Flags, Generator, Topic
from data_contracts.synthetic.shares import (
    NEVER,
    Feed,
    Shares,
    Written,
    load_feeds,
    load_planted,
)
from data_contracts.synthetic.spell import (
    join_lines,
    spell_amounts,
    spell_codes,
    spell_days,
    spell_numbers,
    spell_planted,
    spell_times,
    spoil_times,
)

PENS: Mapping[str, Topic] = {
    "calls": Topic.PEN_CALLS,
    "encounters": Topic.PEN_VISITS,
    "surveys": Topic.PEN_ANSWERS,
}

_TOO_EARLY = 7  # minutes before the clock
_TOO_LATE = 2 * DAY
_SPOILED_NUMBER = "5.00E+93"


def canaries() -> Mapping[str, str]:
    """Give the beginning of every planted value, by column, the numbers of records included.

    None of these texts may be found in anything made after `strip`.
    """
    planted = {
        name: column.begins
        for columns in load_planted().values()
        for name, column in columns.items()
    }
    numbered = {
        name: column.begins
        for feed in load_feeds().values()
        for name, column in feed.columns.items()
        if column.number
    }
    return planted | numbered


def header(feed: str) -> str:
    """Write the first line of a feed's files."""
    return ",".join([*load_feeds()[feed].columns, *load_planted()[feed]])


def write_down(
    happened: Columns, *, feed: str, block: Block, month: int, shares: Shares
) -> pa.Array:
    """Turn what happened in a month into the lines of a file.

    Args:
        happened: What `draw` drew of that month for this feed.
        feed: `calls`, `encounters` or `surveys`.
        block: Gives the year, and random numbers for where the defects fall.
        month: Month of the year, counted from 1.
        shares: How often each defect occurs.

    Returns:
        Lines without their ends; a few more than rows that happened.
    """
    rng = block.stream(PENS[feed], month)
    form = load_feeds()[feed]
    happened = _mistime(rng, happened, form, shares)
    written = {
        name: _spell(rng, column, happened, block=block, shares=shares)
        for name, column in form.columns.items()
    }
    n = len(next(iter(happened.values())))
    _spoil(rng, written, form, shares, n)
    first = (block.number * 12 + month - 1) * ROOM
    for name, column in load_planted()[feed].items():
        written[name] = spell_planted(column.begins, column.ends, first, n)
    return _repeat(rng, join_lines(written), shares)


def _spell(
    rng: Generator, column: Written, happened: Columns, *, block: Block, shares: Shares
) -> pa.Array:
    """Write one column."""
    if column.number:
        text = spell_numbers(f"{column.begins}{block.year:04d}-", happened[column.number])
        padded = rng.random(len(text)) < shares.defects["padded"]
        return pc.if_else(pa.array(padded), pc.binary_join_element_wise(text, "  ", ""), text)
    if column.time:
        minutes = happened[column.time]
        spoiled = (rng.random(len(minutes)) < shares.defects["spoiled_time"]) & (minutes != NEVER)
        return spoil_times(spell_times(minutes), minutes, spoiled)
    if column.day:
        return spell_days(happened[column.day])
    if column.amount:
        return spell_amounts(rng, happened[column.amount], column.blank)
    code = column.code or ""
    return spell_codes(rng, happened[code], shares.codes[code], column)


def _mistime(rng: Generator, happened: Columns, form: Feed, shares: Shares) -> Columns:
    """Put later times before the clock, at midnight, or on another day."""
    happened, defects = dict(happened), shares.defects
    clock = form.columns[form.clock].time
    for name in [column.time for column in form.columns.values() if column.time]:
        minutes = happened[name]
        there = minutes != NEVER

        def some(defect: str, there: Flags = there) -> Flags:
            return there & (rng.random(len(there)) < defects[defect])

        if name == clock:
            happened[name] = np.where(some("midnight_clock"), minutes // DAY * DAY, minutes)
            continue
        early = happened[clock or ""] - _TOO_EARLY
        minutes = np.where(some("before_request"), early, minutes)
        minutes = np.where(some("midnight"), minutes // DAY * DAY, minutes)
        happened[name] = minutes + _TOO_LATE * some("next_day")
    return happened


def _spoil(
    rng: Generator, written: dict[str, pa.Array], form: Feed, shares: Shares, n: int
) -> None:
    """Lose, spoil and mix up the numbers of records, and lose their clock."""
    first, defects = next(iter(form.columns)), shares.defects

    def some(defect: str) -> pa.Array:
        return pa.array(rng.random(n) < defects[defect])

    for name in [name for name, column in form.columns.items() if column.number == "call"]:
        there = pc.not_equal(written[name], "")
        spoiled = pc.and_(some("spoiled_number"), there)
        written[name] = pc.if_else(spoiled, _SPOILED_NUMBER, written[name])
    before = pa.array(np.maximum(np.arange(n) - 1, 0))
    written[first] = pc.if_else(some("renumbered"), written[first].take(before), written[first])
    written[first] = pc.if_else(some("no_number"), "", written[first])
    written[form.clock] = pc.if_else(some("no_clock"), "not recorded", written[form.clock])


def _repeat(rng: Generator, lines: pa.Array, shares: Shares) -> pa.Array:
    """Deliver some lines twice."""
    times = 1 + (rng.random(len(lines)) < shares.defects["repeated"])
    return lines.take(pa.array(np.repeat(np.arange(len(lines)), times)))
