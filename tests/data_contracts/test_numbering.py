"""Mirrors data_contracts/numbering.py."""

from pathlib import Path

import pytest

from data_contracts.errors import ContractError
from data_contracts.feed import Source
from data_contracts.numbering import settle_numbering, shares_numbers
from data_contracts.program import load_program
from data_contracts.source import load_source

CALLS = """
feed: {feed}
contract: calls
files: "{feed}_*.csv"
columns:
  No: {{to: call_id{call}}}
  Received: {{to: received_datetime, format: "%Y-%m-%d %H:%M"}}
{more}
"""
VISITS = """
feed: {feed}
contract: encounters
files: "{feed}_*.csv"
columns:
  Visit: {{to: encounter_id}}
  Call: {{to: call_id{call}}}
  Person: {{to: participant_id}}
  Start: {{to: encounter_datetime, format: "%Y-%m-%d %H:%M"}}
constants: {{record_permission_code: linked}}
{more}
"""


class Feeds:
    """Writes feeds, and settles whose numbers are whose."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._program = load_program(root / "examples" / "riverton")
        self._folder = folder

    def read(self, text: str, feed: str, *, call: str = "", more: str = "") -> Source:
        file = self._folder / f"{feed}.yaml"
        file.write_text(text.format(feed=feed, call=call, more=more), encoding="utf-8")
        return load_source(file, program=self._program)


@pytest.fixture
def feeds(root: Path, tmp_path: Path) -> Feeds:
    return Feeds(root, tmp_path)


def test_a_number_is_its_feeds_own_and_a_reference_means_the_one_feed_it_can(feeds: Feeds) -> None:
    calls, visits = settle_numbering([feeds.read(CALLS, "line"), feeds.read(VISITS, "visits")])

    assert calls.numbering == {"call": "line"}
    assert visits.numbering == {"encounter": "visits", "call": "line", "participant": "visits"}


def test_two_lines_of_calls_are_told_apart_or_asked_about(feeds: Feeds) -> None:
    lines = [feeds.read(CALLS, one) for one in ("line_911", "line_988")]

    with pytest.raises(ContractError, match=r"sources/visits.yaml.*`numbering: {call: line_911}`"):
        settle_numbering([*lines, feeds.read(VISITS, "visits")])

    said = feeds.read(VISITS, "visits", more="numbering: {call: line_988}")
    one, other, visits = settle_numbering([*lines, said])
    assert visits.numbered_by("call_id") == other.numbered_by("call_id") == "line_988"
    assert not shares_numbers(one, other, "call_id")


def test_lines_that_share_a_numbering_are_found_without_being_named(feeds: Feeds) -> None:
    shared = "numbering: {call: dispatch}"
    lines = [feeds.read(CALLS, one, more=shared) for one in ("line_911", "line_988")]

    one, other, visits = settle_numbering([*lines, feeds.read(VISITS, "visits")])

    assert visits.numbered_by("call_id") == "dispatch"
    assert shares_numbers(one, other, "call_id")


def test_a_numbering_that_no_feed_has_is_refused(feeds: Feeds) -> None:
    visits = feeds.read(VISITS, "visits", more="numbering: {call: dispatch}")

    with pytest.raises(ContractError, match=r"numbering.call is 'dispatch'.*\['line'\]"):
        settle_numbering([feeds.read(CALLS, "line"), visits])


def test_a_numbering_of_what_a_feed_does_not_give_is_refused(feeds: Feeds) -> None:
    with pytest.raises(ContractError, match=r"numbering.visit .*'call', 'encounter'"):
        settle_numbering([feeds.read(VISITS, "visits", more="numbering: {visit: town}")])


def test_client_numbers_of_two_feeds_are_one_persons_or_not_and_each_feed_says_so(
    feeds: Feeds,
) -> None:
    one = feeds.read(VISITS, "visits", more="numbering: {participant: town}")

    with pytest.raises(ContractError, match=r"^sources/outreach.yaml.*participant: NAME"):
        settle_numbering([one, feeds.read(VISITS, "outreach")])

    other = feeds.read(VISITS, "outreach", more="numbering: {participant: town}")
    assert {source.numbered_by("participant_id") for source in settle_numbering([one, other])} == {
        "town"
    }


def test_what_is_alike_holds_for_all_that_share_a_numbering(feeds: Feeds) -> None:
    strict = feeds.read(CALLS, "line", call=", alike: []")

    _, visits = settle_numbering([strict, feeds.read(VISITS, "visits")])

    assert visits.alike("call_id") == frozenset()
    assert visits.columns["Call"].alike == ()
    loose = feeds.read(VISITS, "visits", call=", alike: [case]")
    with pytest.raises(ContractError, match=r"\['line', 'visits'\] share the numbering 'line'"):
        settle_numbering([strict, loose])


def test_alike_and_placeholders_are_for_numbers_only(feeds: Feeds) -> None:
    with pytest.raises(ContractError, match="`alike` is for numbers"):
        feeds.read(CALLS.replace("format:", "alike: [], format:"), "line")
    with pytest.raises(ContractError, match="gives no client numbers"):
        feeds.read(CALLS, "line", more="placeholders: [ZZZ]")
