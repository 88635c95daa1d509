import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.bulletin.page.sections import Part, parts, unstamped

FLAT = (
    "Cos'è Serata di musica con la banda A chi è rivolto Alle famiglie Luogo Sala Verdi Via Mazzini, 12 "
    "Date e orari 12 Mar Dalle ore 18:00 alle ore 20:00 Costi Ingresso gratuito Allegati"
    " Locandina PDF Scarica "
    "Contatti Telefono 02 9512345"
)


def test_the_labels_of_a_text_without_markup_part_it() -> None:
    assert parts(FLAT) == [
        Part("prose", "Serata di musica con la banda"),
        Part("audience", "Alle famiglie"),
        Part("where", "Sala Verdi Via Mazzini, 12"),
        Part("when", "12 Mar Dalle ore 18:00 alle ore 20:00"),
        Part("cost", "Ingresso gratuito"),
        Part("contacts", "Telefono 02 9512345."),
    ]


def test_the_headings_of_markdown_part_it_alike() -> None:
    page = (
        "La banda suona.\n\n## Date e orari\n\n12 marzo, ore 18\n\n##"
        " **Costi:**\n\nGratuito\n\n## Allegati\n\nLocandina"
    )
    assert parts(page) == [
        Part("prose", "La banda suona."),
        Part("when", "12 marzo, ore 18."),
        Part("cost", "Gratuito."),
    ]


def test_a_heading_of_the_texts_own_ends_the_part_before_it() -> None:
    page = "## Costi\n\nGratuito\n\n## Il programma della serata\n\nSi comincia con Verdi."
    assert [part.kind for part in parts(page)] == ["cost", "prose"]


@pytest.mark.parametrize(
    "text",
    [
        "Il luogo dell'incontro cambia: si va in piazza.",
        "Dove Anna passava il tempo con gli amici.",
        "Quando la scuola riapre si torna in mensa.",
        "Il Luogo del Cuore vince il premio.",
        "I costi e i documenti sono nella pagina.",
    ],
)
def test_the_same_words_in_a_sentence_are_no_labels(text: str) -> None:
    assert parts(text) == [Part("prose", text)]


@pytest.mark.parametrize(
    "stamp",
    [
        "MERCOLEDÌ, 20 MAGGIO 2026",
        "14 novembre 2025",
        "NOTIZIE 15 LUG 2026",
        "Data di pubblicazione: 21/05/2026",
        "Pubblicato il 3 marzo 2026",
    ],
)
def test_the_day_of_publication_is_never_read_as_the_events(stamp: str) -> None:
    assert parts(f"{stamp}\nDivieto di transito in via Roma per lavori di manutenzione.\nLEGGI DI PIÙ") == [
        Part("prose", "Divieto di transito in via Roma per lavori di manutenzione.")
    ]


@pytest.mark.parametrize("kind", ["NOTIZIA", "Avviso", "EVENTO", "Comunicato", "Notizie"])
def test_the_day_behind_the_sort_of_page_is_never_the_events(kind: str) -> None:
    told = "Divieto di transito in via Roma."
    for page in (f"{kind} 3 marzo 2026\n{told}", f"{told}\n{kind} 03/03/2026"):
        assert parts(page) == [Part("prose", told)]


def test_a_notice_without_a_day_is_no_stamp() -> None:
    assert parts("Avviso\nVia Roma chiude.")[0].text.startswith("Avviso")


def test_the_themes_name_between_the_parts_of_a_page_is_none_of_them() -> None:
    page = "La banda Municipium Luogo Sala Verdi Municipium Date e orari 12 mar 2027 Municipium"
    assert [(part.kind, part.text.strip(" .")) for part in parts(unstamped(page))] == [
        ("prose", "La banda"),
        ("where", "Sala Verdi"),
        ("when", "12 mar 2027"),
    ]
    assert unstamped("Il portale Municipium cambia nome.") == "Il portale Municipium cambia nome."


@settings(deadline=None)
@given(st.text(max_size=300) | st.lists(st.sampled_from(FLAT.split()), max_size=60).map(" ".join))
def test_any_text_has_its_parts(text: str) -> None:
    for part in parts(text):
        assert part.text.strip()
        assert part.kind != "furniture"


def test_a_heading_in_capitals_ends_the_part_before_it_and_who_signs_is_no_sentence() -> None:
    assert parts("Costi:\nIl corso costa 12 euro.\nMODALITÀ DI ISCRIZIONE:\nPortare il modulo.") == [
        Part("cost", "Il corso costa 12 euro."),
        Part("prose", "MODALITÀ DI ISCRIZIONE:\nPortare il modulo."),
    ]
    assert parts("Il corso è aperto.\n\nIl Sindaco Ada Neri") == [Part("prose", "Il corso è aperto.")]


def test_two_labels_in_capitals_part_a_page_and_one_is_shouted() -> None:
    assert parts("QUANDO: sabato 2 ottobre\nDOVE: Sala Verdi") == [
        Part("when", "sabato 2 ottobre."),
        Part("where", "Sala Verdi."),
    ]
    assert [part.kind for part in parts("La festa è sabato.\nDOVE: Sala Verdi")] == ["prose"]
