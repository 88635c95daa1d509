"""What a page on a tax tells: by when each part is paid, all at once, and with what; all invented."""

import pytest

from tests.test_bulletin_summary import told

RATES = """Sono in corso di recapito gli avvisi di pagamento della tassa rifiuti 2027.

## Quando si paga

- 1ª rata: 30 giugno 2027
- 2ª rata: 30 settembre 2027
- 3ª rata a conguaglio: 2 dicembre 2027
- oppure tutto in un'unica soluzione entro il {whole}

## Come

{way}
"""


def rates(way: str, whole: str = "30 giugno 2027") -> str:
    return told("TARI 2027: le scadenze", body=RATES.format(way=way, whole=whole)).text or ""


@pytest.mark.parametrize("whole", ["30 giugno", "16 luglio"])
def test_one_may_pay_at_once_on_the_day_of_the_first_part_too(whole: str) -> None:
    assert rates("Con il modello F24.", f"{whole} 2027").startswith(
        "Puoi pagare la TARI 2027 a rate, il 30 giugno, il 30 settembre e il 2 dicembre 2027, o in un'unica "
        f"soluzione entro il {whole}."
    )


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("Con il modello F24 allegato all'avviso. Nessuna commissione per l'F24.", "Si paga con l'F24."),
        ("Il pagamento si effettua con pagoPA.", "Si paga con pagoPA."),
        ("Con il modello F24 oppure con il bollettino pagoPA.", "Si paga con l'F24 o con pagoPA."),
    ],
)
def test_with_what_one_pays(way: str, said: str) -> None:
    assert said in rates(way)


@pytest.mark.parametrize(
    "way",
    [
        "Con il modello F24 o con bonifico.",
        "Chi abita all'estero paga con F24.",
        "Non si paga più con il modello F24.",
        "Il rimborso di quanto pagato con F24 si chiede all'Ufficio Tributi.",
    ],
)
def test_a_way_of_some_or_one_of_several_is_left_to_the_page(way: str) -> None:
    assert "Si paga con" not in rates(way)


def test_what_one_may_do_without_a_form_is_no_list_of_papers_to_bring() -> None:
    body = """Mercoledì 2 dicembre 2026 scade il termine per il pagamento della seconda rata della TARI.

Chi non avesse ricevuto il modello può:

- chiederne copia scrivendo all'Ufficio Tributi;
- ritirarlo allo sportello di via Po 3;
- scaricarlo con SPID o CIE.
"""
    said = told("TARI 2026: scadenza della seconda rata", body=body).text or ""
    assert "documenti da presentare" not in said
