"""Mirrors transforms/freeze.py and frozen.py: a link that a release used is never taken back."""

import os
from collections import Counter
from collections.abc import Sequence
from datetime import date

import pytest

from data_contracts.errors import ContractError
from tests.transforms.town import CALL, MONTH, VISIT, VISITS, Row, Town, rows_of
from transforms.freeze import freeze_links
from transforms.frozen import FROZEN
from transforms.identity import hash_identity
from transforms.link import incident_file
from transforms.retention import Kind, due, purge

pytestmark = pytest.mark.usefixtures("hasty_judge")

ORDERED = VISITS.replace("  Notes:", "  Order: {to: person_order}\n  Notes:")


def freeze(town: Town) -> None:
    """A release of the month is about to be drawn."""
    freeze_links(town.record_sources(), months=[MONTH], vault=town.vault, engine=town.engine)


def units(town: Town, visits: Sequence[Row]) -> list[int]:
    """Deliver visits, and say whose they are."""
    town.run([], visits, months=[MONTH])
    return sorted(int(str(row["unit_key"])) for row in town.incidents())


def who(town: Town, *people: str) -> list[int]:
    """Units of participants, or of visits (their numbers begin with V)."""
    key = town.vault.key("FY2025")
    kinds = {True: "encounter", False: "participant"}
    return sorted(hash_identity(kinds[one[0] == "V"], one, key=key) or 0 for one in people)


def frozen(town: Town) -> list[dict[str, object]]:
    return rows_of(town.vault.path("coded", FROZEN))


@pytest.mark.parametrize(
    "correction",
    [{"Person": ""}, {"May": "Count"}, {"Person": "P2"}, {"Person": "", "Kits": "7", "Call": ""}],
    ids=["unlinked", "not permitted any more", "renamed", "unlinked and otherwise corrected"],
)
def test_a_row_that_a_release_counted_stays_its_participants(town: Town, correction: Row) -> None:
    before = units(town, [{}])
    freeze(town)

    after = units(town, [{**correction}])

    assert before == after == who(town, "P1")
    assert [row["known_or_anonymous_code"] for row in town.incidents()] == ["known"]


def test_before_any_release_a_correction_is_a_correction(town: Town) -> None:
    units(town, [{}])

    assert units(town, [{"Person": ""}]) == who(town, "V1")
    assert units(town, [{"Person": "P2"}]) == who(town, "P2")


def test_a_name_learnt_later_counts_from_the_next_release(town: Town) -> None:
    """And from then on it stays, too."""
    before = units(town, [{"Person": ""}])
    freeze(town)
    named = units(town, [{"Person": "P2"}])
    freeze(town)

    after = units(town, [{"Person": ""}])

    assert before == who(town, "V1")
    assert named == after == who(town, "P2")


def test_a_row_that_is_gone_stays_gone_and_a_new_one_is_its_own(town: Town) -> None:
    units(town, [{}, {"Visit": "V2", "Person": "P2"}])
    freeze(town)

    after = units(town, [{"Visit": "V3", "Person": ""}, {"Visit": "V2", "Person": "P2"}])

    assert after == who(town, "V3", "P2")


def test_nobody_else_at_the_visit_is_taken_for_the_one_who_is_missing(town: Town) -> None:
    """Where the program says which person of the visit a row is."""
    town.program.path("sources", "visits.yaml").write_text(ORDERED)
    people = ("P1", "P2", "")
    crowd = [{"Order": str(n), "Person": one} for n, one in enumerate(people, start=1)]
    before = deliver(town, crowd)
    freeze(town)

    after = deliver(town, [{**one, "Person": ""} for one in crowd] + [{"Order": "4"}])

    assert before == who(town, "P1", "P2", "V1")
    assert after == sorted([*before, *who(town, "P4")])


def deliver(town: Town, visits: Sequence[Row]) -> list[int]:
    """Deliver visits with the order of their people, where another one is P4."""
    header = {**VISIT, "Person": "P4", "Order": ""}
    town.write("calls_all.csv", [], header=CALL)
    town.write("visits_all.csv", visits, header=header)
    town.take(months=[MONTH])
    return sorted(int(str(row["unit_key"])) for row in town.incidents())


def test_while_the_participant_is_there_another_row_of_the_visit_is_its_own(town: Town) -> None:
    visits: list[Row] = [{}, {"Person": "", "Kits": "7"}]
    before = units(town, visits)
    freeze(town)

    assert units(town, visits) == before == who(town, "P1", "V1")


def test_without_an_order_rows_that_may_be_the_participants_are_theirs(town: Town) -> None:
    """Which of the two it was nobody says; no row that was theirs gets away."""
    units(town, [{}, {"Person": "", "Kits": "7"}])
    freeze(town)

    after = units(town, [{"Person": ""}, {"Person": "", "Kits": "7"}])

    assert after == who(town, "P1", "P1")


def test_where_nothing_says_whose_rows_are_whose_the_month_is_refused(town: Town) -> None:
    units(town, [{}, {"Person": "P2"}])
    freeze(town)

    with pytest.raises(ContractError, match=r"lost links that a release used.*'person_order'"):
        units(town, [{"Person": ""}, {"Person": "", "Kits": "7"}])


def test_a_feed_that_names_nobody_any_more_is_refused(town: Town) -> None:
    units(town, [{}])
    freeze(town)
    source = town.program.path("sources", "visits.yaml")
    source.write_text(source.read_text().replace("{to: participant_id}", "{drop: name}"))

    with pytest.raises(ContractError, match=r"no longer tells whose.*Map 'participant_id'"):
        units(town, [{}])


def test_what_came_before_is_told_by_the_rows_that_are_the_persons(town: Town) -> None:
    """A visit renamed to somebody else says nothing of when that one was met before."""
    first = {"Visit": "V1", "Start": "2025-02-01 10:00"}
    second = {"Visit": "V2", "Person": "P2", "Start": "2025-02-20 10:00"}
    town.run([], [first, second], months=["2025-01", MONTH])
    freeze(town)

    town.run([], [{**first, "Person": "P2"}, second], months=["2025-01", MONTH])

    told = {int(str(row["unit_key"])): row["since_previous_code"] for row in town.incidents()}
    assert set(told) == set(who(town, "P1", "P2"))
    assert set(told.values()) == {"first"}


def test_freezing_again_changes_nothing_and_forgets_nothing(town: Town) -> None:
    units(town, [{}, {"Visit": "V2", "Person": ""}])
    freeze(town)
    before = frozen(town)

    freeze(town)
    again = frozen(town)
    units(town, [{"Visit": "V3"}])
    freeze(town)

    assert before == again
    assert len(before) == 1
    kept = Counter(int(str(row["unit_key"])) for row in frozen(town))
    assert kept == Counter(who(town, "P1", "P1"))
    assert set(before[0]) == {"record_key", "place", "unit_key", "times"}


def test_a_month_that_was_coded_and_not_linked_is_refused(town: Town) -> None:
    units(town, [{}])
    old = incident_file(town.vault, month=MONTH)
    os.utime(old, ns=(0, 0))

    with pytest.raises(ContractError, match=r"'visits' of 2025-02 was coded again and not linked"):
        freeze(town)

    assert frozen(town) == []


def test_frozen_links_go_with_the_coded_records(town: Town) -> None:
    units(town, [{}])
    freeze(town)
    days = {"raw_days": 7, "coded_days": 90}
    early, late = date(2026, 3, 30), date(2026, 4, 1)

    before = due(town.vault, program=town.program, today=early, **days)
    done = purge(town.vault, program=town.program, today=late, **days)

    assert not any(FROZEN in str(path) for item in before for path in item.paths)
    assert Kind.CODED in {item.kind for item in done}
    assert not town.vault.path("coded", FROZEN, f"month={MONTH}").exists()
