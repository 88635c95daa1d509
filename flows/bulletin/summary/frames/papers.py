"""The papers that a card of a service lists, each by a short name with its article: `Copia documento di
identità (fronte e retro)` is `la copia del documento di identità`.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.sentences import has_verb
from flows.bulletin.page.notice import Listing
from flows.bulletin.summary.frames.requirements import (
    GENERIC,
    IDENTITY,
    ONE_OF,
    VERB_ITEM,
    is_of_some,
    short_name,
)

_NOUNS = {
    "il ": "documento certificato modulo modello permesso passaporto contratto libretto codice verbale"
    " progetto decreto titolo bilancio preventivo curriculum nulla",
    "lo ": "statuto stralcio schema",
    "la ": "copia fotocopia dichiarazione relazione planimetria patente carta ricevuta visura polizza delega"
    " tessera perizia domanda richiesta denuncia scansione documentazione mappa pianta",
    "l'": "attestazione autorizzazione autocertificazione atto estratto elenco assenso assicurazione",
    "i ": "documenti certificati moduli disegni dati progetti",
    "gli ": "atti elaborati estratti",
    "le ": "copie fotocopie planimetrie fotografie dichiarazioni ricevute fatture",
    "una ": "fotografia fototessera foto",
}
_ARTICLES = {noun: article for article, nouns in _NOUNS.items() for noun in nouns.split()}
_OF = {
    "il ": "del ",
    "lo ": "dello ",
    "la ": "della ",
    "l'": "dell'",
    "i ": "dei ",
    "gli ": "degli ",
    "le ": "delle ",
}
_OF_A_PAPER = re.compile(r"(?P<head>copia|fotocopia|scansione|ricevuta)\s(?P<noun>[a-zà-ù]+)\b", re.I)
_ONE = re.compile(r"(?:n[.°]?\s?)?(?:1|uno|una|un)\s(?=(?:fotografia|foto|fototessera|marca)\b)", re.I)
_SOME = re.compile(r"(?:n[.°]?\s?)?(?P<number>[2-9]|due|tre|quattro)\s(?=fot\w+)", re.I)
_LED = re.compile(r"(?:il|lo|la|i|gli|le|un|una|uno)\s|(?:l|un)['’]", re.I)
_LABELLED = re.compile(r":\s|/|\bn\.\s|\d{4}/")
_MOST = 3


def papers(listing: Listing) -> list[str]:
    """The first papers that everybody needs, at most three."""
    if ONE_OF.search(listing.lead):
        return []
    names = [name for item in listing.items if (name := paper(item))]
    if sum(IDENTITY.search(name) is not None for name in names) > 1:
        names = [name for name in names if not IDENTITY.search(name)]  # one of them will do
    return list(dict.fromkeys(names))[:_MOST]


def paper(item: str) -> str:
    """The short name with its article; "" for what only some need, what is no paper, and what is long."""
    if is_of_some(item) or VERB_ITEM.match(item):
        return ""
    text = _SOME.sub(lambda found: f"{found['number']} ", _ONE.sub("una ", item.strip(), count=1), count=1)
    name = short_name(text)
    if not name or GENERIC.match(name) or _LABELLED.search(name) or has_verb(name):
        return ""
    if _LED.match(name) or re.match(r"(?:[2-9]|due|tre|quattro)\sfot", name):
        return name
    article = _ARTICLES.get(name.split(" ", 1)[0])
    return f"{article}{_OF_A_PAPER.sub(_whose, name, count=1)}" if article else ""


def _whose(match: re.Match[str]) -> str:
    article = _ARTICLES.get(match["noun"].lower(), "")
    return f"{match['head']} {_OF[article]}{match['noun']}" if article in _OF else match[0]


def joined(with_keys: str, names: list[str]) -> Iterator[tuple[str, bool]]:
    """`SPID o CIE, la copia del libretto e gli altri documenti elencati nella pagina`, then with fewer names;
    and whether anything is named.
    """
    for count in range(len(names), -1, -1):
        others = f"{'gli altri' if count else 'i'} documenti elencati nella pagina"
        some = [*([with_keys] if with_keys else []), *names[:count]]
        yield f"{', '.join(some)} e {others}" if some else others, bool(some)
