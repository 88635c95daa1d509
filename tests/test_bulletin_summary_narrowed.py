"""What a page says of some, of something else or not at all is told of nobody; all pages are made up."""

import pytest

from flows.bulletin.page.notice import Told
from flows.bulletin.page.reading import read
from flows.bulletin.summary.additions.of_calls import OF_CALLS
from flows.bulletin.summary.clauses.booking import booking_ways
from flows.bulletin.summary.frames.calls.asking import office_of
from flows.bulletin.summary.frames.calls.call import framed
from flows.bulletin.summary.frames.calls.granted import granted
from flows.bulletin.summary.frames.calls.prolonged import prolonged
from flows.bulletin.summary.frames.events.exhibitors import applied_for
from flows.bulletin.summary.frames.events.own_names import told_more
from flows.bulletin.summary.frames.events.tidied import fitting
from flows.bulletin.summary.frames.titles.matter import matter_of
from flows.bulletin.summary.text import summarise

WHEN = "Sabato 15 maggio 2027 dalle ore 20.30 alle ore 22.30 nella Sala Lira, via Adda 7. Ingresso libero."


def told(title: str, body: str) -> str:
    return summarise(title=title, abstract="", body=body, limit=275).text


@pytest.mark.parametrize(
    ("words", "ways"),
    [
        ("Prenotazione obbligatoria: biblioteca 0123 456789 (no WhatsApp)", "al numero 0123 456789"),
        ("Prenotarsi al 333 1234567, non si leggono messaggi WhatsApp", "al numero 333 1234567"),
        ("Prenotazione a corsi@comune.po.it; info su WhatsApp 333 1234567", "scrivendo a corsi@comune.po.it"),
        ("Prenotazione obbligatoria, la conferma arriva su WhatsApp", ""),
        ("Prenotazione obbligatoria, si riceve conferma via WhatsApp al 333 1234567", ""),
        ("Info e prenotazioni: WhatsApp 333 1234567", "su WhatsApp al numero 333 1234567"),
        ("Prenotazioni e info su WhatsApp al 333 1234567", "su WhatsApp al numero 333 1234567"),
        (
            "Iscriversi dando il nome, senza anticipi, su WhatsApp al 333 1234567",
            "su WhatsApp al numero 333 1234567",
        ),
        ("Iscrizione in sede. Per le novità: lista WhatsApp 333 1234567", ""),
        ("Prenotazione in sede (aggiornamenti su WhatsApp 333 1234567)", ""),
        ("Prenotazione WhatsApp o SMS al numero 333 1234567", "su WhatsApp al numero 333 1234567"),
    ],
)
def test_a_chat_by_which_nobody_books_is_no_way_to_book(words: str, ways: str) -> None:
    assert booking_ways(words) == ways


@pytest.mark.parametrize(
    "fee",
    [
        "Non è prevista alcuna quota di partecipazione.",
        "Senza quota di partecipazione.",
        "Contributo di partecipazione libero.",
        "Quota di partecipazione per i non soci.",
        "Il pranzo si paga con un contributo di partecipazione.",
    ],
)
def test_a_fee_that_not_everybody_pays_makes_nothing_paid(fee: str) -> None:
    assert "pagamento" not in told(
        "Pedalata dei mulini", f"Sabato 15 maggio 2027 ore 9 in piazza Lira. {fee}"
    )


def test_a_fee_by_itself_is_paid() -> None:
    body = "Sabato 15 maggio 2027 ore 9 in piazza Lira.\nQuota di partecipazione.\n"
    assert "La partecipazione è a pagamento." in told("Pedalata dei mulini", body)


@pytest.mark.parametrize(
    "rule",
    [
        "La precedenza va ai cittadini ultrasettantacinquenni.",
        "Le persone over 75 pagano una quota ridotta.",
        "Gli anziani ultraottantenni hanno uno sconto.",
    ],
)
def test_the_age_of_who_comes_first_or_pays_less_is_no_condition(rule: str) -> None:
    body = f"Domande entro il 30 giugno 2027. Possono partecipare i residenti. {rule}"
    assert "Se hai più di" not in told("Soggiorni al mare", body)


@pytest.mark.parametrize(
    "line",
    [
        "Se avete più di 16 anni vi aspettiamo per giocare insieme a dama e scacchi.",
        "Il giorno dopo vi aspettiamo per giocare insieme a dama e scacchi.",
        "La settimana prossima vieni a divertirti con dama e scacchi!",
        "I soci, invece, vi aspettiamo per giocare insieme a dama e scacchi.",
    ],
)
def test_to_what_some_or_others_are_invited_is_not_what_the_event_is(line: str) -> None:
    assert "scacchi" not in told("Torri e caffè", f"{WHEN}\n{line}")


@pytest.mark.parametrize(
    "line",
    [
        "Solo per i ragazzi delle medie sarà possibile visitare le serre e le officine.",
        "In caso di bel tempo sarà possibile visitare le serre e le officine.",
        "Acquistando il biglietto sarà possibile visitare le serre e le officine.",
        "Nelle altre sedi è possibile visitare le serre e le officine.",
        "A pagamento sarà possibile visitare le serre e le officine.",
        "Potrete visitare le serre e le officine solo se accompagnati.",
        "Nel prossimo incontro si parlerà delle serre e delle officine.",
    ],
)
def test_what_some_may_do_or_is_done_elsewhere_is_said_to_nobody(line: str) -> None:
    text = told("Vivaio di notte", f"{WHEN}\n{line}")
    assert "Puoi visitare" not in text
    assert "Si parla" not in text


def test_what_one_may_do_there_is_said() -> None:
    line = "Durante la serata sarà possibile visitare le serre e le officine."
    assert "Puoi visitare le serre e le officine." in told("Vivaio di notte", f"{WHEN}\n{line}")


@pytest.mark.parametrize(
    ("own", "line"),
    [
        (
            "la corsa dei tigli",
            "Ci sono altre corse, come la corsa di marzo, per sensibilizzare sul riciclo.",
        ),
        ("la serata in corte", "Nella serata parla Ada Neri, nota per sensibilizzare sul riciclo."),
        ("la fiaccolata dei borghi", "Dopo la fiaccolata c'è un convegno per sensibilizzare sul riciclo."),
    ],
)
def test_the_cause_of_something_else_is_not_its_own(own: str, line: str) -> None:
    assert not list(told_more(own, read(title=own, abstract="", body=f"{WHEN}\n{line}")))


@pytest.mark.parametrize(
    "line", ["L'abbonamento comprende 4 spettacoli.", "L'anno scorso la rassegna ha offerto 9 concerti."]
)
def test_how_many_an_entry_card_or_a_past_year_has_is_not_how_many_there_are(line: str) -> None:
    assert "con 4" not in told("Rassegna teatrale", f"{WHEN}\n{line}")
    assert "con 9" not in told("Rassegna teatrale", f"{WHEN}\n{line}")


def added(text: str, title: str, body: str) -> list[str]:
    notice = read(title=title, abstract="", body=body)
    return [said for make in OF_CALLS for said in make(text, notice)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Per attivare una nuova utenza bisogna presentare il codice fiscale.",
        "Non occorre presentare la tessera sanitaria.",
        "I nuovi residenti devono presentare la carta d'identità.",
        "Per i figli minori i genitori devono presentare il codice fiscale.",
        "Per la consegna a domicilio gli anziani devono esibire la tessera sanitaria.",
        "Occorre presentare la tessera sanitaria o la Ecocard.",
    ],
)
def test_what_some_bring_or_one_of_two_is_not_asked_of_all(sentence: str) -> None:
    body = f"I sacchetti si ritirano in Sala Lira dal 3 al 14 maggio 2027. {sentence}"
    assert added("Puoi ritirare i sacchetti in Sala Lira.", "Ritiro dei sacchetti", body) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Solo per i non residenti per effettuare l'iscrizione è necessario versare la caparra.",
        "Per chi cambia scuola: per effettuare l'iscrizione è necessario versare la caparra.",
        "Chi ritira i bambini in ritardo trova parcheggio solo in presenza di posti.",
        "Per i non residenti le domande oltre il termine sono accolte solo se restano posti.",
    ],
)
def test_what_some_pay_or_who_comes_late_for_another_thing_is_left_out(sentence: str) -> None:
    body = f"Le iscrizioni al nido si fanno online entro il 20 agosto 2027. {sentence}"
    text = "Puoi iscriverti online al nido entro il 20 agosto 2027."
    assert added(text, "Iscrizioni al nido 2027/2028", body) == []


def test_the_hour_of_one_of_two_lines_is_not_the_walks() -> None:
    body = "Linea blu: ritrovo 7.40 in piazza Lira. La linea rossa parte da via Adda senza orario."
    text = "Il Piedibus riparte il 13 settembre 2027. Puoi iscriverti entro il 6 settembre 2027."
    assert added(text, "Servizio Piedibus 2027/2028", body) == []


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("Concorso Alba", "Per la sezione giovani il bando prevede la realizzazione di un video."),
        ("Concorso per un istruttore", "La prova prevede la redazione di un elaborato."),
        ("Premio Alba", "Il primo premio prevede la realizzazione di un mosaico."),
    ],
)
def test_what_a_winner_a_section_or_a_clerk_makes_is_no_task(title: str, sentence: str) -> None:
    body = f"Domande entro il 3 maggio 2027. {sentence}"
    assert added("Puoi fare domanda entro il 3 maggio 2027.", title, body) == []


@pytest.mark.parametrize(
    ("spent", "weeks", "said"),
    [
        ("È per le", "La rinuncia va comunicata con almeno due settimane di anticipo.", "del Comune."),
        ("È per le", "I rimborsi arrivano dopo almeno tre settimane.", "del Comune."),
        ("È per le", "Serve una frequenza di almeno due settimane.", "Comune, per almeno due settimane."),
        ("Non copre le", "", ""),
    ],
)
def test_weeks_of_notice_are_not_weeks_of_a_camp(spent: str, weeks: str, said: str) -> None:
    body = (
        f"Domande in municipio entro il 30 giugno 2027. {spent} spese sostenute per la frequenza di un centro"
        f" estivo organizzato nei locali dati dal Comune. {weeks}"
    )
    made = added("Puoi chiedere il bonus entro il 30 giugno 2027.", "Bonus centri estivi 2027", body)
    assert bool(made) is bool(said)
    assert said in " ".join(made)


@pytest.mark.parametrize(
    "sentence",
    [
        "È prorogato al 20 marzo 2027 il termine per le domande dei soli residenti a Riva.",
        "È prorogato al 20 marzo 2027 il termine per presentare le domande per gli over 65.",
        "È prorogato al 20 marzo 2027 il termine per integrare le domande già presentate.",
        "È prorogato al 20 marzo 2027 il bando. Non si possono presentare nuove domande.",
    ],
)
def test_a_term_put_off_for_some_is_not_put_off_for_all(sentence: str) -> None:
    notice = read(title="Proroga bando per l'assegnazione degli orti comunali", abstract="", body=sentence)
    assert prolonged(notice, "fino al 20 marzo 2027") == ""


@pytest.mark.parametrize(
    "sentence",
    [
        "La domanda non si presenta di persona allo Sportello Casa entro il 3 maggio",
        "Solo gli over 75 presentano la domanda di persona allo Sportello Casa entro il 3 maggio",
        "La domanda si può presentare anche di persona allo Sportello Casa entro il 3 maggio",
    ],
)
def test_a_counter_for_some_or_for_nobody_is_not_named(sentence: str) -> None:
    assert office_of(Told("entro il 3 maggio", sentence)) == ""


def test_an_hour_at_the_end_of_a_sentence_is_told_with_its_days() -> None:
    sentence = "La domanda si presenta di persona all'Ufficio Casa il lunedì dalle 9 alle 12."
    said = "di persona all'Ufficio Casa, il lunedì dalle 9 alle 12"
    assert office_of(Told("entro il 3 maggio", sentence)) == said


@pytest.mark.parametrize(
    ("title", "call"),
    [
        (
            "Gite per anziani 2027",
            "A breve uscirà il bando per l'assegnazione di contributi per gli anziani.",
        ),
        ("Gite per anziani 2027", "Bando per l'assegnazione di contributi per le famiglie numerose."),
    ],
)
def test_the_money_of_another_call_is_not_given(title: str, call: str) -> None:
    assert granted(read(title=title, abstract="", body=f"Domande entro il 3 maggio 2027. {call}")) == ""


def test_who_helps_at_a_fair_applies_as_no_exhibitor() -> None:
    body = "Ambulanti e giostre. Domande entro il 4 maggio 2027 per i volontari che vogliono aiutare."
    said = "Puoi fare domanda entro il 4 maggio 2027."
    assert applied_for(said, read(title="Fiera di maggio", abstract="", body=body)) == said


@pytest.mark.parametrize(
    "lines",
    [
        "Mattina 9:00 - 12:30\nPomeriggio 15:00 - 18:00\nSabato solo mattina. Lunedì chiuso.",
        "Utenze domestiche\nMattina 8 - 12\nUtenze non domestiche\nPomeriggio 14 - 17",
        "Orario della biblioteca:\nMattina 8 - 12\nPomeriggio 14 - 17",
        "Lunedì\nMattina 9 - 12\nMartedì\nPomeriggio 14 - 18",
        "Fino al 3 ottobre:\nMattina 9 - 12\nPomeriggio 14 - 18\nDopo: vedi allegato.",
    ],
)
def test_halves_of_another_day_or_office_are_not_the_hours(lines: str) -> None:
    text = told("Nuovo orario del municipio", f"Dal 4 ottobre 2027 cambia l'orario del municipio.\n{lines}")
    assert text == "Dal 4 ottobre 2027 il municipio cambia orario. Gli orari sono nella pagina."


def test_whom_a_special_prize_is_for_is_not_whom_the_contest_is_for() -> None:
    body = (
        "Il concorso letterario del Comune, con un montepremi di mille euro messi a disposizione dai negozi"
        " che sostengono la cultura della valle, prevede un premio speciale riservato agli studenti delle"
        " scuole medie. Domande entro il 30 giugno 2027 con posta elettronica o a mano."
    )
    assert "È per gli studenti" not in told("Concorso letterario Lira 2027", body)


def test_a_recall_that_lets_one_use_it_does_not_forbid_it() -> None:
    body = (
        "Il Ministero richiama l'olio Lira per rischio chimico.\nPrima di usarlo:\n- aprire il tappo;\n"
        "- verificare il sigillo;\n- contattare il venditore.\nNon è necessario smettere di utilizzarlo."
    )
    assert "Non usare" not in told("Richiamo olio Lira", body)


def test_films_of_two_sorts_are_not_counted_by_one() -> None:
    body = "Sono 5 film in lingua originale e 3 film in italiano."
    notice = read(title="Rassegna di film", abstract="", body=body)
    assert not list(told_more("la rassegna di film", notice))


@pytest.mark.parametrize(
    ("sentence", "where"),
    [
        (
            "La domanda si fa di persona allo Sportello Casa il lunedì per chi vive in centro e martedì",
            "di persona allo Sportello Casa",
        ),
        (
            "La domanda si fa di persona allo Sportello Casa il lunedì dalla A alla L, entro il 3 maggio",
            "di persona allo Sportello Casa",
        ),
        (
            "La domanda si fa di persona allo Sportello Casa il lunedì dalle 9 alle 12 e il giovedì dalle 15",
            "di persona allo Sportello Casa",
        ),
        ("I soli non residenti inviano la domanda al Comune di Lira entro il 3 maggio", ""),
        ("La domanda si fa entro il 3 maggio e una copia va inviata al Comune di Lira", ""),
        ("Compila i moduli e presentali al Comune di Lira entro il 3 maggio", "al Comune di Lira"),
    ],
)
def test_the_day_or_the_town_of_some_is_not_told_to_all(sentence: str, where: str) -> None:
    assert office_of(Told("entro il 3 maggio", sentence), f"{sentence}. Paga il Comune di Adda.") == where


def test_a_counter_with_its_days_stands_behind_the_money() -> None:
    body = (
        "È uscito il bando per l'assegnazione di contributi per il trasporto di alunni con disabilità.\n"
        "La domanda va presentata entro il 30 giugno 2027 di persona presso l'ufficio scuola nei giorni di"
        " lunedì e giovedì."
    )
    title = "Trasporto alunni 2027"
    terms = [one.text for one in framed(read(title=title, abstract="", body=body), matter_of(title))]
    assert terms[0].endswith("con disabilità, di persona all'ufficio scuola, il lunedì e giovedì.")


@pytest.mark.parametrize(
    "sentence",
    ["Il progetto prevede la realizzazione di una piazza.", "La serata prevede la creazione di un murale."],
)
def test_what_a_project_has_in_store_is_no_task_of_a_contest(sentence: str) -> None:
    body = f"Domande entro il 3 maggio 2027. {sentence}"
    assert added("Puoi fare domanda entro il 3 maggio 2027.", "Concorso di idee", body) == []


def test_from_what_age_one_comes_is_not_from_what_age_it_is_free() -> None:
    said = "C'è la gara. Si partecipa dai 13 anni. La partecipazione è gratuita."
    assert list(fitting([said], 275)) == ["C'è la gara. La partecipazione, dai 13 anni, è gratuita."]
