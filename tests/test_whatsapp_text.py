"""A page's HTML as WhatsApp text: what a phone would draw, read by a parser of its own."""

import html
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.bulletin.message.whatsapp_text import whatsapp
from tests.shared import SHARED, needs_shared

CASES = SHARED / "text" / "whatsapp_markup_cases.json"
NAMES = {"*": "bold", "_": "italic", "~": "strike"}


def is_word(char: str) -> bool:
    return char.isalnum()


def edges(line: str, sign: str) -> list[int]:
    """Places of a sign that WhatsApp may take for a mark: not within a word, not between spaces."""
    padded = f" {line} "
    return [
        at
        for at, char in enumerate(line)
        if char == sign
        and not (is_word(padded[at]) and is_word(padded[at + 2]))
        and not (padded[at] == padded[at + 2] == " ")
    ]


def faults(text: str) -> list[str]:
    """Marks without a partner, with a space inside, or touching a word outside."""
    found = []
    for line in text.split("\n"):
        for sign in NAMES:
            places = edges(line, sign)
            if len(places) % 2:
                found.append(f"{sign} unbalanced: {line!r}")
                continue
            for start, end in zip(places[::2], places[1::2], strict=True):
                inner = line[start + 1 : end]
                outside = f" {line} "[start] + f" {line} "[end + 2]
                if not inner.strip() or inner != inner.strip() or any(map(is_word, outside)):
                    found.append(f"{sign} misplaced: {line!r}")
    return found


def spans(text: str) -> set[tuple[str, str]]:
    """What is drawn in a style, as (style, text without marks)."""
    found = set()
    for line in text.split("\n"):
        marks = {at for sign in NAMES for at in edges(line, sign)}
        for sign, name in NAMES.items():
            places = edges(line, sign)
            for start, end in zip(places[::2], places[1::2], strict=True):
                shown = "".join(line[at] for at in range(start + 1, end) if at not in marks)
                found.add((name, shown))
    return found


@needs_shared
def test_the_shared_cases_are_drawn_as_they_say() -> None:
    document: dict[str, Any] = json.loads(CASES.read_text(encoding="utf-8"))
    wrong = {}
    for case in document["cases"]:
        text = whatsapp(case["html"], base_url=document["base_url"])
        wanted = {(span["mark"], span["text"]) for span in case["spans"]}
        missing = [words for words in case["must_contain"] if words not in text]
        left = [words for words in case["must_not_contain"] if words in text]
        if spans(text) != wanted or missing or left or faults(text):
            wrong[case["name"]] = (text, spans(text), missing, left)
    assert len(document["cases"]) >= 36
    assert wrong == {}


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("<p>Ufficio <b>chiuso.</b></p><p><i>Riapre</i> lunedì</p>", "Ufficio *chiuso.*\n\n_Riapre_ lunedì"),
        ("<b><ul><li>uno</li><li>due</li></ul></b>", "- *uno*\n- *due*"),
        ("<ol start='3'><li>tre</li><li>quattro</li></ol>", "3. tre\n4. quattro"),
        ("<ul><li><ul><li>dentro</li></ul></li></ul>", "- dentro"),
        ("<i>a<b>b</b></i><b>c</b>", "a*bc*".replace("*", "")),
        ("<b>Lun</b><b>edì</b> 3", "*Lunedì* 3"),
        ("<h2>Orari <a href='/o'>qui</a></h2>x", "*Orari qui: https://a.it/o*\n\nx"),
        ("<a href='#su'>su</a> <a href='javascript:x()'>via</a> <a href='http://['>?</a>", "su via ?"),
        ("<a href='mailto:urp@a.it?subject=x'>Scrivici</a>", "Scrivici: urp@a.it"),
        ("<a href='tel:+39021234'>02 1234</a>", "02 1234"),
        ("<p>&gt; 18 anni</p>", ">18 anni"),
        ("<p>## Titolo scritto a mano</p>", "Titolo scritto a mano"),
        (r"<p>**nota** \_x\_ [y](z)</p>", "∗∗nota∗∗ ‗x‗ [y] (z)"),
        ("<p>https://a.it/~rossi/_x_?a_b=1</p>", "https://a.it/%7Erossi/%5Fx%5F?a_b=1"),
        ("<p>2 * 3 e 3*4*5 m<sup>2</sup></p>", "2 * 3 e 3*4*5 m2"),
        ("<dl><dt>Dove</dt><dd>in piazza</dd></dl>", "Dove\nin piazza"),
        ("<pre>uno\n  due</pre>", "uno\ndue"),
        ("<blockquote>a<ul><li>b</li></ul></blockquote>", "> a\n> - b"),
        ("", ""),
        ("<p>\u202eRoma\u202c \ue000x\u200b</p>", "Roma x"),
    ],
)
def test_what_offices_write_becomes_what_whatsapp_knows(page: str, shown: str) -> None:
    assert whatsapp(page, base_url="https://a.it/") == shown


def test_a_table_under_a_head_names_each_value() -> None:
    page = """<table><caption>Sportello</caption>
    <thead><tr><th>Giorno</th><th>Ore</th><th>Note</th></tr></thead>
    <tbody><tr><td>lunedì</td><td>9-12</td><td></td></tr><tr><td>martedì</td><td>14<br>16</td><td>solo su
    <b>appuntamento</b></td></tr></tbody></table>"""
    assert whatsapp(page).split("\n") == [
        "*Sportello*",
        "- Giorno: lunedì; Ore: 9-12; Note: –",
        "- Giorno: martedì; Ore: 14 16; Note: solo su *appuntamento*",
    ]


def test_a_relative_link_without_a_base_keeps_its_text() -> None:
    assert whatsapp('<a href="/bando.pdf">Il bando</a>') == "Il bando"


def test_thousands_of_nested_elements_keep_their_words_and_no_script() -> None:
    page = "<div>" * 3000 + "Chiuso lunedì<script>x()</script>" + "</div>" * 3000
    assert whatsapp(page) == "Chiuso lunedì"


WORDS = st.text(alphabet="abèZ9 *_~`#[]()>-.\\:/\n\u00a0\u200b", min_size=1, max_size=12)
INLINE = ["b", "strong", "i", "em", "del", "a href='/x_y'", "span", "sup", "code", "u"]
BLOCKS = ["p", "h3", "div", "ul", "ol", "li", "blockquote", "table", "tr", "td", "th", "dl", "dd", "pre"]


def element(tag: str, inside: str) -> str:
    return f"<{tag}>{inside}</{tag.split()[0]}>"


TREES = st.recursive(
    WORDS.map(html.escape) | st.sampled_from(["<br>", "<hr>", " ", "<script>spia()</script>"]),
    lambda inner: st.builds(
        element, st.sampled_from(INLINE + BLOCKS), st.lists(inner, max_size=4).map("".join)
    ),
    max_leaves=12,
)


def visible(page: str) -> set[str]:
    """Words of a page that no tag and no sign cuts."""
    pieces = re.split(r"<script>.*?</script>|<[^>]*>", page)
    words = {word for piece in pieces for word in re.findall(r"[^\W_]+", html.unescape(piece))}
    return {word for word in words if "\u200b" not in word}


@settings(deadline=None, max_examples=400)
@given(st.lists(TREES, max_size=5).map("".join))
def test_any_page_keeps_its_words_and_gets_only_marks_that_are_drawn(page: str) -> None:
    text = whatsapp(page, base_url="https://a.it/")
    assert faults(text) == []
    assert [
        sign for sign in ("**", "__", "~~", "##", "](", "\\_", "\\*", "`", "spia", "<b") if sign in text
    ] == []
    assert {word for word in visible(page) if word not in text} == set()
    assert "\n\n\n" not in text
    assert text == text.strip()
    assert not re.search(r"(?m)^ | $|  ", text)
    assert not re.search("[\ue000-\ue00f]", text)


@settings(deadline=None)
@given(st.text(alphabet="abèZ9 *_~`#[]()>-.\\:/", max_size=40))
def test_plain_text_changes_once_at_most(text: str) -> None:
    once = whatsapp(html.escape(text))
    assert whatsapp(html.escape(once)) == once
