"""A heading is told as a sentence, or as a part of one; every notice is made up."""

import pytest

from flows.bulletin.language.glue import repaired
from flows.bulletin.language.headlines import spoken
from flows.bulletin.page.notice import Kind
from flows.bulletin.page.reading import read
from flows.bulletin.summary.frames.titles.appeals import appeal
from flows.bulletin.summary.frames.titles.deeds import done
from flows.bulletin.summary.frames.titles.headings import told
from flows.bulletin.summary.frames.titles.kinds_of import is_a
from flows.bulletin.summary.frames.titles.leads import behind, lead, led
from flows.bulletin.summary.frames.titles.matter import matter_of
from flows.bulletin.summary.text import summarise


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Avviso di deposito della variante al piano", "la variante al piano"),
        ("Scadenza acconto IMU 2027", "l'acconto IMU 2027"),
        ("Elezione del Consiglio dei ragazzi", "l'elezione del Consiglio dei ragazzi"),
        ("Comunicazione ai genitori", None),
    ],
)
def test_a_notice_is_about_its_matter(title: str, name: str | None) -> None:
    matter = matter_of(title)
    assert (matter and matter.text) == name


def text_of(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "La bottega è il cuore del borgo",
            "Campagna promossa dal comune di Alba in collaborazione con i comuni di Bra, Colle, Dossi.",
            "«La bottega è il cuore del borgo» è una campagna promossa dal Comune di Alba in collaborazione"
            " con i Comuni di Bra, Colle e Dossi.",
        ),
        (
            "Piano delle fontane",
            "Raccolta di segnalazioni di perdite d'acqua",
            "Per il piano delle fontane sono raccolte segnalazioni di perdite d'acqua.",
        ),
        (
            "Consultazione 2027 - Individuazione e assegnazione degli spazi per i manifesti",
            "Individuazione e assegnazione degli spazi degli spazi per i manifesti della consultazione",
            "Sono individuati e assegnati gli spazi per i manifesti della consultazione.",
        ),
        (
            "Parcheggi blu, ripristinata la tariffa oraria",
            "Parcometri di nuovo in funzione",
            "Per i parcheggi blu è ripristinata la tariffa oraria.",
        ),
        (
            "Mense scolastiche 2027/2028 – Iscrizioni aperte",
            "Modulo per le famiglie dei nuovi iscritti",
            "Per le mense scolastiche 2027/2028 le iscrizioni sono aperte.",
        ),
        (
            "Mappa delle fontane, ecco 12 punti dove bere acqua fresca",
            "Accesso gratuito ai cortili del centro",
            "Nella pagina trovi la mappa delle fontane, con 12 punti dove bere acqua fresca.",
        ),
        (
            "Nidi: aiuti alle famiglie del borgo",
            "Avviso pubblico per la presentazione delle domande finalizzate all'erogazione di un contributo"
            " per la retta del nido, destinato alle famiglie di Alba.",
            "Puoi chiedere un contributo per la retta del nido, destinato alle famiglie di Alba. Requisiti e"
            " altri dettagli sono nella pagina.",
        ),
        (
            "Via Adda: 90mila euro per la strada dopo la frana",
            "Finanziamento da 90mila euro. Si rifà il muro crollato e si sistema la scarpata.",
            "In via Adda si rifà il muro crollato e si sistema la scarpata.",
        ),
        (
            "La campagna di Acque Alba per il risparmio idrico",
            "L'acqua è una risorsa preziosa. Per questo Acque Alba rinnova l'invito a usarla bene e",
            "È in corso la campagna di Acque Alba per il risparmio idrico.",
        ),
        (
            "Disinfestazione zanzare: calendario",
            "La ditta eseguirà il trattamento dei tombini nelle notti del 3 e 4 maggio, dalle 23.",
            "Per la disinfestazione delle zanzare la ditta eseguirà il trattamento dei tombini nelle notti"
            " del 3 e 4 maggio, dalle 23.",
        ),
        (
            "Volontari cercasi per il canile",
            "Bastano due mattine al mese.",
            "Si cercano volontari per il canile.",
        ),
        (
            "Museo contadino, cercansi vecchie fotografie",
            "Le immagini saranno copiate.",
            "Per il museo contadino si cercano vecchie fotografie.",
        ),
    ],
)
def test_a_teaser_says_what_it_is_about_in_a_sentence(title: str, body: str, text: str) -> None:
    assert text_of(title, body).startswith(text.removesuffix("."))


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Condono", "Modulo. Ricevuta. Documento."),
        ("Parità – PAROLEinCOMUNE", "Progetto “Alba”, finanziato dalla Regione nell'ambito del bando."),
        (
            "Un nuovo ponte sul fiume Alba",
            "Lo chiedono a gran voce dodici sindaci della valle e i pendolari.",
        ),
        (
            "Aver cura: una guida ai servizi per gli anziani",
            "La cooperativa Alba propone l'incontro online «Aver cura: una guida ai serv",
        ),
        ("Servizi per la cittadinanza e partecipazione attiva", "Il servizio è totalmente gratuito."),
    ],
)
def test_what_no_sentence_tells_is_left_to_a_person(title: str, body: str) -> None:
    assert text_of(title, body) == ""


@pytest.mark.parametrize(
    ("title", "body", "said"),
    [
        ("“Filo”: un aiuto per i nonni soli", "Telefona.", ["«Filo» è un aiuto per i nonni soli."]),
        ("“Filo”: un anno di impegno per i nonni soli", "Telefona.", []),
        (
            "Sportello casa",
            "Servizio gratuito per chi cerca casa.",
            ["Lo sportello casa è un servizio gratuito per chi cerca casa."],
        ),
        ("Progetto Alba", "Progetto per chi cerca casa in città.", []),
        ("Il Comune apre i parchi", "Iniziativa rivolta alle famiglie della città.", []),
        ("Alba in fiore", "Iniziativa prevista dal D.Lgs n. 63 per i libri di testo.", []),
        ("Bonus luce: le novità", "Leggi.", []),
        ("Alba d'estate", "Programma eventi", ["Nella pagina trovi il programma di «Alba d'estate»."]),
        (
            "Alba d'estate",
            "NOTIZIE\nProgramma delle iniziative estate 2031",
            ["Nella pagina trovi il programma di «Alba d'estate», le iniziative dell'estate 2031."],
        ),
    ],
)
def test_what_a_thing_is_comes_from_its_page_or_from_behind_the_colon(
    title: str, body: str, said: list[str]
) -> None:
    assert list(is_a(read(title=title, abstract="", body=body))) == said


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("Riapertura della biblioteca", "È riaperta la biblioteca"),
        ("finalizzato alla concessione di un contributo ai pastori", "È concesso un contributo ai pastori"),
        ("Concessione di contributi alle scuole", "Sono concessi contributi alle scuole"),
        ("Iscrizione all'albo", ""),
        ("Denuncia dei pozzi", ""),
        ("Raccolta differenziata", ""),
        ("Raccolta di greggi", ""),
    ],
)
def test_only_what_an_office_does_is_done(phrase: str, said: str) -> None:
    assert done(phrase) == said


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        (
            "Bando per la presentazione di domande per la concessione del bonus libri alle famiglie",
            "Puoi chiedere il bonus libri alle famiglie.",
        ),
        (
            "Avviso per la presentazione di manifestazioni di interesse per il bar da parte di imprese",
            "Si possono presentare manifestazioni di interesse per il bar da parte di imprese.",
        ),
        ("Avviso di vendita di un terreno", ""),
        ("Avviso per la presentazione delle domande di ammissione", ""),
    ],
)
def test_a_call_says_what_one_may_ask(phrase: str, said: str) -> None:
    assert appeal(phrase) == said


def test_a_measure_that_firms_ask_for_calls_no_citizen() -> None:
    page = read(
        title="Bonus insegne",
        abstract="",
        body="Le domande delle imprese scadono il 5 gennaio 2027. Il bonus copre metà della spesa.",
    )
    assert [text for text in told(page) if "bonus" in text] == ["Si può chiedere il bonus insegne."]


def test_what_is_over_can_be_asked_no_more() -> None:
    body = "Le domande sono chiuse dal 3 maggio 2027. Grazie a chi ha fatto richiesta."
    for title in (
        "Bonus insegne 2027",
        "Avviso per la presentazione di domande per la concessione del bonus insegne",
    ):
        page = read(title=title, abstract="", body=body)
        assert not any(text.startswith(("Puoi", "Si pu")) for text in told(page))


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("Contrada Molino", "In contrada Molino"),
        ("Maltempo 8 aprile 2027", "Per il maltempo dell'8 aprile 2027"),
        ("Resto al Mare", "Per «Resto al Mare»"),
        ("Sospensione attività didattiche", "Per la sospensione delle attività didattiche"),
        ("Un nuovo ponte", ""),
        ("Il 2027 della Pro loco", ""),
        ("In consultazione le Linee guida della Regione", ""),
        ("Greggi", ""),
    ],
)
def test_a_heading_leads_where_its_article_is_sure(head: str, said: str) -> None:
    assert lead(head) == said


def test_a_name_stands_behind_the_noun_that_its_page_opens_with() -> None:
    body = "Il servizio sarà attivo da sabato 8 maggio 2027 alle ore 9 in piazza Roma."
    assert text_of("Punto Alba", body) == (
        "Il servizio «Punto Alba» sarà attivo da sabato 8 maggio 2027 alle 9 in piazza Roma."
    )


def test_a_sentence_keeps_its_names_behind_a_lead() -> None:
    assert (
        behind("In via Po", "Dopo la piena si rifà il muro.") == "In via Po, dopo la piena si rifà il muro."
    )
    assert behind("In via Po", "Acque Alba rifà il muro.") == "In via Po Acque Alba rifà il muro."
    assert behind("In via Po", "L'Unione rifà il muro.") == "In via Po, l'Unione rifà il muro."
    assert behind("In via Po", "ACEA rifà il muro.") == "In via Po ACEA rifà il muro."


def test_a_corso_of_yoga_is_no_street_and_a_sentence_with_its_own_is_left() -> None:
    assert "corso" not in text_of("Corso Yoga Alba", "La Pro loco raccoglie le adesioni per un nuovo gruppo.")
    text = text_of("Via Adda: al via i lavori", "In via Bosco si rifà il muro crollato dopo la frana.")
    assert text.endswith(" In via Bosco si rifà il muro crollato dopo la frana.")


def test_a_paper_that_is_in_the_page_is_not_said_to_be_there_twice() -> None:
    title = "Mappa delle fontane, ecco 12 punti dove bere acqua fresca"
    body = "In agosto sono prolungati gli orari di alcuni cortili: dalle 9 alle 22."
    assert text_of(title, body).count("pagina") == 1


def test_a_name_of_the_page_gets_no_article() -> None:
    body = "La cooperativa che gestisce Alba ricorda che Alba è aperta."
    assert lead("Alba versione due", body) == "Per «Alba versione due»"


@pytest.mark.parametrize(
    "first",
    [
        "Nello specifico, il tema è stato affrontato insieme agli uffici della Regione.",
        "Per partecipare è necessario iscriversi sul portale della Regione.",
        "La richiesta si presenta entro 30 giorni dalla nascita allo sportello.",
    ],
)
def test_what_leans_on_another_sentence_has_no_heading_before_it(first: str) -> None:
    page = read(title="Cambio di residenza", abstract="", body=first)
    assert led(f"Cambio di residenza. {first}", page) == f"Cambio di residenza. {first}"


def test_a_frame_says_of_what_its_appointment_is() -> None:
    page = read(
        title="Il Mercoledì in Villa", abstract="", body="Mercoledì 5 maggio 2027 alle 21 c'è musica."
    )
    text = led("Il Mercoledì in Villa. L'appuntamento è mercoledì 5 maggio 2027 alle 21.", page)
    assert text == "Per «Il Mercoledì in Villa» l'appuntamento è mercoledì 5 maggio 2027 alle 21."


@pytest.mark.parametrize(
    ("head", "before"),
    [
        ("Lavori in corso Fogazzaro", "In corso Fogazzaro"),
        ("Lavori in corso via Po", "In via Po"),
        ("Chiuso il tratto fra contrà Porti e piazza San Lorenzo", ""),
        ("Ordinanza sulla sosta", ""),
    ],
)
def test_a_street_leads_where_it_is_one_and_an_order_leads_nothing(head: str, before: str) -> None:
    assert lead(head) == before


def test_a_title_with_its_state_is_a_matter_without_it() -> None:
    matter = matter_of("Centri estivi 2026, iscrizioni aperte")
    assert matter is not None
    assert matter.text == "i centri estivi 2026"
    assert spoken("Strade chiuse e variazioni alla viabilità") == "Strade chiuse e variazioni alla viabilità"
    assert spoken("Strade chiuse al traffico") == "Le strade sono chiuse al traffico"


def test_a_bracket_has_its_space_and_an_occasion_its_kind() -> None:
    assert repaired("nei giardini(erba, foglie)") == "nei giardini (erba, foglie)"
    body = "Sabato 16 maggio 2026 alle 15 si inaugura la sala, aperta fino all'orario di chiusura delle 19."
    page = read(title="Inaugurazione della sala della biblioteca comunale", abstract="", body=body)
    assert page.kind is Kind.event


def test_interventions_and_meetings_have_their_article() -> None:
    for title, text in (
        ("Interventi per le famiglie", "gli interventi per le famiglie"),
        ("Incontri per i genitori", "gli incontri per i genitori"),
    ):
        matter = matter_of(title)
        assert matter is not None
        assert matter.text == text


def test_a_mark_and_a_change_are_no_part_of_a_call() -> None:
    matter = matter_of("Bando giovani 2026!")
    assert matter is not None
    assert matter.text == "il bando giovani 2026"
    assert "Posticipo" not in text_of(
        "Bando asta terreno", "AVVISO - Posticipo data a lunedì 15 marzo ore 10:00"
    )
    line = "Unica città della valle a essere premiata «Borgo verde»"
    assert spoken(line) == line
