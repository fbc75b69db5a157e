"""Every mistake that the audit knows is seen by the check that it names, and by a small one too."""

from collections.abc import Callable, Mapping

import pytest

from pipelines.mutants import MUTANTS
from privacy.audit.broken import Check, Mutant, try_mutant
from privacy.audit.verdict import Finding
from tests.conftest import ROOT

LISTED = 19


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_killed_by_the_check_that_the_real_code_passes(
    mutant: Mutant, checks: Mapping[str, Check], unbroken: Callable[[str], Finding]
) -> None:
    right = unbroken(mutant.check)

    trial = try_mutant(mutant, checks[mutant.check], seed=1)

    assert right.ok, right.said
    assert trial.killed, trial.said


def test_a_mutant_is_gone_when_its_trial_is_over(
    checks: Mapping[str, Check], unbroken: Callable[[str], Finding]
) -> None:
    """Else the next one would be killed by the one before it."""
    for mutant in MUTANTS:
        with mutant.breaks():
            pass

    again = checks["noise"](1)

    assert unbroken("noise").ok
    assert again.ok, again.said


def test_there_are_nineteen_and_the_docs_list_each_with_its_check() -> None:
    page = (ROOT / "docs" / "privacy" / "mutants.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")][1:]

    listed = {
        (cells[1], cells[4]) for cells in ([one.strip() for one in row.split("|")] for row in rows)
    }

    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) == LISTED
    assert {(mutant.name, mutant.check) for mutant in MUTANTS} <= listed
