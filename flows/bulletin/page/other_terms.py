"""Whether a term is that of another step than the request: of questions before it, of what one pays, hands in
or accounts for behind it, of what the office does then; or of a day that is over.

`Chiarimenti entro il 10 marzo`, `Le ricevute vanno consegnate entro l'11 ottobre`, `Saldo entro il 3 maggio`.
"""

import re

from flows.bulletin.page.layout import Layout
from flows.bulletin.page.notice import Kind

_STEPS = tuple(  # a page whose title has such a word is about that step
    re.compile(pattern, re.I)
    for pattern in (
        r"\bchiariment\w+|\bquesit[oi]\b|\bfaq\b",
        r"\bricevut[ae]\b|\bscontrin\w+|\bfattur[ae]\b|\bgiustificativ\w+|\bpezze\b|\bquietanz\w+",
        r"\brendicont\w+|\brelazion[ei] final\w|\bconsuntiv\w+",
        r"\b(?:fine|termine|conclusione) (?:de\w+ )?lavori\b",
        r"\bintegr(?:ar\w+|ano|a|azion[ei])\b|\bregolarizz\w+|\bsoccorso istruttorio\b|\brettific\w+",
        r"\bcertificat\w+ medic\w+|\bdiet[ae]\b",
        r"\baccettazion[ei]\b|\baccettar\w+|\bdelegh?[ae]\b",
        r"\bconferm\w+\s(?:\w+\s)?(?:(?:l['’]|dell['’])iscrizion\w+|(?:il|del)\s(?:proprio\s)?posto)|\bvariazion[ei]\b|\besenzion[ei]\b",
        r"\bgraduatori[ae]\b|\besit[oi]\b|\bvincitor[ei]\b|\bammess[ie]\b|\bassegnatar\w+",
        r"\breclam[oi]\b|\bricors[oi]\b|\bcontrodeduzion\w+",
        r"\b(?:data|presunt[ao]) (?:presunta|del parto)\b|\bnascit[ae]\b",
        r"\bnat[oaie] (?:(?:entro|dal|fino)\b|$)",
        r"\bliquidazion\w+|\berogazion\w+|\brimborsat\w+|\bspes[ae]\s(?:\w+\s)?sostenut\w+|\bspes[ae]\sammi\w+",
    )
)
_SURE = re.compile(r"\b(?:integrar\w+|rendicont\w+|regolarizz\w+)\b", re.I)  # whatever stands beside
_LEAVING = re.compile(r"\b(?:rinunci\w*|disdett\w+|assenz[ae])\b", re.I)
_PAYING = re.compile(
    r"\b(?:pagament[oi]|pagar\w+|paga(?:no|ta|te)?|versament[oi]|versar\w+|versat[oaie]|saldo|saldar\w+"
    r"|acconto|caparra|rat[ae]|bollettin[oi]|pagopa)\b",
    re.I,
)
_OF_PAYING = re.compile(
    r"\b(?:IMU|TARI|TASI|TOSAP|COSAP|tribut\w+|tass[ae]|impost[ae]|canon[ei]|pagament\w*|versament\w+|rat[ae]"
    r"|saldo|acconto|bollett\w+)\b",
    re.I,
)
REQUEST = re.compile(
    r"\b(?:domand[ae]|istanz[ae]|(?:pre)?iscri(?:zion|ver|v)\w+|candidatur[ae]|candidar\w+|adesion[ei]|aderir\w+"
    r"|manifestazion[ei] d[i'’]\s?interesse|offert[ae]|prenota\w+)\b",
    re.I,
)
_ASKED = re.compile(rf"{REQUEST.pattern}|\brichiest[ae]\s(?:on[\s-]?line\s)?(?:entro|dal|da|fino)\b", re.I)
_ON_A_REQUEST = re.compile(  # what is done with one that is made
    r"\b(?:integrar\w+|integrazion[ei]|regolarizz\w+|rettific\w+|conferm\w+|ritir\w+|rinunci\w*|accettazion[ei]"
    r"|istruttoria|esame|valutazion[ei]|esito|graduatori[ae]|disdett\w+)\s"
    r"(?:\w+\s){0,3}?(?:d[ei]\w*\s|dell['’]|la\s|le\s|l['’]|a\w*\s|all['’])?\s?(?:\w+\s)?$",
    re.I,
)
_ASKED_BEFORE = re.compile(r"\b(?:richiest[ae]|domand[ae])\s(?:di\s)?(?:chiariment\w+|informazioni)", re.I)
_QUESTIONS = re.compile(  # of who comes to a meeting: `È possibile inviare domande in anticipo`
    r"\b(?:invia\w*|inoltra\w*|manda\w*|po(?:r|n)\w+|rivolger\w*|fare|anticipar\w*)\s(?:eventuali\s|le\sproprie\s)?"
    r"domande(?!\s(?:di|per|d['’]))\b",
    re.I,
)
_STARTS = r"(?:part(?:e|ono|irà|iranno)|inizi\w+|cominc\w+|scatt\w+)"
_CHECKS = re.compile(  # `dal 3 marzo scattano le multe`
    rf"\s(?:\w+\s){{0,2}}?(?:{_STARTS}|saranno|verranno|si\s(?:fanno|applic\w+))\s(?:\w+\s){{0,3}}?"
    rf"(?:controll\w+|verific\w+|sanzion\w+|mult[ae])\b|\s{_STARTS}\s(?:(?:il|lo|la|i|gli|le)\s|l['’])"
    r"(?:lezion[ei]|lavori|cors[oi]|servizi[o]?|attività)\b",
    re.I,
)
_OVER = re.compile(
    r"\b(?:era(?:no)?|è\sscadut[oa]|sono\sscadut[ie]|scadev\w+|si\sè\schius[oa]|si\ssono\schius[ie]|è\sstat[oa]\sil)\s"
    r"(?:(?:\w+\s){0,2}(?:il\s|l['’]|al\s|all['’])?)?$",
    re.I,
)
_OF_A_MEAL = re.compile(  # `chi vuole si ferma a pranzo (prenotazione entro il 22 ottobre)`
    r"\b(?:pranz\w+|cen[ae]|pastasciutt\w+|men[uù]|apericen\w+|aperitiv\w+|buffet|pullman|navett\w+)(?!\w)[^.;\n]{0,120}$",
    re.I,
)
_WISHED = re.compile(r"\b(?:opportuno|consigliato|consigliabile|preferibil\w+|gradit[oa])\b[^.;]*$", re.I)
_ALWAYS = re.compile(  # `Le iscrizioni sono sempre aperte; per la primavera è opportuno iscriversi entro …`
    r"\b(?:iscrizion|domand|adesion|candidatur)\w+\b[^.;]{0,30}"
    r"\b(?:sempre aperte|in (?:qualsiasi|ogni) momento"
    r"|tutto l['’]anno)\b",
    re.I,
)
_MAYBE = re.compile(
    r"\bpotr(?:à|anno)\sessere\s(?:\w+\s)?\w+t[aeio]\b[^.]*\b(?:notizia|comunicat\w+|comunicazione)\b", re.I
)
_SHOULD_IT = re.compile(  # `Se la scadenza è di sabato o festiva (domenica 1 giugno)`
    r"\b(?:se|qualora|quando) (?:la scadenza|il termine|tale (?:data|termine)) [^.;]*$", re.I
)
_TELLS = re.compile(  # what the office does by then: `in questo caso l'ufficio ne dà comunicazione entro`
    r"\b(?:l['’]ufficio|il comune|l['’]amministrazione|gli uffici)\s(?:ne\s)?"
    r"(?:d(?:à|arà|anno|aranno)\scomunicazione|comunica\w*|avvis\w+|inform\w+|rispond\w+|pubblic\w+)[^.;]{0,40}$",
    re.I,
)
_REST = re.compile(r"\b(?:restant|rimanent)[ei]\b", re.I)  # `(le restanti vanno portate entro il 29 gennaio)`
_CLAUSE = re.compile(r"(?:[.;(]\s?|,\s(?:ma|e)\s)(?=\D)")  # ends the one before
_CALLS = (Kind.deadline, Kind.job)
_OF_RESULTS = re.compile(
    r"\b(?:graduatori\w+|esit[oi]|vincitor\w+|ammess[ie]|elenc\w+|assegnatar\w+)\b", re.I
)


def is_over(before: str) -> bool:
    """Whether the term behind these words is past: `la scadenza era il 2 aprile`."""
    return _OVER.search(before) is not None


_FROM_TO = re.compile(r"da(?:l|ll['’])?\s?[^.;\n]{3,40}\sa(?:l|ll['’])?\s?\w", re.I)
_OPEN = re.compile(
    r"\b(?:(?:sono|è)\s)?apert[ae]\s(?:le\s|la\s)?(?:(?:pre)?iscrizion|domand|adesion|candidatur|prenotazion)\w*"
    r"|\b(?:iscrizion|domand|adesion|richiest|istanz)\w\s(?:\w+\s)?(?:on[\s-]?line\s)?(?:aperte|dal|da)\b",
    re.I,
)
_HANDED_IN_THEN = re.compile(  # `Le foto vanno inviate dal 1° aprile al 31 maggio`
    r"\b(?:va|vanno|(?:devono|può|possono|potrà|potranno) essere|si possono) "
    r"(?:inviat|inviar|consegnat|consegnar|spedit|presentat|richiest|inoltrat)\w+[^.;\n]{0,30}$",
    re.I,
)
_TAKES_PLACE = re.compile(r"\b(?:attività|lezioni|corsi|incontri|laboratori|si (?:svolg|terr)\w+)\b", re.I)
_NEAR = 160  # characters
_HELD = re.compile(r"\bsi (?:svolg|terr|teng)\w+(?: [a-zà-ù]+){0,2}\s$", re.I)
_ASKED_THEN = re.compile(
    r",?\s(?:si (?:ricevono|raccolgono|accettano|accolgono)"
    r"|(?:è possibile|si possono|si può|potrai|puoi) (?:presentare|inviare|consegnare))"
    r" (?:le |la )?(?:domand|iscrizion|istanz|adesion|candidatur|richiest)\w+",
    re.I,
)


def is_of_the_thing(before: str) -> bool:
    """Whether a period is that of what one enrols for: `i centri estivi, che si svolgono dal …`."""
    return _HELD.search(before) is not None


def opens_then(after: str) -> bool:
    """Whether what follows a period says that requests are received in it."""
    return _ASKED_THEN.match(after) is not None


def without_wish(sentence: str) -> str:
    """A sentence without the day by which one had better enrol, where one always may."""
    if _ALWAYS.search(sentence) is None:
        return sentence
    return "; ".join(part for part in sentence.split("; ") if not _WISHED.search(part.partition("entro")[0]))


def is_of_another_step(before: str, after: str, title: str, kind: Kind, body: str = "") -> bool:
    """Whether the term between `before` and `after`, all of one sentence, is none of the notice's request.

    What one pays is the matter of a page that asks for nothing else.
    """
    clause = _CLAUSE.split(before)[-1]
    if _WISHED.search(clause) and _ALWAYS.search(f"{before} {body}"):
        return True
    if (
        _CHECKS.match(after)
        or _MAYBE.search(after)
        or _SHOULD_IT.search(before)
        or _REST.search(clause)
        or _TELLS.search(before)
    ):
        return True
    if _OF_A_MEAL.search(before) and not _OF_A_MEAL.search(title):
        return True
    if kind is Kind.act or (kind is Kind.result and _OF_RESULTS.search(title)):
        return False  # by when one may react is its news
    if kind not in _CALLS and _QUESTIONS.search(before):
        return True
    if _ASKED_BEFORE.search(clause) or (_SURE.search(clause) and not _SURE.search(title)):
        return True
    asked = list(REQUEST.finditer(clause))
    is_asked = any(not _ON_A_REQUEST.search(clause[: one.start()]) for one in asked)
    if is_asked:
        return False
    if any(step.search(clause) and not step.search(title) for step in _STEPS):
        return True
    if kind in _CALLS and _LEAVING.search(clause) and not _LEAVING.search(title):
        return True  # a canteen's `disdetta entro le 9` is for whoever eats there
    is_tax = _OF_PAYING.search(title) and not REQUEST.search(title)
    return bool(_PAYING.search(clause)) and not is_tax and _ASKED.search(f"{title} {body}") is not None


def is_for_asking(page: Layout, start: int, end: int) -> bool:
    """Whether a period is the one in which one enrols: `Sono aperte le iscrizioni … dal 1° al 30 aprile`."""
    around = page.text[max(0, start - _NEAR) : end + _NEAR]
    is_period = _FROM_TO.match(page.text, start, end) is not None
    sentence = page.sentence(start)
    if _TAKES_PLACE.search(sentence) and not _OPEN.search(sentence):
        return False  # `Attività sportive dall'8 giugno al 4 settembre`, behind `Sono aperte le iscrizioni`
    is_open = _OPEN.search(around) or _HANDED_IN_THEN.search(page.text[:start][-_NEAR:])
    return is_period and (page.passage(start).part == "when" or is_open is not None)
