"""What a text tells of a ban, a closed street or a cut, and leaves out: where, for whom not, for how far."""

import re
from collections.abc import Iterator

from flows.bulletin.facts.fact import plain
from flows.bulletin.language.sentences import split
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice
from flows.bulletin.page.told_slots import STEM, figures
from flows.bulletin.summary.checks.named import stems
from flows.bulletin.summary.frames.places.streets import streets_at
from flows.bulletin.summary.frames.roads.listed_measures import is_bare
from flows.bulletin.summary.frames.roads.street_outlines import KILOMETRES

_SUPPLY = re.compile(
    r"\b(?:acqu\w+|idric\w+|calore|\w*riscaldament\w+|rubinett\w+|fognatur\w+|fibra|corrente|luce"
    r"|illuminazion\w+|elettric\w+|energia|gas|telefon\w+|internet|linea)\b",
    re.I,
)
_ORDERS = re.compile(r"Si (?:ordina|dispone)\b")
_AN_ORDER = re.compile(
    r"\bdi [a-zà-ù]+(?:are|ere|ire|rsi)\b|\bche\b|\b(?:il|la|lo|i|gli|le|un|una) "
    r"(?!utent|cittadin|proprietar|resident|civico|numero|giorno|periodo|tratto"
    r"|strada|intersezion|incroci|rotatori|piazz|predett)[a-zà-ù]{4,}"
    r"|\bl['’](?:obblig|istituz|apertur|interruz|evacuaz|abbattim|immediat|attivaz)",
    re.I,
)
_BARE_BAN = re.compile(
    r"(?:È|Sono) vietat[oaie] (?:la sosta|il transito|la circolazione|la fermata)[^.\d]{0,30}\."
)
_NO_WATER = re.compile(r"(?:È vietato|Non si può) (?:usare|bere) l['’]acqua", re.I)
_SOMEWHERE = re.compile(
    r"\b(?:frazion\w|localit\w|contrad\w|rion\w|quartier\w|zon[ae]|vi[ae]|piazza|borg\w|acquedotto"
    r"|capoluogo|tutto il (?:paese|territorio|comune|centro)|tutt[oa] l['’]abitato)\b",
    re.I,
)
_AREA = re.compile(r"\b(?:frazion\w|localit\w|contrad\w|rion\w|quartier\w|zon[ae])\b", re.I)
_THERE = re.compile(r"\bin (?:fraz\w*|località|loc|contrada|zona|via|viale|piazza|corso|borgo|rione)\b", re.I)
_BUT_NOT = re.compile(r",\s(?:ma|però)\snon\s(?P<whom>[^,.;:]{5,60})$", re.I)  # of a title
_LIMITS_LEFT = re.compile(r"\b(?:eccezioni|limiti|dettagli|resto|orari)\b[^.]* nella pagina", re.I)
_ALLOWED_ONLY = re.compile(
    r"[^.\n]*\b(?:è consentit[oa] la sola|è consentito il solo|(?:è|sono) consentit[oaie] (?:solo"
    r"|soltanto|esclusivamente))\b",
    re.I,
)
_ON_A_ROAD = re.compile(
    r"\b(?:vi[ae]|vial[ei]|piazz\w+|cors[oi]|ponte|strad[ae]|rotatori\w|sottopasso|galleria|largo|lung\w+|ciclabil\w"
    r"|vicol[oi]|contrad\w|localit\w|frazion\w|tangenziale|centro|zona|S\.?P\.?|S\.?S\.?)\b",
    re.I,
)
_ONE_WAY = re.compile(r"\bsens[oi] unic[oi]\b", re.I)
_TELLS_TRAFFIC = re.compile(r"\bsens[oi] unic[oi]\b(?![^.]* nella pagina)|\bviabilità\b", re.I)
_FORBIDS = re.compile(r"\bviet(?:a|ano|at[oaie])\b", re.I)
LETS_OFF = re.compile(r"^\W*(?:sono esclus[ie]|fanno eccezione|restano esclus[ie])[^.\n]*:\s*$", re.I | re.M)
_SAYS_WHOM = re.compile(r"\b(?:esclus|eccezion|eccett|tranne|salvo)\w*", re.I)
_STREET = re.compile(r"(?:via|viale|vicolo|piazz\w+|corso|largo|strada|s\.?p\.?|ponte|contrada)\b", re.I)
_STREETS_IN_PAGE = re.compile(
    r"\b(?:vie|strade|altre chiusure|altri dettagli|il resto)\b[^.]* nella pagina", re.I
)
_SOME_VEHICLES = re.compile(
    r"\b(?:veicoli|mezzi|autocarri|autoveicoli)\s(?:(?:aventi|con|di)\s(?:una\s)?(?:massa|peso|lunghezza|altezza|larghezza)"
    r"|superiori|oltre|pesanti)\b",
    re.I,
)
_SAYS_WHICH = re.compile(
    r"\b(?:massa|peso|pesanti|autocarri|camion|tonnellat\w+|oltre|superior\w|lunghezza|altezza|larghezza)\b",
    re.I,
)
_A_STREET = re.compile(r"\b(?:vi[ae]|vial[ei]|piazz[ae]|cors[oi]|largo|vicol[oi]|contrad[ae])\s(?=[A-ZÀ-Ý])")
_OF_WORKS = re.compile(
    r"(?:lavori|cantiere|manutenzione|asfaltatura|rifacimento)\b.*"
    r"\b(?:vi[ae]|cors[oi]|piazz[ae]|vial[ei]|ponte)\b",
    re.I,
)
_TELLS_WORKS = re.compile(
    r"\b(?:lavor\w+|cantier\w+|manutenzion\w+|asfalt\w+|rifaciment\w+|chius\w+|viabilità|viet\w+"
    r"|diviet\w+|senso unico|sospes\w+|riapr\w+|riapert\w+|interven\w+|scav\w+|pos[ae]|transit\w+"
    r"|traffico|strad[ae])\b",
    re.I,
)
_STRETCH = re.compile(r"\b(?:tra|fra|tratto|fino a|da|dal|dalla)\b", re.I)  # what follows bounds it
_WORKS = re.compile(  # titles that say what changes in a street
    r"\b(?:lavori|cantier\w+|asfaltatur\w+|chius\w+|viabilità|diviet[oi]|sens[oi] unic[oi]|circolazione"
    r"|potatur\w+|traffico)\b",
    re.I,
)
_CALLED_OFF = re.compile(  # `È sospeso il mercato`, `Rinviata a martedì 9 la potatura`
    r"\W*(?:(?:[EÈ]['’]?|sono|è|inoltre è|inoltre sono)\s)?(?:inoltre\s|anche\s)?"
    r"(?:sospes|annullat|rinviat|posticipat|spostat)[oaie]\s"
    r"(?:(?:a|al|all['’]|a data)\s?[^.,;]{3,30}?\s)?"
    r"(?:(?:anche\s)?(?:il|lo|la|i|gli|le|tutt[ie])\s|l['’])(?P<what>[^.;]{5,})",
    re.I,
)
_CHANGES = re.compile(r"\b(?:cambia\w*|modific\w+)\b[^.]{0,20}\b(?:viabilità|circolazione)\b", re.I)
_PERMITS = re.compile(r"\b(?:è|sono) (?:consentit|permess)[oaie] [a-zà-ù]+(?:are|ere|ire)\b", re.I)
_ALWAYS_BANNED = re.compile(r"\b(?:è|sono) (?:sempre|comunque|assolutamente) vietat[oaie]\b", re.I)
_MEASURE = re.compile(r"\b(?:sosta|fermata|transito|circolazione|accesso|senso unico|doppio senso)\b", re.I)
_BULLET = re.compile(  # `- l'istituzione del senso unico alternato in via Po`
    r"^\W*(?:(?:il|lo|la)\s|l['’])?(?:istituzione (?:del|di(?: un)?)\s)?", re.I
)
_SHUTS_PART = re.compile(  # `un tratto di via Po sarà chiuso`, `via Po è chiusa dall'incrocio con via Adda`
    r"\bchius[oaie]\b|\bchiusura\b|\bdivieto di transito\b|\binterdett[oa]\b", re.I
)
_A_PART = re.compile(
    r"\b(?:(?:un|una|il|nel|del|al) (?:tratto|parte|porzione)\b"
    r"|dal(?:l['’]|la|lo)?\s?(?:civico|n\.|numero|incrocio|intersezione|altezza|bivio|confluenza)\b"
    r"|(?:tra|fra) (?:via|viale|piazza|corso|il civico|l['’]incrocio)\b)",
    re.I,
)
_TELLS_PART = re.compile(
    r"\b(?:tratt[oi]|parte|porzione|civic[oi]|incrocio|intersezione|altezza|bivio|tra|fra|fino|km)\b"
    r"|\b(?:vie|strade)\b[^.]* nella pagina|\bin più vie\b|\bcambia\w* la (?:viabilità|circolazione)\b",
    re.I,
)
_SHUT_STREET = re.compile(
    r"\b(?P<street>(?:[Vv]ia|[Vv]iale|[Pp]iazza|[Cc]orso|[Ss]trada|[Vv]icolo)\s[^.,;]{3,40}?)\s"
    r"(?:è|sarà|resta|resterà|rimane|rimarrà) chius[oa]\b"
)
_OF_EVERY_STREET = stems("via viale vicolo piazza piazzale corso largo strada ponte contrada")


def untold_streets(text: str, notice: Notice) -> tuple[list[str], int]:
    """The streets in which the title says that something changes and that `text` has not; of how many."""
    if notice.kind in (*OCCASIONS, Kind.supply_cut) or not _WORKS.search(notice.title):
        return [], 0
    title = _STRETCH.split(notice.title)[0]
    read = (streets_at(title, found.start()) for found in _A_STREET.finditer(title))
    named = dict.fromkeys(street.words for streets in read if streets for street in streets.all)
    own = {words: stems(words) - _OF_EVERY_STREET for words in named}
    told = stems(text)
    return [words for words in named if own[words] and not own[words] & told], len(named)


def called_off(text: str, notice: Notice) -> str:
    """The first sentence of a page on what does not take place, or bans without a verb, of which `text` has
    nothing; or "".
    """
    if "nella pagina" in text or notice.kind in OCCASIONS:
        return ""
    for said in split(notice.source):
        if stems(said) <= stems(notice.title):
            continue  # the heading, which the text says in its own words
        off = _CALLED_OFF.match(said)
        if off and (own := stems(off["what"])) and len(own & stems(text)) <= len(own) / 3:
            return said
        if notice.kind is Kind.road and is_bare(_BULLET.sub("", said)) and not _CHANGES.search(text):
            measure = _MEASURE.search(said)
            if measure and measure[0].lower() not in text.lower():
                return said
    return ""


def measures_told(text: str, notice: Notice) -> Iterator[str]:
    """Why a measure is told for more or for less than it is: Italian sentences."""
    sentences = split(text)
    if notice.kind is Kind.supply_cut and not _SUPPLY.search(text):
        yield "Il testo non dice che cosa manca."
    if _NO_WATER.search(text) and _AREA.search(notice.source) and not _SOMEWHERE.search(text):
        yield "Il testo non dice dove l'acqua non si può usare."
    if notice.kind is Kind.supply_cut and _THERE.search(notice.title) and not _SOMEWHERE.search(text):
        yield "Il titolo dice dove, e il testo no."
    if notice.kind is Kind.road and _SOME_VEHICLES.search(notice.title) and not _SAYS_WHICH.search(text):
        yield "Il titolo dice per quali veicoli, e il testo no."
    if notice.kind is Kind.road and _ONE_WAY.search(notice.title) and not _TELLS_TRAFFIC.search(text):
        yield "Il titolo dice che si viaggia a senso unico, e il testo no."
    if _FORBIDS.search(text) and LETS_OFF.search(notice.source) and not _SAYS_WHOM.search(text):
        yield "Il divieto ha eccezioni, e il testo non ne parla."
    rows = [row.what for row in notice.rows if _STREET.match(row.what)] if notice.kind is Kind.road else []
    named = [street for street in rows if _names(street) & _names(text)]
    if 0 < len(named) < len(rows) and not _STREETS_IN_PAGE.search(text):
        yield "La pagina elenca più strade, e il testo ne dice solo alcune."
    if notice.kind is Kind.road and _ON_A_ROAD.search(notice.title) and not _ON_A_ROAD.search(text):
        yield "Il titolo dice su quale strada, e il testo no."
    left, count = untold_streets(text, notice)
    if left and (len(left) == count or not _STREETS_IN_PAGE.search(text)):
        yield f"Manca una via del titolo: «{left[0]}»."
    is_other = notice.kind not in (*OCCASIONS, Kind.road)
    if _OF_WORKS.match(notice.title) and is_other and not _TELLS_WORKS.search(text):
        yield "Il titolo dice che si lavora, e il testo no."
    if any(map(_ORDERS.match, sentences)) and not any(map(_AN_ORDER.search, sentences)):
        yield "Il testo non dice che cosa si ordina."
    if (not_so := _BUT_NOT.search(notice.title)) and not stems(not_so["whom"]) & stems(text):
        yield f"Il titolo dice «{not_so[0].strip(', ')}», e il testo no."
    if (
        "vietat" in text
        and (but := _ALLOWED_ONLY.search(notice.source))
        and (stems(but[0]) | figures(but[0])) - stems(text) - figures(text)
        and not _LIMITS_LEFT.search(text)
    ):
        yield f"Manca quando si può: la pagina dice «{but[0].strip()}»."
    permits = _PERMITS.search(text) and "nella pagina" not in text and not _FORBIDS.search(text)
    if permits and (ban := next(filter(_ALWAYS_BANNED.search, notice.prose), "")):
        yield f"Il testo dice che cosa si può fare, e la pagina anche che cosa no: «{ban}»."
    stretches = {" ".join(one[0].lower().split()) for one in KILOMETRES.finditer(notice.source)}
    if notice.kind is Kind.road and len(stretches) == 1 and not re.search(r"\bkm\b|nel tratto", text):
        yield f"Il testo non dice il tratto: la pagina dice «{stretches.pop()}»."
    if (shut := _SHUT_STREET.search(text)) and not _TELLS_PART.search(text) and (part := _part(shut, notice)):
        yield f"Il testo non dice il tratto: la pagina dice «{part}»."
    if notice.kind is Kind.road and any(map(_BARE_BAN.fullmatch, sentences)):
        yield "Un divieto senza via e senza giorno non dice niente."


def _names(text: str) -> set[str]:
    """The long words of a text in full: `Circonvallazione` begins as `circolazione` does."""
    return {word for word in plain(text).split() if len(word) > 3 and word[:STEM] not in _OF_EVERY_STREET}


def _part(shut: re.Match[str], notice: Notice) -> str:
    """The page's words for the part of a street that is shut; "" where it shuts the whole of it."""
    own = stems(shut["street"]) - _OF_EVERY_STREET
    dated = (one for one in split(notice.body) if figures(one) and _SHUTS_PART.search(one))
    said = [one for one in dated if own and own <= stems(one)]
    parts = [_A_PART.search(one) for one in said]
    return parts[0].string[parts[0].start() :][:60] if parts and all(parts) and parts[0] else ""
