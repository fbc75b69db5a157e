"""Mirrors privacy/once.py."""

import pytest
import yaml

from privacy.errors import PrivacyError
from privacy.once import read_once


@pytest.mark.parametrize(
    "text",
    ["a: 1\nb: {c: 1, c: 2}", "- {a: 1}\n- {b: [{c: 1, d: 2, c: 3}]}", "x: &p {c: 1, c: 1}\ny: *p"],
)
def test_a_field_said_twice_is_refused_at_any_depth(text: str) -> None:
    with pytest.raises(PrivacyError, match=r"terms.yaml says 'c' in line \d and again"):
        read_once(text, name="terms.yaml")


def test_the_same_field_in_two_mappings_and_a_name_for_both_are_fine() -> None:
    text = "a: &p {c: 1}\nb: {<<: *p, d: 2}\ne: {c: 3}\n? [1, 2]\n: list as a field"

    with pytest.raises(yaml.YAMLError, match="unhashable"):
        read_once(text, name="terms.yaml")
    assert read_once(text.partition("\n?")[0], name="terms.yaml") == {
        "a": {"c": 1},
        "b": {"c": 1, "d": 2},
        "e": {"c": 3},
    }


def test_what_names_itself_does_not_go_round_for_ever() -> None:
    found = read_once("a: &x [*x]", name="terms.yaml")

    assert isinstance(found, dict)
    assert found["a"][0] is found["a"]
