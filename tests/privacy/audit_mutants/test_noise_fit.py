"""The noise is held against the plan, and every way in which it can be wrong is told apart.

Each check fails right noise with a chance below 1e-6, and is asked twice before it says so.
"""

from collections.abc import Callable, Sequence

import pytest

from privacy import measure
from privacy.audit.broken import standing_in
from privacy.audit.noise_fit import check_fits, check_noise, check_processes, check_refusals
from privacy.noise import Records
from privacy.spec import Spec
from tests.privacy.riverton import riverton_plan

DRAWS = 20_000


@pytest.fixture(scope="module")
def spec() -> Spec:
    return riverton_plan("2025-Q1").spec


def failing(spec: Spec, spoil: Callable[[list[int]], list[int]]) -> set[str]:
    """Draw by the real code, spoil what it drew, and name the checks that see it."""
    real = measure.draw

    def spoilt(spec: Spec, exact: Records) -> list[int]:
        return spoil(real(spec, exact))

    with standing_in(real, spoilt):
        return {one.name for one in check_fits(spec, draws=DRAWS) if not one.ok}


def test_right_noise_passes_every_check_in_one_process_and_in_others(spec: Spec) -> None:
    found = check_noise(spec, draws=DRAWS)

    assert [one.said for one in found if not one.ok] == []
    assert {one.name for one in found} == {
        *("noise_bias", "noise_variance", "noise_shape", "noise_correlation"),
        *("noise_equal_cells", "noise_refusals", "noise_processes"),
    }


def test_noise_that_leans_to_one_side_is_seen(spec: Spec) -> None:
    lean = round(0.1 * spec.scale)

    assert "noise_bias" in failing(spec, lambda drawn: [one + lean for one in drawn])


@pytest.mark.parametrize("part", [0.9, 1.1])
def test_noise_that_is_a_tenth_too_small_or_too_large_is_seen(spec: Spec, part: float) -> None:
    seen = failing(spec, lambda drawn: [round(part * one) for one in drawn])

    assert {"noise_variance", "noise_shape"} <= seen


def test_noise_of_the_right_width_and_another_shape_is_seen(spec: Spec) -> None:
    """Two points at one standard deviation: mean and variance are right."""
    wide = round(spec.scale)

    seen = failing(spec, lambda drawn: [wide if one > 0 else -wide for one in drawn])

    assert "noise_shape" in seen
    assert "noise_variance" not in seen


def test_a_draw_that_two_neighbours_share_is_seen(spec: Spec) -> None:
    def share(drawn: list[int]) -> list[int]:
        return [drawn[place - place % 2] for place in range(len(drawn))]

    assert {"noise_correlation", "noise_equal_cells"} <= failing(spec, share)


def test_a_release_that_repeats_the_noise_of_the_one_before_is_seen(spec: Spec) -> None:
    kept: list[list[int]] = []

    def repeat(drawn: list[int]) -> list[int]:
        kept.append(drawn)
        return kept[len(kept) // 2 * 2 - 1] if len(kept) > 1 else drawn

    assert "noise_correlation" in failing(spec, repeat)


@pytest.mark.parametrize("alike", [(0, 1), (2, 6)])
def test_processes_that_draw_alike_are_seen(alike: tuple[int, int]) -> None:
    vectors: list[Sequence[int]] = [[number] * 8 for number in range(7)]
    vectors[alike[1]] = vectors[alike[0]]

    assert not check_processes(lambda: vectors).ok
    assert check_processes(lambda: [[number] * 8 for number in range(7)]).ok


def test_a_plan_without_noise_is_not_drawn_but_refused(spec: Spec) -> None:
    found = check_fits(spec.model_copy(update={"scale": 0.0}), draws=DRAWS)

    assert [one.name for one in found] == ["noise_refusals"]
    assert found[0].ok
    assert check_refusals(spec).figures == {"asked": 4, "refused": 4}
