"""The provider's posts to a fleet: each update to whom it is for, and to nobody else."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData
from sqlmodel import select

from db.engine import make_engine
from db.models import Recipient, Template
from flows.fleet.front.sorting import Sorter
from flows.settings import load
from flows.web.inbound import store
from flows.whatsapp.webhook_payload import parse
from tests.world.builders import NOW
from tests.world.fleet import Land
from tests.world.fleet_web import (
    ACCOUNTS,
    PUBLIC,
    SHARED,
    SHOWN,
    THREE,
    TOGETHER,
    Fronted,
    change,
    comes_true,
    events,
    handled,
    lived,
    look,
    of_account,
    post,
    replies,
    said,
    three,
)
from tests.world.web_site import PHONE, status

pytestmark = pytest.mark.slow  # a fleet is made for each test

SLUGS = THREE
OTHERS = "393339876543"


@pytest.fixture(params=["sqlite", "postgresql"])
def here(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Land]:
    with three(request, tmp_path, monkeypatch) as made:
        yield made


def rows(slug: str) -> dict[str, list[Any]]:
    """All that a database holds."""
    engine = make_engine(load(slug).database)
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        found = {
            one.name: sorted(map(str, connection.execute(one.select()))) for one in tables.tables.values()
        }
    engine.dispose()
    return found


def test_what_is_posted_for_one_is_with_that_one_alone(here: Land, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    before = {slug: rows(slug) for slug in ("beta", "gamma")}

    async def story(site: Fronted) -> None:
        assert await site.tell(post(said("alfa", "ATTIVA"), said("alfa", "ciao, via Roma 7")), SHARED) == 200
        await comes_true(lambda: len(replies("alfa")) == 2 and "queued" not in dict(replies("alfa")).values())

    lived(here, story)
    assert len(events("alfa")) == 2
    assert {slug: rows(slug) for slug in before} == before
    with look("alfa") as session:
        (person,) = session.exec(select(Recipient))
        assert load("alfa").vault().open(person.phone_sealed or b"") == f"+{PHONE}"
    told = caplog.text + "".join(path.read_text() for path in here.states.rglob("*.log"))
    for planted in (PHONE, PHONE[2:], "via Roma 7", "wamid.alfa", SHARED, "token-of-alfa"):
        assert planted not in told
    mine = [record.getMessage() for record in caplog.records if "inbound" in record.name]
    assert all(line.startswith("alfa: ") for line in mine)


def test_a_post_with_updates_of_two_goes_to_both_and_repeated_changes_nothing(here: Land) -> None:
    async def story(site: Fronted) -> None:
        both = post(
            said("alfa", "ATTIVA"),
            said("beta", "ATTIVA", sender=OTHERS),
            change("alfa", {"statuses": [status("read", NOW, id="wamid.x")]}),
        )
        mixed = said("beta", "INFO", sender=OTHERS)
        mixed["changes"] += said("alfa", "INFO")["changes"]  # as in one account with numbers of both
        both["entry"].append(mixed)
        for _ in range(3):
            assert await site.tell(both, SHARED) == 200
        await comes_true(lambda: len(replies("alfa")) == len(replies("beta")) == 2)
        await comes_true(lambda: {state for _, state in replies("alfa") + replies("beta")} == {"accepted"})
        to = {(slug, message["to"]) for slug, message in site.sent}
        assert to == {("alfa", f"+{PHONE}"), ("beta", f"+{OTHERS}")}
        assert len(site.sent) == 4

    lived(here, story)
    assert [len(events(slug)) for slug in SLUGS] == [3, 2, 0]


def test_what_is_of_no_number_here_is_answered_counted_and_kept_by_nobody(
    here: Land, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(site: Fronted) -> None:
        strange = said("alfa", "DISATTIVA")
        strange["changes"][0]["value"]["metadata"]["phone_number_id"] = "109876543210987"
        unknown = {**of_account("alfa", "account_update", event="ACCOUNT_RESTRICTION"), "id": "299"}
        assert await site.tell(post(strange, strange, unknown), SHARED) == 200
        shapeless: list[Any] = [[], {"entry": 5}, {"entry": [7, {"id": "x"}]}, {"entry": [{"changes": [1]}]}]
        for one in shapeless:
            assert await site.tell(one, SHARED) == 200
        assert (await site.get("http://127.0.0.1/salute")).json()["strange"] == 8
        assert await site.tell(post(strange, said("beta", "ATTIVA")), SHARED) == 200

    lived(here, story)
    assert [len(events(slug)) for slug in SLUGS] == [0, 1, 0]
    assert "2 updates of no Comune here, number ...0987" in caplog.text
    assert "109876543210987" not in caplog.text


def test_while_nothing_is_known_of_somebody_what_may_be_theirs_comes_again(here: Land) -> None:
    """A profile that was in error when the process began may have any number."""
    profile = here.folder / "gamma.toml"
    whole = profile.read_text()
    profile.write_text(whole.replace("grace_minutes", "grace_minuts"))

    async def story(site: Fronted) -> None:
        theirs = post(said("gamma", "ATTIVA"))
        assert await site.tell(theirs, SHARED) == 503
        assert await site.tell(post(said("alfa", "ATTIVA")), SHARED) == 200, "whose it is is known"
        assert await site.tell(post(said("beta", "ATTIVA"), *theirs["entry"]), SHARED) == 503
        profile.write_text(whole)
        assert await site.tell(theirs, SHARED) == 200

    lived(here, story)
    assert [len(events(slug)) for slug in SLUGS] == [1, 1, 1]


def test_a_post_is_good_for_whose_secret_signed_it(here: Land) -> None:
    """Who has one Comune's app tells another nothing; at its own address only its own secret is asked."""
    here.give("alfa", "BOLLETTINO_APP_SECRETS", "of-alfa,of-alfa-before")

    async def story(site: Fronted) -> None:
        both = post(said("alfa", "ATTIVA"), said("beta", "ATTIVA"))
        assert await site.tell(both, "of-nobody") == 401
        assert await site.tell(both, "verify-token-of-alfa") == 401
        assert await site.tell(both, "of-alfa") == 200
        assert [len(events(slug)) for slug in SLUGS] == [1, 0, 0]
        assert await site.tell(both, SHARED) == 200
        assert [len(events(slug)) for slug in SLUGS] == [1, 1, 0]
        other = post(said("alfa", "INFO"))
        assert await site.tell(other, SHARED, f"{PUBLIC['alfa']}/webhook") == 401
        assert await site.tell(other, "of-alfa", f"{PUBLIC['beta']}/webhook") == 401
        assert await site.tell(other, "of-alfa-before", f"{PUBLIC['alfa']}/webhook") == 200
        shared = post(said("gamma", "ATTIVA"))
        assert await site.tell(shared, SHARED, f"{PUBLIC['beta']}/webhook") == 200, "one app for both"
        unsigned = await site.client.post("https://waba.example.it/webhook", content=b"{}")
        assert unsigned.status_code == 401

    lived(here, story)
    assert [len(events(slug)) for slug in SLUGS] == [2, 1, 1]


def test_the_provider_is_answered_by_whose_word_it_knows(here: Land) -> None:
    async def story(site: Fronted) -> None:
        async def verify(address: str, token: str) -> tuple[int, str]:
            query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1158"}
            answer = await site.get(f"{address}/webhook", **query)
            return answer.status_code, answer.text

        words = {slug: f"verify-token-of-{slug}" for slug in SLUGS}
        for address in ("https://waba.example.it", TOGETHER, "http://127.0.0.1:8080"):
            assert [await verify(address, words[slug]) for slug in SLUGS] == [(200, "1158")] * 3
            assert (await verify(address, ""))[0] == (await verify(address, "x"))[0] == 403
        for slug in SLUGS:
            for address in (PUBLIC[slug], f"http://127.0.0.1/{slug}"):
                told = {other: (await verify(address, words[other]))[0] for other in SLUGS}
                assert told == {other: 200 if other == slug else 403 for other in SLUGS}
        assert (await verify(f"{TOGETHER}/alfa", words["alfa"]))[0] == 404, "alfa does not stand there"

    lived(here, story)


def test_what_the_account_is_told_goes_by_the_account(here: Land) -> None:
    """Two in one account both hear of its templates, each of its own number, neither of others' people."""
    profile = here.folder / "gamma.toml"
    profile.write_text(profile.read_text().replace(ACCOUNTS["gamma"], ACCOUNTS["beta"]))

    async def story(site: Fronted) -> None:
        paused = of_account(
            "beta",
            "message_template_status_update",
            event="PAUSED",
            message_template_name="bollettino",
            message_template_language="it",
        )
        flagged = {
            "event": "FLAGGED",
            "current_limit": "TIER_2K",
            "display_phone_number": f"39{SHOWN['gamma']}",
        }
        assert await site.tell(post(paused), SHARED) == 200
        assert [len(events(slug)) for slug in SLUGS] == [0, 1, 1]
        assert (
            await site.tell(post(of_account("beta", "phone_number_quality_update", **flagged)), SHARED) == 200
        )
        assert [len(events(slug)) for slug in SLUGS] == [0, 1, 2]
        nameless = said("beta", "ATTIVA")
        del nameless["changes"][0]["value"]["metadata"]
        assert await site.tell(post(nameless), SHARED) == 200
        assert [len(events(slug)) for slug in SLUGS] == [0, 1, 2], "whose person it is nobody can tell"
        alone = said("alfa", "ATTIVA")
        del alone["changes"][0]["value"]["metadata"]
        assert await site.tell(post(alone, {"id": ACCOUNTS["alfa"]}), SHARED) == 200
        assert [len(events(slug)) for slug in SLUGS] == [2, 1, 2]
        await comes_true(handled("gamma", 2))

    lived(here, story)
    for slug in ("beta", "gamma"):
        with look(slug) as session:
            assert [row.status for row in session.exec(select(Template))] == ["PAUSED"]


def test_no_key_of_an_update_says_which_comune_it_was(here: Land) -> None:
    """A part has the keys that its updates have in the whole: a repetition is known by them."""
    whole = post(said("alfa", "ATTIVA"), said("beta", "ATTIVA"), of_account("alfa", "flows", event="X"))
    found = Sorter([load(slug) for slug in SLUGS]).sort(whole)
    assert list(found.parts) == ["alfa", "beta"]
    parts = [store.key(update) for part in found.parts.values() for update in parse(part)]
    assert sorted(parts) == sorted(store.key(update) for update in parse(whole))
