"""Mirrors data_contracts/judge.py; Great Expectations itself decides here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from data_contracts.contract import Severity
from data_contracts.errors import ContractError
from data_contracts.judge import judge_counts
from data_contracts.rules import Kind, Rule

RULES = (
    Rule("call_id.missing", Kind.RECORD, Severity.REFUSE, 0, "x"),
    Rule("area.unmapped", Kind.RECORD, Severity.WARN, 2, "x"),
    Rule("calls.refused", Kind.TABLE, Severity.BLOCK, 20, "x"),
)


def counts(records: int, missing: int, unmapped: int, refused: int) -> dict[str, int]:
    return {
        "records": records,
        "call_id.missing": missing,
        "area.unmapped": unmapped,
        "calls.refused": refused,
    }


def test_counts_up_to_the_tolerance_pass() -> None:
    verdict = judge_counts(counts(200, 0, 4, 40), RULES, name="calls 2025-01")

    assert verdict.passed
    assert [one.passed for one in verdict.findings] == [True, True, True]
    assert [one.allowed for one in verdict.findings] == [0, 4, 40]


@pytest.mark.parametrize(
    ("row", "severity", "rule"),
    [
        (counts(200, 1, 0, 0), Severity.REFUSE, "call_id.missing"),
        (counts(200, 0, 5, 0), Severity.WARN, "area.unmapped"),
        (counts(200, 0, 0, 41), Severity.BLOCK, "calls.refused"),
        (counts(1, 0, 1, 0), Severity.WARN, "area.unmapped"),
    ],
)
def test_one_more_than_the_tolerance_fails(
    row: dict[str, int], severity: Severity, rule: str
) -> None:
    verdict = judge_counts(row, RULES, name="calls 2025-01")

    failed = {one: verdict.failed(one) for one in Severity}
    assert failed == {**dict.fromkeys(Severity, ()), severity: (rule,)}
    assert verdict.passed is (severity is not Severity.BLOCK)


@pytest.mark.parametrize("named", ["refused", "calls.refused"])
def test_an_accepted_rule_blocks_nothing_and_stays_named(named: str) -> None:
    row = counts(200, 0, 5, 41)

    verdict = judge_counts(row, RULES, name="calls 2025-01", accepted=[named, "unmapped"])

    assert verdict.passed
    assert verdict.accepted == ("calls.refused",)
    assert verdict.failed(Severity.WARN) == ("area.unmapped",)
    assert [one["verdict"] for one in verdict.public()] == ["passed", "warn", "accepted"]


def test_what_is_accepted_without_need_is_no_finding() -> None:
    verdict = judge_counts(counts(200, 0, 0, 0), RULES, name="calls 2025-01", accepted=["refused"])

    assert verdict.accepted == ()


def test_what_leaves_the_vault_has_no_count() -> None:
    verdict = judge_counts(counts(7919, 7907, 7901, 7883), RULES, name="calls 2025-01")

    public, private = json.dumps(verdict.public()), json.dumps(verdict.to_json())

    assert not any(digit in public for digit in "0123456789")
    assert all(number in private for number in ("7919", "7907", "7901", "7883"))
    assert verdict.public()[0] == {"rule": "call_id.missing", "verdict": "refuse"}


def test_the_suite_is_kept_with_the_verdict() -> None:
    verdict = judge_counts(counts(200, 0, 0, 0), RULES, name="calls 2025-01")

    suite = verdict.to_json()["suite"]

    assert isinstance(suite, dict)
    asked = {one["kwargs"]["column"]: one["kwargs"]["max_value"] for one in suite["expectations"]}
    assert asked == {"call_id.missing": 0, "area.unmapped": 4, "calls.refused": 40}


def test_great_expectations_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its comparison turned round, the verdict turns round: no other code decides."""
    from great_expectations.expectations.core.expect_column_max_to_be_between import (
        ExpectColumnMaxToBeBetween,
    )

    monkeypatch.setattr(
        ExpectColumnMaxToBeBetween,
        "_validate",
        lambda *_, **__: {"success": False, "result": {"observed_value": 0}},
    )

    verdict = judge_counts(counts(200, 0, 0, 0), RULES, name="calls 2025-01")

    assert [one.passed for one in verdict.findings] == [False, False, False]


def test_a_rule_that_was_not_counted_is_refused() -> None:
    with pytest.raises(ContractError, match=r"missing: \['area.unmapped', 'records'\]"):
        judge_counts({"call_id.missing": 0, "calls.refused": 0}, RULES, name="calls 2025-01")


def test_importing_the_module_does_not_load_great_expectations(root: Path) -> None:
    code = "import sys, data_contracts.judge as j; print('great_expectations' in sys.modules)"

    said = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() == "False"


def test_one_process_asks_one_context_however_many_months_it_judges() -> None:
    from data_contracts.judge import _table_of_counts

    for month in ("2025-01", "2025-02", "2025-02"):
        judge_counts(counts(200, 0, 0, 0), RULES, name=f"calls {month}")

    assert _table_of_counts.cache_info().misses == 1


def test_judging_again_says_the_same() -> None:
    first, second = (
        judge_counts(counts(200, 1, 5, 41), RULES, name="calls 2025-01").to_json() for _ in range(2)
    )

    assert first == second


def test_a_spark_beside_us_is_never_imported(tmp_path: Path, root: Path) -> None:
    """It ends a process whose main module has no file, as the steps of Dagster's runs are."""
    spark = tmp_path / "pyspark"
    spark.mkdir()
    (spark / "__init__.py").write_text("raise SystemExit(0)\n", encoding="utf-8")
    code = (
        "from tests.data_contracts.test_judge import RULES, counts, judge_counts\n"
        "found = judge_counts(counts(200, 1, 5, 41), RULES, name='calls')\n"
        "print(found.failed(RULES[2].severity))\n"
        "import sys; print('pyspark' in sys.modules)"
    )

    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{root}"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout.splitlines() == ["('calls.refused',)", "False"], ran.stderr
