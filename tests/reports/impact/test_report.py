"""Mirrors reports/impact/report.py and dose.py."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from reports.errors import ReportError
from reports.estimate import Estimate, Mark
from reports.exact import Exact, open_exact
from reports.impact.designs import Design, Designs
from reports.impact.dose import Dose, Fit, per_visit
from reports.impact.report import Impact, Judged, Lacking, Trend, estimate_impact
from reports.program_facts import ProgramFacts
from reports.released import Release
from tests.reports.impact.sample_designs import DESIGNS, LOW_LEVEL, WELFARE
from tests.reports.impact.sample_outcomes import OTHERS, PROGRAM, TREATED, Plan, write_outcomes


def impact(
    release: Release,
    folder: Path,
    *designs: Design,
    program: ProgramFacts = PROGRAM,
    plan: Plan | None = None,
) -> Impact:
    exact = open_exact(write_outcomes(folder, plan).parent)
    chosen = Designs(
        decided_on=DESIGNS.decided_on, decided_by=DESIGNS.decided_by, designs=designs or (WELFARE,)
    )
    return estimate_impact(release, program=program, designs=chosen, exact=exact)


def test_areas_come_from_the_program_where_a_design_lists_none(
    release: Release, tmp_path: Path
) -> None:
    (found,) = impact(release, tmp_path).results

    assert isinstance(found, Judged)
    assert found.study.panel.areas == (*TREATED, *OTHERS)
    assert found.study.panel.months[-1] == release.period.months[-1]


def test_a_design_may_choose_its_areas(release: Release, tmp_path: Path) -> None:
    chosen = {"treated": TREATED[:4], "comparison": OTHERS[2:9]}

    (found,) = impact(release, tmp_path, WELFARE.model_copy(update=chosen)).results

    assert isinstance(found, Judged)
    assert found.study.panel.areas == (*TREATED[:4], *OTHERS[2:9])
    assert found.dose is None  # this release counts no visits by area


@pytest.mark.parametrize("field", ["treated", "comparison"])
def test_an_area_that_the_program_does_not_have_is_refused(
    release: Release, tmp_path: Path, field: str
) -> None:
    wrong = WELFARE.model_copy(update={field: ("atlantis",)})

    with pytest.raises(ReportError, match=rf"impact\.yaml: {field} of design .*'atlantis'"):
        impact(release, tmp_path, wrong)


@pytest.mark.parametrize(("treated", "others"), [(1, 12), (6, 1), (6, 0), (1, 0)])
def test_too_few_areas_are_described_and_not_compared(
    release: Release, tmp_path: Path, treated: int, others: int
) -> None:
    few = replace(PROGRAM, areas=PROGRAM.areas[:treated], comparison=PROGRAM.comparison[:others])

    (found,) = impact(release, tmp_path, program=few).results

    assert isinstance(found, Trend)


def test_one_design_that_cannot_be_run_does_not_stop_the_others(
    release: Release, tmp_path: Path
) -> None:
    plan = Plan(effects={"police_welfare_checks": -0.2, "violent_offenses": 0.0})

    found = impact(release, tmp_path, LOW_LEVEL, WELFARE, plan=plan)

    assert isinstance(found.results[0], Lacking)
    assert len(found.judged) == 1


@pytest.mark.parametrize(
    ("missing", "text"),
    [({}, "imp_lack_feed"), ({"outcomes": "refused"}, "imp_lack_refused")],
)
def test_a_missing_table_is_named(
    release: Release, tmp_path: Path, missing: dict[str, str], text: str
) -> None:
    exact = Exact(tmp_path, missing=missing)

    found = estimate_impact(release, program=PROGRAM, designs=DESIGNS, exact=exact)

    assert found.lack is not None
    assert found.lack.text == text
    assert found.results == ()


def test_an_outcome_that_never_happens_cannot_be_compared(release: Release, tmp_path: Path) -> None:
    folder = write_outcomes(tmp_path)
    rows = pd.read_csv(folder / "outcomes.csv")
    rows.loc[rows["outcome_code"] == WELFARE.outcome, "n_events"] = 0
    rows.to_csv(folder / "outcomes.csv", index=False)

    found = estimate_impact(release, program=PROGRAM, designs=DESIGNS, exact=open_exact(tmp_path))

    assert isinstance(found.results[0], Lacking)
    assert found.results[0].lack.text == "imp_lack_zero"


def test_a_table_without_its_columns_is_named(release: Release, tmp_path: Path) -> None:
    class Odd(Exact):
        def table(self, name: str) -> pd.DataFrame | None:
            return pd.DataFrame({"month": [name]})

    found = estimate_impact(release, program=PROGRAM, designs=DESIGNS, exact=Odd(tmp_path))

    assert found.lack is not None
    assert found.lack.text == "imp_lack_columns"
    assert "n_events" in str(found.lack)


def test_the_size_is_set_beside_the_visits_of_the_same_months(
    release: Release, tmp_path: Path
) -> None:
    (found,) = impact(release, tmp_path).results
    assert isinstance(found, Judged)
    dose = found.dose
    assert dose is not None

    panel = found.study.panel
    seen = panel.counts[: panel.n_treated, -12:].sum()
    assert dose.avoided[0] == pytest.approx(
        seen * (1 / (1 + found.study.effect.percent[0] / 100) - 1)
    )
    assert dose.avoided[1] < dose.avoided[0] < dose.avoided[2]
    assert dose.visits.value == pytest.approx(1400, rel=0.1)
    assert dose.each[0] == pytest.approx(dose.avoided[0] / dose.visits.value)
    assert dose.bounded


def test_visits_that_a_release_does_not_count_give_no_size(
    release: Release, tmp_path: Path
) -> None:
    asked = WELFARE.model_copy(
        update={"answered": {"age_band": ("under_20",), "housing": ("housed",)}}
    )

    (found,) = impact(release, tmp_path, asked).results

    assert isinstance(found, Judged)
    assert found.dose is None


def test_visits_may_be_chosen_by_any_released_dimension(release: Release, tmp_path: Path) -> None:
    asked = WELFARE.model_copy(update={"answered": {"naloxone": ("given",)}})

    (found,) = impact(release, tmp_path, asked).results

    assert isinstance(found, Judged)
    assert found.dose is not None
    assert found.dose.visits.value == pytest.approx(1400 * 0.62, rel=0.1)


@pytest.mark.parametrize(
    ("each", "fit"),
    [
        ((0.5, 0.3, 0.8), Fit.DIRECT),
        ((0.9, 0.6, 1.3), Fit.UNCLEAR),
        ((1.3, 0.6, 2.0), Fit.UNCLEAR),
        ((1.8, 1.1, 2.6), Fit.TOO_MUCH),
    ],
)
def test_more_than_one_for_each_visit_is_too_much(
    each: tuple[float, float, float], fit: Fit
) -> None:
    visits = Estimate(100, 1, 98, 102, Mark.USE)

    assert Dose(visits, (0, 0, 0), each, bounded=True).fit is fit


def test_noise_in_the_visits_widens_the_range() -> None:
    exact = per_visit((50, 30, 70), Estimate(100, 0, 100, 100, Mark.USE))
    noisy = per_visit((50, 30, 70), Estimate(100, 20, 67, 133, Mark.USE))

    assert noisy[1] < exact[1] < exact[0] == noisy[0] < exact[2] < noisy[2]
