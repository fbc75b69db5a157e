"""Read the code lists: every value a record may hold, with its meaning in English and Spanish."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data_contracts.errors import ContractError

UNKNOWN = "unknown"


class Code(BaseModel):
    """Meaning of one value.

    `parent` is its code in the coarser list; `start` the smallest number of the list's unit that
    falls in this band; `released` is false for a value that only routes a record.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    en: str
    es: str
    parent: str | None = None
    start: int | None = Field(default=None, alias="from")
    released: bool = True


class CodeList(BaseModel):
    """One list of values, in the order in which they are shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: Mapping[Literal["en", "es"], str]
    codes: Mapping[str, Code]
    parent: str | None = None
    unit: str | None = None

    @property
    def bands(self) -> Mapping[str, int]:
        """Lower bound of each band, in the list's unit; empty where values are not bands."""
        return {name: code.start for name, code in self.codes.items() if code.start is not None}

    @property
    def released(self) -> tuple[str, ...]:
        """Values that tables may count, in order."""
        return tuple(name for name, code in self.codes.items() if code.released)


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
    try:
        found = CodeList(name=name, **yaml.safe_load(file.read_text(encoding="utf-8")))
    except (ValidationError, TypeError) as error:
        raise ContractError(
            f"Code list data_contracts/codes/{name}.yaml does not have the shape of a list: {error}"
        ) from None
    return found.model_copy(update={"codes": MappingProxyType(dict(found.codes))})
