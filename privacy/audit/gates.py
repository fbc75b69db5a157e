"""Put a release through its attacks. The chain: canaries -> membership -> bounds -> **gates**.

At rho 2 the attacks have the power to see a mistake of some percent; at the release's own rho they
say what its readers can find out. A gate that fails is tried once more with fresh noise, never
twice, and both tries are told.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from data_contracts.period import Period
from data_contracts.program import Program
from privacy.audit.bounds import Bounds, declare
from privacy.audit.canaries import CANARIES, Canary, make_canaries
from privacy.audit.frames import make_crowd
from privacy.audit.membership import MOST_CELLS, Mechanism, audit_membership
from privacy.audit.verdict import OWN_RHO, Finding, Verdict
from privacy.noise import calibrate
from privacy.plan import make_plan
from privacy.policy import NANO, Policy
from privacy.spec import Spec

RHO_TEST = 2  # Source: docs/privacy/audit.md: power to see noise that is 10% too small
POWER = 0.9  # part of the declared mu that the best attack must show at RHO_TEST

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How hard to try.

    `draws` are releases drawn in each world, `strong` those of the first canary at rho 2, which has
    most power; `whole` are whole vectors; `most_cells` is how many cells the guesser looks at where
    a canary moves many; `own` are the canaries that are tried at the release's own rho.
    """

    draws: int
    strong: int
    whole: int
    most_cells: int
    own: tuple[str, ...]


QUICK = Size(draws=4000, strong=5600, whole=120, most_cells=20, own=CANARIES[:1])
FULL = Size(draws=20_000, strong=20_000, whole=400, most_cells=64, own=CANARIES)


def ci_audit(
    policy: Policy,
    *,
    program: Program,
    period: Period,
    make: Callable[[Spec], Mechanism] = Mechanism,
    size: Size = QUICK,
    told: Told | None = None,
) -> Verdict:
    """Audit one release of a policy by its attacks.

    Args:
        policy: The policy.
        program: Gives the areas.
        period: Chooses the release.
        make: Makes the mechanism under attack; a mutant's, to see that it is caught.
        size: How hard to try.
        told: Is told what is being done, for progress.

    Returns:
        What was found; no record is read.
    """
    spec = make_plan(policy, program=program, period=period).spec
    findings = tuple(attack(spec, make=make, size=size, told=told))
    return Verdict(about=f"{period.kind.value} ({spec.release})", findings=findings)


def attack(
    spec: Spec,
    *,
    make: Callable[[Spec], Mechanism] = Mechanism,
    size: Size = QUICK,
    told: Told | None = None,
) -> Iterator[Finding]:
    """Attack a release with every canary, at rho 2 and at its own rho.

    Args:
        spec: What the release measures.
        make: Makes the mechanism under attack.
        size: How hard to try.
        told: Is told what is being done.

    Yields:
        One finding a canary and rho, one of whole vectors, one of the power of all of them.
    """
    tell = told or (lambda _: None)
    strong = at_rho(spec, RHO_TEST)
    tests = _Attacks(make(strong), size)
    best = 0.0
    for canary in tests.canaries:
        tell(f"{spec.release}: attack with {_WORDS[canary.name]}, at rho {RHO_TEST}")
        bounds, finding = tests.judge(canary)
        best = max(best, bounds.mu)
        yield finding
    tell(f"{spec.release}: whole releases, at rho {RHO_TEST}")
    yield tests.judge(tests.canaries[0], whole=True)[1]
    yield _judge_power(tests, best)
    true = _Attacks(make(spec), size)
    for canary in true.canaries:
        if canary.name in size.own:
            tell(f"{spec.release}: attack with {_WORDS[canary.name]}, at its own rho")
            yield true.judge(canary, own=True)[1]


def at_rho(spec: Spec, rho: int) -> Spec:
    """Give a release the noise that it would have for another rho.

    Args:
        spec: What the release measures.
        rho: What it shall cost.
    """
    nano_rho = rho * NANO
    scale = calibrate(spec.bound_squared, nano_rho=nano_rho)
    return spec.model_copy(update={"nano_rho": nano_rho, "scale": scale})


_WORDS = {
    "concentrated": "somebody met again and again in one place for one reason",
    "spread": "somebody met everywhere, for every reason",
    "one_per_district": "somebody met once in every area",
    "null_id": "an incident of many people of whom nobody is known",
}
_WIDE = ("spread", "one_per_district")  # canaries that move many cells of every table


class _Attacks:
    """The canaries and the crowd of one mechanism."""

    def __init__(self, mechanism: Mechanism, size: Size) -> None:
        self.mechanism, self.size = mechanism, size
        self.declared = declare(mechanism.spec)
        self.canaries = make_canaries(mechanism.spec)
        self.crowd = make_crowd(mechanism.spec)

    def attack(self, canary: Canary, *, whole: bool = False, own: bool = False) -> Bounds:
        first = canary.name == CANARIES[0] and not own
        draws = self.size.strong if first else self.size.draws
        return audit_membership(
            self.mechanism,
            canary,
            draws=self.size.whole if whole else draws,
            whole=whole,
            most_cells=self.size.most_cells if canary.name in _WIDE else MOST_CELLS,
            crowd=self.crowd,
        )

    def judge(
        self, canary: Canary, *, whole: bool = False, own: bool = False
    ) -> tuple[Bounds, Finding]:
        """Attack, and once more if a bound lies above the declared."""
        tries = [self.attack(canary, whole=whole, own=own)]
        if tries[0].above(self.declared):
            tries.append(self.attack(canary, whole=whole, own=own))
        name = "_".join(["membership", canary.name, *["whole"] * whole, *[OWN_RHO] * own])
        return tries[-1], _say(name, canary, tries, self.declared)


def _say(name: str, canary: Canary, tries: list[Bounds], declared: Bounds) -> Finding:
    bounds, above = tries[-1], tries[-1].above(declared)
    said = (
        f"Of {_WORDS[canary.name]}, the best attack was right {100 * bounds.right:.1f} times in "
        f"100, without luck {100 * bounds.surely_right:.1f}; the promise allows "
        f"{100 * declared.right:.1f}."
    )
    if len(tries) > 1:
        said += f" First try: {100 * tries[0].surely_right:.1f} without luck."
    if above:
        said += (
            f" That is more than chance explains, twice: {', '.join(above)} lie above what is "
            "declared. Release nothing until clip and noise are mended."
        )
    figures = {
        **{one: getattr(bounds, one) for one in ("epsilon", "rho", "mu", "right")},
        **{f"declared_{one}": getattr(declared, one) for one in ("epsilon", "rho", "mu", "right")},
        "surely_right": bounds.surely_right,
        "tries": len(tries),
    }
    return Finding(name, ok=not above, said=said, figures=figures)


def _judge_power(tests: _Attacks, best: float) -> Finding:
    """Ask whether the attacks are strong enough to be believed, and once more if they are not."""
    declared, tries = tests.declared.mu, [best]
    if best < POWER * declared:
        tries.append(max(tests.attack(canary).mu for canary in tests.canaries))
    found = tries[-1] / declared
    said = (
        f"The best attack certified {100 * found:.0f}% of what the noise gives away at rho "
        f"{RHO_TEST}; at least {100 * POWER:.0f}% is needed, or it would miss small mistakes."
    )
    if len(tries) > 1:
        said += f" First try: {100 * best / declared:.0f}%."
    figures = {"mu": tries[-1], "declared_mu": declared, "share": found, "tries": len(tries)}
    return Finding("membership_power", ok=found >= POWER, said=said, figures=figures)
