"""The sandbox's webhooks, and the faults it makes on demand."""

import hashlib
import hmac
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from deployments.sandbox.webhooks import over_http
from tests.world.sandbox_town import ANNA, BRUNO, NOBODY, NOW, Town, code, open_town, template_send


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return open_town(tmp_path)


# ---------------------------------------------------------------- webhooks


def test_statuses_come_signed_in_order_with_our_own_data(town: Town) -> None:
    wamid = town.send(template_send()).json()["messages"][0]["id"]
    for seconds in (0, 0.5, 1):
        town.later(seconds=seconds)
    statuses = town.updates("statuses")
    assert [status["status"] for status in statuses] == ["sent", "delivered", "read"]
    assert {(s["id"], s["biz_opaque_callback_data"], s["recipient_id"]) for s in statuses} == {
        (wamid, "attempt-1", ANNA[1:])
    }
    assert statuses[0]["pricing"] == {
        "billable": True,
        "pricing_model": "PMP",
        "type": "regular",
        "category": "marketing",
    }
    for body, signature in town.posts:
        assert signature == "sha256=" + hmac.new(b"segreto", body, hashlib.sha256).hexdigest()
    assert town.phone()["messages"][0]["status"] == "read"


def test_a_phone_without_receipts_stays_at_delivered(town: Town) -> None:
    town.send(template_send(BRUNO))
    town.later(minutes=1)
    assert [status["status"] for status in town.updates("statuses")] == ["sent", "delivered"]


def test_updates_that_are_due_together_travel_in_one_post(town: Town) -> None:
    for number in (ANNA, BRUNO):
        town.send(template_send(number))
        town.write("ATTIVA", number)
    town.later(seconds=0)
    assert len(town.posts) == 1
    payload = json.loads(town.posts[0][0])
    assert [list(change["value"])[-1] for change in payload["entry"][0]["changes"]] == [
        "messages",
        "statuses",
    ]
    assert len(town.updates("messages")) == len(town.updates("statuses")) == 2


def test_a_word_from_a_phone_becomes_an_inbound_message(town: Town) -> None:
    town.write("ATTIVA")
    town.later(seconds=0)
    (message,) = town.updates("messages")
    assert (message["from"], message["type"], message["text"]) == (ANNA[1:], "text", {"body": "ATTIVA"})
    assert message["timestamp"] == str(int(NOW.timestamp()))
    value = json.loads(town.posts[0][0])["entry"][0]["changes"][0]["value"]
    assert value["metadata"] == {"display_phone_number": "390200000000", "phone_number_id": "100"}
    assert value["contacts"][0]["profile"] == {"name": "Anna Prova"}


def test_a_hidden_number_is_in_no_webhook(town: Town) -> None:
    town.client.post(
        "/_prova/telefoni", json={"number": "+393330000007", "name": "Nina Prova", "hidden": True}
    )
    town.write("ATTIVA", "+393330000007")
    town.send(template_send("+393330000007"))
    town.later(minutes=1)
    bsuid = town.phone("+393330000007")["bsuid"]
    assert town.updates("messages")[0]["from_user_id"] == bsuid
    assert {status["recipient_user_id"] for status in town.updates("statuses")} == {bsuid}
    bodies = re.sub(rb'"wamid[^"]*"', b"", b"".join(body for body, _ in town.posts))
    assert b"393330000007" not in bodies


def test_webhooks_wait_while_the_web_app_is_down_and_survive_a_restart(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.down = True
    town.write("ATTIVA")
    town.later(seconds=0)
    town.later(seconds=10)
    assert town.posts == []
    again = Town(tmp_path)
    again.later(hours=1)
    assert [message["text"]["body"] for message in again.updates("messages")] == ["ATTIVA"]
    again.later(hours=1)
    assert len(again.posts) == 1


def test_a_refused_webhook_is_tried_again_and_given_up_after_seven_days(town: Town) -> None:
    town.status = 500
    town.write("ATTIVA")
    town.later(seconds=0)
    town.later(seconds=1)
    assert len(town.posts) == 2
    town.later(days=8)
    town.status = 200
    town.later(hours=1)
    assert len(town.posts) == 3


def test_a_web_app_with_another_verify_token_gets_nothing(tmp_path: Path) -> None:
    town = Town(tmp_path, verify_token="diverso")
    town.write("ATTIVA")
    town.later(minutes=1)
    assert town.posts == []


class _Echo(BaseHTTPRequestHandler):
    """Answers a POST with what came, refuses `/no`, sends `/away` elsewhere, is rude on `/rude`."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/rude":
            self.wfile.write(b"what?\r\n\r\n")
            return
        self.send_response({"/no": 403, "/away": 307}.get(self.path, 200))
        if self.path == "/away":
            self.send_header("Location", "/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def echo() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_webhooks_go_past_any_proxy_and_follow_no_redirect(
    echo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    assert over_http(f"{echo}/", b"{}", {}) == (200, b"{}")
    assert over_http(f"{echo}/no", b"{}", {})[0] == 403
    assert over_http(f"{echo}/away", b"{}", {})[0] == 307
    with pytest.raises(OSError, match="not HTTP"):
        over_http(f"{echo}/rude", b"{}", {})
    with pytest.raises(OSError, match="refused"):
        over_http("http://127.0.0.1:9/", b"{}", {})


def test_the_running_sandbox_sends_by_itself(town: Town) -> None:
    with town.client:
        town.write("ATTIVA")
        assert town.posted.wait(timeout=30)
    assert [message["text"]["body"] for message in town.updates("messages")] == ["ATTIVA"]


# ---------------------------------------------------------------- faults


def test_nobody_has_that_number_so_the_message_is_accepted_and_fails(town: Town) -> None:
    assert town.send(template_send(NOBODY)).status_code == 200
    town.later(minutes=1)
    (status,) = town.updates("statuses")
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131026)


def test_a_phone_that_fails_on_demand_is_healed_by_a_repair(town: Town) -> None:
    town.fault(phone=ANNA, code=131049)
    town.send(template_send())
    town.later(minutes=1)
    assert [s["errors"][0]["code"] for s in town.updates("statuses")] == [131049]
    assert (town.phone()["messages"][0]["status"], town.phone()["messages"][0]["error_code"]) == (
        "failed",
        131049,
    )
    town.client.delete("/_prova/guasti")
    town.send(template_send())
    town.later(minutes=1)
    assert town.updates("statuses")[-1]["status"] == "read"


@pytest.mark.parametrize(("number", "status"), [(130429, 429), (131016, 500), (190, 401), (132015, 400)])
def test_the_next_send_meets_the_code_that_was_ordered_and_the_one_after_does_not(
    town: Town, number: int, status: int
) -> None:
    town.fault(next=number)
    refused = town.send(template_send())
    assert (refused.status_code, code(refused)) == (status, number)
    assert town.send(template_send()).status_code == 200
    assert len(town.phone()["messages"]) == 1


@pytest.mark.slow
def test_a_broken_gateway_answers_html_and_accepts_nothing(town: Town) -> None:
    town.fault(next="http_500", times=2)
    for _ in range(2):
        answer = town.send(template_send())
        assert (answer.status_code, answer.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert town.phone()["messages"] == []
    assert town.client.get("/_prova/guasti").json() == {"next": None, "phones": [], "webhooks": "normal"}


@pytest.mark.parametrize(
    ("order", "status"),
    [({"next": "garbage_200"}, 200), ({"next": "timeout_after_accept", "seconds": 0.01}, 504)],
)
def test_an_answer_that_is_lost_leaves_a_message_that_its_status_settles(
    town: Town, order: dict[str, Any], status: int
) -> None:
    town.fault(**order)
    answer = town.send(template_send())
    assert answer.status_code == status
    assert "wamid" not in answer.text
    town.later(minutes=1)
    assert {s["biz_opaque_callback_data"] for s in town.updates("statuses")} == {"attempt-1"}


def test_webhooks_can_be_duplicated_disordered_or_silent(town: Town) -> None:
    town.fault(webhooks="duplicate")
    town.send(template_send(BRUNO))
    town.later(minutes=1)
    assert [s["status"] for s in town.updates("statuses")] == ["sent", "delivered"] * 2
    town.posts.clear()
    town.fault(webhooks="disorder")
    town.send(template_send())
    town.later(minutes=1)
    assert [s["status"] for s in town.updates("statuses")] == ["read", "delivered", "sent"]
    assert town.phone()["messages"][0]["status"] == "read"
    town.posts.clear()
    town.fault(webhooks="silent")
    town.send(template_send())
    town.later(minutes=1)
    assert town.posts == []
    assert town.phone()["messages"][1]["status"] == "read"


def test_a_reseller_may_not_hand_on_our_own_data(town: Town) -> None:
    town.fault(webhooks="without_opaque")
    wamid = town.send(template_send()).json()["messages"][0]["id"]
    town.later(minutes=1)
    assert {s["id"] for s in town.updates("statuses")} == {wamid}
    assert not any("biz_opaque_callback_data" in s for s in town.updates("statuses"))


@pytest.mark.parametrize("order", [{}, {"phone": ANNA}, {"next": "boh"}, {"next": 1, "webhooks": "silent"}])
def test_a_fault_that_makes_no_sense_is_refused(town: Town, order: dict[str, Any]) -> None:
    assert town.client.post("/_prova/guasti", json=order).status_code == 422
