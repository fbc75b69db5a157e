"""The error gate: sentences of ours pass, everything else stays in the vault."""

import errno
import threading
import traceback
from pathlib import Path

import duckdb
import pytest

from data_contracts.errors import ContractError
from pipelines.directory import Directory
from pipelines.guard import StepError, guarded
from privacy.errors import BudgetError

CANARY = "Zebulon Canarysson"


def engine_failure() -> None:
    """Fail as DuckDB does: with the value in the message."""
    duckdb.execute(f"SELECT CAST('{CANARY}' AS INTEGER)")


def test_an_unforeseen_error_keeps_its_details_in_the_vault(tmp_path: Path) -> None:
    given = Directory(path=tmp_path)

    with pytest.raises(StepError) as caught:
        guarded("land", given, engine_failure)

    told = "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None
    (kept,) = given.details.iterdir()
    assert CANARY not in told
    assert CANARY in kept.read_text(encoding="utf-8")
    assert kept.stat().st_mode & 0o077 == 0
    assert f"vault/errors/{kept.name}" in str(caught.value)


class PanicError(BaseException):
    """What a library written in Rust raises: no `Exception`, and it may quote a value."""


class DagsterExecutionInterruptedError(BaseException):
    """Somebody ended the run; Dagster's own has this name."""


@pytest.mark.parametrize("kind", [SystemExit, PanicError])
def test_what_is_no_exception_is_caught_as_well(tmp_path: Path, kind: type[BaseException]) -> None:
    def leave() -> None:
        raise kind(CANARY)

    with pytest.raises(StepError, match=f"unforeseen {kind.__name__}") as caught:
        guarded("judge", Directory(path=tmp_path), leave)

    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None


@pytest.mark.parametrize("kind", [KeyboardInterrupt, DagsterExecutionInterruptedError])
def test_whoever_stops_a_step_is_heard(tmp_path: Path, kind: type[BaseException]) -> None:
    def stop() -> None:
        try:
            engine_failure()
        except duckdb.Error as error:
            raise kind from error

    with pytest.raises(kind) as caught:
        guarded("judge", Directory(path=tmp_path), stop)

    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_where_details_cannot_be_kept_no_value_leaves_either(tmp_path: Path) -> None:
    """As on a full disk: there, too, writing them fails while the error is handled."""
    given = Directory(path=tmp_path)
    given.details.parent.mkdir()
    given.details.touch()

    with pytest.raises(StepError, match="vault/errors takes no file") as caught:
        guarded("land", given, engine_failure)

    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None


def test_the_machines_own_words_are_said_and_no_path(tmp_path: Path) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space", f"/srv/{CANARY}.csv")

    with pytest.raises(StepError, match=r"OSError \(No space left on device\)") as caught:
        guarded("land", Directory(path=tmp_path), full)

    assert CANARY not in str(caught.value)


def test_details_that_are_no_text_are_kept_all_the_same(tmp_path: Path) -> None:
    given = Directory(path=tmp_path)

    def fail() -> None:
        raise ValueError("\udcff")

    with pytest.raises(StepError, match="kept in vault/errors"):
        guarded("land", given, fail)

    assert [file.stat().st_size > 0 for file in given.details.iterdir()] == [True]


@pytest.mark.parametrize("kind", [ContractError, BudgetError])
def test_a_refusal_passes_without_what_it_was_raised_from(
    tmp_path: Path, kind: type[Exception]
) -> None:
    def refuse() -> None:
        try:
            engine_failure()
        except duckdb.Error as error:
            raise kind("Column 'age' does not fit.") from error

    with pytest.raises(kind, match=r"^Column 'age' does not fit\.$") as caught:
        guarded("judge", Directory(path=tmp_path), refuse)

    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert not (tmp_path / "vault").exists()


def test_what_a_step_returns_passes(tmp_path: Path) -> None:
    assert guarded("plan", Directory(path=tmp_path), lambda: "done") == "done"


def test_one_step_at_a_time_is_in_the_vault(tmp_path: Path) -> None:
    """A second one waits for the first, whichever process it is in."""
    (tmp_path / "vault").mkdir()
    inside, let_go = threading.Event(), threading.Event()
    order = []

    def first() -> None:
        inside.set()
        let_go.wait(30)
        order.append("first")

    holder = threading.Thread(target=guarded, args=("link", Directory(path=tmp_path), first))
    second = threading.Thread(
        target=guarded,
        args=("link", Directory(path=tmp_path), lambda: order.append("second")),
    )
    holder.start()
    assert inside.wait(30)
    second.start()
    second.join(0.2)
    waits = second.is_alive()
    let_go.set()
    holder.join(30)
    second.join(30)

    assert waits
    assert order == ["first", "second"]
