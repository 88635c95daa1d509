"""Days, hours, places, prices and people as Italian clauses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.bulletin.summary import clauses


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("18 Ott", "il 18 ottobre"),
        ("8 e 11 novembre", "l'8 e l'11 novembre"),
        ("3, 10 e 17 marzo", "il 3, 10 e 17 marzo"),
        ("DOMENICA 27 OTTOBRE", "domenica 27 ottobre"),
        ("26/09/2024", "giovedì 26 settembre 2024"),
        ("10-12 maggio", "dal 10 al 12 maggio"),
        ("dal 28 novembre 2025 al 6 gennaio 2026", "dal 28 novembre 2025 al 6 gennaio 2026"),
        ("da sabato 4 a domenica 12 maggio", "da sabato 4 a domenica 12 maggio"),
        ("ogni lunedì a partire dal 04 Maggio", "ogni lunedì dal 4 maggio"),
        ("Ogni quarta domenica del mese", "ogni quarta domenica del mese"),
        ("entro il 13/12", "entro il 13 dicembre"),
        ("venerdì", ""),
        ("31 novembre", ""),
        ("18 Ott 25 Ott", ""),
    ],
)
def test_days(words: str, said: str) -> None:
    assert clauses.days_clause(words) == said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Dalle ore 20:30 alle ore 23:00", "dalle 20:30 alle 23"),
        ("16:30", "alle 16:30"),
        ("alle 1", "all'1"),
        ("ore 10 e 15", "alle 10 e alle 15"),
        ("9.00 - 12.00 / 15.00 - 18.00", "dalle 9 alle 12 e dalle 15 alle 18"),
        ("alle 21 e lunedì", ""),
    ],
)
def test_hours(words: str, said: str) -> None:
    assert clauses.hours_clause(words) == said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Biblioteca Via Dante, 3, 20000", "in Biblioteca (via Dante 3)"),
        ("Auditorium via Dante via Dante 21", "all'Auditorium di via Dante 21"),
        ('Biblioteca "A. Neri" Piazza Po, 1', "alla Biblioteca «A. Neri» (piazza Po 1)"),
        ("presso la Biblioteca", "in Biblioteca"),
        ("Villa Neri, via Po 2", "a Villa Neri (via Po 2)"),
        ("Rete delle Donne Piazza Po", ""),
    ],
)
def test_places(words: str, said: str) -> None:
    assert clauses.place_clause(words) == said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Partecipazione libera Ingresso gratuito", "L'ingresso è gratuito."),
        (
            "A pagamento Ingresso: €6,50 (oppure abbonamento)",
            "Il biglietto costa 6,50 euro; vale anche l'abbonamento.",
        ),
        (
            "Contributo 5 euro (gratuito sotto i 18 anni)",
            "Il contributo è di 5 euro, gratis sotto i 18 anni.",
        ),
        ("Gratuito Ingresso ad offerta libera", "L'ingresso è a offerta libera."),
        ("Intero 10 euro, ridotto 7 euro", "Il biglietto costa 10 euro, ridotto 7 euro."),
        (
            "Biglietto intero 6 euro, ridotto 4 (under 14, over 65, soci).",
            "Il biglietto costa 6 euro, ridotto 4 euro (under 14, over 65, soci).",
        ),
        ("Bambini 4 €, adulti 6,50 €.", "Il costo è di 4 euro per i bambini e 6,50 euro per gli adulti."),
        (
            "Costo: 10 euro adulti e 5 euro bambini fino a 10 anni",
            "Il costo è di 10 euro per gli adulti e 5 euro per i bambini fino a 10 anni.",
        ),
        (
            "5 euro gli adulti, gratis fino a 12 anni.",
            "Il costo è di 5 euro per gli adulti, gratis fino a 12 anni.",
        ),
        (
            "Residenti € 85,00 - non residenti € 120,00",
            "Il costo è di 85 euro per i residenti e 120 euro per i non residenti.",
        ),
        ("Platea 16,00 € Palchi 13,00 € Loggione 8,00 €", "I biglietti vanno da 8 a 16 euro."),
        ("Platea 16 €, loggione 8 €, abbonamento 60 €", ""),
        ("Platea 16 €, loggione 8 € + 1,50 € di prevendita", ""),
        ("Bambini 4 €, adulti 6 €, cavalli 9 €", ""),
        ("Platea 40 €, galleria 30 €, con la cena 50 €", ""),
        ("Platea 18 €, galleria 12 €, bambini 5 €", ""),
        ("Platea 12.50 €, galleria 8.50 €", "I biglietti vanno da 8,50 a 12,50 euro."),
        (
            "Adulti € 12.50, bambini € 200",
            "Il costo è di 12,50 euro per gli adulti e 200 euro per i bambini.",
        ),
        ("Studenti 5 euro, non studenti 8 euro", ""),
        ("Platea 18 €, galleria 12 €, palco (4 posti) 120 €", ""),
        ("Adulti 10 euro, bambini fino a 6 anni gratis", ""),
    ],
)
def test_prices(words: str, said: str) -> None:
    assert clauses.price_sentence(words) == said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("A tutti, dai 13 anni", "dai 13 anni"),
        ("A tutti.", ""),
        ("rivolto alle famiglie", "per le famiglie"),
        ("Ai bambini e ai loro genitori", "per i bambini e per i loro genitori"),
    ],
)
def test_people(words: str, said: str) -> None:
    assert clauses.audience_phrase(words) == said


def test_booking() -> None:
    words = "Prenotazione obbligatoria entro le ore 12 di venerdì 3 maggio al numero 02 1234567"
    assert clauses.booking_sentence(words) == (
        "Devi prenotare al numero 02 1234567 entro le 12 di venerdì 3 maggio."
    )
    assert clauses.booking_sentence("Ingresso libero senza prenotazione") == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Ingresso gratuito su prenotazione", "Devi prenotare."),
        ("Ingresso libero ma solo su iscrizione", "Devi iscriverti."),
        ("Gratuito previa prenotazione, gradita la puntualità", "Devi prenotare."),
        ("Ingresso gratuito su prenotazione consigliata", ""),
        ("Prenota su https://www.alba.example/posti", "Prenota su alba.example/posti."),
        *(
            (f"Prenotazione obbligatoria su {link}", "Devi prenotare online.")
            for link in ("bit.ly/alba27", "https://tinyurl.com/alba27", "forms.gle/Ab12Cd34", "urly.it/3ab")
        ),
    ],
)
def test_one_books_where_it_is_asked_and_types_no_short_link(words: str, said: str) -> None:
    assert clauses.booking_sentence(words) == said


def test_for_whom_ends_before_the_name_that_a_quote_cut_off() -> None:
    assert clauses.audience_phrase('per bambini dai 3 agli 8 anni il "Nido"') == ""
    assert clauses.audience_phrase("per bambini dai 3 agli 8 anni il") == ""
    assert clauses.audience_phrase("per adulti e bambini) torce e pile") == ""
    assert clauses.audience_phrase("per bambini dai 3 agli 8 anni") == "per bambini dai 3 agli 8 anni"


def test_a_day_told_twice_is_one_day_with_all_that_is_told_of_it() -> None:
    first, second = clauses.days_of("11 ottobre 2024"), clauses.days_of("venerdì 11 ottobre")
    assert first is not None
    assert second is not None
    both = first.told_with(second)
    assert both is not None
    assert clauses.days_clause(both) == "venerdì 11 ottobre 2024"
    other = clauses.days_of("12 ottobre")
    assert other is not None
    assert first.told_with(other) is None


PRICED = st.sampled_from(
    ["adulti", "bambini", "non", "soci", "residenti", "studenti", "per gli", "platea", "loggione", "intero",
     "ridotto", "5 €", "€ 12.50", "1.200 euro", "€ 3.", ",", "e", "gratis fino a 6 anni", "(over 65)"]
)  # fmt: skip


@given(st.lists(PRICED, max_size=8).map(" ".join))
def test_no_words_on_prices_end_a_composition(words: str) -> None:
    said = clauses.price_sentence(words)
    assert said == "" or said.endswith(".")
