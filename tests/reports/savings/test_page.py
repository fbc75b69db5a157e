"""Mirrors reports/savings/page.py and the pictures and words on it."""

import csv
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from reports.exact import Exact, open_exact
from reports.numbers import LANGUAGES, Language
from reports.parameters import Parameters
from reports.program_facts import ProgramFacts
from reports.released import Release
from reports.savings.classes import columns_of
from reports.savings.page import savings_pages
from reports.savings.report import Savings, estimate_savings
from reports.site.shell import Site
from tests.reports.savings.conftest import spending, write_exact

PARTS = (
    "funnel", "diversion", "classes", "cost", "reinvest", "moves", "doubt", "register", "ten",
    "files",
)  # fmt: skip
INDEX = {"en": "reports/{}/savings/index.html", "es": "es/reports/{}/savings/index.html"}


@pytest.fixture(scope="module")
def site(city: Path, program: ProgramFacts, savings: Savings, savings_quarter: Savings) -> Site:
    releases = (savings_quarter.release, savings.release)
    drawn = {one.name: ("savings", "impact", "quality") for one in releases}
    return Site(public=city, program=program, releases=releases, reports=drawn)


def page_of(site: Site, savings: Savings, language: Language) -> str:
    pages = savings_pages(site, savings, language=language)
    return pages[INDEX[language].format(savings.release.name)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_has_every_part_in_both_languages(
    site: Site, savings: Savings, savings_quarter: Savings, language: Language
) -> None:
    for one in (savings, savings_quarter):
        html = page_of(site, one, language)

        assert all(f'<section id="{part}"' in html for part in PARTS)
        assert html.count("<figure") >= 8
        assert html.count('<script type="application/json">') >= 3
        assert html.count("<details>") >= 4
        assert not re.search(r"\bsav_|{[a-z]+}|\bnan\b|\binf\b|None", html)
        assert ' style="' not in html


def test_both_named_figures_stand_side_by_side_and_cost_beside_net(
    site: Site, savings: Savings
) -> None:
    html = page_of(site, savings, "en")

    for words in ("Median", "Central case", "All low", "All high", "Adverse case"):
        assert words in html
    assert "The program cost $3.8 million in full, with its share of start-up money" in html
    assert re.search(r"covers the cost is (\d+|less than 1|more than 99) in 100", html)
    assert "This is a test, not a fund" in html


def test_hours_stand_before_dollars_and_each_class_stands_alone(savings: Savings) -> None:
    assert savings.model is not None
    columns = {one.key: one for one in columns_of(savings, savings.model, language="en")}

    assert list(columns) == ["cash", "capacity", "others", "social"]
    assert columns["capacity"].big.endswith("hours")
    assert columns["cash"].then[0].startswith("If ")
    assert "posts are not filled" in columns["cash"].then[0]
    assert "$240,000" in columns["cash"].can
    assert "$" not in columns["social"].big + "".join(columns["social"].then)


def test_no_figure_is_the_sum_of_two_classes(site: Site, savings: Savings) -> None:
    """But for the test against the cost, which is named so wherever it stands."""
    model = savings.model
    assert model is not None
    text = savings_pages(site, savings, language="en")["reports/FY2025/savings/figures.csv"]
    rows = {row["id"]: row for row in csv.DictReader(StringIO(text))}
    central = {
        name: float(rows[f"savings/central/{name}"]["value"])
        for name in ("calls", "hours", "posts", "police", "cash", "others", "resource", "net")
    }
    value = {name: central[name] for name in ("police", "cash", "others", "resource")}

    for name in ("calls", "hours", "posts", "net"):
        assert central[name] not in {
            value["police"] + value["cash"], value["cash"] + value["others"],
        }  # fmt: skip
    assert value["resource"] == pytest.approx(value["police"] + value["others"], abs=0.01)
    html = page_of(site, savings, "en")
    assert "Community test: officer time and costs of others" in html
    assert "total savings" not in html.lower()


def test_the_register_is_a_file_with_every_source(site: Site, savings: Savings) -> None:
    pages = savings_pages(site, savings, language="es")

    rows = list(csv.DictReader(StringIO(pages["reports/FY2025/savings/assumptions.csv"])))

    assert len(rows) > 30
    assert all(row["source_href"].startswith("https://") for row in rows)
    assert all(row["derivation"] for row in rows)
    assert {row["name"] for row in rows} >= {"officer_hour", "wage_index", "price_index"}


def test_a_page_without_accounts_says_so_and_claims_no_net(
    site: Site, savings: Savings, program: ProgramFacts, parameters: Parameters, tmp_path: Path
) -> None:
    exact = write_exact(tmp_path, None, {"spending": "refused"})
    found = estimate_savings(savings.release, program=program, parameters=parameters, exact=exact)

    for language in LANGUAGES:
        html = page_of(site, found, language)
        assert 'id="lacks"' in html
        assert "“spending”" in html or "«spending»" in html
    english = page_of(site, found, "en")
    assert "less the program" not in english
    assert "Program cost" not in english
    assert "What the program cost in this period is not known" in english
    assert english.count('<script type="application/json">') >= 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cost_of_which_rows_were_refused_says_so_wherever_it_stands(
    site: Site,
    savings_quarter: Savings,
    city: Path,
    program: ProgramFacts,
    parameters: Parameters,
    language: Language,
) -> None:
    """A payment was refused, and the page said "these figures may be quoted"."""
    pages = {}
    for month in ("2025-08", "2025-11", "all"):
        exact = replace(open_exact(city), incomplete={"spending": (month,)})
        release = savings_quarter.release
        one = estimate_savings(release, program=program, parameters=parameters, exact=exact)
        pages[month] = page_of(site, one, language)
    words = {
        "en": ("Not whole: rows of August 2025 were refused.", "Do not quote the cost"),
        "es": ("Incompleto: se rechazaron filas de agosto de 2025.", "No cite el costo"),
    }

    said, quote = words[language]
    assert pages["2025-08"].count(said) >= 5  # answer, gaps, test, items, chain
    assert quote in pages["2025-08"]
    assert quote in pages["all"]
    assert quote not in pages["2025-11"]  # booked after this quarter
    assert said.split(":")[0] not in pages["2025-11"]


def test_a_file_marks_amounts_that_are_not_whole(
    site: Site, quarter: Release, city: Path, program: ProgramFacts, parameters: Parameters
) -> None:
    exact = replace(open_exact(city), incomplete={"spending": ("2025-02",)})

    one = estimate_savings(quarter, program=program, parameters=parameters, exact=exact)
    files = savings_pages(site, one, language="en")
    rows = csv.DictReader(StringIO(files[f"reports/{quarter.name}/savings/figures.csv"]))
    marks = {row["id"]: row["mark"] for row in rows}

    assert marks["savings/cost/all"] == "exact"  # its own months are whole
    assert marks["savings/chain/certified"] == "not_whole"  # the year to date is not


def test_a_page_with_nothing_to_show_still_stands(
    site: Site, savings: Savings, program: ProgramFacts, tmp_path: Path
) -> None:
    empty = estimate_savings(
        savings.release, program=program, parameters=None, exact=Exact(tmp_path)
    )
    bare = replace(empty, funnel=None, months=(), naloxone=None)

    for language in LANGUAGES:
        html = page_of(site, bare, language)
        assert "costs/" in html
        assert 'id="reinvest"' in html
        assert 'id="classes"' not in html


def test_no_certified_cash_is_said_in_words(
    site: Site, savings: Savings, program: ProgramFacts, parameters: Parameters, tmp_path: Path
) -> None:
    table = spending()
    table = table[table["spending_kind_code"] != "reinvestment"]
    exact = write_exact(tmp_path, table)

    found = estimate_savings(savings.release, program=program, parameters=parameters, exact=exact)

    html = page_of(site, found, "en")
    assert "no cash has been certified" in html
    assert "No cash has been certified as taken out of a budget" in html


def test_questions_lead_to_reports_that_are_drawn_and_nowhere_else(
    site: Site, savings: Savings, city: Path
) -> None:
    with_impact = page_of(site, savings, "en")
    alone = replace(site, reports={savings.release.name: ("savings", "quality")})

    without = page_of(alone, savings, "en")

    assert 'href="../impact/index.html"' in with_impact
    assert 'href="../impact/index.html"' not in without
    assert open_exact(city).missing == {}


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_tagged_figure_is_in_the_file_as_it_is_printed(
    site: Site, savings: Savings, language: Language
) -> None:
    pages = savings_pages(site, savings, language=language)
    (html,) = (text for path, text in pages.items() if path.endswith(".html"))
    (text,) = (text for path, text in pages.items() if path.endswith("figures.csv"))
    rows = {row["id"]: row for row in csv.DictReader(StringIO(text))}

    tagged = re.findall(r'<tr[^>]* data-figure="([^"]+)">(.*?)</tr>', html, re.DOTALL)

    assert len(tagged) > 30
    for name, inside in tagged:
        assert name in rows
        said = rows[name]["printed_value"] or rows[name]["printed_range"]
        if (
            name.startswith("savings/both/")
            and "million" not in inside
            and "millones" not in inside
        ):
            assert said in inside
    assert rows.keys() >= {"savings/cost/all", "savings/chain/certified", "savings/both/net"}
