"""What `componi` leaves of a slot: a mark that it came to its end, a letter where there was nothing new."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from db import days_off, sources
from db.models import BulletinStatus, Letter
from flows import compose
from flows.compose import drafted
from flows.doctor import composition
from flows.doctor.composition import Mark
from flows.sending import restored
from tests.test_compose import stock
from tests.test_compose_unwritten import put
from tests.test_sending_restored import _left_since
from tests.test_watch_letters import rome
from tests.world.builders import make_bulletin, make_news_item, news_data
from tests.world.comune import DISCARD, Comune
from tests.world.examined import all_read

COMPOSE, REFRESH, SEND = rome(11, 30, 8, 30), rome(12, 1, 8), rome(12, 1, 11)  # of a Tuesday


def letters(comune: Comune) -> list[Letter]:
    with comune.look() as session:
        return list(session.exec(select(Letter).where(Letter.kind == "niente_di_nuovo")))


def left(comune: Comune) -> Mark | None:
    return next(reversed(composition.marks(comune.settings.state)), None)


# ------------------------------------------------------------------ the mark
def test_a_draft_leaves_its_mark(comuni: Comune) -> None:
    stock(comuni, 2)
    number = comuni.draft(at_approval=False, now=COMPOSE)
    assert left(comuni) == Mark(at=COMPOSE, slot_at=SEND, is_drafted=True)
    comuni.answer(number, DISCARD, now=COMPOSE)
    comuni.compose(at_approval=False, now=REFRESH)
    assert left(comuni) == Mark(at=REFRESH, slot_at=SEND, is_drafted=True), "it is decided"
    assert letters(comuni) == []


def test_a_slot_without_news_leaves_its_mark_too(comuni: Comune) -> None:
    assert drafted(comuni.settings, comuni.engine, at_approval=False, now=COMPOSE).bulletin_id is None
    assert left(comuni) == Mark(at=COMPOSE, slot_at=SEND, is_drafted=False)


def test_what_died_looked_only_or_is_for_no_slot_leaves_none(
    comuni: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock(comuni, 2)
    comuni.compose(at_approval=False, dry_run=True)
    comuni.compose()
    stock(comuni, 2)
    monkeypatch.setattr(compose, "write", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        comuni.compose(at_approval=False)
    assert left(comuni) is None


def test_a_restored_copy_that_waits_for_a_person_leaves_it(comuni: Comune) -> None:
    _left_since(comuni, 1)
    with comuni.look() as session:
        assert restored.waits(comuni.settings, session)
    stock(comuni, 1)
    assert comuni.compose(at_approval=False).bulletin_id is not None
    assert left(comuni) is not None


def test_a_disk_that_takes_nothing_costs_no_draft(comune: Comune, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(composition, "leave", full)
    stock(comune, 1)
    assert comune.compose(at_approval=False).bulletin_id is not None


@pytest.mark.parametrize("content", [b"", b"{}", b"[1", b'{"at": "2026-11-30T08:30:00"}'])
def test_a_mark_that_cannot_be_read_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / composition.FILE).write_bytes(content)
    assert composition.marks(tmp_path) == []
    mark = Mark(at=COMPOSE, slot_at=SEND, is_drafted=False)
    for _ in range(composition.KEPT + 1):
        composition.leave(tmp_path, mark)
    assert composition.marks(tmp_path) == [mark] * composition.KEPT


# ------------------------------------------------------------------ the letter
def test_who_is_on_duty_is_told_once_that_there_is_nothing_new(comuni: Comune) -> None:
    comuni.now = COMPOSE
    all_read(comuni)
    old = news_data(title="La fiera di un mese fa", published_at=COMPOSE - timedelta(days=30))
    with comuni.look() as session:
        make_news_item(session, old)
        day = SEND.date()
        days_off.enter_absence(session, editor="Anna Redazione", first=day, last=day, note="", now=COMPOSE)
    for now in (COMPOSE, COMPOSE + timedelta(hours=1), REFRESH):
        comuni.compose(at_approval=False, now=now)
    (letter,) = letters(comuni)
    assert (letter.editor, letter.until) == ("Anna Redazione", rome(12, 1, 10, 45))
    assert letter.subject == "PROVA · Per ora niente da inviare: bollettino di martedì 1 dicembre"
    for words in (
        "per il bollettino di martedì 1 dicembre. Nessun bollettino: non ci sono notizie nuove.",
        "Guardiamo di nuovo martedì 1 dicembre, ore 8: se intanto il sito pubblica qualcosa ti arriva la",
        "Altrimenti martedì 1 dicembre non parte nessun messaggio. Non devi fare niente.",
        "Lasciate fuori (i titoli sono nella pagina Redazione):\n- pubblicata da più di 14 giorni (1)",
        "Ultima notizia vista sul sito: «La fiera di un mese fa», sabato 31 ottobre. Se ti sembra strano",
    ):
        assert words in letter.text
    assert "{" not in letter.text
    comuni.compose(at_approval=False, now=rome(12, 3, 8, 30))
    assert len(letters(comuni)) == 2, "Friday's"


def test_nobody_is_told_before_the_slots_own_hour(comuni: Comune) -> None:
    """An editor who starts it on Wednesday reads the run's report; Thursday's run tells."""
    for early in (rome(11, 27, 12), COMPOSE - timedelta(minutes=1)):
        comuni.compose(at_approval=False, now=early)
    with comuni.look() as session:
        day = SEND.date()
        days_off.enter_closure(session, first=day, last=day, note="", now=COMPOSE)
    for now in (COMPOSE, REFRESH):
        mark = left(comuni)
        comuni.compose(at_approval=False, now=now)
        assert left(comuni) != mark
    assert letters(comuni) == []
    comuni.compose(at_approval=False, now=rome(12, 3, 8, 30))
    assert [letter.subject.rpartition(": ")[2] for letter in letters(comuni)] == [
        "bollettino di venerdì 4 dicembre"
    ]


def test_nobody_is_told_where_there_is_a_draft_or_none_was_asked_for_a_slot(comuni: Comune) -> None:
    comuni.compose(now=COMPOSE)
    comuni.compose(at_approval=False, dry_run=True, now=COMPOSE)
    with comuni.look() as session:
        make_bulletin(session, status=BulletinStatus.merged, slot_at=SEND, now=COMPOSE)
    comuni.compose(at_approval=False, now=COMPOSE)
    assert letters(comuni) == []


def test_after_the_last_look_it_says_what_can_still_be_done(comune: Comune) -> None:
    """News that no text can be made of are no news to do nothing about; nor is a source that is not read."""
    comune.now = REFRESH
    put(comune, "Concerto in piazza", "Torna il concerto della banda.")  # of no day
    (feed,) = comune.settings.profile.sources.feeds
    all_read(comune)
    with comune.look() as session:
        source = sources.find(session, feed)
        assert source is not None
        sources.failed(session, source.id, "answers 503", now=comune.now)
    comune.compose(at_approval=False)
    (letter,) = letters(comune)
    assert "Guardiamo di nuovo" not in letter.text
    assert "Non devi fare niente" not in letter.text
    for words in (
        "nessuna ha un testo che si possa inviare. Scrivilo tu. Non tutte le fonti si leggono.",
        "Così martedì 1 dicembre non parte nessun messaggio. Se il sito pubblica qualcosa",
        "«componi» prepara la bozza fino a martedì 1 dicembre, ore 10:45: http",
        "entrano da sole.\n- Concerto in piazza (",
        f"se c'è qualcosa di nuovo:\n- Non si legge {feed} (answers 503).",
    ):
        assert words in letter.text


def test_what_comes_before_the_send_is_named(comune: Comune) -> None:
    """With the way to announce it in time."""
    comune.now = COMPOSE
    title, abstract = (
        "Consiglio comunale sul bilancio",
        "Si riunisce lunedì 30 novembre alle 21:00 in municipio.",
    )
    with comune.look() as session:
        at = COMPOSE - timedelta(days=1)
        data = news_data(title=title, abstract=abstract, body="", category=None, published_at=at)
        make_news_item(session, data)
    comune.compose(at_approval=False)
    (letter,) = letters(comune)
    line = "- Consiglio comunale sul bilancio: viene prima dell'invio, lunedì 30 novembre"
    assert f"\n{line}\n\nPer annunciare in tempo" in letter.text
    subject = (
        "Per ora niente da inviare: bollettino di martedì 1 dicembre; OGGI decidi di ciò che viene prima"
    )
    assert subject in letter.subject
    assert "Non devi fare niente" not in letter.text
