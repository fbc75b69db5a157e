"""Turn estimates into pictures.

estimate -> **figures** -> page
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from math import inf, isfinite, sqrt

from data_contracts.period import PeriodKind
from reports.estimate import Estimate, Mark
from reports.metrics import Board, Target
from reports.numbers import Language, month_name, period_name, the_period, whole, write
from reports.quality.estimate import Breakdown, Result, Row
from reports.quality.findings import (
    OF,
    breakdown_title,
    capital,
    groups_title,
    target_words,
    unit,
    value_words,
)
from reports.quality.findings import apart as differ
from reports.released import Release
from reports.site.chart import Axis, Chart, Point, nice_axis
from reports.texts import Texts

LIMIT_SD = 3.0
FEWEST_FOR_LIMITS = 4
ROOM_FOR_WORDS = 1.04
MONTH = re.compile(r"\d{4}-\d{2}")
Past = Sequence[tuple[Release, Result]]


def breakdown_chart(result: Result, *, language: Language) -> Chart:
    """Draw the picture of a measure: its dimension, value by value."""
    figure, t = result.measure.figure, Texts(language)
    cap = OF if figure.show == "share" else inf
    scale = f" {t('unit_minutes').lower()}"
    points = tuple(
        _row_point(row, cap, language=language, scale=scale) for row in result.breakdown.rows
    )
    title, axis = breakdown_title(result, language=language), _axis(points, cap=cap)
    return Chart(
        key="figure",
        language=language,
        title=title,
        about=_start(figure.about[language], axis, language=language),
        style=figure.style,
        column=result.breakdown.title[language],
        unit=f"{unit(result.measure, figure.show, language=language)}.",
        points=points,
        axis=axis,
        spoken=_spoken(title, points, t),
        files=(result.breakdown.table,),
    )


def group_charts(result: Result, board: Board, *, language: Language) -> tuple[Chart, ...]:
    """Draw a measure's first figure for every group that the release can tell."""
    return tuple(
        _group_chart(result, group, board.targets.get(result.measure.key), language=language)
        for group in result.groups
    )


def _group_chart(
    result: Result, group: Breakdown, target: Target | None, *, language: Language
) -> Chart:
    t, first = Texts(language), result.measure.values[0]
    cap = OF if first.kind == "share" else inf
    points = tuple(
        _row_point(row, cap, language=language, open_from=result.open_from) for row in group.rows
    )
    title, scale = (
        groups_title(group, language=language),
        unit(result.measure, first.kind, language=language),
    )
    goal, words = _goal(target, result, language=language)
    axis = _axis(points, cap=cap, target=goal)
    return Chart(
        key=f"by-{group.dim}",
        language=language,
        title=title,
        about=_start(t("groups_about", unit=scale), axis, language=language),
        style="rows",
        column=group.title[language],
        unit=f"{scale}.",
        points=points,
        axis=axis,
        spoken=_spoken(title, points, t),
        target=goal,
        target_words=words,
        files=(group.table,),
    )


def trend_chart(past: Past, board: Board, *, language: Language) -> Chart | None:
    """Draw a measure's first figure over all releases of one kind, with what to expect of it.

    Args:
        past: Releases and results, oldest first.
        board: Gives the target.
        language: Of the reader.

    Returns:
        The picture; nothing for a first release.
    """
    if len(past) <= 1:
        return None
    t, last = Texts(language), past[-1][1]
    points = tuple(
        Point(
            label=period_name(release.period, language=language),
            short=_short(release),
            found=result.values[0],
            words=value_words(result, 0, language=language),
            range_only=result.measure.harm,
        )
        for release, result in past
    )
    share = last.measure.values[0].kind == "share"
    points, mean = _expect([result for _, result in past], points) if share else (points, None)
    goal, words = _goal(board.targets.get(last.measure.key), last, language=language)
    axis = _axis(points, cap=OF if share else inf, target=goal)
    scale = unit(last.measure, last.measure.values[0].kind, language=language)
    title = trend_title(points, [release for release, _ in past], language=language)
    return Chart(
        key="trend",
        language=language,
        title=title,
        about=_start(t("trend_about", unit=scale), axis, language=language),
        style="time",
        column=t("col_period"),
        unit=f"{scale}.",
        points=points,
        axis=axis,
        spoken=_spoken(title, points, t),
        target=goal,
        target_words=words,
        mean=mean,
        joined=True,
    )


def trend_title(points: Sequence[Point], releases: Sequence[Release], *, language: Language) -> str:
    """Say whether anything changed, or stands out, by more than noise and ordinary variation."""
    t = Texts(language)
    if any(point.limits for point in points):
        outside = [
            point.label
            for point in points
            if point.limits and not point.limits[0] <= point.found.value <= point.limits[1]
        ]
        return t("trend_outside", which=", ".join(outside)) if outside else t("trend_inside")
    first, last = points[0], points[-1]
    names = {
        "first": the_period(releases[0].period, language=language),
        "last": the_period(releases[-1].period, language=language),
    }
    if first.withheld or last.withheld or not differ(first.found, last.found, pairs=1):
        return t("trend_same", **names)
    return t("trend_up" if last.found.value > first.found.value else "trend_down", **names)


def _short(release: Release) -> str:
    """Name a release under an axis: the year of a yearly one, else its period."""
    yearly = release.period.kind is PeriodKind.YEAR
    return release.name.removeprefix("FY") if yearly else release.name


def list_chart(results: Sequence[Result], *, language: Language) -> Chart:
    """Draw all shares of a report on one scale, each in a row of its own."""
    t = Texts(language)
    points = tuple(
        Point(
            label=result.measure.name[language],
            found=result.values[0],
            words=value_words(result, 0, language=language),
            range_only=result.measure.harm,
            href=f"{result.measure.key.replace('_', '-')}.html",
            note=result.measure.values[0].rest[language],
        )
        for result in results
    )
    title = t("measures_share_title")
    return Chart(
        key="shares",
        language=language,
        title=title,
        about=t("measures_share_about"),
        style="rows",
        column=t("measure"),
        unit=t("of_100"),
        points=points,
        axis=Axis(0, OF, (0, 20, 40, 60, 80, OF)),
        spoken=_spoken(title, points, t),
    )


def _row_point(
    row: Row, cap: float, *, language: Language, open_from: float = inf, scale: str = ""
) -> Point:
    words = write(row.found, language=language, cap=cap, open_from=open_from, range_only=row.harm)
    label = row.label[language]
    month = MONTH.fullmatch(row.key)
    return Point(
        label=capital(label),
        short=month_name(row.key, language=language, form="LLL")
        if month
        else label.replace(scale, ""),
        found=row.found,
        words=words,
        range_only=row.harm,
    )


def _start(about: str, axis: Axis, *, language: Language) -> str:
    """Add to a figure's second line where its scale starts, unless that is zero."""
    if not axis.low:
        return about
    return f"{about} {Texts(language)('scale_start', n=whole(axis.low, language=language))}"


def _axis(points: Sequence[Point], *, cap: float, target: float | None = None) -> Axis:
    shown = [point for point in points if not point.withheld]
    ends = [min(point.found.high, cap) for point in shown if isfinite(point.found.high)]
    ends += [min(point.limits[1], cap) for point in shown if point.limits]
    starts = [point.found.low for point in shown] + [p.limits[0] for p in shown if p.limits]
    goal = [] if target is None else [target * ROOM_FOR_WORDS]
    return nice_axis(
        max([*ends, *goal], default=1.0),
        lowest=max(0.0, min([*starts, *goal], default=0.0)),
        cap=cap if isfinite(cap) else None,
    )


def _expect(
    results: Sequence[Result], points: tuple[Point, ...]
) -> tuple[tuple[Point, ...], float | None]:
    """Put around the mean what ordinary variation, and noise on top of it, may do to a share."""
    usable = [result for result in results if result.values[0].mark is Mark.USE and result.size > 0]
    if len(usable) < FEWEST_FOR_LIMITS or len(usable) < len(results):
        return points, None
    whole_size = sum(result.size for result in usable)
    mean = sum(result.values[0].value * result.size for result in usable) / whole_size
    found = []
    for result, point in zip(results, points, strict=True):
        chance = mean * (OF - mean) / result.size
        ordinary = LIMIT_SD * sqrt(max(0.0, chance))
        limits = LIMIT_SD * sqrt(max(0.0, chance) + result.values[0].sd ** 2)
        found.append(
            replace(
                point,
                ordinary=(max(0.0, mean - ordinary), min(OF, mean + ordinary)),
                limits=(max(0.0, mean - limits), min(OF, mean + limits)),
            )
        )
    return tuple(found), mean


def _goal(target: Target | None, result: Result, *, language: Language) -> tuple[float | None, str]:
    number = None if target is None else (target.at_least or target.at_most)
    if number is None:
        return None, ""
    words = target_words(number, result.measure.values[0], result.measure, language=language)
    return number, words


def _spoken(title: str, points: Sequence[Point], t: Texts) -> str:
    values = " ".join(
        t("spoken_value", label=point.label, value=point.words.span or t("too_few"))
        for point in points
    )
    return t("spoken", title=title, values=values)


def reached(found: Estimate, target: Target) -> str:
    """Name the verdict on a target: only a whole range on one side decides.

    >>> reached(Estimate(93, 2, 90, 96, Mark.USE), Target(at_least=95))
    'reached_open'
    >>> reached(Estimate(24, 1, 22, 27, Mark.USE), Target(at_most=30))
    'reached_yes'
    """
    if target.at_least is not None:
        good, bad = found.low >= target.at_least, found.high < target.at_least
    else:
        limit = target.at_most or 0.0
        good, bad = found.high <= limit, found.low > limit
    return "reached_yes" if good else "reached_no" if bad else "reached_open"
