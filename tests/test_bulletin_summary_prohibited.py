"""What an ordinance forbids is told with its period, its uses and its fine; every page here is made up."""

import pytest

from flows.bulletin.language.articles import gender_of
from flows.bulletin.page.reading import read
from flows.bulletin.summary.frames.dangers.forbidden import titled
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.text import summarise

RUNS = "Il divieto vale fino al 30 giugno 2027."
FINE = "\n\nAi trasgressori sarà applicata una sanzione amministrativa da € 50,00 a € 300,00."


def text_of(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (  # every use of a list
            "Risparmio dell'acqua potabile",
            "IL SINDACO ORDINA il divieto, con decorrenza immediata e sino al 15 settembre 2026, di"
            " utilizzare"
            " l'acqua potabile per:\n\n- irrigare i prati\n- lavare le auto\n- riempimento di vasche\n"
            + FINE,
            "Fino al 15 settembre 2026 è vietato usare l'acqua potabile per irrigare i prati, lavare"
            " le auto e riempire vasche. La multa va da 50 a 300 euro.",
        ),
        (  # the use that stands for all
            "Risparmio dell'acqua potabile",
            "Il sindaco ordina, fino al 15 settembre 2026, il divieto di utilizzo di acqua potabile"
            " per:\n\n"
            "1. Irrigazione di orti, prati, aiuole, siepi e giardini, in qualsiasi ora del giorno e"
            " della notte;\n"
            "2. Lavaggio di cortili, scale, marciapiedi, auto, moto, biciclette e macchine agricole;\n"
            "3. Tutti gli usi diversi da quello domestico.\n" + FINE,
            "Fino al 15 settembre 2026 è vietato usare l'acqua potabile per tutti gli usi diversi da quello"
            " domestico. Gli usi vietati sono elencati nella pagina. La multa va da 50 a 300 euro.",
        ),
        (  # hours, and more uses than there is room for
            "Limiti al consumo di acqua potabile",
            "Per la siccità è stato disposto, dal 1° luglio al 31 agosto 2026, il divieto di"
            " utilizzo dell'acqua"
            " potabile nel periodo compreso tra le ore 7.00 e le ore 21.00 per l'irrigazione di orti"
            " e giardini,"
            " l'innaffiatura di altre aree verdi private, il lavaggio di cortili e piazzali (esclusi"
            " quelli delle"
            " scuole), il lavaggio di automobili e motocicli, il riempimento di fontane ornamentali e di"
            " piscine ad uso privato, ogni altro uso improprio.",
            "Dal 1° luglio al 31 agosto 2026, dalle 7 alle 21, è vietato usare l'acqua potabile per"
            " irrigare orti e giardini, annaffiare altre aree verdi private, lavare cortili"
            " e piazzali (esclusi quelli delle scuole) e per gli altri usi elencati nella pagina.",
        ),
        (  # whom it does not bind, sentence by sentence
            "Divieto d'uso dell'acqua potabile",
            "Dal 14 giugno al 30 settembre 2027, dalle 6 alle 23, è vietato usare l'acqua potabile per"
            " irrigare orti e giardini e riempire le piscine private di capienza oltre i dieci metri cubi."
            " Il divieto non riguarda gli autolavaggi, che hanno un impianto di ricircolo approvato."
            " Fanno eccezione i vivai, le scuole e il campo sportivo, dove si irriga dopo le 20.",
            "Dal 14 giugno al 30 settembre 2027, dalle 6 alle 23, è vietato usare l'acqua potabile per"
            " irrigare orti e giardini e riempire le piscine private di capienza oltre i dieci metri cubi."
            " Le eccezioni sono nella pagina.",
        ),
        (  # behind its reasons
            "Divieto di volo per le lanterne",
            "Per proteggere i boschi, come stabilito dal sindaco, su tutto il territorio comunale, è"
            " vietato"
            " accendere e far volare lanterne di carta dal 20 giugno al 30 settembre 2026." + FINE,
            "È vietato accendere e far volare lanterne di carta dal 20 giugno al 30 settembre 2026."
            " La multa va"
            " da 50 a 300 euro.",
        ),
    ],
)
def test_a_ban_has_its_period_its_uses_and_its_fine(title: str, body: str, text: str) -> None:
    assert text_of(title, body) == text


def test_a_ban_without_an_end_is_left_to_its_office() -> None:
    body = "Il sindaco ordina il divieto di utilizzare l'acqua potabile per:\n\n- i prati\n- le auto\n"
    assert "è vietato usare" not in text_of("Risparmio dell'acqua potabile", body)


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (
            "Il sindaco Ugo Neri ha firmato un'ordinanza per vietare petardi e botti fino al 7 gennaio.",
            "Sono vietati petardi e botti fino al 7 gennaio.",
        ),
        (
            "L'Amministrazione comunale vieta l'accensione di lanterne fino al 7 gennaio.",
            "È vietata l'accensione di lanterne fino al 7 gennaio.",
        ),
        ("Il Comune vieta a chiunque di fumare.", "Il Comune vieta a chiunque di fumare."),
    ],
)
def test_what_is_forbidden_stands_before_who_forbids_it(sentence: str, said: str) -> None:
    assert worded(sentence) == said


def test_an_ending_tells_the_gender_of_a_noun_that_no_dictionary_has() -> None:
    gender = gender_of("riempimento")
    assert gender is not None
    assert gender.ending == "o"


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (  # behind its grounds, the period at the end
            "Prevenzione degli incendi",
            "Considerata la siccità, per la tutela dei boschi è fatto divieto su tutto il territorio"
            " comunale di"
            " bruciare foglie e rami secchi negli orti e nei giardini dal 15 giugno 2027 al 15 ottobre 2027",
            "Dal 15 giugno al 15 ottobre 2027 è vietato bruciare foglie e rami secchi negli orti e nei"
            " giardini.",
        ),
        (  # items with a tight mark, a place before them
            "Prevenzione e contrasto degli incendi",
            "Si avvisa che nel periodo compreso tra la data del 15 Maggio 2027 ed il 31 Ottobre 2027 è fatto"
            " divieto, in prossimità di boschi e lungo le strade, di:\n\n·accendere fuochi;\n·usare"
            " fornelli;\n"
            "·di fumare.",
            "Dal 15 maggio al 31 ottobre 2027, in prossimità di boschi e lungo le strade, è vietato accendere"
            " fuochi, usare fornelli e fumare.",
        ),
        (  # more than there is room for, and a duty beside it
            "Misure contro gli incendi boschivi",
            "- è fatto obbligo ai proprietari di ripulire i terreni incolti fino al 15 ottobre 2027\n\n"
            "-è vietato, nel periodo dal 15 giugno 2027 al 15 ottobre 2027, accendere fuochi vicino ai"
            " terreni"
            " agricoli, alle aree boscate, arborate o cespugliate, ai serbatoi e alle tubazioni del gas,"
            " nonché"
            " usare apparecchi a fiamma libera o elettrici che fanno scintille nelle stesse aree e lungo"
            " le strade.",
            "Dal 15 giugno al 15 ottobre 2027 è vietato accendere fuochi vicino ai terreni agricoli, alle"
            " aree"
            " boscate, arborate o cespugliate, ai serbatoi e alle tubazioni del gas. Gli altri divieti"
            " sono nella"
            " pagina.",
        ),
    ],
)
def test_a_forbidden_deed_has_its_period_and_place(title: str, body: str, text: str) -> None:
    assert text_of(title, body) == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            "O R D I N A\n\nFino alla fine dell'allerta della Protezione civile è fatto divieto assoluto,"
            " su tutto il"
            " territorio comunale:\n\n- Di accendere fuochi;\n- Di bruciare foglie e rami.",
            "Fino alla fine dell'allerta della Protezione civile è vietato accendere fuochi e bruciare"
            " foglie e"
            " rami.",
        ),
        (
            "Durante il periodo 15 GIUGNO – 30 SETTEMBRE corrente anno, dichiarato di grave pericolo, è"
            " fatto divieto"
            " in tutto il territorio comunale di accendere fuochi nei campi e nei boschi.",
            "Dal 15 giugno al 30 settembre è vietato accendere fuochi nei campi e nei boschi.",
        ),
    ],
)
def test_a_ban_may_last_as_long_as_what_it_is_for(body: str, text: str) -> None:
    assert text_of("Divieto di accensione fuochi", body) == text


@pytest.mark.parametrize(("body", "is_told"), [(RUNS, True), (f"{RUNS} È revocato da oggi.", False)])
def test_a_lifted_ban_is_not_told_as_in_force(body: str, *, is_told: bool) -> None:
    notice = read(title="Divieto di balneazione", abstract="", body=body)
    assert bool(list(titled(notice))) is is_told


def test_a_ban_that_the_title_names_is_told_with_the_period_of_the_page() -> None:
    assert text_of(
        "Divieto di irrigare con acqua potabile", "Periodo: fino al 30 settembre 2027."
    ).startswith("Fino al 30 settembre 2027 è in vigore il divieto di irrigare con acqua potabile.")
