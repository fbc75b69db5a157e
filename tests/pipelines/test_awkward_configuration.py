"""Awkward configuration, as people report it in public: one line with file, line and cure."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from pipelines.directory import Directory
from tests.pipelines.conftest import Command, copy_example

PERIOD = "2025-Q1"


@dataclass(frozen=True)
class Kind:
    """A kind of configuration file: one field of text, one number and one day in it."""

    file: str
    text: str
    number: str = ""
    day: str = ""


KINDS = (
    Kind("program.yaml", "city: Riverton", "fiscal_year_start: 1", "first_month: 2023-01"),
    Kind("sources/encounters.yaml", "contract: encounters"),
    Kind("privacy.yaml", "unit: participant", "per_year: 4"),
    Kind("metrics.yaml", "disposition:", "at_most: 30", "decided_on: 2022-11-17"),
    Kind("impact.yaml", "outcome: police", "pre_months: 24", "decided_on: 2022-11-14"),
    Kind("costs/officer_hour.yaml", "payer: police", "central: 85", "retrieved: 2026-11-23"),
)
EVERY = [pytest.param(kind, id=kind.file) for kind in KINDS]
NUMBERS = [pytest.param(kind, id=kind.file) for kind in KINDS if kind.number]
DAYS = [kind for kind in KINDS if kind.day]
NO_DAYS = ["2023-13", "2023-13-01", "2023-02-30", "13/01/2023", "20230101", "yes", "soon", ""]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_example("riverton", tmp_path_factory.mktemp("whole") / "town")


@pytest.fixture
def town(tmp_path: Path, whole: Path) -> Path:
    """A sample program of which a test may spoil one file."""
    return Path(shutil.copytree(whole, tmp_path / "town"))


def spoil(town: Path, file: str, old: str, new: str) -> int:
    """Put other words in a file, and say in which line."""
    path = town / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def refused(care_dividend: Command, town: Path) -> list[str]:
    """Run check and run, which must refuse in the same words; give their problems by line."""
    said = []
    for words in (("check",), ("run", "--period", PERIOD)):
        result = care_dividend(*words, "--program", town)
        assert result.exit_code == 1, result.output
        assert isinstance(result.exception, SystemExit)
        assert "Traceback" not in result.output
        first, *others = result.stderr.strip().splitlines()
        assert first.startswith("Refused. ")
        said.append(others or [first.removeprefix("Refused. ")])
    assert said[0] == said[1]
    assert not (town / "vault" / "coded").exists()
    assert not (town / "public" / "ledger.json").exists()
    return said[0]


Fault = Callable[[str, str], str]


def twice(text: str, line: str) -> str:
    return text.replace(line, f"{line}\n{line}", 1)


def valued(value: str) -> Fault:
    """Give the field another value."""
    return lambda text, line: text.replace(line, f"{line.split(':')[0]}: {value}", 1)


def written(before: str, after: str = "") -> Fault:
    """Put something before the line, in the place of its blanks, or behind it."""
    return lambda text, line: text.replace(line, f"{before}{line.lstrip()}{after}", 1)


WHOLE: dict[str, tuple[Fault, int, str]] = {
    # what is done to the file, how far from the field's line it is named, and what is said
    "said twice": (twice, 1, "already. Keep one"),
    "tab": (written("\t"), 0, "tab"),
    "hard blank": (written("\u00a0"), 0, "U+00A0"),
    "colon": (valued("a: b"), 0, "colon"),
    "bracket": (valued("[a"), 0, "bracket"),
    "quote": (valued('"a'), 0, "quot"),
    "at": (valued("@a"), 0, "in quotes"),
    "star": (valued("*a"), 0, "in quotes"),
    "tag": (valued("!a b"), 0, "in quotes"),
    "percent": (valued("%a"), 0, "in quotes"),
    "brace": (valued("{month}.csv"), 0, "in quotes"),
    "backslash": (valued('"C:\\qdata"'), 0, "single quotes"),
    "bell": (valued("a \a"), 0, "invisible"),
    "no colon": (lambda text, line: text.replace(line, line.split(":")[0], 1), 0, "no colon"),
    "document": (lambda text, line: text.replace(line, f"{line}\n---", 1), 1, "document"),
}


@pytest.mark.parametrize("fault", WHOLE)
@pytest.mark.parametrize("kind", EVERY)
def test_what_is_no_yaml_is_named_with_its_line(
    town: Path, care_dividend: Command, kind: Kind, fault: str
) -> None:
    path, (change, below, says) = town / kind.file, WHOLE[fault]
    text = path.read_text(encoding="utf-8")
    line = next(one for one in text.splitlines() if one.strip().startswith(kind.text))
    number = text[: text.index(f"\n{line}") + 1].count("\n") + 1 if f"\n{line}" in text else 1
    path.write_text(change(text, line), encoding="utf-8")

    (said,) = refused(care_dividend, town)

    assert said.startswith(f"{kind.file}, line {number + below}")
    assert says in said


BYTES = {
    "latin-1": ("# Peñón\n".encode("latin-1"), "UTF-8"),
    "utf-16": ("a: b\n".encode("utf-16"), "UTF-16"),
    "utf-16 unmarked": ("a: b\n".encode("utf-16-le"), "UTF-8"),
    "utf-32": ("a: b\n".encode("utf-32"), "UTF-32"),
    "zip": (b"PK\x03\x04\x14\x00\x08\x08\xff", "UTF-8"),
    "empty": (b"", "empty"),
    "remarks only": (b"# nothing\n", "empty"),
    "a list": (b"- a\n- b\n", "mapping"),
    "words": (b"nothing here\n", "mapping"),
    "bomb": (
        b"a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + b"".join(
            f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n".encode()
            for old, new in zip("abcdef", "bcdefg", strict=True)
        ),
        "values",
    ),
    "a circle": (b"a: &a [*a]\n", "itself"),
    "deep": (b"a: " + b"[" * 900 + b"]" * 900, "nested"),
    "json cut": (b'{"a": 1', "bracket"),
}


@pytest.mark.parametrize("content", BYTES)
@pytest.mark.parametrize("kind", EVERY)
def test_bytes_that_are_no_configuration_are_named(
    town: Path, care_dividend: Command, kind: Kind, content: str
) -> None:
    found, says = BYTES[content]
    (town / kind.file).write_bytes(found)

    said = refused(care_dividend, town)

    assert [one for one in said if one.startswith(kind.file) and says in one]
    assert len(said) == 1


@pytest.mark.parametrize("kind", EVERY)
def test_a_mark_of_byte_order_and_line_ends_of_windows_are_read(
    town: Path, care_dividend: Command, kind: Kind
) -> None:
    path = town / kind.file
    text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())

    result = care_dividend("plan", "--program", town, "--period", PERIOD)

    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    "written",
    [
        "50.000", "050000", "1e3", "yes", "12:30", "1_000", ".inf", ".nan", '"30"', "'30'", "3,5",
        "50,000", "", "-5", "0x1F", "thirty", "[1]", "{a: 1}", "30%", "~", "2025-01-01", "$30",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", NUMBERS)
def test_what_is_no_plain_number_is_named(
    town: Path, care_dividend: Command, kind: Kind, written: str
) -> None:
    field = kind.number.split(":")[0]
    number = spoil(town, kind.file, kind.number, f"{field}: {written}")

    said = refused(care_dividend, town)

    assert len(said) == 1
    assert said[0].startswith(f"{kind.file}, line {number}")
    assert field in said[0]


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        pytest.param(kind, written, id=f"{kind.file}-{written}")
        for kind, written in product(DAYS, NO_DAYS)
        if (kind.file, written) != ("metrics.yaml", "")  # a board may leave its day open
    ],
)
def test_a_day_that_there_is_not_is_named(
    town: Path, care_dividend: Command, kind: Kind, written: str
) -> None:
    field = kind.day.split(":")[0]
    number = spoil(town, kind.file, kind.day, f"{field}: {written}")

    said = refused(care_dividend, town)

    assert len(said) == 1
    assert said[0].startswith(f"{kind.file}, line {number}")
    assert field in said[0]


@pytest.mark.parametrize("kind", EVERY)
def test_a_field_that_nobody_knows_is_named_with_those_there_are(
    town: Path, care_dividend: Command, kind: Kind
) -> None:
    path = town / kind.file
    text = path.read_text(encoding="utf-8").rstrip("\n")
    path.write_text(f"{text}\nsurprise: 1\n", encoding="utf-8")

    (said,) = refused(care_dividend, town)

    assert said.startswith(f"{kind.file}, line {text.count(chr(10)) + 2}, surprise: there is no")


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("program.yaml", "contact: board@riverton.example\n"),
        ("sources/encounters.yaml", "contract: encounters\n"),
        ("privacy.yaml", "unit: participant"),
        ("metrics.yaml", "    decision: rejected\n"),
        ("impact.yaml", "decided_on: 2022-11-14\n"),
        ("costs/officer_hour.yaml", "payer: police\n"),
    ],
)
def test_a_field_that_is_missing_is_named(
    town: Path, care_dividend: Command, file: str, line: str
) -> None:
    spoil(town, file, line, "#" if line.startswith("unit") else "")

    (said,) = refused(care_dividend, town)

    field = line.strip().split(":")[0]
    assert said.startswith(f"{file}, line ")
    assert f"{field!r} is missing. Write it." in said


MISTAKES = [
    # file, what it says, what somebody writes instead, what must be said
    ("program.yaml", "last_month: 2025-12", "last_month: 2022-12", "before the first month"),
    ("program.yaml", "first_month: 2023-01", "first_month: 0203-01", "Mend the year"),
    ("program.yaml", "first_month: 2023-01", "first_month: 2099-01", "the first month, 2099-01"),
    ("program.yaml", "fiscal_year_start: 1", "fiscal_year_start: 0", "at least 1"),
    ("program.yaml", "fiscal_year_start: 1", "fiscal_year_start: 13", "at most 12"),
    ("program.yaml", "fiscal_year_start: 1", "fiscal_year_start: July", "whole number"),
    ("program.yaml", "population: 46200", "population: 50.000", "Write 50000"),
    ("program.yaml", "population: 46200", "population: 050000", "Write 50000"),
    ("program.yaml", "population: 46200", "population: 50,000", "thousands"),
    ("program.yaml", "population: 46200", "population: 0", "more than 0"),
    ("program.yaml", "population: 46200", "population: -46200", "more than 0"),
    ("program.yaml", "population: 46200", "population: 46200.5", "whole number"),
    ("program.yaml", "population: 46200", "population: about 46200", "whole number"),
    ("program.yaml", "population: 46200", "populaton: 46200", "Is 'population' meant?"),
    ("program.yaml", ", population: 46200", "", "'population' is missing"),
    ("program.yaml", "code: downtown", "code: no", 'Put it in quotes: "no"'),
    ("program.yaml", "code: downtown", "code: 1", 'Put it in quotes: "1"'),
    ("program.yaml", "code: downtown", "code: Down town", "a code: a small letter"),
    ("program.yaml", "code: downtown", "code: southside", "one code"),
    ("program.yaml", "code: downtown", "code: unknown", "reserved"),
    ("program.yaml", "name: Downtown", "name: southside", "one name"),
    ("program.yaml", "code: marlow_center", "code: downtown", "one code"),
    ("program.yaml", "kind: urban", "kind: city", "'urban'"),
    ("program.yaml", "kind: community_provider", "kind: police", "custodian.kind"),
    ("program.yaml", "name: Riverton Crisis Response", "name:", "text is expected"),
    ("program.yaml", "name: Riverton Crisis Response", 'name: " "', "some text"),
    ("program.yaml", "name: Riverton Crisis Response", "name: 911", 'in quotes: "911"'),
    ("program.yaml", "city: Riverton", "city: on", 'in quotes: "on"'),
    ("program.yaml", "time_zone: America/Denver", "time_zone: Mountain", "time zone"),
    ("program.yaml", "time_zone: America/Denver", "time_zone: America", "time zone"),
    ("program.yaml", "time_zone: America/Denver", "time_zone: ../etc", "time zone"),
    ("program.yaml", "languages: [en, es]", "languages: en", "a list in square brackets"),
    ("program.yaml", "languages: [en, es]", "languages: [en, en]", "twice"),
    ("program.yaml", "languages: [en, es]", "languages: [en, fr]", "'en' or 'es'"),
    ("program.yaml", "languages: [en, es]", "languages: []", "at least 1"),
    ("program.yaml", "contact: board@riverton.example", "directory: /", "directory"),
    ("sources/encounters.yaml", "contract: encounters", "contract: visits", "contract 'visits'"),
    ("sources/encounters.yaml", "feed: encounters", "feed: visits", "the file's name"),
    ("sources/encounters.yaml", "{to: encounter_id}", "{to: encounter_no}", "no column"),
    ("sources/encounters.yaml", "{to: encounter_id}", "{two: encounter_id}", "Is 'to' meant?"),
    ("sources/encounters.yaml", "{to: encounter_id}", "{drop: }", "drop"),
    ("sources/encounters.yaml", "{to: encounter_id}", "encounter_id", "fields"),
    ("sources/encounters.yaml", "places:\n", "places:\n  No: atlantis\n", "no area"),
    ("privacy.yaml", "unit: participant", "unit: visit", "'participant' is expected"),
    ("privacy.yaml", "synthetic: true", "synthetic: 1", "true or false"),
    ("privacy.yaml", "synthetic: true", 'synthetic: "true"', "without quotes"),
    ("privacy.yaml", "cap_rho: 0.38", "cap_rho: 0,38", "cap_rho"),
    ("privacy.yaml", "cap_rho: 0.38", "cap_rho: .inf", "cap_rho"),
    ("privacy.yaml", "cap_rho: 0.38", "cap_rho: 0.30", "the calendar needs"),
    ("privacy.yaml", "cap_rho: 0.38", "cap_rho: yes", "cap_rho"),
    ("privacy.yaml", "raw_days: 7", "raw_days: 70", "at most 30"),
    ("privacy.yaml", "raw_days: 7", "raw_days: -7", "at least 0"),
    ("privacy.yaml", "clip: 2.5", "clip: 0.5", "at least 1"),
    ("privacy.yaml", "clip: 2.5", "clip: 2.500", "Write 2500"),
    ("privacy.yaml", "expected: 4000", "expected: 4.000", "Write 4000"),
    ("privacy.yaml", "expected: 4000", "expected: 4,000", "Write 4000"),
    ("privacy.yaml", "expected: 4000", "expected: 0", "more than 0"),
    ("privacy.yaml", "split: 0.80", "split: 80", "must add to 1"),
    ("privacy.yaml", "split: 0.80", "split: 0.08", "must add to 1"),
    ("privacy.yaml", "downtown: 0.307", "downtown: 30.7", "must add to 1"),
    ("privacy.yaml", "downtown: 0.307", "downtown: -0.307", "at least 0"),
    ("privacy.yaml", "downtown: 0.307", "down_town: 0.307", "Is 'downtown' meant?"),
    ("privacy.yaml", 'overdose: {"yes"', "overdose: {yes", "Put it in quotes"),
    ("privacy.yaml", "          referral: {", "          referrall: {", "Is 'referral' meant?"),
    ("privacy.yaml", "      contacts:  ", "      contact:  ", "contact"),
    ("privacy.yaml", "  quarter:\n", "  month:\n", "month"),
    ("privacy.yaml", "per_year: 4", "per_year: 3", "4 is expected"),
    ("privacy.yaml", "dims: [month]", "dims: [months]", "Is 'month' meant?"),
    ("privacy.yaml", "dims: [month]", "dims: month", "a list in square brackets"),
    ("privacy.yaml", "dims: [month]", "dims: [naloxone_code]", "Is 'naloxone' meant?"),
    ("privacy.yaml", "dims: [month]", "dims: [month, month]", "twice"),
    ("metrics.yaml", "response_time: {at_most: 30", "response_time: {at_most: 500", "minutes"),
    ("metrics.yaml", "response_time: {at_most: 30", "response_time: {at_most: 0", "minutes"),
    ("metrics.yaml", "triage: {at_least: 85", "triage: {at_least: 500", "a share of 100"),
    ("metrics.yaml", "triage: {at_least: 85", "triage: {at_least: 0.85", "Write 85"),
    ("metrics.yaml", "triage: {at_least: 85", "triage: {at_least: 1", "Write 100"),
    ("metrics.yaml", "triage: {at_least: 85", "triage: {at_least: -5", "a share of 100"),
    ("metrics.yaml", "triage: {at_least: 85", "triage: {at_least: 85, at_most: 90", "either"),
    ("metrics.yaml", "triage: {at_least: 85", "triage: {at_leest: 85", "Is 'at_least' meant?"),
    ("metrics.yaml", "triage: {at_least: 85", "triage: {at_least: 85%", "a number"),
    ("metrics.yaml", "  triage: {at_least: 85", "  tirage: {at_least: 85", "Is 'triage' meant?"),
    ("metrics.yaml", "  path: {at_most", "  police_backup: {at_most", "may have no target"),
    ("metrics.yaml", "  path: {at_most", "  veteran: {at_most", "veteran"),
    ("metrics.yaml", "  visits: {decision: approved}", "  visits: {decision: yes}", "'approved'"),
    ("metrics.yaml", "  visits: {decision: approved}", "  visits: approved", "fields"),
    ("metrics.yaml", "  visits: {decision", "  visitz: {decision", "Is 'visits' meant?"),
    ("metrics.yaml", "measures:\n", "measure:\n", "Is 'measures' meant?"),
    ("metrics.yaml", "  es: El consejo asesor de Riverton", "  #", "es is missing"),
    ("impact.yaml", "outcome: police_welfare_checks", "outcome: arrests", "no such outcome"),
    ("impact.yaml", "start: 2023-01", "start: 2023", "a month is expected"),
    ("impact.yaml", "start: 2023-01", "start: 2023-01-15", "a month is expected"),
    ("impact.yaml", "pre_months: 24", "pre_months: 2", "at least 6"),
    ("impact.yaml", "pre_months: 24", "pre_months: 24\n    treated: [atlantis]", "no such"),
    ("impact.yaml", "pre_months: 24", "pre_months: 24\n    comparison: [downtown]", "no such"),
    ("impact.yaml", "key: welfare_checks", "key: low_level_offenses", "one key"),
    ("impact.yaml", "placebo_starts: [2021-07", "placebo_starts: [2023-07", "must lie"),
    ("impact.yaml", "call_group: [welfare]", "call_group: [wellfair]", "Is 'welfare' meant?"),
    ("impact.yaml", "call_group: [welfare]", "call_kind: [welfare]", "no such code list"),
    ("costs/ambulance_without_team.yaml", "central: 0.075", "central: 7.5", "low <= central"),
    ("costs/ambulance_without_team.yaml", "high: 0.12", "high: 12", "from 0 to 1"),
    ("costs/ambulance_without_team.yaml", "low: 0.05", "low: -0.05", "from 0 to 1"),
    ("costs/ambulance_without_team.yaml", "low: 0.05", "low: 0.5", "low <= central"),
    ("costs/ambulance_without_team.yaml", "high: 0.12", "high: 0.012", "low <= central"),
    ("costs/ambulance_without_team.yaml", "high: 0.12", "high: 12%", "a number"),
    ("costs/discount_rate.yaml", "high: ", "high: 3 # ", "from 0 to 1"),
    ("costs/officer_hour.yaml", "central: 85", "central: 85.000", "Write 85000"),
    ("costs/officer_hour.yaml", "low: 58", "low: -58", "from 0"),
    ("costs/officer_hour.yaml", "price_year: 2023", "price_year: 23", "at least 1980"),
    ("costs/officer_hour.yaml", "price_year: 2023", "price_year: 1999", "no level for 1999"),
    ("costs/officer_hour.yaml", "price_year: 2023\n", "", "stand together"),
    ("costs/officer_hour.yaml", "inflated_by: wage_index", "inflated_by: pay", "Write costs/pay"),
    ("costs/officer_hour.yaml", "inflated_by: wage_index", "inflated_by: living_wage", "no index"),
    ("costs/officer_hour.yaml", "payer: police", "payer: sheriff", "'city'"),
    ("costs/officer_hour.yaml", "class: capacity", "class: savings", "'capacity'"),
    ("costs/officer_hour.yaml", "href: https", "href: http", "https://"),
    ("costs/officer_hour.yaml", 'title: "EXAMPLE', 'title: "" # "EXAMPLE', "some text"),
    ("costs/police_attended_by_group.yaml", "by: call_group", "by: call_kind", "code list"),
    ("costs/police_attended_by_group.yaml", "    welfare:", "    wellfair:", "Is 'welfare' meant?"),
]  # fmt: skip


@pytest.mark.parametrize(
    "mistake", [pytest.param(one, id=f"{one[0]}: {one[2].strip()}") for one in MISTAKES]
)
def test_a_mistake_is_named_with_file_line_and_cure(
    town: Path, care_dividend: Command, mistake: tuple[str, str, str, str]
) -> None:
    file, old, new, says = mistake
    number = spoil(town, file, old, new)

    said = refused(care_dividend, town)

    mine = [one for one in said if says in one]
    assert mine, said
    assert all(one.startswith(file) for one in said)
    assert all(", line " in one for one in said)
    assert len(said) <= 2, said
    if len(said) == 1 and says in {"no such", "from 0 to 1", "whole number", "Write 50000"}:
        assert f"line {number + new.count(chr(10))}" in said[0]


def test_everything_that_is_wrong_is_told_at_once(town: Path, care_dividend: Command) -> None:
    spoil(town, "program.yaml", "population: 46200", "population: 46.200")
    spoil(town, "program.yaml", "fiscal_year_start: 1", "fiscal_year_start: 13")
    spoil(town, "privacy.yaml", "raw_days: 7", "raw_days: 70")
    spoil(town, "metrics.yaml", "triage: {at_least: 85", "triage: {at_least: 500")
    spoil(town, "impact.yaml", "outcome: police_welfare_checks", "outcome: arrests")
    (town / "costs" / "officer_hour.yaml").write_bytes("# ñ".encode("latin-1"))
    spoil(town, "costs/ambulance_without_team.yaml", "high: 0.12", "high: 12")

    said = refused(care_dividend, town)

    assert [one.partition(",")[0] for one in said] == [
        "program.yaml", "program.yaml", "privacy.yaml", "metrics.yaml", "impact.yaml",
        "costs/ambulance_without_team.yaml", "costs/officer_hour.yaml",
    ]  # fmt: skip


def test_all_sources_that_do_not_fit_are_told_at_once(town: Path, care_dividend: Command) -> None:
    spoil(town, "sources/calls.yaml", "contract: calls", "contract: call")
    spoil(town, "sources/surveys.yaml", "contract: surveys", "contrat: surveys")

    said = refused(care_dividend, town)

    assert [one.partition(",")[0] for one in said] == ["sources/calls.yaml", "sources/surveys.yaml"]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("costs/officer_hour.yaml", "costs/officer_hour.yml"),
        ("costs/officer_hour.yaml", "costs/officer_hour.YAML"),
        ("costs/officer_hour.yaml", "costs/officer_hour.yaml.txt.bak"),
        ("costs/officer_hour.yaml", "costs/officer_hours.yaml"),
        ("costs/officer_hour.yaml", "costs/2025/officer_hour.yaml"),
        ("metrics.yaml", "metrics.yml"),
        ("metrics.yaml", "metric.yaml"),
        ("impact.yaml", "Impact.yaml"),
        ("impact.yaml", "impacts.yml"),
    ],
)
def test_a_file_that_nothing_reads_is_named(
    town: Path, care_dividend: Command, file: str, name: str
) -> None:
    (town / name).parent.mkdir(exist_ok=True)
    (town / file).rename(town / name)

    said = refused(care_dividend, town)

    named = name if "2025" not in name else "costs/2025"
    assert any(one.startswith(named) for one in said), said


def test_a_folder_that_is_spelled_otherwise_is_named(town: Path, care_dividend: Command) -> None:
    (town / "costs").rename(town / "cost")

    said = refused(care_dividend, town)

    assert said == ["cost is never read. Is 'costs' meant? Rename it, or take it away."]


def test_tables_that_no_feed_fills_are_refused_in_one_line(
    town: Path, care_dividend: Command
) -> None:
    """Case 21: without a feed of calls, a block of calls is published as zeros."""
    (town / "sources" / "calls.yaml").unlink()
    (town / "sources" / "surveys.yaml").unlink()

    (said,) = refused(care_dividend, town)

    assert said.startswith("privacy.yaml, line ")
    assert "a feed of table calls: " in said
    assert "a feed of table surveys: " in said
    assert "nc_month of quarter (line " in said
    assert "delete the tables" in said
    assert "contacts_area of" not in said


def test_a_table_whose_column_no_feed_gives_is_refused(town: Path, care_dividend: Command) -> None:
    """A column that is dropped, or the same everywhere, is 'not recorded' for everyone."""
    path = town / "sources" / "encounters.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(n for n, line in enumerate(lines) if "to: naloxone_code" in line)
    name = next(n for n in range(at, -1, -1) if lines[n].startswith("  ") and lines[n][2] != " ")
    after = next(n for n in range(at + 1, len(lines)) if lines[n][:3].strip())
    lines[name:after] = [f"{lines[name].split(':')[0]}: {{drop: not asked}}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (town / "metrics.yaml").unlink()
    plain = refused(care_dividend, town)
    text = path.read_text(encoding="utf-8")
    head, constants, tail = text.partition("constants:\n")
    tail = tail or "\n"
    path.write_text(
        f"{head}constants:\n  naloxone_code: unknown\n{tail}"
        if constants
        else f"{text}constants:\n  naloxone_code: unknown\n",
        encoding="utf-8",
    )
    hollow = refused(care_dividend, town)

    assert plain == hollow
    assert "naloxone_code of encounters: naloxone of " in plain[0]


def real(town: Path) -> None:
    """Take the mark of made-up records away, as a city that adapts the sample would."""
    spoil(town, "privacy.yaml", "synthetic: true\n", "")
    shutil.rmtree(town / "costs")


@pytest.mark.parametrize("how", ["as it is", "another case", "marked"])
def test_decisions_of_the_sample_are_refused_in_a_real_program(
    town: Path, care_dividend: Command, how: str
) -> None:
    """An invented board decided them; pages would say so 46 times."""
    real(town)
    if how == "another case":
        spoil(
            town,
            "metrics.yaml",
            "The advisory board of Riverton,",
            "The Advisory  Board of Riverton,",
        )
    if how == "marked":
        for file in ("metrics.yaml", "impact.yaml"):
            spoil(town, file, "decided_by:", "example: true\ndecided_by:")
        spoil(town, "metrics.yaml", "The advisory board of Riverton", "Our board")
        spoil(town, "metrics.yaml", "El consejo asesor de Riverton", "Nuestro consejo")

    said = refused(care_dividend, town)

    assert [one.partition(",")[0] for one in said] == ["metrics.yaml", "impact.yaml"]
    assert all("Write who decided" in one for one in said)


def test_a_cost_from_an_address_for_examples_is_refused_in_a_real_program(
    town: Path, care_dividend: Command
) -> None:
    spoil(town, "privacy.yaml", "synthetic: true\n", "")
    (town / "metrics.yaml").unlink()
    (town / "impact.yaml").unlink()
    for path in (town / "costs").glob("*.yaml"):
        text = path.read_text(encoding="utf-8").replace("example: true", "example: false", 1)
        path.write_text(text, encoding="utf-8")

    (said,) = refused(care_dividend, town)

    assert "'officer_hour'" in said
    assert "only a demo may use" in said


def test_days_that_have_not_come_are_refused_in_a_real_program(
    town: Path, care_dividend: Command
) -> None:
    real(town)
    spoil(town, "metrics.yaml", "The advisory board of Riverton", "Our board")
    spoil(town, "metrics.yaml", "El consejo asesor de Riverton", "Nuestro consejo")
    first = spoil(town, "metrics.yaml", "decided_on: 2022-11-17", "decided_on: 2922-11-17")
    (town / "impact.yaml").unlink()
    second = spoil(town, "metrics.yaml", "date: 2022-11-17", "date: 2092-11-17")

    said = refused(care_dividend, town)

    assert [one.partition(": ")[0] for one in said] == [
        f"metrics.yaml, line {first}, decided_on",
        f"metrics.yaml, line {second}, targets.response_time.date",
    ]


def test_a_new_program_holds_no_decision_of_the_sample(
    tmp_path: Path, care_dividend: Command
) -> None:
    made = care_dividend(
        "init", tmp_path / "mycity", "--name", "Team", "--city", "Mycity", "--custodian", "Care",
        "--contact", "board@mycity.gov", "--population", "90000", "--first-month", "2025-01",
        "--contacts", "9000", "--calls", "34000",
    )  # fmt: skip
    text = (tmp_path / "mycity" / "metrics.yaml").read_text(encoding="utf-8")

    checked = care_dividend("check", "--program", tmp_path / "mycity")

    assert made.exit_code == 0, made.output
    assert not Directory(path=tmp_path / "mycity").decision("impact.yaml")
    assert "Riverton" not in text
    assert text.startswith("# Nobody has decided yet.")
    assert "#   visits: {decision: approved}" in text
    assert "is not delivered yet" in checked.stderr


@pytest.mark.parametrize(
    "option",
    [
        ("--population", "0"), ("--first-month", "2025-13"), ("--time-zone", "Mars"),
        ("--fiscal-year-start", "13"), ("--custodian", ""), ("--name", " "),
    ],
)  # fmt: skip
def test_init_writes_nothing_that_check_would_refuse(
    tmp_path: Path, care_dividend: Command, option: tuple[str, str]
) -> None:
    words = {
        "--name": "Team", "--city": "Mycity", "--custodian": "Care", "--population": "90000",
        "--contact": "board@mycity.gov", "--first-month": "2025-01", "--contacts": "9000",
        "--calls": "34000",
    } | {option[0]: option[1]}  # fmt: skip

    made = care_dividend("init", tmp_path / "m", *(one for pair in words.items() for one in pair))

    assert made.exit_code == 1
    assert len(made.stderr.strip().splitlines()) == 1
    assert made.stderr.startswith("Refused. program.yaml, line ")
    assert list(tmp_path.iterdir()) == []


COMMANDS = [
    ("check",), ("run", "--period", PERIOD), ("run",), ("plan", "--period", PERIOD), ("status",),
    ("status", "--json"), ("status", "--private"), ("purge",), ("audit",), ("ledger", "verify"),
    ("serve",), ("ui",),
]  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_shows_a_traceback(
    town: Path, care_dividend: Command, words: tuple[str, ...]
) -> None:
    (town / "program.yaml").write_bytes("name: Peñón\n".encode("latin-1"))

    result = care_dividend(*words, "--program", town)

    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert "program.yaml, line 1, column 9: the file is not in UTF-8" in result.stderr


@pytest.mark.parametrize("words", COMMANDS[:7] + COMMANDS[8:9], ids=" ".join)
def test_no_command_shows_a_traceback_for_a_policy(
    town: Path, care_dividend: Command, words: tuple[str, ...]
) -> None:
    (town / "privacy.yaml").write_text("unit: participant\nunit: participant\n", encoding="utf-8")

    result = care_dividend(*words, "--program", town)

    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert "privacy.yaml, line 2, unit: said in line 1 already. Keep one." in result.stderr
