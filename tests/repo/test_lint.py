"""Style, types and the rule of the rooms hold, and a planted break of the rule is found."""

import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent


def run(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run one of the project's own tools."""
    return subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=root, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "command",
    [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",), ("codespell",)],
    ids=" ".join,
)
def test_the_house_is_in_order(root: Path, command: tuple[str, ...]) -> None:
    result = run(root, *command)

    assert result.returncode == 0, result.stdout + result.stderr


def test_the_rooms_keep_apart(root: Path) -> None:
    result = run(root, "lint-imports", "--no-cache")

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("reports/spy.py", "import transforms.land"),
        ("transforms/noise.py", "import opendp.prelude"),
    ],
)
def test_a_planted_break_is_found(root: Path, tmp_path: Path, file: str, line: str) -> None:
    for room in ("pipelines", "transforms", "privacy", "reports", "data_contracts"):
        (tmp_path / room).symlink_to(root / room) if room not in file else None
    room = file.partition("/")[0]
    (tmp_path / room).mkdir()
    (tmp_path / room / "__init__.py").touch()
    (tmp_path / file).write_text(f'"""A break."""\n\n{line}\n', encoding="utf-8")
    (tmp_path / "pyproject.toml").symlink_to(root / "pyproject.toml")

    result = run(tmp_path, "lint-imports", "--no-cache")

    assert result.returncode == 1
    assert "BROKEN" in result.stdout
