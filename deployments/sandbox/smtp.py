"""A mail server on this machine that delivers nowhere: what it takes is kept for the page /posta.

As much of RFC 5321 as a client needs. To rehearse trouble: an address that begins with `rifiuta` is refused
for good (550), one that begins with `dopo` for now (451).
"""

import asyncio
import base64
import contextlib
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass

HOST = "127.0.0.1"
LONGEST_LINE = 2**16
LARGEST = 5 * 2**20  # bytes of one mail
TROUBLE = {"rifiuta": "550 5.1.1 casella inesistente", "dopo": "451 4.7.1 riprova piu' tardi"}
_PATH = re.compile(r"(?:FROM|TO):\s*<([^<>\s]*)>", re.IGNORECASE)


@dataclass(frozen=True)
class Taken:
    """One mail as it came: the envelope's addresses and the raw message."""

    sender: str
    to: tuple[str, ...]
    raw: bytes


Keep = Callable[[Taken], None]


class SmtpServer:
    """Listens from `start` to `stop`; `port` is known after `start`.

    With `tls` it speaks TLS from the first byte, with `starttls` after that command.
    """

    def __init__(
        self,
        keep: Keep,
        *,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
    ) -> None:
        self.keep, self.tls, self.starttls, self.login = keep, tls, starttls, login
        self.port = 0
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, port, ssl=self.tls, limit=LONGEST_LINE)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await self._server.wait_closed()
        await asyncio.sleep(0)  # the closed transports take leave of the loop

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        if talk is not None:
            self._talks.add(talk)
            talk.add_done_callback(self._talks.discard)
        # whoever hangs up or talks nonsense is not served; the next one is
        with contextlib.suppress(ConnectionError, EOFError, ValueError, ssl.SSLError, TimeoutError):
            try:
                await Conversation(self, reader, writer).run()
            finally:
                writer.close()


class Conversation:
    """One client's commands, in order."""

    def __init__(
        self, server: SmtpServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.sender: str | None = None
        self.to: list[str] = []
        self.is_known = server.login is None
        self.offered = server.starttls

    async def run(self) -> None:
        await self._say("220 posta di prova ESMTP")
        while line := await self._line():
            verb, _, rest = line.partition(" ")
            answer = await self._answer(verb.upper(), rest)
            await self._say(answer)
            if verb.upper() == "QUIT":
                return
            if verb.upper() == "STARTTLS" and self.offered is not None:
                await self.writer.start_tls(self.offered)
                self.offered = None

    async def _answer(self, verb: str, rest: str) -> str:
        match verb:
            case "EHLO":
                offers = ["posta di prova", "8BITMIME", f"SIZE {LARGEST}"]
                offers += ["STARTTLS"] if self.offered else []
                offers += ["AUTH PLAIN"] if self.server.login else []
                lines = [f"250-{offer}" for offer in offers[:-1]] + [f"250 {offers[-1]}"]
                return "\r\n".join(lines)
            case "HELO" | "NOOP":
                return "250 posta di prova"
            case "STARTTLS":
                return "220 avanti" if self.offered else "502 non qui"
            case "AUTH":
                return self._login(rest)
            case "MAIL" | "RCPT" if not self.is_known:
                return "530 5.7.0 prima utente e password"
            case "MAIL":
                self.sender, self.to = _path(rest), []
                return "250 bene" if self.sender is not None else "501 manca il mittente"
            case "RCPT":
                return self._recipient(_path(rest))
            case "DATA":
                return await self._data()
            case "RSET":
                self.sender, self.to = None, []
                return "250 bene"
            case "QUIT":
                return "221 arrivederci"
        return "502 comando sconosciuto"

    def _login(self, rest: str) -> str:
        user, password = self.server.login or ("", "")
        expected = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        self.is_known = rest == f"PLAIN {expected}"
        return "235 benvenuto" if self.is_known else "535 5.7.8 utente o password sbagliati"

    def _recipient(self, address: str | None) -> str:
        if self.sender is None or not address:
            return "503 prima MAIL FROM" if self.sender is None else "501 manca il destinatario"
        for start, answer in TROUBLE.items():
            if address.startswith(start):
                return answer
        self.to.append(address)
        return "250 bene"

    async def _data(self) -> str:
        if self.sender is None or not self.to:
            return "503 prima mittente e destinatario"
        await self._say("354 avanti, fine con un punto")
        lines: list[bytes] = []
        size = 0
        while (line := await self.reader.readuntil(b"\n")) not in (b".\r\n", b".\n"):
            size += len(line)
            if size <= LARGEST:
                lines.append(line[1:] if line.startswith(b".") else line)  # RFC 5321 4.5.2
        if size > LARGEST:
            return "552 troppo grande"
        self.server.keep(Taken(self.sender, tuple(self.to), b"".join(lines)))
        self.sender, self.to = None, []
        return "250 presa"

    async def _line(self) -> str:
        return (await self.reader.readline()).decode("utf-8", "replace").rstrip("\r\n")

    async def _say(self, text: str) -> None:
        self.writer.write(f"{text}\r\n".encode())
        await self.writer.drain()


def _path(rest: str) -> str | None:
    match = _PATH.match(rest)
    return match[1] if match else None
