"""Read a program directory: everything the city decides."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from data_contracts.codes import UNKNOWN
from data_contracts.configuration import read_configuration
from data_contracts.errors import ContractError
from data_contracts.law_enforcement import law_enforcement_word
from data_contracts.misfits import MisfitError, Problem
from data_contracts.period import read_period
from data_contracts.values import Month, Text, Whole

EARLIEST, LATEST = "1980-01", "2100-01"  # a program outside them is a slip of the keyboard


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

    name: Text
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
    name: Text
    kind: AreaKind
    population: Annotated[Whole, Field(gt=0)]

    @field_validator("code")
    @classmethod
    def _not_reserved(cls, code: str) -> str:
        if code == UNKNOWN:
            raise ValueError("'unknown' is reserved for places nobody recorded")
        return code


class Program(BaseModel):
    """One city's program: `program.yaml`, and where its directory is.

    `comparison` are areas elsewhere, without a team, that the public panel of outcomes compares;
    `anchor` is a file outside of the directory in which the head of the ledger is kept.
    `waived` names the planned releases that will not be drawn, each with the reason: until then
    the vault keeps what they need.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    city: Text
    custodian: Custodian
    time_zone: str
    fiscal_year_start: Annotated[Whole, Field(ge=1, le=12)] = 1
    first_month: Month
    last_month: Month | None = None
    languages: Annotated[tuple[Literal["en", "es"], ...], Field(min_length=1)] = ("en", "es")
    contact: Text
    about: Mapping[str, Text] = {}
    areas: Annotated[tuple[Area, ...], Field(min_length=1)]
    comparison: tuple[Area, ...] = ()
    anchor: str = ""
    waived: Mapping[str, Text] = {}
    directory: Path = Path()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(
                "a time zone of the tz database is expected, as America/Denver"
            ) from None
        return name

    @field_validator("waived")
    @classmethod
    def _periods(cls, waived: Mapping[str, str]) -> Mapping[str, str]:
        try:
            for name in waived:
                read_period(name)
        except ContractError as error:
            raise ValueError(str(error)) from None
        return waived

    @model_validator(mode="after")
    def _says_nothing_twice(self) -> Self:
        if problems := [*self._repeated(), *self._reversed()]:
            raise MisfitError(*problems)
        return self

    def _repeated(self) -> Iterator[Problem]:
        """Areas with one code or one name, of the program and of the comparison alike."""
        known: dict[tuple[str, str], str] = {}
        for field, areas in (("areas", self.areas), ("comparison", self.comparison)):
            for number, area in enumerate(areas):
                for part, said in (("code", area.code), ("name", " ".join(area.name.split()))):
                    first = known.setdefault((part, said.casefold()), f"{field}.{number}")
                    if first != f"{field}.{number}":
                        yield (
                            (field, number, part),
                            f"two areas have one {part}: {first} too. Rename one",
                        )
        for number, spoken in enumerate(self.languages):
            if spoken in self.languages[:number]:
                yield ("languages", number), "a language is named twice. Keep one"
        for language in self.about:
            if language not in {"en", "es"}:
                yield ("about", language), "pages are in `en` and `es`. Name one of them"

    def _reversed(self) -> Iterator[Problem]:
        """A program that ends before it begins, or begins before anybody kept such records."""
        if self.last_month and self.last_month < self.first_month:
            yield (
                ("last_month",),
                (
                    f"{self.last_month} lies before the first month, {self.first_month}. "
                    "Mend one, or leave last_month out while the program runs"
                ),
            )
        for field, month in (("first_month", self.first_month), ("last_month", self.last_month)):
            if month and not EARLIEST <= month < LATEST:
                yield (
                    (field,),
                    f"a month from {EARLIEST} to {LATEST} is expected; got {month}. Mend the year",
                )

    @model_validator(mode="after")
    def _anchor_elsewhere(self) -> Self:
        if (file := self.outside_anchor) and file.is_relative_to(self.directory.resolve()):
            raise ValueError(
                "`anchor` must be a file outside of the program directory: what is inside is put "
                "back and copied together with the ledger"
            )
        return self

    @property
    def outside_anchor(self) -> Path | None:
        """File outside of the directory that keeps the head of the ledger; None without one."""
        return (self.directory / self.anchor).expanduser().resolve() if self.anchor else None

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
    found = read_configuration(file)
    return found.fit(Program, directory=directory.resolve())
