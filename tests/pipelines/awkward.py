"""A made-up town whose visits are known to the last one, for files that tests spoil.

Noise is so small that a visit that goes missing shows: 200 visits a month, sd under one.
"""

import csv
import io
import shutil
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from typer.testing import Result

from pipelines.directory import Directory
from tests.pipelines.conftest import Command

MONTHS = ("2025-01", "2025-02", "2025-03")
PERIOD = "2025-Q1"
A_MONTH = 200

PROGRAM = """
name: Hunt Town Team
city: Hunt Town
custodian: {name: Test desk, kind: other}
time_zone: America/Chicago
fiscal_year_start: 1
first_month: 2025-01
last_month: 2025-03
languages: [en, es]
contact: nobody
areas:
  - {code: north, name: North Side, kind: urban, population: 50000}
  - {code: penon, name: Peñón, kind: suburban, population: 30000}
  - {code: south, name: South County, kind: rural, population: 20000}
"""

ENCOUNTERS = """
feed: encounters
contract: encounters
files: "encounters_{month}.csv"
format: {encoding: utf-8, delimiter: ",", nulls: ["", "NULL"]}
columns:
  Contact ID: {to: encounter_id}
  Client ID: {to: participant_id}
  Contact Start: {to: encounter_datetime, format: "%m/%d/%Y %H:%M"}
  Contact End: {to: departed_datetime, format: "%m/%d/%Y %H:%M"}
  Zone: {to: area}
  Outcome:
    to: disposition_code
    codes:
      Resolved on scene: resolved
      Emergency Department: emergency_department
      Shelter: shelter
      Arrest: arrest
      Refused: declined
      Unknown: unknown
  Naloxone:
    to: naloxone_code
    codes: {Yes: given, No: not_given, Unknown: unknown}
  Age: {to: age_band_code, bands: true}
  Kits: {to: kits_n}
  Permission:
    to: record_permission_code
    codes: {Link: linked, Count only: count_only}
  Patient Name: {drop: name}
  Notes: {drop: free text}
places:
  North Side: north
  Peñón: penon
  South County: south
"""

PRIVACY = """
unit: participant
synthetic: true
cap_rho: 200
reason: made-up records of a test, so that noise does not hide a mistake
deid_basis: expert_determination
retention: {raw_days: 7, coded_days: 9000, authority: none is needed}
releases:
  {kind}:
    rho: {rho}
    per_year: {per_year}
    blocks:
      contacts:
        split: 1
        clip: 3
        expected: 600
        expected_source: made up
        expected_clip_loss: 0.01
        profile:
          area: {north: 0.5, penon: 0.3, south: 0.2, unknown: 0}
          disposition: {resolved: 0.6, emergency_department: 0.15, shelter: 0.05, arrest: 0.05,
                        declined: 0.1, unknown: 0.05}
          naloxone: {given: 0.1, not_given: 0.85, unknown: 0.05}
        tables:
          contacts_month: {dims: [month], share: 0.4}
          contacts_area: {dims: [area], share: 0.2}
          disposition: {dims: [disposition], share: 0.2}
          naloxone: {dims: [naloxone], share: 0.2}
approvals: []
"""

METRICS = """
decided_by: {en: Nobody, es: Nadie}
decided_on: 2024-12-01
measures:
  visits: {decision: approved}
  disposition: {decision: approved}
  naloxone: {decision: approved}
"""

Visit = dict[str, str]


def visits(month: str, *, n: int = A_MONTH, first: int = 0) -> list[Visit]:
    """Make the visits of a month, spread evenly over its days.

    Args:
        month: `YYYY-MM`.
        n: How many.
        first: Number of the first.

    Returns:
        One mapping a visit, under the feed's own column names, in the order of the days.
    """
    year, number = int(month[:4]), int(month[5:])
    days = monthrange(year, number)[1]
    made = []
    for one in range(n):
        day, hour = 1 + one * days // n, 8 + one % 12
        start = f"{number:02d}/{day:02d}/{year:04d} {hour:02d}"
        made.append(
            {
                "Contact ID": f"{month[2:4]}{month[5:]}{first + one:05d}",
                "Client ID": "",
                "Contact Start": f"{start}:10",
                "Contact End": f"{start}:45",
                "Zone": ("North Side", "North Side", "Peñón", "South County")[one % 4],
                "Outcome": "Refused" if one % 10 == 0 else "Resolved on scene",
                "Naloxone": "Yes" if one % 8 == 0 else "No",
                "Age": str(20 + one % 50),
                "Kits": "0",
                "Permission": "Count only",
                "Patient Name": "Zebulon Canarysson",
                "Notes": 'talked, "calm"',
            }
        )
    return made


def write_csv(rows: Sequence[Mapping[str, str]], *, delimiter: str = ",", end: str = "\n") -> str:
    """Write rows as a file is delivered."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*rows[0]], delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@dataclass(frozen=True)
class Town:
    """A program directory, and the command line on it."""

    folder: Path
    call: Command

    @property
    def given(self) -> Directory:
        """The program directory, opened."""
        return Directory(path=self.folder)

    @property
    def inbox(self) -> Path:
        """Where files are delivered."""
        return self.folder / "inbox"

    def file(self, month: str) -> Path:
        """The delivered visits of a month."""
        return self.inbox / f"encounters_{month}.csv"

    def deliver(self, month: str, rows: Sequence[Mapping[str, str]]) -> None:
        """Deliver the visits of a month."""
        self.file(month).write_text(write_csv(rows), encoding="utf-8")

    def spoil(self, month: str, change: Callable[[str], str]) -> None:
        """Change the text of a delivered file."""
        file = self.file(month)
        file.write_bytes(change(file.read_bytes().decode()).encode())

    def change(self, name: str, change: Callable[[str], str]) -> None:
        """Change a file of the configuration."""
        file = self.folder / name
        file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")

    def accept(self, month: str, rule: str, *, feed: str = "encounters") -> None:
        """Say in a source file that what a rule found in a month is right."""
        file = self.folder / "sources" / f"{feed}.yaml"
        found = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
        because = {"en": "The team had a day off.", "es": "El equipo descansó un día."}
        found.setdefault("accepted", []).append({"month": month, "rule": rule, "because": because})
        file.write_text(yaml.safe_dump(found, allow_unicode=True), encoding="utf-8")

    def check(self) -> Result:
        """Run `care-dividend check`."""
        return self.call("check", "--program", self.folder)

    def run(self, *periods: str) -> Result:
        """Run `care-dividend run` for periods, the quarter where none is named."""
        named = [word for period in periods or (PERIOD,) for word in ("--period", period)]
        return self.call("run", "--program", self.folder, *named)

    def status(self) -> str:
        """What `care-dividend status --private` prints."""
        result = self.call("status", "--program", self.folder, "--private")
        assert result.exit_code == 0, result.output
        return " ".join(result.output.split())

    def drawn(self) -> list[str]:
        """Releases in the ledger."""
        given = self.given
        return [row.release for row in given.ledger.rows()] if given.has_ledger else []

    def published(self, period: str = PERIOD, table: str = "contacts_month") -> dict[str, float]:
        """Published estimates of a table, by its first column."""
        file = self.folder / "public" / "releases" / period / "tables" / f"{table}.csv"
        rows = csv.reader(file.read_text(encoding="utf-8").splitlines())
        header = next(rows)
        at = header.index("estimate")
        return {row[0]: float(row[at]) for row in rows}

    def require_stopped(self, *words: str, by: str = "run") -> str:
        """Require that nothing was released, and that the reason has these words in one line.

        Returns:
            What was said.
        """
        result = self.run() if by == "run" else self.check()
        said = " ".join((result.stderr + result.output).split())
        assert result.exit_code == 1, said
        assert self.drawn() == []
        assert not (self.folder / "public" / "releases").exists()
        assert [word for word in words if word.lower() not in said.lower()] == [], said
        assert "Traceback" not in said
        assert "Canarysson" not in said
        return said


def make_town(
    folder: Path, call: Command, *, kind: str = "quarter", months: Sequence[str] = MONTHS
) -> Town:
    """Write a program directory with the visits of some months delivered.

    Args:
        folder: Where; it must not exist.
        call: The command line.
        kind: Kind of its releases: quarter or year.
        months: Months of the program, each delivered whole.

    Returns:
        The town.
    """
    (folder / "sources").mkdir(parents=True)
    (folder / "inbox").mkdir()
    program = PROGRAM.replace("first_month: 2025-01", f"first_month: {months[0]}")
    program = program.replace("last_month: 2025-03", f"last_month: {months[-1]}")
    (folder / "program.yaml").write_text(program, encoding="utf-8")
    rho, times = ("30", "4") if kind == "quarter" else ("60", "1")
    policy = PRIVACY.replace("{kind}", kind).replace("{rho}", rho).replace("{per_year}", times)
    (folder / "privacy.yaml").write_text(policy, encoding="utf-8")
    (folder / "metrics.yaml").write_text(METRICS, encoding="utf-8")
    (folder / "sources" / "encounters.yaml").write_text(ENCOUNTERS, encoding="utf-8")
    town = Town(folder, call)
    for month in months:
        town.deliver(month, visits(month))
    return town


def copy_program(folder: Path, to: Path, call: Command) -> Town:
    """Copy a program directory that somebody else wrote, and open it."""
    return Town(Path(shutil.copytree(folder, to)), call)
