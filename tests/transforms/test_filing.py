"""Mirrors transforms/filing.py."""

from pathlib import Path

import pytest

from tests.transforms.town import CALL, CALLS, MONTH, Town, rows_of
from transforms.manifest import read_manifest

COVERAGE = """
coverage: {from: 2025-02-02, to: 2025-02-04, why: {en: A trial., es: Una prueba.}}
"""
ALSO = CALLS.replace(
    "Overdose: overdose}}", "Overdose: overdose}, also: {initiated_code: {Overdose: public}}}"
)


def rewrite(town: Town, text: str) -> Path:
    """Change the source of the calls."""
    file = town.program.path("sources", "calls.yaml")
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("clock", "rule"),
    [
        ("2025-02-01 23:59", "received_datetime.out_of_range"),
        ("2025-02-02 00:00", None),
        ("2025-02-04 23:59", None),
        ("2025-02-05 00:00", "received_datetime.out_of_range"),
    ],
)
def test_what_a_source_covers_is_held_against_its_records(
    town: Town, clock: str, rule: str | None
) -> None:
    rewrite(town, CALLS + COVERAGE)
    town.write("calls_a.csv", [{"Received": clock}], header=CALL)

    town.land("calls")

    found = read_manifest(town.source("calls"), vault=town.vault).landings["calls_a"]
    quarantined = [row["rule"] for row in rows_of(town.vault.path("quarantine", "calls"))]
    assert (found.physical, found.accepted) == (1, int(rule is None))
    assert quarantined == ([rule] if rule else [])


def test_a_coverage_that_changed_lands_the_file_again(town: Town) -> None:
    town.write("calls_a.csv", [{"Received": "2025-02-05 00:00"}], header=CALL)
    town.land("calls")

    rewrite(town, CALLS + COVERAGE)
    town.land("calls")

    found = read_manifest(town.source("calls"), vault=town.vault).landings["calls_a"]
    assert (found.accepted, found.refused, found.outside) == (0, 0, 1)


@pytest.mark.usefixtures("hasty_judge")
def test_one_column_becomes_two_codes(town: Town) -> None:
    """Kind is read once for the type and once for who started the call; unlisted is unknown."""
    rewrite(town, ALSO)
    rows = [{"No": "C1"}, {"No": "C2", "Kind": "welfare  CHECK"}]
    town.write("calls_a.csv", rows, header=CALL)

    town.prepare("calls")

    coded = rows_of(town.vault.table("private_calls", month=MONTH))
    found = {(row["call_type_code"], row["initiated_code"]) for row in coded}
    assert found == {("overdose", "public"), ("welfare_check", "unknown")}
