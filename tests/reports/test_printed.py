"""Mirrors reports/printed.py: the file holds what the pages print, and nothing else."""

import csv
import re
from collections.abc import Mapping
from dataclasses import replace
from html import unescape
from io import StringIO
from pathlib import Path

import pytest

from reports.errors import ReportError
from reports.estimate import Estimate, Mark
from reports.metrics import NOT_ASKED
from reports.numbers import LANGUAGES, MINUS, Language, Written, write
from reports.printed import COLUMNS, Printed, figures_csv
from reports.program_facts import ProgramFacts
from reports.quality.page import quality_pages
from reports.quality.report import Known, estimate_report
from reports.released import open_release
from reports.site.shell import Site
from tests.reports.sample_exact import write_exact
from tests.reports.sample_release import quarterly, write_release, yearly

NUMBERS = COLUMNS[4:10]


def one(value: float = 26.4, mark: str = "use") -> Printed:
    found = Estimate(value, 1.0, value - 1.6, value + 1.6, Mark.USE)
    return Printed("path/headline/1", "Path", found, write(found, language="en"), mark, "u", "of")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


@pytest.fixture(scope="module")
def pages(
    tmp_path_factory: pytest.TempPathFactory, program: ProgramFacts
) -> Mapping[Language, Mapping[str, str]]:
    """The pages of a year with its quarters and accounts, by language."""
    public = tmp_path_factory.mktemp("printed") / "public"
    named = [f"2019-Q{number}" for number in range(1, 5)]
    found = [write_release(public / "releases", name, quarterly()) for name in named]
    found.append(write_release(public / "releases", "FY2019", yearly()))
    write_exact(public)
    site = Site(public, program, tuple(open_release(folder) for folder in found))
    report = estimate_report(site, site.releases[-1], NOT_ASKED, Known(site))
    return {one: quality_pages(site, report, language=one) for one in LANGUAGES}


def file_of(pages: Mapping[Language, Mapping[str, str]], language: Language) -> str:
    return next(t for path, t in pages[language].items() if path.endswith("/figures.csv"))


def test_a_number_is_written_so_that_it_is_read_back_as_it_was() -> None:
    (line,) = rows(figures_csv([one(0.1 + 0.2)]))

    assert float(line["value"]) == 0.1 + 0.2
    assert line["mark"] == "use"
    assert line["measure"] == "path"


def test_what_a_page_does_not_print_has_no_number() -> None:
    hidden = replace(one(mark="withheld"), words=Written("", "", "", ""))

    (line,) = rows(figures_csv([hidden]))

    assert {line[name] for name in NUMBERS if name != "mark"} == {""}


def test_one_id_is_one_number() -> None:
    assert len(rows(figures_csv([one(), one()]))) == 1

    with pytest.raises(ReportError, match=r"path/headline/1.*two values"):
        figures_csv([one(26.4), one(32.3)])


def test_every_figure_that_a_page_prints_is_in_the_file_with_the_words_of_the_page(
    pages: Mapping[Language, Mapping[str, str]],
) -> None:
    for language in LANGUAGES:
        lines = {line["id"]: line for line in rows(file_of(pages, language))}
        printed = 0
        for path, html in pages[language].items():
            for tag, id_ in re.findall(r'<(\w+)[^>]* data-figure="([^"]+)"', html):
                printed += 1
                said = _element(html, tag, id_)
                line = lines[id_]
                wanted = _numbers(f"{line['printed_value']} {line['printed_range']}")
                assert wanted <= _numbers(said), (path, id_, said)
        assert printed > 500


def _numbers(words: str) -> set[str]:
    return set(re.findall(r"\d[\d,.]*\d|\d", words))


def _element(html: str, tag: str, id_: str) -> str:
    found = re.search(rf'<{tag}[^>]* data-figure="{re.escape(id_)}".*?</{tag}>', html, re.DOTALL)
    assert found
    return unescape(re.sub(r"<[^>]+>", " ", found.group()))


def test_both_languages_have_the_same_figures(
    pages: Mapping[Language, Mapping[str, str]],
) -> None:
    english, spanish = (rows(file_of(pages, language)) for language in LANGUAGES)

    assert len(english) > 300
    assert [line["id"] for line in english] == [line["id"] for line in spanish]
    for ours, theirs in zip(english, spanish, strict=True):
        assert [ours[name] for name in NUMBERS] == [theirs[name] for name in NUMBERS], ours["id"]
        assert theirs["of"] != ours["of"], ours["id"]


def test_what_is_printed_lies_within_half_a_step_of_the_number(
    pages: Mapping[Language, Mapping[str, str]],
) -> None:
    seen = 0
    for line in rows(file_of(pages, "en")):
        if line["mark"] == "withheld" or not line["printed_value"]:
            continue
        value = float(line["value"])
        printed = line["printed_value"].removesuffix(" of 1,000")  # what is rare
        said = float(printed.replace(",", "").replace(MINUS, "-"))
        said /= 10 if printed != line["printed_value"] else 1
        step = max(1.0, (float(line["high"]) - float(line["low"])) / 10)
        assert abs(said - value) <= step / 2 + 1e-9, line["id"]
        seen += 1
    assert seen > 200


def test_the_page_leads_to_the_file_where_it_says_that_it_holds_the_figures(
    pages: Mapping[Language, Mapping[str, str]],
) -> None:
    for language in LANGUAGES:
        for path, html in pages[language].items():
            if path.endswith(".html"):
                assert 'href="figures.csv"' in html, path
                assert (Path(path).parent / "figures.csv").as_posix() in pages[language]
