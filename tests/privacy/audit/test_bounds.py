"""Mirrors privacy/audit/bounds.py."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special

from privacy.audit.bounds import (
    Bounds,
    Guesses,
    bound_epsilon,
    bound_mu,
    bound_rho,
    declare,
    least_share,
)
from privacy.noise import epsilon
from tests.privacy.small import make_policy, plan_year

NORMAL = NormalDist()
TRIALS = 60


def expect_guesses(mu: float, cut: float, *, trials: int) -> Guesses:
    """Guesses as they come out on average between two bell curves, rounded against the guesser."""
    hits, alarms = NORMAL.cdf(mu - cut), NORMAL.cdf(-cut)
    return Guesses(math.floor(hits * trials), math.ceil(alarms * trials), trials)


def outcomes(chance: float) -> NDArray[np.float64]:
    """Chance of 0, 1, ... hits in `TRIALS`."""
    k = np.arange(TRIALS + 1)
    return np.asarray(special.comb(TRIALS, k) * chance**k * (1 - chance) ** (TRIALS - k))


@given(
    mu=st.floats(0.05, 4), cut=st.floats(-2, 5), trials=st.sampled_from([50, 2000, 10_000, 10**6])
)
def test_no_bound_of_a_right_mechanism_lies_above_what_it_declares(
    mu: float, cut: float, trials: int
) -> None:
    rho = mu**2 / 2

    guesses = expect_guesses(mu, cut, trials=trials)

    assert bound_mu(guesses) <= mu
    assert bound_rho(guesses) <= rho
    assert bound_epsilon(guesses) <= epsilon(rho)


def test_the_bounds_grow_with_the_trials_towards_the_truth() -> None:
    found = [bound_mu(expect_guesses(2, 1, trials=10**n)) for n in (2, 3, 4, 5, 6, 7)]

    assert found == sorted(found)
    assert 0.998 * 2 < found[-1] < 2


def test_randomised_response_reaches_its_epsilon_and_not_its_rho() -> None:
    chance = math.e / (1 + math.e)

    guesses = Guesses(round(chance * 10**7), round((1 - chance) * 10**7), 10**7)

    assert 0.99 < bound_epsilon(guesses) < 1
    assert 0 < bound_rho(guesses) < 1 / 2


@pytest.mark.parametrize("mu", [0.3, 1.0, 2.0])
@pytest.mark.parametrize("cut", [-0.5, 0.5, 1.0, 1.5])
def test_a_bound_is_wrong_no_more_often_than_it_says(mu: float, cut: float) -> None:
    """Every outcome is weighed by its chance, so that nothing here is drawn."""
    chances = np.outer(outcomes(NORMAL.cdf(mu - cut)), outcomes(NORMAL.cdf(-cut)))

    allowed = epsilon(mu**2 / 2)
    wrong = {"mu": 0.0, "rho": 0.0, "epsilon": 0.0}
    for hits in range(TRIALS + 1):
        for alarms in range(TRIALS + 1):
            guesses, chance = Guesses(hits, alarms, TRIALS), chances[hits, alarms]
            wrong["mu"] += chance * (bound_mu(guesses, confidence=0.95) > mu)
            wrong["rho"] += chance * (bound_rho(guesses, confidence=0.95) > mu**2 / 2)
            wrong["epsilon"] += chance * (bound_epsilon(guesses, confidence=0.95) > allowed)

    assert max(wrong.values()) <= 0.05
    assert wrong["mu"] > 0


def test_the_least_share_is_that_of_clopper_and_pearson() -> None:
    least = least_share(7, 20, confidence=0.975)

    assert least == pytest.approx(0.15391, abs=1e-5)
    assert least_share(0, 20, confidence=0.975) == 0


@pytest.mark.parametrize("guesses", [Guesses(0, 0, 100), Guesses(100, 100, 100), Guesses(0, 9, 9)])
def test_guesses_that_know_nothing_bound_nothing(guesses: Guesses) -> None:
    found = bound_mu(guesses), bound_rho(guesses), bound_epsilon(guesses)

    assert found == (0, 0, 0)


def test_guesses_that_know_everything_are_far_above_any_promise() -> None:
    guesses = Guesses(2000, 0, 2000)

    assert bound_mu(guesses) > 5
    assert bound_rho(guesses) > 4
    assert bound_epsilon(guesses) > 5


def test_a_release_declares_what_its_rho_means() -> None:
    found = declare(plan_year(make_policy(rho=0.125)).spec)

    assert found == Bounds(epsilon(0.125), 0.125, 0.5, NORMAL.cdf(0.25))
    assert Bounds(0, 0.126, 0.49, 1).above(found) == ("rho",)
    assert found.surely_right == found.right
