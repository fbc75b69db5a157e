"""Gather what a savings report shows, and name what it cannot show and why.

model + funnel + accounts -> **report** -> page
"""

from dataclasses import dataclass

from data_contracts.period import PeriodKind
from reports.estimate import Estimate
from reports.exact import Exact
from reports.parameters import Parameters
from reports.program_facts import ProgramFacts
from reports.quality.find import find_table, has_keys, select, whole
from reports.released import Release
from reports.savings.accounts import SPENDING, Accounts, read_accounts, start_up_share
from reports.savings.assumptions import (
    DISCOUNT,
    POLICE_SHARE,
    START_UP_YEARS,
    Assumptions,
    needed,
)
from reports.savings.draws import generator
from reports.savings.funnel import ANCHOR, CONTACTS, Funnel, count_funnel
from reports.savings.model import Model
from reports.savings.months import Month, count_months
from reports.savings.rates import Rate, rates_of
from reports.savings.tally import Tally, find_tally

NALOXONE = {"naloxone": ("given",)}


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that a page lacks: `tables`, `parameters` or `spending`, and which.

    `why` says of parameters that there are `no_costs` at all; of spending that there is `no_feed`
    for it, or it was `not_delivered`, `refused` or not yet `booked`.
    """

    kind: str
    names: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Savings:
    """Everything the pages of one savings report show; a part that is not there is none."""

    release: Release
    parameters: Parameters | None
    funnel: Funnel | None
    model: Model | None
    rates: tuple[Rate, ...]
    accounts: Accounts | None
    months: tuple[Month, ...]
    naloxone: Estimate | None
    gaps: tuple[Gap, ...]

    @property
    def cost_usd(self) -> float | None:
        """What the program cost in the period, with its share of start-up money."""
        if self.accounts is None or self.accounts.running is None:
            return None
        return self.accounts.running + self.start_up_usd

    @property
    def spread(self) -> bool:
        """Whether start-up money is spread over the years that it serves."""
        wanted = {DISCOUNT, START_UP_YEARS}
        return self.parameters is not None and all(name in self.parameters for name in wanted)

    @property
    def start_up_usd(self) -> float:
        """Start-up money that the period bears: its share, or without rules what it paid."""
        if self.accounts is None:
            return 0.0
        if self.parameters is None or not self.spread:
            return self.accounts.start_up_booked
        return start_up_share(
            self.accounts,
            rate=self.parameters[DISCOUNT].span.central,
            years=self.parameters[START_UP_YEARS].span.central,
            months=len(self.release.period.months),
        )

    @property
    def whole_year(self) -> bool:
        """Whether the period is a fiscal year, by which the accounts of reinvestment are kept."""
        return self.release.period.kind is PeriodKind.YEAR

    @property
    def bounded(self) -> bool:
        """Whether no table measured visits without the tight limit, so that its loss is planned."""
        return whole(self.release, ANCHOR) is None


def estimate_savings(
    release: Release, *, program: ProgramFacts, parameters: Parameters | None, exact: Exact
) -> Savings:
    """Estimate a savings report.

    Args:
        release: Its tables and their covariance.
        program: Whose report it is.
        parameters: Its dated and sourced assumptions; nothing where it has none.
        exact: Its accounts.

    Returns:
        All that can be shown, and the gaps.

    Raises:
        ReportError: A file of the release or of the accounts has another shape.
    """
    del program  # one signature in all three reports; no figure here is per resident
    tally, funnel = find_tally(release), count_funnel(release)
    accounts = read_accounts(exact, release.period)
    gaps = [*_account_gaps(exact, accounts)]
    if not isinstance(tally, Tally):
        gaps.insert(0, Gap("tables", tally))
    model = None
    if isinstance(tally, Tally):
        lacking = _lacking(tally, parameters)
        if lacking is not None:
            gaps.insert(0, lacking)
        elif parameters is not None:
            model = Model(
                tally,
                Assumptions(parameters, tally.kind),
                generator(release),
                months=len(release.period.months),
            )
    return Savings(
        release=release,
        parameters=parameters,
        funnel=funnel,
        model=model,
        rates=rates_of(model) if model else (),
        accounts=accounts,
        months=count_months(release),
        naloxone=_naloxone(release),
        gaps=tuple(gaps),
    )


def _lacking(tally: Tally, parameters: Parameters | None) -> Gap | None:
    """Name the assumptions that a report by this kind of call needs and does not have."""
    if parameters is None:
        return Gap("parameters", why="no_costs")
    if lacking := tuple(name for name in needed(tally.kind) if name not in parameters):
        return Gap("parameters", lacking)
    share = POLICE_SHARE[tally.kind]
    if kinds := tuple(kind for kind in tally.kinds if kind not in parameters[share].spans):
        return Gap("parameters", tuple(f"{share} ({kind})" for kind in kinds))
    return None


def _account_gaps(exact: Exact, accounts: Accounts | None) -> list[Gap]:
    if accounts is None:
        return [Gap("spending", why=exact.missing.get(SPENDING, "no_feed"))]
    found = [Gap("spending", why="booked")] if accounts.running is None else []
    lacks = accounts.chain_lacks or accounts.cost_lacks
    return [*found, Gap("spending", lacks, "not_whole")] if lacks else found


def _naloxone(release: Release) -> Estimate | None:
    table = find_table(release, ["naloxone"], block=CONTACTS)
    if table is None or not has_keys(release, table, NALOXONE):
        return None
    return release.sum(select(release, table, NALOXONE))
