"""Make up coded feeds, take people out of them, and count again by the code of the private side.

The chain: **coded feeds -> link -> persons -> clip -> count**. Everything is in a vault of its own
that is deleted again; no real record is opened.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data_contracts.feed import Source
from data_contracts.program import Program
from privacy import count
from privacy.plan import Plan
from transforms import freeze, frozen, link, persons
from transforms.code import coded_columns, coded_file
from transforms.engine import Engine
from transforms.expressions import OPEN_UNTIL
from transforms.vault import Vault

Row = Mapping[str, int | str | None]
Unit = tuple[str, int]  # the column that says whose a row is, and the key in it

_KINDS = {"BIGINT": pa.int64(), "INTEGER": pa.int32(), "VARCHAR": pa.string()}
_MEMORY_MB = 256
_PERSONS = "persons"


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Coded rows of one month: calls, encounters and surveys; columns that are not given are empty.

    A call that met nobody has another `path_code` than `contact`.
    """

    calls: tuple[Row, ...] = ()
    encounters: tuple[Row, ...] = ()
    surveys: tuple[Row, ...] = ()

    def without(self, unit: Unit) -> "Deliveries":
        """Take the rows of one unit away; calls at which it was met stay."""
        return self._filtered(unit, keeps=False)

    def only(self, unit: Unit) -> "Deliveries":
        """Take everybody's rows away but those of one unit; calls at which it was met stay."""
        return self._filtered(unit, keeps=True)

    def _filtered(self, unit: Unit, *, keeps: bool) -> "Deliveries":
        def left(rows: Iterable[Row]) -> tuple[Row, ...]:
            return tuple(row for row in rows if (_whose(row) == unit) is keeps)

        met = tuple(row for row in self.calls if row["path_code"] == "contact")
        missed = left(row for row in self.calls if row["path_code"] != "contact")
        return replace(
            self, calls=met + missed, encounters=left(self.encounters), surveys=left(self.surveys)
        )


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A vault of made-up coded feeds, and the engine on it."""

    sources: Sequence[Source]
    program: Program
    vault: Vault
    engine: Engine

    def deliver(self, given: Deliveries, *, month: str) -> None:
        """Code and link a month anew, as after a delivery or a correction."""
        left = {"calls": given.calls, "encounters": given.encounters, "surveys": given.surveys}
        for source in self.sources:
            rows = left.pop(source.contract.table, ())
            file = coded_file(source, vault=self.vault, month=month)
            _write(file, rows, columns=coded_columns(source.contract), month=month)
            frozen.keep_links(
                file, source=source, month=month, vault=self.vault, engine=self.engine
            )
        link.link_incidents(
            self.sources,
            program=self.program,
            month=month,
            vault=self.vault,
            engine=self.engine,
            today=date.fromisoformat(f"{month}-28"),
        )

    def freeze(self, *, months: Sequence[str]) -> None:
        """Write down which records are whose, as before a release is drawn."""
        freeze.freeze_links(self.sources, months=months, vault=self.vault, engine=self.engine)

    def count(self, plan: Plan, *, months: Sequence[str]) -> list[int]:
        """Count a release over months that were delivered; the exact vector."""
        files = [link.incident_file(self.vault, month=one) for one in months]
        if any(block.name == _PERSONS for block in plan.spec.blocks):
            files.append(persons.gather_persons(months, vault=self.vault, engine=self.engine))
        connection = self.engine.connection
        connection.from_parquet(
            [str(file) for file in files], hive_partitioning=False, union_by_name=True
        ).create_view("made_up", replace=True)
        return count.count_cells(plan.spec, connection=connection, incidents="made_up")


@contextmanager
def make_up(sources: Sequence[Source], *, program: Program) -> Iterator[MadeUp]:
    """Open a vault of made-up feeds.

    Args:
        sources: The feeds of a program; those without a clock take no part.
        program: The program.

    Yields:
        The vault, empty; it is deleted in the end.
    """
    with tempfile.TemporaryDirectory() as folder:
        vault = Vault(Path(folder).resolve())
        with Engine(vault, threads=1, memory_mb=_MEMORY_MB) as engine:
            given = tuple(one for one in sources if one.contract.clock)
            yield MadeUp(given, program, vault, engine)


def make_deliveries(program: Program, *, seed: int) -> Deliveries:
    """Make up a month in which people are met together, often, alike, and without a name.

    One person is met with each of nine others, who are alike but for their key; one is met often
    and alone; twelve people without a name are one incident; a call and a response come thrice.

    Args:
        program: Gives the areas.
        seed: Chooses the keys and what is written of them.

    Returns:
        Coded rows; `UNITS` names whose removal asks most of the bound.
    """
    first = 1_000 * (seed + 1)
    bodies = [_body(program, seed + n) for n in range(_OTHERS)]
    pairs = [
        {**bodies[n], "encounter_key": first + n, "call_key": first + n, "person_order": order}
        | {"participant_key": person}
        for n in range(_OTHERS)
        for order, person in enumerate((first + HUB, first + HUB + 1 + n), start=1)
    ]
    alone = [
        {**bodies[0], "encounter_key": first + 100 + n, "call_key": first + 100 + n}
        | {"participant_key": first + ALONE, "person_order": 1}
        for n in range(OFTEN)
    ]
    nobody = [
        {**bodies[1], "encounter_key": first + NAMELESS, "call_key": None}
        | {"participant_key": None, "person_order": 1 + n}
        for n in range(OFTEN)
    ]
    met = sorted({int(str(row["call_key"])) for row in chain(pairs, alone)})
    calls = [{**bodies[2], "call_key": key, "path_code": "contact"} for key in met]
    missed = [{**bodies[2], "call_key": first + MISSED, "path_code": "not_found"}] * _THRICE
    answers = [{"response_key": first + ANSWER, "area_code": bodies[0]["area_code"]}] * _THRICE
    return Deliveries((*calls, *missed), (*pairs, *alone, *nobody), tuple(answers))


HUB, ALONE, NAMELESS, MISSED, ANSWER = 200, 300, 400, 500, 600  # keys, from the seed's first
_OTHERS, OFTEN, _THRICE = 9, 12, 3


def find_units(seed: int) -> tuple[Unit, ...]:
    """Name the units of made-up deliveries whose removal asks most of the bound."""
    first = 1_000 * (seed + 1)
    return (
        ("participant_key", first + HUB),
        ("participant_key", first + HUB + 1),
        ("participant_key", first + ALONE),
        ("encounter_key", first + NAMELESS),
        ("call_key", first + MISSED),
        ("response_key", first + ANSWER),
    )


def _body(program: Program, turn: int) -> dict[str, int | str | None]:
    """Write what a record tells; levels that tables leave out are not among it."""
    area = program.areas[turn % len(program.areas)]
    return {
        "area_code": area.code,
        "area_kind_code": area.kind.value,
        "call_type_code": ("overdose", "welfare_check", "suicide_risk")[turn % 3],
        "call_group_code": ("substance_use", "welfare", "mental_health")[turn % 3],
        "police_code": ("with_team", "backup_requested")[turn % 2],
        "naloxone_code": "given",
        "kits_band_code": ("one", "two")[turn % 2],
        "disposition_code": ("declined", "shelter")[turn % 2],
        "referral_code": ("declined", "accepted")[turn % 2],
        "response_band_code": "under_10",
        "record_permission_code": "linked",
    }


def _whose(row: Row) -> Unit:
    """Say whose a row is: the person's, or nobody's but its own."""
    for name in ("response_key", "participant_key", "encounter_key", "call_key"):
        if isinstance(key := row.get(name), int):
            return name, key
    raise LookupError("A made-up row has no key; mend pipelines/made_up.py.")


def _write(file: Path, rows: Iterable[Row], *, columns: Mapping[str, str], month: str) -> None:
    """Write coded rows as `code` does; a column that a row lacks is unknown."""
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = [
        {
            name: row.get(name, "unknown" if kind == "VARCHAR" else None)
            for name, kind in columns.items()
        }
        | ({"month": month, OPEN_UNTIL: month} if OPEN_UNTIL in columns else {"month": month})
        for row in rows
    ]
    schema = pa.schema([(name, _KINDS[kind]) for name, kind in columns.items()])
    pq.write_table(pa.Table.from_pylist(whole, schema=schema), file)
