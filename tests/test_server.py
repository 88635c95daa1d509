"""A Resume that Prefect's database refuses for a moment is asked again, whole, before the editor hears it."""

import asyncio
from typing import Any

import pytest

from flows.server import Message, Patient, Receive, Send

RESUME = "/api/flow_runs/08efb67e-99fa-44ca-b0f6-41348aaa7de3/resume"


class Server:
    """Refuses so many times, and then takes what it is given."""

    def __init__(self, refusals: int, *, raises: bool = False) -> None:
        self.refusals, self.raises = refusals, raises
        self.given: list[bytes] = []

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        scope["path"] = "changed by a router"
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
        self.given.append(body)
        status = 503 if len(self.given) <= self.refusals else 201
        await send({"type": "http.response.start", "status": status})
        await send({"type": "http.response.body", "body": b"%d" % len(self.given)})
        if status == 503 and self.raises:  # as Starlette does, for the log
            raise RuntimeError("database is locked")


def ask(server: Server, path: str = RESUME, method: str = "POST", pauses: tuple[float, ...] = (0, 0)) -> Any:
    """The status that a browser gets, after it sent its form in two parts."""
    parts: list[Message] = [
        {"type": "http.request", "body": b'{"run_input": ', "more_body": True},
        {"type": "http.request", "body": b'{"decisione": "Approva"}}', "more_body": False},
    ]
    answered: list[Message] = []

    async def receive() -> Message:
        return parts.pop(0)

    async def send(message: Message) -> None:
        answered.append(message)

    scope = {"type": "http", "method": method, "path": path}
    try:
        asyncio.run(Patient(server, pauses)(scope, receive, send))
    finally:
        assert len(answered) == 2, "one answer, whatever was tried"
    return answered[0]["status"]


@pytest.mark.parametrize("refusals", [0, 1, 2])
@pytest.mark.parametrize("raises", [False, True])
def test_what_is_taken_in_the_end_is_all_that_the_browser_hears(refusals: int, raises: bool) -> None:
    server = Server(refusals, raises=raises)
    assert ask(server) == 201
    assert server.given == [b'{"run_input": {"decisione": "Approva"}}'] * (refusals + 1)


def test_what_is_refused_for_long_is_told() -> None:
    server = Server(99)
    assert ask(server) == 503
    assert len(server.given) == 3


def test_what_the_server_says_to_its_log_is_not_lost() -> None:
    with pytest.raises(RuntimeError, match="locked"):
        ask(Server(99, raises=True))


def test_an_editor_who_starts_a_run_is_as_patient() -> None:
    server = Server(1)
    assert ask(server, "/api/deployments/f5f250b5-19f9-4a95-a328-4e9c6634de24/create_flow_run") == 201


@pytest.mark.parametrize(("path", "method"), [("/api/flow_runs/filter", "POST"), (RESUME, "GET")])
def test_other_requests_pass_as_they_are(path: str, method: str) -> None:
    server = Server(1)
    assert ask(server, path, method) == 503
    assert len(server.given) == 1
