"""What answers mean: for each message what is stored, for the sender whether and how it goes on.

Held by one sender; the counts of tries are the outbox's. The error table is `flows.whatsapp.errors`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from db.claims import Result
from db.models import Outcome
from db.rate import LONGEST_PAUSE
from flows.whatsapp.client import PostOutcome
from flows.whatsapp.errors import OTHER_WAY_ENDS, PAUSES, UNREACHED, Action, Rule, explain, rule_of
from flows.whatsapp.messages import Category

LOST_IN_A_ROW = 20  # answers without a clear word: the circuit opens
RESTS = (5.0, 15.0, 30.0)  # seconds before each single message that tries whether it may close again
LONGEST = LONGEST_PAUSE  # seconds of all pauses that one sender is asked for: what waits grows old
SEVERAL = 3  # answers that say the same unknown thing of everybody: a fault of ours, and nobody's failure


@dataclass(frozen=True)
class Exchange:
    attempt_id: UUID
    delivery_id: int
    recipient_id: int
    category: Category  # the way that it took
    round: int  # of the judge, when it left
    answer: PostOutcome


@dataclass
class Ruling:
    """`results` to be stored, and what the sender does next. `stop` is Italian, for the editor."""

    results: list[Result] = field(default_factory=list)
    opted_out: list[int] = field(default_factory=list)  # recipients
    struck: list[int] = field(default_factory=list)
    stop: str | None = None
    pause: float = 0.0  # seconds, for all senders of the number
    wait: float = 0.0  # the same, for this sender alone
    slow: bool = False


Tries: TypeAlias = Mapping[tuple[int, str], int]
"""How often a delivery had met a code before, by both."""


class Judge:
    def __init__(self, category: Category) -> None:
        self.category = category  # the way that messages take from now on
        # what had left before a pause or a rest says nothing of the time after it
        self.round = 0
        self._lost = 0
        self._flipped_for: Exchange | None = None
        self._pauses: Counter[str] = Counter()
        self._paused, self._paused_until = timedelta(), datetime.min.replace(tzinfo=UTC)
        self._suspects: list[Exchange] = []
        self._is_ours = False  # the unknown code meets everybody
        self._rests = 0
        self.rest = 0.0  # seconds, before the next single message
        self.probing = False  # one message at a time

    def judge(self, exchanges: Sequence[Exchange], tried: Tries, now: datetime) -> Ruling:
        ruling = Ruling()
        for exchange in exchanges:
            self._weigh(exchange, tried, ruling, now)
        if ruling.pause:
            self._add_up(ruling, now)
        return ruling

    @property
    def holds_back(self) -> bool:
        """Whether answers wait for others that show what they mean; `close` waits no longer."""
        return bool(self._suspects)

    def close(self) -> Ruling:
        """At the end: who was refused with an unknown code, alone or with one other, has failed."""
        ruling = Ruling()
        self._clear(ruling)
        return ruling

    def _weigh(self, exchange: Exchange, tried: Tries, ruling: Ruling, now: datetime) -> None:
        answer = exchange.answer
        if answer.kind == "refused" and answer.action == Action.FAIL:
            self._suspect(exchange, ruling)
            return
        if answer.kind == "not_sent" and answer.action == Action.STOP:
            ruling.stop = ruling.stop or _reason(exchange)
            self._again(exchange, 0.0, ruling, now)
            return
        self._count(exchange, ruling)
        if answer.kind in ("accepted", "uncertain"):
            if answer.kind == "accepted":
                self._pauses.clear()
                self._clear(ruling)
            ruling.results.append(_result(exchange, Outcome(answer.kind)))
            ruling.pause = max(ruling.pause, answer.retry_after or 0.0)
        elif answer.kind == "not_sent":
            waits = UNREACHED.waits
            wait = waits[min(tried.get((exchange.delivery_id, answer.reason or ""), 0), len(waits) - 1)]
            self._again(exchange, wait, ruling, now)
        else:
            self._refused(exchange, tried, ruling, now)

    def _refused(self, exchange: Exchange, tried: Tries, ruling: Ruling, now: datetime) -> None:
        answer = exchange.answer
        rule = rule_of(answer.code, is_marketing=exchange.category == "MARKETING")
        ruling.pause = max(ruling.pause, answer.retry_after or 0.0)
        match answer.action:
            case Action.STOP:
                ruling.stop = ruling.stop or self._both_reasons(exchange)
                self._again(exchange, 0.0, ruling, now)
            case Action.WAIT if rule:
                ruling.wait = max(ruling.wait, self._pause(exchange, rule.waits, ruling, now))
            case Action.OTHER_ENDPOINT if rule and _is_only_asleep(exchange, rule, now):
                ruling.wait = max(ruling.wait, self._pause(exchange, rule.waits, ruling, now))
            case Action.OTHER_ENDPOINT:
                self._other_endpoint(exchange, ruling, now)
            case Action.PAUSE_ALL:
                waits = rule.waits if rule else PAUSES
                ruling.pause = max(ruling.pause, self._pause(exchange, waits, ruling, now))
            case Action.RETRY | Action.BACK_OFF | Action.RETRY_LATER:
                waits = rule.waits if rule else ()
                times = tried.get((exchange.delivery_id, answer.code or ""), 0)
                ruling.slow |= answer.action == Action.BACK_OFF
                if times < len(waits):
                    self._again(exchange, waits[times], ruling, now)
                else:
                    ruling.results.append(_result(exchange, Outcome.refused))
            case _:
                if answer.action == Action.OPT_OUT:
                    ruling.opted_out.append(exchange.recipient_id)
                if answer.action == Action.STRIKE:
                    ruling.struck.append(exchange.recipient_id)
                ruling.results.append(_result(exchange, Outcome.refused))

    def _other_endpoint(self, exchange: Exchange, ruling: Ruling, now: datetime) -> None:
        """Once: a template that neither way takes is a fault for a person."""
        if exchange.category == self.category:
            if self._flipped_for:
                ruling.stop = ruling.stop or self._both_reasons(exchange)
            else:
                self._flipped_for = exchange
                self.category = "UTILITY" if self.category == "MARKETING" else "MARKETING"
        self._again(exchange, 0.0, ruling, now)

    def _both_reasons(self, exchange: Exchange) -> str:
        """With why the first way was left, where it was."""
        if self._flipped_for is None or exchange.category == self._flipped_for.category:
            return _reason(exchange)
        return f"{_reason(self._flipped_for)} Per l'altra via: {_reason(exchange)}"

    def _pause(self, exchange: Exchange, waits: Sequence[float], ruling: Ruling, now: datetime) -> float:
        """The seconds: longer each time, until an acceptance."""
        self._again(exchange, 0.0, ruling, now)
        if exchange.round != self.round:
            return 0.0
        code = exchange.answer.code or str(exchange.answer.http_status)
        times = self._pauses[code]
        if times >= len(waits):
            ruling.stop = ruling.stop or self._both_reasons(exchange)
            return 0.0
        self._pauses[code] += 1
        self.round += 1
        return waits[times]

    def _add_up(self, ruling: Ruling, now: datetime) -> None:
        """Pauses that overlap are one. A provider that asks for more and more would hold a send for days."""
        until = now + timedelta(seconds=min(ruling.pause, LONGEST))
        self._paused += max(timedelta(), until - max(now, self._paused_until))
        self._paused_until = max(until, self._paused_until)
        if self._paused > timedelta(seconds=LONGEST):
            ruling.stop = ruling.stop or "WhatsApp chiede di aspettare per più di un'ora in tutto."

    def _suspect(self, exchange: Exchange, ruling: Ruling) -> None:
        """Nobody fails for a code that nobody knows before another answer shows that others get through."""
        if any(other.answer.code != exchange.answer.code for other in self._suspects):
            self._clear(ruling)
        self._suspects.append(exchange)
        if len(self._suspects) >= SEVERAL:
            ruling.stop, self._is_ours = ruling.stop or _reason(exchange), True
        if self._is_ours:
            self._clear(ruling)

    def _clear(self, ruling: Ruling) -> None:
        outcome = Outcome.not_sent if self._is_ours else Outcome.refused
        ruling.results += [_result(other, outcome) for other in self._suspects]
        self._suspects = []

    def _count(self, exchange: Exchange, ruling: Ruling) -> None:
        """The circuit: closed, open for a rest, closed again by one clear answer, or stopped."""
        if exchange.answer.kind not in ("uncertain", "not_sent") and exchange.answer.action != Action.RETRY:
            self._lost, self._rests, self.rest, self.probing = 0, 0, 0.0, False
            return
        if exchange.round != self.round:
            return
        self._lost += 1
        if self._lost < LOST_IN_A_ROW:
            return
        if self._rests < len(RESTS):
            self.rest, self.probing = RESTS[self._rests], True
            self._rests += 1
            self.round += 1
        else:
            ruling.stop = ruling.stop or (
                f"{self._lost} invii di fila senza una risposta chiara: controlla l'indirizzo dell'API."
            )

    def _again(self, exchange: Exchange, seconds: float, ruling: Ruling, now: datetime) -> None:
        due_at = now + timedelta(seconds=seconds) if seconds else None
        ruling.results.append(_result(exchange, Outcome.not_sent, due_at))


def _result(exchange: Exchange, outcome: Outcome, due_at: datetime | None = None) -> Result:
    answer = exchange.answer
    return Result(exchange.attempt_id, outcome, answer.wamid, answer.code or answer.reason, due_at)


def _is_only_asleep(exchange: Exchange, rule: Rule, now: datetime) -> bool:
    """Whether the template gets ready by waiting, and no other way takes it any more."""
    return exchange.category == "MARKETING" and now.date() >= OTHER_WAY_ENDS and len(rule.waits) > 1


def _reason(exchange: Exchange) -> str:
    answer = exchange.answer
    if answer.kind == "not_sent":
        return f"l'indirizzo dell'API non esiste ({answer.reason}): va corretto nel profilo."
    words = explain(answer.code, is_marketing=exchange.category == "MARKETING")
    return f"{words} (codice {answer.code or answer.http_status})."
