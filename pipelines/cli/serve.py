"""`care-dividend serve`: look at the published site on this machine."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Annotated

import typer

from data_contracts.errors import ContractError
from data_contracts.program import load_program
from pipelines.cli.shell import HERE, ProgramOption, out, refusals

LOOPBACK = "127.0.0.1"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep no record of who looked at what."""

    def end_headers(self) -> None:
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        super().end_headers()


def serve(
    program: ProgramOption = HERE,
    port: Annotated[int, typer.Option(help="Port on this machine; 0 picks a free one.")] = 8000,
) -> None:
    """Show `public/` in a browser of this machine, on loopback only.

    Example: care-dividend serve --program demo
    """
    with refusals():
        folder = load_program(program).path("public")
        if not (folder / "index.html").is_file():
            raise ContractError(
                "There is no site yet: public/index.html is missing. "
                "Publish a period first: care-dividend run --period FY2025."
            )
        try:
            server = ThreadingHTTPServer((LOOPBACK, port), partial(_Quiet, directory=folder))
        except OSError:
            raise ContractError(
                f"Port {port} is taken. Choose another: care-dividend serve --port 0."
            ) from None
        out.print(f"http://{LOOPBACK}:{server.server_address[1]}/  (Ctrl+C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            server.server_close()
