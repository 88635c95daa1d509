"""Whose term a text tells, and what it must not lose of a page with several matters; all invented."""

import pytest

from flows.bulletin.page.reading import read
from flows.bulletin.summary.checks.half_told import half_told
from flows.bulletin.summary.checks.measures_told import measures_told
from flows.bulletin.summary.checks.several_terms import leaves_group, several_terms
from flows.bulletin.summary.checks.subjects import without_subject
from tests.test_bulletin_summary import told

_GRANTS = (
    "Il Comune assegna 10 borse di studio da 500 euro agli studenti residenti.\n\n"
    "Le domande per la licenza media si consegnano alla segreteria entro il 15 luglio 2027; per la "
    "maturità si "
    "inviano per mail entro il 31 agosto 2027."
)
_PLOTS = (
    "Sono disponibili 12 orti urbani.\nCome presentare domanda:\n"
    "i cittadini: modulo cartaceo all'Ufficio Protocollo, entro il 26 giugno 2027;\n"
    "le associazioni: PEC, entro il 10 luglio 2027."
)
_LAWYERS = (
    "Il termine per la presentazione delle domande di iscrizione all'elenco degli avvocati, già "
    "fissato al 31 "
    "maggio 2027, è prorogato al 20 giugno 2027."
)
_NURSERY = (
    "Le famiglie che hanno presentato domanda entro il 30 aprile 2027 devono trasmettere i documenti "
    "mancanti "
    "entro il 18 giugno 2027. Le altre potranno farla dal 1° al 20 settembre 2027."
)
_TAX = (
    "Gli avvisi TARI sono in corso di recapito. La prima rata scade il 30 giugno 2027, la seconda il "
    "30 settembre "
    "2027, la terza il 2 dicembre 2027. È possibile pagare in unica soluzione entro il 31 luglio 2027."
)


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        ("Borse di studio", _GRANTS, "Puoi chiedere le borse di studio entro il 15 luglio 2027."),
        ("Orti urbani", _PLOTS, "Ci sono 12 orti urbani. C'è tempo fino al 26 giugno 2027."),
        (
            "Piano della mobilità",
            "Fino al 15 luglio 2027 i cittadini possono inviare osservazioni.\n\n"
            "Le associazioni inviano invece le osservazioni via PEC entro il 30 giugno 2027.",
            "Fino al 15 luglio 2027 i cittadini possono inviare osservazioni.",
        ),
    ],
)
def test_the_term_of_one_group_is_not_that_of_all(title: str, body: str, text: str) -> None:
    notice = read(title=title, abstract="", body=body)
    assert leaves_group(text, notice)
    assert not leaves_group(f"{text} Le altre scadenze sono nella pagina.", notice)
    said = told(title, body=body).text or "scadenze nella pagina"
    assert not leaves_group(said, notice)


def test_a_term_that_was_put_off_is_not_told_as_in_force() -> None:
    notice = read(title="Elenco di avvocati: proroga", abstract="", body=_LAWYERS)
    assert list(several_terms("Il termine dell'elenco di avvocati scade il 31 maggio 2027.", notice))
    assert not list(several_terms(_LAWYERS, notice))
    assert "20 giugno" in (told(notice.title, body=_LAWYERS).text or "")


def test_the_term_for_missing_papers_is_none_for_asking() -> None:
    notice = read(title="Bonus asilo nido: integrazione delle domande", abstract="", body=_NURSERY)
    assert list(several_terms("Puoi chiedere il bonus asilo nido entro il 18 giugno 2027.", notice))


def test_a_term_of_paying_is_none_for_asking() -> None:
    body = (
        "Dal 1° settembre 2027 si paga con pagoPA. La retta di luglio si paga ancora entro il 10 luglio 2027."
    )
    notice = read(title="Rette del nido", abstract="", body=body)
    assert list(
        several_terms("Dal 1° settembre si paga con pagoPA. C'è tempo fino al 10 luglio 2027.", notice)
    )
    asked = "Le domande si presentano entro il 10 luglio 2027."
    notice = read(title="Nido: domande", abstract="", body=asked)
    assert not list(several_terms("Puoi chiedere il nido. C'è tempo fino al 10 luglio 2027.", notice))


def test_paying_at_once_is_told_with_the_parts() -> None:
    notice = read(title="TARI 2027", abstract="", body=_TAX)
    assert list(
        several_terms("È possibile pagare la TARI in unica soluzione entro il 31 luglio 2027.", notice)
    )
    text = told("TARI 2027: rate e scadenze", body=_TAX).text or ""
    assert all(day in text for day in ("30 giugno", "30 settembre", "2 dicembre"))


def test_the_labelled_term_comes_before_that_of_cancelling() -> None:
    body = (
        "Sono in distribuzione gli avvisi delle lampade votive. Scadenza: 31 luglio 2027. Chi vuole "
        "disdire deve "
        "farlo entro il 30 novembre 2027."
    )
    notice = read(title="Lampade votive: pagamento", abstract="", body=body)
    assert list(several_terms("Chi vuole disdire deve farlo entro il 30 novembre 2027.", notice))


def test_places_kept_for_some_set_no_limit_for_all() -> None:
    body = (
        "Possono partecipare i giovani tra 18 e 28 anni. Le domande si presentano entro le ore 14 "
        "del 30 giugno "
        "2027. Due posti sono riservati a giovani con ISEE inferiore a 15.000 euro."
    )
    text = told("Servizio civile: 6 posti disponibili", body=body).text or ""
    assert "hai un ISEE" not in text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            "I lavori sono sospesi dal 29 giugno al 5 luglio 2027. In quei giorni la strada è "
            "percorribile. Il cantiere "
            "riapre il 6 luglio e si conclude il 24 luglio 2027.",
            "I lavori sono sospesi dal 29 giugno al 5 luglio 2027. Il cantiere riapre il 6 luglio e "
            "si conclude il "
            "24 luglio 2027. In quei giorni la strada è percorribile.",
        ),
        (
            "Due avvisi aperti.\n\nLe domande degli scrutatori si presentano entro il 30 novembre "
            "2027. Per i "
            "presidenti il termine è invece il 31 ottobre 2027.",
            "Due avvisi aperti. Per i presidenti il termine è invece il 31 ottobre 2027.",
        ),
        (
            "Le carte cartacee non valgono più. Per fare la carta elettronica si prenota online. Servono una "
            "fototessera e 22,21 euro.",
            "Le carte cartacee non valgono più. Servono una fototessera e 22,21 euro.",
        ),
    ],
)
def test_a_sentence_follows_the_one_it_leans_on(body: str, text: str) -> None:
    notice = read(title="Un avviso", abstract="", body=body)
    assert list(without_subject(text, notice))
    assert not list(without_subject(body.replace("\n\n", " "), notice))


def test_a_part_below_its_heading_is_not_the_notice() -> None:
    body = (
        "Nei giorni indicati sarà istituito il senso unico alternato:\n- Strada del Bosco: 10 giugno 2027\n"
        "- Strada dei Prati: 12 giugno 2027\n\n## Obblighi dei proprietari frontisti\n\n"
        "I proprietari dei terreni devono tagliare le siepi entro il 30 giugno 2027."
    )
    notice = read(title="Sfalcio dell'erba: limitazioni", abstract="", body=body)
    text = "I proprietari dei terreni devono tagliare le siepi entro il 30 giugno 2027."
    assert any("Obblighi" in why for why in half_told(text, notice))


def test_works_in_a_title_are_told() -> None:
    body = (
        "A chi è rivolto: residenti.\n\n## Come fare\n\nI residenti possono chiedere il contrassegno "
        "per la sosta in "
        "piazza Po compilando il modulo entro il 17 giugno 2027."
    )
    notice = read(title="Lavori di manutenzione straordinaria in corso Adda", abstract="", body=body)
    text = "In corso Adda i residenti possono chiedere il contrassegno per la sosta entro il 17 giugno 2027."
    assert any("si lavora" in why for why in measures_told(text, notice))


def test_a_strike_says_what_may_fail() -> None:
    body = (
        "Venerdì 18 giugno 2027 è stato proclamato uno sciopero generale. Potrebbero non essere "
        "garantiti i servizi "
        "degli uffici comunali. La raccolta del vetro sarà recuperata lunedì 21 giugno."
    )
    text = told("Sciopero generale di venerdì 18 giugno: possibili disagi", body=body).text or ""
    assert not text or "garantiti i servizi" in text


@pytest.mark.parametrize(
    "tail", ["date 2027", "calendario e prezzi", "programma", "calendario delle lezioni"]
)
def test_a_label_behind_a_title_is_no_part_of_its_name(tail: str) -> None:
    body = (
        "La rassegna si tiene al Teatro Nuovo sabato 2 ottobre 2027 alle 21 e sabato 23 ottobre 2027 alle 21."
    )
    text = told(f"Rassegna teatrale d'autunno: {tail}", body=body).text or ""
    assert text
    assert tail.split()[0].lower() not in text.lower().replace("il programma", "")


def test_single_days_far_apart_are_no_period() -> None:
    body = (
        "Il mercatino si svolge la terza domenica del mese in piazza Garibaldi, dalle 8 alle 18.\n"
        "Date: 20 giugno 2027, 18 luglio 2027, 19 settembre 2027, 17 ottobre 2027, 21 novembre 2027."
    )
    text = told("Mercatino dell'antiquariato: date", body=body).text or ""
    assert "Dal 20 giugno" not in text


def test_fields_between_dashes_are_a_row() -> None:
    body = (
        "**Giovedì 1 luglio 2027** – *Piazza Roma* – ore 21 – Ballo liscio\n"
        "**Giovedì 8 luglio 2027** – *Piazza Roma* – ore 21 – Tombola\n"
        "**Giovedì 15 luglio 2027** – *Parco Po* – ore 20 – Cena in bianco\n"
    )
    rows = read(title="Luglio in piazza: programma", abstract="", body=body).rows
    assert [(row.place, row.hours, row.what) for row in rows] == [
        ("Piazza Roma", "ore 21", "Ballo liscio"),
        ("Piazza Roma", "ore 21", "Tombola"),
        ("Parco Po", "ore 20", "Cena in bianco"),
    ]


def test_what_a_market_sold_goes_back_to_who_sold_it() -> None:
    body = (
        'Si segnala il richiamo, per possibile presenza di Listeria, del formaggio "Casolina", lotto '
        "L2605, venduto "
        "al mercato del venerdì. Chi lo ha acquistato non deve consumarlo e può riportarlo al banco."
    )
    text = told("Richiamo di un lotto di formaggio", body=body).text or ""
    assert "negozio" not in text


def test_two_ways_to_buy_are_not_told_as_one() -> None:
    body = (
        "Venerdì 15 ottobre 2027 alle 21 al Teatro Verdi va in scena «La locandiera».\n\n"
        "Biglietti in vendita alla biglietteria di piazza Verdi e online."
    )
    assert "si comprano online" not in (told("«La locandiera» al Teatro Verdi", body=body).text or "")


def test_the_day_of_a_landslide_is_none_of_its_closure() -> None:
    body = (
        "A seguito dello smottamento del 29 maggio 2027 la strada per Monteverde è percorribile a "
        "senso unico "
        "alternato. Martedì 8 giugno 2027, dalle 9 alle 12, la strada sarà chiusa a tutti."
    )
    text = told("Frana sulla strada per Monteverde", body=body).text or ""
    assert "Tra il 29 maggio" not in text


def test_nobody_begins_with_who_may_not() -> None:
    body = (
        "L'Azienda sanitaria organizza giornate di vaccinazione:\n- sabato 16 ottobre 2027, 9-13, over 60\n"
        "- domenica 17 ottobre 2027, 9-12, malati cronici\n\nChi ha febbre non può vaccinarsi."
    )
    text = told("Vaccinazione antinfluenzale: giornate aperte", body=body).text or ""
    assert not text.startswith("Chi ha febbre")
    assert "le giornate sono aperte" not in text
