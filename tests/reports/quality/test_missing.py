"""Mirrors reports/quality/missing.py, and the sentences that say what is missing."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from reports.estimate import Estimate, Mark
from reports.metrics import NOT_ASKED, Measure, Target, load_registry
from reports.numbers import LANGUAGES
from reports.program_facts import CoverageFacts, ProgramFacts
from reports.quality.estimate import Missing, Result, estimate_measure
from reports.quality.findings import headline, missing_words
from reports.quality.missing import missing_share, with_missing, within_coverage
from reports.quality.page import quality_pages
from reports.quality.report import Known, estimate_report
from reports.released import Release, open_release
from reports.site.shell import Site
from tests.reports.sample_release import write_release, yearly


def estimated(key: str, release: Release, program: ProgramFacts) -> Result:
    result = estimate_measure(load_registry()[key], release, program)
    assert result
    return with_missing(result, release)


def test_the_share_without_an_answer_is_that_of_the_published_cells(
    whole_year: Release, program: ProgramFacts
) -> None:
    result = estimated("naloxone", whole_year, program)
    cells = whole_year.table("naloxone").set_index("naloxone")["estimate"]

    assert result.missing[0]
    assert result.missing[0].of == "visits"
    assert result.missing[0].share.value == pytest.approx(100 * cells["unknown"] / cells.sum())


def test_what_is_not_recorded_is_shown_even_where_its_size_was_not_planned_for(
    whole_year: Release, program: ProgramFacts
) -> None:
    """A share of visits without a time was called "too few people to publish"."""
    for key, measure in load_registry().items():
        result = estimate_measure(measure, whole_year, program)
        for row in with_missing(result, whole_year).breakdown.rows if result else ():
            if row.key == "unknown":
                assert row.harm or row.found.mark is Mark.USE, key


def test_more_than_half_without_an_answer_is_never_marked_use(
    whole_year: Release, program: ProgramFacts
) -> None:
    seen = 0
    for measure in load_registry().values():
        found = estimate_measure(measure, whole_year, program)
        if found is None:
            continue
        result = with_missing(found, whole_year)
        for value, lacks in zip(result.values, result.missing, strict=True):
            if lacks and lacks.share.value > 50:
                seen += 1
                assert value.mark is not Mark.USE, measure.key
        first = result.missing[0]
        if first and first.share.value > 50:
            rows = [row for row in result.breakdown.rows if row.key != "unknown"]
            assert all(row.found.mark is not Mark.USE for row in rows), measure.key
            assert headline(result, 0, language="en").missing, measure.key
    assert seen > 3


def test_a_range_that_takes_up_half_of_its_scale_is_never_marked_use(
    whole_year: Release, program: ProgramFacts
) -> None:
    found = estimate_measure(load_registry()["naloxone"], whole_year, program)
    assert found
    wide = replace(found, values=(Estimate(50, 30, 5, 95, Mark.USE),))

    assert with_missing(wide, whole_year).values[0].mark is Mark.CAUTION
    assert with_missing(found, whole_year).values[0].mark is Mark.USE


def test_a_survey_says_how_many_answers_came_back_and_that_the_range_covers_noise_alone(
    whole_year: Release, program: ProgramFacts
) -> None:
    answers = estimated("survey_answers", whole_year, program).values[0].value
    surveys = [m for m in load_registry().values() if set(m.values[0].under) == {"surveys"}]

    assert len(surveys) == 5
    for measure in surveys:
        result = estimated(measure.key, whole_year, program)
        lacks = missing_share(measure.values[0], whole_year)
        assert lacks == result.missing[0]
        assert lacks
        assert lacks.share.value == pytest.approx(100 - answers)
        assert f"{round(answers)} answers" in headline(result, 0, language="en").missing
        assert "not the people who did not answer" in headline(result, 0, language="en").missing
        assert "no a quienes no respondieron" in headline(result, 0, language="es").missing


def test_a_target_is_never_called_reached_without_the_share_that_has_no_answer(
    tmp_path: Path, program: ProgramFacts
) -> None:
    release = open_release(write_release(tmp_path / "public" / "releases", "FY2019", yearly()))
    site = Site(tmp_path / "public", program, (release,))
    board = NOT_ASKED.model_copy(update={"targets": {"felt_safe": Target(at_least=1)}})
    report = estimate_report(site, release, board, Known(site))

    page = quality_pages(site, report, language="en")["reports/FY2019/quality/felt-safe.html"]

    said = re.search(r"<dt>Reached\?</dt><dd>(.*?)</dd>", page)
    assert said
    assert said[1].startswith("Yes")
    assert "answers came back for every 100 visits" in said[1]


def test_every_kind_of_record_has_words_for_what_is_missing(
    whole_year: Release, program: ProgramFacts
) -> None:
    result = estimated("naloxone", whole_year, program)
    share = Estimate(14, 1, 13, 15, Mark.USE)
    for of in ("visits", "calls", "people", "surveys"):
        lacks = Missing(share, of)
        for language in LANGUAGES:
            said = missing_words(replace(result, missing=(lacks,)), 0, language=language)
            assert ("86" if of == "surveys" else "14") in said


def test_a_month_that_no_record_reaches_is_not_drawn(
    whole_year: Release, program: ProgramFacts
) -> None:
    """Three months without a record were drawn as zero, with a range, and marked use."""
    why = {"en": "why", "es": "por qué"}
    covered = CoverageFacts(date(2019, 4, 9), date(2019, 11, 30), why, "encounters")
    result = estimate_measure(load_registry()["visits"], whole_year, program)
    assert result

    told = within_coverage(result, replace(program, coverage=(covered,)))
    other = within_coverage(result, replace(program, coverage=(replace(covered, table="calls"),)))

    assert [row.key for row in told.breakdown.rows] == [f"2019-{n:02}" for n in range(4, 12)]
    assert len(other.breakdown.rows) == len(result.breakdown.rows) == 12


def shares() -> list[Measure]:
    return [m for m in load_registry().values() if m.values[0].kind == "share"]


@pytest.mark.parametrize("measure", shares(), ids=lambda one: one.key)
def test_two_denominators_are_never_in_the_same_words(measure: Measure) -> None:
    """45 of 100 people had no home in the headline, 43 of 100 people in the picture below."""
    figure, under = measure.figure, measure.values[0].under
    said: dict[str, list[object]] = {}
    for value in measure.values:
        words = f"{value.big['en']} {value.rest['en']}"
        said.setdefault(_after(words), []).append(dict(value.under))
    if figure.title and figure.show == "share":
        said.setdefault(_after(figure.title["en"], "}"), []).append(dict(figure.among or under))

    for words, found in said.items():
        assert all(one == found[0] for one in found), (measure.key, words)


def _after(words: str, mark: str = "of 100") -> str:
    """The words that say of whom a share is, after the number."""
    _, _, rest = words.partition(mark)
    return " ".join(rest.split()[:3]).strip(".,;")
