"""Say what each class of value is, alone, and both named figures side by side.

model + accounts -> **classes** -> page
"""

from dataclasses import dataclass

from reports.numbers import Language, month_name, rounded, step_of, whole, write
from reports.savings.curves import chance, net_of
from reports.savings.formula import Vector
from reports.savings.model import YEAR_MONTHS, Figure, Model, Run
from reports.savings.report import Savings
from reports.savings.words import (
    account,
    amount,
    amount_cases,
    chance_words,
    dollars,
    money,
    money_cases,
    two_digits,
)
from reports.texts import Texts


@dataclass(frozen=True, slots=True)
class Column:
    """One class of value in words: whose it is, how much, what follows, what it can do."""

    key: str
    big: str
    between: str
    then: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    can: str
    about: bool = True


@dataclass(frozen=True, slots=True)
class Both:
    """One figure in both its named forms, and in the adverse case."""

    id: str
    label: str
    median: str
    span: str
    central: str
    low: str
    high: str
    adverse: str


def figures_of(savings: Savings, model: Model) -> list[tuple[str, Figure]]:
    """List every figure of the report by name; a test against the cost stands last."""
    found = [
        ("calls", model.figure(lambda run: run.value.substituted)),
        ("hours", model.figure(lambda run: run.value.officer_hours)),
        ("police", model.figure(lambda run: run.value.police_usd)),
        ("posts", model.figure(model.posts)),
        ("cash", model.figure(model.post_usd)),
        ("others", model.figure(lambda run: run.value.others_usd)),
        ("resource", model.figure(lambda run: run.value.resource_usd)),
    ]
    if savings.cost_usd is not None:
        found.append(("net", net_of(model, savings.cost_usd)))
    return found


def both_figures(savings: Savings, model: Model, *, language: Language) -> list[Both]:
    """Write every figure in both its forms."""
    t, worst = Texts(language), adverse_of(savings, model)
    rows = []
    for name, one in figures_of(savings, model):
        counted = name in {"calls", "hours", "posts"}
        words = (
            amount(one, language=language)
            if counted
            else money(one, language=language, prose=False)
        )
        cases = (amount_cases if counted else money_cases)(one, language=language)
        last = _alone(worst[name], counted=counted, language=language)
        rows.append(
            Both(
                f"savings/both/{name}",
                t(f"sav_row_{name}"),
                words.value or t("none_shown"),
                words.span,
                cases["central"],
                cases["low"],
                cases["high"],
                last,
            )
        )
    return rows


def adverse_of(savings: Savings, model: Model) -> dict[str, float]:
    """Every figure with all assumptions at their less favorable ends, by name."""
    run = model.adverse
    found = {
        "calls": run.value.substituted,
        "hours": run.value.officer_hours,
        "police": run.value.police_usd,
        "posts": model.posts(run),
        "cash": model.post_usd(run),
        "others": run.value.others_usd,
        "resource": run.value.resource_usd,
        "net": run.value.resource_usd - (savings.cost_usd or 0.0),
    }
    return {name: float(value[0]) for name, value in found.items()}


def columns_of(savings: Savings, model: Model, *, language: Language) -> tuple[Column, ...]:
    """Write the four classes; no figure of one enters another."""
    return (
        _cash(savings, model, language=language),
        _capacity(savings, model, language=language),
        _others(savings, model, language=language),
        _social(savings, language=language),
    )


def _covers(savings: Savings, drawn: Vector, *, language: Language) -> tuple[str, ...]:
    cost = savings.cost_usd
    if cost is None:
        return ()
    words = chance_words(chance(drawn, above=cost), language=language)
    t = Texts(language)
    return (t("sav_alone_covers", cost=account(cost, language=language), chance=words),)


def _cash(savings: Savings, model: Model, *, language: Language) -> Column:
    t, words = Texts(language), money(model.figure(model.post_usd), language=language)
    posts = amount(model.figure(model.posts), language=language)
    said = f"{posts.value} ({posts.span})" if posts.value != posts.span else posts.value
    whole_year = model.months == YEAR_MONTHS
    then = [
        t("sav_cash_then" if whole_year else "sav_cash_then_part", n=said),
        *_covers(savings, model.post_usd(model.drawn), language=language),
    ]
    return Column(
        "cash", words.value, words.between, tuple(then), (), _certified(savings, language=language)
    )


def _certified(savings: Savings, *, language: Language) -> str:
    t = Texts(language)
    if savings.accounts is None:
        return t("sav_cash_can_unknown")
    accounts = savings.accounts
    until = month_name(accounts.until, language=language) if accounts.until else ""
    when = t("sav_cash_until", until=until) if until else ""
    if not accounts.chain.certified:
        return t("sav_cash_can_none", when=when)
    police, others = (
        account(one, language=language)
        for one in (accounts.certified_police, accounts.certified_others)
    )
    name = "sav_cash_can_both" if accounts.certified_others else "sav_cash_can_certified"
    return t(name, n=police, others=others, when=when)


def _capacity(savings: Savings, model: Model, *, language: Language) -> Column:
    t, run = Texts(language), model.drawn
    hours = amount(model.figure(lambda one: one.value.officer_hours), language=language)
    priced = money(model.figure(lambda one: one.value.police_usd), language=language)
    then = (
        t("sav_capacity_then", n=priced.about, span=priced.span),
        *_covers(savings, run.value.police_usd, language=language),
    )
    return Column(
        "capacity",
        t("sav_capacity_big", n=hours.value or hours.span),
        hours.between if hours.value else "",
        then,
        (),
        t("sav_capacity_can"),
        about=bool(hours.value),
    )


def _others(savings: Savings, model: Model, *, language: Language) -> Column:
    t, run = Texts(language), model.drawn
    words = money(model.figure(lambda one: one.value.others_usd), language=language)
    lines = []
    for name in run.value.downstream_usd:

        def line(one: Run, name: str = name) -> Vector:
            return one.value.downstream_usd[name]

        found = money(model.figure(line), language=language)
        cost = model.figure(line).median < 0
        said = t("sav_line_cost", n=found.value) if cost else found.value
        lines.append((t(f"sav_line_{name}"), f"{said} ({found.span})"))
    return Column(
        "others",
        words.value,
        words.between,
        _covers(savings, run.value.others_usd, language=language),
        tuple(lines),
        t("sav_others_can"),
    )


def _social(savings: Savings, *, language: Language) -> Column:
    t = Texts(language)
    if savings.naloxone is None:
        none, lacks = t("sav_social_none"), (t("sav_social_lacks"),)
        return Column("social", none, "", lacks, (), t("sav_social_can"), about=False)
    words = write(savings.naloxone, language=language)
    if not words.about:
        return Column(
            "social", t("too_few"), "", (t("not_zero"),), (), t("sav_social_can"), about=False
        )
    return Column(
        "social",
        t("sav_social_big", n=words.value or words.span),
        words.between if words.value else "",
        (t("sav_social_then"),),
        (),
        t("sav_social_can"),
        about=bool(words.value),
    )


def adverse_note(savings: Savings, model: Model, *, language: Language) -> str:
    """Say the adverse case of each class, alone."""
    worst = adverse_of(savings, model)
    return Texts(language)(
        "sav_adverse_note",
        hours=_alone(worst["hours"], counted=True, language=language),
        police=_alone(worst["police"], counted=False, language=language),
        others=_alone(worst["others"], counted=False, language=language),
    )


def _alone(value: float, *, counted: bool, language: Language) -> str:
    """Write a figure that has no range, with two digits."""
    step = two_digits(value)
    if counted:
        return whole(rounded(value, step), language=language)
    return dollars(value, language=language, step=step, prose=False)


def net_words(savings: Savings, model: Model, *, language: Language) -> str:
    """Say the net of the test, as more or less than the program cost."""
    t, found = Texts(language), net_of(model, savings.cost_usd or 0.0)
    step = step_of(found.low, found.high)
    middle, low, high = (
        dollars(abs(end), language=language, step=step)
        for end in (found.median, found.low, found.high)
    )
    if found.low < 0 < found.high:
        between = t("sav_net_mixed", low=low, high=high)
    elif found.high <= 0:
        between = t("between", low=high, high=low)
    else:
        between = t("between", low=low, high=high)
    if not rounded(found.median, step):
        return t("sav_net_even", between=between)
    name = "sav_net_above" if found.median >= 0 else "sav_net_below"
    return t(name, n=t("about", n=middle), between=between)
