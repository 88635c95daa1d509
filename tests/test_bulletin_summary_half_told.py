"""A text that tells a part for the whole, or leans on words that stay behind, does not stand."""

import pytest

from flows.bulletin.facts.find import facts
from flows.bulletin.page.notice import Notice
from flows.bulletin.page.reading import read
from flows.bulletin.summary.checks.attribution import of_another_part
from flows.bulletin.summary.checks.half_told import half_told
from flows.bulletin.summary.checks.hanging import hanging
from flows.bulletin.summary.checks.measures_told import measures_told
from flows.bulletin.summary.checks.openings_told import openings_told
from flows.bulletin.summary.checks.several_terms import several_terms
from flows.bulletin.summary.checks.subjects import without_subject

_PROGRAMME = (
    "Sabato 2 e sabato 9 dicembre 2028 in piazza ci sono i mercatini.\n\nIl 6 gennaio 2029 arriva la Befana."
)
_WATER = "Nelle frazioni di Salto e Borgo l'acqua non è potabile: è vietato usare l'acqua per bere."
_SUMMER = "Dal 25 giugno al 4 luglio 2027 c'è la festa della birra. Sabato 26 giugno suona il gruppo Onda."
_LOANS = (
    "Dal 21 giugno all'11 settembre 2027 cambia l'orario.\n\n"
    "La biblioteca chiude dal 9 al 20 agosto. I prestiti in quel periodo sono prorogati."
)
_CALL = (
    "La domanda si fa sul portale entro il 24 febbraio 2028.\n\n"
    "Le certificazioni si inviano via PEC entro il 3 marzo 2028."
)


def partly(text: str, notice: Notice) -> list[str]:
    """Why a text tells a part for the whole."""
    return [why for check in (measures_told, openings_told, half_told) for why in check(text, notice)]


def leaning(text: str, notice: Notice) -> list[str]:
    """What leans in a text on words, a day or an occasion that it has not."""
    return [why for check in (hanging, without_subject, of_another_part) for why in check(text, notice)]


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        ("Mercatini in piazza", _PROGRAMME, "Dal 2 al 9 dicembre 2028 c'è «Mercatini in piazza»."),
        ("Acqua non potabile", _WATER, "Da subito è vietato usare l'acqua per bere."),
        (
            "Sospensione dell'acqua",
            "Giovedì 10 giugno 2027 manca l'acqua in via Po.",
            "Giovedì 10 giugno 2027 c'è una interruzione in via Po.",
        ),
        (
            "Consiglio comunale del 24 marzo 2027",
            "Gli atti sono in Segreteria dal 20 marzo.",
            "Gli atti sono in Segreteria dal 20 marzo.",
        ),
        (
            "Cimiteri: orari",
            "I cimiteri seguono l'orario invernale, dalle 8 alle 16.",
            "I cimiteri seguono l'orario invernale.",
        ),
        (
            "Riapre la strada di Salto, ma non per i camion",
            "La strada riapre sabato 16 maggio 2026. Resta il divieto ai camion.",
            "La strada di Salto riapre sabato 16 maggio 2026.",
        ),
        (
            "Orario estivo degli uffici comunali",
            "Ad agosto gli uffici aprono solo la mattina. Lo sportello Tributi è chiuso dal 9 agosto.",
            "Lo sportello Tributi è chiuso dal 9 al 20 agosto.",
        ),
        (
            "Scuolabus",
            "Sono aperte fino al 25 giugno 2027 le iscrizioni. Le domande dopo il termine pagano di più.",
            "Le domande presentate dopo il termine pagano di più.",
        ),
        (
            "Bando mercatini",
            "Le domande vanno presentate entro il 2 ottobre. Per le associazioni il termine è il 16 ottobre.",
            "Per le associazioni il termine è il 16 ottobre.",
        ),
        (
            "Limiti all'uso dell'acqua",
            "È vietato innaffiare dalle 6 alle 23. Dalle 23 alle 6 è consentita la sola cura degli orti.",
            "È vietato innaffiare dalle 6 alle 23.",
        ),
        (
            "Castagnata di domenica 18 ottobre",
            "Nel cortile c'è la castagnata: evento con caldarroste e vino.",
            "C'è la castagnata nel cortile.",
        ),
        (
            "Fiume pulito - sabato 25 settembre",
            "Iscriviti entro il 22 settembre. Il ritrovo è alle 9.",
            "Puoi iscriverti entro il 22 settembre.",
        ),
        (
            "Senso unico alternato S.P. 77",
            "S.P. 77, dal km 6+150 al km 6+480: senso unico alternato dal 15 febbraio 2027.",
            "Dal 15 febbraio 2027 sulla S.P. 77 si viaggia a senso unico alternato.",
        ),
        (
            "Potatura in viale Po: divieto di sosta",
            "Da lunedì 3 maggio 2027 in viale Po il divieto di sosta cambia ogni giorno, per la potatura.",
            "Si lavora per tratti, quindi il divieto di sosta cambia ogni giorno.",
        ),
        (
            "Ponte di Salto: riapertura parziale",
            "Il ponte riapre lunedì 24 gennaio 2028. I camion restano esclusi fino al 31 marzo.",
            "Sul ponte di Salto i camion restano esclusi fino al 31 marzo.",
        ),
        (
            "Orario estivo della biblioteca",
            "Dal 1° luglio al 29 agosto 2026 cambia l'orario. Chiusura totale dal 10 al 22 agosto.",
            "Dal 1° luglio al 29 agosto 2026 cambia l'orario. Gli orari sono nella pagina.",
        ),
        (
            "Uffici chiusi per il patrono",
            "Lunedì 21 settembre 2026 gli uffici sono chiusi. Sono chiuse anche la biblioteca e la farmacia.",
            "Lunedì 21 settembre 2026 gli uffici sono chiusi.",
        ),
        (
            "Modifiche alla viabilità in paese",
            "| Strada | Ore |\n|---|---|\n| via Adda | 9.00 - 10.15 |\n| piazza Oglio | 7.00 - 16.00 |\n",
            "Domenica 9 maggio piazza Oglio è chiusa. Gli orari sono nella pagina.",
        ),
        (
            "Modifiche alla viabilità in centro",
            "| Strada | Ore |\n|---|---|\n| piazza Adda | 9.00 - 10.15 |\n| piazza Oglio | 7.00 - 16.00 |\n",
            "Domenica 9 maggio piazza Oglio è chiusa. Gli orari sono nella pagina.",
        ),
        (
            "Divieto di botti",
            "Dal 24 dicembre al 6 gennaio sono vietati i botti.\n\nSono esclusi:\n\n- stelline\n- bengala\n",
            "Dal 24 dicembre al 6 gennaio sono vietati i botti.",
        ),
        (
            "Senso unico alternato in via Po",
            "Da lunedì 8 novembre 2027 in via Po si viaggia a senso unico alternato e a 30 all'ora.",
            "Da lunedì 8 novembre 2027 in via Po si viaggia a 30 all'ora.",
        ),
        (
            "Vaccini: due giornate",
            "Si vaccina sabato 6 novembre 2027 a Salto e sabato 13 novembre a Borgo.",
            "Sabato 6 novembre 2027 si vaccina a Salto.",
        ),
        (
            "Zanzare",
            "Di notte si spruzza. Si chiede di:\n\n- chiudere le finestre\n- ritirare i panni stesi\n",
            "Nella notte di giovedì 27 maggio si spruzza.",
        ),
    ],
)
def test_a_part_is_not_told_for_the_whole(title: str, body: str, text: str) -> None:
    assert partly(text, read(title=title, abstract="", body=body))


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        ("Festa della birra", _SUMMER, "Dal 25 giugno al 4 luglio 2027 c'è la festa della birra."),
        ("Acqua non potabile", _WATER, "Nelle frazioni di Salto e Borgo è vietato usare l'acqua per bere."),
        (
            "Estate in biblioteca",
            "Dal 3 luglio al 7 agosto 2027 in biblioteca ci sono letture. A luglio si legge anche al parco.",
            "Dal 3 luglio al 7 agosto 2027 in biblioteca ci sono letture.",
        ),
        (
            "Teleriscaldamento",
            "Giovedì 10 giugno 2027 manca il calore in via Po.",
            "Giovedì 10 giugno 2027 manca il calore in via Po.",
        ),
        (
            "Vaccini: due giornate",
            "Si vaccina sabato 6 novembre 2027 a Salto e sabato 13 novembre a Borgo.",
            "Sabato 6 e sabato 13 novembre 2027 si vaccina.",
        ),
    ],
)
def test_what_tells_all_of_it_stands(title: str, body: str, text: str) -> None:
    assert not partly(text, read(title=title, abstract="", body=body))


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        (
            "Biblioteca: orario estivo",
            _LOANS,
            "Dal 21 giugno all'11 settembre 2027 cambia l'orario. I prestiti in quel periodo sono prorogati.",
        ),
        (
            "Modifiche alla viabilità in via Po",
            "Lunedì 6 marzo 2028 via Po è chiusa al traffico. I pannolini si ritirano solo su iscrizione.",
            "Lunedì 6 marzo 2028 via Po è chiusa al traffico. Devi iscriverti.",
        ),
        ("Convocazione", _CALL, "La seduta si tiene nella sala il giorno."),
        (
            "Balconi in festa",
            "I fiori vanno tenuti dal 1° giugno al 31 agosto. La giuria passa dall'8 al 14 giugno. "
            "La festa è domenica 21 giugno alle 18 in piazza.",
            "Dal 1° giugno al 31 agosto e dall'8 al 14 giugno c'è la festa.",
        ),
        (
            "Raccolta a Pasqua",
            "Lunedì la raccolta non si fa. Il centro di via Po è chiuso. Riapre martedì con l'orario solito.",
            "Lunedì la raccolta non si fa. Riapre martedì con l'orario solito.",
        ),
        (
            "Bilancio partecipativo",
            "Vincono panchine, rampa e orto. I primi tre saranno finanziati con 80.000 euro.",
            "Ha votato un cittadino su dieci. I primi tre saranno finanziati con 80.000 euro.",
        ),
        (
            "Marzo delle donne",
            "Domenica 7 marzo 2027 - ore 16\n\nSi inaugura.\n\nLa mostra resta aperta il sabato.\n\n"
            "Venerdì 12 marzo 2027 - ore 21\n\nConcerto del coro.\n",
            "Venerdì 12 marzo 2027 c'è «Marzo delle donne». La mostra resta aperta il sabato.",
        ),
        (
            "Orario estivo",
            "La biblioteca è chiusa dal 10 al 22 agosto. I prestiti in quelle due settimane sono prorogati.",
            "Da luglio cambia l'orario. I prestiti in quelle due settimane sono prorogati.",
        ),
        (
            "Estate in corte",
            "In caso di pioggia il cinema si sposta al chiuso. I burattini sono rinviati al giorno dopo.",
            "Sabato 4 luglio c'è «Estate in corte». I burattini sono rinviati al giorno dopo.",
        ),
        (
            "Estate in corte",
            "| Ven 3 | Cinema | 4 euro |\n|---|---|---|\n| Lun 10 | Stelle | prenotazione obbligatoria |\n"
            "| Ven 21 | Teatro | 8 euro |\n",
            "C'è l'estate in corte. Devi prenotare.",
        ),
        (
            "Marzo donna: le iniziative",
            "Sabato 4 marzo 2028, ore 18\nMostra di fotografie.\n\nSabato 11 marzo 2028, ore 15\n"
            "Corso di autodifesa. Iscrizioni entro lunedì 6 marzo.\n\nDomenica 26 marzo, ore 9\nCorsa.",
            "A marzo ci sono le iniziative. Puoi iscriverti entro lunedì 6 marzo.",
        ),
        (
            "Sagra dell'asparago",
            "La sagra è sabato 16 maggio 2026.\n\nIl pranzo costa 22 euro. Prenotazioni entro il 13 maggio.",
            "Per la sagra dell'asparago le prenotazioni si fanno entro il 13 maggio.",
        ),
        ("Chiusura uffici", "Gli uffici sono chiusi.", "Nella giornata in oggetto gli uffici sono chiusi."),
        ("Richiamo", "Il lotto è il 12.", "Chi ha il prodotto con i lotti indicati non deve consumarlo."),
    ],
)
def test_no_word_leans_on_what_stays_behind(title: str, body: str, text: str) -> None:
    assert leaning(text, read(title=title, abstract="", body=body))


_REGISTERS = """Presidente di seggio: domanda entro sabato 31 ottobre 2026.

Scrutatore: domanda entro lunedì 30 novembre 2026."""


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (_REGISTERS, "Puoi fare domanda per i due albi entro sabato 31 ottobre."),
        (_REGISTERS, "Per gli albi c'è tempo fino alle 12 di lunedì 30 novembre."),
        (_REGISTERS, "Puoi fare domanda entro il 24 maggio."),
        (_CALL, "Puoi candidarti entro il 3 marzo 2028."),
        (_CALL, "Per il bonus c'è tempo entro 15 giorni dalla scadenza."),
        (
            "| Linea | Apertura | Scadenza |\n|---|---|---|\n| A | 1 marzo 2027 | 31 marzo 2027 |\n"
            "| B | 15 marzo 2027 | 30 aprile 2027 |\n",
            "Puoi chiedere il contributo entro il 31 marzo.",
        ),
    ],
)
def test_one_term_of_several_is_not_told_for_all(body: str, text: str) -> None:
    assert list(several_terms(text, read(title="Domande", abstract="", body=body)))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (_REGISTERS, "Le domande si fanno entro il 31 ottobre (presidenti) e il 30 novembre (scrutatori)."),
        (_REGISTERS, "Puoi fare domanda per i due albi. Le scadenze sono nella pagina."),
        (
            "Le domande, complete di attestazione ISEE, si presentano entro il 30 aprile 2027.",
            "Puoi fare domanda entro il 30 aprile 2027.",
        ),
        (
            "Domande dal 1 al 30 aprile 2027. Graduatoria entro il 20 maggio.",
            "Puoi fare domanda entro il 30 aprile.",
        ),
    ],
)
def test_a_text_of_all_its_terms_stands(body: str, text: str) -> None:
    assert not list(several_terms(text, read(title="Domande", abstract="", body=body)))


def test_a_duty_below_all_the_days_is_of_them_all() -> None:
    body = (
        "Ti aspettiamo in ludoteca.\n\n- sabato 4 marzo 2028, ore 10\n- sabato 18 marzo 2028, ore 10\n\n"
        "Prenotazione obbligatoria allo 0523 000111."
    )
    text = "Sabato 4 e sabato 18 marzo ci sono le fiabe. Devi prenotare."
    assert not leaning(text, read(title="Fiabe in ludoteca", abstract="", body=body))


def test_a_workshop_that_is_the_event_is_booked() -> None:
    body = (
        "Giovedì 13 ottobre 2026 alle 16. Il laboratorio è gratuito, prenotazione obbligatoria su WhatsApp."
    )
    text = "Giovedì 13 ottobre alle 16 c'è «Buon viaggio». Devi prenotare su WhatsApp."
    assert not leaning(text, read(title="Buon viaggio", abstract="", body=body))


def test_words_that_follow_their_sentence_stand() -> None:
    text = "La biblioteca chiude dal 9 al 20 agosto. I prestiti in quel periodo sono prorogati."
    assert not leaning(text, read(title="Biblioteca: orario estivo", abstract="", body=_LOANS))


@pytest.mark.parametrize(
    ("text", "values"),
    [("Nel mese sei incontri, in classe sei alunni.", ["6", "6"]), ("Se sei residente.", [])],
)
def test_sei_is_a_number_but_in_if_you_are(text: str, values: list[str]) -> None:
    assert [fact.value for fact in facts(text)] == values


def test_a_ban_for_some_vehicles_names_them() -> None:
    title = "Sospensione della circolazione ai veicoli di massa superiore a 3,5 t sulla S.P. 21"
    notice = read(title=title, abstract="", body="Dal 3 maggio 2028 e per tempo indeterminato.")
    lost = "Dal 3 maggio 2028 sulla S.P. 21 è sospesa la circolazione."
    assert "Il titolo dice per quali veicoli, e il testo no." in list(measures_told(lost, notice))
    whole = f"{lost[:-1]} dei veicoli di massa superiore a 3,5 t."
    assert "Il titolo dice per quali veicoli, e il testo no." not in list(measures_told(whole, notice))


def test_a_cut_without_an_end_is_told_as_one() -> None:
    body = "Il 3 maggio 2027 in via Po manca l'acqua dalle 8. La sospensione dura fino a nuovo avviso."
    notice = read(title="Interruzione dell'acqua in via Po", abstract="", body=body)
    said = "Il 3 maggio 2027 in via Po manca l'acqua dalle 8."
    reason = "La pagina dice «fino a nuovo avviso», e il testo no."
    assert reason in list(half_told(said, notice))
    assert reason not in list(half_told(f"{said} La sospensione dura fino a nuovo avviso.", notice))
