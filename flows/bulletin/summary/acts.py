"""Acts of an office as news: what is ordered leads; recitals, stamps and signatures are nobody's news."""

import re

from flows.bulletin.language.sentences import has_verb
from flows.bulletin.language.signals import ACT

_RECITAL = re.compile(
    r"(?:\b(?:IL|LA) (?:RESPONSABILE|SINDAC[OA]|DIRIGENTE|COMMISSARI[OA]|COMANDANTE)\b[^.;a-z]{0,80})?"
    r"\b(?:VIST[OAIE]|Vist[oaie]|PREMESS[OA]|Premess[oa]|CONSIDERAT[OA]|Considerat[oa]|RICHIAMAT[OAIE]"
    r"|Richiamat[oaie]|RITENUT[OA]|Ritenut[oa]|DATO ATTO|Dato atto|ATTES[OA]|Attes[oa]|PRESO ATTO"
    r"|Preso atto|RILEVAT[OA]|Rilevat[oa]|TENUTO CONTO|Tenuto conto|SENTIT[OAI]|Sentit[oai]"
    r"|ACQUISIT[OAI]|Acquisit[oai])\b"
)
# only in capitals: `il regolamento dispone che` is a sentence like another
_OPERATIVE = re.compile(
    r"\b(?P<verb>ORDINA|DISPONE|DECRETA|DETERMINA|DELIBERA|STABILISCE|AVVISA|INFORMA|COMUNICA|RENDE NOTO"
    r"|INVITA)\b"
    r"(?: (?:AI|I|ALLA|LA) CITTADIN\w+)?\s*:?\s*"
)
_INSTITUTION = re.compile(r"(?:l['’]|la )istituzione (?:de(?:l|lla|llo|i|gli|lle) |dell['’]|di )", re.I)
_STAMP = re.compile(
    r"^(?:Dalla? (?:Residenza|Sede|Casa) (?:Municipale|Comunale|Civica)|(?:[A-ZÀ-Ý]\w+,? )?l[iì],? \d"
    r"|F\.to\b|Firmato\b|(?:Il|La) (?:responsabile|sindac[oa]|dirigente|segretari[oa]|comandante)\b)",
    re.I,
)
_BANNER = re.compile(
    r"(?:(?:comunicazion[ei]|comunicat[oi]|avvis[oi]|informazion[ei]|attenzione|aggiornamento|nota)\b"
    r"[\s!:.]*(?:urgent[ei]|important[ei]|pubblic[oi]|stampa|(?:alla|per la) (?:cittadinanza|popolazione)"
    r"|ai cittadini)?[\s!:.]*)+$",
    re.I,
)
_OFFICE = re.compile(r"\b(?:ufficio|settore|area|servizio|sportello|comando)(?: [\w']+){1,4}", re.I)
_DATE = re.compile(r"\d{1,2}[./ -](?:\d{1,2}|[a-z]{3,9})[./ -]\d{2,4}", re.I)


def operative(text: str) -> str:
    """A text whose recitals (`VISTO ...; CONSIDERATO ...`) end in ORDINA, without them: `Si ordina ...`.

    Any other text comes back as it is.
    """
    begins = _RECITAL.search(text)
    ends = _OPERATIVE.search(text, begins.end()) if begins else None
    if begins is None or ends is None:
        return text
    ordered = re.sub(r"^\W*(?:1|a)[.)]\s*", "", text[ends.end() :]).lstrip(" \n")
    named = _INSTITUTION.match(ordered)
    if named:
        ordered = ordered[named.end() :]
        sentence = ordered[:1].upper() + ordered[1:]
    else:
        sentence = f"Si {ends['verb'].lower()} {ordered[:1].lower()}{ordered[1:]}"
    before = text[: begins.start()].rstrip()
    return f"{before}\n\n{sentence}" if before else sentence


def is_stamp(text: str) -> bool:
    """Whether a phrase only says who signed, where, under which number the act is kept, or that it is one."""
    if has_verb(text):
        return False
    if _BANNER.match(text):
        return True
    rest = _DATE.sub(" ", ACT.sub(" ", text))
    if _STAMP.match(text):
        return len(rest.split()) <= 8
    words = re.findall(r"[^\W\d_]{4,}", _OFFICE.sub(" ", rest))
    return ACT.search(text) is not None and len(words) <= 1
