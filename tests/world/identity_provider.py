"""A provider of OpenID Connect on this machine, and a browser that goes there and back.

The provider is another project's implementation (`oidc-provider-mock`). Where a test wants one that lies,
what it says under a path is replaced, by tokens that a key of the test signs.
"""

import base64
import hmac
import json
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import Engine
from werkzeug.serving import make_server

from flows.accounts.reception import Reception
from flows.settings import Settings, load_profile
from tests.world.code_secrets import OIDC_SECRET
from tests.world.door_front import HERE, Front

with warnings.catch_warnings():  # it imports a module of its own dependency that will go
    warnings.simplefilter("ignore")
    from oidc_provider_mock import app

CLIENT, SECRET, NAME = "bollettino-esempio", OIDC_SECRET, "Accesso Comune"
AWAY, BACK = "/accesso/esterno", "/accesso/ritorno"
DISCOVERY, KEYS, TOKEN = "/.well-known/openid-configuration", "/jwks", "/oauth2/token"
Answer = bytes | Callable[[], bytes]


class IdentityProvider:
    """`said`: path -> a body in place of its own. `asked`: the forms that its token endpoint was sent."""

    def __init__(self) -> None:
        self.said: dict[str, Answer] = {}
        self.asked: list[tuple[dict[str, str], str]] = []
        self._app = app()
        self._server = make_server("localhost", 0, self._answer, threaded=True)
        self.issuer = f"http://localhost:{self._server.server_port}"
        self.http = httpx.Client(base_url=self.issuer, trust_env=False)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def stop(self) -> None:
        self.http.close()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == TOKEN:
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            self.asked.append((form, environ.get("HTTP_AUTHORIZATION", "")))
            environ["wsgi.input"] = _Read(body)
        if (said := self.said.get(path)) is None:
            own: Iterable[bytes] = self._app(environ, start)
            return own
        start("200 OK", [("Content-Type", "application/json")])
        return [said if isinstance(said, bytes) else said()]

    def knows(self, subject: str, **claims: Any) -> None:
        """Somebody who can sign in there, and what it says of them."""
        assert self.http.put(f"/users/{subject}", json=claims).status_code == 204

    def metadata(self, **other: Any) -> bytes:
        """What it says of itself, with something else in it."""
        return json.dumps({**self.http.get(DISCOVERY).json(), **other}).encode()


class _Read:
    """A request's body once more."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def read(self, _size: int = -1) -> bytes:
        body, self._body = self._body, b""
        return body

    readline = read


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    provider = IdentityProvider()
    try:
        yield provider
    finally:
        provider.stop()


# ------------------------------------------------------------ tokens that a test signs

KEY = RSAKey.generate_key(2048, {"kid": "of the tests"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "of the tests"})


def jwks(*keys: RSAKey) -> bytes:
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()


def token(claims: dict[str, Any], key: RSAKey = KEY, alg: str = "RS256") -> bytes:
    """The answer of a token endpoint. `HS256`: with the public key, which everybody has, as the secret."""
    header = {"kid": "of the tests", "alg": alg}
    if alg == "RS256":
        signed = jwt.encode(header, claims, key)
    else:
        parts = b".".join(_coded(json.dumps(one).encode()) for one in (header, claims))
        mac = hmac.digest(key.as_pem(private=False), parts, "sha256") if alg == "HS256" else b""
        signed = (parts + b"." + _coded(mac)).decode()
    return json.dumps({"access_token": "x", "token_type": "Bearer", "id_token": signed}).encode()


def _coded(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def claims_of(provider: IdentityProvider, journey: str, **other: Any) -> dict[str, Any]:
    """Of Anna's token. `journey`: the address with which it began."""
    now = int(time.time())
    found = {"iss": provider.issuer, "aud": CLIENT, "sub": "anna", "iat": now, "exp": now + 300}
    found |= {
        "nonce": asked_in(journey)["nonce"],
        "email": "anna@comune.esempio.mi.it",
        "email_verified": True,
    }
    return {name: value for name, value in {**found, **other}.items() if value is not None}


# ------------------------------------------------------------ the installation, and a browser


def table(issuer: str, **more: str) -> str:
    """Of a profile, that names it."""
    lines = {"name": NAME, "issuer": issuer, "client_id": CLIENT, **more}
    rows = [f"{key} = {value if value[:1] == '{' else json.dumps(value)}" for key, value in lines.items()]
    return "\n".join(["", "[sign_in.oidc]", *rows, ""])


def with_provider(settings: Settings, folder: Path, issuer: str, database: str, **more: str) -> Settings:
    """An installation whose profile names it, in a file that may be written over."""
    path = folder / "profilo.toml"
    path.write_text(settings.path.read_text(encoding="utf-8") + table(issuer, **more), encoding="utf-8")
    (state := folder / "state").mkdir(exist_ok=True)
    return Settings(load_profile(path), path, state, database)


class Clock:
    """The time, and what a test adds to it."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Town:
    """An installation whose people may sign in there: its door, and a browser before it."""

    here: Settings
    clock: Clock
    front: Front
    browser: "Browser"

    def rewritten(self, before: str, after: str) -> None:
        """Its profile, while the door stands."""
        text = self.here.path.read_text(encoding="utf-8")
        assert before in text
        self.here.path.write_text(text.replace(before, after), encoding="utf-8")


@contextmanager
def town(
    settings: Settings,
    engine: Engine,
    provider: IdentityProvider,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Town]:
    monkeypatch.setenv("BOLLETTINO_OIDC_SECRET", SECRET)
    monkeypatch.setattr("flows.accounts.passwords.MEMORY", 64)
    monkeypatch.setattr("flows.accounts.passwords.PASSES", 1)
    monkeypatch.setattr("flows.accounts.reception.FRESH", -1.0)  # each question is asked anew
    provider.said.clear()
    provider.asked.clear()
    provider.knows("anna", email="anna@comune.esempio.mi.it", email_verified=True)
    here, clock = with_provider(settings, folder, provider.issuer, str(engine.url)), Clock()
    front = Front(Reception(here, clock))
    yield Town(here, clock, front, Browser(front, provider))
    front.http.close()


class Browser:
    """One that goes from the door to the provider and back, and keeps cookies."""

    def __init__(self, front: Front, provider: IdentityProvider) -> None:
        self._front, self._provider = front, provider
        self.cookies: dict[str, str] = {}

    def get(self, address: str) -> httpx.Response:
        """From the door."""
        parts = urlsplit(address)
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self._front.http.cookies.clear()
        answer = self._front.http.get(
            f"{parts.path}?{parts.query}",
            headers={"Cookie": kept, "Host": parts.netloc or urlsplit(HERE).netloc},
        )
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies.pop(name, None)
            self.cookies |= {name: value} if value else {}
        return answer

    def sent(self, then: str = "/redazione") -> str:
        """The address to which the door sends it."""
        answer = self.get(f"{AWAY}?poi={then}")
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def back_from(self, address: str, subject: str, **form: str) -> str:
        """The address to which the provider sends it back, once somebody has signed in there."""
        answer = self._provider.http.post(address, data={"sub": subject, **form})
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    def signs_in(self, subject: str, then: str = "/redazione") -> httpx.Response:
        """The whole way."""
        return self.get(self.back_from(self.sent(then), subject))

    @property
    def token(self) -> str:
        return self.cookies.get("bollettino", "")

    @property
    def name(self) -> str:
        """Who it is for the door; "" for nobody."""
        answer = self.get("/accesso/io")
        return answer.text if answer.status_code == 200 else ""


def asked_in(address: str) -> dict[str, str]:
    """The query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
