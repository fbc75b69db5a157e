"""Draw the quality report: an index and one page a measure, in every language.

report -> **page** -> public/reports/<release>/quality/
"""

from collections.abc import Sequence

from reports.numbers import Language, day_name, months_of, period_name
from reports.quality.estimate import Result
from reports.quality.figures import breakdown_chart, group_charts, reached, trend_chart
from reports.quality.findings import lower, shows, target_words
from reports.quality.overview import overview_page
from reports.quality.pieces import (
    board_says,
    file_name,
    headlines,
    live_of,
    place_of,
    table_files,
)
from reports.quality.report import Report
from reports.site.chart import Chart
from reports.site.shell import Site
from reports.texts import Texts


def quality_pages(site: Site, report: Report, *, language: Language) -> dict[str, str]:
    """Draw all pages of a quality report in one language.

    Args:
        site: The site that they belong to.
        report: Its results.
        language: Of the reader.

    Returns:
        HTML by path below `public/`.
    """
    drawn = [overview_page(site, report, language=language)]
    shown = report.shown
    for number, result in enumerate(shown):
        around = (shown[number - 1] if number else None, *shown[number + 1 : number + 2])
        drawn.append(_measure(site, report, result, around, language=language))
    return dict(drawn)


def _measure(
    site: Site,
    report: Report,
    result: Result,
    around: Sequence[Result | None],
    *,
    language: Language,
) -> tuple[str, str]:
    t, measure = Texts(language), result.measure
    period = period_name(report.release.period, language=language)
    chart = breakdown_chart(result, language=language)
    trend = trend_chart(report.history(measure.key), report.board, language=language)
    place = place_of(report, file_name(measure), language)
    page = site.page(
        place,
        title=t("kicker_measure", name=measure.name[language], period=period),
        part="quality",
        release=report.release,
        live=bool(live_of(chart) or trend),
    )
    charts = group_charts(result, report.board, language=language)
    html = site.render(
        "quality/measure.html",
        page,
        measure=measure,
        period=lower(period),
        headlines=headlines(result, language),
        facts=_facts(report, result, trend, t),
        chart=chart,
        live=live_of(chart),
        files=table_files(site, report, page, chart.files),
        trend=trend,
        trend_live=live_of(trend),
        groups=[(group, table_files(site, report, page, group.files)) for group in charts],
        shows=shows(result, period=report.release.period, language=language),
        before=around[0],
        after=around[1] if len(around) > 1 else None,
        file_name=file_name,
        release_name=report.release.name,
    )
    return place.path, html


def _facts(report: Report, result: Result, trend: Chart | None, t: Texts) -> list[tuple[str, str]]:
    """Pairs of the small table beside a measure's figure."""
    measure, target = result.measure, report.board.targets.get(result.measure.key)
    facts = []
    number = None if target is None else (target.at_least or target.at_most)
    if target is None or number is None:
        kind = "neutral" if measure.neutral else "harm" if measure.harm else "none"
        facts.append((t("fact_target"), t(f"target_{kind}")))
    else:
        words = target_words(number, measure.values[0], measure, language=t.language)
        name = "target_least" if target.at_least is not None else "target_most"
        said = t(name, n=words)
        if target.set_on:
            said = t("target_set", what=said, date=day_name(target.set_on, language=t.language))
        facts.append((t("fact_target"), said))
        facts.append((t("fact_reached"), t(reached(result.values[0], target), n=words)))
    facts.append((t("fact_change"), trend.title if trend else t("change_first")))
    facts.append((t("fact_period"), months_of(report.release.period, language=t.language)))
    facts.append((t("fact_board"), board_says(report.board, t)))
    return facts
