"""Draw how wide each headline's range is, at every preset, so that unlike figures compare.

outlook -> **picture** -> page
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

from reports.numbers import Language
from reports.plan.headlines import LEVELS, UNITS
from reports.plan.outlook import Outlook, Preset
from reports.plan.words import headline_words, preset_name
from reports.site.chart import Axis, nice_axis, tick_words
from reports.texts import Texts

PICTURED = tuple(key for key in UNITS if key not in {"calls", "savings_by_kind", "unserved_reason"})
WIDEST = 100.0  # percent of the figure itself; beyond it nothing is said
BAR_PX, GAP_PX = 8, 3
ROW_PX = 46


@dataclass(frozen=True, slots=True)
class Bar:
    """One preset's range of one headline: where it stands, and what is said of it.

    `start` and `wide` are in percent of the picture, `top` in pixels; nothing can be told where
    `said` is a range as wide as the figure.
    """

    preset: str
    said: str
    start: float
    wide: float
    top: int
    own: bool
    hidden: bool


@dataclass(frozen=True, slots=True)
class RangeRow:
    """One headline, its bars in the order of presets."""

    label: str
    note: str
    bars: tuple[Bar, ...]

    @property
    def own(self) -> Bar:
        """The bar of the plan itself."""
        return next(bar for bar in self.bars if bar.own)


@dataclass(frozen=True, slots=True)
class Picture:
    """All rows on one scale, in percent of each figure itself; `keys` name the presets."""

    language: Language
    title: str
    rows: tuple[RangeRow, ...]
    axis: Axis
    keys: tuple[tuple[str, bool], ...]

    def tick(self, place: int) -> str:
        """Write every second number of the scale, its middle among them."""
        value, away = self.axis.ticks[place], abs(place - len(self.axis.ticks) // 2)
        return "" if away % 2 else tick_words(value, "{+}%", language=self.language)


def draw_ranges(outlook: Outlook, *, language: Language) -> Picture:
    """Draw the headlines' ranges at each preset.

    Args:
        outlook: The plan beside its presets.
        language: Of the reader.

    Returns:
        Rows in the order of headlines; one without a table has none.
    """
    keys = [key for key in PICTURED if outlook.forecast.headline(key).found] or [
        key for key in UNITS if outlook.forecast.headline(key).found
    ]
    widths = [
        wide
        for preset in outlook.presets
        for key in keys
        if isfinite(wide := preset.forecast.headline(key).of_itself) and wide < WIDEST
    ]
    half = nice_axis(max(widths, default=WIDEST))
    ticks = tuple(sorted({sign * tick for tick in half.ticks for sign in (-1, 1)}))
    axis = Axis(-half.high, half.high, ticks)
    return Picture(
        language=language,
        title=_title(outlook, keys, language),
        rows=tuple(_row(outlook, key, axis, language) for key in keys),
        axis=axis,
        keys=tuple(_keys(outlook, language)),
    )


def _title(outlook: Outlook, keys: list[str], language: Language) -> str:
    """Name the surest and the least sure figure of the plan."""
    t = Texts(language)
    ordered = sorted(keys, key=lambda key: outlook.forecast.headline(key).of_itself)
    names = [t(f"plan_name_{key}") for key in (*ordered[:1], *ordered[-1:])]
    return t("plan_picture_title", sure=names[0], unsure=names[-1]) if names else ""


def _row(outlook: Outlook, key: str, axis: Axis, language: Language) -> RangeRow:
    t, count = Texts(language), len(outlook.presets)
    high = count * BAR_PX + (count - 1) * GAP_PX
    return RangeRow(
        label=t(f"plan_name_{key}"),
        note=t(f"plan_of_{key}"),
        bars=tuple(
            _bar(
                preset,
                key,
                axis,
                top=place * (BAR_PX + GAP_PX) - high // 2,
                own=preset is outlook.own,
                language=language,
            )
            for place, preset in enumerate(outlook.presets)
        ),
    )


def _bar(preset: Preset, key: str, axis: Axis, *, top: int, own: bool, language: Language) -> Bar:
    one = preset.forecast.headline(key)
    wide = one.of_itself
    hidden = not isfinite(wide) or wide >= WIDEST
    start, end = (0.0, 100.0) if hidden else (axis.across(-wide), axis.across(wide))
    return Bar(
        preset=preset_name(preset.name, language=language),
        said=headline_words(one, LEVELS[0], language=language),
        start=start,
        wide=round(end - start, 2),
        top=top,
        own=own,
        hidden=hidden,
    )


def _keys(outlook: Outlook, language: Language) -> Iterator[tuple[str, bool]]:
    t = Texts(language)
    for preset in outlook.presets:
        name = preset_name(preset.name, language=language)
        own = preset is outlook.own
        yield (t("plan_key_own", preset=name) if own and preset.name else name, own)
