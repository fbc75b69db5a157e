"""Mirrors data_contracts/delivery.py."""

from datetime import date, timedelta

import pytest

from data_contracts.contract import Severity, load_contract
from data_contracts.delivery import Delivery, count_delivery, find_silence, write_delivery
from data_contracts.feed import Source
from data_contracts.judge import judge_counts
from data_contracts.rules import RECORDS

FIRST, LAST = date(2025, 2, 1), date(2025, 2, 28)


def source(files: str = "calls_{month}.csv") -> Source:
    """A small feed of calls."""
    columns = {
        "No": {"to": "call_id"},
        "When": {"to": "received_datetime", "format": "%Y-%m-%d %H:%M"},
    }
    facts = {"feed": "calls", "contract": "calls", "files": files, "columns": columns}
    return Source.model_validate({**facts, "constants": {"path_code": "contact"}})


def month(*days: int, n: int) -> dict[date, int]:
    """Records by day."""
    return {FIRST + timedelta(days=day - 1): n for day in days}


@pytest.mark.parametrize(
    ("days", "silent"),
    [
        (month(*range(1, 29), n=7), (0, 0, 0)),
        (month(*range(1, 8), n=8), (0, 0, 21)),
        (month(*range(20, 29), n=8), (19, 0, 0)),
        (month(*range(1, 25), n=8), (0, 0, 4)),  # of a feed that never rests
        (month(*(day for day in range(1, 25) if day % 7 > 1), n=8), (0, 0, 0)),  # a long weekend
        (month(1, 15, n=8), (0, 0, 0)),  # silent as long within the month
        (month(*range(1, 10), *range(20, 29), n=8), (0, 10, 0)),
        (month(*range(1, 10), *range(14, 20), *range(24, 29), n=8), (0, 0, 0)),  # twice as long
        (month(*range(1, 10), *range(14, 29), n=1), (0, 0, 0)),  # so few that it may be chance
        (month(3, n=2), (0, 0, 0)),  # too few to tell
        (month(*range(1, 24), n=1), (0, 0, 0)),  # so few that five days may be chance
        (month(*range(1, 24), n=10), (0, 0, 5)),
        ({}, (0, 0, 0)),  # that is another rule
        ({date(2024, 2, 3): 9}, (0, 0, 0)),
    ],
)
def test_a_silence_counts_if_it_is_no_chance(
    days: dict[date, int], silent: tuple[int, int, int]
) -> None:
    assert find_silence(days, first=FIRST, last=LAST) == silent


def test_every_promise_about_files_is_counted() -> None:
    rules = write_delivery(source())

    counts = count_delivery(Delivery(), rules)

    kinds = {check.kind for check in load_contract("calls").deliveries}
    assert {rule.name.partition(".")[2].removeprefix("mostly_") for rule in rules} == kinds
    assert set(counts.values()) == {0}
    assert judge_counts({RECORDS: 0, **counts}, rules, name="calls 2025-02").passed


def test_a_share_is_of_the_rows_of_the_files() -> None:
    rules = write_delivery(source())
    delivery = Delivery(rows=1000, refused_rows=51, outside_rows=50)

    verdict = judge_counts({RECORDS: 3, **count_delivery(delivery, rules)}, rules, name="calls")

    assert verdict.failed(Severity.BLOCK) == ("calls.mostly_refused_rows",)
    assert verdict.failed(Severity.WARN) == ("calls.refused_rows", "calls.outside_rows")


@pytest.mark.parametrize(
    "kind",
    [
        "cut_short",
        "round_count",
        "unread_file",
        "missing_days",
        "ends_early",
        "begins_late",
        "stops_within",
    ],
)
def test_one_file_or_silence_blocks(kind: str) -> None:
    rules = write_delivery(source())
    counts = count_delivery(Delivery(rows=1000, **{kind: 1}), rules)

    verdict = judge_counts({RECORDS: 1000, **counts}, rules, name="calls")

    assert verdict.failed(Severity.BLOCK) == (f"calls.{kind}",)


def test_a_file_of_no_month_has_no_day_outside_of_it() -> None:
    names = {rule.name for rule in write_delivery(source("calls.csv"))}

    assert "calls.cut_short" in names
    assert not any("outside_rows" in name or "other_months" in name for name in names)


def test_a_table_without_a_clock_has_no_days() -> None:
    kinds = {check.kind for check in load_contract("spending").deliveries}

    assert {"cut_short", "round_count", "refused_rows", "unread_file"} <= kinds
    assert kinds.isdisjoint({"ends_early", "begins_late", "missing_days", "outside_rows"})
