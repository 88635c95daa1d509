"""One question over HTTP to whoever it is: our own servers, the sites, what watches over us from outside.

Nobody is asked twice, a redirect is not followed, and what an error says quotes nothing.
"""

import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from flows.whatsapp.wire import proxy_of, trusted

logging.getLogger("httpx").setLevel(logging.WARNING)  # below, it writes whole addresses: some hold a secret

SECONDS = 8.0  # to connect, and for each read
LARGEST = 65_536  # bytes of an answer; what comes after them is of no use here


class UnreachedError(Exception):
    """There is no answer. The text is the kind of failure, in Italian, and quotes nothing."""


class CertificateError(UnreachedError):
    """Whoever answers does not prove who they are."""


@dataclass(frozen=True)
class Answer:
    """`ahead`: by how many seconds the other's clock is before ours, None where it does not say."""

    status: int
    body: bytes = field(repr=False)
    ahead: float | None = None


def ask(
    address: str,
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
    login: tuple[str, str] | None = None,
    trust: ssl.SSLContext | None = None,
    seconds: float = SECONDS,
) -> Answer:
    """GET, or POST where there is a body. UnreachedError where nobody answers; any status is an answer."""
    taken = bytearray()
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # http only: reading the roots takes 20 ms
    is_secure = address.startswith("https:")
    try:
        with (
            httpx.Client(
                verify=(trust or trusted()) if is_secure else nobody,
                proxy=proxy_of(address),
                trust_env=False,
                follow_redirects=False,
                timeout=seconds,
            ) as client,
            client.stream(
                "GET" if body is None else "POST",
                address,
                params=query,
                headers={"Accept-Encoding": "identity", "Cache-Control": "no-cache", **(headers or {})},
                content=body,
                auth=login,
            ) as answer,
        ):
            at = datetime.now(UTC)
            for part in answer.iter_raw():
                taken += part
                if len(taken) > LARGEST:
                    break
            return Answer(answer.status_code, bytes(taken[:LARGEST]), _ahead(answer, at))
    # the last two are of a proxy in the environment that nobody here speaks with
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, ImportError) as exc:
        cause: BaseException | None = exc
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                raise CertificateError("il certificato non è valido") from None
            cause = cause.__cause__ or cause.__context__
        raise UnreachedError(f"nessuna risposta: {type(exc).__name__}") from None


def _ahead(answer: httpx.Response, at: datetime) -> float | None:
    """Of the moment when it was said: a copy that lay somewhere tells how old it is, or is no clock."""
    try:
        said = parsedate_to_datetime(answer.headers["Date"])
        age = float(answer.headers.get("Age", 0))
    except (KeyError, ValueError, TypeError):
        return None
    if said.tzinfo is None or not 0 <= age < 86_400:
        return None
    return (said - at).total_seconds() + age
