"""flow, started by an editor: a sent item and what is right -> Bulletin (draft) of kind correction.

It goes to those who got, or may have got, the original. Without a number it only lists what was sent.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from pydantic import Field
from sqlalchemy import Engine

from db import bulletins, closing, originals, sent_items
from db.announced import STOOD
from db.bulletins import ItemData
from db.engine import make_engine, reading, transaction
from db.models import BulletinKind, BulletinStatus
from db.recipients import PUT_RIGHT, SPARED
from flows import runs
from flows.bulletin.alerts.text import LABELS
from flows.bulletin.dates import giorno, giorno_ora
from flows.bulletin.desk.words import STATUS
from flows.bulletin.message.markup import parameter
from flows.bulletin.message.render import budget, problems
from flows.desk import windows
from flows.sending import life
from flows.settings import BollettinoError, Settings, load

MEMORY = timedelta(days=30)
ERROR, CHANGE = "un nostro errore", "il fatto è cambiato"
Reason = Literal["un nostro errore", "il fatto è cambiato"]
TEMPLATES: dict[str, str] = {ERROR: "correzione", CHANGE: "aggiornamento"}


class CorrectionError(BollettinoError):
    """No correction can be drafted from what the form says. The text is Italian, for the editor."""


def draft_correction(
    settings: Settings,
    engine: Engine,
    *,
    bulletin_id: int,
    number: int,
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
        raise CorrectionError(f"{who or 'Chi sei'}: scrivi il tuo nome come sta nel profilo.")
    with transaction(engine) as session:
        original = bulletins.locked(session, bulletin_id)
        sealed = bulletins.approved(session, bulletin_id)
        if original.status not in STOOD or sealed is None:
            raise CorrectionError(
                f"Il bollettino {bulletin_id} è {STATUS[original.status]}: "
                "si corregge solo ciò che è partito."
            )
        items = bulletins.items(session, sealed[1])
        if not 1 <= number <= len(items):
            raise CorrectionError(f"Il bollettino {bulletin_id} ha {len(items)} righe: la {number} non c'è.")
        item, template = items[number - 1], TEMPLATES[reason]
        texts = (parameter(right), giorno(original.sent_at or now), parameter(wrong) or item.text)
        if found := problems(texts, total=budget(settings.frame(template), "")):
            raise CorrectionError(" ".join(found))
        bulletin = bulletins.create(
            session,
            kind=BulletinKind.correction,
            template=template,
            slot_at=None,
            deadline_at=now + timedelta(minutes=settings.profile.urgent.deadline_minutes),
            by=who,
            now=now,
        )
        originals.link(session, bulletin.id, [bulletin_id])
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
        bulletins.add_version(session, bulletin, lines, author=who, now=now)
        return bulletin.id


def draft_for_the_rest(
    settings: Settings, engine: Engine, *, bulletin_id: int, number: int, right: str, who: str, now: datetime
) -> int:
    """A stopped bulletin is closed; its text with item `number` put right is a draft for those still queued.

    Who is neither here nor among those who got it has left. CorrectionError says why it cannot be.
    """
    if who not in {editor.name for editor in settings.profile.editors}:
        raise CorrectionError(f"{who or 'Chi sei'}: scrivi il tuo nome come sta nel profilo.")
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
        life.reap(session, bulletin_id, now=now)  # what a sender that died had begun is uncertain
        if closing.on_their_way(session, bulletin_id):
            raise CorrectionError("Ci sono ancora messaggi in viaggio: riprova fra un minuto.")
        items = bulletins.items(session, sealed[1])
        if not 1 <= number <= len(items):
            raise CorrectionError(f"Il bollettino {bulletin_id} ha {len(items)} righe: la {number} non c'è.")
        lines = [bulletins.data_of(item) for item in items]
        lines[number - 1] = replace(lines[number - 1], text=parameter(right))
        if not closing.skip_rest(session, bulletin_id, SPARED, now=now):
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
        originals.link(session, draft.id, [bulletin_id])
        bulletins.add_version(session, draft, lines, author=who, now=now)
        return draft.id


def listing(engine: Engine, now: datetime) -> str:
    """What was sent of late with the numbers to choose by, what may be wrong first (Markdown)."""
    with reading(engine) as session:
        suspects = sent_items.to_put_right(session, since=now - MEMORY)
        sent = sent_items.sent(session, since=now - MEMORY)
    parts = []
    if suspects:
        parts += ["### Da controllare", ""]
        for one in suspects:
            changed = one.news.facts_changed_at if one.news and one.changed else None
            why = f"cambiata sul sito {giorno_ora(changed)}" if changed else "la pagina non si legge più"
            parts.append(
                f"- Bollettino {one.bulletin.id}, riga {one.item.position}: {one.item.title}, {why}."
            )
        parts.append("")
    parts += ["### Inviate negli ultimi 30 giorni", ""]
    parts += [f"- Bollettino {one.bulletin.id}, riga {one.item.position}: {one.item.title}" for one in sent]
    return "\n".join(parts if sent else [*parts, "Niente."])


@flow(name="correggi", flow_run_name=runs.titled("Correzione"))
def correct(
    bollettino: Annotated[  # 0: Prefect's form asks "int or None?" where a number may be missing
        int, Field(title="Numero del bollettino da correggere (0: mostra l'elenco)")
    ] = 0,
    riga: Annotated[int, Field(title="Numero della riga nel bollettino")] = 1,
    motivo: Annotated[Reason, Field(title="Che cosa è successo")] = "un nostro errore",
    giusto: Annotated[str, Field(title="Il testo giusto, come lo leggerà il cittadino")] = "",
    prima: Annotated[str, Field(title="Che cosa avevamo scritto (vuoto: tutta la riga)")] = "",
    chi: Annotated[str, Field(title="Chi sei")] = "",
    al_resto: Annotated[
        bool, Field(title="L'invio è fermato: prepara anche il testo giusto per chi non l'ha ancora ricevuto")
    ] = False,
) -> str:
    """Prepara la correzione di un messaggio inviato, per chi l'ha ricevuto, e apre il modulo."""
    settings = load()
    engine = make_engine(settings.database)
    now = datetime.now(UTC)
    create_markdown_artifact(listing(engine, now), key="correzioni", description="Che cosa si può correggere")
    if not bollettino:
        return "Elenco pronto: riparti scrivendo il numero del bollettino e della riga."
    try:
        number = draft_correction(
            settings,
            engine,
            bulletin_id=bollettino,
            number=riga,
            reason=motivo,
            right=giusto,
            wrong=prima,
            who=chi,
            now=now,
        )
    except CorrectionError as exc:  # an answer to a person, not a failure of the run
        create_markdown_artifact(f"**{exc}**", key="correzione-no", description="Perché non è partita")
        get_run_logger().warning("%s", exc)
        return str(exc)
    windows.open_review(settings, engine, number, now=now)
    said = f"Bozza pronta: bollettino {number}, da approvare."
    if not al_resto:
        return said
    try:
        other = draft_for_the_rest(
            settings, engine, bulletin_id=bollettino, number=riga, right=giusto, who=chi, now=now
        )
    except CorrectionError as exc:
        get_run_logger().warning("%s", exc)
        return f"{said} Il testo giusto per gli altri non è stato preparato: {exc}"
    windows.open_review(settings, engine, other, now=now)
    return f"{said} Per chi non l'ha ancora ricevuto: bollettino {other}, da approvare."
