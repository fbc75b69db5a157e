"""Estimate every measure from released cells.

gather -> **estimate** -> figures -> page
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite
from typing import Literal

from data_contracts.codes import UNKNOWN, load_codes
from reports.datapackage import DimensionFacts
from reports.estimate import UNDEFINED, Estimate
from reports.metrics import CONTACTS, Blocks, Chosen, Measure, Value
from reports.numbers import LANGUAGES, month_name
from reports.program_facts import ProgramFacts
from reports.quality.compare import Part, Verdict, compare_groups
from reports.quality.find import dimension_facts, find_table, lacking, select, title_of
from reports.quality.gather import NO_GROUP, anchored, counts_calls, gather
from reports.released import Cells, Release, Statistic, add_up

PER_RESIDENTS = 10_000
HALF = 0.5  # of a whole minute or year
Bound = Literal["", "anchored", "expected", "low", "high"]


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a dimension, with its figure; `of_100` is its share, for the words.

    `differs` says whether it lies apart from all others, where that was asked.
    """

    key: str
    label: Mapping[str, str]
    found: Estimate
    of_100: Estimate | None = None
    harm: bool = False
    differs: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One picture's worth of rows, and the tables of the release they come from."""

    dim: str
    title: Mapping[str, str]
    rows: tuple[Row, ...]
    tables: tuple[str, ...]

    @property
    def compared(self) -> bool:
        """Whether each row was held against the rest."""
        return any(row.differs for row in self.rows)


@dataclass(frozen=True, slots=True)
class Missing:
    """Records behind a figure that have no answer, of 100, and what a record is."""

    share: Estimate
    of: Literal["visits", "calls", "people", "surveys"]


@dataclass(frozen=True, slots=True)
class Result:
    """Everything a page shows of one measure in one release.

    `values` are in the unit of the page (of 100, minutes, visits); `size` is the denominator of
    the first; `open_from` where the open band of a quantile begins; `bound` which way the first
    figure is off because visits are bounded, or that they were brought to their total; `loss` the
    part of visits that the bound was expected to take; `missing` how many records behind each
    value have no answer.
    """

    measure: Measure
    values: tuple[Estimate, ...]
    size: float
    breakdown: Breakdown
    groups: tuple[Breakdown, ...]
    open_from: float
    bound: Bound = ""
    loss: float = 0.0
    missing: tuple["Missing | None", ...] = ()
    counted: Literal["", "calls", "people"] = ""


def estimate_measure(measure: Measure, release: Release, program: ProgramFacts) -> Result | None:
    """Estimate one measure in one release.

    Args:
        measure: From the registry.
        release: Its tables.
        program: Gives the residents of areas.

    Returns:
        Figures with ranges and marks; nothing where the release lacks a table for it.
    """
    rate = any(value.kind == "rate" for value in measure.values)
    if lacking(measure, release) or (rate and not program.residents()):
        return None
    read = _Reader(release, program, calls=measure.calls)
    first, values = measure.values[0], [read.value(value, NO_GROUP) for value in measure.values]
    facts = release.package.blocks.get(CONTACTS)
    return Result(
        measure=measure,
        values=tuple(found for found, _ in values),
        size=values[0][1],
        breakdown=_breakdown(measure, read),
        groups=tuple(group for dim in measure.groups if (group := _group(measure, dim, read))),
        open_from=_bands(first.dim)[-1][0] if first.kind == "quantile" else inf,
        bound=_bound(measure, release),
        loss=(facts.expected_clip_loss or 0.0) if facts else 0.0,
        counted=_counted(measure, release),
    )


def _bound(measure: Measure, release: Release) -> Bound:
    lifted = [value for value in measure.values if value.lifted]
    if not lifted:
        return ""
    if anchored(release):
        return "anchored"
    return "expected" if release.scale else lifted[0].leans or "low"


def estimate_first(measure: Measure, release: Release, program: ProgramFacts) -> Estimate | None:
    """Estimate a measure's first figure alone; nothing where the release lacks a table for it."""
    if lacking(measure, release):
        return None
    read = _Reader(release, program, calls=measure.calls)
    return read.value(measure.values[0], NO_GROUP)[0]


def _counted(measure: Measure, release: Release) -> Literal["", "calls", "people"]:
    if not measure.calls:
        return ""
    return "calls" if counts_calls(release) else "people"


def _bands(dim: str | None) -> list[tuple[float, str]]:
    return [(float(start), key) for key, start in load_codes(dim or "").bands.items()]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads figures of one release, for everybody or within a group; with their denominators."""

    release: Release
    program: ProgramFacts
    calls: bool = False

    def value(self, value: Value, group: Chosen) -> tuple[Estimate, float]:
        if value.kind == "mean":
            return self._mean(value, group)
        if value.kind == "quantile":
            return self._quantile(value, group), 0.0
        part = self.part(value, group)
        if part is None:
            return UNDEFINED, 0.0
        if value.kind == "total":
            return self.release.sum(part.top), 0.0
        if part.bottom is None:
            rate = self.release.sum(part.top).times(PER_RESIDENTS / part.residents)
            return rate, 0.0
        share = self.release.ratio(part.top, part.bottom).times(100)
        return share, self.release.moments(part.bottom)[0]

    def part(self, value: Value, group: Chosen) -> Part | None:
        """Cells of a figure and of what it is divided by; nothing where a block cannot tell."""
        top = self._gather(value.of, value, group)
        if top is None:
            return None
        if value.kind == "total":
            return Part(top)
        if value.kind == "rate":
            residents = sum(self._residents(dim, key) for dim in group for key in group[dim])
            residents = residents if group else self.program.residents()
            return Part(top, residents=residents, certain=False) if residents else None
        bottom = self._gather(value.under, value, group)
        return Part(top, bottom, certain=value.kind == "share") if bottom else None

    def _gather(self, blocks: Blocks, value: Value, group: Chosen) -> Cells | None:
        return gather(self.release, blocks, within=group, lifted=value.lifted, calls=self.calls)

    def compared(self, value: Value, point: float, group: Chosen) -> Part | None:
        """Cells to compare groups by; of a quantile the records below a point of its bands."""
        if value.kind in {"mean", "total"} or not isfinite(point):
            return None
        if value.kind != "quantile":
            return self.part(value, group)
        bands, parts = self._cells(value, group), []
        for number, (start, cells) in enumerate(bands):
            end = bands[number + 1][0] if number + 1 < len(bands) else inf
            parts.append(cells.times(min(1.0, max(0.0, (point - start) / (end - start)))))
        return Part(add_up(parts), add_up(cells for _, cells in bands))

    def _residents(self, dim: str, key: str) -> int:
        areas = self.program.areas
        return sum(a.population for a in areas if key == (a.kind if dim == "area_kind" else a.code))

    def _mean(self, value: Value, group: Chosen) -> tuple[Estimate, float]:
        table = find_table(self.release, group, block=value.block, measure=value.measure) or ""
        count = select(self.release, table, group)
        total = select(self.release, table, group, statistic=Statistic.SUM)
        return self.release.ratio(total, count), self.release.moments(count)[0]

    def _quantile(self, value: Value, group: Chosen) -> Estimate:
        facts = self.release.package.blocks.get(value.block)
        planned = facts.expected if facts and not group else 0.0
        found = self.release.quantile(self._cells(value, group), value.part, planned=planned)
        return _in_whole(found)

    def _cells(self, value: Value, group: Chosen) -> list[tuple[float, Cells]]:
        dim = value.dim or ""
        table = find_table(self.release, {dim, *group}, block=value.block) or ""
        return [
            (start, select(self.release, table, {**group, dim: (key,)}))
            for start, key in _bands(dim)
        ]


def _in_whole(found: Estimate) -> Estimate:
    """Read a point between bands as records tell it: in whole minutes or years, rounded down.

    Where the half is reached at 14.3 minutes, records say 14: a whole number one or less below.
    """
    value, low = max(0.0, found.value - HALF), max(0.0, found.low - 2 * HALF)
    return replace(found, value=value, low=low)


def _breakdown(measure: Measure, read: _Reader) -> Breakdown:
    """Draw up the picture of a measure: its dimension, value by value."""
    figure = measure.figure
    if figure.show == "each":
        found = _group(measure, figure.by, read, harm=measure.harm)
        return found or Breakdown(figure.by, title_of(figure.by), (), ())
    about, rows = dimension_facts(read.release, figure.by), []
    for key in figure.only or about.keys:
        row = _row(measure, key, about, read)
        if row:
            rows.append(row)
    dims = {figure.by, *figure.where}
    tables = _tables(read.release, measure.shown_blocks, dims, measure.values[0].measure)
    return Breakdown(figure.by, title_of(figure.by), tuple(rows), tables)


def _row(measure: Measure, key: str, about: DimensionFacts, read: _Reader) -> Row | None:
    figure, release = measure.figure, read.release
    chosen = {block: {**figure.where, figure.by: (key,)} for block in measure.shown_blocks}
    under = figure.among or measure.values[0].under
    lifted = CONTACTS in chosen and len({*chosen, *under}) > 1
    top = gather(release, chosen, lifted=lifted, calls=measure.calls)
    bottom = gather(release, under, lifted=lifted, calls=measure.calls)
    if top is None or bottom is None:
        return None
    of_100 = release.ratio(top, bottom).times(100)
    count = gather(release, chosen, lifted=True, calls=measure.calls)
    return Row(
        key,
        _label(about, figure.by, key),
        release.sum(count) if count and figure.show == "count" else of_100,
        of_100,
        harm=measure.harm or key in measure.harms,
    )


def _group(
    measure: Measure, dim: str, read: _Reader, *, harm: bool | None = None
) -> Breakdown | None:
    """Repeat the first figure for every group that some table crosses with it."""
    first, release = measure.values[0], read.release
    parts_of = [first.of] if first.kind == "rate" else [first.of, first.under]
    tables = _crossed(first, parts_of, dim, release)
    if not tables:
        return None
    about = dimension_facts(release, dim)
    point = read.value(first, NO_GROUP)[0].value if first.kind == "quantile" else 0.0
    rows, parts = [], {}
    for key in about.keys:
        if key == UNKNOWN:
            continue
        group: Chosen = {dim: (key,)}
        found, _ = read.value(first, group)
        if found is UNDEFINED and not read.part(first, group):
            continue
        row = Row(key, _label(about, dim, key), found, harm=measure.harm if harm is None else harm)
        rows.append(row)
        part = read.compared(first, point, group)
        if part and (row.harm or found.mark.at_least_sd):
            parts[key] = part
    if not rows:
        return None
    verdicts = compare_groups(release, parts) if len(parts) > 1 else {}
    if first.kind == "quantile":
        turned: Mapping[Verdict, Verdict] = {"higher": "lower", "lower": "higher", "same": "same"}
        verdicts = {key: turned[verdict] for key, verdict in verdicts.items()}
    return Breakdown(dim, title_of(dim), tuple(_judged(row, verdicts) for row in rows), tables)


def _crossed(first: Value, parts: Sequence[Blocks], dim: str, release: Release) -> tuple[str, ...]:
    """Tables that tell a figure's blocks by group as well; none where one of them cannot."""
    dims = {dim, first.dim} if first.dim else {dim}
    found = [
        find_table(release, {*dims, *chosen}, block=block, measure=first.measure)
        for blocks in parts
        for block, chosen in blocks.items()
    ]
    named = [table for table in found if table]
    return tuple(dict.fromkeys(named)) if len(named) == len(found) else ()


def _judged(row: Row, verdicts: Mapping[str, Verdict]) -> Row:
    return Row(row.key, row.label, row.found, row.of_100, row.harm, verdicts.get(row.key))


def _tables(
    release: Release, blocks: Sequence[str], dims: Sequence[str] | set[str], measure: str | None
) -> tuple[str, ...]:
    found = (find_table(release, dims, block=block, measure=measure) for block in blocks)
    return tuple(table for table in found if table)


def _label(about: DimensionFacts, dim: str, key: str) -> Mapping[str, str]:
    if dim == "month":
        return {one: month_name(key, language=one) for one in LANGUAGES}
    return {one: about.label(key, language=one) for one in LANGUAGES}
