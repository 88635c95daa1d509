"""Texts of calls and services: whom they call, their term, what one needs."""

import pytest

from flows.bulletin.page.notice import Listing, Told
from flows.bulletin.page.reading import read
from flows.bulletin.summary.framed import texts
from flows.bulletin.summary.frames.calls.call import bare_term
from flows.bulletin.summary.frames.calls.requirements import needed
from flows.bulletin.summary.frames.times.terms import term_of
from flows.bulletin.summary.frames.titles.matter import matter_of
from tests.test_bulletin_summary import told

MATTER = matter_of("Bonus affitti")


def first_needed(lead: str, *items: str) -> str:
    return next(needed(Listing(lead, items), MATTER), "")


def test_what_one_needs_is_told_with_where_the_whole_list_is() -> None:
    made = first_needed(
        "Occorrono:", "Documento d'identità (in corso di validità)", "Modulo firmato", "Per i minori: delega"
    )
    assert (
        made == "Per il bonus affitti servono documento d'identità e modulo firmato."
        " L'elenco completo è nella pagina."
    )


def test_what_one_must_be_follows_a_duty() -> None:
    items = ("Essere residenti nel Comune", "Avere un ISEE fino a 20.000 euro")
    whole = "Per il bonus affitti devi essere residente nel Comune e avere un ISEE fino a 20.000 euro."
    assert first_needed("Requisiti:", *items) == whole
    assert first_needed("Requisiti:", *items, "SPID o CIE") == f"{whole} L'elenco completo è nella pagina."


@pytest.mark.parametrize(
    ("lead", "items"),
    [
        ("Documenti:", ("Carta d'identità", "Passaporto")),
        ("Uno dei seguenti documenti:", ("Modulo firmato", "Delega firmata")),
        ("Documenti:", ("Documentazione", "Documentazione")),
        ("Documenti:", ("Modulo firmato",)),
        ("Documenti:", ("Modulo firmato", "Permesso di soggiorno per i cittadini extra UE")),
        ("Documenti:", ("Cittadinanza italiana o di un Paese UE", "Modulo firmato", "Delega firmata")),
        ("Documenti:", ("Se minorenne, delega", "Modulo firmato", "Marca da bollo")),
    ],
)
def test_what_is_not_everybodys_or_replaces_another_is_not_told_as_needed(
    lead: str, items: tuple[str, ...]
) -> None:
    assert first_needed(lead, *items) == ""


@pytest.mark.parametrize(
    ("words", "clause"),
    [
        (("SCADENZA: 30/10/2026 ore 12.00",), "entro le 12 del 30 ottobre 2026"),
        (
            ("a partire dal 18 AGOSTO 2026", "entro e non oltre il 20 SETTEMBRE 2026"),
            "dal 18 agosto al 20 settembre 2026",
        ),
        (("entro 30 giorni dalla nascita",), "entro 30 giorni dalla nascita"),
        (("entro il mese di ottobre 2026",), "entro ottobre 2026"),
        (("entro e non oltre la fine del mese di ottobre",), "entro la fine di ottobre"),
        (("ottobre 2026",), ""),
        (("dal 3 maggio 2026",), "dal 3 maggio 2026"),
        (("dal 3 maggio 2026 alle 12",), ""),
        (("entro il 3, il 10 maggio o il 17 maggio e il 24 maggio 2026",), ""),
    ],
)
def test_the_term_of_one_sentence_is_one_clause(words: tuple[str, ...], clause: str) -> None:
    assert term_of(Told(piece, "Le domande.") for piece in words)[0] == clause


def test_pieces_of_two_sentences_are_no_term_together() -> None:
    pieces = (Told("dal 3 maggio 2026", "Il bando esce."), Told("entro il 20 maggio 2026", "Le domande."))
    assert term_of(pieces)[0] == "entro il 20 maggio 2026"


@pytest.mark.parametrize("bound", ["entro e non oltre le ore 12 del giorno", "non oltre le 12 del"])
def test_the_hour_before_the_day_of_a_term_is_told(bound: str) -> None:
    piece = Told("9 giugno 2027", f"La domanda si consegna {bound} 9 giugno 2027.")
    assert term_of([piece])[0] == "entro le 12 del 9 giugno 2027"


def test_a_term_says_who_has_it() -> None:
    piece = Told("entro il 13 dicembre 2026", "Le domande si presentano entro il 13 dicembre 2026.")
    assert bare_term(piece, "entro il 13 dicembre 2026") == "Puoi fare domanda entro il 13 dicembre 2026."
    theirs = "Le imprese possono fare domanda entro il 13 dicembre 2026."
    assert bare_term(piece, "entro il 13 dicembre 2026", "le imprese") == theirs


def test_a_call_for_firms_does_not_call_citizens() -> None:
    body = "Il contributo è rivolto alle imprese. Le domande si presentano entro il 5 gennaio 2027."
    made = list(texts(read(title="Contributo per i danni della grandine", abstract="", body=body), 275))
    assert made
    assert not any("puoi" in text.lower() for text in made)


def test_a_weekday_bounds_a_time_in_italian() -> None:
    body = "Le iscrizioni restano aperte. Entro lunedì 21 settembre 2026 si consegna il modulo."
    assert "tempo entro" not in told("Laboratorio di teatro", body).text


def test_a_name_without_a_sentence_is_left_to_a_person() -> None:
    title = "Richiesta autorizzazione sosta"
    made = told(title, "Modulo.")
    assert (made.method, made.reason) == (
        "unwritten",
        "La pagina non ha una frase che dica di più del suo titolo.",
    )
    assert told(title, " | ".join(["Modulo", "Pianta", "Foto"] * 50)).method == "unwritten"


def test_a_title_that_a_site_cut_is_left_to_a_person() -> None:
    made = told("Avviso pubblico per la concessione del servizio di somminis...", "Avviso.")
    assert (made.method, made.reason) == ("unwritten", "Il titolo della pagina è tronco.")


PAPERS = (
    "Per accedere al servizio occorre:\n\n* carta scaduta o, in caso di primo rilascio, un documento"
    "\n* una fotografia\n* per i minori, un genitore\n"
)


@pytest.mark.parametrize(
    "opening",
    [
        "Dal 4 maggio si prenota online. ",
        "Il servizio riapre a settembre. ",
        "Entro il 30 giugno va rinnovata. ",
    ],
)
def test_what_is_new_about_a_service_is_news(opening: str) -> None:
    assert told("Carta d'identità elettronica", opening + PAPERS).text


def test_what_follows_a_case_is_not_everybodys() -> None:
    body = (
        "Per i minori di 18 anni la carta d'identità è chiesta da un genitore."
        " Serve l'autorizzazione di entrambi i genitori per l'espatrio."
    )
    assert "entrambi i genitori" not in told("Carta d'identità elettronica", body).text


def test_a_heading_and_the_sentence_that_repeats_its_noun_are_one() -> None:
    abstract = "Il corso si terrà in Sala Verdi lunedì 4 maggio 2026 alle 20. Si paga all'ingresso."
    made = told("Corso di Difesa Personale Femminile", abstract=abstract)
    assert made.text.startswith("Il corso di difesa personale femminile si tiene in Sala Verdi")


def test_a_call_for_citizens_and_firms_calls_both() -> None:
    body = "Il contributo è rivolto a cittadini e imprese. Le domande si presentano entro il 5 gennaio 2027."
    page = read(title="Contributo per i danni della grandine", abstract="", body=body)
    assert not any("le imprese possono" in text for text in texts(page, 275))


def test_a_title_that_is_cut_names_no_matter() -> None:
    assert matter_of("Contributo per acquisto libri di tes...") is None


def test_a_heading_with_a_part_behind_it_stays_apart() -> None:
    abstract = "Il corso si terrà in Sala Verdi lunedì 4 maggio 2026 alle 20."
    made = told("Corso di yoga: iscrizioni aperte", abstract=abstract)
    assert "iscrizioni aperte si terrà" not in made.text


def test_time_is_told_of_calls_alone() -> None:
    body = "La biblioteca è chiusa da lunedì 3 a venerdì 7 maggio. I prestiti sono prorogati al 19 maggio."
    assert "C'è tempo" not in told("Biblioteca chiusa per inventario", body).text


def test_a_list_tells_its_own_purpose_and_skips_what_differs() -> None:
    lead = "Per iscriversi all'albo dei lettori è necessario"
    items = ("Documento (se persona fisica) o statuto", "Modulo firmato", "Copia dello statuto")
    assert first_needed(lead, *items) == (
        "Per iscriverti all'albo dei lettori servono modulo firmato e copia dello statuto."
        " L'elenco completo è nella pagina."
    )


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "“Dote sport” - Bando contributi per lo sport dei ragazzi",
            "i contributi «Dote sport» per lo sport dei ragazzi",
        ),
        ("«Casa mia» – avviso pubblico per contributi all'affitto", "i contributi all'affitto «Casa mia»"),
        (
            "Progetto “Nonni in rete”: corso gratuito di informatica per over 65",
            "il corso gratuito di informatica «Nonni in rete» per over 65",
        ),
        ("“Dote sport” - Si parte a maggio", "«Dote sport»"),
        ("Concessione patrocinio comunale per una festa", "il patrocinio comunale per una festa"),
        ("Erogazione dei contributi per l'affitto", "i contributi per l'affitto"),
    ],
)
def test_what_one_asks_for_is_named_by_what_it_is(title: str, text: str) -> None:
    matter = matter_of(title)
    assert matter is not None
    assert matter.text == text
