"""The Comune's provider of identities, asked by OpenID Connect: the way there, and what it says of who came.

Authorization code flow (OpenID Connect Core 1.0, 3.1) with PKCE (RFC 7636), state and nonce. The door waits
for it in its event loop, so nothing here blocks, and all of it together ends after ten seconds.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from time import monotonic
from typing import Any

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from flows.accounts import discovery
from flows.accounts.discovery import Description, NonsenseError, RefusedCodeError, UnreachedError
from flows.accounts.journey import Journey
from flows.profiles.sign_in import Oidc
from flows.whatsapp.wire import proxy_of, trusted

logging.getLogger("httpx").setLevel(logging.WARNING)  # below, it writes whole addresses

SECONDS = 10.0  # for all that one page needs
GOOD_FOR = 3600.0  # seconds that its addresses and keys are; an unknown key is looked up at once
LARGEST = 262_144  # bytes of an answer
LEEWAY = 60  # seconds that its clock and ours may differ
SCOPE = "openid email profile"


class Provider:
    """`back`: where it sends browsers back to."""

    def __init__(self, oidc: Oidc, secret: str, back: str) -> None:
        self.oidc, self._secret, self._back = oidc, secret, back
        self._described: tuple[float, Description] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def way_there(self, journey: Journey) -> str:
        """The address for a browser. ProviderError where there is none."""
        async with _in_time():
            described = await self._description()
        acr = self.oidc.required.get("acr")
        address: str = prepare_grant_uri(
            described.authorization,
            self.oidc.client_id,
            "code",
            redirect_uri=self._back,
            scope=SCOPE,
            state=journey.state,
            nonce=journey.nonce,
            code_challenge=create_s256_code_challenge(journey.verifier),
            code_challenge_method="S256",
            prompt=described.prompt(journey.prompt, is_again=journey.is_again),
            max_age="0" if journey.is_again else None,
            acr_values=None if acr is None else str(acr),
        )
        return address

    async def has_asked(self, journey: Journey) -> bool:
        """Whether who comes back from it was asked for a proof there, as far as it can be told to ask.

        What it was told passed through the browser, where it may have been left out: only a token that says
        when (`auth_time`) shows that it was heeded.
        """
        async with _in_time():
            asked = (await self._description()).prompt(journey.prompt, is_again=journey.is_again)
        return asked == discovery.PROOF or (asked is not None and journey.is_again and journey.prompt == 0)

    async def claims(self, journey: Journey, brought: Mapping[str, str], now: datetime) -> dict[str, Any]:
        """Of the verified ID token. `brought`: the query of the address that the browser came back with."""
        async with _in_time():
            described = await self._description()
            issuer = brought.get("iss")
            if issuer != self.oidc.issuer and (issuer is not None or described.names_itself):
                raise RefusedCodeError("è di un altro fornitore")
            answer = await self._exchanged(described, journey, brought.get("code", ""))
            return await self._verified(described, answer, journey, now)

    async def _description(self) -> Description:
        if self._described is None or monotonic() - self._described[0] > GOOD_FOR:
            status, raw = await _ask(discovery.address(self.oidc))
            _expect(status)
            self._described = (monotonic(), discovery.described(self.oidc, raw))
        return self._described[1]

    async def _exchanged(self, described: Description, journey: Journey, code: str) -> dict[str, Any]:
        """What it gives for the code, which is good once."""
        if not code:
            raise RefusedCodeError("manca il codice")
        form = prepare_token_request(
            "authorization_code", redirect_uri=self._back, code=code, code_verifier=journey.verifier
        )
        method = "client_secret_post" if described.takes_form else "client_secret_basic"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        address, headers, form = ClientAuth(self.oidc.client_id, self._secret, method).prepare(
            "POST", described.token, headers, form
        )
        status, raw = await _ask(address, form=form, headers=headers)
        if status in (400, 401):
            error = str(discovery.table(raw).get("error"))
            if error == "invalid_grant":
                raise RefusedCodeError(error)
            raise NonsenseError(f"non ci riconosce: {error[:60]!r} (client_id, BOLLETTINO_OIDC_SECRET)")
        _expect(status)
        return discovery.table(raw)

    async def _verified(
        self, described: Description, answer: Mapping[str, Any], journey: Journey, now: datetime
    ) -> dict[str, Any]:
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NonsenseError("non dice chi è entrato: manca id_token")
        registry = JWSRegistry(algorithms=list(described.algorithms), strict_check_header=False)
        try:
            try:
                decoded = jwt.decode(token, await self._key_set(described), registry=registry)
            except InvalidKeyIdError:  # it has changed its keys since
                self._keys = None
                decoded = jwt.decode(token, await self._key_set(described), registry=registry)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self.oidc.issuer},
                    "aud": {"essential": True, "value": self.oidc.client_id},
                },
                {
                    "nonce": journey.nonce,
                    "client_id": self.oidc.client_id,
                    "access_token": answer.get("access_token"),
                },
            )
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError) as exc:
            raise NonsenseError(f"il suo token non è valido: {type(exc).__name__} {exc}"[:200]) from exc
        return dict(claims)

    async def _key_set(self, described: Description) -> KeySet:
        if self._keys is None or monotonic() - self._keys[0] > GOOD_FOR:
            status, raw = await _ask(described.keys)
            _expect(status)
            keys = _known(discovery.table(raw).get("keys"))
            self._keys = (monotonic(), keys)
        return self._keys[1]


def _known(listed: object) -> KeySet:
    """Those keys of a provider that we understand: it may have others, of newer kinds (RFC 7517, 5)."""
    keys, wrong = [], "nessuna"
    for one in listed if isinstance(listed, list) else ():
        try:
            keys += KeySet.import_key_set({"keys": [one]}).keys
        except (JoseError, LookupError, ValueError, TypeError, AttributeError) as exc:
            wrong = type(exc).__name__
    if not keys:
        raise NonsenseError(f"le sue chiavi non si leggono: {wrong}")
    return KeySet(keys)


def _expect(status: int) -> None:
    if status >= 500:
        raise UnreachedError(f"ha risposto {status}")
    if status != 200:
        raise NonsenseError(f"ha risposto {status}")


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(SECONDS):
            yield
    except TimeoutError as exc:
        raise UnreachedError(f"non ha risposto in {SECONDS:g} secondi") from exc


async def _ask(
    address: str, *, form: str | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """Status and body; nobody is asked twice, and no redirect is followed."""
    taken = bytearray()
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # http only: reading the roots takes 20 ms
    try:
        async with (
            httpx.AsyncClient(
                verify=trusted() if address.startswith("https:") else nobody,
                proxy=proxy_of(address),
                trust_env=False,
                follow_redirects=False,
                timeout=SECONDS,
            ) as client,
            client.stream("GET" if form is None else "POST", address, content=form, headers=headers) as got,
        ):
            async for part in got.aiter_bytes():
                taken += part
                if len(taken) > LARGEST:
                    raise NonsenseError("risponde troppo")
            return got.status_code, bytes(taken)
    # the last two are of a proxy in the environment that nobody here speaks with
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, ImportError) as exc:
        raise UnreachedError(f"nessuna risposta: {type(exc).__name__}") from exc
