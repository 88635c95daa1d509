"""What one pays, in a sentence: `L'ingresso è gratuito.`, `Il biglietto costa 6,50 euro.`"""

import re

from flows.bulletin.language.cues import Cued
from flows.bulletin.summary.clauses.price_lists import several_prices

_EURO = r"(?:€\s?(?P<a>\d[\d.]*(?:,\d{1,2})?)|(?P<b>\d[\d.]*(?:,\d{1,2})?)\s?(?:€|euro\b))(?:,00|\s?,-)?"
_AMOUNT = re.compile(_EURO, re.I)
_SUBJECTS = {
    "ingresso": ("L'ingresso", "o"),
    "entrata": ("L'entrata", "a"),
    "partecipazione": ("La partecipazione", "a"),
    "iscrizione": ("L'iscrizione", "a"),
    "accesso": ("L'accesso", "o"),
    "evento": ("L'evento", "o"),
    "corso": ("Il corso", "o"),
    "visita": ("La visita", "a"),
    "spettacolo": ("Lo spettacolo", "o"),
    "iniziativa": ("L'iniziativa", "a"),
    "laboratorio": ("Il laboratorio", "o"),
    "biglietto": ("Il biglietto", "o"),
    "concerto": ("Il concerto", "o"),
    "servizio": ("Il servizio", "o"),
}
_FREE = re.compile(r"\b(?:gratuit[oaie]|gratis)\b", re.I)
_OPEN = re.compile(r"\b(?:ingresso|entrata|accesso|partecipazione)\s(?:è\s)?(?P<free>liber[oa])\b", re.I)
_OF_SOME = re.compile(r"\W*(?:per|chi|se)\s", re.I)  # `Per le denunce di nascita l'accesso è libero`
_OFFER = re.compile(r"\b(?:ad?\s+)?(?:offerta|contributo)\s+liber[oa]\b", re.I)
_WHILE = re.compile(
    r"fino (?:a|ad) esaurimento (?:dei )?posti(?: disponibili)?|sino a esaurimento posti", re.I
)
# a page where some pay less, and a text that says so or leads there
_REDUCED = r"(?:gratuit\w|gratis|ridott\w|esent\w)"
_SOME = (
    r"(?:sotto i|under|over|fino a[il]? \d|(?:ai|per i|i) minori?|bambin\w|ragazz\w|disabil\w|\d{1,2} anni"
    r"|per (?:gli|i|le) (?:student|alunn|resident|soci|iscritt|abbonat)\w*)"
)
EXEMPTION = Cued(rf"\b{_REDUCED}\b[^.;\n]{{0,30}}?\b{_SOME}|\b{_SOME}\b[^.;\n]{{0,30}}?\b{_REDUCED}\b", re.I)
SOME_PAY_LESS = re.compile(rf"\b{_REDUCED}\b|\b(?:costi|prezzi|tariffe)\b[^.]{{0,30}} nella pagina", re.I)
_PAID = re.compile(r"A pagamento\.?", re.I)
_FEE = re.compile(r"(?:contributo|quota)(?:\sdi|\sper\sla|\salla)?\spartecipazione", re.I)
_ONE_PRICE = re.compile(
    rf"(?:A pagamento\s+)?(?:(?P<kind>ingresso|offerta minima|bigliett[oi]|biglietto "
    rf"unico|costo|prezzo|contributo|quota(?: di (?:iscrizione"
    rf"|partecipazione))?|iscrizione|tariffa|contributo di (?:iscrizione|partecipazione)|costo del biglietto)"
    rf"\s?(?:è\s|di\s|:|-|pari a\s)*\s?)?{_EURO}\s*(?P<rest>.*)",
    re.I,
)
_LESS = re.compile(
    rf"[,(]?\s?(?:(?:gratuit[oa]|gratis)(?=\s)|ridotto\s?(?:a\s|:\s?)?{_EURO})"
    r"(?P<whom>\s(?:(?:per|sotto|fino|sino|under|over)\b|(?:ai|agli|alle)\s)[^.;:,()€\d]{0,40}(?:\d{1,2}(?:\sanni)?)?[^.;:,()€\d]{0,20})?\)?",
    re.I,
)
_SOLD = re.compile(
    r"[,(]?\s?(?:in\s(?:pre)?vendita|acquistabil\w+|da\spagare|sul\sposto|in\sloco)\b[^€]{0,60}\)?", re.I
)
_COVERS = re.compile(
    r"[,(]?\s?((?:comprensiv[aoe]\sdi|compres[oaie])\s[^€.;:,()\d]{3,40}"
    r"|[a-zà-ù]{4,12}\s(?:inclus|compres)[oaie])\)?",
    re.I,
)
_PER_HEAD = re.compile(
    r"(?:a persona|per persona|a testa|a famiglia|a coppia|cad\.?|ciascuno|al mese|a incontro)", re.I
)


def price_sentence(words: str) -> str:
    """What `words` (a part "Costi") say, as one sentence; "" where it is not understood whole."""
    text = " ".join(words.split()).strip(" .;")
    amounts = list(_AMOUNT.finditer(text))
    if not amounts:
        return _without_amount(text)
    if several := several_prices(text, _euro):
        return several
    match = _ONE_PRICE.fullmatch(text)
    if match is None:
        return ""
    amount = _euro(match["a"] or match["b"])
    rest = match["rest"].strip(" .,;")
    inner = re.fullmatch(r"\((?P<in>[^()]*)\)", rest)
    kind = (match["kind"] or "").lower()
    subject, verb = _subject(kind)
    said = f"{subject} {verb} {amount}"
    if not rest:
        return f"{said}."
    if _PER_HEAD.fullmatch(rest):
        return f"{said} {rest.lower().replace('cad.', 'a testa')}."
    if inner and re.fullmatch(r"oppure (?:con )?abbonamento", inner["in"].strip(), re.I):
        return f"{said}; vale anche l'abbonamento."
    if inner and (
        free := re.fullmatch(r"(gratuito|gratis|gratuita)\s(?!e\b)(.{5,60})", inner["in"].strip(), re.I)
    ):
        return f"{said}, gratis {free[2].strip()}."
    if free := _LESS.fullmatch(rest):
        less = f"ridotto {_euro(free['a'] or free['b'])}" if free["a"] or free["b"] else "gratis"
        return f"{said}, {less}{free['whom'] or ''}."
    if covers := _COVERS.fullmatch(rest):
        return f"{said}, {covers[1].lower()}."
    if _SOLD.fullmatch(rest):
        return f"{said}."
    presale = re.fullmatch(rf"\+\s?{_EURO}\s?(?:di\s)?(?:diritti di )?prevendita", rest, re.I)
    if presale:
        return f"{said} più {_euro(presale['a'] or presale['b'])} di prevendita."
    return ""


def is_paid(words: str) -> bool:
    """Whether one pays, however much."""
    return bool(_PAID.search(words) or _AMOUNT.search(words))


def is_free(words: str) -> bool:
    """Whether `words` say that nobody pays, and nothing beside."""
    return _without_amount(" ".join(words.split())).endswith((" è gratuito.", " è gratuita."))


def _without_amount(text: str) -> str:
    named = (key for key in _SUBJECTS if key in text.lower() and re.search(rf"\b{key}\b", text, re.I))
    subject = next(named, "")
    if re.search(r"\bpresentazione della (?:domanda|richiesta)\b", text, re.I):
        return ""  # who asks for money enters nowhere
    while_there = ", fino a esaurimento dei posti" if _WHILE.search(text) else ""
    if re.search(
        r"\b(?:ridott|intero|under|over|soci|residenti|esclus|tranne|salvo|sotto i|fino a \d)", text, re.I
    ):
        return ""
    if _OFFER.search(text):
        who, _ = _SUBJECTS.get(subject, _SUBJECTS["ingresso"])
        return f"{who} è a offerta libera{while_there}."
    if _FREE.search(text):
        if subject not in ("ingresso", "partecipazione", "iscrizione", "entrata", "accesso"):
            subject = "partecipazione"
        near = re.search(
            r"\b(ingresso|partecipazione|iscrizione|entrata|accesso)\b[\w\s]{0,12}\bgratuit", text, re.I
        )
        who, ending = _SUBJECTS[near[1].lower() if near else subject]
        return f"{who} è gratuit{ending}{while_there}."
    if (found := _OPEN.search(text)) and not _OF_SOME.match(text):
        who, ending = _SUBJECTS[found[0].split()[0].lower()]
        return f"{who} è liber{ending}{while_there}."
    if _FEE.fullmatch(text):
        return "La partecipazione è a pagamento."
    return "L'ingresso è a pagamento." if _PAID.fullmatch(text) else ""


def _subject(kind: str) -> tuple[str, str]:
    if "contributo" in kind:
        return "Il contributo", "è di"
    if "quota" in kind:
        return "La quota", "è di"
    if kind == "iscrizione":
        return "L'iscrizione", "costa"
    if kind == "offerta minima":
        return "L'offerta minima", "è di"
    if kind == "tariffa":
        return "La tariffa", "è di"
    if kind in ("costo", "prezzo", ""):
        return "Il costo", "è di"
    return "Il biglietto", "costa"


def _euro(number: str) -> str:
    """`6,50 euro`, `10 euro` of `10,00`."""
    whole, _, cents = number.rstrip(".,").partition(",")
    cents = cents.ljust(2, "0") if cents else ""
    said = f"{whole},{cents}" if cents.strip("0") else whole
    return f"{said} euro"
