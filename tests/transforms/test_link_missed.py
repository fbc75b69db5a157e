"""Mirrors transforms/link.py: calls that met nobody are units of their own."""

import pytest

from tests.transforms.town import MONTH, Town
from transforms.identity import hash_identity

pytestmark = pytest.mark.usefixtures("hasty_judge")


def test_a_call_that_met_nobody_says_so_itself(town: Town) -> None:
    calls = [
        {"No": "met"},
        {"No": "missed", "End": "Nobody there"},
        {"No": "silent", "End": ""},
        {"No": "both", "End": "Nobody there"},
    ]

    town.run(calls, [{"Call": "both"}], months=[MONTH])

    rows = town.incidents()
    key = town.vault.key("FY2025")
    missed = [row for row in rows if row["block_code"] == "no_contact"]
    assert {row["unit_key"]: row["path_code"] for row in missed} == {
        hash_identity("call", "missed", key=key): "not_found",
        hash_identity("call", "silent", key=key): "unknown",
        hash_identity("call", "both", key=key): "not_found",
    }
    assert len(rows) == 4
    assert {row["responder_code"] for row in missed} == {"unknown"}
    assert {row["kits_n"] for row in missed} == {None}


@pytest.mark.parametrize("ending", ["Nobody there", ""])
def test_a_call_that_is_a_unit_of_its_own_tells_nothing_of_a_visit(town: Town, ending: str) -> None:
    """Or taking that unit away would change the visit's row, which is another's."""
    visit = {"Call": "both"}

    town.run([{"No": "both", "End": ending}], [visit], months=[MONTH])
    (beside,) = [row for row in town.incidents() if row["block_code"] == "contacts"]
    town.run([], [visit], months=[MONTH])
    (alone,) = town.incidents()

    assert beside == alone


def test_without_an_ending_no_call_is_taken_for_one_that_met_nobody(town: Town) -> None:
    file = town.program.path("sources", "calls.yaml")
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    changed = ["  End: {drop: not kept}\n" if "path_code" in one else one for one in lines]
    file.write_text("".join(changed), encoding="utf-8")

    town.run([{"No": "silent"}], [], months=[MONTH])

    assert town.incidents() == []


def test_a_call_that_met_nobody_keeps_its_police_and_its_minutes(town: Town) -> None:
    calls = [{"End": "Nobody there", "Police": "Backup", "Sent": "2025-02-03 10:05"}]

    town.run(calls, [], months=[MONTH])

    (row,) = town.incidents()
    assert (row["police_code"], row["police_any_code"]) == ("backup_requested", "yes")
    assert (row["dispatch_band_code"], row["travel_band_code"]) == ("5_to_9", "10_to_19")
    assert row["known_or_anonymous_code"] == "unknown"
