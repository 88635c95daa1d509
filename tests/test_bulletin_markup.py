import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdownify import markdownify

from flows.bulletin.language.markup import parameter, plain
from tests.world.shared import SHARED, needs_shared

PAGE = """
<h2>Che cos'è</h2>
<p>Il <strong>Sindaco</strong> ha <a href="/o_(1).pdf" title="PDF">firmato
l'ordinanza</a> .<br>Vale dal 3 marzo</p>
<p>Portare:</p>
<ul><li>carta d'identità;</li><li>ricevuta_2 <em>pagata</em></li></ul>
<table><tr><th>Giorno</th><th>Ore</th></tr><tr><td>lunedì</td><td>9-12</td></tr></table>
<p><img src="a.png" alt="Foto della piazza">Info
<a href="mailto:urp@comune.esempio.it">urp@comune.esempio.it</a></p>
"""


def test_a_page_becomes_lines_that_do_not_glue() -> None:
    assert plain(markdownify(PAGE)).split("\n") == [
        "Il Sindaco ha firmato l'ordinanza.",
        "Vale dal 3 marzo.",
        "Portare:",
        "carta d'identità;",
        "ricevuta_2 pagata.",
        "Giorno: Ore;",
        "lunedì: 9-12.",
        "Info urp@comune.esempio.it.",
    ]


@pytest.mark.parametrize("style", ["atx", "underlined"])
def test_headings_go_unless_there_is_nothing_else(style: str) -> None:
    heading = markdownify("<h2>Scuole chiuse</h2>", heading_style=style)
    assert plain(heading) == "Scuole chiuse."
    assert plain(f"{heading}\n\nRiaprono martedì.") == "Riaprono martedì."


def test_a_whole_paragraph_written_as_a_heading_stays() -> None:
    text = "Da lunedì 3 marzo lo sportello anagrafe si trasferisce in via Roma 12"
    assert plain(f"### {text}\n\nOrari invariati.") == f"{text}.\nOrari invariati."


def test_escaped_characters_come_back_as_they_were() -> None:
    assert plain(r"Modulo \_bozza\_, tariffa 3\*4\*5 e \[allegato\]\(1\)") == (
        "Modulo _bozza_, tariffa 3*4*5 e [allegato](1)."
    )


def test_numbers_multiplied_in_plain_text_keep_their_signs() -> None:
    assert plain("Misure 3*4*5 cm") == "Misure 3*4*5 cm."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Prezzo *esclusa IVA*", "Prezzo ∗esclusa IVA∗"),
        ("Circa ~5 km~ di coda", "Circa ∼5 km∼ di coda"),
        ("_bozza_ di file_nome_lungo", "‗bozza‗ di file_nome_lungo"),
        ("3*4*5 e 2 * 3 * 4", "3*4*5 e 2 * 3 * 4"),
        ("Perche` `codice`", "Perche' 'codice'"),
        ("*nota", "*nota"),
        ("  via\u00a0Roma\r\n\t12\u200b ", "via Roma 12"),
        ("perche\u0301\x00 no\u00adto", "perché noto"),
        ("https://comune.esempio.it/a_b_c", "https://comune.esempio.it/a_b_c"),
    ],
)
def test_a_parameter_is_shown_as_it_stands(text: str, shown: str) -> None:
    assert parameter(text) == shown


@settings(deadline=None)
@given(st.text(max_size=80) | st.text(alphabet="ab1 *_~\n\t\u00a0\u200b.", max_size=40))
def test_a_parameter_is_one_clean_line_and_stays_so(text: str) -> None:
    clean = parameter(text)
    assert parameter(clean) == clean
    assert clean == unicodedata.normalize("NFC", clean)
    assert "  " not in clean
    assert clean == clean.strip()
    assert all(char == " " or not char.isspace() for char in clean)
    assert not any(unicodedata.category(char)[0] == "C" for char in clean)


@settings(deadline=None)
@given(st.text(alphabet="aB1 *_~`#|>-+.[]()!\\\n", max_size=120))
def test_any_soup_gives_plain_lines_without_losing_words(soup: str) -> None:
    lines = plain(soup)
    assert all(line.strip() for line in lines.split("\n")) or lines == ""


@needs_shared
def test_no_markdown_is_left_of_the_shared_fragments() -> None:
    cases = json.loads((SHARED / "text" / "whatsapp_markup_cases.json").read_text(encoding="utf-8"))["cases"]
    assert len(cases) >= 36
    left = {
        case["name"]: text
        for case in cases
        if any(sign in (text := plain(markdownify(case["html"]))) for sign in ("**", "](", "~~", "\\", "---"))
    }
    assert left == {}


LONG = (
    "La biblioteca resta chiusa per lavori al tetto, e i libri presi in prestito si possono rendere anche"
    " nella cassetta davanti al municipio di via Po"
)
WRAPPED = (
    "La biblioteca resta chiusa per i lavori al tetto, e i libri\npresi in prestito si rendono nella cassetta"
    " di via Po. Il\nSindaco ringrazia."
)


def test_a_line_longer_than_anybody_wraps_is_a_paragraph_and_wrapped_ones_are_joined() -> None:
    assert plain(f"{LONG}\nIl prestito riprende lunedì.") == f"{LONG}.\nIl prestito riprende lunedì."
    assert plain(WRAPPED) == WRAPPED.replace("\n", " ")


def test_days_below_each_other_are_no_wrapped_sentence() -> None:
    days = "Le assemblee sono:\nmartedì 19 gennaio in centro\ngiovedì 21 gennaio al Borgo"
    assert plain(days).split("\n")[1:] == ["martedì 19 gennaio in centro.", "giovedì 21 gennaio al Borgo."]
    wrapped = (
        "Le assemblee, aperte a tutti gli abitanti di Alba e dei borghi vicini, sono\nmartedì 19 gennaio."
    )
    assert plain(wrapped) == wrapped.replace("\n", " ")
