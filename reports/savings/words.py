"""Write the figures of this report: dollars, calls, hours and chances, each with its range.

model -> **words** -> figures -> page
"""

from math import floor, log10

from babel.numbers import format_decimal

from reports.estimate import Estimate
from reports.numbers import LOCALES, MINUS, Language, Written, rounded, step_of, whole, write
from reports.parameters import Parameter
from reports.savings.model import Figure
from reports.texts import Texts

MILLION, THOUSAND, HUNDRED = 1_000_000, 1000, 100


def dollars(value: float, *, language: Language, step: int = 1, prose: bool = True) -> str:
    """Write an amount: $3.6 million in a sentence, $3,640,000 in a table.

    >>> dollars(3_640_000, language="en", step=100_000)
    '$3.6 million'
    >>> dollars(3_640_000, language="es", step=100_000)
    '$3.6 millones'
    >>> dollars(-512_345, language="en", step=1000) == MINUS + "$512,000"
    True

    Args:
        value: In dollars.
        language: Of the reader.
        step: Power of ten to which it is rounded.
        prose: Whether it stands in a sentence.

    Returns:
        The amount, with a minus sign where it is a cost.
    """
    number = rounded(value, step)
    sign = MINUS if number < 0 else ""
    if prose and abs(number) >= MILLION:
        digits = max(0, 6 - int(log10(max(step, 1))))
        pattern = "0." + "0" * min(digits, 2) if digits else "0"
        text = format_decimal(abs(number) / MILLION, format=pattern, locale=LOCALES[language])
        return sign + Texts(language)("sav_million", n=text)
    return f"{sign}${whole(abs(number), language=language)}"


def account(value: float, *, language: Language, prose: bool = True) -> str:
    """Write an exact amount; in a sentence millions get one decimal.

    >>> account(3_640_000.08, language="en"), account(150_000, language="en")
    ('$3.6 million', '$150,000')
    """
    step = MILLION // 10 if prose and abs(value) >= MILLION else 1
    return dollars(value, language=language, step=step, prose=prose)


def short_dollars(value: float, *, language: Language) -> str:
    """Write a round amount under an axis, where there is little room.

    >>> short_dollars(1_500_000, language="en"), short_dollars(0, language="en")
    ('$1.5m', '$0')
    """
    sign, size, t = MINUS if value < 0 else "", abs(value), Texts(language)
    if size >= MILLION:
        text = format_decimal(size / MILLION, format="0.##", locale=LOCALES[language])
        return sign + t("sav_short_million", n=text)
    if size >= THOUSAND:
        return sign + t("sav_short_thousand", n=whole(size / THOUSAND, language=language))
    return f"{sign}${whole(size, language=language)}"


def money(found: Figure, *, language: Language, prose: bool = True) -> Written:
    """Write the median of an amount and its range with one step.

    >>> from reports.estimate import Mark
    >>> words = money(Figure(0, 0, 0, 840_000, 590_000, 1_160_000, Mark.USE), language="en")
    >>> words.about, words.between
    ('about $840,000', 'between $590,000 and $1.16 million')
    """
    t, step = Texts(language), step_of(found.low, found.high)
    value, low, high = (
        dollars(end, language=language, step=step, prose=prose)
        for end in (found.median, found.low, found.high)
    )
    return Written(
        about=t("about", n=value),
        value=value,
        span=t("span", low=low, high=high),
        between=t("between", low=low, high=high),
    )


def money_cases(found: Figure, *, language: Language) -> dict[str, str]:
    """Write the central case, and the cases of everything low and everything high."""
    step = step_of(found.low, found.high)
    ends = {"central": found.central, "low": found.case_low, "high": found.case_high}
    return {
        name: dollars(end, language=language, step=step, prose=False) for name, end in ends.items()
    }


def amount(found: Figure, *, language: Language, cap: float = float("inf")) -> Written:
    """Write the median of calls, hours or posts, and its range."""
    estimate = Estimate(
        found.median, 0.0, max(0.0, found.low), max(0.0, found.high), mark=found.mark
    )
    return write(estimate, language=language, cap=cap)


def amount_cases(found: Figure, *, language: Language) -> dict[str, str]:
    """Write the central case, and the cases of everything low and everything high."""
    step = step_of(found.low, found.high)
    ends = {"central": found.central, "low": found.case_low, "high": found.case_high}
    return {name: whole(rounded(end, step), language=language) for name, end in ends.items()}


def chance_words(of_100: float, *, language: Language) -> str:
    """Write a chance; it is never none and never sure.

    >>> chance_words(0.0, language="en"), chance_words(99.9, language="en")
    ('less than 1 in 100', 'more than 99 in 100')
    >>> chance_words(73.6, language="en")
    '74 in 100'
    """
    t, near = Texts(language), rounded(of_100, 1)
    if near < 1:
        return t("sav_chance_least")
    if near >= HUNDRED:
        return t("sav_chance_most")
    return t("sav_chance", n=near)


def two_digits(value: float) -> int:
    """Find the step that leaves two digits of a figure without a range.

    >>> two_digits(425_296), two_digits(7.0)
    (10000, 1)
    """
    return max(1, int(10 ** (floor(log10(max(abs(value), 1.0))) - 1)))


def in_dollars(one: Parameter) -> bool:
    """Whether an assumption is an amount of money."""
    return one.about.unit["en"].startswith("US dollars")


def plain(value: float, *, language: Language, priced: bool = False) -> str:
    """Write an assumption as its file has it, without needless digits.

    >>> plain(0.74, language="en"), plain(138000, language="en", priced=True)
    ('0.74', '$138,000')
    """
    text = format_decimal(abs(value), format="#,##0.###", locale=LOCALES[language])
    return f"{MINUS if value < 0 else ''}{'$' if priced else ''}{text}"
