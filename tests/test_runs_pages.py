"""The certificate of a send in Prefect, on its real server: counted anew after an hour, a day and a week."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prefect.client.schemas.filters import ArtifactCollectionFilter, ArtifactCollectionFilterKey
from prefect.client.schemas.objects import ArtifactCollection
from sqlalchemy import Engine
from sqlmodel import select

from db import bulletins
from db.engine import transaction
from db.models import Bulletin, BulletinKind, BulletinStatus, Delivery, DeliveryStatus, Receipt
from flows.bulletin.language.dates import alle_ore
from flows.runs import pages
from flows.sending import certificate
from flows.settings import Settings
from tests.world.builders import make_bulletin, make_recipient
from tests.world.door_server import DoorServer, door_server

pytestmark = pytest.mark.xdist_group("server")  # a server of Prefect's too: one at a time

END = datetime(2026, 11, 27, 10, 10, tzinfo=UTC)  # of the send: a Friday, 11:10 in Rome
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROUND = timedelta(minutes=5)
PHONES = ["+393330000301", "+393330000302", "+393330000303", "+393330000304"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoorServer]:
    with door_server(tmp_path_factory.mktemp("pages")) as found:
        yield found


class Send:
    """A bulletin that was accepted for four, and its pages in Prefect; no two on a server have one number."""

    def __init__(self, server: DoorServer, settings: Settings, engine: Engine, **made: Any) -> None:
        self.server, self.settings, self.engine = server, settings, engine
        with server.client() as client:
            shown = client.read_latest_artifacts(artifact_filter=ArtifactCollectionFilter())
        taken = max([0, *(int(row.key.rpartition("-")[2]) for row in shown)])
        with transaction(engine) as session:
            while (bulletin := make_bulletin(session, **{"status": BulletinStatus.sent, **made})).id <= taken:
                bulletin.status_at = END - timedelta(days=400)
            bulletin.status_at = END
            self.number = bulletin.id
            for phone in PHONES:
                person = make_recipient(session, settings.vault(), phone=phone)
                delivery = Delivery(bulletin_id=self.number, recipient_id=person.id, status_at=END)
                delivery.status, delivery.receipt = DeliveryStatus.accepted, Receipt.sent
                session.add(delivery)
        self.show(END)

    def show(self, now: datetime) -> None:
        """As the run of the send does at its end."""
        with self.server.entered():
            pages.outcome(self.settings, self.engine, self.number, "Testo.", now=now)

    def receipts(self, *receipts: Receipt) -> None:
        """What the provider told by now."""
        with transaction(self.engine) as session:
            found = session.exec(select(Delivery).where(Delivery.bulletin_id == self.number))
            for delivery, receipt in zip(found, receipts, strict=True):
                delivery.receipt = receipt

    def recount(self, after: timedelta) -> str:
        """A round of `sorveglia` so long after the end; the line of the receipts then."""
        with self.server.entered():
            pages.recount(self.settings, self.engine, now=END + after)
        return self.line

    def page(self, kind: str = "certificato") -> ArtifactCollection:
        wanted = ArtifactCollectionFilter(key=ArtifactCollectionFilterKey(any_=[f"{kind}-{self.number}"]))
        with self.server.client() as client:
            (found,) = client.read_latest_artifacts(artifact_filter=wanted)
        return found

    @property
    def line(self) -> str:
        (line,) = (
            line for line in str(self.page().data).splitlines() if line.startswith("Conferme di consegna")
        )
        return line


def told(after: timedelta, **counts: int) -> str:
    return f"Conferme di consegna {alle_ore(END + after)}: " + ", ".join(
        f"{name} {n}" for name, n in counts.items()
    )


@pytest.fixture
def send(server: DoorServer, settings: Settings, sqlite: Engine) -> Send:
    return Send(server, settings, sqlite)


def test_each_of_the_three_moments_is_shown_once_where_the_send_was_shown(send: Send) -> None:
    assert send.line == "Conferme di consegna alle 11:10 di venerdì 27 novembre: inviati 4"
    first, table = send.page(), send.page("esiti")
    kept = certificate.path_of(send.settings, send.number).read_bytes()
    send.receipts(Receipt.delivered, Receipt.delivered, Receipt.read, Receipt.sent)
    assert send.recount(HOUR - ROUND) == "Conferme di consegna alle 11:10 di venerdì 27 novembre: inviati 4"
    assert (
        send.recount(HOUR)
        == "Conferme di consegna alle 12:10 di venerdì 27 novembre: consegnati 2, letti 1, inviati 1"
    )
    send.receipts(*[Receipt.read] * 4)
    for quiet in (HOUR + ROUND, 23 * HOUR):
        assert send.recount(quiet).startswith("Conferme di consegna alle 12:10 di venerdì"), "once"
    assert send.recount(DAY + ROUND) == told(DAY + ROUND, letti=4)
    assert send.recount(7 * DAY - ROUND) == told(DAY + ROUND, letti=4)
    assert send.recount(7 * DAY) == told(7 * DAY, letti=4)
    assert send.recount(8 * DAY) == told(7 * DAY, letti=4)
    assert (send.page().latest_id, send.page("esiti").latest_id) == (first.latest_id, table.latest_id)
    assert certificate.path_of(send.settings, send.number).read_bytes() == kept, "of the end of the send"


def test_a_round_that_was_missed_is_made_up_for_once(send: Send) -> None:
    send.receipts(*[Receipt.read] * 4)
    assert send.recount(3 * DAY) == told(3 * DAY, letti=4), "an hour and a day in one"
    assert send.recount(4 * DAY) == told(3 * DAY, letti=4)
    assert send.recount(13 * DAY) == told(13 * DAY, letti=4)
    assert send.recount(pages.MADE_UP - ROUND) == told(13 * DAY, letti=4)


def test_what_ended_longer_ago_is_left_alone(send: Send) -> None:
    assert send.recount(pages.MADE_UP + ROUND) == told(timedelta(), inviati=4)


@pytest.mark.parametrize("kind", [kind for kind in BulletinKind if kind != BulletinKind.ordinary])
def test_messages_of_every_kind_are_counted_anew(
    server: DoorServer, settings: Settings, sqlite: Engine, kind: BulletinKind
) -> None:
    send = Send(server, settings, sqlite, kind=kind)
    send.receipts(*[Receipt.delivered] * 4)
    assert send.recount(HOUR) == told(HOUR, consegnati=4)


def test_what_failed_since_and_why_a_send_stopped_are_told_and_no_number_is(
    server: DoorServer, settings: Settings, sqlite: Engine
) -> None:
    send = Send(server, settings, sqlite, status=BulletinStatus.stopped)
    with transaction(sqlite) as session:
        session.get_one(Bulletin, send.number).status_reason = "stopped_by_hand"
        failed = session.exec(select(Delivery).where(Delivery.bulletin_id == send.number)).first()
        assert failed is not None
        failed.status, failed.reason, failed.receipt = DeliveryStatus.failed, "131026", None
    assert send.recount(HOUR) == told(HOUR, inviati=3)
    page, table = str(send.page().data), str(send.page("esiti").data)
    first = f"Bollettino {send.number}: fermo (fermato da una persona). "
    assert page.replace("\\", "").startswith(f"{first}Previsti 4 = accettati 3 + falliti 1 + ")
    assert "131026" in page
    assert "131026" in table
    for phone in PHONES:
        assert phone[-9:] not in page + table


def test_a_retry_begins_the_moments_anew(send: Send) -> None:
    send.receipts(*[Receipt.delivered] * 4)
    assert send.recount(HOUR) == told(HOUR, consegnati=4)
    again = END + 2 * HOUR
    with transaction(send.engine) as session:
        for status in (BulletinStatus.stopped, BulletinStatus.sending, BulletinStatus.sent):
            bulletin = bulletins.locked(session, send.number)
            bulletins.move(session, bulletin, status, by="Anna Redazione", now=again)
    send.show(again)
    send.receipts(*[Receipt.read] * 4)
    assert send.recount(3 * HOUR - ROUND) == told(2 * HOUR, consegnati=4)
    assert send.recount(3 * HOUR) == told(3 * HOUR, letti=4)


def test_one_that_cannot_be_counted_costs_no_other_and_is_tried_again(
    send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Send(send.server, send.settings, send.engine)
    draw_up = certificate.draw_up

    def broken(settings: Settings, session: Any, bulletin_id: int) -> certificate.Document:
        if bulletin_id == send.number:
            raise ValueError("a row that nobody can read")
        return draw_up(settings, session, bulletin_id)

    for one in (send, other):
        one.receipts(*[Receipt.read] * 4)
    with monkeypatch.context() as patched:
        patched.setattr(certificate, "draw_up", broken)
        with pytest.raises(ExceptionGroup, match="not every certificate"):
            send.recount(HOUR)
    assert (send.line, other.line) == (told(timedelta(), inviati=4), told(HOUR, letti=4))
    assert send.recount(HOUR + ROUND) == told(HOUR + ROUND, letti=4)


def test_a_send_that_was_never_shown_in_prefect_is_passed_over(send: Send) -> None:
    """One from the command line of a machine whose server was down."""
    with transaction(send.engine) as session:
        make_bulletin(session, status=BulletinStatus.sent).status_at = END
    send.receipts(*[Receipt.read] * 4)
    assert send.recount(HOUR) == told(HOUR, letti=4)


def test_where_nothing_ended_of_late_prefect_is_not_asked(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(**_: object) -> None:
        raise AssertionError("a round costs one look at our own rows")

    monkeypatch.setattr(pages, "get_client", asked)
    with transaction(engine) as session:
        for status in BulletinStatus:
            for age in (pages.MADE_UP + ROUND, HOUR - ROUND):
                make_bulletin(session, status=status).status_at = END - age
        make_bulletin(session, status=BulletinStatus.sending).status_at = END - DAY
    pages.recount(settings, engine, now=END)
    with transaction(engine) as session:
        make_bulletin(session, status=BulletinStatus.stopped).status_at = END - DAY
    pages.recount(settings, engine, now=END)  # counting takes what a send can use
    with transaction(engine) as session:
        for row in bulletins.with_status(session, BulletinStatus.sending):
            bulletins.move(session, row, BulletinStatus.sent, by="test", now=END)
    with pytest.raises(AssertionError, match="one look"):
        pages.recount(settings, engine, now=END)
