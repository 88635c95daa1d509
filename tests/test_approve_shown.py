"""What a round of `approva` finds, reads again and shows: each part from the rows that tell it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import Engine

from db import bulletins, sign_offs
from db.engine import StoreError, transaction
from db.models import Bulletin, BulletinStatus, SignOffWord
from flows import approve
from flows.approve import Start, ended, load_round, load_start, look_again, store_answers
from flows.bulletin.language.markdown import escaped
from flows.draft.refresh import Waiting
from flows.profiles.comune import Editor
from flows.review.page import Round, evidence
from flows.review.text import Site
from flows.runs import forms
from flows.runs.forms import Confirmation
from flows.sending import samples
from flows.settings import Settings
from flows.sources.pages import Now
from flows.sources.rereading import Rereading
from tests.world.builders import NOW, item_of, make_bulletin, make_news_item
from tests.world.code_secrets import ANNA, BRUNO
from tests.world.comune import SAVE

AT = NOW + timedelta(hours=1)
SEEN = [Rereading(1, 7, "Via Roma", Now.changed, "a", "b"), Rereading(2, 8, "Via Po", Now.same)]


def waiting(engine: Engine, **more: Any) -> Bulletin:
    with transaction(engine) as session:
        return make_bulletin(session, **{"status": BulletinStatus.in_review, **more})


def test_a_round_starts_from_the_bulletin_and_the_answers_that_are_stored(sqlite: Engine) -> None:
    number = waiting(sqlite).id
    with transaction(sqlite) as session:
        bulletin = bulletins.locked(session, number)
        bulletins.add_version(session, bulletin, [], author="Anna", now=NOW, answers=("run", 1))
        other = make_bulletin(session)
        bulletins.add_version(session, other, [], author="Anna", now=NOW, answers=("other", 1))
    start = load_start(sqlite, number)
    assert (start.bulletin.id, start.answered) == (number, frozenset({("run", 1)}))
    held = [start.holds(Confirmation(run, version, NOW, {})) for run, version in
            (("run", 1), ("run", 2), ("other", 1))]  # fmt: skip
    assert (held, start.is_open) == ([True, False, False], True)
    with pytest.raises(StoreError, match="there is no bulletin 999"):
        load_start(sqlite, 999)


def test_a_round_of_no_text_is_none(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        number = bulletins.create(session, slot_at=None, deadline_at=None, by="test", now=NOW).id
    with pytest.raises(StoreError, match=f"bulletin {number} has no text yet"):
        load_round(settings, sqlite, number, now=NOW)


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> dict[str, Mock]:
    """What a round asks others for."""
    made = {
        "situation_of": Mock(return_value="situation"),
        "queue": Mock(return_value=(Waiting(7, "In coda", is_before=True),)),
        "begin_before": Mock(return_value=False),
        "still_behind": Mock(return_value=SEEN),
        "of_whole": Mock(return_value=["whole"]),
        "reach": Mock(return_value="reach"),
        "early": Mock(return_value="early"),
        "alert_lines": Mock(return_value=("alerts",)),
        "with_sources": Mock(return_value=("sourced",)),
        "closed_days": Mock(return_value={"closed"}),
        "signed_by": Mock(return_value=[BRUNO.id, "nobody", ANNA.id]),
        "awaited": Mock(return_value=("awaited",)),
    }
    for name, part in made.items():
        monkeypatch.setattr(approve, name, part)
    monkeypatch.setattr(samples, "sentence", Mock(return_value="Prova inviata."))
    return made


def answered(engine: Engine, number: int, **more: Any) -> None:
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, number)
        latest = bulletins.latest(session, number)
        assert latest is not None
        items = [bulletins.data_of(item) for item in bulletins.items(session, latest)]
        bulletins.add_version(session, bulletin, items, author=ANNA.name, now=NOW, **more)


def test_a_round_shows_what_its_rows_and_pages_tell(
    settings: Settings, sqlite: Engine, parts: dict[str, Mock]
) -> None:
    carla = Editor(name="Carla Terza", email="carla@comune.esempio.mi.it")
    profile = settings.profile.model_copy(update={"editors": [ANNA, carla, BRUNO]})
    settings = Settings(profile, settings.path, settings.state)
    slot = NOW + timedelta(days=2)
    number = waiting(sqlite, slot_at=slot).id
    answered(sqlite, number, problems=["p", "q"], remarks=["r", "s"], answers=("run", 1))
    shown = load_round(settings, sqlite, number, SEEN, now=AT)
    (item,) = shown.items
    assert (shown.bulletin.id, shown.version) == (number, 2)
    assert (shown.problems, shown.remarks) == (("p", "q"), ("r", "s", "Prova inviata."))
    assert (shown.queue, shown.sourced) == (parts["queue"].return_value, parts["with_sources"].return_value)
    assert shown.awaited == ("awaited",)
    assert (shown.signed, shown.site) == ((ANNA.name, BRUNO.name), tuple(one.line for one in SEEN))
    assert (shown.whole, shown.reach, shown.early, shown.alerts) == (
        ("whole",),
        "reach",
        "early",
        ("alerts",),
    )
    assert shown.written_by.startswith("Risposta di Anna Redazione, ")
    assert shown.is_sent_back is False
    assert item.news_item_id is not None
    assert parts["queue"].call_args.args == (settings, "situation", {item.news_item_id})
    assert parts["situation_of"].call_args.args[3] == AT
    assert parts["still_behind"].call_args.args[2] == SEEN
    assert parts["with_sources"].call_args.kwargs == {"is_fixed": False}
    assert parts["of_whole"].call_args.args[3] == AT
    assert parts["early"].call_args.args == (settings.profile, slot, AT, {"closed"})
    assert parts["early"].call_args.kwargs == {"inside": False, "outside": True}
    assert parts["begin_before"].call_args.args[1:] == ([item], AT)
    assert parts["closed_days"].call_args.args[1] == AT
    assert parts["alert_lines"].call_args.args[4] == "situation"
    assert parts["alert_lines"].call_args.kwargs == {"made_at": NOW}
    assert parts["awaited"].call_args.args[4] == [BRUNO.id, "nobody", ANNA.id]


def test_a_round_of_a_fixed_text_has_no_queue_and_no_alerts(
    settings: Settings, sqlite: Engine, parts: dict[str, Mock]
) -> None:
    number = waiting(sqlite).id
    with transaction(sqlite) as session:
        bulletins.locked(session, number).template = "avviso_urgente"
    shown = load_round(settings, sqlite, number, now=AT)
    assert (shown.queue, shown.alerts) == ((), ())
    for name in ("situation_of", "queue", "alert_lines"):
        assert not parts[name].called
    assert parts["with_sources"].call_args.kwargs == {"is_fixed": True}
    assert parts["still_behind"].call_args.args[2] == ()


def test_a_round_of_a_text_that_went_back_says_so_and_has_only_genuine_words(
    settings: Settings, sqlite: Engine, parts: dict[str, Mock], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "sentence", lambda *_: "")
    number = waiting(sqlite).id
    answered(sqlite, number)
    with transaction(sqlite) as session:
        for version, said in ((1, SignOffWord.approve), (2, SignOffWord.send_back)):
            sign_offs.add(session, number, version, editor=ANNA.id, name=ANNA.name, said=said, at=NOW)
    shown = load_round(settings, sqlite, number, now=AT)
    assert (shown.is_sent_back, shown.remarks) == (True, ())
    assert [word.said for word in parts["awaited"].call_args.args[3]] == [SignOffWord.send_back]


@pytest.mark.parametrize(
    ("changes", "seen", "calls", "tells"),
    [
        ({}, SEEN, 1, True),
        ({}, SEEN[1:], 1, False),
        ({"template": "avviso_urgente"}, SEEN, 1, False),
        ({"status": BulletinStatus.approved}, [], 0, False),
        ({"status": BulletinStatus.draft}, [], 0, False),
    ],
    ids=["a change", "none", "a fixed text", "approved", "not shown yet"],
)
def test_the_site_is_read_again_for_what_waits_and_a_change_is_told(
    settings: Settings,
    sqlite: Engine,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    seen: list[Rereading],
    calls: int,
    *,
    tells: bool,
) -> None:
    bulletin = waiting(sqlite)
    for name, value in changes.items():
        setattr(bulletin, name, value)
    reread, told = Mock(return_value=seen), Mock()
    monkeypatch.setattr(approve, "reread_bulletin", reread)
    monkeypatch.setattr(approve, "tell_changes", told)
    assert look_again(settings, sqlite, bulletin, AT) == seen
    assert reread.call_count == calls
    if calls:
        reread.assert_called_once_with(settings, sqlite, bulletin.id, now=AT)
    assert told.called == tells
    if tells:
        assert (told.call_args.args[2:], told.call_args.kwargs) == ((bulletin.id, seen), {"now": AT})


class Answers:
    """What was confirmed in a bulletin's windows, and what became of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *given: Confirmation) -> None:
        self.confirmed, self.forgotten = Mock(return_value=list(given)), Mock()
        self.recorded = Mock(return_value=BulletinStatus.in_review)
        self.read = Mock(return_value=Site(read_at=AT))
        monkeypatch.setattr(forms, "confirmations", self.confirmed)
        monkeypatch.setattr(forms, "forget", self.forgotten)
        monkeypatch.setattr(approve, "record", self.recorded)
        monkeypatch.setattr(approve, "read_site", self.read)

    @property
    def sites(self) -> list[tuple[int, Site]]:
        return [(one.args[3].version, one.kwargs["site"]) for one in self.recorded.call_args_list]


REREAD = {"decisione": "Rileggi il sito e aggiorna la bozza"}
GONE = [
    Rereading(1, 7, "a", Now.gone),
    Rereading(2, 8, "b", Now.changed),
    Rereading(3, None, "c", Now.gone),
]


def test_each_answer_is_stored_once_and_the_site_is_read_for_who_asks(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Start(waiting(sqlite), frozenset({("run", 1)}))
    given = [Confirmation("run", number, AT, values) for number, values in
             ((1, REREAD), (2, {"decisione": SAVE}), (3, REREAD))]  # fmt: skip
    answers = Answers(monkeypatch, *given)
    assert store_answers(settings, sqlite, start, "mine", AT, GONE) == BulletinStatus.in_review
    answers.confirmed.assert_called_once_with(
        settings, start.bulletin, stamp_key=settings.stamp_key(), also_in="mine", now=AT
    )
    assert answers.sites == [(2, Site(frozenset({7}))), (3, Site(read_at=AT))]
    answers.read.assert_called_once_with(settings, frozenset({7}), AT)
    assert answers.recorded.call_args.args == (settings, sqlite, start.bulletin.id, given[2])
    assert not answers.forgotten.called, "no codes are asked for"


def test_after_a_decision_the_site_is_read_for_nobody(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Start(waiting(sqlite), frozenset())
    given = [Confirmation("run", number, AT, REREAD) for number in (1, 2)]
    answers = Answers(monkeypatch, *given)
    answers.recorded.side_effect = [BulletinStatus.approved, BulletinStatus.approved]
    assert store_answers(settings, sqlite, start, "mine", AT, []) == BulletinStatus.approved
    assert [site for _, site in answers.sites] == [Site(read_at=AT), Site()]


def test_what_holds_no_answer_is_as_it_was(
    settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Start(waiting(sqlite, status=BulletinStatus.rejected), frozenset())
    Answers(monkeypatch)
    assert store_answers(settings, sqlite, start, "mine", AT, []) == BulletinStatus.rejected


def test_the_code_of_each_answer_is_forgotten_also_of_one_that_was_stored(
    asking: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Start(waiting(sqlite), frozenset({("run", 1)}))
    given = [Confirmation("run", number, AT, {"decisione": SAVE}) for number in (1, 2)]
    answers = Answers(monkeypatch, *given)
    store_answers(asking, sqlite, start, "mine", AT, [])
    assert [one.args for one in answers.forgotten.call_args_list] == [(one, "codice") for one in given]
    assert all(one.kwargs == {"stamp_key": asking.stamp_key()} for one in answers.forgotten.call_args_list)
    assert len(answers.sites) == 1


@pytest.mark.parametrize("slot", [None, NOW + timedelta(days=2)])
def test_the_page_of_what_waits_no_longer_says_who_decided_above_the_text(
    settings: Settings, sqlite: Engine, slot: datetime | None
) -> None:
    with transaction(sqlite) as session:
        items = [item_of(make_news_item(session))]
        number = make_bulletin(session, items, status=BulletinStatus.in_review, slot_at=slot).id
    draft: Round = load_round(settings, sqlite, number, now=AT)
    bulletin = draft.bulletin
    bulletin.status, bulletin.status_by, bulletin.status_at = BulletinStatus.merged, "Anna *R*", NOW
    page = ended(settings, replace(draft, remarks=("È *tardi*.", "Altro.")), AT)
    first, second, third, *rest = page.split("\n\n")
    said = f"{draft.title}: rinviato al prossimo (Anna *R*, martedì 24 novembre, ore 10:30)"
    assert first == f"**{escaped(said)}.**"
    assert (second, third) == (escaped("È *tardi*."), "Altro.")
    assert "\n\n".join(rest) == "\n\n".join(evidence(settings, draft.sourced, slot or AT))
