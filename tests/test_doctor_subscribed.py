"""Whether the account's webhooks come to us, as Meta tells it: a webhook that is set up is not yet that."""

import json
from pathlib import Path

import pytest

from flows.doctor import whatsapp
from flows.doctor.finding import Verdict
from flows.whatsapp.account import Listener, ask_app, ask_listeners
from flows.whatsapp.errors import Retryable, TokenError
from tests.world.comune import Comune
from tests.world.examined import answer
from tests.world.sandbox_town import open_town
from tests.world.served import Answer, serve

RIGHT = {"Authorization": "Bearer made-up-token"}


def listing(*rows: object) -> bytes:
    return json.dumps({"data": list(rows)}).encode()


def app(number: str, callback: str | None = None) -> dict[str, object]:
    told: dict[str, object] = {"whatsapp_business_api_data": {"id": number, "name": "Un'app"}}
    return told if callback is None else {**told, "override_callback_uri": callback}


def test_an_app_that_leaves_the_account_is_told_and_may_come_back(comune: Comune) -> None:
    whatsapp_of = comune.settings.profile.whatsapp
    path = f"/{whatsapp_of.api_version}/{whatsapp_of.waba_id}/subscribed_apps"

    def change(method: str) -> None:
        comune._http.request(method, path, headers=RIGHT).raise_for_status()

    assert answer(comune, whatsapp.subscribed).words == "La nostra app è iscritta all'account."
    change("DELETE")
    said = answer(comune, whatsapp.subscribed)
    assert (said.verdict, "nemmeno i DISATTIVA" in said.words) == (Verdict.failed, True)
    assert "subscribed_apps" in said.remedy
    change("POST")
    assert answer(comune, whatsapp.subscribed).verdict == Verdict.good


def test_in_the_sandbox_nothing_comes_where_no_app_is_subscribed(tmp_path: Path) -> None:
    town = open_town(tmp_path)
    headers = {"Authorization": "Bearer gettone"}
    assert town.client.delete("/v25.0/200/subscribed_apps", headers=headers).json() == {"success": True}
    town.write("DISATTIVA")
    town.later(minutes=1)
    assert town.updates("messages") == []
    assert town.graph("200/subscribed_apps", {}).status_code == 200
    town.later(minutes=1)
    assert town.updates("messages") == [], "what came meanwhile is lost"
    town.write("ATTIVA")
    town.later(minutes=1)
    assert [message["text"]["body"] for message in town.updates("messages")] == ["ATTIVA"]
    assert town.client.get("/v25.0/100/subscribed_apps", headers=headers).status_code == 400


@pytest.mark.parametrize(
    ("ours", "rows", "verdict", "words"),
    [
        ("7", [app("7")], Verdict.good, "La nostra app"),
        ("7", [app("6"), app("7")], Verdict.good, "La nostra app"),
        ("7", [app("6")], Verdict.attention, "un'altra app"),
        (None, [app("6")], Verdict.good, "non lo dice"),
        ("7", [app("7", "https://altro.example/webhook")], Verdict.attention, "non è il nostro"),
        ("7", [app("7", "http://127.0.0.1:8080/webhook")], Verdict.good, "La nostra app"),
        ("7", [], Verdict.failed, "Nessuna app"),
    ],
)
def test_whose_app_it_is_and_where_it_is_told_to_send(
    comune: Comune, ours: str | None, rows: list[object], verdict: Verdict, words: str
) -> None:
    def tell(path: str) -> Answer:
        token = {"data": {"app_id": ours, "is_valid": True, "expires_at": 0}}
        return (200, {}, json.dumps(token).encode() if "debug_token" in path else listing(*rows))

    with serve(tell) as site:
        comune.reprofile((f'api = "{comune.loopback.address}"', f'api = "{site.address}"'))
        said = answer(comune, whatsapp.subscribed)
    assert (said.verdict, words in said.words) == (verdict, True), said


def test_of_another_provider_and_of_one_that_does_not_answer(comune: Comune) -> None:
    api = f'api = "{comune.loopback.address}"'
    comune.reprofile((api, 'api = "http://127.0.0.1:9"'))
    assert answer(comune, whatsapp.subscribed).verdict == Verdict.unknown
    comune.reprofile((api, f'{api}\napi_version = ""'))
    assert answer(comune, whatsapp.subscribed).is_left_out
    with serve(lambda _: (404, {}, b"<html>")) as site:
        comune.reprofile((api, f'api = "{site.address}"'))
        assert answer(comune, whatsapp.subscribed).is_left_out


def test_what_is_no_list_of_apps_is_no_empty_one() -> None:
    rows = (app("7", "https://a.example/webhook"), app("8"), {"other": 1}, "x")
    with serve({"/2/subscribed_apps": (200, {}, listing(*rows))}) as site:
        found = ask_listeners(site.address, "2", RIGHT)
    assert found == [Listener("7", "https://a.example/webhook"), Listener("8", None)]
    for body in (b"{}", b'{"data": {}}'):
        with serve(lambda _, body=body: (200, {}, body)) as site:  # type: ignore[misc]
            with pytest.raises(Retryable, match="lists no apps"):
                ask_listeners(site.address, "2", RIGHT)
            assert ask_app(site.address, "t", RIGHT) is None
    refusal = b'{"error": {"code": 200}}'
    with serve(lambda _: (403, {}, refusal)) as site, pytest.raises(TokenError):
        ask_listeners(site.address, "2", RIGHT)
