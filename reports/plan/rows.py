"""List what the page for the board shows: headlines, presets, released tables, measures.

outlook -> **rows** -> promises, page
"""

from collections.abc import Iterator
from dataclasses import dataclass

from data_contracts.codes import UNKNOWN
from data_contracts.period import PeriodKind
from reports.metrics import Measure
from reports.numbers import Language, whole
from reports.plan.forecast import MarkCounts, TableForecast
from reports.plan.headlines import LEVELS, Headline
from reports.plan.outlook import Outlook, Preset
from reports.plan.sentence import change_of
from reports.plan.words import figure, headline_name, headline_words, of_100
from reports.texts import Texts, catalogue

NAMED = 3  # cells that are named before the rest is counted


@dataclass(frozen=True, slots=True)
class HeadlineRow:
    """One headline: expected value, ranges of the plan, with its parts, brought to the total."""

    label: str
    note: str
    expected: str
    at_90: str
    at_95: str
    with_parts: str
    lifted: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One released table: sizes, noise, from when its counts can be used, and what is hidden."""

    title: str
    sizes: str
    random: str
    rest: str
    usable: str
    marks: str
    hidden: str


@dataclass(frozen=True, slots=True)
class BlockRows:
    """The tables of one block, and a sentence about them."""

    key: str
    title: str
    lead: str
    tables: tuple[TableRow, ...]


def headline_rows(outlook: Outlook, *, language: Language) -> list[HeadlineRow]:
    """List the headlines of the plan for which there is a table."""
    found = outlook.forecast
    return [
        HeadlineRow(
            *headline_name(one.key, language=language),
            expected=expected_words(one, language=language),
            at_90=headline_words(one, LEVELS[0], language=language),
            at_95=headline_words(one, LEVELS[1], language=language),
            with_parts=_other(found.with_parts, place, language),
            lifted=_other(found.lifted, place, language),
        )
        for place, one in enumerate(found.headlines)
        if one.found or one.lacks == "costs"
    ]


def missing_headlines(outlook: Outlook, *, language: Language) -> list[str]:
    """Name the headlines for which the release has no table."""
    return [
        headline_name(one.key, language=language)[0]
        for one in outlook.forecast.headlines
        if one.found is None and one.lacks != "costs"
    ]


def expected_words(one: Headline, *, language: Language) -> str:
    """Write a headline's expected value."""
    return "" if one.found is None else figure(one.found.value, language=language)


def _other(headlines: tuple[Headline, ...], place: int, language: Language) -> str:
    return headline_words(headlines[place], LEVELS[0], language=language) if headlines else ""


def preset_rows(outlook: Outlook, *, language: Language) -> list[tuple[str, tuple[str, ...]]]:
    """List what changes from preset to preset, one cell a preset."""
    t, presets = Texts(language), outlook.presets
    return [
        (t("plan_row_cap"), tuple(f"{one.cap:g}" for one in presets)),
        (t("plan_row_release"), tuple(f"{one.release.rho:g}" for one in presets)),
        (
            t("plan_row_guess"),
            tuple(of_100(one.yearly.right_guesses, language=language) for one in presets),
        ),
        (t("plan_row_epsilon"), tuple(f"{one.yearly.epsilon:.2f}" for one in presets)),
        (t("plan_row_epsilon_3"), tuple(f"{one.triple.epsilon:.2f}" for one in presets)),
        (t("plan_row_interval"), tuple(_change(outlook, one, language) for one in presets)),
        (
            t("plan_row_measures"),
            tuple(marks_words(one.forecast.outcomes) for one in presets),
        ),
        (t("plan_row_cells"), tuple(marks_words(_cells(one)) for one in presets)),
    ]


def _change(outlook: Outlook, one: Preset, language: Language) -> str:
    t = Texts(language)
    if one is outlook.own:
        return t("plan_same")
    way, percent = change_of(outlook.own, one)
    return t(f"plan_{way}", n=percent)


def _cells(one: Preset) -> MarkCounts:
    blocks = one.forecast.cells.values()
    return {mark: sum(block[mark] for block in blocks) for mark in ("use", "caution", "withheld")}


def marks_words(marks: MarkCounts) -> str:
    """Write counts by mark, use first.

    >>> marks_words({"use": 9, "caution": 3, "withheld": 8})
    '9 / 3 / 8'
    """
    return " / ".join(str(marks[mark]) for mark in ("use", "caution", "withheld"))


def block_rows(outlook: Outlook, *, language: Language) -> Iterator[BlockRows]:
    """List the tables by block, in the order of the release."""
    t, found = Texts(language), outlook.forecast
    for block, marks in found.cells.items():
        tables = [one for one in found.tables if one.block == block]
        yield BlockRows(
            key=block,
            title=block_title(block, language=language),
            lead=f"{_limit(outlook.clips[block], t)} {_usable(marks, t)}",
            tables=tuple(_table_row(outlook, one, language) for one in tables),
        )


def _limit(clip: float, t: Texts) -> str:
    return t("plan_limit_once") if clip == 1 else t("plan_limit_person", clip=f"{clip:g}")


def _usable(marks: MarkCounts, t: Texts) -> str:
    use, all_ = marks["use"], sum(marks.values())
    if all_ == 1:
        return t("plan_block_use_one" if use else "plan_block_use_none")
    return t("plan_block_use", use=use, all=all_)


def block_title(block: str, *, language: Language) -> str:
    """Name a block to a reader."""
    return Texts(language)(f"block_{block}") if f"block_{block}" in catalogue() else block


def _table_row(outlook: Outlook, one: TableForecast, language: Language) -> TableRow:
    t = Texts(language)
    low, high = (figure(size, language=language) for size in (one.smallest, one.largest))
    rest = "" if one.sd_rest is None else figure(one.sd_rest, language=language)
    return TableRow(
        title=table_title(outlook, one.name, one.statistic, language=language),
        sizes=low if low == high else t("span", low=low, high=high),
        random=figure(one.sd or one.sd_rest or 0.0, language=language),
        rest=t("plan_rest", n=rest) if rest and one.sd is not None else "",
        usable=whole(one.usable_from, language=language),
        marks=marks_words(one.marks),
        hidden=_hidden(outlook, one, language),
    )


def table_title(
    outlook: Outlook, name: str, statistic: str = "count", *, language: Language
) -> str:
    """Name a table to a reader."""
    title = outlook.forecast.release.package.tables[name].title
    said = title.get(language) or title.get("en", name)
    return said if statistic == "count" else Texts(language)("plan_summed", title=said)


def _hidden(outlook: Outlook, one: TableForecast, language: Language) -> str:
    """Name the largest withheld cells, what is not recorded last, and count the rest."""
    t, package = Texts(language), outlook.forecast.release.package
    dims = package.tables[one.name].dims
    cells = sorted(one.hidden, key=lambda cell: UNKNOWN in cell)
    named = [
        " \N{MIDDLE DOT} ".join(
            package.dimensions[dim].label(key, language=language)
            for dim, key in zip(dims, cell, strict=True)
        )
        for cell in cells[:NAMED]
    ]
    if not named:
        return t("plan_none_hidden")
    more = [t("plan_more", n=len(cells) - NAMED)] if len(cells) > NAMED else []
    return "; ".join([*named, *more])


def glance_rows(outlook: Outlook, *, language: Language) -> list[tuple[str, str]]:
    """Sum the plan up in four lines: cost, promise, measures, terms."""
    t, own = Texts(language), outlook.own
    outcomes = own.forecast.outcomes
    cost = t("plan_ask_cost_said", here=f"{own.release.rho:g}", cap=f"{own.cap:g}")
    year = of_100(own.yearly.right_guesses, language=language)
    measures = {mark: outcomes[mark] for mark in ("use", "caution", "withheld")}
    return [
        (t("plan_ask_cost"), cost),
        (t("plan_ask_promise"), t("plan_ask_promise_said", year=year)),
        (t("plan_ask_measures"), t("plan_ask_measures_said", **measures)),
    ]


def measure_names(measures: tuple[Measure, ...], *, language: Language) -> list[tuple[str, bool]]:
    """Name measures, and say which are harms."""
    return [(one.name[language], one.harm) for one in measures]


def in_year(outlook: Outlook) -> bool:
    """Whether measures that lack a table may come with the yearly release."""
    kinds = {kind for kind, _, _ in outlook.agenda.calendar}
    return outlook.period.kind is not PeriodKind.YEAR and PeriodKind.YEAR in kinds
