"""What is looked at before a send: our rows, the witness outside, and a few questions to the provider."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar, get_args

from sqlalchemy import Engine
from sqlmodel import Session

from db import audience_limits, bulletins, provider, recipients, senders, weather_alerts
from db.engine import reading
from db.handovers import LIST_SIZE
from db.models import AccountWord, Bulletin, BulletinKind, BulletinStatus, HandoverKind
from flows.bulletin.language.dates import in_rome
from flows.sending import checks, costs, remote_templates, witness
from flows.sending.checks import Preflight, Reach
from flows.sending.drain import Order
from flows.sending.outbox import ALERTS
from flows.sending.provider import account_headers
from flows.sending.witness import Place
from flows.settings import Settings
from flows.whatsapp.account import NumberState, ask_number, ask_terms
from flows.whatsapp.account_templates import TemplateState, ask_template
from flows.whatsapp.errors import NowhereError, TokenError, WhatsAppError
from flows.whatsapp.messages import Category

MINUTE, DAY, WEEK = timedelta(minutes=1), timedelta(hours=24), timedelta(days=7)
TEXT_CHECK = checks.Check(
    "Testo e orario",
    checks.Verdict.good,
    "Il testo è quello del sigillo, il momento è quello previsto o deciso da una persona.",
)

Value = TypeVar("Value")


@dataclass(frozen=True)
class Provider:
    """What the provider answered; what it did not is None, with the trouble."""

    number: NumberState | None
    template: TemplateState | None
    terms: str | None = None  # of the Marketing Messages API; asked for a marketing template only
    number_trouble: str = ""
    template_trouble: str = ""
    terms_trouble: str = ""
    is_token_dead: bool = False
    is_nowhere: bool = False  # what answers at this address is no API of Meta's

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
    places: Sequence[Place],
    now: datetime,
) -> Preflight:
    """Make every check; changes nothing, and holds no transaction while it asks.

    Args:
        order: checked against its seal and its time (`dispatch.prepare`).
        site: what the pages say otherwise by now, a sentence each; None when they were not read again.
        places: the places that keep the count of sends, too.
    """
    outside = witness.hear(places)
    if order.by_hand is not None:
        return _by_hand(settings, engine, order, order.by_hand, site, outside)
    answers = ask(settings, order)
    with reading(engine) as session:
        bulletin = session.get_one(Bulletin, order.bulletin_id)
        is_alert = bulletin.kind in ALERTS
        account = provider.account_words(session)
        stored = provider.find(session, order.message.template, order.message.language)
        state, limit_since = checks.limit_of(answers.number, account)
        count = _reach(session, bulletin, state.limit if state else None, now)
        last = audience_limits.last_sent(session, excluding=[bulletin.id])
        heard = audience_limits.heard_of(session, last) if last else None
        category = _category(order, answers.template)
        cost = costs.estimate(settings, count.to_write, category)
        wanted, day = settings.templates[order.message.template], in_rome(now).date()
        return Preflight(
            (
                TEXT_CHECK,
                checks.check_site(site, _matter(session, bulletin)),
                _witness(settings, session, outside),
                *([checks.check_address(answers.trouble, is_alert=is_alert)] if answers.is_nowhere else []),
                checks.check_token(answers.trouble, answers.is_token_dead),
                checks.check_template(wanted, answers.template, answers.template_trouble, stored),
                remote_templates.check_text(
                    wanted, settings.button_base(wanted.name), answers.template, stored
                ),
                *_marketing(category, answers, account, day, is_alert=is_alert),
                checks.check_number(answers.number, answers.number_trouble, account),
                checks.check_quota(state, count, is_alert=is_alert, since=limit_since),
                checks.check_webhook(
                    (last.id, last.sent_at or last.status_at) if last else None,
                    heard,
                    now,
                    is_alert=is_alert,
                    was_heard=last is not None and audience_limits.was_heard(session, last),
                    kept=timedelta(days=settings.profile.privacy.receipt_days),
                ),
                checks.check_ceiling(
                    settings.profile.prices,
                    costs.this_month(settings, session, now),
                    cost,
                    is_bulletin=bulletin.kind == BulletinKind.ordinary,
                ),
            ),
            way=remote_templates.way(category, answers.terms, answers.template, day),
            room=count.within(state.limit) if state and state.limit is not None else None,
        )


def _matter(session: Session, bulletin: Bulletin) -> checks.Matter:
    """As `flows.sources.rereading` reads it again: the pages of news, and the alerts that are stored."""
    sealed = bulletins.approved(session, bulletin.id)
    items = bulletins.items(session, sealed[1]) if sealed else []
    if bulletin.template is None and any(item.news_item_id for item in items):
        return checks.Matter.pages
    if any(weather_alerts.told_by(session, item) for item in items):
        return checks.Matter.alert
    has_page = bulletin.kind == BulletinKind.correction and any(item.news_item_id for item in items)
    return checks.Matter.correction if has_page else checks.Matter.own_words


def _witness(settings: Settings, session: Session, outside: witness.Heard) -> checks.Check:
    ledger = settings.ledger()
    lost = witness.lost_words(outside, ledger.journal, has_words=not ledger.is_empty(session))
    return checks.check_witness(outside, senders.last_number(session), lost)


def _marketing(
    category: Category, answers: Provider, account: Mapping[str, AccountWord], day: date, *, is_alert: bool
) -> tuple[checks.Check, ...]:
    """What only the way of marketing templates asks for."""
    if category != "MARKETING":
        return ()
    return (
        remote_templates.check_alterations(answers.template, day, is_alert=is_alert),
        remote_templates.check_terms(answers.terms, answers.terms_trouble, day, account, is_alert=is_alert),
    )


def _by_hand(
    settings: Settings,
    engine: Engine,
    order: Order,
    kind: HandoverKind,
    site: Sequence[str] | None,
    outside: witness.Heard,
) -> Preflight:
    """What holds whoever sends it: nothing is asked of a provider that does not."""
    with reading(engine) as session:
        bulletin = session.get_one(Bulletin, order.bulletin_id)
        is_new = bulletin.status == BulletinStatus.approved
        people = (
            recipients.head_count(session, bulletin)
            if is_new
            else audience_limits.count(session, audience_limits.still_queued(bulletin.id))
        )
        return Preflight(
            (
                TEXT_CHECK,
                checks.check_site(site, _matter(session, bulletin)),
                _witness(settings, session, outside),
                checks.check_lists(kind, people, LIST_SIZE),
            )
        )


def ask(settings: Settings, order: Order) -> Provider:
    """The questions to the provider; trouble is told, never raised."""
    whatsapp = settings.profile.whatsapp
    headers, base = account_headers(settings), whatsapp.base
    message = order.message
    with ThreadPoolExecutor(1) as pool:  # each takes the provider a quarter of a second
        asked = pool.submit(_try, lambda: ask_number(base, whatsapp.phone_number_id, headers))
        template, other, second = _try(
            lambda: ask_template(base, whatsapp.waba_id, message.template, message.language, headers)
        )
        state, trouble, first = asked.result()
    answers = Provider(
        state,
        template,
        number_trouble=trouble,
        template_trouble=other,
        is_token_dead=isinstance(first, TokenError) or isinstance(second, TokenError),
        is_nowhere=isinstance(first, NowhereError) and isinstance(second, NowhereError),
    )
    if _category(order, template) != "MARKETING":
        return answers
    terms, third, _ = _try(lambda: ask_terms(base, whatsapp.waba_id, headers))
    return replace(answers, terms=terms, terms_trouble=third)


def _try(question: Callable[[], Value]) -> tuple[Value | None, str, WhatsAppError | None]:
    try:
        return question(), "", None
    except WhatsAppError as exc:
        return None, str(exc), exc


def _category(order: Order, state: TemplateState | None) -> Category:
    """The provider's word of this moment, or its last one."""
    if state is None or state.category not in get_args(Category):
        return order.category
    return state.category  # type: ignore[return-value]


def _reach(session: Session, bulletin: Bulletin, limit: int | None, now: datetime) -> Reach:
    """A resumed send has its recipients already: those whom nobody tried."""
    if bulletin.status == BulletinStatus.approved:
        people = recipients.ids_of(session, bulletin)
    else:
        people = audience_limits.still_queued(bulletin.id)
    since = now - DAY
    new, recent = (
        audience_limits.not_written_to(session, people, since=since),
        audience_limits.written_to(session, since=since),
    )
    too_many = new + recent - limit if limit is not None else 0
    first = audience_limits.one_less(session, people, nth=too_many, since=since) if too_many > 0 else None
    return Reach(
        to_write=audience_limits.count(session, people),
        new=new,
        recent=recent,
        joined=audience_limits.joined(session, since=now - WEEK),
        room_at=first + DAY + MINUTE if first else None,
    )
