"""What happens as an office's sentence states it: `incontro con la psicologa Ada Neri` of
`Giovedì 4 maggio si terrà un incontro con la psicologa Ada Neri`.
"""

import re

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.sentences import has_verb
from flows.bulletin.language.signals import MONTH, TIME, WEEKDAY
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.events.acting import performs
from flows.bulletin.summary.frames.events.happening import FILLER, has_day, lines_of
from flows.bulletin.summary.frames.titles.nouns import NOUN, SEVERAL

_STATES = re.compile(
    r"\b(?:si\s(?:terr(?:à|anno)|svolger(?:à|anno)|svolg(?:e|ono)|tiene|tengono|esibi\w+\sin|tratta\sdi)"
    r"|avr(?:à|anno)\sluogo|(?:è|sono)\s(?:in\sprogramma|previst[oaie]|organizzat[oaie]|indett[oaie])"
    r"|ci\s(?:sarà|saranno|sono)|c['’]è|in\sprogramma|torna(?:no)?|organizz(?:a|ano|ato)|propon(?:e|gono)"
    r"|promuov(?:e|ono)|ospit(?:a|ano|erà)"
    r"|l['’](?:occasione|evento|iniziativa|appuntamento)\sè"
    r"|invit(?:a|ano|ati?)(?:\s[\w’']+){0,6}?(?=\s(?:a|al|alla|allo|ai|alle|all['’]\w+)\b))\s",
    re.I,
)
_DEFINES = re.compile(r"\b(?:l['’](?:occasione|evento|iniziativa|appuntamento)\sè|si\stratta\sdi)\s", re.I)
_OFFERS = re.compile(r"(?:organizz|propon|promuov|ospit)", re.I)
_ORGANISERS = re.compile(  # whoever else offers a course may do so anywhere: a guest's life is told so
    r"\b(?:comune|comunale|amministrazione|assessorat\w|bibliotec\w+|associazion\w|pro\s?loco|grupp\w|circol\w|parrocchi\w+"
    r"|comitat\w|muse\w|teatr\w|scuol\w|cooperativ\w|centr\w|consult\w|rete|fondazion\w|unione|provinci\w|istitut\w"
    r"|compagni\w|cor[oi]|band\w|avis|aido|cai|auser|alpini|asl|ulss|ats|asst|oratori\w|sala|vill\w|palazz\w|auditorium"
    r"|cinema|piazz\w|parc\w|municipi\w|università)\b",
    re.I,
)
_WITH = re.compile(
    r"\b(?:con|insieme a[lg]?l?[aioe]?)\s(?:il\s|la\s|lo\s|i\s|gli\s|le\s|l['’])?\w+(?:\s[A-ZÀ-Ý]\w*)*", re.I
)
_PERSON = re.compile(
    r"(?!(?:Il|La|Lo|Gli|Le|Un|Una|Pro)\s)[A-ZÀ-Ý][a-zà-ù]+\s[A-ZÀ-Ý][a-zà-ù]+\s(?:[a-zà-ù]|è\b)"
)
_GAP = r"(?:[^.;:!?()]{0,70}?\s)??"
_DETERMINER = r"(?:(?:un|una|uno|il|lo|la|i|gli|le|al|alla|allo|ai|alle)\s|(?:un|l|all)['’]\s?)"
_PRAISE = (
    r"(?:(?:tradizional[ei]|consuet[oa]|nuov[oaie]|grande|special[ei]|important[ei]|interessant[ei])\s)?"
)
_NAMED = re.compile(
    rf"{_GAP}(?<!presso\s)(?:{_DETERMINER}{_PRAISE}(?P<one>{NOUN.pattern})|(?P<several>{SEVERAL.pattern}))(?P<rest>\s.*)",
    re.I,
)
_SUBJECT = re.compile(
    rf"(?:[^,.;:!?()]{{0,60}},\s)?(?:Il|La|L['’])\s?{_PRAISE}(?P<one>{NOUN.pattern})(?P<rest>\s[^.;:!?()]{{8,110}}?)\s"
    r"(?=(?:si\s(?:terr|svolg|tiene)|avrà\sluogo|è\s(?:in\sprogramma|previst)))",
    re.I,
)
_TELEGRAPHIC = re.compile(  # `Domenica 9 maggio ore 18, Villa Alba, concerto del coro Neri.`
    rf"(?:^|[,;]\s|\s[-–]\s|(?<=\d)\s)(?P<words>(?:{NOUN.pattern}|{SEVERAL.pattern})\s.*)", re.I
)
_VENUE = (
    r"(?:sala|salone|saletta|teatro|cinema|auditorium|biblioteca|villa|palazzo|palazzetto|museo|centro|oratorio"
    r"|chiesa|piazza|piazzetta|piazzale|parco|castello|municipio|cortile|sede|scuola|palestra|aula|ex|via|viale"
    r"|largo|corso|stadio|giardin\w+|frazione|località)\b"
)
_GOES_THERE = re.compile(r"(?:visit[ae]|git[ae]|escursion[ei]|viagg\w+|tour)\b", re.I)
_AT_A_TIME = (
    rf"\s*[.;:!?()]|,?\s(?:presso|ore\s\d|d?alle\s(?:ore\s)?\d|a\spartire|in\sprogramma|in\scalendario|previst[oa]"
    rf"|(?<=,)\s(?:posti|prenotazion[ei]|ingresso)\b|in\soccasione|si\s|dove\b|durante\b|nell['’]ambito|(?:(?:il|per|di|del|nella\sgiornata\sdi|dal|al)\s)?{WEEKDAY}\b"
    rf"|(?:(?:il|per|del|dal)\s|dall['’]|l['’])?\d{{1,2}}[°º]?\s{MONTH})"
)
_ENDS_AT_A_TIME = re.compile(_AT_A_TIME, re.I)
_ENDS = re.compile(
    rf"{_AT_A_TIME}|,?\s(?:(?:in|al|allo|alla|nel|nello|nella)\s(?:\w+\s)?{_VENUE}|(?:all|nell)['’]\s?{_VENUE})",
    re.I,
)
_RELATIVE = re.compile(r",?\s(?:che|alla quale|al quale|(?:(?:il|la|i|le)\s)?cui)\s")
_GENERIC = re.compile(  # one name without a complement tells no more than the title
    r"^(?:(?:evento|appuntament[oi])\s(?:rivolt|dedicat|apert)\w+\s.*|\w+(?:\s(?:pubblic|gratuit|apert|dedicat|rivolt|guidat)\w+)*)$",
    re.I,
)
_ASIDE = Cued(
    r"\b(?:inoltre|anche|a seguire|al termine|successivamente|preced\w+|in caso di|collateral\w+"
    r"|permanent\w+|già|scors\w+|ultim\w+|ogni anno|concluder\w+|durante|per (?:iscriversi|partecipare))\b",
    re.I,
)
_POINTS = re.compile(r"\b(?:quest[oaie]|tal[ei]|loro|propri\w|suddett\w+|stess\w+|nostr\w)\b", re.I)
_READ, _LONGEST = 6, 140
_ABOUT = re.compile(  # `della ricerca che il Comune ha voluto, dedicata ai mulini`
    r",\s(?P<about>(?:dedicat|incentrat)(?P<end>[oaie])\s(?:a|al|allo|alla|ai|agli|alle|su|sul|sulla|all['’]\w+)\s"
    r"[^,.;:()]{4,80})(?=[,.;]|$)"
)
_PLUS = re.compile(r"(?<=[a-zà-ù])\s\+\s(?=[a-zà-ù])")
_TO_WHOM = re.compile(r"\b(?:dedicat|rivolt|destinat|riservat)[oaie]$")
_TO = re.compile(r"\s(?:al|allo|alla|ai|alle)\s|\sall['’]")
_HANGS = re.compile(
    r"\s(?:e|ed|o|di|del|della|dei|delle|a|al|alla|da|in|con|per|su|tra|fra|il|la|un|una)$|[,–-]$"
)


def stated(notice: Notice) -> str:
    """The phrase, without an article; "" where none is stated, or where the page states several."""
    if len([row for row in notice.rows if row.hours and row.what]) > 1:
        return ""  # which part of the programme it is could be asked
    found: list[str] = []
    defined: list[str] = []
    lines = lines_of(notice.title, notice.source)[:_READ]
    for sentence in dict.fromkeys((*notice.abstract, *lines, *notice.prose[:_READ])):
        phrase = stated_in(sentence)
        if phrase and phrase not in found:
            found.append(phrase)
            defined += [phrase] if _DEFINES.search(sentence) else []
    if len(found) > 1 and len({phrase.split()[0].lower() for phrase in found}) > 1:
        return defined[0] if len(defined) == 1 else ""
    return next(iter(found), "")


def _offered(sentence: str, said: re.Match[str]) -> re.Match[str] | None:
    """The noun and what follows it behind a verb that states it."""
    named = _NAMED.match(sentence, said.end())
    if named and _OFFERS.match(said[0]):
        is_sure = named["several"] is None or named["several"][:1].isdigit() or " " in named["several"]
        before = _WITH.sub(" ", sentence[: said.start()])
        if not is_sure or _ORGANISERS.search(before) is None or _PERSON.match(sentence):
            return None
    return named


def is_stated_with_its_day(notice: Notice) -> bool:
    """Whether what happens is stated and no sentence beside it tells who does what on the day."""
    phrase = stated(notice)
    lines = lines_of(notice.title, notice.source)[:_READ]
    dated = [line for line in (*notice.abstract, *lines, *notice.prose[:_READ]) if has_day(line)]
    return bool(phrase) and (any(phrase in line for line in dated) or not any(map(performs, dated)))


def stated_in(sentence: str) -> str:
    """The phrase of one sentence, to its last word that belongs to it."""
    if _ASIDE.search(sentence) or "?" in sentence:
        return ""
    subject = _SUBJECT.match(sentence)
    match = (
        None
        if subject
        else next(filter(None, (_offered(sentence, said) for said in _STATES.finditer(sentence))), None)
    )
    bare = None if subject or match or speaks(sentence) else _TELEGRAPHIC.search(sentence)
    if bare:
        words = bare["words"]
    elif subject:
        words = f"{subject['one']}{subject['rest']}"
    elif match:
        words = f"{match['one'] or match['several']}{match['rest']}"
    else:
        return ""
    end = (_ENDS_AT_A_TIME if _GOES_THERE.match(words) else _ENDS).search(words)
    if end and _TO.match(end[0]) and _TO_WHOM.search(words[: end.start()]):
        end = _ENDS_AT_A_TIME.search(words)  # `incontri dedicati alla scuola`: what they are about
    phrase = words[: end.start()] if end else words
    if relative := _RELATIVE.search(phrase):
        head, clause = phrase[: relative.start()], phrase[relative.end() :].split(",")[0]
        about = _ABOUT.search(phrase, relative.end())
        if about and about["end"] == head[-1:]:  # of its last noun, whoever did it
            clause, head = "", f"{head} {about['about']}"
        phrase = f"{head}{relative[0]}{clause}" if speaks(clause) and "," not in relative[0] else head
        is_whole = True
    else:
        is_whole = not has_verb(phrase)
    phrase = phrase.strip(" ,.–-")
    if plus := _PLUS.search(phrase):
        phrase = _PLUS.sub(" e ", phrase) if NOUN.match(phrase, plus.end()) else ""
    if not is_whole or _GENERIC.match(phrase) or _HANGS.search(phrase) or not 12 <= len(phrase) <= _LONGEST:
        return ""
    if _POINTS.search(phrase) or FILLER.search(phrase) or has_day(phrase) or TIME.search(phrase):
        return ""
    return phrase
