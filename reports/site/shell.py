"""Draw a page inside the shell that all pages share.

templates + texts -> **shell** -> files
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path, PurePosixPath

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup, escape

from data_contracts.period import PeriodKind
from reports.numbers import Language, file_size, month_name, months_of, the_period, whole
from reports.program_facts import ProgramFacts
from reports.released import Release
from reports.site.chart import HEIGHT, TICK_ROOM
from reports.site.library import unwanted_styles
from reports.site.live import live_of
from reports.texts import Texts

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'none'; connect-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'"
)
REPORTS = ("savings", "impact", "quality")
GROWING = {"ledger.json", "retention.json"}
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_WEB = re.compile(r"https://\S+")


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One link of the masthead."""

    label: str
    href: str
    here: bool
    exact: bool


@dataclass(frozen=True, slots=True)
class Tongue:
    """The same page in one language."""

    language: Language
    label: str
    href: str
    here: bool


@dataclass(frozen=True, slots=True)
class File:
    """A file to download, with its format and size in words; `size` may be empty."""

    href: str
    label: str
    size: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands: its path below `public/` in English, and its language.

    >>> Place("reports/FY2019/quality/index.html", "es").path
    'es/reports/FY2019/quality/index.html'
    >>> Place("reports/FY2019/quality/index.html", "es").to("assets/icon.svg")
    '../../../../assets/icon.svg'
    >>> Place("reports/FY2019/quality/index.html", "es").page("index.html")
    '../../../index.html'
    """

    english: str
    language: Language

    @property
    def path(self) -> str:
        """Path below `public/`."""
        return self.english if self.language == "en" else f"{self.language}/{self.english}"

    @property
    def up(self) -> str:
        """From this page to `public/`."""
        return "../" * (len(PurePosixPath(self.path).parts) - 1)

    def to(self, file: str) -> str:
        """Relative address of a file of the site."""
        return self.up + file

    def page(self, english: str) -> str:
        """Relative address of a page in this page's language."""
        depth = len(PurePosixPath(self.english).parts) - 1
        return "../" * depth + english

    def twin(self, language: Language) -> str:
        """Relative address of this page in another language."""
        return self.to(replace(self, language=language).path)


@dataclass(frozen=True, slots=True)
class Page:
    """What the shell needs to know of a page.

    `part` is the entry of the masthead that it belongs to, `live` whether it loads live charts,
    `accepted` what the program says of its records that a check would have stopped.
    """

    place: Place
    title: str
    part: str
    status: str
    print_class: str
    menu: tuple[MenuItem, ...]
    tongues: tuple[Tongue, ...]
    foot_head: str
    foot: str
    accepted: tuple[str, ...] = ()
    live: bool = False

    @property
    def language(self) -> Language:
        """Language of the page."""
        return self.place.language

    @property
    def up(self) -> str:
        """From this page to `public/`."""
        return self.place.up

    @property
    def home(self) -> str:
        """The index in this page's language."""
        return self.place.page("index.html")


@dataclass(frozen=True)
class Site:
    """A program's site: where it is, whose it is, and which releases it shows, oldest first.

    `reports` names the reports that this build draws for each release, so that pages drawn first
    can lead to pages drawn later; a release that it does not name has what is there already.
    """

    public: Path
    program: ProgramFacts
    releases: tuple[Release, ...]
    reports: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def reports_of(self, release: Release) -> tuple[str, ...]:
        """Name the reports of a release that a link may lead to, in the order of the menu."""
        folder = self.public / "reports" / release.name
        drawn = self.reports.get(release.name)
        return tuple(
            name
            for name in REPORTS
            if (
                name in drawn
                if drawn is not None
                else name == "quality" or (folder / name / "index.html").is_file()
            )
        )

    def page(
        self, place: Place, *, title: str, part: str, release: Release | None, live: bool = False
    ) -> Page:
        """Describe a page of this site.

        Args:
            place: Path and language.
            title: What the browser shows.
            part: Entry of the masthead: `home`, `savings`, `impact`, `quality` or `card`.
            release: Release of the page; the latest where it is about none.
            live: Whether it loads live charts.

        Returns:
            The page.
        """
        t, shown = Texts(place.language), release or (self.releases[-1] if self.releases else None)
        menu = [("home", "index.html")]
        if shown:
            menu += [
                (name, f"reports/{shown.name}/{name}/index.html") for name in self.reports_of(shown)
            ]
            menu.append(("card", f"releases/{shown.name}/card.html"))
        if release:
            words = {
                "program": self.program.name,
                "period": the_period(release.period, language=place.language),
                "months": months_of(release.period, language=place.language),
            }
            yearly = release.period.kind is PeriodKind.YEAR
            foot_head = t("foot_release_head")
            foot = t("foot_release_year" if yearly else "foot_release", **words)
        else:
            foot_head, foot = t("foot_site_head"), t("foot_site", program=self.program.name)
        return Page(
            place=place,
            title=title,
            part=part,
            status=shown.status if shown else "FINAL",
            print_class=print_class(shown, place.language),
            menu=tuple(
                MenuItem(t(f"menu_{name}"), place.page(href), name == part, href == place.english)
                for name, href in menu
            ),
            tongues=self._tongues(place),
            foot_head=foot_head,
            foot=foot,
            accepted=self._accepted(release, language=place.language),
            live=live,
        )

    def _accepted(self, release: Release | None, *, language: Language) -> tuple[str, ...]:
        """Write what the program says of records: those of a release, or all of them."""
        t = Texts(language)
        last = self.program.waiting.get(release.name, "") if release else ""
        whole = release is not None and release.period.kind is PeriodKind.YEAR
        said = "calls_waiting_year" if whole else "calls_waiting"
        waiting = (t(said, month=month_name(last, language=language)),) if last else ()
        return waiting + tuple(
            t(
                "accepted_month",
                month=month_name(one.month, language=language),
                because=one.because[language],
            )
            if one.month
            else t("accepted_table", because=one.because[language])
            for one in self.program.accepted
            if release is None or not one.month or one.month in release.period.months
        )

    def _tongues(self, place: Place) -> tuple[Tongue, ...]:
        if len(self.program.languages) == 1:
            return ()
        return tuple(
            Tongue(one, Texts(one)("language_name"), place.twin(one), one == place.language)
            for one in self.program.languages
        )

    def file(self, place: Place, path: str, label: str) -> File | None:
        """Describe a file to download; nothing where it is not there.

        A file that grows after the pages are drawn is named without its size.
        """
        file = self.public / path
        if not file.is_file():
            return None
        size = file_size(file.stat().st_size, language=place.language)
        return File(place.to(path), label, "" if path in GROWING else size)

    def render(self, template: str, page: Page, **values: object) -> str:
        """Fill a template of the shell.

        Args:
            template: Its name.
            page: The page.
            values: What else it needs.

        Returns:
            The page as HTML.
        """
        return (
            _environment()
            .get_template(template)
            .render(
                page=page,
                program=self.program,
                policy=POLICY,
                unwanted_styles=unwanted_styles() if page.live else (),
                t=Texts(page.language),
                number=_number(page.language),
                live_of=live_of,
                contact=lambda: _contact(self.program.contact, page.language),
                height=HEIGHT,
                tick_room=TICK_ROOM,
                **values,
            )
        )


def print_class(release: Release | None, language: Language) -> str:
    """Name the printed margins of a release's pages, as print.css writes them.

    >>> print_class(None, "es")
    'sheet-site-es'
    """
    name = re.sub(r"[^A-Za-z0-9]", "-", release.name) if release else "site"
    return f"sheet-{name}-{language}"


def _number(language: Language) -> Callable[[float], str]:
    return lambda value: whole(value, language=language)


def _contact(address: str, language: Language) -> Markup:
    """Make an address of the program a link where it is one."""
    if _MAIL.fullmatch(address):
        link = Markup('<a href="mailto:{0}">{0}</a>').format(address)
    elif _WEB.fullmatch(address):
        link = Markup('<a href="{0}">{0}</a>').format(address)
    else:
        link = escape(address)
    return Markup("{}{}").format(Texts(language)("foot_contact"), link)


@cache
def _environment() -> Environment:
    return Environment(
        loader=ChoiceLoader(
            [
                PackageLoader("reports", "site/templates"),
                PrefixLoader(
                    {name: PackageLoader("reports", f"{name}/templates") for name in REPORTS}
                ),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
