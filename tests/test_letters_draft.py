"""What a letter about a draft shows of it: the message as it is read, and the way to its picture."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from sqlmodel import select

from db import bulletins, mail_outbox
from db.bulletins import ItemData
from db.models import Bulletin, BulletinKind, Letter, LetterStatus
from flows.letters.briefing import briefing
from flows.letters.drafts import SLOW, _while_away, tell_approval, tell_bulletin
from flows.letters.receipts import APPROVED
from flows.settings import DEMO, Settings, load_profile
from flows.staff.mail import post
from flows.staff.rota import Duty
from flows.staff.smtp import Outgoing
from tests.test_dispatch import approved
from tests.world.builders import make_bulletin
from tests.world.comune import Comune

QUEUED = ("kind", "about", "editor", "address", "subject", "text")

TEXTS = Settings(load_profile(DEMO), DEMO, DEMO).texts["posta"]
OF_A_DRAFT = sorted(
    kind for kind, words in TEXTS.items() if re.search(r"\{(anteprima|link)\}", words["testo"])
)


def test_the_message_is_shown_as_it_is_read_and_the_picture_is_linked(comune: Comune) -> None:
    comune.collect()
    number = comune.draft()
    with comune.look() as session:
        tell_bulletin(comune.settings, session, number, now=comune.now)
        (letter,) = mail_outbox.of_bulletin(session, number, ["bozza_pronta"])
    assert "\n\nIn primo piano. " in letter.text
    assert "*" not in letter.text
    assert f"{comune.settings.newsroom}/pagina/bozza-{number}\n" in letter.text


@pytest.mark.parametrize(
    ("needs_two", "is_by_one", "enough"),
    [
        (False, True, ", basta che decida uno."),
        (True, False, ", servono due approvazioni."),
        (True, True, ", servono due approvazioni, se resta il dato che il sito non riporta."),
    ],
)
def test_who_is_away_reads_how_many_have_to_approve(
    comune: Comune, needs_two: bool, is_by_one: bool, enough: str
) -> None:
    comune.collect()
    number = comune.draft()
    anna, _ = comune.settings.profile.editors
    with comune.look() as session:
        row = session.get_one(Bulletin, number)
        about = briefing(comune.settings, session, row, bulletins.latest(session, number), now=comune.now)
    about = replace(about, needs_two=needs_two, is_by_one=is_by_one)
    assert _while_away(Duty((anna,)), about).endswith(enough)


@pytest.mark.parametrize(
    ("reader", "whose"), [("test", "Testo tuo"), ("Anna Redazione", "Testo di test"), ("", "Testo di test")]
)
def test_a_text_without_a_page_is_its_writers_own(comune: Comune, reader: str, whose: str) -> None:
    line = ItemData("Avviso", "Avviso", "", "acqua sospesa in via Mazzini")
    with comune.look() as session:
        row = make_bulletin(session, [line], kind=BulletinKind.urgent)
        version = bulletins.latest(session, row.id)
        about = briefing(comune.settings, session, row, version, reader=reader, now=comune.now)
    assert about.nothing.startswith(f"{whose}: non c'è una pagina con cui confrontarlo.")


@pytest.mark.parametrize("kind", OF_A_DRAFT)
def test_every_letter_about_a_draft_leads_to_its_picture(kind: str) -> None:
    assert "{figura}" in TEXTS[kind]["testo"]


def test_there_are_such_letters() -> None:
    assert {"bozza_pronta", "sollecito", "da_correggere", "urgente", "serve_la_tua_firma"} < set(OF_A_DRAFT)


def test_an_approval_waits_for_slow_mail_no_longer_than_for_one_answer(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first message of an alert leaves after it: what is left stays queued, as if not tried."""
    mail = comune.settings.profile.mail
    assert mail is not None
    number = approved(comune)
    with comune.look() as session:
        tell_bulletin(comune.settings, session, number, now=comune.now)
        waiting = mail_outbox.of_bulletin(session, number, [APPROVED])
    assert len(waiting) > 1
    seconds, taken = 0.0, list[str]()

    def slow(_: object, mails: Sequence[Outgoing], **__: object) -> Iterator[tuple[str, None]]:
        nonlocal seconds
        for one in mails:
            seconds += 0.9 * mail.timeout_seconds
            taken.append(one.to)
            yield one.identity, None

    monkeypatch.setattr("flows.staff.mail.send", slow)
    monkeypatch.setattr("flows.staff.mail.server", lambda *_: None)
    for editor in range(4):  # of other matters, queued behind
        with comune.look() as session:
            row = waiting[0].model_dump() | {"about": f"altro {editor}", "kind": "fonte_muta"}
            mail_outbox.queue(session, **{key: row[key] for key in QUEUED}, now=comune.now)
    said = tell_approval(comune.settings, comune.engine, number, now=comune.now, clock=lambda: seconds)
    assert seconds <= 2 * mail.timeout_seconds
    assert SLOW in said
    with comune.look() as session:
        rest = [one for one in session.exec(select(Letter)) if one.status == LetterStatus.queued]
        assert {(one.tries, one.failure, one.retry_at) for one in rest} == {(0, None, comune.now)}
    before = len(taken)
    assert post(comune.settings, comune.engine, now=comune.now).sent == len(rest)
    assert len(taken) == before + len(rest)
