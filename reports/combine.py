"""Combine a year with its quarters or halves: two measurements of nearly the same numbers.

released, overlap -> **combine** -> open_year

Every number that both tell is measured again by the sum of the parts. The year is corrected by
generalised least squares, so that all cells, sums and their covariance stay exact; numbers that
only the year tells improve through their covariance with the others. Which numbers count as the
same is decided by one look at the values: see `docs/privacy/reconcile.md` for what that costs.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from reports.anchor import CONTACTS
from reports.cells import Vector, find_root
from reports.combination import Apart, Combination, Improved
from reports.errors import ReportError
from reports.overlap import Shared, find_shared
from reports.stored import Stored

Year = TypeVar("Year", bound=Stored)

BLOCKS = (CONTACTS, "no_contact")  # people of the quarters do not add up to people of the year
GATE = 3.0  # sd of the difference; source: release-plan section 7
ZERO = 1e-6  # eigenvalues of a correlation below it are rounding
LEAST = 0.01  # published figures have three decimals, and a number adds up many of them


class Blend:
    """How one block of a year is corrected by its parts; known before anything is drawn."""

    def __init__(self, shared: Shared, year: Vector, parts: Sequence[Vector]) -> None:
        """Work out the correction.

        Args:
            shared: The numbers that both tell.
            year: Covariance of the cells of the year.
            parts: That of the cells of each part.
        """
        year, *parts = (root @ root.T for root in map(find_root, (year, *parts)))
        across = shared.year @ year
        spread = across @ shared.year.T + shared.added_noise(parts)
        self.shared = shared
        self.sds: Vector = np.sqrt(np.clip(np.diag(spread), 0.0, None))
        self._gain = across.T @ _invert(spread)
        self._taken = self._gain @ across
        self.noise: Vector = year - self._taken

    def correct(self, year: Vector, differences: Vector) -> Vector:
        """Correct values by differences, all numbers used; one year a row, or a single one."""
        found: Vector = year + differences @ self._gain.T
        return found

    def outside(self, differences: Vector, *, within: float) -> npt.NDArray[np.bool_]:
        """Say which differences are too large to be noise."""
        found: npt.NDArray[np.bool_] = np.abs(differences) >= np.maximum(within * self.sds, LEAST)
        return found

    def restore(
        self, year: Vector, corrected: Vector, apart: npt.NDArray[np.bool_]
    ) -> tuple[Vector, Vector]:
        """Give chosen numbers back the year's own figure, exactly, and keep everything consistent.

        Only such combinations of the differences are used as do not move these numbers: the
        correction is regressed on what it did to them.

        Args:
            year: The year's own values.
            corrected: From `correct`.
            apart: Which numbers are not to be combined.

        Returns:
            Values and covariance.
        """
        rows = self.shared.year[apart]
        moved = self._taken @ rows.T
        back = moved @ _invert(rows @ moved)
        values: Vector = corrected - back @ (rows @ (corrected - year))
        noise: Vector = self.noise + back @ moved.T
        return values, noise


def _invert(spread: Vector) -> Vector:
    """Invert a covariance of numbers of which some follow from others, or are 0 for certain."""
    sds = np.sqrt(np.clip(np.diag(spread), 0.0, None))
    scale = np.where(sds > LEAST, 1 / np.maximum(sds, LEAST), 0.0)
    scales = np.outer(scale, scale)
    found: Vector = np.linalg.pinv(spread * scales, rcond=ZERO, hermitian=True) * scales
    return found


def combine(year: Year, interim: Sequence[Stored], *, within: float = GATE) -> Year:
    """Combine a yearly release with the quarters or halves of the same year.

    Args:
        year: The yearly release.
        interim: Its parts, whose months are those of the year; with none, the year stays as it is.
        within: How many sd of their difference a number of the parts may lie from the year's; where
            it lies further the year's own figure stands.

    Returns:
        The year with better values and covariance; `combined` says what was combined and what not.

    Raises:
        ReportError: The months of the parts are not those of the year.
    """
    if not interim:
        return year
    months = sorted(month for one in interim for month in one.period.months)
    if months != sorted(year.period.months):
        raise ReportError(
            f"Release {year.name} has {len(year.period.months)} months; its parts "
            f"{[one.name for one in interim]} have {len(months)}, or others. Name all its parts."
        )
    year = year.own
    releases: list[Stored] = [year, *interim]
    blocks = {
        block: improved
        for block in BLOCKS
        if all(block in one.noise for one in releases)
        and (improved := _improve(year, interim, block, within=within))
    }
    found = Combination(tuple(one.name for one in interim), blocks)
    return replace(year, combined=found, _own=year, _read={}, _bent={}, _grids={})


def _improve(
    year: Stored, interim: Sequence[Stored], block: str, *, within: float
) -> Improved | None:
    shared = find_shared(year, interim, block=block)
    if not shared.wheres:
        return None
    blend = Blend(shared, year.noise[block], [one.noise[block] for one in interim])
    own = year.estimates[block]
    differences = shared.differences(own, [one.estimates[block] for one in interim])
    outside = blend.outside(differences, within=within)
    values, noise = blend.correct(own, differences), blend.noise
    if outside.any():
        values, noise = blend.restore(own, values, outside)
    apart = tuple(
        Apart(block, shared.wheres[at], float(differences[at] / max(blend.sds[at], LEAST)))
        for at in np.flatnonzero(outside)
    )
    promised = _promise(shared, year.promised[block], [one.promised[block] for one in interim])
    return Improved(values, noise, blend.noise, promised, len(shared.wheres), apart)


def _promise(shared: Shared, year: Vector, parts: Sequence[Vector]) -> Vector:
    """Take the larger of two lower bounds on the planned size: of a cell, and of its parts."""
    found = year.copy()
    added = sum(rows @ one for rows, one in zip(shared.parts, parts, strict=True))
    single = shared.year.sum(axis=1) == 1
    for cells, promised in zip(shared.year[single], np.asarray(added)[single], strict=True):
        at = int(np.argmax(cells))
        found[at] = max(found[at], promised)
    return found


def parts_of(year: Year, others: Sequence[Year]) -> tuple[Year, ...]:
    """Choose the releases that a year can be combined with: all its parts, or none.

    Args:
        year: A release; only a yearly one has parts.
        others: Releases of the same program.

    Returns:
        Quarters or halves that cover its months, in order; empty where one is missing.
    """
    months = set(year.period.months)
    inside = [
        one
        for one in others
        if set(one.period.months) < months and one.period.fiscal_year == year.period.fiscal_year
    ]
    for kind in dict.fromkeys(one.period.kind for one in inside):
        found = sorted((one for one in inside if one.period.kind is kind), key=lambda one: one.name)
        if sorted(m for one in found for m in one.period.months) == sorted(months):
            return tuple(found)
    return ()
