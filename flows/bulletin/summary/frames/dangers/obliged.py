"""What an act obliges many to do, of a page that lists it: whom, the first thing, and word of the others.

`I proprietari di terreni incolti devono tagliare la vegetazione. Gli altri obblighi sono nella pagina.`
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.articles import TO, definite, gender_of
from flows.bulletin.page.notice import Notice, Slot
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.prose.left_to_page import THE_REST

_LEAD = re.compile(
    r"(?P<who>(?:tutti\s)?(?:a?i|(?:a)?gli)\s(?:proprietari|possessori|conduttori|detentori|titolari|gestori"
    r"|amministratori|residenti|cittadini|condomini)\b.{0,200}?),?\s"
    r"(?:(?:devono|dovranno|sono (?:tenuti|obbligati) "
    r"a)|di)(?:\s(?:provvedere(?:\sa)?|eseguire|effettuare))?",
    re.I,
)
_SAME_PERSONS = re.compile(  # `, affittuari e detentori, a qualsiasi titolo, di terreni`
    r",\s(?:[a-zà-ù]+(?:,\s|\s[eo]\s))*[a-zà-ù]+,?(?:\sa\squal\w+\stitolo,?)?\s(?=d(?:i|ei|egli)\s)", re.I
)
_WHEREVER = re.compile(r",?\s(?:ovunque residenti[a-z/ ]*|a qual\w+ titolo),?", re.I)
_WHAT = re.compile(r"\b(?:di|dei|degli)\s(?=[a-zà-ù])", re.I)
_INFINITIVE = re.compile(r"[a-zà-ù]+(?:are|ere|ire)\b", re.I)
_AIM = re.compile(r",?\s(?:al fine di|allo scopo di)\s.*$", re.I)
_ARTICLED = re.compile(r"(?P<article>il|lo|la|i|gli|le)\s", re.I)
_TO_DO = re.compile(r"di\s(?=[a-zà-ù]+(?:are|ere|ire)\b)", re.I)
_ORDERED = re.compile(  # `Si ordina ai proprietari di immobili, fino al 31 marzo:` and below `di sgomberare`
    r"(?:si\s)?ordina\s(?P<who>(?:tutti\s)?(?:ai|agli)\s(?:proprietari|possessori|conduttori|detentori|titolari|gestori"
    r"|amministratori|residenti|cittadini|condomini)\b.{0,160}?)(?:,?\sfino\sal\s[^,:]{4,30})?\s*$",
    re.I,
)
_TO = re.compile(r"(?:al|allo|alla|ai|agli|alle)\s|all['’]", re.I)
_DISPOSED = re.compile(  # `Il Sindaco ha disposto l'obbligo, per tutti i proprietari di terreni, di tagliare`
    r"\b(?:dispost[oa]|ordinat[oa]|stabilit[oa]|impone|previst[oa])\sl['’]obbligo,?\sper\s"
    r"(?P<who>(?:tutti\s)?(?:(?:i|gli|le)\s)?(?:proprietari|possessori|conduttori|titolari|cittadini|residenti)\b"
    r"[^:;]{5,200}?),\sdi\s(?P<deed>[a-zà-ù]+(?:are|ere|ire)\b[^.;:]*)",
    re.I,
)
_OF_THE_TOWN = re.compile(r"\s(?:nel|del|sul) territorio (?:comunale|del comune(?: di [A-ZÀ-Ý]\w+)?)", re.I)
_CUTTING = re.compile(r"^provvedere al taglio di\s")
_BY_THEN = re.compile(
    r"(?:In caso di \w+ )?(?:[Gg]li|[Ii]|[Ll]e) [^.;,]{3,60}"
    r"\b(?:vanno|dev(?:e|ono) essere|dovranno essere)\b[^.;]*\bentro\b"
)
_AT_WHOSE_COST = re.compile(r",\sa (?:totale )?(?:cura|carico|spese)\b[^.;]*")
_REST = "Gli altri obblighi sono nella pagina."
_BOUNDS = re.compile(r",\s(?:lungo|per tutta|su|entro)\s")  # how far, which the page tells
_LONGEST = 200  # characters of one thing to do


def obliged(notice: Notice) -> Iterator[str]:
    """The sentence; none where the list does not say whom it binds, or the first thing is too long."""
    for said in filter(None, map(_DISPOSED.search, notice.prose)):
        deed = said["deed"].strip(" ,.")
        if len(deed) <= _LONGEST:
            terms = (_AT_WHOSE_COST.sub("", one) for one in notice.prose if _BY_THEN.match(one))
            by_then = next(terms, "")
            who = opened(_OF_THE_TOWN.sub("", said["who"]).strip(" ,"))
            bound = f"{who} devono {_CUTTING.sub('tagliare ', deed)}."
            yield from (f"{bound} {by_then} {left}" for left in (_REST, THE_REST) if by_then)
            yield f"{bound} {_REST}"
    for listing in notice.listings:
        lead = re.search(rf"{_LEAD.pattern}\s*$", listing.lead, re.I)
        if lead is None and _TO_DO.match(listing.items[0]):
            lead = _ORDERED.search(listing.lead)
        first = _AIM.sub("", listing.items[0].strip(" .;,")) if lead and len(listing.items) > 1 else ""
        deed = _deed(first)
        if lead is None or not deed or len(deed) > _LONGEST:
            continue
        who = re.sub(r"^a(?=i |gli )", "", lead["who"], flags=re.I)
        who = _WHEREVER.sub("", who)
        until = _until(notice)
        if many := _SAME_PERSONS.search(who):
            bound = f"chi possiede o usa {_WHAT.sub('', who[many.end() :], count=1)} deve"
        else:
            bound = f"{who.strip(' ,')} devono"
        for part in dict.fromkeys((deed, deed.partition(" o che ")[0], _BOUNDS.split(deed)[0])):
            yield f"{opened(f'{until}{bound[:1].lower()}{bound[1:]}')} {part}. {_REST}"


def _until(notice: Notice) -> str:
    """`fino al 31 ottobre 2027 `, where the page tells one such day."""
    told = {one.words for one in notice.slots.get(Slot.until, ())}
    only = told.pop() if len(told) == 1 else ""
    return f"{only} " if figures(only) and only.lower().startswith("fino ") else ""


def _deed(item: str) -> str:
    """`tagliare le siepi` as it stands, `provvedere al taglio delle siepi` of a noun; "" of anything else."""
    item = _TO_DO.sub("", item, count=1) if _TO_DO.match(item) else item
    if _INFINITIVE.match(item):
        return f"{item[:1].lower()}{item[1:]}"
    if _TO.match(item):  # `di provvedere: al taglio …`
        return f"provvedere {item[:1].lower()}{item[1:]}"
    if articled := _ARTICLED.match(item):
        return f"provvedere {TO[articled['article'].lower()]}{item[articled.end() :]}"
    noun, _, rest = item.partition(" ")
    gender = gender_of(noun.lower())
    if gender is None or not rest:
        return ""
    return f"provvedere {TO[definite(noun.lower(), gender).strip()]}{noun.lower()} {rest}"
