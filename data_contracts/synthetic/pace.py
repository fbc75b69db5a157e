"""Say how many calls come when, in blocks that are drawn one after the other.

The chain: shares -> **pace** -> meet -> draw -> spell -> plant -> inbox. A year of any size is a
row of blocks, each a small city of its own with its own random numbers, so that memory is that of
one block, and a month can be drawn without the others.
"""

from calendar import isleap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from data_contracts.synthetic.shares import Minutes, Shares, nearest

Generator = np.random.Generator
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

BLOCK = 60_000  # calls a year in one block: memory holds one, and Riverton is one
ROOM = 100_000  # numbers a block may give out, or a month of it
HOUR = 60
DAY = 24 * HOUR
MONTHS = 12

_DAYS = (365, 366)
_LONGEST = 10 * HOUR  # of one wait
_Z90 = 1.2815515655446004  # 90th percentile of the standard normal


class Topic(IntEnum):
    """What random numbers are for; each topic has a stream of its own."""

    PEOPLE = 1
    CALLS = 2
    VISITS = 3
    ANSWERS = 4
    PEN_CALLS = 5
    PEN_VISITS = 6
    PEN_ANSWERS = 7
    OUTCOMES = 8
    STAFFING = 9
    GOVERNANCE = 10
    HABITS = 11


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a year: `calls` is what it gets in the base year."""

    seed: int
    year: int
    number: int
    calls: int

    def stream(self, topic: Topic, month: int = 0) -> Generator:
        """Start the random numbers of a topic; whatever else was drawn does not matter."""
        return open_stream(self.seed, self.year, self.number, topic, month)

    def expected(self, shares: Shares) -> float:
        """Calls of the year, with the growth since the base year."""
        return self.calls * shares.growth ** (self.year - shares.base_year)


def open_stream(*path: int) -> Generator:
    """Start the counter-based random numbers that belong to a path of whole numbers."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(path)))


def divide(calls: int, *, seed: int, year: int) -> Iterator[Block]:
    """Divide a year into blocks of nearly one size.

    Args:
        calls: Calls for service in the base year.
        seed: Draws another city.
        year: Calendar year.

    Yields:
        The blocks, in order of their numbers.
    """
    n = max(1, -(-calls // BLOCK))
    for number in range(n):
        yield Block(seed, year, number, calls // n + (number < calls % n))


def month_starts(year: int) -> Ints:
    """First minute of every month and of the next January, counted from 1970."""
    first = np.datetime64(f"{year:04d}-01", "M") + np.arange(MONTHS + 1)
    return first.astype("datetime64[m]").astype(np.int64)


def day_weights(year: int, shares: Shares) -> Floats:
    """Share of a year's calls on each of its days: the season, and the growth within the year."""
    starts = month_starts(year)
    days = starts[0] + DAY * np.arange(_DAYS[isleap(year)])
    month = np.searchsorted(starts, days, side="right") - 1
    weights = np.array(shares.season)[month] * shares.growth ** np.linspace(0, 1, len(days))
    share: Floats = weights / weights.sum()
    return share


def draw_moments(rng: Generator, days: Ints, shares: Shares) -> Ints:
    """Give days of 1970 and later an hour and a minute, by the hour of the day."""
    hours = np.array(shares.hours)
    hour = pick_evenly(rng, hours, len(days))
    return days * DAY + hour * HOUR + rng.integers(0, HOUR, len(days))


def draw_wait(rng: Generator, minutes: Minutes, stretch: Floats) -> Ints:
    """Draw durations in whole minutes, one for each factor by which it is longer."""
    sigma = np.log(minutes.p90 / minutes.median) / _Z90
    drawn = rng.lognormal(np.log(minutes.median), sigma, len(stretch)) * stretch
    return np.minimum(drawn, _LONGEST).astype(np.int64)


def pick_evenly(rng: Generator, weights: Floats, n: int) -> Ints:
    """Draw `n` positions by weights that need not add to 1."""
    ends = np.cumsum(weights) / np.sum(weights)
    found: Ints = np.minimum(np.searchsorted(ends, rng.random(n), side="right"), len(ends) - 1)
    return found


def pick(weights: Floats, group: Ints, draw: Floats) -> Ints:
    """Turn one random number a row into a position, by the weights of the row's group.

    >>> pick(np.array([[3, 1], [0, 1]]), np.array([0, 0, 1]), np.array([0.7, 0.8, 0.1]))
    array([0, 1, 1])

    Args:
        weights: One line a group; a line need not add to 1.
        group: Line of every row.
        draw: Random numbers from 0 to 1.

    Returns:
        Positions within the lines.
    """
    ends = np.cumsum(weights, axis=1) / np.sum(weights, axis=1, keepdims=True)
    stairs = (ends + np.arange(len(ends))[:, None]).ravel()
    width = ends.shape[1]
    at = np.searchsorted(stairs, group + draw, side="right") - group * width
    found: Ints = np.clip(at, 0, width - 1)
    return found


def grid(groups: Mapping[str, Mapping[str, float]]) -> Floats:
    """Write weights by group and code as lines and columns."""
    return np.array([list(weights.values()) for weights in groups.values()], dtype=np.float64)


def path_weights(year: int, shares: Shares) -> Floats:
    """Say how a call without a visit ends: one line an area, one column a path."""
    by_year = shares.paths_by_year
    of_year = by_year[min(max(year, min(by_year)), max(by_year))]
    return np.array(
        [
            [
                path.share * shares.paths_by_kind[area.kind].get(name, 1) * (of_year.get(name, 1))
                for name, path in shares.paths.items()
            ]
            for area in shares.areas.values()
        ]
    )


def visits_a_call(year: int, shares: Shares) -> float:
    """Rows of visits for each call of the year."""
    return shares.met.a_call * nearest(shares.visits_by_year, year)
