"""What is planned and posted of our templates, by what Meta holds and by our rows; no server is asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from db import acts, provider
from db.engine import reading, transaction
from db.models import Act as Done
from db.models import Template
from flows.sending import submission
from flows.sending.submission import Planned, Taken
from flows.settings import BollettinoError, Settings
from flows.whatsapp.account_templates import TemplateState
from flows.whatsapp.errors import Refused, Retryable, TokenError
from flows.whatsapp.template_plan import Act, Past, Step
from flows.whatsapp.templates import ALTERATIONS, creation_payload
from tests.world.builders import NOW

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ECHO = timedelta(minutes=10)
MONTH = timedelta(days=30)
NEWS, ALERT = "bollettino_1", "allerta_meteo"
WABA = ("http://127.0.0.1:8600/v25.0", "200000000000001", {"Authorization": "Bearer token"})


@pytest.fixture
def two(settings: Settings) -> Settings:
    """With two templates only."""
    ours = {name: settings.templates[name] for name in (NEWS, ALERT)}
    vars(settings)["templates"] = ours
    return settings


def there(settings: Settings, name: str, status: str = "APPROVED", **changes: Any) -> TemplateState:
    """As Meta holds one of ours, word for word."""
    ours = settings.templates[name]
    payload = creation_payload(ours, settings.button_base(name), "it")
    state = TemplateState(
        status,
        ours.category,
        ours.ttl_seconds,
        "GREEN",
        payload["components"],
        dict.fromkeys(ALTERATIONS, "OPT_OUT"),
        id=f"id of {name}",
        name=name,
        language="it",
    )
    return replace(state, **changes)


@dataclass
class Meta:
    """What was posted, in its order; `troubles`: by name or id, raised instead."""

    posts: list[tuple[Any, ...]] = field(default_factory=list)
    troubles: dict[str, Exception] = field(default_factory=dict)

    def create(self, base: str, waba: str, headers: Mapping[str, str], payload: Any) -> TemplateState:
        self._post("create", base, waba, dict(headers), payload, about=payload["name"])
        return TemplateState("PENDING", "UTILITY", None, id="9")

    def edit(self, base: str, template_id: str, headers: Mapping[str, str], changes: Any) -> None:
        self._post("edit", base, template_id, dict(headers), changes, about=template_id)

    def _post(self, *told: Any, about: str) -> None:
        self.posts.append(told)
        if trouble := self.troubles.get(about):
            raise trouble


@pytest.fixture
def meta(monkeypatch: pytest.MonkeyPatch) -> Meta:
    found = Meta()
    monkeypatch.setattr(submission, "create", found.create)
    monkeypatch.setattr(submission, "edit", found.edit)
    return found


@pytest.fixture
def pasts(monkeypatch: pytest.MonkeyPatch) -> dict[str, Past]:
    """What each step was told of the past, by name."""
    found: dict[str, Past] = {}

    def step(definition: Any, _base: str, _language: str, _state: object, past: Past, _now: datetime) -> Step:
        found[definition.name] = past
        return Step(Act.none)

    monkeypatch.setattr(submission, "step", step)
    return found


def edited(engine: Engine, name: str, at: datetime, verb: str = acts.EDIT_TEMPLATE) -> None:
    """By one of ours."""
    with transaction(engine) as session:
        acts.add(
            session, verb, name="root", at=at, words=name, bulletin_id=None, code_hash=None, by_operator=True
        )


def told(engine: Engine, name: str, at: datetime, language: str = "it") -> None:
    """An edit of its text, by a webhook."""
    with transaction(engine) as session:
        provider.edited(session, name, language, "il piede", at=at)


def test_all_that_meta_holds_is_kept_by_name_and_language(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = [there(settings, NEWS), there(settings, NEWS, language="de"), there(settings, ALERT)]
    asked: list[Any] = []

    def listed(*told: Any) -> Iterator[TemplateState]:
        asked.append(told)
        yield from states

    monkeypatch.setattr(submission, "listed", listed)
    assert submission.held(settings) == {
        (NEWS, "it"): states[0],
        (NEWS, "de"): states[1],
        (ALERT, "it"): states[2],
    }
    assert asked == [WABA]


@pytest.mark.parametrize("status", ["APPROVED", "FLAGGED", "REINSTATED", "UNPAUSED", "UNARCHIVED"])
def test_what_bulletins_leave_with_is_usable_and_well_where_nothing_is_to_be_done(
    settings: Settings, status: str
) -> None:
    state = there(settings, NEWS, status)
    assert Planned(NEWS, state, Step(Act.none)).is_usable
    assert Planned(NEWS, state, Step(Act.none)).is_well
    assert Planned(NEWS, state, Step(Act.edit)).is_usable
    assert not Planned(NEWS, state, Step(Act.edit)).is_well


@pytest.mark.parametrize("status", ["PENDING", "REJECTED", "PAUSED", ""])
def test_what_meta_does_not_send_or_hold_is_neither(settings: Settings, status: str) -> None:
    row = Planned(NEWS, there(settings, NEWS, status) if status else None, Step(Act.none))
    assert not row.is_usable
    assert not row.is_well


def test_each_of_ours_is_planned_in_its_order_by_what_is_there_in_our_language(
    two: Settings, sqlite: Engine
) -> None:
    other = there(two, NEWS, language="de")
    news, alert = submission.plan(two, sqlite, {(NEWS, "de"): other}, now=NOW)
    assert (news.name, news.state, alert.name, alert.state) == (NEWS, None, ALERT, None)
    assert (news.step.act, alert.step.act) == (Act.create, Act.create)
    assert news.step.payload == creation_payload(two.templates[NEWS], two.button_base(NEWS), "it")
    held = {(NEWS, "it"): there(two, NEWS), (ALERT, "it"): there(two, ALERT, ttl_seconds=60)}
    news, alert = submission.plan(two, sqlite, held, now=NOW)
    assert (news.state, news.step) == (held[NEWS, "it"], Step(Act.none))
    assert (alert.state, alert.step.act) == (held[ALERT, "it"], Act.edit)


def test_of_two_with_the_same_words_the_second_is_refused_and_those_behind_it_are_planned(
    settings: Settings, sqlite: Engine
) -> None:
    ours = settings.templates
    double = replace(ours[NEWS], name="bollettino_2")
    vars(settings)["templates"] = {NEWS: ours[NEWS], "bollettino_2": double, ALERT: ours[ALERT]}
    state = there(settings, "bollettino_2")
    rows = submission.plan(settings, sqlite, {("bollettino_2", "it"): state}, now=NOW)
    assert [row.step.act for row in rows] == [Act.create, Act.refused, Act.create]
    assert rows[1] == Planned(
        "bollettino_2", state, Step(Act.refused, f"it has the body and the footer of {NEWS}")
    )


def test_without_an_engine_no_edit_is_counted(two: Settings, pasts: dict[str, Past]) -> None:
    submission.plan(two, None, {}, now=NOW)
    assert pasts == {NEWS: Past(), ALERT: Past()}


def test_an_edit_of_today_waits_by_our_rows(two: Settings, sqlite: Engine) -> None:
    edited(sqlite, NEWS, NOW - DAY + MINUTE)
    held = {(name, "it"): there(two, name, ttl_seconds=60) for name in (NEWS, ALERT)}
    news, alert = submission.plan(two, sqlite, held, now=NOW)
    assert (news.step.act, news.step.until) == (Act.wait, NOW + MINUTE)
    assert alert.step.act == Act.edit
    news, _ = submission.plan(two, None, held, now=NOW)
    assert news.step.act == Act.edit


def test_the_edits_of_thirty_days_are_ours_by_name(
    two: Settings, sqlite: Engine, pasts: dict[str, Past]
) -> None:
    edited(sqlite, NEWS, NOW - MONTH)  # exactly: not within them
    edited(sqlite, NEWS, NOW - MONTH + MINUTE)
    edited(sqlite, ALERT, NOW - 2 * DAY)
    edited(sqlite, NEWS, NOW - DAY)
    edited(sqlite, NEWS, NOW - MINUTE, acts.REOPEN)
    submission.plan(two, sqlite, {}, now=NOW)
    assert pasts == {NEWS: Past([NOW - MONTH + MINUTE, NOW - DAY]), ALERT: Past([NOW - 2 * DAY])}


@pytest.mark.parametrize(
    ("after", "counts"),
    [
        (ECHO, False),
        (-ECHO, False),
        (timedelta(0), False),
        (ECHO + timedelta(seconds=1), True),
        (-ECHO - timedelta(seconds=1), True),
    ],
)
def test_what_a_webhook_tells_within_ten_minutes_is_the_echo_of_our_edit(
    two: Settings, sqlite: Engine, pasts: dict[str, Past], after: timedelta, counts: bool
) -> None:
    ours = NOW - DAY
    edited(sqlite, NEWS, ours - DAY)  # another one, far from it
    edited(sqlite, NEWS, ours)
    told(sqlite, NEWS, ours + after)
    told(sqlite, ALERT, ours)  # nobody of ours edited it
    submission.plan(two, sqlite, {}, now=NOW)
    assert pasts[NEWS] == Past([ours - DAY, ours, *[ours + after] * counts])
    assert pasts[ALERT] == Past([ours])


def test_what_is_said_of_another_language_is_not_of_ours(
    two: Settings, sqlite: Engine, pasts: dict[str, Past]
) -> None:
    told(sqlite, NEWS, NOW - DAY, language="de")
    submission.plan(two, sqlite, {}, now=NOW)
    assert pasts == {NEWS: Past([]), ALERT: Past([])}


@pytest.mark.parametrize(
    ("status", "is_deleted"),
    [("DELETED", True), ("PENDING_DELETION", True), ("APPROVED", False), ("DISABLED", False)],
)
def test_a_name_is_locked_from_when_it_was_deleted(
    two: Settings, sqlite: Engine, pasts: dict[str, Past], status: str, is_deleted: bool
) -> None:
    with transaction(sqlite) as session:
        provider.seen(session, NEWS, "it", status=status, at=NOW - DAY)
        provider.seen(session, NEWS, "it", quality="RED", at=NOW)
    submission.plan(two, sqlite, {}, now=NOW)
    assert pasts == {NEWS: Past([], NOW - DAY if is_deleted else None), ALERT: Past([])}


def planned(settings: Settings, engine: Engine, held: dict[str, TemplateState]) -> list[Planned]:
    there = {(name, "it"): state for name, state in held.items()}
    return submission.plan(settings, engine, there, now=NOW)


def submitted(settings: Settings, engine: Engine, held: dict[str, TemplateState]) -> dict[str, str]:
    rows = planned(settings, engine, held)
    return submission.submit(settings, engine, rows, by="root", now=NOW)


def stored(engine: Engine) -> tuple[list[Done], list[Template]]:
    with reading(engine) as session:
        return list(session.exec(select(Done))), list(session.exec(select(Template)))


def test_what_is_not_there_is_created_and_no_edit_is_counted(
    two: Settings, sqlite: Engine, meta: Meta
) -> None:
    done = submitted(two, sqlite, {NEWS: there(two, NEWS)})
    assert done == {ALERT: "submitted: PENDING, UTILITY"}
    assert meta.posts == [
        ("create", *WABA, creation_payload(two.templates[ALERT], two.button_base(ALERT), "it"))
    ]
    assert stored(sqlite) == ([], [])


def test_what_is_otherwise_is_edited_and_counted_with_who_did_it(
    two: Settings, sqlite: Engine, meta: Meta
) -> None:
    held = {NEWS: there(two, NEWS, ttl_seconds=60), ALERT: there(two, ALERT)}
    (row, _) = planned(two, sqlite, held)
    assert submitted(two, sqlite, held) == {NEWS: "edited (lives 60 seconds instead of 259200)"}
    base, _, headers = WABA
    assert meta.posts == [("edit", base, f"id of {NEWS}", headers, row.step.payload)]
    (act,), (template,) = stored(sqlite)
    assert (act.verb, act.name, act.at, act.words) == (acts.EDIT_TEMPLATE, "root", NOW, NEWS)
    assert (act.bulletin_id, act.code_hash, act.by_operator) == (None, None, True)
    assert (template.name, template.language) == (NEWS, "it")
    assert (template.unlike, template.text_at) == ("", NOW)


def test_where_one_breaks_a_rule_nothing_is_posted(two: Settings, sqlite: Engine, meta: Meta) -> None:
    rows = [
        Planned(NEWS, None, Step(Act.refused, "too long")),
        Planned(ALERT, None, Step(Act.create, payload={"name": ALERT})),
        Planned("avviso", None, Step(Act.refused, "too short")),
    ]
    with pytest.raises(BollettinoError) as refused:
        submission.submit(two, sqlite, rows, by="root", now=NOW)
    assert str(refused.value) == (
        f"nothing is submitted, Meta would refuse it: {NEWS}: too long; avviso: too short"
    )
    assert meta.posts == []


AGAIN = "run this again, which is harmless"
HELD = "Meta holds it by now: python -m flows templates plan"


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (Retryable("HTTP 500"), f"NOT done: HTTP 500 ({AGAIN})"),
        (Retryable("HTTP 500", subcode=7), f"NOT done: HTTP 500 ({AGAIN})"),
        (Retryable("HTTP 500", subcode=2388024), f"NOT done: HTTP 500 ({HELD})"),
        (Refused("Invalid", subcode=2388024), f"NOT done: Invalid ({HELD})"),
        (Refused("Invalid", code=2388024), "NOT done: Invalid"),
        (Refused("Invalid"), "NOT done: Invalid"),
    ],
)
@pytest.mark.parametrize("is_there", [False, True])
def test_one_that_meta_does_not_take_is_told_with_what_to_do_and_the_next_one_goes_on(
    two: Settings, sqlite: Engine, meta: Meta, trouble: Exception, words: str, is_there: bool
) -> None:
    meta.troubles = {NEWS: trouble, f"id of {NEWS}": trouble}
    held = {NEWS: there(two, NEWS, ttl_seconds=60)} if is_there else {}
    assert submitted(two, sqlite, held) == {NEWS: words, ALERT: "submitted: PENDING, UTILITY"}
    assert stored(sqlite) == ([], []), "what was not taken is no edit"


def test_a_dead_token_ends_it_there(two: Settings, sqlite: Engine, meta: Meta) -> None:
    meta.troubles = {NEWS: TokenError("HTTP 401")}
    with pytest.raises(TokenError, match="HTTP 401"):
        submitted(two, sqlite, {})
    assert len(meta.posts) == 1


def test_what_meta_says_of_ours_is_kept_and_what_else_it_holds_is_named(
    two: Settings, sqlite: Engine
) -> None:
    with transaction(sqlite) as session:
        provider.seen(session, NEWS, "it", status="PENDING", quality="RED", at=NOW - DAY)
        provider.seen(session, ALERT, "de", status="PAUSED", at=NOW - DAY)  # of another language
    news = there(two, NEWS, "PAUSED", category="UTILITY", quality="YELLOW")
    german, stranger = there(two, ALERT, language="de"), replace(there(two, NEWS), name="saluti")
    held = {("saluti", "it"): stranger, (NEWS, "it"): news, (ALERT, "de"): german}
    assert submission.take_in(two, sqlite, held, now=NOW) == [
        Taken(NEWS, news, "PENDING", is_ours=True),
        Taken(ALERT, None, "", is_ours=True),
        Taken("saluti", stranger, "", is_ours=False),
        Taken(ALERT, german, "", is_ours=False),
    ]
    rows = {(row.name, row.language): row for row in stored(sqlite)[1]}
    assert set(rows) == {(NEWS, "it"), (ALERT, "de")}
    row = rows[NEWS, "it"]
    assert (row.category, row.status, row.quality) == ("UTILITY", "PAUSED", "YELLOW")
    assert (row.category_at, row.status_at, row.quality_at) == (NOW, NOW, NOW)
    assert rows[ALERT, "de"].status == "PAUSED"


def test_what_was_deleted_there_is_still_known_here(two: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        provider.seen(session, NEWS, "it", status="APPROVED", at=NOW - DAY)
    held = {(ALERT, "it"): there(two, ALERT)}
    assert submission.take_in(two, sqlite, held, now=NOW) == [
        Taken(NEWS, None, "APPROVED"),
        Taken(ALERT, held[ALERT, "it"]),
    ]
