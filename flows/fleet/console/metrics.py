"""The lines of a fleet in Prometheus' text format, with a label a Comune: sums and moments, nobody's data.

What nobody can say has no sample, so that nothing is taken for a zero.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from db.models import Level
from flows.fleet.console.line import Line

MEDIA_TYPE = CONTENT_TYPE_LATEST
PREFIX = "bollettino_comune_"


def exposition(lines: Sequence[Line], *, now: datetime, version: str) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Fleet(lines, now, version))
    return generate_latest(registry)


class _Fleet(Collector):
    def __init__(self, lines: Sequence[Line], now: datetime, version: str) -> None:
        self._lines, self._now, self._version = lines, now, version

    def collect(self) -> Iterator[Metric]:
        program = GaugeMetricFamily(
            "bollettino_fleet", "The program, and how many Comuni.", labels=["version"]
        )
        program.add_metric([self._version], len(self._lines))
        yield program
        yield from self._health()
        yield from self._work()

    def _gauge(self, name: str, meaning: str, *more: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(f"{PREFIX}{name}", meaning, labels=["comune", *more])

    def _moment(self, name: str, meaning: str, *more: str) -> GaugeMetricFamily:
        return self._gauge(f"{name}_timestamp_seconds", meaning, *more)

    def _health(self) -> Iterator[Metric]:
        info = self._gauge("info", "Its name, and the revision of its database.", "name", "revision")
        needs = self._gauge("need", "1 for each matter that asks for a person.", "need", "grade")
        broken = self._gauge("broken", "1 for each promise that its watchdog sees broken.", "promise")
        read = self._moment("read", "When its line was read.")
        rounds = self._moment("round", "Last round of sorveglia.")
        sources = self._moment("source", "When the source was read that was not read for longest.", "kind")
        unread = self._gauge("sources_unread", "Sources that were not read for too long.", "kind")
        copies = self._moment("backup", "When its newest backup was made.")
        for line in self._lines:
            info.add_metric([line.slug, line.name, line.revision or ""], 1)
            for need in line.needs(self._now):
                needs.add_metric([line.slug, need.value, need.grade], 1)
            for trouble in line.broken:
                broken.add_metric([line.slug, trouble.id], 1)
            _at(read, line.read_at, line.slug)
            _at(rounds, line.last_round, line.slug)
            _at(copies, line.backup_at, line.slug)
            for kind, of in (("news", line.news), ("alerts", line.alerts)) if line.is_read else ():
                _at(sources, of.at, line.slug, kind)
                unread.add_metric([line.slug, kind], of.unread)
        yield from (info, needs, broken, read, rounds, sources, unread, copies)

    def _work(self) -> Iterator[Metric]:
        drafts = self._gauge("drafts", "Drafts that nobody has decided of.")
        due = self._moment("draft_due", "When the first draft's time ends.")
        subscribers = self._gauge("subscribers", "Subscribers.")
        sent = self._moment("sent", "When its last bulletin left.")
        messages = self._gauge("sent_messages", "Messages of its last bulletin, by state.", "state")
        number = self._gauge("number", "1 for each of WhatsApp's last words on its number.", "word")
        spent = self._gauge("month_cost", "What this month's messages cost.", "currency")
        charged = self._gauge("month_messages", "Messages of this month that WhatsApp accepted.")
        alert = self._gauge("alert_level", "The highest level that holds: 0 green, 3 red.")
        untold = self._gauge("alert_days_untold", "Days with an alert that citizens were not told in time.")
        for line in filter(lambda line: line.is_read, self._lines):
            own = [line.slug]
            drafts.add_metric(own, len(line.drafts or ()))
            _at(due, line.due_at, line.slug)
            if line.subscribers is not None:
                subscribers.add_metric(own, line.subscribers)
            if line.last is not None:
                _at(sent, line.last.at, line.slug)
                for state, count in vars(line.last.count).items():
                    messages.add_metric([*own, state], count)
                if line.last.arrived is not None:
                    messages.add_metric([*own, "arrived"], line.last.arrived)
            for word in dict.fromkeys(line.number):
                number.add_metric([*own, word], 1)
            if line.spent is not None:
                charged.add_metric(own, line.spent.messages)
                if line.spent.amount is not None:
                    spent.add_metric([*own, line.spent.currency], float(line.spent.amount))
            alert.add_metric(own, line.alert.level.rank if line.alert else Level.verde.rank)
            untold.add_metric(own, line.untold)
        yield from (drafts, due, subscribers, sent, messages, number, spent, charged, alert, untold)


def _at(gauge: GaugeMetricFamily, moment: datetime | None, *labels: str) -> None:
    if moment is not None:
        gauge.add_metric([*labels], moment.timestamp())
