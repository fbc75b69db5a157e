"""The page for outsiders runs as it stands, on a public folder and nothing else."""

import doctest
import re
from pathlib import Path

import numpy as np
import pytest

from reports.metrics import NOT_ASKED
from reports.program_facts import ProgramFacts
from reports.quality.page import quality_pages
from reports.quality.report import Known, estimate_report
from reports.site.build import find_releases
from reports.site.shell import Site
from tests.reports.small_year import draw_all, write_all


def test_every_line_of_the_page_does_what_it_says(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all(tmp_path / "public" / "releases", draw_all(np.random.default_rng(3)))
    write_figures(tmp_path / "public")
    text = (root / "docs" / "released.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    page = doctest.DocTestParser().get_doctest(text, {}, "released.md", None, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE, verbose=False)
    said: list[str] = []

    found = runner.run(page, out=said.append)

    assert found.failed == 0, "".join(said)
    assert found.attempted > 20


def write_figures(public: Path) -> None:
    """Write `figures.csv` of the year, as the pages do."""
    site = Site(public, ProgramFacts("x", "x", "x"), find_releases(public))
    report = estimate_report(site, site.releases[-1], NOT_ASKED, Known(site))
    for path, text in quality_pages(site, report, language="en").items():
        if path.endswith("figures.csv"):
            (public / path).parent.mkdir(parents=True)
            (public / path).write_text(text, encoding="utf-8")


def test_it_names_every_public_method(root: Path) -> None:
    text = (root / "docs" / "released.md").read_text(encoding="utf-8")
    api = ["table", "select", "sum", "total", "ratio", "quantile", "covariance", "display"]

    assert [
        name for name in api if not re.search(rf"\b(year|quarter)\.(own\.)?{name}\(", text)
    ] == []
    assert "open_release(" in text
    assert "open_year(" in text
