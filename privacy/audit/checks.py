"""Name the checks of the wall, each a function of a seed. The chain: **checks** -> mutants."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from data_contracts.period import Period
from data_contracts.program import Program
from privacy import plan
from privacy.audit.broken import Check
from privacy.audit.mutants import DEBITS, NOISE, REPLAYS, STABILITY_INTERIM, STABILITY_YEAR
from privacy.audit.noise_fit import check_fits
from privacy.audit.plug import check_debits, check_replays
from privacy.audit.stability import check_stability
from privacy.audit.verdict import Finding
from privacy.policy import Policy


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much a check tries.

    `removals` of a crowd, `draws` of noise, `reruns` of a release, a kill before `every` write.
    """

    removals: int = 25
    draws: int = 20_000
    reruns: int = 50
    every: int = 1


def wall_checks(
    policy: Policy, program: Program, *, interim: Period, year: Period, sizes: Sizes
) -> Mapping[str, Check]:
    """Name the checks of the wall that mutants must fail.

    Args:
        policy: The policy under audit.
        program: Gives the areas.
        interim: A period with the smaller of its releases, such as a quarter.
        year: A period with the larger one.
        sizes: How much is tried.

    Returns:
        By name a function of a seed; no record is read.
    """

    def stable(period: Period) -> Check:
        return lambda seed: check_stability(
            policy, program, period, removals=sizes.removals, seed=seed
        )

    def fits(_seed: int) -> Finding:
        spec = plan.make_plan(policy, program=program, period=interim).spec
        return gather(NOISE, check_fits(spec, draws=sizes.draws))

    return {
        STABILITY_INTERIM: stable(interim),
        STABILITY_YEAR: stable(year),
        NOISE: fits,
        DEBITS: lambda _seed: check_debits(policy, program, interim, every=sizes.every),
        REPLAYS: lambda _seed: check_replays(policy, program, interim, reruns=sizes.reruns),
    }


def gather(name: str, findings: Iterable[Finding]) -> Finding:
    """Make one finding of several; it says what failed, or how many held."""
    found = tuple(findings)
    bad = [one for one in found if not one.ok]
    said = " ".join(one.said for one in bad) or f"All {len(found)} checks of {name} held."
    return Finding(name, ok=not bad, said=said, figures={"checks": len(found), "failed": len(bad)})
