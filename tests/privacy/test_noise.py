"""Mirrors privacy/noise.py: what OpenDP draws, tested as a distribution.

Two-sided: the right mechanism fails with a chance below 1e-6, and three broken ones must fail.
Of n independent standard normal numbers the mean has sd 1/sqrt(n) and the mean square sd
sqrt(2/n), so five and a half of those are passed by chance once in 2.6e7; four figures are judged.
"""

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from privacy.errors import PrivacyError
from privacy.noise import calibrate, cost, epsilon, gaussian, right_guesses
from tests.privacy.small import plan_year

RELEASES = 2000
GATE = 5.5
SPEC = plan_year().spec
TRUTH = [10**9 * (place % 7 - 3) for place in range(40)]

Drawer = Callable[[], list[int]]


def drawer(scale: float) -> Drawer:
    """Draw releases of a known vector with the room's own measurement."""
    measurement = gaussian(lambda records: records(), bound_squared=SPEC.bound_squared, scale=scale)
    return lambda: measurement(lambda: TRUTH)


def judge(draw: Drawer, *, scale: float) -> dict[str, float]:
    """How many of their own sd four figures of the noise lie from what they must be."""
    drawn = np.array([draw() for _ in range(RELEASES)], dtype=np.float64)
    noise: NDArray[np.float64] = (drawn - np.array(TRUTH)) / scale
    n, cells = noise.size, noise.shape[1]
    together = noise.sum(axis=1) / math.sqrt(cells)
    beyond = float(np.mean(np.abs(noise) > 2))
    tail = math.erfc(math.sqrt(2))
    return {
        "bias": float(noise.mean()) * math.sqrt(n),
        "sd": (float((noise**2).mean()) - 1) / math.sqrt(2 / n),
        "shared": (float((together**2).mean()) - 1) / math.sqrt(2 / RELEASES),
        "tail": (beyond - tail) / math.sqrt(tail * (1 - tail) / n),
    }


def passes(found: dict[str, float]) -> bool:
    return all(abs(score) < GATE for score in found.values())


def test_noise_is_unbiased_as_strong_as_planned_and_drawn_anew_for_every_number() -> None:
    found = judge(drawer(SPEC.scale), scale=SPEC.scale)

    assert passes(found), found


def ten_percent_small() -> Drawer:
    return drawer(0.9 * SPEC.scale)


def one_draw_for_all() -> Drawer:
    fair = drawer(SPEC.scale)

    def draw() -> list[int]:
        noise = fair()[0] - TRUTH[0]
        return [one + noise for one in TRUTH]

    return draw


def no_noise() -> Drawer:
    return lambda: list(TRUTH)


def rounded_away_from_zero() -> Drawer:
    fair = drawer(SPEC.scale)
    return lambda: [one + round(SPEC.scale / 10) for one in fair()]


@pytest.mark.parametrize(
    "broken", [ten_percent_small, one_draw_for_all, no_noise, rounded_away_from_zero]
)
def test_the_same_check_fails_for_noise_that_is_broken(broken: Callable[[], Drawer]) -> None:
    assert not passes(judge(broken(), scale=SPEC.scale))


@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan, math.inf])
def test_a_scale_without_noise_is_refused(scale: float) -> None:
    """OpenDP alone would take 0 and release the exact numbers."""
    with pytest.raises(PrivacyError, match="noise scale must be a number above 0"):
        gaussian(lambda records: records(), bound_squared=1, scale=scale)


@pytest.mark.parametrize("bound_squared", [7, 2**32 * 405005064, 123456789123456789123])
@pytest.mark.parametrize("nano_rho", [1, 60_000_000, 100_000_000, 360_000_000])
def test_the_scale_is_the_smallest_that_OpenDP_lets_through(  # noqa: N802
    bound_squared: int, nano_rho: int
) -> None:
    scale = calibrate(bound_squared, nano_rho=nano_rho)

    allowed = Fraction(nano_rho, 10**9)
    assert cost(bound_squared=bound_squared, scale=scale) <= allowed
    assert cost(bound_squared=bound_squared, scale=math.nextafter(scale, 0)) > allowed
    assert math.isclose(scale, math.sqrt(bound_squared / (2 * nano_rho / 1e9)), rel_tol=1e-12)


def test_several_units_cost_their_number_squared() -> None:
    """Somebody recorded under m keys is covered at m squared times rho: OpenDP says so."""
    measurement = gaussian(
        lambda records: records(), bound_squared=SPEC.bound_squared, scale=SPEC.scale
    )

    assert measurement.map(3) == pytest.approx(9 * measurement.map(1), rel=1e-12)


def test_figures_for_readers_are_the_published_ones() -> None:
    """Presets of the policy: strict, standard, open, and standard over three years."""
    assert [round(epsilon(rho), 2) for rho in (0.18, 0.36, 0.72, 1.08)] == [2.95, 4.34, 6.43, 8.12]
    assert round(right_guesses(0.36), 2) == 0.66
    assert right_guesses(0) == 0.5
