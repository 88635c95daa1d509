"""A text that may stand is made longer by whole sentences that tell what it does not, or it stays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.bulletin.guard.verdict import check
from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import split
from flows.bulletin.page.reading import read
from flows.bulletin.summary.additions.extended import ENOUGH, longer
from flows.bulletin.summary.checks.gate import faults
from flows.bulletin.summary.frames.calls.particulars import particulars
from flows.bulletin.summary.frames.titles.kinds_of import is_a
from tests.test_bulletin_summary import told

GAMES = "Contributo per i giochi da cortile"
CALL = "Il Comune dà un contributo per i giochi da cortile ai condomini."
TERM = "Le domande vanno presentate entro il 12 marzo 2027."


def of(body: str, title: str = GAMES) -> list[str]:
    return [one.text for one in particulars(read(title=title, abstract="", body=body))]


@pytest.mark.parametrize(
    ("sentence", "way"),
    [
        (
            "Gli interessati dovranno presentare istanza esclusivamente on line al seguente link:",
            "solo online",
        ),
        ("La domanda va inviata online con SPID o CIE.", "online, con SPID o CIE"),
        ("La domanda va presentata per via telematica.", "online"),
    ],
)
def test_how_one_asks_is_told_in_plain_words(sentence: str, way: str) -> None:
    assert of(f"{CALL} {sentence}") == [f"La domanda si fa {way}."]


@pytest.mark.parametrize(
    "sentence",
    [
        "La domanda va inviata online oppure consegnata a mano.",
        "La domanda può essere presentata online. Chi preferisce la porta allo sportello.",
        "La domanda non va inviata online.",
        "L'elenco è pubblicato online.",
    ],
)
def test_one_way_of_several_is_not_told_as_the_only_one(sentence: str) -> None:
    assert of(f"{CALL} {sentence}") == []


def test_for_whom_is_told_where_one_audience_is_named() -> None:
    one = "Il contributo è rivolto alle famiglie residenti in via Alba."
    other = "Il buono merenda è rivolto agli studenti."
    assert of(f"{CALL} {one}") == ["È per le famiglie residenti in via Alba."]
    assert of(f"{CALL} {one} {other}") == []


@pytest.mark.parametrize(
    ("sentence", "told_as"),
    [
        ("Occorre un ISEE non superiore a 12.000,00 euro.", ["Serve un ISEE fino a 12.000 euro."]),
        ("Per il buono serve un ISEE pari o inferiore a € 9.500.", ["Serve un ISEE fino a 9.500 euro."]),
        ("ISEE fino a 6.000 euro: metà spesa. ISEE fino a 9.000 euro: un quarto.", []),
        ("Il contributo è pari a 300,00 euro.", ["Il contributo è di 300 euro."]),
        ("Spetta un contributo massimo di 1.250 euro.", ["Il contributo arriva a 1.250 euro."]),
        ("Il contributo è di 300 euro al mese.", []),
        ("C'è un contributo fino a 300 euro.", ["Il contributo arriva a 300 euro."]),
        ("Il bonus per chi ha un reddito di 9.000 euro è annuale.", []),
        ("Il contributo a partire da 300 euro è in graduatoria.", []),
        ("Chi ha un ISEE fino a 6.000 euro è esente.", []),
        ("Con un ISEE fino a 6.000 euro la tariffa è ridotta.", []),
        ("Il contributo è di 300 euro per il primo figlio e di 200 euro per gli altri.", []),
        ("Le attività commerciali aderiscono: il buono è di 300 euro.", []),
    ],
)
def test_a_sum_is_told_where_the_page_has_no_other(sentence: str, told_as: list[str]) -> None:
    assert of(f"Sono aperte le domande per i giochi da cortile. {sentence}") == told_as


def test_an_appeal_against_a_ranking_keeps_its_days() -> None:
    title = "Pubblicazione graduatoria provvisoria orti di via Alba"
    for words in (
        "Tale graduatoria diventa definitiva decorsi i 20 giorni dalla data di pubblicazione per i ricorsi.",
        "Si può presentare ricorso al Comune entro 20 giorni dalla pubblicazione.",
    ):
        made = told(title, f"Si comunica la pubblicazione della graduatoria. {words}").text
        assert "ricorso" in made
        assert "20 giorni dalla pubblicazione" in made


def test_what_some_pay_for_is_not_free() -> None:
    assert of(f"{CALL} Il servizio è gratuito.") == ["Il servizio è gratuito."]
    assert of(f"{CALL} Il servizio è gratuito. Chi viene da fuori paga 5 euro.") == []


def test_of_two_appeals_none_is_told_as_the_only_one() -> None:
    body = (
        "Contro la graduatoria si può fare ricorso al tribunale entro 60 giorni dalla pubblicazione."
        " Si può fare ricorso al presidente entro 120 giorni dalla pubblicazione."
    )
    assert of(body, "Graduatoria orti di via Alba") == []


def test_a_service_is_what_its_page_opens_with() -> None:
    opening = "Spazio gratuito per chi ripara biciclette insieme ai vicini."
    made = told("Servizio officina di quartiere", f"{opening}\n\nTelefono e orari in bacheca.")
    assert made.text.startswith("Il servizio officina di quartiere è uno spazio gratuito per chi ripara bici")
    assert list(is_a(read(title="Officina", abstract="", body=opening))) == []


def test_a_form_beside_the_page_is_told_with_what_is_left() -> None:
    body = f"{CALL} La domanda, sul modulo allegato e firmato, entro il 12 marzo 2027. Sono esclusi i garage."
    assert "modulo" in told(GAMES, body).text


def test_a_text_with_room_tells_how_one_asks() -> None:
    made = told(
        GAMES,
        f"{CALL} {TERM} Gli interessati devono presentare istanza esclusivamente on line al link: Modulo.",
    )
    assert "entro il 12 marzo 2027" in made.text
    assert "La domanda si fa solo online." in made.text
    assert made.text.endswith(("online.", "pagina."))


def test_who_is_let_through_follows_a_closure() -> None:
    closed = "Dal 3 al 7 maggio 2027 via Alba è chiusa al traffico dalle 8 alle 18."
    made = told("Via Alba chiusa al traffico", f"{closed} Possono passare i residenti e i mezzi di soccorso.")
    assert "Possono passare i residenti e i mezzi di soccorso." in made.text


def test_when_a_closed_bridge_is_open_is_told() -> None:
    closed = "Il ponte di via Alba è chiuso dal 3 al 7 maggio 2027 dalle 8 alle 18."
    opens = "Nei giorni festivi il ponte è aperto."
    assert told("Ponte di via Alba", f"{closed} I pedoni possono passare. {opens}").text == (
        f"{closed} I pedoni possono passare. {opens}"
    )


def test_when_a_work_is_put_off_is_told() -> None:
    work = "Martedì 5 maggio dalle 8 alle 12 in via Alba si puliscono le caditoie."
    rain = "In caso di pioggia l'intervento è rinviato a giovedì 7 maggio."
    assert told("Pulizia caditoie in via Alba", f"{work} {rain}").text == f"{work} {rain}"


def test_hours_without_their_day_are_no_text() -> None:
    made = told(
        "Sciopero dei bus", "Venerdì 7 maggio sciopero di 24 ore. Sono garantite le corse dalle 6 alle 9."
    )
    assert made.text == (
        "Venerdì 7 maggio c'è uno sciopero di 24 ore. Sono garantite le corse dalle 6 alle 9."
    )
    page = read(title="Sciopero dei bus", abstract="", body="Sciopero il 7 maggio. Corse dalle 6 alle 9.")
    assert any(
        "giorno" in fault for fault in faults("Sciopero dei bus, corse garantite dalle 6 alle 9.", page)
    )


def test_what_it_is_about_goes_before_a_duty() -> None:
    first = "Il Comune ricerca gestori per le colonie marine 2027."
    duty = "Le manifestazioni di interesse devono pervenire via PEC entro venerdì 14 maggio 2027."
    made = told("Colonie marine 2027: manifestazione di interesse", f"{first} {duty}")
    assert made.text.startswith(first)


@pytest.mark.parametrize(
    "more",
    [
        "Per chi ha più di 80 anni la domanda si fa per telefono.",  # some people alone
        "Tale termine è perentorio.",  # leans on another
        "La graduatoria dei residenti è pubblicata all'albo.",  # what follows, nobody's matter now
    ],
)
def test_what_is_of_some_or_leans_is_not_added(more: str) -> None:
    assert more not in told(GAMES, f"{CALL} {TERM} {more}").text


@pytest.mark.parametrize(
    ("body", "only"),
    [
        (
            "La camminata di sabato 4 luglio è rinviata a sabato 11 luglio. Il ritrovo è solo in piazza "
            "Dante alle 20:30, non più al campo sportivo.",
            "Il ritrovo è solo in piazza Dante alle 20:30, non più al campo sportivo.",
        ),
        (
            "Per il maltempo la camminata è rinviata a domenica 22 marzo. Ritrovo alle 9 SOLO al parco Alba. "
            "Si cammina solo nel parco.",
            "Si cammina solo nel parco.",
        ),
        (
            "La camminata di sabato 4 luglio è rinviata a sabato 11 luglio. Ritrovo SOLO in piazza Dante.",
            "Gli altri dettagli sono nella pagina.",
        ),
    ],
)
def test_where_when_and_for_whom_alone_is_told_or_left_to_the_page(body: str, only: str) -> None:
    assert told("Camminata rinviata", body).text.endswith(f" {only}")


def test_what_is_not_the_only_way_is_no_restriction() -> None:
    body = "La camminata di sabato 4 luglio è rinviata a sabato 11 luglio. Non solo per adulti, ma per tutti."
    assert "nella pagina" not in told("Camminata rinviata", body).text


def test_nothing_is_added_to_a_title_alone() -> None:
    text = f"{GAMES}. I dettagli sono nella pagina."
    notice = read(title=GAMES, abstract="", body=f"{CALL} {TERM}")
    assert longer(text, notice, 275, lambda _: True) == text


SENTENCES = (
    CALL, TERM,
    "Possono chiederlo gli amministratori dei condomini con almeno 4 famiglie.",
    "Il contributo massimo è di 800 euro.",
    "La domanda va inviata online con SPID.",
    "Sono esclusi i cortili già finanziati nel 2026.",
    "Al modulo si allegano le foto del cortile.",
    "Il pagamento avviene dopo i lavori.",
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.permutations(SENTENCES), st.sampled_from((100, 160, 220, 275)))
def test_a_longer_text_keeps_the_limit_its_sentences_and_its_facts(order: list[str], limit: int) -> None:
    body = " ".join(order)
    notice = read(title=GAMES, abstract="", body=body)
    text = f"{CALL} {TERM}"
    made = longer(text, notice, limit, lambda one: not check(one, notice.source).blocked)
    assert set(split(text)) <= set(split(made))
    assert made == text or utf16(made) <= limit
    assert not check(made, notice.source).blocked
    assert utf16(text) < ENOUGH or made == text


def test_from_when_work_may_begin_stays() -> None:
    body = (
        "È approvato il bando per i contributi contro le barriere negli edifici privati. Le domande si "
        "presentano entro il 31/12/2026. I lavori possono iniziare solo dopo la data di presentazione. "
        "Le domande saranno istruite dopo la scadenza."
    )
    text = told("Contributi per l'eliminazione delle barriere negli edifici privati", body=body).text
    assert "I lavori possono iniziare solo dopo" in text
