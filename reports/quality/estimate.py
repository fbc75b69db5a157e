"""Estimate every measure from released cells.

find -> **estimate** -> figures -> page
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from data_contracts.codes import UNKNOWN, load_codes
from reports.datapackage import DimensionFacts
from reports.estimate import Estimate
from reports.metrics import Chosen, Measure, Value
from reports.numbers import LANGUAGES, month_name
from reports.program_facts import ProgramFacts
from reports.quality.find import (
    dimension_facts,
    find_table,
    has_keys,
    lacking,
    select,
    title_of,
    whole,
)
from reports.released import Cells, Release, Statistic

PER_RESIDENTS = 10_000
NO_PLACE_IN_A_QUANTILE = {UNKNOWN, "not_arrived"}


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a dimension, with its figure; `of_100` is its share, for the words."""

    key: str
    label: Mapping[str, str]
    found: Estimate
    of_100: Estimate | None = None
    harm: bool = False


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One picture's worth of rows, and the table of the release they come from."""

    dim: str
    title: Mapping[str, str]
    rows: tuple[Row, ...]
    table: str


@dataclass(frozen=True, slots=True)
class Result:
    """Everything a page shows of one measure in one release.

    `values` are in the unit of the page (of 100, minutes, visits); `size` is the denominator of
    the first; `open_from` where the open band of a quantile begins.
    """

    measure: Measure
    values: tuple[Estimate, ...]
    size: float
    breakdown: Breakdown
    groups: tuple[Breakdown, ...]
    open_from: float


def estimate_measure(measure: Measure, release: Release, program: ProgramFacts) -> Result | None:
    """Estimate one measure in one release.

    Args:
        measure: From the registry.
        release: Its tables.
        program: Gives the residents of areas.

    Returns:
        Figures with ranges and marks; nothing where the release lacks a table for it.
    """
    if lacking(measure, release) or (_needs_residents(measure) and not program.residents()):
        return None
    values = tuple(_value(measure, value, release, program, {}) for value in measure.values)
    found = [estimate for estimate, _ in values]
    first = measure.values[0]
    return Result(
        measure=measure,
        values=tuple(found),
        size=values[0][1],
        breakdown=_breakdown(measure, release, program),
        groups=_groups(measure, release, program),
        open_from=_bands(first.dim)[-1][0] if first.kind == "quantile" else float("inf"),
    )


def _needs_residents(measure: Measure) -> bool:
    return any(value.kind == "rate" for value in measure.values)


def _bands(dim: str | None) -> list[tuple[float, str]]:
    bands = load_codes(dim or "").bands
    return [
        (float(start), key) for key, start in bands.items() if key not in NO_PLACE_IN_A_QUANTILE
    ]


def _value(
    measure: Measure, value: Value, release: Release, program: ProgramFacts, group: Chosen
) -> tuple[Estimate, float]:
    """Estimate one headline figure, within a group or for everybody; and its denominator."""
    dims = {*value.dims, *group}
    table = find_table(release, dims, block=measure.block, measure=value.measure) or ""
    estimators: Mapping[str, Callable[[], tuple[Estimate, float]]] = {
        "total": lambda: (release.sum(_all(release, measure.block, group)), 0.0),
        "rate": lambda: (_rate(release, measure.block, program, group), 0.0),
        "mean": lambda: _mean(release, table, group),
        "quantile": lambda: (_quantile(release, table, value, group, measure.block), 0.0),
        "share": lambda: _share(release, table, value, group, measure.block),
    }
    return estimators[value.kind]()


def _all(release: Release, block: str, group: Chosen) -> Cells:
    return whole(release, block, where=group) or Cells({})


def _rate(release: Release, block: str, program: ProgramFacts, group: Chosen) -> Estimate:
    kinds = group.get("area_kind", (None,))
    residents = sum(program.residents(kind) for kind in kinds)
    return release.sum(_all(release, block, group)).times(PER_RESIDENTS / residents)


def _mean(release: Release, table: str, group: Chosen) -> tuple[Estimate, float]:
    count = select(release, table, group)
    mean = release.ratio(select(release, table, group, statistic=Statistic.SUM), count)
    return mean, release.sum(count).value


def _quantile(release: Release, table: str, value: Value, group: Chosen, block: str) -> Estimate:
    dim = value.dim or ""
    bands = [(start, select(release, table, {**group, dim: (key,)})) for start, key in _bands(dim)]
    facts = release.package.blocks.get(block)
    planned = facts.expected if facts and not group else 0.0
    return release.quantile(bands, value.part, planned=planned)


def _share(
    release: Release, table: str, value: Value, group: Chosen, block: str
) -> tuple[Estimate, float]:
    top = select(release, table, {**group, **value.of})
    if value.among:
        bottom = select(release, table, {**group, **value.among})
    else:
        bottom = _all(release, block, group)
    for other in value.plus:
        bottom = bottom + _all(release, other, group)
    return release.ratio(top, bottom).times(100), release.sum(bottom).value


def _breakdown(measure: Measure, release: Release, program: ProgramFacts) -> Breakdown:
    figure, first = measure.figure, measure.values[0]
    table = find_table(release, [figure.by], block=measure.block, measure=first.measure) or ""
    about = dimension_facts(release, figure.by)
    among: Chosen = {figure.by: figure.among} if figure.among else {}
    bottom = select(release, table, among) if among else _all(release, measure.block, {})
    rows = []
    for key in figure.only or figure.among or about.keys:
        chosen: Chosen = {figure.by: (key,)}
        if not has_keys(release, table, chosen):
            continue
        of_100 = None
        if figure.show in {"share", "count"}:
            cells = select(release, table, chosen)
            of_100 = release.ratio(cells, bottom).times(100)
            found = release.sum(cells) if figure.show == "count" else of_100
        elif figure.show == "rate" and not program.residents(key):
            continue
        else:
            found = _value(measure, first, release, program, chosen)[0]
        rows.append(
            Row(
                key,
                _label(about, figure.by, key),
                found,
                of_100,
                harm=measure.harm or key in measure.harms,
            )
        )
    return Breakdown(figure.by, title_of(figure.by), tuple(rows), table)


def _groups(measure: Measure, release: Release, program: ProgramFacts) -> tuple[Breakdown, ...]:
    """Repeat the first figure for every group that some table crosses with it."""
    found = [_group(measure, dim, release, program) for dim in measure.groups]
    return tuple(group for group in found if group)


def _group(measure: Measure, dim: str, release: Release, program: ProgramFacts) -> Breakdown | None:
    first = measure.values[0]
    table = find_table(release, {*first.dims, dim}, block=measure.block, measure=first.measure)
    if table is None:
        return None
    about = dimension_facts(release, dim)
    keys = [key for key in about.keys if key != UNKNOWN]
    blocks = (measure.block, *first.plus)
    if not all(whole(release, block, where={dim: (keys[0],)}) for block in blocks):
        return None
    rows = tuple(
        Row(
            key,
            _label(about, dim, key),
            _value(measure, first, release, program, {dim: (key,)})[0],
            harm=measure.harm,
        )
        for key in keys
    )
    return Breakdown(dim, title_of(dim), rows, table)


def _label(about: DimensionFacts, dim: str, key: str) -> Mapping[str, str]:
    if dim == "month":
        return {one: month_name(key, language=one) for one in LANGUAGES}
    return {one: about.label(key, language=one) for one in LANGUAGES}
