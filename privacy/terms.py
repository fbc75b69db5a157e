"""Say what a release counts: measures, tables, blocks, releases. Read with **policy**.

The words under each field are those of the JSON Schema, for whoever must approve the file.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from data_contracts.misfits import MisfitError, Place, Problem
from data_contracts.values import Number, Whole, plain_number

_TOLERANCE = 1e-9  # shares are decimals somebody typed
_ONE_ROW = {"no_contact", "persons", "surveys"}  # blocks in which a unit has one row
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
_BlockName = Annotated[str, Field(pattern=r"^(contacts|no_contact|persons|surveys|anchor)$")]
_Share = Annotated[Number, Field(ge=0)]
_Part = Annotated[Number, Field(gt=0)]
Rho = Annotated[Decimal, Field(ge=0, decimal_places=9)]


class Terms(BaseModel):
    """A part of the policy: every field is known, and none changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    @field_validator("*", mode="before")
    @classmethod
    def _exact_numbers(cls, found: object, info: ValidationInfo) -> object:
        exact = cls.model_fields[info.field_name or ""].annotation is Decimal
        return plain_number(found) if exact else found


class MeasurePolicy(Terms):
    """A measure that a table adds up, such as minutes on scene, beside counting records."""

    column: _Name
    """Column of the coded incidents that is added up, such as `onscene_min`."""
    range: Annotated[Whole, Field(gt=0)]
    """Largest value that counts, in units of the measure; what is above it counts as this, what is
    below 0 as 0. The noise of the sum grows with it."""
    expected_mean: Annotated[Number, Field(gt=0)] | None = None
    """Mean of one record by public figures, from which the sum's mark is made; a sum without it is
    marked `caution` at most."""

    @model_validator(mode="after")
    def _mean_within_range(self) -> Self:
        if self.expected_mean is not None and self.expected_mean > self.range:
            raise ValueError(
                f"expected_mean must be within the range of {self.range}; got {self.expected_mean}"
            )
        return self


class TablePolicy(Terms):
    """One table: what it counts by, which levels it leaves out, its part of the block's rho."""

    dims: tuple[_Name, ...]
    """What the table counts by: `month`, `area` or names of code lists. None gives one total."""
    share: _Part
    """The table's part of its block; the shares of a block add to 1. A larger share makes this
    table more precise and the others less."""
    drop: Mapping[str, tuple[str, ...]] = {}
    """Levels that are not counted, by dimension, because they are the total less the others: the
    commonest one of a table of events, such as `none`. The others become more precise."""
    measure: MeasurePolicy | None = None
    """A measure to add up beside the count."""
    title: Mapping[str, str] = {}
    """Heading of the table by language, `en` and `es`; without one it is made of the dimensions."""


class BlockPolicy(Terms):
    """Tables under one clip. Its sizes are public figures, never counts of the records."""

    split: _Part
    """The block's part of the release's rho; the splits of a release add to 1."""
    clip: Annotated[Decimal, Field(decimal_places=6, json_schema_extra={"minimum": 1})]
    """Most that one unit may add, in records that fall in every table: at least 1, and exactly 1
    in `no_contact`, `persons` and `surveys`. Who is met more often counts in part."""
    expected: Annotated[Whole, Field(gt=0)]
    """Records to expect in one release, from public figures; marks are made of it."""
    expected_source: str = ""
    """Where that figure comes from, for the card."""
    expected_clip_loss: Annotated[Number, Field(ge=0, lt=1)] | None = None
    """Part of the records that the clip should remove, worked out on made-up records."""
    profile: Mapping[str, Mapping[str, _Share]] = {}
    """Public share of every key, by dimension; each adds to 1. Areas without one go by residents,
    months are equal, and anything else without one is marked `caution` at most."""
    tables: Annotated[Mapping[_Name, TablePolicy], Field(min_length=1)]
    """The tables, by a name of your choice; two blocks of a release share no name."""

    @field_validator("clip")
    @classmethod
    def _counts_lone_records_whole(cls, clip: Decimal) -> Decimal:
        if clip < 1:
            raise ValueError(f"a clip must be at least 1 record; got {clip}")
        return clip

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        shares = [one.share for one in self.tables.values()]
        problems = list(add_to_one(("tables",), "shares of the tables", shares, "a `share`"))
        for name, profile in self.profile.items():
            place, what = ("profile", name), f"the public shares of {name!r}"
            problems += add_to_one(place, what, profile.values(), "one of its numbers")
        if problems:
            raise MisfitError(*problems)
        return self


class ReleasePolicy(Terms):
    """One kind of release: its rho, how many a fiscal year has, its blocks."""

    rho: Annotated[Rho, Field(gt=0)]
    """Privacy cost of one such release for one participant, in rho; all blocks together."""
    per_year: Whole
    """Releases of this kind in a fiscal year: 4 quarters, 2 halves or 1 year."""
    blocks: Annotated[Mapping[_BlockName, BlockPolicy], Field(min_length=1)]
    """What is counted. `contacts`: visits in which somebody was met. `no_contact`: calls that met
    nobody. `persons`: each participant once. `surveys`: responses. `anchor`: visits in total again,
    under a wide clip, to see what the clip of `contacts` removes. Their costs are added."""

    @model_validator(mode="after")
    def _splits_add_up(self) -> Self:
        splits = [one.split for one in self.blocks.values()]
        problems = list(add_to_one(("blocks",), "splits of the blocks", splits, "a `split`"))
        known: dict[str, str] = {}
        for block, terms in self.blocks.items():
            for name in terms.tables:
                if known.setdefault(name, block) != block:
                    place = ("blocks", block, "tables", name)
                    problems += [
                        (place, f"block {known[name]!r} has a table of that name; rename one")
                    ]
            if block in _ONE_ROW and terms.clip != 1:
                said = f"a unit has one row in block {block!r}, so its clip is 1; got {terms.clip}"
                problems += [(("blocks", block, "clip"), said)]
        if problems:
            raise MisfitError(*problems)
        return self


def add_to_one(place: Place, what: str, shares: Iterable[float], change: str) -> Iterator[Problem]:
    """Find shares that are not parts of a whole.

    Args:
        place: Where they stand.
        what: What they are, for the message.
        shares: The shares.
        change: What to change, for the message.

    Yields:
        The problem, where they add to another number.
    """
    total = sum(shares)
    if abs(total - 1) > _TOLERANCE:
        yield place, f"{what} must add to 1; they add to {total:.9g}; change {change}"
