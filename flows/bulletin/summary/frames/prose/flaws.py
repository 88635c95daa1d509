"""What an editor would mind in an office's sentence: praise, the office's own business, what led to it."""

import re
from functools import lru_cache

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import EMAIL, URL

_PRAISE = re.compile(
    r"\b(?:strategic\w+|contribuire attivamente|vocazione|sinergi\w+|emozionant\w+|fondamentale per"
    r"|importante occasione|obiettivo"
    r"|valorizza\w*|ai sensi|d\.\s?lgs|d\.p\.r|legge|visto|considerat\w+|nell['’]ambito)\b",
    re.I,
)
_PRIVACY = re.compile(
    r"\b(?:privacy|dati (?:personali|identificativi|raccolti)|trattamento dei dati|anonimato)\b", re.I
)
_TERMS = re.compile(r"\b(?:cumulabil\w|rideterminat\w|è calcolat\w)\b", re.I)  # of what, another says
_OFFICE = re.compile(  # the office speaks of itself, not to whom it may concern
    r"^(?:Si pubblica\w*|L['’]Amministrazione|Il Comune di [^,]{3,30},|Il richiedente|L['’]istante"
    r"|L['’]ufficio (?:mette|è)\b|(?:È|Sono) pubblicat[oaie] (?:il|la|i|le) (?:not[ae]|modell|modul)\w*)"
    r"|\bha approvato\b|\bappositi?\w?\b"
    r"|\b(?:i Comuni|il Comune|il Sindaco)\b[^.]{0,30}\b(?:possono|può) (?:emettere|emanare|adottare)\b",
    re.I,
)
_BACKGROUND = re.compile(  # what led to it, told as past: a citizen is told what comes
    r"\b(?:è|sono|ha|hanno|era|erano) (?:già |stat[oaie] )?(?!pubblicat|aggiornat|aperti?\b|prorogat|previst"
    r"|disponibil|attivat|sospes|chius|revocat|riapert|rinviat|annullat|spostat|richiest|rivolt|fissat"
    r"|gratuit|vietat|consentit|riservat|dedicat|destinat|limitat|garantit|distribuit|abilitat|tenut|anticipat|posticipat"
    r"|stat[oaie] (?:pubblicat|aggiornat|prorogat|attivat"
    r"|sospes|istituit|prolungat|rinviat|annullat))\w+(?:at|ut|it)[oaie]\b"
    r"|\bsi (?:è|sono) (?:svolt|tenut)[oaie]\b"
)
_ELSEWHERE = re.compile(  # where it lists, and nothing of what
    r"^(?:L['’]elenco|La lista|La mappa|La documentazione|Il modulo)\b[^.]{0,60}"
    r"\b(?:affiss|pubblicat|consultabil|disponibil|scaricabil|allegat)\w*",
    re.I,
)
_NO_NEWS = re.compile(  # what the thing is not, or what its writer will not do
    r"Non (?:è un(?:[oa]?\s|['’])(?!obblig)|[a-z]{2,}remo\b)"
)
_BUDGET = re.compile(  # how much the office has, and not what one gets
    r"\b(?:risorse|fondi|somme)\s(?:disponibili|stanziat[ei]|a\sdisposizione|ammontano)\b(?![^.;]*\besaurit)",
    re.I,
)
_SMALL_PRINT = re.compile(  # of a call: what those do who were chosen
    r"\b(?:collocat[ie] in coda|pena la decadenza|dai soli ammessi|non potrà eccedere|mini corso)", re.I
)
_LEAST_SUM = re.compile(  # `Non è dovuto alcun contributo inferiore a 100 euro.`
    r"\b(?:non (?:è|sarà|verrà) (?:dovut|erogat|liquidat)[oa]\b[^.]{0,40}\binferior[ei]|minimo erogabile)",
    re.I,
)
_LATER_STEP = re.compile(  # of a call: what comes when one has asked, and nobody can act on
    r"\b(?P<what>graduatori\w+|calendario|risultat\w+|esit[oi]|colloqui|punteggi\w*|vincitor\w+)\b[^.;]{0,60}"
    r"\b(?:(?:sar(?:à|anno)|verr(?:à|anno))\s\w+|si\s(?:tengono|tiene|svolg\w+)|uscir(?:à|anno)"
    r"|sono previst\w)"
    r"|\b(?:viene|vengono|sarà|saranno|verrà|verranno)\s(?:liquidat|erogat|finanziat)[oaie]\b"
    r"|\bimporto\sminimo\b|\bpagament\w\s(?:sono|è)\sprevist\w",
    re.I,
)
_MOBILE = re.compile(r"\b3\d\d[\s./-]?\d{3}[\s./-]?\d{3,4}\b")  # of a person whom one may ask
_BOOKS = re.compile(r"\b(?:prenot|iscri|appuntament|emergenz|urgen|segnal|guast)\w*", re.I)
_SIGNS = re.compile(r"\bsegnaletica\b[^.]{0,60}\b(?:collocat|post|predispost|posizionat|install|appost)\w*")
_SIGNPOSTED = re.compile(r"\bsarà\s\w*\s?segnalat[oa]\b[^.]*\bsegnaletica\b")
_COURTESY = re.compile(
    r"(?:(?:Nel )?[Ss]i ringrazia|(?:Nel )?[Rr]ingrazia|Grazie|Ci (?:si )?scus|Si scusa|Si confida"
    r"|Confid|Certi della|"
    r"(?:L['’]Amministrazione|Il Comune)\b[^.]{0,20}\b(?:ringrazia|si scusa|confida)|Il (?:servizio"
    r"|trattamento|lavoro) "
    r"(?:è|sarà|verrà) (?:effettuato|eseguito|svolto) dalla (?:ditta|società|cooperativa))"
)
_FILLER = re.compile(  # why it says it, before what is to be done
    r"\b(?:è (?:necessario|importante|fondamentale) sensibilizzare|intende (?:contrastare|sensibilizzare"
    r"|promuovere)"
    r"|conviene(?=\.)|senso civico|imprudenze|assenza di tensione|deturp\w+|purtroppo|fenomeno"
    r"|(?:operai|tecnici|squadre) (?:stanno|sono) (?:già )?(?:lavorando|al lavoro|intervenendo|all['’]opera)"
    r"|ci appelliamo|si fa appello|sono (?:giunte|pervenute)"
    r"|a seguito di"
    r" (?:alcune|numerose|diverse|varie) segnalazion\w+)\b",
    re.I,
)
_MEANWHILE = re.compile(
    r"Durante (?:gli|le|il|la|l['’]) ?\w+ [^.]*\b(?:animazione|baby|servizio|ristoro)\b", re.I
)
_REDUCED = re.compile(r"[^.:;]{3,60}: (?:riduzione|sconto|esenzione|maggiorazione)\b")  # of what fare?
_OF_SOME = re.compile(  # `Si invitano gli anziani soli che avessero difficoltà a …`
    r"(?:Si (?:invitano|pregano) (?:i|gli|le) |Si invita chi )[^.;:]{0,40}?\b(?:che|chi)?\s?"
    r"(?:avessero|avesse|hanno|ha|fossero|fosse|ancora|già|non)\b"
)


@lru_cache(maxsize=1024)
def flaw_of(text: str) -> float:
    """How much an editor would mind a sentence: 0 of one that may stand as it is."""
    flaw = 0.6 * len(_OFFICE.findall(text))
    flaw += 1.5 * bool(_PRIVACY.search(text)) + 1.5 * bool(_TERMS.search(text))
    flaw += 0.5 * len(_PRAISE.findall(text)) + 0.3 * text.count("(")
    flaw += 0.8 * bool(EMAIL.search(text) or URL.search(text)) + 0.9 * bool(_BACKGROUND.search(text))
    flaw += 1.2 * bool(_FILLER.search(text)) + 2.0 * is_courtesy(text)
    flaw += 1.5 * bool(_SIGNS.search(text) or _SIGNPOSTED.search(text))
    flaw += 0.8 * bool(_ELSEWHERE.match(text) or _NO_NEWS.match(text) or _BUDGET.search(text))
    flaw += 0.8 * bool(_SMALL_PRINT.search(text)) + 1.5 * bool(_OF_SOME.match(text))
    flaw += 2.0 * bool(_REDUCED.match(text)) + 1.5 * bool(_MEANWHILE.match(text))
    flaw += 1.5 * bool(_MOBILE.search(text) and not _BOOKS.search(text))
    return (
        flaw
        + (0.5 if utf16(text) > 220 else 0.0)
        + (0.3 if re.search(r"\bsi (?:rende|comunica|precisa)\b", text) else 0)
    )


def is_later_step(text: str, title: str) -> bool:
    """Whether a sentence tells what comes after a call's term, and its title is of something else."""
    found = _LATER_STEP.search(text)
    return found is not None and not (found["what"] and found["what"][:5].lower() in title.lower())


@lru_cache(maxsize=64)  # of one page every candidate is asked
def without_later_steps(source: str, title: str) -> str:
    """A page without the sentences on what comes after its term."""
    return " ".join(sentence for sentence in split(source) if not is_later_step(sentence, title))


def is_praise(text: str) -> bool:
    """Whether a sentence praises more than it tells."""
    return len(_PRAISE.findall(text)) > 1


def is_courtesy(sentence: str) -> bool:
    """Whether an office thanks, excuses itself or hopes, and tells nothing."""
    return _COURTESY.match(sentence) is not None


def is_of_least_sum(text: str) -> bool:
    """Whether a sentence tells below which sum nothing is paid, which nobody asks first."""
    return _LEAST_SUM.search(text) is not None
