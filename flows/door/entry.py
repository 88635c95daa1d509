"""`/entra`: the link that lets a browser in without typing, where `run` has made what it takes.

That stands after the `#`, which a browser sends to nobody: a token of one person that is good once, or the
password that all share. The page posts the token, or puts the password where Prefect's UI looks for what a
person typed, and goes on; the address with it does not stay in the browser's history.
"""

import base64
from urllib.parse import urlsplit, urlunsplit

PATH = "/entra"
NEWSROOM = "/redazione"  # the editors' page, and below it lasting addresses of the server's own pages:
ORDER = f"{NEWSROOM}/comando/"  # and the name of one of the editors' flows: its start form
FORM = f"{NEWSROOM}/modulo/"  # and the number of a bulletin that waits: the run that holds its form by now
ARTIFACT = f"{NEWSROOM}/pagina/"  # and the key of an artifact: the newest of that key
AWAY = "/accesso/esterno"  # to the Comune's own provider, which knows who a person is
BACK = "/accesso/ritorno"  # from there
PROVE = "/accesso/codice"  # where who is signed in proves once more who they are
KEPT_AS = "prefect-password"  # in the browser's storage, by both of Prefect's UIs (3.9.1)

_HTML = """<!DOCTYPE html>
<html lang="it">
<meta charset="utf-8">
<title>Bollettino</title>
<script src="/entra.js"></script>
<p>Questo indirizzo non è completo: copialo intero da dove l'hai trovato.</p>
"""
MARK = "gettone="  # before a token; a password in base64 has no `=` but at its end
_SCRIPT = f"""const [secret, page] = location.hash.slice(1).split("&");
const isPage = /^\\/(v2\\/[A-Za-z0-9/_-]*|redazione)$/.test(page || "");
const token = /^{MARK}([A-Za-z0-9_-]+)$/.exec(secret || "");
async function enter() {{
  const there = {{ method: "POST", body: new URLSearchParams({{ gettone: token[1] }}) }};
  const answer = await fetch("/accesso/gettone", there);
  if (answer.ok || (await fetch("/accesso/io", {{ cache: "no-store" }})).ok) return location.replace(page);
  document.querySelector("p").textContent = "Questo collegamento vale una volta sola, ed è già stato usato.";
}}
if (isPage && token) {{
  enter();
}} else if (isPage && /^[A-Za-z0-9+/=]+$/.test(secret || "")) {{
  localStorage.setItem("{KEPT_AS}", secret);
  location.replace(page);
}}
"""
PAGES = {
    PATH: (b"text/html; charset=utf-8", _HTML.encode()),
    "/entra.js": (b"text/javascript; charset=utf-8", _SCRIPT.encode()),
}


def link(page: str, credential: str) -> str:
    """To a page of the UI, through `/entra`; the page itself where people bring the password."""
    if not credential:
        return page
    parts = urlsplit(page)
    coded = base64.b64encode(credential.encode()).decode()
    return urlunsplit(parts._replace(path=PATH, fragment=f"{coded}&{parts.path}"))


def link_of(page: str, token: str) -> str:
    """The same for a token of one person."""
    parts = urlsplit(page)
    return urlunsplit(parts._replace(path=PATH, fragment=f"{MARK}{token}&{parts.path}"))
