"""The streets that a page lists below `Vie interessate:`, as one place: `in via Po dal 2 al 8 e via Adda`."""

import re

from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.places.streets import joined, streets_at

_LEAD = re.compile(
    r"(?:^|[.;]\s)[^\n.;]{0,80}\b(?:vie|strade|zone|località|utenze)\s(?:(?:saranno|sono|che saranno)\s)?"
    r"(?:interessat|coinvolt)[eao]\b[^\n:]{0,40}:[ \t]*(?P<same>[^\n]*)\n?",
    re.I | re.M,
)
_MARK = re.compile(r"^[ \t]*(?:[-–•·*▪]|\d{1,2}[.)])?[ \t]*")
_COMMAS = re.compile(
    r",\s(?=(?:via|viale|vicolo|piazza|piazzale|corso|largo|strada|contrada|località|loc\.|frazione|fraz\.)\s)"
    r"|\se\s",
    re.I,
)
_NUMBERS = re.compile(
    r",?\s\(?(?:(?:da|dal|dai)\s(?:(?:n\.?|n\.ro|numero|civico|civici)\s)?\d{1,4}(?:/\w)?\s(?:al?|ai)\s"
    r"(?:(?:n\.?|n\.ro|numero|civico|civici)\s)?\d{1,4}(?:/\w)?(?:, da \d{1,4} a \d{1,4})?"
    r"|(?:solo\s)?(?:(?:i|al)\s)?(?:numeri|civici|lato)\s(?:pari|dispari)"
    r"(?:\sdal?\s\d{1,4}\sal?\s\d{1,4})?|snc"
    r"|\d{1,4}\s?[-–]\s?\d{1,4}(?:\s\((?:pari|dispari)\))?|tutt[ao]|intera)\)?"
    r"|\se (?:le )?(?:traverse|laterali)"
)
_ZONE = re.compile(
    r"(?:centro storico|quartiere|rione|località|loc\.|frazione|contrada|zona|borgata)\b[^.;:,\d]{0,50}", re.I
)
_BELOW = re.compile(
    r"(?:allegat|document|contatt|info|a cura|data|or[ae]\b|orari|note\b|il\s|la\s|si\s)", re.I
)
_MOST = 4  # streets that one sentence holds


def listed_streets(notice: Notice, *, with_zones: bool = False) -> str:
    """`via Po dal civico 2 al civico 8 e via Adda`; "" where there are more, or one is unsure.

    `with_zones`: parts of the town, too, as they stand: `centro storico e via Po`, which follow no `in`.
    """
    found = list(_LEAD.finditer(notice.source))
    if len(found) != 1:
        return ""
    rows = _COMMAS.split(found[0]["same"].strip(" .;")) if found[0]["same"].strip() else []
    for line in [] if rows else notice.source[found[0].end() :].split("\n"):
        bare = line[_match_end(line) :].strip(" .;,")
        if bare and rows and not _ZONE.fullmatch(bare) and (speaks(bare) or _BELOW.match(bare)):
            break  # what stands below the list
        if bare:
            rows.append(bare)
    told = [_zone(row) if with_zones and _ZONE.fullmatch(row) else _street(row) for row in rows]
    return joined(told) if 0 < len(told) <= _MOST and all(told) else ""


def sentence_of_streets(notice: Notice) -> str:
    """`Le vie interessate sono via Po e via Adda.`, `Le zone …` where one is no street; "" of one alone."""
    listed = listed_streets(notice, with_zones=True)
    what = "zone" if _ZONE.search(listed) else "vie"
    return f"Le {what} interessate sono {listed}." if " e " in listed else ""


def _zone(row: str) -> str:
    return f"{row[:1].lower()}{row[1:]}"


def _match_end(line: str) -> int:
    mark = _MARK.match(line)
    return mark.end() if mark else 0


def _street(row: str) -> str:
    """The one street of a row, with its house numbers; "" where the row tells anything else."""
    found = streets_at(row, 0)
    if found is None or len(found.all) != 1:
        return ""
    rest = row[found.end :].rstrip(" .;,")
    return f"{found.all[0].words}{rest.lower()}" if not rest or _NUMBERS.fullmatch(rest) else ""
