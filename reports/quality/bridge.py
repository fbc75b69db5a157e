"""Build the bridge between a year and its parts: why the parts do not add up to the year.

released -> **bridge** -> page
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from data_contracts.period import PeriodKind
from reports.anchor import loss_sd
from reports.estimate import Z90, Estimate, Mark
from reports.metrics import CONTACTS
from reports.quality.find import whole
from reports.released import Release

BLOCKS = (CONTACTS, "no_contact")
PARTS = {PeriodKind.QUARTER: ("Q", 4), PeriodKind.HALF: ("H", 2)}
STEPS = ("sum", "limit", "rest", "year_bounded", "year")


@dataclass(frozen=True, slots=True)
class Span:
    """One block from its parts to the year, each step with its noise.

    `parts` are the totals by release, `missing` the parts that are not published; then nothing
    can be added, and `steps` has the year alone. `limit` is what the limit of the parts was
    expected to take; its range is how far that may be off.
    """

    block: str
    parts: tuple[tuple[str, Estimate], ...]
    missing: tuple[str, ...]
    steps: tuple[tuple[str, Estimate], ...]
    anchored: bool

    @property
    def rows(self) -> tuple[tuple[str, Estimate], ...]:
        """Parts and steps in the order in which they are read."""
        return (*self.parts, *self.steps)


def build_bridge(year: Release, others: Sequence[Release]) -> tuple[Span, ...]:
    """Lead from the quarters (or halves) of a fiscal year to its yearly total.

    The year's own figures are taken, never those that were combined with the parts.

    Args:
        year: The yearly release, which is the official figure.
        others: Other releases of the program; those of the same fiscal year are its parts.

    Returns:
        One span a block; none where the year has no part at all.
    """
    year = year.own
    parts = {
        one.name: one
        for one in others
        if one.period.fiscal_year == year.period.fiscal_year and one.period.kind in PARTS
    }
    if not parts:
        return ()
    letter, n = PARTS[next(iter(parts.values())).period.kind]
    named = [f"{year.period.fiscal_year[2:]}-{letter}{number}" for number in range(1, n + 1)]
    spans = (_span(block, year, parts, named) for block in BLOCKS)
    return tuple(span for span in spans if span)


def _span(
    block: str, year: Release, parts: dict[str, Release], named: Sequence[str]
) -> Span | None:
    official = whole(year, block)
    if official is None:
        return None
    found, losses, errors = [], [], []
    for name in named:
        cells = whole(parts[name], block) if name in parts else None
        if cells is not None:
            found.append((name, parts[name].sum(cells)))
            facts, limited = parts[name].package.blocks[block], found[-1][1].value
            loss = facts.expected_clip_loss or 0.0
            losses.append(limited * loss / (1 - loss))
            errors.append(limited * loss_sd(loss, expected=facts.expected) / (1 - loss) ** 2)
    missing = tuple(name for name in named if name not in dict(found))
    anchored = block == CONTACTS and year.anchored
    bounded, total = year.sum(official), year.sum(year.scaled(official))
    steps = [("year_bounded", bounded)] if anchored else []
    steps.append(("year", total))
    if not missing:
        added = _spread(sum(one.value for _, one in found), sum(one.sd**2 for _, one in found))
        limit = _spread(sum(losses), sum(one**2 for one in errors))
        rest = _spread(
            total.value - added.value - limit.value, total.sd**2 + added.sd**2 + limit.sd**2
        )
        steps = [("sum", added), ("limit", limit), ("rest", rest), *steps]
    return Span(block, tuple(found), missing, tuple(steps), anchored)


def _spread(value: float, variance: float) -> Estimate:
    """Put the 90% range around a figure that may lie below zero."""
    sd = sqrt(variance)
    return Estimate(value, sd, value - Z90 * sd, value + Z90 * sd, Mark.USE)


def bridge_table(spans: Sequence[Span]) -> str:
    """Write the bridge as CSV: `block`, `step`, `value`, `low`, `high`, `sd`.

    A part that is not published has no row; steps that need it have none either.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["block", "step", "value", "low", "high", "sd"])
    for span in spans:
        for step, one in span.rows:
            figures = (one.value, one.low, one.high, one.sd)
            rows.writerow([span.block, step, *(f"{figure + 0.0:.3f}" for figure in figures)])
    return text.getvalue()
