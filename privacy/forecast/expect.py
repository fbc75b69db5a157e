"""Render a planned release as if every count came out as expected. The chain: **plan** -> reports.

No record is read and no noise is drawn: the public figures of the policy stand where counts will
stand, beside the covariance that the real release will have. Whoever reads these files as a release
learns how precise every figure will be, from the very code that will compute the real one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean

from duckdb import DuckDBPyConnection

from data_contracts.period import PeriodKind
from privacy.drafting.presets import Preset, cap_of
from privacy.facts import state_facts
from privacy.forecast.invent import invent_incidents
from privacy.forecast.loss import TableLoss, expected_loss
from privacy.forecast.optimise import Proposal
from privacy.measure import MEASUREMENTS
from privacy.measurements import Measurements, write_measurements
from privacy.noise import epsilon, right_guesses
from privacy.plan import Plan
from privacy.policy import CALENDAR, NANO, Policy, ReleasePolicy, Status
from privacy.reconcile import reconcile
from privacy.spec import Block, Cell, Series, Spec
from privacy.tables import render_tables

YEARS = (1, 3, 5)  # fiscal years in a row
TIMES = (1, 3, 5, 10)  # times met without a name
DRAWS = 5  # of made-up people: what the clip takes hangs on a few of them
MADE_UP = "made_up_incidents"

Expected = Mapping[tuple[str, str], Mapping[Cell, float]]


@dataclass(frozen=True, slots=True)
class Loss:
    """What something costs one person: rho, epsilon at `DELTA`, chance of the best guesser."""

    rho: float
    epsilon: float
    right_guesses: float


@dataclass(frozen=True, slots=True)
class Promise:
    """What a plan promises: the release, so many years, somebody met so often without a name.

    `anonymous` holds for each number of contacts the loss by this release and by a whole year.
    """

    release: Loss
    years: Mapping[int, Loss]
    anonymous: Mapping[int, tuple[Loss, Loss]]


@dataclass(frozen=True, slots=True)
class ClipLoss:
    """What the clip of a block takes from made-up people, in percent of its records.

    `total`, `low`, `high` are mean and ends over `DRAWS` draws, `tables` the means by table;
    `units_in_part` percent of people count in part, those with more than `whole_up_to` records.
    """

    tables: Mapping[str, float]
    total: float
    low: float
    high: float
    units_in_part: float
    whole_up_to: int | None


def expect_release(plan: Plan) -> dict[str, bytes]:
    """Write the public files of a release that has not been drawn.

    Args:
        plan: What will be measured, and the expected size of every number.

    Returns:
        Content by path: measurements, tables, covariance and data package, as `render_tables`
        writes them. No card and no ledger row: nothing was spent. Their estimates are the
        expected sizes; where sizes disagree between tables, what the real fit makes of them.

    **Stability:** 0; no record is read.
    """
    expected = _expected(plan)
    vector = [one for series in plan.spec.series() for one in _series(plan.spec, series, expected)]
    facts = state_facts(plan, status=_status(plan.policy))
    measured = Measurements(plan.spec, plan.policy.terms, facts, noisy=tuple(vector))
    return {
        MEASUREMENTS: write_measurements(measured),
        **render_tables(measured, reconcile(measured)),
    }


def promise(plan: Plan) -> Promise:
    """State what a release and its year cost a person, as OpenDP converts it.

    A person met m times without a name is m units, so that the cost grows with m squared.

    Args:
        plan: The plan; its policy has the yearly cap, the correction in it.

    Returns:
        Losses by number of years and of anonymous contacts.

    Source: docs/privacy/noise.md.
    """
    here, cap = plan.spec.nano_rho / NANO, float(plan.policy.cap_rho)
    return Promise(
        release=_loss(here),
        years={years: _loss(cap * years) for years in YEARS},
        anonymous={times: (_loss(here * times**2), _loss(cap * times**2)) for times in TIMES},
    )


def expect_clip(plan: Plan, *, connection: DuckDBPyConnection) -> dict[str, ClipLoss]:
    """Clip made-up people as the release would clip real ones.

    Args:
        plan: The plan; sizes and profile are those of its policy.
        connection: An engine without any record.

    Returns:
        What is lost, by block.

    **Stability:** 0; no record is read.
    """
    drawn = []
    for seed in range(1, DRAWS + 1):
        connection.register(MADE_UP, invent_incidents(plan, seed=seed))
        drawn.append(expected_loss(plan.spec, connection=connection, incidents=MADE_UP))
        connection.unregister(MADE_UP)
    return {block.name: _clip_loss(block, drawn) for block in plan.spec.blocks}


def spread_year(policy: Policy, kind: PeriodKind) -> Policy:
    """Expect of each quarter or half its equal part of the year, so that the two can be combined.

    Args:
        policy: A policy with a yearly release.
        kind: The shorter kind of period.

    Returns:
        The policy with sizes and profiles of the year in that kind's blocks; noise stays.
    """
    year, parts = policy.releases[PeriodKind.YEAR], policy.releases[kind]
    blocks = {
        name: block.model_copy(
            update={
                "expected": round(year.blocks[name].expected / CALENDAR[kind]),
                "profile": year.blocks[name].profile,
            }
        )
        if name in year.blocks
        else block
        for name, block in parts.blocks.items()
    }
    spread: ReleasePolicy = parts.model_copy(update={"blocks": blocks})
    return policy.model_copy(update={"releases": {**policy.releases, kind: spread}})


def name_preset(policy: Policy) -> str:
    """Name the preset that a policy has, correction apart; empty where it lies between them."""
    cap = policy.cap_rho - policy.correction_rho
    return next((one.value for one in Preset if cap_of(one) == cap), "")


def with_shares(policy: Policy, kind: PeriodKind, proposed: Mapping[str, Proposal]) -> Policy:
    """Put proposed shares and clips in the place of a policy's own, to see what would change.

    Args:
        policy: The policy; it is not changed.
        kind: Whose shares.
        proposed: By block; see `propose`.

    Returns:
        Another policy, unsigned.
    """
    terms = policy.releases[kind]
    blocks = {
        name: block.model_copy(
            update={
                "clip": Decimal(proposed[name].clip),
                "tables": {
                    table: one.model_copy(update={"share": proposed[name].shares[table]})
                    for table, one in block.tables.items()
                },
            }
        )
        for name, block in terms.blocks.items()
    }
    changed = terms.model_copy(update={"blocks": blocks})
    releases = {**policy.releases, kind: changed}
    return policy.model_copy(update={"releases": releases, "approvals": ()})


def _clip_loss(block: Block, drawn: list[dict[str, TableLoss]]) -> ClipLoss:
    """Average the draws; a block's total is that of a table that leaves nothing out."""
    names = [table.name for table in block.tables]
    whole = next((table.name for table in block.tables if not table.drop), names[0])
    totals = [one[whole].lost_pct for one in drawn]
    ends = [one[whole].block.whole_up_to for one in drawn]
    known = [end for end in ends if end is not None]
    return ClipLoss(
        tables={name: fmean(one[name].lost_pct for one in drawn) for name in names},
        total=fmean(totals),
        low=min(totals),
        high=max(totals),
        units_in_part=fmean(one[whole].block.clipped_pct for one in drawn),
        whole_up_to=round(fmean(known)) if known else None,
    )


def _loss(rho: float) -> Loss:
    return Loss(rho, epsilon(rho), right_guesses(rho))


def _status(policy: Policy) -> Status:
    """Say what the policy itself says; a plan is never final."""
    if policy.synthetic:
        return Status.SAMPLE
    return Status.EXERCISE if policy.exercise else Status.DRAFT


def _expected(plan: Plan) -> Expected:
    found: dict[tuple[str, str], dict[Cell, float]] = {}
    for numbers in plan.numbers.values():
        for one in numbers:
            at = found.setdefault((one.number.table, one.number.statistic), {})
            at[one.number.cell] = one.expected
    return found


def _series(spec: Spec, series: Series, expected: Expected) -> list[int]:
    """Scale the expected sizes of one statistic as its exact counts would be."""
    table, whole = series.table, series.table.factor * spec.whole
    if table.measure is None:
        sizes = expected[table.name, "count"]
        return [round(whole * sizes[cell]) for cell in series.cells]
    counts, sums = expected[table.name, "count"], expected[table.name, "sum"]
    if series.statistic == "sum":
        return [round(whole * sums[cell]) for cell in series.cells]
    return [round(whole * (table.measure.range * counts[c] - sums[c])) for c in series.cells]
