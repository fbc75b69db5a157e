"""Mirrors data_contracts/source.py: feeds that are published exactly, and what feeds provide."""

from pathlib import Path

import pytest

from data_contracts.contract import Severity, load_contract
from data_contracts.errors import ContractError
from data_contracts.feed import Source
from data_contracts.program import Program, load_program
from data_contracts.rules import write_rules
from data_contracts.source import load_source, load_sources, provided_columns

OUTCOMES = """
feed: outcomes
contract: outcomes
files: outcomes.csv
columns:
  Month: {to: month_date, format: "%Y-%m", precision: date}
  Zone: {to: area}
  What: {to: outcome_code, codes: {Checks: police_welfare_checks}}
  Number: {to: n_events}
  Client ID: {drop: number of a participant}
places: {N: downtown, F: far_away}
"""

CALLS = """
feed: calls
contract: calls
files: calls.csv
columns:
  No: {to: call_id}
  When: {to: received_datetime, format: "%Y-%m-%d %H:%M"}
  Sent: {to: dispatched_datetime, format: "%Y-%m-%d", precision: date}
  There: {to: arrived_datetime, format: "%Y-%m-%d %H:%M"}
  Zone: {to: area}
  Kind: {to: call_type_code, codes: {Checks: welfare_check}}
places: {N: downtown, F: far_away}
"""


@pytest.fixture(scope="module")
def program(root: Path) -> Program:
    """Riverton, compared with one area elsewhere."""
    riverton = load_program(root / "examples" / "riverton")
    far = riverton.areas[0].model_copy(update={"code": "far_away"})
    return riverton.model_copy(update={"comparison": (*riverton.comparison, far)})


def load(folder: Path, program: Program, text: str) -> Source:
    feed = text.split("feed: ")[1].split("\n", maxsplit=1)[0]
    (folder / f"{feed}.yaml").write_text(text, encoding="utf-8")
    return load_source(folder / f"{feed}.yaml", program=program)


def test_a_public_panel_may_name_areas_elsewhere(tmp_path: Path, program: Program) -> None:
    found = load(tmp_path, program, OUTCOMES)

    assert found.places == {"n": "downtown", "f": "far_away"}


def test_records_of_participants_may_not(tmp_path: Path, program: Program) -> None:
    with pytest.raises(ContractError, match=r"sources/calls\.yaml.*no area 'far_away'"):
        load(tmp_path, program, CALLS)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Number: {to: n_events}", "Encounters: {to: n_events}", "Encounters: tells of a partic"),
        ("Zone: {to: area}", "Client Zone: {to: area}", "Client Zone: tells of a participant"),
        ("outcomes.csv", '"outcomes_{month}.csv"', "without a clock has no months"),
        ("Checks: police_w", "Lost: unknown, Checks: police_w", "needs 'outcome_code'; leave out"),
        ("N: downtown", "N: unknown", r"places\.N: every record needs 'area'; leave out"),
        ("F: far_away", "F: nowhere", "no area 'nowhere'"),
        ("  Number: {to: n_events}\n", "", "none goes to 'n_events'"),
    ],
)
def test_an_exact_source_that_does_not_fit_is_refused(
    tmp_path: Path, program: Program, old: str, new: str, said: str
) -> None:
    assert old in OUTCOMES

    with pytest.raises(ContractError, match=rf"sources/outcomes\.yaml, line \d+.*{said}"):
        load(tmp_path, program, OUTCOMES.replace(old, new, 1))


def test_what_every_row_needs_may_be_one_constant(tmp_path: Path, program: Program) -> None:
    what = "  What: {to: outcome_code, codes: {Checks: police_welfare_checks}}\n"
    whole = OUTCOMES.replace(what, "")

    found = load(tmp_path, program, f"{whole}constants: {{outcome_code: other}}\n")

    assert "outcome_code" in found.given
    with pytest.raises(ContractError, match="outcome_code: not a value"):
        load(tmp_path, program, f"{whole}constants: {{outcome_code: unknown}}\n")


def test_an_exact_count_is_delivered_and_never_assumed(tmp_path: Path, program: Program) -> None:
    """One event a row, and the sum would be the number of rows: of visits, if those are rows."""
    counted = "  Number: {to: n_events}\n"
    assumed = f"{OUTCOMES.replace(counted, '')}constants: {{n_events: '1'}}\n"

    with pytest.raises(ContractError, match=r"constants\.n_events: an exact count is delivered"):
        load(tmp_path, program, assumed)


def load_both(folder: Path, program: Program, *, about_people: str, exact: str) -> int:
    """Load a feed about people and a table, each with its files; count the feeds."""
    sources = folder / "sources"
    sources.mkdir()
    calls = CALLS.replace("files: calls.csv", f'files: "{about_people}"')
    outcomes = OUTCOMES.replace("files: outcomes.csv", f'files: "{exact}"')
    (sources / "calls.yaml").write_text(calls.replace(", F: far_away", ""), encoding="utf-8")
    (sources / "outcomes.yaml").write_text(outcomes, encoding="utf-8")
    return len(load_sources(program.model_copy(update={"directory": folder})))


@pytest.mark.parametrize(
    ("about_people", "exact"),
    [
        ("calls.csv", "calls.csv"),
        ("calls_{month}.csv", "calls_*.csv"),
        ("calls_*.csv", "calls_2025.csv"),
        ("*.csv", "outcomes.csv"),
    ],
)
def test_a_file_about_people_is_never_published_exactly(
    tmp_path: Path, program: Program, about_people: str, exact: str
) -> None:
    """One file on both roads would give sums of people without noise."""
    with pytest.raises(ContractError, match=r"'outcomes'.*their files are also those of a feed"):
        load_both(tmp_path, program, about_people=about_people, exact=exact)


@pytest.mark.parametrize("exact", ["outcomes.csv", "calls_2025.csv"])
def test_files_with_names_of_their_own_are_apart(
    tmp_path: Path, program: Program, exact: str
) -> None:
    assert load_both(tmp_path, program, about_people="calls_{month}.csv", exact=exact) == 2


def test_a_row_that_lacks_what_it_needs_is_refused(tmp_path: Path, program: Program) -> None:
    rules = write_rules(load(tmp_path, program, OUTCOMES), tables=())

    refusing = {rule.name for rule in rules if rule.severity is Severity.REFUSE}

    assert refusing >= {
        "month_date.unreadable",
        "area.unmapped",
        "outcome_code.unmapped",
        "n_events.unreadable",
        "n_events.outside",
    }


def test_what_a_feed_gives_and_what_is_made_of_it_is_provided(
    tmp_path: Path, program: Program
) -> None:
    source = load(tmp_path, program, CALLS.replace(", F: far_away", ""))

    found = provided_columns([source])["calls"]

    assert found >= {*source.given, "call_group_code", "response_min", "response_band_code"}
    assert not found & {"dispatch_min", "source_code", "path_code"}


def test_riverton_provides_every_column_of_its_records(program: Program) -> None:
    found = provided_columns(load_sources(program))

    assert found["calls"] >= {"response_band_code", "call_group_code"}
    assert found["encounters"] >= {"since_previous_code", "after_decline_code", "hospital_code"}
    assert set(found) <= {source.contract.table for source in load_sources(program)}


def test_two_feeds_of_one_table_provide_together(tmp_path: Path, program: Program) -> None:
    first = load(tmp_path, program, CALLS.replace(", F: far_away", ""))
    second = first.model_copy(update={"constants": {"path_code": "not_triaged"}})

    found = provided_columns([first, second])

    assert found["calls"] == provided_columns([first])["calls"] | {"path_code"}


def test_without_the_number_of_a_person_nothing_is_known_of_earlier_records(
    program: Program,
) -> None:
    (source,) = [one for one in load_sources(program) if one.feed == "encounters"]
    person = load_contract("encounters").person_id
    nameless = {name: one for name, one in source.columns.items() if one.to != person}

    found = provided_columns([source.model_copy(update={"columns": nameless})])["encounters"]

    assert not found & {"since_previous_code", "after_decline_code"}
