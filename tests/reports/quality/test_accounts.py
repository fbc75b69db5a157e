"""Mirrors reports/quality/accounts.py and staff.py: exact figures, and what is never told."""

from dataclasses import replace
from pathlib import Path

import pytest

from data_contracts.period import read_period
from reports.exact import open_exact
from reports.metrics import NOT_ASKED, load_accounts
from reports.numbers import LANGUAGES
from reports.program_facts import ProgramFacts
from reports.quality.accounts import Reading, read_account
from reports.quality.page import quality_pages
from reports.quality.report import Known, estimate_report
from reports.released import open_release
from reports.site.shell import Site
from tests.reports.sample_exact import write_exact
from tests.reports.sample_release import write_release, yearly

YEAR = read_period("FY2019")


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_exact(tmp_path_factory.mktemp("public"))


def read(key: str, public: Path, period: str = "FY2019") -> Reading:
    found = read_account(load_accounts()[key], open_exact(public), read_period(period))
    assert found is not None
    return found


def test_every_account_is_read_in_both_languages(public: Path) -> None:
    for key, account in load_accounts().items():
        reading = read(key, public)
        assert reading.lines.rows
        for language in LANGUAGES:
            said = " ".join(reading.say(part, language) for part in (account.big, account.rest))
            shows = reading.say(account.shows, language, when="-")
            assert "{" not in said + shows
            assert all(row.label[language] and row.words[language] for row in reading.lines.rows)


def test_requests_are_added_up_over_the_period(public: Path) -> None:
    assert read("data_requests", public).words["n"] == 16
    assert read("data_requests", public, "2019-Q2").words["n"] == 4
    assert read("data_requests", public).words["refused"] == 12


def test_an_account_of_which_rows_were_refused_says_so(public: Path) -> None:
    account, whole = load_accounts()["data_requests"], open_exact(public)
    exact = replace(whole, incomplete={"governance": ("2019-05",), "staffing": ("2019-01",)})

    lacks = {
        name: one.lacks
        for name in ("FY2019", "2019-Q1", "2019-Q2")
        if (one := read_account(account, exact, read_period(name)))
    }

    assert lacks == {"FY2019": ("2019-05",), "2019-Q1": (), "2019-Q2": ("2019-05",)}


def test_a_request_met_in_part_is_told_as_one_that_got_something(public: Path) -> None:
    """The page said "12 were refused, 0 were complied with" of 16, and nothing of the other 4."""
    reading = read("data_requests", public)

    account = reading.account
    assert reading.words["given"] == 4
    said = f"{reading.say(account.big, 'en')} {reading.say(account.rest, 'en')}"
    assert said.startswith("16 requests")
    assert "12 were refused, 4 were met in part and 0 in full" in said
    assert "the number of times that something was handed over: 4." in reading.say(
        account.shows, "en", when="-"
    )
    assert "veces en que se entregó algo: 4." in reading.say(account.shows, "es", when="-")
    (row, *_) = reading.lines.rows
    assert row.note
    assert "less was handed over than asked for: 4" in row.note["en"]


def test_what_became_of_every_request_is_told_or_called_not_recorded(tmp_path: Path) -> None:
    file = write_exact(tmp_path) / "exact" / "governance.csv"
    text = file.read_text().replace(
        "law_enforcement_requests,received,4", "law_enforcement_requests,received,5"
    )
    file.write_text(text)

    (row, *_) = read("data_requests", tmp_path).lines.rows

    told = [n for code, n in row.numbers.items() if code != "received"]
    assert sum(told) == row.numbers["received"] == 20
    assert row.note
    assert "Not recorded: 4" in row.note["en"]


def test_only_people_who_work_there_are_hidden_below_ten(tmp_path: Path) -> None:
    """It stood under 4, 4 and 7 of 7 that a count of fewer than 10 people is never shown."""
    write_exact(tmp_path)
    release = open_release(write_release(tmp_path / "releases", "FY2019", yearly()))
    site = Site(tmp_path, ProgramFacts("x", "x", "x"), (release,))
    pages = quality_pages(
        site, estimate_report(site, release, NOT_ASKED, Known(site)), language="en"
    )

    for key, account in load_accounts().items():
        page = pages[f"reports/FY2019/quality/{account.page}.html"]
        small = "fewer than 10 people who work here is never shown" in page
        assert small == (account.table == "staffing"), key
        assert ("are counted as they are, however few" in page) == (account.table == "governance")


def test_seats_are_those_of_the_last_report_and_meetings_of_all(public: Path) -> None:
    reading = read("board_seats", public)

    assert (reading.words["n"], reading.words["of"]) == (12, 13)
    assert [row.bar for row in reading.lines.rows] == [(0, 12), (0, 12)]


def test_a_post_that_starts_below_the_living_wage_is_not_counted(public: Path) -> None:
    reading = read("pay", public)

    assert (reading.words["n"], reading.words["of"]) == (1, 2)
    assert reading.lines.level == 38.2


def test_fewer_than_ten_people_are_never_told(public: Path) -> None:
    for key in ("vacancies", "lived_experience", "hours"):
        supervisor = read(key, public).lines.rows[-1]
        assert supervisor.bar is None
        assert "fewer than 10" in supervisor.words["en"]
        assert "menos de 10" in supervisor.words["es"]


def test_who_left_is_not_told_where_any_month_is_not(public: Path) -> None:
    for row in read("vacancies", public).lines.rows:
        assert row.note is not None
        assert "not shown" in row.note["en"]


def test_hours_are_added_up_and_divided(public: Path) -> None:
    found = read("hours", public).words["n"]

    assert found == pytest.approx(100 * 1500 / 1650)


def test_hours_of_a_small_team_are_named_and_not_told(tmp_path: Path) -> None:
    file = write_exact(tmp_path) / "exact" / "staffing.csv"
    file.write_text(file.read_text().replace(",22,", ",fewer than 10,").replace(",1500.0,", ",,"))

    reading = read("hours", tmp_path)

    assert not reading.told
    assert {row.words["en"] for row in reading.lines.rows} == {
        "fewer than 10 people, so it is not shown"
    }
    assert len(reading.lines.rows) == 2


def test_conditions_count_benefits_that_are_the_same_for_every_post(public: Path) -> None:
    reading = read("conditions", public)

    assert (reading.words["n"], reading.words["of"]) == (1, 2)
    assert reading.lines.rows[-1].words["en"] == "asked of 4 of 28 posts"


def test_a_table_that_is_not_public_or_has_no_entry_gives_nothing(tmp_path: Path) -> None:
    write_exact(tmp_path, missing={"staffing": "refused"})
    exact, accounts = open_exact(tmp_path), load_accounts()

    assert read_account(accounts["pay"], exact, YEAR) is None
    assert read_account(accounts["complaints"], exact, read_period("FY2017")) is None
    assert exact.missing == {"staffing": "refused"}
