"""Mirrors reports/metrics.py and reports/needs.py."""

import re
from pathlib import Path

import pytest

from data_contracts.codes import load_codes
from data_contracts.contract import load_contract
from reports.errors import ReportError
from reports.metrics import (
    FAMILIES,
    NOT_ASKED,
    Blocks,
    Board,
    Decision,
    known_measures,
    load_accounts,
    load_board,
    load_registry,
    may_have_target,
    needs,
    unsourced,
)

PLACES = re.compile(r"\{([a-z0-9_]+)\}")
NO_LIST = {"month", "area"}
GIVEN = {
    "encounters": frozenset({"naloxone_code", "referral_code", "area"}),
    "calls": frozenset({"path_code", "area"}),
}


def chosen(blocks: Blocks) -> list[tuple[str, tuple[str, ...]]]:
    return [(dim, keys) for part in blocks.values() for dim, keys in part.items()]


def test_every_value_that_a_measure_counts_is_in_its_code_list() -> None:
    checked = 0
    for key, measure in load_registry().items():
        figure = measure.figure
        pairs = [pair for v in measure.values for one in (v.of, v.among) for pair in chosen(one)]
        pairs += [(figure.by, figure.only), *chosen(figure.among), *figure.where.items()]
        pairs.append((figure.by, measure.harms))
        for dim, keys in pairs:
            known = set(keys) if dim in NO_LIST else set(load_codes(dim).released)
            assert set(keys) <= known, f"{key}: {dim}"
            checked += len(keys)
    assert checked > 200


def test_every_item_of_an_account_is_in_its_code_list() -> None:
    items = load_codes("governance_item").codes

    assert len(load_accounts()) >= 8
    for account in load_accounts().values():
        assert set(account.items) <= set(items), account.key


def test_every_quantile_reads_a_list_of_bands() -> None:
    dims = [v.dim for m in load_registry().values() for v in m.values if v.kind == "quantile"]

    assert dims
    assert all(len(load_codes(dim or "").bands) > 2 for dim in dims)


def test_measures_stand_in_the_order_of_their_families() -> None:
    families = [measure.family for measure in known_measures().values()]

    assert list(dict.fromkeys(families)) == list(FAMILIES)
    assert families == sorted(families, key=FAMILIES.index)


def test_what_nobody_may_aim_at_has_no_target() -> None:
    known = known_measures()

    barred = {key for key, measure in known.items() if not may_have_target(measure)}

    assert {"referral_answer", "after_declining", "repeats"} <= barred
    assert "consent" not in barred  # to ask is a duty of the team; to agree has no target
    assert {"police", "police_backup", "held_or_arrested", "hospital_race"} <= barred
    assert set(load_accounts()) <= barred
    assert set(load_registry()["disposition"].harms) == {"arrest", "involuntary_hold"}


def test_a_figure_that_mixes_visits_with_other_calls_says_which_way_it_leans() -> None:
    for key, measure in load_registry().items():
        for value in measure.values:
            if value.lifted and value.kind in {"share", "ratio"}:
                assert value.leans, key


def test_a_measure_needs_the_contract_columns_that_its_blocks_are_made_of() -> None:
    known = known_measures()

    assert needs(known["naloxone"]) == {"encounters": {"naloxone_code"}}
    assert needs(known["calls"]) == {"encounters": set(), "calls": set()}
    assert needs(known["served"]) == {"encounters": {"area"}, "calls": {"area", "path_code"}}
    assert needs(known["response_time"])["calls"] == {"response_band_code"}
    assert needs(known["repeats"]) == {"encounters": {"since_previous_code"}}
    assert needs(known["satisfaction"]) == {"surveys": {"satisfaction_code"}}
    assert needs(known["onscene_mean"]) == {"encounters": {"onscene_min", "area"}}
    assert needs(known["pay"])["staffing"] >= {"pay_low_usd_per_hour"}


def test_every_column_that_a_measure_needs_is_in_its_contract() -> None:
    for key, measure in known_measures().items():
        for table, columns in needs(measure).items():
            assert columns <= set(load_contract(table).roles), key


def test_an_approved_measure_without_a_source_is_listed_with_what_it_lacks() -> None:
    approved = ("naloxone", "kits", "served", "satisfaction", "veteran")
    measures = {key: Decision(decision="approved") for key in approved}
    measures["veteran"] = Decision(decision="rejected")

    found = unsourced(Board(measures=measures), GIVEN)

    assert found == [
        ("kits", "encounters", frozenset({"kits_band_code"})),
        ("satisfaction", "surveys", frozenset({"satisfaction_code"})),
    ]


def test_a_table_that_no_feed_delivers_is_listed_even_if_no_column_is_needed() -> None:
    board = Board(measures={"visits": Decision(decision="approved")})

    assert unsourced(board, {}) == [("visits", "encounters", frozenset())]


@pytest.mark.parametrize("program", ["tempe", "riverton"])
def test_the_examples_decide_on_measures_that_exist(root: Path, program: str) -> None:
    board = load_board(root / "examples" / program / "metrics.yaml")

    assert board.asked
    assert board.decided_by
    assert {said.decision for said in board.measures.values()} == {"approved", "rejected"}


def test_riverton_approves_many_rejects_some_with_reasons_and_dates_its_targets(
    root: Path,
) -> None:
    board = load_board(root / "examples" / "riverton" / "metrics.yaml")

    said = board.measures.values()
    assert sum(one.decision == "approved" for one in said) >= 25
    assert all(one.reason for one in said if one.decision == "rejected")
    assert all(target.set_on for target in board.targets.values())
    assert set(board.targets) <= set(board.measures)


def test_without_a_file_no_board_was_asked() -> None:
    assert load_board(None) is NOT_ASKED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("measures: {mood: {decision: approved}}", "measures.mood: there is no such measure"),
        ("targets: {referral_answer: {at_most: 10}}", "saying no is a right"),
        ("targets: {police: {at_most: 1}}", "saying no is a right"),
        ("targets: {pay: {at_least: 3}}", "accounts are judged as they are"),
        ("targets: {path: {}}", "either at_least or at_most"),
        ("measures: {naloxone: {decision: perhaps}}", "measures.naloxone.decision"),
        ("measures: [", "line 1, .*a bracket"),
    ],
)
def test_a_board_file_that_does_not_fit_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "metrics.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ReportError, match=said):
        load_board(file)


def test_a_missing_board_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"metrics\.yaml is missing"):
        load_board(tmp_path / "metrics.yaml")


def test_every_account_speaks_both_languages_with_the_same_places() -> None:
    for key, account in load_accounts().items():
        for words in (
            account.name, account.big, account.rest, account.why, account.shows, account.how,
            account.not_shown,
        ):  # fmt: skip
            assert all(word.strip() for word in words.values()), key
            assert set(PLACES.findall(words["en"])) == set(PLACES.findall(words["es"])), key


def test_keys_of_two_families_never_clash_and_every_file_is_a_family(root: Path) -> None:
    files = {file.stem for file in (root / "reports" / "metrics").glob("*.yaml")}

    assert files == set(FAMILIES)
    assert len(known_measures()) >= 55
