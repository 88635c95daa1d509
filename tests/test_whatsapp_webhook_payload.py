"""What Meta posts: the signature and every update of a batch."""

import copy
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.whatsapp.errors import Action
from flows.whatsapp.updates import (
    AccountChange,
    AddressChange,
    IdentityChange,
    InboundMessage,
    Preference,
    StatusUpdate,
    TemplateChange,
    Unknown,
    Update,
)
from flows.whatsapp.webhook_payload import parse, verify_signature
from tests.world.shared import SHARED, needs_shared

Kind = TypeVar("Kind")
DATA = Path(__file__).parent / "data"

BATCH: dict[str, Any] = json.loads((DATA / "webhook_batch.json").read_text("utf-8"))
USERNAME_ONLY: dict[str, Any] = json.loads((DATA / "webhook_username_only.json").read_text("utf-8"))


def sign(raw: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def test_a_signature_by_any_current_secret_is_accepted() -> None:
    raw = b'{"entry": []}'
    assert verify_signature(raw, sign(raw, "new"), ["new"])
    assert verify_signature(raw, sign(raw, "old"), ["new", "old"])


def test_any_other_signature_is_refused() -> None:
    raw = b'{"entry": []}'
    good = sign(raw, "secret")
    for header in (
        None,
        "",
        good[7:],
        good.replace("256", "1", 1),
        good[:-1],
        good + "0",
        "sha256=è",
        "\udcff",
    ):
        assert not verify_signature(raw, header, ["secret"])
    assert not verify_signature(raw + b" ", good, ["secret"])
    assert not verify_signature(raw, good, [])


def test_an_empty_secret_signs_nothing() -> None:
    """An unset variable must not let anybody in."""
    assert not verify_signature(b"x", sign(b"x", ""), [""])
    assert verify_signature(b"x", sign(b"x", "secret"), ["", "secret"])


def of_kind(kind: type[Kind], updates: tuple[Update, ...]) -> list[Kind]:
    return [update for update in updates if isinstance(update, kind)]


def test_every_receipt_of_a_batch_is_read_and_the_bad_ones_are_set_apart() -> None:
    parsed = parse(BATCH)
    assert [(status.wamid, status.status) for status in of_kind(StatusUpdate, parsed)] == [
        ("wamid.ONE", "sent"),
        ("wamid.TWO", "read"),
        ("wamid.ONE", "delivered"),
        ("wamid.FIVE", "failed"),
    ]
    sent, read, _, failed = of_kind(StatusUpdate, parsed)
    assert (sent.opaque, sent.pricing_category, sent.billable) == ("attempt-1", "marketing", True)
    assert sent.at == datetime.fromtimestamp(1795000001, UTC)
    assert (read.opaque, read.code, read.action, read.billable) == (None, None, None, None)
    assert (failed.opaque, failed.code, failed.action) == ("attempt-5", "131026", Action.STRIKE)


def test_every_message_of_a_batch_keeps_its_order_and_its_sender() -> None:
    messages = of_kind(InboundMessage, parse(BATCH))
    assert [(message.phone, message.bsuid, message.text, message.type) for message in messages] == [
        ("+393330001155", "IT.5555", "ATTIVA", "text"),
        ("+393330001155", "IT.5555", "STOP", "text"),
        (None, "IT.6666", "Attiva", "text"),
        (None, "IT.7777", "DISATTIVA", "button"),
    ]


def test_a_sender_known_by_username_only_is_read_from_the_lone_contact() -> None:
    (message,) = of_kind(InboundMessage, parse(USERNAME_ONLY))
    assert (message.phone, message.bsuid) == (None, "IT.8888")


def test_an_anonymous_message_beside_others_is_given_to_nobody() -> None:
    """With two messages and one contact, the contact may be the other one's."""
    payload = copy.deepcopy(USERNAME_ONLY)
    messages = payload["entry"][0]["changes"][0]["value"]["messages"]
    messages.append({**messages[0], "id": "wamid.H", "from": "393330001166"})
    parsed = parse(payload)
    assert [message.phone for message in of_kind(InboundMessage, parsed)] == ["+393330001166"]
    assert [update.kind for update in of_kind(Unknown, parsed)] == ["messages: from"]


def test_a_template_change_tells_the_latest_category_and_status() -> None:
    category, status = of_kind(TemplateChange, parse(BATCH))
    assert (category.name, category.language, category.category, category.status) == (
        "correzione",
        "it",
        "MARKETING",
        None,
    )
    assert (status.name, status.category, status.status) == ("bollettino_3", "MARKETING", "PAUSED")
    assert status.at == datetime.fromtimestamp(1795000010, UTC)


def test_what_is_not_read_is_named_without_a_value_and_kept() -> None:
    parsed = parse(BATCH)
    assert [update.kind for update in of_kind(Unknown, parsed)] == [
        "statuses: id",
        "statuses: played",
        "messages: from",
        "messages: timestamp",
        "messages: not an object",
        "change",
        "entry",
    ]
    assert all(update.raw for update in of_kind(Unknown, parsed))
    assert len(parsed) == 18


@pytest.mark.parametrize("payload", [None, [], "x", {}, {"entry": {}}, {"entry": None}, 7])
def test_a_payload_of_another_shape_is_one_unknown(payload: object) -> None:
    (update,) = parse(payload)
    assert isinstance(update, Unknown)
    assert update.raw == {"payload": payload}


def test_a_list_that_is_no_list_does_not_hide_the_other() -> None:
    payload = copy.deepcopy(BATCH)
    value = payload["entry"][0]["changes"][0]["value"]
    value["messages"] = {"from": "393330001122"}
    parsed = parse(payload)
    assert len(of_kind(StatusUpdate, parsed)) == 4
    assert "messages: not a list" in [update.kind for update in of_kind(Unknown, parsed)]


def test_each_raw_part_is_a_payload_of_that_update_alone() -> None:
    """So that one stored row can be read again, or erased, without the others."""
    for payload in (BATCH, USERNAME_ONLY):
        for update in parse(payload):
            assert parse(update.raw) == (update,)
    first = json.dumps(of_kind(InboundMessage, parse(BATCH))[0].raw)
    assert "Anna" in first
    assert "Bruno" not in first
    assert "STOP" not in first


def test_no_repr_holds_a_number_or_a_word_of_a_citizen() -> None:
    shown = repr(parse(BATCH))
    for secret in ("39333", "IT.5555", "wamid", "ATTIVA", "Anna"):
        assert secret not in shown


QUALITY, REVIEW = "phone_number_quality_update", "message_template_status_update"
OURS = {"display_phone_number": "390212345678", "event": "ONBOARDING"}


def told(name: str, value: dict[str, Any]) -> object:
    """The one update of a change of this field."""
    change = {"field": name, "value": value}
    (update,) = parse({"entry": [{"id": "2", "time": 1795000000, "changes": [change]}]})
    return update


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (QUALITY, {**OURS, "max_daily_conversations_per_business": "TIER_2K"}, {"tier": "TIER_2K"}),
        (
            QUALITY,
            {**OURS, "event": "THROUGHPUT_UPGRADE", "current_limit": "TIER_UNLIMITED"},
            {"throughput": "THROUGHPUT_UPGRADE"},
        ),
        (
            QUALITY,
            {**OURS, "event": "FLAGGED", "current_limit": "TIER_10K"},
            {"quality": "FLAGGED", "tier": "TIER_10K"},
        ),
        ("business_capability_update", {"max_daily_conversations_per_business": 2000}, {"tier": "TIER_2K"}),
        ("business_capability_update", {"max_daily_conversation_per_phone": -1}, {"tier": "TIER_UNLIMITED"}),
        ("account_update", {"event": "ACCOUNT_RESTRICTION"}, {"account": "ACCOUNT_RESTRICTION"}),
        ("account_update", {"event": "MM_LITE_TERMS_SIGNED"}, {"terms": "MM_LITE_TERMS_SIGNED"}),
        ("account_update", {"event": "PARTNER_ADDED"}, {"partner": "PARTNER_ADDED"}),
        ("account_update", {"event": "AD_ACCOUNT_LINKED"}, {"partner": "AD_ACCOUNT_LINKED"}),
        ("account_alerts", {"alert_type": "INCREASED_CAPABILITIES"}, {"alert": "INCREASED_CAPABILITIES"}),
    ],
)
def test_what_is_said_of_our_account_is_read(name: str, value: dict[str, Any], said: dict[str, str]) -> None:
    update = told(name, value)
    assert isinstance(update, AccountChange)
    assert update.words == said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (QUALITY, {**OURS, "event": "+39 333 1234567"}),
        (QUALITY, {**OURS, "event": "ONBOARDING"}),
        ("business_capability_update", {"max_daily_conversations_per_business": 4321}),
        ("account_update", {"event": 7}),
        (REVIEW, {"message_template_name": "a\0", "message_template_language": "it"}),
        (REVIEW, {"message_template_name": "a", "message_template_language": "?"}),
        ("user_preferences", {"user_preferences": [{"category": "marketing_messages", "value": "stop"}]}),
        ("user_id_update", {"user_id_update": [{"wa_id": "393331234567", "timestamp": "1795000000"}]}),
    ],
)
def test_a_change_that_cannot_be_read_is_kept_and_tells_no_value(name: str, value: dict[str, Any]) -> None:
    update = told(name, value)
    assert isinstance(update, Unknown)
    assert "333" not in update.kind


def test_another_bsuid_of_a_person_is_read() -> None:
    ids = {"previous": "IT.1", "current": "IT.2"}
    item = {"wa_id": "393331234567", "user_id": ids, "timestamp": "1795000000"}
    update = told("user_id_update", {"user_id_update": [item]})
    assert isinstance(update, AddressChange)
    assert (update.phone, update.bsuid) == (None, "IT.1")
    assert (update.new_phone, update.new_bsuid) == ("+393331234567", "IT.2")


def test_who_corrects_a_message_has_said_the_new_words() -> None:
    item = {"from": "393331234567", "id": "wamid.E", "timestamp": "1795000000", "type": "edit"}
    new = {"type": "text", "text": {"body": "DISATTIVA"}}
    update = told("messages", {"messages": [{**item, "edit": {"message": new}}]})
    assert isinstance(update, InboundMessage)
    assert update.text == "DISATTIVA"


@pytest.mark.parametrize("junk", ["wamid.\0", "wamid.\ud83d"])
def test_what_no_database_can_hold_is_set_apart(junk: str) -> None:
    payload = copy.deepcopy(BATCH)
    payload["entry"][0]["changes"][0]["value"]["statuses"][0]["id"] = junk
    assert len(of_kind(StatusUpdate, parse(payload))) == len(of_kind(StatusUpdate, parse(BATCH))) - 1


def payloads(found: object) -> Iterator[dict[str, Any]]:
    """The recordings nest payloads under names of their own."""
    if isinstance(found, dict):
        if "entry" in found:
            yield found
        else:
            for part in found.values():
                yield from payloads(part)


RECORDED = {
    path.stem: list(payloads(json.loads(path.read_text("utf-8"))))
    for path in sorted((SHARED / "whatsapp/webhooks").glob("updates__*.json"))
}


@needs_shared
def test_every_recorded_payload_is_read() -> None:
    expected: dict[str, type] = {
        "updates__message": InboundMessage,
        "updates__callback_button": InboundMessage,
        "updates__callback_selection": InboundMessage,
        "updates__flow_completion": InboundMessage,
        "updates__edited_message": InboundMessage,
        "updates__template_quality_update": TemplateChange,
        "updates__template_status_update": TemplateChange,
        "updates__template_category_update": TemplateChange,
    }
    assert len(RECORDED) == 19
    for name, recorded in RECORDED.items():
        updates = [update for payload in recorded for update in parse(payload)]
        assert len(updates) >= len(recorded) > 0, name
        if name in expected:
            assert {type(update) for update in updates} == {expected[name]}, name
    changed, identity = (parse(payload)[0] for payload in RECORDED["updates__system"])
    assert isinstance(changed, AddressChange)
    assert (changed.phone, changed.new_phone) == ("+972987654321", "+972912345678")
    assert isinstance(identity, IdentityChange)
    wish, signup = (parse(payload)[0] for payload in RECORDED["updates__user_marketing_preferences"])
    assert isinstance(wish, Preference)
    assert isinstance(signup, Preference)
    assert (wish.phone, wish.stopped, signup.stopped) == ("+16505551234", False, False)
    accounts = [parse(payload)[0] for payload in RECORDED["updates__account_update"]]
    assert AccountChange in set(map(type, accounts))
    receipts = [
        status
        for payload in RECORDED["updates__message_status"]
        for status in of_kind(StatusUpdate, parse(payload))
    ]
    # Seven recordings, one of them of a voice note that was played.
    assert [status.status for status in receipts] == ["sent", "delivered", "read", "failed", "sent", "read"]
    assert [status.code for status in receipts if status.code] == ["130472"]
    assert [status.opaque for status in receipts if status.opaque] == ["some data"]


def places(found: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every value inside."""
    inner: list[tuple[str | int, ...]] = []
    if isinstance(found, dict):
        inner = [place for key, part in found.items() for place in places(part, (*path, key))]
    elif isinstance(found, list):
        inner = [place for key, part in enumerate(found) for place in places(part, (*path, key))]
    return [path, *inner] if path else inner


def mutated(payload: dict[str, Any], place: tuple[str | int, ...], value: object) -> object:
    changed: Any = copy.deepcopy(payload)
    holder = changed
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    return changed


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=9),
    st.just([]),
    st.just({}),
    st.just([{}]),
)
SOURCES = [BATCH, USERNAME_ONLY, *(payload for recorded in RECORDED.values() for payload in recorded)]


@given(st.data())
def test_a_mutated_payload_never_crashes_and_always_leaves_something(data: st.DataObject) -> None:
    payload = data.draw(st.sampled_from(SOURCES))
    place = data.draw(st.sampled_from(places(payload)))
    parsed = parse(mutated(payload, place, data.draw(JUNK)))
    assert isinstance(parsed, tuple)
    assert parsed or place[0] == "entry"


def at(which: int) -> tuple[str | int, ...]:
    return "entry", 0, "changes", 0, "value", "statuses", which


@pytest.mark.parametrize("junk", [None, True, 10**30, -1.5, "", "39333000", [], {}, [{}], [None]])
def test_one_bad_part_never_costs_the_other_receipts(junk: object) -> None:
    for which in range(6):
        spared = of_kind(StatusUpdate, parse(mutated(BATCH, at(which), None)))
        inside = [
            (*at(which), *place)
            for place in places(BATCH["entry"][0]["changes"][0]["value"]["statuses"][which])
        ]
        for place in [at(which), *inside]:
            left = parse(mutated(BATCH, place, junk))
            assert set(map(id_of, spared)) <= set(map(id_of, of_kind(StatusUpdate, left)))
            assert len(left) == 18


@pytest.mark.parametrize("junk", [None, True, 10**30, -1.5, "", "39333000", [], {}, [{}], [None]])
def test_no_part_of_a_payload_can_crash_the_parser(junk: object) -> None:
    for payload in SOURCES:
        for place in places(payload):
            parse(mutated(payload, place, junk))


def id_of(status: StatusUpdate) -> tuple[str, str, datetime]:
    return status.wamid, status.status, status.at


@given(
    st.recursive(
        st.none() | st.text() | st.integers(), lambda part: st.lists(part) | st.dictionaries(st.text(), part)
    )
)
def test_any_json_at_all_is_parsed(payload: object) -> None:
    assert isinstance(parse(payload), tuple)
