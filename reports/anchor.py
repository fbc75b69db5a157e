"""Bring visits to their total, measured apart or as planned, before they meet other blocks.

cells -> **anchor** -> released

Visits are counted under a tight limit on each person, calls that met nobody are not; so whenever
the two are added or divided, every cell v of visits is multiplied by r = a / t, the anchor over the
total of visits. Its noise follows by the delta method, exact to first order:
J = r I - (r / t) v w', covariance J V J' + v v' var(a) / t^2, with w the cells that make the total.

A release without an anchor adds back what the plan expected the limit to take: a part p, so that
r = 1 / (1 - p). How far p may be off is in the range: see `loss_sd` and docs/privacy/reconcile.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from reports.cells import Cells, Vector
from reports.estimate import Mark

if TYPE_CHECKING:
    from reports.released import Release

CONTACTS, ANCHOR, PERSONS = "contacts", "anchor", "persons"
SCALED = "contacts, scaled"  # stands for cells of visits times r; no release has such a block
PLANNED = {CONTACTS: "loss of contacts", PERSONS: "loss of persons"}  # errors, in sd of the loss
SPREAD = 19.0  # sd of a loss over the loss, times the root of the records of a release
LEAST, MOST = 0.25, 1.0  # ends of that ratio
KNOWN = "known_or_anonymous"


def loss_sd(loss: float, *, expected: float) -> float:
    """Say how far the part that a limit takes may be from the planned one.

    It hangs on the few people who are met very often, so it moves with one over the root of the
    size. Over 16 made-up quarters it went from 1.0 to 3.3% around 2.2% with 4,000 visits, from 0.1
    to 6.0% around 2.8% with 900: standard deviations of 0.3 and 0.6 of the loss itself.

    >>> round(loss_sd(0.02, expected=4000) / 0.02, 2), round(loss_sd(0.02, expected=900) / 0.02, 2)
    (0.3, 0.63)

    Args:
        loss: Part of all records that the plan expects the limit to take.
        expected: Records that the plan expects.

    Returns:
        Its standard deviation, as a part of all records.
    """
    return loss * min(MOST, max(LEAST, SPREAD / sqrt(max(1.0, expected))))


@dataclass(frozen=True, slots=True)
class PlannedScale:
    """What visits are multiplied by where nothing measured their total: `ratio`, with its `sd`."""

    ratio: float
    sd: float

    def unfold(self, weights: Mapping[str, Vector], visits: Vector) -> dict[str, Vector]:
        """Write a sum of scaled visits as weights on visits and on the error of the loss."""
        found = {block: vector for block, vector in weights.items() if block != SCALED}
        if SCALED in weights:
            _add(found, CONTACTS, self.ratio * weights[SCALED])
            _add(found, PLANNED[CONTACTS], np.array([float(weights[SCALED] @ visits) * self.sd]))
        return found


@dataclass(frozen=True, slots=True)
class Scale:
    """What visits are multiplied by: `anchor` over `total`, each with the cells that make it."""

    cells: Vector
    total: float
    anchor_cells: Vector
    anchor: float

    def unfold(self, weights: Mapping[str, Vector], visits: Vector) -> dict[str, Vector]:
        """Write a sum of scaled visits as weights on visits and anchor: its value, and J.

        Args:
            weights: By block; those of `SCALED` are replaced.
            visits: Value of every cell of visits.

        Returns:
            Weights by blocks of the release.
        """
        found = {block: vector for block, vector in weights.items() if block != SCALED}
        if SCALED in weights:
            part = float(weights[SCALED] @ visits)
            ratio = self.anchor / self.total
            _add(found, CONTACTS, ratio * weights[SCALED] - ratio * part / self.total * self.cells)
            _add(found, ANCHOR, part / self.total * self.anchor_cells)
        return found


def _add(weights: dict[str, Vector], block: str, vector: Vector) -> None:
    weights[block] = weights[block] + vector if block in weights else vector


def find_scale(release: "Release") -> Scale | PlannedScale | None:
    """Find what brings the visits of a release to their total.

    Args:
        release: A yearly release has an anchor, a quarter has the loss that its plan expects.

    Returns:
        What visits are multiplied by; nothing where that was neither measured nor planned.
    """
    anchor, total = whole_block(release, ANCHOR), whole_block(release, CONTACTS)
    apart, all_ = (release.moments(one)[0] if one else 0.0 for one in (anchor, total))
    if anchor is not None and total is not None and apart > 0 and all_ > 0:
        return Scale(total.weights[CONTACTS], all_, anchor.weights[ANCHOR], apart)
    return _planned_scale(release, CONTACTS)


def _planned_scale(release: "Release", block: str) -> PlannedScale | None:
    facts = release.package.blocks.get(block)
    if facts is None or facts.expected_clip_loss is None:
        return None
    kept = 1 - facts.expected_clip_loss
    sd = loss_sd(facts.expected_clip_loss, expected=facts.expected)
    return PlannedScale(1 / kept, sd / kept**2)


def add_merged(release: "Release", cells: Cells) -> Cells:
    """Add to people without a number those whom the block counts together with another.

    Two people without a number at one visit are one unit. The plan says which part of the whole
    block that takes; nobody with a number is among them, so all of it belongs to the anonymous.

    Args:
        release: Its block of persons says which part is expected to be lost.
        cells: Of people without a number.

    Returns:
        The same with the expected loss, and its error; unchanged where no loss was planned.
    """
    planned, everybody = _planned_scale(release, PERSONS), whole_block(release, PERSONS)
    if planned is None or everybody is None or PERSONS not in cells.weights:
        return cells
    total = release.moments(everybody)[0]
    error = np.array([total * planned.sd])
    lost = everybody.times(planned.ratio - 1) + Cells({PLANNED[PERSONS]: error})
    return cells + lost


def whole_block(release: "Release", block: str) -> Cells | None:
    """Sum all records of a block, from the table that promises most of its size.

    A table that leaves out a level which nothing else determines cannot be summed.
    """
    sums = [
        release.select(name)
        for name, table in release.package.tables.items()
        if table.block == block and not table.measure and is_complete(release, name)
    ]
    return max(sums, key=lambda cells: cells.at_least) if sums else None


def is_complete(release: "Release", table: str) -> bool:
    """Whether every key of a table has a cell."""
    return all(
        set(release.package.dimensions[dim].keys) == release.keys(table, dim)
        for dim in release.package.tables[table].dims
    )


def is_mixed(sums: Iterable[Cells]) -> bool:
    """Whether visits meet another block in these sums, so that they must be scaled.

    The anchor itself is no other block: it counts the same visits.
    """
    blocks = {block for cells in sums for block in cells.weights}
    return CONTACTS in blocks and bool(blocks - {CONTACTS, SCALED, ANCHOR, *PLANNED.values()})


def scale_contacts(release: "Release", cells: Cells) -> Cells:
    """Scale cells of visits to their total; cells of other blocks stay as they are.

    Args:
        release: Has the anchor, or a planned loss; with neither nothing changes.
        cells: From `select`.

    Returns:
        The scaled cells. Where the anchor may be used, they keep their mark: its own noise, about
        1 in 100, hardly changes how far a cell stands above the noise.

    Source: the delta method; Cochran 1977, Sampling Techniques, chapter 6.
    """
    if release.scale is None or CONTACTS not in cells.weights:
        return cells
    weights = dict(cells.weights)
    _add(weights, SCALED, weights.pop(CONTACTS))
    scaled = Cells(weights, cells.at_least)
    anchor = whole_block(release, ANCHOR)
    if anchor is None or release.sum(anchor).mark is not Mark.USE:
        return scaled
    before, after = (max(0.0, release.moments(one)[1]) for one in (cells, scaled))
    return Cells(weights, cells.at_least * sqrt(max(1.0, after / before if before else 1.0)))
