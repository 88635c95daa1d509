"""What one needs for something: a list told whole, or that it is in the page; never some items as if all."""

import re
from collections.abc import Iterator

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import has_verb
from flows.bulletin.page.notice import Listing, Notice
from flows.bulletin.summary.frames.prose.wording import SERVICE, worded
from flows.bulletin.summary.frames.titles.matter import Matter

_PAPERS = re.compile(r"\b(?:document\w+|allegat\w+|modul\w+|copia|fotocopi\w+|dichiarazion\w+)\b", re.I)
_NEEDS = re.compile(
    r"\b(?:occorr\w+|necessari\w*|serv(?:e|ono)|requisit\w+|condizion\w+|allegat[aeio]|allegare|presentare"
    r"|document\w+|dev(?:e|ono) essere|portare|possedere|in possesso)\b",
    re.I,
)
_MAY = re.compile(r"\b(?:può|puoi|possono|potr\w+)\W*$", re.I)  # what one gets: `può: chiederne copia`
_CONDITIONS = re.compile(
    r"\b(?:requisit\w+|condizion\w+|resident\w+|cittadinanza|isee|in possesso|essere|avere|possedere)\b", re.I
)
_CASE = re.compile(
    r"(?:per|se|in caso|qualora|nel|solo|eventual\w|altr\w|quando)\b", re.I
)  # of some people only
_TWO_LINES = re.compile(r"[a-zà-ù] (?:Document|Modul|Requisit|Cost|Dove|Come)[a-zà-ù]*\b")
_HANGS = re.compile(r"\b(?:o|e|od|ed|oppure|con|di|del|per|da|dal|in|a|al|se)$", re.I)
_SHORT_NAME, _MOST_NAMED = 80, 5
_PARTICULARS = re.compile(
    r"\s*[(;:,]|\s[-–]\s|\s(?:ai sensi|con (?:l['’]?\s?)?(?:indicazione|individuazione)|relativ\w"
    r"|attestante|rilasciat\w"
    r"|in corso di|in scala|secondo|come da|prevista|dell['’]evento|per (?:i|gli) cittadini)\b",
    re.I,
)
IDENTITY = re.compile(r"(?:carta d['’]identit|passaporto|patente|permesso di soggiorno)", re.I)
_MANY = re.compile(r"\b([Ee]ssere) (resident|iscritt|cittadin|proprietar|elettor)(?:i|ie)\b")
_BE = re.compile(r"\bdev(?:e|ono) essere\W*$", re.I)  # what follows is no thing: `residente`, `in regola`
ONE_OF = re.compile(
    r"\b(?:uno (?:dei|tra|fra)|una (?:delle|tra|fra)|alternativ\w+|almeno un|oppure|accettati)\b", re.I
)
GENERIC = re.compile(
    r"(?:documentazione|quale|quali|cittadin\w|familiar\w|requisiti|documenti)(?:\s|$)"
    r"|(?:dichiarazione|copia|certificato)$|copia della documentazione",
    re.I,
)
_CASES = re.compile(r"\b(?:per (?:i|gli|le|chi)|se|nel caso|in caso di|solo|solamente|cittadin\w+)\b", re.I)
_ASIDE = re.compile(r"\([^()]*\)")
_OF_SOME = re.compile(
    r"\b(?:per (?:i|gli|le|chi)|se|nel caso|in caso|qualora|ove|eventual\w*|solo|solamente|oppure|ovvero|o"
    r"|ue|extra|(?:permesso|carta) di soggiorno)\b",
    re.I,
)  # what some bring and others do not, or one thing for another
_OWN_PURPOSE = re.compile(
    r"(?P<purpose>Per (?:poter )?[a-z]+(?:[aei]re|[aei]rsi)\b[^:;.]{3,90}?),?"
    r"\s(?:è necessari\w|occorr\w+|serv\w+"
    r"|sono (?:richiest|necessari)\w|si dev\w+|bisogna)\b"
)
_LIST_IN_PAGE = " L'elenco completo è nella pagina."
_ASKS_WHAT = re.compile(r"^(?:che )?cosa (?:serve|occorre|portare)\??$", re.I)  # a label
_SHORT_ITEM = 70
_MOST_ITEMS = 6
VERB_ITEM = re.compile(r"^(?:essere|avere|possedere|entrare|compilare|allegare|presentare|non) ", re.I)
_SENTENCE_ITEM = re.compile(
    r"[.:;]\s+\w|^(?:i|gli|le|il|la|l['’]|per|se|in caso|è|sono)\b.*\b(?:deve|devono|è|sono|può)\b", re.I
)


def asks(listing: Listing) -> bool:
    """Whether an enumeration says what one needs or must be."""
    if _NEEDS.search(listing.lead):
        return True
    return not _MAY.search(listing.lead) and any(_PAPERS.search(item) for item in listing.items[:3])


def listed(notice: Notice, matter: Matter | None) -> str:
    """`Per il permesso servono i documenti elencati nella pagina.`; "" where the page asks for nothing."""
    told = in_the_page(notice)
    if matter is None or not matter.article or not told:
        return ""
    if told.startswith("I documenti"):
        return f"Per {matter.text} servono i documenti elencati nella pagina."
    return f"Per {matter.text} {told[:1].lower()}{told[1:]}"


_WHO_MAY = re.compile(
    r"(?:Possono|Può) (?:fare|presentare|chiedere|richiedere|accedere|candidarsi|partecipare)\b"
)


def in_the_page(notice: Notice) -> str:
    """`Requisiti e documenti sono nella pagina.`; "" where the page asks for nothing."""
    asked = [listing for listing in notice.listings if asks(listing)]
    if not asked:
        return ""
    words = " ".join(
        [*(listing.lead for listing in asked), *(item for listing in asked for item in listing.items)]
    )
    wants_papers = _PAPERS.search(words)
    has_conditions = _CONDITIONS.search(words) or any(map(_WHO_MAY.match, notice.prose))
    if wants_papers and has_conditions:
        return "Requisiti e documenti sono nella pagina."
    if wants_papers:
        return "I documenti da presentare sono elencati nella pagina."
    return "Tutti i requisiti sono nella pagina."


def told_whole(listing: Listing, matter: Matter | None) -> Iterator[str]:
    """A short list as one sentence with all its items: `Per pagare l'imposta devi conoscere: a e b.`"""
    items = [_item(item) for item in listing.items]
    if not listing.is_whole or not 1 < len(items) <= _MOST_ITEMS:
        return
    if any(not item or utf16(item) > _SHORT_ITEM or _SENTENCE_ITEM.search(item) for item in items):
        return
    lead = listing.lead.strip().rstrip(":").strip()
    if SERVICE.match(lead):
        if matter is None:
            return
        lead = SERVICE.sub(f"per {matter.text}", lead, count=1)
    separator = ", " if not any("," in item for item in items) else "; "
    last = " e " if separator == ", " else "; "
    lead = _ASKS_WHAT.sub("Servono", worded(lead).rstrip("."))
    if (
        not re.search(r"\b(?:\w+re|serv(?:e|ono)|occorr\w+|è necessari\w|deve|devono|sono)$", lead, re.I)
        or separator == "; "
    ):
        lead += ":"
    yield f"{lead} {separator.join(items[:-1])}{last}{items[-1]}."


def needed(listing: Listing, matter: Matter | None) -> Iterator[str]:
    """What one needs, as many items as are short, and that all are in the page:
    `Per il permesso servono documento e marca da bollo. L'elenco completo è nella pagina.`

    Items that say what one must do or be follow `devi`.
    """
    purpose = _purpose(listing.lead, matter)
    if not purpose or len(listing.items) < 2:
        return
    named = ["" if is_of_some(item) else short_name(item) for item in listing.items if not _varies(item)]
    if not named or not named[0]:
        return  # the page puts first what matters most
    first = named[0]
    short = [name for name in named if name]
    if sum(IDENTITY.match(name) is not None for name in short) > 1 or ONE_OF.search(listing.lead):
        return  # one of them will do
    short = [name for name in dict.fromkeys(short) if not GENERIC.match(name)]
    deeds = [name for name in short if VERB_ITEM.match(name)]
    things = [name for name in short if not VERB_ITEM.match(name) and not has_verb(name)]
    of_things = "devi essere" if _BE.search(listing.lead) else "servono"
    for verb, names in (("devi", deeds), (of_things, things)):
        if first not in names:
            continue
        for count in range(min(len(names), _MOST_NAMED), 1, -1):
            some = names[:count]
            separator = "; " if any("," in name for name in some) else ", "
            joined = (
                f"{separator.join(some[:-1])}{separator if separator == '; ' else _and(some[-1])}{some[-1]}"
            )
            is_cut = any(_PARTICULARS.search(item.rstrip(" .;,")) for item in listing.items)
            is_all = listing.is_whole and count == len(listing.items) and not is_cut
            yield f"{purpose} {verb} {joined}.{'' if is_all else _LIST_IN_PAGE}"


def named(listing: Listing) -> list[str]:
    """The items of a list of what one must be or have, each by its short name; "" for one of some people."""
    if not asks(listing) or ONE_OF.search(listing.lead):
        return []
    return [
        "" if is_of_some(item) or not VERB_ITEM.match(item) else short_name(item) for item in listing.items
    ]


def _and(word: str) -> str:
    return " ed " if word[:1].lower() == "e" else " e "


def _purpose(lead: str, matter: Matter | None) -> str:
    """`Per il permesso`, or the page's own `Per iscriverti all'albo`; "" where neither is told."""
    if own := own_purpose(lead):
        return own
    return f"Per {matter.text}" if matter is not None else ""


def own_purpose(lead: str) -> str:
    """What a list says that its items are for, to who reads; "" where it is `la domanda` or not told."""
    own = _OWN_PURPOSE.match(lead)
    if own is None or SERVICE.match(lead):
        return ""
    return re.sub(r"^(Per \w+r)si\b", r"\1ti", worded(own["purpose"]).rstrip(" .,"))


def is_of_some(item: str) -> bool:
    """Whether some people alone need it, or it does instead of another."""
    return _varies(item) or _OF_SOME.search(_ASIDE.sub("", item)) is not None


def _varies(item: str) -> bool:
    """Whether an aside tells that it differs from one to the other: `Documento (se persona fisica)`."""
    return any(_CASES.search(aside) for aside in _ASIDE.findall(item))


def short_name(item: str) -> str:
    """The name of an item without its particulars; "" where that is long."""
    name = _PARTICULARS.split(worded(item).rstrip(" .;,"))[0].rstrip(" .;,-–")
    if (
        not 4 <= len(name) <= _SHORT_NAME
        or _HANGS.search(name)
        or _CASE.match(name)
        or _TWO_LINES.search(name)
    ):
        return ""
    name = _MANY.sub(_one_of_many, name)
    first = name.split(" ", 1)[0]
    return name if first.isupper() and len(first) > 1 else name[:1].lower() + name[1:]


def _one_of_many(match: re.Match[str]) -> str:
    """`Essere residenti` as `essere residente`: `devi` speaks to one."""
    endings = {"resident": "e", "iscritt": "o", "cittadin": "o", "proprietar": "io", "elettor": "e"}
    return f"{match[1]} {match[2]}{endings[match[2]]}"


def _item(item: str) -> str:
    text = worded(item).rstrip(" .;,")
    first = text.split(" ", 1)[0]
    return text if first.isupper() and len(first) > 1 else text[:1].lower() + text[1:]
