"""Gather what all pages load: style, script, icon, and the footers of printed pages.

style -> **assets** -> public/assets
"""

import re
from importlib.resources import files

from reports.numbers import Language
from reports.released import Release
from reports.site.library import library
from reports.site.shell import Site, print_class
from reports.texts import Texts

STYLE = (
    "tokens.css", "page.css", "figure.css", "savings.css", "plotly.css", "site.js", "icon.svg",
)  # fmt: skip


def site_assets(site: Site) -> dict[str, bytes]:
    """Gather the style, the script and the icon of all pages.

    Args:
        site: Whose printed footers name its releases.

    Returns:
        Content by name below `public/assets/`.
    """
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
