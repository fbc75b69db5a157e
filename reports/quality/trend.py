"""Draw a measure over releases of one kind, with what to expect of it.

figures -> **trend** -> page
"""

from collections.abc import Sequence
from dataclasses import replace
from math import inf, sqrt

from data_contracts.period import PeriodKind
from reports.estimate import Mark, within
from reports.metrics import Board
from reports.numbers import Language, period_name, the_period
from reports.quality.estimate import Result
from reports.quality.figures import axis_of, goal_of, spoken, with_start
from reports.quality.findings import OF, apart, blank, unit, value_words
from reports.released import Release
from reports.site.chart import Chart, Point
from reports.texts import Texts

LIMIT_SD = 3.0
FEWEST_FOR_LIMITS = 4
FEW = 2  # periods that a title can name
Past = Sequence[tuple[Release, Result]]


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
            short=_short(release, language),
            found=result.values[0],
            words=value_words(result, 0, language=language),
            range_only=result.measure.harm,
            id=f"{result.measure.page}/trend/{release.name}",
        )
        for release, result in past
    )
    share = last.measure.values[0].kind == "share"
    points, mean = _expect([result for _, result in past], points) if share else (points, None)
    goal, words = goal_of(board.targets.get(last.measure.key), last, language=language)
    cap = OF if share else inf
    axis = axis_of(points, cap=cap, target=goal)
    scale = unit(last.measure, last.measure.values[0].kind, language=language)
    title = trend_title(points, [release for release, _ in past], language=language)
    shown = tuple(replace(point, found=within(point.found, cap)) for point in points)
    return Chart(
        key="trend",
        language=language,
        title=title,
        about=with_start(t("trend_about", unit=scale), axis, language=language),
        style="time",
        column=t("col_period"),
        unit=f"{scale}.",
        points=shown,
        axis=axis,
        spoken=spoken(title, points, t),
        target=goal,
        target_words=words,
        mean=mean,
        joined=True,
        of=blank(last.measure.values[0], language=language),
    )


def trend_title(points: Sequence[Point], releases: Sequence[Release], *, language: Language) -> str:
    """Say whether anything changed, or stands out, by more than noise and ordinary variation.

    A harm that changed by more than noise is said even where ordinary ups and downs could explain
    it: whoever reads a title of "nothing stands out" must not overlook it.
    """
    t = Texts(language)
    changed = _change(points, releases, t)
    if any(point.limits for point in points):
        outside = [
            point.label
            for point in points
            if point.limits and not point.limits[0] <= point.found.value <= point.limits[1]
        ]
        if len(outside) > FEW:
            return t("trend_many", n=len(outside), of=len(points))
        if outside:
            return t("trend_outside", which=", ".join(outside))
        harm = any(point.range_only for point in points)
        return changed if changed and harm else t("trend_inside")
    first = the_period(releases[0].period, language=language)
    return changed or t("trend_same", first=first)


def _change(points: Sequence[Point], releases: Sequence[Release], t: Texts) -> str:
    """Name the first and the last period, else the highest and the lowest, where these differ.

    Every pair is allowed for, so that the chance of any wrong change among all of them is at most
    one in ten; the noise of two periods is drawn independently.
    """
    shown = [pair for pair in zip(points, releases, strict=True) if not pair[0].withheld]
    if len(shown) <= 1:
        return ""
    looks = len(shown) * (len(shown) - 1) // 2
    order = sorted(range(len(shown)), key=lambda at: shown[at][0].found.value)
    ends = [(0, len(shown) - 1)] if not (points[0].withheld or points[-1].withheld) else []
    for before, after in [*ends, tuple(sorted((order[0], order[-1])))]:
        one, other = shown[before][0].found, shown[after][0].found
        if apart(one, other, pairs=looks, independent=True):
            names = {
                name: the_period(shown[at][1].period, language=t.language)
                for name, at in (("first", before), ("last", after))
            }
            return t("trend_up" if other.value > one.value else "trend_down", **names)
    return ""


def _short(release: Release, language: Language) -> str:
    """Name a release under an axis: the year of a yearly one, else its period."""
    year = release.period.fiscal_year.removeprefix("FY")
    if release.period.kind is PeriodKind.YEAR:
        return year
    part = release.name.rpartition("-")[2]
    return Texts(language)(f"short_{part[0]}", n=part[1:], year=year)


def _expect(
    results: Sequence[Result], points: tuple[Point, ...]
) -> tuple[tuple[Point, ...], float | None]:
    """Put around the mean what ordinary variation, and noise on top of it, may do to a share.

    The limits also hold what a few people met very often can move: the part of visits that the
    bound takes goes up and down by about half of itself from one period to the next.
    """
    usable = [result for result in results if result.values[0].mark is Mark.USE and result.size > 0]
    if len(usable) < FEWEST_FOR_LIMITS or len(usable) < len(results):
        return points, None
    whole_size = sum(result.size for result in usable)
    mean = sum(result.values[0].value * result.size for result in usable) / whole_size
    found = []
    for result, point in zip(results, points, strict=True):
        chance = mean * (OF - mean) / result.size
        moved = mean * result.loss / 2 if result.bound in {"low", "high"} else 0.0
        ordinary = LIMIT_SD * sqrt(max(0.0, chance))
        limits = LIMIT_SD * sqrt(max(0.0, chance) + result.values[0].sd ** 2 + moved**2)
        found.append(
            replace(
                point,
                ordinary=(max(0.0, mean - ordinary), min(OF, mean + ordinary)),
                limits=(max(0.0, mean - limits), min(OF, mean + limits)),
            )
        )
    return tuple(found), mean
