"""What room is left has the office's own sentences, and word of the page goes where all is told."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.sentences import split
from flows.bulletin.page.reading import read
from flows.bulletin.summary.additions.filled import filled
from flows.bulletin.summary.checks.gate import judge
from tests.test_bulletin_summary import told

LINE = "Il servizio scuolabus della linea Gialla parte lunedì 20 settembre 2027 e non lunedì 13."
OTHER_LINE = "La linea Blu parte regolarmente."
QUOTA = "La quota della prima settimana sarà scontata dalla seconda rata."
LEFT = "Gli altri dettagli sono nella pagina."
SCHOOL_BUS = read(
    title="Scuolabus: rinviata la partenza", abstract="", body=f"{LINE} {OTHER_LINE}\n\n{QUOTA}"
)


def whatever(_: str) -> bool:
    return True


def test_a_page_that_has_room_is_told_whole_and_not_sent_for() -> None:
    assert filled(f"{LINE} {LEFT}", SCHOOL_BUS, 275, whatever) == f"{LINE} {OTHER_LINE} {QUOTA}"


def test_a_page_that_is_told_already_is_not_sent_for() -> None:
    grounds = (
        "Premesso che le presenze calano e considerato che la spesa va ridotta, si avverte la cittadinanza"
    )
    body = f"{grounds} che gli uffici comunali venerdì 2 gennaio 2026 sono chiusi al pubblico."
    text = told("Uffici comunali chiusi venerdì 2 gennaio", body).text
    assert "2 gennaio 2026" in text
    assert "nella pagina" not in text


@pytest.mark.parametrize(
    "beside",
    ["- la linea Rossa parte alle 7:30\n- la linea Verde parte alle 7:40\n", "Costo\n2 euro a corsa\n" * 4],
)
def test_what_stands_in_no_sentence_is_still_left_to_the_page(beside: str) -> None:
    notice = read(title=SCHOOL_BUS.title, abstract="", body=f"{LINE}\n\n{beside}\n{QUOTA}")
    assert filled(f"{LINE} {LEFT}", notice, 275, whatever).endswith(LEFT)


@pytest.mark.parametrize(
    "sentence",
    [
        "Tale quota sarà scontata dalla seconda rata.",  # of which, another sentence says
        "Se ne prevede l'avvio a novembre.",
        "Il tutto come da art. 40 del regolamento comunale.",
        "Per informazioni ci si può rivolgere all'ufficio scuola.",
        "Saranno effettuati il 20 settembre e il 4 ottobre.",
        "Le altre corse partono nei modi indicati nella pagina.",
        "Il servizio scuolabus della linea Gialla parte lunedì 20 settembre 2027.",  # told
    ],
)
def test_what_leans_repeats_or_is_the_office_s_own_is_not_added(sentence: str) -> None:
    more = "Gli abbonamenti si ritirano a scuola. " * 3  # the page stays longer than what is told
    notice = read(title=SCHOOL_BUS.title, abstract="", body=f"{LINE} {sentence}\n\nCosto\n{more}")
    assert sentence not in filled(f"{LINE} {LEFT}", notice, 275, whatever)


def test_what_is_left_to_the_page_by_name_is_not_told_in_part() -> None:
    body = (
        "La piscina apre sabato 5 giugno 2027. Dalle 16 l'ingresso costa 4 euro.\n\nTariffe\n7 euro\n3 euro\n"
    )
    notice = read(title="Piscina: apertura", abstract="", body=body)
    text = "La piscina apre sabato 5 giugno 2027. Le tariffe sono nella pagina."
    assert filled(text, notice, 275, whatever) == text


@settings(max_examples=60)
@given(limit=st.integers(100, 275), passing=st.booleans())
def test_nothing_told_is_lost_and_the_room_is_kept(limit: int, passing: bool) -> None:
    text = f"{LINE} {LEFT}"
    made = filled(text, SCHOOL_BUS, limit, lambda _: passing)
    assert made == text or (passing and utf16(made) <= limit)
    assert all(said in made for said in split(text) if said != LEFT)


def test_the_longer_text_is_judged_anew() -> None:
    seen: list[str] = []

    def passes(text: str) -> bool:
        seen.append(text)
        return not judge(text, SCHOOL_BUS).refused

    made = filled(f"{LINE} {LEFT}", SCHOOL_BUS, 275, passes)
    assert made in seen
