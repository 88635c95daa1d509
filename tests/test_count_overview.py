"""The numbers of the service as an assessor reads them, and their picture."""

import re
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from db import replies
from db.engine import transaction
from db.models import BulletinStatus, Consent, Delivery, DeliveryStatus, Receipt, RecipientStatus, Scope
from flows import count as numbers
from flows.__main__ import main
from flows.bulletin.pictures.audience import POINTS, SHOWN, by_month, over_time, picture
from flows.settings import Settings
from tests.test_count_numbers import say
from tests.world.builders import NOW, make_bulletin, make_recipient, new_phone

MOMENTS = st.integers(0, 1_500_000).map(lambda minutes: NOW - timedelta(minutes=minutes))
STEPS = st.lists(st.tuples(MOMENTS, st.booleans()), max_size=60).map(sorted)


def town(settings: Settings, engine: Engine) -> None:
    """Sixty subscribers of a year, some of whom left, and two bulletins."""
    vault = settings.vault()
    with transaction(engine) as session:
        for place in range(60):
            row = make_recipient(session, vault, phone=new_phone())
            row.scope = Scope.alerts if place % 10 == 0 else Scope.everything
            row.status = RecipientStatus.suspended if place == 1 else RecipientStatus.active
            session.add(row)
            say(session, row.phone_hash or "", Consent.opt_in, NOW - timedelta(days=6 * place + 1))
        for place in range(8):
            say(session, f"gone {place}", Consent.opt_in, NOW - timedelta(days=300))
            say(session, f"gone {place}", Consent.opt_out, NOW - timedelta(days=20 * place + 2))
        for days, ends in (
            (9, [(DeliveryStatus.accepted, None, Receipt.delivered)] * 3),
            (
                5,
                [
                    *[(DeliveryStatus.accepted, None, Receipt.read)] * 30,
                    *[(DeliveryStatus.accepted, None, Receipt.delivered)] * 9,
                    (DeliveryStatus.accepted, None, Receipt.sent),
                    *[(DeliveryStatus.failed, "131026", None)] * 2,
                    (DeliveryStatus.failed, "131049", None),
                ],
            ),
        ):
            bulletin = make_bulletin(session, [], status=BulletinStatus.sent, now=NOW - timedelta(days=days))
            for status, code, receipt in ends:
                row = make_recipient(session, vault, status=RecipientStatus.opted_out)
                session.add(
                    Delivery(
                        bulletin_id=bulletin.id,
                        recipient_id=row.id,
                        status=status,
                        reason=code,
                        receipt=receipt,
                        status_at=NOW,
                    )
                )
            replies.add(session, bulletin.id, replies=7, exits=2)


def test_an_assessor_reads_sums_and_why_something_did_not_arrive(settings: Settings, engine: Engine) -> None:
    town(settings, engine)
    text = numbers.markdown(settings, numbers.overview(engine), NOW)
    assert "- Iscritti: 60, di cui 6 solo per le allerte." in text
    assert "- Fra questi, quelli che WhatsApp non raggiunge più: 1." in text
    assert "- Negli ultimi 30 giorni: 5 nuovi, 2 usciti." in text
    rows = [line for line in text.splitlines() if line.startswith("| ") and "bollettino" in line]
    assert rows == [
        "| 19/11/2026 | bollettino | 40 | 98% | 75% | 3 | 0 | 2 | 7 |",
        "| 15/11/2026 | bollettino | 3 | - | - | 0 | 0 | 2 | 7 |",
    ], "of three messages no share is shown"
    assert "| 2 | 131026 | non consegnabile: il numero non è raggiungibile su WhatsApp |" in text
    assert "| 1 | 131049 | limite di WhatsApp ai messaggi promozionali per persona |" in text
    assert "](data:image/svg+xml;base64," in text
    assert "{" not in re.sub(r"\(data:[^)]*\)", "", text)


def test_nothing_of_a_person_is_in_it(settings: Settings, sqlite: Engine) -> None:
    town(settings, sqlite)
    found = numbers.overview(sqlite)
    text = "\n".join(numbers.printed(settings, found, NOW)) + numbers.drawing(found, NOW)
    assert not re.search(r"\+39|333\d", text)
    assert settings.vault().hash("+393330000001")[:12] not in text


def test_a_new_service_has_numbers_too(settings: Settings, engine: Engine) -> None:
    found = numbers.overview(engine)
    for text in (numbers.markdown(settings, found, NOW), "\n".join(numbers.printed(settings, found, NOW))):
        assert "Iscritti: 0" in text
        assert "Non è ancora partito nessun bollettino." in text
    ElementTree.fromstring(numbers.drawing(found, NOW))


def test_the_command_prints_them_and_writes_the_picture(
    settings: Settings, sqlite: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    town(settings, sqlite)
    monkeypatch.setenv("BOLLETTINO_DATABASE", str(sqlite.url))
    monkeypatch.setenv("BOLLETTINO_STATE", str(settings.state))
    assert main(["numbers", "--picture", str(tmp_path / "numeri.svg")]) == 0
    said = capsys.readouterr().out
    assert "- Iscritti: 60" in said
    lines = [line for line in said.splitlines() if line.startswith(("Quando", "19/11/2026"))]
    assert lines[0].index("Letti") + len("Letti") == lines[1].index("75%") + len("75%"), "columns"
    ElementTree.parse(tmp_path / "numeri.svg")


@given(STEPS, st.integers(0, 100))
def test_the_curve_ends_with_who_is_there_now(steps: list[tuple[datetime, bool]], subscribers: int) -> None:
    curve = over_time(steps, subscribers, NOW)
    assert len(curve) == POINTS
    assert curve[-1] == (NOW, subscribers)
    assert all(count >= 0 for _, count in curve)
    assert curve[0][0] >= NOW - timedelta(days=365)


def test_the_curve_counts_back_over_who_came_and_went() -> None:
    steps = [(NOW - timedelta(days=days), is_in) for days, is_in in ((90, True), (60, True), (30, False))]
    counts = [count for _, count in over_time(steps, 4, NOW)]
    assert [count for count, _ in groupby(counts)] == [4, 5, 4], "from the moment of the first step on"


@given(STEPS)
def test_the_months_hold_every_step_of_theirs_once(steps: list[tuple[datetime, bool]]) -> None:
    months = by_month(steps, NOW)
    assert 1 <= len(months) <= SHOWN
    assert (months[-1].year, months[-1].month) == (2026, 11)
    since = datetime(2025, 11, 30, 23, tzinfo=UTC)  # 1 December in Rome
    assert sum(one.came + one.went for one in months) == sum(at >= since for at, _ in steps)
    assert sum(one.came for one in months) == sum(at >= since and is_in for at, is_in in steps)


@given(STEPS, st.integers(0, 2_000_000))
def test_the_picture_is_whole_and_stays_in_its_frame(
    steps: list[tuple[datetime, bool]], subscribers: int
) -> None:
    root = ElementTree.fromstring(picture(steps, subscribers, NOW))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for one in root.iter():
        assert 0 <= float(one.attrib.get("x", 0)) <= width
        assert 0 <= float(one.attrib.get("y", 0)) <= height
    assert len(root.findall("{*}title")) == 1, "who cannot see it is told the sums"
