"""The repository itself: names, locks, and what must never be in it."""

import ast
import re
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOMS = ("pipelines", "transforms", "privacy", "reports", "data_contracts")
LARGEST_FILE_BYTES = 512_000
BANNED_MODULES = {"utils", "helpers", "common", "manager", "core", "base", "misc"}


def tracked(root: Path) -> list[Path]:
    """Every file that is, or is about to be, in the repository."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [root / name for name in listed.stdout.splitlines() if (root / name).is_file()]


def sources(root: Path) -> Iterator[Path]:
    """Every Python and SQL file of the rooms."""
    for room in ROOMS:
        for pattern in ("*.py", "*.sql", "*.css", "*.js", "*.html"):
            yield from (root / room).rglob(pattern)


def test_every_step_that_sees_a_record_says_what_one_unit_moves(root: Path) -> None:
    """Steps of the wall take the engine or the handle of the records."""
    seen = {"DuckDBPyConnection", "Records"}
    silent = {
        f"{file.name}:{node.name}": "**Stability:**" in (ast.get_docstring(node) or "")
        for file in (root / "privacy").glob("*.py")
        if file.name != "sql.py"
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and any(
            ast.unparse(arg.annotation) in seen
            for arg in (*node.args.args, *node.args.kwonlyargs)
            if arg.annotation
        )
    }

    assert {"clip.py:clip_units", "count.py:count_cells", "measure.py:draw"} <= set(silent)
    assert [name for name, said in silent.items() if not said] == []


def test_no_module_has_a_name_that_says_nothing(root: Path) -> None:
    named = {file.stem for file in sources(root)} & BANNED_MODULES

    assert named == set()


def test_every_room_resolves_inside_the_repository(root: Path) -> None:
    origins = {room: find_spec(room) for room in ROOMS}

    assert all(spec and spec.origin for spec in origins.values())
    assert all(Path(spec.origin or "").is_relative_to(root) for spec in origins.values() if spec)


def test_the_lock_pins_with_hashes_and_names_no_address(root: Path) -> None:
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^[A-Za-z0-9._-]+==", lock, re.MULTILINE)
    declared = re.findall(r'^    "([a-z-]+)', (root / "pyproject.toml").read_text(), re.MULTILINE)

    assert lock.count("--hash=sha256:") >= len(pins) > len(declared) > 0
    assert "://" not in lock
    assert "--index" not in lock


def test_no_large_file_and_no_record_is_committed(root: Path) -> None:
    files = [file for file in tracked(root) if file.name != "requirements.lock"]

    assert [file.name for file in files if file.stat().st_size > LARGEST_FILE_BYTES] == []
    assert [file.name for file in files if file.suffix in {".csv", ".parquet", ".sqlite"}] == []


def test_no_path_of_a_machine_is_in_a_file(root: Path) -> None:
    machine = re.compile(r"/(?:home|root|Users|work)/\w")

    named = [
        file.relative_to(root).as_posix()
        for file in tracked(root)
        if file.suffix in {".py", ".md", ".toml", ".yaml", ".sql", ".html", ".css", ".js", ""}
        and file.name not in {"test_house.py", "requirements.lock"}
        and machine.search(file.read_text(encoding="utf-8", errors="ignore"))
    ]

    assert named == []


@pytest.mark.parametrize("word", ["random", "numpy.random", "scipy.stats", "secrets"])
def test_noise_has_one_source(root: Path, word: str) -> None:
    """`secrets` makes keys and nothing else; the others are not imported in the privacy room."""
    allowed = {"ledger_key.py", "keys.py"} if word == "secrets" else set()

    importers = [
        file.name
        for file in (root / "privacy").rglob("*.py")
        if re.search(rf"^(import|from) {re.escape(word)}\b", file.read_text(), re.MULTILINE)
        and file.name not in allowed
    ]

    assert importers == []
