"""Say in a few sentences what a board would approve: how precise, what stays unsure, what it costs.

outlook -> **sentence** -> terminal, page

Source: the shape of release-plan section 10; every figure comes from shares, clip, rho and sizes.
"""

from data_contracts.period import PeriodKind
from reports.metrics import CONTACTS
from reports.numbers import Language
from reports.plan.headlines import LEVELS
from reports.plan.outlook import ClipLoss, Outlook, Preset
from reports.plan.words import figure, half_words, preset_name
from reports.texts import Texts

SHOWN = ("served", "unserved_reason", "median", "accept")
SHOWN_OF_CALLS = ("calls", "unserved_reason")  # where no team is in the records
RARE = ("police", "naloxone")  # tables of rare events that readers ask for
_ONE = 1


def board_sentences(outlook: Outlook, *, language: Language) -> tuple[str, ...]:
    """Write the board's sentences, each on its own.

    Args:
        outlook: The plan.
        language: Of the reader.

    Returns:
        What a release shows; what it cannot be sure of; what the limit takes; what other presets
        change. A sentence whose figures are not there is left out.
    """
    said = (
        _shows(outlook, language),
        _unsure(outlook, language),
        _clipped(outlook, language),
        _presets(outlook, language),
    )
    return tuple(one for one in said if one)


def board_sentence(outlook: Outlook, *, language: Language) -> str:
    """Write all of it in one paragraph."""
    return " ".join(board_sentences(outlook, language=language))


def period_words(kind: PeriodKind, *, language: Language) -> str:
    """Name a kind of period: a quarter, a half-year, a year."""
    return Texts(language)(f"plan_a_{kind.value}")


def _shows(outlook: Outlook, language: Language) -> str:
    t, found = Texts(language), outlook.forecast
    keys = SHOWN if found.headline("served").found is not None else SHOWN_OF_CALLS
    known = [one for one in map(found.published, keys) if one.found is not None]
    parts = [
        t(
            f"plan_shows_{one.key}",
            half=half_words(one.half(LEVELS[0]), one.unit, language=language),
        )
        for one in known
        if one.can_show
    ]
    names = ", ".join(t(f"plan_bare_{one.key}") for one in known if not one.can_show)
    if not known:
        return ""
    own = outlook.own.name
    with_preset = preset_name(own, language=language)
    return t(
        "plan_shows" if parts else "plan_shows_nothing",
        lead=t("plan_with", preset=with_preset) if own else t("plan_with_own"),
        period=period_words(outlook.period.kind, language=language),
        parts=", ".join(parts),
        but=t("plan_shows_not", names=names) if parts and names else "",
        names=names,
    )


def _unsure(outlook: Outlook, language: Language) -> str:
    t, parts = Texts(language), []
    for dim in RARE:
        table = outlook.forecast.table(dim, block=CONTACTS)
        if table is not None and table.sd is not None:
            events = figure(table.usable_from, language=language)
            parts.append(t(f"plan_events_{dim}", n=events))
    if not parts:
        return ""
    period = period_words(outlook.period.kind, language=language)
    return t("plan_unsure", events=t("plan_or").join(parts), period=period)


def _clipped(outlook: Outlook, language: Language) -> str:
    t, clip = Texts(language), outlook.clip
    if clip is None:
        return ""
    if not clip.high_pct:
        return t("plan_clip_none")
    period = period_words(outlook.period.kind, language=language)
    low = t(
        "plan_low_tables" if outlook.forecast.lifted else "plan_low",
        n=loss_words(clip.total_pct, language),
        span=_span(clip, language),
    )
    if clip.whole_up_to is None:
        return t("plan_clip_some", low=low)
    return t("plan_clip", n=clip.whole_up_to, period=period, low=low)


def _span(clip: ClipLoss, language: Language) -> str:
    """Write the loss over several draws, where it is not one figure."""
    low, high = (loss_words(one, language) for one in (clip.low_pct, clip.high_pct))
    return "" if low == high else " " + Texts(language)("plan_low_span", low=low, high=high)


def loss_words(pct: float, language: Language) -> str:
    """Write a loss in percent: a whole number from 1 on, one decimal below.

    >>> loss_words(2.17, "en"), loss_words(0.32, "en"), loss_words(0, "en")
    ('2', '0.3', '0')
    """
    if pct >= _ONE:
        return str(round(pct))
    return figure(round(pct, 1), language=language)


def _presets(outlook: Outlook, language: Language) -> str:
    t, parts = Texts(language), list[str]()
    for other in outlook.others:
        way, percent = change_of(outlook.own, other)
        parts.append(
            t(
                "plan_makes_too" if parts else "plan_makes",
                preset=preset_name(other.name, language=language),
                change=t(f"plan_{way}", n=percent),
            )
        )
    return t("plan_presets", parts=", ".join(parts)) if parts else ""


def change_of(own: Preset, other: Preset) -> tuple[str, int]:
    """Say by how many percent another preset's noise is `larger` or `smaller`."""
    times = (own.release.rho / other.release.rho) ** 0.5
    way = "larger" if times > 1 else "smaller"
    return way, round(100 * abs(times - 1))
