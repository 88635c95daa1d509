"""What answers mean: for each message what is stored, for the sender whether and how it goes on.

Held by one sender; the counts of tries are the outbox's. The error table is `flows.whatsapp.errors`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from db.claims import Result
from db.models import Outcome
from flows.whatsapp.client import Outcome as Answer
from flows.whatsapp.errors import PAUSES, UNREACHED, Action, explain, rule_of
from flows.whatsapp.messages import Category

LOST_IN_A_ROW = 20  # answers without a clear word: the circuit opens
RESTS = (5.0, 15.0, 30.0)  # seconds before each single message that tries whether it may close again
SEVERAL = 3  # answers that say the same unknown thing of everybody: a fault of ours, and nobody's failure


@dataclass(frozen=True)
class Posted:
    attempt_id: UUID
    delivery_id: int
    recipient_id: int
    category: Category  # the way that it took
    round: int  # of the judge, when it left
    answer: Answer


@dataclass
class Verdict:
    """`results` to be stored, and what the sender does next. `stop` is Italian, for the editor."""

    results: list[Result] = field(default_factory=list)
    opted_out: list[int] = field(default_factory=list)  # recipients
    struck: list[int] = field(default_factory=list)
    stop: str | None = None
    pause: float = 0.0  # seconds, for all senders of the number
    slow: bool = False


class Judge:
    def __init__(self, category: Category) -> None:
        self.category = category  # the way that messages take from now on
        # what had left before a pause or a rest says nothing of the time after it
        self.round = 0
        self._flipped = False
        self._lost = 0
        self._pauses: Counter[str] = Counter()
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
        return found

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
        answer, rule = one.answer, rule_of(one.answer.code)
        found.pause = max(found.pause, answer.retry_after or 0.0)
        match answer.action:
            case Action.STOP:
                found.stop = found.stop or _told(answer)
                self._again(one, 0.0, found, now)
            case Action.OTHER_ENDPOINT:
                self._other_endpoint(one, found, now)
            case Action.PAUSE_ALL:
                self._pause(one, rule.waits if rule else PAUSES, found, now)
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
            if self._flipped:
                found.stop = found.stop or _told(one.answer)
            else:
                self._flipped = True
                self.category = "UTILITY" if self.category == "MARKETING" else "MARKETING"
        self._again(one, 0.0, found, now)

    def _pause(self, one: Posted, waits: Sequence[float], found: Verdict, now: datetime) -> None:
        """Longer each time, until an acceptance."""
        self._again(one, 0.0, found, now)
        if one.round != self.round:
            return
        code = one.answer.code or str(one.answer.http_status)
        times = self._pauses[code]
        if times >= len(waits):
            found.stop = found.stop or _told(one.answer)
            return
        found.pause = max(found.pause, waits[times])
        self._pauses[code] += 1
        self.round += 1

    def _suspect(self, one: Posted, found: Verdict) -> None:
        """Nobody fails for a code that nobody knows before another answer shows that others get through."""
        if any(other.answer.code != one.answer.code for other in self._suspects):
            self._clear(found)
        self._suspects.append(one)
        if len(self._suspects) >= SEVERAL:
            found.stop, self._is_ours = found.stop or _told(one.answer), True
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


def _told(answer: Answer) -> str:
    return f"{explain(answer.code)} (codice {answer.code or answer.http_status})."
