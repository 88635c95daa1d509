"""The items of a draft beside the pages they were written from, and what the guard says of each."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial

from sqlmodel import Session

from db import bulletins, deliveries, told_news
from db.bulletins import ItemData
from db.models import Bulletin, BulletinItem, BulletinKind, BulletinStatus, NewsItem
from db.recipients import PUT_RIGHT
from flows.bulletin.alerts.text import ALERT, END, GREEN, NOTICE, REMAINS, unseen
from flows.bulletin.alerts.urgent import MAY_HAVE_LEFT
from flows.bulletin.facts.find import facts
from flows.bulletin.guard.verdict import Verdict, check
from flows.bulletin.language.dates import giorno, giorno_ora, in_rome
from flows.bulletin.language.spelling import correction, misspelt
from flows.bulletin.message.exact import date_of, template_name
from flows.bulletin.message.frame import budget
from flows.bulletin.page.reading import read
from flows.bulletin.persons import warnings
from flows.bulletin.status import named, people
from flows.bulletin.summary.grounds import Grounds, grounds
from flows.draft.days import begins_before, begun, days_over, last_day
from flows.draft.lineage import plain
from flows.draft.repeated_correction import otherwise, twice
from flows.draft.writer import remark
from flows.settings import Settings


@dataclass(frozen=True)
class Vote:
    """Who may not be named on the day of the send; outside an election period the names only tell who holds
    an office.
    """

    names: Collection[str] = ()
    is_near: bool = False
    sent_on: date | None = None  # in Rome
    read_on: date | None = None  # when an editor reads it, who may still announce sooner what begins before


@dataclass(frozen=True)
class SourcedItem:
    """An item and what it was written from; `source` is "" for an alert, whose text is fixed."""

    title: str
    text: str
    source: str = ""
    published: date | None = None
    is_act: bool = False
    origin: str = ""  # what there is to say of how the text came about
    box: str = ""  # of a fixed text what the form calls its field
    grounds: Grounds | None = None  # what its page was read as


@dataclass(frozen=True)
class JudgedItem:
    """An item with what the guard says of it; None for an alert."""

    item: SourcedItem
    verdict: Verdict | None


def judged(items: Sequence[SourcedItem]) -> list[JudgedItem]:
    """Each item read beside its source."""
    return [
        JudgedItem(item, _verdict(item.text, item.source, item.published) if item.source.strip() else None)
        for item in items
    ]


@lru_cache(maxsize=128)  # a form, its page and its answer ask of the same texts, 10 ms each
def _verdict(text: str, source: str, published: date | None) -> Verdict:
    return check(text, source, published=published)


def room(settings: Settings, bulletin: Bulletin, dated: datetime, count: int) -> int:
    """UTF-16 units that so many items may use together."""
    frame = settings.frame(bulletin.template or template_name(count))
    return budget(frame, date_of(bulletin, dated))


def with_sources(
    session: Session, items: Sequence[BulletinItem | ItemData], *, is_fixed: bool = False
) -> tuple[SourcedItem, ...]:
    """Each item beside the stored page that it was written from; of a fixed text with the name of its box."""
    return tuple(_told(session, item, item.category if is_fixed else "") for item in items)


def _told(session: Session, item: BulletinItem | ItemData, box: str) -> SourcedItem:
    if item.news_item_id is None:
        return SourcedItem(item.title, item.text, box=box)
    news = session.get_one(NewsItem, item.news_item_id)
    published = in_rome(news.published_at).date() if news.published_at else None
    notice = read(title=news.title, abstract=news.abstract, body=news.body, published=published)
    return SourcedItem(
        title=item.title,
        text=item.text,
        source=f"{news.title}\n{news.abstract}\n{news.body}",
        published=published,
        is_act="albo" in news.kind.lower(),
        origin=remark(session, news.id, item.text),
        grounds=grounds(item.text, notice),
        box=box,
    )


def vote(settings: Settings, at: datetime, now: datetime) -> Vote:
    """Whose names are pointed out on the day of the send, which is read now."""
    period, day, today = settings.profile.election_period, in_rome(at).date(), in_rome(now).date()
    if period is None:
        return Vote(sent_on=day, read_on=today)
    return Vote(period.names, period.first <= day <= period.last, day, today)


OVER_BY_THEN = "«{day}» sarà già passato il giorno dell'invio: toglilo, se il resto vale ancora."
OVER = "«{day}» è già passato: toglilo, se il resto vale ancora."
LAST_DAY = "«{day}» è il giorno dell'invio, e l'ultimo che il testo dice: chi lo legge la sera lo sa tardi."
BEGINS = "Comincia {begin}, PRIMA di questo invio ({day})"
HOW = "{begins}. Per annunciarla prima {how}."
TOGETHER = " Togli insieme tutte le notizie che cominciano prima: ne viene un messaggio solo."
AS_THE_FIRST = "{begins}: fai come per la notizia {first}."
TAKE_IT_OUT = (
    "toglila dall'ordine, scegli «Salva, continuo dopo», poi usa «componi» con la casella «Invia appena "
    "approvato»: prepara un'altra bozza, con quella e con ciò che è in coda, e questa resta dov'è"
)
GIVE_IT_UP = (  # an order without a line is refused, and a slot that was decided gets no other draft
    "scegli «Non inviare: le notizie passano al prossimo bollettino», poi usa «componi» con la casella "
    "«Invia appena approvato»; per {day} non si prepara più un'altra bozza"
)


@dataclass(frozen=True)
class Remark:
    """What an editor should look at before approving."""

    item: int  # its number, from 1; 0 of the message as a whole
    words: str
    stops: bool = False  # the guard lets nothing be approved with it
    is_doubt: bool = False  # the guard is in doubt, and stops nothing
    box: str = ""  # of a fixed text, whose items the form does not number

    @property
    def place(self) -> str:
        """Where it stands in the form, before its words; "" of the whole."""
        return place(self.item, self.box) if self.item else ""

    @property
    def said(self) -> str:
        """As it goes on after its place."""
        return after_place(self.words) if self.item else self.words

    def cost(self, *, is_signed: bool) -> str:
        """What comes of it; once somebody has approved in spite of it, one more approval lets it go."""
        if self.is_doubt:
            return " (solo da guardare)"
        words = "parte solo con due approvazioni" if is_signed else "così non parte"
        return f" ({words})" if self.stops else ""


def place(number: int, called: str = "") -> str:
    """What an item is called: `Notizia 1`, or the box of a fixed text."""
    return box(called) if called else f"Notizia {number}"


def box(called: str) -> str:
    """A field of a fixed text, by its title in the form."""
    return f"Riquadro «{called}»"


def after_place(words: str) -> str:
    """A sentence that goes on after a colon."""
    return f"{words[:1].lower()}{words[1:]}"


def in_order(found: Sequence[Remark], whole: Sequence[str], way_on: str = "") -> list[Remark]:
    """What stops, under it the `way_on` that there is; what is to be said of the whole; then the rest."""
    stopping = [remark for remark in found if remark.stops]
    more = [Remark(0, words) for words in ([way_on] if way_on and stopping else [])]
    rest = [remark for remark in found if not remark.stops]
    return [*stopping, *more, *(Remark(0, words) for words in whole), *rest]


def remarks(items: Sequence[JudgedItem], vote: Vote) -> list[Remark]:
    """Of each item what the guard stops, what it doubts, days over by then, names, and slips of the pen."""
    notes: list[Remark] = []
    soon = [begins_before(one.item.text, vote.sent_on, vote.read_on) if one.verdict else "" for one in items]
    for position, (judgement, begin) in enumerate(zip(items, soon, strict=True), start=1):
        verdict, item = judgement.verdict, judgement.item
        note = partial(Remark, position, box=item.box)
        if verdict:
            notes += [note(words, stops=True) for words in verdict.blocked]
            notes += [note(words, is_doubt=True) for words in verdict.warnings]
            past = days_over(item.text, vote.read_on)
            notes += [
                note((OVER if day in past else OVER_BY_THEN).format(day=day))
                for day in days_over(item.text, vote.sent_on)
            ]
            if begin:
                notes.append(note(_begins_first(begin, position, soon, vote)))
            if last := last_day(item.text, vote.sent_on):
                notes.append(note(LAST_DAY.format(day=last)))
        named = warnings(item.text, vote.names, vote.is_near, is_act=item.is_act)
        notes += [note(words) for words in (*named, *_slips(item))]
    return notes


def _begins_first(begin: str, position: int, soon: Sequence[str], vote: Vote) -> str:
    """That an item begins before the send, and how it is told sooner: once, all of them go together."""
    day = giorno(vote.sent_on) if vote.sent_on else ""
    is_today = vote.read_on is not None and begin == giorno(vote.read_on)
    begins = BEGINS.format(begin=f"OGGI, {begin}" if is_today else begin, day=day)
    first = next(place for place, one in enumerate(soon, start=1) if one)
    if position > first:
        return AS_THE_FIRST.format(begins=begins, first=first)
    if all(soon):
        return HOW.format(begins=begins, how=GIVE_IT_UP.format(day=day))
    return HOW.format(begins=begins, how=TAKE_IT_OUT) + (TOGETHER if len([*filter(None, soon)]) > 1 else "")


def _slips(item: SourcedItem) -> list[str]:
    """What is surely misspelt and is no word of its page: somebody typed it, or a model made it up."""
    slips = misspelt(item.text, known=_WORD.findall(f"{item.title} {item.source}".lower()))
    return [f"«{slip}»: forse «{correction(slip)}»?" for slip in slips]


def of_whole(
    session: Session, bulletin: Bulletin, items: Sequence[BulletinItem], now: datetime | None = None
) -> list[str]:
    """What to look at in a message of a fixed text, besides its lines.

    Of a correction whom it leaves out or reaches twice, whether it quotes what was sent, whether the site
    says so by now and whether it changes any figure; of an end what holds after it and whose hour it tells;
    of an alert whether it may have left before a restore; of a notice, where it is read `now`, whether what
    it tells has begun. Of what goes to those a stopped send spared also which line was corrected otherwise.
    """
    since = otherwise(session, bulletin, items)
    if bulletin.kind == BulletinKind.urgent and bulletin.template == ALERT:
        noted = any(version.note == MAY_HAVE_LEFT for version in bulletins.versions(session, bulletin.id))
        return [*since, *([MAY_HAVE_LEFT] if noted else [])]
    if bulletin.template == NOTICE and now is not None and (begin := begun(items[1].text, now)):
        return [*since, BEGUN.format(begin=giorno_ora(begin))]
    if bulletin.template == END:
        return _of_end([item.text for item in items], bulletin.created_at)
    if bulletin.kind != BulletinKind.correction or not bulletin.template or len(items) < 2:
        return since
    is_behind = any(one.verdict and one.verdict.blocked for one in judged(with_sources(session, items[:1])))
    again = twice(session, bulletin, items)
    lines = [*([SITE_BEHIND] if is_behind else []), *misquoted(session, bulletin, items), *again]
    to_some = TO_SOME if again else f"{TO_SOME} {KEEP_IT}"
    for original in (session.get_one(Bulletin, number) for number in told_news.of(session, bulletin.id)):
        left = deliveries.certificate(session, original.id).open
        if original.status == BulletinStatus.stopped and original.kind in PUT_RIGHT and left:
            lines.append(f"{to_some} {TO_CLOSE}".format(title=named(original)))
        elif original.status == BulletinStatus.stopped and left:
            stay, reach = ("resta", "raggiungerla") if left == 1 else ("restano", "raggiungerle")
            words = {"title": named(original), "stay": f"{people(left)} {stay}", "reach": reach}
            lines.append(f"{to_some} {LEFT_OUT_AGAIN if again else LEFT_OUT}".format(**words))
    right, wrong = ({(fact.kind, fact.value) for fact in facts(item.text)} for item in (items[0], items[-1]))
    return [*lines, SAME] if right and right <= wrong else lines


def _of_end(texts: Sequence[str], read_at: datetime) -> list[str]:
    lines = [READ_AT] if unseen(read_at) in texts else []
    if any(text.startswith(REMAINS) for text in texts):
        return lines
    green = [text.removeprefix(GREEN) for text in texts if text.startswith(GREEN)]
    told = IS_GREEN.format(what=green[0].rstrip(" .") or " per ciò che è finito") if green else NOT_GREEN
    return [f"{told} {NOTHING_ELSE}", *lines]


def misquoted(session: Session, bulletin: Bulletin, items: Sequence[BulletinItem | ItemData]) -> list[str]:
    """What keeps a correction from leaving: it says that a message told what stands in no line of it."""
    if bulletin.kind != BulletinKind.correction or not bulletin.template or len(items) < 2:
        return []
    originals = told_news.of(session, bulletin.id)
    found = [_not_as_sent(session, number, items) for number in originals]
    said = {"label": items[-1].title, "said": items[-1].text}
    not_sent = dict.fromkeys(sent for sent in found if sent is not None)
    is_in_one = None in found  # a correction of a correction is tied to the bulletin, too, and quotes either
    return [] if is_in_one else [NOT_SENT.format(**said, sent=sent) for sent in not_sent]


def _not_as_sent(session: Session, original_id: int, items: Sequence[BulletinItem | ItemData]) -> str | None:
    """The line as it was sent, where a correction quotes what does not stand in it; None where it does."""
    sealed = bulletins.approved(session, original_id)
    sent = bulletins.items(session, sealed[1]) if sealed else []
    quoted = plain(items[-1].text)
    if not sent or any(quoted in plain(item.text) for item in sent):
        return None
    about = [item.text for item in sent if item.title == items[0].title]
    return "» e «".join(about or [item.text for item in sent])  # each can be copied as it stands


BEGUN = "L'inizio scritto nel messaggio ({begin}) è già passato: se dice che cosa fare prima, cambialo."
NOT_SENT = (
    "«{label}: {said}»: nel messaggio non c'era scritto così, e con queste parole la correzione non parte in "
    "nessun caso. Copia, tutte o in parte, quelle che chi legge ha visto: «{sent}»."
)
SITE_BEHIND = (
    "Il sito non riporta ancora questo dato, e dalla pagina del messaggio si arriva al sito: fallo "
    "aggiornare prima di approvare; se non si può subito, approva e fallo aggiornare appena possibile. Se "
    "nel frattempo è stato aggiornato, approva: la pagina si rilegge in quel momento, e se ora riporta il "
    "dato questo avviso non vale più."
)
READ_AT = (
    "«Da quando» è l'ora in cui abbiamo letto la fonte: in ciò che pubblica per i programmi un'ora non c'è. "
    "Guarda nella sua pagina: se lì c'è, scrivi quella; nel dubbio senti la Protezione Civile."
)
NOTHING_ELSE = "Nelle fonti lette non risulta nessun'altra allerta per quel giorno, nemmeno gialla."
IS_GREEN = "La fonte dà VERDE, il livello più basso,{what}."
NOT_GREEN = (
    "La fonte ha tolto l'allerta senza dire «verde»: il testo dice soltanto che è finita questa; non "
    "aggiungere «verde»."
)
TO_SOME = "L'invio del {title} è fermo: questa correzione va solo a chi aveva ricevuto il messaggio."
KEEP_IT = "Non serve scartarla: quando il resto è a posto approvala, e da allora «riprendi» non vale più."
TO_CLOSE = "Poi chiudi quell'invio con «chiudi»: per chi non l'ha ricevuto non c'è altro da fare da qui."
LEFT_OUT = (
    "Se non fai altro {stay} senza bollettino e senza correzione: per {reach} usa poi di nuovo «correggi», "
    "stessa riga e stesso testo giusto, con la casella «L'invio è fermato», e approva anche quella. Basta "
    "che il testo sia lo stesso: nessuno riceve due volte la correzione."
)
LEFT_OUT_AGAIN = (
    "Se invece approvi questa, per chi non ha ricevuto niente usa poi «correggi», stessa riga e testo di "
    "questa, con la casella «L'invio è fermato»."
)
SAME = "Date, orari e numeri sono gli stessi del testo di prima: chi legge capisce che cosa cambia?"
_WORD = re.compile(r"[a-zà-ù]+")
