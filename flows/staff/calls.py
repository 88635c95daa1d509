"""Calls of editors by WhatsApp, SMS and e-mail: which ways lead to whom, and what came of each.

At most once: a call is in flight, committed, before it leaves. It is no Delivery: no citizen's ledger and no
certificate knows of it. A number is looked up when a call leaves and is stored nowhere.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from pydantic import SecretStr
from sqlalchemy import Engine

from db import calls
from db.engine import transaction
from db.models import Call, CallChannel, CallStatus
from db.rate import Priority
from flows.profiles.comune import Editor
from flows.sending import single
from flows.settings import Settings, SettingsError
from flows.staff import sms
from flows.staff.call_text import Summons
from flows.whatsapp.client import PostOutcome
from flows.whatsapp.errors import RESENDS
from flows.whatsapp.messages import Category, OutgoingTemplate

LOG = logging.getLogger(__name__)
TEMPLATE = "redazione_urgente"
TRIES = 3  # of one call that surely did not leave
CHANNELS = {CallChannel.whatsapp: "WhatsApp", CallChannel.sms: "SMS", CallChannel.email: "e-mail"}


@dataclass(frozen=True)
class Leaving:
    """A call in flight: stored, committed, about to leave."""

    call: Call
    summons: Summons
    phone: SecretStr = field(repr=False)
    category: Category  # the provider's latest word on the template decides the endpoint


def phone_of(settings: Settings, editor: Editor) -> SecretStr | None:
    """None, too, where what is given is no number: `settings.warnings` tells it."""
    try:
        return settings.editor_phone(editor)
    except SettingsError as exc:
        LOG.error("%s", exc)  # names the variable, never its value
        return None


def ways(settings: Settings, editor: Editor) -> list[tuple[CallChannel, str]]:
    """The channels that lead to an editor, each with the end of the number; the fastest first."""
    found = []
    if phone := phone_of(settings, editor):
        hint = f"…{phone.get_secret_value()[-3:]}"
        if settings.profile.channel.uses_api:
            found.append((CallChannel.whatsapp, hint))
        if settings.profile.sms is not None:
            found.append((CallChannel.sms, hint))
    if settings.profile.mail is not None:
        found.append((CallChannel.email, ""))
    return found


def place(settings: Settings, engine: Engine, leaving: Sequence[Leaving], *, now: datetime) -> list[str]:
    """Let calls in flight leave, and store what came of each; what went wrong, in Italian.

    One channel that fails, in whatever way, never costs the other.
    """
    told = []
    for channel, send in ((CallChannel.whatsapp, partial(_by_whatsapp, engine)), (CallChannel.sms, _by_sms)):
        mine = [one for one in leaving if one.call.channel == channel]
        if not mine:
            continue
        try:
            answers = send(settings, mine, now)
        except Exception as exc:  # noqa: BLE001  nobody knows how far it came: not tried again
            LOG.error("calls by %s: %s", channel, type(exc).__name__)  # its text may quote a number
            answers = [sms.Answer(CallStatus.uncertain, type(exc).__name__)] * len(mine)
        for one, answer in zip(mine, answers, strict=True):
            told += _settle(engine, one.call, answer, now)
    return told


def _settle(engine: Engine, call: Call, answer: sms.Answer, now: datetime) -> list[str]:
    again = answer.status == CallStatus.queued
    to = CallStatus.refused if again and call.tries >= TRIES else answer.status
    with transaction(engine) as session:
        calls.settle(session, call.id, to, code=answer.code, now=now)
    if to == CallStatus.accepted:
        return []
    words = {
        CallStatus.queued: "non è partita, si riprova",
        CallStatus.refused: "NON RIUSCITA",
        CallStatus.uncertain: "forse arrivata",
    }[to]
    return [f"chiamata a {call.editor} per {CHANNELS[call.channel]}: {words} ({answer.code})"]


def _by_whatsapp(
    engine: Engine, settings: Settings, leaving: Sequence[Leaving], _now: datetime
) -> list[sms.Answer]:
    frame, language = settings.frame(TEMPLATE), settings.profile.whatsapp.language
    messages = [
        OutgoingTemplate(
            to=one.phone.get_secret_value(),
            bsuid=None,
            name=TEMPLATE,
            language=language,
            category=one.category,
            parameters=one.summons.values(frame),
            button_suffix=one.summons.link.rpartition("/")[2],
            opaque=str(one.call.id),
        )
        for one in leaving
    ]
    # what is not told in the end may have left
    answers = {one.opaque: sms.Answer(CallStatus.uncertain, "no_answer") for one in messages}

    def store(message: OutgoingTemplate, outcome: PostOutcome) -> None:
        answers[message.opaque] = _answer(outcome)

    asyncio.run(single.post(settings, engine, messages, Priority.alert, store))
    return list(answers.values())


def _answer(outcome: PostOutcome) -> sms.Answer:
    code = outcome.code or outcome.reason or (str(outcome.http_status) if outcome.http_status else None)
    if outcome.kind == "refused":
        again = outcome.action in RESENDS
        return sms.Answer(CallStatus.queued if again else CallStatus.refused, code)
    kinds = {
        "accepted": CallStatus.accepted,
        "not_sent": CallStatus.queued,
        "uncertain": CallStatus.uncertain,
    }
    return sms.Answer(kinds[outcome.kind], None if outcome.kind == "accepted" else code)


def _by_sms(settings: Settings, leaving: Sequence[Leaving], now: datetime) -> list[sms.Answer]:
    service = sms.provider(settings)
    if service is None:  # taken out of the profile since
        return [sms.Answer(CallStatus.refused, "no_sms_service")] * len(leaving)
    words = settings.texts["sms"]
    texts = [
        sms.Text(f"chiamata-{one.call.id}", one.phone, one.summons.sms(words["turno_urgente"]))
        for one in leaving
    ]
    return service.send(texts, now=now)
