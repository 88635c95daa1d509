"""Texts of a model in the draft: stored once, shown as what they are, never in the way of a bulletin."""

import json
import subprocess
import sys
from typing import Any

import pydantic_ai.models
import pytest
from sqlmodel import select

from db.models import Summary
from flows.compose import Draft, drafted, report
from flows.draft.writer import METHOD, propose, remark
from flows.settings import ROOT, SettingsError
from tests.world.builders import make_news_item, news_data
from tests.world.chat_server import Says, chat_server, completion, shut_in
from tests.world.comune import Comune

TRUE = "Via Roma chiude al traffico lunedì 30 novembre dalle 8 alle 18."
FALSE = "Via Roma chiude al traffico martedì 1 dicembre dalle 8 alle 18."
BODY = f"{TRUE} Informazioni: Mario Rossi, 333 123 4567, mario.rossi@esempio.it."
PROFILE = '[llm]\naddress = "http://127.0.0.1:9/v1"\nmodel = "prova-1"\nprice_in = 0.5\nprice_out = 2.0\n'
PROFILE += "priced_on = 2026-11-01\n\n[notice]"


@pytest.fixture(autouse=True)
def _no_request_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    shut_in(monkeypatch)


TITLES = ("Lavori in via Roma", "Biblioteca: nuovo orario", "Iscrizioni al nido comunale")
BODIES = (  # nobody takes them for the same one
    BODY,
    "La biblioteca comunale presenta un nuovo orario dal 2 dicembre: aperta dalle 9 alle 19.",
    "Iscrizioni al nido comunale fino al 15 gennaio: la domanda si presenta allo sportello.",
)


def news(comune: Comune, count: int = 1) -> None:
    comune.reprofile(("[notice]", PROFILE))
    with comune.look() as session:
        for number in range(count):
            data = news_data(title=TITLES[number], abstract="", body=BODIES[number])
            make_news_item(session, data)


def summaries(comune: Comune) -> list[Summary]:
    with comune.look() as session:
        return list(session.exec(select(Summary).order_by(Summary.id)))  # type: ignore[arg-type]


def draft(comune: Comune, model: Any) -> Draft:
    return drafted(comune.settings, comune.engine, at_approval=True, now=comune.now, model=model)


def shown(made: Draft) -> str:
    return "\n".join([report(made), *made.evidence]).replace("\\", "")


def test_a_configured_model_writes_the_draft_and_the_editor_reads_whose_text_it_is(comuni: Comune) -> None:
    news(comuni)
    model = Says(TRUE)
    made = draft(comuni, model)
    assert made.why == "Bozza pronta, da inviare appena approvato."
    assert made.bulletin_id is not None
    assert [item.text for item in comuni.items(made.bulletin_id)] == [TRUE]
    (stored,) = summaries(comuni)
    assert (stored.text, stored.method, stored.model, stored.reason) == (TRUE, METHOD, "prova-1", "")
    assert stored.tokens_in > 0
    assert stored.cost_millionths == round(stored.tokens_in * 0.5 + stored.tokens_out * 2)
    assert stored.currency == "EUR"
    told = shown(made)
    assert "testo proposto da un modello (prova-1), controllato: i " in told
    assert "dati sono nella pagina del sito" in told


def test_the_same_content_is_not_asked_for_twice(comune: Comune) -> None:
    news(comune)
    model = Says(TRUE)
    first = draft(comune, model)
    again = draft(comune, model)
    assert again.why == "La bozza è già aggiornata."
    assert again.bulletin_id == first.bulletin_id
    assert len(model.told) == 1


def test_a_refused_text_leaves_the_one_of_the_page_and_the_reason_and_is_not_asked_for_again(
    comune: Comune,
) -> None:
    news(comune)
    model = Says(FALSE)
    made = draft(comune, model)
    assert made.bulletin_id is not None
    (item,) = comune.items(made.bulletin_id)
    (stored,) = summaries(comune)
    assert item.text == stored.text
    assert "30 novembre" in item.text
    assert (stored.model, stored.method in ("text", "title")) == ("prova-1", True)
    assert "non ha superato i controlli" in stored.reason
    assert "non dal modello" in shown(made)
    asked_for = len(model.told)
    draft(comune, model)
    assert len(model.told) == asked_for


def test_a_service_that_is_down_costs_one_try_a_run_and_is_tried_again_another_time(comune: Comune) -> None:
    news(comune, 3)
    with chat_server() as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr(pydantic_ai.models, "ALLOW_MODEL_REQUESTS", True)
        comune.reprofile(("[notice]", PROFILE.replace("http://127.0.0.1:9/v1", server.address)))
        server.answer(503)
        made = draft(comune, None)
        assert len(server.asked) == 1
        assert len(made.items) == 3
        assert {one.reason for one in summaries(comune)} == {"il servizio ha risposto 503."}
        assert {one.model for one in summaries(comune)} == {None}
        told = shown(made)
        assert "non è stato chiesto a un modello: il servizio ha risposto 503" in told
        server.answers.clear()
        server.answer(completion(arguments=json.dumps({"testo": TRUE})))
        draft(comune, None)
    assert [one.text == TRUE for one in summaries(comune)] == [True, False, False]  # it is no text for others
    assert {one.model for one in summaries(comune)} == {"prova-1"}


def test_a_dry_run_and_a_profile_without_a_model_ask_nobody(comune: Comune) -> None:
    news(comune)
    comune.compose(dry_run=True)
    assert summaries(comune) == []
    comune.reprofile()
    model = Says(TRUE)
    made = draft(comune, model)
    assert model.told == []
    (stored,) = summaries(comune)
    assert (stored.model, stored.reason) == (None, "")
    with comune.look() as session:
        assert remark(session, stored.news_item_id, stored.text) == ""
    assert made.bulletin_id is not None


def test_a_text_that_a_person_changed_is_no_longer_the_models(comune: Comune) -> None:
    news(comune)
    draft(comune, Says(TRUE))
    (stored,) = summaries(comune)
    with comune.look() as session:
        assert "proposto da un modello" in remark(session, stored.news_item_id, TRUE)
        assert "proposto da un modello" in remark(session, stored.news_item_id, f"AGGIORNAMENTO. {TRUE}")
        assert remark(session, stored.news_item_id, f"{TRUE} Grazie.") == ""
    assert propose(comune.settings, comune.engine, [(stored.news_item_id, "altro testo")]) == 0


def test_without_its_packages_a_configured_profile_says_what_to_install(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    news(comune)
    comune.settings.prepare_secrets(make=True)
    monkeypatch.setitem(sys.modules, "pydantic_ai", None)
    with pytest.raises(SettingsError, match=r"install\.py deployments/requirements-llm\.lock"):
        comune.settings.prepare_secrets(make=True)
    assert "mancano i pacchetti" in shown(draft(comune, None))
    comune.reprofile()
    comune.settings.require_model()


def test_a_service_elsewhere_wants_its_key_from_the_environment(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BOLLETTINO_LLM_KEY", raising=False)
    news(comune)
    comune.reprofile(("[notice]", PROFILE.replace("http://127.0.0.1:9", "https://modelli.example")))
    with pytest.raises(SettingsError, match="BOLLETTINO_LLM_KEY"):
        comune.settings.prepare_secrets(make=True)
    assert "manca la chiave del servizio" in shown(draft(comune, None))
    monkeypatch.setenv("BOLLETTINO_LLM_KEY", "chiave-di-prova")
    comune.settings.require_model()
    key = comune.settings.llm_key
    assert key is not None
    assert key.get_secret_value() == "chiave-di-prova"
    assert "chiave-di-prova" not in repr(key)


@pytest.mark.slow
def test_the_packages_are_not_imported_where_no_model_is_asked() -> None:
    code = "import sys, flows.compose; print(sorted({'openai', 'pydantic_ai', 'httpx2'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout == "[]\n"
