"""Draw the impact report: the answer, one picture, verdicts, tests, size, limits.

report -> **page** -> public/reports/<release>/impact/index.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from reports.impact.boxes import boxes_of, decided_words
from reports.impact.figures import areas_chart, event_chart, placebo_name, tests_chart
from reports.impact.findings import answer, dose_words
from reports.impact.report import OUTCOMES, Impact, Judged
from reports.impact.trends import plain_chart, trend_chart
from reports.impact.words import capital, lower
from reports.numbers import Language, month_name, months_of, period_name
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
        limits=[t(f"imp_limit_{name}") for name in LIMITS] + _windows(impact, t),
        methods=[t(f"imp_method_{name}") for name in METHODS]
        + [said for said in (combined_words(release, language=language),) if said and sections],
        terms=impact.designs.sha256 if impact.designs else "",
        ten=[(t(name), _answered(site, impact, page, where)) for name, where in TEN],
        files=_files(site, page, t),
    )
    return {place.path: html}


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
