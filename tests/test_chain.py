"""From the sandbox's site to its phones, through the real Prefect server, worker and web app."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import psutil
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterTags
from prefect.client.schemas.schedules import CronSchedule
from prefect.states import Cancelled
from sqlmodel import select

from db import bulletins
from db.engine import transaction
from db.models import BulletinKind, NewsItem
from flows import correct
from flows.bulletin.language.dates import giorno
from flows.bulletin.status import WAITS
from flows.deploy import EDITORS, ELSE, LIST, YAML, blocks, deploy, schedules
from flows.review.choices import Choice, choices
from flows.settings import ROOT
from tests.world.installation import Installation, wait_for
from tests.world.traces import in_file, national
from tests.world.trouble import kill, process_of

pytestmark = pytest.mark.xdist_group("chain")  # beside "installation" and "desk", each on its own


def test_a_worker_killed_while_a_draft_waits_costs_nothing(installation: Installation) -> None:
    """And an order dragged in the form, with one line removed, is what is sent."""
    number = installation.draft("Variazione della raccolta del vetro", "Gita al lago per gli anziani")
    installation.run_of(number)
    texts = installation.texts(number)
    worker = installation.pid("worker start")
    assert worker is not None
    os.kill(worker, signal.SIGKILL)
    wait_for("another worker", lambda: installation.pid("worker start") not in (None, worker))
    order = [f"{n}." for n in range(len(texts), 1, -1)]  # reversed, without the first
    installation.answer(number, "Approva: parte subito", ordine=order)
    sent = installation.ends_as(number, "sent")
    assert installation.texts(number) == texts[:0:-1]
    for messages in installation.received(sent.code).values():
        assert len(messages) == 1
        assert texts[0] not in messages[0]


@pytest.mark.rehearsal
def test_runs_begin_warm_and_cold_where_the_warm_process_has_died(installation: Installation) -> None:
    def begun_as() -> str:
        """The command line of a run's process; it ended well."""
        with installation.prefect() as client:
            name = installation.settings.deployment("sorveglia")
            (watch,) = (one.id for one in client.read_deployments() if one.name == name)
            run_id = client.create_flow_run_from_deployment(watch).id

            def command() -> str | None:
                process = process_of(str(run_id))
                return " ".join(process.cmdline()) if process else None

            begun = wait_for("the run's process", command)
            wait_for("its end", lambda: client.read_flow_run(run_id).state.is_final())  # type: ignore[union-attr]
            assert client.read_flow_run(run_id).state.is_completed()  # type: ignore[union-attr]
        return begun

    assert begun_as().endswith("-m flows worker")
    os.kill(installation.pid("flows worker") or 0, signal.SIGKILL)
    assert begun_as().endswith("-m prefect.engine")
    kill(installation, "worker start")  # and the next one is warm again
    wait_for("a warm process", lambda: installation.pid("flows worker"))


def test_the_lists_of_the_start_forms_follow_the_bulletins(installation: Installation) -> None:
    """That moves no schedule, and a second `deploy` leaves them as they are."""
    installation.publish("Corso di primo soccorso")
    number = installation.compose(slot_after=datetime.now(UTC) + timedelta(days=9))
    slot = installation.bulletin(number).slot_at
    assert slot is not None
    with transaction(installation.engine) as session:
        version = bulletins.latest(session, number)
        assert version is not None
        title = bulletins.items(session, version)[0].title
    known_by = f"bollettino di {giorno(slot)} · {title}"
    label = f"{number} · approvato · {known_by}"

    def listed(verb: str) -> list[str]:
        name = installation.settings.deployment(verb)
        with installation.prefect() as client:
            (found,) = (one for one in client.read_deployments() if one.name == name)
        (field,) = (
            field
            for field in (found.parameter_openapi_schema or {})["properties"].values()
            if field.get(LIST, EDITORS) != EDITORS
        )
        entries: list[str] = field["enum"]
        assert entries[-1] == ELSE
        return entries[:-1]

    def planned() -> set[tuple[str, str]]:
        with installation.prefect() as client:
            return {
                (one.name, str(item.schedule)) for one in client.read_deployments() for item in one.schedules
            }

    before = planned()
    assert label not in listed("riapri")
    installation.answer(number, choices(slot)[Choice.approve])
    installation.ends_as(number, "approved")
    wait_for("its place in the list", lambda: label in listed("riapri"))
    assert f"{number} · {known_by}" not in listed("riprendi") + listed("ferma")
    assert planned() == before
    with installation.prefect() as client:
        retired = client.create_deployment(
            flow_id=client.create_flow_from_name("urgente"),
            name=installation.settings.deployment("urgente"),
            tags=[installation.settings.profile.slug],
        )
        with installation.at_server():
            deploy(installation.settings)
        assert retired not in {one.id for one in client.read_deployments()}, "its schedule would go on"
    assert label in listed("riapri")
    run = installation.order("riapri", bollettino=label, chi="Anna Redazione")
    assert f"Bollettino {number} riaperto: l'approvazione non vale più" in installation.completed(run)
    assert label not in listed("riapri")
    installation.answer(number, "Non inviare: le notizie passano al prossimo bollettino")
    installation.ends_as(number, "merged")
    wait_for("its place among the postponed", lambda: f"{number} · rinviato · {known_by}" in listed("riapri"))


def test_the_tag_of_what_waits_is_true_and_letters_lead_to_the_page(
    installation: Installation,
) -> None:
    def waiting() -> set[str]:
        with installation.prefect() as client:
            tagged = FlowRunFilter(tags=FlowRunFilterTags(all_=[WAITS]))
            return {str(run.id) for run in client.read_flow_runs(flow_run_filter=tagged)}

    number = installation.draft("Nuovo orario del mercato coperto")
    first = installation.run_of(number)
    wait_for("its tag", lambda: first in waiting())
    with installation.prefect() as client:
        client.set_flow_run_state(UUID(first), Cancelled(), force=True)  # as a click in the UI does
    installation.completed(installation.order("sorveglia"))
    second = installation.run_of(number)
    assert second != first
    assert first not in waiting()
    wait_for("the tag of the next one", lambda: second in waiting())
    installation.answer(number, "Approva: parte subito")
    installation.ends_as(number, "sent")
    wait_for("the tag to be gone", lambda: second not in waiting())
    (letter, *_) = [mail for mail in installation.ask("/_prova/posta") if "mercato coperto" in mail["text"]]
    assert f": {installation.settings.newsroom}\n" in letter["text"]


def test_a_reading_that_found_nothing_says_so_in_its_name(installation: Installation) -> None:
    with installation.prefect() as client:
        news = client.read_deployment_by_name(f"raccogli/{installation.settings.deployment('notizie')}")

        def read() -> str:
            return installation.completed(str(client.create_flow_run_from_deployment(news.id).id))

        read()  # what other tests have put on the site
        assert read() == "PROVA · Raccolta: notizie · niente di nuovo"


def test_a_refused_order_is_red_and_told_by_mail_to_who_gave_it(installation: Installation) -> None:
    run = installation.order("ferma", bollettino=ELSE, chi="Bruno Vice")
    with installation.prefect() as client:
        wait_for("its end", lambda: client.read_flow_run(UUID(run)).state.is_final())  # type: ignore[union-attr]
        ended = client.read_flow_run(UUID(run))
    assert ended.state is not None
    assert ended.state.is_failed()
    assert ended.name == "PROVA · NON FERMATO · Nessun bollettino è in invio. Non è cambiato niente."
    told = [mail for mail in installation.ask("/_prova/posta") if "«ferma»" in mail["subject"]]
    assert [mail["to"] for mail in told] == [["bruno@comune.esempio.mi.it"]]
    assert "Nessun bollettino è in invio." in told[0]["text"]


@pytest.mark.rehearsal
def test_postponed_news_return_and_discarded_ones_do_not(installation: Installation) -> None:
    title = "Corso di italiano per adulti"
    number = installation.draft(title)
    installation.answer(number, "Non inviare: le notizie passano al prossimo bollettino")
    merged = installation.ends_as(number, "merged")
    assert not any(installation.received(merged.code).values())
    again = installation.compose()
    assert again > number
    installation.answer(again, "Non inviare e scarta queste notizie")
    installation.ends_as(again, "rejected")
    with transaction(installation.engine) as session:
        item = session.exec(select(NewsItem).where(NewsItem.title == title)).one()
    assert item.discarded_at is not None


def test_a_form_that_was_confirmed_in_a_window_that_died_is_not_lost(installation: Installation) -> None:
    """Cancelled between Resume and the worker: the next window finds the answer and acts on it."""
    number = installation.draft("Chiusura del parcheggio di piazza Roma")
    lost = installation.run_of(number)
    worker = psutil.Process(installation.pid("worker start"))
    worker.suspend()  # it takes a resumed run within two seconds
    try:
        installation.answer(number, "Approva: parte subito", notizia_1="Scritto prima che il modulo morisse.")
        with installation.prefect() as client:
            client.set_flow_run_state(UUID(lost), Cancelled(), force=True)
    finally:
        worker.resume()
    installation.verb("watch")
    sent = installation.ends_as(number, "sent")
    assert installation.bulletin(number).review_run_id != lost
    for messages in installation.received(sent.code).values():
        assert len(messages) == 1
        assert "Scritto prima che il modulo morisse." in messages[0]


def test_schedules_on_the_server_are_those_of_the_profile(installation: Installation) -> None:
    settings = installation.settings
    with installation.prefect() as client:
        found = {deployment.name: deployment for deployment in client.read_deployments()}
    planned, _ = blocks()
    assert set(found) == {settings.deployment(block["name"]) for block in planned}
    for block in planned:
        on_server = {str(item.schedule) for item in found[settings.deployment(block["name"])].schedules}
        assert len(on_server) == len(schedules(block, settings.profile))
    schema = found[settings.deployment("recupera")].parameter_openapi_schema
    assert schema is not None
    form = schema["properties"]
    assert (form["first_day"]["title"], form["first_day"]["format"]) == ("Dal giorno", "date")
    sends = [item.schedule for item in found[settings.deployment("invia")].schedules]
    crons = {(one.cron, one.timezone) for one in sends if isinstance(one, CronSchedule)}
    assert crons == {(slot.dispatch.cron, "Europe/Rome") for slot in settings.profile.weekly_slots}


@pytest.mark.parametrize(
    "which",
    [
        pytest.param(["--all"], marks=pytest.mark.rehearsal),
        ["--name", "invia", "--pool", "bollettino-esempio"],
    ],
)
def test_prefects_own_deploy_registers_nothing_and_says_what_does(
    installation: Installation, which: list[str]
) -> None:
    """It knows neither slug nor slots: what it registered would compose and send at no hour."""

    def names() -> set[str]:
        with installation.prefect() as client:
            return {deployment.name for deployment in client.read_deployments()}

    before = names()
    ended = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", *which, "--prefect-file", YAML],
        cwd=ROOT, env=installation.of_prefect, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = " ".join((ended.stdout + ended.stderr).split())
    assert ended.returncode != 0
    assert "use `python -m flows deploy`" in said
    assert "Traceback" not in said
    assert names() == before


_ONE = {"bollettino": ELSE, "chi": "Anna Redazione"}
_OF_ONE = ("ferma", "riapri", "riprendi", "chiudi", "ritenta")
_REFUSED = ("Failed PROVA · NON FATTO · L'elenco", "Failed PROVA · NON FERMATO · Nessun")


def test_every_deployment_ends_well_on_the_worker(installation: Installation) -> None:
    """And componi leaves a draft for the next slot, with its day in the run's name.

    What an editor starts about a bulletin that has ended is refused in red, in words.
    """
    installation.publish("Apertura straordinaria della piscina")
    days = {"first_day": "2026-01-01", "last_day": "2026-12-31"}
    filled: dict[str, dict[str, Any]] = {
        "recupera": {**days, "chi": "Anna Redazione"},
        "assenza": {**days, "who": "Anna Redazione", "cancel": True},  # of which there is none
        "correggi": {
            "notizia": ELSE,
            "giusto": "È sabato.",
            "chi": "Anna Redazione",
            "motivo": correct.ERROR,
        },
        "chiusura": {"first_day": "2026-01-01", "last_day": "2026-01-01", "chi": "Anna Redazione"},
        "incerti": {**_ONE, "che_cosa": "sono arrivati"},
        "a-mano": {"bulletin_id": 1},
        "prova-generale": {"bollettino": 1},
        **dict.fromkeys(_OF_ONE, _ONE),
    }
    with installation.prefect() as client:
        names = {deployment.name: deployment.id for deployment in client.read_deployments()}
        for other in ("approva", "avviso-urgente"):  # other tests run them
            del names[installation.settings.deployment(other)]
        waiting = sorted(names)
        while waiting:
            together, waiting = waiting[:4], waiting[4:]  # as many as meet at a full hour
            started = {
                name: client.create_flow_run_from_deployment(
                    names[name], parameters=filled.get(name.removesuffix("-esempio"), {})
                ).id
                for name in together
            }
            for name, said in wait_for(f"{together} to end", partial(_ended, client, started)).items():
                verb = name.removesuffix("-esempio")
                good: tuple[str, ...] = ("Completed PROVA · ",)
                if verb in {"incerti", "correggi", *_OF_ONE}:
                    good = _REFUSED
                elif verb in ("assenza", "chiusura"):
                    good = ("Failed PROVA · NON REGISTRATA · ",)
                assert said.startswith(good), (name, said)
    bulletin = installation.bulletin(installation.newest())
    assert bulletin.slot_at is not None
    run_id = installation.run_of(bulletin.id)
    name = f"PROVA · Bollettino di {giorno(bulletin.slot_at)} · "
    wait_for("its name", lambda: installation.name_of(run_id).startswith(name))


def _ended(client: SyncPrefectClient, started: dict[str, UUID]) -> dict[str, str] | None:
    """Once all have ended: how, under which name and, when not well, why."""
    runs = {name: client.read_flow_run(run_id) for name, run_id in started.items()}
    states = {name: run.state for name, run in runs.items() if run.state is not None and run.state.is_final()}
    if len(states) < len(runs):
        return None
    return {name: f"{state.name} {runs[name].name}: {state.message}" for name, state in states.items()}


def test_an_urgent_notice_of_an_editor_goes_once_approved(installation: Installation) -> None:
    before = installation.newest()
    form = {
        "che_cosa": "scuole chiuse",
        "dal": "2030-01-07T00:00:00",
        "al": "2030-01-07T23:59:00",
        "dove": "in tutte le scuole del Comune",
        "che_cosa_fare": "Tieni i ragazzi a casa",
        "informazioni": "Ordinanza 12, Protezione civile 02 1234 5699",
        "chi": "Anna Redazione",
    }
    with installation.prefect() as client:
        name = f"avviso-urgente/{installation.settings.deployment('avviso-urgente')}"
        deployment = client.read_deployment_by_name(name)
        client.create_flow_run_from_deployment(deployment.id, parameters=form)
    wait_for("the draft", lambda: installation.newest() > before, 90)
    number = installation.newest()
    installation.run_of(number)
    assert installation.bulletin(number).kind == BulletinKind.urgent
    installation.answer(number, "Approva: parte subito")
    sent = installation.ends_as(number, "sent")
    texts = [text for messages in installation.received(sent.code).values() for text in messages]
    assert len(texts) == len(installation.ask("/_prova/telefoni"))
    assert all("scuole chiuse" in text.lower() for text in texts)


def test_no_number_reaches_a_log_or_prefects_database(installation: Installation) -> None:
    """Nor any other file but the sandbox's own, in clear or in any other dress; see tests/world/traces.py."""
    numbers = [national(phone["number"]) for phone in installation.ask("/_prova/telefoni")]
    state = installation.state
    theirs = {state / "sandbox", state / "sandbox.json"}  # the provider, who has the numbers
    ours = [path for path in state.rglob("*") if path.is_file() and theirs.isdisjoint({path, *path.parents})]
    assert any(path.match("prefect/*.db") for path in ours)
    assert any(path.match("logs/*.log") for path in ours)
    assert any(path.match("bollettino.db") for path in ours)
    for path in [*ours, installation.output]:
        with suppress(FileNotFoundError):  # half a file of a run that still writes has its whole name by now
            assert in_file(path, numbers) == set(), path
