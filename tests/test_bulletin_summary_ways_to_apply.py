"""Calls whose page says by what way one applies, in a sentence too long for a message; all invented."""

import pytest

from tests.test_bulletin_summary import told

TITLE = "Avviso pubblico contributi integrativi canoni di locazione annualità 2027"
BODY = """Si rende noto che è indetto avviso pubblico per la concessione di contributi integrativi al \
pagamento dei canoni di locazione per l'anno 2027.

**Requisiti**

- residenza anagrafica nel Comune di Po e nell'alloggio per il quale si chiede il contributo;
- contratto di locazione ad uso abitativo regolarmente registrato, di edilizia privata;
- attestazione ISEE 2027 priva di omissioni e difformità.

**Presentazione delle domande**

Le istanze, redatte esclusivamente sul modello allegato e corredate dei documenti, {way} entro e non oltre \
le ore 12,30 del giorno 30 ottobre 2027.

{more}
"""


def text_of(way: str, *, more: str = "") -> str:
    return told(TITLE, body=BODY.format(way=way, more=more)).text or ""


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("si presentano esclusivamente on line, con SPID o CIE,", "solo online con SPID o CIE"),
        ("vanno inviate via PEC a ufficio@pec.comune.po.it o consegnate a mano", "via PEC o a mano"),
        (
            "vanno presentate a mano all'Ufficio Protocollo o per raccomandata A/R",
            "a mano al Protocollo o per raccomandata",
        ),
        ("vanno inviate a protocollo@pec.comune.po.it", "via PEC"),
    ],
)
def test_the_way_is_told_where_all_of_it_is_understood(way: str, said: str) -> None:
    assert said in text_of(way)


@pytest.mark.parametrize(
    "way",
    [
        "si presentano on line oppure all'Ufficio Casa di via Po",  # and that office?
        "si presentano on line; chi non ha lo SPID va al patronato",
        "non si presentano on line",
    ],
)
def test_no_way_is_told_where_the_page_has_another(way: str) -> None:
    assert "online" not in text_of(way)


def test_two_requests_of_a_page_give_no_way() -> None:
    other = "Per il bonus sport la domanda va inviata solo via PEC entro il 3 novembre 2027."
    said = text_of("si presentano esclusivamente on line", more=other)
    assert "solo online" not in said or "solo via PEC" in said


@pytest.mark.parametrize(
    "more",
    [
        "Il contributo massimo è di € 3.100,00 per la fascia A e di € 2.325,00 per la fascia B.",
        "| Fascia | ISEE | Contributo massimo |\n| --- | --- | --- |\n| A | fino a € 8.120,00 | € "
        "3.100,00 |\n"
        "| B | da € 8.120,01 a € 16.900,00 | € 1.800,00 |\n",
    ],
)
def test_the_most_that_one_gets_is_told_and_no_small_print(more: str) -> None:
    said = text_of(
        "vanno inviate via PEC a ufficio@pec.comune.po.it",
        more=f"{more}\n\nNon è dovuto alcun contributo inferiore a € 100,00.",
    )
    assert "3.100 euro" in said
    assert "inferiore" not in said


@pytest.mark.parametrize(
    ("line", "never"),
    [
        ("La domanda di accesso agli atti si presenta via PEC.", "La domanda si fa via PEC"),
        ("Dal 2028 le domande si presenteranno solo online con SPID.", "2027, solo online"),
        (
            "Il modulo di domanda è scaricabile online e va consegnato a mano al Protocollo.",
            "online o a mano",
        ),
        ("Le domande possono essere presentate anche online.", "si fa online"),
        ("La candidatura è presentata dagli enti sulla piattaforma regionale.", "candidarti online"),
    ],
)
def test_the_way_of_something_else_is_not_told(line: str, never: str) -> None:
    body = f"Le famiglie possono chiedere il contributo entro il 30 giugno 2027.\n{line}"
    assert never not in (told("Contributo trasporto 2027", body=body).text or "")
