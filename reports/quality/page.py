"""Draw the quality report: an index and one page a measure, in every language.

report -> **page** -> public/reports/<release>/quality/
"""

from dataclasses import replace

from reports.exact import not_whole
from reports.numbers import Language, day_name, month_name, months_of, period_name, the_period
from reports.printed import FILE, Printed, figures_csv, of_chart
from reports.quality.accounts import Reading
from reports.quality.bridge import bridge_table, build_bridge
from reports.quality.estimate import Result
from reports.quality.figures import breakdown_chart, group_charts, verdict_words
from reports.quality.findings import (
    bound_words,
    headline,
    lower,
    missing_of,
    missing_words,
    shows,
    target_words,
)
from reports.quality.overview import overview_page
from reports.quality.pieces import (
    account_chart,
    account_sentence,
    board_says,
    exact_files,
    figures_file,
    file_name,
    headlines,
    live_of,
    place_of,
    printed_account,
    printed_headlines,
    table_files,
)
from reports.quality.report import Page as Drawn
from reports.quality.report import Report, measure_of
from reports.quality.sections import printed_bridge
from reports.quality.trend import trend_chart
from reports.site.chart import Chart
from reports.site.shell import Page, Site
from reports.texts import Texts

BRIDGE = "bridge.csv"
Around = tuple[Drawn | None, Drawn | None]


def quality_pages(site: Site, report: Report, *, language: Language) -> dict[str, str]:
    """Draw all pages of a quality report in one language.

    Args:
        site: The site that they belong to.
        report: Its results.
        language: Of the reader.

    Returns:
        HTML by path below `public/`; every figure that they print as CSV; with the English pages of
        a year, the bridge as CSV.
    """
    bridge = build_bridge(report.release, [one for one, _ in report.steps])
    drawn = [overview_page(site, report, bridge, language=language)]
    figures = printed_bridge(bridge, language=language)
    pages = (None, *report.pages, None)
    for number, page in enumerate(report.pages):
        around = (pages[number], pages[number + 2])
        draw = _measure if isinstance(page, Result) else _account
        path, html, printed = draw(site, report, page, around, language=language)  # type: ignore[arg-type]
        drawn.append((path, html))
        figures += printed
    drawn.append((place_of(report, FILE, language).path, figures_csv(figures)))
    if bridge and language == "en":
        drawn.append((place_of(report, BRIDGE, language).path, bridge_table(bridge)))
    return dict(drawn)


def _measure(
    site: Site, report: Report, result: Result, around: Around, *, language: Language
) -> tuple[str, str, list[Printed]]:
    t, measure = Texts(language), result.measure
    period = period_name(report.release.period, language=language)
    chart = breakdown_chart(result, language=language)
    past = report.in_steps(measure.key)
    trend = trend_chart(past, report.board, language=language)
    years = trend_chart(report.history(measure.key), report.board, language=language)
    years = replace(years, key="years") if report.steps and trend and years else None
    page = _page(site, report, measure.key, language, live=bool(live_of(chart) or trend or years))
    charts = group_charts(result, report.board, language=language)
    html = site.render(
        "quality/measure.html",
        page,
        **_frame(report, around),
        measure=measure,
        period=lower(period),
        headlines=headlines(result, language),
        facts=_facts(report, result, years or trend, t),
        chart=chart,
        live=live_of(chart),
        files=table_files(site, report, page, chart.files),
        figures=figures_file(report, page),
        trends=[(one, live_of(one)) for one in (trend, years) if one],
        groups=[(group, table_files(site, report, page, group.files)) for group in charts],
        shows=shows(result, period=report.release.period, language=language),
        bound=bound_words(result, language=language),
    )
    figures, lacks = printed_headlines(result, language=language), missing_of(result, 0)
    for one in (chart, trend, years, *charts):
        figures += of_chart(one, missing=lacks.share if lacks else None) if one else []
    return page.place.path, html, figures


def _account(
    site: Site, report: Report, reading: Reading, around: Around, *, language: Language
) -> tuple[str, str, list[Printed]]:
    t, account, period = Texts(language), reading.account, report.release.period
    page = _page(site, report, account.key, language, live=False)
    facts = [
        (t("fact_target"), t("target_account")),
        (t("fact_reported"), month_name(reading.month, language=language)),
        (t("fact_period"), months_of(period, language=language)),
        (t("fact_board"), board_says(report.board, t)),
    ]
    html = site.render(
        "quality/account.html",
        page,
        lacks=not_whole(reading.lacks, language=language) if reading.lacks else "",
        **_frame(report, around),
        measure=account,
        period=lower(period_name(period, language=language)),
        sentence=account_sentence(reading, language=language),
        chart=account_chart(reading, language=language),
        facts=facts,
        shows=_told(report, reading, t),
        files=exact_files(site, account, page),
        figures=figures_file(report, page),
    )
    return page.place.path, html, printed_account(reading, language=language)


def _told(report: Report, reading: Reading, t: Texts) -> str:
    if not reading.told:
        return t("acc_nothing")
    when = t("when", period=the_period(report.release.period, language=t.language))
    return reading.say(reading.account.shows, t.language, when=when)


def _page(site: Site, report: Report, key: str, language: Language, *, live: bool) -> Page:
    drawn = next(measure_of(page) for page in report.pages if measure_of(page).key == key)
    period = period_name(report.release.period, language=language)
    return site.page(
        place_of(report, file_name(drawn), language),
        title=Texts(language)("kicker_measure", name=drawn.name[language], period=period),
        part="quality",
        release=report.release,
        live=live,
    )


def _frame(report: Report, around: Around) -> dict[str, object]:
    """What pages of measures and of accounts both need: who comes before and after."""
    before, after = (measure_of(page) if page else None for page in around)
    return {
        "before": before,
        "after": after,
        "file_name": file_name,
        "release_name": report.release.name,
    }


def _facts(report: Report, result: Result, trend: Chart | None, t: Texts) -> list[tuple[str, str]]:
    """Pairs of the small table beside a measure's figure."""
    measure, target = result.measure, report.board.targets.get(result.measure.key)
    facts = []
    number = None if target is None else (target.at_least or target.at_most)
    if target is None or number is None:
        neutral = "free" if measure.family == "choice" else "neutral"
        kind = neutral if measure.neutral else "harm" if measure.harm else "none"
        facts.append((t("fact_target"), t(f"target_{kind}")))
    else:
        words = target_words(number, measure.values[0], measure, language=t.language)
        name = "target_least" if target.at_least is not None else "target_most"
        said = t(name, n=words)
        if target.set_on:
            said = t("target_set", what=said, date=day_name(target.set_on, language=t.language))
        facts.append((t("fact_target"), said))
        said = verdict_words(result, target, t)
        missing = headline(result, 0, language=t.language).missing
        facts.append((t("fact_reached"), f"{said}. {missing}" if missing else said))
    missing = missing_words(result, 0, language=t.language)
    if missing and not headline(result, 0, language=t.language).missing:
        facts.append((t("fact_missing"), missing.rstrip(".")))
    facts.append((t("fact_change"), trend.title if trend else t("change_first")))
    facts.append((t("fact_period"), months_of(report.release.period, language=t.language)))
    facts.append((t("fact_board"), board_says(report.board, t)))
    return facts
