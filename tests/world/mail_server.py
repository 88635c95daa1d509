"""The sandbox's mail server in a thread of its own, for a test that sends as the application does."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from deployments.sandbox.smtp import SmtpServer, Taken


@dataclass
class Post:
    """What a mail server took, and where it listens."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(one.raw, policy=policy.default) for one in self.taken]

    @property
    def told(self) -> list[tuple[str, str]]:
        """Addressee and subject of each, oldest first."""
        return [(one.to[0], str(mail["Subject"])) for one, mail in zip(self.taken, self.mails, strict=True)]

    def text(self, number: int = -1) -> str:
        part = self.mails[number].get_body(("plain",))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")

    def last(self, subject: str) -> str:
        """The text of the newest mail with this in its subject."""
        (*_, number) = [n for n, (_, told) in enumerate(self.told) if subject in told]
        return self.text(number)


@contextmanager
def mail_server(
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    login: tuple[str, str] | None = None,
    port: int = 0,
) -> Iterator[Post]:
    post = Post()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = SmtpServer(post.taken.append, tls=tls, starttls=starttls, login=login)
    try:
        asyncio.run_coroutine_threadsafe(server.start(port), loop).result(10)
        post.port = server.port
        yield post
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def announce(state: Path, port: int) -> None:
    """Say, as the sandbox does, where its mail server listens."""
    folder = state / "sandbox"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "smtp.port").write_text(str(port), encoding="ascii")
