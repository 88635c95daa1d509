"""Texts whose line breaks were lost: `Comune di Esempio Tre incontri gratuiti`, and letters torn from words.

A capital in mid-sentence before a word that opens a phrase marks the lost break. Where nothing is sure the
text stays as it is: a break too many reads worse than one too few.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.dates import MONTHS
from flows.bulletin.language.spelling import is_word

_PREPOSITIONS = (
    "Con|Per|Da|Dal|Dalla|Dalle|Dallo|Dai|Nel|Nella|Nelle|Presso|Durante|Entro|Dopo|Prima|Oltre|Tra|In|Anche"
    "|A seguire|A partire|A cura"
)
_TO = "Al|Alla|Alle|Allo|Ai"  # before a small letter: `via Al Castello` is a name
_ARTICLES = (
    "Il|Lo|La|I|Gli|Le|Un|Uno|Una|Tre|Due|Quattro|Cinque|Questa|Questo|Tutti|Tutte|Ogni|Sono"
    "|È|Si|Non|Sarà|Se|Chi"
)
_VERBS = (
    "Vietato|Vietata|Vietati|Vietate|Rimangono|Rimane|Restano|Resta|Saranno|Riaprirà|Riapriranno|Riaprono|Riapre|Chiude|Chiudono|Sono|Occorre"
    "|Devono|Possono|Verranno|Verrà|Potranno|Dovranno|Seguirà|Seguiranno"
)
_DEFINITE = "Il|Lo|La|I|Gli|Le"
_NOUNS = (
    "Laboratorio|Laboratori|Presentazione|Incontro|Incontri|Corso|Evento|Spettacolo|Concerto|Recital|Lettura"
    "|Letture|Visita|Visite|Mostra|Programma|Biglietti|Biglietto|Biglietteria|Ingresso|Partecipazione"
    "|Iscrizione|Iscrizioni|Prenotazione|Prenotazioni|Preiscrizioni|Prevendita|Prevendite|Contributo|Costo"
    "|Maggiori|Manifestazione|Orario|Orari|Ritrovo|Partenza|Appello|Premiazione|Disponibilità|Chiusura"
    "|Apertura|Regia|Trama|Musiche|Servizio|Fornitura|Domande|Requisiti|Scadenza|Termine|Modalità|Link|Clicca"
    "|Adatto|Tipologia|Voucher|Calendario|Età|Firma|Ricevimento|Lezione|Serata|Giornata|Telefono|Tel|Email"
    "|E-mail|Cellulare|Referente|Organizza|Organizzazione|Consulenza|Allegato(?! [\\dA-Z]\\b)|Gratuito"
    "|Gratuita|Partecipa"
    "|Pronti|Possibilità|Scarica|Condizioni|Destinatari|Abbonamento|Acquisto|Rassegna"
)
_SHOUTED_NOUNS = (
    "INFO|PROGRAMMA|CONTATTI|COSTI|COSTO|ISCRIZIONI|PREISCRIZIONI|PRENOTAZIONI|DOVE|QUANDO|RITROVO|PARTENZA"
    "|PARTENZE|ORARI|ORARIO|REQUISITI|DESTINATARI|CONDIZIONI|MODALITÀ|TERMINE|TERMINI|SCADENZA|INGRESSO|LUOGO"
)
# words that a phrase cannot end on: what follows belongs to them
_TIED_WORDS = """
    il lo la i gli le lungo un uno una di del dello della dei degli delle a al allo alla ai agli alle da dal
    dallo dalla dai dagli dalle in nel nello nella nei negli nelle su sul sulla sui sulle con per tra
    fra e ed o che presso quale cui è sono ogni questo questa suo sua loro don san santa via viale
    primo prima secondo seconda terzo terza nuovo nuova grande annuale tradizionale consueto consueta
    presenta presentano propone propongono ospita ospitano organizza organizzano
    coro gruppo band trio quartetto compagnia orchestra associazione cooperativa
    piazza largo corso piazzale signor signora dott dr prof arch ing info
"""
_TIED = frozenset(_TIED_WORDS.split())
_SURNAME = re.compile(r"(?:Da|Dal|Dalla|Dalle|Dai|Dallo|Nel|In|Lo|La|Le|Li)\s+[A-ZÀ-Ý]")
_AFTER_NAME = re.compile(r"\b[A-ZÀ-Ý][a-zà-ù]+$")
_MONTHS = "|".join(MONTHS)
WEEKDAY_NAME = r"(?:(?:Luned|Marted|Mercoled|Gioved|Venerd)ì|Sabato|Domenica)"
_BREAK = re.compile(
    rf"(?<=[\w)”»\"%€°'’])\s+(?="
    rf"(?:{_PREPOSITIONS})\s+[^\W_]|(?:{WEEKDAY_NAME}|Il(?=\s\d\d?\s(?:{_MONTHS})\b))\s+\d{{1,2}}\s+[a-z]"
    rf"|(?:{_TO})\s+[a-zà-ù]{{3,}}"
    rf"|(?:{_VERBS})\s+(?:[a-zà-ù]|l['’])|(?:{_ARTICLES})\s+(?!(?:del|per|con|che|dei|non)\b)[a-zà-ù]{{3,}}|(?:L|Un|All|Dall|Nell|Quest)['’][a-zà-ù]{{2,}}"
    rf"|(?:{_DEFINITE})\s+[A-ZÀ-Ý][a-zà-ù]+\s+(?!(?:d[aei]l?|di|del|dell|della|dei|delle|e|in|a|per|con)\b)"
    r"[a-zà-ù]{3,}\b"
    rf"|(?:{_NOUNS})(?:\s+(?:[a-zà-ù(€+]|\d)|\s*:|\s+[A-ZÀ-Ý]\w+\s)"
    rf"|(?:{_SHOUTED_NOUNS})\b(?=\s+(?:[A-Z]{{1,12}}\b|[A-Z][a-zà-ù]|\d|http)|\s*:)"
    rf"|(?:{_DEFINITE})\s+(?:[A-ZÀ-Ý][a-zà-ù]+\s+){{2,3}}(?:comprende|comprendono|riguarda|interessa)\s"
    r"|(?:ORE|Ore)\s+\d|[A-ZÀ-Ý]{3,}\s+[A-ZÀ-Ý]{3,}[A-ZÀ-Ý\s]{0,40}:"
    r"|per (?:ulteriori |maggiori )?(?:info|informazioni)(?: e contatti)?:?\s*(?:tel\.?:?\s*)?\+?\d)"
)
# `“Fabrizio de André” FLY ME TO THE MOON`, `DELLA LUNA Scarlett`, `Piazza Giovanni XXIII, 8 Recital`
_AFTER_QUOTE = re.compile(
    r"(?<=[”»\"])\s+(?=[A-ZÀ-Ý]{3,}|[A-ZÀ-Ý]{2} [A-ZÀ-Ý]{2,})|(?<=[A-ZÀ-Ý]{3}[”»\"])\s+(?=[A-ZÀ-Ý])"
)
_QUOTE_AND_SHOUT = re.compile(
    r"[”»\"]\s+(?:[A-ZÀ-Ý'’:-]{1,20}\s+){0,7}[A-ZÀ-Ý'’:-]{2,20}(\s+)(?=[A-ZÀ-Ý][a-zà-ù])"
)
_AFTER_SHOUT = re.compile(r"(?<=[A-ZÀ-Ý])\s+(?=[A-ZÀ-Ý][a-zà-ù]{2,})")
_AFTER_NUMBER = Cued(r"(?:(?<=, \d)|(?<=, \d\d)|(?<=, \d\d\d))\s+(?=[A-Z][a-z])")
_BEFORE_COUNT = Cued(  # `con 7 spettacoli e 3 concerti` is one phrase, `24 e 31 gennaio e 7 febbraio` too
    r"(?<=[a-zà-ù])(?<!\bcon)(?<!\bdi)(?<!\bper)(?<!\bda)(?<!\btra)(?<!\bi)(?<!\bgli)(?<!\ble)"
    rf"(?<!\be)\s+(?=\d{{1,3}} (?!{'|'.join(MONTHS)})[a-zà-ù]{{5,}} e \d)"
)
_PROGRAMME = Cued(
    r"\s+(?=(?:dalle )?ore \d{1,2}[.:,]\d\d\s*:?\s+"
    r"(?!(?:alle|al?|fino|per|del|di|è|si|sono|sarà|saranno|verrà)\b)[^\W\d])"
)
_BULLETS = re.compile(r"\s+[•·▪●►➢✓✔*|]\s+|^[|•·▪●►➢✓✔*–—-]\s+|(?<=[;:])\s+-\s+")
_ONLY_TIME = re.compile(r"(?:dalle |alle )?ore\s+\d{1,2}(?:[.:,]\d\d)?\s*[:-]?", re.I)

_ORPHAN = re.compile(r"(?<!/)\b([b-df-hj-np-zB-DF-HJ-NP-Z]) ([a-zà-ù]{3,})\b")
_TORN_END = re.compile(
    r"(?<=[A-Za-zà-ù]{2}) ([b-df-hj-np-z]) "
    r"(?=(?:all|dell|nell|d|l)['’]|(?:di|del|della|e|per|con|in|nel|al|alla)\b)"
)
_SPLIT_CLUSTER = re.compile(r"\b([AEIOUaeiou]) ((?:n[tscdfgvz]|m[pb]|r[tcdsnmg]|l[tcdmp])[a-zà-ù]{3,})\b")
_BRACKET = re.compile(r"(?<=[a-zà-ù]{4})\((?=[a-zà-ù]{3,}[,\s])")  # `giardini(erba, foglie)`
_TIGHT_STOP = re.compile(r"(?<=[a-zà-ù]{5})\.(?=[A-ZÀ-Ý][a-zà-ù]+\s)")  # `alla circolazione.Dalle ore 12`
_TIGHT_QUOTE = re.compile(  # `bando “Casa”A.A.2027/28`
    r"(?<=[a-zà-ùA-ZÀ-Ý][”»])(?=[A-ZÀ-Ý])|(?<=\b[Aa]\.[AaSs]\.)(?=20\d\d)"
)
_TIGHT_DAY = re.compile(
    r"(?<=\b[Ii]l)(?=\d{1,2}\s[A-Za-z]{4,9}\s20\d\d\b)|(?<=\b[ad]al)(?=\d{1,2}\s[A-Za-z]{4,9}\b)"
)
_SPLIT_VOWEL = re.compile(r"\b([AEIOU]) ([a-zà-ù]{4,})\b")


_ROAD_IN_QUOTES = Cued(  # `S.P. “18 Favorita”`: its number is no part of the name
    r"\b(?P<road>S\.? ?[PSR]\.? )[“\"«](?P<number>\d{1,3}) (?P<name>[A-ZÀ-Ý][^”\"»\n]{2,40})[”\"»]"
)
_ITS_DAY = r"(?:\d{1,2}/\d{1,2}/(?:20)?\d\d|\d{1,2}[°º]? (?:" + "|".join(MONTHS) + r")(?: 20\d\d)?)"
_ITS_PLACE = (
    r"(?:Piazza|Piazzale|Via|Viale|Largo|Corso|Località|Parcheggio)"
    r"(?: (?:di |del |della |dei )?[A-ZÀ-Ý][\w'’.]*){1,4}"
)
_DAY_AND_PLACE = re.compile(rf"{_ITS_DAY} [-–] {_ITS_PLACE}")
_DAYS_AND_PLACES = Cued(rf"(?:{_ITS_DAY} [-–] {_ITS_PLACE}[ ]+)+{_ITS_DAY} [-–] {_ITS_PLACE}")


def repaired(text: str) -> str:
    """`text` with letters that markup tore from their word put back: `l a Biblioteca`, `S carlett`."""
    text = re.sub(r"\b([dl]) ([aeio])\b(?= )", r"\1\2", text)
    text = re.sub(r"(?<=[a-zA-Z][lndsLNDS])(['’]) +(?=\w)|(?<=\b[LlDdCcSs])(['’]) +(?=\w)", r"\1\2", text)
    text = re.sub(r"\b([0-3]\d) (0[1-9]|1[0-2]) (20\d\d)\b", r"\1/\2/\3", text)
    text = re.sub(r"\b(\d) ?(\d)? ?/ ?(\d) ?(\d)? ?/ ?(\d{4})\b", _date_joined, text)
    text = _ROAD_IN_QUOTES.sub(r"\g<road>\g<number> “\g<name>”", text)
    text = _DAYS_AND_PLACES.sub(_listed, _TORN_END.sub(r"\1 ", text))
    text = _TIGHT_DAY.sub(" ", text)
    text = _TIGHT_STOP.sub(". ", _BRACKET.sub(" (", text))
    text = _ORPHAN.sub(_orphan, text)
    text = _TIGHT_QUOTE.sub(" ", _SPLIT_CLUSTER.sub(r"\1\2", text))
    words = set(re.findall(r"\w+", text.lower()))

    def rejoined(match: re.Match[str]) -> str:
        joined = (match[1] + match[2]).lower()
        return match[1] + match[2] if joined in words and match[2] not in words - {match[2]} else match[0]

    return _SPLIT_VOWEL.sub(rejoined, text)


def _listed(run: re.Match[str]) -> str:
    """`26/10/2024, Piazza Mercato; 30/11/2024, Via Po` of a list whose lines ran together."""
    return "; ".join(
        re.sub(r" [-–] ", ", ", row[0], count=1).rstrip() for row in _DAY_AND_PLACE.finditer(run[0])
    )


def _orphan(match: re.Match[str]) -> str:
    """`S carlett` as one word; `l richiedente` has lost an apostrophe or a vowel, and stays."""
    is_article = match[1].lower() in "ld" and is_word(match[2])
    joined = match[1] + match[2]
    is_letter = (
        match[1].isupper() and is_word(match[2]) and not is_word(joined.lower())
    )  # `il lotto B del piano`
    return match[0] if is_article or is_letter else joined


def _date_joined(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2] or ''}/{match[3]}{match[4] or ''}/{match[5]}"


def unglued(sentence: str) -> list[str]:
    """The phrases of a sentence whose line breaks were lost; the sentence alone where none is seen."""
    return list(_unglued(sentence))


@lru_cache(maxsize=1024)
def _unglued(sentence: str) -> tuple[str, ...]:
    pieces: list[str] = []
    for piece in _lists(_BULLETS.split(sentence)):
        start = 0
        for place in sorted(set(_breaks(piece))):
            if (
                place - start >= 3
                and not _is_inside(piece, place)
                and not _is_name(piece[start:place], piece[place:])
            ):
                pieces.append(piece[start:place].strip())
                start = place
        pieces.append(piece[start:].strip())
    return tuple(_with_their_hours([piece for piece in pieces if piece]))


def _lists(pieces: list[str]) -> Iterator[str]:
    """The pieces between bullets; a list stays with the words that announce it."""
    held = ""
    for piece in pieces:
        if held:
            joint = " " if held.endswith((":", ";")) else "; "
            held = f"{held}{joint}{piece.strip()}"
            if piece.rstrip().endswith((".", "!")) or len(held) > 500:
                yield held
                held = ""
        elif piece.rstrip().endswith(":"):
            held = piece.strip()
        else:
            yield piece
    if held:
        yield held


def _breaks(text: str) -> Iterator[int]:
    for match in _BREAK.finditer(text):
        word = _word_before(text, match.start())
        is_amid_capitals = (
            text[match.end() : match.end() + 2].isupper()
            and text[match.start() - 2 : match.start()].isupper()
        )
        is_surname = (
            _SURNAME.match(text[match.end() :]) is not None
            and _AFTER_NAME.search(text[: match.start()]) is not None
        )
        if word not in _TIED and not is_amid_capitals and not is_surname:
            yield match.start()
    for pattern in (_AFTER_QUOTE, _AFTER_NUMBER, _BEFORE_COUNT):
        for match in pattern.finditer(text):
            yield match.start()
    for match in _QUOTE_AND_SHOUT.finditer(text):
        yield match.start(1)
    for match in _AFTER_SHOUT.finditer(text):
        if re.search(
            r"[A-ZÀ-Ý]{2,}['’]?\s+[A-ZÀ-Ý'’]{3,}$", text[max(0, match.start() - 60) : match.start()]
        ):
            yield match.start()
    programme = [
        match.start() for match in _PROGRAMME.finditer(text) if _word_before(text, match.start()) not in _TIED
    ]
    if len(programme) >= 2:
        yield from programme


def _is_name(before: str, after: str) -> bool:
    """`La mostra La natura della memoria`: a title follows its noun, no new phrase begins."""
    return (
        len(before.split()) < 3
        and not before.isupper()
        and re.match(r"\s*(?:(?:Il|Lo|La|I|Gli|Le)\s|L['’])", after) is not None
    )


def _word_before(text: str, place: int) -> str:
    before = re.search(r"[\w’']+$", text[max(0, place - 30) : place])
    return re.split("['’]", before[0].lower().rstrip("'’"))[-1] if before else ""


def _with_their_hours(pieces: list[str]) -> list[str]:
    """`Ore 7.30` and `Ritrovo dei concorrenti` are one entry of a programme."""
    timed: list[str] = []
    for piece in pieces:
        if timed and _ONLY_TIME.fullmatch(timed[-1]):
            timed[-1] = f"{timed[-1]} {piece[:1].lower() + piece[1:] if piece[1:2].islower() else piece}"
        else:
            timed.append(piece)
    joined: list[str] = []
    for piece in timed:
        if (
            joined
            and re.fullmatch(r"ritrovo|partenza|inizio|apertura|chiusura", joined[-1], re.I)
            and re.match(r"ore \d", piece, re.I)
        ):
            joined[-1] = f"{joined[-1].capitalize()} {piece.replace('ORE', 'ore').replace('Ore', 'ore')}"
        else:
            joined.append(piece)
    return joined


def _is_inside(text: str, place: int) -> bool:
    """Whether `place` lies within brackets or quotes."""
    before = text[:place]
    pairs = ("()", "“”", "«»", "[]")
    return any(before.count(pair[0]) > before.count(pair[1]) for pair in pairs) or (
        before.count('"') % 2 == 1 and '"' in text[place:]
    )
