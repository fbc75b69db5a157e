"""Mirrors reports/quality/bridge.py: from the quarters to the year."""

import pytest

from reports.quality.bridge import Span, bridge_table, build_bridge
from reports.quality.find import whole
from reports.released import Release
from tests.reports.sample_release import LOSS


def spans(year: Release, quarters: tuple[Release, ...]) -> dict[str, Span]:
    return {span.block: span for span in build_bridge(year, quarters)}


def test_the_steps_lead_from_the_quarters_to_the_official_total(
    whole_year: Release, quarters: tuple[Release, ...]
) -> None:
    span = spans(whole_year, quarters)["contacts"]

    steps = dict(span.steps)
    assert len(span.parts) == 4
    added = sum(one.value for _, one in span.parts)
    assert steps["sum"].value == pytest.approx(added)
    assert steps["limit"].value == pytest.approx(added * LOSS / (1 - LOSS))
    walked = steps["sum"].value + steps["limit"].value + steps["rest"].value
    assert walked == pytest.approx(steps["year"].value)


def test_the_official_total_of_visits_is_the_anchor_and_of_other_calls_their_own(
    whole_year: Release, quarters: tuple[Release, ...]
) -> None:
    found = spans(whole_year, quarters)

    visits, calls = dict(found["contacts"].steps), dict(found["no_contact"].steps)
    cells = whole(whole_year, "no_contact")
    assert cells is not None
    assert visits["year"].value == whole_year.total("contacts_total").value
    assert "year_bounded" in visits
    assert "year_bounded" not in calls
    assert calls["year"].value == whole_year.sum(cells).value
    assert calls["limit"].value == 0


def test_noise_of_the_parts_and_of_the_year_is_added_for_what_is_left(
    whole_year: Release, quarters: tuple[Release, ...]
) -> None:
    span = spans(whole_year, quarters)["contacts"]

    steps = dict(span.steps)
    variance = sum(one.sd**2 for _, one in span.parts) + steps["year"].sd ** 2
    assert steps["limit"].sd > 0.2 * steps["limit"].value / 2
    variance += steps["limit"].sd ** 2  # how far the planned loss may be off
    assert steps["rest"].sd == pytest.approx(variance**0.5)
    assert steps["rest"].low < steps["rest"].value < steps["rest"].high


def test_a_missing_quarter_is_named_and_nothing_is_added_up(
    whole_year: Release, quarters: tuple[Release, ...]
) -> None:
    span = spans(whole_year, quarters[:3])["contacts"]

    assert span.missing == ("2019-Q4",)
    assert [name for name, _ in span.steps] == ["year_bounded", "year"]


def test_a_year_without_any_part_has_no_bridge(whole_year: Release) -> None:
    assert build_bridge(whole_year, [whole_year]) == ()


def test_the_file_has_every_step_of_every_block(
    whole_year: Release, quarters: tuple[Release, ...]
) -> None:
    text = bridge_table(build_bridge(whole_year, quarters))

    lines = [line.split(",") for line in text.splitlines()]
    assert lines[0] == ["block", "step", "value", "low", "high", "sd"]
    assert len(lines) == 1 + 9 + 8
    assert all(len(line) == 6 for line in lines)
    assert {line[0] for line in lines[1:]} == {"contacts", "no_contact"}
