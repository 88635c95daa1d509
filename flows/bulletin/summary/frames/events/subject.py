"""What happens, as a phrase that follows `c'è`: `il corso di yoga`, `«Alba», mostra di fotografie`."""

import re
from collections.abc import Iterator

from flows.bulletin.language.articles import definite, gender_of
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.sentences import has_verb
from flows.bulletin.language.signals import EMAIL, MONTH, PHONE, TIME, URL, WEEKDAY
from flows.bulletin.language.titles import folded, is_told
from flows.bulletin.page.day_heads import heads_of, is_of_a_day
from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.summary.clauses import is_matter
from flows.bulletin.summary.frames.events.films import CINEMA, film_of
from flows.bulletin.summary.frames.events.glosses import glossed
from flows.bulletin.summary.frames.events.happening import NUMERIC_DAY, has_day, lines_of, what_sentences
from flows.bulletin.summary.frames.events.own_names import named, told_more
from flows.bulletin.summary.frames.events.pastimes import pastimes
from flows.bulletin.summary.frames.events.stated import stated
from flows.bulletin.summary.frames.titles.matter import noun_of
from flows.bulletin.summary.frames.titles.nouns import (
    NOUN,
    SEVERAL,
    lowered_noun,
    phrase_of,
    quoted,
    segmented,
    shortened,
    with_nominal,
    without_purpose,
)
from flows.bulletin.summary.frames.titles.quoted_names import called_within, guests_of, quoted_at, quoted_head

_NUMBER_TITLE = re.compile(
    r"(?:comunicato(?: stampa)?|avviso|ordinanza|news|notizia|evento|n\.?|nr\.?|prot\w*)?[\s.,/\dnr°-]*"
    r"(?:del\s[\w\s/]+)?",
    re.I,
)

TITLE_DAY = Cued(
    rf"[\s,;:–-]*(?:\b(?:dal|al|il|per|del)\s|\bdall['’])?(?:{WEEKDAY}\s\d{{1,2}}(?:,\s|\se\s))*(?:(?:{WEEKDAY}),?\s)?(?:\b\d{{1,2}}\s?[-–]\s?)?(?:\b\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?|{NUMERIC_DAY})"
    r"(?:,?\s(?:d?alle\s)?(?:ore\s)?\d{1,2}[:.]\d\d)?",
    re.I,
)
_WHEN_OR_WHERE = re.compile(
    rf"\s[-–|]\s(?:(?:{WEEKDAY},?\s)?\d{{1,2}}(?:\s?[-–]\s?\d{{1,2}})*[°º]?\s{MONTH}(?:\s20\d\d)?(?:,?\s(?:alle|ore|h\.?)\s[\w.:\s]{{1,12}})?"
    r"|(?:dalle\s|alle\s)?(?:ore|h\.?)\s?[\d.:]+(?:\s?[-–]\s?[\d.:]+)?"
    r"|(?:sala|aula|salone|teatro|biblioteca|auditorium|palazzetto|municipio)(?:\s[\w'’]+){0,3})$",
    re.I,
)
_FOR_WHOM = re.compile(
    r",?\s(?:dedicat|rivolt|destinat|riservat)[oaie]\s(?:ai?|agli|all[aeo]|al)\s.*|,?\s(?:dedicat|rivolt)[oaie]\sall['’].*"
)
_ON_TWO = re.compile(  # `dedicata al museo e alla cultura dei mulini`, where both have no room
    r"\bdedicat[oaie]\s(?:al|allo|alla|ai|agli|alle)\s[^,]*?(?P<second>\se\s(?:al|allo|alla|ai|agli|alle)\s[^,]*)$"
)
_SAYS = re.compile(
    r"[a-zà-ù]\s(?:è|sono|ha|hanno|diventa|diventano|vince|compie|arriva|arrivano|torna|tornano)\s"
)
_OPENING, _DAYS_OF_ONE = 400, 2  # characters; days with a row of their own
_CONCERT = re.compile(r"^\W*(?:gran(?:de)?\s)?concerto\b", re.I | re.M)
_CALLED = re.compile(  # what a page says that it is, first of all
    r"(?<!\bcon\s)\bun(?:[oa]?\s|['’])(?:(?:grande|piccol[oa]|tradizionale|nuov[oa])\s)?(?P<noun>aperitivo|concerto|spettacolo|camminata|passeggiata"
    r"|escursione|mostra|mercatino|conferenza|proiezione|cena|pranzo|festa|torneo|gara|pedalata|serata|commedia|tombola)\b",
    re.I,
)
_CALL = re.compile(r"(?<=\w{4})\s[-–]\s[^-–!«»]{3,50}!$")  # `– Manca solo una settimana!`
_LEAST, _HOUR = 8, 20  # characters of a title, and of an hour before what happens then
_STATUS_MARK = re.compile(
    r"^\W*(?:(?:evento|avviso)\s)?(?:annullat|rinviat|posticipat|sospes|spostat|cancellat)[oaie]\b"
    r"(?:\sa data da destinarsi)?\W*|"
    r"\W*[-–(]\s*(?:evento\s)?(?:annullat|rinviat|posticipat|sospes|spostat|cancellat)[oaie]\)?\W*$",
    re.I,
)
_UNDER_WAY = re.compile(  # `Al via il corso di yoga`: what it is stands behind
    r"^(?:[A-ZÀ-Ý][a-zà-ù]+:\s)?(?:al\svia|(?:ri)?torna(?:no)?|ripart(?:e|ono)|riprend(?:e|ono)|arriva(?:no)?|inizia(?:no)?)\s"
    r"(?:(?:il|lo|la|i|gli|le|un|uno|una)\s|(?:l|un)['’]\s?)(?=[a-z])",
    re.I,
)
_SMALL_WORDS = (
    r"(?:d[aei]l?|dell[ao]|degli|delle|di|per(?:\s(?:il|la|i|gli|le|lo))?|all[ao]|al"
    r"|nell?[aeo]?|sull?[aeo]?|contro\sl[ae])\s|(?:dell|all|nell|sull|d)['’]"
)

_GAP = re.compile(rf"\s(?:{_SMALL_WORDS})?", re.I)
_PROGRAMME_OF = Cued(
    r"\bprogramma\s(?:(?:del|dello|della|dei|degli|delle)\s|dell['’])([a-zà-ù][^:;.\n]{5,80})(?=[:.\n])", re.I
)
_ITS_PROGRAMME = re.compile(  # `Natale in piazza: il calendario delle iniziative`, `: date 2027`
    r"(?i)(?::|\s[-–—])\s(?:riti(?:,\s\w+)*\se\s\w+|al\svia\sla\s(?:vendita|prevendita|campagna)\b[^:]*|(?:ecco\s)?(?:il|gli|le|tutti\sgli|tutte\sle)\s(?:calendario|programma|appuntamenti|date|eventi|iniziative)\b[^:]*"
    r"|(?:calendario|programma|diario|date|prezzi|\w+\srepliche)(?:(?:\se|,|\sde\w+)\s\w+|\s20\d\d|\scompleto)*)$"
)
_PROGRAMME_FOR = re.compile(r"^(?:[^:]{3,20}:\s)?programma\s(?:de\w{1,3}\s|dell['’])(?=\w{5})", re.I)
_ONLY_PROGRAMME = re.compile(r"(?:ecco\s)?(?:il\s)?programma(?:\scompleto)?|gli\sorari|le\sdate", re.I)
_MOST_WORDS = 9  # of a telegraphic title
_EDITION = re.compile(r"^(?:[IVXL]+|\d{1,3}[ªa°^]?)\s(?:edizione)\s?[-–:,]\s", re.I)

_AT_HOUR = re.compile(r"\b(?:ore|alle|h\.?)\s\d{1,2}(?:[:.,]\d\d)?", re.I)
_BEHIND_HOUR = re.compile(rf"{_AT_HOUR.pattern}\s?[-–:,]?\s$", re.I)
_ONLY_A_MEETING = re.compile(r"(?:appuntament[oi]|evento)\b", re.I)  # of what, another phrase says

_LAST_PLACE = re.compile(
    r"\s(?:(?:al|alla|allo|nel|nella)\s(?P<name>(?:Teatro|Sala|Cinema|Auditorium|Parco|Museo|Palazzetto)\s.+)"
    r"|in\s(?P<square>(?:[Pp]iazza|[Pp]iazzale|[Vv]illa|[Vv]iale|[Vv]ia)\s.+)|in\s(?P<bare>Municipio|Biblioteca))$"
)
_APPLIES = re.compile(
    r"\b(?:iscri\w+|domand\w+|prenot\w+|present(?:are|at\w|azione della)\b|consegn\w+|entro|modul\w+"
    r"|uffici\w*|sportell\w+|apert(?:o|i) al pubblico|istanz\w+|candidatur\w+|termin[ei]|scad\w+)\b",
    re.I,
)
_PERIOD = re.compile(r"(?:a partire\s)?da[li]?\b|dall['’]|fino", re.I)
_SERIES = re.compile(
    r"(?:(?:il|la|i|le)\s)?(?:rassegna|ciclo|cineforum|festival|percorso|corso|serie|serate|programma)\b",
    re.I,
)
_FIRST_OR_LAST = re.compile(r"\bd(?:i\s|['’])(?:apertura|chiusura)$|\binaugurale$", re.I)
_DAY_OF = re.compile(
    r"(?:la )?(?:giornata|settimana) (?:mondiale|nazionale|internazionale|europea|regionale)\b", re.I
)
_JOURNEY = re.compile(r"Un (?:viaggio|percorso) (?:tra|nel|nella|nei|alla scoperta|attraverso|dentro)\b")
_ONE = re.compile(r"(?:Una?\s|Uno\s|Un['’])")
_BAND = re.compile(r"(?:Trio|Quartetto|Quintetto|Duo|Coro|Orchestra|Banda|Ensemble)\s[A-ZÀ-Ý]\w+")
_COMMA_TAIL = re.compile(  # `Jazz in piazza, al via l'undicesima edizione`
    r"(?<=\w\w),\s(?:al\svia|il\s(?:programma|calendario)|gli\sappuntamenti|aperte\sle|aperti\si|ecco|si\s(?:parte|comincia))\b[^:]*$",
    re.I,
)
_WHO_STARTS = re.compile(  # `Pro Loco, al via le visite guidate`: whose, and what
    r"(?:pro\s?loco|comune|biblioteca|museo|auser|caritas|croce rossa|informagiovani|università|circolo)"
    r"(?:\s\w+){0,3},\sal\svia\s(?:il|lo|la|i|gli|le|l['’])\s?(?P<what>\w.{5,})",
    re.I,
)
_PART_OF_A_DAY = re.compile(r"mattinata|giornata|serata|pomeriggio|evento|iniziativa|appuntamento", re.I)
_OF_ITS_DAY = re.compile(
    rf"(?<=\w{{5}})(?:\sd(?:i|el) {WEEKDAY} |,\s\d{{1,2}}\s?[-–]\s?)\d{{1,2}}[°º]? {MONTH}(?: 20\d\d)?$", re.I
)
_LEFT_OPEN = re.compile(r"\b(?:da|dal|a|al|alla|fino|entro|il|per|di)(?=\s?(?:,|\.|$))")  # its day is gone
_STAGE = re.compile(r"\b(?:teatro|commedia|in scena|costumi|scenografia|palco)\b", re.I)


def title_of(notice: Notice) -> str:
    """The title in good capitals, without the mark of a postponement; "" where it is a number."""
    bare = _STATUS_MARK.sub("", " ".join(notice.title.split())).strip(" .-–")
    if _NUMBER_TITLE.fullmatch(bare):
        return ""
    starts = _WHO_STARTS.fullmatch(bare)
    bare = starts["what"] if starts else _COMMA_TAIL.sub("", bare)
    bare = _PROGRAMME_FOR.sub("", _UNDER_WAY.sub("", _ITS_PROGRAMME.sub("", bare), count=1))
    bare = _fuller(bare, notice)
    return bare[:1].upper() + bare[1:]


def is_occasion(notice: Notice) -> bool:
    """Whether the title opens with what one goes to, or ends with it, and the page has its day and hour."""
    title = title_of(notice)
    has_both = Slot.when in notice.slots and Slot.hours in notice.slots
    return has_both and not PAPER.match(title) and bool(segmented(title) or phrase_of(title))


def is_held(notice: Notice) -> bool:
    """Whether something is held on days that the page names with their hour, whatever it asks by a term."""
    held = {
        told.sentence
        for told in notice.slots.get(Slot.when, ())
        if told.row is None and not _APPLIES.search(told.sentence) and not _PERIOD.match(told.words)
    }
    is_there = any(told.sentence in held for told in notice.slots.get(Slot.hours, ()))
    is_of_a_day = bool(held) and bool(phrase_of(title_of(notice))) and Slot.hours not in notice.slots
    return (is_of_a_day or is_there) and (
        is_of_a_day or is_occasion(notice) or bool(nominals(notice)) or bool(stated(notice))
    )


def _fuller(title: str, notice: Notice) -> str:
    """`Giornata mondiale della salute` of `Giornata mondiale salute`, where the text has it."""
    words = title.split()
    if words and re.fullmatch(r"20\d\d", words[-1]):
        words = words[:-1]
    if not 3 <= len(words) <= _MOST_WORDS or not all(re.fullmatch(r"[^\W\d_]+", word) for word in words):
        return title
    gap = r"(\s(?:\w{1,6}['’\s]\s?){0,2})"  # short: it is compiled for each title
    found = re.search(rf"(?<!\w){gap.join(words)}(?!\w)", notice.body, re.I)
    said = " ".join(found[0].split()) if found and all(map(_GAP.fullmatch, found.groups())) else ""
    return said if len(said.split()) > len(words) and not said.isupper() else title


PAPER = re.compile(
    r"(?:iscrizion|domand|band[oi]|avvis[oi]|contribut|graduatori|modul|elenc|richiest)\w*\b", re.I
)


def matters(notice: Notice) -> Iterator[tuple[str, str]]:
    """Ways to name what happens: a phrase after `c'è`, and in a sentence what is left to say; best first."""
    title = _without_place(_without_day(title_of(notice)), notice)
    film = film_of(notice)
    if film:
        yield film, ""
        return
    sentences = list(what_sentences(notice, title)) or list(pastimes(notice))
    nominal = next(iter(nominals(notice)), "")
    is_headline = is_headline_of(title)
    own = named(title, notice) if title else ""
    said = "" if nominal else stated(notice)
    if said and _is_one_of_several(said, notice.source):
        said = ""
    if said and (not own or is_headline or _is_of(own, said)):
        nominal = said
    if own and not is_headline:
        for sentence in sentences:
            yield own, sentence
        if nominal and (not is_told(nominal, own) or _names_more(nominal, own)):
            whole = with_nominal(own, nominal)
            is_same = f" {nominal.split()[0].lower()} " in f" {own} "
            added = set(folded(whole.removeprefix(own)).split()) & set(folded(own).split())
            is_twice = any(len(word) > 4 for word in added) and whole.startswith(own)
            if not is_twice and (whole != f"{own}: {lowered_noun(nominal)}" or not is_same):
                yield whole, ""  # else `la camminata Alba: camminata non competitiva`
        yield from ((said, "") for said in told_more(own, notice))
        yield own, ""
        return
    if not own and (called := called_within(title, notice)):
        yield from ((called, sentence) for sentence in (*sentences, ""))
        return
    if (name := quoted_head(title)) and (guests := guests_of(title)):
        yield from ((f"{name} con {guests}", sentence) for sentence in (*sentences, ""))
    if title and not is_headline:
        if nominal and _SAYS.search(title) and (phrase := phrase_of(without_purpose(nominal))):
            yield phrase, ""  # `Alba è città europea`: what happens that day is the ceremony
        kind = kind_word(notice, title)
        shorter = without_purpose(nominal)
        if _PART_OF_A_DAY.fullmatch(shorter):
            nominal = shorter = ""  # for what, is all that it tells
        both = ((title, said) for said in (nominal, shorter))  # before what it is about is left out
        least = _FOR_WHOM.sub("", shorter)
        two = _ON_TWO.search(shorter)
        first = shorter[: two.start("second")] if two and is_matter(two[0]) else shorter
        ways = dict.fromkeys(
            (*both, (shortened(title), shorter), (title, first), (title, least), (shortened(title), least))
        )
        for called, said in ways if nominal else ():
            name = quoted_at(called, notice) or quoted(_without_told(called, said))
            yield f"{name}, {lowered_noun(said)}", ""
        if PAPER.match(title):
            return  # `c'è «Iscrizioni alla prima»`: what happens that day is something else
        if not nominal and kind in ("", "la serata", "la festa"):  # which say no more than a day does
            yield from ((phrase, "") for phrase in glossed(notice, title))
        if nominal and (phrase := phrase_of(without_purpose(nominal))):
            yield phrase, ""  # where the slogan has no room beside it
        short = shortened(title)
        names = [f"{kind} {quoted(name)}".strip() for name in dict.fromkeys((title, short))]
        for name in names:
            yield from ((name, sentence) for sentence in sentences)
        yield from ((name, "") for name in names)
        return
    if title and (name := quoted_head(title)):
        yield from ((name, sentence) for sentence in (*sentences, ""))
    dateless = _dateless(title, notice)
    is_name = bool(dateless) and " " in dateless and not _ONLY_PROGRAMME.fullmatch(dateless)
    if is_name and not has_verb(title):
        with_article = dateless if re.match(r"(?:i|gli|le|il|lo|la)\s[a-z]|l['’][a-z]", dateless) else ""
        if dateless[:1].islower() and not with_article:  # `Domenica 18 maggio: apertura del bosco`
            with_article = matter.text if (matter := noun_of(dateless)) else ""
        yield with_article or segmented(dateless) or phrase_of(dateless) or quoted(dateless), ""
    elif dateless and " " not in dateless and (phrase := phrase_of(title)):
        yield phrase, ""  # `Celebrazione del 25 aprile`
    if nominal:
        yield phrase_of(nominal), ""
    elif not title or (not dateless and TITLE_DAY.fullmatch(title)):  # `2 giugno 2027` names nothing
        yield from (
            (phrase, "") for found in _PROGRAMME_OF.finditer(notice.body) if (phrase := phrase_of(found[1]))
        )


def _is_of(own: str, said: str) -> bool:
    """Whether what a sentence states is what the title calls so, or what a series consists of."""
    is_named = f" {said.split()[0].lower()} " in f" {own.replace(chr(39), ' ')} "
    is_series = _SERIES.match(own) is not None and SEVERAL.match(said) is not None
    return is_named or is_series or _DAY_OF.match(own) is not None  # what is done that day


def _names_more(phrase: str, own: str) -> bool:
    """Whether `phrase` has a name that the title's has not: who sings, who speaks."""
    known = set(folded(own).split())
    return any(
        word[:1].isupper() and len(word) > 3 and folded(word) not in known for word in phrase.split()[1:]
    )


def _without_day(title: str) -> str:
    """`Consegna delle borse` of `Consegna delle borse - 4 maggio - ore 18 - sala consiliare`."""
    title = _OF_ITS_DAY.sub("", _CALL.sub("", title))
    while (last := _WHEN_OR_WHERE.search(title)) and last.start() > _LEAST:
        title = title[: last.start()]
    return title


def _without_place(title: str, notice: Notice) -> str:
    """`Festa di carnevale` of `Festa di carnevale - Oratorio Alba`, where the page tells that place."""
    head, mark, last = title.rpartition(" - ")
    found = None if mark else _LAST_PLACE.search(title)
    if found:
        head, mark, last = title[: found.start()], " ", found["name"] or found["square"] or found["bare"]
    places = [folded(told.words) for told in notice.slots.get(Slot.place, ())]
    if found and (" " not in head or (found["bare"] and f"in {folded(last)}" not in places)):
        return title  # one word alone names nothing
    return (
        head
        if mark and len(head) > 5 and folded(last) and any(folded(last) in place for place in places)
        else title
    )


def _dateless(title: str, notice: Notice) -> str:
    """A title without its day and its place, which the sentence around it tells; "" where little is left."""
    bare = TITLE_DAY.sub("", title)
    for told in notice.slots.get(Slot.place, ())[:2]:
        bare = bare.removesuffix(told.words.strip(" .,;")).rstrip(" ,;:–-")
    bare = bare.strip(" ,;:.–-")
    return bare if bare != title.strip(" .") and 8 <= len(bare) <= 90 and bare[-1:] not in ",;:" else ""


def kind_word(notice: Notice, title: str) -> str:
    """`la mostra` where the page calls the title so; "" where it does not."""
    name = re.escape(title.split(".")[0].strip(' «»"“”'))
    body = notice.body
    called = re.search(rf"\b(\w{{4,14}})\s[\"“«]?{name}", body, re.I)
    if called and (phrase := phrase_of(called[1])):
        return phrase
    first = None if NOUN.search(title) or heads_of(notice.source) else _CALLED.search(body[:_OPENING])
    if first and (gender := gender_of(first["noun"].lower())):
        return f"{definite(first['noun'], gender)}{first['noun'].lower()}"
    is_staged = re.search(r"\b[Rr]egia\b", body) and _STAGE.search(body) and not CINEMA.search(body)
    if len({row.when for row in notice.rows if row.when}) > _DAYS_OF_ONE:
        return ""
    return "lo spettacolo" if is_staged else "il concerto" if _CONCERT.search(body) else ""


def is_headline_of(title: str) -> bool:
    """Whether the title is a sentence or tells its own day: no name that fits between «»."""
    return not title or has_day(title) or len(title) > 110 or (len(title) > 45 and has_verb(title))


def _without_told(title: str, nominal: str) -> str:
    """The title without the part that the phrase after it tells again."""
    pieces = re.split(r"\s[-–]\s|:\s", title)
    kept = [piece for piece in pieces if not is_told(piece, nominal)]
    return title if len(kept) in (0, len(pieces)) else kept[0]


def nominals(notice: Notice) -> list[str]:
    """Phrases of the page that open with an event's noun and have no verb: `Presentazione del libro`."""
    found: list[tuple[str, bool]] = []
    dated = [row.what for row in notice.rows if row.when]
    for phrase in dict.fromkeys((*notice.abstract, *lines_of(notice.title, notice.source)[:10])):
        bare = _EDITION.sub("", TITLE_DAY.sub("", phrase.strip(" .;:")).strip(" .;:,–-"))
        article = _ONE.match(bare)
        is_one = article is not None and NOUN.match(bare, article.end()) and not _JOURNEY.match(bare)
        if article and is_one:
            bare = f"{bare[article.end() :][:1].upper()}{bare[article.end() + 1 :]}"
        if (
            _ONLY_A_MEETING.match(bare)
            or _is_one_of_several(bare, notice.source)
            or is_of_a_day(bare, notice.source)
            or (len(dated) > 1 and bare in dated)  # a film of the series
            or not 12 <= len(bare) <= 150
            or not (NOUN.match(bare) or SEVERAL.match(bare) or _BAND.match(bare))
            or any(pattern.search(bare) for pattern in (TIME, EMAIL, URL, PHONE, _LEFT_OPEN))
            or has_day(bare)
        ):
            continue
        found.append((bare, bool(is_one)))
    are_several = (
        sum(is_one for _, is_one in found) > 1
    )  # `un pomeriggio di …`, `un laboratorio di …`: which?
    return sorted((bare for bare, is_one in found if not (is_one and are_several)), key=_worth_of_nominal)


def _is_one_of_several(phrase: str, source: str) -> bool:
    """Whether a phrase has its own hour in a list, `ore 10 mercatino, …`, or is called by its place there."""
    if phrase.lower() not in source.lower() or len(_AT_HOUR.findall(source)) < 2:
        return False
    if _FIRST_OR_LAST.search(phrase):
        return True
    said, at = source.lower(), -1
    while (at := said.find(phrase.lower(), at + 1)) >= 0:
        if _BEHIND_HOUR.search(source[max(0, at - _HOUR) : at]):
            return True
    return False


def _worth_of_nominal(phrase: str) -> int:
    """Who does what stands first, who organises it last."""
    names = re.search(
        r"\b(?:con|di)\s(?:l['’]autor\w+\s)?[A-ZÀ-Ý][a-zà-ù]+\s[A-ZÀ-Ý]|\bdel (?:libro|romanzo|film)\b",
        phrase,
    )
    return (
        -2 * bool(names)
        + 2 * bool(re.search(r"\ba cura\b|\borganizzat", phrase))
        + phrase.startswith("Rassegna")
    )
