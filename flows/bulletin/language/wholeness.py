"""Whether a sentence of the office can stand as it is: cut, beheaded, glued or a label, it is not used.

What is found is named by the classes of faults that a reader of the texts marks. A trouble too many costs
one sentence, and a frame says the same; one too few is read by every citizen.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache

from flows.bulletin.language.cues import Cued
from flows.bulletin.language.glue import unglued
from flows.bulletin.language.sentences import NEVER_LAST
from flows.bulletin.language.shorten import HANGING, mended
from flows.bulletin.language.signals import EMAIL, STREET, URL
from flows.bulletin.language.titles import invites
from flows.bulletin.language.verbs import speaks


class Trouble(StrEnum):
    """Why a sentence cannot be sent as it is."""

    cut = "cut"  # it ends in the air
    torn = "split"  # it ends on an abbreviation: `in via G.`
    behead = "behead"  # its beginning is missing: `Diretto dal maestro.`
    dangling = "dangling"  # it leans on a sentence before it: `Tale domanda va firmata.`
    label = "label"  # `Costo: Gratuito`
    glue = "glue"  # two lines as one: `Sala civica Ingresso libero`
    verbless = "verbless"  # may be a title, is no sentence
    number = "number"  # `2026/12.`
    inpage = "inpage"  # speaks of the page around it: `clicca qui`
    stamp = "pubdate"  # `Ultimo aggiornamento: 2 maggio`
    orders = "orders"  # to whatever program reads it
    spaced = "spaced"  # `V I E T A`
    ortho = "ortho"  # `..`, `da Luglioa settembre`
    caps = "caps"  # words shouted
    filler = "filler"  # praise


WEAK = frozenset({Trouble.filler})  # no reason to leave a sentence out

_OPEN_END = re.compile(r"(?:…|\.\.\.|\[…\]|[,:;(–—-]|\be/o|['’](?<=[a-zA-Z]['’]))\W*$")
_LAST_WORD = re.compile(r"([^\W_]+['’]?)[.!?»”\"]*$")
# `che si può`, `è tutto qui`: verbs and adverbs that `shorten` will not end on may well end a sentence
_MAY_END = frozenset(
    [
        "non",
        "dopo",
        "prima",
        "anche",
        "ore",
        "piazza",
        "tutti",
        "tutte",
        "su",
        "sono",
        "è",
        "sarà",
        "saranno",
        "verrà",
        "verranno",
        "ha",
        "hanno",
        "corso",
        "entro",
    ]
)
_INITIAL = re.compile(
    rf"\b(?:{STREET}|dott|sig|sig\.ra|prof|ing|arch|avv|di|da|con|del|dal)\.?\s+(?:[A-ZÀ-Ý]\.\s?){{1,3}}$"
)
_LAST_TOKEN = re.compile(r"([^\s(«“\"/'’]+)\.$")
_PARTICIPLES = (
    "dirett|finalizzat|organizzat|promoss|rivolt|dedicat|realizzat|condott|curat|ideat|propost|finanziat|scritt|nat"
    "|interpretat|presentat|accompagnat|rinviat|annullat|spostat|sospes|prorogat|tratt|ispirat|ambientat"
    "|prodott|firmat|guidat|pensat|destinat|riservat|previst|programmat|situat|ubicat|allestit|compres|esclus"
    "|inserit|coordinat|patrocinat|sostenut|seguit|introdott|moderat|composto|format|redatt|emess|approvat"
)
_PARTICIPLE = re.compile(
    rf"(?:{_PARTICIPLES})[oaie]\s+(?:d[ai](?:l|lla|llo|lle|gli|ll['’])?|dai|dagli|a|ai?l?|alla|alle|in|nel\w*"
    r"|per|con|su\w*|il|lo|la|i|gli|le)\b",
    re.I,
)
_BEHEADED = re.compile(r"[^\w«“\"'‘(¿#@+]|[a-zà-ù](?![A-Z-])")
_WITHOUT_HEAD = re.compile(
    r"(?:previ[oa]|salvo|eccetto|tranne|ad eccezione|fatta eccezione|e|ed|o|oppure|che)\b(?!-\w)", re.I
)
_SHOUTED_SHORT = re.compile(r"\b(?:LOC|FRAZ|INFO|LUN|MAR|MER|GIO|VEN|SAB|DOM)\.|\bC/O\b")
_LEANING = re.compile(
    r"(?:(?:\w+\s+)?(?:tal[ei]|suddett\w+|predett\w+|sopracitat\w+|summenzionat\w+|anzidett\w+|medesim\w+)\b"
    r"|(?:questo|questi|queste|quest['’](?!anno|estate|autunno|inverno))\b"
    r"|questa\b(?! (?:sera|notte|mattina|settimana|estate))"
    r"|(?:entramb[ie]|ambedue|ess[oaie]|egli|ciò|quest['’]ultim\w|quel(?:lo|la|li|le)|costoro)\b(?! che\b)"
    r"|chi (?:lo|la|li|le|ne)\b|chi l['’]h?a\w*\b"
    r"|(?:lo|la|gli|le|il|i) stess[oaie]\b(?! (?:\w+ )?(?:ora|giorno|luogo|orario|sede))"
    r"|(?:inoltre|infine|pertanto|quindi|infatti|tuttavia|però|dunque|perciò|invece|altrimenti|diversamente"
    r"|successivamente|in particolare|nello specifico|in alternativa|a seguire|come sopra|ma|anzi|cioè|ovvero"
    r"|a tal \w+|a tale \w+|in tal \w+|in quest[oai] \w+|a quest[oa] \w+|per quest[oai] \w+|per ciò"
    r"|(?:a|ad|di|da|con|su|tra|per|in) (?:quest[ie]|ess[oaie]|quell[oaie](?= (?:è|sono|si|vien)))"
    r"|(?:a|ad|di|da|con|per) (?:quest[oa]) (?:è|sono|si|viene|vengono))\b"
    r"|(?:è|sono|sarà|saranno|si|viene|vengono|verrà|verranno|resta|restano|può|possono|va|vanno)\s+"
    r"(?:\w+\s+)?(?:quindi|pertanto|inoltre|infatti|altresì|infine|invece|tuttavia|dunque|però|anche)\b"
    r"|si (?:prosegu|continu)\w+ (?:con|poi|il|sabato|domenica|\w+ì)\b"
    r"|(?:è|sono) quest[oaie]\b|sono (?:solo )?alcun[ei] (?:de|tra|fra)\w*\b"
    r"|è un(?:['’]|a )(?:impost|tass)a\b"
    r"|(?:lo|la|li|le|gli|ne) (?:puoi|può|possono|potrai|potete|potranno|trovi|trovate|troverai|ha"
    r"|hanno|è|sono"
    r"|si \w+|dirige|accompagna\w*|condu\w+|organizza|propone|presenta)\b)",
    re.I,
)
_FIELDS = (
    "cos['’]è|a chi è rivolto|date e orari|data e ora|come fare|cosa serve|tempi e scadenze"
    "|descrizione|costi?"
    "|contatti|luogo|indirizzo|coordinate|mappa|ulteriori informazioni|dove|quando|chi|perché|come|info"
    "|informazioni|ritrovo|partenza|arrivo|orari[oe]?|destinatari|requisiti|programma|percorso"
    "|ingresso|regia|trama"
    "|premessa|oggetto|allegati|documenti|notizia|avviso|avvisi|argomenti|scadenza|durata|organizzatore|sede"
)
_FIELD_BEFORE_CAPITAL = re.compile(rf"(?i:{_FIELDS})\s*[:.–-]?\s+[«“\"]?[A-ZÀ-Ý\d]")
_ONLY_FIELD = re.compile(rf"(?:{_FIELDS})\W*$", re.I)
_BEFORE_COLON = re.compile(r"^([^:.!?]{2,48}):(?=\s)")
_OF_ALERTS = re.compile(r"(?:attenzione|allerta|importante|nb|n\.b\.|novità)\W*$", re.I)
_GLUED = re.compile(
    r"\)\s+(?:Dovr|Potr|Sar|Ver|Il |La |Lo |I |Gli |Le |Si |Per |Nel|Ogni|Non|Sono|È |In |Ingresso"
    r"|Iscriz|Prenota)"
    r"|[a-zà-ù\d)]\s+(?:Cos['’]è|A chi è rivolto|Date e orari|Come fare|Cosa serve"
    r"|Tempi e scadenze)\s+[A-Z\d]"
)
_NUMBER = re.compile(
    r"\W*(?:(?:comunicat\w|ordinanz\w|determin\w+|deliber\w+|avvis\w|decret\w|prot\w*|atto|circolare)\b\W*"
    r"(?:stampa|sindacale|dirigenziale|comunale|del sindaco|di giunta|di consiglio|pubblico)?\W*)?"
    r"(?:n[r°.]{0,2}\s*)?\d[\d/.\s-]*(?:(?:del|dell['’])\s*[\d/.-]*\s*(?:[a-z]{4,9}\s*\d{4})?)?\W*$",
    re.I,
)
_INPAGE = re.compile(
    r"\b(?:clicca\w*|cliccando|qui sotto|qui sopra|vedi (?:sotto|sopra|qui|allegat\w|locandina)|in allegato"
    r"|in calce|(?:qui |come )?di seguito|(?:elencat|indicat|riportat|descritt|pubblicat)\w (?:sotto"
    r"|sopra|qui)"
    r"|sotto ?(?:indicat|riportat|elencat)\w|(?:al|il|nel|dal) (?:seguente |presente )?link\b|seguenti? link"
    r"|a questo link|leggi (?:di più|tutto)|scarica (?:qui|la|il|l['’]|i)|(?:in|da|su|a|di) questa pagina"
    r"|si allegan?o?|(?<!\bgli )(?<!\bun )(?<!l['’])allegat[oaie]\b(?! (?:alla|della|nella) pagina)"
    r"|torna (?:su|indietro)|vai alla pagina"
    r"|(?:vedi|vedere|consulta\w*) (?:la |il )?(?:locandina|volantino|manifesto))\b",
    re.I,
)
_IN_A_ROW = Cued(r"\b(?:giorni|anni|mesi|volte|ore|settimane|sere) di seguito\b", re.I)
_STAMP = re.compile(
    r"(?:prima pubb|ultim[oa] (?:aggiornamento|modifica)|(?<!alla )data di pubblicazione|tempo di lettura"
    r"|aggiornato (?:il|al) \d"
    r"|pubblicat[oa] (?:il|in data) \d|pubblicazione:|creat[oa] il \d|\d+ visualizzazioni|condividi\b"
    r"|a cura di:"
    r"|inserit[oa] il \d)",
    re.I,
)
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_] ){3,}[^\W\d_](?!\w)")
_ORTHO = re.compile(
    r"(?<!\.)\.\.(?![.a-zà-ù])|\s[,;](?=\s)|\s\.(?=\s|$)|[,;:]{2}|\b[eE]['’](?=\s)|\w\(\w{3}"
    r"|\b[b-df-hj-np-tv-z]{2,}['’](?=[aeiouàè])"  # `nll'ambito`
    r"|\b([^\W\d]{2,})\s+\1\b(?<!si si)"
    r"|\b(?:perch|poich|finch|affinch|bench|nonch|purch|anzich)[eè]['’]?(?!\w)|\b(?:[a-zà-ù]{3,}(?:a"
    r"|u|o)['’])(?=[\s,.])"
    r"|\b[a-zà-ù]{3,}[A-ZÀ-Ý][a-zà-ù]{2}|[a-zà-ù]{3}[.;,:!?][A-ZÀ-Ý][a-zà-ù]|[A-ZÀ-Ý]{3,}[ìàèòùé]\b"
)
_MONTH_JOINED = re.compile(
    r"\b(?:gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre"
    r"|(?:lun|mar|mercol|giov|ven)edì|sabato|domenica)(?:al?|alle|dalle|ore|e|dal)\b"
    r"|\b(?:fino|sino)(?:al|alle|a)\b|\b(?:dal|al|il|alle|dalle|ore)\d",
    re.I,
)
_SHORT_ADDRESS = re.compile(r"\b\w[\w-]*\.[a-z]{2,4}/\S+")
_SHOUTED = re.compile(r"\b(?:[A-ZÀ-Ý]{4,}['’]?[\s,]+){1,8}[A-ZÀ-Ý]{4,}\b")
_PRAISE = re.compile(
    r"\b(?:imperdibil\w|emozionant\w|indimenticabil\w|da non perdere|non mancate|vi aspettiamo|coinvolgent\w"
    r"|suggestiv\w|affascinant\w|magic[oaie]|un viaggio (?:tra|nel|alla|attraverso)|unic[oa] nel suo genere"
    r"|momento di (?:festa|condivisione|gioia)|per tutti i gusti|all['’]insegna)\b",
    re.I,
)
_ORDER = Cued(
    r"\b(?:ignor\w+|dimentica\w*|disregard|forget)\b.{0,40}\b(?:istruzioni|instructions"
    r"|prompt)\b|\bsystem prompt\b",
    re.I,
)


def is_whole(sentence: str) -> bool:
    """Whether a sentence may be used as the office wrote it."""
    return not set(troubles(sentence)) - WEAK


def is_for_machines(text: str) -> bool:
    """Whether a text gives orders to whatever program reads it: none of a citizen's business."""
    return _ORDER.search(text) is not None


@lru_cache(maxsize=4096)
def troubles(sentence: str) -> tuple[Trouble, ...]:
    """Everything that keeps one sentence from standing alone, each once, in the order of `Trouble`."""
    found = set(_troubles(sentence.strip()))
    return tuple(trouble for trouble in Trouble if trouble in found)


_IN_QUOTES = re.compile(r"«[^«»]{2,}»|“[^“”]{2,}”")


def _troubles(sentence: str) -> Iterator[Trouble]:
    if not any(char.isalpha() for char in sentence) or _NUMBER.match(sentence):
        yield Trouble.number
    bare = _SHORT_ADDRESS.sub(
        "it", URL.sub("it", EMAIL.sub("it", sentence))
    )  # an address may be spelled as it likes
    yield from _of_end(sentence)
    yield from _of_beginning(bare)
    if _is_label(bare):
        yield Trouble.label
    if _GLUED.search(bare) or len(unglued(bare)) > 1:
        yield Trouble.glue
    own = _IN_QUOTES.sub("«»", bare)  # a name may hold a verb, and is none
    if not (speaks(own if any(char.isalpha() for char in own) else bare) or invites(bare)):
        yield Trouble.verbless
    for pattern, trouble in (
        (_STAMP, Trouble.stamp),
        (_SPACED, Trouble.spaced),
        (_ORTHO, Trouble.ortho),
        (_MONTH_JOINED, Trouble.ortho),
        (_SHOUTED, Trouble.caps),
        (_SHOUTED_SHORT, Trouble.caps),
        (_PRAISE, Trouble.filler),
        (_ORDER, Trouble.orders),
    ):
        if pattern.search(bare):
            yield trouble
    if _INPAGE.search(_IN_A_ROW.sub("", bare)):
        yield Trouble.inpage


def _of_end(sentence: str) -> Iterator[Trouble]:
    if (
        _OPEN_END.search(sentence[-20:])
        or mended(sentence) != sentence
        or sentence.count('"') % 2
        or re.search(r"(?<![\w’'/])(?<!\d )[b-df-hj-np-z]\.?$", sentence[-5:])
        or ((last := _LAST_WORD.search(sentence[-40:])) and last[1] in HANGING - _MAY_END)
    ):
        yield Trouble.cut
    token = _LAST_TOKEN.search(sentence[-40:])
    if (token and token[1].lower() in NEVER_LAST) or _INITIAL.search(sentence[-60:]):
        yield Trouble.torn


def _of_beginning(sentence: str) -> Iterator[Trouble]:
    start = sentence.lstrip("«“\"'‘(")
    leans = _PARTICIPLE.match(start) or _WITHOUT_HEAD.match(start)
    if _BEHEADED.match(sentence) or (leans and not speaks(start.partition(", ")[2])):
        yield Trouble.behead
    if _LEANING.match(start):
        yield Trouble.dangling


def _is_label(sentence: str) -> bool:
    if _ONLY_FIELD.match(sentence) or _FIELD_BEFORE_CAPITAL.match(sentence):
        return True
    if " " not in sentence.strip(" .!") and sentence.strip(" .!").isupper():
        return True
    before = _BEFORE_COLON.match(sentence)
    if before is None or _OF_ALERTS.match(before[1]) or len(before[1].split()) > 4:
        return False
    return not speaks(before[1])
