"""List every figure that the page of a savings report prints, for its `figures.csv`.

report -> page and **printed** -> figures.csv

Figures of the model are printed by name: `both` holds the median with its range, `central`,
`all_low`, `all_high` and `adverse` the cases, which have no range.
"""

from collections.abc import Iterator, Sequence
from math import nan

from reports.estimate import Z90, Estimate, Mark
from reports.numbers import Language, Written, month_name, period_name, whole, write
from reports.printed import NO_RANGE, Printed, exact
from reports.savings.accounts import STAGES, Accounts
from reports.savings.answer import reason_name
from reports.savings.classes import adverse_of, figures_of
from reports.savings.contrast import Contrast
from reports.savings.curves import (
    HUNDRED,
    assumed_share,
    break_even,
    by_police_share,
    chance,
    net_of,
)
from reports.savings.funnel import Funnel
from reports.savings.model import Figure, Model
from reports.savings.report import Savings
from reports.savings.spent import cost_items, named
from reports.savings.words import account, amount, money
from reports.texts import Texts

PAGE = "savings"
COUNTED = ("calls", "hours", "posts")
SHARES = tuple(range(0, HUNDRED + 1, 10))


def printed_savings(
    savings: Savings,
    *,
    contrasts: Sequence[Contrast],
    parts: Sequence[Savings],
    language: Language,
) -> list[Printed]:
    """List every figure of a report, unrounded, with the words in which it is printed.

    Args:
        savings: The report.
        contrasts: Its assumptions held against what the impact report measured.
        parts: Reports of the quarters or halves of a year.
        language: Of the reader.

    Returns:
        In the order of the page.
    """
    t = Texts(language)
    found = [*_funnel(savings.funnel, language=language), *_months(savings, language=language)]
    if savings.model is not None:
        found += _modelled(savings, savings.model, language=language)
        found += _held(contrasts, language=language)
        found += _parts(savings, parts, language=language)
    if savings.naloxone is not None:
        words = write(savings.naloxone, language=language)
        found.append(
            _counted(
                "social/naloxone",
                savings.naloxone,
                words,
                "sav_social_h",
                language=language,
                name=t("fig_naloxone"),
                unit="fig_visits",
            )
        )
    if savings.accounts is not None:
        found += _booked(savings, savings.accounts, language=language)
    return found


def as_estimate(found: Figure) -> Estimate:
    """Give the median and range of a figure of the model as one estimate."""
    sd = (found.high - found.low) / (2 * Z90)
    return Estimate(found.median, sd, found.low, found.high, found.mark)


def _counted(
    cell: str,
    found: Estimate,
    words: Written,
    of: str,
    *,
    language: Language,
    name: str = "",
    unit: str = "fig_calls",
) -> Printed:
    t = Texts(language)
    mark = found.mark.value
    return Printed(f"{PAGE}/{cell}", name or t(of), found, words, mark, t(unit), t(of))


def _alone(cell: str, name: str, value: float, *, unit: str, of: str) -> Printed:
    """Print a number of the model that has no range of its own, such as a case or a chance."""
    found = Estimate(value, nan, nan, nan, Mark.USE)
    return Printed(f"{PAGE}/{cell}", name, found, Written("", "", "", ""), NO_RANGE, unit, of)


def _funnel(funnel: Funnel | None, *, language: Language) -> Iterator[Printed]:
    if funnel is None:
        return
    t = Texts(language)
    for step in funnel.steps:
        words = write(step.found, language=language)
        name = t(f"sav_step_{step.key}")
        yield _counted(
            f"funnel/{step.key}", step.found, words, "sav_funnel_h", language=language, name=name
        )
        for reason, lost in step.lost:
            said = write(lost, language=language)
            yield _counted(
                f"left/{reason}",
                lost,
                said,
                "sav_funnel_h",
                language=language,
                name=reason_name(reason, language=language),
            )
        if step.lost_all is not None:
            said = write(step.lost_all, language=language)
            yield _counted(
                f"left-at/{step.key}", step.lost_all, said, "sav_funnel_h", language=language,
                name=f"{t(f'sav_step_{step.key}')}: {t('sav_key_lost')}",
            )  # fmt: skip
    for key, share in (("unserved", funnel.unserved_of_100), ("missed", funnel.missed_of_100)):
        words = write(share, language=language, cap=HUNDRED)
        yield Printed(
            f"{PAGE}/funnel-share/{key}", t(f"fig_{key}"), share, words, share.mark.value,
            t("fig_of_100"), t("sav_step_eligible"),
        )  # fmt: skip


def _months(savings: Savings, *, language: Language) -> Iterator[Printed]:
    for one in savings.months:
        for name, found in (("calls", one.calls), ("visits", one.visits)):
            yield _counted(
                f"months/{one.month}-{name}", found, write(found, language=language),
                f"sav_months_{name}", language=language,
                name=month_name(one.month, language=language), unit=f"fig_{name}",
            )  # fmt: skip


def _modelled(savings: Savings, model: Model, *, language: Language) -> Iterator[Printed]:
    t, dollars = Texts(language), Texts(language)("fig_dollars")
    for rate in savings.rates:
        if rate.found is not None:
            yield Printed(
                f"{PAGE}/rates/{rate.key}", t(f"sav_div_{rate.key}"), as_estimate(rate.found),
                amount(rate.found, language=language, cap=HUNDRED), rate.found.mark.value,
                t("fig_of_100"), t("sav_toc_diversion"),
            )  # fmt: skip
    adverse = adverse_of(savings, model)
    for key, one in figures_of(savings, model):
        counted, name = key in COUNTED, t(f"sav_row_{key}")
        unit = t(f"fig_{key}") if counted else dollars
        words = (
            amount(one, language=language)
            if counted
            else money(one, language=language, prose=False)
        )
        yield Printed(
            f"{PAGE}/both/{key}", name, as_estimate(one), words, one.mark.value, unit, name
        )
        cases = {
            "central": one.central, "all_low": one.case_low, "all_high": one.case_high,
            "adverse": adverse[key],
        }  # fmt: skip
        for case, value in cases.items():
            yield _alone(f"{case}/{key}", name, value, unit=unit, of=t("sav_both_h"))
    for payer in model.drawn.value.downstream_usd:
        figure = model.figure(lambda run, payer=payer: run.value.downstream_usd[payer])  # type: ignore[misc]
        words = money(figure, language=language)
        yield Printed(
            f"{PAGE}/others/{payer}", t(f"sav_line_{payer}"), as_estimate(figure), words,
            figure.mark.value, dollars, t("sav_others_h"),
        )  # fmt: skip
    yield from _tested(savings, model, language=language)
    for swing in (*model.swings, model.noise_swing):
        for end, value in (("low", swing.at_low), ("high", swing.at_high)):
            cell = "-".join(part for part in (swing.name, swing.key, end) if part)
            yield _alone(f"swing/{cell}", swing.name, value, unit=dollars, of=t("sav_tornado_h"))
    for part, of_100 in model.doubt.items():
        yield _alone(
            f"doubt/{part}", t(f"sav_doubt_{part}"), of_100, unit=t("fig_of_100"),
            of=t("sav_doubt_h"),
        )  # fmt: skip


def _tested(savings: Savings, model: Model, *, language: Language) -> Iterator[Printed]:
    """Print what stands against the cost: chances, the share of calls, where it breaks even."""
    t, cost, run = Texts(language), savings.cost_usd, model.drawn
    of_100 = t("fig_of_100")
    values = {
        "cash": model.post_usd(run),
        "police": run.value.police_usd,
        "others": run.value.others_usd,
        "resource": run.value.resource_usd,
    }
    for key, drawn in values.items():
        if cost is not None:
            name = t(f"sav_row_{key}")
            yield _alone(
                f"covers/{key}", name, chance(drawn, above=cost), unit=of_100,
                of=t("sav_bridge_chance"),
            )  # fmt: skip
    for point in by_police_share(model, cost or 0.0, SHARES):
        found = Estimate(
            point.value, (point.high - point.low) / (2 * Z90), point.low, point.high, Mark.USE
        )
        yield Printed(
            f"{PAGE}/break-even/{point.at:.0f}",
            t("share_words", n=whole(point.at, language=language)), found,
            Written("", "", "", ""), model.tally.mark.value, t("fig_dollars"),
            t("sav_share_series_net" if cost is not None else "sav_share_series_value"),
        )  # fmt: skip
    shares = {"assumed": assumed_share(model)}
    if cost is not None:
        shares["even"] = break_even(model, cost)
    for key, figure in shares.items():
        yield Printed(
            f"{PAGE}/police-share/{key}", t(f"fig_{key}_share"), as_estimate(figure),
            amount(figure, language=language), figure.mark.value, of_100, t("sav_share_column"),
        )  # fmt: skip
        yield _alone(
            f"police-share-central/{key}", t("sav_both_central"), figure.central, unit=of_100,
            of=t("sav_share_column"),
        )  # fmt: skip


def _held(contrasts: Sequence[Contrast], *, language: Language) -> Iterator[Printed]:
    t = Texts(language)
    for one in contrasts:
        title, start = one.design.title[language], f"{PAGE}/measured/{one.design.key}"
        for key, figure in (("assumed", one.assumed), ("share", one.share)):
            yield Printed(
                f"{start}-{key}", t(f"fig_{key}"), as_estimate(figure),
                amount(figure, language=language), figure.mark.value,
                t("fig_calls" if key == "assumed" else "fig_of_100"), title,
            )  # fmt: skip
        for key, (value, low, high) in (
            ("measured", one.measured), ("measured-share", one.measured_share),
            ("instead", one.calls),
        ):  # fmt: skip
            found = Estimate(value, (high - low) / (2 * Z90), low, high, Mark.USE)
            yield Printed(
                f"{start}-{key}", t(f"fig_{key.replace('-', '_')}"), found, Written("", "", "", ""),
                Mark.USE.value,
                t("fig_of_100" if key == "measured-share" else "fig_calls"), title,
            )  # fmt: skip
        if one.chance is not None:
            yield _alone(
                f"measured/{one.design.key}-chance", t("con_h"), one.chance, unit=t("fig_of_100"),
                of=t("sav_bridge_chance"),
            )  # fmt: skip


def _parts(savings: Savings, parts: Sequence[Savings], *, language: Language) -> Iterator[Printed]:
    t = Texts(language)
    for one in (*parts, savings) if parts else ():
        model, cost = one.model, one.cost_usd
        if model is None or cost is None:
            continue
        name = period_name(one.release.period, language=language)
        calls = model.figure(lambda run: run.value.substituted)
        start, worth = f"{PAGE}/parts/{one.release.name}", net_of(model, cost)
        yield Printed(
            f"{start}-calls", name, as_estimate(calls), amount(calls, language=language),
            calls.mark.value, t("fig_calls"), t("sav_bridge_calls"),
        )  # fmt: skip
        yield Printed(
            f"{start}-net", name, as_estimate(worth), money(worth, language=language, prose=False),
            worth.mark.value, t("fig_dollars"), t("sav_bridge_net"),
        )  # fmt: skip
        covered = chance(model.drawn.value.resource_usd, above=cost)
        yield _alone(
            f"parts/{one.release.name}-chance", name, covered, unit=t("fig_of_100"),
            of=t("sav_bridge_chance"),
        )  # fmt: skip


def _booked(savings: Savings, accounts: Accounts, *, language: Language) -> Iterator[Printed]:
    t, dollars = Texts(language), Texts(language)("fig_dollars")

    def booked(cell: str, name: str, value: float, of: str) -> Printed:
        said = account(value, language=language, prose=False)
        lacks = accounts.cost_lacks if cell.startswith("cost/") else accounts.chain_lacks
        return exact(
            f"{PAGE}/{cell}", name, value, unit=dollars, of=t(of), said=said, whole=not lacks
        )

    for code, name, value in cost_items(savings, language=language):
        yield booked(f"cost/{code}", name, value, "sav_items_h")
    if savings.cost_usd is not None:
        yield booked("cost/all", t("sav_items_all"), savings.cost_usd, "sav_items_h")
    for stage in STAGES:
        total: float = getattr(accounts.chain, stage)
        yield booked(f"chain/{stage}", t(f"sav_chain_{stage}"), total, "sav_chain_h")
    for code, name, value in named("recipient_kind", accounts.recipients, language=language):
        yield booked(f"recipients/{code}", name, value, "sav_who_h")
    for code, name, value in named("department", accounts.given_up, language=language):
        yield booked(f"given-up/{code}", name, value, "sav_from_h")
    for year in accounts.years:
        for stage in STAGES:
            cell = f"years/{year.year}-{stage}"
            yield booked(cell, str(year.year), getattr(year, stage), "sav_years_h")
