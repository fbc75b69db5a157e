"""A PostgreSQL server of our own, on a socket in a temporary folder, thrown away afterwards."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

_PORT = 54329  # part of the socket's name; nothing listens on the network
_PATIENCE_S = 60
_LOG_FILE = 16 * 2**20  # bytes; PostgreSQL makes its log of files of this size


@dataclass(frozen=True)
class Server:
    """A running server; `folder` holds its socket and its data."""

    folder: Path

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """Let no file that a new connection writes grow over what the server's log is made of."""
        first = (self.folder / "data" / "postmaster.pid").read_text().split()[0]
        _run(self.folder, "prlimit", f"--pid={first}", f"--fsize={_LOG_FILE}:unlimited")
        try:
            yield
        finally:
            _run(self.folder, "prlimit", f"--pid={first}", "--fsize=unlimited:unlimited")

    def url(self, database: str) -> str:
        """Address of a database."""
        return f"postgresql+psycopg://care@/{database}?host={self.folder}&port={_PORT}"

    def make_database(self, name: str) -> str:
        """Make a database, and say its address."""
        admin = create_engine(
            self.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
        )
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        return self.url(name)


def find_programs() -> Path | None:
    """Find the programs of the newest server that is installed."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    found = sorted(versions, key=lambda file: float(file.parent.parent.name))
    return found[-1].parent if found else None


@contextmanager
def serve_postgres(programs: Path) -> Iterator[Server]:
    """Start a server.

    Args:
        programs: See `find_programs`.

    Yields:
        The server; it is stopped and its data deleted when the block ends.
    """
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    folder.chmod(0o755)
    server = Server(folder / "run")
    server.folder.mkdir()
    if os.getuid() == 0:
        shutil.chown(server.folder, "postgres", "postgres")
    data = str(server.folder / "data")
    initial = ["-U", "care", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    _run(folder, str(programs / "initdb"), "-D", data, *initial)
    options = f"-p {_PORT} -k {server.folder} -c listen_addresses='' -c fsync=off"
    control = [str(programs / "pg_ctl"), "-D", data, "-w"]
    _run(folder, *control, "-l", str(server.folder / "log"), "-o", options, "start")
    try:
        yield server
    finally:
        _run(folder, *control, "-m", "fast", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, *command: str) -> None:
    """Run a program of the server, which refuses to run as root."""
    demoted = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    subprocess.run(  # noqa: S603
        [*(demoted if os.getuid() == 0 else []), *command],
        cwd=folder,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
        check=True,
        timeout=_PATIENCE_S,
        capture_output=True,
    )
