"""Draw how wide each headline's range is, at every preset, so that unlike figures compare.

outlook -> **picture** -> page
"""

from collections.abc import Iterator
from dataclasses import dataclass

from reports.numbers import Language
from reports.plan.headlines import LEVELS, NOTHING_SAID, UNITS
from reports.plan.outlook import Outlook, Preset
from reports.plan.words import headline_name, headline_words, preset_name
from reports.site.chart import Axis, nice_axis, tick_words
from reports.texts import Texts

PICTURED = tuple(key for key in UNITS if key not in {"calls", "savings_by_kind", "unserved_reason"})
BAR_PX, GAP_PX = 8, 3
ROW_PX = 46


@dataclass(frozen=True, slots=True)
class Bar:
    """One preset's range of one headline: where it stands, and what is said of it.

    `start` and `wide` are in percent of the picture, `top` in pixels; `tone` is how it is drawn.
    Nothing can be told where `said` is a range as wide as the figure.
    """

    preset: str
    tone: str
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
    """All rows on one scale, in percent of each figure itself; `keys` are presets and tones."""

    language: Language
    title: str
    rows: tuple[RangeRow, ...]
    axis: Axis
    keys: tuple[tuple[str, str], ...]

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
        Rows in the order of headlines, brought to the total where that is measured apart; a
        headline without a table has none.
    """
    keys = [key for key in PICTURED if outlook.forecast.headline(key).found] or [
        key for key in UNITS if outlook.forecast.headline(key).found
    ]
    widths = [
        wide
        for preset in outlook.presets
        for key in keys
        if (wide := preset.forecast.published(key).of_itself) < NOTHING_SAID
    ]
    half = nice_axis(max(widths, default=NOTHING_SAID))
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
    """Name the surest and the least sure of the figures that can be shown."""
    t = Texts(language)
    widths = {key: outlook.forecast.published(key).of_itself for key in keys}
    ordered = sorted((key for key in keys if widths[key] < NOTHING_SAID), key=widths.__getitem__)
    names = [headline_name(key, language=language)[0] for key in ordered]
    match names:
        case []:
            return t("plan_picture_title_none")
        case [one]:
            return t("plan_picture_title_one", name=one)
        case [sure, *_, unsure]:
            return t("plan_picture_title", sure=sure, unsure=unsure)
    raise AssertionError(names)


def _row(outlook: Outlook, key: str, axis: Axis, language: Language) -> RangeRow:
    count = len(outlook.presets)
    high = count * BAR_PX + (count - 1) * GAP_PX
    label, note = headline_name(key, language=language)
    return RangeRow(
        label=label,
        note=note,
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
    one = preset.forecast.published(key)
    wide = one.of_itself
    hidden = wide >= NOTHING_SAID
    start, end = (0.0, 100.0) if hidden else (axis.across(-wide), axis.across(wide))
    return Bar(
        preset=preset_name(preset.name, language=language),
        tone=_tone(preset, own=own),
        said=headline_words(one, LEVELS[0], language=language),
        start=start,
        wide=round(end - start, 2),
        top=top,
        own=own,
        hidden=hidden,
    )


def _tone(preset: Preset, *, own: bool) -> str:
    return "own" if own else preset.name


def _keys(outlook: Outlook, language: Language) -> Iterator[tuple[str, str]]:
    t = Texts(language)
    for preset in outlook.presets:
        name = preset_name(preset.name, language=language)
        own = preset is outlook.own
        said = t("plan_key_own", preset=name) if own and preset.name else name
        yield said, _tone(preset, own=own)
