"""The text that an editor's answer makes of a draft, and what stands against it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from db import bulletins
from db.bulletins import ItemData
from db.models import Bulletin, BulletinItem, BulletinKind, BulletinStatus, BulletinVersion
from flows.bulletin.language.dates import in_rome
from flows.bulletin.language.markup import parameter
from flows.bulletin.language.measure import utf16
from flows.bulletin.message.frame import problems
from flows.bulletin.status import READ_IT
from flows.draft.evidence import after_place, judged, place, room, with_sources
from flows.draft.refresh import join, renew
from flows.review.choices import Answer, Choice, numbers_of, ordered, whole
from flows.settings import Settings
from flows.sources.rereading import alerts_by_now, gone
from flows.sources.truth import OVER, UNHEARD

AS_IT_IS = (None, Choice.send_back, Choice.postpone, Choice.discard)
"""With these nothing joins the draft and nothing of it is judged: it goes nowhere by them."""


@dataclass(frozen=True)
class Site:
    """What the readings that came before an answer found."""

    lost: frozenset[int] = frozenset()  # ids of news whose page is gone
    read_at: datetime | None = None  # when all of it was read, because the answer asks for that
    unread: tuple[str, ...] = ()  # addresses that could not be


NOTHING_READ = Site()


@dataclass(frozen=True)
class Text:
    """`problems` send it back, `remarks` do not; both are Italian."""

    items: tuple[ItemData, ...]
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def text_of(
    settings: Settings,
    session: Session,
    bulletin: Bulletin,
    version: BulletinVersion,
    answer: Answer,
    choice: Choice | None,
    site: Site,
    *,
    at: datetime,
) -> Text:
    """What was typed, in its order, with what comes from the queue and from the site."""
    items = bulletins.items(session, version)
    asks = choice not in AS_IT_IS and bulletin.status == BulletinStatus.in_review
    numbers = numbers_of(answer.added) if asks else []
    arranged = ordered(
        [item.text for item in items], [item.title for item in items], answer, joins=len(numbers or ())
    )
    if bulletin.template:
        arranged = whole(answer, arranged)
    typed = [_typed(items[index], text) for index, text in arranged.items]
    if choice in AS_IT_IS:
        return Text(tuple(typed))
    wrong, remarks = list(arranged.problems), list[str]()
    if numbers is None:
        wrong.append(f"Non capisco «{answer.added}»: per aggiungere dalla coda scrivi solo il numero.")
    elif numbers and not wrong:
        joined = join(settings, session, bulletin, typed, numbers, at)
        wrong += joined.remarks
        for item in joined.items:
            typed.append(item)
            place = f"Notizia {len(typed)}: entra dalla coda «{item.title}» ({utf16(item.text)} caratteri)"
            if choice == Choice.approve:
                wrong.append(f"{place}. {READ_IT}")
            else:
                remarks.append(f"{place}.")
    if not typed:
        typed = [bulletins.data_of(item) for item in items]
    if choice == Choice.reread and asks and not wrong:
        read_at = site.read_at or at
        renewed = renew(settings, session, bulletin, typed, since=version.created_at, now=read_at)
        typed = list(renewed.items)
        remarks += _told(site, read_at, renewed.remarks)
    dated = bulletin.slot_at or at
    wrong += problems(
        [item.text for item in typed],
        total=room(settings, bulletin, dated, len(typed)),
        boxes=[item.category for item in typed] if bulletin.template else (),
    )
    return Text(tuple(typed), tuple(wrong), tuple(remarks))


def _typed(item: BulletinItem, text: str) -> ItemData:
    is_typed = item.is_typed or text != parameter(item.text)
    return replace(bulletins.data_of(item), text=text, is_typed=is_typed)


def _told(site: Site, at: datetime, changes: Sequence[str]) -> list[str]:
    when = f"{in_rome(at):%-H:%M}"
    lines = [f"Sito riletto alle {when}."] if changes else [f"Sito riletto alle {when}: niente da cambiare."]
    lines += [f"Non si è potuto leggere {address}: lì può esserci altro." for address in site.unread]
    return [*lines, *changes]


def untrue(
    settings: Settings, session: Session, bulletin: Bulletin, items: Sequence[ItemData], *, at: datetime
) -> list[str]:
    """What is not right of alerts in a message that leaves at `at`: no word of a person sends it."""
    sentences = []
    for rereading in alerts_by_now(settings, session, bulletin, items, at=at):
        if rereading.after == OVER:
            what = f"Notizia {rereading.position}: {OVER}. {WHAT_TO_DO.get(bulletin.kind, TAKE_OUT)}"
        elif rereading.after.startswith(UNHEARD):
            what = f"{rereading.line} {UNREAD}"
        else:
            what = f"{rereading.line} {WHAT_TO_DO.get(bulletin.kind, READ_AGAIN)}"
        sentences.append(what)
    return sentences


TAKE_OUT = "Toglila dall'ordine."
READ_AGAIN = "Scegli «Rileggi il sito», o scrivi tu il livello di adesso."
BY_ITSELF = "Entro 5 minuti la bozza si aggiorna, o si chiude se non serve più."
UNREAD = (
    "La bozza resta com'è e la fine non parte finché la fonte non si legge di nuovo: guarda a mano il sito "
    "della Protezione Civile, poi approva di nuovo."
)
WHAT_TO_DO = {
    BulletinKind.urgent: BY_ITSELF,
    BulletinKind.all_clear: BY_ITSELF,
    BulletinKind.correction: "Riscrivi il testo con ciò che vale adesso, oppure non inviare.",
}


def unsupported(
    session: Session, items: Sequence[ItemData], lost: Collection[int], *, is_fixed: bool
) -> frozenset[str]:
    """What the texts tell and their pages do not: the site is corrected first, or the text."""
    vanished = [
        gone(number, item.title) for number, item in enumerate(items, start=1) if item.news_item_id in lost
    ]
    return frozenset(vanished) | {
        f"{place(number, judgement.item.box)}: {after_place(trouble)}"
        for number, judgement in enumerate(judged(with_sources(session, items, is_fixed=is_fixed)), start=1)
        if judgement.verdict
        for trouble in judgement.verdict.blocked
    }
