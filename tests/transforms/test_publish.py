"""Mirrors transforms/publish.py: the only road round the wall."""

import json
from pathlib import Path

import pytest

from data_contracts.contract import Severity
from data_contracts.errors import ContractError
from tests.transforms.office import COST_ROW, OUTCOME_ROW, PUBLIC_SOURCE, Office, read_rows
from tests.transforms.town import CALL, Town, rows_of
from transforms.engine import read_sql
from transforms.manifest import read_manifest
from transforms.publish import _write, publish_feed
from transforms.vault import ALL

CANARY = "Zebulon Canarysson"
GOOD = [(f"G{number:d}", *COST_ROW[1:]) for number in range(40)]


def test_a_row_is_a_month_codes_and_plain_numbers(office: Office) -> None:
    (row,) = office.take("spending", [COST_ROW], name="spending_a.csv")

    assert row == {
        "month": "2025-02",
        "budget_year": "2025",
        "spending_kind_code": "program_cost",
        "spending_stage_code": "spent",
        "fund_code": "general_fund",
        "department_code": "unknown",
        "recipient_kind_code": "unknown",
        "cost_item_code": "unknown",
        "amount_usd": "1234.5",
    }


def test_a_comparison_area_is_published_by_its_code(office: Office) -> None:
    rows = office.take("outcomes", [OUTCOME_ROW, ("2025-02-01", "f", "theft", "0")])

    assert [(row["area"], row["n_events"]) for row in rows] == [("north", "7"), ("far_away", "0")]


HEALTH_ROWS = [
    ("2025-01-01", "N", "ED", "9"),
    ("2025-02-01", "N", "ED", "0"),
    ("2025-03-01", "N", "ED", "10"),
    ("2025-01-01", "N", "Theft", "3"),
]


def take_health(office: Office) -> list[str]:
    codes = "Burglary: property_offenses, ED: behavioral_ed_visits"
    office.rewrite("outcomes", "Burglary: property_offenses", codes)
    rows = office.take("outcomes", HEALTH_ROWS)
    return sorted(f"{row['outcome_code']} {row['n_events']}" for row in rows)


def test_few_events_that_tell_of_health_are_words(office: Office) -> None:
    """A hundred of 1,080 cells of the sample were one to nine visits, exact."""
    assert take_health(office) == [
        "behavioral_ed_visits 10",
        "behavioral_ed_visits fewer than 10",
        "behavioral_ed_visits fewer than 10",
        "property_offenses 3",
    ]


def test_what_a_named_source_has_made_public_stays_exact(office: Office) -> None:
    office.rewrite("outcomes", "columns:", PUBLIC_SOURCE)

    assert take_health(office) == [
        "behavioral_ed_visits 0",
        "behavioral_ed_visits 10",
        "behavioral_ed_visits 9",
        "property_offenses 3",
    ]


@pytest.mark.usefixtures("hasty_judge")
def test_local_words_with_one_meaning_are_added_up(office: Office) -> None:
    rows = [OUTCOME_ROW, ("2025-01-31", "N", "Burglary", "5"), ("2025-01-01", "F", "Theft", "1")]

    found = office.take("outcomes", rows)

    assert sorted((row["area"], row["n_events"]) for row in found) == [
        ("far_away", "1"),
        ("north", "12"),
    ]


@pytest.mark.usefixtures("hasty_judge")
def test_a_word_that_nobody_listed_is_unknown(office: Office) -> None:
    rows = [COST_ROW, ("E2", *COST_ROW[1:6], "Piggy bank", "5")]

    found = office.take("spending", rows, name="spending_a.csv")

    assert [row["fund_code"] for row in found] == ["general_fund", "unknown"]


@pytest.mark.usefixtures("hasty_judge")
@pytest.mark.parametrize(
    ("number", "shown"),
    [("7", "7"), ("0", "0"), ("1234567.10", "1234567.1"), ("0.05", "0.05"), ("1200.00", "1200")],
)
def test_numbers_are_plain_and_keep_their_cents(office: Office, number: str, shown: str) -> None:
    (row,) = office.take("spending", [(*COST_ROW[:-1], number)], name="spending_a.csv")

    assert row["amount_usd"] == shown


@pytest.mark.parametrize(
    ("feed", "bad", "rule"),
    [
        ("spending", ("", *COST_ROW[1:]), "entry_id.missing"),
        ("spending", (*COST_ROW[:2], CANARY, *COST_ROW[3:]), "booked_date.unreadable"),
        ("spending", (*COST_ROW[:4], CANARY, *COST_ROW[5:]), "spending_kind_code.unmapped"),
        ("spending", (*COST_ROW[:-1], CANARY), "amount_usd.unreadable"),
        ("spending", (*COST_ROW[:-1], "-5"), "amount_usd.outside"),
        ("spending", (*COST_ROW[:-1], "1000000001"), "amount_usd.outside"),
        ("spending", (*COST_ROW[:-1], "nan"), "amount_usd.unreadable"),
    ],
)
def test_a_row_that_lacks_what_it_needs_waits_in_quarantine_and_counts_add_up(
    office: Office, feed: str, bad: tuple[str, ...], rule: str
) -> None:
    found = office.take(feed, [*GOOD, bad], name="spending_a.csv")

    refused = rows_of(office.vault.quarantine(feed, month=ALL))
    assert [row["rule"] for row in refused] == [rule]
    assert [row["amount_usd"] for row in found] == [f"{1234.5 * len(GOOD):g}"]
    assert CANARY not in office.publish(feed).read_text(encoding="utf-8")


def test_a_place_that_nobody_knows_waits_in_quarantine(office: Office) -> None:
    rows = [(f"2025-{month:02d}-01", "N", "Theft", "1") for month in range(1, 13)] * 2
    rows = [(day, "F" if number % 2 else area, what, n) for number, (day, area, what, n) in
            enumerate(rows)]  # fmt: skip

    found = office.take("outcomes", [*rows, ("2025-01-01", CANARY, "Theft", "9")])

    refused = rows_of(office.vault.quarantine("outcomes", month=ALL))
    assert [row["rule"] for row in refused] == ["area.unmapped"]
    assert {row["area"] for row in found} == {"north", "far_away"}


def test_a_file_that_would_mislead_is_not_published(office: Office) -> None:
    before = office.take("spending", [COST_ROW], name="spending_a.csv")
    office.deliver("spending", [COST_ROW, ("", *COST_ROW[1:])], name="spending_a.csv")
    office.land("spending")

    verdict = office.judge("spending")

    assert verdict.failed(Severity.BLOCK) == ("spending.refused",)
    with pytest.raises(ContractError, match="'spending' did not pass its checks"):
        office.publish("spending")
    assert read_rows(office.public / "exact" / "spending.csv") == before


def test_a_chain_that_does_not_hold_is_not_published(office: Office) -> None:
    certified = ("E2", "A", "2025-02-03", "2025", "Again", "Certified", "General", "10.00")
    paid = ("E3", "A", "2025-03-03", "2025", "Again", "Paid", "General", "10.01")
    office.deliver("spending", [certified, paid], name="spending_a.csv")
    office.land("spending")

    verdict = office.judge("spending")

    assert verdict.failed(Severity.BLOCK) == ("spending.chain",)
    with pytest.raises(ContractError, match="did not pass its checks"):
        office.publish("spending")
    assert not (office.public / "exact").exists()


def test_what_was_never_judged_is_not_published(office: Office) -> None:
    with pytest.raises(ContractError, match="Land and judge it"):
        office.publish("spending")


def test_a_table_about_participants_is_refused_before_a_row_is_read(
    office: Office, town: Town
) -> None:
    town.write("calls_a.csv", [{}], header=CALL)

    with pytest.raises(ContractError, match="'calls' may not be published exactly"):
        publish_feed(
            town.source("calls"),
            program=town.program,
            vault=town.vault,
            engine=town.engine,
            public=office.public,
        )


@pytest.mark.usefixtures("hasty_judge")
def test_a_row_delivered_twice_counts_once(office: Office) -> None:
    rows = [COST_ROW, COST_ROW]

    (row,) = office.take("spending", rows, name="spending_a.csv")

    assert row["amount_usd"] == "1234.5"


@pytest.mark.usefixtures("hasty_judge")
def test_a_single_booking_is_not_told(office: Office) -> None:
    """It may be one person's wage; bookings of one month, kind and line of accounts are one row."""
    wages = [(f"E{n:d}", *COST_ROW[1:2], f"2025-02-{n + 1:02d}", *COST_ROW[3:-1], amount)
             for n, amount in enumerate(["3100.10", "2900.05", "4000"])]  # fmt: skip
    other_year = ("E9", *COST_ROW[1:3], "2024", *COST_ROW[4:])

    rows = office.take("spending", [*wages, other_year], name="spending_a.csv")

    assert sorted((row["budget_year"], row["amount_usd"]) for row in rows) == [
        ("2024", "1234.5"),
        ("2025", "10000.15"),
    ]


@pytest.mark.usefixtures("hasty_judge")
def test_the_order_of_delivery_does_not_show(office: Office) -> None:
    rows = [(f"E{n:d}", "", f"2025-{n + 1:02d}-03", *COST_ROW[3:]) for n in range(9)]
    office.take("spending", rows, name="spending_a.csv")
    first = office.publish("spending").read_bytes()

    office.take("spending", rows[::-1], name="spending_a.csv")

    assert office.publish("spending").read_bytes() == first


@pytest.mark.usefixtures("hasty_judge")
def test_a_new_content_replaces_the_old_and_more_files_are_added(office: Office) -> None:
    office.take("spending", [COST_ROW], name="spending_a.csv")
    office.take("spending", [("E2", *COST_ROW[1:-1], "2")], name="spending_b.csv")

    found = office.take("spending", [(*COST_ROW[:-1], "3")], name="spending_a.csv")

    assert [row["amount_usd"] for row in found] == ["5"]


@pytest.mark.usefixtures("hasty_judge")
def test_feeds_of_one_table_are_united_once_all_of_them_passed(office: Office) -> None:
    office.rewrite("outcomes", "feed: outcomes", "feed: hospital", under="hospital")
    office.rewrite("hospital", "files: outcomes.csv", "files: hospital.csv")
    office.rewrite("hospital", "Theft: property_offenses", "Visit: behavioral_ed_visits")
    office.deliver("outcomes", [OUTCOME_ROW])
    office.land("outcomes")
    office.judge("outcomes")

    alone = office.publish("outcomes").exists()
    both = office.take("hospital", [("2025-01-01", "N", "Visit", "3")])

    assert not alone
    assert sorted((row["outcome_code"], row["n_events"]) for row in both) == [
        ("behavioral_ed_visits", "fewer than 10"),
        ("property_offenses", "7"),
    ]


def test_a_whole_table_is_landed_under_no_month(office: Office) -> None:
    office.deliver("outcomes", [OUTCOME_ROW, ("1999-01-01", "N", "Theft", "1"), ("2025-01-01",)])
    office.land("outcomes")

    (landing,) = read_manifest(office.source("outcomes"), vault=office.vault).landings.values()

    assert (landing.physical, landing.accepted, landing.refused, landing.outside) == (3, 2, 1, 0)
    assert landing.months == {ALL: 2}
    assert office.vault.path("raw", "raw_outcomes", "month=all", "outcomes.parquet").exists()


def test_a_table_without_a_clock_has_no_month_and_one_with_a_clock_has(
    office: Office, town: Town
) -> None:
    with pytest.raises(ContractError, match="'outcomes' is taken in whole"):
        office.land("outcomes", month="2025-01")
    with pytest.raises(ContractError, match="'calls' is taken in month by month"):
        town.land("calls", month=ALL)
    with pytest.raises(ContractError, match=r"no file 'outcomes.csv' .*it is not delivered yet"):
        office.land("outcomes")


def test_nothing_on_this_road_repeats_a_value(office: Office, tmp_path: Path) -> None:
    row = (CANARY, CANARY, *COST_ROW[2:4], "Again", *COST_ROW[5:])
    office.deliver("spending", [row], name="spending_a.csv")
    office.land("spending")

    verdict = office.judge("spending")
    with pytest.raises(ContractError) as caught:
        office.publish("spending")

    assert CANARY not in f"{caught.value}{json.dumps(verdict.to_json())}"
    assert all(
        CANARY.encode() not in file.read_bytes()
        for file in tmp_path.rglob("*.json")
        if file.is_file()
    )


def test_the_sql_is_in_the_dialect_that_spark_shares(office: Office) -> None:
    sqlglot = pytest.importorskip("sqlglot")
    source = office.source("staffing")

    text = read_sql("publish").format(**_write(source.contract, [source, source]).sql)

    (spark,) = sqlglot.transpile(text, read="duckdb", write="spark", unsupported_level="RAISE")
    assert "DATE_FORMAT" in spark
    assert spark.count("SELECT DISTINCT") == 2
