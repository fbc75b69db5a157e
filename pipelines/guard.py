"""The error gate: what leaves a step is a sentence written by us, never a value of a record."""

import os
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from data_contracts.errors import ContractError
from pipelines.directory import Directory
from privacy.errors import PrivacyError
from reports.errors import ReportError
from reports.parameters import ParameterError

Result = TypeVar("Result")

SAFE = (ContractError, PrivacyError, ReportError, ParameterError)

# Somebody stops the step; the last is Dagster's, which may not be imported yet, so it has a name.
_STOPS = {"KeyboardInterrupt", "GeneratorExit", "DagsterExecutionInterruptedError"}


class StepError(Exception):
    """A step met something nobody foresaw; what it was stays in the vault."""


def guarded(step: str, given: Directory, work: Callable[[], Result]) -> Result:
    """Do the work of one step, alone in the vault, and let only sentences of ours out.

    Args:
        step: Name of the step, for the message.
        given: Knows the folder for details.
        work: The step.

    Returns:
        What the step returned.

    Raises:
        ContractError: As the step raised it, without what it was raised from.
        PrivacyError: Likewise.
        ReportError: Likewise.
        ParameterError: Likewise.
        StepError: The step raised anything else, even `SystemExit`.
    """
    try:
        with given.alone():
            return work()
    except BaseException as error:  # noqa: BLE001  # the one place that catches everything
        told = _tell(error, step=step, details=given.details)
    raise told.with_traceback(None)  # out here nothing is chained to it


def _tell(error: BaseException, *, step: str, details: Path) -> BaseException:
    """Choose what leaves in place of an error: a sentence of ours, or the wish to stop."""
    if isinstance(error, SAFE) or type(error).__name__ in _STOPS:
        error.__cause__ = error.__context__ = None
        return error
    name = type(error).__name__
    if isinstance(error, OSError) and error.errno:
        name = f"{name} ({os.strerror(error.errno)})"
    try:
        kept = f"so they are kept in vault/{_keep_details(error, details, step)}."
    except Exception:  # noqa: BLE001  # a full disk opens no gate
        kept = "and vault/errors takes no file, so they are lost. Make room there and run again."
    return StepError(
        f"Step {step!r} stopped on an unforeseen {name}. "
        f"The details may hold values of records, {kept}"
    )


def _keep_details(error: BaseException, folder: Path, step: str) -> str:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    file = folder / f"{step}-{stamp}.txt"
    file.touch(mode=0o600)
    told = "".join(traceback.format_exception(error))
    file.write_text(told, encoding="utf-8", errors="backslashreplace")
    return f"{folder.name}/{file.name}"
