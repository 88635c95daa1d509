"""`/accesso/codice`: where who is signed in proves once more who they are.

A sign-in lasts a working day; what cannot be undone asks for a proof that is younger. Mostly the page is
opened beside the one with a form in which somebody has typed: so it leads on nowhere by itself, and says to
go back.
"""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from zoneinfo import ZoneInfo

from flows.door import entry
from flows.door.people import PROOF_LASTS, Person

ROME = ZoneInfo("Europe/Rome")


def address(then: str) -> str:
    """Of the page; `then`: a page of this server that was asked for, to go on to."""
    return f"{entry.PROVE}?{urlencode({'poi': then})}" if then else entry.PROVE


def then_of(address: str) -> str:
    """The page to go on to that stands in the address of this one."""
    return parse_qs(urlsplit(address).query).get("poi", [""])[0]


def away(then: str) -> str:
    """To the provider for a proof, and back to the page."""
    return f"{entry.AWAY}?{urlencode({'di_nuovo': 1, 'poi': address(then)})}"


def values(person: Person, provider: str, then: str, now: datetime, said: str) -> dict[str, Any]:
    """What the page shows. `provider`: the name of whoever else may be asked; `said`: why not yet."""
    last = person.proved_at
    is_good = last is not None and now < last + PROOF_LASTS
    is_from_there = person.proof.startswith("oidc")
    return {
        "person": person,
        "until": _time(last + PROOF_LASTS, now) if last and is_good else "",
        "last": _time(last, now) if last else "",
        "minutes": PROOF_LASTS.seconds // 60,
        "provider": provider if is_from_there else "",
        "is_from_there": is_from_there,
        "away": away(then),
        "then": then,
        "said": said,
    }


def _time(at: datetime, now: datetime) -> str:
    """`14:05`, with the day where that is not today."""
    there, today = at.astimezone(ROME), now.astimezone(ROME).date()
    return there.strftime("%H:%M") if there.date() == today else there.strftime("%H:%M del %d/%m/%Y")
