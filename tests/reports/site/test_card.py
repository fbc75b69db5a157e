"""Mirrors reports/site/card.py and card_fields.py."""

import json
import re
from pathlib import Path

import pytest

from reports.errors import ReportError
from reports.program_facts import ProgramFacts
from reports.released import open_release
from reports.site.card import card_page, read_card, right_guesses
from reports.site.card_fields import flatten, named_blocks, named_fields, published_on, words_at
from reports.site.shell import Site

WORDS = {"en": "Nobody leaves.", "es": "Nadie sale."}


def rewrite(public: Path, **ours: object) -> None:
    file = public / "releases" / "FY2019" / "card.json"
    card = json.loads(file.read_text(encoding="utf-8"))
    card["ours"] |= ours
    file.write_text(json.dumps(card), encoding="utf-8")


def drawn(public: Path, program: ProgramFacts, language: str = "en") -> str:
    release = open_release(public / "releases" / "FY2019")
    site = Site(public, program, (release,))
    return card_page(site, release, language="es" if language == "es" else "en")[1]


def test_a_text_of_the_card_is_shown_in_the_readers_language_only(
    public: Path, program: ProgramFacts
) -> None:
    rewrite(public, holder=WORDS)

    english, spanish = drawn(public, program), drawn(public, program, "es")

    assert "Nobody leaves." in english
    assert "Nadie sale." not in english
    assert "Nadie sale." in spanish


def test_without_words_of_its_own_the_card_still_names_the_holder(
    public: Path, program: ProgramFacts
) -> None:
    assert "Riverton Care" in drawn(public, program)


def test_the_guesses_follow_from_the_budget(public: Path, program: ProgramFacts) -> None:
    page = drawn(public, program)

    assert "at most 67 times in 100" in page
    assert "with this release alone, 60" in page


def test_no_chance_is_ever_written_as_certain(public: Path, program: ProgramFacts) -> None:
    chances = {"this_release": {"right_guesses": 0.66}, "year": {"right_guesses": 1.0}}
    rewrite(public, if_met_anonymously={"10": chances})

    page = drawn(public, program)

    assert "66 of 100" in page
    assert "more than 99 of 100" in page


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Of someone met 5 times without a name"), ("es", "se atendió 5 veces sin nombre")],
)
def test_the_first_screen_tells_those_without_a_name_before_the_first_picture(
    public: Path, program: ProgramFacts, language: str, said: str
) -> None:
    chances = {"this_release": {"right_guesses": 0.88}, "year": {"right_guesses": 0.985}}
    rewrite(public, if_met_anonymously={"5": chances})

    page = drawn(public, program, language)

    first = page[: page.index("<figure")]
    assert said in first
    assert re.search(r"\b88\b.*\b99\b", first, re.DOTALL)
    assert ("What you can do" if language == "en" else "Qué puede hacer") in first
    assert "with or without you" not in page


def test_the_whole_budget_can_be_guessed_no_better_than_certain() -> None:
    assert right_guesses(0) == 50
    assert right_guesses(100) == 100


def test_every_field_of_the_card_is_listed(public: Path, program: ProgramFacts) -> None:
    card = read_card(open_release(public / "releases" / "FY2019"))
    page = drawn(public, program)

    paths = [
        field.path for part in ("registry", "ours") for field in flatten(card[part], "en", part)
    ]

    assert len(paths) > 15
    for path in paths:
        assert f"<code>{path.removeprefix('registry.')}</code>" in page


def test_lists_emptiness_and_truth_are_written_in_words() -> None:
    found = {f.path: f.value for f in flatten({"a": [], "b": True, "c": None, "d": [1, 2]}, "es")}

    assert found == {"a": "no hay", "b": "sí", "c": "no hay", "d": "1, 2"}


def test_named_fields_skip_what_a_card_does_not_have() -> None:
    found = named_fields({"release_id": "FY2019", "ours": {"cap": 0.36}}, "en")

    assert [(field.name, field.value) for field in found] == [
        ("Release", "FY2019"),
        ("Yearly cap with the correction, rho", "0.36"),
    ]


def test_every_part_of_a_release_has_its_limit_and_its_cost() -> None:
    part = {"clip_words": {"en": "Each counts once.", "es": "Cada una cuenta."}, "rho": 0.0119}
    card = {"ours": {"blocks": {"surveys": part, "another": {}}}}

    assert named_blocks(card, "en") == [
        ("Answers", "Each counts once.", "0.0119"),
        ("another", "", ""),
    ]
    assert named_blocks({"ours": {}}, "es") == []


def test_what_is_kept_for_a_correction_is_not_called_left(
    public: Path, program: ProgramFacts
) -> None:
    rewrite(public, cap=0.38, spent_before=0.24, spent_here=0.12, reserved_for_correction=0.02)

    page = drawn(public, program)

    assert "<b>Left this year</b>rho 0<" in page
    assert "<b>Kept for one correction</b>rho 0.02<" in page


def test_the_day_of_publication_is_the_ledgers() -> None:
    card = {
        "ours": {"ledger": {"date": "2026-11-23"}},
        "registry": {"publication_date": "2020-01-01"},
    }

    assert published_on(card) == "2026-11-23"
    assert published_on({"ours": {}}) == ""
    assert words_at(card, "ours.nothing", "en") == ""


@pytest.mark.parametrize("content", [None, "{}", '{"registry": {}}'])
def test_a_release_without_a_whole_card_is_refused(public: Path, content: str | None) -> None:
    file = public / "releases" / "FY2019" / "card.json"
    file.unlink() if content is None else file.write_text(content, encoding="utf-8")

    with pytest.raises(ReportError, match=r"card\.json"):
        read_card(open_release(public / "releases" / "FY2019"))
