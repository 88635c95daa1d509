"""A title as it names the page's matter."""

import pytest

from flows.bulletin.page.kinds import kind_of
from flows.bulletin.page.notice import Kind
from flows.bulletin.page.reading import read
from flows.bulletin.page.title import named, whole, without_series


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Ponte chiuso dal 7 al 25 giugno: tutte le deviazioni", "Ponte chiuso dal 7 al 25 giugno"),
        ("In mostra: I telai. Cento foto", "Mostra «I telai. Cento foto»"),
        ("Cerchiamo nonni vigile!", "Cercasi nonni vigile!"),
        (
            "Avviso di selezione per la formazione della graduatoria di rilevatori",
            "Avviso di selezione di rilevatori",
        ),
        (
            "Pubblicazione graduatoria provvisoria assegnazione alloggi",
            "Pubblicazione graduatoria provvisoria per l'assegnazione degli alloggi",
        ),
        (
            "Avviso pubblico contributi integrativi canoni di locazione annualità 2026",
            "Contributi integrativi per i canoni di locazione 2026",
        ),
        ("Contributo affitto 2026", "Contributo affitto 2026"),
    ],
)
def test_what_names_nothing_goes_and_what_lacks_is_added(title: str, said: str) -> None:
    assert named(title) == said


def test_a_series_leaves_its_title() -> None:
    assert without_series('Sabato al teatrino: "Il mugnaio"') == '"Il mugnaio"'
    assert without_series("Sabato al teatrino") == "Sabato al teatrino"


@pytest.mark.parametrize(
    ("title", "body", "kind"),
    [
        (
            "Modifica linee bus per la fiera",
            "Sabato 28 agosto 2027 la linea 3 non passa dal centro.",
            Kind.service,
        ),
        ("Ponte dei Sassi chiuso dal 7 giugno", "Il ponte è chiuso al traffico per lavori.", Kind.road),
        ("Avviso di selezione per la formazione di una graduatoria", "Si cercano rilevatori.", Kind.job),
        (
            "Natale a Borgo",
            "".join(f"Sabato {day} dicembre 2027 ore 17.00 - Coro numero {day}\n" for day in (4, 11, 18, 25))
            + "Cena il 31 dicembre: prenotazioni entro il 20 dicembre, domande e iscrizioni al bar.",
            Kind.programme,
        ),
    ],
)
def test_a_kind_that_one_word_alone_would_miss(title: str, body: str, kind: Kind) -> None:
    assert kind_of(read(title=title, abstract="", body=body)) is kind


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Gestione condivisa impianto sportivo di Rovo", "Gestione condivisa dell'impianto sportivo di Rovo"),
        ("Concessione patrocinio comunale", "Concessione del patrocinio comunale"),
        ("Gestione sportiva", "Gestione sportiva"),  # may be an adjective
        ("Contributo regionale borse di studio", "Contributo regionale per le borse di studio"),
        ("Manifestazione di interesse Per la piscina", "Manifestazione di interesse per la piscina"),
        ("I diritti dell'uomo: Che cosa sono? Chi li difende?", "I diritti dell'uomo"),
    ],
)
def test_a_title_has_the_small_words_that_registers_leave_out(title: str, name: str) -> None:
    assert named(title) == name


def test_a_title_that_a_site_cut_is_told_whole_by_its_page() -> None:
    title = "Avviso per la partecipazione alla procedura di affidamento in..."
    body = f"Oggetto {title[:-3]} gestione della palestra di via Po, ai sensi dell'art. 5. Allegati"
    assert whole(title, body) == f"{title[:-3]} gestione della palestra di via Po"
    assert whole(title, "Nessuna parola del titolo.") == title


def test_what_a_feed_glues_to_a_title_is_taken_off_again() -> None:
    assert whole("Festa del toro20-21 e 22 giugno 2027", "20-21 e 22 giugno 2027") == "Festa del toro"
    assert whole("Festa del toro, 20 giugno 2027", "20 giugno 2027") == "Festa del toro, 20 giugno 2027"
