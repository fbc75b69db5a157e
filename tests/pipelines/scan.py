"""Look for texts in files the way somebody who wants them would: decoded, unpacked, opened."""

import base64
import io
import re
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import pyarrow.parquet as pq


def find_leaks(folder: Path, texts: Iterable[str], *, leave_out: str = "vault") -> set[str]:
    """Find texts in every file below a folder.

    Args:
        folder: A program directory.
        texts: What must not be found, each of at least 4 characters.
        leave_out: Folder that may hold them.

    Returns:
        `<file>: <number of the text>`; empty where nothing leaked.
    """
    wanted = [text for text in dict.fromkeys(texts) if len(text) >= 4]
    needles = [(number, form) for number, text in enumerate(wanted) for form in forms(text)]
    return {
        f"{path.relative_to(folder)}: text {number}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.name != "plotly.min.js"  # the library's own file; tests of the site compare it
        and not path.is_relative_to(folder / leave_out)
        for content in contents(path.read_bytes())
        for number, needle in needles
        if needle in content
    }


def cannot_be_a_clock(place: str) -> bool:
    """Whether the digits of no clock hold a coordinate: Dagster keeps many of those.

    A time stamp has six decimals and no sign, so `1795620933.4196` holds the latitude 33.4196.
    """
    decimals = len(place.partition(".")[2])
    return decimals > 6 or (decimals >= 4 and place.startswith("-"))


def streets_of(location: str) -> set[str]:
    """Names of the streets of an address or a crossing, long enough to be no other word."""
    words = re.sub(r",[A-Z]+$", "", location)
    return {
        name
        for part in re.split(r"/", words)
        if len(name := re.sub(r"^\d+\S* ", "", part.strip())) >= 8 and " " in name
    }


def forms(text: str) -> set[bytes]:
    """Ways in which a text may be written down."""
    plain = text.encode()
    return {
        plain,
        text.encode("utf-16-le"),
        base64.b64encode(plain).rstrip(b"="),
        plain.hex().encode(),
        quote(text).encode(),
    }


def contents(data: bytes) -> Iterator[bytes]:
    """The file as it is, and everything that is packed in it."""
    yield data
    if data[:4] == b"PAR1":
        table = pq.read_table(io.BytesIO(data))
        yield repr(table.to_pydict()).encode()
        yield repr(table.schema.metadata).encode()
    elif data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for inner in archive.namelist():
                yield from contents(archive.read(inner))
    elif data[:15] == b"SQLite format 3":
        yield from _cells(data)


def _cells(data: bytes) -> Iterator[bytes]:
    with sqlite3.connect(":memory:") as database:
        database.deserialize(data[:18] + b"\x01\x01" + data[20:])  # as if it had no WAL beside it
        tables = [
            row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):
                for cell in row:
                    if isinstance(cell, bytes):
                        yield from contents(cell)
                    elif isinstance(cell, str):
                        yield cell.encode()
