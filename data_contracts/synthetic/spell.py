"""Write numbers, times and codes as text, whole columns at once.

The chain: shares -> pace -> meet -> draw -> **spell** -> plant -> inbox.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.synthetic.pace import DAY, HOUR, Flags, Generator, Ints
from data_contracts.synthetic.shares import NEVER, NOT_SAID, Weights, Written

DAY_FORMAT, MINUTE_FORMAT = "%m/%d/%Y", "%H:%M"
WIDTH = 7  # digits of a number, at least

_CLOCK = pa.array([f"{minute // HOUR:02d}:{minute % HOUR:02d}" for minute in range(DAY)])
_SPOILED = pa.array([f"{second:02d}:05.0" for second in range(HOUR)])


def spell_numbers(begins: str, numbers: Ints) -> pa.Array:
    """Write numbers after a beginning; nothing where there is none."""
    digits = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), WIDTH, "0")
    written = pc.binary_join_element_wise(begins, digits, "")
    return pc.if_else(pa.array(numbers == NOT_SAID), "", written)


def spell_days(minutes: Ints) -> pa.Array:
    """Write the days of minutes since 1970 as month/day/year; nothing for `NEVER`."""
    there = minutes != NEVER
    days = np.where(there, minutes, minutes.max(initial=0)) // DAY
    first, last = (int(days.min()), int(days.max())) if len(days) else (0, 0)
    dates = np.arange(first, last + 1).astype("datetime64[D]").astype(object)
    texts = pa.array([date.strftime(DAY_FORMAT) for date in dates])
    return pc.if_else(pa.array(there), texts.take(pa.array(days - first)), "")


def spell_times(minutes: Ints) -> pa.Array:
    """Write minutes since 1970 as month/day/year hour:minute; nothing for `NEVER`."""
    clock = _CLOCK.take(pa.array(np.maximum(minutes, 0) % DAY))
    written = pc.binary_join_element_wise(spell_days(minutes), clock, " ")
    return pc.if_else(pa.array(minutes != NEVER), written, "")


def spoil_times(written: pa.Array, minutes: Ints, spoiled: Flags) -> pa.Array:
    """Leave of some times what a spreadsheet shows of them: 32:05.0."""
    return pc.if_else(pa.array(spoiled), _SPOILED.take(pa.array(minutes % HOUR)), written)


def spell_amounts(rng: Generator, amounts: Ints, blank: Weights) -> pa.Array:
    """Write whole numbers, some of them blank or as a word."""
    written = pc.if_else(pa.array(amounts == NOT_SAID), "", pc.cast(pa.array(amounts), pa.string()))
    return _blank(rng, written, blank)


def spell_codes(rng: Generator, positions: Ints, codes: Sequence[str], column: Written) -> pa.Array:
    """Write codes by the labels that people use for them, some of them blank.

    Args:
        rng: Draws which of a code's labels is written.
        positions: Positions in `codes`, or `NOT_SAID`.
        codes: Every code, in order.
        column: Says which labels each code has, by weight.

    Returns:
        One label a row.
    """
    labels, ends = ladder([column.written[code] for code in codes])
    at = np.searchsorted(ends, np.maximum(positions, 0) + rng.random(len(positions)), side="right")
    written = labels.take(pa.array(np.minimum(at, len(labels) - 1)))
    written = pc.if_else(pa.array(positions == NOT_SAID), "", written)
    return _blank(rng, written, column.blank)


def ladder(
    groups: Sequence[Weights],
) -> tuple[pa.Array, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Put the labels of all groups in one row, with where each ends: group number plus share."""
    labels = [label for weights in groups for label in weights]
    ends = [
        number + np.cumsum(list(weights.values())) / sum(weights.values())
        for number, weights in enumerate(groups)
    ]
    return pa.array(labels, pa.string()), np.concatenate(ends)


def spell_planted(begins: str, ends: str, first: int, n: int) -> pa.Array:
    """Write a planted value for every row, with a number of its own; quoted where it has to be."""
    numbers = pc.utf8_lpad(pc.cast(pa.array(np.arange(first, first + n)), pa.string()), 6, "0")
    if ends:
        begins, ends = (part.replace('"', '""') for part in (f"{begins}", ends))
        return pc.binary_join_element_wise(f'"{begins}', numbers, f'{ends}"', "")
    return pc.binary_join_element_wise(begins, numbers, "")


def join_lines(columns: Mapping[str, pa.Array]) -> pa.Array:
    """Join columns to the lines of a file, without their ends."""
    return pc.binary_join_element_wise(*columns.values(), ",")


def _blank(rng: Generator, written: pa.Array, blank: Weights) -> pa.Array:
    """Put what stands for nothing into some cells; weights are in percent of all cells."""
    if not blank:
        return written
    ends = np.cumsum(list(blank.values())) / 100
    draw = rng.random(len(written))
    at = np.searchsorted(ends, draw, side="right")
    instead = pa.array([*blank, ""]).take(pa.array(at))
    return pc.if_else(pa.array(at < len(ends)), instead, written)
