"""Texts about recalled products: which one (brand, lot, code), which risk, what to do with it."""

import re
from collections.abc import Iterator

from flows.bulletin.language.articles import OF_ARTICLE, gender_of, indefinite
from flows.bulletin.language.cues import Cued
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import has_verb, split
from flows.bulletin.page.dangers import has_many_steps
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.own_sentences.own import enough, opened
from flows.bulletin.summary.frames.prose.left_to_page import ALL_STEPS
from flows.bulletin.summary.frames.prose.lines import is_cut, lines
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.titles.nouns import guillemets

_NAMED = re.compile(
    r"\b(?:lott[oi]|cod(?:ice|\.)|marca|marchio|modello|ean|scadenza|confezion[ei])\b"
    r"|«[^»]{3,40}»|\d{6,}",
    re.I,
)
_RISK = re.compile(
    r"\b(?:rischio|contaminat\w+|contenent\w|contiene|presenza|amianto|salmonella|listeria|allergen\w"
    r"|pericol\w+|corpi estranei|batter\w+)\b",
    re.I,
)
_TODO = re.compile(
    r"\b(?:non\s(?:consumar|utilizzar|usar|aprir|gettar|bere|mangiar|l[oai]\s)\w*|riport\w+|restitu\w+"
    r"|sospender\w+|smett\w+|consegnar\w+|conferir\w+)",
    re.I,
)
_DEED = re.compile(
    r"\bnon\s(?:(?:deve|devono|dovrà|va|bisogna)\s)?(?P<verb>(?:consumar|mangiar|utilizzar|usar|ber))(?P<it>lo|la|li|le|e)\b"
    r"(?:[^.;]*?\b(?P<back>riport|restitu|riconsegn)\w+)?",
    re.I,
)
_OF_SOME = re.compile(r"\b(?:allergic|celiac|intolleran)\w+", re.I)  # whom alone it harms
_STOPS = re.compile(  # `deve smettere di usarlo e contattare il venditore`
    r"\bsmett\w+ di (?:usar|utilizzar)(?P<it>lo|la|li|le)\b"
    r"(?:[^.;]{0,30}(?:(?P<seller>contatt\w+ il (?:venditore|negozi\w+))|(?P<back>riport|restitu)\w+))?",
    re.I,
)
_ORDERED = re.compile(
    r"[^.;]{0,80}?\bha\s(?:disposto|ordinato)\sil\s(?:ritiro|richiamo)(?:\sdal\s(?:commercio|mercato))?\s"
    r"(?P<of>(?:del|dello|della|dei|degli|delle)\s|dell['’])",
    re.I,
)
_BACK = re.compile(r"\b(?:riport|restitu|riconsegn)\w+", re.I)
_AT_A_MARKET = re.compile(r"\b(?:al|del|nel) (?:mercato|banco)\b|\bbancarell\w", re.I)
_TAKE_BACK = "Non usarlo e riportalo al negozio."
_LOT = Cued(
    r"\b(?:lotto|lotti|numero\sdi\slotto)\s?(?:di\s\w+\s)?(?:n[.°]\s?|numero\s|:\s)?"
    r"(?P<lot>(?=[\w./-]*\d)[A-Z\d][\w./-]{1,18}\w(?:\s?=\s?[A-Z\d][\w./-]{1,18}\w)?)",  # `2025 = CH332`
    re.I,
)
_PRODUCT = re.compile(  # of a recall's own table
    r"^\W*(?:prodotto|nome del prodotto|denominazione(?: di vendita| commerciale)?)\s?:\s*"
    r"(?P<name>[^\n:;]{3,70}?)[ .]*$",
    re.I | re.M,
)
_FIELD = re.compile(
    r"^\W*(?P<label>marchio|marca|modello|denominazione(?: di vendita| commerciale)?|prodotto"
    r"|nome del prodotto"
    r"|lotto|lotti|numero di lotto"
    r"|motivo(?: del(?: richiamo|la segnalazione))?)\s?:\s*(?P<said>[^\n:;]{2,70}?)[ .]*$",
    re.I | re.M,
)
_PRESENCE = re.compile(
    r"\bper\s(?:la\s)?(?P<what>(?:possibile|probabile|sospetta)\spresenza\sdi\s[^,.;:\n]{3,50})", re.I
)
_RECALLED = re.compile(
    r"(?:^|[:.]\s)(?P<sentence>richiamat(?P<end>[oaie])\s(?P<rest>(?:il|lo|la|i|gli|le|l['’]|un|una"
    r"|alcuni|alcune)\b.+))",
    re.I,
)
_ALERTED = re.compile(  # `Allerta giocattolo contenente amianto`
    r"(?:avviso\s)?(?:allerta|allarme|richiamo|ritiro)(?:\s(?:sicurezza|alimentare|safety\sgate|richiamo))?\s?:?\s(?P<what>[^:]+)$",
    re.I,
)
_OF_ONE = re.compile(r"\b(?:su|di|per)\s(?P<what>un(?:[oa]?\s|['’])[a-zà-ù][^.;:]{8,})", re.I)
_PUBLISHER = re.compile(r"\s[-–]\s.*$|\.$")
_CONTAINS = re.compile(r"\b(?:contenente|contaminat[oaie] da|con)\s\S.*", re.I)
_DETAILS = "I dettagli sono nella pagina."
_UNUSED = re.compile(
    r"(?<!\bnon )(?<!necessario )\b(?:sospen\w+|smett\w+|interromp\w+"
    r"|non(?!\s(?:è|occorre|serve|sospen|smett)))\b[^.;\n]{0,30}\b(?:us|utilizz)\w+",
    re.I,
)
_STEPS = f"Non usare il prodotto: {ALL_STEPS}"


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Texts of at most `limit` units, the best first: product, risk and what to do, or the warning alone."""
    if made := list(_with_steps(notice)):
        yield from (text for text in made if utf16(text) <= limit)
        return
    yield from _named(notice, limit)
    yield from (text for text in _of_fields(notice) if utf16(text) <= limit)
    if not any(map(_NAMED.search, (notice.title, notice.body))):
        yield from (text for text in _warned(notice) if utf16(text) <= limit)


def _with_steps(notice: Notice) -> Iterator[str]:
    """The office's sentence of product and risk, and that there is more to do than a text has room for."""
    if not (has_many_steps(notice.body) and _UNUSED.search(notice.source)):
        return
    for sentence in (*notice.abstract, *notice.prose):
        if _RISK.search(sentence) and not _TODO.search(sentence):
            yield from (f"{worded(sentence)} {told} {_STEPS}" for told in lot(sentence, notice))
            yield f"{worded(sentence)} {_STEPS}"


def _warned(notice: Notice) -> Iterator[str]:
    """`C'è un'allerta per un giocattolo con sabbia contaminata da amianto.` of a page that names no brand."""
    if (alerted := _ALERTED.match(notice.title)) is None:
        return
    thing = alerted["what"].strip()
    noun = thing.split()[0].lower()
    own = [said for said in (*notice.abstract, *notice.prose) if noun in said.lower() and _RISK.search(said)]
    yield from (f"{worded(said)} {_DETAILS}" for said in own)
    for line in lines(notice)[1:]:
        said = _PUBLISHER.sub("", line)
        described = said if gender_of(said.split()[0].lower()) and _RISK.search(said) else ""
        if not described and (one := _OF_ONE.search(said)):
            contains = _CONTAINS.search(thing)
            described = f"{one['what']} {contains[0].lower() if contains else ''}".strip()
        if described and not is_cut(line) and not has_verb(described):
            yield f"C'è un'allerta per {_one(described)}. {_DETAILS}"
    if _RISK.search(thing):
        yield f"C'è un'allerta per {_one(thing)}. {_DETAILS}"


def _one(thing: str) -> str:
    """`un giocattolo con sabbia` of `Giocattolo con sabbia`."""
    noun, _, rest = thing.partition(" ")
    gender = gender_of(noun.lower())
    return f"{indefinite(noun.lower(), gender)}{noun.lower()} {rest}" if gender else thing


def _of_fields(notice: Notice) -> Iterator[str]:
    """`È richiamato il prodotto «Tonno» di marca Mare Blu, lotto 12, per istamina.` of a table."""
    told = {found["label"].lower()[:4]: found["said"] for found in _FIELD.finditer(notice.source)}
    deed = next(filter(None, map(_DEED.search, notice.prose)), None)
    name = told.get("deno") or told.get("prod") or told.get("nome")
    if name is None or not {"lott", "marc"} & set(told):
        return
    brand = f" di marca {told['marc']}" if "marc" in told else ""
    several = re.search(r"\se\s|,", told.get("lott", "")) is not None
    number = f", {'lotti' if several else 'lotto'} {told['lott']}" if "lott" in told else ""
    present = _PRESENCE.search(notice.source)
    motive = told.get("moti") or (present["what"] if present else "")
    motive = motive.replace("*", "")
    why = f", per {motive[:1].lower()}{motive[1:]}" if motive else ""
    back = f" e riportalo {_shop(notice)}" if deed and deed["back"] else ""
    todo = f" Non consumarlo{back}." if deed else ""
    yield f"È richiamato il prodotto {_in_quotes(name)}{brand}{number}{why}.{todo}"


def _in_quotes(name: str) -> str:
    """`«Ricotta salata»`; `«Robiola» Alba, vaschetta da 150 g` of a name that has quotes of its own."""
    return guillemets(name[:1].lower() + name[1:]) if re.search(r"[\"“«]", name) else f"«{name}»"


def _named(notice: Notice, limit: int) -> Iterator[str]:
    yield from enough(notice, limit, needs=_tells)
    yield from (text for text in _with_deed(notice) if utf16(text) <= limit)
    for line in lines(notice):
        sentences = split(line)
        made = [_whole(sentence) for sentence in sentences]
        for count in range(1, len(made) + 1):
            text = " ".join(made[:count])
            if not is_cut(line) and "È richiamat" in text + " Sono" and _tells(text) and utf16(text) <= limit:
                yield text
                break


def lot(text: str, notice: Notice) -> tuple[str, ...]:
    """The number of the one lot, or word of several, where `text` tells none: by it one knows the food."""
    products = list(_PRODUCT.finditer(notice.source))
    name = products[0]["name"] if len(products) == 1 else ""
    if name and name.lower() not in text.lower():
        return tuple(f"Si tratta di «{name}»{numbered}." for numbered in (*_numbered(text, notice), ""))
    if branded := _branded(text, notice):
        return (branded,)
    lots = {found["lot"] for found in _LOT.finditer(notice.source)}
    if "lotti" in notice.source.lower() and (
        "lott" not in text or (lots and not any(one in text for one in lots))
    ):
        return ("I lotti sono nella pagina.",)
    if not lots or any(one in text for one in lots) or "lotti" in text:
        return ()
    return (f"Il lotto è {lots.pop()}.",) if len(lots) == 1 else ("I lotti sono nella pagina.",)


def _branded(text: str, notice: Notice) -> str:
    """`È di marca Alba, modello 9671, lotto 12.` of a page's fields; "" where `text` has the brand."""
    told = {found["label"].lower()[:4]: found["said"] for found in _FIELD.finditer(notice.source)}
    brand = told.get("marc", "")
    if not brand or "deno" in told or brand.lower() in text.lower():
        return ""
    model = f", modello {told['mode']}" if "mode" in told else ""
    return f"È di marca {brand}{model}{next(_numbered(text, notice), '')}."


def _numbered(text: str, notice: Notice) -> Iterator[str]:
    """`, lotto 12`, of one lot that `text` does not tell."""
    lots = {found["lot"] for found in _LOT.finditer(notice.source)}
    is_one = len(lots) == 1 and "lotti" not in notice.source.lower()
    if is_one and not any(one in text for one in lots):
        yield f", lotto {lots.pop()}"


def _with_deed(notice: Notice) -> Iterator[str]:
    """The office's sentence of product and risk, and in short what it asks to do with it."""
    found = next(filter(None, map(_DEED.search, notice.prose)), None)
    if found is None and (stops := next(filter(None, map(_STOPS.search, notice.prose)), None)):
        seller = " e contatta il venditore" if stops["seller"] else ""
        where = "in farmacia" if "farmacia" in stops.string else _shop(notice)
        seller = f" e riporta{stops['it'].lower()} {where}" if stops["back"] else seller
        made = (
            f"{worded(one)} Non usar{stops['it'].lower()}{seller}."
            for one in notice.prose
            if one != stops.string
        )
        yield from (text for text in made if _NAMED.search(text))
        return
    if found is None:
        asks = next((sentence for sentence in notice.prose if _BACK.search(sentence)), "")
        made = (f"{worded(one)} {_TAKE_BACK}" for one in notice.prose if asks and one != asks)
        yield from (text for text in made if _NAMED.search(text))
        return
    if _OF_SOME.search(found.string):
        yield from (f"{worded(one)} {worded(found.string)}" for one in notice.prose if one != found.string)
        return
    it = "" if found["it"].lower() == "e" else found["it"].lower()
    deed = f"Non {found['verb'].lower()}{it or 'e il prodotto'}"
    if found["back"]:
        deed = f"{deed} e riporta{it or 'lo'} {_shop(notice)}"
    for sentence in (*notice.abstract, *notice.prose):
        text = f"{_withdrawn(worded(sentence))} {deed}."
        if sentence != found.string and _tells(text):
            yield text


def _shop(notice: Notice) -> str:
    """Where one takes a product back: of what a market sells, there is no shop."""
    return "dove l'hai comprato" if _AT_A_MARKET.search(notice.source) else "al negozio"


def _withdrawn(sentence: str) -> str:
    """`È ritirata dal commercio la caciotta Alba …` of `L'ufficio ha disposto il ritiro della caciotta …`."""
    found = _ORDERED.match(sentence)
    if found is None:
        return sentence
    of = found["of"].strip().lower().replace("’", "'")
    gender = gender_of(sentence[found.end() :].split(" ", 1)[0].lower())
    if of == "dell'" and gender is None:
        return sentence
    end = {"della": "a", "dei": "i", "degli": "i", "delle": "e"}.get(of, "o")
    end = "a" if of == "dell'" and gender and gender.is_feminine else end
    verb = "Sono ritirat" if end in "ie" else "È ritirat"
    return f"{verb}{end} dal commercio {OF_ARTICLE.get(of, '')}{sentence[found.end() :]}"


def _tells(text: str) -> bool:
    return bool(_NAMED.search(text) and _RISK.search(text) and _TODO.search(text))


def _whole(sentence: str) -> str:
    """`Allerta europea: richiamato il gioco Alfa` -> `È richiamato il gioco Alfa`; codes written out."""
    match = _RECALLED.search(sentence)
    if match:
        verb = "È" if match["end"].lower() in "oa" else "Sono"
        sentence = f"{verb} richiamat{match['end'].lower()} {match['rest']}"
    sentence = re.sub(r"\bcod\.\s?(?=\d)", "codice ", sentence)
    return opened(sentence if sentence.endswith((".", "!")) else f"{sentence}.")
