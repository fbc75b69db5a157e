"""Mirrors benchmarks/combined.py and benchmarks/ways.py, on Riverton's own year and quarters.

Two-sided: the share of ranges that hold is normal over draws, with an sd that they show themselves;
five and a half of those are passed by chance once in 2.6e7.
"""

from collections.abc import Sequence
from math import inf, sqrt

import duckdb
import pytest

from benchmarks.combined import Mixed, judge_combined, mix
from benchmarks.coverage import Fitted, Floats, draw_estimates, fit_blocks
from benchmarks.truth import Truth, count_truth
from benchmarks.ways import WAYS
from privacy.plan import Plan
from tests.privacy.riverton import QUARTERS, YEAR, Record, hold_records, riverton_plan

DRAWS = 60
GATE = 5.5
CROWD = [
    *(Record(unit, "contacts", (unit % 7, unit % 5, unit % 11)) for unit in range(300)),
    *(Record(900 + unit, "no_contact", (unit % 13, unit % 3, unit % 4)) for unit in range(400)),
    *(Record(unit, "persons", (unit % 6, unit % 4)) for unit in range(300)),
    *(Record(5000 + unit, "surveys", (unit % 5,)) for unit in range(90)),
]
Drawn = Sequence[Sequence[Floats]]


@pytest.fixture(scope="module")
def plans() -> list[Plan]:
    return [riverton_plan(name) for name in (YEAR, *QUARTERS)]


@pytest.fixture(scope="module")
def truths(plans: list[Plan]) -> list[Truth]:
    """The same crowd in every release: a year then bounds fewer records than its quarters."""
    found = []
    for plan in plans:
        with duckdb.connect() as engine:
            view = hold_records(plan, CROWD, engine=engine)
            found.append(count_truth(plan.spec, connection=engine, incidents=view))
    return found


@pytest.fixture(scope="module")
def fits(plans: list[Plan], truths: list[Truth]) -> list[list[Fitted]]:
    pairs = zip(plans, truths, strict=True)
    return [fit_blocks(plan.spec, truth.bounded) for plan, truth in pairs]


@pytest.fixture(scope="module")
def mixed(plans: list[Plan], fits: list[list[Fitted]]) -> list[Mixed]:
    return mix(plans, fits)


def draw(
    plans: list[Plan], truths: list[Truth], fits: list[list[Fitted]], *, strength: float = 1.0
) -> list[Drawn]:
    """Draw every release; one entry a draw, so that their spread can be seen."""
    many = [
        draw_estimates(
            plan.spec, truth.bounded, mine, draws=DRAWS, scale=strength * plan.spec.scale
        )
        for plan, truth, mine in zip(plans, truths, fits, strict=True)
    ]
    return [
        [[block[at : at + 1] for block in release] for release in batch]
        for batch in zip(*many, strict=True)
        for at in range(len(batch[0][0]))
    ]


def gaps(mixed: list[Mixed], draws: list[Drawn]) -> dict[str, float]:
    """How many of its own sd the share of ranges that held lies from 95%, by way."""
    each = [judge_combined(mixed, [one], within=inf) for one in draws]
    found = {}
    for way in WAYS[1:]:
        shares = [one[f"coverage_95_combined_{way}"] for one in each]
        mean = sum(shares) / DRAWS
        sd = sqrt(sum((share - mean) ** 2 for share in shares) / (DRAWS - 1))
        found[way] = (mean - 95) / (sd / sqrt(DRAWS))
    return found


def test_combined_ranges_cover_what_year_and_quarters_bound_together(
    plans: list[Plan], truths: list[Truth], fits: list[list[Fitted]], mixed: list[Mixed]
) -> None:
    found = gaps(mixed, draw(plans, truths, fits))

    assert all(abs(gap) < GATE for gap in found.values()), found


def test_the_same_check_fails_for_noise_that_is_a_quarter_too_strong(
    plans: list[Plan], truths: list[Truth], fits: list[list[Fitted]], mixed: list[Mixed]
) -> None:
    found = gaps(mixed, draw(plans, truths, fits, strength=1.25))

    assert all(gap < -GATE for gap in found.values()), found


def test_a_combined_year_of_riverton_is_narrower_as_its_plan_says(mixed: list[Mixed]) -> None:
    """Release-plan, section 5: shared numbers about 20 to 45% narrower."""
    rows = [one.year.sums.rows["total"][0] for one in mixed]

    found = [
        sqrt(row @ one.blend.noise @ row) / sqrt(row @ one.year.fit.covariance @ row)
        for row, one in zip(rows, mixed, strict=True)
    ]

    assert all(0.5 < ratio < 0.85 for ratio in found), found
    assert sum(len(one.blend.shared.wheres) for one in mixed) > 300
