"""Charge releases to the fiscal year. The chain: count -> **charge** -> measure -> reconcile.

One row is a debit, a link of the chain and the noisy bytes, committed before anything leaves the
process: a crash can lose a release that nobody saw, never a cost of one that somebody saw. Rows
that cost nothing stand between: approved terms with their day, the files of the public folder.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from privacy.budget import Cap, Debit, check_years, lowest, require_room, spent
from privacy.chain import (
    GENESIS,
    Anchor,
    Row,
    Verification,
    check_anchor,
    check_links,
    cover,
    read_anchor,
    read_chain,
    terms_in_force,
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
    """Where a release will stand: its row, still without outputs, and what the year has spent.

    `nano_cap` is the lowest cap that a row stated for the year, where one did.
    """

    row: Row
    nano_spent: int
    nano_cap: int | None = None


class Ledger:
    """Append-only chain of releases; refuses before a record is read."""

    def __init__(
        self,
        directory: Path,
        *,
        public: Path,
        url: str | None = None,
        vault: Path | None = None,
        outside: Path | None = None,
    ) -> None:
        """Open the ledger of a program directory, or begin one.

        Its head is also kept where the database is not, so that a ledger that was lost, rolled
        back or exchanged is known by it: in `ledger/anchor.txt`, in the vault and, where the
        program names one, in a file outside of the program directory.

        Args:
            directory: `ledger/`: holds `keys/ledger.key`, `anchor.txt` and, without `url`,
                `ledger.sqlite`.
            public: `public/`: holds the published chain.
            url: SQLAlchemy URL of another database; its own, shared with nothing.
            vault: `vault/`, whose `anchor.txt` remembers the ledger that drew from it.
            outside: File of the anchor that the program keeps elsewhere; brought up to date after
                each row where it may be written.

        Raises:
            PrivacyError: The ledger is missing, older than what was published or edited, its key
                is missing or open to others, or the database cannot be used.
        """
        self._directory = directory
        self._public = public
        self._inside = [directory / "anchor.txt", *([vault / "anchor.txt"] if vault else [])]
        self._outside = outside
        file = directory / "ledger.sqlite"
        heads = self._known_heads()  # before the rows, to which others may add meanwhile
        if heads and url is None and not file.is_file():
            raise PrivacyError(
                "The ledger is missing, but releases were published from it, as "
                f"{heads[0][0]} remembers. Restore ledger/ledger.sqlite from a backup, or name the "
                "ledger's own database again; a new ledger would forget what was spent."
            )
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._store = Store(url or f"sqlite:///{file}")
        with self._store.reading() as connection:
            rows = [read_row(record) for record in read_records(connection)]
            _require_none(_find_problems(rows, heads))
            self._key = read_key(directory / "keys" / "ledger.key", begun=bool(rows))
            _require_none(self._unsigned(connection))  # before a head of theirs is kept
        if rows and outside and not outside.is_file():
            raise PrivacyError(
                f"The anchor that program.yaml names, {outside.name!r}, is not there, but the "
                "ledger has rows. Restore it; if it never was there, copy ledger/anchor.txt to it."
            )
        if len(rows) > self._kept_head():
            self._move_anchor()  # somebody was killed between a commit and this

    def chain(self) -> list[Row]:
        """Read every row, oldest first: releases, and rows that cost nothing."""
        with self._store.reading() as connection:
            return [read_row(record) for record in read_records(connection)]

    @property
    def head(self) -> Anchor | None:
        """The anchor of the last row, to be kept elsewhere; None before the first."""
        last = self.chain()[-1:]
        return Anchor(last[0].seq, last[0].link) if last else None

    def rows(self) -> list[Row]:
        """Read the rows of releases, oldest first."""
        return [row for row in self.chain() if row.is_release]

    def stated_cap(self, fiscal_year: str) -> int | None:
        """Lowest cap that a card of a fiscal year stated, in nano-rho; None before the first."""
        with self._store.reading() as connection:
            rows = [read_row(record) for record in read_records(connection)]
            year = [row for row in rows if row.is_release and row.fiscal_year == fiscal_year]
            return min((nano for _, nano in _stated(connection, year)), default=None)

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
            cap = _held(connection, rows, debit, nano_cap=nano_cap)
        _require_later(rows, debit.date)
        require_room(debit, nano_spent=spent(rows, debit) + nano_ahead, cap=cap)

    def require_ahead(self, anchor: Anchor) -> None:
        """Refuse to go on where the ledger lies behind an anchor that somebody kept elsewhere.

        Raises:
            PrivacyError: It lacks the row that the anchor names, or has another one there.
        """
        _require_none([f"--anchor: {one}" for one in check_anchor(self.chain(), anchor)])

    def charge(
        self, debit: Debit, *, nano_cap: int, files: Callable[[Seat], Mapping[str, bytes]]
    ) -> Stored:
        """Commit a release: debit, link and noisy bytes as one row, under the lock.

        **Stability:** what a fiscal year has committed never costs one unit more than `nano_cap`,
        nor more than the lowest cap that a card of the year, or the terms in force on its first
        day, stated; asking for a release again returns the stored bytes, and costs nothing.

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

    def register(
        self,
        kind: str,
        *,
        terms_sha256: str,
        files: Mapping[str, bytes],
        date: str,
        spec: str = "{}",
    ) -> Row:
        """Add a row that costs nothing, unless the last one of its kind says the same.

        Args:
            kind: `terms` or `site`.
            terms_sha256: Hash of the terms; empty for a site.
            files: What the row holds; their hashes are public.
            date: `YYYY-MM-DD`.
            spec: Canonical JSON that stays inside, such as who signed.

        Returns:
            The row that says it.

        Raises:
            PrivacyError: The ledger was rolled back or edited, or the day is before its last row.
        """
        outputs = {name: digest(files[name]) for name in sorted(files)}
        with self._store.writing() as connection:
            rows = [read_row(record) for record in read_records(connection)]
            last = next((row for row in reversed(rows) if row.kind == kind), None)
            if last and (last.terms_sha256, dict(last.outputs)) == (terms_sha256, outputs):
                return last
            self._require_whole(connection, rows)
            _require_later(rows, date)
            seat = Row(
                seq=len(rows) + 1,
                release=f"{kind}-{len(rows) + 1}",
                fiscal_year="",
                nano_rho=0,
                terms_sha256=terms_sha256,
                outputs={},
                previous=rows[-1].link if rows else GENESIS,
                date=date,
            )
            row = self._insert(connection, seat, spec=spec, files=files)
        self._move_anchor()
        return row

    def verify(self, *, anchor: Anchor | None = None) -> Verification:
        """Check every row: hashes, order, signatures, stored bytes, and the heads kept elsewhere.

        Also that no fiscal year spent more than the lowest cap that a card of it stated; a year
        whose terms changed is named.

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
            released = [row for row in rows if row.is_release]
            years = check_years(released, [] if problems else _stated(connection, released))
        return Verification(
            tuple(dict.fromkeys([*problems, *years.problems])),
            anchored=anchor is not None,
            notes=years.notes,
            uncovered=cover(rows, anchor) if anchor else "",
        )

    def _require_whole(self, connection: Connection, rows: list[Row]) -> None:
        """Refuse to add to a chain that was changed or rolled back."""
        _require_none([*_find_problems(rows, self._known_heads()), *self._unsigned(connection)])

    def _append(
        self,
        connection: Connection,
        rows: list[Row],
        debit: Debit,
        *,
        nano_cap: int,
        files: Callable[[Seat], Mapping[str, bytes]],
    ) -> None:
        self._require_whole(connection, rows)
        _require_later(rows, debit.date)
        nano_spent, cap = spent(rows, debit), _held(connection, rows, debit, nano_cap=nano_cap)
        require_room(debit, nano_spent=nano_spent, cap=cap)
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
        stated = min((nano for _, nano in _caps(connection, rows, debit)), default=None)
        contents = files(Seat(row=seat, nano_spent=nano_spent, nano_cap=stated))
        self._insert(connection, seat, spec=debit.spec, files=contents)

    def _insert(
        self, connection: Connection, seat: Row, *, spec: str, files: Mapping[str, bytes]
    ) -> Row:
        """Sign a row with its files and add it."""
        outputs = {name: digest(files[name]) for name in sorted(files)}
        row = seat.model_copy(update={"outputs": outputs}).linked()
        packed = pack(files)
        connection.execute(
            releases.insert().values(
                **row.model_dump(exclude={"outputs"}),
                outputs=canonical(row.outputs),
                spec=spec,
                files=packed,
                mac=sign_row(row, spec=spec, packed=packed, key=self._key),
            )
        )
        return row

    def _unsigned(self, connection: Connection) -> list[str]:
        """Name the rows that somebody else wrote; reads every byte of the ledger."""
        records = connection.execute(select(releases).order_by(releases.c.seq))
        return list(check_signatures(records, key=self._key))

    def _open(self, record: Record) -> Stored:
        """Let a release out, if it is as it was committed."""
        _require_none(list(check_signatures([record], key=self._key)))
        return read_stored(record)

    def _kept_head(self) -> int:
        """Row that the files of the head name, the oldest of them; 0 where one is not there."""
        return min(
            read_anchor(str(kept)).seq if kept.is_file() else 0
            for kept in self._inside
            if kept.parent.is_dir()
        )

    def _known_heads(self) -> list[tuple[str, Anchor]]:
        """Heads of the chain that lie outside the database, and where."""
        files = [*self._inside, *([self._outside] if self._outside else [])]
        heads = [
            (f"{kept.parent.name}/{kept.name}", read_anchor(str(kept)))
            for kept in files
            if kept.is_file()
        ]
        if published := read_chain(self._public / "ledger.json"):
            heads.append(("public/ledger.json", Anchor(published[-1].seq, published[-1].link)))
        return heads

    def _move_anchor(self) -> None:
        """Write the head beside the database, under the lock so that it never moves back."""
        with self._store.writing() as connection:
            head = [read_row(record) for record in read_records(connection)][-1]
            line = f"{Anchor(head.seq, head.link)}\n".encode()
            try:
                for kept in self._inside:
                    if kept.parent.is_dir():
                        write_whole(kept, line)
            except OSError:
                raise PrivacyError(
                    f"Row {head.seq} of the ledger ({head.release}) is committed, but "
                    f"{kept.parent.name}/{kept.name} cannot be written. Mend the disk or its "
                    "rights, then run again: nothing is drawn or spent twice."
                ) from None
            if self._outside:
                with suppress(OSError):  # elsewhere others may write; `run` says the line
                    write_whole(self._outside, line)


def _find_problems(rows: list[Row], heads: list[tuple[str, Anchor]]) -> list[str]:
    """Name what is wrong with the chain, by itself and against the heads outside."""
    behind = [f"{where}: {one}" for where, head in heads for one in check_anchor(rows, head)]
    return [*check_links(rows), *behind]


def _require_later(rows: Sequence[Row], date: str) -> None:
    """Refuse a day before that of the last row: dates never run back along the chain."""
    if rows and date < rows[-1].date:
        raise PrivacyError(
            f"The last row of the ledger is dated {rows[-1].date}, and today is {date} by the "
            "clock of this machine, in the program's time zone. Dates of the ledger never run "
            "back: set the clock right, or mend time_zone in program.yaml, and run again."
        )


def _held(connection: Connection, rows: Sequence[Row], debit: Debit, *, nano_cap: int) -> Cap:
    """Hold the fiscal year of a release to the lowest cap that was stated for it."""
    return lowest(Cap(nano_cap), _caps(connection, rows, debit))


def _caps(connection: Connection, rows: Sequence[Row], debit: Debit) -> list[tuple[Row, int]]:
    """Caps that cards of a year, and the terms in force on its first day, have stated."""
    of_year = [row for row in rows if row.is_release and row.fiscal_year == debit.fiscal_year]
    terms = terms_in_force(rows, debit.year_start) if debit.year_start else None
    return _stated(connection, [*of_year, *([terms] if terms else [])])


def _stated(connection: Connection, rows: Sequence[Row]) -> list[tuple[Row, int]]:
    """Read the caps that rows state; many state none."""
    found = []
    for row in rows:
        record = find_record(connection, row.release)
        cap = read_stored(record).stated_cap if record else None
        if cap is not None:
            found.append((row, cap))
    return found


def _require_none(problems: list[str]) -> None:
    if problems:
        named = "; ".join(dict.fromkeys(problems[:_MOST_NAMED]))
        raise PrivacyError(
            f"The ledger is older than what was published, or was changed: {named}. "
            "Restore the newest backup of it."
        )
