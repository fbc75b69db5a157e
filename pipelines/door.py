"""Keep everybody but the person at the terminal out of Dagster's web server.

Loopback keeps no browser out: any page that is open on the same machine can send requests here, and
by a name that it makes point here (DNS rebinding) it can read the answers too. So a request needs
the session that the token of the terminal opens, must call this server by its own name, and must
come from one of its own pages; and a GET changes nothing.
"""

import secrets
from collections.abc import Iterator
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = "127.0.0.1"
NAMES = (LOOPBACK, "localhost")
GRAPHQL = "/graphql"

_POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1
_ENTRY = '<!doctype html><meta http-equiv="refresh" content="0; url=/"><title>Dagster</title>'
_KEPT_CLOSE = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


class Door:
    """ASGI middleware around Dagster's web server; what it refuses never reaches Dagster."""

    def __init__(self, app: ASGIApp, *, port: int, token: str) -> None:
        """Guard an application.

        Args:
            app: Dagster's web server.
            port: Port on which this machine, and nobody else, reaches it.
            token: What the terminal printed; whoever shows it gets the session.
        """
        self._app, self._token = app, token
        self._hosts = {f"{name}:{port:d}" for name in NAMES}
        self._cookie = f"care-dividend-{port:d}"  # cookies do not tell ports apart
        self._session = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, open a session, or refuse."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        entry = self._is_entry(scope)
        if reason := next(self._refusals(scope, headers, entry=entry), None):
            await _refuse(reason, scope, receive, send)
        elif entry:
            await self._open_session(scope, receive, send)
        else:
            await self._app(scope, receive, _closely(send))

    def _is_entry(self, scope: Scope) -> bool:
        """Whether a request shows the token of the terminal."""
        shown = parse_qs(scope.get("query_string", b"")).get(b"token", [])
        first = scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/"
        return first and len(shown) == 1 and _same(shown[0], self._token)

    def _refusals(self, scope: Scope, headers: Headers, *, entry: bool) -> Iterator[str]:
        """Say what stands against a request, one reason each."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            yield "it calls this server by another name"
            return
        if not entry and not self._has_session(headers):
            yield "it has no session; open the address that the terminal printed"
        origins = headers.getlist("origin")
        if any(origin.lower() != f"http://{hosts[0].lower()}" for origin in origins):
            yield "it comes from a page of another site"
        if not entry and headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
            yield "it comes from a page of another site"
        if scope["type"] == "websocket":
            if not origins:
                yield "it does not say which page it comes from"
            return
        yield from _refuse_method(scope, headers, says_origin=bool(origins))

    def _has_session(self, headers: Headers) -> bool:
        pairs = (one.strip() for line in headers.getlist("cookie") for one in line.split(";"))
        named = (one.partition("=") for one in pairs)
        return any(
            name == self._cookie and _same(value.encode("latin-1"), self._session)
            for name, _, value in named
        )

    async def _open_session(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a page that goes on by itself, so that the token leaves the address."""
        answer = HTMLResponse(_ENTRY, headers=_KEPT_CLOSE)
        answer.set_cookie(self._cookie, self._session, httponly=True, samesite="strict", path="/")
        await answer(scope, receive, send)


def _refuse_method(scope: Scope, headers: Headers, *, says_origin: bool) -> Iterator[str]:
    """Reading is by GET, and everything else by JSON that one of our own pages posts."""
    is_graphql = scope["path"].rstrip("/") == GRAPHQL
    if scope["method"] == "POST":
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if not is_graphql or kind != "application/json":
            yield "only JSON for GraphQL is posted here"
        if not says_origin:
            yield "it does not say which page it comes from"
    elif scope["method"] not in {"GET", "HEAD"} or is_graphql:
        yield "GraphQL is posted, so that looking at a page changes nothing"


def _same(shown: bytes, right: str) -> bool:
    return secrets.compare_digest(shown, right.encode())


async def _refuse(reason: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        return
    answer = PlainTextResponse(f"Refused: {reason}.\n", status_code=403, headers=_KEPT_CLOSE)
    await answer(scope, receive, send)


def _closely(send: Send) -> Send:
    """Tell the browser to show an answer to this server's own pages only."""

    async def tell(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _KEPT_CLOSE.items():
                if name != "Cache-Control":  # Dagster's scripts may be kept
                    headers[name] = value
        await send(message)

    return tell
