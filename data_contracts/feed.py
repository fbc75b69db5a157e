"""Describe a feed: the shape of `sources/<feed>.yaml`. The chain: contract -> **source**."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from data_contracts.contract import Contract, Role, load_contract
from data_contracts.errors import ContractError
from data_contracts.identifiers import DEFAULT, Fold
from data_contracts.spelling import fold
from data_contracts.values import About, Day, Text

_DIRECTIVE = re.compile("%-?(.)", re.DOTALL)  # of strptime
_KNOWN = frozenset("aAbBcdfgGhHIjmMnpSTuUVwWxXyYzZ%")  # those that DuckDB reads
_PARTS = {  # what a time must tell, and the directives that tell it, alone or together
    "year": ("Y", "y", "G", "c", "x"),
    "month": ("m", "b", "B", "h", "j", "c", "x", "Va", "VA", "Vu", "Vw", "Ua", "UA", "Uw", "Ww"),
    "day": ("d", "j", "c", "x", "Va", "VA", "Vu", "Vw", "Ua", "UA", "Uw", "Ww"),
    "hour": ("H", "I", "T", "X", "c"),
    "minute": ("M", "T", "X", "c"),
}
_LEFT_OVER = ("~", ".swp", ".swo", ".bak", ".orig")
_DESKTOP = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".gitkeep", ".gitignore"})
_UNREAD = (".xls", ".xlsx", ".xlsm", ".ods", ".gz", ".zip", ".7z", ".parquet", ".json", ".sqlite")


class Precision(StrEnum):
    """How exact a time is; no duration is ever made from a date."""

    MINUTE = "minute"
    DATE = "date"


class Format(BaseModel):
    """How the feed writes its files.

    A value in `nulls`, blanks trimmed and case folded, means not recorded. `decimal` and
    `thousands` are the marks in its numbers, which may then begin with a sign of money. Where
    neither is said a number has digits and at most one point, and a number such as 12.500 is not
    read: it may be twelve and a half, or twelve thousand and five hundred.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoding: str = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    nulls: tuple[str, ...] = ("",)
    decimal: Literal[".", ","] | None = None
    thousands: Literal[".", ",", " ", "'"] | None = None

    @field_validator("encoding")
    @classmethod
    def _is_of_text(cls, encoding: str) -> str:
        try:
            "a,b".encode(encoding)
        except (LookupError, ValueError):
            raise ValueError("no encoding of text; write utf-8, latin-1 or cp1252") from None
        return encoding

    @field_validator("delimiter")
    @classmethod
    def _divides(cls, delimiter: str) -> str:
        if delimiter in '"\r\n':
            raise ValueError('fields are divided by a mark such as "," or ";", or by a tab, "\\t"')
        return delimiter

    @model_validator(mode="after")
    def _marks_differ(self) -> Self:
        if self.thousands and self.thousands == (self.decimal or "."):
            raise ValueError("thousands and decimal are one mark; say both, and which is which")
        return self


class Coverage(BaseModel):
    """First and last day that a feed's files reach, where that is not whole months, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    why: About

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.last < self.first:
            raise ValueError("coverage ends before it begins")
        return self


class Accepted(BaseModel):
    """One month of a feed that the steward looked at, and one rule that does not block it.

    `rule` is the kind of a check that blocks, such as `ends_early`, or its whole name; `month` is
    `all` for a feed that is one whole table. `because` is published with what stands on the month.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    month: Annotated[str, Field(pattern=r"^(\d{4}-(0[1-9]|1[0-2])|all)$")]
    rule: Annotated[str, Field(min_length=1)]
    because: Mapping[str, Annotated[str, Field(min_length=1)]]

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if set(self.because) != {"en", "es"}:
            raise ValueError("say because in `en` and `es`")
        return self

    @property
    def kind(self) -> str:
        """Kind of the check."""
        return self.rule.rpartition(".")[2]


class SourceColumn(BaseModel):
    """What becomes of one column of the feed: it goes `to` a contract column, or is dropped.

    `drop` is the reason. A time has a `format` (strptime), a `precision` and may have its own
    `zone`. A code has `codes` (the feed's value, folded, to a code) or `bands` (a number, put into
    the band of the code list in which it falls). `also` are further code columns of the contract
    that the same values decide, each with its own codes. `nulls` are values of this column that
    mean not recorded, besides those of the whole file. Of a number, `alike` says what does not tell
    two of them apart; where it is silent, two that differ in so little block the month.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: str | None = None
    drop: Annotated[str | None, Field(min_length=1)] = None
    format: str | None = None
    precision: Precision = Precision.MINUTE
    zone: str | None = None
    codes: Mapping[str, str] = {}
    bands: bool = False
    also: Mapping[str, Annotated[Mapping[str, str], Field(min_length=1)]] = {}
    nulls: tuple[str, ...] = ()
    alike: tuple[Fold, ...] | None = None

    @field_validator("codes")
    @classmethod
    def _fold_values(cls, codes: Mapping[str, str]) -> dict[str, str]:
        return fold_keys(codes)

    @field_validator("also")
    @classmethod
    def _fold_also(cls, also: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
        return {to: fold_keys(codes) for to, codes in also.items()}

    @property
    def fed(self) -> tuple[str, ...]:
        """Contract columns that it feeds; none where it is dropped."""
        return (self.to, *self.also) if self.to else ()

    def feeding(self, to: str) -> "SourceColumn":
        """How it is read for one of the contract columns that it feeds."""
        codes = self.also.get(to)
        return self if codes is None else SourceColumn(to=to, codes=codes, nulls=self.nulls)

    @model_validator(mode="after")
    def _goes_somewhere(self) -> Self:
        if (self.to is None) == (self.drop is None):
            raise ValueError("say either `to: <contract column>` or `drop: <reason>`")
        if self.also and self.to is None:
            raise ValueError("a column that is dropped feeds nothing; it has no `also`")
        if self.to in self.also:
            raise ValueError(f"`also` names {self.to!r}, where the column goes already")
        if self.zone is not None and self.zone not in available_timezones():
            raise ValueError(f"{self.zone!r} is not a time zone of the tz database")
        timed = self.format is not None and self.precision is Precision.MINUTE
        if timed and (lost := self.lacks(["hour", "minute"])):
            raise ValueError(f"the format has no {' and no '.join(lost)}; say `precision: date`")
        return self

    @field_validator("format")
    @classmethod
    def _is_read(cls, form: str | None) -> str | None:
        found = _DIRECTIVE.findall(form or "")
        if odd := sorted({one for one in found if one not in _KNOWN}):
            raise ValueError(
                f"the format has %{odd[0]}, which is not read; write year, month, day, hour and "
                "minute as %Y %m %d %H %M"
            )
        if "I" in found and "p" not in found:
            raise ValueError(
                "%I is an hour of twelve, which needs %p, AM or PM; where the feed has neither, "
                "morning and evening cannot be told apart: have it delivered with %H, of 24 hours"
            )
        return form

    def lacks(self, parts: Iterable[str]) -> list[str]:
        """Name the parts of a time that the format does not tell, of year, month, day and hour.

        >>> SourceColumn(to="x", format="%d/%Y %H:%M").lacks(["year", "month", "minute"])
        ['month']
        """
        found = set(_DIRECTIVE.findall(self.format or ""))
        return [part for part in parts if not any(found.issuperset(one) for one in _PARTS[part])]


class PublicSource(BaseModel):
    """Where the figures of a feed are public already, so that small ones may stand."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    href: Annotated[str, Field(pattern=r"^https?://\S+$")]
    retrieved: Day


class Source(BaseModel):
    """One feed: where its files are and what each of their columns means.

    `files` is a glob in the inbox, in which `{month}` stands for YYYY-MM; `columns` has every
    column of the feed by its own name; `constants` are contract columns that the feed lacks;
    `places` turns the feed's words for a place, folded, into area codes; `coverage` says which days
    the files reach, where they do not reach whole months; `accepted` what the steward looked at and
    found right although a rule blocks it; `public_source` names where the figures of a table
    without participants are public already.

    `numbering` names, for a kind of number (`call`, `encounter`, `participant`, `response`), who
    gives them out: numbers are the same only within one numbering, which is the feed's own where
    nothing else is said. `placeholders` are words that stand for nobody in the column of client
    numbers, besides the usual ones; `people` are marks of client numbers that are a person's
    however often they come, as the vault's private page shows them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    feed: str
    contract: Contract
    files: str
    format: Format = Format()
    columns: Annotated[Mapping[str, SourceColumn], Field(min_length=1)]
    constants: Mapping[str, str] = {}
    places: Mapping[str, str] = {}
    coverage: Coverage | None = None
    accepted: tuple[Accepted, ...] = ()
    numbering: Mapping[str, Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]] = {}
    placeholders: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    public_source: PublicSource | None = None

    @field_validator("contract", mode="before")
    @classmethod
    def _load(cls, table: str) -> Contract:
        try:
            return load_contract(table)
        except ContractError as error:
            raise ValueError(str(error)) from None

    @field_validator("files")
    @classmethod
    def _stays_in_the_inbox(cls, files: str) -> str:
        """Hold a pattern against the folder that it is looked up in."""
        rest = files.replace("{month}", "0000-00")
        inside = "; write a path inside the inbox, such as encounters_{month}.csv"
        if rest.startswith(("/", "~")) or "\\" in rest or ":" in rest:
            raise ValueError(f"must be a path inside the inbox, not an absolute one{inside}")
        if any(part in {"", ".", ".."} for part in rest.split("/")):
            raise ValueError(f"leaves the inbox, or has an empty part{inside}")
        if any(part.startswith(".") for part in rest.split("/")):
            raise ValueError(f"looks into a hidden file or folder, which is never read{inside}")
        if set("{}") & set(rest):
            raise ValueError("only {month}, which stands for YYYY-MM, may be in braces")
        if rest.casefold().endswith(_UNREAD):
            raise ValueError("only delimited text is read; have the feed saved as CSV in UTF-8")
        return files

    @field_validator("places")
    @classmethod
    def _fold_places(cls, places: Mapping[str, str]) -> dict[str, str]:
        return fold_keys(places)

    @property
    def mapped(self) -> Mapping[str, str]:
        """The feed's own name of every contract column that it gives."""
        return {to: name for name, column in self.columns.items() for to in column.fed}

    @property
    def given(self) -> tuple[str, ...]:
        """Contract columns that the feed or a constant gives, in the contract's order."""
        names = {*self.mapped, *self.constants}
        return tuple(name for name in self.contract.roles if name in names)

    @property
    def monthly(self) -> bool:
        """Whether a month takes exactly its own file."""
        return "{month}" in self.files

    def glob(self, month: str) -> str:
        """Pattern of the files of one month, `YYYY-MM`."""
        return self.files.replace("{month}", month)

    def accepts(self, month: str) -> frozenset[str]:
        """Rules that the steward accepted for a month, as the source file writes them."""
        return frozenset(one.rule for one in self.accepted if one.month == month)

    def covers(self, month: str) -> bool:
        """Whether any day of a month is among those that the files reach."""
        if self.coverage is None:
            return True
        return f"{self.coverage.first:%Y-%m}" <= month <= f"{self.coverage.last:%Y-%m}"

    @property
    def numbers(self) -> tuple[str, ...]:
        """Contract columns of numbers of something that the feed gives."""
        return tuple(name for name in self.given if self.contract.roles[name] is Role.IDENTIFIER)

    def numbered_by(self, name: str) -> str:
        """Whose numbering the numbers of a column belong to."""
        return self.numbering.get(number_kind(name), self.feed)

    def alike(self, name: str) -> frozenset[Fold]:
        """What does not tell two numbers of a column apart."""
        column = self.column(name)
        said = None if column is None else column.alike
        return DEFAULT if said is None else frozenset(said)

    def column(self, name: str) -> SourceColumn | None:
        """What feeds a contract column, or None where no column of the feed does."""
        found = self.mapped.get(name)
        return self.columns[found].feeding(name) if found else None


def is_left_over(name: str) -> bool:
    """Whether a file is what editors and desktops leave behind, which nobody delivers.

    >>> [is_left_over(name) for name in ("calls.yaml~", ".DS_Store", "calls.yml")]
    [True, True, False]
    """
    return name.endswith(_LEFT_OVER) or name.startswith("~$") or name in _DESKTOP


def number_kind(name: str) -> str:
    """Kind of number that a column holds: its name without `_id`.

    >>> number_kind("call_id")
    'call'
    """
    return name.removesuffix("_id")


def fold_keys(values: Mapping[str, str]) -> dict[str, str]:
    """Fold the left side of a mapping of values.

    Raises:
        ValueError: Two values that fold to one have different meanings.
    """
    folded: dict[str, str] = {}
    for value, meaning in values.items():
        if folded.setdefault(fold(value), meaning) != meaning:
            raise ValueError(f"{value!r} is listed twice with different meanings")
    return folded
