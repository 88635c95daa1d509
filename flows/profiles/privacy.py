"""`[privacy]` of a profile: by what right the Comune writes, and how long anything of a person is kept."""

from typing import Annotated

from pydantic import Field

from flows.profiles.contacts import Address
from flows.profiles.file import Strict
from flows.profiles.places import TO_FILL

Days = Annotated[int, Field(ge=1, le=3660)]


class Notice(Strict):
    """The privacy notice in force, and the terms of use (`flows/profiles/documents.py`)."""

    version: str
    url: Address
    terms: str = "1"  # version of the terms


class Privacy(Strict):
    """Periods are days. What the Comune's act says decides; these are the defaults.

    For communication in the public interest the ground is a law, a regulation or a general administrative
    act, not consent (Garante, 23 October 2025, n. 627); consent to each message stays a safeguard.
    """

    basis: str = ""  # "articolo 6, paragrafo 1, lettera e, del GDPR e articolo 2-ter del Codice"
    act: str = ""  # "delibera di Giunta n. 12 del 3 novembre 2026"
    owner: str = ""  # seat and certified mail address of the data controller, for the register
    providers: list[str] = Field(
        default=[]
    )  # who else handles the data: host, mail, a compatible WhatsApp provider
    double_opt_in: bool = False  # ATTIVA is asked about once more
    # from here on: how long
    raw_event_days: int = Field(default=7, ge=7, le=30)  # what the provider posted; it repeats for 7 days
    reply_days: Days = 30  # answers to citizens
    receipt_days: Days = 30  # delivered and read, by person; the counts stay
    delivery_days: Days = 365  # who got which bulletin; the certificate stays
    suspended_days: Days = 180  # addresses that WhatsApp does not reach any more
    letter_days: Days = 365  # words of e-mails to editors
    call_days: Days = 365  # which editor was called when, and by what
    access_days: Days = 730  # who saw or took out numbers
    run_days: Days = 60  # runs, logs and forms in Prefect's own database

    @property
    def words(self) -> dict[str, str]:
        """For the places of the notice; what is not filled in says so."""
        return {name: str(value or TO_FILL) for name, value in self.model_dump().items()}
