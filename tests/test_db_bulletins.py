from datetime import datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from db import bulletins
from db.bulletins import TransitionError
from db.engine import transaction
from db.models import BULLETIN_TRANSITIONS, Bulletin, BulletinKind, BulletinStatus, Decision
from tests.world.builders import WAY, item_of, make_approval, make_bulletin, make_news_item, news_data


@pytest.mark.parametrize(("start", "to"), list(product(BulletinStatus, BulletinStatus)))
def test_a_status_moves_only_along_the_table(
    start: BulletinStatus, to: BulletinStatus, now: datetime
) -> None:
    class Silent:
        def add(self, _row: object) -> None: ...

        def flush(self) -> None: ...

    bulletin = Bulletin(code="x", created_at=now, status=start, status_at=now, status_by="a")
    later = now + timedelta(minutes=1)
    if to in BULLETIN_TRANSITIONS[start]:
        bulletins.move(Silent(), bulletin, to, by="b", now=later, reason="c")  # type: ignore[arg-type]
        assert (bulletin.status, bulletin.status_by, bulletin.status_at) == (to, "b", later)
        assert bulletin.status_reason == "c"
    else:
        with pytest.raises(TransitionError, match="cannot become"):
            bulletins.move(Silent(), bulletin, to, by="b", now=later)  # type: ignore[arg-type]
        assert (bulletin.status, bulletin.status_by, bulletin.status_at) == (start, "a", now)


def test_every_status_is_reachable_and_in_the_table(engine: Engine) -> None:
    assert set(BULLETIN_TRANSITIONS) == set(BulletinStatus) == set(WAY)
    with transaction(engine) as session:
        for status in BulletinStatus:
            assert make_bulletin(session, [], status=status).status == status


def test_nothing_leaves_without_an_approval() -> None:
    into = {to: {start for start, tos in BULLETIN_TRANSITIONS.items() if to in tos} for to in BulletinStatus}
    assert into[BulletinStatus.approved] == {BulletinStatus.in_review}
    assert into[BulletinStatus.sending] == {BulletinStatus.approved, BulletinStatus.stopped}
    assert into[BulletinStatus.sent] == {BulletinStatus.sending, BulletinStatus.stopped}


def test_a_version_keeps_the_earlier_ones_as_they_were(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        first_item = item_of(make_news_item(session), text="Prima stesura.")
        bulletin = make_bulletin(session, [first_item])
        first = bulletins.latest(session, bulletin.id)
        assert first is not None
        second_item = item_of(make_news_item(session, news_data(title="Mercato")), text="Seconda.")
        second = bulletins.add_version(
            session, bulletin, [second_item, first_item], author="anna", now=now, problems=["a", "b"]
        )
        assert bulletins.latest(session, bulletin.id) is second
        assert (first.number, second.number, second.problems) == (1, 2, "a\nb")
        assert [item.text for item in bulletins.items(session, first)] == ["Prima stesura."]
        assert [(item.position, item.text) for item in bulletins.items(session, second)] == [
            (1, "Seconda."),
            (2, "Prima stesura."),
        ]


def test_a_slot_holds_one_living_bulletin_of_a_kind(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        make_bulletin(session, [], slot_at=now)
        make_bulletin(session, [], slot_at=now, kind=BulletinKind.urgent)
        make_bulletin(session, [], slot_at=now + timedelta(days=3))
        make_bulletin(session, [])  # without a slot there may be several
        make_bulletin(session, [])
    with pytest.raises(IntegrityError), transaction(engine) as session:
        make_bulletin(session, [], slot_at=now)


def test_an_ended_bulletin_leaves_its_slot_free(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        for days, end in enumerate(
            (BulletinStatus.rejected, BulletinStatus.superseded, BulletinStatus.expired)
        ):
            slot = now + timedelta(days=days)
            ended = make_bulletin(session, [], slot_at=slot, status=end)
            found = bulletins.of_slot(session, BulletinKind.ordinary, slot)
            assert found is (None if end == BulletinStatus.superseded else ended)
            fresh = make_bulletin(session, [], slot_at=slot)
            assert bulletins.of_slot(session, BulletinKind.ordinary, slot) is fresh


def test_codes_cannot_be_guessed_and_find_their_bulletin(engine: Engine) -> None:
    with transaction(engine) as session:
        made = [make_bulletin(session, []) for _ in range(5)]
        assert len({bulletin.code for bulletin in made}) == 5
        assert all(len(bulletin.code) == 12 for bulletin in made)
        assert bulletins.by_code(session, made[3].code) is made[3]
        assert bulletins.by_code(session, "altro") is None
        assert bulletins.with_status(session, BulletinStatus.draft, BulletinStatus.sent) == made


def test_a_locked_bulletin_is_as_it_is_now_not_as_it_was_read(postgresql: Engine, now: datetime) -> None:
    with transaction(postgresql) as session:
        bulletin_id = make_bulletin(session, []).id
    with transaction(postgresql) as session:
        assert session.get_one(Bulletin, bulletin_id).status == BulletinStatus.draft
        with transaction(postgresql) as other:
            moved = bulletins.locked(other, bulletin_id)
            bulletins.move(other, moved, BulletinStatus.in_review, by="b", now=now)
        assert bulletins.locked(session, bulletin_id).status == BulletinStatus.in_review


def test_the_approved_version_is_the_last_one_that_an_editor_approved(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        bulletin = make_bulletin(session, [])
        assert bulletins.approved(session, bulletin.id) is None
        made = [bulletins.add_version(session, bulletin, [], author="anna", now=now) for _ in range(3)]
        for version, decision in zip(made, (Decision.approve, Decision.approve, Decision.save), strict=True):
            make_approval(session, bulletin, version.number, decision=decision)
        sealed = bulletins.approved(session, bulletin.id)
        assert sealed is not None
        assert sealed[1] is made[1]
