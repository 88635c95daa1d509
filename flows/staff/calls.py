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

from db import call_outbox
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
    channels = []
    if phone := phone_of(settings, editor):
        hint = f"…{phone.get_secret_value()[-3:]}"
        if settings.profile.channel.uses_api:
            channels.append((CallChannel.whatsapp, hint))
        if settings.profile.sms is not None:
            channels.append((CallChannel.sms, hint))
    if settings.profile.mail is not None:
        channels.append((CallChannel.email, ""))
    return channels


def place(settings: Settings, engine: Engine, leaving: Sequence[Leaving], *, now: datetime) -> list[str]:
    """Let calls in flight leave, and store what came of each; what went wrong, in Italian.

    One channel that fails, in whatever way, never costs the other.
    """
    lines = []
    for channel, send in (
        (CallChannel.whatsapp, partial(_by_whatsapp, settings, engine)),
        (CallChannel.sms, partial(_by_sms, settings)),
    ):
        own = [departure for departure in leaving if departure.call.channel == channel]
        if not own:
            continue
        try:
            results = send(own, now)
        except Exception as exc:  # noqa: BLE001  nobody knows how far it came: not tried again
            LOG.error("calls by %s: %s", channel, type(exc).__name__)  # its text may quote a number
            results = [sms.Result(CallStatus.uncertain, type(exc).__name__)] * len(own)
        for departure, result in zip(own, results, strict=True):
            lines += _settle(engine, departure.call, result, now)
    return lines


def _settle(engine: Engine, call: Call, result: sms.Result, now: datetime) -> list[str]:
    again = result.status == CallStatus.queued
    to = CallStatus.refused if again and call.tries >= TRIES else result.status
    with transaction(engine) as session:
        call_outbox.settle(session, call.id, to, code=result.code, now=now)
    if to == CallStatus.accepted:
        return []
    words = {
        CallStatus.queued: "non è partita, si riprova",
        CallStatus.refused: "NON RIUSCITA",
        CallStatus.uncertain: "forse arrivata",
    }[to]
    return [f"chiamata a {call.editor} per {CHANNELS[call.channel]}: {words} ({result.code})"]


def _by_whatsapp(
    settings: Settings, engine: Engine, leaving: Sequence[Leaving], _now: datetime
) -> list[sms.Result]:
    frame, language = settings.frame(TEMPLATE), settings.profile.whatsapp.language
    messages = [
        OutgoingTemplate(
            to=departure.phone.get_secret_value(),
            bsuid=None,
            name=TEMPLATE,
            language=language,
            category=departure.category,
            parameters=departure.summons.values(frame),
            button_suffix=departure.summons.link.rpartition("/")[2],
            opaque=str(departure.call.id),
        )
        for departure in leaving
    ]
    # what is not told in the end may have left
    results = {message.opaque: sms.Result(CallStatus.uncertain, "no_answer") for message in messages}

    def store(message: OutgoingTemplate, outcome: PostOutcome) -> None:
        results[message.opaque] = _result(outcome)

    asyncio.run(single.post(settings, engine, messages, Priority.alert, store))
    return list(results.values())


def _result(outcome: PostOutcome) -> sms.Result:
    code = outcome.code or outcome.reason or (str(outcome.http_status) if outcome.http_status else None)
    if outcome.kind == "refused":
        again = outcome.action in RESENDS
        return sms.Result(CallStatus.queued if again else CallStatus.refused, code)
    kinds = {
        "accepted": CallStatus.accepted,
        "not_sent": CallStatus.queued,
        "uncertain": CallStatus.uncertain,
    }
    return sms.Result(kinds[outcome.kind], None if outcome.kind == "accepted" else code)


def _by_sms(settings: Settings, leaving: Sequence[Leaving], now: datetime) -> list[sms.Result]:
    service = sms.provider(settings)
    if service is None:  # taken out of the profile since
        return [sms.Result(CallStatus.refused, "no_sms_service")] * len(leaving)
    words = settings.texts["sms"]
    texts = [
        sms.Text(
            f"chiamata-{departure.call.id}", departure.phone, departure.summons.sms(words["turno_urgente"])
        )
        for departure in leaving
    ]
    return service.send(texts, now=now)
