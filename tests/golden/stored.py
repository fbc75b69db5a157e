"""A release of the synthetic program, kept for good, and what its three reports say of it.

`riverton.zip` holds the tables of one demo as they were published, with the program's decisions;
noise is drawn once, so whatever is drawn from it now is what was drawn before, or code changed it.

    python -m tests.golden.stored            write what the reports say now
    python -m tests.golden.stored DIR        keep another demo, published in DIR/public

`figures.json` has every printed figure of a quarter and a year in English, one line each;
`pages.json` the hash of every page, white space between words left out.
"""

import csv
import hashlib
import json
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from reports.site.build import build_site
from reports.site.redraw import given_inputs

HERE = Path(__file__).parent
STORED, FIGURES, PAGES = HERE / "riverton.zip", HERE / "figures.json", HERE / "pages.json"
INPUTS = "drawn_from.json"
RELEASES = ("2025-Q1", "FY2025")
REPORTS = ("savings", "impact", "quality")
NUMBERS = ("value", "low", "high", "sd")
TEXTS = ("mark", "printed_value", "printed_range")

Said = dict[str, list[str]]  # by "release/figure": what the file says of a figure, in one order


def draw_stored(public: Path) -> None:
    """Unpack the stored release into a folder that is not there yet, and draw its pages."""
    with zipfile.ZipFile(STORED) as stored:
        stored.extractall(public)
    inputs = json.loads((public / INPUTS).read_text(encoding="utf-8"))
    (public / INPUTS).unlink()
    with given_inputs(inputs) as given:
        build_site(public, **given._asdict())


def read_figures(public: Path) -> Said:
    """Read what the reports of the golden releases print; numbers to nine digits."""
    found: Said = {}
    for release in RELEASES:
        for report in REPORTS:
            file = public / "reports" / release / report / "figures.csv"
            with file.open(encoding="utf-8", newline="") as stream:
                for row in csv.DictReader(stream):
                    numbers = [f"{float(row[one]):.9g}" if row[one] else "" for one in NUMBERS]
                    found[f"{release}/{row['id']}"] = numbers + [row[one] for one in TEXTS]
    return found


def hash_pages(public: Path) -> dict[str, str]:
    """Hash every page as it reads, however its white space is set."""
    return {
        page.relative_to(public).as_posix(): hashlib.sha256(
            " ".join(page.read_text(encoding="utf-8").split()).encode()
        ).hexdigest()
        for page in sorted(public.rglob("*.html"))
    }


def keep(program: Path) -> None:
    """Store the tables of a demo, and the decisions that its pages were drawn from."""
    public = program / "public"
    site = json.loads((public / "site.json").read_text(encoding="utf-8"))
    kept = ("releases", "exact", "terms", "ledger.json", "retention.json")
    with zipfile.ZipFile(STORED, "w", zipfile.ZIP_LZMA) as stored:
        for file in sorted(public.rglob("*")):
            place = file.relative_to(public)
            if file.is_file() and file.suffix != ".html" and place.parts[0] in kept:
                stored.writestr(zipfile.ZipInfo(place.as_posix()), file.read_bytes(), 14)
        stored.writestr(zipfile.ZipInfo(INPUTS), json.dumps(site["drawn_from"]), 14)


def write_lines(file: Path, found: Mapping[str, object]) -> None:
    """Write JSON, an entry a line, so that a change reads as what changed."""
    lines = (f"{json.dumps(key)}: {json.dumps(found[key], ensure_ascii=False)}" for key in found)
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main() -> None:
    """Write the golden files."""
    for program in sys.argv[1:]:
        keep(Path(program))
    with tempfile.TemporaryDirectory() as folder:
        public = Path(folder) / "public"
        draw_stored(public)
        write_lines(FIGURES, read_figures(public))
        write_lines(PAGES, hash_pages(public))


if __name__ == "__main__":
    main()
