"""What a text of a notice must keep to be a draft's: the fact guard, and what a citizen would stumble over.

A text is refused that is no whole sentences, that names a day which its reader counts anew, that is about
nothing, or that leaves out a day, an hour or a deadline its kind requires and the page has.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from flows.bulletin.guard.verdict import check
from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.relative_days import troubles as relative_troubles
from flows.bulletin.language.sentences import has_verb, split
from flows.bulletin.language.signals import MONTH
from flows.bulletin.language.spelling import is_word
from flows.bulletin.language.titles import folded
from flows.bulletin.language.wholeness import WEAK, Trouble, troubles
from flows.bulletin.page.notice import OCCASIONS, Kind, Listing, Notice, Slot
from flows.bulletin.page.slots import required
from flows.bulletin.page.told_slots import MUST, calendar_days, figures, tells
from flows.bulletin.summary.checks.admission import unsaid
from flows.bulletin.summary.checks.asides import BOOKING, UNBOOKED, is_aside, is_of_another_act
from flows.bulletin.summary.checks.contrasts import contrasts
from flows.bulletin.summary.checks.excepted import without_rule
from flows.bulletin.summary.checks.half_told import shortened
from flows.bulletin.summary.checks.named import says_matter, stems
from flows.bulletin.summary.checks.of_one import OF_TERMS, told_of_all
from flows.bulletin.summary.checks.reasons import NAMES, REASONS
from flows.bulletin.summary.checks.stumbles import stumbles
from flows.bulletin.summary.checks.working_days import untold as days_untold
from flows.bulletin.summary.frames.beginnings import start_of_news
from flows.bulletin.summary.frames.calls import instalments
from flows.bulletin.summary.frames.prose.flaws import without_later_steps
from flows.bulletin.summary.frames.prose.left_to_page import ALL_IN_PAGE, ALL_STEPS, PROGRAMME_AND_HOURS
from flows.bulletin.summary.frames.roads.street_outlines import EVERYWHERE

IN_PAGE = re.compile(r"\b(?:nella|(?<!allegat[oaie] )alla) pagina\b", re.I)
_OF_TITLES = frozenset(
    {
        *(Trouble.cut, Trouble.torn, Trouble.number, Trouble.orders, Trouble.spaced, Trouble.caps),
        *(Trouble.stamp, Trouble.verbless),
    }
)
_LIST_IN_PAGE = re.compile(
    r"\b(?:altri giorni|altri obblighi|altri divieti|precauzioni|elenco|elencat\w|document\w+|requisit\w+"
    r"|titoli)\b[^.]* nella pagina",
    re.I,
)
_RUN_ON = re.compile(
    r"\)\s(?:Dovr\w+|Dev\w+|Potr\w+|Può|Va|Vanno|Sarà|Saranno|È)\s(?:essere\s)?"
    r"\w+(?:at|ut|it|st|es)[oaie]\s(?:(?:una?|il|la|lo|i|gli|le)\s|l['’])"
)
_DISAGREES = re.compile(
    r"\b(?:(?:saranno|sono|vengono|verranno)\s(?:stat[oa]|(?!sabat)\w{3,}(?:at|ut|it)[oa])"
    r"|(?:saranno|vengono|verranno)\s(?!molto|tutt|tant|prest|soltanto|sotto)\w{2,}(?:us|lt|rt|es|tt|st)[oa]"
    r"|(?:sarà|viene|verrà)\s(?:(?!ospit|tramit|limit)\w{3,}(?:at|ut|it)[ie]"
    r"|(?!tutti|molti|tanti)\w{2,}(?:us|lt|rt|es|tt|st)i))\b",
    re.I,
)  # `saranno accolta`
_OPENS = re.compile(
    r"\b(?:(?:ri)?apertura|(?:ri)?apr(?!il)\w+|operativ\w+)\b[^.;\n]{0,50}\bda(?:l|ll['’])?\s?"
    r"(?P<day>(?:\w{4,8}ì\s|sabato\s|domenica\s)?"
    rf"\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?)",
    re.I,
)
_BEGINNING = (Kind.campaign, Kind.other, Kind.service, Kind.health)
_FROM = re.compile(  # the office's first sentence begins with the day from which something holds
    rf"Da(?:l|ll['’])?\s?(?P<day>(?:\w{{4,8}}ì\s|sabato\s|domenica\s)?\d{{1,2}}[°º]?\s{MONTH}(?:\s20\d\d)?)",
    re.I,
)
_FROM_MONTH = re.compile(rf"Da(?:l\s)?\s?(?P<month>{MONTH})(?:\s20\d\d)?\b", re.I)
_OFF = re.compile(r"\b(?:rinviat|annullat|posticipat|sospes|rimandat)[oaie]\b", re.I)
_PUT_OFF = re.compile(
    r"\W*(?:rinviat|annullat|posticipat|sospes|spostat|cancellat)[oaie]\b(?:\sa data da destinarsi)?\W+"
    r"(?:(?:il|lo|la|i|gli|le)\s|l['’]|(?:luned|marted|mercoled|gioved|venerd)ì|sabato|domenica)",
    re.I,
)  # set before a title that tells the old day, or the new one: nobody can say which
_ITEM = re.compile(
    r"[;:]\s+(?:[A-ZÀ-Ý][a-zà-ù]+|[AEÈ](?=\s\w))"
)  # an item of a list, glued to what announces it or to another
_ANNOUNCED = {
    slot: re.compile(rf"\b(?:{words})\b[^.]* nella pagina", re.I)
    for slot, words in (
        (Slot.when, "giorni|giornate|date|calendario|programma|variazioni|modifiche"),
        (Slot.hours, "orari|turni|programma|calendario"),
        (Slot.place, "luogo|luoghi|vie|strade|zone|località|programma|calendario"),
        (Slot.deadline, "scadenze|termini"),
    )
}
_WHEN_IN_PAGE = re.compile(r"\b(?:giorni|orari|date|calendario|programma)\b[^.]* nella pagina", re.I)
_ASKING = (Kind.campaign, Kind.other, Kind.deadline, Kind.job)
_MOST_LEFT, _VAGUE_LEFT = 3, 2  # of a kind's slots: of such texts readers sent back two of three
_BANS_FOR_NOW = re.compile(  # how long it holds no figure can say
    r"\b[Ff]ino a (?:revoca|nuov[oa] \w+),? (?:(?:è|sono) vietat[oaie]\b|[^.;]{5,90}, l['’]acqua non è )"
)
_NIGHT = re.compile(
    r"\bnotte (?:tra|fra) [^.;:\n]{0,40}?\be (?:\w{4,8}ì |sabato |domenica )?"
    rf"(?P<last>\d{{1,2}}[°º]? {MONTH})",
    re.I,
)
_IF_PUT_OFF = re.compile(  # `in caso di pioggia slitta alla notte tra`: no second night
    r"\b(?:in caso di|se piove|slitt|rinvi|recuper|posticip|spost)[^.;\n]*$", re.I
)
_NEAR = 160  # characters
_REST_NAMED = {
    slot: re.compile(rf"\b{words}\b[^.]* nella pagina", re.I)
    for slot, words in (
        (Slot.who, r"requisiti"),
        (Slot.how, r"(?:modul\w+|luoghi e modalità)"),
        (Slot.amount, r"importi"),
    )
}
_ALL_OTHERS = re.compile(r"\baltri dettagli sono nella pagina\.$")
_RETURNED = re.compile(
    r"\b[Nn]on (?:consumar|mangiar|bere|usar|utilizzar)\w*\b.*"
    r"(?:\b(?:riport|restitu|contatt)\w+|che cosa fare è nella pagina\b)"
)
_BY_THEN = frozenset({Slot.deadline})  # whoever is sent to the page may read it too late
_NEVER_BARE = (Kind.alert, Kind.supply_cut)  # without its day it alarms, or leaves people without water
_SUPPLY = re.compile(
    r"\b(?:acqu\w+|idric\w+|corrente|luce|elettric\w+|energia|gas|telefon\w+|internet|linea)\b", re.I
)
_MEASURE = re.compile(
    r"\b(?:divieto|vietat[oaie]|chius[oaie]|chiusura|senso unico|sospes[ao] la circolazione)\b", re.I
)
_UPDATED = re.compile(r"\baggiornament\w+ (?:del(?:l['’])?|al(?:l['’])?)\s?[\w°]+ \w+(?: 20\d\d)?", re.I)
_TERM = re.compile(
    rf"\b[Ee]ntro (?:il|l['’])\s?(?:\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}|\d{{1,2}}[°º]?\s{MONTH})"
)
_SEVERAL_TERMS = 3
_CLOCK = re.compile(r"\bd?alle \d")
_DAYS = re.compile(
    rf"\b\d{{1,2}}[°º]?\s{MONTH}|\b\d{{1,2}}/\d|\b(?:luned|marted|mercoled|gioved|venerd)ì|\bsabat[oi]\b|\bdomenic|\bgiorn"
    r"|\bferial|\bfestiv|\bsempre\b|\bnella pagina\b|\boggi|\bsettiman|\bmattin|\bnott[ei]\b|\bd[ai]l? \d"
    r"|\bin (?:autunno|inverno|primavera|estate)\b",
    re.I,
)  # hours without any day send people at the right time of a wrong one
_BY_THE_CLOCK = re.compile(  # of a programme: `Ore 10,30 – Corteo`
    r"^\W*(?P<hour>(?:ore|alle(?:\sore)?|h\.?)\s\d{1,2}(?:[.:,][0-5]\d)?)\s?[-–—:]\s?(?=\D)", re.I | re.M
)
_AS_FOLLOWS = re.compile(r"\bseguenti (?:giorni|giornate|date|orari|turni|modalità)\b[^.:]{0,30}: ", re.I)
_EACH_WAY = re.compile(  # on days of their own
    r"\bsenza (?:appuntamento|prenotazione)\b[^.;]*(?:; su appuntamento|\bsolo)\b", re.I
)
_YOU_BOOK = re.compile(r"\b(?:Puoi|Devi) prenotare\b(?! (?:il|la|un|una)\b)")
_ALSO = re.compile(r"(?:È|Sono|Resta(?:no)?|Sar(?:à|anno)) \w+ anche\b")  # leans on what is told before
_UNCHANGED = re.compile(
    r"\b(?:rest\w+|riman\w+|rimarr\w+|sono)\s(?:\w+\s)?(?:invariat|immutat|ugual|confermat)\w+"
    r"|\bnon cambia(?:no)?\b",
    re.I,
)
_STANDS_THERE = re.compile(
    r"\b(?:sono|saranno|si trovano|ti aspettano) (?:in|al|alla|davanti|nella|presso)\b", re.I
)
_OF_LAST_TIME = re.compile(
    r"\b(?:scorso anno|anno scorso|scorsa edizione|edizione (?:scorsa|precedente))\b[^.]{0,40}?"
    r"\s(?:era(?:no)? (?:stat[oaie] )?|si (?:è|sono|era|erano) |(?:è|sono) stat[oaie] )\w+",
    re.I,
)
_LINKS = re.compile(r"\W*(?:per approfondire|approfondimenti|link|collegamenti|vedi anche|fonti)\b", re.I)
_INSTALMENTS = re.compile(r"\b[Ll]e rate scadono\b|\bsi paga(?:no)? in (?:due|tre|quattro) rate\b")
_WEEKDAYS = stems("lunedì martedì mercoledì giovedì venerdì sabato domenica")  # which any other day has, too
_ITEM_TOLD, _ITEM_UNTOLD = 0.75, 0.2


@dataclass(frozen=True)
class Judgement:
    """Why a text may not stand, and what an editor should look at where it may; Italian sentences."""

    refused: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def faults(text: str, notice: Notice) -> tuple[str, ...]:
    """What keeps `text` from being the notice's, whatever its facts: Italian sentences, each once."""
    found = (
        *_of_form(text, notice),
        *stumbles(text, notice),
        *contrasts(text, notice),
        *without_rule(text, notice),
        *told_of_all(text, notice),
        *relative_troubles(text),
        *_untold(text, notice),
        *days_untold(text, notice),
    )
    if not leaves_all(text):
        found = (*found, *unsaid(text, notice))
    return tuple(dict.fromkeys(found))


def judge(text: str, notice: Notice, *, published: date | None = None) -> Judgement:
    """Whether `text` may be the notice's in a draft: form first, and the guard only of what has a form."""
    if refused := faults(text, notice):
        return Judgement(refused)
    verdict = check(text, notice.source, published=published)
    return Judgement(verdict.blocked, verdict.warnings)


def _of_form(text: str, notice: Notice) -> Iterator[str]:
    sentences = split(text)
    if any(map(_OF_LAST_TIME.search, sentences)):
        yield "Il testo dice ciò che è stato l'anno scorso."
    if says_title(text, notice) and not tells_itself(notice):
        yield "Il testo dice solo il titolo."
    if not says_matter(text, notice):
        yield "Il testo non dice di che cosa si tratta."
    if notice.kind is Kind.hours and (name := shortened(text, notice)):
        yield f"Di «{name}» è detta solo una parte."
    if _UNCHANGED.search(text) and all(_UNCHANGED.search(said) or IN_PAGE.search(said) for said in sentences):
        yield "Il testo dice solo che cosa non cambia."
    for listing in notice.listings:
        if _is_told_in_part(text, listing):
            yield f"Dell'elenco «{listing.lead}» è detta solo una parte."
    if _AS_FOLLOWS.search(text) and calendar_days(notice.source) - figures(text):
        yield "Dell'elenco è detta solo una parte."
    title = notice.title.strip(" .,;:")
    rest = text[len(title) :].lstrip(" ")
    is_headed = text[: len(title)].lower() == title.lower() and not re.match(r",|[a-zà-ù]", rest)
    if title and is_headed and len(split(title)) == 1:  # a title is no sentence, and may hold several
        if _PUT_OFF.match(title):
            yield "Il titolo dice di un rinvio senza dire di che cosa."
        for trouble in troubles(f"{title}."):
            if trouble in _OF_TITLES:
                yield REASONS[trouble].format(title)
        sentences = split(text[len(title) :].lstrip(" ."))
    for place, sentence in enumerate(sentences):
        item = _ITEM.search(sentence)
        if (item and is_word(item[0].split()[-1].lower())) or _RUN_ON.search(sentence):
            yield REASONS[Trouble.glue].format(sentence)
        if _DISAGREES.search(sentence):
            yield REASONS[Trouble.ortho].format(sentence)
        for trouble in troubles(sentence):
            leans = trouble is Trouble.dangling and not (place and _ALSO.match(sentence))
            if trouble not in WEAK and (leans or trouble is not Trouble.dangling):
                yield REASONS[trouble].format(sentence)


def says_title(text: str, notice: Notice) -> bool:
    """Whether a text is the title alone, as it stands or with the verb that a headline leaves out."""
    title = notice.title.strip(" .")
    return folded(text.rstrip(".")) in (folded(title), folded(spoken(title)))


def tells_itself(notice: Notice) -> bool:
    """Whether the title is a whole sentence with its day, as `Il cimitero è chiuso lunedì 3 maggio`."""
    title = notice.title.strip(" .")
    return (
        ":" not in title
        and len(split(title)) == 1
        and title[-1:] not in "?!…"
        and has_verb(title)
        and bool(figures(title))
        and not set(troubles(f"{title}.")) - WEAK
        and _PUT_OFF.match(title) is None
    )


def leaves_all(text: str) -> bool:
    """Whether a text names its matter alone and sends to the page for the rest."""
    is_paper = text.startswith("Nella pagina trovi ") and len(split(text)) == 1
    return is_paper or text.endswith((f" {ALL_IN_PAGE}", f" {ALL_IN_PAGE.capitalize()}"))


def _is_told_in_part(text: str, listing: Listing) -> bool:
    """Whether some items of an enumeration are told as if they were all."""
    announced = _ANNOUNCED[Slot.deadline] if OF_TERMS.match(listing.lead) else _LIST_IN_PAGE
    if len(listing.items) < 2 or announced.search(text) or _LINKS.match(listing.lead):
        return False
    if "programma" in listing.lead.lower() and PROGRAMME_AND_HOURS in text:
        return False
    told, lead = stems(text), stems(listing.lead) | _WEEKDAYS
    shares = [len(own & told) / len(own) for item in listing.items if (own := stems(item) - lead)]
    return any(share >= _ITEM_TOLD for share in shares) and any(share < _ITEM_UNTOLD for share in shares)


def _untold(text: str, notice: Notice) -> Iterator[str]:
    if leaves_all(text):
        for slot in _BY_THEN & set(MUST.get(notice.kind, ())):
            terms = [one for one in notice.slots.get(slot, ()) if not is_aside(one, notice)]
            if terms and not any(tells(text, one) for one in terms):
                yield f"Manca {NAMES[slot]}: la pagina dice «{terms[0].words}»."
        if notice.kind in _NEVER_BARE and not figures(_UPDATED.sub(" ", text)):
            yield "Un avviso di pericolo o di interruzione deve dire il giorno."
        if notice.kind is Kind.supply_cut and not _SUPPLY.search(text):
            yield "Il testo non dice che cosa manca."
        hazards = notice.slots.get(Slot.hazard, ())
        if notice.kind is Kind.alert and not any(tells(text, one) for one in hazards):
            yield "Un avviso di pericolo deve dire il pericolo."
        return
    days = calendar_days(text)
    begins = _OPENS.search(notice.source) if notice.kind in (Kind.service, Kind.hours) else None
    if begins is None and notice.kind in _BEGINNING:
        begins = _FROM.match((*notice.abstract, *notice.prose, "")[0])
    if begins and days and not days & figures(begins["day"]):
        yield f"Manca da quando: la pagina dice «{' '.join(begins[0].split())}»."
    opening = (*notice.abstract, *notice.prose, "")[0]
    if notice.kind in _BEGINNING and (month := _FROM_MONTH.match(opening)) and month["month"] not in text:
        yield f"Manca da quando: la pagina dice «{month[0]}»."
    if not days and notice.kind in (*_BEGINNING, Kind.hours) and (start := start_of_news(notice)):
        yield f"Manca da quando: la pagina dice «{start}»."
    is_open = UNBOOKED.search(text) is not None
    if is_open and not _EACH_WAY.search(text) and BOOKING.search(UNBOOKED.sub(" ", text)):
        yield "Dice che non si prenota, e che si prenota."
    if _YOU_BOOK.search(text) and any(UNBOOKED.match(sentence) for sentence in notice.prose):
        yield "Dice che si prenota, e la pagina che non serve."
    if _CLOCK.search(text) and not _DAYS.search(text) and notice.slots.get(Slot.when):
        yield f"Manca il giorno: la pagina dice «{notice.slots[Slot.when][0].words}»."
    if tells_some_hours(text, notice):
        yield "Del programma è detta solo una parte."
    if instalments.untold(text, notice) and not _ANNOUNCED[Slot.deadline].search(text):
        yield "Mancano le scadenze delle rate."
    everywhere = EVERYWHERE.search(notice.source) if notice.kind is Kind.supply_cut else None
    if everywhere and not EVERYWHERE.search(text):
        yield f"Manca la zona: la pagina dice «{everywhere[0]}»."
    if notice.kind is Kind.road and not _ANNOUNCED[Slot.place].search(text):
        titled = notice.title.lower()
        shut = [one for one in notice.slots.get(Slot.place, ()) if _MEASURE.search(one.sentence)]
        shut += [one for one in notice.slots.get(Slot.place, ()) if shut and one.words.lower() in titled]
        if shut and not any(tells(text, one) for one in shut):
            yield f"Manca la via: la pagina dice «{shut[0].words}»."
    if tells_some_days(text, notice) and not _ANNOUNCED[Slot.when].search(text):
        yield "Di più giorni è detto solo uno."
    own = without_later_steps(notice.source, notice.title)
    ends = {figure for match in _TERM.finditer(own) for figure in figures(match[0])}
    if len(ends) >= _SEVERAL_TERMS and len(ends & days) == 1 and not instalments.tells_all(text, notice):
        yield f"Di {len(ends)} scadenze è detta solo una."
    named = {slot for rest in (_REST_NAMED, _ANNOUNCED) for slot, words in rest.items() if words.search(text)}
    wanted = [slot for slot in required(notice.kind) if slot in notice.slots and slot not in named]
    left = [slot for slot in wanted if not _is_told(text, slot, notice)]
    if notice.kind in (Kind.service, Kind.act) and _ALL_OTHERS.search(text) and len(split(text)) > 2:
        left = [slot for slot in left if any(figures(one.words) for one in notice.slots[slot])]
    is_open = bool(_ALL_OTHERS.search(text)) and len(wanted) - len(left) > _VAGUE_LEFT
    is_vague = not (figures(text) or _BANS_FOR_NOW.search(text) or is_open)
    is_scant = notice.kind in _ASKING and len(left) >= _MOST_LEFT and not _WHEN_IN_PAGE.search(text)
    is_of_one_day = notice.kind in (Kind.service, Kind.campaign, Kind.other)
    meets = is_of_one_day and not (figures(text) or _BANS_FOR_NOW.search(text))
    when = notice.slots.get(Slot.when, ())
    is_dated = bool(when) and (Slot.hours in notice.slots or bool(_STANDS_THERE.search(text)))
    if meets and is_dated and not _WHEN_IN_PAGE.search(text):
        yield f"Manca quando: la pagina dice «{when[0].words}»."
    if is_scant or (is_vague and notice.kind not in OCCASIONS and len(left) >= _VAGUE_LEFT):
        yield f"Il testo tace {len(left)} cose che la pagina dice."
    is_off = _OFF.search(text) is not None  # what is put off has no day any more
    is_named = ALL_STEPS in text or any(tells(text, one) for one in notice.slots.get(Slot.product, ()))
    if notice.kind is Kind.recall and _RETURNED.search(text) and is_named:
        return  # `Non consumare il prodotto`: in whatever words
    is_moved = is_off and len(days) > 1  # to a new day, of which the hour is told
    off = (Slot.hours,) if is_moved and notice.kind is Kind.event else ()
    for slot in off if is_off and notice.kind in OCCASIONS else MUST.get(notice.kind, ()):
        told = tuple(
            one
            for one in notice.slots.get(slot, ())
            if slot is not Slot.deadline or not is_aside(one, notice)
        )
        told = tuple(one for one in told if not (days and is_of_another_act(one, notice)))
        told = tuple(one for one in told if slot is not Slot.place or " deviat" not in one.sentence)
        told = tuple(one for one in told if slot is not Slot.until or not _FROM.match(one.sentence))
        if slot is Slot.deadline and _INSTALMENTS.search(text):
            told = tuple(one for one in told if figures(one.words))  # `entro 90 giorni` is for a change
        is_announced = slot in _ANNOUNCED and _ANNOUNCED[slot].search(text)
        if slot is Slot.until and notice.kind is Kind.service and days and IN_PAGE.search(text):
            continue  # since when, it says
        if told and not is_announced and not any(tells(text, one) for one in told):
            yield f"Manca {NAMES[slot]}: la pagina dice «{told[0].words}»."


def tells_some_hours(text: str, notice: Notice) -> bool:
    """Whether a text tells some parts of a programme by their hours as if they were all."""
    if notice.kind not in OCCASIONS or IN_PAGE.search(text):
        return False
    hours = {figure for line in _BY_THE_CLOCK.finditer(notice.source) for figure in figures(line["hour"])}
    told = hours & figures(text)
    return len(told) > 1 and len(told) < len(hours)


def tells_some_days(text: str, notice: Notice) -> bool:
    """Whether a text names some of a list of bare days, or of several nights, and not all."""
    if notice.kind in OCCASIONS:
        return False  # whose frames tell what they leave
    nights = {
        frozenset(figures(night["last"]))
        for night in _NIGHT.finditer(notice.source)
        if not _IF_PUT_OFF.search(notice.source[max(0, night.start() - _NEAR) : night.start()])
    }
    are_told = [night <= figures(text) for night in nights]
    if any(are_told) and not all(are_told):
        return True
    rows = [row for row in notice.rows if row.list and row.when and not (row.what or row.hours or row.place)]
    shares = [bool(figures(row.when) & figures(text)) for row in rows]
    return len(rows) >= _SEVERAL_TERMS and any(shares) and not all(shares)


def _is_told(text: str, slot: Slot, notice: Notice) -> bool:
    return any(tells(text, one) for one in notice.slots[slot])
