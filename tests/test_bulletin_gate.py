"""What a text must keep to be a draft's: each fault of form alone, and the page that tells more."""

from dataclasses import replace

import pytest

from flows.bulletin.page.notice import Kind
from flows.bulletin.page.reading import read
from flows.bulletin.summary.checks import gate
from flows.bulletin.summary.checks.admission import booking
from flows.bulletin.summary.checks.named import says_matter
from flows.bulletin.summary.text import summarise

PAGE = read(
    title="Corso di yoga per adulti",
    abstract="",
    body=(
        "Il corso di yoga per adulti si tiene lunedì 4 maggio 2026 alle 18 nella Sala Verdi.\n\n"
        "Per iscriversi occorrono:\n\n* il modulo firmato\n* un documento valido\n* il certificato medico\n"
    ),
)
RIGHT = "Lunedì 4 maggio 2026 alle 18, nella Sala Verdi, c'è il corso di yoga per adulti."


def refused(text: str) -> tuple[str, ...]:
    return gate.judge(text, PAGE).refused


def test_a_right_text_passes() -> None:
    assert gate.judge(RIGHT, PAGE) == gate.Judgement(())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Corso di yoga per adulti.", "solo il titolo"),
        ("La Sala Verdi è aperta lunedì 4 maggio 2026 alle 18.", "di che cosa si tratta"),
        (f"{RIGHT} Sala Verdi.", "manca il verbo"),
        (f"{RIGHT} Tale sala è in centro.", "si regge su un'altra"),
        (f"{RIGHT} Il modulo è in allegato.", "rimanda a una pagina"),
        (f"{RIGHT} Ingresso: libero", "etichetta"),
        ("Il corso di yoga per adulti si tiene lunedì alle 18.", "dipende dal giorno"),
        ("Il corso di yoga per adulti si tiene il prossimo lunedì alle 18.", "dipende dal giorno"),
        ("Il corso di yoga per adulti si tiene nella Sala Verdi.", "Manca il giorno"),
        ("Lunedì 4 maggio 2026 c'è il corso di yoga per adulti.", "Manca l'orario"),
        ("Lunedì 11 maggio 2026 alle 18 c'è il corso di yoga per adulti.", "Manca il giorno"),
        (f"{RIGHT} Per iscriversi occorrono: Il modulo firmato.", "due righe sono attaccate"),
        (f"{RIGHT} Per iscriversi occorre il modulo firmato.", "è detta solo una parte"),
        (f"{RIGHT} Costa 12 euro.", "non è nella pagina del sito"),
    ],
)
def test_what_a_citizen_would_stumble_over_is_refused(text: str, words: str) -> None:
    assert any(words in reason for reason in refused(text)), refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "C'è il corso di yoga per adulti. I dettagli sono nella pagina.",
        "Lunedì 4 maggio 2026 c'è, nella Sala Verdi, il corso di yoga. Gli orari sono nella pagina.",
        f"{RIGHT} Per iscriversi occorre il modulo firmato. L'elenco completo è nella pagina.",
        f"{RIGHT} Per iscriversi occorrono il modulo firmato, un documento valido e il certificato medico.",
    ],
)
def test_what_is_left_to_the_page_by_name_may_be_missing(text: str) -> None:
    assert refused(text) == ()


def test_a_heading_is_no_sentence_before_others() -> None:
    for behind in ("I dettagli sono nella pagina.", RIGHT):
        assert any("manca il verbo" in reason for reason in refused(f"Corso di yoga per adulti. {behind}"))


def test_a_page_of_one_line_is_told_by_its_words_whatever_its_headline() -> None:
    line = "Sono attivate tre fontane nei parchi di via Alba, via Bosco e via Colle."
    page = read(title="Estate fresca: novità dal Comune per grandi e bambini", abstract="", body=line)
    assert gate.judge(line, page).refused == ()


def test_that_the_rest_is_in_the_page_excuses_no_deadline() -> None:
    page = read(
        title="Bonus affitti 2026",
        abstract="",
        body="Il bonus affitti aiuta chi paga un affitto. Le domande si presentano entro il 30 giugno 2026.",
    )
    text = "Il bonus affitti aiuta chi paga un affitto. Gli altri dettagli sono nella pagina."
    assert any("Manca la scadenza" in reason for reason in gate.judge(text, page).refused)


def test_a_title_that_leaves_all_to_the_page_excuses_no_deadline_either() -> None:
    page = read(title="Bonus affitti", abstract="", body="Le domande si presentano entro il 30 giugno 2026.")
    bare = "C'è il bonus affitti. I dettagli sono nella pagina."
    assert gate.judge(bare, page).refused == ("Manca la scadenza: la pagina dice «entro il 30 giugno 2026».",)
    told = "C'è il bonus affitti: si chiede entro il 30 giugno 2026. I dettagli sono nella pagina."
    assert gate.judge(told, page).refused == ()


def test_of_several_deadlines_none_is_told_as_the_only_one() -> None:
    ends = ("9 maggio", "9 giugno", "9 luglio")
    body = " ".join(f"Una parte si chiede entro il {end} 2027." for end in ends)
    page = read(title="Bonus affitti", abstract="", body=body)
    one = "Il bonus affitti si chiede entro il 9 giugno 2027."
    assert "Di 3 scadenze è detta solo una." in gate.judge(one, page).refused
    each = "Il bonus affitti si chiede entro il 9 maggio, il 9 giugno e il 9 luglio 2027."
    assert gate.judge(each, page).refused == ()


def test_a_booking_that_is_only_advised_is_no_duty() -> None:
    body = "Il 4 maggio 2026 alle 20. Ingresso gratuito su prenotazione consigliata."
    page = read(title="Cena in piazza", abstract="", body=body)
    assert gate.judge("Il 4 maggio 2026 alle 20 c'è la cena in piazza.", page).refused == ()


def test_what_is_put_off_needs_no_day() -> None:
    page = read(
        title="Rinviato il concerto del coro",
        abstract="",
        body="Il concerto del coro di sabato 9 maggio 2026 alle 21 è rinviato a data da destinarsi.",
    )
    assert gate.judge("Il concerto del coro è rinviato a data da destinarsi.", page).refused == ()


@pytest.mark.parametrize(
    ("duty", "words"),
    [
        ("La prenotazione è obbligatoria.", "bisogna prenotare o iscriversi"),
        ("Iscrizione obbligatoria allo sportello.", "bisogna prenotare o iscriversi"),
        ("Si entra previa prenotazione.", "bisogna prenotare o iscriversi"),
        ("L'ingresso è gratuito su prenotazione.", "bisogna prenotare o iscriversi"),
        ("Ingresso libero ma solo su invito.", "bisogna prenotare o iscriversi"),
        ("Età minima di partecipazione 18 anni.", "l'età che serve"),
        ("La serata è riservata ai maggiorenni.", "l'età che serve"),
    ],
)
def test_what_keeps_people_out_who_do_not_know_it_is_told(duty: str, words: str) -> None:
    page = read(
        title="Cena in piazza", abstract="", body=f"La cena in piazza è il 4 maggio 2026 alle 20. {duty}"
    )
    text = "Il 4 maggio 2026 alle 20 c'è la cena in piazza."
    assert any(words in reason for reason in gate.judge(text, page).refused)
    excused = "C'è la cena in piazza. I dettagli sono nella pagina."
    assert gate.judge(excused, page).refused == ()


@pytest.mark.parametrize(
    "exemption",
    ["gratuita sotto i 18 anni", "gratis per i bambini", "under 14 gratis", "ridotto per i disabili 3 euro"],
)
def test_a_price_is_not_told_to_those_who_pay_less(exemption: str) -> None:
    page = read(
        title="Camminata della salute",
        abstract="",
        body=f"La camminata della salute è il 4 maggio 2026 alle 9. Il contributo è di 5 euro ({exemption}).",
    )
    priced = "Il 4 maggio 2026 alle 9 c'è la camminata della salute. Il contributo è di 5 euro."
    assert any("chi non paga, o paga meno" in reason for reason in gate.judge(priced, page).refused)
    for whole in (priced.replace(" euro.", f" euro, {exemption}."), priced.partition(" Il contributo")[0]):
        assert not any("paga meno" in reason for reason in gate.judge(whole, page).refused)


def test_an_alert_is_never_its_title_alone() -> None:
    page = read(
        title="Allerta arancione per temporali", abstract="", body="Allerta arancione dal 15 luglio 2026."
    )
    text = "Allerta arancione per temporali. I dettagli sono nella pagina."
    assert any("deve dire il giorno" in reason for reason in gate.judge(text, page).refused)


def test_of_a_name_of_several_offices_none_is_left_out() -> None:
    page = read(
        title="Chiusura ufficio edilizia",
        abstract="",
        body="L'UFFICIO EDILIZIA-URBANISTICA-COMMERCIO È CHIUSO GIOVEDÌ 20 AGOSTO 2026",
    )
    text = "Giovedì 20 agosto 2026 l'ufficio edilizia è chiuso."
    assert any("è detta solo una parte" in reason for reason in gate.judge(text, page).refused)


def test_two_sentences_without_a_stop_are_refused() -> None:
    page = read(
        title="Bonus centri estivi",
        abstract="",
        body="Per il bonus centri estivi c'è tempo fino al 20 settembre 2026 (termine perentorio)",
    )
    text = (
        "Per il bonus centri estivi c'è tempo fino al 20 settembre 2026 (termine perentorio)"
        " Va presentata una domanda."
    )
    assert any("attaccate" in reason for reason in gate.judge(text, page).refused)


def test_one_word_of_a_long_title_names_nothing() -> None:
    page = read(
        title="Al via gli interventi di manutenzione straordinaria al Museo civico di palazzo Verdi",
        abstract="",
        body="Riaprirà al pubblico a settembre. Aperta la Torre civica.",
    )
    assert any("di che cosa" in reason for reason in gate.judge("La Torre civica è aperta.", page).refused)


def test_a_day_before_the_opening_is_no_opening() -> None:
    page = read(
        title="Sportello anziani al Centro civico",
        abstract="",
        body=(
            "Con il trasloco di giovedì 26 settembre 2026 torna lo sportello anziani al Centro civico."
            " Apertura al pubblico da lunedì 7 ottobre 2026."
        ),
    )
    moved = "Con il trasloco di giovedì 26 settembre 2026 torna lo sportello anziani al Centro civico."
    opens = "Lo sportello anziani al Centro civico è aperto da lunedì 7 ottobre 2026."
    assert any("Manca da quando" in reason for reason in gate.judge(moved, page).refused)
    assert not any("Manca da quando" in reason for reason in gate.judge(opens, page).refused)


@pytest.mark.parametrize(
    ("words", "is_wrong"),
    [
        ("saranno accolta", True),
        ("sarà chiusi", True),
        ("sono stata accolte", True),
        ("saranno accolte", False),
        ("sarà chiusa", False),
        ("sono state accolte", False),
        ("saranno molto attese", False),
    ],
)
def test_a_verb_and_its_participle_agree(words: str, is_wrong: bool) -> None:
    page = read(title="Domande per il nido", abstract="", body=f"Le domande per il nido {words} dopo maggio.")
    reasons = gate.judge(f"Le domande per il nido {words} dopo maggio.", page).refused
    assert any("errore di scrittura" in reason for reason in reasons) is is_wrong


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Divieto di sosta in via Roma",
            "In via Roma (dal civico 1 al 20) è vietata la sosta il 4 maggio 2026.",
        ),
        (
            "Incontri sul sonno",
            "Gli appuntamenti degli incontri sul sonno sono sabato 9 e domenica 10 maggio 2026.",
        ),
        ("Chiusura ufficio anagrafe", "L'ufficio anagrafe è chiuso il 25 aprile 2026, dal 2 maggio riapre."),
    ],
)
def test_what_only_looks_wrong_passes(title: str, text: str) -> None:
    page = read(title=title, abstract="", body=f"CHIUSURA UFFICIO ANAGRAFE - ORARIO ESTIVO\n{text}")
    wrong = ("attaccate", "errore di scrittura", "solo una parte", "Manca da quando")
    assert not any(word in reason for reason in gate.judge(text, page).refused for word in wrong)


@pytest.mark.parametrize(
    ("title", "body", "text", "reason"),
    [
        (
            "Modifica degli orari dell'ecocentro",
            "Dal 3 maggio 2027 l'ecocentro apre alle 8. Le modalità di accesso restano invariate.",
            "Le modalità di accesso all'ecocentro restano invariate. Giorni e orari sono nella pagina.",
            "Il testo dice solo che cosa non cambia.",
        ),
        (
            "Biblioteca: chiusure di dicembre",
            "Il 24 dicembre 2027 gli uffici comunali sono chiusi. La biblioteca chiude dal 24 al 31.",
            "Il 24 dicembre 2027 gli uffici comunali sono chiusi.",
            "Il testo non dice di che cosa si tratta.",
        ),
    ],
)
def test_what_does_not_change_and_another_office_are_not_the_news(
    title: str, body: str, text: str, reason: str
) -> None:
    notice = replace(read(title=title, abstract="", body=body), kind=Kind.hours)
    assert reason in gate.faults(text, notice)


def test_a_cut_that_names_no_supply_is_none_and_what_one_asks_for_is_no_exception() -> None:
    title = "Avviso sospensione del 3 maggio 2027"
    page = read(title=title, abstract="", body="Sospensione dell'erogazione dell'acqua potabile di notte.")
    page = replace(page, kind=Kind.supply_cut)
    bare = "È pubblicato l'avviso sospensione del 3 maggio 2027. I dettagli sono nella pagina."
    assert "Il testo non dice che cosa manca." in gate.faults(bare, page)
    named = "Il 3 maggio 2027 manca l'acqua. I dettagli sono nella pagina."
    assert "Il testo non dice che cosa manca." not in gate.faults(named, page)
    body = (
        "Mercoledì 5 maggio 2027, dalle ore 14:30 alle 18:00, interruzione dell'acqua in via Po.\n\nSi"
        " chiede un uso"
        " esclusivamente domestico e responsabile dell'acqua nelle altre ore."
    )
    text = summarise(title="Interruzione dell'acqua", abstract="", body=body, limit=275).text
    assert "manca l'acqua" in text
    assert "eccezioni" not in text
    assert "Altri giorni" not in text


def test_a_vague_text_is_refused_with_and_without_word_of_the_rest() -> None:
    body = (
        "Il Comune mette a disposizione delle famiglie un aiuto per le spese di casa.\n\n"
        "L'aiuto è rivolto alle famiglie residenti con un ISEE fino a 9.000 euro. È di 300 euro. Si"
        " chiede con"
        " il modulo, da consegnare all'ufficio Servizi sociali."
    )
    page = replace(read(title="Aiuto per le spese di casa", abstract="", body=body), kind=Kind.service)
    vague = "Il Comune mette a disposizione delle famiglie un aiuto per le spese di casa."
    for text in (vague, f"{vague} Gli altri dettagli sono nella pagina."):
        assert any("cose che la pagina dice" in reason for reason in gate.faults(text, page)), text


def test_the_street_that_closes_is_told_not_the_square_of_the_market() -> None:
    title = "Mercatino delle cipolle: modifiche alla viabilità"
    body = (
        "Sono disposte modifiche alla viabilità per il mercatino in piazza Alba, domenica 28 giugno 2026,"
        " dalle 8"
        " alle 20.\n\nIn quelle ore vale il divieto di transito lungo corso Po."
    )
    page = replace(read(title=title, abstract="", body=body), kind=Kind.road)
    square = "Domenica 28 giugno 2026, dalle 8 alle 20, cambia la viabilità per il mercatino in piazza Alba."
    assert any("Manca la via" in reason for reason in gate.faults(square, page))
    street = "Domenica 28 giugno 2026, dalle 8 alle 20, è vietato il transito lungo corso Po."
    assert not any("Manca la via" in reason for reason in gate.faults(street, page))
    assert not any("Manca la via" in one for one in gate.faults(f"{square} Le vie sono nella pagina.", page))


def test_who_must_book_is_told_so_in_whatever_words() -> None:
    body = "Domenica 6 giugno 2027, dalle 8 alle 11, si dona il sangue in oratorio. È necessario prenotarsi."
    page = replace(read(title="Donazione del sangue", abstract="", body=body), kind=Kind.health)
    text = "Domenica 6 giugno 2027, dalle 8 alle 11, si dona il sangue in oratorio."
    assert any("prenotare o iscriversi" in reason for reason in gate.faults(text, page))
    assert not any(
        "prenotare o iscriversi" in reason for reason in gate.faults(f"{text} Devi prenotare.", page)
    )


def test_a_paper_is_told_with_what_it_is_of() -> None:
    body = "È pubblicata la graduatoria provvisoria. I ricorsi si presentano entro il 3 maggio 2027."
    page = read(title="Graduatoria degli alloggi popolari", abstract="", body=body)
    said = "Il testo non dice di che cosa si tratta."
    assert said in gate.faults("È pubblicata la graduatoria provvisoria.", page)
    assert said not in gate.faults("È pubblicata la graduatoria degli alloggi.", page)


def test_who_books_a_visit_amid_the_rest_need_not_book_the_rest() -> None:
    opens = "Sabato 25 settembre 2027 il museo apre dalle 10 alle 12."
    page = read(
        title="Apertura del museo",
        abstract="",
        body=f"{opens}\nAlle 11 c'è una visita guidata gratuita su prenotazione.",
    )
    assert booking(page) == ""
    assert not any("prenotare" in said for said in gate.faults(opens, page))
    whole = read(title="Visita guidata al museo", abstract="", body=page.body)
    assert booking(whole) == "Devi prenotare."


def test_an_address_names_nothing() -> None:
    page = read(
        title="Corso di cucito",
        abstract="",
        body="L'incontro è sabato 8 maggio 2027 alle 18. Si scrive a corsi@alba.example.",
    )
    said = "Il testo non dice di che cosa si tratta."
    text = "L'incontro è sabato 8 maggio 2027 alle 18. Puoi scrivere a"
    assert said in gate.faults(f"{text} corsi@alba.example.", page)
    assert said not in gate.faults(f"{text} corsi@alba.example per il corso.", page)


def test_letters_say_what_a_title_spells() -> None:
    title, body = "Carta d'identità elettronica", "Allo sportello servono due fotografie recenti. " * 20
    page = read(title=title, abstract="", body=body)
    assert says_matter("Dal 4 ottobre la CIE si chiede in via Po.", page)
    assert not says_matter("Dal 4 ottobre la TARI si paga in via Po.", page)


def test_a_paper_of_nothing_is_no_matter() -> None:
    page = read(
        title="Bando di gara telematica",
        abstract="",
        body="Procedura aperta per il supporto alla TARI. Le domande si presentano entro il 20 ottobre.",
    )
    assert not says_matter("Il bando di gara telematica scade il 20 ottobre.", page)
    assert says_matter("Il bando di gara per il supporto alla TARI scade il 20 ottobre.", page)


def test_what_to_bring_is_no_matter() -> None:
    """`Porta la tessera sanitaria`: where to, only the sentence that names the vaccination says."""
    page = read(title="Vaccinazione antinfluenzale", abstract="", body="La vaccinazione è gratuita.")
    rest = "Chi è allettato può chiedere la vaccinazione a domicilio."
    assert not says_matter(f"Porta la tessera sanitaria. {rest}", page)
    assert says_matter(f"{rest} Porta la tessera sanitaria.", page)


def test_one_of_several_nights_is_not_told_as_the_only_one() -> None:
    nights = "Notte tra lunedì 3 e martedì 4 maggio: centro. Notte tra giovedì 6 e venerdì 7 maggio: Olmo."
    page = replace(read(title="Lavaggio delle strade", abstract="", body=nights), kind=Kind.hours)
    text = "Nella notte tra lunedì 3 e martedì 4 maggio è previsto il lavaggio delle strade."
    assert "Di più giorni è detto solo uno." in gate.judge(text, page).refused
    once = nights.replace("Notte tra giovedì", "Se piove slitta alla notte tra giovedì")
    page = replace(read(title="Lavaggio delle strade", abstract="", body=once), kind=Kind.hours)
    assert not gate.judge(text, page).refused
