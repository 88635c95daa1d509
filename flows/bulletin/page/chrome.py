"""What a theme sets around a page's text, of a page that came as one line: buttons, index, who keeps it.

`Condividi Facebook Twitter … Indice della pagina Cos'è Luogo Costi`, `A cura di Questa pagina è gestita da`.
"""

import re

_NETWORK = (
    r"(?:Facebook|Twitter|X|Linked[Ii]n|Whats[Aa]pp|Telegram|E-?mail)\s*"
    r"(?:\(Apre il link in una nuova scheda\)\s*)?"
)
_BUTTONS = re.compile(
    rf"\bCondividi\s+(?:{_NETWORK}){{2,}}(?:Vedi azioni\s*)?(?:(?:Stampa|Ascolta|Invia)\s*){{0,3}}"
)
_FILED = re.compile(  # under which topics: between the buttons and the index
    r"\A(?:Argomenti|Categori[ae]|Tipo(?:logia)? di \w+|Vai al calendario eventi|Data\s*:|Data inizio)\b"
)
_ITS_DAYS = re.compile(r"\bData (?:inizio|fine)\s*:\s*\d{1,2}[°º]? [a-z]+ 20\d\d", re.I)
_INDEX = "Indice della pagina"
_ENTRIES = re.compile(
    r"\s*(?:Cos['’]è|Descrizione|A chi è rivolto|Luog(?:o|hi)|Date e [Oo]rari|Cost[oi]|Allegati|Documenti"
    r"|Mappa"
    r"|Punti di contatto|Contatti|Ulteriori informazioni|Organizzato da|Con il supporto di|A cura di"
    r"|Evento principale|Contenuti correlati|Data di scadenza|Stato|Oggetto|Codice Identificativo Gara"
    r"|Tipo di documento|Formati disponibili|Licenza di distribuzione|Codice|Livelli di rischio"
    r"|Emissione e durata della previsione|Avvisi e News|Come fare|Cosa serve|Tempi e scadenze"
    r"|Galleria)(?=\s|$)"
)
_HEAD = re.compile(  # and the day on the card of an event, which stands below `Date e orari` too
    r"\A(?:Dettagli (?:della notizia|dell['’](?:evento|avviso))"
    r"|(?:Prossima data )?\d{1,2}[°º]? [a-z]{4,9}(?= [A-ZÀ-Ý]))\s+"
)
_KEPT_BY = re.compile(r"\s*\bA cura di\s+Questa pagina è gestita da\b.{0,160}\Z", re.S)
_SIGNED = re.compile(r"\bMunicipium A cura di [A-ZÀ-Ý].{0,160}?(?=\s+Municipium\b|\s*\Z)")
_LAST_SIGNED = re.compile(r"\s+A cura di [A-ZÀ-Ý][^.:;\d]{3,70}\Z")
_TO_THE_PAGE = re.compile(r"\s*Vai alla [Pp]agina\b")
_UPDATED = re.compile(r"\s*\bUltimo aggiornamento\s*:?\s*\d{1,2}/\d{1,2}/\d{4},?\s*\d{1,2}:\d{2}\s*\Z")
_ITS_DAY = re.compile(r"(?P<day>\d{1,2}[°º]? [a-z]{4,9}) 20\d\d (?:dalle|ore|alle) [\d:.]+(?: alle [\d:.]+)?")
_LONGEST = 600  # characters between the buttons and the index
_TEASER = 30  # characters that tell that a teaser and its text are the same


def unframed(text: str) -> str:
    """`text` without its theme's words; the text as it is where none of them stands in it."""
    if _INDEX not in text and "Condividi" not in text and "Questa pagina è gestita da" not in text:
        return text
    text = _KEPT_BY.sub("", _UPDATED.sub("", text.rstrip()))
    text = _LAST_SIGNED.sub("", _SIGNED.sub("", text)) if _INDEX in text else text
    found = _BUTTONS.search(text)
    if found is None:
        return text
    head, below = _HEAD.sub("", text[: found.start()]).rstrip(), text[found.end() :].lstrip()
    filed, index, rest = below.partition(_INDEX)
    if index and len(filed) <= _LONGEST and (not filed.strip() or _FILED.match(filed.strip())):
        days = " ".join(_ITS_DAYS.findall(filed))
        below = f"{days}\n{_below_index(rest)}".strip()
    return f"{_fresh(head, below)}\n\n{below}".strip()


def _below_index(text: str) -> str:
    """The text behind the entries of an index, each of which stands in it once; a second one is a heading."""
    at, seen = 0, set[str]()
    while (entry := _ENTRIES.match(text, at)) and (name := entry[0].strip().lower()) not in seen:
        seen.add(name)
        at = entry.end()
    return text[at:].lstrip()


def _fresh(head: str, below: str) -> str:
    """The teaser above without what the text below says again: all of it but its day, or nothing."""
    bare, text = " ".join(head.split()).rstrip(" .…"), " ".join(below.split())
    ends = (bare[:_TEASER], bare[-_TEASER:])
    if len(bare) < _TEASER or not any(end in text for end in ends):
        return head
    day = _ITS_DAY.match(bare)
    return day[0] if day and day["day"] not in text else ""
