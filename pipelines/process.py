"""Close this process before it sees a record: no core dumps, and new files are the owner's only.

A core dump holds whatever was in memory, in a folder outside the vault. Every entry calls this: the
command line, and the code location, which Dagster's own processes import.
"""

import ctypes
import os
import resource
import sys
from pathlib import Path

_PR_SET_DUMPABLE = 4  # linux/prctl.h; a limit of 0 does not keep a core from a core_pattern's pipe
_OWNER_ONLY = 0o077
_OPEN_FILE, _OPEN_FOLDER = 0o644, 0o755


def close_process() -> None:
    """Forbid core dumps here and in every child, and close new files to everybody else."""
    os.umask(_OWNER_ONLY)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def open_to_readers(public: Path) -> None:
    """Let anyone read what is published, whatever this process does to new files.

    Args:
        public: The public folder of a program.
    """
    for path in (public, *public.rglob("*")):
        if not path.is_symlink():
            path.chmod(_OPEN_FOLDER if path.is_dir() else _OPEN_FILE)
