"""Draw the pages of a public folder again, and compare them byte for byte.

site.json -> **redraw**. Tables and card facts are held by the chain; a page is not, so a reader
may ask whether it follows from them.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import yaml
from pydantic import TypeAdapter, ValidationError

from reports.errors import ReportError
from reports.parameters import ParameterError
from reports.program_facts import ProgramFacts
from reports.site.build import build_site, open_site
from reports.site.card import card_page

METRICS, IMPACT, COSTS = "metrics.yaml", "impact.yaml", "costs"
_FACTS = TypeAdapter(ProgramFacts)
_PUBLISHED = ("releases", "exact", "ledger.json", "retention.json")

Inputs = Mapping[str, object]


class SiteInputs(NamedTuple):
    """What pages are drawn from beside the public folder; see `build_site`."""

    program: ProgramFacts
    metrics: Path | None
    impact: Path | None
    costs: Path | None
    examples: bool


def state_inputs(given: SiteInputs) -> Inputs:
    """Say in public what pages are drawn from beside the tables: the program's own decisions.

    Decisions are as the files state them, without comments.

    Args:
        given: What `build_site` was given.

    Returns:
        Plain values: `version`, `program`, `examples`, `costs` (whether there is a folder of them)
        and `decisions`, one text a file.
    """
    costs = given.costs
    files = {METRICS: given.metrics, IMPACT: given.impact}
    files |= {f"{COSTS}/{one.name}": one for one in sorted(costs.glob("*.yaml"))} if costs else {}
    return {
        "version": version("care-dividend"),
        "program": _FACTS.dump_python(given.program, mode="json"),
        "examples": given.examples,
        "costs": costs is not None,
        "decisions": {name: _plain(file) for name, file in files.items() if file},
    }


def drawn_by_another(inputs: Inputs) -> str:
    """Name the version that drew the pages, where it is not this one; else nothing."""
    drew = str(inputs.get("version", ""))
    return "" if drew == version("care-dividend") else drew or "an unknown one"


def redraw_card(public: Path, release: str, inputs: Inputs) -> Iterator[str]:
    """Draw the card pages of a release again, in every language.

    Args:
        public: A copy of the public folder.
        release: Name of the release.
        inputs: What `site.json` says the pages were drawn from.

    Yields:
        One sentence for each page that is another one.
    """
    try:
        with given_inputs(inputs) as given:
            site = open_site(public, program=given.program, impact=given.impact, costs=given.costs)
            opened = next(one for one in site.releases if one.name == release)
            for language in given.program.languages:
                path, text = card_page(site, opened, language=language)
                yield from _compare(public, path, text.encode())
    except (ReportError, ParameterError, ValidationError, StopIteration) as error:
        yield f"the card page cannot be drawn again from site.json: {type(error).__name__}"


def redraw_site(public: Path, inputs: Inputs) -> Iterator[str]:
    """Draw every page again.

    Args:
        public: A copy of the public folder.
        inputs: What `site.json` says the pages were drawn from.

    Yields:
        One sentence for each page that is another one.
    """
    with TemporaryDirectory() as folder:
        fresh = Path(folder) / "public"
        fresh.mkdir()
        for name in _PUBLISHED:
            if (public / name).is_dir():
                shutil.copytree(
                    public / name, fresh / name, ignore=shutil.ignore_patterns("*.html")
                )
            elif (public / name).is_file():
                shutil.copy(public / name, fresh / name)
        try:
            with given_inputs(inputs) as given:
                drawn = build_site(fresh, **given._asdict())
        except (ReportError, ParameterError, ValidationError) as error:
            yield f"the pages cannot be drawn again from site.json: {error}"
            return
        for path in drawn:
            yield from _compare(public, path, (fresh / path).read_bytes())


def _compare(public: Path, path: str, fresh: bytes) -> Iterator[str]:
    file = public / path
    if not file.is_file():
        yield f"{path} is missing"
    elif file.read_bytes() != fresh:
        yield f"{path} is not the page that follows from the tables and the program's decisions"


@contextmanager
def given_inputs(inputs: Inputs) -> Iterator[SiteInputs]:
    """Write the decisions of `site.json` where they can be loaded, for as long as the block lasts.

    Args:
        inputs: What `state_inputs` said.

    Yields:
        What `build_site` is given.
    """
    with TemporaryDirectory() as folder:
        place, decisions = Path(folder), inputs.get("decisions")
        for name, text in dict(decisions if isinstance(decisions, Mapping) else {}).items():
            file = place / str(name)
            if file.resolve().is_relative_to(place.resolve()):
                file.parent.mkdir(exist_ok=True)
                file.write_text(str(text), encoding="utf-8")
        if inputs.get("costs"):
            (place / COSTS).mkdir(exist_ok=True)
        names = (METRICS, IMPACT, COSTS)
        metrics, impact, costs = (
            found if (found := place / name).exists() else None for name in names
        )
        program = _FACTS.validate_python(inputs.get("program"))
        yield SiteInputs(program, metrics, impact, costs, inputs.get("examples") is True)


def _plain(file: Path) -> str:
    """The file's content without its comments."""
    found = yaml.safe_load(file.read_text(encoding="utf-8"))
    return yaml.safe_dump(found, allow_unicode=True, sort_keys=False, width=1000)
