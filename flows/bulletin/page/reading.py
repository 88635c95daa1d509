"""A page read into a notice: its sentences that may stand as they are, its rows and its enumerations."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache

from flows.bulletin.language.articles import Gender, definite, gender_of
from flows.bulletin.language.day_of_writing import day_of_writing
from flows.bulletin.language.displayed import gathered
from flows.bulletin.language.glue import repaired, unglued
from flows.bulletin.language.hashtags import unmarked, untagged
from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.letter_style import told_as_news
from flows.bulletin.language.marks import condensed, lettered, tidied
from flows.bulletin.language.markup import parameter, plain, without_tags
from flows.bulletin.language.missing_months import with_months, with_weekdays
from flows.bulletin.language.relative_days import resolved
from flows.bulletin.language.sentences import has_verb, split
from flows.bulletin.language.shorten import mended
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.language.spelling import is_word
from flows.bulletin.language.titles import COMMON_ENDINGS, calmed, casing, folded, in_small, same
from flows.bulletin.language.torn import rejoined
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.chrome import unframed
from flows.bulletin.page.fields import fielded
from flows.bulletin.page.inlined import inlined, joined, without_agenda
from flows.bulletin.page.kinds import kind_of, next_kind
from flows.bulletin.page.listings import Enumeration
from flows.bulletin.page.long_sentences import parted
from flows.bulletin.page.missing import lacks
from flows.bulletin.page.notice import Kind, Notice
from flows.bulletin.page.operative import operative
from flows.bulletin.page.posters import as_said, with_hall_apart
from flows.bulletin.page.rows import structure
from flows.bulletin.page.sections import parts, unstamped
from flows.bulletin.page.slots import slots
from flows.bulletin.page.title import named, whole, without_series
from flows.bulletin.page.weekly_rows import with_turns

_CUT = re.compile(
    r"(?:\.\.\.|…|\[(?:…|\.\.\.)\]|\b(?:leggi tutto|leggi di più|continua a leggere|continua))[\W_]*$", re.I
)
_READ = 200_000  # characters of a page
_PROSE = 20_000  # of them for sentences: what a citizen is told stands at the start
_MOST = 80
_UNCUT = 230  # characters: sites cut what they show of a page later than here, or put dots
_LONG_TITLE = 80  # characters: shorter ones are not cut, and may end in a name that no dictionary has
_FILE = re.compile(r"\.(?:pdf|p7m|docx?|odt|xlsx?|jpe?g|png|zip)\b", re.I)  # an attachment's name ends a page
_NO_ENDING = tuple("bcdfghjmpqtvz")  # no Italian word ends so, and few names do
_YEARS = re.compile(r"\b20\d\d\s?[-–/]\s?(?:2|20\d?)$")  # `2027 - 203`
_LABEL = re.compile(
    r"^(?!Motivo|Causa|Oggetto)(?:[A-ZÀ-Ý][A-ZÀ-Ý'’ ]{2,40}|[A-ZÀ-Ý][a-zà-ù]+(?: [a-zà-ù]+){0,3}"
    r"|Un['’]avvertenza|Una (?:raccomandazione|precisazione)):\s+"
)
_NOT = re.compile(r"\bnon\s", re.I)  # `Le domande non servono: lo sconto arriva da sé`: half of what it says
_SIGNED = re.compile(r"^\((?:[A-ZÀ-Ý][\w.’']*\s?){1,4}\)\s(?=\S)")  # whose words stood before
_STOPLESS = re.compile(  # `(termine perentorio) Dovrà essere presentata`: the stop went with the line break
    r"\)(?=\s+(?:Dovr(?:à|anno)|Dev(?:e|ono)|Potr(?:à|anno)|Può|Possono|Sarà|Saranno|Va|Vanno)\s[a-z])"
)
_CLOAKED = "è protetto dagli spambot"
_CLOAK = re.compile(  # what Joomla shows for an address to who runs no scripts
    r"(?P<to>\s(?:al|all['’])\s?(?:seguente\s)?(?:indirizzo|e-?mail)(?:\sdi\sposta\selettronica|\se-?mail|\spec)?\s?:?)?"
    r"\s*Questo indirizzo e-?mail è protetto dagli spambots?\.\s*"
    r"(?:È|E['’]) necessario abilitare JavaScript per vederlo\.?",
    re.I,
)
_ADDRESS_BELOW = re.compile(  # `inviando una mail a:` and the address on the line below
    r"\b(a|e-?mail|indirizzo|pec)\s?:\s*\n+\s*(?=[\w.+-]+@[\w-]+\.\w)", re.I
)
_PROGRAMME_OF = re.compile(  # `Programma di domenica 25 aprile:` and its hours below
    r"^[ \t]*(?:il )?programma (?:di|del|per|della giornata di) "
    r"(?=(?:(?:(?:luned|marted|mercoled|gioved|venerd)ì|sabato|domenica) )?\d{1,2}[°º]? [a-z]{4,9}"
    r"(?: 20\d\d)?[ \t]*:?[ \t]*$)",
    re.I | re.M,
)
_BOLD = re.compile(r"(?<![*\w])(\*\*?)(?=[\w\"«“(])([^*\n]{1,160})(?<=[\w\"»”).!?:,;°])\1(?![*\w])")
_TIGHT_MARK = re.compile(r"^[ \t]*[-–•·▪●►➢✓✔](?=[^\W\d_])", re.M)  # `·accendere fuochi` is an item
_DATED_ROWS = re.compile(  # days below a colon, which no sign marks as a list's
    rf":[ \t]*\n(?:[ \t]*\n)?"
    rf"(?P<rows>(?:[ \t]*(?:{WEEKDAY},?\s)?\d{{1,2}}[°º]?\s{MONTH}"
    r"\s(?:in|al|alla|allo|a|ad|presso|nel|nella)\s[^\n:]{4,100}(?:\n|$)){2,6})",
    re.I,
)
_BARE_CLOCK = re.compile(  # `ogni sabato in piazza Po, 8-13`
    r"^(?P<line>[^\n]*\b(?:ogni|tutti i|tutte le|del mese)\b[^\n]*, )"
    r"(?=(?:[5-9]|1\d|2[0-3])\s?[-–]\s?(?:[6-9]|1\d|2[0-4])\.?$)",
    re.M,
)
_TORN = re.compile(r"(?:Dalle|Alle|Ore)\s(?:ore\s)?\d[\w:.,\s]{0,30}\bmentre\b")  # its day stood before
_OTHERWISE = re.compile(r"^[A-ZÀ-Ý][a-zà-ù]+\b[^.:;]{0,60}\binvece\b(?!\s(?:di|che|del)\b)")
_SHUTS_SCHOOLS = re.compile(
    r"\bscuole (?:\w+ )?(?:chiuse|riaprono)\b|\briapr\w+ (?:tutte )?le scuole\b"
    r"|\bchius\w+ (?:delle |le |tutte le )?scuole\b"
    r"|\b(?:sospes|sospension)\w+ (?:delle |le )?(?:lezioni|attività didattiche)\b",
    re.I,
)
_ASIDE = re.compile(r"\([^()]*\)")
_HANGING = re.compile(  # `(C.I.E.)` ends in no `e`
    r"(?:(?<![\w.'’])(?:il|lo|la|i|gli|le|di|del|della|dei|a|al|alla|da|dal|in|nel|per|con|e|che|via|n|art)\.?|[,;:(>–-])$",
    re.I,
)
_STAMP = re.compile(
    r"\b(?:prima pubb|ultimo aggiornamento|data di pubblicazione(?=\s?:|\s\d)|tempo di lettura"
    r"|varie dal tuo comune)\b",
    re.I,
)
_NO_SENTENCE = re.compile(  # a label, a heading, a phase, and an item of requirements
    r"Fase\s\d|"
    r"(?:Come|Dove|Quando|Perché|Cosa)\s\w+(?:are|ere|ire|arsi|ersi|irsi)\s(?!.*[,;:?]|.*\s(?:è|sono|si|puoi|trovi)\s)|"
    r"(?:Cellulare|Telefono|Tel|Fax|E-?mail|Pec)\s?[:.]|(?:Non\s)?(?:Aver|Esser|Posseder|Risieder|Goder)e?\s(?![^.]*\bè\b)"
)
_AT_ALL_HOURS = re.compile(r",?\s*(?:con\s)?orario\s+0?0[:.]00\s*[/–-]\s*24[:.]00", re.I)  # of each day
_FROM_THEN_ON = re.compile(  # `dalle ore 12:00 del giorno 13/08/2026.`, and no end: not that day alone
    r"^(?P<measure>[^\n]*\b(?:divieto|obbligo|limit\w+|istituzione)\b[^\n]*?)"
    r"\bdalle\s(?:ore\s)?\d{1,2}[.:]\d\d\sdel\s(?:giorno\s)?"
    r"(?P<day>\d{1,2}[./-]\d{1,2}[./-]20\d\d)(?=[ \t]*[.;]?[ \t]*(?:\n(?!\W*(?:e\s|fino|sino|alle))|$))",
    re.I | re.M,
)
_HOUR = re.compile(r"\b[hH]\.?\s(?=(?:[01]?\d|2[0-3])[.:,][0-5]\d\b)")  # `dalle h. 15.00`
_LABELLED_HOUR = re.compile(  # `Ora: 9.00` in a field of its own
    r"^(?P<label>\W{0,3}(?:ora|orario|ore|inizio)\s?:\s?)(?P<hour>(?:[01]?\d|2[0-3])[:.][0-5]\d)(?=[ \t]*$)",
    re.I | re.M,
)
_SUPERSEDES = re.compile(  # what another notice said is no news, and no longer so
    r"\b(?:il|la|questo|questa)\s(?:presente\s)?(?:avviso|comunicazione|comunicato|nota)\s"
    r"(?:annulla\se\s)?(?:sostituisce|annulla|supera)(?:\se\s(?:sostituisce|annulla))?\s"
    r"(?:quell[oa]|il precedente|la precedente)\b(?:[^.\n]|\.(?=\d))*(?:\.(?!\d)[ ]?|$)",
    re.I | re.M,
)
_SHOUTED = re.compile(r"!{2,}")
_MEETING_POINT = re.compile(
    r"(?:\b(?:punto|luogo)\sd(?:i\s|['’])(?:incontro|ritrovo)|(?m:^\W{0,3})ritrovo)\s?:\s?"
    r"(?:(?:alle\s)?ore\s(?P<hour>\d{1,2}(?:[:.]\d\d)?),\s)?(?=(?P<noun>\w+))(?!(?:ore|alle|dalle|h|\d+|il|la|lo|in|al|alla|presso|davanti|da)\b)(?!all['’])",
    re.I,
)
_STREET = re.compile(r"via|viale|piazza|piazzale|piazzetta|largo|corso|vicolo")
_OFTEN = re.compile(
    r"(?:Ogni|Tutt[ei] [ile]{1,2})\s(?:(?:prim|second|terz|quart|ultim)[oaie]\s)?"
    r"(?:luned|marted|mercoled|gioved|venerd|sabat|domenic)\w+\b[^.]*\bdalle\s"
)
_SEVERAL = re.compile(
    r"(?:Due|Tre|Quattro|Cinque|Sei|Sette|Otto|Nove|Dieci|Dodici|\d{1,2})\s(?P<noun>lezioni|incontri|serate|posti|tirocini"
    r"|appuntamenti|laboratori|spettacoli|concerti|proiezioni|visite|escursioni|conferenze)\b",
)
_ASKED = re.compile(  # `Domande dal 15 marzo, ore 10, esclusivamente tramite PEC.`
    r"(?P<noun>Domand[ae]|Iscrizioni|Candidature|Adesioni|Prenotazioni)\s"
    r"(?=(?:on-?line|entro|dal|da|fino|presso|al|allo|alla|in|solo|soltanto|esclusivamente|tramite|via|su"
    r"|per e-?mail|per telefono)\s|(?:dall|all)['’])"
    r"(?=.*\b(?:on-?line|tramite|via|pec|e-?mail|numero"
    r"|modulo|portale|telefon\w+)\b|.*@)"
)
_ARE_ASKED = {
    "domanda": "La domanda si presenta",
    "domande": "Le domande si presentano",
    "iscrizioni": "Le iscrizioni si fanno",
    "candidature": "Le candidature si presentano",
    "adesioni": "Le adesioni si raccolgono",
    "prenotazioni": "Le prenotazioni si fanno",
}
_ROWS, _A_DAY = 3, re.compile(rf"\d{{1,2}}[°º]?\s{MONTH}|\d[/.]\d", re.I)
_NUMBERED = re.compile(r"^(?:Art(?:icolo|\.)\s?\d{1,2}\s?[-–:.)]|N\.?\s?B\.?\s?:?)\s(?=\S)", re.I)
_A_PHRASE = 170  # characters
_UNSURE = (Kind.road, Kind.alert, Kind.hours)  # known by words that other news has as well
_OURS = re.compile(r"\bnostr[oaie] (?:gruppo|associazione|comitato|sezione|club)\b", re.I)  # whose?


@lru_cache(maxsize=32)
def read(*, title: str, abstract: str, body: str, published: date | None = None) -> Notice:
    """The notice that a page is, with its kind and what it tells of each thing.

    Args:
        title: plain text.
        abstract: the office's short description, plain or Markdown; "" when there is none.
        body: Markdown, or the page's text on one line.
        published: the page's day in Rome, from which `domani` is counted; it is never a day of the notice.
    """
    written = published or day_of_writing(f"{abstract}\n{body}")
    structured = _structured(title, abstract, body, written)
    notice = _as(kind_of(structured), structured)
    if notice.kind is Kind.alert and lacks(notice) and _SHUTS_SCHOOLS.search(notice.title):
        again = _as(Kind.hours, structured)  # the hazard is another notice's
        return notice if lacks(again) else again
    if notice.kind in _UNSURE and lacks(notice) and (other := next_kind(structured)):
        again = _as(other, structured)
        return notice if lacks(again) else again
    return notice


def _as(kind: Kind, structured: Notice) -> Notice:
    """The notice taken for one of a kind, with what it then tells."""
    notice = replace(structured, kind=kind)
    return replace(notice, slots=slots(notice))


def _uncloaked(text: str) -> str:
    return _CLOAK.sub(_by_mail, text) if _CLOAKED in text else text


def _by_mail(cloak: re.Match[str]) -> str:
    return " per e-mail." if cloak["to"] else " "


def _structured(title: str, abstract: str, body: str, published: date | None) -> Notice:
    """Sentences, rows and enumerations; no kind yet."""
    title, abstract, body = (
        with_weekdays(repaired(lettered(_uncloaked(condensed(without_tags(text[:_READ]))))))
        for text in (untagged(title).replace(" — ", " – "), unmarked(abstract), unmarked(unframed(body)))
    )
    body = as_said(body, title)
    title = without_series(with_hall_apart(whole(title, body), body))
    body = without_agenda(
        fielded(rejoined(gathered(body)), title)
    )  # before a day on the first line is taken for the page's own
    body = _BARE_CLOCK.sub(
        r"\g<line>ore ", _TIGHT_MARK.sub("- ", _PROGRAMME_OF.sub("", _BOLD.sub(r"\2", body)))
    )
    body = _ADDRESS_BELOW.sub(
        r"\1 ", _STOPLESS.sub(").", operative(unstamped(told_as_news(_SUPERSEDES.sub("", body)))))
    )
    body = _AT_ALL_HOURS.sub("", _FROM_THEN_ON.sub(r"\g<measure>dal \g<day>", with_turns(body)))
    body = _LABELLED_HOUR.sub(r"\g<label>ore \g<hour>", _DATED_ROWS.sub(_listed, _HOUR.sub("ore ", body)))
    body = with_months(_with_title_apart(_MEETING_POINT.sub(_meets, joined(body)), title), title, published)
    is_cut = bool(_CUT.search(abstract[-80:]) and not body.strip()) or bool(_CUT.search(body.rstrip()[-80:]))
    source = resolved("\n\n".join(filter(None, (title, abstract, body))), published)
    found = structure(source, title)
    forms = casing(split(plain(f"{abstract}\n\n{body[:_PROSE]}")))
    lines = [
        text
        for part in parts(resolved(abstract, published))
        if part.kind == "prose"
        for text in split(part.text)
    ]
    heading = mended(parameter(calmed(tidied(resolved(named(title), published)), forms)))
    heading = _SHOUTED.sub("", in_small(heading[:1].upper() + heading[1:], body))
    if len(heading) > _LONG_TITLE and _is_torn(heading):
        heading = f"{heading}…"
    described = tuple(said for said in _sentences(lines, heading, forms) if not _OURS.search(said))
    is_torn = _is_torn(body)
    read_parts = parts(resolved(inlined(body[:_PROSE]), published))
    prose = [
        text
        for place, part in enumerate(read_parts)
        if part.kind in ("prose", "how", "terms", "gets", "more")
        for text in _ended(_with_ellipses(split(part.text)), is_last=place == len(read_parts) - 1)
    ]
    items = {folded(item.text) for each in found.enumerations if _is_dated(each) for item in each.items}
    return Notice(
        title=heading,
        source=source,
        abstract=described,
        prose=tuple(
            said
            for said in _sentences(prose[:-1] if is_torn else prose, heading, forms)
            if folded(said) not in items  # which is one of several
        ),
        rows=found.rows,
        listings=tuple(each.listing for each in found.enumerations),
        unreadable=found.unreadable,
        is_cut=is_cut or is_torn,
    )


def _is_dated(each: Enumeration) -> bool:
    """Whether an enumeration is a calendar: none of its rows is the page's one day."""
    return len(each.items) >= _ROWS and all(_A_DAY.search(item.text) for item in each.items)


def _listed(rows: re.Match[str]) -> str:
    """Each row behind a mark."""
    marked = re.sub(r"(?m)^[ \t]*(?=\S)", "- ", rows["rows"])
    return f"{rows[0][: rows.start('rows') - rows.start()]}{marked}"


def _meets(point: re.Match[str]) -> str:
    """`Ritrovo presso il Municipio` of `Punto di incontro: Municipio`."""
    noun, hour = point["noun"].lower(), f"alle {point['hour']} " if point["hour"] else ""
    if _STREET.fullmatch(noun):
        return f"Ritrovo {hour}in "
    gender = Gender(is_feminine=False, is_plural=False) if noun == "ristorante" else gender_of(noun)
    return f"Ritrovo {hour}presso {definite(noun, gender) if gender else ''}"


def _with_title_apart(body: str, title: str) -> str:
    """`body` with its title apart, where it opens with it: else it runs on into the first sentence."""
    first, break_, rest = body.lstrip().partition("\n")
    if not (break_ and same(first, title)) and title and body.lstrip().startswith(f"{title} "):
        first, rest = title, body.lstrip()[len(title) :].lstrip()
        break_ = "\n" if rest[:1].isupper() else ""
    return f"{first}\n\n{rest}" if break_ and same(first, title) else body


def _is_torn(body: str) -> bool:
    """Whether a text without dots ends within a word or a quotation: a site cut it by its length."""
    end = body.rstrip()[-400:]
    last = end.rpartition("\n")[2]
    if not last or not last[-1].isalnum() or _FILE.search(last):
        return False
    word = last.split()[-1].rpartition("’")[2].rpartition("'")[2]
    is_strange = len(word) > 2 and not (is_word(word.lower()) or word.lower().endswith(COMMON_ENDINGS))
    is_strange = is_strange and (word.islower() or word.endswith(_NO_ENDING))
    is_strange |= _YEARS.search(last) is not None
    is_quoting = last.count('"') % 2 == 1 or any(last.count(a) > last.count(b) for a, b in ("“”", "«»"))
    return is_strange or is_quoting or (last.count("”") > last.count("“"))


def _with_ellipses(lines: list[str]) -> list[str]:
    """`Sabato è aperto fino alle 16; domenica invece fino alle 14.` of two sentences, of which the second has
    its verb from the first.
    """
    made: list[str] = []
    for line in lines:
        is_elliptic = _OTHERWISE.search(line) is not None and not speaks(line)
        if is_elliptic and made and made[-1].endswith(".") and speaks(made[-1]):
            made[-1] = f"{made[-1][:-1]}; {line[:1].lower()}{line[1:]}"
        else:
            made.append(line)
    return made


def _ended(lines: list[str], *, is_last: bool) -> list[str]:
    """The sentences of one part of a page, the last with the full stop that its theme leaves out.

    Of the page's last part nobody knows whether it ends there or was cut, as teasers are.
    """
    if (
        (not is_last or sum(map(len, lines)) < _UNCUT)
        and lines
        and lines[-1][-1:].isalnum()
        and len(lines[-1].split()) > 4
        and speaks(lines[-1])
    ):
        return [*lines[:-1], f"{lines[-1]}."]
    return lines


def _sentences(lines: Iterable[str], heading: str, forms: Mapping[str, str]) -> Iterator[str]:
    """Of phrases those that are whole sentences, written as a citizen may read them."""
    told = 0
    for line in lines:
        if told >= _MOST:
            return
        pieces = unglued(line)
        if len(pieces) > 1 and not line.endswith((".", "!", "?")):
            pieces = pieces[:-1] if not has_verb(pieces[-1]) else pieces
        for place, piece in enumerate(pieces):
            if place < len(pieces) - 1 and piece[-1:].isalnum() and has_verb(piece):
                piece = f"{piece}."  # the stop went with the line break
            text = spoken(mended(parameter(calmed(tidied(piece), forms))))
            if same(text, heading):
                continue
            text = _NUMBERED.sub("", text)
            label = _LABEL.match(text)
            if label and has_verb(text[label.end() :]) and not _NOT.search(label[0]):
                text = text[label.end() :]
            text = _SIGNED.sub("", text)
            for said in parted(_with_verb(text[:1].upper() + text[1:])):
                if _stands(said):
                    told += 1
                    yield said


def _with_verb(text: str) -> str:
    """`Sono previste dieci lezioni, il giovedì dalle 15` of a phrase without its verb."""
    if text.endswith(".") and not speaks(text) and (asked := _ASKED.match(text)):
        return f"{_ARE_ASKED[asked['noun'].lower()]} {text[asked.end() :]}"
    often, several = _OFTEN.match(text), _SEVERAL.match(text)
    if (
        not (often or several)
        or speaks(text)
        or not text.endswith(".")
        or ":" in text
        or len(text) > _A_PHRASE
    ):
        return text
    small = f"{text[:1].lower()}{text[1:]}"
    if often:
        return f"L'appuntamento è {small}"
    gender = gender_of(several["noun"].lower()) if several else None
    return f"Sono previst{gender.ending} {small}" if gender and re.search(r"\d", text) else text


def _stands(text: str) -> bool:
    """Whether a phrase is a sentence that may stand alone."""
    bare = text.rstrip(' .!?»”")')
    return (
        len(re.split(r"[\s'’]+", text)) > 3
        and speaks(text)
        and text.endswith((".", "!", "?", ".»", ".”", "»", "”", ")"))
        and not text.endswith(":")
        and speaks(_ASIDE.sub("", text).partition(";")[0])  # `Tessera sanitaria; chi ritira per altri deve`
        and speaks(_ASIDE.sub("", text).partition(" tranne ")[0])
        and not _CUT.search(text)
        and not _HANGING.search(bare)
        and not _STAMP.search(text)
        and not _TORN.match(text)
        and not _NO_SENTENCE.match(text)
    )
