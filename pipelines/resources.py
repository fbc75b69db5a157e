"""What the assets are given: the program directory that our own entry point named."""

from datetime import date
from pathlib import Path

import dagster as dg

from pipelines.directory import Directory
from pipelines.home import INBOX_VARIABLE, PROGRAM_VARIABLE


class ProgramDirectory(dg.ConfigurableResource[None]):
    """A program directory; `inbox` and `day` are empty unless a command or a test sets them."""

    directory: str
    inbox: str = ""
    day: str = ""

    def open(self) -> Directory:
        """Open the directory; nothing is read before something is asked of it."""
        return Directory(
            path=Path(self.directory),
            inbox=Path(self.inbox) if self.inbox else None,
            day=date.fromisoformat(self.day) if self.day else None,
        )


def from_environment() -> ProgramDirectory:
    """Take the program from the environment when a run begins, not when this is imported."""
    return ProgramDirectory(directory=dg.EnvVar(PROGRAM_VARIABLE), inbox=dg.EnvVar(INBOX_VARIABLE))
