"""What a text says of the whole and holds for a part: a range without its last days, one place of two."""

import re
from collections.abc import Iterator

from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Slot
from flows.bulletin.page.told_slots import calendar_days, figures
from flows.bulletin.summary.checks.named import stems
from flows.bulletin.summary.frames.roads.street_outlines import KILOMETRES

_SUPPLY = re.compile(
    r"\b(?:acqu\w+|idric\w+|calore|\w*riscaldament\w+|rubinett\w+|fognatur\w+|fibra|corrente|luce"
    r"|illuminazion\w+|elettric\w+|energia|gas|telefon\w+|internet|linea)\b",
    re.I,
)
_ORDERS = re.compile(r"Si (?:ordina|dispone)\b")
_AN_ORDER = re.compile(
    r"\bdi [a-zà-ù]+(?:are|ere|ire|rsi)\b|\bche\b|\b(?:il|la|lo|i|gli|le|un|una) "
    r"(?!utent|cittadin|proprietar|resident|civico|numero|giorno|periodo|tratto"
    r"|strada|intersezion|incroci|rotatori|piazz|predett)[a-zà-ù]{4,}"
    r"|\bl['’](?:obblig|istituz|apertur|interruz|evacuaz|abbattim|immediat|attivaz)",
    re.I,
)
_BARE_BAN = re.compile(
    r"(?:È|Sono) vietat[oaie] (?:la sosta|il transito|la circolazione|la fermata)[^.\d]{0,30}\."
)
_GO_THERE = re.compile(r"\bVai (?:in|a|al|alla|presso)\b[^.]*")
_BY_THEN = re.compile(r"\b(?:entro|C'è tempo fino)\b")
_RANGE = re.compile(
    r"D(?:a|al|all['’])\s?[^.]{3,40}? al?(?:l['’])? ?[^.]{3,30}?(?=,| c'è| ci sono| nel| in )"
)
_IN_RESERVE = re.compile(r"\bin caso di (?:pioggia|maltempo)\b[^.]*\b(?:rinvi|recuper|spost|slitt)", re.I)
_REPEATED = 3  # stems: `Iscriviti.` repeats no `L'iscrizione costa 15 euro`
_NO_WATER = re.compile(r"(?:È vietato|Non si può) (?:usare|bere) l['’]acqua", re.I)
_SOMEWHERE = re.compile(
    r"\b(?:frazion\w|localit\w|contrad\w|rion\w|quartier\w|zon[ae]|vi[ae]|piazza|borg\w|acquedotto"
    r"|capoluogo)\b",
    re.I,
)
_AREA = re.compile(r"\b(?:frazion\w|localit\w|contrad\w|rion\w|quartier\w|zon[ae])\b", re.I)
_APART = re.compile(  # of another day than that of what there is
    r"\b(?:domand|iscri|entro|espositor|candid|edizion|prenot|ricors|pubblic|scad|riap|deliber|ordinanz|decret)\w*"
    r"|\bprot\b",
    re.I,
)
_THE_STREETS = re.compile(r"\bseguenti\s(?:vie|strade|zone|località|contrade|frazioni)\s?:", re.I)
_IS_FREE = re.compile(r"\b(?:accesso|ingresso) è libero\b", re.I)
_FREE_ONCE = re.compile(r"\bprenot\w+\b[^.;\n]*;[^.;\n]*\d[^.;\n]*\b(?:accesso|ingresso) libero\b", re.I)
_OF_SEASON = re.compile(
    r"\b(?:segu|osserv|hanno|ha|vige|applica)\w*(?: l['’]| un )?orario (?:invernale|estivo)\b", re.I
)
_CLOCKED = re.compile(r"\bdalle\s\d|\d\s?[-–]\s?\d")
_COUNCIL = re.compile(r"\bconsiglio\s(?:comunale|dell['’]unione|provinciale)\b", re.I)
_THERE = re.compile(r"\bin (?:fraz\w*|località|loc|contrada|zona|via|viale|piazza|corso|borgo|rione)\b", re.I)
_SHUT = re.compile(
    r"\b(?:rester|rimarr|sar)(?:à|anno) chius[oaie]\b|\b(?:saremo|siamo|resteremo|restiamo) chiusi\b"
    r"|\bchiusura (?:totale|completa)\b",
    re.I,
)
_BUT_NOT = re.compile(r",\s(?:ma|però)\snon\s(?P<whom>[^,.;:]{5,60})$", re.I)  # of a title
_OFFICES = re.compile(r"\b(?:uffici|servizi|sportelli)\b(?!o)", re.I)
_ONE_OFFICE = re.compile(r"\b(?:lo sportello|l['’]ufficio|il servizio) [A-ZÀ-Ý]\w+", re.I)
_ALL_OFFICES = re.compile(
    r"^(?!Per )[^.]*\b(?:gli (?:altri )?uffici|i servizi|il municipio|il comune|gli sportelli)\b"
    r"|\. (?:Gli uffici|I servizi)",
    re.I,
)
_LIMITS_LEFT = re.compile(r"\b(?:eccezioni|limiti|dettagli|resto|orari)\b[^.]* nella pagina", re.I)
_TERM_OF_SOME = re.compile(r"\bPer (?:le|i|gli) [a-zà-ù ]{4,40} (?:il termine|la scadenza) (?:è|scade)\b")
_LATE = re.compile(r"\b(?:dopo|oltre|fuori)\s(?:il |tale )?termine\b", re.I)
_ALLOWED_ONLY = re.compile(
    r"[^.\n]*\b(?:è consentit[oa] la sola|è consentito il solo|(?:è|sono) consentit[oaie] (?:solo"
    r"|soltanto|esclusivamente))\b",
    re.I,
)
_SHUT_IN_PAGE = re.compile(r"\b(?:giorni|chiusure|dettagli|resto)\b[^.]* nella pagina", re.I)
_ON_A_ROAD = re.compile(
    r"\b(?:vi[ae]|vial[ei]|piazz\w+|cors[oi]|ponte|strad[ae]|rotatori\w|sottopasso|galleria|largo|lung\w+|ciclabil\w"
    r"|vicol[oi]|contrad\w|localit\w|frazion\w|tangenziale|centro|zona|S\.?P\.?|S\.?S\.?)\b",
    re.I,
)
_ITS_DAY = re.compile(
    rf"\s[-–]\s{WEEKDAY}\s\d{{1,2}}[°º]?\s{MONTH}$", re.I
)  # `Fiume pulito - sabato 25 settembre`
_ONE_WAY = re.compile(r"\bsens[oi] unic[oi]\b", re.I)
_TELLS_TRAFFIC = re.compile(r"\bsens[oi] unic[oi]\b(?![^.]* nella pagina)|\bviabilità\b", re.I)
_FORBIDS = re.compile(r"\bviet(?:a|ano|at[oaie])\b", re.I)
_LETS_OFF = re.compile(r"^\W*(?:sono esclus[ie]|fanno eccezione|restano esclus[ie])[^.\n]*:\s*$", re.I | re.M)
_SAYS_WHOM = re.compile(r"\b(?:esclus|eccezion|eccett|tranne|salvo)\w*", re.I)
_STREET = re.compile(r"(?:via|viale|vicolo|piazz\w+|corso|largo|strada|s\.?p\.?|ponte|contrada)\b", re.I)
_STREETS_IN_PAGE = re.compile(
    r"\b(?:vie|strade|altre chiusure|altri dettagli|il resto)\b[^.]* nella pagina", re.I
)
_SHUT_TOO = re.compile(r"\b(?:è|sono|rest\w+|rimarr\w+|sarà|saranno) chius[oaie] anche\b", re.I)
_TELLS_OTHERS = re.compile(r"\banche\b|\b(?:altr[ie]|chiusure|il resto)\b[^.]* nella pagina", re.I)
_REOPENS = re.compile(r"\b(?:riapertur|riapr)\w+", re.I)
_OPENS_AGAIN = re.compile(r"\b(?:riapert|riapr|riatt|di nuovo|torna|aprono|apre|apert|apertur)\w*", re.I)
_DAYS_COUNTED = re.compile(
    r"\b(?P<count>due|tre|quattro|cinque) (?:giornate|date|serate|incontri|appuntamenti)\b", re.I
)
_DAYS_IN_PAGE = re.compile(
    r"\b(?:giorni|date|giornate|calendario|programma|appuntamenti)\b[^.]* nella pagina", re.I
)
_COUNTS = ("", "una", "due", "tre", "quattro", "cinque")
_OF_DANGER = frozenset({Kind.health, Kind.service, Kind.supply_cut, Kind.alert, Kind.other})
_IS_ASKED = re.compile(r"\bsi (?:chiede|raccomanda|prega|invita)\w*\b", re.I)
_FOR_A_VOTE = re.compile(r"\b(?:referendum|elezion\w|entro|scad\w+)\b", re.I)
_ON_ITS_DAY = frozenset(
    {Kind.event, Kind.programme, Kind.service, Kind.health, Kind.campaign, Kind.hours, Kind.other}
)
_AUTUMN = 10  # the month
_SUMMER = 7  # the month


def half_told(text: str, notice: Notice) -> Iterator[str]:
    """What is said of a whole and holds for a part: a range without its last days, one place of several."""
    sentences = split(text)
    if notice.kind is Kind.supply_cut and not _SUPPLY.search(text):
        yield "Il testo non dice che cosa manca."
    if _NO_WATER.search(text) and _AREA.search(notice.source) and not _SOMEWHERE.search(text):
        yield "Il testo non dice dove l'acqua non si può usare."
    if _IS_FREE.search(text) and _FREE_ONCE.search(notice.source):
        yield "Si entra senza prenotare un giorno solo, e il testo lo dice di tutti."
    if _OF_SEASON.search(text) and "nella pagina" not in text and not _CLOCKED.search(text):
        yield "Il testo non dice qual è l'orario."
    if notice.kind is Kind.supply_cut and _THERE.search(notice.title) and not _SOMEWHERE.search(text):
        yield "Il titolo dice dove, e il testo no."
    if notice.kind is Kind.road and _ONE_WAY.search(notice.title) and not _TELLS_TRAFFIC.search(text):
        yield "Il titolo dice che si viaggia a senso unico, e il testo no."
    if _FORBIDS.search(text) and _LETS_OFF.search(notice.source) and not _SAYS_WHOM.search(text):
        yield "Il divieto ha eccezioni, e il testo non ne parla."
    rows = [row.what for row in notice.rows if _STREET.match(row.what)] if notice.kind is Kind.road else []
    named = [street for street in rows if stems(street) & stems(text)]
    if 0 < len(named) < len(rows) and not _STREETS_IN_PAGE.search(text):
        yield "La pagina elenca più strade, e il testo ne dice solo alcune."
    if notice.kind is Kind.hours and _SHUT_TOO.search(notice.source) and not _TELLS_OTHERS.search(text):
        yield "La pagina dice che è chiuso anche altro, e il testo no."
    if _REOPENS.search(notice.title) and not _OPENS_AGAIN.search(text):
        yield "Il titolo dice che riapre, e il testo no."
    counted = _DAYS_COUNTED.search(text) or _DAYS_COUNTED.search(notice.title)
    count = _COUNTS.index(counted["count"].lower()) if counted else 0
    is_some = 0 < len(calendar_days(text)) < count <= len(calendar_days(notice.source))
    if counted and is_some and not _DAYS_IN_PAGE.search(text):
        yield f"«{counted[0]}»: il testo non le dice tutte."
    if notice.kind is Kind.road and _ON_A_ROAD.search(notice.title) and not _ON_A_ROAD.search(text):
        yield "Il titolo dice su quale strada, e il testo no."
    is_on_a_day = notice.kind in _ON_ITS_DAY or (
        notice.kind is Kind.deadline and _ITS_DAY.search(notice.title)
    )
    days = calendar_days(notice.title) if is_on_a_day else frozenset[str]()
    days &= calendar_days(notice.source)  # what was counted from the page's day may be another
    if days and not (days & calendar_days(text) or _FOR_A_VOTE.search(notice.title)):
        yield "Il titolo dice il giorno, e il testo no."
    if _COUNCIL.search(notice.title) and calendar_days(notice.title) - calendar_days(text):
        yield "Il testo non dice quando si riunisce il Consiglio."
    shut = [said for said in split(notice.source) if _SHUT.search(said)] if notice.kind is Kind.hours else []
    if any(calendar_days(said) - calendar_days(text) for said in shut) and not _SHUT_IN_PAGE.search(text):
        yield "La pagina dice anche una chiusura, e il testo no."
    if any(map(_ORDERS.match, sentences)) and not any(map(_AN_ORDER.search, sentences)):
        yield "Il testo non dice che cosa si ordina."
    if (not_so := _BUT_NOT.search(notice.title)) and not stems(not_so["whom"]) & stems(text):
        yield f"Il titolo dice «{not_so[0].strip(', ')}», e il testo no."
    told = " ".join(one for one in sentences if "nella pagina" not in one)
    is_of_offices = notice.kind is Kind.hours and _OFFICES.search(notice.title)
    if is_of_offices and _ONE_OFFICE.search(told) and not _ALL_OFFICES.search(told):
        yield "Il titolo parla di tutti gli uffici, e il testo di uno."
    for listing in notice.listings if notice.kind in _OF_DANGER and "nella pagina" not in text else ():
        if _IS_ASKED.search(listing.lead) and not any(
            len(stems(item) & stems(text)) > 1 for item in listing.items
        ):
            yield f"Manca che cosa fare: la pagina dice «{listing.lead.rstrip(':')}»."
    terms = (*notice.slots.get(Slot.deadline, ()), *notice.slots.get(Slot.until, ()))
    if _LATE.search(text) and any(figures(one.words) - figures(text) for one in terms):
        yield "Il testo dice che cosa succede dopo il termine, e non il termine."
    of_some = _TERM_OF_SOME.search(text)
    if of_some and any(figures(one.words) - figures(text) for one in terms):
        yield f"«{of_some[0]}»: la pagina dice anche il termine degli altri."
    if (
        "vietat" in text
        and (but := _ALLOWED_ONLY.search(notice.source))
        and (stems(but[0]) | figures(but[0])) - stems(text) - figures(text)
        and not _LIMITS_LEFT.search(text)
    ):
        yield f"Manca quando si può: la pagina dice «{but[0].strip()}»."
    stretches = {" ".join(one[0].lower().split()) for one in KILOMETRES.finditer(notice.source)}
    if notice.kind is Kind.road and len(stretches) == 1 and not re.search(r"\bkm\b|nel tratto", text):
        yield f"Il testo non dice il tratto: la pagina dice «{stretches.pop()}»."
    if notice.kind is Kind.road and any(map(_BARE_BAN.fullmatch, sentences)):
        yield "Un divieto senza via e senza giorno non dice niente."
    where = notice.slots.get(Slot.place, ())
    if any(one.words in text for one in where) and _THE_STREETS.search(notice.source):
        untold = [one.words for one in where if stems(one.words) - stems(text)]
        if untold and "nella pagina" not in text:
            yield f"Il testo non dice «{untold[0]}», che è nello stesso elenco."
    match = _GO_THERE.search(text) if len(where) > 1 else None
    if match and not all(stems(one.words) & stems(text) for one in where):
        yield f"«{match[0]}»: la pagina dice più luoghi."
    if sum(map(bool, map(_BY_THEN.search, sentences))) > 1 and "C'è tempo" in text:
        yield "Il testo dice due termini, e il secondo non dice di che cosa."
    if notice.kind in OCCASIONS and (match := _RANGE.match(text)):
        span = calendar_days(match[0])
        is_winter = any(int(day[:2]) >= _AUTUMN for day in span)
        last = max((_of_season(day, is_winter) for day in span), default="")
        days = calendar_days(" ".join(one for one in split(notice.source) if not _APART.search(one)))
        if (
            last
            and any(_of_season(day, is_winter) > last for day in days)
            and not _IN_RESERVE.search(notice.body)
        ):
            yield f"«{match[0]}»: la pagina dice anche giorni che vengono dopo."
    own = [stems(said) for said in sentences if "nella pagina" not in said]
    if any(len(one) >= _REPEATED and one <= other for one in own for other in own if one is not other):
        yield "Una frase ripete quello che dice un'altra."


def _of_season(day: str, is_winter: bool) -> str:
    """`13-06` of `01-06`, where it comes after December: a winter's programme is one."""
    month = int(day[:2])
    return f"{month + 12 if is_winter and month < _SUMMER else month:02}-{day[-2:]}"
