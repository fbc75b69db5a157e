"""Say the three sentences that answer first, and what the page lacks.

report -> **answer** -> page
"""

from collections.abc import Sequence
from dataclasses import dataclass

from data_contracts.codes import load_codes
from reports.estimate import Mark
from reports.exact import not_whole
from reports.numbers import Language, write
from reports.quality.find import title_of
from reports.savings.report import Gap, Savings
from reports.savings.words import account, amount
from reports.texts import Texts


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: before, a figure in bold with its range, and the rest."""

    before: str
    big: str = ""
    between: str = ""
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The headline, its sentences, and what may be quoted."""

    headline: str
    sentences: tuple[Sentence, ...]
    mark: str = ""
    quote: str = ""


def answer(savings: Savings, *, language: Language) -> Answer:
    """Answer first: calls, hours and cash, cost and what was spent again.

    Args:
        savings: The report.
        language: Of the reader.

    Returns:
        A headline that could be wrong and at most three sentences.
    """
    t, model = Texts(language), savings.model
    if model is None:
        served = _served(savings, language=language)
        name = "sav_h1_funnel" if served else "sav_h1_nothing"
        return Answer(t(name), (*served, _cost(savings, language=language)))
    calls = amount(model.figure(lambda run: run.value.substituted), language=language)
    hours = amount(model.figure(lambda run: run.value.officer_hours), language=language)
    mark = model.tally.mark
    first = Sentence(
        t("sav_calls_before"),
        t("sav_calls_big", n=calls.about or t("too_few")),
        calls.between if calls.value else "",
        t("sav_calls_rest"),
    )
    second = Sentence(
        t("sav_hours_before"),
        t("sav_hours_big", n=hours.about or t("too_few")),
        hours.between if hours.value else "",
        _certified(savings, language=language),
    )
    return Answer(
        t(_headline(savings)),
        (first, second, _cost(savings, language=language)),
        mark.value,
        _quote(savings, mark, t),
    )


def _quote(savings: Savings, mark: Mark, t: Texts) -> str:
    """Say what may be quoted: no cost of which rows are missing."""
    said = t(f"sav_quote_{mark.value}")
    lacks = savings.accounts is not None and savings.accounts.cost_lacks
    return f"{said} {t('sav_quote_no_cost')}" if lacks else said


def _headline(savings: Savings) -> str:
    accounts = savings.accounts
    if accounts is None or savings.cost_usd is None:
        return "sav_h1_unknown"
    if accounts.cost_lacks:
        return "sav_h1_not_whole"
    if not savings.whole_year:
        return "sav_h1_part"
    if not accounts.chain.certified:
        return "sav_h1_cash_none"
    covered = accounts.chain.certified >= savings.cost_usd
    return "sav_h1_cash_covers" if covered else "sav_h1_cash_short"


def _served(savings: Savings, *, language: Language) -> tuple[Sentence, ...]:
    if savings.funnel is None:
        return ()
    words = [
        write(savings.funnel.step(key).found, language=language) for key in ("sent", "eligible")
    ]
    if not all(one.about for one in words):
        return ()
    said = Texts(language)(
        "sav_served_said",
        sent=words[0].value or words[0].span,
        eligible=words[1].value or words[1].span,
    )
    return (Sentence(said),)


def _certified(savings: Savings, *, language: Language) -> str:
    t = Texts(language)
    if savings.accounts is None:
        return t("sav_hours_rest_unknown")
    if not savings.whole_year:
        return t("sav_hours_rest_part")
    certified = savings.accounts.chain.certified
    if not certified:
        return t("sav_hours_rest_none")
    return t("sav_hours_rest_certified", n=account(certified, language=language))


def _cost(savings: Savings, *, language: Language) -> Sentence:
    t, accounts = Texts(language), savings.accounts
    if accounts is None or savings.cost_usd is None:
        return Sentence(t("sav_cost_unknown"))
    cost = account(savings.cost_usd, language=language)
    if accounts.cost_lacks:
        lacks = not_whole(accounts.cost_lacks, language=language)
        return Sentence(t("sav_cost_not_whole", cost=cost, lacks=lacks))
    if not savings.whole_year:
        return Sentence(t("sav_cost_part", cost=cost))
    if not accounts.chain.spent:
        return Sentence(t("sav_cost_none", cost=cost))
    spent = account(accounts.chain.spent, language=language)
    return Sentence(t("sav_cost_spent", cost=cost, spent=spent))


def gap_words(gaps: Sequence[Gap], *, language: Language) -> list[str]:
    """Say what is not there, and where to mend it."""
    t, found = Texts(language), []
    for gap in gaps:
        if gap.why == "not_whole":
            found.append(t("sav_gap_not_whole", lacks=not_whole(gap.names, language=language)))
        elif gap.why:
            found.append(t(f"sav_gap_{gap.why}"))
        elif gap.kind == "parameters":
            found.append(t("sav_gap_parameters", names=", ".join(gap.names)))
        else:
            names = ", ".join(_dimension(name, language=language) for name in gap.names)
            found.append(t("sav_gap_tables", names=names))
    return found


def _dimension(name: str, *, language: Language) -> str:
    if name == "nc_police":
        return Texts(language)("sav_gap_nc_police")
    return title_of(name)[language].lower()


def reason_name(code: str, *, language: Language) -> str:
    """Name a way in which a call ended."""
    known = load_codes("path").codes[code]
    return known.en if language == "en" else known.es
