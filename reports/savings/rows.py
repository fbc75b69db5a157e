"""Lay out the pictures that are tables: one row a thing, its picture in the middle.

model + accounts + funnel -> **rows** -> page
"""

from dataclasses import dataclass

from reports.estimate import Estimate
from reports.exact import not_whole
from reports.numbers import Language, month_name, rounded, write
from reports.savings.accounts import STAGES, Accounts
from reports.savings.funnel import Funnel, Step
from reports.savings.model import Figure, Model
from reports.savings.report import Savings
from reports.savings.words import (
    account,
    amount,
    money,
    short_dollars,
)
from reports.site.chart import Axis, nice_axis
from reports.texts import Texts


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a row: where it starts and how wide it is, in percent, and its look."""

    start: float
    width: float
    look: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its name and note, bars, perhaps a dot, and what is said beside the picture.

    `ends` are words at both ends of the bars, `inside` words after the dot, `out` what left, `id`
    the line of the figure in `figures.csv`.
    """

    label: str
    note: str = ""
    bars: tuple[Bar, ...] = ()
    dot: float | None = None
    value: str = ""
    span: str = ""
    inside: str = ""
    out: tuple[str, ...] = ()
    ends: tuple[str, str] | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """A picture made of rows; `ticks` are places in percent with words, `line` stands upright."""

    title: str
    about: str
    column: str
    said: str
    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, str], ...] = ()
    line: tuple[float, str] | None = None
    zero: float | None = None


def bar_of(axis: Axis, low: float, high: float, look: str) -> Bar:
    """Make a stretch of a row from its ends on a scale."""
    start = axis.across(low)
    return Bar(start, round(axis.across(high) - start, 2), look)


def ticks_of(axis: Axis, *, language: Language) -> tuple[tuple[float, str], ...]:
    """Write the amounts of a scale at their places."""
    return tuple((axis.across(n), short_dollars(n, language=language)) for n in axis.ticks)


def lead_rows(savings: Savings, model: Model, *, language: Language) -> Rows:
    """Draw what could become cash, officer time priced, and what others avoided, each alone."""
    t, cost = Texts(language), savings.cost_usd
    classes: dict[str, Figure] = {
        "cash": model.figure(model.post_usd),
        "police": model.figure(lambda run: run.value.police_usd),
        "others": model.figure(lambda run: run.value.others_usd),
    }
    highest = max(cost or 0.0, *(one.high for one in classes.values()))
    lowest = min(0.0, *(one.low for one in classes.values()))
    axis = nice_axis(highest * 1.04, lowest=lowest)
    posts = amount(model.figure(model.posts), language=language)
    rows = []
    for name, one in classes.items():
        words = money(one, language=language)
        rows.append(
            Row(
                t(f"sav_lead_{name}"),
                note=t("sav_lead_posts", n=posts.span, between=words.between)
                if name == "cash"
                else words.between,
                bars=(bar_of(axis, one.low, one.high, one.mark.value),),
                dot=axis.across(one.median),
                value=words.value,
                inside=words.value,
                id=f"savings/both/{name}",
            )
        )
    covered = cost is not None and any(one.median >= cost for one in classes.values())
    title = "unknown" if cost is None else "covers" if covered else "none"
    return Rows(
        title=t(f"sav_lead_title_{title}"),
        about=t("sav_lead_about"),
        column=t("sav_lead_column"),
        said=t("sav_lead_said"),
        rows=tuple(rows),
        ticks=ticks_of(axis, language=language),
        line=None
        if cost is None
        else (
            axis.across(cost),
            t(
                "sav_lead_cost_not_whole"
                if savings.accounts and savings.accounts.cost_lacks
                else "sav_lead_cost",
                n=account(cost, language=language),
            ),
        ),
        zero=axis.across(0) if lowest < 0 else None,
    )


def _counted(found: Estimate, *, language: Language) -> tuple[str, str]:
    words = write(found, language=language)
    if not words.about:
        return Texts(language)("too_few"), ""
    return words.value or words.span, words.span if words.value else ""


def funnel_rows(funnel: Funnel, *, language: Language) -> Rows:
    """Draw every step from zero, and hatched what left at it."""
    t, whole_size = Texts(language), max(funnel.step("received").found.value, 1.0)
    axis, rows, before = Axis(0, whole_size, ()), [], 0.0
    for one in funnel.steps:
        value, span = _counted(one.found, language=language)
        bars = [bar_of(axis, 0, one.found.value, "whole")]
        if one.lost:
            bars.append(bar_of(axis, one.found.value, max(before, one.found.value), "lost"))
        rows.append(
            Row(
                t(f"sav_step_{one.key}"),
                note=t(_note(one.key, counted=funnel.counted)),
                bars=tuple(bars),
                value=value,
                span=span,
                out=_left(one, language=language),
                id=f"savings/funnel/{one.key}",
            )
        )
        before = one.found.value
    rows += _people(funnel, axis, t)
    words = [_counted(funnel.step(key).found, language=language)[0] for key in ("eligible", "sent")]
    return Rows(
        title=t("sav_funnel_title", eligible=words[0], sent=words[1]),
        about=t("sav_funnel_about"),
        column=t("sav_funnel_column"),
        said=t("sav_funnel_said"),
        rows=tuple(rows),
    )


def _note(key: str, *, counted: bool) -> str:
    """Name the note of a step: two say so where people met are counted among the calls."""
    together = not counted and key in {"received", "met"}
    return f"sav_step_note_{key}{'_people' if together else ''}"


def _people(funnel: Funnel, axis: Axis, t: Texts) -> list[Row]:
    """Draw the people met beside the calls, in rows of their own; none where nothing tells them."""
    if not funnel.counted:
        return []
    told = {"people": funnel.people, "another": funnel.another, "uncalled": funnel.uncalled}
    rows = []
    for key, found in told.items():
        if found is None:
            continue
        value, span = _counted(found, language=t.language)
        bars = (bar_of(axis, 0, max(0.0, min(found.value, axis.high)), "whole"),)
        note = t(f"sav_step_note_{key}")
        rows.append(Row(t(f"sav_step_{key}"), note=note, bars=bars, value=value, span=span))
    return rows


def _left(step: Step, *, language: Language) -> tuple[str, ...]:
    """Say what left at a step; never triaged and not recorded are told apart."""
    if not step.lost:
        return ()
    t = Texts(language)
    shown = step.lost if step.key == "triaged" else ((step.key, step.lost_all),)
    words = []
    for key, found in shown:
        said = write(found, language=language) if found else None
        what = t(f"sav_left_{key}")
        if said and said.about:
            words.append(t("sav_left", n=said.value or said.span, what=what))
        else:
            words.append(t("sav_left_not_read", what=what, why=t("too_few")))
    return tuple(words)


def account_rows(savings: Savings, accounts: Accounts, *, language: Language) -> Rows:
    """Draw what was identified as an estimate, and what the accounts say as square ink bars."""
    t, chain = Texts(language), accounts.chain
    sums = [getattr(chain, stage) for stage in STAGES]
    model = savings.model if savings.whole_year else None
    found = model.figure(model.post_usd) if model else None
    shared = found is not None and accounts.certified_others > 0
    axis = nice_axis(max(1.0, *sums, found.high if found else 0.0))
    rows = []
    if found:
        words = money(found, language=language, prose=False)
        rows.append(
            Row(
                t("sav_chain_identified"),
                note=t("sav_chain_note_identified"),
                bars=(bar_of(axis, max(0.0, found.low), found.high, found.mark.value),),
                dot=axis.across(found.median),
                value=words.value,
                span=words.span,
                id="savings/both/cash",
            )
        )
    before = 0.0
    if shared:
        rows += _payers(accounts, axis, language=language)
        before, sums = chain.certified, sums[1:]
    for stage, total in zip(STAGES[1:] if shared else STAGES, sums, strict=True):
        waiting = max(0.0, before - total) if stage != "certified" else 0.0
        bars = [bar_of(axis, 0, total, "account")]
        if waiting:
            bars.append(bar_of(axis, total, total + waiting, "lost"))
        said = (
            t("sav_chain_exact")
            if not waiting
            else t(
                f"sav_chain_waiting_{stage}",
                n=account(waiting, language=language, prose=False),
            )
        )
        rows.append(
            Row(
                t(f"sav_chain_{stage}"),
                note=t(f"sav_chain_note_{stage}"),
                bars=tuple(bars),
                value=account(total, language=language, prose=False),
                span=said,
                id=f"savings/chain/{stage}",
            )
        )
        before = total
    return Rows(
        title=_chain_title(accounts, language=language),
        about=_chain_about(accounts, estimated=found is not None, language=language),
        column=t("sav_chain_column"),
        said=t("sav_chain_said"),
        rows=tuple(rows),
        ticks=ticks_of(axis, language=language),
    )


def _payers(accounts: Accounts, axis: Axis, *, language: Language) -> list[Row]:
    """Tell the certified cash of police, for whom step 1 was worked out, from that of others."""
    t, rows, start = Texts(language), [], 0.0
    for payer in ("police", "others"):
        total: float = getattr(accounts, f"certified_{payer}")
        rows.append(
            Row(
                t(f"sav_chain_certified_{payer}"),
                note=t(f"sav_chain_note_certified_{payer}"),
                bars=(bar_of(axis, start, start + total, "account"),),
                value=account(total, language=language, prose=False),
                span=t("sav_chain_exact"),
            )
        )
        start += total
    return rows


def _chain_about(accounts: Accounts, *, estimated: bool, language: Language) -> str:
    """Say what the steps are, and up to when they are booked."""
    t, year = Texts(language), str(accounts.year)
    if accounts.until:
        until = month_name(accounts.until, language=language)
        said = t("sav_chain_about_part", year=year, until=until)
    else:
        said = t("sav_chain_about" if estimated else "sav_chain_about_exact", year=year)
    lacks = accounts.chain_lacks
    return f"{said} {not_whole(lacks, language=language)}" if lacks else said


def _chain_title(accounts: Accounts, *, language: Language) -> str:
    t, chain = Texts(language), accounts.chain
    if not chain.certified:
        return t("sav_chain_title_none")
    of_100 = rounded(chain.rate or 0.0, 1)
    return t("sav_chain_title", n=of_100, certified=account(chain.certified, language=language))
