"""What a theme sets around a page that came as one line: it is no word of the office."""

from flows.bulletin.page.chrome import unframed
from tests.test_bulletin_summary import told

BUTTONS = "Condividi Facebook Twitter Linkedin Whatsapp Telegram Vedi azioni Stampa Ascolta Invia"


def test_buttons_topics_and_index_are_left_out() -> None:
    page = (
        f"Dettagli della notizia Un bagno nuovo al parco {BUTTONS} Argomenti Igiene pubblica Indice "
        "della pagina "
        "Descrizione A cura di Al parco del Rovo sarà installato un bagno. A cura di Questa pagina è "
        "gestita da "
        "Staff Ultimo aggiornamento: 08/10/2027, 11:11"
    )
    assert unframed(page) == "Un bagno nuovo al parco\n\nAl parco del Rovo sarà installato un bagno."


def test_a_teaser_that_the_text_repeats_is_left_out_and_the_days_of_an_event_stay() -> None:
    page = (
        f"Venerdì 8 ottobre suona la banda di Rovo in piazza... {BUTTONS} Tipo di evento: Concerto "
        "Data inizio : 8 "
        "ottobre 2027 Data fine: 8 ottobre 2027 Indice della pagina Descrizione Luogo Descrizione Venerdì 8 "
        "ottobre suona la banda di Rovo in piazza Po."
    )
    assert unframed(page) == (
        "Data inizio : 8 ottobre 2027 Data fine: 8 ottobre 2027\n"
        "Descrizione Venerdì 8 ottobre suona la banda di Rovo in piazza Po."
    )


def test_other_text_is_as_it_is() -> None:
    for text in ("", "A cura di Ada Neri, la mostra apre il 3 maggio.", "Condividi con noi una poesia."):
        assert unframed(text) == text


def test_the_sentence_below_the_index_is_told_and_no_button() -> None:
    page = (
        "Dettagli della notizia Il nostro Comune è nel campione Data di pubblicazione: 17 Settembre "
        "2027 Tempo di "
        f"lettura: 2 min {BUTTONS} Indice della pagina Descrizione A cura di Dal 7 ottobre al 23 "
        "dicembre 2027 si "
        "svolgerà il censimento della popolazione. Sono 164 le famiglie coinvolte, avvisate per "
        "lettera. A cura "
        "di Questa pagina è gestita da Staff della sindaca"
    )
    text = told("Censimento della popolazione 2027", page).text
    assert text.startswith("Dal 7 ottobre al 23 dicembre 2027 si svolge il censimento della popolazione.")
