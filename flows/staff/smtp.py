"""Hands letters to the mail server: one connection a round, certificates verified, every wait bounded.

The standard library's smtplib and email: they are maintained with Python itself, need no event loop beside
Prefect's, and verify certificates with the context that they are given.
"""

import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from pydantic import SecretStr

from flows.staff.mail_text import html

PERMANENT = range(500, 600)  # of SMTP's replies, RFC 5321 4.2.1
LOOPBACK = "127.0.0.1"
SHEET = "foglio-da-appendere.html"  # name of the file


class MailTrouble(Exception):
    """The mail server cannot be used at this moment; the text says why, in Italian, and names no password."""


class MailCutOff(MailTrouble):
    """The connection went away in the midst of a mail: it may have been taken."""


@dataclass(frozen=True)
class Server:
    """Where and how mail is handed over. `login` is user and password."""

    host: str
    port: int
    security: str  # starttls | tls | none
    timeout: float  # seconds, of each wait
    ca_file: str | None = None
    login: tuple[str, SecretStr] | None = None


@dataclass(frozen=True)
class Outgoing:
    """One mail; `identity` makes its Message-ID, the same at every try."""

    identity: str
    sender: str
    sender_name: str
    to: str
    to_name: str
    subject: str
    text: str
    sheet: str = ""  # an HTML document that goes along, to be printed
    is_plain: bool = False  # nothing but the text: what a gateway makes an SMS of


@dataclass(frozen=True)
class Refusal:
    """Why a mail was not taken; `is_final` when trying again is of no use.

    `why` may quote the address; `code` is SMTP's reply alone, 0 when it never came to that.
    """

    why: str
    is_final: bool
    code: int = 0


def message(mail: Outgoing, now: datetime) -> EmailMessage:
    """The mail as it is sent: text and HTML; headers are built from parts, never from lines.

    Raises:
        ValueError: an address is none, or a header would hold a line break.
    """
    email = EmailMessage(policy=SMTP)
    email["From"] = _address(mail.sender_name, mail.sender)
    email["To"] = _address(mail.to_name, mail.to)
    email["Subject"] = mail.subject
    email["Date"] = format_datetime(now)
    email["Message-ID"] = f"<{mail.identity}@{_address('', mail.sender).domain}>"
    email["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answer comes back
    email.set_content(mail.text, cte="7bit" if mail.is_plain and mail.text.isascii() else "quoted-printable")
    if not mail.is_plain:
        email.add_alternative(html(mail.text), subtype="html", cte="quoted-printable")
    if mail.sheet:
        email.add_attachment(mail.sheet, subtype="html", cte="quoted-printable", filename=SHEET)
    return email


def _address(name: str, spec: str) -> Address:
    try:
        address = Address(display_name=name, addr_spec=spec)
    except (HeaderParseError, IndexError, ValueError) as exc:
        raise ValueError(f"{spec!r} non è un indirizzo e-mail") from exc
    if not address.username or "." not in address.domain or not spec.isascii() or set(spec) & set(" \r\n<>"):
        raise ValueError(f"{spec!r} non è un indirizzo e-mail")
    return address


def send(server: Server, mails: Sequence[Outgoing], *, now: datetime) -> Iterator[tuple[str, Refusal | None]]:
    """Hand over each mail; yield its identity, and why it was not taken or None.

    A mail that is refused never costs the others. When the server goes away in between, those that are
    left are not yielded.

    Raises:
        MailTrouble: the server cannot be reached, is not who it says, or refuses the login.
    """
    with _connected(server) as connection:
        for mail in mails:
            try:
                email = message(mail, now)
            except ValueError as exc:
                yield mail.identity, Refusal(str(exc), is_final=True)
                continue
            yield mail.identity, _hand_over(connection, mail, email)


def greet(server: Server) -> None:
    """See whether mail could be handed over: connect, and log in where the server asks for it.

    Raises MailTrouble as `send` does.
    """
    with _connected(server) as connection:
        try:
            connection.noop()
        except (smtplib.SMTPException, OSError) as exc:
            raise MailTrouble(f"il server di posta non risponde più ({type(exc).__name__})") from exc


def _hand_over(connection: smtplib.SMTP, mail: Outgoing, email: EmailMessage) -> Refusal | None:
    try:
        connection.send_message(email, mail.sender, [mail.to])
    except smtplib.SMTPRecipientsRefused as exc:
        ((code, words),) = exc.recipients.values()
        return _refusal(code, words)
    except smtplib.SMTPSenderRefused as exc:  # about us, not about the addressee: it may be mended
        reply = _reply(exc.smtp_code, exc.smtp_error)
        return Refusal(f"mittente rifiutato: {reply}", is_final=False, code=exc.smtp_code)
    except smtplib.SMTPServerDisconnected as exc:
        raise MailCutOff(f"il server di posta ha chiuso la connessione ({exc})") from exc
    except smtplib.SMTPResponseException as exc:
        return _refusal(exc.smtp_code, exc.smtp_error)
    except OSError as exc:
        raise MailCutOff(f"il server di posta non risponde più ({exc})") from exc
    return None


def _refusal(code: int, words: bytes | str) -> Refusal:
    return Refusal(_reply(code, words), is_final=code in PERMANENT, code=code)


def _reply(code: int, words: bytes | str) -> str:
    reply = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(reply.split())[:200]}"


@contextmanager
def _connected(server: Server) -> Iterator[smtplib.SMTP]:
    where = f"{server.host}:{server.port}"
    try:
        connection = _open(server)
    except ssl.SSLCertVerificationError as exc:
        raise MailTrouble(f"il certificato di {where} non è valido: {exc.verify_message}") from exc
    except smtplib.SMTPAuthenticationError as exc:
        raise MailTrouble(
            f"{where} rifiuta utente e password ({exc.smtp_code}): controlla BOLLETTINO_MAIL_USER "
            "e BOLLETTINO_MAIL_PASSWORD"
        ) from None  # the cause may quote what was sent
    except (smtplib.SMTPException, OSError) as exc:
        raise MailTrouble(f"il server di posta {where} non si raggiunge: {exc}") from exc
    try:
        yield connection
    finally:
        try:
            connection.quit()
        except (smtplib.SMTPException, OSError):
            connection.close()  # it was gone before; what it took is known from its replies


def _open(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=server.ca_file) if server.security != "none" else None
    if context is not None and server.ca_file:
        context.load_default_certs()
    name = socket.gethostname()
    local = name if name.isascii() and "." in name else f"[{LOOPBACK}]"  # no DNS question for our own name
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, local_hostname=local, timeout=server.timeout, context=context
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, local_hostname=local, timeout=server.timeout)
    with ExitStack() as stack:
        stack.callback(connection.close)  # unless all of it succeeds
        if server.security == "starttls":
            connection.starttls(context=context)
        if server.login is not None:
            user, password = server.login
            connection.login(user, password.get_secret_value())
        stack.pop_all()
    return connection
