"""File the records of a delivered file under months. The chain: **land** -> judge -> strip."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data_contracts.contract import Role
from data_contracts.feed import Source
from data_contracts.program import Program
from data_contracts.spelling import tidy
from data_contracts.vault_mark import PARQUET_METADATA
from transforms.columns import clocks, texts
from transforms.engine import Engine, Stored, Value, gate, listed, quoted, read_sql
from transforms.manifest import Landing, raw_table
from transforms.parse import parse_records
from transforms.vault import ALL, NO_MONTH, Vault, count_rows, replacing

RECORD_NUMBER = "record_number"
AS_DELIVERED = "as_delivered"  # the fields of a record that does not fit the header
RESERVED = (RECORD_NUMBER, AS_DELIVERED, "rule")  # columns of ours beside the feed's

_BATCH = 2**15  # records held in memory at once


def copy_whole(file: Path, whole: Path, *, source: Source, about: str) -> tuple[int, bool]:
    """Copy every record of a file into one Parquet file of text.

    Args:
        file: A delivered file.
        whole: Where it goes.
        source: Its feed.
        about: What to call it in messages.

    Returns:
        How many records there are, and whether the last has other fields than the header.
    """
    records = parse_records(file, source=source)
    names = next(records)
    schema = pa.schema([(name, pa.string()) for name in names])
    schema = schema.append(pa.field(RECORD_NUMBER, pa.int64()))
    schema = schema.append(pa.field(AS_DELIVERED, pa.list_(pa.string())))
    schema = schema.with_metadata(PARQUET_METADATA)
    numbers = _numbers(source, names)
    physical, cut = 0, False
    with gate(step="land", about=about), pq.ParquetWriter(whole, schema) as writer:
        while batch := list(islice(records, _BATCH)):
            writer.write_table(_table(batch, schema, first=physical + 1, numbers=numbers))
            physical += len(batch)
            cut = len(batch[-1]) != len(schema) - 2
    return physical, cut


def _numbers(source: Source, names: Sequence[str]) -> list[bool]:
    """Say which columns are numbers of records and people, which stay as they were written."""
    numbers = set(source.contract.named(Role.IDENTIFIER))
    return [not numbers.isdisjoint(source.columns[name].fed) for name in names]


def _table(
    batch: list[list[str]], schema: pa.Schema, *, first: int, numbers: Sequence[bool]
) -> pa.Table:
    """Turn records into columns, their words in one spelling.

    A record that does not fit the header is kept beside them, in one column and as delivered.
    """
    width = len(schema) - 2
    blank: list[str | None] = [None] * width
    fits = [len(fields) == width for fields in batch]
    rows = [fields if fit else blank for fields, fit in zip(batch, fits, strict=True)]
    odd = [None if fit else fields for fields, fit in zip(batch, fits, strict=True)]
    return pa.Table.from_arrays(
        [
            *(
                pa.array(column if number else _tidy(column), pa.string())
                for column, number in zip(zip(*rows, strict=True), numbers, strict=True)
            ),
            pa.array(range(first, first + len(batch)), pa.int64()),
            pa.array(odd, pa.list_(pa.string())),
        ],
        schema=schema,
    )


def _tidy(column: Sequence[str | None]) -> list[str | None]:
    return [None if one is None else tidy(one) for one in column]


@dataclass(frozen=True, slots=True)
class Filing:
    """Files the records of one delivered file under months and rules."""

    source: Source
    program: Program
    vault: Vault
    engine: Engine
    stem: str
    about: str
    whole: Stored

    def file_records(self, landing: Landing) -> Landing:
        """Write a copy a month and one of what was refused; count what the copies hold."""
        dates = {"first_day": self._first_day(), "until": landing.until}
        counts = self.engine.run(
            self._sql("counts"),
            step="land",
            about=self.about,
            values={**self._values(), **dates, "month": ""},
            relations={"whole": self.whole},
        )
        copies = {str(month): self._copy(str(month)) for rule, month, *_ in counts if rule is None}
        months = {
            month: self._save("accepted", to=copy, values={**dates, "month": month})
            for month, copy in copies.items()
        }
        refusals = self.vault.quarantine(self.source.feed, month=NO_MONTH) / f"{self.stem}.parquet"
        aside = 0
        if any(rule is not None for rule, *_ in counts):
            aside = self._save("refused", to=refusals, values={**dates, "month": ""})
        else:
            refusals.unlink(missing_ok=True)
        for stale in self._older(set(copies.values())):
            stale.unlink()
        beyond = self._rules()["out_of_range"]
        outside = sum(int(str(n)) for rule, _, _, n in counts if rule == beyond)
        shapes = Counter({str(shape): int(str(n)) for _, _, shape, n in counts if shape})
        return replace(
            landing,
            accepted=sum(months.values()),
            refused=aside - outside,
            outside=outside,
            months=months,
            looks=shapes.most_common(1)[0][0] if shapes else "",
        )

    def _first_day(self) -> str:
        """First day that a record may show."""
        first, coverage = f"{self.program.first_month}-01", self.source.coverage
        return max(first, coverage.first.isoformat()) if coverage else first

    def _copy(self, month: str) -> Path:
        return self.vault.table(raw_table(self.source), month=month) / f"{self.stem}.parquet"

    def _older(self, kept: set[Path]) -> list[Path]:
        """Copies of an earlier content, in months that the file no longer has."""
        found = self.vault.table(raw_table(self.source)).glob(f"month=*/{self.stem}.parquet")
        return [path for path in found if path not in kept]

    def _save(self, result: str, *, to: Path, values: dict[str, str]) -> int:
        with replacing(to) as part:
            self.engine.save(
                self._sql(result),
                to=part,
                step="land",
                about=self.about,
                values={**self._values(), **values},
                relations={"whole": self.whole},
            )
        return count_rows(to)

    def _sql(self, result: str) -> str:
        clock = self.source.contract.clock
        told, times = texts(self.source).sql, clocks(self.source, program=self.program).sql
        return read_sql("land").format(
            text=told.get(clock, "NULL"),
            name=quoted(clock or "clock"),
            clock=times.get(f"{clock}__local", "CAST(NULL AS TIMESTAMP)"),
            columns=listed(list(self.source.columns), of="whole"),
            result=quoted(result),
        )

    def _rules(self) -> dict[str, str]:
        clock = self.source.contract.clock
        broken = {kind: f"{clock}.{kind}" for kind in ("unreadable", "out_of_range")}
        return {"fields": "fields", **broken}

    def _values(self) -> dict[str, Value]:
        written = clocks(self.source, program=self.program)
        clockless: dict[str, Value] = {
            "clockless": not self.source.contract.clock,
            "whole_table": ALL,
        }
        return {**texts(self.source).values, **written.values, **self._rules(), **clockless}
