"""The page's frame, which anybody may load: it holds nothing until the editors' password has been given.

The password is the one of Prefect's own page, kept by the browser in the same place: who is signed in there
is signed in here.
"""

from pathlib import Path

PATH = "/redazione"
CONTENT = f"{PATH}/contenuto"
ORDER = f"{PATH}/comando/"  # and the name of one of the editors' flows: its start form
ARTIFACT = f"{PATH}/pagina/"  # and the key of an artifact: the newest of that key
ASKED = "cerca"  # of the query string: the words of a search
NO_ANSWER = "Il database non risponde: riprovo fra un minuto. Se continua avvisa chi gestisce il servizio."

_STATIC = Path(__file__).parent / "static"
PAGES = {
    PATH: (b"text/html; charset=utf-8", (_STATIC / "redazione.html").read_bytes()),
    f"{PATH}/redazione.js": (b"text/javascript; charset=utf-8", (_STATIC / "redazione.js").read_bytes()),
    f"{PATH}/redazione.css": (b"text/css; charset=utf-8", (_STATIC / "redazione.css").read_bytes()),
}
"""Path -> media type and body."""
