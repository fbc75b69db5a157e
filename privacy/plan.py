"""Plan a release from the policy alone. The chain: policy -> **plan** -> clip -> count -> charge.

No record is read: what a release costs, how noisy it will be and which numbers may be used are
known to the board before anything is counted.
"""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

from data_contracts.dimension import Dimension
from data_contracts.period import Period, PeriodKind, read_period
from data_contracts.program import Program
from privacy.axes import find_dimensions, make_axes
from privacy.errors import PrivacyError
from privacy.marks import PlannedNumber, Sizes, plan_numbers
from privacy.noise import calibrate
from privacy.policy import NANO, BlockPolicy, Policy, ReleasePolicy, TablePolicy
from privacy.shares import public_shares
from privacy.spec import WHOLE, Block, Measure, Spec, Table, bound

_LEAST_FACTOR = 100  # rounding a factor of 100 or more to a whole number costs at most 0.5%
_ROUNDING = 0.01  # most that whole factors may cost a table, as a part of its sd
_MOST_RECORDS = 10**8  # a release of so many records still fits
_INT64 = 2**63
_INT128 = 2**127


@dataclass(frozen=True)
class Plan:
    """A release as planned: what will be measured (`spec`), under which terms, how well.

    `numbers` are the published numbers of each block, with expected size, sd and mark.
    """

    spec: Spec
    policy: Policy
    program: Program
    period: Period
    dimensions: Mapping[str, Dimension]
    numbers: Mapping[str, tuple[PlannedNumber, ...]]

    @property
    def release(self) -> str:
        """Name of the release: that of its period."""
        return self.spec.release

    @property
    def terms(self) -> ReleasePolicy:
        """The policy's words on this kind of release."""
        return self.policy.releases[self.period.kind]

    @property
    def year_start(self) -> dt.date:
        """First day of the fiscal year."""
        first = self.program.fiscal_year_start
        return read_period(self.period.fiscal_year, fiscal_year_start=first).start

    @property
    def nano_cap(self) -> int:
        """Most that the year's releases may cost, in nano-rho, with the correction set aside."""
        return int((self.policy.cap_rho - self.policy.correction_rho) * NANO)


def make_plan(
    policy: Policy, *, program: Program, period: Period, earlier: Sizes | None = None
) -> Plan:
    """Plan the release of a period.

    Args:
        policy: The program's privacy policy, approved or not.
        program: Gives areas and residents.
        period: The period; its kind chooses the release of the policy.
        earlier: Published estimates of an earlier release of the same kind; see `read_sizes`. Only
            a year looks at them: a quarter's are so noisy that its marks would change with them
            within one policy year, so parts of a year keep the policy's sizes.

    Returns:
        The plan. The same policy, program and period give the same plan.

    Raises:
        PrivacyError: The policy has no release of that kind, a table counts by something that has
            no public keys, a public share is of no key, or the numbers would not fit.
    """
    if period.kind not in policy.releases:
        raise PrivacyError(
            f"The policy has no {period.kind.value} release, so {period.name!r} cannot be planned. "
            f"Add releases.{period.kind.value} to privacy.yaml, or ask for another period."
        )
    terms = policy.releases[period.kind]
    dimensions = find_dimensions(terms, program=program, period=period)
    blocks = _make_blocks(terms)
    nano_rho = int(terms.rho * NANO)
    spec = Spec(
        release=period.name,
        fiscal_year=period.fiscal_year,
        months=period.months,
        nano_rho=nano_rho,
        scale=calibrate(WHOLE**2 * sum(one.bound_squared for one in blocks), nano_rho=nano_rho),
        axes=make_axes(terms, dimensions),
        blocks=blocks,
    )
    _check_noise(spec, terms)
    _check_size(spec)
    numbers = {
        block.name: tuple(
            plan_numbers(
                spec,
                block,
                terms.blocks[block.name],
                shares=public_shares(
                    block.name, terms.blocks[block.name], program=program, period=period
                ),
                earlier=(earlier or {}) if period.kind is PeriodKind.YEAR else {},
            )
        )
        for block in spec.blocks
    }
    return Plan(spec, policy, program, period, dimensions, numbers)


def raw_sd(block: BlockPolicy, table: TablePolicy, *, rho: float) -> float:
    """Noise that a table's share buys, before tables are reconciled.

    Args:
        block: The block; its clip is in records that fall in every table.
        table: One of its tables.
        rho: What the whole release costs.

    Returns:
        Standard deviation of one count in records, of one sum in units of the measure.

    Source: docs/privacy/noise.md.
    """
    reach = table.measure.range if table.measure else 1
    return float(block.clip) * reach / math.sqrt(2 * rho * block.split * table.share)


def _make_blocks(terms: ReleasePolicy) -> tuple[Block, ...]:
    """Give every table a whole factor, so that one common noise serves them all.

    The factors are inside the bound: rounding them shifts a little noise between tables and
    leaves no slack.
    """
    precision = {
        name: 1 / raw_sd(block, table, rho=float(terms.rho))
        for block in terms.blocks.values()
        for name, table in block.tables.items()
    }
    unit = min(precision.values()) / _LEAST_FACTOR
    return tuple(
        _make_block(name, block, {table: round(precision[table] / unit) for table in block.tables})
        for name, block in terms.blocks.items()
    )


def _make_block(name: str, block: BlockPolicy, factors: Mapping[str, int]) -> Block:
    tables = tuple(
        Table(
            name=table,
            dims=terms.dims,
            drop={dim: levels for dim, levels in terms.drop.items() if levels},
            measure=Measure(column=terms.measure.column, range=terms.measure.range)
            if terms.measure
            else None,
            factor=factors[table],
        )
        for table, terms in block.tables.items()
    )
    clip = str(block.clip)
    return Block(name=name, clip=clip, bound_squared=bound(clip, tables), tables=tables)


def _check_noise(spec: Spec, terms: ReleasePolicy) -> None:
    for block in spec.blocks:
        for table in block.tables:
            policy = terms.blocks[block.name]
            asked = raw_sd(policy, policy.tables[table.name], rho=float(terms.rho))
            if abs(spec.raw_sd(table) / asked - 1) > _ROUNDING:
                raise PrivacyError(
                    f"Table {table.name!r} would get noise of sd {spec.raw_sd(table):.4g}; its "
                    f"share asks for {asked:.4g}. Bring the shares in privacy.yaml closer together."
                )


def _check_size(spec: Spec) -> None:
    reach = max(table.reach for block in spec.blocks for table in block.tables)
    largest = reach * spec.whole * _MOST_RECORDS + round(100 * spec.scale)
    if largest >= _INT64 or spec.bound_squared * spec.whole**2 >= _INT128:
        raise PrivacyError(
            f"With these shares, {_MOST_RECORDS:,} records would not fit in whole numbers. "
            "Bring the shares in privacy.yaml closer together, or lower a measure's range."
        )
