"""Mirrors reports/impact/page.py, findings.py, figures.py, trends.py, boxes.py and words.py."""

import re
from dataclasses import replace
from datetime import date
from math import log
from pathlib import Path

import pytest

from reports.exact import Exact, open_exact
from reports.impact.designs import Designs
from reports.impact.findings import opening
from reports.impact.page import impact_pages
from reports.impact.ratio import Effect
from reports.impact.report import Impact, Judged, estimate_impact
from reports.impact.rules import Verdict
from reports.impact.words import write_change
from reports.numbers import LANGUAGES, MINUS, Language
from reports.program_facts import ProgramFacts
from reports.released import Release
from reports.site.shell import Site
from tests.reports.impact.sample_designs import DESIGNS, WELFARE
from tests.reports.impact.sample_outcomes import PROGRAM, Plan, write_outcomes

EVIL = "<script>alert(1)</script>"


def drawn(
    release: Release,
    folder: Path,
    language: Language = "en",
    *,
    designs: Designs | None = DESIGNS,
    program: ProgramFacts = PROGRAM,
    plan: Plan | None = None,
) -> tuple[str, Impact]:
    """Draw the page of a release beside an invented table."""
    write_outcomes(folder, plan)
    found = estimate_impact(release, program=program, designs=designs, exact=open_exact(folder))
    reports = {release.name: ("savings", "impact", "quality")}
    site = Site(public=folder, program=program, releases=(release,), reports=reports)
    pages = impact_pages(site, found, language=language)
    ((path, html),) = (one for one in pages.items() if one[0].endswith(".html"))
    assert path.endswith(f"reports/{release.name}/impact/index.html")
    return html, found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_has_live_charts_tables_and_all_ten_questions(
    release: Release, tmp_path: Path, language: Language
) -> None:
    html, _ = drawn(release, tmp_path, language)

    figures = re.findall(r"<figure.*?</figure>", html, re.DOTALL)
    assert sum("data-chart" in one for one in figures) >= 3
    assert all("<table" in one and 'type="application/json"' in one for one in figures)
    questions = re.findall(r"<li[^>]*><a href=\"([^\"]+)\">", html.split('class="questions"')[1])
    assert len(questions) == 10
    assert html.count("<h1>") == 1
    assert "exact/outcomes.csv" in html
    assert "style=" not in html
    assert "nan" not in re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL).lower().split()


@pytest.mark.parametrize("language", LANGUAGES)
def test_ids_are_unique_and_links_within_the_page_lead_somewhere(
    release: Release, tmp_path: Path, language: Language
) -> None:
    html, _ = drawn(release, tmp_path, language)

    ids = re.findall(r'\bid="([^"]+)"', html)
    inside = re.findall(r'href="#([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(inside) <= set(ids)
    labels = re.findall(r'role="region" aria-label="([^"]+)"', html)
    assert len(labels) == len(set(labels))


def test_the_finding_is_the_heading_with_its_range_and_the_verdict_is_a_word(
    release: Release, tmp_path: Path
) -> None:
    html, found = drawn(release, tmp_path)
    heading = re.findall(r"<h1>(.*?)</h1>", html)[0]

    assert re.fullmatch(
        r"Where crisis teams work there are about \d+% fewer police visits for welfare checks"
        r" \(between \d+% and \d+% fewer\)",
        heading,
    )
    assert found.judged[0].verdict is Verdict.EFFECT
    assert html.count(">Passes</span>") + html.count(">Fails</span>") == 2 * 5
    assert "14 November 2017, before teams started" in html


def test_what_fails_a_rule_is_only_described(release: Release, tmp_path: Path) -> None:
    html, found = drawn(release, tmp_path, plan=Plan(slope=-0.03))

    assert found.judged[0].verdict is Verdict.DESCRIPTIVE
    assert "Descriptive only" in html
    assert "but a test fails" in html
    assert "We do not say that teams caused" in html
    assert "ranges miss zero" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_area_is_described_with_its_trend(
    release: Release, tmp_path: Path, language: Language
) -> None:
    few = replace(PROGRAM, areas=PROGRAM.areas[:1], comparison=())

    html, _ = drawn(release, tmp_path, language, program=few)

    assert 'id="plain-welfare_checks"' in html
    assert "Downtown" in html
    assert 'class="verdict withheld"' in html
    assert 'class="verdict use"' not in html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("plan", [Plan(dropped=(("2018-04", "harbor"),)), Plan(last="2018-01")])
def test_a_hole_in_the_counts_is_said_with_where_to_mend_it(
    release: Release, tmp_path: Path, language: Language, plan: Plan
) -> None:
    html, found = drawn(release, tmp_path, language, plan=plan)

    assert len(found.lacking) == 2
    assert "data-chart" not in html
    assert "plotly.min.js" not in html
    assert "police_welfare_checks" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_design_or_a_table_the_page_says_what_it_lacks(
    release: Release, tmp_path: Path, language: Language
) -> None:
    html, found = drawn(release, tmp_path, language, designs=None)
    site = Site(public=tmp_path, program=PROGRAM, releases=(release,))
    other = estimate_impact(release, program=PROGRAM, designs=DESIGNS, exact=Exact(tmp_path))
    ((_, unfed),) = impact_pages(site, other, language=language).items()

    assert "impact.yaml" in html
    assert "sources/outcomes.yaml" in unfed
    assert opening(found, language=language) is None


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2018, 6, 1), "after teams started but before"),
        (date(2020, 6, 1), "could already be seen"),
    ],
)
def test_a_late_decision_is_told(release: Release, tmp_path: Path, day: date, said: str) -> None:
    html, _ = drawn(release, tmp_path, designs=DESIGNS.model_copy(update={"decided_on": day}))

    assert said in html


def test_words_of_a_program_are_text(release: Release, tmp_path: Path) -> None:
    evil = WELFARE.model_copy(update={"title": {"en": EVIL, "es": EVIL}})
    areas = tuple(replace(area, name=EVIL) for area in PROGRAM.areas)

    html, _ = drawn(
        release,
        tmp_path,
        designs=DESIGNS.model_copy(update={"designs": (evil,)}),
        program=replace(PROGRAM, areas=areas),
    )

    assert EVIL not in html
    assert "&lt;script&gt;" in html


def test_the_index_gets_the_heading(release: Release, tmp_path: Path) -> None:
    html, found = drawn(release, tmp_path)

    first = opening(found, language="en")

    assert first is not None
    assert first.sentence.rstrip(".") in html


@pytest.mark.parametrize(
    ("ends", "between", "span"),
    [
        ((0.7, 0.9), "between 10% and 30% fewer", f"{MINUS}30% to {MINUS}10%"),
        ((1.05, 1.2), "between 5% and 20% more", "+5% to +20%"),
        ((0.9, 1.04), "between 10% fewer and 4% more", f"{MINUS}10% to +4%"),
    ],
)
def test_a_range_says_fewer_or_more(ends: tuple[float, float], between: str, span: str) -> None:
    low, high = (log(one) for one in ends)

    words = write_change(Effect((low + high) / 2, 0.1, 0, 9, low, high), language="en")

    assert words.between == between
    assert words.span == span


def test_every_result_of_the_sample_is_judged(release: Release, tmp_path: Path) -> None:
    _, found = drawn(release, tmp_path)

    assert all(isinstance(one, Judged) for one in found.results)
