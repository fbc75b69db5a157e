"""Read a delivered file record by record, counting its records a second way.

The chain: **land** -> judge -> strip -> code -> link. DuckDB's own reader loses every record that
follows an unclosed quote without a word, so it is never shown a delivered file.
"""

import codecs
import csv
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from data_contracts.errors import ContractError
from data_contracts.feed import Source
from data_contracts.source import check_header

_CHUNK = 2**20  # bytes read at once
_NO_TEXT = {  # first bytes of what is no delimited text, and what to ask for
    b"PK\x03\x04": "is an Excel workbook or a ZIP archive; have it saved as CSV in UTF-8, unpacked",
    b"\xd0\xcf\x11\xe0": "is an old Excel workbook; have it saved as CSV in UTF-8",
    b"\x1f\x8b": "is compressed with gzip; deliver it unpacked",
    b"BZh": "is compressed with bzip2; deliver it unpacked",
    b"\xfd7zXZ": "is compressed with xz; deliver it unpacked",
    b"7z\xbc\xaf": "is a 7z archive; deliver it unpacked",
    b"(\xb5/\xfd": "is compressed with zstd; deliver it unpacked",
    b"PAR1": "is Parquet; have it saved as CSV in UTF-8",
    b"SQLite format 3": "is an SQLite database; have its table saved as CSV in UTF-8",
    b"%PDF": "is a PDF; have the table saved as CSV in UTF-8",
    b"\xff\xfe": "is UTF-16 text; have it saved as UTF-8",
    b"\xfe\xff": "is UTF-16 text; have it saved as UTF-8",
    b"{": "is JSON; have it saved as CSV in UTF-8",
    b"[": "is JSON; have it saved as CSV in UTF-8",
    b"<": "is a page or XML, perhaps a portal's message of an error; deliver the CSV itself",
}


class _BrokenError(Exception):
    """What is wrong with a file, in words of ours."""


@dataclass(slots=True)
class _Lines:
    """Lines of a text, counting records as it hands them on.

    A record ends at a line end outside quotes. This counts quotes and nothing else, so it stands
    on its own beside the CSV reader that gets the lines.
    """

    stream: TextIO
    records: int = 0
    inside: bool = False

    def __iter__(self) -> Iterator[str]:
        for line in self.stream:
            if "\0" in line:
                raise _BrokenError("holds a NUL byte")
            self.inside ^= line.count('"') % 2 == 1
            self.records += not self.inside and line.strip("\r\n") != ""
            yield line


def digest(file: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal digits."""
    found = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def ends_with_a_line(file: Path) -> bool:
    """Whether the last line of a file has an end; one that was cut has none."""
    with file.open("rb") as stream:
        stream.seek(0, os.SEEK_END)
        stream.seek(max(stream.tell() - 1, 0))
        return stream.read(1) in {b"\n", b"\r"}


def parse_records(file: Path, *, source: Source) -> Iterator[list[str]]:
    """Read the records of a file, strictly.

    Whatever could make one record swallow others stops the reading: two counts of records, by the
    CSV reader and by quotes alone, must agree after every record. Blank lines are no records.

    Args:
        file: A delivered file; it is opened for reading only.
        source: Gives encoding, delimiter and the header to expect.

    Yields:
        The header, in the file's order; then the fields of every record, which may be too many or
        too few.

    Raises:
        ContractError: The file is empty, has another encoding or header, or is not regular CSV.
            The message names the file and the number of the record.
    """
    encoding = _encoding(file, source=source)
    number = -1
    try:
        with file.open("rb") as raw, TextIOWrapper(raw, encoding=encoding, newline="\n") as text:
            for number, fields in enumerate(_strictly(text, source=source)):  # noqa: B007
                yield fields
    except _BrokenError as error:
        problem = str(error)
    except UnicodeError:
        problem = f"is not {source.format.encoding} text"
    except csv.Error as error:
        problem = _explain(error)
    else:
        return
    raise ContractError(
        f"File {file.name!r} of feed {source.feed!r} {problem} (record {number + 1}). Nothing of "
        f"it was landed; ask for the file again, or mend format in sources/{source.feed}.yaml."
    )


def _strictly(text: TextIO, *, source: Source) -> Iterator[list[str]]:
    lines = _Lines(text)
    seen = 0
    for fields in csv.reader(lines, delimiter=source.format.delimiter, strict=True):
        if not fields:
            continue
        if not seen:
            fields[:] = check_header(source, fields)
        seen += 1
        if lines.records != seen or lines.inside:
            raise _BrokenError("has a quote in the middle of a field")
        yield fields
    if not seen:
        raise _BrokenError("has no header line")


def _explain(error: csv.Error) -> str:
    """Say in our words what the CSV reader met; where two mistakes look alike, name both."""
    said = str(error)
    if "new-line" in said:
        return "ends lines with CR alone; expected LF or CRLF"
    if "expected after" in said:
        return "has a quote that closes too early, or one that never closes"
    return "has a quote that never closes"


def _begins(start: bytes, with_: bytes) -> bool:
    """Whether a file begins so, what marks it as UTF-8 and blank lines left aside."""
    return start.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n").startswith(with_)


def _encoding(file: Path, *, source: Source) -> str:
    """Settle the encoding, and refuse what shows in the first bytes."""
    feed, asked = source.feed, source.format.encoding
    encoding = codecs.lookup(asked).name
    with file.open("rb") as stream:
        start = stream.read(_CHUNK)
    marked = start.startswith(codecs.BOM_UTF8)
    unicode = encoding in {"utf-8", "utf-8-sig"}
    problem = ""
    odd = [told for begin, told in _NO_TEXT.items() if _begins(start, begin)]
    if odd:
        problem = odd[0]
    elif not start:
        problem = "is empty: 0 bytes; expected a header line"
    elif marked and not unicode:
        problem = f"is marked as UTF-8; expected {asked}"
    elif b"\r" in start and b"\n" not in start:
        problem = "ends lines with CR alone; expected LF or CRLF"
    if problem:
        raise ContractError(
            f"File {file.name!r} of feed {feed!r} {problem}. Nothing of it was landed; ask for the "
            f"file again, or mend format in sources/{feed}.yaml."
        )
    return "utf-8-sig" if unicode else encoding
