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
        "La prima rata si paga con F24, il saldo con pagoPA.",
        "Per gli immobili di categoria D si paga con F24.",
        "Con il modello F24. Per gli importi dell'anno 2026 si paga con pagoPA.",
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


def text_of(title: str, body: str) -> str:
    return told(title, body=body).text or ""


def test_the_rest_of_one_tax_is_not_that_of_the_other() -> None:
    body = "L'acconto della TARI scade il 31 luglio 2026. Il saldo dell'IMU scade il 16 dicembre 2026."
    assert "il saldo il 16 dicembre" not in text_of("Acconto della TARI e saldo dell'IMU", body)


def test_what_some_pay_at_once_is_not_told_of_all() -> None:
    body = """Sono in consegna gli avvisi TARI 2026.

- 1ª rata: 16 luglio 2026
- 2ª rata: 16 dicembre 2026

La TARI giornaliera si paga in unica soluzione entro il 31 agosto 2026.
"""
    assert "o in un'unica soluzione entro" not in text_of("TARI 2026: avvisi in consegna", body)


def test_two_lists_of_parts_are_each_of_some() -> None:
    body = """La TARI 2026 si paga in due rate. Per le utenze domestiche:

- 1ª rata: 30 giugno 2026
- 2ª rata: 31 ottobre 2026

Per le utenze non domestiche:

- 1ª rata: 31 luglio 2026
- 2ª rata: 30 novembre 2026
"""
    assert "Puoi pagare la TARI 2026 a rate, il 30 giugno e il 31 ottobre" not in text_of(
        "TARI 2026: rate", body
    )


@pytest.mark.parametrize(
    ("title", "third"),
    [
        ("TARI 2026: rate", "3ª rata (solo per importi oltre 500 euro): 30 novembre 2026"),
        ("TARI 2026: la prima rata slitta", "3ª rata: 30 novembre 2026"),
        ("TARI 2025 e 2026: rate", "3ª rata: 30 novembre 2026"),
    ],
)
def test_a_part_of_some_or_of_another_time_is_no_part_of_all(title: str, third: str) -> None:
    two = "- 1ª rata: 31 luglio 2026\n- 2ª rata: 30 settembre 2026\n"
    body = f"La tassa si versa in tre rate.\n\n{two}- {third}\n"
    assert "Puoi pagare" not in text_of(title, body)


def test_the_rest_of_the_year_before_is_not_this_years() -> None:
    body = (
        "L'acconto della TARI 2026 scade il 31 luglio 2026. Il saldo 2025 della TARI scade il 30 giugno 2026."
    )
    assert "il saldo il 30 giugno" not in text_of("TARI: le scadenze", body)


@pytest.mark.parametrize(
    ("price", "free"),
    [
        ("Adulti 8 euro, bambini 4 euro.", "La visita è gratuita per i soci."),
        ("Ingresso: intero 10 euro, ridotto 6 euro (scuole).", "Gratis per i residenti."),
    ],
)
def test_who_enters_free_is_not_left_out_beside_a_price(price: str, free: str) -> None:
    body = f"Domenica 14 giugno 2026 alle 16 visita guidata al museo con la storica dell'arte. {price} {free}"
    said = text_of("Visita guidata al museo", body)
    assert "euro" not in said or "grat" in said
