"""Gather what a quality report shows: results of a release, of earlier ones, and the board.

estimate -> **report** -> page
"""

from collections.abc import Mapping
from dataclasses import dataclass

from reports.metrics import Board, Measure, load_registry
from reports.quality.estimate import Result, estimate_measure
from reports.quality.figures import Past
from reports.released import Release
from reports.site.shell import Site


@dataclass(frozen=True)
class Report:
    """All results of one release, and those of earlier releases of its kind, oldest first."""

    release: Release
    board: Board
    results: Mapping[str, Result]
    past: tuple[tuple[Release, Mapping[str, Result]], ...]

    @property
    def asked(self) -> tuple[Measure, ...]:
        """Measures to draw: approved ones, or all where no board was asked."""
        known = load_registry().values()
        if not self.board.asked:
            return tuple(known)
        approved = {k for k, said in self.board.measures.items() if said.decision == "approved"}
        return tuple(measure for measure in known if measure.key in approved)

    @property
    def shown(self) -> tuple[Result, ...]:
        """Results to draw, in the order of the registry."""
        return tuple(
            self.results[measure.key] for measure in self.asked if measure.key in self.results
        )

    def history(self, key: str) -> Past:
        """One measure over the releases of this kind, this one last."""
        return [(release, results[key]) for release, results in self.past if key in results]


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
    earlier = [
        one
        for one in site.releases
        if one.period.kind == release.period.kind and one.period.end <= release.period.end
    ]
    past = tuple((one, known.results(one)) for one in earlier)
    return Report(release, board, known.results(release), past)


class Known:
    """Results by release, each estimated once."""

    def __init__(self, site: Site) -> None:
        """Remember the program whose areas give the residents."""
        self._program = site.program
        self._found: dict[str, Mapping[str, Result]] = {}

    def results(self, release: Release) -> Mapping[str, Result]:
        """Every measure that a release can show, by key."""
        if release.name not in self._found:
            found = (
                (key, estimate_measure(measure, release, self._program))
                for key, measure in load_registry().items()
            )
            self._found[release.name] = {key: result for key, result in found if result}
        return self._found[release.name]
