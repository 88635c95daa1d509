"""What a Prometheus on the machine reads: numbers of the service, and nothing of anybody."""

import re
from datetime import datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from db import sources
from db.models import BulletinStatus, Delivery, DeliveryStatus, InboundEvent, Receipt
from flows.web import metrics
from tests.world.builders import make_bulletin, make_recipient, make_source
from tests.world.web_site import PHONE, Site, change, messages, status, statuses, wrote

LOCAL = {"Host": "127.0.0.1:8080"}


def trusted(site: Site) -> dict[str, str]:
    """Who reads a file of the state folder, on this machine."""
    token = (site.web.settings.state / metrics.FILE).read_text(encoding="ascii").strip()
    return {**LOCAL, "Authorization": f"Bearer {token}"}


def scrape(site: Site) -> dict[str, dict[tuple[str, ...], float]]:
    """Values by name, and by the values of their labels in the order of their names."""
    answer = site.request("GET", "/metrics", headers=trusted(site))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        sample.name.removeprefix("bollettino_"): {
            tuple(other.labels.values()): other.value for other in family.samples if other.name == sample.name
        }
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def live(site: Site, now: datetime) -> int:
    """A subscriber, one who left, a bulletin with receipts and a failure, a stranger shape, a source."""
    site.tell(messages(wrote("ATTIVA", now - timedelta(seconds=9), id="a")))
    other = wrote("ATTIVA", now - timedelta(seconds=9), id="b", sender="393330000001")
    site.tell(messages(other, wrote("DISATTIVA", now, id="c", sender="393330000001")))
    site.tell(statuses(status("delivered", now)))
    site.tell(change({"a_new": "thing"}, "a_new_field"))
    with site.look() as session:
        bulletin = make_bulletin(session, [], status=BulletinStatus.sent, now=now - timedelta(hours=1))
        for end, code, receipt in [
            *[(DeliveryStatus.accepted, None, Receipt.read)] * 4,
            (DeliveryStatus.accepted, None, Receipt.delivered),
            (DeliveryStatus.failed, "131049", None),
        ]:
            row = make_recipient(session, site.web.vault)
            session.add(
                Delivery(
                    bulletin_id=bulletin.id,
                    recipient_id=row.id,
                    status=end,
                    reason=code,
                    receipt=receipt,
                    status_at=now,
                )
            )
        source = make_source(session)
        sources.succeeded(session, [sources.Mark(source.id, None, None)], now=now - timedelta(minutes=7))
        sources.failed(session, source.id, "HTTP 500", now=now)
        session.add(
            InboundEvent(
                event_hash="parked", kind="message", payload_sealed=b"x", received_at=now, failure="KeyError"
            )
        )
        return bulletin.id


def test_the_numbers_are_those_of_the_database(site: Site, now: datetime) -> None:
    number = str(live(site, now))
    found = scrape(site)
    mine = (number, "ordinary")
    assert found["subscribers"][("everything", "active")] == 7
    assert found["consent_events_total"] == {("opt_in", "whatsapp"): 2, ("opt_out", "whatsapp"): 1}
    assert found["deliveries"][(*mine, "accepted")] == 5
    assert found["delivery_failures"] == {(number, "131049", "ordinary"): 1}
    assert (found["delivered_ratio"][mine], found["read_ratio"][mine]) == (1, 0.8)
    assert (found["joined"][mine], found["left"][mine]) == (2, 0)
    assert found["answers"][("queued",)] == found["queue"][("answers",)] == 3
    assert found["webhook_parked"] == {(): 1}
    assert sum(found["webhook_unread"].values()) == 1
    assert found["webhook_age_seconds"] == {("any",): 0, ("receipt",): 0}
    ((kind, address), age), *_ = found["source_age_seconds"].items()
    assert (address.startswith("https://"), kind, age) == (True, "feed", 420)
    assert set(found["source_failures"].values()) == {1}


def test_nothing_of_a_person_is_in_it(site: Site, now: datetime) -> None:
    live(site, now)
    text = site.request("GET", "/metrics", headers=trusted(site)).text
    assert "bollettino_subscribers" in text
    assert PHONE not in text
    assert site.web.vault.hash(f"+{PHONE}") not in text
    assert "wamid" not in text
    assert re.findall(r"\d{9,}", re.sub(r"timestamp_seconds\{.*", "", text)) == [], "no number of a phone"


@pytest.mark.slow
def test_of_many_bulletins_only_the_last_have_lines(site: Site, now: datetime) -> None:
    with site.look() as session:
        for hours in range(30, 0, -1):
            make_bulletin(session, [], status=BulletinStatus.sent, now=now - timedelta(hours=hours))
    assert len(scrape(site)["bulletin_sent_timestamp_seconds"]) == metrics.BULLETINS


def test_an_empty_database_can_be_read(site: Site) -> None:
    found = scrape(site)
    assert found["webhook_parked"] == {(): 0}
    assert "webhook_age_seconds" not in found, "never heard of is not zero seconds ago"


@pytest.mark.parametrize(
    "headers",
    [
        {**LOCAL, "X-Forwarded-For": "203.0.113.9"},
        {**LOCAL, "Forwarded": "for=203.0.113.9"},
        {**LOCAL, "X-Real-IP": "203.0.113.9"},
        {**LOCAL, "Via": "1.1 proxy"},
        {**LOCAL, "X-Forwarded-For": ""},
        {"Host": "notizie.comune.esempio.mi.it"},
        {"Host": "127.0.0.1.altri.example"},
    ],
)
def test_who_comes_through_a_proxy_reads_nothing(site: Site, headers: dict[str, str]) -> None:
    answer = site.request("GET", "/metrics", headers={**trusted(site), **headers})
    assert (answer.status_code, answer.text) == (403, "only on this machine")


@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic è"])
def test_a_proxy_that_adds_no_header_looks_like_this_machine_and_reads_nothing(
    site: Site, given: str | None
) -> None:
    headers = LOCAL if given is None else {**LOCAL, "Authorization": given.encode()}
    answer = site.request("GET", "/metrics", headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "bollettino_" not in answer.text


def test_the_token_stays_the_same_and_only_its_owner_reads_it(site: Site) -> None:
    path = site.web.settings.state / metrics.FILE
    assert path.stat().st_mode & 0o077 == 0
    kept = path.read_text(encoding="ascii").strip()
    assert metrics.token(path) == kept
    assert len(kept) > 40
    path.write_text("", encoding="ascii")  # cut off by a full disk
    assert metrics.token(path) != kept


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8080", "[::1]:8080"])
def test_this_machine_by_any_of_its_names(site: Site, host: str) -> None:
    assert site.request("GET", "/metrics", headers={**trusted(site), "Host": host}).status_code == 200


def test_a_database_that_does_not_answer_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_web: object) -> bytes:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(metrics, "exposition", gone)
    assert site.request("GET", "/metrics", headers=trusted(site)).status_code == 503
