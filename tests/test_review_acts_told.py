"""Who is told of what a person did in their own name, and where the forms ask for the code."""

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from db import acts as rows
from db import bulletins, senders
from db.engine import transaction
from db.models import BulletinStatus, DeliveryStatus, Letter
from flows.absence import note_absence
from flows.cli.history import history
from flows.deploy import blocks, entry, form
from flows.door.sealed_code import OPERATOR, Proof
from flows.review import acts
from flows.review.acts import NotProvedError
from flows.settings import Settings
from tests.test_review_acts import DAY, _assenza, _chiusura, _nonostante, proof, sent
from tests.test_review_codes import code
from tests.world.builders import NOW
from tests.world.code_secrets import ANNA, BRUNO

QUEUED = DeliveryStatus.queued


def letters(engine: Engine, kind: str) -> dict[str, str]:
    with transaction(engine) as session:
        return {one.editor: one.text for one in session.exec(select(Letter).where(Letter.kind == kind))}


def test_everybody_is_told_who_closed_days_and_who_entered_an_absence_for_another(
    asking: Settings, sqlite: Engine
) -> None:
    _chiusura(asking, sqlite, 0, ANNA.name, proof())
    told = letters(sqlite, "atto")
    assert set(told) == {one.name for one in asking.profile.editors}
    assert "Anna Redazione ha usato «chiusura» martedì 24 novembre" in told[BRUNO.name]
    assert "(codice verificato)" in told[BRUNO.name]
    assert "Chiusura martedì 1 dicembre" in told[BRUNO.name]
    with pytest.raises(NotProvedError, match="non è di un redattore del profilo"):
        _chiusura(asking, sqlite, 0, "", proof())
    given = proof(code(editor=BRUNO))
    note_absence(asking, sqlite, who=ANNA.name, by=BRUNO.name, first=DAY, last=DAY, proof=given, now=NOW)
    with transaction(sqlite) as session:
        said = [one.text for one in session.exec(select(Letter).where(Letter.editor == ANNA.name))]
    assert "Bruno Vice ha usato «assenza»" in said[-1]


def test_an_absence_is_told_to_who_is_away_and_to_who_stands_in(asking: Settings, sqlite: Engine) -> None:
    _assenza(asking, sqlite, 0, ANNA.name, proof())
    told = letters(sqlite, "atto")
    assert "hai usato «assenza»" in told[ANNA.name]
    assert "Anna Redazione ha usato «assenza»" in told[BRUNO.name]
    assert (
        "Se ti sembra strano chiedi ad Anna Redazione: se non ne sa niente avvisa subito" in told[BRUNO.name]
    )
    _assenza(asking, sqlite, 0, BRUNO.name, proof(code(editor=BRUNO)))
    assert "ATTENZIONE: non resta nessuno martedì 1 dicembre" in letters(sqlite, "atto")[ANNA.name]


UNPROVED = {"avviso-urgente", "recupera"}  # a draft is approved with a code; the other only reads the site


def test_every_form_that_asks_for_a_name_asks_for_the_code_in_italian() -> None:
    found: dict[str, dict[str, Any]] = {
        block["name"]: form(entry(block["entrypoint"]), ())["properties"] for block in blocks()[0]
    }
    named = {name for name, fields in found.items() if {"chi", "who"} & set(fields)}
    assert {"ferma", "riprendi", "chiudi", "riapri", "ritenta", "incerti", "assenza", "chiusura"} <= named
    for name in named - UNPROVED:
        field = found[name]["codice"]
        assert "Codice di 6 cifre dell'app" in field["title"], name
        assert field["default"] == "", "also where no codes are asked for"


def test_the_sentences_hold_no_code_and_a_proof_shows_none() -> None:
    assert "123456" not in repr(Proof("123456", NOW))
    assert acts.FIELD_TITLE.startswith("Codice")


def test_a_start_in_spite_of_a_check_stands_in_the_history(asking: Settings, sqlite: Engine) -> None:
    number = sent(asking, sqlite, QUEUED, left=BulletinStatus.stopped)
    _nonostante(asking, sqlite, number, ANNA.name, proof())
    with transaction(sqlite) as session:
        senders.add(session, number, by=ANNA.name, despite=["Costo: troppo"], now=NOW)
    told = " ".join(history(sqlite, number).split())
    assert "Partenze:" in told
    assert "Nonostante il controllo: Costo: troppo" in told
    for status, words in (
        (BulletinStatus.stopped, "Ha chiesto di riprenderlo."),
        (BulletinStatus.approved, "Ha chiesto di farlo partire."),
    ):
        other = sent(asking, sqlite, QUEUED, left=status)
        with transaction(sqlite) as session:
            bulletins.locked(session, other).sent_at = None if status == BulletinStatus.approved else NOW
        acts.decide(asking, sqlite, other, who=BRUNO.name, proof=OPERATOR, now=NOW)
        with transaction(sqlite) as session:
            assert [one.words for one in rows.of(session, other)] == [words]
    assert "Ha chiesto di farlo partire anche se un controllo dice NON PARTE." in told
