"""Draw the index of the quality report: the answer, pictures over time, every measure.

report -> **overview** -> public/reports/<release>/quality/index.html
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from data_contracts.period import PeriodKind
from reports.exact import not_whole
from reports.metrics import FAMILIES, Measure
from reports.numbers import Language, months_of, period_name, the_period
from reports.quality.accounts import Reading
from reports.quality.bridge import Span
from reports.quality.combined import combined_words
from reports.quality.estimate import Result
from reports.quality.figures import breakdown_chart, list_chart
from reports.quality.findings import Headline, headline, lower, missing_of, missing_words
from reports.quality.pieces import (
    account_sentence,
    board_says,
    figures_file,
    file_name,
    headlines,
    live_of,
    place_of,
    release_files,
    table_files,
)
from reports.quality.report import Report, measure_of
from reports.quality.sections import (
    aims,
    aims_title,
    answered,
    bridge_rows,
    decided,
    equity_rows,
    undecided,
    what_is_missing,
)
from reports.quality.trend import trend_chart
from reports.site.chart import Chart
from reports.site.shell import File, Page, Site
from reports.texts import Texts

LEADS = 4
SAID = ("path", "visits", "response_time", "police")
PICTURES = 4
FIRST = ("visits", "response_time", "path", "calls", "police", "satisfaction", "age")


@dataclass(frozen=True, slots=True)
class Listed:
    """One family of the index: its shares in one picture, and everything else in words.

    A line is an address, a name, and for each figure what it says and its mark (or nothing).
    """

    key: str
    title: str
    shares: Chart | None
    lines: tuple[tuple[str, str, tuple[Headline, ...]], ...]
    note: str = ""


def answer(report: Report, *, language: Language) -> list[Headline]:
    """Choose the figures that answer first: those that lead, and are not withheld.

    The first is the title of the page: the calls that got no team, where that is known.
    """
    leading = [result for result in report.shown if result.measure.lead] or list(report.shown)
    leading.sort(key=lambda one: SAID.index(one.measure.key) if one.measure.key in SAID else LEADS)
    said = [headline(result, 0, language=language) for result in leading]
    return [one for one in said if one.look != "withheld"][:LEADS]


def pictures(report: Report, *, language: Language) -> list[Chart]:
    """Choose the pictures of the index: measures whose values have an order, then changes."""
    shown = {result.measure.key: result for result in report.shown}
    keys = [*(key for key in FIRST if key in shown), *(key for key in shown if key not in FIRST)]
    found: list[Chart] = []
    for key in keys:
        if shown[key].measure.figure.style == "time":
            found.append(breakdown_chart(shown[key], language=language))
        elif key in FIRST and (
            trend := trend_chart(report.in_steps(key), report.board, language=language)
        ):
            found.append(_named(trend, shown[key], language))
    return [_keyed(chart, number) for number, chart in enumerate(found[:PICTURES])]


def overview_page(
    site: Site, report: Report, bridge: Sequence[Span], *, language: Language
) -> tuple[str, str]:
    """Draw the index of a quality report.

    Args:
        site: The site that it belongs to.
        report: Its results.
        bridge: From the parts of a year to the year; empty for other releases.
        language: Of the reader.

    Returns:
        Path below `public/`, and the page.
    """
    t, release = Texts(language), report.release
    period = period_name(release.period, language=language)
    charts = pictures(report, language=language)
    place = place_of(report, "index.html", language)
    page = site.page(
        place,
        title=t("quality_title", period=period),
        part="quality",
        release=release,
        live=bool(charts),
    )
    drawn = [_drawn(site, report, page, chart) for chart in charts]
    html = site.render(
        "quality/index.html",
        page,
        period=the_period(release.period, language=language),
        kicker=t(
            "quality_kicker",
            period=lower(period),
            months=months_of(release.period, language=language),
        ),
        answer=answer(report, language=language),
        covered=_covered(report, t),
        combined=combined_words(release, language=language),
        first=drawn[:1],
        pictures=drawn[1:],
        families=list(_families(report, language=language)),
        aims=(wanted := aims(report, language=language)),
        aims_title=aims_title(wanted, language=language),
        equity=equity_rows(report, language=language),
        bridge=bridge_rows(bridge, place, language=language),
        missing=what_is_missing(report, t),
        whole_year=release.period.kind is PeriodKind.YEAR,
        rejected=decided(report.board, "rejected"),
        waiting=undecided(report.board),
        board=report.board,
        board_says=board_says(report.board, t),
        ten=list(answered(site, report, page, t)),
        downloads=release_files(site, release, page),
        figures=figures_file(report, page),
    )
    return place.path, html


def _families(report: Report, *, language: Language) -> Iterator[Listed]:
    t = Texts(language)
    for family in FAMILIES:
        pages = [page for page in report.pages if measure_of(page).family == family]
        shares = [page for page in pages if isinstance(page, Result) and _is_share(page.measure)]
        lines = [page for page in pages if page not in shares]
        title = t(f"family_{family}")
        if pages:
            yield Listed(
                family,
                title,
                list_chart(shares, title=title, language=language) if shares else None,
                tuple(_line(page, language) for page in lines),
                _answered(shares, language=language),
            )


def _answered(shares: Sequence[Result], *, language: Language) -> str:
    """Say once for all questions of a survey how many answers came back."""
    said = [
        missing_words(one, 0, language=language)
        for one in shares
        if (lacks := missing_of(one, 0)) and lacks.of == "surveys"
    ]
    return said[0] if said else ""


def _is_share(measure: Measure) -> bool:
    return measure.values[0].kind == "share"


def _line(page: Result | Reading, language: Language) -> tuple[str, str, tuple[Headline, ...]]:
    measure = measure_of(page)
    if isinstance(page, Result):
        said = tuple(headlines(page, language))
    else:
        big, rest = account_sentence(page, language=language)
        lacks = not_whole(page.lacks, language=language) if page.lacks else ""
        said = (Headline(big, rest, "", "exact", range_only=False, missing=lacks),)
    return file_name(measure), measure.name[language], said


def _covered(report: Report, t: Texts) -> str:
    asked, missing = len(report.asked), len(report.missing)
    if not missing:
        return t("answer_all", asked=asked)
    return t("answer_shown", shown=asked - missing, asked=asked, missing=missing)


def _named(trend: Chart, result: Result, language: Language) -> Chart:
    """Say in a trend's second line which measure it is about."""
    about = f"{result.measure.name[language]}: {lower(trend.about)}"
    return replace(trend, about=about)


def _keyed(chart: Chart, number: int) -> Chart:
    return replace(chart, key=f"picture-{number + 1}")


def _drawn(
    site: Site, report: Report, page: Page, chart: Chart
) -> tuple[Chart, Markup | None, list[File]]:
    return chart, live_of(chart), table_files(site, report, page, chart.files)
