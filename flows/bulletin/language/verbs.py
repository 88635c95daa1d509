"""Whether a phrase has a finite verb, by the dictionary where the short list of `sentences` knows none."""

import re
from functools import lru_cache

from flows.bulletin.language.sentences import has_verb
from flows.bulletin.language.spelling import lemma

_WORD = re.compile(r"(?<![\w'’])[^\W\d_]{3,}['’]?(?!\w)")
_FIRST = re.compile(r"[A-ZÀ-Ý][a-zà-ù]{2,}[aeo]no(?!\w)")
_NOT_FINITE = re.compile(
    r"(?:are|ere|ire|ndo|[aeio]nt[ei]|(?:at|ut|it|st|rs|ss|ivis|cis|clus|chius|fus|mpres|stes|olt|itt|ott|ett|att|utt|int|unt|fert|pert)[oaie])$"
)
_THEIRS = re.compile(r"(?:[tsr][st]a|[tsr][st]ano)$")
_AS_NOUN = re.compile(  # `il decoro`, `per i familiari`, `18 giungo`
    r"(?:\b(?:il|i|gli|un|uno|una|del|dello|della|dei|degli|delle|di|nel|nella|nei|nelle|sul|sulla|sui|sulle|dal|dalla|dai|dalle|al|alla"
    r"|ai|alle|agli|per|con|in|a|da|\d+)\s|\b(?:dell|nell|sull|dall|all|un)['’])$",
    re.I,
)
_FEMININE = re.compile(r"(?:ione|anza|enza|ità)\s$")  # `la partecipazione attiva`
_BARE_NOUN = re.compile(
    r"(?:Un[ao]? [A-Za-zà-ù]+|Un['’][a-zà-ù]+|[A-ZÀ-Ý][a-zà-ù]+(?:zione|zioni|sione|sioni|menti|mento|enza"
    r"|enze|tura|ture|ità)|Avvis[oi]|Band[oi]|Raccolta|Elenco|Contribut[oi]"
    r"|Bonus|Voucher|Iniziativ[ae]|Progett[oi]|Serviz[io]+|Cors[oi]|Percors[oi]|Campagn[ae]|Modul[oi]|Calendario|Programma|Concors[oi]"
    r"|Bors[ae]|Incentiv[oi]|Agevolazion[ei]|Misur[ae]|Lavori|Invito|Ordinanza|Comunicato|Richiest[ae]|Domand[ae]|Propost[ae]"
    r"|Incontr[oi]|Spettacol[oi]|Laborator[io]+|Guida|Ricerca|Premio|Soggiorn[oi])\s(?=[a-zà-ù])"
)
_RELATIVE = re.compile(r"\b(?:che|cui|chi|dove|ove|quando|nonché)\b")
_BEFORE = 12  # characters
_INFINITIVE = re.compile(r"(?:are|ere|ire|urre|orre|arre)$")
_WITH_PRONOUN = re.compile(r"[a-zà-ù]{3,}[aei](?:lo|la|li|le|ti|vi|ci)\b", re.I)  # `prenotalo`, `iscriviti`
_YOURS = re.compile(
    r"\b(?:invitiamo|rifà|rifanno|fa|fanno|sta|stanno|puoi|devi|vuoi|hai|sei|vai|fai|trovi|chiedi|ricevi|paghi|fate|avete"
    r"|potete|dovete|servono|seguono"
    r"|vale|usa|cerchi|aiuta|aiutano|evita|proietta|restate"
    r"|(?:comune|amministrazione(?:\scomunale)?|ente|istituto|fondazione|cooperativa)\s(?:ri)?cerca"
    r"|(?:ri)?cerca(?:no)?(?=\s(?:(?:\d+|altr[ie]|nuov[ie]|un[ao]?|due|tre|quattro|cinque|sei|dieci)\s)?"
    r"(?:volontar|giovani|ragazz|operator|rilevator|collaborator|person[ae]|figurant|artist|autist|candidat|istruttor|famigli)\w*)"
    r"|accetta(?:no)?(?=\s(?:nuov[ei]|le|la|i|domande|iscrizioni)\b)|di['’]|fa['’]|va['’]|vieta|vietano|dà|danno|ringrazia|assicura|risponde|rispondono)(?!\w)",
    re.I,
)
_TO_YOU = re.compile(  # capitals hide these from the dictionary: `Prenota al numero 02…`
    r"(?:Prenota|Limita|Usa|Presta|Mantieni|Tieni|Chiudi|Consulta|Indossa|Segnala|Passa|Ritira|Chiama|Scrivi|Telefona"
    r"|Compila|Porta|Copri|Svuota|Elimina|Lava|Sposta|Togli|Lascia|Proteggi|Diffida|Contatta|Rispetta"
    r"|Modera|Riduci|Sostituisci|Pota|Spegni|Conserva|Parcheggia|Preferisci|Verifica(?!\sdi\s(?!\w+re\b))|Segui|Avvisa|Accompagna|Taglia|Pulisci|Raccogli|Tratta)\s(?:ogni|di|dai|da|al|alla|alle|il|la|le|i|gli|l['’]|su|in|online|via|per|entro|scrivendo|attenzione|chius\w)"
    r"|(?:Addobba|Allestisci|Colora|Costruisci|Crea|Decora|Disegna|Fotografa|Installa|Invia|Manda|Prepara|Realizza"
    r"|Scarica|Scatta|Scegli|Scrivi)\sun[ao]?\s"
    r"|(?:Usa|Bevi|Fai|Mantieni|Tieni|Rimani|Esponi|Metti|Porta|Lascia)\s(?!\d)[a-zà-ù]{2,}"
)
_AS_ORDER = re.compile(
    r"(?:in caso [^,.]{3,40} |si prega di |non )?[a-zà-ù]{2,}(?:[aei]r(?:e|si|lo|la|li|le|ne))\b", re.I
)
_AS_PAIR = re.compile(r"\b(?:e|o|ed|od|anche|che)\s$")
_SUBJECT = re.compile(
    r"(?:Il|Lo|La|I|Gli|Le|Un|Una|Uno|Ogni)\s|(?:L|Un)['’]|[A-ZÀ-Ý][a-zà-ù]+ [A-ZÀ-Ý][a-zà-ù]+ "
    r"|Dal(?:l['’]|\s)\d{1,2}[°º]? [a-z]{4,9}(?: 20\d\d)?,? (?:(?:il|lo|la|i|gli|le)\s|l['’])"  # then who
)
_BEHIND_SUBJECT = re.compile(  # `Il Comune consegna i sacchi`, `La scuola mette a disposizione`
    r"(?P<verb>[a-zà-ù]{3,}[ae])(?=\s(?:(?:il|lo|la|i|gli|le|un|una|uno|ogni|tutt[ei]|due|tre|quattro|\d+"
    r"|ai|alle|agli|fino|dal|dalle|anche|gratuitamente)\s|(?:l|un|dall)['’]"
    r"|a (?:disposizione|bando|domicilio|[a-z]+[aei]re)\b|in (?:dono|omaggio|prestito|vendita|affitto"
    r"|guardia|scena|mostra|campo|sicurezza)\b))"
)


@lru_cache(maxsize=8192)
def speaks(text: str) -> bool:
    """Whether a finite verb, or an infinitive as an order, stands in `text`: it may be a sentence.

    Of a phrase that opens with a noun without an article, as titles do, a verb behind `che` does not count.
    """
    if _BARE_NOUN.match(text):
        text = _RELATIVE.split(text, maxsplit=1)[0]
    if has_verb(text) or _YOURS.search(text) or _AS_ORDER.match(text) or _asks(text):
        return True
    if _TO_YOU.match(text):
        return True
    if _SUBJECT.match(text) and any(map(_is_deed, _BEHIND_SUBJECT.finditer(text))):
        return True
    first = _FIRST.match(text)
    if first and _is_finite(first[0].lower()):  # no noun ends so: `Bastano due mattine`
        return True
    return any(
        _is_finite(match[0])
        and not _AS_NOUN.search(text[: match.start()][-_BEFORE:])
        and not (match[0].endswith("iva") and _FEMININE.search(text[: match.start()][-_BEFORE:]))
        for match in _WORD.finditer(text)
        if match[0].islower()
    )


def _asks(text: str) -> bool:
    """Whether a phrase opens with an order and its pronoun: `Iscriviti`, and no `Carnevale`."""
    found = _WITH_PRONOUN.match(text)
    if found is None:
        return False
    infinitive = lemma(found[0].lower())  # "" of a form that stands in no list of headwords
    return not infinitive or _INFINITIVE.search(infinitive) is not None


def _is_deed(found: re.Match[str]) -> bool:
    """Whether a form that may be a noun too, `consegna`, stands as a verb: behind its subject, before what
    is done.
    """
    before = found.string[: found.start()][-_BEFORE:]
    if " " not in found.string[: found.start()].strip():
        return False  # `La proroga fino al 3 maggio`, `Il servizio`
    if _AS_NOUN.search(before) or _AS_PAIR.search(before):
        return False
    verb = found["verb"]
    infinitives = (f"{verb}re", f"{verb[:-1]}ire") if verb.endswith("e") else (f"{verb}re",)
    return any(lemma(infinitive) == infinitive for infinitive in infinitives)


def _is_finite(word: str) -> bool:
    """`celebra` of celebrare; what may as well be a noun, a participle or an adjective is not counted."""
    if word.endswith(("rebbe", "rebbero")):
        return True  # `potrebbero`
    if word.endswith("o") and not word.endswith(("no", "mo")):
        return False  # `il parto`, `decoro`: no office says `io`
    infinitive = lemma(word)
    if infinitive.endswith("are") and _THEIRS.search(word):
        return True  # `attraversa`: whose participle ends otherwise, in `-ato`
    if _NOT_FINITE.search(word) is not None:
        return False
    if word.endswith("ari") and not infinitive.endswith("arare"):
        return False  # `familiari`, `alimentari`: their singular ends as an infinitive does
    return _INFINITIVE.search(infinitive) is not None
