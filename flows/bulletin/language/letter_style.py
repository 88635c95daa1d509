"""What an office writes as one does in a letter or a note, said as a sentence of the news.

`Con gioia posso dirvi che sabato 3 maggio riapriamo il parco` is `Sabato 3 maggio riapre il parco`, and
`Per il pulmino: Ufficio Scuola, entro il 9 maggio` is `Per il pulmino puoi rivolgerti all'Ufficio Scuola …`.
"""

import re

from flows.bulletin.language.articles import TO, definite, gender_of
from flows.bulletin.language.signals import MONTH, WEEKDAY

_TELLS_YOU = re.compile(  # what stands before has no figure: it only says how glad the writer is
    r"(?!(?:se|salvo|qualora|forse)\b)(?:[^.:;\d]{0,240},\s)?"
    r"(?:posso|possiamo|(?:sono|siamo) (?:liet|felic)[oaie] di poter)\s"
    r"(?:finalmente\s|ora\s)?(?:scriver|dir|annunciar|comunicar)(?:vi|e a tutti)?\sche\s"
    rf"(?=(?:{WEEKDAY}|dal|da|il|la|lo|l['’])\b)",
    re.I,
)
_WE_OPEN = re.compile(
    rf"(?P<when>{WEEKDAY}\s\d{{1,2}}[°º]?\s[a-z]{{4,9}}(?:\s20\d\d)?(?:,?\s(?:alle(?:\sore)?|ore)\s\d[\d:.]*)?,?)\s"
    r"(?P<verb>(?:ri)?apriamo|(?:ri)?inauguriamo)\s(?P<what>(?P<article>il|lo|la|i|gli|le)\s|l['’])",
    re.I,
)
_ASKED_FROM = re.compile(  # an office of capitals: `Per …: Servizi Sociali, entro giovedì 3 maggio.`
    r"(?:^|(?<=\.\s))(?P<what>Per (?:(?:il|lo|la|i|gli|le)\s|l['’])[^:;.\d\n]{4,60}):\s"
    r"(?P<who>(?P<noun>Uffici(?:o)?|Serviz(?:io|i)|Sportello|Segreteria|Biblioteca|Polizia)(?:\s[A-Za-zà-ù]+){0,3}),\s"
    r"(?P<by>entro\s(?:(?:il|le)\s|l['’])?[^:;.\n]{4,50}\.)(?=\s|$)",
    re.M,
)
_DAY_OF_THIS_MONTH = re.compile(  # `gg. 10 febbraio c.m. (giovedì)`
    rf"(?<!\d\se\s)(?<!\d\se\sil\s)(?<!\d,\s)(?<!\d\sal\s)(?<![-–'’])(?:\b(?:gg\.|(?:il|nel)\s(?:giorno\s)?|il)\s?)?(?P<day>\b\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?)(?:\s[cu]\.\s?[ma]\.)?"
    rf"\s\((?P<weekday>{WEEKDAY})\)",
    re.I,
)
_EXPIRES = re.compile(r"\bscad\.:?\s(?:il\s)?(?P<day>\d{1,2}[/.]\d)", re.I)
_IF_HEADING = re.compile(  # a heading `In caso di maltempo`, and below it what is done then
    r"^[#* \t]*(?P<case>In caso di (?:maltempo|pioggia|neve|vento(?: forte)?))[* \t]*:?[ \t]*\n+[ \t]*"
    r"(?P<subject>(?:Il|Lo|La|I|Gli|Le)\s|L['’])",
    re.M,
)
_OFFICE = re.compile(r"(?<![\w.])(?P<of>[uU])ff\.\s(?=[a-zA-Z])")
_WE_MEET = re.compile(  # `Ci ritroveremo martedì 2 giugno alle 10 in piazza`
    rf"(?:^|(?<=[.!]\s))Ci (?:(?:ri)?trov(?:eremo|iamo)|vediamo|vedremo|incontr(?:eremo|iamo))\s"
    rf"(?={WEEKDAY}\s\d)",
    re.M,
)
_GLAD = re.compile(  # `Il Comune è lieto di presentare la rassegna «Alba»`
    r"^[A-ZÀ-Ý][^.;:\n]{5,240}?\s(?:è liet[oa]|sono liet[ie]) di presentare\s"
    r"(?=(?:la|il|un|una)\s|l['’]|un['’])",
    re.M,
)
_SALUTED = re.compile(  # `Gentili concittadini,`
    r"^(?:Preg\.?(?:mi|iatissim[ie])|Gentil(?:i|issim[ie])|Gent\.?mi|Car[ie]|Egregi)\s(?:tutti i\s)?"
    r"(?:concittadin[ie]|cittadin[ie]|famiglie|genitori|utenti)(?:\se\s(?:con)?cittadin[ei])?\s?[,!]\s*"
    r"(?:come (?:sicuramente |certamente |ormai |ben )?not[oi](?: a tutti)?, )?",
    re.M | re.I,
)
_HOUSE = re.compile(
    r"\b(?:biblioteca|ludoteca|piscina|museo|pinacoteca|ecocentro|palestra|archivio|emeroteca|isola ecologica"
    r"|centro di raccolta)\b",
    re.I,
)
_DESK = re.compile(
    r"\b(?:uffic\w+|sportell\w+|municipi\w+|anagrafe|segreteria|bar)\b", re.I
)  # who may be `we`
_WE_ARE = re.compile(  # `Saremo chiusi dal 10 al 22 agosto`
    r"(?:^|(?<=[.!]\s))"
    r"(?P<be>Saremo|Siamo|Resteremo|Rimarremo|Restiamo)\s(?P<state>chius|apert)i\b",
    re.M,
)
_IT_IS = {"saremo": "sarà", "siamo": "è", "resteremo": "resterà", "rimarremo": "rimarrà", "restiamo": "resta"}
_MANY = ("i", "gli", "le")


def told_as_news(body: str) -> str:
    """`body` with what its writer says to `you` as news, days and offices without short forms, and with whom
    to ask for what, by when, in a paragraph of its own: it may stand among telephone numbers, of which nobody
    is told.
    """
    body = _SALUTED.sub("", body)
    body = _GLAD.sub("C'è ", _WE_MEET.sub("L'appuntamento è ", body))
    body = _of_the_house(body)
    whole = _OFFICE.sub(r"\g<of>fficio ", _DAY_OF_THIS_MONTH.sub(r"\g<weekday> \g<day>", body))
    whole = _IF_HEADING.sub(_conditional, _EXPIRES.sub(_expires, whole))
    return _ASKED_FROM.sub(_asked, "\n".join(map(_news, whole.split("\n"))))


def _of_the_house(body: str) -> str:
    """`La biblioteca sarà chiusa dal 10 agosto` of `Saremo chiusi dal 10 agosto`, of one house alone."""
    names = {found[0].lower() for found in _HOUSE.finditer(body)}
    first, ours = _HOUSE.search(body), _WE_ARE.search(body)
    is_sure = first and ours and first.start() < ours.start() and not _DESK.search(body)
    name = names.pop() if is_sure and len(names) == 1 else ""
    gender = gender_of(name.split()[0]) if name else None
    if gender is None:
        return body
    who = f"{definite(name, gender)}{name}"
    return _WE_ARE.sub(
        lambda we: f"{who[:1].upper()}{who[1:]} {_IT_IS[we['be'].lower()]} {we['state']}{gender.ending}", body
    )


def _expires(found: re.Match[str]) -> str:
    """`Scadenza: il 10/8`, `l'8/5`."""
    article = "l'" if found["day"].startswith(("8/", "8.", "11")) else "il "
    return f"Scadenza: {article}{found['day']}"


def _conditional(found: re.Match[str]) -> str:
    """`In caso di maltempo la manifestazione …`, as one sentence."""
    return f"{found['case']} {found['subject'].lower()}"


def _asked(found: re.Match[str]) -> str:
    gender = gender_of(found["noun"].lower())
    if gender is None:
        return found[0]
    who = f"{TO[definite(found['noun'], gender).strip()]}{found['who']}"
    return f"\n\n{found['what']} puoi rivolgerti {who} {found['by']}\n\n"


def _news(line: str) -> str:
    """`line` as a sentence of the news; any other line as it is."""
    news = line[told.end() :] if (told := _TELLS_YOU.match(line)) else line
    if ours := _WE_OPEN.match(news):
        is_many = (ours["article"] or "").lower() in _MANY
        opens = f"{'ri' if ours['verb'].lower().startswith('ri') else ''}{'aprono' if is_many else 'apre'}"
        held = f"si {'inaugurano' if is_many else 'inaugura'}"
        verb = held if "inaugur" in ours["verb"].lower() else opens
        news = f"{ours['when']} {verb} {news[ours.start('what') :]}"
    return line if news == line else f"{news[:1].upper()}{news[1:]}"
