"""Of two things that belong together none is told alone; every page here is made up."""

import pytest

from flows.bulletin.page.reading import read
from flows.bulletin.summary.checks import gate
from flows.bulletin.summary.checks.contrasts import contrasts
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.text import summarise

NURSERIES = (
    "Calendario dei nidi comunali",
    "L'apertura dei nidi comunali è fissata a partire da lunedì 7 settembre 2026, con l'inserimento dei"
    " bambini più piccoli, che durerà tre settimane e si farà per gruppi.\n\n"
    "Fanno eccezione le sezioni del nido «Luna», la cui riapertura slitta a lunedì 21 settembre 2026 perché"
    " il tetto dell'edificio è in rifacimento.\n\n"
    "I genitori dei nuovi iscritti ricevono una telefonata.",
)
COURSES = (
    "Corsi gratuiti di ceramica e disegno in biblioteca",
    "La biblioteca offre corsi gratuiti di ceramica e di disegno.\n\n"
    "Dal 5 ottobre al 14 dicembre si terrà un corso di ceramica per adulti, dalle ore 18 alle 20. Il corso si"
    " terrà al Centro Alba.\n\n"
    "Il 12 ottobre partirà il corso di disegno, che si terrà alla scuola Neri, fino al 30 novembre. Sono otto"
    " lezioni dalle ore 21 alle 23.",
)
POOL = (
    "Orari della piscina comunale",
    "Sabato 31 ottobre e domenica 1 novembre la piscina comunale resterà aperta dalle 7 alle 16. Lunedì 2"
    " novembre invece dalle 7 alle 14.",
)
PERIODS = (
    "Contributi per l'affitto",
    "Per i contributi per l'affitto si può presentare domanda in due periodi: la prima finestra va dal 1°"
    " aprile al 15 maggio; la seconda dal 1° settembre al 15 ottobre.",
)


def text_of(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


def refused(page: tuple[str, str], text: str) -> str:
    return " ".join(gate.judge(text, read(title=page[0], abstract="", body=page[1])).refused)


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (
            NURSERIES,
            "L'apertura dei nidi comunali è fissata da lunedì 7 settembre 2026, con l'inserimento dei bambini"
            " più piccoli, che durerà tre settimane e si farà per gruppi. Le eccezioni sono nella pagina.",
        ),
        (
            COURSES,
            "Dal 5 ottobre al 14 dicembre si tiene un corso di ceramica per adulti, dalle 18 alle 20. Il 12"
            " ottobre parte il corso di disegno, che si tiene alla scuola Neri, fino al 30 novembre. Gli"
            " altri dettagli sono nella pagina.",
        ),
        (
            POOL,
            "Sabato 31 ottobre e domenica 1° novembre la piscina comunale resterà aperta dalle 7 alle 16;"
            " lunedì 2 novembre invece dalle 7 alle 14.",
        ),
    ],
)
def test_a_rule_has_its_other_case_and_an_appointment_its_own_words(page: tuple[str, str], text: str) -> None:
    assert text_of(*page) == text


@pytest.mark.parametrize(
    ("page", "text", "reason"),
    [
        (NURSERIES, "L'apertura dei nidi comunali è fissata da lunedì 7 settembre 2026.", "che cosa cambia"),
        (
            NURSERIES,
            "È uscito il calendario dei nidi comunali. Fanno eccezione le sezioni del nido «Luna», la cui"
            " riapertura slitta a lunedì 21 settembre 2026 perché il tetto dell'edificio è in rifacimento.",
            "si regge su un'altra",
        ),
        (
            COURSES,
            "Dal 5 ottobre al 14 dicembre, alla scuola Neri, ci sono i corsi gratuiti di ceramica e disegno"
            " in biblioteca. Gli orari sono nella pagina.",
            "è detto solo uno",
        ),
        (POOL, "Domenica 1 novembre la piscina comunale resterà aperta dalle 7 alle 16.", "che cosa cambia"),
        (PERIODS, "Per i contributi per l'affitto puoi fare domanda entro il 15 ottobre.", "due periodi"),
    ],
)
def test_one_of_two_alone_is_refused(page: tuple[str, str], text: str, reason: str) -> None:
    assert reason in refused(page, text)


def test_an_announced_exception_and_both_periods_pass() -> None:
    opens = "L'apertura dei nidi comunali è fissata da lunedì 7 settembre 2026."
    assert refused(NURSERIES, f"{opens} Le eccezioni sono nella pagina.") == ""
    both = "Chiedi i contributi per l'affitto dal 1° aprile al 15 maggio e dal 1° settembre al 15 ottobre."
    assert "due periodi" not in refused(PERIODS, both)


@pytest.mark.parametrize(
    ("title", "body", "text", "reason"),
    [
        (
            "Sportello eventi",
            "Per la sala è necessario:\n- scaricare il modulo\n- compilarlo in ogni sua parte",
            "Per lo sportello eventi compilarlo in ogni sua parte.",
            "che cosa, il testo non lo dice",
        ),
        (
            *("Sportello eventi", "Per la sala è necessario:\n- scaricare il modulo\n- compilarlo tutto"),
            "Compilarlo in ogni sua parte. Pagare la marca da bollo. Gli altri dettagli sono nella pagina.",
            "che cosa, il testo non lo dice",
        ),
        (
            "Pulizia fossati",
            "La mancata pulizia comporta danni di cui risponde chi li provoca.",
            "La mancata pulizia comporta danni di cui risponde chi li provoca.",
            "di che cosa",
        ),
        (
            "Cessazione della dottoressa Neri e nuovo ambulatorio",
            "Avviso per i pazienti della dottoressa Neri",
            "È pubblicato l'avviso per i pazienti della dottoressa Neri.",
            "Il titolo dice «cessazione»",
        ),
    ],
)
def test_a_text_that_leaves_its_matter_to_the_page_is_refused(
    title: str, body: str, text: str, reason: str
) -> None:
    assert reason in refused((title, body), text)


def test_what_is_said_of_a_thing_follows_the_sentence_that_names_it() -> None:
    body = (
        "Il Comune regala ai nuovi nati un libro di fiabe, da ritirare in biblioteca entro il 30 giugno.\n\n"
        "La biblioteca è in via Po 3.\n\n"
        "È una raccolta di racconti di autori della valle per i bambini fino a 6 anni, con i disegni di"
        " nonni."
    )
    assert "È una raccolta" not in text_of("Un libro per i nuovi nati", body)


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Con apposita ordinanza il parco è chiuso lunedì 4 maggio.", "Il parco è chiuso lunedì 4 maggio."),
        (
            "Con delibera di Giunta è stato scelto il nome della piazza.",
            "È stato scelto il nome della piazza.",
        ),
        (
            "La sessione va dal giorno 01/04 al giorno 15/05 di ogni anno.",
            "La sessione va dal 1 aprile al 15 maggio di ogni anno.",
        ),
    ],
)
def test_an_act_without_number_and_a_day_without_year_are_written_out(sentence: str, said: str) -> None:
    assert worded(sentence) == said


BINS = (
    "Sabato nessuna raccolta della carta",
    "Sabato 1 maggio 2027 non sarà effettuata la raccolta porta a porta della carta nel capoluogo e nelle"
    " frazioni.\n\nLa raccolta della carta è rinviata a lunedì 3 maggio 2027.",
)
SHIFTS = (
    "Comunicazione variazioni della raccolta rifiuti per la festa del 1 maggio 2027",
    "La raccolta degli imballaggi in vetro prevista per sabato 1 maggio sarà posticipata a lunedì 3 maggio"
    " 2027.\n\nLa raccolta degli imballaggi in carta prevista per sabato 1 maggio presso i negozi e le altre"
    " attività del centro storico sarà anticipata a venerdì 30 aprile 2027.\n\nLa raccolta dei rifiuti"
    " ingombranti prevista per sabato 1 maggio nelle frazioni di Alba e di Neri sarà posticipata a sabato 8"
    " maggio 2027.",
)
CANTEEN = (
    "Servizio di mensa scolastica 2026/2027",
    "Il servizio di mensa scolastica inizia il 21 settembre 2026.\n\nPer le richieste di esenzione dal"
    " pagamento della mensa si legga il regolamento comunale. Le domande dovranno essere presentate entro il"
    " 30 settembre 2026.",
)
EVES = (
    "Chiusura pomeridiana degli uffici comunali nei giorni di vigilia",
    "I giorni 24 e 31 dicembre 2026 gli uffici comunali resteranno chiusi di pomeriggio.\n\nSi è scelto così"
    " perché in quei giorni vengono in pochi.\n\nFarà eccezione la Polizia locale, che resterà aperta di"
    " pomeriggio anche il 24 dicembre dalle 15 alle 17.",
)
BRIDGE = (
    "Lunedì 7 dicembre uffici comunali chiusi",
    "Lunedì 7 dicembre 2026 gli uffici comunali saranno chiusi per il ponte dell'Immacolata.\n\nLa stessa"
    " ordinanza ha inoltre disposto la chiusura degli uffici comunali nei pomeriggi del 24 e del 31 dicembre"
    " 2026.",
)


def test_what_does_not_take_place_has_the_day_when_it_does() -> None:
    assert text_of(*BINS).endswith("La raccolta della carta è rinviata a lunedì 3 maggio 2027.")
    off = "Sabato 1 maggio 2027 non sarà effettuata la raccolta porta a porta della carta."
    assert "a quando è spostato" in refused(BINS, off)
    may = (BINS[0], BINS[1].replace("La raccolta della carta", "In caso di neve la raccolta della carta"))
    assert "a quando è spostato" not in refused(may, off)


def test_of_several_that_move_one_is_told_with_word_of_the_others_and_never_by_the_notices_name() -> None:
    text = text_of(*SHIFTS)
    assert text.startswith("La raccolta degli imballaggi in ")
    assert text.endswith("2027. Le altre variazioni sono nella pagina.")
    assert "a quando è spostato" in refused(SHIFTS, text.partition(" Le altre")[0])


def test_the_term_of_another_request_is_not_the_services() -> None:
    text = text_of(*CANTEEN)
    assert "esenzione" in text or "30 settembre" not in text
    wrong = (
        "Il servizio di mensa scolastica inizia il 21 settembre 2026. Fai domanda entro il 30 settembre 2026."
    )
    assert "un'altra domanda" in refused(CANTEEN, wrong)
    right = "Chi chiede l'esenzione dalla mensa scolastica faccia domanda entro il 30 settembre 2026."
    assert "un'altra domanda" not in refused(CANTEEN, right)


def test_another_closure_and_an_exception_further_down_are_announced() -> None:
    assert text_of(*BRIDGE).endswith(
        "Gli uffici comunali sono chiusi nei pomeriggi del 24 e del 31 dicembre 2026."
    )
    shut = "I giorni 24 e 31 dicembre 2026 gli uffici comunali resteranno chiusi di pomeriggio."
    assert "che cosa cambia" in refused(EVES, shut)
    assert refused(EVES, f"{shut} Le eccezioni sono nella pagina.") == ""


def test_a_call_that_closes_is_no_door() -> None:
    page = (
        BRIDGE[0],
        f"{BRIDGE[1].partition(chr(10))[0]}\n\nLe iscrizioni al corso sono chiuse dal 9 dicembre 2026.",
    )
    text = "Lunedì 7 dicembre 2026 gli uffici comunali saranno chiusi per il ponte dell'Immacolata."
    assert "altra chiusura" not in refused(page, text)


def test_another_office_of_the_title_that_closes_is_announced() -> None:
    page = (
        "Ferragosto: cimitero e uffici comunali",
        "Giovedì 14 agosto 2025 il cimitero è chiuso di pomeriggio.\n\n"
        "Il 14 agosto 2025 anche gli uffici comunali resteranno chiusi.",
    )
    first = "Giovedì 14 agosto 2025 il cimitero è chiuso di pomeriggio."
    assert "altra chiusura" in refused(page, first)
    assert "altra chiusura" not in refused(page, f"{first} Le altre chiusure sono nella pagina.")
    assert "uffici comunali" in text_of(*page)


NIGHTS = (
    "Interventi contro le zanzare",
    "Il servizio contro le zanzare prevede due interventi nel capoluogo.\n\n"
    "Il primo è in programma la notte tra giovedì 13 e venerdì 14 agosto 2026.\n\n"
    "Il secondo è in programma nella notte tra martedì 25 e mercoledì 26 agosto 2026.",
)


def test_of_two_that_are_counted_neither_is_told_alone() -> None:
    both = "Il servizio contro le zanzare prevede due interventi nel capoluogo."
    assert "solo il secondo" in refused(
        NIGHTS, f"{both} Il secondo è la notte tra il 25 e il 26 agosto 2026."
    )
    first = f"{both} Il primo è la notte tra il 13 e il 14 agosto 2026."
    assert "solo il primo" in refused(NIGHTS, first)
    assert "solo il primo" not in refused(NIGHTS, f"{first} Gli altri giorni sono nella pagina.")
    text = text_of(*NIGHTS)
    assert "13 e venerdì 14 agosto" in text
    assert "25 e mercoledì 26 agosto" in text


@pytest.mark.parametrize(
    ("title", "body", "said"),
    [
        (
            "Interruzione idrica in via Po",
            "Mercoledì 9 luglio 2031 dalle 9 alle 12 sarà interrotta l'acqua in via Po e in via Adda.",
            ("via Po", "via Adda"),
        ),
        (
            "Chiusura di via Po",
            "Mercoledì 9 luglio 2031 dalle 9 alle 12 saranno chiuse via Po e piazza Oglio per lavori.",
            ("via Po", "piazza Oglio"),
        ),
        (
            "Chiusura di via Po",
            "Mercoledì 9 luglio 2031 dalle 9 alle 12 è chiusa via Po, tra via Adda e via Oglio.",
            ("via Po",),
        ),
    ],
)
def test_a_street_that_the_page_joins_to_one_of_the_text_is_told_too(
    title: str, body: str, said: tuple[str, ...]
) -> None:
    text = summarise(title=title, abstract="", body=body, limit=275).text
    assert text
    assert [street for street in said if street not in text] == []


def test_a_street_left_out_is_named_to_the_editor_unless_the_text_says_that_there_are_more() -> None:
    page = read(
        title="Interruzione idrica in via Po",
        abstract="",
        body="Mercoledì 9 luglio 2031 dalle 9 alle 12 manca l'acqua in via Po e in via Adda.",
    )
    short = "Il 9 luglio 2031, dalle 9 alle 12, manca l'acqua in via Po."
    assert list(contrasts(short, page)) == [
        "Manca via Adda: la pagina la dice insieme a una strada del testo."
    ]
    assert list(contrasts(f"{short} Le altre vie sono nella pagina.", page)) == []


def test_a_place_left_out_of_a_row_is_named_to_the_editor() -> None:
    row = "in via Po dal civico 1 al civico 9, via Adda e località Case."
    page = read(title="Manca l'acqua", abstract="", body=f"Mercoledì 9 luglio 2031 manca l'acqua {row}")
    short = "Mercoledì 9 luglio 2031 manca l'acqua in via Po dal civico 1 al civico 9."
    for text in (short, f"{short} Gli altri dettagli sono nella pagina."):
        assert list(contrasts(text, page)) == ["Manca «via adda»: la pagina dice anche lì che manca."]
    assert list(contrasts(f"{short} Le altre vie sono nella pagina.", page)) == []
    assert list(contrasts(f"Mercoledì 9 luglio 2031 manca l'acqua {row}", page)) == []


def test_the_term_of_another_matter_of_the_page_is_not_the_page_s() -> None:
    page = read(
        title="Elezioni: seggi",
        abstract="",
        body="Si vota domenica 21 maggio 2028 dalle ore 7 alle ore 23.\n\n"
        "TESSERA. Si ritira allo sportello dell'anagrafe.\n\n"
        "VOTO IN CASA. Domanda entro lunedì 1 maggio con certificato medico.\n\n"
        "TRASPORTO. Pulmino da prenotare entro venerdì 19 maggio, gratuito.",
    )
    text = "Si vota domenica 21 maggio 2028 dalle 7 alle 23. Puoi fare domanda entro lunedì 1 maggio."
    assert any("di un'altra domanda" in reason for reason in contrasts(text, page))


def test_a_text_asks_for_what_it_names() -> None:
    page = read(
        title="Avvisi di agosto: scuolabus, zanzare, uffici",
        abstract="",
        body="Le domande per lo scuolabus si ricevono fino al 4 settembre 2029.\n\n"
        "Da lunedì 27 agosto l'Ufficio Tecnico torna a ricevere.",
    )
    text = (
        "Da lunedì 27 agosto l'Ufficio Tecnico torna a ricevere. Puoi fare domanda entro il 4 settembre 2029."
    )
    assert "Il testo non dice per che cosa si fa domanda." in list(contrasts(text, page))


_BOTH = (
    "## Tende da sole\n\nChi le mette avvisa l'ufficio.{}\n\n"
    "## Contributo per le insegne\n\nLa domanda va consegnata entro lunedì 14 giugno 2027."
)


@pytest.mark.parametrize(
    ("first", "asked", "refused"),
    [
        ("", "Puoi fare domanda entro lunedì 14 giugno 2027.", True),
        (" C'è tempo fino a lunedì 14 giugno 2027.", "Puoi fare domanda entro lunedì 14 giugno 2027.", False),
        ("", "Puoi fare domanda per le insegne entro lunedì 14 giugno 2027.", False),
        ("", "Gli uffici chiudono lunedì 14 giugno 2027.", False),
    ],
)
def test_the_term_of_one_half_of_the_title_is_not_given_to_both(
    first: str, asked: str, refused: bool
) -> None:
    page = read(title="Tende e insegne: contributi 2027", abstract="", body=_BOTH.format(first))
    found = "Il termine vale per una sola delle due cose del titolo." in list(contrasts(asked, page))
    assert found is refused


def test_a_page_without_headings_gives_its_term_to_both_halves_of_its_title() -> None:
    page = read(
        title="Tende e insegne: contributi 2027",
        abstract="",
        body="Le domande per tende e insegne si consegnano entro lunedì 14 giugno 2027.",
    )
    assert not any("una sola" in one for one in contrasts("Fai domanda entro lunedì 14 giugno 2027.", page))


def test_who_is_left_out_is_not_told_without_who_may_ask() -> None:
    page = read(
        title="Contributi per l'affitto",
        abstract="",
        body="Possono fare domanda i nuclei con ISEE fino a 16.500 euro. Sono esclusi i proprietari di case.",
    )
    assert any("chi è escluso" in reason for reason in contrasts("Sono esclusi i proprietari di case.", page))


def test_the_streets_without_water_are_no_part_of_a_closure() -> None:
    text = summarise(
        title="Via Po chiusa al traffico per lavori all'acquedotto",
        abstract="Da lunedì 7 a venerdì 11 luglio 2031 via Po è chiusa tra via Adda e via Oglio.",
        body="Martedì 8 luglio 2031, dalle 9 alle 13, nelle vie Po, Adda e Ticino può mancare l'acqua.",
        limit=275,
    ).text
    assert "via Po è chiusa" in text
