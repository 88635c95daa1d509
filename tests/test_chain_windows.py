"""The editor's window when more than one tab answers it, when it is lost, and when our code changed."""

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Paused, Scheduled

from tests.world.installation import Installation, filled, wait_for
from tests.world.trouble import APPROVE, SAVE, sent_once, versions, watch

pytestmark = pytest.mark.xdist_group("chain")  # beside "installation" and "desk", each on its own


def test_two_tabs_that_confirm_one_form_make_one_decision(installation: Installation) -> None:
    """At the same moment, and once more when it is over."""
    number = installation.draft("Corso di ballo liscio in sala Aldo Moro")
    run_id, form = installation.form_of(number)
    answers = [filled(form, APPROVE, notizia_1=text) for text in ("Dal telefono.", "Dal computer.")]
    with ThreadPoolExecutor(2) as tabs:
        said = list(tabs.map(lambda values: installation.post(run_id, values), answers))
    assert sorted(said) == ["ABORT", "ACCEPT"]
    sent_once(installation, number, answers[said.index("ACCEPT")]["notizia_1_v1"])
    assert installation.post(run_id, answers[0]) == "ABORT"
    assert watch(installation).waiting == ()
    found = versions(installation, number)
    assert [(one.number, one.answered_run_id) for one in found] == [(1, None), (2, run_id)]


def test_a_tab_that_shows_an_older_text_cannot_answer_for_the_newer(installation: Installation) -> None:
    """A phone that slept for a round would file its texts under other items, or take a colleague's back.

    And every round is in the history, with who, when and what changed.
    """
    number = installation.draft("Letture ad alta voce per i più piccoli")
    run_id, old = installation.form_of(number)
    installation.answer(number, SAVE, notizia_1="Scritto da Anna.", nota="Sentire la biblioteca")
    wait_for("the second round", lambda: len(versions(installation, number)) == 2)
    assert installation.run_of(number) == run_id, "the same run waits again"
    late = filled(old, APPROVE, notizia_1="Da una scheda rimasta aperta.", chi="Bruno Vice")
    assert installation.post(run_id, late) == "REJECT"
    assert len(versions(installation, number)) == 2
    assert installation.texts(number)[0] == "Scritto da Anna."
    installation.answer(number, APPROVE, notizia_1="x" * 1100, chi="Bruno Vice")
    wait_for("the third round", lambda: len(versions(installation, number)) == 3)
    installation.answer(number, APPROVE, notizia_1="Scritto da Bruno.", chi="Bruno Vice")
    sent_once(installation, number, "Scritto da Bruno.")

    told = " ".join(installation.verb("history", str(number)).split())
    rounds = told.split("Versione ")[1:]
    assert [one.split(", ")[:2] for one in rounds] == [
        ["1", "composizione automatica"],
        ["2", "Anna Redazione"],
        ["3", "Bruno Vice"],
        ["4", "Bruno Vice"],
    ]
    assert "{+Scritto da Anna.+}" in rounds[1]
    assert "Nota: Sentire la biblioteca" in rounds[1]
    assert "Da correggere: Il testo è troppo lungo" in rounds[2]
    assert "{+Scritto da Bruno.+}" in rounds[3]
    assert "Decisione: approvato da Bruno Vice" in rounds[3]
    stored = versions(installation, number)
    assert all(a.created_at < b.created_at for a, b in pairwise(stored))


@pytest.mark.rehearsal
def test_a_window_that_is_lost_is_replaced_and_its_text_kept(installation: Installation) -> None:
    """Cancelled, paused, deleted, or set going without the form: within one round of `sorveglia`."""
    number = installation.draft("Raccolta straordinaria degli ingombranti")
    installation.answer(number, SAVE, notizia_1="Scritto prima.")
    wait_for("the second round", lambda: len(versions(installation, number)) == 2)
    runs = [installation.run_of(number)]
    lost: tuple[State[Any] | None, ...] = (Cancelled(), Paused(), None)
    for state in lost:
        with installation.prefect() as client:
            if state is None:
                client.delete_flow_run(UUID(runs[-1]))
            else:
                client.set_flow_run_state(UUID(runs[-1]), state, force=True)
        assert number in watch(installation).waiting
        runs.append(installation.run_of(number))
        assert installation.form_of(number)[1]["notizia_1_v2"] == "Scritto prima."
    assert len(set(runs)) == 4
    with installation.prefect() as client:
        client.set_flow_run_state(UUID(runs[-1]), Scheduled(name="Resuming"), force=True)

    def taken_up() -> bool:
        with installation.prefect() as client:
            return client.read_flow_run(UUID(runs[-1])).state_name != "Resuming"

    wait_for("a worker", taken_up)
    wait_for("what went on without an answer", lambda: number in watch(installation).waiting)
    assert installation.form_of(number)[1]["notizia_1_v2"] == "Scritto prima."
    assert len(versions(installation, number)) == 2
    installation.answer(number, APPROVE)
    sent_once(installation, number, "Scritto prima.")


def test_a_form_of_an_older_code_is_still_read(installation: Installation) -> None:
    """It waits since before an upgrade: fewer fields, other words, one that is gone by now."""
    number = installation.draft("Nuovi orari dell'anagrafe")
    run_id = installation.run_of(number)
    _, form = installation.form_of(number)
    old = {
        "type": "object",
        "title": "Approvazione",
        "additionalProperties": False,
        "properties": {
            "decisione": {"type": "string", "enum": ["Approva e invia", "Pubblica"]},
            "notizia_1": {"type": "string", "default": form["notizia_1_v1"]},
            "osservazioni": {"type": "string", "default": ""},
            "chi": {"type": "string"},
        },
        "required": ["decisione", "chi"],
    }
    store(installation, run_id, 1, old)
    typed = {"notizia_1": "Scritto nel modulo di prima.", "osservazioni": "Sentire il sindaco"}
    assert installation.post(run_id, {"decisione": "Pubblica", "chi": "Anna Redazione", **typed}) == "ACCEPT"
    wait_for("the second round", lambda: len(versions(installation, number)) == 2)
    back = versions(installation, number)[1]
    assert back.problems.startswith("Scegli una decisione")
    assert "Sentire il sindaco" in back.note, "a field that nobody knows is kept"
    _, shown = installation.form_of(number)
    assert shown["notizia_1_v2"] == "Scritto nel modulo di prima."
    assert len(shown) == len(form), "the next round has today's fields"

    store(installation, run_id, 2, old)
    values = {"decisione": "Approva e invia", "chi": "Anna Redazione", "notizia_1": "Scritto dopo."}
    assert installation.post(run_id, values) == "ACCEPT"
    sent_once(installation, number, "Scritto dopo.")


def test_a_form_that_nobody_can_read_any_more_is_replaced(installation: Installation) -> None:
    number = installation.draft("Manutenzione dell'ascensore comunale")
    run_id = installation.run_of(number)
    installation.form_of(number)
    store(installation, run_id, 1, "broken")
    assert number in watch(installation).waiting
    assert installation.run_of(number) != run_id
    installation.answer(number, "Non inviare e scarta queste notizie")
    installation.ends_as(number, "rejected")


def store(installation: Installation, run_id: str, version: int, schema: object) -> None:
    """Put another form in the place of the one that waits."""
    key = f"suspended-review-{version}-schema"
    with installation.prefect() as client:
        client.delete_flow_run_input(UUID(run_id), key)
        client.create_flow_run_input(UUID(run_id), key, json.dumps(schema))
