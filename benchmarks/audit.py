"""Audit the default policy as before a tag: attacks, removals, and every mutant killed twice.

Run it with `make audit`, or `python -m benchmarks.audit`; `--false-alarms 100` also audits the
right mechanism a hundred times. It ends with status 1 where something is not as promised.
"""

import argparse
import math
import multiprocessing
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import monotonic

from data_contracts.feed import Source
from data_contracts.period import Period, read_period
from data_contracts.program import Program, load_program
from data_contracts.source import load_sources
from pipelines import whole_people
from pipelines.mutants import MUTANTS, all_checks
from pipelines.whole_people import PEOPLE, check_whole_people
from privacy.audit.broken import Check, Trial, try_mutant
from privacy.audit.checks import Sizes
from privacy.audit.gates import FULL, POWER, ci_audit
from privacy.audit.noise_fit import check_noise
from privacy.audit.stability import WORST, check_removals
from privacy.audit.verdict import Finding
from privacy.plan import make_plan
from privacy.policy import Policy, load_policy

PROGRAM = Path(__file__).resolve().parent.parent / "examples" / "riverton"
INTERIM, YEAR = "2025-Q1", "FY2025"
TWICE = 2  # each mutant is tried so often, with fresh noise and another crowd
REMOVALS = 10_000  # half of them of the interim release, half of the year; and as many people
SAMPLED = 12  # towns whose people are also taken out of a delivery of their own
DRAWS = 100_000  # of noise, of the right mechanism


@dataclass(frozen=True)
class Default:
    """The default policy, with all that its checks need."""

    policy: Policy
    program: Program
    sources: tuple[Source, ...]
    interim: Period
    year: Period


@cache
def read_default() -> Default:
    """Read the policy of the sample program, which is the default of a medium one."""
    program = load_program(PROGRAM)
    return Default(
        policy=load_policy(PROGRAM / "privacy.yaml"),
        program=program,
        sources=load_sources(program),
        interim=read_period(INTERIM),
        year=read_period(YEAR),
    )


def audit_right(seed: int) -> Iterator[Finding]:
    """Attack the right mechanism, take 10,000 units out of it, and fit its noise."""
    given = read_default()
    attacks = ci_audit(given.policy, program=given.program, period=given.interim, size=FULL)
    yield from attacks.findings
    for period in (given.interim, given.year):
        yield check_removals(given.policy, given.program, period, removals=REMOVALS // 2, seed=seed)
        spec = make_plan(given.policy, program=given.program, period=period).spec
        yield from check_noise(spec, draws=DRAWS)
    yield check_whole_people(
        given.policy,
        given.program,
        interim=given.interim,
        year=given.year,
        removals=REMOVALS,
        sampled=SAMPLED,
        seed=seed,
    )


def name_checks() -> Mapping[str, Check]:
    """Name the checks that mutants must fail, under the default policy."""
    given = read_default()
    return all_checks(
        given.policy,
        given.program,
        interim=given.interim,
        year=given.year,
        sources=given.sources,
        sizes=Sizes(),
    )


def try_one(number: int, seed: int) -> Trial:
    """Try one mutant once."""
    mutant = MUTANTS[number]
    return try_mutant(mutant, name_checks()[mutant.check], seed=seed)


def check_unbroken(name: str, seed: int) -> Finding:
    """Ask a check of the code as it is; a check that never passes kills nothing."""
    return name_checks()[name](seed)


def raises_alarm(_number: int) -> bool:
    """Audit the right mechanism as CI does; say whether it was taken for a wrong one."""
    given = read_default()
    return not ci_audit(given.policy, program=given.program, period=given.interim).ok


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all, and print what is found.

    Returns:
        0 where everything is as promised.
    """
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--seed", type=int, default=1, help="chooses the made-up crowds")
    reader.add_argument("--false-alarms", type=int, default=0, metavar="N", help="audits to run")
    reader.add_argument("--only-false-alarms", action="store_true", help="and nothing else")
    given = reader.parse_args(arguments)
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        good = given.only_false_alarms or _audit(pool, seed=given.seed)
        good &= _count_alarms(pool, audits=given.false_alarms)
    return 0 if good else 1


def _audit(pool: ProcessPoolExecutor, *, seed: int) -> bool:
    began = monotonic()
    seeds = [seed + turn for turn in range(TWICE)]
    tries = [pool.submit(try_one, number, one) for number in range(len(MUTANTS)) for one in seeds]
    names = sorted({mutant.check for mutant in MUTANTS})
    passes = [pool.submit(check_unbroken, name, seed) for name in names]
    right = tuple(_told(audit_right(seed)))
    unbroken = tuple(_told(one.result() for one in passes))
    trials = [one.result() for one in tries]
    for trial in trials:
        _say(f"{'killed' if trial.killed else 'ALIVE'}: {trial.mutant}, by {trial.check}")
        _say(f"    {trial.said}")
    sound = {name for name, one in zip(names, unbroken, strict=True) if one.ok}
    killed = {
        mutant.name
        for mutant in MUTANTS
        if mutant.check in sound
        and sum(one.killed for one in trials if one.mutant == mutant.name) == TWICE
    }
    power = next(one.figures["share"] for one in right if one.name == "membership_power")
    worst = max(one.figures[WORST] for one in right if WORST in one.figures)
    _figure("mutants_killed", len(killed))
    _figure("mutants_of", len(MUTANTS))
    _figure("mu_over_declared", f"{power:.3f}")
    _figure("worst_distance_over_bound", f"{worst:.9f}")
    people = next(one.figures for one in right if one.name == PEOPLE)
    _figure(whole_people.WORST, f"{people[whole_people.WORST]:.6f}")
    _figure(whole_people.BLANK, f"{people[whole_people.BLANK]:.6f}")
    _figure("removals", REMOVALS)
    _figure("seconds", math.ceil(monotonic() - began))
    return len(killed) == len(MUTANTS) and power >= POWER and all(one.ok for one in right)


def _count_alarms(pool: ProcessPoolExecutor, *, audits: int) -> bool:
    if not audits:
        return True
    began = monotonic()
    alarms = 0
    for number, raised in enumerate(pool.map(raises_alarm, range(audits)), start=1):
        alarms += raised
        _say(f"audit {number} of {audits}: {'FALSE ALARM' if raised else 'ok'}")
    _figure("false_alarms", alarms)
    _figure("audits", audits)
    _figure("seconds_of_audits", math.ceil(monotonic() - began))
    return alarms == 0


def _told(findings: Iterator[Finding]) -> Iterator[Finding]:
    for one in findings:
        _say(f"{'ok' if one.ok else 'FAILED'}: {one.name}: {one.said}")
        yield one


def _figure(name: str, value: object) -> None:
    _say(f"figure {name} {value}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
