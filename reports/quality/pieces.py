"""Pieces that the index of the quality report and the pages of its measures share."""

from collections.abc import Sequence

from markupsafe import Markup

from reports.metrics import Board, Measure
from reports.numbers import Language, day_name
from reports.quality.estimate import Result
from reports.quality.findings import Headline, headline
from reports.quality.report import Report
from reports.released import Release
from reports.site.chart import Chart
from reports.site.live import live_chart
from reports.site.shell import File, Page, Place, Site
from reports.texts import Texts


def file_name(measure: Measure) -> str:
    """Name of a measure's page."""
    return f"{measure.key.replace('_', '-')}.html"


def place_of(report: Report, file: str, language: Language) -> Place:
    """Place of a page of a quality report."""
    return Place(f"reports/{report.release.name}/quality/{file}", language)


def table_files(site: Site, report: Report, page: Page, names: Sequence[str]) -> list[File]:
    """List tables of a release as files to download."""
    t = Texts(page.language)
    found = [
        site.file(
            page.place,
            f"releases/{report.release.name}/tables/{name}.csv",
            t("file_table", name=name),
        )
        for name in names
    ]
    return [file for file in found if file]


def live_of(chart: Chart | None) -> Markup | None:
    """Draw a chart live, if its points have an order."""
    return live_chart(chart) if chart and chart.style == "time" else None


def headlines(result: Result, language: Language) -> list[Headline]:
    """Say every headline figure of a measure."""
    return [headline(result, n, language=language) for n in range(len(result.values))]


def board_says(board: Board, t: Texts) -> str:
    """Say who decided, and when."""
    if board.decided_by is None:
        return t("board_undecided")
    who = board.decided_by[t.language]
    if board.decided_on is None:
        return who
    return t("on_date", who=who, date=day_name(board.decided_on, language=t.language))


def release_files(site: Site, release: Release, page: Page) -> list[File]:
    """List every file of a release, with its format and size."""
    t, folder = Texts(page.language), f"releases/{release.name}"
    named = [
        (f"{folder}/tables/{name}.csv", t("file_table", name=table.title[page.language]))
        for name, table in release.package.tables.items()
    ]
    named += [
        (f"{folder}/datapackage.json", t("file_datapackage")),
        (f"{folder}/covariance.parquet", t("file_covariance")),
        (f"{folder}/measurements.parquet", t("file_measurements")),
        (f"{folder}/card.json", t("file_card")),
    ]
    found = [site.file(page.place, path, label) for path, label in named]
    return [file for file in found if file]
