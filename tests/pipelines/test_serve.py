"""Mirrors pipelines/cli/serve.py."""

from collections.abc import Iterator
from functools import partial
from http.client import HTTPConnection
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from pipelines.cli.serve import LOOPBACK, SiteHandler


@pytest.fixture
def site(tmp_path: Path) -> Iterator[HTTPConnection]:
    """A site beside a key, with links that somebody planted in it."""
    public = tmp_path / "public"
    (public / "reports").mkdir(parents=True)
    (public / "index.html").write_text("page")
    (public / "reports" / "index.html").write_text("report")
    (tmp_path / "key").write_text("secret")
    (public / "key.txt").symlink_to(tmp_path / "key")
    (public / "up").symlink_to(tmp_path)
    with ThreadingHTTPServer((LOOPBACK, 0), partial(SiteHandler, directory=str(public))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield HTTPConnection(LOOPBACK, server.server_address[1], timeout=10)
        server.shutdown()


def ask(site: HTTPConnection, path: str) -> tuple[int, str]:
    site.request("GET", path)
    answer = site.getresponse()
    return answer.status, answer.read().decode()


@pytest.mark.parametrize(
    ("path", "text"), [("/", "page"), ("/index.html", "page"), ("/reports/", "report")]
)
def test_pages_are_shown(site: HTTPConnection, path: str, text: str) -> None:
    assert ask(site, path) == (200, text)


@pytest.mark.parametrize(
    "path",
    ["/key.txt", "/up/", "/up/key", "/../key", "/%2e%2e/key", "/up%2fkey", "/reports/../../key"],
)
def test_nothing_outside_of_the_folder_is_shown(site: HTTPConnection, path: str) -> None:
    """privacy.md, suspected: a key through a planted link was there, 200."""
    status, said = ask(site, path)

    assert (status, "secret" in said) == (404, False)
