"""What happens, as a phrase that follows `c'è`: `il corso di yoga`, `«Alba»,
mostra di fotografie di Ada Neri`.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from flows.bulletin.language.glue import unglued
from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.sentences import has_verb, split
from flows.bulletin.language.shorten import mended
from flows.bulletin.language.signals import EMAIL, MONTH, PHONE, TIME, URL, WEEKDAY
from flows.bulletin.language.titles import calmed, casing, folded, is_told
from flows.bulletin.page.notice import Notice, Slot, below
from flows.bulletin.page.sections import parts
from flows.bulletin.summary.frames.films import CINEMA, film_of

_OPENING, _MOST = 1600, 24  # characters, and lines of them

_MASCULINE = (
    "concerto recital corso incontro mercatino spettacolo "
    "film laboratorio convegno torneo trofeo festival raduno"
    " seminario workshop talk evento reading concorso pomeriggio percorso ciclo mercato pranzo picnic tour"
    " appuntamento cineforum saggio viaggio gioco stage"
)
_FEMININE = (
    "festa sagra fiera mostra lettura camminata passeggiata "
    "visita conferenza assemblea presentazione rassegna"
    " giornata serata gara escursione cerimonia biciclettata "
    "conversazione commemorazione celebrazione inaugurazione"
    " esposizione proiezione degustazione lezione commedia tavola manifestazione premiazione raccolta messa"
    " pedalata fiaccolata tombola cena"
)
_PLURAL = (
    "concerti incontri corsi spettacoli laboratori film mostre letture visite lezioni serate appuntamenti"
    " conferenze proiezioni passeggiate giornate attività giochi mercatini"
)
_ARTICLE = dict.fromkeys(_MASCULINE.split(), "il") | dict.fromkeys(_FEMININE.split(), "la")
_COUNTED = (
    r"(?:due|tre|quattro|cinque|sei|sette|otto|nove|dieci|\d{1,2}|alcuni|alcune|tanti|tante|nuovi|nuove)"
)
_NOUN = re.compile(rf"({'|'.join(sorted(_ARTICLE, key=len, reverse=True))})\b", re.I)
_SEVERAL = re.compile(
    rf"(?:({_COUNTED})\s)?({'|'.join(sorted(_PLURAL.split(), key=len, reverse=True))})\b", re.I
)
_ORDINAL = re.compile(
    r"(?:(?:prim|second|terz|quart|quint|sest|settim|non|decim)[ao]|\d{1,2}[ªa°º])\s(?=[A-Za-z])", re.I
)
_QUOTED = re.compile(r'"([^"]{2,120})"|“([^”]{2,120})”|«([^»]{2,120})»')
_NUMBER_TITLE = re.compile(
    r"(?:comunicato(?: stampa)?|avviso|ordinanza|news|notizia|evento|n\.?|nr\.?|prot\w*)?[\s.,/\dnr°-]*"
    r"(?:del\s[\w\s/]+)?",
    re.I,
)
TITLE_DAY = re.compile(
    rf"[\s,;:–-]*(?:\b(?:dal|il|per|del)\s|\bdall['’])?(?:(?:{WEEKDAY}),?\s)?\b\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?"
    r"(?:,?\s(?:d?alle\s)?(?:ore\s)?\d{1,2}[:.]\d\d)?",
    re.I,
)
_STATUS_MARK = re.compile(
    r"^\W*(?:(?:evento|avviso)\s)?(?:annullat|rinviat|posticipat|sospes|spostat|cancellat)[oaie]\b"
    r"(?:\sa data da destinarsi)?\W*|"
    r"\W*[-–(]\s*(?:evento\s)?(?:annullat|rinviat|posticipat|sospes|spostat|cancellat)[oaie]\)?\W*$",
    re.I,
)
_DANGLING = re.compile(
    r"^(?:quest[oaie]|quell[oaie]|tal[ei]|inoltre|infatti|ma"
    r"|e|ed|anche|così|quindi|perciò|dunque|ogni fotografia|qui"
    r"|in particolare|in questo|in tal|a seguire|durante|ness"
    r"|si\s|ci\s|vi\s|lo\s\w+(?:erà|isce)|il tutto|al termine"
    r"|l['’]obiettivo|la sua|il suo|le sue|i suoi|ecco|racconta"
    r"|presenta|parla|propone|offre|spiega|prevede|incontra"
    r"|tra (?:cui|questi)|nel corso|per questo|con (?:quest|tal)"
    r"|da qui|dopo|nel 20|nel 19|dal (?:19|20)\d\d|pronti)\b",
    re.I,
)
FILLER = re.compile(
    r"\b(?:unic[oa]\b|emozionant|meraviglios|imperdibil|magic[oahe]|straordinari[ao]\s(?:viaggio|occasione|opportunità)"
    r"|importantissim|prezios|efficac|special[ei]\b|indimenticabil|suggestiv|affascinant|opportunità|orgoglios|entusias|lieti|felici"
    r"|vi aspettiamo|non mancate|si celebra|spiacenti|fenomeno|tasso|aumentat)",
    re.I,
)
_LEANS = re.compile(
    r"(?:l['’]appuntamento|l['’]evento|l['’]iniziativa|l['’]attività"
    r"|la serata|le lezioni|il corso|le prenotazioni|quest[oaie]"
    r"|è |e['’] |si |sarà|alle |ore |anche|inoltre|rinviat|annullat|tutt[ei] i|evento (?:rivolt|dedicat))",
    re.I,
)
_HAPPENS = re.compile(
    r"\b(?:racconta(?:no)?|presenta(?:no)?|incontra(?:no)?|esplora(?:no)?|suona(?:no)?|celebra(?:no)?|propon(?:e|gono)"
    r"|port(?:a|ano) in scena|insegna(?:no)?|dialoga(?:no)?"
    r"|parl(?:a|ano)|prevede|offre|spiega(?:no)?|organizza(?:no)?"
    r"|invita(?:no)?|si (?:terrà|svolgerà|svolge|tiene|esibi\w+)|promuove|accompagna(?:no)?|ospita)\b",
    re.I,
)
_STAGE = re.compile(r"\b(?:teatro|commedia|in scena|costumi|scenografia|palco)\b", re.I)


@lru_cache(maxsize=64)
def lines_of(notice_title: str, source: str) -> tuple[str, ...]:
    """The lines of a page's opening as the office wrote them, whole sentences or not:
    its phrases stand there.
    """
    body = below(notice_title, source)
    forms = casing(split(source[:_OPENING]))
    return tuple(
        spoken(calmed(line, forms))
        for part in parts(body[:_OPENING])
        if part.kind == "prose"
        for sentence in split(part.text)
        for line in unglued(sentence)
    )[:_MOST]


def title_of(notice: Notice) -> str:
    """The title in good capitals, without the mark of a postponement; "" where it is a number."""
    bare = _STATUS_MARK.sub("", " ".join(notice.title.split())).strip(" .-–")
    if _NUMBER_TITLE.fullmatch(bare):
        return ""
    return bare[:1].upper() + bare[1:]


def phrase_of(words: str) -> str:
    """`il corso di yoga` of `Corso di yoga`, `tre incontri sul fuoco`; "" where no known noun opens it."""
    words = words.strip(" .;:")
    if several := _SEVERAL.match(words):
        text = words[0].lower() + words[1:]
        return _guillemets(text) if several[1] else _guillemets(f"{_plural_article(several[2])} {text}")
    noun = _NOUN.match(words)
    if noun is None:
        return _counted(words)
    article = _ARTICLE[noun[1].lower()]
    rest = words[noun.end() :]
    if named := re.fullmatch(r"(\s[\w\s]{0,30})?\s?:\s?(.+)", rest):  # `Incontro informativo: "Il voucher"`
        name = named[2].strip(' "“”«»')
        rest = f"{(named[1] or '').rstrip()} «{name}»"
    word = noun[1].lower()
    if word in ("spettacolo", "stage"):
        joined = f"lo {word}"
    elif word[0] in "aeiou":
        joined = f"l'{word}"
    else:
        joined = f"{article} {word}"
    return _guillemets(f"{joined}{_lower_adjective(rest)}")


def _counted(words: str) -> str:
    """`la terza camminata in rosa` of `Terza camminata in rosa`."""
    ordinal = _ORDINAL.match(words)
    noun = _NOUN.match(words, ordinal.end()) if ordinal else None
    if (
        ordinal is None
        or noun is None
        or (_ARTICLE[noun[1].lower()] == "la") is not ordinal[0].strip().endswith(("a", "ª"))
    ):
        return ""
    return _guillemets(
        f"{_ARTICLE[noun[1].lower()]} {ordinal[0].lower()}{noun[1].lower()}{words[noun.end() :]}"
    )


def is_plural(phrase: str) -> bool:
    """Whether `ci sono` goes before the phrase."""
    return _SEVERAL.match(re.sub(r"^(?:i|gli|le)\s", "", phrase)) is not None and not phrase.startswith(
        ("il ", "la ")
    )


def quoted(title: str) -> str:
    """The title between «», without quotes of its own around it."""
    bare = title.strip(" .")
    outer = _QUOTED.fullmatch(bare)
    if outer:
        bare = outer[1] or outer[2] or outer[3]
    return f"«{_QUOTED.sub(lambda match: f'“{match[1] or match[2] or match[3]}”', bare)}»"


PAPER = re.compile(
    r"(?:iscrizion|domand|band[oi]|avvis[oi]|contribut|graduatori|modul|elenc|richiest)\w*\b", re.I
)


def matters(notice: Notice) -> Iterator[tuple[str, str]]:
    """Ways to name what happens: a phrase after `c'è` and what is left to say of it in a sentence,
    best first.
    """
    title = _without_place(title_of(notice), notice)
    film = film_of(notice)
    if film:
        yield film, ""
        return
    sentences = list(what_sentences(notice, title))
    nominal = next(iter(nominals(notice)), "")
    is_headline = is_headline_of(title)
    own = (segmented(title) or phrase_of(title)) if title else ""
    if own and not is_headline:
        for sentence in sentences:
            yield own, sentence
        if nominal and not is_told(nominal, own):
            yield f"{own}: {_lowered_noun(nominal)}", ""
        yield own, ""
        return
    if title and not is_headline:
        kind = kind_word(notice, title)
        if nominal:
            yield f"{quoted(_without_told(title, nominal))}, {_lowered_noun(nominal)}", ""
        if PAPER.match(title):
            return  # `c'è «Iscrizioni alla prima»`: what happens that day is something else
        short = shortened(title)
        names = [f"{kind} {quoted(name)}".strip() for name in dict.fromkeys((title, short))]
        for name in names:
            yield from ((name, sentence) for sentence in sentences)
        yield from ((name, "") for name in names)
        return
    dateless = _dateless(title, notice)
    if dateless and not has_verb(title):
        yield segmented(dateless) or phrase_of(dateless) or quoted(dateless), ""
    if nominal:
        yield phrase_of(nominal), ""


def _without_place(title: str, notice: Notice) -> str:
    """`Festa di carnevale` of `Festa di carnevale - Oratorio Alba`, where the page tells that place."""
    head, mark, last = title.rpartition(" - ")
    places = [folded(told.words) for told in notice.slots.get(Slot.place, ())]
    return head if mark and folded(last) and any(folded(last) in place for place in places) else title


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
    if re.search(r"\bRegia\b", body) and _STAGE.search(body) and not CINEMA.search(body):
        return "lo spettacolo"
    return ""


def what_sentences(notice: Notice, title: str) -> Iterator[str]:
    """The office's own sentences that say what happens, whole, the most telling first."""
    ranked = []
    for place, sentence in enumerate(
        dict.fromkeys((*notice.abstract, *lines_of(notice.title, notice.source), *notice.prose))
    ):
        if place > 14:
            break
        bare = sentence.strip()
        if not 25 <= len(bare) <= 175 or not has_verb(bare) or _DANGLING.match(bare) or not _stands(bare):
            continue
        if FILLER.search(bare) or _has_day(bare) or TIME.search(bare):
            continue
        worth = (
            2.0 * bool(_HAPPENS.search(bare)) + (1.0 if title and is_told(title, bare) else 0) - place * 0.25
        )
        ranked.append((-worth, len(bare), place, bare))
    for worth, _, _, bare in sorted(ranked):
        if worth < -0.5:
            yield bare if bare[-1] in ".!?" else f"{bare}."


def is_headline_of(title: str) -> bool:
    """Whether the title is a sentence or tells its own day: no name that fits between «»."""
    return not title or _has_day(title) or len(title) > 110 or (len(title) > 45 and has_verb(title))


def segmented(title: str) -> str:
    """`il recital «Alba in chiesa»` of `Alba in chiesa - Recital`; "" where no part of it opens with a
    noun.
    """
    pieces = [piece.strip() for piece in re.split(r"\s[-–]\s|:\s", title, maxsplit=1)]
    if len(pieces) != 2 or phrase_of(pieces[0]):
        return ""
    phrase = phrase_of(pieces[1])
    return f"{phrase} {quoted(pieces[0])}" if phrase and "«" not in phrase else ""


def shortened(title: str) -> str:
    """The title without its subtitle."""
    if title.count('"') % 2 or _QUOTED.match(title):
        return title
    head = re.split(r":\s|\.\s|\s[-–]\s", title, maxsplit=1)[0].strip()
    if any(head.count(mark[0]) != head.count(mark[1]) for mark in ("“”", "«»", "()")) or head.count('"') % 2:
        return title
    return head if len(head) >= 8 else title


def _without_told(title: str, nominal: str) -> str:
    """The title without the part that the phrase after it tells again."""
    pieces = re.split(r"\s[-–]\s|:\s", title)
    kept = [piece for piece in pieces if not is_told(piece, nominal)]
    return title if len(kept) in (0, len(pieces)) else kept[0]


def nominals(notice: Notice) -> list[str]:
    """Phrases of the page that open with an event's noun and have no verb:
    `Presentazione del libro di Ada Neri`.
    """
    found = []
    for phrase in dict.fromkeys((*notice.abstract, *lines_of(notice.title, notice.source)[:10])):
        bare = phrase.strip(" .;")
        if not 12 <= len(bare) <= 150 or not (_NOUN.match(bare) or _SEVERAL.match(bare)) or _has_day(bare):
            continue
        if (
            not TIME.search(bare)
            and not EMAIL.search(bare)
            and not URL.search(bare)
            and not PHONE.search(bare)
        ):
            found.append(bare)
    return sorted(found, key=_worth_of_nominal)


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


def _plural_article(noun: str) -> str:
    word = noun.lower()
    if word in ("spettacoli", "incontri", "appuntamenti"):
        return "gli"
    return "le" if word.endswith(("e", "oni", "ità")) else "i"


def _lowered_noun(phrase: str) -> str:
    noun = _NOUN.match(phrase)
    rest = phrase[noun.end() :] if noun else phrase[1:]
    return _guillemets((noun[0] if noun else phrase[0]).lower() + _lower_adjective(rest))


def _lower_adjective(rest: str) -> str:
    """`Recital Pianistico con` has an adjective with a capital that is no name."""
    return re.sub(
        r"^\s([A-Z])([a-z]+(?:ico|ica|ale|ivo|iva|oso|osa))\b",
        lambda word: f" {word[1].lower()}{word[2]}",
        rest,
    )


def _guillemets(text: str) -> str:
    return mended(_QUOTED.sub(lambda match: f"«{match[1] or match[2] or match[3]}»", text))


def _has_day(text: str) -> bool:
    return re.search(rf"\b\d{{1,2}}[°º]?\s{MONTH}|\b\d{{1,2}}/\d{{1,2}}\b", text, re.I) is not None


def _stands(sentence: str) -> bool:
    if (
        EMAIL.search(sentence)
        or PHONE.search(sentence)
        or "clicc" in sentence.lower()
        or "allegat" in sentence.lower()
    ):
        return False
    return sentence[0].isupper() or sentence[0] in '«“"0123456789'


def leans(sentence: str) -> bool:
    """Whether the sentence needs the title before it."""
    return bool(_LEANS.match(sentence) or re.search(r"\b(?:quindi|dunque|pertanto)\b", sentence))
