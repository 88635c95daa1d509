"""Calls whose page says by what way one applies, in a sentence too long for a message; all invented."""

import pytest

from flows.bulletin.page.reading import read
from flows.bulletin.summary.additions.of_jobs import to_have
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
        "si presentano via PEC (i privati) oppure on line (le imprese)",
        "si presentano on line con SPID dai maggiorenni, via PEC dai genitori dei minori,",
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


POST = """È indetto un concorso pubblico, per soli esami, per 2 posti di Istruttore amministrativo.

## Requisiti

- {diploma};
- età non inferiore a 18 anni;
- patente di categoria B.

## Domanda

Esclusivamente tramite il portale inPA, con SPID o CIE, entro le ore 23.59 di giovedì 24 febbraio 2028. \
La tassa di concorso è di 10,33 euro e non è rimborsabile.

## Prove

- prova scritta: martedì 14 marzo 2028, ore 9.30, palestra dell'Istituto di via Po 20
"""
DIPLOMA = "diploma di scuola secondaria di secondo grado (quinquennale)"


def post_of(diploma: str = DIPLOMA) -> str:
    said = told("Concorso pubblico per 2 istruttori", body=POST.format(diploma=diploma))
    return said.text or ""


def test_the_way_stands_below_its_heading_and_in_no_sentence_of_its_own() -> None:
    assert "entro le 23:59 di giovedì 24 febbraio 2028, solo sul portale inPA con SPID o CIE." in post_of()


def test_who_wants_a_post_hears_of_the_diploma_and_the_licence() -> None:
    assert "Serve il diploma di scuola superiore." in post_of()
    body = POST.format(diploma=DIPLOMA)
    notice = read(title="Concorso pubblico per 2 istruttori", abstract="", body=body)
    both, one = to_have("Puoi fare domanda entro il 24 febbraio.", notice)
    assert both == "Servono il diploma di scuola superiore e la patente B."
    assert one == "Serve il diploma di scuola superiore."


@pytest.mark.parametrize(
    "diploma",
    [
        "diploma di scuola secondaria di secondo grado di geometra",
        "diploma di scuola secondaria di secondo grado o qualifica professionale",
        "laurea in giurisprudenza",
        "titolo preferenziale: diploma di scuola secondaria di secondo grado",
    ],
)
def test_of_a_diploma_that_is_not_any_nothing_is_told(diploma: str) -> None:
    assert "il diploma" not in post_of(diploma)


LABELLED = """Gli studenti delle scuole medie e superiori di Po possono avere un aiuto per i libri.

Requisiti: residenza a Po, ISEE 2027 fino a 13.500 euro.

{way}

Gli scontrini vanno consegnati all'Ufficio Scuola.
"""


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (
            "Domanda: dal 6 settembre al 15 ottobre 2027, sul portale regionale, con SPID o CIE.",
            "online con SPID o CIE",
        ),
        ("Come fare domanda: via PEC dal 6 settembre al 15 ottobre 2027.", "via PEC"),
    ],
)
def test_a_label_is_a_sentence_on_the_request(way: str, said: str) -> None:
    text = told("Buoni libro per le scuole medie e superiori", body=LABELLED.format(way=way)).text or ""
    assert said in text


def test_the_way_is_worth_more_than_what_comes_after_the_request() -> None:
    body = """Si può chiedere il contributo affitto 2027 dal 20 settembre alle ore 12.00 del 29 ottobre 2027.

Requisiti: ISEE 2027 fino a 15.000 euro; contratto registrato.

La domanda si presenta online, con SPID o CIE.

La graduatoria provvisoria sarà pubblicata entro il 30 novembre; per 10 giorni si potrà fare ricorso.
"""
    text = told("Contributo affitto 2027: come fare domanda", body=body).text or ""
    assert "online con SPID o CIE" in text


def test_below_a_heading_another_deed_is_not_the_request() -> None:
    body = """L'albo si aggiorna ogni anno. Si può chiedere di essere iscritti entro il 30 novembre.

## Come iscriversi

La cancellazione dall'albo si chiede online. Per l'iscrizione si viene in municipio.
"""
    said = told("Albo degli scrutatori: iscrizioni entro il 30 novembre 2026", body=body).text or ""
    assert "si iscrive online" not in said
    assert "si fa online" not in said
