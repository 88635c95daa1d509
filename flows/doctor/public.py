"""What citizens and WhatsApp reach: the web app on this machine, and the same from outside."""

import json
import secrets
import socket
import ssl
from datetime import UTC, datetime
from html import escape
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from db.engine import StoreError, reading
from flows.doctor.finding import Case, Check, Said, attention, failed, good, left_out, unknown
from flows.doctor.reader import reader
from flows.doctor.wire import CertificateError, UnreachedError, ask
from flows.settings import Settings
from flows.web.pages import archive
from flows.whatsapp.webhook_payload import REFUSAL
from flows.whatsapp.wire import trusted

GROUP = "Pagine e webhook"
WARN_DAYS, LAST_DAYS = 21, 7  # what renews itself does so a month before: three weeks mean that it does not
SECONDS = 8.0
FRONT = "guarda il web server che sta davanti (nginx o altro) e il nome nel DNS"
AT_HOME = "L'indirizzo pubblico è di questa macchina."
PAGES = ("/", "/iscriviti", "/archivio", "/informativa")  # that are always there, and a citizen is sent to
RENEW = "rinnova il certificato del web server che sta davanti, e guarda perché non si rinnova da solo"


def local(case: Case) -> Said:
    remedy = "guarda `logs/web.log` nella cartella dell'installazione, libera il disco, riavvia"
    try:
        answer = ask(f"{case.settings.web_address}/salute")
    except UnreachedError as exc:
        return failed("L'applicazione web non risponde: nessun DISATTIVA arriva.", remedy, detail=str(exc))
    if answer.status != 200:
        return failed(f"L'applicazione web dice {answer.status}: non può scrivere ciò che le arriva.", remedy)
    try:
        told = json.loads(answer.body)
        left = int(told["parked"]) + sum(told["unread"].values())
    except (ValueError, KeyError, TypeError, AttributeError):
        return failed("Alla porta dell'applicazione web risponde un altro programma.",
                      "cambia servers.web_port, o ferma l'altro programma")  # fmt: skip
    if left:
        return attention(f"Risponde; {left} avvisi di WhatsApp non si sono potuti trattare o capire.",
                         "guarda se c'è una versione nuova del programma")  # fmt: skip
    return good("L'applicazione web risponde e può scrivere.")


def echo(case: Case) -> Said:
    """As WhatsApp does when the webhook is set up: a random word must come back from the public address."""
    token, word = case.settings.secrets.verify_token.get_secret_value(), secrets.token_hex(16)
    return _echo(case, token, word, wanted=word)


def often_asked_echo(case: Case) -> Said:
    """The same for who asks every few minutes and is not given the webhook's token: that it is refused, in
    our own words, comes from our web app as well.
    """
    word = secrets.token_hex(16)
    return _echo(case, word, word, wanted=REFUSAL)


def _echo(case: Case, token: str, word: str, *, wanted: str) -> Said:
    public = case.settings.profile.servers.public
    if not public.startswith("https:"):
        return left_out(AT_HOME)
    query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": word}
    try:
        answer = ask(f"{public}/webhook", query=query, trust=trusted())
    except UnreachedError as exc:
        return _unreached(exc)
    if answer.body != wanted.encode():
        return failed(
            f"All'indirizzo pubblico risponde altro ({answer.status}): i DISATTIVA non arrivano.", FRONT
        )
    return good("Una parola a caso è andata e tornata dall'indirizzo pubblico.")


def _unreached(exc: UnreachedError) -> Said:
    if isinstance(exc, CertificateError):
        return failed("Dall'indirizzo pubblico risponde chi non prova di essere il Comune.", RENEW)
    remedy = f"{FRONT}; se da fuori si vede, è la rete interna che non ci arriva"
    return failed("All'indirizzo pubblico non risponde nessuno.", remedy, detail=str(exc))


def pages(case: Case) -> Said:
    """What a citizen opens, by the name that stands in the messages: each page says itself where it stands,
    so that another site, the page of an error, or ours under another name is none of them.
    """
    public = case.settings.profile.servers.public
    if not public.startswith("https:"):
        return left_out(AT_HOME)
    wrong = []
    for path in (*PAGES, *_newest(case.settings)):
        try:
            answer = ask(f"{public}{path}", trust=trusted())
        except UnreachedError as exc:
            return _unreached(exc)
        if answer.status != 200:
            wrong.append(f"{path} ({answer.status})")
        elif f'<link rel="canonical" href="{escape(public + path)}">'.encode() not in answer.body:
            wrong.append(f"{path} (un'altra pagina)")
    if wrong:
        return failed(f"I cittadini non trovano le nostre pagine: {', '.join(wrong)}.", FRONT)
    return good("Le pagine dei cittadini si aprono all'indirizzo pubblico.")


def _newest(settings: Settings) -> list[str]:
    """Where the button of the last message leads. Of a database that cannot be read others tell."""
    try:
        with reader(settings) as engine, reading(engine) as session:
            return [f"/b/{code}" for code in archive.codes(session)[:1]]
    except (StoreError, SQLAlchemyError):
        return []


def certificates(case: Case) -> list[Said]:
    """Of the citizens' address, and of the editors' where it has one of its own."""
    secure = secured(case.settings)
    if not secure:
        return [left_out("Nessun indirizzo pubblico con un certificato.")]
    return [_certificate(one, case.now) for one in secure]


def secured(settings: Settings) -> list[str]:
    """Addresses of the profile behind which there must be a certificate."""
    servers = settings.profile.servers
    addresses = dict.fromkeys(one for one in (servers.public, servers.prefect_ui) if one)
    return [one for one in addresses if one.startswith("https:")]


def certificate_end(address: str) -> datetime:
    """OSError where nobody shows one; SSLCertVerificationError, one of these, where it is not valid."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or 443
    with (
        socket.create_connection((host, port), SECONDS) as plain,
        trusted().wrap_socket(plain, server_hostname=host) as shown,
    ):
        return _end(shown.getpeercert() or {})


def _certificate(address: str, now: datetime) -> Said:
    parts = urlsplit(address)
    try:
        until = certificate_end(address)
    except ssl.SSLCertVerificationError as exc:
        return failed("Il certificato non vale.", RENEW, detail=exc.verify_message, about=parts.netloc)
    except OSError as exc:
        return unknown("Il certificato non si vede.", FRONT, detail=type(exc).__name__, about=parts.netloc)
    days = (until - now).days
    words = f"Vale ancora {days} giorni."
    if days < LAST_DAYS:
        return failed(words, RENEW, about=parts.netloc)
    if days < WARN_DAYS:
        return attention(words, RENEW, about=parts.netloc)
    return good(words, about=parts.netloc)


def _end(certificate: object) -> datetime:
    text = certificate["notAfter"] if isinstance(certificate, dict) else ""
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)


CHECKS = (
    Check("public.local", GROUP, "Applicazione web", local, needs_network=True),
    Check("public.echo", GROUP, "Eco da fuori", echo, needs_network=True),
    Check("public.pages", GROUP, "Pagine dei cittadini", pages, needs_network=True),
    Check("public.certificate", GROUP, "Certificato", certificates, needs_network=True),
)
