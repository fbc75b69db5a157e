"""What a program tells its readers about itself, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from reports.numbers import Language


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """One area: its name, its kind and the people who live there."""

    code: str
    name: str
    kind: str
    population: int


@dataclass(frozen=True, slots=True)
class CoverageFacts:
    """Days that the records of a feed reach, where they do not fill whole months, and why.

    `table` is the contract that the feed fills; empty where another feed of it reaches further.
    """

    first: date
    last: date
    why: Mapping[str, str]
    table: str = ""

    def holds(self, month: str) -> bool:
        """Whether any day of a month is covered.

        >>> CoverageFacts(date(2019, 2, 9), date(2019, 11, 30), {}).holds("2019-02")
        True
        >>> CoverageFacts(date(2019, 2, 9), date(2019, 11, 30), {}).holds("2019-12")
        False
        """
        return f"{self.first:%Y-%m}" <= month <= f"{self.last:%Y-%m}"


@dataclass(frozen=True, slots=True)
class AcceptedFacts:
    """What the program says of records that a check would have stopped; no month: a whole table."""

    table: str
    month: str
    rule: str
    because: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ProgramFacts:
    """One program, as its pages speak of it.

    `contact` is an address a reader can write to; `calendar` the periods that will be published,
    so that pages can say which are not there yet; `about` one sentence in each language;
    `comparison` are areas elsewhere, without a team; `coverage` what feeds say of their days;
    `accepted` what the program says of records that a check would have stopped; `waiting` the last
    month of every release that was drawn before the month after it was there.
    """

    name: str
    city: str
    contact: str
    custodian: str = ""
    areas: tuple[AreaFacts, ...] = ()
    languages: tuple[Language, ...] = ("en", "es")
    calendar: tuple[str, ...] = ()
    fiscal_year_start: int = 1
    about: Mapping[str, str] = field(default_factory=dict)
    comparison: tuple[AreaFacts, ...] = ()
    coverage: tuple[CoverageFacts, ...] = ()
    accepted: tuple[AcceptedFacts, ...] = ()
    waiting: Mapping[str, str] = field(default_factory=dict)

    def covers(self, table: str, month: str) -> bool:
        """Whether the records of a contract table reach a month, as far as feeds say."""
        told = [one for one in self.coverage if one.table == table]
        return not told or any(one.holds(month) for one in told)

    def residents(self, kind: str | None = None) -> int:
        """People who live in areas of one kind, or in all."""
        return sum(area.population for area in self.areas if kind in (None, area.kind))
