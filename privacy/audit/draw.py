"""Draw noisy tables of made-up incidents, for anyone who wants to attack them.

The chain: records -> **draw**. The same clip, count and noise as a release, and nothing else of
it: no ledger is opened, nothing is charged, and what comes out is an array of numbers that no
report and no page can take in.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from data_contracts.errors import ContractError
from data_contracts.period import Period, PeriodKind, fiscal_year_of, read_period
from data_contracts.program import Program, load_program
from privacy.audit.membership import Mechanism
from privacy.audit.records import months_of, require_made_up, take_incidents
from privacy.errors import PrivacyError
from privacy.plan import make_plan
from privacy.policy import Policy, load_policy
from privacy.spec import Spec

_MONTHS = {PeriodKind.QUARTER: 3, PeriodKind.HALF: 6, PeriodKind.YEAR: 12}


class CellName(NamedTuple):
    """What one column of a draw is: a statistic of one cell of one table.

    A table of sums is drawn as what is missing to the range (`rest`) and the `sum`.
    """

    block: str
    table: str
    statistic: str
    cell: tuple[str, ...]


def draw(
    policy: Policy | Path | str,
    incidents: pd.DataFrame | pa.Table,
    draws: int,
    *,
    program: Program | Path | str | None = None,
    period: Period | str | None = None,
) -> NDArray[np.float64]:
    """Draw the release of made-up incidents many times over, with its own clip and noise.

    **Stability:** adding or removing one participant, or one incident of nobody known, changes the
    chances of any row of the result by at most the rho of the release.

    Args:
        policy: The policy, or its `privacy.yaml`.
        incidents: One row an incident and person: `participant` (any id; null where nobody is
            known, who is then a unit of their own), `block_code`, `month` (`YYYY-MM`), and a column
            for every dimension (`area` or `area_code`) and measure that the policy counts by.
        draws: How many releases, 1 or more.
        program: The program, or its folder; by default the `program.yaml` beside the policy.
        period: The release, such as `2025-Q3`; by default the shortest of the policy that holds all
            months of the incidents. Name it where two frames are compared.

    Returns:
        Noisy estimates in records, or in units of a measure: draws x cells, in the order of
        `cells`. They are not reconciled, and nothing is rounded.

    Raises:
        PrivacyError: The incidents come from a vault or lack a column, there is no such release, or
            `draws` is not a number above 0.
    """
    if type(draws) is not int or draws < 1:
        raise PrivacyError(
            f"`draws` must be a whole number of releases, at least 1; got {draws!r}. Mend the call."
        )
    require_made_up(incidents)
    spec = _find_spec(policy, program, period, months_of(incidents) if period is None else ())
    mechanism = Mechanism(spec)
    exact = mechanism.exact(take_incidents(incidents, spec))
    return np.asarray(mechanism.noisy(exact, draws) / np.array(_factors(spec)))


def cells(
    policy: Policy | Path | str,
    *,
    program: Program | Path | str | None = None,
    period: Period | str | None = None,
) -> list[CellName]:
    """Name the columns of a draw.

    Args:
        policy: The policy, or its `privacy.yaml`.
        program: The program, or its folder; by default the `program.yaml` beside the policy.
        period: The release; by default the policy's shortest, of the program's first months.

    Returns:
        One name a column, in order.

    Raises:
        PrivacyError: There is no such release.
    """
    spec = _find_spec(policy, program, period, ())
    return [
        CellName(series.block.name, series.table.name, series.statistic, cell)
        for series in spec.series()
        for cell in series.cells
    ]


def _find_spec(
    policy: Policy | Path | str,
    program: Program | Path | str | None,
    period: Period | str | None,
    months: tuple[str, ...],
) -> Spec:
    terms, beside = (policy, None) if isinstance(policy, Policy) else _read_policy(Path(policy))
    where = program if program is not None else beside
    if where is None:
        raise PrivacyError(
            "A policy counts by the areas of its program, and none was given. Pass `program`: a "
            "Program, or the folder of a program.yaml."
        )
    try:
        city = where if isinstance(where, Program) else load_program(_folder(Path(where)))
        if not isinstance(period, Period):
            name = period or _fitting(terms, city, months)
            period = read_period(name, fiscal_year_start=city.fiscal_year_start)
    except ContractError as error:
        raise PrivacyError(str(error)) from None
    return make_plan(terms, program=city, period=period).spec


def _read_policy(path: Path) -> tuple[Policy, Path]:
    file = path / "privacy.yaml" if path.is_dir() else path
    return load_policy(file), file.parent


def _folder(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _fitting(policy: Policy, program: Program, months: tuple[str, ...]) -> str:
    """Name the shortest release of a policy that holds all months."""
    begins = program.fiscal_year_start
    first = months[0] if months else program.first_month
    year = fiscal_year_of(first, fiscal_year_start=begins)[2:]
    names = [f"{year}-Q{n}" for n in range(1, 5)] + [f"{year}-H{n}" for n in (1, 2)] + [f"FY{year}"]
    periods = [read_period(name, fiscal_year_start=begins) for name in names]
    for period in periods:
        if period.kind in policy.releases and set(months or (first,)) <= set(period.months):
            return period.name
    raise PrivacyError(
        "No release of the policy holds all months of the incidents. Pass those of one fiscal "
        "year, written YYYY-MM, or name the `period`."
    )


def _factors(spec: Spec) -> list[int]:
    return [s.table.factor * spec.whole for s in spec.series() for _ in s.cells]
