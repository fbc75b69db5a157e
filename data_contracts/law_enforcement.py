"""Know a law enforcement agency by its name, in English and Spanish.

A kind is chosen from a list; a name says who it is. The list of words is kept wide on purpose: who
is named so and is no such agency can say so in `program.yaml`, and then the card says it too.
"""

import re
import unicodedata

_ABOUT_THEM = re.compile(  # bodies that watch over police, or work in their place
    r"\b(?:alternatives? (?:to|for) polic(?:e|ing)|(?:non|without|not) police|no policial(?:es)?"
    r"|police (?:accountability|oversight|review|ombuds\w*|alternatives?))\b"
)
_NAMED = re.compile(
    r"\b(?:"
    r"police|policing|constab\w*|sheriff(?:s)?|marshal(?:s)?|troopers?|detectives?|bailiffs?"
    r"|law enforcement|fusion cent(?:er|re)s?|real time crime|intelligence (?:bureau|division|unit)"
    r"|(?:highway|state|border) patrol|rangers? division|homeland security"
    r"|(?:department|dept|division|bureau|office|agency|directorate|ministry) of public safety"
    r"|public safety (?:department|dept|division|bureau|office|agency|directorate)"
    r"|(?:district|state s?|states|county|city|commonwealth s?|commonwealths|prosecuting|us|u s"
    r"|united states) attorneys?|attorneys? general|prosecutors?|prosecution|solicitor general"
    r"|department of justice|corrections?|correctional|jails?|prisons?|penitentiar\w+"
    r"|detention|probation|parole|immigration and customs|immigration enforcement"
    r"|customs and border|federal bureau of investigation|drug enforcement|fbi|dea|cbp|dps"
    r"|[a-z]{0,4}pd"
    r"|policia\w*|policial(?:es)?|alguacil\w*|comisaria\w*|fiscalia\w*|procuraduria\w*"
    r"|ministerio publico|guardia (?:civil|nacional)|gendarmeri\w+|carabineros?|patrulla\w*"
    r"|seguridad publica|carcel\w*|carcelari\w+|prision\w*|penitenciari\w+|correccional\w*"
    r"|libertad condicional|probatoria|fuerzas del orden"
    r")\b"
)


def law_enforcement_word(name: str) -> str:
    """Find the word by which a name is that of a law enforcement agency.

    >>> law_enforcement_word("Riverton Police Department"), law_enforcement_word("Fiscalía del Sur")
    ('police', 'fiscalia')
    >>> law_enforcement_word("Health Policy Institute"), law_enforcement_word("Marshall Clinic")
    ('', '')
    >>> law_enforcement_word("Police Accountability Board")
    ''

    Args:
        name: Name of an agency, in any case and with any accents.

    Returns:
        The word, folded; empty where the name has none.
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    words = " ".join(re.sub(r"[.'\u2019]", "", letters).replace("&", " and ").split())
    words = " ".join(re.sub(r"[^\w]+|_", " ", words).split())
    found = _NAMED.search(_ABOUT_THEM.sub(" ", words))
    return found[0] if found else ""
