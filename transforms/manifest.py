"""Remember what became of every delivered file. The chain: **land** -> judge -> strip -> code."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields

from data_contracts.feed import Source
from transforms.vault import Vault, write_json


@dataclass(frozen=True, slots=True)
class Landing:
    """What became of one delivered file; the manifest keeps it.

    `file` is its path in the inbox, `month` the one that its name was found by, `sha256`, `size`
    and `written` (nanoseconds) what it was when it was read. `terms` is a digest of all but the
    bytes that the landing depended on; `until` the first day out of range, which matters where
    records lay `outside`. `physical` records are those `accepted`, by month in `months`, those
    `refused` and those `outside`: of a day before the program or its coverage, or after them.
    `cut` is true where the last record does not fit the header, `ended` where the last line has an
    end; `looks` says what clocks that cannot be read look like, `serial` or `epoch`.
    """

    file: str
    sha256: str
    terms: str
    until: str
    month: str = ""
    size: int = 0
    written: int = 0
    physical: int = 0
    accepted: int = 0
    refused: int = 0
    outside: int = 0
    months: Mapping[str, int] = field(default_factory=dict)
    cut: bool = False
    ended: bool = True
    looks: str = ""

    def stands(self, other: "Landing") -> bool:
        """Whether landing the file again, as `other` would, gives the same."""
        same = (self.sha256, self.terms) == (other.sha256, other.terms)
        return same and (not self.outside or self.until == other.until)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What became of the files of a feed, by the name of their copies; counts are private.

    `unread` are delivered files that look like the feed's and that its pattern leaves out, by the
    month that their names show; `broken` files of other months that could not be landed.
    """

    landings: Mapping[str, Landing] = field(default_factory=dict)
    unread: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    broken: tuple[str, ...] = ()

    def of_month(self, month: str) -> tuple[Landing, ...]:
        """Files that were delivered for a month, or for every month."""
        return tuple(one for one in self.landings.values() if one.month in {month, ""})


def raw_table(source: Source) -> str:
    """Name of the table of a feed as it was delivered."""
    return f"raw_{source.feed}"


def read_manifest(source: Source, *, vault: Vault) -> Manifest:
    """Read what became of every file of a feed; nothing, where another version wrote it."""
    file = vault.table(raw_table(source)) / "manifest.json"
    if not file.exists():
        return Manifest()
    found = json.loads(file.read_text(encoding="utf-8"))
    known = {one.name for one in fields(Landing)}
    if set(found) != {one.name for one in fields(Manifest)} or any(
        set(one) != known for one in found["landings"].values()
    ):
        return Manifest()
    return Manifest(
        landings={stem: Landing(**one) for stem, one in found["landings"].items()},
        unread={month: tuple(names) for month, names in found["unread"].items()},
        broken=tuple(found["broken"]),
    )


def write_manifest(manifest: Manifest, *, source: Source, vault: Vault) -> None:
    """Write down what became of every file of a feed."""
    write_json(asdict(manifest), to=vault.table(raw_table(source)) / "manifest.json")
