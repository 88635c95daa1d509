"""What an editor starts in the real Prefect UI: an urgent notice, its correction, a stop, a re-opening."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, ViewportSize

from db.models import BulletinKind
from flows.bulletin.language.dates import ROME
from tests.world.editor import Editor, Starter, bring, listed
from tests.world.guide import take
from tests.world.installation import Installation
from tests.world.people import accounts_of, member_of

pytestmark = pytest.mark.xdist_group("installation")  # one for all: it takes 20 s to start

WHOLE: ViewportSize = {
    "width": 1366,
    "height": 1400,
}  # a start form from its first field to Submit, as the guide shows it
APPROVE, ANNA = "Approva: parte subito", "Anna Redazione"
THROTTLED = 130429  # too many messages a second


@pytest.mark.rehearsal
def test_an_urgent_notice_leaves_at_once_and_its_correction_follows(
    installation: Installation, page: Page
) -> None:
    """By who has signed in: no form asks who that is."""
    installation.postpone()
    with accounts_of(installation):
        bring(installation, page, member_of(installation, ANNA).key.token)
        announced_and_corrected(installation, page)


def announced_and_corrected(installation: Installation, page: Page) -> None:
    before = installation.newest()
    tomorrow = datetime.now(ROME).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    notice = Starter(installation, page, "avviso-urgente", "urgent-notice")
    notice.open()
    assert "Manca «Che cosa succede, in poche parole: scuole chiuse»" in notice.refused()
    notice.fill("Che cosa succede", "acqua sospesa")
    notice.pick("Da quando", tomorrow.replace(hour=8, minute=30))
    notice.pick("Fino a quando", tomorrow.replace(hour=13))
    notice.fill("Dove", "in via Mazzini e in via dei Mille")
    notice.fill("Che cosa deve fare chi legge", "Fai una piccola scorta d'acqua")
    notice.fill("Atto, ufficio e telefono", "Ufficio Tecnico, 02 1234 5670")
    page.set_viewport_size(WHOLE)
    take(page, "avviso-urgente.png")
    notice.submit()
    number = installation.newest()
    assert number > before
    assert installation.bulletin(number).kind == BulletinKind.urgent
    assert "dalle 8:30 alle 13" in installation.texts(number)[1]
    _approve(installation, page, number, "urgent-form")
    sent = installation.ends_as(number, "sent")
    texts = installation.received(sent.code)
    assert all(len(messages) == 1 and "acqua sospesa" in messages[0] for messages in texts.values())

    listed(installation, "correggi", number)
    wrong = Starter(installation, page, "correggi", "correction")
    wrong.open()
    wrong.choose("Che cosa è da correggere", f"{number} · riga 3 del messaggio urgente")
    wrong.fill("Il testo giusto", "l'acqua manca soltanto in via Mazzini")
    wrong.choose("Che cosa è successo", "un nostro errore")
    take(page, "correggi.png")
    wrong.submit()
    correction = installation.newest()
    assert installation.bulletin(correction).kind == BulletinKind.correction
    _approve(installation, page, correction, "correction-form")
    put_right = installation.ends_as(correction, "sent")
    again = installation.received(put_right.code)
    assert {phone for phone, messages in again.items() if messages} == set(texts)
    assert all("soltanto in via Mazzini" in messages[0] for messages in again.values())


@pytest.mark.rehearsal
def test_an_approved_bulletin_is_opened_again(installation: Installation, page: Page) -> None:
    """Of a slot that is far enough: the others belong to other tests."""
    installation.publish("Bando per il sostegno all'affitto")
    number = installation.compose(slot_after=datetime.now(UTC) + timedelta(days=9))
    editor = Editor.of(installation, page, number, "to-be-opened-again")
    editor.open()
    editor.decide("Approva: parte")
    installation.ends_as(number, "approved")
    listed(installation, "riapri", number)
    again = Starter(installation, page, "riapri", "open-again")
    again.open()
    again.choose("Quale bollettino", f"{number} · ")
    again.choose("Chi sei", ANNA)
    again.submit()
    installation.ends_as(number, "in_review")
    last = Editor.of(installation, page, number, "opened-again")
    last.open()
    last.decide("Non inviare: le notizie passano al prossimo bollettino", who="Bruno Vice")
    merged = installation.ends_as(number, "merged")
    assert not any(installation.received(merged.code).values())


def test_a_send_is_stopped_by_hand(installation: Installation, page: Page) -> None:
    """While WhatsApp says "too fast", and the sender waits: who was not tried stays so."""
    number = installation.draft("Concerto di Natale in duomo")
    installation.ask("/_prova/guasti", {"next": THROTTLED, "times": 1_000_000})
    try:
        _approve(installation, page, number, "to-be-stopped")
        installation.ends_as(number, "sending")
        listed(installation, "ferma", number)
        ferma = Starter(installation, page, "ferma", "stop")
        ferma.open()
        ferma.choose("Quale bollettino", f"{number} · ")
        ferma.choose("Chi sei", ANNA)
        ferma.submit()
        stopped = installation.ends_as(number, "stopped")
    finally:
        installation.ask("/_prova/guasti", method="DELETE")
    assert not any(installation.received(stopped.code).values())
    listed(installation, "chiudi", number)
    chiudi = Starter(installation, page, "chiudi", "close")
    chiudi.open()
    chiudi.choose("Quale bollettino", f"{number} · ")
    chiudi.choose("Chi sei", ANNA)
    chiudi.submit()
    closed = installation.ends_as(number, "sent")
    assert not any(installation.received(closed.code).values())


def _approve(installation: Installation, page: Page, number: int, shots: str) -> None:
    editor = Editor.of(installation, page, number, shots)
    editor.open()
    editor.decide(APPROVE)
