"""Keep the vault: its folders, its files and its keys. Every step writes only here.

The chain: land -> judge -> strip -> code -> link, all inside **vault**.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from data_contracts.errors import ContractError
from data_contracts.program import Program

KEY_BYTES = 32
PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
OTHERS = 0o077  # mode bits of group and others
NO_MONTH = "unknown"  # where records lie whose clock gives no month
ALL = "all"  # the month of a table that has no clock: it is taken in whole

FOLDERS = ("raw", "quarantine", "coded", "checks", "keys", "errors")
_STAGES = {"raw": "raw", "private": "coded"}
_FINGERPRINT = 16  # hexadecimal digits: enough to tell keys apart, too few to look like a digest


@dataclass(frozen=True, slots=True)
class Vault:
    """The folder `vault` of a program directory."""

    directory: Path

    def path(self, *parts: str) -> Path:
        """Path inside the vault."""
        return self.directory.joinpath(*parts)

    def table(self, name: str, *, month: str = "") -> Path:
        """Folder of a table, or of one month of it; `raw_` lies in raw, `private_` in coded.

        Raises:
            ContractError: The name has neither prefix.
        """
        stage = _STAGES.get(name.partition("_")[0])
        if stage is None:
            raise ContractError(
                f"Table {name!r} has no place in the vault: expected raw_ or private_ before its "
                "name. Mend the call."
            )
        return self.path(stage, name, *([f"month={month}"] if month else []))

    def quarantine(self, feed: str, *, month: str) -> Path:
        """Folder of the refused records of one feed and month."""
        return self.path("quarantine", feed, f"month={month}")

    def check(self, feed: str, *, month: str) -> Path:
        """File of the verdict on one feed and month."""
        return self.path("checks", month, f"{feed}.json")

    def key(self, fiscal_year: str) -> bytes:
        """Read the key of a fiscal year, made on first use.

        Args:
            fiscal_year: For example `FY2025`.

        Returns:
            32 random bytes.

        Raises:
            ContractError: The key was destroyed, is open to others, or has another size.
        """
        file = self._key_file(fiscal_year)
        if self.tombstone(fiscal_year).exists():
            raise ContractError(
                f"The key of {fiscal_year} was destroyed as retention demands; records of that "
                "year can no longer be coded. Nothing mends this, and nothing should."
            )
        if not file.exists():
            _make_key(file)
        if mode := file.stat().st_mode & OTHERS:
            raise ContractError(
                f"Key file vault/keys/{file.name} is open to others (mode bits {mode:03o}; "
                f"expected 000). Close it with: chmod 600 vault/keys/{file.name}"
            )
        key = file.read_bytes()
        if len(key) != KEY_BYTES:
            raise ContractError(
                f"Key file vault/keys/{file.name} has {len(key)} bytes; expected {KEY_BYTES}. "
                "Restore it from the custodian's backup of that year."
            )
        return key

    def fingerprint(self, fiscal_year: str) -> str:
        """Name the key of a fiscal year without giving it away; empty where there is none."""
        file = self._key_file(fiscal_year)
        if not file.exists():
            return ""
        return hashlib.sha256(file.read_bytes()).hexdigest()[:_FINGERPRINT]

    def destroy_key(self, fiscal_year: str) -> None:
        """Delete the key of a fiscal year, and leave a mark so that none is made again.

        What a crash left while the key was made may be the same file under another name.
        """
        write_json({"fiscal_year": fiscal_year}, to=self.tombstone(fiscal_year))
        file = self._key_file(fiscal_year)
        for one in (file, *file.parent.glob(f".{file.name}.*.part")):
            one.unlink(missing_ok=True)
        sync_folder(self.path("keys"))

    def tombstone(self, fiscal_year: str) -> Path:
        """File that says the key of a fiscal year was destroyed."""
        return self.path("keys", f"{fiscal_year}.destroyed")

    def _key_file(self, fiscal_year: str) -> Path:
        return self.path("keys", f"{fiscal_year}.key")


def open_vault(program: Program) -> Vault:
    """Open the vault of a program; its folders are made, and closed to others.

    Args:
        program: Gives the directory.

    Returns:
        The vault.
    """
    vault = Vault(directory=program.path("vault").resolve())
    for folder in (vault.directory, *(vault.path(name) for name in FOLDERS)):
        private_folder(folder)
    return vault


def private_folder(folder: Path) -> Path:
    """Make a folder, and those above it, readable by the owner only."""
    if not folder.parent.exists():
        private_folder(folder.parent)
    folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    folder.chmod(PRIVATE_FOLDER)
    return folder


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Write a file whole or not at all.

    Args:
        path: The file to make or replace.

    Yields:
        An empty file beside it, readable by the owner only. It takes the place of `path` when the
        block ends well, and vanishes when it does not.
    """
    private_folder(path.parent)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE))
    try:
        yield part
        _sync(part)
        part.replace(path)
        sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)


def write_json(content: Mapping[str, object], *, to: Path) -> None:
    """Write a mapping as JSON, whole or not at all."""
    with replacing(to) as part:
        part.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def parquet_files(folder: Path) -> tuple[Path, ...]:
    """Finished Parquet files of a folder, in the order of their names; none if it is not there."""
    return tuple(sorted(path for path in folder.glob("*.parquet") if path.name[0] != "."))


def count_rows(file: Path) -> int:
    """Count the rows of a Parquet file by its own metadata."""
    return int(pq.read_metadata(file).num_rows)


def _make_key(file: Path) -> None:
    """Write a key once: of two processes that try, one wins and both read the same."""
    part = file.with_name(f".{file.name}.{secrets.token_hex(2)}.part")
    handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(secrets.token_bytes(KEY_BYTES))
        _sync(part)
        try:
            file.hardlink_to(part)
        except FileExistsError:
            return
        sync_folder(file.parent)
    finally:
        part.unlink()


def _sync(file: Path) -> None:
    handle = os.open(file, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
