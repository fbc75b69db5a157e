"""Mirrors transforms/crosscheck.py."""

import json

import pytest

from data_contracts.contract import Severity
from data_contracts.judge import Verdict
from tests.transforms.town import CALL, MONTH, VISIT, Town
from transforms.crosscheck import crosscheck_month, crosschecked

BEFORE = "2025-01"


def crosscheck(town: Town, *months: str) -> Verdict | None:
    """Land and judge both feeds of some months, and hold those of the last against each other."""
    for month in months or (MONTH,):
        for feed in ("calls", "visits"):
            town.land(feed, month=month)
            town.judge(feed, month=month)
    return crosscheck_month(town.sources(), month=MONTH, vault=town.vault, engine=town.engine)


def found(town: Town) -> dict[str, tuple[int, int]]:
    """Violations, and of how many, of the rules that do not block."""
    file = town.vault.check(crosschecked(town.source("visits")), month=MONTH)
    told = json.loads(file.read_text())["rules"]
    return {one["rule"]: (one["found"], one["of"]) for one in told if ".mostly_" not in one["rule"]}


@pytest.mark.usefixtures("hasty_judge")
def test_what_was_judged_is_what_was_counted(town: Town) -> None:
    calls = [
        {"No": "met"},
        {"No": "met and lost"},
        {"No": "missed", "End": "Nobody there"},
        {"No": "missed and met", "End": "Nobody there."},
        {"No": "nothing said", "End": ""},
        {"No": "before", "Received": "2025-01-31 23:50", "End": "Nobody there"},
        {"No": "before, met", "Received": "2025-01-31 23:55"},
    ]
    visits = [
        {"Visit": "1", "Call": "met"},
        {"Visit": "2", "Call": " MISSED and met"},
        {"Visit": "3", "Call": "missed and met", "Person": "P2"},
        {"Visit": "4", "Call": "nothing said"},
        {"Visit": "5", "Call": "before"},
        {"Visit": "6", "Call": "nobody's"},
        {"Visit": "7", "Call": ""},
    ]
    town.write("calls_a.csv", calls, header=CALL)
    town.write("visits_a.csv", visits, header=VISIT)

    verdict = crosscheck(town, BEFORE, MONTH)

    assert verdict is not None
    told = verdict.suite
    assert (told["encounters.contradicted"], told["encounters.contradicted of"]) == (2, 3)
    assert (told["encounters.unvisited"], told["encounters.unvisited of"]) == (1, 2)


def test_a_month_of_calls_that_visits_deny_is_blocked_and_may_be_accepted(town: Town) -> None:
    town.write(
        "calls_a.csv", [{"No": f"C{n}", "End": "Nobody there"} for n in range(8)], header=CALL
    )
    town.write(
        "visits_a.csv", [{"Visit": f"V{n}", "Call": f"C{n}"} for n in range(8)], header=VISIT
    )

    blocked = crosscheck(town)
    file = town.program.path("sources", "visits.yaml")
    accepted = "accepted: [{month: 2025-02, rule: mostly_contradicted, because: {en: a., es: b.}}]"
    file.write_text(f"{file.read_text()}{accepted}\n")
    passed = crosscheck(town)

    assert blocked is not None
    assert passed is not None
    assert blocked.failed(Severity.BLOCK) == ("encounters.mostly_contradicted",)
    assert passed.passed
    assert passed.accepted == ("encounters.mostly_contradicted",)
    assert found(town) == {"encounters.contradicted": (8, 8), "encounters.unvisited": (0, 0)}


def test_feeds_that_name_nothing_of_each_other_are_left_alone(outreach: Town) -> None:
    assert (
        crosscheck_month(
            outreach.sources(), month=MONTH, vault=outreach.vault, engine=outreach.engine
        )
        is None
    )
