"""What answers mean: for each message what is stored, for the sender whether and how it goes on.

Held by one sender; the counts of tries are the outbox's. The error table is `flows.whatsapp.errors`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
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
class Posted:
    attempt_id: UUID
    delivery_id: int
    recipient_id: int
    category: Category  # the way that it took
    round: int  # of the judge, when it left
    answer: PostOutcome


@dataclass
class Verdict:
    """`results` to be stored, and what the sender does next. `stop` is Italian, for the editor."""

    results: list[Result] = field(default_factory=list)
    opted_out: list[int] = field(default_factory=list)  # recipients
    struck: list[int] = field(default_factory=list)
    stop: str | None = None
    pause: float = 0.0  # seconds, for all senders of the number
    wait: float = 0.0  # the same, for this sender alone
    slow: bool = False


class Judge:
    def __init__(self, category: Category) -> None:
        self.category = category  # the way that messages take from now on
        # what had left before a pause or a rest says nothing of the time after it
        self.round = 0
        self._lost = 0
        self._flipped_for: Posted | None = None
        self._pauses: Counter[str] = Counter()
        self._paused, self._paused_until = timedelta(), datetime.min.replace(tzinfo=UTC)
        self._suspects: list[Posted] = []
        self._is_ours = False  # the unknown code meets everybody
        self._rests = 0
        self.rest = 0.0  # seconds, before the next single message
        self.probing = False  # one message at a time

    def judge(self, posted: Sequence[Posted], tried: Mapping[tuple[int, str], int], now: datetime) -> Verdict:
        """`tried`: how often a delivery had met that code before."""
        found = Verdict()
        for one in posted:
            self._one(one, tried, found, now)
        if found.pause:
            self._add_up(found, now)
        return found

    @property
    def holds_back(self) -> bool:
        """Whether answers wait for others that show what they mean; `close` waits no longer."""
        return bool(self._suspects)

    def close(self) -> Verdict:
        """At the end: who was refused with an unknown code, alone or with one other, has failed."""
        found = Verdict()
        self._clear(found)
        return found

    def _one(self, one: Posted, tried: Mapping[tuple[int, str], int], found: Verdict, now: datetime) -> None:
        answer = one.answer
        if answer.kind == "refused" and answer.action == Action.FAIL:
            self._suspect(one, found)
            return
        if answer.kind == "not_sent" and answer.action == Action.STOP:
            found.stop = found.stop or _told(one)
            self._again(one, 0.0, found, now)
            return
        self._count(one, found)
        if answer.kind in ("accepted", "uncertain"):
            if answer.kind == "accepted":
                self._pauses.clear()
                self._clear(found)
            self._store(one, Outcome(answer.kind), found)
            found.pause = max(found.pause, answer.retry_after or 0.0)
        elif answer.kind == "not_sent":
            waits = UNREACHED.waits
            wait = waits[min(tried.get((one.delivery_id, answer.reason or ""), 0), len(waits) - 1)]
            self._again(one, wait, found, now)
        else:
            self._refused(one, tried, found, now)

    def _refused(
        self, one: Posted, tried: Mapping[tuple[int, str], int], found: Verdict, now: datetime
    ) -> None:
        answer = one.answer
        rule = rule_of(answer.code, is_marketing=one.category == "MARKETING")
        found.pause = max(found.pause, answer.retry_after or 0.0)
        match answer.action:
            case Action.STOP:
                found.stop = found.stop or self._both_told(one)
                self._again(one, 0.0, found, now)
            case Action.WAIT if rule:
                found.wait = max(found.wait, self._pause(one, rule.waits, found, now))
            case Action.OTHER_ENDPOINT if rule and _is_only_asleep(one, rule, now):
                found.wait = max(found.wait, self._pause(one, rule.waits, found, now))
            case Action.OTHER_ENDPOINT:
                self._other_endpoint(one, found, now)
            case Action.PAUSE_ALL:
                found.pause = max(found.pause, self._pause(one, rule.waits if rule else PAUSES, found, now))
            case Action.RETRY | Action.BACK_OFF | Action.RETRY_LATER:
                waits = rule.waits if rule else ()
                times = tried.get((one.delivery_id, answer.code or ""), 0)
                found.slow |= answer.action == Action.BACK_OFF
                if times < len(waits):
                    self._again(one, waits[times], found, now)
                else:
                    self._store(one, Outcome.refused, found)
            case _:
                if answer.action == Action.OPT_OUT:
                    found.opted_out.append(one.recipient_id)
                if answer.action == Action.STRIKE:
                    found.struck.append(one.recipient_id)
                self._store(one, Outcome.refused, found)

    def _other_endpoint(self, one: Posted, found: Verdict, now: datetime) -> None:
        """Once: a template that neither way takes is a fault for a person."""
        if one.category == self.category:
            if self._flipped_for:
                found.stop = found.stop or self._both_told(one)
            else:
                self._flipped_for = one
                self.category = "UTILITY" if self.category == "MARKETING" else "MARKETING"
        self._again(one, 0.0, found, now)

    def _both_told(self, one: Posted) -> str:
        """With why the first way was left, where it was."""
        if self._flipped_for is None or one.category == self._flipped_for.category:
            return _told(one)
        return f"{_told(self._flipped_for)} Per l'altra via: {_told(one)}"

    def _pause(self, one: Posted, waits: Sequence[float], found: Verdict, now: datetime) -> float:
        """The seconds: longer each time, until an acceptance."""
        self._again(one, 0.0, found, now)
        if one.round != self.round:
            return 0.0
        code = one.answer.code or str(one.answer.http_status)
        times = self._pauses[code]
        if times >= len(waits):
            found.stop = found.stop or self._both_told(one)
            return 0.0
        self._pauses[code] += 1
        self.round += 1
        return waits[times]

    def _add_up(self, found: Verdict, now: datetime) -> None:
        """Pauses that overlap are one. A provider that asks for more and more would hold a send for days."""
        until = now + timedelta(seconds=min(found.pause, LONGEST))
        self._paused += max(timedelta(), until - max(now, self._paused_until))
        self._paused_until = max(until, self._paused_until)
        if self._paused > timedelta(seconds=LONGEST):
            found.stop = found.stop or "WhatsApp chiede di aspettare per più di un'ora in tutto."

    def _suspect(self, one: Posted, found: Verdict) -> None:
        """Nobody fails for a code that nobody knows before another answer shows that others get through."""
        if any(other.answer.code != one.answer.code for other in self._suspects):
            self._clear(found)
        self._suspects.append(one)
        if len(self._suspects) >= SEVERAL:
            found.stop, self._is_ours = found.stop or _told(one), True
        if self._is_ours:
            self._clear(found)

    def _clear(self, found: Verdict) -> None:
        outcome = Outcome.not_sent if self._is_ours else Outcome.refused
        found.results += [_result(other, outcome) for other in self._suspects]
        self._suspects = []

    def _count(self, one: Posted, found: Verdict) -> None:
        """The circuit: closed, open for a rest, closed again by one clear answer, or stopped."""
        if one.answer.kind not in ("uncertain", "not_sent") and one.answer.action != Action.RETRY:
            self._lost, self._rests, self.rest, self.probing = 0, 0, 0.0, False
            return
        if one.round != self.round:
            return
        self._lost += 1
        if self._lost < LOST_IN_A_ROW:
            return
        if self._rests < len(RESTS):
            self.rest, self.probing = RESTS[self._rests], True
            self._rests += 1
            self.round += 1
        else:
            found.stop = found.stop or (
                f"{self._lost} invii di fila senza una risposta chiara: controlla l'indirizzo dell'API."
            )

    def _again(self, one: Posted, seconds: float, found: Verdict, now: datetime) -> None:
        due_at = now + timedelta(seconds=seconds) if seconds else None
        found.results.append(_result(one, Outcome.not_sent, due_at))

    def _store(self, one: Posted, outcome: Outcome, found: Verdict) -> None:
        found.results.append(_result(one, outcome))


def _result(one: Posted, outcome: Outcome, due_at: datetime | None = None) -> Result:
    answer = one.answer
    return Result(one.attempt_id, outcome, answer.wamid, answer.code or answer.reason, due_at)


def _is_only_asleep(one: Posted, rule: Rule, now: datetime) -> bool:
    """Whether the template gets ready by waiting, and no other way takes it any more."""
    return one.category == "MARKETING" and now.date() >= OTHER_WAY_ENDS and len(rule.waits) > 1


def _told(one: Posted) -> str:
    answer = one.answer
    if answer.kind == "not_sent":
        return f"l'indirizzo dell'API non esiste ({answer.reason}): va corretto nel profilo."
    words = explain(answer.code, is_marketing=one.category == "MARKETING")
    return f"{words} (codice {answer.code or answer.http_status})."
