"""Look at what was delivered before a file is opened. The chain: **land** -> judge -> strip.

A file is read by the sources whose pattern finds it. One that none finds is named, and where its
name is that of a feed and a month, the month is not whole without it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from data_contracts.errors import ContractError
from data_contracts.feed import Source, is_left_over
from transforms.vault import ALL

_ANY_MONTH = "[0-9][0-9][0-9][0-9]-[0-9][0-9]"
_NAMES = (
    *("enero january", "febrero february", "marzo march", "abril april", "mayo may", "junio june"),
    *("julio july", "agosto august", "septiembre setiembre september", "octubre october"),
    *("noviembre november", "diciembre december"),
)
_WORDS = {  # whole, or cut to three letters or four
    name[:letters]: f"{number:02d}"
    for number, names in enumerate(_NAMES, 1)
    for name in names.split()
    for letters in (3, 4, len(name))
}
_YEAR, _NUMBER = r"(?P<year>20\d\d)", r"(?P<month>0[1-9]|1[0-2])"
_ONE, _WORD = r"(?P<month>[1-9])", f"(?P<month>{'|'.join(_WORDS)})(?![a-z])"
_MONTHS = [  # as people write a month into the name of a file
    re.compile(rf"(?<!\d){form}(?!\d)")
    for form in (
        rf"{_YEAR}[-_. /]?{_NUMBER}([-_. /]?(0[1-9]|[12]\d|3[01]))?",
        rf"{_NUMBER}[-_. ]?{_YEAR}",
        rf"{_YEAR}[-_. ]{_ONE}",
        rf"{_ONE}[-_. ]{_YEAR}",
        rf"{_YEAR}[-_. ]?(?<![a-z]){_WORD}",
        rf"(?<![a-z]){_WORD}[-_. ]?{_YEAR}",
    )
]
_DAY = re.compile(r"(?<!\d)(\d{4})[-_. ]?(0[1-9]|1[0-2])[-_. ]?(0[1-9]|[12]\d|3[01])(?!\d)")
_LEAST_LETTERS = 4  # of the fixed part of a pattern, to know a feed by them
_LEAST_DAYS = 3  # files with a day in their names, to call them daily


def find_files(source: Source, *, inbox: Path) -> Mapping[str, tuple[Path, ...]]:
    """Find every file of a feed, by the month that its name was found by.

    Args:
        source: The feed.
        inbox: Folder of delivered files.

    Returns:
        Files by `YYYY-MM`, oldest month first; all of them under "" where the feed names no
        months. Hidden files and folders are no deliveries.
    """
    if not source.monthly:
        return {"": _glob(source.files, inbox=inbox)}
    found = {
        match.group(0)
        for path in _glob(source.glob(_ANY_MONTH), inbox=inbox)
        for match in re.finditer(r"\d{4}-\d{2}", path.relative_to(inbox).as_posix())
    }
    files = {month: _glob(source.glob(month), inbox=inbox) for month in sorted(found)}
    return {month: paths for month, paths in files.items() if paths}


def name_copies(files: Iterable[Path], *, source: Source, inbox: Path) -> Mapping[str, Path]:
    """Give every file the name that its copies get.

    Args:
        files: Delivered files.
        source: Their feed.
        inbox: Folder of delivered files.

    Returns:
        Files by the name of their copies.

    Raises:
        ContractError: Two files differ only in their ending.
    """
    found = tuple(files)
    stems = {"__".join(path.relative_to(inbox).with_suffix("").parts): path for path in found}
    if len(stems) < len(found):
        raise ContractError(
            f"Feed {source.feed!r} has files that differ only in their ending. Keep one of each "
            f"name, or narrow files in sources/{source.feed}.yaml."
        )
    return stems


def find_unread(sources: Sequence[Source], *, inbox: Path) -> tuple[str, ...]:
    """Name the delivered files that no source reads.

    Args:
        sources: Every feed of the program.
        inbox: Folder of delivered files.

    Returns:
        Paths inside the inbox, in order; without what editors and desktops leave behind.
    """
    read = {
        path
        for source in sources
        for paths in find_files(source, inbox=inbox).values()
        for path in paths
    }
    return tuple(
        path.relative_to(inbox).as_posix()
        for path in sorted(inbox.rglob("*"))
        if path.is_file() and path not in read and not is_left_over(path.name)
    )


def unread_months(
    source: Source, *, sources: Sequence[Source], inbox: Path
) -> Mapping[str, tuple[str, ...]]:
    """Name the files that look like a month of a feed and that no source reads.

    Args:
        source: The feed.
        sources: Every feed of the program.
        inbox: Folder of delivered files.

    Returns:
        Paths inside the inbox by month; `all` for a feed that is one whole table.
    """
    own = _letters(re.sub(r"\{month\}", "", source.files.rpartition(".")[0] or source.files))
    found: dict[str, list[str]] = {}
    if len(own) >= _LEAST_LETTERS:
        for name in find_unread(sources, inbox=inbox):
            if own in _letters(name):
                for month in _named_months(name) if source.contract.clock else (ALL,):
                    found.setdefault(month, []).append(name)
    return {month: tuple(names) for month, names in found.items()}


def missing_days(names: Iterable[str], *, days: Sequence[str]) -> int:
    """Count the days of a month that lack their file, where the feed delivers one a day.

    Args:
        names: Paths of the month's files.
        days: Days that need one, `YYYY-MM-DD`.

    Returns:
        Days without a file; 0 where names show no days.
    """
    dated = {"-".join(match.groups()) for name in names for match in _DAY.finditer(name)}
    there = dated & set(days)
    return len(set(days) - there) if len(there) >= _LEAST_DAYS else 0


def _glob(pattern: str, *, inbox: Path) -> tuple[Path, ...]:
    return tuple(
        path
        for path in sorted(inbox.glob(pattern))
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(inbox).parts)
        and not is_left_over(path.name)
    )


def _letters(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.casefold())


def _named_months(name: str) -> tuple[str, ...]:
    """Read the months that a file's name shows, in the first form that shows any.

    >>> _named_months("visits_2025-02.csv"), _named_months("Visitas febrero 2025.csv")
    (('2025-02',), ('2025-02',))
    >>> _named_months("visits_Sept2025.csv"), _named_months("visits_marion_2025.csv")
    (('2025-09',), ())
    """
    found = ([*form.finditer(name.casefold())] for form in _MONTHS)
    shown = next((matches for matches in found if matches), [])
    told = ((one["year"], _WORDS.get(one["month"], one["month"].zfill(2))) for one in shown)
    return tuple(dict.fromkeys("-".join(one) for one in told))
