"""How one books and until when: `Devi prenotare entro il 14 ottobre.`, `Iscriviti online.`"""

import re
from collections.abc import Iterable

from flows.bulletin.language.signals import EMAIL, PHONE, URL
from flows.bulletin.page.other_terms import without_wish
from flows.bulletin.summary.clauses.days import by_clause, days_of, of_clause
from flows.bulletin.summary.clauses.hours import hours_of

_BOOK = re.compile(r"\b(?:pre-?)?prenota\w*", re.I)
_ENROL = re.compile(r"\b(?:pre-?)?iscri[vtz]\w*|\bregistra(?:zion|r)\w*|\bform di registrazione", re.I)
_MUST = re.compile(
    r"\b(?:obbligatori\w|previa|necessari\w|su prenotazione|richiest\w|solo su|bisogna|occorre)\b", re.I
)
_NOT_MUST = re.compile(
    r"\b(?:senza|non (?:è|sono|serve|occorre)\b|non\s(?:obbligatori"
    r"|necessari)|gradit|consigliat|facoltativ|libera)",
    re.I,
)
_ON_BOOKING = re.compile(
    r"\b(?:gratuit|liber)[oaie]\s(?:ma\s)?(?:solo\s)?(?:su|previa|con)\s(?:prenotazione|iscrizione)(?!\s(?:consigliat|facoltativ|gradit))",
    re.I,
)
_ASKS = re.compile(r"\W*(?:pre-?)?(?:iscri|prenota|registra)\w*", re.I)
_TICKETS = re.compile(r"\b(?:biglietteria|biglietti|acquist\w+)\b.{0,40}\bonline\b", re.I)
_AT_A_DESK = re.compile(  # one of two ways: `alla biglietteria di piazza Verdi e online`
    r"\b(?:all[ao]|al|nell[ae]|in)\s"
    r"(?:biglietteri|botteghin|cass[ae]|sportell|pro loco|edicol|rivendit|tabacch)\w*",
    re.I,
)
_BY = re.compile(
    r"\bentro(?: e non oltre)?\s(?:(?:le\s)?(?:ore\s)?(?P<hour>\d{1,2}(?:[:.,]\d\d)?)\s(?:del(?:l['’]"
    r"|\s(?:giorno\s)?)|di)\s?)?"
    r"(?P<day>(?:il\s|l['’]|giorno\s)?(?:[a-zA-Zì'’]{5,10}\s)?\d{1,2}[\w°./\s]{2,22})",
    re.I,
)
_SHORTENED = re.compile(
    r"\b(?:bit\.ly|tinyurl\.com|forms\.gle|tiny\.cc|urly\.it)/", re.I
)  # nobody types these
_RATHER = re.compile(r"\b(?:preferibil\w+|anche|meglio|oppure|telefon\w+|chiam\w+|al 3)", re.I)
_FORM = re.compile(
    r"\b(?:form|modul[oi](?! [A-Z]\d| (?:in|presso|allo|all['’]|alla)\b)|link|online|sito"
    r"|google\.com/forms|qr)\b",
    re.I,
)
_PAPER = re.compile(r"\bmodul[oi]\b[^.;]{0,40}\b(?:consegn|protocollo|cartace|ritir|allegat)\w*", re.I)

_NO_WAY = re.compile(  # one way of several
    r"\b(?:prefer\w+|anche|gradit\w+|canale|gruppo|servizio|novità|notizie)\b[^.;]{0,20}$", re.I
)
_NOT_TO_BOOK = re.compile(  # what else is had there, or that it is none
    r"\b(?:no|non|né|senza|esclus\w+|tranne)\b(?![^.;]*\b(?:prenot|iscri))[^.;,]{0,40}$"
    r"|(?<!\be )(?<!\bed )(?<!/)\b(?:info\w*|aggiornament\w+"
    r"|conferma\s(?:\w+\s)?(?:arriv|invi|sarà|verrà|via|su)\w*"
    r"|riceve\w+|riceve|risposta|promemoria|avvis\w+|disd\w+|annull\w+|rinunc\w+)\b(?![^.;]*\b(?:prenot|iscri))"
    r"[^.;]{0,60}$",
    re.I,
)
_NEWS_CHAT = re.compile(
    r"\b(?:canale|gruppo|lista|community)\swhats?\s?app\b(?:\s|[:,(]|al\b|numero\b|n[.°r]){0,8}$", re.I
)
_CHAT = re.compile(  # on a channel, in a group or a list one reads of it
    r"(?<!canale )(?<!gruppo )(?<!lista )\bwhats?\s?app\b"
    r"(?P<gap>(?:\s|[:,(]|o sms\b|al\b|numero\b|n[.°r]){0,8})",
    re.I,
)

_WHILE = re.compile(r"\bfino ad? esaurimento\b(?: dei| di)?(?: \d+)? post\w+", re.I)
_THERE = re.compile(r"\b(?:iscri\w+|registra\w+)\b[^.;]{0,30}\b(?:sul posto|in loco|alla partenza)\b", re.I)


_BY_MAIL = re.compile(r"\b(?:via|tramite|per)\s(?:mail|e-?mail)\b", re.I)
_OTHER_WAY = re.compile(  # which the text would leave out
    r"\b(?:per telefono|telefonicamente|di persona|al banco|allo sportello|in (?:bibliotec|segreteri)a)\b",
    re.I,
)
_OF_GROUPS = re.compile(  # `altri giorni su prenotazione per gruppi`: who comes alone books nothing
    r"\b(?:(?:negli\s)?altri\s(?:giorni|orari)|(?:per|ai)\s(?:i\s)?gruppi|gruppi|scolaresche|classi)\b"
    r"[^.;:]{0,40}\bprenotazion\w+(?:\sper\s(?:i\s)?(?:gruppi|scolaresche|classi)\b[^.;:]{0,40})?"
    r"|\bprenotazion\w+(?:\sobbligatori[ae])?\sper\s(?:i\s)?(?:gruppi|scolaresche|classi)\b",
    re.I,
)


def deadline_clause(words: str) -> str:
    """`entro le 12 del 30 giugno`, `entro il 14 ottobre`; "" where there is not one day."""
    text = " ".join(words.split()).strip(" .,;")
    found = _BY.search(text)
    day_words = found["day"] if found else text
    hour = found["hour"] if found else None
    if hour is None and (
        after := re.search(
            r"(?:,|\s)\s?(?:alle|ore|entro le|h\.?)\s(?:ore\s)?(\d{1,2}(?:[:.]\d\d)?)\W*$", text
        )
    ):
        hour, day_words = after[1], day_words.split(after[0])[0]
    while day_words:
        said = by_clause(day_words)
        if said:
            days = days_of(day_words)
            times = hours_of(hour) if hour else ()
            if days and times:
                start = times[0].start
                clock = f"{start[0]}:{start[1]:02}" if start[1] else str(start[0])
                lead = f"entro l'{clock}" if start[0] == 1 else f"entro le {clock}"
                return f"{lead} {of_clause(days.spans[0].first)}"
            return said
        if not found or " " not in day_words.strip():
            return ""
        day_words = day_words.strip().rpartition(" ")[0]  # `il 17 ottobre scrivendo`
    return ""


def booking_sentence(words: str) -> str:
    """What one has to do to come, from the page's words about costs or how to take part; "" where nothing."""
    text = without_wish(_OF_GROUPS.sub(" ", " ".join(words.split())))
    if _TICKETS.search(text) and not _AT_A_DESK.search(text):
        return "I biglietti si comprano online."
    books, enrols = _BOOK.search(text), _ENROL.search(text)
    is_on_booking = _ON_BOOKING.search(text) is not None  # whatever else is only advised
    if (not books and not enrols) or (_NOT_MUST.search(text) and not is_on_booking):
        return ""
    # `Clicca qui per effettuare la prenotazione` asks for it as much as `prenotazione obbligatoria`
    is_must = is_on_booking or _MUST.search(text) is not None
    verb, short = ("prenotare", "Prenota") if books else ("iscriverti", "Iscriviti")
    deadline = deadline_clause(text) if re.search(r"\bentro\b", text, re.I) else ""
    how = booking_ways(text)
    said = " ".join(filter(None, (f"Devi {verb}" if is_must else short, how, deadline)))
    if re.search(r"\bentro\b", text, re.I) and not deadline:
        return ""
    if said == short and not _ASKS.match(text):
        return ""  # `un massimo di 500 iscrizioni` asks for nothing
    while_there = ", fino a esaurimento dei posti" if _WHILE.search(text) else ""
    return f"{said}{while_there}."


def booking_of(several: Iterable[str]) -> str:
    """The first such sentence of several, with the way that another tells of a bare duty:
    `Prenotazione obbligatoria.` and `Info e prenotazioni: 02 1234`."""
    said = [sentence for words in several if (sentence := booking_sentence(words))]
    for duty, short in (("Devi prenotare", "Prenota "), ("Devi iscriverti", "Iscriviti ")):
        way = next((one.removeprefix(short) for one in said if one.startswith(short)), "")
        if way and said[0] in (f"{duty}.", f"{short}{way}") and f"{duty}." in said:
            return f"{duty} {way}"
    return said[0] if said else ""


def booking_ways(text: str) -> str:
    """`online`, `al numero 02…`, `scrivendo a …`; several joined by "o"."""
    ways = []
    if _BY_MAIL.search(text) and not EMAIL.search(text) and not _OTHER_WAY.search(text):
        ways.append("via mail")
    url = URL.search(EMAIL.sub(" ", text))
    if url and len(url[0]) <= 40 and not _SHORTENED.search(url[0]):
        ways.append(f"su {re.sub(r'^https?://(?:www[.])?', '', url[0]).rstrip('/.,;')}")
    elif url or _SHORTENED.search(text) or _FORM.search(_PAPER.sub(" ", text)):
        ways.append("online")
    phone, chat = PHONE.search(text), _CHAT.search(text)
    is_its_own = bool(phone and chat and phone.start() == chat.end())
    if phone and _NEWS_CHAT.search(text[: phone.start()]):
        phone = None
    if chat and _NOT_TO_BOOK.search(text[: chat.start()]):
        phone = None if is_its_own else phone
    elif chat and not _NO_WAY.search(text[: chat.start()]) and (is_its_own or not _RATHER.search(text)):
        ways.append(f"su WhatsApp al numero {phone[0]}" if phone and is_its_own else "su WhatsApp")
        phone = None if is_its_own else phone
    if phone:
        ways.append(f"al numero {phone[0]}")
    if mail := EMAIL.search(text):
        ways.append(f"scrivendo a {mail[0]}")
    if _THERE.search(text):
        ways.append("sul posto")
    return " o ".join(ways)
