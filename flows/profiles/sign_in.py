"""`[sign_in.oidc]` of a profile: the Comune's provider of identities, with which its people sign in."""

from urllib.parse import urlsplit

from pydantic import Field, field_validator

from flows.profiles.contacts import Address
from flows.profiles.file import Strict
from flows.profiles.shapes import ClaimName


class Oidc(Strict):
    """A provider that speaks OpenID Connect, and as what it knows us."""

    name: str = Field(min_length=1, max_length=40)  # on the button, after "Entra con"
    issuer: Address  # to the letter as it calls itself; what it needs of the rest it says itself
    client_id: str = Field(min_length=1)
    claim: ClaimName = "email"  # the claim of its token that holds a person's address
    # claim -> the value that it must have, or that must be among its values: nobody comes in without it
    required: dict[ClaimName, str | int | bool] = Field(default={})

    @field_validator("issuer")
    @classmethod
    def _bare(cls, issuer: str) -> str:
        if urlsplit(issuer).query or urlsplit(issuer).fragment:
            raise ValueError("is the address itself, without ? and #")
        return issuer


class SignIn(Strict):
    """Beside the accounts of our own, which anybody of the profile may be invited to."""

    oidc: Oidc | None = None
