"""What a notice's title says and a text of it does not: a ban, a closure, whom one seeks, a contest, its day.

The title is what its office thinks a reader must know first. Of an event that it only names the day is the
first one that the page tells with an hour.
"""

import re
from collections.abc import Iterator

from flows.bulletin.language.sentences import split
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.page.notice import OCCASIONS, Kind, Notice, Slot
from flows.bulletin.page.told_slots import calendar_days
from flows.bulletin.summary.checks.named import stems
from flows.bulletin.summary.frames.prose.left_to_page import ALL_IN_PAGE
from flows.bulletin.summary.frames.prose.lines import lines, told

_BANS = re.compile(
    r"\bdiviet[oi]\b|\bvietat[oaie]\b|\b(?:scuol[ae]|cimiter[oi]|parch?[oi]|uffici\w*|municipio)\schius[oaie]\b",
    re.I,
)
_BANNED = re.compile(
    r"\b(?:diviet|vietat|viet[ai]\b|proibi|rimoss|sospes|chiu[sd]|revoc|di nuovo|cess"
    r"|non (?:si |è |sono )?(?:pu[oò]|poss|potr|consentit|ammess|\w+re\b)"
    r"|nessun\w* [^.;:]{3,60}? (?:pu[oò]|potr))",
    re.I,
)
_SHUTS = re.compile(
    r"\bchius[oaie] (?:domani |oggi )?(?:(?:il|lo|la|i|gli|le|l['’]) ?)?(?P<what>\w{4,}(?: \w{4,})?)", re.I
)
_NAMED_DAY = re.compile(  # `dal 3 maggio si cambia`, `chiuso lunedì 16 agosto`; not `aggiornamento del 3`
    rf"\b(?:dal?|dall['’]|{WEEKDAY})\s?(?:{WEEKDAY}\s)?\d{{1,2}}[°º]?\s{MONTH}", re.I
)
_CLOSES = re.compile(
    r"\bstrad[ae] chius[ae]\b"
    r"|\bchiusura\b(?!\s(?:de\w+\s|dell['’])?(?:iscrizion|lavor|cantier|uffic|scuol))",
    re.I,
)
_IS_CLOSED = re.compile(
    r"\b(?:chiu[sd]|interdett|interrott|imped|sbarrat|riap(?:r|ert)|cambia\w* la viabilità"
    r"|(?:viet\w+|diviet\w+)[^.;]{0,30}\b(?:transit|circola|traffic|access)"
    r"|modific\w+[^.;]{0,20} (?:la |alla )?(?:viabilità|circolazione|traffico))",
    re.I,
)
_MOVES = tuple(  # where people have to leave, or to go elsewhere, or find nothing any more
    (re.compile(said, re.I), re.compile(tells, re.I))
    for said, tells in (
        (r"\bevacuazion[ei]\b", r"\b(?:evacu|sgomber|lasciar|abbandon|allontan)\w*"),
        (
            r"\b(?:trasferiment|trasloc)[oi]\b(?! (?:di )?(?:fondi|residenza|somme|risorse))",
            r"\b(?:trasfer|spost|si trov|nuova sede|finora)\w*",
        ),
        (r"\besaurit[oaie]\b", r"\b(?:esaurit|complet|terminat|finit)\w*"),
    )
)
_ENDS = re.compile(
    r"(?:cessazion[ei]|sospension[ei]|chiusur[ae]|revoc[ah]e?|annullamento|rinvio|interruzion[ei]|attivazion[ei])\b",
    re.I,
)
_NOTICE_OF = re.compile(r"\bpubblicat[oi] (?:l['’]avviso|gli avvisi)\b")
_SEEKS = re.compile(r"\b(?:cerchiamo|cercasi|cercansi|si cerca(?:no)?|cercano)\b", re.I)
_SOUGHT = re.compile(
    r"\b(?:(?:ri)?cerc|volontar|candid)\w*|\bserv(?:e|ono)\b|\b(?:ci troviamo|ritrovo)\b", re.I
)
_CONTEST = re.compile(r"\bconcorso\b", re.I)
_CONTESTED = re.compile(r"\b(?:concors|concorr|premi|gar[ae]\b)\w*", re.I)
_CALLS = (
    (
        re.compile(r"\biscrizion[ei]\b", re.I),
        re.compile(
            r"\b(?:apert[ei]|aprono|chiud\w+|present\w+|entro)\b[^.;]{0,40}\biscrizion|\biscrizioni\b[^.;]{0,40}\b(?:entro|dal|fino|apert|chiud)",
            re.I,
        ),
    ),
    (
        re.compile(r"\b(?:questionari|sondaggi|consultazion)\w*\b", re.I),
        re.compile(r"\b(?:compil|rispond|partecip)\w*", re.I),
    ),
)
_COLOUR = re.compile(
    r"\b(?:allerta|criticità|codice|livello|bollino)\s(?:\w+\s)?(?:giall|aranci|ross|verd)\w+", re.I
)
_PROLONGS = re.compile(r"\bprorog\w+", re.I)
_PUT_OFF = re.compile(r"\b(?:differit|prorogat|prolungat|spostat|posticipat)\w\b", re.I)
_IN_PAGE = re.compile(r"\b(?:dettagli|resto|giorni|date|orari|termini)\b[^.]* nella pagina", re.I)
DAYS_LEFT = re.compile(
    r"\b(?:giorni|giornate|date|calendario|programma|orari|periodi|variazioni)\b[^.]* nella pagina", re.I
)
_CALLED_OFF = re.compile(r"\b(?:rinviat|annullat|posticipat|rimandat)[oaie]\b", re.I)
_IN_CASE = re.compile(r"(?:In|Nel) caso\b|Se piove\b|Se il tempo\b", re.I)
_THEN = re.compile(r"\bpoi (?:anche )?(?:il |l['’])?(?P<day>\d{1,2})(?:[/.]\d{1,2}\b| [a-z])", re.I)
_NAME = re.compile(r"\b\d{1,2} [A-ZÀ-Ý][a-z]+")  # `la celebrazione del 4 Novembre`
_SPAN = re.compile(r"\b(?:da|dal|dall['’])\s?\w", re.I)
_MET = frozenset({Kind.event, Kind.health})  # where one goes on that day
_VARIES = re.compile(
    r"\braccolta\b.*\bvariazion\w+|\b(?:variazion|modific|cambi)\w*\b.*\b(?:calendario|orari\w*|dat[ae]|giorn\w+|turn[io]|sedut[ae])\b",
    re.I,
)
_BAN_OF = re.compile(
    r"\bdivieto (?:assoluto |temporaneo )?di (?!us[aoi]|utilizz|consum|preliev|prelev|balneaz)"
    r"(?P<what>[a-zà-ù]{4,}(?: e (?:di )?[a-zà-ù]{4,})?)",
    re.I,
)
_SAME_BAN = (  # said by another word
    re.compile(r"\bbotti\b|\b(?:petard|artific|pirotecn|fuoch|abbruc|bruci|accen|spar[oi])\w*", re.I),
    re.compile(r"\b(?:chius|parchegg|transit|circol|sosta|ferma|passa|access|entra)\w*", re.I),
)
_SHORTEST, _BEGINNING = 3, 4  # letters
_AS_EVER = re.compile(r"\b(?:regolar\w+|invariat\w+)\b", re.I)
_VARIES_IN_PAGE = re.compile(
    r"\b(?:calendario|orari|giorni|date|variazioni|modifiche|novità)\b[^.]* (?:nella pagina|che trovi)"
    r"|\bcambi(?:a|ano|er\w+)\b|\bmodifiche\b|\bvaria(?:no|zioni)?\b",
    re.I,
)
_DAYS_IN_PAGE = re.compile(r"\b(?:giorni|date|calendario|programma)\b[^.]* nella pagina", re.I)


def _has_word(words: str, text: str) -> bool:
    """`vendita` in `vendere`, `botti` in `i botti` and not in `bottiglie`."""
    own = (word for word in words.split() if len(word) > _SHORTEST)
    begins = (
        rf"{word}\b" if word.lower() == "botti" else word[: min(len(word) - 1, _BEGINNING)] for word in own
    )
    return any(re.search(rf"\b{begin}", text, re.I) for begin in begins)


def _is_of_ban(words: str, text: str) -> bool:
    """Whether a text speaks of what a title forbids, by its word or another."""
    return _has_word(words, text) or any(ban.search(words) and ban.search(text) for ban in _SAME_BAN)


_LIFTED = re.compile(r"\b(?:revoc|cessa|torna|fine)\w*\b", re.I)
_UNDRINKABLE = re.compile(r"\bnon potabil", re.I)
_NOT_TO_DRINK = re.compile(
    r"\bnon (?:è |torna )?(?:più )?potabil|\b(?:viet|diviet)\w+|\bpotabile\b"
    r"|\bnon (?:si può |può |va |usar|utilizz|ber)",
    re.I,
)


_EXTRA = re.compile(r"\bapertur[ae] straordinari[ae]\b", re.I)
_OPENS_EXTRA = re.compile(
    r"\b(?:apre|aprono|aprirà|apriranno|apert[oaie]|apertur[ae]|straordinari\w+)\b", re.I
)


def titled_left_out(text: str, notice: Notice) -> Iterator[str]:
    """What of the title a text leaves out: Italian sentences, for the editor."""
    sought = _SEEKS.search(notice.title)
    whom = stems(" ".join(notice.title[sought.end() :].split()[:2])) if sought else set()
    if sought and not _SOUGHT.search(text) and not whom & stems(text):
        yield "Il titolo dice che si cerca qualcuno, e il testo no."
    is_silent = _EXTRA.search(notice.title) is not None and _OPENS_EXTRA.search(text) is None
    if is_silent and (any(map(_OPENS_EXTRA.search, notice.prose)) or "nella pagina" not in text):
        yield "Il titolo dice che apre in altri giorni, e il testo no."
    if notice.kind is Kind.deadline and _CONTEST.search(notice.title) and not _CONTESTED.search(text):
        yield "Il titolo dice che c'è un concorso, e il testo no."
    if (ban := _BANS.search(notice.title)) and not _BANNED.search(text):
        yield f"Il titolo dice «{ban[0]}», e il testo no."
    if notice.kind is Kind.road and _CLOSES.search(notice.title) and not _IS_CLOSED.search(text):
        yield "Il titolo dice «chiusura», e il testo no."
    if (
        _UNDRINKABLE.search(notice.title)
        and not _LIFTED.search(notice.title)
        and not _NOT_TO_DRINK.search(text)
    ):
        yield "Il titolo dice che l'acqua non è potabile, e il testo no."
    of_what = _BAN_OF.search(notice.title)
    if of_what and not _is_of_ban(of_what["what"], text):
        yield f"Il titolo dice «{of_what[0]}», e il testo parla d'altro."
    is_changed = calendar_days(text) and not _AS_EVER.search(text)
    if _VARIES.search(notice.title) and not is_changed and not _VARIES_IN_PAGE.search(text):
        yield "Il titolo dice che cosa cambia, e il testo no."
    ends = _ENDS.match(notice.title)
    if ends and _NOTICE_OF.search(text) and not stems(ends[0]) & stems(text):
        yield f"Il titolo dice «{ends[0].lower()}», e il testo no."
    for said, tells in _MOVES:
        if (move := said.search(notice.title)) and not tells.search(text):
            yield f"Il titolo dice «{move[0].lower()}», e il testo no."
    shut = _SHUTS.search(notice.title) if notice.kind is Kind.alert else None
    if shut and not stems(shut["what"]) & stems(text):
        yield f"Il titolo dice «{shut[0]}», e il testo no."
    yield from _title_s_day(text, notice)
    yield from _answer_s_days(text, notice)
    yield from _event_s_day(text, notice)
    is_longer = notice.kind is Kind.road and _PROLONGS.search(notice.title) is not None
    if is_longer and not (_days(text) or _IN_PAGE.search(text)):
        terms = (line for line in notice.prose if _PUT_OFF.search(line) and _days(line))
        yield from (f"Manca fino a quando: la pagina dice «{line}»." for line in terms)
    if notice.kind is Kind.alert and _COLOUR.search(notice.source) and not _COLOUR.search(text):
        yield "Il testo non dice il livello dell'allerta."


def _title_s_day(text: str, notice: Notice) -> Iterator[str]:
    """Of no event, whose title may tell when one books; nor of a day that the page contradicts."""
    days = _days(notice.title) if notice.kind not in OCCASIONS else set()
    named = _NAMED_DAY.search(notice.title) if days else None
    own = calendar_days(named[0]) & calendar_days(notice.body) if named else frozenset()
    is_left = not own and bool(_days(text) or DAYS_LEFT.search(text))
    begins = any(
        re.search(rf"\b{WEEKDAY}\s{int(day[-2:])}\b", text, re.I) for day in own
    )  # `dalle 20 di martedì 3`
    if days and not is_left and not begins and not own & calendar_days(text):
        yield "Il testo non dice il giorno che il titolo dice."


def _answer_s_days(text: str, notice: Notice) -> Iterator[str]:
    """Until when one may enrol or answer, of a title that calls for it, where a text has another day."""
    for title, asks in _CALLS:
        if not title.search(notice.title) or notice.kind in OCCASIONS or not calendar_days(text):
            continue
        said = [line for line in lines(notice) if asks.search(line) and calendar_days(line)]
        if said and not any(calendar_days(line) & calendar_days(text) for line in said):
            yield f"Manca fino a quando: la pagina dice «{said[0]}»."
            return


def _event_s_day(text: str, notice: Notice) -> Iterator[str]:
    """The day itself: not that of what is shown beside it, nor that to which it is put off if it rains."""
    held = " ".join(said for said in split(text) if not _IN_CASE.match(said))
    if ALL_IN_PAGE in text.lower() or _CALLED_OFF.search(held):
        return
    is_left = _DAYS_IN_PAGE.search(text) is not None
    words = _first_day(notice) if notice.kind in _MET else ""
    has_rows = sum(bool(row.when) for row in notice.rows) > 1
    if (own := calendar_days(words)) and not own & calendar_days(text) and not (has_rows and is_left):
        yield f"Manca il giorno: la pagina dice «{words}»."
    if notice.kind is Kind.programme and not is_left and _leaves_first(held, notice):
        yield "Il testo non dice il primo giorno della pagina."
    then = _THEN.search(notice.source) if notice.kind in OCCASIONS and not is_left else None
    if then and not re.search(rf"\b{then['day']}\b", text):
        yield "Dopo il giorno del testo la pagina ne dice altri."
    is_dated = notice.kind in OCCASIONS and bool(calendar_days(notice.source))
    if is_dated and not is_left and not calendar_days(held) and not re.search(WEEKDAY, held, re.I):
        yield "Il testo non dice quando si fa."


def _leaves_first(text: str, notice: Notice) -> bool:
    """Whether a text has days of a programme, and neither the page's first nor a span around it."""
    told = calendar_days(_NAME.sub("", text))
    days = (calendar_days(one.words) for one in notice.slots.get(Slot.when, ()))
    first = next(filter(None, days), frozenset())
    if not told or not first or first & told:
        return False
    return _SPAN.search(text) is None or not all(min(told) <= day <= max(told) for day in first)


def _first_day(notice: Notice) -> str:
    """The day that the page tells first, in the words and the sentence that tell the hour, too."""
    timed = {one.sentence for one in notice.slots.get(Slot.hours, ())}
    first = next(iter(notice.slots.get(Slot.when, ())), None)
    return first.words if first and first.row is None and first.sentence in timed else ""


def _days(text: str) -> set[str]:
    """The days of `text` that are no act's."""
    return {fact for fact in told(text) if fact.startswith("day")}
