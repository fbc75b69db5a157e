"""Mirrors reports/quality/page.py, overview.py, sections.py and report.py, read as pages."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from data_contracts.program import load_program
from reports.metrics import NOT_ASKED, known_measures, load_accounts, load_board
from reports.numbers import LANGUAGES, Language
from reports.program_facts import AreaFacts, ProgramFacts
from reports.quality.page import quality_pages
from reports.quality.report import Known, estimate_report
from reports.released import open_release
from reports.site.shell import Site
from tests.reports.riverton_release import write_riverton
from tests.reports.sample_exact import write_exact
from tests.reports.sample_release import quarterly, write_release, yearly

QUARTERS = tuple(f"2019-Q{number}" for number in range(1, 5))
YEAR = "FY2019"
INDEX = f"reports/{YEAR}/quality/index.html"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, program: ProgramFacts) -> Site:
    """A year with its quarters and its accounts."""
    public = tmp_path_factory.mktemp("quality") / "public"
    found = [write_release(public / "releases", name, quarterly()) for name in QUARTERS]
    found.append(write_release(public / "releases", YEAR, yearly()))
    write_exact(public)
    return Site(public, program, tuple(open_release(folder) for folder in found))


KNOWN: dict[tuple[Path, int], Known] = {}


def drawn(site: Site, name: str, *, language: Language = "en") -> Mapping[str, str]:
    release = next(one for one in site.releases if one.name == name)
    known = KNOWN.setdefault((site.public, len(site.releases)), Known(site))
    return quality_pages(site, estimate_report(site, release, NOT_ASKED, known), language=language)


@pytest.fixture(scope="module")
def pages(site: Site) -> Mapping[str, str]:
    return drawn(site, YEAR)


def test_the_index_has_at_least_three_live_charts_each_with_a_still_one_and_a_table(
    site: Site, pages: Mapping[str, str]
) -> None:
    for name, html in ((YEAR, pages[INDEX]), ("2019-Q1", "")):
        page = html or drawn(site, name)[f"reports/{name}/quality/index.html"]
        figures = re.findall(r"<figure[^>]* data-chart>.*?</figure>", page, re.DOTALL)
        assert len(figures) >= 3
        assert all("still" in one and "<details>" in one for one in figures)
        assert len({re.findall(r'id="([^"]+)"', one)[0] for one in figures}) == len(figures)


def test_a_page_a_measure_and_a_page_an_account(pages: Mapping[str, str]) -> None:
    names = {path.rpartition("/")[2] for path in pages}

    for key in load_accounts():
        assert f"{key.replace('_', '-')}.html" in names
    assert len(names) > 50


def test_accounts_are_labelled_and_never_carry_a_range(pages: Mapping[str, str]) -> None:
    page = pages[f"reports/{YEAR}/quality/pay.html"]

    assert "From the accounts" in page
    assert 'class="exact"' in page
    assert "9 times in 10" not in page.partition("<main")[2].partition("</main>")[0]


def test_the_year_shows_a_control_chart_over_its_quarters(pages: Mapping[str, str]) -> None:
    page = pages[f"reports/{YEAR}/quality/path.html"]

    assert 'id="trend"' in page
    assert "Expected range" in page
    assert all(f"{name} quarter of 2019" in page for name in ("First", "Fourth"))


def test_the_bridge_stands_on_the_year_alone_and_is_a_file_too(
    site: Site, pages: Mapping[str, str]
) -> None:
    assert 'id="bridge"' in pages[INDEX]
    assert 'href="bridge.csv"' in pages[INDEX]
    assert pages[f"reports/{YEAR}/quality/bridge.csv"].startswith("block,step,value")
    assert 'id="bridge"' not in drawn(site, "2019-Q2")["reports/2019-Q2/quality/index.html"]


def test_a_quarter_that_is_not_published_is_named_in_the_bridge(site: Site) -> None:
    without = replace(site, releases=site.releases[1:])

    page = drawn(without, YEAR)[INDEX]

    assert "Not published: First quarter of 2019" in page


def test_deaths_injuries_and_force_are_spoken_of_and_never_counted(
    pages: Mapping[str, str],
) -> None:
    assert "Deaths, injuries and the use of force are not in this report" in pages[INDEX]


def test_a_quarter_says_what_is_added_back_and_a_year_that_visits_were_measured_apart(
    site: Site, pages: Mapping[str, str]
) -> None:
    quarter = drawn(site, "2019-Q3")

    said = quarter["reports/2019-Q3/quality/path.html"]
    assert "about 2 of 100 visits. That is added back" in said
    low = quarter["reports/2019-Q3/quality/visits.html"]
    assert "That is added back" in low
    assert "brought to that total" in pages[f"reports/{YEAR}/quality/path.html"]


def test_what_is_missing_is_said_in_plain_words_in_both_languages(tmp_path: Path) -> None:
    public = tmp_path / "public"
    release = write_release(public / "releases", "2019-Q1", quarterly())
    write_exact(public, missing={"staffing": "refused", "governance": "not_delivered"})
    facts = ProgramFacts("x", "x", "x")
    site = Site(public, facts, (open_release(release),))

    english = drawn(site, "2019-Q1")["reports/2019-Q1/quality/index.html"]
    spanish = drawn(site, "2019-Q1", language="es")["es/reports/2019-Q1/quality/index.html"]

    assert "posts and pay did not keep its promise and was refused" in english
    assert "oversight has not been delivered yet" in english
    assert "se rechazó; se volverá a pedir" in spanish
    assert "needs a table of people by: race or ethnicity" in english


def test_the_ten_questions_lead_to_the_other_reports_where_they_are(site: Site) -> None:
    told = replace(site, reports={YEAR: ("savings", "quality")})

    page = drawn(told, YEAR)[INDEX]

    assert page.count('href="../savings/index.html"') + page.count("/savings/index.html") >= 3
    assert "Not answered in anything published yet: 3" in page


def test_no_measure_is_ranked_and_no_template_place_is_left_open(site: Site) -> None:
    for language in LANGUAGES:
        for path, html in drawn(site, YEAR, language=language).items():
            text = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
            assert not re.search(r"\{[a-z_0-9]+\}", text), path
            assert not re.search(r"\b(best|worst|peor zona|mejor zona) area", text), path


@pytest.fixture(scope="module")
def riverton(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Site:
    """A quarter and the year of Riverton's own policy, drawn by the real privacy code."""
    public = tmp_path_factory.mktemp("riverton") / "public"
    found = [write_riverton(root, public / "releases", name) for name in ("2025-Q4", "FY2025")]
    write_exact(public, year=2025)
    program = load_program(root / "examples" / "riverton")
    areas = (AreaFacts(a.code, a.name, a.kind.value, a.population) for a in program.areas)
    facts = ProgramFacts(program.name, program.city, program.contact, areas=tuple(areas))
    return Site(public, facts, tuple(open_release(folder) for folder in found))


def test_riverton_shows_every_approved_measure_in_the_year_and_most_in_a_quarter(
    riverton: Site, root: Path
) -> None:
    board = load_board(root / "examples" / "riverton" / "metrics.yaml")
    known = Known(riverton)
    quarter, year = (estimate_report(riverton, one, board, known) for one in riverton.releases)

    assert year.missing == ()
    assert len(year.pages) >= 25
    assert len(quarter.shown) >= 14
    assert all(len(result.breakdown.rows) > 1 for result in (*year.shown, *quarter.shown))


def test_riverton_draws_in_both_languages(riverton: Site, root: Path) -> None:
    board = load_board(root / "examples" / "riverton" / "metrics.yaml")
    known = Known(riverton)
    for release in riverton.releases:
        report = estimate_report(riverton, release, board, known)
        english = quality_pages(riverton, report, language="en")
        spanish = quality_pages(riverton, report, language="es")
        both = {f"es/{path}" for path in english if not path.endswith("bridge.csv")}
        assert both == set(spanish)


def test_a_board_that_was_not_asked_gets_every_measure(site: Site) -> None:
    report = estimate_report(site, site.releases[-1], NOT_ASKED, Known(site))

    assert len(report.asked) == len(known_measures())
    assert len(report.pages) + len(report.missing) == len(report.asked)
