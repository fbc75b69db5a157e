"""Mirrors pipelines/audit.py and pipelines/cli/audit.py."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
import typer
import yaml
from typer.testing import CliRunner, Result

from pipelines.audit import Effort, audit_program, first_periods
from pipelines.cli.audit import audit
from privacy.audit import frames
from privacy.audit.checks import Sizes
from privacy.audit.gates import Size
from privacy.audit.verdict import Finding
from tests.privacy.small import PROGRAM, one_block

POLICY = one_block({"district": {"dims": ["area"], "share": 1}}, clip=2.5)
EFFORT = Effort(
    Size(draws=6000, strong=6000, whole=60, most_cells=8, own=("concentrated",)),
    Sizes(removals=4, draws=2000, reruns=3),
)
DEBITS = Finding("debits", ok=True, said="")  # dies 67 times over a ledger of its own: elsewhere


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program directory with its two decisions and nothing else; the checks try less."""
    folder = tmp_path / "program"
    folder.mkdir()
    city = PROGRAM.model_dump(mode="json", exclude={"directory"})
    terms = POLICY.model_dump(mode="json")
    (folder / "program.yaml").write_text(yaml.safe_dump(city), encoding="utf-8")
    (folder / "privacy.yaml").write_text(yaml.safe_dump(terms), encoding="utf-8")
    monkeypatch.setattr("pipelines.audit.QUICK_EFFORT", EFFORT)
    monkeypatch.setattr("privacy.audit.checks.check_debits", lambda *_, **__: DEBITS)
    return folder


def run(*words: object) -> Result:
    app = typer.Typer()
    app.command()(audit)
    return CliRunner().invoke(app, [str(word) for word in words])


def forbid(*_: object, **__: object) -> None:
    raise AssertionError("the audit opened what holds records")


def test_an_audit_needs_no_vault_no_inbox_and_no_ledger(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("vault", "ledger", "engine", "delivered", "verdicts"):
        monkeypatch.setattr(f"pipelines.directory.Directory.{name}", property(forbid))

    result = run("--program", program, "--json", tmp_path / "audit.json")

    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in program.iterdir()) == ["privacy.yaml", "program.yaml"]
    assert "right at most 59.7 times in 100" in result.stdout
    assert "All" in result.stdout
    assert "FAILED" not in result.stdout
    found = json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))
    assert found["ok"] is True
    assert found["terms_sha256"] == POLICY.terms_sha256
    assert [one["about"] for one in found["verdicts"]] == ["year (FY2025)", "code"]
    names = [one["name"] for verdict in found["verdicts"] for one in verdict["findings"]]
    assert {"membership_null_id", "membership_power", "noise"} <= set(names)


def test_a_failed_check_leaves_with_1_and_says_which(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_keys = frames.give_keys

    def unbounded(records: pa.Table) -> pa.Table:
        every = pa.array([f"row {place}" for place in range(records.num_rows)])
        return give_keys(records.set_column(0, "participant", every))

    monkeypatch.setattr("privacy.audit.frames.give_keys", unbounded)

    result = run("--program", program)

    assert result.exit_code == 1
    assert "membership_concentrated" in result.stdout
    assert "Release nothing under these terms" in result.stdout


def test_a_folder_without_a_policy_is_refused(program: Path) -> None:
    (program / "privacy.yaml").unlink()

    result = run("--program", program)

    assert result.exit_code == 1
    assert "no privacy policy" in result.stderr


def test_every_kind_of_release_is_audited_at_its_first_period() -> None:
    terms = POLICY.model_dump(mode="json")
    terms["releases"]["half"] = {**terms["releases"]["year"], "rho": "0.06", "per_year": 2}
    program = PROGRAM.model_copy(update={"first_month": "2024-09", "fiscal_year_start": 7})

    periods = first_periods(type(POLICY).model_validate(terms), program)

    assert [period.name for period in periods] == ["2025-H1", "FY2025"]


def test_who_waits_is_told_what_is_being_done(program: Path) -> None:
    told: list[str] = []
    less = Effort(Size(draws=60, strong=60, whole=60, most_cells=8, own=()), EFFORT.checks)

    found = audit_program(program, effort=less, told=told.append)

    assert not found.ok
    assert any("rho 2" in what for what in told)
    assert any(what.startswith("Check the") for what in told)
