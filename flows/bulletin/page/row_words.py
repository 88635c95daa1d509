"""What the words of one row tell: its place, for whom it is, what it costs, by when, and what it is."""

import re
from dataclasses import replace

from flows.bulletin.page.anchors import heads
from flows.bulletin.page.notice import Row

_STOP = (
    r"(?=\s*(?:[:;(“\"«\n]|[.](?:\s|$)|\s[-–]\s|,(?!\s*(?:(?:in\s+)?(?:via|viale|piazza"
    r"|piazzale|largo|corso|località|frazione|a\s+fianco)\b|\d))|\s(?:e|con|per|dalle|alle|ore|dal|a\s+cura|per)\s|$))"
)
_PLACE = re.compile(
    rf"(?:\bpresso\s|\bc/o\s|\b(?:nella|nel|in|alla|al)\s+(?=(?:sala|salone|biblioteca|piazza|palestra|teatro|auditorium"
    rf"|centro|parco|oratorio|municipio|villa|palazzo|via|chiesa|scuola|cortile|campo)\b))[^\n]{{3,140}}?{_STOP}",
    re.I,
)
_AT_FIRST = re.compile(  # `cinema Lux: proiezione del film`
    r"(?P<place>(?:cinema|teatro|sala|salone|giardin[oi]|piazza|biblioteca|parco|chiesa|palestra|auditorium|villa"
    r"|cortile|municipio)\s[^:.;\n]{2,50}):\s(?P<what>.{5,})",
    re.I,
)
_DASHED = re.compile(  # `Piazza Roma – ore 21 – Ballo liscio`: the fields of a row, each between dashes
    r"\W*(?P<place>(?:cinema|teatro|sala|salone|giardin[oi]|piazza|biblioteca|parco|chiesa|palestra|auditorium"
    r"|villa|cortile|municipio|centro|oratorio|castello|palazzo)\s[^:.;–—|\n]{2,50}?)\s[–—|-]\s"
    r"(?P<hours>(?:ore|d?alle)\s(?:ore\s)?\d[^–—|\n]{0,20}?)\s[–—|-]\s(?P<what>[^\n]{4,})",
    re.I,
)
_ENTRANCE = re.compile(r"\s?\((?:ingresso|entrata)\s(?:liber[oa]|gratuit[oa])\)$", re.I)
_WHO = re.compile(
    r"(?:\b(?:lezione|laboratorio|incontro|serata)\s+)?\b(?:rivolt[oaie]|riservat[oaie]|dedicat[oaie]|apert[oaie])"
    r"\s+(?:solo\s+)?(?:a(?:i|gli|lle|lla|llo|l)?\s|a(?:ll)['’])[^,.;:()\n]{3,100}"
    r"|\bper\s+(?:(?:i|gli|le|tutti|soli)\s+)?(?:ragazz\w+|bambin\w+|adult\w+|anzian\w+|famigli\w+|genitor\w+|student\w+"
    r"|alunn\w+|resident\w+|cittadin\w+|donne|uomini|utent\w+)[^.;:()\n]{0,100}"
    r"|\b(?:da|dai)?\s*\d{1,2}\s*(?:[-–]|a|ai)\s*\d{1,2}\s+anni\b|\b(?:over|under)\s+\d\d\b",
    re.I,
)
_AMOUNT = re.compile(
    r"(?:(?:non\s+superiore\s+a|fino\s+a|massimo|da)\s+)?(?:(?:€|euro)\s?\d[\d.]*(?:,\d\d)?"
    r"|\d[\d.]*(?:,\d\d)?\s?(?:€|euro\b)|\d{1,3}(?:,\d+)?\s?%)",
    re.I,
)
_DEADLINE = re.compile(
    r"\b(?:entro(?:\s+e\s+non\s+oltre)?|non\s+oltre|fino|scade|scadenza:?)\s+(?:le\s+ore\s+\S+\s+del(?:l['’])?\s*)?(?:il\s+|al\s+|all['’]|l['’])?(?:giorno\s+)?$",
    re.I,
)


_MET = re.compile(  # `chi ha pagato entro il 5 maggio`, `inizialmente fissato`
    r"\b(?:che|cui|chi)\s(?:\w+\s)?(?:hanno|abbiano|avevano|avessero|ha|abbia|aveva|avesse)"
    r"\s(?:\w+\s)?\w+(?:at|ut|it|st|es|tt)[oaie]\b"
    r"(?:(?!\b(?:poss|può|pot|dev|dov|va\b|vanno|son|è\b|scad|termin))[^.;\n]){0,120}$"
    r"|\b(?:inizialmente|originariamente|precedentemente)\s(?:previst|fissat|stabilit|indicat)[oaie]\b[^.;\n]{0,120}$",
    re.I,
)
_PARTED = ("-", "–", "—", "|")
AT_AN_HOUR = re.compile(  # opens a line of a programme: `Ore 18,30`, `Alle 17`, `10-13`
    r"^\W*(?:(?:(?:ore\s|h\.?\s?)?(?:[01]?\d|2[0-3])[:.]|ore\s(?:[01]?\d|2[0-3]),)[0-5]\d\b"
    r"|(?:d?alle\s(?:ore\s)?|ore\s)(?:[01]?\d|2[0-3])\b|(?:[01]?\d|2[0-3])\s?[-–]\s?(?:[01]?\d|2[0-3])\b(?![/.]))",
    re.I | re.M,
)
_BEHIND_DAY = re.compile(r"^[\s,;:.–-]+")


def described(words: str) -> Row:
    """The row that an entry's words make, without the day and hours before them."""
    text = words.strip(" \t\r\n,;:–—-|*•").rstrip(".")
    text = re.sub(r"\s+", " ", text)
    if first := _AT_FIRST.fullmatch(text):
        return replace(described(first["what"]), place=first["place"])
    text = _ENTRANCE.sub("", text)
    place = _PLACE.search(text)
    what, where = text, ""
    if place:
        where = place[0].strip(" ,")
        before, after = text[: place.start()].strip(" ,;:–-"), text[place.end() :].strip(" ,;:–-")
        what = before if len(before.split()) > 1 or not after else after
        if before and after and what == before and not after.startswith("e "):
            what = text
    who = _WHO.search(what)
    amounts = list(_AMOUNT.finditer(text))
    audience = who[0].strip(" ,") if who else ""
    if who and who.span() == (0, len(what)):
        what = ""
    elif who and who.end() == len(what):
        what = what[: who.start()].strip(" ,;:–-")
    return Row(
        what=what,
        place=where,
        who=audience,
        amount=amounts[0][0] if len(amounts) == 1 else "",
    )


def fields(entry: str) -> Row | None:
    """The row of `Piazza Roma – ore 21 – Ballo liscio`, behind its day; None of another entry."""
    found = _DASHED.fullmatch(entry.strip())
    return replace(described(found["what"]), place=found["place"], hours=found["hours"]) if found else None


def clock_apart(entry: str) -> tuple[str, str]:
    """`bambini`, `ore 10` of `bambini - ore 10`: the one hour that an entry behind its day ends with."""
    found = heads(entry)
    if len(found) != 1 or found[0].when or entry[found[0].end :].strip(" \n.;,)•·*|"):
        return entry, ""
    before = entry[: found[0].start].rstrip()
    if not before.endswith(_PARTED) or "(" in before:
        return entry, ""
    return before.rstrip(" ,;:.–-"), found[0].hours


_VALID = re.compile(
    r"\bvalid(?:ità|[oaie])\s?\(?$", re.I
)  # `ISEE in corso di validità (scadenza 31/12/2026)`


def is_met(before: str) -> bool:
    """Whether the term behind these words is one that somebody has kept: nobody has to keep it any more."""
    return _MET.search(before) is not None


def item(text: str, start: int, end: int) -> Row:
    """The row of one item of a list: what it says whole, and the facts of which it holds only one."""
    found = heads(text)
    amounts = list(_AMOUNT.finditer(text))
    who = list(_WHO.finditer(text))
    when = hours = deadline = ""
    dated = [head for head in found if head.when]
    if len(dated) == 1:
        cue = _DEADLINE.search(text[: dated[0].start])
        if cue and not (is_met(text[: cue.start()]) or _VALID.search(text[: cue.start()])):
            deadline = text[cue.start() : dated[0].end]
        elif not cue:
            when = dated[0].when
    if len(found) == 1 and not deadline:
        hours = found[0].hours
    bare = _BEHIND_DAY.sub("", text[dated[0].end :]) if len(dated) == 1 and not text[: dated[0].start] else ""
    if bare and when and not hours:
        bare, hours = clock_apart(bare)
        bare = described(bare).what or bare if hours else bare
    return Row(
        what=bare or text,
        when=when,
        hours=hours,
        deadline=deadline.strip(),
        who=who[0][0].strip(" ,") if len(who) == 1 else "",
        amount=amounts[0][0] if len(amounts) == 1 else "",
        start=start,
        end=end,
    )
