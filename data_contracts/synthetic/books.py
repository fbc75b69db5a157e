"""Read what Riverton's exact feeds say. The chain: **books** -> employ, spend, govern, observe."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Post(_Part):
    """One kind of post: how many, by whom held, what it pays, and who leaves in a month."""

    posts: int
    people: int
    pay: tuple[float, float]
    left: float
    lived: str


class Staffing(_Part):
    """Everybody employed; figures by year are parts of those of the last year."""

    hours_a_month: float
    present: float
    people_by_year: Mapping[int, float]
    pay_by_year: Mapping[int, float]
    living_wage: Mapping[int, float]
    posts: Mapping[str, Post]


class Item(_Part):
    """One kind of cost: the pay of posts, a part of all pay, dollars a month, or some of these."""

    recipient: str
    posts: tuple[str, ...] = ()
    of_pay: float = 0
    monthly: float = 0


class Payment(_Part):
    """Money that was put to use again."""

    date: date
    amount: int
    recipient: str
    item: str


class Reinvestment(_Part):
    """One line: what was certified, voted and spent, by the day it was booked."""

    line: str
    year: int
    department: str
    certified: Mapping[date, int]
    appropriated: Mapping[date, int]
    spent: tuple[Payment, ...]


class Spending(_Part):
    """The books."""

    items: Mapping[str, Item]
    funds: Mapping[str, float]
    budget: float
    start_up: Mapping[date, int]
    reinvestments: tuple[Reinvestment, ...]


class Board(_Part):
    """Seats of the board, those for people with lived experience among them."""

    seats: int
    lived: int
    vacant_by_year: Mapping[int, int]
    meetings: int


class Requests(_Part):
    """Something that people ask for: how often in a quarter, and what becomes of it."""

    mean: float
    outcomes: Mapping[str, float]
    upheld: float = 0


class Governance(_Part):
    """What the board's office reports."""

    board: Board
    requests: Mapping[str, Requests]
    hiring: Mapping[str, tuple[str, ...]]
    benefits: Mapping[str, Mapping[int, Mapping[str, float]]]


class Kind(_Part):
    """One outcome: events a month per 1,000 residents, and what moves them."""

    rate: float
    growth: float
    season: float
    effect: float


class Outcomes(_Part):
    """The law by which outcomes are drawn."""

    first_month: str
    months: int
    start_month: str
    area_sd: float
    kinds: Mapping[str, Kind]
    areas: Mapping[str, int]
    elsewhere: Mapping[str, int]


class Books(_Part):
    """Everything in `books.yaml`; the comments there say what each part is."""

    years: tuple[int, ...]
    staffing: Staffing
    spending: Spending
    governance: Governance
    outcomes: Outcomes


@cache
def load_books() -> Books:
    """Read `books.yaml`."""
    file = files("data_contracts.synthetic").joinpath("books.yaml")
    text = file.read_text(encoding="utf-8")
    return Books.model_validate(yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506
