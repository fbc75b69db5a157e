"""The docs build without a warning, and every command they name exists."""

import re
import subprocess
import sys
from pathlib import Path

from typer.main import get_command

from pipelines.cli.main import app


def test_docs_build_without_a_warning(root: Path, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "-q", "-b", "html", "docs", str(tmp_path)],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert result.returncode == 0, result.stderr
    assert (tmp_path / "promise.html").is_file()


def test_every_command_is_in_the_docs_and_has_an_example(root: Path) -> None:
    page = (root / "docs" / "commands.md").read_text(encoding="utf-8")
    group = get_command(app)
    names = {
        (name, *([sub] if sub else []))
        for name, command in group.commands.items()  # type: ignore[attr-defined]
        for sub in (getattr(command, "commands", None) or [""])
    }

    missing = [" ".join(name) for name in names if f"`{' '.join(name)}" not in page]
    helpless = [
        " ".join(name) for name in names if "Example: care-dividend" not in _help(group, name)
    ]

    assert missing == []
    assert helpless == []


def test_every_command_in_the_readme_exists(root: Path) -> None:
    text = "".join(
        (root / name).read_text(encoding="utf-8")
        for name in ("README.md", "docs/tutorial.md", "docs/your-program.md")
    )
    group = get_command(app)

    used = set(re.findall(r"care-dividend ([a-z]+)", text))

    assert used
    assert used <= set(group.commands)  # type: ignore[attr-defined]


def _help(group: object, name: tuple[str, ...]) -> str:
    found = group
    for part in name:
        found = vars(found)["commands"][part]
    return str(vars(found)["help"])
