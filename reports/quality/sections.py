"""Put together the tables and lists of the quality report's index.

report -> **sections** -> overview
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from data_contracts.period import read_period
from data_contracts.values import Words
from reports.estimate import Estimate
from reports.metrics import Account, Board, Measure, known_measures
from reports.numbers import Language, aside, file_size, period_name, write
from reports.printed import RANGE_ONLY, Printed
from reports.quality.bridge import Span, bridge_table
from reports.quality.estimate import Breakdown
from reports.quality.figures import goal_of, reached, verdict_words
from reports.quality.find import Lack, lacking, title_of
from reports.quality.findings import Headline, headline, headline_value, join, lower, named_apart
from reports.quality.pieces import file_name
from reports.quality.report import Report
from reports.site.shell import File, Page, Place, Site
from reports.texts import Texts

TEN: tuple[tuple[str, str], ...] = (
    ("ten_1", "path"), ("ten_2", "triage"), ("ten_3", "savings"), ("ten_4", "savings"),
    ("ten_5", "savings"), ("ten_6", "impact"), ("ten_7", "impact"), ("ten_8", "impact"),
    ("ten_9", "police"), ("ten_10", "card"),
)  # fmt: skip
INSTEAD = {"triage": "path"}


@dataclass(frozen=True, slots=True)
class Fairness:
    """One measure held against one kind of group: where it leads, and who lies apart."""

    href: str
    name: str
    dim: str
    apart: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Aim:
    """One target of the board: the measure, its figure, what was wanted, and whether it is met.

    `verdict` is that of `reached`; `said` puts it in words.
    """

    href: str
    name: str
    figure: Headline
    wanted: str
    verdict: str
    said: str


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the bridge: its name, what it means, and a figure for every block, with its id."""

    name: str
    note: str
    figures: tuple[str, ...]
    ids: tuple[str, ...]
    total: bool


@dataclass(frozen=True, slots=True)
class Bridge:
    """The bridge as a table, and the same as a file."""

    columns: tuple[str, ...]
    steps: tuple[Step, ...]
    missing: str
    anchored: bool
    file: File


def equity_rows(report: Report, *, language: Language) -> list[Fairness]:
    """List every comparison of groups, in the order of pages; nobody is ranked."""
    found = []
    for result in report.shown:
        pairs: list[tuple[str, Breakdown]] = [("figure", result.breakdown)]
        pairs += [(f"by-{group.dim}", group) for group in result.groups]
        for part, group in pairs:
            if not group.compared:
                continue
            apart = tuple(
                (Texts(language)(f"equity_{side}"), names)
                for side in ("higher", "lower")
                if (names := named_apart(group, side, language=language))
            )
            href = f"{file_name(result.measure)}#{part}"
            found.append(
                Fairness(href, result.measure.name[language], group.title[language], apart)
            )
    return found


def aims(report: Report, *, language: Language) -> list[Aim]:
    """List every target that the board set, in the order of pages."""
    found, t = [], Texts(language)
    for result in report.shown:
        target = report.board.targets.get(result.measure.key)
        number, words = goal_of(target, result, language=language)
        if target is None or number is None:
            continue
        verdict = reached(headline_value(result, 0), target)
        name = "target_least" if target.at_least is not None else "target_most"
        found.append(
            Aim(
                file_name(result.measure),
                result.measure.name[language],
                headline(result, 0, language=language),
                t(name, n=words),
                verdict,
                verdict_words(result, target, t),
            )
        )
    return found


def aims_title(found: Sequence[Aim], *, language: Language) -> str:
    """Count the targets that are met, missed, and of which we cannot tell: all there are."""
    verdicts = [one.verdict for one in found]
    yes, no = verdicts.count("reached_yes"), verdicts.count("reached_no")
    return Texts(language)(
        "aims_title",
        yes=yes,
        no=no,
        open=len(verdicts) - yes - no,
    )


def bridge_rows(spans: Sequence[Span], place: Place, *, language: Language) -> Bridge | None:
    """Turn the bridge into a table: a row a step, a column a block."""
    if not spans:
        return None
    t, names = Texts(language), list(dict.fromkeys(n for span in spans for n, _ in span.rows))
    missing = list(dict.fromkeys(name for span in spans for name in span.missing))
    names = sorted(names, key=lambda name: ("-" not in name, _order(name)))
    steps = [
        Step(
            t(f"bridge_{name}") if _is_step(name) else _part_name(name, language),
            t(f"bridge_{name}_note") if _is_step(name) else "",
            tuple(_figure(dict(span.rows).get(name), name, language) for span in spans),
            tuple(_bridge_id(span, name) for span in spans),
            name == "year",
        )
        for name in names
    ]
    said = [_part_name(name, language) for name in missing]
    return Bridge(
        tuple(t(f"block_{span.block}") for span in spans),
        tuple(steps),
        join(said, "and_join", t) if said else "",
        any(span.anchored for span in spans),
        File(
            "bridge.csv" if language == "en" else place.to(_english(place, "bridge.csv")),
            t("file_bridge"),
            file_size(len(bridge_table(spans).encode()), language=language),
        ),
    )


def printed_bridge(spans: Sequence[Span], *, language: Language) -> list[Printed]:
    """List every figure of the bridge, for the file of all figures."""
    t, found = Texts(language), []
    for span in spans:
        for name, one in span.rows:
            only = name == "rest"
            found.append(
                Printed(
                    id=_bridge_id(span, name),
                    name=t(f"bridge_{name}") if _is_step(name) else _part_name(name, language),
                    found=one,
                    words=write(one, language=language, range_only=only),
                    mark=RANGE_ONLY if only else one.mark.value,
                    unit=t(f"block_{span.block}"),
                    of=t("bridge_h"),
                )
            )
    return found


def _bridge_id(span: Span, name: str) -> str:
    return f"index/bridge/{span.block}/{name}" if name in dict(span.rows) else ""


def _english(place: Place, name: str) -> str:
    return f"{place.english.rpartition('/')[0]}/{name}"


def _order(name: str) -> tuple[int, str]:
    order = ("sum", "limit", "rest", "year_bounded", "year")
    return (order.index(name), "") if name in order else (0, name)


def _is_step(name: str) -> bool:
    return "-" not in name


def _part_name(name: str, language: Language) -> str:
    return period_name(read_period(name), language=language)


def _figure(found: Estimate | None, name: str, language: Language) -> str:
    if found is None:
        return ""
    words = write(found, language=language, range_only=name == "rest")
    return f"{words.value} ({aside(words)})" if words.value and found.sd else words.span


def what_is_missing(report: Report, t: Texts) -> list[tuple[Measure | Account, str]]:
    """Say of every measure that cannot be drawn what it needs, in plain words."""
    found: list[tuple[Measure | Account, str]] = []
    for measure in report.missing:
        if isinstance(measure, Account):
            found.append((measure, _unread(report, measure, t)))
        else:
            lacks = lacking(measure, report.release)
            lacks = lacks or (Lack(measure.values[0].block, (measure.figure.by,)),)
            words = list(dict.fromkeys(_needs(lack, t) for lack in lacks))
            found.append((measure, "; ".join(words)))
    return found


def _unread(report: Report, account: Account, t: Texts) -> str:
    table = t(f"table_{account.table}")
    return t(f"unread_{report.unread.get(account.table, 'period')}", table=table)


def _needs(lack: Lack, t: Texts) -> str:
    dims = [lower(title_of(dim)[t.language]) for dim in lack.dims]
    if not dims:
        return t("needs_block", block=lower(t(f"block_{lack.block}")))
    named = join(dims, "with_join", t)
    if lack.block == "contacts":
        return t("needs", dims=named)
    return t("needs_of", block=lower(t(f"block_{lack.block}")), dims=named)


def decided(board: Board, decision: str) -> list[tuple[Measure | Account, Words]]:
    """List the measures on which the board decided so, with its reasons."""
    known = known_measures()
    return [
        (known[key], said.reason or {})
        for key, said in board.measures.items()
        if said.decision == decision
    ]


def undecided(board: Board) -> list[Measure | Account]:
    """List the measures that the board has not decided on."""
    if not board.asked:
        return []
    return [measure for key, measure in known_measures().items() if key not in board.measures]


def answered(site: Site, report: Report, page: Page, t: Texts) -> Iterator[tuple[str, str]]:
    """Say where each of the ten questions is answered; nowhere is an empty address."""
    shown = {result.measure.key: result.measure for result in report.shown}
    reports = site.reports_of(report.release)
    for name, where in TEN:
        key = where if where in shown else INSTEAD.get(where, where)
        if where == "card":
            href = page.place.page(f"releases/{report.release.name}/card.html")
        elif where in {"savings", "impact"}:
            path = f"reports/{report.release.name}/{where}/index.html"
            href = page.place.page(path) if where in reports else ""
        else:
            href = file_name(shown[key]) if key in shown else ""
        yield t(name), href
