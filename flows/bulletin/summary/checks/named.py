"""Whether a text says what its notice is about: by its title, or by a sentence that leans on no headline."""

import re
from functools import lru_cache

from flows.bulletin.facts.fact import plain
from flows.bulletin.language.dates import MONTHS
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import EMAIL, URL
from flows.bulletin.language.titles import folded
from flows.bulletin.language.wholeness import Trouble, troubles
from flows.bulletin.page.notice import OCCASIONS, Kind, Listing, Notice, Slot
from flows.bulletin.page.told_slots import STEM, calendar_days, figures, tells
from flows.bulletin.summary.frames.events.acting import performed_in, performs
from flows.bulletin.summary.frames.events.subject import nominals
from flows.bulletin.summary.frames.prose.lines import lines
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.titles.nouns import without_purpose

_SUPPLIES = tuple(
    (re.compile(said, re.I), re.compile(supply, re.I))
    for said, supply in (
        (r"\bacqua\b|\bacquedotto\b", r"\bacqua\b|idric|acquedott"),
        (r"\bcorrente\b", r"elettric|\bcorrente\b|\bluce\b"),
        (r"\bgas\b", r"\bgas\b"),
    )
)  # a frame says `la corrente` of a page that says `energia elettrica`
_SAME = tuple(  # what a title and its page call otherwise
    (re.compile(rf"\b(?:{one})\w*", re.I), re.compile(rf"\b(?:{other})\w*", re.I))
    for one, other in (
        ("(?:disfunzion|erogazion|carenz|sospension|interruzion|mancanz)\\w* (?:\\w+ )?idric", "acqua\\b"),
        ("mens[ae]", "refezion"),
        ("refezion", "mens[ae]"),
        ("nid[oi]\\b", "nid[oi]\\b|servizi educativ|prima infanzia"),
        ("scuolabus", "trasporto scolastic"),
        ("trasporto scolastic", "scuolabus"),
        ("tari\\b", "tassa (?:sui )?rifiuti|tributo"),
        ("tassa (?:sui )?rifiuti", "tari\\b"),
        ("don(?:a|at|azion)\\w* (?:il |del |di )?sangue", "autoemotec|avis\\b"),
        ("locazion", "affitt"),
        ("affitt", "locazion"),
        ("imu\\b", "imposta municipal"),
        ("credenzial", "nome utente|password"),
        ("botti\\b|fuochi", "petard|artific|pirotecnic"),
        ("cani\\b|cane\\b", "microchip|anagrafe canina"),
        ("microchip", "can[ei]\\b|anagrafe canina"),
        ("larval|larvicid", "larvicid"),
        ("abbruciament", "bruciar|abbruciament"),
        ("mammograf|screening", "mammograf|screening"),
        ("centr[oi] (?:\\w+ )?(?:di )?raccolta\\b", "ecocentr|isol[ae] ecologic"),
        ("ecocentr|isol[ae] ecologic", "centr[oi] (?:\\w+ )?(?:di )?raccolta\\b"),
    )
)
_OPEN_OFFICE = re.compile(
    r"\b(?:l['’]uffici\w|(?:gli|lo|il|la|le|i)\s(?:uffici|sportell[oi]|bibliotec\w+|muse[oi]|cimiter[oi]|parc[oh]\w*|piscin\w|palestr\w|ecocentr[oi]|scuol\w))\b"
    r"[^.;:]{0,60}\b(?:(?:è|sono|sarà|saranno|rest\w+|riman\w+)\s(?:apert|chius)[oaie]\b|(?:apre|aprono|chiude|chiudono)\b"
    r"|l['’]orario\sè\b)"
    r"|\bl['’]accesso (?:agli uffici|al municipio) è\b",
    re.I,
)
_LESSONS = re.compile(r"\b(?:lezioni|attività didattich\w)\b[^.;:]{0,60}\bsospes[oae]\b", re.I)
_WASTE = re.compile(r"\braccolta\b|\brifiuti\b|\bporta a porta\b", re.I)
_ECOCENTRE = re.compile(
    r"\becocentr\w+|\bisol[ae] ecologic\w+|\bcentr[oi] (?:di|del) riuso\b"
    r"|\bcentr[oi] (?:\w+ )?(?:di )?raccolta\b",
    re.I,
)
_IN_FORCE = re.compile(  # `Dal 3 maggio entra in vigore il nuovo orario dei bus`: what is new, and when
    r"[^.;:]{0,60}\bentra(?:no)? in vigore (?:(?:il|lo|la|i|gli|le) |l['’])(?P<what>[^.;:,]+)"
)
STREET_NAME = re.compile(
    r"\b(?:via|viale|piazza|piazzale|corso|largo|contrà|contrada|vicolo|strada|ponte)\s"
    r"(?:d(?:i|el|ello|ella|ei|egli|elle)\s|dell['’])?(?-i:[A-ZÀ-Ý])[\w'’]+",
    re.I,
)
_OF_A_STREET = re.compile(r"\b(?:carreggiata|corsia|tratto)\b", re.I)
_TRAFFIC = re.compile(
    r"\b(?:viabilità|circolazione|traffico|asfaltatur\w|lavori|cantier\w|strad[ae]|limitazion\w)\b", re.I
)
_CHANGES = re.compile(
    r"\bcambia\b[^.]{0,20}\bviabilità\b|\bvietat[oaie]\s(?:il|la)\s(?:sosta|transito|circolazione|fermata)\b",
    re.I,
)
_SHUTS = re.compile(
    r"\b(?:chius[oaie]|chiud(?:e|ono)|chiusura|riapert[oaie]|vietat[oaie]|divieto|senso unico|interrott[oaie]"
    r"|interruzione|deviat\w+)\b",
    re.I,
)
_OF_STREETS = (Kind.road, Kind.act)
_FULL = 100  # characters
_BANNING = frozenset({Kind.other, Kind.act, Kind.campaign, Kind.health, Kind.service})
_FORBIDS = re.compile(
    r"\bè vietato (?:[^.,;:]{2,40} )?[a-zà-ù]{2,}(?:are|ere|ire|ar|er)\b|\bè in vigore il divieto di\b"
    r"|\b(?:è|È|sono|Sono) vietat[oaie] (?:in tutto il territorio comunale )?"
    r"(?:l['’]|(?:il|lo|la|i|gli|le) )[a-zà-ù]{4,} (?:de[il]|dell|di|e)\w*\b"
)
_SEEKING = frozenset({Kind.other, Kind.campaign, Kind.deadline, Kind.job})
SEEKS = re.compile(
    r"\b(?:ri)?cerca(?:no)?\s(?:\w+\s){0,2}(?:volontari|giovani|ragazz|operator|autist|figurant|rilevator|candidat|famiglie)"
    r"|^(?:cerchiamo|cercasi|cercansi)\b|\baccetta(?:no)?\snuov[ei]\s(?:iscrizioni|adesioni|soci|volontari)\b",
    re.I,
)
_TEASER, _PROSE_ALONE = 400, 600  # characters of a page that is one piece of news, the second without a list
_BEGINS = re.compile(  # when, whom it forbids what, which office acts, what is new: it leans on no headline
    r"(?:(?:Dal|Dalle|Da (?:(?:luned|marted|mercoled|gioved|venerd)ì|sabato|domenica)|Fino al?|Ogni"
    r"|Tutti|Tutte|Nel|Nella|In vista|In occasione) |Dall['’]"
    r"|A (?:causa|seguito) d[^.;:]{3,160}?\b(?:è|sono|sarà|saranno|resta\w*)\b"
    r"|Con (?:la|il|lo) [^.;:,]{3,60}? (?:puoi|si può|si possono|possono|è possibile)\b"
    r"|Per l['’]anno 20\d\d,? (?:(?:il|lo|la|i|gli|le) |l['’])"
    r"|Per (?:(?:lavori|motivi|ragioni|manutenzione|cause|uno sciopero|lo sciopero)\b"
    r"|(?:consentire|permettere|effettuare|eseguire) )[^.;:]{3,160}?\b(?:è|sono|sarà|saranno|resta\w*)\b"
    r"|(?:Via|Viale|Piazza|Piazzale|Largo|Vicolo|Corso) [A-ZÀ-Ý]"
    r"|(?:(?:Il|La) |L['’]) ?(?:Comune|Amministrazione|Regione|Provincia|Unità|Unione|Ufficio"
    r"|Prefettura|Questura|Azienda)\b"
    r"|(?:È|Sono) (?:vietat|obbligatori|consentit|concess|istituit|attiv|nat[oaie]\b"
    r"|stat[oaie] [a-zà-ù]+ un(?:[oa]?\s|['’]))"
    r"|(?:I|Gli|Le|Chi|Tutti|Tutte) (?!candidat|interessat|partecipant|richiedent|iscritt|concorrent|ammess)"
    r"[^.;:]{3,120}?\b(?:può|possono|deve|devono|potranno|dovranno)\b"
    r"(?!\s(?:(?:fare|presentare|inviare)\s(?:la\s)?(?:domanda|richiesta|istanza)|partecipare|iscriversi)\b)"
    r"|(?:Cambia|Torna|Inizia|Arriva|Riprende|Riapre|Apre|Chiude|Cambiano|Tornano|Iniziano|Arrivano"
    r"|Riprendono|Riaprono|Aprono|Chiudono) (?:il|lo|la|i|gli|le|un|una|uno|nuov\w|alcun\w)\b)"
)
_OPENING = 60  # characters
_LASTS = re.compile(r"\bfino a (?:nuov[oa]|revoca)\b", re.I)
_UNNAMED = re.compile(  # `è attivo il servizio rivolto agli over 75`: which one?
    r"\b(?:il (?:servizio|bando|progetto|corso)|l['’](?:iniziativa|evento|avviso)|la (?:misura|procedura))\b"
    r"(?! (?:d[ei]|per)\w*\b| [«\"“A-Z])"
)
_DAY = re.compile(r"(?:(?:Luned|Marted|Mercoled|Gioved|Venerd)ì|Sabato|Domenica|Il) \d|L['’]\d")
_ALL_OFFICES = re.compile(r"\b(?:uffici|servizi|municipio|comune|sportelli)\b", re.I)
_LED = re.compile(r"(?:In|Nel|Nella|Sul|Sulla|Per) ")  # the title's street or matter goes before it
_LEAD = 40  # characters
_OFFICE = re.compile(
    r"\b(?:bibliotec|muse[oi]|ecocentr|piscin|cimiter|anagraf|palestr|ludotec|nido|sportell|mercat|pinacotec)\w*",
    re.I,
)
_FOR_WHAT = re.compile(  # one votes
    r"\belezion\w+ (?:comunali|regionali|europee|politiche|amministrative|provinciali)\b|\breferendum\b", re.I
)
_VOTES = re.compile(
    r"\b(?:seggi[oi]?|elettor[ei]|vot(?:a|o|are|eranno)|elezioni|referendum|ballottaggio)\b", re.I
)
_BINDS = re.compile(
    r"(?:(?:I|Gli)|(?:In caso di \w+,?|Tutti|(?:Fino|Dal?) [^,.;]{4,40}? tutti) (?:i|gli))"
    r" (?:proprietari|conduttori|possessori|titolari|detentori|cittadini|residenti)\b"
    r"[^.]*? devono\b"
)
_LETTERS = re.compile(r"\b[A-Z]{3,6}\b")
_BARE = re.compile(
    r"(?:Il|La|Lo|L['’])\s?(?P<noun>questionario|sondaggio|corso|bando|concorso|laboratorio|mostra)"
    r"\s(?:è|si|sarà|dura|parte|scade|resta|prevede)\b"
)
_BRINGS = re.compile(r"(?:Porta|Presentati|Esibisci|Ricordati|Indossa)\b")
_OF_WHAT = r"\b{}\s(?:(?:su\w*|d[ei]\w*|per)['’\s]\s?)?(?P<what>[^.;,]+)"
_HARD = re.compile(r"([cg])h([ei])$")  # `zecche` as `zecca`
_SMALL_WORDS = re.compile(
    r"\b(?:d(?:i|a|el|ello|ella|ei|egli|elle)|e|per|a|in|il|la|lo)\s|\bd(?:ell)?['’]", re.I
)
_LONG_TITLE = 5  # words of weight: one of them alone may be anything's
_TOLD = 0.75  # of the words of weight of a page's first sentence
_EMPTY_WORDS = """
    comune comunale comunali della dello delle degli dalla dalle alla alle allo agli nella nelle nello negli
    dell nell dall sull anno avviso pubblico pubblica servizio servizi progetto nuovo nuova sono viene ogni
    cittadinanza cittadini popolazione importante
    cosa fare contro
    tutti presso entro oltre dopo prima anche come quando dove avvisi notizia comunicato stampa presentazione
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
_OF_A_CALL = re.compile(  # `le graduatorie relative al bando per gli alloggi`: of which, it says
    r"\b(?:relativ[aei]\s(?:al|all['’])|del(?:l['’])?|per il)\s?(?:bando|avviso|concorso|selezione)"
    r"\s(?:[a-zà-ù]+\s){0,2}(?:per|di)\s",
    re.I,
)
_PAPER_WORDS = """
    approvazione approvata approvato graduatoria graduatorie provvisoria provvisorie definitiva definitive
    bando bandi pubblicazione pubblicata pubblicate pubblicato elenco elenchi ammessi esclusi esito esiti
    domanda domande termini scadenza scadenze proroga prorogati prorogate rata rate pagamento richiesta
    contributo contributi assegnazione concessione deposito adozione adottata candidarsi candidatura
    concorso concorsi posto posti copertura esami titoli tempo pieno parziale determinato indeterminato
    periodo area categoria selezione istanza assunzione
    candidature gara gare telematica procedura aperta negoziata esplorativo manifestazione interesse scade
"""
_CALENDAR = "lunedì martedì mercoledì giovedì venerdì sabato domenica " + " ".join(MONTHS)
_PAPERS = frozenset(word[:STEM] for word in plain(f"{_PAPER_WORDS} {_CALENDAR}").split())
_ON_PAPER = frozenset({Kind.deadline, Kind.job, Kind.result, Kind.act, Kind.service})


def says_matter(text: str, notice: Notice) -> bool:
    """Whether a text shares a word of weight with the title, or with what opens a page without one.

    An alert is named by its hazard: titles such as `Maltempo, aggiornamento` have nothing else.
    """
    if _VOTES.search(text) and _VOTES.search(notice.title):
        is_for = not text.startswith("Si vota ") or _FOR_WHAT.search(notice.title) is None
        return is_for or _FOR_WHAT.search(text) is not None
    if (bare := _BARE.match(text)) and (of := re.search(_OF_WHAT.format(bare["noun"]), notice.title, re.I)):
        return bool(stems(of["what"]) & stems(text))  # `Il questionario è anonimo`: on what?
    if _BRINGS.match(text) and not stems(notice.title) & stems(split(text)[0]):
        return False  # where to, nobody has said
    if notice.kind is Kind.hours and not _names_its_office(text, notice):
        return False
    if notice.kind is Kind.hours and (_OPEN_OFFICE.search(text) or _LESSONS.search(text)):
        return True  # it names what is open or closed, whatever the title calls it
    if notice.kind is Kind.supply_cut and any(
        said.search(text) and supply.search(notice.source) for said, supply in _SUPPLIES
    ):
        return True
    if notice.kind is Kind.alert and any(tells(text, one) for one in notice.slots.get(Slot.hazard, ())):
        return True
    titled = [street[0].lower() for street in STREET_NAME.finditer(notice.title)]
    if notice.kind is Kind.road and any(street in text.lower() for street in titled):
        return True
    if notice.kind is Kind.road and titled and _OF_A_STREET.search(text):
        return False  # `è chiusa la carreggiata tra via Po e via Adda`: of which street?
    if notice.kind in _SEEKING and SEEKS.search(text):
        return True  # whom, it says: `Diventa nonno vigile` names nobody
    if notice.kind is Kind.event and performs(text) and figures(text) and not performed_in(text):
        return True  # who does what, and when
    if notice.kind in _BANNING and (_FORBIDS.search(text) or _BINDS.match(text)):
        return True  # whatever the title calls the ordinance
    if notice.kind in _OF_STREETS and _SHUTS.search(text) and _has_streets(text, notice):
        return True  # where and what: it leans on no headline
    if notice.kind is Kind.road and "in più vie" in text and "Le vie interessate" in text:
        return True  # `Domenica in più vie si viaggia a senso unico. Le vie interessate sono nella pagina.`
    if notice.kind is Kind.road and _CHANGES.search(text) and _TRAFFIC.search(notice.title):
        return True
    if Trouble.number in troubles(f"{notice.title.strip(' .')}."):
        return True  # `Comunicato stampa n. 12`: it names nothing that a text could share
    heads = [told.words for told in notice.slots.get(Slot.what, ())[:1]]
    if notice.kind not in OCCASIONS and any(_is_list_of(text, one) for one in notice.listings):
        return True
    if _is_its_own(text, notice) or _opens_as(text, notice) or _has_phrase(text, notice):
        return True
    if notice.kind in OCCASIONS:
        text = URL.sub(" ", EMAIL.sub(" ", text))  # `corsi@…` names no course
    if any(own.search(notice.title) and other.search(text) for own, other in _SAME):
        return True
    named = stems(notice.title) or frozenset[str]().union(*map(stems, heads))
    told = named & stems(text)
    inflected = (_short(notice.title) & _short(text)) - {stem[:-1] for stem in told}
    if notice.kind in _ON_PAPER and told and _OF_A_CALL.search(text):
        return True
    letters = bool(set(_LETTERS.findall(notice.title)) & set(_LETTERS.findall(text)))  # `TARI`
    is_bare = notice.kind in _ON_PAPER and told and not inflected and told <= _PAPERS
    says_nothing = not letters and not stems((*split(text), "")[0]) - _PAPERS
    if is_bare and (named - _PAPERS or says_nothing):
        return False  # `La graduatoria è pubblicata`, `Il bando di gara scade il 3 maggio`: of what?
    if _says_letters(text, notice.title) or (told and _says_what_is_new(text, told)):
        return True
    first = stems(" ".join(notice.title.split()[:1]))
    if first & told and calendar_days(text) and len(text) > _FULL:
        return True  # `Raccolta rifiuti: …`, and the text says when what is collected
    return not named or len(told) + len(inflected) + letters >= (2 if len(named) >= _LONG_TITLE else 1)


def _says_letters(text: str, title: str) -> bool:
    """Whether a text has the letters that words of the title begin with: `CIE` of a `Carta d'identità
    elettronica`.
    """
    initials = "".join(word[0] for word in folded(_SMALL_WORDS.sub("", title)).split())
    return any(letters.lower() in initials for letters in _LETTERS.findall(text))


def _says_what_is_new(text: str, told: frozenset[str]) -> bool:
    """Whether a text opens with what comes into force, by a word that the title has: that is its news."""
    found = _IN_FORCE.match(text)
    return found is not None and bool(stems(found["what"]) & told)


def _short(text: str) -> set[str]:
    """`cors` of `corso` and of `corsi`: of words as short as a stem the ending is a part of it."""
    words = (_HARD.sub(r"\1\2", word) for word in plain(text).split() if word not in _EMPTY)
    return {word[:-1] for word in words if len(word) == STEM and word[-1] in "aeio"}


def _names_its_office(text: str, notice: Notice) -> bool:
    """Whether a text of hours names the one office of the title: `Biblioteca, chiusure di dicembre`."""
    every = _ALL_OFFICES.search(notice.title)
    is_beside = every is not None and every[0].lower() == "servizi" and _OFFICE.search(notice.title)
    if every and not is_beside and not _ALL_OFFICES.search(text):
        return False  # of one office alone
    if every and every[0].lower() == "uffici" and "uffici" in text.lower():
        return True  # `Chiusura uffici comunali e orario dei cimiteri`: the first of two
    if _WASTE.search(notice.title) and _ECOCENTRE.search(text) and not _WASTE.search(text):
        return _ECOCENTRE.search(notice.title) is not None  # its matter is the waste
    named = {match[0][:STEM].lower() for match in _OFFICE.finditer(notice.title)}
    its = named.pop() if len(named) == 1 else ""
    if its.startswith("sport") and "uffici" in text.lower():  # `l'Ufficio Tributi` of `Sportello Tributi`
        return bool(stems(notice.title) & stems(text))
    return its[:-1] in text.lower()  # `museo` of `musei`


def _has_phrase(text: str, notice: Notice) -> bool:
    """Whether a text of an event says what its page calls it, instead of the slogan over it."""
    if notice.kind not in OCCASIONS:
        return False
    return any(folded(without_purpose(phrase)) in folded(text) for phrase in nominals(notice)[:1])


def _is_its_own(text: str, notice: Notice) -> bool:
    """Whether a text has what a short page says first, or in its one line: the office's whole news, whatever
    its headline.
    """
    below = lines(notice)[1:]
    if notice.listings and len(notice.body) > _TEASER:
        return False
    is_long = sum(map(len, map(worded, below))) > (_TEASER if notice.rows else _PROSE_ALONE)
    if is_long or not (notice.prose or len(below) == 1):
        return False
    is_led = _LED.match(text) is not None and bool(stems(text[:_LEAD]) & stems(notice.title))
    if notice.prose and not (is_led or _begins(worded(notice.prose[0]), notice.kind)):
        return False
    opening = stems(worded((*notice.prose, *below)[0]))
    return len(opening) > 3 and len(opening & stems(text)) >= _TOLD * len(opening)


def _opens_as(text: str, notice: Notice) -> bool:
    """Whether a text opens with the first sentence of a long page, which leans on no headline and says when,
    and leaves the rest to the page.
    """
    if notice.kind in (*OCCASIONS, Kind.road, Kind.alert) or not notice.prose or "nella pagina" not in text:
        return False
    first = worded(notice.prose[0])
    says_when = bool(figures(first)) or _LASTS.search(first) is not None
    return (
        says_when
        and text.startswith(first[:_OPENING])
        and _begins(first, notice.kind)
        and _UNNAMED.search(first) is None
    )


def _is_list_of(text: str, listing: Listing) -> bool:
    """Whether a text has all the items of a list, which say by themselves what they are about."""
    items = [stems(item) for item in listing.items]
    return all(len(item) > 3 and item <= stems(text) for item in items)


def _has_streets(text: str, notice: Notice) -> bool:
    """Whether a text names the street of every measure that the page tells."""
    found = [STREET_NAME.search(line) for line in lines(notice)[1:] if _SHUTS.search(line)]
    named = [" ".join(street[0].lower().split()) for street in found if street]
    is_listed = any(STREET_NAME.search(item) for listing in notice.listings for item in listing.items)
    return bool(named) and not is_listed and all(street in text.lower() for street in named)


def _begins(sentence: str, kind: Kind) -> bool:
    """Whether a sentence leans on no headline: a day opens every event, whose headline is its name."""
    return _BEGINS.match(sentence) is not None or (kind not in OCCASIONS and _DAY.match(sentence) is not None)


@lru_cache(maxsize=4096)
def stems(text: str) -> frozenset[str]:
    """The words of weight of a text, by their beginnings."""
    return frozenset(
        word[:STEM] for word in plain(text).split() if len(word) > 3 and word.isalpha() and word not in _EMPTY
    )
