"""Copy stored releases to the public folder. The chain: measure -> card -> **publish**.

Only bytes that the ledger holds are written, so publishing can be repeated at any time. What other
rooms add, pages and exact tables, is listed with its hashes in `site.json`, whose own hash is a row
of the chain.
"""

import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from privacy.chain import SITE, TERMS, TERMS_FILE, Row
from privacy.digest import digest
from privacy.errors import PrivacyError
from privacy.files import sync_folder, write_whole
from privacy.ledger import Ledger
from privacy.measure import Release

MANIFEST = "site.json"


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
    """Write the public chain, `public/ledger.json`, and the terms that it names.

    Args:
        public: `public/`.
        ledger: The ledger.
    """
    for row in ledger.chain():
        if row.kind == TERMS:
            file = public / terms_path(row)
            data = ledger.load(row.release).files[TERMS_FILE]
            if not file.is_file() or file.read_bytes() != data:
                write_whole(file, data)
    ledger.export(public / "ledger.json")


def terms_path(row: Row) -> str:
    """Where the terms of a row stand below `public/`."""
    return f"terms/{row.release}.json"


def seal_site(
    public: Path,
    ledger: Ledger,
    *,
    files: Mapping[str, str],
    drawn: Mapping[str, object],
    date: str,
) -> Row:
    """List every file that other rooms put into the public folder, and bind the list to the chain.

    The row comes first: a process that dies in between leaves a list that does not fit, and the
    next run writes it. A list that did not change adds no row.

    **Stability:** hashes of public bytes, so it costs nothing.

    Args:
        public: `public/`.
        ledger: The ledger.
        files: Hash by path below `public/`: pages, their assets, exact tables, what was deleted.
        drawn: What pages were drawn from beside public files, so that anyone can draw them
            again.
        date: `YYYY-MM-DD`.

    Returns:
        The row of the chain.
    """
    site = {
        "site_version": 1,
        "drawn_from": drawn,
        "files": dict(files),
    }
    data = (json.dumps(site, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()
    before = _drawn_before(public)
    row = ledger.register(SITE, terms_sha256="", files={MANIFEST: data}, date=date)
    write_whole(public / MANIFEST, data)
    export_chain(public, ledger)
    for path in before.keys() - files.keys():  # drawn once, and no longer part of the site
        file = public / path
        if file.is_file() and digest(file.read_bytes()) == before[path]:
            file.unlink()
    return row


def hash_files(public: Path, paths: Iterable[str]) -> dict[str, str]:
    """Hash files of the public folder, by their path in it."""
    return {path: digest((public / path).read_bytes()) for path in paths}


def _drawn_before(public: Path) -> Mapping[str, str]:
    """Files of the last list, none of which the ledger writes itself."""
    try:
        listed = listed_files(public)
    except PrivacyError:
        return {}  # somebody damaged the list; it is about to be written anew
    base = public.resolve()
    return {
        path: expected
        for path, expected in listed.items()
        if (public / path).resolve().is_relative_to(base)
    }


def listed_files(public: Path) -> dict[str, str]:
    """Read the hash of every file that `site.json` lists; none where there is no such list.

    Raises:
        PrivacyError: It is not readable as a list.
    """
    found = _read_site(public).get("files", {})
    return {str(path): str(expected) for path, expected in dict(found).items()}


def drawn_from(public: Path) -> Mapping[str, object]:
    """Read what the pages of a public folder were drawn from; empty where there is no list.

    Raises:
        PrivacyError: `site.json` is not readable as a list.
    """
    return dict(_read_site(public).get("drawn_from", {}))


def _read_site(public: Path) -> Mapping[str, Mapping[str, object]]:
    file = public / MANIFEST
    if not file.is_file():
        return {}
    try:
        found = json.loads(file.read_bytes())
        if {type(found[part]) for part in ("drawn_from", "files")} == {dict}:
            return dict(found)
    except (ValueError, KeyError, TypeError):
        pass
    raise PrivacyError(
        f"{MANIFEST} is not readable as a list of public files. Run again where it was made, or "
        "take a copy from its publisher."
    )
