"""Join calls and encounters; surveys stay alone.

The chain: land -> judge -> strip -> code -> **link**.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from data_contracts.codes import UNKNOWN, load_codes
from data_contracts.contract import Column, Role, load_contract
from data_contracts.errors import ContractError
from data_contracts.feed import Source
from data_contracts.period import fiscal_year_of, next_month, read_period
from data_contracts.program import Program
from transforms.code import check_harmless, coded_columns, coded_file, coded_names
from transforms.columns import Columns
from transforms.engine import Engine, Relation, Stored, listed, quoted, read_sql
from transforms.expressions import OPEN_DAYS
from transforms.parse import digest
from transforms.retention import note_clean_run
from transforms.strip import NAMED_COLUMNS, named_file
from transforms.vault import Vault, replacing, write_json

INCIDENTS = "private_incidents"
CLAIMED_CALLS = "private_claimed_calls"
FROZEN_CALLS = "private_frozen_calls"  # goes with the coded records; see transforms/retention.py
CLAIMED_COLUMNS = {"call_key": "BIGINT"}
BLOCKS = ("contacts", "no_contact", "surveys")
KNOWN = "known_or_anonymous"  # the code list that says whether a person has a key

LINKED_FILES = "coded_sha256"  # of the month's check: what its incidents were made of

WAITING = "last_days_wait"  # of the month's check

TABLES = ("calls", "encounters", "surveys")

_EVER = "9999-12"
_NEWLY_CLAIMED = """
SELECT 1 FROM calls
WHERE calls.call_key IN (SELECT call_key FROM encounters UNION SELECT call_key FROM refused)
  AND NOT EXISTS (SELECT 1 FROM claimed WHERE claimed.call_key = calls.call_key)
LIMIT 1
"""
_STEP = "link"


def link_incidents(
    sources: Sequence[Source],
    *,
    program: Program,
    month: str,
    vault: Vault,
    engine: Engine,
    today: date,
) -> None:
    """Write one row for each incident and person of a month, and again of the months beside it.

    An encounter is a row of block `contacts`, with what is known of its call. A call that an
    encounter names, in any month of the fiscal year or a neighbouring one, belongs to the unit of
    that encounter and is never a row of its own, however it ended. Any other call whose own path
    says that nobody was met is a row of block `no_contact`, and its own unit; one of the last days
    of a month after which nothing is in yet waits, because an encounter may still name it. A
    response to a survey is a row of block `surveys`, its own unit, and linked to nothing.

    The months beside it, where they were linked before, are linked again: what this one's
    encounters name was not known then. So is any other month of the year of which they name a call.

    **Stability:** taking away all records of one participant (encounters, and the calls that they
    alone name) takes away the rows of that unit and changes no other row. Calls are picked by
    content, and nobody who is unknown is ever grouped with somebody else who is.

    Args:
        sources: Every feed of the program; those whose table has no clock take no part.
        program: Gives the fiscal year and the months that the program has.
        month: `YYYY-MM`.
        vault: Where coded records are, and where the result goes.
        engine: Runs `link.sql`.
        today: When the month went through; retention counts from it.

    Raises:
        ContractError: A feed is not coded for the month, or a column would be there that may not.
    """
    given = [one for one in sources if one.contract.clock]
    _require_coded(given, vault=vault, month=month)
    linking = _Linking(tuple(given), program, vault, engine, today)
    linking.link(month)
    beside = [next_month(month, steps=-1), next_month(month)]
    for other in (*beside, *linking.named_far(month)):
        if incident_file(vault, month=other).exists() and not _late(
            given, vault=vault, month=other
        ):
            linking.link(other)
    note_clean_run(vault, month=month, today=today)


@dataclass(frozen=True, slots=True)
class _Linking:
    """What linking a month needs, besides the month."""

    sources: tuple[Source, ...]
    program: Program
    vault: Vault
    engine: Engine
    today: date

    def link(self, month: str) -> None:
        """Write the incidents of a month, the calls that encounters name, and the check."""
        about = f"incidents of {month}"
        relations = self._relations(month)
        made_of = find_made_of(self.sources, vault=self.vault, month=month)
        written = _write(paths=any("path_code" in one.given for one in self.sources))
        values = {**written.values, "month": month, "known_until": self._known_until(month)}

        def sql(result: str) -> str:
            return read_sql(_STEP).format(**written.sql, result=quoted(result))

        results = {"incidents": incident_file, "claimed": claimed_file}
        for result, to in results.items():
            with replacing(to(self.vault, month=month)) as part:
                self.engine.save(
                    sql(result),
                    to=part,
                    step=_STEP,
                    about=about,
                    values=values,
                    relations=relations,
                )
                allowed = incident_columns() if result == "incidents" else CLAIMED_COLUMNS
                check_harmless(part, allowed=allowed, table=INCIDENTS)
        (row,) = self.engine.run(
            sql("checked"), step=_STEP, about=about, values=values, relations=relations
        )
        told = {LINKED_FILES: made_of, WAITING: self._known_until(month) != _EVER}
        _report(month, *(int(str(n)) for n in row), told=told, vault=self.vault)

    def named_far(self, month: str) -> list[str]:
        """Find months of the year, not beside this one, of which its records claim a call anew."""
        refused = [named_file(one, vault=self.vault, month=month) for one in self.sources]
        return [
            other
            for other in self._far(month)
            if claimed_file(self.vault, month=other).exists()
            and self.engine.run(
                _NEWLY_CLAIMED,
                step=_STEP,
                about=f"incidents of {other}",
                relations={
                    "calls": self._coded("calls", [other]),
                    "encounters": self._coded("encounters", [month]),
                    "refused": _there(refused, NAMED_COLUMNS),
                    "claimed": Stored((claimed_file(self.vault, month=other),), CLAIMED_COLUMNS),
                },
            )
        ]

    def _far(self, month: str) -> list[str]:
        """Months of the fiscal year that are not beside a month."""
        begins = self.program.fiscal_year_start
        year = fiscal_year_of(month, fiscal_year_start=begins)
        near = {next_month(month, steps=-1), month, next_month(month)}
        return [
            one for one in read_period(year, fiscal_year_start=begins).months if one not in near
        ]

    def _known_until(self, month: str) -> str:
        """Say until which month visits are in, as far as calls of this one are concerned."""
        after = next_month(month)
        naming = [one for one in self.sources if one.contract.table == "encounters"]
        calls = any(one.contract.table == "calls" for one in self.sources)
        last = self.program.last_month
        settled = date.fromisoformat(f"{after}-01") + timedelta(days=OPEN_DAYS)
        if not naming or not calls or (last is not None and after > last):
            return _EVER
        if self.today >= settled and not _late(naming, vault=self.vault, month=after):
            return _EVER
        return month

    def _relations(self, month: str) -> dict[str, Relation]:
        """Find the coded records that `link.sql` reads."""
        beside = (next_month(month, steps=-1), next_month(month))
        begins = self.program.fiscal_year_start
        year = fiscal_year_of(month, fiscal_year_start=begins)
        near = [one for one in beside if fiscal_year_of(one, fiscal_year_start=begins) == year]
        over = [one for one in beside if one not in near]
        wanted = {
            **{table: (table, [month]) for table in TABLES},
            **{f"{table}_near": (table, near) for table in ("calls", "encounters")},
            **{f"{table}_over": (table, over) for table in ("calls", "encounters")},
            "encounters_far": ("encounters", self._far(month)),
        }
        found: dict[str, Relation] = {
            name: self._coded(table, months) for name, (table, months) in wanted.items()
        }
        named = (
            named_file(one, vault=self.vault, month=of_the_year)
            for one in self.sources
            for of_the_year in (month, *near, *self._far(month))
        )
        found["named_by_refused"] = _there(named, NAMED_COLUMNS)
        frozen = (
            frozen_calls_file(self.vault, month=near_or_here) for near_or_here in (month, *near)
        )
        found["claimed_before"] = _there(frozen, CLAIMED_COLUMNS)
        return found

    def _coded(self, table: str, months: Sequence[str]) -> Stored:
        files = (
            coded_file(source, vault=self.vault, month=one)
            for source in self.sources
            for one in months
            if source.contract.table == table
        )
        return _there(files, coded_columns(load_contract(table)))


def find_made_of(sources: Sequence[Source], *, vault: Vault, month: str) -> dict[str, str]:
    """Say of which coded files the incidents of a month are made, those of months beside included.

    Args:
        sources: The feeds about people.
        vault: Where coded records are.
        month: `YYYY-MM`.

    Returns:
        Digest of every file that is there, by feed and month.
    """
    return {
        f"{source.feed} {one}": digest(file)
        for source in sources
        for one in (next_month(month, steps=-1), month, next_month(month))
        if (one == month or source.contract.table != "surveys")
        and (file := coded_file(source, vault=vault, month=one)).exists()
    }


def incident_file(vault: Vault, *, month: str) -> Path:
    """File of the incidents of one month."""
    return vault.table(INCIDENTS, month=month) / "incidents.parquet"


def claimed_file(vault: Vault, *, month: str) -> Path:
    """File of the calls of one month that somebody's encounters name."""
    return vault.table(CLAIMED_CALLS, month=month) / "calls.parquet"


def frozen_calls_file(vault: Vault, *, month: str) -> Path:
    """File of the calls of one month that were somebody's when a release was drawn."""
    return vault.table(FROZEN_CALLS, month=month) / "calls.parquet"


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


def _late(sources: Sequence[Source], *, vault: Vault, month: str) -> list[str]:
    """Feeds that are not coded for a month."""
    return [one.feed for one in sources if not coded_file(one, vault=vault, month=month).exists()]


def _require_coded(sources: Sequence[Source], *, vault: Vault, month: str) -> None:
    if late := _late(sources, vault=vault, month=month):
        raise ContractError(
            f"Feeds {late} are not coded for {month}. "
            "Run land, judge, strip and code of every feed first."
        )


def _there(files: Iterable[Path], columns: Mapping[str, str]) -> Stored:
    return Stored(tuple(file for file in files if file.exists()), dict(columns))


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
            "call": listed(list(calls)),
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


def calls_wait(vault: Vault, *, month: str) -> bool:
    """Whether calls of the last days of a month are in no incident yet; see `link_incidents`.

    Args:
        vault: Where the month was linked.
        month: `YYYY-MM`.
    """
    check = vault.check(INCIDENTS, month=month)
    return check.exists() and bool(json.loads(check.read_text(encoding="utf-8")).get(WAITING))


def _report(
    month: str, records: int, *found: int, told: Mapping[str, object], vault: Vault
) -> None:
    """Write down what does not fit together between calls and encounters, and what waits.

    `told` is of which files the incidents were made, so that no others are released (see
    `freeze.py`), and whether calls of the last days wait.
    """
    names = (
        "calls.met_without_encounter",
        "encounters.without_call",
        "calls.missed_and_met",
        "calls.waiting",
    )
    rules = [
        {"rule": name, "severity": "warn", "passed": n == 0, "allowed": 0, "found": n}
        for name, n in zip(names, found, strict=True)
    ]
    verdict = {"name": f"{INCIDENTS} {month}", "passed": True, "records": records, "rules": rules}
    write_json({**verdict, **told}, to=vault.check(INCIDENTS, month=month))
