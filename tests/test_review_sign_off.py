"""Two people: what each word of an editor does to a bulletin, by itself and in any order."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session

from db import acts, bulletins, sign_offs
from db.bulletins import ItemData
from db.engine import transaction
from db.models import BulletinStatus, SignOffWord
from flows.review.sign_off import (
    ALONE,
    ASK_SOURCE,
    Outcome,
    Ruling,
    Voice,
    rule,
    signed_by,
    since_void,
    voices,
)
from flows.review.signing import awaited
from flows.settings import Settings
from tests.world.builders import NOW, make_bulletin

EDITORS = {"anna": "Anna", "bruno": "Bruno", "carla": "Carla"}
BLOCK = 'Notizia 1: "45 euro" non si trova nella pagina del sito.'


def voice(
    editor: str,
    *,
    seal: str = "s1",
    said: SignOffWord = SignOffWord.approve,
    source: str = "",
    blocks: frozenset[str] = frozenset(),
) -> Voice:
    return Voice(editor, EDITORS.get(editor, editor), said, NOW, seal, source, blocks)


def ruled(
    new: Voice,
    *before: Voice,
    approvals: int = 2,
    editors: dict[str, str] = EDITORS,
    preparer: str = "",
    note: str = "",
) -> Ruling:
    return rule(new, before, approvals=approvals, editors=editors, preparer=preparer, note=note)


def test_with_one_approval_the_first_decides() -> None:
    assert ruled(voice("anna"), approvals=1) == Ruling(Outcome.approved, standing=(voice("anna"),))


def test_with_two_the_first_waits_for_another_person_and_says_who() -> None:
    found = ruled(voice("anna"))
    assert found.outcome == Outcome.waiting
    assert found.sentences == ("Anna ha approvato. Prima dell'invio deve approvare anche Bruno o Carla.",)
    assert found.calls == ("bruno", "carla")
    second = ruled(voice("bruno"), voice("anna"))
    assert (second.outcome, [one.editor for one in second.standing]) == (Outcome.approved, ["anna", "bruno"])


def test_the_only_other_person_is_called_by_name() -> None:
    pair = {key: EDITORS[key] for key in ("anna", "bruno")}
    assert ruled(voice("anna"), editors=pair).sentences == (
        "Anna ha approvato. Prima dell'invio deve approvare anche Bruno.",
    )
    assert ruled(voice("anna"), voice("anna"), editors=pair).sentences == (
        "Anna ha già approvato questo testo alle 10:30. Ora deve approvare Bruno.",
    )


def test_nobody_is_the_second_person_to_themselves() -> None:
    found = ruled(voice("anna"), voice("anna"))
    assert (found.outcome, found.decides) == (Outcome.refused, False)
    assert found.sentences == (
        "Anna ha già approvato questo testo alle 10:30. Ora deve approvare Bruno o Carla.",
    )


def test_a_changed_text_voids_the_first_approval_and_says_so() -> None:
    found = ruled(voice("bruno", seal="s2"), voice("anna"))
    assert found.outcome == Outcome.waiting
    assert found.sentences[0] == (
        "L'approvazione di Anna delle 10:30 non vale più: dopo sono cambiati il testo o la pagina del sito."
    )
    assert (
        ruled(voice("anna", seal="s2"), voice("anna"), voice("bruno", seal="s2")).outcome == Outcome.approved
    )
    assert ruled(voice("carla"), voice("anna"), voice("bruno", seal="s2")).outcome == Outcome.approved, (
        "a text put back as it was approved is that text"
    )


def test_who_approves_their_own_change_or_left_is_not_told_of_as_void() -> None:
    again = ruled(voice("anna", seal="s2"), voice("anna"))
    assert again.sentences == ("Anna ha approvato. Prima dell'invio deve approvare anche Bruno o Carla.",)
    left = {key: name for key, name in EDITORS.items() if key != "anna"}
    found = ruled(voice("bruno", seal="s2"), voice("anna"), editors=left)
    assert found.sentences == ("Bruno ha approvato. Prima dell'invio deve approvare anche Carla.",)


def test_who_left_the_profile_counts_no_more() -> None:
    left = {key: name for key, name in EDITORS.items() if key != "anna"}
    assert ruled(voice("bruno"), voice("anna"), editors=left).outcome == Outcome.waiting
    with pytest.raises(ValueError, match="no editor of the profile"):
        ruled(voice("anna"), editors=left)


def test_a_text_goes_back_to_who_prepared_it_with_a_note_and_its_approval_is_void() -> None:
    back = voice("bruno", said=SignOffWord.send_back)
    found = ruled(back, voice("anna"), note="La data è sbagliata.")
    assert (found.outcome, found.calls) == (Outcome.voided, ("anna",))
    assert found.sentences == ("Bruno rimanda il testo a Anna: La data è sbagliata.",)
    assert ruled(voice("bruno"), voice("anna"), back).outcome == Outcome.waiting
    assert ruled(voice("carla"), voice("anna"), back, voice("bruno")).outcome == Outcome.approved


@pytest.mark.parametrize(
    ("new", "preparer", "note", "words"),
    [
        (
            voice("bruno", said=SignOffWord.send_back),
            "anna",
            " ",
            "Scrivi nella nota che cosa c'è da cambiare.",
        ),
        (voice("anna", said=SignOffWord.send_back), "anna", "No.", "Il testo l'hai preparato tu"),
        (voice("anna", said=SignOffWord.send_back), "", "No.", "Il testo non l'ha ancora preparato nessuno"),
        (
            voice("anna", said=SignOffWord.send_back),
            "zoe",
            "No.",
            "Il testo non l'ha ancora preparato nessuno",
        ),
    ],
    ids=["no note", "to oneself", "to the program", "to one who left"],
)
def test_a_text_is_not_sent_back_to_nobody(new: Voice, preparer: str, note: str, words: str) -> None:
    found = ruled(new, preparer=preparer, note=note)
    assert found.outcome == Outcome.refused
    assert found.sentences[0].startswith(words)


def test_a_text_saved_by_one_and_approved_by_nobody_goes_back_to_them() -> None:
    found = ruled(voice("bruno", said=SignOffWord.send_back), preparer="carla", note="Troppo lungo.")
    assert (found.outcome, found.calls) == (Outcome.voided, ("carla",))


def test_a_reopened_bulletin_starts_again() -> None:
    reopened = voice("carla", said=SignOffWord.reopen)
    assert ruled(reopened, voice("anna"), voice("bruno")).outcome == Outcome.voided
    assert ruled(voice("bruno"), voice("anna"), voice("bruno"), reopened).outcome == Outcome.waiting


def test_what_was_approved_between_two_words_that_void_counts_no_more() -> None:
    back, reopened = voice("carla", said=SignOffWord.send_back), voice("carla", said=SignOffWord.reopen)
    said = [voice("anna"), back, voice("bruno"), reopened]
    assert since_void(said) == []
    assert ruled(voice("anna"), *said).outcome == Outcome.waiting
    assert since_void([*said, voice("anna")]) == [voice("anna")]


def test_a_block_needs_a_source_and_a_second_person_even_where_one_approves() -> None:
    blocks = frozenset({BLOCK})
    bare = voice("anna", blocks=blocks)
    assert ruled(bare, approvals=1) == Ruling(Outcome.refused, (BLOCK, ASK_SOURCE))
    sourced = replace(bare, source="Delibera 12 del 3 novembre")
    assert ruled(sourced, approvals=1).outcome == Outcome.waiting
    assert ruled(replace(sourced, source="  "), approvals=1).outcome == Outcome.refused
    second = ruled(voice("bruno", blocks=blocks), sourced, approvals=1)
    assert second.outcome == Outcome.approved
    assert [one.source for one in second.standing] == ["Delibera 12 del 3 novembre", ""]


def test_a_block_that_came_up_after_an_approval_is_not_behind_it() -> None:
    blocks = frozenset({BLOCK})
    found = ruled(voice("bruno", blocks=blocks, source="L'ufficio"), voice("anna"), approvals=1)
    assert found.outcome == Outcome.waiting
    assert ruled(voice("bruno"), voice("anna", blocks=blocks, source="L'ufficio")).outcome == Outcome.approved


def test_who_is_alone_cannot_pass_a_block() -> None:
    alone = {"anna": "Anna"}
    found = ruled(voice("anna", blocks=frozenset({BLOCK}), source="L'ufficio"), approvals=1, editors=alone)
    assert found == Ruling(Outcome.refused, (BLOCK, ALONE))


words = st.lists(
    st.builds(
        voice,
        st.sampled_from(list(EDITORS)),
        seal=st.sampled_from(["s1", "s2"]),
        said=st.sampled_from(
            [
                SignOffWord.approve,
                SignOffWord.approve,
                SignOffWord.approve,
                SignOffWord.send_back,
                SignOffWord.reopen,
            ]
        ),
        source=st.sampled_from(["", " ", "L'ufficio"]),
        blocks=st.sampled_from([frozenset[str](), frozenset({BLOCK})]),
    ),
    max_size=12,
)


@given(words, st.sampled_from([1, 2]))
def test_whatever_is_said_an_approval_has_all_that_it_needs(said: list[Voice], approvals: int) -> None:
    kept: list[Voice] = []
    minutes = count()
    for one in said:
        new = replace(one, at=NOW + timedelta(minutes=next(minutes)))
        found = ruled(new, *kept, approvals=approvals, preparer="carla", note="Nota.")
        assert found.sentences or found.outcome == Outcome.approved
        if found.outcome == Outcome.approved:
            people = {other.editor for other in found.standing}
            assert new.word == SignOffWord.approve
            assert len(people) == len(found.standing) >= (2 if new.blocks else approvals)
            assert all(other.seal == new.seal and other.blocks >= new.blocks for other in found.standing)
            assert not new.blocks or any(other.source.strip() for other in found.standing)
            assert all(other in [*since_void(kept), new] for other in found.standing)
        if found.outcome == Outcome.waiting:
            assert new.editor not in found.calls
            assert found.calls
        if found.decides:
            kept.append(new)


def test_what_was_said_is_read_back_in_its_order(engine: Engine) -> None:
    with transaction(engine) as session:
        number = make_bulletin(session).id
        sign_offs.add(session, number, 3, editor="bruno", name="Bruno", said=SignOffWord.send_back, at=NOW)
        sign_offs.add(
            session,
            number,
            2,
            editor="anna",
            name="Anna",
            said=SignOffWord.approve,
            at=NOW,
            seal="s1",
            source="L'ufficio",
            overridden=(BLOCK, "Altro."),
            code_hash="h",
        )
        sign_offs.add(
            session, make_bulletin(session).id, 2, editor="x", name="X", said=SignOffWord.reopen, at=NOW
        )
    with transaction(engine) as session:
        rows = sign_offs.of(session, number)
        assert [row.code_hash for row in rows] == ["h", None]
        assert voices(rows) == [
            voice("anna", source="L'ufficio", blocks=frozenset({BLOCK, "Altro."})),
            voice("bruno", seal="", said=SignOffWord.send_back),
        ]


def test_the_second_person_reads_who_approved_and_in_spite_of_what(
    settings: Settings, sqlite: Engine
) -> None:
    def told(*overridden: str) -> tuple[str, ...]:
        with transaction(sqlite) as session:
            bulletin = make_bulletin(session, status=BulletinStatus.in_review)
            word = sign_offs.add(
                session,
                bulletin.id,
                1,
                editor="anna",
                name="Anna Redazione",
                said=SignOffWord.approve,
                at=NOW,
                source="Telefonata",
                overridden=overridden,
                vault=settings.vault(),
            )
            return awaited(settings, session, bulletin, [word], ["anna"])

    needed = "Anna Redazione ha approvato questo testo: serve l'approvazione di un'altra persona."
    changed = (
        "Se cambi il testo, l'approvazione di Anna Redazione non vale più: approvi tu, poi deve approvare di "
        "nuovo Anna Redazione."
    )
    assert told() == (needed, changed)
    lines = ("Riquadro «Adesso»: la data «3 maggio» non c'è.", "Notizia 1: «Fiera»: la pagina non c'è più.")
    assert told(*lines) == (
        needed,
        "Lo ha approvato nonostante l'avviso alla notizia 1: «Fiera»: la pagina non c'è più.",
        "Lo ha approvato nonostante l'avviso al riquadro «Adesso»: la data «3 maggio» non c'è.",
        "Dice che il dato viene da: Telefonata.",
        f"{changed} Se invece togli il dato che il sito non riporta, basta la tua approvazione.",
    )


def approved(
    settings: Settings,
    session: Session,
    number: int,
    version: int,
    who: str,
    *,
    minutes: int = 0,
    **more: Any,
) -> None:
    sign_offs.add(
        session,
        number,
        version,
        editor=who,
        name=EDITORS[who],
        at=NOW + timedelta(minutes=minutes),
        **{"said": SignOffWord.approve, "seal": "s1", "vault": settings.vault(), **more},
    )


def told(text: str, title: str = "Via Roma") -> ItemData:
    return ItemData(title=title, category="", url="", text=text)


def standing_for(settings: Settings, session: Session, number: int) -> list[str]:
    """Whose approval stands for the latest text."""
    version = bulletins.latest(session, number)
    assert version is not None
    return signed_by(settings.vault(), session, bulletins.locked(session, number), version)


def test_an_approval_stands_for_its_own_text_and_that_title(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, [told("Chiude."), told("Apre.")], status=BulletinStatus.in_review)
        number = bulletin.id

        def store(*items: ItemData) -> list[str]:
            bulletins.add_version(session, bulletin, items, author="Anna", now=NOW)
            return standing_for(settings, session, number)

        assert standing_for(settings, session, number) == []
        approved(settings, session, number, 1, "bruno")
        approved(settings, session, number, 99, "carla", minutes=1)  # of a version that is not there
        assert standing_for(settings, session, number) == ["bruno"]
        assert store(told("Chiude."), told("Apre.")) == ["bruno"], "the same text once more"
        approved(settings, session, number, 2, "anna", minutes=2)
        assert standing_for(settings, session, number) == ["bruno", "anna"]
        assert store(told("Chiude."), told("Apre!")) == []
        assert store(told("Chiude."), told("Apre.", "Via Po")) == []
        assert store(told("Apre."), told("Chiude.")) == []
        assert store(told("Chiude.")) == []
        other = make_bulletin(session, [told("Chiude."), told("Apre.")]).id
        assert standing_for(settings, session, other) == []


@pytest.mark.parametrize("word", [SignOffWord.send_back, SignOffWord.reopen])
def test_no_approval_stands_that_a_later_word_made_void(
    settings: Settings, sqlite: Engine, word: SignOffWord
) -> None:
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, [told("Chiude.")], status=BulletinStatus.in_review)
        for number in (2, 3, 4):
            bulletins.add_version(session, bulletin, [told("Chiude.")], author="Anna", now=NOW)
            said = word if number == 3 else SignOffWord.approve
            who = ("anna", "bruno", "carla")[number - 2]
            approved(settings, session, bulletin.id, number, who, minutes=number, said=said)
        assert standing_for(settings, session, bulletin.id) == ["carla"]


def test_none_stands_that_nobody_with_the_keys_wrote(settings: Settings, sqlite: Engine) -> None:
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, [told("Chiude.")], status=BulletinStatus.in_review)
        approved(settings, session, bulletin.id, 1, "anna", vault=None)
        assert standing_for(settings, session, bulletin.id) == []


@pytest.mark.parametrize(("minutes", "stands"), [(-1, True), (0, False), (1, False)])
def test_none_stands_of_the_moment_of_the_reopening_or_before(
    settings: Settings, sqlite: Engine, minutes: int, *, stands: bool
) -> None:
    with transaction(sqlite) as session:
        bulletin = make_bulletin(session, [told("Chiude.")], status=BulletinStatus.in_review)
        approved(settings, session, bulletin.id, 1, "anna")
        acts.add(
            session,
            acts.REOPEN,
            name="Anna",
            at=NOW + timedelta(minutes=minutes),
            words="",
            bulletin_id=bulletin.id,
            code_hash=None,
            by_operator=False,
        )
        assert standing_for(settings, session, bulletin.id) == (["anna"] if stands else [])
