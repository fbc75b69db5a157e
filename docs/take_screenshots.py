"""Take the screenshots of these docs from a demo that was run: `make screenshots`."""

import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = "/usr/bin/chromium"
HERE = Path(__file__).resolve().parent / "screenshots"
YEAR = "reports/FY2025"
PAGES = {
    "index": "index.html",
    "savings": f"{YEAR}/savings/index.html",
    "impact": f"{YEAR}/impact/index.html",
    "quality": f"{YEAR}/quality/index.html",
    "response": f"{YEAR}/quality/response-time.html",
    "card": "releases/FY2025/card.html",
}
FIRST = "savings"  # the README's own picture: the first screen
LONGEST = {1280: 1900, 390: 2600}  # pixels of a page that are shown, by width
SCREEN = 800


def take(browser: Browser, page: Path, *, width: int, most: int, to: Path) -> None:
    """Photograph the upper part of a page once its charts are drawn."""
    tab = browser.new_page(viewport={"width": width, "height": SCREEN})
    tab.goto(page.as_uri())
    tab.wait_for_timeout(1000)
    height = min(most, int(tab.evaluate("document.documentElement.scrollHeight")))
    tab.screenshot(path=to, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})
    tab.close()


def main(public: Path, plan: Path) -> None:
    """Photograph every kind of page, and the plan that a board reads, at two widths."""
    pages = {name: public / page for name, page in PAGES.items()} | {"plan": plan}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        for name, page in pages.items():
            for width, most in LONGEST.items():
                take(browser, page, width=width, most=most, to=HERE / f"{name}-{width}.png")
        first = HERE / f"{FIRST}-first.png"
        take(browser, pages[FIRST], width=1280, most=SCREEN, to=first)
        browser.close()


if __name__ == "__main__":
    main(*(Path(one).resolve() for one in sys.argv[1:]))
