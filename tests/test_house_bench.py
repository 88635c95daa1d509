"""The benches' own parts work; how fast is for `make bench`."""

from base64 import b64encode
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from scrapers.feeds.feeds import parse_feed
from scrapers.fetching.fetcher import Fetcher, NotModified, Response
from tests.bench import alerts, fleet, hidden, tuesday
from tests.bench.feed_server import ITEMS
from tests.bench.feeds import ours, server
from tests.bench.hidden import Sought
from tests.bench.morning import Held
from tests.world.towns import PATH, Issuer


def test_the_server_of_the_benches_gives_whole_feeds_and_answers_304() -> None:
    with server() as port, Fetcher(user_agent="t") as fetcher:
        url = f"http://127.0.0.1:{port}/feed/7.xml"
        answer = fetcher.get(url)
        assert isinstance(answer, Response)
        assert len(parse_feed(answer).entries) == ITEMS
        assert isinstance(fetcher.get(url, etag=answer.etag), NotModified)
        assert isinstance(fetcher.get(url, etag='"other"'), Response)


def test_the_bench_reads_every_feed_whole_and_then_304s() -> None:
    with server() as port:
        figures = ours(port, 2, 1)
    assert (figures["failed"], figures["stored"]) == (0, 2 * ITEMS)


@pytest.mark.parametrize("together", [True, False])
def test_the_bench_of_alerts_serves_every_comune_in_each_round(tmp_path: Path, together: bool) -> None:
    assert [alerts.opening(3, together=together)(number) for number in range(2)] == [3, 3]
    issuer = Issuer()
    once = alerts.polled(tmp_path, issuer.url + PATH, 3, together=together)
    for number, shown in enumerate((0, 0, 1)):
        issuer.shows(alerts.content(shown), f'"{shown}"')
        assert once(number) == 3
    issuer.close()
    assert len(issuer.asked) == (3 if together else 9)


def test_the_bench_of_a_tuesday_says_what_was_not_as_asked() -> None:
    people = {"taken": 10, "phones": 10, "most": 10, "most_in_long": 10, "first": 5.0, "last": 6.0}
    big = {"taken": 6000, "phones": 6000, "most": 41, "most_in_long": 800, "first": 5.0, "last": 160.0}
    sent, accepted = Counter({"sent": 2}), Counter({"accepted": 6010})
    told = tuesday.Told(
        2, 10, 1, [], [big, people], {}, Held(0.0, 0.0, 0.0, 0), {"Completed": 2}, 0, sent, accepted
    )
    assert told.missed == []

    def missed(**changes: float) -> list[str]:
        return replace(told, numbers=[big, {**people, **changes}]).missed

    assert missed(taken=11) == ["somebody got it twice"]
    assert missed(taken=9, phones=9) == ["somebody is lost"]
    assert missed(first=601.0) == ["a first message after 600 s"]
    assert missed(last=3601.0) == ["a message after 3600 s"]
    assert missed(most_in_long=801) == ["a number above its rate over 20 seconds"]
    assert missed(most=81) == ["a number's second held more than two"]
    assert "a Comune has sent nothing" in replace(told, numbers=[big]).missed
    assert replace(told, accounts=Counter({"sent": 1, "stopped": 1})).missed == ["a bulletin is not sent"]
    assert len(replace(told, deliveries=Counter({"accepted": 6009, "uncertain": 1})).missed) == 1


def test_the_rehearsal_of_a_fleet_finds_the_numbers_of_its_people_and_no_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hidden, "CHUNK", 100)
    sought = Sought([["+393400000001", "+393400000027"], ["+393330000009"]])
    far = b"a line\n" * 100
    assert sought.dresses(far + b"to +393400000027\n" + far) == {"clear", "groups", "hex", "utf-16"}
    assert "base64" in sought.dresses(b"id wamid." + b64encode(b"\x1d393330000009") + b" sent")
    assert not sought.dresses(b"3400000055, 34000000 and 333000000 are nobody's")


@pytest.mark.rehearsal
@pytest.mark.slow
@pytest.mark.xdist_group("server")  # a server of Prefect's too: one at a time
def test_the_bench_of_a_fleet_serves_every_comune_in_each_round() -> None:
    found = fleet.measured(3, rounds=1)
    assert found.keys() == {*fleet.HOURLY, "server"}
    assert all(found[name]["cpu"] > 0 for name in fleet.HOURLY)
