import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.bulletin.facts.find import Kind, facts
from flows.bulletin.guard.verdict import check
from flows.bulletin.language import weekdays
from flows.bulletin.language.dates import giorno
from flows.bulletin.language.day_of_writing import day_of_writing
from flows.bulletin.language.relative_days import is_relative, phrases, resolved
from flows.bulletin.message.frame import problems
from flows.bulletin.summary.text import summarise

WEDNESDAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Domani la scuola è chiusa.", "Giovedì 26 novembre la scuola è chiusa."),
        ("Si può pagare entro domani.", "Si può pagare entro giovedì 26 novembre."),
        ("Da oggi si paga.", "Da mercoledì 25 novembre si paga."),
        ("Dopodomani sciopero.", "Venerdì 27 novembre sciopero."),
        ("Stasera alle 21 concerto.", "Mercoledì 25 novembre alle 21 concerto."),
        ("Domani sera concerto.", "La sera di giovedì 26 novembre concerto."),
        ("Chiude da domani mattina.", "Chiude da giovedì 26 novembre mattina."),
        ("Questa settimana niente mercato.", "Da lunedì 23 a domenica 29 novembre niente mercato."),
        ("Riapre la prossima settimana.", "Riapre da lunedì 30 novembre a domenica 6 dicembre."),
    ],
)
def test_a_relative_day_is_written_out_from_the_day_of_publication(text: str, expected: str) -> None:
    assert resolved(text, WEDNESDAY) == expected
    assert not is_relative(expected)


@pytest.mark.parametrize("published", [None, WEDNESDAY, date(2020, 1, 1)], ids=str)
def test_a_day_that_the_text_gives_itself_needs_no_publication(published: date | None) -> None:
    assert resolved("Domani, giovedì 26 novembre, si vota.", published) == "Giovedì 26 novembre, si vota."


@pytest.mark.parametrize(
    "text",
    [
        "Domani si vota.",
        "Stasera concerto.",
        "Questa settimana sciopero.",
        "Torna sabato prossimo.",
        "Stanotte gelo.",
    ],
)
def test_without_a_publication_the_word_stays_and_shows(text: str) -> None:
    assert resolved(text, None) == text
    assert is_relative(text)


def test_a_weekday_that_does_not_agree_is_left_alone() -> None:
    said = "Domani venerdì si vota."
    assert resolved(said, WEDNESDAY) == said
    assert is_relative(said)


@pytest.mark.parametrize(
    "text", ["Il Comune d'oggi.", "Chi studia crede nel domani.", "La strada di Domanini."]
)
def test_words_that_only_look_like_days_are_none(text: str) -> None:
    assert resolved(text, WEDNESDAY) == text
    assert not is_relative(text)


FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Via Roma resta chiusa lunedì.", "Via Roma resta chiusa lunedì 23 novembre."),
        ("Via Roma resta chiusa il prossimo lunedì.", "Via Roma resta chiusa lunedì 23 novembre."),
        ("Torna lunedì prossimo.", "Torna lunedì 23 novembre."),
        ("Si paga entro lunedì.", "Si paga entro lunedì 23 novembre."),
        ("Si vota fino a domenica.", "Si vota fino a domenica 22 novembre."),
        ("La prossima domenica mercato.", "Domenica 22 novembre mercato."),
        ("Chiude dalla prossima domenica.", "Chiude da domenica 22 novembre."),
        ("Si cambia a partire dal prossimo martedì.", "Si cambia a partire da martedì 24 novembre."),
        ("La seduta del prossimo venerdì.", "La seduta di venerdì 27 novembre."),
        ("Sabato mattina si pulisce il parco.", "La mattina di sabato 21 novembre si pulisce il parco."),
        ("Per sabato è prevista neve.", "Per sabato 21 novembre è prevista neve."),
        ("DOMENICA senz'auto.", "Domenica 22 novembre senz'auto."),
        ("Niente acqua giovedì dalle 9 alle 12.", "Niente acqua giovedì 26 novembre dalle 9 alle 12."),
        ("Il mese prossimo apre il bando.", "A dicembre apre il bando."),
        ("Si paga dal mese prossimo.", "Si paga da dicembre."),
        ("Si chiude fra tre giorni.", "Si chiude lunedì 23 novembre."),
        ("Riapre tra 12 giorni.", "Riapre mercoledì 2 dicembre."),
        (
            "L'acqua sarà sospesa la settimana prossima.",
            "L'acqua sarà sospesa da lunedì 23 a domenica 29 novembre.",
        ),
        ("Si cambia dalla prossima settimana.", "Si cambia da lunedì 23 novembre."),
        ("Domande entro la prossima settimana.", "Domande entro domenica 29 novembre."),
        (
            "I turni della prossima settimana.",
            "I turni della settimana da lunedì 23 a domenica 29 novembre.",
        ),
        ("Questo fine settimana festa.", "Sabato 21 e domenica 22 novembre festa."),
        ("Sciopero domattina.", "Sciopero la mattina di sabato 21 novembre."),
        ("Dopo domani sciopero.", "Domenica 22 novembre sciopero."),
        ("Il mercato è dopo  domani mattina.", "Il mercato è la mattina di domenica 22 novembre."),
        ("Domani l'altro sciopero.", "Domenica 22 novembre sciopero."),
        ("Si paga entro domani l’altro.", "Si paga entro domenica 22 novembre."),
        ("Si chiude tra 3 gg.", "Si chiude lunedì 23 novembre."),
        ("Quest'oggi sciopero.", "Venerdì 20 novembre sciopero."),
        ("Il concerto è questo pomeriggio alle 16.", "Il concerto è venerdì 20 novembre alle 16."),
        ("La prossima settimana, dal 23 al 27 novembre, si vota.",) * 2,
    ],
)
def test_a_day_told_by_its_distance_is_written_out(text: str, expected: str) -> None:
    assert resolved(text, FRIDAY) == expected
    assert not is_relative(expected)


@pytest.mark.parametrize(
    "text",
    [
        "Si paga entro venerdì.",  # written on a Friday: this one or the next
        "Lunedì il Consiglio ha approvato il bilancio.",  # the one before
        "Festa in piazza sabato e domenica.",
        "Chiuso da sabato a lunedì per neve.",
        "Riapre tra una settimana.",
        "Si riapre in settimana.",
        "Concerto nel fine settimana.",
        "Temporali nelle prossime ore.",
        "Domande entro le prossime 48 ore.",
        "Il guasto di due giorni fa.",
        "Fino alla prossima settimana.",
        "Le scuole sono chiuse lunedì 7 e martedì 8 dicembre e riaprono mercoledì.",
        "Uffici chiusi lunedì 30 novembre e martedì.",
        "Dal 30 novembre, e fino a giovedì, si paga.",
        "Si recupera sabato 5 dicembre anziché domenica.",
        "Il 30 novembre chiude la piscina. Riapre giovedì.",
        "Si riunisce giovedì della prossima settimana.",
        "Si recupera il martedì successivo.",
        "Giovedì p.v. si vota.",
        "Riapre fra tre giorni lavorativi.",
        "Domande tra 15 giorni dalla pubblicazione.",
        "Lo spettacolo di sabato è annullato.",
        "Il consiglio di giovedì è rinviato.",
        "Il mercato del sabato è sospeso.",
        "L'acqua torna in serata.",
        "Distribuzione nei prossimi giorni.",
        "Chiuso per l'intera settimana.",
        "Festa il fine settimana prossimo.",
        "Riapre tra un'ora.",
        "Si paga entro la settimana.",
        "Domande entro la fine della settimana.",
        "Il servizio riprende nel corso della settimana.",
        "Riapre la settimana entrante.",
        "Si vota il mese entrante.",
        "Si paga entro fine mese.",
        "La raccolta finisce a fine mese.",
        "Domande entro il mese.",
        "Domande entro la fine del mese.",
        "Se ne parla il prossimo anno.",
        "Il bando esce il mese che viene.",
        "La seduta è il 25 c.m. in municipio.",
        "La seduta è il 25 p.v. in municipio.",
        "Scade il 30 del corrente mese.",
        "La piscina riapre a giorni.",
        "Dal 2 febbraio ad oggi la piazza è più tranquilla.",
        "Il guasto di avantieri.",
    ],
)
def test_a_day_that_nobody_can_tell_holds_the_text(text: str) -> None:
    assert resolved(text, FRIDAY) == text
    assert is_relative(text)
    assert problems([text], total=1000)[0].endswith("dipende dal giorno in cui si legge: scrivi la data.")


@pytest.mark.parametrize(
    "text",
    [
        "Sportello aperto il lunedì e il giovedì.",
        "Aperto da lunedì a venerdì dalle 9 alle 12.",
        "Il numero risponde dal lunedì al venerdì.",
        "Ogni lunedì ginnastica.",
        "La quarta domenica del mese.",
        "Lezioni sempre di giovedì.",
        "Nei giorni di lunedì, mercoledì e venerdì.",
        "Orari: lunedì 9.00 – 12.00, mercoledì 15.00 – 18.00.",
        "Aperto martedì e giovedì dalle 9 alle 12.",
        "Ritiro gratuito in via Italia: mercoledì 15-18, alcuni sabati 9-12, lunedì 9-12.",
        "Corso gratuito, giovedì ore 20:45-22:30: 10, 17 e 24 ottobre, 7 e 14 novembre.",
        "Il Giovedì al Cinema.",
        "Chiuso lunedì 23 novembre.",
        "Chiuso sabato 28 e domenica 29 novembre.",
        "MARTEDI' 24 settembre.",
        "Da mercoledì 04-02-2026 ore 14 a giovedì 05-02-2026 ore 20.",
        "Il 25 novembre (mercoledì).",
        "La processione del Giovedì santo.",
        "Lo dice l'assessora Domenica Rossi.",
        "Nel prossimo mese di dicembre.",
        "Tra due giorni e tre.",
        "Ritiro a giorni alterni.",
        "Le iscrizioni per il prossimo anno scolastico.",
        "Si paga entro il mese di dicembre.",
        "Si paga entro la fine del mese di dicembre.",
        "La quota si versa ogni fine mese.",
        "Nel corso della settimana dal 7 all'11 dicembre.",
        "Dal 25 novembre p.v. si paga.",
        "La tassa si versa entro la fine del mese successivo.",
        "Sabato 28 novembre, in serata, concerto.",
    ],
)
def test_a_weekday_of_every_week_or_with_its_date_stays(text: str) -> None:
    assert resolved(text, FRIDAY) == text
    assert not is_relative(text)
    assert problems([text], total=1000) == []


_WEEKDAYS = ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica")


@given(
    st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    st.integers(0, 6),
    st.sampled_from(["il prossimo {m}", "entro {}", "fino a {}", "da {}", "{} prossimo", "{}"]),
)
def test_a_weekday_becomes_a_day_of_that_name_within_the_week(
    published: date, weekday: int, form: str
) -> None:
    name = _WEEKDAYS[weekday]
    form = form.replace("{m}", "{}")
    text = f"La strada chiude {form.format(name)} per lavori."
    (phrase,) = phrases(text, published)
    if not phrase.written_out:
        assert published.weekday() == weekday
        assert "prossim" not in form
        return
    (day,) = (date.fromisoformat(one) for one in phrase.days)
    assert published < day <= published + timedelta(days=7)
    assert day.weekday() == weekday
    written = resolved(text, published)
    assert giorno(day) in written
    assert not is_relative(written)
    assert check(written, text, published=published).passes
    assert not check(text, text, published=published).passes


@pytest.mark.parametrize("when", ["il prossimo lunedì", "entro lunedì", "fra tre giorni", "lunedì"])
def test_a_summary_tells_the_day_or_leaves_it_out(when: str) -> None:
    page = {"title": "Chiusura di via Roma", "abstract": "", "limit": 275}
    body = f"Via Roma resta chiusa al traffico {when} per i lavori alla rete idrica."
    made = summarise(**page, body=body, published=FRIDAY)  # type: ignore[arg-type]
    assert "lunedì 23 novembre" in made.text
    unknown = summarise(**page, body=body)  # type: ignore[arg-type]
    assert unknown.reason or not is_relative(unknown.text)


def test_the_facts_of_a_page_hold_the_day_and_a_text_without_it_does_not_pass() -> None:
    source = "Via Roma chiude il prossimo lunedì, dalle 8."
    told = facts(source, published=FRIDAY)
    assert [(fact.kind, fact.value) for fact in told if fact.kind is Kind.date] == [(Kind.date, "2026-11-23")]
    assert check("Via Roma chiude lunedì 23 novembre dalle 8.", source, published=FRIDAY).passes
    assert check("Via Roma chiude lunedì 30 novembre dalle 8.", source, published=FRIDAY).blocked
    assert check("Via Roma chiude il prossimo lunedì dalle 8.", source, published=FRIDAY).blocked == (
        "«il prossimo lunedì» dipende dal giorno in cui si legge: scrivi la data.",
    )


@pytest.mark.parametrize(
    "piece", ["lunedì, ", "lunedì" + " " * 50, "da lunedì a ", "tra ", "la prossima ", "oggi "]
)
def test_reading_stays_linear_in_what_repeats(piece: str) -> None:
    """Counted, not timed: each weekday looks at a bounded piece of the text around it."""
    asked: list[int] = []
    text = piece * 2_000
    for found in re.finditer("lunedì", text):
        before, after = weekdays._sentences(text, *found.span())
        asked.append(len(before) + len(after))
    assert max(asked, default=0) <= 4 * weekdays._AROUND + len("lunedì")
    assert len(phrases(text, FRIDAY)) <= 2_000


def test_a_title_without_a_date_takes_none_that_its_page_contradicts() -> None:
    """Read in the sandbox: on a Friday `sabato` was tomorrow, and the page meant the Saturday after."""
    title = "Biblioteca civica, sabato chiusa per inventario"
    body = "Sabato 5 dicembre la Biblioteca civica di via Roma 12 resta chiusa per inventario."
    friday = date(2026, 11, 27)
    assert "28 novembre" in resolved(title, friday)
    assert "28 novembre" not in resolved(f"{title}\n{body}", friday)
    assert "28 novembre" in resolved(f"{title}\n{body.replace('5 dicembre', '28 novembre')}", friday)
    text = summarise(title=title, abstract="", body=body, limit=275, published=friday).text
    assert "5 dicembre" in text
    assert "28 novembre" not in text
    assert check(resolved(title, friday), f"{title}\n{body}", published=friday).blocked


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("da oggi, 9 marzo, l'acqua si può bere", "dal 9 marzo, l'acqua si può bere"),
        ("Da oggi 8 marzo è chiuso", "Dall'8 marzo è chiuso"),
        ("aperto fino a domani, 11 aprile", "aperto fino all'11 aprile"),
        ("Domani 9 maggio si parte", "Il 9 maggio si parte"),
        ("le lezioni di domani 9 maggio", "le lezioni del 9 maggio"),
        ("domani, lunedì 9 marzo, è chiuso", "lunedì 9 marzo, è chiuso"),
    ],
)
def test_a_word_whose_date_stands_beside_gives_it_an_article(text: str, said: str) -> None:
    assert resolved(text, None) == said


def test_the_rows_of_a_week_stay_weekdays() -> None:
    week = (
        "La raccolta porta a porta si fa in questi giorni:\n\n- Martedì: vetro e lattine\n- Giovedì: carta\n"
        "- Sabato: umido"
    )
    assert resolved(week, FRIDAY) == week
    hours = "Gli orari sono i seguenti:\n- Lunedì e martedì: dalle 10 alle 12\n- Sabato: chiuso."
    assert resolved(hours, FRIDAY) == hours


def test_a_night_that_begins_late_is_the_one_to_come() -> None:
    text = "Il primo intervento è stanotte dalle ore 23 alle 6."
    assert resolved(text, FRIDAY) == (
        "Il primo intervento è la notte tra venerdì 20 e sabato 21 novembre dalle ore 23 alle 6."
    )
    for unsure in ("Si spara stanotte.", "Stanotte dalle 2 alle 4 manca l'acqua."):
        assert resolved(unsure, FRIDAY) == unsure
    assert resolved(text, None) == text


def test_a_weekday_within_the_days_of_a_feast_is_that_one() -> None:
    feast = "Dal 4 al 6 dicembre c'è la festa. Venerdì alle 18 si apre, si balla da sabato alle 14."
    said = (
        "Dal 4 al 6 dicembre c'è la festa. Venerdì 4 dicembre alle 18 si apre, si balla da sabato 5 dicembre"
        " alle 14."
    )
    assert resolved(feast, WEDNESDAY) == said
    longer = feast.replace("al 6", "al 16")  # has two of them
    assert resolved(longer, WEDNESDAY) == longer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dalle 21:30 di oggi, martedì 14 luglio 2026, alle 5:30 di domani.", date(2026, 7, 14)),
        ("L'acqua manca domani (giovedì 18 maggio 2028).", date(2028, 5, 17)),
        ("Oggi, lunedì 18 agosto 2026, si chiude.", None),  # a Tuesday
        ("Da oggi, 3 maggio, si paga.", None),  # of which year?
        ("Come oggi 3 maggio 2026 si ricorda.", None),
        ("Oggi 3 maggio 2026 e domani 9 maggio 2026.", None),  # two
        ("Oggi, lunedì 30 febbraio.", None),
    ],
)
def test_a_page_says_itself_when_it_was_written(text: str, expected: date | None) -> None:
    assert day_of_writing(text) == expected


@given(day=st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_the_days_around_are_right_without_the_year(day: date) -> None:
    """29 February apart: a weekday and a day of the month leave the year open, and the days around it not."""
    said = giorno(day)
    written = day_of_writing(f"Si chiude oggi, {said}, e domani.")
    assert written is not None
    assert giorno(written) == said
    if (day.month, day.day) not in ((2, 28), (2, 29)):
        assert giorno(written + timedelta(days=1)) == giorno(day + timedelta(days=1))


def test_tomorrow_is_counted_from_the_day_that_the_page_names() -> None:
    body = (
        "Per un guasto l'erogazione dell'acqua verrà chiusa in tutto il paese dalle ore 22 di oggi, giovedì"
        " 8 luglio 2027, alle ore 5 di domani."
    )
    made = summarise(title="Carenza idrica", abstract="", body=body, limit=275)
    assert "alle 5 di venerdì 9 luglio" in made.text
