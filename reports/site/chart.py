"""Describe one picture so that it can be drawn still and live from the same figures.

estimate -> **chart** -> still (SVG in the page) and live (Plotly)
"""

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Literal

from reports.estimate import Estimate, Mark
from reports.numbers import Language, Written, whole

NICE_STEPS = (1, 2, 5, 10)
WANTED_TICKS = 5
HEIGHT = 300
TICK_ROOM = 46
LONG_LABEL = 9
MANY_POINTS = 6
ROOM_FOR_LABELS = 12
DOT_FROM_ZERO = 0.6
DOT_PART = 0.03
LOOKS = ("use", "caution", "withheld", "plain")


@dataclass(frozen=True, slots=True)
class Axis:
    """Ends of a scale and where its lines stand."""

    low: float
    high: float
    ticks: tuple[int, ...]

    def across(self, value: float) -> float:
        """Position in percent from the low end, kept inside the scale.

        >>> Axis(0, 200, (0, 200)).across(50)
        25.0
        """
        part = (value - self.low) / (self.high - self.low) * 100
        return round(min(100.0, max(0.0, part)), 2)

    def down(self, value: float) -> float:
        """Height of a value, in pixels from the top of a picture.

        >>> Axis(-100, 100, (-100, 0, 100)).down(0)
        150.0
        """
        return round(HEIGHT * (1 - self.across(value) / 100), 1)

    @property
    def crosses_zero(self) -> bool:
        """Whether zero lies inside the scale, where it needs a line of its own."""
        return self.low < 0 < self.high


def nice_axis(
    highest: float, *, lowest: float = 0.0, cap: float | None = None, lines: int = WANTED_TICKS
) -> Axis:
    """Choose round ends and four to six lines for a scale.

    >>> nice_axis(187).ticks
    (0, 50, 100, 150, 200)
    >>> nice_axis(97, lowest=85, cap=100).ticks
    (85, 90, 95, 100)
    >>> nice_axis(11, lowest=-27).ticks
    (-30, -20, -10, 0, 10, 20)

    Args:
        highest: Highest value drawn.
        lowest: Lowest value drawn; the scale starts at zero unless it is negative or all values
            are far above zero. A scale with negative values always holds zero.
        cap: Highest value that makes sense, such as 100 of 100.
        lines: About how many lines there is room for.

    Returns:
        The scale.
    """
    highest = max(highest, 0.0)
    start = lowest if lowest < 0 or lowest > DOT_FROM_ZERO * highest else 0.0
    rough = max(highest - start, 1.0) / lines
    power = 10.0 ** floor(log10(rough))
    step = max(1, int(next(n * power for n in NICE_STEPS if n * power >= rough)))
    low = floor(start / step) * step
    top = highest if cap is None else min(highest, cap)
    count = max(1, ceil((top - low) / step))
    ticks = tuple(low + number * step for number in range(count + 1))
    return Axis(ticks[0], ticks[-1], ticks)


def tick_words(tick: float, scale: str, *, language: Language) -> str:
    """Write a number of a scale; `{n}` is the number, and `{+}` the number with its sign.

    >>> tick_words(20, "{+}%", language="en"), tick_words(0, "{+}%", language="en")
    ('+20%', '0%')
    >>> tick_words(2000, "${n}", language="es")
    '$2,000'
    """
    number = whole(tick, language=language)
    return scale.replace("{+}", f"+{number}" if tick > 0 else number).replace("{n}", number)


@dataclass(frozen=True, slots=True)
class Start:
    """Where something began: the number of the first point after it, and the words beside it."""

    at: int
    words: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One dot with its range: what it is called, its figure and its words.

    `short` is the name under the axis, `id` that of its line in `figures.csv`.
    `plain` is what the others are compared with: an ink dot without a range.
    `range_only` is a harm: its range is drawn and written whatever the mark says. `ordinary` and
    `limits` are what to expect of it without and with privacy noise; `href` where it leads.
    """

    label: str
    found: Estimate
    words: Written
    short: str = ""
    range_only: bool = False
    ordinary: tuple[float, float] | None = None
    limits: tuple[float, float] | None = None
    href: str = ""
    note: str = ""
    plain: bool = False
    id: str = ""

    @property
    def withheld(self) -> bool:
        """Whether nothing may be drawn."""
        return not self.words.about

    @property
    def look(self) -> str:
        """Class of its dot and bar: solid, hollow, hatched, or a dot of ink alone."""
        if self.withheld:
            return "withheld"
        if self.plain:
            return "plain"
        hollow = self.range_only or self.found.mark is not Mark.USE
        return "caution" if hollow else "use"

    @property
    def lines(self) -> tuple[str, ...]:
        """Label in one line, or in two where it is long."""
        label = self.short or self.label
        words = label.split()
        if len(label) <= LONG_LABEL or len(words) == 1:
            return (label,)
        cuts = range(1, len(words))
        half = min(cuts, key=lambda cut: abs(len(" ".join(words[:cut])) - len(label) / 2))
        return (" ".join(words[:half]), " ".join(words[half:]))


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture, its words and the table behind it.

    `style` is `time` where the order of points means something, `rows` where it does not;
    `unit` names what the scale counts, `of` says in words what each figure counts and of what (as
    `about` does, where it is not given); `spoken` says the finding to those who cannot see it.
    `ticks` are names under the axis where not every point has room for one (nothing for those
    that get none), `scale` how a number of the axis is written, `start` hatches the points before
    it, `marked` is false where no figure carries a mark.
    """

    key: str
    language: Language
    title: str
    about: str
    style: Literal["time", "rows"]
    column: str
    unit: str
    points: tuple[Point, ...]
    axis: Axis
    spoken: str
    target: float | None = None
    target_words: str = ""
    mean: float | None = None
    joined: bool = False
    files: tuple[str, ...] = ()
    ticks: tuple[str, ...] = ()
    scale: str = "{n}"
    start: Start | None = None
    marked: bool = True
    of: str = ""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Looks that occur, in the order of the key."""
        present = {point.look for point in self.points}
        return tuple(look for look in LOOKS if look in present)

    @property
    def limited(self) -> bool:
        """Whether an expected range is drawn."""
        return any(point.limits for point in self.points)

    @property
    def narrow(self) -> bool:
        """Whether some range is hidden behind its dot."""
        wide = self.axis.high - self.axis.low
        return any(
            point.look == "use" and (point.found.high - point.found.low) < DOT_PART * wide
            for point in self.points
        )

    def left(self, number: float) -> float:
        """Middle of a point, in percent of the width."""
        return left_of(number, len(self.points))

    def down(self, value: float) -> float:
        """Height of a value, in pixels from the top."""
        return self.axis.down(value)

    def tick(self, value: float) -> str:
        """Write a number of the axis."""
        return tick_words(value, self.scale, language=self.language)

    def under(self, number: int) -> tuple[str, ...]:
        """Name under the axis, in one or two lines; empty where there is no room for it."""
        if self.ticks:
            return (self.ticks[number],) if self.ticks[number] else ()
        crowded = len(self.points) > 2 * ROOM_FOR_LABELS
        every = ceil(len(self.points) / ROOM_FOR_LABELS) if crowded else 1
        return () if number % every else self.points[number].lines

    def seldom(self, number: int) -> bool:
        """Whether a phone leaves this label out, for lack of room."""
        named = [n for n in range(len(self.points)) if self.under(n)]
        return number in thinned(named)


def left_of(number: float, count: int) -> float:
    """Middle of the place of a point among so many, in percent of the width.

    >>> left_of(0, 4), left_of(3.5, 4)
    (12.5, 100.0)
    """
    return round((number + 0.5) / count * 100, 2)


def thinned(named: list[int]) -> list[int]:
    """Choose the labels that a phone leaves out, so that about six stay.

    >>> thinned([0, 12, 24])
    []
    >>> thinned(list(range(8)))
    [1, 3, 5, 7]
    """
    every = ceil(len(named) / MANY_POINTS)
    return [number for place, number in enumerate(named) if place % every]
