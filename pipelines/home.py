"""Give Dagster its home before anyone imports it: one state folder a program, our own settings."""

import os
import shutil
from pathlib import Path

SETTINGS = Path(__file__).resolve().parent.parent / "dagster.yaml"
PROGRAM_VARIABLE = "CARE_DIVIDEND_PROGRAM"
INBOX_VARIABLE = "CARE_DIVIDEND_INBOX"


def enter_home(directory: Path, *, inbox: Path | None = None) -> Path:
    """Point Dagster at `<program>/.dagster`, holding this repository's `dagster.yaml`.

    Must run before `dagster` is imported: telemetry and stored logs are on where it finds no file.

    Args:
        directory: The program directory.
        inbox: Folder of delivered files, where it is not `<program>/inbox`.

    Returns:
        The home, made if it was not there.
    """
    home = directory.resolve() / ".dagster"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(SETTINGS, home / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    os.environ[PROGRAM_VARIABLE] = str(directory.resolve())
    os.environ[INBOX_VARIABLE] = str((inbox or directory / "inbox").resolve())
    return home
