"""Draw the savings report in every language, and the files that belong to it.

report -> **page** -> public/reports/<release>/savings/
"""

from collections.abc import Sequence

from reports.estimate import Estimate
from reports.exact import not_whole
from reports.numbers import (
    Language,
    aside,
    file_size,
    months_of,
    period_name,
    rounded,
    whole,
    write,
)
from reports.printed import FILE, Printed, figures_csv
from reports.quality.combined import combined_words
from reports.quality.findings import lower
from reports.quality.pieces import release_files
from reports.savings.answer import answer, gap_words, reason_name
from reports.savings.classes import (
    adverse_note,
    both_figures,
    columns_of,
    net_words,
)
from reports.savings.contrast import Contrast, contrast_words, kind_words
from reports.savings.curves import HUNDRED, break_even, chance, net_of
from reports.savings.figures import chance_chart, months_chart, share_chart
from reports.savings.funnel import Funnel
from reports.savings.model import Figure, Model
from reports.savings.moves import SHOWN_SWINGS, doubt_rows, tornado_rows
from reports.savings.printed import printed_savings
from reports.savings.rates import any_outside, welfare_name
from reports.savings.register import entries, register_csv
from reports.savings.report import Savings
from reports.savings.rows import account_rows, funnel_rows, lead_rows
from reports.savings.spent import spent_words
from reports.savings.words import (
    account,
    amount,
    chance_words,
    dollars,
    in_dollars,
    money,
    two_digits,
)
from reports.site.chart import Chart, Point, nice_axis
from reports.site.shell import File, Page, Place, Site
from reports.texts import Texts

TEN = (
    ("ten_1", "#funnel"), ("ten_2", "#funnel"), ("ten_3", "#register"), ("ten_4", "#classes"),
    ("ten_5", "#cost"), ("ten_6", "impact"), ("ten_7", "impact"), ("ten_8", "impact"),
    ("ten_9", "quality"), ("ten_10", "#doubt"),
)  # fmt: skip


def savings_pages(
    site: Site,
    savings: Savings,
    *,
    contrasts: Sequence[Contrast] = (),
    parts: Sequence[Savings] = (),
    language: Language,
) -> dict[str, str]:
    """Draw the page of a savings report in one language, and write its files.

    Args:
        site: The site that it belongs to.
        savings: The report.
        contrasts: Its assumptions held against what the impact report measured.
        parts: Reports of the quarters or halves of a year.
        language: Of the reader.

    Returns:
        Text by path below `public/`: the page, the register and the figures.
    """
    t, release = Texts(language), savings.release
    period = period_name(release.period, language=language)
    place = Place(f"reports/{release.name}/savings/index.html", language)
    title = t("sav_title", period=period)
    page = site.page(place, title=title, part="savings", release=release, live=True)
    printed = printed_savings(savings, contrasts=contrasts, parts=parts, language=language)
    files = savings_files(savings, printed, language=language)
    html = site.render(
        "savings/index.html",
        page,
        savings=savings,
        answer=answer(savings, language=language),
        gaps=gap_words(savings.gaps, language=language),
        kicker=t(
            "sav_kicker",
            period=lower(period),
            months=months_of(release.period, language=language),
        ),
        months=months_chart(savings, language=language),
        ten=[(t(name), _answered(site, savings, where)) for name, where in TEN],
        files=_files(page, files),
        figures=File(FILE, t("file_figures"), "") if printed else None,
        downloads=release_files(site, release, page),
        **_funnel(savings.funnel, language=language),
        **_modelled(savings, language=language),
        **_booked(savings, language=language),
        **_held(savings, contrasts, language=language),
        bridge=_bridge(savings, parts, language=language),
    )
    return {place.path: html, **files}


def _held(
    savings: Savings, contrasts: Sequence[Contrast], *, language: Language
) -> dict[str, object]:
    """Say where an assumption and a measurement meet, first of all where they disagree."""
    t = Texts(language)
    apart = [
        t(f"con_first_{one.relation}", kinds=kind_words(one, language=language))
        for one in contrasts
        if one.relation != "overlaps"
    ]
    said = [contrast_words(one, savings, language=language) for one in contrasts]
    return {"apart": apart, "contrasts": [one for one in said if one]}


def _bridge(
    savings: Savings, parts: Sequence[Savings], *, language: Language
) -> list[tuple[str, str, str, str]]:
    """Set the parts of a year beside it, and their sum, as a reader would add them."""
    modelled = [one for one in parts if one.model and one.cost_usd is not None]
    if not parts or len(modelled) < len(parts) or not savings.model or savings.cost_usd is None:
        return []
    t, rows, sums = Texts(language), [], [0.0, 0.0]
    for one in (*modelled, savings):
        model, cost = one.model, one.cost_usd
        if model is None or cost is None:
            continue
        calls, net = model.figure(lambda run: run.value.substituted), net_of(model, cost)
        if one is savings:
            steps = [two_digits(end) for end in sums]
            added = whole(rounded(sums[0], steps[0]), language=language)
            worth_all = dollars(sums[1], language=language, step=steps[1], prose=False)
            rows.append((t("sav_bridge_sum"), added, worth_all, ""))
        sums = [sums[0] + calls.median, sums[1] + net.median]
        words, worth = amount(calls, language=language), money(net, language=language, prose=False)
        found = chance(model.drawn.value.resource_usd, above=cost)
        rows.append(
            (
                period_name(one.release.period, language=language),
                f"{words.value} ({words.span})" if words.value else words.span,
                f"{worth.value} ({worth.span})",
                chance_words(found, language=language),
            )
        )
    return rows


def _funnel(funnel: Funnel | None, *, language: Language) -> dict[str, object]:
    if funnel is None:
        return {"funnel": None}
    shares = [
        write(one, language=language, cap=HUNDRED)
        for one in (funnel.unserved_of_100, funnel.missed_of_100)
    ]
    return {
        "funnel": funnel_rows(funnel, language=language),
        "unserved_share": shares[0].value or shares[0].span,
        "missed_share": shares[1].value or shares[1].span,
        "unserved": unserved_chart(funnel, language=language),
    }


def unserved_chart(funnel: Funnel, *, language: Language) -> Chart:
    """Draw eligible calls without a team, by reason, in the order of the code list."""
    t = Texts(language)
    points = tuple(
        Point(
            reason_name(code, language=language),
            found,
            write(found, language=language),
            id=f"savings/left/{code}",
        )
        for code, found in funnel.unserved
    )
    most = max(funnel.unserved, key=lambda pair: pair[1].value)[0]
    name = reason_name(most, language=language)
    title = t("sav_unserved_title", name=lower(name.partition(", ")[2] or name))
    lost = funnel.step("sent").lost_all
    total = write(lost, language=language) if lost else None
    said = " ".join(
        t("spoken_value", label=one.label, value=one.words.span or t("too_few")) for one in points
    )
    return Chart(
        key="unserved",
        language=language,
        title=title,
        about=t("sav_unserved_about", n=(total.value or total.span) if total else ""),
        style="rows",
        column=t("sav_unserved_column"),
        unit=f"{t('sav_unserved_unit')}.",
        points=points,
        axis=nice_axis(max(one.found.high for one in points)),
        spoken=t("spoken", title=title, values=said),
        files=funnel.tables,
    )


def _modelled(savings: Savings, *, language: Language) -> dict[str, object]:
    model, cost = savings.model, savings.cost_usd
    if model is None or savings.parameters is None:
        return {"model": None, "lead": None}
    net, t = model.drawn.value.resource_usd - (cost or 0.0), Texts(language)
    return {
        "model": model,
        "lead": lead_rows(savings, model, language=language),
        "rates": [
            (
                f"savings/rates/{one.key}",
                t(f"sav_div_{one.key}"),
                t(f"sav_div_{one.key}_def", kind=welfare_name(model, language=language)),
                _rate(one.found, language=language) if one.found else None,
            )
            for one in savings.rates
        ],
        "same_rates": ""
        if any_outside(model)
        else t("sav_div_same", n=whole(len(model.tally.kinds), language=language)),
        "cost_start": t("sav_cost_with_start") if savings.start_up_usd else "",
        "columns": columns_of(savings, model, language=language),
        "both": both_figures(savings, model, language=language),
        "adverse": adverse_note(savings, model, language=language),
        "net": net_words(savings, model, language=language) if cost is not None else "",
        "covers": chance_words(chance(net, above=0.0), language=language),
        "even": _even(model, cost, language=language),
        "chance": chance_chart(model, cost, language=language),
        "shares": share_chart(model, cost, language=language),
        "tornado": tornado_rows(model, language=language),
        "more": max(0, len(model.swings) - SHOWN_SWINGS),
        "doubt": doubt_rows(model, language=language),
        "register": entries(savings.parameters, model.assumptions.kind, language=language),
        "built": _built(savings, model, language=language),
    }


def _rate(found: Figure, *, language: Language) -> tuple[str, str]:
    """Write a rate and, below it, its range."""
    words = amount(found, language=language, cap=HUNDRED)
    return (words.value, aside(words)) if words.value else (words.span, "")


def _even(model: Model, cost: float | None, *, language: Language) -> str:
    if cost is None:
        return ""
    found = break_even(model, cost)
    if not 0 <= found.central <= HUNDRED or not 0 <= found.median <= HUNDRED:
        return ""
    estimate = Estimate(found.median, 0.0, max(0.0, found.low), found.high, found.mark)
    words = write(estimate, language=language, open_from=HUNDRED)
    if not words.value:
        return ""
    central = f"{round(found.central)}"
    return Texts(language)("sav_even_said", n=words.value, span=words.span, central=central)


def _built(savings: Savings, model: Model, *, language: Language) -> list[str]:
    """Say the assumptions that are built into the formula, with their figures."""
    t = Texts(language)
    share = model.figure(lambda run: run.calls.share * HUNDRED)
    arrived = model.figure(lambda run: run.calls.arrived)
    taken = model.figure(lambda run: run.value.substituted)
    words = [amount(one, language=language) for one in (share, arrived, taken)]
    combined = combined_words(savings.release, language=language)
    said = [one.value or one.span or t("none_shown") for one in words]
    return [
        t("sav_built_formula"),
        t("sav_built_share", n=said[0]),
        t("sav_built_missed" if model.tally.told else "sav_built_missed_all"),
        t("sav_built_unknown"),
        t("sav_built_observed"),
        *_bases(model, language=language),
        t("sav_built_naive", n=said[1], m=said[2]),
        t("sav_built_people"),
        t("sav_built_bounded" if savings.bounded else "sav_built_anchor"),
        *([combined] if combined else []),
    ]


def _bases(model: Model, *, language: Language) -> list[str]:
    """Name the prices of the formula that are marginal, and those that are averages."""
    t = Texts(language)
    found: dict[str, list[str]] = {}
    for one in model.assumptions.read:
        if in_dollars(one):
            name = f"{one.about.basis.value}" if one.about.basis else "basis_none"
            found.setdefault(name, []).append(lower(one.about.description[language]))
    return [
        *(t(f"sav_built_{name}", names=", ".join(names)) for name, names in sorted(found.items())),
        t("sav_built_steps"),
    ]


def _booked(savings: Savings, *, language: Language) -> dict[str, object]:
    accounts = savings.accounts
    if accounts is None:
        return {"accounts": None, "cost_lacks": ""}
    found = savings.cost_usd
    cost = None if found is None else account(found, language=language)
    return {
        "accounts": accounts,
        "cost_words": cost,
        "cost_lacks": not_whole(accounts.cost_lacks, language=language)
        if accounts.cost_lacks
        else "",
        "chain": account_rows(savings, accounts, language=language),
        "spent": spent_words(savings, accounts, language=language),
    }


def _answered(site: Site, savings: Savings, where: str) -> str:
    """Find where a question is answered: on this page, or in a report that is drawn."""
    if where.startswith("#"):
        shown = {
            "#funnel": savings.funnel is not None,
            "#cost": savings.model is not None or savings.accounts is not None,
        }
        return where if shown.get(where, savings.model is not None) else ""
    drawn = site.reports_of(savings.release)
    return f"../{where}/index.html" if where in drawn else ""


def savings_files(
    savings: Savings, printed: Sequence[Printed], *, language: Language
) -> dict[str, str]:
    """Write the files of a report, by path below `public/`: its figures, and the register."""
    folder = f"reports/{savings.release.name}/savings"
    files = {}
    if savings.model is not None and savings.parameters is not None:
        kind = savings.model.assumptions.kind
        files[f"{folder}/assumptions.csv"] = register_csv(savings.parameters, kind)
    if printed:
        path = Place(f"{folder}/{FILE}", language).path
        files[path] = figures_csv(printed)
    return files


def _files(page: Page, files: dict[str, str]) -> list[File]:
    t = Texts(page.language)
    labels = {"assumptions.csv": "sav_file_register", "figures.csv": "sav_file_figures"}
    return [
        File(
            page.place.to(path),
            t(labels[path.rpartition("/")[2]]),
            file_size(len(text.encode()), language=page.language),
        )
        for path, text in files.items()
    ]
