"""What a notice lacks without which nothing must be composed of it, and why in Italian for the editor.

An event without its day, a closure without its period, an alert without hazard or time, an act whose matter,
street or day the page does not tell: a text of these sends people to a thing that nobody named.
"""

import re
from collections.abc import Mapping

from flows.bulletin.facts.fact import plain
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.signals import MONTH
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.no_notice import reason
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Slot, Told
from flows.bulletin.page.sections import sections
from flows.bulletin.page.told_slots import figures

_OFF = re.compile(r"\b(?:rinviat|annullat|posticipat|sospes|rimandat|spostat)\w|\bda\s+destinarsi\b", re.I)
_OPEN_ENDED = re.compile(
    r"\b(?:[fs]ino\s+al(?:la)?\s+(?:ripristino|fine|termine|conclusione|riapertura|cessat\w+)|[fs]ino\s+a\s+(?:nuov\w+|successiv\w+|data\s+da|revoca|cessat\w+|termine)|temporanea?mente|nuov\w\s+orari"
    r"|definitiv\w+|da\s+oggi|a\s+tempo\s+indeterminato|tutto\s+l['’]anno|tutti\s+i\s+giorni)\b",
    re.I,
)
# words of an act that say what was done, not what it is about
_FORM_WORDS = frozenset(
    [
        "ordinanza",
        "ordinanze",
        "delibera",
        "deliberazione",
        "determina",
        "determinazione",
        "decreto",
        "revoca",
        "integrazione",
        "rettifica",
        "modifica",
        "annullamento",
        "proroga",
        "sindaco",
        "sindacale",
        "dirigenziale",
        "numero",
        "nr",
        "del",
        "della",
        "dell",
        "dei",
        "delle",
        "di",
        "n",
        "e",
        "in",
        "data",
        "oggetto",
        "prot",
        "protocollo",
        "avviso",
        "atto",
        "atti",
        "comunale",
        "comune",
        "giunta",
        "consiglio",
        "temporanea",
        "nuova",
        "disciplina",
        "viabilita",
        "la",
        "il",
    ]
)
_CHANGES_ANOTHER = re.compile(
    r"\b(?:integrazione|rettifica|modifica|revoca|annullamento|proroga)\s+(?:all['’]|dell['’]|del\w*\s+)?\s*"
    r"(?:ordinanz\w|deliber\w+|determin\w+|decret\w)",
    re.I,
)
_ZONE = re.compile(
    r"\b(?:ztl|zona\s+a\s+traffico\s+limitato|area\s+pedonale|centro\s+(?:storico|abitato|urbano)|territorio\s+comunale|strad[ae]\s|strisce\s+blu|tangenzial\w|superstrada|autostrad\w|in\s+centro\b|vie\s+(?:con|indicate|interessate)|sentiero|ponte|vie\s+comunali)\b",
    re.I,
)
_TRAFFIC_CHANGES = re.compile(  # of streets that the page's annex tells
    r"\b(?:modific|variazion|cambia|provvediment|limitazion)\w*\s(?:[a-zà-ù]+\s){0,2}(?:viabilità|circolazione|traffico|sosta)\b",
    re.I,
)
_INTERNAL = re.compile(
    r"\b(?:impegn[oi] (?:e contestuale liquidazione )?(?:di|della) spesa|(?:assunzione|assunto"
    r"|contestuale) impegno|liquidazion[ei]"
    r"|affidamento (?:diretto|(?:del )?servizio|(?:dei )?lavori|(?:della )?fornitura|incarico)"
    r"|determina(?:zione)? a contrarre"
    r"|nomina (?:del )?(?:segretari|responsabil|rup\b|commission)\w*|accertamento di entrata"
    r"|variazione di bilancio)\b",
    re.I,
)
# what a service's standing page lists, and what a piece of news about a service says
_PAPER = re.compile(
    r"\b(?:document\w*|fotocopi\w+|copi[ae]|modul\w+|modell[oi]|allegat\w+|allegare|certificat\w+|permesso|SPID|CIE|CNS"
    r"|identità|fotografi\w+|planimetri\w+|relazione|attestazion\w+|dichiarazion\w+|ricevut\w+|marca\s+da\s+bollo|requisit\w+"
    r"|dati\s+catastali|aliquot\w+)\b",
    re.I,
)
_NEWS = re.compile(
    r"\b(?:nuov[oaie]|novità|da\s+oggi|dal?l?['’ ]\s?\d|a\s+partire|attivat\w+|attiv[oa]\b"
    r"|apre|aperte?|apertura|riapr\w+|torna|chius\w+|sospes\w+|cambia\w*|modific\w+|prorog\w+|al\s+via|disponibil\w+|avvi(?:o|a|ato)|entro)\b",
    re.I,
)
_FALLS_DUE = re.compile(rf"\b\d{{1,2}}[°º]? {MONTH}(?: 20\d\d)?,? scad(?:e|ono|rà|ranno)\b", re.I)
_OPENED = Cued(
    r"\bapert[ei]\s(?:le\s)?(?:(?:pre)?iscrizioni|adesioni|candidature|prenotazioni)\b"
    r"|\b(?:iscrizioni|adesioni|candidature|prenotazioni)\saperte\b",
    re.I,
)
_PARTS_OF_A_SERVICE = frozenset({"audience", "how", "gets", "terms"})  # of the themes' pages of services
_SURE_PARTS = 3
_OF_CARDS = (Kind.service, Kind.deadline, Kind.campaign, Kind.other)
_DATED = (Slot.when, Slot.deadline, Slot.until)
_DATE = re.compile(rf"\d{{1,2}}[°º]?\s{MONTH}|\d[/.]\d{{1,2}}[/.]\d|\b20\d\d\b", re.I)
_CARD = "È la scheda di un servizio, non una notizia: scrivi che cosa c'è di nuovo."
_THANKS = Cued(  # of what is over
    r"\bringrazi\w+\b[^.!?\n]{0,60}\b(?:partecipanti|partecipat\w+|affluenza|intervenut\w+"
    r"|(?:alla|per la) riuscita)\b",
    re.I,
)
_HELD = Cued(  # `si è tenuto l'incontro`, `vi hanno partecipato cento persone`
    r"\bsi (?:è|sono) (?:tenut|svolt)[oaie]\b"
    r"|(?<!\bche )\b(?:ha|hanno) (?:partecipato|preso parte|discusso|dialogato)\b",
    re.I,
)
_WILL_BE = re.compile(
    r"\b[a-zà-ù]{2,}(?:[eiar]rà|(?:[eia]|r)ranno)\b"
    r"|\b(?:torna|ritorna|riparte|appuntamento|in programma|si (?:tiene|svolge|replica)|[vt]i aspett\w+)\b",
    re.I,
)
_OF_AN_ALERT = re.compile(r"\ballerta\s(?:\d|gialla|arancio\w*|rossa|smog|per)(?!\w)", re.I)
_COMES = re.compile(
    r"\b(?:si (?:terr|svolger)\w+|vi aspettiamo|prossim[oa] (?:appuntamento|data|edizione)|prenot\w+|iscri\w+"
    r"|domani)\b",
    re.I,
)
_ONLY_AN_HOUR = re.compile(r"(?:alle\s)?(?:ore\s)?\d{1,2}(?:[.:,]\d\d)?\.?", re.I)
_REPORT = "La pagina racconta un appuntamento già passato."
_REASONS = {
    Slot.when: "La pagina non dice in quale giorno.",
    Slot.hazard: "La pagina non dice di quale pericolo avverte.",
    Slot.place: "La pagina non dice in quale via o luogo.",
    Slot.what: "La pagina non dice di che cosa si tratta.",
    Slot.product: "La pagina non dice quale prodotto è richiamato.",
}


def lacks(notice: Notice) -> tuple[Slot, ...]:
    """The slots without which a notice of its kind must not be composed at all; () where none is missing."""
    told = notice.slots
    kind = notice.kind
    if kind is Kind.nothing:
        return (Slot.what,)
    if kind in (Kind.event, Kind.programme):
        days = (*told.get(Slot.when, ()), *told.get(Slot.until, ()))
        is_dated = any(figures(one.words) for one in days)  # `stasera` alone is no day
        known = is_dated or is_call(notice) or _OFF.search(notice.source) is not None
        return () if known else (Slot.when,)
    if kind is Kind.hours:
        lasts = any(figures(one.words) for one in told.get(Slot.status, ()))  # `prorogata fino al 30 giugno`
        known = _has_day(told) or lasts or Slot.hours in told or _OPEN_ENDED.search(notice.source) is not None
        return () if known else (Slot.when,)
    if kind is Kind.alert:
        return tuple(
            slot
            for slot, known in (
                (Slot.hazard, Slot.hazard in told),
                (Slot.when, _has_day(told) or Slot.hours in told or Slot.deadline in told),
            )
            if not known
        )
    if kind is Kind.recall:
        return () if Slot.product in told or Slot.risk in told else (Slot.product,)
    if kind is Kind.road:
        return (
            ()
            if Slot.place in told
            or _ZONE.search(notice.source)
            or (_has_day(told) and (len(notice.source) > 400 or _TRAFFIC_CHANGES.search(notice.source)))
            else (Slot.place,)
        )
    if kind is Kind.supply_cut:
        return () if _has_day(told) or Slot.hours in told else (Slot.when,)
    if kind in (Kind.act, Kind.other):
        if not _has_matter(notice):
            return (Slot.what,)
        is_timed = _has_day(told) or Slot.hours in told or Slot.deadline in told
        return (Slot.when,) if _OF_AN_ALERT.search(notice.title) and not is_timed else ()
    return ()


def is_call(notice: Notice) -> bool:
    """Whether an event looks for people to take part: one can apply, and it has neither day nor hour."""
    told = notice.slots
    applies = Slot.deadline in told or _OPENED.search(notice.source) is not None
    return applies and not _has_day(told) and Slot.hours not in told


def why_nothing(notice: Notice) -> str:
    """Why nothing is composed of this notice, in Italian for the editor; "" where something may be."""
    if notice.kind is Kind.nothing:
        return reason(notice.title, notice.source)
    if is_internal(notice):
        return "È un atto interno del Comune: una spesa, un incarico, una nomina."
    if is_service_card(notice):
        return _CARD
    if _is_report(notice):
        return _REPORT
    return " ".join(_REASONS[slot] for slot in lacks(notice))


def _is_report(notice: Notice) -> bool:
    """Whether a page tells of what was held, or thanks those who came, and calls to nothing that comes."""
    if notice.kind not in (*OCCASIONS, Kind.other) or _COMES.search(notice.body):
        return False
    if _HELD.search(notice.body) and notice.kind in OCCASIONS and not _WILL_BE.search(notice.body):
        return True
    return Slot.hours not in notice.slots and _THANKS.search(notice.body) is not None


def is_service_card(notice: Notice) -> bool:
    """Whether a page is a service's standing card, which tells what to bring at any time and nothing new."""
    told = notice.slots
    if _opens_with_papers(notice):
        return True
    if notice.kind is not Kind.service:
        return False
    found = sections(notice.source)
    parts = {section.kind for section in found}
    says_first = any(
        section.kind == "prose"
        and speaks(notice.source[section.start : section.end].replace(notice.title, ""))
        for section in found
    )
    is_dated = any(_DATE.search(one.words) for slot in _DATED for one in told.get(slot, ()))
    if len(parts & _PARTS_OF_A_SERVICE) >= _SURE_PARTS and not (is_dated or says_first):
        return True
    if Slot.deadline in told or Slot.until in told or _FALLS_DUE.search(notice.source):
        return False
    papers = [item for one in notice.listings for item in one.items if _PAPER.search(item)]
    opening = " ".join((notice.title, *notice.abstract[:1], *notice.prose[:2]))
    return len(papers) >= 2 and not _NEWS.search(opening)


def _opens_with_papers(notice: Notice) -> bool:
    """Whether a page begins with the papers that one brings, and tells no term: a card, whatever its kind."""
    if notice.kind not in _OF_CARDS or Slot.deadline in notice.slots:
        return False
    body = notice.body.lstrip()
    first = next((one for one in notice.listings if body.startswith(one.lead)), None)
    if first is None or _NEWS.search(notice.title):
        return False
    papers = sum(_PAPER.search(item) is not None for item in first.items)
    return papers >= 2 and papers * 2 > len(first.items)


def is_internal(notice: Notice) -> bool:
    """Whether a register's entry is an act by which the Comune spends or appoints: no citizen's business."""
    return not any(char.isalpha() for char in notice.title) and _INTERNAL.search(notice.body) is not None


def _has_day(told: Mapping[Slot, tuple[Told, ...]]) -> bool:
    return Slot.when in told or Slot.until in told


def _has_matter(notice: Notice) -> bool:
    """Whether an act says what it is about: more than that it changes another one."""
    text = notice.body.strip()
    if not text or _ONLY_AN_HOUR.fullmatch(text):  # a list's entry, whose title says it all
        text = notice.source
    if len(text) > 300:
        return True
    if _CHANGES_ANOTHER.search(text):
        return False
    words = [word for word in plain(text).split() if word.isalpha() and word not in _FORM_WORDS]
    return len(words) > 1
