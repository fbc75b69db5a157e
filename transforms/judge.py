"""Refuse single records, judge whole months. The chain: land -> **judge** -> strip -> code -> link.

SQL counts violations of the contract's rules; Great Expectations judges the counts.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from data_contracts.contract import Contract
from data_contracts.delivery import count_delivery, write_delivery
from data_contracts.errors import ContractError
from data_contracts.feed import Source
from data_contracts.judge import Verdict, judge_counts
from data_contracts.period import next_month
from data_contracts.program import Program
from data_contracts.rules import Rule, count_violations, name_refusal, write_rules
from transforms.columns import Columns, clocks, texts
from transforms.deliveries import gather_delivery
from transforms.engine import Engine, Relation, Row, Stored, listed, quoted, read_sql
from transforms.filing import RECORD_NUMBER
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
    relations = {**others, "landed": _landed(source, vault=vault, month=month)}

    def sql(result: str) -> str:
        return read_sql(STEP).format(**written.sql, result=quoted(result))

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
