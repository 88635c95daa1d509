"""What kind of notice a page is, by a table of Italian words with weights; no model.

A word counts three times in the title, once and a half in the opening of the text, half a time further on:
the title and the first lines of a municipal page say what it is about, the rest tells conditions.
"""

import re
from functools import lru_cache

from flows.bulletin.facts.fact import plain
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.page.no_notice import is_nothing
from flows.bulletin.page.notice import Kind, Notice, below
from flows.bulletin.page.posters import is_staged

_TITLE, _OPENING, _REST = 3.0, 1.5, 0.5
_OPENING_LENGTH = 420  # characters of the text that open it
_LONGEST = 6000  # characters that are looked at: what a page is about never stands further on

# (weight, words): each row counts once, where it stands best
_WORDS: dict[Kind, tuple[tuple[float, str], ...]] = {
    Kind.event: (
        (
            2.0,
            r"concert[oi]|recital|musical|spettacol\w+|cinema|film|commedia|mostr[ae]|sagr[ae]|(?<!durante\sle\s)(?<!per\sle\s)fest[ae]|festival"
            r"|mercatin\w+|fier[ae]|trofe\w|torne[oi]|camminat\w|marcia|passeggiat\w|biciclettata|escursion\w+"
            r"|pedalat\w|fiaccolat\w|tombol[ae]|aperitiv\w|seminari[oi]?|workshop|cineforum|laborator\w+|convegn\w|conferenz\w|(?:assemblea|incontro)\s+pubblic[ao]|cerimonia|commemorazion\w|celebrazion\w"
            r"|inaugurazion\w|visit[ae]\s+guidat\w|lettur[ae](?:\s+ad\s+alta\s+voce)?(?!\s+(?:de[il]\s+|dell[ae]\s+)?(?:contator|grad))|open\s+day|serat[ae]"
            r"|rassegn\w|(?<!nella\s)giornata\s+(?:mondiale|nazionale|internazionale|ecologica|di|della|del)|degustazion\w",
        ),
        (
            1.6,
            r"va\s+in\s+scena|vanno\s+in\s+scena|prevendit\w|bigliett[oi]\s+inter[oi]|riunion[ei]|(?:\w+esima|\d{1,3}[ªa^°])\s+edizione|presentazion\w\s+(?:pubblica|(?:del\s+)?(?:libro|romanzo|progetto))|incontr[oi]|corso\s+di",
        ),
        (
            1.2,
            r"si\s+terrà|si\s+svolgerà|in\s+programma|vi\s+aspettiamo"
            r"|(?<!su\s)(?<!senza\s)(?<!previo\s)(?<!prendere\s)(?<!fissare\s)appuntament[oi](?!\s+si\s+(?:prend|fiss))"
            r"|ritrovo|è\s+prevista\s+una",
        ),
        (
            1.2,
            r"ingresso\s+(?:libero|gratuito|ad?\s+offerta)|inizio\s+evento|biglietteria"
            r"|(?:ingresso|bigliett[oi])\s+(?:€\s?)?\d|bigliett[oi]\s+(?:prenotabili|in\s+vendita|online)|regia\s+di",
        ),
        (
            1.6,
            r"compagnia\s+(?:teatrale|teatro)|teatro\s+ragazzi|stagione\s+(?:teatrale|di\s+prosa|concertistica)|burattin\w"
            r"|amichevole",
        ),
        (1.0, r"racconta(?:no)?|celebra(?:no)?|evento|manifestazione\s+(?:podistica|sportiva)|ensemble"),
        (4.0, r"(?:inizio|fine)\s+evento|date\s+e\s+orari|data\s+e\s+ora"),
    ),
    Kind.deadline: (
        (
            2.2,
            r"band[oi]|contribut[oi]|bonus|voucher|avviso\s+pubblico|bors[ae]\s+di\s+studio|buon[oi]\s+"
            r"(?:scuola|libri|spesa)|agevolazion\w|sostegno\s+(?:economico|demografico)|rimborso|(?<!imposta\sdi\s)soggiorn\w",
        ),
        (
            1.6,
            r"domand[ae](?!\s+frequent)|istanz[ae]|candidatur\w|iscrizion\w|preiscrizion\w|adesion\w"
            r"|manifestazion\w\s+d['’]\s?interesse|concessione\s+in\s+uso|aperte\s+le",
        ),
        (
            1.6,
            r"scadenz\w|entro\s+(?:e\s+non\s+oltre|il|le(?!\s(?:ore\s)?\d{1,2}(?:[:.]\d\d)?(?:[.;,](?!\d)|$))|l['’])|non\s+oltre|termin[ei]\s+(?:per|di)|prorog\w+",
        ),
        (1.0, r"partecipare\s+al|gratuit\w\s+per\s+i\s+cittadini|isee|requisiti|presentare\s+la\s+domanda"),
    ),
    Kind.job: (
        (3.0, r"concors[oi]\s+pubblic\w|assunzion\w|offert[ae]\s+di\s+lavoro|selezione\s+pubblica"),
        (
            2.0,
            r"(?<!al\s)(?<!motivi\sdi\s)lavoro|tirocini\w*|ricerca\s+di\s+personale|personale\s+da\s+assumere|lavor\w+\s+stagional\w",
        ),
        (
            1.5,
            r"scrutator\w+|rilevator\w+|lavoratori|posto\s+di|a\s+tempo\s+(?:pieno|determinato|indeterminato)",
        ),
    ),
    Kind.road: (
        (
            2.8,
            r"viabilità['’]?|z\.?t\.?l\.?|zona\s+a\s+traffico\s+limitato|chius[ao]\s+al\s+(?:traffico|transito)|senso\s+unico|divieto\s+di\s+(?:sosta|transito)|transito|(?<!libera\s)circolazione|carreggiat\w"
            r"|asfaltatur\w|chiusura\s+(?:al\s+traffico|(?:temporanea\s+|notturna\s+)?(?:di|della|in|del)\s+"
            r"(?:via|viale|piazza|strada|s\.?p|ponte|sottopasso|tratto|casello))|traffico|deviazion\w"
            r"|strad[ae]\s+(?:\w+\s+){0,5}?(?:chius[ae]|interrott[ae])|(?:via|viale|piazza|corso)\s[\w'’.]+(?:\s[\w'’.]+){0,3}\s(?:è\s)?chius[ao]|chiusura\s+(?:di\s+un\s+|del\s+)?tratto\s+(?:di|della)\s+strada|interruzione\s+stradale|senso\s+alternato",
        ),
        (1.0, r"s\.?\s?p\.?\s+(?:n\.\s?)?\d+|rotatoria|lavori|veicol\w|sosta|percors\w\s+alternativ\w"),
        (
            0.1,  # an address; `al via il concorso`, `in via sperimentale` are none
            r"(?<!al\s)via(?:le)?\s+(?!d['’]urgenz|straordinari|eccezional|sperimental|telematic|e-?mail|mail|pec|web|telefon"
            r"|(?:il|lo|la|le|i|gli|liber[ao])\s)\w+",
        ),
    ),
    Kind.supply_cut: (
        (
            5.0,
            r"(?:interruzion\w|sospension\w|mancanz\w|disserviz\w+|carenza|riduzione)\s+(?:temporanea\s+|programmata\s+|del(?:la|l['’])?\s*|d['’]\s?"
            r"|di\s+)*(?:erogazion\w|energia|corrente|acqua|acquedotto|idric\w|fornitura|flusso\s+idrico|gas|elettric\w|servizio\s+idrico)",
        ),
        (
            5.0,
            r"(?:sospes|interrott)[oa]\s+(?:temporaneamente\s+)?(?:l['’]|la\s+|il\s+)?\s?(?:erogazion\w|energia|corrente|acqua"
            r"|fornitura|flusso\s+idrico|servizio\s+idrico)",
        ),
        (2.0, r"manca(?:nza)?\s+l?['’]?acqua|senza\s+(?:acqua|luce|energia)|rubinett\w"),
    ),
    Kind.hours: (
        (
            4.0,
            r"(?:sospension\w|chiusura)\s+(?:(?:delle|di\s+tutte\s+le)\s+)?(?:attività\s+didattic\w|lezioni|scuole)",
        ),
        (
            3.0,
            r"chius[aoei](?:\s+al\s+pubblico)?|chiusur[ae](?!\s+de(?:i|l|lla)\s+(?:\S+\s+)?(?:campionat|festival|stagion|manifestazion|torne))|orari(?:o\s+(?:estiv\w|invernal\w|di\s+(?:apertura"
            r"|visita)))?|(?:nuovo|cambio|variazione)\s+(?:di\s+|dell['’])?orario|riapr\w+|riapertur\w(?!\s+(?:(?:de[il]\w*|dell[ae])\s+)?(?:iscrizion|termin|domand|band))|apertura\s+(?:straordinaria|al\s+pubblico)",
        ),
        (
            1.4,
            r"uffic[io]\w*|bibliotec\w+|sportell[oi]|muse[oi]|parch[io]|cimiter[oi]|municipio|ecocentr\w|piscina"
            r"|palestr\w|centro\s+di\s+raccolta|anagrafe",
        ),
    ),
    Kind.service: (
        (4.0, r"(?:es|estu|in)umazion\w"),
        (
            2.2,
            r"servizi[o]?|sportello|ritiro|cart[ae]\s+d['’]\s?identità|autorizzazion\w|certificat\w+|imu|tari|tributi|impost[ae]"
            r"|trasporto\s+scolastico|mensa|pedibus|modulistica|albo|giuramento|agevolazioni",
        ),
        (
            1.6,
            r"richiest\w|richiedere|occorre|è\s+necessario|document[io]\s+da\s+presentare|spid|marca\s+da\s+bollo",
        ),
        (1.5, r"ingresso\s+(?:solo|al)|accesso\s+(?:principale|diretto)|senza\s+prenotazione|trasferi\w+"),
        (1.2, r"documentazione|copia\s+(?:del|cartacea|documento)|istanze|modell[oi]"),
        (1.5, r"incontri\s+gratuiti\s+di|autoaiuto|gruppo\s+di"),
        (1.05, r"raccolta\s+(?:porta\s+a\s+porta|(?:dei\s+)?rifiuti)"),  # a strike of it closes, too
    ),
    Kind.health: (
        (
            3.0,
            r"vaccin\w+|disinfestazion\w|zanzar\w|west\s+nile|screening|donazion\w\s+(?:di\s+)?sangue|legionell\w|peste\s+suina|aviaria"
            r"|dengue|ambulator\w+|medic[oi]\s+di\s+(?:base|famiglia)|guardia\s+medica|processionaria|zecche",
        ),
        (1.0, r"salute|sanitari\w|asl|ulss|ats|farmaci[ae]"),
    ),
    Kind.recall: (
        (
            4.0,
            r"richiam(?:o|at[oaie])\s+(?:\w+\s+){0,2}(?:giocattol\w|prodott\w|aliment\w|lott[oi]|il|la|le|i|gli|uov\w"
            r"|carn\w|latt\w|formagg\w|salum\w|salam\w|pesc\w|pan[ei]|biscott\w|verdur\w|insalat\w|confezion\w"
            r"|crem\w|cosmetic\w|seggiolin\w|passeggin\w)|richiama(?:no)?\s+(?:\w+\s+){0,2}(?:lott[oi]|prodott\w)|safety\s+gate",
        ),
        (2.0, r"richiamo|ritirat[oaie]\s+dal\s+(?:mercato|commercio)|contaminat\w|lott[oi]\s+n"),
    ),
    Kind.alert: (
        (
            4.0,
            r"allert[ae]\s+(?:\w+\s+)?(?:meteo|gialla|arancione|rossa|verde|regionale|idro\w+|mal)"
            r"|(?:stato|fase)\s+di\s+(?:attenzione|pre-?allarme|allarme)|pre-?allarme|avviso\s+di\s+(?:criticità|allerta)"
            r"|criticità\s+(?:idro\w+|di\s+(?:codice|livello)|gialla|arancione|rossa)|bollettino\s+(?:meteo|di)"
            r"|codice\s+(?:giallo|arancion\w|rosso)",
        ),
        (
            2.0,
            r"(?<!caso\sdi\s)(?<!pioggia\so\s)maltempo|ondat[ae]\s+di\s+calore|temporal[ei]|(?<!piano\sdi\s)(?<!piano\scomunale\sdi\s)(?<!piano\s)protezione\s+civile|rischio\s+idro\w+|vento\s+forte"
            r"|allert[ae]\s+(?:ghiaccio|neve|vento|gelo|caldo)",
        ),
    ),
    Kind.result: (
        (
            4.0,
            r"graduatori[ae]|esit[oi]|vincitor[ei]|premiat[oaie]|aggiudicazion\w|risultat[oi]|elenco\s+(?:degli\s+)?"
            r"(?:ammessi|idonei|beneficiari)",
        ),
        (1.0, r"definitiv[ae]|provvisori[ae]|selezionati|ricors[oi]|concorso\s+di\s+idee"),
    ),
    Kind.act: (
        (
            2.6,
            r"ordinanza(?:\s+n)?|delibera\w*|decreto|adozione|deposito|adottato|revoca|integrazione|in\s+deroga",
        ),
        (
            2.0,
            r"p\.?u\.?a\.?|variante|v\.?a\.?s\.?|piano\s+(?:urbanistico|attuativo|di\s+lottizzazione)|osservazioni",
        ),
        (1.0, r"manifestazione|approvat[oaie]|pubblicazione|albo\s+pretorio"),
    ),
    Kind.campaign: (
        (
            3.0,
            r"censiment[oi]|campagna|questionari[oi]?|sondaggi[oi]?|consultazione\s+pubblica|sensibilizza\w+|calendario\s+(?:di\s+)?"
            r"(?:raccolta|rifiuti|ecologic\w)|bike\s+to\s+work|consultazione",
        ),
        (2.0, r"premia\s+chi|torna\s+il\s+progetto|raccolta\s+differenziata|attività\s+nelle"),
        (
            1.0,
            r"iniziativa|progetto|promozione\s+della|mobilità\s+sostenibile|beneficiari|invitiamo\s+tutti|buone\s+pratiche",
        ),
    ),
    Kind.other: (
        (
            3.0,
            r"lavori\s+di\s+(?:restauro|riqualificazione|ristrutturazione|manutenzione\s+straordinaria|ampliamento|demolizione)|cantiere",
        ),
        (3.2, r"vietat[oaie]|è\s+fatto\s+divieto|divieto(?!\s+di\s+(?:sosta|transito))|è\s+fatto\s+obbligo"),
        (
            2.0,
            r"ordinanza\s+(?:del\s+sindaco|sindacale|per)|sindaco\s+firma\s+l['’]ordinanza|mult[ae]\s+da|trasgressori",
        ),
        (5.0, r"lutto\s+cittadino"),
        (1.5, r"siccità|botti|fuochi|abbruciament\w|taglio\s+(?:dell['’]erba|siepi|rami)|sfalcio|emergenza"),
    ),
}
_TABLE = tuple(
    (kind, weight, Cued(rf"(?<![\wà-ù])(?:{words})(?![\wà-ù])"))  # of small letters: half the time
    for kind, rows in _WORDS.items()
    for weight, words in rows
)
_OPENS_OR_CLOSES = Cued(
    r"\b(?:chius\w+|chiud\w+|chiusur\w+|(?<!date e )orari\w*|riapr\w+|riapert\w+"
    r"|apr(?:e|ono|irà|iranno)|apert\w+|apertur\w+|sospe\w+|ricev\w+)\b",
    re.I,
)
_MANY = re.compile(
    r"\b(?:rassegna|(?<!in\s)programma\b|cartellone|calendario\s+(?:degli\s+)?event\w|serie\s+di\s+(?:incontri|event\w)"
    r"|(?:due|tre|quattro|cinque|sei|\d{1,2})\s+(?:incontri|serate|appuntamenti|lezioni|eventi|film)"
    r"|incontri\s+(?:per|formativi|gratuiti)|tornano\s+gli\s+appuntamenti|tanti\s+eventi|giornata\s+mondiale)",
    re.I,
)
_ONE_OF_MANY = re.compile(
    r"\b(?:incontro\s+con\s+l['’]autore|presentazione\s+del|recital|regia\s+di)\b", re.I
)
_PAPER = re.compile(
    r"(?:iscrizion[ei]|domand[ae]|band[oi]|graduatori[ae]|modul[oi]|elenc[oh]\w*|contribut[oi]|voucher|bonus)\b(?!\s(?:evento|festa))",
    re.I,
)
_STILL_OPEN = re.compile(r"\b(?:iscrizion[ei]|domand[ae]|candidatur[ae]|adesion[ei])\b", re.I)
_RANKED = re.compile(
    r"\b(?:graduatori|esit[oi]\b|vincitor|ammess|elenc|risultat|accolt|accettat|valutat|aggiudic)\w*", re.I
)
_HELPERS = re.compile(r"(?:(?:cercasi|cerchiamo|nuovi|diventa)\s)?volontari?o?\b", re.I)
_CONTEST = Cued(  # what one sends something to; whoever holds a prize-giving says so
    r"^(?![^\n]*\b(?:premiazion|premiat|vincitor|mostra|cerimonia)).*\bconcorso\s(?:fotografico|letterario|artistico|grafico"
    r"|di\s(?:poesia|pittura|disegno|idee|fotografia|scrittura|racconti|narrativa|presepi|vetrine))\b",
    re.I | re.M,
)
_EVENTS_OF = re.compile(r"(?:gli\s)?(?:eventi|appuntamenti)\s(?:di|del|della|in|al?)\s", re.I)
_SEEKS = re.compile(r"\b(?:cerchiamo|cercasi|cercansi|si cerca(?:no)?|cercano)\b", re.I)
_EVENT_PAGE = re.compile(r"\bDate e orari\b|\bInizio evento\b")  # the themes' labels of an event's page alone
_FIELDED = Cued(  # `Data: sabato 3 maggio`, `Luogo: Sala Verdi`, each on a line
    r"^\W*(?:data|quando|giorno)\W*:(?!\s*dal)[^\n]*\d{1,2}(?:[°º]?\s[a-z]{4,9}|[/.]\d)[^\n]*\n"
    r"(?:\W*(?:orario?|ore|ora)\W*:[^\n]*\n)?\W*(?:luogo|dove|sede)\W*:",
    re.I | re.M,
)
_WEEKLY = re.compile(  # `Quando: lunedì e giovedì, 9-12`, and no day of the calendar: it is open so
    rf"^\W*(?:quando|giorni|orar[io]|giorni e orari)\W*:\W*(?:ogni\s|tutti i\s|dal\s)?{WEEKDAY}(?!\s\d)",
    re.I | re.M,
)
_IS_DATED = re.compile(rf"\d[°º]?\s{MONTH}|\b\d{{1,2}}([/.-])\d{{1,2}}\1(?:20)?\d\d\b|\d/\d", re.I)
_MET_IN_TITLE = re.compile(
    r": (?:(?:due|tre|quattro|cinque) )?(?:incontri|serate|lezioni|laboratori)\b", re.I
)
_HANDED_OUT = re.compile(
    r"\b(?:i|gli|le) [^.:;,]{3,60}? (?:sono|saranno|verranno) (?:consegnat|distribuit)[ie]"
    r" (?:a tutt|alle famigli|con )",
    re.I,
)
_CARD = re.compile(r"(?m)^\W*Come fare\W*$")  # the themes' label of a service's page, never of an event's
_MEETS = (Kind.health, Kind.service, Kind.campaign, Kind.other)
_ORDINAL = re.compile(r"(?<=\d)[ªa°º^]")
_MEETING = re.compile(  # `Venerdì 11 ottobre alle ore 21.00 presso la Chiesa …`
    rf"{WEEKDAY},?\s\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?,?\s(?:alle\s)?(?:ore\s)?\d{{1,2}}(?:[:.]\d\d)?,?\s"
    r"(?:presso|in|nel|nella|al|alla|c/o)\b",
    re.I,
)
_OCCASION = re.compile(
    r"(?:inaugurazion|presentazion|cerimoni|premiazion|concert|spettacol|conferenz|convegn|mostr)\w+\b", re.I
)
_KEEPS_HOURS = Cued(  # `i cimiteri osserveranno il seguente orario`
    r"\b(?:osserv|seguir)\w+\s(?:dunque\s)?(?:(?:il|i|un)\s|l['’])(?:seguent[ei]\s)?(?:nuov[oi]\s)?orari\w*",
    re.I,
)
_RECRUITS = re.compile(  # of a group that helps where there is danger, and none is near
    r"\bvolontar\w+\b[^.\n]{0,120}\bprotezione\scivile\b|\bprotezione\scivile\b[^.\n]{0,120}\bvolontar", re.I
)
_SHUT_FOR_A_CUT = re.compile(
    r"\bchius\w+\b.*\b(?:per|causa)\s(?:la\s)?(?:mancanza|interruzione|sospensione)\b", re.I
)
_DANGER = re.compile(r"\ballert[ae]\b|\bcriticità\b|\bpre-?allarme\b", re.I)
_FIRST_LINES = 240  # characters
_LIKELY, _SURE = 2.0, 5.0
_ONE_LINE = 140  # characters
_DAY = re.compile(rf"(?:{WEEKDAY},?\s)?\d{{1,2}}[°º]?\s{MONTH}\b", re.I)
_NUMBER = re.compile(
    r"(?:(?:ordinanz|determin|deliber|decret)\w+\s(?:(?:sindacale|dirigenziale|comunale)\s)?(?:n\.?|nr\.?|n[°º])?\s?)?"
    r"[\d/ .-]+(?:\sdel\s[\d/.-]+)?",
    re.I,
)
_SEVERAL_MEETINGS = 3  # days with their hours, whatever a page calls what it lists
_LEAST = 0.2  # an address below the title makes no road work


def kind_of(notice: Notice) -> Kind:
    """The kind of a notice, `Kind.nothing` for what is none; `Kind.other` where no word of the table
    stands.
    """
    dated = [row for row in notice.rows if row.when]
    met = {row.when for row in dated if row.hours and row.list and re.search(r"\d", row.when)}
    return _kind_of(notice.title, notice.source, len({row.when for row in dated}), len(met))


def next_kind(notice: Notice) -> Kind | None:
    """The kind of a notice that lacks what its first one must tell, where its title does not speak for that.

    `Numero verde per i lampioni spenti` says below that one tells the street: it is no road work.
    """
    is_titled = _NUMBER.fullmatch(notice.title) is None
    found = scores(notice.title, notice.source)
    first, second = sorted(found, key=lambda kind: -found[kind])[:2]
    in_title = any(kind is first and words.search(notice.title.lower()) for kind, _, words in _TABLE)
    if not is_titled or in_title:
        return None
    return second if found[second] else Kind.other


def scores(title: str, source: str) -> dict[Kind, float]:
    """How much speaks for each kind: for the editor's question why, and for tests."""
    body = below(title, source)
    head = title
    if not title or _NUMBER.fullmatch(title):  # a register's number: the act's own title is the text
        head = body[:200]
    small = body[:_LONGEST].lower()
    named = head.lower()
    found = dict.fromkeys(Kind, 0.0)
    for kind, weight, words in _TABLE:
        if words.search(named):
            found[kind] += weight * _TITLE
        elif match := words.search(small):
            found[kind] += weight * (_OPENING if match.start() < _OPENING_LENGTH else _REST)
    if not _OPENS_OR_CLOSES.search(f"{head}\n{body[:_LONGEST]}"):
        found[Kind.hours] = 0.0  # a library alone says nothing of its hours
    if _OCCASION.match(head) and not _OPENS_OR_CLOSES.search(head):
        found[Kind.hours] = min(found[Kind.hours], found[Kind.event] - 1)  # its hours are no office's
    if _RECRUITS.search(head) and not _DANGER.search(f"{head}\n{body[:_OPENING_LENGTH]}"):
        found[Kind.alert] = 0.0
    if _SHUT_FOR_A_CUT.search(head):
        found[Kind.supply_cut] = min(found[Kind.supply_cut], found[Kind.hours] - 1)
    if _STILL_OPEN.search(head) and not _RANKED.search(head):
        found[Kind.result] = min(found[Kind.result], found[Kind.deadline] - 1)  # a list that is yet to come
    if _EVENTS_OF.match(head):
        found[Kind.event] = max(found[Kind.event], found[Kind.hours] + 1)
    if _CONTEST.search(f"{head}\n{body[:_FIRST_LINES]}"):
        found[Kind.deadline] = max(found.values()) + _LIKELY
    if _HELPERS.match(head):
        found[Kind.hours] = 0.0  # they are sought, for whatever is open
    if _PAPER.match(head) or _SEEKS.search(head):
        found[Kind.event] = 0.0  # `Iscrizioni al nido Primo Incontro`
    elif _EVENT_PAGE.search(body) or is_staged(body) or (not any(found.values()) and _is_a_day(title, body)):
        found[Kind.event] += _SURE
    if _MET_IN_TITLE.search(head) and _IS_DATED.search(body):
        found[Kind.event] = max(found.values())  # it comes before the others
    if _HANDED_OUT.search(body[:_OPENING_LENGTH]):
        found[Kind.service] = max(found[Kind.service], found[Kind.event]) + _LEAST  # one goes and takes it
    if _CARD.search(body):
        found[Kind.service] = max(found[Kind.service], found[Kind.event] + 1)
    if _WEEKLY.search(body[:_LONGEST]) and not _IS_DATED.search(source):
        found[Kind.event] = min(found[Kind.event], max(found[kind] for kind in _MEETS) - _LEAST)
    elif _FIELDED.search(body[:_LONGEST]) and not _PAPER.match(head):
        found[Kind.event] = max(found[Kind.event], *(found[kind] + 1 for kind in _MEETS))
    if _KEEPS_HOURS.search(body[:_OPENING_LENGTH]):
        found[Kind.hours] += _SURE
    if _MEETING.search(body[:_FIRST_LINES]) and not _PAPER.match(head):
        found[Kind.event] += _LIKELY
    return found


def _is_a_day(title: str, body: str) -> bool:
    """Whether the text below a title is the day on which it happens, and perhaps its hour and place."""
    lines = [line.strip(" .") for line in body.splitlines() if line.strip(" .")]
    heading = plain(_ORDINAL.sub("", title))
    lines = [line for line in lines if plain(_ORDINAL.sub("", line)) != heading]
    return len(lines) == 1 and _DAY.match(lines[0]) is not None and len(lines[0]) <= _ONE_LINE


@lru_cache(maxsize=64)
def _kind_of(title: str, source: str, days: int, met: int) -> Kind:
    if is_nothing(title, source):
        return Kind.nothing
    found = scores(title, source)
    best = max(found, key=lambda kind: found[kind])
    if found[best] < _LEAST:
        return Kind.programme if met >= _SEVERAL_MEETINGS else Kind.other
    if best is Kind.event and (_MANY.search(source[:1200]) or days > 1) and not _ONE_OF_MANY.search(source):
        return Kind.programme
    return best
