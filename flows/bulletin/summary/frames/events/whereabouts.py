"""Where an event is: the words of its place as the page has them, with the venue's name, or a sentence."""

import re

from flows.bulletin.language.sentences import has_verb
from flows.bulletin.language.signals import TIME, WEEKDAY
from flows.bulletin.language.titles import folded
from flows.bulletin.page.day_heads import is_of_a_day
from flows.bulletin.page.notice import Notice, Slot, Told
from flows.bulletin.summary import clauses
from flows.bulletin.summary.frames.events.happening import lines_of
from flows.bulletin.summary.frames.events.of_a_part import (
    is_amid_hours,
    is_in_a_row,
    is_of_a_part,
)
from flows.bulletin.summary.frames.events.sittings import all_words

MEETS = re.compile(r"\b(?:ritrovo|partenza)\b", re.I)
_VENUE = re.compile(
    r"\bpresso\s(?:il\s|lo\s|la\s|l['’])?((?:CINEMA|Cinema|TEATRO|Teatro|Sala|SALA|Biblioteca|BIBLIOTECA|Auditorium"
    r"|AUDITORIUM|Palazzo|Villa|Centro|Museo)\b(?:\s(?:[A-ZÀ-Ý][\wà-ù'’]*|comunale|civica|di|del|della|de))*"
    r"(?:\s[\"“«][^\"”»]{3,40}[\"”»])?)"
)
ONLINE = "online"
_ONLINE = re.compile(
    r"\b(?:esclusivamente|solo|soltanto)\s(?:da\sremoto|on\s?-?line|in\sstreaming)\b|\b(?:via|su)\s(?:Zoom|Teams|Meet)\b"
    r"|\bin\smodalità\s(?:telematica|online|webinar)\b",
    re.I,
)
_ON_A_DAY = re.compile(rf"\b{WEEKDAY}\s\d{{1,2}}\b", re.I)
_ELSEWHERE = 2  # the rank of a place that stands in no sentence with a day
_FETCHES = re.compile(r"\b(?:entro|ritir\w+|prenot\w+|iscri\w+|consegn\w+|rivolg\w+|info\w*)\b", re.I)
_MEETS = re.compile(r"\b(?:ritrovo|partenza)\s", re.I)
_OF_A_STORY = re.compile(  # `nella biblioteca del suo comune`, `nel parco omonimo`
    r"\b(?:su[oaie]|suoi|loro|proprio|stess[oa]|omonim[oa]|medesim[oa])\b", re.I
)
_FOR_WHOM = re.compile(
    r"\sper\s(?:i\s|le\s|gli\s)?(?:ragazz|bambin|famigli|adult|giovan|anzian|tutt)\w+", re.I
)
_HANGING = re.compile(r"\s(?:per|con|e|ed|di|da|a|in)$")  # `al ponte vecchio per gli adulti`, which is cut
_LONG_WORD = 4
_BARE = re.compile(r"(?:in|al|alla|nel|nella)\s(?P<noun>[a-zà-ù]+)")
_TOWN = r"[A-ZÀ-Ý][a-zà-ù]+(?:\s(?:[a-z]{1,5}\s|[dl]['’])?[A-ZÀ-Ý][\w'’]+){0,2}"
_TOWNS = re.compile(rf"{_TOWN}(?:\s[-–]\s{_TOWN}){{2,}}")  # `Alba – Borgo d'Adda – Riva`
_DASH = re.compile(r"\s[-–]\s")
_PROCEEDS = re.compile(  # `l'incasso andrà alla scuola materna`: who gets it is not where one goes
    r"\b(?:incass|ricavat|raccolt|propost|donat|devolut)\w*\b[^.;]*$|\bandr(?:à|anno) $", re.I
)
_VISITS = re.compile(
    r"\bvisit[ae] (?:guidat[ae] )?(?:e \w+ )?$", re.I
)  # `una visita alla pieve` before a concert
_PLAYED = re.compile(r"\b(?:regia|trama|sceneggiatura)\b", re.I)


def place_words(notice: Notice) -> str:
    """The words of the place: of "Luogo" first, then beside the day; "" where two could be meant.

    `online` where the page has none and says that one takes part from afar.
    """
    days = all_words(notice, Slot.when)
    kept: list[tuple[int, str]] = []
    is_of_booking = False
    for told in notice.slots.get(Slot.place, ()):
        words = re.split(
            r"(?<![Pp]resso)\s(?=(?:il|la|lo|una?|i|le|gli|entro|dalle)\s(?!\w+\s(?:di|del)\b))",
            told.words.strip(" .,;"),
        )[0]
        words = _HANGING.sub("", _without_matter(words, notice.title))
        name = clauses.place_of(words)
        if (told.row is not None and told.row.list) or not (name.name or name.street) or len(words) > 110:
            continue
        if re.search(r"!|\d{1,2}/\d{1,2}\b|\bore\b", words):
            continue
        meets = _MEETS.search(told.sentence) and re.search(
            rf"\b(ritrovo|partenza)\s{re.escape(words)}", told.sentence, re.I
        )
        if words.startswith("da "):
            meets = meets or re.search(r"\b(partenza)\b", told.sentence, re.I)
            if meets is None:
                continue
        if (
            is_in_a_row(told.sentence, notice)
            or is_amid_hours(words, notice)
            or (meets and is_of_a_part(words, notice))
        ):
            continue
        before = told.sentence.partition(told.words)[0]
        if _PROCEEDS.search(before) or (_VISITS.search(before) and "visit" not in notice.title.lower()):
            continue
        if _FOR_WHOM.search(words) and not re.search(r"[A-ZÀ-Ý]", words):
            continue  # `giochi al parco per ragazzi`: what there is, not where
        if meets:
            words = f"{meets[1].lower()} {words}"  # where one meets is not where it happens
        if _OF_A_STORY.search(words) or _is_of_one_hour(told, notice) or _is_named_elsewhere(words, notice):
            continue
        if _ON_A_DAY.search(told.sentence) and not any(day.lower() in told.sentence.lower() for day in days):
            continue  # another day's: `La camera ardente è aperta mercoledì 13 in municipio`
        if is_of_a_day(words, notice.source):
            continue
        rank = 0 if words[:1].isupper() else 1 if any(day in told.sentence for day in days) else _ELSEWHERE
        if MEETS.match(words):
            rank = min(rank, 1)
        is_of_booking = is_of_booking or (rank == _ELSEWHERE and bool(_FETCHES.search(told.sentence)))
        kept.append((rank, words))
    if not kept:
        return ONLINE if _ONLINE.search(notice.body) else ""
    best = min(rank for rank, _ in kept)
    if best == _ELSEWHERE and _PLAYED.search(notice.body):
        return ""  # where the story is
    if best == _ELSEWHERE and is_of_booking:
        return ""  # where one collects a ticket is not where it happens
    chosen = [words for rank, words in kept if rank == best]
    longest = max(chosen, key=len)
    if best == 2 and any(folded(clauses.place_apposition(words)) not in folded(longest) for words in chosen):
        return ""
    return chosen[0]


def _without_matter(words: str, title: str) -> str:
    """`in centro` of `in centro i Mercatini di Natale`, which the title names."""
    first = title.split(" ", 1)[0].strip('«»“”"')
    if len(first) < _LONG_WORD:
        return words
    return re.split(
        rf"\s(?:(?:il|lo|la|i|gli|le)\s|l['’])(?={re.escape(first)}\b)", words, maxsplit=1, flags=re.I
    )[0]


def _is_named_elsewhere(words: str, notice: Notice) -> bool:
    """Whether `in piazza`, `al parco` is the one whose name the page has in another place."""
    noun = _BARE.fullmatch(words)
    return noun is not None and any(
        re.search(rf"\b{noun['noun']}\s\w", other, re.I) for other in all_words(notice, Slot.place)
    )


def _is_of_one_hour(told: Told, notice: Notice) -> bool:
    """Whether the place is one part's: its sentence has several, and several hours."""
    if told.row is not None:
        return False
    beside = [
        {one.words for one in notice.slots.get(slot, ()) if one.sentence == told.sentence}
        for slot in (Slot.place, Slot.hours)
    ]
    return all(len(words) > 1 for words in beside)


def named(words: str, notice: Notice) -> str:
    """The words with the venue's own name, where the page has it elsewhere."""
    return _with_its_name(_with_venue(words, notice), notice)


def _with_venue(words: str, notice: Notice) -> str:
    """The street with the one venue that the text names, where the page's place is a street alone."""
    place = clauses.place_of(words) if words else None
    if place is not None and (place.name or not place.street):
        return words
    venues = {" ".join(found[1].split()) for found in _VENUE.finditer(notice.source)}
    if len(venues) != 1 or (not words and " " not in next(iter(venues))):
        return words  # `il Centro`: which one
    if not words and is_amid_hours(next(iter(venues)), notice):
        return ""  # one part's
    return f"{venues.pop()}, {words}".strip(" ,")


def _with_its_name(words: str, notice: Notice) -> str:
    """`Cinema Teatro comunale` with the name that stands in quotes behind it on the page."""
    if not words or re.search(r"[\"“«\d]", words):
        return words
    named = words in notice.source and re.search(
        rf"{re.escape(words)}\s([\"“«][^\"”»\n]{{3,40}}[\"”»])", notice.source
    )
    return f"{words} {named[1]}" if named else words


def where_sentence(notice: Notice, words: str) -> str:
    """The office's sentence in which the place stands, whole; "" where it tells a day or an hour
    beside it.
    """
    for line in (*notice.abstract, *notice.prose):
        if words.strip(" .") in line and has_verb(line) and not TIME.search(line) and len(line) <= 140:
            return line.strip() if line.strip()[-1] in ".!?" else f"{line.strip()}."
    return ""


def are_several(notice: Notice) -> bool:
    """Whether several days have places of their own, of which no text tells one."""
    places = all_words(notice, Slot.place)
    return len(places) > 1 or any(is_of_a_day(place, notice.source) for place in places)


def names_towns(notice: Notice) -> bool:
    """Whether a page opens with several names and dashes between them, most of one word, as towns have."""
    rows = [found[0] for line in lines_of(notice.title, notice.source)[:2] if (found := _TOWNS.match(line))]
    return any(sum(" " not in name for name in _DASH.split(row)) > 1 for row in rows)
