"""Posts that nobody should take: each is refused at once, over a real socket, and stores nothing."""

import asyncio
import gzip
import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from db.models import InboundEvent
from flows.web import webhook
from tests.test_whatsapp_webhook_payload import sign
from tests.world.comune import Loopback
from tests.world.web_site import Site, messages, wrote

AT_ONCE = 5.0  # seconds; it is milliseconds, and this machine may be busy


def talk(loopback: Loopback, head: str, body: bytes = b"", *, cut: bool = False) -> tuple[int, float]:
    """Status of the answer (0: none came) and the seconds until it; `cut` hangs up after the body."""

    async def go() -> tuple[int, float]:
        reader, writer = await asyncio.open_connection("127.0.0.1", loopback.port)
        began = time.monotonic()
        writer.write(f"POST /webhook HTTP/1.1\r\nHost: test\r\n{head}\r\n\r\n".encode() + body)
        if cut:
            writer.write_eof()
        line = await asyncio.wait_for(reader.readline(), 60)
        took = time.monotonic() - began
        writer.close()
        return int(line.split()[1]) if line else 0, took

    return asyncio.run(go())


@pytest.fixture
def door(site: Site, loopback: Loopback) -> Callable[..., int]:
    """Posts to the app over a socket; fails when the answer is not there at once."""
    loopback.app = site.app

    def post(head: str, body: bytes = b"", **how: Any) -> int:
        status, took = talk(loopback, head, body, **how)
        assert took < AT_ONCE
        return status

    return post


def stored(site: Site) -> int:
    with site.look() as session:
        return len(session.exec(select(InboundEvent)).all())


def test_a_post_of_100_megabytes_is_refused_before_it_is_sent(site: Site, door: Callable[..., int]) -> None:
    assert door(f"X-Hub-Signature-256: sha256=0\r\nContent-Length: {100 * 2**20}") == 413
    assert door("X-Hub-Signature-256: sha256=0\r\nContent-Length: 9999999999999999999") in (400, 413)
    assert stored(site) == 0


def test_a_body_of_unknown_length_is_cut_at_the_limit(site: Site, door: Callable[..., int]) -> None:
    part = b"100000\r\n" + b"x" * 2**20 + b"\r\n"
    assert door("X-Hub-Signature-256: sha256=0\r\nTransfer-Encoding: chunked", part * 5) == 413
    assert stored(site) == 0


def test_without_a_signature_not_a_byte_of_the_body_is_taken(site: Site, door: Callable[..., int]) -> None:
    assert door(f"Content-Length: {2**20}") == 401
    assert door("X-Hub-Signature-256: \r\nContent-Length: 2", b"{}") == 401
    assert stored(site) == 0


def test_a_compressed_body_is_never_inflated(site: Site, door: Callable[..., int]) -> None:
    bomb = gzip.compress(b" " * 10**7)
    head = f"X-Hub-Signature-256: {sign(bomb, 'new-secret')}\r\nContent-Length: {len(bomb)}"
    assert door(f"{head}\r\nContent-Encoding: gzip", bomb) == 415
    assert door(head, bomb) == 400, "as it came it is not JSON"
    assert stored(site) == 0


def test_a_truncated_post_stores_nothing(site: Site, door: Callable[..., int], now: datetime) -> None:
    raw = json.dumps(messages(wrote("ATTIVA", now))).encode()
    head = f"X-Hub-Signature-256: {sign(raw, 'new-secret')}"
    assert door(f"{head}\r\nContent-Length: {len(raw)}", raw[:-1], cut=True) in (0, 400)
    assert door(f"{head}\r\nContent-Length: {len(raw) - 1}", raw[:-1]) == 401
    assert stored(site) == 0
    assert door(f"{head}\r\nContent-Length: {len(raw)}", raw) == 200
    assert stored(site) == 1


def test_a_body_that_never_ends_is_not_waited_for(
    site: Site, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "PATIENCE", 0.2)
    loopback.app = site.app
    status, took = talk(loopback, "X-Hub-Signature-256: sha256=0\r\nContent-Length: 1000", b"{")
    assert (status, took < AT_ONCE) == (408, True)


def test_a_replayed_post_is_answered_and_changes_nothing(site: Site, now: datetime) -> None:
    payload = messages(wrote("ATTIVA", now))
    for _ in range(3):
        site.tell(payload)
    assert (stored(site), len(site.replies())) == (1, 1)


@pytest.mark.parametrize("deep", [900, 100_000])
def test_json_that_is_nested_too_deep_is_refused(site: Site, deep: int) -> None:
    raw = b'{"entry": ' + b"[" * deep + b"]" * deep + b"}"
    headers = {"X-Hub-Signature-256": sign(raw, "new-secret")}
    assert site.request("POST", "/webhook", content=raw, headers=headers).status_code in (200, 400)
    assert site.handle() == stored(site) <= 1


def test_what_could_not_be_stored_is_asked_for_again(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    payload = messages(wrote("DISATTIVA", now))
    with monkeypatch.context() as patch:
        patch.setattr("db.inbound.store", locked)
        assert site.post(payload) == 503
    assert site.post(payload) == 200
    assert stored(site) == 1


def test_what_is_stored_is_read_again_from_the_row_after_a_restart(site: Site, now: datetime) -> None:
    assert site.post(messages(wrote("ATTIVA", now))) == 200
    site.web.fresh.clear()
    assert site.handle() == 1
    assert [name for name, _ in site.replies()] == ["benvenuto"]


@pytest.mark.parametrize("path", ["/archivio/", "/salute/", "/b/abcdefgh/", "/r/abcdefgh/", "/webhook/"])
def test_no_address_leads_to_the_host_that_was_asked_for(site: Site, path: str) -> None:
    for method in ("GET", "HEAD", "POST"):
        answer = site.request(method, path, headers={"Host": "evil.example"})
        assert answer.status_code in (404, 405), (method, path)
        assert "location" not in answer.headers
