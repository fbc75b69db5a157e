"""Gather what an impact report shows of one release: every design, or what it lacks.

designs, panel, study, rules, dose -> **report** -> page
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from reports.errors import ReportError
from reports.exact import Exact
from reports.impact.designs import FILE, Design, Designs
from reports.impact.dose import Dose, find_dose
from reports.impact.panel import Lack, Panel, Window, read_panel, require_columns
from reports.impact.rules import Rule, Verdict, judge, verdict
from reports.impact.study import Study, run_study
from reports.program_facts import AreaFacts, ProgramFacts
from reports.released import Release

OUTCOMES = "outcomes"
FEWEST_AREAS = 2


@dataclass(frozen=True, slots=True)
class Judged:
    """One design with everything that it found."""

    study: Study
    rules: tuple[Rule, ...]
    verdict: Verdict
    dose: Dose | None

    @property
    def design(self) -> Design:
        """What was decided."""
        return self.study.design

    @property
    def failed(self) -> int:
        """Rules that do not hold."""
        return sum(not rule.passes for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Trend:
    """One design with too few areas to compare: counts before and after, and no more."""

    design: Design
    panel: Panel


@dataclass(frozen=True, slots=True)
class Lacking:
    """One design that cannot be run, and why."""

    design: Design
    lack: Lack


@dataclass(frozen=True, slots=True)
class Impact:
    """Everything an impact report shows of one release; `lack` says why there is nothing.

    `refused` are months in which rows of the public counts were refused.
    """

    release: Release
    designs: Designs | None
    results: tuple[Judged | Trend | Lacking, ...] = ()
    lack: Lack | None = None
    refused: tuple[str, ...] = ()

    @property
    def judged(self) -> tuple[Judged, ...]:
        """Designs that were run."""
        return tuple(one for one in self.results if isinstance(one, Judged))

    @property
    def trends(self) -> tuple[Trend, ...]:
        """Designs that could only be described."""
        return tuple(one for one in self.results if isinstance(one, Trend))

    @property
    def lacking(self) -> tuple[Lacking, ...]:
        """Designs that could not be run."""
        return tuple(one for one in self.results if isinstance(one, Lacking))


def estimate_impact(
    release: Release, *, program: ProgramFacts, designs: Designs | None, exact: Exact
) -> Impact:
    """Run every design of a program, up to the end of a release's period.

    Args:
        release: Gives the period and the visits.
        program: Gives the areas, and the areas elsewhere.
        designs: What was decided; nothing where the program has no `impact.yaml`.
        exact: Gives the public table of outcomes.

    Returns:
        What the report shows.

    Raises:
        ReportError: A design names an area that the program does not have.
    """
    if designs is None:
        return Impact(release, None, lack=Lack("imp_lack_file"))
    windows = [_window(release, program, design) for design in designs.designs]
    outcomes = exact.table(OUTCOMES)
    if outcomes is None:
        refused = exact.missing.get(OUTCOMES) == "refused"
        return Impact(
            release, designs, lack=Lack("imp_lack_refused" if refused else "imp_lack_feed")
        )
    if absent := require_columns(outcomes):
        return Impact(release, designs, lack=Lack("imp_lack_columns", {"n": ", ".join(absent)}))
    counted = outcomes.assign(n_events=pd.to_numeric(outcomes["n_events"], errors="coerce"))
    results = [
        _run(release, design, window, counted, all_areas=len(window.treated) == len(program.areas))
        for design, window in zip(designs.designs, windows, strict=True)
    ]
    lacks = exact.lacks(OUTCOMES, until=release.period.months[-1])
    return Impact(release, designs, tuple(results), refused=lacks)


def _run(
    release: Release, design: Design, window: Window, outcomes: pd.DataFrame, *, all_areas: bool
) -> Judged | Trend | Lacking:
    panel = read_panel(outcomes, design.outcome, window)
    if isinstance(panel, Lack):
        return Lacking(design, panel)
    if min(panel.n_treated, panel.n_comparison) < FEWEST_AREAS:
        return Trend(design, panel)
    study = run_study(design, panel, outcomes, window)
    if not study.effect.defined:
        return Lacking(design, Lack("imp_lack_zero", {"outcome": design.outcome}))
    rules = judge(study)
    dose = find_dose(release, study, all_areas=all_areas)
    return Judged(study, rules, verdict(study, rules), dose)


def _window(release: Release, program: ProgramFacts, design: Design) -> Window:
    return Window(
        treated=_areas(design, "treated", program.areas),
        comparison=_areas(design, "comparison", program.comparison),
        start=design.start,
        pre_months=design.pre_months,
        last=release.period.months[-1],
    )


def _areas(design: Design, field: str, known: Sequence[AreaFacts]) -> tuple[str, ...]:
    codes = tuple(area.code for area in known)
    chosen: tuple[str, ...] = getattr(design, field)
    if unknown := sorted(set(chosen) - set(codes)):
        raise ReportError(
            f"{FILE}: {field} of design {design.key!r} names areas that program.yaml does not "
            f"have: {unknown}. Choose from {list(codes)}."
        )
    return chosen or codes
