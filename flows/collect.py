"""flow: each source -> NewsItem, WeatherAlert. One bad source, page or entry never costs the others."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from pydantic import Field

from flows import runs
from flows.settings import BollettinoError, load
from flows.sources.readings import Reading
from flows.sources.visit import Which, collect_sources, read_source

Choice = Literal["tutto", "notizie", "allerte"]
CHOICES: dict[Choice, Which] = {"tutto": "all", "notizie": "news", "allerte": "alerts"}
"""As the editor's form and the command line say it: the form shows the values themselves."""


def tell_editor(readings: Sequence[Reading]) -> None:
    """Log what was read, in Italian; then BollettinoError if a source failed, so that the run is red."""
    log = get_run_logger()
    for reading in readings:
        (log.error if reading.failure else log.info)("%s", reading.in_italian())
        for title in reading.found:
            log.info("Si salverebbe: %s", title)
        for problem in reading.problems:
            log.warning("Da controllare: %s", problem)
    if not readings:
        log.warning("Nessuna fonte da leggere: il profilo non ne indica.")
    if failed := [reading.failure for reading in readings if reading.failure]:
        others = " (le altre sì)" if len(failed) < len(readings) else ""
        raise BollettinoError(
            f"Fonti non lette: {len(failed)} su {len(readings)}{others}. " + "; ".join(failed)
        )


@flow(name="raccogli", flow_run_name=runs.titled("Raccolta: {which}"))
def collect(which: Annotated[Choice, Field(title="Che cosa")] = "tutto") -> None:
    """Legge il sito del Comune e le allerte; se una fonte non risponde, le altre si leggono lo stesso."""
    reader = task(name="leggi", task_run_name="leggi {address}", cache_policy=NO_CACHE)(read_source)
    tell_editor(collect_sources(load(), CHOICES[which], now=datetime.now(UTC), read=reader))
