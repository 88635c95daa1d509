"""What holds for one part of a page is never told of the whole; every page here is made up."""

import pytest

from flows.bulletin.page.reading import read
from flows.bulletin.summary.checks import gate
from flows.bulletin.summary.text import summarise

FAIR = """Torna la Fiera del miele: domenica 6 dicembre, dalle 9:00 alle 18:00, in piazza del Mercato ci sono
venti apicoltori. L'ingresso è libero.

Il programma della giornata:

1. ore 10:30, laboratorio delle candele per bambini da 5 a 10 anni, su prenotazione;
2. ore 12:30, polenta in piazza a cura degli Alpini, 7 euro a porzione;
3. ore 15:00, visita guidata gratuita al mulino;
4. ore 16:30, concerto del coro Alba.

Si consiglia il parcheggio gratuito della stazione. Per prenotare: telefono 02 1234 5640.
"""


def text_of(title: str, body: str, abstract: str = "", limit: int = 225) -> str:
    return summarise(title=title, abstract=abstract, body=body, limit=limit).text


def test_price_booking_and_place_of_one_part_are_not_the_whole_day_s() -> None:
    text = text_of("Fiera del miele in piazza del Mercato", FAIR)
    assert "6 dicembre" in text
    assert "piazza del Mercato" in text
    for wrong in ("7 euro", "renota", "in piazza c'è", "gratuit"):
        assert wrong not in text


def test_a_parking_place_that_is_free_makes_no_event_free() -> None:
    body = "Sabato 9 maggio 2026 alle 21 in Sala Verdi suona il coro Alba. Il parcheggio vicino è gratuito."
    text = text_of("Concerto del coro Alba", body)
    assert "gratuita" not in text
    assert "ingresso" not in text


def test_what_one_row_asks_for_is_asked_where_every_row_asks_for_it() -> None:
    body = "Sabato 9 maggio 2026 alle 21 in Sala Verdi. Prenotazione obbligatoria al numero 02 1234 5640."
    assert "prenotare" in text_of("Concerto del coro Alba", body)


VACCINE = (
    "Mercoledì 9 dicembre, dalle 9:00 alle 13, i medici vaccinano al Centro anziani di via Po 3. Non serve "
    "l'appuntamento. Il pulmino dei volontari accompagna chi non può muoversi: si prenota entro lunedì 7 "
    "dicembre al numero 02 1234 5650."
)


def test_the_term_of_a_ride_is_not_that_of_a_vaccination_without_appointment() -> None:
    text = text_of("Vaccinazione antinfluenzale al Centro anziani", VACCINE)
    assert "9 dicembre" in text
    assert "Puoi prenotare" not in text


def test_by_when_a_leaflet_arrives_is_no_term_and_the_day_it_begins_is_told() -> None:
    text = text_of(
        "Raccolta della carta, cambia il giorno",
        "Da lunedì 7 dicembre cambia il calendario. Il nuovo calendario arriva nelle cassette della "
        "posta entro venerdì 4 dicembre.",
        "Da lunedì 7 dicembre in centro la carta si espone la domenica sera e non più il mercoledì.",
    )
    assert "7 dicembre" in text
    assert "domenica sera" in text


@pytest.mark.parametrize("told", ["aperta al pubblico fino a esaurimento dei posti", "trasmessa in diretta"])
def test_that_a_sitting_is_public_is_said_once(told: str) -> None:
    body = f"Il Consiglio comunale si riunisce giovedì 3 dicembre alle 20:45. La seduta è {told}."
    text = text_of("Consiglio comunale in seduta pubblica", body)
    assert text.count("pubblic") == 1


ASSEMBLY = (
    "Assemblea sul nuovo parco",
    "Che alberi ci saranno? I tecnici rispondono nell'assemblea di giovedì 15 aprile 2027 alle 20.45, in "
    "sala consiliare.\n\nUn secondo incontro si tiene mercoledì 28 aprile alle 17.30 nell'aula magna.\n\n"
    "Si possono inviare domande in anticipo, entro martedì 13 aprile.",
)
BRIDGE = (
    "Lavori al ponte: chiusura di via Monte",
    "Da lunedì 12 a venerdì 16 aprile 2027 via Monte è chiusa al transito al ponte. In via Molini è vietata "
    "la sosta.",
)
LANE = (
    "Chiusura di vicolo Corto",
    "Vicolo Corto è chiuso al transito da martedì 9 marzo 2027 per 15 giorni.",
)
PHASES = (
    "Sospensione dell'acqua per lavori in via Argine",
    "L'erogazione sarà sospesa in tre fasi.\n\n"
    "## Fase 1 – martedì 6 aprile\n\nDalle 9 alle 17. Zone interessate: via Argine dal civico 1 al 60.\n\n"
    "## Fase 2 – giovedì 8 aprile\n\nDalle 22 alle 24. Zone interessate: tutto il quartiere Nord.\n\n"
    "## Fase 3 – martedì 13 aprile\n\nDalle 9 alle 14. Zone interessate: via Argine dal civico 61.",
)
TERMS = (
    "Contributi alle società sportive",
    "## Scadenze\n\n- Linea impianti: martedì 16 marzo 2027\n- Linea eventi: venerdì 30 aprile 2027\n"
    "- Quesiti: una settimana prima\n\n"
    "## Come fare\n\nLa domanda si invia via PEC.",
)
LINE = (
    "Linea 4, nuovo percorso da lunedì 13 settembre",
    "Da lunedì 13 settembre 2027 la linea 4 passa in via Po. Fino a sabato 18 settembre il viaggio è "
    "gratuito.",
)
RACE = (
    "Gara ciclistica: strade chiuse in centro",
    "Domenica 16 maggio 2027 via Po è chiusa al transito dalle 9 alle 11 e vi è vietata la sosta.\n\n"
    "La Messa delle 10 è spostata alle 11.15.",
)
SAINT = (
    "Festa di Santa Marta",
    "## Mercoledì 28 luglio\n\n- ore 18.30: rosario\n\n## Domenica 1° agosto\n\n- ore 23.30: fuochi\n\n"
    "La festa è organizzata dal comitato. In caso di maltempo i fuochi sono rinviati a lunedì 2 agosto.",
)
READINGS = (
    "Letture in biblioteca",
    "Quando: mercoledì 5, 12, 19 e 26 maggio 2027, dalle 17 alle 18\n\n"
    "Età: dai 3 ai 6 anni nei primi due incontri, dai 7 ai 10 anni negli ultimi due\n\n"
    "Le letture sono gratuite.",
)
FILMS = (
    "Cineforum in sala civica",
    "Riparte il cineforum, primo film giovedì 18 novembre 2027 ore 21, poi il 25/11 e il 2/12. Costa 3 euro.",
)
FOURTH = (
    "Celebrazione del 4 Novembre",
    "Le celebrazioni si tengono giovedì 4 novembre 2027 secondo il programma:\n\n- ore 9.15: raduno\n"
    "- ore 9.30: messa\n- ore 10.30: corteo\n\nDomenica 7 novembre, alle 11, analoga cerimonia a Colle.",
)
DAM = (
    "Ponte sul Rivo: al via i lavori",
    "Lunedì 10 gennaio 2028 iniziano i lavori del ponte sul Rivo.\n\n## Prima fase: senso unico alternato\n\n"
    "Fino al 4 febbraio.\n\n## Seconda fase: chiusura totale\n\nDal 7 febbraio al 10 marzo è chiuso.",
)
MEETINGS = (
    "Raccolta porta a porta: si cambia",
    "Da lunedì 3 maggio 2027 parte la raccolta porta a porta.\n\n## Incontri\n\n"
    "- mercoledì 21 aprile, ore 18, oratorio di Campo",
)


@pytest.mark.parametrize(
    ("page", "text", "why"),
    [
        (ASSEMBLY, "Un secondo incontro si tiene mercoledì 28 aprile alle 17:30.", "Manca il giorno"),
        (ASSEMBLY, "C'è l'assemblea sul nuovo parco. Le date sono nella pagina.", "Manca il giorno"),
        (BRIDGE, "Da lunedì 12 a venerdì 16 aprile 2027 in via Molini è vietata la sosta.", "«chiusura»"),
        (LANE, "Da martedì 9 marzo 2027 vicolo Corto è chiuso al transito.", "Manca per quanto tempo"),
        (PHASES, "Giovedì 8 aprile manca l'acqua in via Argine.", "sta sotto un altro giorno"),
        (LINE, "Fino a sabato 18 settembre sulla linea 4 il viaggio è gratuito.", "il titolo dice"),
        (LINE, "Cambia la linea 4. Giorni e orari sono nella pagina.", "il titolo dice"),
        (RACE, "Domenica 16 maggio 2027 la Messa delle 10 è spostata alle 11:15.", "«chiusura»"),
        (SAINT, "In caso di maltempo i fuochi sono rinviati a lunedì 2 agosto.", "quando si fa"),
        (
            SAINT,
            "La festa di Santa Marta è organizzata dal comitato. Gli orari sono nella pagina.",
            "quando si fa",
        ),
        (READINGS, "La partecipazione, da 3 a 6 anni, è gratuita.", "vale solo per una parte"),
        (
            FILMS,
            "Giovedì 18 novembre c'è il cineforum in sala civica. Il costo è di 3 euro.",
            "ne dice altri",
        ),
        (FOURTH, "Per il 4 Novembre domenica 7 novembre c'è analoga cerimonia a Colle.", "primo giorno"),
        (DAM, "Lunedì 10 gennaio 2028 sul ponte inizia il senso unico alternato.", "come se fosse la sola"),
        (MEETINGS, "Mercoledì 21 aprile alle 18 c'è l'oratorio di Campo.", "non è un appuntamento"),
        (
            TERMS,
            "Le società sportive possono chiedere i contributi entro martedì 16 marzo 2027 per la linea "
            "impianti. I requisiti sono nella pagina.",
            "Dell'elenco «Scadenze» è detta solo una parte",
        ),
    ],
)
def test_a_text_of_one_part_alone_is_refused(page: tuple[str, str], text: str, why: str) -> None:
    notice = read(title=page[0], abstract="", body=page[1])
    assert why in " ".join(gate.faults(text, notice))


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (ASSEMBLY, "Giovedì 15 aprile 2027 alle 20:45, in sala consiliare, c'è l'assemblea sul nuovo parco."),
        (BRIDGE, "Da lunedì 12 a venerdì 16 aprile 2027 via Monte è chiusa al transito al ponte."),
        (LANE, "Da martedì 9 marzo 2027 vicolo Corto è chiuso al transito per 15 giorni."),
        (LINE, "Da lunedì 13 settembre 2027 la linea 4 passa in via Po."),
        (RACE, "Domenica 16 maggio 2027 via Po è chiusa al transito dalle 9 alle 11."),
        (FILMS, "Giovedì 18 novembre alle 21, poi il 25/11 e il 2/12, c'è il cineforum in sala civica."),
        (FILMS, "Il 18 e il 25 novembre e il 2 dicembre, alle 21, c'è il cineforum in sala civica."),
        (FOURTH, "Giovedì 4 novembre 2027 c'è la celebrazione del 4 Novembre."),
        (DAM, "Dal 7 febbraio al 10 marzo il ponte sul Rivo è chiuso."),
        (SAINT, "Da mercoledì 28 luglio a domenica 1° agosto c'è la festa di Santa Marta."),
        (
            READINGS,
            "Il 5, il 12, il 19 e il 26 maggio ci sono le letture, dai 3 ai 6 anni e dai 7 ai 10 anni.",
        ),
        (PHASES, "Martedì 6 e martedì 13 aprile manca l'acqua in via Argine. Gli orari sono nella pagina."),
    ],
)
def test_a_text_of_the_whole_or_of_the_right_part_is_not(page: tuple[str, str], text: str) -> None:
    notice = read(title=page[0], abstract="", body=page[1])
    whys = (
        "Manca il giorno",
        "«chiusura»",
        "per quanto tempo",
        "altro giorno",
        "il titolo dice",
        "quando si fa",
        "per una parte",
        "ne dice altri",
        "primo giorno",
        "come se fosse la sola",
    )
    assert not [fault for fault in gate.faults(text, notice) if any(why in fault for why in whys)]


def test_a_day_that_the_guard_takes_for_another_thing_s_is_in_no_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An editor's text is only asked about; of our own none is worth the doubt."""
    doubt = "La data «6 aprile» nella pagina del sito si riferisce ad altro: «Fase 2»."
    monkeypatch.setattr(gate, "judge", lambda *_, **__: gate.Judgement((), (doubt,)))
    made = summarise(title=LANE[0], abstract="", body=LANE[1], limit=275)
    assert (made.text, made.reason) == ("", doubt)
