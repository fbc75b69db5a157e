"""Draw the whole site of a program from its public folder alone.

public/releases -> **build**
"""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from reports.metrics import Board, load_board
from reports.numbers import Language
from reports.program_facts import AreaFacts, ProgramFacts
from reports.quality.findings import headline
from reports.quality.page import quality_pages
from reports.quality.pieces import release_files
from reports.quality.report import Known, estimate_report
from reports.released import Release, open_release
from reports.site.card import card_page
from reports.site.index import index_page
from reports.site.library import library
from reports.site.shell import Place, Site, print_class
from reports.site.write import take_away, write_whole
from reports.texts import Texts

__all__ = ["AreaFacts", "ProgramFacts", "build_site"]

STYLE = ("tokens.css", "page.css", "figure.css", "plotly.css", "site.js", "icon.svg")


def build_site(public: Path, *, program: ProgramFacts, metrics: Path | None) -> None:
    """Draw every page for every release found, in every language of the program.

    Reads `public/` alone; the same folder gives the same bytes. A page is replaced whole, and
    pages that are no longer drawn are taken away.

    Args:
        public: The program's public folder, with `releases/` in it.
        program: What pages say of the program.
        metrics: The program's `metrics.yaml`; nothing where no board was asked.

    Raises:
        ReportError: A release or `metrics.yaml` lacks something; no page was written.
    """
    board = load_board(metrics)
    site = Site(public=public, program=program, releases=find_releases(public))
    pages = dict(_pages(site, board))
    for path, html in pages.items():
        write_whole(public / path, html.encode())
    for name, content in _assets(site).items():
        write_whole(public / "assets" / name, content)
    for folder in {(public / path).parent for path in pages if "/quality/" in path}:
        take_away(folder, keep=[public / path for path in pages])


def find_releases(public: Path) -> tuple[Release, ...]:
    """Open every release of a public folder, oldest first; a year follows its last quarter."""
    folder = public / "releases"
    found = [
        open_release(one)
        for one in (sorted(folder.iterdir()) if folder.is_dir() else [])
        if one.is_dir() and not one.name.startswith(".")
    ]
    return tuple(
        sorted(found, key=lambda one: (one.period.end, -one.period.start.toordinal(), one.name))
    )


def _pages(site: Site, board: Board) -> Iterator[tuple[str, str]]:
    known = Known(site)
    reports = [estimate_report(site, release, board, known) for release in site.releases]
    for language in site.program.languages:
        for report in reports:
            yield from quality_pages(site, report, language=language).items()
            yield card_page(site, report.release, language=language)
        place = Place("index.html", language)
        first, downloads = None, []
        if reports:
            shown = reports[-1].shown
            leading = [
                one for one in shown if one.measure.lead and one.measure.figure.by != "month"
            ]
            chosen = [*leading, *shown][:1]
            first = headline(chosen[0], 0, language=language) if chosen else None
            page = site.page(place, title="", part="home", release=None)
            downloads = release_files(site, reports[-1].release, page)
        yield index_page(site, first=first, downloads=downloads, language=language)


def _assets(site: Site) -> dict[str, bytes]:
    style = files("reports.site").joinpath("style")
    found = {name: style.joinpath(name).read_bytes() for name in STYLE}
    found["print.css"] = _print_style(site).encode()
    found["plotly.min.js"] = library()
    return found


def _print_style(site: Site) -> str:
    """Write the printed footers, which CSS cannot take from a page: city, release and status."""
    lines = ["/* Footers of printed pages: one rule a release and language. */", "@media print {"]
    for language in site.program.languages:
        for release in (None, *site.releases):
            name = print_class(release, language)
            words = _css(_footer(site, release, language))
            lines.append(f"  .{name} {{ page: {name}; }}")
            lines.append(
                f'  @page {name} {{ @bottom-left {{ content: "{words}"; font: 8pt sans-serif; }} }}'
            )
    return "\n".join([*lines, "}", ""])


def _footer(site: Site, release: Release | None, language: Language) -> str:
    t, shown = Texts(language), release or (site.releases[-1] if site.releases else None)
    return t(
        "print_foot",
        city=site.program.city,
        release=release.name if release else t("home_title"),
        status=t(f"status_{shown.status}") if shown else "",
    )


def _css(text: str) -> str:
    """Write any text so that a CSS string can hold it."""
    return re.sub(r"[^\w ,.()-]", lambda found: f"\\{ord(found[0]):06x}", text)
