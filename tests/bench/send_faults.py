"""What a Cloud API may do to a message: a fate for each, by chance and by a seed. Nobody tells the sender."""

import json
import random
from dataclasses import dataclass

OFTEN = 60  # of so many messages about this many are taken and answered at once; the rest is shared below
KINDS = ("slow", "throttled", "pair", "busy", "page", "kept_page", "garbage", "cut", "kept_cut", "failed")
STORM = 15  # messages in a row that meet "too fast"
FAILURES = (131026, 131049, 130472)  # of the status webhook: it was taken, and no phone has it


@dataclass(frozen=True)
class Fate:
    """`answer` None: the connection is cut. `taken`: the provider has the message."""

    taken: bool
    answer: bytes | None
    later: float = 0.0  # seconds, besides the latency
    fails: int | None = None


class Chance:
    """`stop_at`: the message, counted from 1, that meets 131048 once; 0: none does."""

    def __init__(self, seed: int, stop_at: int) -> None:
        self._chance, self._stop_at = random.Random(seed), stop_at
        self._count = self._storm = 0

    def fate(self, good: bytes) -> Fate:
        """Of the next message; `good` is the answer of a provider that is well."""
        self._count += 1
        if self._count == self._stop_at:
            return Fate(False, _refusal(429, 131048))
        if self._storm:
            self._storm -= 1
            return Fate(False, _refusal(429, 130429))
        if self._chance.randrange(100) < OFTEN:
            return Fate(True, good)
        return self._bad(self._chance.choice(KINDS), good)

    def _bad(self, kind: str, good: bytes) -> Fate:
        match kind:
            case "slow":
                return Fate(True, good, later=1.5)
            case "throttled":
                self._storm = STORM if self._chance.random() < 0.2 else 0
                return Fate(False, _refusal(429, 130429))
            case "pair":
                return Fate(False, _refusal(429, 131056))
            case "busy":
                return Fate(False, _refusal(500, 131000))
            case "page":
                return Fate(False, http(503, b"<html>Service Unavailable</html>", "text/html"))
            case "kept_page":
                return Fate(True, http(502, b"<html>Bad Gateway</html>", "text/html"))
            case "garbage":
                return Fate(True, http(200, b"{}"))
            case "cut":
                return Fate(False, None)
            case "kept_cut":  # also what a wait that ends without an answer is to the sender
                return Fate(True, None, later=0.5)
            case _:
                return Fate(True, good, fails=self._chance.choice(FAILURES))


def http(status: int, body: bytes, kind: str = "application/json") -> bytes:
    head = f"HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _refusal(status: int, code: int) -> bytes:
    error = {"message": f"(#{code})", "type": "OAuthException", "code": code, "fbtrace_id": "A"}
    return http(status, json.dumps({"error": error}).encode())
