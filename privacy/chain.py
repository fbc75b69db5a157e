"""Keep the public chain: rows that each name the one before by its hash.

A row is a release, or costs nothing: then it writes down on which day terms were approved (`terms`)
or of which files the public folder consists (`site`). Plain SHA-256 over canonical JSON, so that
anyone can check it with a few lines of their own.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from privacy.digest import canonical, digest
from privacy.errors import PrivacyError

GENESIS = "0" * 64  # what the first row names as the one before
_ANCHOR = re.compile(r"(\d{1,9}) ([0-9a-f]{64})")
TERMS, SITE = "terms", "site"  # rows that cost nothing are called `terms-1`, `site-7`
TERMS_FILE = "terms.json"  # the only file of a row of terms; its hash is that of the terms
_LONGEST_PATH = 4096  # longer texts are no path on any system


class Row(BaseModel):
    """One row of the chain; `outputs` are the hashes of all its files.

    `release` is the name of a release, or the kind of a row that costs nothing and its number;
    `fiscal_year` is empty there.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seq: int
    release: str
    fiscal_year: str
    nano_rho: int
    terms_sha256: str
    outputs: Mapping[str, str]
    previous: str
    date: str
    link: str = ""

    @property
    def is_release(self) -> bool:
        """Whether the row is a release: every release costs something, and nothing else does."""
        return self.nano_rho > 0

    @property
    def kind(self) -> str:
        """`release`, `terms` or `site`."""
        return "release" if self.is_release else self.release.rpartition("-")[0]

    def computed_link(self) -> str:
        """Hash of the row without its link."""
        return digest(canonical(self.model_dump(mode="json", exclude={"link"})).encode())

    def linked(self) -> Self:
        """Give the row its link."""
        return self.model_copy(update={"link": self.computed_link()})


class _Chain(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1]
    chain: list[Row]


class Anchor(NamedTuple):
    """A head of the chain that somebody keeps where the holder of the ledger cannot reach."""

    seq: int
    link: str

    def __str__(self) -> str:
        """Write the anchor as one line."""
        return f"{self.seq} {self.link}"


@dataclass(frozen=True)
class Verification:
    """What a check found.

    `uncovered` says which rows or files the anchor does not reach, `notes` what a reader should
    know although nothing is wrong, such as terms that changed within a year.
    """

    problems: tuple[str, ...]
    anchored: bool
    notes: tuple[str, ...] = ()
    uncovered: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def verdict(self) -> str:
        """The result in one line."""
        if self.problems:
            return "; ".join(self.problems)
        if not self.anchored:
            return "consistent, not anchored"
        return f"consistent; {self.uncovered}" if self.uncovered else "consistent and anchored"


def read_anchor(written: str) -> Anchor:
    """Read an anchor, or the file that holds it.

    Args:
        written: The line `<seq> <link>`, or the path of a file with that line.

    Raises:
        PrivacyError: It is neither.
    """
    found, file = _ANCHOR.fullmatch(written.strip()), Path(written)
    kept = len(written) < _LONGEST_PATH and file.is_file()
    if found is None and kept:
        found = _ANCHOR.fullmatch(file.read_text(encoding="utf-8", errors="replace").strip())
    if found is None:
        told = f"The file {file.parent.name}/{file.name} holds no anchor, which" if kept else ""
        raise PrivacyError(
            f"{told or 'The anchor'} must be a number and a hash of 64 digits. "
            f"{'Restore it from' if kept else 'Pass that line, or the path of'} a copy of "
            "ledger/anchor.txt."
        )
    return Anchor(int(found[1]), found[2])


def check_links(rows: Sequence[Row]) -> list[str]:
    """Check that every row has its own hash, names the row before it and is not dated before it.

    Returns:
        One sentence for each bad row, in order.
    """
    problems = []
    previous, date = GENESIS, ""
    for place, row in enumerate(rows, start=1):
        if row.seq != place:
            problems.append(f"row {place} ({row.release}) is numbered {row.seq}")
        if row.previous != previous:
            problems.append(f"row {place} ({row.release}) does not follow the row before it")
        if row.link != row.computed_link():
            problems.append(f"row {place} ({row.release}) was changed: its hash does not fit")
        if row.date < date:
            problems.append(f"row {place} ({row.release}) is dated before the row before it")
        if row.kind not in {"release", TERMS, SITE} or row.nano_rho < 0:
            problems.append(f"row {place} ({row.release}) is no release and costs nothing")
        previous, date = row.link, row.date
    return problems


def check_anchor(rows: Sequence[Row], anchor: Anchor) -> list[str]:
    """Check that a chain still holds the row that an anchor names.

    Returns:
        Nothing, or one sentence.
    """
    if anchor.seq < 1 or len(rows) < anchor.seq:
        return [f"the chain ends at row {len(rows)}; the anchor names row {anchor.seq}"]
    if (row := rows[anchor.seq - 1]).link != anchor.link:
        return [f"row {anchor.seq} ({row.release}) or one before it is not the anchored one"]
    return []


def cover(rows: Sequence[Row], anchor: Anchor) -> str:
    """Say which rows an anchor vouches for, and which came after it.

    Returns:
        Nothing where it names the last row.
    """
    last = len(rows)
    if anchor.seq >= last:
        return ""
    covered = "row 1" if anchor.seq == 1 else f"rows 1 to {anchor.seq}"
    later = f"row {last}" if anchor.seq + 1 == last else f"rows {anchor.seq + 1} to {last}"
    return f"the anchor covers {covered} and says nothing of {later}, which came later"


def terms_in_force(rows: Iterable[Row], day: str) -> Row | None:
    """Find the terms that were in the chain before a day: the last row of terms dated before it.

    Args:
        rows: The chain.
        day: `YYYY-MM-DD`, such as the first day of a period.

    Returns:
        The row; nothing where no terms were there.
    """
    return next((row for row in reversed([*rows]) if row.kind == TERMS and row.date < day), None)


def write_chain(rows: Sequence[Row]) -> bytes:
    """Write `public/ledger.json`."""
    chain = {"version": 1, "chain": [row.model_dump(mode="json") for row in rows]}
    return (json.dumps(chain, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def read_chain(file: Path) -> list[Row]:
    """Read `public/ledger.json`; without the file there is no row.

    Raises:
        PrivacyError: The file is not a chain.
    """
    if not file.is_file():
        return []
    try:
        parsed = json.loads(file.read_text(encoding="utf-8"))
        return list(_Chain.model_validate(parsed, strict=True).chain)
    except (ValueError, ValidationError):
        raise PrivacyError(
            f"{file.name} is not readable as the chain of a ledger. Take a copy from its publisher."
        ) from None
