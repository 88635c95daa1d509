"""flow: each source -> NewsItem, WeatherAlert. One bad source, page or entry never costs the others."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from prefect import State, flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from pydantic import Field
from sqlalchemy import Engine

from db.engine import opened
from flows.letters.held_sends import take_back_wrong
from flows.privacy.intact import load
from flows.runs import client
from flows.settings import Settings
from flows.sources.readings import Reading, told_briefly
from flows.sources.visit import Which, collect_sources, read_source

Choice = Literal["tutto", "notizie", "allerte"]
CHOICES: dict[Choice, Which] = {"tutto": "all", "notizie": "news", "allerte": "alerts"}
"""As the editor's form and the command line say it: the form shows the values themselves."""


BY = "raccolta"


def take_back(settings: Settings, engine: Engine, *, now: datetime) -> list[str]:
    """What was just read holds what it contradicts, also a send between two blocks; in Italian.

    `urgente` and `sorveglia` open the windows and call, at their next round.
    """
    taken_back, errors = take_back_wrong(settings, engine, by=BY, now=now)
    if errors:
        lines = " ".join(map(str, taken_back))
        raise ExceptionGroup(f"alcuni bollettini non si sono potuti giudicare. {lines}", errors)
    return [str(bulletin) for bulletin in taken_back]


def tell_editor(readings: Sequence[Reading]) -> str:
    """Log what was read, in Italian; which sources were not, "" when all were: the run is to be red then."""
    log = get_run_logger()
    for reading in readings:
        (log.error if reading.failure else log.info)("%s", reading.in_italian())
        for title in reading.found:
            log.info("Si salverebbe: %s", title)
        for problem in reading.problems:
            log.warning("Da controllare: %s", problem)
    if not readings:
        log.warning("Nessuna fonte da leggere: il profilo non ne indica.")
    failed = [reading.source for reading in readings if reading.failure]
    others = " (le altre sì)" if len(failed) < len(readings) else ""
    told = f"Fonti non lette: {len(failed)} su {len(readings)}{others}: {', '.join(failed)}."
    return f"{told} Perché, lo dice il registro qui sotto." if failed else ""


LONGEST = 30 * 60  # seconds; a reading takes some minutes, the first of many sources a quarter of an hour


@flow(name="raccogli", timeout_seconds=LONGEST, flow_run_name=client.titled("Raccolta: {which}"))
def collect(which: Annotated[Choice, Field(title="Che cosa")] = "tutto") -> State[str] | None:
    """Legge il sito del Comune e le allerte; se una fonte non risponde, le altre si leggono lo stesso."""
    settings = load()
    reader = task(name="leggi", task_run_name="leggi {address}", cache_policy=NO_CACHE)(read_source)
    readings = collect_sources(settings, CHOICES[which], now=datetime.now(UTC), read=reader)
    with opened(settings.database) as engine:
        lines = take_back(settings, engine, now=datetime.now(UTC))
    for line in lines:
        get_run_logger().warning("%s", line)
    if failed := tell_editor(readings):
        return client.refused(settings, failed)
    client.named(settings, f"Raccolta: {which} · {told_briefly(readings)}")
    return None
