"""Mirrors data_contracts/synthetic/: the files that are delivered, and what is wrong with them."""

import re
from pathlib import Path

import pandas as pd
import pytest

from data_contracts.feed import Source
from data_contracts.forbidden import forbidden_kind
from data_contracts.period import read_period
from data_contracts.program import load_program
from data_contracts.source import check_header, load_sources
from data_contracts.synthetic import canaries, write_inbox
from data_contracts.synthetic.shares import load_planted

SEED = 20250101
CALLS = 24_000
EXACT = ["governance.csv", "outcomes.csv", "spending.csv", "staffing.csv"]
MONTHLY = ("calls", "encounters", "surveys")
STRAYS = {"radio", "unk 9", "zone 9", "see text"}  # what no source file knows
NUMBER = re.compile(r"(RV-(CALL|CON|CLI|SRV)-\d{4}-\d{7}|5\.00E\+93)? *")


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inbox")
    write_inbox(folder, seed=SEED, months=read_period("FY2025").months, calls_per_year=CALLS)
    return folder


@pytest.fixture(scope="module")
def sources(root: Path) -> tuple[Source, ...]:
    return load_sources(load_program(root / "examples" / "riverton"))


def read(folder: Path, feed: str) -> pd.DataFrame:
    """Every delivered row of a feed, as text."""
    files = sorted(folder.glob(f"{feed}*.csv"))
    return pd.concat(
        [pd.read_csv(file, dtype=str, keep_default_na=False) for file in files], ignore_index=True
    )


def times(rows: pd.DataFrame, name: str) -> "pd.Series[pd.Timestamp]":
    return pd.to_datetime(rows[name], format="%m/%d/%Y %H:%M", errors="coerce")


def test_a_year_is_36_files_of_months_and_4_whole_ones(inbox: Path) -> None:
    names = sorted(path.name for path in inbox.iterdir())

    months = read_period("FY2025").months
    assert names == sorted(
        [*EXACT, *(f"{feed}_{month}.csv" for feed in MONTHLY for month in months)]
    )


def test_the_same_seed_writes_the_same_bytes_whatever_months_are_asked(
    inbox: Path, tmp_path: Path
) -> None:
    months = ["2024-11", "2025-07"]

    written = write_inbox(tmp_path, seed=SEED, months=months, calls_per_year=CALLS)

    same = [file for file in written if "2024" not in file.name]
    assert len(written) == 2 * len(MONTHLY) + len(EXACT)
    assert all(file.read_bytes() == (inbox / file.name).read_bytes() for file in same)


def test_another_seed_or_size_writes_other_records(inbox: Path, tmp_path: Path) -> None:
    for seed, calls in ((SEED + 1, CALLS), (SEED, CALLS // 2)):
        folder = tmp_path / f"{seed:d}"
        written = write_inbox(folder, seed=seed, months=["2025-07"], calls_per_year=calls)
        monthly = [file for file in written if file.name not in EXACT]
        assert all(file.read_bytes() != (inbox / file.name).read_bytes() for file in monthly)


def test_files_have_the_columns_of_their_sources(sources: tuple[Source, ...], inbox: Path) -> None:
    assert sorted(source.feed for source in sources) == sorted(
        [*MONTHLY, *(name.removesuffix(".csv") for name in EXACT)]
    )
    for source in sources:
        check_header(source, [str(name) for name in read(inbox, source.feed)])


def test_every_label_is_in_the_source_file_but_the_planted_strays(
    sources: tuple[Source, ...], inbox: Path
) -> None:
    strays = set()
    for source in sources:
        rows = read(inbox, source.feed)
        for name, column in source.columns.items():
            known = source.places if column.to == "area" else column.codes
            labels = {" ".join(label.split()).lower() for label in rows[name]} - {"", "null"}
            strays |= labels - set(known) if known else set()

    assert strays == STRAYS


def test_labels_are_written_in_several_ways(inbox: Path) -> None:
    calls, visits = read(inbox, "calls"), read(inbox, "encounters")

    assert {"Unable to Locate", "Unable to locate client", "UTL "} <= set(calls["Closed As"])
    assert {"Downtown", "DOWNTOWN", "Downtown    "} <= set(calls["Zone"])
    assert {"Client declined to engage", "Client declined  to engage"} <= set(visits["Outcome"])
    assert {"", "NULL", "None", "No", "Unknown"} <= set(visits["Naloxone Given"])


def test_times_are_wrong_in_all_the_known_ways(inbox: Path) -> None:
    calls, visits = read(inbox, "calls"), read(inbox, "encounters")
    received, sent, arrived = (
        times(calls, name) for name in ("Received", "Dispatched", "On Scene")
    )
    start, end = (times(visits, name) for name in ("Contact Start", "Contact End"))

    for first, then in ((received, sent), (received, arrived), (start, end)):
        assert 0.005 < (then < first).sum() / then.notna().sum() < 0.05
        assert 0 < (then - first > pd.Timedelta(days=1)).sum() / then.notna().sum() < 0.01
    for rows, name in ((calls, "On Scene"), (calls, "Received"), (visits, "Contact Start")):
        midnight = rows[name].str.endswith(" 00:00").sum()
        assert 0.001 < midnight / (rows[name] != "").sum() < 0.02
    assert calls["On Scene"].str.fullmatch(r"\d\d:05\.0").any()
    assert (calls["Received"] == "not recorded").any()


def test_rows_are_repeated_renumbered_and_without_a_number(inbox: Path) -> None:
    for feed in ("calls", "encounters"):
        rows = read(inbox, feed)
        numbers = rows.drop_duplicates().iloc[:, 0]

        assert 0.005 < rows.duplicated().mean() < 0.03
        assert (numbers == "").any()
        assert feed == "encounters" or numbers[numbers != ""].duplicated().any()


def test_a_visit_may_have_two_people(inbox: Path) -> None:
    visits = read(inbox, "encounters").drop_duplicates()

    assert 0.04 < (visits["Person No"] == "2").mean() < 0.08


def test_some_months_begin_with_a_byte_order_mark(inbox: Path) -> None:
    marked = [
        path.name
        for path in sorted(inbox.glob("*.csv"))
        if path.read_bytes()[:3] == b"\xef\xbb\xbf"
    ]

    assert marked == [f"encounters_2025-{month}.csv" for month in ("01", "04", "07", "10")]


def test_every_number_of_a_record_is_a_canary_or_spoiled(inbox: Path) -> None:
    calls, visits = read(inbox, "calls"), read(inbox, "encounters")
    numbers = [
        calls["Call Number"],
        *(visits[name] for name in ("Contact ID", "Call Number", "Client ID")),
        read(inbox, "surveys")["Response ID"],
    ]

    for values in numbers:
        assert values.str.fullmatch(NUMBER).all()
        assert (values[values != ""].str.startswith(canaries()[str(values.name)])).mean() > 0.99
    assert (calls["Call Number"] == "5.00E+93").any()
    assert calls["Call Number"].str.endswith(" ").any()


@pytest.mark.parametrize("feed", MONTHLY)
def test_planted_columns_begin_with_their_canary_and_are_dropped(
    sources: tuple[Source, ...], inbox: Path, feed: str
) -> None:
    rows = read(inbox, feed)
    (source,) = (one for one in sources if one.feed == feed)

    planted = [name for name, column in source.columns.items() if column.drop]

    assert planted == list(load_planted()[feed])
    for name in planted:
        assert rows[name].str.startswith(canaries()[name]).all()
        assert forbidden_kind(name)


def test_identifiers_of_eighteen_kinds_and_more_are_planted() -> None:
    kinds = {column.kind for columns in load_planted().values() for column in columns.values()}

    assert len(kinds) + 1 >= 18 + 6  # the numbers of records are one more
    assert {"immigration", "warrant or probation", "criminal history", "free text"} < kinds
    assert len(set(canaries().values())) == len(canaries())


def test_free_text_has_commas_and_quotes_and_stays_one_field(inbox: Path) -> None:
    rows = read(inbox, "surveys")

    assert rows["Comments"].str.endswith(', and "thank you"').all()


def test_exact_feeds_name_nobody(inbox: Path, sources: tuple[Source, ...]) -> None:
    text = "".join((inbox / name).read_text(encoding="utf-8") for name in EXACT)
    exact = [source for source in sources if not source.monthly]

    assert [begins for begins in canaries().values() if begins in text] == []
    assert all(column.drop is None for source in exact for column in source.columns.values())
