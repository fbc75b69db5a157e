"""The impact report in a real Chromium: policy, charts, access, phones, the first picture."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from reports.site.build import build_site
from tests.reports.impact.sample_outcomes import PROGRAM, Plan, write_outcomes
from tests.reports.sample_release import write_release

CHROMIUM = Path("/usr/bin/chromium")
IMPACT = "reports/FY2025/impact/index.html"
BOTH = (IMPACT, f"es/{IMPACT}")


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A drawn site with the sample program's own designs, over invented counts."""
    folder = tmp_path_factory.mktemp("impact") / "public"
    write_release(folder / "releases", "FY2025")
    write_outcomes(folder, Plan(first="2021-01", last="2025-12", start="2023-01"))
    designs = root / "examples" / "riverton" / "impact.yaml"
    build_site(folder, program=PROGRAM, metrics=None, impact=designs)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.is_file():
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM))
        yield found
        found.close()


def drawn(page: Page) -> int:
    """Wait for the live charts and count them; a phone keeps rows still."""
    for _ in range(200):
        waiting = page.locator("figure[data-chart]:not(.kept, .drawn)").count()
        shown = page.locator("figure.drawn .live .main-svg .xaxislayer-above").count()
        if not waiting and shown == page.locator("figure.drawn").count():
            return shown
        page.wait_for_timeout(50)
    pytest.fail("the charts never appeared")


@pytest.mark.parametrize("name", BOTH)
def test_the_page_is_quiet_and_every_chart_is_live(
    browser: Browser, public: Path, name: str
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))

    page.goto((public / name).as_uri())

    assert drawn(page) == page.locator("figure").count() >= 8
    assert said == []
    page.close()


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("java_script", [True, False])
def test_heading_and_first_picture_fit_the_first_screen(
    browser: Browser, public: Path, name: str, *, java_script: bool
) -> None:
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, java_script_enabled=java_script
    )
    page = context.new_page()
    page.goto((public / name).as_uri())
    if java_script:
        drawn(page)

    kind = ".live" if java_script else ".still"
    picture = page.locator(f"figure {kind}").first.bounding_box()
    lead = page.locator("p.lead").last.bounding_box()

    assert picture is not None
    assert lead is not None
    assert picture["y"] + picture["height"] <= 800
    assert lead["y"] + lead["height"] <= 800
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (390, "light")])
def test_axe_finds_nothing(
    browser: Browser, public: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    found = []

    for name in BOTH:
        page.goto((public / name).as_uri())
        drawn(page)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        report = Axe().run(page, options={"preload": False})
        found += [(name, one["id"]) for one in report.response["violations"]]

    assert found == []
    context.close()


def test_no_phone_has_to_scroll_sideways_and_rows_keep_their_words(
    browser: Browser, public: Path
) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 800})

    for name in BOTH:
        page.goto((public / name).as_uri())
        assert drawn(page) >= 3
        assert page.locator("figure.kept table.rows:visible").count() >= 2
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320

    page.close()
