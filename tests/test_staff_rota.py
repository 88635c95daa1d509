"""Who is on duty, who is next, and what an absence changes."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from db import days_off
from db.engine import transaction
from flows.__main__ import main
from flows.absence import absence, note_absence
from flows.bulletin.language.dates import ROME
from flows.deploy import form
from flows.profiles.comune import Editor
from flows.settings import DEMO, Settings
from flows.staff import duty as desk
from flows.staff.rota import Away, next_on_duty, on_duty

ANNA = Editor(name="Anna", email="anna@a.it", on_duty=True)
BRUNO = Editor(name="Bruno", email="bruno@a.it")
CARLA = Editor(name="Carla", email="carla@a.it")
ALL = [ANNA, BRUNO, CARLA]
TUESDAY = datetime(2026, 12, 1, 10, 0, tzinfo=ROME)


def away(name: str, first: int = 1, last: int = 1) -> Away:
    return Away(name, date(2026, 12, first), date(2026, 12, last))


def test_who_is_marked_is_on_duty_and_the_others_follow_in_the_profiles_order() -> None:
    assert on_duty(ALL, [], TUESDAY).people == (ANNA,)
    assert next_on_duty(ALL, [], TUESDAY, ["Anna"]).people == (BRUNO,)
    assert next_on_duty(ALL, [], TUESDAY, ["Anna", "Bruno"]).people == (CARLA,)


def test_who_is_away_is_not_called() -> None:
    assert on_duty(ALL, [away("Anna")], TUESDAY).people == (BRUNO,)
    assert next_on_duty(ALL, [away("Bruno")], TUESDAY, ["Anna"]).people == (CARLA,)


def test_when_nobody_is_left_everybody_is_called_and_it_is_said() -> None:
    nobody = on_duty(ALL, [away(one.name) for one in ALL], TUESDAY)
    assert (nobody.people, nobody.is_everybody) == (tuple(ALL), True)
    last = next_on_duty(ALL, [away("Carla")], TUESDAY, ["Anna", "Bruno"])
    assert (last.people, last.is_everybody) == (tuple(ALL), True)
    assert last.names == "Anna, Bruno e Carla"


@pytest.mark.parametrize(
    ("at", "is_away"),
    [
        (datetime(2026, 11, 30, 22, 59, tzinfo=UTC), False),  # 23:59 in Rome
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), True),  # midnight in Rome
        (datetime(2026, 12, 1, 22, 59, tzinfo=UTC), True),
        (datetime(2026, 12, 1, 23, 0, tzinfo=UTC), False),
    ],
    ids=["before", "first-minute", "last-minute", "after"],
)
def test_an_absence_is_of_whole_days_in_rome(at: datetime, is_away: bool) -> None:
    assert (on_duty(ALL, [away("Anna")], at).people == (BRUNO,)) is is_away


absent = st.sets(st.sampled_from(["Anna", "Bruno", "Carla"]))


@given(absent, absent)
def test_somebody_is_always_called_and_never_who_is_away_unless_all_are(
    gone: set[str], called: set[str]
) -> None:
    off = [away(name) for name in gone]
    for duty in (on_duty(ALL, off, TUESDAY), next_on_duty(ALL, off, TUESDAY, called)):
        assert duty.people
        if not duty.is_everybody:
            assert not gone & {person.name for person in duty.people}


def enter(
    settings: Settings,
    engine: Engine,
    who: str,
    first: int,
    last: int,
    *,
    cancel: bool = False,
    dry_run: bool = False,
) -> str:
    return note_absence(
        settings,
        engine,
        who=who,
        first=date(2026, 12, first),
        last=date(2026, 12, last),
        cancel=cancel,
        dry_run=dry_run,
        now=TUESDAY,
    ).words


def test_an_absence_entered_in_the_form_changes_who_is_called(settings: Settings, engine: Engine) -> None:
    assert enter(settings, engine, "anna  redazione", 3, 4) == (
        "Assenza di Anna Redazione, da giovedì 3 dicembre a venerdì 4 dicembre. "
        "Di turno in quei giorni: Bruno Vice. C'è una persona sola (Bruno Vice) giovedì 3 dicembre e "
        "venerdì 4 dicembre, e nessuno la sostituisce. Se non risponde: per un bollettino scriviamo anche a "
        "chi è assente; per un'allerta o un avviso urgente scriviamo di nuovo solo a Bruno Vice. Ciò che si "
        "approva in due parte solo se approva anche chi è assente: gli scriviamo dopo la prima approvazione."
    )
    longer = enter(settings, engine, "Anna Redazione", 7, 9, dry_run=True)
    assert "(Bruno Vice) lunedì 7 dicembre e in altri 2 giorni, e nessuno" in longer
    assert "(Bruno Vice) lunedì 7 dicembre, e nessuno" in enter(
        settings, engine, "Anna Redazione", 7, 7, dry_run=True
    )
    for day, name in ((2, "Anna Redazione"), (3, "Bruno Vice"), (4, "Bruno Vice"), (5, "Anna Redazione")):
        with transaction(engine) as session:
            at = TUESDAY + timedelta(days=day - 1)
            assert desk.on_duty(session, settings.profile, at).names == name
    assert "Annullato: l'assenza di Anna Redazione" in enter(
        settings, engine, "Anna Redazione", 4, 4, cancel=True
    )
    with transaction(engine) as session:
        at = TUESDAY + timedelta(days=2)
        assert desk.on_duty(session, settings.profile, at).names == "Anna Redazione"


def test_the_same_absence_is_stored_once(settings: Settings, engine: Engine) -> None:
    for _ in range(2):
        enter(settings, engine, "Anna Redazione", 3, 4)
    with transaction(engine) as session:
        assert len(days_off.known_absences(session, first=date(2026, 12, 1), last=date(2026, 12, 31))) == 1


def test_days_without_anybody_are_said_aloud(settings: Settings, sqlite: Engine) -> None:
    enter(settings, sqlite, "Anna Redazione", 3, 7)
    told = enter(settings, sqlite, "Bruno Vice", 4, 5)
    assert "ATTENZIONE: non resta nessuno venerdì 4 dicembre e in altri 1 giorni" in told


@pytest.mark.parametrize(
    ("who", "first", "last", "words"),
    [
        ("Carla", date(2026, 12, 3), date(2026, 12, 4), "I nomi sono: Anna Redazione, Bruno Vice"),
        ("Anna Redazione", date(2026, 12, 4), date(2026, 12, 3), "prima di cominciare"),
        ("Anna Redazione", date(2026, 12, 4), date(2027, 12, 30), "più di un anno"),
        ("Anna Redazione", date(2025, 12, 4), date(2025, 12, 5), "controlla l'anno"),
    ],
    ids=["unknown", "backwards", "too-long", "past"],
)
def test_a_slip_of_the_pen_stores_nothing_and_says_why(
    settings: Settings, sqlite: Engine, who: str, first: date, last: date, words: str
) -> None:
    for dry_run in (True, False):
        noted = note_absence(settings, sqlite, who=who, first=first, last=last, dry_run=dry_run, now=TUESDAY)
        assert not noted.is_accepted
        assert words in noted.words
    with transaction(sqlite) as session:
        assert days_off.known_absences(session, first=date(2020, 1, 1), last=date(2030, 1, 1)) == []


def test_a_dry_run_stores_nothing(settings: Settings, sqlite: Engine) -> None:
    enter(settings, sqlite, "Anna Redazione", 3, 4, dry_run=True)
    assert "non c'è niente da annullare" in enter(settings, sqlite, "Anna Redazione", 3, 4, cancel=True)


def test_the_command_line_enters_an_absence(
    sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.environ", {**os.environ})  # the verb sets it for its own process
    monkeypatch.setenv("BOLLETTINO_PROFILE", str(DEMO))
    monkeypatch.setenv("BOLLETTINO_STATE", str(tmp_path))
    monkeypatch.setenv("BOLLETTINO_DATABASE", sqlite.url.render_as_string())
    assert main(["absence", "Anna Redazione", "2099-12-07", "2099-12-08", "--note", "ferie"]) == 0
    assert "Assenza di Anna Redazione, da lunedì 7 dicembre" in capsys.readouterr().out
    with transaction(sqlite) as session:
        (stored,) = days_off.known_absences(session, first=date(2099, 12, 8), last=date(2099, 12, 8))
        assert (stored.editor, stored.note) == ("Anna Redazione", "ferie")
    assert main(["absence", "Nessuno", "2099-12-07", "2099-12-08"]) == 2
    assert main(["absence", "Anna Redazione", "2099-12-01", "2099-12-31", "--cancel"]) == 0


def test_the_form_of_an_absence_asks_in_italian() -> None:
    fields = form(absence, ())["properties"]
    assert fields["who"]["title"].startswith("Chi è assente")
    assert (fields["first_day"]["title"], fields["first_day"]["format"]) == ("Dal giorno", "date")
    assert fields["cancel"]["default"] is False


def test_nobody_is_said_to_stand_in_who_is_away_in_between(settings: Settings, engine: Engine) -> None:
    enter(settings, engine, "Bruno Vice", 4, 4)
    words = enter(settings, engine, "Anna Redazione", 3, 5)
    assert "Di turno in quei giorni" not in words
    assert "ATTENZIONE: non resta nessuno venerdì 4 dicembre" in words
