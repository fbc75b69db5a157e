"""Hold all that a board is told of a plan: what it shows, what it costs, what the limit takes.

forecast -> **outlook** -> sentence, page
"""

from collections.abc import Mapping
from dataclasses import dataclass

from data_contracts.period import Period, PeriodKind
from reports.metrics import CONTACTS
from reports.plan.forecast import Forecast
from reports.program_facts import ProgramFacts


@dataclass(frozen=True, slots=True)
class Cost:
    """What something costs one person: rho, epsilon at delta 1e-6, chance of the best guesser."""

    rho: float
    epsilon: float
    right_guesses: float


@dataclass(frozen=True, slots=True)
class Preset:
    """One preset of the same plan; `name` is empty for a policy between the presets.

    `cap` is rho for one participant and fiscal year with the correction kept back; `yearly` and
    `triple` are what one and three years of it cost, `release` what this release does.
    """

    name: str
    cap: float
    release: Cost
    yearly: Cost
    triple: Cost
    forecast: Forecast


@dataclass(frozen=True, slots=True)
class ClipLoss:
    """What the limit of a block takes, on made-up records.

    `units_pct` is the part of people who count in part, `whole_up_to` the records up to which
    anyone counts whole, `lost_pct` the loss of each table; `total_pct` that of the whole block,
    `low_pct` and `high_pct` over several draws of people.
    """

    block: str
    units_pct: float
    whole_up_to: int | None
    lost_pct: Mapping[str, float]
    total_pct: float
    low_pct: float
    high_pct: float


@dataclass(frozen=True, slots=True)
class Agenda:
    """What a board is asked to approve.

    `calendar` lists kind, number a year and rho of each; `signed` the roles that have signed these
    very terms; `cap` is rho for one participant and fiscal year, `correction` of it is kept back.
    """

    calendar: tuple[tuple[PeriodKind, int, float], ...]
    cap: float
    correction: float
    raw_days: int
    coded_days: int
    authority: str
    terms_sha256: str
    signed: tuple[str, ...]


@dataclass(frozen=True)
class Outlook:
    """One plan, at its own preset and at others, with all that a board needs to approve it.

    `years` and `anonymous` are costs by number of fiscal years and of contacts without a name (this
    release, the whole year); `clips` the limit of each block, in records. `earlier` is the release
    that expected sizes come from, empty where they come from public figures; `parts` names the
    shorter releases that a year is combined with.
    """

    program: ProgramFacts
    period: Period
    own: Preset
    presets: tuple[Preset, ...]
    years: Mapping[int, Cost]
    anonymous: Mapping[int, tuple[Cost, Cost]]
    losses: tuple[ClipLoss, ...]
    clips: Mapping[str, float]
    agenda: Agenda
    earlier: str = ""
    parts: tuple[str, ...] = ()

    @property
    def forecast(self) -> Forecast:
        """What the plan as it stands will show."""
        return self.own.forecast

    @property
    def clip(self) -> ClipLoss | None:
        """What the limit takes from visits."""
        return next((one for one in self.losses if one.block == CONTACTS), None)

    @property
    def others(self) -> tuple[Preset, ...]:
        """The presets that the plan does not have."""
        return tuple(one for one in self.presets if one.name != self.own.name)
