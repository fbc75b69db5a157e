"""Riverton published, beside what happened there."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.riverton import make_riverton
from data_contracts.period import read_period
from data_contracts.synthetic.inbox import CALLS_PER_YEAR
from data_contracts.synthetic.truth import Truth, true_totals
from pipelines.cli.demo import SEED, periods_of
from pipelines.directory import Directory
from pipelines.draw import draw_release, publish_release, state_program
from pipelines.exact import publish_exact
from reports.exact import open_exact
from reports.impact.designs import load_designs
from reports.impact.report import Impact, estimate_impact
from reports.parameters import load_parameters
from reports.released import Release, open_release, open_year
from reports.savings.report import Savings, estimate_savings
from tests.pipelines import reckon
from tests.pipelines.reckon import Happened

RELEASES = periods_of(1)
YEAR = read_period("FY2025")


@dataclass(frozen=True)
class City:
    """Riverton published, and what happened there."""

    given: Directory
    truth: Truth
    happened: Happened
    releases: Mapping[str, Release]

    def coded(self, table: str) -> list[Path]:
        """Files of a table of the vault, all months."""
        return sorted(
            (self.given.vault.directory / "coded" / f"private_{table}").rglob("*.parquet")
        )

    def whole(self, name: str, table: str) -> dict[reckon.Cell, int]:
        """Count a table of a release from the vault with no clip."""
        about, months = self.releases[name].package.tables[table], read_period(name).months
        kind = "persons" if about.block == "persons" else "incidents"
        files = [
            file for file in self.coded(kind) if file.parent.name.removeprefix("month=") in months
        ]
        block = "contacts" if about.block == "anchor" else about.block
        return reckon.count_cells(files, about.dims, block=block)

    @cached_property
    def year(self) -> Release:
        """The yearly release as pages show it: combined with its quarters."""
        parts = [one.folder for name, one in self.releases.items() if name != "FY2025"]
        return open_year(self.releases["FY2025"].folder, interim=parts)

    def savings(self) -> Savings:
        """The savings report of the year."""
        costs = load_parameters(self.given.decision("costs"), on=self.given.today, examples=True)
        exact = open_exact(self.given.public)
        program = state_program(self.given)
        return estimate_savings(self.year, program=program, parameters=costs, exact=exact)

    def impact(self) -> Impact:
        """The impact report of the year."""
        designs = load_designs(self.given.decision("impact.yaml"))
        exact = open_exact(self.given.public)
        program = state_program(self.given)
        return estimate_impact(self.year, program=program, designs=designs, exact=exact)


def publish_city(folder: Path) -> City:
    """Publish a year of Riverton as the demo does, but for its pages and for Dagster's record."""
    given = make_riverton(folder, seed=SEED, year=YEAR)
    for month in YEAR.months:
        for source in given.record_sources:
            given.verdicts.keep(month, source.feed, {"passed": True, "warned": [], "judged": ""})
    for name in RELEASES:
        draw_release(given, name)
        publish_release(given, name)
    publish_exact(given)
    return open_city(given)


def open_city(given: Directory) -> City:
    """Put what is published of a program beside the truth of its last year."""
    return City(
        given,
        true_totals(2025, seed=SEED, calls_per_year=CALLS_PER_YEAR),
        reckon.happened(2025, seed=SEED, calls_per_year=CALLS_PER_YEAR),
        {name: open_release(given.public / "releases" / name) for name in RELEASES},
    )
