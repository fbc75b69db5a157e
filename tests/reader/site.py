"""Read a published site as a person does: what pages say, what pictures show, what files hold.

Nothing here imports the code that drew the pages. Words are read back from the HTML, numbers from
the published CSV files, and both are held against each other.
"""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import floor, isinf, log10
from pathlib import Path
from typing import Literal, NamedTuple

from bs4 import BeautifulSoup, Tag

Language = Literal["en", "es"]
REPORTS = ("savings", "impact", "quality")
MINUS = "\N{MINUS SIGN}"
NUMBER = re.compile(rf"[{MINUS}-]?\$?\d[\d,]*(?:\.\d+)?")


class Figure(NamedTuple):
    """One line of a `figures.csv`; ends are nothing where the file leaves them empty."""

    id: str
    name: str
    value: float | None
    low: float | None
    high: float | None
    sd: float | None
    mark: str
    missing: float | None
    unit: str
    of: str
    printed_value: str
    printed_range: str

    @property
    def printed(self) -> str:
        """What a page writes: the value, or the range where only that may be quoted."""
        return self.printed_value or self.printed_range


@dataclass(frozen=True)
class Page:
    """One HTML page: its path below `public/`, its language, and its text."""

    path: str
    html: str

    @property
    def language(self) -> Language:
        """Language of its folder."""
        return "es" if self.path.startswith("es/") else "en"

    @property
    def release(self) -> str:
        """Release that it belongs to; empty for the index."""
        found = re.search(r"(?:reports|releases)/([^/]+)/", self.path)
        return found[1] if found else ""

    @property
    def report(self) -> str:
        """Report that it belongs to; empty for cards and the index."""
        found = re.search(r"reports/[^/]+/([^/]+)/", self.path)
        return found[1] if found else ""

    @cached_property
    def soup(self) -> BeautifulSoup:
        """Its elements."""
        return BeautifulSoup(self.html, "html.parser")

    def tagged(self) -> Iterator[tuple[str, Tag]]:
        """Every element that carries a figure, with the figure's id."""
        for element in self.soup.select("[data-figure]"):
            yield str(element["data-figure"]), element


def words_of(element: Tag) -> str:
    """Text of an element with single spaces."""
    return re.sub(r"\s+", " ", element.get_text(" ")).strip()


def read_number(text: str) -> float | None:
    """Read one number as people write it: $3.6 million, -12, 1,250."""
    found = NUMBER.search(text)
    if not found:
        return None
    value = float(re.sub(rf"[,${MINUS}-]", "", found[0]))
    value *= 1e6 if re.search(r"\bmill(?:ion|ón|ones)\b", text) else 1
    return -value if found[0][0] in f"{MINUS}-" else value


@dataclass(frozen=True)
class Published:
    """A public folder."""

    folder: Path

    @cached_property
    def pages(self) -> dict[str, Page]:
        """Every page, by its path."""
        return {
            file.relative_to(self.folder).as_posix(): Page(
                file.relative_to(self.folder).as_posix(), file.read_text(encoding="utf-8")
            )
            for file in sorted(self.folder.rglob("*.html"))
        }

    @cached_property
    def releases(self) -> tuple[str, ...]:
        """Names of all releases."""
        return tuple(sorted(one.name for one in (self.folder / "releases").iterdir()))

    @cached_property
    def languages(self) -> tuple[Language, ...]:
        """Languages of the site."""
        return ("en", "es") if (self.folder / "es").is_dir() else ("en",)

    def figures(self, release: str, report: str, language: Language) -> dict[str, Figure]:
        """Every figure of a report, by id; empty where there is no such report."""
        start = self.folder / ("es" if language == "es" else ".")
        file = start / "reports" / release / report / "figures.csv"
        if not file.is_file():
            return {}
        return {row["id"]: _figure(row) for row in read_csv(file)}

    def all_figures(self) -> Iterator[tuple[str, str, Language, dict[str, Figure]]]:
        """Release, report, language and figures of every report there is."""
        for release in self.releases:
            for report in REPORTS:
                for language in self.languages:
                    if found := self.figures(release, report, language):
                        yield release, report, language, found


def read_csv(file: Path) -> list[dict[str, str]]:
    """Read the rows of a CSV file."""
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def _figure(row: dict[str, str]) -> Figure:
    value, low, high, sd = (
        float(row[name]) if row[name] else None for name in ("value", "low", "high", "sd")
    )
    missing = float(row["missing_of_100"]) if row["missing_of_100"] else None
    return Figure(
        row["id"], row["name"], value, low, high, sd, row["mark"], missing, row["unit"], row["of"],
        row["printed_value"], row["printed_range"],
    )  # fmt: skip


def step_between(low: float, high: float) -> float:
    """Coarsest power of ten not above a tenth of a range: what a reader may take as the digit."""
    tenth = (high - low) / 10
    return 10.0 ** floor(log10(tenth)) if tenth >= 1 and not isinf(tenth) else 1.0


def live_figures(page: Page) -> Iterator[tuple[Tag, dict[str, object]]]:
    """Pictures that are drawn again with script: the figure and the data in it."""
    for script in page.soup.select('figure script[type="application/json"]'):
        figure = script.find_parent("figure")
        if isinstance(figure, Tag):
            yield figure, json.loads(script.get_text())
