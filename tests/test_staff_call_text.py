"""Whose turn it is, when, and what a call says: the rules alone, without a database."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.models import Call, CallChannel, CallStatus
from flows.bulletin.alerts.urgent import Quiet
from flows.bulletin.language.dates import ROME
from flows.bulletin.language.measure import utf16
from flows.bulletin.message.frame import BODY_LIMIT, fill
from flows.bulletin.message.sms import GSM7, units
from flows.profiles.comune import Editor
from flows.profiles.mail import Sms
from flows.settings import DEMO, Settings, load_profile
from flows.staff.call_text import Pace, Summons
from flows.staff.rota import Away, in_turn
from flows.whatsapp.messages import parameter_problem

SETTINGS = Settings(load_profile(DEMO), DEMO, DEMO)
WORDS = SETTINGS.texts["sms"]["turno_urgente"]
FRAME = SETTINGS.frame("redazione_urgente")
NAMES = ("Anna", "Bruno", "Carla")
PEOPLE = [Editor(name=name, email=f"{name}@a.it", on_duty=name == "Anna") for name in NAMES]
AT = datetime(2026, 12, 1, 15, 0, tzinfo=ROME)
PACE = Pace(timedelta(minutes=10), Quiet(time(22), time(7)))


def made(turn: int, at: datetime, status: CallStatus = CallStatus.accepted, name: str = "Anna") -> Call:
    return Call(
        bulletin_id=1,
        version_number=1,
        turn=turn,
        editor=name,
        channel=CallChannel.email,
        called_at=at,
        until=at + PACE.every,
        status=status,
        status_at=at,
    )


def test_the_rota_goes_round_from_who_is_on_duty() -> None:
    called: list[str] = []
    for _ in range(7):
        called += [person.name for person in in_turn(PEOPLE, [], AT, called).people]
    assert called == ["Anna", "Bruno", "Carla", "Anna", "Bruno", "Carla", "Anna"]


def test_who_comes_back_is_called_next() -> None:
    away = [Away("Bruno", date(2026, 12, 1), date(2026, 12, 1))]
    called = ["Anna", "Carla", "Anna", "Carla"]
    assert in_turn(PEOPLE, away, AT, called).names == "Anna"
    assert in_turn(PEOPLE, away, AT + timedelta(days=1), called).names == "Bruno"


@given(st.sets(st.sampled_from(NAMES)), st.integers(1, 30))
def test_nobody_who_is_there_is_forgotten_and_nobody_who_is_away_is_called(
    gone: set[str], turns: int
) -> None:
    away = [Away(name, AT.date(), AT.date()) for name in gone]
    called: list[str] = []
    for _ in range(turns):
        duty = in_turn(PEOPLE, away, AT, called)
        assert duty.people
        assert duty.is_everybody == (gone == set(NAMES))
        called += [person.name for person in duty.people]
    there = set(NAMES) - gone or set(NAMES)
    counts = Counter(called)
    assert set(counts) <= there
    assert max(counts.values()) - min(counts[name] for name in there) <= 1


@pytest.mark.parametrize(
    ("minutes", "status", "is_due"),
    [
        (5, CallStatus.accepted, False),
        (8, CallStatus.accepted, False),
        (9, CallStatus.accepted, True),  # watch comes every five minutes, give or take some seconds
        (1, CallStatus.refused, True),
        (1, CallStatus.late, True),
        (1, CallStatus.queued, False),
        (1, CallStatus.uncertain, False),
    ],
)
def test_the_next_is_called_after_ten_minutes_or_when_nobody_was_reached(
    minutes: int, status: CallStatus, is_due: bool
) -> None:
    calls = [made(1, AT - timedelta(hours=1), CallStatus.refused), made(2, AT, status)]
    assert PACE.is_due(calls, None, None, AT + timedelta(minutes=minutes)) == is_due


def test_one_channel_that_got_through_is_enough_to_wait() -> None:
    calls = [made(1, AT, CallStatus.refused), made(1, AT, CallStatus.accepted)]
    assert not PACE.is_due(calls, None, None, AT + timedelta(minutes=5))


def test_who_is_at_the_form_gets_the_time_to_finish() -> None:
    at = AT + timedelta(minutes=10)
    assert PACE.is_due([made(1, AT)], None, None, at)
    assert not PACE.is_due([made(1, AT)], AT + timedelta(minutes=7), None, at)
    assert PACE.is_due([made(1, AT)], AT + timedelta(minutes=7), None, at + timedelta(minutes=7))


@pytest.mark.parametrize(
    ("clock", "begins", "is_due"),
    [
        ("2026-12-01 21:59", "2026-12-02 12:00", True),
        ("2026-12-01 22:00", "2026-12-02 12:00", False),
        ("2026-12-02 06:59", "2026-12-02 12:00", False),
        ("2026-12-02 07:00", "2026-12-02 12:00", True),
        ("2026-12-01 23:00", "2026-12-02 00:00", True),
        ("2026-12-02 03:00", "2026-12-02 00:00", True),
    ],
)
def test_in_quiet_hours_nobody_is_called_for_what_begins_well_after_them(
    clock: str, begins: str, is_due: bool
) -> None:
    moments = [datetime.fromisoformat(text).replace(tzinfo=ROME) for text in (clock, begins)]
    assert PACE.is_due([], None, moments[1], moments[0]) == is_due


def summons(link: str = "https://boll.comune.esempio.mi.it/r/AbCdEf-_1234", **changes: Any) -> Summons:
    values = {
        "what": "allerta ARANCIONE (livello 3 su 4) per temporali forti, dalle 0 alle 24 di domenica 6",
        "short": "ALLERTA ARANCIONE",
        "after": "a Sostituto di turno, tel. +393337654321",
        "otherwise": "NON si invia niente a 4.850 persone",
        "ending": "NON si invia",
        **changes,
    }
    return Summons(until=AT + timedelta(minutes=5), link=link, **values)


def test_a_call_by_whatsapp_reads_as_meta_approved_it() -> None:
    shown = fill(FRAME, summons().values(FRAME))
    assert "messaggio urgente da approvare, allerta ARANCIONE (livello 3 su 4) per temporali forti" in shown
    assert (
        "Senza risposta entro le 15:05 di martedì 1 dicembre scriviamo a Sostituto di turno, "
        "tel. +393337654321. Se nessuno risponde: NON si invia niente a 4.850 persone."
    ) in shown


@given(st.text(min_size=1, max_size=2000).filter(str.strip))
def test_no_text_makes_a_call_that_meta_refuses(what: str) -> None:
    values = summons(what=f"avviso: {what}").values(FRAME)
    assert utf16(fill(FRAME, values)) <= BODY_LIMIT
    assert [parameter_problem(value) for value in values] == [None] * 4


def test_a_call_says_the_deadline_that_letter_and_form_say() -> None:
    midnight = datetime(2026, 12, 7, tzinfo=ROME)
    due = summons("https://boll.it/r/AbCdEf-_1234", due=midnight)
    assert due.sms(WORDS) == (
        "Bollettino: ALLERTA ARANCIONE da approvare subito, entro le 24 del 6/12. "
        "https://boll.it/r/AbCdEf-_1234 Senza risposta NON si invia."
    )
    shown = fill(FRAME, due.values(FRAME))
    assert ("NON si invia niente a 4.850 persone (si decide entro domenica 6 dicembre, ore 24).") in shown
    at_one = summons("https://boll.it/r/AbCdEf-_1234", due=midnight + timedelta(hours=13, minutes=30))
    assert "entro le 13:30 del 7/12. https" in at_one.sms(WORDS)
    assert "entro l'1:05 del 7/12." in summons(due=midnight + timedelta(minutes=65)).sms(WORDS)
    long = summons(f"https://{'x' * 85}.it/r/AbCdEf-_1234", due=midnight).sms(WORDS)
    assert "da approvare subito. https" in long, "what does not fit goes from the end"


def test_a_call_says_when_it_begins_where_that_is_before_the_deadline() -> None:
    opens, closes = datetime(2026, 12, 6, tzinfo=ROME), datetime(2026, 12, 7, tzinfo=ROME)
    ahead = summons("https://boll.it/r/AbCdEf-_1234", due=closes, begins=opens)
    assert ahead.sms(WORDS) == (
        "Bollettino: ALLERTA ARANCIONE da approvare subito, prima di domenica 6/12. "
        "https://boll.it/r/AbCdEf-_1234 Senza risposta NON si invia."
    )
    shown = fill(FRAME, ahead.values(FRAME))
    assert (
        "NON si invia niente a 4.850 persone (comincia alle 0 di domenica 6 dicembre: si decide prima, al "
        "più tardi entro domenica 6 dicembre, ore 24)."
    ) in shown
    at_one = summons(due=closes, begins=opens + timedelta(hours=1)).sms(WORDS)
    assert ", prima dell'1 del 6/12." in at_one
    long = summons(f"https://{'x' * 85}.it/r/AbCdEf-_1234", due=closes, begins=opens).sms(WORDS)
    assert "da approvare subito. https" in long, "what does not fit goes from the end"
    ordered = summons(begins=opens)
    assert "prima" not in ordered.sms(WORDS), "it leaves by itself: nobody has to decide"
    assert "comincia" not in fill(FRAME, ordered.values(FRAME))


def test_an_sms_says_until_when_who_is_next_and_what_happens() -> None:
    assert summons("https://boll.it/r/AbCdEf-_1234").sms(WORDS) == (
        "Bollettino: ALLERTA ARANCIONE da approvare subito. https://boll.it/r/AbCdEf-_1234 "
        "Alle 15:05 scriviamo anche a chi viene dopo; senza risposta NON si invia."
    )
    alone = summons("https://boll.it/r/AbCdEf-_1234", is_alone=True).sms(WORDS)
    assert alone.endswith(" Alle 15:05 ti scriviamo di nuovo; senza risposta NON si invia.")
    assert summons().sms(WORDS).endswith("/r/AbCdEf-_1234 Senza risposta NON si invia.")
    last = summons("https://boll.it/r/AbCdEf-_1234", is_last=True).sms(WORDS)
    assert last.endswith("/r/AbCdEf-_1234 Senza risposta NON si invia."), "nobody is called after this one"


@given(
    st.integers(1, 200),
    st.sampled_from(["ALLERTA ROSSA", "ALLERTA ARANCIONE", "FINE ALLERTA", "AVVISO URGENTE"]),
    st.sampled_from(["", "PROVA · "]),
    st.sampled_from(["NON si invia", "parte da sola"]),
)
def test_an_sms_is_one_sms_and_never_cuts_its_address(
    length: int, short: str, prova: str, ending: str
) -> None:
    link = f"https://{'b' * length}.it/r/AbCdEf-_1234"
    text = summons(link, short=short, prova=prova, ending=ending).sms(WORDS)
    used, limit = units(text)
    assert (limit, used <= GSM7) == (GSM7, True)
    assert link in text or "https://" not in text
    assert link in text or len(link) > 90, "an address of a usual length is always there"


@pytest.mark.parametrize(
    ("gateway", "is_right"),
    [
        ("{number}@sms.example.it", True),
        ("sms+{national}@example.it", True),
        ("sms@example.it", False),
        ("{number}", False),
        ("{number} @example.it", False),
        ("{number}@example.it, other@example.it", False),
        ("{phone}@example.it", False),
        ("{number}{national}@example.it", False),
    ],
)
def test_a_gateway_is_an_address_with_the_number_in_it(gateway: str, is_right: bool) -> None:
    if is_right:
        assert Sms(gateway=gateway).gateway == gateway
    else:
        with pytest.raises(ValueError, match="is no address with"):
            Sms(gateway=gateway)
