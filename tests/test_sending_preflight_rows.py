"""What each check before a send is told: of our rows, of the provider's answers, of the kind of bulletin."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

import pytest
from sqlalchemy import Engine, QueuePool
from sqlmodel import select

from db import provider, told_news
from db.engine import transaction
from db.models import (
    Attempt,
    Bulletin,
    BulletinKind,
    BulletinStatus,
    Delivery,
    DeliveryStatus,
    Receipt,
)
from db.recipients import PUT_RIGHT
from flows.bulletin.message.exact import Message
from flows.sending import preflight
from flows.sending.checks import Check, Matter, Preflight, Verdict
from flows.sending.drain import Order
from flows.sending.preflight import Provider
from flows.sending.witness import StateFolder
from flows.settings import Settings
from flows.whatsapp import account
from flows.whatsapp.account import NumberState
from flows.whatsapp.account_templates import TemplateState
from flows.whatsapp.templates import ALTERATIONS, creation_payload
from tests.world.builders import NOW, make_bulletin, make_recipient
from tests.world.sends import make_send

HOUR, DAY, INSTANT = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)
ENDS = datetime(2027, 10, 12, 22, tzinfo=UTC)  # midnight in Rome: `/messages` takes no marketing any more
ACCEPTED = (DeliveryStatus.accepted, None)
NAMES = [
    "Testo e orario",
    "Notizie sul sito",
    "Copia del database",
    "Chiave di accesso a WhatsApp",
    "Modello bollettino_1",
    "Testo del modello",
    "Aspetto del messaggio",
    "Condizioni dei messaggi promozionali",
    "Numero del servizio",
    "Limite di 24 ore",
    "Ritorno da WhatsApp",
    "Costo",
]


class Look(Protocol):
    def __call__(
        self, bulletin_id: int, /, *, now: datetime = ..., site: Any = ..., **answer: Any
    ) -> Preflight: ...


def template(settings: Settings, **changes: Any) -> TemplateState:
    name = "bollettino_1"
    ours = creation_payload(settings.templates[name], settings.button_base(name))["components"]
    out = dict.fromkeys(ALTERATIONS, "OPT_OUT")
    well = TemplateState("APPROVED", "MARKETING", 259_200, "GREEN", ours, out)
    return replace(well, **changes)


def ordered(settings: Settings, number: int, **changes: Any) -> Order:
    message = Message(settings.frame("bollettino_1"), "it", ("Via Roma chiude.", "martedì"), "code")
    return replace(Order(number, BulletinKind.ordinary, message, "MARKETING"), **changes)


def priced(settings: Settings, ceiling: str) -> Settings:
    prices = settings.profile.prices
    assert prices is not None
    prices = prices.model_copy(update={"month_ceiling": Decimal(ceiling)})
    return Settings(settings.profile.model_copy(update={"prices": prices}), settings.path, settings.state)


@pytest.fixture
def look(settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Every check of a bulletin, of a provider that finds all well but for what a test names."""

    def look(bulletin_id: int, /, *, now: datetime = NOW, site: Any = None, **answer: Any) -> Preflight:
        under = answer.pop("settings", settings)
        well = {
            "number": NumberState("GREEN", "CONNECTED", "TIER_2K"),
            "template": template(settings),
            "terms": "ONBOARDED",
        }
        what = ordered(settings, bulletin_id)

        def ask(given: Settings, asked: Order) -> Provider:
            assert (given, asked) == (under, what)
            assert isinstance(sqlite.pool, QueuePool)
            assert sqlite.pool.checkedout() == 0, "a transaction is held while the provider is asked"
            return Provider(**{**well, **answer})

        monkeypatch.setattr(preflight, "ask", ask)
        return preflight.look(under, sqlite, what, site=site, places=[StateFolder(settings)], now=now)

    return look


def by_name(found: Preflight) -> dict[str, Check]:
    return {check.name: check for check in found.checks}


def told(found: Preflight, name: str) -> str:
    check = by_name(found)[name]
    return f"{check.verdict}. {check.words}"


def approved(settings: Settings, engine: Engine, people: int = 3) -> int:
    with transaction(engine) as session:
        for _ in range(people):
            make_recipient(session, settings.vault())
        return make_bulletin(session, status=BulletinStatus.approved).id


def test_a_first_send_that_is_well_names_every_check_in_its_order(
    settings: Settings, sqlite: Engine, look: Look
) -> None:
    found = look(approved(settings, sqlite))
    assert [check.name for check in found.checks] == NAMES
    assert found.checks[0] == Check(
        "Testo e orario",
        Verdict.good,
        "Il testo è quello del sigillo, il momento è quello previsto o deciso da una persona.",
    )
    unknown = {check.name for check in found.checks if check.verdict == Verdict.unknown}
    assert unknown == {"Notizie sul sito", "Ritorno da WhatsApp"}
    assert {check.verdict for check in found.checks} == {Verdict.good, Verdict.unknown}
    limit = "a posto. 3 destinatari, 0 persone già raggiunte in 24 ore, limite 2000."
    assert told(found, "Limite di 24 ore") == limit
    assert told(found, "Ritorno da WhatsApp").startswith("non verificato. È il primo invio")
    assert "Questo invio circa 0,18 EUR, nel mese finora 0,00 EUR" in told(found, "Costo")
    assert (found.way, found.room) == ("MARKETING", 2000)


KINDS = {
    BulletinKind.ordinary: (Verdict.refused, Verdict.refused),
    BulletinKind.correction: (Verdict.refused, Verdict.attention),
    BulletinKind.urgent: (Verdict.attention, Verdict.attention),
    BulletinKind.all_clear: (Verdict.attention, Verdict.attention),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_holds_news_holds_no_alert_and_the_ceiling_holds_bulletins_only(
    settings: Settings, sqlite: Engine, look: Look, monkeypatch: pytest.MonkeyPatch, kind: BulletinKind
) -> None:
    monkeypatch.setitem(account.LIMITS, "TIER_250", 1)
    with transaction(sqlite) as session:
        first = make_send(session, settings.vault(), [ACCEPTED, ACCEPTED], now=ENDS - DAY - HOUR).id
        bulletin = make_bulletin(session, kind=kind, status=BulletinStatus.approved, now=ENDS)
        if kind in PUT_RIGHT:
            told_news.link(session, bulletin.id, [first])
    found = look(
        bulletin.id,
        now=ENDS,
        settings=priced(settings, "0"),
        number=NumberState("GREEN", "CONNECTED", "TIER_250"),
        template=template(settings, alterations={"image_banner": "OPT_IN"}),
        terms="NOT_ELIGIBLE",
        number_trouble="no number",
        template_trouble="no template",
        is_nowhere=True,
    )
    verdict, of_money = KINDS[kind]
    assert [check.name for check in found.checks] == [*NAMES[:3], "Indirizzo di WhatsApp", *NAMES[3:]]
    held = ["Indirizzo di WhatsApp", "Limite di 24 ore", "Ritorno da WhatsApp", *NAMES[6:8]]
    assert {by_name(found)[name].verdict for name in held} == {verdict}
    assert by_name(found)["Costo"].verdict == of_money
    assert "non risponde WhatsApp (no number)" in told(found, "Indirizzo di WhatsApp")
    assert "(no number)" in told(found, "Chiave di accesso a WhatsApp")
    assert f"Dall'invio numero {first} (lunedì 11 ottobre, ore 23)" in told(found, "Ritorno da WhatsApp")
    assert (found.way, found.room) == ("MARKETING", 1)


def test_the_other_way_is_there_until_its_day_in_rome(settings: Settings, sqlite: Engine, look: Look) -> None:
    number = approved(settings, sqlite)
    altered = template(settings, alterations={"image_banner": "OPT_IN"})
    before = look(number, now=ENDS - INSTANT, template=altered, terms="NOT_ELIGIBLE")
    after = look(number, now=ENDS, template=altered, terms="NOT_ELIGIBLE")
    assert (before.way, after.way) == ("UTILITY", "MARKETING")
    for name in NAMES[6:8]:
        verdicts = [by_name(found)[name].verdict for found in (before, after)]
        assert verdicts == [Verdict.attention, Verdict.refused]


def test_a_template_that_is_no_marketing_is_asked_nothing_of_its_ways(
    settings: Settings, sqlite: Engine, look: Look
) -> None:
    number = approved(settings, sqlite)
    found = look(number, template=template(settings, category="UTILITY"), terms=None)
    assert [check.name for check in found.checks] == [*NAMES[:6], *NAMES[8:]]
    assert "lo avevamo chiesto MARKETING" in told(found, "Modello bollettino_1")
    assert "Questo invio circa 0,09 EUR" in told(found, "Costo")
    assert found.way == "UTILITY"


def test_what_webhooks_said_stands_in_for_a_provider_that_does_not_answer(
    settings: Settings, sqlite: Engine, look: Look
) -> None:
    number = approved(settings, sqlite)
    with transaction(sqlite) as session:
        for matter, word in (("tier", "TIER_250"), ("quality", "FLAGGED"), ("terms", "SIGNED")):
            provider.hear(session, matter, word, at=NOW)
        provider.seen(session, "bollettino_1", "it", status="PAUSED", at=NOW)
        provider.edited(session, "bollettino_1", "it", "il piede", at=NOW)
        provider.seen(session, "bollettino_1", "de", status="DISABLED", at=NOW)
    found = look(
        number,
        number=None,
        template=None,
        terms=None,
        number_trouble="HTTP 500",
        template_trouble="HTTP 502",
        terms_trouble="HTTP 503",
    )
    assert told(found, "Chiave di accesso a WhatsApp").startswith("non verificato.")
    assert "(HTTP 500)" in told(found, "Chiave di accesso a WhatsApp")
    assert told(found, "Modello bollettino_1").startswith("attenzione.")
    assert "HTTP 502" in told(found, "Modello bollettino_1")
    assert "PAUSED" in told(found, "Modello bollettino_1")
    assert told(found, "Testo del modello").endswith("non era uguale: il piede.")
    assert told(found, "Aspetto del messaggio").startswith("non verificato.")
    assert "(HTTP 503). Le aveva dette accettate" in told(found, "Condizioni dei messaggi promozionali")
    assert told(found, "Numero del servizio").startswith("attenzione. Qualità e stato non si sanno (HTTP 500")
    assert "FLAGGED" in told(found, "Numero del servizio")
    said = "limite 250 (detto da WhatsApp martedì 24 novembre, ore 10:30)."
    assert told(found, "Limite di 24 ore").endswith(said)
    assert (found.way, found.room) == ("MARKETING", 250)
    with transaction(sqlite) as session:
        assert provider.account_words(session).keys() == {"tier", "quality", "terms"}, (
            "nothing is heard by it"
        )


def test_a_dead_token_and_a_text_that_is_not_ours_are_told(
    settings: Settings, sqlite: Engine, look: Look
) -> None:
    found = look(approved(settings, sqlite), template=template(settings, components=[]), is_token_dead=True)
    assert by_name(found)["Chiave di accesso a WhatsApp"].verdict == Verdict.refused
    assert "Su WhatsApp il modello bollettino_1 non è come qui" in told(found, "Testo del modello")
    elsewhere = creation_payload(settings.templates["bollettino_1"], "https://altro.example/")["components"]
    found = look(found_number(sqlite), template=template(settings, components=elsewhere))
    assert "non è come qui: il pulsante." in told(found, "Testo del modello")


def found_number(engine: Engine) -> int:
    with transaction(engine) as session:
        return session.exec(select(Bulletin.id)).one()


@pytest.mark.parametrize(
    ("tier", "allowed", "room"),
    [("TIER_UNLIMITED", None, None), ("TIER_NEW", None, None), ("TIER_250", 3, 3), ("TIER_250", 0, 0)],
)
def test_the_room_of_the_day_is_the_limits_and_none_where_none_is_known(
    settings: Settings,
    sqlite: Engine,
    look: Look,
    monkeypatch: pytest.MonkeyPatch,
    tier: str,
    allowed: int | None,
    room: int | None,
) -> None:
    if tier == "TIER_250":
        monkeypatch.setitem(account.LIMITS, tier, allowed)
    number = approved(settings, sqlite)
    assert look(number, number=NumberState("GREEN", "CONNECTED", tier)).room == room
    assert look(number, number=None).room is None


def test_the_last_send_is_another_one_and_what_came_back_of_it_is_told(
    settings: Settings, sqlite: Engine, look: Look
) -> None:
    with transaction(sqlite) as session:
        vault = settings.vault()
        number = make_send(session, vault, [ACCEPTED], status=BulletinStatus.stopped, now=NOW).id
    assert "È il primo invio" in told(look(number, now=NOW + DAY), "Ritorno da WhatsApp")
    with transaction(sqlite) as session:
        ended = make_send(session, vault, [ACCEPTED], now=NOW - DAY)
        ended.status_at, last = NOW - HOUR, ended.id
        session.add(ended)
    silent = f"NON PARTE. Dall'invio numero {last} (lunedì 23 novembre, ore 10:30) non è arrivato niente"
    assert told(look(number), "Ritorno da WhatsApp").startswith(silent)
    early = told(look(number, now=NOW - DAY + timedelta(minutes=10) - INSTANT), "Ritorno da WhatsApp")
    assert early.startswith(f"non verificato. L'invio numero {last} è appena partito")
    with transaction(sqlite) as session:
        delivery = session.exec(select(Delivery).where(Delivery.bulletin_id == last)).one()
        attempt = session.exec(select(Attempt).where(Attempt.delivery_id == delivery.id)).one()
        attempt.failed_at = NOW
        session.add(attempt)
    spoken = f"a posto. Dell'invio numero {last}, l'ultimo, erano arrivate le ricevute."
    assert told(look(number), "Ritorno da WhatsApp") == spoken
    with transaction(sqlite) as session:
        delivery.receipt, delivery.receipt_at = Receipt.delivered, NOW - HOUR
        session.add(delivery)
    heard = f"a posto. Dopo l'invio numero {last} sono arrivate le ricevute (martedì 24 novembre, ore 9:30)."
    assert told(look(number), "Ritorno da WhatsApp") == heard


@pytest.mark.parametrize(("more", "verdict"), [(timedelta(), Verdict.refused), (INSTANT, Verdict.unknown)])
def test_receipts_are_waited_for_as_long_as_the_profile_keeps_them(
    settings: Settings, sqlite: Engine, look: Look, more: timedelta, verdict: Verdict
) -> None:
    kept = timedelta(days=settings.profile.privacy.receipt_days)
    with transaction(sqlite) as session:
        make_send(session, settings.vault(), [ACCEPTED], now=NOW - kept - more)
    number = approved(settings, sqlite)
    assert by_name(look(number))["Ritorno da WhatsApp"].verdict == verdict


def test_the_months_money_is_of_this_month_and_of_those_whom_this_send_writes_to(
    settings: Settings, sqlite: Engine, look: Look
) -> None:
    with transaction(sqlite) as session:
        make_send(session, settings.vault(), [ACCEPTED, ACCEPTED], now=NOW - HOUR)
        make_send(session, settings.vault(), [ACCEPTED], now=NOW - 40 * DAY)
    number = approved(settings, sqlite, people=1)
    dear = look(number, settings=priced(settings, "0.35"))
    assert told(dear, "Costo").startswith("NON PARTE. Questo invio circa 0,24 EUR, nel mese finora 0,12 EUR")
    assert by_name(look(number, settings=priced(settings, "0.36")))["Costo"].verdict == Verdict.good


def test_what_the_pages_say_by_now_is_told_and_what_the_text_is_about(
    settings: Settings, sqlite: Engine, look: Look
) -> None:
    number = approved(settings, sqlite)
    assert told(look(number, site=["Via Roma riapre."]), "Notizie sul sito").endswith("Via Roma riapre.")
    assert told(look(number, site=()), "Notizie sul sito") == f"a posto. {Matter.pages}"
