"""Guess whether somebody is in a release. The chain: canaries -> **membership** -> bounds.

Two worlds, alike but for one unit; many draws of each; half of them train the guesser, the other
half certify how often it is right. The mechanism under attack is the code of the release itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from privacy import count, measure, noise
from privacy.audit import frames
from privacy.audit.bounds import CONFIDENCE, Bounds, Guesses, bound_epsilon, bound_mu, bound_rho
from privacy.audit.canaries import Canary
from privacy.audit.guesser import Floats, choose_threshold, count_guesses, train
from privacy.spec import Spec

MOST_CELLS = 64  # cells that the guesser looks at, those that the canary moves most first
_AT_REST = 2  # cells beside them that the canary does not move: they show noise that is shared
_BATCH = 200_000  # numbers drawn by one call of OpenDP


class _Bound(Protocol):
    def __call__(self, guesses: Guesses, *, confidence: float) -> float: ...


class Mechanism:
    """The real path from records to noisy numbers: unit keys, clip, count, OpenDP's noise.

    A mutant subclasses it, or patches what lies beneath: every call is looked up in
    `privacy.audit.frames`, `privacy.count`, `privacy.noise` and `privacy.measure` when it is made.
    """

    def __init__(self, spec: Spec) -> None:
        """Take what the release measures."""
        self.spec = spec

    def exact(self, records: pa.Table) -> list[int]:
        """Count the cells, each unit by its weight.

        Args:
            records: A frame; see `privacy.audit.frames`.

        Returns:
            The vector, in the order of `spec.series()`.
        """
        keyed = frames.give_keys(records)
        with duckdb.connect(config={"threads": 1}) as engine:
            engine.register("incidents", keyed)
            return count.count_cells(self.spec, connection=engine, incidents="incidents")

    def noisy(self, exact: list[int], draws: int) -> NDArray[np.int64]:
        """Add noise to numbers of the release many times over.

        Args:
            exact: Numbers of the vector: all of them, or some.
            draws: How many times.

        Returns:
            Noisy numbers, draws x length.
        """
        spec, parts = self.spec, []
        measured = noise.gaussian(
            lambda records: records(), bound_squared=spec.bound_squared, scale=spec.scale
        )
        batch = max(1, _BATCH // len(exact))
        for first in range(0, draws, batch):
            many = exact * min(batch, draws - first)
            drawn = measured(lambda many=many: many)  # type: ignore[misc]
            parts.append(np.array(drawn, dtype=np.int64).reshape(-1, len(exact)))
        return np.concatenate(parts)

    def drawn(self, exact: list[int], draws: int) -> NDArray[np.int64]:
        """Draw whole vectors one by one, by the very function that draws a release.

        Args:
            exact: The whole vector.
            draws: How many times.

        Returns:
            Noisy numbers, draws x length.
        """
        rows = [measure.draw(self.spec, lambda: exact) for _ in range(draws)]
        return np.array(rows, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Worlds:
    """Draws of both worlds, less what is in both, in sd; how far the canary moves each cell.

    `groups` are cells of one table each, and each cell at rest.
    """

    without: Floats
    within: Floats
    shift: Floats
    groups: Sequence[slice]


def audit_membership(
    mechanism: Mechanism,
    canary: Canary,
    *,
    draws: int,
    confidence: float = CONFIDENCE,
    whole: bool = False,
    most_cells: int = MOST_CELLS,
    crowd: pa.Table | None = None,
) -> Bounds:
    """Attack a release: tell draws with a canary from draws without.

    Args:
        mechanism: The mechanism under attack.
        canary: The unit that is in one world only.
        draws: Releases drawn in each world; half train the guesser, half certify.
        confidence: Chance that a bound holds; of each bound by itself.
        whole: Draw whole vectors by the function that draws a release, which takes longer, and
            not some cells of many vectors at once.
        most_cells: Cells that the guesser looks at, where not `whole`.
        crowd: A frame of those who are in both worlds; see `frames.make_crowd`.

    Returns:
        Lower bounds on what the release gives away about the canary, and how often the guesser
        was right.
    """
    worlds = _draw(mechanism, canary, draws, whole=whole, most_cells=most_cells, crowd=crowd)
    half = draws // 2
    guess = train(
        worlds.without[:half], worlds.within[:half], shift=worlds.shift, groups=worlds.groups
    )
    learnt = guess(worlds.without[:half]), guess(worlds.within[:half])
    tried = guess(worlds.without[half:]), guess(worlds.within[half:])

    def certify(bound: _Bound) -> tuple[float, Guesses]:
        threshold = choose_threshold(*learnt, worth=lambda one: bound(one, confidence=confidence))
        found = count_guesses(*tried, threshold)
        return bound(found, confidence=confidence), found

    mu, guesses = certify(bound_mu)
    return Bounds(
        epsilon=certify(bound_epsilon)[0], rho=certify(bound_rho)[0], mu=mu, right=guesses.right
    )


def _draw(
    mechanism: Mechanism,
    canary: Canary,
    draws: int,
    *,
    whole: bool,
    most_cells: int,
    crowd: pa.Table | None,
) -> _Worlds:
    others = frames.make_crowd(mechanism.spec) if crowd is None else crowd
    without = mechanism.exact(others)
    within = mechanism.exact(pa.concat_tables([others, canary.rows]))
    moves = [one - other for one, other in zip(within, without, strict=True)]
    seen, groups = _look(mechanism.spec, moves, most_cells)

    def noisy(exact: list[int]) -> NDArray[np.int64]:
        if whole:
            return mechanism.drawn(exact, draws)[:, seen]
        return mechanism.noisy([exact[place] for place in seen], draws)

    level = np.array([without[place] for place in seen], dtype=np.int64)
    scale = mechanism.spec.scale
    return _Worlds(
        without=(noisy(without) - level) / scale,
        within=(noisy(within) - level) / scale,
        shift=np.array([moves[place] for place in seen], dtype=np.float64) / scale,
        groups=groups,
    )


def _look(spec: Spec, moves: Sequence[int], most_cells: int) -> tuple[list[int], list[slice]]:
    """Choose the cells to look at, in order, and group those that move by table."""
    moved = [place for place, one in enumerate(moves) if one]
    moved = sorted(sorted(moved, key=lambda place: -abs(moves[place]))[:most_cells])
    still = [place for place, one in enumerate(moves) if not one]
    still = still[:: max(1, len(still) // _AT_REST)][:_AT_REST]
    groups, start = [], 0
    for series in spec.series():
        size = sum(series.start <= place < series.stop for place in moved)
        if size:
            groups.append(slice(start, start + size))
        start += size
    groups += [slice(at, at + 1) for at in range(start, start + len(still))]
    return [*moved, *still], groups
