"""Mirrors reports/metrics.py."""

from pathlib import Path

import pytest

from data_contracts.codes import load_codes
from reports.errors import ReportError
from reports.metrics import NOT_ASKED, load_board, load_registry

NO_LIST = {"month", "area"}


def test_every_value_that_a_measure_counts_is_in_its_code_list() -> None:
    for key, measure in load_registry().items():
        chosen = [value.of for value in measure.values] + [value.among for value in measure.values]
        chosen.append({measure.figure.by: (*measure.figure.only, *measure.figure.among)})
        for part in chosen:
            for dim, keys in part.items():
                known = set() if dim in NO_LIST else set(load_codes(dim).released)
                assert set(keys) <= known, f"{key}: {dim}"


def test_every_quantile_reads_a_list_of_bands() -> None:
    dims = [v.dim for m in load_registry().values() for v in m.values if v.kind == "quantile"]

    assert dims
    assert all(len(load_codes(dim or "").bands) > 2 for dim in dims)


def test_declining_is_neutral_and_police_is_a_harm() -> None:
    registry = load_registry()

    assert registry["referral_answer"].neutral
    assert registry["police"].harm
    assert set(registry["disposition"].harms) == {"arrest", "involuntary_hold"}


@pytest.mark.parametrize("program", ["tempe", "riverton"])
def test_the_examples_decide_on_measures_that_exist(root: Path, program: str) -> None:
    board = load_board(root / "examples" / program / "metrics.yaml")

    assert board.asked
    assert board.decided_by
    assert {said.decision for said in board.measures.values()} == {"approved", "rejected"}


def test_without_a_file_no_board_was_asked() -> None:
    assert load_board(None) is NOT_ASKED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("measures: {mood: {decision: approved}}", "do not exist: \\['mood'\\]"),
        ("targets: {referral_answer: {at_most: 10}}", "saying no is a right"),
        ("targets: {police: {at_most: 1}}", "saying no is a right"),
        ("measures: {naloxone: {decision: perhaps}}", "measures.naloxone.decision"),
        ("measures: [", "not readable YAML"),
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
