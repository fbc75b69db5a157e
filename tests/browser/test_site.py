"""The drawn site in a real Chromium: policy, charts, access, phones, paper, no JavaScript."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from reports.program_facts import AreaFacts, ProgramFacts
from reports.site.build import build_site
from tests.reports.sample_release import PROGRAM, Plan, write_release

CHROMIUM = Path("/usr/bin/chromium")
EVIL = "<img src=x onerror='window.broken=1'>"
QUALITY = "reports/FY2019/quality"
KINDS = (
    "index.html",
    f"{QUALITY}/index.html",
    f"{QUALITY}/response-time.html",
    f"{QUALITY}/police.html",
    "releases/FY2019/card.html",
)
LIVE = (f"{QUALITY}/index.html", f"{QUALITY}/response-time.html", f"{QUALITY}/age.html")


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drawn site of four years."""
    folder = tmp_path_factory.mktemp("site") / "public"
    for year in ("FY2016", "FY2017", "FY2018", "FY2019"):
        write_release(folder / "releases", year)
    areas = (AreaFacts(a.code, a.name, a.kind.value, a.population) for a in PROGRAM.areas)
    program = ProgramFacts(PROGRAM.name, PROGRAM.city, PROGRAM.contact, areas=tuple(areas))
    build_site(folder, program=program, metrics=None)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.is_file():
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM))
        yield found
        found.close()


@pytest.fixture(scope="module")
def address(public: Path) -> Iterator[str]:
    """The site under a sub-path of a web server."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    handler = partial(Quiet, directory=str(public.parent))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{public.name}/"
    server.shutdown()
    server.server_close()


def listen(page: Page) -> tuple[list[str], list[str]]:
    """Collect what a page says on the console, and every address that it asks for."""
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("request", lambda request: asked.append(request.url))
    return said, asked


def until(page: Page, condition: str) -> None:
    """Wait for a condition; the pages' policy forbids the waiting that the browser offers."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never became true: {condition}")


def drawn(page: Page) -> int:
    """Wait for the live charts and count them."""
    until(
        page,
        "document.querySelectorAll('figure[data-chart]:not(.kept)').length ==="
        " document.querySelectorAll('figure.drawn .live .main-svg .xaxislayer-above').length",
    )
    return page.locator("figure.drawn").count()


@pytest.mark.parametrize("way", ["file", "http"])
def test_every_page_is_quiet_keeps_its_policy_and_asks_nobody_else(
    browser: Browser, public: Path, address: str, way: str
) -> None:
    root = f"{public.as_uri()}/" if way == "file" else address
    page = browser.new_page()
    said, asked = listen(page)
    pages = [p.relative_to(public).as_posix() for p in public.rglob("*.html")]
    pages = [name for name in pages if "FY2019" in name or "/" not in name.removeprefix("es/")]
    if way == "http":
        pages = [name for kind in KINDS for name in (kind, f"es/{kind}")]

    for name in pages:
        page.goto(root + name)
        drawn(page)

    assert len(pages) >= 2 * len(KINDS)
    assert said == []
    assert [url for url in asked if not url.startswith(root)] == []
    page.close()


def test_an_inline_style_or_script_would_be_refused(browser: Browser, public: Path) -> None:
    page = browser.new_page()
    page.goto((public / "index.html").as_uri())
    said, _ = listen(page)

    page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'window.broken = 1';"
        "document.body.append(s); document.body.setAttribute('style', 'color: red')"
    )

    assert page.evaluate("window.broken") is None
    assert sum("Content Security Policy" in line for line in said) == 2
    page.close()


def test_live_charts_stand_where_the_still_ones_stood_and_answer_to_pointing(
    browser: Browser, public: Path
) -> None:
    page = browser.new_page()
    charts = 0

    for name in LIVE:
        page.goto((public / name).as_uri())
        charts += drawn(page)
        assert page.locator("figure.drawn > .still:visible").count() == 0

    page.locator(".live").first.scroll_into_view_if_needed()
    dot = page.locator(".live .points path").first.bounding_box()
    assert dot is not None
    page.mouse.move(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    hover = page.locator(".hoverlayer").first
    until(page, "document.querySelector('.hoverlayer').textContent.includes('about')")
    assert "Under 20" in (hover.text_content() or "")
    assert charts >= 3
    page.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (390, "light")])
def test_axe_finds_nothing(
    browser: Browser, public: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    found = []

    for name in (*KINDS, f"es/{QUALITY}/index.html"):
        page.goto((public / name).as_uri())
        drawn(page)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        report = Axe().run(page, options={"preload": False})
        found += [(name, one["id"]) for one in report.response["violations"]]

    assert found == []
    context.close()


@pytest.mark.parametrize("width", [390, 320])
def test_no_phone_has_to_scroll_sideways(browser: Browser, public: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})

    for name in (*KINDS, *(f"es/{name}" for name in KINDS)):
        page.goto((public / name).as_uri())
        drawn(page)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name

    page.close()


def test_without_javascript_every_chart_and_table_is_there(browser: Browser, public: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto((public / LIVE[1]).as_uri())

    figures = page.locator("figure")
    assert figures.count() >= 3
    assert (
        page.locator("figure > .still:visible, figure > table.rows:visible").count()
        == figures.count()
    )
    assert page.locator(".live:visible").count() == 0
    page.locator("summary").first.click()
    assert page.locator("details[open] td:visible").count() > 8
    context.close()


def test_paper_gets_the_still_chart_the_status_and_the_open_tables(
    browser: Browser, public: Path
) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto((public / LIVE[1]).as_uri())
    drawn(page)

    page.emulate_media(media="print")

    assert page.locator(".still:visible").count() >= 1
    assert page.locator(".live:visible").count() == 0
    assert page.locator(".banner:visible").count() == 1
    assert page.locator("nav ul:visible").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    heights = page.locator("details table").evaluate_all("all => all.map(t => t.clientHeight)")
    assert heights
    assert min(heights) > 0
    page.close()


def test_a_charts_colors_follow_the_readers_theme(browser: Browser, public: Path) -> None:
    page = browser.new_page(color_scheme="light")
    page.goto((public / LIVE[0]).as_uri())
    drawn(page)
    paper = "getComputedStyle(document.querySelector('.live .main-svg')).backgroundColor"
    light = page.evaluate(paper)

    page.emulate_media(color_scheme="dark")
    until(page, f"{paper} !== '{light}'")

    assert page.evaluate(paper) == page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.close()


def test_readers_who_force_their_own_colors_keep_the_still_charts(
    browser: Browser, public: Path
) -> None:
    page = browser.new_page(forced_colors="active")

    page.goto((public / LIVE[1]).as_uri(), wait_until="networkidle")

    assert page.evaluate("typeof window.Plotly") == "object"
    assert page.locator(".live:visible").count() == 0
    assert page.locator(".still:visible").count() >= 1
    page.close()


@pytest.mark.parametrize("name", [KINDS[0], KINDS[2]])
def test_the_keyboard_reaches_everything_and_the_skip_link_first(
    browser: Browser, public: Path, name: str
) -> None:
    page = browser.new_page()
    page.goto((public / name).as_uri())
    drawn(page)
    wanted = page.locator("a[href], summary, [tabindex='0']").evaluate_all(
        "all => all.filter(e => e.checkVisibility()).map((e, n) => (e.dataset.number = n)).length"
    )
    reached = []

    for _ in range(wanted):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.dataset.number"))

    assert page.locator("[data-number='0']").get_attribute("class") == "skip"
    assert reached == [str(number) for number in range(wanted)]
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert ring == "solid"
    page.close()


def test_a_label_that_looks_like_markup_is_shown_as_text(browser: Browser, tmp_path: Path) -> None:
    write_release(tmp_path / "releases", plan=Plan(prefix=EVIL))
    program = ProgramFacts(name=EVIL, city=EVIL, contact=EVIL)
    build_site(tmp_path, program=program, metrics=None)
    page = browser.new_page()
    said, _ = listen(page)

    page.goto((tmp_path / LIVE[2]).as_uri())
    drawn(page)
    page.locator(".live").first.scroll_into_view_if_needed()
    dot = page.locator(".live .points path").first.bounding_box()
    assert dot is not None
    page.mouse.move(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    until(page, "document.querySelector('.hoverlayer').textContent.includes('about')")

    assert page.evaluate("window.broken") is None
    assert page.locator("main img").count() == 0
    assert EVIL in (page.locator("figure details tbody th").first.text_content() or "")
    assert said == []
    page.close()
