"""What a full page must not lose on its way into a text, and what it may not be refused for; all invented."""

import pytest

from flows.bulletin.language.wholeness import troubles
from flows.bulletin.page.reading import read
from flows.bulletin.summary.checks.of_one import told_of_all
from flows.bulletin.summary.checks.subjects import without_subject
from flows.bulletin.summary.clauses import audience_phrase
from flows.bulletin.summary.frames.calls.instalments import terms
from flows.bulletin.summary.frames.events.programmes import spanned
from flows.bulletin.summary.frames.prose.left_to_page import PLACES
from tests.test_bulletin_summary import told


def test_a_house_speaks_of_itself_by_name() -> None:
    body = (
        "Dal 14 giugno 2027 la biblioteca Ada Neri osserva l'orario estivo.\n\n"
        "Saremo chiusi del tutto dal 9 al 21 agosto 2027: i prestiti sono prorogati."
    )
    text = told("Biblioteca: orario estivo", body=body).text or ""
    assert "La biblioteca sarà chiusa del tutto dal 9 al 21 agosto" in text
    assert "Saremo" not in text


@pytest.mark.parametrize(
    "body",
    [
        "La biblioteca e la piscina cambiano orario. Saremo chiusi dal 9 al 21 agosto 2027.",
        "L'ufficio anagrafe si sposta in biblioteca. Saremo chiusi dal 9 al 21 agosto 2027.",
        "Saremo chiusi dal 9 al 21 agosto 2027. Per i libri c'è la biblioteca.",
    ],
)
def test_where_another_may_be_meant_none_is_named(body: str) -> None:
    assert "Saremo chiusi" in read(title="Orari estivi", abstract="", body=body).source


def test_an_hour_at_the_end_is_no_other_appointment() -> None:
    body = (
        "## Luogo\n\nParcheggio del campo sportivo di via Po\n\n## Date e orari\n\n"
        "Domenica 19 settembre 2027, dalle ore 8.30 alle ore 12.30. Alle 12.30 pastasciutta per tutti."
    )
    text = told("Puliamo insieme il torrente", body=body).text or ""
    assert text.startswith("Domenica 19 settembre 2027 dalle 8:30 alle 12:30")


def test_a_limit_in_kilometres_per_hour_ends_a_sentence() -> None:
    said = "Il ponte riapre lunedì 24 gennaio 2028 a senso unico alternato, limite 30 km/h."
    assert not list(troubles(said))


def test_hours_and_changes_of_a_road_are_left_to_the_page_together() -> None:
    body = (
        "Da lunedì 22 marzo a venerdì 9 aprile 2027 la società del gas sostituirà la condotta in via "
        "Po, tra il civico "
        "15 e via Adda.\n\nNel tratto, dalle 7.30 alle 18.00:\n- si circolerà a senso unico alternato\n"
        "- la sosta sarà vietata su entrambi i lati, ad esclusione dei mezzi del cantiere\n"
    )
    text = told("Lavori alla rete del gas in via Po: senso unico alternato", body=body).text or ""
    assert text


@pytest.mark.parametrize(
    ("days", "span"),
    [
        (("10 ottobre", "24 ottobre", "12 dicembre"), "dal 10 ottobre al 12 dicembre"),
        (("8 ottobre", "24 ottobre", "11 dicembre"), "dall'8 ottobre all'11 dicembre"),
        (
            ("sabato 9 ottobre", "sabato 23 ottobre", "sabato 11 dicembre"),
            "da sabato 9 ottobre a sabato 11 dicembre",
        ),
    ],
)
def test_a_programme_that_nothing_else_tells_has_its_span(days: tuple[str, ...], span: str) -> None:
    rows = "\n".join(
        f"| {day} | h 10.00 | Incontro {place}, per età diverse | {place} anni |"
        for place, day in enumerate(days, 2)
    )
    body = (
        f"Ecco il calendario degli incontri in biblioteca.\n\n| Giorno | Ora | Che cosa | Età "
        f"|\n|---|---|---|---|\n{rows}"
    )
    notice = read(title="Piccoli passi, grandi storie: letture e laboratori", abstract="", body=body)
    assert any(span in text for text in spanned(notice))


def test_where_water_is_fetched_is_told() -> None:
    body = (
        "Mercoledì 9 giugno 2027, dalle 9 alle 13, è sospesa l'erogazione dell'acqua in via dei "
        "Prati. Alla ripresa "
        "l'acqua può essere torbida: lasciarla scorrere. Un'autobotte sarà in piazza della Chiesa."
    )
    text = told("Sospensione dell'acqua in via dei Prati", body=body).text or ""
    assert "Alla ripresa l'acqua può essere torbida: lasciarla scorrere." in text
    assert "Un'autobotte sarà in piazza della Chiesa." in text


def test_what_is_left_to_the_page_comes_last() -> None:
    body = (
        "Stanno arrivando gli avvisi di pagamento della TARI 2027. Scadenze: 30 giugno 2027 (prima "
        "rata), 30 settembre "
        "2027 (seconda rata), 2 dicembre 2027 (saldo). È possibile pagare in unica soluzione entro "
        "il 30 giugno 2027. "
        "Si paga con F24 in banca, in posta o online. Chi non riceve l'avviso può chiederlo "
        "all'Ufficio Tributi."
    )
    text = told("Tari 2027: in arrivo gli avvisi", body=body).text or ""
    assert "il 30 giugno, il 30 settembre e il 2 dicembre 2027" in text.replace(
        "giugno 2027", "giugno"
    ).replace("settembre 2027", "settembre")
    assert "nella pagina" not in text or text.endswith("nella pagina.")


def test_a_festival_with_a_lunch_to_book_has_word_of_it() -> None:
    body = (
        "Domenica 13 giugno 2027, dalle 10 alle 18, nel parco della Rocca c'è la festa del volontariato.\n"
        "Alle 12.30 pranzo comunitario (10 euro, prenotazione al 333 1234567 entro giovedì 10 giugno).\n"
        "In caso di pioggia la festa si tiene in palestra."
    )
    text = told("Festa del volontariato", body=body).text or ""
    assert text.endswith("nella pagina.")


def test_whoever_loves_stories_is_no_audience() -> None:
    assert audience_phrase("per chi ama le storie, per chi suona") == ""


def test_the_limit_of_one_school_is_not_that_of_all() -> None:
    body = (
        "Le cedole per la scuola primaria sono disponibili dal 1° luglio 2027. Per le scuole "
        "secondarie il contributo "
        "si chiede dal 7 settembre al 23 ottobre 2027 con un ISEE fino a 15.748,78 euro."
    )
    assert "Serve un ISEE" not in (told("Libri di testo gratuiti", body=body).text or "")


def test_who_enters_by_appointment_has_word_of_it() -> None:
    body = (
        "Da martedì 15 giugno 2027 è attivo il punto prelievi in via Carso 3, il martedì e il "
        "giovedì dalle 7 alle 9. "
        "Si accede con prenotazione; senza possono presentarsi le donne in gravidanza. Il punto di "
        "via Trento chiude "
        "venerdì 11 giugno 2027."
    )
    text = told("Nuovo punto prelievi a Borgo San Pietro", body=body).text or ""
    assert "prenot" in text


def test_a_day_held_elsewhere_has_word_of_its_place() -> None:
    body = (
        "Torna in piazza del Popolo la rassegna. Proiezioni alle ore 21.30.\n\n- Giovedì 1 luglio "
        "2027: Il viaggio\n"
        "- Giovedì 8 luglio 2027: La notte\n- Giovedì 22 luglio 2027: Il fiore, al Parco Nord\n"
    )
    notice = read(title="Cinema sotto le stelle", abstract="", body=body)
    text = "Giovedì 1, giovedì 8 e giovedì 22 luglio 2027 alle 21:30, in piazza del Popolo, c'è il cinema."
    assert any("come se fosse la sola" in why for why in told_of_all(text, notice))
    assert not any("come se fosse la sola" in why for why in told_of_all(f"{text} {PLACES}", notice))


def test_what_shuts_is_told_with_what_it_is_there_for() -> None:
    body = (
        "Fino al 15 settembre è attivo il numero verde. Sono aperte due sale climatizzate, al centro "
        "anziani e in "
        "biblioteca. Ad agosto la biblioteca è chiusa."
    )
    notice = read(title="Ondate di calore: servizi", abstract="", body=body)
    text = "Fino al 15 settembre è attivo il numero verde. Ad agosto la biblioteca è chiusa."
    assert list(without_subject(text, notice))
    assert not list(without_subject(body, notice))


def test_the_diary_of_a_contest_names_it() -> None:
    body = (
        "La prova fisica si terrà lunedì 21 giugno 2027 alle ore 9 al campo di atletica. La prova "
        "scritta, prevista "
        "per il 28 giugno, è rinviata all'8 luglio 2027, ore 10, al Palafiere. Gli ammessi devono "
        "presentarsi con "
        "certificato medico. L'elenco degli ammessi è sul sito."
    )
    text = told("Concorso per agente di polizia locale: diario delle prove", body=body).text or ""
    assert text.startswith("Per il concorso per agente di polizia locale la prova ")


def test_the_parts_of_two_sorts_of_users_are_not_told_as_those_of_all() -> None:
    body = (
        "Per le abitazioni la prima rata scade il 30 giugno 2027, la seconda il 30 settembre 2027; "
        "per le imprese la "
        "prima rata scade il 31 luglio 2027, la seconda il 31 ottobre 2027."
    )
    assert "a rate, il" not in (told("TARI 2027: scadenze", body=body).text or "")
    assert not terms(read(title="TARI 2027: scadenze", abstract="", body=body))
