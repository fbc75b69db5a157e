"""Write every figure that the pages of a report print into one file, unrounded.

estimate -> figures -> page and **printed** -> figures.csv

A page gives what it prints: the same objects that its sentences, pictures and tables are made of.
The file is written from those and from nothing else, so it cannot say anything different.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from math import isnan

from reports.errors import ReportError
from reports.estimate import Estimate, Mark
from reports.numbers import Written
from reports.site.chart import Chart

FILE = "figures.csv"
COLUMNS = (
    "id", "measure", "cell", "name", "value", "low", "high", "sd", "mark", "missing_of_100",
    "unit", "of", "printed_value", "printed_range",
)  # fmt: skip
EXACT, NOT_WHOLE = "exact", "not_whole"
RANGE_ONLY, WITHHELD, NO_RANGE = "range_only", "withheld", "no_range"
_PARTS = 3


@dataclass(frozen=True, slots=True)
class Printed:
    """One figure as a page prints it.

    `id` is page, part of the page and cell, as in `response-time/figure/10_to_14`; the page carries
    it in `data-figure` wherever it prints the figure. `of` says in words what the figure counts and
    of what, `missing` is the share of the records behind it, of 100, that have no answer.
    """

    id: str
    name: str
    found: Estimate
    words: Written
    mark: str
    unit: str
    of: str
    missing: Estimate | None = None

    @property
    def row(self) -> tuple[str, ...]:
        """Its line of the file; what the page does not print stays empty."""
        measure, _, cell = self.id.split("/", maxsplit=_PARTS - 1)
        one = self.found
        ends = [
            "" if self.mark == WITHHELD or isnan(end) else number(end)
            for end in (one.value, one.low, one.high, one.sd)
        ]
        missing = number(self.missing.value) if self.missing else ""
        return (
            self.id, measure, cell, self.name, *ends, self.mark, missing,
            self.unit, self.of, self.words.value, self.words.span,
        )  # fmt: skip


def number(value: float) -> str:
    """Write a number in full: the shortest text that is read back as the same number.

    >>> number(0.1 + 0.2), number(26.0), number(float("inf"))
    ('0.30000000000000004', '26.0', 'inf')
    """
    return repr(float(value))


def exact(
    id_: str, name: str, value: float, *, unit: str, of: str, said: str, whole: bool = True
) -> Printed:
    """Print a number of the accounts: no noise, no range.

    Args:
        id_: Page, part and cell.
        name: What it is called.
        value: As reported.
        unit: What it counts.
        of: What it is about, in words.
        said: As the page prints it.
        whole: Whether every delivered row that belongs to it is in it.

    Returns:
        The figure; both ends of its range are the number itself.
    """
    found = Estimate(value, 0.0, value, value, Mark.USE)
    mark = EXACT if whole else NOT_WHOLE
    return Printed(id_, name, found, Written(said, said, said, ""), mark, unit, of)


def of_chart(chart: Chart, *, missing: Estimate | None = None) -> list[Printed]:
    """List the figures of a picture, one a point that has an `id`.

    Args:
        chart: As the page draws it.
        missing: Share of the records behind it that have no answer.

    Returns:
        In the order of the picture.
    """
    return [
        Printed(
            point.id,
            point.label,
            point.found,
            point.words,
            RANGE_ONLY if point.range_only and not point.withheld else point.look,
            chart.unit.rstrip("."),
            chart.of or chart.about,
            missing,
        )
        for point in chart.points
        if point.id
    ]


def figures_csv(figures: Iterable[Printed]) -> str:
    """Write figures as CSV, each once.

    Args:
        figures: Of all pages of a report, in their order; what two pages print may come twice.

    Returns:
        A header and one line a figure.

    Raises:
        ReportError: Two pages print different numbers under one id.
    """
    rows: dict[str, Printed] = {}
    for one in figures:
        before = rows.setdefault(one.id, one)
        if before.row[4:9] != one.row[4:9]:
            raise ReportError(
                f"Figure {one.id!r} is printed with two values. Give each its own id, or print one."
            )
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(one.row for one in rows.values())
    return text.getvalue()
