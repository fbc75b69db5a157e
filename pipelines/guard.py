"""The error gate: what leaves a step is a sentence written by us, never a value of a record."""

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
        StepError: The step raised anything else.
    """
    try:
        with given.alone():
            return work()
    except SAFE as error:
        raise error.with_traceback(None) from None
    except Exception as error:  # noqa: BLE001  # the gate is the one place that catches everything
        name = _keep_details(given.details, step)
        raise StepError(
            f"Step {step!r} stopped on an unforeseen {type(error).__name__}. "
            f"The details may hold values of records, so they are kept in vault/{name}."
        ) from None


def _keep_details(folder: Path, step: str) -> str:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    file = folder / f"{step}-{stamp}.txt"
    file.touch(mode=0o600)
    file.write_text(traceback.format_exc(), encoding="utf-8")
    return f"{folder.name}/{file.name}"
