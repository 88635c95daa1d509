"""The sandbox's mailbox: a real mail server beside the site, its mails on a page and as JSON."""

import smtplib
from email.message import EmailMessage
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from deployments.sandbox.app import create_app
from deployments.sandbox.config import Config
from deployments.sandbox.post_office import PORT_FILE

CONFIG = Config.model_validate(
    {
        "phone_number_id": "1",
        "waba_id": "2",
        "token": "t",
        "app_secret": "s",
        "verify_token": "v",
        "webhook_url": "http://127.0.0.1:9/webhook",
        "display_number": "333 123 4567",
    }
)


def mail(subject: str = "Da approvare: città", html: str = "<b>Ciao</b>") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "bollettino@a.it", "anna@a.it", subject
    made.set_content("Perché no?\n.\nfine")
    made.add_alternative(html, subtype="html")
    return made


def connect(folder: Path) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", int((folder / PORT_FILE).read_text()), "prova.example", timeout=5)


def test_a_mail_is_seen_on_the_page_and_kept_over_a_restart(tmp_path: Path) -> None:
    with TestClient(create_app(CONFIG, tmp_path)) as web:
        assert "Ancora nessuna e-mail" in web.get("/posta").text
        with connect(tmp_path) as smtp:
            smtp.send_message(mail())
            smtp.send_message(mail("La seconda"))
    with TestClient(create_app(CONFIG, tmp_path)) as web:
        second, first = web.get("/_prova/posta").json()
        assert (first["to"], first["subject"]) == (["anna@a.it"], "Da approvare: città")
        assert first["text"] == "Perché no?\n.\nfine\n"
        page = web.get("/posta").text
        assert page.index("La seconda") < page.index("Da approvare: città")
        shown = web.get(f"/posta/{second['number']}")
        assert "<b>Ciao</b>" in shown.text
        assert "default-src 'none'" in shown.headers["content-security-policy"]
        assert web.get("/posta/99").status_code == 404


def test_markup_of_a_mail_is_text_on_the_page(tmp_path: Path) -> None:
    with TestClient(create_app(CONFIG, tmp_path)) as web:
        with connect(tmp_path) as smtp:
            smtp.send_message(mail("<script>alert(1)</script>"))
        assert "<script>alert" not in web.get("/posta").text


def test_commands_out_of_order_and_trouble_on_demand(tmp_path: Path) -> None:
    with TestClient(create_app(CONFIG, tmp_path)), connect(tmp_path) as smtp:
        assert smtp.docmd("RCPT", "TO:<a@b.it>")[0] == 503
        assert smtp.docmd("DATA")[0] == 503
        assert smtp.docmd("TURN")[0] == 502
        assert smtp.docmd("STARTTLS")[0] == 502
        smtp.mail("a@b.it")
        assert smtp.rcpt("rifiuta.tutto@b.it")[0] == 550
        assert smtp.rcpt("dopo@b.it")[0] == 451
        assert smtp.rcpt("anna@b.it")[0] == 250
        smtp.rset()
        assert smtp.docmd("DATA")[0] == 503


def test_a_mail_that_is_too_large_is_refused_and_the_next_is_taken(tmp_path: Path) -> None:
    with TestClient(create_app(CONFIG, tmp_path)) as web:
        with connect(tmp_path) as smtp:
            with pytest.raises(smtplib.SMTPDataError, match="552"):
                smtp.sendmail("a@b.it", ["c@d.it"], b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 80_000)
            smtp.send_message(mail())
        assert len(web.get("/_prova/posta").json()) == 1
