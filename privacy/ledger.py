"""Charge releases to the fiscal year. The chain: count -> **charge** -> measure -> reconcile.

One row is a debit, a link of the chain and the noisy bytes, committed before anything leaves the
process: a crash can lose a release that nobody saw, never a cost of one that somebody saw.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from privacy.budget import Debit, require_room, spent
from privacy.chain import (
    GENESIS,
    Anchor,
    Row,
    Verification,
    check_anchor,
    check_links,
    read_anchor,
    read_chain,
    write_chain,
)
from privacy.digest import canonical, digest
from privacy.errors import PrivacyError
from privacy.files import pack, write_whole
from privacy.keys import read_key
from privacy.records import Record, Stored, find_record, read_records, read_row, read_stored
from privacy.seal import check_signatures, sign_row
from privacy.store import Store, releases

__all__ = ["Debit", "Ledger", "Seat"]

_MOST_NAMED = 5  # bad rows in one message


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
            PrivacyError: The ledger is missing, older than what was published or edited, its key
                is missing or open to others, or the database cannot be used.
        """
        self._directory = directory
        self._public = public
        file = directory / "ledger.sqlite"
        heads = self._known_heads()  # before the rows, to which others may add meanwhile
        if heads and url is None and not file.is_file():
            raise PrivacyError(
                "The ledger is missing, but releases were published from it. Restore "
                "ledger/ledger.sqlite from a backup, or name the ledger's own database again; a "
                "new ledger would forget what was spent."
            )
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._store = Store(url or f"sqlite:///{file}")
        with self._store.reading() as connection:
            rows = [read_row(record) for record in read_records(connection)]
            _require_none(_find_problems(rows, heads))
            self._key = read_key(directory / "keys" / "ledger.key", begun=bool(rows))
            _require_none(self._unsigned(connection))  # before a head of theirs is kept
        if len(rows) > self._kept_head():
            self._move_anchor()  # somebody was killed between a commit and this

    def rows(self) -> list[Row]:
        """Read the chain, oldest row first."""
        with self._store.reading() as connection:
            return [read_row(record) for record in read_records(connection)]

    def export(self, file: Path) -> None:
        """Write the public chain, under the lock so that it never becomes shorter."""
        with self._store.writing() as connection:
            rows = [read_row(record) for record in read_records(connection)]
            write_whole(file, write_chain(rows))

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
                f"Release {release!r}, row {record.seq} of the ledger, was drawn under terms "
                f"{record.terms_sha256[:12]} (spec {digest(record.spec.encode())[:12]}); they are "
                f"now {terms_sha256[:12]} (spec {digest(spec.encode())[:12]}). A release is never "
                "drawn again: take the change in privacy.yaml back, or let it begin with the next "
                "period."
            )
        return self._open(record)

    def load(self, release: str) -> Stored:
        """Read a release.

        Raises:
            PrivacyError: The ledger does not have it, or its row was changed.
        """
        with self._store.reading() as connection:
            record = find_record(connection, release)
        if record is None:
            raise PrivacyError(
                f"The ledger has no release {release!r}. Draw it with `care-dividend run`."
            )
        return self._open(record)

    def require_room(self, debit: Debit, *, nano_cap: int, nano_ahead: int = 0) -> None:
        """Refuse a release that the fiscal year cannot pay for.

        Args:
            debit: The release.
            nano_cap: Most that the fiscal year may cost, in nano-rho.
            nano_ahead: What releases of the year that come before it will cost, in nano-rho.

        Raises:
            BudgetError: It would cost more than is left.
            PrivacyError: The ledger cannot be written, so nothing should be counted either.
        """
        with self._store.writing() as connection:
            rows = [read_row(record) for record in read_records(connection)]
        require_room(debit, nano_spent=spent(rows, debit) + nano_ahead, nano_cap=nano_cap)

    def charge(
        self, debit: Debit, *, nano_cap: int, files: Callable[[Seat], Mapping[str, bytes]]
    ) -> Stored:
        """Commit a release: debit, link and noisy bytes as one row, under the lock.

        **Stability:** what a fiscal year has committed never costs one unit more than `nano_cap`;
        asking for a release again returns the stored bytes, and costs nothing.

        >>> from tempfile import TemporaryDirectory
        >>> debit = Debit("FY2025", "FY2025", 60, "a" * 64, "{}", "2026-01-15")
        >>> with TemporaryDirectory() as folder:
        ...     ledger = Ledger(Path(folder) / "ledger", public=Path(folder) / "public")
        ...     one = ledger.charge(debit, nano_cap=100, files=lambda seat: {"f": b"first"})
        ...     two = ledger.charge(debit, nano_cap=100, files=lambda seat: {"f": b"other"})
        ...     one.files["f"], two.files["f"], [row.nano_rho for row in ledger.rows()]
        (b'first', b'first', [60])

        Args:
            debit: The release.
            nano_cap: Most that the fiscal year may cost, in nano-rho.
            files: Makes all files of the release, once its place in the chain is known.

        Returns:
            The stored release: an older one where somebody else was quicker, and then nothing
            is spent and `files` is not called.

        Raises:
            BudgetError: It would cost more than is left; the ledger is unchanged.
            PrivacyError: The ledger was rolled back or edited, or has the release under other
                terms.
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
        heads = self._known_heads()
        with self._store.reading() as connection:
            rows = [read_row(record) for record in read_records(connection)]
            problems = [*_find_problems(rows, heads), *self._unsigned(connection)]
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
        _require_none([*_find_problems(rows, self._known_heads()), *self._unsigned(connection)])
        nano_spent = spent(rows, debit)
        require_room(debit, nano_spent=nano_spent, nano_cap=nano_cap)
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
        contents = files(Seat(row=seat, nano_spent=nano_spent))
        outputs = {name: digest(contents[name]) for name in sorted(contents)}
        row = seat.model_copy(update={"outputs": outputs}).linked()
        packed = pack(contents)
        connection.execute(
            releases.insert().values(
                **row.model_dump(exclude={"outputs"}),
                outputs=canonical(row.outputs),
                spec=debit.spec,
                files=packed,
                mac=sign_row(row, spec=debit.spec, packed=packed, key=self._key),
            )
        )

    def _unsigned(self, connection: Connection) -> list[str]:
        """Name the rows that somebody else wrote; reads every byte of the ledger."""
        records = connection.execute(select(releases).order_by(releases.c.seq))
        return list(check_signatures(records, key=self._key))

    def _open(self, record: Record) -> Stored:
        """Let a release out, if it is as it was committed."""
        _require_none(list(check_signatures([record], key=self._key)))
        return read_stored(record)

    def _kept_head(self) -> int:
        """Row that `anchor.txt` names, or 0."""
        kept = self._directory / "anchor.txt"
        return read_anchor(str(kept)).seq if kept.is_file() else 0

    def _known_heads(self) -> list[Anchor]:
        """Heads of the chain that lie outside the database."""
        heads = []
        kept = self._directory / "anchor.txt"
        if kept.is_file():
            heads.append(read_anchor(str(kept)))
        if published := read_chain(self._public / "ledger.json"):
            heads.append(Anchor(published[-1].seq, published[-1].link))
        return heads

    def _move_anchor(self) -> None:
        """Write the head beside the database, under the lock so that it never moves back."""
        with self._store.writing() as connection:
            head = [read_row(record) for record in read_records(connection)][-1]
            try:
                line = f"{Anchor(head.seq, head.link)}\n".encode()
                write_whole(self._directory / "anchor.txt", line)
            except OSError:
                raise PrivacyError(
                    f"Row {head.seq} of the ledger ({head.release}) is committed, but "
                    "ledger/anchor.txt cannot be written. Mend the disk or its rights, then run "
                    "again: nothing is drawn or spent twice."
                ) from None


def _find_problems(rows: list[Row], heads: list[Anchor]) -> list[str]:
    """Name what is wrong with the chain, by itself and against the heads outside."""
    return [*check_links(rows), *(one for head in heads for one in check_anchor(rows, head))]


def _require_none(problems: list[str]) -> None:
    if problems:
        named = "; ".join(dict.fromkeys(problems[:_MOST_NAMED]))
        raise PrivacyError(
            f"The ledger is older than what was published, or was changed: {named}. "
            "Restore the newest backup of it."
        )
