"""A page's title without what names nothing: `AVVISO - Ricerca di volontari`, `Aggiornamento: …`."""

import re

_SAYS_NEWS = re.compile(  # `Aggiornamento: riaperta la via`, `AVVISO MENSA SCOLASTICA`
    r"^\s*(?:aggiornament[oi]|ultime notizie|ultim.ora|comunicazione(?: importante)?|attenzione|importante"
    r"|avviso(?:\s(?:pubblico|alla cittadinanza|ai cittadini))?)"
    r"(?:\s?[:!]+|\s[-–])\s(?=\S+\s\S+\s\S+)"
    r"|^\s*avviso\s(?=[a-z]+(?:a|e|o|i|ione|ioni)\s[a-z])(?!(?:pubblic|esplorativ|relativ|bonari|important|urgent"
    r"|pagament|unic|comunal|congiunt|rivolt|di|de|da|a[il]?|agli|all[ae]|per|su|in|si|che|è)\w{0,3}\s)",
    re.I,
)
_AT_THAT_HOUR = re.compile(  # `Scuole chiuse giovedì - aggiornamento ore 18.40`: when it was written
    r"\s*[-–,(|]\s*(?:ultimo\s)?(?:aggiornament[oi]|aggiornat[oaie])\s(?:delle\s|alle\s)?(?:ore\s)?\d{1,2}[.:,]\d\d\)?\s*$",
    re.I,
)
_BAR = re.compile(r"\s?\|\s?")  # between a title and its day, in the headings of blogs
_SOUGHT = re.compile(r"^(?:ricerca|reperimento)\s(?:di\s)?(?=volontari\b)", re.I)
_CONTEST = re.compile(  # `Concorso pubblico per esami - n. 2 Istruttori`
    r"^(?P<what>concorso pubblico|selezione pubblica)"
    r"(?:,? per (?:soli )?(?:titoli(?: ed? esami)?|esami|colloquio))?"
    r"\s*[-–:,]\s*(?:n\.?\s?)?(?P<count>\d{1,3})\s(?:post[oi] di\s)?(?=[a-z])",
    re.I,
)
_SECTIONS = re.compile(  # `62ª Sagra della Castagna – programma, navette, parcheggi, regole`
    r"\s[–-]\s(?:programma|orari|navette|info\w*)(?:(?:,\s|\se\s)[a-zà-ù]+){1,4}(?=$|\s\()", re.I
)


def named(title: str) -> str:
    """The title as it names the page's matter."""
    bare = _AT_THAT_HOUR.sub("", _SAYS_NEWS.sub("", _BAR.sub(" - ", _SECTIONS.sub("", title))))
    return _CONTEST.sub(r"\g<what> per \g<count> ", _SOUGHT.sub("Cercasi ", bare))
