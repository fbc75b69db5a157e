"""Mirrors privacy/audit/membership.py.

A bound of confidence 1 - 1e-7 is above a right mechanism with a chance of at most 1e-7. Wrong ones
are caught at the confidence of every audit, and miss what is declared by far more than chance.
"""

from functools import cache

import numpy as np
import pytest

from privacy.audit.bounds import Bounds, declare
from privacy.audit.canaries import CANARIES, Canary, make_canaries
from privacy.audit.frames import make_crowd
from privacy.audit.gates import at_rho
from privacy.audit.membership import Mechanism, audit_membership
from privacy.measure import draw
from privacy.spec import Spec
from tests.privacy.audit import broken_parts as broken
from tests.privacy.small import make_policy, plan_year

TABLES = {
    "district": {"dims": ["area"], "share": 0.4},
    "naloxone": {"dims": ["naloxone"], "drop": {"naloxone": ["not_given"]}, "share": 0.6},
}
SURE = 1 - 1e-7
DRAWS = 2000


@cache
def strong_spec() -> Spec:
    """A small release with the noise of rho 2."""
    block = {"split": 1, "clip": 2.5, "expected": 400, "tables": TABLES}
    return at_rho(plan_year(make_policy({"contacts": block})).spec, 2)


@cache
def canary(name: str) -> Canary:
    return next(one for one in make_canaries(strong_spec()) if one.name == name)


def attack(mechanism: Mechanism, name: str, *, draws: int = DRAWS) -> Bounds:
    return audit_membership(mechanism, canary(name), draws=draws)


@pytest.mark.parametrize("name", CANARIES)
def test_no_attack_finds_more_in_a_right_mechanism_than_it_declares(name: str) -> None:
    mechanism = Mechanism(strong_spec())

    bounds = audit_membership(mechanism, canary(name), draws=DRAWS, confidence=SURE)

    assert bounds.above(declare(strong_spec())) == ()
    assert bounds.mu > 1.2


def test_the_best_attack_certifies_90_percent_of_a_right_mechanism() -> None:
    """Certified is 1.90, sd 0.03: below 1.8 with a chance of 1e-3, so twice with one of 1e-6."""
    mechanism = Mechanism(strong_spec())

    best = attack(mechanism, "concentrated", draws=10_000).mu
    best = best if best > 1.8 else attack(mechanism, "concentrated", draws=10_000).mu

    assert best > 0.9 * declare(strong_spec()).mu


@pytest.mark.parametrize(
    ("mistake", "name"),
    [
        (broken.NoBound, "concentrated"),
        (broken.NoBound, "spread"),
        (broken.BoundPerArea, "spread"),
        (broken.BoundPerArea, "one_per_district"),
        (broken.NullsUnbounded, "null_id"),
        (broken.Quiet, "concentrated"),
        (broken.OneDraw, "concentrated"),
    ],
)
def test_a_mistake_is_caught(mistake: type[Mechanism], name: str) -> None:
    bounds = attack(mistake(strong_spec()), name)

    assert "mu" in bounds.above(declare(strong_spec()))


@pytest.mark.parametrize(
    ("mistake", "name"),
    [(broken.BoundPerArea, "concentrated"), (broken.NullsUnbounded, "concentrated")],
)
def test_a_mistake_hides_from_a_canary_made_for_another(
    mistake: type[Mechanism], name: str
) -> None:
    """Which is why there are four."""
    mechanism = mistake(strong_spec())

    bounds = audit_membership(mechanism, canary(name), draws=DRAWS, confidence=SURE)

    assert bounds.above(declare(strong_spec())) == ()


def test_a_draw_shared_by_all_cells_of_whole_releases_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def shared(spec: Spec, exact: object) -> list[int]:
        vector: list[int] = exact()  # type: ignore[operator]
        one = draw(spec, lambda: [0] * spec.length)[0]
        return [number + one for number in vector]

    monkeypatch.setattr("privacy.measure.draw", shared)

    bounds = audit_membership(
        Mechanism(strong_spec()), canary("concentrated"), draws=200, whole=True
    )

    assert bounds.mu > 3


def test_whole_releases_of_a_right_mechanism_pass() -> None:
    bounds = audit_membership(
        Mechanism(strong_spec()), canary("concentrated"), draws=200, whole=True, confidence=SURE
    )

    assert bounds.above(declare(strong_spec())) == ()
    assert bounds.mu > 0


def test_a_canary_that_moves_nothing_is_not_found() -> None:
    elsewhere = Canary("elsewhere", canary("concentrated").rows.slice(0, 0))

    bounds = audit_membership(Mechanism(strong_spec()), elsewhere, draws=DRAWS, confidence=SURE)

    assert (bounds.mu, bounds.rho, bounds.epsilon) == (0, 0, 0)


def test_the_mechanism_counts_and_draws_by_the_code_of_a_release() -> None:
    spec = strong_spec()
    mechanism = Mechanism(spec)
    exact = mechanism.exact(make_crowd(spec))

    many, whole = mechanism.noisy(exact, 30), mechanism.drawn(exact, 30)

    assert len(exact) == spec.length
    assert any(exact)
    for drawn in (many, whole):
        assert drawn.shape == (30, spec.length)
        assert drawn.dtype == np.int64
        assert np.abs(drawn - np.array(exact)).max() < 8 * spec.scale
        assert len(np.unique(drawn, axis=0)) == 30
