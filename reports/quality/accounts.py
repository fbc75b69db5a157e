"""Read a measure from the accounts: exact figures, each line with its words.

exact -> **accounts** -> page
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from data_contracts.codes import UNKNOWN, load_codes
from data_contracts.period import Period
from reports.exact import Exact
from reports.metrics import Account
from reports.numbers import LANGUAGES, Language, whole
from reports.quality.staff import Line, Lines, band_lines, hour_lines, pay_lines, people_lines, said
from reports.texts import Texts

Spoken = Mapping[Language, str]
Sums = pd.DataFrame
ITEM, OUTCOME, N = "governance_item_code", "governance_outcome_code", "n_items"
RECEIVED, FILLED, SAME, REQUIRED = "received", "filled", "same_as_city", "required"
LESS, BENEFIT, REQUEST = "less_than_city", "benefit", "data_request"
POWERS = ("law_enforcement_requests", "court_orders")
GIVEN = ("narrowed", "complied")  # something was handed over


@dataclass(frozen=True, slots=True)
class Reading:
    """One account in one period: its sentence, its lines, and the month it was last reported.

    `words` are the numbers that stand in the measure's texts; the sentence is missing where only
    counts of fewer than ten people were reported. `lacks` are months in which rows of the table
    were refused, so that its numbers are not whole.
    """

    account: Account
    lines: Lines
    words: Mapping[str, float]
    month: str
    lacks: tuple[str, ...] = ()

    def say(self, text: Mapping[Language, str], language: Language, **more: str) -> str:
        """Put the numbers into a text of the measure."""
        numbers = {name: whole(n, language=language) for name, n in self.words.items()}
        return text[language].format(**numbers, **more)

    @property
    def told(self) -> bool:
        """Whether there is a figure to lead with."""
        return "n" in self.words


def read_account(account: Account, exact: Exact, period: Period) -> Reading | None:
    """Read one account for one period.

    Args:
        account: From the registry.
        exact: The exact tables.
        period: Months to read; standing figures are those of its last reported month.

    Returns:
        The figures; nothing where the table is not public or has no entry for the period.

    Source: data_contracts/governance.yaml, data_contracts/staffing.yaml.
    """
    table = exact.table(account.table)
    if table is None:
        return None
    rows = table[table["month"].isin(period.months)]
    if account.table == "governance":
        rows = rows[rows[ITEM].isin(account.items)]
    if rows.empty:
        return None
    month = str(rows["month"].max())
    latest = rows[rows["month"] == month]
    kinds: Mapping[str, Callable[[], tuple[Lines, Mapping[str, float]]]] = {
        "requests": lambda: _requests(account, rows),
        "seats": lambda: _seats(account, rows, latest),
        "terms": lambda: _terms(account, latest),
        "pay": lambda: pay_lines(latest),
        "people": lambda: people_lines(latest, rows),
        "bands": lambda: band_lines(latest),
        "hours": lambda: hour_lines(rows),
    }
    lines, words = kinds[account.account]()
    lacks = exact.lacks(account.table, since=period.months[0], until=period.months[-1])
    return Reading(account, lines, words, month, lacks) if lines.rows else None


def _sums(rows: pd.DataFrame, item: str) -> dict[str, float]:
    """Add up one item, by what became of it."""
    chosen = rows[rows[ITEM] == item]
    return {str(key): float(n) for key, n in chosen.groupby(OUTCOME)[N].sum().items()}


def _label(item: str) -> Spoken:
    code = load_codes("governance_item").codes[item]
    return {"en": code.en, "es": code.es}


def _listed(sums: Mapping[str, float], order: Sequence[str]) -> Spoken:
    """List outcomes with their numbers, in the order of the code list."""
    codes = load_codes("governance_outcome").codes

    def write(language: Language) -> str:
        names = {key: code.en if language == "en" else code.es for key, code in codes.items()}
        return ", ".join(
            Texts(language)("acc_outcome", what=names[key], n=whole(sums[key], language=language))
            for key in order
            if sums.get(key)
        )

    return {one: write(one) for one in LANGUAGES}


def _requests(account: Account, rows: pd.DataFrame) -> tuple[Lines, dict[str, float]]:
    found, words = [], {}
    codes = list(load_codes("governance_outcome").codes)
    for item in account.items:
        sums = _sums(rows, item)
        if not sums:
            continue
        known = sum(n for code, n in sums.items() if code not in {RECEIVED, UNKNOWN})
        received = sums.get(RECEIVED, sum(sums.values()))
        request = load_codes("governance_item").codes[item].parent == REQUEST
        if request and received > known:
            sums[UNKNOWN] = received - known
        others = _listed(sums, [code for code in codes if code != RECEIVED])
        words_ = said("acc_received", n=received)
        numbers = {RECEIVED: received, **sums}
        found.append(Line(item, _label(item), (0.0, received), words_, others, numbers))
        if item == account.items[0]:
            words = {**dict.fromkeys(codes, 0.0), **sums, "n": received}
    handed = (line.numbers.get(code, 0.0) for line in found if line.key in POWERS for code in GIVEN)
    return Lines(tuple(found)), words | {"given": sum(handed)} if words else {}


def _seats(
    account: Account, rows: pd.DataFrame, latest: pd.DataFrame
) -> tuple[Lines, dict[str, float]]:
    found, words = [], dict[str, float]()
    for item in account.items:
        sums = _sums(latest, item)
        if FILLED in sums:
            n, of = sums[FILLED], sum(sums.values())
            told, lost = said("acc_of", n=n, of=of), (n, of)
            found.append(
                Line(item, _label(item), (0.0, n), told, None, {"n": n, "of": of}, lost=lost)
            )
            words = words or {"n": n, "of": of}
        elif held := sum(_sums(rows, item).values()):
            told = said("acc_held", n=held)
            found.append(Line(item, _label(item), (0.0, held), told, None, {"held": held}))
    return Lines(tuple(found)), words


def _terms(account: Account, latest: pd.DataFrame) -> tuple[Lines, dict[str, float]]:
    found, benefits = [], []
    codes = list(load_codes("governance_outcome").codes)
    for item in account.items:
        sums = _sums(latest, item)
        if not sums:
            continue
        benefit = load_codes("governance_item").codes[item].parent == BENEFIT
        whole_, n = sum(sums.values()), sums.get(SAME if benefit else REQUIRED, 0.0)
        name = "acc_same" if benefit else "acc_required"
        rest = [code for code in codes if code not in {SAME, REQUIRED}]
        lost = (n, whole_) if benefit else None
        words = said(name, n=n, of=whole_)
        if benefit and sums.get(LESS) == whole_:
            words, rest = said("acc_less", n=whole_, of=whole_), []
        numbers = {**sums, "of": whole_}
        found.append(
            Line(item, _label(item), (0.0, n), words, _listed(sums, rest), numbers, lost=lost)
        )
        if benefit:
            benefits.append(n == whole_)
    same = {"n": float(sum(benefits)), "of": float(len(benefits))} if benefits else {}
    return Lines(tuple(found)), same
