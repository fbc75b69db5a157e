"""Mirrors data_contracts/synthetic/."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data_contracts.forbidden import forbidden_kind
from data_contracts.period import read_period
from data_contracts.program import load_program
from data_contracts.source import check_header, load_sources
from data_contracts.synthetic import canaries, write_inbox
from data_contracts.synthetic.draw import Year, draw_year, pick
from data_contracts.synthetic.shares import load_shares

SEED = 20250101
CALLS = 12_000


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inbox")
    write_inbox(folder, seed=SEED, months=read_period("FY2025").months)
    return folder


@pytest.fixture(scope="module")
def year() -> Year:
    return draw_year(2025, seed=SEED, calls=CALLS, shares=load_shares())


def read(folder: Path, table: str) -> pd.DataFrame:
    """Every delivered row of a feed, as text."""
    files = sorted(folder.glob(f"{table}_*.csv"))
    return pd.concat(
        [pd.read_csv(file, dtype=str, keep_default_na=False) for file in files], ignore_index=True
    )


def test_a_year_is_24_files(inbox: Path) -> None:
    names = sorted(path.name for path in inbox.iterdir())

    months = read_period("FY2025").months
    assert names == sorted(f"{t}_{m}.csv" for t in ("calls", "encounters") for m in months)


def test_the_same_seed_writes_the_same_bytes_whatever_months_are_asked(
    inbox: Path, tmp_path: Path
) -> None:
    written = write_inbox(tmp_path, seed=SEED, months=["2025-07"])

    assert len(written) == 2
    assert all(file.read_bytes() == (inbox / file.name).read_bytes() for file in written)


def test_another_seed_writes_another_city(inbox: Path, tmp_path: Path) -> None:
    (calls, _) = write_inbox(tmp_path, seed=SEED + 1, months=["2025-07"])

    assert calls.read_bytes() != (inbox / calls.name).read_bytes()


def test_files_have_the_columns_of_their_sources(root: Path, inbox: Path) -> None:
    for source in load_sources(load_program(root / "examples" / "riverton")):
        check_header(source, [str(name) for name in read(inbox, source.feed)])


def test_every_label_is_in_the_source_file_but_the_planted_stray(root: Path, inbox: Path) -> None:
    strays = set()
    for source in load_sources(load_program(root / "examples" / "riverton")):
        rows = read(inbox, source.feed)
        for name, column in source.columns.items():
            known = source.places if column.to == "area" else column.codes
            labels = {" ".join(label.split()).lower() for label in rows[name]} - {"", "null"}
            strays |= labels - set(known) if known else set()

    assert strays == {"unk 9", "radio"}


def test_about_half_of_dispatches_meet_nobody(year: Year) -> None:
    sent = year.calls["Dispatched"].notna()
    met = year.calls["Closed As"].isin(["Contact", "contact made"])

    assert 0.42 < 1 - met[sent].mean() < 0.58
    assert not (met & ~sent).any()


def test_a_third_are_met_without_a_number(year: Year) -> None:
    assert 0.32 < (year.visits["Client ID"] == "").mean() < 0.38


def test_people_come_back_with_a_heavy_tail(year: Year) -> None:
    known = year.visits.loc[year.visits["Client ID"] != "", "Client ID"]

    times = known.value_counts()

    assert 0.58 < (times == 1).mean() < 0.66
    assert times.max() >= 10
    assert (times > 4).mean() >= 0.005


def test_a_clip_of_four_loses_a_twentieth_at_most_of_all_visits(year: Year) -> None:
    known = year.visits.loc[year.visits["Client ID"] != "", "Client ID"]

    beyond = (known.value_counts() - 4).clip(lower=0).sum()

    assert 0.005 < beyond / len(year.visits) < 0.06


def test_facts_of_a_person_stay_the_same(year: Year) -> None:
    known = year.visits[year.visits["Client ID"] != ""]

    kinds = known.groupby("Client ID")[["Gender", "Race/Ethnicity", "Age"]].nunique()

    assert kinds.to_numpy().max() == 1


def test_refused_referrals_naloxone_and_police_are_there(year: Year) -> None:
    visits = year.visits

    assert 0.25 < (visits["Referral"] == "Declined").mean() < 0.31
    assert 0.04 < (visits["Naloxone Given"] == "Yes").mean() < 0.10
    assert 0.07 < visits["Police"].isin(["On scene with team", "Sent by dispatch"]).mean() < 0.09


def test_response_takes_longer_in_the_country(year: Year) -> None:
    calls = year.calls
    minutes = (calls["On Scene"] - calls["Received"]).dt.total_seconds() / 60

    rural = minutes[calls["Zone"].isin(["Pine Valley", "North County"])].median()
    urban = minutes[calls["Zone"].isin(["Downtown", "Southside"])].median()

    assert 20 < urban < 35
    assert rural > urban + 8


def test_the_six_areas_of_the_program_are_drawn(root: Path, year: Year) -> None:
    program = load_program(root / "examples" / "riverton")

    zones = set(year.calls["Zone"]) - {""}

    assert zones == {area.name for area in program.areas}


def test_defects_are_there(inbox: Path) -> None:
    calls = read(inbox, "calls")
    received, arrived = (
        pd.to_datetime(calls[name], format="%m/%d/%Y %H:%M", errors="coerce")
        for name in ("Received", "On Scene")
    )

    assert calls.duplicated().mean() > 0.005
    assert (arrived < received).sum() > 20
    assert calls["On Scene"].str.endswith(" 00:00").sum() > 20
    assert (calls["Received"] == "not recorded").any()
    assert (calls["Call Number"] == "").any()
    assert (read(inbox, "encounters") == "NULL").to_numpy().any()
    assert {"Unable to Locate", "Unable to locate client"} <= set(calls["Closed As"])


@pytest.mark.parametrize("table", ["calls", "encounters"])
def test_planted_columns_begin_with_their_canary_and_are_dropped(
    root: Path, inbox: Path, table: str
) -> None:
    rows = read(inbox, table)
    program = load_program(root / "examples" / "riverton")
    (source,) = (one for one in load_sources(program) if one.feed == table)

    planted = [name for name, column in source.columns.items() if column.drop]

    assert len(planted) >= 8
    for name in planted:
        assert rows[name].str.startswith(canaries()[name]).all()
        assert forbidden_kind(name)


def test_every_number_of_a_record_is_a_canary(inbox: Path) -> None:
    rows = read(inbox, "encounters")

    for name in ("Contact ID", "Call Number", "Client ID"):
        values = rows.loc[rows[name] != "", name]
        assert values.str.startswith(canaries()[name]).all()


def test_shares_are_brought_to_one() -> None:
    labels = pick(np.random.default_rng(1), {"a": 30, "b": 10}, 4000)

    assert 0.72 < (labels == "a").mean() < 0.78
