"""What a citizen has to do and by when, on which of several days, and who may; every page here is made up."""

import pytest

from flows.bulletin.page.reading import read
from flows.bulletin.summary.checks.gate import faults
from flows.bulletin.summary.frames.own_sentences.asked import asked
from flows.bulletin.summary.frames.prose.wording import worded
from tests.test_bulletin_summary import told

RIVERS = ("Po", "Adda", "Oglio", "Mincio", "Arno", "Tevere", "Piave")


def test_a_tax_has_the_days_of_all_its_parts() -> None:
    body = (
        "Entro maggio i contribuenti riceveranno l'avviso di pagamento della TARI 2027.\n\n"
        "Il versamento si fa in tre rate:\n\n- prima rata 30 giugno 2027;\n- seconda rata 30 settembre"
        " 2027;\n"
        "- terza rata 31 dicembre 2027;\n- rata unica 30 giugno 2027."
    )
    rates = "a rate, il 30 giugno, il 30 settembre e il 31 dicembre 2027, o in un'unica soluzione entro il 30"
    made = told("TARI 2027", body=body)
    assert rates in made.text
    assert not made.warnings  # two of the lines have one day, and it is told
    page = read(title="TARI 2027", abstract="", body=body)
    first = "Entro maggio i contribuenti riceveranno l'avviso di pagamento della TARI 2027."
    assert "Mancano le scadenze delle rate." in faults(first, page)
    assert "Mancano le scadenze delle rate." not in faults(f"{first} Le scadenze sono nella pagina.", page)


def test_one_day_of_a_list_is_told_with_word_of_the_others_and_what_to_do_then() -> None:
    body = (
        "Inizieranno il 18 maggio gli interventi contro le zanzare. Saranno effettuati nei seguenti"
        " giorni:\n\n"
        "- 18/05/2027\n- 15/06/2027\n- 11/07/2027\n\n"
        "Si chiede pertanto, nelle giornate indicate, di tenere chiuse porte e finestre."
    )
    assert told("Disinfestazione contro le zanzare", body=body).text == (
        "Iniziano il 18 maggio gli interventi contro le zanzare. Si chiede in quei giorni di tenere"
        " chiuse porte"
        " e finestre. Gli altri giorni sono nella pagina."
    )
    page = read(title="Disinfestazione contro le zanzare", abstract="", body=body)
    assert "Di più giorni è detto solo uno." in faults(
        "Il 15 giugno ci sono interventi contro le zanzare.", page
    )


def test_what_an_office_asks_is_told_to_the_reader() -> None:
    body = (
        "Giovedì 6 maggio 2027, dalle 23, si fa la disinfestazione dalle zanzare nelle strade del centro.\n"
        "Intanto si prega la popolazione di coprire gli orti che danno su tali vie, finché si spruzza.\n"
        "Si ringrazia chi collabora."
    )
    made = told("Disinfestazione dalle zanzare", body=body).text
    assert made.endswith("Copri gli orti.")
    assert "ringrazia" not in made
    doubt = body.replace("Intanto si", "In caso di allergia si")
    assert "Copri" not in told("Disinfestazione dalle zanzare", body=doubt).text


def test_a_list_is_told_whole_or_announced() -> None:
    lead = "Si avvisa che per le feste la raccolta dei rifiuti subirà le seguenti modifiche:"
    body = f"{lead}\n\n- lunedì 3 maggio raccolta del vetro;\n- martedì 4 maggio raccolta della carta."
    assert told("Raccolta dei rifiuti, che cosa cambia", body=body).text == (
        "Per le feste la raccolta dei rifiuti subirà le seguenti modifiche: lunedì 3 maggio raccolta del "
        "vetro e martedì 4 maggio raccolta della carta."
    )
    homes = "".join(
        f"\n- le case di via {name} che hanno il contatore vecchio, del gruppo {name}" for name in RIVERS
    )
    change = "Si avvisa che lunedì 3 maggio 2027 il gestore cambierà i contatori nelle seguenti zone:"
    assert told("Nuovi contatori dell'acqua", body=f"{change}\n{homes}").text == (
        "Lunedì 3 maggio 2027 il gestore cambierà i contatori in alcune zone. Le zone sono nella pagina."
    )


def test_who_may_offer_to_help_is_told_with_the_term() -> None:
    body = (
        "Il Comune lancia il progetto per la sorveglianza davanti alle scuole.\n\nPossono candidarsi tutti i"
        " residenti tra i 50 e i 78 anni che siano pensionati. È necessario inoltre aderire a"
        " un'associazione.\n\n"
        "Le domande devono essere presentate entro il 20 febbraio 2027 tramite posta elettronica certificata"
        " all'indirizzo comune@pec.alba.example o consegna a mano all'Ufficio Protocollo del Comune in"
        " piazza Po."
    )
    text = told('Progetto "Nonni a scuola"', body=body).text
    assert "entro il 20 febbraio 2027" in text
    assert "ossono candidarsi tutti i residenti tra i 50 e i 78 anni" in text
    assert "inoltre" not in text


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Si rammenta agli utenti che il ritiro non si fa.", "Il ritiro non si fa."),
        (
            "Chi vuole essere iscritto presenti domanda al sottoscritto Sindaco entro marzo.",
            "Chi vuole essere iscritto presenti domanda al Sindaco entro marzo.",
        ),
        (
            "Nel periodo delle festività natalizie, gli uffici sono chiusi il 24 dicembre.",
            "Gli uffici sono chiusi il 24 dicembre.",
        ),
        ("Si tiene il giovedì 21 ottobre.", "Si tiene giovedì 21 ottobre."),
        ("Si tiene il giovedì.", "Si tiene il giovedì."),
        ("Va chiesto entro il corrente mese di gennaio.", "Va chiesto entro gennaio."),
        ("Inviare la scheda entro il 3 maggio.", "Invia la scheda entro il 3 maggio."),
        ("Ogni cittadino/a può votare.", "Ogni cittadino o cittadina può votare."),
        ("Anche quest'anno, il Comune apre il bando.", "Il Comune apre il bando."),
        ("Il mercato è pertanto rinviato.", "Il mercato è rinviato."),
        (
            "Il Comune, con il patrocinio della Provincia di Alba, organizza un corso.",
            "Il Comune organizza un corso.",
        ),
        (
            "Il Comune, in collaborazione con la Pro Loco, la Provincia e la scuola, apre.",
            "Il Comune, in collaborazione con la Pro Loco, la Provincia e la scuola, apre.",
        ),
    ],
)
def test_an_office_speaks_to_a_citizen(sentence: str, said: str) -> None:
    assert worded(sentence) == said


def test_a_vaccine_is_told_with_what_it_is_against() -> None:
    body = "Da lunedì 23 ottobre 2028 è possibile farsi vaccinare dal medico. È gratuito dai 60 anni."
    text = told("Dal 23 ottobre le vaccinazioni contro l'influenza", body=body).text
    assert "farsi vaccinare contro l'influenza" in text


def test_an_office_named_before_is_not_leaned_on() -> None:
    body = (
        "Il 31 marzo 2027 scade la prima rata della tassa sui rifiuti, da pagare con il modulo che è"
        " arrivato a"
        " casa.\n\nSi può chiedere l'addebito compilando il modulo presso detto Servizio Entrate."
    )
    assert "detto Servizio" not in told("Scade la prima rata della tassa sui rifiuti", body=body).text


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (
            "L'amministrazione comunale annuncia che i cimiteri saranno aperti dal 26 ottobre all'8"
            " novembre.",
            "I cimiteri sono aperti dal 26 ottobre all'8 novembre.",
        ),
        (
            "Per questo è stata rinviata a data da destinarsi la conferenza.",
            "È stata rinviata a data da destinarsi la conferenza.",
        ),
        ("Domenica, 14 ottobre la biblioteca è aperta.", "Domenica 14 ottobre la biblioteca è aperta."),
    ],
)
def test_an_announcement_begins_with_its_news(sentence: str, said: str) -> None:
    assert worded(sentence) == said


def test_a_ban_on_water_may_last_as_long_as_the_need() -> None:
    body = (
        "Si ordina a tutti, con decorrenza immediata e fino al superamento dell'emergenza, il divieto di"
        " prelievo e"
        " di consumo di acqua derivata dall'acquedotto per:\n\n- irrigare orti e giardini;\n- lavare auto"
        " e moto."
    )
    assert told("Risparmio dell'acqua", body=body).text == (
        "Fino al superamento dell'emergenza è vietato usare l'acqua derivata dall'acquedotto per irrigare"
        " orti e"
        " giardini e lavare auto e moto."
    )


def test_a_use_that_may_read_as_forbidden_stands_for_no_others() -> None:
    body = (
        "Si ordina fino al superamento dell'emergenza il divieto di consumo di acqua dell'acquedotto per:\n\n"
        "- irrigare orti e giardini;\n- gli usi diversi da quello domestico e per l'igiene personale."
    )
    assert (
        "vietato usare l'acqua dell'acquedotto per gli usi"
        not in told("Risparmio dell'acqua", body=body).text
    )


def test_what_is_put_off_leans_on_no_reason() -> None:
    body = (
        "La biblioteca sospende le iniziative.\n\nPer questo è stata rinviata a data da destinarsi la"
        " conferenza di"
        " Ada Neri, che era in programma sabato 29 febbraio alle 18."
    )
    text = told("Biblioteca, rinviata la conferenza di Ada Neri", body=body).text
    assert text.startswith("È stata rinviata a data da destinarsi la conferenza di Ada Neri")


@pytest.mark.parametrize(
    ("asks", "deeds"),
    [
        (
            "di limitare i consumi e di non usare l'acqua per irrigare, lavare le auto e riempire piscine",
            ["Limita i consumi.", "Non usare l'acqua per irrigare, lavare le auto e riempire piscine."],
        ),
        (
            "di non scendere in cantina o sostare vicino ai fiumi",
            ["Non scendere in cantina o sostare vicino ai fiumi."],
        ),
        (
            "di non usare l'acqua dei pozzi e di tenere chiuse le finestre",
            ["Non usare l'acqua dei pozzi.", "Tieni chiuse le finestre."],
        ),
    ],
)
def test_a_ban_of_two_deeds_is_never_told_as_an_order_to_do_the_second(asks: str, deeds: list[str]) -> None:
    page = read(title="Emergenza idrica", abstract="", body=f"Si raccomanda {asks}.")
    assert [one.text for one in asked(page)] == deeds
