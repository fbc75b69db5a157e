"""Run a design: the effect, quarter by quarter, made-up tests, and each area left out.

panel -> **study** -> rules -> report -> page
"""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from reports.impact.designs import Design
from reports.impact.months import QUARTER, months_between
from reports.impact.panel import Lack, Panel, Window, read_panel
from reports.impact.ratio import Effect, estimate_effect


@dataclass(frozen=True, slots=True)
class Quarter:
    """Three months against all months before the start, as the effect itself is.

    `number` is 0 for the first quarter with teams and negative before it.
    """

    number: int
    first: str
    last: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Placebo:
    """A test where nothing should happen: a made-up start, or an outcome teams do not answer.

    `what` is the month or the outcome; `effect` is nothing where the counts are missing.
    """

    kind: Literal["start", "outcome"]
    what: str
    effect: Effect | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The effect without one area."""

    area: str
    treated: bool
    effect: Effect


@dataclass(frozen=True, slots=True)
class Study:
    """Everything that one design found."""

    design: Design
    panel: Panel
    effect: Effect
    quarters: tuple[Quarter, ...]
    placebos: tuple[Placebo, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def early(self) -> tuple[Quarter, ...]:
        """Quarters before the start."""
        return tuple(one for one in self.quarters if one.number < 0)


def run_study(design: Design, panel: Panel, outcomes: pd.DataFrame, window: Window) -> Study:
    """Run everything that a design asks for.

    Args:
        design: As decided.
        panel: Its counts.
        outcomes: The public table, for outcomes that should not change.
        window: Areas and months.

    Returns:
        The study.
    """
    return Study(
        design=design,
        panel=panel,
        effect=estimate_effect(panel.split()),
        quarters=by_quarter(panel),
        placebos=run_placebos(design, panel, outcomes, window),
        left_out=leave_out(panel),
    )


def by_quarter(panel: Panel) -> tuple[Quarter, ...]:
    """Compare every whole quarter with all months before the start.

    That is what the effect is compared with too, so the quarters after the start scatter around
    it, and those before it around zero. The ranges of the quarters before the start are widened so
    that all of them together hold the truth 9 times in 10: that they hold zero is one test, not as
    many as there are quarters.

    Args:
        panel: Counts of one outcome.

    Returns:
        Quarters in order.
    """
    first, last = -(panel.start // QUARTER), panel.n_after // QUARTER
    found = []
    for number in range(first, last):
        begin = panel.start + number * QUARTER
        looks = -first if number < 0 else 1
        split = panel.split(after=(begin, begin + QUARTER))
        effect = estimate_effect(split, looks=looks)
        months = panel.months[begin], panel.months[begin + QUARTER - 1]
        found.append(Quarter(number, *months, effect))
    return tuple(found)


def run_placebos(
    design: Design, panel: Panel, outcomes: pd.DataFrame, window: Window
) -> tuple[Placebo, ...]:
    """Run the tests where nothing should happen, their ranges widened as one family.

    A made-up start looks only at months before the real one.

    Args:
        design: Names the tests.
        panel: Counts of its outcome.
        outcomes: The public table.
        window: Areas and months.

    Returns:
        Made-up starts first, in the order of the design.
    """
    looks = len(design.placebo_starts) + len(design.placebo_outcomes)
    found: list[Placebo] = []
    for month in design.placebo_starts:
        place = months_between(panel.months[0], month)
        split = panel.split(before=(0, place), after=(place, panel.start))
        found.append(Placebo("start", month, estimate_effect(split, looks=looks)))
    for outcome in design.placebo_outcomes:
        other = read_panel(outcomes, outcome, window)
        effect = None if isinstance(other, Lack) else estimate_effect(other.split(), looks=looks)
        found.append(Placebo("outcome", outcome, effect))
    return tuple(found)


def leave_out(panel: Panel) -> tuple[LeftOut, ...]:
    """Estimate the effect without each area in turn: does one of them make it?

    Args:
        panel: Counts of one outcome.

    Returns:
        One result an area, treated ones first.
    """
    split = panel.split()
    return tuple(
        LeftOut(area, row < panel.n_treated, estimate_effect(split.without(row)))
        for row, area in enumerate(panel.areas)
    )
