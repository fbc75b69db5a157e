"""Judge the counts of violations. The chain: contract -> source -> rules -> **judge**.

Great Expectations decides, and never sees a value of a record: only one row of counts.
"""

import json
import os
import sys
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from data_contracts.contract import Severity
from data_contracts.errors import ContractError
from data_contracts.rules import Rule

if TYPE_CHECKING:
    from great_expectations.core.batch_definition import BatchDefinition

_GX_SEVERITY = {Severity.REFUSE: "info", Severity.WARN: "warning", Severity.BLOCK: "critical"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one rule; `allowed` and `found` count violations.

    A broken rule is `accepted` where the steward said in the source file that the month is right.
    """

    rule: str
    severity: Severity
    passed: bool
    allowed: int
    found: int
    accepted: bool = False

    @property
    def follows(self) -> str:
        """What follows from it: `passed`, `accepted`, or the severity."""
        if self.passed:
            return "passed"
        return "accepted" if self.accepted else self.severity.value


@dataclass(frozen=True, slots=True)
class Verdict:
    """What Great Expectations said of one month of one feed; `records` were delivered."""

    name: str
    records: int
    findings: tuple[Finding, ...]
    suite: Mapping[str, object]

    @property
    def passed(self) -> bool:
        """Whether no blocking rule is broken, but for those accepted."""
        return not self.failed(Severity.BLOCK)

    @property
    def accepted(self) -> tuple[str, ...]:
        """Names of the broken rules that would block the month, had nobody accepted them."""
        return tuple(one.rule for one in self.findings if one.accepted)

    def failed(self, severity: Severity) -> tuple[str, ...]:
        """Names of the broken rules of one severity, in order; without those accepted."""
        return tuple(
            one.rule
            for one in self.findings
            if one.severity is severity and not one.passed and not one.accepted
        )

    def public(self) -> list[dict[str, str]]:
        """Rule and verdict only, for logs and asset checks: no count leaves the vault."""
        return [{"rule": one.rule, "verdict": one.follows} for one in self.findings]

    def to_json(self) -> dict[str, object]:
        """Everything, counts and suite included, ready for a file in `vault/checks/` only."""
        return {
            "name": self.name,
            "passed": self.passed,
            "records": self.records,
            "rules": [
                {
                    "rule": one.rule,
                    "severity": one.severity.value,
                    "passed": one.passed,
                    "accepted": one.accepted,
                    "allowed": one.allowed,
                    "found": one.found,
                }
                for one in self.findings
            ],
            "suite": dict(self.suite),
        }


def judge_counts(
    counts: Mapping[str, int],
    rules: Collection[Rule],
    *,
    name: str,
    accepted: Collection[str] = (),
) -> Verdict:
    """Let Great Expectations judge one row of counts.

    Args:
        counts: The row of `rules.count_violations`: `records`, and violations by rule.
        rules: The rules that were counted.
        name: What was checked, for example `calls 2025-03`.
        accepted: Rules that the steward accepted for this month: `ends_early`, or with its subject
            `encounters.ends_early`.

    Returns:
        One finding a rule, in the rules' order.

    Raises:
        ContractError: A rule was not counted, or Great Expectations could not judge it.
    """
    if uncounted := sorted({"records", *(rule.name for rule in rules)} - set(counts)):
        raise ContractError(
            f"Checks of {name!r} were not all counted; missing: {uncounted}. "
            "Count them with data_contracts.rules.count_violations."
        )
    records = counts["records"]
    allowed = {rule.name: int(rule.tolerance * records / 100) for rule in rules}
    decided, suite = _ask(counts, rules, allowed=allowed, name=name)
    return Verdict(
        name=name,
        records=records,
        findings=tuple(
            Finding(
                rule=rule.name,
                severity=rule.severity,
                passed=decided[rule.name],
                allowed=allowed[rule.name],
                found=counts[rule.name],
                accepted=not decided[rule.name]
                and rule.severity is Severity.BLOCK
                and bool({rule.name, rule.name.rpartition(".")[2]} & set(accepted)),
            )
            for rule in rules
        ),
        suite=suite,
    )


def _ask(
    counts: Mapping[str, int], rules: Collection[Rule], *, allowed: Mapping[str, int], name: str
) -> tuple[dict[str, bool], dict[str, object]]:
    """Run one suite on the one-row table; give back each rule's success, and the suite."""
    with _quiet(), _without_spark():
        table = _table_of_counts()
        import great_expectations as gx
        import pandas as pd
        from great_expectations.expectations.core.expect_column_max_to_be_between import (
            ExpectColumnMaxToBeBetween,
        )
        from great_expectations.expectations.metadata_types import FailureSeverity

        suite = gx.ExpectationSuite(
            name=name,
            expectations=[
                ExpectColumnMaxToBeBetween(
                    column=rule.name,
                    max_value=allowed[rule.name],
                    severity=FailureSeverity(_GX_SEVERITY[rule.severity]),
                )
                for rule in rules
            ],
        )
        row = pd.DataFrame([{rule.name: counts[rule.name] for rule in rules}])
        batch = table.get_batch(batch_parameters={"dataframe": row})
        result = batch.validate(suite, result_format="BOOLEAN_ONLY")
    decided = {
        one.expectation_config.kwargs["column"]: bool(one.success)
        for one in result.results
        if one.expectation_config and not one.exception_info["raised_exception"]
    }
    if set(decided) != {rule.name for rule in rules}:
        raise ContractError(f"Great Expectations could not judge {name!r}. Report this as a bug.")
    return decided, json.loads(json.dumps(suite.to_json_dict()))


@cache
def _table_of_counts() -> "BatchDefinition[None]":
    """Tell Great Expectations once a process that it judges one-row tables from memory.

    No suite is kept in its context: storing one costs ten times as much as judging by it.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "False"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("counts").add_dataframe_asset("violations")
    return asset.add_batch_definition_whole_dataframe("all")


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        yield


@contextmanager
def _without_spark() -> Iterator[None]:
    """Let Great Expectations load as where Spark is not installed; it judges rows of numbers.

    It would import pyspark wherever that is, and pyspark ends a process whose main module has no
    file, as Dagster's are.
    """
    spark = sys.modules.get("pyspark")
    sys.modules["pyspark"] = None  # type: ignore[assignment]  # Python's own word for "not there"
    try:
        yield
    finally:
        del sys.modules["pyspark"]
        if spark:
            sys.modules["pyspark"] = spark
