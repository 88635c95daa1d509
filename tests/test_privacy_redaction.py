"""`oscura`: what is taken off the public pages is on none of them, and who did it and why is kept."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, privacy
from db.engine import transaction
from db.models import PUBLIC, Bulletin, BulletinStatus
from flows.cli import history
from flows.privacy.redaction import Redacted, RedactionError, redact
from flows.settings import Settings
from flows.web.pages import views
from flows.web.pages.views import Snapshot
from tests.world.builders import item_of, make_bulletin, make_news_item, news_data
from tests.world.public_site import plant
from tests.world.web_site import Site

NAME = "Mario Rossi"
REASON = "richiesta dell'interessato, prot. 12/2026"


def _sent(session: Session, *titles: str) -> Bulletin:
    items = [
        item_of(
            make_news_item(session, news_data(title=title, body=f"Il testo su {title}.")), text=f"{title}."
        )
        for title in titles
    ]
    return make_bulletin(session, items, status=BulletinStatus.sent)


def _public(engine: Engine, settings: Settings, now: datetime) -> dict[str, str]:
    """Every public address with what stands there."""
    with transaction(engine) as session:
        return {
            path: view.content.decode("utf-8", "replace")
            for path, view in views.everything(Snapshot(settings, session, now))
        }


def _do(engine: Engine, which: object, item: int | None, now: datetime, **more: bool) -> Redacted:
    return redact(engine, str(which), item, by="operatore", reason=REASON, now=now, **more)


def test_a_hidden_item_is_on_no_page_and_the_others_stay(
    engine: Engine, settings: Settings, now: datetime
) -> None:
    with transaction(engine) as session:
        bulletin = _sent(session, "Via Roma chiude", f"Premio a {NAME}")
    before = _public(engine, settings, now)
    address = f"/b/{bulletin.code}"
    shown_at = {path for path, body in before.items() if NAME in body}
    assert shown_at >= {"/", "/archivio/2026-11", "/feed.atom", address, f"{address}/foglio"}
    assert f"{address}/testo.txt" in shown_at
    done = _do(engine, bulletin.code, 2, now)
    assert done.words == f"item 2 of bulletin {bulletin.id} is hidden on the public pages"
    after = _public(engine, settings, now)
    assert after.keys() == before.keys(), "an old link works for ever"
    assert [path for path, body in after.items() if NAME in body] == []
    for path in (address, f"{address}/foglio", f"{address}/testo.txt", "/feed.atom"):
        assert "Questa notizia è stata rimossa il 24 novembre 2026." in after[path], path
        assert "Via Roma chiude" in after[path], path
    assert REASON not in "".join(after.values())


def test_a_hidden_bulletin_keeps_its_pages_without_its_words(
    engine: Engine, settings: Settings, now: datetime
) -> None:
    with transaction(engine) as session:
        bulletin = _sent(session, f"Premio a {NAME}", f"Festa per {NAME}")
    _do(engine, bulletin.id, None, now)
    after = _public(engine, settings, now)
    assert NAME not in "".join(after.values())
    for path in ("", "/foglio", "/testo.txt", "/sms.txt"):
        assert "Questo testo è stato rimosso il 24 novembre 2026." in after[f"/b/{bulletin.code}{path}"]


def test_the_banner_of_a_hidden_correction_repeats_nothing(site: Site, now: datetime) -> None:
    with site.look() as session:
        town = plant(session)
    banner = "il mercatino è sabato 12 dicembre"
    assert banner in site.request("GET", f"/b/{town.ordinary.code}").text
    done = _do(site.web.engine, town.ordinary.id, None, now)
    assert done.elsewhere == (
        f"the same news is item 1 of bulletin {town.correction.id}",
        f"bulletin {town.correction.id} corrects or ends it, and may repeat its words",
    )
    _do(site.web.engine, town.correction.id, None, now)
    for code in (town.ordinary.code, town.correction.code):
        page = site.request("GET", f"/b/{code}").text
        assert banner not in page
        assert "Mercatino" not in page


def test_it_names_the_other_bulletins_with_the_same_news(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        news = make_news_item(session)
        first, second, draft = (
            make_bulletin(session, [item_of(make_news_item(session)), item_of(news)], status=status)
            for status in (BulletinStatus.sent, BulletinStatus.sending, BulletinStatus.approved)
        )
    assert _do(engine, first.id, 2, now).elsewhere == (f"the same news is item 2 of bulletin {second.id}",)
    assert _do(engine, first.id, 1, now).elsewhere == ()
    assert draft.id not in (first.id, second.id)


def test_what_was_hidden_can_be_shown_again_and_both_stay_in_the_history(
    engine: Engine, settings: Settings, now: datetime
) -> None:
    with transaction(engine) as session:
        bulletin = _sent(session, "Uno", NAME)
    before = _public(engine, settings, now)
    _do(engine, bulletin.id, 2, now)
    assert "hidden already" in _do(engine, bulletin.id, 2, now).words
    later = now + timedelta(hours=1)
    assert "is shown again" in _do(engine, bulletin.id, 2, later, cancel=True).words
    assert "is not hidden" in _do(engine, bulletin.id, 2, later, cancel=True).words
    after = _public(engine, settings, now)
    assert {path for path in before if before[path] != after[path]} == {"/feed.atom"}, "only its `updated`"
    told = " ".join(history.history(engine, bulletin.id).split())
    assert f"oscurato nelle pagine pubbliche: la notizia 2, da operatore ({REASON})" in told
    assert "di nuovo visibile: la notizia 2, da operatore" in told
    _do(engine, bulletin.id, 2, later)
    assert NAME not in "".join(_public(engine, settings, now).values())


def test_a_dry_run_hides_nothing(engine: Engine, settings: Settings, now: datetime) -> None:
    with transaction(engine) as session:
        bulletin = _sent(session, NAME)
    before = _public(engine, settings, now)
    assert "would be hidden" in _do(engine, bulletin.id, None, now, dry_run=True).words
    assert _public(engine, settings, now) == before
    with transaction(engine) as session:
        assert privacy.redactions(session, bulletin.id) == []


def test_only_what_is_public_can_be_hidden(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        codes = {
            status: make_bulletin(session, status=status).code for status in set(BulletinStatus) - set(PUBLIC)
        }
        sent = _sent(session, "Uno", "Due")
        fixed = plant(session).alert
    for status, code in codes.items():
        with pytest.raises(RedactionError, match="is not public"):
            _do(engine, code, None, now)
        assert status not in PUBLIC
    for wrong in ("altro", "99999", "-1", "٣", "9" * 30):
        with pytest.raises(RedactionError, match="no bulletin with the number or code"):
            _do(engine, wrong, None, now)
    for item in (0, 3, -1):
        with pytest.raises(RedactionError, match="has 2 items"):
            _do(engine, sent.id, item, now)
    with pytest.raises(RedactionError, match="leave the item out"):
        _do(engine, fixed.id, 1, now)


def test_the_sealed_message_stays_as_it_was_sent(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        bulletin = _sent(session, NAME)
    _do(engine, bulletin.id, 1, now)
    with transaction(engine) as session:
        sealed = bulletins.approved(session, bulletin.id)
        assert sealed is not None
        assert [item.text for item in bulletins.items(session, sealed[1])] == [f"{NAME}."]
