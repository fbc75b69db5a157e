"""Mirrors transforms/readable.py."""

import pytest

from data_contracts.errors import ContractError
from tests.transforms.town import CALL, Town
from transforms.readable import require_readable

GOOD = [{"No": f"C{number}"} for number in range(8)]


def require(town: Town) -> None:
    """Ask whether the calls of the month could be read."""
    require_readable(town.source("calls"), month="2025-02", vault=town.vault)


def write(town: Town, *, bad: int) -> None:
    """Deliver eight records that can be read, and some that cannot."""
    broken = [{"No": f"B{number}", "Received": "canary"} for number in range(bad)]
    town.write("calls_a.csv", [*GOOD, *broken], header=CALL)
    town.land("calls")


@pytest.mark.parametrize("bad", [0, 2])
def test_a_few_records_without_a_clock_wait_in_quarantine(town: Town, bad: int) -> None:
    write(town, bad=bad)

    require(town)


def test_more_than_a_fifth_of_a_file_without_a_clock_stops_it(town: Town) -> None:
    write(town, bad=3)

    with pytest.raises(ContractError, match=r"received_datetime\.unreadable") as caught:
        require(town)

    assert "calls_a.csv" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_records_of_other_years_say_nothing_about_a_file(town: Town) -> None:
    early = [{"No": f"B{number}", "Received": "2019-02-03 10:00"} for number in range(50)]
    town.write("calls_a.csv", [*GOOD, *early], header=CALL)
    town.land("calls")

    require(town)


def test_a_mended_file_passes(town: Town) -> None:
    town.write("calls_a.csv", [{"Received": "canary"}], header=CALL)
    town.land("calls")
    with pytest.raises(ContractError):
        require(town)
    town.write("calls_a.csv", GOOD, header=CALL)
    town.land("calls")

    require(town)
