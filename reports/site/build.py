"""Draw the whole site of a program from its public folder alone.

public/releases -> **build**
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from reports.combine import parts_of
from reports.exact import Exact, open_exact
from reports.impact.designs import load_designs
from reports.impact.findings import opening
from reports.impact.page import impact_pages
from reports.impact.report import Impact, estimate_impact
from reports.metrics import load_board
from reports.numbers import Language
from reports.parameters import load_parameters
from reports.program_facts import AreaFacts, ProgramFacts
from reports.quality.findings import headline
from reports.quality.page import quality_pages
from reports.quality.pieces import release_files
from reports.quality.report import Known, Report, estimate_report
from reports.released import Release, open_release, open_year
from reports.savings.answer import answer
from reports.savings.contrast import contrast, contrast_words
from reports.savings.page import savings_pages
from reports.savings.report import Savings, estimate_savings
from reports.site.assets import site_assets
from reports.site.card import card_page
from reports.site.index import Opening, index_page
from reports.site.shell import Place, Site
from reports.site.write import take_away, write_whole
from reports.texts import Texts

__all__ = ["AreaFacts", "ProgramFacts", "build_site"]


def build_site(
    public: Path,
    *,
    program: ProgramFacts,
    metrics: Path | None,
    impact: Path | None = None,
    costs: Path | None = None,
    examples: bool = False,
) -> tuple[str, ...]:
    """Draw every page for every release found, in every language of the program.

    Reads `public/` and the program's own decisions; the same input gives the same bytes. A page is
    replaced whole, and pages that are no longer drawn are taken away. A program without
    assumptions or accounts has no savings report; one without a design or a panel of outcomes, no
    impact report.

    Args:
        public: The program's public folder, with `releases/` in it.
        program: What pages say of the program.
        metrics: The program's `metrics.yaml`; nothing where no board was asked.
        impact: The program's `impact.yaml`; nothing where it has not written down a design.
        costs: The program's `costs/`; nothing where it has no assumptions.
        examples: Whether invented assumptions may be used, as in a demo.

    Returns:
        Paths below `public/` of all pages and what they load, sorted.

    Raises:
        ReportError: A release or one of the program's files lacks something; no page was written.
        ParameterError: An assumption is not readable, or is an example where none is allowed.
    """
    board, designs, exact = load_board(metrics), load_designs(impact), open_exact(public)
    site = open_site(public, program=program, impact=impact, costs=costs)
    releases, known = site.releases, Known(site)
    drawn = site.reports[releases[-1].name] if releases else ()
    found = [
        _Reports(
            quality=estimate_report(site, release, board, known),
            impact=estimate_impact(release, program=program, designs=designs, exact=exact)
            if "impact" in drawn
            else None,
            savings=_savings(site, release, costs, exact, examples=examples)
            if "savings" in drawn
            else None,
        )
        for release in releases
    ]
    pages = dict(_pages(site, found))
    files = {path: text.encode() for path, text in pages.items()}
    files |= {f"assets/{name}": content for name, content in site_assets(site).items()}
    for path, content in files.items():
        write_whole(public / path, content)
    for folder in {(public / path).parent for path in pages if "reports/" in path}:
        take_away(folder, keep=[public / path for path in pages])
    return tuple(sorted(files))


def open_site(
    public: Path, *, program: ProgramFacts, impact: Path | None, costs: Path | None
) -> Site:
    """Open a public folder: its releases, and which reports each of them has.

    Args:
        public: The program's public folder.
        program: What pages say of the program.
        impact: The program's `impact.yaml`, if it has one.
        costs: The program's `costs/`, if it has one.
    """
    releases, exact = find_releases(public), open_exact(public)
    drawn = tuple(
        name
        for name, decided, table in (("savings", costs, "spending"), ("impact", impact, "outcomes"))
        if decided is not None or exact.table(table) is not None or table in exact.missing
    )
    reports = {release.name: (*drawn, "quality") for release in releases}
    return Site(public=public, program=program, releases=releases, reports=reports)


@dataclass(frozen=True, slots=True)
class _Reports:
    """The reports of one release; one that the program does not have is nothing."""

    quality: Report
    impact: Impact | None
    savings: Savings | None


def find_releases(public: Path) -> tuple[Release, ...]:
    """Open every release of a public folder, oldest first; a year follows its last quarter.

    A year whose quarters (or halves) are all there is combined with them.
    """
    folder = public / "releases"
    opened = [
        open_release(one)
        for one in (sorted(folder.iterdir()) if folder.is_dir() else [])
        if one.is_dir() and not one.name.startswith(".")
    ]
    found = [
        open_year(one.folder, interim=[part.folder for part in parts_of(one, opened)])
        for one in opened
    ]
    return tuple(
        sorted(found, key=lambda one: (one.period.end, -one.period.start.toordinal(), one.name))
    )


def _savings(
    site: Site, release: Release, costs: Path | None, exact: Exact, *, examples: bool
) -> Savings:
    """Estimate with the assumptions that held on the last day of the period."""
    last = release.period.end - timedelta(days=1)
    parameters = load_parameters(costs, on=last, examples=examples)
    return estimate_savings(release, program=site.program, parameters=parameters, exact=exact)


def _pages(site: Site, found: Sequence[_Reports]) -> Iterator[tuple[str, str]]:
    held_against = [contrast(one.savings, one.impact) for one in found]
    for language in site.program.languages:
        for one, contrasts in zip(found, held_against, strict=True):
            if one.savings:
                yield from savings_pages(
                    site,
                    one.savings,
                    contrasts=contrasts,
                    parts=_parts(one.savings, found),
                    language=language,
                ).items()
            if one.impact:
                held = {
                    each.design.key: contrast_words(each, one.savings, language=language)
                    for each in contrasts
                    if one.savings
                }
                yield from impact_pages(site, one.impact, held=held, language=language).items()
            yield from quality_pages(site, one.quality, language=language).items()
            yield card_page(site, one.quality.release, language=language)
        place = Place("index.html", language)
        openings, downloads = {}, []
        if found:
            openings = _openings(found[-1], language=language)
            page = site.page(place, title="", part="home", release=None)
            downloads = release_files(site, found[-1].quality.release, page)
        yield index_page(site, openings=openings, downloads=downloads, language=language)


def _parts(savings: Savings, found: Sequence[_Reports]) -> tuple[Savings, ...]:
    """Choose the reports of the quarters or halves of a year."""
    names = {part.name for part in parts_of(savings.release, [r.quality.release for r in found])}
    return tuple(one.savings for one in found if one.savings and one.savings.release.name in names)


def _openings(latest: _Reports, *, language: Language) -> dict[str, Opening]:
    """Say what each report of the latest release says first."""
    shown = latest.quality.shown
    leading = [one for one in shown if one.measure.lead and one.measure.figure.by != "month"]
    found = {}
    if chosen := [*leading, *shown][:1]:
        said = headline(chosen[0], 0, language=language)
        found["quality"] = Opening(f"{said.sentence} {said.missing}".strip(), said.look)
    if latest.impact:
        unknown = Opening(f"{Texts(language)('imp_h1_lack')}.")
        found["impact"] = opening(latest.impact, language=language) or unknown
    if latest.savings:
        found["savings"] = Opening(f"{answer(latest.savings, language=language).headline}.")
    return found
