"""Say what the program cost, and who got what was spent again, in words.

accounts -> **spent** -> page
"""

from collections.abc import Sequence
from dataclasses import dataclass

from data_contracts.codes import load_codes
from reports.numbers import Language, rounded, whole
from reports.parameters import Parameters
from reports.savings.accounts import Accounts, Chain, yearly
from reports.savings.assumptions import DISCOUNT, LIVING_WAGE, START_UP_YEARS
from reports.savings.curves import HUNDRED
from reports.savings.report import Savings
from reports.savings.words import account, plain
from reports.texts import Texts

FIRST = "harm_reduction_provider"  # stands first, whatever it got


@dataclass(frozen=True, slots=True)
class Spent:
    """Everything that the accounts say, in words."""

    items: list[tuple[str, str]]
    cost: str
    notes: list[str]
    recipients: list[tuple[str, str]]
    given_up: list[tuple[str, str]]
    years: list[tuple[str, str, str, str, str]]
    wage: str


def spent_words(savings: Savings, accounts: Accounts, *, language: Language) -> Spent:
    """Write the accounts of a report.

    Args:
        savings: For visits and assumptions.
        accounts: Exact sums.
        language: Of the reader.

    Returns:
        Rows and sentences; empty where there is nothing to say.
    """
    recipients = sorted(accounts.recipients, key=lambda pair: pair[0] != FIRST)
    return Spent(
        items=[
            (name, account(total, language=language, prose=False))
            for _, name, total in cost_items(savings, language=language)
        ],
        cost=""
        if savings.cost_usd is None
        else account(savings.cost_usd, language=language, prose=False),
        notes=_notes(savings, accounts, language=language),
        recipients=[
            (name, account(total, language=language, prose=False))
            for _, name, total in named("recipient_kind", recipients, language=language)
        ],
        given_up=[
            (name, account(total, language=language, prose=False))
            for _, name, total in named("department", accounts.given_up, language=language)
        ],
        years=[_year(one, language=language) for one in accounts.years],
        wage=_wage(savings.parameters, accounts.chain, language=language),
    )


def named(
    codes: str, pairs: Sequence[tuple[str, float]], *, language: Language
) -> list[tuple[str, str, float]]:
    """Name sums by code: the code, its name and the sum."""
    known = load_codes(codes).codes
    return [
        (code, known[code].en if language == "en" else known[code].es, total)
        for code, total in pairs
    ]


def cost_items(savings: Savings, *, language: Language) -> list[tuple[str, str, float]]:
    """List what the program cost: code, name and dollars, start-up money last."""
    if savings.accounts is None or savings.cost_usd is None:
        return []
    found = named("cost_item", savings.accounts.items, language=language)
    if savings.start_up_usd:
        name = "sav_items_start_share" if savings.spread else "sav_items_start_paid"
        found.append(("start_up_share", Texts(language)(name), savings.start_up_usd))
    return found


def _notes(savings: Savings, accounts: Accounts, *, language: Language) -> list[str]:
    t, cost, found = Texts(language), savings.cost_usd, []
    if cost is None:
        return []
    if savings.funnel:
        visits = savings.funnel.people.value
        each = account(round(cost / visits), language=language)
        found.append(t("sav_items_visit", n=t("about", n=each)))
    if accounts.staffed_hours:
        hours = whole(accounts.staffed_hours, language=language)
        each = account(round(cost / accounts.staffed_hours), language=language)
        found.append(t("sav_items_hour", n=hours, cost=each))
    if accounts.start_up:
        total = sum(amount for _, amount in accounts.start_up)
        if savings.parameters is not None and savings.spread:
            found.append(_spread(savings.parameters, total, language=language))
        else:
            found.append(t("sav_items_start_none", n=account(total, language=language)))
    return found


def _spread(parameters: Parameters, total: float, *, language: Language) -> str:
    rate, years = parameters[DISCOUNT].span, parameters[START_UP_YEARS].span.central
    rates = (rate.low, rate.central, rate.high)
    low, central, high = (
        account(round(yearly(total, rate=one, years=years), -3), language=language) for one in rates
    )
    said = [plain(one * HUNDRED, language=language) for one in rates]
    t = Texts(language)
    return t(
        "sav_items_start",
        n=account(total, language=language),
        years=plain(years, language=language),
        low=low,
        central=central,
        high=high,
        rates=t("sav_or_join", first=", ".join(said[:2]), last=said[2]),
    )


def _year(one: Chain, *, language: Language) -> tuple[str, str, str, str, str]:
    rate = one.rate
    sums = [
        account(total, language=language, prose=False)
        for total in (one.certified, one.appropriated, one.spent)
    ]
    said = Texts(language)("sav_years_no_rate") if rate is None else str(rounded(rate, 1))
    return (str(one.year), sums[0], sums[1], sums[2], said)


def _wage(parameters: Parameters | None, chain: Chain, *, language: Language) -> str:
    if parameters is None or LIVING_WAGE not in parameters or not chain.spent:
        return ""
    t, wage = Texts(language), parameters[LIVING_WAGE].span
    low, central, high = (f"${one:.2f}" for one in (wage.low, wage.central, wage.high))
    return t(
        "sav_wage",
        wage=central,
        span=t("span", low=low, high=high),
        spent=account(chain.spent, language=language),
        hours=whole(round(chain.spent / wage.central, -2), language=language),
    )
