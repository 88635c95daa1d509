"""flow, started by an editor: a sent item and what is right -> Bulletin (draft) of kind correction.

It goes to those who got, or may have got, the original. Without a number it only lists what was sent.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from pydantic import Field
from sqlalchemy import Engine

from db import bulletins, originals, sent_items
from db.announced import STOOD
from db.bulletins import ItemData
from db.engine import make_engine, reading, transaction
from db.models import BulletinKind
from flows import runs, windows
from flows.bulletin.alerts.text import LABELS
from flows.bulletin.dates import giorno, giorno_ora
from flows.bulletin.desk.words import STATUS
from flows.bulletin.message.markup import parameter
from flows.bulletin.message.render import budget, problems
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
    bollettino: Annotated[
        int | None, Field(title="Numero del bollettino da correggere (vuoto: mostra l'elenco)")
    ] = None,
    riga: Annotated[int, Field(title="Numero della riga nel bollettino")] = 1,
    motivo: Annotated[Reason, Field(title="Che cosa è successo")] = "un nostro errore",
    giusto: Annotated[str, Field(title="Il testo giusto, come lo leggerà il cittadino")] = "",
    prima: Annotated[str, Field(title="Che cosa avevamo scritto (vuoto: tutta la riga)")] = "",
    chi: Annotated[str, Field(title="Chi sei")] = "",
) -> str:
    """Prepara la correzione di un messaggio inviato, per chi l'ha ricevuto, e apre il modulo."""
    settings = load()
    engine = make_engine(settings.database)
    now = datetime.now(UTC)
    create_markdown_artifact(listing(engine, now), key="correzioni", description="Che cosa si può correggere")
    if bollettino is None:
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
    return f"Bozza pronta: bollettino {number}, da approvare."
