"""A welcome that could not leave in time goes as a template: after 24 hours a free text is refused.

So it is after an outage, or when the provider brings an ATTIVA days later. Then we begin to write, and not
the citizen: never at night, never to who has left, never before what they wrote meanwhile is read.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from db import claims, replies
from db import provider as templates
from db.claims import Queued
from db.recipients import Address
from db.replies import LATE_WELCOME, WELCOME
from flows.bulletin.language.dates import giorno_ora
from flows.sending import provider
from flows.settings import Settings
from flows.whatsapp.account_templates import USABLE
from flows.whatsapp.messages import Category, OutgoingTemplate

WINDOW = timedelta(hours=24)  # a free text is allowed this long after the citizen's last message (131047)
NOTICE = "informativa"  # the page that its button opens
UNREAD = timedelta(minutes=1)  # between two looks at whether what they wrote is read
PATIENCE = timedelta(hours=1)  # with it
APPROVED = USABLE | {"unknown"}  # nobody told us of it: the provider will


def is_closed(answer: Queued, now: datetime) -> bool:
    """Whether a free text would be refused."""
    return answer.last_inbound_at is None or now - answer.last_inbound_at >= WINDOW


def welcomes(
    settings: Settings, session: Session, taken: Sequence[Queued], *, now: datetime
) -> tuple[dict[int, Category], set[int]]:
    """Of answers that this transaction holds: those that leave as the template, and those put off."""
    late = [answer for answer in taken if _is_late(answer, now)]
    if not late:
        return {}, set()
    template = templates.find(session, LATE_WELCOME, settings.profile.whatsapp.language)
    if template and template.status not in APPROVED:
        return {}, set()
    unread = claims.speaking(session, late)
    given_up = {delivery_id for delivery_id, since in unread.items() if now - since > PATIENCE}
    welcome_ids = {answer.delivery_id for answer in late} - given_up
    morning = settings.profile.urgent.quiet.over_at(now)
    put_off = welcome_ids if morning > now else welcome_ids & unread.keys()
    claims.defer(session, sorted(put_off), until=max(morning, now + UNREAD))
    leaving = sorted(welcome_ids - put_off)
    replies.late(session, leaving)
    return dict.fromkeys(leaving, provider.category(settings, session, LATE_WELCOME)), put_off


def _is_late(answer: Queued, now: datetime) -> bool:
    is_welcome = answer.reply == LATE_WELCOME or (answer.reply == WELCOME and is_closed(answer, now))
    return is_welcome and answer.is_active and answer.opted_in_at is not None


def message(
    settings: Settings, answer: Queued, address: Address, opaque: str, category: Category
) -> OutgoingTemplate:
    """ValueError when no message can go to this address."""
    assert answer.opted_in_at, "welcomes() chose it"  # noqa: S101
    return OutgoingTemplate(
        to=address.phone,
        bsuid=address.bsuid,
        name=LATE_WELCOME,
        language=settings.profile.whatsapp.language,
        category=category,
        parameters=(giorno_ora(answer.opted_in_at),),
        button_suffix=NOTICE,
        opaque=opaque,
    )
