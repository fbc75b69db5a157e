"""No identifier gets past strip: not into a table, not into a check, not into a message."""

import base64
import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path
from shutil import copytree

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_contracts.errors import ContractError
from data_contracts.program import load_program
from data_contracts.synthetic import canaries, write_inbox
from tests.transforms.town import CALL, MONTH, RESPONSE, VISIT, Row, Town, rows_of
from transforms.engine import Engine
from transforms.link import CLAIMED_CALLS
from transforms.persons import gather_persons
from transforms.retention import RECENT, purge
from transforms.strip import NAMED
from transforms.vault import open_vault

pytestmark = pytest.mark.usefixtures("hasty_judge")

CANARIES = {
    "call number": "CANARYCALL771",
    "visit number": "CANARYVISIT772",
    "person": "CANARYPERSON773",
    "name": "Quillon Canarysson",
    "note": "the notes canary sang",
    "place": "Canary Lane 93",
    "kind": "canary word",
}
CALLS: list[Row] = [
    {
        "No": CANARIES["call number"],
        "Caller": CANARIES["name"],
        "Where": CANARIES["place"],
        "Kind": CANARIES["kind"],
    },
    {"No": "", "Caller": CANARIES["name"]},
    {"No": CANARIES["call number"], "Received": CANARIES["name"]},
]
VISITS: list[Row] = [
    {
        "Visit": CANARIES["visit number"],
        "Call": CANARIES["call number"],
        "Person": CANARIES["person"],
        "Notes": CANARIES["note"],
        "Kits": CANARIES["person"],
        "Gender": CANARIES["kind"],
        "Start": "2025-02-03 10:23",
    },
]


def spellings(canary: str) -> list[bytes]:
    """How a canary may look in a file."""
    raw = canary.encode()
    return [
        raw,
        canary.lower().encode(),
        canary.encode("utf-16-le"),
        base64.b64encode(raw).rstrip(b"="),
        raw.hex().encode(),
    ]


def sightings(*folders: Path) -> list[str]:
    """Files in which a canary is seen, in their bytes or in a cell once opened."""
    found = []
    for folder in folders:
        for file in folder.rglob("*"):
            if file.is_file():
                content = file.read_bytes()
                seen = any(one in content for c in CANARIES.values() for one in spellings(c))
                found += [file.name] if seen else []
        for row in rows_of(folder):
            told = " ".join(str(value).casefold() for value in row.values())
            found += [c for c in CANARIES.values() if c.casefold() in told]
    return found


def test_no_canary_is_seen_after_strip(town: Town) -> None:
    town.run(CALLS, VISITS, months=[MONTH])

    assert len(town.incidents()) == 1
    assert sightings(town.vault.path("raw")) != []
    assert sightings(town.vault.path("quarantine")) != []
    assert sightings(town.vault.path("coded"), town.vault.path("checks")) == []
    assert sightings(town.vault.path("errors"), town.vault.path("keys")) == []


def test_stripped_records_hold_no_identifier(town: Town) -> None:
    town.run(CALLS, VISITS, months=[MONTH])

    told = str(rows_of(town.vault.path("raw", "raw_stripped_encounters")))
    assert CANARIES["visit number"] not in told
    assert CANARIES["call number"] not in told
    assert CANARIES["note"] not in told


def test_verdicts_hold_no_canary(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from data_contracts.judge import judge_counts

    monkeypatch.setattr("transforms.judge.judge_counts", judge_counts)
    town.write("calls_a.csv", CALLS, header=CALL)
    town.land("calls")

    town.judge("calls")

    assert list(town.vault.path("checks", MONTH).iterdir())
    assert sightings(town.vault.path("checks")) == []


def test_no_canary_of_a_whole_synthetic_month_is_seen_after_strip(
    tmp_path: Path, root: Path
) -> None:
    """Eighteen kinds of identifier are planted in the sample program's files."""
    copy = copytree(root / "examples" / "riverton", tmp_path / "riverton")
    program = load_program(copy)
    write_inbox(copy / "inbox", seed=7, months=["2025-01"], calls_per_year=1200)
    vault = open_vault(program)
    with Engine(vault, threads=1, memory_mb=256) as engine:
        town = Town(program=program, vault=vault, engine=engine)
        town.take(months=["2025-01"])

    planted = [c for c in canaries().values() if len(c) > 2]
    told = {name: str(rows_of(vault.path(name))).casefold() for name in ("raw", "coded")}
    folders = (vault.path("coded"), vault.path("checks"))
    content = b"".join(f.read_bytes() for one in folders for f in one.rglob("*") if f.is_file())
    assert len(planted) >= 18
    assert [c for c in planted if c.casefold() not in told["raw"]] == []
    assert [c for c in planted if c.casefold() in told["coded"]] == []
    assert [c for c in planted if c.encode() in content] == []


STEPS: dict[str, Callable[[Town], object]] = {
    "land": lambda town: town.land("visits"),
    "judge": lambda town: town.judge("visits"),
    "strip": lambda town: town.strip_out("visits"),
    "recall": lambda town: town.code("visits"),
    "code": lambda town: town.code("visits"),
    "link": lambda town: town.link(),
    "persons": lambda town: gather_persons([MONTH], vault=town.vault, engine=town.engine),
}
BROKEN = {
    "land": 'SELECT CAST("Person" AS INTEGER) FROM whole',
    "judge": 'SELECT CAST("Person" AS INTEGER) FROM landed',
    "strip": "SELECT CAST(participant_id AS INTEGER) FROM judged",
    "recall": "SELECT CAST(kits_n AS INTEGER) FROM feed_0",
    "code": "SELECT CAST(kits_n AS INTEGER) FROM stripped",
    "link": "SELECT CAST(error('CANARYPERSON773') AS INTEGER) FROM encounters",
    "persons": "SELECT CAST(error('CANARYPERSON773') AS INTEGER) FROM incidents",
}
WHERE = {"land": "filing"}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_breaks_on_a_record_says_nothing_of_it(
    town: Town, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB quotes the value that it could not use; the step does not."""
    town.run(CALLS, VISITS, months=[MONTH])
    for file in town.vault.path("raw", "raw_visits").rglob("*.parquet"):
        file.unlink() if step == "land" else None
    monkeypatch.setattr(f"transforms.{WHERE.get(step, step)}.read_sql", lambda _: BROKEN[step])

    with pytest.raises(ContractError, match=f"Step '{step}' could not work on") as caught:
        STEPS[step](town)

    told = "".join(traceback.format_exception(caught.value))
    assert [c for c in CANARIES.values() if c.casefold() in told.casefold()] == []
    assert sightings(town.vault.path("coded"), town.vault.path("checks")) == []
    assert [path.name for path in town.vault.directory.rglob("*.part")] == []


@pytest.mark.parametrize(
    "line",
    [
        f'{CANARIES["call number"]},"{CANARIES["name"]}',
        f'{CANARIES["call number"]},"{CANARIES["name"]}"x',
        f"{CANARIES['name']}\0",
        f"{CANARIES['name']}\xe9",
    ],
)
def test_a_file_that_cannot_be_read_is_not_quoted(town: Town, line: str) -> None:
    header = ",".join(CALL)
    town.deliver("calls_a.csv", f"{header}\n{line}\n".encode("latin-1"))

    with pytest.raises(ContractError) as caught:
        town.land("calls")

    told = "".join(traceback.format_exception(caught.value))
    assert [c for c in CANARIES.values() if c in told] == []


def test_a_header_that_is_a_record_is_not_quoted(town: Town) -> None:
    row = ",".join({**CALL, "Caller": CANARIES["name"]}.values())
    town.deliver("calls_a.csv", f"{row}\n{row}\n".encode())

    with pytest.raises(ContractError) as caught:
        town.land("calls")

    assert CANARIES["name"] not in "".join(traceback.format_exception(caught.value))


def test_the_day_and_the_clock_are_gone(town: Town) -> None:
    town.write("calls_a.csv", [], header=CALL)
    town.run([], [{**VISIT, "Start": "2025-02-03 10:23"}], months=[MONTH])

    told = str(rows_of(town.vault.path("coded")))
    assert "2025-02-03" not in told
    assert "10:23" not in told
    assert "datetime" not in told


def test_no_date_outlives_the_raw_tables_but_the_last_day_of_a_person(town: Town) -> None:
    """Whatever a table is called and wherever it lies."""
    town.ask()
    town.write("surveys_all.csv", [{"Words": CANARIES["note"]}], header=RESPONSE)
    town.run([{}], [{"Start": "2025-02-03 10:23"}, {"Visit": "V2"}], months=["2025-01", MONTH])
    gather_persons(["2025-01", MONTH], vault=town.vault, engine=town.engine)
    purge(town.vault, program=town.program, today=date(2026, 1, 7), raw_days=7, coded_days=90)

    left = sorted(town.vault.directory.rglob("*.parquet"))
    dated = {
        (file.parts[-3], field.name)
        for file in left
        for field in pq.read_schema(file)
        if not pa.types.is_integer(field.type) and not pa.types.is_string(field.type)
    }
    tables = {file.parts[-3] for file in left}
    of_keys = {
        (file.parts[-3], *pq.read_schema(file).names)
        for file in left
        if file.parts[-3] in (CLAIMED_CALLS, NAMED)
    }
    assert of_keys == {(CLAIMED_CALLS, "call_key"), (NAMED, "call_key")}
    assert dated == {(RECENT, "last_day")}
    assert tables == {
        *("private_calls", "private_encounters", "private_surveys"),
        *("private_incidents", "private_persons", RECENT),
        *(CLAIMED_CALLS, NAMED),
    }
    told = str([row for one in tables - {RECENT} for row in rows_of(town.vault.table(one))])
    assert "2025-02-" not in told
    assert "10:23" not in told
