"""Say which written forms of a number are one number, and which are nobody's.

The chain: contract -> source -> **identifiers** -> rules -> judge. What a program may say about its
numbers (`numbering`, `alike`, `placeholders`, `people`) is in docs/your-program.md.
"""

import re
import unicodedata
from collections.abc import Collection
from enum import StrEnum
from functools import cache
from importlib.resources import files

import yaml

from data_contracts.spelling import tidy

_BLANKS = re.compile(r"\s+")
_SIGNS = re.compile(r"(?:(?<=[^\W\d_])|^)[-_./#]+(?=[0-9])")
_LEADING = re.compile(r"(?<![0-9])0+(?=[0-9])")
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?[eE][+-][0-9]{1,3}")
_DECIMAL = re.compile(r"[0-9]+[.,]0+")
_KEPT = 15  # digits that a spreadsheet keeps of a number. Source: IEEE 754-2008, binary64
_WORDS = re.compile(r"[a-z]+|[0-9]+")
_APOSTROPHES = "'\u2019"
_NINES = re.compile(r"9{5,}")
_XS = re.compile(r"x{2,}")
_BELOW_ZERO = re.compile(r"-[0-9]+([.,]0+)?")


class Fold(StrEnum):
    """What does not tell two numbers apart, where the source says so."""

    CASE = "case"  # A-7 and a-7
    BLANKS = "blanks"  # A 7 and A7
    SIGNS = "signs"  # A-7, A_7 and A7; #7 and 7
    ZEROS = "leading_zeros"
    POINT = "point_zero"  # 1001.0 and 1001


DEFAULT = frozenset({Fold.CASE})  # where a source is silent; `two_ways` blocks if it matters


def spell(written: str) -> str:
    """Bring a number to one spelling that changes nothing a reader would see.

    Full-width and composed characters, marks that are invisible, kinds of dashes and blanks never
    tell two numbers apart.

    >>> spell(" \uff21\u2011 7 ") == "A- 7"
    True
    """
    return " ".join(tidy(written).split())


def canonical(written: str, *, alike: Collection[Fold] = DEFAULT) -> str:
    """Bring a number to the form that is hashed.

    >>> canonical(" A-007 "), canonical("7.0", alike=[Fold.POINT]), canonical("A-7", alike=[])
    ('a-007', '7', 'A-7')

    Args:
        written: As delivered.
        alike: What does not tell two numbers apart.
    """
    text = spell(written)
    if Fold.CASE in alike:
        text = unicodedata.normalize("NFKC", text.casefold())
    if Fold.BLANKS in alike:
        text = _BLANKS.sub("", text)
    if Fold.POINT in alike and _DECIMAL.fullmatch(text):
        text = text.replace(",", ".").partition(".")[0]
    if Fold.SIGNS in alike:
        text = _SIGNS.sub("", text)
    if Fold.ZEROS in alike:
        text = _LEADING.sub("", text)
    return text


def loosest(written: str) -> str:
    """Bring a number to the form that it shares with everything it may be mistaken for.

    >>> {loosest(one) for one in ("A-07", "a7", " a -7", "A_7")}
    {'a7'}
    """
    return canonical(written, alike=tuple(Fold))


def is_mangled(written: str) -> bool:
    """Whether a spreadsheet wrote a number in its own way, so that it is no longer that number.

    >>> [is_mangled(one) for one in ("2.03E+10", "2,03e+10", "45231.0", "12E4", "45231.5")]
    [True, True, True, False, False]
    """
    text = spell(written)
    return bool(_SCIENTIFIC.fullmatch(text) or _DECIMAL.fullmatch(text))


def is_long(written: str) -> bool:
    """Whether a number has more digits than a spreadsheet keeps."""
    text = spell(written)
    return text.isascii() and text.isdecimal() and len(text) > _KEPT


def is_rounded(written: str) -> bool:
    """Whether all digits beyond those that a spreadsheet keeps are zero.

    >>> is_rounded("202501010012345000"), is_rounded("202501010012345001"), is_rounded("1000")
    (True, False, False)
    """
    return is_long(written) and not spell(written)[_KEPT:].strip("0")


def is_nobody(written: str, *, also: Collection[str] = ()) -> bool:
    """Whether a client number says that nobody is known.

    >>> [is_nobody(one) for one in ("Anonymous", "se negó", "Doe, John 3", "-1", "N/A", "?", "xxx")]
    [True, True, True, True, True, True, True]
    >>> [is_nobody(one) for one in ("C-0", "Refugio Doerr", "NA-12", "9999", "Rose Test")]
    [False, False, False, False, False]

    Args:
        written: As delivered.
        also: Further words that the program writes for nobody.

    Source: data_contracts/placeholders.yaml.
    """
    bare = _bare(written)
    if also and bare in {_bare(one) for one in also}:
        return True
    words = _WORDS.findall(bare)
    joined = "".join(words)
    if not any(one.isalnum() for one in bare) or (joined and not joined.strip("0")):
        return True
    if _NINES.fullmatch(joined) or _XS.fullmatch(joined) or _BELOW_ZERO.fullmatch(bare):
        return True
    return _says_nobody(words) or _says_nobody([joined])


def _says_nobody(words: list[str]) -> bool:
    strong, weak, filler = _lists()
    letters = [one for one in words if one.isalpha()]
    if not letters or any(one not in strong | weak | filler for one in letters):
        return False
    numbered = len(letters) < len(words)
    return any(one in strong for one in letters) or (
        not numbered and any(one in weak for one in letters)
    )


def _bare(written: str) -> str:
    """Take case, accents and apostrophes off."""
    apart = unicodedata.normalize("NFKD", spell(written).casefold())
    kept = (one for one in apart if unicodedata.category(one) != "Mn")
    return "".join(one for one in kept if one not in _APOSTROPHES)


@cache
def _lists() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    text = files("data_contracts").joinpath("placeholders.yaml").read_text(encoding="utf-8")
    found = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    strong, weak, filler = (frozenset(found[name]) for name in ("strong", "weak", "filler"))
    return strong, weak, filler
