"""Bring text that only looks alike to one spelling. The chain: **spelling** -> source -> rules.

A word typed on a telephone, pasted from a document or saved by a spreadsheet is still that word:
accents in one piece or two, marks that nobody sees, blanks of another width, curved quotes, long
dashes and a dot at the end make no difference. Letters of another alphabet do, however alike they
look: they stay what they are, and no list has them.
"""

import unicodedata

_QUOTES = dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032\u00b4", "'")
_QUOTES |= dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"')
_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-")
_PLAIN = str.maketrans({**_QUOTES, **_DASHES})
_UNSEEN = {"Cf", "Cc"}  # marks of format and of control: zero-width, direction, soft hyphen
_SELECTORS = range(0xFE00, 0xFE10)  # choose a drawing of the sign before them
_BLANK = {"\t", "\n", "\v", "\f", "\r", "\x1c", "\x1d", "\x1e", "\x1f", "\x85"}


def tidy(value: str) -> str:
    r"""Bring a text to one spelling; upper and lower case, and blanks within, stay.

    >>> tidy("Cafe\u0301\u00a0\u201cNorte\u201d\u200b") == 'Café "Norte"'
    True
    >>> tidy("\uff21\uff11") == "A1", tidy("\u0410") == "A"
    (True, False)
    """
    if value.isascii():
        return value
    plain = unicodedata.normalize("NFKC", value.translate(_PLAIN))
    return "".join(one for one in plain if not _is_unseen(one))


def fold(value: str) -> str:
    """Bring a feed's word to the form in which it is looked up.

    In one spelling, single blanks, lower case, no dot at its end.

    >>> fold("  Engaged   Client. ")
    'engaged client'
    """
    return " ".join(tidy(value).split()).lower().rstrip(" .")


def fold_sql(column: str) -> str:
    """Write what `fold` does to a column that was landed: spelling and blanks are settled there."""
    return f"rtrim(lower({column}), ' .')"


def _is_unseen(sign: str) -> bool:
    hidden = unicodedata.category(sign) in _UNSEEN and sign not in _BLANK
    return hidden or ord(sign) in _SELECTORS
