"""Know a law enforcement agency by its name, in English and Spanish.

A kind is chosen from a list; a name says who it is. The list of words is kept wide on purpose: who
is named so and is no such agency can say so in `program.yaml`, and then the card says it too.
"""

import re
import unicodedata

from data_contracts.spelling import tidy

_LETTERS = re.compile(r"\b(?:ICE|DOC|DOJ|HSI|ATF|BOP)\b")  # words when they are not capitals
_ABOUT_THEM = re.compile(  # bodies that watch over police, or work in their place
    r"\b(?:alternatives? (?:to|for) polic(?:e|ing)|(?:non|without|not) police|no policial(?:es)?"
    r"|police (?:accountability|oversight|review|ombuds\w*|alternatives?))\b"
)
_NAMED = re.compile(
    r"\b(?:"
    r"\w*police\w*|policing|constab\w*|\w*sher+if+\w*|marshal(?:s)?|troopers?|detectives?|bailiffs?"
    r"|peace officers?|deput(?:y|ies) (?:sher\w*|association|union)|deputies|swat|national guard"
    r"|secret service|bureau of investigations?|criminal investigations?|gang unit"
    r"|(?:crime|intelligence) cent(?:er|re)s?|crime (?:lab|analysis)\w*"
    r"|(?:drug|narcotics?|gang) (?:task force|unit|division)"
    r"|law enforcement|fusion cent(?:er|re)s?|real time crime|intelligence (?:bureau|division|unit)"
    r"|(?:highway|state|border) patrol|rangers? division|homeland security"
    r"|(?:department|dept|division|bureau|office|agency|directorate|ministry) of public safety"
    r"|public safety$|(?:da|ag)s? office|office of the (?:da|ag)"
    r"|public safety (?:department|dept|division|bureau|office|agency|directorate)"
    r"|(?:district|state s?|states|county|city|commonwealth s?|commonwealths|prosecuting|us|u s"
    r"|united states) attorneys?|attorneys? general|prosecutors?|prosecution|solicitor general"
    r"|(?:department|dept|ministry) of (?:juvenile )?justice|justice department"
    r"|juvenile (?:hall|justice)"
    r"|community supervision|pre ?trial services|court services"
    r"|corrections?|correctional|jails?|prisons?|penitentiar\w+"
    r"|detention|probation|parole|immigration and customs|immigration enforcement"
    r"|immigration (?:and naturali[sz]ation|service|office|court|authority|department|bureau)"
    r"|(?:us|u s|department of|office of|bureau of|^)(?: and)? ?immigration$|(?:us|u s) ice|^ice$"
    r"|ice (?:ero|field office|agency)|uscis|customs and border"
    r"|federal bureau of investigation|drug enforcement|fbi|dea|cbp|dps"
    r"|[a-z]{0,4}pd"
    r"|policia\w*|policial(?:es)?|alguacil\w*|comisaria\w*|fiscalia\w*|procuraduria\w*"
    r"|ministerio publico|guardia (?:civil|nacional)|gendarmeri\w+|carabineros?|patrulla\w*"
    r"|(?:fiscal|procurador) (?:general|del? (?:distrito|estado|condado)\w*)"
    r"|ministerio (?:del interior|de justicia|de seguridad)|agencias? del? (?:la ley|seguridad)"
    r"|(?:secretaria|cuerpos?|departamento|direccion) de seguridad|seguridad (?:publica|ciudadana)"
    r"|(?:instituto|oficina|servicio|direccion|control)(?: nacional)? de (?:in)?migracion"
    r"|^(?:in)?migracion$|aduanas?|correcciones|libertad vigilada|carcel\w*"
    r"|carcelari\w+|prision\w*|penitenciari\w+|correccional\w*"
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
    name = tidy(name)
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    words = " ".join(re.sub(r"[.'\u2019]", "", letters).replace("&", " and ").split())
    words = " ".join(re.sub(r"[^\w]+|_", " ", words).split())
    found = _NAMED.search(_ABOUT_THEM.sub(" ", words))
    if found is None and (name != name.upper() or " " not in name):
        found = _LETTERS.search(name.replace(".", ""))
    return found[0].casefold().strip() if found else ""
