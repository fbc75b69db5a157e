"""Lay out what moves the figure, and where the doubt comes from.

model -> **moves** -> page
"""

from math import ceil, floor

from reports.numbers import Language
from reports.savings.assumptions import Assumptions
from reports.savings.curves import HUNDRED
from reports.savings.model import DOUBTS, Model, Swing
from reports.savings.rows import Row, Rows, bar_of, ticks_of
from reports.savings.words import MILLION, THOUSAND, chance_words, dollars, in_dollars, plain
from reports.site.chart import Axis, nice_axis
from reports.texts import Texts

SHOWN_SWINGS = 9
ROOM_FOR_ENDS = 0.12  # of the widest swing, for the words at its ends


def tornado_rows(model: Model, *, language: Language) -> Rows:
    """Draw how far each assumption alone moves the resources freed; privacy noise always."""
    t, swings = Texts(language), [*model.swings[:SHOWN_SWINGS], model.noise_swing]
    ends = [end for one in swings for end in (one.at_low, one.at_high)]
    axis = _near_axis(min(ends), max(ends))
    rows = tuple(_swing(model, one, axis, language=language) for one in swings)
    first = swings[0]
    return Rows(
        title=t(
            "sav_tornado_title", name=_name(model.assumptions, first, language=language).lower()
        ),
        about=t("sav_tornado_about", n=_said(model.central, language=language)),
        column=t("sav_tornado_column"),
        said=t("sav_tornado_said"),
        rows=rows,
        ticks=ticks_of(axis, language=language),
        zero=axis.across(model.central),
    )


def _near_axis(low: float, high: float) -> Axis:
    """Choose a scale that need not hold zero, with room for the words at both ends."""
    room = (high - low) * ROOM_FOR_ENDS
    step = nice_axis(max(high - low + 2 * room, 1.0)).ticks[1]
    first, last = floor((low - room) / step), ceil((high + room) / step)
    ticks = tuple(step * number for number in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], ticks)


def _name(assumptions: Assumptions, one: Swing, *, language: Language) -> str:
    if one.name == "noise":
        return Texts(language)("sav_noise")
    name = one.name.partition("@")[0]
    parameter = assumptions.parameters[name]
    return parameter.label(one.key, language=language)


def _swing(model: Model, one: Swing, axis: Axis, *, language: Language) -> Row:
    t, middle = Texts(language), model.central
    low, high = sorted((one.at_low, one.at_high))
    ends = None
    if one.name != "noise":
        span = model.assumptions.spans[one.name][one.key]
        priced = "@" not in one.name and in_dollars(model.assumptions.parameters[one.name])
        first, last = (
            plain(end, language=language, priced=priced) for end in (span.low, span.high)
        )
        ends = (first, last) if one.at_low <= one.at_high else (last, first)
    looks = ("low", "high") if one.at_low <= one.at_high else ("high", "low")
    said = [_said(end, language=language) for end in (one.at_low, one.at_high)]
    return Row(
        _name(model.assumptions, one, language=language),
        note=t("sav_noise_note") if one.name == "noise" else "",
        bars=(
            bar_of(axis, low, max(low, min(middle, high)), looks[0]),
            bar_of(axis, min(high, max(middle, low)), high, looks[1]),
        ),
        value=t("span", low=said[0], high=said[1]),
        ends=ends,
    )


def _said(value: float, *, language: Language) -> str:
    step = MILLION // 10 if abs(value) >= MILLION else 10 * THOUSAND
    return dollars(value, language=language, step=step)


def doubt_rows(model: Model, *, language: Language) -> Rows:
    """Draw each part of the doubt as a bar of its own, never stacked."""
    t, parts = Texts(language), model.doubt
    axis = Axis(0, HUNDRED, (0, HUNDRED))
    rows = tuple(
        Row(
            t(f"sav_doubt_{part}"),
            note=t(f"sav_doubt_note_{part}"),
            bars=(
                bar_of(axis, 0, HUNDRED, "ground"),
                bar_of(axis, 0, parts[part], "whole"),
            ),
            value=chance_words(parts[part], language=language),
        )
        for part in DOUBTS
    )
    least = min(parts, key=lambda part: parts[part])
    most = max(parts, key=lambda part: parts[part])
    title = "sav_doubt_title_noise" if least == "noise" else "sav_doubt_title"
    return Rows(
        title=t(title, name=t(f"sav_doubt_{most}").lower()),
        about=t("sav_doubt_about"),
        column=t("sav_doubt_column"),
        said=t("sav_doubt_said"),
        rows=rows,
    )
