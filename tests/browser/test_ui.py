"""`care-dividend ui` as it runs: who is let in, and a month and a quarter made by clicking."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, sync_playwright

from data_contracts.synthetic import write_inbox
from pipelines.directory import Directory
from tests.browser.test_site import CHROMIUM
from tests.pipelines.conftest import copy_example

MONTH, QUARTER = "2025-03", "2025-Q1"
PATIENCE_S = 600
LAUNCH = (
    "mutation { launchRun(executionParams: {selector: {repositoryLocationName: "
    '"pipelines.definitions", repositoryName: "__repository__", jobName: "quarterly_release"}, '
    'executionMetadata: {tags: [{key: "dagster/partition", value: "2025-Q1"}]}}) '
    "{ __typename } }"
)
LOOK = "{ version }"


@dataclass
class Ui:
    """A running `care-dividend ui`."""

    folder: Path
    port: int
    token: str
    session: str = ""

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def root(self) -> str:
        return f"http://{self.host}/"

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: str | None = None,
        **changed: str | None,
    ) -> tuple[int, str, Mapping[str, str]]:
        """Ask as our own page does, but for some headers; None leaves one out."""
        headers: dict[str, str | None] = {"host": self.host, "cookie": self.session}
        if method == "POST":
            headers |= {"origin": self.root.rstrip("/"), "content-type": "application/json"}
        headers |= {name.replace("_", "-"): value for name, value in changed.items()}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            if value is not None:
                connection.putheader(name, value)
        if body is not None:
            connection.putheader("content-length", str(len(body)))
        connection.endheaders(body.encode() if body is not None else None)
        answer = connection.getresponse()
        status, told = answer.status, {k.lower(): v for k, v in answer.getheaders()}
        text = "" if status == 101 else answer.read().decode()
        connection.close()
        return status, text, told

    def query(self, text: str, **changed: str | None) -> tuple[int, str]:
        status, said, _ = self.ask("POST", "/graphql", body=json.dumps({"query": text}), **changed)
        return status, said

    def open_socket(self, **changed: str | None) -> int:
        """Ask for a WebSocket, which GraphQL's subscriptions use."""
        upgrade = {
            "connection": "Upgrade",
            "upgrade": "websocket",
            "sec_websocket_version": "13",
            "sec_websocket_key": "dGhlIHNhbXBsZSBub25jZQ==",
            "sec_websocket_protocol": "graphql-ws",
            "origin": self.root.rstrip("/"),
        }
        return self.ask("GET", "/graphql", **{**upgrade, **changed})[0]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program of one month, whose calls came with half of their numbers blank."""
    folder = copy_example("riverton", tmp_path_factory.mktemp("ui") / "town")
    file = folder / "program.yaml"
    text = re.sub(r"(?m)^(first|last)_month:.*\n", "", file.read_text(encoding="utf-8"))
    file.write_text(f"first_month: {MONTH}\nlast_month: {MONTH}\n{text}", encoding="utf-8")
    write_inbox(folder / "inbox", seed=7, months=[MONTH])
    calls = folder / "inbox" / f"calls_{MONTH}.csv"
    lines = calls.read_text(encoding="utf-8").splitlines(keepends=True)
    calls.rename(folder / "calls_whole.csv")
    blanked = [re.sub(r"^[^,]*", "", line) if n % 2 else line for n, line in enumerate(lines)]
    calls.write_text("".join(blanked), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def ui(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ui]:
    """The command, run in a folder where somebody left Python files."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for name in ("duckdb", "yaml", "pipelines", "sitecustomize"):
        (elsewhere / f"{name}.py").write_text("raise SystemExit('planted')\n", encoding="utf-8")
    command = Path(sys.executable).parent / "care-dividend"
    log = elsewhere / "log"
    with log.open("w") as output:
        running = subprocess.Popen(
            [command, "ui", "--program", program, "--port", "0"],
            cwd=elsewhere, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        found = _wait_for(log, r"http://127\.0\.0\.1:(\d+)/\?token=([\w-]+)")
        opened = Ui(program, int(found[1]), found[2])
        opened.session = opened.ask("GET", f"/?token={opened.token}")[2]["set-cookie"].split(";")[0]
        yield opened
    finally:
        running.terminate()
        running.wait(60)


def _wait_for(log: Path, pattern: str) -> re.Match[str]:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if found := re.search(pattern, log.read_text(encoding="utf-8")):
            return found
        time.sleep(0.2)
    raise AssertionError(log.read_text(encoding="utf-8"))


def test_whoever_has_the_token_is_let_in_and_takes_a_closed_cookie(ui: Ui) -> None:
    status, page, headers = ui.ask("GET", f"/?token={ui.token}", cookie=None)

    cookie = headers["set-cookie"].lower()
    assert (status, ui.token in page) == (200, False)
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert headers["x-frame-options"] == "DENY"
    assert ui.ask("GET", "/")[0] == 200
    assert ui.ask("GET", "/", host=f"localhost:{ui.port}")[0] == 200
    assert ui.query(LOOK)[0] == 200
    assert ui.open_socket() == 101


@pytest.mark.parametrize(
    "changed",
    [
        {"cookie": None},
        {"cookie": "care-dividend-3000=guess"},
        {"host": "evil.example"},
        {"host": None},
        {"host": "127.0.0.1"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
    ids=str,
)
def test_nobody_else_reads_posts_or_subscribes(ui: Ui, changed: dict[str, str | None]) -> None:
    assert ui.ask("GET", "/", **changed)[0] in {400, 403}
    assert ui.query(LOOK, **changed)[0] in {400, 403}
    assert ui.open_socket(**changed) in {400, 403}


@pytest.mark.parametrize("token", ["", "guess", "x" * 43])
def test_a_wrong_token_opens_nothing(ui: Ui, token: str) -> None:
    status, _, headers = ui.ask("GET", f"/?token={token}", cookie=None)

    assert (status, "set-cookie" in headers) == (403, False)


def test_the_token_opens_nothing_under_another_name(ui: Ui) -> None:
    """A name that somebody else points here would get a session of its own."""
    status, _, headers = ui.ask("GET", f"/?token={ui.token}", cookie=None, host="evil.example")

    assert (status, "set-cookie" in headers) == (403, False)


@pytest.mark.parametrize("path", ["/graphql", "/graphql/", "/graphql//"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_nothing_is_changed_by_looking(ui: Ui, method: str, path: str) -> None:
    """An image on any page would do; here it even comes with the session."""
    status, _, _ = ui.ask(method, f"{path}?{urlencode({'query': LAUNCH})}")

    assert status == 403
    assert Directory(ui.folder).has_ledger is False


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_form_of_another_page_launches_nothing(ui: Ui, kind: str | None) -> None:
    query = f"/graphql?{urlencode({'query': LAUNCH})}"

    assert ui.ask("POST", query, body="", content_type=kind)[0] == 403
    assert ui.ask("POST", "/report_asset_materialization/raw_records", body="{}")[0] == 403
    assert ui.query(LAUNCH, origin=None)[0] == 403


def test_a_launch_that_names_a_day_or_a_folder_is_refused(ui: Ui) -> None:
    """Even with the session: a false day in the chain cannot be taken back."""
    config = json.dumps({"resources": {"program_directory": {"config": {"day": "2031-05-05"}}}})
    told = LAUNCH.replace(
        "executionMetadata", f"runConfigData: {json.dumps(config)}, executionMetadata"
    )

    status, said = ui.query(told)

    assert (status, "RunConfigValidationInvalid" in said) == (200, True), said


def test_a_month_that_failed_and_its_quarter_are_made_by_clicking(ui: Ui) -> None:
    if not CHROMIUM.is_file():
        pytest.skip("no Chromium on this machine")
    calls = ui.folder / "inbox" / f"calls_{MONTH}.csv"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM))
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(60_000)
        page.goto(f"{ui.root}?token={ui.token}")
        page.wait_for_url(lambda address: "token" not in address)

        failed = _materialise(page, ui, "monthly_intake", MONTH)
        (ui.folder / "calls_whole.csv").replace(calls)
        again = _repeat(page, ui, failed)
        quarter = _materialise(page, ui, "quarterly_release", QUARTER)
        browser.close()

    (row,) = Directory(ui.folder).ledger.rows()
    assert [_status(ui, run) for run in (failed, again, quarter)] == [
        "FAILURE",
        "SUCCESS",
        "SUCCESS",
    ]
    assert (row.release, row.date) == (QUARTER, Directory(ui.folder).today.isoformat())
    assert (ui.folder / "public" / "releases" / QUARTER / "card.html").is_file()
    assert (ui.folder / "public" / "index.html").stat().st_mode & 0o777 == 0o644


def _materialise(page: Page, ui: Ui, job: str, partition: str) -> str:
    """Choose a partition of a job in Dagster's own dialog and launch it; its run, once it ended."""
    before = _runs(ui)
    page.goto(f"{ui.root}locations/pipelines.definitions/jobs/{job}")
    page.get_by_role("button", name=re.compile("Materialize")).first.click()
    dialog = page.get_by_role("dialog").first
    dialog.get_by_text("Select a partition or create one").click()
    page.get_by_placeholder("Filter partitions").fill(partition)
    choices = page.get_by_role("menuitem").filter(has=page.get_by_role("checkbox"))
    choices.filter(has_text=partition).click()
    page.mouse.click(*_corner(dialog))  # closes the list, wherever it opened
    dialog.get_by_role("button", name="Launch 1 run").click()
    return _ended(ui, before)


def _corner(dialog: Locator) -> tuple[float, float]:
    box = dialog.bounding_box()
    assert box is not None
    return box["x"] + 6, box["y"] + 6


def _repeat(page: Page, ui: Ui, run: str) -> str:
    """Choose "from failure" on the page of a run; the new run, once it ended."""
    before = _runs(ui)
    page.goto(f"{ui.root}runs/{run}")
    more = page.get_by_role("button", name=re.compile("^Re-execute")).first
    choice = page.get_by_role("menuitem").filter(has_text=re.compile("^From failure$"))
    until = time.monotonic() + PATIENCE_S
    while not choice.is_visible():  # the page draws itself anew while it loads, and closes its menu
        assert time.monotonic() < until, page.locator("body").inner_text()
        more.locator("xpath=following::button[1]").click()
        page.wait_for_timeout(1_000)
    choice.click()
    return _ended(ui, before)


def _runs(ui: Ui) -> dict[str, str]:
    _, said = ui.query("{ runsOrError { ... on Runs { results { id status } } } }")
    return {one["id"]: one["status"] for one in json.loads(said)["data"]["runsOrError"]["results"]}


def _ended(ui: Ui, before: Mapping[str, str]) -> str:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        fresh = {run: status for run, status in _runs(ui).items() if run not in before}
        if fresh and set(fresh.values()) <= {"SUCCESS", "FAILURE", "CANCELED"}:
            (run,) = fresh
            return run
        time.sleep(0.5)
    raise AssertionError(_runs(ui))


def _status(ui: Ui, run: str) -> str:
    return _runs(ui)[run]
