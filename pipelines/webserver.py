"""Run Dagster for one program: code server, daemon, and the web server behind its door.

Each is Dagster's own; only the web server is started here, because the door stands in front of it.
None looks for Python in the folder that somebody happens to be in.
"""

import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

import dagster as dg
import uvicorn
import yaml
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster_webserver.version import __version__ as webserver_version
from dagster_webserver.webserver import DagsterWebserver

from data_contracts.errors import ContractError
from pipelines.door import LOOPBACK, Door

LOCATION = "pipelines.definitions"

_PATIENCE_S, _PAUSE_S = 180, 0.2
_GRACE_S = 10
_QUEUE = 128  # connections that wait while the code location loads


def serve_program(home: Path, *, port: int, announce: Callable[[str], None]) -> None:
    """Serve Dagster on this machine until somebody ends it.

    Args:
        home: Dagster's home; see `home.enter_home`.
        port: Port on this machine; 0 picks a free one.
        announce: Is told the address, with its token, once it answers.

    Raises:
        ContractError: The port is taken, or Dagster does not start.
    """
    token = secrets.token_urlsafe(32)
    signal.signal(signal.SIGTERM, _stop)
    with ExitStack() as stack:
        listening = stack.enter_context(_listen(port))
        number = listening.getsockname()[1]
        workspace = stack.enter_context(_code_server(home))
        stack.enter_context(
            _child(home, "dagster._daemon", "run", "--log-level", "warning", "-w", str(workspace))
        )
        instance = stack.enter_context(dg.DagsterInstance.get())
        context = stack.enter_context(
            WorkspaceProcessContext(
                instance,
                workspace_load_target=WorkspaceFileTarget(paths=[str(workspace)]),
                version=webserver_version,
            )
        )
        app = DagsterWebserver(context, live_data_poll_rate=2000).create_asgi_app()
        server = uvicorn.Server(
            uvicorn.Config(
                Door(app, port=number, token=token),
                log_level="warning",
                access_log=False,  # the first request has the token in its address
                proxy_headers=False,
                server_header=False,
            )
        )
        announce(f"http://{LOOPBACK}:{number:d}/?token={token}")
        server.run(sockets=[listening])


@contextmanager
def _listen(port: int) -> Iterator[socket.socket]:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with listening:
        try:
            listening.bind((LOOPBACK, port))
        except OSError:
            raise ContractError(
                f"Port {port} is taken. Choose another: care-dividend ui --port 0."
            ) from None
        listening.listen(_QUEUE)
        yield listening


@contextmanager
def _code_server(home: Path) -> Iterator[Path]:
    """Load the code location behind a socket of the owner; yield a workspace that names it."""
    with tempfile.TemporaryDirectory(prefix="care-dividend-ui-") as folder:
        door, workspace = Path(folder, "code.sock"), Path(folder, "workspace.yaml")
        target = {"grpc_server": {"socket": str(door), "location_name": LOCATION}}
        workspace.write_text(yaml.safe_dump({"load_from": [target]}), encoding="utf-8")
        words = ("api", "grpc", "--empty-working-directory", "-m", LOCATION, "-s", str(door))
        with _child(home, "dagster", *words, "--log-level", "warning") as server:
            _wait(server, door)
            yield workspace


@contextmanager
def _child(home: Path, module: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start one of Dagster's own processes; `-P` keeps the current folder off its path."""
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, "-P", "-m", module, *words],
        cwd=home,
    )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            child.kill()


def _wait(server: subprocess.Popen[bytes], door: Path) -> None:
    """Wait until the code server answers: it opens its socket once everything is loaded."""
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until and server.poll() is None:
        with socket.socket(socket.AF_UNIX) as caller:
            if caller.connect_ex(str(door)) == 0:
                return
        time.sleep(_PAUSE_S)
    raise ContractError(
        "Dagster's code server did not start; what it said stands above. Mend that, then run again."
    )


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
