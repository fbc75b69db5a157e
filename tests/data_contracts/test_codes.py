"""Mirrors data_contracts/codes.py."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from data_contracts.codes import UNKNOWN, CodeList, load_codes
from data_contracts.errors import ContractError

LISTS = sorted(
    file.stem for file in (Path(__file__).parents[2] / "data_contracts" / "codes").glob("*.yaml")
)


def test_there_are_lists() -> None:
    assert len(LISTS) > 20


@pytest.mark.parametrize("name", LISTS)
def test_every_code_says_what_it_means_in_both_languages(name: str) -> None:
    found = load_codes(name)

    meanings = [text for code in found.codes.values() for text in (code.en, code.es)]

    assert all(text.strip() == text != "" for text in [*meanings, *found.title.values()])
    assert set(found.title) == {"en", "es"}


@pytest.mark.parametrize("name", LISTS)
def test_no_two_codes_read_the_same(name: str) -> None:
    codes = load_codes(name).codes.values()

    assert len({code.en for code in codes}) == len({code.es for code in codes}) == len(codes)


@pytest.mark.parametrize("name", LISTS)
def test_what_nobody_recorded_has_a_code(name: str) -> None:
    found = load_codes(name)

    assert found.default in found.codes
    assert found.default == UNKNOWN or name == "record_permission"


@pytest.mark.parametrize("name", LISTS)
def test_every_parent_is_a_code_of_the_coarser_list(name: str) -> None:
    found = load_codes(name)

    parents = {code.parent for code in found.codes.values()}

    assert parents <= (set(load_codes(found.parent).codes) if found.parent else {None})


def test_nobody_is_linked_who_did_not_say_so() -> None:
    assert load_codes("record_permission").default != "linked"


def test_bands_come_lowest_first() -> None:
    assert load_codes("time_of_day").bands == {
        "overnight": 0,
        "morning": 6,
        "afternoon": 12,
        "evening": 18,
    }
    assert next(iter(load_codes("time_of_day").bands)) == "overnight"


@pytest.mark.parametrize("name", [name for name in LISTS if load_codes(name).unit])
def test_bands_begin_at_zero_and_no_two_alike(name: str) -> None:
    starts = list(load_codes(name).bands.values())

    assert starts[0] == 0
    assert starts == sorted(set(starts))


def test_a_code_that_only_routes_is_not_released() -> None:
    assert "contact" in load_codes("path").codes
    assert "contact" not in load_codes("path").released


def test_an_unknown_list_is_refused_by_name() -> None:
    with pytest.raises(ContractError, match=r"no code list 'mood'.*codes/mood\.yaml"):
        load_codes("mood")


def test_a_title_in_one_language_is_refused() -> None:
    with pytest.raises(ValidationError, match="title lacks"):
        CodeList.model_validate(
            {"name": "a", "title": {"en": "A"}, "codes": {"unknown": {"en": "?", "es": "?"}}}
        )


def test_a_default_outside_the_list_is_refused() -> None:
    with pytest.raises(ValidationError, match="not one of the codes"):
        CodeList.model_validate(
            {"name": "a", "title": {"en": "A", "es": "A"}, "codes": {"x": {"en": "X", "es": "X"}}}
        )
