"""The plug is pulled at many places of a release, and nothing is asked of chance."""

from data_contracts.period import read_period
from data_contracts.program import load_program
from privacy.audit.plug import check_debits, check_replays
from tests.privacy.riverton import QUARTERS, RIVERTON, riverton_policy


def test_a_release_is_killed_at_many_places_and_owes_nothing() -> None:
    program, period = load_program(RIVERTON), read_period(QUARTERS[0])

    found = check_debits(riverton_policy(), program, period, every=7)

    assert found.ok, found.said
    assert found.figures["kills"] >= 5
    assert found.figures["outputs_without_debit"] == found.figures["releases_noised_twice"] == 0


def test_fifty_re_runs_give_one_output() -> None:
    program, period = load_program(RIVERTON), read_period(QUARTERS[0])

    found = check_replays(riverton_policy(), program, period, reruns=50)

    assert found.ok, found.said
    assert found.figures == {"asked": 51, "distinct_outputs": 1}
