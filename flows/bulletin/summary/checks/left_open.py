"""What a text points to and does not tell: the list behind `che prevede`, the ban behind `Il divieto è`."""

import re
from collections.abc import Iterator

from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import WEEKDAY
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice
from flows.bulletin.page.told_slots import calendar_days
from flows.bulletin.summary.checks.named import stems

_ANNOUNCES_LIST = re.compile(
    r"\bche (?:prevede|dispone|stabilisce|ordina|comprende|riguarda)\.|\bdi (?:provvedere|procedere)\."
)
_NAME_IN_NAME = re.compile(  # `«“Mille note” arriva a Po»`, `È pubblicato l'avviso - Ricerca di volontari`
    r"«[“\"][^«»”\"]+[”\"] [a-zà-ù][^«»]*»"
    r"|\bpubblicato (?:l['’]avviso|il bando)(?: pubblico)? [-–] [A-Z][a-zà-ù]+"
)
_SHUT_OUT = re.compile(r"Chi (?:ha|è|non|soffre)\b[^.,;]{3,60} non (?:può|possono)\b[^.]*\.")
_THAT_BAN = re.compile(r"(?:^|(?<=[.] ))(?:Il|Tale|Questo) divieto (?:non|è|vale|si|resta|riguarda)\b")
_A_BAN = re.compile(r"\b(?:viet|divie)\w+", re.I)


_SHUT_FIRST = re.compile(r"[^.]{0,80}\b(?:rester|rimarr|sar)(?:à|anno) chius[oaie]\b[^.]*\.")
_SHUTS = re.compile(r"\bchiu[sd]\w+|\bannullat\w+|\brinviat\w+", re.I)
_WHO_ALONE = re.compile(  # `Residenti a Po con un ISEE che non supera …`: they do what?
    r"(?:^|(?<=[.] ))(?:Residenti|Titolari|Famiglie|Nuclei|Studenti|Genitori|Alunni|Persone)\s"
    r"(?:a|al|con|di|del|della)\s"
    r"(?![^.]*\b(?:possono|devono|hanno|sono|potranno|dovranno)\b)[^.]*"
)
_VOTES = re.compile(r"\b(?:referendum|elezion\w)\b", re.I)
_BOOKS = re.compile(r"\bpuoi (?:prenotare|iscriverti)\b", re.I)
_TO_THE_POLL = re.compile(r"\b(?:trasport|accompagn|domicil|tessera|duplicat)\w*", re.I)
_OF_AGE = re.compile(r"\b(?:Può partecipare chi ha|[Ss]e hai (?:tra|dai|più di|meno di) \d)")
_FIRMS = re.compile(
    r"\b(?:gestori|associazioni|imprese|ditte|societ[àa]|enti del terzo settore|esercenti)\b", re.I
)
_ORDERS_A_DAY = re.compile(
    rf"\bSi (?:ordina|dispone),? (?:per )?(?:la giornata di |il giorno )?"
    rf"(?:{WEEKDAY} )?\d{{1,2}} [a-z]+(?: 20\d\d)?\."
)
_MUST_BOOK = re.compile(r"\b(?:Devi prenotare|È obbligatorio prenotare|[Pp]uoi prenotare entro)\b")
FREELY = re.compile(
    r"\bsenza (?:appuntamento|prenotazione)\b|\b(?:ad\s)?accesso libero\b"
    r"|\bnon (?:serve|occorre) (?:l['’]|la )?(?:appunt|prenot)",
    re.I,
)
_HOW_IT_CHANGES = re.compile(r"Per [^.]{3,80}? come (?:cambia|funziona|si|fare|richieder|pagar)\w*\b")
_ASKED_FOR = re.compile(r"\b(?:fare domanda|iscriverti|candidarti) (?:per|a|al|alla) «(?P<name>[^»]+)»")
_MAY_BE_ASKED = re.compile(
    r"^(?!.*,)(?!(?:chiusur|sospension|variazion|distribuzion|consegn|modific|lavori)).*\b(?:bando|bonus|contribut|voucher"
    r"|bors|concors|cors|premi|progett|serviz|avvis|assegn|selezion|tirocin|albo|post[oi]|centr|scuol|campus|laborator|nid"
    r"|mens|trasport|rimbors|fond|alloggi|cas[ae]|ort[oi]|abbonament|percors|incontr)"
    r"|^[A-ZÀ-Ý][\w'’]+(?:\s[\w'’]+){0,4}$",
    re.I,
)
_OF_WHAT = re.compile(
    r"(?:(?P<entry>L['’]accesso|L['’](?:ultimo )?ingresso)"
    r"|La partecipazione|Il servizio|Lo sportello|L['’]orario) (?:è|sarà)\b"
)
_OF_DAYS = frozenset({"giorn", "orari", "date", "sedi"})  # stems that name nothing
_THE_LIST = re.compile(
    r"«(?:Cerc(?:asi|ansi|hiamo)|Le iniziative|Il programma|Gli appuntamenti|Gli eventi|Tutti gli|Tutte le)\b"
)
_HANGS = re.compile(r"\bper (?:lo stesso|il medesimo|tale|questo) motivo\b", re.I)
_MOTIVE = re.compile(r"\b(?:per|a causa d[ei]\w*|a seguito d[ei]\w*) (?:i |il |la |l['’])?[a-z]{4,}", re.I)
_DO_IT = re.compile(  # `Per lo sportello eventi compilarlo in ogni sua parte`: a step behind others
    r"^(?P<of>Per (?:(?:il|lo|la|i|gli|le) |l['’])[^.,;:]{3,60}?,? )?[A-Za-zà-ù]+"
    r"(?:ar|er|ir)(?:lo|la|li|le)\b"
)
_SUCH = re.compile(r"^[^,.;:]{0,40}\b(?:di|a|per|da|con) tale (?!fine|scopo|data|caso|giorno)[a-zà-ù]+")
_LACK = re.compile(r"^(?:La|Il) mancat[ao] [a-zà-ù]+ (?!d(?:i|el|ella|ello|ei|egli|elle)\b|dell['’])")
_GLUED = re.compile(
    r"[a-zà-ù»] ore \d{1,2}(?::\d\d)? [A-ZÀ-Ý«][a-zà-ù]|[a-zà-ù]+, \d{2,3}['’](?!\w)"
    r"|«(?:A|Al|Da|Dal) (?:[a-z]{4,9}ì|\d)|«\d{1,2}\s?[-–]\s?\d{1,2}\b"
)
_FOR_CLOSING = re.compile(r"Per (?:la chiusura|gli orari|l['’]orario|i nuovi orari|il nuovo orario)\b")
_HOUR = re.compile(r"\b(?:dalle|alle|ore) \d{1,2}(?::\d\d)?\b", re.I)
_OF_EACH_DAY = re.compile(
    rf"\b(?:ogni|tutti i giorni|tutte le|di notte|nei giorni de[il]|dal \d{{1,2}} al \d|feriali|festivi"
    rf"|{WEEKDAY})(?!\w)"
    r"|\b(?:giorni|date|calendario)\b[^.]* (?:nella pagina|che trovi)",
    re.I,
)
_ON_A_DAY = frozenset({Kind.supply_cut, Kind.road})


def left_open(text: str, notice: Notice) -> Iterator[str]:
    """Why one who reads the text alone would ask «which?»: Italian sentences, for the editor."""
    if match := _ANNOUNCES_LIST.search(text):
        yield f"«{match[0]}»: che cosa, il testo non lo dice."
    if match := _SHUT_OUT.match(text):
        yield f"Il testo comincia da chi non può: «{match[0].strip()}»."
    if match := _NAME_IN_NAME.search(text):
        yield f"In «{match[0].strip('«»')}» due titoli sono attaccati."
    if (match := _THAT_BAN.search(text)) and not _A_BAN.search(text[: match.start()]):
        yield f"«{match[0]}»: quale, il testo non lo dice."
    if _VOTES.search(notice.title) and (match := _BOOKS.search(text)) and not _TO_THE_POLL.search(text):
        yield f"«{match[0]}»: per votare non serve, e il testo non dice per che cosa."
    if (match := _OF_AGE.search(text)) and _FIRMS.search(notice.title):
        yield f"«{match[0]}»: l'età è di altri, la domanda è degli enti."
    if match := _ORDERS_A_DAY.search(text):
        yield f"«{match[0]}» non dice che cosa."
    if (match := _MUST_BOOK.search(text)) and FREELY.search(notice.body):
        yield f"«{match[0]}»: la pagina dice anche quando non serve."
    if match := _HOW_IT_CHANGES.match(text):
        yield f"«{match[0]}» è un titolo e non dice niente."
    if (match := _ASKED_FOR.search(text)) and not _MAY_BE_ASKED.match(match["name"]):
        yield f"«{match['name']}» è un titolo: non si fa domanda per quello."
    own = " ".join(said for said in split(text) if "nella pagina" not in said)
    opening = (*notice.prose, "")[0]
    match = _OF_WHAT.match(text)
    opens = match and not match["entry"] and opening.startswith(match[0])
    told = stems(split(text)[0] if match and match["entry"] else own)
    if match and not opens and not (stems(notice.title) - _OF_DAYS) & told:
        yield f"«{match[0]}»: di che cosa, il testo non lo dice."
    if match := _THE_LIST.search(text):
        yield f"«{match[0]}…» non è un nome."
    if (match := _HANGS.search(text)) and not _MOTIVE.search(text[: match.start()]):
        yield f"«{match[0]}»: il testo non dice quale."
    if (match := _DO_IT.match(text)) and not speaks(match["of"] or ""):
        yield f"«{match[0]}»: che cosa, il testo non lo dice."
    if match := _SUCH.match(text):
        yield f"«{match[0]}»: quale, il testo non lo dice."
    if match := _LACK.match(text):
        yield f"«{match[0].strip()}»: di che cosa, il testo non lo dice."
    if match := _GLUED.search(text):
        yield f"In «{match[0]}» due righe sono attaccate."
    if match := _WHO_ALONE.search(text):
        yield f"«{match[0]}» non è una frase: manca il verbo."
    if notice.kind in OCCASIONS and (match := _SHUT_FIRST.match(text)) and not _SHUTS.search(notice.title):
        yield f"«{match[0]}» non è l'appuntamento."
    if notice.kind is Kind.hours and (match := _FOR_CLOSING.match(text)):
        yield f"«{match[0]}»: di che cosa si tratta, il testo lo deve dire per primo."
    hour = _HOUR.search(text) if notice.kind in _ON_A_DAY else None
    if hour and not (calendar_days(text) or _OF_EACH_DAY.search(text)):
        yield f"«{hour[0]}»: di quale giorno, il testo non lo dice."
