"""The text on a telephone before its send: an editor's who asks, or those of recipients marked as test.

At most once, as every message: a sample is asked for in the transaction that stores the answer, its start is
committed before the POST, and what was started is never sent again, whatever became of the process. A test
send needs no approval and is in no certificate; whoever got it gets the real one too.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, recipients, samples
from db.engine import transaction
from db.models import Bulletin, BulletinVersion, Outcome, Recipient, RecipientStatus, Sample
from db.rate import Priority
from db.recipients import Address
from db.vault import VaultError
from flows.bulletin.language.dates import in_rome
from flows.privacy import basis
from flows.profiles.comune import Editor
from flows.sending import provider, single
from flows.sending.drain import DispatchError, Order, addressed
from flows.sending.seal import message_of
from flows.settings import Settings, SettingsError
from flows.whatsapp.client import PostOutcome
from flows.whatsapp.errors import explain
from flows.whatsapp.messages import OutgoingTemplate

MOST_SAMPLES = 5  # of one bulletin ...
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
    if len(before) >= MOST_SAMPLES:
        again = in_rome(before[-MOST_SAMPLES] + WITHIN)
        return (
            f"La prova non è partita: in un'ora se ne possono chiedere {MOST_SAMPLES}. "
            f"Riprova dopo le {again:%H:%M}."
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


def _asker(settings: Settings, sample: Sample) -> Editor | None:
    """None where the profile names them no more."""
    return next((editor for editor in settings.profile.editors if editor.id == sample.editor), None)


def _addressed(
    settings: Settings, session: Session, bulletin: Bulletin, sample: Sample
) -> OutgoingTemplate | None:
    """None where its editor or the number is gone from profile and environment by now."""
    editor = _asker(settings, sample)
    try:
        phone = settings.editor_phone(editor) if editor else None
    except SettingsError:
        phone = None
    version = bulletins.version_of(session, bulletin.id, sample.version_number)
    if phone is None or version is None:
        return None
    message = message_of(settings, bulletin, bulletins.items(session, version), sample.asked_at)
    category = provider.category(settings, session, message.template)
    address = Address(phone=phone.get_secret_value())
    return addressed(Order(bulletin.id, bulletin.kind, message, category), address, str(sample.id), category)


def _post(settings: Settings, engine: Engine, messages: Sequence[OutgoingTemplate]) -> Counter[str]:
    """Store what came of each as soon as it is known; how many ended how, with the code."""
    ends: Counter[str] = Counter()

    def store(message: OutgoingTemplate, answer: PostOutcome) -> None:
        code = answer.code or answer.reason
        ends[f"{answer.kind} {code or ''}".strip()] += 1
        with transaction(engine) as session:
            samples.finish(session, UUID(message.opaque), Outcome(answer.kind), code)

    asyncio.run(single.post(settings, engine, messages, Priority.answer, store))
    return ends


def sentence(settings: Settings, session: Session, bulletin_id: int, version_number: int) -> str:
    """What came of the sample that made this version, in Italian; "" where none was asked for."""
    sample = samples.of_version(session, bulletin_id, version_number)
    if sample is None:
        return ""
    editor = _asker(settings, sample)
    name = editor.name if editor else "chi l'ha chiesta"
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


MOST_TEST_PEOPLE = 20  # people: what nobody has approved must not reach a town by a list of tests


def mark(settings: Settings, engine: Engine, address: Address, *, is_test: bool) -> int:
    """Mark a subscriber as test, or no more; how many are marked then."""
    with transaction(engine) as session:
        recipient = recipients.find(session, settings.vault(), address)
        if recipient is None or (is_test and recipient.status != RecipientStatus.active):
            raise DispatchError("Questo numero non è iscritto: prima deve scrivere ATTIVA.")
        marked = recipients.marked_as_test(session)
        if is_test and recipient not in marked and len(marked) >= MOST_TEST_PEOPLE:
            raise DispatchError(
                f"I numeri di prova sono già {MOST_TEST_PEOPLE}: toglierne uno prima (--off)."
            )
        recipient.is_test = is_test
        session.add(recipient)
        session.flush()
        return len(recipients.marked_as_test(session))


@dataclass(frozen=True)
class Trial:
    order: Order
    version: int
    to: list[Recipient]


def plan(settings: Settings, session: Session, bulletin_id: int, *, now: datetime) -> Trial:
    """The latest text of a bulletin, whatever its status, and who would get it.

    Raises:
        DispatchError: there is no text, or nobody to get it.
    """
    if gap := basis.missing(settings):
        raise DispatchError(gap)
    bulletin = bulletins.locked(session, bulletin_id)
    version = bulletins.latest(session, bulletin_id)
    to = recipients.marked_as_test(session)
    if version is None:
        raise DispatchError(f"Il bollettino {bulletin_id} non ha ancora un testo.")
    if not to:
        raise DispatchError(
            "Nessun numero di prova: segnane uno con `python -m flows subscribers test NUMERO`."
        )
    message = message_of(settings, bulletin, bulletins.items(session, version), now)
    category = provider.category(settings, session, message.template)
    return Trial(Order(bulletin_id, bulletin.kind, message, category), version.number, to)


def send(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> Counter[str]:
    """One message to each, its start committed before the POST; how many ended how, with the code.

    One whose number no key opens costs the others nothing.
    """
    outgoing: list[OutgoingTemplate] = []
    unreadable: Counter[str] = Counter()
    with transaction(engine) as session:
        trial = plan(settings, session, bulletin_id, now=now)
        for recipient in trial.to:
            try:
                address = recipients.open_address(settings.vault(), recipient)
            except VaultError:
                unreadable["refused unreadable_address"] += 1
                continue
            sample = samples.begin(session, bulletin_id, trial.version, now=now)
            outgoing.append(addressed(trial.order, address, str(sample.id), trial.order.category))
    return unreadable + _post(settings, engine, outgoing)
