"""Draw who is met in a year, when and where, with the calls that led there.

The chain: shares -> pace -> **meet** -> draw -> spell -> plant -> inbox. Everything that joins
two months is drawn here, once a year and block; the rest is drawn month by month.
"""

from dataclasses import dataclass

import numpy as np

from data_contracts.synthetic.pace import (
    DAY,
    HOUR,
    MONTHS,
    ROOM,
    Block,
    Flags,
    Floats,
    Generator,
    Ints,
    Topic,
    day_weights,
    draw_moments,
    draw_wait,
    grid,
    month_starts,
    pick,
    pick_evenly,
    visits_a_call,
)
from data_contracts.synthetic.shares import NEVER, NOT_SAID, Shares, nearest

_APART = 2 * HOUR  # from one visit of a person to the next, at least
_PASSES = 3  # a visit that is put off may come close to the next one
_SCRAMBLE, _PRIME = 7919, 99_991  # numbers of calls say nothing about their order

_SHELF = 1000  # days; more than a year, so that one person's days push no other's
_VISIT = ("start", "departed")

Columns = dict[str, Ints]


@dataclass(frozen=True, slots=True)
class Met:
    """Everybody met in a block of a year: one row a person and visit, in the order of time.

    `rows` has minutes since 1970 (`received`, `dispatched`, `arrived`, `start`, `departed`;
    `NEVER` where no call led there), positions of codes (`area`, `nature`, `police`, `team`),
    numbers (`person` or `NOT_SAID`, `visit`, `call`), `order` of the person within the visit, and
    `who`, the position in `people`, which has one row for everybody, with or without a number.
    `calls_in` counts the calls of each month that led to a visit.
    """

    block: Block
    rows: Columns
    people: Columns
    calls_in: Ints

    def of_month(self, clock: str, month: int) -> Columns:
        """Rows whose time `clock` lies in a month of the block's year, counted from 1."""
        starts = month_starts(self.block.year)
        here = (self.rows[clock] >= starts[month - 1]) & (self.rows[clock] < starts[month])
        return {name: values[here] for name, values in self.rows.items()}


def draw_lots(
    rng: Generator, who: Ints, trait: str, *, block: Block, shares: Shares, people: int
) -> Floats:
    """Draw a random number a row, often the same for all rows of one person.

    Shares stay what they are, and people differ from one another.

    Args:
        rng: Random numbers; the same count of them whatever the trait.
        who: Person of every row, counted from 0.
        trait: What is drawn; whether it is a habit, the shares say.
        block: Gives everybody's own number for that trait.
        shares: How strong habits are.
        people: How many people there are.

    Returns:
        Numbers from 0 to 1, evenly spread.
    """
    fresh, kept = rng.random(len(who)), rng.random(len(who)) < shares.met.habit
    if trait not in shares.met.habits:
        return fresh
    position = sorted(shares.met.habits).index(trait)
    own = block.stream(Topic.HABITS, position).random(people)[who]
    return np.where(kept, own, fresh)


def meet_people(block: Block, shares: Shares) -> Met:
    """Draw the people of a block and all their visits in its year.

    Args:
        block: Gives size, year and random numbers.
        shares: How often what happens.

    Returns:
        People and visits; another block shares no person with it.
    """
    rng = block.stream(Topic.PEOPLE)
    n = round(block.expected(shares) * visits_a_call(block.year, shares))
    n_known = round(n * (1 - shares.met.without_number))
    known = deal_visits(rng, n_known, shares)
    who = np.concatenate([known, np.arange(n - n_known) + (known.max(initial=-1) + 1)])
    n_people, n_numbered = int(who.max(initial=-1)) + 1, int(known.max(initial=-1)) + 1
    rows: Columns = {"who": who, "person": np.where(who < n_numbered, who, NOT_SAID)}
    rows |= _places(rng, who, n_people, block, shares)
    rows |= _times(rng, rows, block, shares)
    rows = _join(rng, rows, shares)
    people = _facts(rng, n_people, n_numbered, shares)
    return _number(block, rows, people)


def deal_visits(rng: Generator, n: int, shares: Shares) -> Ints:
    """Deal `n` rows to people, each as often as the shares say, as evenly as whole people allow."""
    times = np.array(list(shares.times_met), dtype=np.int64)
    ends = np.cumsum(list(shares.times_met.values()))
    mean = float(np.dot(times, list(shares.times_met.values())) / ends[-1])
    people = int(n / mean) + int(times.max()) + 1
    at = (np.arange(people) + rng.random()) / people * ends[-1]
    drawn = rng.permutation(times[np.minimum(np.searchsorted(ends, at), len(times) - 1)])
    return np.repeat(np.arange(people), drawn)[:n]


def _places(rng: Generator, who: Ints, n_people: int, block: Block, shares: Shares) -> Columns:
    """Say where people are met, for what, and whether police come: mostly as always."""
    areas = np.array([area.share * area.met for area in shares.areas.values()])
    natures = np.array([nature.share for nature in shares.natures.values()])
    found: Columns = {}
    for name, weights, same in (
        ("area", areas, shares.met.at_home),
        ("nature", natures, shares.met.as_usual),
    ):
        own = pick_evenly(rng, weights, n_people)[who]
        other = pick_evenly(rng, weights, len(who))
        found[name] = np.where(rng.random(len(who)) < same, own, other)
    often = np.array([nature.police for nature in shares.natures.values()])
    lots = draw_lots(rng, who, "police", block=block, shares=shares, people=n_people)
    found["police"] = pick(_with_police(shares, "met", often), found["nature"], lots)
    return found


def _with_police(shares: Shares, reached: str, often: Floats) -> Floats:
    """Give shares of police by type of call, so many times as often; the first code is none."""
    base = np.array(list(shares.police[reached].values()))
    lines = np.outer(often, base)
    lines[:, 0] = base.sum() - lines[:, 1:].sum(axis=1)
    return lines


def _times(rng: Generator, rows: Columns, block: Block, shares: Shares) -> Columns:
    """Draw the moments of every row: request, sending, arrival, visit and leaving."""
    n, starts = len(rows["who"]), month_starts(block.year)
    days = _days(rng, rows, block, shares)
    asked = draw_moments(rng, days + starts[0] // DAY, shares)
    asked = np.minimum(asked, starts[-1] - DAY // 2)  # a call of the year is met in the year
    called = rng.random(n) >= shares.met.outreach
    areas = list(shares.areas.values())
    slow = np.array([area.send for area in areas])[rows["area"]]
    far = np.array([area.drive for area in areas])[rows["area"]]
    slow = slow * nearest(shares.send_by_year, block.year)
    sent = asked + draw_wait(rng, shares.minutes["send"], slow)
    arrived = sent + draw_wait(rng, shares.minutes["drive"], far)
    met = arrived + draw_wait(rng, shares.minutes["engage"], np.ones(n))
    start = np.where(called, met, asked)
    stay = draw_wait(rng, shares.minutes["stay"], np.ones(n))
    later = _put_off(rows["who"], start, stay)
    outreach = tuple(shares.team).index("outreach_team")
    team = pick_evenly(rng, np.array(list(shares.team.values())), n)
    return {
        "received": np.where(called, asked + later, NEVER),
        "dispatched": np.where(called, sent + later, NEVER),
        "arrived": np.where(called, arrived + later, NEVER),
        "start": start + later,
        "departed": start + later + stay,
        "team": np.where(called, team, outreach),
    }


def _put_off(who: Ints, start: Ints, stay: Ints) -> Ints:
    """Minutes by which a visit comes later, because the same person's last one just ended."""
    later = np.zeros(len(who), dtype=np.int64)
    for _ in range(_PASSES):
        now = start + later
        lacking = _APART - (now[1:] - now[:-1] - stay[:-1])
        later[1:] += np.where(who[1:] == who[:-1], np.maximum(lacking, 0), 0)
    return later


def _days(rng: Generator, rows: Columns, block: Block, shares: Shares) -> Ints:
    """Draw the day of every row: many of one person's fall close together, none on one day."""
    who, weights = rows["who"], day_weights(block.year, shares)
    last = len(weights) - 1
    bad_time = pick_evenly(rng, weights, int(who.max(initial=-1)) + 1)[who]
    near = bad_time + np.rint(rng.laplace(0, shares.met.soon_days, len(who))).astype(np.int64)
    near = np.where((near < 0) | (near > last), bad_time, near)
    any_day = pick_evenly(rng, weights, len(who))
    days = np.where(rng.random(len(who)) < shares.met.soon, near, any_day)
    days = days[np.lexsort((days, who))]  # `who` is in order already
    first = np.searchsorted(who, who)
    rank = np.arange(len(who)) - first
    left = np.searchsorted(who, who, side="right") - 1 - np.arange(len(who))
    shelf = who * _SHELF
    pushed = np.maximum.accumulate(days - rank + shelf) - shelf + rank
    spread: Ints = np.minimum(pushed, last - left)
    return spread


def _join(rng: Generator, rows: Columns, shares: Shares) -> Columns:
    """Let some people be met together with the person met just before them in that area."""
    order = np.lexsort((rows["start"], rows["area"]))
    rows = {name: values[order] for name, values in rows.items()}
    n = len(order)
    joins = rng.random(n) < shares.met.with_another
    before = np.maximum(np.arange(n) - 1, 0)
    joins &= (rows["area"] == rows["area"][before]) & (rows["who"] != rows["who"][before])
    joins &= ~np.concatenate([[True], joins[:-1]])[:n]
    moved = {name: np.where(joins, rows[name][before], rows[name]) for name in _VISIT}
    joins &= _apart(rows["who"], moved["start"], moved["departed"])
    for name in set(rows) - {"who", "person"}:
        rows[name] = np.where(joins, rows[name][before], rows[name])
    rows["order"] = 1 + joins.astype(np.int64)
    rows["visit"] = np.cumsum(~joins)
    return rows


def _apart(who: Ints, start: Ints, departed: Ints) -> Flags:
    """Say whose visits are hours away from the same person's other visits."""
    order = np.lexsort((start, who))
    close = (np.diff(who[order]) == 0) & (start[order][1:] - departed[order][:-1] < _APART)
    apart = np.ones(len(who), dtype=np.bool_)
    apart[order[1:][close]] = False
    apart[order[:-1][close]] = False
    return apart


def _facts(rng: Generator, n: int, n_numbered: int, shares: Shares) -> Columns:
    """Say who people are; of those without a number, some facts are never learned."""
    numbered = np.arange(n) < n_numbered
    unseen = ~numbered & (rng.random(n) < shares.met.unseen)
    facts = {
        name: pick_evenly(rng, np.array(list(weights.values())), n)
        for name, weights in shares.people.items()
    }
    facts["age"] = rng.triangular(*shares.met.age, n).astype(np.int64)
    facts = {name: np.where(unseen, NOT_SAID, values) for name, values in facts.items()}
    group = np.where(numbered, 0, 1)  # the order of `permission` in shares.yaml
    return facts | {"permission": pick(grid(shares.permission), group, rng.random(n))}


def _number(block: Block, rows: Columns, people: Columns) -> Met:
    """Bring rows in the order of time, and give visits, calls and people their numbers."""
    order = np.lexsort((rows["order"], rows["visit"], rows["start"]))
    rows = {name: values[order] for name, values in rows.items()}
    first = rows["order"] == 1
    visit = np.zeros(int(rows["visit"].max(initial=0)) + 1, dtype=np.int64)
    visit[rows["visit"][first]] = np.arange(first.sum())
    month = np.searchsorted(month_starts(block.year), rows["received"], side="right") - 1
    called = first & (rows["received"] != NEVER)
    call = np.full(len(visit), NOT_SAID)
    for one in range(MONTHS):
        of_month = rows["visit"][called & (month == one)]
        call[of_month] = number_calls(block, one + 1, first=0, n=len(of_month))
    rows["call"] = call[rows["visit"]]
    rows["visit"] = block.number * ROOM + visit[rows["visit"]]
    rows["person"] = np.where(
        rows["person"] == NOT_SAID, NOT_SAID, block.number * ROOM + rows["person"]
    )
    calls_in = np.bincount(month[called], minlength=MONTHS)[:MONTHS]
    return Met(block, rows, people, calls_in)


def number_calls(block: Block, month: int, *, first: int, n: int) -> Ints:
    """Give out call numbers of a month; those that lead to a visit look like all others."""
    scrambled = (np.arange(first + 1, first + n + 1) * _SCRAMBLE) % _PRIME
    return (block.number * MONTHS + month - 1) * ROOM + scrambled
