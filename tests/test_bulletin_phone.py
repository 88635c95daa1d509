"""What a phone shows of a message: the lines before "Leggi tutto", and the picture of it."""

import base64
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.bulletin.language.markup import parameter
from flows.bulletin.message.frame import fill, parameters
from flows.bulletin.message.lines import (
    LARGE_WIDTH,
    LINES,
    WIDTH,
    Run,
    cells,
    characters,
    folded,
    runs,
    wrapped,
)
from flows.bulletin.pictures.phone import Look, address, picture
from tests.world.editor import browser_page
from tests.world.frames import DAY, LONG, bulletin_frame

NEWS = (
    "Via Roma chiusa al traffico da lunedì 7 a venerdì 11 dicembre, dalle 8 alle 18, per lavori alla rete "
    "del gas. Deviazioni segnalate; le fermate della linea 2 sono spostate in via Verdi. Info: 02 1234 5678.",
    "Uffici comunali aperti anche sabato 12 dicembre dalle 9 alle 12 per il rinnovo della carta d'identità. "
    "Serve l'appuntamento, da prendere entro giovedì 10 dicembre allo Sportello o sul sito del Comune.",
)
OLDER = "*Notizie dal Comune di Esempio*, bollettino di {}:\n\n*1.* {}\n\n*2.* altro"
SVG = "{http://www.w3.org/2000/svg}"


def news_before_fold(body: str, item: str, width: int = WIDTH) -> int:
    """How many characters of the item that stands first are read without opening the message."""
    seen = " ".join(folded(body, width).before)
    start = seen.find(item[:10])
    if start < 0:
        return 0
    shared = 0
    for char, shown in zip(item, seen[start:], strict=False):
        if char != shown:
            break
        shared += 1
    return len(item[:shared].rstrip())


@pytest.mark.parametrize("news", NEWS)
def test_most_of_the_first_news_is_read_before_the_fold(news: str) -> None:
    body = fill(bulletin_frame(4), parameters([news, "due", "tre", "quattro"], DAY))
    assert news_before_fold(body, news) >= 140
    assert news_before_fold(body, news, LARGE_WIDTH) >= 60
    older = OLDER.format(DAY, news)
    assert news_before_fold(older, news) < news_before_fold(body, news) / 1.5


def test_the_fold_counts_empty_lines_and_draws_no_marks() -> None:
    found = folded("*In primo piano.* Uno\n\n*2.* Due\n\n*3.* Tre\n\nFine", WIDTH)
    assert found.before == ("In primo piano. Uno", "", "2. Due", "", "3. Tre")
    assert found.after == ("", "Fine")
    assert len(folded("uno due tre quattro cinque sei", 4).before) == LINES
    assert folded("poco", WIDTH).after == ()


def test_a_message_that_does_not_begin_with_the_item_shows_none_of_it() -> None:
    assert news_before_fold("\n\n\n\n\nDopo la piega", "Dopo la piega") == 0


def test_what_readers_take_for_one_character_stays_whole() -> None:
    assert list(characters("e\u0301👨‍👩‍👧🇮🇹👍🏽a")) == ["e\u0301", "👨‍👩‍👧", "🇮🇹", "👍🏽", "a"]


def test_styles_come_out_of_marks_and_only_of_marks() -> None:
    assert runs("*Dove:* in _via *Roma*_ 3*4*5") == [
        Run("Dove:", "*"),
        Run(" in "),
        Run("via ", "_"),
        Run("Roma", "_*"),
        Run(" 3*4*5"),
    ]
    assert runs("") == []


@settings(deadline=None)
@given(st.text(alphabet="ab *_~è🎄\u0301 ", max_size=60), st.integers(2, 12))
def test_no_line_is_wider_than_the_screen_and_no_character_is_lost(text: str, room: int) -> None:
    drawn = [Run(text)] if text else []
    lines = ["".join(run.text for run in line) for line in wrapped(drawn, room, cells)]
    assert lines
    assert all(sum(map(cells, characters(line))) <= room for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


ITEMS = ['Scuole <chiuse> & "uffici" aperti 🎄 ' * 3, "https://" + "x" * 80, "*finta* ~barra~ \x0b", "Fine."]


def test_the_picture_is_sound_xml_and_holds_every_word() -> None:
    drawn = picture(bulletin_frame(4, LONG), parameters(ITEMS, DAY), Look("Comune di Esempio & <figli>"))
    root = ET.fromstring(drawn)
    lines = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    together = "".join(lines).replace(" ", "")
    for text in ITEMS:
        assert parameter(text).replace(" ", "") in together
    assert "… Leggi tutto" in lines
    assert lines.count("Leggi il bollettino") == 2
    assert {element.tag for element in root.iter()} <= {
        f"{SVG}{name}" for name in ("svg", "title", "rect", "path", "circle", "text", "tspan")
    }
    assert len(drawn) < 20_000


def test_the_picture_is_an_address_that_asks_nothing_of_the_network() -> None:
    drawn = picture(bulletin_frame(1), parameters(["Scuole chiuse."], DAY), Look("Comune"))
    start, _, encoded = address(drawn).partition(",")
    assert start == "data:image/svg+xml;base64"
    assert base64.b64decode(encoded).decode() == drawn
    assert "Per intero" in drawn
    assert "href" not in drawn


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=200))
def test_any_text_can_be_drawn(text: str) -> None:
    ET.fromstring(picture(bulletin_frame(1), parameters([text], DAY), Look(text)))


def test_a_browser_draws_it_within_the_bubble() -> None:
    drawn = picture(bulletin_frame(4, LONG), parameters([*NEWS, *ITEMS[:2]], DAY), Look("Comune di Esempio"))
    with browser_page() as page:
        page.set_content(drawn)
        widths = page.evaluate("[...document.querySelectorAll('text')].map(t => t.getBBox().width)")
        page.set_content(f'<img src="{address(drawn)}">')
        page.wait_for_function("document.querySelector('img').complete")
        size = page.evaluate("[document.querySelector('img').naturalWidth]")
    assert max(widths) <= 270
    assert size[0] > 600
