"""A loopback Cloud API, a process of its own: `python -m tests.bench.send_sink LATENCY [SEED STOP_AT]`.

It takes all, or with a seed what `tests.bench.send_faults` lets it take. Asked of a number, of the account's
terms or of a template, it says that all is well.

It prints its port. For each line on its standard input it prints one line of JSON: what it took since the
line before. It ends when its standard input is closed. `LATENCY`: seconds before each answer.
"""

import asyncio
import json
import socket
import struct
import subprocess
import sys
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from tests.bench.send_faults import Chance, Fate, http

ROOT = Path(__file__).resolve().parents[2]
LONG = 20.0  # seconds over which a number keeps its rate on average


def fullest(times: list[float], seconds: float = 1.0) -> int:
    """The most messages in any second, or in any so many, wherever they begin."""
    times = sorted(times)
    return max((bisect_left(times, at + seconds) - place for place, at in enumerate(times)), default=0)


class Taken:
    """When messages arrived; of those that were taken to whom, under which id of ours, and how they fail."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.messages: list[tuple[str, str, int | None]] = []
        self.numbers: dict[str, list[tuple[float, str]]] = defaultdict(list)  # what was taken of each sender

    def report(self) -> dict[str, Any]:
        times = sorted(self.times)
        phones = Counter(phone for phone, _, fails in self.messages if fails is None)
        span = times[-1] - times[0] if times else 0.0
        found = {
            "taken": len(self.messages),
            "phones": len(phones),
            "twice": sum(number > 1 for number in phones.values()),
            "most": fullest(times),
            "seconds": span,
            "rate": (len(times) - 1) / span if span else 0.0,
            "opaque": [opaque for _, opaque, _ in self.messages] if len(times) <= 20_000 else [],
            "messages": self.messages if len(times) <= 20_000 else [],
            "numbers": {number: _of_number(some) for number, some in self.numbers.items()},
            "times": self.times if len(times) <= 20_000 else [],
        }
        self.times, self.messages, self.numbers = [], [], defaultdict(list)
        return found


def _of_number(some: list[tuple[float, str]]) -> dict[str, float]:
    times = [at for at, _ in some]
    people = len({phone for _, phone in some})
    first, last = min(times), max(times)
    return {
        "taken": len(some),
        "phones": people,
        "most": fullest(times),
        "most_in_long": fullest(times, LONG),
        "first": first,
        "last": last,
    }


def well(path: str) -> dict[str, Any]:
    """What is asked before a send (`flows/whatsapp/account.py`), all of it in one answer."""
    template = {"id": "1", "name": parse_qs(path.partition("?")[2]).get("name", [""])[0], "language": "it"}
    return {
        "quality_rating": "GREEN",
        "status": "CONNECTED",
        "whatsapp_business_manager_messaging_limit": "TIER_UNLIMITED",
        "marketing_messages_onboarding_status": "ONBOARDED",
        "data": [{**template, "status": "APPROVED", "category": "MARKETING"}],
    }


STAMPED = 35 if sys.platform == "linux" else 0  # SO_TIMESTAMPNS, which Python does not name


class Api:
    """One connection; requests with a Content-Length only, one at a time.

    A message arrives when the kernel has it: on a busy machine this process is told tens of milliseconds
    later, and sees messages together that came apart.
    """

    def __init__(
        self, connection: socket.socket, taken: Taken, latency: float, chance: Chance | None
    ) -> None:
        self._connection, self._taken, self._latency, self._pending = connection, taken, latency, b""
        self._chance = chance
        connection.setblocking(False)
        asyncio.get_running_loop().add_reader(connection, self._read)

    def _read(self) -> None:
        try:
            data, beside, _, _ = self._connection.recvmsg(65536, 64)
        except BlockingIOError:
            return
        except ConnectionError:
            data, beside = b"", []
        if not data:
            self._close()
            return
        self._pending += data
        while (end := self._pending.find(b"\r\n\r\n")) >= 0:
            line, _, head = self._pending[:end].partition(b"\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
            if len(self._pending) < end + 4 + length:
                return
            body = self._pending[end + 4 : end + 4 + length]
            self._pending = self._pending[end + 4 + length :]
            verb, path, _ = line.decode().split(" ")
            if verb == "GET":
                self._answer(http(200, json.dumps(well(path)).encode()))
            else:
                self._take(_arrival(beside), path.split("/")[-2], json.loads(body))

    def _take(self, at: float, number: str, message: dict[str, Any]) -> None:
        phone, opaque = str(message.get("to")), str(message.get("biz_opaque_callback_data"))
        self._taken.times.append(at)
        wamid = f"wamid.HBgM{phone}{len(self._taken.times):08}{at:.6f}"
        answer = {
            "messaging_product": "whatsapp",
            "contacts": [{"input": phone, "wa_id": phone.lstrip("+")}],
            "messages": [{"id": wamid, "message_status": "accepted"}],
        }
        good = http(200, json.dumps(answer).encode())
        fate = self._chance.fate(good) if self._chance else Fate(True, good)
        if fate.taken:
            self._taken.messages.append((phone, opaque, fate.fails))
            self._taken.numbers[number].append((at, phone))
        if wait := self._latency + fate.later:
            asyncio.get_running_loop().call_later(wait, self._answer, fate.answer)
        else:
            self._answer(fate.answer)

    def _answer(self, whole: bytes | None) -> None:
        if self._connection.fileno() < 0:
            return
        if whole is None:  # a reset, not an end
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._close()
            return
        with suppress(ConnectionError):
            self._connection.send(whole)

    def _close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._connection)
        self._connection.close()


def _arrival(beside: list[tuple[int, int, bytes]]) -> float:
    """The kernel's moment in Unix seconds, or this process's where it gives none."""
    for level, kind, data in beside:
        if (level, kind) == (socket.SOL_SOCKET, STAMPED):
            seconds, nanoseconds = struct.unpack_from("qq", data)
            return float(seconds + nanoseconds / 1e9)
    return time.time()


async def serve(latency: float, chance: Chance | None) -> None:
    loop, taken = asyncio.get_running_loop(), Taken()
    listening = socket.create_server(("127.0.0.1", 0), backlog=1000)
    if STAMPED:
        listening.setsockopt(socket.SOL_SOCKET, STAMPED, 1)  # its connections, too
    loop.add_reader(listening, lambda: Api(listening.accept()[0], taken, latency, chance))
    print(listening.getsockname()[1], flush=True)
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
def sink(latency: float = 0.0, *, seed: int | None = None, stop_at: int = 0) -> Iterator[Sink]:
    command = [sys.executable, "-m", "tests.bench.send_sink", str(latency)]
    if seed is not None:
        command += [str(seed), str(stop_at)]
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
    numbers = [int(one) for one in sys.argv[2:]]
    asyncio.run(serve(float(sys.argv[1]), Chance(*numbers) if numbers else None))
