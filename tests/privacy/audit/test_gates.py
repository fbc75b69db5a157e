"""Mirrors privacy/audit/gates.py. What may fail by chance here is asked once more by the gates."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from data_contracts.period import read_period
from privacy.audit.canaries import CANARIES
from privacy.audit.gates import QUICK, Size, at_rho, ci_audit
from privacy.audit.membership import Mechanism
from privacy.audit.verdict import Finding, Verdict
from privacy.noise import cost
from privacy.policy import NANO
from privacy.spec import Spec
from tests.privacy.audit import broken_parts as broken
from tests.privacy.small import PROGRAM, one_block, plan_year

POLICY = one_block({"district": {"dims": ["area"], "share": 1}}, clip=2.5)
SMALL = Size(draws=1500, strong=1500, whole=60, most_cells=8, own=CANARIES[:1])
STRONG = Size(draws=6000, strong=6000, whole=60, most_cells=8, own=CANARIES[:1])


def audit(make: type[Mechanism] = Mechanism, *, size: Size = SMALL) -> Verdict:
    period = read_period("FY2025")
    return ci_audit(POLICY, program=PROGRAM, period=period, make=make, size=size)


def by_name(verdict: Verdict) -> dict[str, Finding]:
    return {finding.name: finding for finding in verdict.findings}


class QuietAtFirst(Mechanism):
    """Too little noise in the first two worlds that are drawn, then the right noise."""

    drawn_so_far = 0

    def noisy(self, exact: list[int], draws: int) -> NDArray[np.int64]:
        self.drawn_so_far += 1
        if self.drawn_so_far > 2:
            return super().noisy(exact, draws)
        quiet = self.spec.model_copy(update={"scale": 0.2 * self.spec.scale})
        return Mechanism(quiet).noisy(exact, draws)


def test_a_right_mechanism_is_certified_by_every_gate() -> None:
    verdict = audit(size=STRONG)

    assert verdict.ok, [finding.said for finding in verdict.findings]
    found = by_name(verdict)
    assert [*found] == [
        *(f"membership_{name}" for name in CANARIES),
        "membership_concentrated_whole",
        "membership_power",
        "membership_concentrated_own_rho",
    ]
    assert 0.9 <= found["membership_power"].figures["share"] < 1
    own = found["membership_concentrated_own_rho"].figures
    assert own["declared_rho"] == 0.12
    assert own["rho"] < 0.12


@pytest.mark.parametrize(
    ("mistake", "gates"),
    [
        (broken.NoBound, {"membership_concentrated", "membership_spread"}),
        (broken.BoundPerArea, {"membership_spread"}),
        (broken.NullsUnbounded, {"membership_null_id"}),
        (broken.Quiet, {"membership_concentrated"}),
    ],
)
def test_a_wrong_mechanism_fails_twice(mistake: type[Mechanism], gates: set[str]) -> None:
    verdict = audit(mistake)

    found = by_name(verdict)
    assert not verdict.ok
    for name in gates:
        assert not found[name].ok
        assert found[name].figures["tries"] == 2
        assert "Release nothing" in found[name].said


def test_what_fails_once_is_tried_again_and_told() -> None:
    finding = by_name(audit(QuietAtFirst))["membership_concentrated"]

    assert finding.ok
    assert finding.figures["tries"] == 2
    assert "First try" in finding.said


def test_attacks_too_weak_to_be_believed_fail() -> None:
    """60 draws a world certify at most 1.5 of 2, whatever the noise does."""
    verdict = audit(size=Size(draws=60, strong=60, whole=60, most_cells=8, own=()))

    found = by_name(verdict)["membership_power"]
    assert not found.ok
    assert found.figures["tries"] == 2


def test_another_rho_changes_the_noise_alone() -> None:
    spec: Spec = plan_year(POLICY).spec

    strong = at_rho(spec, 2)

    assert strong.model_copy(update={"nano_rho": spec.nano_rho, "scale": spec.scale}) == spec
    assert cost(bound_squared=strong.bound_squared, scale=strong.scale) <= 2
    assert math.isclose(spec.scale / strong.scale, math.sqrt(2 * NANO / spec.nano_rho))


def test_the_small_size_is_that_of_every_change() -> None:
    assert QUICK.draws == 4000
