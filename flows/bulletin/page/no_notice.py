"""Pages that are no notice: home pages, lists of links, sections, search forms, banners of cookies."""

import re
from functools import lru_cache

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.titles import folded
from flows.bulletin.page.notice import below

_HOME = re.compile(r"\b(?:home\s?page|pagina\s+iniziale)\b|^(?:home|benvenut[io])(?:\s|$)", re.I)
_SECTION_TITLES = frozenset(
    """
    novità; notizie; avvisi; comunicati; comunicati stampa; eventi; tutti gli eventi; servizi; tutti i servizi
    amministrazione; amministrazione trasparente; albo pretorio; albo pretorio online; documenti e dati
    vivere il comune; bandi di concorso; bandi di gara; bandi di gara e contratti; bandi; news; contatti
    mappa del sito; cerca; risultati della ricerca; ricerca; argomenti; luoghi; uffici; modulistica; faq
    domande frequenti; privacy; cookie policy; informativa privacy; note legali; accessibilità; area personale
    """.replace("\n", ";").split(";")
)
_TITLES = frozenset(title.strip() for title in _SECTION_TITLES if title.strip())
_LINKED_HEADING = re.compile(r"^\s{0,3}(?:#{1,6}|[-*+])\s*\[[^\]\n]{2,200}\]\([^)\n]{1,500}\)", re.M)
_LINK = Cued(r"\[[^\]\n]{1,200}\]\([^)\n]{1,500}\)")
_MORE = re.compile(
    r"\b(?:leggi (?:di più|tutto)|scopri di più|vai alla pagina|vedi tutt[ie]|continua a leggere)\b", re.I
)
_FORM = Cued(
    r"\b(?:filtra per|cerca nel sito|ricerca avanzata|risultati "
    r"trovati|ordina per|nessun risultato|parola chiave"
    r"|azzera i filtri|tutte le categorie|seleziona una)\b",
    re.I,
)
_COOKIES = Cued(r"\b(?:cookie|informativa sulla privacy|accetta tutti|gestisci preferenze)\b", re.I)
# what stands on the page of an office, in the model of Designers Italia for Comuni ("unità organizzativa")
_OFFICE = re.compile(r"^(?:l['’]\s?)?(?:ufficio|servizio|settore|area|sportello|unità)\s", re.I)
_OF_AN_OFFICE = re.compile(
    r"^[\s#*_-]*(cosa fa|competenze|struttura|tipologia|tipo di organizzazione|assessore(?: di riferimento)?"
    r"|responsabile|contatti|sede(?: principale)?|persone|personale|servizi (?:offerti|erogati|collegati)"
    r"|area di (?:riferimento|appartenenza)"
    r"|orari\w?(?: di (?:apertura|ricevimento)| (?:al|per il) pubblico)?)[\s*_]*(?::|$)",
    re.I | re.M,
)
_LABELS_OF_A_PAGE = 3  # of these
_SENTENCE = re.compile(r"[a-zà-ù]{2,}[^.!?\n]{30,}[.!?]")


@lru_cache(maxsize=64)
def reason(title: str, source: str) -> str:
    """Why a page is no notice, in Italian for the editor; "" for a notice."""
    body = below(title, source)
    heads = len(_LINKED_HEADING.findall(body))
    is_section = folded(title) in {folded(name) for name in _TITLES}
    if _HOME.search(title) and (heads > 1 or len(body) < 200 or len(_MORE.findall(body)) > 2):
        return "È la pagina iniziale di un sito, non una notizia."
    linked = sum(len(match[0]) for match in _LINK.finditer(body))
    if heads > 2 and (is_section or linked * 2 > len(body)):
        return "È un elenco di collegamenti, non una notizia."
    if len(_MORE.findall(body)) > 4 or (is_section and len(_MORE.findall(body)) > 1):
        return "È un elenco di notizie, non una notizia."
    if len(_FORM.findall(body)) > 2:
        return "È un modulo di ricerca, non una notizia."
    if len(_COOKIES.findall(body)) > 3 and len(_COOKIES.findall(body)) * 200 > len(body):
        return "È un avviso sui cookie, non una notizia."
    if is_section and not _SENTENCE.search(body):
        return "È una pagina di sezione, non una notizia."
    labels = {label.casefold() for label in _OF_AN_OFFICE.findall(body)}
    if _OFFICE.match(title) and len(labels) >= _LABELS_OF_A_PAGE:
        return "È la pagina di un ufficio, non una notizia."
    if not body.strip() and len(title.split()) < 2:
        return "La pagina non dice niente."
    return ""


def is_nothing(title: str, source: str) -> bool:
    """Whether a page is no notice at all."""
    return bool(reason(title, source))
