"""Say what a year was combined with, and hold its better numbers.

stored -> combine -> **combination** -> page
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from reports.cells import Vector
from reports.estimate import LEVEL, Z90, planned_mark

DECIMALS = 3  # of published figures


@dataclass(frozen=True, slots=True)
class Apart:
    """A number that was not combined: where it stands, and by how many sd the parts lie above."""

    block: str
    where: Mapping[str, str]
    sds: float

    def beyond_chance(self, looks: int) -> bool:
        """Whether noise hardly explains it, when so many numbers were looked at.

        >>> [Apart("contacts", {}, sds).beyond_chance(367) for sds in (3.2, 5)]
        [False, True]

        Args:
            looks: Numbers that both tell; the chance of any false alarm among them is one in ten.
        """
        return abs(self.sds) > NormalDist().inv_cdf(1 - (1 - LEVEL) / (2 * max(1, looks)))


@dataclass(frozen=True, slots=True)
class Improved:
    """A combined block: estimates, their covariance, and what was planned of them.

    `planned` is the covariance if every shared number is combined, which depends on the plans of
    the releases only, as do the marks; `promised` the smallest planned size of every cell; `shared`
    how many numbers both tell.
    """

    estimates: Vector
    noise: Vector
    planned: Vector
    promised: Vector
    shared: int
    apart: tuple[Apart, ...]


@dataclass(frozen=True, slots=True)
class Combination:
    """What became of a year: the releases that it was combined with, and its better blocks."""

    interim: tuple[str, ...]
    blocks: Mapping[str, Improved]

    @property
    def estimates(self) -> Mapping[str, Vector]:
        """Better values of every cell, by block."""
        return {block: one.estimates for block, one in self.blocks.items()}

    @property
    def noise(self) -> Mapping[str, Vector]:
        """Their covariance."""
        return {block: one.noise for block, one in self.blocks.items()}

    @property
    def planned(self) -> Mapping[str, Vector]:
        """Their covariance as it was planned."""
        return {block: one.planned for block, one in self.blocks.items()}

    @property
    def promised(self) -> Mapping[str, Vector]:
        """Smallest planned size of every cell."""
        return {block: one.promised for block, one in self.blocks.items()}

    def better(self, frame: pd.DataFrame, block: str) -> pd.DataFrame:
        """Put the better figures into a published table."""
        if block not in self.blocks:
            return frame
        one, at = self.blocks[block], frame["cell"].to_numpy(int)
        sds, planned = (
            np.sqrt(np.clip(np.diag(noise)[at], 0.0, None)) for noise in (one.noise, one.planned)
        )
        values, sizes = one.estimates[at], zip(one.promised[at], planned, strict=True)
        return frame.assign(
            estimate=values.round(DECIMALS) + 0.0,
            sd=sds.round(DECIMALS),
            low=np.clip(values - Z90 * sds, 0.0, None).round(DECIMALS),
            high=(np.clip(values, 0.0, None) + Z90 * sds).round(DECIMALS),
            mark=[planned_mark(size, sd).value for size, sd in sizes],
        )

    @property
    def shared(self) -> int:
        """How many numbers the year and its parts both tell."""
        return sum(block.shared for block in self.blocks.values())

    @property
    def apart(self) -> tuple[Apart, ...]:
        """Those that differ by more than the gate; there the year's own figure stands."""
        return tuple(one for block in self.blocks.values() for one in block.apart)
