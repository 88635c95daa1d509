"""The page's frame: it holds nothing until who looks has signed in.

Where the editors share a password it is the one of Prefect's own page, kept by the browser in the same place.
Who is signed in there is signed in here. Below the page stand lasting addresses of Prefect's pages, which are
told to editors only.
"""

import re
from pathlib import Path

from flows.door.entry import ARTIFACT, FORM, NEWSROOM, ORDER

CONTENT = f"{NEWSROOM}/contenuto"
ASKED, TO = "cerca", "vai"  # of the query string: the words of a search, or one of these addresses
NO_ANSWER = "La pagina non si può mostrare adesso. Se continua avvisa chi gestisce il servizio."
NOTHING = "Qui non c'è niente: non ancora, o non più."

_STATIC = Path(__file__).parent / "static"
_HTML = (b"text/html; charset=utf-8", (_STATIC / "redazione.html").read_bytes())
_FILES = {
    NEWSROOM: _HTML,
    f"{NEWSROOM}/redazione.js": (b"text/javascript; charset=utf-8", (_STATIC / "redazione.js").read_bytes()),
    f"{NEWSROOM}/redazione.css": (b"text/css; charset=utf-8", (_STATIC / "redazione.css").read_bytes()),
}
_LASTING = re.compile(f"(?:{ORDER}|{ARTIFACT})[a-z0-9-]{{1,60}}|{FORM}[0-9]{{1,9}}")


def frame(path: str) -> tuple[bytes, bytes] | None:
    """Media type and body; None for a path that is not of this page. The same for all lasting addresses."""
    return _HTML if _LASTING.fullmatch(path) else _FILES.get(path)
