"""What editors are told and when: two weeks in simulated time, receipts, lost windows, silent sources."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Paused
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from db import bulletins, days_off, mail_outbox, sources
from db.models import BulletinStatus, Letter, Source
from flows.bulletin.language.dates import ROME, in_rome
from flows.draft.slots import slot_after
from flows.letters import alarms, briefing, drafts, urgent_calls
from flows.profiles.comune import ElectionPeriod
from flows.review.choices import Choice, choices
from flows.sending import liveness
from flows.sources.pages import Now
from flows.sources.rereading import Rereading
from flows.staff.mail import post
from flows.watch import look, rounds
from tests.test_runs_windows import Server
from tests.world import outbox
from tests.world.builders import NOW, make_bulletin, make_recipient
from tests.world.comune import APPROVE, POSTPONE, SAVE, Comune
from tests.world.mail_server import Post, announce, mail_server

ANNA, BRUNO = "anna@comune.esempio.mi.it", "bruno@comune.esempio.mi.it"
EVERY = timedelta(minutes=5)


@pytest.fixture
def box(comune: Comune) -> Iterator[Post]:
    with mail_server() as found:
        announce(comune.settings.state, found.port)
        yield found


def rome(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ROME)


class Days:
    """The clock of an office: a round of watch every five minutes from 8:00 to 12:30 of each day."""

    def __init__(self, comune: Comune, box: Post, start: datetime) -> None:
        self.comune, self.box, self.at = comune, box, start
        self.told: list[tuple[str, str, str]] = []  # when, to whom, subject without PROVA

    def until(self, end: datetime) -> None:
        while self.at <= end:
            before = len(self.box.taken)
            look(self.comune.settings, self.comune.engine, now=self.at)
            alarms.tell_all(self.comune.settings, self.comune.engine, now=self.at)
            stamp = f"{in_rome(self.at):%d %H:%M}"
            self.told += [(stamp, to, said.removeprefix("PROVA · ")) for to, said in self.box.told[before:]]
            self.at += EVERY
            if (self.at.hour, self.at.minute) > (12, 30):
                self.at = (self.at + timedelta(days=1)).replace(hour=8, minute=0)

    def about_bulletins(self) -> list[tuple[str, str, str]]:
        told = [one for one in self.told if "fonte" not in one[2] and "qualche notizia" not in one[2]]
        self.told = []
        return told


def absent(comune: Comune, who: str, first: date, last: date) -> None:
    with comune.look() as session:
        days_off.enter_absence(session, editor=who, first=first, last=last, note="", now=comune.now)


@pytest.mark.rehearsal
def test_two_weeks_with_a_holiday_and_an_absence_each_thing_told_once(comune: Comune, box: Post) -> None:
    comune.reprofile(("closed = []", "closed = [2026-12-01]"))
    comune.collect("all")
    days = Days(comune, box, rome(11, 26, 8, 30))
    with comune.look() as session:
        for source in session.exec(select(Source)):  # their silence is another test's
            source.succeeded_at = source.checked_at = rome(12, 5, 8)

    # Friday's bulletin: nobody answers
    comune.draft(at_approval=False, now=days.at)
    days.until(rome(11, 28, 12, 30))
    friday = "bollettino di venerdì 27 novembre"
    assert days.about_bulletins() == [
        ("26 08:30", ANNA, f"Da approvare entro venerdì 27 novembre, ore 10:45: {friday}, 4 notizie"),
        ("27 09:30", ANNA, f"Scade fra 75 minuti: il {friday} aspetta te"),
        ("27 10:00", BRUNO, f"Tocca a te: {friday} da approvare entro venerdì 27 novembre, ore 10:45"),
        ("27 10:50", ANNA, f"Non inviato: il {friday} non è stato approvato in tempo"),
        ("27 10:50", BRUNO, f"Non inviato: il {friday} non è stato approvato in tempo"),
    ]
    said = box.last("Non inviato")
    assert "Avvisati: Anna Redazione, Bruno Vice." in said
    assert "possono entrare nel bollettino di venerdì 4 dicembre" in said, "Tuesday is closed"

    # Tuesday 1 December is closed: Monday's draft is for Friday. Anna is away, so Bruno is called first
    absent(comune, "Anna Redazione", date(2026, 11, 30), date(2026, 12, 4))
    days.at = rome(11, 30, 8, 30)
    number = comune.draft(at_approval=False, now=days.at)
    assert len(comune.items(number)) == 4, "what was not sent rolls over"
    days.until(rome(11, 30, 9))
    comune.answer(number, SAVE, texts=["x" * 2000, "b", "c", "d"], who="Bruno Vice", now=days.at)
    days.until(rome(12, 1, 12, 30))
    week = "bollettino di venerdì 4 dicembre"
    due = "entro venerdì 4 dicembre, ore 10:45"
    assert days.about_bulletins() == [
        ("30 08:30", BRUNO, f"Da guardare OGGI, da approvare {due}: {week}, 4 notizie"),
        ("30 09:05", BRUNO, f"Da correggere: il {week} NON è ancora approvato"),
    ]
    assert "Il testo è troppo lungo" in box.last("Da correggere")

    # nobody of those present answers the reminder, nobody is left as a deputy: all are called
    days.at = rome(12, 4, 9)
    days.until(rome(12, 4, 10, 30))
    assert days.about_bulletins() == [
        ("04 09:30", BRUNO, f"Scade fra 75 minuti: il {week} aspetta te"),
        ("04 10:00", ANNA, f"Tocca a te: {week} da approvare {due}"),
        ("04 10:00", BRUNO, f"Tocca a te: {week} da approvare {due}"),
    ]
    assert "un altro sostituto: abbiamo scritto anche ad Anna Redazione. Decidi" in box.last("Tocca a te")
    away = (
        "risulti assente, ma Bruno Vice non ha ancora risposto e non c'è un altro sostituto: abbiamo scritto"
    )
    assert f"{away} anche a Bruno Vice, basta che decida uno. Se puoi, decidi {due}." in box.text(-2)
    texts = ["Avviso per tutti.", "Si legge sul sito.", "Come sempre.", "Altre notizie."]
    approve = choices(comune.bulletin(number).slot_at)[Choice.approve]
    comune.answer(number, approve, texts=texts, who="Bruno Vice", now=rome(12, 4, 10, 32))
    assert comune.problems(number) == []
    days.until(rome(12, 4, 12, 30))
    assert comune.bulletin(number).status == BulletinStatus.missed
    assert days.about_bulletins() == [
        ("04 10:35", ANNA, f"Approvato: {week}, parte venerdì 4 dicembre, ore 11"),
        ("04 10:35", BRUNO, f"Approvato: {week}, parte venerdì 4 dicembre, ore 11"),
        ("04 12:05", ANNA, f"Non inviato: il {week}, approvato, non è partito in tempo"),
        ("04 12:05", BRUNO, f"Non inviato: il {week}, approvato, non è partito in tempo"),
    ]


def test_a_slot_that_moved_has_its_reminder_and_deputy_on_the_new_day(comune: Comune, box: Post) -> None:
    comune.reprofile(('"skip" ', '"move" '))
    with comune.look() as session:
        slot = slot_after(comune.settings.profile, rome(12, 7, 8, 30))
        assert slot is not None
        assert slot.dispatch_at == rome(12, 9, 11), "Tuesday 8 December is a holiday"
        make_bulletin(
            session,
            status=BulletinStatus.in_review,
            slot_at=slot.dispatch_at,
            deadline_at=slot.deadline_at,
            now=rome(12, 7, 8, 30),
        )
    days = Days(comune, box, rome(12, 7, 8, 30))
    days.until(rome(12, 9, 11))
    assert [(when, to, said.partition(":")[0]) for when, to, said in days.about_bulletins()] == [
        ("07 08:30", ANNA, "Da approvare entro mercoledì 9 dicembre, ore 10"),
        ("09 09:30", ANNA, "Scade fra 75 minuti"),
        ("09 10:00", BRUNO, "Tocca a te"),
        ("09 10:50", ANNA, "Non inviato"),
        ("09 10:50", BRUNO, "Non inviato"),
    ]


def test_when_nobody_is_there_everybody_is_called_and_it_is_said(comune: Comune, box: Post) -> None:
    for editor in comune.settings.profile.editors:
        absent(comune, editor.name, NOW.date(), NOW.date())
    comune.collect("all")
    comune.draft()
    told = alarms.tell_all(comune.settings, comune.engine, now=comune.now)
    assert told == ["e-mail inviate: 2", briefing.NOBODY]
    assert [to for to, _ in box.told] == [ANNA, BRUNO]
    assert f"- {briefing.NOBODY}" in box.text()


def test_a_draft_tells_the_whole_message_and_nothing_of_a_citizen(comune: Comune, box: Post) -> None:
    numbers = comune.subscribe()
    comune.collect("all")
    number = comune.draft()
    drafts.told_at_once(
        comune.settings, comune.engine, number, left_out=["Vecchia notizia: già inviata"], now=comune.now
    )
    ((to, subject),) = box.told
    assert to == ANNA
    assert "bollettino da inviare subito, 4 notizie" in subject
    said = box.text()
    for item in comune.items(number):
        assert " ".join(item.text.split()) in " ".join(said.split())
    assert "Va a 5 persone" in said
    assert "- Vecchia notizia: già inviata" in said
    assert "/redazione/modulo/" in said
    assert not any(phone.lstrip("+")[2:] in said.replace(" ", "") for phone in numbers)


def test_before_a_vote_a_letter_warns_of_the_names_that_the_form_warns_of(comune: Comune, box: Post) -> None:
    comune.collect("all")
    number = comune.draft()
    name = next(iter(comune.items(number))).text.split()[0]
    vote = ElectionPeriod(first=NOW.date(), last=NOW.date(), names=[name])
    comune.settings.profile = comune.settings.profile.model_copy(update={"election_period": vote})
    drafts.told_at_once(comune.settings, comune.engine, number, now=comune.now)
    assert "in periodo elettorale" in box.text()


def test_each_answer_has_its_receipt(comune: Comune, box: Post) -> None:
    comune.collect("all")
    number = comune.draft()

    def after(minutes: int, decision: str, who: str = "Anna Redazione") -> list[tuple[str, str]]:
        at, before = comune.now + timedelta(minutes=minutes), len(box.taken)
        comune.answer(number, decision, who=who, now=at)
        for _ in range(2):
            drafts.told_at_once(comune.settings, comune.engine, number, now=at)
        return [(to, said.removeprefix("PROVA · ").partition(":")[0]) for to, said in box.told[before:]]

    drafts.told_at_once(comune.settings, comune.engine, number, now=comune.now)
    assert after(1, SAVE) == [(ANNA, "Salvato, non ancora approvato")]
    assert after(2, "che cosa?", "Bruno Vice") == [(BRUNO, "Da correggere")]
    assert after(3, POSTPONE) == [(ANNA, "Rinviato al prossimo"), (BRUNO, "Rinviato al prossimo")]
    assert after(4, APPROVE, "Bruno Vice") == [(BRUNO, "Salvato, ma senza effetto")]
    assert "ha effetto" in box.text()


def test_trouble_of_the_mail_server_never_reaches_who_wanted_to_tell(comune: Comune) -> None:
    comune.collect("all")
    number = comune.draft()
    told = drafts.told_at_once(comune.settings, comune.engine, number, now=comune.now)
    assert told.sent == 0
    assert "posta di prova" in told.trouble
    with mail_server() as box:
        announce(comune.settings.state, box.port)
        alarms.tell_all(comune.settings, comune.engine, now=comune.now + EVERY)
    assert [to for to, _ in box.told] == [ANNA]


def test_a_change_on_the_site_calls_everybody_once_a_change(comune: Comune, box: Post) -> None:
    comune.collect("all")
    number = comune.draft()
    for after in ("domenica 13 dicembre", "domenica 13 dicembre", "annullata"):
        with comune.look() as session:
            change = Rereading(1, 1, "Giornata ecologica", Now.changed, "domenica 6 dicembre", after)
            drafts.tell_changes(comune.settings, session, number, [change], now=comune.now)
    post(comune.settings, comune.engine, now=comune.now)
    assert [to for to, _ in box.told] == [ANNA, BRUNO, ANNA, BRUNO]
    assert "Nel bollettino: domenica 6 dicembre\nOra sul sito: annullata" in box.text()


def test_a_source_that_is_silent_is_told_once_a_day_until_it_speaks(comune: Comune, box: Post) -> None:
    comune.collect("all")
    alerts = comune.settings.profile.sources.alerts_dpc
    days = Days(comune, box, rome(11, 24, 11))
    days.until(rome(11, 24, 12, 30))
    assert days.told == [], "read an hour ago"
    with comune.look() as session:
        source = sources.find(session, alerts)
        assert source is not None
        sources.failed(session, source.id, "404 Not Found", now=rome(11, 24, 12))
    days.until(rome(11, 26, 12, 30))
    subject = f"Una fonte non si legge: {alerts}"
    told = [one for one in days.told if one[2] == subject]
    assert told == [("25 08:00", ANNA, subject), ("26 08:00", ANNA, subject)]
    assert "Per chi gestisce il servizio, le parole del programma: «404 Not Found»." in box.last(subject)
    assert any("Nessuna notizia non vuol dire nessuna allerta" in box.text(n) for n in range(len(box.taken)))
    comune.now = rome(11, 27, 7, 55)
    comune.collect("alerts")
    days.told = []
    days.until(rome(11, 27, 9))
    assert [one for one in days.told if one[2] == subject] == []


def test_a_lost_mail_is_told_to_the_others_and_shown_by_watch(comune: Comune, box: Post) -> None:
    comune.reprofile((f'"{ANNA}"', '"rifiuta@comune.esempio.mi.it"'))
    comune.collect("all")
    comune.draft()
    for step in range(3):
        told = alarms.tell_all(comune.settings, comune.engine, now=comune.now + step * EVERY)
        assert any(line.startswith("NON CONSEGNATA a Anna Redazione") for line in told)
    assert [to for to, _ in box.told] == [BRUNO]
    assert "Un'e-mail a Anna Redazione non è arrivata" in box.told[0][1]
    assert "casella inesistente" in box.text()


def test_uncertain_sends_are_told_after_a_day_and_left_alone(comune: Comune, box: Post) -> None:
    with comune.look() as session:
        number = make_bulletin(session, status=BulletinStatus.sending).id
        recipient = make_recipient(session, comune.settings.vault())
        outbox.plan(session, number, [recipient], now=NOW)
        outbox.begin(session, number, now=NOW)
        liveness.reap(session, number, now=NOW + EVERY)
    for hours in (1, 24, 25, 26):
        alarms.tell_all(comune.settings, comune.engine, now=NOW + timedelta(hours=hours))
    assert [(to, said.partition(": ")[0]) for to, said in box.told] == [(ANNA, "PROVA · Incerti dopo 24 ore")]
    assert comune.deliveries(number)[0].status == "uncertain"


def test_a_profile_without_mail_is_told_at_every_round(comune: Comune) -> None:
    comune.settings.profile = comune.settings.profile.model_copy(update={"mail": None})
    comune.collect("all")
    comune.draft()
    told = alarms.tell_all(comune.settings, comune.engine, now=comune.now)
    assert told == ["Nessuna posta nel profilo ([mail]): i redattori non ricevono e-mail."]
    with comune.look() as session:
        assert session.exec(select(Letter)).all() == []


@pytest.mark.parametrize(
    "left_as",
    [Cancelled(), Paused(pause_key="by-hand"), None],
    ids=["cancelled", "paused-by-hand", "deleted"],
)
def test_a_lost_window_is_opened_again_by_the_next_round(
    comune: Comune, box: Post, monkeypatch: pytest.MonkeyPatch, left_as: State | None
) -> None:
    server = Server(monkeypatch)
    comune.collect("all")
    number = comune.compose().bulletin_id
    assert number is not None
    rounds(comune.settings, comune.engine, now=comune.now)
    first = comune.bulletin(number).review_run_id
    assert first is not None
    server.wait(first, 1)
    assert f"/redazione/modulo/{number}\n" in box.text(), "the letter leads to whichever window is open"
    rounds(comune.settings, comune.engine, now=comune.now + EVERY)
    assert comune.bulletin(number).review_run_id == first
    if left_as is None:
        del server.states[UUID(first)]
    else:
        server.states[UUID(first)] = left_as
    rounds(comune.settings, comune.engine, now=comune.now + 2 * EVERY)
    second = comune.bulletin(number).review_run_id
    assert second not in (None, first)
    assert [key.rpartition("-")[2] for key in server.started] == ["0", "1"]
    assert len(box.taken) == 1, "the same draft is not told twice"


def test_editors_are_told_although_no_window_can_be_opened(
    comune: Comune, box: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(monkeypatch)
    comune.collect("all")
    number = comune.draft()

    def broken(*_: object, **__: object) -> str:
        raise ConnectionError("the server of runs is down")

    monkeypatch.setattr("flows.runs.client.start", broken)
    with pytest.raises(ExceptionGroup, match=f"in attesa di un redattore: \\[{number}\\]"):
        rounds(comune.settings, comune.engine, now=comune.now)
    assert [to for to, _ in box.told] == [ANNA]
    assert server.started == []


def test_one_bulletin_that_cannot_be_told_never_costs_the_others(
    comune: Comune, box: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    comune.collect("all")
    bad = comune.draft()
    with comune.look() as session:
        good = make_bulletin(session, status=BulletinStatus.in_review, slot_at=rome(11, 27, 11)).id
    whole = bulletins.latest

    def latest(session: Session, number: int) -> object:
        if number == bad:
            raise LookupError("its text is gone")
        return whole(session, number)

    monkeypatch.setattr(bulletins, "latest", latest)
    with pytest.raises(ExceptionGroup, match="non si sono potute fare"):
        alarms.tell_all(comune.settings, comune.engine, now=comune.now)
    assert len(box.taken) == 1
    assert good != bad
    told = drafts.told_at_once(comune.settings, comune.engine, bad, now=comune.now)
    assert told.trouble == "non si è potuto scrivere ai redattori (LookupError)", "approve goes on"


def test_what_keeps_lost_letters_from_being_listed_hides_no_other_trouble(
    comune: Comune, box: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_args: object, **_named: object) -> None:
        raise OperationalError("select", {}, Exception("database is locked"))

    monkeypatch.setattr(mail_outbox, "lost", locked)
    monkeypatch.setattr(urgent_calls, "unheard", lambda *_args, **_named: ["Nessuno ha sentito."])
    with pytest.raises(ExceptionGroup) as raised:
        alarms.tell_all(comune.settings, comune.engine, now=comune.now)
    assert {type(exc) for exc in raised.value.exceptions} == {OperationalError, urgent_calls.UnreachableError}
