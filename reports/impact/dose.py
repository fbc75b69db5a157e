"""Ask whether an effect fits the size of the program: events avoided for each visit.

study -> **dose** -> report -> page
"""

from dataclasses import dataclass
from enum import StrEnum
from math import exp

from reports.estimate import Z90, Estimate, Mark
from reports.impact.study import Study
from reports.quality.find import find_table, has_keys, select, whole
from reports.released import Cells, Release

CONTACTS, ANCHOR, AREA = "contacts", "anchor", "area"


class Fit(StrEnum):
    """Whether each event avoided could have been avoided by a visit of its own."""

    DIRECT = "direct"
    UNCLEAR = "unclear"
    TOO_MUCH = "too_much"


@dataclass(frozen=True, slots=True)
class Dose:
    """Visits in the months of the release, and what the effect amounts to in the same months.

    `avoided` and `each` are best value, low and high end; `bounded` says that the visits leave out
    what the privacy clip cut off, so that the truth is a little higher.
    """

    visits: Estimate
    avoided: tuple[float, float, float]
    each: tuple[float, float, float]
    bounded: bool

    @property
    def fit(self) -> Fit:
        """Judge by the whole range of events for each visit."""
        if self.each[2] <= 1:
            return Fit.DIRECT
        return Fit.TOO_MUCH if self.each[1] > 1 else Fit.UNCLEAR


def find_dose(release: Release, study: Study, *, all_areas: bool) -> Dose | None:
    """Set the effect beside the visits of a release.

    Args:
        release: Its contacts and its months.
        study: The effect and the public counts.
        all_areas: Whether every area of the program is treated; otherwise visits are counted by
            area.

    Returns:
        The dose; nothing where the release does not count such visits, or the public counts do
        not cover its months.
    """
    chosen = _visits(release, study, all_areas=all_areas)
    months = [month for month in release.period.months if month in study.panel.months]
    if chosen is None or len(months) < len(release.period.months) or not study.effect.defined:
        return None
    cells, bounded = chosen
    visits = release.sum(cells)
    if visits.value <= 0 or visits.mark is Mark.WITHHELD:
        return None
    places = [study.panel.months.index(month) for month in months]
    seen = float(study.panel.counts[: study.panel.n_treated, places].sum())
    effect = study.effect
    value, low, high = (seen * (exp(-one) - 1) for one in (effect.log, effect.high, effect.low))
    return Dose(visits, (value, low, high), per_visit((value, low, high), visits), bounded)


def per_visit(avoided: tuple[float, float, float], visits: Estimate) -> tuple[float, float, float]:
    """Divide events avoided by visits, both with their ranges.

    >>> one, low, high = per_visit((50, 30, 70), Estimate(100, 0, 100, 100, Mark.USE))
    >>> one, low, high
    (0.5, 0.3, 0.7)

    Args:
        avoided: Best value, low and high end.
        visits: A noisy count.

    Returns:
        Best value, low and high end.

    Source: Zou and Donner 2008, Statistics in Medicine 27 (distances of the ends are squared and
        added), for two figures that do not depend on each other.
    """
    value, low, high = avoided
    each = value / visits.value
    noise = Z90 * abs(each) * visits.sd / visits.value
    down = (((value - low) / visits.value) ** 2 + noise**2) ** 0.5
    up = (((high - value) / visits.value) ** 2 + noise**2) ** 0.5
    return each, each - down, each + up


def _visits(release: Release, study: Study, *, all_areas: bool) -> tuple[Cells, bool] | None:
    where = dict(study.design.answered)
    if not all_areas:
        where[AREA] = study.panel.areas[: study.panel.n_treated]
    if not where:
        total = whole(release, ANCHOR)
        if total is not None:
            return total, False
        total = whole(release, CONTACTS)
        return (total, True) if total is not None else None
    table = find_table(release, where, block=CONTACTS)
    if table is None or not has_keys(release, table, where):
        return None
    return select(release, table, where), True
