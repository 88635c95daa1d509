"""A deed that nobody may do for a while, as an ordinance forbids it behind its grounds, or in a list.

`Considerato …, dal 15 giugno al 15 ottobre è fatto divieto, vicino ai boschi, di: - accendere fuochi` is
`Dal 15 giugno al 15 ottobre, vicino ai boschi, è vietato accendere fuochi`.
"""

import re
from collections.abc import Iterator, Sequence

from flows.bulletin.language.articles import gender_of
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.signals import MONTH
from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.page.told_slots import calendar_days, figures
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.places.streets import joined
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.times.clock import in_moments
from flows.bulletin.summary.frames.times.days import Period, period_at
from flows.bulletin.summary.frames.times.notation import plain_figures

_BANS = re.compile(
    r"\b(?:è|viene|resta|si\sfa|vige(?:\sil)?|ordina(?:\sil)?|dispone(?:\sil)?)\s(?:fatto\s)?(?:(?:assoluto|assolutamente|severamente|tassativamente)\s)?"
    r"(?:fatto\s)?(?:divieto|vietato)\b(?:\sassoluto)?(?P<rest>.*)$",
    re.I | re.S,
)
_DEED = re.compile(
    r"(?:^|\s|,)\s?(?:(?:di\s)?(?P<verb>[a-zà-ù]{2,}(?:are|ere|ire)\b.*)|dell['’](?P<use>uso\b.*))$", re.S
)
_INFINITIVE = re.compile(r"(?:far\s)?[a-zà-ù]{2,}(?:are|ere|ire)\b")
_EVERYWHERE = re.compile(
    r"(?:su|in)\stutto\sil\sterritorio\scomunale|sull['’]intero\sterritorio\scomunale", re.I
)
_PERIOD = re.compile(
    r"(?:(?:durante|per|in|nel)\s)?(?:(?:il|lo)\s)?(?:periodo\s)?(?:compreso\s)?\b(?=(?:dal|dall['’]|tra|fra|fino|sino)\s?)",
    re.I,
)
_DASHED = re.compile(
    rf"\bperiodo\s(\d{{1,2}}[°º]?\s{MONTH})\s?[-–]\s?(\d{{1,2}}[°º]?\s{MONTH})(?:\s(?:corrente\sanno"
    rf"|c\.a\.))?",
    re.I,
)
_OPEN_END = re.compile(
    r"\bfino\s(?:alla|al)\s(?:fine|cessazione|termine|revoca|conclusione)\s(?:del|dell)[^,;:]{3,60}?(?=,|\s*$)",
    re.I,
)
_DATE_OF = re.compile(r"\b(tra|fra|e|ed) la data del\s", re.I)
_WHERE = re.compile(
    r"(?!(?:nel dettaglio|nello specifico|in particolare)\b)"
    r"(?:in|nei|nelle|nel|negli|su|sul|lungo|vicino|presso|entro|a meno di)\b|(?:sull|nell)['’]",
    re.I,
)
_IDLE = re.compile(
    r"\s(?:ricadent|situat|insistent)[ei]\s(?:sul|nel|all['’]interno\sdel)\sterritorio\scomunale"
    r"|\se,\sin\sgenere,\s[^,;]{5,80}?\bindicat[ei](?=[,;.]|$)"
    r"|,?\scon\sconseguente\spericolo\b[^.;]*$",
    re.I,
)
_MORE = re.compile(
    r",?\s(?=nonché\b|(?:o|e)\s(?:di\s)?compiere\s(?:ogni|qualsiasi)\b)|;\s|,\s(?=(?:far|[a-zà-ù]{2,}(?:are|ere|ire))\b)",
    re.I,
)
_OBLIGES = re.compile(r"\b(?:è|sono)\s(?:fatto\sobbligo|obbligat[oi])\b", re.I)
_THAT_PERIOD = re.compile(
    r"(?:in|durante|per|nel)\s(?:tale|questo|detto|suddetto|lo\sstesso|tutto\sil)\speriodo,?\s", re.I
)
_POINTS = re.compile(r"\b(?:suddett|predett|sopra\s|tal[ei]\s)\w*", re.I)
_FORBIDDING = re.compile(  # `L'ordinanza che vieta, dal 3 al 5 maggio, nei parchi, l'uso di barbecue`
    r"\b(?:ordinanza|provvedimento|sindac[oa]|comune)\b[^.;]{0,40}"
    r"\b(?:vieta|ha vietato|vieterà)\b,?\s(?P<rest>.+)",
    re.I | re.S,
)
_THING = re.compile(r"(?P<article>il|lo|la|i|gli|le|l['’])\s?(?P<noun>[a-zà-ù]{3,})\b", re.I)
_SECOND_THING = re.compile(r"\s(?:e|nonché)\s(?=(?:il|lo|la|i|gli|le)\s|l['’])", re.I)
_TITLE = re.compile(
    r"^(?:(?:avviso|ordinanza)(?: [a-z]+)?(?: n[.°]? ?\d[\d/]*)?\s?[-–:]\s)?"
    r"(?P<ban>divieto (?:assoluto )?(?:di\s(?!sosta|fermata|transito|circolazione)|d['’])\w.+)$",
    re.I,
)
_LIFTED = re.compile(r"\b(?:revoc|cessa|annull|decadut|sospes)\w*", re.I)
_LASTS = re.compile(
    r"\b(?:dal(?:le|l['’])?|fino a[l]?)\s?(?:\d|1°)[^()]*\b(?:al(?:le|l['’])?)\s?\d|\bfino al(?:l['’])?\s?\d",
    re.I,
)
_HOW_FAR = re.compile(r",?\s(?:ove|in luogo|al fine|per evitare)\b.*$", re.I | re.S)
_OTHERS = "Gli altri divieti sono nella pagina."
_DUTIES = "Gli altri obblighi sono nella pagina."
_SHORT = 240  # UTF-16 units of a sentence that says it well by itself
_LONGEST = 160  # characters of a place


def forbidden(notice: Notice) -> Iterator[str]:
    """The ban with all that it forbids, then with ever less and word of the rest."""
    duties = f" {_DUTIES}" if _OBLIGES.search(notice.source) else ""
    for listing in notice.listings:
        found = _read(_whole_lead(listing.lead, notice), "x")
        items = [_plainly(_bare(_IDLE.sub("", item))) for item in listing.items]
        if found and all(map(_INFINITIVE.match, items)):
            yield from _told(found[0], items, duties)
    for sentence in notice.prose:
        yield from _by_an_act(sentence)
        found = _read(sentence, "")
        if found and not (re.search(r"\bè vietato\b", sentence, re.I) and utf16(sentence) <= _SHORT):
            deeds = _MORE.split(found[1].rstrip(" .;"))
            yield from _told(_dated(found[0], sentence, notice.title), deeds, duties)


def titled(notice: Notice) -> Iterator[str]:
    """`Fino al 30 settembre è in vigore il divieto di irrigare con acqua potabile`, which the title says.

    The period is the title's own, or the only one that the page tells.
    """
    found = _TITLE.search(in_moments(plain_figures(notice.title)).strip(" ."))
    if found is None or _LIFTED.search(f"{notice.title} {' '.join(notice.prose)}"):
        return
    ban = f"è in vigore il {found['ban'][:1].lower()}{found['ban'][1:]}"
    if _LASTS.search(ban):
        yield f"{opened(ban)}. Gli altri dettagli sono nella pagina."
        return
    periods = {told.words.lower() for told in notice.slots.get(Slot.until, ())}
    if len(periods) == 1 and not calendar_days(ban):
        yield f"{opened(plain_figures(periods.pop()))} {ban}. Gli usi vietati sono elencati nella pagina."


def _by_an_act(sentence: str) -> Iterator[str]:
    """`Dal 3 al 5 maggio, nei parchi, è vietato l'uso di barbecue`, then without what follows of it."""
    found = _FORBIDDING.search(plain_figures(" ".join(sentence.split())).rstrip(" ."))
    parts = found["rest"].split(", ") if found else []
    things = next((place for place, part in enumerate(parts) if _THING.match(part)), 0)
    when, what = parts[:things], ", ".join(parts[things:])
    is_dated = any(any("-" in one for one in figures(part)) for part in when)
    if not is_dated or not all(
        figures(part) or _WHERE.match(part) or _EVERYWHERE.match(part) for part in when
    ):
        return
    said = _VERB_OF.get(_number_of(what))
    for thing in dict.fromkeys((what, _HOW_FAR.sub("", what))):
        if said:
            rest = "" if thing == what else f" {_OTHERS}"
            comma = "," if len(when) > 1 else ""
            yield f"{opened(', '.join(when))}{comma} {said} {thing}.{rest}"


def _number_of(what: str) -> tuple[bool, bool]:
    """Whether things are several, and whether all of them are feminine."""
    things = [match for part in _SECOND_THING.split(what[:_NAMES]) if (match := _THING.match(part))]
    genders = [gender_of(match["noun"].lower()) for match in things]
    is_several = len(things) > 1 or any(gender is not None and gender.is_plural for gender in genders)
    return is_several, all(gender is not None and gender.is_feminine for gender in genders)


_VERB_OF = {
    (False, False): "è vietato",
    (False, True): "è vietata",
    (True, False): "sono vietati",
    (True, True): "sono vietate",
}
_NAMES = 60  # characters in which two things stand side by side


def _whole_lead(lead: str, notice: Notice) -> str:
    """`Dal 3 al 9 maggio, nei boschi, è vietato` of `In tale periodo, nei boschi, è vietato`."""
    pointing = _THAT_PERIOD.match(lead)
    if pointing is None:
        return lead
    periods = {found.words for text in (notice.title, *notice.prose) if (found := _period(text)[0])}
    rest = lead[pointing.end() :]
    return f"{periods.pop()}, {rest}" if len(periods) == 1 else ""


def _dated(lead: str, sentence: str, title: str) -> str:
    """`Dal 15 giugno al 30 settembre è vietato`, where only the title says from when until when."""
    period = None if _period(sentence)[0] else _period(title)[0]
    return f"{opened(period.words)}, {lead[:1].lower()}{lead[1:]}" if period else lead


def _told(lead: str, deeds: Sequence[str], duties: str) -> Iterator[str]:
    for count in range(len(deeds), 0, -1):
        said = _row(deeds[:count])
        rest = duties if count == len(deeds) else f" {_OTHERS}"
        if not _POINTS.search(said):
            yield f"{lead} {said}.{rest}"


def _row(deeds: Sequence[str]) -> str:
    """With the small word that a part of one sentence begins with, or with `e` before the last of a list."""
    goes_on = any(re.match(r"(?:nonché|o|e)\s", deed) for deed in deeds[1:])
    return ", ".join(deeds) if goes_on else joined(list(deeds))


def _read(sentence: str, deeds: str) -> tuple[str, str] | None:
    """`Dal 3 al 9 maggio, nei parchi, è vietato` and the deed; `deeds` stands for those of a list."""
    said = _DASHED.sub(r"dal \1 al \2", plain_figures(" ".join(sentence.split())))
    said = _IDLE.sub("", _DATE_OF.sub(r"\1 il ", said))
    ban = _BANS.search(said)
    if ban is None:
        return None
    period, rest = _period(ban["rest"])
    if period is None:
        period, _ = _period(said[: ban.start()])
    rest = rest.strip(" ,:")
    deed = None if deeds else _DEED.search(rest)
    what = deeds or (deed["verb"] or f"l'{deed['use']}" if deed else "")
    before = (_period(said[: ban.start()])[1] if period else said[: ban.start()]).strip(" ,:")
    place = re.sub(r"\s?\bdi$", "", rest[: deed.start()] if deed else rest).strip(" ,")
    place = _EVERYWHERE.sub("", place or (before if _WHERE.match(before) else "")).strip(" ,:")
    is_place = not place or (_WHERE.match(place) is not None and len(place) <= _LONGEST)
    if not what or not is_place or figures(place) or (period is None and figures(said)):
        return None
    until = _OPEN_END.search(said[: ban.start()])
    when = period.words if period else f"{until[0][:1].lower()}{until[0][1:]}" if until else ""
    lead = ", ".join(filter(None, (when, place.replace("e/o", "o"))))
    return f"{opened(lead)}{',' if place else ''} è vietato" if lead else "È vietato", _bare(what)


def _period(text: str) -> tuple[Period | None, str]:
    """The period of a text, and the text without it."""
    for place in _PERIOD.finditer(text):
        found = period_at(text, place.end())
        if found and found.form in ("span", "until"):
            return found, f"{text[: place.start()].rstrip(' ,')} {text[found.end :].lstrip(' ,')}"
    return None, text


def _plainly(deed: str) -> str:
    """`innaffiare dalle 5 alle 23` of `innaffiare dalle ore 05:00 alle 23:00`."""
    return worded(f"È vietato {deed}.").removeprefix("È vietato ").rstrip(".")


def _bare(deed: str) -> str:
    small = re.sub(r"^(?:[Dd]i\s|[Dd]['’])", "", deed.strip(" .;·•-"))
    return f"{small[:1].lower()}{small[1:]}".replace("e/o", "o")
