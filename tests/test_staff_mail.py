"""Mail over loopback against a real small server: encrypted, refused, gone, no forged header."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine
from sqlmodel import select

from db import mail_outbox
from db.engine import transaction
from db.models import Letter, LetterStatus
from flows.profiles.comune import Editor
from flows.profiles.mail import Mail
from flows.settings import Settings, SettingsError
from flows.staff.mail import UNCONFIGURED, post, tell, wait_for_others
from flows.staff.smtp import MailTrouble, Outgoing, Refusal, Server, message, send
from tests.world.builders import NOW, make_bulletin
from tests.world.mail_server import Post, announce, mail_server

pytestmark = pytest.mark.slow  # a mail server for each test


def mail(identity: str = "uno", to: str = "anna@comune.esempio.mi.it", subject: str = "Prova") -> Outgoing:
    return Outgoing(
        identity, "bollettino@comune.esempio.mi.it", "Bollettino", to, "Anna", subject, "Città\n.\nfine"
    )


def plain(port: int) -> Server:
    return Server("127.0.0.1", port, "none", 5)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 127.0.0.1, signed by itself; with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "posta")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "posta.pem"
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(made.public_bytes(pem) + secret)
    return path


@pytest.fixture
def secured(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def box(settings: Settings) -> Iterator[Post]:
    """The sandbox's mail server of this installation."""
    with mail_server() as found:
        announce(settings.state, found.port)
        yield found


def test_a_mail_arrives_as_text_and_html_with_its_accents_and_dots() -> None:
    with mail_server() as box:
        assert list(send(plain(box.port), [mail(subject="Città: lunedì")], now=NOW)) == [("uno", None)]
    (got,) = box.mails
    assert got["Subject"] == "Città: lunedì"
    assert got["To"] == "Anna <anna@comune.esempio.mi.it>"
    assert got["Message-ID"] == "<uno@comune.esempio.mi.it>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert box.text().split() == ["Città", ".", "fine"]
    page = got.get_body(("html",))
    assert page is not None
    assert "Città" in page.get_content()


def test_one_refused_mail_never_costs_the_others() -> None:
    with mail_server() as box:
        told = dict(
            send(
                plain(box.port),
                [
                    mail("a", to="rifiuta@comune.esempio.mi.it"),
                    mail("b", to="dopo@comune.esempio.mi.it"),
                    mail("c", to="CHECK"),
                    mail("d"),
                ],
                now=NOW,
            )
        )
    assert told["a"] == Refusal("550 5.1.1 casella inesistente", is_final=True, code=550)
    assert told["b"] == Refusal("451 4.7.1 riprova piu' tardi", is_final=False, code=451)
    assert told["c"] == Refusal("'CHECK' non è un indirizzo e-mail", is_final=True)
    assert told["d"] is None
    assert [to for to, _ in box.told] == ["anna@comune.esempio.mi.it"]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_encrypted_server_is_verified_and_gets_user_and_password(
    certificate: Path, secured: ssl.SSLContext, security: str
) -> None:
    login = ("utente", SecretStr("segretissima"))
    contexts = {security: secured}
    with mail_server(login=("utente", "segretissima"), **contexts) as box:  # type: ignore[arg-type]
        server = Server("127.0.0.1", box.port, security, 5, str(certificate), login)
        assert list(send(server, [mail()], now=NOW)) == [("uno", None)]
        stranger = Server("127.0.0.1", box.port, security, 5, None, login)
        with pytest.raises(MailTrouble, match="certificato"):
            list(send(stranger, [mail()], now=NOW))
    assert len(box.taken) == 1


def test_a_wrong_password_is_told_without_telling_it(certificate: Path, secured: ssl.SSLContext) -> None:
    with mail_server(tls=secured, login=("utente", "giusta")) as box:
        login = ("utente", SecretStr("sbagliatissima"))
        server = Server("127.0.0.1", box.port, "tls", 5, str(certificate), login)
        with pytest.raises(MailTrouble, match="BOLLETTINO_MAIL_PASSWORD") as told:
            list(send(server, [mail()], now=NOW))
    assert "sbagliatissima" not in str(told.value)
    assert told.value.__cause__ is None


def test_a_server_without_starttls_gets_neither_password_nor_mail() -> None:
    with mail_server(login=("utente", "giusta")) as box:
        server = Server("127.0.0.1", box.port, "starttls", 5, None, ("utente", SecretStr("giusta")))
        with pytest.raises(MailTrouble, match="STARTTLS"):
            list(send(server, [mail()], now=NOW))
    assert box.taken == []


def test_a_server_that_says_nothing_is_given_up() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        server = Server("127.0.0.1", silent.getsockname()[1], "none", 0.2)
        with pytest.raises(MailTrouble, match="non si raggiunge"):
            list(send(server, [mail()], now=NOW))


@given(st.text(max_size=80), st.text(max_size=40))
def test_no_subject_or_name_becomes_a_header(subject: str, name: str) -> None:
    evil = Outgoing("x", "a@b.it", name, "c@d.it", name, subject, "testo")
    try:
        raw = message(evil, NOW).as_bytes()
    except ValueError:
        return  # refused is as good
    head = raw.split(b"\r\n\r\n", 1)[0]
    names = {
        line.split(b":")[0].lower() for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))
    }
    wanted = {b"from", b"to", b"subject", b"date", b"message-id", b"auto-submitted", b"mime-version"}
    assert names <= wanted | {b"content-type"}


@pytest.mark.parametrize(
    "to",
    ["a@b.it\r\nBcc: x@y.it", "a@b.it\nRCPT TO:<x@y.it>", "a@b.it, x@y.it", "<a@b.it>", "@b.it", "a", ""],
)
def test_an_address_is_one_address(to: str) -> None:
    with pytest.raises(ValueError, match="non è un indirizzo"):
        message(mail(to=to), NOW)


def test_what_is_told_is_sent_once_to_each(settings: Settings, engine: Engine, box: Post) -> None:
    values = {
        "fonte": "https://a.example/feed",
        "motivo": "404",
        "conseguenza": "Niente notizie.",
        "dettaglio": "",
    }
    for _ in range(2):
        with transaction(engine) as session:
            tell(settings, session, "fonte_muta", settings.profile.editors, values, about="x", now=NOW)
    for minutes in range(3):
        post(settings, engine, now=NOW + timedelta(minutes=minutes))
    assert [to for to, _ in box.told] == ["anna@comune.esempio.mi.it", "bruno@comune.esempio.mi.it"]
    assert box.mails[0]["Subject"] == "PROVA · Una fonte non si legge: https://a.example/feed"
    assert box.text(0).startswith("Ciao Anna Redazione,")


def queued(
    engine: Engine, settings: Settings, *, to: str = "anna@comune.esempio.mi.it", hours: int = 0
) -> None:
    until = NOW + timedelta(hours=hours) if hours else None
    values = {"fonte": "x", "motivo": "y", "conseguenza": "z", "dettaglio": ""}
    with transaction(engine) as session:
        person = Editor(name="Anna Redazione", email=to)
        tell(settings, session, "fonte_muta", [person], values, about="x", until=until, now=NOW)


def only(engine: Engine) -> Letter:
    with transaction(engine) as session:
        return session.exec(select(Letter)).one()


def test_a_server_that_is_down_is_tried_ever_more_rarely_and_not_for_ever(
    settings: Settings, engine: Engine
) -> None:
    queued(engine, settings)
    tried, now = [], NOW
    while only(engine).status == LetterStatus.queued:
        before = only(engine).tries
        told = post(settings, engine, now=now)
        if only(engine).tries > before:
            tried.append(now)
            assert "non è ancora partita" in told.trouble
        now += timedelta(minutes=1)
    gaps = [(later - sooner).seconds // 60 for sooner, later in pairwise(tried)]
    assert gaps[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert len(tried) == mail_outbox.TRIES
    assert only(engine).status == LetterStatus.undeliverable


def test_a_letter_goes_as_soon_as_the_server_is_back(settings: Settings, engine: Engine) -> None:
    queued(engine, settings)
    assert post(settings, engine, now=NOW).sent == 0
    with mail_server() as box:
        announce(settings.state, box.port)
        assert post(settings, engine, now=NOW + timedelta(seconds=30)).sent == 0, "not before its time"
        assert post(settings, engine, now=NOW + timedelta(minutes=1)).sent == 1
    assert (only(engine).status, only(engine).failure, only(engine).tries) == (LetterStatus.sent, None, 2)


def test_a_letter_of_no_use_any_more_is_not_sent(settings: Settings, engine: Engine, box: Post) -> None:
    queued(engine, settings, hours=1)
    assert post(settings, engine, now=NOW + timedelta(minutes=61)).sent == 0
    assert only(engine).status == LetterStatus.late
    assert box.taken == []


def test_a_final_refusal_is_not_tried_again(settings: Settings, engine: Engine, box: Post) -> None:
    queued(engine, settings, to="rifiuta@comune.esempio.mi.it")
    told = post(settings, engine, now=NOW)
    assert told.refused == ("a Anna Redazione non si consegna: 550 5.1.1 casella inesistente",)
    assert post(settings, engine, now=NOW + timedelta(hours=2)).refused == ()
    assert only(engine).status == LetterStatus.undeliverable
    with transaction(engine) as session:
        assert [one.tries for one in mail_outbox.lost(session, since=NOW)] == [1]
    assert box.taken == []


def test_a_sender_that_died_leaves_its_letter_to_the_next(
    settings: Settings, engine: Engine, box: Post
) -> None:
    queued(engine, settings)
    with transaction(engine) as session:
        assert len(mail_outbox.claim(session, limit=9, now=NOW)) == 1
    assert post(settings, engine, now=NOW + mail_outbox.LEASE - timedelta(seconds=1)).sent == 0, "leased"
    assert post(settings, engine, now=NOW + mail_outbox.LEASE).sent == 1
    assert len(box.taken) == 1


def test_what_another_hands_over_is_waited_for_as_long_as_its_server_may_take(
    settings: Settings, engine: Engine, box: Post
) -> None:
    """Of one bulletin, of one kind, and for the first time: one that was refused before costs no time."""
    with transaction(engine) as session:
        number, other = (make_bulletin(session).id for _ in range(2))
        for kind, about in (("approvato", number), ("approvato", other), ("esito", number)):
            mail_outbox.queue(
                session,
                kind=kind,
                about=f"{about}",
                editor="Anna",
                address="anna@comune.esempio.mi.it",
                subject="x",
                text="y",
                bulletin_id=about,
                now=NOW,
            )
    asked: list[float] = []

    def waited() -> bool:
        asked.clear()

        def sleep(seconds: float) -> None:
            asked.append(seconds)
            if len(asked) == 3:
                post(settings, engine, now=NOW + mail_outbox.LEASE)

        return wait_for_others(settings, engine, number, "approvato", clock=lambda: len(asked), sleep=sleep)

    assert waited(), "nobody has taken it yet"
    assert asked == []
    with transaction(engine) as session:
        mail_outbox.claim(session, limit=9, now=NOW)
    assert waited()
    assert len(asked) == 3
    with transaction(engine) as session:
        (taken,) = mail_outbox.of_bulletin(session, other, ["approvato"])
        taken.status, taken.failure = LetterStatus.queued, None
        session.add(taken)
    assert waited()
    assert asked == [], "of another bulletin"
    with transaction(engine) as session:
        (mine,) = mail_outbox.of_bulletin(session, number, ["approvato"])
        mine.status, mine.retry_at = LetterStatus.queued, NOW + timedelta(days=1)
        session.add(mine)
    assert not waited(), "who took it died"
    assert len(asked) == Mail.model_fields["timeout_seconds"].default
    with transaction(engine) as session:
        mail_outbox.failed(session, mine.id, "450 più tardi", is_final=False, now=NOW)
    assert waited()
    assert asked == []
    assert len(box.taken) == 3


def test_two_senders_at_once_send_each_letter_once(settings: Settings, engine: Engine, box: Post) -> None:
    people = [Editor(name=f"Redattore {n}", email=f"r{n}@comune.esempio.mi.it") for n in range(8)]
    values = {"fonte": "x", "motivo": "y", "conseguenza": "z", "dettaglio": ""}
    with transaction(engine) as session:
        tell(settings, session, "fonte_muta", people, values, about="x", now=NOW)
    sent: list[int] = []
    threads = [Thread(target=lambda: sent.append(post(settings, engine, now=NOW).sent)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sent) == 8
    assert sorted(to for to, _ in box.told) == [person.email for person in people]


def test_what_was_rolled_back_is_not_told(settings: Settings, engine: Engine, box: Post) -> None:
    values = {"fonte": "x", "motivo": "y", "conseguenza": "z", "dettaglio": ""}

    def work() -> None:
        with transaction(engine) as session:
            tell(settings, session, "fonte_muta", settings.profile.editors, values, about="x", now=NOW)
            raise LookupError

    with pytest.raises(LookupError):
        work()
    assert post(settings, engine, now=NOW).sent == 0
    assert box.taken == []


def test_a_profile_without_mail_says_so(settings: Settings, sqlite: Engine) -> None:
    silent = Settings(settings.profile.model_copy(update={"mail": None}), settings.path, settings.state)
    queued(sqlite, silent)
    assert post(silent, sqlite, now=NOW).trouble == UNCONFIGURED
    with transaction(sqlite) as session:
        assert session.exec(select(Letter)).all() == []


def test_a_real_service_never_writes_to_the_sandbox(settings: Settings, sqlite: Engine, box: Post) -> None:
    real = settings.profile.model_copy(update={"stage": "production"})
    queued(sqlite, settings)
    told = post(Settings(real, settings.path, settings.state), sqlite, now=NOW)
    assert "servizio vero" in told.trouble
    assert box.taken == []


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"from": "a@b.it"}, "host is missing"),
        ({"from": "a@b.it", "host": "x.it", "sandbox": True}, "host is not for"),
        ({"from": "a@b.it", "host": "x.it", "security": "none"}, "must be encrypted"),
        ({"host": "x.it"}, "from"),
    ],
    ids=["no-host", "two-servers", "in-clear", "no-sender"],
)
def test_a_mail_table_that_cannot_work_is_refused(table: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Mail.model_validate(table)


def test_the_port_is_that_of_the_security() -> None:
    for kind, port in (("starttls", 587), ("tls", 465)):
        assert Mail.model_validate({"from": "a@b.it", "host": "x.it", "security": kind}).at_port == port


def test_user_and_password_come_together(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.mail_login is None
    monkeypatch.setenv("BOLLETTINO_MAIL_USER", "utente")
    with pytest.raises(SettingsError, match="both or none"):
        _ = settings.mail_login
    monkeypatch.setenv("BOLLETTINO_MAIL_PASSWORD", "segretissima")
    assert settings.mail_login is not None
    assert "segretissima" not in repr(settings.mail_login)
