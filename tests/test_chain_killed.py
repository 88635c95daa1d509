"""Processes die and databases are held while a draft waits or its answer is stored: it counts, and once."""

import os
import signal
from datetime import timedelta
from functools import partial
from uuid import UUID

import psutil
import pytest
from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId
from prefect.states import Pending

from db.models import BulletinStatus
from flows.draft.slots import START_AFTER
from flows.runs.client import LOST_AFTER, TAKEN_WITHIN
from tests.world.installation import Installation, filled, wait_for
from tests.world.trouble import (
    APPROVE,
    held,
    is_running,
    kill,
    kill_server,
    process_of,
    sent_once,
    soon,
    standing_still,
    started_sends,
    status,
    versions,
    watch,
)

pytestmark = pytest.mark.xdist_group("chain")  # beside "installation" and "desk", each on its own
WORKER = "worker start"


@pytest.mark.rehearsal
def test_a_server_killed_while_a_draft_waits_and_after_its_answer(installation: Installation) -> None:
    number = installation.draft("Cinema all'aperto nel cortile del municipio")
    run_id = installation.run_of(number)
    kill_server(installation)
    assert installation.run_of(number) == run_id, "the same run waits"
    with standing_still(installation, WORKER):
        installation.answer(number, APPROVE, notizia_1="Scritto durante il riavvio.")
        kill_server(installation)
    sent_once(installation, number, "Scritto durante il riavvio.")
    assert [one.answered_run_id for one in versions(installation, number)] == [None, run_id]


def test_a_worker_killed_right_after_the_answer(installation: Installation) -> None:
    number = installation.draft("Visite guidate alla torre civica")
    installation.run_of(number)
    with standing_still(installation, WORKER):
        installation.answer(number, APPROVE, notizia_1="Nessun lavoratore l'ha ancora visto.")
        kill(installation, WORKER)
    sent_once(installation, number, "Nessun lavoratore l'ha ancora visto.")
    assert len(versions(installation, number)) == 2


@pytest.mark.rehearsal
def test_killed_while_the_answer_is_stored(installation: Installation) -> None:
    """Worker and run die together: Prefect calls the run Running for ever, `sorveglia` does not."""
    number = installation.draft("Distribuzione dei sacchi per l'umido")
    run_id, form = installation.form_of(number)
    soon("the form's process to end", partial(_is_gone, run_id))  # else it would be killed for the answer's
    with held(installation, number):
        assert (
            installation.post(run_id, filled(form, APPROVE, notizia_1="Scritto durante il blocco."))
            == "ACCEPT"
        )
        wait_for("its run to wait for the database", lambda: is_running(installation, run_id))
        with standing_still(installation, WORKER):  # else it would report the death of its run
            process = process_of(run_id)
            assert process is not None
            process.kill()
            kill(installation, WORKER)
    assert len(versions(installation, number)) == 1
    assert watch(installation).answered == (number,), "an answer is not stored yet"
    assert installation.bulletin(number).review_run_id == run_id, "its run may still be at work"
    assert watch(installation, later=LOST_AFTER + timedelta(minutes=1)).answered == (number,)
    assert installation.bulletin(number).review_run_id != run_id
    sent_once(installation, number, "Scritto durante il blocco.")
    assert len(versions(installation, number)) == 2


def _is_gone(run_id: str) -> bool:
    return process_of(run_id) is None


def _deciding(installation: Installation, number: int, run_id: str) -> psutil.Process | None:
    """The process that stores the answer, found before it has: the send is ordered right after."""
    found: list[psutil.Process] = []

    def looked() -> bool:
        found.extend(filter(None, [process_of(run_id)]))
        return bool(found) or _is_approved(installation, number)

    soon("who stores the answer", looked)
    return found[0] if found else None


@pytest.mark.rehearsal
def test_killed_between_the_decision_and_the_start_of_the_send(installation: Installation) -> None:
    """The decision is ours: `sorveglia` starts what the run did not come to start."""
    for title in ("Potatura dei platani", "Gara di scacchi", "Festa dei vicini"):  # its moment is short
        number = installation.draft(title)
        run_id = installation.run_of(number)
        soon("the form's process to end", partial(_is_gone, run_id))
        installation.answer(number, APPROVE, notizia_1="Deciso, e poi il buio.")
        process = _deciding(installation, number, run_id)
        soon("the decision", partial(_is_approved, installation, number))
        if process is None or not process.is_running():  # faster than we were
            sent_once(installation, number)
            continue
        process.send_signal(signal.SIGSTOP)
        if started_sends(installation, number, version=2):
            process.send_signal(signal.SIGCONT)
            sent_once(installation, number)
            continue
        os.kill(installation.pid(WORKER) or 0, signal.SIGKILL)
        process.kill()
        break
    else:
        pytest.fail("the run was never caught between its decision and its send")
    assert watch(installation).to_send == (), "its own run goes first"
    assert watch(installation, later=START_AFTER + timedelta(seconds=5)).to_send == (number,)
    sent_once(installation, number, "Deciso, e poi il buio.")


def test_killed_while_it_takes_a_send(installation: Installation) -> None:
    """No worker takes a run that one had begun to take when it died: Prefect shows it Pending for ever.

    The worker only stands still while its run gets that state: `run` starts no process again for ever.
    """
    for title in ("Yoga in biblioteca", "Corso di potatura", "Letture ad alta voce"):  # its moment is short
        number = installation.draft(title)
        installation.answer(number, APPROVE, notizia_1="Preso in carico, e poi il buio.")
        soon("its send's run", lambda number=number: bool(started_sends(installation, number, version=2)))  # type: ignore[misc]
        with standing_still(installation, WORKER), installation.prefect() as client:
            (run,) = started_sends(installation, number, version=2)
            if run.state is not None and run.state.is_scheduled():
                client.set_flow_run_state(run.id, Pending(name="Submitting"), force=True)
                break
        sent_once(installation, number)  # faster than we were
    else:
        pytest.fail("a send was always taken before the worker could be held")
    assert watch(installation, later=START_AFTER + timedelta(seconds=5)).to_send == (number,)
    (run,) = started_sends(installation, number, version=2)
    assert run.state is not None
    assert run.state.is_pending(), "its worker may still be about to start it"
    assert watch(installation, later=TAKEN_WITHIN + timedelta(seconds=30)).to_send == (number,)
    sent_once(installation, number, "Preso in carico, e poi il buio.")


@pytest.mark.rehearsal
def test_a_database_held_for_longer_than_a_writer_waits(installation: Installation) -> None:
    """SQLite gives up after 30 seconds, "database is locked": the run tries again, and goes on waiting."""
    number = installation.draft("Servizio civile: aperte le domande")
    run_id, form = installation.form_of(number)
    with held(installation, number):
        assert installation.post(run_id, filled(form, APPROVE, notizia_1="x" * 1100)) == "ACCEPT"
        wait_for("the writer to give up", lambda: "riprovo fra" in log_of(installation, run_id), 120)
        assert status(installation, number) == BulletinStatus.in_review
    wait_for("the second round", lambda: len(versions(installation, number)) == 2)
    assert installation.run_of(number) == run_id
    installation.answer(number, APPROVE, notizia_1="Scritto dopo il blocco.")
    sent_once(installation, number, "Scritto dopo il blocco.")
    assert [one.answered_run_id for one in versions(installation, number)] == [None, run_id, run_id]


def log_of(installation: Installation, run_id: str) -> str:
    with installation.prefect() as client:
        lines = client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=[UUID(run_id)])), limit=200)
    return "\n".join(one.message for one in lines)


def _is_approved(installation: Installation, number: int) -> bool:
    return status(installation, number) == BulletinStatus.approved
