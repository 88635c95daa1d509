"""What an editor is told of a correction: its boxes by their names, what can be lifted and what cannot."""

import re

import pytest
from sqlalchemy import Engine

from db import bulletins, told_news
from db.engine import transaction
from db.models import BulletinKind, BulletinStatus
from db.vault import Vault
from flows.approve import load_round
from flows.draft.evidence import of_whole
from flows.review.differences import rewording
from flows.review.page import above
from flows.review.sign_off import ASK_SOURCE
from tests.test_correct import correction
from tests.test_settle import letters, stopped, tell
from tests.world import outbox
from tests.world.builders import NOW, item_of, make_bulletin, make_news_item, make_recipient
from tests.world.comune import APPROVE, PAGE, Comune

RIGHT = "Via Roma chiude lunedì 7 dicembre: la chiusura è rinviata."
ORDER = (
    "Riquadro «Il dato giusto»: la data «lunedì 7 dicembre» non è nella pagina del sito. (così non parte)",
    ASK_SOURCE,
    "Il sito non riporta ancora questo dato, e dalla pagina del messaggio si arriva al sito: fallo "
    "aggiornare prima di approvare; se non si può subito, approva e fallo aggiornare appena possibile. Se "
    "nel frattempo è stato aggiornato, approva: la pagina si rilegge in quel momento, e se ora riporta il "
    "dato questo avviso non vale più.",
    "«Avevamo scritto: mai.»: nel messaggio non c'era scritto così, e con queste parole la correzione non "
    "parte in nessun caso.",
    "Non serve scartarla: quando il resto è a posto approvala, e da allora «riprendi» non vale più. Se non "
    "fai altro 3 persone restano senza bollettino e senza correzione: per raggiungerle usa poi di nuovo "
    "«correggi», stessa riga e stesso testo giusto, con la casella «L'invio è fermato», e approva anche "
    "quella.",
    "Riquadro «Il dato giusto»: la parola «rinviata» non è nella pagina del sito. (solo da guardare)",
)


def shown(comune: Comune, number: int) -> str:
    """The form's page, as it is read."""
    draft = load_round(comune.settings, comune.engine, number, now=comune.now)
    return re.sub(r"\\|\*\*", "", above(comune.settings, draft, comune.now, PAGE))


def test_what_the_site_does_not_say_stands_by_its_box_with_the_way_on_right_under_it(comune: Comune) -> None:
    number = correction(comune, stopped(comune, tried=2), right=RIGHT, wrong="mai.")
    tell(comune, number)
    (letter,) = letters(comune, "bozza_pronta")
    assert (
        "è pronto. Va a 2 persone e parte appena lo approvi; in due, se resta il dato che il sito non "
        "riporta. Costo stimato: "
    ) in letter.text
    for text in (letter.text, shown(comune, number)):
        places = [text.find(words) for words in ORDER]
        assert places == sorted(places), places
        assert -1 not in places, ORDER[places.index(-1)]
        assert "Notizia 1: " not in text


@pytest.mark.parametrize(
    ("right", "wrong", "begins", "step"),
    [
        (
            RIGHT,
            "",
            "Da sistemare, poi da",
            "Sistema ciò per cui qui sopra è scritto «non parte», poi scegli",
        ),
        ("Via Roma è chiusa.", "mai.", "Da sistemare, poi da", "Sistema ciò per cui qui sopra è scritto"),
        ("Via Roma è chiusa.", "", "Da approvare subito", "Scegli la decisione e conferma."),
    ],
    ids=["not on the site", "misquoted", "nothing"],
)
def test_what_cannot_leave_as_it_is_is_to_be_mended_first(
    comune: Comune, right: str, wrong: str, begins: str, step: str
) -> None:
    """Who only follows the steps would be sent back."""
    tell(comune, correction(comune, stopped(comune, tried=2), right=right, wrong=wrong))
    (letter,) = letters(comune, "bozza_pronta")
    assert letter.subject.startswith(f"PROVA · {begins}")
    assert f"\n3. {step}" in letter.text
    assert ("non parte" in letter.text.partition("CHE COSA FARE")[0]) == (step[:7] == "Sistema")


def test_a_source_does_not_lift_a_wrong_quotation(comune: Comune) -> None:
    number = correction(comune, stopped(comune, tried=2), right=RIGHT, wrong="mai.")
    comune.answer(number, APPROVE)
    quoted, date, how = comune.problems(number)
    assert "in nessun caso" in quoted
    assert (date, how) == (ORDER[0].removesuffix(" (così non parte)"), ASK_SOURCE)
    comune.answer(number, APPROVE, source="Telefonata")
    assert comune.problems(number) == [quoted]


@pytest.mark.parametrize(
    ("kind", "words", "other"),
    [
        (
            BulletinKind.ordinary,
            "1 persona resta senza bollettino e senza correzione: per raggiungerla usa poi di nuovo",
            "«chiudi»",
        ),
        (
            BulletinKind.correction,
            "Poi chiudi quell'invio con «chiudi»: per chi non l'ha ricevuto",
            "casella",
        ),
    ],
)
def test_of_those_whom_a_stopped_send_left_only_what_is_possible_is_offered(
    sqlite: Engine, vault: Vault, kind: BulletinKind, words: str, other: str
) -> None:
    """*correggi* refuses its box for what puts right another."""
    with transaction(sqlite) as session:
        news = make_news_item(session)
        first = make_bulletin(session, [item_of(news)], kind=kind, status=BulletinStatus.stopped)
        outbox.plan(session, first.id, [make_recipient(session, vault)], now=NOW)
        later = make_bulletin(session, [item_of(news), item_of(news)], kind=BulletinKind.correction)
        later.template = "correzione"
        told_news.link(session, later.id, [first.id])
        version = bulletins.latest(session, later.id)
        assert version is not None
        (told,) = [
            one for one in of_whole(session, later, bulletins.items(session, version)) if "fermo" in one
        ]
    assert "Non serve scartarla: quando il resto è a posto approvala, e da allora «riprendi» non vale" in told
    assert words in told
    assert other not in told


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("un nostro errore", "Chi ha ricevuto il messaggio sbagliato continua a crederci."),
        ("il fatto è cambiato", "Chi ha ricevuto il messaggio di prima non sa che cosa è cambiato."),
    ],
)
def test_who_does_nothing_hears_what_goes_on_and_until_when(comune: Comune, reason: str, words: str) -> None:
    tell(comune, correction(comune, stopped(comune, tried=2), reason=reason))
    (letter,) = letters(comune, "bozza_pronta")
    assert f"Senza approvazione non parte niente. {words} Si approva al più tardi entro " in letter.text
    assert ": dopo va preparata di nuovo con «correggi».\n" in letter.text
    assert "IN CODA" not in letter.text


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ("Uno qui. Due qui.", "Uno qui. Due qui. Tre qui.", "aggiunto «Tre qui.»"),
        ("Uno qui. Due qui.", "Due qui.", "tolto «Uno qui.»"),
        (
            "Uno qui. Due qui.",
            "Uno qui. Due là.",
            "nella bozza c'era scritto «Due qui.», ora c'è scritto «Due là.»",
        ),
        ("Uno. Due.", "Due. Uno.", "nella bozza c'era scritto «Uno. Due.», ora c'è scritto «Due. Uno.»"),
        ("Uno qui.", "Uno qui. Tel. 333 123 4567.", "aggiunto «Tel. [cellulare].»"),
    ],
)
def test_the_second_person_reads_only_the_sentences_that_changed(was: str, now: str, words: str) -> None:
    assert rewording(was, now) == words
