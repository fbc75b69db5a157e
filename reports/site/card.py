"""Draw the privacy card from card.json: plain words first, then every figure for an auditor.

card.json -> **card** -> card.html
"""

import json
from collections.abc import Mapping
from math import sqrt
from statistics import NormalDist

from data_contracts.codes import UNKNOWN
from reports.errors import ReportError
from reports.estimate import Estimate, Mark
from reports.numbers import (
    CERTAIN,
    Language,
    Written,
    guesses_of_100,
    months_of,
    period_name,
)
from reports.released import Release
from reports.site.card_fields import (
    Json,
    at,
    flatten,
    named_blocks,
    named_fields,
    number_at,
    words_at,
)
from reports.site.chart import Chart, Point, nice_axis
from reports.site.shell import File, Place, Site
from reports.texts import Texts

ROOM = 4
SEVERAL = 5  # times met without a name, that the first screen speaks of
VISITS = "contacts"
PLAIN = (["month"], ["area"], ["area_kind"])  # the tables that anybody understands at once


def read_card(release: Release) -> Json:
    """Read `card.json` of a release.

    Raises:
        ReportError: It is missing, or is not a card.
    """
    file = release.folder / "card.json"
    if not file.is_file():
        raise ReportError(f"Release {release.name} has no card.json. Publish it again.")
    found = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(found, dict) or {"registry", "ours"} - set(found):
        raise ReportError(f"Release {release.name}: card.json lacks its registry or its own part.")
    return found


def right_guesses(rho: float) -> int:
    """Count how often, in 100, the best guesser at even odds can be right.

    >>> right_guesses(0.36), right_guesses(0.06), right_guesses(0)
    (67, 57, 50)

    Args:
        rho: Privacy loss of all that the guesser sees, in zCDP.

    Returns:
        Times in 100.

    Source: the best test of two Gaussians sqrt(2 rho) apart is right in Phi(sqrt(2 rho) / 2).
    """
    return guesses_of_100(NormalDist().cdf(sqrt(2 * rho) / 2))


def card_page(site: Site, release: Release, *, language: Language) -> tuple[str, str]:
    """Draw the privacy card of a release; the card's own words come before ours.

    Args:
        site: The site that it belongs to.
        release: Whose card.
        language: Of the reader.

    Returns:
        Path below `public/`, and the page.
    """
    t, card = Texts(language), read_card(release)
    period = period_name(release.period, language=language)
    place = Place(f"releases/{release.name}/card.html", language)
    page = site.page(place, title=t("card_title", period=period), part="card", release=release)
    html = site.render(
        "card.html",
        page,
        kicker=t(
            "card_kicker",
            period=period[:1].lower() + period[1:],
            months=months_of(release.period, language=language),
        ),
        pair=pair_chart(release, language=language),
        retention=words_at(card, "ours.retention.words", language),
        holder=words_at(card, "ours.holder", language)
        or t("card_holder", who=site.program.custodian or t("card_holder_unknown")),
        court=words_at(card, "ours.court_order", language) or t("card_court"),
        promise=words_at(card, "ours.guesses", language) or _promise(card, t),
        kind=record_kind(release),
        requests=_requests(site, release, place),
        blocks=named_blocks(card, language),
        limits=_limits(card, language),
        chances=_chances(card, t),
        nameless=_nameless(card, record_kind(release), t),
        rights=words_at(card, "ours.rights", language),
        decide=_decide(card, release, t),
        budget=_budget(card, t),
        cap=f"{number_at(card, 'ours.cap') or 0:g}",
        named=named_fields(card, language),
        ours=list(flatten({k: v for k, v in card.items() if k != "registry"}, language)),
        registry=list(flatten(card["registry"], language)),
        files=_files(site, release, place, t),
    )
    return place.path, html


def pair_chart(release: Release, *, language: Language) -> Chart | None:
    """Show one published count as it could be with one record more and without it."""
    t, kind = Texts(language), record_kind(release)
    tables = sorted(
        release.package.tables.items(),
        key=lambda pair: (pair[1].block != VISITS, list(pair[1].dims) not in PLAIN),
    )
    for name, about in tables:
        frame = release.own.table(name)  # as published, whatever it was combined with
        usable = frame[(frame["mark"] == Mark.USE.value) & (frame["statistic"] == "count")]
        if about.measure or len(about.dims) != 1:
            continue
        usable = usable[usable[about.dims[0]] != UNKNOWN]
        if usable.empty:
            continue
        row = usable.sort_values("estimate").iloc[-1]
        low, middle, high = (float(row[column]) for column in ("low", "estimate", "high"))
        label = release.package.dimensions[about.dims[0]].label(
            str(row[about.dims[0]]), language=language
        )
        dims = release.package.dimensions[about.dims[0]].title[language]
        points = tuple(
            Point(
                label=t(label_name),
                found=Estimate(middle - less, float(row["sd"]), low - less, high - less, Mark.USE),
                words=Written("-", "", t(said), ""),
            )
            for label_name, said, less in (
                (f"card_with_{kind}", "card_pair_with", 0),
                ("card_without", "card_pair_without", 1),
            )
        )
        wide = high - low
        return Chart(
            key="pair",
            language=language,
            title=t("card_pair_title"),
            about=t(f"card_pair_about_{kind}", name=f"{dims}: {label}"),
            style="rows",
            column=t("card_pair_column"),
            unit=t("card_pair_unit"),
            points=points,
            axis=nice_axis(high + wide / ROOM, lowest=max(0.0, low - wide / ROOM), lines=2),
            spoken="",
        )
    return None


def record_kind(release: Release) -> str:
    """Name what one record is: a visit, or a call where no table counts visits."""
    visits = any(table.block == VISITS for table in release.package.tables.values())
    return "visit" if visits else "call"


def _requests(site: Site, release: Release, place: Place) -> str:
    """Lead to the number of requests by law enforcement, where it is published."""
    if not (site.public / "exact" / "governance.csv").is_file():
        return ""
    return f"{place.page(f'reports/{release.name}/quality/index.html')}#oversight"


def _decide(card: Json, release: Release, t: Texts) -> str:
    name = release.status if release.status in {"SAMPLE", "EXERCISE"} else "real"
    return " ".join(
        part
        for part in (
            t(f"card_decide_{name}"),
            words_at(card, "ours.retrospective", t.language) if name == "real" else "",
        )
        if part
    )


def _promise(card: Json, t: Texts) -> str:
    spent, cap = number_at(card, "ours.spent_here"), number_at(card, "ours.cap")
    if spent is None or cap is None:
        return t("card_promise_plain")
    return t("card_promise", year=right_guesses(cap), release=right_guesses(spent))


def _limits(card: Json, language: Language) -> list[str]:
    found = at(card, "ours.known_limits")
    if not isinstance(found, list):
        return []
    return [one[language] for one in found if isinstance(one, Mapping) and language in one]


def _chances(card: Json, t: Texts) -> list[tuple[str, str, str]]:
    """Say, for someone met without a name several times, how often a guesser can be right."""
    found = at(card, "ours.if_met_anonymously")
    if not isinstance(found, Mapping):
        return []
    rows = []
    for times in sorted(found, key=int):
        chances = [
            number_at(card, f"ours.if_met_anonymously.{times}.{part}.right_guesses")
            for part in ("this_release", "year")
        ]
        if None not in chances:
            words = [t("card_times", n=_of_100(chance or 0.0, t)) for chance in chances]
            label = t("card_met_once") if times == "1" else t("card_met", n=times)
            rows.append((label, words[0], words[1]))
    return rows


def _nameless(card: Json, kind: str, t: Texts) -> str:
    """Say at once what the promise is worth to someone met several times without a name."""
    key = "if_met_anonymously"
    found = at(card, f"ours.{key}.{SEVERAL}")
    here, year = (
        number_at(card, f"ours.{key}.{SEVERAL}.{part}.right_guesses")
        for part in ("this_release", "year")
    )
    if found is None or here is None or year is None:
        return ""
    return t(f"card_nameless_{kind}", times=SEVERAL, here=_of_100(here, t), year=_of_100(year, t))


def _of_100(chance: float, t: Texts) -> str:
    """Write a chance; none is ever written as certain."""
    times = guesses_of_100(chance)
    return t("more_than", n=CERTAIN) if times > CERTAIN else str(times)


def _budget(card: Json, t: Texts) -> list[tuple[str, str, str]]:
    before, spent, cap = (
        number_at(card, f"ours.{name}") for name in ("spent_before", "spent_here", "cap")
    )
    if before is None or spent is None or cap is None:
        return []
    kept = min(number_at(card, "ours.reserved_for_correction") or 0.0, cap - before - spent)
    kept = kept if round(kept, 6) > 0 else 0.0
    parts = (
        ("used", "card_before", before),
        ("used", "card_here", spent),
        ("free", "card_left", max(0.0, cap - before - spent - kept)),
        *([("free", "card_kept_back", kept)] if kept else []),
    )
    return [(look, t(name), t("card_rho", n=f"{round(value, 6):g}")) for look, name, value in parts]


def _files(site: Site, release: Release, place: Place, t: Texts) -> list[File]:
    named = [
        (f"releases/{release.name}/card.json", "file_card"),
        ("ledger.json", "file_ledger"),
        ("retention.json", "file_retention"),
        (f"releases/{release.name}/measurements.parquet", "file_measurements"),
    ]
    found = [site.file(place, path, t(name)) for path, name in named]
    return [file for file in found if file]
