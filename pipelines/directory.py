"""Open a program directory: its files, vault, engine, ledger and clock."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from data_contracts.feed import Source
from data_contracts.program import Program, load_program
from data_contracts.source import load_sources
from pipelines.verdicts import Verdicts
from privacy.chain import read_anchor
from privacy.errors import PrivacyError
from privacy.ledger import Ledger
from privacy.policy import Policy, load_policy
from transforms.engine import Engine
from transforms.vault import Vault, open_vault, write_json

MEMORY_MB = 2000
LEDGER_URL = "CARE_DIVIDEND_LEDGER_URL"  # secret: read here, and never shown


@dataclass(frozen=True, slots=True)
class Directory:
    """A program directory, and how to open each thing in it.

    `inbox` is the folder of delivered files, the program's own where it is None; `day` stands for
    today in tests and is None otherwise.
    """

    path: Path
    inbox: Path | None = None
    day: date | None = None

    @property
    def program(self) -> Program:
        """What `program.yaml` says."""
        return load_program(self.path)

    @property
    def policy(self) -> Policy:
        """What `privacy.yaml` says."""
        return load_policy(self.path / "privacy.yaml")

    @property
    def sources(self) -> tuple[Source, ...]:
        """The feeds, those that others refer to first."""
        return tuple(sorted(load_sources(self.program), key=_referred_first))

    @property
    def record_sources(self) -> tuple[Source, ...]:
        """Feeds about people, which the vault takes in month by month."""
        return tuple(source for source in self.sources if source.contract.clock)

    @property
    def exact_sources(self) -> tuple[Source, ...]:
        """Feeds with no person in them, each a whole table; they take the exact road."""
        return tuple(source for source in self.sources if not source.contract.clock)

    @property
    def delivered(self) -> Path:
        """Folder of delivered files; only ever read."""
        return self.inbox or self.path / "inbox"

    @property
    def public(self) -> Path:
        """Folder that anyone may read."""
        return self.path / "public"

    @property
    def may_invent(self) -> bool:
        """Whether nobody runs the program, so that invented assumptions do no harm."""
        return self.policy.synthetic or self.policy.exercise

    def decision(self, name: str) -> Path | None:
        """File or folder in which the program decides something; None where it did not."""
        path = self.path / name
        return path if path.exists() else None

    @property
    def details(self) -> Path:
        """Folder in the vault for the details of unforeseen errors."""
        return self.path / "vault" / "errors"

    @property
    def verdicts(self) -> Verdicts:
        """Which months passed their checks."""
        return Verdicts(self.path / "ledger" / "verdicts.json")

    @property
    def waiting(self) -> dict[str, str]:
        """Releases that were drawn while calls of the last days of this month waited."""
        file = self._waiting_file
        found: dict[str, str] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
        return found

    def note_waiting(self, release: str, *, month: str) -> None:
        """Write down, before a release is drawn, whether calls of its last days wait."""
        noted = {name: one for name, one in self.waiting.items() if name != release}
        if month:
            noted[release] = month
        if noted != self.waiting:
            write_json(noted, to=self._waiting_file)

    @property
    def _waiting_file(self) -> Path:
        return self.path / "ledger" / "waiting.json"

    @property
    def today(self) -> date:
        """The day it is where the program is."""
        return self.day or datetime.now(ZoneInfo(self.program.time_zone)).date()

    @property
    def vault(self) -> Vault:
        """The vault, made if it was not there."""
        return open_vault(self.program)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other step out of the vault meanwhile; where there is none, do nothing.

        Yields:
            Nothing, once it is this step's turn.
        """
        folder = self.path / "vault"
        if not folder.is_dir():
            yield
            return
        with (folder / ".lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Open the engine on the vault and nothing else.

        Yields:
            An in-memory engine.
        """
        with Engine(self.vault, threads=os.cpu_count() or 1, memory_mb=MEMORY_MB) as engine:
            yield engine

    @property
    def ledger(self) -> Ledger:
        """The ledger, begun if there is none: SQLite here, or the database that is named.

        Its address comes from the environment alone, because it may hold a password: a file of the
        program directory would be copied and committed with it.
        """
        url = os.environ.get(LEDGER_URL) or None
        return Ledger(
            self.path / "ledger",
            public=self.public,
            url=url,
            vault=self.path / "vault",
            outside=self.program.outside_anchor,
        )

    @property
    def has_ledger(self) -> bool:
        """Whether a ledger was begun, or should have been; looking does not begin one."""
        outside = self.program.outside_anchor
        signs = [
            self.path / "ledger",
            self.public / "ledger.json",
            self.path / "vault" / "anchor.txt",
            *([outside] if outside else []),
        ]
        return any(one.exists() for one in signs) or bool(os.environ.get(LEDGER_URL))

    def require_ahead(self, written: str) -> None:
        """Refuse a ledger that lies behind an anchor that somebody kept elsewhere.

        Args:
            written: The anchor, or a file that holds it.

        Raises:
            PrivacyError: It is no anchor, or the ledger lacks its row or has another one there.
        """
        anchor = read_anchor(written)
        if not self.has_ledger:
            raise PrivacyError(
                f"There is no ledger here, and the anchor names row {anchor.seq} of one. Restore "
                "the newest backup of ledger/: a new one would forget what was spent."
            )
        self.ledger.require_ahead(anchor)


def open_directory(path: Path, *, inbox: Path | None = None) -> Directory:
    """Open a folder that must be a program directory.

    Args:
        path: The folder.
        inbox: Folder of delivered files, where it is not the program's own.

    Returns:
        The directory, with whole paths.

    Raises:
        ContractError: The folder is no program directory, or its `program.yaml` does not fit.
    """
    return Directory(path=load_program(path).directory, inbox=inbox.resolve() if inbox else None)


def _referred_first(source: Source) -> tuple[bool, str]:
    refers = any(column.references for column in source.contract.columns)
    return (refers, source.feed)
