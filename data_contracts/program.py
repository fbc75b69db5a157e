"""Read a program directory: everything the city decides."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from data_contracts.codes import UNKNOWN
from data_contracts.errors import ContractError, explain
from data_contracts.law_enforcement import law_enforcement_word


class CustodianKind(StrEnum):
    """Who may hold a vault. Law enforcement is not on the list, on purpose."""

    COMMUNITY_PROVIDER = "community_provider"
    HEALTH_AGENCY = "health_agency"
    OTHER = "other"


class AreaKind(StrEnum):
    """Kind of area, for the fairness of reach."""

    URBAN = "urban"
    SUBURBAN = "suburban"
    RURAL = "rural"


class Custodian(BaseModel):
    """Who holds the vault.

    A name that reads like a law enforcement agency's is refused, unless `not_law_enforcement` says
    in English and Spanish why it is none; every card prints that statement.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    kind: CustodianKind
    not_law_enforcement: Mapping[str, str] = {}

    @model_validator(mode="after")
    def _no_law_enforcement(self) -> Self:
        stated = [language for language, text in self.not_law_enforcement.items() if text.strip()]
        if self.not_law_enforcement and set(stated) != {"en", "es"}:
            raise ValueError("not_law_enforcement needs a sentence in `en` and in `es`")
        if (word := law_enforcement_word(self.name)) and not stated:
            raise ValueError(
                f"the name has {word!r}, and no law enforcement agency may hold a vault; name who "
                "does hold it, or, if this is no such agency, say why as not_law_enforcement "
                "(`en` and `es`), which every card prints"
            )
        return self


class Area(BaseModel):
    """One area of the program, with its residents."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: str
    kind: AreaKind
    population: Annotated[int, Field(gt=0)]

    @field_validator("code")
    @classmethod
    def _not_reserved(cls, code: str) -> str:
        if code == UNKNOWN:
            raise ValueError("'unknown' is reserved for places nobody recorded")
        return code


class Program(BaseModel):
    """One city's program: `program.yaml`, and where its directory is.

    `comparison` are areas elsewhere, without a team, that the public panel of outcomes compares.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    city: str
    custodian: Custodian
    time_zone: str
    fiscal_year_start: Annotated[int, Field(ge=1, le=12)] = 1
    first_month: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
    last_month: Annotated[str | None, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")] = None
    languages: tuple[Literal["en", "es"], ...] = ("en", "es")
    contact: str
    about: dict[str, str] = {}
    areas: Annotated[tuple[Area, ...], Field(min_length=1)]
    comparison: tuple[Area, ...] = ()
    directory: Path = Path()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{name!r} is not a time zone of the tz database") from None
        return name

    @model_validator(mode="after")
    def _one_name_an_area(self) -> Self:
        codes = [area.code for area in (*self.areas, *self.comparison)]
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise ValueError(f"two areas have one code: {twice}")
        return self

    def path(self, *parts: str) -> Path:
        """Path inside the program directory."""
        return self.directory.joinpath(*parts)


def load_program(directory: Path) -> Program:
    """Read `program.yaml` of a directory.

    Args:
        directory: A program directory; see `care-dividend init`.

    Returns:
        The program, knowing its directory.

    Raises:
        ContractError: There is no `program.yaml`, or a field is missing or has another shape.
    """
    file = directory / "program.yaml"
    if not file.is_file():
        raise ContractError(
            f"{directory.name or '.'!r} is not a program directory: it has no program.yaml. "
            "Pass --program DIR, or make one with `care-dividend init DIR`."
        )
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
        return Program(**found, directory=directory.resolve())
    except (yaml.YAMLError, UnicodeDecodeError):
        raise ContractError("program.yaml is not readable YAML in UTF-8. Mend the file.") from None
    except (ValidationError, TypeError) as error:
        raise ContractError(explain("program.yaml", error)) from None
