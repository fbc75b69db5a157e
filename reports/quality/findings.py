"""Say what the figures show, in sentences that could be wrong.

estimate -> **findings** -> page
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import hypot, inf, isfinite
from statistics import NormalDist

from data_contracts.period import Period
from reports.estimate import LEVEL, Estimate, Mark, within
from reports.metrics import Measure, Value
from reports.numbers import (
    Language,
    Written,
    aside,
    is_rare,
    rounded,
    the_period,
    whole,
    write,
    write_share,
)
from reports.quality.estimate import Breakdown, Missing, Result, Row
from reports.texts import Texts

OF = 100
OF_100: dict[Language, str] = {"en": "of 100", "es": "de cada 100"}
TOLD = 10  # records of 100 without an answer, from which a headline says so
BLANK = "\N{HORIZONTAL ELLIPSIS}"
NAMED = 6


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure of a measure in words: big part, the rest, its range, and its mark.

    `id` is that of its line in `figures.csv`; empty for a number of the accounts. `missing` says
    how many records have no answer, where that changes how the figure is read.
    """

    big: str
    rest: str
    between: str
    look: str
    range_only: bool
    id: str = ""
    missing: str = ""

    @property
    def sentence(self) -> str:
        """All of it as one sentence."""
        middle = f" ({self.between})" if self.between else ""
        return f"{self.big}{middle} {self.rest}".rstrip(".") + "."


def headline_value(result: Result, number: int) -> Estimate:
    """A headline figure, kept inside what its unit allows."""
    cap = OF if result.measure.values[number].kind == "share" else inf
    return within(result.values[number], cap)


def blank(value: Value, *, language: Language) -> str:
    """Say what a figure counts, and of what, with a blank where its number stands."""
    at_most = Texts(language)("or_less")
    return f"{value.big[language].format(n=BLANK, or_less=at_most)} {value.rest[language]}"


def or_less(words: Written, *, language: Language) -> str:
    """Write "or less" after a quantile; nothing where only "more than" is known of it."""
    return "" if words.about == words.between else Texts(language)("or_less")


def value_words(result: Result, number: int, *, language: Language) -> Written:
    """Write a headline figure in its own unit."""
    value, found = result.measure.values[number], result.values[number]
    open_from = result.open_from if value.kind == "quantile" else inf
    if value.kind == "share":
        return write_share(found, language=language, range_only=result.measure.harm)
    words = write(found, language=language, open_from=open_from, range_only=result.measure.harm)
    if words.about and isfinite(open_from) and rounded(min(found.low, open_from), 1) >= open_from:
        more = Texts(language)("more_than", n=whole(open_from, language=language))
        return Written(more, "", more, "")
    return words


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
    lacks = missing_of(result, number)
    told = lacks is not None and lacks.share.value >= TOLD
    missing = missing_words(result, number, language=language) if told else ""
    id_ = f"{result.measure.page}/headline/{number + 1}"
    if not words.about:
        what = (value.hidden or result.measure.name)[language]
        rest = t("withheld_rest", what=lower(what))
        return Headline(t("withheld_big"), rest, "", Mark.WITHHELD.value, range_only=False, id=id_)
    at_most = or_less(words, language=language)
    big = capital(_of(value.big[language], result, number).format(n=words.about, or_less=at_most))
    between = words.between if words.value else ""
    mark = Mark.CAUTION if result.measure.harm else result.values[number].mark
    only = result.measure.harm
    return Headline(big, value.rest[language], between, mark.value, only, id_, missing)


def _of(text: str, result: Result, number: int) -> str:
    """Take "of 100" from words about a rare share, which says itself that it is of 1,000."""
    if result.measure.values[number].kind != "share" or not is_rare(result.values[number]):
        return text
    for place in ("{n}", "{full}"):
        for of in OF_100.values():
            text = text.replace(f"{place} {of}", place)
    return text


def missing_of(result: Result, number: int) -> Missing | None:
    """Records behind a figure that have no answer; nothing where all have one."""
    return result.missing[number] if number < len(result.missing) else None


def missing_words(result: Result, number: int, *, language: Language) -> str:
    """Say how many records have no answer; empty where all have one.

    The share is always said, as a range where its size was not planned for. Of a survey it is the
    answers that came back, because nobody knows who was asked.
    """
    lacks = missing_of(result, number)
    if lacks is None:
        return ""
    share = lacks.share
    if lacks.of == "surveys":
        share = replace(share, value=OF - share.value, low=OF - share.high, high=OF - share.low)
    only = share.mark is not Mark.USE or share.value < 1  # never "about 0"
    words = write(share, language=language, cap=OF, range_only=only)
    return capital(Texts(language)(f"missing_{lacks.of}", n=words.about))


def shows(result: Result, *, period: Period, language: Language) -> str:
    """Write the paragraph "what it shows"."""
    t, words = Texts(language), value_words(result, 0, language=language)
    the = the_period(period, language=language)
    if not words.about:
        return t("shows_withheld", period=the)
    full = f"{words.about} ({aside(words)})" if words.value else words.about
    at_most = or_less(words, language=language)
    text = _of(result.measure.shows[language], result, 0).format(
        full=full, when=t("when", period=the), or_less=at_most
    )
    rest = [headline(result, n, language=language) for n in range(1, len(result.values))]
    return " ".join([text, *(one.sentence for one in rest if one.look != Mark.WITHHELD)])


def breakdown_title(result: Result, *, language: Language) -> str:
    """Name the finding of a measure's picture."""
    figure, rows = result.measure.figure, result.breakdown.rows
    if figure.title is None:
        if figure.by == "month":
            return months_title(rows, unit=result.measure.unit, language=language)
        return groups_title(result.breakdown, language=language)
    shares = {row.key: _share_words(row, result.measure, language=language) for row in rows}
    shares["or_less"] = or_less(value_words(result, 0, language=language), language=language)
    for number, value in enumerate(result.measure.values):
        about = value_words(result, number, language=language).about
        is_share = value.kind == "share" and about and not is_rare(result.values[number])
        shares[f"v{number + 1}"] = Texts(language)("share_words", n=about) if is_share else about
    title = figure.title[language]
    wanted = [key for key in shares if "{" + key + "}" in title]
    if any(not shares[key] for key in wanted if key != "or_less") or title.count("{") > len(wanted):
        return headline(result, 0, language=language).sentence.rstrip(".")
    return capital(title.format(**shares))


def _share_words(row: Row, measure: Measure, *, language: Language) -> str:
    if row.of_100 is None:
        return ""
    only = measure.harm or row.harm
    words = write_share(row.of_100, language=language, range_only=only)
    if not words.about or is_rare(row.of_100):
        return words.about
    return Texts(language)("share_words", n=words.about)


def apart(one: Estimate, other: Estimate, *, pairs: int, independent: bool = False) -> bool:
    """Whether two figures differ by more than noise, when so many pairs were looked at.

    The standard deviations are added, not squared and added: right whatever binds the figures. The
    noise of two releases is drawn independently; theirs is the root of the sum of squares.

    >>> low, high = Estimate(10, 2, 7, 13, Mark.USE), Estimate(40, 2, 37, 43, Mark.USE)
    >>> apart(low, high, pairs=66), apart(low, Estimate(16, 2, 13, 19, Mark.USE), pairs=66)
    (True, False)
    """
    z = NormalDist().inv_cdf(1 - (1 - LEVEL) / (2 * max(1, pairs)))
    spread = z * (hypot(one.sd, other.sd) if independent else one.sd + other.sd)
    return isfinite(spread) and abs(one.value - other.value) > spread


def months_title(rows: Sequence[Row], *, unit: str = "visits", language: Language) -> str:
    """Say whether any month stands apart from any other."""
    t, shown = Texts(language), [row for row in rows if row.found.mark is not Mark.WITHHELD]
    if len(shown) > 1:
        high = max(shown, key=lambda row: row.found.value)
        low = min(shown, key=lambda row: row.found.value)
        if apart(high.found, low.found, pairs=len(shown) * (len(shown) - 1) // 2):
            names = {"high": high.label[language], "low": low.label[language]}
            return capital(t("months_apart", what=lower(t(f"unit_{unit}")), **names))
    return t("months_same", what=lower(t(f"unit_{unit}")))


def groups_title(group: Breakdown, *, language: Language) -> str:
    """Say which groups differ, in the order of the list and without a best or a worst."""
    t, dim = Texts(language), group.title[language]
    if group.compared:
        return _who_differs(group, language=language)
    shown = [row.found for row in group.rows if row.found.mark is not Mark.WITHHELD or row.harm]
    pairs = list(combinations(shown, 2))
    if not pairs:
        return t("groups_none", dim=dim)
    found = any(apart(one, other, pairs=len(pairs)) for one, other in pairs)
    return t("groups_apart" if found else "groups_same", dim=dim)


def named_apart(group: Breakdown, side: str, *, language: Language) -> str:
    """Name the groups on one side of the others, in the order of the list."""
    names = [row.label[language] for row in group.rows if row.differs == side]
    return join(names, "and_join", Texts(language)) if names else ""


def _who_differs(group: Breakdown, *, language: Language) -> str:
    t, dim = Texts(language), group.title[language]
    apart_ = [row for row in group.rows if row.differs in {"higher", "lower"}]
    if not apart_:
        return t("groups_same", dim=dim)
    if len(apart_) > NAMED:
        return t("groups_many", dim=dim, n=len(apart_), of=len(group.rows))
    said = [
        t(f"groups_{side}", names=names)
        for side in ("higher", "lower")
        if (names := named_apart(group, side, language=language))
    ]
    return t("groups_named", dim=dim, said=", ".join(said))


def join(words: Sequence[str], how: str, t: Texts) -> str:
    """Join words as a sentence does."""
    if len(words) == 1:
        return words[0]
    return t(how, first=", ".join(words[:-1]), last=words[-1])


def differs(row: Row, *, language: Language) -> str:
    """Say that a group lies apart from the rest; nothing where no difference can be told."""
    apart_ = row.differs in {"higher", "lower"}
    return Texts(language)(f"differs_{row.differs}") if apart_ else ""


def bound_words(result: Result, *, language: Language) -> str:
    """Say what a figure counts together, and which way the limit on one person moves it."""
    t, said = Texts(language), list[str]()
    if result.counted == "people":
        said.append(t("counted_people"))
    if result.bound:
        said.append(t(f"bound_{result.bound}", n=f"{max(1, round(OF * result.loss))}"))
    return " ".join(said)


def unit(measure: Measure, kind: str, *, language: Language) -> str:
    """Name what a scale counts."""
    named = {"share": "unit_share", "rate": "unit_rate", "ratio": f"unit_ratio_{measure.unit}"}
    return Texts(language)(named.get(kind, f"unit_{measure.unit}"))


def target_words(number: float, value: Value, measure: Measure, *, language: Language) -> str:
    """Write a target in the unit of the page."""
    name = "share" if value.kind == "share" else "minutes" if measure.unit == "minutes" else "other"
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
