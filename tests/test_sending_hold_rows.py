"""What keeps an approved text from leaving, what becomes of its bulletin, and how long it is in force."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins
from db.engine import transaction
from db.models import Bulletin, BulletinItem, BulletinKind, BulletinOriginal, BulletinStatus
from flows.bulletin.language.dates import scadenza
from flows.sending import hold
from flows.sending.drain import UntrueError
from flows.settings import Settings
from flows.sources.pages import Now
from flows.sources.rereading import Rereading
from tests.world.builders import NOW, make_bulletin, make_weather_alert

LATER = NOW + timedelta(minutes=7)
SECOND = timedelta(seconds=1)
ALERT = Rereading(1, None, "Temporali", Now.changed, "allerta rossa", "allerta gialla")
OTHER = Rereading(2, None, "Vento", Now.changed, "allerta rossa", "nessuna allerta")
PAGE = Rereading(1, 7, "Via Roma", Now.changed, "lunedì", "martedì")
REST = "Per chi non l'ha ricevuto: «correggi» con la casella «L'invio è fermato», oppure «chiudi»."
SAME = hold.BY_THE_SAME_TEXT.format(
    line="Chiusura di via Roma", right="Via Roma chiude lunedì 30 novembre dalle 8 alle 18."
)
CLOSE = "Chiudilo con «chiudi»: per chi non l'ha ricevuto non c'è altro da fare da qui."


class Alerts:
    """What alerts say otherwise by now, and how that was asked for."""

    def __init__(self) -> None:
        self.held: list[Rereading] = []
        self.asked: list[Any] = []

    def by_now(self, *told: Any, at: datetime) -> list[Rereading]:
        self.asked.append((*told, at))
        return self.held


@pytest.fixture
def alerts(monkeypatch: pytest.MonkeyPatch) -> Alerts:
    found = Alerts()
    monkeypatch.setattr(hold, "alerts_by_now", found.by_now)
    return found


def items_of(session: Session, bulletin: Bulletin) -> list[BulletinItem]:
    version = bulletins.latest(session, bulletin.id)
    assert version is not None
    return bulletins.items(session, version)


def put_right(
    session: Session,
    original: Bulletin,
    status: BulletinStatus,
    kind: BulletinKind = BulletinKind.correction,
) -> None:
    follow_up = make_bulletin(session, kind=kind, status=status)
    session.add(BulletinOriginal(bulletin_id=follow_up.id, original_id=original.id))
    session.flush()


def refusal(settings: Settings, session: Session, bulletin: Bulletin) -> UntrueError | None:
    try:
        hold.require_right(settings, session, bulletin, [], now=LATER)
    except UntrueError as exc:
        return exc
    return None


def test_what_is_right_may_leave(settings: Settings, sqlite: Engine, alerts: Alerts) -> None:
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, status=BulletinStatus.sending)
        items = items_of(session, bulletin)
        hold.require_right(settings, session, bulletin, items, now=LATER)
        assert alerts.asked == [(settings, session, bulletin, items, LATER)]


def test_what_an_alert_does_not_say_any_more_is_told_line_by_line(
    settings: Settings, sqlite: Engine, alerts: Alerts
) -> None:
    alerts.held = [ALERT, OTHER]
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, status=BulletinStatus.sending, slot_at=NOW)
        put_right(session, bulletin, BulletinStatus.sent)  # the alert is told first
        refused = refusal(settings, session, bulletin)
        assert refused is not None
        assert str(refused) == (
            f"Il bollettino di martedì 24 novembre (numero {bulletin.id}) non parte: non è più vero. "
            f"{ALERT.line} {OTHER.line}"
        )
        assert refused.seen == (ALERT, OTHER)


@pytest.mark.parametrize(
    ("kind", "status", "way_out"),
    [
        (BulletinKind.ordinary, BulletinStatus.sending, SAME),
        (BulletinKind.ordinary, BulletinStatus.stopped, SAME),
        (BulletinKind.urgent, BulletinStatus.stopped, SAME),
        (BulletinKind.correction, BulletinStatus.stopped, CLOSE),
        (BulletinKind.all_clear, BulletinStatus.sending, CLOSE),
        (
            BulletinKind.ordinary,
            BulletinStatus.sent,
            "L'invio è chiuso; il testo giusto è nella pagina pubblica.",
        ),
    ],
)
def test_what_was_corrected_goes_to_nobody_else(
    settings: Settings,
    sqlite: Engine,
    alerts: Alerts,
    kind: BulletinKind,
    status: BulletinStatus,
    way_out: str,
) -> None:
    called = {
        BulletinKind.ordinary: "bollettino",
        BulletinKind.urgent: "messaggio urgente",
        BulletinKind.correction: "messaggio di correzione",
        BulletinKind.all_clear: "messaggio di fine allerta",
    }
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, kind=kind, status=status)
        put_right(session, bulletin, BulletinStatus.approved)
        refused = refusal(settings, session, bulletin)
        assert refused is not None
        assert str(refused) == (
            f"Il {called[kind]} (numero {bulletin.id}) è stato corretto: il testo sbagliato non va ad altri. "
            f"{way_out}"
        )
        assert refused.seen == ()


@pytest.mark.parametrize(
    ("status", "is_corrected"),
    [
        (BulletinStatus.draft, False),
        (BulletinStatus.in_review, False),
        (BulletinStatus.approved, True),
        (BulletinStatus.sending, True),
        (BulletinStatus.stopped, True),
        (BulletinStatus.sent, True),
        (BulletinStatus.rejected, False),
    ],
)
def test_a_correction_counts_from_its_approval_on(
    sqlite: Engine, status: BulletinStatus, is_corrected: bool
) -> None:
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, status=BulletinStatus.sending)
        put_right(session, bulletin, status)
        assert hold.is_corrected(session, bulletin) is is_corrected
        other = make_bulletin(session, status=BulletinStatus.approved)
        put_right(session, other, status)
        assert not hold.is_corrected(session, other), "nothing of it is out"


def test_an_all_clear_is_no_correction(sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, status=BulletinStatus.sending)
        put_right(session, bulletin, BulletinStatus.sent, BulletinKind.all_clear)
        assert not hold.is_corrected(session, bulletin)


@pytest.mark.parametrize(
    ("kind", "held", "begins"),
    [
        (
            BulletinKind.urgent,
            [ALERT],
            "Per chi non l'ha ricevuto: se un'allerta vale ancora, entro 5 minuti",
        ),
        (BulletinKind.urgent, [], REST),
        (BulletinKind.ordinary, [ALERT], REST),
        (BulletinKind.correction, [ALERT], CLOSE),
        (BulletinKind.all_clear, [ALERT], CLOSE),
    ],
)
def test_only_an_alert_that_changed_is_drafted_anew_by_itself(
    kind: BulletinKind, held: Sequence[Rereading], begins: str
) -> None:
    assert hold.remedy(kind, held).startswith(begins)


UNTRUE, CHANGED = "l'allerta non è più quella del testo", "una notizia è cambiata sul sito"
CORRECTED = "è già stato corretto, e il testo sbagliato non riparte"


@pytest.mark.parametrize(
    ("held", "why"),
    [
        ([ALERT], UNTRUE),
        ([PAGE, ALERT], UNTRUE),
        ([PAGE], CHANGED),
        ([PAGE, PAGE], CHANGED),
        ([], CORRECTED),
    ],
)
@pytest.mark.parametrize(
    ("status", "becomes"),
    [
        (BulletinStatus.approved, BulletinStatus.in_review),
        (BulletinStatus.sending, BulletinStatus.stopped),
    ],
)
def test_what_is_taken_back_says_why(
    settings: Settings,
    sqlite: Engine,
    held: Sequence[Rereading],
    why: str,
    status: BulletinStatus,
    becomes: BulletinStatus,
) -> None:
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, status=status)
        hold.take_back(settings, session, bulletin, held, by="invio", now=LATER)
        number = bulletin.id
    with transaction(sqlite) as session:
        found = session.get_one(Bulletin, number)
        assert (found.status, found.status_reason) == (becomes, why)
        assert (found.status_by, found.status_at) == ("invio", LATER)
        assert (bulletins.approved(session, number) is None) is (status == BulletinStatus.approved)


@pytest.mark.parametrize(
    "status", [BulletinStatus.in_review, BulletinStatus.stopped, BulletinStatus.sent, BulletinStatus.missed]
)
def test_any_other_stays_as_it_is(settings: Settings, sqlite: Engine, status: BulletinStatus) -> None:
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, status=status)
        before = bulletin.model_dump()
        hold.take_back(settings, session, bulletin, [ALERT], by="invio", now=LATER)
        session.flush()
        assert bulletin.model_dump() == before


@pytest.mark.parametrize(
    ("slot_at", "deadline_at", "until"),
    [
        (NOW + timedelta(hours=1), NOW, NOW + timedelta(hours=1, minutes=60)),
        (NOW + timedelta(hours=1), None, NOW + timedelta(hours=1, minutes=60)),
        (None, NOW, LATER + timedelta(minutes=2160)),
        (None, None, None),
    ],
)
def test_what_is_re_opened_can_be_approved_until_its_grace_ends_or_as_long_as_a_new_one(
    settings: Settings,
    sqlite: Engine,
    slot_at: datetime | None,
    deadline_at: datetime | None,
    until: datetime | None,
) -> None:
    with transaction(sqlite) as session:
        bulletin = make_bulletin(
            session, status=BulletinStatus.approved, slot_at=slot_at, deadline_at=deadline_at
        )
        hold.take_back(settings, session, bulletin, [], by="invio", now=LATER)
        number = bulletin.id
    with transaction(sqlite) as session:
        assert session.get_one(Bulletin, number).deadline_at == until


def test_it_says_until_when(settings: Settings) -> None:
    until = scadenza(NOW + timedelta(minutes=60))
    said = f"entro {until} (passata l'ora dell'invio parte appena approvato)"
    assert hold.again_by(settings, NOW) == said


def lasting(settings: Settings, seconds: int) -> Settings:
    """The template of one news lives so long."""
    ours = settings.templates["bollettino_1"]
    vars(settings)["templates"] = {**settings.templates, "bollettino_1": replace(ours, ttl_seconds=seconds)}
    return settings


DAYS = timedelta(hours=72)


@pytest.mark.parametrize(
    ("seconds", "lasts"),
    [
        (3600, timedelta(hours=1)),
        (1, SECOND),
        (72 * 3600 - 1, DAYS - SECOND),
        (72 * 3600 + 1, DAYS),
        (2_592_000, DAYS),
        (-1, DAYS),
        (0, DAYS),
    ],
)
def test_a_text_tells_something_for_as_long_as_its_template_lives_and_three_days_at_most(
    settings: Settings, sqlite: Engine, alerts: Alerts, seconds: int, lasts: timedelta
) -> None:
    lasting(settings, seconds)
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, status=BulletinStatus.stopped)
        items = items_of(session, bulletin)
        bulletin.status_at, bulletin.sent_at = NOW, NOW - timedelta(hours=1)
        end = NOW - timedelta(hours=1) + lasts
        assert hold.lasts_until(settings, bulletin, items) == end
        assert hold.is_in_force(settings, session, bulletin, items, end)
        assert not hold.is_in_force(settings, session, bulletin, items, end + SECOND)
        assert alerts.asked[-1] == (settings, session, bulletin, items, end + SECOND)
        bulletin.sent_at = None
        assert hold.lasts_until(settings, bulletin, items) == NOW + lasts
        assert hold.lasts_until(settings, bulletin, []) == NOW + DAYS, "nobody approved a text"
        alerts.held = [ALERT]
        assert not hold.is_in_force(settings, session, bulletin, items, NOW)


@pytest.mark.parametrize("kind", [BulletinKind.urgent, BulletinKind.ordinary, BulletinKind.correction])
def test_an_alert_tells_something_while_it_is_right_but_not_its_correction(
    settings: Settings, sqlite: Engine, alerts: Alerts, kind: BulletinKind
) -> None:
    lasting(settings, 3600)
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, kind=kind, status=BulletinStatus.sending)
        (item,) = items_of(session, bulletin)
        item.weather_alert_id = make_weather_alert(session).id
        other: Any = SimpleNamespace(weather_alert_id=None)
        bulletin.template = "bollettino_1"  # of one, whatever else its text tells
        is_alert = kind != BulletinKind.correction
        until = None if is_alert else NOW + timedelta(hours=1)
        assert hold.lasts_until(settings, bulletin, [other, item]) == until
        assert hold.lasts_until(settings, bulletin, [other]) == NOW + timedelta(hours=1)
        late = NOW + timedelta(days=9)
        assert hold.is_in_force(settings, session, bulletin, [item], late) is is_alert
        alerts.held = [ALERT]
        assert not hold.is_in_force(settings, session, bulletin, [item], late)


def test_the_sealed_text_is_that_of_the_approval(sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, status=BulletinStatus.approved)
        items = items_of(session, bulletin)
        bulletins.add_version(session, bulletin, [], author="x", now=LATER)
        assert hold.sealed_items(session, bulletin.id) == items
        draft = make_bulletin(session)
        assert hold.sealed_items(session, draft.id) == []
