"""Mirrors pipelines/cli/init.py: a new program is complete, real and unsigned."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.directory import Directory
from tests.pipelines.conftest import Command

CITY = (
    "--name", "Crisis Team", "--city", "Mycity", "--custodian", "Care", "--population", "90000",
    "--contact", "board@mycity.example", "--first-month", "2025-01",
)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "size", "costs"),
    [
        (("--contacts", "900", "--calls", "4000"), "small", {"year": "0.36"}),
        (("--contacts", "3600", "--calls", "14000"), "small", {"half": "0.09", "year": "0.18"}),
        (
            ("--contacts", "16000", "--calls", "60000"),
            "medium",
            {"quarter": "0.06", "year": "0.12"},
        ),
        (
            ("--contacts", "120000", "--calls", "500000", "--preset", "strict"),
            "large",
            {"quarter": "0.03", "year": "0.06"},
        ),
        (
            ("--contacts", "16000", "--calls", "60000", "--size", "small", "--calendar", "year"),
            "small",
            {"year": "0.36"},
        ),
    ],
)
def test_the_policy_goes_by_public_figures_unless_one_chooses(
    tmp_path: Path,
    care_dividend: Command,
    words: tuple[str, ...],
    size: str,
    costs: dict[str, str],
) -> None:
    made = care_dividend("init", tmp_path / "mycity", *CITY, *words)
    policy = Directory(path=tmp_path / "mycity").policy

    assert made.exit_code == 0, made.output
    assert f"the default of a {size} program" in made.stdout
    assert {kind.value: str(one.rho) for kind, one in policy.releases.items()} == costs
    assert policy.releases[max(policy.releases)].blocks["contacts"].expected == int(words[1])


def test_a_new_program_is_real_and_has_nothing_of_the_example_but_its_shape(
    tmp_path: Path, care_dividend: Command
) -> None:
    folder = tmp_path / "mycity"

    care_dividend("init", folder, *CITY, "--contacts", "9000", "--calls", "34000")
    text = (folder / "privacy.yaml").read_text(encoding="utf-8")

    assert {path.name for path in folder.iterdir()} == {
        "inbox",
        "metrics.yaml",
        "privacy.yaml",
        "program.yaml",
        "sources",
    }
    sources = "".join(one.read_text(encoding="utf-8") for one in folder.glob("sources/*.yaml"))
    assert "public_source" not in sources  # of the example's figures, so invented
    assert "synthetic" not in text
    assert "Riverton" not in text
    assert re.search(r"^approvals: \[\]$", text, re.MULTILINE)


def test_above_standard_the_board_has_to_give_its_reason(
    tmp_path: Path, care_dividend: Command
) -> None:
    folder = tmp_path / "mycity"
    words = (*CITY, "--contacts", "9000", "--calls", "34000", "--preset", "open")

    refused = care_dividend("init", folder, *words)
    left = list(tmp_path.iterdir())
    made = care_dividend("init", folder, *words, "--reason", "naloxone by area")

    assert refused.exit_code == 1
    assert "the board must say why. Pass --reason" in refused.stderr
    assert left == []
    assert made.exit_code == 0, made.output
    assert Directory(path=folder).policy.cap_rho == Decimal("0.72")


def test_figures_without_a_missed_call_are_refused(tmp_path: Path, care_dividend: Command) -> None:
    refused = care_dividend("init", tmp_path / "m", *CITY, "--contacts", "900", "--calls", "800")

    assert refused.exit_code == 1
    assert "got 800 calls. Give both from public figures" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_new_program_can_be_planned_and_check_says_who_has_to_sign(
    tmp_path: Path, care_dividend: Command
) -> None:
    folder = tmp_path / "mycity"
    care_dividend("init", folder, *CITY, "--contacts", "9000", "--calls", "34000")

    plans = [
        care_dividend("plan", "--program", folder, "--period", period)
        for period in ("2025-Q1", "FY2025")
    ]
    check = care_dividend("check", "--program", folder)

    terms = Directory(path=folder).policy.terms_sha256
    for plan in plans:
        assert plan.exit_code == 0, plan.output
        assert terms in plan.stdout
    assert terms in check.stdout
    assert "no approval of role 'privacy_officer'" in check.stdout
