"""Where the matter of a page takes place: the hall, the street, the town;
never a map's pin or an office's desk.
"""

import re
from collections.abc import Iterator

from flows.bulletin.facts.fact import Kind as FactKind
from flows.bulletin.language.sentences import has_verb
from flows.bulletin.page.layout import Layout
from flows.bulletin.page.sections import Kind

_NAME = r"(?:[^.,;:|()\n]|(?<=\b[A-ZÀ-Ý])\.|(?<=\bMons)\.|(?<=\bDon)\.){2,60}"
_AT = re.compile(
    rf"\b(?!al\svia\b|in\svia\s(?:di|del|della|eccezional\w+|straordinari\w|sperimental\w|provvisori\w|telematic\w)\b)"
    rf"(?:presso|(?:(?:davanti|di\sfronte)\s(?=al))?(?:al|alla|allo|all['’]|in|nel|nella|nell['’]|sul|sulla)\s?(?=(?:il\s|la\s|lo\s|l['’])?"
    r"(?:bibliotec|libreri|palazz|vill|teatr|cinema|auditorium|sal[ae]\b|chies|santuari|parc|centr|orator|palestr|piscin|muse|scuol"
    r"|castell|stadi|galleri|municipi|porticciol|piazz|abbazi|pont[ei]\b|stazion|rifugi|spiaggi|palazzett|palasport|cascin|autodrom|campo\ssportiv|lungolago|lungomare|giardin|circolo\b|bocciofil|anfiteatr|arena\b|tensostruttur|ristorant|agriturism|nido\s(?:comunale|d['’]infanzia)|quartier|Q\.re\b|cortil|largo|via\b|viale\b"
    r"|osservator|mulin[oi]\b|piev[ei]\b|rocca\b|convent[oi]\b|(?<=\s)chiostr[oi]\b|loggia\b|belveder|sagrat|planetari|fattori[ae]|salon[ei]\b|aula\b|cappell|basilic|duomo))"
    rf"|localit[àa]\s|frazione\s|(?<=partenza\s)da\s(?=(?:piazz|largo|via\b|viale\b|parcheggi))"
    r"|(?<=partenza\s)(?:dal|dallo|dalla|dall['’]|dai)\s?(?=parc|piazz|cortil|municip|chies|camp[oi]\b|stazion|centr|scuol"
    r"|sagrat|parchegg|orator|impiant|palestr|ponte\b|rifug|castell|vill|palazz)"
    rf"|(?<=[\d]\s)da\s(?=piazz|largo|via\b|viale\b))(?:il\s|la\s|lo\s|l['’]|i\s|gli\s)?{_NAME}(?:,\s(?:in\s)?(?:via|viale|piazza|piazzale|largo|corso)\s{_NAME}(?:,\s?\d{{1,4}})?)?",
    re.I,
)
_LISTED = re.compile(  # `Sabato 9 maggio ore 21, Sala Verdi`: behind its day or hour, without a preposition
    r"\d(?:,?\s(?:[-–]\s)?|[-–]\s)(?P<name>(?:(?:sala|saletta|teatro|cinema|auditorium|palazzo|villa|biblioteca|centro|oratorio"
    r"|museo|parco|piazza|piazzetta|palestra|chiesa|salone)\s[^.,;:|()\n\d]{3,60}|biblioteca)"
    r"(?:,?\s\d{1,3})?)(?=\s*(?:[.,;|\n]|$))",
    re.I,
)
_ALONE = re.compile(
    r"(?P<name>(?:Sala|Teatro|Cinema|Auditorium|Palazzo|Villa|Biblioteca|Centro|Oratorio|Museo|Parco|Piazza|Palestra|Chiesa"
    r"|Campo|Stadio|Palazzetto|Palasport|Piscina|Castello)"
    r"(?:\s(?:[A-ZÀ-Ý][\w'’.]*|di|del|dello|della|dei|sportivo|comunale|civic[ao]|parrocchiale|polivalente|polifunzionale|consiliare|grande|riunioni|conferenze|via|piazza|viale|\d{1,3})|,){1,12})\s*\.?\s*"
)
_STREET = r"(?:via|viale|piazza|piazzale|piazzetta|largo|corso|vicolo|strada|contrada)"
_STRETCH = re.compile(r"\b(?:nel\s+tratto|tratto|tra|dal\s+km)\s[^.;\n]{3,90}", re.I)
_STOP = re.compile(
    r"\s(?:(?:si|è|sono|sarà|saranno|dalle|dal|alle|ore|con|per\sla|per\sil|per\si|per\sun[oa]?|per\s[a-zà-ù]+[aei]re|il\s\d|e\sil|ha|hanno|verrà|partecipa\w*|va|(?:il|la|lo|un|una|uno)\s(?:cerimonia|presentazione|incontro|concerto|spettacolo|mostra|festa|corso|serata"
    r"|conferenza|laboratorio|premiazione|inaugurazione|proiezione|lettura|mercatino|torneo|sagra|messa|corteo|discorso)|vanno|torna|tornano|c['’]è|[a-zà-ù]{3,}(?:erà|irà|arà|eranno|iranno|aranno))\s|Mappa\b|Regia\b"
    r"|l['’](?:appuntamento|incontro|evento|iniziativa|inaugurazione|esposizione)\b|[-–|]\s|\d{5}\b|[“\"«][A-Z]|\d{1,2}[°º]?\s(?i:gennaio|febbraio|marzo|aprile|maggio|giugno"
    r"|luglio|agosto|settembre|ottobre|novembre|dicembre)\b)"
)
_HELD_THERE = re.compile(  # `nella chiesa di San Pietro concerto d'organo`
    r"(?<!\w)(?!(?:sala|aula|area|palco|salone|fiera|di|da|a|del|dei|della|delle|degli|dello|il|lo|la|i|gli|le)\s)"
    r"[\w'’.]+\s(?P<held>(?:concert[oi]|spettacol[oi]|proiezion[ei]|laborator[io]+|lettur[ae]|incontr[oi]"
    r"|presentazione|visit[ae] guidat[ae]|gar[ae]|torneo|camminata|passeggiata|festa|serata|cena"
    r"|pranzo|conferenza|inaugurazione|mercatino|tombola|degustazione)\b)"
)
_TAIL = re.compile(r"\s*(?:\b\d{5}\b.*|[+]\s.*|\bMappa\b.*|\bVisualizza\b.*|[-,]\s*Italia\b.*)$", re.S)
_DESK = re.compile(
    r"\b(?:informazion\w|info|contatt\w|telefon\w|rivolg\w+|domand\w|istanz\w|iscrizion\w|iscri\w+|prenotazion\w|modul\w|present\w+|consegn\w+"
    r"|ritir\w+|residen\w+|sportell\w|uffic\w+|deposit\w+|deleg\w+|press\w\sl['’]uffic\w+|comuni?\s+di|nat[oaie]\s(?:a|ad|nel|in|il|tra|dal)\b|assessor\w+|trasmess\w|"
    r"acquist\w+|stabilimento|ricavat\w+|devolut\w+|beneficenza)\b[^.\n]{0,60}$",
    re.I,
)
_TOWARDS = re.compile(r"\b(?:fino|sino|verso)\s(?:a\s)?$", re.I)
_FORMERLY = re.compile(  # `i prelievi, oggi effettuati in via Monti, si faranno`
    r"\b(?:oggi|attualmente|finora|in precedenza|precedentemente)\s(?:[a-zà-ù]+\s){0,2}$", re.I
)
_PARKS = re.compile(r"\b(?:posteggi|parchegg)\w*[^.;\n]{0,40}$", re.I)
_TOPICS = re.compile(  # `per presentare il piano: zone 30, sosta nel quartiere Po`
    r"\b(?:presentare|illustrare|discutere|presentazione|parl\w+|temi|argomenti)\b[^.:\n]*:[^.\n]*$", re.I
)
_MEAL = (
    r"\b(?:ristoro|rinfresco|pasta party|pranzo|cena|aperitivo|buffet|colazione|merenda|brindisi"
    r"|pane e \w+)\b"
)
_REFRESHED = re.compile(rf"{_MEAL}[^.;\n]{{0,60}}$", re.I)  # where one eats when all is over
_A_MEAL = re.compile(_MEAL, re.I)
_ELSE = re.compile(r"\b[Ii]n caso di (?:pioggia|maltempo|neve)\b")
_OF_OTHERS: tuple[Kind, ...] = (
    "contacts",
    "pin",
    "furniture",
    "cost",
    "how",
    "terms",
    "gets",
    "more",
    "audience",
)
_ROADS = frozenset({"via", "viale", "piazza", "piazzale", "sp", "ss", "sr", "corso", "largo", "vicolo",
                    "strada", "ponte",
                    "sottopasso", "contrada", "localita", "frazione"})  # fmt: skip


def venues(page: Layout) -> Iterator[tuple[int, int]]:
    """Where the page says that its matter takes place, the part named so first."""
    for passage in page.passages:
        if passage.part == "where":
            text = page.text[passage.start : passage.end]
            words = _TAIL.sub("", text.split("|")[0]).rstrip(" ,.;-–")
            if 3 < len(words) <= 160:
                yield passage.start, passage.start + len(words)
    is_meal = _A_MEAL.search(page.text.partition("\n")[0]) is not None
    for match in page.matches(_AT, *_OF_OTHERS):
        before = page.text[page.passage(match.start()).start : match.start()]
        if _TOPICS.search(before):
            continue  # what one speaks of
        if _TOWARDS.search(before) or _PARKS.search(before) or _ELSE.search(re.split(r"[.!?]\s", before)[-1]):
            continue  # where a parade ends, where it goes on when it rains
        if _FORMERLY.search(before) or (not is_meal and _REFRESHED.search(before)):
            continue
        is_desk = re.search(r"uffic|sportell|protocoll|segreteri", match[0][:40], re.I) or _DESK.search(
            before
        )
        if not is_desk:
            yield match.start(), _end(page, match)
    yield from _listed(page)


def _listed(page: Layout) -> Iterator[tuple[int, int]]:
    """A venue that stands behind a day or an hour in a line without a verb, or in a line of its own."""
    for passage in page.passages:
        text = page.text[passage.start : passage.end]
        if passage.part == "prose" and (alone := _ALONE.fullmatch(text)) and not has_verb(text):
            yield passage.start, passage.start + alone.end("name")
    for match in page.matches(_LISTED, *_OF_OTHERS, "where"):
        before = page.text[page.passage(match.start()).start : match.start()]
        if not has_verb(match["name"]) and not _DESK.search(before):
            yield match.span("name")


def streets(page: Layout) -> Iterator[tuple[int, int]]:
    """The streets, roads and squares that the page names, with the stretch where one is told: for works."""
    for fact in page.facts:
        if fact.kind is not FactKind.place or fact.value.split(" ")[0] not in _ROADS:
            continue
        passage = page.passage(fact.start)
        if passage.part in ("contacts", "pin", "furniture"):
            continue
        yield fact.start, fact.end
    for match in page.matches(_STRETCH, "contacts", "pin", "furniture", "cost"):
        if re.search(rf"\b{_STREET}\b|km|rotatoria|incrocio|S\.?P|civic", match[0], re.I):
            yield match.start(), _end(page, match)


def _end(page: Layout, match: re.Match[str]) -> int:
    stop = _STOP.search(page.text, match.start() + 8, match.end())
    end = stop.start() if stop else match.end()
    if held := _HELD_THERE.search(page.text, match.start() + 8, end):
        stop, end = held, held.start("held")
    if not stop and page.text[end : end + 1].isalnum():  # the name is longer than a name is
        end = page.text.rfind(" ", match.start(), end)
    text = page.text[match.start() : end]
    return match.start() + len(re.sub(r"\s(?:e|ed|o)$", "", text.rstrip(" ,.;:-–")))
