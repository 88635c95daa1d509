"""An event with a bare name for a title is told with what its page says that it is; all pages are made up."""

import pytest

from flows.bulletin.language.glue import unglued
from flows.bulletin.language.hashtags import untagged
from flows.bulletin.page.reading import read
from flows.bulletin.summary.clauses.booking import booking_ways
from flows.bulletin.summary.clauses.people import audience_phrase
from flows.bulletin.summary.clauses.prices import price_sentence
from flows.bulletin.summary.frames.events.event_outlines import outlined
from flows.bulletin.summary.frames.events.makings import introduced
from flows.bulletin.summary.frames.events.pastimes import pastimes
from flows.bulletin.summary.frames.events.stated import stated_in
from flows.bulletin.summary.frames.events.subject import matters
from flows.bulletin.summary.frames.events.tidied import fitting
from flows.bulletin.summary.frames.titles.nouns import phrase_of
from flows.bulletin.summary.text import summarise

WHEN = "Venerdì 14 maggio 2027 dalle ore 20.30 alle ore 22.30 nella Sala Alba, via Po 3. Ingresso libero."
HEAD = "Venerdì 14 maggio 2027 dalle 20:30 alle 22:30, nella Sala Alba, in via Po 3, c'è"


def text_of(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


def phrases(title: str, body: str) -> list[str]:
    return [phrase for phrase, _ in matters(read(title=title, abstract="", body=body))]


@pytest.mark.parametrize(
    ("title", "line", "what"),
    [
        (
            "Dadi e tè",
            "Vi aspettiamo per giocare insieme a carte, dama e scacchi.",
            "«Dadi e tè», per giocare insieme a carte, dama e scacchi.",
        ),
        (
            "Dadi e tè",
            "Vieni a divertirti con vari tipi di giochi: giochi da tavolo, giochi di ruolo e altri!",
            "«Dadi e tè», per divertirsi con giochi da tavolo, giochi di ruolo e altri.",
        ),
        (
            "Strade di miele",
            "Il percorso prevede la visita alle caratteristiche botteghe e la degustazione di formaggi"
            " selezionati.\n",
            "«Strade di miele», con la visita alle botteghe e la degustazione di formaggi.",
        ),
        (
            "Inchiostro blu",
            "«Inchiostro blu» è la serata che unisce poesia e musica.",
            "«Inchiostro blu», serata che unisce poesia e musica.",
        ),
        (
            "Rio insieme",
            "Una grande giornata di giochi, musica e laboratori organizzata da APS Rio Chiaro.",
            "«Rio insieme», giornata di giochi, musica e laboratori.",
        ),
        (
            "Naso in su",
            "Evento + laboratorio con Ada Neri\n",
            "«Naso in su», evento e laboratorio con Ada Neri.",
        ),
    ],
)
def test_a_bare_name_is_told_with_what_it_is(title: str, line: str, what: str) -> None:
    assert text_of(title, f"{line} {WHEN}") == f"{HEAD} {what} L'ingresso è libero."


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("Dadi e tè", "Vi aspettiamo per la nostra festa."),
        ("Dadi e tè", "Vi aspettiamo per iscrivervi al nuovo gruppo."),
        ("Dadi e tè", "Vi aspettiamo per giocare con noi alla vostra sfida preferita."),
        ("Dadi e tè", "Vi aspettiamo per giocare alle 15 nel cortile."),  # an hour of its own
        ("Dadi e tè", "Vi invitiamo a scoprire il programma completo sul sito."),
        ("Naso in su", "Evento + iscrizione\n"),
        ("Borgo e torri", "Il percorso prevede la visita alla chiesa di S. Rocco."),  # torn
        ("Borgo e torri", "Il percorso prevede la visita alla torre (per i soli soci)."),
        ("Inchiostro blu", "«Inchiostro blu» è il libro di Ada Neri."),  # no event
        ("Inchiostro blu", "Inchiostro blu è il colore del mare."),
        ("Borgo e torri", "Il percorso prevede il ritrovo in piazza Po."),  # it is not what one goes to
        ("Borgo e torri", "La serata prevede la prenotazione e il pagamento della quota."),
    ],
)
def test_what_is_said_beside_explains_no_name(title: str, line: str) -> None:
    assert phrases(title, f"{line} {WHEN}") == [f"«{title}»"] * len(phrases(title, f"{line} {WHEN}"))


def test_a_list_of_what_there_is_is_told_to_its_end() -> None:
    body = f"La giornata prevede la visita alla torre, il pranzo in cascina e il concerto della banda. {WHEN}"
    assert phrases("Borgo e torri", body)[0] == (
        "«Borgo e torri», con la visita alla torre, il pranzo in cascina e il concerto della banda"
    )


def test_a_limit_stays_with_what_it_limits() -> None:
    told = phrases("Rio insieme", f"Una grande serata di giochi, riservata ai soci. {WHEN}")
    assert told[0] == "«Rio insieme», serata di giochi, riservata ai soci"
    told = phrases("Rio insieme", f"Una grande serata di giochi, riservata ai soci, davvero unica. {WHEN}")
    assert told[0] == "la serata «Rio insieme»"


def test_of_what_one_tastes_is_left_out_where_there_is_no_room() -> None:
    body = f"Il percorso prevede la visita alle botteghe e la degustazione di formaggi e di vini. {WHEN}"
    assert "«Strade di miele», con la visita alle botteghe e la degustazione" in phrases(
        "Strade di miele", body
    )


def test_meetings_to_which_one_is_invited_are_counted_and_told_for_whom() -> None:
    body = (
        "La comunità del borgo, fatta di chi insegna e di chi accompagna, è invitata a partecipare a tre"
        " incontri dedicati a favorire lo scambio.\n\nA chi è rivolto\n\nAgli enti e alle/agli"
        " educatrici/educatori del territorio.\n\nLuogo\n\nSala Alba, via Po 3\n\nDate e orari\n\n"
        "04 Mar\nDalle ore 20:45 alle ore 22:30\n\n11 Mar\nDalle ore 20:45 alle ore 22:30\n\n"
        "18 Mar\nDalle ore 20:45 alle ore 22:30\n\nCosti\n\nPartecipazione gratuita"
    )
    said = text_of("Fili: una rete 0-11 anni", body)
    assert (
        "ci sono tre incontri «Fili: una rete 0-11 anni» per gli enti, le educatrici e gli educatori" in said
    )
    two = body.replace("18 Mar\nDalle ore 20:45 alle ore 22:30\n\n", "")
    assert "tre incontri" not in text_of("Fili: una rete 0-11 anni", two)  # of which one has no day


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        (
            "Agli enti e alle/agli educatrici/educatori del borgo",
            "per gli enti, le educatrici e gli educatori del borgo",
        ),
        ("Alle/agli educatori/educatrici del borgo", "per le educatrici e gli educatori del borgo"),
        ("Ai/alle bambini/bambine delle elementari", "per i bambini e le bambine delle elementari"),
        ("Agli enti e alle scuole del borgo", "per gli enti e per le scuole del borgo"),  # as before
    ],
)
def test_both_forms_of_people_are_told_in_full(words: str, phrase: str) -> None:
    assert audience_phrase(words) == phrase


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (
            "La camminata è un'occasione per sensibilizzare e coinvolgere tutti sul tema del contrasto della"
            " violenza di genere.",
            ", contro la violenza di genere",
        ),
        (
            "La camminata vuole essere un momento per sensibilizzare i cittadini sulla lotta all'usura.",
            ", contro l'usura",
        ),
        (
            "La camminata è un'iniziativa per sensibilizzare tutti sul tema della donazione del sangue.",
            ", per sensibilizzare sulla donazione del sangue",
        ),
        ("La camminata nasce per sensibilizzare tutti sulla violenza, sul bullismo e sul fumo.", ""),
        ("L'associazione Po lavora per sensibilizzare i giovani sul contrasto del fumo.", ""),  # not the walk
        ("La camminata attraversa il bosco.", ""),
    ],
)
def test_a_walk_is_told_with_its_cause(line: str, what: str) -> None:
    said = text_of("Camminata in rosa 2027", f"{line} {WHEN}")
    assert said.startswith(f"{HEAD} la camminata in rosa{what}.")


@pytest.mark.parametrize(
    ("title", "body", "phrase"),
    [
        (
            "Rassegna di prosa 2027-2028",
            "In programma 7 spettacoli e 3 concerti dal 8.10.2027 al 4.4.2028.",
            "la rassegna di prosa, con 7 spettacoli e 3 concerti",
        ),
        (
            "Rassegna di prosa 2027-2028",
            "L'Assessora Ada Neri 7 spettacoli dal 8.10.2027 al 4.4.2028. Abbonamento a 5 spettacoli.",
            "la rassegna di prosa, con 7 spettacoli",
        ),
        (  # which of them?
            "Rassegna di prosa",
            "Ada Neri 7 spettacoli dal 8.10.2027 al 4.4.2028. Per i soli abbonati: 2 concerti.",
            "la rassegna di prosa",
        ),
        ("Rassegna di prosa", "Gli ultimi 3 spettacoli dal 8.3.2028 al 4.4.2028.", "la rassegna di prosa"),
        (  # no day of the page tells the years
            "Rassegna di prosa 2027-2028",
            "Dal 8 ottobre al 4 aprile la sala apre le porte.",
            "la rassegna di prosa 2027-2028",
        ),
    ],
)
def test_a_series_is_told_with_its_number(title: str, body: str, phrase: str) -> None:
    assert phrase in phrases(title, body)
    assert all(one.startswith(phrase.partition(",")[0]) for one in phrases(title, body))
    assert ("con " in phrase) is any(", con " in one for one in phrases(title, body))


def test_a_count_behind_its_small_word_begins_no_line() -> None:
    assert len(unglued("C'è la rassegna, con 7 spettacoli e 3 concerti.")) == 1
    assert len(unglued("L'Assessora Ada Neri 7 spettacoli e 3 concerti dal 4 maggio")) == 2


def test_a_year_before_the_name_is_told_by_the_day() -> None:
    assert phrases("Foto-Riva: corso di scatto 2027", WHEN)[0] == "il corso di scatto «Foto-Riva»"
    assert phrases("Scatti: corso di fotografia 2027", WHEN)[0] == "il corso di fotografia"
    assert phrases("Foto-Riva: festival Autunno 2027", WHEN)[0] == "il festival Autunno 2027 «Foto-Riva»"


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("#nonspegnerelestelle – Camminata sul lago", "#nonspegnerelestelle – Camminata sul lago"),
        ("#Lago – Camminata", "Lago – Camminata"),
        ("#BorgoInFesta – Camminata", "Borgo In Festa – Camminata"),
    ],
)
def test_a_hashtag_that_nobody_can_part_stays_a_name(title: str, said: str) -> None:
    assert untagged(title) == said


@pytest.mark.parametrize(
    ("sentence", "phrase"),
    [
        (
            "L'occasione è la presentazione della ricerca che il Comune ha affidato a Ugo Bianchi, guidata da"
            " Ada Neri, dedicata ai mulini del borgo.",
            "presentazione della ricerca dedicata ai mulini del borgo",
        ),
        (  # the catalogue, or who made it?
            "L'occasione è la presentazione del catalogo che il Comune ha affidato a Ada Neri, dedicata ai"
            " mulini.",
            "presentazione del catalogo che il Comune ha affidato a Ada Neri",
        ),
        (
            "Tutti sono invitati a tre incontri dedicati alla scuola.",
            "tre incontri dedicati alla scuola",
        ),
        ("Si terrà uno spettacolo + laboratorio per bambini.", "spettacolo e laboratorio per bambini"),
    ],
)
def test_what_is_presented_is_told_by_what_it_is_about(sentence: str, phrase: str) -> None:
    assert stated_in(sentence) == phrase


def test_a_long_title_loses_its_subtitle_before_what_it_is_about() -> None:
    body = (
        "L'occasione è la presentazione della ricerca dedicata ai mulini, alle filande e ai forni del borgo"
        f" alto e del borgo basso. {WHEN}"
    )
    found = phrases("Mani e macine: storia di un paese sulla riva del fiume", body)
    assert found[1].startswith(
        "«Mani e macine», presentazione della ricerca dedicata ai mulini, alle filande"
    )


def test_of_two_subjects_the_first_is_told_where_both_have_no_room() -> None:
    body = f"L'occasione è la presentazione della ricerca dedicata al mulino e alla filanda. {WHEN}"
    assert "«Mani e macine», presentazione della ricerca dedicata al mulino" in phrases("Mani e macine", body)
    body = f"Si terrà uno spettacolo dedicato ai bambini e agli anziani. {WHEN}"
    assert not any(phrase.endswith("ai bambini") for phrase in phrases("Mani e macine", body))


@pytest.mark.parametrize(
    ("words", "ways"),
    [
        ("Prenotazione obbligatoria whatsapp", "su WhatsApp"),
        ("Prenotazione tramite WhatsApp al 333 1234567", "su WhatsApp al numero 333 1234567"),
        ("Prenotazione al 0123 456789, anche WhatsApp", "al numero 0123 456789"),
        ("Prenotazione al 333 1234567 (preferibile messaggio WhatsApp)", "al numero 333 1234567"),
        ("Prenotazione obbligatoria. Seguici sul canale WhatsApp", ""),
        ("Info WhatsApp. Prenotazione online", "online"),
    ],
)
def test_whatsapp_is_a_way_to_book(words: str, ways: str) -> None:
    assert booking_ways(words) == ways


def test_a_fee_without_a_sum_says_that_one_pays() -> None:
    assert price_sentence("Contributo di partecipazione") == "La partecipazione è a pagamento."
    assert price_sentence("Contributo di partecipazione dei soci") == ""
    body = (
        "Cos'è Ada Neri al pianoforte A chi è rivolto A tutti. Luogo Sala Alba Via Po, 3 Date e orari 14 Mag"
        " Dalle ore 20:30 alle ore 22:30 Costi Contributo partecipazione"
    )
    assert "La partecipazione è a pagamento." in text_of("Concerto di maggio", body)
    assert "pagamento" not in text_of("Concerto di maggio", f"{body} 5,00 €")


def test_from_which_age_one_takes_part_is_told_with_that_it_is_free() -> None:
    text = "C'è «Alba». Si partecipa dai 13 anni. La partecipazione è gratuita. Vieni."
    assert list(fitting([text], 275)) == ["C'è «Alba». La partecipazione, dai 13 anni, è gratuita. Vieni."]
    paid = "C'è «Alba». Si partecipa dai 13 anni. Il biglietto costa 5 euro."
    assert list(fitting([paid], 275)) == [paid]


def test_several_towns_without_a_place_are_announced() -> None:
    day = "Domenica 9 maggio 2027 dalle ore 9 alle ore 12."
    assert "I luoghi sono nella pagina." in text_of("Passi di luce", f"Alba – Borgo d'Adda – Riva\n{day}")
    assert "I luoghi" not in text_of("Passi di luce", f"Alba – Borgo d'Adda\n{day}")
    singers = "Ada Neri – Ugo Bassi – Bianca Rossi"
    assert "I luoghi" not in text_of("Passi di luce", f"{singers}\n{day}")
    assert "I luoghi" not in text_of("Passi di luce", f"Alba – Riva – Borgo\n{day} Ritrovo in piazza Po.")


def test_an_outlined_name_has_its_kind() -> None:
    body = (
        "Da giovedì 4 a domenica 7 febbraio 2027 lo spettacolo «{}» parla di un lago. Giovedì alle ore 20.30."
        " Domenica alle ore 16.00."
    )
    notice = read(title="Rive amare", abstract="", body=body.format("Rive amare"))
    head = "Da giovedì 4 a domenica 7 febbraio 2027 c'è"
    assert list(outlined(notice)) == [f"{head} lo spettacolo «Rive amare». Il programma è nella pagina."]
    other = read(title="Rive amare", abstract="", body=body.format("Alba"))
    assert list(outlined(other)) == [f"{head} «Rive amare». Il programma è nella pagina."]


MADE = "Costruisci un presepe da collocare all'esterno della tua casa, che si veda dalla strada."
FETCH = "Passa in Biblioteca entro il 10 dicembre 2027 e ritira la targa da mettere sul tuo presepe."


def test_what_one_makes_is_told_before_it_is_ones_own() -> None:
    notice = read(title="Luci sul lago", abstract="", body=f"{MADE}\n\n{FETCH}")
    made = "Costruisci un presepe fuori casa, che si veda dalla strada."
    assert introduced(f"C'è la passeggiata. {FETCH}", notice) == f"C'è la passeggiata. {made} {FETCH}"
    assert introduced(f"{made} {FETCH}", notice) == f"{made} {FETCH}"  # it is told
    other = read(title="Luci sul lago", abstract="", body=f"Scatta una foto del lago.\n\n{FETCH}")
    assert introduced(FETCH, other) == FETCH


def test_what_one_makes_stands_in_the_text() -> None:
    body = (
        f"{MADE}\n\n{FETCH}\n\nI presepi si vedono dal 20 dicembre 2027 al 6 gennaio 2028 nella passeggiata."
    )
    said = text_of("Passeggiata di luci", body)
    assert said.index("Costruisci un presepe fuori casa") < said.index("sul tuo presepe")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Durante l'incontro si parlerà di api, orti e veleni.", "Si parla di api, orti e veleni."),
        ("Si discuterà del futuro degli alveari.", "Si discute del futuro degli alveari."),
        ("Con gli esperti potrete osservare le arnie al lavoro.", "Puoi osservare le arnie al lavoro."),
        ("Si discuterà del futuro delle api. Si parlerà di orti.", ""),  # which of them, and when?
        ("Al termine sarà possibile assaggiare i mieli.", ""),  # beside it
        ("Sarà possibile assaggiare i mieli previa richiesta.", ""),
        ("Dal 3 giugno si parlerà di orti il 4 giugno.", ""),
    ],
)
def test_what_one_hears_or_does_stands_beside_the_name(line: str, said: str) -> None:
    notice = read(title="Miele amaro", abstract="", body=f"{line} {WHEN}")
    assert " ".join(pastimes(notice)) == said


def test_what_one_may_do_is_taken_from_the_sentence_with_the_day() -> None:
    body = "Venerdì 14 maggio 2027, dalle ore 17 alle ore 19, potrete visitare le aule e vedere i lavori."
    assert text_of("Open day", body) == (
        "Venerdì 14 maggio 2027 dalle 17 alle 19 c'è l'open day. Puoi visitare le aule e vedere i lavori."
    )


@pytest.mark.parametrize(
    ("title", "phrase"),
    [
        ("Presentazione libro «Fili»", "la presentazione del libro «Fili»"),
        ("Proiezione film «Fili»", "la proiezione del film «Fili»"),
        ("Presentazione del libro «Fili»", "la presentazione del libro «Fili»"),
        ("Festival film corti", "il festival film corti"),
    ],
)
def test_what_is_presented_gets_its_small_word(title: str, phrase: str) -> None:
    assert phrase_of(title) == phrase


FIELDS = "📅 Venerdì 14 maggio 2027 – ore 16:00\n📍 Dove: Sala Alba, via Po 3\n🕓 Quando: alle 16:00\n"


def test_what_it_is_may_stand_below_the_fields() -> None:
    line = "Un pomeriggio di letture per chi ama il lago, tra barche e canoe.\n"
    told = "«Acque chiare», pomeriggio di letture per chi ama il lago, tra barche e canoe"
    assert phrases("Acque chiare", FIELDS + line)[0] == told
    both = f"{FIELDS}{line}Un laboratorio di disegno con colori e pennelli.\n"
    assert phrases("Acque chiare", both)[0] == "«Acque chiare»"  # which of them?
