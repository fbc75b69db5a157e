"""Ask OpenDP: the one noise of this house, what it costs, and what that means.

Every cost here is OpenDP's own; a formula of ours only says where the search for a scale begins.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from statistics import NormalDist
from typing import Protocol, cast

import opendp.prelude as dp

from privacy.errors import PrivacyError
from privacy.policy import NANO

DELTA = 1e-6  # Source: NIST SP 800-226; the largest delta that readers are shown
_ROUNDING = 1e-9  # of one step: what floats add to a figure that is exact
_STEPS = 64  # more floats than lie between the first guess and the tight scale

Records = Callable[[], list[int]]  # handle of the records: call it for their exact vector


class Noise(Protocol):
    """OpenDP's measurement, as far as this room uses it."""

    def __call__(self, records: Records) -> list[int]:
        """Count the records and add noise."""

    def map(self, units: int) -> float:
        """Say what so many units added or removed cost, in rho."""


class _Profile(Protocol):
    def epsilon(self, delta: float) -> float: ...


class _Profiled(Protocol):
    def map(self, units: int) -> _Profile: ...


def gaussian(
    function: Callable[[Records], list[int]], *, bound_squared: int, scale: float
) -> Noise:
    """Build the measurement of one whole release: integers in, discrete Gaussian noise added.

    **Stability:** where one unit moves what `function` returns by at most `sqrt(bound_squared)` in
    L2, m units cost `m**2 * bound_squared / (2 * scale**2)` in rho, by OpenDP's own map.

    >>> measurement = gaussian(lambda records: records(), bound_squared=4, scale=2.0)
    >>> [round(measurement.map(units), 6) for units in (1, 3)]
    [0.5, 4.5]

    Args:
        function: Turns the handle of the records into the exact vector.
        bound_squared: Square of the most that one unit moves that vector, in L2.
        scale: Standard deviation of the noise of every number.

    Returns:
        OpenDP's measurement; its map says what the release costs, in rho.

    Raises:
        PrivacyError: The scale is not a positive number, so there would be no noise.
    """
    if not (math.isfinite(scale) and scale > 0):
        raise PrivacyError(
            f"The noise scale must be a number above 0; got {scale}. Mend the plan in privacy.yaml."
        )
    dp.enable_features("contrib", "honest-but-curious")
    reach = _root_up(bound_squared)
    counted = dp.t.make_user_transformation(
        dp.user_domain("records of the vault", callable),
        dp.user_distance("privacy units added or removed"),
        dp.vector_domain(dp.atom_domain(T="i64")),
        dp.l2_distance(T="f64"),
        function,
        lambda units: math.nextafter(float(units) * reach, math.inf),
    )
    return cast("Noise", counted >> dp.m.then_gaussian(scale))


def cost(*, bound_squared: int, scale: float) -> Fraction:
    """Ask OpenDP's map what one unit pays, in rho.

    Returns:
        The exact value of OpenDP's answer.

    Raises:
        PrivacyError: The cost is not a positive, finite number.
    """
    rho = gaussian(lambda records: records(), bound_squared=bound_squared, scale=scale).map(1)
    if not (math.isfinite(rho) and rho > 0):
        raise PrivacyError(
            f"OpenDP puts the cost at rho={rho}; a release needs a cost that is finite and above "
            "0. Mend the plan in privacy.yaml."
        )
    return Fraction(rho)


def calibrate(bound_squared: int, *, nano_rho: int) -> float:
    """Find the smallest noise that OpenDP lets through for this much rho.

    **Stability:** a vector that one unit moves by at most `sqrt(bound_squared)` in L2 costs at most
    `nano_rho` with this noise, and more with any less.

    >>> round(calibrate(4, nano_rho=500_000_000), 6)
    2.0

    Args:
        bound_squared: Square of the most that one unit moves the vector, in L2.
        nano_rho: What the release may cost, in billionths of rho.

    Returns:
        The scale: OpenDP's cost is at most `nano_rho`, and the next smaller float costs more.
    """
    allowed = Fraction(nano_rho, NANO)
    scale = math.sqrt(bound_squared / (2 * nano_rho / NANO))
    for _ in range(_STEPS):
        if cost(bound_squared=bound_squared, scale=scale) > allowed:
            scale = math.nextafter(scale, math.inf)
        elif cost(bound_squared=bound_squared, scale=math.nextafter(scale, 0)) <= allowed:
            scale = math.nextafter(scale, 0)
        else:
            return scale
    raise PrivacyError(
        f"No noise scale was found for a cost of {nano_rho} nano-rho. "
        "Lower the clips, or raise rho, in privacy.yaml."
    )


def epsilon(rho: float, *, delta: float = DELTA) -> float:
    """Convert rho to epsilon at a delta, as OpenDP does.

    >>> round(epsilon(0.36), 2)
    4.34
    """
    return _profile(rho).epsilon(delta)


def right_guesses(rho: float) -> float:
    """Say how often somebody who guesses "in or out" is right, at most; a coin: half the time.

    The noise is Gaussian in steps far finer than its scale, so the best guesser sees two bell
    curves that lie sqrt(2 rho) standard deviations apart.

    >>> round(right_guesses(0.36), 2)
    0.66

    Source: Dong, Roth and Su 2022, Gaussian Differential Privacy, section 2.
    """
    return NormalDist().cdf(math.sqrt(2 * rho) / 2)


def at_most(share: float, *, places: int = 0) -> float:
    """Round up what is said to be "at most" so much: rounded down it would be false.

    >>> at_most(66.43), at_most(0.66428, places=4), at_most(50)
    (67.0, 0.6643, 50.0)
    """
    steps: int = 10**places
    return math.ceil(share * steps - _ROUNDING) / steps


def _profile(rho: float) -> _Profile:
    dp.enable_features("contrib", "honest-but-curious")
    costs_rho = dp.m.make_user_measurement(
        dp.user_domain("records of the vault", callable),
        dp.user_distance("privacy units added or removed"),
        dp.zero_concentrated_divergence(),
        lambda records: records,
        lambda units: float(units) ** 2 * rho,
    )
    return cast("_Profiled", dp.c.make_zCDP_to_approxDP(costs_rho)).map(1)


def _root_up(squared: int) -> float:
    root = math.sqrt(squared)
    while Fraction(root) ** 2 < squared:
        root = math.nextafter(root, math.inf)
    return root
