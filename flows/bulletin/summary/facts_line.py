"""What the parts of a page say beside its prose, each in a phrase: when, where, how much, whom to ask."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from flows.bulletin.language.glue import unglued
from flows.bulletin.language.sentences import has_verb
from flows.bulletin.language.shorten import mended
from flows.bulletin.language.signals import EMAIL, PHONE, STREET, URL
from flows.bulletin.summary.occasions import Occasion, dates_and_hours, from_first_to_last, occasions
from flows.bulletin.page.sections import Part

Field = Literal["when", "when where", "where", "audience", "cost", "info"]

_STREET = re.compile(
    rf"\b({STREET}(?:\s+(?:(?:del|dello|della|dei|degli|delle|di|da|de|e|la|le|lo)\b|dell['’]"
    rf"|d['’]|San|S\.|[A-ZÀ-Ý]\.|[A-ZÀ-Ý][\wà-ù'’]*|\d{{1,2}}(?=\s+[A-ZÀ-Ý]\w+))){{1,7}})"
    r"(?:,?\s*(?:n\.?\s*|n°\s*)?(\d{1,4}(?!\d)(?:\s?/?\s?[A-Za-z]\b)?))?"
)
_TOWN = re.compile(r",?\s*\d{5}\b.*$|\s*[-,]\s*Italia\b.*$", re.S)
_NO_ANSWER = re.compile(
    r"^(?:A pagamento|Contatti|Telefono|(?:Per )?(?:maggiori |ulteriori )?info\b[^\d€]*|(?:Per"
    r" )?(?:maggiori |ulteriori )?informazioni\b[^\d€]*|https?:\S+|www\S+)\.?$",
    re.I,
)
_PRICE_LIST = re.compile(
    r"((?:€ ?\d[\d.,]*|\d[\d.,]* ?(?:€|euro))(?: prevendita| cad\.|"
    r" ciascuno)?)\s+(?=(?:biglietto|biglietti|abbonamento|intero|ridotto|bambini|adulti|under"
    r"|over|residenti|non residenti)\b)",
    re.I,
)
_FREE = re.compile(
    r"\b(?:partecipazione|ingresso)\s+(?:libera|libero|gratuita|gratuito)(?:\s+e\s+gratuit[ao])?\b", re.I
)
_CLICK = re.compile(
    r"Clicca(?:re)? (?:sul link |qui |sul pulsante )?(?:qui )?(?:sotto |in basso )?per"
    r" (?:effettuare |procedere con )?(?:la |l['’])?(?=(?:pre)?(?:prenotazione|iscrizione))",
    re.I,
)
_PHONE_LABEL = re.compile(
    r"(?:Tel(?:efono|\.)?(?:\s+fisso)?|Cell(?:ulare|\.)?|Info(?:rmazioni)?|Centralino|Numero"
    r" verde|contatti|informazioni)\W{0,6}$",
    re.I,
)
_ASKED = re.compile(r"(?:\binfo\b|informazion|contatti\b|chiariment|prenota|iscri).{0,80}$", re.I)
_ARTICLES = {"ai": "i", "agli": "gli", "alle": "le", "al": "il", "alla": "la"}
_FULL_DATE = re.compile(r"(?<![\d/.])(\d{1,2})[/.](\d{1,2})[/.](20\d\d)(?!\d)")
_SENTENCE, _PHRASE = 160, 90  # characters
_CONTACT = re.compile(rf"{EMAIL.pattern}|{PHONE.pattern}")


@dataclass(frozen=True)
class Phrase:
    """A phrase for the facts line. `rank` orders phrases in the line; `worth` scales what it tells."""

    field: Field
    text: str
    worth: float = 1.0


def phrases(page: Sequence[Part]) -> list[list[Phrase]]:
    """The phrases that the parts of a page yield, in the line's order; of each list at most one is told."""
    where = list(_where(page))
    when = [*_when(page, where), *_listed(page)]
    alone = [
        Phrase("where", f"Indirizzo: {place.text}" if place.text[0].islower() else place.text, place.worth)
        for place in where
    ]
    return [
        group for group in ([*when, *alone], list(_audience(page)), *_cost(page), list(_info(page))) if group
    ]


def _texts(page: Sequence[Part], *kinds: str) -> list[str]:
    return [part.text.replace("\n", " ") for part in page if part.kind in kinds]


def _when(page: Sequence[Part], where: list[Phrase]) -> Iterator[Phrase]:
    for text in _texts(page, "when"):
        days = occasions(text)
        if not days:
            continue
        forms = [dates_and_hours(days), dates_and_hours(days, hours=False)]
        if len(days) > 6:
            forms = [from_first_to_last(days)]
        for dated in dict.fromkeys(forms):
            yield Phrase("when", dated)
            for place in where:
                where_to = re.sub("^Presso", "presso", place.text)
                yield Phrase("when where", f"{dated}, {where_to}", place.worth)


def _listed(page: Sequence[Part]) -> Iterator[Phrase]:
    """A programme of many dates, from the first to the last."""
    for text in _texts(page, "prose"):
        days = [(int(match[3]), int(match[2]), int(match[1])) for match in _FULL_DATE.finditer(text)]
        if len(days) >= 5 and days == sorted(days) and len(set(days)) == len(days):
            ends = [Occasion(day, month, year) for year, month, day in (days[0], days[-1])]
            yield Phrase("when", from_first_to_last(ends))


def _where(page: Sequence[Part]) -> Iterator[Phrase]:
    for kind, worth in (("where", 1.0), ("pin", 0.5)):
        for text in _texts(page, kind):
            for place in _places(text):
                if kind == "where" or _STREET.search(place):
                    yield Phrase("where", place, worth)


def _places(text: str) -> Iterator[str]:
    text = text.split("|")[0].strip(" .,;")
    streets = list(_STREET.finditer(text))
    street = streets[0] if streets else None
    if len(streets) > 1 and streets[1][1].casefold() == streets[0][1].casefold() and not streets[0][2]:
        street = streets[1]  # `Auditorium via Oberdan via Oberdan 21`
    if street is None:
        name = _TOWN.sub("", text).strip(" .,;-")
        if 3 < len(name) <= 70 and not re.search(r"[.!?]\s", name):
            yield mended(name)
        return
    name = text[: street.start()].strip(" .,;-–:")
    if re.search(r"\b(?:da|in|di|con|su|a|al|dalla|nella)$", name):
        whole = text[: street.end()].strip(" .,;-–:")
        if len(whole) <= 80:
            yield mended(whole)
        return
    road = street[1].strip(" .,;-–")
    road = road[0].lower() + road[1:]
    address = f"{road} {street[2].replace(' ', '')}" if street[2] else road
    if name.casefold().endswith(road.casefold()):
        name = name[: -len(road)].strip(" .,;-–")
    if len(name) > 60 or re.search(r"\w{3}[.!?]\s", name) or not name[:1].isupper():
        name = ""
    if name:
        yield mended(f"{name}, {address}")
        yield mended(name)
    else:
        yield mended(address)


def _audience(page: Sequence[Part]) -> Iterator[Phrase]:
    for text in _texts(page, "audience"):
        first = re.split(r"(?<=[.!?])\s|;", text)[0].strip(" .;:")
        phrase = re.sub(r"^(?:Ai|Agli|Alle|Alla|Al|A|All['’])(?:\s+|(?<=['’]))(?=\S)", _for, first)
        phrase = re.sub(r"\b(?<=e )(ai|agli|alle)\b(?= )", lambda match: _ARTICLES[match[1]], phrase)
        everyone = re.fullmatch(r"(?:per|a)?\s*tutt\w(?: i cittadini.*)?", phrase, re.I)
        longest = _SENTENCE if has_verb(phrase) else _PHRASE
        if 5 < len(phrase) <= longest and not everyone:
            yield Phrase("audience", phrase[0].upper() + phrase[1:], 0.8)


def _for(match: re.Match[str]) -> str:
    preposition = match[0].strip().casefold()
    if preposition == "a":
        return "per "
    return f"per {_ARTICLES[preposition]} " if preposition in _ARTICLES else "per l’"


def _cost(page: Sequence[Part]) -> Iterator[list[Phrase]]:
    for text in _texts(page, "cost"):
        text = _PRICE_LIST.sub(lambda price: f"{price[1]}, ", re.sub(r"\s+Previa ", ", previa ", text))
        pieces = [piece for sentence in re.split(r"(?<=[.;!])\s+", text) for piece in unglued(sentence)]
        pieces = [piece.strip(" .;-") for piece in pieces]
        has_offer = "offerta" in text.lower()
        free = [piece for piece in pieces if _FREE.search(piece) or piece.lower() in ("gratuito", "gratuita")]
        best = max(
            free, key=lambda piece: ("gratuit" in piece.lower(), len(piece) > 9, -len(piece)), default=""
        )
        for piece in pieces:
            if _NO_ANSWER.match(piece) or len(piece) < 5 or (piece in free and piece != best):
                continue
            if has_offer and piece == best and "offerta" not in piece.lower():
                continue
            phrase = re.sub(r"^A pagamento\s+", "", _CLICK.sub("", piece))
            phrase = _CONTACT.split(phrase)[0].strip(" .,;:-–") if _CONTACT.search(phrase) else phrase
            phrase = re.sub(r"^(?:Gratuito|Gratuita)\s+(?=prenotazione|iscrizione)", "Gratuito, ", phrase)
            phrase = f"Costo: {phrase}" if re.match(r"€|\d", phrase) else phrase
            bare = re.sub(
                r"(?:\s+(?:tramite|su|al|a|attraverso))?(?: il| questo)?(?: link|"
                r" sito)?\s*:?\s*(?:https?://|www\.)\S+",
                "",
                phrase,
            ).strip(" .:,")
            if _NO_ANSWER.match(phrase):
                continue
            forms = [form for form in dict.fromkeys((phrase, bare)) if 5 <= len(form) <= 170]
            if forms:
                yield [Phrase("cost", mended(form[0].upper() + form[1:])) for form in forms]


def _info(page: Sequence[Part]) -> Iterator[Phrase]:
    phones, mails, sites = list[str](), list[str](), list[str]()
    prose_phones = list[str]()
    for part in page:
        text = part.text.replace("\n", " ")
        for match in PHONE.finditer(text):
            before = text[max(0, match.start() - 80) : match.start()]
            if part.kind == "contacts" and (_PHONE_LABEL.search(before) or not before.strip()):
                phones.append(match[0])
            elif part.kind == "cost" or (part.kind != "contacts" and _ASKED.search(before)):
                prose_phones.append(match[0])
        if part.kind in ("contacts", "how", "cost", "prose", "more"):
            mails += [match[0] for match in EMAIL.finditer(text)]
            sites += [
                match[0].rstrip(".,;")
                for match in URL.finditer(text)
                if "@" not in text[max(0, match.start() - 40) : match.start()].split(" ")[-1]
            ]
    phones = list(dict.fromkeys([*prose_phones, *phones]))
    mails = list(dict.fromkeys(mails))
    sites = [site for site in dict.fromkeys(sites) if len(site) <= 50]
    for phone in phones[:2]:
        yield Phrase("info", f"Info: {phone}")
        for mail in mails[:1]:
            yield Phrase("info", f"Info: {phone}, {mail}")
    for mail in mails[:2]:
        yield Phrase("info", f"Info: {mail}")
    for site in sites[:1]:
        yield Phrase("info", f"Info: {site}", 0.8)
