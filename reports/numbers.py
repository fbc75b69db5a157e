"""Write numbers as people say them.

estimate -> **numbers** -> page
"""

from dataclasses import astuple, dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from math import ceil, floor, inf, isfinite, isnan, log10
from typing import Literal

import yaml
from babel.dates import format_date
from babel.numbers import format_decimal

from data_contracts.period import Period, PeriodKind
from reports.estimate import Estimate, Mark, within

Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = ("en", "es")
LOCALES = {"en": "en_US", "es": "es_US"}
TENTH = 10
HUNDRED, THOUSAND = 100, 1000
RARE = 5.0  # of 100: below it a share is written of 1,000
CERTAIN = 99  # of 100; nothing that may happen is ever written as certain
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Written:
    """One figure in words: `about` leads a sentence, `value` and `span` stand in a table.

    `value` is empty where only the range may be quoted, `span` where nothing may.
    """

    about: str
    value: str
    span: str
    between: str


@cache
def phrases() -> dict[str, dict[Language, str]]:
    """Words of `texts/numbers.yaml`, by name and language."""
    text = files("reports").joinpath("texts", "numbers.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[Language, str]] = yaml.safe_load(text)
    return found


def guesses_of_100(chance: float) -> int:
    """Write how often a guesser can be right, of 100: rounded up, for it is said as "at most".

    >>> guesses_of_100(0.6643), guesses_of_100(0.57), guesses_of_100(0.5)
    (67, 57, 50)
    """
    return ceil(round(100 * chance, 9))  # without what floats add to an exact figure


def step_of(low: float, high: float) -> int:
    """Find the step to which a figure and both its ends are rounded.

    >>> step_of(4180, 5258), step_of(90.2, 96.4), step_of(0, 1400)
    (100, 1, 100)

    Args:
        low: Low end of the range.
        high: High end.

    Returns:
        The largest power of ten not above a tenth of the range, and never below one.
    """
    tenth = (high - low) / TENTH
    if not isfinite(tenth) or tenth < 1:
        return 1
    return int(TENTH ** floor(log10(tenth)))


def rounded(value: float, step: int) -> int:
    """Round half away from zero to a multiple of a step.

    >>> rounded(4724, 100), rounded(-2.5, 1), rounded(0.4, 1)
    (4700, -3, 0)
    """
    away = floor(abs(value) / step + 0.5) * step
    return -away if value < 0 else away


def whole(number: float, *, language: Language) -> str:
    """Write a whole number with the reader's own separators.

    >>> whole(4700, language="en"), whole(-3, language="es") == MINUS + "3"
    ('4,700', True)
    """
    return format_decimal(number, format="#,##0", locale=LOCALES[language]).replace("-", MINUS)


def write(
    found: Estimate,
    *,
    language: Language,
    cap: float = inf,
    open_from: float = inf,
    range_only: bool = False,
) -> Written:
    """Write an estimate and its range with one step.

    >>> figure = Estimate(4724, 330, 4180, 5258, Mark.USE)
    >>> write(figure, language="en").about, write(figure, language="en").between
    ('about 4,700', 'between 4,200 and 5,300')
    >>> write(figure, language="es").about, write(figure, language="es").span
    ('cerca de 4,700', '4,200 a 5,300')
    >>> caution = Estimate(58, 5, 50.4, 66.1, Mark.CAUTION)
    >>> write(caution, language="en").about
    '50 to 66'
    >>> write(Estimate(1.1, 0.1, 0.9, 1.2, Mark.USE), language="en", range_only=True).about
    '0 to 2'

    Args:
        found: The figure, in the unit in which it is written.
        language: Of the reader.
        cap: Highest value that the unit allows, such as 100 for people out of 100.
        open_from: Where the open band of a quantile begins; beyond it only "more than" is known.
        range_only: Write the range whatever the mark; for harms, which never vanish quietly.

    Returns:
        The words; those of a withheld or undefined figure are empty.
    """
    if isnan(found.low) or (found.mark is Mark.WITHHELD and not range_only):
        return Written("", "", "", "")
    words = {name: by_language[language] for name, by_language in phrases().items()}
    found = within(found, cap) if isfinite(cap) else found
    low, high = (min(end, open_from) for end in (found.low, found.high))
    step = step_of(low, high)
    only = range_only or found.mark is not Mark.USE or found.value > open_from
    if only and rounded(low, step) == rounded(high, step):
        low, high = float(floor(low)), float(ceil(high))  # a range alone must show that it is one
    ends = [whole(rounded(end, step), language=language) for end in (low, high)]
    if found.high > open_from:
        ends[1] = words["more_than"].format(n=whole(open_from, language=language))
    apart = ends[0] != ends[1]
    span = words["span"].format(low=ends[0], high=ends[1]) if apart else ends[0]
    between = words["between"].format(low=ends[0], high=ends[1]) if apart else words["exactly"]
    if only:
        return Written(about=span, value="", span=span, between=between)
    value = whole(rounded(min(max(found.value, 0), cap), step), language=language)
    return Written(words["about"].format(n=value), value, span, between)


def is_rare(found: Estimate) -> bool:
    """Whether a share, of 100, is so small that whole numbers of 100 would say nothing of it."""
    return found.high < RARE


def write_share(found: Estimate, *, language: Language, range_only: bool = False) -> Written:
    """Write a share of 100; a rare one of 1,000, which its words then say.

    >>> rare = Estimate(1.0, 0.12, 0.78, 1.18, Mark.USE)
    >>> write_share(rare, language="en").about, write_share(rare, language="es").span
    ('about 10 of 1,000', '8 a 12 de cada 1,000')
    >>> write_share(Estimate(26, 0.2, 25.7, 26.3, Mark.USE), language="en").about
    'about 26'

    Args:
        found: The share, of 100.
        language: Of the reader.
        range_only: Write the range whatever the mark.

    Returns:
        The words; those of a withheld or undefined figure are empty.
    """
    if not is_rare(found):
        return write(found, language=language, cap=HUNDRED, range_only=range_only)
    words = write(found.times(TENTH), language=language, cap=THOUSAND, range_only=range_only)
    of = phrases()["of_1000"][language]
    return Written(*(f"{part} {of}" if part else "" for part in astuple(words)))


def aside(words: Written) -> str:
    """Write the range of a figure for brackets after it; one too narrow to print is named.

    >>> aside(write(Estimate(26, 0.2, 25.7, 26.3, Mark.USE), language="en"))
    'give or take less than one'
    """
    return words.between if words.span == words.value else words.span


def period_name(period: Period, *, language: Language) -> str:
    """Name a period for a heading.

    >>> from data_contracts.period import read_period
    >>> period_name(read_period("FY2019"), language="es")
    'Año fiscal 2019'
    >>> period_name(read_period("2025-Q3"), language="en")
    'Third quarter of 2025'
    """
    name = _period_words(period, language)
    return name[:1].upper() + name[1:]


def the_period(period: Period, *, language: Language) -> str:
    """Name a period within a sentence, after "in" or "since".

    >>> from data_contracts.period import read_period
    >>> the_period(read_period("FY2019"), language="en")
    'fiscal year 2019'
    >>> the_period(read_period("2025-Q3"), language="en")
    'the third quarter of 2025'
    """
    form = "the_year" if period.kind is PeriodKind.YEAR else "the_part"
    return phrases()[form][language].format(name=_period_words(period, language))


def _period_words(period: Period, language: Language) -> str:
    year = period.fiscal_year.removeprefix("FY")
    key = "year" if period.kind is PeriodKind.YEAR else period.name.split("-")[1]
    return phrases()[key][language].format(year=year)


def months_of(period: Period, *, language: Language) -> str:
    """Say from which month to which a period runs.

    >>> from data_contracts.period import read_period
    >>> months_of(read_period("2025-Q3"), language="en")
    'July to September 2025'
    >>> months_of(read_period("FY2025", fiscal_year_start=7), language="es")
    'julio de 2024 a junio de 2025'
    >>> months_of(Period("FY2018", PeriodKind.YEAR, "FY2018", ("2018-05",)), language="es")
    'mayo de 2018'
    """
    if len(period.months) == 1:
        return month_name(period.months[0], language=language)
    same_year = period.months[0][:4] == period.months[-1][:4]
    first = month_name(period.months[0], language=language, year=not same_year)
    last = month_name(period.months[-1], language=language)
    return phrases()["span"][language].format(low=first, high=last)


def month_name(month: str, *, language: Language, year: bool = True, form: str = "LLLL") -> str:
    """Write a month, with its year or in a form of its own.

    >>> month_name("2019-03", language="en"), month_name("2019-03", language="es", year=False)
    ('March 2019', 'marzo')
    >>> month_name("2019-03", language="en", form="LLL")
    'Mar'
    """
    with_year = "MMMM y" if language == "en" else "MMMM 'de' y"
    pattern = with_year if year and form == "LLLL" else form
    return format_date(date.fromisoformat(f"{month}-01"), pattern, locale=LOCALES[language])


def day_name(day: date, *, language: Language) -> str:
    """Write a day.

    >>> day_name(date(2024, 11, 14), language="en"), day_name(date(2024, 11, 14), language="es")
    ('14 November 2024', '14 de noviembre de 2024')
    """
    pattern = "d MMMM y" if language == "en" else "d 'de' MMMM 'de' y"
    return format_date(day, pattern, locale=LOCALES[language])


def file_size(size: int, *, language: Language) -> str:
    """Write the size of a file in kilobytes, rounded up, or in megabytes.

    >>> file_size(1, language="en"), file_size(4_700_000, language="es")
    ('1 kB', '4.7 MB')
    """
    kilo = 1000
    if size < kilo * kilo:
        return f"{whole(ceil(size / kilo), language=language)} kB"
    return f"{format_decimal(size / kilo / kilo, format='0.0', locale=LOCALES[language])} MB"
