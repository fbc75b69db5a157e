"""Read how often what happens in Riverton.

The chain: **shares** -> pace -> meet -> draw -> spell -> plant -> inbox.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

Weights = Mapping[str, float]

NOT_SAID = -1  # stands for a fact that nobody gave, among the numbers of codes
NEVER = -1  # stands for a time that never came, among minutes


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Area(_Part):
    """One area: its share of calls, and its chance to be met and its waits, against the rest."""

    kind: Literal["urban", "suburban", "rural"]
    share: float
    met: float
    send: float
    drive: float


class Nature(_Part):
    """One type of call: its share, and how often police come, against other types."""

    share: float
    police: float


class Ending(_Part):
    """One way in which a call can end without a record of a visit, and how far it got."""

    share: float
    reaches: Literal["none", "sent", "arrived"]


class Minutes(_Part):
    """A log-normal duration."""

    median: float
    p90: float


class Meeting(_Part):
    """How people are met; every number a share, but for `a_call`, `soon_days`, `age`."""

    a_call: float
    without_number: float
    outreach: float
    with_another: float
    at_home: float
    as_usual: float
    habit: float
    habits: frozenset[str]
    soon: float
    soon_days: float
    unseen: float
    age: tuple[float, float, float]


class Shares(_Part):
    """Everything in `shares.yaml`; the comments there say what each part is."""

    base_year: int
    growth: float
    season: Annotated[tuple[float, ...], Field(min_length=12, max_length=12)]
    hours: Annotated[tuple[float, ...], Field(min_length=24, max_length=24)]
    areas: Mapping[str, Area]
    natures: Mapping[str, Nature]
    paths: Mapping[str, Ending]
    paths_by_kind: Mapping[str, Weights]
    paths_by_year: Mapping[int, Weights]
    visits_by_year: Mapping[int, float]
    send_by_year: Mapping[int, float]
    minutes: Mapping[str, Minutes]
    met: Meeting
    times_met: Mapping[int, float]
    people: Mapping[str, Weights]
    permission: Mapping[str, Weights]
    source: Weights
    initiated: Mapping[str, Weights]
    police: Mapping[str, Weights]
    team: Weights
    overdose: Mapping[str, Weights]
    visits: Mapping[str, Mapping[str, Weights]]
    answers_a_call: float
    answers: Mapping[str, Mapping[str, Weights]]
    defects: Weights
    marked: frozenset[int]

    @property
    def codes(self) -> Mapping[str, tuple[str, ...]]:
        """Codes of everything that is drawn; a drawn value is a position in these."""
        grouped = {
            "initiated": self.initiated,
            "police": self.police,
            "overdose": self.overdose,
            "permission": self.permission,
            **self.visits,
            **self.answers,
        }
        return {
            "area": tuple(self.areas),
            "nature": tuple(self.natures),
            "path": tuple(self.paths),
            "source": tuple(self.source),
            "team": tuple(self.team),
            **{name: tuple(weights) for name, weights in self.people.items()},
            **{name: tuple(next(iter(groups.values()))) for name, groups in grouped.items()},
        }


class Written(_Part):
    """One column of a feed: a number, a time, a day, an amount or a code, and how it is written."""

    number: str | None = None
    begins: str = ""
    time: str | None = None
    day: str | None = None
    amount: str | None = None
    code: str | None = None
    written: Mapping[str, Weights] = {}
    blank: Weights = {}


class Feed(_Part):
    """One feed: its columns in order, and the one that gives a row its month."""

    clock: str
    columns: Mapping[str, Written]


class Planted(_Part):
    """A column that nobody should have collected: its kind, and how its values begin and end."""

    kind: str
    begins: str
    ends: str = ""


@cache
def load_shares() -> Shares:
    """Read `shares.yaml`."""
    return Shares.model_validate(_read("shares.yaml"))


@cache
def load_feeds() -> Mapping[str, Feed]:
    """Read `feeds.yaml`, every label as the text that is written there."""
    found = _read("feeds.yaml")
    return {name: Feed.model_validate(feed) for name, feed in found.items()}


@cache
def load_planted() -> Mapping[str, Mapping[str, Planted]]:
    """Read `planted.yaml`, by feed and column."""
    return {
        feed: {name: Planted.model_validate(column) for name, column in columns.items()}
        for feed, columns in _read("planted.yaml").items()
    }


def nearest(by_year: Mapping[int, float], year: int) -> float:
    """Look a year up; years before the first and after the last are like those.

    >>> nearest({2023: 1.5, 2024: 1.2}, 2030)
    1.2
    """
    return by_year[min(max(year, min(by_year)), max(by_year))]


def _read(name: str) -> dict[str, dict[str, object]]:
    text = files("data_contracts.synthetic").joinpath(name).read_text(encoding="utf-8")
    found: dict[str, dict[str, object]] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    return found
