"""Read a program's dated and sourced assumptions: every number that no release counts.

costs/*.yaml -> **parameters** -> savings
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from data_contracts.codes import load_codes
from data_contracts.configuration import read_configuration
from data_contracts.errors import ContractError
from data_contracts.misfits import MisfitError, Place, Problem, not_known
from data_contracts.values import Day, Number, Text, Truth, Whole, Words
from reports.bounds import bounds_of

_NOWHERE = re.compile(  # names that are kept for examples, RFC 2606
    r"https://([^/]*\.)?(example|test|invalid|localhost|example\.(com|org|net))(:\d+)?(/|$)",
    re.IGNORECASE,
)
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

    title: Text
    href: Annotated[str, Field(pattern=r"^https://\S+$")]
    retrieved: Day
    derivation: Text


class Span(_Model):
    """One dated value: low, central, high, and its source. Nothing is loaded without one."""

    low: Number
    central: Number
    high: Number
    source: Source

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        ends = (self.low, self.central, self.high)
        if list(ends) != sorted(ends):
            said = (
                f"low <= central <= high does not hold; got {self.low:g}, {self.central:g}, "
                f"{self.high:g}"
            )
            raise MisfitError((("central" if self.low > self.central else "high",), said))
        return self


class _File(_Model):
    example: Truth = False
    description: Words
    unit: Words
    price_year: Annotated[Whole, Field(ge=1980, lt=2100)] | None = None
    inflated_by: str | None = None
    payer: Payer
    value_class: ValueClass = Field(alias="class")
    kind: Kind
    basis: Basis | None = None
    by: str | None = None
    values: Mapping[Day, Span | Mapping[str, Span]] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.price_year is None) != (self.inflated_by is None):
            raise ValueError("price_year and inflated_by stand together or not at all")
        if problems := list(self._odd_keys()):
            raise MisfitError(*problems)
        return self

    @property
    def sources(self) -> Iterator[tuple[Place, Source]]:
        """Sources of all dated values, each with its place in the file."""
        for day, value in self.values.items():
            place = ("values", day.isoformat())
            if isinstance(value, Span):
                yield (*place, "source"), value.source
                continue
            for key, span in value.items():
                yield (*place, key, "source"), span.source

    @property
    def invented(self) -> bool:
        """Whether it says so, or its source is at an address that nobody can have."""
        return self.example or any(_NOWHERE.match(source.href) for _, source in self.sources)

    def _odd_keys(self) -> Iterator[Problem]:
        """Values that are not by the code list which `by` names, or that should not be by one."""
        try:
            known = tuple(load_codes(self.by).codes) if self.by else ()
        except ContractError:
            yield ("by",), "there is no such code list. Name one of data_contracts/codes."
            return
        for day, value in self.values.items():
            place = ("values", day.isoformat())
            if isinstance(value, Span) == bool(self.by):
                yield place, "with `by` every dated value has keys, without it none has."
            elif not isinstance(value, Span):
                for key in value:
                    if key not in known:
                        yield (*place, key), not_known("code", key, known)


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

    @property
    def sources(self) -> Iterator[tuple[Place, Source]]:
        """Sources of all its dated values, each with its place in the file."""
        yield from self.about.sources

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
    files: dict[str, _File] = {}
    problems: list[str] = []
    for file in sorted(folder.glob("*.yaml")):
        try:
            files[file.stem] = _read(file)
        except ParameterError as error:
            problems.append(str(error))
    if not examples and (invented := sorted(n for n, one in files.items() if one.invented)):
        problems.append(
            f"Parameters {invented} are marked `example: true` or have an example's address as "
            "source, which only a demo may use. Put the city's own values and sources in costs/."
        )
    if problems := [*problems, *_odd_indices(folder, files)]:
        raise ParameterError("\n".join(problems))
    if not files:
        return None
    found = {name: _on(name, one, on) for name, one in files.items()}
    history = {
        name: {day: value for day, value in one.values.items() if isinstance(value, Span)}
        for name, one in files.items()
        if one.kind is Kind.INDEX
    }
    parameters = Parameters(on, found, history)
    _ = parameters.factors  # a price year without a level is refused here, not on a page
    return parameters


def _odd_indices(folder: Path, files: Mapping[str, _File]) -> Iterator[str]:
    """Find assumptions whose prices rise with something that is not there or is no such index."""
    for name, one in files.items():
        index, year = one.inflated_by, one.price_year
        if index is None or year is None:
            continue
        say = read_configuration(folder / f"{name}.yaml", name=f"costs/{name}.yaml").say
        if not (folder / f"{index}.yaml").is_file():
            yield say((("inflated_by",), f"{index!r} is missing. Write costs/{index}.yaml."))
        elif index in files and files[index].kind is not Kind.INDEX:
            said = f"costs/{index}.yaml is no index. Say `kind: index` there, or name another."
            yield say((("inflated_by",), said))
        elif index in files and year not in {day.year for day in files[index].values}:
            said = f"costs/{index}.yaml has no level for {year}. Add one there, or mend the year."
            yield say((("price_year",), said))


def _read(file: Path) -> _File:
    try:
        document = read_configuration(file, name=f"costs/{file.name}")
        index = document.content.get("kind") == Kind.INDEX  # published with three decimals
        found = document.fit(_File, also=() if index else document.twofold())
        document.refuse(_beyond(file.stem, found))
    except ContractError as error:
        raise ParameterError(str(error)) from None
    return found


def _beyond(name: str, one: _File) -> Iterator[Problem]:
    """Find values that such an assumption cannot have."""
    low, high, what = bounds_of(name, units=one.unit.values(), index=one.kind is Kind.INDEX)
    for day, value in one.values.items():
        spans = {(): value} if isinstance(value, Span) else {(key,): v for key, v in value.items()}
        for key, span in spans.items():
            for end in ("low", "central", "high"):
                if not low <= (got := getattr(span, end)) <= high:
                    yield (
                        ("values", day.isoformat(), *key, end),
                        f"{what} is expected; got {got:g}.",
                    )


def _on(name: str, one: _File, on: date) -> Parameter:
    days = [day for day in one.values if day <= on]
    if not days:
        raise ParameterError(
            f"costs/{name}.yaml has no value on or before {on}. Add a dated value with its source."
        )
    value = one.values[max(days)]
    spans = {ALL: value} if isinstance(value, Span) else dict(value)
    return Parameter(name, one, max(days), spans)
