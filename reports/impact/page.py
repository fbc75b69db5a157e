"""Draw the impact report: the answer, one picture, verdicts, tests, size, limits.

report -> **page** -> public/reports/<release>/impact/index.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import TypeVar

from reports.estimate import Z90, Estimate, Mark
from reports.exact import not_whole
from reports.impact.boxes import boxes_of, decided_words
from reports.impact.dose import Dose
from reports.impact.figures import areas_chart, event_chart, placebo_name, tests_chart
from reports.impact.findings import answer, dose_words
from reports.impact.report import OUTCOMES, Impact, Judged
from reports.impact.trends import plain_chart, trend_chart
from reports.impact.words import capital, lower
from reports.numbers import Language, Written, month_name, months_of, period_name, write
from reports.printed import FILE, NO_RANGE, Printed, figures_csv, of_chart
from reports.quality.combined import combined_words
from reports.site.chart import Chart
from reports.site.lines import Lines
from reports.site.shell import File, Page, Place, Site
from reports.texts import Texts

Drawn = TypeVar("Drawn", Chart, Lines)
TEN: tuple[tuple[str, str], ...] = (
    ("ten_1", "quality"), ("ten_2", "quality"), ("ten_3", "savings"), ("ten_4", "savings"),
    ("ten_5", "savings"), ("ten_6", "#dose"), ("ten_7", "#limits"), ("ten_8", "#tests"),
    ("ten_9", "quality"), ("ten_10", "card"),
)  # fmt: skip
LIMITS = ("reported", "shocks", "moved", "people")
METHODS = ("ratio", "range", "rules")
NAV = ("verdicts", "trends", "tests", "left", "dose", "limits", "method")


@dataclass(frozen=True, slots=True)
class Section:
    """Pictures and words of one design; `missing` names tests that could not be run."""

    title: str
    trends: tuple[Chart | Lines, ...]
    tests: Chart
    missing: str
    areas: Chart
    size: tuple[str, ...]


def impact_pages(
    site: Site,
    impact: Impact,
    *,
    held: Mapping[str, Sequence[str]] | None = None,
    language: Language,
) -> dict[str, str]:
    """Draw the pages of an impact report in one language.

    Args:
        site: The site that they belong to.
        impact: What was found.
        held: By design, what the savings report assumes of the same visits, in sentences.
        language: Of the reader.

    Returns:
        HTML by path below `public/`.
    """
    t, release = Texts(language), impact.release
    period = period_name(release.period, language=language)
    place = Place(f"reports/{release.name}/impact/index.html", language)
    plain = tuple(plain_chart(one, site.program, language=language) for one in impact.trends)
    sections = tuple(
        _section(site, one, impact, t, held=(held or {}).get(one.design.key, ()))
        for one in impact.judged
    )
    drawn = bool(sections or plain)
    page = site.page(
        place, title=t("imp_title", period=period), part="impact", release=release, live=drawn
    )
    html = site.render(
        "impact/index.html",
        page,
        kicker=t(
            "imp_kicker",
            period=period[:1].lower() + period[1:],
            months=months_of(release.period, language=language),
        ),
        answer=answer(impact, language=language),
        first=event_chart(impact.judged[0], language=language) if sections else None,
        nav=_nav(impact, t),
        boxes=boxes_of(impact, t),
        intro=decided_words(impact, t),
        sections=sections,
        plain=plain,
        lacking=[
            (capital(one.design.title[language]), t(one.lack.text, **one.lack.values))
            for one in impact.lacking
        ],
        refused=not_whole(impact.refused, language=language) if impact.refused else "",
        limits=[t(f"imp_limit_{name}") for name in LIMITS] + _windows(impact, t),
        methods=[t(f"imp_method_{name}") for name in METHODS]
        + [said for said in (combined_words(release, language=language),) if said and sections],
        terms=impact.designs.sha256 if impact.designs else "",
        ten=[(t(name), _answered(site, impact, page, where)) for name, where in TEN],
        files=_files(site, page, t),
        figures=File(FILE, t("file_figures"), "") if drawn else None,
    )
    printed = [*printed_impact(impact, sections, plain, language=language)]
    figures = Place(f"reports/{release.name}/impact/{FILE}", language).path
    return {place.path: html, **({figures: figures_csv(printed)} if printed else {})}


def printed_impact(
    impact: Impact, sections: Sequence[Section], plain: Sequence[Lines], *, language: Language
) -> Iterator[Printed]:
    """List every figure of the report, for its file.

    Args:
        impact: What was found.
        sections: Pictures of the designs that were run, in their order.
        plain: Pictures of those that are only described.
        language: Of the reader.

    Returns:
        In the order of the page.
    """
    for result, section in zip(impact.judged, sections, strict=True):
        key, title = result.design.key, capital(result.design.title[language])
        yield from of_chart(event_chart(result, language=language))
        for chart in (section.tests, section.areas):
            yield from of_chart(chart)
        for lines in section.trends:
            if isinstance(lines, Lines):
                yield from _printed_lines(lines, f"trend-{key}", result.study.panel.months, title)
        if result.dose is not None:
            yield from _printed_dose(result.dose, key, title, language=language)
    for trend, lines in zip(impact.trends, plain, strict=True):
        title = capital(trend.design.title[language])
        yield from _printed_lines(lines, f"plain-{trend.design.key}", trend.panel.months, title)


def _printed_lines(lines: Lines, part: str, months: Sequence[str], title: str) -> Iterator[Printed]:
    """Print the spots of lines; public counts have no range."""
    for number, series in enumerate(lines.series):
        for month, label, spot in zip(months, lines.labels, series.spots, strict=True):
            if spot.value is not None:
                found = Estimate(spot.value, nan, nan, nan, Mark.USE)
                words = Written("", spot.said, "", "")
                yield Printed(
                    f"impact/{part}/{month}-{number + 1}", f"{series.name}, {label}", found,
                    words, NO_RANGE, lines.unit.rstrip("."), title,
                )  # fmt: skip


def _printed_dose(dose: Dose, key: str, title: str, *, language: Language) -> Iterator[Printed]:
    t = Texts(language)
    yield Printed(
        f"impact/dose-{key}/visits", t("imp_dose_h"), dose.visits,
        write(dose.visits, language=language), dose.visits.mark.value, t("sav_months_visits"),
        title,
    )  # fmt: skip
    for name, (value, low, high) in (("avoided", dose.avoided), ("each", dose.each)):
        found = Estimate(value, (high - low) / (2 * Z90), low, high, Mark.USE)
        yield Printed(
            f"impact/dose-{key}/{name}", t("imp_dose_h"), found, Written("", "", "", ""),
            Mark.USE.value, title, t(f"fig_dose_{name}"),
        )  # fmt: skip


def _section(
    site: Site, result: Judged, impact: Impact, t: Texts, *, held: Sequence[str]
) -> Section:
    language = t.language
    leads = result is impact.judged[0]
    title = capital(result.design.title[language])

    def named(chart: Drawn) -> Drawn:
        """Let the pictures of every design but the first name what they are about."""
        said = lower(chart.title)
        return chart if leads else replace(chart, title=t("imp_of", title=title, finding=said))

    event = () if leads else (named(event_chart(result, language=language)),)
    absent = [
        placebo_name(one, t)
        for one in result.study.placebos
        if one.effect is None or not one.effect.defined
    ]
    return Section(
        title=title,
        trends=(*event, named(trend_chart(result, language=language))),
        tests=named(tests_chart(result, language=language)),
        missing=t("imp_tests_missing", names=", ".join(absent)) if absent else "",
        areas=named(areas_chart(result, site.program, language=language)),
        size=(
            *dose_words(result, impact.release, language=language),
            *((" ".join((t("con_intro_impact"), *held)),) if held else ()),
        ),
    )


def _nav(impact: Impact, t: Texts) -> list[tuple[str, str]]:
    """Name the sections that the page has."""
    shown = {
        "verdicts": bool(impact.judged or impact.trends),
        "trends": bool(impact.judged or impact.trends),
        **dict.fromkeys(("tests", "left", "dose"), bool(impact.judged)),
    }
    return [(name, t(f"imp_nav_{name}")) for name in NAV if shown.get(name, True)]


def _windows(impact: Impact, t: Texts) -> list[str]:
    """Say which months were counted; each wording once."""
    panels = [one.study.panel for one in impact.judged] + [one.panel for one in impact.trends]
    said = [
        t(
            "imp_limit_window",
            first=month_name(panel.months[0], language=t.language),
            last=month_name(panel.months[-1], language=t.language),
            start=month_name(panel.months[panel.start], language=t.language),
        )
        for panel in panels
    ]
    return list(dict.fromkeys(said))


def _answered(site: Site, impact: Impact, page: Page, where: str) -> str:
    """Address of an answer; empty where nothing published gives it."""
    release = impact.release
    if where == "card":
        return page.place.page(f"releases/{release.name}/card.html")
    if where.startswith("#"):
        needs_result = where != "#limits"
        return where if impact.judged or not needs_result else ""
    if where not in site.reports_of(release):
        return ""
    return page.place.page(f"reports/{release.name}/{where}/index.html")


def _files(site: Site, page: Page, t: Texts) -> list[File]:
    named = [
        (f"exact/{OUTCOMES}.csv", t("imp_file_outcomes")),
        ("exact/datapackage.json", t("imp_file_exact")),
    ]
    found = [site.file(page.place, path, label) for path, label in named]
    return [file for file in found if file]
