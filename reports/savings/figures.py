"""Draw the curves and series of the savings report.

model -> **figures** -> page
"""

from math import floor, log10

import numpy as np

from reports.estimate import Estimate
from reports.numbers import Language, Written, aside, month_name, step_of, whole, write
from reports.savings.curves import HUNDRED, assumed_share, break_even, by_police_share, chance
from reports.savings.curves import chances as chances_of
from reports.savings.model import Model
from reports.savings.report import Savings
from reports.savings.words import (
    MILLION,
    THOUSAND,
    amount,
    chance_words,
    dollars,
    short_dollars,
)
from reports.site.chart import Axis, nice_axis
from reports.site.lines import Lines, Series, Spot, month_ticks, spot_of
from reports.texts import Texts

SHARES = tuple(range(0, HUNDRED + 1, 10))
TAIL = 1  # of 100 draws beyond each end of the curve of chances
CURVE_POINTS = 9
WIDE_FOR_MILLIONS = 3
OF_100 = Axis(0, HUNDRED, (0, 20, 40, 60, 80, HUNDRED))


def months_chart(savings: Savings, *, language: Language) -> Lines | None:
    """Draw calls received and visits by month; nothing where the release has no months."""
    if len(savings.months) <= 1:
        return None
    t, months = Texts(language), [one.month for one in savings.months]
    series = []
    for name, token in (("calls", "data-2"), ("visits", "data-1")):
        found = [getattr(one, name) for one in savings.months]
        spots = tuple(spot_of(one, write(one, language=language)) for one in found)
        series.append(Series(t(f"sav_months_{name}"), spots, token))  # type: ignore[arg-type]
    title = _months_title(savings, language=language)
    highest = max(one.calls.high for one in savings.months)
    return Lines(
        key="months",
        language=language,
        title=title,
        about=t("sav_months_about" if _one_a_call(savings) else "sav_months_about_people"),
        column=t("sav_month"),
        unit=t("sav_months_unit"),
        labels=tuple(month_name(month, language=language) for month in months),
        series=tuple(reversed(series)),
        axis=nice_axis(highest),
        spoken=_spoken(title, months, series[1].spots, language=language),
        ticks=month_ticks(months, language=language),
    )


def _months_title(savings: Savings, *, language: Language) -> str:
    """Say how many calls end with a visit: a call counts once, however many people were met."""
    if savings.funnel is not None:
        ends = [savings.funnel.step(key).found.value for key in ("met", "received")]
    else:
        ends = [sum(one.visits.value for one in savings.months)]
        ends.append(sum(one.calls.value for one in savings.months))
    share = write_share(ends[0] / ends[1] * HUNDRED, language=language)
    return Texts(language)("sav_months_title", n=share)


def _one_a_call(savings: Savings) -> bool:
    """Whether calls are counted once each, apart from the people met."""
    return savings.funnel is not None and savings.funnel.counted


def write_share(of_100: float, *, language: Language) -> str:
    """Write a share of 100 as a whole number."""
    return whole(round(of_100), language=language)


def _spoken(title: str, months: list[str], spots: tuple[Spot, ...], *, language: Language) -> str:
    t = Texts(language)
    values = " ".join(
        t("spoken_value", label=month_name(month, language=language), value=spot.said)
        for month, spot in zip(months, spots, strict=True)
    )
    return t("spoken", title=title, values=values)


def chance_chart(model: Model, cost_usd: float | None, *, language: Language) -> Lines:
    """Draw the chance that the net, or the value where no cost is known, exceeds an amount."""
    t, cost = Texts(language), cost_usd or 0.0
    net = model.drawn.value.resource_usd - cost
    low, high = np.quantile(net, [TAIL / HUNDRED, 1 - TAIL / HUNDRED])
    points = nice_axis(float(high), lowest=float(low), lines=CURVE_POINTS).ticks
    found = chances_of(model, cost, points)
    kind = "net" if cost_usd is not None else "value"
    covers = chance_words(chance(net, above=0.0), language=language)
    step = power_of_ten(points[1] - points[0])
    labels = tuple(dollars(point, language=language, step=step) for point in points)
    title = (
        t("sav_chance_title_net", n=covers)
        if cost_usd is not None
        else t(
            "sav_chance_title_value",
            n=chance_words(found[len(found) // 2][1], language=language),
            amount=labels[len(found) // 2],
        )
    )
    spots = tuple(Spot(value, chance_words(value, language=language)) for _, value in found)
    values = " ".join(
        t("spoken_value", label=label, value=spot.said)
        for label, spot in zip(labels, spots, strict=True)
    )
    return Lines(
        key="chance",
        language=language,
        title=title,
        about=t(f"sav_chance_about_{kind}"),
        column=t(f"sav_chance_column_{kind}"),
        unit=t("sav_chance_unit"),
        labels=labels,
        series=(Series(t("sav_chance_series"), spots),),
        axis=OF_100,
        spoken=t("spoken", title=title, values=values),
        ticks=tuple(short_dollars(point, language=language) for point in points),
        note=t("sav_chance_note"),
    )


def share_chart(model: Model, cost_usd: float | None, *, language: Language) -> Lines:
    """Draw the net value, or the value, against the share of calls police would have attended."""
    t, cost = Texts(language), cost_usd or 0.0
    curve = by_police_share(model, cost, SHARES)
    widest = max(abs(end) for point in curve for end in (point.low, point.high))
    scale = MILLION if widest >= WIDE_FOR_MILLIONS * MILLION else THOUSAND
    kind = "net" if cost_usd is not None else "value"
    spots = []
    for point in curve:
        words = _range_words(point.value, point.low, point.high, language=language)
        ends = [end / scale for end in (point.value, point.low, point.high)]
        spots.append(Spot(ends[0], words.value, ends[1], ends[2], words.span))
    labels = tuple(t("share_words", n=whole(share, language=language)) for share in SHARES)
    title = _share_title(model, cost_usd, language=language)
    values = " ".join(
        t("spoken_value", label=label, value=spot.said)
        for label, spot in zip(labels, spots, strict=True)
    )
    return Lines(
        key="break-even",
        language=language,
        title=title,
        about=t(f"sav_share_about_{kind}_{'m' if scale == MILLION else 'k'}"),
        column=t("sav_share_column"),
        unit=t(f"sav_share_unit_{kind}"),
        labels=labels,
        series=(Series(t(f"sav_share_series_{kind}"), tuple(spots)),),
        axis=nice_axis(
            max(point.high for point in curve) / scale,
            lowest=min(0.0, *(point.low for point in curve)) / scale,
        ),
        spoken=t("spoken", title=title, values=values),
        ticks=tuple(whole(share, language=language) for share in SHARES),
        note=t("sav_range_note"),
        band=t("sav_band_range"),
    )


def power_of_ten(value: float) -> int:
    """Find the largest power of ten that is not above a value.

    >>> power_of_ten(500_000), power_of_ten(7)
    (100000, 1)
    """
    return int(10 ** floor(log10(max(value, 1.0))))


def _share_title(model: Model, cost_usd: float | None, *, language: Language) -> str:
    t = Texts(language)
    assumed = amount(assumed_share(model), language=language, cap=HUNDRED)
    if cost_usd is None:
        return t("sav_share_title_value", n=assumed.value or assumed.span)
    even = break_even(model, cost_usd)
    said = assumed.value or assumed.span
    if even.median > HUNDRED:
        return t("sav_share_title_never", assumed=said)
    if even.median < 0:
        return t("sav_share_title_always", assumed=said)
    found = Estimate(even.median, 0.0, max(0.0, even.low), even.high, even.mark)
    words = write(found, language=language, open_from=HUNDRED)
    if not words.value:
        return t("sav_share_title_range", span=words.span, assumed=said)
    return t("sav_share_title_net", n=words.value, span=aside(words), assumed=said)


def _range_words(value: float, low: float, high: float, *, language: Language) -> Written:
    step, t = step_of(low, high), Texts(language)
    said, first, last = (dollars(end, language=language, step=step) for end in (value, low, high))
    return Written("", said, t("span", low=first, high=last), "")
