"""The checks that mutants must fail, small, and what each says of the code as it is."""

from collections.abc import Callable, Mapping
from functools import cache

import pytest

from data_contracts.period import read_period
from data_contracts.program import load_program
from data_contracts.source import load_sources
from pipelines.mutants import all_checks
from privacy.audit.broken import Check
from privacy.audit.checks import Sizes
from privacy.audit.verdict import Finding
from privacy.policy import load_policy
from tests.conftest import ROOT

RIVERTON = ROOT / "examples" / "riverton"
SMALL = Sizes(removals=5, draws=20_000, reruns=50, every=5)
SEED = 1


@pytest.fixture(scope="session")
def checks() -> Mapping[str, Check]:
    """Every check under the default policy, a function of a seed."""
    program = load_program(RIVERTON)
    return all_checks(
        load_policy(RIVERTON / "privacy.yaml"),
        program,
        interim=read_period("2025-Q1"),
        year=read_period("FY2025"),
        sources=load_sources(program),
        sizes=SMALL,
    )


@pytest.fixture(scope="session")
def unbroken(checks: Mapping[str, Check]) -> Callable[[str], Finding]:
    """Ask a check of the code as it is; each is asked once and shared by its mutants."""
    return cache(lambda name: checks[name](SEED))
