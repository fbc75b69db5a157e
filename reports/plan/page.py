"""Draw the page for the board: one file that needs nothing else, for a screen, a phone or paper.

outlook -> **page** -> plan-<period>.html
"""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports.numbers import Language, months_of, the_period
from reports.plan.forecast import Outcome
from reports.plan.outlook import Outlook
from reports.plan.picture import ROW_PX, draw_ranges
from reports.plan.promises import agenda_rows, anonymous_rows, loss_rows, rest_words, year_rows
from reports.plan.rows import (
    block_rows,
    glance_rows,
    headline_rows,
    in_year,
    measure_names,
    missing_headlines,
    preset_rows,
)
from reports.plan.sentence import board_sentences
from reports.plan.words import preset_name
from reports.texts import Texts

SHEETS = ("tokens.css", "page.css", "figure.css")  # of the site; plan.css adds a few lines
LISTED: tuple[Outcome, ...] = ("caution", "withheld", "lacking")


def plan_pages(outlook: Outlook) -> dict[str, str]:
    """Draw the page in every language of the program.

    Args:
        outlook: The plan.

    Returns:
        HTML by file name: `plan-<period>.html`, and `plan-<period>.es.html` for Spanish.
    """
    return {
        _name(outlook, language): plan_page(outlook, language=language)
        for language in outlook.program.languages
    }


def plan_page(outlook: Outlook, *, language: Language) -> str:
    """Draw the page in one language.

    Args:
        outlook: The plan.
        language: Of the reader.

    Returns:
        The page: its style inside, no script, no address that a browser would call.
    """
    return (
        _environment()
        .get_template("plan.html")
        .render(
            t=Texts(language),
            language=language,
            **_frame(outlook, language=language),
            **_figures(outlook, language=language),
        )
    )


def _frame(outlook: Outlook, *, language: Language) -> dict[str, object]:
    """What stands around the figures: whose page it is, its style, its first sentences."""
    t, style = Texts(language), _style(outlook)
    period = the_period(outlook.period, language=language)
    months = months_of(outlook.period, language=language)
    source = (
        t("plan_from_earlier", release=outlook.earlier)
        if outlook.earlier
        else t("plan_from_public")
    )
    sample = outlook.forecast.release.status == "SAMPLE"
    banner = [
        t("plan_banner", source=source),
        *([t("plan_sample", city=outlook.program.city)] if sample else []),
    ]
    return {
        "program": outlook.program,
        "tongues": [
            (one, Texts(one)("language_name"), _name(outlook, one), one == language)
            for one in outlook.program.languages
        ],
        "style": Markup(style),  # noqa: S704 - our own style sheets, no reader's words
        "policy": _security(style),
        "title": t("plan_title", period=period),
        "kicker": t("plan_kicker", period=period, months=months),
        "banner": " ".join(banner),
        "sentences": [_quoted(one, t) for one in board_sentences(outlook, language=language)],
    }


def _figures(outlook: Outlook, *, language: Language) -> dict[str, object]:
    """The picture and every table of the page."""
    found = outlook.forecast
    return {
        "glance": glance_rows(outlook, language=language),
        "picture": draw_ranges(outlook, language=language),
        "row_px": ROW_PX,
        "presets": [
            (preset_name(one.name, language=language), one is outlook.own)
            for one in outlook.presets
        ],
        "preset_rows": preset_rows(outlook, language=language),
        "headlines": headline_rows(outlook, language=language),
        "missing": missing_headlines(outlook, language=language),
        "met": "contacts" in outlook.clips,
        "parts_head": _of_parts(outlook, "plan_with_parts", language),
        "parts_note": _of_parts(outlook, "plan_parts_note", language),
        "lifted": bool(found.lifted),
        "blocks": list(block_rows(outlook, language=language)),
        "outcomes": found.outcomes,
        "n_measures": len(found.measures),
        "n_accounts": found.n_accounts,
        "listed": [
            (outcome, measure_names(found.of(outcome), language=language)) for outcome in LISTED
        ],
        "in_year": in_year(outlook),
        "anonymous": anonymous_rows(outlook, language=language),
        "years": year_rows(outlook, language=language),
        "losses": list(loss_rows(outlook, language=language)),
        "rest": rest_words(outlook, language=language),
        "terms": outlook.agenda.terms_sha256,
        "agenda": agenda_rows(outlook, status=found.release.status, language=language),
    }


def _quoted(sentence: str, t: Texts) -> str:
    """Put names of presets, which stand in the sentence as code, in the reader's own quotes."""
    return re.sub(r"`([^`]*)`", lambda name: t("plan_quoted", name=name[1]), sentence)


def _name(outlook: Outlook, language: Language) -> str:
    end = "html" if language == "en" else f"{language}.html"
    return f"plan-{outlook.period.name}.{end}"


def _of_parts(outlook: Outlook, key: str, language: Language) -> str:
    """Write of the column that joins a year with its parts; empty where there is none."""
    if not outlook.parts:
        return ""
    kind = "quarter" if "-Q" in outlook.parts[0] else "half"
    return Texts(language)(f"{key}_{kind}")


def _style(outlook: Outlook) -> str:
    """Put the style sheets of the site and of this page together, and the printed footer."""
    site = files("reports.site").joinpath("style")
    sheets = [site.joinpath(name).read_text(encoding="utf-8") for name in SHEETS]
    own = files("reports.plan").joinpath("plan.css").read_text(encoding="utf-8")
    foot = re.sub(r"[^\w .-]", "", f"Care Dividend, plan {outlook.period.name}")
    printed = f'@page {{ @bottom-left {{ content: "{foot}"; font: 8pt sans-serif; }} }}'
    return "\n".join([*sheets, own, printed])


def _security(style: str) -> str:
    """Let the page load nothing: its one style sheet is known by its hash."""
    known = b64encode(sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{known}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=ChoiceLoader(
            [
                PackageLoader("reports", "plan/templates"),
                PackageLoader("reports", "site/templates"),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
