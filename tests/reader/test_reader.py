"""Read the published sites like a reader who means to refute them.

Every number in a sentence, picture or table is looked up in the published files; shares are added
up where a reader would; words of judgement are held against their own tables; both languages must
say the same. What is checked is the site as it was published, never the objects it was drawn from.
"""

import re
from collections import defaultdict
from itertools import combinations
from math import isinf, sqrt
from pathlib import Path

import pytest
from bs4 import Tag

from tests.reader.recount import Tables, bases_of, counted_as_shown, registry, shown_wholly
from tests.reader.site import (
    Figure,
    Page,
    Published,
    live_figures,
    read_number,
    step_between,
    words_of,
)

Z90 = 1.6448536269514722
NEVER = (
    "too few people to publish",
    "muy pocas personas para publicar",
    "Too few calls to quote",
    "naloxone for an overdose",
    "naloxona por una sobredosis",
    " 1 times",
    " 1 veces",
    "unrounded figures",
    "sintieron respeto",
    "NaN",
    "nan of",
    "{",
)


def tagged(site: Published) -> list[tuple[Page, str, Tag, Figure]]:
    """Every figure that is printed anywhere, with its line in the file."""
    found = []
    for page in site.pages.values():
        figures = site.figures(page.release, page.report, page.language) if page.report else {}
        for name, element in page.tagged():
            assert name in figures, f"{page.path} prints {name}, which is in no file"
            found.append((page, name, element, figures[name]))
    assert found
    return found


def test_every_printed_figure_is_in_the_file_and_says_what_the_file_says(site: Published) -> None:
    wrong = []
    for page, name, element, figure in tagged(site):
        text = words_of(element)
        if figure.mark == "withheld":
            if figure.value is not None or figure.printed:
                wrong.append((page.path, name, "withheld, yet the file holds a value"))
            continue
        if figure.printed and figure.printed not in text and not _same_amount(figure, text):
            wrong.append((page.path, name, f"{figure.printed!r} not in {text[:120]!r}"))

    assert wrong == []


def _same_amount(figure: Figure, text: str) -> bool:
    """Money is written in words in a sentence and in digits in a table."""
    if figure.value is None:
        return False
    said = [read_number(text[one.start() - 1 :]) for one in re.finditer(r"\$", text)]
    near = max(abs(figure.value) * 0.06, 1)
    return any(one is not None and abs(one - figure.value) <= near for one in said)


def test_what_is_printed_is_the_value_rounded_and_nothing_else(site: Published) -> None:
    """The step of rounding is a power of ten not above a tenth of the range, and at least one."""
    wrong = []
    for _, report, _, figures in site.all_figures():
        for one in figures.values():
            said = read_number(one.printed_value) if one.printed_value else None
            if said is None or one.value is None or "%" in one.printed_value:
                continue
            low, high = (
                (one.value, one.value) if one.low is None or one.high is None
                else (one.low, one.high)
            )  # fmt: skip
            step = step_between(low, high)
            room = 100_000 if "mill" in one.printed_value else step
            scale = 10 if re.search(r"(of|de cada) 1,000$", one.printed_value) else 1
            if abs(said - one.value * scale) > max(room, 1) * 0.5 + 1e-6:
                wrong.append((report, one.id, one.printed_value, one.value))

    assert wrong == []


def test_a_range_holds_its_value_and_is_what_its_noise_says(site: Published) -> None:
    for _, _, _, figures in site.all_figures():
        for one in figures.values():
            if one.value is None or one.low is None or one.high is None:
                continue
            assert one.low <= one.high, one.id
            assert one.low - 1e-6 <= one.value <= one.high + 1e-6, one.id
            assert one.mark != "withheld", one.id


def test_both_languages_hold_the_same_figures(site: Published) -> None:
    if site.languages != ("en", "es"):
        pytest.fail("the examples publish in both languages")
    compared = 0
    for release in site.releases:
        for report in ("savings", "impact", "quality"):
            ours, theirs = (site.figures(release, report, one) for one in ("en", "es"))
            assert ours.keys() == theirs.keys()
            for name, one in ours.items():
                other = theirs[name]
                assert one[2:8] == other[2:8], name
                compared += 1
    assert compared > 10


def test_both_languages_print_the_same_numbers_in_the_same_places(site: Published) -> None:
    for path, page in site.pages.items():
        if page.language != "en" or not page.report:
            continue
        other = site.pages[f"es/{path}"]
        ours, theirs = ([name for name, _ in one.tagged()] for one in (page, other))
        assert ours == theirs, path


def test_a_picture_puts_every_dot_where_its_number_says(site: Published) -> None:
    """Dots of one picture lie on one straight scale of their unrounded values."""
    pictures = 0
    for page in site.pages.values():
        if not page.report:
            continue
        figures = site.figures(page.release, page.report, page.language)
        for picture in page.soup.select("figure"):
            spots = []
            for row in picture.select("tr[data-figure]"):
                dot = row.select_one("circle.dot[cx]")
                one = figures.get(str(row["data-figure"]))
                if dot is not None and one is not None and one.value is not None:
                    spots.append((one.value, float(str(dot["cx"]).rstrip("%"))))
            pictures += _on_one_line(spots, page.path)
    assert pictures >= 3


def _on_one_line(spots: list[tuple[float, float]], where: str) -> int:
    """Whether places are a straight function of values; places are cut at the picture's edge."""
    inside = [(value, place) for value, place in spots if 0 < place < 100]
    if len(inside) < 3:
        return 0
    (first, left), (last, right) = min(inside), max(inside)
    if last - first < 1e-9:
        return 0
    slope = (right - left) / (last - first)
    for value, place in inside:
        assert place == pytest.approx(left + slope * (value - first), abs=0.2), where
    return 1


def test_shares_of_one_whole_add_up_to_it(riverton: Published, root: Path) -> None:
    """The parts of a breakdown, its unknown part among them, make 100 where all are shown.

    A breakdown that leaves its commonest value out (nothing was given, nobody came) is not a whole.
    """
    added, pictures = 0, shown_wholly(root)
    for release in riverton.releases:
        figures = riverton.figures(release, "quality", "en")
        groups: dict[tuple[str, str], list[Figure]] = defaultdict(list)
        for name, one in figures.items():
            page, part, _ = name.split("/", 2)
            if part == "figure" and page in pictures and one.unit.startswith("Of every 100"):
                groups[page, one.of].append(one)
        for (page, _), parts in groups.items():
            told = [one for one in parts if one.value is not None]
            shown = {one.id.rsplit("/", 1)[1] for one in parts}
            if len(told) < len(parts) or not pictures[page] <= shown:
                continue
            total = sum(one.value or 0.0 for one in told)
            noise = sqrt(sum((one.sd or 0.0) ** 2 for one in told))
            assert abs(total - 100) <= max(4 * noise, 0.5), (release, page, total)
            added += 1
    assert added > 10


def test_the_same_words_never_stand_for_two_numbers(site: Published) -> None:
    """Two figures that are called the same, of the same and in the same unit, are the same."""
    for release, report, language, figures in site.all_figures():
        said: dict[tuple[str, str, str, str], Figure] = {}
        for one in figures.values():
            if one.value is None or one.mark in {"exact", "no_range"}:
                continue
            page, part, _ = one.id.split("/", 2)
            # A headline stands alone wherever it is quoted; a row is read under its page's title.
            where = "" if part == "headline" else page
            key = (one.name, one.of, one.unit, where + part.replace("headline", ""))
            before = said.setdefault(key, one)
            same = before.value == pytest.approx(one.value, rel=1e-9)
            assert same, (release, report, language, before.id, one.id)


def test_measures_are_what_their_definition_says_of_the_published_tables(
    site: Published, root: Path
) -> None:
    """Shares of a quarter and of a year, recomputed from CSV files alone."""
    measures, compared, far = registry(root), 0, []
    for release in site.releases:
        tables = Tables(site.folder / "releases" / release)
        figures = site.figures(release, "quality", "en")
        for key, values in measures.items():
            page = key.replace("_", "-")
            for number, value in enumerate(values, start=1):
                one = figures.get(f"{page}/headline/{number}")
                found = _share(tables, value)
                if one is None or one.value is None or found is None:
                    continue
                share, sd = found
                compared += 1
                if abs(share - one.value) > 5 * max(sd, one.sd or 0.0) + 1.0:
                    far.append((release, one.id, round(share, 2), round(one.value, 2)))
    assert far == []
    assert compared >= 1


def _share(tables: Tables, value: dict[str, object]) -> tuple[float, float] | None:
    """Work out a share whose parts are all in one block, so that no scale between blocks enters."""
    of, among = value.get("of"), value.get("among")
    if value.get("kind") != "share" or not isinstance(of, dict) or len(of) != 1:
        return None
    (block,) = of
    under = among if isinstance(among, dict) else {block: {}}
    if set(under) != {block}:
        return None
    top, bottom = tables.sum(block, of[block]), tables.sum(block, under[block])
    if top is None or bottom is None or bottom[0] <= 0:
        return None
    share = top[0] / bottom[0] * 100
    return share, 100 * sqrt(top[1] ** 2 + (share / 100 * bottom[1]) ** 2) / bottom[0]


def test_no_change_is_said_only_where_periods_cannot_be_told_apart(riverton: Published) -> None:
    """A harm whose ranges do not touch is never titled "no change"."""
    looked = 0
    for page in riverton.pages.values():
        if page.report != "quality" or page.language != "en":
            continue
        figures = riverton.figures(page.release, "quality", "en")
        key = page.path.rsplit("/", 1)[1].removesuffix(".html")
        periods = [
            one
            for name, one in figures.items()
            if name.startswith(f"{key}/trend/") and one.value is not None and one.sd
        ]
        titles = [words_of(one) for one in page.soup.select("#trend figcaption strong")]
        facts = [words_of(one) for one in page.soup.select("dl.facts dd")]
        for said in [*titles, *facts]:
            if not re.search(r"cannot tell whether any(?:thing| month)", said):
                continue
            looked += 1
            pairs = list(combinations(periods, 2))
            worst = max((abs(_apart(first, last)) for first, last in pairs), default=0.0)
            assert worst < 4, (page.path, said, worst)  # 4 sd is beyond any look at ten pairs
    assert looked > 3


def _apart(first: Figure, last: Figure) -> float:
    """Difference of two independent periods in sd of the difference."""
    sd = sqrt((first.sd or 0.0) ** 2 + (last.sd or 0.0) ** 2)
    return ((last.value or 0.0) - (first.value or 0.0)) / sd if sd else 0.0


def test_a_rise_or_fall_is_said_in_the_direction_of_its_own_table(riverton: Published) -> None:
    looked = 0
    for page in riverton.pages.values():
        if page.report != "quality" or page.language != "en":
            continue
        figures = riverton.figures(page.release, "quality", "en")
        key = page.path.rsplit("/", 1)[1].removesuffix(".html")
        named = {
            one.name: one
            for name, one in figures.items()
            if name.startswith((f"{key}/trend/", f"{key}/figure/"))
        }
        for caption in page.soup.select("figcaption strong"):
            said = words_of(caption)
            match = re.search(
                r"^(?:(.+?) had (more|fewer) \w+|(Higher|Lower) in the (.+?)) "
                r"than (?:in the )?(.+?), by more than",
                said,
            )
            if not match:
                continue
            names = [match[1] or match[4], match[5]]
            if not all(_named(one, named) for one in names):
                continue
            looked += 1
            first, last = (_named(one, named)[0] for one in names)
            higher = (first.value or 0.0) > (last.value or 0.0)
            assert higher == ((match[2] or match[3]) in {"more", "Higher"}), (page.path, said)
            assert abs(_apart(first, last)) > Z90, (page.path, said)
    assert looked >= 3


def _named(name: str, figures: dict[str, Figure]) -> list[Figure]:
    """Find a period by its name, whatever letter it begins with."""
    return [one for known, one in figures.items() if known.lower() == name.lower()]


def test_a_target_is_reached_only_where_the_figure_says_so(riverton: Published) -> None:
    words = {"Yes": 1, "No": -1}
    looked = 0
    for page in riverton.pages.values():
        if page.report != "quality" or page.language != "en":
            continue
        facts = {
            words_of(name): words_of(value)
            for name, value in zip(
                page.soup.select("dl.facts dt"), page.soup.select("dl.facts dd"), strict=False
            )
        }
        target, reached = facts.get("Target", ""), facts.get("Reached?", "")
        goal = read_number(target)
        verdict = next((sign for word, sign in words.items() if reached.startswith(word)), 0)
        if goal is None or not verdict or not re.match(r"At (least|most)", target):
            continue
        key = page.path.rsplit("/", 1)[1].removesuffix(".html")
        figures = riverton.figures(page.release, "quality", "en")
        one = figures[f"{key}/headline/1"]
        assert one.low is not None
        assert one.high is not None
        least = target.startswith("At least")
        looked += 1
        if verdict > 0:
            assert one.low >= goal - 1 if least else one.high <= goal + 1, (page.path, reached)
        else:
            assert one.high <= goal + 1 if least else one.low >= goal - 1, (page.path, reached)
    assert looked >= 3


def test_a_figure_that_tells_next_to_nothing_is_never_marked_use(site: Published) -> None:
    """A base that is mostly not recorded, or a range that fills its scale."""
    for release, report, _, figures in site.all_figures():
        for one in figures.values():
            if one.mark != "use" or one.low is None or one.high is None:
                continue
            assert one.missing is None or one.missing <= 50, (release, report, one.id)
            if one.unit.startswith("Of every 100") and not isinf(one.high):
                assert one.high - one.low < 50, (release, report, one.id)


def test_words_that_were_found_wrong_are_gone(site: Published) -> None:
    for page in site.pages.values():
        text = words_of(page.soup.select_one("main") or page.soup)
        for words in NEVER:
            assert words not in text, (page.path, words)


def test_calls_and_visits_of_one_site_are_the_same_number_everywhere(riverton: Published) -> None:
    """The funnel of the savings report and the measures of quality count the same calls."""
    for release in riverton.releases:
        savings = riverton.figures(release, "savings", "en")
        quality = riverton.figures(release, "quality", "en")
        received, calls = savings["savings/funnel/received"], quality["calls/headline/1"]
        assert received.value == pytest.approx(calls.value, rel=1e-6), release
        missed = savings["savings/funnel-share/missed"]
        path = quality["path/headline/1"]
        assert path.value == pytest.approx(missed.value, abs=0.05), release
        steps = [
            savings[f"savings/funnel/{key}"].value or 0.0
            for key in ("received", "triaged", "eligible", "sent", "arrived", "met")
        ]
        assert steps == sorted(steps, reverse=True)
        lost = [savings[name].value or 0.0 for name in savings if name.startswith("savings/left/")]
        assert steps[0] - sum(lost) == pytest.approx(steps[-1], rel=1e-6)


def test_police_and_no_police_share_one_whole(riverton: Published) -> None:
    """Visits with police and visits without, wherever they stand, cannot be more than all."""
    for release in riverton.releases:
        quality = riverton.figures(release, "quality", "en")
        police = quality["police/headline/1"]
        alone = next(
            (one for name, one in quality.items() if name.startswith("responder/headline/1")), None
        )
        if alone is None or alone.value is None or police.value is None:
            continue
        room = 4 * sqrt((police.sd or 0) ** 2 + (alone.sd or 0) ** 2) + 0.5
        assert police.value + alone.value <= 100 + room, release


def test_the_accounts_of_a_report_add_up_to_the_dollar(riverton: Published) -> None:
    for release in riverton.releases:
        figures = riverton.figures(release, "savings", "en")
        items = [
            one.value or 0.0
            for name, one in figures.items()
            if name.startswith("savings/cost/") and name != "savings/cost/all"
        ]
        assert sum(items) == pytest.approx(figures["savings/cost/all"].value or 0.0, abs=0.01)
        certified = figures["savings/chain/certified"].value or 0.0
        given = [
            one.value or 0.0 for name, one in figures.items() if name.startswith("savings/given-up")
        ]
        assert sum(given) == pytest.approx(certified, abs=0.01)
        stages = [
            figures[f"savings/chain/{stage}"].value or 0.0
            for stage in ("certified", "appropriated", "spent")
        ]
        assert stages == sorted(stages, reverse=True)
        test = (figures["savings/central/police"].value or 0.0) + (
            figures["savings/central/others"].value or 0.0
        )
        assert test == pytest.approx(figures["savings/central/resource"].value or 0.0, abs=0.01)
        net = test - (figures["savings/cost/all"].value or 0.0)
        assert net == pytest.approx(figures["savings/central/net"].value or 0.0, abs=0.01)


def test_what_a_year_certifies_is_not_in_its_earlier_quarters(riverton: Published) -> None:
    booked = [
        (
            release,
            riverton.figures(release, "savings", "en")["savings/chain/certified"].value or 0.0,
        )
        for release in riverton.releases
    ]
    quarters = [value for release, value in sorted(booked) if "-Q" in release]
    (year,) = [value for release, value in booked if release.startswith("FY")]
    assert quarters == sorted(quarters)
    assert quarters[0] < year
    assert quarters[-1] == year


def test_a_headline_on_money_holds_against_its_own_figures(riverton: Published) -> None:
    for release in riverton.releases:
        page = riverton.pages[f"reports/{release}/savings/index.html"]
        figures = riverton.figures(release, "savings", "en")
        cost = figures["savings/cost/all"].value or 0.0
        text = words_of(page.soup.select_one("main") or page.soup)
        classes = [
            figures[f"savings/both/{name}"].value or 0.0 for name in ("cash", "police", "others")
        ]
        if "No kind of value alone covers" in text:
            assert max(classes) < cost, release
        if "did not pay for themselves in cash" in text:
            assert (figures["savings/chain/certified"].value or 0.0) < cost, release


def test_savings_and_impact_are_held_against_each_other_on_both_pages(riverton: Published) -> None:
    (year,) = [release for release in riverton.releases if release.startswith("FY")]
    figures = riverton.figures(year, "savings", "en")
    impact = riverton.figures(year, "impact", "en")
    measured = figures["savings/measured/welfare_checks-measured"]
    assert measured.value == pytest.approx(impact["impact/dose-welfare_checks/avoided"].value)
    assumed = figures["savings/measured/welfare_checks-assumed"]
    apart = (measured.high or 0.0) < (assumed.low or 0.0)
    for report in ("savings", "impact"):
        page = riverton.pages[f"reports/{year}/{report}/index.html"]
        text = words_of(page.soup.select_one("main") or page.soup)
        assert ("The two disagree" in text) == apart, report


def test_the_impact_headline_lies_among_its_own_dots(riverton: Published) -> None:
    for release in riverton.releases:
        figures = riverton.figures(release, "impact", "en")
        for name, one in figures.items():
            if not name.endswith("/result"):
                continue
            key = name.split("/")[1].removeprefix("tests-")
            start = "2023-01"
            later = [
                dot.value or 0.0
                for id_, dot in figures.items()
                if id_.startswith(f"impact/event-{key}/") and id_.rsplit("/", 1)[1] >= start
            ]
            assert min(later) <= (one.value or 0.0) <= max(later), (release, key)


def test_pictures_that_script_draws_again_show_the_same_numbers(riverton: Published) -> None:
    looked = 0
    for page in riverton.pages.values():
        if not page.report:
            continue
        figures = riverton.figures(page.release, page.report, page.language)
        for picture, data in live_figures(page):
            rows = [str(row["data-figure"]) for row in picture.select("tr[data-figure]")]
            values = {
                round(figures[name].value or 0.0, 3)
                for name in rows
                if name in figures and figures[name].value is not None
            }
            drawn = {round(one, 3) for one in _numbers(data.get("light"))}
            if values and drawn and picture.select("circle.dot[cx]"):
                looked += 1
                assert values <= drawn, (page.path, sorted(values - drawn)[:3])
    assert looked > 3


def _numbers(data: object) -> list[float]:
    """Every number of a nested structure."""
    if isinstance(data, bool):
        return []
    if isinstance(data, int | float):
        return [float(data)]
    if isinstance(data, dict):
        return [one for value in data.values() for one in _numbers(value)]
    if isinstance(data, list):
        return [one for value in data for one in _numbers(value)]
    return []


def test_what_was_not_recorded_is_one_share_in_the_sentence_and_in_the_table(
    site: Published, root: Path
) -> None:
    """Of a figure that counts by what its picture shows, both speak of the same blank answers."""
    compared = 0
    for release in site.releases:
        figures = site.figures(release, "quality", "en")
        for page, dim in counted_as_shown(root).items():
            one = figures.get(f"{page}/headline/1")
            row = figures.get(f"{page}/figure/unknown")
            if one is None or row is None or one.missing is None or row.value is None:
                continue
            compared += 1
            room = 0.5 + 3 * (row.sd or 0.0)
            assert abs(one.missing - row.value) <= room, (release, page, dim)
    assert compared or site.releases == ("FY2018",)


def test_a_figure_of_1000_is_never_labelled_of_100(site: Published) -> None:
    looked = 0
    for page in site.pages.values():
        for row in page.soup.select("tr[data-figure]"):
            label, said = row.select_one("th"), row.select_one("td.say")
            if label is None or said is None:
                continue
            rare = re.search(r"(?:of|de cada) 1,000", words_of(said))
            blank = re.search(
                r"\N{HORIZONTAL ELLIPSIS} (?:of|de cada) (1,000|100)\b", words_of(label)
            )
            if blank:
                looked += 1
                assert (blank[1] == "1,000") == bool(rare), (page.path, words_of(row))
    assert looked


def test_a_range_that_stands_alone_has_two_ends(site: Published) -> None:
    """Noise beyond the end of a scale is no proof of everybody, or of nobody."""
    for release, report, _, figures in site.all_figures():
        for one in figures.values():
            if one.mark in {"caution", "range_only"} and not one.printed_value:
                ends = re.findall(r"\d[\d,]*", re.sub(r"(of|de cada) 1,000", "", one.printed_range))
                assert len(ends) == 2 or not one.printed_range, (release, report, one.id)
                assert len(set(ends)) == len(ends), (release, report, one.id)


def test_a_verdict_on_a_target_can_be_seen_in_the_words_beside_it(riverton: Published) -> None:
    """Where the rounded range touches the target, the unrounded one is printed."""
    looked = 0
    for page in riverton.pages.values():
        if not page.path.endswith("quality/index.html") or page.language != "en":
            continue
        for row in page.soup.select("#targets tbody tr"):
            cells = [words_of(one) for one in row.select("th, td")]
            goal, verdict = read_number(cells[2]), cells[3]
            printed = re.findall(r"\d+(?:\.\d+)?", verdict.partition("unrounded")[2])
            name = row.select_one("[data-figure]")
            if goal is None or verdict.startswith("Cannot") or name is None:
                continue
            looked += 1
            figures = riverton.figures(page.release, "quality", "en")
            one = figures[str(name["data-figure"])]
            ends = [float(end) for end in printed] or [
                read_number(part) or 0.0 for part in re.split(" to ", one.printed_range)
            ]
            assert goal <= min(ends) or goal >= max(ends), (page.path, cells)
            assert printed or goal not in {min(ends), max(ends)}, (page.path, cells)
    assert looked >= 10


def test_calls_that_end_with_a_visit_are_told_by_the_funnel(riverton: Published) -> None:
    for release in riverton.releases:
        figures = riverton.figures(release, "savings", "en")
        met, received = (
            figures[f"savings/funnel/{step}"].value or 0.0 for step in ("met", "received")
        )
        page = riverton.pages[f"reports/{release}/savings/index.html"]
        said = re.search(r"About (\d+) of 100 calls end with a visit", words_of(page.soup))
        assert said, release
        assert float(said[1]) == pytest.approx(met / received * 100, abs=0.51), release
        for name, one in figures.items():
            if name.startswith("savings/months/"):
                assert one.unit == name.rsplit("-", 1)[1], name


def test_public_counts_are_never_said_to_be_drawn(riverton: Published) -> None:
    """The impact report compares counts without noise: its files and ranges are of that kind."""
    for page in riverton.pages.values():
        if page.report == "impact":
            text = words_of(page.soup.select_one("main") or page.soup)
            for words in ("first drawn", "recorded figure", "primero, antes", "cifra registrada"):
                assert words not in text, (page.path, words)


def test_two_measures_in_the_same_words_are_of_the_same_base(root: Path) -> None:
    """One noun, one denominator: arrivals are calls everywhere or nowhere."""
    bases: dict[str, dict[str, str]] = defaultdict(dict)
    for key, noun, base in bases_of(root):
        bases[noun][base] = key
    assert len(bases) > 5
    for noun, found in bases.items():
        assert len(found) == 1, (noun, found)
