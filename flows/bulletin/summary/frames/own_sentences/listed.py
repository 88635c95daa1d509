"""A sentence of the office's that ends in a list, told with all its items or with word of them.

`L'acqua manca nelle seguenti vie:` and six streets is `L'acqua manca in alcune vie. Le vie sono nella
pagina.`; of two or three short items the sentence goes on: `La raccolta cambia così: lunedì 3 il vetro.`
"""

import re
from collections.abc import Iterator

from flows.bulletin.facts.fact import Kind as FactKind
from flows.bulletin.facts.find import facts
from flows.bulletin.language.articles import definite, gender_of
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.spelling import is_word
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import OCCASIONS, Kind, Listing, Notice, Slot
from flows.bulletin.page.told_slots import calendar_days, figures
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.own_sentences.sentences import BY
from flows.bulletin.summary.frames.places.streets import joined
from flows.bulletin.summary.frames.prose.fit import is_fit
from flows.bulletin.summary.frames.prose.left_to_page import DAYS_AND_HOURS, HOURS
from flows.bulletin.summary.frames.prose.lines import is_cut, lines
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.times.field_times import said_times
from flows.bulletin.summary.frames.times.notation import plain_figures

_FOLLOWING = re.compile(
    r"(?P<before>\b(?:nell[ae]|nei|negli|nel|all[ae]|agli|ai|al|dell[ae]|dei|degli|del|dall[ae]|sull[ae]"
    r"|le|i|gli|il|la)?\s?)"
    r"\bseguent[ei]\s(?P<noun>[a-zà-ù]+)(?:/[a-zà-ù]+)?(?P<rest>(?:\s[a-zà-ù]+){0,3}(?:,\s[a-zà-ù\s]{3,40})?)$",
    re.I,
)
_SOME = {
    **dict.fromkeys(("nella", "nelle", "nei", "negli", "nel"), "in "),
    **dict.fromkeys(("alla", "alle", "agli", "ai", "al"), "ad "),
    **dict.fromkeys(("della", "delle", "dei", "degli", "del"), "di "),
    **dict.fromkeys(("dalla", "dalle"), "da "),
    **dict.fromkeys(("sulla", "sulle"), "su "),
}
_LEANS = re.compile(
    r"\b(?:evidenzi|precis|ricord|specific|ordina|dispon|stabilisc)\w*(?:\sche)?$|\b(?:che|a|con"
    r"|come segue|da)$",
    re.I,
)
_GOES_ON = re.compile(r"\b(?:di|per)$")
_MUST = re.compile(r"\b(?:dev(?:e|ono)|dovr\w+|possono|può|potr\w+)$")
_DEED = re.compile(r"(?:non\s)?[a-zà-ù]+(?:are|ere|ire|arsi|ersi|irsi)\b")
_FOLLOWS = re.compile(r"[a-zà-ù]+(?:are|ere|ire)\b|(?:il|lo|la|i|gli|le)\s|l['’]", re.I)
_OF = re.compile(r"(?:d(?:i|el|ello|ella|ei|egli|elle)\s|dell['’])")
_OF_WHAT = re.compile(r"\b(?:la\s(?:chiusura|sospensione|riapertura)|il\sdivieto)$")
_OF_ALL_KINDS = re.compile(
    r"\sdi ogni ordine e grado(?:,?\s(?:sia\s)?pubblic(?:he|o)(?:\se|\sche|\so)\sprivat(?:e|o))?", re.I
)
_INCLUDING = re.compile(r",\s(?P<those>compres[oaie]\s[^,;()]{4,40})$", re.I)
_SECOND = re.compile(r"\se\s(?P<noun>[a-zà-ù]+)")
_LEFT = re.compile(r"\b(?:allegat|document|link|modul)\w*", re.I)
_ENDS_OPEN = re.compile(
    r"\b(?:che|a|di|da|per|con|segue|cos[ìi]|ecco|sono|è|quali|ovvero|entro|tra|fra|qui|sotto|precisa\w*|ricorda\w*|avvisa\w*"
    r"|informa\w*|dispone|ordina)\.$"
    r"|\b(?:è|sono|viene|vengono|sarà|saranno|fatto)\s(?:fatto\s)?[a-zà-ù]+\.$",
    re.I,
)
_LONGEST_ITEM, _MOST_ITEMS, _SHORTEST_LEAD = 90, 6, 20


def told_whole(notice: Notice, limit: int) -> Iterator[str]:
    """Texts of at most `limit` UTF-16 units with all the items of a page's one list."""
    if notice.kind not in OCCASIONS:
        texts = [text for lead, listing in _leads(notice) for text in _whole(lead, listing, notice)]
        first = worded(notice.prose[0]) if notice.prose else ""
        if figures(first):
            texts += [f"{first} {text}" for text in texts if not figures(text) and first not in text]
        yield from (text for text in texts if utf16(text) <= limit)


def named(notice: Notice, limit: int) -> Iterator[str]:
    """Texts of at most `limit` UTF-16 units with word of what is listed."""
    if notice.kind not in OCCASIONS:
        first = worded(notice.prose[0]) if notice.prose else ""
        for lead, listing in (*_leads(notice), *_in_sentences(notice), *_in_lines(notice)):
            for text in _named(lead, listing, notice):
                days = calendar_days(text)
                if not days and any("-" in one for one in figures(first)) and not first.startswith(lead):
                    text = f"{first} {text}"  # which tells the day
                elif not days and figures(first) and not first.startswith(lead):
                    said, stop, rest = text.partition(". ")  # and this one the hours
                    text = f"{said}{stop}{first} {rest}"
                if utf16(text) <= limit:
                    yield text


def above(notice: Notice) -> Iterator[str]:
    """`I cimiteri osservano l'orario invernale. Gli orari sono nella pagina.`: what a whole sentence says
    above its rows, and word of them.
    """
    rest = (
        DAYS_AND_HOURS
        if notice.kind in OCCASIONS
        else HOURS
        if notice.kind is Kind.hours
        else "I dettagli sono nella pagina."
    )
    for line in lines(notice)[1:]:
        lead = worded(f"{line.rstrip(' :')}.")
        is_open = line.rstrip().endswith(":") and not is_cut(lead)
        if is_open and is_fit(lead, lead) and not (_FOLLOWING.search(lead[:-1]) or _ENDS_OPEN.search(lead)):
            yield f"{lead} {rest}"


def _leads(notice: Notice) -> Iterator[tuple[str, Listing]]:
    """Each list with the sentence that announces it."""
    for listing in notice.listings:
        lead = worded(f"{listing.lead.rstrip(' .:;')}.").rstrip(".") if listing.lead else ""
        if len(lead) >= _SHORTEST_LEAD and speaks(lead) and len(listing.items) > 1 and not is_cut(lead):
            yield lead, listing


def _in_lines(notice: Notice) -> Iterator[tuple[str, Listing]]:
    """Each sentence that ends in a colon, above rows that no sign marks as a list's."""
    known = {listing.lead for listing in notice.listings}
    for line in lines(notice)[1:]:
        lead = line.rstrip(" :")
        if line.rstrip().endswith(":") and lead not in known and _FOLLOWING.search(lead) and speaks(lead):
            yield worded(f"{lead}.").rstrip("."), Listing(lead, (), False, 0, 0)


def _in_sentences(notice: Notice) -> Iterator[tuple[str, Listing]]:
    """Each sentence that lists behind its colon: `lungo le seguenti strade: via Po, via Adda.`"""
    for sentence in notice.prose:
        lead, colon, items = sentence.rstrip(".").partition(": ")
        parts = tuple(re.split(r",\s|\se\s", items))
        if colon and (len(parts) > 1 or ": " in items) and _FOLLOWING.search(lead) and speaks(lead):
            yield worded(f"{lead}.").rstrip("."), Listing(lead, parts, True, 0, 0)


def _whole(lead: str, listing: Listing, notice: Notice) -> Iterator[str]:
    items = [_timed(_small(item.strip(" .;,"))) for item in listing.items]
    if (
        len(notice.listings) > 1
        or not listing.is_whole
        or len(items) > _MOST_ITEMS
        or any(len(item) > _LONGEST_ITEM or ":" in item or _LEFT.search(item) for item in items)
        or _LEANS.search(lead)
    ):
        return
    if all(speaks(item) and not _LEANS.search(item) for item in items):
        yield opened(worded(f"{joined(items)}."))
    if all(map(BY.match, items)):
        yield f"{lead} {joined(items)}."  # `può essere inviata al numero verde, con un SMS e dal sito`
        return
    if _OF_WHAT.search(lead) and all(map(_OF.match, items)):
        short = [_INCLUDING.sub(r" (\g<those>)", _OF_ALL_KINDS.sub("", item)) for item in items]
        if not any("," in item for item in short):
            yield f"{lead} {joined(short)}."
    mark = "; " if any("," in item or " e " in item for item in items) else ""
    if _MUST.search(lead):
        if all(map(_DEED.match, items)):
            yield f"{lead} {joined(items)}."  # `i cittadini devono svuotare i sottovasi e coprire i bidoni`
        return
    if _GOES_ON.search(lead):
        if all(map(_FOLLOWS.match, items)):
            yield f"{lead} {joined(items)}."
        return
    yield plain_figures(f"{lead}: {mark.join(items) if mark else joined(items)}.")


def _timed(item: str) -> str:
    """`senza appuntamento il lunedì, dalle 9 alle 12` of `senza appuntamento: lunedì, ore 9-12`."""
    what, colon, times = item.partition(": ")
    said = said_times(times) if colon and what == what.lower() else ""
    return f"{what} {said}" if said else item


_WAY = re.compile(r",?\s(?:secondo|con|nelle|per)\s(?:le\s?)?$", re.I)
_KEEPS = re.compile(
    r"\s(?:osserv|segu|effettu)(?:er[àa]|a|e|ir[àa]|(?P<many>eranno|ano|ono|iranno))\s$", re.I
)
_SEASON = re.compile(r"\b(?P<name>estivo|estivi|invernal)", re.I)


def _hours(which: str, *, is_many: bool) -> str:
    """`segue l'orario estivo`, `cambiano orario`, and where the hours are."""
    season = _SEASON.search(which)
    if season is None:
        return f"{'cambiano' if is_many else 'cambia'} orario. Gli orari sono nella pagina"
    name = "estivo" if season["name"].lower().startswith("estiv") else "invernale"
    return f"{'seguono' if is_many else 'segue'} l'orario {name}. Gli orari sono nella pagina"


def _named(lead: str, listing: Listing, notice: Notice) -> Iterator[str]:
    """The sentence with `alcune vie` for `le seguenti vie`, and where these are."""
    found = _FOLLOWING.search(lead)
    gender = gender_of(found["noun"].lower()) if found else None
    if found is None or gender is None:
        return
    before = found["before"].strip().lower()
    noun = found["noun"].lower()
    kept = f"{noun}{found['rest']}"
    if noun == "modalità" and (way := _WAY.search(lead, 0, found.start() + len(found["before"]))):
        yield f"{lead[: way.start()].rstrip(' ,')}. {_rest_of(listing, notice)}"
        return
    if noun == "orari" and (keeps := _KEEPS.search(lead, 0, found.start())):
        yield f"{lead[: keeps.start()].rstrip()} {_hours(found['rest'], is_many=bool(keeps['many']))}."
        return
    if gender.is_plural:
        some = f"{_SOME.get(before, '')}{'alcune' if gender.is_feminine else 'alcuni'} {kept}"
    elif before in ("il", "la"):
        some = f"un {kept}" if not gender.is_feminine else f"una {kept}"
    else:
        return
    said = f"{lead[: found.start()].rstrip()} {some}."
    names = [f"{definite(noun, gender)}{noun}"]
    if (second := _SECOND.fullmatch(found["rest"])) and (its := gender_of(second["noun"].lower())):
        names.append(f"{definite(second['noun'], its)}{second['noun']}")
    if (
        any(fact.kind is FactKind.time for item in listing.items for fact in facts(item))
        and "gli orari" not in names
    ):
        names.append("gli orari")
    if is_fit(said, said):
        verb = "sono" if gender.is_plural or len(names) > 1 else "è"
        yield f"{said} {opened(joined(names))} {verb} nella pagina."


def _rest_of(listing: Listing, notice: Notice) -> str:
    """Word of what a list of ways tells: its days and hours and places, where it has some."""
    if listing.items and not any(figures(item) for item in listing.items):
        return "Le modalità sono nella pagina."
    places = ", luoghi" if Slot.place in notice.slots else ""
    return f"Giorni, orari{places} e modalità sono nella pagina."


def _small(item: str) -> str:
    """An item amid a sentence: `i centri diurni`."""
    first = item.split(" ", 1)[0]
    is_plain = first == "I" or (first[:1].isupper() and first[1:].islower() and is_word(first.lower()))
    return f"{item[:1].lower()}{item[1:]}" if is_plain or first == first.lower() else item
