"""A receipt at every round to who answered, and a call to who has to act now: with two approvals, too."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest

from db import call_outbox, days_off, mail_outbox, sign_offs
from db.bulletins import add_version, data_of, items, latest, locked
from db.models import BulletinStatus, Level, SignOffWord
from flows.alert import draft_urgent
from flows.bulletin.language.dates import giorno_ora
from flows.deploy import blocks
from flows.letters import alarms, drafts, urgent_calls
from flows.review.acts import NotDoneError
from flows.review.choices import LABELS, Choice
from flows.stop import only_sending, reopen_decided
from tests.test_alert_drafted import NOW, state
from tests.world.builders import make_bulletin
from tests.world.comune import APPROVE, DISCARD, POSTPONE, SAVE, Comune
from tests.world.mail_server import Post, announce, mail_server

ANNA, BRUNO, CARLA = "Anna Redazione", "Bruno Vice", "Carla Terza"
MAIL = {name: f"{name.split()[0].lower()}@comune.esempio.mi.it" for name in (ANNA, BRUNO, CARLA)}
THREE = (
    'email = "bruno@comune.esempio.mi.it"',
    'email = "bruno@comune.esempio.mi.it"\n[[editors]]\nname = "Carla Terza"\n'
    'email = "carla@comune.esempio.mi.it"',
)
TWO_APPROVALS = ("approvals = 1", "approvals = 2")


@pytest.fixture
def box(comune: Comune) -> Iterator[Post]:
    comune.reprofile(TWO_APPROVALS, THREE)
    with mail_server() as found:
        announce(comune.settings.state, found.port)
        yield found


def told(comune: Comune, box: Post, number: int, minutes: int) -> list[tuple[str, str]]:
    """What a round of telling brings, twice: to whom and the subject's beginning."""
    before = len(box.taken)
    for _ in range(2):
        drafts.told_at_once(
            comune.settings, comune.engine, number, now=comune.now + timedelta(minutes=minutes)
        )
    return [(to, said.removeprefix("PROVA · ").partition(":")[0]) for to, said in box.told[before:]]


def waiting(comune: Comune, box: Post) -> int:
    comune.collect("all")
    number = comune.draft()
    assert told(comune, box, number, 0) == [(MAIL[ANNA], "Da approvare appena puoi")]
    return number


def answer(comune: Comune, number: int, who: str, minutes: int, decision: str = APPROVE) -> None:
    comune.answer(number, decision, who=who, now=comune.now + timedelta(minutes=minutes))


def test_the_first_of_two_has_a_receipt_and_the_colleague_on_duty_is_called(
    comune: Comune, box: Post
) -> None:
    number = waiting(comune, box)
    answer(comune, number, BRUNO, 1)
    assert told(comune, box, number, 1) == [
        (MAIL[BRUNO], "Manca un'altra approvazione"),
        (MAIL[ANNA], "Tocca a te approvare appena puoi"),
    ]
    assert "abbiamo scritto ad Anna Redazione" in box.text(-2)
    how = "Senza un'altra approvazione non parte niente. Non scriviamo di nuovo: se la risposta tarda, chiama"
    assert f"{how} Anna Redazione." in box.text(-2), "no hour ends it, and nobody is reminded"
    assert "Bruno Vice ha approvato il bollettino" in box.text()
    assert f"Se non va, scegli «{LABELS[Choice.send_back]}»." in box.text()
    assert "Senza la tua approvazione non parte niente." in box.text()
    changed = (
        "l'approvazione di Bruno Vice non vale più: approvi tu, poi deve approvare un'altra persona, anche"
    )
    assert f"Se cambi il testo, {changed} di nuovo Bruno Vice. Senza la tua" in box.text()
    answer(comune, number, ANNA, 2)
    assert told(comune, box, number, 2) == [(address, "Approvato") for address in MAIL.values()]
    assert "hai approvato il bollettino" in box.text(-len(MAIL))
    said = [box.text(n).partition("APPROVATO")[0].split("\n\n")[-2].strip() for n in (-3, -2, -1)]
    assert said == [
        "Prima lo aveva approvato Bruno Vice.",
        "Prima lo avevi approvato tu.",
        "Prima lo aveva approvato Bruno Vice.",
    ]


def test_when_who_is_on_duty_approved_first_the_next_is_called(comune: Comune, box: Post) -> None:
    number = waiting(comune, box)
    with comune.look() as session:
        days_off.enter_absence(session, editor=BRUNO, first=NOW.date(), last=NOW.date(), note="", now=NOW)
    answer(comune, number, ANNA, 1)
    assert told(comune, box, number, 1) == [
        (MAIL[ANNA], "Manca un'altra approvazione"),
        (MAIL[CARLA], "Tocca a te approvare appena puoi"),
    ]
    answer(comune, number, CARLA, 2)
    assert told(comune, box, number, 2) == [(one, "Approvato") for one in MAIL.values()], "who is away too"
    (form,) = [block for block in blocks()[0] if block["name"] == "assenza"]
    assert "si chiede di approvare al successivo; le e-mail che informano soltanto" in form["description"]


def test_who_is_away_and_called_all_the_same_hears_how_many_have_to(comune: Comune, box: Post) -> None:
    comune.collect("all")
    with comune.look() as session:
        for name in (BRUNO, CARLA):
            day = comune.now.date()
            days_off.enter_absence(session, editor=name, first=day, last=day, note="", now=comune.now)
    told(comune, box, comune.draft(at_approval=False), 0)
    calls = [box.text(n) for n, (_, subject) in enumerate(box.told) if "Tocca a te" in subject]
    away = [
        text for text in calls if "abbiamo scritto anche ad Anna Redazione, servono due approvazioni." in text
    ]
    assert [text.partition(",")[0] for text in away] == ["Ciao Bruno Vice", "Ciao Carla Terza"]


def test_who_approved_the_same_text_twice_hears_that_a_colleague_is_needed(comune: Comune, box: Post) -> None:
    number = waiting(comune, box)
    answer(comune, number, ANNA, 1)
    told(comune, box, number, 1)
    answer(comune, number, ANNA, 2)
    assert told(comune, box, number, 2) == [(MAIL[ANNA], "Aspetta un collega")], "nothing is to be put right"
    assert "Hai già approvato questo testo" in box.text()
    assert "Tu hai già fatto la tua parte: se la risposta tarda, chiama chi deve approvare." in box.text()


def test_after_the_first_of_two_the_reminders_go_to_those_who_still_can_approve(
    comune: Comune, box: Post
) -> None:
    comune.collect("all")
    comune.now += timedelta(days=1)
    number = comune.draft(at_approval=False)
    slot = comune.bulletin(number).slot_at
    assert slot is not None
    told(comune, box, number, 0)
    comune.answer(number, APPROVE, who=ANNA, now=slot - timedelta(hours=2))
    assert comune.problems(number) == []

    def at(minutes: int) -> Sequence[tuple[str, str]]:
        before = len(box.taken)
        alarms.tell_all(comune.settings, comune.engine, now=slot - timedelta(minutes=minutes))
        new = [(to, said.removeprefix("PROVA · ").split()[0]) for to, said in box.told[before:]]
        return [
            one for one in new if one[1] not in ("Una", "Da")
        ]  # a source that is silent is another matter

    assert at(119) == [(MAIL[ANNA], "Manca"), (MAIL[BRUNO], "Tocca")]
    how = "dopo non parte più. Se la risposta tarda, chiama Bruno Vice."
    assert any(how in box.text(n) for n in (-4, -3, -2, -1)), "there he is called again"
    assert at(89) == [(MAIL[BRUNO], "Scade")]
    assert at(59) == [(MAIL[CARLA], "Tocca")], "the deputy is not who has approved"


@pytest.mark.parametrize(
    ("profile", "receipt", "outcome"),
    [
        (
            [TWO_APPROVALS],
            "Se lo riapri le due approvazioni non valgono più: non parte se non lo approvate di nuovo in due,"
            " "
            "entro martedì 24 novembre, ore 12 (passata l'ora dell'invio parte appena approvato).\n",
            "le approvazioni non valgono più, va approvato di nuovo in due entro",
        ),
        (
            [],
            "entro martedì 24 novembre, ore 12 (passata l'ora dell'invio parte appena approvato). Se "
            "togliete il dato che il sito non riporta ne basta una.\n",
            "le approvazioni non valgono più, va approvato di nuovo in due entro",
        ),
        (
            None,
            "Riaperto, non parte se non è approvato di nuovo, entro",
            "l'approvazione non vale più, va appr",
        ),
    ],
)
def test_what_two_approved_needs_two_again_once_it_is_reopened(
    comune: Comune, profile: list[tuple[str, str]] | None, receipt: str, outcome: str
) -> None:
    """None: one approves alone."""
    comune.reprofile(*profile or [])
    comune.collect("all")
    number = comune.draft(at_approval=False)
    texts = [item.text for item in comune.items(number)]
    texts[-1] += " Info: 02 9999 1111." if profile == [] else ""
    for who in (ANNA,) if profile is None else (ANNA, BRUNO):
        comune.answer(number, APPROVE, who=who, texts=texts, source="Telefonata" if profile == [] else "")
    assert comune.bulletin(number).status == BulletinStatus.approved
    with comune.look() as session:
        drafts.tell_bulletin(comune.settings, session, number, now=comune.now)
        (letter, *_) = mail_outbox.of_bulletin(session, number, ["approvato"])
    assert receipt in letter.text
    with pytest.raises(NotDoneError) as refused:
        only_sending(comune.settings, comune.engine)
    assert ("va approvato di nuovo in due entro" in str(refused.value)) == (profile is not None)
    said = reopen_decided(
        comune.settings, comune.engine, number, who=ANNA, now=comune.now + timedelta(minutes=1)
    )
    assert outcome in said
    comune.now += timedelta(minutes=2)
    status = comune.answer(number, APPROVE, who=ANNA).status
    assert status == (BulletinStatus.approved if profile is None else BulletinStatus.in_review)


def test_a_text_that_is_sent_back_reaches_who_prepared_it_with_the_note(comune: Comune, box: Post) -> None:
    number = waiting(comune, box)
    answer(comune, number, ANNA, 1)
    told(comune, box, number, 1)
    with comune.look() as session:
        bulletin, shown = locked(session, number), latest(session, number)
        assert shown is not None
        at = comune.now + timedelta(minutes=2)
        version = add_version(
            session,
            bulletin,
            [data_of(item) for item in items(session, shown)],
            author=BRUNO,
            now=at,
            note="La via è un'altra",
            answers=("run-x", shown.number),
        )
        sign_offs.add(
            session,
            number,
            version.number,
            editor="bruno-vice",
            name=BRUNO,
            said=SignOffWord.send_back,
            at=at,
        )
    assert told(comune, box, number, 2) == [
        (MAIL[BRUNO], "Rimandato"),
        (MAIL[ANNA], "Da rivedere"),
    ]
    assert "Bruno Vice ti rimanda il bollettino" in box.text()
    assert "La nota: La via è un'altra" in box.text()


def test_what_cannot_wait_calls_the_colleague_at_once_by_every_channel(comune: Comune, box: Post) -> None:
    comune.now = NOW
    with comune.look() as session:
        state(session, Level.arancione)
    (number,) = draft_urgent(comune.settings, comune.engine, now=NOW).opened
    comune.move(number, BulletinStatus.in_review)
    told(comune, box, number, 0)
    answer(comune, number, ANNA, 2)
    told(comune, box, number, 2)
    with comune.look() as session:
        made = {(one.turn, one.editor, one.channel.value) for one in call_outbox.of(session, number)}
    channels = ("whatsapp", "sms", "email")
    assert made == {(1, ANNA, way) for way in channels} | {(2, BRUNO, way) for way in channels}
    assert (
        MAIL[ANNA],
        "PROVA · Manca un'altra approvazione: messaggio urgente «allerta ARANCIONE (livello 3 su 4) per "
        "temporali forti»",
    ) in (box.told)
    for minutes in (12, 22, 32):
        urgent_calls.call(comune.settings, comune.engine, number, now=NOW + timedelta(minutes=minutes))
    with comune.look() as session:
        last = {one.turn: one.editor for one in call_outbox.of(session, number)}
    assert last == {1: ANNA, 2: BRUNO, 3: CARLA, 4: BRUNO, 5: CARLA}, "who has approved is not called"
    answer(comune, number, CARLA, 33, DISCARD)
    assert not urgent_calls.call(comune.settings, comune.engine, number, now=NOW + timedelta(minutes=50))


@pytest.mark.parametrize(
    ("decision", "subject", "end"),
    [
        (POSTPONE, "Rinviato al prossimo", ", e il modulo torna con questo testo"),
        (DISCARD, "Scartato", ": il modulo torna con questo testo, e le notizie non sono più scartate"),
    ],
)
def test_the_receipt_of_what_is_not_sent_says_how_to_take_that_back_and_until_when(
    comune: Comune, box: Post, decision: str, subject: str, end: str
) -> None:
    comune.collect("all")
    number = comune.draft(at_approval=False)
    slot = comune.bulletin(number).slot_at
    assert slot is not None
    comune.answer(number, decision, who=BRUNO)
    assert told(comune, box, number, 1)[-3:] == [(address, subject) for address in MAIL.values()]
    assert (
        "Non parte niente.\n\nÈ stato uno sbaglio? "
        f"Fino a {giorno_ora(slot)} si può annullare{end}: {comune.settings.order_link('riapri')}\n"
    ) in box.text().replace("\r\n", "\n")


def test_what_can_be_taken_back_no_more_is_not_offered(comune: Comune, box: Post) -> None:
    """Told after its slot, for instance since the mail server was away."""
    comune.collect("all")
    number = comune.draft(at_approval=False)
    slot = comune.bulletin(number).slot_at
    assert slot is not None
    comune.now = slot - timedelta(hours=1)
    comune.answer(number, POSTPONE, who=BRUNO)
    late = [one for one in told(comune, box, number, 61) if one[1] == "Rinviato al prossimo"]
    assert len(late) == 3
    assert "Non parte niente." in box.text()
    assert "riapri" not in box.text()


def test_what_was_taken_back_before_it_was_told_is_not_told_as_postponed(comune: Comune, box: Post) -> None:
    number = waiting(comune, box)
    answer(comune, number, BRUNO, 1, POSTPONE)
    reopen_decided(comune.settings, comune.engine, number, who=ANNA, now=comune.now + timedelta(minutes=2))
    assert [said for _, said in told(comune, box, number, 3)] == ["Registrato"] * 3
    assert "hai usato «riapri»" in box.text(-3)
    assert box.told[-1][1].startswith(f"PROVA · Registrato: bollettino {number} riaperto: ")


def test_who_saves_a_composed_bulletin_hears_that_news_join_it_no_more_by_themselves(comune: Comune) -> None:
    said = {}
    for slot in (comune.now + timedelta(hours=2), None):
        with comune.look() as session:
            number = make_bulletin(session, status=BulletinStatus.in_review, slot_at=slot).id
        comune.answer(number, SAVE)
        drafts.told_at_once(comune.settings, comune.engine, number, now=comune.now)
        with comune.look() as session:
            (said[slot is None],) = mail_outbox.of_bulletin(session, number, ["registrata"])
    words = "non entrano più da sole in questo bollettino: le porta «Rileggi il sito», di solito nella coda"
    assert words in said[False].text
    assert words not in said[True].text, "one that leaves at once is never composed anew"
