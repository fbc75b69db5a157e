"""Real, public records of Tempe, from the delivered file to the published page."""

import csv
import json
import math
import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import duckdb
import pytest

from pipelines.directory import Directory
from pipelines.purge import purge_vault
from reports.released import open_release
from tests.pipelines.conftest import Command, copy_example, hashes
from tests.pipelines.scan import cannot_be_a_clock, find_leaks
from transforms.manifest import read_manifest
from transforms.retention import MOST_DAYS

PERIOD = "FY2019"
RECORDS = 2743
WAITING = {f"raw {year}" for year in (2017, 2018, 2020, 2021, 2022)}  # 2023 is no whole year
MOST_SD = 6
FIVE_SD = 5  # 15 totals stray this far with a chance under 1e-5; the ledger of a run is drawn once


@pytest.fixture(scope="module")
def city(
    tmp_path_factory: pytest.TempPathFactory, tempe_inbox: Path, care_dividend: Command
) -> Path:
    """The example's configuration, run once on the real file."""
    folder = copy_example("tempe", tmp_path_factory.mktemp("tempe") / "city")
    before = hashes(tempe_inbox)

    result = care_dividend("run", "--program", folder, "--inbox", tempe_inbox, "--period", PERIOD)

    assert result.exit_code == 0, result.output
    assert hashes(tempe_inbox) == before
    return folder


@pytest.fixture(scope="module")
def delivered(tempe_inbox: Path) -> list[dict[str, str]]:
    """The records as the city publishes them."""
    file = tempe_inbox / "Opioid_EMS_Calls.csv"
    return list(csv.DictReader(file.open(encoding="utf-8-sig", newline="")))


def published(city: Path) -> dict[str, str]:
    """Hashes of every released file; pages may say that records were deleted since."""
    files = hashes(city / "public" / "releases")
    return {name: digest for name, digest in files.items() if not name.endswith(".html")}


def test_every_record_is_accepted_or_refused(city: Path) -> None:
    given = Directory(path=city)

    landed = [
        landing
        for source in given.sources
        for landing in read_manifest(source, vault=given.vault).landings.values()
    ]

    assert [one.physical for one in landed] == [RECORDS]
    assert sum(one.accepted + one.refused + one.outside for one in landed) == RECORDS


@pytest.mark.parametrize("dimension", ["naloxone", "age_band", "housing"])
def test_every_total_is_near_the_clipped_count(city: Path, dimension: str) -> None:
    """Records without a person are units of their own, so clip 1 takes nothing away."""
    incidents = f"{city}/vault/coded/private_incidents/*/*.parquet"
    sql = f"SELECT {dimension}_code, COUNT(*) FROM '{incidents}' GROUP BY ALL"
    counted = dict(duckdb.execute(sql).fetchall())
    release = open_release(city / "public" / "releases" / PERIOD)

    estimates = {
        key: release.total(dimension, **{dimension: key})
        for key in release.table(dimension)[dimension]
    }

    assert sum(counted.values()) == sum(counted.get(key, 0) for key in estimates)
    assert all(one.sd <= MOST_SD for one in estimates.values())
    assert all(one.sd > 1 for one in estimates.values())
    assert all(
        math.fabs(one.value - counted.get(key, 0)) <= FIVE_SD * one.sd
        for key, one in estimates.items()
    )


def test_nothing_of_a_record_is_outside_the_vault(
    city: Path, delivered: list[dict[str, str]]
) -> None:
    """Coordinates and exact dates of the year in any writing, ids by the name of their column."""
    year = [row for row in delivered if row["Incident_Date"].startswith("2019")]
    places = {row[name] for row in year for name in ("X", "Y", "Latitude_Random")}
    days = {row["Incident_Date"][:10] for row in year}
    dates = {form for day in days for form in (day, day.replace("/", "-"))}
    exact = {place for place in places if cannot_be_a_clock(place)}
    sources = (city / "sources" / "encounters_ems.yaml").read_text(encoding="utf-8")

    leaks = find_leaks(city, exact | dates)
    named = [
        path
        for path in city.rglob("*")
        if path.is_file()
        and not path.is_relative_to(city / "vault")
        and "OBJECTID" in path.read_text(encoding="utf-8", errors="ignore")
    ]

    assert len(exact) > 200
    assert leaks == set()
    assert [path.name for path in named] == ["encounters_ems.yaml"]
    assert not any(place in sources for place in exact)


def test_the_scan_finds_what_is_planted(city: Path, delivered: list[dict[str, str]]) -> None:
    places = {row["X"] for row in delivered}

    leaks = find_leaks(city, places, leave_out="public")

    assert any(leak.startswith("vault/raw/") for leak in leaks)


def test_the_same_release_again_is_the_same_bytes(
    city: Path, tempe_inbox: Path, care_dividend: Command
) -> None:
    before = hashes(city / "public")

    result = care_dividend("run", "--program", city, "--inbox", tempe_inbox, "--period", PERIOD)

    chain = json.loads((city / "public" / "ledger.json").read_text(encoding="utf-8"))["chain"]
    assert result.exit_code == 0, result.output
    assert hashes(city / "public") == before  # the chain too, so that no row was added
    assert [row["release"] for row in chain] == [PERIOD, "site-2"]
    assert len(Directory(path=city).ledger.rows()) == 1


def test_cards_and_ledger_verify(city: Path, care_dividend: Command) -> None:
    anchor = city / "ledger" / "anchor.txt"
    card = city / "public" / "releases" / PERIOD / "card.json"

    ledger = care_dividend("ledger", "verify", "--program", city, "--anchor", anchor)
    with_anchor = care_dividend("card", "verify", card, "--anchor", anchor)
    without = care_dividend("card", "verify", card)

    assert (ledger.exit_code, with_anchor.exit_code, without.exit_code) == (0, 0, 0)
    assert "anchored" in ledger.output
    assert "consistent and anchored" in with_anchor.output
    assert "consistent, not anchored" in without.output


def test_every_page_says_exercise_and_asks_for_nothing(city: Path) -> None:
    pages = sorted((city / "public").rglob("*.html"))

    texts = [unescape(page.read_text(encoding="utf-8")) for page in pages]

    assert len(pages) >= 2 * 7
    assert all("default-src 'none'" in text for text in texts)
    assert all(re.search(r"exercise|ejercicio", text, re.IGNORECASE) for text in texts)
    assert not any(re.search(r"""(?:src|href)=["']?(?:https?:)?//""", text) for text in texts)


def test_a_purge_deletes_our_copies_and_leaves_the_inbox(
    city: Path, tempe_inbox: Path, care_dividend: Command
) -> None:
    """All of the released year is due at once; copies of years that wait go with their days."""
    inbox, public = hashes(tempe_inbox), published(city)

    purged = care_dividend("purge", "--program", city)
    again = care_dividend("run", "--program", city, "--inbox", tempe_inbox, "--period", PERIOD)

    records = json.loads((city / "public" / "retention.json").read_text(encoding="utf-8"))
    assert (purged.exit_code, again.exit_code) == (0, 0), purged.output + again.output
    assert years_in(city) == WAITING
    assert list((city / "vault" / "keys").glob("*.key")) == []
    assert [record["kind"] for record in records] == ["raw", "coded", "key"]
    assert set(records[0]) == {"kind", "fiscal_year", "date", "key_fingerprint"}
    assert hashes(tempe_inbox) == inbox
    assert published(city) == public

    later = Directory(path=city, day=Directory(path=city).today + timedelta(days=MOST_DAYS + 1))
    purge_vault(later)

    assert years_in(city) == set()
    assert list((city / "vault").rglob("*.parquet")) == []
    assert hashes(tempe_inbox) == inbox
    assert published(city) == public


def years_in(city: Path) -> set[str]:
    """Years of which the vault has records; `raw` alone for years that were not asked for."""
    found = (file.relative_to(city / "vault").parts for file in city.glob("vault/**/*.parquet"))
    return {f"{parts[0]} {parts[2].removeprefix('month=')[:4]}" for parts in found}
