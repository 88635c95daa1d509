"""What a text must not lose or turn: a booking, whom it is for, one limit of several, whose term it is."""

import pytest

from flows.bulletin.page.kinds import kind_of
from flows.bulletin.page.notice import Kind
from flows.bulletin.page.reading import read
from flows.bulletin.summary.frames.calls.particulars import ceiling
from flows.bulletin.summary.frames.dangers.forbidden import forbidden
from flows.bulletin.summary.text import summarise


def _told(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


def test_an_examination_that_one_books_says_so_and_for_whom_it_is() -> None:
    text = _told(
        "Screening mammografico: l'unità mobile a Po",
        "L'ASP di Vibo comunica che l'unità mobile per lo screening mammografico gratuito sarà in piazza "
        "Verdi da "
        "lunedì 1 a mercoledì 3 marzo 2027, ore 9.00 - 16.00.\nPossono accedere le donne residenti tra i "
        "50 e i "
        "69 anni che non hanno fatto la mammografia negli ultimi due anni. Prenotazione al n. verde 800 "
        "301213. "
        "Portare la tessera sanitaria.",
    )
    assert text.startswith("L'unità mobile")
    assert "Prenota al numero 800 301213" in text
    assert "donne residenti tra i 50 e i 69 anni" in text


def test_the_musts_of_a_kind_follow_its_opening() -> None:
    assert _told(
        "Cercasi nonni vigile",
        "Il Comune di Po cerca volontari per la sorveglianza davanti alle scuole primarie.\nAi volontari "
        "si "
        "chiede di assistere i bambini all'entrata (dalle 7.50 alle 8.20) e all'uscita (dalle 12.50 alle "
        "13.20, il lunedì e il mercoledì anche dalle 16.20 alle 16.40).\nRequisiti:\n- età tra 60 e 78 "
        "anni\n"
        "- idoneità fisica\nIl servizio comincia a marzo dopo un corso.\nChi è interessato può ritirare il "
        "modulo in Polizia locale o scaricarlo qui sotto, e consegnarlo entro venerdì 19 febbraio.",
    ).startswith(
        "Il Comune di Po cerca volontari per la sorveglianza davanti alle scuole primarie. Chi è "
        "interessato "
        "può ritirare il modulo in Polizia locale o scaricarlo dalla pagina, e consegnarlo entro venerdì "
        "19 "
        "febbraio."
    )


@pytest.mark.parametrize(
    ("title", "body", "lost"),
    [
        pytest.param(
            "Bonus idrico 2027",
            "Sono aperti i termini per il bonus idrico.\nChi può fare richiesta\nISEE fino a € "
            "9.530,00\nISEE "
            "fino a € 20.000,00 per le famiglie con almeno 4 figli\nISEE fino a € 15.000,00 se nel nucleo "
            "vi è "
            "persona con invalidità.\nLe domande si presentano online entro il 31 marzo 2027.",
            "ISEE fino a",
            id="one limit of several",
        ),
        pytest.param(
            "Bando per i posteggi del mercato",
            "È indetta la selezione per i posteggi vacanti del mercato. La domanda va inviata online "
            "entro il 10 "
            "febbraio 2027.\nLa graduatoria sarà pubblicata entro 30 giorni. Entro i 15 giorni successivi "
            "gli "
            "interessati potranno presentare osservazioni.",
            "giorni successivi",
            id="days after what is not told",
        ),
        pytest.param(
            "Contributi per il riscaldamento",
            "È indetto il bando per i contributi alle spese di riscaldamento.\nServe un ISEE non "
            "superiore a "
            "14.000 euro, elevato a 18.000 euro per i nuclei con tre figli.\nLe domande vanno presentate "
            "entro "
            "venerdì 29 gennaio 2027.",
            "fino a 14.000",
            id="a limit raised for some",
        ),
        pytest.param(
            "Deiezioni canine, in vigore la nuova ordinanza",
            "Cani sempre al guinzaglio, obbligo di portare i sacchetti. È quanto prevede l'ordinanza "
            "sindacale, in "
            "vigore da lunedì 1 febbraio.\nLe sanzioni vanno da 50 a 300 euro.",
            "È quanto",
            id="a sentence that leans on the one before",
        ),
        pytest.param(
            "Punto digitale: i corsi in biblioteca",
            "Corsi gratuiti sui servizi online in biblioteca, per tutti.\nMartedì 19 gennaio 2027, ore "
            "16.30: "
            "lo smartphone\nMartedì 26 gennaio 2027, ore 16.30: SPID\nMartedì 2 febbraio 2027, ore 16.30: "
            "truffe\nÈ necessaria l'iscrizione entro venerdì 15 gennaio, compilando il modulo in "
            "biblioteca.",
            "iscriverti online",
            id="a form on paper",
        ),
    ],
)
def test_what_would_mislead_is_not_told(title: str, body: str, lost: str) -> None:
    assert lost not in _told(title, body)


def test_an_attitude_test_is_no_day_of_the_course() -> None:
    body = "Il corso comincia lunedì 8 marzo alle 18 a Po. Prova attitudinale mercoledì 3 marzo alle 17."
    assert "3 marzo" not in _told("Corso di teatro", body)


def test_a_page_that_opens_with_a_call_is_no_programme_of_its_meetings() -> None:
    body = (
        "È uscito il bando per i volontari.\nIncontri\n- sabato 30 gennaio, ore 10\n- sabato 6 marzo, ore 9"
    )
    assert kind_of(read(title="Servizio civile: 6 posti", abstract="", body=body, published=None)) in (
        Kind.deadline,
        Kind.job,
    )


def test_what_is_put_to_the_vote_is_no_result() -> None:
    notice = read(
        title="Bilancio partecipativo: si vota fino al 21 marzo",
        abstract="",
        body="Sono nove i progetti ammessi alla fase di voto.",
        published=None,
    )
    assert kind_of(notice) is not Kind.result


def test_a_label_that_tells_on_its_line_ends_there() -> None:
    body = (
        "Il Pedibus cerca accompagnatori.\n\nChi può partecipare: tutti i maggiorenni.\n\n"
        "Ai volontari diamo una pettorina.\n\nSi parte alle 7.45 e si arriva a scuola alle 8.15."
    )
    notice = read(title="Cercasi accompagnatori", abstract="", body=body, published=None)
    assert "Si parte alle 7.45 e si arriva a scuola alle 8.15." in notice.prose
    card = body.replace("Chi può partecipare: tutti", "Chi può partecipare\nTutti")
    below = read(title="Cercasi accompagnatori", abstract="", body=card, published=None)
    assert "Si parte alle 7.45 e si arriva a scuola alle 8.15." not in below.prose


def test_who_votes_is_not_told_to_stand() -> None:
    body = (
        "L'Ufficio Elettorale osserverà orari straordinari.\n\nPresentazione delle candidature\n"
        "venerdì 23 aprile: dalle 8.00 alle 20.00\nsabato 24 aprile: dalle 8.00 alle 12.00\n\n"
        "Per votare occorrono la tessera elettorale e un documento di riconoscimento."
    )
    text = _told("Elezioni comunali del 23 e 24 maggio 2027 - Orari dell'Ufficio Elettorale", body)
    assert "candidarti" not in text


@pytest.mark.parametrize("sum_", ["15 mila euro", "euro 20000"])
def test_an_isee_of_which_only_a_part_is_read_gives_no_limit(sum_: str) -> None:
    assert ceiling(f"Possono fare domanda i residenti con ISEE non superiore a {sum_}.") == ""


def test_a_ban_keeps_what_it_holds_for() -> None:
    body = (
        "Il Sindaco ha firmato l'ordinanza che vieta, dalle ore 18:00 di sabato 1 maggio 2027 alle ore "
        "7:00 di lunedì 3 maggio 2027, in tutti i parchi comunali, l'uso di altoparlanti che superino i "
        "sessanta decibel misurati a dieci metri dalla fonte secondo le norme tecniche di misura in vigore "
        "nella Regione."
    )
    page = read(title="Ordinanza sugli altoparlanti nei parchi", abstract="", body=body)
    told = list(forbidden(page))
    assert told
    assert all("decibel" in text for text in told)
