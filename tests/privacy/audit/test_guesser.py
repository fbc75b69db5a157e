"""Mirrors privacy/audit/guesser.py. The draws are made up, and drawn with a fixed seed."""

import numpy as np

from privacy.audit.bounds import Guesses, bound_mu
from privacy.audit.guesser import Floats, Scores, choose_threshold, count_guesses, train

SHIFT = np.array([1.2, 1.6, 0.0])
GROUPS = [slice(0, 1), slice(1, 2), slice(2, 3)]


def worlds(*, shared: float = 0.0, seed: int = 1) -> tuple[Floats, Floats]:
    """Draws without and with the canary; `shared` is the part of the noise in all cells alike."""
    stream = np.random.default_rng(seed)
    own = stream.normal(size=(2, 4000, 3)) * np.sqrt(1 - shared)
    alike = stream.normal(size=(2, 4000, 1)) * np.sqrt(shared)
    without, within = own + alike
    return without, within + SHIFT


def learn(without: Floats, within: Floats) -> Scores:
    return train(without[:2000], within[:2000], shift=SHIFT, groups=GROUPS)


def right(guess: Scores, without: Floats, within: Floats) -> float:
    threshold = choose_threshold(
        guess(without[:2000]), guess(within[:2000]), worth=lambda guesses: guesses.right
    )
    return count_guesses(guess(without[2000:]), guess(within[2000:]), threshold).right


def test_against_independent_noise_the_guesser_is_as_good_as_can_be() -> None:
    without, within = worlds()

    found = right(learn(without, within), without, within)

    assert 0.82 < found < 0.86


def test_noise_that_is_shared_gives_everything_away() -> None:
    without, within = worlds(shared=1.0)

    found = right(learn(without, within), without, within)

    assert found == 1


def test_noise_that_is_shared_in_part_gives_more_away() -> None:
    without, within = worlds(shared=0.8)

    found = right(learn(without, within), without, within)

    assert found > 0.9


def test_the_threshold_is_halfway_unless_another_is_clearly_better() -> None:
    without, within = worlds()

    threshold = choose_threshold(without @ SHIFT, within @ SHIFT, worth=bound_mu)
    alone = choose_threshold(
        np.array([0.0, 0.0, 0.0, 9.0]),
        np.array([1.0, 1.0, 1.0, 1.0]),
        worth=lambda guesses: guesses.right,
    )

    assert abs(threshold - 2) < 0.1
    assert 0 < alone < 1


def test_guesses_are_counted_above_the_threshold() -> None:
    found = count_guesses(np.array([0.0, 1.0, 2.0]), np.array([1.0, 2.0, 3.0]), 1.0)

    assert found == Guesses(hits=2, alarms=1, trials=3)
    assert found.right == 4 / 6
