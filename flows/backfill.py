"""flow: collects a past window. It cannot compose and cannot send: it imports neither verb, and what it
brings is marked so that no bulletin takes it unless an editor says so.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any

from prefect import State, get_run_logger
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from pydantic import Field

from db.engine import make_engine
from flows.bulletin.language.dates import giorno
from flows.bulletin.status import counted
from flows.collect import tell_editor
from flows.letters import orders
from flows.privacy.intact import load
from flows.review import acts
from flows.review.acts import NotDoneError
from flows.runs import choices
from flows.runs import client as runs
from flows.runs.flow import flow
from flows.settings import BollettinoError, Settings
from flows.sources.past import Order, Past
from flows.sources.past_ways import Window, ways
from flows.sources.readings import Reading, agent, own_addresses
from scrapers.fetching.patience import Patient

Progress = Callable[[Reading, float], None]
"""Told after each item: what came of the present way so far, and the share of the whole, 0 to 1."""


def backfill_all(
    settings: Settings,
    window: Window,
    *,
    dry_run: bool,
    offer: bool = False,
    now: datetime,
    progress: Progress = lambda _reading, _share: None,
) -> list[Reading]:
    """Store the window's items by every way that there is; a second run goes on where one was stopped.

    One reading a way; the failure of one costs no other. `offer`: an editor wants the window's items in the
    next bulletin, also those that an earlier backfill stored.
    """
    profile = settings.profile
    going = ways(profile, window)
    engine = make_engine(settings.database)
    readings: list[Reading] = []
    done = 0.0

    def tell(reading: Reading, share: float) -> None:
        nonlocal done
        done = max(done, (len(readings) + share) / len(going))
        progress(reading, done)

    with Patient(
        user_agent=agent(settings),
        hosts=profile.sources.redirect_hosts,
        pause=profile.sources.pause_seconds,
        own=own_addresses(profile),
    ) as client:
        past = Past(settings, engine, client, Order(window, now, dry_run, offer), tell)
        for way in going:
            readings.append(past.read(way))
            tell(readings[-1], 0.0)
    return readings


def _shown(title: str) -> Any:
    """A label of the form; Prefect 3.9 writes the parameter's name over a plain `Field(title=...)`."""
    return Field(json_schema_extra={"title": title})


LONGEST = 12 * 60 * 60  # seconds: a page a second over some years of news; what was stored stays


@flow(
    name="recupera",
    timeout_seconds=LONGEST,
    flow_run_name=runs.titled("Recupero da {first_day} a {last_day}"),
)
def backfill(
    first_day: Annotated[date, _shown("Dal giorno")],
    last_day: Annotated[date, _shown("Al giorno (compreso)")],
    dry_run: Annotated[bool, _shown("Prova: di' che cosa troveresti, senza scrivere niente")] = True,
    offer: Annotated[bool, _shown("Offri queste notizie nel prossimo bollettino")] = False,
    chi: Annotated[str, choices.WHO] = "",
) -> str | State[str]:
    """Raccoglie le notizie di un periodo passato; non compone e non invia.

    `chi` is who is told where it does nothing: what only reads the site is no act, and takes no code.
    """
    settings = load()
    chi = acts.own_name(settings, chi, runs.proof(""))
    if last_day < first_day:
        words = f"Il periodo finisce ({giorno(last_day)}) prima di cominciare ({giorno(first_day)})."
        return _not_done(settings, NotDoneError(words), chi)
    artifact: Any = create_progress_artifact(
        0.0, key=settings.own("recupero"), description="Notizie recuperate"
    )
    last = 0

    def progress(_reading: Reading, share: float) -> None:
        nonlocal last
        if (percent := int(share * 100)) > last:  # each update is a call to the server
            last = percent
            update_progress_artifact(artifact, float(percent))

    readings = backfill_all(
        settings,
        Window(first_day, last_day),
        dry_run=dry_run,
        offer=offer,
        now=datetime.now(UTC),
        progress=progress,
    )
    update_progress_artifact(artifact, 100.0)
    for line in (line for reading in readings for line in reading.offered):
        get_run_logger().info("Si offrirebbe: %s", line)
    failed = tell_editor(readings)
    outcome = outcome_of(readings, first_day, last_day, dry_run=dry_run, offer=offer)
    if failed:
        return _not_done(settings, f"{outcome} {failed}", chi, orders.HALF)
    runs.completed(settings, outcome, lines=[line for reading in readings for line in reading.found])
    return outcome


def _not_done(
    settings: Settings, why: BollettinoError | str, who: str, what: str = orders.NOT_DONE
) -> State[str]:
    """Told to who started it."""
    return orders.refused(settings, make_engine(settings.database), why, who=who, what=what)


def outcome_of(
    readings: Sequence[Reading], first_day: date, last_day: date, *, dry_run: bool, offer: bool
) -> str:
    """`Salvate, da venerdì 20 novembre a giovedì 26 novembre: 12 notizie.`, and how they come to be sent."""
    new = sum(reading.new for reading in readings)
    count = counted(new, "notizia", "notizie")
    days = f"da {giorno(first_day)} a {giorno(last_day)}"
    seen = " Non tutto il periodo si è potuto vedere." if any(one.problems for one in readings) else ""
    if dry_run:
        is_any = new or any(reading.offered for reading in readings)
        to_do = f": perché entrino nel prossimo bollettino {BOXES}" if is_any else ""
        return f"Prova: nuove, {days}: {count}. Non è cambiato niente{to_do}.{seen}"
    if offer:  # by then also what was stored before
        is_any = any(one.new or one.updated or one.unchanged for one in readings)
        return f"Salvate, {days}: {count}.{OFFERED if is_any else NONE}{seen}"
    then = f" Non entrano in un bollettino: per questo rifallo, {BOXES}." if new else ""
    return f"Salvate, {days}: {count}.{then}{seen}"


BOXES = "togli la spunta a «Prova» e mettila a «Offri queste notizie»"
NONE = " In questi giorni non si è trovata nessuna notizia."
OFFERED = " Quelle di questi giorni, anche se salvate prima, ora possono entrare nel prossimo bollettino."
