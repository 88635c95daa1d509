"""The guide for editors names what there is: its pictures, the words of the form, what an editor starts."""

import re
import struct
from datetime import datetime

import pytest
import yaml

from db.models import BulletinStatus
from flows.absence import NOT_NOTED
from flows.backfill import backfill
from flows.correct import correct
from flows.deploy import form
from flows.letters.orders import HALF, NOT_DONE
from flows.letters.receipts import SAVED, WAITS
from flows.review import acts
from flows.review.choices import choices
from flows.settings import ROOT, Settings
from flows.settle import TO_SEND, retry
from flows.stop import NOT_STOPPED
from tests.world.guide import FOLDER, TEXT, pictures

GUIDE = TEXT.read_text(encoding="utf-8")
BROWSER = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("test_browser*.py"))
PREFECT = (ROOT / "deployments" / "prefect.yaml").read_text(encoding="utf-8")
CARD = (ROOT / "deployments" / "prima-settimana.md").read_text(encoding="utf-8")
LARGEST = 250_000  # bytes of a picture


def table(heading: str, text: str = GUIDE, column: int = 1) -> list[str]:
    """What stands in «» in a column, the first or the second, of the table under a heading."""
    rows = text.partition(f"\n## {heading}\n")[2].partition("\n#")[0]
    return [
        word
        for row in re.findall(r"^\| (.+?) \| (.+?) \|", rows, re.MULTILINE)
        for word in re.findall("«(.+?)»", row[column - 1])
    ]


@pytest.mark.parametrize("name", pictures())
def test_a_picture_is_there_and_a_browser_test_holds_it_against_the_screen(name: str) -> None:
    found = (FOLDER / name).read_bytes()
    assert found.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", found[16:24])
    assert 300 <= width <= 1400
    assert 250 <= height <= 1500
    assert len(found) <= LARGEST
    assert f'"{name}"' in BROWSER
    assert pictures()[name], "its alternative text says what is to be read on it"


def test_no_picture_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(pictures())


def test_every_decision_of_the_form_is_explained(now: datetime) -> None:
    explained = table("Le decisioni")
    offered = [*choices(None, is_shared=True).values(), *choices(now, is_shared=True).values()]
    for label in offered:
        assert any(label.startswith(words) for words in explained), label
    for words in explained:
        assert any(label.startswith(words) for label in offered), words


def test_every_field_that_the_guide_names_stands_in_the_form(settings: Settings) -> None:
    titles = " ".join(settings.texts["modulo"].values())
    for words in ("Ordine (trascina; elimina una riga per togliere la notizia)",
                  "Da dove viene il dato che il sito non riporta?"):  # fmt: skip
        assert f"«{words}»" in GUIDE
        assert words in titles


def test_what_an_editor_starts_is_in_prefect_under_that_name() -> None:
    names = {block["name"] for block in yaml.safe_load(PREFECT)["deployments"]}
    told = table("Che cosa avvii tu")
    assert len(told) >= 8
    assert set(told) <= names


def test_the_box_that_a_stopped_send_needs_bears_the_name_that_the_guide_gives_it() -> None:
    """Without it a correction leaves out whoever received nothing."""
    title = form(correct, ())["properties"]["al_resto"]["title"]
    assert title.startswith("L'invio è fermato: lo chiude, e chi non l'ha ricevuto")
    assert title.endswith("quando è approvato")


def test_what_a_start_form_says_names_the_boxes_that_hold_it_back() -> None:
    """They are ticked each time: who leaves them so has only looked."""
    box = form(retry, ())["properties"]["prova"]["title"]
    assert box.startswith("Dimmi solo quanti sono")
    assert "«Dimmi solo quanti sono»" in TO_SEND
    descriptions = {one["name"]: one.get("description", "") for one in yaml.safe_load(PREFECT)["deployments"]}
    assert (
        "Finché la casella «Dimmi solo quanti sono» è spuntata conta soltanto a quanti andrebbe"
        in descriptions["ritenta"]
    )
    for name in ("ritenta", "incerti"):
        assert "tutti gli invii degli ultimi 30 giorni" in descriptions[name]
    boxes = {name: field["title"] for name, field in form(backfill, ())["properties"].items()}
    assert boxes["dry_run"].startswith("Prova")
    assert boxes["offer"].startswith("Offri queste notizie")
    assert (
        "solo se togli la spunta a «Prova» e la metti a «Offri queste notizie»." in descriptions["recupera"]
    )
    assert "con la casella «L'invio è fermato»" in GUIDE.partition("### Correggere")[2].partition("###")[0]
    assert "con la casella «L'invio è fermato»" in acts.NEXT[BulletinStatus.stopped]


def test_the_guide_stays_short() -> None:
    assert len(re.sub(r"!\[.*?\]\(.*?\)", "", GUIDE).split()) < 1500


def test_the_card_of_the_first_week_names_what_there_is(settings: Settings) -> None:
    names = {block["name"] for block in yaml.safe_load(PREFECT)["deployments"]}
    commands = table("Se qualcosa va storto", CARD, column=2)
    assert len(commands) >= 5
    assert set(commands) <= names
    subjects = [
        letter["oggetto"].replace("{esito}", outcome).replace("{esito_in_breve}", ended)
        for ended in ("Inviato", "Chiuso")
        for letter in settings.texts["posta"].values()
        for outcome in (NOT_DONE, HALF, NOT_STOPPED, NOT_NOTED, SAVED, WAITS)
    ]
    told = table("Che cosa vuol dire l'e-mail", CARD)
    assert len(told) >= 6
    for words in told:
        assert any(subject.startswith(words) for subject in subjects), words
    assert len(CARD.split()) < 400, "one printed page"


def test_the_guide_and_the_card_say_when_and_by_whom_something_is_decided() -> None:
    """As the letters do: what comes before the send, what was re-opened, what a second person changed."""
    for words in (
        "**«Da guardare OGGI»**: qualcosa viene prima dell'invio",
        "| scade: dopo non si può più approvare (riaperto: entro l'ora del modulo) |",
        "entro l'ora che dice; passata quella dell'invio, parte appena approvato.",
        "la prima approvazione non vale più: ne servono di nuovo due. Se toglie il dato che il sito non",
        "| la bozza a cui nessuno ha risposto (nemmeno con una prova) si aggiorna con le notizie nuove |",
        "Parte, e la pagina pubblica la mostra, **appena è approvata**.",
        "si può riprendere fino all'ora che dice l'e-mail, e nessuno riceve due volte.",
        "chi te l'ha detto e fai aggiornare il sito; poi deve approvare anche un collega.",
        f"il nome dell'esecuzione («{NOT_DONE}», «{HALF}»…) dice perché e che cosa resta da fare",
        "da sola (alle 8; se è di giorni prima, anche alle 8:30)",
        "il nome dice perché e che cosa fare; se non lo dice, riprova.",
        "di una riga già corretta bene riscrivi allora lo stesso testo, o chi ha la correzione ne",
        "con «Invia appena approvato» una a parte, e il bollettino del solito giorno resta |",
    ):
        assert words in GUIDE
    rows = {word: row for row in CARD.splitlines() for word in re.findall("«(.+?)»", row.partition(" | ")[0])}
    for subject, words in (
        ("Da guardare", "leggi e decidi: OGGI, subito, o entro l'ora scritta"),
        ("INVIO FERMATO", "decide chi lo ha fermato, o chi è di turno: "),
        ("Da sistemare", "fai ciò che dice, poi conferma"),
        ("Da correggere", "fai ciò che dice, poi conferma"),
        ("Da rivedere", "fai ciò che dice, poi conferma"),
        (HALF, "fatto in parte: l'e-mail dice che cosa manca"),
        ("Inviato", "guarda chi non l'ha ricevuto, o «resta senza»"),
        ("Aspetta un collega", "se tarda, chiama chi deve approvare"),
    ):
        assert words in rows[subject]


def test_the_card_says_that_a_stopped_send_does_not_wait_for_ever() -> None:
    assert "| «ferma», subito: si può riprendere, entro l'ora dell'e-mail |" in CARD


def test_the_card_does_not_soothe_whose_send_was_not_stopped() -> None:
    (row,) = [line for line in CARD.splitlines() if f"«{NOT_STOPPED}»" in line]
    assert row.startswith(f"| «{NOT_STOPPED}» | **può continuare a partire**"), "a row of its own"
    rows = [line for line in CARD.splitlines() if "non è cambiato niente" in line]
    assert len(rows) == 1
    assert NOT_STOPPED not in rows[0]


@pytest.mark.parametrize(
    "words",
    [
        *("Scade fra", "Approvato", "Aspetta un collega", "Chiuso"),
        *("Da controllare", "Da rileggere", "A SCAGLIONI"),
        *("Da guardare", "Da sistemare", "Registrato", "Da rivedere", HALF),
    ],
)
def test_the_card_says_what_to_do_at_a_letter_of_the_first_week(words: str) -> None:
    assert words in table("Che cosa vuol dire l'e-mail", CARD)
