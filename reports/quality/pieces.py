"""Pieces that the index of the quality report and the pages of its measures share."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from data_contracts.codes import load_codes
from reports.metrics import Account, Board, Measure
from reports.numbers import Language, day_name
from reports.printed import FILE, RANGE_ONLY, Printed, exact
from reports.quality.accounts import Reading
from reports.quality.estimate import Result
from reports.quality.findings import (
    Headline,
    blank,
    capital,
    headline,
    headline_value,
    missing_of,
    unit,
    value_words,
)
from reports.quality.report import Report
from reports.quality.staff import Line
from reports.released import Release
from reports.site.chart import Axis, Chart, nice_axis, tick_words
from reports.site.live import live_chart
from reports.site.shell import File, Page, Place, Site
from reports.texts import Texts, catalogue


def file_name(measure: Measure | Account) -> str:
    """Name of a measure's page."""
    return f"{measure.page}.html"


def place_of(report: Report, file: str, language: Language) -> Place:
    """Place of a page of a quality report."""
    return Place(f"reports/{report.release.name}/quality/{file}", language)


def table_files(site: Site, report: Report, page: Page, names: Sequence[str]) -> list[File]:
    """List tables of a release as files to download."""
    t, tables = Texts(page.language), report.release.package.tables
    found = [
        site.file(
            page.place,
            f"releases/{report.release.name}/tables/{name}.csv",
            t("file_table", name=tables[name].title[page.language] if name in tables else name),
        )
        for name in names
    ]
    return [file for file in found if file]


def exact_files(site: Site, account: Account, page: Page) -> list[File]:
    """List the exact table that an account was read from."""
    label = Texts(page.language)(f"file_exact_{account.table}")
    file = site.file(page.place, f"exact/{account.table}.csv", label)
    return [file] if file else []


def live_of(chart: Chart | None) -> Markup | None:
    """Draw a chart live, if its points have an order."""
    return live_chart(chart) if chart and chart.style == "time" else None


def headlines(result: Result, language: Language) -> list[Headline]:
    """Say every headline figure of a measure."""
    return [headline(result, n, language=language) for n in range(len(result.values))]


def printed_headlines(result: Result, *, language: Language) -> list[Printed]:
    """List the headline figures of a measure, for the file of all figures."""
    found, measure = [], result.measure
    for number, value in enumerate(measure.values):
        said = headline(result, number, language=language)
        found.append(
            Printed(
                id=said.id,
                name=measure.name[language],
                found=headline_value(result, number),
                words=value_words(result, number, language=language),
                mark=RANGE_ONLY if said.range_only else said.look,
                unit=unit(measure, value.kind, language=language),
                of=blank(value, language=language),
                missing=lacks.share if (lacks := missing_of(result, number)) else None,
            )
        )
    return found


def printed_account(reading: Reading, *, language: Language) -> list[Printed]:
    """List every number that the page of an account prints."""
    title = " ".join(account_sentence(reading, language=language))
    return [
        exact(
            f"{reading.account.page}/figure/{line.key}/{name}",
            line.label[language],
            value,
            unit=_number_name(name, language),
            of=title,
            said=tick_words(value, "{n}", language=language),
            whole=not reading.lacks,
        )
        for line in reading.lines.rows
        for name, value in line.numbers.items()
    ]


def _number_name(name: str, language: Language) -> str:
    outcome = load_codes("governance_outcome").codes.get(name)
    if outcome is not None and f"acc_number_{name}" not in catalogue():
        return outcome.en if language == "en" else outcome.es
    return Texts(language)(f"acc_number_{name}")


def figures_file(report: Report, page: Page) -> File:
    """Lead to the file that holds every figure of the report, unrounded."""
    place = place_of(report, FILE, page.language)
    return File(place.english.rpartition("/")[2], Texts(page.language)("file_figures"), "")


def account_sentence(reading: Reading, *, language: Language) -> tuple[str, str]:
    """Say an account's first figure: its big part and the rest."""
    if not reading.told:
        t = Texts(language)
        return t("acc_withheld_big"), t("acc_withheld_rest")
    account = reading.account
    return capital(reading.say(account.big, language)), reading.say(account.rest, language)


@dataclass(frozen=True, slots=True)
class Exactly:
    """A picture of an account: bars of ink on one scale, without ranges."""

    language: Language
    title: str
    rows: tuple[Line, ...]
    axis: Axis
    scale: str
    level: float | None
    level_words: str

    def tick(self, value: float) -> str:
        """Write a number of the scale."""
        return tick_words(value, self.scale, language=self.language)


def account_chart(reading: Reading, *, language: Language) -> Exactly:
    """Describe the picture of an account."""
    lines = reading.lines
    return Exactly(
        language=language,
        title=" ".join(account_sentence(reading, language=language)),
        rows=lines.rows,
        axis=nice_axis(lines.cap or lines.high, cap=lines.cap),
        scale=lines.scale,
        level=lines.level,
        level_words=lines.level_words[language] if lines.level_words else "",
    )


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
