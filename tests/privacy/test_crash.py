"""Somebody pulls the plug, and many ask at once: real processes, on both stores.

What was given out was always charged before, byte by byte, and no year spends more than its cap.
"""

from pathlib import Path

import pytest

from benchmarks.ledger import main, run_nursery
from benchmarks.nursery import CAP, COST, WORKERS, Desk

KILLS = 30


@pytest.fixture
def desk(tmp_path: Path, store: str | None) -> Desk:
    return Desk(tmp_path, store)


def given(desk: Desk) -> list[Path]:
    return sorted((desk.folder / "given").glob("*/*"))


def test_thirty_kills_leave_nothing_given_out_that_was_not_charged(desk: Desk) -> None:
    """Workers repeat each other's names, so every release is also asked for again after a kill."""
    found = run_nursery("kill", desk, number=KILLS)

    assert found.outputs >= KILLS // 2
    assert (found.without_debit, found.two_noises, found.problems) == (0, 0, ())
    assert found.rows >= len({file.name for file in given(desk)})


def test_a_writer_that_gives_out_before_it_charges_is_found(tmp_path: Path) -> None:
    """The same kills, and the same tally, of a worker that does it the wrong way round."""
    found = run_nursery("careless", Desk(tmp_path), number=6)

    assert found.without_debit > 0


def test_eight_processes_racing_for_the_last_budget_never_exceed_it(desk: Desk) -> None:
    """48 ask for 70 of 1000 each: 14 are granted, whoever comes first."""
    found = run_nursery("budget", desk)

    assert found.outputs == found.rows == CAP // COST
    assert (found.overspent, found.without_debit, found.problems) == (0, 0, ())


def test_eight_processes_racing_for_one_release_get_one_and_the_same(desk: Desk) -> None:
    """They also begin the ledger together: one makes the table and the key, the others wait."""
    found = run_nursery("release", desk)

    assert (found.outputs, found.rows) == (WORKERS, 1)
    assert len({file.read_bytes() for file in given(desk)}) == 1


def test_the_command_prints_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--kills", "4", "--stores", "sqlite"]) == 0

    printed = capsys.readouterr().out.splitlines()
    assert "figure ledger_kills_sqlite 4" in printed
    assert "figure ledger_outputs_without_debit_sqlite 0" in printed
    assert "figure ledger_releases_with_two_noises_sqlite 0" in printed
