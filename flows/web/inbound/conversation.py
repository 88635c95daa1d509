"""What a citizen's message changes, and what they are answered.

Danger comes first: whoever may need help is told at once that nobody reads here. Leaving comes before
joining.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from db import deliveries, number_changes, recipients, replies, weather_alerts
from db.ledger import Ledger
from db.models import Consent, Level, Recipient, RecipientStatus, Scope
from db.recipients import Address
from flows.bulletin.alerts.statements import standing
from flows.settings import Settings
from flows.web.ground import texts
from flows.web.inbound import info
from flows.whatsapp.updates import InboundMessage
from flows.whatsapp.words.commands import Command, command, hints_at_leaving
from flows.whatsapp.words.courtesy import deserves_an_answer
from flows.whatsapp.words.danger import is_danger

# each answer has a price, and two machines could talk for ever
DANGER_EVERY = timedelta(minutes=10)
COURTESY_EVERY = timedelta(days=1)
MOST_AN_HOUR = 10  # answers of any other kind, but for an exit that takes effect
YES_WITHIN = timedelta(hours=24)  # where ATTIVA is asked about once more
CHANGES = {
    Command.ATTIVA: Consent.opt_in,
    Command.SOLO_ALLERTE: Consent.alerts_only,
    Command.DISATTIVA: Consent.opt_out,
    Command.CANCELLAMI: Consent.erase,
}

log = logging.getLogger(__name__)


def answer(settings: Settings, session: Session, message: InboundMessage, *, now: datetime) -> None:
    """Act on one message and queue its answer, within the caller's transaction."""
    ledger = settings.ledger()
    address = Address(message.phone, message.bsuid)
    recipient = recipients.note_inbound(session, ledger.vault, address, at=message.at, now=now)
    _Turn(settings, session, ledger, address, recipient, message, now).take()


@dataclass(frozen=True)
class _Turn:
    settings: Settings
    session: Session
    ledger: Ledger
    address: Address
    recipient: Recipient
    message: InboundMessage
    now: datetime

    def take(self) -> None:
        text = self.message.text or ""
        asked = command(text)
        if asked == Command.CONFERMA and not self._waits_for_a_yes():
            asked = None
        if is_danger(text):
            self._warn()  # and whoever wants to leave leaves all the same
        if asked in CHANGES or asked == Command.CONFERMA:
            self._change(asked)
        elif asked == Command.INFO:
            self._queue(*info.info(self.settings, self.session, self.ledger, self.recipient))
        elif asked == Command.AIUTO:
            self._say("aiuto")
        else:
            self._free_text(text)

    def _change(self, asked: Command) -> None:
        if self.ledger.outdated(
            self.session, self.address, at=self.message.at, event=CHANGES.get(asked, Consent.opt_in)
        ):
            self._record(asked)
            log.info("inbound: an outdated %s is in the ledger and changes nothing", asked.name)
        elif asked == Command.CONFERMA:
            self._join(self.recipient.scope)
        elif asked in (Command.ATTIVA, Command.SOLO_ALLERTE):
            self._ask_or_join(asked)
        else:
            self._leave(asked)

    def _ask_or_join(self, asked: Command) -> None:
        scope = Scope.alerts if asked == Command.SOLO_ALLERTE else Scope.everything
        if self.settings.profile.privacy.double_opt_in and self.recipient.status != RecipientStatus.active:
            self.recipient.scope, self.recipient.asked_at = scope, self.now
            self.session.add(self.recipient)
            self._say("conferma_doppia")
        else:
            self._join(scope)

    def _join(self, scope: Scope) -> None:
        confirmed = self.recipient.asked_at is not None
        self._record(Command.SOLO_ALLERTE if scope == Scope.alerts else Command.ATTIVA, with_yes=confirmed)
        vault = self.ledger.vault
        recipient, is_new = recipients.opt_in(self.session, vault, self.address, scope=scope, now=self.now)
        if scope == Scope.alerts:
            self._say("solo_allerte")
        elif is_new or recipient.opted_in_at is None:
            self._say("benvenuto")
        else:
            self._say("gia_attiva", data_iscrizione=texts.day_and_year(recipient.opted_in_at))

    def _leave(self, asked: Command) -> None:
        has_history = bool(self.ledger.history(self.session, self.address))
        self._record(asked)
        self.ledger.outlive_resume(self.session, self.address, at=self.message.at)
        has_left = asks_anew = False
        for row in recipients.matching(self.session, self.ledger.vault, self.address):
            has_left |= recipients.opt_out(self.session, row, now=self.now)
            if asked == Command.CANCELLAMI:
                asks_anew |= row.erasure_asked_at is None
                row.erasure_asked_at = self.now
                self.session.add(row)
                number_changes.forget_earlier(
                    self.session, self.ledger, row, at=self.message.at, now=self.now
                )
        if has_left:
            replies.exited(self.session, self.recipient.id, now=self.now)
        # what takes effect is confirmed, however much was said before: silence looks as if it did not
        if asked == Command.CANCELLAMI and (has_left or has_history):
            self._say("cancellazione", always=has_left or asks_anew)
        else:
            self._say("arrivederci" if has_left else "non_iscritto", always=has_left)

    def _free_text(self, text: str) -> None:
        during_alert = alert_in_force(self.settings, self.session, now=self.now)
        asks = deserves_an_answer(self.message, during_alert=during_alert)
        if deserves_an_answer(self.message):
            replies.replied(self.session, self.recipient.id, now=self.now)
        if asks and during_alert:
            self._warn()
        if hints_at_leaving(text):
            self._say_once("stop_dubbio", COURTESY_EVERY, "stop_dubbio")
        elif asks and not during_alert and not is_danger(text):
            is_active = self.recipient.status == RecipientStatus.active
            name = "cortesia" if is_active else "cortesia_non_iscritto"
            self._say_once(name, COURTESY_EVERY, "cortesia", "cortesia_non_iscritto")

    def _warn(self) -> None:
        self._say_once(replies.URGENT, DANGER_EVERY, replies.URGENT, always=True)

    def _say_once(self, name: str, every: timedelta, *names: str, always: bool = False) -> None:
        """Unless one of these answers was given within that time; `always`: whatever else was said."""
        since = self.now - every
        if not replies.since(self.session, self.recipient.id, since, names=names):
            self._say(name, always=always)

    def _say(self, name: str, *, always: bool = False, **values: str) -> None:
        self._queue(name, texts.reply(self.settings, name, **values), always=always)

    def _queue(self, name: str, body: str, *, always: bool = False) -> None:
        hour = self.now - timedelta(hours=1)
        if not always and replies.since(self.session, self.recipient.id, hour) >= MOST_AN_HOUR:
            log.info("inbound: no more answers to one number for now (%s)", name)
            return
        deliveries.queue_reply(self.session, self.recipient.id, name, body, now=self.now)

    def _record(self, asked: Command, *, with_yes: bool = False) -> None:
        if asked != Command.CONFERMA:  # late: what it confirmed was overtaken
            record(self.session, self.ledger, self.address, self.message, asked, with_yes=with_yes)

    def _waits_for_a_yes(self) -> bool:
        asked_at = self.recipient.asked_at
        return asked_at is not None and self.now - asked_at < YES_WITHIN


def record(
    session: Session,
    ledger: Ledger,
    address: Address,
    message: InboundMessage,
    asked: Command,
    *,
    with_yes: bool = False,
) -> None:
    """Enter a word to join or to leave into the ledger, which holds no number."""
    word = f"{asked.value}, SI" if with_yes else asked.value
    source, at = "whatsapp", message.at
    ledger.record(session, address, CHANGES[asked], word=word, source=source, message_id=message.id, at=at)


def note_only(session: Session, ledger: Ledger, message: InboundMessage) -> None:
    """Record the word, and nothing else: of what somebody wrote before an erasure nothing else comes."""
    if (asked := command(message.text or "")) in CHANGES:
        record(session, ledger, Address(message.phone, message.bsuid), message, asked)
    log.info("inbound: written before an erasure; nothing comes of it")


def alert_in_force(settings: Settings, session: Session, *, now: datetime) -> bool:
    """Whether any issuer says orange or red of the Comune's zones for this very moment."""
    rows = weather_alerts.not_over(session, settings.profile.alert_zones, now=now)
    return any(
        span.onset <= now < span.expires and span.rank >= Level.arancione.rank for span in standing(rows, now)
    )
