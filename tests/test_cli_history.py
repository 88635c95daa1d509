"""`history`: who did what to a bulletin, which words changed, what was signed, decided and sent."""

import os
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyotp import TOTP
from sqlalchemy import Engine
from sqlmodel import select

from db import bulletins, deliveries
from db.engine import StoreError, transaction
from db.models import Approval, BulletinItem, BulletinStatus, Delivery, DeliveryStatus, SignOff
from db.recipients import SPARED
from flows.__main__ import main
from flows.cli.history import history
from flows.dispatch import dispatch_bulletin
from flows.review.differences import HIDDEN, differences, without_mobiles
from flows.stop import reopen_decided
from tests.world import outbox
from tests.world.builders import NOW, item_of, make_bulletin, make_news_item, make_recipient, news_data
from tests.world.comune import APPROVE, DISCARD, SAVE, Comune

ANNA, BRUNO = "Anna Redazione", "Bruno Vice"
SECRETS = {
    "ANNA_REDAZIONE": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "BRUNO_VICE": "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU",
}


def waiting(comune: Comune, *texts: str, **options: object) -> int:
    with comune.look() as session:
        items = [
            item_of(
                make_news_item(session, news_data(title=f"Notizia {n}", url=f"https://c.it/{n}")), text=text
            )
            for n, text in enumerate(texts, start=1)
        ]
        return make_bulletin(session, items, status=BulletinStatus.in_review, now=comune.now).id


def item(
    position: int, text: str, *, news: int | None = None, title: str = "T", url: str = "u"
) -> BulletinItem:
    return BulletinItem(
        version_id=1, position=position, news_item_id=news, title=title, category="c", url=url, text=text
    )


def flat(text: str) -> str:
    return " ".join(text.split())


def test_it_tells_each_version_with_the_words_that_changed_and_who_changed_them(comune: Comune) -> None:
    number = waiting(comune, "Via Roma chiude lunedì 30 novembre.", "La biblioteca è aperta.")
    comune.now += timedelta(hours=1)
    comune.answer(
        number, SAVE, texts=["Via Roma resta chiusa lunedì 30 novembre.", "La biblioteca è aperta."]
    )
    comune.now += timedelta(hours=1)
    comune.answer(number, APPROVE, order=["2. Notizia 2", "1. Notizia 1"], who=BRUNO)
    told = history(comune.engine, number)
    first, second, third = (told.split(f"Versione {n}, ")[1] for n in (1, 2, 3))
    assert first.startswith(
        "test, martedì 24 novembre 2026, 10:30:00\n  + 1. Notizia 1\n      Via Roma chiude"
    )
    assert second.startswith(
        f"{ANNA}, martedì 24 novembre 2026, 11:30:00\n  Risponde alla versione 1\n  ~ 1."
    )
    assert "      Via Roma [-chiude-] {+resta chiusa+} lunedì 30 novembre.\n" in second
    assert "biblioteca" not in second.split("Versione 3")[0]
    assert third.startswith(f"{BRUNO}, martedì 24 novembre 2026, 12:30:00")
    assert "~ 1. Notizia 2 (era la 2)" in third
    assert "Decisione: approvato da Bruno Vice, martedì 24 novembre 2026, 12:30:00, senza codice" in flat(
        third
    )
    with comune.look() as session:
        approval = session.exec(select(Approval)).one()
    assert f"Sigillo: {approval.seal}" in third
    assert "Destinatari al momento dell'approvazione: 0" in third
    assert told.startswith(f"Bollettino {number} (ordinario): approvato\n")


def test_a_refused_text_shows_why_it_came_back_and_an_unchanged_one_that_nothing_changed(
    comune: Comune,
) -> None:
    number = waiting(comune, "Via Roma chiude lunedì 30 novembre dalle 8 alle 18.")
    comune.answer(number, APPROVE, texts=["x" * 2000])
    comune.answer(number, DISCARD)
    told = flat(history(comune.engine, number))
    assert "Da correggere: Il testo è troppo lungo di" in told
    assert "Testo come prima" in told
    assert "Decisione: scartato da Anna Redazione" in told
    assert "Sigillo" not in told
    assert told.endswith("Certificato di invio: nessun messaggio è partito.")


def test_a_block_shows_both_signatures_what_they_overrode_and_the_declared_source(
    comune: Comune, monkeypatch: pytest.MonkeyPatch
) -> None:
    comune.reprofile(("# codes = true ", "codes = true "))
    for name, secret in SECRETS.items():
        editor = next(one for one in comune.settings.profile.editors if one.code_variable.endswith(name))
        monkeypatch.setenv(editor.code_variable, secret)
    comune.reprofile(("# codes = true ", "codes = true "))
    number = waiting(comune, "Via Roma chiude lunedì 30 novembre dalle 8 alle 18.")
    text = ["Via Roma chiude lunedì 30 novembre dalle 8 alle 18. Costa 45 euro."]
    for name, (who, source) in zip(SECRETS, ((ANNA, "telefonata all'ufficio"), (BRUNO, "")), strict=True):
        comune.now += timedelta(minutes=2)
        code = TOTP(SECRETS[name]).at(comune.now)
        comune.answer(number, APPROVE, texts=text, who=who, source=source, code=code)
    assert comune.bulletin(number).status == BulletinStatus.approved
    told = flat(history(comune.engine, number))
    for who in (ANNA, BRUNO):
        assert f"Firma: {who} approva, martedì 24 novembre 2026" in told
    assert told.count("codice verificato") == 3  # two signatures and the decision
    assert told.count("Nonostante: Notizia 1: ") == 2
    assert "Fonte dichiarata: telefonata all'ufficio" in told
    with comune.look() as session:
        hashes = [one.code_hash for one in session.exec(select(SignOff))]
    assert all(one and one not in told for one in hashes)


def test_a_reopened_approval_is_shown_as_void_with_its_moment(comune: Comune) -> None:
    number = waiting(comune, "Via Roma chiude lunedì 30 novembre.")
    comune.answer(number, APPROVE)
    comune.now += timedelta(minutes=5)
    reopen_decided(comune.settings, comune.engine, number, who=BRUNO, now=comune.now)
    told = history(comune.engine, number)
    assert "ANNULLATA martedì 24 novembre 2026, 10:35:00: il bollettino è stato riaperto" in told
    moves = flat(told.split("Passaggi conservati:")[1])
    assert "10:30:00: approvato da Anna Redazione martedì 24 novembre 2026, 10:35:00: riaperto" in moves
    assert "stato di adesso: da approvare, da Bruno Vice (riaperto, l'approvazione non vale più)" in moves


@pytest.mark.parametrize(
    ("before", "to", "reason", "words"),
    [
        (BulletinStatus.draft, BulletinStatus.superseded, "updated", "la fonte ha cambiato l'allerta"),
        (BulletinStatus.stopped, BulletinStatus.sent, SPARED, "chi mancava riceve il testo giusto"),
    ],
)
def test_why_the_program_ended_it_is_told_in_words(
    sqlite: Engine, before: BulletinStatus, to: BulletinStatus, reason: str, words: str
) -> None:
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, status=before)
        bulletins.move(session, bulletin, to, by="allerta urgente", now=NOW, reason=reason)
    assert f", da allerta urgente ({words})" in flat(history(sqlite, bulletin.id))


def test_the_certificate_of_a_send_adds_up_line_by_line(comuni: Comune) -> None:
    numbers = comuni.subscribe()
    number = waiting(comuni, "Via Roma chiude lunedì 30 novembre.")
    comuni.answer(number, APPROVE)
    dispatch_bulletin(comuni.settings, comuni.engine, number, now=comuni.now)
    with comuni.look() as session:
        gone = session.exec(select(Delivery)).first()
        assert gone is not None
        deliveries.move(gone, DeliveryStatus.failed, now=comuni.now)
        session.add(gone)
    told = history(comuni.engine, number)
    certificate = told.split("Certificato di invio: ")[1].splitlines()
    assert certificate[0] == f"previsti {len(numbers)}"
    assert certificate[1:3] == ["  accettati: 4", "  falliti: 1"]
    assert certificate[-1] == "  I conti tornano."
    assert "comincia l'invio" in told
    assert not any(one.lstrip("+") in told or one[3:] in told for one in numbers)


def test_a_send_with_open_deliveries_says_that_it_is_open(comune: Comune) -> None:
    with comune.look() as session:
        bulletin = make_bulletin(session, status=BulletinStatus.sending)
        outbox.plan(session, bulletin.id, [make_recipient(session, comune.settings.vault())], now=comune.now)
    told = history(comune.engine, bulletin.id)
    assert told.endswith("  ancora da inviare: 1\n  I conti sono ancora aperti.")


def test_a_mobile_number_in_texts_notes_and_sources_is_not_shown(comune: Comune) -> None:
    number = waiting(comune, "Per informazioni 02 9080 123 o 333 123 4567.")
    with comune.look() as session:
        bulletin = bulletins.locked(session, number)
        shown = bulletins.latest(session, number)
        assert shown is not None
        changed = bulletins.data_of(bulletins.items(session, shown)[0])
        changed = type(changed)(
            **{**changed.__dict__, "text": "Per informazioni 02 9080 123 o 333 123 4568."}
        )
        bulletins.add_version(
            session, bulletin, [changed], author=ANNA, now=comune.now, note="me l'ha detto +39 347/7654321"
        )
    told = history(comune.engine, number)
    assert f"Per informazioni 02 9080 123 o [-{HIDDEN}.-] {{+{HIDDEN}.+}}" in told or (
        f"o [-{HIDDEN}-] {{+{HIDDEN}+}} ." in told
    )
    assert f"Nota: me l'ha detto {HIDDEN}" in told
    assert not any(part in told.replace(" ", "") for part in ("3331234567", "4568", "7654321"))


@given(
    st.sampled_from(["333", "347", "320", "393"]),
    st.text("0123456789", min_size=7, max_size=7),
    st.sampled_from(["", " ", "-", ".", "/", "\u00a0", " - ", "\u2013"]),
    st.sampled_from(["", "+39", "0039", "39", "+39 ", "(+39) "]),
    st.sampled_from(["chiama {}", "tel.{}.", "({})", "tel:{},", "{}"]),
)
@example("333", "0000077", "", "", "wa.me/{}")
def test_no_way_of_writing_a_mobile_number_gets_through(
    start: str, rest: str, between: str, prefix: str, around: str
) -> None:
    for written in (f"{start}{between}{rest[:3]}{between}{rest[3:]}", f"{start}{between}{rest}"):
        shown = without_mobiles(around.format(prefix + written))
        assert HIDDEN in shown
        assert not any(sign.isdigit() for sign in shown.replace("39", ""))


@pytest.mark.parametrize(
    "text",
    [
        "Il bando vale 350.000.000 euro",
        "dal 30/11/2026 al 3/12/2026, ore 12",
        "Ufficio: 02 9080 1234, numero verde 800 123 456",
        "CUP 33B2345678901",
        "determina 312 del 4 novembre 2026",
    ],
)
def test_amounts_dates_and_an_offices_own_number_stay(text: str) -> None:
    assert without_mobiles(text) == text


def test_nothing_in_a_text_steers_the_terminal() -> None:
    assert without_mobiles("via\x1b[31m Roma\r\x07\u202e") == "via [31m Roma   "


def test_differences_name_what_came_in_went_and_moved() -> None:
    before = [item(1, "a", news=1, title="Uno"), item(2, "b", news=2, title="Due"), item(3, "c", title="Tre")]
    after = [
        item(1, "c", title="Tre"),
        item(2, "a nuova", news=1, title="Uno"),
        item(3, "d", news=4, title="Q"),
    ]
    assert differences(before, after) == [
        "~ 1. Tre (era la 3)",
        "~ 2. Uno (era la 1)",
        "    a {+nuova+}",
        "+ 3. Q",
        "    d",
        "- 2. Due",
        "    b",
    ]
    assert differences(before, before) == []
    assert differences([], []) == []


def test_lines_of_one_news_are_told_apart_and_spaces_are_named() -> None:
    before = [item(1, "a", news=1), item(2, "b", news=1)]
    after = [item(1, "a", news=1), item(2, "b ", news=1)]
    assert differences(before, after) == ["~ 2. T", "    cambiano solo gli spazi"]


WORDS = st.lists(st.sampled_from(["via", "Roma", "chiude", "non", "lunedì", "8"]), max_size=8).map(" ".join)


@given(WORDS, WORDS)
def test_both_texts_can_be_read_out_of_the_marks(before: str, after: str) -> None:
    lines = differences([item(1, before)], [item(1, after)])
    if before == after:
        assert lines == []
        return
    marked = lines[1].strip()
    for kept, (opens, closes), (drops, ends) in (
        (before, ("[-", "-]"), ("{+", "+}")),
        (after, ("{+", "+}"), ("[-", "-]")),
    ):
        rest = marked
        while drops in rest:
            rest = rest[: rest.index(drops)] + rest[rest.index(ends) + 2 :]
        assert rest.replace(opens, "").replace(closes, "").split() == kept.split()


def test_a_bulletin_that_does_not_exist_is_named(comune: Comune) -> None:
    with pytest.raises(StoreError, match="there is no bulletin 4711"):
        history(comune.engine, 4711)


def test_the_verb_prints_it_and_refuses_an_unknown_number(
    comune: Comune, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = waiting(comune, "Via Roma chiude lunedì 30 novembre.")
    monkeypatch.setattr(os, "environ", os.environ.copy())
    monkeypatch.setenv("BOLLETTINO_STATE", str(comune.settings.state))
    monkeypatch.setenv("BOLLETTINO_DATABASE", comune.settings.database)
    profile = ["--profile", str(comune.settings.path)]
    assert main(["history", *profile, str(number)]) == 0
    assert capsys.readouterr().out == history(comune.engine, number) + "\n"
    assert main(["history", *profile, "4711"]) == 2
    assert capsys.readouterr().err == "bollettino: there is no bulletin 4711\n"


@given(seal=st.text("0123456789abcdef", min_size=64, max_size=64))
@example(seal="167f6d425834723a1291f92b72e4c152d4d818ceb3477098701e10737c3ec2b2")
def test_a_seal_is_printed_whole_whatever_digits_stand_in_it(seal: str) -> None:
    assert without_mobiles(f"Sigillo: {seal}") == f"Sigillo: {seal}"
    assert without_mobiles(f"{seal} 333 1234567") == f"{seal} {HIDDEN}"
