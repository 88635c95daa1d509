"""An orange or red alert is drafted at once, once, and its end too; the Comune's own notices as well."""

from datetime import UTC, date, datetime, time, timedelta
from unittest.mock import Mock

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins
from db.engine import transaction
from db.models import Bulletin, BulletinKind, BulletinStatus, Hazard, Level, WeatherAlert
from flows import announce as notices
from flows.alert import Round, draft_urgent
from flows.announce import Notice, NoticeError, draft_notice
from flows.bulletin.alerts.text import LABELS
from flows.bulletin.alerts.urgent import Quiet
from flows.bulletin.language.measure import utf16
from flows.bulletin.message.exact import compile_message, frame_name
from flows.bulletin.message.frame import BODY_LIMIT, fill
from flows.draft.items import latest_items
from flows.letters import orders
from flows.review import acts
from flows.review.acts import NotDoneError
from flows.runs import client
from flows.settings import Settings
from tests.world.builders import make_approval, make_weather_alert

NOW = datetime(2026, 11, 24, 14, 10, tzinfo=UTC)
DAY = date(2026, 11, 25)
NIGHT = Quiet(time(22), time(7))


def state(
    session: Session,
    level: Level,
    *,
    hazard: Hazard = Hazard.temporali,
    day: date = DAY,
    at: datetime = NOW,
    hours: tuple[int, int] = (0, 24),
) -> WeatherAlert:
    """A statement of the whole day, issued and read at `at`; hours in Rome (winter)."""
    alert = make_weather_alert(session, hazard=hazard, level=level, day=day, now=at)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=1)
    alert.onset, alert.expires = midnight + timedelta(hours=hours[0]), midnight + timedelta(hours=hours[1])
    session.add(alert)
    session.flush()
    return alert


def look(settings: Settings, engine: Engine, now: datetime = NOW) -> Round:
    done = draft_urgent(settings, engine, now=now)
    assert done.errors == []
    return done


def texts(engine: Engine, number: int) -> list[str]:
    with transaction(engine) as session:
        version = bulletins.latest(session, number)
        assert version is not None
        return [item.text for item in bulletins.items(session, version)]


def finish(engine: Engine, number: int, to: BulletinStatus, now: datetime = NOW) -> Bulletin:
    """Move a draft as an editor and a dispatch would."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, number)
        version = bulletins.latest(session, number)
        assert version is not None
        bulletins.move(session, bulletin, BulletinStatus.in_review, by="test", now=now)
        if to in (BulletinStatus.approved, BulletinStatus.sent):
            bulletins.move(session, bulletin, BulletinStatus.approved, by="test", now=now)
            make_approval(session, bulletin, version.number, now=now)
        if to == BulletinStatus.sent:
            bulletins.move(session, bulletin, BulletinStatus.sending, by="test", now=now)
            bulletin.sent_at = now
        if to not in (BulletinStatus.in_review, BulletinStatus.approved):
            bulletins.move(session, bulletin, to, by="test", now=now)
        return bulletin


def status(engine: Engine, number: int) -> BulletinStatus:
    with transaction(engine) as session:
        return bulletins.locked(session, number).status


def test_an_orange_alert_is_drafted_at_once_with_the_fixed_text(settings: Settings, engine: Engine) -> None:
    with transaction(engine) as session:
        state(session, Level.arancione)
        state(session, Level.gialla, hazard=Hazard.idraulico)
    (number,) = look(settings, engine).opened
    what, when, where, todo, source = texts(engine, number)
    assert (
        what
        == "ARANCIONE (livello 3 su 4) per temporali forti; GIALLA (livello 2 su 4) per rischio idraulico"
    )
    assert when == "dalle 0 alle 24 di mercoledì 25 novembre"
    assert where == "tutto il territorio comunale (zona Lomb-09)"
    assert todo.startswith("resta al chiuso durante i temporali.")
    assert "Stai lontano da fiumi" in todo
    assert source == "dpc, bollettino di martedì 24 novembre, ore 15:10"
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, number)
        version = bulletins.latest(session, number)
        assert version is not None
        items = bulletins.items(session, version)
    assert (bulletin.kind, bulletin.template) == (BulletinKind.urgent, "allerta_meteo")
    assert (bulletin.slot_at, bulletin.deadline_at) == (None, datetime(2026, 11, 25, 23, tzinfo=UTC))
    assert [(item.title, item.category) for item in items] == [
        ("Allerta meteo, mercoledì 25 novembre", LABELS["allerta_meteo"][0]),
        *((label, label) for label in LABELS["allerta_meteo"][1:]),
    ]
    frame = settings.frame(frame_name(bulletin, items))
    message = compile_message(items, frame, dated=NOW, code=bulletin.code, language="it")
    shown = fill(frame, message.parameters)
    assert shown.startswith("Il Comune di Esempio comunica: *allerta ARANCIONE")
    assert utf16(shown) <= BODY_LIMIT
    assert (message.day, message.texts) == ("", (shown,))


def test_a_red_alert_says_first_to_stay_in_a_safe_place(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        state(session, Level.rossa, hazard=Hazard.idraulico)
    (number,) = look(settings, sqlite).opened
    assert texts(sqlite, number)[3].startswith("resta in casa o in un luogo sicuro e segui le indicazioni")


@pytest.mark.parametrize("level", [Level.verde, Level.gialla])
def test_green_and_yellow_wait_for_the_bulletin(settings: Settings, sqlite: Engine, level: Level) -> None:
    with transaction(sqlite) as session:
        state(session, level)
    assert look(settings, sqlite) == Round()


def test_a_second_round_drafts_nothing_new(settings: Settings, engine: Engine) -> None:
    with transaction(engine) as session:
        state(session, Level.arancione)
    (number,) = look(settings, engine).opened
    again = look(settings, engine, NOW + timedelta(minutes=5))
    assert (again.opened, again.ended, again.lines) == ([number], [], [])
    finish(engine, number, BulletinStatus.sent)
    assert look(settings, engine, NOW + timedelta(minutes=10)) == Round()


@pytest.mark.parametrize("decision", [BulletinStatus.rejected, BulletinStatus.merged])
def test_what_an_editor_decided_not_to_send_is_not_drafted_again(
    settings: Settings, sqlite: Engine, decision: BulletinStatus
) -> None:
    with transaction(sqlite) as session:
        state(session, Level.arancione)
    finish(sqlite, look(settings, sqlite).opened[0], decision)
    assert look(settings, sqlite, NOW + timedelta(minutes=5)) == Round()
    with transaction(sqlite) as session:
        state(session, Level.rossa, at=NOW + timedelta(hours=1))
    assert len(look(settings, sqlite, NOW + timedelta(hours=1)).opened) == 1


@pytest.mark.parametrize("end", [BulletinStatus.expired, BulletinStatus.superseded])
def test_what_nobody_decided_is_drafted_anew_while_it_holds(
    settings: Settings, sqlite: Engine, end: BulletinStatus
) -> None:
    with transaction(sqlite) as session:
        state(session, Level.arancione)
    first = look(settings, sqlite).opened[0]
    finish(sqlite, first, end)
    (second,) = look(settings, sqlite, NOW + timedelta(minutes=5)).opened
    assert second != first


@pytest.mark.parametrize(
    ("level", "hours", "hazard", "is_news"),
    [
        (Level.arancione, (0, 24), Hazard.temporali, False),
        (Level.rossa, (0, 24), Hazard.temporali, True),
        (Level.arancione, (0, 24), Hazard.idraulico, True),
        (Level.gialla, (0, 24), Hazard.idraulico, False),
        (Level.arancione, (0, 26), Hazard.temporali, True),
    ],
    ids=["the same again", "a raised level", "a new hazard", "a new yellow hazard", "a longer validity"],
)
def test_after_the_send_only_what_is_new_is_told(
    settings: Settings, sqlite: Engine, level: Level, hours: tuple[int, int], hazard: Hazard, is_news: bool
) -> None:
    later = NOW + timedelta(hours=2)
    with transaction(sqlite) as session:
        state(session, Level.arancione)
    finish(sqlite, look(settings, sqlite).opened[0], BulletinStatus.sent)
    with transaction(sqlite) as session:
        state(session, level, at=later, hours=hours, hazard=hazard)
    assert bool(look(settings, sqlite, later).opened) is is_news


def test_an_update_refreshes_a_draft_that_nobody_touched_and_replaces_an_edited_one(
    settings: Settings, engine: Engine
) -> None:
    first, second = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    with transaction(engine) as session:
        state(session, Level.arancione)
    (number,) = look(settings, engine).opened
    with transaction(engine) as session:
        state(session, Level.rossa, at=first)
    done = look(settings, engine, first)
    assert done.opened == [number]
    assert str(done) == (
        f"Messaggio urgente {number}: la bozza è aggiornata, ROSSA (livello 4 su 4) per temporali forti."
    )
    assert texts(engine, number)[0].startswith("ROSSA (livello 4 su 4)")
    with transaction(engine) as session:
        assert bulletins.locked(session, number).deadline_at == datetime(2026, 11, 25, 23, tzinfo=UTC)
        version = bulletins.latest(session, number)
        assert version is not None
        assert version.number == 2
        lines = [bulletins.data_of(item) for item in bulletins.items(session, version)]
        bulletins.add_version(
            session, bulletins.locked(session, number), lines, author="Anna Redazione", now=first
        )
        state(session, Level.rossa, hazard=Hazard.idraulico, at=second)
    done = look(settings, engine, second)
    assert done.ended == [number]
    assert len(done.opened) == 1
    with transaction(engine) as session:
        replaced = bulletins.locked(session, number)
    assert (replaced.status, replaced.status_reason) == (BulletinStatus.superseded, "updated")


def test_a_refreshed_draft_waits_no_longer_than_its_alert_lasts_by_now(
    settings: Settings, sqlite: Engine
) -> None:
    later = NOW + timedelta(hours=1)
    with transaction(sqlite) as session:
        state(session, Level.arancione)
    (number,) = look(settings, sqlite).opened
    with transaction(sqlite) as session:
        state(session, Level.rossa, at=later, hours=(6, 18))
    assert look(settings, sqlite, later).opened == [number]
    with transaction(sqlite) as session:
        assert bulletins.locked(session, number).deadline_at == datetime(2026, 11, 25, 17, tzinfo=UTC)


def test_a_draft_of_an_alert_that_was_lowered_is_superseded(settings: Settings, sqlite: Engine) -> None:
    later = NOW + timedelta(hours=1)
    with transaction(sqlite) as session:
        state(session, Level.arancione)
    (number,) = look(settings, sqlite).opened
    with transaction(sqlite) as session:
        state(session, Level.gialla, at=later)
    assert (look(settings, sqlite, later).ended, status(sqlite, number)) == (
        [number],
        BulletinStatus.superseded,
    )


def test_each_day_has_its_own_bulletin(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        state(session, Level.arancione, day=date(2026, 11, 24))
        state(session, Level.rossa)
    assert len(look(settings, sqlite).opened) == 2


@pytest.mark.parametrize(
    ("clock", "begins", "waits_until"),
    [
        ("2026-11-24 15:00", "2026-11-26 15:00", None),
        ("2026-11-24 22:00", "2026-11-25 09:00", "2026-11-25 07:00"),
        ("2026-11-24 22:00", "2026-11-25 08:59", None),
        ("2026-11-25 06:59", "2026-11-25 10:00", "2026-11-25 07:00"),
        ("2026-11-25 07:00", "2026-11-25 20:00", None),
        ("2026-11-24 23:30", "2026-11-25 00:00", None),
    ],
    ids=["by day", "evening", "begins too early", "before dawn", "at seven", "begins in the night"],
)
def test_quiet_hours_delay_only_what_begins_well_after_them(
    clock: str, begins: str, waits_until: str | None
) -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(f"{text}+01:00")

    assert NIGHT.wait(at(clock), at(begins)) == at(waits_until or clock)


def test_what_can_wait_for_the_morning_is_drafted_then(settings: Settings, sqlite: Engine) -> None:
    night = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
    with transaction(sqlite) as session:
        state(session, Level.arancione, at=night, hours=(12, 24))
    done = look(settings, sqlite, night)
    assert done.opened == []
    assert "la bozza nasce mercoledì 25 novembre, ore 7" in str(done)
    assert len(look(settings, sqlite, datetime(2026, 11, 25, 6, tzinfo=UTC)).opened) == 1


def test_each_day_that_waits_for_the_morning_is_named(settings: Settings, sqlite: Engine) -> None:
    night = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
    with transaction(sqlite) as session:
        for day in (DAY, DAY + timedelta(days=1)):
            state(session, Level.arancione, day=day, at=night, hours=(12, 24))
    assert str(look(settings, sqlite, night)) == (
        "Allerta di mercoledì 25 novembre: la bozza nasce mercoledì 25 novembre, ore 7, dopo la notte.\n\n"
        "Allerta di giovedì 26 novembre: la bozza nasce mercoledì 25 novembre, ore 7, dopo la notte."
    )


def test_a_round_with_nothing_to_tell_says_so(settings: Settings, sqlite: Engine) -> None:
    assert str(look(settings, sqlite)) == "Nessuna allerta da annunciare subito."


def notice(**changes: object) -> Notice:
    values: dict[str, object] = {
        "what": "scuole chiuse",
        "begins": datetime(2026, 11, 25, 6, tzinfo=UTC),
        "ends": datetime(2026, 11, 25, 17, tzinfo=UTC),
        "where": "tutte le scuole del territorio comunale",
        "to_do": "non accompagnare i ragazzi a scuola.",
        "contact": "ordinanza n. 212; Ufficio Scuola 02 1234 5600",
        "url": "https://www.comune.esempio.mi.it/scuole",
        "who": "Anna Redazione",
    }
    return Notice(**{**values, **changes})  # type: ignore[arg-type]


def test_an_editor_drafts_an_urgent_notice(settings: Settings, engine: Engine) -> None:
    number = draft_notice(settings, engine, notice(), now=NOW)
    assert texts(engine, number)[:2] == ["scuole chiuse", "dalle 7 alle 18 di mercoledì 25 novembre"]
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, number)
        titles = [item.title for item in latest_items(session, number)]
    assert (bulletin.kind, bulletin.template) == (BulletinKind.urgent, "avviso_urgente")
    assert titles == ["scuole chiuse", *LABELS["avviso_urgente"][1:]]
    assert bulletin.deadline_at == datetime(2026, 11, 25, 17, tzinfo=UTC)
    assert look(settings, engine) == Round()  # no alert: the flow leaves it alone
    assert status(engine, number) == BulletinStatus.draft


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("Scuole chiuse.", "via Roma 3 .", "porta il pranzo al sacco", "Ufficio Scuola."),
         ("Scuole chiuse", "via Roma 3", "porta il pranzo al sacco.", "Ufficio Scuola")),
        (("acqua sospesa", "via Po, via Adda ecc...", "Non bere!", "tel. 02 1"),
         ("acqua sospesa", "via Po, via Adda ecc...", "Non bere!", "tel. 02 1")),
    ],
)  # fmt: skip
def test_a_notice_has_one_full_stop_wherever_a_sentence_ends(
    settings: Settings, sqlite: Engine, typed: tuple[str, ...], told: tuple[str, ...]
) -> None:
    """Who types in a hurry ends a field with one, or does not."""
    fields = dict(zip(("what", "where", "to_do", "contact"), typed, strict=True))
    number = draft_notice(settings, sqlite, notice(**fields), now=NOW)
    found = texts(sqlite, number)
    assert (found[0], *found[2:]) == told
    with transaction(sqlite) as session:
        assert bulletins.locked(session, number).template == "avviso_urgente"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"where": " "}, "Manca «Dove»."),
        ({"ends": datetime(2026, 11, 25, 5, tzinfo=UTC)}, "deve finire dopo l'inizio"),
        ({"begins": NOW - timedelta(days=2), "ends": NOW - timedelta(days=1)}, "è già finito"),
        ({"who": "Chiunque"}, "non è di un redattore del profilo"),
        ({"url": "javascript:alert(1)"}, "deve cominciare con https"),
        (
            {"to_do": "x" * 1024},
            "troppo lungo.*Il riquadro più lungo è «Che cosa deve fare chi legge»: accorcialo",
        ),
    ],
    ids=["no place", "ends before it begins", "over", "unknown editor", "no web address", "too long"],
)
def test_a_notice_that_cannot_go_says_why(
    settings: Settings, sqlite: Engine, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(NoticeError, match=words):
        draft_notice(settings, sqlite, notice(**changes), now=NOW)
    with transaction(sqlite) as session:
        assert bulletins.with_status(session, BulletinStatus.draft) == []


def test_a_notice_in_somebody_elses_name_is_refused_and_told(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, refused = NotDoneError("Hai scelto il nome di un altro."), Mock(return_value="no")
    monkeypatch.setattr(notices, "load", lambda: settings)
    monkeypatch.setattr(notices, "make_engine", lambda _: sqlite)
    monkeypatch.setattr(client, "proof", Mock())
    monkeypatch.setattr(acts, "require_own_name", Mock(side_effect=wrong))
    monkeypatch.setattr(orders, "refused", refused)
    one = notice()
    fields = (one.what, one.begins, one.ends, one.where, one.to_do, one.contact)
    assert notices.announce.fn(*fields, one.who) == "no"
    refused.assert_called_once_with(settings, sqlite, wrong, who=one.who)
    with transaction(sqlite) as session:
        assert bulletins.with_status(session, BulletinStatus.draft) == []
