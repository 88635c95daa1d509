"""A sample that an editor asks for: what is kept, what leaves and when, and what is told of it; by rows."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from db import bulletins, provider
from db.engine import reading, transaction
from db.models import Bulletin, BulletinStatus, BulletinVersion, Outcome, Sample
from db.rate import Priority
from flows.profiles.comune import Editor
from flows.sending import samples
from flows.settings import Settings
from flows.whatsapp.client import PostOutcome
from flows.whatsapp.messages import OutgoingTemplate
from tests.world.builders import NOW, item_of, make_bulletin, make_news_item
from tests.world.posted import Posted, posted

__all__ = ["posted"]  # the fixture
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
TEXT = "Via Roma chiude lunedì 30 novembre dalle 8 alle 18."
ANNA = "BOLLETTINO_PHONE_ANNA_REDAZIONE"


def editor(settings: Settings, place: int = 0) -> Editor:
    return settings.profile.editors[place]


def draft(session: Session) -> tuple[Bulletin, BulletinVersion]:
    """In review, and its version of `NOW`."""
    bulletin = make_bulletin(session, status=BulletinStatus.in_review)
    version = bulletins.latest(session, bulletin.id)
    assert version is not None
    return bulletin, version


def make_sample(
    session: Session,
    bulletin: Bulletin,
    *,
    at: datetime = NOW,
    by: str = "anna-redazione",
    started_at: datetime | None = None,
    outcome: Outcome | None = None,
    code: str | None = None,
    version: int = 1,
) -> Sample:
    sample = Sample(
        bulletin_id=bulletin.id,
        version_number=version,
        editor=by,
        asked_at=at,
        started_at=started_at,
        outcome=outcome,
        code=code,
    )
    session.add(sample)
    session.flush()
    return sample


def kept(engine: Engine) -> list[Sample]:
    with reading(engine) as session:
        return sorted(session.exec(select(Sample)), key=lambda one: (one.asked_at, one.version_number))


def test_what_is_asked_for_waits_for_its_version_from_the_moment_of_the_answer(
    settings: Settings, sqlite: Engine
) -> None:
    with transaction(sqlite) as session:
        bulletin, version = draft(session)
        second = bulletins.add_version(
            session, bulletin, [item_of(make_news_item(session))], author="x", now=NOW + SECOND
        )
        assert samples.ask(settings, session, bulletin, second, editor(settings, 1)) == ""
        number = bulletin.id
        assert version.number == 1
    (sample,) = kept(sqlite)
    assert (sample.bulletin_id, sample.version_number, sample.editor) == (number, 2, "bruno-vice")
    assert sample.asked_at == NOW + SECOND
    assert (sample.started_at, sample.outcome, sample.code) == (None, None, None)


def test_who_has_no_telephone_is_told_and_nothing_waits(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = (
        "La prova non è partita: il numero di telefono di Anna Redazione {why}. "
        "Chiedi a chi gestisce il servizio (BOLLETTINO_PHONE_ANNA_REDAZIONE)."
    )
    with transaction(sqlite) as session:
        bulletin, version = draft(session)
        monkeypatch.setenv(ANNA, "77")
        said = samples.ask(settings, session, bulletin, version, editor(settings))
        assert said == told.format(why="non è scritto bene nella configurazione")
        monkeypatch.setattr(Settings, "editor_phone", lambda *_: None)
        said = samples.ask(settings, session, bulletin, version, editor(settings))
        assert said == told.format(why="non è nella configurazione")
    assert kept(sqlite) == []


def test_the_sixth_of_an_hour_waits_for_the_first_of_them_to_grow_old(
    settings: Settings, sqlite: Engine
) -> None:
    with transaction(sqlite) as session:
        bulletin, version = draft(session)
        for minutes in (59, 40, 30, 20):
            make_sample(session, bulletin, at=NOW - timedelta(minutes=minutes), outcome=Outcome.accepted)
        assert samples.ask(settings, session, bulletin, version, editor(settings)) == "", "the fifth"
        assert samples.ask(settings, session, bulletin, version, editor(settings)) == (
            "La prova non è partita: in un'ora se ne possono chiedere 5. Riprova dopo le 10:31."
        )
        # two answers at one time may both have found room: five must grow old
        make_sample(session, bulletin, at=NOW)
        assert "Riprova dopo le 10:50." in samples.ask(settings, session, bulletin, version, editor(settings))
    assert len(kept(sqlite)) == 6


@pytest.mark.parametrize(
    ("age", "outcome", "is_asked"),
    [
        (HOUR - SECOND, Outcome.accepted, False),
        (HOUR, Outcome.accepted, True),  # exactly an hour is not within it any more
        (SECOND, Outcome.uncertain, False),
        (SECOND, Outcome.in_flight, False),
        (SECOND, None, False),
        (SECOND, Outcome.refused, True),  # it did not leave
        (SECOND, Outcome.not_sent, True),
    ],
)
def test_only_what_left_or_may_have_left_within_the_hour_counts(
    settings: Settings, sqlite: Engine, age: timedelta, outcome: Outcome | None, is_asked: bool
) -> None:
    with transaction(sqlite) as session:
        bulletin, version = draft(session)
        other, _ = draft(session)
        make_sample(session, bulletin, at=NOW - age, outcome=outcome)
        make_sample(session, other)  # of another bulletin
        make_sample(session, bulletin, by="", outcome=Outcome.accepted)  # of a test
        for _ in range(4):
            make_sample(session, bulletin)
        said = samples.ask(settings, session, bulletin, version, editor(settings))
    assert (said == "") is is_asked


def test_what_leaves_is_the_text_of_its_own_version_dated_as_it_was_asked_for(
    settings: Settings, sqlite: Engine, posted: Posted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ANNA, "+39 333 765 4321")
    later = NOW + timedelta(days=2)
    with transaction(sqlite) as session:
        bulletin, _ = draft(session)
        bulletins.add_version(
            session, bulletin, [item_of(make_news_item(session), text="Un altro.")], author="x", now=later
        )
        sample = make_sample(session, bulletin)
        number, code, id_ = bulletin.id, bulletin.code, sample.id
        provider.seen(session, "bollettino_1", "it", category="UTILITY", at=NOW)
    posted.looks = lambda: [(one.started_at, one.outcome) for one in kept(sqlite)]
    assert samples.send_asked(settings, sqlite, number, now=later) == 1
    assert posted.messages == [
        OutgoingTemplate(
            to="+393337654321",
            bsuid=None,
            name="bollettino_1",
            language="it",
            category="UTILITY",
            parameters=(TEXT, "martedì 24 novembre"),
            button_suffix=code,
            opaque=str(id_),
        )
    ]
    assert posted.calls == [(settings, sqlite, Priority.answer)]
    assert posted.seen == [[(later, Outcome.in_flight)]], "committed before the POST"
    assert [(one.outcome, one.code) for one in kept(sqlite)] == [(Outcome.accepted, None)]
    assert samples.send_asked(settings, sqlite, number, now=later) == 0
    assert len(posted.calls) == 1, "nothing to post"


def test_whose_number_is_gone_gets_nothing_and_the_others_theirs(
    settings: Settings, sqlite: Engine, posted: Posted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gone with the editor, with the version, or because it is none by now."""
    monkeypatch.setenv(ANNA, "77")
    with transaction(sqlite) as session:
        bulletin, _ = draft(session)
        for second, (by, version) in enumerate(
            [("carla-andata", 1), ("anna-redazione", 1), ("bruno-vice", 9), ("bruno-vice", 1)]
        ):
            make_sample(session, bulletin, at=NOW + second * SECOND, by=by, version=version)
        number = bulletin.id
    assert samples.send_asked(settings, sqlite, number, now=NOW + HOUR) == 1
    assert [message.to for message in posted.messages] == ["+393331000001"]
    lost = (Outcome.not_sent, "no_phone")
    assert [(one.outcome, one.code) for one in kept(sqlite)] == [lost, lost, lost, (Outcome.accepted, None)]
    assert {one.started_at for one in kept(sqlite)} == {NOW + HOUR}


def test_where_no_telephone_is_known_nothing_is_posted_at_all(
    settings: Settings, sqlite: Engine, posted: Posted, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(sqlite) as session:
        bulletin, _ = draft(session)
        make_sample(session, bulletin)
        number = bulletin.id
    monkeypatch.setattr(Settings, "editor_phone", lambda *_: None)
    assert samples.send_asked(settings, sqlite, number, now=NOW) == 0
    assert posted.calls == []
    assert [(one.outcome, one.code) for one in kept(sqlite)] == [(Outcome.not_sent, "no_phone")]


@pytest.mark.parametrize(
    ("answer", "stored"),
    [
        (PostOutcome("refused", code="131026", reason="HTTP 400"), (Outcome.refused, "131026")),
        (PostOutcome("uncertain", reason="ReadTimeout"), (Outcome.uncertain, "ReadTimeout")),
        (PostOutcome("not_sent", reason="no_turn"), (Outcome.not_sent, "no_turn")),
        (PostOutcome("accepted", wamid="w"), (Outcome.accepted, None)),
    ],
)
def test_what_came_of_it_is_stored_with_the_code_or_what_happened(
    settings: Settings,
    sqlite: Engine,
    posted: Posted,
    answer: PostOutcome,
    stored: tuple[Outcome, str | None],
) -> None:
    with transaction(sqlite) as session:
        bulletin, _ = draft(session)
        make_sample(session, bulletin)
        number = bulletin.id
    posted.answers = [answer]
    samples.send_asked(settings, sqlite, number, now=NOW)
    assert [(one.outcome, one.code) for one in kept(sqlite)] == [stored]


UNKNOWN = (
    "Non sappiamo se la prova per Anna Redazione è partita (alle 9:05): guarda il telefono. "
    "Da sola non riparte; se non è arrivata chiedine un'altra."
)


@pytest.mark.parametrize(
    ("outcome", "code", "words"),
    [
        (None, None, "La prova sul telefono di Anna Redazione sta per partire."),
        (
            Outcome.accepted,
            None,
            "Prova inviata al telefono di Anna Redazione alle 9:05. Il pulsante apre la pagina solo dopo "
            "l'invio vero.",
        ),
        (
            Outcome.refused,
            "131026",
            "La prova per Anna Redazione non è partita (alle 9:05): non consegnabile: il numero non è "
            "raggiungibile su WhatsApp.",
        ),
        (
            Outcome.not_sent,
            "no_turn",
            "La prova per Anna Redazione non è partita (alle 9:05): WhatsApp non si raggiunge. Riprova tra "
            "poco.",
        ),
        (Outcome.uncertain, None, UNKNOWN),
        (Outcome.in_flight, None, UNKNOWN),
    ],
)
def test_what_is_told_of_each_end(
    settings: Settings, sqlite: Engine, outcome: Outcome | None, code: str | None, words: str
) -> None:
    started = NOW.replace(hour=8, minute=5)  # five past nine in Rome, an hour and more after it was asked for
    with transaction(sqlite) as session:
        bulletin, _ = draft(session)
        make_sample(
            session, bulletin, at=started - HOUR, started_at=started, outcome=outcome, code=code, version=2
        )
        make_sample(session, bulletin, by="", started_at=NOW, outcome=Outcome.refused, version=3)
        assert samples.sentence(settings, session, bulletin.id, 2) == words
        assert samples.sentence(settings, session, bulletin.id, 1) == ""
        assert samples.sentence(settings, session, bulletin.id, 3) == "", "a test is nobody's answer"


def test_who_asked_and_left_the_profile_is_not_named_and_the_hour_is_that_of_the_question(
    settings: Settings, sqlite: Engine
) -> None:
    with transaction(sqlite) as session:
        bulletin, _ = draft(session)
        make_sample(session, bulletin, by="carla-andata", outcome=Outcome.accepted)
        said = samples.sentence(settings, session, bulletin.id, 1)
    assert said.startswith("Prova inviata al telefono di chi l'ha chiesta alle 10:30. Il pulsante")


def test_the_message_is_told_by_its_id(settings: Settings, sqlite: Engine, posted: Posted) -> None:
    """Two at once: each gets the end of its own message."""
    with transaction(sqlite) as session:
        bulletin, _ = draft(session)
        make_sample(session, bulletin)
        make_sample(session, bulletin, at=NOW + SECOND, by="bruno-vice")
        number = bulletin.id
    posted.answers = [PostOutcome("refused", code="131026"), PostOutcome("accepted", wamid="w")]
    assert samples.send_asked(settings, sqlite, number, now=NOW) == 2
    assert [message.to for message in posted.messages] == ["+393331000000", "+393331000001"]
    assert [UUID(message.opaque) for message in posted.messages] == [one.id for one in kept(sqlite)]
    assert [one.outcome for one in kept(sqlite)] == [Outcome.refused, Outcome.accepted]
