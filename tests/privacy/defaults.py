"""The default policies, whole, and how precise each of their tables is."""

import math
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from data_contracts.period import PeriodKind, read_period
from privacy.drafting.presets import Calendar, Preset, Size, cap_of, make_preset
from privacy.plan import Plan, make_plan
from privacy.policy import Policy
from tests.privacy.small import PROGRAM

# Release plan: visits and calls a year of the three programs it was worked out on.
FIGURES = {
    Size.SMALL: (3_600, 14_000),
    Size.MEDIUM: (16_000, 60_000),
    Size.LARGE: (120_000, 500_000),
}
NAMES = {PeriodKind.QUARTER: "2025-Q3", PeriodKind.HALF: "2025-H1", PeriodKind.YEAR: "FY2025"}


def around(releases: Mapping[str, object], *, cap: Decimal, reason: str = "") -> dict[str, object]:
    """A whole policy around its releases, for records of real people."""
    return {
        "unit": "participant",
        "cap_rho": cap,
        "reason": reason,
        "deid_basis": "expert_determination",
        "retention": {"raw_days": 7, "coded_days": 90, "authority": "a schedule"},
        "releases": releases,
    }


@cache
def preset_policy(size: Size, preset: Preset, calendar: Calendar = Calendar.PARTS) -> Policy:
    """A whole policy around a preset, with the board's reason where one is needed."""
    contacts, calls = FIGURES[size]
    releases = make_preset(size, preset, contacts=contacts, calls=calls, calendar=calendar)
    reason = "rare events" if preset is Preset.OPEN else ""
    return Policy.model_validate(around(releases, cap=cap_of(preset), reason=reason))


@cache
def preset_plans(
    size: Size, preset: Preset, calendar: Calendar = Calendar.PARTS
) -> tuple[Plan, ...]:
    """Its releases as planned, shortest first."""
    policy = preset_policy(size, preset, calendar)
    return tuple(
        make_plan(policy, program=PROGRAM, period=read_period(NAMES[kind]))
        for kind in policy.releases
    )


def sds(plan: Plan) -> list[tuple[float, float]]:
    """Sd of every table: as planned, and clip / sqrt(2 rho_block share)."""
    return [
        (
            plan.spec.raw_sd(table),
            float(terms.clip)
            / math.sqrt(2 * float(plan.terms.rho) * terms.split * terms.tables[table.name].share),
        )
        for block in plan.spec.blocks
        for terms in (plan.terms.blocks[block.name],)
        for table in block.tables
    ]
