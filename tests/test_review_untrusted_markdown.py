"""What comes from a site is text in every page that an editor sees: no link, picture or heading of it."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from db.models import BulletinItem, BulletinStatus
from flows.approve import ended, load_round
from flows.bulletin.candidates import LeftOut
from flows.bulletin.language.markdown import link
from flows.compose import Draft, report
from flows.draft.evidence import SourcedItem
from flows.draft.refresh import Waiting
from flows.review.page import Round, artifact
from flows.sending.checks import Check, Preflight, Verdict
from scrapers.pages.pages import parse_page
from scrapers.text import line, plain
from tests.world.builders import make_bulletin
from tests.world.comune import Comune
from tests.world.shelf import article

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OWN = ("data:image/svg+xml;base64,", "https://comune.example/")
TURNS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
WORST = "Mercato](http://127.0.0.1:1/finto) ![p](http://pixel.evil.example/p.png) [Approvato dal Sindaco"
LINKS = ("](", "![p](", "http://evil.example/p.png", ")", "[", "]", "[x]: http://evil.example")
TAGS = ("<img src=x>", "<b>", "</b>", "<", ">", "<http://evil.example>", "&#91;", "&lt;")
MARKS = ("`", "```", "*", "**", "_", "~~", "#", "# ", "- ", "1. ", "|", "\\", "---", "===", "> ")
PLAIN = ("\n", "\n\n", "\r", "\t", "    ", " ", "a", "x")
PIECES = st.sampled_from((*LINKS, *TAGS, *MARKS, *PLAIN))
HOSTILE = st.lists(PIECES, min_size=1, max_size=12).map("".join)
FEW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def require_text(page: str, headings: int) -> None:
    """Nothing of the page leads or asks elsewhere; it has only the headings that we write."""
    tokens = READER.parse(page)
    inline = [child for token in tokens for child in token.children or ()]
    asked = [
        str(one.attrGet("href") or one.attrGet("src") or "")
        for one in inline
        if one.type in ("link_open", "image")
    ]
    assert all(one.startswith(OWN) for one in asked), asked
    assert not [one for one in (*tokens, *inline) if one.type.startswith("html_")]
    assert sum(token.type == "heading_open" for token in tokens) == headings


@pytest.fixture
def shown(comune: Comune) -> Round:
    with comune.look() as session:
        bulletin = make_bulletin(session, status=BulletinStatus.in_review, now=comune.now)
        number = bulletin.id
    return load_round(comune.settings, comune.engine, number, now=comune.now)


def with_words(shown: Round, words: str) -> Round:
    text = "Via Roma chiude il 30 novembre."
    item = BulletinItem(id=1, version_id=1, position=1, title=words, text=text, url="", category="Avvisi")
    item.url = f"https://comune.example/x{words}"
    told = SourcedItem(words, item.text, f"{words}\nVia Roma chiude il 30 novembre. {words}")
    return replace(
        shown,
        items=(item,),
        problems=(words,),
        remarks=(words,),
        site=(words,),
        awaited=(words, words),
        sourced=(told,),
        queue=(Waiting(1, words, words), Waiting(2, words, words, is_left_out=True)),
    )


@FEW
@given(words=HOSTILE)
def test_no_word_of_a_site_becomes_part_of_an_editors_page(comune: Comune, shown: Round, words: str) -> None:
    draft = with_words(shown, words)
    require_text(artifact(comune.settings, draft, comune.now), headings=2)
    require_text(ended(comune.settings, draft, comune.now), headings=2)
    composed = Draft(
        "",
        blind=(words,),
        queue=(words,),
        left_out=(LeftOut(words, words, ""),),
        remarks=(words,),
        changed=(words,),
    )
    require_text(report(composed), headings=0)
    checks = Preflight((Check("Numero", Verdict.attention, words),))
    require_text(checks.markdown, headings=0)
    assert len([one for one in READER.parse(checks.markdown) if one.type == "tr_open"]) == 2
    require_text(link(words, f"https://comune.example/{words}"), headings=0)


def test_the_title_that_showed_a_picture_is_a_title(comune: Comune, shown: Round) -> None:
    page = artifact(comune.settings, with_words(shown, WORST), comune.now)
    require_text(page, headings=2)
    assert "pixel.evil.example" in page  # as words


@pytest.mark.parametrize("sign", TURNS)
def test_signs_that_turn_the_direction_of_writing_are_dropped(sign: str) -> None:
    assert line(f"Tel. {sign}02 1234") == plain(f"Tel. {sign}02 1234") == "Tel. 02 1234"
    assert line(f"<b>Tel.</b> &#{ord(sign)};02 1234") == "Tel. 02 1234"
    text = f"Chiamate il {sign}02 1234 &#{ord(sign)};per sapere altro della chiusura."
    page = parse_page(article(text, f"Uno{sign}"), "https://comune.example/1")
    assert not set(TURNS) & set(f"{page.title}{page.body}{page.abstract}")
