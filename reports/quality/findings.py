"""Say what the figures show, in sentences that could be wrong.

estimate -> **findings** -> page
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf, isfinite
from statistics import NormalDist

from data_contracts.period import Period
from reports.estimate import LEVEL, Estimate, Mark
from reports.metrics import Measure, Value
from reports.numbers import Language, Written, the_period, write
from reports.quality.estimate import Breakdown, Result, Row
from reports.texts import Texts

OF = 100


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure of a measure in words: big part, the rest, its range, and its mark."""

    big: str
    rest: str
    between: str
    look: str
    range_only: bool

    @property
    def sentence(self) -> str:
        """All of it as one sentence."""
        middle = f" ({self.between})" if self.between else ""
        return f"{self.big}{middle} {self.rest}".rstrip(".") + "."


def value_words(result: Result, number: int, *, language: Language) -> Written:
    """Write a headline figure in its own unit."""
    value = result.measure.values[number]
    return write(
        result.values[number],
        language=language,
        cap=OF if value.kind == "share" else inf,
        open_from=result.open_from if value.kind == "quantile" else inf,
        range_only=result.measure.harm,
    )


def headline(result: Result, number: int, *, language: Language) -> Headline:
    """Say a headline figure.

    Args:
        result: Of one measure in one release.
        number: Which of its figures.
        language: Of the reader.

    Returns:
        The parts of the sentence; a withheld figure says so.
    """
    t, value = Texts(language), result.measure.values[number]
    words = value_words(result, number, language=language)
    if not words.about:
        what = (value.hidden or result.measure.name)[language]
        rest = t("withheld_rest", what=lower(what))
        return Headline(t("withheld_big"), rest, "", Mark.WITHHELD.value, range_only=False)
    big = capital(value.big[language].format(n=words.about))
    between = words.between if words.value else ""
    mark = Mark.CAUTION if result.measure.harm else result.values[number].mark
    return Headline(big, value.rest[language], between, mark.value, result.measure.harm)


def shows(result: Result, *, period: Period, language: Language) -> str:
    """Write the paragraph "what it shows"."""
    t, words = Texts(language), value_words(result, 0, language=language)
    the = the_period(period, language=language)
    if not words.about:
        return t("shows_withheld", period=the)
    full = f"{words.about} ({words.span})" if words.value else words.about
    text = result.measure.shows[language].format(full=full, when=t("when", period=the))
    rest = [headline(result, n, language=language) for n in range(1, len(result.values))]
    return " ".join([text, *(one.sentence for one in rest if one.look != Mark.WITHHELD)])


def breakdown_title(result: Result, *, language: Language) -> str:
    """Name the finding of a measure's picture."""
    figure, rows = result.measure.figure, result.breakdown.rows
    if figure.title is None:
        if figure.by == "month":
            return months_title(rows, language=language)
        return groups_title(result.breakdown, language=language)
    shares = {row.key: _share_words(row, result.measure, language=language) for row in rows}
    for number in range(len(result.values)):
        shares[f"v{number + 1}"] = value_words(result, number, language=language).about
    title = figure.title[language]
    wanted = [key for key in shares if "{" + key + "}" in title]
    if any(not shares[key] for key in wanted) or title.count("{") > len(wanted):
        return headline(result, 0, language=language).sentence.rstrip(".")
    return capital(title.format(**shares))


def _share_words(row: Row, measure: Measure, *, language: Language) -> str:
    if row.of_100 is None:
        return ""
    only = measure.harm or row.harm
    words = write(row.of_100, language=language, cap=OF, range_only=only)
    return Texts(language)("share_words", n=words.about) if words.about else ""


def apart(one: Estimate, other: Estimate, *, pairs: int) -> bool:
    """Whether two figures differ by more than noise, when so many pairs were looked at.

    The standard deviations are added, not squared and added: right whatever binds the figures.

    >>> low, high = Estimate(10, 2, 7, 13, Mark.USE), Estimate(40, 2, 37, 43, Mark.USE)
    >>> apart(low, high, pairs=66), apart(low, Estimate(16, 2, 13, 19, Mark.USE), pairs=66)
    (True, False)
    """
    z = NormalDist().inv_cdf(1 - (1 - LEVEL) / (2 * max(1, pairs)))
    spread = z * (one.sd + other.sd)
    return isfinite(spread) and abs(one.value - other.value) > spread


def months_title(rows: Sequence[Row], *, language: Language) -> str:
    """Say whether any month stands apart from any other."""
    t, shown = Texts(language), [row for row in rows if row.found.mark is not Mark.WITHHELD]
    if len(shown) > 1:
        high = max(shown, key=lambda row: row.found.value)
        low = min(shown, key=lambda row: row.found.value)
        if apart(high.found, low.found, pairs=len(shown) * (len(shown) - 1) // 2):
            names = {"high": high.label[language], "low": low.label[language]}
            return capital(t("months_apart", **names))
    return t("months_same")


def groups_title(group: Breakdown, *, language: Language) -> str:
    """Say whether groups differ, without naming a best or a worst."""
    t = Texts(language)
    shown = [row.found for row in group.rows if row.found.mark is not Mark.WITHHELD or row.harm]
    pairs = list(combinations(shown, 2))
    if not pairs:
        return t("groups_none")
    found = any(apart(one, other, pairs=len(pairs)) for one, other in pairs)
    return t("groups_apart" if found else "groups_same")


def unit(measure: Measure, kind: str, *, language: Language) -> str:
    """Name what a scale counts."""
    names = {"share": "unit_share", "rate": "unit_rate", "mean": "unit_minutes"}
    if kind == "quantile":
        name = "unit_minutes" if measure.unit else "unit_years"
    else:
        name = names.get(kind, "unit_visits")
    return Texts(language)(name)


def target_words(number: float, value: Value, measure: Measure, *, language: Language) -> str:
    """Write a target in the unit of the page."""
    name = "share" if value.kind == "share" else "minutes" if measure.unit else "other"
    return Texts(language)(f"target_unit_{name}", n=f"{number:g}")


def capital(text: str) -> str:
    """Begin with a capital letter and change nothing else.

    >>> capital("about 62 of 100")
    'About 62 of 100'
    """
    return text[:1].upper() + text[1:]


def lower(text: str) -> str:
    """Begin with a small letter, for the middle of a sentence."""
    return text[:1].lower() + text[1:]
