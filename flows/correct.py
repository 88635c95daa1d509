"""flow, started by an editor: a sent item and what is right -> Bulletin (draft) of kind correction.

It goes to those who got, or may have got, the original. Without a number it only lists what was sent.
A draft asks for no code, since it is approved with one; to close the stopped original (`al_resto`) does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal

from prefect import State
from prefect.artifacts import create_markdown_artifact
from pydantic import Field
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, deliveries, told_news, weather_alerts
from db.bulletins import ItemData
from db.engine import make_engine, reading, transaction
from db.models import PUBLIC, WAITING, Bulletin, BulletinItem, BulletinKind, BulletinStatus
from db.recipients import PUT_RIGHT, SPARED
from db.told_news import SentItem
from flows.bulletin.alerts.text import ALERT, LABELS, alert_texts
from flows.bulletin.language.dates import giorno, giorno_ora
from flows.bulletin.language.markdown import escaped
from flows.bulletin.language.markup import parameter
from flows.bulletin.message.frame import budget, problems
from flows.bulletin.status import STATUS, numbered
from flows.door.sealed_code import NO_CODE, Proof
from flows.draft.alerts import picture_at
from flows.draft.lineage import plain, tied_to, whole
from flows.draft.repeated_correction import twice
from flows.letters import orders
from flows.privacy.intact import load
from flows.review import acts
from flows.review.acts import NotDoneError, NotProvedError
from flows.runs import choices, client, forms
from flows.runs.flow import flow
from flows.sending import liveness
from flows.sending.hold import right_texts
from flows.settings import BollettinoError, Settings
from flows.sources.truth import untrue

MEMORY = timedelta(days=30)
ERROR: Final = "un nostro errore"
CHANGE: Final = "il fatto è cambiato"
Reason = Literal["un nostro errore", "il fatto è cambiato"]
FOR_THE_REST = (
    "L'invio è fermato: lo chiude, e chi non l'ha ricevuto riceve tutto il messaggio, con la riga giusta, "
    "quando è approvato"
)
TEMPLATES: dict[str, str] = {ERROR: "correzione", CHANGE: "aggiornamento"}


ONLY_ITS_TEXT = (
    "Di una correzione si corregge il testo giusto (riga 1): il giorno e «Prima era» sono del messaggio di "
    "prima. Scegli la riga 1."
)
BOXES = ("Il testo giusto", "Nel messaggio di", "Che cosa avevamo scritto")
"""What an editor types, as the start form calls it; the day of the message is ours."""


class CorrectionError(BollettinoError):
    """No correction can be drafted from what the form says. The text is Italian, for the editor."""


def draft_correction(
    settings: Settings,
    engine: Engine,
    *,
    bulletin_id: int,
    position: int,
    reason: str,
    right: str,
    wrong: str = "",
    who: str,
    now: datetime,
) -> int:
    """A draft for those who got item `number` of this bulletin; its id.

    `wrong` is what the message said; empty for the whole text of the item. CorrectionError says what the
    editor has to change.
    """
    if who not in {editor.name for editor in settings.profile.editors}:
        raise CorrectionError(acts.unknown(settings))
    with transaction(engine) as session:
        original = bulletins.locked(session, bulletin_id)
        sealed = bulletins.approved(session, bulletin_id)
        if original.status not in PUBLIC or sealed is None:
            raise CorrectionError(
                f"Il bollettino {bulletin_id} è {STATUS[original.status]}: "
                "si corregge solo ciò che è partito."
            )
        items = bulletins.items(session, sealed[1])
        if not 1 <= position <= len(items):
            raise CorrectionError(_no_such_line(bulletin_id, items, position))
        if original.kind == BulletinKind.correction and position > 1:
            raise CorrectionError(ONLY_ITS_TEXT)
        item, template = items[position - 1], TEMPLATES[reason]
        texts = (parameter(right), giorno(original.sent_at or now), parameter(wrong) or item.text)
        if faults := problems(texts, total=budget(settings.frame(template), ""), boxes=BOXES):
            raise CorrectionError(" ".join(faults))
        bulletin = bulletins.create(
            session,
            kind=BulletinKind.correction,
            template=template,
            slot_at=None,
            deadline_at=now + timedelta(minutes=settings.profile.urgent.deadline_minutes),
            by=who,
            now=now,
        )
        told_news.link(session, bulletin.id, tied_to(session, original, item))
        lines = [
            ItemData(
                title=item.title if place == 0 else label,
                category=label,
                url=item.url,
                text=text,
                news_item_id=item.news_item_id if place == 0 else None,
            )
            for place, (label, text) in enumerate(zip(LABELS[template], texts, strict=True))
        ]
        # of a fixed template the first line names the alerts of them all
        lines[0] = _about(session, lines[0], items[0] if original.template else item, now)
        bulletins.add_version(session, bulletin, lines, author=who, now=now)
        return bulletin.id


def same_correction(engine: Engine, bulletin_id: int, position: int, right: str) -> Bulletin | None:
    """The correction of this line that says so already, and was not turned down: nobody gets it twice.

    By what it says now: what it quotes and why may be left empty, or told otherwise, the second time. Or that
    said so when it was drafted: what an editor types once more is what they typed then, whatever they mended
    in the form. None older than the newest that was approved: what that one put right is not right any more.
    """
    with reading(engine) as session:
        sealed = bulletins.approved(session, bulletin_id)
        lines = bulletins.items(session, sealed[1]) if sealed else []
        if not 1 <= position <= len(lines):
            return None
        title = lines[position - 1].title
        for bulletin in told_news.follow_ups(session, bulletin_id, *ALIVE, kinds=(BulletinKind.correction,)):
            versions = bulletins.versions(session, bulletin.id)
            written = [bulletins.items(session, version)[0] for version in versions]
            if title not in {line.title for line in written}:
                continue
            if any(plain(line.text) == plain(right) for line in written):
                return bulletin
            if bulletin.status not in WAITING:
                return None
    return None


ALIVE = (*WAITING, BulletinStatus.approved, *PUBLIC)


def _no_such_line(bulletin_id: int, items: Sequence[BulletinItem], position: int) -> str:
    return (
        f"Nel bollettino {bulletin_id} non c'è una notizia {position}: ne ha {len(items)}. Ricarica la "
        "pagina e scegli dall'elenco. Non è stata preparata nessuna correzione."
    )


def _about(session: Session, line: ItemData, item: BulletinItem, now: datetime) -> ItemData:
    """The line of a correction with the alerts of what it puts right: they are asked for before it leaves."""
    if item.weather_alert_id is None:
        return line
    others = [row.id for row in weather_alerts.told_by(session, item) if row.id != item.weather_alert_id]
    weather_alerts.tell_together(session, [item.weather_alert_id, *others], at=now)
    return replace(line, weather_alert_id=item.weather_alert_id, told_at=now)


def draft_for_the_rest(
    settings: Settings,
    engine: Engine,
    *,
    bulletin_id: int,
    position: int,
    right: str,
    who: str,
    proof: Proof = NO_CODE,
    now: datetime,
) -> int:
    """A stopped bulletin is closed; its text with item `number` put right is a draft for those still queued.

    Who is neither here nor among those who got it has left. CorrectionError says why it cannot be.
    """
    if who not in {editor.name for editor in settings.profile.editors}:
        raise CorrectionError(acts.unknown(settings))
    person = acts.judge(settings, engine, who, proof, now=now)
    with transaction(engine) as session:
        original = bulletins.locked(session, bulletin_id)
        sealed = bulletins.approved(session, bulletin_id)
        if original.status != BulletinStatus.stopped or sealed is None:
            raise CorrectionError(
                f"Il bollettino {bulletin_id} è {STATUS[original.status]}: "
                "il testo corretto va al resto solo dopo che l'invio è stato fermato."
            )
        if original.kind in PUT_RIGHT:
            raise CorrectionError(
                f"Il bollettino {bulletin_id} corregge già un altro: prepara una correzione."
            )
        liveness.reap(session, bulletin_id, now=now)  # what a sender that died had begun is uncertain
        if deliveries.on_their_way(session, bulletin_id):
            raise CorrectionError("Ci sono ancora messaggi in viaggio: riprova fra un minuto.")
        items = bulletins.items(session, sealed[1])
        if not 1 <= position <= len(items):
            raise CorrectionError(_no_such_line(bulletin_id, items, position))
        lines = [bulletins.data_of(item) for item in items]
        if original.template == ALERT and untrue(settings, session, original, items, at=now):
            lines = _by_now(settings, session, items, now)
        else:
            lines = _as_corrected(lines, right_texts(session, bulletin_id))
        lines[position - 1] = replace(lines[position - 1], text=parameter(right), is_typed=True)
        if not deliveries.skip_rest(session, bulletin_id, SPARED, now=now):
            raise CorrectionError(f"Il bollettino {bulletin_id} non ha più nessuno in coda.")
        bulletins.move(session, original, BulletinStatus.sent, by=who, now=now, reason=SPARED)
        draft = bulletins.create(
            session,
            kind=original.kind,
            template=original.template,
            slot_at=None,
            deadline_at=now + timedelta(minutes=settings.profile.urgent.deadline_minutes),
            by=who,
            now=now,
        )
        told_news.link(session, draft.id, [bulletin_id])
        bulletins.add_version(session, draft, lines, author=who, now=now)
        words = f"Bollettino {bulletin_id} chiuso: per chi era ancora in coda c'è la bozza {draft.id}."
        acts.note(settings, session, person, "correggi", words, bulletin_id=bulletin_id, now=now)
        return draft.id


def _as_corrected(lines: Sequence[ItemData], right: Mapping[str, str]) -> list[ItemData]:
    """With what approved corrections say instead: who was spared a wrong line gets no other wrong one."""
    titles = [line.title for line in lines]
    return [
        replace(line, text=right[line.title], is_typed=True)
        if line.title in right and titles.count(line.title) == 1
        else line
        for line in lines
    ]


def _by_now(
    settings: Settings, session: Session, items: Sequence[BulletinItem], now: datetime
) -> list[ItemData]:
    """The lines of an alert that changed, as they are by now. CorrectionError when nothing is in force."""
    days = {row.day for item in items for row in weather_alerts.told_by(session, item)}
    spans = [span for span in picture_at(settings, session, now).spans if span.row.day in days]
    if not any(span.row.level in settings.profile.urgent.levels for span in spans):
        raise CorrectionError("Non c'è più niente da annunciare subito: chiudi il bollettino con «chiudi».")
    frame, advice = settings.frame(ALERT), settings.texts["consigli"]
    texts = alert_texts(spans, settings.profile.alert_zones, advice, frame)
    ids = list(dict.fromkeys(span.row.id for span in spans))
    weather_alerts.tell_together(session, ids, at=now)
    lines = [
        replace(bulletins.data_of(item), text=text, is_typed=False)
        for item, text in zip(items, texts, strict=True)
    ]
    lines[0] = replace(lines[0], weather_alert_id=ids[0], told_at=now)
    return lines


def listing(engine: Engine, now: datetime) -> str:
    """What was sent of late with the numbers to choose by, what may be wrong first (Markdown)."""
    with reading(engine) as session:
        suspects = told_news.to_put_right(session, since=now - MEMORY)
        sent = choices.correctable(session, now)
        right = {line.bulletin.id: choices.corrections(session, line.bulletin) for line in sent}
    parts = []
    if suspects:
        parts += ["### Da controllare", ""]
        for line in suspects:
            changed = line.news.facts_changed_at if line.news and line.changed else None
            why = f"{choices.CHANGED} {giorno_ora(changed)}" if changed else choices.GONE
            parts.append(f"{_listed(line)}, {why}.")
        parts.append("")
    parts += ["### Inviate negli ultimi 30 giorni", ""]
    for line in sent:
        is_right = line.item.title in right[line.bulletin.id]
        parts.append(f"{_listed(line)}{f' ({choices.PUT_RIGHT})' if is_right else ''}")
    return "\n".join(parts if sent else [*parts, "Niente."])


def _listed(line: SentItem) -> str:
    place = choices.place(line)
    return f"- {place[:1].upper()}{place[1:]} (numero {line.bulletin.id}): {escaped(line.item.title)}"


@flow(name="correggi", flow_run_name=client.titled("Correzione"))
def correct(
    notizia: Annotated[str, choices.which("Che cosa è da correggere", choices.LINES)],
    giusto: Annotated[str, Field(title="Il testo giusto, come lo leggerà il cittadino")],
    motivo: Annotated[Reason, Field(title="Che cosa è successo")],
    chi: Annotated[str, choices.WHO] = "",
    prima: Annotated[
        str,
        Field(title="Che cosa avevamo scritto: copia le parole esatte del messaggio (vuoto: tutta la riga)"),
    ] = "",
    al_resto: Annotated[
        bool,
        Field(title=FOR_THE_REST),
    ] = False,
    codice: Annotated[str, Field(title=f"Solo con la casella qui sopra: {acts.FIELD_TITLE}")] = "",
) -> str | State[str]:
    """Prepara la correzione di un messaggio inviato, per chi l'ha ricevuto, e apre il modulo."""
    settings = load()
    engine = make_engine(settings.database)
    now = datetime.now(UTC)
    proof = client.proof(codice)
    chi = acts.own_name(settings, chi, proof)
    create_markdown_artifact(
        listing(engine, now), key=settings.own("correzioni"), description="Che cosa si può correggere"
    )
    try:
        acts.require_own_name(settings, chi, proof)
        number, position = acts.chosen(engine, notizia)
        if al_resto:  # refused before anything is drafted; whom it closes it for is judged again, and used up
            acts.judge(settings, engine, chi, proof, now=now)
    except NotDoneError as exc:
        return orders.refused(settings, engine, exc, who=chi)
    of_all = _whole(engine, number, position)
    before = same_correction(engine, *of_all, giusto)
    if before is not None and not al_resto:
        why = THERE_IS.format(number=before.id, state=STATUS[before.status])
        return orders.refused(settings, engine, why, who=chi)
    try:
        bulletin_id = (
            before.id
            if before
            else draft_correction(
                settings,
                engine,
                bulletin_id=number,
                position=position,
                reason=motivo,
                right=giusto,
                wrong=prima,
                who=chi,
                now=now,
            )
        )
    except CorrectionError as exc:
        return orders.refused(settings, engine, exc, who=chi)
    other, missing = None, ""
    if al_resto:
        try:
            other = draft_for_the_rest(
                settings,
                engine,
                bulletin_id=of_all[0],
                position=of_all[1],
                right=giusto,
                who=chi,
                proof=proof,
                now=now,
            )
        except (CorrectionError, NotProvedError) as exc:
            missing = str(exc)
    run_id = forms.open_review(settings, engine, bulletin_id, now=now)  # where both are, each tells of both
    link = client.link(settings, run_id) if run_id else ""
    ready = f"Bozza pronta, da approvare: {numbered(BulletinKind.correction, bulletin_id).lower()}."
    if before is not None:
        state = STATUS[before.status]
        ready = f"Per chi l'ha ricevuto c'è già: {numbered(before.kind, before.id).lower()}, {state}."
    else:
        ready = " ".join([ready, *_reaches_again(engine, bulletin_id)])
    if missing:
        why = f"{ready} Il testo giusto per gli altri non è stato preparato: {missing}"
        return orders.refused(settings, engine, why, who=chi, what=orders.HALF)
    if other is None:
        return orders.done(settings, engine, ready, link=link)
    forms.open_review(settings, engine, other, now=now)
    both = f"{ready} Per chi non l'ha ancora ricevuto: il testo giusto, numero {other}, da approvare."
    return orders.done(settings, engine, both, link=link)


THERE_IS = (
    "C'è già una correzione di questa riga con questo testo: numero {number}, {state}. Non ne è stata "
    "preparata un'altra. Se l'invio è fermo, per chi non ha ricevuto niente rifallo con lo stesso testo e la "
    "casella «L'invio è fermato»."
)


def _whole(engine: Engine, number: int, position: int) -> tuple[int, int]:
    """As `whole`; of a bulletin that there is not, the line as it was asked for."""
    with reading(engine) as session:
        bulletin = session.get(Bulletin, number)
        return whole(session, bulletin, position) if bulletin else (number, position)


def _reaches_again(engine: Engine, bulletin_id: int) -> list[str]:
    with reading(engine) as session:
        bulletin, version = session.get_one(Bulletin, bulletin_id), bulletins.latest(session, bulletin_id)
        return twice(session, bulletin, bulletins.items(session, version)) if version else []
