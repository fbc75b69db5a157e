"""Compare each group with the rest, with noise, chance and the number of looks accounted for.

gather -> **compare** -> estimate
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Literal

from reports.estimate import LEVEL
from reports.released import Cells, Release, add_up

Verdict = Literal["higher", "lower", "same"]
PAIR = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One group: the counted cells, and what they are divided by (cells, or people who live there).

    `certain` is true where each record counted is one of those it is divided by, so that chance
    is that of a share; else it is that of a count.
    """

    top: Cells
    bottom: Cells | None = None
    residents: float = 0.0
    certain: bool = True


def compare_groups(release: Release, parts: Mapping[str, Part]) -> Mapping[str, Verdict]:
    """Say of each group whether it differs from all the others together.

    The spread of a difference is its exact noise, covariance included, and the chance that groups
    of this size differ by. Holm's rule keeps the chance of any wrong "higher" or "lower" among all
    groups at one in ten.

    Args:
        release: Has the cells.
        parts: At least two groups.

    Returns:
        A verdict for each group whose difference can be worked out.

    Source: Holm 1979, Scandinavian Journal of Statistics 6.
    """
    scores = {}
    for key, part in parts.items():
        rest = _rest([other for name, other in parts.items() if name != key])
        score = _score(release, part, rest)
        if score is not None:
            scores[key] = score
    looks = 1 if len(scores) == PAIR else len(scores)
    return _holm(scores, looks)


def _holm(scores: Mapping[str, float], looks: int) -> dict[str, Verdict]:
    """Go from the clearest difference down, and stop at the first that may be chance.

    >>> _holm({"a": 4.0, "b": -1.0, "c": -2.2}, 3)
    {'a': 'higher', 'b': 'same', 'c': 'lower'}
    """
    found: dict[str, Verdict] = dict.fromkeys(scores, "same")
    for place, key in enumerate(sorted(scores, key=lambda key: -abs(scores[key]))):
        left = max(1, looks - place)
        if abs(scores[key]) <= NormalDist().inv_cdf(1 - (1 - LEVEL) / (2 * left)):
            break
        found[key] = "higher" if scores[key] > 0 else "lower"
    return found


def _rest(others: list[Part]) -> Part:
    bottoms = [part.bottom for part in others if part.bottom]
    return Part(
        add_up(part.top for part in others),
        add_up(bottoms) if bottoms else None,
        sum(part.residents for part in others),
        all(part.certain for part in others),
    )


def _score(release: Release, one: Part, rest: Part) -> float | None:
    """Standard deviations by which a group lies above the rest; nothing where it is undefined."""
    (top, size), (top_rest, size_rest) = _sizes(release, one), _sizes(release, rest)
    if size <= 0 or size_rest <= 0:
        return None
    contrast = _centred(one, top, size) + _centred(rest, top_rest, size_rest).times(-1)
    noise = max(0.0, release.moments(contrast)[1])
    pooled = max(0.0, (top + top_rest) / (size + size_rest))
    spread = pooled * (max(0.0, 1 - pooled) if one.certain else 1.0)
    sd = sqrt(noise + spread * (1 / size + 1 / size_rest))
    return (top / size - top_rest / size_rest) / sd if sd else None


def _sizes(release: Release, part: Part) -> tuple[float, float]:
    bottom = release.moments(part.bottom)[0] if part.bottom else part.residents
    return release.moments(part.top)[0], bottom


def _centred(part: Part, top: float, size: float) -> Cells:
    """Write a ratio's noise as a sum of cells, to first order."""
    found = part.top.times(1 / size)
    return found + part.bottom.times(-top / size**2) if part.bottom else found
