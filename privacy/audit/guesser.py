"""Learn to guess "in" or "out". The chain: canaries -> **guesser** -> membership -> bounds.

The guesser knows everything but the noise: both exact vectors, the mechanism and its code.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from privacy.audit.bounds import Guesses

Floats = NDArray[np.float64]
Scores = Callable[[Floats], Floats]

_RIDGE = 1e-9  # of the mean variance: noise that is shared leaves directions without any
_CUTS = 200  # thresholds that are tried
_CLEARLY = 1.05  # how much more another threshold must be worth on the training half


def train(without: Floats, within: Floats, *, shift: Floats, groups: Sequence[slice]) -> Scores:
    """Learn a score that is higher for draws with the canary.

    Two guessers are tried on half of the draws: the direction in which the canary moves the
    release, which is the best there is against noise that is the same and independent in every
    cell; and the linear discriminant of that direction table by table, of their sum and of cells
    at rest, which finds noise that is shared, or too small in one table.

    Args:
        without: Draws without the canary x cells, less what is in both worlds, in sd.
        within: Draws with it.
        shift: How far the canary moves each cell, in sd.
        groups: Cells of one table each, and cells at rest.

    Returns:
        The score of draws, one number a draw.
    """
    half = len(without) // 2

    def straight(draws: Floats) -> Floats:
        return np.asarray(draws @ shift)

    features = _features(shift, groups)
    learnt = _discriminate(features(without[:half]), features(within[:half]))
    rivals = (straight, lambda draws: features(draws) @ learnt)
    first, second = (_best_right(one(without[half:]), one(within[half:])) for one in rivals)
    if first >= second:
        return straight
    better = _discriminate(features(without), features(within))
    return lambda draws: features(draws) @ better


def choose_threshold(
    without: Floats, within: Floats, *, worth: Callable[[Guesses], float]
) -> float:
    """Choose the score above which to say "in".

    Halfway between the two means is best against bell curves, and is taken unless another
    threshold looks clearly better: the best of many is mostly chance.

    Args:
        without: Scores without the canary.
        within: Scores with it.
        worth: What guesses are worth.

    Returns:
        The threshold.
    """
    cuts = [(without.mean() + within.mean()) / 2, *_cuts(without, within)]
    worths = np.array([worth(count_guesses(without, within, cut)) for cut in cuts])
    best = int(np.argmax(worths))
    return float(cuts[best] if worths[best] > _CLEARLY * worths[0] else cuts[0])


def count_guesses(without: Floats, within: Floats, threshold: float) -> Guesses:
    """Count how often "in" is said.

    Args:
        without: Scores without the canary.
        within: Scores with it.
        threshold: Score above which "in" is said.
    """
    hits, alarms = int((within > threshold).sum()), int((without > threshold).sum())
    return Guesses(hits=hits, alarms=alarms, trials=len(within))


def _best_right(without: Floats, within: Floats) -> float:
    cuts = _cuts(without, within)
    return max(count_guesses(without, within, cut).right for cut in cuts)


def _cuts(without: Floats, within: Floats) -> Floats:
    scores = np.unique(np.concatenate([without, within]))
    between = (scores[1:] + scores[:-1]) / 2 if len(scores) > 1 else scores
    places = np.linspace(0, len(between) - 1, min(_CUTS, len(between))).round().astype(int)
    return np.asarray(between[places])


def _features(shift: Floats, groups: Sequence[slice]) -> Scores:
    """Look at a draw table by table, at its sum, and at each cell at rest."""
    columns = []
    for group in groups:
        column = np.zeros_like(shift)
        column[group] = shift[group] if shift[group].any() else 1.0
        columns.append(column / np.linalg.norm(column))
    columns.append(np.ones_like(shift) / np.sqrt(len(shift)))
    matrix = np.stack(columns, axis=1)
    return lambda draws: np.asarray(draws @ matrix)


def _discriminate(without: Floats, within: Floats) -> Floats:
    """Fisher's linear discriminant."""
    centred = np.concatenate([without - without.mean(axis=0), within - within.mean(axis=0)])
    spread = centred.T @ centred / len(centred)
    ridge = _RIDGE * (np.trace(spread) / len(spread) or 1.0)
    apart = within.mean(axis=0) - without.mean(axis=0)
    return np.asarray(np.linalg.solve(spread + ridge * np.eye(len(spread)), apart))
