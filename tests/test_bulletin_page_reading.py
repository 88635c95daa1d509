"""How a page's text becomes sentences: the act without its recitals, what a site cut by its length."""

import pytest

from flows.bulletin.page.operative import operative
from flows.bulletin.page.reading import read


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("VISTO il Codice; CONSIDERATO che; ORDINA la chiusura di via Po", "Si ordina la chiusura di via Po"),
        (
            "Vista la richiesta; ORDINA l'istituzione del senso unico in via Po",
            "Si istituisce il senso unico in via Po",
        ),
        ("PREMESSO che fa caldo; ORDINA il divieto di accendere fuochi", "È vietato accendere fuochi"),
        (
            "Il regolamento dispone che i cani siano al guinzaglio",
            "Il regolamento dispone che i cani siano al guinzaglio",
        ),
        ("VISTO il Codice della strada", "VISTO il Codice della strada"),
    ],
)
def test_an_act_says_what_it_orders(act: str, told: str) -> None:
    assert operative(act) == told


@pytest.mark.parametrize(
    "body",
    [
        "Il Comune affida la gestione del bar della piscina e del servizio di somminis",
        "Il trasporto è per studenti in età Scolastic",
        "Il piano di riassetto vale per il 2027 - 203",
        "Al teatro va in scena lo spettacolo “La locandiera",
    ],
)
def test_a_text_that_ends_within_a_word_is_cut(body: str) -> None:
    assert read(title="Avviso", abstract="", body=body).is_cut


@pytest.mark.parametrize(
    "body", ["La strada resta chiusa fino a sera", "La festa è a Tretto", "Vale dal 2026-2027"]
)
def test_a_text_that_only_lacks_its_stop_is_not(body: str) -> None:
    assert not read(title="Avviso", abstract="", body=body).is_cut


def test_a_card_of_a_list_gives_its_sentence_without_its_title_and_its_reading_time() -> None:
    title = "Contributo “Libri di Alba” 2027"
    sentence = "Il contributo è rivolto agli studenti che abitano in città."
    body = f"{title}\n{sentence}\n\nTempo di lettura:\n3 min\n\nLEGGI DI PIÙ"
    page = read(title=title, abstract="", body=body)
    assert page.prose == (sentence,)


def test_a_stop_that_went_with_its_line_comes_back() -> None:
    body = (
        "Le domande si presentano entro il 20 settembre (termine perentorio)\nDovrà essere unica la domanda."
    )
    assert read(title="Bonus", abstract="", body=body).prose[0].endswith("(termine perentorio).")


@pytest.mark.parametrize(
    "chrome",
    ["\n\nTempo di lettura:\n3 min\n\nLEGGI DI PIÙ", "\nTempo di lettura: 3 min", "\nLEGGI DI PIÙ", ""],
)
def test_what_a_site_puts_below_a_text_does_not_cut_it(chrome: str) -> None:
    told = "Il contributo va agli studenti che abitano a Roccabruna e vanno alle scuole statali."
    notice = read(title="Buono scuola", abstract="", body=f"{told}{chrome}")
    assert (notice.prose, notice.is_cut) == ((told,), False)


@pytest.mark.parametrize(
    "title", ["Iscrizioni alla prima classe 2027-2028", "ISCRIZIONI ALLA PRIMA CLASSE 2027-2028"]
)
def test_a_title_said_again_runs_into_no_sentence(title: str) -> None:
    told = "La scuola invita i genitori a un incontro in aula magna l'8 gennaio 2027."
    body = f"MERCOLEDÌ, 23 DICEMBRE 2026\n{title}\n{told}\n\nLEGGI DI PIÙ"
    assert read(title=title, abstract="", body=body).prose == (told,)


def test_half_of_a_title_said_again_is_no_sentence() -> None:
    title = "Volontari di quartiere: il registro è aperto"
    body = f"{title}\nRegolamento dei volontari"
    assert read(title=title, abstract="", body=body).prose == ()


def test_a_day_below_the_title_is_the_matters_own() -> None:
    title = "Fogli di calcolo - Corso di base gratuito"
    body = f"GIOVEDÌ, 13 MAGGIO 2027\n{title}\nMartedì 18 maggio 2027\nDalle ore 15:00 alle ore 17:00"
    notice = read(title=title, abstract="", body=body)
    assert "Martedì 18 maggio 2027" in notice.source
    assert "13 MAGGIO" not in notice.source


def test_initials_at_the_end_hang_on_nothing() -> None:
    told = "La carta di carta sarà sostituita dalla Carta d'Identità Elettronica (C.I.E.)"
    assert read(title="Documenti", abstract="", body=told).prose == (told,)


def test_a_second_turn_is_no_other_days() -> None:
    rows = read(title="Orari", abstract="", body="Martedì | 9-12 e 15-18\nSabato | chiuso | 9.30-12").rows
    assert [(row.when, row.hours) for row in rows] == [
        ("Martedì", "dalle 9 alle 12 e dalle 15 alle 18"),
        ("Sabato", "dalle 9.30 alle 12"),
    ]


def test_scores_behind_weekdays_are_no_hours() -> None:
    assert "dalle" not in read(title="Torneo", abstract="", body="Lunedì 3-1\nMartedì 2-0").source


@pytest.mark.parametrize("last", ["", "\n- oppure tutto in un'unica soluzione entro il 16 giugno 2026"])
def test_a_day_behind_a_numbered_label_is_its_own(last: str) -> None:
    """`1ª rata: 16 giugno` was read as if the second instalment were due on the day of the first."""
    days = ("1ª rata: 16 giugno 2026", "2ª rata: 16 settembre 2026", "3ª rata a conguaglio: 2 dicembre 2026")
    listed = "\n".join(f"- **{day}**" for day in days)
    notice = read(title="TARI 2026: le scadenze", abstract="", body=f"Si paga a rate.\n\n{listed}{last}")
    assert [(row.what, row.when) for row in notice.rows] == [
        ("1ª rata", "16 giugno 2026"),
        ("2ª rata", "16 settembre 2026"),
        ("3ª rata a conguaglio", "2 dicembre 2026"),
    ]
