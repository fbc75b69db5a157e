"""A tiny program whose feeds are tables about nobody, and about staff."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from data_contracts.feed import Source
from data_contracts.judge import Verdict
from data_contracts.program import Program, load_program
from data_contracts.source import load_source, load_sources
from transforms.engine import Engine
from transforms.judge import judge_feed
from transforms.land import land_feed
from transforms.publish import publish_feed
from transforms.vault import ALL, Vault, open_vault

TODAY = date(2025, 12, 31)

PROGRAM = """
name: Test
city: Nowhere
custodian: {name: Nobody, kind: other}
time_zone: America/Los_Angeles
first_month: 2025-01
contact: nobody
areas:
  - {code: north, name: North, kind: urban, population: 20000}
comparison:
  - {code: far_away, name: Far away, kind: urban, population: 30000}
"""

STAFFING = """
feed: staffing
contract: staffing
files: staffing.csv
columns:
  Line: {to: staffing_line_id}
  Day: {to: reported_date, format: "%m/%d/%Y", precision: date}
  Post: {to: post_code, codes: {Peer: peer_specialist, Medic: medic}}
  Posts: {to: n_posts}
  Staff: {to: n_people}
  Left: {to: n_left}
  Hours: {to: staffed_hours}
  Lowest pay: {to: pay_low_usd_per_hour}
  Lived: {to: lived_experience_band_code, bands: true}
  Personnel note: {drop: free text}
"""

SPENDING = """
feed: spending
contract: spending
files: spending_*.csv
columns:
  Entry: {to: entry_id}
  Line: {to: line_id}
  Booked: {to: booked_date, format: "%Y-%m-%d", precision: date}
  Year: {to: budget_year}
  Kind: {to: spending_kind_code, codes: {Cost: program_cost, Again: reinvestment}}
  Stage:
    to: spending_stage_code
    codes: {Certified: certified, Set aside: appropriated, Paid: spent}
  Fund: {to: fund_code, codes: {General: general_fund}}
  Amount: {to: amount_usd}
"""

OUTCOMES = """
feed: outcomes
contract: outcomes
files: outcomes.csv
columns:
  Month: {to: month_date, format: "%Y-%m-%d", precision: date}
  Zone: {to: area}
  What: {to: outcome_code, codes: {Theft: property_offenses, Burglary: property_offenses}}
  Number: {to: n_events}
places: {N: north, F: far_away}
"""

STAFF_ROW = ("L1", "03/31/2025", "Peer", "12", "12", "3", "1800", "24.50", "60", "")
COST_ROW = ("E1", "", "2025-02-03", "2025", "Cost", "Paid", "General", "1234.50")
OUTCOME_ROW = ("2025-01-01", "N", "Theft", "7")

PUBLIC_SOURCE = """public_source:
  title: Open data of the city
  href: https://example.org/outcomes
  retrieved: 2026-01-31
columns:"""

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class Office:
    """A program with its vault and engine."""

    program: Program
    vault: Vault
    engine: Engine

    @property
    def public(self) -> Path:
        """Where anyone may read."""
        return self.program.path("public")

    def source(self, feed: str) -> Source:
        """One feed, its file read anew."""
        return load_source(self.program.path("sources", f"{feed}.yaml"), program=self.program)

    def sources(self) -> tuple[Source, ...]:
        """Every feed."""
        return load_sources(self.program)

    def rewrite(self, feed: str, old: str, new: str, *, under: str = "") -> None:
        """Change what a source file says, or add a like one under another name."""
        text = self.program.path("sources", f"{feed}.yaml").read_text(encoding="utf-8")
        assert old in text
        to = self.program.path("sources", f"{under or feed}.yaml")
        to.write_text(text.replace(old, new), encoding="utf-8")

    def deliver(self, feed: str, rows: Sequence[Cells], *, name: str = "") -> Path:
        """Write a delivered file."""
        file = self.program.path("inbox", name or f"{feed}.csv")
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([[*self.source(feed).columns], *rows])
        return file

    def land(self, feed: str, *, month: str = ALL) -> None:
        """Land one feed."""
        land_feed(
            self.source(feed),
            program=self.program,
            month=month,
            vault=self.vault,
            engine=self.engine,
            inbox=self.program.path("inbox"),
            today=TODAY,
        )

    def judge(self, feed: str) -> Verdict:
        """Judge one feed as a whole table."""
        return judge_feed(
            self.source(feed),
            program=self.program,
            month=ALL,
            vault=self.vault,
            engine=self.engine,
            sources=self.sources(),
        )

    def publish(self, feed: str) -> Path:
        """Publish what was judged."""
        return publish_feed(
            self.source(feed),
            program=self.program,
            vault=self.vault,
            engine=self.engine,
            public=self.public,
        )

    def take(self, feed: str, rows: Sequence[Cells], *, name: str = "") -> list[dict[str, str]]:
        """Deliver rows, take them the whole road, and read what anyone may."""
        self.deliver(feed, rows, name=name)
        self.land(feed)
        self.judge(feed)
        return read_rows(self.publish(feed))


def read_rows(file: Path) -> list[dict[str, str]]:
    """Rows of a public table."""
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@contextmanager
def open_office(folder: Path) -> Iterator[Office]:
    """Lay out the program in a folder and open its engine."""
    for name in ("sources", "inbox"):
        (folder / name).mkdir(parents=True)
    (folder / "program.yaml").write_text(PROGRAM, encoding="utf-8")
    feeds = {"staffing": STAFFING, "spending": SPENDING, "outcomes": OUTCOMES}
    for feed, text in feeds.items():
        (folder / "sources" / f"{feed}.yaml").write_text(text, encoding="utf-8")
    program = load_program(folder)
    vault = open_vault(program)
    with Engine(vault, threads=1, memory_mb=256) as engine:
        yield Office(program=program, vault=vault, engine=engine)
