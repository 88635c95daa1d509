"""One round for all Comuni of a fleet: the same work for each, some side by side, and none costs another.

A thread cannot be ended from outside. So a Comune whose work takes too long is left behind and named, while
the others go on; nobody begins the same work there again before it has come back or its process has ended.
"""

import fcntl
import logging
import os
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any, Generic, TypeVar

from sqlalchemy import Engine

from db import disk
from db.engine import StoreError, opened
from flows.fleet.registry import Roll
from flows.settings import ROOT, BollettinoError, Settings

# Comuni. The news of 60 whose sites answer after half a second: one by one 33 s, 4 at once 8.3 s and 7 MB
# more, 8 4.4 s and 17 MB, 16 2.4 s and 30 MB; the CPU is the same.
AT_ONCE = 8
FOLDER = "giri"  # of the locks, in the fleet's own state folder
LATE = "non ha finito in {:g} secondi: il giro è andato avanti senza"
BUSY = "un giro di prima ci lavora ancora"
NOT_BEGUN = "il giro è finito prima del suo turno: al prossimo viene per primo"
NAMED = 20  # in one sentence

Result = TypeVar("Result")
Work = Callable[[Settings, Engine], Result]
Opening = Callable[[Settings], AbstractContextManager[Engine]]
OF: ContextVar[str] = ContextVar("comune", default="")  # whose work this thread does


class BusyError(Exception):
    """Another round is at the same work."""


@dataclass(frozen=True)
class Limits:
    """In seconds."""

    each: float  # for one Comune
    whole: float  # when nobody is begun any more


@dataclass(frozen=True)
class Outcome(Generic[Result]):
    """What came of a round, by slug: what the work gave, or in one line why it is not done."""

    done: Mapping[str, Result] = field(default_factory=dict)
    ill: Mapping[str, str] = field(default_factory=dict)

    def red(self) -> str:
        """One sentence that names those who are not served; "" where all are."""
        if not self.ill:
            return ""
        names = sorted(self.ill)
        more = f" e altri {len(names) - NAMED}" if len(names) > NAMED else ""
        of = len({*self.done, *self.ill})
        return (
            f"Comuni non seguiti: {len(names)} su {of}: {', '.join(names[:NAMED])}{more}. "
            "Perché, lo dice il registro qui sotto."
        )


def every(
    roll: Roll,
    name: str,
    work: Work[Result],
    limits: Limits,
    *,
    around: Callable[[], AbstractContextManager[object]] = nullcontext,
    at_once: int = AT_ONCE,
    opening: Opening | None = None,
) -> Outcome[Result]:
    """Do `work`, which is called so, for each Comune; first for whom it was begun the longest ago. At whom
    another round is just now is asked for again when the others are done.

    `around` is entered by each thread once, with what this thread's context holds. `opening`: for who only
    looks, and keeps nobody from working: how its database is opened; without a lock, in the roll's order.
    """
    done: dict[str, Result] = {}
    ill = dict(roll.ill)
    ends = monotonic() + limits.whole
    waiting = deque(roll.comuni if opening else sorted(roll.comuni, key=partial(_begun_at, name)))
    opening = opening or partial(_by_itself, name)
    told: SimpleQueue[tuple[_Hand[Result], Result | None, str]] = SimpleQueue()
    idle: list[_Hand[Result]] = []
    busy: dict[_Hand[Result], tuple[Settings, float]] = {}
    again: set[str] = set()
    with logged_by_slug():
        while busy or waiting:
            if monotonic() > ends:
                ill |= {settings.profile.slug: NOT_BEGUN for settings in waiting}
                waiting.clear()
            while waiting and len(busy) < at_once:
                settings = waiting.popleft()
                hand = idle.pop() if idle else _Hand(name, work, around, told, opening)
                busy[hand] = settings, monotonic() + limits.each
                hand.given.put(settings)
            if not busy:
                break
            try:
                soonest = min(until for _, until in busy.values())
                hand, result, why = told.get(timeout=max(0.0, soonest - monotonic()))
            except Empty:
                for hand in [hand for hand, (_, until) in busy.items() if until <= monotonic()]:
                    settings, _ = busy.pop(hand)
                    ill[settings.profile.slug] = LATE.format(limits.each)
                    hand.given.put(None)  # ends, if it ever comes back
                continue
            if hand in busy:  # else it was left behind
                settings, _ = busy.pop(hand)
                slug = settings.profile.slug
                idle.append(hand)
                if why == BUSY and slug not in again:
                    again.add(slug)
                    waiting.append(settings)
                elif why:
                    ill[slug] = why
                else:
                    done[slug] = result  # type: ignore[assignment]
        for hand in idle:
            hand.given.put(None)
    return Outcome(done, ill)


class _Hand(Generic[Result]):
    """A thread that does the work for one Comune after the other; it keeps no process from ending."""

    def __init__(
        self,
        name: str,
        work: Work[Result],
        around: Callable[[], AbstractContextManager[object]],
        told: "SimpleQueue[tuple[_Hand[Result], Result | None, str]]",
        opening: Opening,
    ) -> None:
        self.given: SimpleQueue[Settings | None] = SimpleQueue()
        self._work, self._around, self._told, self._opening = work, around, told, opening
        Thread(target=copy_context().run, args=(self._serve,), name=name, daemon=True).start()

    def _serve(self) -> None:
        with ExitStack() as stack:
            is_ready = False
            while (settings := self.given.get()) is not None:
                OF.set(settings.profile.slug)
                try:
                    if not is_ready:
                        stack.enter_context(self._around())
                        is_ready = True
                    result: Result | None = self._once(settings)
                    why = ""
                except BaseException as exc:  # noqa: BLE001  told by name; nobody above this thread would hear it
                    result, why = None, reason(exc)
                self._told.put((self, result, why))
                del result, settings

    def _once(self, settings: Settings) -> Result:
        with self._opening(settings) as engine:
            return self._work(settings, engine)


@contextmanager
def _by_itself(name: str, settings: Settings) -> Iterator[Engine]:
    with _alone(name, settings), opened(settings.database) as engine:
        yield engine


def reason(exc: BaseException) -> str:
    """In one line. What nobody foresaw is not quoted: a telephone number may stand in it."""
    if isinstance(exc, BaseExceptionGroup):
        return "; ".join(dict.fromkeys(map(reason, exc.exceptions)))
    if isinstance(exc, BusyError):
        return BUSY
    if isinstance(exc, (BollettinoError, StoreError)):
        return " ".join(str(exc).split())
    return f"{type(exc).__name__} ({_place(traceback.extract_tb(exc.__traceback__))})"


def _place(frames: Iterable[traceback.FrameSummary]) -> str:
    """The last line of ours below this module."""
    ours = [
        f"{path.relative_to(ROOT)}:{frame.lineno}"
        for frame in frames
        if (path := Path(frame.filename)) != Path(__file__)
        and any(path.is_relative_to(ROOT / folder) for folder in ("flows", "db", "scrapers"))
    ]
    return ours[-1] if ours else "?"


def _lock(name: str, settings: Settings) -> Path:
    return settings.server_state / FOLDER / f"{name}_{settings.profile.slug}"


def _begun_at(name: str, settings: Settings) -> float:
    try:
        return _lock(name, settings).stat().st_mtime
    except FileNotFoundError:
        return 0.0


@contextmanager
def _alone(name: str, settings: Settings) -> Iterator[None]:
    """BusyError where another thread or process is at it; a lock ends with the process that holds it."""
    lock = _lock(name, settings)
    lock.parent.mkdir(mode=disk.PRIVATE_FOLDER, parents=True, exist_ok=True)
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, disk.PRIVATE_FILE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError from None
        os.utime(handle)
        yield
    finally:
        os.close(handle)


@contextmanager
def working_for(slug: str) -> Iterator[None]:
    """What is done within is this Comune's."""
    before = OF.set(slug)
    try:
        yield
    finally:
        OF.reset(before)


@contextmanager
def logged_by_slug() -> Iterator[None]:
    """Whatever is logged meanwhile for a Comune begins with its slug, once."""
    make = logging.getLogRecordFactory()
    if isinstance(make, _Named):
        yield
        return
    logging.setLogRecordFactory(_Named(make))
    try:
        yield
    finally:
        logging.setLogRecordFactory(make)


class _Named:
    """Makes records of the log."""

    def __init__(self, make: Callable[..., logging.LogRecord]) -> None:
        self._make = make

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self._make(*args, **kwargs)
        if slug := OF.get():
            record.msg = f"{slug}: {record.msg}"
        return record
