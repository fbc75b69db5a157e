"""Judge the counts of violations. The chain: contract -> source -> rules -> **judge**.

Great Expectations decides, and never sees a value of a record: only one row of counts.
"""

import json
import os
import sys
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from data_contracts.contract import Severity
from data_contracts.errors import ContractError
from data_contracts.rules import KEPT, OF, RECORDS, ROWS, TOLD, Rule

if TYPE_CHECKING:
    from great_expectations.core.batch_definition import BatchDefinition

_GX_SEVERITY = {Severity.REFUSE: "info", Severity.WARN: "warning", Severity.BLOCK: "critical"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one rule; `allowed` and `found` count violations, of `of` possible ones.

    A broken rule is `accepted` where the steward said in the source file that the month is right.
    """

    rule: str
    severity: Severity
    passed: bool
    allowed: int
    found: int
    of: int = 0
    accepted: bool = False

    @property
    def blocks(self) -> bool:
        """Whether nothing is released before it is mended or accepted."""
        return self.severity is Severity.BLOCK and not self.passed and not self.accepted

    @property
    def follows(self) -> str:
        """What follows from it: `passed`, `accepted`, or the severity."""
        if self.passed:
            return "passed"
        return "accepted" if self.accepted else self.severity.value


@dataclass(frozen=True, slots=True)
class Verdict:
    """What Great Expectations said of one month of one feed.

    `records` were delivered, `kept` of them are accepted, `rows` of those differ, and `told` says
    in how many of those kept a column says something.
    """

    name: str
    records: int
    findings: tuple[Finding, ...]
    suite: Mapping[str, object]
    kept: int = 0
    rows: int = 0
    told: Mapping[str, int] = field(default_factory=dict)

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
                    "of": one.of,
                }
                for one in self.findings
            ],
            "kept": self.kept,
            "rows": self.rows,
            "told": dict(self.told),
            "suite": dict(self.suite),
        }


def read_verdict(file: Path) -> Verdict:
    """Read a verdict as `Verdict.to_json` wrote it into `vault/checks/`."""
    found = json.loads(file.read_text(encoding="utf-8"))
    return Verdict(
        name=found["name"],
        records=found["records"],
        findings=tuple(
            Finding(**{**one, "severity": Severity(one["severity"])}) for one in found["rules"]
        ),
        suite=found.get("suite", {}),
        kept=found.get("kept", 0),
        rows=found.get("rows", 0),
        told=found.get("told", {}),
    )


def is_accepted(rule: str, accepted: Collection[str]) -> bool:
    """Whether a rule is among those accepted, by its whole name or by its kind alone."""
    return not {rule, rule.rpartition(".")[2]}.isdisjoint(accepted)


def judge_counts(
    counts: Mapping[str, int],
    rules: Collection[Rule],
    *,
    name: str,
    accepted: Collection[str] = (),
) -> Verdict:
    """Let Great Expectations judge one row of counts.

    Args:
        counts: The row of `rules.count_violations`: `records`, violations by rule, and what it
            adds to them.
        rules: The rules that were counted.
        name: What was checked, for example `calls 2025-03`.
        accepted: Rules that the steward accepted for this month: `ends_early`, or with its subject
            `encounters.ends_early`.

    Returns:
        One finding a rule, in the rules' order.

    Raises:
        ContractError: A rule was not counted, or Great Expectations could not judge it.
    """
    if uncounted := sorted({RECORDS, *(rule.name for rule in rules)} - set(counts)):
        raise ContractError(
            f"Checks of {name!r} were not all counted; missing: {uncounted}. "
            "Count them with data_contracts.rules.count_violations."
        )
    records = counts[RECORDS]
    of = {rule.name: counts.get(f"{rule.name}{OF}", records) for rule in rules}
    allowed = {
        rule.name: max(rule.least, int(rule.tolerance * of[rule.name] / 100)) for rule in rules
    }
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
                of=of[rule.name],
                accepted=not decided[rule.name]
                and rule.severity is Severity.BLOCK
                and is_accepted(rule.name, accepted),
            )
            for rule in rules
        ),
        suite=suite,
        kept=counts.get(KEPT, 0),
        rows=counts.get(ROWS, 0),
        told={key.removesuffix(TOLD): n for key, n in counts.items() if key.endswith(TOLD)},
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
