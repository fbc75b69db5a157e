"""Read a program's dated and sourced assumptions: every number that no release counts.

costs/*.yaml -> **parameters** -> savings
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from data_contracts.codes import load_codes
from data_contracts.errors import ContractError, explain

Words = Mapping[Literal["en", "es"], Annotated[str, Field(min_length=1)]]
ALL = ""  # the one key of a parameter that is the same for every kind of call


class ParameterError(Exception):
    """An assumption is missing, has no source, or does not fit its form."""


class Payer(StrEnum):
    """Whose money an assumption is about."""

    CITY = "city"
    POLICE = "police"
    HEALTH_PAYERS = "health_payers"
    COUNTY = "county"
    PROGRAM = "program"
    NOBODY = "nobody"


class ValueClass(StrEnum):
    """Which of the classes that are never added an assumption belongs to."""

    COULD_BECOME_CASH = "could_become_cash"
    CAPACITY = "capacity"
    OTHER_PAYERS = "other_payers"
    SOCIAL = "social"
    PROGRAM = "program"
    ALL = "all"


class Kind(StrEnum):
    """How an assumption behaves, and which part of the doubt it is."""

    VARIABLE = "variable"
    STEP_FIXED = "step_fixed"
    TIME = "time"
    COUNTERFACTUAL = "counterfactual"
    DOWNSTREAM = "downstream"
    INDEX = "index"
    RULE = "rule"


class Basis(StrEnum):
    """What a price is of: one unit more or less, or all units shared out."""

    MARGINAL = "marginal"
    AVERAGE = "average"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Source(_Model):
    """Where a value comes from: title with its page, address, day it was read, and how."""

    title: Annotated[str, Field(min_length=1)]
    href: Annotated[str, Field(pattern=r"^https://\S+$")]
    retrieved: date
    derivation: Annotated[str, Field(min_length=1)]


class Span(_Model):
    """One dated value: low, central, high, and its source. Nothing is loaded without one."""

    low: float
    central: float
    high: float
    source: Source

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        ends = (self.low, self.central, self.high)
        if not all(isfinite(end) for end in ends):
            raise ValueError("low, central and high are numbers")
        if list(ends) != sorted(ends):
            raise ValueError("low <= central <= high does not hold")
        return self


class _File(_Model):
    example: bool = False
    description: Words
    unit: Words
    price_year: int | None = None
    inflated_by: str | None = None
    payer: Payer
    value_class: ValueClass = Field(alias="class")
    kind: Kind
    basis: Basis | None = None
    by: str | None = None
    values: Mapping[date, Span | Mapping[str, Span]] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if missing := {"en", "es"} - set(self.description) & set(self.unit):
            raise ValueError(f"description and unit need both languages; one lacks {missing}")
        if (self.price_year is None) != (self.inflated_by is None):
            raise ValueError("price_year and inflated_by stand together or not at all")
        if any(isinstance(value, Span) == bool(self.by) for value in self.values.values()):
            raise ValueError("with `by` every dated value has keys, without it none has")
        return self


@dataclass(frozen=True, slots=True)
class Parameter:
    """One assumption, and the value that holds on the day of a report.

    `spans` has one key where the assumption is the same for every kind of call, else one a code
    of the list `by`; `since` is the date of the value, `unit` as its file writes it.
    """

    name: str
    about: _File
    since: date
    spans: Mapping[str, Span]

    @property
    def span(self) -> Span:
        """The one value of a parameter without keys."""
        return self.spans[ALL]

    @property
    def by(self) -> str | None:
        """Code list of its keys."""
        return self.about.by

    def label(self, key: str, *, language: Literal["en", "es"]) -> str:
        """Name one of its values to a reader."""
        what = self.about.description[language]
        if not self.by:
            return what
        code = load_codes(self.by).codes[key]
        return f"{what}: {(code.en if language == 'en' else code.es).lower()}"


@dataclass(frozen=True)
class Parameters:
    """All assumptions of a program as they hold on one day."""

    on: date
    found: Mapping[str, Parameter]
    history: Mapping[str, Mapping[date, Span]]

    def __getitem__(self, name: str) -> Parameter:
        """Give one assumption.

        Raises:
            ParameterError: The program has none of that name.
        """
        if name not in self.found:
            raise ParameterError(f"Parameter {name!r} is missing. Write costs/{name}.yaml.")
        return self.found[name]

    def __contains__(self, name: object) -> bool:
        """Whether the program has an assumption of that name."""
        return name in self.found

    @property
    def example(self) -> bool:
        """Whether any of them is invented."""
        return any(one.about.example for one in self.found.values())

    @cached_property
    def factors(self) -> Mapping[tuple[str, int], Span]:
        """How much prices rose from a price year to this day, by index and year.

        The level of the price year is exact; what is uncertain is the level of today.
        """
        found: dict[tuple[str, int], Span] = {}
        for one in self.found.values():
            index, year = one.about.inflated_by, one.about.price_year
            if index is None or year is None or (index, year) in found:
                continue
            now, then = self[index].span, _level(self.history[index], index, year)
            low, central, high = (end / then for end in (now.low, now.central, now.high))
            found[index, year] = Span(low=low, central=central, high=high, source=now.source)
        return found


def _level(history: Mapping[date, Span], index: str, year: int) -> float:
    levels = [span.central for day, span in history.items() if day.year == year]
    if not levels:
        raise ParameterError(
            f"costs/{index}.yaml has no level for {year}, the price year of another parameter. "
            "Add one."
        )
    return levels[0]


def load_parameters(folder: Path | None, *, on: date, examples: bool) -> Parameters | None:
    """Read every assumption of a program.

    Args:
        folder: The program's `costs/`; nothing, or a folder that is not there, where it has none.
        on: Day whose values are wanted: the latest on or before it is taken.
        examples: Whether invented values may be used, as in a demo.

    Returns:
        The assumptions; nothing where the program has none.

    Raises:
        ParameterError: A file is not readable, has an unknown field, no source, no value on or
            before that day, values out of order, or is an example where none is allowed.
    """
    if folder is None or not folder.is_dir():
        return None
    files = {file.stem: _read(file) for file in sorted(folder.glob("*.yaml"))}
    if not files:
        return None
    if not examples and (invented := sorted(n for n, one in files.items() if one.example)):
        raise ParameterError(
            f"Parameters {invented} are marked `example: true`, which only a demo may use. "
            "Put the city's own values and sources in costs/."
        )
    for name, one in files.items():
        if one.inflated_by and one.inflated_by not in files:
            raise ParameterError(
                f"costs/{name}.yaml is inflated by {one.inflated_by!r}, which is missing. "
                f"Write costs/{one.inflated_by}.yaml."
            )
    found = {name: _on(name, one, on) for name, one in files.items()}
    history = {
        name: {day: value for day, value in one.values.items() if isinstance(value, Span)}
        for name, one in files.items()
        if one.kind is Kind.INDEX
    }
    parameters = Parameters(on, found, history)
    _ = parameters.factors  # a price year without a level is refused here, not on a page
    return parameters


def _read(file: Path) -> _File:
    name = f"costs/{file.name}"
    try:
        found = _File(**yaml.safe_load(file.read_text(encoding="utf-8")))
        if found.by:
            known = set(load_codes(found.by).codes)
            keys = {key for value in found.values.values() for key in dict(value)}
            if odd := sorted(keys - known):
                raise ParameterError(
                    f"{name} has values for {odd}, which the code list {found.by!r} does not "
                    "know. Use its codes."
                )
    except (ValidationError, TypeError) as error:
        raise ParameterError(explain(name, error)) from None
    except yaml.YAMLError:
        raise ParameterError(f"{name} is not readable YAML. Mend the file.") from None
    except ContractError as error:
        raise ParameterError(f"{name}: {error}") from None
    return found


def _on(name: str, one: _File, on: date) -> Parameter:
    days = [day for day in one.values if day <= on]
    if not days:
        raise ParameterError(
            f"costs/{name}.yaml has no value on or before {on}. Add a dated value with its source."
        )
    value = one.values[max(days)]
    spans = {ALL: value} if isinstance(value, Span) else dict(value)
    return Parameter(name, one, max(days), spans)
