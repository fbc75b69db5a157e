"""Mirrors transforms/describe.py."""

import json
from typing import Any

import pytest

from data_contracts.errors import ContractError
from tests.transforms.office import COST_ROW, OUTCOME_ROW, PUBLIC_SOURCE, STAFF_ROW, Office
from tests.transforms.town import CALLS
from transforms.publish import describe_exact

pytestmark = pytest.mark.usefixtures("hasty_judge")


def described(office: Office, **missing: str) -> dict[str, Any]:
    """Describe what is there, and read it."""
    describe_exact(office.public, program=office.program, sources=office.sources(), missing=missing)
    file = office.public / "exact" / "datapackage.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_the_package_lists_what_is_there_and_says_what_is_not(office: Office) -> None:
    office.take("spending", [COST_ROW], name="spending_a.csv")
    office.take("staffing", [STAFF_ROW])

    found = described(office, outcomes="not_delivered")

    assert [one["path"] for one in found["resources"]] == ["spending.csv", "staffing.csv"]
    assert found["care_dividend"]["missing"] == {"outcomes": "not_delivered"}
    assert found["care_dividend"]["tables"]["staffing"]["subject"] == "staff"
    assert set(found["care_dividend"]["tables"]["spending"]["title"]) == {"en", "es"}


def test_fields_are_the_columns_of_the_file_in_its_order(office: Office) -> None:
    file = office.public / "exact" / "staffing.csv"
    office.take("staffing", [STAFF_ROW])

    (resource,) = described(office)["resources"]

    fields = resource["schema"]["fields"]
    header = file.read_text(encoding="utf-8").split("\n", maxsplit=1)[0]
    assert [one["name"] for one in fields] == header.split(",")
    assert all(one["title"] and one["description"] and one["es"]["description"] for one in fields)
    kinds = {one["name"]: one["type"] for one in fields}
    assert (kinds["month"], kinds["n_people"], kinds["staffed_hours"]) == (
        "yearmonth",
        "string",
        "number",
    )


def test_every_value_is_one_that_the_package_allows(office: Office) -> None:
    rows = office.take("outcomes", [OUTCOME_ROW, ("2025-02-01", "F", "Theft", "0")])

    (resource,) = described(office)["resources"]

    allowed = {
        one["name"]: one["constraints"]["enum"]
        for one in resource["schema"]["fields"]
        if "enum" in one.get("constraints", {})
    }
    assert set(allowed) == {"area", "outcome_code"}
    assert all(row[name] in codes for row in rows for name, codes in allowed.items())
    assert "unknown" not in allowed["area"]


def test_a_named_public_source_is_cited_in_the_package(office: Office) -> None:
    office.rewrite("outcomes", "columns:", PUBLIC_SOURCE)
    office.take("outcomes", [OUTCOME_ROW])

    (resource,) = described(office)["resources"]

    assert resource["sources"] == [
        {"title": "Open data of the city", "path": "https://example.org/outcomes"}
    ]


def test_a_table_that_no_feed_has_any_more_is_taken_away(office: Office) -> None:
    office.take("spending", [COST_ROW], name="spending_a.csv")
    office.take("outcomes", [OUTCOME_ROW])
    office.program.path("sources", "outcomes.yaml").unlink()

    found = described(office)

    names = {path.name for path in (office.public / "exact").iterdir()}
    assert names == {"spending.csv", "datapackage.json"}
    assert list(found["care_dividend"]["tables"]) == ["spending"]


def test_describing_again_gives_the_same_bytes(office: Office) -> None:
    office.take("outcomes", [OUTCOME_ROW])

    first, second = described(office), described(office)

    assert first == second


def test_a_feed_about_participants_is_never_described(office: Office) -> None:
    text = CALLS.replace(", South side: south", "")
    office.program.path("sources", "calls.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(ContractError, match="'calls' may not be published exactly"):
        described(office)
