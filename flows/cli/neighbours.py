"""The installation's own servers, asked over this machine's loopback: past any proxy, and no further."""

import ssl
from typing import Any

import httpx

from flows.settings import BollettinoError


class NeighbourError(BollettinoError):
    """A server of ours says no; nothing of the address, which may hold a number."""


def status(address: str) -> int | None:
    """What a server answers to a GET; None when nobody answers."""
    try:
        with _client(5) as client:
            return client.get(address).status_code
    except httpx.TransportError:
        return None


def tell(address: str, body: dict[str, Any] | None = None, *, method: str | None = None) -> Any:
    """The JSON of an answer. POST where there is something to tell, unless `method` says otherwise."""
    try:
        with _client(10) as client:
            answer = client.request(method or ("GET" if body is None else "POST"), address, json=body)
    except httpx.TransportError as exc:
        raise NeighbourError(f"the sandbox does not answer ({type(exc).__name__}): is it running?") from exc
    if not answer.is_success:
        raise NeighbourError(f"the sandbox answers {answer.status_code}")
    return answer.json()


def _client(seconds: float) -> httpx.Client:
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # all is http here, and reading the roots takes 20 ms
    return httpx.Client(timeout=seconds, trust_env=False, follow_redirects=False, verify=nobody)
