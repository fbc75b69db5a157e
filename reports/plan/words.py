"""Write half-widths and sizes as a planner says them.

headlines -> **words** -> sentence, page
"""

from math import floor, isfinite, log10

from babel.numbers import format_decimal

from reports.numbers import CERTAIN, LOCALES, Language, guesses_of_100
from reports.plan.headlines import NOTHING_SAID, Headline, Unit
from reports.texts import Texts

_WHOLE_FROM = 10  # figures of two digits need no decimals
_MOST_PLACES = 4


def figure(value: float, *, language: Language, fine: bool = False) -> str:
    """Write a size with about two digits; below one with a single one, unless it must be `fine`.

    >>> figure(1.83, language="en"), figure(0.043, language="en"), figure(26.8, language="es")
    ('1.8', '0.04', '27')
    >>> figure(0.173, language="en"), figure(0.173, language="en", fine=True)
    ('0.2', '0.17')
    """
    if value >= _WHOLE_FROM or value == 0:
        return format_decimal(value, format="#,##0", locale=LOCALES[language])
    places = min(_MOST_PLACES, max(1, fine - floor(log10(value))))
    return format_decimal(value, format=f"0.{'0' * places}", locale=LOCALES[language])


def half_words(half: float, unit: Unit, *, language: Language, fine: bool = False) -> str:
    """Write half of a range in its unit.

    >>> half_words(1.93, "percent", language="en"), half_words(0.58, "points", language="es")
    ('±1.9%', '±0.6 puntos')
    >>> half_words(140, "percent", language="en")
    'cannot be shown'
    """
    t = Texts(language)
    if not isfinite(half) or (unit == "percent" and half >= NOTHING_SAID):
        return t("plan_cannot")
    return t(f"plan_half_{unit}", n=figure(half, language=language, fine=fine))


def headline_words(one: Headline, level: float, *, language: Language) -> str:
    """Write half of a headline's range, or what it lacks."""
    if one.found is None:
        return Texts(language)("plan_no_costs" if one.lacks == "costs" else "plan_no_table")
    return half_words(one.half(level), one.unit, language=language, fine=True)


def headline_name(key: str, *, language: Language) -> tuple[str, str]:
    """Name a headline, and say what it is out of where its name does not.

    >>> headline_name("ed", language="en"), headline_name("naloxone", language="en")
    (('Ended in an emergency department', 'of 100 visits'), ('Visits with naloxone', ''))
    """
    t = Texts(language)
    name, of = t(f"plan_name_{key}"), t(f"plan_of_{key}")
    return name, "" if name.casefold().startswith(of.casefold()) else of


def of_100(chance: float, *, language: Language) -> str:
    """Write what a guesser can reach as times in 100: rounded up, and never as certain.

    >>> of_100(0.6643, language="en"), of_100(0.9901, language="en")
    ('67 in 100', 'more than 99 in 100')
    """
    t, times = Texts(language), guesses_of_100(chance)
    return t("plan_of_100_most") if times > CERTAIN else t("plan_of_100", n=times)


def preset_name(name: str, *, language: Language) -> str:
    """Name a preset, or a policy that is none of them."""
    return Texts(language)(f"plan_preset_{name}" if name else "plan_preset_own")
