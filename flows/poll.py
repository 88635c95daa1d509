"""flows of a fleet: what each Comune would do by the clock, for all of them in one run.

Each ends red, with one sentence that names them, where some could not be served; the others were. What was
done for whom stands in the log, and nothing of a Comune at rest: thousands of lines a day that nobody reads.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import sleep
from typing import Annotated

from prefect import State, flow, get_run_logger
from pydantic import Field
from sqlalchemy import Engine

from db import idle
from db.engine import reading
from flows import count, retain, watch
from flows.bulletin.status import WAITS, counted
from flows.collect import CHOICES, Choice, take_back, tell_editor
from flows.doctor import heartbeat
from flows.fleet import at_rest, registry, rounds, shared
from flows.fleet.registry import Fleet, Roll
from flows.fleet.rounds import Limits, Outcome, Result, Work
from flows.privacy import intact
from flows.runs import client, drain, planned
from flows.settings import BollettinoError, Settings, SettingsError
from flows.sources.alerts import alert_addresses
from flows.sources.issuers import asked, has_news, heard
from flows.sources.polling import Polling
from flows.sources.readings import Reading
from flows.sources.visit import collect_sources

ALERTS, NEWS = "allerte", "notizie"
# beside the rounds' locks: what their issuers said, and where nothing waits
HEARD, STILL = "allerte.json", "sorveglia.json"
# so long after a planned round of alerts was due its issuers are asked once more: 300 forms take the most of
# the five minutes from an alert's publication, and a run more each minute a good part of what a fleet costs
SECOND_LOOK = timedelta(seconds=30)
PASSED = ""  # what a round says of whom it did not look at
FIRST = {"tutto": (ALERTS, NEWS), ALERTS: (ALERTS,), NEWS: (NEWS,)}
LIMITS = {  # each round ends before the next is due, but for who was begun last
    ALERTS: Limits(each=120, whole=8 * 60),
    NEWS: Limits(each=15 * 60, whole=25 * 60),  # a first reading of many sources takes a quarter of an hour
    "sorveglia": Limits(each=120, whole=4 * 60),
    "conserva": Limits(each=10 * 60, whole=6 * 3600),
    "numeri": Limits(each=10 * 60, whole=6 * 3600),
}


class UnreadError(BollettinoError):
    """Some sources of a Comune were not read; the others were."""


def require_fleet() -> Fleet:
    """That of this process, or BollettinoError."""
    fleet = registry.of_process()
    if fleet is None:
        raise BollettinoError("questo processo non lavora per più Comuni: BOLLETTINO_FLEET non è indicata")
    return fleet


def served(roll: Roll, name: str, work: Work[Result]) -> Outcome[Result]:
    """A round over these, within a run; who could not be served is in the log, with the reason."""

    def checked(settings: Settings, engine: Engine) -> Result:
        intact.require_on(settings, engine)
        return work(settings, engine)

    with _warnings_only():
        outcome = rounds.every(roll, name, checked, LIMITS[name], around=client.link_of_thread)
    for slug, why in sorted(outcome.ill.items()):
        get_run_logger().error("%s: %s", slug, why)
    return outcome


@contextmanager
def _warnings_only() -> Iterator[None]:
    """Of what is logged for single Comuni."""

    def is_kept(record: logging.LogRecord) -> bool:
        return not rounds.OF.get() or record.levelno >= logging.WARNING

    logger = logging.getLogger("prefect.flow_runs")
    logger.addFilter(is_kept)
    try:
        yield
    finally:
        logger.removeFilter(is_kept)


def gather(kind: str, polling: Polling, settings: Settings, engine: Engine) -> list[Reading]:
    """The sources of one kind of one Comune, in a round that others read in too."""
    which = CHOICES["allerte"] if kind == ALERTS else CHOICES["notizie"]
    readings = collect_sources(settings, which, now=datetime.now(UTC), polling=polling, engine=engine)
    for line in take_back(settings, engine, now=datetime.now(UTC)):
        get_run_logger().warning("%s", line)
    if failed := tell_editor(readings):
        raise UnreadError(failed)
    return readings


def ended(title: str, outcomes: list[Outcome[Result]], told: str) -> State[str] | str:
    """Red and by name where somebody was not served, else `told`; in the run's name too."""
    reds = dict.fromkeys(filter(None, (outcome.red() for outcome in outcomes)))
    if reds:
        return client.refused(None, " ".join(reds), "NON TUTTO FATTO")
    client.named(None, f"{title} · {told}")
    return told


def of_all(outcome: Outcome[Result], some: int, what: str) -> str:
    """`300 Comuni: 3 con notizie nuove`."""
    return f"{counted(len(outcome.done), 'Comune', 'Comuni')}: {some or 'nessuno'} {what}"


@flow(name="raccogli-tutti", flow_run_name="Raccolta per tutti i Comuni: {which}")
def collect_all(which: Annotated[Choice, Field(title="Che cosa")] = "tutto") -> State[str] | str:
    """Legge le allerte e le notizie di tutti i Comuni, le allerte di tutti per prime."""
    fleet, polling = require_fleet(), Polling()
    looks = [collected(fleet, kind, polling, client.run_id()) for kind in FIRST[which]]
    if which == ALERTS and (due := planned.due()):
        looks += second_look(fleet, due)
    return ended(
        f"Raccolta: {which}", [outcome for outcome, _ in looks], "; ".join(words for _, words in looks)
    )


def second_look(fleet: Fleet, due: datetime) -> Iterator[tuple[Outcome[list[Reading]], str]]:
    """Of a planned round of alerts, where its time has not gone by: of many late ones that begin together
    after a stop none waits. What it meets costs nothing of what the round has read.
    """
    ahead = (due + SECOND_LOOK - datetime.now(UTC)).total_seconds()
    if not 0 < ahead <= SECOND_LOOK.total_seconds():
        return
    sleep(ahead)
    try:
        if issuers_have_news(fleet):
            outcome, words = collected(fleet, ALERTS, Polling(), f"{client.run_id()}-again")
            yield outcome, f"mezzo minuto dopo: {words}"
    except Exception as exc:  # noqa: BLE001  the next round is half a minute away
        get_run_logger().warning("il secondo sguardo non è riuscito: %s", type(exc).__name__)


def collected(fleet: Fleet, kind: str, polling: Polling, key: str) -> tuple[Outcome[list[Reading]], str]:
    """One kind of all Comuni, and what it gave in words. `key`: of the look that new alerts begin."""
    work = partial(gather, kind, polling)
    outcome = read_alerts(fleet, work, polling) if kind == ALERTS else served(fleet.roll(), kind, work)
    news = {
        slug: found
        for slug, readings in sorted(outcome.done.items())
        if (found := sum(reading.new + reading.updated for reading in readings))
    }
    for slug, found in news.items():
        get_run_logger().info("%s: %s, nuove o aggiornate: %s", slug, kind, found)
    if kind == ALERTS and news:
        look_at_once(key)
    return outcome, of_all(outcome, len(news), f"con {kind} nuove")


def issuers_have_news(fleet: Fleet) -> bool:
    """Whether one of those that speak to all says something else than the round has heard; each is asked in
    the name of a Comune that reads it.
    """
    left = heard(_memory_of(fleet), datetime.now(UTC))
    for slug in fleet.slugs if left else ():
        with suppress(SettingsError):  # of one that is ill the round has told
            settings = fleet.settings(slug)
            mine = {
                address: left[address] for _, address in alert_addresses(settings.profile) if address in left
            }
            if has_news(settings, Polling(), mine):
                return True
            left = {address: answer for address, answer in left.items() if address not in mine}
        if not left:
            return False
    return False


def _memory_of(fleet: Fleet) -> Path:
    return shared.of(fleet).server_state / rounds.FOLDER / HEARD


def read_alerts(fleet: Fleet, work: Work[list[Reading]], polling: Polling) -> Outcome[list[Reading]]:
    """Of all; whose issuers have nothing new since it was served counts as served."""
    roll = fleet.roll()
    issuers = asked(roll.comuni, polling, _memory_of(fleet), datetime.now(UTC))
    resting = {settings.profile.slug for settings in roll.comuni if issuers.rests(settings.profile.slug)}
    others = [settings for settings in roll.comuni if settings.profile.slug not in resting]
    outcome = served(Roll(others, roll.ill), ALERTS, work)
    _note(HEARD, [partial(issuers.keep, outcome.done)])
    return Outcome({**{slug: [] for slug in resting}, **outcome.done}, outcome.ill)


def look_at_once(key: str) -> None:
    """Nobody waits for the next round of `sorveglia` with an alert that was just read: drafts and calls are
    its work, by its own run, so that what it meets is not an error of the reading.
    """
    try:
        client.start_for_all("sorveglia-tutti", "sorveglia", key=key)
    except Exception as exc:  # noqa: BLE001  what was read is kept, and the next round is five minutes away
        get_run_logger().warning("il controllo non comincia subito: %s", type(exc).__name__)


def look_after(fleet: Fleet) -> Outcome[str]:
    """Whatever waits in any of them; where nothing did, and nobody wrote since, the look waits, too."""
    roll, now = fleet.roll(), datetime.now(UTC)
    found = at_rest.resting(roll.comuni, shared.of(fleet).server_state / rounds.FOLDER / STILL, now)
    passed = [settings for settings in roll.comuni if found.may_be_passed(settings.profile.slug)]
    # first: to look at many takes minutes, and a beat of six minutes ago tells the watchdog of a round missed
    _note(heartbeat.FILE, [partial(heartbeat.beat, settings.state, now=now) for settings in passed])
    still: list[str] = []

    def look(settings: Settings, engine: Engine) -> str:
        said = watch.full_round(settings, engine)
        with reading(engine) as session:
            if said in watch.AT_REST and idle.is_still(session, now=now):
                still.append(settings.profile.slug)
        return said

    others = [settings for settings in roll.comuni if settings not in passed]
    outcome = served(Roll(others, roll.ill), "sorveglia", look)
    _note(STILL, [partial(found.keep, still)])
    return Outcome({**{settings.profile.slug: PASSED for settings in passed}, **outcome.done}, outcome.ill)


def _note(name: str, notes: Iterable[Callable[[], None]]) -> None:
    """The disk may be full: without its memory the next round serves, or looks at, everybody once more."""
    for note in notes:
        try:
            note()
        except OSError as exc:
            get_run_logger().warning("%s non si scrive: %s", name, exc.strerror)


@flow(name="sorveglia-tutti", flow_run_name="Controllo di tutti i Comuni")
def watch_all() -> State[str] | str:
    """Per ogni Comune prepara gli annunci urgenti, chiude ciò che è scaduto, riapre i moduli persi."""
    fleet = require_fleet()
    outcome = look_after(fleet)
    try:
        for work in drain.end_lost(shared.of(fleet), now=datetime.now(UTC)):
            get_run_logger().warning("chiusa, il suo processo non c'era più: %s", work.name)
        client.untag_ended(WAITS)
    except Exception as exc:  # noqa: BLE001  a list that shows too much costs no Comune anything
        get_run_logger().warning("ciò che è finito è ancora fra ciò che attende: %s", type(exc).__name__)
    quiet = {PASSED, *watch.AT_REST}
    busy = {slug: said for slug, said in sorted(outcome.done.items()) if said not in quiet}
    for slug, said in busy.items():
        get_run_logger().info("%s: %s", slug, said)
    return ended("Controllo", [outcome], of_all(outcome, len(busy), "con qualcosa da seguire"))


@flow(name="conserva-tutti", flow_run_name="Conservazione dei dati di tutti i Comuni")
def retain_everywhere() -> State[str] | str:
    """Cancella, per ogni Comune, ciò che si è conservato abbastanza, secondo i periodi del suo profilo."""

    def one(settings: Settings, engine: Engine) -> dict[str, int]:
        return retain.retain(settings, engine, now=datetime.now(UTC))

    outcome = served(require_fleet().roll(), "conserva", one)
    some = {slug: rows for slug, rows in sorted(outcome.done.items()) if any(rows.values())}
    for slug, rows in some.items():
        get_run_logger().info("%s: %s", slug, retain.words(rows).replace("\n", "; "))
    return ended("Conservazione dei dati", [outcome], of_all(outcome, len(some), "con dati da cancellare"))


@flow(name="numeri-tutti", flow_run_name="Numeri del servizio di tutti i Comuni")
def count_everywhere() -> State[str] | str:
    """Conta, per ogni Comune, iscritti, usciti, messaggi arrivati e letti. Solo somme, mai persone."""

    def one(settings: Settings, engine: Engine) -> str:
        return count.count(settings, engine, now=datetime.now(UTC))

    outcome = served(require_fleet().roll(), "numeri", one)
    for slug, said in sorted(outcome.done.items()):
        get_run_logger().info("%s: %s", slug, said.replace("\n", " "))
    return ended("Numeri del servizio", [outcome], f"{counted(len(outcome.done), 'Comune', 'Comuni')}")
