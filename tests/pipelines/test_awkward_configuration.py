"""Awkward configuration, as people report it in public: one line with file, line and cure."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

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
DAYS = [pytest.param(kind, id=kind.file) for kind in KINDS if kind.day]


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
    "written", ["2023-13", "2023-13-01", "2023-02-30", "13/01/2023", "20230101", "yes", "soon", ""]
)
@pytest.mark.parametrize("kind", DAYS)
def test_a_day_that_there_is_not_is_named(
    town: Path, care_dividend: Command, kind: Kind, written: str
) -> None:
    if (kind.file, written) == ("metrics.yaml", ""):
        pytest.skip("a board may leave its day open")
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
