"""What a page says an event is, where its title is a bare name: `serata di giochi in scatola` of «Alba».

Each is a phrase that stands behind the name and a comma. A page that says nothing of the kind has none: what
a name means is never guessed.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.sentences import has_verb, split
from flows.bulletin.language.signals import MONTH, TIME
from flows.bulletin.language.titles import folded
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.events.happening import FILLER, has_day, lines_of
from flows.bulletin.summary.frames.events.stated import stated_in
from flows.bulletin.summary.frames.titles.nouns import NOUN, SEVERAL, quoted, without_purpose

_READ, _LONGEST = 10, 120  # lines of a page; characters of a phrase
_A_NAME = r"(?!(?:Il|Lo|La|I|Gli|Le|Un|Una|Uno)\b)[A-ZÀ-Ý][\w'’]+"
_JOINED = re.compile(  # `Evento + laboratorio con Ada Neri`
    r"(?P<one>[A-ZÀ-Ý]?[a-zà-ù]+)\s\+\s(?P<two>[a-zà-ù]+)"
    rf"(?P<who>\s(?:con|di|a cura di)\s{_A_NAME}(?:\s{_A_NAME}){{1,2}})?(?=$|[.,;:]|\s[A-ZÀ-Ý])"
)
_ALSO = re.compile(r"(?:merenda|musica|pizza|buffet|rinfresco)\b", re.I)
_CONSISTS = Cued(
    r"^(?:Il|Lo|La|L['’])\s?(?:percorso|serata|giornata|evento|iniziativa|manifestazione|programma|pomeriggio|mattinata"
    r"|appuntamento|festa)\s(?:prevede|comprende|propone|offre|unisce)\s"
    r"(?P<what>(?:(?:il|lo|la|i|gli|le|un|uno|una)\s|l['’]|un['’])[^.;:?!()]{5,160})(?=[.;!?]|$)",
    re.I,
)
_ARTICLE = re.compile(r"(?:(?:il|lo|la|i|gli|le|un|uno|una)\s|l['’]|un['’])", re.I)
_NEXT = re.compile(r"(?:,\s|\se\s|\sed\s)(?=(?:(?:il|lo|la|i|gli|le|un|uno|una)\s|l['’]|un['’])[a-zà-ù])")
_LIKED = re.compile(  # what an office calls them, and nobody needs to know
    r"(?<=\s)(?:caratteristich?|suggestiv|splendid|incantevol|affascinant|meraviglios)[aeio]\s(?=[b-df-hj-np-tv])"
    r"|\s(?:selezionat|caratteristich?|suggestiv)[aeio]\b",
    re.I,
)
_OF_WHAT = re.compile(r"\s(?:di|del|dei|delle|della|dello|degli)\s(?:[^,]*)$")
_TO_DO = (
    r"(?:gioc|cant|ball|legg|ascolt|scopr|impar|disegn|costru|cre|cucin|suon|dipinge|cammin|color|osserv|esplor|conosc"
    r"|trascorr|parl|guard|assaggi|degust|sperimen\w|realizz|confront)\w{0,3}?r(?:e|si)"
)
_INVITES = Cued(
    r"^(?:[^.:;!?]{0,60}[,\s])?(?:vi\saspettiamo|ti\saspettiamo|vieni|venite|vi\sinvitiamo)\s(?:[^.:;!?]{0,40}\s)?"
    rf"(?:per|a)\s(?P<do>{_TO_DO}|(?:divertir|incontrar|sfidar|confrontar)(?P<own>ci|vi|ti|si))\s"
    r"(?P<what>[^.;!?]{5,110})(?=[.;!?]|$)",
    re.I,
)
_SORTS = re.compile(  # `diversi tipi di giochi: giochi in scatola e di carte`
    r"(?:divers[ie]|vari|varie|tant[ie]|molt[ie])\s(?:tipologie|tipi|generi)\sdi\s(?P<noun>\w+):\s(?=(?P=noun)\b)"
)
_POINTS = re.compile(
    r"\b(?:noi|vo[is]|nostr\w|vostr\w|tu[ao]|tuoi|tue|ci|vi|ti|quest[oaie]|tal[ei]|loro|stess\w+"
    r"|programma|calendario|sito|pagina|volantino|locandina|link|social|facebook|instagram)\b|\d",
    re.I,
)
_OF_SOME = re.compile(  # whom alone, when else or on what terms one is invited
    r"\b(?:non|sol[oi]|se|qualora|caso|avete|hai|siete|sei|giorno|settimana|mese|prossim\w+|success\w+|domani|poi|dopo"
    r"|prima|invece|anche|inoltre|altr[oaie]|termine|seguito|chi|soci|fino)\b|\d",
    re.I,
)
_ONE = re.compile(r"(?:Una?|Uno)\s|Un['’]")
_LIMITS = re.compile(r"\b(?:riservat|sol[oi]\b|esclusiv|obbligator|a pagamento)", re.I)
_TORN = re.compile(r"(?:^|\s)[\w'’]{1,2}$|\s(?:è|sono)\s")  # `alla chiesa di S` of `S. Rocco`; a sentence
_MADE_BY = re.compile(
    r",?\s(?:organizzat|promoss|realizzat|propost|curat|finanziat)[oaie]\s(?:da|dal|dai|dall|dagli)\b"
    r"|,?\sin\scollaborazione\scon\b"
)
_INVITED = Cued(
    r"\binvitat[oaie]\sa\s(?:partecipare\sa\s|prendere\sparte\sa\s|seguire\s)?"
    rf"(?P<what>(?P<count>due|tre|quattro|cinque|sei|sette|otto|nove|dieci|\d{{1,2}})\s(?:{SEVERAL.pattern}))",
    re.I,
)
_COUNTS = ("", "", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "dieci")


def glossed(notice: Notice, title: str) -> Iterator[str]:
    """`«Alba», serata di giochi`, `tre incontri «Alba»`: the name with what the page says that it is."""
    if meets := _meetings(notice):
        yield f"{meets} {quoted(title)}"
    yield from (f"{quoted(title)}, {said}" for said in _glosses(notice, title))


def _glosses(notice: Notice, title: str) -> Iterator[str]:
    """The phrases, the best first."""
    lines = tuple(dict.fromkeys((*notice.abstract, *lines_of(notice.title, notice.source), *notice.prose)))
    rows = [line for row in notice.body.splitlines() for line in split(row)]
    found = [
        phrase
        for made in (_joined, _defined, _consisting, _inviting)
        for line in lines[:_READ]
        for phrase in made(line, title)
    ]
    for read in (lines[:_READ], rows):
        told = dict.fromkeys(phrase for line in read for phrase in _one(line, title) if _stands(phrase))
        if told:
            found += told if len(told) == 1 else ()  # else each is of another part
            break
    yield from dict.fromkeys(filter(_stands, found))


def _meetings(notice: Notice) -> str:
    """`tre incontri` to which a sentence invites, where the page has as many days; else ""."""
    days = len({row.when for row in notice.rows if row.when})
    for line in notice.prose[:_READ]:
        if (found := _INVITED.search(line)) and found["count"].lower() in (str(days), _count(days)):
            return found["what"].lower()
    return ""


def _count(days: int) -> str:
    return _COUNTS[days] if days < len(_COUNTS) else ""


def _stands(phrase: str) -> bool:
    is_dated = has_day(phrase) or TIME.search(phrase) or re.search(rf"\b{MONTH}", phrase)
    is_whole = 8 <= len(phrase) <= _LONGEST and not _TORN.search(phrase)
    return is_whole and not is_dated and not FILLER.search(phrase)


def _joined(line: str, _title: str) -> Iterator[str]:
    """`evento e laboratorio con Ada Neri`, where one goes to both."""
    found = _JOINED.match(line)
    if found and any(what.match(found["two"]) for what in (NOUN, SEVERAL, _ALSO)):
        who = (found["who"] or "").replace(" di ", " con ", 1)
        yield f"{found['one'].lower()} e {found['two']}{who}"


def _defined(line: str, title: str) -> Iterator[str]:
    """`serata che unisce poesia e musica` of `«Alba» è la serata che unisce poesia e musica.`"""
    bare = line.lstrip('«“"')
    if not bare.lower().startswith(title.strip(' «»“”".').lower()):
        return
    rest = bare[len(title.strip(' «»“”".')) :].lstrip(' »”",')
    said = re.match(r"(?:è|sarà)\s(?=(?:il|lo|la|un|uno|una)\s|l['’]|un['’])", rest)
    if said and (phrase := stated_in(f"L'evento è {rest[said.end() :]}")):
        yield _lowered(phrase)


def _one(line: str, title: str) -> Iterator[str]:
    """`giornata di giochi e laboratori` of `Una grande giornata di giochi e laboratori organizzata da …`."""
    if not _ONE.match(line):
        return
    bare = _MADE_BY.split(line, maxsplit=1)[0]
    first, _, rest = bare.partition(", ")
    for said in dict.fromkeys((bare, bare if _LIMITS.search(rest) else first)):
        phrase = stated_in(f"C'è {said[:1].lower()}{said[1:]}")
        if phrase and not FILLER.search(phrase):
            twice = set(folded(title).split()) & set(folded(phrase).split())
            is_told = sum(len(word) > 4 for word in twice) > 1
            yield _lowered(without_purpose(phrase) if is_told else phrase)
            return


def _consisting(line: str, _title: str) -> Iterator[str]:
    """`con la visita alle cantine e la degustazione di vini` of `Il percorso prevede la visita …`."""
    found = _CONSISTS.match(line)
    if found is None:
        return
    parts = _NEXT.split(found["what"].strip(" ,."))
    nouns = [_ARTICLE.sub("", part, count=1) for part in parts]
    if not all(NOUN.match(noun) or SEVERAL.match(noun) for noun in nouns) or has_verb(found["what"]):
        return
    whole = " ".join(_LIKED.sub("", found["what"]).split()).strip(" ,.")
    yield f"con {whole[:1].lower()}{whole[1:]}"
    if (short := _OF_WHAT.sub("", whole)) != whole and short.endswith(
        tuple(noun.split()[0] for noun in nouns)
    ):
        yield f"con {short[:1].lower()}{short[1:]}"


def _inviting(line: str, _title: str) -> Iterator[str]:
    """`per giocare insieme a carte` of `Vi aspettiamo per giocare insieme a carte!`"""
    found = _INVITES.match(line)
    what = _SORTS.sub("", found["what"]).strip(" ,") if found else ""
    if found and _OF_SOME.search(line[: found.start("do")]):
        return
    if found and ":" not in what and not _POINTS.search(what) and not has_verb(what):
        do = found["do"].lower()
        yield f"per {do.removesuffix(found['own'].lower()) + 'si' if found['own'] else do} {what}"


def _lowered(phrase: str) -> str:
    return phrase[:1].lower() + phrase[1:]
