"""Store ledger rows: SQLite by default, PostgreSQL by URL; rows are only ever added.

The engine is opened so that a commit is on disk before it is reported, and so that only one writer
at a time reads the head and adds to it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from privacy.errors import PrivacyError

_WAIT_S = 60  # a writer waits this long for another one
_LOCK = 0x_CA2E  # PostgreSQL advisory lock of the ledger

metadata = MetaData()
releases = Table(
    "releases",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("release", String, nullable=False, unique=True),
    Column("fiscal_year", String, nullable=False),
    Column("nano_rho", BigInteger, nullable=False),
    Column("terms_sha256", String, nullable=False),
    Column("spec", Text, nullable=False),
    Column("outputs", Text, nullable=False),
    Column("files", LargeBinary, nullable=False),
    Column("date", String, nullable=False),
    Column("previous", String, nullable=False),
    Column("link", String, nullable=False),
    Column("mac", String, nullable=False),
)

_TOUCH = "UPDATE releases SET seq = seq WHERE 0"  # SQLite finds out now that it may not write
_REFUSE = "the ledger is append-only"
_GUARDS = {
    "sqlite": [
        f"CREATE TRIGGER IF NOT EXISTS releases_no_{what} BEFORE {what} ON releases "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSE}'); END"
        for what in ("update", "delete")
    ],
    "postgresql": [
        f"""CREATE OR REPLACE FUNCTION releases_refuse() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION '{_REFUSE}'; END $$""",
        """CREATE OR REPLACE TRIGGER releases_append_only
        BEFORE UPDATE OR DELETE OR TRUNCATE ON releases
        FOR EACH STATEMENT EXECUTE FUNCTION releases_refuse()""",
    ],
}


class Store:
    """Connection to the database of a ledger."""

    def __init__(self, url: str) -> None:
        """Open the database; its table is made on first use.

        Args:
            url: SQLAlchemy URL of SQLite or PostgreSQL (`postgresql+psycopg://...`).

        Raises:
            PrivacyError: It is another kind of database.
        """
        try:
            engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
        except (SQLAlchemyError, ImportError):
            raise PrivacyError(
                "The address of the ledger is not one that can be opened. Give an SQLite or "
                "PostgreSQL URL; the latter needs the extra `postgres`."
            ) from None
        if engine.dialect.name not in _GUARDS:
            raise PrivacyError(
                f"The ledger cannot live in {engine.dialect.name!r}. Give an SQLite or "
                "PostgreSQL URL."
            )
        self._engine = engine
        self._ready = False
        if engine.dialect.name == "sqlite":
            _prepare_sqlite(engine)
        else:
            _prepare_postgresql(engine)
            self._engine = engine.execution_options(isolation_level="READ COMMITTED")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the ledger."""
        if not self._ready:
            with self.writing():
                pass
        with self._guarded(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that no other writer can enter; all of it is kept, or nothing."""
        with self._guarded(), self._engine.connect() as connection:
            locked = connection.execution_options(ledger_lock=True)
            with locked.begin():
                if locked.dialect.name == "postgresql":
                    locked.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
                if not self._ready:
                    metadata.create_all(locked)
                    for statement in _GUARDS[locked.dialect.name]:
                        locked.exec_driver_sql(statement)
                if locked.dialect.name == "sqlite":
                    locked.exec_driver_sql(_TOUCH)
                yield locked
        self._ready = True

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            kind = type(error).__name__
        else:
            return
        raise PrivacyError(
            f"The ledger cannot be read or written ({kind}); nothing was drawn that anyone will "
            "see. Mend its disk, rights or server, then run again."
        ) from None


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _settle(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {_WAIT_S * 1000}",
            "journal_mode = WAL",
            "synchronous = FULL",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        locked = connection.get_execution_options().get("ledger_lock", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if locked else "BEGIN")


def _prepare_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _settle(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("SET synchronous_commit TO on")
        cursor.execute(f"SET lock_timeout TO '{_WAIT_S}s'")
        cursor.close()
        connection.commit()
