"""Models for the tests: functions, and a tiny OpenAI-compatible service on loopback; nobody else is asked."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import pydantic_ai.models
import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from tests.world.loopback_site import Server


def shut_in(patch: pytest.MonkeyPatch) -> None:
    """From now on models of services are refused, and so is any address but loopback."""
    patch.setattr(pydantic_ai.models, "ALLOW_MODEL_REQUESTS", False)
    patch.setenv("OPENAI_API_KEY", "a key of somebody else")
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        assert self.family == socket.AF_UNIX or address[0] == "127.0.0.1", f"a request to {address}"
        connect(self, address)

    patch.setattr(socket.socket, "connect", guarded)


class Says(FunctionModel):
    """Answers with these texts in turn, the last for ever; remembers what it was told."""

    def __init__(self, *texts: str, tools: bool = True) -> None:
        self.told: list[str] = []
        self.instructions: list[str] = []
        self.asked_with: list[Any] = []

        def answers(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
            parts = [part for message in messages if message.kind == "request" for part in message.parts]
            self.told.append("\n".join(str(getattr(part, "content", "")) for part in parts))
            self.instructions.append(info.instructions or "")
            self.asked_with.append(info.model_settings)
            given = {"testo": texts[min(len(self.told), len(texts)) - 1]}
            if tools:
                return ModelResponse(parts=[ToolCallPart(info.output_tools[0].name, given)])
            return ModelResponse(parts=[TextPart(json.dumps(given))])

        super().__init__(answers)


def completion(
    content: str | None = None, *, arguments: str | None = None, name: str = "proponi", **message: Any
) -> dict[str, Any]:
    """A chat completion as OpenAI's API reference describes it, with text or with a tool call."""
    told: dict[str, Any] = {"role": "assistant", "content": content, **message}
    if arguments is not None:
        function = {"name": name, "arguments": arguments}
        told["tool_calls"] = [{"id": "call_1", "type": "function", "function": function}]
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_764_000_000,
        "model": "prova-1",
        "choices": [{"index": 0, "message": told, "finish_reason": "tool_calls" if arguments else "stop"}],
        "usage": {"prompt_tokens": 1200, "completion_tokens": 80, "total_tokens": 1280},
    }


class ChatServer:
    """Answers `POST /v1/chat/completions` with the next of `answers`, the last one for ever."""

    def __init__(self) -> None:
        service = self
        self.answers: list[tuple[int, bytes]] = []
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.paths: list[str] = []
        self.headers: dict[str, str] = {}
        self.wait = 0.0  # seconds before each answer

        class Answers(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                service.paths.append(self.path)
                service.keys.append(self.headers.get("Authorization", ""))
                service.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                time.sleep(service.wait)
                place = min(len(service.asked), len(service.answers)) - 1
                status, body = service.answers[place]
                self.send_response(status)
                sent = {"Content-Type": "application/json", "Content-Length": str(len(body))}
                for header, value in {**sent, **service.headers}.items():
                    self.send_header(header, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                del args

        self.server = Server(("127.0.0.1", 0), Answers)
        self.address = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    def answer(self, *told: dict[str, Any] | bytes | int) -> None:
        """What to answer, in order: a completion, raw bytes, or a status without more."""
        for one in told:
            if isinstance(one, int):
                self.answers.append((one, b'{"error": {"message": "no", "type": "x", "code": null}}'))
            else:
                self.answers.append((200, one if isinstance(one, bytes) else json.dumps(one).encode()))

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    server = ChatServer()
    try:
        yield server
    finally:
        server.close()
