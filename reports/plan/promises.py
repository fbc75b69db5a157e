"""List what the page for the board asks of people and boards: promises, the limit, the terms.

outlook, rows -> **promises** -> page
"""

from collections.abc import Iterator
from dataclasses import dataclass

from reports.numbers import Language
from reports.plan.outlook import ClipLoss, Cost, Outlook
from reports.plan.rows import block_title, table_title
from reports.plan.sentence import loss_words
from reports.plan.words import figure, of_100
from reports.texts import Texts


@dataclass(frozen=True, slots=True)
class LossRows:
    """What a limit takes: a sentence, and each table's part."""

    title: str
    lead: str
    tables: tuple[tuple[str, str], ...]


def anonymous_rows(outlook: Outlook, *, language: Language) -> list[tuple[str, str, str]]:
    """List what somebody is promised who was met so often without a name."""
    t = Texts(language)
    return [
        (
            t("plan_met_1") if times == 1 else t("plan_met", n=times),
            _cost(here, language),
            _cost(year, language),
        )
        for times, (here, year) in outlook.anonymous.items()
    ]


def year_rows(outlook: Outlook, *, language: Language) -> list[tuple[str, str]]:
    """List what somebody is promised who is helped for so many years."""
    t = Texts(language)
    return [
        (t("plan_year_1") if years == 1 else t("plan_year_n", n=years), _cost(one, language))
        for years, one in outlook.years.items()
    ]


def _cost(one: Cost, language: Language) -> str:
    guess = of_100(one.right_guesses, language=language)
    return f"{guess} ({Texts(language)('plan_epsilon')} {one.epsilon:.1f})"


def loss_rows(outlook: Outlook, *, language: Language) -> Iterator[LossRows]:
    """List what the limit of each block takes from its tables; blocks that lose nothing are not."""
    t = Texts(language)
    for one in outlook.losses:
        if not one.high_pct:
            continue
        anchor = one.block == "anchor"
        yield LossRows(
            title=block_title(one.block, language=language),
            lead=t(
                "plan_clip_anchor" if anchor else "plan_clip_block",
                clip=f"{outlook.clips[one.block]:g}",
                units=loss_words(one.units_pct, language),
                total=loss_words(one.total_pct, language),
                span=_span(one, language),
            ),
            tables=() if anchor else tuple(_losses(outlook, one, language)),
        )


def _span(one: ClipLoss, language: Language) -> str:
    """Write the loss over several draws of people, where it is not one figure."""
    low, high = (loss_words(pct, language) for pct in (one.low_pct, one.high_pct))
    return "" if low == high else Texts(language)("plan_clip_span", low=low, high=high)


def rest_words(outlook: Outlook, *, language: Language) -> str:
    """Say what the other limits take, where the parts that lose next to nothing are such."""
    rest = [outlook.clips[one.block] for one in outlook.losses if not one.high_pct]
    if not rest:
        return ""
    return Texts(language)("plan_clip_once" if set(rest) == {1} else "plan_clip_rest")


def _losses(outlook: Outlook, one: ClipLoss, language: Language) -> Iterator[tuple[str, str]]:
    t = Texts(language)
    for name, lost in one.lost_pct.items():
        title = table_title(outlook, name, language=language)
        yield title, t("plan_lost_pct", n=figure(round(lost, 1), language=language))


def agenda_rows(outlook: Outlook, *, status: str, language: Language) -> list[tuple[str, str]]:
    """List what is to be approved, but for the fingerprint of the terms."""
    t, agenda = Texts(language), outlook.agenda
    signed = [t(f"plan_role_{role}") for role in agenda.signed]
    how = t(f"plan_how_{status}") if status in {"SAMPLE", "EXERCISE"} else t("plan_how")
    return [
        (
            t("plan_fact_calendar"),
            ", ".join(
                t(f"plan_calendar_{kind.value}", n=count, rho=f"{rho:g}")
                for kind, count, rho in agenda.calendar
            ),
        ),
        (t("plan_fact_cap"), t("plan_cap", n=f"{agenda.cap:g}")),
        (
            t("plan_fact_correction"),
            t("plan_correction", n=f"{agenda.correction:g}")
            if agenda.correction
            else t("plan_no_correction"),
        ),
        (
            t("plan_fact_retention"),
            t(
                "plan_retention",
                raw=agenda.raw_days,
                coded=agenda.coded_days,
                authority=agenda.authority,
            ),
        ),
        (t("plan_fact_signed"), ", ".join(signed) or t("plan_signed_nobody")),
        (t("plan_fact_how"), how),
    ]
