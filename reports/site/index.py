"""Draw the first page: what there is, how to read it, every release, files.

**index** -> public/
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from data_contracts.period import Period, read_period
from reports.numbers import Language, day_name, months_of, period_name, the_period
from reports.released import Release
from reports.site.card import read_card
from reports.site.card_fields import published_on
from reports.site.shell import REPORTS, File, Page, Place, Site
from reports.texts import Texts

VISITS = "contacts"


@dataclass(frozen=True, slots=True)
class Opening:
    """What a report says first, in one sentence; `look` is its mark, if it carries one."""

    sentence: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list of releases; `links` is empty for what is not yet published."""

    name: str
    months: str
    links: tuple[tuple[str, str], ...]
    card: str
    status: str
    published: str


def index_page(
    site: Site, *, openings: Mapping[str, Opening], downloads: list[File], language: Language
) -> tuple[str, str]:
    """Draw the index in one language.

    Args:
        site: The site.
        openings: What each report of the latest release says first, by its name.
        downloads: Files of the latest release, addressed from the index.
        language: Of the reader.

    Returns:
        Path below `public/`, and the page.
    """
    t, place = Texts(language), Place("index.html", language)
    page = site.page(place, title=t("home_title"), part="home", release=None)
    latest = site.releases[-1] if site.releases else None
    ledger = [
        site.file(place, f"{name}.json", t(f"file_{name}")) for name in ("ledger", "retention")
    ]
    html = site.render(
        "index.html",
        page,
        latest=period_name(latest.period, language=language) if latest else "",
        the_latest=the_period(latest.period, language=language) if latest else "",
        reports=_reports(site, page, latest) if latest else [],
        met=latest is not None and _has_visits(latest),
        openings=openings,
        listed=_listed(site, place),
        downloads=downloads,
        ledger=[file for file in ledger if file],
        accounts=_accounts(site, place),
        covered=[
            t(
                "home_covered",
                first=day_name(one.first, language=language),
                last=day_name(one.last, language=language),
                why=one.why[language],
            )
            for one in site.program.coverage
        ],
        about=site.program.about.get(language, ""),
    )
    return place.path, html


def _accounts(site: Site, place: Place) -> list[File]:
    """List the exact tables: whole, for no person is in them."""
    t = Texts(place.language)
    paths = sorted((site.public / "exact").glob("*.csv"))
    found = [site.file(place, f"exact/{path.name}", t(f"file_exact_{path.stem}")) for path in paths]
    return [file for file in found if file]


def _reports(site: Site, page: Page, latest: Release) -> list[tuple[str, str]]:
    """Lead to each report of the latest release, and name those that an earlier one had."""
    ever = {name for release in site.releases for name in site.reports_of(release)}
    return [(name, _report(site, name, page, latest)) for name in REPORTS if name in ever]


def _has_visits(release: Release) -> bool:
    """Whether any table counts visits; a log of calls alone has none."""
    return any(table.block == VISITS for table in release.package.tables.values())


def _report(site: Site, name: str, page: Page, latest: Release) -> str:
    if name not in site.reports_of(latest):
        return ""
    return page.place.page(f"reports/{latest.name}/{name}/index.html")


def _listed(site: Site, place: Place) -> list[Listed]:
    """All periods, newest first: those published, and those of the calendar that are not."""
    found: dict[str, tuple[Period, Release | None]] = {
        name: (read_period(name, fiscal_year_start=site.program.fiscal_year_start), None)
        for name in site.program.calendar
    }
    found |= {release.name: (release.period, release) for release in site.releases}
    newest = sorted(found.values(), key=lambda pair: (pair[0].end, -pair[0].start.toordinal()))
    return [_line(site, place, period, release) for period, release in reversed(newest)]


def _line(site: Site, place: Place, period: Period, release: Release | None) -> Listed:
    t = Texts(place.language)
    named = {
        "name": period_name(period, language=place.language),
        "months": months_of(period, language=place.language),
    }
    if release is None:
        return Listed(**named, links=(), card="", status=t("not_yet"), published="")
    links = tuple(
        (t(f"menu_{name}"), place.page(f"reports/{release.name}/{name}/index.html"))
        for name in site.reports_of(release)
    )
    status = t(f"status_{release.status}")
    if release.package.retrospective and release.status in {"DRAFT", "FINAL"}:
        status = f"{status}, {t('retrospective')}"
    card = place.page(f"releases/{release.name}/card.html")
    return Listed(**named, links=links, card=card, status=status, published=_published(release, t))


def _published(release: Release, t: Texts) -> str:
    try:
        said = date.fromisoformat(published_on(read_card(release)))
        return day_name(said, language=t.language)
    except ValueError:
        return ""
