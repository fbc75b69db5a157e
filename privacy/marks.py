"""Decide before anything is drawn which numbers may be used: from public sizes, never from values.

The chain: policy -> **plan** -> clip -> count -> charge -> measure.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from data_contracts.codes import UNKNOWN
from privacy.fit import Number, fit_block
from privacy.policy import BlockPolicy, TablePolicy
from privacy.shares import Shares
from privacy.spec import Block, Cell, Spec

USE_SD = 6  # Source: design section 5.7: a size of 6 sd may be used as it is,
CAUTION_SD = 3  # one of 3 sd with caution, a smaller one is withheld

Sizes = Mapping[tuple[str, str], Mapping[Cell, float]]


class Mark(StrEnum):
    """What a reader may do with a number."""

    USE = "use"
    CAUTION = "caution"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class PlannedNumber:
    """One number that will be published: how large it should be, how noisy it will be.

    `guessed` where a public share is missing, so that the keys of a dimension were taken as equal;
    such a number is marked `caution` at most.
    """

    number: Number
    expected: float
    sd: float
    guessed: bool

    @property
    def mark(self) -> Mark:
        """The mark, from the size and the noise alone."""
        if self.expected >= USE_SD * self.sd and not self.guessed:
            return Mark.USE
        return Mark.CAUTION if self.expected >= CAUTION_SD * self.sd else Mark.WITHHELD


def plan_numbers(
    spec: Spec,
    block: Block,
    terms: BlockPolicy,
    *,
    shares: Mapping[str, Shares],
    earlier: Sizes,
) -> list[PlannedNumber]:
    """Plan every published number of a block.

    Args:
        spec: What the release measures.
        block: One of its blocks.
        terms: The policy's words on that block: public sizes.
        shares: Public share of every key, by dimension; see `public_shares`.
        earlier: Published estimates of an earlier release of the same kind, by (table, statistic)
            and cell; they take the place of the policy's sizes where they have the cell.

    Returns:
        One planned number for each published one, in the order of publication.
    """
    fitted = fit_block(spec, block)
    sds = np.sqrt(np.diag(fitted.covariance))
    return [
        _plan(spec, terms, number, float(sd), shares, earlier)
        for number, sd in zip(fitted.numbers, sds, strict=True)
    ]


def read_sizes(folder: Path) -> Sizes:
    """Read the published estimates of an earlier release, as `plan_numbers` takes them.

    Args:
        folder: `public/releases/<release>`.

    Returns:
        Estimates by (table, statistic) and cell.
    """
    sizes: dict[tuple[str, str], dict[Cell, float]] = {}
    for file in sorted(folder.glob("tables/*.csv")):
        with file.open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                dims = list(row)[: list(row).index("statistic")]
                cell = tuple(row[dim] for dim in dims)
                sizes.setdefault((file.stem, row["statistic"]), {})[cell] = float(row["estimate"])
    return sizes


def _plan(
    spec: Spec,
    terms: BlockPolicy,
    number: Number,
    sd: float,
    shares: Mapping[str, Shares],
    earlier: Sizes,
) -> PlannedNumber:
    published = earlier.get((number.table, number.statistic), {}).get(number.cell)
    if published is not None:
        return PlannedNumber(number, max(published, 0), sd, guessed=False)
    table = terms.tables[number.table]
    expected, guessed = float(terms.expected), False
    for dim, key in zip(table.dims, number.cell, strict=True):
        guessed |= dim not in shares
        expected *= shares[dim].get(key, 0) if dim in shares else _guess(spec, dim, key)
    if number.statistic == "sum":
        mean, known = _mean(table)
        return PlannedNumber(number, expected * mean, sd, guessed or not known)
    return PlannedNumber(number, expected, sd, guessed)


def _guess(spec: Spec, dim: str, key: str) -> float:
    """Take all keys as equal, and none as unknown."""
    known = [one for one in spec.axes[dim].keys if one != UNKNOWN]
    return 1 / len(known) if key in known else 0


def _mean(table: TablePolicy) -> tuple[float, bool]:
    if table.measure is None:
        return 1, True
    if table.measure.expected_mean is None:
        return table.measure.range / 2, False
    return table.measure.expected_mean, True
