"""Mirrors transforms/freeze.py and frozen.py: a link that a release used is never taken back."""

import json
import os
from collections import Counter
from collections.abc import Sequence
from datetime import date

import pytest

from data_contracts.errors import ContractError
from tests.transforms.town import CALL, MONTH, VISIT, Row, Town, hash_number, rows_of
from transforms.freeze import freeze_links
from transforms.frozen import FROZEN
from transforms.link import incident_file
from transforms.retention import Kind, due, purge

pytestmark = pytest.mark.usefixtures("hasty_judge")


def freeze(town: Town, *, released: Sequence[str] = ()) -> None:
    """A release of the month is about to be drawn."""
    freeze_links(
        town.record_sources(),
        months=[MONTH],
        released=released,
        vault=town.vault,
        engine=town.engine,
    )


def units(town: Town, visits: Sequence[Row]) -> list[int]:
    """Deliver visits, and say whose they are."""
    town.run([], visits, months=[MONTH])
    return sorted(int(str(row["unit_key"])) for row in town.incidents())


def who(town: Town, *people: str) -> list[int]:
    """Units of participants, or of visits (their numbers begin with V)."""
    key = town.vault.key("FY2025")
    kinds = {True: "encounter", False: "participant"}
    return sorted(hash_number(kinds[one[0] == "V"], one, key=key) or 0 for one in people)


def frozen(town: Town) -> list[dict[str, object]]:
    return rows_of(town.vault.path("coded", FROZEN))


def places(town: Town) -> list[tuple[object, object]]:
    return [(row["place"], row["unit_key"]) for row in frozen(town)]


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


@pytest.mark.parametrize("released", ["2025-Q1", ""])
def test_whoever_is_taken_out_with_their_calls_is_in_no_later_release(
    town: Town, released: str
) -> None:
    """The card says so, and says that the calls go, too."""
    calls: list[Row] = [{"No": "C1", "End": ""}, {"No": "C2", "End": ""}]
    town.run(calls, [{}, {"Visit": "V2", "Call": "C2", "Person": "P2"}], months=[MONTH])
    if released:
        freeze(town)

    town.run(calls[1:], [{"Visit": "V2", "Call": "C2", "Person": "P2"}], months=[MONTH])

    assert [int(str(row["unit_key"])) for row in town.incidents()] == who(town, "P2")


def deliver(town: Town, *people: str) -> list[int]:
    """Deliver one visit, each person as `order:name`, and say whose the rows are."""
    rows = [dict(zip(("Order", "Person"), one.split(":"), strict=True)) for one in people]
    town.write("calls_all.csv", [], header=CALL)
    town.write("visits_all.csv", rows, header={**VISIT, "Order": ""})
    town.take(months=[MONTH])
    return sorted(int(str(row["unit_key"])) for row in town.incidents())


@pytest.mark.parametrize(
    ("before", "after", "whose"),
    [
        (["1:P1", "2:P2", "3:"], ["1:", "2:", "3:", "4:P4"], ["P1", "P2", "V1", "P4"]),
        (["1:P1", "2:"], ["2:"], ["V1"]),
        (["1:P1", "2:P2"], ["2:P2", "3:P3", "4:"], ["P2", "P3", "V1"]),
        (["1:P1", "2:P2"], ["1:P2", "2:"], ["P1", "P2"]),
        (["1:P1", "2:"], ["1:P1", "2:P2"], ["P1", "P2"]),
        (["1:P1"], ["2:"], ["V1"]),
        ([":P1"], [":"], ["P1"]),
        ([":P1"], ["1:"], ["P1"]),
        (["1:P1"], [":P2"], ["P1"]),
        ([":P1"], ["1:P2", "2:P1"], ["P2", "P1"]),
    ],
    ids=[
        "each place keeps its participant",
        "nobody else is taken for one who is gone",
        "nor is anybody new",
        "names that change places",
        "a name learnt later",
        "another place is another row",
        "the only row, without a place",
        "the only row, placed later",
        "the only row, not placed any more",
        "shared once places are told",
    ],
)
def test_a_row_is_known_by_its_record_and_its_place(
    ordered: Town, before: list[str], after: list[str], whose: list[str]
) -> None:
    deliver(ordered, *before)
    freeze(ordered)

    assert deliver(ordered, *after) == who(ordered, *whose)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([":P1"], ["1:", "2:"]),
        ([":P1"], ["1:P2", "2:"]),
        ([":P1"], [":", ":P2"]),
        (["1:P1", "2:P2"], [":"]),
        (["1:P1", "2:"], [":"]),
        (["1:P1"], ["1:", "1:P2"]),
        (["1:P1"], [":", "2:P2"]),
    ],
)
def test_where_nothing_says_whose_rows_are_whose_the_month_is_refused(
    ordered: Town, before: list[str], after: list[str]
) -> None:
    deliver(ordered, *before)
    freeze(ordered)

    with pytest.raises(ContractError, match=r"lost links that a release used.*'person_order'"):
        deliver(ordered, *after)


@pytest.mark.parametrize("people", [["1:P1", "1:P2"], [":P1", ":"], ["1:P1", "1:"]])
def test_a_place_of_several_people_is_kept_as_it_is_or_refused(
    ordered: Town, people: list[str]
) -> None:
    """Nothing says which row is whose, so no row is put back, and no link is taken."""
    before = deliver(ordered, *people)
    freeze(ordered)

    assert deliver(ordered, *people) == before
    assert all(row["mixed"] for row in frozen(ordered))
    with pytest.raises(ContractError, match=r"lost links that a release used.*'person_order'"):
        deliver(ordered, *(one.split(":")[0] + ":" for one in people))


def test_every_row_is_written_down_and_a_name_takes_the_place_of_nobody(ordered: Town) -> None:
    ((p1,), (p2,)) = (who(ordered, one) for one in ("P1", "P2"))
    deliver(ordered, ":P1", "2:")
    freeze(ordered)
    first = places(ordered)
    deliver(ordered, "1:P1", "2:P2")
    freeze(ordered)
    second = places(ordered)
    deliver(ordered)
    freeze(ordered)

    assert Counter(first) == Counter([(None, p1), (2, None)])
    assert Counter(second) == Counter(places(ordered)) == Counter([(1, p1), (2, p2)])
    assert set(frozen(ordered)[0]) == {"record_key", "place", "unit_key", "mixed"}


def kept(town: Town) -> int:
    """How many rows a steward is told were put back."""
    (rule,) = json.loads(town.vault.check("visits.links", month=MONTH).read_text())["rules"]
    assert (rule["rule"], rule["severity"]) == ("links.kept", "warn")
    assert rule["passed"] == (rule["found"] == 0)
    return int(rule["found"])


def test_a_steward_sees_that_a_correction_was_not_followed(ordered: Town) -> None:
    deliver(ordered, "1:P1", "2:P2", "3:")
    assert not ordered.vault.check("visits.links", month=MONTH).exists()
    freeze(ordered)
    deliver(ordered, "1:", "2:P3", "3:P4", "4:")
    assert kept(ordered) == len(("P1", "P2"))
    deliver(ordered, "1:P1", "2:P2")
    assert kept(ordered) == 0


def test_a_release_after_another_needs_the_links_that_one_used(town: Town) -> None:
    units(town, [{"Person": ""}])
    freeze(town)
    freeze(town, released=[MONTH])
    (file,) = town.vault.path("coded", FROZEN).rglob("*.parquet")
    old = file.rename(file.with_name("old_visits.parquet"))

    with pytest.raises(
        ContractError, match=r"of 2025-02 .*\['old_visits', 'visits'\].*backup of va"
    ):
        freeze(town, released=[MONTH])

    old.unlink()
    with pytest.raises(ContractError, match=r"\['visits'\].*backup of vault/, or .*old name back"):
        freeze(town, released=[MONTH])


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
    assert Counter(row["unit_key"] for row in before) == Counter([*who(town, "P1"), None])
    kept = Counter(row["unit_key"] for row in frozen(town))
    assert kept == Counter([*who(town, "P1", "P1"), None])


@pytest.mark.parametrize("feed", ["visits", "calls"])
def test_a_month_that_was_coded_and_not_linked_is_refused(town: Town, feed: str) -> None:
    """By what is in the files: a copy of the vault is as good, whatever its times say."""
    units(town, [{}])
    os.utime(incident_file(town.vault, month=MONTH), ns=(0, 0))
    freeze(town)
    town.vault.path("coded", FROZEN, f"month={MONTH}", "visits.parquet").unlink()
    town.write("calls_all.csv", [{}], header=CALL)
    town.write("visits_all.csv", [], header=VISIT)
    town.prepare(feed)

    with pytest.raises(ContractError, match=rf"{feed} 2025-02: coded again and not linked"):
        freeze(town)

    assert frozen(town) == []
    town.link()
    freeze(town)


def test_frozen_links_go_with_the_coded_records(town: Town) -> None:
    units(town, [{}])
    freeze(town)
    early, late = date(2026, 3, 30), date(2026, 4, 1)

    before = due(town.vault, program=town.program, today=early, raw_days=7, coded_days=90)
    done = purge(town.vault, program=town.program, today=late, raw_days=7, coded_days=90)

    assert not any(FROZEN in str(path) for item in before for path in item.paths)
    assert Kind.CODED in {item.kind for item in done}
    assert not town.vault.path("coded", FROZEN, f"month={MONTH}").exists()
