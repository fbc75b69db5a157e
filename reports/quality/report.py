"""Gather what a quality report shows: results of a release, of earlier ones, and the board.

estimate -> **report** -> page
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from data_contracts.period import PeriodKind
from reports.exact import open_exact
from reports.metrics import Account, Board, Measure, known_measures, load_accounts, load_registry
from reports.quality.accounts import Reading, read_account
from reports.quality.estimate import Result, estimate_measure
from reports.quality.missing import with_missing, within_coverage
from reports.quality.trend import Past
from reports.released import Release
from reports.site.shell import Site

Page = Result | Reading
Found = Mapping[str, Result]


@dataclass(frozen=True)
class Report:
    """All results of one release, and those of earlier releases of its kind, oldest first.

    `readings` are the accounts of the same period, `unread` the exact tables that are not public
    and why; `steps` are the shorter releases up to the end of a year, oldest first.
    """

    release: Release
    board: Board
    results: Found
    past: tuple[tuple[Release, Found], ...]
    readings: Mapping[str, Reading] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[tuple[Release, Found], ...] = ()

    @property
    def asked(self) -> tuple[Measure | Account, ...]:
        """Measures to draw: approved ones, or all where no board was asked."""
        known = known_measures().values()
        if not self.board.asked:
            return tuple(known)
        approved = {k for k, said in self.board.measures.items() if said.decision == "approved"}
        return tuple(measure for measure in known if measure.key in approved)

    @property
    def pages(self) -> tuple[Page, ...]:
        """Everything that gets a page, in the order of the registry."""
        found: dict[str, Page] = {**self.results, **self.readings}
        return tuple(found[measure.key] for measure in self.asked if measure.key in found)

    @property
    def shown(self) -> tuple[Result, ...]:
        """Results to draw, in the order of the registry."""
        return tuple(page for page in self.pages if isinstance(page, Result))

    @property
    def missing(self) -> tuple[Measure | Account, ...]:
        """Measures to draw for which something is not there."""
        return tuple(
            measure
            for measure in self.asked
            if measure.key not in self.results and measure.key not in self.readings
        )

    def history(self, key: str) -> Past:
        """One measure over the releases of this kind, this one last."""
        return [(release, results[key]) for release, results in self.past if key in results]

    def in_steps(self, key: str) -> Past:
        """One measure over the shorter releases up to the end of a year; else its history."""
        if not self.steps:
            return self.history(key)
        return [(release, results[key]) for release, results in self.steps if key in results]


def measure_of(page: Page) -> Measure | Account:
    """The measure that a page is about."""
    return page.measure if isinstance(page, Result) else page.account


def estimate_report(site: Site, release: Release, board: Board, known: "Known") -> Report:
    """Estimate every measure in a release and in the earlier ones of its kind.

    Args:
        site: Gives the releases.
        release: The one to report on.
        board: What was decided.
        known: Results found before, so that no release is estimated twice.

    Returns:
        The report.
    """
    earlier = [one for one in site.releases if one.period.end <= release.period.end]
    kind = release.period.kind
    yearly = kind is PeriodKind.YEAR
    return Report(
        release,
        board,
        known.results(release),
        tuple((one, known.results(one)) for one in earlier if one.period.kind == kind),
        known.readings(release),
        known.unread,
        tuple((one, known.results(one)) for one in earlier if yearly and one.period.kind != kind),
    )


class Known:
    """Results by release, each estimated once, and the exact tables, each read once."""

    def __init__(self, site: Site) -> None:
        """Remember the program whose areas give the residents, and open its accounts."""
        self._program = site.program
        self._found: dict[str, Found] = {}
        self._exact = open_exact(site.public)

    @property
    def unread(self) -> Mapping[str, str]:
        """Exact tables that are not public, and why."""
        wanted = {account.table for account in load_accounts().values()}
        return {
            table: self._exact.missing.get(table, "none")
            for table in sorted(wanted)
            if table not in self._exact.about
        }

    def results(self, release: Release) -> Found:
        """Every measure that a release can show, by key."""
        if release.name not in self._found:
            found = (
                (key, estimate_measure(measure, release, self._program))
                for key, measure in load_registry().items()
            )
            self._found[release.name] = {
                key: within_coverage(with_missing(result, release), self._program)
                for key, result in found
                if result
            }
        return self._found[release.name]

    def readings(self, release: Release) -> Mapping[str, Reading]:
        """Every account that has an entry for the release's period, by key."""
        found = (
            (key, read_account(account, self._exact, release.period))
            for key, account in load_accounts().items()
        )
        return {key: reading for key, reading in found if reading}
