"""What happens as a phrase that follows `c'è`: its noun with the article, names between «»."""

import re

from flows.bulletin.language.shorten import mended
from flows.bulletin.language.spelling import is_word
from flows.bulletin.summary.frames.titles.matter import noun_of

_MASCULINE = (
    "concerto recital musical corso incontro mercatino spettacolo "
    "film laboratorio convegno torneo trofeo festival raduno"
    " seminario workshop talk evento reading concorso pomeriggio percorso ciclo mercato pranzo picnic tour"
    " appuntamento sciopero cineforum saggio viaggio gioco stage aperitivo carnevale palio veglione falò"
    " trekking brindisi cammino"
)

_FEMININE = (
    "gita festa sagra fiera mostra lettura camminata passeggiata "
    "visita conferenza assemblea presentazione rassegna"
    " giornata serata gara escursione cerimonia biciclettata "
    "conversazione commemorazione celebrazione inaugurazione"
    " esposizione proiezione degustazione lezione commedia tavola manifestazione premiazione raccolta messa"
    " pedalata fiaccolata tombola cena mattinata settimana consegna intitolazione accensione sfilata"
    " processione riunione colletta notte corsa marcia castagnata grigliata staffetta rievocazione stagione"
)

_PLURAL = (
    "concerti incontri corsi spettacoli laboratori film mostre letture visite lezioni serate appuntamenti"
    " pomeriggi mercati gite feste seminari escursioni camminate workshop eventi tornei"
    " conferenze proiezioni passeggiate giornate attività giochi mercatini celebrazioni cerimonie"
    " commemorazioni presentazioni iniziative assemblee riunioni"
)

_ARTICLE = {
    **dict.fromkeys(_MASCULINE.split(), "il"),
    **dict.fromkeys(_FEMININE.split(), "la"),
    "open day": "l'",
    "caccia al tesoro": "la",
    "proposta di formazione": "la",
    "proposta formativa": "la",
    "gruppo di lettura": "il",
}

_COUNTED = (
    r"(?:due|tre|quattro|cinque|sei|sette|otto|nove|dieci|\d{1,2}|alcuni|alcune|tanti|tante|nuovi|nuove)"
)

NOUN = re.compile(
    r"(?!raccolta\s(?:dei\s|di\s)?(?:rifiuti|differenziata|porta))"
    rf"({'|'.join(sorted(_ARTICLE, key=len, reverse=True))})\b",
    re.I,
)  # what is fetched from every door on its day is no event

SEVERAL = re.compile(
    rf"(?:({_COUNTED})\s)?({'|'.join(sorted(_PLURAL.split(), key=len, reverse=True))})\b", re.I
)

_IS_ONE = re.compile(r"(?:workshop|film)(?:\s[a-zà-ù]+o\b|\s?:)", re.I)  # `Workshop gratuito`

_TO_GET_IN = re.compile(
    r":\s(?:test|prov[ae]|audizion[ei]|provin[oi]|selezion[ei]|colloqui[o]?)\b", re.I
)  # before it

_ORDINAL = re.compile(
    r"(?:(?:prim|second|terz|quart|quint|sest|settim|non|decim)[ao]|\d{1,2}[ªa°º])\s(?=[A-Za-z])", re.I
)

QUOTED = re.compile(r'"([^"]{2,120})"|“([^”]{2,120})”|«([^»]{2,120})»')

_AT_ITS_PLACE = re.compile(
    r"\s(?:al|alla|allo|nel|nella|in|presso\s(?:il|la|lo)?|all['’]|nell['’])\s?(?:sala|salone|teatro|cinema|auditorium|biblioteca|villa|palazzo"
    r"|museo|centro|oratorio|chiesa|piazza|parco|castello)\b[^«»]*$",
    re.I,
)

_OF_A_WORK = re.compile(
    r"(?<=^ d)(?:el|ella|i|ello)\s(?:Progetto|Libro|Romanzo|Volume|Film|Servizio|Bando)\b(?=$|\s[«“\"])"
)

_ITS_WORK = re.compile(r"^(?=\s(?:libro|romanzo|volume|film|progetto|documentario)\b)", re.I)

_GOES_ON = re.compile(r"\s(?:con|di|del|dello|della|dei|delle|a cura|per)\b|\s(?:dell|d)['’]")

_GENITIVE = {
    **dict.fromkeys(
        ("rete", "banda", "band", "compagnia", "biblioteca", "pro loco", "parrocchia", "scuola"), "della"
    ),
    **dict.fromkeys(("gruppo", "coro", "comitato", "circolo", "corpo", "progetto"), "del"),
    **dict.fromkeys(("associazione", "orchestra", "oratorio"), "dell'"),
    "alpini": "degli",
}
_OF_A_THING = frozenset(["sciopero", "inaugurazione", "presentazione", "premiazione", "celebrazione"])
_WHOSE = re.compile(rf"^\s(?P<whose>{'|'.join(_GENITIVE)})(?=\s|$)", re.I)
_OF_A_FEAST = re.compile(rf"\s[-–]\s(?P<count>\d{{1,3}}[ªa°º^]\s?)(?P<noun>{NOUN.pattern})", re.I)

_HEAD = re.compile(r"(?:(?:il|lo|la|i|gli|le|\w+)\s|l')\w+")
_NAMED_BODY = re.compile(
    rf"\s?(?P<whose>{'|'.join(_GENITIVE)})\s(?P<name>\"[^\"]{{2,60}}\"|“[^”]{{2,60}}”|«[^»]{{2,60}}»)", re.I
)

_GLOSSED = re.compile(r",\s[a-zà-ù][^\"“«]+")
_PURPOSE = re.compile(r",?\s(?:per|al fine di|allo scopo di)\s(?=[a-zà-ù]+(?:are|ere|ire)\b)")


_PARTS = re.compile(
    r"(?:celebrazioni|iniziative|attività|incontri|eventi|visite|laboratori|spettacoli|letture|giochi)\b"
)
_NEWS = re.compile(  # of it, and not its name: `Concerto: in vendita i biglietti`
    r"(?:in (?:vendita|arrivo|programma|calendario)|al via|a(?:l|lla|i|lle) \w+ì?\b|da(?:l|lle)? |come |ecco "
    r"|torna(?:no)? |tutt[eio] |ancora |già |entro |sono |è |si (?:parte|inizia|comincia)|apert[eio]\b"
    r"|prelievi|iscrizioni|bigliett|orari\b|modifiche|informazioni|prenotazioni|date\b|ingresso|appuntament)",
)
ANNIVERSARY = re.compile(  # with what it is of
    r"(?:(?:il|l['’])\s?)?(?:(?P<count>[1-9]\d{0,2})\s?[°º^oª]\s?)?anniversario(?=\s(?:d[aei]l|d[ei]\s|dell|degli|dalla))",
    re.I,
)
_LONG_WORD = 4  # letters


def phrase_of(words: str) -> str:
    """`il corso di yoga` of `Corso di yoga`, `tre incontri sul fuoco`; "" where no known noun opens it."""
    words = words.strip(" .;:")
    if _TO_GET_IN.search(words):
        return ""
    if (several := SEVERAL.match(words)) and not _IS_ONE.match(words):
        text = words[0].lower() + words[1:]
        return guillemets(text) if several[1] else guillemets(f"{_plural_article(several[2])} {text}")
    if years := ANNIVERSARY.match(words):
        return guillemets(_anniversary(years["count"], words[years.end() :]))
    if words.startswith("Settimana Santa"):
        return f"la {words}"
    noun = NOUN.match(words)
    if noun is None:
        return _counted(words)
    article = _ARTICLE[noun[1].lower()]
    rest = words[noun.end() :]
    if named := re.fullmatch(r"(\s[\w\s]{0,30})?\s?:\s?(.+)", rest):  # `Incontro informativo: "Il voucher"`
        name = named[2].strip(' "“”«»')
        is_part = name == named[2] and _PARTS.match(name)  # `: celebrazioni nei cimiteri` is no name
        is_news = name == named[2] and _NEWS.match(name)
        if name == named[2] and not is_part:
            name = f"{name[:1].upper()}{name[1:]}"
        said = "" if is_news else f", con {name}" if is_part else f" «{name}»"
        rest = f"{(named[1] or '').rstrip()}{said}"
    if noun[1].lower() in ("presentazione", "proiezione"):
        rest = _ITS_WORK.sub(" del", rest)
    rest = _WHOSE.sub(_of_whom, _OF_A_FEAST.sub(_of_the_feast, rest))
    word = noun[1].lower()
    if word in _OF_A_THING and (thing := noun_of(rest)) and rest.startswith(f" {thing.noun.split()[0]}"):
        rest = f" {thing.of}"  # `Inaugurazione parco giochi`
    if word in ("spettacolo", "stage", "sciopero"):
        joined = f"lo {word}"
    elif word[0] in "aeiou":
        joined = f"l'{word}"
    else:
        joined = f"{article} {word}"
    return guillemets(f"{joined}{_lower_adjective(rest)}")


def verb_of(phrase: str) -> str:
    """What stands between a day and what happens then."""
    if ANNIVERSARY.match(phrase):
        return "si ricorda"
    return "ci sono" if is_plural(phrase) else "c'è"


def _anniversary(count: str | None, rest: str) -> str:
    """`il 50° anniversario del museo`, `l'80° anniversario`: the article as the ordinal is said aloud."""
    if count is None:
        return f"l'anniversario{rest}"
    begins_with_a_vowel = int(count) in (8, 11) or 80 <= int(count) < 90
    return f"{'l’' if begins_with_a_vowel else 'il '}{int(count)}° anniversario{rest}".replace("’", "'", 1)


def _of_whom(match: re.Match[str]) -> str:
    """`concerto della banda` of `Concerto banda`, as titles leave out the small word."""
    joint = _GENITIVE[match["whose"].lower()]
    return f" {joint}{'' if joint.endswith(chr(39)) else ' '}{match['whose']}"


def _of_the_feast(match: re.Match[str]) -> str:
    """`mercatino della 5ª Festa` of `Mercatino - 5ª Festa`."""
    return f" {'della' if _ARTICLE[match['noun'].lower()] == 'la' else 'del'} {match['count']}{match['noun']}"


def _counted(words: str) -> str:
    """`la terza camminata in rosa` of `Terza camminata in rosa`."""
    ordinal = _ORDINAL.match(words)
    noun = NOUN.match(words, ordinal.end()) if ordinal else None
    if (
        ordinal is None
        or noun is None
        or (_ARTICLE[noun[1].lower()] == "la") is not ordinal[0].strip().endswith(("a", "ª"))
    ):
        return ""
    rest = _WHOSE.sub(_of_whom, words[noun.end() :])
    return guillemets(f"{_ARTICLE[noun[1].lower()]} {ordinal[0].lower()}{noun[1].lower()}{rest}")


def is_plural(phrase: str) -> bool:
    """Whether `ci sono` goes before the phrase."""
    return SEVERAL.match(re.sub(r"^(?:i|gli|le)\s", "", phrase)) is not None and not phrase.startswith(
        ("il ", "la ")
    )


def quoted(title: str) -> str:
    """The title between «», without quotes of its own around it."""
    bare = title.strip(" .")
    if (named := QUOTED.match(bare)) and (gloss := _GLOSSED.fullmatch(bare[named.end() :])):
        return f"{guillemets(named[0])}{gloss[0]}"  # `“Parco della Pace”, convegni e visite guidate`
    outer = QUOTED.fullmatch(bare)
    if outer:
        bare = outer[1] or outer[2] or outer[3]
    return f"«{QUOTED.sub(lambda match: f'“{match[1] or match[2] or match[3]}”', bare)}»"


_APPOSED = re.compile(  # `Giorno del Ricordo, cerimonia a Po`
    r"(?P<name>[A-ZÀ-Ý][\w'’]+(?:\s[\w'’]+){1,5}), (?P<what>(?:cerimonia|mostra|concerto|incontro|spettacolo"
    r"|festa|conferenza|corteo|presentazione|serata|passeggiata|camminata|proiezione|torneo|convegno"
    r"|laboratorio|letture)\b[^,:;.]*)"
)


_ITS_ARTICLE = re.compile(r"^(?:(?:il|lo|la|i|gli|le)\s|l['’])(?=[a-z])")  # `"Alba": la rassegna del mare`


def segmented(title: str) -> str:
    """`il recital «Alba in chiesa»` of `Alba in chiesa - Recital`; "" where no part of it opens with a
    noun.
    """
    if (apart := _APPOSED.fullmatch(title)) and (phrase := phrase_of(apart["what"])) and "«" not in phrase:
        noun = head[0] if (head := _HEAD.match(phrase)) else phrase
        return f"{noun} {quoted(apart['name'])}{phrase[len(noun) :]}"
    marks = [*re.finditer(r"\s[-–]\s|:\s", title)]
    for mark in dict.fromkeys((*marks[:1], *marks[-1:])):
        name, rest = title[: mark.start()].strip(), title[mark.end() :].strip()
        if phrase_of(name):
            return ""
        bare = _ITS_ARTICLE.sub("", rest) if QUOTED.fullmatch(name) else rest
        phrase = _AT_ITS_PLACE.sub("", phrase_of(bare))
        if phrase and mark[0] == ": " and " " not in name and is_word(name.lower()):
            return phrase  # `Prevenzione: passeggiate in collina`: a label, and no name
        if phrase and "«" not in phrase and (whose := _NAMED_BODY.fullmatch(name)):
            head = _HEAD.match(phrase)
            noun = head[0] if head else phrase
            return f"{noun}{_of_whom(whose).lower()} {quoted(whose['name'])}{phrase[len(noun) :]}"
        if phrase and "«" not in phrase:
            return f"{phrase} {quoted(name)}"
    return ""


def shortened(title: str) -> str:
    """The title without its subtitle."""
    if title.count('"') % 2 or QUOTED.match(title):
        return title
    head = re.split(r":\s|\.\s|\s[-–]\s", title, maxsplit=1)[0].strip()
    if any(head.count(mark[0]) != head.count(mark[1]) for mark in ("“”", "«»", "()")) or head.count('"') % 2:
        return title
    return head if len(head) >= 8 else title


def with_nominal(own: str, nominal: str) -> str:
    """`il recital «Alba» con Ada Neri`: the page's phrase goes on where it opens as the title's does."""
    said = lowered_noun(nominal)
    opens = re.match(r"(?:(?:il|lo|la|i|gli|le)\s|l['’])(?P<words>[^«:]+?)(?:\s?«[^»]*»)?$", own)
    if opens and (rest := said.removeprefix(opens["words"])) != said and _GOES_ON.match(rest):
        return f"{own}{rest}"
    noun = said.split()[0]
    if opens and opens["words"].split()[0] == noun and _GOES_ON.match(said[len(noun) :]):
        is_twice = any(len(word) > _LONG_WORD and word in own for word in said[len(noun) :].split())
        return own if is_twice else f"{own}{said[len(noun) :]}"  # `torneo di carte di carte a coppie`
    return f"{own}: {said}"


def without_purpose(nominal: str) -> str:
    """`tre incontri sul fuoco` of `tre incontri sul fuoco per sapere che cosa fare`."""
    return _PURPOSE.split(nominal, maxsplit=1)[0].rstrip(" ,")


def _plural_article(noun: str) -> str:
    word = noun.lower()
    if word in ("spettacoli", "incontri", "appuntamenti", "eventi"):
        return "gli"
    return "le" if word.endswith(("e", "oni", "ità")) else "i"


def lowered_noun(phrase: str) -> str:
    noun = NOUN.match(phrase)
    rest = phrase[noun.end() :] if noun else phrase[1:]
    return guillemets((noun[0] if noun else phrase[0]).lower() + _lower_adjective(rest))


def _lower_adjective(rest: str) -> str:
    """`Recital Pianistico con` has an adjective with a capital that is no name."""
    lowered = re.sub(
        r"^\s([A-Z])([a-z]+(?:ico|ica|ale|ivo|iva|oso|osa|ato|ata|ati|ate))\b",
        lambda word: f" {word[1].lower()}{word[2]}",
        rest,
    )
    return _OF_A_WORK.sub(lambda work: work[0].lower(), lowered)


def guillemets(text: str) -> str:
    return mended(QUOTED.sub(lambda match: f"«{(match[1] or match[2] or match[3]).strip()}»", text))
