"""Describe lines over time that can be drawn still and live from the same figures.

estimate -> **lines** -> still (SVG in the page) and live (Plotly)

How a page gets one, whatever its kind of picture (`Chart` with style `time` or `rows`, or `Lines`):

1. Make the picture: `Lines(...)` with one `Series` a line, each with one `Spot` a label. The first
   series is this program (token `data-1`, solid, round), the second what it is compared with
   (`data-2`, dashed, square), a third is an account (`data-3`, dotted, three-cornered); a fourth is
   a second picture. Give spots `low` and `high` for a band of 90%.
2. Make the page with `live=True` (`Site.page`), or the library is not loaded.
3. In the template: `{{ parts.figure(chart, t, files, live_of(chart)) }}`. That is the picture, its
   key, the table behind it and its files; leave `live_of` out for a still picture.

`month_ticks` names years, quarters or months under the axis, as there is room; `nice_axis` takes a
negative `lowest`; `scale` writes the numbers of the axis (`"{+}%"`, `"${n}"`); `Start` draws where
something began and hatches what came before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reports.estimate import Estimate, Mark
from reports.numbers import Language, Written, month_name
from reports.site.chart import Axis, Start, left_of, thinned, tick_words

Token = Literal["data-1", "data-2", "data-3"]
MONTHS_NAMED, QUARTERS_NAMED = 14, 30
MANY_SPOTS = 26


@dataclass(frozen=True, slots=True)
class Spot:
    """One value of a line, its 90% range where it has one, and what is said of both.

    Nothing is drawn where `value` is none. `hollow` is for what may be quoted as a range only.
    """

    value: float | None
    said: str
    low: float | None = None
    high: float | None = None
    span: str = ""
    hollow: bool = False

    @property
    def banded(self) -> bool:
        """Whether a range is drawn."""
        return self.value is not None and self.low is not None and self.high is not None


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name, one spot a label of the picture, and its color with dash and marker."""

    name: str
    spots: tuple[Spot, ...]
    ink: Token = "data-1"

    @property
    def banded(self) -> bool:
        """Whether any spot has a range."""
        return any(spot.banded for spot in self.spots)

    def runs(self, *, banded: bool = False) -> list[list[int]]:
        """Numbers of the spots in unbroken stretches."""
        found: list[list[int]] = [[]]
        for number, spot in enumerate(self.spots):
            if spot.banded if banded else spot.value is not None:
                found[-1].append(number)
            elif found[-1]:
                found.append([])
        return [run for run in found if run]


@dataclass(frozen=True, slots=True)
class Lines:
    """Several lines over ordered labels, their words and the table behind them.

    `labels` are the full names of the places along the axis, `ticks` the short names under it
    (empty where there is no room). `reference` is a level line with its words, `start` where
    something began; `note` stands under the table in place of the words on ranges, and
    `band` in the key.
    """

    key: str
    language: Language
    title: str
    about: str
    column: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    axis: Axis
    spoken: str
    ticks: tuple[str, ...] = ()
    start: Start | None = None
    reference: float | None = None
    reference_words: str = ""
    scale: str = "{n}"
    files: tuple[str, ...] = ()
    note: str = ""
    band: str = ""
    style: Literal["lines"] = "lines"

    @property
    def banded(self) -> bool:
        """Whether any line has a band."""
        return any(series.banded for series in self.series)

    @property
    def dotted(self) -> tuple[int, ...]:
        """Numbers of the spots that get a marker: all, or where a year or quarter is named."""
        if len(self.labels) <= MANY_SPOTS:
            return tuple(range(len(self.labels)))
        return tuple(number for number in range(len(self.labels)) if self.under(number))

    def left(self, number: float) -> float:
        """Middle of a place, in percent of the width."""
        return left_of(number, len(self.labels))

    def down(self, value: float) -> float:
        """Height of a value, in pixels from the top."""
        return self.axis.down(value)

    def tick(self, value: float) -> str:
        """Write a number of the axis."""
        return tick_words(value, self.scale, language=self.language)

    def under(self, number: int) -> tuple[str, ...]:
        """Name under the axis; empty where there is no room for it."""
        name = (self.ticks or self.labels)[number]
        return (name,) if name else ()

    def seldom(self, number: int) -> bool:
        """Whether a phone leaves this label out, for lack of room."""
        return number in thinned([n for n in range(len(self.labels)) if self.under(n)])

    def paths(self, series: Series) -> list[str]:
        """Corners of a line, for an SVG that is 100 wide; one text for each unbroken stretch."""
        return [" ".join(self._corner(series, n) for n in run) for run in series.runs()]

    def ribbons(self, series: Series) -> list[str]:
        """Corners of the band of a line: along its high ends and back along its low ones."""
        return [
            " ".join(
                [self._end(n, series.spots[n].high) for n in run]
                + [self._end(n, series.spots[n].low) for n in reversed(run)]
            )
            for run in series.runs(banded=True)
        ]

    def _corner(self, series: Series, number: int) -> str:
        return self._end(number, series.spots[number].value)

    def _end(self, number: int, value: float | None) -> str:
        return f"{self.left(number)},{self.down(value or 0.0)}"


def spot_of(found: Estimate, words: Written) -> Spot:
    """Make a spot of a figure as it was written; a withheld one is not drawn.

    >>> spot_of(Estimate(8, 1, 6, 10, Mark.USE), Written("about 8", "8", "6 to 10", "")).said
    '8'
    """
    if not words.about:
        return Spot(None, "")
    hollow = not words.value or found.mark is not Mark.USE
    return Spot(found.value, words.value or words.span, found.low, found.high, words.span, hollow)


def month_ticks(months: Sequence[str], *, language: Language) -> tuple[str, ...]:
    """Name months under an axis as there is room: each month, each quarter, or each year.

    >>> [name for name in month_ticks(["2021-11", "2021-12", "2022-01"], language="en")]
    ['Nov', 'Dec', 'Jan 2022']
    >>> years = [f"{year}-{month:02d}" for year in (2021, 2022, 2023) for month in range(1, 13)]
    >>> [name for name in month_ticks(years, language="en") if name]
    ['2021', '2022', '2023']

    Args:
        months: `YYYY-MM`, ascending.
        language: Of the reader.

    Returns:
        One name a month; empty where there is none.
    """
    january = {month for month in months if month.endswith("-01")}
    if len(months) > QUARTERS_NAMED:
        return tuple(month[:4] if month in january else "" for month in months)
    quarterly = len(months) > MONTHS_NAMED
    found = []
    for month in months:
        name = month_name(month, language=language, form="LLL")
        if month in january:
            found.append(f"{name} {month[:4]}")
        else:
            found.append("" if quarterly and (int(month[5:]) - 1) % 3 else name)
    return tuple(found)
