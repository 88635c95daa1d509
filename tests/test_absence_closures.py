"""Days without a bulletin that a person enters: no slot is held on them, whatever the profile says."""

from datetime import date, datetime

import pytest
from sqlalchemy import Engine

from db import days_off
from db.engine import transaction
from db.models import Bulletin, BulletinStatus, Level
from flows.absence import closure, note_closure
from flows.bulletin.language.dates import ROME, in_rome
from flows.deploy import blocks, entry, form
from flows.door.sealed_code import OPERATOR
from flows.draft.slots import closed_days, slot_after, slot_of
from flows.profiles.urgent import StandingOrder
from flows.review.acts import NotProvedError
from flows.settings import Settings
from tests.world.builders import make_bulletin
from tests.world.comune import Comune

MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=ROME)
TUESDAY = datetime(2026, 12, 1, 11, 0, tzinfo=ROME)
FRIDAY = datetime(2026, 12, 4, 11, 0, tzinfo=ROME)


def close(
    settings: Settings, engine: Engine, first: int, last: int, *, cancel: bool = False, dry_run: bool = False
) -> str:
    return note_closure(
        settings,
        engine,
        who="Anna Redazione",
        first=date(2026, 12, first),
        last=date(2026, 12, last),
        cancel=cancel,
        dry_run=dry_run,
        now=MONDAY,
    ).words


def next_send(settings: Settings, engine: Engine) -> datetime:
    with transaction(engine) as session:
        slot = slot_after(settings.profile, MONDAY, closed_days(session, MONDAY))
    assert slot is not None
    return slot.dispatch_at


def test_no_bulletin_is_planned_for_a_closed_day_until_that_is_taken_back(
    settings: Settings, engine: Engine
) -> None:
    assert next_send(settings, engine) == TUESDAY
    for _ in range(2):
        told = close(settings, engine, 1, 3)
    assert told.startswith(
        "Chiusura da martedì 1 dicembre a giovedì 3 dicembre: in quei giorni non si prepara"
    )
    assert "Il prossimo bollettino è quello di venerdì 4 dicembre, ore 11." in told
    urgent = "Allerte e avvisi urgenti si preparano anche nei giorni di chiusura e vanno approvati"
    assert f"{urgent}: si scrive a chi è di turno." in told
    assert next_send(settings, engine) == FRIDAY
    with transaction(engine) as session:
        assert len(days_off.known_closures(session, first=date(2026, 12, 1), last=date(2026, 12, 31))) == 1
        days = days_off.days(session, first=date(2026, 12, 2), last=date(2026, 12, 9))
    assert days == {date(2026, 12, 2), date(2026, 12, 3)}
    assert close(settings, engine, 2, 2, cancel=True).startswith(
        "Annullate 1 chiusure, mercoledì 2 dicembre."
    )
    assert next_send(settings, engine) == TUESDAY
    assert "niente da annullare" in close(settings, engine, 2, 2, cancel=True)


def test_where_an_order_sends_an_alert_a_closure_does_not_say_that_each_is_approved(
    settings: Settings, sqlite: Engine
) -> None:
    rossa, expires = [Level.rossa], date(2026, 12, 1)
    order = StandingOrder(act="atto n. 1", author="il Sindaco", levels=rossa, expires=expires, minutes=30)
    urgent = settings.profile.urgent.model_copy(update={"standing_order": order})
    settings.profile = settings.profile.model_copy(update={"urgent": urgent})
    told = close(settings, sqlite, 1, 3)
    assert "vanno approvati, salvo l'ordine permanente del Comune: si scrive a chi è di turno." in told
    assert "vanno approvati: si scrive" in close(settings, sqlite, 2, 3), "it has run out by then"
    (described,) = (block["description"] for block in blocks()[0] if block["name"] == "chiusura")
    assert "vanno approvati, salvo un ordine permanente del Comune: si scrive a chi è di turno" in described


def test_with_moving_slots_it_goes_to_the_next_working_day_with_all_its_times(
    settings: Settings, sqlite: Engine
) -> None:
    closed = settings.profile.closures.model_copy(update={"holiday_slots": "move"})
    settings.profile = settings.profile.model_copy(update={"closures": closed})
    close(settings, sqlite, 1, 1)
    moved = next_send(settings, sqlite)
    assert moved == datetime(2026, 12, 2, 11, tzinfo=ROME)
    with transaction(sqlite) as session:
        entered = closed_days(session, MONDAY)
    slot = slot_of(settings.profile, moved, entered)
    assert slot is not None
    assert in_rome(slot.deputy_at) == datetime(2026, 12, 2, 10, tzinfo=ROME)
    assert slot_of(settings.profile, moved) is None


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (BulletinStatus.in_review, 'aspetta già. Se non deve partire scegli "Non inviare"'),
        (BulletinStatus.approved, "è già approvato e parte. Se non deve partire riaprilo"),
        (BulletinStatus.sent, ""),
    ],
)
def test_a_bulletin_that_is_there_already_is_named_and_keeps_its_times(
    settings: Settings, sqlite: Engine, status: BulletinStatus, words: str
) -> None:
    with transaction(sqlite) as session:
        number = make_bulletin(session, status=status, slot_at=TUESDAY).id
    told = close(settings, sqlite, 1, 1)
    assert ("ATTENZIONE" in told) == bool(words)
    assert words in told
    with transaction(sqlite) as session:
        assert session.get_one(Bulletin, number).status == status
        slot = slot_of(settings.profile, TUESDAY, closed_days(session, MONDAY))
    assert slot is not None
    assert slot.dispatch_at == TUESDAY


def test_a_slip_of_the_pen_stores_nothing(settings: Settings, sqlite: Engine) -> None:
    assert "prima di cominciare" in close(settings, sqlite, 4, 3)
    assert "in quel giorno" in close(settings, sqlite, 1, 1, dry_run=True)
    day = date(2026, 12, 1)
    for dry in (True, False):
        with pytest.raises(NotProvedError, match="non è di un redattore del profilo"):
            note_closure(
                settings, sqlite, who="Anna", first=day, last=day, proof=OPERATOR, dry_run=dry, now=MONDAY
            )
    assert next_send(settings, sqlite) == TUESDAY


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        (BulletinStatus.sending, None, "sta già partendo."),
        (BulletinStatus.stopped, "stopped_by_hand", "ha già cominciato a partire, e adesso è fermo."),
        (BulletinStatus.sent, None, "è già partito."),
        (BulletinStatus.sent, "closed_by_hand", "a partire, ed è stato chiuso prima della fine."),
    ],
)
def test_a_day_whose_bulletin_has_left_is_not_closed_any_more(
    settings: Settings, sqlite: Engine, status: BulletinStatus, reason: str | None, words: str
) -> None:
    """One that reached some only is not said to have left."""
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, status=status, slot_at=TUESDAY)
        number, bulletin.status_reason = bulletin.id, reason
    told = close(settings, sqlite, 1, 1)
    asked, late = told.split(". ", 1)
    assert asked == "È tardi per martedì 1 dicembre", "the subject of the letter: a reason"
    assert late.startswith(f"Il bollettino {number} di martedì 1 dicembre")
    assert words in late
    assert late.endswith("Scegli da mercoledì 2 dicembre in poi.")
    assert next_send(settings, sqlite) == TUESDAY, "nothing is stored"
    assert f"ATTENZIONE: il bollettino {number}" in close(settings, sqlite, 1, 3), "the other days are closed"


def test_compose_prepares_the_next_open_day(comune: Comune) -> None:
    comune.collect("all")
    close(comune.settings, comune.engine, 1, 1)
    made = comune.compose(at_approval=False, now=MONDAY)
    assert "per venerdì 4 dicembre, ore 11" in made.why
    assert made.bulletin_id is not None
    assert comune.bulletin(made.bulletin_id).slot_at == FRIDAY


def test_the_form_of_a_closure_asks_in_italian() -> None:
    (block,) = [one for one in blocks()[0] if one["name"] == "chiusura"]
    assert entry(block["entrypoint"]).name == "chiusura"
    fields = form(closure, ())["properties"]
    assert (fields["first_day"]["title"], fields["first_day"]["format"]) == ("Dal giorno", "date")
    assert fields["cancel"]["title"].startswith("Annulla la chiusura già segnata")
