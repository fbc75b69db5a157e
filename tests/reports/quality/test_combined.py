"""Mirrors reports/quality/combined.py: what a year was combined with, in plain words."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reports.combination import Apart
from reports.numbers import LANGUAGES, Language
from reports.quality.combined import combined_words
from reports.released import Release
from tests.reports.small_year import draw_all, open_combined, write_all


def combined(folder: Path, *, late: float = 0.0, within: float = 3.0) -> Release:
    write_all(folder, draw_all(np.random.default_rng(3), late=late))
    return open_combined(folder, within=within)


def test_a_year_that_agrees_with_its_quarters_says_how_many_numbers(tmp_path: Path) -> None:
    release = combined(tmp_path, within=9.0)

    said = combined_words(release, language="en")

    assert release.combined is not None
    n = release.combined.shared
    assert f"{n} of the {n} numbers that are in both" in said
    assert "by its four quarters added up" in said
    assert "None differs by 3 standard deviations" in said
    assert "keep the year's own figures" in said


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "visits (kind of area: rural)"),
        ("es", "visitas (tipo de zona: rural)"),
    ],
)
def test_numbers_that_were_not_combined_are_named(
    tmp_path: Path, language: Language, name: str
) -> None:
    """The widest apart come first."""
    said = combined_words(combined(tmp_path, late=900.0), language=language)

    assert name in said.lower()
    assert {"en": "own figure stands", "es": "vale la cifra propia del año"}[language] in said


def test_a_difference_that_noise_explains_among_so_many_is_called_chance(tmp_path: Path) -> None:
    """One that lies just over 3 sd apart is no late record: with so many looks noise does that."""
    release = combined(tmp_path, within=9.0)
    assert release.combined is not None
    found = Apart("contacts", {"area_kind": "rural"}, 3.001)
    blocks = {
        name: replace(one, apart=(found,) if name == "contacts" else ())
        for name, one in release.combined.blocks.items()
    }
    lone = replace(release, combined=replace(release.combined, blocks=blocks))

    said = {language: combined_words(lone, language=language) for language in LANGUAGES}

    assert "noise alone is expected" in said["en"]
    assert "more than noise explains" not in said["en"]
    assert "el solo ruido" in said["es"]


def test_a_year_alone_says_nothing(whole_year: Release) -> None:
    assert combined_words(whole_year, language="en") == ""
