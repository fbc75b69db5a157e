"""Draw what coded rows say, from public shares. The chain: coded -> **characterise**."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from zlib import crc32

import numpy as np
import pyarrow as pa

from data_contracts.codes import UNKNOWN
from data_contracts.contract import load_contract
from data_contracts.dimension import Dimension
from data_contracts.synthetic.pace import Flags, Floats, Generator, Ints, open_stream, pick_evenly
from data_contracts.synthetic.shares import load_shares

MONTH = "month"

Dimensions = Mapping[str, Dimension]
Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CodedBlock:
    """What is publicly known of a block.

    `rows` is how many it should have in the months; `dims` the dimensions that it counts by;
    `shares` the public share of every key, by dimension, where there is one; `measures` the range
    of every measure, from 0, and its mean.
    """

    rows: int
    dims: tuple[str, ...]
    shares: Mapping[str, Weights] = field(default_factory=dict)
    measures: Mapping[str, tuple[int, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that say nothing yet: whose each is, of `n` people, and its month, counted from 0.

    People from `n_known` on have no number.
    """

    who: Ints
    month: Ints
    n: int
    n_known: int

    def kept(self, here: Flags) -> "Rows":
        """Keep some rows."""
        return replace(self, who=self.who[here], month=self.month[here])


@dataclass(frozen=True, slots=True)
class Writer:
    """Draws the columns of one block, each by random numbers of its own.

    `alike` says whether people are as they always are, or every row is about somebody else.
    """

    name: str
    block: CodedBlock
    dimensions: Dimensions
    seed: int
    alike: bool = False

    def stream(self, column: str) -> Generator:
        """Start the random numbers of a column: those of others change nothing in it."""
        return open_stream(self.seed, crc32(self.name.encode()), crc32(column.encode()))

    def draw(self, rows: Rows) -> dict[str, pa.Array]:
        """Draw every dimension but the month, coarser ones from finer ones, and measures."""
        found: dict[str, pa.Array] = {}
        above = {up for dim in self.block.dims for up in list(_line(dim, self.dimensions))[1:]}
        for dim in sorted(set(self.block.dims) - above - {MONTH}):
            at, below = self._draw_keys(dim, rows), None
            for name in _line(dim, self.dimensions):
                one = self.dimensions[name]
                at = _lift(below, one)[at] if below else at
                found[one.column], below = spell(one.keys, at), one
        for column, (most, mean) in self.block.measures.items():
            share = mean / most
            drawn = self.stream(column).beta(2 * share, 2 * (1 - share), len(rows.who)) * most
            found[column] = pa.array(np.rint(drawn).astype(np.int64))
        return found

    def _draw_keys(self, dim: str, rows: Rows) -> Ints:
        rng, weights = self.stream(dim), _weigh(dim, self.block.shares, self.dimensions)
        other = pick_evenly(rng, weights, len(rows.who))
        if not self.alike or dim not in likeness():
            return other
        own = pick_evenly(rng, weights, rows.n)[rows.who]
        return np.where(rng.random(len(rows.who)) < likeness()[dim], own, other)


@cache
def likeness() -> Mapping[str, float]:
    """Say how often a person's contacts are as they always are, by dimension.

    Returns:
        Shares; the others are as anybody's. Facts about the person are always the same.

    Source: data_contracts/synthetic/shares.yaml, `met`.
    """
    law = load_shares().met
    columns = load_contract("encounters").columns
    facts = [one.codes for one in columns if one.codes and one.personal and not one.derived]
    habits = [f"{name}{ending}" for name in law.habits for ending in ("", "_band")]
    return {
        **dict.fromkeys(habits, law.habit),
        **dict.fromkeys(("area", "area_kind"), law.at_home),
        **dict.fromkeys(("call_type", "call_group"), law.as_usual),
        **dict.fromkeys(facts, 1.0),
    }


def spell(keys: Sequence[str | None], at: Ints) -> pa.Array:
    """Write positions as keys."""
    return pa.array(keys, pa.string()).take(pa.array(at))


def uncover(shares: Weights, hidden: float) -> Weights:
    """Leave out the part of rows of which nothing is known: their key is unknown for certain.

    >>> uncover({"yes": 0.3, "no": 0.2, "unknown": 0.5}, 0.25)
    {'yes': 0.3, 'no': 0.2, 'unknown': 0.25}
    """
    return {
        key: max(share - hidden, 0) if key == UNKNOWN else share for key, share in shares.items()
    }


def _line(dim: str, dimensions: Dimensions) -> Iterator[str]:
    """Name a dimension and the coarser ones above it, finest first."""
    yield dim
    if above := dimensions[dim].parent:
        yield from _line(above, dimensions)


def _lift(finer: Dimension, coarser: Dimension) -> Ints:
    """Position in the coarser dimension of every key of the finer one."""
    known = [key if key in coarser.keys else UNKNOWN for key in finer.parent_of]
    return np.array([coarser.keys.index(key) for key in known])


def _weigh(dim: str, shares: Mapping[str, Weights], dimensions: Dimensions) -> Floats:
    """Weigh the keys of a dimension: by its own shares, those of a coarser one, or evenly."""
    one = dimensions[dim]
    found = np.array([shares.get(dim, {}).get(key, 0.0) for key in one.keys])
    if not found.any() and one.parent:
        up = _lift(one, dimensions[one.parent])
        found = _weigh(one.parent, shares, dimensions)[up] / np.bincount(up)[up]
    return found if found.any() else np.array([float(key != UNKNOWN) for key in one.keys])
