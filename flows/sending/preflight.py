"""What is looked at before a send: our rows, the witness outside, and two questions to the provider."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Engine
from sqlmodel import Session

from db import account, reach, recipients, starts, templates
from db.engine import reading
from db.handovers import LIST_SIZE
from db.models import Bulletin, BulletinKind, BulletinStatus, HandoverKind
from flows.dispatching import checks, money, witness
from flows.dispatching.checks import Preflight, Reach
from flows.dispatching.sender import Order
from flows.settings import Settings
from flows.whatsapp.account import NumberState, TemplateState, TokenError, ask_number, ask_template
from flows.whatsapp.errors import WhatsAppError

MINUTE, DAY, WEEK = timedelta(minutes=1), timedelta(hours=24), timedelta(days=7)
ALERTS = (BulletinKind.urgent, BulletinKind.all_clear)
TEXT_CHECK = checks.Check(
    "Testo e orario",
    checks.Verdict.good,
    "Il testo è quello del sigillo, il momento è quello previsto o deciso da una persona.",
)

Found = TypeVar("Found")


@dataclass(frozen=True)
class Provider:
    """What the provider answered; what it did not is None, with the trouble."""

    number: NumberState | None
    template: TemplateState | None
    number_trouble: str = ""
    template_trouble: str = ""
    is_token_dead: bool = False

    @property
    def trouble(self) -> str:
        """Why nothing is known of the token: one answer of two proves it."""
        return self.number_trouble if self.number_trouble and self.template_trouble else ""


def look(
    settings: Settings,
    engine: Engine,
    order: Order,
    *,
    site: Sequence[str] | None,
    has_server: bool,
    now: datetime,
) -> Preflight:
    """Make every check; changes nothing, and holds no transaction while it asks.

    Args:
        order: checked against its seal and its time (`dispatch.prepare`).
        site: what the pages say otherwise by now, a sentence each; None when they were not read again.
        has_server: whether a Prefect server is there to be asked for its witness.
    """
    outside = witness.hear(witness.places(settings, has_server=has_server))
    if order.by_hand is not None:
        return _by_hand(engine, order, order.by_hand, site, outside)
    told = ask(settings, order)
    with reading(engine) as session:
        bulletin = session.get_one(Bulletin, order.bulletin_id)
        is_alert = bulletin.kind in ALERTS
        said = account.said(session)
        known = templates.find(session, order.message.template, order.message.language)
        number, limit_since = checks.limit_of(told.number, said)
        count = _reach(session, bulletin, number.limit if number else None, now)
        last = reach.last_sent(session, besides=[bulletin.id])
        heard = reach.heard_of(session, last) if last else None
        cost = money.estimate(settings, count.to_write, _category(order, told))
        return Preflight(
            (
                TEXT_CHECK,
                checks.check_site(site),
                checks.check_witness(outside, starts.last_number(session)),
                checks.check_token(told.trouble, told.is_token_dead),
                checks.check_template(
                    settings.templates[order.message.template], told.template, told.template_trouble, known
                ),
                checks.check_number(told.number, told.number_trouble, said),
                checks.check_quota(number, count, is_alert=is_alert, since=limit_since),
                checks.check_webhook(
                    (last.id, last.sent_at or last.status_at) if last else None,
                    heard,
                    now,
                    is_alert=is_alert,
                ),
                checks.check_ceiling(
                    settings.profile.prices,
                    money.this_month(settings, session, now),
                    cost,
                    is_bulletin=bulletin.kind == BulletinKind.ordinary,
                ),
            )
        )


def _by_hand(
    engine: Engine, order: Order, kind: HandoverKind, site: Sequence[str] | None, outside: witness.Heard
) -> Preflight:
    """What holds whoever sends it: nothing is asked of a provider that does not."""
    with reading(engine) as session:
        bulletin = session.get_one(Bulletin, order.bulletin_id)
        is_new = bulletin.status == BulletinStatus.approved
        people = (
            recipients.head_count(session, bulletin)
            if is_new
            else reach.count(session, reach.still_queued(bulletin.id))
        )
        return Preflight(
            (
                TEXT_CHECK,
                checks.check_site(site),
                checks.check_witness(outside, starts.last_number(session)),
                checks.check_lists(kind, people, LIST_SIZE),
            )
        )


def ask(settings: Settings, order: Order) -> Provider:
    """The two questions to the provider; trouble is told, never raised."""
    whatsapp = settings.profile.whatsapp
    token = settings.secrets.whatsapp_token.get_secret_value()
    headers = {whatsapp.auth_header: f"{whatsapp.auth_scheme} {token}".strip()}
    base = whatsapp.base
    number, trouble, is_dead = _try(lambda: ask_number(base, whatsapp.phone_number_id, headers))
    message = order.message
    template, other, is_also_dead = _try(
        lambda: ask_template(base, whatsapp.waba_id, message.template, message.language, headers)
    )
    return Provider(number, template, trouble, other, is_dead or is_also_dead)


def _try(question: Callable[[], Found]) -> tuple[Found | None, str, bool]:
    try:
        return question(), "", False
    except WhatsAppError as exc:
        return None, str(exc), isinstance(exc, TokenError)


def _category(order: Order, told: Provider) -> str:
    return told.template.category if told.template else order.category


def _reach(session: Session, bulletin: Bulletin, limit: int | None, now: datetime) -> Reach:
    """A resumed send has its recipients already: those whom nobody tried."""
    if bulletin.status == BulletinStatus.approved:
        people = recipients.ids_of(session, bulletin)
    else:
        people = reach.still_queued(bulletin.id)
    since = now - DAY
    new, recent = (
        reach.not_written_to(session, people, since=since),
        reach.written_to(session, since=since),
    )
    too_many = new + recent - limit if limit is not None else 0
    first = reach.one_less(session, people, nth=too_many, since=since) if too_many > 0 else None
    return Reach(
        to_write=reach.count(session, people),
        new=new,
        recent=recent,
        joined=reach.joined(session, since=now - WEEK),
        room_at=first + DAY + MINUTE if first else None,
    )
