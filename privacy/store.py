"""Store ledger rows: SQLite by default, PostgreSQL by URL; rows are only ever added.

The engine is opened so that a commit is on disk before it is reported, and so that only one writer
at a time reads the head and adds to it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

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
    inspect,
)
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from privacy.errors import PrivacyError

_WAIT_S = 60  # a writer waits this long for another one
_TICK_S = 0.01
_PRIMARY = 0x_FF  # of a result code of SQLite; the rest says which kind of it
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

_TOUCH = {  # a database that may not be written says so now, not when all is counted
    "sqlite": "UPDATE releases SET seq = seq WHERE 0",
    "postgresql": "SELECT seq FROM releases WHERE false FOR UPDATE",
}
_REFUSE = "the ledger is append-only"
_DAGSTER = {"event_logs", "runs"}  # tables by which the record of Dagster is known
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
        engine = _make_engine(url)
        if engine.dialect.name not in _GUARDS:
            raise PrivacyError(
                f"The ledger cannot live in {engine.dialect.name!r}. Give an SQLite or "
                "PostgreSQL URL."
            )
        self._engine = engine
        self._failures = (SQLAlchemyError, engine.dialect.loaded_dbapi.Error)
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
                    _begin_table(locked)
                locked.exec_driver_sql(_TOUCH[locked.dialect.name])
                yield locked
        self._ready = True

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except self._failures as error:
            kind = type(error).__name__
        else:
            return
        raise PrivacyError(
            f"The ledger cannot be read or written ({kind}); nothing was drawn that anyone will "
            "see. Mend its disk, rights or server, then run again."
        ) from None


def _make_engine(url: str) -> Engine:
    """Read the address without ever repeating it: it may hold a password."""
    try:
        return create_engine(url, poolclass=NullPool, hide_parameters=True)
    except (SQLAlchemyError, ImportError, ValueError):
        pass  # the message of SQLAlchemy quotes the address
    raise PrivacyError(
        "The address of the ledger is not one that can be opened. Give an SQLite or "
        "PostgreSQL URL; the latter needs the extra `postgres`."
    )


def _begin_table(connection: Connection) -> None:
    """Make the table where it is not there, in a database that is nobody else's."""
    if others := sorted(_DAGSTER & set(inspect(connection).get_table_names())):
        raise PrivacyError(
            f"The ledger's database holds the record of Dagster (tables {', '.join(others)}), "
            "which may be emptied at any time. Give the ledger a database of its own."
        )
    metadata.create_all(connection)
    for statement in _GUARDS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _settle(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_WAIT_S * 1000}")
        _log_ahead(cursor)
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        locked = connection.get_execution_options().get("ledger_lock", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if locked else "BEGIN")


def _log_ahead(cursor: DBAPICursor) -> None:
    """Keep a write-ahead log; SQLite waits for nobody while this changes, so wait here."""
    until = monotonic() + _WAIT_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & _PRIMARY == sqlite3.SQLITE_BUSY
            if not busy or monotonic() > until:
                raise
            sleep(_TICK_S)
        else:
            return


def _prepare_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _settle(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("SET synchronous_commit TO on")
        cursor.execute(f"SET lock_timeout TO '{_WAIT_S}s'")
        cursor.close()
        connection.commit()
