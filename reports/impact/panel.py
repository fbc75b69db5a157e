"""Lay out public counts as areas by months, or say what is missing.

designs -> **panel** -> study -> report -> page
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from data_contracts.period import next_month
from reports.impact.months import QUARTER, months_between, span_months
from reports.impact.ratio import Matrix, Split

COLUMNS = ("month", "area", "outcome_code", "n_events")


@dataclass(frozen=True, slots=True)
class Lack:
    """Why something cannot be shown: the name of the text that says so, and what it is about."""

    text: str
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Panel:
    """Counts of one outcome, areas by months; treated areas first.

    `start` is the number of the first month with teams; `sd` the noise of a count, which public
    counts do not have.
    """

    outcome: str
    areas: tuple[str, ...]
    n_treated: int
    months: tuple[str, ...]
    start: int
    counts: Matrix
    sd: Matrix | float = 0.0

    @property
    def n_comparison(self) -> int:
        """Areas without teams."""
        return len(self.areas) - self.n_treated

    @property
    def n_after(self) -> int:
        """Months with teams."""
        return len(self.months) - self.start

    def split(
        self, *, before: tuple[int, int] | None = None, after: tuple[int, int] | None = None
    ) -> Split:
        """Cut it in four; each part is given by its first month and the one after its last."""
        return Split(
            counts=self.counts,
            treated=np.arange(len(self.areas)) < self.n_treated,
            before=self._between(before or (0, self.start)),
            after=self._between(after or (self.start, len(self.months))),
            sd=self.sd,
        )

    def _between(self, ends: tuple[int, int]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        numbers = np.arange(len(self.months))
        return (numbers >= ends[0]) & (numbers < ends[1])


@dataclass(frozen=True, slots=True)
class Window:
    """Which areas and months a panel is to hold; `last` is the end of the release's period."""

    treated: tuple[str, ...]
    comparison: tuple[str, ...]
    start: str
    pre_months: int
    last: str


def read_panel(outcomes: pd.DataFrame, outcome: str, window: Window) -> Panel | Lack:
    """Lay out one outcome, from the months before the start to the end of the period.

    Counts that end before the period does are used as far as every area has one. A hole is never
    filled: an area without a count in one month is not an area without events.

    Args:
        outcomes: The public table; one row per month, area and outcome, with `n_events`.
        outcome: Which one.
        window: Areas and months.

    Returns:
        The panel, or what it lacks.
    """
    rows = outcomes[outcomes["outcome_code"] == outcome]
    areas = (*window.treated, *window.comparison)
    if absent := [area for area in areas if area not in set(rows["area"])]:
        return Lack("imp_lack_areas", {"outcome": outcome, "areas": ", ".join(absent)})
    wide = rows.pivot_table(index="area", columns="month", values="n_events", aggfunc="sum")
    wide = wide.reindex(list(areas)).dropna(axis="columns", how="all")
    complete = sorted(str(month) for month in wide.columns[wide.notna().all()])
    first = next_month(window.start, steps=-window.pre_months)
    within = [month for month in complete if first <= month <= window.last]
    if not within or months_between(window.start, within[-1]) < QUARTER - 1:
        return Lack("imp_lack_after", {"outcome": outcome, "start": window.start})
    months = span_months(first, within[-1])
    if holes := [month for month in months if month not in within]:
        values: dict[str, str | int] = {"outcome": outcome, "n": len(holes), "first": holes[0]}
        return Lack("imp_lack_months", values)
    return Panel(
        outcome=outcome,
        areas=areas,
        n_treated=len(window.treated),
        months=months,
        start=window.pre_months,
        counts=wide[list(months)].to_numpy(float),
    )


def require_columns(outcomes: pd.DataFrame) -> Sequence[str]:
    """List the columns that the table of outcomes lacks."""
    return [column for column in COLUMNS if column not in outcomes.columns]
