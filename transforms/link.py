"""Join calls and encounters; surveys stay alone.

The chain: land -> judge -> strip -> code -> **link**.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from data_contracts.codes import UNKNOWN, load_codes
from data_contracts.contract import Column, Role, load_contract
from data_contracts.errors import ContractError
from data_contracts.feed import Source
from data_contracts.period import next_month
from transforms.code import check_harmless, coded_columns, coded_file, coded_names
from transforms.columns import Columns
from transforms.engine import Engine, Relation, Stored, quoted, read_sql
from transforms.parse import digest
from transforms.retention import note_clean_run
from transforms.vault import Vault, replacing, write_json

INCIDENTS = "private_incidents"
BLOCKS = ("contacts", "no_contact", "surveys")
KNOWN = "known_or_anonymous"  # the code list that says whether a person has a key

LINKED_FILES = "coded_sha256"  # of the month's check: what its incidents were made of, by feed

TABLES = ("calls", "encounters", "surveys")

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
    path says that nobody was met is a row of block `no_contact`, and its own unit. A response to a
    survey is a row of block `surveys`, its own unit, and linked to nothing. Nothing in the rows of
    one unit depends on the rows of another: calls are picked by content, and nobody who is unknown
    is ever grouped with somebody else who is.

    Args:
        sources: Every feed of the program; those whose table has no clock take no part.
        month: `YYYY-MM`.
        vault: Where coded records are, and where the result goes.
        engine: Runs `link.sql`.
        today: When the month went through; retention counts from it.

    Raises:
        ContractError: A feed is not coded for the month, or a column would be there that may not.
    """
    about = f"incidents of {month}"
    relations = _coded(sources, vault=vault, month=month)
    made_of = {
        one.feed: digest(coded_file(one, vault=vault, month=month))
        for one in sources
        if one.contract.clock
    }
    written = _write(paths=any("path_code" in one.given for one in sources))
    values = {**written.values, "month": month}

    def sql(result: str) -> str:
        return read_sql(_STEP).format(**written.sql, result=quoted(result))

    with replacing(incident_file(vault, month=month)) as part:
        engine.save(
            sql("incidents"), to=part, step=_STEP, about=about, values=values, relations=relations
        )
        check_harmless(part, allowed=incident_columns(), table=INCIDENTS)
    (row,) = engine.run(sql("checked"), step=_STEP, about=about, values=values, relations=relations)
    _report(month, *(int(str(n)) for n in row), made_of=made_of, vault=vault)
    note_clean_run(vault, month=month, today=today)


def incident_file(vault: Vault, *, month: str) -> Path:
    """File of the incidents of one month."""
    return vault.table(INCIDENTS, month=month) / "incidents.parquet"


def incident_columns() -> dict[str, str]:
    """Columns of `private_incidents`, with their SQL types, in order."""
    kinds = {"unit_key": "BIGINT", "block_code": "VARCHAR", "month": "VARCHAR"}
    kinds |= {name: kind for name, kind, *_ in _facts()}
    return kinds | {f"{KNOWN}_code": "VARCHAR"}


def _facts() -> Iterator[tuple[str, str, str]]:
    """Name, SQL type and default of every code and measure of the contracts, each once.

    Columns that only tell records apart stay behind.
    """
    seen: set[str] = set()
    for contract in map(load_contract, TABLES):
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


def _coded(sources: Sequence[Source], *, vault: Vault, month: str) -> dict[str, Relation]:
    """Find the coded records of every feed; calls also of the month before."""
    given = [one for one in sources if one.contract.clock]
    late = [one for one in given if not coded_file(one, vault=vault, month=month).exists()]
    if late:
        raise ContractError(
            f"Feeds {[one.feed for one in late]} are not coded for {month}. "
            "Run land, judge, strip and code of every feed first."
        )
    months = {"calls": (next_month(month, steps=-1), month)}
    found: dict[str, Relation] = {}
    for table in TABLES:
        paths = (
            coded_file(source, vault=vault, month=one)
            for source in given
            for one in months.get(table, (month,))
            if source.contract.table == table
        )
        stored = tuple(path for path in paths if path.exists())
        found[table] = Stored(stored, coded_columns(load_contract(table)))
    return found


def _write(*, paths: bool) -> Columns:
    """Write what `link.sql` leaves open; `paths` is whether any feed says how calls ended."""
    calls, encounters, surveys = (coded_columns(load_contract(table)) for table in TABLES)
    contact, values = dict[str, str](), dict[str, str]()
    nothing: dict[str, str] = {}
    for name, kind, default in _facts():
        values[f"{name}_default"] = default
        nothing[name] = f"CAST(NULL AS {kind})" if kind == "INTEGER" else f"${name}_default"
        contact[name] = nothing[name]
        if name in calls:
            contact[name] = f"coalesce(one_a_call.{quoted(name)}, {contact[name]})"
        if name in encounters:
            known = f"nullif(met.{quoted(name)}, {nothing[name]})"
            contact[name] = f"coalesce({known}, {contact[name]})"
    values[f"{KNOWN}_default"] = load_codes(KNOWN).default
    path = load_codes("path")
    told = [code for code in path.released if paths or code != path.default]
    met = [code for code, one in path.codes.items() if not one.released]
    lists = {"missed": told, "met": met}
    for name, codes in lists.items():
        values |= {f"{name}_{n:d}": code for n, code in enumerate(codes)}
    return Columns(
        sql={
            "call_order": ", ".join(quoted(name) for name in calls),
            "contact": Columns(contact, {}).selected(),
            "no_contact": Columns(_own(calls, nothing), {}).selected(),
            "survey": Columns(_own(surveys, nothing), {}).selected(),
            **{
                name: ", ".join(f"${name}_{n:d}" for n in range(len(codes)))
                for name, codes in lists.items()
            },
        },
        values=values,
    )


def _own(columns: Mapping[str, str], nothing: Mapping[str, str]) -> dict[str, str]:
    """Write a row that only one table tells of; the rest is not known."""
    return {name: quoted(name) if name in columns else nobody for name, nobody in nothing.items()}


def _report(
    month: str, records: int, *found: int, made_of: Mapping[str, str], vault: Vault
) -> None:
    """Write down calls that met somebody nobody recorded, and encounters without their call.

    And of which files the incidents were made, so that no others are released; see `freeze.py`.
    """
    names = ("calls.met_without_encounter", "encounters.without_call")
    rules = [
        {"rule": name, "severity": "warn", "passed": n == 0, "allowed": 0, "found": n}
        for name, n in zip(names, found, strict=True)
    ]
    verdict = {"name": f"{INCIDENTS} {month}", "passed": True, "records": records, "rules": rules}
    write_json(verdict | {LINKED_FILES: made_of}, to=vault.check(INCIDENTS, month=month))
