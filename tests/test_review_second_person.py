"""Two people at one draft: sent back with a note, approved by both; and answers that come too late."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from db import bulletins, sign_offs
from db.models import Bulletin, BulletinStatus, SignOffWord
from flows.approve import ended, load_round
from flows.bulletin.status import WAITS
from flows.letters.briefing import briefing
from flows.profiles.comune import Editor
from flows.review.choices import Choice, choices
from flows.review.form import form
from flows.review.page import Round, describe
from flows.review.sign_off import if_changed, signed_by
from flows.sending.hold import reopen
from flows.settings import Settings
from flows.stop import reopen_decided
from tests.world.builders import make_bulletin
from tests.world.comune import APPROVE, DISCARD, PAGE, SAVE
from tests.world.office import Office

BACK = choices(None, is_shared=True)[Choice.send_back]
ANNA, BRUNO = "Anna Redazione", "Bruno Vice"


Pair = tuple[Office, int]


def draft(settings: Settings, engine: Engine, **changes: object) -> Pair:
    """A bulletin that waits, by a profile that was changed."""
    profile = settings.profile.model_copy(update=changes)
    office = Office(Settings(profile, settings.path, settings.state), engine)
    with office.look() as session:
        return office, make_bulletin(session, status=BulletinStatus.in_review).id


@pytest.fixture
def pair(settings: Settings, engine: Engine) -> Pair:
    """A draft that needs two."""
    return draft(settings, engine, approvals=2)


def shown(office: Office, number: int) -> Round:
    return load_round(office.settings, office.engine, number, now=office.now)


def offered(office: Office, number: int) -> list[str]:
    made = form(office.settings, shown(office, number), office.now, PAGE)
    found: list[str] = made.model_json_schema()["properties"]["decisione"]["enum"]
    return found


def test_sending_back_is_offered_where_two_persons_decide(pair: Pair) -> None:
    assert BACK in offered(*pair)


def test_and_not_where_one_does_until_a_second_is_awaited(settings: Settings, sqlite: Engine) -> None:
    office, number = draft(settings, sqlite)
    assert BACK not in offered(office, number)
    texts = [item.text for item in office.items(number)]
    typed = [f"{texts[0]} Info: 02 9999 1111.", *texts[1:]]
    office.answer(number, APPROVE, texts=typed, source="Telefonata")
    assert BACK in offered(office, number)


def test_the_second_reads_what_comes_of_another_text_and_so_it_comes(
    settings: Settings, sqlite: Engine
) -> None:
    """With what the site does not say it takes two again; without it one, where the Comune asks for one."""
    office, number = draft(settings, sqlite)
    texts = [item.text for item in office.items(number)]
    typed = [f"{texts[0]} Info: 02 9999 1111.", *texts[1:]]
    office.answer(number, APPROVE, texts=typed, source="Telefonata")
    label = "Approva (solo se sei Bruno Vice): parte subito, se non cambi il testo oppure se togli il dato"
    assert f"{label} che il sito non riporta" in offered(office, number)
    told = shown(office, number).awaited[-1]
    assert "approvi tu, poi deve approvare di nuovo Anna Redazione. Se invece togli il dato" in told
    again = [f"{typed[0]} Grazie.", *typed[1:]]
    status = office.answer(number, APPROVE, who=BRUNO, texts=again, source="Telefonata").status
    assert status == BulletinStatus.in_review, "who changed it has approved it alone"
    assert shown(office, number).awaited[0].startswith("Bruno Vice ha approvato questo testo: serve")
    assert office.answer(number, APPROVE, texts=texts).status == BulletinStatus.approved, "one is enough"


def test_the_first_reads_when_one_approval_is_enough_and_so_it_is(settings: Settings, sqlite: Engine) -> None:
    """Who takes the datum out sends it alone, and at once; where two always approve, the label says so."""
    office, number = draft(settings, sqlite)
    texts = [item.text for item in office.items(number)]
    label = f"Approva (solo se sei {ANNA}): parte subito"
    assert label in offered(office, number)
    office.answer(number, SAVE, texts=[f"{texts[0]} Info: 02 9999 1111.", *texts[1:]])
    assert f"{label}; in due, se resta il dato che il sito non riporta" in offered(office, number)
    assert office.answer(number, APPROVE, texts=texts).status == BulletinStatus.approved


def test_where_two_approve_no_label_says_that_one_may_be_enough(pair: Pair) -> None:
    office, number = pair
    texts = [item.text for item in office.items(number)]
    typed = [f"{texts[0]} Info: 02 9999 1111.", *texts[1:]]
    office.answer(number, SAVE, texts=typed)
    assert f"Approva (solo se sei {ANNA}): parte subito, se approva anche un collega" in offered(
        office, number
    )
    office.answer(number, APPROVE, texts=typed, source="Telefonata")
    assert "Approva (solo se sei Bruno Vice): parte subito, se non cambi il testo" in offered(office, number)


def test_of_three_any_other_may_approve_what_was_changed() -> None:
    told = if_changed(ANNA, is_blocked=True, approvals=2, editors=3)
    assert told.endswith("poi deve approvare un'altra persona, anche di nuovo Anna Redazione.")


def test_who_approved_already_is_told_once_who_has_to(pair: Pair) -> None:
    office, number = pair
    texts = [item.text for item in office.items(number)]
    typed = [f"{texts[0]} Info: 02 9999 1111.", *texts[1:]]
    for _ in range(2):
        office.answer(number, APPROVE, texts=typed, source="Telefonata")
    page = describe(office.settings, shown(office, number), office.now).replace("\\", "")
    first, spite = page.split("\n\n")[:2]
    who = f"{ANNA} ha già approvato questo testo alle 10:30."
    assert first == f"**Aspetta un collega: {who} Ora deve approvare {BRUNO}.**"
    assert spite == (
        "**Lo ha approvato nonostante l'avviso alla notizia 1: il numero di telefono «02 9999 1111» non è "
        "nella pagina del sito. Dice che il dato viene da: Telefonata. Se cambi il testo, l'approvazione di "
        "Anna Redazione non vale più: approvi tu, poi deve approvare di nuovo Anna Redazione.**"
    )
    assert "serve l'approvazione" not in page, "said already"


def test_a_text_goes_back_with_its_note_and_the_first_approval_is_void(pair: Pair) -> None:
    office, number = pair
    office.answer(number, APPROVE)
    assert shown(office, number).name.endswith("· aspetta la seconda approvazione")
    assert office.answer(number, BACK, who=BRUNO, note="La data è sbagliata.").status == (
        BulletinStatus.in_review
    )
    back = shown(office, number)
    assert back.name.endswith("· rimandato")
    assert back.tags == ("ordinario", "rimandato", WAITS)
    assert back.remarks == ("Bruno Vice rimanda il testo a Anna Redazione: La data è sbagliata.",)
    assert "**Bruno Vice rimanda il testo a Anna Redazione" in describe(office.settings, back, office.now)
    with office.look() as session:
        said = [(one.name, one.said) for one in sign_offs.of(session, number)]
    assert said == [("Anna Redazione", SignOffWord.approve), (BRUNO, SignOffWord.send_back)]
    assert office.answer(number, APPROVE, who=BRUNO).status == BulletinStatus.in_review, "Anna's is void"
    assert office.answer(number, APPROVE).status == BulletinStatus.approved


def test_a_letter_names_no_deputy_who_has_approved_already(pair: Pair) -> None:
    office, number = pair

    def deputy() -> str:
        with office.look() as session:
            bulletin = session.get_one(Bulletin, number)
            version = bulletins.latest(session, number)
            return briefing(office.settings, session, bulletin, version, now=office.now).deputy

    assert deputy() == BRUNO
    office.answer(number, APPROVE, who=BRUNO)
    assert deputy() != BRUNO


def test_after_a_reopening_the_same_text_needs_two_again(pair: Pair) -> None:
    office, number = pair
    office.answer(number, APPROVE)
    assert office.answer(number, APPROVE, who=BRUNO).status == BulletinStatus.approved
    office.now += timedelta(minutes=1)
    reopen_decided(office.settings, office.engine, number, who=BRUNO, now=office.now)
    office.now += timedelta(minutes=1)
    assert office.answer(number, APPROVE).status == BulletinStatus.in_review, "what both said before is void"
    assert office.answer(number, APPROVE, who=BRUNO).status == BulletinStatus.approved


FORGED = [
    "UPDATE approval SET voided_at = NULL",
    "UPDATE approval SET voided_at = '2000-01-01 00:00:00+00:00', decided_at = '2000-01-01 00:00:00+00:00'",
    "DELETE FROM approval",
]


@pytest.mark.parametrize("written", FORGED)
def test_who_may_only_write_to_the_database_brings_no_first_approval_back(pair: Pair, written: str) -> None:
    office, number = pair
    for who in (ANNA, BRUNO):
        office.now += timedelta(minutes=1)
        office.answer(number, APPROVE, who=who)
    office.now += timedelta(minutes=1)
    reopen_decided(office.settings, office.engine, number, who=BRUNO, now=office.now)
    with office.look() as session:
        session.connection().execute(text(written))
    office.now += timedelta(minutes=1)
    assert office.answer(number, APPROVE, who=BRUNO).status == BulletinStatus.in_review
    with office.look() as session:
        bulletin, version = bulletins.locked(session, number), bulletins.latest(session, number)
        assert version is not None
        assert signed_by(office.settings.vault(), session, bulletin, version) == ["bruno-vice"]
    office.now += timedelta(minutes=1)
    assert office.answer(number, APPROVE, who=ANNA).status == BulletinStatus.approved


def test_what_the_site_took_back_needs_two_again_whatever_its_row_says(pair: Pair) -> None:
    """Nobody's act tells of it."""
    office, number = pair
    for who in (ANNA, BRUNO):
        office.now += timedelta(minutes=1)
        office.answer(number, APPROVE, who=who)
    office.now += timedelta(minutes=1)
    with office.look() as session:
        reopen(office.settings, session, bulletins.locked(session, number), by="invio", now=office.now)
    with office.look() as session:
        session.connection().execute(text("UPDATE approval SET voided_at = NULL"))
    office.now += timedelta(minutes=1)
    assert office.answer(number, APPROVE, who=BRUNO).status == BulletinStatus.in_review


def test_what_is_typed_while_sending_back_is_kept_however_long(pair: Pair) -> None:
    office, number = pair
    office.answer(number, SAVE)
    texts = ["Molto lungo. " * 100, *[item.text for item in office.items(number)][1:]]
    office.answer(number, BACK, who=BRUNO, note="Accorcia.", texts=texts)
    assert office.items(number)[0].text == texts[0].strip()
    assert office.problems(number) == []
    assert shown(office, number).remarks == ("Bruno Vice rimanda il testo a Anna Redazione: Accorcia.",)


@pytest.mark.parametrize(
    ("before", "who", "note", "words"),
    [
        ([("Anna Redazione", SAVE)], BRUNO, "", "Scrivi nella nota che cosa c'è da cambiare."),
        ([("Anna Redazione", SAVE)], "Anna Redazione", "No.", "Il testo l'hai preparato tu"),
        ([], BRUNO, "No.", "Il testo non l'ha ancora preparato nessuno"),
    ],
    ids=["no note", "to oneself", "to the program"],
)
def test_what_cannot_go_back_comes_back_with_the_reason(
    pair: Pair, before: list[tuple[str, str]], who: str, note: str, words: str
) -> None:
    office, number = pair
    for name, decision in before:
        office.answer(number, decision, who=name)
    office.answer(number, BACK, who=who, note=note)
    assert office.problems(number)[0].startswith(words)
    assert shown(office, number).state == "da correggere"
    with office.look() as session:
        assert sign_offs.of(session, number) == []


def test_it_goes_to_who_wrote_last_and_not_to_who_sends_it(pair: Pair) -> None:
    office, number = pair
    office.answer(number, SAVE)
    office.answer(number, SAVE, who=BRUNO)
    office.answer(number, BACK, who=BRUNO, note="Rileggi.")
    assert shown(office, number).remarks == ("Bruno Vice rimanda il testo a Anna Redazione: Rileggi.",)


def test_of_several_it_goes_to_the_last_who_wrote_it(settings: Settings, sqlite: Engine) -> None:
    carla = Editor(name="Carla Terza", email="carla@comune.esempio.mi.it")
    office, number = draft(settings, sqlite, approvals=2, editors=[*settings.profile.editors, carla])
    for who in (BRUNO, "Carla Terza"):
        office.answer(number, SAVE, who=who)
    office.answer(number, BACK, note="Rileggi.")
    assert shown(office, number).remarks == ("Anna Redazione rimanda il testo a Carla Terza: Rileggi.",)


def test_who_wrote_another_bulletin_is_not_sent_this_one(pair: Pair) -> None:
    office, number = pair
    with office.look() as session:
        other = make_bulletin(session, status=BulletinStatus.in_review).id
    office.answer(other, SAVE, who=BRUNO)
    office.answer(number, SAVE)
    office.answer(number, BACK, note="Rileggi.")
    assert office.problems(number)[0].startswith("Il testo l'hai preparato tu")


def test_a_changed_text_says_whose_approval_it_voids(pair: Pair) -> None:
    office, number = pair
    office.answer(number, APPROVE)
    texts = [item.text for item in office.items(number)]
    office.answer(number, APPROVE, who=BRUNO, texts=[texts[0].replace(".", ""), *texts[1:]])
    (said,) = [line for line in shown(office, number).remarks if "non vale più" in line]
    assert said.startswith("L'approvazione di Anna Redazione delle 10:30 non vale più")
    assert shown(office, number).awaited[0].startswith("Bruno Vice ha approvato questo testo")


def test_an_answer_after_the_deadline_is_told_so_and_kept(settings: Settings, engine: Engine) -> None:
    office = Office(settings, engine)
    deadline = office.now + timedelta(minutes=5)
    with office.look() as session:
        number = make_bulletin(
            session,
            status=BulletinStatus.in_review,
            slot_at=deadline + timedelta(minutes=15),
            deadline_at=deadline,
        ).id
    office.answer(number, APPROVE, texts=["Tardi."], now=deadline + timedelta(seconds=1))
    late = shown(office, number)
    assert late.remarks == (
        "È tardi: il bollettino di martedì 24 novembre è scaduto martedì 24 novembre, ore 10:35. "
        "Non è partito niente; il tuo testo resta nella pagina della bozza.",
    )
    assert (late.problems, late.bulletin.status) == ((), BulletinStatus.expired)
    assert office.items(number)[0].text == "Tardi."
    page = ended(office.settings, late, office.now)
    assert "È tardi" in page
    assert "Tardi." in page, "what was read stays where it was read"


def test_an_answer_to_a_decided_bulletin_says_who_decided_what(settings: Settings, sqlite: Engine) -> None:
    office, number = draft(settings, sqlite)
    office.answer(number, APPROVE)
    office.answer(number, DISCARD, who=BRUNO, texts=["X", *["Y" for _ in office.items(number)][1:]])
    assert shown(office, number).remarks == (
        "Qualcun altro (Anna Redazione, martedì 24 novembre, ore 10:30) ha già deciso: approvato. "
        "La tua risposta è conservata ma non ha effetto.",
    )
    assert office.bulletin(number).status == BulletinStatus.approved
    with office.look() as session:
        found = bulletins.approved(session, number)
    assert found is not None
    assert found[1].number == 2
