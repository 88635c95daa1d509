"""The way of a browser to the provider that the profile names now, and back, told to who stands there."""

import logging
import re
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from db.vault import Vault
from flows.accounts.arrival import ASK, Identity, identity, proved_at
from flows.accounts.discovery import PROMPTS, ProviderError, RefusedCodeError, UnreachedError
from flows.accounts.journey import LASTS, Journeys
from flows.door.people import Departure, Refused
from flows.profiles.sign_in import Oidc
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.accounts.provider import Provider

LONGEST = 8_000  # characters of a query: a code may be long, and is no book
MOST = 20  # fields of it
ANEW = (
    "Questo accesso non è cominciato in questo browser, è già stato usato o è passato troppo tempo: riprova."
)

log = logging.getLogger(__name__)


class Elsewhere:
    """`back`: the address of ours to which browsers come back. It asks nobody before one wants to sign in."""

    def __init__(self, vault: Vault, secret: str, back: str) -> None:
        self._journeys, self._secret, self._back = Journeys(vault), secret, back
        self._provider: Provider | None = None

    def provider(self, settings: Settings) -> "Provider | None":
        """That the profile names; None also where the secret is not there. For a thread: the first time it
        imports for half a second.
        """
        oidc = settings.profile.sign_in.oidc
        if oidc is None or not self._secret:
            return None
        from flows.accounts.provider import Provider

        if self._provider is None or self._provider.oidc != oidc:
            self._provider = Provider(oidc, self._secret, self._back)
        return self._provider

    async def depart(
        self, provider: "Provider", then: str, now: datetime, *, prompt: int = 0, is_again: bool = False
    ) -> Departure | Refused:
        journey, kept = self._journeys.begin(then, now, prompt, is_again=is_again)
        try:
            there = await provider.way_there(journey)
        except ProviderError as exc:
            return _told(provider.oidc, exc)
        return Departure(there, kept, int(LASTS.total_seconds()))

    async def arrive(
        self, provider: "Provider", kept: str, query: str, now: datetime
    ) -> tuple[Identity, str] | Departure | Refused:
        """Who came, and to which page they go on; or there once more, where less must be asked of it."""
        oidc = provider.oidc
        try:
            brought = dict(parse_qsl(query[:LONGEST], max_num_fields=MOST))
        except ValueError:
            return Refused(ANEW)
        journey = self._journeys.end(kept, brought.get("state", ""), now)
        if journey is None:
            return Refused(ANEW)
        if error := brought.get("error"):
            if error == "invalid_request" and journey.prompt < len(PROMPTS):
                return await self.depart(
                    provider, journey.then, now, prompt=journey.prompt + 1, is_again=journey.is_again
                )
            return _denied(oidc, error)
        try:
            claims = await provider.claims(journey, brought, now)
            is_asked = await provider.has_asked(journey)
        except ProviderError as exc:
            return _told(oidc, exc)
        found = identity(oidc, claims)
        if isinstance(found, Refused):
            return found
        return replace(found, proved_at=proved_at(claims, now, is_asked=is_asked)), journey.then


def _denied(oidc: Oidc, error: str) -> Refused:
    """What the provider sent the browser back with (RFC 6749, 4.1.2.1), in place of a code."""
    if error == "access_denied":
        return Refused(f"L'accesso con {oidc.name} non è stato completato: riprova.")
    code = error if re.fullmatch(r"[a-z_]{1,60}", error) else "errore"
    log.warning("%s sent a browser back with %s", oidc.issuer, code)
    return Refused(f"{oidc.name} non ti ha fatto entrare ({code}): {ASK}.")


def _told(oidc: Oidc, exc: ProviderError) -> Refused:
    if isinstance(exc, RefusedCodeError):
        return Refused(ANEW)
    log.warning("%s: %s", oidc.issuer, exc)
    if isinstance(exc, UnreachedError):
        return Refused(f"{oidc.name} non risponde: riprova fra un minuto.", is_for_now=True)
    return Refused(f"{oidc.name} ha risposto qualcosa che qui non si può usare: {ASK}.")
