"""Mirrors pipelines/door.py: what no browser of another page may get through, tried one by one."""

import asyncio
from collections.abc import Mapping

import pytest
from starlette.types import Message, Receive, Scope, Send

from pipelines.door import Door

PORT, TOKEN = 3000, "right-token"
HOST = f"127.0.0.1:{PORT}"
Headers = Mapping[str, str | None]


class Dagster:
    """Stands in for the web server, and remembers what reached it."""

    def __init__(self) -> None:
        self.reached: list[Scope] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        self.reached.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def send_in(door: Door, method: str, path: str, *, query: str = "", headers: Headers) -> Message:
    """Ask, and give back the first message of the answer."""
    answers: list[Message] = []
    written = [(k.encode(), v.encode("latin-1")) for k, v in headers.items() if v is not None]
    kind = "websocket" if method == "WEBSOCKET" else "http"
    scope: dict[str, object] = {"type": kind, "method": method, "path": path, "headers": written}
    scope |= {"query_string": query.encode(), "raw_path": path.encode(), "root_path": ""}

    async def receive() -> Message:
        return {"type": "websocket.connect" if kind == "websocket" else "http.request"}

    async def send(message: Message) -> None:
        answers.append(message)

    asyncio.run(door(scope, receive, send))
    return answers[0]


@pytest.fixture
def dagster() -> Dagster:
    return Dagster()


@pytest.fixture
def door(dagster: Dagster) -> Door:
    return Door(dagster, port=PORT, token=TOKEN)


@pytest.fixture
def ours(door: Door) -> dict[str, str | None]:
    """Headers of our own page, with the session."""
    entered = send_in(door, "GET", "/", query=f"token={TOKEN}", headers={"host": HOST})
    cookie = dict(entered["headers"])[b"set-cookie"].decode().split(";")[0]
    return {
        "host": HOST,
        "cookie": cookie,
        "origin": f"http://{HOST}",
        "content-type": "application/json",
    }


def test_our_own_page_is_let_through(
    door: Door, dagster: Dagster, ours: dict[str, str | None]
) -> None:
    assert send_in(door, "POST", "/graphql", headers=ours)["status"] == 200
    assert send_in(door, "GET", "/runs", headers={**ours, "origin": None})["status"] == 200
    assert len(dagster.reached) == 2


FOREIGN: list[dict[str, str | None]] = [
    {"origin": "null"},
    {"origin": ""},
    {"origin": f"https://{HOST}"},
    {"origin": f"http://{HOST}.evil.example"},
    {"origin": f"http://{HOST}@evil.example"},
    {"origin": "http://localhost:3000"},  # the same machine, and still another page
    {"origin": f"http://127.0.0.1:{PORT + 1}"},
    {"origin": f"http://[::1]:{PORT}"},
    {"host": f"[::1]:{PORT}"},
    {"host": f"localhost.:{PORT}"},
    {"host": f"127.0.0.1.:{PORT}"},
    {"host": f"127.1:{PORT}"},
    {"host": f"0.0.0.0:{PORT}"},
    {"host": "127.0.0.1"},
    {"host": f"127.0.0.1:{PORT + 1}"},
    {"host": f"evil.example:{PORT}"},
    {"host": f"{HOST}.evil.example"},
    {"host": f"evil.example, {HOST}"},
    {"host": "evil.example", "x-forwarded-host": HOST},
    {"host": None},
    {"cookie": None},
    {"cookie": "care-dividend-3000="},
    {"cookie": None, "referer": f"http://{HOST}/?token={TOKEN}"},
    {"cookie": None, "authorization": f"Bearer {TOKEN}"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
]


@pytest.mark.parametrize("changed", FOREIGN, ids=str)
@pytest.mark.parametrize("method", ["GET", "POST", "WEBSOCKET"])
def test_nobody_elses_request_reaches_dagster(
    door: Door, dagster: Dagster, ours: dict[str, str | None], method: str, changed: Headers
) -> None:
    path = "/graphql" if method != "GET" else "/"
    answer = send_in(door, method, path, headers={**ours, **changed})

    assert not dagster.reached
    assert answer.get("status") == 403 or answer["type"] == "websocket.close"


@pytest.mark.parametrize("path", ["/graphql", "/graphql/", "/graphql//", "/runs", "/"])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get"])
def test_no_other_method_reaches_dagster(
    door: Door, dagster: Dagster, ours: dict[str, str | None], method: str, path: str
) -> None:
    answer = send_in(door, method, path, query="query=mutation{x}", headers=ours)

    assert (answer["status"], dagster.reached) == (403, [])


@pytest.mark.parametrize("path", ["/graphql", "/graphql/", "/graphql//"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_graphql_is_never_asked_by_looking(
    door: Door, dagster: Dagster, ours: dict[str, str | None], method: str, path: str
) -> None:
    assert send_in(door, method, path, headers=ours)["status"] == 403
    assert not dagster.reached


@pytest.mark.parametrize("path", ["//graphql", "/GraphQL", "/graphql/x", "/report_asset_check/a"])
def test_only_graphql_is_posted(
    door: Door, dagster: Dagster, ours: dict[str, str | None], path: str
) -> None:
    assert send_in(door, "POST", path, headers=ours)["status"] == 403
    assert not dagster.reached


@pytest.mark.parametrize(
    "query", [f"token={TOKEN}&token={TOKEN}", f"TOKEN={TOKEN}", f"x=1&token={TOKEN}x", "token="]
)
@pytest.mark.parametrize("path", ["/", "/graphql", "/runs"])
def test_the_token_opens_a_session_in_one_way_only(
    door: Door, dagster: Dagster, query: str, path: str
) -> None:
    answer = send_in(door, "GET", path, query=query, headers={"host": HOST})

    assert answer["status"] == 403
    assert b"set-cookie" not in dict(answer["headers"])
    assert not dagster.reached
