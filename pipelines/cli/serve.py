"""`care-dividend serve`: look at the published site on this machine."""

import io
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from data_contracts.errors import ContractError
from data_contracts.program import load_program
from pipelines.cli.shell import HERE, ProgramOption, out, refusals

LOOPBACK = "127.0.0.1"


class SiteHandler(SimpleHTTPRequestHandler):
    """Shows files of one folder, and of no other, to whoever is on this machine."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep no record of who looked at what."""

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """Find what is asked for; what a link leads to outside of the folder is not there."""
        file, folder = Path(self.translate_path(self.path)), Path(self.directory)
        if file.resolve().is_relative_to(folder.resolve()):
            return super().send_head()
        self.send_error(HTTPStatus.NOT_FOUND, "File not found")
        return None

    def end_headers(self) -> None:
        """Tell the browser to take nothing for what it is not, and to tell nobody of it."""
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
            server = ThreadingHTTPServer((LOOPBACK, port), partial(SiteHandler, directory=folder))
        except OSError:
            raise ContractError(
                f"Port {port} is taken. Choose another: care-dividend serve --port 0."
            ) from None
        out.print(f"http://{LOOPBACK}:{server.server_address[1]}/  (Ctrl+C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            server.server_close()
