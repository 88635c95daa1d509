"""Texts of services, results and acts, and what is left to a person of a bare name."""

import pytest

from flows.bulletin.page.notice import Kind
from flows.bulletin.page.reading import read
from flows.bulletin.summary.checks.gate import faults
from flows.bulletin.summary.frames.calls.acts import published_of
from flows.bulletin.summary.frames.calls.deposits import deposit
from flows.bulletin.summary.frames.calls.labelled import labelled
from flows.bulletin.summary.frames.calls.particulars import particulars
from flows.bulletin.summary.frames.calls.who_may_ask import told_to_you
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.titles.matter import Matter, matter_of
from flows.bulletin.summary.frames.titles.naming import with_name
from flows.bulletin.summary.frames.titles.outcomes import outcome
from flows.bulletin.summary.text import summarise
from tests.test_bulletin_summary import told

BONUS = "Bonus merenda 2027"
SHUTTLE = matter_of("Servizio navetta collinare")


@pytest.mark.parametrize(
    ("title", "body", "said"),
    [
        (
            "Bando orti - graduatoria provvisoria",
            "",
            "È pubblicata la graduatoria provvisoria del bando orti.",
        ),
        (
            "Bando orti di via Alba",
            "Pubblicata la graduatoria.",
            "È pubblicata la graduatoria del bando orti di via Alba.",
        ),
        (
            "Contributo affitto 2031",
            "Pubblicazione graduatoria provvisoria",
            "È pubblicata la graduatoria provvisoria del contributo affitto 2031.",
        ),
        (
            "Buono libri 2031",
            "NOTIZIE\nBuono libri 2031\nTerza edizione: pubblicazione graduatoria unica di ambito",
            "È pubblicata la graduatoria unica di ambito del buono libri 2031.",
        ),
        (
            "Concorso per un istruttore tecnico",
            "Pubblicati gli ammessi alla prova orale",
            "È pubblicato l'elenco degli ammessi alla prova orale del concorso per un istruttore tecnico.",
        ),
        ("Contributo affitto 2031", "Graduatoria provvisoria", ""),
        ("Concorso per bidelli: esito finale", "", "È pubblicato l'esito finale del concorso per bidelli."),
        (
            "Avviso di mobilità per due geometri",
            "Candidati ammessi",
            "È pubblicato l'elenco dei candidati ammessi dell'avviso di mobilità per due geometri.",
        ),
        ("Bando orti di via Alba", "Le domande vanno inviate entro il 3 maggio.", ""),
        ("Graduatoria definitiva del nido", "", ""),
    ],
)
def test_what_came_of_a_call_is_told_before_the_call(title: str, body: str, said: str) -> None:
    assert outcome(read(title=title, abstract="", body=body)) == said


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Bando asta del mulino", "AVVISO - Posticipo della data a lunedì 14 giugno 2027"),
        ("Bando famiglie in cammino", "Liquidazione dei beneficiari"),
        ("Bando di concorso per geometra - Avviso sulla prova scritta", ""),
        ("Graduatoria per l'assunzione di un vigile", "AMMISSIONE CANDIDATI - CALENDARIO DELLE PROVE"),
    ],
)
def test_of_a_call_with_later_news_it_is_not_told_that_it_is_published(title: str, body: str) -> None:
    assert published_of(read(title=title, abstract="", body=body)) == ""


def conditions(body: str, clause: str = "", action: str = "") -> str:
    notice = read(title=BONUS, abstract="", body=body)
    return next((one.text for one in told_to_you(notice, matter_of(BONUS), clause, action)), "")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "Il bonus è per le famiglie residenti nel Comune di Borgo Alto con un ISEE non superiore a "
            "9.000 euro.",
            "Se risiedi a Borgo Alto e hai un ISEE fino a 9.000 euro puoi chiedere il bonus merenda "
            "2027 entro il 3 maggio.",
        ),
        (
            "Possono chiederlo i cittadini residenti nel Comune di Alba Marina da almeno 24 mesi.",
            "Se risiedi ad Alba Marina da almeno 24 mesi puoi chiedere il bonus merenda 2027 entro il "
            "3 maggio.",
        ),
        (
            "Requisiti:\n\n* Essere residenti nel Comune di Borgo Alto\n* Avere un figlio a carico\n",
            "Se risiedi a Borgo Alto e hai un figlio a carico puoi chiedere il bonus merenda 2027 "
            "entro il 3 maggio."
            " Tutti i requisiti sono nella pagina.",
        ),
    ],
)
def test_a_call_is_told_to_who_reads_with_all_conditions_in_one_sentence(body: str, said: str) -> None:
    assert conditions(body, "entro il 3 maggio") == said


@pytest.mark.parametrize(
    "body",
    [
        "È per i bambini delle famiglie i cui alunni sono residenti nel Comune di Borgo Alto.",
        "È per i cittadini residenti nel Comune di Borgo Alto o che vi lavorano.",
        "È per le famiglie residenti nel Comune di Borgo Alto e per le famiglie residenti nel Comune "
        "di Sassi.",
        "Il genitore, o almeno la madre, e le famiglie abbiano residenza nel Comune di Borgo Alto.",
    ],
)
def test_a_condition_of_some_is_not_told_as_everybodys(body: str) -> None:
    assert conditions(body, "entro il 3 maggio") == ""


@pytest.mark.parametrize(
    ("text", "matter", "said"),
    [
        (
            "Attraverso il servizio online è possibile consultare gli orari.",
            SHUTTLE,
            "Con il servizio navetta collinare puoi consultare gli orari.",
        ),
        ("Il servizio è gratuito.", SHUTTLE, "Il servizio navetta collinare è gratuito."),
        ("Il servizio è gratuito.", matter_of("Mensa scolastica"), ""),
        ("Il corso è gratuito.", SHUTTLE, ""),
        (
            "Richiedila tramite l'app.",
            matter_of("Carta dei giovani"),
            "Richiedi la carta dei giovani tramite l'app.",
        ),
        ("Richiedilo tramite l'app.", matter_of("Carta dei giovani"), ""),
        (
            "Sono aperte le iscrizioni.",
            matter_of("Corso di ceramica"),
            "Sono aperte le iscrizioni al corso di ceramica.",
        ),
        ("Gli uffici sono chiusi.", SHUTTLE, ""),
        (
            "È un servizio comunale rivolto a chi cammina.",
            SHUTTLE,
            "Il servizio navetta collinare è rivolto a chi cammina.",
        ),
        ("È un aiuto per chi cammina.", SHUTTLE, "Il servizio navetta collinare è un aiuto per chi cammina."),
        ("È rivolta a chi cammina.", SHUTTLE, ""),
    ],
)
def test_a_sentence_that_leans_on_the_title_gets_its_name_where_the_two_agree(
    text: str, matter: Matter | None, said: str
) -> None:
    assert with_name(text, matter) == said


def test_a_plan_on_deposit_is_told_by_its_name_and_with_the_term_to_object() -> None:
    body = (
        "Si rende noto che è stato adottato il piano. Il piano adottato è depositato presso l'Area "
        "Tecnica dal 3 maggio 2027"
        " al 2 giugno 2027. Le eventuali osservazioni possono essere prodotte dal 3 giugno 2027 al 3 "
        "luglio 2027."
    )
    made = [
        one.text
        for one in deposit(read(title="PIANO DELLE ACQUE - ADOZIONE E DEPOSITO", abstract="", body=body))
    ]
    assert made == [
        "Il piano delle acque si può consultare presso l'Area Tecnica dal 3 maggio al 2 giugno 2027.",
        "Puoi presentare osservazioni dal 3 giugno al 3 luglio 2027.",
    ]


def of(body: str, title: str = "Servizio navetta") -> list[str]:
    return [one.text for one in particulars(read(title=title, abstract="", body=body))]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "Il richiedente deve presentarsi personalmente all'Ufficio Anagrafe al momento della richiesta.",
            "Devi andare di persona all'Ufficio Anagrafe.",
        ),
        ("Alla richiesta si allega la marca da bollo da € 16,00.", "Serve una marca da bollo da 16 euro."),
    ],
)
def test_what_everybody_must_do_for_a_service_is_told(body: str, said: str) -> None:
    assert said in of(body)


@pytest.mark.parametrize(
    "body",
    [
        "La marca da bollo da € 16,00 non serve a chi è esente.",
        "Servono due marche da bollo da € 16,00.",
        "Chi è residente deve presentarsi personalmente allo Sportello A. Gli altri devono presentarsi "
        "personalmente al Comando.",
    ],
)
def test_what_some_must_do_is_not_told(body: str) -> None:
    assert not any("bollo" in text or "di persona" in text for text in of(body))


def test_a_survey_is_told_with_the_ways_to_answer() -> None:
    body = "Il questionario è anonimo e può essere compilato online. Chi vuole stampa il modulo e lo porta."
    assert "Puoi compilare il questionario anonimo online o su carta." in of(
        body, "Sondaggio sul parco: campagna di ascolto"
    )


def test_for_whom_is_told_by_the_pages_own_label() -> None:
    notice = read(
        title="Albo dei mulini",
        abstract="",
        body="È aggiornato l'albo.\n\nA chi è rivolto\n\nAlle famiglie di via Alba",
    )
    assert [one.text for one in labelled(notice)] == ["È per le famiglie di via Alba."]


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        (
            "USO DELLE PALESTRE COMUNALI PER LA STAGIONE 2027/2028. APPROVAZIONE AVVISO PUBBLICO ED "
            "ALLEGATI.",
            "È approvato l'avviso pubblico per l'uso delle palestre comunali per la stagione 2027/2028.",
        ),
        (
            "“CORSA DEI CERI” – AUTORIZZAZIONE ALLO SVOLGIMENTO DELLA MANIFESTAZIONE",
            "È autorizzata la manifestazione «Corsa dei ceri».",
        ),
    ],
)
def test_an_act_with_a_number_for_a_title_is_told_by_its_matter(subject: str, said: str) -> None:
    assert told("2027/78", subject).text.startswith(said)


def test_an_act_by_which_the_comune_spends_is_left_out_with_the_true_reason() -> None:
    made = told("2027/79", "FORNITURA DI CARTA PER GLI UFFICI - IMPEGNO DI SPESA")
    assert (made.text, made.reason) == (
        "",
        "È un atto interno del Comune: una spesa, un incarico, una nomina.",
    )


def test_the_short_news_of_a_page_stands_whatever_its_headline() -> None:
    news = "Ogni giovedì dalle 9:30 alle 11 lo studio del Sindaco è aperto al pubblico senza appuntamento."
    assert faults(news, read(title="Porte aperte", abstract="", body=news)) == ()


@pytest.mark.parametrize(
    "body",
    [
        "Lo chiedono a gran voce venti paesi della valle e dei monti.",
        "Il nuovo termine ultimo è stato fissato al 30 settembre 2027.",
    ],
)
def test_news_that_leans_on_its_headline_does_not_stand_alone(body: str) -> None:
    assert told("Un parcheggio per la stazione di Sassi", body).text != body


@pytest.mark.parametrize(
    ("body", "term"),
    [
        ("Candidature entro mercoledì 8 aprile 2026 ore 14.00.", "entro le 14 di mercoledì 8 aprile 2026"),
        (
            "Le domande vanno inviate entro le ore 23.59 di sabato 14 novembre 2026.",
            "entro le 23:59 di sabato 14 novembre 2026",
        ),
        ("Termine presentazione domande 28-02-2027.", "entro il 28 febbraio 2027"),
    ],
)
def test_a_term_is_told_with_its_hour_and_in_whatever_figures(body: str, term: str) -> None:
    assert term in told("Bonus nido di Borgo Alto", body).text


def test_days_that_are_counted_from_another_thing_are_not_the_titles_term() -> None:
    body = (
        "Gli affittacamere devono richiedere il codice Gamma entro 30 giorni dall'attribuzione del "
        "codice Alfa. " * 3
    )
    made = told("Comunicazione delle attività di locazione breve", body)
    assert "Per la comunicazione" not in made.text


def test_a_headline_that_seeks_people_is_no_name() -> None:
    made = told("Cercasi volontari per la fiaccola di Sassi", "Adesione entro il 20 febbraio")
    assert "«" not in made.text


def test_by_when_the_office_pays_is_no_citizens_term() -> None:
    made = told(
        "Voucher nidi, fattore casa",
        "Entro il 31 agosto 2027 il contributo sarà liquidato dal Comune di Borgo Alto.",
    )
    assert "C'è tempo" not in made.text


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("Sarà cura dell'Ufficio Scuola comunicare l'esito.", "L'Ufficio Scuola comunicherà l'esito."),
        ("Invitiamo tutti i cittadini a partecipare al percorso.", "Puoi partecipare al percorso."),
        ("Si invitano i cittadini a non usare l'acqua.", "Si invitano i cittadini a non usare l'acqua."),
        ("Il bando, con deliberazione n. 8 del 3 maggio 2027, è chiuso.", "Il bando è chiuso."),
        ("La carta cesserà di essere valida il 3 agosto.", "La carta non sarà più valida dal 3 agosto."),
        (
            "La carta cesserà di essere valida per l'espatrio il 3 agosto.",
            "La carta cesserà di essere valida per l'espatrio il 3 agosto.",
        ),
        ("I cittadini possono prenotare dieci piantine.", "Puoi prenotare dieci piantine."),
        ("Il piano è approvato (Legge regionale 3/5/1996, n. 19).", "Il piano è approvato."),
        ("La gita va dal 3 maggio 2027 fino al 9 maggio 2027.", "La gita va dal 3 al 9 maggio 2027."),
        ("Il richiedente deve essere in possesso dei requisiti.", "Il richiedente deve avere i requisiti."),
        ("L'incontro è per il giorno 08/05/2027 in Sala Po.", "L'incontro è per l'8 maggio 2027 in Sala Po."),
        ("Le domande scadono il 3 maggio (termine perentorio).", "Le domande scadono il 3 maggio."),
    ],
)
def test_what_an_office_says_of_itself_is_said_to_who_reads(said: str, plain: str) -> None:
    assert worded(said) == plain


def test_signs_that_look_like_bold_letters_are_read_as_letters() -> None:
    assert read(title="🎓 𝗖𝗼𝗿𝘀𝗼 di ceramica", abstract="", body="").title == "Corso di ceramica"


def test_an_address_on_the_line_below_belongs_to_the_sentence() -> None:
    body = "Le piantine si prenotano entro il 30 settembre inviando una mail a:\nverde@esempio.it\n\nGrazie."
    prose = read(title="Piantine gratis", abstract="", body=body).prose
    assert "Le piantine si prenotano entro il 30 settembre inviando una mail a verde@esempio.it." in prose


def test_an_act_lists_its_papers_and_asks_a_citizen_for_none() -> None:
    body = "Gli elaborati e i documenti della variante sono:\n\n* la relazione\n* la tavola 1\n"
    made = told("Variante n. 7 al piano degli interventi - approvazione e deposito", body)
    assert made.kind is Kind.act
    assert "servono" not in made.text


def test_a_title_that_is_a_sentence_and_a_month_in_capitals_are_told_as_such() -> None:
    call = summarise(
        title="Servizio civile, il Comune cerca dieci volontari",
        abstract="",
        body="Le domande si presentano online entro il 12 gennaio 2031.",
        limit=275,
    ).text
    assert "volontari puoi fare domanda" not in call
    assert told("Refezione scolastica: si parte il 6 Ottobre", "La mensa comincia.").text.endswith(
        "6 ottobre."
    )


def test_a_rate_that_falls_due_is_news_and_no_card() -> None:
    body = (
        "Mercoledì 2 dicembre 2026 scade il termine per la seconda rata della TARI. Si paga con F24.\n\n"
        "Chi non lo ha ricevuto può:\n\n- chiederne copia all'ufficio\n- scaricarlo con SPID o CIE\n"
        "- ritirare il modello allo sportello\n"
    )
    text = summarise(title="TARI 2026: scadenza della seconda rata", abstract="", body=body, limit=275).text
    assert "2 dicembre" in text


def test_posts_of_a_contest_are_counted_as_posts() -> None:
    title = "Concorso pubblico per soli esami, n. 2 posti di istruttore amministrativo"
    body = "È indetto il concorso. La domanda si presenta online entro le 23:59 dell'8 ottobre 2026."
    text = summarise(title=title, abstract="", body=body, limit=275).text
    assert "2 posti di istruttore" in text
