"""When two addresses are the same page: what a link carries besides the place it leads to."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

# parameters that tell who clicked and from where, never which page
# (https://support.google.com/analytics/answer/10917952; Mozilla's query stripping list)
_TRACKING = re.compile(
    r"utm_\w+|mtm_\w+|pk_\w+|hsa_\w+|mc_[ce]id|(?:fb|g|ms|dc|tt|y|wbra|gbra)clid|igsh(?:id)?|_ga|_gl|"
    r"phpsessid|jsessionid|aspsessionid\w*|nocache|cachebuster",
    re.IGNORECASE,
)
_SESSION = re.compile(r";(?:jsessionid|phpsessid)=[^/?#]*", re.IGNORECASE)
_EITHER = frozenset({"sid", "ref"})  # a session or a click on one site, the number of the page on another
_TOKEN = re.compile(r"(?=.*\d)(?=.*[a-z])[\w-]{16,}", re.IGNORECASE | re.ASCII)
_SAFE = "/:@!$&'()*+,;=-._~"


@lru_cache(maxsize=20_000)
def address_key(url: str) -> str:
    """The address without what does not tell pages apart; '' for no web address.

    Scheme, `www.`, a default port, the order of parameters, tracking parameters, sessions, a fragment,
    a final slash and the way of percent-encoding do not count. Case counts in the path, as on most servers;
    so does a fragment that is a path (`#!/news/1`, `#/notizie/1`), as sites of one page have them.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    host = parts.hostname.rstrip(".").removeprefix("www.")
    if port is not None and port != {"http": 80, "https": 443}[parts.scheme]:
        host += f":{port}"
    path = quote(unquote(_SESSION.sub("", parts.path)), safe=_SAFE).rstrip("/")
    query = parse_qsl(parts.query, keep_blank_values=True) if parts.query else []
    parameters = urlencode(sorted(pair for pair in query if not _is_noise(*pair)))
    route = parts.fragment.rstrip("/") if parts.fragment.startswith(("!", "/")) else ""
    return host + path + (f"?{parameters}" if parameters else "") + (f"#{route}" if route else "")


def _is_noise(name: str, value: str) -> bool:
    if name.lower() in _EITHER:
        return bool(_TOKEN.fullmatch(value))
    return bool(_TRACKING.fullmatch(name))
