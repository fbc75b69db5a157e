"""Draw the index of the quality report: the answer, one picture, every measure.

report -> **overview** -> public/reports/<release>/quality/index.html
"""

from reports.metrics import Board, Measure, Words, load_registry
from reports.numbers import Language, months_of, period_name, the_period
from reports.quality.figures import breakdown_chart, list_chart
from reports.quality.find import lacking, title_of
from reports.quality.findings import Headline, headline, lower
from reports.quality.pieces import (
    board_says,
    file_name,
    headlines,
    live_of,
    place_of,
    release_files,
    table_files,
)
from reports.quality.report import Report
from reports.released import Release
from reports.site.chart import Chart
from reports.site.shell import Page, Site
from reports.texts import Texts

LEADS = 2
TEN: tuple[tuple[str, str], ...] = (
    ("ten_1", "path"), ("ten_2", "path"), ("ten_3", ""), ("ten_4", ""), ("ten_5", ""),
    ("ten_6", ""), ("ten_7", ""), ("ten_8", ""), ("ten_9", "police"), ("ten_10", "card"),
)  # fmt: skip


def answer(report: Report, *, language: Language) -> list[Headline]:
    """Choose the figures that answer first: those that lead, and are not withheld."""
    leading = [result for result in report.shown if result.measure.lead] or list(report.shown)
    said = [headline(result, 0, language=language) for result in leading]
    return [one for one in said if one.look != "withheld"][:LEADS]


def lead_chart(report: Report, *, language: Language) -> Chart | None:
    """Choose the first picture: the first leading measure whose values have an order."""
    ordered = [result for result in report.shown if result.measure.figure.style == "time"]
    ordered.sort(key=lambda result: not result.measure.lead)
    return breakdown_chart(ordered[0], language=language) if ordered else None


def overview_page(site: Site, report: Report, *, language: Language) -> tuple[str, str]:
    """Draw the index of a quality report.

    Args:
        site: The site that it belongs to.
        report: Its results.
        language: Of the reader.

    Returns:
        Path below `public/`, and the page.
    """
    t, release = Texts(language), report.release
    period = period_name(release.period, language=language)
    chart = lead_chart(report, language=language)
    place = place_of(report, "index.html", language)
    page = site.page(
        place,
        title=t("quality_title", period=period),
        part="quality",
        release=release,
        live=chart is not None,
    )
    shares = [result for result in report.shown if result.measure.values[0].kind == "share"]
    others = [result for result in report.shown if result.measure.values[0].kind != "share"]
    missing = [measure for measure in report.asked if measure.key not in report.results]
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
        covered=_covered(report, len(missing), t),
        chart=chart,
        live=live_of(chart),
        files=table_files(site, report, page, chart.files if chart else ()),
        shares=list_chart(shares, language=language) if shares else None,
        others=[
            (result.measure, file_name(result.measure), headlines(result, language))
            for result in others
        ],
        missing=[(measure, _needs(measure, release, t)) for measure in missing],
        rejected=_decided(report.board, "rejected"),
        waiting=_undecided(report.board),
        board=report.board,
        board_says=board_says(report.board, t),
        ten=[(t(name), _answered(report, page, where)) for name, where in TEN],
        downloads=release_files(site, release, page),
    )
    return place.path, html


def _covered(report: Report, missing: int, t: Texts) -> str:
    asked = len(report.asked)
    if not missing:
        return t("answer_all", asked=asked)
    return t("answer_shown", shown=asked - missing, asked=asked, missing=missing)


def _needs(measure: Measure, release: Release, t: Texts) -> str:
    tables = lacking(measure, release) or ((measure.figure.by,),)
    words = [
        _join([lower(title_of(dim)[t.language]) for dim in dims], "with_join", t) for dims in tables
    ]
    return t("needs", dims=_join(words, "and_join", t))


def _join(words: list[str], how: str, t: Texts) -> str:
    """Join words as a sentence does."""
    if len(words) == 1:
        return words[0]
    return t(how, first=", ".join(words[:-1]), last=words[-1])


def _decided(board: Board, decision: str) -> list[tuple[Measure, Words]]:
    known = load_registry()
    return [
        (known[key], said.reason or {})
        for key, said in board.measures.items()
        if said.decision == decision
    ]


def _undecided(board: Board) -> list[Measure]:
    if not board.asked:
        return []
    return [measure for key, measure in load_registry().items() if key not in board.measures]


def _answered(report: Report, page: Page, where: str) -> str:
    if where == "card":
        return page.place.page(f"releases/{report.release.name}/card.html")
    found = next((r for r in report.shown if r.measure.key == where), None)
    return file_name(found.measure) if found else ""
