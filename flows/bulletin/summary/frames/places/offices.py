"""What opens and closes: offices, libraries, parks, read from a title's words, with article and agreement."""

import re
from dataclasses import dataclass

_HEADS = {
    **dict.fromkeys(
        [
            "municipio",
            "cimitero",
            "sportello",
            "museo",
            "parco",
            "ecocentro",
            "centro",
            "servizio",
            "mercato",
            "teatro",
            "ambulatorio",
            "punto",
            "comando",
            "protocollo",
            "informagiovani",
            "palazzetto",
            "comune",
            "settore",
            "nido",
            "castello",
            "bocciodromo",
            "infopoint",
            "trasporto",
            "pedibus",
        ],
        ("il", "m", 1),
    ),
    **dict.fromkeys(["ufficio", "asilo", "archivio", "urp"], ("l'", "m", 1)),
    **dict.fromkeys(["stadio"], ("lo", "m", 1)),
    **dict.fromkeys(
        [
            "biblioteca",
            "piscina",
            "scuola",
            "farmacia",
            "palestra",
            "sede",
            "ludoteca",
            "sala",
            "casa",
            "stazione",
            "galleria",
            "ciclabile",
        ],
        ("la", "f", 1),
    ),
    **dict.fromkeys(["anagrafe", "isola", "aula", "area"], ("l'", "f", 1)),
    **dict.fromkeys(["uffici", "sportelli", "asili", "ambulatori"], ("gli", "m", 2)),
    **dict.fromkeys(
        ["cimiteri", "musei", "parchi", "servizi", "giardini", "nidi", "centri", "mercati"], ("i", "m", 2)
    ),
    **dict.fromkeys(
        [
            "biblioteche",
            "scuole",
            "palestre",
            "farmacie",
            "aree",
            "sedi",
            "sale",
            "iniziative",
            "manifestazioni",
            "attività",
        ],
        ("le", "f", 2),
    ),
}
_HEADS["sportelli"] = ("gli", "m", 2)
_HEADS["eventi"] = ("gli", "m", 2)
_WORD = re.compile(
    r"(?:(?:de(?:l|llo|lla|i|gli|lle)|il|lo|la|i|gli|le)\s|(?:dell|l)['’]\s?)?(?P<head>[A-Za-zÀ-ÿ]+)", re.I
)
_END = re.compile(
    r"[.:;,()]|\s[-–—]\s|\s(?=(?:chius|apert|riapert|chiud|riapr|in\soccasione|per\s|causa|nel\s|nei\s"
    r"|nelle|dal|dalle|il\s\d|il\sgiorno\s|fino|in\sorario|nelle\sore|temporaneamente|eccezionalmente|straordinariamente|spostat"
    r"|annullat|rinviat|sospes|sarà|saranno|rest|riman|è\s|sono\s)|\d|(?:luned|marted|mercoled|gioved"
    r"|venerd|sabato|domenica)\w*['’]?\s)|$",
    re.I,
)
_AND = re.compile(r"\se(?:d)?\s(?=\S)")


@dataclass(frozen=True)
class Office:
    """What is closed or open: `words` with its article; gender and number of what is said of it."""

    words: str
    gender: str
    number: int

    def state(self, stem: str) -> str:
        """`è chiusa`, `sono aperti`."""
        if self.number == 1:
            return f"è {stem}{'a' if self.gender == 'f' else 'o'}"
        return f"sono {stem}{'e' if self.gender == 'f' else 'i'}"


def office_at(text: str, start: int) -> tuple[Office, int] | None:
    """The office (or several, joined by `e`) that begins at `start`, and where its words end."""
    stop = _END.search(text, start)
    end = stop.start() if stop else len(text)
    found = [_one(part) for part in _AND.split(text[start:end].strip())]
    offices = [office for office in found if office]
    if not offices or found[0] is None:
        return None
    if len(offices) != len(found):
        one = _one(text[start:end].strip())  # `l'ufficio Tributi e Commercio`: one name
        return (one, end) if one and one.number == 1 else None
    if len(offices) == 1:
        return offices[0], end
    gender = "f" if all(office.gender == "f" for office in offices) else "m"
    words = [office.words for office in offices]
    return Office(f"{', '.join(words[:-1])} e {words[-1]}", gender, 2), end


def _one(words: str) -> Office | None:
    match = _WORD.match(words)
    known = _HEADS.get(match["head"].lower()) if match else None
    if match is None or known is None:
        return None
    article, gender, number = known
    if article == "il" and match["head"][0].lower() in "aeiou":
        article = "l'"
    elif article == "il" and re.match(r"s[bcdfglmnpqrtv]|z", match["head"], re.I):
        article = "lo"
    rest = words[match.end() :]
    head = match["head"]
    if head.isupper():
        head, rest = head.lower(), _softened(rest) if rest.isupper() else rest
    else:
        head = head.lower()
    if number == 1 and head in ("ufficio", "servizio") and rest[:1] == " ":
        first = rest.split()[0].lower()
        if first not in (
            "comunale",
            "postale",
            "unico",
            "di",
            "del",
            "della",
            "dei",
            "per",
            "telematico",
            "relazioni",
        ):
            rest = f" {rest[1:2].upper()}{rest[2:]}"
    elif number == 2:
        rest = re.sub(r"\b(Comunali|Pubblic\w+|Cittadin\w+)\b", lambda found: found[0].lower(), rest)
    else:
        rest = re.sub(
            r"\b(Comunale|Civica|Civico|Scolastico|Scolastica|Raccolta)\b",
            lambda found: found[0].lower(),
            rest,
        )
    joint = "" if article.endswith("'") else " "
    return Office(f"{article}{joint}{head}{rest}", gender, number)


def _softened(words: str) -> str:
    low = words.lower()
    return (
        re.sub(r"\b(di|del) (\w)", lambda match: f"{match[1]} {match[2].upper()}", low)
        if " di " in low
        else low
    )
