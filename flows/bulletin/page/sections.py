"""The parts of a Comune's page: its prose, and what stands under "Date e orari", "Luogo", "Costi".

The themes of Designers Italia, Municipium and ComWeb name these parts alike, as headings or, in a text that
has lost its markup, as words in the line. A label is structure: it never reaches a citizen as text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.dates import MONTHS_BY_START
from flows.bulletin.language.markup import plain
from flows.bulletin.language.signals import MONTH

Kind = Literal[
    "prose",
    "audience",
    "when",
    "where",
    "pin",
    "cost",
    "contacts",
    "how",
    "terms",
    "gets",
    "more",
    "furniture",
]

_PROSE: Kind = "prose"

# Longer labels first where one begins another. Those marked "+" are common words: in running text they count
# only before a capital, a digit or a colon, and never after an article or preposition.
_LABELS: dict[Kind, str] = {
    "prose": "Cos'è|Descrizione breve|Descrizione estesa|+Descrizione|Di cosa si tratta|Testo completo",
    "audience": "+Chi vota|A chi è rivolto|A chi si rivolge|A chi è rivolta|Chi può partecipare|+Destinatari",
    "when": "Date e orari|Data e ora|Date e orario|Data e orario|Giorni e orari|+Quando|Date"
    " dell'evento|+Inizio evento",
    "where": "Luogo dell'evento|+Luoghi|+Luogo|+Dove|+Sede|Dove si svolge",
    "pin": "Mappa Indirizzo|+Indirizzo",
    "cost": "Costi e vincoli|+Costi|+Costo|Quanto costa|+Prezzo|+Prezzi|+Tariffe",
    "contacts": "Punti di contatto|Punto di contatto|+Contatti|+Contatto|Per contatti|Referente attività"
    "|+Referente",
    "how": "Come fare|Come si fa|Come partecipare|Come iscriversi|Cosa serve|Cosa fare",
    "terms": "Tempi e scadenze|+Scadenze|+Scadenza|+Termine",
    "gets": "Cosa si ottiene",
    "more": "Casi particolari|Condizioni di servizio|Attrezzatura necessaria|Ulteriori"
    " informazioni|Maggiori informazioni|+Approfondimenti",
    "furniture": (
        "Allegati Documenti|+Allegati|+Allegato|+Documenti|+Documento|Galleria di immagini"
        "|+Galleria|+Immagini"
        "|A cura di:|Organizzato da|Indice della pagina|Contenuti correlati|Contenuti collegati|+Condividi"
        "|Vedi azioni|Vedi anche|+Argomenti|Tempo di lettura|Ultimo aggiornamento|Ultima modifica"
        "|Data di pubblicazione|Pagina aggiornata|Parte della pagina|Tipologia di contenuto"
        "|+Mappa|+Coordinate"
        "|Scarica il documento|Ti potrebbero interessare|+Licenza|Con il supporto di|Sponsor e patrocini"
    ),
}
_KINDS: dict[str, Kind] = {
    label.removeprefix("+").casefold().replace("’", "'").rstrip(":"): kind
    for kind, labels in _LABELS.items()
    for label in labels.split("|")
}

_KINDS |= {  # labels only on a line of their own: in a line they are words like others
    **dict.fromkeys(("importo", "quanto si riceve", "contributo"), "gets"),
    **dict.fromkeys(("requisiti", "chi può fare domanda", "beneficiari"), "audience"),
    **dict.fromkeys(
        ("domanda", "domande", "come e quando fare domanda", "presentazione delle domande"), "terms"
    ),
    **dict.fromkeys(("periodo", "durata"), "when"),
    **dict.fromkeys(("deroghe", "prove", "note"), "more"),
    **dict.fromkeys(
        ("che cos'è", "programma", "cosa", "che cosa è", "che cosa è e a che cosa serve"), "prose"
    ),
    **dict.fromkeys(("cos'è e a cosa serve", "a cosa serve", "cosa possono fare i cittadini"), "prose"),
    "info": "contacts",
}


_MATTER = re.compile(  # `VOTO A DOMICILIO. Domanda entro lunedì 3 maggio`
    r"(?m)^\W{0,3}(?P<label>[A-ZÀ-Ý]{4}[A-ZÀ-Ý'’ ]{0,36})[.:]\s(?P<said>.{20,})$"
)
_MATTERS, _STEM = 3, 5  # from how many on they are several; letters
_PART = re.compile(  # of one matter
    r"domand|istanz|iscri|scad|termin|presenta|modalit|partecip|quando|dove|come|cost|requisit|destinat|durat"
    r"|period|orari|luogo|prenota|informaz|document|import|quota|tariff|pagament|versament|contribut|graduator"
    r"|ricors|avvis|nota\b|attenzion|important|regol",
    re.I,
)


def other_matters(text: str, title: str) -> list[tuple[str, str]]:
    """The label and the line of each matter that a page of several has beside its title's."""
    named = title.lower()
    found = [(match["label"], match["said"]) for match in _MATTER.finditer(text)]
    if len(found) < _MATTERS:
        return []
    return [
        (label, said)
        for label, said in found
        if not _PART.search(label)
        and not any(word.lower() in named for word in re.findall(rf"\w{{{_STEM}}}", label))
    ]


def _either(labels: list[str]) -> str:
    spelled = sorted((re.escape(label).replace("'", "['’]") for label in labels), key=len, reverse=True)
    return "|".join(label.replace(r"\ ", r"\s+") for label in spelled)


_ALL = [label for labels in _LABELS.values() for label in labels.split("|")]
_SURE = _either([label for label in _ALL if label[0] != "+"])
_COMMON = _either([label[1:] for label in _ALL if label[0] == "+"])
_NO_LABEL_AFTER = (
    r"(?<!\b[Ii]l )(?<!\b[Ii] )(?<!\b[Ll]a )(?<!\b[Ll]e )(?<!\b[Ll]o )(?<!\bdi )(?<!\be"
    r" )(?<!\bdel )(?<!\bdei )(?<!\bmodello )(?<!\bmodulo )"
)
_INLINE = re.compile(
    rf"(?<!\S)(?=[A-Z])(?:(?P<sure>{_SURE})(?=[\s:.]|$)(?:\s*[:.])?"
    rf"|{_NO_LABEL_AFTER}(?P<common>{_COMMON})(?:\s*:|\s[–—](?=\s)|\.(?=\s|$)"
    rf"|(?=\s+(?:[A-ZÀ-Ý\d€+\"“«]|\w+@))|(?=\s*$))"
    r"|(?P<loud>QUANDO|DOVE|LUOGO|SEDE|COSA|COSTO|COSTI|INFO|CONTATTI|DESTINATARI)\s*:)"
)
# `Quando Anna torna` opens a sentence: these two are labels only before a word that opens a phrase.
_ASKING = re.compile(
    r"\s*(?::|[–—]\s|(?:Presso|Per|Dal|Dall|Il|In|Ogni|Tutt|Sabato|Domenica|Luned|Marted|Mercoled"
    r"|Gioved|Venerd|\d|Sala|Via|Piazza|Nel|Al|Alle))"
)

_ADDRESS = re.compile(
    r"\s*(?::|\n|$|(?:via|viale|piazza\w*|corso|largo|vicolo|loc|località|strada|p\.?zza|contr\w+|borgo|c/o|presso|\d)\b)",
    re.I,
)
_A_DAY = (
    r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|(?:(?:luned|marted|mercoled|gioved"
    r"|venerd)[ìi]['’]?,?\s+|sabato,?\s+|domenica,?\s+)?\d{1,2}[°º]?\s+[a-z]{3,9}\.?\s+20\d\d)"
)
_STAMP = re.compile(
    rf"(?:(?:data(?: di)? pubblicazione|pubblicat[oa](?: il)?|prima pubb\w*\.?|ultim[oa]"
    rf" (?:aggiornamento|modifica)|aggiornat[oa](?: il)?)\W*{_A_DAY}.{{0,12}}"
    rf"|(?:notizie|news|avvisi|eventi|comunicati|in evidenza)(?:\s+{_A_DAY})?"
    r"|(?!.*\s(?:ordina|dispone|avvisa|informa|rende noto|invita|comunica|decreta)\b)"
    rf"(?:(?:il|la)\s(?:vice)?sindac[oa]|l['’]amministrazione comunale)"
    rf"(?:\s(?:e\s)?(?:il\s|la\s|l['’])?(?-i:[A-ZÀ-Ý][\w.’']*)){{0,5}}"  # who signs
    rf"|(?:notizia|avviso|evento|comunicato)\s+{_A_DAY}|(?:leggi|scopri)"
    rf" (?:di più|tutto)|.*\blorem ipsum\b.*|informazione non disponibile|nessun (?:contenuto"
    rf"|risultato)|invia stampa ascolta|\W*font[ei]\W{{0,3}}:.{{0,120}})",
    re.I,
)
_LISTED = 2  # further days on lines of their own, with which the first is of a programme
_FILE_STAMP = re.compile(r"\[\.\w{2,4} [\d.,]+ [KM]b[^\]\n]{0,60}\]")
_STAMP_IN_LINE = Cued(
    rf"\b(?:data(?: di pubblicazione)?|prima pubb\w*\.?"
    rf"|ultim[oa] (?:aggiornamento|modifica)|pubblicat[oa] il)"
    rf"\s*:\s*{_A_DAY}",
    re.I,
)
_THEME_DAY = re.compile(  # two lines of the themes' head, never of an event
    rf"(?:^|\n)\W*Data:?[ ]*\n\s*{_A_DAY}\s*\n\s*(?=Tempo di lettura\b)", re.I
)
_ITS_DATE = re.compile(r"\W*data\s*:", re.I)
_ITS_HOURS = re.compile(
    r"\W*(?:or[ae]|orari[o]?|inizio|luogo|dove|sede)\s*:", re.I
)  # below the day of an event
_READING_TIME = re.compile(  # themes put the figure on a line of its own
    r"\btempo di lettura:?\s*(?:meno di )?\d{1,3} min\w*(?:\s+tipologia [a-z]+)?", re.I
)
_UPDATED_AT = re.compile(r"(?m)^aggiornamento\s(?:delle\s|alle\s)?ore\s[\d:.]+\s?[-–:]\s+", re.I)
_OWN_HEADING = re.compile(r"#.*|[A-ZÀ-Ý][A-ZÀ-Ý'’ ]{6,60}:\s*")  # `MODALITÀ DI ISCRIZIONE:`
_THEME = re.compile(
    r"(?<!\S)Municipium(?=\s+(?:[A-ZÀ-Ý]|\d{1,2}\s[a-z]{3}\b)|\s*$)"
)  # the theme's name between its parts
_SIGNED_ON = re.compile(r"\W*(?P<day>\d{1,2})[./](?P<month>0?[1-9]|1[0-2])[./](?:20)?\d\d\W*")
_OTHER_DAY = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:[°º]?\s(?P<name>{MONTH})|[./](?P<month>0?[1-9]|1[0-2])[./](?:20)?\d\d\b)", re.I
)
_DATE_ALONE = re.compile(_A_DAY, re.I)
_NOISE = re.compile(
    r"(?=[LV(+|\sIPDOZSN\[pdoCFY#–—_=-])"
    r"(?:\bLEGGI (?:DI PIÙ|TUTTO)\b|\bLeggi (?:di più|tutto)\b(?: »)?|\(Apre il link in una nuova"
    r" scheda\)|\bVai alla [Pp]agina\b|\bVisualizza in [Mm]appa\b|\+ − Leaflet|\bLeaflet\b"
    r"|\|?\s*Indicazioni stradali|\b(?:PDF|DOCX?|ODT|ZIP) Scarica\b|\bScarica (?:il )?PDF\b"
    r"|\bNome Descrizione\b"
    r"|\[\.\w{2,4} [\d.,]+ [KM]b[^\]]*\]|\b(?:pdf|docx?|odt) - [\d.,]+ [kKM]b\b|Coordinate:"
    r" [^|A-Z]{5,40}[NSEO][^|A-Z]{3,40}[EO]\b"
    r"|\b(?:Facebook|Instagram|Youtube|Fb) Visualizza\b|\bVisualizza\b(?=\s|$)|#\w{12,}"
    r"|(?<=\s)[-–—_=]{4,}(?=\s)|\bConfermato\b(?=\s*$))"
)


@dataclass(frozen=True)
class Part:
    """One part of a page: what kind of thing stands there, as plain lines."""

    kind: Kind
    text: str


def parts(markdown: str) -> list[Part]:
    """The page's parts in order, without labels, attachments and other furniture.

    A page without any label is one part of prose. The same kind may come more than once.
    """
    found: list[Part] = []
    for kind, chunk in _chunks(markdown):
        found += _parted(kind, _NOISE.sub(" ", _without_stamps(plain(chunk))))
    return [part for part in found if part.text and part.kind != "furniture"]


@dataclass(frozen=True)
class Section:
    """A stretch of a text: `text[start:end]` is what stands under `label` ("" before the first one)."""

    kind: Kind
    label: str
    start: int
    end: int


def sections(text: str) -> list[Section]:
    """The sections of a text in order with their places, furniture and contacts among them.

    Labels are found as headings, as lines of their own and as words in the line; a heading of the text's own
    begins a section of prose with that label.
    """
    found: list[Section] = []
    kind, label, start, at = _PROSE, "", 0, 0
    for line in text.splitlines(keepends=True):
        bare = line.strip("#*_ \t\r\n:.")
        key = bare.casefold().replace("’", "'")
        is_heading = bool(bare) and _OWN_HEADING.fullmatch(line.rstrip("\r\n")) is not None
        if key in _KINDS or is_heading:
            found += _within(Section(kind, label, start, at), text)
            kind, label, start = _KINDS.get(key, _PROSE), bare, at + len(line)
        at += len(line)
    found += _within(Section(kind, label, start, at), text)
    return [section for section in found if text[section.start : section.end].strip(" .:;|\n")]


def _within(section: Section, text: str) -> Iterator[Section]:
    """A section parted at the labels that stand in its lines."""
    kind, label, start = section.kind, section.label, section.start
    for match in _labels(text, section.start, section.end):
        yield Section(kind, label, start, match.start())
        name = re.sub(r"\s+", " ", match["sure"] or match["common"] or match["loud"]).rstrip(":")
        kind, label, start = _KINDS[name.casefold().replace("’", "'")], name, match.end()
        stop = _end_of_its_line(match, text, section.end)
        if kind in _TOLD_ON_A_LINE and stop > start:
            yield Section(kind, label, start, stop)
            kind, label, start = section.kind, section.label, stop
    yield Section(kind, label, start, section.end)


def _end_of_its_line(label: re.Match[str], text: str, end: int) -> int:
    """Where what a label tells ends, of one that opens a paragraph and tells it there: `Chi può partecipare:
    tutti i maggiorenni.`; -1 of a heading, which all that follows stands below.
    """
    opens = text.rfind("\n", 0, label.start()) + 1 >= label.start() - _MARKS
    line = text[label.end() : end].partition("\n")[0]
    if not opens or not label[0].endswith(":") or len(line.split()) < _WORDS:
        return -1
    paragraph = "\n\n" if "\n\n" in text else "\n"  # of plain text nothing but its lines is left
    return text.find(paragraph, label.end(), end)


def _labels(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """The labels in running text that are sure to be labels."""
    found = list(_INLINE.finditer(text, start, end))
    loud = {match["loud"] for match in found} - {None}
    for match in found:
        if match["loud"] and len(loud) == 1:
            continue  # a word that somebody shouted
        name = (match["sure"] or match["common"] or match["loud"]).rstrip(":").casefold()
        colon = match[0].endswith(":")
        if name == "inizio evento" and not colon:
            continue  # `20:30 - Inizio evento`
        if name == "indirizzo" and not colon and not _ADDRESS.match(text, match.end()):
            continue  # `Indirizzo Turismo`: of a school
        if name in ("quando", "dove") and not colon and not _ASKING.match(text, match.end()):
            continue
        yield match


_TOLD_ON_A_LINE: tuple[Kind, ...] = ("audience", "when", "where", "cost", "how", "terms", "gets", "more")
_MARKS, _WORDS = 4, 3  # characters before a label, words behind it
_MEETS = re.compile(  # stands below a day that is the matter's own, not the page's
    r"\W*(?:(?:dalle|alle|ore|h\.?)\s*(?:ore\s)?\d|\d{1,2}[:.]\d\d\s?[-–]\s?\d|presso\s|inizio\s|ritrovo\s)",
    re.I,
)
_ITS_PROGRAMME = re.compile(r"\W*(?:programma(?:\sdella\s(?:giornata|serata))?|orari[o]?)\W*", re.I)
_VENUE = re.compile(
    r"(?:piazza|piazzetta|sala|teatro|cinema|auditorium|palazzo|villa|parco|palestra|biblioteca|centro|oratorio|chiesa"
    r"|cortile|giardini|via|viale)\s[^\n.:;]{3,60}\.?",
    re.I,
)


def are_of_a_meeting(lines: Sequence[str]) -> bool:
    """Whether the lines right below a day tell its hour, or its place and then its hour."""
    lines = [line for line in lines if not _ITS_PROGRAMME.fullmatch(line)]
    first = next(iter(lines), "")
    if _MEETS.match(first):
        return True
    return len(lines) > 1 and _VENUE.fullmatch(first) is not None and _MEETS.match(lines[1]) is not None


def is_of_an_event(before: str, below: str) -> bool:
    """Whether a day between the two stands behind `Data:` and above its hours or its place: no stamp."""
    label = before.rpartition("\n")[2]
    is_labelled = _ITS_DATE.fullmatch(label.strip()) is not None
    return is_labelled and _ITS_HOURS.match(below.lstrip(" .,;\n")) is not None


def unstamped(text: str) -> str:
    """`text` without the lines that say only when the page or a file was published, and how long it takes."""
    text = _THEME_DAY.sub("\n", _THEME.sub("\n", text))
    text = _READING_TIME.sub("", _UPDATED_AT.sub("", _FILE_STAMP.sub(" ", text)))
    lines = _without_stamps(text).split("\n")
    below = [*lines[1:], ""]
    return "\n".join(
        line if _ITS_DATE.match(line) and _ITS_HOURS.match(after) else _STAMP_IN_LINE.sub("", line)
        for line, after in zip(lines, below, strict=True)
    )


def _without_stamps(text: str) -> str:
    """`text` without lines that only say when the page was published, or that lead on to it."""
    lines = [line for line in text.splitlines() if not _STAMP.fullmatch(line.strip(" .;|"))]
    below = [line.strip() for line in lines[1:] if line.strip()]
    is_listed = sum(_DATE_ALONE.fullmatch(line.strip(" .;|")) is not None for line in below) >= _LISTED
    is_alone = len(lines) > 1 and _DATE_ALONE.fullmatch(lines[0].strip(" .;|")) and not is_listed
    if is_alone and not are_of_a_meeting(below[:2]):
        del lines[0]  # cards of news begin with their own date: taken for the event's it misleads
    while lines and not lines[-1].strip():
        lines.pop()
    signed = _SIGNED_ON.fullmatch(lines[-1]) if lines else None
    if signed and any(_order(day) >= _order(signed) for day in _OTHER_DAY.finditer("\n".join(lines[:-1]))):
        lines.pop()  # the day of the signature
    return "\n".join(lines)


def _order(day: re.Match[str]) -> tuple[int, int]:
    """Where a day stands in its year."""
    named = day.groupdict().get("name")
    return MONTHS_BY_START[named[:3].lower()] if named else int(day["month"]), int(day["day"])


def _chunks(markdown: str) -> list[tuple[Kind, str]]:
    """Cut at the headings that are labels."""
    chunks: list[tuple[Kind, list[str]]] = [("prose", [])]
    for line in markdown.splitlines():
        bare = line.strip("#*_ \t:.").casefold().replace("’", "'")
        if bare in _KINDS:
            chunks.append((_KINDS[bare], []))
        else:
            if chunks[-1][0] != "prose" and _OWN_HEADING.fullmatch(line):
                chunks.append(("prose", []))  # a heading of the text's own ends the part before it
            chunks[-1][1].append(line)
    return [(kind, "\n".join(lines)) for kind, lines in chunks if lines]


def _parted(kind: Kind, text: str) -> list[Part]:
    whole = Section(kind, "", 0, len(text))
    return [
        Part(section.kind, _spaced(text[section.start : section.end])) for section in _within(whole, text)
    ]


def _spaced(text: str) -> str:
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in text.splitlines())
    tight = "\n".join(line for line in lines if line.strip(" .:;|-"))
    return re.sub(r" +(?=[,;.:!?](?:\s|$))", "", tight)
