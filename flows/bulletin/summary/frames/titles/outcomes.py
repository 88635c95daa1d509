"""What is new of a call: its ranking, its outcome, that one may apply; a title names it behind the call.

`Bando orti sociali - graduatoria provvisoria` publishes no call: it is `È pubblicata la graduatoria
provvisoria del bando orti sociali.`
"""

import re

from flows.bulletin.language.titles import calmed, folded
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.titles.matter import matter_of, noun_of

_LEAD = (
    r"(?:(?:sono|è|avvenuta)\s)?(?:pubblicazione|pubblicat[aeio]|approvat[aeio])?\s?(?:de(?:l|lla|llo|i|gli|lle)\s"
    r"|dell['’]|il\s|la\s|gli\s|le\s|i\s|l['’])?"
)
_OUTCOME = re.compile(
    rf"{_LEAD}(?P<what>graduatori[ae](?:\s(?:provvisori[ae]|definitiv[ae]|final[ei]|di\smerito|unic[ae]|aggiornat[ae])){{0,2}}"
    r"|esit[oi](?:\s(?:final[ei]|definitiv[oi]|provvisori[oi]))?(?:\s(?:della|delle)\sprov[ae]\s\w+)?|risultat[oi](?:\sfinal[ei])?(?:\se\snom[ei]\sde\w+\s\w+)?"
    r"|(?:elenco\s(?:degli\s|dei\s)?)?(?:candidati\s)?(?:ammessi|idonei|beneficiari|vincitori|assegnatari))",
    re.I,
)
_PUBLISHED = re.compile(
    rf"(?=\S*\s?pubblica){_OUTCOME.pattern}(?P<tail>\s(?:di\sambito|alla\sprova\s\w+))?", re.I
)
_PART = re.compile(r"\s+[-–—|/]\s+|\s*:\s+|\s*\|\s*|(?<=\w\w)\.\s+|\n+")
_AT_THE_END = re.compile(rf"(?:(?<=\w\w)|(?<=[”»\")]))\s(?={_OUTCOME.pattern}$)", re.I)
_ARTICLES = {
    "graduatoria": ("È pubblicata", "la "),
    "graduatorie": ("Sono pubblicate", "le "),
    "esito": ("È pubblicato", "l'"),
    "esiti": ("Sono pubblicati", "gli "),
    "risultato": ("È pubblicato", "il "),
    "risultati": ("Sono pubblicati", "i "),
    "elenco": ("È pubblicato", "l'"),
}
_PEOPLE = {"candidati": "dei ", "ammessi": "degli ", "idonei": "degli ", "vincitori": "dei "} | {
    "beneficiari": "dei ",
    "assegnatari": "degli ",
}
_OTHER_NEWS = re.compile(
    r"(?:avvis[oi]|comunicazion[ei]|calendario|diario|rettifica|proroga\w*|riapertura|chiusura|revoca|nomina|convocazion[ei]"
    r"|prov[ae]|commissione|verbal[ei])\b",
    re.I,
)
_CALL = re.compile(r"(?:avviso|bando|concorso|selezione|avviso pubblico)\b", re.I)
_APPLIED = re.compile(
    r"(?:(?:pre)?iscrizioni\saperte|(?:al\svia|aperte|apertura|si\saprono)\s(?:le\s|delle\s)?(?:pre)?iscrizioni)",
    re.I,
)
_YEAR = re.compile(
    r",?\s(?:(?:anno|a)[. ]?(?:(?:s|e|scolastico|educativo)[. ]?)?)?\s?20\d\d(?:\s?[-/]\s?(?:20)?\d\d)?$",
    re.I,
)
_OF = re.compile(r"\sde\w+$", re.I)
_LISTS = re.compile(r"\bpubblic|\belenco\b|\bgraduatori", re.I)
_LONGEST = 60  # characters of a line that says nothing else
_SHORT = 400  # characters of a page of which this is the news


def outcome(notice: Notice) -> str:
    """`È pubblicata la graduatoria provvisoria del bando orti sociali.`; "" where no outcome is told."""
    *first, last = _parts(notice.title)
    found = _OUTCOME.fullmatch(_YEAR.sub("", last)) if first else None
    if found and found["what"].lower() == "vincitori" and not _LISTS.search(notice.body):
        return ""  # who won is told, and no list published
    tail = ""
    if found is None:
        first = [notice.title.strip(" .")]
        lines = [calmed(line.strip(" .\t"), {}) for line in notice.body.split("\n")]
        found = next((match for line in lines if (match := _is_outcome(line))), None)
        if found is None or not _CALL.match(notice.title):
            found = _below_its_matter(notice, lines)
            tail = found["tail"] or "" if found else ""
        if found is None or _OUTCOME.match(notice.title):
            return ""
    what = f"{found['what']}{tail}".lower()
    head = what.split()[0]
    if head in _PEOPLE:
        what, head = f"elenco {_PEOPLE[head]}{what}", "elenco"
    verb, article = _ARTICLES[head]
    call = " - ".join(first)
    if folded(call) in folded(what) or call.endswith("elenco") or _OUTCOME.search(call):
        return ""
    return f"{verb} {article}{what} {_of(call)}."


def opened(notice: Notice) -> str:
    """`Sono aperte le iscrizioni al nido comunale.` of the title `Nido comunale - Iscrizioni aperte`; ""."""
    *first, last = _parts(notice.title)
    what = " - ".join(first)
    if not what:
        what, _, last = notice.title.strip(" .").rpartition(", ")
    matter = matter_of(what) if what and _APPLIED.fullmatch(last) else None
    return f"Sono aperte le iscrizioni {matter.to}." if matter is not None and matter.article else ""


def is_of_other_news(title: str) -> bool:
    """Whether a title names a call first and then what is new of it: no call is published."""
    first, *others = _parts(title)
    return _CALL.match(first) is not None and any(
        _OTHER_NEWS.match(part) or _OUTCOME.fullmatch(part) for part in others
    )


def _of(call: str) -> str:
    """`del bando orti sociali`, `di «Orti in città»`."""
    noun = noun_of(re.sub(r"\s[-–]\s", ", ", call))
    if noun is not None:
        return noun.of
    matter = matter_of(call)
    return f"di {matter.text}" if matter is not None and not matter.article else f"di «{call.strip(' .')}»"


def _below_its_matter(notice: Notice, lines: list[str]) -> re.Match[str] | None:
    """`Pubblicazione graduatoria provvisoria`, below `Contributo affitto` and no more."""
    if len(notice.source) > _SHORT or noun_of(notice.title) is None:
        return None
    title = notice.title.strip(" .")
    for line in lines:
        said = _PART.split(line)[-1]
        if said.lower().endswith(f" {title.lower()}"):
            said = _OF.sub("", said[: -len(title) - 1])
        if (found := _PUBLISHED.fullmatch(said)) and len(line) <= _LONGEST + len(title):
            return found
    return None


def _is_outcome(line: str) -> re.Match[str] | None:
    return _OUTCOME.fullmatch(line) if len(line) <= _LONGEST else None


def _parts(title: str) -> list[str]:
    parts = [part.strip(" .") for part in _PART.split(title.strip(" .,;:")) if part.strip(" .")]
    if not parts:
        return [title]
    if end := _AT_THE_END.search(parts[-1]):  # `Bonus sport 2027 Pubblicazione graduatoria finale`
        parts[-1:] = [parts[-1][: end.start()], parts[-1][end.end() :]]
    return parts
