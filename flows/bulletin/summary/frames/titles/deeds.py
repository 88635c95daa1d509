"""What an office does, where a page has it as a noun alone: `Raccolta di segnalazioni` is
`Sono raccolte segnalazioni`.

Only of what an office does: `Iscrizione all'albo` and `Denuncia dei pozzi` are a citizen's, and not done yet.
"""

import re

from flows.bulletin.language.articles import definite, gender_of

_STEMS = {
    "adozione": "adottat",
    "aggiornamento": "aggiornat",
    "approvazione": "approvat",
    "assegnazione": "assegnat",
    "attivazione": "attivat",
    "concessione": "concess",
    "delimitazione": "delimitat",
    "distribuzione": "distribuit",
    "erogazione": "erogat",
    "individuazione": "individuat",
    "installazione": "installat",
    "istituzione": "istituit",
    "modifica": "modificat",
    "proroga": "prorogat",
    "raccolta": "raccolt",
    "revoca": "revocat",
    "riapertura": "riapert",
    "sostituzione": "sostituit",
}
_DEED = rf"(?:{'|'.join(_STEMS)})"
_DEEDS = re.compile(
    rf"(?:(?:finalizzat|rivolt|relativ)[oaie]\s(?:a(?:l|lla|lle|i|gli)?\s|all['’])\s?)?"
    rf"(?P<deeds>{_DEED}(?:,\s{_DEED})*(?:\se(?:d)?\s{_DEED})?)\s"
    r"(?P<of>di\s|d['’]|de(?:l|llo|lla|i|gli|lle)\s|dell['’])\s?(?P<what>\w.+)",
    re.I,
)
_BARE = re.compile(  # `Approvazione graduatoria`, as registers write it
    r"(?P<deeds>approvazione|aggiornamento|adozione|assegnazione|erogazione|proroga|revoca)\s"
    r"(?P<of>)(?!(?:di|del\w*|dei|degli|per|al?|in)\b|d['’])(?P<what>[a-zà-ù]\w+.+)",
    re.I,
)
_ONE = re.compile(r"(?P<article>un[ao]?\s|un['’])(?P<noun>\w+)", re.I)
_ASIDE = re.compile(
    r",\s(?:che|cosa|come|quando|dove|ecco|si)\b", re.I
)  # `Raccolta dei rifiuti, che cosa cambia`
_TWICE = re.compile(r"\b((?:di|del|dello|della|dei|degli|delle)\s\w+)\s\1\b", re.I)


def done(phrase: str) -> str:
    """`Sono individuati e assegnati gli spazi per la propaganda`; "" of a phrase that is no such deed."""
    bare = _TWICE.sub(r"\1", phrase.strip(" ."))
    match = _DEEDS.fullmatch(bare) or _BARE.fullmatch(bare)
    if match is None:
        return ""
    what = match["what"]
    if _ASIDE.search(what):
        return ""
    one = _ONE.match(what)
    noun = one["noun"] if one else what.split(" ", 1)[0].strip(",;:")
    gender = gender_of(noun.lower())
    if gender is None:
        return ""
    deeds = re.split(r",\s|\sed?\s", match["deeds"].lower())
    said = [f"{_STEMS[deed]}{gender.ending}" for deed in deeds]
    verbs = f"{', '.join(said[:-1])} e {said[-1]}" if len(said) > 1 else said[0]
    is_bare = one is not None or match["of"].lower().strip() in ("di", "d'", "d’")
    return f"{'Sono' if gender.is_plural else 'È'} {verbs} {'' if is_bare else definite(noun, gender)}{what}"
