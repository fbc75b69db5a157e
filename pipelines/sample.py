"""Know the decisions of the examples: no real program may publish them as its own."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from data_contracts.configuration import read_configuration
from data_contracts.values import Language
from reports.impact.designs import Designs
from reports.metrics import Board

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
_CURE = (
    "No real program publishes them. Write who decided in {file} and what, or take the file away "
    "until they have met."
)


def borrowed(board: Board | None, designs: Designs | None) -> Iterator[str]:
    """Find decisions that were copied from an example, or are marked as one.

    Args:
        board: What `metrics.yaml` says.
        designs: What `impact.yaml` says.

    Yields:
        One sentence a file.
    """
    for file, found in (("metrics.yaml", board), ("impact.yaml", designs)):
        if found is None:
            continue
        cure = _CURE.format(file=file)
        if found.example:
            yield f"{file}, line 1: its decisions are marked `example: true`. {cure}"
        elif _deciders(found.decided_by) & _known(file):
            yield f"{file}, line 1, decided_by: the decisions are those of an example. {cure}"


def _deciders(words: Mapping[Language, str] | Mapping[str, str] | None) -> set[str]:
    """Who decided, however blanks and capitals are written."""
    return {" ".join(said.split()).casefold() for said in (words or {}).values()}


@cache
def _known(file: str) -> frozenset[str]:
    found: set[str] = set()
    for path in sorted(EXAMPLES.glob(f"*/{file}")):
        said = read_configuration(path).content.get("decided_by")
        if isinstance(said, Mapping):
            found |= _deciders({str(key): str(words) for key, words in said.items()})
    return frozenset(found)
