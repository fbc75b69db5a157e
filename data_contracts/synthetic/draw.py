"""Draw one month of Riverton as it happened, before anyone writes it down badly.

The chain: shares -> pace -> meet -> **draw** -> spell -> plant -> inbox. A column is an array of
minutes since 1970, of numbers, of amounts, or of positions in `Shares.codes`.
"""

import numpy as np

from data_contracts.synthetic.meet import Columns, Met, draw_lots, number_calls
from data_contracts.synthetic.pace import (
    DAY,
    ROOM,
    Block,
    Floats,
    Generator,
    Ints,
    Topic,
    day_weights,
    draw_moments,
    draw_wait,
    grid,
    month_starts,
    path_weights,
    pick,
    pick_evenly,
)
from data_contracts.synthetic.shares import NEVER, Shares, nearest

REACHES = ("none", "sent", "arrived", "met")


def draw_calls(met: Met, month: int, shares: Shares) -> Columns:
    """Draw the calls of a month: those that led to a visit, and all others.

    Args:
        met: Everybody met in the block's year.
        month: Month of the year, counted from 1.
        shares: How often what happens.

    Returns:
        One row a call, in the order of requests: `call`, `received`, `dispatched`, `arrived`,
        `area`, `nature`, `source`, `initiated`, `police`, `path`.
    """
    rng = met.block.stream(Topic.CALLS, month)
    led = met.of_month("received", month)
    first = led["order"] == 1
    names = ("call", "received", "dispatched", "arrived", "area", "nature", "police")
    with_visit = {name: led[name][first] for name in names}
    contact = tuple(shares.paths).index("contact")
    with_visit["path"] = np.full(int(first.sum()), contact)
    others = _others(rng, met, month, shares)
    calls = {name: np.concatenate([with_visit[name], others[name]]) for name in with_visit}
    order = np.lexsort((calls["call"], calls["received"]))
    calls = {name: values[order] for name, values in calls.items()}
    calls["source"] = pick_evenly(rng, np.array(list(shares.source.values())), len(order))
    by_police = tuple(shares.source).index("police")
    group = np.where(calls["source"] == by_police, 0, 1)  # the order of `initiated`
    calls["initiated"] = pick(grid(shares.initiated), group, rng.random(len(order)))
    return calls


def _others(rng: Generator, met: Met, month: int, shares: Shares) -> Columns:
    """Draw the calls of a month that left no record of a visit."""
    block, starts = met.block, month_starts(met.block.year)
    weights = day_weights(block.year, shares)
    begin, end = ((starts[one] - starts[0]) // DAY for one in (month - 1, month))
    of_month = weights[begin:end]
    expected = (block.expected(shares) - met.calls_in.sum()) * of_month.sum()
    n = int(rng.poisson(max(expected, 0)))
    days = pick_evenly(rng, of_month, n) + starts[month - 1] // DAY
    areas = list(shares.areas.values())
    missed = 1 - met.calls_in.sum() / block.expected(shares) * _met_by_area(shares)
    area = pick_evenly(rng, np.array([one.share for one in areas]) * missed, n)
    natures = np.array([nature.share for nature in shares.natures.values()])
    nature = pick_evenly(rng, natures, n)
    path = pick(path_weights(block.year, shares), area, rng.random(n))
    reached = np.array([REACHES.index(one.reaches) for one in shares.paths.values()])[path]
    slow = np.array([one.send for one in areas])[area] * nearest(shares.send_by_year, block.year)
    far = np.array([one.drive for one in areas])[area]
    received = draw_moments(rng, days, shares)
    sent = received + draw_wait(rng, shares.minutes["send"], slow)
    arrived = sent + draw_wait(rng, shares.minutes["drive"], far)
    return {
        "call": number_calls(block, month, first=int(met.calls_in[month - 1]), n=n),
        "received": received,
        "dispatched": np.where(reached >= REACHES.index("sent"), sent, NEVER),
        "arrived": np.where(reached >= REACHES.index("arrived"), arrived, NEVER),
        "area": area,
        "nature": nature,
        "police": _police(rng, reached, nature, shares),
        "path": path,
    }


def _met_by_area(shares: Shares) -> Floats:
    """Chance to be met in each area, against the whole city's."""
    areas = list(shares.areas.values())
    met = np.array([area.met for area in areas])
    against: Floats = met / np.average(met, weights=[area.share for area in areas])
    return against


def _police(rng: Generator, reached: Ints, nature: Ints, shares: Shares) -> Ints:
    """Draw police by how far a call got and by its type; the first code is none."""
    lines = np.array([list(shares.police[one].values()) for one in REACHES])
    often = np.array([one.police for one in shares.natures.values()])
    both = np.concatenate([np.outer(often, line) for line in lines])
    both[:, 0] = np.maximum(np.repeat(lines.sum(axis=1), len(often)) - both[:, 1:].sum(axis=1), 0)
    return pick(both, reached * len(often) + nature, rng.random(len(reached)))


def draw_visits(met: Met, month: int, shares: Shares) -> Columns:
    """Draw what was done at the visits of a month.

    Args:
        met: Everybody met in the block's year.
        month: Month of the year, counted from 1.
        shares: How often what happens.

    Returns:
        The rows of `met` that lie in the month, with what was done and who it was.
    """
    rng = met.block.stream(Topic.VISITS, month)
    rows = met.of_month("start", month)
    named = tuple(shares.overdose)
    of_nature = [named.index(n if n in named else "other") for n in shares.natures]
    group = np.array(of_nature)[rows["nature"]]

    def lots(trait: str) -> Floats:
        return draw_lots(
            rng, rows["who"], trait, block=met.block, shares=shares, people=len(met.people["age"])
        )

    rows["overdose"] = pick(grid(shares.overdose), group, lots("overdose"))
    for name, by_overdose in shares.visits.items():
        rows[name] = pick(grid(by_overdose), rows["overdose"], lots(name))
    rows["kits"] = np.array([int(n) for n in shares.codes["kits"]])[rows["kits"]]
    return rows | {name: values[rows["who"]] for name, values in met.people.items()}


def draw_answers(block: Block, month: int, shares: Shares) -> Columns:
    """Draw the responses to the survey of a month; nothing ties one to a visit or a person.

    Args:
        block: Gives size, year and random numbers.
        month: Month of the year, counted from 1.
        shares: How often what happens.

    Returns:
        One row a response, in the order of time: `answer`, `answered`, `area`, and the answers.
    """
    rng = block.stream(Topic.ANSWERS, month)
    starts, weights = month_starts(block.year), day_weights(block.year, shares)
    begin, end = ((starts[one] - starts[0]) // DAY for one in (month - 1, month))
    of_month = weights[begin:end]
    expected = block.expected(shares) * shares.answers_a_call * of_month.sum()
    n = int(rng.poisson(expected))
    days = np.sort(pick_evenly(rng, of_month, n)) + starts[month - 1] // DAY
    areas = list(shares.areas.values())
    area = pick_evenly(rng, np.array([one.share * one.met for one in areas]), n)
    far = np.array([one.kind == "rural" for one in areas])[area].astype(np.int64)
    return {
        "answer": block.number * ROOM + (month - 1) * (ROOM // 16) + np.arange(n),
        "answered": days * DAY,
        "area": area,
        **{name: pick(grid(groups), far, rng.random(n)) for name, groups in shares.answers.items()},
    }
