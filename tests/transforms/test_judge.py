"""Mirrors transforms/judge.py."""

import json

import pytest

from data_contracts.contract import Severity
from data_contracts.errors import ContractError
from tests.transforms.town import CALL, MONTH, VISIT, Town, rows_of

CALL_FACTS = {"call_id", "received_datetime", "arrived_datetime", "area", "call_type_code"}


def found(town: Town, feed: str) -> dict[str, int]:
    """Violations by rule, as the vault keeps them."""
    told = json.loads(town.vault.check(feed, month=MONTH).read_text())
    return {rule["rule"]: rule["found"] for rule in told["rules"] if rule["found"]}


def test_great_expectations_judges_a_month_and_the_vault_keeps_it(town: Town) -> None:
    rows = [{"No": str(n)} for n in range(8)]
    rows += [{"No": ""}, {"No": "9", "Kind": "Something new", "Arrived": "2025-02-03 09:00"}]
    town.write("calls_a.csv", rows, header=CALL)
    town.land("calls")

    verdict = town.judge("calls")

    assert verdict.failed(Severity.BLOCK) == ("calls.ends_early",)  # all are of one day
    assert verdict.records == 10
    assert found(town, "calls") == {
        "call_id.missing": 1,
        "call_type_code.unmapped": 1,
        "call_type_code.mostly_unmapped": 1,
        "calls.alike": 7,
        "calls.mostly_alike": 7,
        "response_min.order": 1,
        "response_min.mostly_order": 1,
        "calls.refused": 1,
        "calls.ends_early": 25,
    }
    assert "call_type_code.unmapped" in verdict.failed(Severity.WARN)


def test_a_month_that_would_mislead_is_blocked(town: Town) -> None:
    town.write("calls_a.csv", [{"No": ""}, {"No": "2"}], header=CALL)
    town.land("calls")

    verdict = town.judge("calls")

    assert not verdict.passed
    assert verdict.failed(Severity.BLOCK) == ("calls.refused",)


@pytest.mark.parametrize(
    ("strange", "blocked"), [(2, set()), (3, {"call_type_code.mostly_unmapped"})]
)
def test_a_month_whose_words_changed_is_blocked(
    town: Town, strange: int, blocked: set[str]
) -> None:
    """All of it would be counted as unknown, and what it costs could not be taken back."""
    rows = [{"No": str(n), "Kind": "New word" if n < strange else "Overdose"} for n in range(10)]
    town.write("calls_a.csv", rows, header=CALL)
    town.land("calls")

    verdict = town.judge("calls")

    assert {*verdict.failed(Severity.BLOCK)} - {"calls.ends_early"} == blocked


@pytest.mark.usefixtures("hasty_judge")
def test_refused_records_wait_under_their_rule_and_the_others_go_on(town: Town) -> None:
    town.write("calls_a.csv", [{"No": "1"}, {"No": " "}, {"No": "NULL"}], header=CALL)
    town.land("calls")

    town.judge("calls")

    refused = rows_of(town.vault.quarantine("calls", month=MONTH))
    accepted = rows_of(town.vault.table("raw_judged_calls", month=MONTH))
    assert [(row["record_number"], row["rule"]) for row in refused] == [
        (2, "call_id.missing"),
        (3, "call_id.missing"),
    ]
    assert [row["call_id"] for row in accepted] == ["1"]
    assert set(accepted[0]) >= CALL_FACTS
    assert "Caller" not in {*accepted[0], *refused[0]}


@pytest.mark.usefixtures("hasty_judge")
def test_texts_are_trimmed_and_nulls_are_nothing(town: Town) -> None:
    town.write("calls_a.csv", [{"Where": "  North \u00a0 side ", "End": " NULL"}], header=CALL)
    town.land("calls")

    town.judge("calls")

    (row,) = rows_of(town.vault.table("raw_judged_calls", month=MONTH))
    assert (row["area"], row["path_code"], row["call_id"]) == ("North side", None, "C1")


@pytest.mark.usefixtures("hasty_judge")
def test_a_reference_is_looked_up_in_this_month_and_the_one_before(town: Town) -> None:
    calls = [{"No": "old", "Received": "2025-01-31 23:50"}, {"No": "new"}]
    town.write("calls_a.csv", calls, header=CALL)
    visits = [{"Call": "old"}, {"Call": "new"}, {"Call": ""}, {"Call": "lost"}]
    town.write("visits_a.csv", visits, header=VISIT)
    for month in ("2025-01", "2025-02"):
        town.land("calls", month=month)
        town.judge("calls", month=month)
    town.land("visits")

    verdict = town.judge("visits")

    assert verdict.suite["call_id.reference"] == 1


@pytest.mark.usefixtures("hasty_judge")
def test_a_feed_is_judged_after_those_it_refers_to(town: Town) -> None:
    town.write("visits_a.csv", [{}], header=VISIT)
    town.land("visits")

    with pytest.raises(ContractError, match="'calls' is not judged for 2025-02"):
        town.judge("visits")


@pytest.mark.usefixtures("hasty_judge")
def test_a_month_without_records_is_judged_too(town: Town) -> None:
    town.write("calls_a.csv", [], header=CALL)
    town.land("calls")

    verdict = town.judge("calls")

    assert verdict.records == 0
    assert rows_of(town.vault.table("raw_judged_calls", month=MONTH)) == []


@pytest.mark.usefixtures("hasty_judge")
def test_refused_records_of_an_earlier_try_do_not_stay(town: Town) -> None:
    town.write("calls_a.csv", [{"No": ""}], header=CALL)
    town.land("calls")
    town.judge("calls")
    town.write("calls_a.csv", [{"No": "1"}], header=CALL)
    town.land("calls")

    town.judge("calls")

    assert rows_of(town.vault.quarantine("calls", month=MONTH)) == []
