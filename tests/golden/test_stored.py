"""What a stored release is said to be: no figure and no page changes unless somebody means it."""

import json
from pathlib import Path

import pytest

from tests.golden.stored import FIGURES, PAGES, draw_stored, hash_pages, read_figures


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stored release with its pages drawn again."""
    folder = tmp_path_factory.mktemp("golden") / "public"
    draw_stored(folder)
    return folder


def test_every_figure_of_a_quarter_and_a_year_is_what_it_was(public: Path) -> None:
    """After a change that is meant: `make golden`, and read the difference line by line."""
    expected = json.loads(FIGURES.read_text(encoding="utf-8"))

    found = read_figures(public)

    changed = {
        figure: (expected.get(figure), found.get(figure))
        for figure in {**expected, **found}
        if expected.get(figure) != found.get(figure)
    }
    assert changed == {}
    assert len(found) > 1_000


def test_every_page_says_what_it_said(public: Path) -> None:
    expected = json.loads(PAGES.read_text(encoding="utf-8"))

    found = hash_pages(public)

    changed = sorted(
        page for page in {**expected, **found} if expected.get(page) != found.get(page)
    )
    assert changed == []
    assert len(found) > 100
