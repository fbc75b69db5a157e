"""Know what really happened in Riverton. For tests only: nothing in the product reads this.

The chain: shares -> pace -> meet -> draw -> **truth**. It adds up what `draw` drew before anyone
wrote it down badly, and writes nothing anywhere.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from data_contracts.synthetic.books import load_books
from data_contracts.synthetic.draw import draw_answers, draw_calls, draw_visits
from data_contracts.synthetic.meet import Columns, Met, meet_people
from data_contracts.synthetic.pace import MONTHS, Ints, divide
from data_contracts.synthetic.shares import NOT_SAID, Shares, load_shares

Totals = dict[str, Counter[str]]


@dataclass(slots=True)
class Truth:
    """True totals of a year: numbers of rows, and of rows by code of one column at a time.

    `contacts` are rows of visits, one a person met; `people` have a number, and `times_met` says
    how many of them were met how often; `anonymous` are rows about somebody without a number.
    """

    calls: int = 0
    contacts: int = 0
    answers: int = 0
    people: int = 0
    anonymous: int = 0
    times_met: Counter[int] = field(default_factory=Counter)
    calls_by: Totals = field(default_factory=dict)
    contacts_by: Totals = field(default_factory=dict)
    answers_by: Totals = field(default_factory=dict)


def true_totals(year: int, *, seed: int, calls_per_year: int) -> Truth:
    """Add up a year of Riverton, block after block.

    Args:
        year: Calendar year.
        seed: As for `write_inbox`.
        calls_per_year: As for `write_inbox`.

    Returns:
        The totals. Delivered files differ by what was written down badly, lost or sent twice.
    """
    shares, truth = load_shares(), Truth()
    for block in divide(calls_per_year, seed=seed, year=year):
        met = meet_people(block, shares)
        _add_people(truth, met)
        for month in range(1, MONTHS + 1):
            calls = draw_calls(met, month, shares)
            visits = draw_visits(met, month, shares)
            answers = draw_answers(block, month, shares)
            truth.calls += _add(truth.calls_by, calls, month, shares)
            truth.contacts += _add(truth.contacts_by, visits, month, shares)
            truth.answers += _add(truth.answers_by, answers, month, shares)
    return truth


def true_effects() -> Mapping[str, float]:
    """Give the true effect of the teams on every outcome, as a part of what would have been."""
    kinds = load_books().outcomes.kinds
    return {name.lower().replace(" ", "_").replace("-", "_"): k.effect for name, k in kinds.items()}


def _add_people(truth: Truth, met: Met) -> None:
    known = met.rows["person"] != NOT_SAID
    times = np.unique(met.rows["person"][known], return_counts=True)[1]
    truth.people += len(times)
    truth.anonymous += int((~known).sum())
    truth.times_met.update(times.tolist())


def _add(totals: Totals, rows: Columns, month: int, shares: Shares) -> int:
    """Add a month's rows to the totals by code; a month is a code as well."""
    n = len(rows["area"])
    for name, codes in shares.codes.items():
        if name in rows:
            totals.setdefault(name, Counter()).update(_count(rows[name], codes))
    totals.setdefault("month", Counter())[f"{month:02d}"] += n
    return n


def _count(positions: Ints, codes: tuple[str, ...]) -> dict[str, int]:
    """Count positions by code; what was never learned is unknown."""
    counts = np.bincount(positions + 1, minlength=len(codes) + 1)
    named = dict(zip(("unknown", *codes), counts.tolist(), strict=True))
    return {code: n for code, n in named.items() if n}
