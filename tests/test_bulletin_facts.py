from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.bulletin.facts.figures import in_words
from flows.bulletin.facts.find import Kind, facts
from flows.bulletin.language.dates import giorno


def told(text: str, *kinds: Kind, published: date | None = None) -> list[str]:
    """The values of those kinds, in the order of the text."""
    return [fact.value for fact in facts(text, published=published) if fact.kind in kinds]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("il 30 novembre 2026", ["2026-11-30"]),
        ("il 30 novembre", ["--11-30"]),
        ("lunedì 30/11/2026", ["2026-11-30"]),
        ("Scadenza: 30.11.26", ["2026-11-30"]),
        ("2026-11-30", ["2026-11-30"]),
        ("A partire dal 03 08 2026", ["2026-08-03"]),
        ("19, 20 e 21 gennaio", ["--01-19", "--01-20", "--01-21"]),
        ("dal 3 al 5 dicembre", ["--12-03", "--12-05"]),
        ("30 e giovedì 31 ottobre", ["--10-30", "--10-31"]),
        ("MARTEDI' 14 LUGLIO E MERCOLEDI' 15 LUGLIO", ["--07-14", "--07-15"]),
        ("dal 28 novembre al 3 dicembre 2026", ["2026-11-28", "2026-12-03"]),
        ("dal 28 dicembre al 6 gennaio 2027", ["2026-12-28", "2027-01-06"]),
        ("dal 07/04/2026 al 10/04/2026", ["2026-04-07", "2026-04-10"]),
        ("10-11-12 settembre", ["--09-10", "--09-11", "--09-12"]),
        ("alle 18, 10 ottobre", ["--10-10"]),
        ("1° dicembre e primo maggio", ["--12-01", "--05-01"]),
        ("entro l'8/3, venerdì 14/10", ["--03-08", "--10-14"]),
        ("20 Ott. e 3 set 2026", ["--10-20", "2026-09-03"]),
        ("da ottobre 2026 a marzo", ["2026-10", "--03"]),
        ("il 3, il 10 e l'11 dicembre '26", ["2026-12-03", "2026-12-10", "2026-12-11"]),
        ("tra il 26 e il 27/05", ["--05-26", "--05-27"]),
        ("scade il 15.12, sabato 16.12 ore 9", ["--12-15", "--12-16"]),
        ("𝟯 𝗺𝗮𝗿𝘇𝗼", ["--03-03"]),
        ("il 31/11/2026", []),
        ("via 2 Giugno, piazza 25 Aprile, via XX Settembre", []),
        ("art. 5, d.lgs. 33/2013, versione 8.30, via Roma 14/10", []),
        ("€ 10.12", []),
    ],
)
def test_dates_are_read_as_an_italian_reads_them(text: str, days: list[str]) -> None:
    assert told(text, Kind.date) == days


@pytest.mark.parametrize(
    "text",
    [
        "ordinanza n. 43 del 27 maggio 2026",
        "la deliberazione di Giunta Comunale n. 105 del 27/05/2026",
        "avviso di allerta regionale n. 45 del 27.05.2026",
        "il d.lgs. 33 del 27 maggio 2026",
        "nota prot. 33593 del 27.5.2026",
    ],
)
def test_the_date_of_an_act_is_no_day_of_an_event(text: str) -> None:
    assert told(text, Kind.act_date) == ["2026-05-27"]
    assert told(text, Kind.date) == []


def test_the_date_of_a_sitting_is_that_of_an_event() -> None:
    assert told("seduta del 27 maggio", Kind.date) == ["--05-27"]


def test_a_date_carries_the_weekday_that_the_text_gives_it() -> None:
    days = {fact.value: fact.weekday for fact in facts("Lunedì 11 maggio, martedì 12 e 13 maggio 2026")}
    assert days == {"2026-05-11": "lunedì", "2026-05-12": "martedì", "2026-05-13": ""}
    assert told("Dal lunedì al venerdì, lun-sab. chiuso", Kind.weekday) == [
        "lunedì",
        "venerdì",
        "lunedì",
        "sabato",
    ]


def test_relative_days_get_their_date_only_from_the_day_of_publication() -> None:
    assert told("Domani e stasera, mai i giovani d'oggi", Kind.relative) == ["domani", "stasera"]
    assert told("Domani e stasera", Kind.date, published=date(2026, 11, 30)) == ["2026-12-01", "2026-11-30"]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("alle 16.30", ["16:30"]),
        ("ore 9", ["09:00"]),
        ("dalle 8 alle 18", ["08:00", "18:00"]),
        ("dalle ore 21 alle ore 5", ["21:00", "05:00"]),
        ("8:30-12:30", ["08:30", "12:30"]),
        ("ore 14-18:30", ["14:00", "18:30"]),
        ("ore 18,30", ["18:30"]),
        ("8.30/12.30, lunedì 9.12", ["08:30", "12:30", "09:12"]),
        ("mercoledì 15-18, alcuni sabati 9-12", ["15:00", "18:00", "09:00", "12:00"]),
        ("tra le 8 e le 16", ["08:00", "16:00"]),
        ("dall'1 alle 3", ["01:00", "03:00"]),
        ("a mezzogiorno e a mezzanotte, cioè alle 24 o alle 0", ["12:00", "24:00", "24:00", "24:00"]),
        ("alle 9 e mezza di sera", ["21:30"]),
        ("alle 3 famiglie, alle 12 associazioni", []),
        ("alle 11 deposizione della corona, alle 15 giochi", ["11:00", "15:00"]),
        ("€ 10.30, 8.30 euro, versione 8.30, art. 5.10, 10.50%", []),
        ("il 10.30.2026 o il numero 3.20.15", []),
    ],
)
def test_hours_are_told_from_prices_versions_and_counts(text: str, hours: list[str]) -> None:
    assert told(text, Kind.time) == hours


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("€ 1.200,50", Kind.amount, ["1200.5"]),
        ("10,00 € oppure 10 euro, euro 10", Kind.amount, ["10", "10", "10"]),
        ("2 milioni di euro e 230 mila euro", Kind.amount, ["2000000", "230000"]),
        ("due mila e cinquecento euro", Kind.amount, ["2500"]),
        ("sconto del 12,5% o dieci, il 30 per cento", Kind.percentage, ["12.5", "30"]),
        ("trentadue posti, duemilacinquecento, 1.200 e 3", Kind.number, ["32", "2500", "1200", "3"]),
        ("anno 2025/26 e 2025-2026", Kind.number, ["2025/2026", "2025/2026"]),
        ("27° Trofeo, quinta edizione, XXIV festa, 2^ avviso", Kind.ordinal, ["27", "5", "24", "2"]),
        ("art. 5, d.lgs. 33/2013, ordinanza n. 43", Kind.reference, ["art 5", "33/2013", "43"]),
        ("tel. 0424-818 636, 0341.708111", Kind.phone, ["0424818636", "0341708111"]),
        ("numero verde 800 123 456, cell. +39 345 678 9012", Kind.phone, ["800123456", "3456789012"]),
        ("02 1234567/02 7654321", Kind.phone, ["021234567", "027654321"]),
        ("P.IVA 03410170963, prot. n. 0033593, CIG 8001234567", Kind.phone, []),
        ("il 03/08/2026 e 03-08-2026", Kind.phone, []),
        ("Info@Comune.it.", Kind.email, ["info@comune.it"]),
        (
            "https://www.Comune.it/Avvisi/?utm_source=fb&id=3. o argentia.it",
            Kind.link,
            ["comune.it/Avvisi/?id=3", "argentia.it"],
        ),
        ("allerta gialla per temporali e arancione per vento", Kind.level, ["gialla", "arancione"]),
        ("numero verde, area verde, la maglia rossa", Kind.level, []),
        ("in via G. Verdi 3, v.le Italia e piazza della Repubblica", Kind.place, None),
        ("sulla SP 10 e la S.S.36", Kind.place, ["sp 10", "ss 36"]),
        ("a Palazzo Pirola, Sala Zanella", Kind.place, ["palazzo pirola", "sala zanella"]),
        ("prenotazione via WhatsApp o via mail, corso di fotografia", Kind.place, []),
        ("La sindaca Ilaria Scaccabarozzi incontra i cittadini", Kind.name, ["ilaria scaccabarozzi"]),
    ],
)
def test_each_kind_has_one_canonical_value(text: str, kind: Kind, values: list[str] | None) -> None:
    streets = ["via g verdi", "viale italia", "piazza della repubblica"]
    assert told(text, kind) == (streets if values is None else values)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Evento ANNULLATO, si terrà altrove", ["annullato"]),
        ("La festa non si terrà", ["annullato"]),
        ("rinviata, posticipato, sospesa, revocata, proroga", None),
        ("ingresso libero ma prenotazione non obbligatoria", ["gratuito", "non obbligatorio"]),
        ("acqua non è più potabile", ["non potabile"]),
        (
            "chiusa, apre, riapertura, cinema all'aperto, a pagamento",
            ["chiuso", "aperto", "riaperto", "a pagamento"],
        ),
    ],
)
def test_decisive_words_have_a_polarity(text: str, words: list[str] | None) -> None:
    expected = ["rinviato", "rinviato", "sospeso", "revocato", "prorogato"] if words is None else words
    assert told(text, Kind.word) == expected


@given(st.dates(date(2020, 1, 1), date(2039, 12, 31)))
def test_every_day_written_out_is_read_back(day: date) -> None:
    (fact,) = facts(f"La festa si fa {giorno(day)} {day.year} in paese")
    assert (fact.kind, fact.value, fact.weekday) == (Kind.date, day.isoformat(), giorno(day).split()[0])


@given(st.integers(0, 23), st.integers(0, 59), st.sampled_from([".", ":"]))
def test_every_hour_written_out_is_read_back(hour: int, minute: int, mark: str) -> None:
    value = "24:00" if (hour, minute) == (0, 0) else f"{hour:02}:{minute:02}"
    assert told(f"si comincia alle {hour}{mark}{minute:02} in piazza", Kind.time) == [value]


@given(st.integers(1, 9_999_999))
def test_every_amount_in_euros_is_read_back(cents: int) -> None:
    shown = f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02}"
    (value,) = told(f"Il contributo è di € {shown} a famiglia", Kind.amount)
    assert round(float(value) * 100) == cents


@pytest.mark.parametrize(
    ("word", "number"),
    [("ventuno", 21), ("ottantotto", 88), ("centotre", 103), ("trentatré", 33), ("milleduecento", 1200)],
)
def test_numbers_in_words(word: str, number: int) -> None:
    assert in_words(word) == number
    assert in_words(f"{word}x") is None


@given(st.text(max_size=400))
@settings(max_examples=200)
def test_any_text_gives_facts_that_stand_where_they_say(text: str) -> None:
    for fact in facts(text):
        assert text[fact.start : fact.end] == fact.shown
        assert fact.shown


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "9" * 5000 + " milioni",
        "mille" + " milioni" * 900,
        "7 milioni" * 500,
        "tel" + " 0331" * 3000,
        "1, 2 e 3, " * 9000,
        "ore 8-9 " * 9000,
        "A B " * 9000,
    ],
    ids=lambda text: text[-12:],
)
def test_absurd_numbers_are_read_without_harm(text: str) -> None:
    assert all(text[fact.start : fact.end] == fact.shown for fact in facts(text))


def test_in_200_kb_on_one_line_no_fact_is_lost() -> None:
    sentence = "Il 3 marzo 2026 alle 16.30 in via Roma 5 la Proloco di Desio offre 12 premi da € 30. "
    assert len(facts(sentence * 2400)) == 2400 * len(facts(sentence))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (
            "da giovedì 29 gennaio ore 14 a venerdì 30 gennaio ore 14",
            ["--01-29", "14:00", "--01-30", "14:00"],
        ),
        (
            "dalle 21 di sabato 9 agosto alle 6 di domenica 10 agosto",
            ["21:00", "--08-09", "06:00", "--08-10"],
        ),
        ("non oltre le 12 del 3 maggio", ["12:00", "--05-03"]),
        ("il bus delle 16 parte alle 12.30", ["16:00", "12:30"]),
        ("giovedì anche 14-18", ["14:00", "18:00"]),
        ("con ordinanza n. 4/2026, per la giornata del 15 ottobre 2026", ["2026-10-15"]),
    ],
)
def test_hours_beside_days_are_no_days_and_a_day_beside_an_act_is_its_own(
    text: str, values: list[str]
) -> None:
    assert told(text, Kind.date, Kind.time) == values


def test_the_day_of_an_act_stands_behind_the_number_of_its_register() -> None:
    found = facts("Con determina n. 20 (R.G. n. 235) del 04.03.2024 è approvato il bando.")
    assert [fact.kind for fact in found if "2024" in fact.value] == [Kind.act_date]
