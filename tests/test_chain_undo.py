"""A draft that was postponed or discarded by mistake, through the real Prefect server and worker."""

from typing import Any

import pytest
from sqlmodel import select

from db import bulletins
from db.engine import transaction
from db.models import NewsItem
from flows.deploy import EDITORS, LIST
from tests.world.installation import Installation, wait_for

pytestmark = pytest.mark.xdist_group("chain")

POSTPONE = "Non inviare: le notizie passano al prossimo bollettino"
DISCARD = "Non inviare e scarta queste notizie"


def entry_of(installation: Installation, number: int) -> str:
    """Of this bulletin in the list of *riapri*, as Prefect has stored it; "" where it is in none."""
    name = installation.settings.deployment("riapri")
    with installation.prefect() as client:
        (found,) = (one for one in client.read_deployments() if one.name == name)
    entries = [
        entry
        for field in (found.parameter_openapi_schema or {})["properties"].values()
        if field.get(LIST, EDITORS) != EDITORS
        for entry in field["enum"]
    ]
    return next((entry for entry in entries if entry.startswith(f"{number} · ")), "")


def mail(installation: Installation, subject: str, about: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = installation.ask("/_prova/posta")
    return [one for one in found if subject in one["subject"] and about in one["text"]]


@pytest.mark.parametrize(
    ("decision", "status", "word", "title"),
    [
        pytest.param(  # in a browser: tests/test_browser_orders.py
            POSTPONE,
            "merged",
            "rinviato",
            "Orario nuovo della piscina comunale",
            marks=pytest.mark.rehearsal,
        ),
        (DISCARD, "rejected", "scartato", "Lettura ad alta voce per i più piccoli"),
    ],
)
def test_it_returns_as_it_was_edited_and_leaves_once(
    installation: Installation, decision: str, status: str, word: str, title: str
) -> None:
    number = installation.draft(title)
    first = installation.run_of(number)
    edited = f"{installation.texts(number)[0]} Ti aspettiamo."
    installation.answer(number, decision, notizia_1=edited)
    ended = installation.ends_as(number, status)
    entry = wait_for("its place in the list", lambda: entry_of(installation, number))
    assert entry.startswith(f"{number} · {word} · bollettino · ")
    subject = "Rinviato al prossimo" if status == "merged" else "Scartato"
    how = installation.settings.order_link("riapri")
    wait_for("the receipt", lambda: mail(installation, subject, how))

    run = installation.order("riapri", bollettino=entry, chi="Bruno Vice")
    assert f"Bollettino {number} riaperto: non è più {word}" in installation.completed(run)
    assert entry_of(installation, number) == ""
    assert mail(installation, f"Registrato: bollettino {number} riaperto", "Bruno Vice ha usato «riapri»")
    second = installation.run_of(number)
    assert second != first
    _, form = installation.form_of(number)
    assert form["notizia_1_v2"] == edited
    with transaction(installation.engine) as session:
        version = bulletins.latest(session, number)
        assert version is not None
        told = [item.news_item_id for item in bulletins.items(session, version)]
        items = [item for item in session.exec(select(NewsItem)) if item.id in told]
    assert [item.discarded_at for item in items] == [None]

    installation.answer(number, "Approva: parte subito")  # as the form shows it
    installation.ends_as(number, "sent")
    for messages in installation.received(ended.code).values():
        assert len(messages) == 1
        assert edited in messages[0]
