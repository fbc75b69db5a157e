"""Refuse single records, judge whole months. The chain: land -> **judge** -> strip -> code -> link.

SQL counts violations of the contract's rules; Great Expectations judges the counts.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from data_contracts.contract import Contract
from data_contracts.delivery import count_delivery, write_delivery
from data_contracts.errors import ContractError
from data_contracts.feed import Source
from data_contracts.identifiers import is_nobody
from data_contracts.judge import Verdict, judge_counts
from data_contracts.number_rules import (
    ELSEWHERE,
    IMPLAUSIBLE,
    SHARED,
    SUSPECTS,
    TWO_WAYS,
    find_heavy,
    find_suspects,
)
from data_contracts.numbering import shares_numbers
from data_contracts.period import fiscal_year_of, next_month, read_period
from data_contracts.program import Program
from data_contracts.rules import Rule, count_violations, name_refusal, write_rules
from transforms.columns import Columns, clocks, texts
from transforms.deliveries import gather_delivery
from transforms.engine import Engine, Relation, Row, Stored, listed, quoted, read_sql
from transforms.filing import RECORD_NUMBER
from transforms.identity import mark_of, numbers_of
from transforms.manifest import raw_table
from transforms.vault import Vault, count_rows, parquet_files, replacing, write_json

STEP = "judge"


def judge_feed(
    source: Source,
    *,
    program: Program,
    month: str,
    vault: Vault,
    engine: Engine,
    sources: Sequence[Source],
    today: date | None = None,
) -> Verdict:
    """Judge one month of a feed by its contract, and how it was delivered.

    A rule refuses a record by looking at that record alone; refused records go to quarantine under
    the rule's name, the others to the next step under their contract names. A feed that refers to
    another table is judged after that table's feeds.

    Args:
        source: The feed.
        program: Gives the time zone.
        month: `YYYY-MM`.
        vault: Where landed records are, and where everything goes.
        engine: Runs `judge.sql`.
        sources: Every feed of the program; says which tables can be referred to.
        today: No record is expected of it, nor of a later day; None where the month is over.

    Returns:
        The verdict, also written to `checks/<month>/<feed>.json` in the vault.

    Raises:
        ContractError: The table referred to is not judged yet, or counts do not add up.
    """
    about = f"feed {source.feed!r}, {month}"
    others = _referred(source.contract, sources=sources, vault=vault, month=month)
    rules = tuple(
        rule
        for rule in write_rules(source, tables=others)
        if source.covers(month) or not rule.name.endswith(".empty")
    )
    written = _written(source, rules, program=program)
    numbers = _Numbers(source, sources, program=program, vault=vault, month=month)
    relations: dict[str, Relation] = {
        **others,
        **(numbers.relations() if source.contract.clock else {}),
        "landed": _landed(source, vault=vault, month=month),
        SUSPECTS: suspect_table([]),
    }

    def sql(result: str) -> str:
        return read_sql(STEP).format(**written.sql, result=quoted(result))

    def ask(query: str) -> list[Row]:
        return engine.run(
            read_sql(STEP).format(**written.sql, result=f"({query}) AS asked"),
            step=STEP,
            about=about,
            values=written.values,
            relations=relations,
        )

    if source.contract.clock:
        relations[SUSPECTS] = numbers.suspects(ask)
    (row,) = engine.run(
        sql("counted"), step=STEP, about=about, values=written.values, relations=relations
    )
    names = count_violations(rules, source).names
    counts = {name: int(str(n)) for name, n in zip(names, row, strict=True)}
    kept = 0
    for result, to in _outcomes(source, vault=vault, month=month).items():
        with replacing(to) as part:
            engine.save(
                sql(result),
                to=part,
                step=STEP,
                about=about,
                values=written.values,
                relations=relations,
            )
        kept += count_rows(to)
    _require_all(kept, counts["records"], about=about)
    clocked = bool(source.contract.clock)
    days = (
        engine.run(sql("days"), step=STEP, about=about, values=written.values, relations=relations)
        if clocked
        else []
    )
    delivery = gather_delivery(source, month=month, vault=vault, days=_by_day(days), today=today)
    files = write_delivery(source)
    verdict = judge_counts(
        counts | count_delivery(delivery, files),
        (*rules, *files),
        name=f"{source.feed} {month}",
        accepted=source.accepts(month),
    )
    write_json(verdict.to_json(), to=vault.check(source.feed, month=month))
    return verdict


def judged_table(contract: Contract) -> str:
    """Name of the table of accepted records, under contract names and still as delivered."""
    return f"raw_judged_{contract.table}"


def judged_file(source: Source, *, vault: Vault, month: str) -> Path:
    """File of the accepted records of one feed and month."""
    return vault.table(judged_table(source.contract), month=month) / f"{source.feed}.parquet"


def judged_columns(source: Source, *, program: Program) -> dict[str, str]:
    """Columns of accepted records, with their SQL types."""
    kinds = {"__at": "TIMESTAMP", "__local": "TIMESTAMP", "__exact": "BOOLEAN"}
    told = clocks(source, program=program).sql
    return {
        **dict.fromkeys(source.given, "VARCHAR"),
        **{name: kinds[name[name.rindex("__") :]] for name in told},
    }


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What the rules over numbers of one month of a feed are told; see `number_rules.py`."""

    source: Source
    sources: Sequence[Source]
    program: Program
    vault: Vault
    month: str

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(name for name in self.source.numbers if name in self.source.mapped)

    @property
    def _year(self) -> str:
        return fiscal_year_of(self.month, fiscal_year_start=self.program.fiscal_year_start)

    def relations(self) -> dict[str, Relation]:
        """Find the accepted records of other feeds and months that share a numbering."""
        number, clock = self.source.contract.record_id, self.source.contract.clock
        same = [one for one in self.sources if shares_numbers(self.source, one, number)]
        months = read_period(self._year, fiscal_year_start=self.program.fiscal_year_start).months
        others = [one for one in months if one != self.month]
        found: dict[str, Relation] = {
            SHARED: self._judged(
                same, [self.month], {number: "VARCHAR", f"{clock}__at": "TIMESTAMP"}
            ),
            ELSEWHERE: self._judged([self.source, *same], others, {number: "VARCHAR"}),
        }
        for name in self._names:
            alike = [one for one in self.sources if self._alike(one, name)]
            here = self._judged([one for one in alike if one != self.source], [self.month], {})
            there = self._judged(alike, others, {})
            found[_beside(name)] = Stored((*here.paths, *there.paths), {name: "VARCHAR"})
        return found

    def _alike(self, other: Source, name: str) -> bool:
        """Whether the numbers of a column of another feed are of one numbering with ours."""
        ours = self.source.numbered_by(name)
        return (
            bool(other.contract.clock) and name in other.mapped and other.numbered_by(name) == ours
        )

    def _judged(
        self, sources: Sequence[Source], months: Sequence[str], columns: Mapping[str, str]
    ) -> Stored:
        files = (
            judged_file(one, vault=self.vault, month=month) for one in sources for month in months
        )
        return Stored(tuple(file for file in files if file.exists()), dict(columns))

    def suspects(self, ask: Callable[[str], list[Row]]) -> pa.Table:
        """List the numbers that a rule looks for, without those that somebody cleared."""
        found: list[tuple[str, str, str]] = []
        person = self.source.contract.person_id
        for name in self._names:
            column = self.source.column(name)
            if column is not None and column.alike is None:
                texts = [str(text) for (text,) in ask(find_suspects(name, beside=_beside(name)))]
                found += [
                    (TWO_WAYS, name, text)
                    for text in texts
                    if name != person or not is_nobody(text, also=self.source.placeholders)
                ]
        if person in self._names:
            heavy = {str(text): int(str(n)) for text, n in ask(find_heavy(self.source))}
            found += [(IMPLAUSIBLE, person, text) for text in self._implausible(heavy)]
        return suspect_table(found)

    def _implausible(self, heavy: Mapping[str, int]) -> list[str]:
        """Drop nobody and those of whom the source says that they are people; show the others.

        The page is in the vault, and goes when refused records go.
        """
        unclear = {
            text: n
            for text, n in heavy.items()
            if not is_nobody(text, also=self.source.placeholders)
        }
        page = self.vault.quarantine(self.source.feed, month=self.month) / "implausible.csv"
        if not unclear:
            page.unlink(missing_ok=True)
            return []
        key = self.vault.key(self._year)
        numbers = numbers_of(self.source, self.source.contract.person_id or "")
        marks = {text: mark_of(numbers, text, key=key) for text in unclear}
        left = [text for text in unclear if marks[text] not in self.source.people]
        with replacing(page) as part, part.open("w", encoding="utf-8", newline="") as stream:
            lines = csv.writer(stream)
            lines.writerow(["mark", "visits", "number"])
            lines.writerows([marks[text], n, text] for text, n in sorted(unclear.items()))
        return left


def suspect_table(found: Sequence[tuple[str, str, str]]) -> pa.Table:
    """Write suspects as the rules read them: `rule`, `name`, `written`."""
    names = ("rule", "name", "written")
    columns = zip(*found, strict=True) if found else ([] for _ in names)
    return pa.table(
        {name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)}
    )


def _beside(name: str) -> str:
    return f"beside_{name}"


def _outcomes(source: Source, *, vault: Vault, month: str) -> dict[str, Path]:
    """Say where each kind of record goes."""
    return {
        "accepted": judged_file(source, vault=vault, month=month),
        "refused": vault.quarantine(source.feed, month=month) / "judged.parquet",
    }


def _by_day(rows: Sequence[Row]) -> dict[date, int]:
    """Read records by day, as SQL counted them."""
    return {date.fromisoformat(str(day)): int(str(n)) for day, n in rows}


def _require_all(kept: int, judged: int, *, about: str) -> None:
    if kept != judged:
        raise ContractError(
            f"Records of {about} do not add up: accepted and refused are not those judged. "
            "This is a fault of ours; report it, without the file."
        )


def _landed(source: Source, *, vault: Vault, month: str) -> Stored:
    folder = vault.table(raw_table(source), month=month)
    columns = {**dict.fromkeys(source.columns, "VARCHAR"), RECORD_NUMBER: "BIGINT"}
    return Stored(parquet_files(folder), columns)


def _referred(
    contract: Contract, *, sources: Sequence[Source], vault: Vault, month: str
) -> dict[str, Relation]:
    """Find the tables that rules refer to: accepted records of this month and the one before."""
    columns = {}
    for column in contract.columns:
        table, _, name = (column.references or "").partition(".")
        if table:
            columns[table] = name
    found: dict[str, Relation] = {}
    for other in sources:
        table = other.contract.table
        if table not in columns:
            continue
        if not judged_file(other, vault=vault, month=month).exists():
            raise ContractError(
                f"Feed {other.feed!r} is not judged for {month}, but {contract.table!r} refers to "
                f"{table!r}. Land and judge it first."
            )
        paths = (
            path
            for one in (next_month(month, steps=-1), month)
            for path in parquet_files(vault.table(judged_table(other.contract), month=one))
        )
        found[table] = Stored(tuple(paths), {columns[table]: "VARCHAR"})
    return found


def _written(source: Source, rules: tuple[Rule, ...], *, program: Program) -> Columns:
    """Write what `judge.sql` leaves open, and the values of it all."""
    told, times = texts(source), clocks(source, program=program)
    counts, refusal = count_violations(rules, source), name_refusal(rules)
    values: Mapping[str, str] = {
        **told.values,
        **times.values,
        **counts.values,
        **refusal.values,
    }
    return Columns(
        sql={
            "texts": told.selected(),
            "clocks": f",\n        {times.selected()}" if times.sql else "",
            "counts": counts.sql,
            "refusal": refusal.sql,
            "clock": quoted(f"{source.contract.clock}__local") if source.contract.clock else "NULL",
            "columns": listed([*judged_columns(source, program=program)]),
        },
        values=values,
    )
