"""Say of a planned release what each table and each measure will be able to show.

headlines -> **forecast** -> sentence, page
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from reports.estimate import USE_SD, Mark
from reports.metrics import Board, Measure, load_accounts, load_registry
from reports.parameters import Parameters
from reports.plan.headlines import Headline, anchored, bounded, read_headlines
from reports.program_facts import ProgramFacts
from reports.quality.estimate import estimate_measure
from reports.quality.missing import with_missing
from reports.released import Release

MarkCounts = Mapping[str, int]
Outcome = Literal["use", "caution", "withheld", "lacking"]
OUTCOMES: tuple[Outcome, ...] = ("use", "caution", "withheld", "lacking")


@dataclass(frozen=True, slots=True)
class TableForecast:
    """One table and statistic: its noise, the sizes to expect, and the marks of its cells.

    `sd` is the largest of the levels that are counted, `sd_rest` of those left out (nothing where
    none is); `usable_from` the smallest count that reaches "use". `hidden` are withheld cells,
    the largest first.
    """

    name: str
    block: str
    statistic: str
    sd: float | None
    sd_rest: float | None
    smallest: float
    middle: float
    largest: float
    marks: MarkCounts
    hidden: tuple[tuple[str, ...], ...]

    @property
    def usable_from(self) -> float:
        """Smallest count that may be used as it is."""
        return USE_SD * (self.sd or self.sd_rest or 0.0)


@dataclass(frozen=True, slots=True)
class MeasureForecast:
    """One measure that the board approved, and what its first figure will be fit for.

    `lacking` where the release has no table for it, as most person measures in a quarter.
    """

    measure: Measure
    outcome: Outcome
    rows: MarkCounts


@dataclass(frozen=True)
class Forecast:
    """What one planned release will be able to show.

    `headlines` are as counted under the limit on one person, which is what the policy's shares
    decide; `lifted` are brought to the total that the anchor measures, where there is one;
    `with_parts` is a year with its quarters or halves.
    """

    release: Release
    headlines: tuple[Headline, ...]
    tables: tuple[TableForecast, ...]
    measures: tuple[MeasureForecast, ...]
    n_accounts: int
    lifted: tuple[Headline, ...] = ()
    with_parts: tuple[Headline, ...] = ()
    cells: Mapping[str, MarkCounts] = field(default_factory=dict)

    def headline(self, key: str) -> Headline:
        """One headline by its key."""
        return next(one for one in self.headlines if one.key == key)

    def published(self, key: str) -> Headline:
        """One headline as pages will print it: brought to the total where that is measured."""
        return next(one for one in self.lifted or self.headlines if one.key == key)

    def table(self, dim: str, *, block: str) -> TableForecast | None:
        """The most precise table of a block that counts by a dimension."""
        about = self.release.package.tables
        fitting = [one for one in self.tables if one.block == block and dim in about[one.name].dims]
        return min(fitting, key=lambda one: one.usable_from, default=None)

    @property
    def outcomes(self) -> MarkCounts:
        """How many measures come out how."""
        found = Counter(one.outcome for one in self.measures)
        return {outcome: found[outcome] for outcome in OUTCOMES}

    def of(self, outcome: Outcome) -> tuple[Measure, ...]:
        """Measures that come out so, in the order of pages."""
        return tuple(one.measure for one in self.measures if one.outcome == outcome)


def forecast(
    release: Release,
    *,
    program: ProgramFacts,
    board: Board,
    parameters: Parameters | None,
    with_parts: Release | None = None,
) -> Forecast:
    """Read a planned release with the code that will read the real one.

    Args:
        release: The planned release: expected sizes, true covariance.
        program: Whose it is.
        board: Which measures the board approved.
        parameters: The program's assumptions, where it has any.
        with_parts: The same year combined with its quarters or halves.

    Returns:
        Everything that can be said before a record is read.
    """

    def read(one: Release) -> tuple[Headline, ...]:
        return read_headlines(one, program=program, parameters=parameters)

    tables = tuple(_tables(release))
    return Forecast(
        release=release,
        headlines=read(bounded(release)),
        tables=tables,
        measures=tuple(_measures(release, program, board)),
        n_accounts=sum(_approved(board, key) for key in load_accounts()),
        lifted=read(release) if anchored(release) else (),
        with_parts=read(bounded(with_parts)) if with_parts else (),
        cells=_cells(tables),
    )


def _tables(release: Release) -> Sequence[TableForecast]:
    found = []
    for name, about in release.package.tables.items():
        frame = release.table(name)
        left_out = frame["cell"].isin(_left_out(release, name))
        for statistic in about.statistics:
            mine = frame["statistic"] == statistic
            found.append(_table(name, about.block, statistic, frame[mine], left_out[mine]))
    return found


def _table(
    name: str, block: str, statistic: str, frame: pd.DataFrame, left_out: "pd.Series[bool]"
) -> TableForecast:
    own, rest = frame[~left_out], frame[left_out]
    dims = list(frame.columns[: list(frame.columns).index("statistic")])
    withheld = frame[(frame["mark"] == Mark.WITHHELD.value) & (frame["estimate"] > 0)]
    hidden = withheld.sort_values("estimate", ascending=False, kind="stable")
    marks = Counter(frame["mark"])
    return TableForecast(
        name=name,
        block=block,
        statistic=statistic,
        sd=float(own["sd"].max()) if len(own) else None,
        sd_rest=float(rest["sd"].max()) if len(rest) else None,
        smallest=float(frame["estimate"].min()),
        middle=float(frame["estimate"].median()),
        largest=float(frame["estimate"].max()),
        marks={mark.value: marks[mark.value] for mark in Mark},
        hidden=tuple(tuple(row) for row in hidden[dims].itertuples(index=False)),
    )


def _left_out(release: Release, name: str) -> list[int]:
    """Cells of levels that the table did not count: the total less the others."""
    frame, dropped = release.table(name), release.package.tables[name].dropped
    chosen = pd.Series(data=False, index=frame.index)
    for dim, keys in dropped.items():
        chosen |= frame[dim].isin(keys)
    return [int(cell) for cell in frame.loc[chosen, "cell"]]


def _measures(release: Release, program: ProgramFacts, board: Board) -> Sequence[MeasureForecast]:
    found = []
    for key, measure in load_registry().items():
        if not _approved(board, key):
            continue
        result = estimate_measure(measure, release, program)
        if result is None:
            found.append(MeasureForecast(measure, "lacking", {}))
            continue
        result = with_missing(result, release)
        rows = Counter(row.found.mark.value for row in result.breakdown.rows)
        first, *_ = result.values  # noqa: PD011 - figures of a measure, not a frame
        outcome: Outcome = first.mark.value
        found.append(
            MeasureForecast(measure, outcome, {mark.value: rows[mark.value] for mark in Mark})
        )
    return found


def _approved(board: Board, key: str) -> bool:
    """Whether a measure gets a page: approved, or nobody was asked."""
    return not board.asked or (key in board.measures and board.measures[key].decision == "approved")


def _cells(tables: Sequence[TableForecast]) -> dict[str, MarkCounts]:
    found: dict[str, Counter[str]] = {}
    for one in tables:
        found.setdefault(one.block, Counter()).update(one.marks)
    return {
        block: {mark.value: marks[mark.value] for mark in Mark} for block, marks in found.items()
    }
