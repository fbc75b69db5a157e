"""Awkward deliveries: each is refused, blocks its month, or has its share stated."""

import re
from calendar import monthrange
from collections.abc import Callable
from pathlib import Path

import pytest

from data_contracts.errors import ContractError
from pipelines.take_in import land
from tests.pipelines.awkward import A_MONTH, MONTHS, Town, make_town, visits, write_csv
from tests.pipelines.conftest import Command, copy_example
from transforms.land import require_unchanged


@pytest.fixture
def town(tmp_path: Path, care_dividend: Command) -> Town:
    """Three months of 200 visits, delivered whole."""
    return make_town(tmp_path / "town", care_dividend)


def test_a_whole_delivery_is_published_to_the_last_visit(town: Town) -> None:
    """Without this, every refusal below would prove nothing."""
    checked = town.check()
    result = town.run()

    assert checked.exit_code == 0, checked.output
    assert result.exit_code == 0, result.output
    assert set(town.published()) == set(MONTHS)
    assert all(abs(n - A_MONTH) < 4 for n in town.published().values())


def test_late_visits_are_in_their_month_however_often_run_is_tried(town: Town) -> None:
    """A quarter of January's visits come in February's file."""
    january, february = visits("2025-01"), visits("2025-02")
    town.deliver("2025-01", january[:150])
    town.deliver("2025-02", [*january[150:], *february])
    town.accept("2025-01", "ends_early")

    result = town.run()

    assert result.exit_code == 0, result.output
    assert all(abs(n - A_MONTH) < 4 for n in town.published().values()), town.published()


def test_visits_of_the_last_month_come_in_the_next_periods_file(town: Town) -> None:
    march = visits("2025-03")
    town.change("program.yaml", lambda text: text.replace("last_month: 2025-03", ""))
    town.deliver("2025-03", march[:160])
    town.deliver("2025-04", [*march[160:], *visits("2025-04")])

    result = town.run()

    assert result.exit_code == 0, result.output
    assert abs(town.published()["2025-03"] - A_MONTH) < 4


SPOILED: dict[str, tuple[Callable[[str], str], str]] = {
    "cut in the middle of a record": (
        lambda text: "\n".join(text.splitlines()[:61])[:-40],
        "encounters.cut_short",
    ),
    "cut between two records": (
        lambda text: "\n".join(text.splitlines()[:61]) + "\n",
        "encounters.ends_early",
    ),
    "cut at its beginning": (
        lambda text: "\n".join([text.splitlines()[0], *text.splitlines()[141:]]) + "\n",
        "encounters.begins_late",
    ),
    "cut before the last line end": (lambda text: text[:-1], "encounters.cut_short"),
    "one row in seven has a comma too many": (
        lambda text: (
            "\n".join(
                line.replace("Zebulon Canarysson", "Canarysson, Zebulon") if n % 7 == 1 else line
                for n, line in enumerate(text.splitlines())
            )
            + "\n"
        ),
        "encounters.mostly_refused_rows",
    ),
    "rows of another year": (
        lambda text: text.replace("/2025 1", "/2024 1"),
        "encounters.mostly_outside_rows",
    ),
    "the rows of another month": (
        lambda _: write_csv(visits("2025-01", first=500)),
        "encounters.other_months",
    ),
    "a line of totals": (lambda text: text + "Total,,,200\n", "encounters.cut_short"),
    "exactly 1,000 rows": (
        lambda _: write_csv(visits("2025-02", n=1000)),
        "encounters.round_count",
    ),
    "days missing in the middle": (
        lambda text: (
            "\n".join(line for line in text.splitlines() if not re.search(r",02/1\d/2025", line))
            + "\n"
        ),
        "encounters.stops_within",
    ),
    "days and months changed places": (
        lambda _: write_csv(
            [
                {
                    **visit,
                    "Contact Start": swap(visit["Contact Start"]),
                    "Contact End": swap(visit["Contact End"]),
                }
                for visit in visits("2025-02")
                if int(visit["Contact Start"][3:5]) <= 12
            ]
        ),
        "encounters.mostly_outside_rows",
    ),
}


def swap(clock: str) -> str:
    """Write month and day the other way round."""
    return f"{clock[3:5]}/{clock[:2]}{clock[5:]}"


@pytest.mark.parametrize("kind", SPOILED)
def test_a_file_that_is_not_whole_blocks_its_month(town: Town, kind: str) -> None:
    change, rule = SPOILED[kind]
    town.spoil("2025-02", change)

    town.require_stopped(f"{rule} blocks 2025-02", by="check")


def test_check_run_and_status_say_the_same_lines(town: Town) -> None:
    for month, kind in zip(MONTHS, list(SPOILED)[1:4], strict=True):
        town.spoil(month, SPOILED[kind][0])
    (town.inbox / "encounters_2025-02 (1).csv").write_text(write_csv(visits("2025-02")))
    (town.inbox / "parking_fines.csv").write_text("a,b\n1,2\n")

    checked = lines_of(town.check().output)
    said = town.run()

    assert {line.split()[1] for line in checked} >= {
        "encounters.begins_late",
        "encounters.ends_early",
        "encounters.cut_short",
        "encounters.unread_file",
    }
    assert lines_of(said.stderr) == checked
    assert lines_of(town.call("status", "--program", town.folder, "--private").output) == checked
    assert said.exit_code == 1
    assert town.drawn() == []
    refusal = said.stderr.splitlines()[-1]
    blocking = [line for line in checked if " blocks " in line]
    assert len(blocking) > 4
    assert all((line.split()[1] in refusal) == (line in blocking) for line in checked)


def lines_of(output: str) -> list[str]:
    """Lines about rules, the same for every command."""
    return sorted(line.strip() for line in output.splitlines() if line[:14] == "  encounters: ")


@pytest.mark.parametrize(
    "name",
    [
        "encounters_2025-02 (1).csv",
        "encounters_2025-02_part2.csv",
        "Encounters_2025-02.CSV",
        "encounters_2025-02.csv.gz",
        "encounters_2025-02.txt",
        "ENCOUNTERS 202502.xlsx",
        "2025/encounters_2025-02.csv",
        "encounters_02-2025.csv",
        "encounters_022025.csv",
        "encounters_2025-2.csv",
        "encounters_Feb2025.csv",
        "Encounters febrero 2025.csv",
        ".sync/encounters_2025-02.csv",
    ],
)
def test_a_file_of_the_month_that_no_source_reads_blocks_it(town: Town, name: str) -> None:
    file = town.inbox / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(write_csv(visits("2025-02", first=300)), encoding="utf-8")

    town.require_stopped(
        "encounters.unread_file blocks 2025-02", f"{name!r} is read by no source", by="check"
    )


def test_a_file_of_no_feed_is_named_and_blocks_nothing(town: Town) -> None:
    (town.inbox / "parking_fines.csv").write_text("a,b\n1,2\n")
    (town.inbox / "encounters_2025-02.csv~").write_text("left by an editor")

    checked = town.check()
    result = town.run()

    assert result.exit_code == 0, result.output
    for said in (checked.output, result.output + result.stderr, town.status()):
        assert "parking_fines.csv" in said
        assert "csv~" not in said


NO_TEXT = {
    "Excel workbook": b"PK\x03\x04 xl/workbook.xml",
    "gzip": b"\x1f\x8b\x08",
    "Parquet": b"PAR1",
    "SQLite": b"SQLite format 3\x00",
    "JSON": b'[{"a": 1}]',
    "UTF-16": "Contact ID,Client ID\n".encode("utf-16"),
    "page": b"<!DOCTYPE html><title>504</title>",
    "PDF": b"%PDF-1.7",
    "CR alone": b"Contact ID,Client ID\r1,2\r",
    "NUL": write_csv(visits("2025-02")).encode().replace(b"calm", b"\0", 1),
}


@pytest.mark.parametrize("kind", NO_TEXT)
def test_what_is_no_delimited_text_is_refused_with_a_cure(town: Town, kind: str) -> None:
    town.file("2025-02").write_bytes(NO_TEXT[kind])

    town.require_stopped("encounters_2025-02.csv", kind, by="check")


@pytest.mark.parametrize(
    ("form", "looks"),
    [
        ("45{day:03d}.5", "spreadsheet"),
        ("17388{day:05d}", "seconds since 1970"),
        ("02/{day:02d}/25 10:10", ""),
    ],
)
def test_clocks_in_another_form_are_refused(town: Town, form: str, looks: str) -> None:
    rows = [
        {**visit, "Contact Start": form.format(day=1 + number % 28)}
        for number, visit in enumerate(visits("2025-02"))
    ]
    town.deliver("2025-02", rows)

    town.require_stopped(
        "encounters_2025-02.csv", "encounter_datetime.unreadable", looks, by="check"
    )


def test_what_the_steward_accepts_is_released_and_stays_named(town: Town) -> None:
    town.deliver("2025-02", visits("2025-02")[:60])
    for rule in ("ends_early", "fewer"):
        town.accept("2025-02", rule)

    checked = town.check()
    result = town.run()

    assert result.exit_code == 0, result.output
    assert abs(town.published()["2025-02"] - 60) < 4
    for said in (checked.output, result.output + result.stderr, town.status()):
        assert "encounters.ends_early is accepted" in " ".join(said.split())
        assert "encounters.fewer is accepted" in " ".join(said.split())
    page = (town.folder / "public" / "index.html").read_text(encoding="utf-8")
    assert "The team had a day off." in page
    assert "El equipo descans" in (town.folder / "public" / "es" / "index.html").read_text()


def test_a_file_that_grows_while_it_is_taken_in_is_not_released(town: Town) -> None:
    given = town.given
    (source,) = given.record_sources
    with given.engine() as engine:
        land(source, given, engine, month="2025-02")
    with town.file("2025-02").open("a", encoding="utf-8") as stream:
        stream.write(write_csv(visits("2025-02", first=900)).partition("\n")[2])

    with pytest.raises(ContractError, match=r"has changed since it was taken in"):
        require_unchanged(
            given.record_sources, months=MONTHS, vault=given.vault, inbox=given.delivered
        )


def test_every_record_of_a_file_is_accepted_refused_or_outside(town: Town) -> None:
    town.spoil(
        "2025-02",
        lambda text: (
            text
            + "a,b\n"
            + text.splitlines()[-1].replace("/2025", "/1999")
            + "\n"
            + text.splitlines()[-1]
            + "\n"
        ),
    )
    town.run()

    assert "encounters encounters_2025-02.csv 203 201 1 1" in town.status()


def test_a_file_under_a_new_name_replaces_the_old_one(town: Town) -> None:
    town.change(
        "sources/encounters.yaml", lambda text: text.replace("_{month}.csv", "_{month}*.csv")
    )
    town.run()
    old = town.file("2025-02")
    old.rename(old.with_name("encounters_2025-02_corrected.csv"))
    given = town.given
    (source,) = given.record_sources

    with given.engine() as engine:
        changed = land(source, given, engine, month="2025-02")

    assert "2025-02" in changed
    copies = sorted((given.vault.directory / "raw" / "raw_encounters" / "month=2025-02").iterdir())
    assert [path.name for path in copies] == ["encounters_2025-02_corrected.parquet"]


def test_missing_days_of_a_daily_feed_block_the_month(town: Town) -> None:
    town.change(
        "sources/encounters.yaml", lambda text: text.replace("_{month}.csv", "_{month}-*.csv")
    )
    for month in MONTHS:
        town.file(month).unlink()
        for day in range(1, 1 + monthrange(2025, int(month[5:]))[1]):
            if month != "2025-02" or not 10 <= day < 18:
                rows = [one for one in visits(month) if int(one["Contact Start"][3:5]) == day]
                name = f"encounters_{month}-{day:02d}.csv"
                (town.inbox / name).write_text(write_csv(rows), encoding="utf-8")

    town.require_stopped("encounters.missing_days blocks 2025-02. ", by="check")


WARNED: dict[str, tuple[Callable[[str], str], str]] = {
    "a few ragged rows": (
        lambda text: text + "a,b\n" + text.splitlines()[-1] + "\n",
        "encounters.refused_rows warns of 2025-02: fewer than 1 in 100 records",
    ),
    "the header again in the middle": (
        lambda text: text.replace("\n", f"\n{text.splitlines()[0]}\n", 2),
        "encounters.refused_rows warns of 2025-02",
    ),
    "a few rows of another year": (
        lambda text: text + text.splitlines()[-1].replace("/2025", "/2023") + "\n",
        "encounters.outside_rows warns of 2025-02",
    ),
}


@pytest.mark.parametrize("kind", WARNED)
def test_a_small_loss_is_named_with_its_share(town: Town, kind: str) -> None:
    change, line = WARNED[kind]
    town.spoil("2025-02", change)

    checked = town.check()

    assert checked.exit_code == 0, checked.output
    assert line in checked.output


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace('""calm""', '""calm"",\nand left'),
        lambda text: text.replace("\n", "\n\n"),
    ],
    ids=["byte order mark", "CRLF", "line end inside quotes", "blank lines"],
)
def test_a_file_that_is_written_another_way_is_whole(
    town: Town, change: Callable[[str], str]
) -> None:
    town.spoil("2025-02", change)

    checked = town.check()

    assert checked.exit_code == 0, checked.output
    assert "every rule of every contract holds" in checked.output


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("\n", ",\n"), "columns"),
        (lambda text: text.replace("\n", ",\n").replace("Notes,", "Notes"), "fields"),
        (lambda text: text.replace(",", ";"), "header"),
        (lambda text: "Visits of February\n" + text, "header"),
        (lambda text: text[: text.rindex("calm") - 2], "quote that never closes"),
        (lambda text: text.replace("2025 ", "25 "), "unreadable"),
    ],
    ids=[
        "a delimiter after every line",
        "a delimiter after every row",
        "semicolons",
        "a title row",
        "cut inside quotes",
        "years of two digits",
    ],
)
def test_a_file_in_another_form_is_refused(
    town: Town, change: Callable[[str], str], words: str
) -> None:
    town.spoil("2025-02", change)

    town.require_stopped("encounters", words, by="check")


def test_a_quarter_of_headers_alone_is_blocked(town: Town) -> None:
    for month in MONTHS:
        town.spoil(month, lambda text: text.splitlines()[0] + "\n")

    town.require_stopped("encounters.empty blocks 2025-01 to 2025-03", by="check")


SOURCES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "leaves the inbox": ("encounters_{", "../inbox/encounters_{", ("files", "leaves the inbox")),
    "hidden folder": ("encounters_{", ".sync/encounters_{", ("files", "hidden")),
    "absolute path": ("encounters_{", "/data/encounters_{", ("files", "inside the inbox")),
    "no AM or PM": ('%H:%M"', '%I:%M"', ("Contact Start", "%I", "%p")),
    "no month": ("%m/%d/%Y", "%d/%Y", ("Contact Start", "no month")),
    "no encoding of text": ("encoding: utf-8", "encoding: zlib", ("format.encoding", "cp1252")),
    "no such encoding": ("encoding: utf-8", "encoding: utf8mb4", ("format.encoding", "cp1252")),
    "a quote for a delimiter": ('delimiter: ","', "delimiter: '\"'", ("format.delimiter", "tab")),
    "no minute": ("%H:%M", "%H", ("Contact Start", "no minute")),
}


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("by", ["check", "run"])
def test_a_source_that_would_misread_its_files_is_refused(town: Town, kind: str, by: str) -> None:
    old, new, words = SOURCES[kind]
    town.change("sources/encounters.yaml", lambda text: text.replace(old, new))

    town.require_stopped("sources/encounters.yaml", *words, by=by)


@pytest.mark.parametrize("by", ["check", "run"])
def test_a_source_file_that_is_never_read_is_named(town: Town, by: str) -> None:
    other = (town.folder / "sources" / "encounters.yaml").read_text(encoding="utf-8")
    (town.folder / "sources" / "outreach.yml").write_text(other, encoding="utf-8")

    town.require_stopped("outreach.yml", "never read", by=by)


def test_the_portal_that_gives_2000_rows_is_blocked(
    tmp_path: Path, tempe_inbox: Path, care_dividend: Command
) -> None:
    """The real file of Tempe, cut as a portal cuts it: it ends in August 2021."""
    folder = copy_example("tempe", tmp_path / "tempe")
    whole = (tempe_inbox / "Opioid_EMS_Calls.csv").read_bytes().splitlines(keepends=True)
    (folder / "inbox").mkdir()
    (folder / "inbox" / "Opioid_EMS_Calls.csv").write_bytes(b"".join(whole[:2001]))

    result = care_dividend("run", "--program", folder, "--period", "FY2022")

    assert result.exit_code == 1
    assert "encounters.round_count" in result.stderr
    assert "encounters.empty" in result.stderr
    assert not (folder / "public" / "releases").exists()
