"""Who does what that day, as a clause that a day may open: `l'ensemble Alba celebra Verdi`."""

import re
from collections.abc import Iterator

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.signals import MONTH, TIME
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.prose.wording import worded

_PERFORMERS = (
    "ensemble|coro|cori|coristi|orchestra|banda|corpo bandistico|gruppo|compagnia"
    "|quartetto|quintetto|trio|duo|band"
    "|autor[ei]|autric[ei]|scrittor[ei]|scrittric[ei]|giornalist[aei]|regist[aei]|attor[ei]|attric[ei]|musicist[aei]|pianist[aei]|cantant[ei]"
    "|cantautor[ei]|cantautrice|poet[aei]|poetessa|maestr[oaie]|professor[ei]|professoressa|storic[oaie]|espert[oaie]|psicolog[oa]"
    "|psicologi|psicologhe|medic[oi]|pediatr[aei]|volontar[ie]|volontari"
    "|associazione|associazioni|pro loco|biblioteca|bibliotecari[eoa]?"
    "|teatro|scuola|scuole|filarmonica|allievi|studenti|alunni|illustrator[ei]|illustratrice|guida|guide|relator[ei]|clown"
)
_ARTICLE = r"(?:(?:il|lo|la|i|gli|le|un|una|uno|due|tre|quattro)\s|(?:l|un)['’]\s?)"
_NAME = r"[A-ZÀ-Ý][\w'’.-]*(?:\s(?:d[aei]l?l?[aeo]?\s|e\s|&\s)?[A-ZÀ-Ý][\w'’.-]*){0,6}"
_AUDIENCE = (
    r"(?:i lettori|la cittadinanza|il pubblico|i ragazzi|le famiglie|gli studenti|i bambini|i cittadini)"
)
_DOES = (
    r"(?:racconta(?:no)?|presenta(?:no)?|suona(?:no)?|canta(?:no)?|celebra(?:no)?"
    r"|propon(?:e|gono)|port(?:a|ano) in scena"
    r"|dialoga(?:no)?|spiega(?:no)?|illustra(?:no)?|esegu(?:e|ono)|legg(?:e|ono)"
    r"|interpreta(?:no)?|si esibi(?:sce|scono)"
    r"|insegna(?:no)?|parl(?:a|ano) di|accompagna(?:no)?|mett(?:e|ono) in scena"
    r"|rend(?:e|ono) omaggio|tien(?:e|gono)"
    rf"|incontra(?:no)?(?=\s{_AUDIENCE}))"
)
_OF_PEOPLE = Cued(rf"{_ARTICLE}(?:{_PERFORMERS})\b(?:\s[^\s,;:.!?]+){{0,9}}?\s{_DOES}\s\S", re.I)
_OF_NAMES = re.compile(rf"{_NAME}(?:(?:,\s|\se\s){_NAME}){{0,3}}\s{_DOES}\s\S")
_RECEIVES = re.compile(
    r"(?:il|la|l['’])\s?(?:vice)?(?:sindac[oa]|assessor[ea]|assessora|presidente|giunta|difensore civico)"
    r"(?:\s[A-ZÀ-Ý][\w'’]+){0,4}\s(?:riceve(?:rà)?|incontra|incontrerà)\s(?:(?:i|le)\s(?:cittadin|residenti)|la\scittadinanza)",
    re.I,
)
_MEANWHILE = re.compile(r",\s(?:in concomitanza|contestualmente)\s[^,;:\d]+$", re.I)
_ON_STAGE = re.compile(
    r"\b(?:presenta|presentano|dialoga|dialogano|legge|leggono|si esibi\w+|suona\w*|canta\w*)\b"
)
_PLOT = re.compile(r"\b(?:regia|trama|film|romanzo|personagg\w+|protagonist\w+|commedia)\b", re.I)
_DAY = re.compile(rf"\b\d{{1,2}}[°º]?\s{MONTH}|\b\d{{1,2}}/\d{{1,2}}\b", re.I)
_POINTS = re.compile(r"\b(?:quest[oaie]|quell[oaie]|tal[ei]|loro|sua|suo|suoi|sue)\b", re.I)
_OWN_WORK = re.compile(
    r"\b(?:il|la|i|le)\s(?:suo|sua|loro)\s(?:(?:ultim|nuov|prim)\w\s)?(?:libro|romanzo|saggio|album|disco|film|raccolta)\b",
    re.I,
)  # of who does it in the same sentence
_LONGEST = 150  # characters: the day, the place and the price stand beside it


def acted(line: str, notice: Notice) -> str:
    """`line` as a clause behind its day; "" where it is not sure that it tells who performs.

    A name that does something in a story's plot is nobody's to meet.
    """
    bare = " ".join(line.split()).strip(" .!")
    if len(bare) > _LONGEST or TIME.search(bare) or _DAY.search(bare) or re.search(r"[.!?;:]\s", bare):
        return ""
    if _OF_PEOPLE.match(bare) and not _POINTS.search(bare):
        return f"{bare[:1].lower()}{bare[1:]}"
    found = _OF_NAMES.match(bare)
    if found is None or (_PLOT.search(notice.body) and not _ON_STAGE.search(found[0])):
        return ""
    article = re.match(_ARTICLE, bare, re.I)  # `La Giunta incontra`
    return f"{bare[:1].lower()}{bare[1:]}" if article else bare


def received(notice: Notice) -> Iterator[str]:
    """`la sindaca Ada Neri riceve i cittadini in Municipio`: a sentence of the office without a day."""
    for sentence in (*notice.abstract, *notice.prose):
        if _RECEIVES.match(sentence) and not (TIME.search(sentence) or _DAY.search(sentence)):
            said = worded(sentence).rstrip(".")
            yield from (f"{one[:1].lower()}{one[1:]}" for one in (said, _MEANWHILE.sub("", said)))


def performed_in(line: str) -> str:
    """`La scrittrice Ada Neri presenta un libro.` of `Venerdì 4 maggio alle 21 in Sala Po la scrittrice …`,
    where nothing of the day stands behind it; "" else."""
    found = _OF_PEOPLE.search(line) or _OF_NAMES.search(line)
    if found is None or not (_DAY.search(line[: found.start()]) or TIME.search(line[: found.start()])):
        return ""
    clause = line[found.start() :].strip()
    if TIME.search(clause) or _DAY.search(clause):
        return ""
    return f"{clause[:1].upper()}{clause[1:]}"


def performs(line: str) -> bool:
    """Whether somebody of a name or a group does something in `line`, whatever stands before."""
    line = _OWN_WORK.sub("il libro", line)
    return bool(_OF_PEOPLE.search(line) or _OF_NAMES.search(line)) and not _POINTS.search(line)


def acted_title(title: str, notice: Notice) -> str:
    """The clause of a title that is a sentence, without what a headline sets before its colon."""
    return next(filter(None, (acted(piece, notice) for piece in (title, title.rpartition(": ")[2]))), "")
