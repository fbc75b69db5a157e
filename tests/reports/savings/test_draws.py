"""Mirrors reports/savings/draws.py: what is drawn, and that ranges hold what they promise."""

from dataclasses import replace
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from reports.errors import ReportError
from reports.parameters import Parameters
from reports.released import Release, open_release
from reports.savings import model as model_module
from reports.savings.assumptions import Assumptions
from reports.savings.draws import (
    Counts,
    count_together,
    generator,
    pert,
    pert_together,
    range_of,
)
from reports.savings.model import Model
from reports.savings.tally import Tally, find_tally

WORLDS = 400
LEAST, MOST = 0.855, 0.945  # three standard deviations of 400 worlds around 90 of 100


def test_sums_that_share_cells_vary_together(release: Release) -> None:
    given = release.select("naloxone", naloxone="given")
    all_of_it = release.select("naloxone")

    counts = count_together(release, {"given": given, "all": all_of_it})

    assert counts.mean[0] == release.sum(given).value
    assert counts.covariance[0, 1] == pytest.approx(release.moments(given, all_of_it)[1])
    drawn = counts.draw(np.random.default_rng(3), 40_000)
    found = np.cov(drawn["given"], drawn["all"])
    assert found == pytest.approx(counts.covariance, rel=0.06, abs=6)


def test_pert_stays_between_its_ends_and_leans_to_the_middle(parameters: Parameters) -> None:
    span = parameters["emergency_visit"].span

    drawn = pert(np.random.default_rng(5), span, 50_000)

    assert drawn.min() >= span.low
    assert drawn.max() <= span.high
    mean = (span.low + 4 * span.central + span.high) / 6
    assert float(drawn.mean()) == pytest.approx(mean, rel=0.01)
    assert float(drawn.var()) == pytest.approx((mean - span.low) * (span.high - mean) / 7, rel=0.05)


def test_values_of_one_file_are_high_and_low_together(parameters: Parameters) -> None:
    spans = parameters["police_attended_by_group"].spans

    drawn = pert_together(np.random.default_rng(7), spans, 2000)

    order = np.argsort(drawn["welfare"])
    assert (np.diff(drawn["mental_health"][order]) >= 0).all()
    assert set(drawn["unknown"]) == {spans["unknown"].central}


def test_the_same_release_gives_the_same_draws(year: Release) -> None:
    first, second = (generator(year).random(5).tolist() for _ in range(2))

    assert first == second


def test_a_release_without_measurements_is_refused(year: Release, tmp_path: Path) -> None:
    copy = Path(copytree(year.folder, tmp_path / "FY2025"))
    (copy / "measurements.parquet").unlink()

    with pytest.raises(ReportError, match=r"measurements\.parquet"):
        generator(open_release(copy))


def test_ranges_hold_the_truth_nine_times_in_ten(
    year: Release, parameters: Parameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two-sided: in 400 invented worlds neither too few nor too many ranges hold it."""
    tally, assumptions = find_tally(year), Assumptions(parameters, "call_type")
    assert isinstance(tally, Tally)
    rng = np.random.default_rng(11)
    names, wide = tally.counts.names, tally.counts.covariance * 25
    planner = Model(tally, assumptions, rng, months=12)
    noise = Counts(names, np.zeros(len(names)), wide).draw(rng, WORLDS)
    truths = planner.run(assumptions.draw(rng, WORLDS), tally.counts.at(WORLDS)).value
    monkeypatch.setattr(model_module, "DRAWS", 1500)

    held, below = 0, 0
    for world in range(WORLDS):
        seen = tally.counts.mean + np.array([noise[name][world] for name in names])
        counts = Counts(names, seen, wide)
        found = Model(
            replace(tally, counts=counts),
            assumptions,
            np.random.default_rng([13, world]),
            months=12,
        )
        _, low, high = range_of(found.drawn.value.resource_usd)
        truth = float(truths.resource_usd[world])
        held += low <= truth <= high
        below += truth < low

    assert LEAST <= held / WORLDS <= MOST
    assert 0.017 <= below / WORLDS <= 0.083
