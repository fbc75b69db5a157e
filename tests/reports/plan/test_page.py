"""Mirrors reports/plan/{page,rows,picture,promises}.py."""

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import pytest

from reports.estimate import Mark, count
from reports.plan.headlines import Headline
from reports.plan.outlook import Outlook
from reports.plan.page import plan_pages
from reports.plan.picture import draw_ranges
from reports.plan.promises import loss_rows, rest_words
from reports.plan.rows import block_rows, headline_rows, preset_rows
from reports.plan.sentence import board_sentences

NAMES = ("plan-2025-Q3.html", "plan-2025-Q3.es.html")


@pytest.fixture(scope="module")
def pages(quarter: Outlook) -> dict[str, str]:
    """The page in both languages."""
    return plan_pages(quarter)


def without(outlook: Outlook, key: str) -> Outlook:
    """The same plan, where one figure is expected to be 0."""
    none = Headline(key, count(0.0, 1.0, mark=Mark.WITHHELD))
    headlines = tuple(none if one.key == key else one for one in outlook.forecast.headlines)
    own = replace(outlook.own, forecast=replace(outlook.forecast, headlines=headlines))
    presets = tuple(own if one is outlook.own else one for one in outlook.presets)
    return replace(outlook, own=own, presets=presets)


def words(html: str) -> str:
    """Text of a page as a reader sees it."""
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL).split())


def test_there_is_a_page_in_each_language(pages: dict[str, str]) -> None:
    assert tuple(pages) == NAMES
    assert '<html lang="en">' in pages[NAMES[0]]
    assert '<html lang="es">' in pages[NAMES[1]]
    assert f'href="{NAMES[1]}"' in pages[NAMES[0]]


def test_a_page_needs_nothing_but_itself(pages: dict[str, str]) -> None:
    for html in pages.values():
        outside = re.findall(r'(?:href|src)="([^"#]*)"', html)

        assert set(outside) <= {*NAMES, "data:,"}
        assert "<script" not in html
        assert "url(" not in html.replace("url(#hatch)", "").replace("url(#hatch-soft)", "")
        assert "@import" not in html


def test_a_page_lets_no_style_in_but_its_own(pages: dict[str, str]) -> None:
    for html in pages.values():
        style = re.search(r"<style>(.*?)</style>", html, flags=re.DOTALL)
        assert style is not None
        known = b64encode(sha256(style[1].encode()).digest()).decode()

        assert f"style-src &#39;sha256-{known}&#39;" in html
        assert 'style="' not in html


def test_a_page_opens_with_the_board_sentence(quarter: Outlook, pages: dict[str, str]) -> None:
    first, *rest = board_sentences(quarter, language="en")
    html = pages[NAMES[0]]

    assert f'<h1 class="sentence">{first.replace("`standard`", "“standard”")}</h1>' in html
    assert all(
        one.replace("`", "") in words(html).replace("“", "").replace("”", "") for one in rest
    )


def test_a_page_names_the_terms_and_the_measures_that_cannot_be_shown(
    quarter: Outlook, pages: dict[str, str]
) -> None:
    for html, withheld in zip(pages.values(), ("Held or arrested", "Retenciones y"), strict=True):
        assert quarter.agenda.terms_sha256 in html
        assert withheld in words(html)


def test_every_picture_has_its_table(quarter: Outlook, pages: dict[str, str]) -> None:
    picture = draw_ranges(quarter, language="en")
    html = pages[NAMES[0]]

    behind = html[html.index("<details>") : html.index("</details>")]

    assert behind.count('scope="row"') == len(picture.rows) == 10
    for row in picture.rows:
        assert all(bar.said in behind for bar in row.bars)


def test_bars_are_as_wide_as_their_ranges(quarter: Outlook) -> None:
    picture = draw_ranges(quarter, language="en")
    visits = picture.rows[0]
    half = quarter.forecast.headline("served").of_itself

    assert visits.own.wide == pytest.approx(2 * half / (2 * picture.axis.high) * 100, abs=0.02)
    assert [bar.wide for bar in visits.bars] == sorted((b.wide for b in visits.bars), reverse=True)
    assert not any(bar.hidden for row in picture.rows for bar in row.bars)


def test_the_picture_names_the_surest_of_the_figures_that_it_can_show(quarter: Outlook) -> None:
    title = draw_ranges(quarter, language="en").title
    dark = draw_ranges(without(quarter, "backup"), language="en")

    assert title == (
        "Of these, the surest figure for its size is “Calls to which a team came”, "
        "the least sure “Police backup asked for”"
    )
    assert "the least sure “Visits with naloxone”" in dark.title
    assert [row.label for row in dark.rows if row.own.hidden] == ["Police backup asked for"]


def test_a_year_is_drawn_as_its_pages_print_it(year: Outlook) -> None:
    """Brought to the total that is measured apart, and its noise with it.

    Telling calls apart takes 12 of 100 parts of the block, so visits are 6% less sure.
    """
    served, *_ = headline_rows(year, language="en")

    assert (served.at_90, served.lifted) == ("±0.95%", "±1.6%")
    assert draw_ranges(year, language="en").rows[0].own.said == served.lifted
    assert board_sentences(year, language="en")[0].startswith(
        "With `standard`, a year shows visits to ±1.6%, "
    )


def test_presets_are_drawn_in_tones_of_their_own(quarter: Outlook, pages: dict[str, str]) -> None:
    picture = draw_ranges(quarter, language="en")

    assert [tone for _, tone in picture.keys] == ["strict", "own", "open"]
    assert [bar.tone for bar in picture.rows[0].bars] == ["strict", "own", "open"]
    for tone in ("strict", "own", "open"):
        assert pages[NAMES[0]].count(f'class="bar {tone}"') == 11


def test_a_note_says_no_more_than_the_name(quarter: Outlook) -> None:
    for language in ("en", "es"):
        rows = {row.label: row.note for row in headline_rows(quarter, language=language)}

        assert [note for label, note in rows.items() if label.startswith("Visit")] == ["", "", ""]
        assert all(note for label, note in rows.items() if not label.startswith("Visit"))


def test_one_number_is_not_one_of_one(year: Outlook) -> None:
    leads = [block.lead for block in block_rows(year, language="en")]

    assert any(lead.endswith("Its one number can be used as it is.") for lead in leads)
    assert not any("1 of 1" in lead for lead in leads)


def test_a_loss_that_is_one_figure_is_said_once(quarter: Outlook, year: Outlook) -> None:
    """Tables of calls leave out most visits, so the limit takes less; a year's is one figure."""
    apart, once = (next(loss_rows(one, language="en")).lead for one in (quarter, year))

    assert apart.endswith("The total reads 2% low, 2 to 3% from one set of people to another.")
    assert once.endswith("The total reads 2% low.")
    assert rest_words(year, language="en") == (
        "In the other parts one record is the limit, so next to nothing is lost."
    )


def test_columns_of_a_year_are_named_in_its_notes(year: Outlook) -> None:
    english, spanish = (words(html) for html in plan_pages(year).values())

    assert "“With the quarters” joins" in english
    assert "«Con los trimestres» une" in spanish


def test_presets_stand_side_by_side(quarter: Outlook) -> None:
    rows = dict(preset_rows(quarter, language="en"))

    assert rows["This release, rho"] == ("0.03", "0.06", "0.12")
    assert rows["Budget of a fiscal year, rho (correction included)"] == ("0.2", "0.38", "0.74")
    assert rows["Noise, against this plan"] == ("41% larger", "this plan", "29% smaller")
    assert rows["Epsilon, 1 year (delta 1e-6)"][1] == "4.47"


def test_headlines_have_both_levels(quarter: Outlook) -> None:
    served = headline_rows(quarter, language="en")[0]

    assert (served.expected, served.at_90, served.at_95) == ("4,000", "±2.2%", "±2.6%")
    assert (served.with_parts, served.lifted) == ("", "")


def test_spanish_has_no_english_left(pages: dict[str, str]) -> None:
    said = words(pages[NAMES[1]])

    for english in ("Visits", "withheld", "Expected", "cannot", "range", "People"):
        assert english not in said, english
