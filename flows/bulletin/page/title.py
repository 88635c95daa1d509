"""A page's title without what names nothing: `AVVISO - Ricerca di volontari`, `Aggiornamento: …`."""

import re

from flows.bulletin.language.articles import OF, definite, gender_of
from flows.bulletin.language.signals import WEEKDAY
from flows.bulletin.language.verbs import speaks

_SAYS_NEWS = re.compile(  # `Aggiornamento: riaperta la via`, `AVVISO MENSA SCOLASTICA`
    r"^\s*(?:aggiornament[oi]|ultime notizie|ultim.ora|comunicazione(?: importante)?|attenzione|importante"
    r"|avviso(?:\s(?:pubblico|alla cittadinanza|ai cittadini))?)"
    r"(?:\s?[:!]+|\s[-–])\s(?=\S+\s\S+\s\S+)"
    r"|^\s*avviso\s(?=[a-z]+(?:a|e|o|i|ione|ioni)\s[a-z])(?!(?:pubblic|esplorativ|relativ|bonari|important|urgent"
    r"|pagament|unic|comunal|congiunt|rivolt|di|de|da|a[il]?|agli|all[ae]|per|su|in|si|che|è)\w{0,3}\s)",
    re.I,
)
_AT_THAT_HOUR = re.compile(  # `Scuole chiuse giovedì - aggiornamento ore 18.40`: when it was written
    r"\s*[-–,(|]\s*(?:ultimo\s)?(?:aggiornament[oi]|aggiornat[oaie])\s(?:delle\s|alle\s)?(?:ore\s)?\d{1,2}[.:,]\d\d\)?\s*$",
    re.I,
)
_BAR = re.compile(r"\s?\|\s?")  # between a title and its day, in the headings of blogs
_SOUGHT = re.compile(r"^(?:(?:ricerca|reperimento)\s(?:di\s)?(?=volontari\b)|cerchiamo\s(?=[a-zà-ù]))", re.I)
_CONTEST = re.compile(  # `Concorso pubblico per esami - n. 2 Istruttori`
    r"^(?P<what>concorso pubblico|selezione pubblica)"
    r"(?:,? per (?:soli )?(?:titoli(?: ed? esami)?|esami|colloquio))?"
    r"\s*[-–:,]\s*(?:n\.?\s?)?(?P<count>\d{1,3}(?:\spost[oi] di)?)\s(?=[a-z])",
    re.I,
)
_TAIL = re.compile(  # `Ponte chiuso fino a maggio: tutte le deviazioni`
    r":\s(?:ecco\s)?(?:tutt[ei]\s)?(?:le|i|gli)\s(?:deviazioni|modifiche|percorsi(?: alternativi)?"
    r"|alternative|novità"
    r"|informazioni(?: utili)?|istruzioni|provvedimenti)$",
    re.I,
)
_SECTIONS = re.compile(  # `62ª Sagra della Castagna – programma, navette, parcheggi, regole`
    r"\s[–-]\s(?:programma|orari|navette|info\w*)(?:(?:,\s|\se\s)[a-zà-ù]+){1,4}(?=$|\s\()", re.I
)
_OF_A_SERIES = re.compile(  # `Sabato al museo: "Il drago"`: the weekday names the series, and is no day
    rf"^{WEEKDAY}\s(?:al|alla|allo|in|nel|con)\s[a-zà-ù\s]{{3,30}}(?::|\s[-–])\s(?=[\"“«][^\"”»]{{3,60}}[\"”»]$)",
    re.I,
)
_TO_RANK = re.compile(  # `selezione per la formazione della graduatoria di rilevatori`
    r"(?<=selezione)(?: pubblica)?(?: per (?:soli )?(?:titoli(?: ed? esami)?|esami))? per la formazione"
    r" (?:della|di una) graduatoria (?:di|per)(?: n\.)? (?=[a-z])",
    re.I,
)
_SHOWN = re.compile(r"^in mostra\s?[:–-]\s?[\"“«]?(?P<name>[^\"”»]{3,80})[\"”»]?$", re.I)


_HEADED = re.compile(  # `SPAZIO ORIENTA - Proposta di formazione rivolta a donne`
    r"(?P<name>[^\"“«:,–-]{4,40})(?:\s[-–]\s|:\s)"
    r"(?P<gloss>(?:[Pp]roposta|[Oo]pportunità|[Oo]ccasione|[Ii]niziativa|[Pp]ercorso)\s(?:di|per|formativ[oa])\s[^\"“«]+)"
)
_NAMES_NOTHING = re.compile(r"\W*(?:avviso|bando)(?: pubblico)?\W*", re.I)
_NAMING = re.compile(r"(?:[^\s.:]+ ){3,}[^.:]{3,150}")
_ALLOTTED = re.compile(  # `Pubblicazione graduatoria provvisoria assegnazione alloggi E.R.P.`
    r"\bgraduatoria(?P<which>(?: (?:provvisoria|definitiva))?) (?P<what>assegnazione|concessione)"
    r"(?: (?P<of>alloggi|contributi|buoni|borse)(?! di))?\b",
    re.I,
)
_OF_THEM = {
    "alloggi": "degli alloggi",
    "contributi": "dei contributi",
    "buoni": "dei buoni",
    "borse": "delle borse",
}
_GRANTED = re.compile(  # `Avviso pubblico contributi integrativi canoni di locazione annualità 2026`
    r"^(?:avviso pubblico\s)?(?P<what>contribut[oi] (?:(?:integrativ|straordinari|economic)[oi]"
    r"|(?:regional|comunal)[ei]))"
    r" (?P<of>canon[ei]|affitt[oi]|libri|mensa|rett[ae]|bollette|utenze|trasporto|asilo"
    r"|bors[ae] di studio)\b",
    re.I,
)
_ARTICLES = {
    "canoni": "i ",
    "libri": "i ",
    "affitti": "gli ",
    "affitto": "l'",
    "asilo": "l'",
    "mensa": "la ",
    "retta": "la ",
    "rette": "le ",
    "borsa di studio": "la ",
    "borse di studio": "le ",
    "bollette": "le ",
    "utenze": "le ",
}
_ITS_QUESTIONS = re.compile(
    r"(?<=[a-zà-ù]):\s(?:[A-ZÀ-Ý][^?:]{3,60}\?\s?){2,}$"
)  # `I diritti: che cosa sono? …`
_WITH_CAPITAL = re.compile(  # `Avviso di interesse Per la partecipazione`
    r"(?<=[a-zà-ù] )(?:Per|Di|Del|Della|Dei|Degli|Delle|Con|Al|Alla|Dal|Ed?)(?= [a-zà-ù])"
)
_CUT_OFF = re.compile(r"(?:\.\.\.|…)\s*$")
_TO_THE_END = re.compile(
    r"[^\n.;:…]{3,200}?(?=,\s(?:ai sensi|in attuazione|in esecuzione)\b|\.\s|\.$|\s(?:Allegati|Documenti"
    r"|Tipo di documento)\b|$)"
)
_LEAST = 10  # characters of a title, and of what is glued to it
_TELLING = 30  # characters: what is shorter may begin another sentence
_OF_WHAT = re.compile(  # `Gestione condivisa impianto sportivo`, as registers write them
    r"(?:^|(?<=\s[-–]\s)|(?<=:\s))(?P<head>(?P<deed>graduatoria|gestione|concessione|affidamento|assegnazione"
    r"|rilascio|consegna|prenotazione|pagamento|rinnovo|sostituzione|distribuzione|vendita|realizzazione"
    r"|riqualificazione|installazione|potatura|rimozione|inaugurazione|rifacimento|censimento)"
    r"(?: (?:condivisa|gratuita|temporanea|straordinaria|provvisoria|definitiva))?)"
    r" (?P<noun>[a-zà-ù]{4,})(?=$|[ ,;:])",
    re.I,
)
_YEARLY = re.compile(r"(?<=[a-zà-ù])\s(?:per l['’])?annualità (?=20\d\d\b)", re.I)


def _allotted(match: re.Match[str]) -> str:
    """`graduatoria provvisoria per l'assegnazione degli alloggi`."""
    of = f" {_OF_THEM[match['of'].lower()]}" if match["of"] else ""
    what = {"assegnazione": "l'assegnazione", "concessione": "la concessione"}[match["what"].lower()]
    return f"graduatoria{match['which'].lower()} per {what}{of}"


def _granted(match: re.Match[str]) -> str:
    """`Contributi integrativi per i canoni`."""
    what, of = match["what"], match["of"].lower()
    return f"{what[:1].upper()}{what[1:].lower()} per {_ARTICLES.get(of, 'il ')}{of}"


def _of_what(match: re.Match[str]) -> str:
    """`Gestione condivisa dell'impianto`; as it is where the word may as well be an adjective of the deed."""
    noun = gender_of(match["noun"].lower())
    if noun is None or noun == gender_of(match["deed"].lower()):
        return match[0]
    of = OF.get(definite(match["noun"].lower(), noun).strip(), "di ")
    return f"{match['head']} {of.upper() if match['noun'].isupper() else of}{match['noun']}"


def whole(title: str, body: str) -> str:
    """A title that its site cut, `Avviso per l'affidamento in...`, as the page below it tells it whole; for
    one that names nothing, `Avviso pubblico`, what its page opens with where that is no sentence.
    """
    said = (line.strip(" .") for line in body.splitlines())
    first = next((line for line in said if line and not _NAMES_NOTHING.fullmatch(line)), "")
    if _NAMES_NOTHING.fullmatch(title) and _NAMING.fullmatch(first) and not speaks(first):
        return first
    bare = title.strip(" .")
    head = bare.removesuffix(first) if len(first) >= _LEAST and any(map(str.isdigit, first)) else bare
    if len(head) >= _LEAST and head != bare and (head[-1].isalnum() or head[-1] == "."):
        return head  # of a feed that glues what stands below to it: `Censimento danniScade il 6 luglio`
    bare = " ".join(title.rstrip(" .…").split())
    if not _CUT_OFF.search(title) or len(bare) < _TELLING:
        return title
    text = " ".join(body.split())
    at = text.lower().find(bare.lower())
    rest = _TO_THE_END.match(text, at + len(bare)) if at >= 0 else None
    return f"{bare}{rest[0].rstrip()}" if rest else title


def without_series(title: str) -> str:
    """`"Il drago"` of `Sabato al museo: "Il drago"`."""
    return _OF_A_SERIES.sub("", title)


def named(title: str) -> str:
    """The title as it names the page's matter."""
    bare = _AT_THAT_HOUR.sub("", _SAYS_NEWS.sub("", _BAR.sub(" - ", _TAIL.sub("", _SECTIONS.sub("", title)))))
    bare = _YEARLY.sub(" ", _GRANTED.sub(_granted, _ALLOTTED.sub(_allotted, bare)))
    bare = _ITS_QUESTIONS.sub("", bare)
    if headed := _HEADED.fullmatch(bare):
        name = headed["name"].capitalize() if headed["name"].isupper() else headed["name"]
        bare = f"“{name}”, {headed['gloss'][:1].lower()}{headed['gloss'][1:]}"
    bare = _WITH_CAPITAL.sub(lambda word: word[0].lower(), bare)
    bare = _OF_WHAT.sub(_of_what, _TO_RANK.sub(" di ", bare))
    bare = _SHOWN.sub(r"Mostra «\g<name>»", bare)
    return _CONTEST.sub(r"\g<what> per \g<count> ", _SOUGHT.sub("Cercasi ", bare))
