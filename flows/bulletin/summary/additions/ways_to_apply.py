"""By what way one applies, in a few words: `La domanda si fa solo online, con SPID o CIE.`

A page says it in a long sentence that no text has room for, and then the reader was sent to the page for one
word. It is told where all that the page says of it is understood, and is of one request. The frames of calls
tell `online` by themselves (`calls/particulars`); here are the other ways, and whatever opens the door.
"""

import re
from collections.abc import Callable, Iterator

from flows.bulletin.language.dates import MONTHS
from flows.bulletin.language.marks import tidied
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import EMAIL
from flows.bulletin.page.notice import Kind, Notice
from flows.bulletin.page.told_slots import calendar_days
from flows.bulletin.summary.checks.gate import IN_PAGE
from flows.bulletin.summary.frames.places.streets import joined
from flows.bulletin.summary.frames.prose.left_to_page import CONDITIONS_AND_SUMS, OTHERS

_KINDS = frozenset({Kind.deadline, Kind.job, Kind.service, Kind.campaign, Kind.other})
_REQUESTS = (  # as a page has it, as a text that asks for it has it, and how its way is told
    (
        re.compile(r"\b(?:iscrizion[ei]|iscriver\w+|iscriv[ei]\w*)\b", re.I),
        re.compile(r"\biscri\w+", re.I),
        "Ci si iscrive",
    ),
    (
        re.compile(r"\bcandidatur[ae]\b|\bcandidars[ii]\b", re.I),
        re.compile(r"\bcandid\w+", re.I),
        "Ci si candida",
    ),
    (
        re.compile(r"\b(?:domand[ae]|istanz[ae]|richiest[ae])\b", re.I),
        re.compile(
            r"\b(?:domand[ae]|istanz[ae]|richiest[ae]|chiedere|concors\w|bando|selezion\w|contribut\w|bonus|borse"
            r"|iscri\w+)\b",
            re.I,
        ),
        "La domanda si fa",
    ),
)
_DONE = re.compile(
    r"\b(?:domand[ae]|iscrizion[ei])(?: solo)? on[\s-]?line\b"
    r"|\b(?:present|invia|inoltr|compil|consegn|perven|trasm|effettu|si f(?:a|anno)\b|spedi|aperte)\w*",
    re.I,
)
_HEADED = re.compile(r"(?:come|modalità|domand|iscri|presentazion|candidatur|istanz)[^:.]{0,40}:\s", re.I)
_ASIDE = re.compile(
    r"\b(?:non|chi|ricevut\w+|ricors\w+|integrazion\w+|rinunc\w+|contatt\w+|informazion\w+|assisten\w+|aiut\w+|esit\w+"
    r"|appuntament\w+|graduatori\w+|già|stato|pagament\w+|rimbors\w+|saldo"
    r"|dopo|successiv\w+|quell[ei]|cancellazion\w+|disdett\w+|revoc\w+|rinnov\w+"
    r"|anche|preferibilmente|scaricabil\w+|scaricat\w+|reperibil\w+|disponibil\w+|in caso|alternativa|riesame"
    r"|esenzion\w+|duplicat\w+|disabilit\w+|stranier\w+|dal 20\d\d"
    r"|da(?:gli|lle|i) (?:enti|imprese|ditte|scuole))\b",
    re.I,
)
_OF_WHAT = re.compile(  # `la domanda di accesso agli atti`, `le iscrizioni al trasporto`: of this matter?
    r"\b(?:domand[ae]|istanz[ae]|richiest[ae]|iscrizion[ei]|candidatur[ae])"
    r" (?:d(?:i|el|ella|ello|ell['’])|a(?:l|lla|llo|i|lle|ll['’]))"
    r"\s?(?P<of>[a-zà-ù]{4,})",
    re.I,
)
_OF_ANY = re.compile(r"(?:partecip|ammiss|iscriz|contribut|concess|assegn|candidat|agevol)", re.I)
_ELSE = re.compile(r"\bin alternativa\b", re.I)
_ALONE = re.compile(r"\b(?:solo|soltanto|solamente|unicamente|esclusivamente)\b[^,;:.]{0,30}$", re.I)
_WAYS = re.compile(
    r"(?P<inpa>\b(?:(?:il|sul|dal|al|nel) )?portale (?:nazionale )?(?:del reclutamento )?(?:unico )?inPA\b)"
    r"|(?P<online>\b(?:on[\s-]?line|via web|per via telematica|in modalità telematica|telematicamente"
    r"|sportello telematico|modulo on[\s-]?line|(?:(?:il|sul|dal|al|nel) )?portale|piattaforma)\b)"
    rf"|(?P<pec>\bPEC\b(?: all['’]indirizzo)?(?: a)?:? ?(?:{EMAIL.pattern})?"
    r"|[\w.+-]+@(?:[\w-]+\.)?pec\.[\w.-]+)"
    r"|(?P<hand>\ba mano\b(?: (?:al|all['’] ?ufficio|presso l['’] ?ufficio|presso il) protocollo\b)?"
    r"|\b(?:al|all['’] ?ufficio|presso l['’] ?ufficio) protocollo\b)"
    r"|(?P<registered>\braccomandata(?: (?:A/?R|con (?:ricevuta|avviso) di (?:ritorno|ricevimento)))?)",
    re.I,
)
_AFTERWARDS = re.compile(  # what follows a request, or comes with it: of less use than how one makes it
    r"\b(?:graduatori[ae]|ricors[oi]|rendicontazion[ei]|tassa (?:di (?:concorso|partecipazione)|non è)"
    r"|caparra"
    r"|(?:famiglie|candidati|persone) (?:ammess|selezionat)[ei]|i selezionati)\b",
    re.I,
)
_HEADING = 40  # characters
_GROUPS = re.compile(  # one of them by this way, the other by that
    r"\b(?:maggiorenn\w+|minorenn\w+|minori|genitori|privati|imprese|ditte|società|persone fisiche"
    r"|comunitari\w*|italian[ie]|europe[ie])\b|\bper (?:i|gli|le|chi)\b",
    re.I,
)
_OF_ONE_GROUP = re.compile(r"\W*(?:le|i|gli)\s[^:.,]{3,40}:\s", re.I)  # `Le aziende ospitanti: la domanda …`
_OF_A_HEADING = re.compile(  # a sentence that has its subject above: `Esclusivamente sul portale`
    r"\W*(?:esclusivamente|sol[oa]|soltanto|unicamente|on[\s-]?line|tramite|attraverso|mediante|via|per via"
    r"|sul|dal|in modalità|a mano|con|si (?:presenta|invia|compila|effettua|fa)\w*|va|vanno|è possibile)\b",
    re.I,
)
_KEYS = re.compile(r"\b(?:SPID|CIE|CNS|eIDAS)\b")
_OTHER_WAYS = re.compile(  # what is left of a sentence whose ways were taken out
    r"@|\b(?:uffici\w*|sportell\w+|municipio|telefon\w+|tel|numero|app|whatsapp|e?-?mail|posta|cartace\w+|ritir\w+"
    r"|protocollo|sede|moduli? (?:on|google)|patronat\w+|caf|urp|bibliotec\w+)\b",
    re.I,
)
_PADDING = re.compile(
    r"\bentro e non oltre\b|,? ?\ba pena di (?:esclusione|inammissibilità|decadenza)\b,?", re.I
)
_TELLS_HOW = re.compile(
    r"(?:Come [a-z ]{5,20}|Il modulo)(?P<others> e gli altri dettagli)?(?: è| sono) nella pagina\."
)
_LETS = re.compile(  # a sentence that has room for the way: behind its verb, or at its end, behind the term
    r"\b(?:(?:puoi|possono) (?:fare domanda|chiedere|iscriver\w+|candidar\w+)|si fanno)\b"
    rf"(?=[^;]*(?:\d|\b(?:{'|'.join(MONTHS)}))\.$)",
    re.I,
)


def with_way(text: str, notice: Notice, limit: int, passes: Callable[[str], bool]) -> str:
    """`text` with the way, before what it leaves to the page; as it is where none is sure or has room."""
    if notice.kind not in _KINDS:
        return text
    if any(map(_tells_way, split(text))):
        return _with_keys(text, notice, limit, passes)
    verb, words = _way(text, notice)
    if not words:
        return text
    *told, last = split(text)
    if not told or not IN_PAGE.search(last):
        told, last = [*told, last], ""
    elif left := _TELLS_HOW.fullmatch(last):
        last = OTHERS if left["others"] else ""
    kept = [told[0], *(one for one in told[1:] if not _AFTERWARDS.search(one))]
    for sentences in (told, kept) if kept != told else (told,):
        joint = [_within(one, words) for one in sentences]
        forms = joint if joint != sentences else [*sentences, f"{verb} {words}."]
        for end in (last, CONDITIONS_AND_SUMS) if sentences is kept else (last,):
            said = " ".join(filter(None, [*forms, end]))
            if utf16(said) <= limit and passes(said):
                return said
    return text


def widened(
    text: str, notice: Notice, limit: int, passes: Callable[[str], bool], longer: Callable[[str], str]
) -> str:
    """`longer(text)`, with the way: in the office's own sentence, else in ours."""
    told = longer(text)
    if (said := with_way(told, notice, limit, passes)) != told:
        return said
    said = text if any(map(_tells_way, split(told))) else with_way(text, notice, limit, passes)
    return told if said == text else longer(said)


def _with_keys(text: str, notice: Notice, limit: int, passes: Callable[[str], bool]) -> str:
    """`Puoi chiedere il bonus entro …, solo online con SPID` of `Puoi chiedere online il bonus entro …`."""
    _, words = _way(text, notice)
    if " online con " not in f" {words}" or _KEYS.search(text):
        return text
    told = [
        f"{one[: lets.end()]}{one[lets.end() + len(' online') : -1]}, {words}."
        if (lets := _LETS.search(one)) and one.startswith(" online ", lets.end())
        else one
        for one in split(text)
    ]
    said = " ".join(told)
    return said if utf16(said) <= limit and passes(said) else text


def _within(sentence: str, words: str) -> str:
    """`Puoi chiedere online il bonus …`, `Puoi chiedere il bonus entro il 3 maggio, via PEC.`"""
    lets = _LETS.search(sentence)
    if lets is None:
        return sentence
    if words.endswith("online"):
        return f"{sentence[: lets.end()]} {words}{sentence[lets.end() :]}"
    return f"{sentence[:-1]}, {words}."


def _tells_way(sentence: str) -> bool:
    names = _WAYS.search(sentence) or _OTHER_WAYS.search(sentence)
    is_of_it = any(asked.search(sentence) for _, asked, _ in _REQUESTS) or re.search(r"\b[Pp]renot", sentence)
    return bool(names and is_of_it) and not IN_PAGE.search(sentence)


def _way(text: str, notice: Notice) -> tuple[str, str]:
    """`La domanda si fa`, `solo online`; "" where the page tells none, several, or not one alone."""
    for asks, asked, verb in _REQUESTS:
        if not asked.search(text):
            continue
        if _ELSE.search(notice.source):
            return "", ""
        own = (_PADDING.sub(" ", said) for said in _said(notice) if asks.search(said))
        days = calendar_days(text) | calendar_days(notice.title)
        told = {
            _words(line) if _is_done(line) and _is_of_it(line, text) and calendar_days(line) <= days else ""
            for line in own
            if _WAYS.search(line) and not _ASIDE.search(line)
        }
        if len(told) == 1 and (words := told.pop()):
            return verb, words
    return "", ""


def _said(notice: Notice) -> Iterator[str]:
    """The page's sentences, those below `Domanda` or `Come iscriversi` with their heading."""
    heading = ""
    for line in notice.source.splitlines():
        text = tidied(re.sub(r"^[\s#*•>|-]+", "", line)).strip()
        if line.startswith("#") or (text and len(text) <= _HEADING and not _WAYS.search(text)):
            heading = text.strip(" :.")
            continue
        for said in split(text):
            is_headed = any(asks.search(heading) for asks, *_ in _REQUESTS)
            is_of_another = any(asks.search(said) for asks, *_ in _REQUESTS)
            is_headed = is_headed and _OF_A_HEADING.match(said) is not None
            yield f"{heading}: {said}" if is_headed and not is_of_another else said


def _is_of_it(line: str, text: str) -> bool:
    """Whether the request of a line names no other matter than the text's."""
    of = [found["of"].lower() for found in _OF_WHAT.finditer(line)]
    return all(_OF_ANY.match(one) or one[:5] in text.lower() for one in of)


def _is_done(line: str) -> bool:
    """Whether a line says that one makes the request, and not what becomes of it."""
    return bool(_DONE.search(line) or _HEADED.match(line))


def _words(line: str) -> str:
    """`solo online, con SPID o CIE`; "" of a line that names another way, too."""
    found = list(_WAYS.finditer(line))
    if _OTHER_WAYS.search(_WAYS.sub(" ", line)):
        return ""
    kinds = list(dict.fromkeys(match.lastgroup for match in found))
    if (len(kinds) > 1 and _GROUPS.search(line)) or _OF_ONE_GROUP.match(line):
        return ""
    keys = list(dict.fromkeys(_KEYS.findall(line)))
    with_keys = f" con {joined(keys).replace(' e ', ' o ')}" if keys else ""
    has_protocol = any(match.lastgroup == "hand" and "protocollo" in match[0].lower() for match in found)
    said = {
        "inpa": f"sul portale inPA{with_keys}",
        "online": f"online{with_keys}",
        "pec": "via PEC",
        "hand": "a mano al Protocollo" if has_protocol else "a mano",
        "registered": "per raccomandata",
    }
    if "inpa" in kinds:
        kinds = [kind for kind in kinds if kind != "online"]
    ways = [said[kind] for kind in kinds if kind]
    alone = "solo " if _ALONE.search(line, 0, found[0].start()) else ""
    return alone + (ways[0] if len(ways) == 1 else f"{', '.join(ways[:-1])} o {ways[-1]}")
