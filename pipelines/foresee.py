"""Wire the planner: the policy's plan, its release as expected, and the reports that read it.

No record is read and the vault is not opened; what is planned lives in a folder of its own that is
gone when the outlook is made.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb

from data_contracts.period import Period, PeriodKind
from pipelines.calendar import find_period
from pipelines.directory import Directory
from pipelines.draw import earlier_release, plan_release, state_program
from privacy.drafting.presets import at_preset
from privacy.forecast.expect import (
    Loss,
    expect_clip,
    expect_release,
    name_preset,
    promise,
    spread_year,
)
from privacy.marks import Sizes, read_sizes
from privacy.plan import Plan, make_plan
from privacy.policy import Policy
from reports.metrics import Board, load_board
from reports.parameters import Parameters, load_parameters
from reports.plan.forecast import Forecast, forecast
from reports.plan.outlook import Agenda, ClipLoss, Cost, Outlook, Preset
from reports.plan.page import plan_pages
from reports.program_facts import ProgramFacts
from reports.released import Release, open_release, open_year
from reports.site.write import write_whole

PRESETS = ("strict", "standard", "open")
PARTS = {PeriodKind.QUARTER: ("Q", 4), PeriodKind.HALF: ("H", 2)}


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the program decided, with which every planned release is read."""

    program: ProgramFacts
    board: Board
    parameters: Parameters | None


def foresee(given: Directory, name: str) -> Outlook:
    """Say what a period will show, from the policy alone.

    Args:
        given: The program directory.
        name: The period.

    Returns:
        Everything that the terminal and the board's page tell.

    Raises:
        PrivacyError: The policy has no such release, or cannot pay for it.
        BudgetError: The fiscal year has not enough left.
    """
    return look_ahead(given, plan_release(given, name), others=True)


def write_board_pages(outlook: Outlook, *, folder: Path) -> tuple[Path, ...]:
    """Write the page for the board in every language of the program.

    Args:
        outlook: The plan.
        folder: Where; made if it is not there.

    Returns:
        The files.
    """
    pages = plan_pages(outlook)
    for path, text in pages.items():
        write_whole(folder / path, text.encode())
    return tuple(folder / path for path in pages)


def look_ahead(given: Directory, plan: Plan, *, others: bool) -> Outlook:
    """Make the outlook of a plan.

    Args:
        given: The program directory.
        plan: The plan.
        others: Whether to put the presets beside it that it has not.

    Returns:
        The outlook; everything in it has been read, and no file is left.
    """
    reading, named = _reading(given, plan), name_preset(plan.policy)
    own = _preset(plan, named, reading, parts=_parts(plan))
    beside = [
        own if name == named else _preset(_at(given, plan, name), name, reading)
        for name in PRESETS
        if others
    ]
    promised, earlier = promise(plan), earlier_release(given, plan.period)
    return Outlook(
        program=reading.program,
        period=plan.period,
        own=own,
        presets=tuple(beside if own in beside else [own, *beside]),
        years={years: _cost(loss) for years, loss in promised.years.items()},
        anonymous={
            times: (_cost(here), _cost(year)) for times, (here, year) in promised.anonymous.items()
        },
        losses=tuple(_losses(plan)),
        clips={name: float(block.clip) for name, block in plan.terms.blocks.items()},
        agenda=_agenda(plan.policy),
        earlier=earlier.name if earlier and plan.period.kind is PeriodKind.YEAR else "",
        parts=tuple(period.name for period in _parts(plan)),
    )


def _reading(given: Directory, plan: Plan) -> _Reading:
    last = plan.period.end - timedelta(days=1)
    return _Reading(
        program=state_program(given),
        board=load_board(given.decision("metrics.yaml")),
        parameters=load_parameters(given.decision("costs"), on=last, examples=given.may_invent),
    )


def _losses(plan: Plan) -> Iterator[ClipLoss]:
    with duckdb.connect() as connection:
        lost = expect_clip(plan, connection=connection)
    for block, one in lost.items():
        yield ClipLoss(
            block=block,
            units_pct=one.units_in_part,
            whole_up_to=one.whole_up_to,
            lost_pct=one.tables,
            total_pct=one.total,
            low_pct=one.low,
            high_pct=one.high,
        )


def _preset(plan: Plan, name: str, reading: _Reading, *, parts: Sequence[Period] = ()) -> Preset:
    promised = promise(plan)
    return Preset(
        name=name,
        cap=float(plan.policy.cap_rho),
        release=_cost(promised.release),
        yearly=_cost(promised.years[1]),
        triple=_cost(promised.years[3]),
        forecast=_forecast(plan, reading, parts=parts),
    )


def _at(given: Directory, plan: Plan, name: str) -> Plan:
    return make_plan(
        at_preset(plan.policy, name),
        program=plan.program,
        period=plan.period,
        earlier=sizes_of(given, plan),
    )


def sizes_of(given: Directory, plan: Plan) -> Sizes | None:
    """Read the sizes from which marks are made: those of an earlier release, or nothing."""
    folder = earlier_release(given, plan.period)
    return read_sizes(folder) if folder else None


def _forecast(plan: Plan, reading: _Reading, *, parts: Sequence[Period]) -> Forecast:
    """Write the planned release where nobody looks, read it as a report would, and forget it."""
    with _scratch() as root:
        return forecast(
            open_release(_write(root, plan)),
            program=reading.program,
            board=reading.board,
            parameters=reading.parameters,
            with_parts=_combine(root, plan, parts) if parts else None,
        )


def _combine(root: Path, plan: Plan, parts: Sequence[Period]) -> Release:
    """Plan a year again from public sizes alone, with the shorter releases that go into it."""
    policy = spread_year(plan.policy, parts[0].kind)
    year, *interim = (
        make_plan(policy, program=plan.program, period=one) for one in (plan.period, *parts)
    )
    return open_year(_write(root / "year", year), interim=[_write(root, one) for one in interim])


def _parts(plan: Plan) -> list[Period]:
    """Quarters or halves of a year that the policy releases too."""
    if plan.period.kind is not PeriodKind.YEAR:
        return []
    year = plan.period.fiscal_year.removeprefix("FY")
    for kind, (letter, count) in PARTS.items():
        if kind in plan.policy.releases:
            names = (f"{year}-{letter}{number + 1}" for number in range(count))
            found = [find_period(name, program=plan.program) for name in names]
            whole = {month for one in found for month in one.months}
            return found if whole == set(plan.period.months) else []
    return []


def _agenda(policy: Policy) -> Agenda:
    terms = policy.terms_sha256
    return Agenda(
        calendar=tuple(
            (kind, one.per_year, float(one.rho)) for kind, one in policy.releases.items()
        ),
        cap=float(policy.cap_rho),
        correction=float(policy.correction_rho),
        raw_days=policy.retention.raw_days,
        coded_days=policy.retention.coded_days,
        authority=policy.retention.authority,
        terms_sha256=terms,
        signed=tuple(one.role.value for one in policy.approvals if one.terms_sha256 == terms),
    )


def _cost(loss: Loss) -> Cost:
    return Cost(loss.rho, loss.epsilon, loss.right_guesses)


def _write(root: Path, plan: Plan) -> Path:
    for path, content in expect_release(plan).items():
        write_whole(root / plan.release / path, content)
    return root / plan.release


@contextmanager
def _scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="care-dividend-plan-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
