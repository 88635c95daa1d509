import pytest

from flows.bulletin.language.headlines import spoken
from flows.bulletin.language.titles import calmed, in_small


@pytest.mark.parametrize(
    ("headline", "sentence"),
    [
        ("Premiati i progettisti del concorso", "Sono stati premiati i progettisti del concorso"),
        ("Approvato il piano del verde", "È approvato il piano del verde"),
        ("Conclusi i lavori del nido", "Si sono conclusi i lavori del nido"),
        ("Sostituiti i lampioni del viale", "Sono stati sostituiti i lampioni del viale"),
        ("Ristrutturata la scuola", "È stata ristrutturata la scuola"),
        ("Acqua sospesa in via Po", "L'acqua è sospesa in via Po"),
        ("Scuole chiuse per neve", "Le scuole sono chiuse per neve"),
        ("Una camminata aperta a tutti", "La camminata è aperta a tutti"),
        ("Uffici comunali chiusi il 24 dicembre", "Gli uffici comunali sono chiusi il 24 dicembre"),
        ("Sportello anagrafe chiuso", "Lo sportello anagrafe è chiuso"),
        ("Via Roma chiusa dalle 8", "Via Roma è chiusa dalle 8"),
        (
            "Giovedì 23 aprile l'incontro con le famiglie.",
            "Giovedì 23 aprile c'è l'incontro con le famiglie.",
        ),
        (
            "Domenica 9 maggio, ore 10, solenne processione di San Rocco.",
            "Domenica 9 maggio ore 10 c'è la solenne processione di San Rocco.",
        ),
        (
            "Lunedì 1 novembre, ore 15: messa al cimitero di Valle.",
            "Lunedì 1 novembre ore 15 c'è la messa al cimitero di Valle.",
        ),
        (
            "Sette gli spettacoli in cartellone, dal 5 novembre al 18 marzo.",
            "Sono sette gli spettacoli in cartellone, dal 5 novembre al 18 marzo.",
        ),
        ("Al via i lavori in piazza", "Prendono il via i lavori in piazza"),
        (
            "Al via lunedì 3 agosto 2026 due interventi al Museo",
            "Prendono il via lunedì 3 agosto 2026 due interventi al Museo",
        ),
        (
            "Fase di preallarme per la piena revocata dal 3 maggio",
            "La fase di preallarme per la piena è revocata dal 3 maggio",
        ),
        ("Fase di attenzione per neve", "È in vigore la fase di attenzione per neve"),
        ("In arrivo i fondi per le scuole", "Sono in arrivo i fondi per le scuole"),
        ("Online il nuovo portale", "È online il nuovo portale"),
        (
            "Attivata in via sperimentale la riapertura di via Po",
            "È attivata in via sperimentale la riapertura di via Po",
        ),
        ("Emessa ordinanza per i fuochi", "È stata emessa un'ordinanza per i fuochi"),
        ("Pubblicato bando per il bar", "È stato pubblicato un bando per il bar"),
        ("Approvato statuto del consorzio", "È stato approvato uno statuto del consorzio"),
        ("Ingresso libero.", "L'ingresso è libero."),
        ("Posti limitati", "I posti sono limitati."),
        ("Iscrizioni aperte", "Le iscrizioni sono aperte"),
        ("In via Po inaugurato un tratto di pista", "In via Po è stato inaugurato un tratto di pista"),
    ],
)
def test_a_headline_gets_the_verb_that_it_leaves_out(headline: str, sentence: str) -> None:
    assert spoken(headline) == sentence


@pytest.mark.parametrize(
    "line",
    [
        "Il parco è chiuso",
        "Giovedì 23 aprile i medici di base vaccinano",
        "Mercato la domenica",
        "Domenica 9 maggio, ore 10, solenne zirlata di San Rocco.",
        "Sette gli anni passati",
        "Domenica 13 giugno, ritrovo in piazza alle 15.",
        "Gratuiti i parcheggi",
        "Pubblicato online per errore",
        "Approvate modifiche al piano",
        "In via Po chiusi per sempre",
        "Invito la cittadinanza",
        "Bando di gara a procedura aperta",
        "Bando di idee sul parco aperta a tutti",
        "",
        "Bonus",
    ],
)
def test_where_the_verb_is_not_sure_a_line_stays(line: str) -> None:
    assert spoken(line) == line


@pytest.mark.parametrize(
    ("loud", "calm"),
    [
        ("SOGGIORNI CLIMATICI OVER 65", "Soggiorni climatici over 65"),
        ("INCONTRI PER LA CITTADINANZA A BRESSANVIDO", "Incontri per la cittadinanza a Bressanvido"),
        ("CHIUSURA DI VIA DEI MILLE DAL 3 AL 5 GIUGNO", "Chiusura di via dei Mille dal 3 al 5 giugno"),
        ("SICUREZZA DI VIA BOCCA PIANA; NUOVA VIABILITÀ", "Sicurezza di via Bocca Piana; nuova viabilità"),
        ("LA BIBLIOTECA DI VIA ROMA CHIUDE", "La biblioteca di via Roma chiude"),
        ("graduatorie PROVVISORIE e FAQ", "graduatorie provvisorie e FAQ"),
        ("pagamento IMU e TARI 2026", "pagamento IMU e TARI 2026"),
        ("maltempo DELL’ESTATE 2023", "maltempo dell’estate 2023"),
    ],
)
def test_shouted_words_are_written_as_one_writes_them(loud: str, calm: str) -> None:
    assert calmed(loud, {}) == calm


def test_the_page_itself_shows_how_a_word_is_written() -> None:
    assert calmed("IL COMUNE DI CONCO", {"conco": "Conco"}) == "Il comune di Conco"


@pytest.mark.parametrize(
    ("shouted", "calm"),
    [
        ("LAVORI IN VIA PIO XII", "Lavori in via Pio XII"),
        ("LAVORI IN VIA DON MINZONI", "Lavori in via Don Minzoni"),
        ("LAVORI IN PIAZZA DEL POPOLO", "Lavori in piazza del Popolo"),
        ("FESTA A BASSANO DEL GRAPPA", "Festa a Bassano del Grappa"),
        ("FAMIGLIE DI TEZZE SUL BRENTA", "Famiglie di Tezze sul Brenta"),
        ("VOLONTARIATO E/O PROMOZIONE", "Volontariato e/o promozione"),
    ],
)
def test_a_name_in_capitals_keeps_its_own(shouted: str, calm: str) -> None:
    assert calmed(shouted, {}) == calm


@pytest.mark.parametrize(
    ("title", "small"),
    [
        (
            "Pubblicazione del Bando Pubblico per chi gestisce il Centro Sportivo di via Po",
            "Pubblicazione del bando pubblico per chi gestisce il centro sportivo di via Po",
        ),
        # a name amid a sentence of the page, between quotes, never in small letters, or of a short title
        *(
            (title, title)
            for title in (
                "La Croce Bianca cerca volontari per le corse della notte e della domenica mattina",
                "Presentazione del libro «Bando Pubblico» di Ugo Neri nella vecchia stazione di Alba",
                "Il cinema della domenica pomeriggio torna al Teatro Lirico di via della Stazione",
                "Il Bando Pubblico",
            )
        ),
    ],
)
def test_a_long_title_has_no_capitals_that_its_page_does_without(title: str, small: str) -> None:
    body = "Il bando pubblico per il centro sportivo. Una croce bianca: la Croce Bianca di Alba la porta."
    assert in_small(title, body) == small


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "Consegna delle tessere a partire dal 13 luglio a lunedì 20 luglio per i condomini di via Po.",
            "Dal 13 luglio a lunedì 20 luglio c'è la consegna delle tessere per i condomini di via Po.",
        ),
        (
            "Dal 4 al 20 maggio 2026 distribuzione dei sacchetti per la raccolta",
            "Dal 4 al 20 maggio 2026 c'è la distribuzione dei sacchetti per la raccolta",
        ),
        ("Raccolta del verde sospesa dal 3 al 5 agosto", "La raccolta del verde è sospesa dal 3 al 5 agosto"),
        ("Dal 4 al 20 maggio raccolta fondi", "Dal 4 al 20 maggio raccolta fondi"),
        ("Chiusura di via Po dal 4 al 20 maggio", "Chiusura di via Po dal 4 al 20 maggio"),
    ],
)
def test_what_is_offered_over_some_days_has_its_verb(line: str, said: str) -> None:
    assert spoken(line) == said
