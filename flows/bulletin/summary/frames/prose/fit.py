"""Whether a sentence can be sent by itself: whole, with a verb, pointing to nothing before or below."""

import re
from functools import lru_cache

from flows.bulletin.facts.fact import Kind
from flows.bulletin.facts.find import facts
from flows.bulletin.language.verbs import speaks
from flows.bulletin.summary.frames.prose.flaws import is_courtesy

_CELLS = 2  # slashes of a row: `Via Po / martedì 4 / 6-8`
_SHORTEST = 16  # characters: `Serve il diploma.`
_POINTS = re.compile(
    r"^(?:tal[ei]|quest[aeio]|quell[aeio]|ess[aeio]|lo stesso"
    r"|la stessa|chi (?:ne|lo|la|li|le)\b|chi l['’]h?a|il suddett|la suddett|i suddett|le suddett"
    r"|(?:è necessari[oa]|occorre|serve|bisogna) (?:inoltre|anche|altresì|infine)"
    r"|fu(?:rono)?\b|(?:per far fronte|di fronte|alla luce|a causa|in ragione|in conseguenza|a seguito)"
    r" (?:a|di|della|del|alla|al) ?(?:tal[ei]|quest[oaie])\b"
    r"|si tratta d(?:i\b|['’])|durante (?:tutta )?la (?:giornata|serata|mattinata)(?! d[ie])"
    r"|ne(?:gli|i|lle) (?:altr|restant|rimanent)[ie] (?:giorn|mes|settiman|ore|orari)"
    r"|inoltre|parallelamente|contestualmente,|nel frattempo|nel contempo|in alternativa"
    r"|infatti|pertanto|quindi|anche|altresì|infine|ecco (?:spiegat|perché|quindi|come)"
    r"|restano? (?:\w+ )?(?:ferm|invariat|intes|valid|salv|confermat|in vigore)|diversamente"
    r"|in (?:tal|questo|quest)|vi (?:aggiorn|inform|scriv|raccont)o\b|(?:che )?cosa [a-z]+(?: [a-z]+)?:"
    r"|per \w+ su\w* propri\b|è quanto\b|isee (?:fino|non|inferior)"
    r"|lo (?:ha|hanno) (?:decis|stabilit|annunciat|comunicat|dett)o\b"
    r"|a tal|di seguito|per (?:ulteriori|maggiori|chiarimenti"
    r"|informazioni|info)|si rimanda|al contrario|ma |e "
    r"|però|invece|successivamente|il predetto|suddett|ovvero|oppure|questi ultimi|al termine"
    r"|da (?:€\s?|euro )?\d[\d.,]* (?:euro |€ )?(?:a|ad|fino a) (?:€\s?|euro )?\d"  # one band of several
    r"|in caso(?! di (?:pioggia|maltempo|nev\w+|vento|gelat\w+|ghiaccio|incendi\w*))"
    r"|nel caso di"
    r"|(?:avverso|contro) (?:la presente|il presente|il provvedimento)\b"  # how each act may be contested
    r"|l['’]invito è (?:rivolto|esteso) in particolare"
    r"|dopo l|tutela della privacy|i dati (?:sono|personali))",
    re.I,
)
_SAYS_NOT = re.compile(r"(?:[^:]*\s)?non\s[^:]{0,45}:\s", re.I)  # `Le domande non servono: lo sconto arriva`
_LIST_LEAD = re.compile(  # with the first item of a list, which would read as all
    r"\b(?:occorr\w+|serv(?:e|ono)|necessari\w|document\w+|requisit\w+"
    r"|present(?:are|at\w)|consegnat\w|inviat\w|allegare|allegati)\b"
    r"[^.:]{0,40}:\s",
    re.I,
)
_LISTS_ALL = re.compile(r":\s[^:;]+,[^:;]+\s[eo]\s[^:;,]+\.$")  # `Occorre portare: documento, foto e marca.`
_EMPTY = re.compile(
    r"(?-i:\bdett[oaie] [A-Z])|\b(?:nota\s+|l[ao]\s)n\.|\d/[A-Z]{1,3}/\d"
    r"|\bsi (?:comunica|indica|riporta|illustra|specifica)no (?:le|i) (?:modalità|criteri)\b"
    r"|\b(?:servizi|iniziativ|interven|attività|argoment|material)\w* in (?:questione|oggetto|parola)\b"
    r"|\bdi che trattasi\b"
    r"|\bentro (?:la data|i termini|il termine) (?:previst|indicat|stabilit)\w+\b(?! d)"
    r"|\bdi (?:seguito|quanto segue)\b|\bseguent[ei]\b(?![^:.]{0,40}:\s\S)|\bqui sotto\b|\bcliccand\w+"
    r"|\bclicca\b|\bal (?:presente )?link\b|\bsopra\b(?!\s(?:(?:il|la|i|le|gli|via|piazza|una?)\s|l['’]|\d))"
    r"|\b(?:degli|dei|delle|agli|ai|alle)\s+stess[ie]\b(?!\s[a-zà-ù]{4})|\bsuddett\w+|\bpredett\w+"
    r"|\bsopracitat\w+|\bsi rimanda\b|\bvai alla pagina\b|\ba cura di\b|\bpubb\.:"
    r"|\b(?:secondo|con) le modalità (?:indicat|riportat|previst)[ae]\b"
    r"|:\s(?:chi può|che cosa|cosa|come|perché|dove)\s[^.:]{5,},\s"  # an index of the page
    r"|\btempo di lettura\b|[–-] tel\b\.?|https?://|www\.|\bdi cui (?:al|sopra)|\bcome sopra"
    r"|\bqueste?i? (?:date|ultim\w+)|\bcon quest[oi] orari?o?\."
    r"|^(?:sono|è) stat[oaie] (?:stabilit|dispost|adottat|previst)[oaie] (?:le |alcune )?"
    r"(?:modific\w+|variazion\w+|limitazion\w+|provvediment\w+)"
    r"(?: (?:alla|della|di) (?:circolazione|viabilità))?\.$",
    re.I,
)
_AFTER_THAT = re.compile(
    r"\b(?:nei|entro i)\s(?:\w+\s(?:giorni|mesi)\ssuccessivi|successivi\s\w+\s(?:giorni|mesi))\b(?!\sa)",
    re.I,
)
_TELLING = (Kind.date, Kind.time, Kind.amount)
_SAID = re.compile(
    r"[«“\"]|[»”]|(?<!\bchi )(?<!['’])\bha (?:dichiarato(?! lo stato)|spiegato|detto|affermato)\b"
    r"|\babbiamo\b|\britengo\b|\b[Nn]oi\b"
)


@lru_cache(maxsize=1024)
def is_fit(text: str, original: str) -> bool:
    """Whether a sentence can be sent by itself: whole, with a verb, pointing to nothing before or below."""
    if (
        not speaks(text)
        or len(text) < _SHORTEST
        or is_courtesy(text)
        or original.rstrip().endswith((":", ";", ",", "…", "..."))
    ):
        return False
    if _LIST_LEAD.search(text) and not _SAYS_NOT.match(text) and not _LISTS_ALL.search(text):
        return False
    if text.endswith("!") and not any(fact.kind in _TELLING for fact in facts(text)):
        return False  # `Ogni goccia conta!` calls out and tells nothing
    if _AFTER_THAT.search(text) and not any(fact.kind is Kind.date for fact in facts(text)):
        return False  # after what, another sentence says
    if text[:1].islower() or _POINTS.match(text) or _EMPTY.search(text) or _SAID.search(_quoteless(text)):
        return False
    return (
        "?" not in _quoteless(text)
        and text.count("(") == text.count(")")
        and not any(sign in text for sign in "|•=")
        and text.count(" / ") < _CELLS
    )


def _quoteless(text: str) -> str:
    """`text` without short quotes, which are names: `la misura «Cresciamo»`."""
    return re.sub(r"[«“\"][^«»“”\"]{1,60}[»”\"]", "", text)
