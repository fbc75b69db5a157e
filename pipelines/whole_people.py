"""Take whole people out of delivered files, and measure what a release says about each.

The chain: **delivered files -> land -> judge -> strip -> code -> link -> persons -> count**.
A person is all their records in all feeds: their visits under every spelling of their number, the
calls that their visits alone name, however those ended, one call of theirs at which nobody was met,
and one answer to the survey.

Thousands of removals share one pass. Every town below is delivered twice under other numbers, once
whole and once without its person; what moves is the difference of the two, cell by cell. That the
pass says what a delivery of its own would say is tried on some of the towns. Nothing real is read.
"""

import csv
import random
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import yaml

from data_contracts.codes import UNKNOWN, load_codes
from data_contracts.contract import Column, Contract, Role, load_contract
from data_contracts.feed import Source
from data_contracts.judge import Verdict, judge_counts
from data_contracts.period import Period, next_month
from data_contracts.program import Program
from data_contracts.rules import Rule
from data_contracts.source import load_sources
from privacy import count
from privacy.audit.broken import standing_in
from privacy.audit.removals import WHOLE, measure_pairs, measure_removal
from privacy.audit.verdict import Finding
from privacy.plan import Plan, make_plan
from privacy.policy import NANO, Policy
from transforms import code, judge, land, link, persons, strip
from transforms.engine import Engine
from transforms.identity import hash_identity, numbers_of
from transforms.vault import Vault, open_vault

PEOPLE = "stability from the delivered files"
WORST = "worst_participant_rho_over_declared"
BLANK = "worst_blank_endings_rho"  # of somebody met 20 times whose calls have no ending
TIMES = 20

Row = dict[str, str]

_CLOCK = "%Y-%m-%d %H:%M"
_MEMORY_MB = 1000
_TABLES = {
    "line_911": "calls",
    "line_988": "calls",
    "visits": "encounters",
    "outreach": "encounters",
}
_TABLES["answers"] = "surveys"
_NAMES = {"visits": "line_911", "outreach": "line_988"}  # whose calls each feed of visits names
_ENDINGS = ("", "not_found", "left_before_contact", "unserved_no_unit", "not_eligible", "contact")
_PERSONS = "persons"


@dataclass
class Town:
    """Records of a few people around one; `theirs` are numbers of records that are theirs alone."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {feed: [] for feed in _TABLES})
    theirs: set[tuple[str, str]] = field(default_factory=set)

    def without(self, person: str) -> "Town":
        """Take a person away with all their records."""
        rest = {
            feed: [row for row in rows if not self._is(feed, row, person)]
            for feed, rows in self.rows.items()
        }
        gone = self._named(self.rows) - self._named(rest)
        for feed in ("line_911", "line_988"):
            rest[feed] = [row for row in rest[feed] if (feed, row["call_id"]) not in gone]
        return Town(rest)

    def _is(self, feed: str, row: Row, person: str) -> bool:
        number = row[load_contract(_TABLES[feed]).record_id]
        told = row.get("participant_id", "").strip().casefold()
        return told == person.casefold() or (feed, number) in self.theirs

    @staticmethod
    def _named(rows: Mapping[str, Sequence[Row]]) -> set[tuple[str, str]]:
        return {(line, row["call_id"]) for feed, line in _NAMES.items() for row in rows[feed]}


@dataclass(frozen=True, slots=True)
class Pass:
    """One delivery of many towns, counted for one release: squared moves by town."""

    plan: Plan
    squared: Mapping[int, int]

    def cost(self, town: int) -> Fraction:
        """What the release says about the person of a town, in rho (Bun and Steinke 2016, 1.6)."""
        return Fraction(self.squared.get(town, 0)) / (2 * Fraction(self.plan.spec.scale) ** 2)

    @property
    def declared(self) -> Fraction:
        """What the release declares."""
        return Fraction(self.plan.spec.nano_rho, NANO)


def check_whole_people(
    policy: Policy,
    program: Program,
    *,
    interim: Period,
    year: Period,
    removals: int,
    sampled: int = 0,
    seed: int,
) -> Finding:
    """Take people out of delivered files, with all their records in all feeds.

    Args:
        policy: The policy; its own tables are counted.
        program: Gives areas and the fiscal year.
        interim: A shorter period of the year, counted before the month after it is delivered.
        year: The fiscal year that holds it, counted with that month.
        removals: How many people are taken out; half of the interim release, half of the year.
        sampled: How many towns are also delivered by themselves, to try that the pass is right.
        seed: Chooses the towns.

    Returns:
        The finding: no release says more about any of them than it declares, over all its blocks.
    """
    towns = make_towns(program, interim, towns=max(1, removals // 2), seed=seed)
    plans = [make_plan(policy, program=program, period=period) for period in (interim, year)]
    with deliver(towns, program=program, interim=interim) as made:
        passes = [made.measure(plan) for plan in plans]
    odd = sum(
        one.squared.get(number, 0) != squared
        for number in range(0, len(towns), max(1, len(towns) // max(1, sampled)))[:sampled]
        for one, squared in zip(
            passes, alone(towns[number], plans, program=program, interim=interim), strict=True
        )
    )
    worst = max(one.cost(number) / one.declared for one in passes for number in range(len(towns)))
    blank = max(passes[0].cost(number) for number in range(0, len(towns), len(KINDS)))
    good = worst <= 1 and not odd and blank <= passes[0].declared
    said = (
        f"{2 * len(towns):,} made-up people were taken out of delivered files of {interim.name} "
        f"and {year.name}, with all their records in all feeds: the worst cost "
        f"{float(worst):.6f} of what the release declares, somebody met {TIMES} "
        f"times after calls without an ending {float(blank):.4f}."
    )
    if odd:
        said += f" {odd} counts by themselves differ from the pass: mend the check."
    return Finding(
        PEOPLE,
        ok=good,
        said=said,
        figures={WORST: float(worst), BLANK: float(blank), "people_removed": 2 * len(towns)},
    )


def alone(
    town: Town, plans: Sequence[Plan], *, program: Program, interim: Period
) -> tuple[int, ...]:
    """Deliver one town by itself, whole and without its person, and compare the two vectors."""
    vectors = []
    for one in (town, town.without("P")):
        with deliver([one], program=program, interim=interim, pairs=False) as made:
            vectors.append([made.vector(plan) for plan in plans])
    found = []
    for plan, whole, rest in zip(plans, *vectors, strict=True):
        distances = {one.where: one.squared for one in measure_removal(plan.spec, whole, rest)}
        found.append(distances[WHOLE])
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Delivered:
    """Towns as delivered; months are taken in as far as each release needs them."""

    program: Program
    vault: Vault
    engine: Engine
    sources: tuple[Source, ...]
    months: tuple[str, ...]
    worlds: pa.Table

    def measure(self, plan: Plan) -> Pass:
        """Measure what each person moves in a release."""
        self._count(plan)
        squared = measure_pairs(
            plan.spec, "delivered", self.worlds, connection=self.engine.connection
        )
        return Pass(plan, squared)

    def vector(self, plan: Plan) -> list[int]:
        """Count a release as it is counted for real."""
        self._count(plan)
        return count.count_cells(
            plan.spec, connection=self.engine.connection, incidents="delivered"
        )

    def _count(self, plan: Plan) -> None:
        """Take in what the release needs, and hold its incidents in a view."""
        last = plan.period.months[-1]
        for month in self.months:
            if month <= last and not link.incident_file(self.vault, month=month).exists():
                self._take_in(month)
        there = [one for one in self.months if one in plan.period.months]
        files = [link.incident_file(self.vault, month=one) for one in there]
        if any(block.name == _PERSONS for block in plan.spec.blocks):
            files.append(persons.gather_persons(there, vault=self.vault, engine=self.engine))
        self.engine.connection.from_parquet(
            [str(file) for file in files], hive_partitioning=False, union_by_name=True
        ).create_view("delivered", replace=True)

    def _take_in(self, month: str) -> None:
        program, vault, engine, sources = self.program, self.vault, self.engine, self.sources
        today = date.fromisoformat(f"{self.months[-1]}-28")
        for source in sources:
            land.land_feed(
                source,
                program=program,
                month=month,
                vault=vault,
                engine=engine,
                inbox=program.path("inbox"),
                today=today,
            )
            judge.judge_feed(
                source, program=program, month=month, vault=vault, engine=engine, sources=sources
            )
            strip.strip_feed(source, program=program, month=month, vault=vault, engine=engine)
        for source in sources:
            code.code_feed(
                source, program=program, month=month, vault=vault, engine=engine, sources=sources
            )
        link.link_incidents(
            sources, program=program, month=month, vault=vault, engine=engine, today=today
        )


@contextmanager
def deliver(
    towns: Sequence[Town], *, program: Program, interim: Period, pairs: bool = True
) -> Iterator[Delivered]:
    """Write the files of some towns, each also without its person, and open a vault for them.

    Args:
        towns: The towns.
        program: Gives areas and the fiscal year.
        interim: The months around it are delivered.
        pairs: Whether each town is also delivered without its person; else it is only one.
    """
    first, last = interim.months[0], interim.months[-1]
    months = (next_month(first, steps=-1), *interim.months, next_month(last))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder).resolve()
        here = program.model_copy(
            update={"directory": path, "first_month": months[0], "last_month": None}
        )
        _write_sources(here)
        sources = tuple(sorted(load_sources(here), key=lambda one: _TABLES[one.feed] != "calls"))
        vault = open_vault(here)
        written = list(_number(towns, pairs=pairs))
        _write_files(written, here)
        with (
            standing_in(judge_counts, _no_verdict),
            Engine(vault, threads=1, memory_mb=_MEMORY_MB) as engine,
        ):
            key = vault.key(interim.fiscal_year)
            worlds = _find_worlds(written, sources, key=key)
            yield Delivered(here, vault, engine, sources, months, worlds)


def _no_verdict(
    counts: Mapping[str, int], rules: Collection[Rule], *, name: str, **_: object
) -> Verdict:
    """Stand in for the verdict on a month, on which no row depends, and which takes long."""
    del rules
    return Verdict(name=name, records=counts["records"], findings=(), suite={})


World = tuple[int, int, Town]  # which town, 1 if whole and -1 without its person, and its rows


def _number(towns: Sequence[Town], *, pairs: bool) -> Iterator[World]:
    """Give the numbers of each town, whole and not, a beginning that no other has."""
    for number, town in enumerate(towns):
        worlds = {1: town, -1: town.without("P")} if pairs else {1: town}
        for sign, one in worlds.items():
            begins = f"{number}{'w' if sign > 0 else 'r'}-"
            rows = {
                feed: [_begin(row, begins) for row in given] for feed, given in one.rows.items()
            }
            yield number, sign, Town(rows)


def _begin(row: Row, begins: str) -> Row:
    return {
        name: value.replace(number, f"{begins}{number}")
        if name.endswith("_id") and (number := value.strip())
        else value
        for name, value in row.items()
    }


def _find_worlds(worlds: Sequence[World], sources: Sequence[Source], *, key: bytes) -> pa.Table:
    """Say which town and side every unit is of."""
    found: dict[int, tuple[int, int]] = {}
    for number, sign, town in worlds:
        for source in sources:
            for name in source.numbers:
                read = numbers_of(source, name)
                for text in {row[name] for row in town.rows[source.feed] if row[name]}:
                    unit = hash_identity(read, text, key=key)
                    if unit is not None:
                        found[unit] = (number, sign)
    return pa.table(
        {
            "unit_key": pa.array(list(found), pa.int64()),
            "world": pa.array([number for number, _ in found.values()], pa.int64()),
            "side": pa.array([sign for _, sign in found.values()], pa.int64()),
        }
    )


def _delivered(contract: Contract) -> list[Column]:
    """Columns that a feed delivers under their contract names: all that are not made of others."""
    return [
        one
        for one in contract.columns
        if not one.derived and (one.role is not Role.MEASURE or not one.between)
    ]


def _write_sources(program: Program) -> None:
    """Write one source a feed; every code is written as itself."""
    folder = program.path("sources")
    folder.mkdir()
    program.path("inbox").mkdir()
    for feed, table in _TABLES.items():
        contract = load_contract(table)
        columns = {one.name: _describe(one) for one in _delivered(contract)}
        numbering = {"participant": "town", "call": _NAMES[feed]} if feed in _NAMES else {}
        areas = {area.code: area.code for area in program.areas}
        text = {
            "feed": feed,
            "contract": table,
            "files": f"{feed}.csv",
            "columns": columns,
            "places": areas if contract.named(Role.PLACE) else {},
            "numbering": numbering,
        }
        (folder / f"{feed}.yaml").write_text(yaml.safe_dump(text), encoding="utf-8")


def _describe(column: Column) -> dict[str, object]:
    told: dict[str, object] = {"to": column.name}
    if column.role is Role.TIME:
        dated = column.name.endswith("_date")
        told |= {"format": "%Y-%m-%d", "precision": "date"} if dated else {"format": _CLOCK}
    if column.codes:
        required = {UNKNOWN} if column.required else set()
        told["codes"] = {one: one for one in load_codes(column.codes).codes if one not in required}
    if column.role is Role.IDENTIFIER:
        told["alike"] = ["case"]
    return told


def _write_files(worlds: Sequence[World], program: Program) -> None:
    for feed, table in _TABLES.items():
        names = [one.name for one in _delivered(load_contract(table))]
        with program.path("inbox", f"{feed}.csv").open("w", encoding="utf-8", newline="") as stream:
            lines = csv.DictWriter(stream, names, restval="", lineterminator="\n")
            lines.writeheader()
            for _, _, town in worlds:
                lines.writerows(town.rows[feed])


@dataclass
class _Maker:
    """Writes the records of one town; `alike` people fall in the same cells each time."""

    program: Program
    interim: Period
    draw: random.Random
    town: Town = field(default_factory=Town)
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(10**6)))
    facts: dict[str, Row] = field(default_factory=dict)

    def moment(self) -> datetime:
        """Some moment of the interim period."""
        days = (self.interim.end - self.interim.start).days
        minutes = self.draw.randrange(60, days * 1440 - 60)
        return datetime.combine(self.interim.start, datetime.min.time()) + timedelta(
            minutes=minutes
        )

    def fill(self, table: str, *, alike: bool) -> Row:
        """Choose a code that tables keep for every column, and an area."""
        if alike and table in self.facts:
            return dict(self.facts[table])
        row: Row = {}
        for column in _delivered(load_contract(table)):
            if column.codes:
                known = [one for one in load_codes(column.codes).codes if one != UNKNOWN]
                row[column.name] = self.draw.choice(known)
            elif column.role is Role.PLACE:
                row[column.name] = self.draw.choice([one.code for one in self.program.areas])
            elif column.role is Role.MEASURE:
                row[column.name] = "1"
        self.facts[table] = row
        return dict(row)

    def call(self, line: str, at: datetime, *, ending: str, alike: bool = False) -> str:
        """Write a call."""
        number = str(next(self.numbers))
        row = self.fill("calls", alike=alike)
        sent, came = (at + timedelta(minutes=minutes) for minutes in (4, 9))
        row |= {"call_id": number, "path_code": ending, "received_datetime": at.strftime(_CLOCK)}
        row |= {"dispatched_datetime": sent.strftime(_CLOCK)}
        row |= {"arrived_datetime": came.strftime(_CLOCK)}
        self.town.rows[line].append(row)
        return number

    def visit(
        self, feed: str, at: datetime, people: Sequence[str], *, call: str = "", alike: bool = False
    ) -> None:
        """Write a visit to some people, one row each."""
        number = str(next(self.numbers))
        for order, person in enumerate(people, start=1):
            row = self.fill("encounters", alike=alike)
            row |= {"encounter_id": number, "call_id": call, "participant_id": person}
            row |= {"person_order": str(order), "encounter_datetime": at.strftime(_CLOCK)}
            row |= {"departed_datetime": (at + timedelta(minutes=35)).strftime(_CLOCK)}
            row["record_permission_code"] = "linked"
            self.town.rows[feed].append(row)

    def meet(
        self,
        people: Sequence[str],
        *,
        feed: str = "visits",
        ending: str = "",
        alike: bool = False,
        at: datetime | None = None,
        after: timedelta = timedelta(minutes=9),
    ) -> None:
        """Write a call and the visit that it led to."""
        received = at or self.moment()
        number = self.call(_NAMES[feed], received, ending=ending, alike=alike)
        self.visit(feed, received + after, people, call=number, alike=alike)

    def miss_and_answer(self) -> None:
        """Write a call of theirs at which nobody was met, and their answer to the survey."""
        number = self.call("line_911", self.moment(), ending="not_found")
        self.town.theirs.add(("line_911", number))
        row = self.fill("surveys", alike=False)
        row |= {
            "response_id": str(next(self.numbers)),
            "answered_date": f"{self.moment():%Y-%m-%d}",
        }
        self.town.rows["answers"].append(row)
        self.town.theirs.add(("answers", row["response_id"]))


def _blank_endings(made: _Maker) -> None:
    """Met twenty times, and dispatch never wrote down how the call ended."""
    for _ in range(TIMES):
        made.meet(["P"])


def _everything(made: _Maker) -> None:
    """Met often and always alike, missed once, and asked once: most of every bound."""
    for _ in range(made.draw.choice((9, 24, 40))):
        made.meet(["P"], ending=made.draw.choice(_ENDINGS), alike=True)
    made.miss_and_answer()


def _shares(made: _Maker) -> None:
    """Met with others, at calls that others' visits name too, and alone."""
    for turn in range(made.draw.randrange(4, 16)):
        at, other = made.moment(), made.draw.choice(["Q", "R", ""])
        number = made.call("line_911", at, ending=made.draw.choice(_ENDINGS))
        made.visit("visits", at + timedelta(minutes=9), ["P", other][: 1 + turn % 2], call=number)
        if turn % 3 == 0:
            made.visit("visits", at + timedelta(days=1), [other], call=number)


def _edges(made: _Maker) -> None:
    """Met right after the last midnight of a month, a quarter and a year, or just before it."""
    edges = [made.interim.start, made.interim.end]
    edges += [date.fromisoformat(f"{month}-01") for month in made.interim.months[1:]]
    for turn in range(made.draw.randrange(6, 20)):
        edge = datetime.combine(edges[turn % len(edges)], datetime.min.time())
        apart = timedelta(minutes=made.draw.randrange(1, 2880))
        later = made.draw.random() < 0.75  # noqa: PLR2004
        at = edge - apart if later else edge + timedelta(minutes=7)
        after = apart + timedelta(minutes=11) if later else -timedelta(minutes=19)
        made.meet(["P"], ending=made.draw.choice(_ENDINGS), at=at, after=after)


def _two_lines(made: _Maker) -> None:
    """Met by two teams after calls of two lines that give out the same numbers."""
    for _ in range(made.draw.randrange(3, 12)):
        feed = made.draw.choice(["visits", "outreach"])
        spelled = made.draw.choice(["P", "p", " P "])
        made.meet([spelled], feed=feed, ending=made.draw.choice(_ENDINGS))
    for line, other in (("line_911", "line_988"), ("line_988", "line_911")):
        for row in list(made.town.rows[line]):
            if not any(one["call_id"] == row["call_id"] for one in made.town.rows[other]):
                made.town.rows[other].append({**row, "path_code": "not_found"})


def _twice(made: _Maker) -> None:
    """Delivered twice: the same rows, and calls again with another ending."""
    for _ in range(made.draw.randrange(3, 9)):
        made.meet(["P", made.draw.choice(["Q", ""])], ending=made.draw.choice(_ENDINGS))
    made.miss_and_answer()
    calls, rows = made.town.rows["line_911"], made.town.rows["visits"]
    calls += [{**row, "path_code": made.draw.choice(_ENDINGS)} for row in calls[:-1:2]]
    rows += rows[::2]


def _far(made: _Maker) -> None:
    """Met two months after the call, so that no month has both, nor has a month beside it."""
    begins = datetime.combine(made.interim.start, datetime.min.time())
    for turn in range(TIMES):
        at = begins + timedelta(days=turn, minutes=made.draw.randrange(1440))
        made.meet(["P"], ending=made.draw.choice(_ENDINGS), at=at, after=timedelta(days=62))


KINDS: tuple[Callable[[_Maker], None], ...] = (
    _blank_endings,
    _everything,
    _shares,
    _edges,
    _two_lines,
    _twice,
    _far,
)


def make_towns(program: Program, interim: Period, *, towns: int, seed: int) -> list[Town]:
    """Make up towns, of every kind in turn; in each there is a person `P`.

    Args:
        program: Gives the areas.
        interim: When most of it happens.
        towns: How many.
        seed: Chooses what is written.
    """
    made = []
    for number in range(towns):
        maker = _Maker(program, interim, random.Random(f"{seed} {number}"))  # noqa: S311
        KINDS[number % len(KINDS)](maker)
        made.append(maker.town)
    return made
