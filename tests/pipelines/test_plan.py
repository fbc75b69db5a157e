"""Mirrors pipelines/foresee.py, pipelines/propose.py and `care-dividend plan`."""

import tempfile
from pathlib import Path

import pytest
import yaml

from data_contracts.period import PeriodKind
from privacy.policy import load_policy
from tests.pipelines.conftest import Command, copy_example, hashes

PERIOD = "2025-Q3"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Riverton's own choices: no vault and no delivered file."""
    return copy_example("riverton", tmp_path_factory.mktemp("riverton") / "town")


@pytest.fixture(scope="module")
def said(town: Path, care_dividend: Command) -> str:
    """What a plan says in the terminal, run where the vault cannot be opened."""
    scratch = town.parent / "scratch"
    scratch.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(scratch))
        patch.setattr("pipelines.directory.open_vault", never)
        result = care_dividend(
            "plan", "--program", town, "--period", PERIOD, "--html", town / "out"
        )
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def never(*_: object, **__: object) -> None:
    """Stand for something that a plan must not call."""
    raise AssertionError("a plan opened the vault")


def test_a_plan_opens_no_vault_and_leaves_nothing_behind(town: Path, said: str) -> None:
    assert said
    assert not (town / "vault").exists()
    assert not (town / "ledger").exists()
    assert not (town / "public").exists()
    assert list((town.parent / "scratch").iterdir()) == []
    assert sorted(file.name for file in (town / "out").iterdir()) == [
        f"plan-{PERIOD}.es.html",
        f"plan-{PERIOD}.html",
    ]


def test_a_plan_shows_everything_a_board_decides_on(said: str) -> None:
    for part in (
        "rho 0.06 of 0.38 a fiscal year", "preset: standard", "With `standard`, a quarter shows",
        "Con `estándar`", "Headlines", "strict", "open", "withheld: Held or arrested (range shown)",
        "contacts: clip 2.5 records", "5 years", "10 times", "The limit on one person",
    ):  # fmt: skip
        assert part in said, part


def test_a_plan_tells_apart_what_a_table_counts_and_the_rest(said: str) -> None:
    """The release plan promises a sd of 18 for police of a quarter, at most, and 51 for a total."""
    rows = {line.split()[0]: line.split()[1:] for line in said.splitlines() if line.strip()}

    assert float(rows["police"][0]) < 18
    assert float(rows["police"][1]) > 3 * float(rows["police"][0])
    assert float(rows["naloxone"][0]) < 18
    assert rows["contacts_month"][1] == "1,333"
    assert len(rows["contacts_month"]) == 6


def test_a_proposal_changes_nothing_and_can_be_pasted(town: Path, care_dividend: Command) -> None:
    before = hashes(town)

    result = care_dividend("plan", "--program", town, "--period", PERIOD, "--optimise")

    assert result.exit_code == 0, result.output
    assert hashes(town).items() >= before.items()
    pasted = yaml.safe_load(result.stdout[result.stdout.index("releases:\n") :])
    policy = load_policy(town / "privacy.yaml")
    for name, block in policy.releases[PeriodKind.QUARTER].blocks.items():
        proposed = pasted["releases"]["quarter"]["blocks"][name]["tables"]
        assert list(proposed) == list(block.tables)
        assert sum(one["share"] for one in proposed.values()) == pytest.approx(1)
        for table, terms in block.tables.items():
            assert proposed[table]["dims"] == list(terms.dims)
            assert proposed[table].get("title", {}) == dict(terms.title)


def test_a_log_of_calls_is_planned_as_one(tmp_path: Path, care_dividend: Command) -> None:
    """Milwaukee has calls and no visits, so that most headlines have no table."""
    town = copy_example("milwaukee", tmp_path / "town")

    result = care_dividend("plan", "--program", town, "--period", "FY2018", "--html", town / "out")

    assert result.exit_code == 0, result.output
    assert "a year shows calls to" in result.stdout
    assert "no table for: Visits;" in result.stdout
    assert (town / "out" / "plan-FY2018.html").is_file()


@pytest.mark.parametrize(
    ("options", "because"),
    [
        (["--importance", "privacy.yaml"], "--importance needs --optimise"),
        (["--optimise", "--html", "out"], "--html does not go with --optimise"),
        (["--html", "privacy.yaml"], "privacy.yaml is a file; name a folder"),
        (["--html", "privacy.yaml/out"], "privacy.yaml is a file; name a folder"),
        (["--optimise", "--importance", "none.yaml"], "there is no such file: none.yaml"),
    ],
)
def test_options_that_would_come_to_nothing_are_refused(
    town: Path,
    care_dividend: Command,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    because: str,
) -> None:
    monkeypatch.chdir(town)
    before = hashes(town)

    result = care_dividend("plan", "--period", PERIOD, *options)

    assert result.exit_code == 2
    assert because in " ".join(result.stderr.replace("│", " ").split())
    assert hashes(town) == before


def test_an_unknown_kind_of_period_is_refused(town: Path, care_dividend: Command) -> None:
    result = care_dividend("plan", "--program", town, "--period", "2025-H1")

    assert result.exit_code == 1
    assert "no half release" in result.stderr
