"""The sends at the terminal: every check before, the certificate after, a retry, the witness, the cost."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from db import handovers
from db.models import Act, BulletinStatus, DispatchStart, Letter
from flows.sending import certificate, witness
from tests.test_cli_verbs import _own_environment, flows
from tests.world.builders import make_bulletin
from tests.world.comune import APPROVE, Comune

__all__ = ["_own_environment"]  # the fixture


def approved(comune: Comune) -> int:
    comune.subscribe()
    with comune.look() as session:
        number = make_bulletin(session, status=BulletinStatus.in_review).id
    comune.answer(number, APPROVE, now=datetime.now(UTC))  # the command takes the real time
    return number


def test_a_dry_run_shows_every_check_and_one_that_refuses_is_exit_code_two(
    comune: Comune, capsys: pytest.CaptureFixture[str]
) -> None:
    number = approved(comune)
    assert flows(comune, "dispatch", str(number), "--dry-run") == 0
    shown = capsys.readouterr().out
    assert "Testo e orario: a posto." in shown
    assert "Copia del database: attenzione." in shown  # no Prefect server to be asked
    assert "Modello bollettino_1: a posto. Approvato, categoria promozionale." in shown
    assert "Costo: a posto. Questo invio circa 0,30 EUR" in shown
    comune.ask("POST", "/_prova/numero", {"status": "BANNED"})
    assert flows(comune, "dispatch", str(number), "--dry-run") == 2
    assert "Numero del servizio: NON PARTE. WhatsApp lo dà come BANNED." in capsys.readouterr().out
    assert flows(comune, "dispatch", str(number)) == 2
    told = capsys.readouterr().err
    assert "BANNED" in told
    assert f"python -m flows dispatch {number} --despite-by NAME" in told
    assert not any(comune.received().values())
    assert flows(comune, "dispatch", str(number), "--despite-by", "Nessuno") == 2
    assert "'Nessuno' is no editor of" in capsys.readouterr().err
    assert flows(comune, "dispatch", str(number), "--despite-by", "Anna Redazione") == 0
    assert [len(texts) for texts in comune.received().values()] == [1] * 5
    with comune.look() as session:
        letters = session.exec(select(Letter.text).where(Letter.kind == "parte_nonostante")).all()
    assert len(letters) == len(comune.settings.profile.editors)
    assert "Anna Redazione fa partire" in letters[0]
    assert "dalla riga di comando di chi gestisce il servizio, anche se" in letters[0]


def test_the_brake_at_the_terminal_needs_a_name_and_no_code(
    comune: Comune, capsys: pytest.CaptureFixture[str]
) -> None:
    with comune.look() as session:
        number = make_bulletin(session, status=BulletinStatus.sending).id
    assert flows(comune, "stop", str(number), "--by", "Anna Redazione") == 0
    assert capsys.readouterr().out == f"Invio del bollettino {number} fermato: partiti 0 messaggi su 0.\n"
    assert comune.bulletin(number).status == BulletinStatus.stopped
    assert flows(comune, "dispatch", str(number)) == 2
    assert "è fermato: lo fa ripartire una persona" in capsys.readouterr().err


def test_days_are_closed_at_the_terminal_by_somebody(
    comune: Comune, capsys: pytest.CaptureFixture[str]
) -> None:
    assert flows(comune, "closure", "2099-12-01", "2099-12-02", "--by", "Anna Redazione") == 0
    assert "Chiusura da martedì 1 dicembre" in capsys.readouterr().out
    with comune.look() as session:
        assert session.exec(select(Act)).one().by_operator


def test_the_certificate_is_kept_printed_checked_and_exported(
    comune: Comune, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    number = approved(comune)
    assert flows(comune, "dispatch", str(number)) == 0
    kept = certificate.path_of(comune.settings, number)
    capsys.readouterr()
    assert flows(comune, "certificate", str(number)) == 0
    assert "Previsti 5 = accettati 5 + falliti 0 + saltati 0 + incerti 0" in capsys.readouterr().out
    assert flows(comune, "certificate", str(number), "--json") == 0
    assert capsys.readouterr().out == kept.read_text(encoding="utf-8")
    assert flows(comune, "certificate", str(number), "--verify", str(kept)) == 0
    assert "matches the rows" in capsys.readouterr().out
    kept.write_text(
        kept.read_text(encoding="utf-8").replace('"planned": 5', '"planned": 6'), encoding="utf-8"
    )
    assert flows(comune, "certificate", str(number), "--verify", str(kept)) == 2
    assert "does NOT add up: il file è stato modificato" in capsys.readouterr().out
    file = tmp_path / "consegne.csv"
    assert flows(comune, "certificate", str(number), "--deliveries", str(file)) == 0
    assert capsys.readouterr().out == f"{file}: 5 deliveries\n"
    assert file.read_text(encoding="utf-8").count("\n") == 6


def test_a_retry_with_nothing_to_retry_says_so(comune: Comune, capsys: pytest.CaptureFixture[str]) -> None:
    number = approved(comune)
    flows(comune, "dispatch", str(number))
    capsys.readouterr()
    assert flows(comune, "retry", str(number), "--by", "Anna Redazione", "--dry-run") == 0
    assert "nessun messaggio fallito si può ritentare" in capsys.readouterr().out


def test_a_restored_database_is_named_and_accepted_by_a_person(
    comune: Comune, capsys: pytest.CaptureFixture[str]
) -> None:
    assert flows(comune, "witness") == 0
    witness.StateFolder(comune.settings).write(witness.Mark(number=3, bulletin_id=9, at=comune.now))
    assert flows(comune, "witness") == 2
    told = capsys.readouterr().out
    assert "looks restored from a backup" in told
    assert "Starts in the database: 0. Outside: 3 (bulletin 9, " in told
    assert "python -m flows witness --accept-by NAME" in told
    number = approved(comune)
    assert flows(comune, "dispatch", str(number)) == 2
    assert flows(comune, "witness", "--accept-by", "Anna Redazione") == 0
    assert flows(comune, "witness") == 0
    assert flows(comune, "dispatch", str(number)) == 0
    with comune.look() as session:
        rows = session.exec(select(DispatchStart)).all()
    assert {(row.number, row.bulletin_id, row.by) for row in rows} == {
        (3, None, "Anna Redazione"),
        (4, number, "invio"),
    }


def test_the_cost_of_a_year_is_told_by_month(comune: Comune, capsys: pytest.CaptureFixture[str]) -> None:
    number = approved(comune)
    flows(comune, "dispatch", str(number))
    capsys.readouterr()
    assert flows(comune, "cost") == 0
    shown = capsys.readouterr().out
    assert shown.count("\n") >= 15
    assert " 0,30 EUR" in shown
    assert flows(comune, "cost", "--year", "2020") == 0
    assert "0,30" not in capsys.readouterr().out


def test_a_dry_run_says_how_many_lists_a_person_would_send(
    comune: Comune, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handovers, "LIST_SIZE", 2)
    comune.reprofile(('ordinary = "cloud"', 'ordinary = "assisted"'))
    number = approved(comune)
    assert flows(comune, "dispatch", str(number), "--dry-run") == 0
    shown = capsys.readouterr().out
    assert "would be sent by hand to 5 recipients in 3 lists of at most 2 numbers:" in shown
    assert f"/b/{comune.bulletin(number).code}" in shown
    assert "Invio a mano: a posto." in shown
    assert "Modello" not in shown
    assert comune.bulletin(number).status == BulletinStatus.approved
    comune.reprofile(('ordinary = "cloud"', 'ordinary = "channel"'))
    other = approved(comune)
    assert flows(comune, "dispatch", str(other), "--dry-run") == 0
    assert "would be posted in the WhatsApp channel by hand:" in capsys.readouterr().out
