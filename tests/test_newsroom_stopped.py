"""What the editors' page says of a send that was stopped: who decides, and what can still be done."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from db import days_off
from db import told_news as put_right
from db.engine import transaction
from db.models import BulletinKind, BulletinStatus
from flows.bulletin.language.dates import scadenza
from flows.newsroom import bulletins as lines
from flows.sending import hold
from flows.sending.outbox import TODAY_IS_FULL
from flows.settings import Settings
from tests.test_newsroom_page import THREE_WAYS, steps, telling
from tests.world.builders import NOW


def test_a_stopped_send_that_was_corrected_does_not_go_on(engine: Engine, settings: Settings) -> None:
    with transaction(engine) as session:
        row = telling(session, "Fiera", status=BulletinStatus.stopped)
        (line,) = lines.waiting(settings, session, NOW)
        assert set(steps(line).values()) == THREE_WAYS
        right = telling(session, "Fiera", status=BulletinStatus.approved, kind=BulletinKind.correction)
        put_right.link(session, right.id, [row.id])
        (line,) = lines.waiting(settings, session, NOW)
    assert set(steps(line).values()) == {"/redazione/comando/chiudi", "/redazione/comando/correggi"}
    assert "è stato corretto: il testo sbagliato non va ad altri" in line.details[1]
    assert "stessa riga (Fiera) e stesso testo giusto (da copiare: «" in line.details[1]
    assert (
        "chi non l'ha ricevuto: correggi, stessa riga e stesso testo giusto, con la casella "
        "«L'invio è fermato»"
    ) in steps(line)


@pytest.mark.parametrize("kind", [BulletinKind.ordinary, BulletinKind.correction])
def test_a_stopped_send_whose_text_is_old_does_not_go_on(
    engine: Engine, settings: Settings, kind: BulletinKind
) -> None:
    """*riprendi* would refuse it: what is left is said in its place."""
    with transaction(engine) as session:
        row = telling(session, "Fiera", status=BulletinStatus.stopped, kind=kind)
        until = hold.lasts_until(settings, row, hold.sealed_items(session, row.id))
        assert until is not None
        (line,) = lines.waiting(settings, session, until)
        assert set(steps(line).values()) == THREE_WAYS
        (line,) = lines.waiting(settings, session, until + timedelta(seconds=1))
    assert set(steps(line).values()) == THREE_WAYS - {"/redazione/comando/riprendi"}
    assert f"Si poteva riprendere fino a {scadenza(until)}" in line.details[1]
    assert ("casella" in line.details[1]) == (kind == BulletinKind.ordinary)


@pytest.mark.parametrize(
    ("reason", "by", "is_there", "state"),
    [
        ("stopped_by_hand", "Bruno Vice", True, "decide Bruno Vice, che lo ha fermato"),
        ("stopped_by_hand", "x", True, "fermato da una persona; decide chi è di turno, Anna Redazione"),
        ("Il token è scaduto.", "invio", True, "Il token è scaduto; decide chi è di turno, Anna Redazione"),
        ("", "invio", False, "non si sa perché; decide chi legge per primo"),
        (TODAY_IS_FULL, "invio", True, "per oggi WhatsApp non ne permette altri: continua da solo"),
    ],
)
def test_a_stopped_send_says_who_decides(
    sqlite: Engine, settings: Settings, reason: str, by: str, is_there: bool, state: str
) -> None:
    """As the letter does, by which the others need not."""
    with transaction(sqlite) as session:
        row = telling(session, "Fiera", status=BulletinStatus.stopped)
        row.status_reason, row.status_by = reason, by
        if not is_there:
            for editor in settings.profile.editors:
                day = NOW.date()
                days_off.enter_absence(session, editor=editor.name, first=day, last=day, note="", now=NOW)
        (line,) = lines.waiting(settings, session, NOW)
    assert line.state == f"invio fermato martedì 24 novembre, ore 10:30: {state}"
