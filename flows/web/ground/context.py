"""What the parts of the web app share."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine
from starlette.requests import Request
from starlette.types import Scope

from db.ledger import Ledger
from db.vault import Vault
from flows.settings import Settings
from flows.whatsapp.updates import Update

WEB = "web"  # in the scope of a request: the Comune that it is for


@dataclass(frozen=True, eq=False)
class Web:
    """One running web app. The events wake the two loops at once; both also look by themselves."""

    settings: Settings
    engine: Engine
    vault: Vault = field(repr=False)
    ledger: Ledger = field(repr=False)
    clock: Callable[[], datetime]
    # what was just stored, by its hash: it need not be opened and read again
    fresh: dict[str, Update] = field(default_factory=dict, repr=False)
    # from when on what could not be handled is due again; who starts anew tries it at once
    later: dict[int, datetime] = field(default_factory=dict, repr=False)
    stored: asyncio.Event = field(default_factory=asyncio.Event)  # updates wait to be handled
    queued: asyncio.Event = field(default_factory=asyncio.Event)  # answers wait to be sent
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


def web_of(request: Request) -> Web:
    """The Comune that is asked."""
    found: Web = request.scope[WEB]
    return found


def asked(scope: Scope) -> Web | None:
    """The same of what may be for none."""
    found: Web | None = scope.get(WEB)
    return found


async def woken(event: asyncio.Event, seconds: float, *, clear: bool = True) -> None:
    """Until the event is set, or `seconds` have passed; then it is cleared, unless others look at it too."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
    finally:
        if clear:
            event.clear()
