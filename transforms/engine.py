"""Run one SQL text. The chain: land -> judge -> strip -> code -> link, every step on **engine**."""

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

import duckdb
import pyarrow as pa

from data_contracts.errors import ContractError
from data_contracts.vault_mark import PARQUET_METADATA
from transforms.vault import Vault

Value = bool | int | float | str | bytes | date | datetime | None
Row = tuple[Value, ...]

_NAMED = re.compile(r"\$([a-z]\w*)")
_HARDENED = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "preserve_insertion_order": False,
}


@dataclass(frozen=True, slots=True)
class Stored:
    """A table in Parquet files, perhaps none yet.

    `columns` gives each column its SQL type, so that no file reads as an empty table.
    """

    paths: tuple[Path, ...]
    columns: Mapping[str, str]


Relation: TypeAlias = Stored | pa.Table


class Engine:
    """An in-memory DuckDB that can reach one vault and nothing else.

    No extension is ever fetched, no file outside the vault can be opened from SQL, what does not
    fit in memory is spilled inside the vault, and the session's zone is UTC.
    """

    def __init__(self, vault: Vault, *, threads: int, memory_mb: int) -> None:
        """Open the engine.

        Args:
            vault: The only folder that SQL may read or write.
            threads: Threads at most, 1 or more.
            memory_mb: Memory at most, in megabytes; the rest spills.
        """
        self._spill = Path(tempfile.mkdtemp(prefix=".spill-", dir=vault.directory))
        self.connection = duckdb.connect(
            config={
                **_HARDENED,
                "threads": threads,
                "memory_limit": f"{memory_mb:d}MB",
                "temp_directory": str(self._spill),
            }
        )
        folder = str(vault.directory).replace("'", "''")
        self.connection.execute(f"SET allowed_directories = ['{folder}']")
        for setting in ("TimeZone = 'UTC'", "enable_external_access = false"):
            self.connection.execute(f"SET {setting}")
        self.connection.execute("SET lock_configuration = true")

    def __enter__(self) -> Self:
        """Use the engine in a `with` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close at the end of the block."""
        self.close()

    def close(self) -> None:
        """Close the database and delete what was spilled."""
        self.connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)

    def run(
        self,
        sql: str,
        *,
        step: str,
        about: str,
        values: Mapping[str, Value] | None = None,
        relations: Mapping[str, Relation] | None = None,
    ) -> list[Row]:
        """Run one SQL text and give back its rows.

        Args:
            sql: Text with `$name` for values, and relations by name.
            step: Step of the chain, for messages.
            about: Feed or table and month, for messages; never a value.
            values: What `$name` stands for; names that the text lacks are left out.
            relations: Tables that the text may read, by name.

        Returns:
            The rows; meant for counts and short lists, not for records.

        Raises:
            ContractError: The engine refused. What it said is not repeated: it quotes values.
        """
        named = set(_NAMED.findall(sql))
        bound = {name: value for name, value in (values or {}).items() if name in named}
        with gate(step=step, about=about), self._registered(relations or {}):
            return self.connection.execute(sql, bound).fetchall()

    def save(
        self,
        sql: str,
        *,
        to: Path,
        step: str,
        about: str,
        values: Mapping[str, Value] | None = None,
        relations: Mapping[str, Relation] | None = None,
    ) -> None:
        """Run one SELECT and write its rows as a Parquet file, in the order that it gives.

        The file carries the mark of the vault.

        Args:
            sql: A SELECT with `$name` for values, and relations by name.
            to: An existing file inside the vault, to be overwritten; see `vault.replacing`.
            step: Step of the chain, for messages.
            about: Feed or table and month, for messages; never a value.
            values: What `$name` stands for.
            relations: Tables that the text may read, by name.

        Raises:
            ContractError: The engine refused. What it said is not repeated: it quotes values.
        """
        marks = ", ".join(f"{quoted(key)}: '{text}'" for key, text in PARQUET_METADATA.items())
        form = (
            "FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false, PRESERVE_ORDER true, "
            f"KV_METADATA {{{marks}}}"
        )
        copy = f"COPY ({sql}) TO $saved_to ({form})"
        self.run(
            copy,
            step=step,
            about=about,
            values={**(values or {}), "saved_to": str(to)},
            relations=relations,
        )

    @contextmanager
    def _registered(self, relations: Mapping[str, Relation]) -> Iterator[None]:
        try:
            for name, relation in relations.items():
                self._bind(name, relation)
            yield
        finally:
            for name, relation in relations.items():
                if isinstance(relation, pa.Table):
                    self.connection.unregister(name)
                else:
                    self.connection.execute(f"DROP VIEW IF EXISTS {quoted(name)}")

    def _bind(self, name: str, relation: Relation) -> None:
        if isinstance(relation, pa.Table):
            self.connection.register(name, relation)
        elif relation.paths:
            paths = [str(path) for path in relation.paths]
            found = self.connection.from_parquet(
                paths, hive_partitioning=False, union_by_name=len(paths) > 1
            )
            found.create_view(name)
        else:
            nothing = ", ".join(
                f"CAST(NULL AS {kind}) AS {quoted(column)}"
                for column, kind in relation.columns.items()
            )
            self.connection.sql(f"SELECT {nothing} WHERE false").create_view(name)


@contextmanager
def gate(*, step: str, about: str) -> Iterator[None]:
    """Let no message of DuckDB or Arrow out of a block: they quote values of records.

    Args:
        step: Step of the chain.
        about: Feed or table and month.

    Raises:
        ContractError: Names the step, what it worked on and the kind of error.
    """
    try:
        yield
    except (duckdb.Error, pa.ArrowException) as error:
        raise ContractError(
            f"Step {step!r} could not work on {about}: {type(error).__name__}. Hold sources/ and "
            "data_contracts/ against the delivered file, then run that month again."
        ) from None


def quoted(name: str) -> str:
    """Quote an identifier.

    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def listed(names: Sequence[str], *, of: str = "") -> str:
    """Quote identifiers, one after the other, each of the table `of` if there is one.

    >>> listed(["a", "b"], of="records")
    'records."a", records."b"'
    """
    return ", ".join(f"{of}.{quoted(name)}" if of else quoted(name) for name in names)


def read_sql(step: str) -> str:
    """Read the SQL text of a step, `transforms/<step>.sql`."""
    return files("transforms").joinpath(f"{step}.sql").read_text(encoding="utf-8")
