"""`make setup` on a machine that lacks something: one line, and nothing half made is left."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

WITHOUT_VENV = 'case "$*" in *ensurepip*) exit 1;; esac'
BREAKS_OFF = 'case "$*" in "-m venv .venv") mkdir .venv; touch .venv/half; exit 1;; esac'


@pytest.fixture
def checkout(tmp_path: Path, root: Path) -> Path:
    """What `make setup` reads."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(root / name, tmp_path)
    return tmp_path


def make_setup(checkout: Path, lacking: str) -> list[str]:
    """Try with a Python that lacks something; what was said, but for make's own last line."""
    python = checkout / "python"
    python.write_text(f'#!/bin/sh\n{lacking}\nexec {sys.executable} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    ran = subprocess.run(
        ["make", "setup", f"PYTHON={python}"],
        cwd=checkout, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ran.returncode != 0
    return [line for line in (ran.stdout + ran.stderr).splitlines() if not line.startswith("make")]


def test_a_python_without_venv_is_named_in_one_line(checkout: Path) -> None:
    (said,) = make_setup(checkout, WITHOUT_VENV)

    assert "apt-get install python3-venv" in said
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("left", [False, True])
def test_what_broke_off_is_taken_away_so_that_a_second_try_works(
    checkout: Path, *, left: bool
) -> None:
    """Also what an earlier try left, which had no pip in it."""
    if left:
        (checkout / ".venv" / "bin").mkdir(parents=True)

    (said,) = make_setup(checkout, BREAKS_OFF)

    assert ".venv is taken away" in said
    assert not (checkout / ".venv").exists()


def test_the_readme_names_what_a_bare_machine_lacks(root: Path) -> None:
    assert "python3-venv" in (root / "README.md").read_text(encoding="utf-8")


def test_spark_is_not_in_the_default_set_up(root: Path) -> None:
    """478 MB that nothing here imports."""
    lock = (root / "requirements.lock").read_text(encoding="utf-8")

    assert "pyspark" not in lock
    assert "://" not in lock
