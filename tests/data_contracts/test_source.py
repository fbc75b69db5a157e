"""Mirrors data_contracts/source.py."""

import csv
from pathlib import Path

import pytest

from data_contracts.errors import ContractError
from data_contracts.feed import Precision, Source
from data_contracts.program import Program, load_program
from data_contracts.source import check_header, load_source, load_sources

CALLS = """
feed: calls
contract: calls
files: calls.csv
columns:
  No: {to: call_id}
  When: {to: received_datetime, format: "%Y-%m-%d %H:%M"}
  Zone: {to: area}
  Asked: {to: source_code, codes: {911: line_911, No: other, NULL: unknown}}
  Notes: {drop: free text}
constants: {path_code: not_triaged}
places: {N: downtown}
"""


@pytest.fixture(scope="module")
def riverton(root: Path) -> Program:
    return load_program(root / "examples" / "riverton")


def load(folder: Path, program: Program, text: str) -> Source:
    (folder / "calls.yaml").write_text(text, encoding="utf-8")
    return load_source(folder / "calls.yaml", program=program)


def test_yes_no_and_null_stay_words(tmp_path: Path, riverton: Program) -> None:
    found = load(tmp_path, riverton, CALLS)

    assert found.columns["Asked"].codes == {"911": "line_911", "no": "other", "null": "unknown"}


@pytest.mark.parametrize("name", ["milwaukee", "riverton", "tempe"])
def test_sources_of_the_examples_load(root: Path, name: str) -> None:
    program = load_program(root / "examples" / name)

    found = load_sources(program)

    feeds = sorted(path.stem for path in program.path("sources").glob("*.yaml"))
    assert [source.feed for source in found] == feeds
    assert all(source.given for source in found)


def test_tempe_reads_its_dates_as_dates(root: Path) -> None:
    (source,) = load_sources(load_program(root / "examples" / "tempe"))

    clock = source.column(source.contract.clock)

    assert clock is not None
    assert clock.precision is Precision.DATE
    assert source.columns["Narcan_Given"].codes == {"yes": "given", "no": "not_given"}
    dropped = {name for name, column in source.columns.items() if column.drop}
    assert dropped >= {"X", "Y", "Latitude_Random", "Longitude_Random", "Notes", "Patient_ASU"}


def test_tempe_fits_the_open_file(root: Path, tempe_inbox: Path) -> None:
    (source,) = load_sources(load_program(root / "examples" / "tempe"))
    file = tempe_inbox / source.files

    with file.open(encoding=source.format.encoding, newline="") as lines:
        rows = list(csv.DictReader(lines))

    check_header(source, list(rows[0]))
    for name, column in source.columns.items():
        values = {" ".join(row[name].split()) for row in rows} - set(source.format.nulls)
        if column.codes:
            assert {value.lower() for value in values} <= set(column.codes), name


@pytest.mark.parametrize("name", ["calls.yml", "calls.YAML", ".calls.yaml", "calls.yaml.txt"])
def test_a_source_that_would_never_be_read_is_named(
    tmp_path: Path, riverton: Program, name: str
) -> None:
    folder = tmp_path / "sources"
    folder.mkdir()
    for file in ("first.yaml", name, "first.yaml~", ".DS_Store"):
        (folder / file).write_text(CALLS.replace("feed: calls", "feed: first"))

    with pytest.raises(ContractError, match=r"never read") as said:
        load_sources(riverton.model_copy(update={"directory": tmp_path}))

    assert f"sources/ has ['{name}']" in str(said.value)


ACCEPTED = """
accepted:
  - {month: 2025-02, rule: refused, because: {en: On leave., es: De licencia.}}
"""


def test_a_month_is_accepted_by_rule_and_reason(tmp_path: Path, riverton: Program) -> None:
    found = load(tmp_path, riverton, CALLS + ACCEPTED)

    assert found.accepts("2025-02") == {"refused"}
    assert found.accepts("2025-03") == frozenset()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rule: refused", "rule: midnight", "no rule that may be accepted"),
        ("month: 2025-02", "month: 2025-13", "accepted.0.month"),
        (", es: De licencia.", "", "`en` and `es`"),
        (", because: {en: On leave., es: De licencia.}", "", "because"),
    ],
)
def test_what_cannot_be_accepted_is_refused(
    tmp_path: Path, riverton: Program, old: str, new: str, said: str
) -> None:
    with pytest.raises(ContractError, match=said):
        load(tmp_path, riverton, CALLS + ACCEPTED.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Notes: {drop: free text}", "Notes: {to: participant_id}", "Notes"),
        ("Notes: {drop: free text}", "Caller Name: {to: source_code}", r"Caller Name: .*\(name\)"),
        ("{to: call_id}", "{to: number}", "No: calls has no column 'number'"),
        ("{to: area}", "{to: call_id}", "more than one goes to 'call_id'"),
        ("No: {to: call_id}", "No: {drop: no use}", "none goes to 'call_id'"),
        (', format: "%Y-%m-%d %H:%M"', "", "When: a time needs `format`"),
        ("{to: call_id}", '{to: call_id, format: "%H:%M"}', "No: a time needs `format`"),
        ("{to: call_id}", "{to: call_id, codes: {A: a}}", "codes and bands are for code columns"),
        ("911: line_911", "911: line_912", "code list 'source' has no code 'line_912'"),
        (", codes: {911: line_911, No: other, NULL: unknown}", "", "say either `codes:`"),
        ("codes: {911: line_911, No: other, NULL: unknown}", "bands: true", "has no bands"),
        ("path_code: not_triaged", "path_code: lost", "path_code: not a value"),
        ("path_code: not_triaged", "call_id: 7", "call_id: a column of the feed gives it"),
        ("path_code: not_triaged", "mood: calm", "mood: calls has no such column"),
        ("path_code: not_triaged", "arrived_datetime: noon", "arrived_datetime: not a value"),
        ("N: downtown", "N: uptown", "no area 'uptown'"),
        ("places: {N: downtown}", "", "places: list which area"),
        ("%Y-%m-%d %H:%M", "%Y-%d %H:%M", "When: the format has no month"),
        ("%Y-%m-%d %H:%M", "%m %H:%M", "When: the format has no year and no day"),
        ("feed: calls", "feed: others", "feed: must be 'calls'"),
        ("contract: calls", "contract: moods", "no contract 'moods'"),
        ("files: calls.csv", "file: calls.csv", "file: .*Is 'files' meant"),
    ],
)
def test_a_source_that_does_not_fit_is_refused(
    tmp_path: Path, riverton: Program, old: str, new: str, said: str
) -> None:
    assert old in CALLS

    with pytest.raises(ContractError, match=rf"sources/calls\.yaml, line \d+.*{said}"):
        load(tmp_path, riverton, CALLS.replace(old, new, 1))


def test_an_address_may_become_an_area(tmp_path: Path, riverton: Program) -> None:
    found = load(tmp_path, riverton, CALLS.replace("Zone:", "Street Address:"))

    assert found.mapped["area"] == "Street Address"


def test_a_place_may_be_unknown(tmp_path: Path, riverton: Program) -> None:
    found = load(tmp_path, riverton, CALLS.replace("N: downtown", "N: downtown, Lost: unknown"))

    assert found.places == {"n": "downtown", "lost": "unknown"}


def test_a_person_needs_a_permission(root: Path, tmp_path: Path, riverton: Program) -> None:
    text = (root / "examples/riverton/sources/encounters.yaml").read_text(encoding="utf-8")
    before, rest = text.split("  Permission:\n")
    after = rest.split("not_recorded}\n")[1]
    (tmp_path / "encounters.yaml").write_text(
        f"{before}  Permission: {{drop: why not}}\n{after}", encoding="utf-8"
    )

    with pytest.raises(ContractError, match="'participant_id' needs 'record_permission_code'"):
        load_source(tmp_path / "encounters.yaml", program=riverton)


def test_a_program_without_sources_is_refused(tmp_path: Path, riverton: Program) -> None:
    with pytest.raises(ContractError, match="has no sources"):
        load_sources(riverton.model_copy(update={"directory": tmp_path}))


def test_unreadable_yaml_is_refused(tmp_path: Path, riverton: Program) -> None:
    with pytest.raises(ContractError, match=r"line 1, .*a bracket"):
        load(tmp_path, riverton, "columns: [")


def test_a_header_in_any_order_is_accepted(tmp_path: Path, riverton: Program) -> None:
    source = load(tmp_path, riverton, CALLS)

    check_header(source, ["Notes", "Zone", "When", "No", "Asked"])


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (["No", "When", "Zone", "Asked", "Notes", "Extra"], r"unknown: \['Extra'\]"),
        (["No", "When", "Zone", "Asked"], r"missing: \['Notes'\]"),
        (["No", "When", "Zone", "Asked", "Notes", "No"], r"there twice: \['No'\]"),
    ],
)
def test_another_header_is_refused_by_column(
    tmp_path: Path, riverton: Program, header: list[str], said: str
) -> None:
    source = load(tmp_path, riverton, CALLS)

    with pytest.raises(ContractError, match=said):
        check_header(source, header)


def test_a_file_without_header_shows_no_value(tmp_path: Path, riverton: Program) -> None:
    source = load(tmp_path, riverton, CALLS)

    with pytest.raises(ContractError, match="does not begin with its header") as caught:
        check_header(source, ["RV-CALL-1", "canary", "17 Canary Row", "911", "notes"])

    assert "anary" not in str(caught.value)
