"""Join calls and encounters. The chain: land -> judge -> strip -> code -> **link**."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from data_contracts.codes import UNKNOWN, load_codes
from data_contracts.contract import Column, Contract, Role, load_contract
from data_contracts.errors import ContractError
from data_contracts.feed import Source
from data_contracts.period import next_month
from transforms.code import check_harmless, coded_columns, coded_names, coded_table
from transforms.columns import Columns
from transforms.engine import Engine, Relation, Stored, quoted, read_sql
from transforms.retention import note_clean_run
from transforms.vault import Vault, replacing, write_json

INCIDENTS = "private_incidents"
BLOCKS = ("contacts", "no_contact")

_STEP = "link"


def link_incidents(
    sources: Sequence[Source],
    *,
    month: str,
    vault: Vault,
    engine: Engine,
    today: date,
) -> None:
    """Write one row for each incident and person of a month.

    An encounter is a row of block `contacts`, with what is known of its call. A call whose own
    path says that nobody was met is a row of block `no_contact`, and its own unit. Nothing in the
    rows of one unit depends on the rows of another: calls are picked by content, and nobody who is
    unknown is ever grouped with somebody else who is.

    Args:
        sources: Every feed of the program.
        month: `YYYY-MM`.
        vault: Where coded records are, and where the result goes.
        engine: Runs `link.sql`.
        today: When the month went through; retention counts from it.

    Raises:
        ContractError: A feed is not coded for the month, or a column would be there that may not.
    """
    about = f"incidents of {month}"
    relations = _coded(sources, vault=vault, month=month)
    written = _write()
    values = {**written.values, "month": month}

    def sql(result: str) -> str:
        return read_sql(_STEP).format(**written.sql, result=quoted(result))

    with replacing(incident_file(vault, month=month)) as part:
        engine.save(
            sql("incidents"), to=part, step=_STEP, about=about, values=values, relations=relations
        )
        check_harmless(part, allowed=incident_columns(), table=INCIDENTS)
    (row,) = engine.run(sql("checked"), step=_STEP, about=about, values=values, relations=relations)
    _report(month, *(int(str(n)) for n in row), vault=vault)
    note_clean_run(vault, month=month, today=today)


def incident_file(vault: Vault, *, month: str) -> Path:
    """File of the incidents of one month."""
    return vault.table(INCIDENTS, month=month) / "incidents.parquet"


def incident_columns() -> dict[str, str]:
    """Columns of `private_incidents`, with their SQL types, in order."""
    kinds = {"unit_key": "BIGINT", "block_code": "VARCHAR", "month": "VARCHAR"}
    return kinds | {name: kind for name, kind, *_ in _facts()}


def _facts() -> Iterator[tuple[str, str, str]]:
    """Name, SQL type and default of every code and measure of the two contracts, each once.

    Columns that only tell records apart stay behind.
    """
    seen: set[str] = set()
    for contract in _contracts():
        for column in contract.columns:
            if column.role is Role.MEASURE and column.name in contract.key:
                continue
            for name, default in _defaults(column):
                if name not in seen:
                    yield name, coded_columns(contract)[name], default
                seen.add(name)


def _defaults(column: Column) -> Iterator[tuple[str, str]]:
    """Columns that a column of a contract becomes, each with its default code."""
    if column.role is Role.MEASURE:
        yield column.name, ""
    for name in coded_names(column):
        yield name, load_codes(column.codes).default if column.codes else UNKNOWN


def _contracts() -> tuple[Contract, Contract]:
    return load_contract("calls"), load_contract("encounters")


def _coded(sources: Sequence[Source], *, vault: Vault, month: str) -> dict[str, Relation]:
    """Find the coded records of every feed; calls also of the month before."""
    late = [one for one in sources if not _file(one, vault=vault, month=month).exists()]
    if late:
        raise ContractError(
            f"Feeds {[one.feed for one in late]} are not coded for {month}. "
            "Run land, judge, strip and code of every feed first."
        )
    months = {"calls": (next_month(month, steps=-1), month), "encounters": (month,)}
    found: dict[str, Relation] = {}
    for contract in _contracts():
        table = contract.table
        paths = (
            _file(source, vault=vault, month=one)
            for source in sources
            for one in months[table]
            if source.contract.table == table
        )
        stored = tuple(path for path in paths if path.exists())
        found[table] = Stored(stored, coded_columns(contract))
    return found


def _file(source: Source, *, vault: Vault, month: str) -> Path:
    return vault.table(coded_table(source.contract), month=month) / f"{source.feed}.parquet"


def _write() -> Columns:
    """Write what `link.sql` leaves open."""
    calls, encounters = (coded_columns(contract) for contract in _contracts())
    contact, no_contact, values = {}, {}, {}
    for name, kind, default in _facts():
        nothing = f"CAST(NULL AS {kind})" if kind == "INTEGER" else f"${name}_default"
        values[f"{name}_default"] = default
        own, call = f"met.{quoted(name)}", f"one_a_call.{quoted(name)}"
        if name not in calls:
            contact[name], no_contact[name] = own, nothing
            continue
        contact[name] = f"coalesce({call}, {nothing})"
        no_contact[name] = quoted(name)
        if name in encounters:
            contact[name] = f"coalesce(nullif({own}, {nothing}), {contact[name]})"
    path = load_codes("path")
    told = [code for code in path.released if code != path.default]
    met = [code for code, one in path.codes.items() if not one.released]
    lists = {"missed": told, "met": met}
    for name, codes in lists.items():
        values |= {f"{name}_{n:d}": code for n, code in enumerate(codes)}
    return Columns(
        sql={
            "call_order": ", ".join(quoted(name) for name in calls),
            "contact": Columns(contact, {}).selected(),
            "no_contact": Columns(no_contact, {}).selected(),
            **{
                name: ", ".join(f"${name}_{n:d}" for n in range(len(codes)))
                for name, codes in lists.items()
            },
        },
        values=values,
    )


def _report(month: str, records: int, *found: int, vault: Vault) -> None:
    """Write down calls that met somebody nobody recorded, and encounters without their call."""
    names = ("calls.met_without_encounter", "encounters.without_call")
    rules = [
        {"rule": name, "severity": "warn", "passed": n == 0, "allowed": 0, "found": n}
        for name, n in zip(names, found, strict=True)
    ]
    verdict = {"name": f"{INCIDENTS} {month}", "passed": True, "records": records, "rules": rules}
    write_json(verdict, to=vault.check(INCIDENTS, month=month))
