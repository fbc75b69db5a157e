"""Say exactly what a release measures: blocks, tables, public keys, factors, noise.

A spec holds no label, no mark and no value of a record. With the hash of the terms it identifies
the release: whoever has it can compute the cost again, and read the noisy numbers.
"""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from privacy.digest import canonical, digest

WHOLE = 2**16  # weight of a record that counts whole
CONTACTS, NO_CONTACT = "contacts", "no_contact"  # blocks with a meaning of their own
SURVEYS, ANCHOR = "surveys", "anchor"
_COUNTS = {ANCHOR: CONTACTS}  # a block that counts another one's rows again, at its own cost

Cell = tuple[str, ...]


class _Fixed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Axis(_Fixed):
    """Public keys of one dimension; `parent_of` gives each key's value in the coarser one."""

    name: str
    column: str
    keys: tuple[str, ...]
    parent: str | None = None
    parent_of: tuple[str, ...] = ()


class Measure(_Fixed):
    """A measure that is added up, clipped to [0, `range`]."""

    column: str
    range: int


class Table(_Fixed):
    """One table; `factor` is the whole number that every count of it is multiplied by."""

    name: str
    dims: tuple[str, ...]
    drop: Mapping[str, tuple[str, ...]] = {}
    measure: Measure | None = None
    factor: int

    @property
    def reach(self) -> int:
        """Most that one record moves this table in L2, in factor units."""
        return self.factor * (self.measure.range if self.measure else 1)

    @property
    def drawn(self) -> tuple[str, ...]:
        """Statistics as they are drawn: a count, or what is missing to the range and the sum."""
        return ("rest", "sum") if self.measure else ("count",)

    @property
    def shown(self) -> tuple[str, ...]:
        """Statistics as they are published."""
        return ("count", "sum") if self.measure else ("count",)


class Block(_Fixed):
    """Tables under one clip; `bound_squared` is the clip in factor units, squared."""

    name: str
    clip: str
    bound_squared: int
    tables: tuple[Table, ...]

    @property
    def rows(self) -> str:
        """`block_code` of the rows that it counts: its own name, but for the anchor."""
        return _COUNTS.get(self.name, self.name)

    @property
    def clip_squared(self) -> int:
        """What `bound_squared` must be: clip times a record that falls in every table, squared."""
        return bound(self.clip, self.tables)


def bound(clip: str, tables: Iterable[Table]) -> int:
    """Square of the most that one unit may move a block, in factor units, rounded down.

    Args:
        clip: Records that fall in every table, as a decimal number.
        tables: The tables of the block.
    """
    return int(Fraction(clip) ** 2 * sum(table.reach**2 for table in tables))


class Series(NamedTuple):
    """Where the numbers of one statistic of one table stand in the vector."""

    block: Block
    table: Table
    statistic: str
    start: int
    cells: tuple[Cell, ...]

    @property
    def stop(self) -> int:
        """First place after them."""
        return self.start + len(self.cells)


class Spec(_Fixed):
    """What one release measures, and with how much noise."""

    version: Literal[1] = 1
    release: str
    fiscal_year: str
    months: tuple[str, ...]
    nano_rho: int
    whole: int = WHOLE
    scale: float
    axes: Mapping[str, Axis]
    blocks: tuple[Block, ...]

    @property
    def text(self) -> str:
        """Canonical JSON."""
        return canonical(self.model_dump(mode="json"))

    @property
    def sha256(self) -> str:
        """Hash of the canonical JSON."""
        return digest(self.text.encode())

    @property
    def bound_squared(self) -> int:
        """Square of the most that one unit moves the whole vector: what blocks cost is added."""
        return self.whole**2 * sum(block.bound_squared for block in self.blocks)

    @property
    def length(self) -> int:
        """How many numbers are drawn."""
        return sum(len(series.cells) for series in self.series())

    def grid(self, table: Table, *, dropped: bool = False) -> tuple[Cell, ...]:
        """List the cells of a table, last dimension fastest.

        Args:
            table: One of this spec's tables.
            dropped: With the levels that the table leaves out.
        """
        left_out = {} if dropped else table.drop
        return tuple(
            product(
                *(
                    [key for key in self.axes[dim].keys if key not in left_out.get(dim, ())]
                    for dim in table.dims
                )
            )
        )

    def series(self) -> Iterator[Series]:
        """Walk the vector: block by block, table by table, statistic by statistic."""
        start = 0
        for block in self.blocks:
            for table in block.tables:
                for statistic in table.drawn:
                    found = Series(block, table, statistic, start, self.grid(table))
                    yield found
                    start = found.stop

    def raw_sd(self, table: Table) -> float:
        """Noise of one number of a table before tables are reconciled, in records or units."""
        return self.scale / (table.factor * self.whole)

    def block_rho(self, block: Block) -> float:
        """Part of the cost that a block takes."""
        return self.whole**2 * block.bound_squared / (2 * self.scale**2)
