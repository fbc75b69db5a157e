"""Draw the first page: what there is, how to read it, every release, files.

**index** -> public/
"""

from dataclasses import dataclass
from datetime import date

from data_contracts.period import Period, read_period
from reports.numbers import Language, day_name, months_of, period_name, the_period
from reports.quality.findings import Headline
from reports.released import Release
from reports.site.card import read_card
from reports.site.card_fields import published_on
from reports.site.shell import File, Page, Place, Site
from reports.texts import Texts

REPORTS = ("savings", "impact", "quality")


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
    site: Site, *, first: Headline | None, downloads: list[File], language: Language
) -> tuple[str, str]:
    """Draw the index in one language.

    Args:
        site: The site.
        first: What the latest quality report says first.
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
        reports=[(name, _report(site, name, page, latest)) for name in REPORTS] if latest else [],
        first=first,
        listed=_listed(site, place),
        downloads=downloads,
        ledger=[file for file in ledger if file],
        about=site.program.about.get(language, ""),
    )
    return place.path, html


def _report(site: Site, name: str, page: Page, latest: Release | None) -> str:
    path = f"reports/{latest.name}/{name}/index.html" if latest else ""
    there = name == "quality" or (site.public / path).is_file()
    return page.place.page(path) if path and there else ""


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
        (t(f"menu_{name}"), place.page(path))
        for name in REPORTS
        if (path := f"reports/{release.name}/{name}/index.html")
        and (name == "quality" or (site.public / path).is_file())
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
