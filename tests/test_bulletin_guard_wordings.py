"""The guard over many wordings: a faithful paraphrase raises nothing, the same sentence turned round does."""

import pytest

from flows.bulletin.guard.verdict import check

MARKET = """Mercatino delle pulci, strade chiuse
Sabato 14 marzo, dalle ore 7 alle ore 20, divieto di transito e sosta in via Adda, via Oglio e via Brembo.
Domenica 15 marzo, dalle ore 9 alle ore 13, divieto di transito in piazza Lario, tranne i residenti.
I veicoli in sosta verranno rimossi."""
POOL = """Piscina comunale, orari estivi
Dal 1° giugno la piscina apre dal lunedì al venerdì dalle 10 alle 19 e il sabato dalle 9 alle 21.
La domenica è chiusa. Dal 3 al 9 agosto la piscina resterà chiusa per manutenzione.
L'ingresso è gratuito per i bambini fino a 6 anni; costa 5 euro per i residenti e 8 euro per gli altri.
La cuffia è obbligatoria. Non è possibile introdurre animali."""
GRANT = """Contributo libri
Possono chiedere il contributo gli studenti residenti a Rovo con ISEE non superiore a 12.000 euro.
Le domande si presentano esclusivamente online entro le ore 12 del 30 aprile 2026.
La graduatoria sarà pubblicata il 20 maggio 2026. Il contributo non è cumulabile con altri."""
RENTS = """Contributi per gli affitti
Domande dalle ore 9:00 di lunedì 6 settembre 2027 e sino alle ore 12:00 di venerdì 8 ottobre 2027."""
CONCERT = """Rinviato il concerto della banda
Il concerto previsto per sabato 6 giugno è stato rinviato a sabato 13 giugno, alle 21, in piazza Lario.
La prenotazione non è necessaria."""
WASTE = """Raccolta rifiuti di Pasqua
- sabato 4 aprile: raccolta della carta
- lunedì 6 aprile: nessuna raccolta
- martedì 7 aprile: raccolta del vetro"""
ICE = """Pista di ghiaccio
Si entra ogni ora e si pattina per 45 minuti. La lezione per chi comincia dura 15 minuti."""
COURSES = """Corsi in sala civica
Il corso di ceramica si tiene il martedì e il giovedì alle 18, quello di inglese il mercoledì alle 20.
Il ciclo ha tre serate: il 3, il 10 e il 17 novembre."""
FIRES = """Prevenzione incendi
Dal 15 giugno al 30 settembre è vietato:
- accendere fuochi nei boschi
- bruciare residui vegetali
La sanzione va da 50 a 300 euro."""

SHUTTLE = """Sosta gratuita a dicembre
La Giunta ha deciso di sospendere il pagamento della sosta negli stalli blu nei sabati 5 e 12 dicembre 2026.
La navetta dal parcheggio Fiera è attiva dalle 9 alle 20. Resta a pagamento il parcheggio Bastione."""
TRIP = """Gita al lago
La gita è venerdì 5 giugno 2026. La quota è di 48 euro. Per i non tesserati la quota è di 53 euro.
Le prenotazioni si raccolgono al Centro anziani dalle 15 alle 18 fino al 22 maggio."""
WATER = """Ordinanza sull'acqua di Sasso
L'acqua di Sasso non può essere utilizzata per bere, se non dopo bollitura di almeno dieci minuti."""
SEASON = """Musica sul lago: annullato il concerto del 18 luglio
La rassegna porta la musica sulle rive ogni sabato di luglio 2026, alle ore 21.15, con ingresso libero: il 4,
l'11, il 18 e il 25 luglio. Il concerto del 18 luglio è annullato e non sarà recuperato."""
PLAY = """Rinviato lo spettacolo
Lo spettacolo in programma per sabato 14 febbraio 2026 alle ore 21 è rinviato a sabato 7 marzo 2026."""
PRIZE = """Premio di studio
Le domande si consegnano al protocollo dal 24 agosto al 25 settembre 2026.
Pubblicato il 20 luglio 2026"""
BLOCK = """Lavori in via Fonda
Dal 9 al 27 novembre 2026 in via Fonda è istituito il divieto di transito dalle 8 alle 17.
Sono esclusi dal divieto i residenti nel tratto e i mezzi di soccorso."""
HEDGES = """Siepi e rami sulle strade
I proprietari devono tagliare i rami entro il 15 aprile 2026.
Ai trasgressori sarà applicata una sanzione amministrativa da 173 a 694 euro."""
BLOOD = """Donazione di sangue
L'autoemoteca è in piazza domenica 15 marzo 2026. Per evitare attese si consiglia la prenotazione."""
COURSE = """Corso di informatica
Le 6 lezioni sono ogni martedì dalle 17 alle 19, da martedì 17 marzo 2026 a martedì 21 aprile."""
HEAT = """Ondata di calore
| giovedì 23 luglio 2026 | 37 °C |
| venerdì 24 luglio 2026 | 39 °C |"""
CAMPS = """Centri estivi
Possono fare domanda le famiglie il cui ISEE non sia superiore a 26.000 euro, entro il 29 maggio 2026."""
SPRAYS = """Trattamento contro le zanzare
Data di pubblicazione: 3/7/2026
Nella notte del 9 luglio si tratta in via Melograna, via del Tornitore, piazzetta Lumaca e viale Idrovora."""
PARKING = """Nuove tariffe del parcheggio
Deliberazione n. 13 del 10/11/2026 - pubblicata il 13/11/2026
La tariffa oraria passa da 1,00 a 1,20 euro. Le nuove tariffe troveranno applicazione dal 1° dicembre 2026."""
CLAY = """Appuntamenti per bambini
Sabato 7 novembre 2026 alle 10 si legge alla Biblioteca comunale di via Fonda.
Sabato 14 novembre 2026 alle 15.30 si lavora l'argilla all'Officina delle Mani, in via Pozzo."""
GARDENS = """Acqua e sosta
È vietato innaffiare i giardini privati con acqua potabile. È vietata la sosta in via Po."""
WOODS = """Fuochi nei boschi
Non è consentito accendere fuochi nei boschi e, se non si rispetta la regola, si paga una multa."""
TOLL = """Sosta in piazza Alba
I non residenti pagano la sosta in piazza Alba tutti i giorni."""
LAB = """Laboratorio di argilla
Il laboratorio per ragazzi da 6 a 8 anni è sabato 9 maggio 2026, dalle 9 alle 12."""
TWO_DAYS = """Mercato e uffici
Martedì 12 maggio 2026 c'è il mercato. Mercoledì 30 giugno 2026 gli uffici sono chiusi."""
VISIT = """Visita al museo
L'altezza massima dei furgoni è 2,50 metri. La sosta costa 1 euro."""
TERM = """Termine posticipato
Il termine per le domande, già fissato al 20 febbraio 2026, è posticipato al 7 marzo 2026."""

FAITHFUL = [
    (TERM, "Per le domande c'è più tempo: presentale non oltre il 7 marzo."),
    (CAMPS, "Le famiglie con ISEE fino a 26.000 euro possono fare domanda entro il 29 maggio."),
    (
        SPRAYS,
        "Il 9 luglio 2026 in 4 vie: via Melograna, via del Tornitore, piazzetta Lumaca e viale Idrovora.",
    ),
    (PARKING, "Dal 1° dicembre 2026 la tariffa oraria sale da 1 euro a 1,20."),
    (CLAY, "Sabato 14 novembre alle 15.30 si lavora l'argilla in via Pozzo."),
    (SHUTTLE, "La sosta negli stalli blu il 5 e 12 dicembre è gratis. Navetta dal parcheggio Fiera, 9-20."),
    (TRIP, "Gita al lago venerdì 5 giugno, 48 euro per i tesserati. Si prenota al Centro anziani, 15-18."),
    (WATER, "L'acqua di Sasso si può bere solo dopo dieci minuti di bollitura."),
    (SEASON, "La musica sul lago è il 4, l'11 e il 25 luglio alle 21.15. Annullato quello del 18."),
    (PLAY, "Lo spettacolo non va in scena il 14 febbraio ma il 7 marzo, sempre alle 21."),
    (PRIZE, "Le domande per il premio di studio si consegnano dal 24 agosto al 25 settembre."),
    (BLOCK, "Dal 9 al 27 novembre via Fonda è vietata dalle 8 alle 17. Passano i residenti nel tratto."),
    (HEDGES, "I rami vanno tagliati entro il 15 aprile. Per chi non lo fa multa da 173 a 694 euro."),
    (BLOOD, "Si dona il sangue in piazza il 15 marzo, prenotare è consigliato."),
    (COURSE, "Il corso di informatica è in sei martedì, dalle 17 alle 19, dal 17 marzo."),
    (HEAT, "Il 23 e il 24 luglio fa molto caldo, fino a 39 gradi."),
    (RENTS, "Le domande si presentano dalle 9 di lunedì 6 settembre alle 12 di venerdì 8 ottobre 2027."),
    (RENTS, "Le domande si presentano entro le 12 di venerdì 8 ottobre 2027."),
    (MARKET, "Sabato 14 marzo via Adda, via Oglio e via Brembo sono chiuse al transito dalle 7 alle 20."),
    (MARKET, "Domenica 15 in piazza Lario non si passa dalle 9 alle 13, tranne i residenti."),
    (
        MARKET,
        "Chi parcheggia avrà l'auto rimossa: sabato 14 marzo dalle 7 alle 20, domenica 15 dalle 9 alle 13.",
    ),
    (POOL, "Dal 1° giugno la piscina è aperta da lunedì a venerdì 10-19 e il sabato 9-21."),
    (POOL, "Dal 3 al 9 agosto la piscina non apre."),
    (POOL, "I residenti pagano 5 euro, gli altri 8; fino a 6 anni si entra gratis."),
    (POOL, "Non puoi portare animali e devi avere la cuffia."),
    (
        GRANT,
        "Chi risiede a Rovo e ha un ISEE fino a 12.000 euro fa domanda online non oltre le 12 del 30 aprile.",
    ),
    (f"{GRANT} La domanda è on line.", "La domanda si fa solo online."),
    (GRANT, "La graduatoria esce il 20 maggio 2026. Il contributo non si somma ad altri."),
    (CONCERT, "Il concerto della banda slitta da sabato 6 a sabato 13 giugno, alle 21 in piazza Lario."),
    (CONCERT, "Sabato 13 giugno alle 21 suona la banda in piazza Lario. Non serve prenotare."),
    (WASTE, "Lunedì 6 aprile i rifiuti non si raccolgono; sabato 4 passa la carta, martedì 7 il vetro."),
    (COURSES, "La ceramica è martedì e giovedì alle 18, l'inglese il mercoledì alle 20."),
    (COURSES, "Il ciclo ha tre serate, il 3, 10 e 17 novembre."),
    (ICE, "Si pattina per tre quarti d'ora. La lezione dura un quarto d'ora."),
    (FIRES, "Fino al 30 settembre nei boschi non si accendono fuochi. La multa va da 50 a 300 euro."),
    (
        "A sostegno della ricerca\nDomenica 22 ottobre 2028 in piazza Lario. Iscrizione 10 euro.",
        "Domenica 22 ottobre 2028, in piazza Lario, c'è la camminata. L'iscrizione costa 10 euro.",
    ),
    (
        "Sagra delle Noci\n3-4 e 10-11 ottobre 2026, piazza Lario.",
        "Sabato 3, domenica 4, sabato 10 e domenica 11 ottobre 2026, in piazza Lario, c'è la sagra.",
    ),
]
TURNED = [
    (FIRES, "Fino al 30 settembre non si accendono fuochi per tre quarti d'ora.", "tre"),
    (
        GARDENS,
        "In via Po è vietata la sosta. Puoi innaffiare i giardini privati con acqua potabile.",
        "giardini",
    ),
    (WOODS, "È consentito accendere fuochi nei boschi.", "consentito"),
    (TOLL, "I residenti pagano la sosta in piazza Alba tutti i giorni.", "non residenti"),
    (LAB, "Il laboratorio per ragazzi (9-12) è il 9 maggio.", "9"),
    (TWO_DAYS, "Martedì 12 maggio c'è il mercato. Mercoledì gli uffici sono chiusi.", "Mercoledì"),
    (VISIT, "La sosta costa 2,50 euro.", "2,50"),
    (CAMPS, "Le famiglie con ISEE oltre i 26.000 euro possono fare domanda entro il 29 maggio.", "massimo"),
    (CLAY, "Sabato 14 novembre alle 15.30 si lavora l'argilla in via Fonda.", "è di altro"),
    (
        SPRAYS,
        "Il 9 luglio si tratta in tre strade: via Melograna, via del Tornitore e piazzetta Lumaca.",
        "Lumaca",
    ),
    (
        SHUTTLE,
        "La sosta negli stalli blu il 5 e 12 dicembre è gratis. Navetta dal parcheggio Fiera, 8-20.",
        "8",
    ),
    (PLAY, "Lo spettacolo non va in scena il 7 marzo ma il 14 febbraio.", "7 marzo"),
    (BLOCK, "Il 9-20 novembre via Fonda è vietata dalle 8 alle 17.", "20 novembre"),
    (
        MARKET,
        "Sabato 14 marzo via Adda e via Oglio sono chiuse al transito dalle 7 alle 20.",
        "Manca «via Brembo»",
    ),
    (MARKET, "Domenica 15 in piazza Lario non passano neanche i residenti, dalle 9 alle 13.", "lo esclude"),
    (
        MARKET,
        "Sabato 14 marzo si passa liberamente in via Adda, via Oglio e via Brembo.",
        "vietato o sospeso",
    ),
    (COURSES, "La ceramica si tiene il martedì e il mercoledì alle 18.", "altri giorni"),
    (POOL, "Dal 3 al 9 agosto la piscina resta aperta per manutenzione.", "«chiusa»"),
    (POOL, "I residenti pagano 8 euro, gli altri 5.", "scambiati"),
    (POOL, "L'ingresso costa 5 euro per tutti.", "La pagina del sito"),
    (POOL, "Puoi introdurre animali.", "nega"),
    (GRANT, "Chi ha un ISEE superiore a 12.000 euro può chiedere il contributo.", "un massimo"),
    (GRANT, "Possono chiedere il contributo tutti gli studenti, con qualunque reddito.", "condizione"),
    (GRANT, "Le domande si presentano online dalle 12 del 30 aprile 2026.", "è un termine"),
    (RENTS, "Le domande si presentano entro le 12 di lunedì 6 settembre 2027.", "è un inizio"),
    (CONCERT, "Il concerto della banda si tiene sabato 6 giugno in piazza Lario.", "non è la nuova data"),
    (CONCERT, "Sabato 13 giugno alle 21 suona la banda. Devi prenotare.", "non serve"),
    (WASTE, "Sabato 4 aprile passa il vetro, martedì 7 la carta.", "scambiati"),
    (COURSES, "La ceramica è il mercoledì alle 18.", "si riferisce ad altro"),
    (COURSES, "Il ciclo è il 3 e il 17 novembre.", "Manca «10"),
    (FIRES, "Dal 15 giugno al 30 settembre si possono bruciare residui vegetali.", "vietato"),
    (FIRES, "La sanzione è al massimo di 50 euro e almeno di 300.", "«"),
]


@pytest.mark.parametrize(("source", "text"), FAITHFUL)
def test_a_faithful_wording_raises_nothing(source: str, text: str) -> None:
    verdict = check(text, source)
    assert verdict.blocked + verdict.warnings == ()


@pytest.mark.parametrize(("source", "text", "words"), TURNED)
def test_a_wording_turned_round_is_pointed_out(source: str, text: str, words: str) -> None:
    verdict = check(text, source)
    assert any(words in one for one in (*verdict.blocked, *verdict.warnings)), verdict


@pytest.mark.parametrize(
    "page",
    [
        "Mostra di Alba\nDal 3 al 9 ottobre.",
        "Mostra di Alba\nPrenotazioni dall'8 ottobre 2027.\nLa mostra è aperta dal 3 al 9 ottobre 2027.",
    ],
)
def test_the_end_of_a_longer_period_is_still_no_single_day(page: str) -> None:
    assert check("La mostra è aperta il 9 ottobre.", page).warnings


CARD = """Carta acquisti
La carta va alle famiglie di tre persone, di cui almeno una nata entro il 31.12.2010, con ISEE basso."""


def test_a_day_of_birth_is_no_term() -> None:
    verdict = check("Per la carta acquisti c'è tempo fino al 31 dicembre 2010.", CARD)
    assert any("data di nascita" in sentence for sentence in verdict.blocked)
    assert not check(
        "La carta va a chi ha in famiglia una persona nata entro il 31 dicembre 2010.", CARD
    ).blocked
