"""Pages without a text: notices that are only a file or a poster, and pages that are no article at all."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from scrapers.pages.attachments import Attachment
from scrapers.pages.markup import Element, every, folded, one_line, present

FEW_WORDS = 8
SHORT = 600  # characters; an error page has no more
FILES_NOTE = "La pagina contiene solo {what}: il testo va scritto a mano."
PICTURES_NOTE = "La pagina contiene solo un'immagine (una locandina): il testo va scritto a mano."
_SMALL = re.compile(
    r"icon|logo|stemma|sprite|avatar|pixel|spacer|banner-cookie|facebook|twitter|whatsapp", re.IGNORECASE
)
_NO_MATTER = (
    "si in di da il la le lo gli un una del della dei delle al alla per con e a allegato allegati allega "
    "allegata scarica scaricare pdf documento documenti avviso file vedi vedere consulta consultare leggi "
    "leggere visualizza locandina manifesto pubblica pubblicato qui seguito cliccare clicca link "
    "download kb mb"
)
_EMPTY_WORDS = frozenset(_NO_MATTER.split())
_MISSING = re.compile(
    r"^\W*(?:(?:errore|error)?\W*404\b|(?:oops\W*|spiacenti\W*|ops\W*)?(?:la |il )?"
    r"(?:pagina|contenuto|risorsa|notizia)(?: richiest[ao]| cercat[ao])? (?:non (?:è (?:stat[ao] )?)?"
    r"(?:trovat|disponibil|esist|raggiungibil|più disponibil)|inesistente)|page not found|not found)",
    re.IGNORECASE,
)
_BROKEN = re.compile(
    r"^\W*(?:(?:errore|error)\W*50\d\b|errore (?:del server|interno|di sistema|applicativo)|"
    r"internal server error|"
    r"servi(?:zio|ce) (?:temporaneamente |temporarily )?(?:non disponibile|unavailable)\W*$|"
    r"si è verificato un errore)",
    re.IGNORECASE,
)
_ROBOT = re.compile(
    r"^\W*(?:just a moment|attention required|anti-?robot verification|"
    r"verifica (?:che tu non sia|di non essere) un|are you (?:a robot|human)|un momento\W*$|access denied|"
    r"accesso negato\W*$|ddos protection|captcha|"
    r"checking your browser|request unsuccessful|pardon our interruption)",
    re.IGNORECASE,
)
_ROBOT_SIGNS = (
    "script[src*='challenge-platform'], script[src*='_Incapsula_'], iframe[src*='_Incapsula_'], "
    "#challenge-form, #challenge-running, #cf-wrapper, .cf-browser-verification, form[action*='captcha']"
)
_LOGIN = re.compile(
    r"^\W*(?:accesso|accedi|login|log in|area riservata|autenticazione|sign in)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Signs:
    """What a page shows before its forms and scripts are taken out."""

    names: tuple[str, ...]  # first h1, first part of <title>
    password: bool
    robot: bool
    scripts: bool


def signs(root: Element, source: str) -> Signs:
    """`source` is the text of the page."""
    heading = next((name for element in every(root, "h1") if (name := one_line(element))), "")
    page = re.split(r"\s[-–—|]\s", one_line(next(iter(every(root, "title")), None)))[0]
    return Signs(
        names=(heading, page),
        password=any(map(_is_in_sight, every(root, "input[type='password']"))),
        robot=present(root, _ROBOT_SIGNS, source),
        scripts=bool(every(root, "script")),
    )


def refusal(signs: Signs, body: str) -> str:
    """Why the page is no article although it has some text; '' when it may be one."""
    missing = [name for name in signs.names if _MISSING.match(name)]
    if len(body) > SHORT and not any(len(name) < 40 for name in missing):
        return ""
    if missing:
        return "an error page (not found) that claims to be a page; the article was moved or taken down"
    if any(_BROKEN.match(name) for name in signs.names):
        return "an error page of the site; try again later"
    if signs.robot or any(_ROBOT.match(name) for name in signs.names):
        return "a check against robots (captcha), not an article; ask the site's operator to let us read it"
    if signs.password and (len(body) < SHORT / 5 or any(_LOGIN.match(name) for name in signs.names)):
        return "a login page, not an article; the address must be readable by anyone"
    return ""


def emptiness(signs: Signs) -> str:
    """Why there is no text at all."""
    if signs.password:
        return "a login page, not an article; the address must be readable by anyone"
    if signs.scripts:
        return "no text of an article on the page: it needs scripts, which are not run; use the site's feed"
    return "no text of an article on the page (empty, or only decoration)"


def holds(title: str, text: str, attachments: Sequence[Attachment], pictures: bool) -> str:
    """What a page is made of: "text", "files" or "pictures".

    `words` are its abstract and body as Markdown. Fewer than 8 words of its own (4 with a figure among them)
    beside title, names of files and "si allega" are no text when there is a file or a poster.
    """
    if not attachments and not pictures:
        return "text"
    bare = re.sub(r"!?\[([^\[\]]*)\]\([^()\s]*\)", " ", text)
    common = {*folded(title).split(), *_EMPTY_WORDS}
    for attachment in attachments:
        common.update(folded(attachment.title).split())
    own = [word for word in folded(bare).split() if word not in common]
    if len(own) >= FEW_WORDS or (len(own) >= FEW_WORDS / 2 and any(map(str.isdigit, own))):
        return "text"
    return "files" if attachments else "pictures"


def note(kind: str, attachments: Sequence[Attachment]) -> str:
    """What the editor is told of a page that holds only files or pictures."""
    if kind == "pictures":
        return PICTURES_NOTE
    pdf = all(urlsplit(file.url).path.lower().endswith(".pdf") for file in attachments)
    one_file = "un allegato PDF" if pdf else "un allegato"
    return FILES_NOTE.format(
        what=one_file if len(attachments) == 1 else "allegati PDF" if pdf else "allegati"
    )


def _is_in_sight(field: Element) -> bool:
    """Whether a field is not that of a menu or of a dialog, which stand on every page of some sites."""
    return next(field.iterancestors("header", "nav", "footer", "dialog"), None) is None and not any(
        ancestor.get("role") == "dialog" or "modal" in (ancestor.get("class") or "").split()
        for ancestor in field.iterancestors()
    )


def has_picture(place: Element) -> bool:
    """Whether there is a picture that may be a poster, not a sign or a logo."""
    for picture in every(place, "img"):
        about = " ".join(picture.get(name) or "" for name in ("src", "class", "alt", "id"))[:400]
        width = (picture.get("width") or "").removesuffix("px")
        if not _SMALL.search(about) and not (width.isdecimal() and int(width[:9]) < 120):
            return True
    return False
