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
