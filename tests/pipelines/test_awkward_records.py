"""Records that are each in order and together are not: each kind blocks, warns or is unknown.

The kinds that people report in public, and more of the same; what is told of them is the same in
`check`, `run` and `status --private`.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from data_contracts.errors import ContractError
from pipelines.exact import publish_exact
from pipelines.findings import require_sound
from pipelines.take_in import crosscheck, judge, land
from tests.pipelines.awkward import MONTHS, Town, Visit, make_town, visits, write_csv
from tests.pipelines.conftest import Command

FEBRUARY = MONTHS[1]

CALLS = """
feed: calls
contract: calls
files: "calls_{month}.csv"
format: {encoding: utf-8, delimiter: ",", nulls: [""]}
columns:
  Call No: {to: call_id}
  Received: {to: received_datetime, format: "%m/%d/%Y %H:%M"}
  Zone: {to: area}
  Kind: {to: call_type_code, codes: {Welfare: welfare_check, Crisis: mental_health_crisis}}
  Ending:
    to: path_code
    codes: {Met: contact, Never triaged: not_triaged, Not found: not_found}
places: {North Side: north, Peñón: penon, South County: south}
"""

OUTCOMES = """
feed: outcomes
contract: outcomes
files: outcomes.csv
columns:
  Month: {to: month_date, format: "%Y-%m-%d", precision: date}
  Place: {to: area}
  What: {to: outcome_code, codes: {Arrests: low_level_offenses}}
  Count: {to: n_events}
places: {North Side: north, South County: south}
"""


@pytest.fixture
def town(tmp_path: Path, care_dividend: Command) -> Town:
    """Three months of 200 visits, delivered whole."""
    return make_town(tmp_path / "town", care_dividend)


@pytest.fixture
def dispatch(town: Town) -> Town:
    """The town with a feed of calls: each visit names one that met somebody, and 40 met nobody."""
    town.change(
        "sources/encounters.yaml",
        lambda text: text.replace(
            "  Zone: {to: area}", "  Call No: {to: call_id}\n  Zone: {to: area}"
        ),
    )
    (town.folder / "sources" / "calls.yaml").write_text(CALLS, encoding="utf-8")
    for month in MONTHS:
        made = visits(month)
        town.deliver(month, [{**one, "Call No": f"C{one['Contact ID']}"} for one in made])
        deliver_calls(town, month, calls(month))
    return town


def calls(month: str) -> list[Visit]:
    """Calls of a month, one for each visit, and 40 of which nobody was met."""
    made = visits(month)
    met = [call(one, "Met") for one in made]
    return met + [
        {**call(one, "Not found"), "Call No": f"M{one['Contact ID']}", "Kind": "Crisis"}
        for one in made[:40]
    ]


def call(visit: Visit, ending: str) -> Visit:
    return {
        "Call No": f"C{visit['Contact ID']}",
        "Received": visit["Contact Start"],
        "Zone": visit["Zone"],
        "Kind": "Welfare",
        "Ending": ending,
    }


def deliver_calls(town: Town, month: str, rows: Sequence[Visit]) -> None:
    (town.inbox / f"calls_{month}.csv").write_text(write_csv(rows), encoding="utf-8")


def change(
    town: Town, month: str, column: str, to: Callable[[str], str], *, every: int = 1
) -> None:
    """Change a column in one visit of so many, of a month as it was made."""
    rows = [
        {**one, column: to(one[column])} if n % every == 0 else one
        for n, one in enumerate(visits(month))
    ]
    town.deliver(month, rows)


def lines(said: str) -> list[str]:
    """Lines that tell of a broken rule."""
    found = re.findall(
        r"^  (\w+: \w+\.\w+ (?:blocks|warns|puts|is accepted).*)$", said, re.MULTILINE
    )
    return [line.rstrip() for line in found]


def say(town: Town) -> list[str]:
    """What `check` says of broken rules, which must be what `run` and `status` say too."""
    checked, ran = town.check(), town.run()
    status = town.call("status", "--program", town.folder, "--private")

    told = lines(checked.output)
    assert lines(ran.stderr) == told
    assert lines(status.output) == told
    blocked = any(" blocks" in line for line in told)
    assert checked.exit_code == ran.exit_code == int(blocked), checked.output + ran.output
    assert bool(town.drawn()) is not blocked
    assert "Traceback" not in checked.output + ran.output + ran.stderr
    return told


def say_before_a_run(town: Town) -> list[str]:
    """What `check` says of broken rules, which `status` must say too once the months are taken in.

    Months are taken in as a run does, without its pages, so that every kind can be tried.
    """
    checked = town.check()
    given = town.given
    with given.engine() as engine:
        for month in MONTHS:
            for source in given.record_sources:
                land(source, given, engine, month=month)
                judge(source, given, engine, month=month)
            crosscheck(given, engine, month=month)
    status = town.call("status", "--program", town.folder, "--private")

    told = lines(checked.output)
    assert lines(status.output) == told
    blocked = any(" blocks" in line for line in told)
    assert checked.exit_code == int(blocked), checked.output
    if blocked:
        with pytest.raises(ContractError, match="Blocking rules are broken"):
            require_sound(given, MONTHS)
    else:
        require_sound(given, MONTHS)
    return told


def rules(told: Sequence[str]) -> set[str]:
    """Rule and what follows, of lines."""
    return {" ".join(line.split()[1:3]).rstrip(":") for line in told}


def test_a_good_delivery_breaks_nothing(dispatch: Town) -> None:
    """Without this, every rule below would prove nothing."""
    assert say_before_a_run(dispatch) == []


def empty_month(town: Town) -> None:
    header = town.file(FEBRUARY).read_text(encoding="utf-8").splitlines()[0]
    town.file(FEBRUARY).write_text(header + "\n", encoding="utf-8")


def fell(town: Town) -> None:
    town.deliver(FEBRUARY, visits(FEBRUARY, n=60))


def jumped(town: Town) -> None:
    town.deliver(FEBRUARY, visits(FEBRUARY, n=400))


def ages(every: int) -> Callable[[Town], None]:
    def spoil(town: Town) -> None:
        for month in MONTHS:
            change(town, month, "Age", lambda _: "999", every=every)

    return spoil


def filled_in(age: str) -> Callable[[Town], None]:
    return lambda town: change(town, FEBRUARY, "Age", lambda _: age, every=5)


def guessed_in_tens(town: Town) -> None:
    change(town, FEBRUARY, "Age", lambda age: f"{age[0]}0")


def young(town: Town) -> None:
    change(town, FEBRUARY, "Age", lambda age: str(15 + int(age) % 4))


def many_kits(town: Town) -> None:
    change(town, FEBRUARY, "Kits", lambda _: "500", every=4)


def negative_kits(town: Town) -> None:
    change(town, FEBRUARY, "Kits", lambda _: "-1", every=50)


def days_long(town: Town) -> None:
    change(town, FEBRUARY, "Contact End", lambda at: at.replace("/2025", "/2026"), every=3)


def backwards(town: Town) -> None:
    change(town, FEBRUARY, "Contact End", lambda at: at.replace("/2025", "/2024"), every=3)


def new_word(every: int) -> Callable[[Town], None]:
    def spoil(town: Town) -> None:
        for month in MONTHS[1:]:
            change(town, month, "Outcome", lambda _: "Mobile stabilization", every=every)

    return spoil


def float_codes(town: Town) -> None:
    for month in MONTHS:
        change(town, month, "Naloxone", lambda word: {"Yes": "1.0", "No": "0.0"}[word])


def other_alphabet(town: Town) -> None:
    change(town, FEBRUARY, "Naloxone", lambda word: word.replace("o", "\u043e"))


def unreadable(town: Town) -> None:
    change(town, FEBRUARY, "Contact End", lambda at: at.replace("/", "."))


def words_for_numbers(town: Town) -> None:
    change(town, FEBRUARY, "Kits", lambda _: "none", every=5)


def begun(form: str) -> Callable[[Town], None]:
    """Write when February's visits began as a form has it."""

    def written(at: str) -> str:
        return datetime.strptime(at, "%m/%d/%Y %H:%M").strftime(f"%m/%d/%Y {form}")  # noqa: DTZ007

    return lambda town: change(town, FEBRUARY, "Contact Start", written)


def over_at_once(town: Town) -> None:
    change(town, FEBRUARY, "Contact End", lambda at: at.replace(":45", ":10"))


def delivered_again(every: int) -> Callable[[Town], None]:
    """Some of January's visits come again in February's file, with another outcome."""

    def spoil(town: Town) -> None:
        again = [{**one, "Outcome": "Shelter"} for one in visits(MONTHS[0])[::every]]
        town.deliver(FEBRUARY, [*again, *visits(FEBRUARY)])

    return spoil


def blank_column(town: Town) -> None:
    change(town, FEBRUARY, "Zone", lambda _: "")


def blank_mostly(town: Town) -> None:
    for month in MONTHS[1:]:
        change(town, month, "Naloxone", lambda _: "Unknown", every=2)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (empty_month, {"encounters.empty blocks"}),
        (fell, {"encounters.fewer blocks"}),
        (jumped, {"encounters.more blocks"}),
        (ages(5), {"age_band_code.mostly_outside blocks"}),
        (ages(50), {"age_band_code.outside warns"}),
        (filled_in("0"), {"age_band_code.same_value blocks"}),
        (filled_in("99"), {"age_band_code.same_value blocks"}),
        (guessed_in_tens, set[str]()),
        (young, set[str]()),
        (many_kits, {"kits_n.mostly_outside blocks"}),
        (negative_kits, {"kits_n.outside warns"}),
        (days_long, {"onscene_min.mostly_day_long blocks"}),
        (backwards, {"onscene_min.mostly_order blocks"}),
        (new_word(2), {"disposition_code.mostly_unmapped blocks"}),
        (new_word(8), {"disposition_code.mostly_unmapped blocks"}),
        (new_word(25), {"disposition_code.unmapped warns"}),
        (float_codes, {"naloxone_code.mostly_unmapped blocks"}),
        (other_alphabet, {"naloxone_code.mostly_unmapped blocks"}),
        (unreadable, {"departed_datetime.mostly_unreadable blocks"}),
        (words_for_numbers, {"kits_n.mostly_unreadable blocks"}),
        (blank_column, {"area.emptier blocks"}),
        (begun("08:00"), {"encounter_datetime.same_minute blocks"}),
        (begun("00:01"), {"encounter_datetime.same_minute blocks"}),
        (begun("%I:%M"), {"encounter_datetime.twelve_hours blocks"}),
        (over_at_once, {"onscene_min.mostly_instant blocks"}),
        (delivered_again(4), {"encounters.mostly_duplicate blocks"}),
        (delivered_again(25), {"encounters.duplicate warns"}),
        (blank_mostly, {"naloxone_code.emptier blocks"}),
    ],
)
def test_every_kind_is_named_and_stops_what_it_would_make_wrong(
    town: Town, spoil: Callable[[Town], None], told: set[str]
) -> None:
    spoil(town)

    assert rules(say_before_a_run(town)) == told


@pytest.mark.parametrize("spoil", [fell, new_word(25)])
def test_a_run_says_what_check_and_status_say(town: Town, spoil: Callable[[Town], None]) -> None:
    """One that stops it, and one that it warns of."""
    spoil(town)

    assert len(say(town)) == 1


def test_a_message_says_the_feed_the_rule_the_months_and_the_share(town: Town) -> None:
    float_codes(town)

    (line,) = lines(town.check().output)
    said = town.require_stopped("encounters: naloxone_code.mostly_unmapped", "2025-01 to 2025-03")

    assert "all values" in line
    assert "sources/encounters.yaml" in said
    assert not re.search(r"\b(200|600)\b", line)


def test_an_empty_month_counts_nobody_once_somebody_says_that_it_is_right(town: Town) -> None:
    empty_month(town)
    town.accept(FEBRUARY, "empty")

    told = say(town)

    assert rules(told) == {"encounters.empty is"}
    assert abs(town.published()[FEBRUARY]) < 4


def test_a_fall_is_released_once_somebody_says_that_it_is_right(town: Town) -> None:
    fell(town)
    town.accept(FEBRUARY, "encounters.fewer")

    assert rules(say(town)) == {"encounters.fewer is"}
    assert abs(town.published()[FEBRUARY] - 60) < 4
    public = town.folder / "public"
    (said,) = json.loads((public / "accepted.json").read_text(encoding="utf-8"))
    assert (said["month"], said["rule"]) == (FEBRUARY, "encounters.fewer")
    for page, reason in {
        "reports/2025-Q1/quality/index.html": "February 2025, which a check would have stopped",
        "releases/2025-Q1/card.html": "The team had a day off.",
        "es/reports/2025-Q1/quality/index.html": "El equipo descansó un día.",
    }.items():
        assert reason in (public / page).read_text(encoding="utf-8")


ALIKE = {
    "accents in two pieces": lambda text: unicodedata.normalize("NFD", text),
    "blanks that do not break": lambda text: text.replace(" ", "\u00a0"),
    "marks that nobody sees": lambda text: f"\u200b{text[:2]}\u00ad{text[2:]}\ufeff",
    "wide letters": lambda text: "".join(
        chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text
    ),
    "a dot and blanks at the end": lambda text: f"{text}.  ",
    "capitals": str.upper,
}


def test_a_word_that_only_looks_alike_is_that_word(town: Town) -> None:
    """In every way at once, a visit each."""
    ways = list(ALIKE.values())
    for month in MONTHS:
        rows = []
        for n, one in enumerate(visits(month)):
            alike = ways[n % len(ways)]
            rows.append(
                {**one, **{name: alike(one[name]) for name in ("Zone", "Outcome", "Naloxone")}}
            )
        town.deliver(month, rows)

    assert say(town) == []
    assert abs(town.published(table="contacts_area")["penon"] - 150) < 6
    assert abs(town.published(table="disposition")["declined"] - 60) < 6


def test_a_column_that_only_looks_alike_is_that_column(town: Town) -> None:
    town.change(
        "sources/encounters.yaml",
        lambda text: text.replace("  Zone: {to: area}", "  Dirección: {to: area}"),
    )
    for month in MONTHS:
        town.spoil(
            month,
            lambda text: text.replace("Zone", unicodedata.normalize("NFD", "Dirección"), 1).replace(
                "Contact Start", "Contact\u00a0Start", 1
            ),
        )

    assert say_before_a_run(town) == []


def never_triaged(town: Town) -> None:
    for month in MONTHS:
        deliver_calls(town, month, [{**one, "Ending": "Never triaged"} for one in calls(month)])


def few_never_triaged(town: Town) -> None:
    rows = calls(FEBRUARY)
    deliver_calls(town, FEBRUARY, [{**rows[0], "Ending": "Never triaged"}, *rows[1:]])


def without_visits(town: Town) -> None:
    made = visits(FEBRUARY)
    named = [{**one, "Call No": f"C{one['Contact ID']}"} for one in made]
    town.deliver(
        FEBRUARY, [{**one, "Call No": ""} if n % 2 else one for n, one in enumerate(named)]
    )


def other_numbers(town: Town) -> None:
    made = visits(FEBRUARY)
    town.deliver(FEBRUARY, [{**one, "Call No": f"X{one['Contact ID']}"} for one in made])


def a_row_a_unit(town: Town) -> None:
    for month in MONTHS:
        rows = calls(month)
        again = [{**one, "Call No": f"{one['Call No']}-2"} for one in rows]
        deliver_calls(town, month, [*rows, *again])


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (never_triaged, {"encounters.mostly_contradicted blocks"}),
        (few_never_triaged, {"encounters.contradicted warns"}),
        (without_visits, {"call_id.emptier blocks", "encounters.mostly_unvisited blocks"}),
        (other_numbers, {"call_id.mostly_reference blocks", "encounters.mostly_unvisited blocks"}),
        (a_row_a_unit, {"calls.mostly_alike blocks", "encounters.mostly_unvisited blocks"}),
    ],
)
def test_calls_and_visits_that_deny_each_other_are_named(
    dispatch: Town, spoil: Callable[[Town], None], told: set[str]
) -> None:
    spoil(dispatch)

    assert rules(say_before_a_run(dispatch)) == told


@pytest.mark.parametrize(
    "second",
    [
        "2025-01-15,North Side,Arrests,180",
        "2025-01-15,North Side,Arrests,103",  # the same count again would be added up too
        "2025-01-01,north  side.,ARRESTS,104",
    ],
)
def test_one_month_area_and_outcome_has_one_count(town: Town, second: str) -> None:
    (town.folder / "sources" / "outcomes.yaml").write_text(OUTCOMES, encoding="utf-8")
    rows = ["Month,Place,What,Count", "2025-01-01,North Side,Arrests,103"]
    rows += ["2025-01-01,South County,Arrests,40", "2025-02-01,North Side,Arrests,99"]
    (town.inbox / "outcomes.csv").write_text("\n".join([*rows, second, ""]), encoding="utf-8")

    checked, problems = town.check(), publish_exact(town.given)

    assert checked.exit_code == 1
    assert rules(lines(checked.output)) == {"outcomes.duplicate blocks"}
    assert "outcomes.duplicate" in problems["outcomes"]
    assert not (town.folder / "public" / "exact" / "outcomes.csv").exists()


def test_a_month_of_a_period_that_nobody_delivered_is_named(town: Town) -> None:
    """January's visits came in February's file, and its own file never did."""
    town.file(MONTHS[0]).unlink()
    town.deliver(FEBRUARY, [*visits(MONTHS[0]), *visits(FEBRUARY)])

    assert f"{MONTHS[0]} is not delivered yet" in " ".join(town.check().output.split())
    town.require_stopped(f"{MONTHS[0]} is not delivered yet")
