"""Read the shares by which Riverton is drawn. The chain: **shares** -> draw -> plant -> inbox."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

Labels = Mapping[str, float]


class Zone(BaseModel):
    """One zone: its share of calls, and how much longer the drive there takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: float
    drive: float


class Path(BaseModel):
    """One way a call can end, and how far it got."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: float
    reaches: Literal["none", "sent", "arrived", "met"]


class Minutes(BaseModel):
    """A log-normal duration."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    median: float
    p90: float


class Shares(BaseModel):
    """Everything in `shares.yaml`; the comments there say what each part is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zones: Mapping[str, Zone]
    hours: tuple[int, ...]
    paths: Mapping[str, Path]
    minutes: Mapping[str, Minutes]
    times_met: Mapping[int, float]
    anonymous: float
    second_person: float
    outreach: float
    unwritten: float
    age: tuple[float, float, float]
    calls: Mapping[str, Labels]
    visits: Mapping[str, Labels]
    naloxone: Mapping[str, Labels]
    team: Labels
    outreach_team: str
    people: Mapping[str, Labels]
    unseen: float
    permission: Mapping[str, Labels]
    defects: Mapping[str, float]


@cache
def load_shares() -> Shares:
    """Read `shares.yaml`, every label as the text that is written there."""
    file = files("data_contracts.synthetic").joinpath("shares.yaml")
    text = file.read_text(encoding="utf-8")
    return Shares.model_validate(yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506
