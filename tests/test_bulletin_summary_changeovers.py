"""Pages that name a change as a noun alone, with its day beside it; all invented."""

import pytest

from flows.bulletin.summary.frames.titles.changeovers import made_up_for
from tests.test_bulletin_summary import told


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "PASSAGGIO della GESTIONE dell'ECOCENTRO A IDROLAMB",
            "PASSAGGIO DELLA GESTIONE DELL’ECOCENTRO A IDROLAMB DALL’1 GENNAIO 2027",
            "Dal 1° gennaio 2027 la gestione dell'ecocentro passa a Idrolamb.",
        ),
        (
            "Modifica orario di ricevimento del Sindaco",
            "Modifica orario di ricevimento del Sindaco dal 18 settembre 2026 - 12:00/13:30",
            "Dal 18 settembre 2026 cambia l'orario di ricevimento del Sindaco. L'orario è dalle 12 alle "
            "13:30.",
        ),
        (
            "CESSAZIONE STATO DI GRAVE PERICOLOSITA' PER INCENDI BOSCHIVI",
            "Regione Lombardia",
            "È cessato lo stato di grave pericolosità per incendi boschivi.",
        ),
        (
            "Trasferimento temporaneo degli uffici demografici in via Po",
            "Avviso. Dal 12 ottobre 2026",
            "Dal 12 ottobre 2026 gli uffici demografici si spostano temporaneamente in via Po.",
        ),
        (
            "Spostamento del mercato settimanale",
            "Spostamento del mercato settimanale in piazza Adda dal 3 maggio 2026",
            "Dal 3 maggio 2026 il mercato settimanale si sposta in piazza Adda.",
        ),
    ],
)
def test_a_change_named_as_a_noun_is_told_with_its_day(title: str, body: str, text: str) -> None:
    assert told(title, body=body).text == text


def test_a_change_of_which_the_page_says_more_leaves_that_to_it() -> None:
    body = "Dal 3 maggio 2026\nUtenti del mercato e titolari dei banchi di generi vari"
    assert told("Spostamento del mercato settimanale", body=body).text == (
        "Dal 3 maggio 2026 il mercato settimanale si sposta. Gli altri dettagli sono nella pagina."
    )


@pytest.mark.parametrize(
    "body",
    [
        "Avviso agli utenti",  # no day
        "Dal 3 maggio 2026, poi dal 9 giugno 2026",  # two of them
        "Dal 3 maggio 2026 al 9 giugno 2026",  # a period, which is not for good
        "Dal 3 maggio 2026\nIl mercato del 10 maggio non cambia",  # a sentence that says otherwise
    ],
)
def test_a_change_without_one_sure_day_is_not_told(body: str) -> None:
    assert "si sposta" not in told("Spostamento del mercato settimanale", body=body).text


def test_a_change_of_a_person_has_no_article_and_is_left_to_the_editor() -> None:
    assert told("Cessazione dr.ssa Rossi", body="Avviso ai pazienti dal 3 maggio 2026").text == ""


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Variazione calendario raccolta rifiuti", "Dal 3 maggio 2026"),  # a heading without its joints
        ("Cambio di residenza", "Dal 3 agosto 2026 online"),  # a procedure
        ("Spostamento del mercato e della fiera in piazza Po", "Dal 3 maggio 2026"),
        ("Spostamento del mercato settimanale", "Dal 3 maggio 2026"),  # and not where to
        ("Cessazione del servizio navetta", "Avviso agli utenti"),  # it may still run
        ("Cessazione stato di attenzione", "Dal 3 agosto 2026"),
    ],
)
def test_what_is_no_sure_change_is_not_told_as_one(title: str, body: str) -> None:
    text = told(title, body=body).text
    assert not any(said in text for said in ("cambia", "si sposta", "è cessat"))


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Mercato del 10 novembre: recupero sabato 14 novembre 2026",
            "Il mercato del 10 novembre si recupera sabato 14 novembre 2026.",
        ),
        (
            "Mercato del 10 novembre 2026 - recupero il 14 novembre 2026",
            "Il mercato del 10 novembre 2026 si recupera sabato 14 novembre 2026.",
        ),
        ("Recupero crediti: 10 novembre 2026", ""),
        ("Mercato: recupero sabato 14 novembre 2026", ""),  # which market it makes up for
    ],
)
def test_a_day_made_up_for_is_told_with_both_days(title: str, text: str) -> None:
    assert made_up_for(title) == text
