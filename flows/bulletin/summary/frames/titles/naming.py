"""A sentence of the office that speaks of its matter without the name, said with it.

`Attraverso il servizio è possibile consultare gli orari` is `Con lo sportello casa puoi consultare gli
orari`, `Il servizio è gratuito` is `Il servizio di trasporto scolastico è gratuito`, `Richiedila` gets its
noun.
"""

import re

from flows.bulletin.summary.frames.titles.matter import IN_QUOTES, Matter

_MEANS = (
    r"(?:servizio|sportello|portale|piattaforma|iniziativa|progetto|misura|applicazione|app)"
    r"(?:\s(?:on[\s-]?line|telematic[oa]|digitale|comunale|gratuit[oa]))?"
)
_BY = re.compile(
    rf"^(?:Attraverso|Tramite|Mediante|Con|Grazie a)l?\s?(?:il\s|lo\s|la\s|l['’]|questo\s|questa\s"
    rf"|quest['’]|l\s)?\s?(?:nuov[oa]\s)?{_MEANS},?\s"
    r"(?:è possibile|si può|si possono|si potrà|sarà possibile|puoi|potete|i cittadini possono|gli "
    r"utenti possono)\s(?=[a-zà-ù]+(?:re|rsi|rti)\b)",
    re.I,
)
_SUBJECT = re.compile(
    r"^(?:Il|Lo|La|L['’])\s?(?P<noun>servizio|sportello|iniziativa|progetto|misura|corso|contributo|bonus|bando|avviso|percorso"
    r"|concorso|piano|programma|campagna|premio|voucher|soggiorno|consultazione)\s"
    r"(?=(?:non\s|si\s|ha\s|è\s|sarà\s|resta\s|viene\s|consente|permette|offre|aiuta|fornisce|garantisce|prevede|scade|riprende|parte\b"
    r"|inizia|comincia|torna|finanzia|sostiene|dà\s|spetta|può\s|deve\s|va\s|rimane|mette|dura|costa))"
)
_IMPERATIVES = (
    "Richiedi|Chiedi|Compila|Prenota|Ritira|Scarica|Consulta|Leggi|Rinnova|Acquista|Usa|Presenta|Paga|Visita"
)
_WITH_PRONOUN = re.compile(rf"^(?P<verb>{_IMPERATIVES})l(?P<end>[aoei])\b\s?", re.I)
_ENDINGS = {"o": ("il", "lo", "l'"), "a": ("la", "l'"), "i": ("i", "gli"), "e": ("le",)}
_OPENED = re.compile(
    r"^Sono (?:ancora )?aperte le (?:(?P<to>(?:pre)?iscrizioni|adesioni)|domande|candidature|prenotazioni)\.$"
)
_IS = re.compile(  # `È aperto il concorso` has its own subject
    r"^(?:È|Si tratta di)\s(?=un[oa']?\b|un['’]|\w+t[oa]\b(?!\s(?:il|lo|la|un|una|uno)\s|\s(?:l|un)['’]))"
)
_A_KIND = re.compile(
    r"un(?:[oa]\s|['’]|\s)(?P<noun>\w+)\s(?:\w+(?:al|ar|ic|al)[ei]\s|\w+(?:ic|iv|uit)[oa]\s)?"
)
_STATES = re.compile(
    r"(?:rivolt|destinat|dedicat|riservat|gratuit|apert|finalizzat|previst|promoss|organizzat|attiv)(?P<end>[oa])\b",
    re.I,
)
_A_TAX = re.compile(r"(?:impost|tass|tribut|tari|imu\b|canon)", re.I)
_ENTRIES_OF = re.compile(  # `Iscrizioni al trasporto scolastico 2027/2028`
    r"(?:nuove |aperte le )?(?:pre-?)?(?:iscrizioni|domande|adesioni) (?:online )?(?:per )?"
    r"(?:al|alla|il|la|alle|all['’])\s?(?:servizi[oi] (?:di )?)?"
    r"(?P<what>(?:trasporto|mensa|refezione|pre-?scuola|pre e post|(?:dopo|post)-?scuola)\b[^.:,;(–0-9]*)",
    re.I,
)
_PROJECTS = frozenset({"percorso", "laboratorio", "corso", "sportello", "servizio", "spazio"})
_FEMININE = frozenset({"iniziativa", "misura", "campagna", "consultazione", "piattaforma"})


def _is(matter: Matter, rest: str) -> str:
    """`un contributo rivolto alle famiglie` of a contribution is `Il contributo … è rivolto alle …`."""
    if matter.is_plural:
        return ""
    name = f"{matter.text[:1].upper()}{matter.text[1:]}"
    if same := _A_KIND.match(rest):
        if _A_TAX.match(same["noun"]) and not _A_TAX.match(matter.noun):
            return ""  # `È un'imposta dovuta` under `Bando TARI`: not the call
        if same["noun"].lower() == matter.noun.split(" ", 1)[0]:
            return f"{name} è {rest[same.end() :]}" if _STATES.match(rest[same.end() :]) else ""
        return f"{name} è {rest}"
    state = _STATES.match(rest)
    agrees = state is not None and (state["end"].lower() == "a") is matter.is_feminine
    return f"{name} è {rest}" if agrees else ""


def needs_name(text: str) -> bool:
    """Whether a sentence cannot do without a name before it, whatever words it shares with the title."""
    return any(pattern.match(text) for pattern in (_BY, _IS, _WITH_PRONOUN))


def with_name(text: str, matter: Matter | None) -> str:
    """`text` with the matter's name in it; "" where it does not lean on one, or the two do not agree."""
    if matter is None:
        return ""
    if opened := _OPENED.match(text):
        return f"{opened[0].rstrip('.')} {matter.to if opened['to'] else f'per {matter.text}'}."
    if not matter.article:
        return ""
    if by := _BY.match(text):
        return f"Con {matter.text} puoi {text[by.end() :]}"
    if said := _WITH_PRONOUN.match(text):
        agrees = matter.article in _ENDINGS[said["end"].lower()]
        if matter.article == "l'":
            agrees = matter.is_feminine is (said["end"].lower() == "a")
        return f"{said['verb']} {matter.text} {text[said.end() :]}" if agrees else ""
    if said := _IS.match(text):
        return _is(matter, text[said.end() :])
    subject = _SUBJECT.match(text)
    if subject is None:
        return ""
    noun = subject["noun"].lower()
    if noun == "servizio" and (entries := _ENTRIES_OF.match(matter.text.removeprefix("le "))):
        return f"Il servizio di {entries['what'].strip().lower()} {text[subject.end() :]}"
    if matter.is_plural:
        return ""
    its = matter.noun.split(" ", 1)[0]
    if noun != its and (noun in _FEMININE) is not matter.is_feminine:
        return ""  # `La mensa è gratuito`
    if noun == "progetto" and its in _PROJECTS:
        noun = its
    if noun != its and (noun not in ("servizio", "iniziativa", "misura") or its in ("avviso", "comunicato")):
        return ""  # `Il corso` beside a bonus: something else
    aside = (
        "," if IN_QUOTES.sub("", matter.text).count(", ") == 1 else ""
    )  # `Lo sportello casa, nuovo servizio, è aperto`
    return f"{matter.text[:1].upper()}{matter.text[1:]}{aside} {text[subject.end() :]}"
