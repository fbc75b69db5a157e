"""Read the code lists: every value a record may hold, with its meaning in English and Spanish."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from data_contracts.configuration import parse_configuration
from data_contracts.errors import ContractError

UNKNOWN = "unknown"


class Code(BaseModel):
    """Meaning of one value.

    `parent` is its code in the coarser list; `start` the smallest number of the list's unit that
    falls in this band; `released` is false for a value that only routes a record; `health` is true
    for what tells of people's health, or may.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    en: str
    es: str
    parent: str | None = None
    start: int | None = Field(default=None, alias="from")
    released: bool = True
    health: bool = False


class CodeList(BaseModel):
    """One list of values, in the order in which they are shown.

    `default` is the code of a value that nobody recorded or that no source file lists; `most` the
    highest number that falls in the last band, and what is above it was never meant. `former` are
    bands that an earlier list had, each with those that took its place: policies that were approved
    with them are read on.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: Mapping[str, str]
    codes: Mapping[str, Code]
    parent: str | None = None
    unit: str | None = None
    most: int | None = None
    default: str = UNKNOWN
    former: Mapping[str, tuple[str, ...]] = {}

    @property
    def bands(self) -> Mapping[str, int]:
        """Lower bound of each band, lowest first, in the list's unit; empty without bands."""
        starts = {name: code.start for name, code in self.codes.items() if code.start is not None}
        return dict(sorted(starts.items(), key=lambda band: band[1]))

    @property
    def released(self) -> tuple[str, ...]:
        """Values that tables may count, in order."""
        return tuple(name for name, code in self.codes.items() if code.released)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if missing := {"en", "es"} - set(self.title):
            raise ValueError(f"title lacks {sorted(missing)}")
        if self.default not in self.codes:
            raise ValueError(f"default {self.default!r} is not one of the codes")
        for old, parts in self.former.items():
            if old in self.codes or not parts or not set(parts) < set(self.bands):
                raise ValueError(f"former band {old!r} has no bands in its place, or is one still")
        return self

    def divide(self, shares: Mapping[str, float]) -> dict[str, float]:
        """Give the share of a former band to those in its place, by their width.

        Args:
            shares: Share by code; it has no former band beside one that took its place.

        Returns:
            Shares of codes that the list has now, and of those it never had; their sum is kept.
        """
        starts = [*self.bands.values(), self.most or 0]
        width = {name: starts[n + 1] - starts[n] for n, name in enumerate(self.bands)}
        found: dict[str, float] = {}
        for code, share in shares.items():
            parts = self.former.get(code, ())
            whole = sum(width[part] for part in parts)
            found |= {part: share * width[part] / whole for part in parts} or {code: share}
        return found


@cache
def load_codes(name: str) -> CodeList:
    """Read one code list from `data_contracts/codes/`.

    Args:
        name: Name of the list, which is the column's name without `_code`.

    Returns:
        The list, its codes in file order.

    Raises:
        ContractError: There is no such list, or its file has another shape.
    """
    file = files("data_contracts").joinpath("codes", f"{name}.yaml")
    if not file.is_file():
        raise ContractError(
            f"There is no code list {name!r}. Add data_contracts/codes/{name}.yaml."
        )
    document = parse_configuration(file.read_bytes(), name=f"data_contracts/codes/{name}.yaml")
    found = document.fit(CodeList, name=name)
    return found.model_copy(update={"codes": MappingProxyType(dict(found.codes))})


@cache
def code_lists() -> tuple[str, ...]:
    """Names of all code lists, in order."""
    found = files("data_contracts").joinpath("codes").iterdir()
    return tuple(sorted(one.name.removesuffix(".yaml") for one in found))
