"""A notice's title as part of a sentence: `il bonus affitti 2026`, or «Cresciamo insieme» where its
words are no
noun that is sure to take an article."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from flows.bulletin.language.articles import OF, TO, definite, gender_of
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import has_verb
from flows.bulletin.summary.frames.prose.lines import is_cut

_NOUNS: dict[str, str] = {
    "il": """
        bando bilancio bonus buono calendario cambio catalogo censimento centro certificato comitato concorso
        contributo corso deposito fondo laboratorio matrimonio mercatino mercato modulo nido
        pagamento passaporto patrocinio patto pedibus percorso permesso piano portale premio prestito
        progetto programma
        questionario referendum registro regolamento rilascio rimborso rinnovo ritiro servizio soggiorno
        parco museo teatro ponte cinema municipio cimitero lavoro saldo
        sussidio tesseramento tirocinio trasporto trasferimento versamento volontariato voucher
    """,
    "lo": "scambio sconto screening spazio sportello studio",
    "l'": """
        abbonamento acconto accesso affidamento albo alloggio appuntamento asilo assegno avviso elenco esito
        esonero incentivo incontro invito orario uso acquisto accreditamento
        adesione adozione agevolazione apertura aggregazione asta assegnazione assistenza autorizzazione
        elezione esenzione erogazione indagine iscrizione istanza occupazione ordinanza attivazione imposta
    """,
    "la": """
        piazza palestra biblioteca sede sala stazione gestione
        borsa campagna carta celebrazione cittadinanza commissione concessione comunicazione consulta
        consultazione denuncia dichiarazione distribuzione domanda fiera festa formazione fornitura gara
        graduatoria licenza
        manifestazione mensa misura mobilità mostra prestazione proroga pubblicazione raccolta rassegna
        residenza ricerca richiesta sagra scuola selezione separazione tassa tessera trascrizione
        vaccinazione variante variazione vendita
    """,
    "i": """
        bandi buoni centri concorsi contributi corsi fondi laboratori libri matrimoni permessi premi
        progetti rimborsi servizi soggiorni tirocini
    """,
    "gli": """
        abbonamenti alloggi appuntamenti assegni avvisi elenchi esiti incentivi incontri interventi sconti
        sportelli
    """,
    "le": """
        adesioni agevolazioni autorizzazioni borse candidature domande elezioni graduatorie iscrizioni istanze
        misure piante richieste selezioni tariffe
    """,
}
_ARTICLES = {noun: article for article, nouns in _NOUNS.items() for noun in nouns.split()}
_FEMININE_ELIDED = frozenset(
    [
        "elezione",
        "adesione",
        "adozione",
        "agevolazione",
        "apertura",
        "aggregazione",
        "asta",
        "assegnazione",
        "assistenza",
        "autorizzazione",
        "esenzione",
        "erogazione",
        "indagine",
        "iscrizione",
        "istanza",
        "occupazione",
        "ordinanza",
        "attivazione",
        "imposta",
    ]
)
_ADJECTIVE = re.compile(
    r"(?:pubblic|comunal|definitiv|provvisori|elettronic|telematic|scolastic|estiv|invernal|social|sportiv|nuov"
    r"|ordinari|straordinari|annual|gratuit|temporane|unic|municipal|region|nazional|civil|civic|onlin|digital"
    r"|local|climatic|marin|economic|universal)\w*",
    re.I,
)
_JOINS_BY_A = frozenset({"iscrizione", "iscrizioni", "adesione", "adesioni"})
_JOINS_BY_DI = frozenset(
    ["servizio", "servizi", "richiesta", "domanda", "domande", "richieste", "rilascio", "rinnovo", "ritiro"]
)
_JOINS_BY_PER = frozenset({"contributo", "contributi", "bando", "avviso", "concorso"})
_ACTION = re.compile(r"(?:zione|sione|tura|mento)$|acquisto$")  # `contributo apertura fondi`
_PAPERS = frozenset({"calendario", "elenco", "acconto", "saldo"})
_OF_WASTE = re.compile(r"\braccolta(?: differenziata)?(?= rifiuti\b)")
_STATUS = re.compile(  # `Centri estivi 2026, iscrizioni aperte`
    r",\s(?:(?:pre)?iscrizioni|domande|candidature|adesioni|prenotazioni)\s"
    r"(?:(?:ri)?aperte|prorogate|in corso|al via)$",
    re.I,
)
_ITS_TERM = re.compile(r"(?<=\w{4}),?\s(?:fino al|entro il)\s\d[^:–—]*$", re.I)  # no part of its name
_YEAR_WORD = re.compile(r"\s+(?:per l['’]\s?)?(?:anno|a\.?\s?[se]\.?)\s*(?=20\d\d)", re.I)
_ITS_COUNT = re.compile(
    r",\s(?:a|ad|in|al|alla)\s[A-ZÀ-Ý]\w+\s\d+\s.+$"
)  # `Servizio civile, a Po 4 progetti`
_ISSUER = re.compile(  # `Regione Alba - Bando per …`: the bando
    r"^(?:Regione|Provincia|Città metropolitana|Unione|Comune|Ministero|Prefettura|ASL|ULSS|ATS|INPS"
    r"|Camera di commercio)\b"
    r"[^:–—]{0,40}?\s?(?::|\s[-–—])\s(?=(?:bando|avviso|contribut|bonus|voucher|concorso|premi|selezion|domand|borse)\w*\b)",
    re.I,
)
_BREAK = re.compile(
    r"\s+[-–—|/]\s+|\s*:\s+|\s*\|\s*"
    r"|(?<=\w\w)(?<!\bprof)(?<!\bdott)(?<!\bing)(?<!\barch)(?<!\bavv)(?<!\bsig)(?<!\bdr)(?<!\bmons)(?<!\bloc)(?<!\bfraz)\.\s+",
    re.I,
)
_OF_A_FEE = re.compile(
    r"(?P<head>[^,:]{4,40}),\s(?P<rest>(?:contributo|bonus|voucher|rimborso)\b[^,:]*"
    r"\b(?:rett[ae]|tariff[ae]|quot[ae]|cost[oi]))",
    re.I,
)
_ACT_NUMBER = re.compile(r"^(?:n[.°]?\s*)?\d{1,5}\s*/\s*\d{2,4}$|^\d+$", re.I)
_YEAR_TAIL = re.compile(r"^(?:anno |a\.\s?s\.\s?|stagione )?\d{4}(?:\s?[-/]\s?\d{2,4})?$", re.I)
_BARE_TITLE = re.compile(
    r"^(?:avvis[oi]|comunicat[oi]|comunicazion[ei]|notizi[ae]|news|bando|home)\W*$", re.I
)
_ANNOUNCED = re.compile(  # `Aperto il bando per gli alloggi`: the bando
    r"(?:(?:ri)?apert|pubblicat|prorogat|attivat|istituit|approvat)[oaie]\s(?:(?P<article>il|lo|la|i|gli|le)\s|l['’])(?=[a-zà-ù])",
    re.I,
)
_OPENED = re.compile(  # `Premio Alba, aperte le candidature`: what one asks for stands before
    r"(?<=\w\w),\s(?:aperte\sle\s|al\svia\sle\s)(?:iscrizioni|candidature|domande|adesioni)$", re.I
)
_NOTICE_OF = re.compile(  # `Avviso di deposito della variante` is about the variante
    r"avviso\s(?:di|dell['’])\s?(?:avvenut[oa]\s)?(?:deposito|adozione|approvazione|pubblicazione)\s"
    r"(?:(?:atti|degli atti)\s)?(?:de(?:l|lla|llo|i|gli|lle)\s|dell['’])"
    r"|avviso\s(?:pubblico\s)?di\s(?=(?:mobilità|selezione|concorso|asta|gara)\b)",
    re.I,
)
_CALL_FOR = re.compile(  # a call for contributions is about these
    r"^(?:bando|avviso)(?:\spubblico)?\s(?:per|relativo)\s(?:al)?(?:l['’]\s?(?:assegnazione|erogazione|attribuzione)|la\sconcessione)"
    r"\s(?:di|dei|delle|degli)\s(?=(?:contribut|buoni|bors|voucher|assegn|bonus|sussidi)\w*\s)",
    re.I,
)
_GRANT_OF = re.compile(  # and so is the grant of them: what one asks for
    r"^(?:concessione|erogazione)\s(?:di\s|de(?:l|i|gli|lle)\s)?"
    r"(?=(?:patrocinio|contribut[oi]|bonus|voucher|borse|buoni|sussidi)\s)",
    re.I,
)
_ADDRESSED = re.compile(
    r"(?:comunicazion[ei]|avvis[oi]|informativ[ae]|nota|lettera)\s(?:ai|agli|alle|alla)\s", re.I
)
_OF_A_TERM = re.compile(
    r"scadenz[ae]\s(?:de(?:l|lla|llo|i|gli|lle)\s|dell['’]|di\s)?(?=(?:acconto|saldo|rat[ae]|imu|tari|tassa|pagament\w)\b)",
    re.I,
)
_ORDER_ONLY = re.compile(
    r"^(?:ordinanza|determina(?:zione)?|delibera(?:zione)?|decreto)\b[^,;:]{0,40}\bn[.°]?\s*\d+[\d/ ]*$", re.I
)
_PURPOSE = re.compile(r"\b(?:per|di|del\w*|dei|degli)\b|\bd['’]", re.I)
_MANY = 6  # words of what one asks for
_LONGEST = 150
IN_QUOTES = re.compile(r"“[^”]+”|«[^»]+»|\"[^\"]+\"")  # a name may be a sentence
_LONG_NAME = 60  # UTF-16 units
_YEARS = re.compile(
    r"(?:\s(?:stagione|anno)(?:\s(?:sportiva|teatrale|scolastico|educativo))?)?\s20\d\d\s?[-/]\s?(?:20)?\d\d$"
)
_IN_FAVOUR = re.compile(r"\b(?:a|in) favore (?P<of>dei|degli|delle)\s", re.I)
_WHOM = {"dei": "i", "degli": "gli", "delle": "le"}
ASKED = re.compile(
    r"(?:bonus|contribut[oi]|voucher|bors[ae]|agevolazion[ei]|rimbors[oi]|assegn[oi]|sussidi[oo]|buon[oi]|incentiv[oi]|esenzion[ei]"
    r"|esonero|fornitura|permess[oi]|autorizzazion[ei]|alloggi[oi]?|prestito|sconto|patrocinio)\b",
    re.I,
)


_A_CALL = re.compile(r"(?:avviso|bando)(?:\spubblico)?\s(?:per\s(?:i\s|gli\s|le\s|il\s)?)?", re.I)
_ACCESS = re.compile(  # `Orti - proroga per le domande di accesso al contributo …`
    r"\bdomand[ae]\s(?:di\s(?:accesso|ammissione)\s)?(?:al|alla|ai|alle|agli|all['’])\s?(?=\w)", re.I
)
_ITS_PURPOSE = re.compile(r"\sper\s")
_NAMED = re.compile(r"(?:(?:progetto|iniziativa|percorso)\s)?(?P<name>“[^”]+”|«[^»]+»|\"[^\"]+\")", re.I)
_OFFERED = re.compile(r"(?:corso|concorso|laborator[io]|percorso|premio|servizio|sportello)\b", re.I)


@dataclass(frozen=True)
class Matter:
    """What a notice is about, to stand amid a sentence.

    `noun` begins with a small letter where its article is known: `bonus affitti 2026` with `article` "il".
    Without one it is the title in quotes, `article` is "".
    """

    noun: str
    article: str = ""
    is_feminine: bool = False

    @property
    def text(self) -> str:
        """`il bonus affitti 2026`, `l'avviso pubblico`, `«Cresciamo insieme»`."""
        if not self.article:
            return self.noun
        return f"{self.article}{'' if self.article.endswith(chr(39)) else ' '}{self.noun}"

    @property
    def is_plural(self) -> bool:
        return self.article in ("i", "gli", "le")

    @property
    def of(self) -> str:
        """`del bonus affitti`, `delle graduatorie`, `di «Cresciamo insieme»`."""
        return f"{OF[self.article]}{self.noun}" if self.article else f"di {self.noun}"

    @property
    def to(self) -> str:
        """`al corso`, `alle selezioni`, `a «Cresciamo insieme»`."""
        return f"{TO[self.article]}{self.noun}" if self.article else f"a {self.noun}"

    def participle(self, stem: str) -> str:
        """`pubblicat` as `è pubblicata`, `sono pubblicati`."""
        if self.is_plural:
            return f"sono {stem}{'e' if self.article == 'le' else 'i'}"
        return f"è {stem}{'a' if self.is_feminine else 'o'}"


_ITS_NAME_FOLLOWS = re.compile(
    r"\b(?:al|del|nel|il) (?:progetto|percorso|concorso)$", re.I
)  # `adesioni al progetto: …`


@lru_cache(maxsize=256)
def matter_of(title: str) -> Matter | None:
    """The title's matter, or None where it has none: a number, a bare `Avviso`, a whole sentence, a
    title that a site cut."""
    title = _OPENED.sub("", title)
    title = _GRANT_OF.sub("", _CALL_FOR.sub("", _NEW_LIST.sub(r"\g<list>", title)))
    title = _NOTICE_OF.sub("", _OF_A_TERM.sub("", _ITS_TERM.sub("", title)))
    title = _ITS_COUNT.sub("", _ISSUER.sub("", title))
    text = _STATUS.sub("", _YEAR_WORD.sub(" ", title.strip(" .,;:-–!")))
    if is_number(text) or not text or is_cut(title) or _ADDRESSED.match(text) or _ENDS.search(text):
        return None
    parts = [part for part in _BREAK.split(text) if part]
    head = parts[0]
    if len(parts) > 1 and _ITS_NAME_FOLLOWS.search(head):
        rest = re.sub(r"[«»“”\"]", "", text[text.index(head) + len(head) :].strip(" :–-!"))
        head = f"{head} «{rest[:1].upper()}{rest[1:]}»"
    if (paid := _OF_A_FEE.fullmatch(text)) and (asked := _towards(paid["head"], paid["rest"])):
        return asked
    if len(parts) > 1 and _YEAR_TAIL.match(parts[1]):
        head = _YEAR_WORD.sub(" ", f"{head} {_year(parts[1])}")
    if len(parts) == 2 and (asked := _asked_for(*parts)):
        return asked
    access = _ACCESS.search(parts[1]) if len(parts) > 1 and not ASKED.match(head) else None
    if access and (asked := _under_name(head, parts[1][access.end() :])):
        return asked
    if (name := _NAMED.fullmatch(head)) and len(parts) > 1 and (asked := _under_name(name["name"], parts[1])):
        return asked
    if (announced := _ANNOUNCED.match(head)) and not has_verb(head[announced.end() :]):
        article = (announced["article"] or "l'").lower()
        return Matter(head[announced.end() :], article, article in ("la", "le"))
    first, _, rest = head.partition(" ")
    article, feminine = _article(first.lower())
    if article and rest and not has_verb(IN_QUOTES.sub("«»", rest)):
        noun = f"{first.lower()} {_joined(first.lower(), rest)}"
        return Matter(noun, article, feminine)
    quoted = head if len(head.split()) > 1 or len(parts) == 1 else text
    if utf16(quoted) > _LONGEST or has_verb(quoted) or len(quoted.split()) < 2:
        return None
    quoted = re.sub(r"[«»“”\"]", "", quoted)
    return Matter(f"«{quoted[:1].upper()}{quoted[1:]}»")


def _asked_for(head: str, rest: str) -> Matter | None:
    """`il contributo alle famiglie per i centri estivi` of `Centri estivi: contributo alle famiglie`."""
    asked, named = (noun_of(text) for text in (rest, head))
    is_bare = len(rest.split()) < _MANY and not _PURPOSE.search(rest)
    if asked is None or named is None or not ASKED.match(rest) or ASKED.match(head) or not is_bare:
        return None
    return Matter(f"{asked.noun} per {named.text}", asked.article, asked.is_feminine)


def _under_name(name: str, rest: str) -> Matter | None:
    """`il voucher «Alba» per il nido` of `“Alba” - Avviso pubblico voucher per il nido`."""
    asked = noun_of(_A_CALL.sub("", _CALL_FOR.sub("", rest)))
    if asked is None or not (ASKED.match(asked.noun) or _OFFERED.match(asked.noun)) or has_verb(asked.noun):
        return None
    what = _ITS_PURPOSE.split(asked.noun, maxsplit=1)
    called = re.sub(r"[«»“”\"]", "", name)
    return Matter(f"{what[0]} «{called}»{asked.noun[len(what[0]) :]}", asked.article, asked.is_feminine)


def _towards(head: str, rest: str) -> Matter | None:
    """`il contributo per la retta dei nidi` of `Nidi 2027, contributo per la retta`."""
    asked, named = (noun_of(text) for text in (rest, _YEAR_WORD.sub("", head)))
    if asked is None or named is None:
        return None
    return Matter(f"{asked.noun} {OF[named.article]}{named.noun}", asked.article, asked.is_feminine)


def noun_of(text: str) -> Matter | None:
    """`text` with the article of its first word, where that word is a known noun."""
    first, _, rest = text.strip(" .").partition(" ")
    article, feminine = _article(first.lower())
    if not article:
        return None
    return Matter(f"{first.lower()} {rest}".strip(), article, feminine)


_ENDS = re.compile(r"\b(?:cessazione|fine)\s(?:della\s)?validità\b", re.I)  # which nobody asks for
_NEW_LIST = re.compile(  # `Aggiornamento dell'albo degli scrutatori`: one asks to be in it
    r"^aggiornamento (?:(?:annuale|periodico) )?(?:dell['’]\s?)?(?P<list>albo\b)", re.I
)


def _article(noun: str) -> tuple[str, bool]:
    """The article of a noun that titles open with, and whether it is feminine; "" where neither is sure."""
    if article := _ARTICLES.get(noun, ""):
        return article, article in ("la", "le") or noun in _FEMININE_ELIDED
    return "", False


def is_asked(matter: Matter) -> bool:
    """Whether one asks for the thing itself: `chiedere il bonus`, and no `chiedere il servizio di mensa`."""
    return matter.article != "" and ASKED.match(matter.noun) is not None


def is_number(title: str) -> bool:
    """Whether a title says nothing but the number of an act, or that there is a notice."""
    text = title.strip(" .")
    return any(pattern.match(text) for pattern in (_ACT_NUMBER, _BARE_TITLE, _ORDER_ONLY))


_TERM_TAIL = re.compile(r"\s?[,:–-]\s(?:proroga|prorogat\w+|domande|iscrizioni|scadenza)\b.*\d.*$", re.I)
_PLACES = re.compile(r",\s(?:\d{1,3}|[a-z]{3,8})\s(?:post[oi]|tirocini)\b.*$")  # `servizio civile, sei posti`


def brief(matter: Matter) -> Matter:
    """A long matter as one says it: `il contributo per gli anziani` of `… a favore degli anziani 2026-2027`.

    The years of a long name stand in its term, too.
    """
    if places := _PLACES.search(matter.noun) or _TERM_TAIL.search(matter.noun):
        return replace(matter, noun=matter.noun[: places.start()])
    if utf16(matter.text) <= _LONG_NAME or not matter.article:
        return matter
    noun = _IN_FAVOUR.sub(lambda found: f"per {_WHOM[found['of'].lower()]} ", _YEARS.sub("", matter.noun))
    return replace(matter, noun=noun)


def _joined(head: str, rest: str) -> str:
    """`servizio trasporto` as `servizio di trasporto`: titles leave out the small words."""
    second = rest.split()[0].lower()
    pair = re.match(r"e (?P<noun>[a-zà-ù]{4,})\b", rest)
    if pair and (gender := gender_of(pair["noun"])) and not _ADJECTIVE.fullmatch(pair["noun"]):
        return f"e {definite(pair['noun'], gender)}{rest[2:]}"  # `la mensa e lo scuolabus`
    if head in _JOINS_BY_PER and second == "pubblico" and " " in rest:
        return f"pubblico {_joined(head, rest[len(second) :].strip())}"
    if head in _JOINS_BY_DI and second in _ARTICLES and not _ADJECTIVE.fullmatch(second):
        return f"di {rest[:1].lower()}{rest[1:]}"
    gender = gender_of(second) if head in _JOINS_BY_PER and _ACTION.search(second) else None
    if gender is not None:
        what = rest[len(second) :].strip()
        return f"per {definite(second, gender)}{second} {_of_several(second, what) if what else ''}".rstrip()
    rest = _OF_WASTE.sub(r"\g<0> dei", rest)
    if (
        (head.endswith(("zione", "zioni", "mento", "sura", "tura", "acquisto")) or head in _PAPERS)
        and second in _ARTICLES
        and not _ADJECTIVE.fullmatch(second)
    ):
        joints = TO if head in _JOINS_BY_A else OF
        return f"{joints[_ARTICLES[second]]}{rest[:1].lower()}{rest[1:]}"
    return rest


def _of_several(head: str, rest: str) -> str:
    """`degli orti urbani` of `affidamento orti urbani`: a plural noun, which is no adjective of the head."""
    noun = rest.split()[0]
    said = _joined(head, rest)
    gender = gender_of(noun.lower()) if said == rest and not _ADJECTIVE.fullmatch(noun) else None
    if gender is None or not gender.is_plural:
        return said
    article = definite(noun.lower(), gender).strip()
    return f"{OF[article]}{noun.lower()}{rest[len(noun) :]}"


def _year(text: str) -> str:
    return re.sub(r"^(?:anno|a\.\s?s\.)\s*", "", text, flags=re.I)
