"""SMS to editors behind a small interface; its first form is a gateway that makes an SMS of an e-mail.

What comes back never holds the number: a mail server quotes the address that it refuses, and that is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import phonenumbers
from pydantic import SecretStr

from db.models import CallStatus
from flows.profiles.mail import Sms
from flows.settings import Settings
from flows.staff.mail import server
from flows.staff.smtp import MailCutOff, MailTrouble, Outgoing, send


@dataclass(frozen=True)
class Text:
    """One SMS. `identity` is the same at every try."""

    identity: str
    to: SecretStr  # E.164
    text: str


@dataclass(frozen=True)
class Result:
    """What became of it: accepted, refused, queued (surely not sent), uncertain; a code and never words."""

    status: CallStatus
    code: str | None = None


class SmsProvider(Protocol):
    """A service that sends SMS. Trouble is told in the answers, one a text in their order, never raised."""

    def send(self, texts: Sequence[Text], *, now: datetime) -> list[Result]: ...


class MailGateway:
    """Hands each SMS to the mail server, addressed as the gateway wants it."""

    def __init__(self, settings: Settings, sms: Sms) -> None:
        self.settings, self.sms = settings, sms

    def send(self, texts: Sequence[Text], *, now: datetime) -> list[Result]:
        mail = self.settings.profile.mail
        if mail is None:
            return [Result(CallStatus.refused, "no_mail_server")] * len(texts)
        outgoing = [
            Outgoing(
                identity=text.identity,
                sender=self.sms.sender or mail.sender,
                sender_name="",
                to=address(self.sms.gateway, text.to),
                to_name="",
                subject="",
                text=text.text,
                is_plain=True,
            )
            for text in texts
        ]
        results: list[Result] = []
        try:
            for _, refusal in send(server(self.settings, mail), outgoing, now=now):
                if refusal is None:
                    results.append(Result(CallStatus.accepted))
                else:
                    to = CallStatus.refused if refusal.is_final else CallStatus.queued
                    results.append(Result(to, str(refusal.code) if refusal.code else "invalid_address"))
        except MailCutOff:  # while one was on its way; those after it never left
            results.append(Result(CallStatus.uncertain, "mail_server_went_away"))
        except MailTrouble:
            pass  # the rest is told below: nothing of it left
        return [*results, *[Result(CallStatus.queued, "mail_server")] * (len(texts) - len(results))]


def address(gateway: str, phone: SecretStr) -> str:
    """Where a mail for that number goes."""
    parsed = phonenumbers.parse(phone.get_secret_value())
    national = str(parsed.national_number)
    return gateway.format(number=f"{parsed.country_code}{national}", national=national)


def provider(settings: Settings) -> SmsProvider | None:
    """The profile's; None where it names none."""
    sms = settings.profile.sms
    return MailGateway(settings, sms) if sms is not None else None
