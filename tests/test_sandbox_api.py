"""The sandbox's Cloud API: templates reviewed, requests judged and answered as Meta does."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.world.sandbox_town import ANNA, BODY, Town, code, definition, open_town, template_send, text_send
from tests.world.shared import ITALIAN, needs_shared


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return open_town(tmp_path)


# ---------------------------------------------------------------- templates


@needs_shared
def test_every_default_template_passes_the_review(tmp_path: Path) -> None:
    texts = tomllib.loads(ITALIAN.read_text("utf-8"))
    profile = texts["profilo"]["lungo"]
    town = Town(tmp_path)
    for name, model in texts["modelli"].items():
        filled = {
            key: re.sub(r"(?<!\{)\{(\w+)\}(?!\})", lambda match: profile[match[1]], model[key])
            for key in ("titolo", "corpo", "piede")
        }
        order = definition(name, filled["corpo"].strip(), category=model["categoria"])
        order["components"][2]["text"] = filled["piede"]
        order["components"][3]["buttons"][0]["text"] = model["pulsante"]
        order["message_send_ttl_seconds"] = model["ttl_secondi"]
        assert town.graph("200/message_templates", order).status_code == 200, name
    listed = town.client.get(
        "/v25.0/200/message_templates", headers={"Authorization": "Bearer gettone"}
    ).json()
    assert [template["name"] for template in listed["data"]] == list(texts["modelli"])


@pytest.mark.parametrize(
    ("body", "subcode"),
    [
        ("{{1}} è una notizia di oggi per tutti i cittadini", 2388299),
        ("Una notizia di oggi per tutti i cittadini {{1}}", 2388299),
        ("Le notizie {{1}} {{2}} sono quelle di oggi per tutti i cittadini", 2388299),
        ("Notizie: {{1}} e {{2}} oggi", 2388293),
        ("Le notizie di oggi sono {{2}} e anche {{1}} per tutti i cittadini", 2388273),
        ("Le notizie di oggi per {{nome}} e per tutti i cittadini", 2388273),
        ("a" * 1025, 2388040),
    ],
)
def test_a_body_that_meta_would_reject_is_rejected(town: Town, body: str, subcode: int) -> None:
    answer = town.graph("200/message_templates", definition("altro", body))
    assert code(answer) == 100
    assert answer.json()["error"]["error_subcode"] == subcode


def _spoil(order: dict[str, Any], component: int, **changes: Any) -> dict[str, Any]:
    order["components"][component] |= changes
    return order


@pytest.mark.parametrize(
    "order",
    [
        definition("Maiuscole"),
        definition("altro", category="NEWS"),
        definition("altro", message_send_ttl_seconds=5),
        _spoil(definition("altro"), 0, text="x" * 61),
        _spoil(definition("altro"), 0, text="*Notizie*"),
        _spoil(definition("altro"), 1, example=None),
        _spoil(definition("altro"), 2, text="Ciao {{1}}"),
        _spoil(definition("altro"), 2, text="x" * 61),
        _spoil(definition("altro"), 3, buttons=[]),
        _spoil(definition("altro"), 3, buttons=[{"type": "URL", "text": "x" * 26, "url": "https://a.it"}]),
        _spoil(definition("altro"), 3, buttons=[{"type": "URL", "text": "x", "url": "https://a.it/{{1}}/b"}]),
        definition("altro"),  # the body and footer of bollettino_1
        definition(),  # the same name
        ["not an object"],
    ],
)
def test_a_definition_that_meta_would_reject_is_rejected(town: Town, order: Any) -> None:
    assert code(town.graph("200/message_templates", order)) == 100


def test_an_edited_template_shows_its_new_words(town: Town) -> None:
    headers = {"Authorization": "Bearer gettone"}
    found = town.client.get("/v25.0/200/message_templates?name=bollettino_1", headers=headers).json()["data"]
    new = definition("bollettino_1", BODY.replace("La notizia.", "Notizia del giorno."))["components"]
    assert town.graph(found[0]["id"], {"components": new}).json() == {"success": True}
    town.send(template_send())
    assert town.phone()["messages"][0]["text"].startswith("*Notizia del giorno.* Piscina chiusa.")


# ---------------------------------------------------------------- sending


def test_an_accepted_template_is_answered_like_meta_and_shown_on_the_phone(town: Town) -> None:
    answer = town.send(template_send())
    assert answer.status_code == 200
    told = answer.json()
    wamid = told["messages"][0]["id"]
    assert told == {
        "messaging_product": "whatsapp",
        "contacts": [{"input": ANNA, "wa_id": ANNA[1:]}],
        "messages": [{"id": wamid, "message_status": "accepted"}],
    }
    assert wamid.startswith("wamid.")
    (message,) = town.phone()["messages"]
    assert message["header"] == "Notizie dal Comune di Esempio"
    assert message["text"].startswith("*La notizia.* Piscina chiusa.\n\nBollettino di venerdì. Testo")
    assert (message["button_text"], message["button_url"]) == (
        "Leggi il bollettino",
        "http://127.0.0.1:8601/b/abc123",
    )
    assert (message["template"], message["parameters"]) == ("bollettino_1", ["Piscina chiusa.", "venerdì"])
    assert (message["wamid"], message["biz_opaque_callback_data"]) == (wamid, "attempt-1")


def test_a_value_that_looks_like_a_variable_is_shown_as_it_is(town: Town) -> None:
    town.send(template_send(values=("Sconto {{2}}.", "venerdì")))
    assert "Sconto {{2}}." in town.phone()["messages"][0]["text"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("expected", "payload"),
    [
        (132001, template_send(name="sconosciuto")),
        (132000, template_send(values=("uno",))),
        (132000, template_send(values=("uno", "due", "tre"))),
        (132005, template_send(values=("a" * 1000, "venerdì"))),
        (132012, template_send(values=("due\nrighe", "venerdì"))),
        (132012, template_send(values=("un\ttab", "venerdì"))),
        (132012, template_send(values=("cinque     spazi", "venerdì"))),
        (131008, template_send(values=("", "venerdì"))),
        (100, template_send(biz_opaque_callback_data="x" * 513)),
        (100, template_send(sconosciuto=1)),
        (131009, template_send(to="tre tre tre")),
        (131009, template_send(messaging_product="sms")),
        (131008, {**template_send(), "to": None}),
        (131021, template_send(to="+390200000000")),
        (131051, {**template_send(), "type": "image"}),
        (100, ["not an object"]),
    ],
)
def test_a_request_that_meta_would_refuse_is_refused_with_its_code(
    town: Town, expected: int, payload: Any
) -> None:
    assert code(town.send(payload)) == expected
    assert town.phone()["messages"] == []


def test_four_spaces_in_a_row_may_pass(town: Town) -> None:
    assert town.send(template_send(values=("quattro    spazi", "venerdì"))).status_code == 200


def test_the_button_needs_its_value(town: Town) -> None:
    payload = template_send()
    payload["template"]["components"].pop()
    assert code(town.send(payload)) == 131008


def test_a_component_is_given_once(town: Town) -> None:
    payload = template_send()
    payload["template"]["components"] *= 2
    assert code(town.send(payload)) == 132012


def test_a_refusal_never_repeats_the_number_or_the_text(town: Town) -> None:
    for payload in (template_send(to="+39333x0000001"), template_send(values=("Via\nSegreta", "venerdì"))):
        told = town.send(payload).text
        assert "0000001" not in told
        assert "Segreta" not in told


@pytest.mark.parametrize("token", ["", "altro", "gettone "])
def test_a_wrong_token_is_error_190(town: Town, token: str) -> None:
    answer = town.graph("100/messages", template_send(), token=f"{token}x")
    assert (answer.status_code, code(answer)) == (401, 190)


def test_another_phone_number_id_does_not_exist(town: Town) -> None:
    assert town.graph("101/messages", template_send()).json()["error"]["error_subcode"] == 33


def test_broken_json_is_error_100(town: Town) -> None:
    headers = {"Authorization": "Bearer gettone"}
    assert code(town.client.post("/v25.0/100/messages", content=b"{", headers=headers)) == 100


def test_marketing_goes_through_both_endpoints_and_utility_through_one(town: Town) -> None:
    alert = template_send(values=("gialla",), name="allerta_meteo")
    assert town.send(template_send(), "marketing_messages").status_code == 200
    assert town.send(alert).status_code == 200
    assert code(town.send(alert, "marketing_messages")) == 131055


def test_a_free_text_leaves_only_within_24_hours_of_the_last_word(town: Town) -> None:
    assert code(town.send(text_send())) == 131047
    town.write("ATTIVA")
    assert town.send(text_send("a" * 4096)).status_code == 200
    assert code(town.send(text_send("a" * 4097))) == 100
    town.now += timedelta(hours=24)
    assert code(town.send(text_send())) == 131047


def test_the_throughput_of_a_number_has_a_ceiling(tmp_path: Path) -> None:
    town = Town(tmp_path, throughput=3)
    town.graph("200/message_templates", definition())
    answers = [town.send(template_send()).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    town.now += timedelta(seconds=1)
    assert town.send(template_send()).status_code == 200


def test_a_bsuid_reaches_the_phone_too(town: Town) -> None:
    payload = template_send()
    del payload["to"]
    answer = town.send({**payload, "recipient": town.phone()["bsuid"]})
    assert answer.json()["contacts"] == [{"input": town.phone()["bsuid"], "user_id": town.phone()["bsuid"]}]
    assert len(town.phone()["messages"]) == 1
