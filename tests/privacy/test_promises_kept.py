"""What a card said stays true: the lowest cap, terms dated in the chain, days in order."""

import datetime as dt
import json
from pathlib import Path

import pytest

from data_contracts.period import read_period
from privacy import ledger as ledger_module
from privacy.chain import (
    Anchor,
    check_links,
    cover,
    read_anchor,
    read_chain,
    terms_in_force,
    write_chain,
)
from privacy.errors import BudgetError, PrivacyError
from privacy.ledger import Ledger
from privacy.measure import Release, register_terms, release
from privacy.plan import make_plan
from privacy.policy import Policy
from privacy.publish import export_chain, write_release
from privacy.verify import verify_card, verify_site
from tests.privacy.small import AFTER, EVENTS, MISSED, PROGRAM, make_policy

QUARTER = {"per_year": 4, "blocks": {"contacts": EVENTS, "no_contact": MISSED}}


def quarterly(*, cap: float, rho: float, **changes: object) -> Policy:
    """Terms with four quarters and a year."""
    terms = make_policy().model_dump(mode="json") | {"cap_rho": cap, "reason": "a reason"}
    terms["releases"]["quarter"] = {"rho": rho, **QUARTER}
    return Policy.model_validate(terms | changes)


FIRST = quarterly(cap=0.38, rho=0.06)
DEARER = quarterly(cap=5.0, rho=0.9)
RAISED = quarterly(cap=5.0, rho=0.06)


def open_ledger(folder: Path, *, vault: Path | None = None, outside: Path | None = None) -> Ledger:
    return Ledger(folder / "ledger", public=folder / "public", vault=vault, outside=outside)


def draw(folder: Path, policy: Policy, name: str, *, today: dt.date = AFTER) -> Release:
    """Draw and publish one period around zeros."""
    ledger = open_ledger(folder)
    plan = make_plan(policy, program=PROGRAM, period=read_period(name))
    zeros = [0] * plan.spec.length
    drawn = release(plan, ledger=ledger, exact=zeros.copy, today=today)
    write_release(folder / "public" / "releases" / name, drawn)
    export_chain(folder / "public", ledger)
    return drawn


def card_of(drawn: Release) -> dict[str, object]:
    return dict(json.loads(drawn.files["card.json"])["ours"])


def test_a_cap_that_is_raised_within_the_year_buys_nothing(tmp_path: Path) -> None:
    """privacy.md, C3: FY2025 had spent 1.86 under a card that said 0.38."""
    draw(tmp_path, FIRST, "2025-Q1")

    with pytest.raises(
        BudgetError, match=r"0.32 of 0.38, which row 1 of the ledger \(2025-Q1\) stated, is left"
    ):
        draw(tmp_path, DEARER, "2025-Q2")

    assert [row.release for row in open_ledger(tmp_path).rows()] == ["2025-Q1"]


def test_a_year_is_held_to_its_lowest_cap_to_the_end(tmp_path: Path) -> None:
    """Also where the low cap came in the middle, and where each release alone would fit."""
    draw(tmp_path, quarterly(cap=5.0, rho=0.1), "2025-Q1")
    draw(tmp_path, FIRST, "2025-Q2")
    draw(tmp_path, quarterly(cap=5.0, rho=0.2), "2025-Q3")

    with pytest.raises(BudgetError, match=r"0.02 of 0.38, which row 2 of the ledger \(2025-Q2\)"):
        draw(tmp_path, RAISED, "2025-Q4")
    draw(tmp_path, RAISED, "2026-Q1", today=dt.date(2026, 4, 2))  # another year, another cap


def test_both_verifies_name_a_year_whose_terms_changed_and_the_card_its_cap(
    tmp_path: Path,
) -> None:
    first, second = draw(tmp_path, FIRST, "2025-Q1"), draw(tmp_path, RAISED, "2025-Q2")
    note = (
        "FY2025: the terms changed within the year, after row 1 (2025-Q1): row 2 (2025-Q2) was "
        "drawn under others; the year is held to its lowest cap, rho 0.38"
    )

    inside = open_ledger(tmp_path).verify()
    outside = [
        verify_card(tmp_path / "public" / "releases" / one.name / "card.json")
        for one in (first, second)
    ]

    assert card_of(second)["cap"] == 0.38
    assert card_of(second)["guesses"] == card_of(first)["guesses"]
    assert inside.ok
    assert note in inside.notes
    assert [one.ok for one in outside] == [True, True]
    assert all(note in one.notes for one in outside)


def test_a_year_that_spent_more_than_a_card_said_is_found_by_both_verifies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ledgers could be before caps were held: the chain itself is whole."""
    draw(tmp_path, FIRST, "2025-Q1")
    with monkeypatch.context() as patched:
        patched.setattr(ledger_module, "lowest", lambda cap, _: cap)
        draw(tmp_path, DEARER, "2025-Q2")
    said = "FY2025 has spent rho 0.96, more than the cap of 0.38 that row 1 (2025-Q1) stated"
    card = tmp_path / "public" / "releases" / "2025-Q1" / "card.json"

    inside, outside = open_ledger(tmp_path).verify(), verify_card(card)

    assert said in inside.problems
    assert f"ledger.json: {said}" in outside.problems


def test_terms_in_the_ledger_before_a_period_make_it_not_retrospective(tmp_path: Path) -> None:
    """Older than its first day; that very day is too late, and other terms in between end it."""
    ledger = open_ledger(tmp_path)
    row = register_terms(FIRST, ledger=ledger, today=dt.date(2025, 3, 31))
    again = register_terms(FIRST, ledger=ledger, today=dt.date(2025, 4, 1))
    late = draw(tmp_path, FIRST, "2025-Q1")
    known = draw(tmp_path, FIRST, "2025-Q2")
    other = draw(tmp_path, RAISED, "2025-Q3")

    assert (row.release, row.nano_rho, row.fiscal_year, row.seq) == ("terms-1", 0, "", 1)
    assert again == row
    assert card_of(late)["retrospective"] is not None
    assert (card_of(known)["retrospective"], card_of(known)["registered_on"]) == (
        None,
        "2025-03-31",
    )
    assert card_of(other)["retrospective"] is not None
    assert verify_site(tmp_path / "public").ok
    public = json.loads((tmp_path / "public" / "terms" / "terms-1.json").read_text())
    assert float(public["cap_rho"]) == 0.38


def test_of_several_terms_only_the_last_before_a_period_are_in_force(tmp_path: Path) -> None:
    """Nobody registers a handful of terms and chooses among them after the period."""
    ledger = open_ledger(tmp_path)
    for policy, month in ((FIRST, 1), (RAISED, 2), (FIRST, 5)):
        register_terms(policy, ledger=ledger, today=dt.date(2025, month, 1))

    drawn = {
        (name, policy.cap_rho): card_of(draw(tmp_path, policy, name))["retrospective"]
        for policy, name in ((RAISED, "2025-Q2"), (FIRST, "2025-Q3"))
    }

    assert [row.release for row in ledger.chain()[:3]] == ["terms-1", "terms-2", "terms-3"]
    assert set(drawn.values()) == {None}
    assert terms_in_force(ledger.chain(), "2025-01-01") is None


def test_the_cap_of_the_terms_in_force_on_the_first_day_holds_the_year(tmp_path: Path) -> None:
    """What the public could read before the year began is a promise, too."""
    register_terms(FIRST, ledger=open_ledger(tmp_path), today=dt.date(2024, 12, 1))

    with pytest.raises(BudgetError, match=r"0.38 of 0.38, which row 1 of the ledger \(terms-1\)"):
        draw(tmp_path, DEARER, "2025-Q1")
    drawn = draw(tmp_path, RAISED, "2025-Q1")

    assert card_of(drawn)["cap"] == 0.38
    assert verify_site(tmp_path / "public").ok


def test_a_date_on_a_release_that_no_row_proves_is_found(tmp_path: Path) -> None:
    """A card that claims older terms than the chain has: the row of terms is cut out, all anew."""
    register_terms(FIRST, ledger=open_ledger(tmp_path), today=dt.date(2024, 12, 1))
    draw(tmp_path, FIRST, "2025-Q1")
    public = tmp_path / "public"
    last = read_chain(public / "ledger.json")[-1]
    alone = last.model_copy(update={"seq": 1, "previous": "0" * 64}).linked()
    (public / "ledger.json").write_bytes(write_chain([alone]))

    found = verify_card(public / "releases" / "2025-Q1" / "card.json")

    assert any("ledger.json has no such row" in one for one in found.problems), found.problems


def test_dates_never_run_back_along_the_chain(tmp_path: Path) -> None:
    """privacy.md, C10: rows of 2026-05-01, then of 2025-08-01, were called consistent."""
    draw(tmp_path, FIRST, "2025-Q1", today=dt.date(2026, 5, 1))

    for attempt in (
        lambda: draw(tmp_path, FIRST, "2025-Q2", today=dt.date(2025, 8, 1)),
        lambda: register_terms(RAISED, ledger=open_ledger(tmp_path), today=dt.date(2024, 12, 1)),
    ):
        with pytest.raises(PrivacyError, match=r"dated 2026-05-01.*clock of this machine"):
            attempt()

    assert len(open_ledger(tmp_path).chain()) == 1


def test_a_chain_whose_dates_run_back_is_not_consistent(tmp_path: Path) -> None:
    draw(tmp_path, FIRST, "2025-Q1", today=dt.date(2026, 5, 1))
    first = open_ledger(tmp_path).chain()[0]
    second = first.model_copy(
        update={"seq": 2, "release": "2025-Q2", "previous": first.link, "date": "2025-08-01"}
    ).linked()

    assert check_links([first, second]) == ["row 2 (2025-Q2) is dated before the row before it"]


def test_a_row_that_costs_nothing_is_of_a_known_kind(tmp_path: Path) -> None:
    draw(tmp_path, FIRST, "2025-Q1")
    row = open_ledger(tmp_path).chain()[0]

    free = row.model_copy(update={"nano_rho": 0}).linked()
    refund = row.model_copy(update={"nano_rho": -5}).linked()

    assert check_links([free]) == ["row 1 (2025-Q1) is no release and costs nothing"]
    assert check_links([refund]) == ["row 1 (2025-Q1) is no release and costs nothing"]


def test_an_anchor_says_which_rows_it_covers(tmp_path: Path) -> None:
    """privacy.md, C4b: with the anchor of row 1, later rows were called anchored."""
    for name in ("2025-Q1", "2025-Q2", "2025-Q3"):
        draw(tmp_path, FIRST, name)
    ledger = open_ledger(tmp_path)
    rows = ledger.chain()

    verdicts = [ledger.verify(anchor=Anchor(row.seq, row.link)).verdict for row in rows]

    assert verdicts == [
        "consistent; the anchor covers row 1 and says nothing of rows 2 to 3, which came later",
        "consistent; the anchor covers rows 1 to 2 and says nothing of row 3, which came later",
        "consistent and anchored",
    ]
    assert cover(rows, Anchor(3, rows[2].link)) == ""


def test_a_ledger_behind_an_anchor_is_refused(tmp_path: Path) -> None:
    draw(tmp_path, FIRST, "2025-Q1")
    ledger = open_ledger(tmp_path)
    (row,) = ledger.chain()

    ledger.require_ahead(Anchor(1, row.link))
    with pytest.raises(PrivacyError, match="--anchor: the chain ends at row 1; the anchor names"):
        ledger.require_ahead(Anchor(2, row.link))
    with pytest.raises(PrivacyError, match=r"row 1 \(2025-Q1\) or one before it is not the"):
        ledger.require_ahead(Anchor(1, "0" * 64))


def test_the_head_is_kept_in_the_vault_and_outside(tmp_path: Path) -> None:
    """Both move with every row, and are asked at every start."""
    outside, vault = tmp_path / "elsewhere" / "anchor.txt", tmp_path / "vault"
    vault.mkdir()
    ledger = open_ledger(tmp_path, vault=vault, outside=outside)
    for month in (1, 2):
        register_terms((FIRST, RAISED)[month - 1], ledger=ledger, today=dt.date(2025, month, 1))

    heads = [read_anchor(str(file)) for file in (vault / "anchor.txt", outside)]

    assert heads == [ledger.head, ledger.head]
    outside.unlink()
    with pytest.raises(PrivacyError, match=r"'anchor.txt', is not there.*copy ledger/anchor.txt"):
        open_ledger(tmp_path, vault=vault, outside=outside)


@pytest.mark.parametrize("kept", ["vault", "outside"])
def test_a_ledger_that_was_lost_with_all_it_kept_inside_is_known_elsewhere(
    tmp_path: Path, kept: str
) -> None:
    """privacy.md, C4: three files deleted, or rolled back, and every release drawn again."""
    vault, outside = tmp_path / "vault", tmp_path / "elsewhere.txt"
    vault.mkdir()
    more = {"vault": {"vault": vault}, "outside": {"outside": outside}}[kept]
    register_terms(FIRST, ledger=open_ledger(tmp_path, **more), today=dt.date(2025, 1, 1))
    for file in (*(tmp_path / "ledger").glob("*.sqlite*"), tmp_path / "ledger" / "anchor.txt"):
        file.unlink()

    with pytest.raises(PrivacyError, match="The ledger is missing, but releases were published"):
        open_ledger(tmp_path, **more)

    register_terms(RAISED, ledger=open_ledger(tmp_path), today=dt.date(2025, 1, 2))  # begun anew
    with pytest.raises(PrivacyError, match=r"row 1 \(terms-1\) or one before it is not the"):
        open_ledger(tmp_path, **more)
