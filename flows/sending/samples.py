"""The draft on the telephone of the editor who asks to see it: the same message, to nobody else.

At most once, as every message: a sample is asked for in the transaction that stores the answer, its start is
committed before the POST, and what was started is never sent again, whatever became of the process.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, samples
from db.engine import transaction
from db.models import Bulletin, BulletinVersion, Outcome, Sample
from db.rate import Priority
from flows.bulletin.dates import in_rome
from flows.desk.signing import message_of
from flows.profile.comune import Editor
from flows.sending import few, provider
from flows.settings import Settings, SettingsError
from flows.whatsapp.client import Outcome as Answer
from flows.whatsapp.errors import explain
from flows.whatsapp.messages import OutgoingTemplate

MOST = 5  # of one bulletin ...
WITHIN = timedelta(hours=1)  # ... in so long: each is paid, and WhatsApp limits what one phone gets


def ask(
    settings: Settings, session: Session, bulletin: Bulletin, version: BulletinVersion, editor: Editor
) -> str:
    """Queue a sample of this version; "" when it is queued, else why not, in Italian."""
    at = version.created_at
    try:
        phone = settings.editor_phone(editor)
    except SettingsError:
        return _no_phone(editor, "non è scritto bene nella configurazione")
    if phone is None:
        return _no_phone(editor, "non è nella configurazione")
    before = samples.lately(session, bulletin.id, since=at - WITHIN)
    if len(before) >= MOST:
        again = in_rome(before[-MOST] + WITHIN)
        return (
            f"La prova non è partita: in un'ora se ne possono chiedere {MOST}. Riprova dopo le {again:%H:%M}."
        )
    samples.ask(session, bulletin.id, version.number, editor=editor.id, now=at)
    return ""


def _no_phone(editor: Editor, why: str) -> str:
    return (
        f"La prova non è partita: il numero di telefono di {editor.name} {why}. "
        f"Chiedi a chi gestisce il servizio ({editor.phone_variable})."
    )


def send_asked(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> int:
    """Send what was asked for and never started; return how many POSTs were made."""
    outgoing: list[OutgoingTemplate] = []
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        for sample in samples.start(session, bulletin_id, now=now):
            message = _addressed(settings, session, bulletin, sample)
            if message is None:
                samples.finish(session, sample.id, Outcome.not_sent, "no_phone")
            else:
                outgoing.append(message)
    if outgoing:
        _post(settings, engine, outgoing)
    return len(outgoing)


def _addressed(
    settings: Settings, session: Session, bulletin: Bulletin, sample: Sample
) -> OutgoingTemplate | None:
    """None where its editor or the number is gone from profile and environment by now."""
    editor = next((one for one in settings.profile.editors if one.id == sample.editor), None)
    try:
        phone = settings.editor_phone(editor) if editor else None
    except SettingsError:
        phone = None
    version = bulletins.version_of(session, bulletin.id, sample.version_number)
    if phone is None or version is None:
        return None
    message = message_of(settings, bulletin, bulletins.items(session, version), sample.asked_at)
    return OutgoingTemplate(
        to=phone.get_secret_value(),
        bsuid=None,
        name=message.template,
        language=message.language,
        category=provider.category(settings, session, message.template),
        parameters=message.parameters,
        button_suffix=message.button_suffix,
        opaque=str(sample.id),
    )


def _post(settings: Settings, engine: Engine, messages: Sequence[OutgoingTemplate]) -> None:
    def store(message: OutgoingTemplate, answer: Answer) -> None:
        with transaction(engine) as session:
            code = answer.code or answer.reason
            samples.finish(session, UUID(message.opaque), Outcome(answer.kind), code)

    asyncio.run(few.post(settings, engine, messages, Priority.answer, store))


def sentence(settings: Settings, session: Session, bulletin_id: int, version_number: int) -> str:
    """What came of the sample that made this version, in Italian; "" where none was asked for."""
    sample = samples.of_version(session, bulletin_id, version_number)
    if sample is None:
        return ""
    name = next((one.name for one in settings.profile.editors if one.id == sample.editor), "chi l'ha chiesta")
    at = f"alle {in_rome(sample.started_at or sample.asked_at):%-H:%M}"
    if sample.outcome is None:
        return f"La prova sul telefono di {name} sta per partire."
    return {
        Outcome.accepted: f"Prova inviata al telefono di {name} {at}. Il pulsante apre la pagina solo dopo "
        "l'invio vero.",
        Outcome.refused: f"La prova per {name} non è partita ({at}): {explain(sample.code)}.",
        Outcome.not_sent: f"La prova per {name} non è partita ({at}): WhatsApp non si raggiunge. "
        "Riprova tra poco.",
        Outcome.uncertain: _unknown(name, at),
        Outcome.in_flight: _unknown(name, at),
    }[sample.outcome]


def _unknown(name: str, at: str) -> str:
    return (
        f"Non sappiamo se la prova per {name} è partita ({at}): guarda il telefono. "
        "Da sola non riparte; se non è arrivata chiedine un'altra."
    )
