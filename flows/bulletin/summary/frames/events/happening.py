"""The office's own lines and sentences that say what happens at an event."""

import re
from collections.abc import Iterator
from functools import lru_cache

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.glue import unglued
from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import EMAIL, MONTH, PHONE, TIME
from flows.bulletin.language.titles import calmed, casing, is_told, same
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import Notice, below
from flows.bulletin.page.sections import parts
from flows.bulletin.summary.frames.events.acting import performed_in

_OPENING = 1600  # characters

_MOST = 24  # lines of them

_ORDINAL = re.compile(r"(\d)[ªa°º^](?!\w)")  # `5^` in the text, `5ª` in the title

NUMERIC_DAY = r"\b\d{1,2}[./-]\d{1,2}[./-]20\d\d\b"

_DANGLING = re.compile(
    r"^(?:quest[oaie]|quell[oaie]|tal[ei]|inoltre|infatti|ma"
    r"|e|ed|anche|così|quindi|perciò|dunque|ogni fotografia|qui"
    r"|in particolare|in questo|in tal|a seguire|durante|ness"
    r"|si\s|ci\s|vi\s|lo\s\w+(?:erà|isce)|il tutto|al termine"
    r"|l['’]obiettivo|la sua|il suo|le sue|i suoi|ecco|racconta"
    r"|presenta|parla|propone|offre|spiega|prevede|incontra"
    r"|tra (?:cui|questi)|nel corso|per questo|con (?:quest|tal)"
    r"|da qui|dopo|nel 20|nel 19|dal (?:19|20)\d\d|pronti)\b",
    re.I,
)

FILLER = Cued(
    r"\b(?:unic[oa]\b|emozionant|meraviglios|imperdibil|magic[oahe]|straordinari[ao]\s(?:viaggio|occasione|opportunità)"
    r"|importantissim|prezios|efficac|special[ei]\b|indimenticabil|suggestiv|affascinant|opportunità|orgoglios|entusias|lieti|felici"
    r"|[vt]i aspettiamo|non mancate|si celebra|spiacenti|fenomeno|tasso|aumentat"
    r"|conto alla rovescia|è pront[ao] a\b|patrocini)",
    re.I,
)

_LEANS = re.compile(
    r"(?:l['’]appuntamento|l['’]evento|l['’]iniziativa|l['’]attività"
    r"|la serata|le lezioni|il corso|le prenotazioni|quest[oaie]"
    r"|è |e['’] |si |sarà|alle |ore |anche|inoltre|rinviat|annullat|tutt[ei] i|evento (?:rivolt|dedicat))",
    re.I,
)

_APPOSITION = re.compile(r"^(?:Entramb[ie]|Ambedue|Tutt[ie] e (?:due|tre))\b[^,.;:]{3,60},\s(?=[A-ZÀ-Ý])")

LIFE = re.compile(  # of a guest: nothing that happens that day
    r"^(?:[A-ZÀ-Ý][\w’']+\s){1,3}(?:,[^,]{3,40},\s)?(?:vive|nasce|è nat[oa]|insegna|lavora"
    r"|ha (?:pubblicato|scritto|vinto|studiato)|si è (?:laureat|diplomat)"
    r"|è (?:un|un['’]|una|laureat|autor|docent))",
)
_POINTS_BACK = re.compile(r"\b(?:quest[oaie]|tal[ei])\b(?!\s(?:sera|anno|estate|mattina))", re.I)
HAPPENS = re.compile(
    r"\b(?:racconta(?:no)?|presenta(?:no)?|incontra(?:no)?|esplora(?:no)?|suona(?:no)?|celebra(?:no)?|propon(?:e|gono)"
    r"|port(?:a|ano) in scena|insegna(?:no)?|dialoga(?:no)?"
    r"|parl(?:a|ano)|prevede|offre|spiega(?:no)?|organizza(?:no)?"
    r"|invita(?:no)?|si (?:terrà|svolgerà|svolge|tiene|esibi\w+)|promuove|accompagna(?:no)?|ospita"
    r"|illumin(?:a|ano|erà|ando))\b",
    re.I,
)


@lru_cache(maxsize=64)
def lines_of(notice_title: str, source: str) -> tuple[str, ...]:
    """The lines of a page's opening as the office wrote them, whole sentences or not:
    its phrases stand there.
    """
    body = below(notice_title, source)
    forms = casing(split(source[:_OPENING]))
    heading = _ORDINAL.sub(r"\1", notice_title)
    return tuple(
        spoken(calmed(line, forms))
        for part in parts(body[:_OPENING])
        if part.kind == "prose"
        for sentence in split(part.text)
        for line in unglued(sentence)
        if not same(_ORDINAL.sub(r"\1", line), heading)
    )[:_MOST]


def what_sentences(notice: Notice, title: str) -> Iterator[str]:
    """The office's own sentences that say what happens, whole, the most telling first."""
    ranked = []
    for place, sentence in enumerate(
        dict.fromkeys((*notice.abstract, *lines_of(notice.title, notice.source), *notice.prose))
    ):
        if place > 14:
            break
        bare = _APPOSITION.sub("", performed_in(sentence.strip()) or sentence.strip())
        if not 25 <= len(bare) <= 175 or not speaks(bare) or _DANGLING.match(bare) or not _stands(bare):
            continue
        if (
            LIFE.search(bare)
            or _POINTS_BACK.search(bare)
            or FILLER.search(bare)
            or bare.endswith("!")
            or has_day(bare)
            or TIME.search(bare)
        ):
            continue
        worth = (
            2.0 * bool(HAPPENS.search(bare)) + (1.0 if title and is_told(title, bare) else 0) - place * 0.25
        )
        ranked.append((-worth, len(bare), place, bare))
    for worth, _, _, bare in sorted(ranked):
        if worth < -0.5:
            yield bare if bare[-1] in ".!?" else f"{bare}."


def has_day(text: str) -> bool:
    return (
        re.search(rf"\b\d{{1,2}}[°º]?\s{MONTH}|\b\d{{1,2}}/\d{{1,2}}\b|{NUMERIC_DAY}", text, re.I) is not None
    )


def _stands(sentence: str) -> bool:
    if (
        EMAIL.search(sentence)
        or PHONE.search(sentence)
        or "clicc" in sentence.lower()
        or "allegat" in sentence.lower()
    ):
        return False
    return sentence[0].isupper() or sentence[0] in '«“"0123456789'


def needs_headline(sentence: str) -> bool:
    """Whether the sentence needs the title before it."""
    return bool(_LEANS.match(sentence) or re.search(r"\b(?:quindi|dunque|pertanto)\b", sentence))
