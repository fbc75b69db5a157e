"""A tiny program with two feeds, or three, whose files tests write row by row."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from data_contracts.feed import Source
from data_contracts.judge import Verdict
from data_contracts.program import Program, load_program
from data_contracts.source import load_sources
from transforms.code import code_feed
from transforms.engine import Engine
from transforms.identity import Numbers, hash_identity
from transforms.judge import judge_feed
from transforms.land import land_feed
from transforms.link import link_incidents
from transforms.strip import strip_feed
from transforms.vault import Vault, open_vault

TODAY = date(2025, 12, 31)
MONTH = "2025-02"

PROGRAM = """
name: Test
city: Nowhere
custodian: {name: Nobody, kind: other}
time_zone: America/Los_Angeles
first_month: 2025-01
contact: nobody
areas:
  - {code: north, name: North, kind: urban, population: 20000}
  - {code: south, name: South, kind: rural, population: 30000}
"""

CALLS = """
feed: calls
contract: calls
files: "calls_*.csv"
format: {encoding: utf-8, nulls: ["", "NULL"]}
columns:
  No: {to: call_id}
  Received: {to: received_datetime, format: "%Y-%m-%d %H:%M"}
  Sent: {to: dispatched_datetime, format: "%Y-%m-%d %H:%M"}
  Arrived: {to: arrived_datetime, format: "%Y-%m-%d %H:%M"}
  Where: {to: area}
  Kind: {to: call_type_code, codes: {Welfare Check: welfare_check, Overdose: overdose}}
  End: {to: path_code, codes: {Met: contact, Nobody there: not_found}}
  Police: {to: police_code, codes: {Backup: backup_requested, Nobody: none}}
  Caller: {drop: name}
places: {North side: north, South side: south}
"""

VISITS = """
feed: visits
contract: encounters
files: "visits_*.csv"
format: {encoding: utf-8, nulls: ["", "NULL"]}
columns:
  Visit: {to: encounter_id}
  Call: {to: call_id}
  Person: {to: participant_id}
  Start: {to: encounter_datetime, format: "%Y-%m-%d %H:%M"}
  End: {to: departed_datetime, format: "%Y-%m-%d %H:%M"}
  Where: {to: area}
  Gender: {to: gender_code, codes: {W: female, M: male}}
  Age: {to: age_band_code, bands: true}
  Kits: {to: kits_n}
  Outcome: {to: disposition_code, codes: {Helped: resolved, Refused: declined, Jail: arrest}}
  Offer: {to: referral_code, codes: {"Yes": accepted, "No": declined}}
  Police: {to: police_code, codes: {Backup: backup_requested, Nobody: none}}
  May: {to: record_permission_code, codes: {Link: linked, Count: count_only}}
  Notes: {drop: free text}
places: {North side: north, South side: south}
constants: {responder_code: crisis_team}
"""

SURVEYS = """
feed: surveys
contract: surveys
files: "surveys_*.csv"
columns:
  Response: {to: response_id}
  Day: {to: answered_date, format: "%Y-%m-%d", precision: date}
  Where: {to: area}
  Rating: {to: satisfaction_code, codes: {"5": very_satisfied, "1": very_dissatisfied}}
  Theme: {to: main_theme_code, codes: {Heard: felt_heard, Wait: waited_too_long}}
  Words: {drop: free text}
places: {North side: north, South side: south}
"""

CALL = {
    "No": "C1",
    "Received": "2025-02-03 10:00",
    "Sent": "",
    "Arrived": "2025-02-03 10:20",
    "Where": "North side",
    "Kind": "Overdose",
    "End": "Met",
    "Police": "",
    "Caller": "",
}
VISIT = {
    "Visit": "V1",
    "Call": "C1",
    "Person": "P1",
    "Start": "2025-02-03 10:20",
    "End": "2025-02-03 10:50",
    "Where": "",
    "Gender": "W",
    "Age": "34",
    "Kits": "2",
    "Outcome": "",
    "Offer": "",
    "Police": "",
    "May": "Link",
    "Notes": "",
}
RESPONSE = {
    "Response": "R1",
    "Day": "2025-02-20",
    "Where": "",
    "Rating": "5",
    "Theme": "",
    "Words": "",
}

# Who gives out each kind of number here.
NUMBERED_BY = {"participant": "visits", "encounter": "visits", "call": "calls"}
NUMBERED_BY["response"] = "surveys"

Row = Mapping[str, str]
Incident = tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Town:
    """A program with its vault, engine and inbox."""

    program: Program
    vault: Vault
    engine: Engine
    loaded: dict[tuple[str, ...], tuple[Source, ...]] = field(default_factory=dict)

    @property
    def inbox(self) -> Path:
        """Where files are delivered."""
        return self.program.path("inbox")

    def source(self, feed: str) -> Source:
        """One of the feeds, or any other that a test wrote."""
        return {source.feed: source for source in self.sources()}[feed]

    def sources(self) -> tuple[Source, ...]:
        """Every feed; its file is read again when a test has changed it."""
        files = sorted(self.program.path("sources").iterdir())
        texts = tuple(path.read_text(encoding="utf-8") for path in files)
        if texts not in self.loaded:
            self.loaded[texts] = load_sources(self.program)
        return self.loaded[texts]

    def record_sources(self) -> tuple[Source, ...]:
        """Every feed about people; the others never take this road."""
        return tuple(source for source in self.sources() if source.contract.clock)

    def write(self, name: str, rows: Sequence[Row], *, header: Row) -> Path:
        """Deliver rows, which differ from `header` where they say so."""
        lines = [",".join(header)]
        lines += [",".join({**header, **row}.values()) for row in rows]
        return self.deliver(name, ("\n".join(lines) + "\n").encode())

    def deliver(self, name: str, content: bytes) -> Path:
        """Deliver bytes."""
        file = self.inbox / name
        file.write_bytes(content)
        return file

    def land(self, feed: str, *, month: str = MONTH, today: date = TODAY) -> None:
        """Land one feed."""
        land_feed(
            self.source(feed),
            program=self.program,
            month=month,
            vault=self.vault,
            engine=self.engine,
            inbox=self.inbox,
            today=today,
        )

    def judge(self, feed: str, *, month: str = MONTH) -> Verdict:
        """Judge one feed."""
        return judge_feed(
            self.source(feed),
            program=self.program,
            month=month,
            vault=self.vault,
            engine=self.engine,
            sources=self.sources(),
        )

    def strip_out(self, feed: str, *, month: str = MONTH) -> None:
        """Strip one feed."""
        strip_feed(
            self.source(feed),
            program=self.program,
            month=month,
            vault=self.vault,
            engine=self.engine,
        )

    def code(self, feed: str, *, month: str = MONTH) -> None:
        """Code one feed."""
        code_feed(
            self.source(feed),
            program=self.program,
            month=month,
            vault=self.vault,
            engine=self.engine,
            sources=self.sources(),
        )

    def link(self, *, month: str = MONTH, today: date = TODAY) -> None:
        """Link the month."""
        link_incidents(
            self.sources(),
            program=self.program,
            month=month,
            vault=self.vault,
            engine=self.engine,
            today=today,
        )

    def run(
        self,
        calls: Sequence[Row],
        visits: Sequence[Row],
        *,
        months: Sequence[str],
        today: date = TODAY,
    ) -> None:
        """Deliver both feeds, and take the months through every step."""
        self.write("calls_all.csv", calls, header=CALL)
        self.write("visits_all.csv", visits, header=VISIT)
        self.take(months=months, today=today)

    def ask(self) -> None:
        """Have the program ask people how it was: it gets a third feed."""
        self.program.path("sources", "surveys.yaml").write_text(SURVEYS)

    def take(self, *, months: Sequence[str], today: date = TODAY) -> None:
        """Take months of every feed about people through every step, as they were delivered."""
        for month in months:
            for source in self.record_sources():
                self.land(source.feed, month=month, today=today)
            for step in (self.judge, self.strip_out, self.code):
                for source in self.record_sources():
                    step(source.feed, month=month)
            self.link(month=month, today=today)

    def prepare(self, feed: str, *, month: str = MONTH) -> None:
        """Take one feed through every step but the last."""
        self.land(feed, month=month)
        self.judge(feed, month=month)
        self.strip_out(feed, month=month)
        self.code(feed, month=month)

    def incidents(self) -> list[dict[str, object]]:
        """Every incident, as rows."""
        return rows_of(self.vault.path("coded", "private_incidents"))


def hash_number(kind: str, written: str, *, key: bytes, numbering: str = "") -> int | None:
    """Key of a number of the town, as `strip` makes it; `numbering` where not the usual."""
    return hash_identity(Numbers(kind, numbering or NUMBERED_BY[kind]), written, key=key)


def rows_of(folder: Path) -> list[dict[str, object]]:
    """Rows of every Parquet file below a folder, as mappings."""
    found: list[dict[str, object]] = []
    for file in sorted(folder.rglob("*.parquet")):
        with duckdb.connect() as db:
            result = db.execute(
                "SELECT * FROM read_parquet(?, hive_partitioning = false)", [str(file)]
            )
            names = [column[0] for column in result.description]
            found += [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return found


def multiset(rows: Sequence[Mapping[str, object]]) -> Counter[Incident]:
    """Count equal rows."""
    return Counter(tuple((name, row[name]) for name in sorted(row)) for row in rows)


@contextmanager
def build(folder: Path) -> Iterator[Town]:
    """Lay out the program in a folder and open its engine."""
    for name in ("sources", "inbox"):
        (folder / name).mkdir(parents=True)
    (folder / "program.yaml").write_text(PROGRAM)
    (folder / "sources" / "calls.yaml").write_text(CALLS)
    (folder / "sources" / "visits.yaml").write_text(VISITS)
    program = load_program(folder)
    vault = open_vault(program)
    with Engine(vault, threads=1, memory_mb=256) as engine:
        yield Town(program=program, vault=vault, engine=engine)
