"""Why an item of the site is no news of the bulletin, in Italian words for the editor."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from db.models import Holds
from flows.bulletin.candidates import Candidate
from flows.bulletin.choosing.notice import NoticeText, bare
from flows.bulletin.language.titles import folded

_SPEAKING_TITLE = 4  # words: a shorter title alone, as `Avviso pubblico`, tells nothing
_SHORT = 12  # words of a text under which a title decides what the item is
_DRAFT_TITLE = re.compile(
    r"\((?:copy|copia)(?:\s*\d+)?\)|^\W*(?:bozza|draft|auto[- ]draft)\b|^copia di\b", re.I
)
# WordPress' own words for what its editor saves by itself, in English and in the Italian translation
_DRAFT_ADDRESS = re.compile(
    r"autosave|auto-draft|bozza-automatica|salvataggio-automatico|[?&]preview=true", re.I
)
_OFFICE_HOLDER = re.compile(
    r"^(?:[A-ZÀ-Ý][\w'’À-ÿ]+\s+){1,3}[A-ZÀ-Ý][\w'’À-ÿ]+\s*[-–—:,]\s*(?:il\s+|la\s+)?"
    r"(?:vice\s?-?\s?sindac[oa]|sindac[oa]|assessor[ea]|assessora|consiglier[ea](?:\s+comunale)?"
    r"|president[e](?:\s+del\s+consiglio(?:\s+comunale)?)?|segretari[oa](?:\s+(?:comunale|generale))?)\W*$",
    re.I,
)
_MENU_WORDS = """
    appuntamenti on line; appuntamenti online; prenota appuntamento; prenota un appuntamento
    prenotazione appuntamento; prenotazione appuntamenti; amministrazione trasparente; albo pretorio
    albo pretorio on line; albo pretorio online; contatti; dove siamo; modulistica; privacy; cookie policy
    informativa privacy; note legali; mappa del sito; dichiarazione di accessibilita; area riservata
    area personale; accedi; accedi all area personale; cerca; home; homepage; home page; menu; tutte le novita
    tutte le notizie; vedi tutte; vedi tutti; novita; notizie; avvisi; comunicati; eventi; servizi; documenti
    amministrazione; organi di governo; giunta comunale; consiglio comunale; uffici; aree amministrative
    personale amministrativo; politici; enti e fondazioni; segnalazione disservizio; segnala disservizio
    richiesta assistenza; richiedi assistenza; leggi le faq; numeri utili; orari uffici; orari degli uffici
    vivere il comune; luoghi; galleria fotografica; pago pa; pagopa; sportello telematico; servizi online
    servizi on line; elenco siti tematici; link utili; rassegna stampa; leggi tutto; leggi di piu
"""
_MENU = frozenset(folded(word) for line in _MENU_WORDS.splitlines() for word in line.split(";")) - {""}
_CALL = re.compile(r"\bconvoca\w*|\bseduta\b[^.]{0,40}\b(?:consiglio|commissione)\b", re.I)


def reason(candidate: Candidate, now: datetime, window: timedelta) -> str | None:
    """Why it stays out whatever day it is told for; None when it may go in."""
    if _DRAFT_TITLE.search(candidate.title) or _DRAFT_ADDRESS.search(candidate.url):
        return "sembra una bozza o una copia"
    if candidate.dated < now - window:
        return f"{'pubblicata' if candidate.published else 'sul sito'} da più di {_days(window)}"
    return _is_menu(candidate) or _unwritten(candidate)


def _is_menu(candidate: Candidate) -> str | None:
    title = folded(candidate.title)
    own = [word for word in folded(candidate.text[:500]).split() if word not in title.split()]
    if title in _MENU or _OFFICE_HOLDER.search(candidate.title.strip()):
        return "sembra una voce di menu, non una notizia" if len(own) < _SHORT else None
    return None


def _unwritten(candidate: Candidate) -> str | None:
    """What keeps the office's words from being summarised."""
    if candidate.is_page_behind:
        return "il feed la segna cambiata, ma la pagina non lo dice ancora: si aspetta la pagina"
    if candidate.holds is not Holds.text and not candidate.abstract.strip():
        return f"solo {_held(candidate)}: il testo va scritto a mano"
    unread = candidate.is_page_unread
    if unread and candidate.text.strip() and bare(NoticeText(candidate.title, candidate.text)).cut:
        return "la pagina non si legge: il feed ne porta solo l'inizio"
    if not candidate.text.strip() and len(candidate.title.split()) < _SPEAKING_TITLE:
        return "la pagina non si legge: il feed ne porta solo il titolo" if unread else "senza testo"
    return None


def _held(candidate: Candidate) -> str:
    if candidate.holds is Holds.pictures:
        return "un'immagine"
    ends = {urlsplit(address).path.lower().rpartition(".")[2] for address in candidate.attachments}
    kind = " PDF" if ends == {"pdf"} else ""
    return f"un allegato{kind}" if len(candidate.attachments) == 1 else f"allegati{kind}"


def older_calls(news: Sequence[Candidate]) -> dict[int, str]:
    """Calls of sittings whose address a newer one has taken: place in `news` (newest first) -> reason."""
    newest: dict[str, Candidate] = {}
    reasons = {}
    for place, candidate in enumerate(news):
        if not _CALL.search(candidate.title):
            continue
        address = candidate.url.rstrip("/").casefold()
        if address in newest:
            reasons[place] = f"convocazione superata: allo stesso indirizzo ora c'è «{newest[address].title}»"
        else:
            newest[address] = candidate
    return reasons


def _days(window: timedelta) -> str:
    return "un giorno" if window.days == 1 else f"{window.days} giorni"
