"""Charge releases to the fiscal year. The chain: count -> **charge** -> measure -> reconcile.

One row is a debit, a link of the chain and the noisy bytes, committed before anything leaves the
process: a crash can lose a release that nobody saw, never a cost of one that somebody saw.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, select

from privacy.chain import (
    GENESIS,
    Anchor,
    Row,
    Verification,
    check_anchor,
    check_links,
    read_anchor,
    read_chain,
)
from privacy.digest import canonical, digest
from privacy.errors import BudgetError, PrivacyError
from privacy.files import pack, write_whole
from privacy.keys import read_key
from privacy.policy import NANO
from privacy.records import Stored, find_record, read_records, read_row, read_stored
from privacy.store import Store, releases


@dataclass(frozen=True)
class Debit:
    """What a release costs and what identifies it."""

    release: str
    fiscal_year: str
    nano_rho: int
    terms_sha256: str
    spec: str
    date: str


@dataclass(frozen=True)
class Seat:
    """Where a release will stand: its row, still without outputs, and what the year has spent."""

    row: Row
    nano_spent: int


class Ledger:
    """Append-only chain of releases; refuses before a record is read."""

    def __init__(self, directory: Path, *, public: Path, url: str | None = None) -> None:
        """Open the ledger of a program directory, or begin one.

        Args:
            directory: `ledger/`: holds `keys/ledger.key`, `anchor.txt` and, without `url`,
                `ledger.sqlite`.
            public: `public/`: holds the published chain.
            url: SQLAlchemy URL of another database; its own, shared with nothing.

        Raises:
            PrivacyError: The ledger is missing or older than what was published, its key is
                missing or open to others, or the database cannot be used.
        """
        self._directory = directory
        self._public = public
        file = directory / "ledger.sqlite"
        if url is None and not file.is_file() and self._known_heads():
            raise PrivacyError(
                "The ledger is missing, but releases were published from it. Restore "
                "ledger/ledger.sqlite from a backup; a new ledger would forget what was spent."
            )
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._store = Store(url or f"sqlite:///{file}")
        rows = self.rows()
        self._require_current(rows)
        self._key = read_key(directory / "keys" / "ledger.key", begun=bool(rows))

    def rows(self) -> list[Row]:
        """Read the chain, oldest row first."""
        with self._store.reading() as connection:
            return [read_row(record) for record in read_records(connection)]

    def find(self, release: str, *, terms_sha256: str, spec: str) -> Stored | None:
        """Look for a release that was drawn before.

        Args:
            release: Name of the release.
            terms_sha256: Hash of the terms now.
            spec: Canonical JSON of the spec now.

        Returns:
            The stored release, or None.

        Raises:
            PrivacyError: It was drawn under other terms or another spec.
        """
        with self._store.reading() as connection:
            record = find_record(connection, release)
        if record is None:
            return None
        if record.terms_sha256 != terms_sha256 or record.spec != spec:
            raise PrivacyError(
                f"Release {release!r} was drawn under terms {record.terms_sha256[:12]} "
                f"(spec {digest(record.spec.encode())[:12]}); they are now {terms_sha256[:12]} "
                f"(spec {digest(spec.encode())[:12]}). A release is never drawn again: take the "
                "change in privacy.yaml back, or let it begin with the next period."
            )
        return read_stored(record)

    def load(self, release: str) -> Stored:
        """Read a release.

        Raises:
            PrivacyError: The ledger does not have it.
        """
        with self._store.reading() as connection:
            record = find_record(connection, release)
        if record is None:
            raise PrivacyError(
                f"The ledger has no release {release!r}. Draw it with `care-dividend run`."
            )
        return read_stored(record)

    def require_room(self, debit: Debit, *, nano_cap: int) -> None:
        """Refuse a release that the fiscal year cannot pay for.

        Args:
            debit: The release.
            nano_cap: Most that the fiscal year may cost, in nano-rho.

        Raises:
            BudgetError: It would cost more than is left.
            PrivacyError: The ledger cannot be written, so nothing should be counted either.
        """
        with self._store.writing() as connection:
            rows = [read_row(record) for record in read_records(connection)]
        _require_room(debit, spent=_spent(rows, debit), cap=nano_cap)

    def charge(
        self, debit: Debit, *, nano_cap: int, files: Callable[[Seat], Mapping[str, bytes]]
    ) -> Stored:
        """Commit a release: debit, link and noisy bytes as one row, under the lock.

        Args:
            debit: The release.
            nano_cap: Most that the fiscal year may cost, in nano-rho.
            files: Makes all files of the release, once its place in the chain is known.

        Returns:
            The stored release: an older one where somebody else was quicker, and then nothing
            is spent and `files` is not called.

        Raises:
            BudgetError: It would cost more than is left; the ledger is unchanged.
            PrivacyError: The ledger was rolled back, or has the release under other terms.
        """
        if self.find(debit.release, terms_sha256=debit.terms_sha256, spec=debit.spec) is None:
            with self._store.writing() as connection:
                rows = [read_row(record) for record in read_records(connection)]
                if all(row.release != debit.release for row in rows):
                    self._append(connection, rows, debit, nano_cap=nano_cap, files=files)
            self._move_anchor()
        found = self.find(debit.release, terms_sha256=debit.terms_sha256, spec=debit.spec)
        if found is None:
            raise PrivacyError(
                f"Release {debit.release!r} is not in the ledger after it was committed. "
                "Restore the ledger from a backup, then run again."
            )
        return found

    def verify(self, *, anchor: Anchor | None = None) -> Verification:
        """Check every row: hashes, order, signatures, stored bytes, and the heads kept elsewhere.

        Args:
            anchor: A head that somebody keeps outside; without it, an attacker who holds the
                whole machine could cut the end of the chain off.

        Returns:
            The problems, naming the bad rows.
        """
        with self._store.reading() as connection:
            records = connection.execute(select(releases).order_by(releases.c.seq)).all()
        rows = [read_row(record) for record in records]
        problems = check_links(rows)
        for record, row in zip(records, rows, strict=True):
            if not hmac.compare_digest(record.mac, self._sign(row, record.spec, record.files)):
                problems.append(f"row {row.seq} ({row.release}) was not written by this ledger")
        for head in self._known_heads():
            problems += check_anchor(rows, head)
        problems += check_anchor(rows, anchor) if anchor else []
        return Verification(tuple(dict.fromkeys(problems)), anchored=anchor is not None)

    def _append(
        self,
        connection: Connection,
        rows: list[Row],
        debit: Debit,
        *,
        nano_cap: int,
        files: Callable[[Seat], Mapping[str, bytes]],
    ) -> None:
        self._require_current(rows)
        spent = _spent(rows, debit)
        _require_room(debit, spent=spent, cap=nano_cap)
        seat = Row(
            seq=len(rows) + 1,
            release=debit.release,
            fiscal_year=debit.fiscal_year,
            nano_rho=debit.nano_rho,
            terms_sha256=debit.terms_sha256,
            outputs={},
            previous=rows[-1].link if rows else GENESIS,
            date=debit.date,
        )
        contents = files(Seat(row=seat, nano_spent=spent))
        outputs = {name: digest(contents[name]) for name in sorted(contents)}
        row = seat.model_copy(update={"outputs": outputs}).linked()
        packed = pack(contents)
        connection.execute(
            releases.insert().values(
                **row.model_dump(exclude={"outputs"}),
                outputs=canonical(row.outputs),
                spec=debit.spec,
                files=packed,
                mac=self._sign(row, debit.spec, packed),
            )
        )

    def _sign(self, row: Row, spec: str, packed: bytes) -> str:
        signed = {
            "row": row.model_dump(mode="json"),
            "spec": digest(spec.encode()),
            "files": digest(packed),
        }
        return hmac.new(self._key, canonical(signed).encode(), sha256).hexdigest()

    def _known_heads(self) -> list[Anchor]:
        """Heads of the chain that lie outside the database."""
        heads = []
        kept = self._directory / "anchor.txt"
        if kept.is_file():
            heads.append(read_anchor(str(kept)))
        if published := read_chain(self._public / "ledger.json"):
            heads.append(Anchor(published[-1].seq, published[-1].link))
        return heads

    def _require_current(self, rows: list[Row]) -> None:
        for head in self._known_heads():
            if problems := check_anchor(rows, head):
                raise PrivacyError(
                    f"The ledger is older than what was published, or was changed: {problems[0]}. "
                    "Restore the newest backup of ledger/; see `care-dividend ledger verify`."
                )

    def _move_anchor(self) -> None:
        """Write the head beside the database, under the lock so that it never moves back."""
        with self._store.writing() as connection:
            head = [read_row(record) for record in read_records(connection)][-1]
            write_whole(self._directory / "anchor.txt", f"{Anchor(head.seq, head.link)}\n".encode())


def _spent(rows: Iterable[Row], debit: Debit) -> int:
    return sum(row.nano_rho for row in rows if row.fiscal_year == debit.fiscal_year)


def _require_room(debit: Debit, *, spent: int, cap: int) -> None:
    if debit.nano_rho <= 0:
        raise PrivacyError(f"Release {debit.release!r} costs nothing, which no release can do.")
    if spent + debit.nano_rho > cap:
        raise BudgetError(
            f"Release {debit.release!r} needs rho={_rho(debit.nano_rho)}; "
            f"{_rho(max(cap - spent, 0))} of {_rho(cap)} is left in {debit.fiscal_year}. "
            "Lower rho in privacy.yaml, or wait for the next fiscal year."
        )


def _rho(nano: int) -> str:
    return f"{nano / NANO:.9f}".rstrip("0").rstrip(".")
