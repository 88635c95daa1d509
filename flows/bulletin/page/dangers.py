"""What an alert and a recall say: level, hazard, zone; product and risk."""

import re
from collections.abc import Iterator

from flows.bulletin.page.layout import Layout

_LEVEL = re.compile(
    r"\b(?:(?:stato|fase)\s+(?:operativ\w\s+)?di\s+(?:pre-?allarme|allarme|attenzione)"
    r"|allerta(?:\s+(?:meteo|regionale|idro\w+|per\s+\w+))?(?:\s+(?:gialla|arancione|rossa|verde))?"
    r"|(?:codice|livello|criticità)\s+(?:giall[oa]|arancione|ross[oa]|verde|ordinaria|moderata|elevata))\b",
    re.I,
)
_HAZARD = re.compile(
    r"\b(?:rischio(?:\s+di)?(?:\s+(?:idrogeologico|idraulico|valanghe|ondate|incendi\w*))(?:\s+(?:per\s+temporali|di\s+calore))?"
    r"|criticità\s+(?:idrogeologica|idraulica)(?:\s+e\s+idraulica)?(?:\s+per\s+temporali)?"
    r"|(?:forti\s+)?(?:rovesci\s+e\s+)?temporali(?:\s+e\s+grandinate)?|ondat[ae]\s+di\s+calore|grandin\w+|(?:forti\s+)?nevicat\w|neve"
    r"|(?:forti\s+)?piogg\w+|vento(?:\s+forte)?|venti\s+forti|raffiche|gelo|ghiaccio|gelate|mareggiat\w|piena|esondazion\w"
    r"|(?:forti\s+)?precipitazioni(?:\s+intense)?|fenomeni\s+temporaleschi"
    r"|valangh\w|frane|incendi(?:\s+boschivi)?|caldo|nebbia|siccità)\b",
    re.I,
)
_ZONE = re.compile(
    r"\b(?:zon[ae]\s+(?:di\s+allerta\s+)?[A-Z]{1,5}[-\s]?\d{0,2}\b(?:\s?[-–,e]\s?[A-Z]{1,5}[-\s]?\d{1,2}\b){0,6}"
    r"|(?:sull[ae]|per\s+l[ae]|nell[ae])\s+zon[ae]\s+[^.,;\n]{2,50}|VENE-[A-Z])"
)
_PRODUCT = re.compile(
    r"\b(?:richiam(?:a(?:no)?|o|at[oaie])|ritir(?:o|at[oaie])(?:\s+dal\s+(?:mercato|commercio))?)"
    r"(?:,\s(?:da parte|a cura)[^,.;]{3,40},)?"
    r"(?:\s+(?:alimentar[ei]:?|di sicurezza:?|precauzional\w+|dal (?:commercio|mercato):?"
    r"|di|del|della|dei|il|la|i|le|lo|dal\s+mercato))*\s+"
    r"(?P<words>[^.;:\n]{4,110})",
    re.I,
)
_RISK = re.compile(
    r"\b(?:(?:per|a\s+causa\s+d\w+)\s+(?:il\s+|la\s+)?(?:possibile\s+|presunta\s+)?(?:rischio|presenza|pericolo)[^.;\n]{2,80}"
    r"|contenent[ei]\s[^.;\n]{3,80}|contaminat\w\s+(?:da|con)\s[^.;\n]{3,60}|rischio\s+(?:di\s+)?[^.,;\n]{3,60})",
    re.I,
)
_PRODUCT_ENDS = re.compile(
    r"\s(?:contenent\w|contaminat\w|per\s+(?:rischio|presenza|possibile)|a\s+causa)\b", re.I
)

_NAMED = re.compile(
    r"^\W*(?:prodotto|nome del prodotto|denominazione(?: di vendita| commerciale)?)\s?:\s*"
    r"(?P<words>[^\n:;]{3,70}?)[ .]*$",
    re.I | re.M,
)
_STEP = re.compile(  # of a list of what to do: `• sottrarlo ai bambini;`, `- non aprirlo`
    r"^\W*(?:non\s)?(?:(?:sospend|consum|utilizz|us|apr|tagli|mangi|evit|tene|verific|contatt|riport|restitu"
    r"|riconsegn|conserv|butt|gett|tocc|spazz|allontan|lav|soffi|sottra)(?:\w*[aei]r(?:e|lo|la|li|le|ne)|rlo|rla|rre)"
    r"|smett\w+)\b",
    re.I,
)
_MANY = 3  # steps, of which one alone would read as all that there is to do


def has_many_steps(body: str) -> bool:
    """Whether a page lists so many things to do that one of them alone would read as all."""
    return sum(_STEP.match(line) is not None for line in body.splitlines()) >= _MANY


def levels(page: Layout) -> Iterator[tuple[int, int]]:
    """How grave the page says that it is."""
    for match in page.matches(_LEVEL, "contacts", "furniture"):
        yield match.span()


def hazards(page: Layout) -> Iterator[tuple[int, int]]:
    """Of what the page warns."""
    for match in page.matches(_HAZARD, "contacts", "furniture"):
        yield match.span()


def zones(page: Layout) -> Iterator[tuple[int, int]]:
    """For what zone."""
    for match in page.matches(_ZONE, "contacts", "furniture"):
        yield match.span()


def products(page: Layout) -> Iterator[tuple[int, int]]:
    """What is recalled: of a recall's own table the field that names it, else what stands behind the word."""
    fields = list(page.matches(_NAMED, "contacts", "furniture"))
    if fields:
        yield from (match.span("words") for match in fields)
        return
    for match in page.matches(_PRODUCT, "contacts", "furniture"):
        start, end = match.span("words")
        if stop := _PRODUCT_ENDS.search(page.text, start, end):
            end = stop.start()
        yield start, end


def risks(page: Layout) -> Iterator[tuple[int, int]]:
    """Why it is recalled."""
    for match in page.matches(_RISK, "contacts", "furniture"):
        yield match.span()
