"""Short sentences for what a page tells in words that no citizen reads: how one asks, for whom, how much.

`Gli interessati dovranno presentare istanza esclusivamente on line al seguente link:` is
`La domanda si fa solo online.`
"""

import re
from collections.abc import Iterator

from flows.bulletin.facts.fact import Fact
from flows.bulletin.facts.fact import Kind as FactKind
from flows.bulletin.facts.find import facts
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.plain_words import plainer
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import URL
from flows.bulletin.page.notice import Kind, Notice, Slot
from flows.bulletin.summary import clauses
from flows.bulletin.summary.frames.calls.bands import bands, value_of, whole
from flows.bulletin.summary.frames.calls.duties import in_person, keys, stamp_duty, survey
from flows.bulletin.summary.frames.calls.families import child_lives, parent_lives
from flows.bulletin.summary.frames.own_sentences.sentences import Sentence
from flows.bulletin.summary.frames.titles.matter import matter_of

_PLACE = 60.0  # behind what the office says, before its lists
_CALLS = (Kind.deadline, Kind.job, Kind.service, Kind.campaign, Kind.other)
_EURO = r"(?:€|euro)?\s?(?P<sum>\d{1,3}(?:\.?\d{3})*(?:,\d\d)?)\s?(?:€|euro\b)?"
_EASED = re.compile(
    r"\b(?:esen\w+|gratuit\w+|ridu\w+|ridott\w+|agevolat\w+|tariff\w+|scont\w+|fasc[ei]\w*|priorit\w+|punt[io]\b|punteggi\w*)"
    r"|%(?!\s(?:su|de)l\s(?:valore\s)?ISEE?\b)|\bpost[oi] (?:è |sono )?riservat[oi]\b",
    re.I,
)  # a sum that eases a price is no condition
_OF_A_GROUP = re.compile(  # `Per le scuole secondarie il contributo si chiede con un ISEE fino a`
    r"(?:^|[.;\n]\s*)Per (?:le scuole|gli studenti|gli alunni|i residenti|i non|chi)\b[^.;\n]*$"
    r"|\b(?:un[oa]?|due|tre|quattro|\d+) (?:post[oi] )?(?:è |sono )?riservat[oi] [^.;\n]*$"
    r"|\b(?:di cui|de[il] quali|delle quali) \d+ [^.;\n]{0,12}\briserv\w+[^.;\n]*$"  # 6 places of 24
)
_MAY = re.compile(r"\b(?:[Pp]ossono|[Pp]uò) (?:presentare|fare|chiedere|richiedere|accedere)\b[^.;]*$")
_BEFORE = 120  # characters
_NEAR = 70  # characters around the word ISEE in which a sum is its
_STOP = re.compile(r"(?<=[a-zà-ù]{2})\.\s(?=[A-ZÀ-Ý])|\n")
_AT_MOST = re.compile(
    rf"\bISEE\b[^.;:\n]{{0,60}}?\b(?:non\ssuperiore\sa|pari\so\sinferiore\sa|inferiore\so\s(?:uguale|pari)\sa"
    rf"|non\ssuperi|fino\sa\sun\smassimo\sdi|massimo\sdi|fino\sad?|(?P<below>inferiore\sad?))\s(?:ad?\s)?{_EURO}",
    re.I,
)
_RAISED = re.compile(  # `non superiore a 14.000 euro, elevato a 18.000 con tre figli`
    r"[^.;\n]{0,40}\b(?:elevat|innalzat|aumentat|incrementat)[oaie]\s(?:fino\s)?ad?\s", re.I
)
_WAIVED = re.compile(  # of some, for whom the sum is no condition
    r"\b(?:limite|soglia|tetto|requisito|valore)\s(?:\w+\s)?ISEE\s(?:non\s(?:si\sapplica|vale|è\srichiest\w|conta|serve)"
    r"|è\selevat\w)|\b(?:a\sprescindere\sd|indipendentemente\sd|senza\s(?:limit\w\s(?:di\s)?)?)\w*['’\s]\s?ISEE",
    re.I,
)
_GIVEN = re.compile(
    r"\b(?P<what>contributo|bonus|voucher|buono|premio|rimborso)\b"
    r"(?P<how>(?:\s(?:economico|una\stantum|comunale|regionale|straordinario|complessivo|unico|massimo|a\sfondo\sperduto"
    r"|per\s(?:ciascun[oa]?|ogni)\s(?:famiglia|nucleo\sfamiliare|nucleo|figlio|figlia|minore|bambino|studente)"
    r"|è|sarà|ammonta|erogato|previsto|concesso|del\svalore|dell['’]importo|di\simporto|pari|fino|un)){0,4}?)"
    r"\s(?:di|a|ad|da)\s(?:un\smassimo\sdi\s)?(?:€|euro)?\s?\d",
    re.I,
)  # nothing else may stand between: `bonus per chi ha un reddito di 9.000 euro` gives no 9.000 euro
_VOUCHERS = re.compile(r"\bbuoni (?:spesa|acquisto)\b", re.I)
_UP_TO = re.compile(r"\b(?:massim\w+|fino|un massimo)\b", re.I)
_EACH = re.compile(
    r"\b(?:mensil\w*|al mese|settiman\w+|ciascun\w+|ognun\w+|per ogni|giornalier\w+|a persona|annu\w+)\b",
    re.I,
)
_FIXED = Cued(
    r"\bcontributo\b[^.;\n]{0,40}?\s(?:fissato in|di|pari a|dell['’]importo di)\s"
    r"(?P<sum>(?:€|euro)\s?\d[\d.]*(?:,\d\d)?|\d[\d.]*(?:,\d\d)?\s?(?:€|euro\b))",
    re.I,
)
_MOST_SUMS = 4
_PER_HEAD = re.compile(
    r"\bper\s(?:ciascun[oa]?|ogni)\s(?P<whom>famiglia|nucleo\sfamiliare|nucleo|figlio|figlia|minore|bambino|studente)\b",
    re.I,
)
_ARTICLES = {
    "contributo": "Il contributo",
    "bonus": "Il bonus",
    "voucher": "Il voucher",
    "buono": "Il buono",
    "premio": "Il premio",
    "rimborso": "Il rimborso",
}
_APPEAL = Cued(
    r"\b(?:entro|decorsi|nei)\s(?:i\s)?(?P<days>\d{1,3})\sgiorni\b[^.;\n]{0,20}\bdalla\s(?:data\sdi\s)?pubblicazione\b"
    r"[^.;\n]{0,70}\bricors[oi]\b"
    r"|\bricors[oi]\b[^.;\n]{0,60}\bentro\s(?:i\s)?(?P<later>\d{1,3})\sgiorni\b[^.;\n]{0,20}\bdalla\s(?:data\sdi\s)?pubblicazione\b",
    re.I,
)
_ASKED = (
    (re.compile(r"\b(?:domand[ae]|istanz[ae])\b", re.I), "La domanda si fa"),
    (re.compile(r"\b(?:iscrizion[ei]|iscriver\w*)\b", re.I), "Ci si iscrive"),
    (re.compile(r"\b(?:adesion[ei]|aderir\w*)\b", re.I), "Si aderisce"),
    (Cued(r"\b(?:candidatur[ae])\b", re.I), "La candidatura si presenta"),
)
_ONLINE = re.compile(
    r"\bon[\s-]?line\b|\b(?:per|in)\s(?:via|modalità)\s(?:esclusivamente\s)?telematica\b|\btelematicamente\b",
    re.I,
)
_ONLY = re.compile(r"\b(?:esclusivamente|solo|soltanto|unicamente|solamente)\b", re.I)
_OTHERWISE = re.compile(
    r"\b(?:oppure|ovvero|pec|e-?mail|posta|raccomandata|a mano|cartace\w+|sportello|protocollo|di persona|"
    r"personalmente|in presenza|non|anche|preferibilmente|in alternativa|bibliotec\w+|dal 20\d\d)\b",
    re.I,
)
_MUST = re.compile(
    r"\b(?:va|vanno|deve|devono|dovr\w+|può|possono|potr\w+|si\s\w+(?:[ae]|no)|è|sono|viene|vengono|inviar\w*|presentar\w*"
    r"|compil\w+|effettuat\w+)\b",
    re.I,
)
_ISEE = re.compile(r"\bISEE\b", re.I)
_NUMBER = re.compile(r"\d{1,3}(?:\.?\d{3})*(?:,\d\d)?")
_BUSINESS = re.compile(
    r"\b(?:attività (?:commercial|economic)\w+|impres[ae]|esercizi commerciali|operatori economici)\b", re.I
)
_KEYS = Cued(r"\b(?:SPID|CIE|CNS)\b")
_AFTER = 220  # characters behind the way in which another one would stand
_FOR_WHOM = re.compile(
    r"\b(?:band[oi]|contribut[oi]|bonus|voucher|avviso|iniziativa|misura|servizio|progetto|agevolazione|soggiorn[oi]"
    r"|cors[oi]|concors[oi]|premio|percorso|attività|programma)\b[^;:()]{0,90}?\b"
    r"(?P<for>(?:rivolt|destinat|riservat)[oaie]\s"
    r"(?:solo\s|esclusivamente\s)?(?:a|ai|agli|alle|alla|al)\s[^;:()\n]{3,140}?)"
    r"(?:\.?$|,?\s(?:in\spossesso\sdei\s(?:seguenti\s)?requisiti|e\salle\scondizioni|alle\scondizioni)\b"
    r"|,?\s(?:avent[ei]\s(?:ad|per)\soggetto|finalizzat[oaie])\b)",
    re.I,
)  # what follows of conditions is in the page, and the text says so
_OF_A_PART = re.compile(
    r"\b(?:premi[oi]?\sspecial\w|un\spremio|sezion[ei]|categori[ae]|una?\sparte|post[io]|quot[ae])\b", re.I
)
_LONG_AUDIENCE = 130
_CALLED = re.compile(r"\b(?:rivolt|destinat|riservat|dedicat)[oaie]\s(?:a|ai|agli|alle|alla|al)\s", re.I)
_FREE = re.compile(
    r"\b(?P<what>il servizio|il corso|l['’]iniziativa|l['’]attività|la partecipazione|l['’]adesione)"
    r"(?:,)?\s(?:è\s)?(?:del tutto\s|completamente\s|totalmente\s)?(?P<free>gratuit[oa])\b"
    r"(?!\s(?:per|se|fino|solo|a chi))",
    re.I,
)


def particulars(notice: Notice) -> Iterator[Sentence]:
    """Sentences that may follow one that names the matter."""
    appeals = {appeal["days"] or appeal["later"] for appeal in _APPEAL.finditer(notice.body)}
    if notice.kind is Kind.result and len(appeals) == 1:  # of two ways to appeal each has its days
        days = appeals.pop()
        told = frozenset({Slot.until, Slot.deadline})
        yield Sentence(f"Puoi fare ricorso entro {days} giorni dalla pubblicazione.", told, False, _PLACE)
    if notice.kind not in _CALLS:
        return
    if notice.kind is Kind.deadline and (said := ceiling(notice.body)):
        yield Sentence(said, frozenset({Slot.who}), False, _PLACE)
    if said := bands(notice):
        yield Sentence(said, frozenset({Slot.amount}), False, _PLACE)
    if said := parent_lives(notice.body) or child_lives(notice.body):
        yield Sentence(said, frozenset({Slot.who}), False, _PLACE)
    if said := given(notice.body):
        yield Sentence(said, frozenset({Slot.amount}), False, _PLACE)
    sentences = split(notice.body)
    if said := way(notice):
        yield Sentence(said, frozenset({Slot.how}), False, _PLACE)
    if said := _audience(sentences, "Sono" if _is_plural(notice.title) else "È"):
        yield Sentence(said, frozenset({Slot.who}), False, _PLACE)
    with_keys = keys(notice)
    asked = f"Serve {with_keys}." if with_keys else ""
    for said in (survey(notice), in_person(notice.body), stamp_duty(notice.body), asked):
        if said:
            yield Sentence(said, frozenset({Slot.how}), False, _PLACE)
    if (free := _FREE.search(notice.body)) and not _amounts(notice.body):
        what = free["what"]
        yield Sentence(
            f"{what[:1].upper()}{what[1:]} è {free['free'].lower()}.", frozenset({Slot.amount}), False, _PLACE
        )


def way(notice: Notice) -> str:
    """`La domanda si fa solo online, con SPID o CIE.`; "" where there are others beside, or none."""
    body = notice.body
    for sentence in split(body):
        online = _ONLINE.search(sentence)
        if online is None or not _MUST.search(sentence):
            continue
        asked = next((said for words, said in _ASKED if words.search(sentence[: online.start()])), "")
        at = body.find(sentence) + online.end()
        beside = sentence[: online.start()] + body[at : at + _AFTER]
        is_only = _ONLY.search(sentence[max(0, online.start() - 40) : online.start()]) is not None
        if not asked or (not is_only and _OTHERWISE.search(beside)):
            continue
        keys = list(dict.fromkeys(key[0] for key in _KEYS.finditer(sentence)))
        with_keys = f", con {' o '.join(filter(None, (', '.join(keys[:-1]), keys[-1])))}" if keys else ""
        return f"{asked} {'solo ' if is_only else ''}online{with_keys}."
    return ""


def ceiling(body: str) -> str:
    """`Serve un ISEE fino a 25.000 euro.`, `inferiore a` where it is less;
    "" where it eases a price, or several have their own effect."""
    found = _AT_MOST.search(body)
    if (
        found is None
        or _OF_A_GROUP.search(body[: found.start()])
        or _WAIVED.search(body)
        or _RAISED.match(body, found.end())
        or _EASED.search(body[max(0, found.start() - _BEFORE) : found.end() + _BEFORE])
    ):
        return ""
    sums = set(map(float, _sums_of_isee(body)))
    own = float(_plain_sum(found["sum"]))
    if own not in sums:
        return ""  # `15 mila euro`, `20000`: only a part of the figure was read
    is_for_all = _MAY.search(body[: found.start()][-_BEFORE:]) is not None
    if is_for_all and own == max(sums):
        sums = {own}  # whoever may ask is below it, and the others tell how much one gets
    limit = "inferiore a" if found["below"] else "fino a"
    return f"Serve un ISEE {limit} {whole(found['sum'])} euro." if len(sums) == 1 else ""


def _plain_sum(figure: str) -> str:
    return figure.replace(".", "").replace(",", ".")


def _sums_of_isee(body: str) -> set[str]:
    return {
        fact.value
        for isee in _ISEE.finditer(body)
        for fact in facts(_around(body, isee))
        if fact.kind is FactKind.amount
    }


def _around(body: str, isee: re.Match[str]) -> str:
    """The words beside the word ISEE, of its own sentence."""
    before = _STOP.split(body[max(0, isee.start() - _NEAR) : isee.start()])[-1]
    return f"{before}{isee[0]}{_STOP.split(body[isee.end() : isee.end() + _NEAR])[0]}"


def given(body: str) -> str:
    """`Il contributo è di 500 euro.`, `Il contributo va da 300 a 400 euro.`; "" where other sums are told.

    And of vouchers, which are no money: `buoni spesa per 500 euro`.
    """
    if _VOUCHERS.search(body):
        return ""
    return _one_sum(body) or _between(body)


_PAID = re.compile(r"\b(?:si paga|pagare|versare|versa|a carico)\b", re.I)  # by who asks


def _one_sum(body: str) -> str:
    """`Il contributo è di 500 euro.`, where the page has no other sum and calls no business."""
    found = _GIVEN.search(body)
    of_isee = _sums_of_isee(body)
    amounts = [fact for fact in _amounts(body) if fact.value not in of_isee]
    if found is None or not amounts or (_BUSINESS.search(body) and not _PER_HEAD.search(found["how"])):
        return ""
    if len({fact.value for fact in amounts}) > 1 and "complessiv" not in found["how"]:
        return ""
    its = next((fact for fact in amounts if found.start() <= fact.start <= found.end() + 2), None)
    each = _PER_HEAD.search(found["how"])
    around = body[max(0, found.start() - 30) : its.end + 40] if its else ""
    if its is None or _PAID.search(around) or _EACH.search(_PER_HEAD.sub(" ", around)):
        return ""
    number = _NUMBER.search(body, its.start)
    verb = "arriva a" if _UP_TO.search(found[0]) else "è di"
    return (
        f"{_ARTICLES[found['what'].lower()]} {verb} {whole(number[0])} euro{_each(each)}." if number else ""
    )


def _between(body: str) -> str:
    """`Il contributo va da 300 a 400 euro.`, where every sum of the page is one that is given."""
    given = [fact for match in _FIXED.finditer(body) for fact in _amounts(match[0])]
    sums = {fact.value for fact in given}
    if (
        not 2 <= len(sums) <= _MOST_SUMS
        or sums != {fact.value for fact in _amounts(body)}
        or _ISEE.search(URL.sub(" ", body))
    ):
        return ""
    if _BUSINESS.search(body) or any(_EACH.search(match[0]) for match in _FIXED.finditer(body)):
        return ""
    numbers = sorted(
        {number[0] for match in _FIXED.finditer(body) if (number := _NUMBER.search(match["sum"]))},
        key=value_of,
    )
    return f"Il contributo va da {whole(numbers[0])} a {whole(numbers[-1])} euro."


def _each(found: re.Match[str] | None) -> str:
    return f" per ogni {found['whom'].lower()}" if found else ""


def _amounts(body: str) -> list[Fact]:
    return [fact for fact in facts(body) if fact.kind is FactKind.amount]


def _is_plural(title: str) -> bool:
    matter = matter_of(title)
    return matter is not None and matter.is_plural


def _audience(sentences: list[str], verb: str) -> str:
    """`È per le famiglie residenti.`; "" where several people are called, each perhaps for something else."""
    if len(_CALLED.findall(" ".join(sentences))) > 1:
        return ""
    for sentence in sentences[:8]:
        found = _FOR_WHOM.search(sentence.strip())
        if found is None or _OF_A_PART.search(sentence[: found.start("for")]):
            continue
        phrase = clauses.audience_phrase(found["for"], longest=_LONG_AUDIENCE)
        if phrase:
            return f"{verb} {plainer(phrase)}."
    return ""
