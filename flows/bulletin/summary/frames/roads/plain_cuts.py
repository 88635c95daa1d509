"""A cut of a supply that the office tells in one long sentence, without who says so and why.

`Il gestore comunica che giovedì 17 giugno, dalle 8:30 alle 14, sarà sospesa l'erogazione dell'acqua in via Po
per la sostituzione di una valvola.` is `Giovedì 17 giugno, dalle 8:30 alle 14, manca l'acqua in via Po.` What
it leaves out nobody needs; the room is for the streets, and for what to do.
"""

import re
from dataclasses import replace

from flows.bulletin.page.notice import Kind, Notice
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.frames.own_sentences.own import opened
from flows.bulletin.summary.frames.places.street_list import listed_streets
from flows.bulletin.summary.frames.prose.wording import worded

_SAYS = re.compile(
    r"^(?:si (?:comunica|informa|avvisa|rende noto)"
    r"|(?:[^,.;:]|S\.\s?[pP]\.\s?A\.|S\.\s?r\.\s?l\.){3,90}?"
    r" (?:comunica|informa|avvisa|segnala|rende noto|ha comunicato))(?:no)?,? che,?\s",
    re.I,
)
_WHY = re.compile(
    r"(?:^|,?\s)(?:per|a causa d(?:i|el|ella|ello|ei|egli|elle)|al fine di|causa)\s?"
    r"(?:(?:consentire|permettere|eseguire"
    r"|effettuare)\s)?(?:(?:il|lo|la|i|gli|le|un|una|alcuni)\s|l['’])?(?:lavori|interventi|intervento|sostituzion\w+"
    r"|riparazion\w+"
    r"|manutenzion\w+|posa|guasto|adeguament\w+|ammodernament\w+|allacci\w+)\b[^,.;]*,?",
    re.I,
)
_SUPPLIES = {
    "acqua": "l'acqua",
    "idric": "l'acqua",
    "elettric": "la corrente",
    "corrente": "la corrente",
    "gas": "il gas",
}
_STOPS = re.compile(
    r"(?:sarà|verrà|è|viene|saranno|verranno)\s(?:temporaneamente\s)?(?:sospes|interrott)[aeo]\s(?:temporaneamente\s)?"
    r"(?:l['’]\s?|la\s)(?:erogazione|fornitura)\s(?:d(?:i|ell['’]|el|ella)\s?)?(?:servizio\s)?"
    r"(?P<what>idrica|acqua(?:\spotabile)?|energia\selettrica|corrente(?:\selettrica)?|gas(?:\smetano)?)(?!\w)",
    re.I,
)
_IN_THESE = re.compile(r"\bnelle seguenti (?P<what>vie|zone|strade|località)\s?:")
_UNSURE = re.compile(r"\b(?:potr|possibil|eventual|salvo|eccett|esclus|tranne|non)\w*", re.I)
_PLACED = re.compile(  # a reason that swallows where: `per lavori in via Po`, `a causa di un guasto a Borgo`
    r"[A-ZÀ-Ý]|\d|\b(?:vi[ae]|viale|piazz\w|località|frazion\w|zon[ae]|utenz\w|utent\w|resident\w|civic\w|nott\w)\b"
)
_TURNS = re.compile(r"\b(?:quale|quali|cui|che|dopo|durante|se|qualora|rettifica)\b", re.I)
_MORE = re.compile(r"^d(?:i|el|ella|ello|ell['’])\s?[a-z]|\b(?:fornitura|erogazione|rinviat\w|annullat\w)\b")
_CLOCK = re.compile(r"(?<=\d )(?:d?alle|ore)\s\d")
_IN = re.compile(r"\b(?:in|nel|nella|nelle|sulla|lungo)\s", re.I)


def plain(notice: Notice) -> Notice:
    """`notice` with such sentences made short; as it is where none is sure."""
    if notice.kind is not Kind.supply_cut:
        return notice
    return replace(notice, prose=tuple(_plain(sentence, notice) for sentence in notice.prose))


def _plain(sentence: str, notice: Notice) -> str:
    """As it is where it has another limit, or would lose a figure that is not of its reason."""
    said = worded(sentence).rstrip(".")
    stop = _STOPS.search(said)
    if stop is None or _UNSURE.search(said) or len(_STOPS.findall(said)) > 1:
        return sentence
    heard = _SAYS.match(said)
    parts = (said[heard.end() if heard else 0 : stop.start()], said[stop.end() :])
    before, behind = (_WHY.sub("", part).strip(" ,") for part in parts)
    behind = _IN_THESE.sub(r"in queste \g<what>:", behind)
    reasons = " ".join(found[0].strip(" ,")[1:] for part in parts for found in _WHY.finditer(part))
    if _PLACED.search(reasons) or _TURNS.search(before) or _MORE.search(behind):
        return sentence
    named = heard[0] if heard else ""
    if figures(said) - figures(f"{reasons} {named}") > figures(f"{before} {behind}"):
        return sentence
    supply = next(name for stem, name in _SUPPLIES.items() if stem in stop["what"].lower())
    streets = "" if _IN.match(behind) else listed_streets(notice)
    where = f" in {streets}" if streets else ""
    if (clock := _CLOCK.search(before)) and "," not in before and not before.lower().startswith("dal"):
        before = f"{before[: clock.start()].rstrip()}, {before[clock.start() :]}"
    comma = "," if "," in before else ""
    return f"{opened(f'{before}{comma} manca {supply}'.strip(' ,'))} {behind}".strip() + f"{where}."
