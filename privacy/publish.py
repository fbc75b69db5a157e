"""Copy stored releases to the public folder. The chain: measure -> card -> **publish**.

Only bytes that the ledger holds are written, so publishing can be repeated at any time.
"""

import shutil
import tempfile
from pathlib import Path

from privacy.files import sync_folder, write_whole
from privacy.ledger import Ledger
from privacy.measure import Release


def write_release(folder: Path, release: Release) -> None:
    """Write all files of a release; a reader sees none of them or all.

    Files of the release that are there already with the same bytes stay; others are replaced.
    What other rooms wrote beside them (`card.html`) is left alone.

    **Stability:** copies bytes that the ledger has committed, so it costs nothing, however often.

    Args:
        folder: `public/releases/<release>`.
        release: The release.
    """
    if folder.is_dir():
        for name, data in release.files.items():
            file = folder / name
            if not file.is_file() or file.read_bytes() != data:
                write_whole(file, data)
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for name, data in release.files.items():
            write_whole(draft / name, data)
        draft.chmod(0o755)
        draft.replace(folder)
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def export_chain(public: Path, ledger: Ledger) -> None:
    """Write the public chain, `public/ledger.json`.

    Args:
        public: `public/`.
        ledger: The ledger.
    """
    ledger.export(public / "ledger.json")
