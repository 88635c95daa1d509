"""What the sandbox tells of templates and of the account, as Meta does."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.world.sandbox_town import CONFIG, Town, code, definition, open_town, template_send

OUT = {"creative_features_spec": {"text_extraction_for_headline": {"enroll_status": "OPT_OUT"}}}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return open_town(tmp_path)


def read(town: Town, path: str, **query: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {CONFIG['token']}"}
    found: dict[str, Any] = town.client.get(f"/v25.0/{path}", params=query, headers=headers).json()
    return found


def template(town: Town, name: str, fields: str) -> dict[str, Any]:
    (found,) = read(town, "200/message_templates", name=name, fields=fields)["data"]
    return dict(found)


def test_only_the_fields_that_are_asked_come(town: Town) -> None:
    assert set(template(town, "bollettino_1", "name,status")) == {"name", "status", "id"}
    assert template(town, "bollettino_1", "components")["components"][0]["type"] == "HEADER"


def test_what_is_not_opted_out_is_on_and_read_back_as_a_list(town: Town) -> None:
    def features(name: str) -> dict[str, str]:
        listed = template(town, name, "degrees_of_freedom_spec")["degrees_of_freedom_spec"]
        return {one["key"]: one["value"]["enroll_status"] for one in listed["creative_features_spec"]}

    assert set(features("bollettino_1").values()) == {"OPT_IN"}
    other = definition("bollettino_2", "*Altro.* {{1}} e poi il resto di ogni notizia di {{2}}, qui sotto.")
    order = {**other, "degrees_of_freedom_spec": OUT}
    assert town.graph("200/message_templates", order).status_code == 200
    told = features("bollettino_2")
    assert told.pop("TEXT_EXTRACTION_FOR_HEADLINE") == "OPT_OUT"
    assert set(told.values()) == {"OPT_IN"}
    assert "degrees_of_freedom_spec" not in template(town, "allerta_meteo", "degrees_of_freedom_spec")
    wrong = {"creative_features_spec": {"a_feature_of_nobody": {"enroll_status": "OPT_OUT"}}}
    assert code(town.graph("200/message_templates", {**other, "degrees_of_freedom_spec": wrong})) == 100


def test_terms_that_are_not_accepted_close_the_marketing_path_alone(town: Town) -> None:
    terms = "marketing_messages_onboarding_status"
    assert read(town, "200", fields=terms) == {terms: "ONBOARDED", "id": "200"}
    assert read(town, "100", fields=terms)["error"]["code"] == 100, "the account's, not the number's"
    assert town.client.post("/_prova/numero", json={terms: "ELIGIBLE"}).status_code == 200
    assert read(town, "200", fields=terms)[terms] == "ELIGIBLE"
    assert code(town.send(template_send(), "marketing_messages")) == 134102
    assert town.send(template_send()).status_code == 200


def test_an_edit_is_told_by_webhook_and_one_of_the_optimizations_is_not(town: Town) -> None:
    number = template(town, "bollettino_1", "id")["id"]
    assert town.graph(number, {"degrees_of_freedom_spec": OUT}).json() == {"success": True}
    town.later(seconds=1)
    assert town.posts == []
    new = [{**one, "text": "Ciao"} if one["type"] == "FOOTER" else one for one in definition()["components"]]
    assert town.graph(number, {"components": new}).json() == {"success": True}
    town.later(seconds=1)
    (entry,) = json.loads(town.posts[0][0])["entry"]
    (change,) = entry["changes"]
    assert change["field"] == "message_template_components_update"
    assert change["value"]["message_template_footer"] == "Ciao"
    assert change["value"]["message_template_buttons"][0]["message_template_button_type"] == "URL"
    assert entry["time"] == int(town.now.timestamp()) - 1


def test_the_list_comes_in_pages_with_a_cursor(town: Town) -> None:
    first = read(town, "200/message_templates", fields="name", limit="1")
    assert [row["name"] for row in first["data"]] == ["bollettino_1"]
    assert "/v25.0/200/message_templates?" in first["paging"]["next"]
    after = first["paging"]["cursors"]["after"]
    second = read(town, "200/message_templates", fields="name", limit="1", after=after)
    assert [row["name"] for row in second["data"]] == ["allerta_meteo"]
    assert "next" not in second["paging"]
    assert [row["name"] for row in read(town, "200/message_templates", name="llettin")["data"]] == [
        "bollettino_1"
    ]


def test_a_template_that_is_paused_or_disabled_or_not_approved_sends_nothing(town: Town) -> None:
    for status, expected in (("PAUSED", 132015), ("DISABLED", 132016), ("REJECTED", 132001)):
        assert town.client.post("/_prova/modelli/bollettino_1", json={"status": status}).status_code == 200
        assert code(town.send(template_send())) == expected
    town.later(seconds=1)
    (change, *_) = json.loads(town.posts[0][0])["entry"][0]["changes"]
    assert change["field"] == "message_template_status_update"
    assert change["value"]["event"] == "PAUSED"


def test_an_approved_one_is_edited_within_limits_and_its_category_never(town: Town) -> None:
    number = template(town, "bollettino_1", "id")["id"]
    assert code(town.graph(number, {"category": "UTILITY"})) == 100
    town.client.post("/_prova/modelli", json={"counts_edits": True})
    assert town.graph(number, {"degrees_of_freedom_spec": OUT}).json() == {"success": True}
    assert code(town.graph(number, {"degrees_of_freedom_spec": OUT})) == 100
    town.client.post("/_prova/modelli/bollettino_1", json={"status": "REJECTED", "reason": "PROMOTIONAL"})
    assert template(town, "bollettino_1", "rejected_reason")["rejected_reason"] == "PROMOTIONAL"
    assert town.graph(number, {"category": "UTILITY"}).json() == {"success": True}
    town.client.post("/_prova/modelli/bollettino_1", json={"status": "PENDING"})
    assert code(town.graph(number, {"degrees_of_freedom_spec": OUT})) == 100
