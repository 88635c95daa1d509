import json
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.bulletin.render import utf16
from flows.bulletin.shorten import cut, mended
from flows.bulletin.summary import Summarised, summarise
from flows.bulletin.titles import casing, is_told, softened
from tests.shared import SHARED, needs_shared

TITLE = "Chiusura della biblioteca"
ABSTRACT = "La biblioteca resta chiusa da lunedì 3 a venerdì 7 marzo per inventario."
BODY = """Da lunedì 3 marzo la biblioteca chiude per inventario.

Riapre sabato 8 marzo alle 9.30. Info: 02 1234."""


def test_the_offices_short_description_comes_first() -> None:
    made = summarise(title=TITLE, abstract=ABSTRACT, body=BODY, limit=275)
    assert made == Summarised(ABSTRACT, "abstract")


@pytest.mark.parametrize(
    "abstract",
    [
        "",
        "Biblioteca",
        TITLE,
        f"{TITLE}.",
        "La biblioteca resta chiusa da lunedì [...]",
        "La biblioteca resta…",
        "I documenti da portare sono questi:",
        "La biblioteca resta chiusa da lunedì. Leggi tutto »",
    ],
)
def test_a_description_that_describes_nothing_gives_way_to_whole_sentences(abstract: str) -> None:
    made = summarise(title=TITLE, abstract=abstract, body=BODY, limit=80)
    assert made == Summarised("Da lunedì 3 marzo la biblioteca chiude per inventario.", "sentences")


def test_of_a_truncated_teaser_without_a_page_the_whole_sentences_stay() -> None:
    made = summarise(
        title=TITLE, abstract="La biblioteca chiude lunedì. Per i prestiti si […]", body="", limit=200
    )
    assert made == Summarised("La biblioteca chiude lunedì.", "sentences")


def test_without_any_text_the_title_stands_alone() -> None:
    assert summarise(title="SCUOLE CHIUSE", abstract="", body="", limit=177) == Summarised(
        "Scuole chiuse", "title"
    )


def test_a_text_that_does_not_name_its_matter_gets_the_title_where_there_is_room() -> None:
    untold = "Gli uffici ricevono solo su appuntamento. Il servizio è gratuito."
    made = summarise(title="Cambio di residenza", abstract=untold, body="", limit=100)
    assert made.text == f"Cambio di residenza. {untold}"
    assert summarise(title="Cambio di residenza", abstract=untold, body="", limit=70).text == untold


def test_a_fragment_keeps_the_title_it_leans_on() -> None:
    made = summarise(title="Libri: Il lago", abstract="", body="di Anna Verdi, con letture", limit=100)
    assert made.text == "Libri: Il lago: di Anna Verdi, con letture."


def test_a_list_that_does_not_fit_says_that_it_goes_on() -> None:
    body = "Portare alla festa:\n\n* un cuscino\n* una coperta\n* una torcia elettrica con le pile"
    made = summarise(title="Festa", abstract="", body=body, limit=50)
    assert made.text == "Portare alla festa: un cuscino; una coperta…"


def test_an_announcement_of_a_list_that_is_not_there_says_that_it_goes_on() -> None:
    made = summarise(title="Residenza", abstract="Per la residenza occorrono:", body="", limit=100)
    assert made == Summarised("Per la residenza occorrono…", "sentences")


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (80, "La strada è chiusa, salvo ai residenti (via Roma, 3), dalle 8 alle 12…"),
        (65, "La strada è chiusa, salvo ai residenti (via Roma, 3)…"),
        (45, "La strada è chiusa, salvo ai residenti…"),
        (4, ""),
    ],
)
def test_a_cut_falls_at_a_clause_outside_brackets_and_numbers(limit: int, expected: str) -> None:
    text = "La strada è chiusa, salvo ai residenti (via Roma, 3), dalle 8 alle 12, per lavori lunghi."
    assert cut(text, limit) == expected


@pytest.mark.parametrize("limit", range(20, 60))
def test_a_cut_never_leaves_half_a_date_or_a_hanging_article(limit: int) -> None:
    shortened = cut(
        "Il mercato si tiene il 19, 20 e 21 gennaio in piazza della Vittoria dalle 8 alle 13", limit
    )
    assert not re.search(r"(?:\b(?:il|della|dalle|alle|in|e|19|20|21|8))…$", shortened)


def test_brackets_without_their_other_half_go() -> None:
    assert mended("a) moduli; b) firme «ok» (allegato 1.") == "moduli; firme «ok» allegato 1."
    assert mended("Orari (lun-ven) [nuovi]") == "Orari (lun-ven) [nuovi]"


def test_capital_titles_take_their_capitals_from_the_text() -> None:
    forms = casing(["La scuola di Milano resta chiusa.", "Scade la TARI con il PNRR."])
    assert softened("SCUOLA DI MILANO, TARI E ISEE: XX EDIZIONE", forms) == (
        "Scuola di Milano, TARI e ISEE: XX edizione"
    )
    assert softened("FESTA DELLA A.S.D. AURORA", {}) == "Festa della A.S.D. Aurora"
    assert softened("RINVIATO - Concerto", forms) == "RINVIATO - Concerto"


def test_a_title_is_told_by_the_stems_of_its_words() -> None:
    assert is_told("Chiusure delle biblioteche comunali", "La biblioteca comunale è chiusa.")
    assert not is_told("Cambio di residenza", "Gli uffici ricevono solo su appuntamento.")


PIECES = """La strada è chiusa via Roma (vedi pag.~3) dalle 8 alle 12. Per €~12,50 «città» lunedì novità, e
    che ecc. [nota perché D.Lgs. 267/2000. UFFICIO TARI! a) 😀"""
WORDS = st.sampled_from([piece.replace("~", " ") for piece in PIECES.split()])
PROSE = st.lists(WORDS, max_size=40).map(" ".join)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", unicodedata.normalize("NFC", text).casefold()))


@settings(deadline=None)
@given(PROSE, PROSE, PROSE, st.integers(0, 300))
def test_every_word_of_a_summary_stands_in_its_source(
    title: str, abstract: str, body: str, limit: int
) -> None:
    made = summarise(title=title, abstract=abstract, body=body, limit=limit)
    assert words(made.text) <= words(f"{title} {abstract} {body}")


@settings(deadline=None)
@given(
    st.text(max_size=200) | PROSE,
    st.text(max_size=200) | PROSE,
    st.text(max_size=400) | PROSE,
    st.integers(0, 300),
)
def test_a_summary_fits_on_one_line_without_half_brackets(
    title: str, abstract: str, body: str, limit: int
) -> None:
    made = summarise(title=title, abstract=abstract, body=body, limit=limit)
    assert utf16(made.text) <= limit
    assert made.text == " ".join(made.text.split())
    assert mended(made.text) == made.text
    assert made == summarise(title=title, abstract=abstract, body=body, limit=limit)


@needs_shared
def test_real_news_get_a_text_in_every_slot_width() -> None:
    lines = (SHARED / "news" / "comune_news.jsonl").read_text(encoding="utf-8").splitlines()
    for item in map(json.loads, lines[::3]):
        for limit in (177, 275, 921):
            made = summarise(
                title=item["title"], abstract=item["teaser"] or "", body=item["text"] or "", limit=limit
            )
            assert 0 < utf16(made.text) <= limit, item["id"]
            assert mended(made.text) == made.text


@pytest.mark.parametrize(
    "unit", ["La strada è chiusa. ", "parola ", "*a ", "[a ", "(a ", ".", "a", "a\n", "|a", "# "]
)
def test_a_huge_text_of_any_kind_gets_its_summary(unit: str) -> None:
    """200 kB each: an expression that looks back at every step would hold the suite up for minutes."""
    made = summarise(title="Titolo di prova", abstract="", body=unit * (200_000 // len(unit)), limit=275)
    assert 0 < utf16(made.text) <= 275
