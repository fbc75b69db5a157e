"""Remember what became of every delivered file. The chain: **land** -> judge -> strip -> code."""

import json
from dataclasses import asdict, dataclass

from data_contracts.feed import Source
from transforms.vault import Vault, write_json


@dataclass(frozen=True, slots=True)
class Landing:
    """What became of one delivered file; the manifest keeps it.

    `terms` is a digest of all but the bytes that the landing depended on; `until` the first day
    out of range, which matters where records were `late` for it.
    """

    file: str
    sha256: str
    terms: str
    until: str
    physical: int = 0
    accepted: int = 0
    refused: int = 0
    late: int = 0
    months: tuple[str, ...] = ()

    def stands(self, other: "Landing") -> bool:
        """Whether landing the file again, as `other` would, gives the same."""
        same = (self.sha256, self.terms) == (other.sha256, other.terms)
        return same and (not self.late or self.until == other.until)


def raw_table(source: Source) -> str:
    """Name of the table of a feed as it was delivered."""
    return f"raw_{source.feed}"


def read_manifest(source: Source, *, vault: Vault) -> dict[str, Landing]:
    """Read what became of every file of a feed, by the name of its copies; counts are private."""
    file = vault.table(raw_table(source)) / "manifest.json"
    if not file.exists():
        return {}
    found = json.loads(file.read_text(encoding="utf-8"))
    return {stem: Landing(**{**one, "months": tuple(one["months"])}) for stem, one in found.items()}


def write_manifest(landings: dict[str, Landing], *, source: Source, vault: Vault) -> None:
    """Write down what became of every file of a feed."""
    file = vault.table(raw_table(source)) / "manifest.json"
    write_json({stem: asdict(one) for stem, one in landings.items()}, to=file)
