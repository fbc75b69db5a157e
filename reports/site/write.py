"""Write files whole or not at all, and take away pages that are no longer drawn.

page -> **write** -> public/
"""

import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_whole(file: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part.

    A file that already holds this content is left alone, with its time.

    Args:
        file: Where; its folder is made.
        content: What.
    """
    if file.is_file() and file.read_bytes() == content:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=file.parent, prefix=".writing-", delete=False) as part:
        part.write(content)
    Path(part.name).chmod(0o644)
    os.replace(part.name, file)  # noqa: PTH105 - replace is the atomic one on every system


def take_away(folder: Path, *, keep: Iterable[Path]) -> None:
    """Delete pages of a folder that were not written this time.

    Args:
        folder: A folder that holds nothing but our own pages.
        keep: Pages that stay.
    """
    kept = {file.resolve() for file in keep}
    for file in folder.glob("*.html"):
        if file.resolve() not in kept:
            file.unlink()
