"""Mirrors reports/site/build.py: the whole site, read as files."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from shutil import copytree, rmtree

import numpy as np
import pytest

from data_contracts.period import read_period
from reports.errors import ReportError
from reports.program_facts import ProgramFacts
from reports.site.build import build_site, find_releases
from reports.site.shell import POLICY
from tests.reports.sample_release import Plan, card, write_release
from tests.reports.small_year import draw_all, open_all, write_all

EVIL = "<script>alert(1)</script>"


class Reader(HTMLParser):
    """Collects what a test wants to know of a page."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def files_of(public: Path) -> dict[str, bytes]:
    found = (file for file in public.rglob("*") if file.is_file())
    return {file.relative_to(public).as_posix(): file.read_bytes() for file in found}


def pages_of(public: Path) -> list[Path]:
    return sorted(public.rglob("*.html"))


@pytest.fixture(scope="module")
def drawn_once(tmp_path_factory: pytest.TempPathFactory, program: ProgramFacts) -> Path:
    public = tmp_path_factory.mktemp("drawn") / "public"
    for year in ("FY2018", "FY2019"):
        write_release(public / "releases", year)
    build_site(public, program=program, metrics=None)
    return public


@pytest.fixture
def drawn(drawn_once: Path, tmp_path: Path) -> Path:
    """A copy of a drawn site, with its times, for a test to change."""
    return Path(copytree(drawn_once, tmp_path / "public"))


def test_both_languages_have_the_same_pages(drawn: Path) -> None:
    pages = {page.relative_to(drawn).as_posix() for page in pages_of(drawn)}

    spanish = {name.removeprefix("es/") for name in pages if name.startswith("es/")}

    assert spanish == {name for name in pages if not name.startswith("es/")}
    assert len(spanish) > 25


def test_every_link_leads_to_a_file_that_is_there(drawn: Path) -> None:
    checked = 0
    for page in pages_of(drawn):
        reader = Reader(page)
        ids = {attributes["id"] for _, attributes in reader.tags if "id" in attributes}
        for tag, name in (("a", "href"), ("link", "href"), ("script", "src")):
            for attributes in reader.all(tag):
                address, _, part = attributes.get(name, "").partition("#")
                if not attributes.get(name) or address.startswith("mailto:"):
                    continue
                assert not re.match(r"[a-z]+:|/", address), address
                target = (page.parent / address).resolve() if address else page
                assert target.is_file(), f"{page.relative_to(drawn)}: {address}"
                assert part in {"", *ids} or address
                checked += 1
    assert checked > 500


def test_no_page_carries_a_style_or_a_script_of_its_own(drawn: Path) -> None:
    for page in pages_of(drawn):
        reader = Reader(page)
        assert reader.all("style") == []
        assert [
            a for _, a in reader.tags if "style" in a or any(n.startswith("on") for n in a)
        ] == []
        scripts = reader.all("script")
        assert all("src" in a or a.get("type") == "application/json" for a in scripts)
        assert {"http-equiv": "Content-Security-Policy", "content": POLICY} in reader.all("meta")


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert "unsafe" not in POLICY
    assert "default-src 'none'" in POLICY
    assert not re.search(r"https?:|\*", POLICY)


def test_every_figure_with_values_has_its_table_in_the_page(drawn: Path) -> None:
    live = 0
    for page in pages_of(drawn):
        text = page.read_text(encoding="utf-8")
        for figure in re.findall(r"<figure.*?</figure>", text, re.DOTALL):
            assert "<table" in figure, page
            live += "data-chart" in figure
    assert live > 6


def test_only_pages_with_live_charts_load_the_library(drawn: Path) -> None:
    for page in pages_of(drawn):
        text = page.read_text(encoding="utf-8")
        assert ("plotly.min.js" in text) == ("data-chart" in text), page


def test_every_page_has_one_heading_a_language_and_a_status(drawn: Path) -> None:
    for page in pages_of(drawn):
        reader = Reader(page)
        language = "es" if page.is_relative_to(drawn / "es") else "en"
        assert len(reader.all("h1")) == 1, page
        assert reader.all("html") == [{"lang": language}]
        assert any(a.get("class") == "banner" for a in reader.all("aside")), page


def test_drawing_again_changes_no_byte_and_no_time(drawn: Path, program: ProgramFacts) -> None:
    before, times = files_of(drawn), {f: f.stat().st_mtime_ns for f in drawn.rglob("*.html")}

    build_site(drawn, program=program, metrics=None)

    assert files_of(drawn) == before
    assert {f: f.stat().st_mtime_ns for f in drawn.rglob("*.html")} == times


def test_two_folders_with_the_same_releases_become_the_same_site(
    drawn: Path, tmp_path: Path, program: ProgramFacts
) -> None:
    other = tmp_path / "elsewhere" / "public"
    for year in ("FY2018", "FY2019"):
        write_release(other / "releases", year)

    build_site(other, program=program, metrics=None)

    kept = (".html", ".css", ".js")
    ours, theirs = (
        {k: v for k, v in files_of(one).items() if k.endswith(kept)} for one in (drawn, other)
    )
    assert ours == theirs


def test_a_rejected_measure_loses_its_page_and_is_named_with_its_reason(
    drawn: Path, tmp_path: Path, program: ProgramFacts
) -> None:
    board = tmp_path / "metrics.yaml"
    board.write_text(
        "measures:\n"
        "  housing: {decision: approved}\n"
        "  naloxone: {decision: rejected, reason: {en: Not now., es: Ahora no.}}\n",
        encoding="utf-8",
    )
    quality = drawn / "reports" / "FY2019" / "quality"
    assert (quality / "naloxone.html").is_file()

    build_site(drawn, program=program, metrics=board)

    index = (quality / "index.html").read_text(encoding="utf-8")
    assert not (quality / "naloxone.html").exists()
    assert (quality / "housing.html").is_file()
    assert "Not now." in index


def test_a_measure_without_a_table_says_what_it_needs(drawn: Path) -> None:
    index = (drawn / "reports/FY2019/quality/index.html").read_text(encoding="utf-8")

    assert "<strong>Military service</strong>: needs a table by: military service" in index


def test_a_planned_period_is_not_yet_published_and_newest_comes_first(drawn: Path) -> None:
    index = (drawn / "index.html").read_text(encoding="utf-8")

    places = [index.index(f"Fiscal year {year}<small>") for year in (2020, 2019, 2018)]
    assert places == sorted(places)
    assert "Not yet published" in index


def test_a_folder_without_releases_says_so(tmp_path: Path, program: ProgramFacts) -> None:
    build_site(tmp_path, program=replace(program, calendar=()), metrics=None)

    assert "Nothing has been published yet." in (tmp_path / "index.html").read_text("utf-8")


def test_labels_are_text_on_every_page(tmp_path: Path, program: ProgramFacts) -> None:
    write_release(tmp_path / "releases", plan=Plan(prefix=EVIL))
    evil = replace(program, city=f"{EVIL}</style>", contact=EVIL, about={"en": EVIL, "es": EVIL})

    build_site(tmp_path, program=evil, metrics=None)

    assert sum(EVIL in file.read_text("utf-8") for file in pages_of(tmp_path)) == 0
    assert sum("&lt;script&gt;" in file.read_text("utf-8") for file in pages_of(tmp_path)) > 20
    assert "</style>" not in (tmp_path / "assets" / "print.css").read_text("utf-8")


def test_a_broken_release_stops_the_run_before_any_page_changes(
    drawn: Path, program: ProgramFacts
) -> None:
    before = files_of(drawn)
    broken = drawn / "releases" / "FY2019" / "tables" / "housing.csv"
    broken.write_text("nothing\n1\n", encoding="utf-8")

    with pytest.raises(ReportError, match=r"tables/housing\.csv lacks columns"):
        build_site(drawn, program=program, metrics=None)

    after = files_of(drawn)
    assert {k: v for k, v in after.items() if k.endswith(".html")} == {
        k: v for k, v in before.items() if k.endswith(".html")
    }


def test_a_program_in_one_language_has_one_tree(public: Path, program: ProgramFacts) -> None:
    build_site(public, program=replace(program, languages=("en",)), metrics=None)

    assert not (public / "es").exists()
    assert "hreflang" not in (public / "index.html").read_text("utf-8")


def test_nothing_half_written_is_left(drawn: Path) -> None:
    assert [file for file in drawn.rglob("*") if file.name.startswith(".")] == []


def test_every_printed_page_names_city_release_and_status(drawn: Path) -> None:
    css = (drawn / "assets" / "print.css").read_text(encoding="utf-8")
    page = (drawn / "es/reports/FY2019/quality/index.html").read_text(encoding="utf-8")

    assert '<body class="sheet-FY2019-es">' in page
    assert re.search(r"@page sheet-FY2019-es .*Riverton, FY2019 .*Datos de muestra", css)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, program: ProgramFacts) -> Path:
    """The pages of a year and of its quarters, which count the same records."""
    public = tmp_path_factory.mktemp("small") / "public"
    write_all(public / "releases", draw_all(np.random.default_rng(3)))
    for folder in (public / "releases").iterdir():
        made = json.dumps(card(read_period(folder.name)))
        (folder / "card.json").write_text(made, encoding="utf-8")
    build_site(public, program=program, metrics=None)
    return public


def test_a_year_is_opened_with_its_quarters_and_alone_where_one_is_missing(small: Path) -> None:
    year, missing = find_releases(small)[-1], small.parent / "missing"
    copytree(small / "releases", missing / "releases")
    rmtree(missing / "releases" / "2019-Q2")

    alone = find_releases(missing)[-1]

    assert (year.name, alone.name) == ("FY2019", "FY2019")
    assert year.combined is not None
    assert year.combined.interim == ("2019-Q1", "2019-Q2", "2019-Q3", "2019-Q4")
    assert alone.combined is None
    assert year.total("contacts_by_area").sd < 0.8 * alone.total("contacts_by_area").sd


def test_pages_of_a_year_say_what_was_combined_and_those_of_a_quarter_do_not(small: Path) -> None:
    def read(path: str) -> str:
        return (small / path / "quality" / "index.html").read_text(encoding="utf-8")

    assert "This year is measured twice" in read("reports/FY2019")
    assert "Este año se mide dos veces" in read("es/reports/FY2019")
    assert "measured twice" not in read("reports/2019-Q1")


def test_the_bridge_of_a_combined_year_keeps_the_figures_of_the_releases(small: Path) -> None:
    """The sum of the quarters and the year's own figure, so that their difference can be seen."""
    lines = (small / "reports/FY2019/quality/bridge.csv").read_text(encoding="utf-8").splitlines()
    steps = {tuple(line.split(",")[:2]): float(line.split(",")[2]) for line in lines[1:]}
    year, parts = open_all(small / "releases")

    assert steps["no_contact", "year"] == pytest.approx(
        year.total("no_contact_by_area").value, abs=0.001
    )
    assert steps["no_contact", "sum"] == pytest.approx(
        sum(one.total("no_contact_by_kind").value for one in parts), abs=0.001
    )
