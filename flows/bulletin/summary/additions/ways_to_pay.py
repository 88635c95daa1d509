"""With what one pays a tax, where a text tells by when: `Si paga con l'F24 o con pagoPA.`"""

import re

from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import Kind, Notice

_KINDS = frozenset({Kind.deadline, Kind.service, Kind.campaign, Kind.other})
_TELLS_TERM = re.compile(
    r"\b(?:puoi pagare|si paga|rat[ae] (?:scad|è|sono)|(?:acconto|saldo)\b[^.]{0,60}\bscad"
    r"|scad\w+[^.]{0,60}\b(?:acconto|saldo|rata)\b)",
    re.I,
)
_TAX = re.compile(r"\b(?:IMU|TARI|TASI|tassa rifiuti)\b", re.I)
_PAID = re.compile(r"\b(?:pagament|pagat|pagar|paga\b|vers|modalità)\w*|^\W*(?:con|mediante|tramite)\b", re.I)
_ASIDE = re.compile(
    r"\b(?:non|rimbors\w+|ravved\w+|preceden\w+|chi|estero|solo|(?:ha|hanno|già) (?:pagat|versat)\w+"
    r"|rat[ae]|acconto|saldo|conguagli\w+|categori\w+|utenz\w+|import[oi]|20\d\d|cas[ae]|abitazion\w+"
    r"|imprese|ditte|negozi|per (?:i|gli|le))\b",
    re.I,
)
_WAYS = {"l'F24": re.compile(r"\bF\.?\s?24\b", re.I), "pagoPA": re.compile(r"\bpago\s?PA\b", re.I)}
_OTHERS = re.compile(r"\b(?:bonific\w+|contant\w+|domiciliazion\w+|SDD|bancomat|POS|SEPA)\b|\bc/c\b", re.I)


def to_pay_with(text: str, notice: Notice) -> tuple[str, ...]:
    """The ways that the page names; () where it names others, too, or one of them of some alone."""
    if notice.kind not in _KINDS or not (_TELLS_TERM.search(text) and _TAX.search(f"{text} {notice.title}")):
        return ()
    if _OTHERS.search(notice.body) or any(way.search(text) for way in _WAYS.values()):
        return ()
    named = [said for line in notice.body.splitlines() for said in split(line) if _names(said)]
    named = [said for said in named if _PAID.search(said)]
    if len(named) != 1 or _ASIDE.search(named[0]):
        return ()  # of some of it, perhaps
    ways = [name for name, way in _WAYS.items() if any(way.search(said) for said in named)]
    return (f"Si paga con {' o con '.join(ways)}.",) if ways else ()


def _names(sentence: str) -> bool:
    return any(way.search(sentence) for way in _WAYS.values())


_HOME = re.compile(r"\b(?:abitazion[ei] principal[ei]|prima casa)\b", re.I)
_FREE = re.compile(r"\b(?:esent[ei]|esenzione|esclus[ae]|non (?:è|sono) dovut\w+|non (?:si )?pag\w+)\b", re.I)
_LUXURY = re.compile(r"\blusso\b|\bA/1\b", re.I)


def home_is_free(text: str, notice: Notice) -> tuple[str, ...]:
    """That one's own home pays no IMU, which most readers ask first, where the page says so."""
    if not (re.search(r"\bIMU\b", notice.title) and _TELLS_TERM.search(text)) or _HOME.search(text):
        return ()
    if not any(_HOME.search(said) and _FREE.search(said) for said in split(notice.source)):
        return ()
    but = ", se non è di lusso," if _LUXURY.search(notice.source) else ""
    return (f"L'abitazione principale{but} non paga.",)
