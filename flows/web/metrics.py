"""`/metrics` for a Prometheus on the same machine: counts from the database at each scrape, nobody's data.

Only for who can read a file of the state folder: a proxy that adds no header looks like this machine. Who
comes through one that does is refused all the same. Labels are bulletins, codes, statuses and public
addresses, never a person, and of bulletins only the last ones, so that their number stays small.
"""

import base64
import hmac
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from db import disk, inbound, service_numbers, sources
from db.engine import reading
from db.inbound import STATUS
from db.models import DeliveryStatus
from flows.web.ground.context import Web, web_of

BULLETINS = 10  # the last ones, each with its own lines
FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
HERE = ("127.0.0.1", "localhost", "::1")
FILE = "metrics.token"  # in the state folder, for Prometheus' `credentials_file`


def router() -> APIRouter:
    routes = APIRouter(tags=["metrics"])

    @routes.get("/metrics")
    async def metrics(request: Request) -> Response:
        if is_from_outside(request.headers):
            return PlainTextResponse("only on this machine", status_code=403)
        web = web_of(request)
        if refusal := stranger(request.headers, web.settings.state / FILE):
            return refusal
        try:
            text = await run_in_threadpool(exposition, web)
        except SQLAlchemyError:
            return PlainTextResponse("the database does not answer", status_code=503)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return routes


def token(path: Path) -> str:
    """Made once, and for this user of the machine alone; another one takes its place when it is deleted."""
    if path.exists() and (stored := path.read_text(encoding="ascii").strip()):
        return stored
    new = secrets.token_urlsafe(32)
    disk.replace(path, f"{new}\n".encode())
    return new


def stranger(headers: Headers, path: Path, challenge: str = "Bearer") -> Response | None:
    """The answer to who does not show the token of that file; None for who does, be it as a password."""
    scheme, _, told = headers.get("authorization", "").partition(" ")
    shown = {"bearer": told, "basic": _password(told)}.get(scheme.lower(), "")
    if hmac.compare_digest(shown.encode("utf-8", "replace"), token(path).encode()):
        return None
    asked = {"WWW-Authenticate": challenge}
    return PlainTextResponse(f"the token of {path.name}", status_code=401, headers=asked)


def _password(told: str) -> str:
    """Behind any name (RFC 7617); "" in what is none."""
    try:
        return base64.b64decode(told, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def is_from_outside(headers: Headers) -> bool:
    """A proxy came between, or a page in somebody's browser asks under a name of its own."""
    host = headers.get("host", "").rsplit(":", 1)[0].strip("[]")
    return host not in HERE or any(name in headers for name in FORWARDED)


def exposition(web: Web) -> bytes:
    """In Prometheus's text format."""
    registry = CollectorRegistry()
    registry.register(_Database(web))
    return generate_latest(registry)


class _Database(Collector):
    def __init__(self, web: Web) -> None:
        self._web = web

    def describe(self) -> Iterator[Metric]:
        """Nothing: the default would read the database once more."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        now = self._web.clock()
        with reading(self._web.engine) as session:
            yield from _audience(session)
            yield from _bulletins(session)
            yield from _webhooks(session, now)
            yield from _queues(session)
            yield from _sources(session, now)


def _audience(session: Session) -> Iterator[Metric]:
    subscribers = GaugeMetricFamily(
        "bollettino_subscribers", "Subscribers, by what they get and their state.", labels=["scope", "status"]
    )
    for (status, scope), count in sorted(service_numbers.subscribers(session).items()):
        subscribers.add_metric([scope, status], count)
    yield subscribers
    events = CounterMetricFamily(
        "bollettino_consent_events", "Entries of the ledger of consent.", labels=["event", "source"]
    )
    for (event, source), count in sorted(service_numbers.words(session).items()):
        events.add_metric([event, source], count)
    yield events


def _bulletins(session: Session) -> Iterator[Metric]:
    """Of each of the last bulletins: what came of it, and how it was taken."""
    labels = ["bulletin", "kind"]

    def gauge(name: str, meaning: str, *more: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(
            f"bollettino_{name}", f"{meaning}, of the last bulletins.", labels=[*labels, *more]
        )

    sent_at = gauge("bulletin_sent_timestamp_seconds", "When the first message left")
    deliveries = gauge("deliveries", "Messages by state", "status")
    failures = gauge("delivery_failures", "Failed messages by the provider's code", "code")
    delivered = gauge("delivered_ratio", "Share of the accepted messages that arrived")
    read = gauge("read_ratio", "Share of the accepted messages that are told as read")
    joined = gauge("joined", "Opt-ins put down to it")
    left = gauge("left", "Opt-outs put down to it")
    replies = gauge("replies", "Messages that ask something, put down to it")
    for bulletin in service_numbers.last(session, limit=BULLETINS):
        label = [str(bulletin.id), bulletin.kind.value]
        sent_at.add_metric(label, bulletin.at.timestamp())
        for status in DeliveryStatus:
            deliveries.add_metric([*label, status], bulletin.count(status))
        for (status, code), count in sorted(bulletin.outcomes.items()):
            if status == DeliveryStatus.failed:
                failures.add_metric([*label, code], count)
        if shares := bulletin.shares:
            delivered.add_metric(label, shares.delivered)
            read.add_metric(label, shares.read)
        joined.add_metric(label, bulletin.joined)
        left.add_metric(label, bulletin.tally.exits)
        replies.add_metric(label, bulletin.tally.replies)
    yield from (sent_at, deliveries, failures, delivered, read, joined, left, replies)
    answers = GaugeMetricFamily("bollettino_answers", "Welcomes and answers by state.", labels=["status"])
    for status, count in sorted(service_numbers.answers(session).items()):
        answers.add_metric([status], count)
    yield answers


def _webhooks(session: Session, now: datetime) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "bollettino_webhook_parked",
        "Stored updates that could not be handled and are tried again.",
        value=inbound.parked(session),
    )
    unread = GaugeMetricFamily(
        "bollettino_webhook_unread", "Updates of an unknown shape within a week.", labels=["shape"]
    )
    for shape, count in sorted(inbound.unread(session, since=now - inbound.WEEK).items()):
        unread.add_metric([shape], count)
    yield unread
    age = GaugeMetricFamily(
        "bollettino_webhook_age_seconds", "Since the provider last reached us.", labels=["kind"]
    )
    for kind, only in (("any", None), ("receipt", STATUS)):
        if at := inbound.last_received(session, kind=only):
            age.add_metric([kind], max(0.0, (now - at).total_seconds()))
    yield age


def _queues(session: Session) -> Iterator[Metric]:
    waiting = GaugeMetricFamily("bollettino_queue", "What waits to leave or to be read.", labels=["queue"])
    for name, count in service_numbers.lengths(session).items():
        waiting.add_metric([name], count)
    yield waiting


def _sources(session: Session, now: datetime) -> Iterator[Metric]:
    labels = ["source", "kind"]
    age = GaugeMetricFamily(
        "bollettino_source_age_seconds", "Since a source was last read with success.", labels=labels
    )
    failures = GaugeMetricFamily(
        "bollettino_source_failures", "Readings in a row that failed.", labels=labels
    )
    for source in sources.all_of(session):
        label = [source.address, source.kind.value]
        if source.succeeded_at:
            age.add_metric(label, max(0.0, (now - source.succeeded_at).total_seconds()))
        failures.add_metric(label, source.failures)
    yield from (age, failures)
