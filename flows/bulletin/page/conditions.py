"""On what terms: for whom, for how much, how one takes part, what is excepted, what one must do, the fine."""

import re
from collections.abc import Iterator

from flows.bulletin.facts.fact import Kind as FactKind
from flows.bulletin.language.cues import Cued
from flows.bulletin.page.layout import Layout

_CLAUSE = r"[^.;:\n]{0,140}"
_WHO = re.compile(
    r"\b(?:(?:rivolt|dedicat|destinat|riservat|apert|garantit|indirizzat)[oaie]\s+(?:a\s|ai\s|agli\s|alle\s|alla\s|al\s|all['’])[^.;:\n(]{2,110}"
    r"|a\s+tutt[aie]\s+(?:i\s|la\s|gli\s|le\s)?(?:cittadin\w+|residenti|abitanti|famiglie|età)[^.;:,\n]{0,50}"
    r"|(?:a|per|invita|invitiamo)\s+tutt[aieo]\s+(?:i\s|la\s|gli\s|le\s)(?:cittadin\w+|residenti|popolazione|famiglie)[^.;:,\n]{0,50}"
    r"|per\s+(?:gli?\s+|le\s+|i\s+)?(?:over|under|adulti|bambini|ragazz\w|famili\w+|giovani|anzian\w|cittadin\w|student\w|genitor\w|donn\w"
    r"|residenti|tutti|minori|soci\b|iscritti|tesserati|person\w\s+con|alunn\w)[^.;:\n]{0,80}"
    r"|(?:over|under)\s+\d\d[^.;:,\n]{0,60}|et[àa]\s+(?:minima|massima|compresa)[^.;:,\n]{0,60}"
    r"|(?:essere\s+)?residen(?:t[ei]|za)\s+(?:ininterrotta\s+)?(?:in|nel|a|nei|da)\b[^.;:\n]{2,90}|(?:dai|da)\s+\d{1,2}\s+(?:ai\s+\d{1,2}\s+)?anni"
    r"|(?:alunni|studenti|minori|attività\s+economiche|famiglie|coloro|chi)\s+(?:che\s+)?(?:frequenta\w*|danneggiat\w|residenti|iscritt\w)[^.;:\n]{0,110}"
    r"|(?:attivit[àa]['’]?|imprese|operatori)\s+commerciali|coloro\s+che\s+[^.;:,\n]{3,90}|(?:i\s+)?proprietari\s+[^.;:,\n]{3,60}"
    r"|possono\s+(?:partecipare|fare|presentare|chiedere|iscriversi|candidarsi|aderire|vaccinarsi)\s+(?:(?:la\s+)?(?:domanda|richiesta)\s+)?(?:i|gli|le|solo|soltanto|tutt[ie])\s[^.;:\n]{3,90}"
    r"|può\s+(?:partecipare|fare|presentare|chiedere|iscriversi|candidarsi|aderire)\s+(?:(?:la\s+)?(?:domanda|richiesta)\s+)?chi\s[^.;:\n]{3,90}"
    r"|per\s+chi\s+(?:ha|abbia)\s+(?:(?:più|meno)\s+di|almeno|(?:già\s+)?compiuto(?:\s+i)?)\s\d{1,2}\s+anni(?=\s*(?:[.;:\n]|$))"
    r"|chiunque(?:\s+(?:fosse\s+)?interessat[oi])?|utilizzabile\s+da[il]?\s[^.;:\n]{3,90}|familiar[ei]\s+e\s+\w+"
    r"|(?:anzian|fragil|disabil)\w+(?:\s+e\s+\w+)?|maggiorenni)",
    re.I,
)
_FREE = Cued(
    r"\b(?:(?:ingresso|partecipazione|entrata|accesso|servizio|offerta|fornitura|visita|attivit[àa]|incontr[oi]|corso)\s+(?:è\s+|sono\s+|del\s+tutto\s+)?"
    r"(?:ad?\s+)?(?:libera?o?\s+e\s+)?(?:gratuit[oaie]|liber[oa]|offerta\s+libera)|gratuit[oaie]|gratis|gratuitamente|ad?\s+offerta\s+libera"
    r"|a\s+pagamento|(?:contributo|quota)\s(?:(?:di|per\sla)\s)?partecipazione(?!\W{1,5}(?:\d|€|euro|di\s|è\s|pari)))\b",
    re.I,
)
_PRICE_LEAD = re.compile(
    r"(?:(?:ingresso|bigliett\w+|contributo|quota|costo|iscrizione|tariffa|prezzo|rimborso|cauzione|massimo|fino\s+a|pari\s+a|da|di|del\s+valore|non\s+superiore"
    r"|valore|intero|ridotto|inferiore|un|importo|marca\s+da\s+bollo)\s*:?\s*(?:di\s|da\s|a\s|ad\s|è\s)?){1,3}$",
    re.I,
)
_BESIDE = re.compile(  # `ingresso libero, consumazioni a pagamento`
    r"\b(?:consumazion\w|degustazion\w|bevand\w|cibo|ristor\w+|men[uù]|noleggi\w+|pranz\w|cen[ae]|parchegg\w+|navett\w)"
    r"\s(?:(?:è|sono)\s)?$",
    re.I,
)
_FEE = re.compile(r"contributo|quota", re.I)
_ALONE_BEFORE, _ALONE_BEHIND = re.compile(r"(?:^|[\n.;:|*])\W*$"), re.compile(r"[ *]*(?:[\n.;|]|$)")
_PRICE_ASIDE = re.compile(r"\s?\((?:gratuit[oa]|gratis|oppure)\s[^()\n]{3,60}\)", re.I)  # who pays nothing
_MOST = re.compile(
    r"\b(?:massimo|fino\s+a(?:d\s+un\s+massimo\s+di)?)\s+(?:di\s+)?\d{1,5}\s+(?!giorn|mes|ann|or[ae]\b)\w+(?:\s+per\s+[^.,;:\n]{3,40})?",
    re.I,
)
_HOW = re.compile(
    r"\b(?:(?:pre)?prenotazion\w|prenotar\w+|(?:pre)?iscrizion\w|iscriver\w+|iscriviti|on[\s-]?line|mod[ue]l[oli]\w*|sportello\s+telematico|spid|\bcie\b|p\.?e\.?c\.?\b|via\s+(?:e-?)?mail"
    r"|inviando|inviar\w|invio|compil\w+|consegn\w+|biglietteria|presentar\w+|presso\s+l['’]uffic\w+|all['’]uffic\w+|tesser\w|telefon\w+\s+al|su\s+appuntamento|previ[oa]\s+appuntamento"
    r"|scaric\w+|tramite\s+(?:il|la|l['’]|portale)|codice|allegat[oaie]\b|necessario|copia|document\w+|accesso\s+diretto|senza\s+(?:prenotazione|appuntamento)|identità\s+digitale|tel:?)\b",
    re.I,
)
_EXCEPTION = Cued(
    rf"(?:\b(?:esclus[oaie]|escludendo|ad?\s+(?:eccezione|esclusione)\s+d\w+|salvo|tranne|eccetto|fatt[ao]\s+(?:salv|eccezion)\w+|limitatamente|solo\s+(?:per|in|nel|se|da|gli|i|le|chi)|esclusivamente\s+(?:per|a|ai)"
    r"|(?:in\s+caso|causa)\s+(?:di\s+)?(?:maltempo|pioggia)|in\s+presenza\s+di|purch[ée]|a\s+condizione|pena\s+l['’]esclusione"
    rf"|non\s+(?:è\s+possibile|si\s+effettua\w*|effettua|sono\s+ammess\w|comprende)|soggett[oaie]\s+a|fino\s+a(?:d)?\s+esaurimento|anche\s+in\s+caso){_CLAUSE}"
    rf"|\b(?:(?:rimangono|restano|rimane|resta|rimarranno|saranno)\s+(?:sempre\s+|regolarmente\s+)?apert\w|[Aa]pert[ie]\s+(?=[A-Z])|[Rr]iapert[ie]\s|spostat[oaie]\s+d){_CLAUSE})",
)
_TODO = Cued(
    rf"\b(?:evitar\w|si\s+(?:raccomanda|invita|consiglia|prega|chiede)|non\s+(?:aprir\w+|gettar\w+|bere|berl\w|consumar\w+|usar\w+|utilizzar\w+|sostare|uscire)|sospender\w+|riportar\w+|bollir\w+|riconsegn\w+"
    r"|vietat[oaie]|è\s+fatto\s+(?:divieto|obbligo)|divieto\s+di|è\s+obbligatori\w|(?:non\s+)?(?:deve|devono|dovr\w+|occorre|bisogna)\s+\w+|presentarsi|tenere\s+(?:ben\s+)?chius[ei]|fare\s+attenzione|limitare)"
    rf"{_CLAUSE}",
    re.I,
)
_FINE = Cued(r"\b(?:mult[ae]|sanzion[ei](?:\s+amministrativ\w)?|ammend[ae])\b[^.;\n]{0,120}", re.I)
_STATUS = Cued(
    r"\b(?:rinviat[oaie]|posticipat[oaie]|annullat[oaie]|sospes[oaie]|sospensione|prorogat[oaie]|proroga|revocat[oaie]|spostat[oaie]|anticipat[oaie]|rimandat[oaie]"
    r"|(?:rimarr\w+|rester\w+|sar\w+|è|sono)?\s?chius[oaie]|chiusura|riapr\w+|riapert\w+|ripristinat[oaie]|esaurit[oaie]|sold\s+out)\b[^.;,:\n]{0,60}",
    re.I,
)
_TIDY = " ,;:.-–|("
_THEIRS = re.compile(  # `gratuita per i soci`, `il sagrato è riservato ai disabili`
    r"\b(?:gratuit\w+|gratis|ridott\w+|riduzion\w+|scont\w+|(?:parchegg\w+|sagrato"
    r"|aree? (?:di )?sosta|navett\w+|fila|file|sedie|tribun\w+|rampa|ascensore)\b[^.;:,\n]{0,30})\s$",
    re.I,
)


def audiences(page: Layout) -> Iterator[tuple[int, int]]:
    """For whom it is, with the restriction."""
    for passage in page.passages:
        if passage.part == "audience":
            yield passage.start, passage.end
    for match in page.matches(_WHO, "contacts", "pin", "furniture", "audience", "when"):  # there of one day
        if _THEIRS.search(page.text[max(0, match.start() - 60) : match.start()]):
            continue
        yield _tidy(page, *match.span())


def amounts(page: Layout) -> Iterator[tuple[int, int]]:
    """What it costs or gives, with its condition."""
    for match in page.matches(_FREE, "contacts", "pin", "furniture"):
        before, behind = page.text[max(0, match.start() - 40) : match.start()], page.text[match.end() :]
        if _FEE.match(match[0]) and not (_ALONE_BEFORE.search(before) and _ALONE_BEHIND.match(behind)):
            continue  # `senza quota di partecipazione`, `quota di partecipazione per i non soci`
        if not _BESIDE.search(before):
            yield match.span()
    for fact in page.facts:
        if fact.kind not in (FactKind.amount, FactKind.percentage):
            continue
        passage = page.passage(fact.start)
        if passage.part in ("contacts", "pin", "furniture"):
            continue
        lead = _PRICE_LEAD.search(page.text, max(passage.start, fact.start - 40), fact.start)
        aside = _PRICE_ASIDE.match(page.text, fact.end, passage.end)
        yield lead.start() if lead else fact.start, aside.end() if aside else fact.end
    for match in page.matches(_MOST, "contacts", "pin", "furniture"):
        yield match.span()


def ways(page: Layout) -> Iterator[tuple[int, int]]:
    """How one takes part, asks or books: the whole sentence that says so."""
    seen = -1
    for match in page.matches(_HOW, "contacts", "pin", "furniture", "audience", "where", "when"):
        passage = page.passage(match.start())
        if passage.start > seen and passage.start:  # the title says no way
            seen = passage.start
            yield passage.start, passage.end


def exceptions(page: Layout) -> Iterator[tuple[int, int]]:
    """What is left out, what stays open, on what condition."""
    yield from _clauses(page, _EXCEPTION)


def duties(page: Layout) -> Iterator[tuple[int, int]]:
    """What one must do or may not do."""
    yield from _clauses(page, _TODO)


def fines(page: Layout) -> Iterator[tuple[int, int]]:
    """What it costs not to."""
    yield from _clauses(page, _FINE)


def changes(page: Layout) -> Iterator[tuple[int, int]]:
    """Put off, called off, suspended, extended, closed, open again."""
    yield from _clauses(page, _STATUS)


def _clauses(page: Layout, pattern: re.Pattern[str] | Cued) -> Iterator[tuple[int, int]]:
    for match in page.matches(pattern, "contacts", "pin", "furniture"):
        yield _tidy(page, *match.span())


def _tidy(page: Layout, start: int, end: int) -> tuple[int, int]:
    text = page.text[start:end]
    return start + len(text) - len(text.lstrip(_TIDY)), start + len(text.rstrip(_TIDY))
