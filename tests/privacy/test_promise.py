"""What cannot be prevented is said on the card and in docs/promise.md, in the same words."""

import json
from pathlib import Path

import yaml

from tests.privacy.published import Published


def test_the_promise_and_the_card_say_the_same_limits(root: Path, published: Published) -> None:
    said = " ".join((root / "docs" / "promise.md").read_text(encoding="utf-8").split())
    card = json.loads(published.card.read_text(encoding="utf-8"))["ours"]
    texts = yaml.safe_load((root / "privacy" / "card.yaml").read_text(encoding="utf-8"))
    exception = texts["sentences"]["exception"]

    limits = [one["en"] for one in card["known_limits"]]

    assert len(limits) >= 9
    assert [one for one in limits if one not in said] == []
    assert exception["en"] in said
    for language in ("en", "es"):
        assert card["guesses"][language].endswith(exception[language])


def test_the_promise_and_the_card_say_the_same_of_withdrawing_and_of_courts(root: Path) -> None:
    said = " ".join((root / "docs" / "promise.md").read_text(encoding="utf-8").split())
    texts = yaml.safe_load((root / "privacy" / "card.yaml").read_text(encoding="utf-8"))
    rights, court = (texts["sentences"][name]["en"] for name in ("rights", "court"))

    alike = [rights[rights.index("If the program") :], court[: court.index("This release itself")]]

    assert [one for one in alike if one.strip() not in said] == []


def test_the_promise_says_no_less_than_the_card_computes(root: Path, published: Published) -> None:
    """At the default cap of 0.36 the best guesser is right in 66.43 of 100: at most 67."""
    said = (root / "docs" / "promise.md").read_text(encoding="utf-8")
    card = json.loads(published.card.read_text(encoding="utf-8"))["ours"]

    assert card["cap"] == 0.36
    assert card["if_served_n_years"]["1"]["right_guesses"] > 0.66
    assert "at most 67 times in 100" in said
    assert "at most 67" in card["guesses"]["en"]
    assert "como mucho 67" in card["guesses"]["es"]
