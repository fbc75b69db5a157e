"""Wire the audit: a policy's releases under attack, and the checks of the wall. No record is read.

The vault and the inbox are not opened and need not be there; neither is the ledger. Some checks
make up feeds and ledgers of their own, in folders that are gone afterwards.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data_contracts.period import Period, PeriodKind, fiscal_year_of
from data_contracts.program import Program, load_program
from data_contracts.source import load_sources
from pipelines.calendar import find_period
from pipelines.mutants import MUTANTS, all_checks, hunt
from privacy.audit.bounds import CONFIDENCE
from privacy.audit.broken import Check
from privacy.audit.checks import Sizes, wall_checks
from privacy.audit.gates import FULL, QUICK, Size, ci_audit
from privacy.audit.mutants import STABILITY_YEAR
from privacy.audit.verdict import Finding, Verdict
from privacy.policy import Policy, load_policy

Told = Callable[[str], None]

CODE = "code"  # what a verdict is about that is of no single release
_FIRST = {PeriodKind.QUARTER: "{}-Q1", PeriodKind.HALF: "{}-H1", PeriodKind.YEAR: "FY{}"}


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try: the attacks, the checks, and the seeds that mutants are tried with."""

    attacks: Size
    checks: Sizes
    mutant_seeds: Sequence[int] = ()


QUICK_EFFORT = Effort(QUICK, Sizes())
FULL_EFFORT = Effort(FULL, Sizes(removals=500, draws=100_000), mutant_seeds=(1, 2))


@dataclass(frozen=True, slots=True)
class Audit:
    """An audit of one policy: its terms, how hard it tried, a verdict a release and on the code."""

    terms_sha256: str
    draws: int
    confidence: float
    verdicts: tuple[Verdict, ...]

    @property
    def ok(self) -> bool:
        """Whether every check passed."""
        return all(one.ok for one in self.verdicts)


def audit_program(
    folder: Path, *, effort: Effort = QUICK_EFFORT, told: Told | None = None
) -> Audit:
    """Audit every kind of release that a program's policy has, and the code that draws them.

    Args:
        folder: The program directory; `program.yaml`, `privacy.yaml` and, where it has them, the
            descriptions of its feeds in `sources/` are read, and nothing else.
        effort: How hard to try.
        told: Is told what is being done.

    Returns:
        A verdict a kind of release, and one on the code.

    Raises:
        ContractError: The folder is no program directory.
        PrivacyError: The policy cannot be read or planned.
    """
    program, policy = load_program(folder), load_policy(folder / "privacy.yaml")
    tell = told or (lambda _: None)
    periods = first_periods(policy, program)
    verdicts = [
        ci_audit(policy, program=program, period=period, size=effort.attacks, told=tell)
        for period in periods
    ]
    checks = _find_checks(policy, program, periods, sizes=effort.checks)
    findings = [*_check(checks, told=tell), *_try_mutants(checks, effort.mutant_seeds, told=tell)]
    verdicts.append(Verdict(CODE, tuple(findings)))
    return Audit(policy.terms_sha256, effort.attacks.draws, CONFIDENCE, tuple(verdicts))


def first_periods(policy: Policy, program: Program) -> list[Period]:
    """Find the first period of every kind that the policy releases, the shortest kind first.

    Args:
        policy: The policy.
        program: Gives the first month and the fiscal year.
    """
    begins = program.fiscal_year_start
    year = fiscal_year_of(program.first_month, fiscal_year_start=begins).removeprefix("FY")
    return [
        find_period(name.format(year), program=program)
        for kind, name in _FIRST.items()
        if kind in policy.releases
    ]


def _find_checks(
    policy: Policy, program: Program, periods: Sequence[Period], *, sizes: Sizes
) -> Mapping[str, Check]:
    """Name the checks; without feeds or with one kind of release, those that can be made."""
    interim, year = periods[0], periods[-1]
    if interim != year and program.path("sources").is_dir():
        return all_checks(
            policy,
            program,
            interim=interim,
            year=year,
            sources=load_sources(program),
            sizes=sizes,
        )
    found = wall_checks(policy, program, interim=interim, year=year, sizes=sizes)
    return {name: one for name, one in found.items() if interim != year or name != STABILITY_YEAR}


def _check(checks: Mapping[str, Check], *, told: Told) -> Iterator[Finding]:
    for name, check in checks.items():
        told(f"Check the {name}")
        found = check(1)
        yield Finding(name, ok=found.ok, said=found.said, figures=found.figures)


def _try_mutants(
    checks: Mapping[str, Check], seeds: Sequence[int], *, told: Told
) -> Iterator[Finding]:
    """Break the code on purpose: a check that does not see it is not worth much."""
    if not seeds or any(mutant.check not in checks for mutant in MUTANTS):
        return
    trials = []
    for trial in hunt(checks, seeds=seeds):
        told(f"Break the code on purpose: {trial.mutant}")
        trials.append(trial)
    alive = sorted({trial.mutant for trial in trials if not trial.killed})
    killed = len(MUTANTS) - len(alive)
    said = (
        f"{killed} of {len(MUTANTS)} mistakes made on purpose were seen, each {len(seeds)} times."
    )
    yield Finding(
        "mutants",
        ok=not alive,
        said=f"{said} Not seen: {', '.join(alive)}." if alive else said,
        figures={"killed": killed, "mutants": len(MUTANTS), "trials": len(trials)},
    )
