"""A browser's way to the provider and back: what it keeps meanwhile, good once, for ten minutes, in it alone.

Nothing of it is stored here but what was used: who begins one and never comes back costs nothing.
"""

import hmac
import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta

from db.vault import Vault, VaultError

LASTS = timedelta(minutes=10)


@dataclass(frozen=True)
class Journey:
    """`state` comes back with the browser, `nonce` in the provider's token; `verifier` goes there from us."""

    then: str  # the page to go on to
    at: str  # ISO 8601, when it began
    prompt: int = 0  # place in what the provider may be asked to ask the person
    is_again: bool = False  # who is known there already has to prove it once more
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)


class Journeys:
    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._ended: dict[str, datetime] = {}  # state -> when, the oldest first

    def begin(
        self, then: str, now: datetime, prompt: int = 0, *, is_again: bool = False
    ) -> tuple[Journey, str]:
        """And what the browser keeps: sealed, so that it says nothing to whoever reads it there."""
        journey = Journey(then, now.astimezone(UTC).isoformat(), prompt, is_again)
        return journey, self._vault.seal(json.dumps(asdict(journey))).decode().rstrip("=")

    def end(self, kept: str, state: str, now: datetime) -> Journey | None:
        """The one that this browser began, once; None for another's, an old one, or one that was ended."""
        try:
            sealed = kept + "=" * (-len(kept) % 4)
            journey = Journey(**json.loads(self._vault.open(sealed.encode(errors="surrogatepass"))))
            age = now - datetime.fromisoformat(journey.at)
        except (VaultError, ValueError, TypeError):
            return None
        while self._ended and now - self._ended[oldest := next(iter(self._ended))] > LASTS:
            del self._ended[oldest]
        is_own = hmac.compare_digest(journey.state.encode(), state.encode(errors="surrogatepass"))
        if not is_own or not timedelta(0) <= age <= LASTS or journey.state in self._ended:
            return None
        self._ended[journey.state] = now
        return journey
