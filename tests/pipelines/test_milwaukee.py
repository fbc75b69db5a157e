"""A second city: the public police calls of Milwaukee, from the delivered log to the pages."""

import csv
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from html import unescape
from pathlib import Path

import duckdb
import pytest

from data_contracts.feed import Source
from data_contracts.spelling import fold
from pipelines.directory import Directory
from reports.estimate import Estimate
from reports.released import Release, open_release
from tests.pipelines.conftest import Command, copy_example, hashes
from tests.pipelines.scan import cannot_be_a_clock, find_leaks, streets_of
from transforms.link import incident_file
from transforms.manifest import read_manifest

PERIOD, MONTH = "FY2018", "2018-05"
RECORDS = 33968
NATURES, STATUSES = 179, 16
FIVE_SD = 5  # some 70 numbers stray this far with a chance under 1e-4; a run is drawn once
MOST_SD = 6
LAST_DAY = "2018-05-21"

Row = Mapping[str, str]


@pytest.fixture(scope="module")
def city(
    tmp_path_factory: pytest.TempPathFactory, milwaukee_inbox: Path, care_dividend: Command
) -> Path:
    """The example's configuration, run once on the real log."""
    folder = copy_example("milwaukee", tmp_path_factory.mktemp("milwaukee") / "city")
    before = hashes(milwaukee_inbox)

    result = care_dividend(
        "run", "--program", folder, "--inbox", milwaukee_inbox, "--period", PERIOD
    )

    assert result.exit_code == 0, result.output
    assert hashes(milwaukee_inbox) == before
    return folder


@pytest.fixture(scope="module")
def delivered(milwaukee_inbox: Path) -> list[dict[str, str]]:
    """The log as the city publishes it."""
    file = milwaukee_inbox / "mke_cfs_2018-05.csv"
    return list(csv.DictReader(file.open(encoding="utf-8", newline="")))


@pytest.fixture(scope="module")
def source(city: Path) -> Source:
    (found,) = Directory(path=city).sources
    return found


@pytest.fixture(scope="module")
def release(city: Path) -> Release:
    return open_release(city / "public" / "releases" / PERIOD)


def near(found: Estimate, true: int) -> bool:
    """Whether an estimate lies where its noise lets it."""
    return found.sd > 0 and math.fabs(found.value - true) <= FIVE_SD * found.sd


def test_every_record_is_accepted_or_refused(city: Path, source: Source) -> None:
    (landed,) = read_manifest(source, vault=Directory(path=city).vault).landings.values()

    assert landed.physical == RECORDS
    assert landed.accepted + landed.refused == RECORDS
    assert set(landed.months) == {MONTH}


def test_every_nature_and_status_has_a_meaning(
    city: Path, source: Source, delivered: list[Row]
) -> None:
    natures, statuses = ({row[name] for row in delivered} for name in ("nature", "status"))
    read = {name: source.column(name) for name in ("call_type_code", "initiated_code", "path_code")}
    verdict = (city / "vault" / "checks" / MONTH / "calls.json").read_text(encoding="utf-8")

    words = {name: set(found.codes) for name, found in read.items() if found}

    assert (len(natures), len(statuses)) == (NATURES, STATUSES)
    assert words["call_type_code"] == words["initiated_code"] == {fold(one) for one in natures}
    assert words["path_code"] == {fold(one) for one in statuses}
    assert {fold(row["district"]) for row in delivered} == set(source.places)
    assert '"call_type_code.unmapped"' in verdict
    assert '"initiated_code.unmapped"' in verdict


def test_columns_that_show_a_place_or_a_person_are_dropped_for_a_reason(source: Source) -> None:
    dropped = {name: column.drop for name, column in source.columns.items() if column.drop}

    assert set(dropped) == {"location", "latitude", "longitude"}
    assert "TRBL W/SUBJ" not in " ".join(dropped.values())


def test_no_call_is_lost_between_the_log_and_the_count(city: Path) -> None:
    """No crisis team met anybody: each call is a unit of its own, and none is clipped."""
    file = incident_file(Directory(path=city).vault, month=MONTH)

    found = duckdb.execute(
        "SELECT COUNT(*), COUNT(DISTINCT unit_key), COUNT(*) FILTER (block_code = 'no_contact') "
        f"FROM '{file}'"
    ).fetchone()

    assert found == (RECORDS, RECORDS, RECORDS)


@pytest.mark.parametrize(
    ("key", "nature"),
    [("welfare_check", "WELFARE CITIZEN"), ("trouble_with_person", "TRBL W/SUBJ")],
)
def test_what_a_team_could_have_answered_stands_alone(
    release: Release, delivered: list[Row], key: str, nature: str
) -> None:
    """Counted straight from the log, by the one nature that each stands for."""
    true = sum(row["nature"] == nature for row in delivered)

    found = release.total("calls_type", call_type=key)

    assert near(found, true)
    assert found.sd <= MOST_SD


def test_what_police_began_themselves_is_counted_apart(
    release: Release, source: Source, delivered: list[Row]
) -> None:
    started = source.column("initiated_code")
    assert started is not None
    true = Counter(started.codes[fold(row["nature"])] for row in delivered)

    found = {
        key: release.total("calls_initiated", initiated=key)
        for key in ("public", "officer", "unknown")
    }

    assert sum(true.values()) == RECORDS
    assert all(near(found[key], true[key]) for key in found)


def test_a_welfare_check_of_the_public_is_not_one_of_an_officer(
    release: Release, delivered: list[Row]
) -> None:
    asked = sum(row["nature"] == "WELFARE CITIZEN" for row in delivered)

    cell = "calls_type_initiated"
    public = release.total(cell, call_type="welfare_check", initiated="public")
    officer = release.total(cell, call_type="welfare_check", initiated="officer")

    assert near(public, asked)
    assert near(officer, 0)


CODED: Mapping[str, tuple[str, Callable[[Source, Row], str]]] = {
    "calls_type": ("call_type", lambda source, row: _code(source, "call_type_code", row["nature"])),
    "calls_path": ("path", lambda source, row: _code(source, "path_code", row["status"])),
    "calls_area": ("area", lambda source, row: source.places[fold(row["district"])]),
}


def _code(source: Source, name: str, value: str) -> str:
    found = source.column(name)
    return found.codes[fold(value)] if found else ""


@pytest.mark.parametrize("table", CODED)
def test_every_number_is_near_the_log(
    release: Release, source: Source, delivered: list[Row], table: str
) -> None:
    dim, code = CODED[table]
    true = Counter(code(source, row) for row in delivered)

    found = {key: release.total(table, **{dim: key}) for key in release.table(table)[dim]}

    assert set(true) <= set(found)
    assert all(near(one, true[key]) for key, one in found.items())


def test_every_headline_may_be_used(release: Release) -> None:
    """Marks come from public sizes, before a record is read."""
    types = release.table("calls_type").set_index("call_type")["mark"]
    wanted = ["welfare_check", "trouble_with_person", "disturbance", "public_assist", "police_work"]

    assert (types[wanted] == "use").all()
    assert (release.table("calls_initiated")["mark"] == "use").all()
    assert set(release.table("calls_area")["mark"]) == {"use"}


def test_the_release_names_the_month_that_it_covers(city: Path) -> None:
    card = (city / "public" / "releases" / PERIOD / "card.json").read_text(encoding="utf-8")
    about = [
        unescape((city / "public" / folder / "index.html").read_text(encoding="utf-8"))
        for folder in ("", "es")
    ]

    assert re.search(r'"months": \[\s*"2018-05"\s*\]', card)
    assert "2018-04" not in card
    assert "May 2018" in about[0]
    assert "May 1 to 21, 2018" in about[0]
    assert "del 1 al 21 de mayo de 2018" in about[1]
    assert not any("May to May" in text or "mayo a mayo" in text for text in about)


@pytest.mark.parametrize(
    ("folder", "types", "starters"),
    [
        ("", ["Check on a person", "Trouble with a person", "Police work"], "Police started it"),
        (
            "es",
            ["Ver cómo está una persona", "Problema con una persona", "Trabajo policial"],
            "La inició la policía",
        ),
    ],
)
def test_the_report_shows_them_apart(
    city: Path, folder: str, types: list[str], starters: str
) -> None:
    quality = city / "public" / folder / "reports" / PERIOD / "quality"
    pages = {
        name: unescape((quality / f"{name}.html").read_text(encoding="utf-8"))
        for name in ("call-types", "initiated")
    }

    assert all(words in pages["call-types"] for words in types)
    assert starters in pages["initiated"]
    assert all(re.search(r"exercise|ejercicio", page, re.IGNORECASE) for page in pages.values())


def test_nothing_of_a_call_is_outside_the_vault(city: Path, delivered: list[Row]) -> None:
    """Streets, coordinates, clock times and call numbers, in any writing."""
    streets = {street for row in delivered for street in streets_of(row["location"])}
    exact = {
        row[name]
        for row in delivered
        for name in ("location", "latitude", "longitude", "time")
        if len(row[name]) >= 8 and (name != "latitude" or cannot_be_a_clock(row[name]))
    }
    numbers = {row["id"] for row in delivered[::40]}

    quoted = {f"{mark}{number}{mark}" for number in numbers for mark in "\"'"}
    leaks = find_leaks(city, streets | set(sorted(exact)[::40]) | quoted)
    bare = find_leaks(city, numbers)

    assert len(streets) > 500
    assert leaks == set()
    # Dagster's own record is full of clocks to the microsecond, whose digits hold any number.
    assert {leak for leak in bare if not leak.startswith(".dagster/")} == set()


def test_the_scan_finds_what_is_planted(city: Path, delivered: list[Row]) -> None:
    leaks = find_leaks(city, [delivered[0]["location"]], leave_out="public")

    assert any(leak.startswith("vault/raw/") for leak in leaks)


def test_a_call_after_the_stated_coverage_would_be_refused(
    source: Source, delivered: list[Row]
) -> None:
    assert source.coverage is not None
    assert source.coverage.last.isoformat() == LAST_DAY
    assert max(row["time"] for row in delivered)[:10] == LAST_DAY
    assert min(row["time"] for row in delivered)[:10] == source.coverage.first.isoformat()


def test_check_says_what_the_log_covers(
    city: Path, milwaukee_inbox: Path, care_dividend: Command
) -> None:
    found = care_dividend("check", "--program", city, "--inbox", milwaukee_inbox)

    words = " ".join(found.output.split())
    assert found.exit_code == 0, found.output
    assert "covers 2018-05-01 to 2018-05-21 only" in words
    assert "5 mapped, 3 dropped with a reason" in words
    assert "EXERCISE" in words


def test_the_same_release_again_is_the_same_bytes(
    city: Path, milwaukee_inbox: Path, care_dividend: Command
) -> None:
    before = hashes(city / "public")

    result = care_dividend("run", "--program", city, "--inbox", milwaukee_inbox, "--period", PERIOD)

    assert result.exit_code == 0, result.output
    assert hashes(city / "public") == before
    assert len(Directory(path=city).ledger.rows()) == 1
