"""What the editors' page *Redazione* shows of the database, on each kind of it."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from db import acts, bulletins, call_outbox, deliveries, handovers, privacy, recipients, sign_offs
from db.engine import make_engine, make_reader, transaction
from db.ledger import Ledger
from db.models import (
    Bulletin,
    BulletinKind,
    BulletinStatus,
    CallChannel,
    Delivery,
    DeliveryStatus,
    HandoverKind,
    Receipt,
    SignOffWord,
)
from flows.bulletin.status import READ_IT, REPEATED
from flows.draft.slots import START_AFTER
from flows.newsroom import bulletins as lines
from flows.newsroom import search
from flows.newsroom.accounts import Accounts
from flows.newsroom.line import Line
from flows.newsroom.page import NO_SUCH, OPENING, Page
from flows.profiles.fleet import FleetFile
from flows.settings import DEMO, Settings, load_profile
from tests.world.builders import (
    NOW,
    item_of,
    make_bulletin,
    make_news_item,
    make_recipient,
    news_data,
)

SLOT = datetime(2026, 11, 27, 10, tzinfo=NOW.tzinfo)  # Friday, 11 in Rome
DUE = SLOT - timedelta(minutes=15)
THREE_WAYS = {f"/redazione/comando/{order}" for order in ("riprendi", "correggi", "chiudi")}


def steps(line: Line) -> dict[str, str]:
    return {step.words: step.address for step in line.steps}


def telling(session: Session, title: str, text: str = "Un testo.", **options: object) -> Bulletin:
    news = make_news_item(session, news_data(title=title))
    return make_bulletin(session, [item_of(news, text=text)], **options)  # type: ignore[arg-type]


def test_what_waits_is_listed_and_nothing_else(engine: Engine, settings: Settings) -> None:
    with transaction(engine) as session:
        made = {status: telling(session, status.value, status=status) for status in BulletinStatus}
        made[BulletinStatus.in_review].review_run_id = "11111111-2222-3333-4444-555555555555"
        made[BulletinStatus.in_review].deadline_at = DUE
        waiting = lines.waiting(settings, session, NOW)
        leaving = lines.leaving(settings, session, NOW)
        ended = lines.ended(settings, session, NOW)
    by_topic = {line.details[0] if line.details else line.state: line for line in waiting}
    assert set(by_topic) == {"si sta preparando", "in_review", "Ne restano 0 di 0."}
    draft = by_topic["in_review"]
    assert draft.state == "da approvare entro venerdì 27 novembre, ore 10:45; di turno Anna Redazione"
    form = "/v2/runs/flow-run/11111111-2222-3333-4444-555555555555"
    assert steps(draft)["apri il modulo (⋮, Resume)"] == form
    assert waiting[0].state.startswith("invio fermato martedì 24 novembre"), "a stopped send comes first"
    assert set(steps(waiting[0]).values()) == THREE_WAYS
    assert [line.details for line in leaving] == [("sending",), ("approved",)]
    assert leaving[1].state == "parte fra un momento, approvato da Anna Redazione"
    assert {line.details[0] for line in ended} == {"rejected", "merged", "expired", "missed"}
    assert all(line.steps for line in (*waiting, *leaving, *ended)), "none leads nowhere"


def test_the_address_of_a_form_leads_to_whichever_run_holds_it(engine: Engine) -> None:
    page = Page(engine)
    with transaction(engine) as session:
        waits = telling(session, "Gita", status=BulletinStatus.in_review, slot_at=SLOT)
        gone = telling(session, "Festa", status=BulletinStatus.approved, slot_at=SLOT + timedelta(days=4))
        waits.review_run_id = None
        numbers = waits.id, gone.id
    address, why = page.form(numbers[0])
    assert (address, why) == ("", OPENING)
    for run_id in ("11111111-2222-3333-4444-555555555555", "66666666-2222-3333-4444-555555555555"):
        with transaction(engine) as session:
            session.get_one(Bulletin, numbers[0]).review_run_id = run_id
        assert page.form(numbers[0]) == (f"/v2/runs/flow-run/{run_id}", "")
    address, why = page.form(numbers[1])
    assert not address
    assert why.startswith("Bollettino di martedì 1 dicembre non aspetta più nessuno: adesso è approvato.")
    assert page.form(999_999_999) == ("", NO_SUCH)


def test_what_ran_out_was_ended_by_nobody(engine: Engine, settings: Settings) -> None:
    with transaction(engine) as session:
        row = telling(session, "Gita", status=BulletinStatus.expired, deadline_at=DUE)
        row.status_by, row.status_at = "Bruno Vice", DUE + timedelta(minutes=2)  # he answered after it
        (line,) = lines.ended(settings, session, DUE + timedelta(hours=1))
    assert line.state == "non approvato in tempo, venerdì 27 novembre, ore 10:45"


def test_what_a_colleague_has_approved_says_who_and_what_is_missing(
    engine: Engine, settings: Settings, ledger: Ledger
) -> None:
    with transaction(engine) as session:
        row = telling(session, "Gita", status=BulletinStatus.in_review)
        sign_offs.add(
            session,
            row.id,
            1,
            editor="anna",
            name="Anna",
            said=SignOffWord.approve,
            at=NOW,
            vault=ledger.vault,
        )
        (line,) = lines.waiting(settings, session, NOW)
        assert line.state == "Anna ha approvato: serve una seconda persona"
        acts.add(
            session,
            acts.REOPEN,
            name="Bruno",
            at=NOW,
            words="Riaperto.",
            bulletin_id=row.id,
            code_hash=None,
            by_operator=False,
        )
        (line,) = lines.waiting(settings, session, NOW)
        assert line.state == "da approvare", "what was said before counts no more"
        for problem, state in (
            ("Manca il giorno.", "da correggere"),
            (f"Notizia 1: è nuova. {READ_IT}", "da rileggere"),
            (f"Anna {REPEATED} alle 9:40. Ora deve approvare Bruno.", "da approvare"),
        ):
            bulletins.add_version(session, row, [], author="Bruno", now=NOW, problems=[problem])
            (line,) = lines.waiting(settings, session, NOW)
            assert line.state == state


def test_an_approved_one_leaves_by_itself_until_its_hour_and_then_waits(
    engine: Engine, settings: Settings
) -> None:
    with transaction(engine) as session:
        telling(session, "Mercato", status=BulletinStatus.approved, slot_at=SLOT, deadline_at=DUE)
        (line,) = lines.leaving(settings, session, NOW)
        assert line.title == "Bollettino di venerdì 27 novembre"
        assert line.state == "parte venerdì 27 novembre, ore 11, approvato da Anna Redazione"
        assert lines.waiting(settings, session, NOW) == []
        assert lines.waiting(settings, session, SLOT + START_AFTER) == [], "its own run goes first"
        later = SLOT + timedelta(minutes=5)
        assert lines.leaving(settings, session, later) == []
        (line,) = lines.waiting(settings, session, later)
        assert line.is_urgent
        assert "non è ancora partito" in line.state


def test_in_a_fleet_it_waits_a_while_for_its_turn_and_an_alert_does_not(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All have one hour, and nobody is to press `riprendi` for what leaves by itself."""
    monkeypatch.setattr(settings, "fleet", FleetFile())
    minutes = timedelta(minutes=1)
    with transaction(engine) as session:
        telling(session, "Mercato", status=BulletinStatus.approved, slot_at=SLOT, deadline_at=DUE)
        assert lines.waiting(settings, session, SLOT + 15 * minutes) == []
        (line,) = lines.leaving(settings, session, SLOT + 15 * minutes)
        assert line.state == "parte fra un momento, approvato da Anna Redazione"
        (line,) = lines.waiting(settings, session, SLOT + 16 * minutes)
        assert "non è ancora partito" in line.state
        kind, status = BulletinKind.urgent, BulletinStatus.approved
        alert = make_bulletin(session, kind=kind, status=status, now=SLOT)
        assert lines.is_late(settings, session, alert, SLOT + 2 * minutes)


def test_what_was_sent_has_its_account(engine: Engine, settings: Settings, ledger: Ledger) -> None:
    with transaction(engine) as session:
        row = telling(session, "Concerto", status=BulletinStatus.sent)
        people = [make_recipient(session, ledger.vault) for _ in range(4)]
        assert deliveries.plan(session, row.id, recipients.query_of(session, row), now=NOW) == len(people)
        rows = session.exec(select(Delivery).where(Delivery.bulletin_id == row.id)).all()
        for delivery in rows[:3]:
            deliveries.move(delivery, DeliveryStatus.claimed, now=NOW)
            deliveries.move(delivery, DeliveryStatus.accepted, now=NOW)
        rows[0].receipt, rows[1].receipt = Receipt.read, Receipt.delivered
        deliveries.move(rows[3], DeliveryStatus.claimed, now=NOW)
        deliveries.move(rows[3], DeliveryStatus.failed, now=NOW, reason="131026")
        session.flush()
        (line,) = lines.sent(settings, session, Accounts(), NOW)
    assert "a 3 persone su 4; arrivati 2, letti almeno 1; non arrivati 1" in line.state
    assert steps(line)["la pagina dei cittadini"].endswith(f"/b/{row.code}")


def test_an_alert_that_was_approved_and_does_not_leave_waits_for_a_person(
    engine: Engine, settings: Settings
) -> None:
    with transaction(engine) as session:
        telling(session, "Allerta", status=BulletinStatus.approved, kind=BulletinKind.urgent)
        assert lines.waiting(settings, session, NOW) == []
        (line,) = lines.waiting(settings, session, NOW + timedelta(minutes=2))
        assert line.is_urgent
        assert lines.leaving(settings, session, NOW + timedelta(minutes=2)) == []


@pytest.mark.parametrize(
    ("kind", "account"),
    [
        (HandoverKind.assisted, "inviato a mano: 0 dichiarati su 1"),
        (HandoverKind.channel, "pubblicato nel canale WhatsApp"),
    ],
)
def test_what_a_person_sends_waits_for_them_and_is_told_as_theirs(
    engine: Engine, settings: Settings, kind: HandoverKind, account: str
) -> None:
    with transaction(engine) as session:
        row = telling(session, "Cena", status=BulletinStatus.sending)
        handovers.begin(session, row.id, kind, now=NOW).run_id = "11111111-2222-3333-4444-555555555555"
        handovers.plan_channel(session, row.id, now=NOW)
        assert [line.state for line in lines.waiting(settings, session, NOW)] == ["da inviare a mano"]
        assert lines.leaving(settings, session, NOW) == [], "nothing leaves by itself"
        bulletins.move(session, row, BulletinStatus.stopped, by="test", now=NOW)
        (line,) = lines.waiting(settings, session, NOW)
        assert set(steps(line).values()) == THREE_WAYS
        bulletins.move(session, row, BulletinStatus.sent, by="test", now=NOW)
        (line,) = lines.sent(settings, session, Accounts(), NOW)
        assert account in line.state


def test_uncertain_ones_are_told_once_they_can_be_settled(
    engine: Engine, settings: Settings, ledger: Ledger
) -> None:
    with transaction(engine) as session:
        row = telling(session, "Sagra", status=BulletinStatus.sent)
        make_recipient(session, ledger.vault)
        deliveries.plan(session, row.id, recipients.query_of(session, row), now=NOW)
        (delivery,) = session.exec(select(Delivery).where(Delivery.bulletin_id == row.id))
        deliveries.move(delivery, DeliveryStatus.claimed, now=NOW)
        deliveries.move(delivery, DeliveryStatus.uncertain, now=NOW)
        session.flush()
        assert lines.waiting(settings, session, NOW + timedelta(hours=23)) == []
        (line,) = lines.waiting(settings, session, NOW + timedelta(hours=25))
    assert line.state == "1 messaggio di cui non si sa se è arrivato"
    assert set(steps(line).values()) == {"/redazione/comando/incerti"}


def test_an_account_is_counted_anew_after_a_while(engine: Engine, ledger: Ledger) -> None:
    accounts = Accounts()
    with transaction(engine) as session:
        row = telling(session, "Coro", status=BulletinStatus.sent)
        assert accounts.of(session, row, NOW).count.planned == 0
        make_recipient(session, ledger.vault)
        deliveries.plan(session, row.id, recipients.query_of(session, row), now=NOW)
        assert accounts.of(session, row, NOW + timedelta(minutes=1)).count.planned == 0
        assert accounts.of(session, row, NOW + timedelta(minutes=6)).count.planned == 1


def test_who_only_shows_can_change_nothing(engine: Engine) -> None:
    reader = make_reader(engine.url.render_as_string(hide_password=False))
    with pytest.raises(DBAPIError), transaction(reader) as session:
        telling(session, "Intruso")
    reader.dispose()
    with transaction(engine) as session:
        assert bulletins.with_status(session, *BulletinStatus) == []


def test_what_was_postponed_can_be_reopened_until_its_hour(engine: Engine, settings: Settings) -> None:
    with transaction(engine) as session:
        number = telling(session, "Fiera", status=BulletinStatus.merged, slot_at=SLOT, deadline_at=DUE).id
        (line,) = lines.ended(settings, session, NOW)
        assert line.state.startswith("rinviato al prossimo, martedì 24 novembre")
        draft = f"/redazione/pagina/bozza-{number}"
        assert set(steps(line).values()) == {"/redazione/comando/riapri", draft}
        (line,) = lines.ended(settings, session, SLOT + timedelta(minutes=1))
        assert set(steps(line).values()) == {draft}
        assert lines.ended(settings, session, NOW + lines.FRESH) == []


def test_an_urgent_one_comes_first_and_at_once(engine: Engine, settings: Settings) -> None:
    with transaction(engine) as session:
        telling(session, "Biblioteca", status=BulletinStatus.in_review)
        row = telling(session, "Allerta", status=BulletinStatus.in_review, kind=BulletinKind.urgent)
        row.template, row.deadline_at, number = "allerta_urgente", DUE, row.id
        first, second = lines.waiting(settings, session, NOW)
    assert (first.title, second.title) == ("Messaggio urgente", "Bollettino da inviare subito")
    asked = "da approvare subito, al più tardi entro venerdì 27 novembre, ore 10:45"
    assert first.state == f"{asked}; di turno Anna Redazione"
    assert first.details == ("Allerta", "Un testo.")
    with transaction(engine) as session:
        for turn, name in enumerate(("Anna Redazione", "Bruno Vice")):
            call_outbox.queue(
                session,
                bulletin_id=number,
                version_number=1,
                turn=turn,
                editor=name,
                channel=CallChannel.email,
                until=DUE,
                now=NOW,
            )
        first, _ = lines.waiting(settings, session, NOW)
    assert first.state == f"{asked}; abbiamo scritto ad Anna Redazione e Bruno Vice"


def test_a_search_finds_all_its_words_whatever_their_accents(engine: Engine, settings: Settings) -> None:
    with transaction(engine) as session:
        old = telling(
            session, "Mercatino dell'antiquariato", "Domenica in piazza.", status=BulletinStatus.sent
        )
        new = telling(session, "Attività per bambini", "In città, domenica.", status=BulletinStatus.sent)
        telling(session, "Attività del Consiglio", "In citta.", status=BulletinStatus.in_review)
        assert [line.title for line in search.search(settings, session, "DOMENICA", NOW)] == [
            "Attività per bambini",
            "Mercatino dell'antiquariato",
        ]
        (line,) = search.search(settings, session, " attivita  CITTA ", NOW)
        assert line.details == ("In città, domenica.",)
        assert steps(line)["la pagina dei cittadini"].endswith(new.code)
        assert search.search(settings, session, "mercatino bambini", NOW) == []
        assert search.search(settings, session, "   ", NOW) == []
        many = " ".join(f"parola{number}" for number in range(1_000))
        assert search.search(settings, session, many, NOW) == []
        privacy.hide(session, old.id, 1, by="test", reason="un nome", now=NOW)
        assert search.search(settings, session, "antiquariato", NOW) == []


HOSTILE = "<img src=x onerror=alert(1)> & «\"'»"


def test_what_a_site_says_is_no_markup_of_the_page(engine: Engine, settings: Settings) -> None:
    with transaction(engine) as session:
        telling(session, HOSTILE, HOSTILE, status=BulletinStatus.sent)
        telling(session, HOSTILE, status=BulletinStatus.in_review)
        make_news_item(session, news_data(title=f"{HOSTILE} in coda"))
    html = Page(engine).html(settings, HOSTILE, NOW)
    assert "<img" not in html
    assert html.count("&lt;img") >= 4
    assert "Adesso niente aspetta" not in html


@pytest.mark.slow
@given(asked=st.text(max_size=300))
def test_whatever_is_searched_for_the_page_stands(
    asked: str, shared_engine: Engine, shared_settings: Settings
) -> None:
    html = Page(shared_engine).html(shared_settings, asked, NOW)
    assert 'id="aspetta"' in html
    assert 'id="comandi"' in html


@pytest.fixture(scope="module")
def shared_engine(sqlite_template: object) -> Engine:
    return make_engine(f"sqlite:///{sqlite_template}")


@pytest.fixture(scope="module")
def shared_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(load_profile(DEMO), DEMO, tmp_path_factory.mktemp("state"))
