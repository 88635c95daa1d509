"""The sealed bulletin for other hands than a phone: SMS, text to paste, sheet for the notice board."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.bulletin.language.measure import utf16
from flows.bulletin.message import sms as gsm7
from flows.bulletin.message.board import STYLE, Board, notice_board
from flows.bulletin.message.paste import LIMIT, assisted
from flows.bulletin.message.sms import sms
from tests.world.frames import LONG, message

ADDRESS = "https://bollettino.comune.esempio.mi.it/b/7f3a9c"
SENDER = "Comune di Esempio"
ROADS = (
    "Via Roma è chiusa al traffico da lunedì 7 a venerdì 11 dicembre, dalle 8 alle 18, per lavori alla rete "
    "del gas; le deviazioni sono segnalate sul posto e le fermate spostate in via Verdi."
)
BOARD = Board(
    title="Notizie dal Comune di Esempio",
    comune=SENDER,
    address=ADDRESS,
    subscribe="Salva il numero 333 123 4567 e scrivi ATTIVA.",
    contact="02 1234 5678 (lun-ven 9-12)",
)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("Perché è più là, così può", (25, 160)),
        ("€5", (3, 160)),
        ("[~]", (6, 160)),
        ("È", (1, 70)),
        ("🎄", (2, 70)),
        ("ç", (1, 70)),
        ("PROVA · x", (9, 70)),
        ("Ça", (2, 160)),
    ],
)
def test_italian_accents_cost_nothing_and_others_halve_the_sms(text: str, taken: tuple[int, int]) -> None:
    assert gsm7.units(text) == taken


def test_what_a_telephone_lacks_is_written_as_on_a_typewriter() -> None:
    assert gsm7.written("È l’“ora” – già… 🎄👍🏽 n° 3\u00a0€") == "E' l'\"ora\" - già...  no 3 €"
    assert gsm7.written("PROVA · x") == "PROVA - x"
    assert gsm7.written("perche\u0301") == "perché"


def test_an_sms_tells_the_first_news_how_many_more_and_where() -> None:
    assert sms(SENDER, ["Scuole chiuse lunedì 7 dicembre", "due"], ADDRESS) == (
        f"Comune di Esempio: Scuole chiuse lunedì 7 dicembre. Un'altra notizia: {ADDRESS}"
    )
    told = sms(SENDER, [ROADS, "due", "tre"], ADDRESS)
    assert told.removeprefix(f"{SENDER}: ") == (
        f"Via Roma è chiusa al traffico da lunedì 7 a venerdì 11 dicembre... Altre 2 notizie: {ADDRESS}"
    )
    assert gsm7.fits(told)


def test_an_sms_in_another_alphabet_has_70_characters() -> None:
    told = sms("Comune", ["Привет всем жителям, школа закрыта до понедельника и далее."], "https://b.it/b/1")
    assert gsm7.units(told)[1] == 70
    assert gsm7.fits(told)


def test_an_sms_without_room_for_news_keeps_the_address() -> None:
    long = "https://bollettino." + "a" * 100 + ".it/b/1"
    assert sms(SENDER, [ROADS], long) == f"{SENDER}: {long}"
    with pytest.raises(ValueError, match="one SMS holds 160"):
        sms(SENDER, [ROADS], long + "a" * 60)
    with pytest.raises(ValueError, match="one news item"):
        sms(SENDER, [], ADDRESS)


@settings(deadline=None)
@given(st.lists(st.text(alphabet="aè €[È🎄П ,.'0", max_size=200), min_size=1, max_size=5))
def test_any_bulletin_fits_one_sms_and_keeps_its_address(texts: list[str]) -> None:
    told = sms(SENDER, texts, ADDRESS)
    assert gsm7.fits(told)
    assert told.endswith(ADDRESS)


def test_the_text_to_paste_is_the_sealed_message_with_its_page() -> None:
    text = assisted(message([ROADS, "Scuole chiuse."]), ADDRESS)
    assert text.split("\n\n") == [
        "*Notizie dal Comune di Esempio*",
        f"*In primo piano.* {ROADS}",
        "*2.* Scuole chiuse.",
        "Bollettino di mercoledì 30 settembre. Testi completi e contatti nella pagina qui sotto.",
        ADDRESS,
        "Per non ricevere più messaggi scrivi DISATTIVA",
    ]


def test_a_text_too_long_to_paste_loses_whole_items_and_says_so() -> None:
    long = message(["a" * 1500, "b" * 1500, "c" * 1500, "d" * 100])
    text = assisted(long, ADDRESS)
    assert utf16(text) <= LIMIT
    assert "b" * 1500 in text
    assert "c" * 10 not in text
    assert "d" * 10 not in text, "an item is never told without the one before it"
    assert "\n\nIl resto è nella pagina.\n\nBollettino di" in text
    assert ADDRESS in text
    frame = replace(long.frame, footer="f" * 5000)
    with pytest.raises(ValueError, match="the frame alone"):
        assisted(replace(long, frame=frame), ADDRESS)


class _Words(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_sheet_holds_every_sealed_text_and_asks_nothing_of_the_network() -> None:
    told = message([ROADS, 'Cena <di> "Natale" & altro'], LONG)
    page = notice_board(told, replace(BOARD, warning="PROVA: foglio non vero"))
    found = _Words(page)
    for text in (*told.texts, BOARD.title, ADDRESS, BOARD.subscribe, "PROVA: foglio non vero"):
        assert text in found.words or any(text in piece for piece in found.words), text
    assert not {"script", "img", "link", "iframe"} & set(found.tags)
    assert STYLE in page
    assert "size: A4" in page
    assert "DISATTIVA" not in page, "nobody answers a sheet of paper"


def test_the_sheet_of_a_web_page_takes_its_style_from_there() -> None:
    page = notice_board(message(["uno"]), BOARD, stylesheet="/foglio.css")
    assert '<link rel="stylesheet" href="/foglio.css">' in page
    assert "<style" not in page


def test_short_bulletins_are_printed_large() -> None:
    sizes = [
        notice_board(message(["a" * length]), BOARD).split('<body class="')[1][:3]
        for length in (90, 500, 900)
    ]
    assert sizes == ["s22", "s19", "s16"]
