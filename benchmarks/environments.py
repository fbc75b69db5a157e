"""Give a peer an environment of its own, in a cache outside this repository.

Peers pin other versions of what this project uses, so they are never installed beside it.
"""

import os
import sys
import venv
from pathlib import Path

from benchmarks.child import run_child

PEERS = {
    "opendp_polars": ("opendp[polars]==0.16.0", "pyarrow"),
    "tumult": ("tmlt.analytics==0.21.0",),
}
_READY = "ready.txt"


def cache_folder() -> Path:
    """Name the folder of the peers' environments."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "care-dividend" / "benchmarks"


def find_python(peer: str, *, cache: Path) -> Path:
    """Find the Python of a peer, and make its environment first where there is none.

    Args:
        peer: A name in `PEERS`.
        cache: Folder of the environments.

    Raises:
        ChildError: It cannot be installed from the index that pip is set to here.
    """
    wanted = PEERS[peer]
    folder = cache / f"{peer}-{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / "bin" / "python"
    ready = folder / _READY
    if not (ready.exists() and ready.read_text("utf-8").split() == list(wanted)):
        venv.create(folder, with_pip=True, clear=True)
        run_child([str(python), "-m", "pip", "install", "--quiet", *wanted])
        ready.write_text("\n".join(wanted), "utf-8")
    return python
