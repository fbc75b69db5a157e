"""Mirrors transforms/land.py."""

import hashlib
from datetime import date

import pytest

from data_contracts.errors import ContractError
from tests.transforms.town import CALL, MONTH, Town, rows_of
from transforms.manifest import Landing, read_manifest

HEADER = ",".join(CALL)
GOOD = ",".join(CALL.values())


def landing(town: Town) -> Landing:
    return read_manifest(town.source("calls"), vault=town.vault).landings["calls_a"]


def landed(town: Town) -> list[dict[str, object]]:
    return rows_of(town.vault.path("raw", "raw_calls"))


def refused(town: Town) -> list[dict[str, object]]:
    return rows_of(town.vault.path("quarantine", "calls"))


def test_every_record_is_text_under_the_month_of_its_clock(town: Town) -> None:
    rows = [{"No": "1"}, {"No": "02", "Received": "2025-03-01 00:30"}]
    town.write("calls_a.csv", rows, header=CALL)

    town.land("calls")

    folder = town.vault.path("raw", "raw_calls")
    assert {path.parent.name for path in folder.rglob("*.parquet")} == {
        "month=2025-02",
        "month=2025-03",
    }
    assert [(row["No"], row["record_number"]) for row in landed(town)] == [("1", 1), ("02", 2)]
    assert set(landed(town)[0]) == {*CALL, "record_number"}


def test_a_record_with_another_number_of_fields_is_refused_and_counted(town: Town) -> None:
    text = f"{HEADER}\n{GOOD}\n{GOOD},more\nC3,only\n{GOOD}\n"
    town.deliver("calls_a.csv", text.encode())

    town.land("calls")

    found = landing(town)
    assert (found.physical, found.accepted, found.refused) == (4, 2, 2)
    assert [(row["rule"], row["record_number"]) for row in refused(town)] == [
        ("fields", 2),
        ("fields", 3),
    ]
    assert refused(town)[1]["as_delivered"] == ["C3", "only"]


@pytest.mark.parametrize(
    ("clock", "rule"),
    [
        ("tomorrow", "received_datetime.unreadable"),
        ("", "received_datetime.unreadable"),
        ("NULL", "received_datetime.unreadable"),
        ("2024-12-31 23:59", "received_datetime.out_of_range"),
        ("2026-01-01 00:00", "received_datetime.out_of_range"),
        ("25-02-03 10:00", "received_datetime.unreadable"),
    ],
)
def test_a_record_without_a_month_goes_to_quarantine(town: Town, clock: str, rule: str) -> None:
    town.write("calls_a.csv", [{}, {"No": "C2", "Received": clock}], header=CALL)

    town.land("calls")

    assert [(row["No"], row["rule"]) for row in refused(town)] == [("C2", rule)]
    assert [row["No"] for row in landed(town)] == ["C1"]


def test_what_was_too_late_yesterday_is_landed_today(town: Town) -> None:
    town.write("calls_a.csv", [{"Received": "2025-02-03 10:00"}], header=CALL)
    town.land("calls", today=date(2025, 2, 2))
    early = landing(town).accepted

    town.land("calls", today=date(2025, 2, 3))

    assert (early, landing(town).accepted) == (0, 1)
    assert refused(town) == []


@pytest.mark.parametrize(
    "text",
    [
        f"\ufeff{HEADER}\n{GOOD}\n",
        f"{HEADER}\r\n{GOOD}\r\n",
        f"{HEADER}\n{GOOD}",
        f"{HEADER}\n\n{GOOD}\n\n\n",
        f'{HEADER}\n{GOOD}"Ann\nor ""Anna"""\n',
    ],
    ids=["bom", "crlf", "no last line end", "blank lines", "quoted line end"],
)
def test_what_people_deliver_is_read(town: Town, text: str) -> None:
    town.deliver("calls_a.csv", text.encode())

    town.land("calls")

    assert (landing(town).physical, landing(town).accepted) == (1, 1)
    assert landed(town)[0]["No"] == "C1"


def test_a_header_without_records_is_a_delivery(town: Town) -> None:
    town.deliver("calls_a.csv", f"{HEADER}\n".encode())

    town.land("calls")

    assert (landing(town).physical, landing(town).months) == (0, {})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty: 0 bytes"),
        (f"{HEADER}\r{GOOD}\r".encode(), "CR alone"),
        (f"{HEADER}\n{GOOD}\0\n".encode(), r"holds a NUL byte \(record 1\)"),
        (f"{HEADER}\n{GOOD}é\n".encode("latin-1"), r"is not utf-8 text"),
        (f"{HEADER}\n{GOOD}\n".encode("utf-16"), r"UTF-16 text; have it saved as UTF-8"),
        (f"{HEADER},No\n".encode(), "there twice: \\['No'\\]"),
        (f"{HEADER},ssn\n".encode(), "unknown: \\['ssn'\\]"),
        (HEADER.replace(",Kind", "").encode(), "missing: \\['Kind'\\]"),
        (f'{HEADER}\n{GOOD}\n{GOOD}"open\n{GOOD}\n'.encode(), r"quote.*\(record 2\)"),
        (f'{HEADER}\n{GOOD}\n{GOOD}5" pipe\n{GOOD}\n'.encode(), r"quote.*\(record 2\)"),
        (f'{HEADER}\n{GOOD}"a"b\n'.encode(), r"quote.*\(record 1\)"),
    ],
    ids=[
        "zero bytes",
        "CR only",
        "NUL",
        "latin-1",
        "utf-16",
        "repeated column",
        "unknown column",
        "missing column",
        "unclosed quote",
        "quote inside a field",
        "text after a quote",
    ],
)
def test_a_file_that_is_not_what_its_source_says_is_refused_whole(
    town: Town, content: bytes, message: str
) -> None:
    town.deliver("calls_a.csv", content)

    with pytest.raises(ContractError, match=message) as caught:
        town.land("calls")

    assert "\n" not in str(caught.value)
    assert landed(town) == []
    assert refused(town) == []
    assert [path.name for path in town.vault.directory.glob(".landing-*")] == []


def test_one_unclosed_quote_among_many_records_loses_none_in_silence(town: Town) -> None:
    lines = [GOOD] * 20_000
    lines[12_345] = f'{GOOD}"never closed'
    town.deliver("calls_a.csv", "\n".join([HEADER, *lines, ""]).encode())

    with pytest.raises(ContractError, match=r"quote that never closes \(record 12346\)"):
        town.land("calls")

    assert landed(town) == []


def test_many_records_are_all_counted(town: Town) -> None:
    lines = [GOOD if n % 7 else f"{GOOD},more" for n in range(40_000)]
    town.deliver("calls_a.csv", "\n".join([HEADER, *lines, ""]).encode())

    town.land("calls")

    found = landing(town)
    assert (found.physical, found.refused) == (40_000, 5715)
    assert found.accepted + found.refused == found.physical
    assert len(landed(town)) == found.accepted


def test_the_same_bytes_are_landed_once_and_new_ones_replace_them(town: Town) -> None:
    town.write("calls_a.csv", [{"No": "1"}, {"Received": "2025-03-01 10:00"}], header=CALL)
    town.land("calls")
    copy = town.vault.path("raw", "raw_calls", f"month={MONTH}", "calls_a.parquet")
    first = copy.stat().st_mtime_ns

    town.land("calls")
    second = copy.stat().st_mtime_ns
    town.write("calls_a.csv", [{"No": "2"}], header=CALL)
    town.land("calls")

    assert first == second
    assert [row["No"] for row in landed(town)] == ["2"]


def test_a_bad_new_content_leaves_the_old_copies_alone(town: Town) -> None:
    town.write("calls_a.csv", [{"No": "1"}], header=CALL)
    town.land("calls")
    before = landing(town)
    town.deliver("calls_a.csv", f'{HEADER}\n{GOOD}"open\n'.encode())

    with pytest.raises(ContractError):
        town.land("calls")

    assert landing(town) == before
    assert [row["No"] for row in landed(town)] == ["1"]


def test_a_purged_month_is_landed_again_when_it_is_asked_for(town: Town) -> None:
    town.write("calls_a.csv", [{}], header=CALL)
    town.land("calls")
    town.vault.path("raw", "raw_calls", f"month={MONTH}", "calls_a.parquet").unlink()

    town.land("calls")

    assert len(landed(town)) == 1


def test_a_month_takes_exactly_its_file_and_says_when_it_is_not_there(town: Town) -> None:
    path = town.program.path("sources", "calls.yaml")
    path.write_text(path.read_text().replace("calls_*.csv", "calls_{month}.csv"))
    town.write("calls_2025-02.csv", [{}], header=CALL)

    town.land("calls", month="2025-02")

    assert len(landed(town)) == 1
    with pytest.raises(ContractError, match=r"'calls_2025-03.csv'.*2025-03 is not delivered yet"):
        town.land("calls", month="2025-03")


def test_files_that_would_share_a_copy_are_refused(town: Town) -> None:
    path = town.program.path("sources", "calls.yaml")
    path.write_text(path.read_text().replace("calls_*.csv", "calls_*"))
    town.write("calls_a.csv", [{}], header=CALL)
    town.write("calls_a.txt", [{}], header=CALL)

    with pytest.raises(ContractError, match="differ only in their ending"):
        town.land("calls")


@pytest.mark.parametrize(
    ("name", "message"), [("CALLER", "upper and lower case"), ("rule", "names are ours")]
)
def test_columns_that_sql_would_mix_up_are_refused(town: Town, name: str, message: str) -> None:
    path = town.program.path("sources", "calls.yaml")
    path.write_text(path.read_text().replace("places:", f"  {name}: {{drop: a test}}\nplaces:"))
    town.write("calls_a.csv", [{}], header={**CALL, name: ""})

    with pytest.raises(ContractError, match=message):
        town.land("calls")


def test_the_inbox_is_only_read(town: Town) -> None:
    file = town.write("calls_a.csv", [{}], header=CALL)
    file.chmod(0o400)
    before = (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns)

    town.land("calls")

    assert (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns) == before
    assert list(town.inbox.iterdir()) == [file]


def test_copies_are_for_the_owner_only(town: Town) -> None:
    town.write("calls_a.csv", [{}, {"Received": "never"}], header=CALL)

    town.land("calls")

    made = [path for path in town.vault.directory.rglob("*") if "spill" not in str(path)]
    assert {path.stat().st_mode & 0o777 for path in made if path.is_file()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in made if path.is_dir()} == {0o700}
