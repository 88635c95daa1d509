"""A loopback Cloud API that takes all, a process of its own: `python -m tests.send_sink LATENCY`.

It prints its port. For each line on its standard input it prints one line of JSON: what it took since the
line before. It ends when its standard input is closed. `LATENCY`: seconds before each answer.
"""

import asyncio
import json
import subprocess
import sys
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def fullest(times: list[float]) -> int:
    """The most messages in any second, wherever it begins."""
    times = sorted(times)
    return max((bisect_left(times, at + 1.0) - place for place, at in enumerate(times)), default=0)


class Taken:
    """Messages that arrived: when, to whom, under which id of ours."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.messages: list[tuple[str, str]] = []

    def report(self) -> dict[str, Any]:
        times = sorted(self.times)
        phones = Counter(phone for phone, _ in self.messages)
        span = times[-1] - times[0] if times else 0.0
        found = {
            "taken": len(times),
            "phones": len(phones),
            "twice": sum(number > 1 for number in phones.values()),
            "most": fullest(times),
            "seconds": span,
            "rate": (len(times) - 1) / span if span else 0.0,
            "opaque": [opaque for _, opaque in self.messages] if len(times) <= 20_000 else [],
        }
        self.times, self.messages = [], []
        return found


class Api(asyncio.Protocol):
    """One connection; requests with a Content-Length only, one at a time."""

    def __init__(self, taken: Taken, latency: float) -> None:
        self._taken, self._latency, self._pending = taken, latency, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._pending += data
        while (end := self._pending.find(b"\r\n\r\n")) >= 0:
            head = self._pending[:end].lower()
            length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
            if len(self._pending) < end + 4 + length:
                return
            body = self._pending[end + 4 : end + 4 + length]
            self._pending = self._pending[end + 4 + length :]
            self._take(time.monotonic(), json.loads(body))

    def _take(self, at: float, message: dict[str, Any]) -> None:
        phone, opaque = str(message.get("to")), str(message.get("biz_opaque_callback_data"))
        self._taken.times.append(at)
        self._taken.messages.append((phone, opaque))
        wamid = f"wamid.HBgM{phone}{len(self._taken.times):08}{at:.6f}"
        answer = json.dumps(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": phone, "wa_id": phone.lstrip("+")}],
                "messages": [{"id": wamid, "message_status": "accepted"}],
            }
        ).encode()
        whole = (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer)
            + answer
        )
        if self._latency:
            asyncio.get_running_loop().call_later(self._latency, self._answer, whole)
        else:
            self._answer(whole)

    def _answer(self, whole: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(whole)


async def serve(latency: float) -> None:
    loop, taken = asyncio.get_running_loop(), Taken()
    server = await loop.create_server(lambda: Api(taken, latency), "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(taken.report()), flush=True)


class Sink:
    """The process, seen from the test or bench that started it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.port = int(self._line())
        self.pid = process.pid

    def _line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline()

    def report(self) -> dict[str, Any]:
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._line())
        return found


@contextmanager
def sink(latency: float = 0.0) -> Iterator[Sink]:
    command = [sys.executable, "-m", "tests.send_sink", str(latency)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Sink(process)
        finally:
            assert process.stdin
            process.stdin.close()
            process.wait(10)


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
