"""Bring visits to the total that was measured apart, before they meet other blocks.

cells -> **anchor** -> released

Visits are counted under a tight limit on each person, calls that met nobody are not; so whenever
the two are added or divided, every cell v of visits is multiplied by r = a / t, the anchor over the
total of visits. Its noise follows by the delta method, exact to first order:
J = r I - (r / t) v w', covariance J V J' + v v' var(a) / t^2, with w the cells that make the total.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from reports.cells import Cells, Vector
from reports.estimate import Mark

if TYPE_CHECKING:
    from reports.released import Release

CONTACTS, ANCHOR = "contacts", "anchor"
SCALED = "contacts, scaled"  # stands for cells of visits times r; no release has such a block


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


def find_scale(release: "Release") -> Scale | None:
    """Find the anchor of a release.

    Args:
        release: A yearly release has an anchor, a quarter has none.

    Returns:
        What visits are multiplied by; nothing where that was not measured.
    """
    anchor, total = whole_block(release, ANCHOR), whole_block(release, CONTACTS)
    if anchor is None or total is None:
        return None
    apart, all_ = (release.moments(one)[0] for one in (anchor, total))
    if apart <= 0 or all_ <= 0:
        return None
    return Scale(total.weights[CONTACTS], all_, anchor.weights[ANCHOR], apart)


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
    return CONTACTS in blocks and bool(blocks - {CONTACTS, SCALED, ANCHOR})


def scale_contacts(release: "Release", cells: Cells) -> Cells:
    """Scale cells of visits to the anchor; cells of other blocks stay as they are.

    Args:
        release: Has the anchor, or not; then nothing changes.
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
