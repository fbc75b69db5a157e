"""Hold the noise against what the plan says of it. The chain: crowd -> stability -> **noise fit**.

Every statistical check here gives a false alarm with a chance of at most one in a million, and is
asked once more with fresh noise before it says so; see docs/privacy/mutants.md.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import special

from privacy import measure, noise
from privacy.audit.processes import draw_elsewhere
from privacy.audit.verdict import Finding
from privacy.errors import PrivacyError
from privacy.noise import Noise
from privacy.spec import Spec

ALARM = 1e-6  # chance that a check of right noise fails before it is asked again
PROCESSES, FORKS = 3, 4

_QUESTIONS = 3  # a check asks at most so many, each on both sides
_Z = float(special.ndtri(1 - ALARM / _QUESTIONS / 2))
_SMALLEST = 1e-300  # chances below it are one and the same
_BINS = 50
_NO_NOISE = (0.0, -1.0, math.inf, math.nan)

Numbers = NDArray[np.float64]
Fit = Callable[[Numbers], Finding]


def check_noise(spec: Spec, *, draws: int) -> tuple[Finding, ...]:
    """Draw noise by the function that draws a release, and hold it against the spec.

    Args:
        spec: What the release measures; its scale is what the plan, pages and intervals say.
        draws: Numbers to draw, at least; 20,000 show noise that is 10% too small.

    Returns:
        One finding a check: bias, variance (both sides), shape (chi-square and
        Kolmogorov-Smirnov), cells that move together, equal cells, scales that must be refused,
        and processes that draw alike. No record is read.
    """
    return (*check_fits(spec, draws=draws), check_processes())


def check_fits(spec: Spec, *, draws: int) -> tuple[Finding, ...]:
    """Check the same in this process alone; see `check_noise`."""
    if not spec.scale > 0:
        return (check_refusals(spec),)
    equal: Fit = partial(_equal, scale=spec.scale)
    fits: tuple[Fit, ...] = (_bias, _variance, _shape, _together, equal)
    drawn = _draw(spec, draws)
    again: list[Numbers] = []
    found = []
    for fit in fits:
        finding = fit(drawn)
        if not finding.ok:
            again = again or [_draw(spec, draws)]
            finding = fit(again[0])
        found.append(finding)
    return (*found, check_refusals(spec))


def check_processes(
    draw_all: Callable[[], Sequence[Sequence[int]]] | None = None,
) -> Finding:
    """Draw in fresh processes and in forks of one of them: no two may draw the same noise.

    Args:
        draw_all: Draws one vector a process; the real ones, unless a test gives others.

    Returns:
        The finding. Two right vectors of 8 numbers are alike with a chance below 1e-40.
    """
    drawn = (draw_all or _draw_in_processes)()
    distinct = len({tuple(one) for one in drawn})
    return Finding(
        "noise_processes",
        ok=distinct == len(drawn),
        said=f"{PROCESSES} fresh processes and {FORKS} forks drew {distinct} different vectors of "
        f"{len(drawn)}.",
        figures={"processes": len(drawn), "distinct": distinct},
    )


def check_refusals(spec: Spec) -> Finding:
    """Ask for noise of no width, by the spec and by itself: every one must be refused."""
    asked = (spec.scale, *_NO_NOISE) if not spec.scale > 0 else _NO_NOISE
    allowed = [scale for scale in asked if _is_allowed(spec, scale)]
    return Finding(
        "noise_refusals",
        ok=not allowed,
        said=f"{len(asked) - len(allowed)} of {len(asked)} scales without noise were refused.",
        figures={"asked": len(asked), "refused": len(asked) - len(allowed)},
    )


def _is_allowed(spec: Spec, scale: float) -> bool:
    try:
        made: Noise = noise.gaussian(
            lambda records: records(), bound_squared=spec.bound_squared, scale=scale
        )
    except PrivacyError:
        return False
    return made is not None


def _draw(spec: Spec, draws: int) -> Numbers:
    """Draw whole releases of nothing, in units of the scale: releases x numbers."""
    nothing = [0] * spec.length
    releases = max(2, math.ceil(draws / spec.length))
    rows = [measure.draw(spec, lambda: nothing) for _ in range(releases)]
    return np.array(rows, dtype=np.float64) / spec.scale


def _bias(drawn: Numbers) -> Finding:
    z = float(drawn.mean() * math.sqrt(drawn.size))
    return _finding("noise_bias", {"bias_sd": float(drawn.mean())}, z=[z], draws=drawn.size)


def _variance(drawn: Numbers) -> Finding:
    squares, n = float((drawn**2).sum()), drawn.size
    figures = {"variance_over_declared": squares / n}
    return _finding("noise_variance", figures, z=[_normal(squares, n)], draws=n)


def _shape(drawn: Numbers) -> Finding:
    """Compare with the normal law, from which the discrete one differs by less than 1e-6.

    Source: Canonne, Kamath and Steinke 2020, The Discrete Gaussian; Marsaglia, Tsang and Wang 2003
    for the law of the largest distance.
    """
    places = np.sort(special.ndtr(drawn.ravel()))
    n = places.size
    steps = np.arange(n + 1) / n
    largest = float(max((steps[1:] - places).max(), (places - steps[:-1]).max()))
    found = np.bincount((places * _BINS).astype(np.int64).clip(0, _BINS - 1), minlength=_BINS)
    chi_square = float(((found - n / _BINS) ** 2).sum() / (n / _BINS))
    far = float(special.kolmogorov(math.sqrt(n) * largest))
    z = [_as_normal(far), _normal(chi_square, _BINS - 1)]
    figures = {"largest_distance": largest, "chi_square": chi_square}
    return _finding("noise_shape", figures, z=z, draws=n)


def _together(drawn: Numbers) -> Finding:
    """Look for cells that move together: in sums of releases, neighbours, and pairs of releases."""
    releases, cells = drawn.shape
    sums = _normal(float((drawn.sum(axis=1) ** 2).sum() / cells), releases)
    beside = drawn[:, 1:] * drawn[:, :-1]
    after = drawn[1:] * drawn[:-1]
    z = [sums, *(float(one.sum() / math.sqrt(one.size)) for one in (beside, after) if one.size)]
    figures = {"variance_of_sums_over_declared": float((drawn.sum(axis=1) ** 2).mean() / cells)}
    return _finding("noise_correlation", figures, z=z, draws=drawn.size)


def _equal(drawn: Numbers, *, scale: float) -> Finding:
    """Count neighbours that got the very same noise; two right ones are equal next to never."""
    pairs = drawn[:, 1:].size
    expected = pairs / (2 * scale * math.sqrt(math.pi))
    most = next(n for n in range(pairs + 1) if special.pdtrc(n, expected) <= ALARM)
    equal = int((drawn[:, 1:] == drawn[:, :-1]).sum())
    return Finding(
        "noise_equal_cells",
        ok=equal <= most,
        said=f"{equal} of {pairs:,} neighbouring cells got the same noise; {most} are allowed.",
        figures={"equal": equal, "pairs": pairs},
    )


def _draw_in_processes() -> list[list[int]]:
    first, *others = (draw_elsewhere(forks=FORKS if n == 0 else 0) for n in range(PROCESSES))
    return [*first, *(vector for other in others for vector in other)]


def _normal(squares: float, freedom: int) -> float:
    """Say how far a chi-square is out, as a normal number with the same chance."""
    below = float(special.gammainc(freedom / 2, squares / 2))
    above = float(special.gammaincc(freedom / 2, squares / 2))
    return _as_normal(2 * min(below, above))


def _as_normal(chance: float) -> float:
    return -float(special.ndtri(min(max(chance, _SMALLEST), 1.0) / 2))


def _finding(name: str, figures: dict[str, float], *, z: Iterable[float], draws: int) -> Finding:
    worst = max((abs(one) for one in z), default=0.0)
    ok = worst <= _Z
    told = ", ".join(f"{figure.replace('_', ' ')} {value:.4g}" for figure, value in figures.items())
    return Finding(
        name,
        ok=ok,
        said=f"{draws:,} numbers drawn: {told}; {worst:.1f} standard deviations from what the plan "
        f"says, {_Z:.1f} are allowed.",
        figures={**figures, "z": worst, "draws": draws},
    )
