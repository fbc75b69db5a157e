"""What the assets are given: the program directory that our own entry point named."""

import os
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from pipelines.directory import Directory
from pipelines.home import INBOX_VARIABLE, PROGRAM_VARIABLE


@dataclass(frozen=True, slots=True)
class NamedProgram:
    """The program that the command line opened, or else the one that it named to its children.

    It takes no configuration: whoever launches a run chooses its partition, and neither the
    program, nor its records, nor the day that it is.
    """

    given: Directory | None = None

    def open(self) -> Directory:
        """Open the directory; nothing is read before something is asked of it."""
        if self.given is not None:
            return self.given
        inbox = os.environ.get(INBOX_VARIABLE)
        return Directory(
            path=Path(os.environ[PROGRAM_VARIABLE]), inbox=Path(inbox) if inbox else None
        )


ProgramDirectory = dg.ResourceParam[NamedProgram]


@dg.resource(config_schema={}, description="The program that was named when Dagster was started.")
def named_program() -> NamedProgram:
    """Give the program of the environment; a run that configures anything here is refused."""
    return NamedProgram()
