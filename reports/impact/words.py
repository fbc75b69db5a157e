"""Say a change in words: fewer or more, with its range.

study -> **words** -> figures, page
"""

from babel.numbers import format_decimal

from reports.estimate import Estimate, Mark
from reports.impact.ratio import Effect
from reports.numbers import LOCALES, MINUS, Language, Written, phrases, rounded, step_of, whole
from reports.program_facts import ProgramFacts
from reports.texts import Texts


def capital(text: str) -> str:
    """Begin with a capital letter and change nothing else."""
    return text[:1].upper() + text[1:]


def lower(text: str) -> str:
    """Begin with a small letter, for the middle of a sentence."""
    return text[:1].lower() + text[1:]


def signed(percent: float, *, language: Language) -> str:
    """Write a change with its sign.

    >>> signed(3.6, language="en"), signed(-18, language="en") == MINUS + "18%"
    ('+4%', True)
    """
    number = rounded(percent, 1)
    return f"{'+' if number > 0 else ''}{whole(number, language=language)}%"


def write_change(effect: Effect, *, language: Language) -> Written:
    """Write an effect in percent, never finer than one point.

    Args:
        effect: As a logarithm.
        language: Of the reader.

    Returns:
        The words, all with the sign or with "fewer" and "more"; empty where it cannot be told.
    """
    if not effect.defined:
        return Written("", "", "", "")
    t, words = Texts(language), phrases()["span"][language]
    step = step_of(*effect.percent[1:])
    value, low, high = (rounded(one, step) for one in effect.percent)
    if value == 0:
        about = t("imp_about_same")
    else:
        name = "imp_about_fewer" if value < 0 else "imp_about_more"
        about = t(name, n=whole(abs(value), language=language))
    if high <= 0:
        between = t("imp_between_fewer", low=abs(high), high=abs(low))
    elif low >= 0:
        between = t("imp_between_more", low=low, high=high)
    else:
        between = t("imp_between_mixed", low=abs(low), high=high)
    ends = {"low": signed(low, language=language), "high": signed(high, language=language)}
    return Written(about, signed(value, language=language), words.format(**ends), between)


def as_estimate(effect: Effect) -> Estimate:
    """Make an effect a figure in percent that a chart can draw."""
    value, low, high = effect.percent
    return Estimate(value, (high - low) / 2, low, high, Mark.USE)


def each_words(number: float, *, language: Language) -> str:
    """Write events for each visit, with one decimal from 1 and two below.

    >>> each_words(0.174, language="en"), each_words(1.84, language="es")
    ('0.17', '1.8')
    """
    form = "0.00" if abs(number) < 1 else "#,##0.0"
    return format_decimal(number, format=form, locale=LOCALES[language]).replace("-", MINUS)


def count_words(
    value: float, ends: tuple[float, float], *, language: Language
) -> tuple[str, str, str]:
    """Write a count and both ends with one step.

    >>> count_words(1582, (1033, 2190), language="en")
    ('1,600', '1,000', '2,200')
    """
    step = step_of(*sorted(ends))
    one, low, high = (whole(rounded(n, step), language=language) for n in (value, *ends))
    return one, low, high


def area_name(program: ProgramFacts, code: str) -> str:
    """Name an area of the program or elsewhere, as program.yaml does."""
    names = {area.code: area.name for area in (*program.areas, *program.comparison)}
    return names.get(code, code)
