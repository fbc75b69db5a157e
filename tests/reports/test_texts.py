"""Mirrors reports/texts: every word in both languages, and every word that a page asks for."""

import re
from importlib.resources import files

import pytest

from reports.errors import ReportError
from reports.metrics import load_registry
from reports.texts import Texts, catalogue

PLACES = re.compile(r"\{([a-z0-9_]+)\}")
ASKED = re.compile(r"""\bt\(\s*["']([a-z_A-Z0-9]+)["']\s*[,)]""")


def test_every_text_has_both_languages_and_the_same_places() -> None:
    texts = catalogue()

    assert len(texts) > 100
    for name, words in texts.items():
        assert set(words) == {"en", "es"}, name
        assert all(isinstance(word, str) and word.strip() for word in words.values()), name
        assert set(PLACES.findall(words["en"])) == set(PLACES.findall(words["es"])), name


def test_every_text_that_a_template_or_module_asks_for_exists() -> None:
    room = files("reports")
    sources = [*_texts_of(room, ".html"), *_texts_of(room, ".py")]

    asked = {name for source in sources for name in ASKED.findall(source)}

    assert len(asked) > 60
    assert asked - set(catalogue()) == set()


def test_every_measure_speaks_both_languages_with_the_same_places() -> None:
    for key, measure in load_registry().items():
        words = [
            measure.name, measure.why, measure.shows, measure.how, measure.not_shown,
            measure.figure.about, measure.figure.title or measure.name,
            *(part for value in measure.values for part in (value.big, value.rest)),
        ]  # fmt: skip
        for one in words:
            assert set(one) == {"en", "es"}, key
            assert all(word.strip() for word in one.values()), key
            assert set(PLACES.findall(one["en"])) == set(PLACES.findall(one["es"])), key
        assert all("{n}" in value.big["en"] for value in measure.values), key
        assert "{full}" in measure.shows["es"], key


def test_no_sentence_of_ours_calls_people_clients_or_cases() -> None:
    said = " ".join(words["en"].lower() for words in catalogue().values())
    said += " ".join(
        f"{m.why['en']} {m.how['en']} {m.not_shown['en']}" for m in load_registry().values()
    )

    assert re.findall(r"\b(clients?|users?|addicts?|homeless|subjects?)\b", said) == []


def test_an_unknown_text_is_refused_by_name() -> None:
    with pytest.raises(ReportError, match="'nonsense'"):
        Texts("en")("nonsense")


def _texts_of(room: object, ending: str) -> list[str]:
    from pathlib import Path

    return [file.read_text(encoding="utf-8") for file in Path(str(room)).rglob(f"*{ending}")]
