"""The words that decide what a citizen does, and the levels of an alert."""

import re

from flows.bulletin.facts.fact import Kind, Sheet

# One word of ours for all the forms of each; what contradicts what is in _CONTRARIES.
_FORMS = {
    "annullato": r"annull(?:at[oaie]|amento|a(?:re)?)|soppress[oaie]"
    r"|non\s+(?:si\s+)?(?:terr[àa]|svolger[àa]|avr[àa]\s+luogo)(?:\s+si)?",
    "rinviato": r"rinvi(?:at[oaie]|o|are)|posticip(?:at[oaie]|o|azione|are)|slitta(?:t[oaie]|mento)?"
    r"|spostat[oaie]|differit[oaie]|rimandat[oaie]",
    "anticipato": r"anticipat[oaie]",
    "sospeso": r"sospes[oaie]|sospension[ei]|sospend(?:e|ono|ere)",
    "interrotto": r"interrott[oaie]|interruzion[ei]",
    "revocato": r"revocat[oaie]|revoca",
    "prorogato": r"prorog(?:at[oaie]|a|he|are|ando)",
    "confermato": r"confermat[oaie]",
    "gratuito": r"gratuit[oaie]|gratuitamente|gratuità|gratis"
    r"|(?:ingresso|entrata|accesso)(?::|\s+(?:[èé]|e['’`]?|sarà))?\s+liber[oa]",
    "a pagamento": r"a\s+pagamento",
    "vietato": r"vietat[oaie]|vieta(?:no)?|divieti?o?|proibit[oaie]",
    "consentito": r"consentit[oaie]|permess[oaie]",
    "obbligatorio": r"obbligatori[oaie]?|obbligo|obbligatoriamente",
    "facoltativo": r"facoltativ[oaie]",
    "chiuso": r"chius[oaie]|chiusur[ae]|chiud(?:e|ono|er[àa]|eranno|ere)",
    "aperto": r"apert[oaie]|apertur[ae]|apr(?:e|ono|ir[àa]|iranno|ire)",
    "riaperto": r"riapert[oaie]|riapertur[ae]|riapr(?:e|ono|ir[àa]|iranno|ire)",
    "ripristinato": r"ripristinat[oaie]|ripristino",
    "esaurito": r"esaurit[oaie]|sold\s+out",
    "scaduto": r"scadut[oaie]",
    "potabile": r"potabil[ei]",
}
_CONTRARIES = (
    ("chiuso", "aperto"),
    ("chiuso", "riaperto"),
    ("annullato", "confermato"),
    ("rinviato", "confermato"),
    ("rinviato", "anticipato"),
    ("gratuito", "a pagamento"),
    ("vietato", "consentito"),
    ("obbligatorio", "facoltativo"),
    ("sospeso", "ripristinato"),
    ("sospeso", "riaperto"),
    ("sospeso", "confermato"),
    ("interrotto", "ripristinato"),
)
_CONTRARY = frozenset(_CONTRARIES) | {(second, first) for first, second in _CONTRARIES}
# What changes whether, when or where something takes place, for one who had read of it.
_STATUS = """annullato rinviato anticipato sospeso interrotto revocato prorogato chiuso aperto riaperto
    ripristinato esaurito potabile"""
STATUS = frozenset(_STATUS.split())
_EACH_FORM = {word: re.compile(form, re.IGNORECASE) for word, form in _FORMS.items()}
_ANY_FORM = re.compile("(?:" + "|".join(_FORMS.values()) + r")(?!\w)", re.IGNORECASE)
_FIRST_LETTERS = 3
_STARTS_OF_FORMS = """
    ann sop non rin pos sli spo dif rim ant sos int rev pro con gra ing ent acc a vie div per obb fac chi
    ape apr ria rip esa sol sca pot
"""
_STARTS = frozenset(_STARTS_OF_FORMS.split())
_NOT = re.compile(
    r"\b(?:non(?!\s+(?:rispett|osserv|ottemper))|senza|nessun[ao]?|né|mai)(?:\s+(?:è|e['’]|sono|sarà|saranno|più|sia|siano|viene|verrà|risulta|ancora|\w+)){0,2}\s+$",
    re.IGNORECASE,
)
# `all'aperto`; `aperto a tutti` tells whom, not when; `il permesso` is a paper; `le iscrizioni chiudono` ends
# a term, which its date tells; `un incontro si apre`, `in chiusura` tell an order
_OTHER_SENSE = re.compile(
    r"""all['’]\x00aperto|\x00apert[oaie]\s+(?:anche\s+)?(?:a\s+tutt|alla\s+(?:cittadinanza|popolazione)|a\s+chi|agli|ai\b)
    |\b(?:il|un|del|al|i|dei|ai|di|per|ogni)\s+\x00permess[oi]\b
    |\x00permess[oi]\s+di\b
    |\b(?:iscrizioni|domande|adesioni|candidature|prenotazioni|bando|termini|avviso)\s+
    (?:(?:si|è|sono|resta|restano|rimane|rimangono)\s+)?\x00(?:chiu|ap[re])
    |\bin\s+\x00chiusura\b""",
    re.IGNORECASE | re.VERBOSE,
)
_COLOUR = re.compile(
    r"\b(?:(?P<verde>verde)|(?P<gialla>giall[oa])|(?P<arancione>arancio(?:ne)?)|(?P<rossa>ross[oa]))\b", re.I
)
_COLOURS = frozenset({"verd", "gial", "aran", "ross"})
_ALERT = re.compile(
    r"\b(?:allert|criticit|bollin|codice|livell|fase\s|avvis[oi]\s+di|colore)(?:[^.!?\n]|\bn\.){0,90}$",
    re.IGNORECASE,
)
_ALERT_AFTER = re.compile(r"^[^.!?\n]{0,18}\b(?:allert|criticit)", re.IGNORECASE)
_NO_LEVEL = re.compile(
    r"\b(?:numero|area|semaforo|aree|verde|zona|croce|camice|mercato|casa)\s+$", re.IGNORECASE
)


def read(sheet: Sheet) -> None:
    """Take critical words, denied or not, and level colours; nothing of it hides anything."""
    for match in sheet.at_words(_ANY_FORM, _STARTS, _FIRST_LETTERS):
        written = match[0].lower()
        word = next(word for word, form in _EACH_FORM.items() if form.fullmatch(written))
        if _OTHER_SENSE.search(
            sheet.before(match.start(), 30) + "\x00" + sheet.text[match.start() : match.end() + 24]
        ):
            continue
        denied = _NOT.search(sheet.text[max(0, match.start() - 30) : match.start()])
        sheet.note(Kind.word, f"non {word}" if denied else word, *match.span())
    for match in sheet.at_words(_COLOUR, _COLOURS, 4):
        before = sheet.text[max(0, match.start() - 110) : match.start()]
        after = sheet.text[match.end() : match.end() + 40]
        if not _NO_LEVEL.search(before) and (_ALERT.search(before) or _ALERT_AFTER.search(after)):
            sheet.note(Kind.level, str(match.lastgroup), *match.span())


def contrary(word: str, other: str) -> bool:
    """Whether two values of `Kind.word` exclude each other: `chiuso`, `aperto`, `non chiuso`."""
    if f"non {word}" == other or f"non {other}" == word:
        return True
    return (word, other) in _CONTRARY
