"""What a provider of OpenID Connect says of itself, judged before anything is taken from it. Pure.

OpenID Connect Discovery 1.0, section 4. A provider that calls itself otherwise than the profile does is not
the one that is meant: of Microsoft that would let every tenant in.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from flows.profiles.contacts import is_loopback
from flows.profiles.sign_in import Oidc

PATH = "/.well-known/openid-configuration"
USUAL = "RS256"  # that every provider has (OpenID Connect Core 1.0, 15.1)
# signatures that only who has the provider's secret key can make; ours would not prove anything
TRUSTED = frozenset(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)) | {"EdDSA"}


# So that at an office's computer nobody comes in as the colleague whom it still knows. Not every provider has
# the first (Keycloak), or the second (Google), and few tell: who lacks it sends back `invalid_request`.
PROMPTS = ("select_account", "login")
PROOF = "login"  # the one by which it asks for a password anew (OpenID Connect Core 1.0, 3.1.2.1)
# They show a page of their own error in place of sending back who is to be asked so:
# https://developers.google.com/identity/openid-connect/openid-connect#authenticationuriparameters
WITHOUT_PROOF = frozenset({"https://accounts.google.com"})


class ProviderError(Exception):
    """The provider cannot be used. The text is Italian, for the operator, and quotes no token."""


class UnreachedError(ProviderError):
    """It does not answer, or not in time: later it may."""


class NonsenseError(ProviderError):
    """It answers what cannot be used; until somebody mends that, it stays so."""


class RefusedCodeError(ProviderError):
    """What a browser brought back is good no more: it was used, or it is too old, or another's."""


@dataclass(frozen=True)
class Description:
    """Of one provider: its addresses, and what it can do."""

    authorization: str
    token: str
    keys: str
    algorithms: tuple[str, ...]
    takes_form: bool  # our secret in the form; else in a header
    names_itself: bool  # in the answer that a browser brings back (RFC 9207)
    prompts: tuple[str, ...]  # of PROMPTS, those that it may have

    def prompt(self, place: int, *, is_again: bool) -> str | None:
        """What it is asked to ask, after it has refused `place` of them; the strictest first for a proof."""
        prompts = sorted(self.prompts, key=lambda one: one != PROOF) if is_again else self.prompts
        return next(iter(prompts[place:]), None)


def address(oidc: Oidc) -> str:
    return oidc.issuer.rstrip("/") + PATH


def described(oidc: Oidc, raw: bytes) -> Description:
    """NonsenseError where this is no such document, or another's."""
    found = table(raw)
    if found.get("issuer") != oidc.issuer:
        raise NonsenseError(f"si chiama {str(found.get('issuer'))[:200]!r}, nel profilo sta {oidc.issuer!r}")
    listed = found.get("id_token_signing_alg_values_supported") or [USUAL]
    algorithms = tuple(one for one in listed if one in TRUSTED) if isinstance(listed, list) else ()
    if not algorithms:
        raise NonsenseError("non firma in un modo di cui ci si possa fidare")
    methods = found.get("token_endpoint_auth_methods_supported")
    prompts = found.get("prompt_values_supported")
    return Description(
        _endpoint(oidc, found, "authorization_endpoint"),
        _endpoint(oidc, found, "token_endpoint"),
        _endpoint(oidc, found, "jwks_uri"),
        algorithms,
        takes_form=isinstance(methods, list) and "client_secret_post" in methods,
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
        prompts=tuple(
            one
            for one in PROMPTS
            if (not isinstance(prompts, list) or one in prompts)
            and (one != PROOF or oidc.issuer not in WITHOUT_PROOF)
        ),
    )


def table(raw: bytes) -> dict[str, Any]:
    """A JSON object; NonsenseError for anything else."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as exc:
        raise NonsenseError("non risponde in JSON") from exc
    if not isinstance(found, dict):
        raise NonsenseError("non risponde con un oggetto JSON")
    return found


def _endpoint(oidc: Oidc, found: dict[str, Any], name: str) -> str:
    """One of its addresses; in clear only within this machine."""
    address = found.get(name)
    is_secure = isinstance(address, str) and (
        re.fullmatch(r"https://[\x21-\x7e]+", address)
        or (
            re.fullmatch(r"http://[\x21-\x7e]+", address)
            and is_loopback(oidc.issuer)
            and is_loopback(address)
        )
    )
    if not isinstance(address, str) or not is_secure:
        raise NonsenseError(f"non dice dove sta {name}, o non in https")
    return address
