"""What a text leaves to the page that one who reads it alone would miss: a day, a limit, a ban."""

import re

from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import MONTH
from flows.bulletin.page.notice import OCCASIONS, Notice
from flows.bulletin.page.told_slots import figures
from flows.bulletin.summary.additions.short_pages import tells_most
from flows.bulletin.summary.checks.measures_told import called_off
from flows.bulletin.summary.checks.named import stems
from flows.bulletin.summary.frames.prose.left_to_page import ALL_LEFT, PRECAUTIONS
from flows.bulletin.summary.frames.prose.lines import lines
from flows.bulletin.summary.frames.prose.wording import worded

BARRED = re.compile(
    r"\b(?:vietat[oaie]|divieto|chius[oaie]|chiusura|sospes[oaie]|sospensione|obbligatori[oa]|obbligo"
    r"|senso unico|traffico limitato|pedonale|massimo di \d+ ore"
    r"|non (?:possono|può) (?:più )?(?:circolare|attraversare|transitare|entrare|passare|sostare))\b",
    re.I,
)
_NO_MORE = re.compile(
    r"\bnon (?:è|sono|\w+(?:no|rà|ranno)) pi[uù]\b|\bannullat[oaie]\b|^\W*(?:[EÈ]['’]?|Sono) sospes[oaie]\b"
    r"|\bnon si (?:terr|svolger|effettuer)(?:à|anno)\b",
    re.I,
)
_IN_FORCE = re.compile(
    rf"{BARRED.pattern}|\b(?:riapr\w+|annullat[oaie]|anziché|non \w+ più"
    r"|non (?:essere|sono|saranno) garantit[oaie]"
    r"|(?:va|vanno|deve|devono|possono|compilano)\b[^.;]{0,60}\bentro)\b",
    re.I,
)
LIMITS = re.compile(
    r"\b(?:annullat|rinviat|prorogat|revocat|esclus|eccett|vietat|chius|sospes|garantit)[oaie]\b"
    r"(?! i rubinetti)|\b(?:eccezion|tranne|salvo|obblig|solo|soltanto|riapr)\w*"
    r"|\b[Gg]li altri (?:diviet|obbligh|us)\w*|\b[Ll]e altre chiusure\b|\b(?:pubblico|residenti)\b"
    r"|\bentro (?:e non oltre )?(?:le|il|l['’]|\w+ì|sabato|domenica)? ?\d",
    re.I,
)  # such a sentence stays
_OF_DESKS = re.compile(  # which no reader misses
    r"\b(?:informazioni|info|contatt\w+|telefon\w+|tel|sportello|ringrazi\w+|scus\w+|ordinanza n"
    r"|delibera\w*)\b",
    re.I,
)
_BY_THEN = re.compile(rf"\b(?:entro|fino al(?:l['’])?)\b[^.;]{{0,20}}\d[^.;]{{0,4}}{MONTH}", re.I)
_IS_OF_USE = re.compile(
    r"\b(?:Si invit|[Dd]ev[eio]|dovr|[Pp]uoi|possono|occorre|[Ss]erv[eo]|esclusivamente|gratuit"
    r"|liber[oai]|[Ii]scri|È per|Porta|Vai|Chiama|Non )"
)


def leaves_limit(text: str, notice: Notice) -> bool:
    """Whether a sentence of the office's that a text has not tells a day, an hour, or what one may not do."""
    left = [
        line
        for line in (
            lines(notice)[2:] if notice.kind in OCCASIONS else notice.prose[1:]
        )  # frames tell the first
        if worded(line) not in text and not (tells_most(text, line) or _is_of_desk(line))
    ]
    is_much = len(left) > 1 and notice.kind not in OCCASIONS
    return is_much or any(figures(line) - figures(text) or BARRED.search(line) for line in left)


def _is_of_desk(line: str) -> bool:
    return _OF_DESKS.search(line) is not None and _BY_THEN.search(line) is None


def leaves_ban(text: str, notice: Notice) -> bool:
    """Whether the page has a ban or a closure of its own hours or days, of which the text has no word."""
    return called_off(text, notice) != "" or any(
        _IN_FORCE.search(line)
        and (figures(line) - figures(text) or _NO_MORE.search(line))
        and not tells_most(text, line)
        for line in notice.prose[1:]
    )


def with_all_left(text: str, notice: Notice) -> str:
    """`text` with word of the rest beside that of precautions, where it leaves out what is off or shut."""
    if PRECAUTIONS not in text or not leaves_ban(text, notice):
        return text
    return text.replace(PRECAUTIONS, ALL_LEFT)


def shortened(text: str, notice: Notice) -> tuple[str, ...]:
    """`text` without a last sentence that neither bans nor shuts, and without a first one that only says with
    its title that something was moved: word of a ban is worth more.
    """
    *before, last = split(text) or [""]
    first, *behind = split(text) or [""]
    freed = " ".join(before) if before and not _IN_FORCE.search(last) else text
    is_title = notice.kind in OCCASIONS and stems(first) <= stems(notice.title)
    return (freed, " ".join(behind)) if behind and is_title else (freed,)


def without_idle(text: str) -> str:
    """`text` without a last sentence that tells no day, hour or limit: word of the rest is worth more."""
    *before, last = split(text) or [""]
    is_needed = not before or figures(last) or LIMITS.search(last) or _IS_OF_USE.search(last)
    return text if is_needed else " ".join(before)
