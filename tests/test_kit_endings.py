"""Handover lists what ends, or grows old: with a date where one can be known, else with where to look."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from db import canary
from db.engine import transaction
from db.models import Canary
from db.vault import Vault
from flows.doctor import public
from flows.kit import inventory
from flows.kit.endings import NOT_ASKED
from flows.settings import Settings
from tests.test_doctor_outside import published
from tests.test_scrapers_tls import Chain, certify
from tests.world.comune import Comune
from tests.world.examined import tie_keys
from tests.world.served import Answer, serve

LOOKUP = "a look-up key made up for these tests"
UNTIL = datetime(2027, 3, 5, 12, tzinfo=UTC)
OIDC = """[sign_in.oidc]
name = "Accesso del Comune"
issuer = "https://accesso.comune.esempio.it"
client_id = "bollettino-prova"

[whatsapp]
"""


def sections(comune: Comune, *, is_offline: bool) -> tuple[str, str]:
    """What has a date, and what is to be looked up."""
    text = inventory.report(comune.settings, now=comune.now, is_offline=is_offline)
    dates = text.partition("## Date\n\n")[2].partition("\n\n")[0]
    return dates, text.partition("## Date da cercare\n\n")[2].partition("\n\n")[0]


def token(comune: Comune, told: Callable[[], Answer]) -> tuple[str, str]:
    """With a WhatsApp that says so of it."""
    with serve(lambda path: told() if "debug_token" in path else (200, {}, b"{}")) as site:
        comune.reprofile((f'api = "{comune.loopback.address}"', f'api = "{site.address}"'))
        return sections(comune, is_offline=False)


def test_the_day_of_the_token_is_asked_for(comune: Comune) -> None:
    data = {"is_valid": True, "expires_at": int(UNTIL.timestamp())}
    dates, others = token(comune, lambda: (200, {}, json.dumps({"data": data}).encode()))
    assert "05.03.2027: scade il token di WhatsApp" in dates
    assert "token" not in others


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, b'{"data": {"is_valid": true, "expires_at": 0}}', "nessuna, dice WhatsApp"),
        (404, b"<html>", "questo fornitore non la dice; guarda: il pannello"),
        (503, b"{}", "WhatsApp non l'ha detta (Retryable); guarda: impostazioni dell'azienda in Meta"),
        (400, b'{"error": {"code": 190}}', "WhatsApp non l'ha detta (TokenError)"),
    ],
)
def test_of_a_token_without_a_day_it_says_where_to_look(
    comune: Comune, status: int, body: bytes, words: str
) -> None:
    dates, others = token(comune, lambda: (status, {}, body))
    assert "token" not in dates
    assert words in others


def test_the_days_of_the_certificates_are_looked_at(
    comune: Comune, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = certify("Autorità")
    site = published(comune, Chain(root, certify("Intermedia", root), tmp_path), monkeypatch, days=40)
    try:
        day = public.certificate_end(public.secured(comune.settings)[0])
        assert timedelta(39) < day - datetime.now(UTC) <= timedelta(40)
        dates, _ = sections(comune, is_offline=False)
        assert f"scade il certificato TLS di 127.0.0.1:{site.port}" in dates
    finally:
        site.close()
    dates, others = sections(comune, is_offline=False)
    assert "certificato" not in dates
    assert f"certificato TLS di 127.0.0.1:{site.port}: non si vede (ConnectionRefusedError)" in others


def test_offline_nobody_is_asked_and_each_is_still_told(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("somebody was asked")

    monkeypatch.setattr("flows.doctor.whatsapp.token_end", refuse)
    monkeypatch.setattr(public, "certificate_end", refuse)
    comune.reprofile(
        ('public = "http://127.0.0.1:8080" ', 'public = "https://avvisi.comune.esempio.it" '),
        ("[whatsapp]\n", OIDC),
    )
    dates, others = sections(comune, is_offline=True)
    assert "token" not in dates
    for what in (
        f"Scadenza del token di WhatsApp: {NOT_ASKED}; guarda: ",
        f"Scadenza del certificato TLS di avvisi.comune.esempio.it: {NOT_ASKED}; guarda: ",
        "Scadenza del segreto con cui Accesso del Comune ci riconosce (BOLLETTINO_OIDC_SECRET): ",
        "la registrazione di `bollettino-prova` presso https://accesso.comune.esempio.it",
        "Scadenza del dominio di avvisi.comune.esempio.it: ",
        "Età della chiave di cifratura in uso",
        "Età di: chiave di ricerca",
    ):
        assert what in others, what
    lines = others.splitlines()
    assert all("; guarda: " in line for line in lines)
    assert len(lines) == len(set(lines))


def test_the_key_is_as_old_as_what_it_sealed_first(comune: Comune) -> None:
    tie_keys(comune)
    day = datetime(2025, 2, 3, 12, tzinfo=UTC)
    key = comune.settings.secrets.encryption_keys.get_secret_value().split(",")[0]
    with transaction(comune.engine) as session:
        row = session.get(Canary, 1)
        assert row is not None
        row.constant_sealed = Fernet(key).encrypt_at_time(canary.CONSTANT.encode(), int(day.timestamp()))
        session.add(row)
    _, others = sections(comune, is_offline=True)
    assert "cifra questa base di dati almeno dal 03.02.2025, e può essere più vecchia" in others


def test_an_older_key_s_seal_tells_nothing_of_the_newest() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    sealed = Vault([old], LOOKUP).seal("x")
    assert Vault([new, old], LOOKUP).sealed_at(sealed) is None
    since = Vault([old, new], LOOKUP).sealed_at(sealed)
    assert since is not None
    assert abs(datetime.now(UTC) - since) < timedelta(minutes=1)


def test_what_is_of_this_machine_alone_has_no_domain(settings: Settings, comune: Comune) -> None:
    _, others = sections(comune, is_offline=True)
    assert settings.profile.servers.public.startswith("http://127.0.0.1")
    assert "dominio" not in others
    assert "certificato" not in others
