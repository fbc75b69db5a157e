"""Mirrors reports/quality/gather.py: visits brought to the total that was measured apart."""

from math import hypot

import numpy as np
import pytest

from reports.anchor import loss_sd
from reports.cells import Cells
from reports.estimate import Mark
from reports.quality.find import whole
from reports.quality.gather import anchored, gather
from reports.released import Release
from tests.reports.sample_release import LOSS, without_loss

DRAWS, SLACK = 4000, 0.02


def visits(release: Release) -> Cells:
    found = whole(release, "contacts")
    assert found is not None
    return found


def test_the_total_becomes_the_anchor_itself(whole_year: Release) -> None:
    anchor = whole_year.total("contacts_total")

    found = whole_year.sum(whole_year.scaled(visits(whole_year)))

    assert found.value == pytest.approx(anchor.value)
    assert found.sd == pytest.approx(anchor.sd)
    assert found.mark is Mark.USE


def test_a_part_is_scaled_by_anchor_over_total(whole_year: Release) -> None:
    part = whole_year.select("naloxone", naloxone="given")
    total, anchor = whole_year.sum(visits(whole_year)), whole_year.total("contacts_total")

    found = whole_year.sum(whole_year.scaled(part))

    raw = whole_year.sum(part)
    assert found.value == pytest.approx(raw.value * anchor.value / total.value)
    assert found.mark is raw.mark


def test_the_noise_of_a_scaled_part_is_what_redrawing_shows(whole_year: Release) -> None:
    part = whole_year.select("naloxone", naloxone="given")
    total, anchor = visits(whole_year), whole_year.select("contacts_total")
    (c, _), (t, _), (a, _) = (whole_year.moments(one) for one in (part, total, anchor))
    pairs = [(one, other) for one in (part, total) for other in (part, total)]
    block = np.array([whole_year.moments(one, other)[1] for one, other in pairs]).reshape(2, 2)
    rng = np.random.default_rng(5)
    parts = rng.multivariate_normal([c, t], block, DRAWS)
    anchors = rng.normal(a, whole_year.sum(anchor).sd, DRAWS)

    drawn = parts[:, 0] * anchors / parts[:, 1]

    assert whole_year.sum(whole_year.scaled(part)).sd == pytest.approx(drawn.std(), rel=0.05)


def test_without_an_anchor_nothing_is_scaled(release: Release) -> None:
    release = without_loss(release)
    cells = visits(release)

    assert release.scaled(cells) is cells
    assert not anchored(release)


def test_without_an_anchor_the_planned_loss_is_added_back_with_its_error(release: Release) -> None:
    cells = visits(release)

    limited, found = release.sum(cells), release.sum(release.scaled(cells))

    expected = release.package.blocks["contacts"].expected
    error = loss_sd(LOSS, expected=expected) / (1 - LOSS) ** 2 * limited.value
    assert not anchored(release)
    assert found.value == pytest.approx(limited.value / (1 - LOSS))
    assert found.sd == pytest.approx(hypot(limited.sd / (1 - LOSS), error))


def test_blocks_are_added_up_and_visits_are_as_many_as_the_anchor_says(
    whole_year: Release,
) -> None:
    blocks = {"contacts": {}, "no_contact": {"path": ("not_found",)}}

    found = gather(whole_year, blocks)

    assert found is not None
    missed = whole_year.total("path_area", path="not_found").value
    raw = whole_year.sum(visits(whole_year)).value + missed
    scaled = whole_year.total("contacts_total").value + missed
    assert whole_year.moments(found)[0] == pytest.approx(raw, rel=1e-4)
    assert whole_year.sum(found).value == pytest.approx(scaled, rel=1e-4)


def test_a_block_that_cannot_tell_a_group_gives_nothing(whole_year: Release) -> None:
    assert gather(whole_year, {"persons": {}}, within={"area": ("downtown",)}) is None
    assert gather(whole_year, {"surveys": {"felt_safe": ("yes", "nonsense")}}) is None


def test_a_group_stays_inside_what_is_chosen(whole_year: Release) -> None:
    chosen = {"persons": {"race": ("black", "white")}}

    inside = gather(whole_year, chosen, within={"race": ("black",)})
    outside = gather(whole_year, chosen, within={"race": ("unknown",)})

    assert inside is not None
    total = whole_year.total("persons_race", race="black")
    assert whole_year.sum(inside).value == pytest.approx(total.value)
    assert outside is None
