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
from flows.whatsapp.account import USABLE
from flows.whatsapp.messages import Category, OutgoingTemplate

WINDOW = timedelta(hours=24)  # a free text is allowed this long after the citizen's last message (131047)
NOTICE = "informativa"  # the page that its button opens
UNREAD = timedelta(minutes=1)  # between two looks at whether what they wrote is read
PATIENCE = timedelta(hours=1)  # with it
APPROVED = USABLE | {"unknown"}  # nobody told us of it: the provider will


def is_closed(one: Queued, now: datetime) -> bool:
    """Whether a free text would be refused."""
    return one.last_inbound_at is None or now - one.last_inbound_at >= WINDOW


def welcomes(
    session: Session, settings: Settings, taken: Sequence[Queued], *, now: datetime
) -> tuple[dict[int, Category], set[int]]:
    """Of answers that this transaction holds: those that leave as the template, and those put off."""
    late = [one for one in taken if _is_late(one, now)]
    if not late:
        return {}, set()
    known = templates.find(session, LATE_WELCOME, settings.profile.whatsapp.language)
    if known and known.status not in APPROVED:
        return {}, set()
    unread = claims.speaking(session, late)
    given_up = {number for number, since in unread.items() if now - since > PATIENCE}
    ours = {one.delivery_id for one in late} - given_up
    morning = settings.profile.urgent.quiet.over_at(now)
    put_off = ours if morning > now else ours & unread.keys()
    claims.defer(session, sorted(put_off), until=max(morning, now + UNREAD))
    going = sorted(ours - put_off)
    replies.late(session, going)
    return dict.fromkeys(going, provider.category(settings, session, LATE_WELCOME)), put_off


def _is_late(one: Queued, now: datetime) -> bool:
    is_welcome = one.reply == LATE_WELCOME or (one.reply == WELCOME and is_closed(one, now))
    return is_welcome and one.is_active and one.opted_in_at is not None


def message(
    settings: Settings, one: Queued, address: Address, opaque: str, category: Category
) -> OutgoingTemplate:
    """ValueError when no message can go to this address."""
    assert one.opted_in_at, "welcomes() chose it"  # noqa: S101
    return OutgoingTemplate(
        to=address.phone,
        bsuid=address.bsuid,
        name=LATE_WELCOME,
        language=settings.profile.whatsapp.language,
        category=category,
        parameters=(giorno_ora(one.opted_in_at),),
        button_suffix=NOTICE,
        opaque=opaque,
    )
