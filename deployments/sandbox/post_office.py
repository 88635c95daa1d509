"""The mails of the editors: `/posta` for people, `/_prova/posta` for programs.

The mail server takes any free port and writes it to `smtp.port` in the sandbox's folder: nobody has to choose
one, and two sandboxes never want the same.
"""

from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel

from deployments.sandbox.config import ROME
from deployments.sandbox.smtp import SmtpServer, Taken
from deployments.sandbox.store import Store
from deployments.sandbox.world import World

PORT_FILE = "smtp.port"
_REFRESH = 5  # seconds
_MOST = 200  # mails; the oldest go first


class Mail(BaseModel):
    """One mail as it was taken."""

    number: int
    taken_at: datetime
    sender: str
    to: list[str]
    subject: str
    text: str
    html: str


class Mailbox:
    """Keeps what the mail server takes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.server = SmtpServer(self.keep)

    async def start(self, state_dir: Path) -> None:
        await self.server.start()
        (state_dir / PORT_FILE).write_text(str(self.server.port), encoding="ascii")

    async def stop(self) -> None:
        await self.server.stop()

    def keep(self, taken: Taken) -> None:
        store = self.world.store
        before = store.all(Mail)
        for old in before[: max(0, len(before) - _MOST + 1)]:
            store.delete(Mail, str(old.number))
        number = before[-1].number + 1 if before else 1
        store.put(str(number), _read(taken, number, self.world.now()))


def _read(taken: Taken, number: int, now: datetime) -> Mail:
    parsed = message_from_bytes(taken.raw, policy=policy.default)
    return Mail(
        number=number,
        taken_at=now,
        sender=taken.sender,
        to=list(taken.to),
        subject=str(parsed["Subject"] or ""),
        text=_body(parsed, "plain"),
        html=_body(parsed, "html"),
    )


def _body(parsed: EmailMessage, kind: str) -> str:
    part = parsed.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def mailbox_routes(world: World) -> APIRouter:
    """The mails, the newest first."""
    router = APIRouter()
    pages = Jinja2Templates(Path(__file__).parent / "templates")

    @router.get("/_prova/posta")
    async def mails() -> list[dict[str, Any]]:
        return [mail.model_dump(mode="json") for mail in _newest(world.store)]

    @router.get("/posta", response_class=HTMLResponse)
    async def page(request: Request) -> Response:
        context = {"mails": _newest(world.store), "rome": ROME, "refresh": _REFRESH}
        return pages.TemplateResponse(request, "posta.html", context)

    @router.get("/posta/{number}", response_class=HTMLResponse)
    async def mail(number: int) -> Response:
        taken = world.store.get(Mail, str(number))
        if taken is None:
            raise HTTPException(404, "questa e-mail non c'è")
        # as a mail program shows it: no script, nothing loaded from elsewhere
        rules = "default-src 'none'; style-src 'unsafe-inline'"
        return HTMLResponse(taken.html, headers={"Content-Security-Policy": rules})

    return router


def _newest(store: Store) -> list[Mail]:
    return list(reversed(store.all(Mail)))
