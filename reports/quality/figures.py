"""Turn estimates into pictures.

estimate -> **figures** -> page
"""

import re
from collections.abc import Sequence
from math import inf, isfinite, isnan

from reports.estimate import Estimate, Mark, within
from reports.metrics import Board, Measure, Target
from reports.numbers import (
    Language,
    is_rare,
    month_name,
    phrases,
    rounded,
    step_of,
    whole,
    write,
    write_share,
)
from reports.quality.estimate import Breakdown, Result, Row
from reports.quality.findings import (
    BLANK,
    OF,
    OF_100,
    blank,
    breakdown_title,
    capital,
    differs,
    groups_title,
    headline,
    headline_value,
    missing_of,
    target_words,
    unit,
    value_words,
)
from reports.site.chart import Axis, Chart, Point, nice_axis
from reports.texts import Texts

ROOM_FOR_WORDS = 1.04
MONTH = re.compile(r"\d{4}-\d{2}")


def breakdown_chart(result: Result, *, language: Language) -> Chart:
    """Draw the picture of a measure: its dimension, value by value."""
    figure, t, first = result.measure.figure, Texts(language), result.measure.values[0]
    kind = {"count": "total", "share": "share", "each": first.kind}[figure.show]
    cap, scale = OF if kind == "share" else inf, f" {t('unit_minutes').lower()}"
    open_from = result.open_from if kind == "quantile" else inf
    part = f"{result.measure.page}/figure"
    points = tuple(
        _row_point(part, row, cap, language=language, open_from=open_from, scale=scale)
        for row in result.breakdown.rows
    )
    title, axis = breakdown_title(result, language=language), axis_of(points, cap=cap)
    return Chart(
        key="figure",
        language=language,
        title=title,
        about=with_start(
            _ruled(figure.about[language], result.breakdown, t), axis, language=language
        ),
        style=figure.style,
        column=result.breakdown.title[language],
        unit=f"{_counted(result.measure, kind, t)}.",
        points=points,
        axis=axis,
        spoken=spoken(title, points, t),
        files=result.breakdown.tables,
        of=figure.about[language],
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
    part = f"{result.measure.page}/by-{group.dim}"
    points = tuple(
        _row_point(part, row, cap, language=language, open_from=result.open_from)
        for row in group.rows
    )
    title, scale = (
        groups_title(group, language=language),
        unit(result.measure, first.kind, language=language),
    )
    goal, words = goal_of(target, result, language=language)
    axis = axis_of(points, cap=cap, target=goal)
    return Chart(
        key=f"by-{group.dim}",
        language=language,
        title=title,
        about=with_start(_ruled(t("groups_about", unit=scale), group, t), axis, language=language),
        style="rows",
        column=group.title[language],
        unit=f"{scale}.",
        points=points,
        axis=axis,
        spoken=spoken(title, points, t),
        target=goal,
        target_words=words,
        files=group.tables,
        of=blank(first, language=language),
    )


def list_chart(results: Sequence[Result], *, title: str, language: Language) -> Chart:
    """Draw the shares of a family on one scale, each in a row of its own."""
    t = Texts(language)
    points = tuple(
        Point(
            label=result.measure.name[language],
            found=headline_value(result, 0),
            words=value_words(result, 0, language=language),
            range_only=result.measure.harm,
            href=f"{result.measure.page}.html",
            note=_note(result, language=language),
            id=f"{result.measure.page}/headline/1",
        )
        for result in results
    )
    return Chart(
        key=f"shares-{results[0].measure.family}",
        language=language,
        title=title,
        about=t("measures_share_about"),
        style="rows",
        column=t("measure"),
        unit=t("of_100"),
        points=points,
        axis=Axis(0, OF, (0, 20, 40, 60, 80, OF)),
        spoken=spoken(title, points, t),
    )


def _note(result: Result, *, language: Language) -> str:
    """Say what a row counts, and how many records have no answer where that matters."""
    said = blank(result.measure.values[0], language=language)
    if result.measure.values[0].kind == "share" and is_rare(result.values[0]):
        of_1000 = phrases()["of_1000"][language]
        said = said.replace(f"{BLANK} {OF_100[language]}", f"{BLANK} {of_1000}")
    lacks, missing = missing_of(result, 0), headline(result, 0, language=language).missing
    return f"{said}. {missing}" if missing and lacks and lacks.of != "surveys" else said


def _row_point(
    part: str,
    row: Row,
    cap: float,
    *,
    language: Language,
    open_from: float = inf,
    scale: str = "",
) -> Point:
    words = (
        write_share(row.found, language=language, range_only=row.harm)
        if cap == OF
        else write(row.found, language=language, open_from=open_from, range_only=row.harm)
    )
    label = row.label[language]
    month = MONTH.fullmatch(row.key)
    return Point(
        label=capital(label),
        short=month_name(row.key, language=language, form="LLL")
        if month
        else label.replace(scale, ""),
        found=within(row.found, cap),
        words=words,
        range_only=row.harm,
        note=differs(row, language=language),
        id=f"{part}/{row.key}",
    )


def _counted(measure: Measure, kind: str, t: Texts) -> str:
    """Name what a picture counts; visits and calls without a visit, where it adds them up."""
    mixed = kind == "total" and measure.unit == "visits" and len(measure.shown_blocks) > 1
    return t("unit_both") if mixed else unit(measure, kind, language=t.language)


def _ruled(about: str, group: Breakdown, t: Texts) -> str:
    """Add by which rule groups are said to differ, where they were compared."""
    return f"{about} {t('groups_rule')}" if group.compared else about


def with_start(about: str, axis: Axis, *, language: Language) -> str:
    """Add to a figure's second line where its scale starts, unless that is zero."""
    if not axis.low:
        return about
    return f"{about} {Texts(language)('scale_start', n=whole(axis.low, language=language))}"


def axis_of(points: Sequence[Point], *, cap: float, target: float | None = None) -> Axis:
    """Choose a scale that holds every range, every limit and the target."""
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


def goal_of(
    target: Target | None, result: Result, *, language: Language
) -> tuple[float | None, str]:
    """Give a target's number and its words; nothing where none was set."""
    number = None if target is None else (target.at_least or target.at_most)
    if number is None:
        return None, ""
    words = target_words(number, result.measure.values[0], result.measure, language=language)
    return number, words


def spoken(title: str, points: Sequence[Point], t: Texts) -> str:
    """Say a picture for those who cannot see it."""
    values = " ".join(
        t("spoken_value", label=point.label, value=point.words.span or t("too_few"))
        for point in points
    )
    return t("spoken", title=title, values=values)


def reached(found: Estimate, target: Target) -> str:
    """Name the verdict on a target: only a whole range on one side decides.

    >>> from reports.estimate import Mark
    >>> reached(Estimate(93, 2, 90, 96, Mark.USE), Target(at_least=95))
    'reached_open'
    >>> reached(Estimate(24, 1, 22, 27, Mark.USE), Target(at_most=30))
    'reached_yes'
    >>> reached(Estimate(24, 9, 9, 39, Mark.WITHHELD), Target(at_most=50))
    'reached_hidden'
    """
    if found.mark is Mark.WITHHELD or isnan(found.low):
        return "reached_hidden"
    if target.at_least is not None:
        good, bad = found.low >= target.at_least, found.high < target.at_least
    else:
        limit = target.at_most or 0.0
        good, bad = found.high <= limit, found.low > limit
    return "reached_yes" if good else "reached_no" if bad else "reached_open"


def verdict_words(result: Result, target: Target, t: Texts) -> str:
    """Say whether a target is met; unrounded where the printed range does not show it.

    Args:
        result: Of the measure of which the target is set.
        target: Of the board.
        t: Texts of the reader.
    """
    goal, words = goal_of(target, result, language=t.language)
    found = headline_value(result, 0)
    verdict = reached(found, target)
    said = t(verdict, n=words)
    if goal is None or verdict not in {"reached_yes", "reached_no"}:
        return said
    open_from = result.open_from if result.measure.values[0].kind == "quantile" else inf
    low, high = (min(end, open_from) for end in (found.low, found.high))
    step = step_of(low, high)
    if not rounded(low, step) <= goal <= rounded(high, step):
        return said
    ends = [f"{end:.2f}" for end in (low, high)]
    if found.high > open_from:
        ends[1] = t("more_than", n=whole(open_from, language=t.language))
    return f"{said} {t('reached_unrounded', span=t('span', low=ends[0], high=ends[1]))}"
