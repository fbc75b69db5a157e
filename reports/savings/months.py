"""Count calls and visits month by month. release -> **months** -> report -> page."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from reports.estimate import Estimate, Mark, worse
from reports.metrics import Blocks
from reports.quality.find import dimension_facts, find_table, select
from reports.quality.gather import gather
from reports.released import Release
from reports.savings.draws import DRAWS, count_together, generator, range_of
from reports.savings.formula import Vector
from reports.savings.funnel import CONTACTS, NO_CONTACT

ALL: Blocks = {CONTACTS: {}}


@dataclass(frozen=True, slots=True)
class Month:
    """Calls received and visits in one month, each with its 90% range."""

    month: str
    calls: Estimate
    visits: Estimate


def count_months(release: Release) -> tuple[Month, ...]:
    """Count calls and visits by month, visits brought to their total.

    Args:
        release: Needs both blocks by month.

    Returns:
        One entry a month; none where a table is missing.
    """
    met = find_table(release, ["month"], block=CONTACTS)
    missed = find_table(release, ["month"], block=NO_CONTACT)
    if met is None or missed is None:
        return ()
    months = dimension_facts(release, "month").keys
    sums = {}
    for month in months:
        sums[f"met:{month}"] = release.scaled(select(release, met, {"month": (month,)}))
        called = gather(release, ALL, within={"month": (month,)}, lifted=True, calls=True)
        sums[f"called:{month}"] = called or sums[f"met:{month}"]
        sums[f"missed:{month}"] = select(release, missed, {"month": (month,)})
    counts = count_together(release, sums)
    middle, drawn = counts.at(), counts.draw(generator(release), DRAWS)
    found = []
    for month in months:
        marks = [release.sum(sums[f"{part}:{month}"]).mark for part in ("met", "missed")]
        visits, calls = (
            [count(values, month) for values in (middle, drawn)] for count in (_visits, _calls)
        )
        found.append(
            Month(
                month,
                calls=_estimate(calls[0], calls[1], mark=worse(*marks)),
                visits=_estimate(visits[0], visits[1], mark=marks[0]),
            )
        )
    return tuple(found)


def _visits(values: Mapping[str, Vector], month: str) -> Vector:
    return values[f"met:{month}"]


def _calls(values: Mapping[str, Vector], month: str) -> Vector:
    return values[f"called:{month}"] + values[f"missed:{month}"]


def _estimate(middle: Vector, drawn: Vector, *, mark: Mark) -> Estimate:
    _, low, high = range_of(drawn)
    return Estimate(float(middle[0]), float(np.std(drawn)), max(0.0, low), max(0.0, high), mark)
