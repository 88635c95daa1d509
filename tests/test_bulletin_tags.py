from hypothesis import given, settings
from hypothesis import strategies as st

from flows.bulletin.language.markup import without_tags


def test_html_that_came_through_becomes_lines() -> None:
    page = (
        "<div class='a'><p>La biblioteca <b>chiude</b>.</p><script>var a ="
        " '<p>';</script><ul><li>Luned&igrave;</li></ul>"
    )
    assert [line.strip() for line in without_tags(page).splitlines() if line.strip()] == [
        "La biblioteca chiude.",
        "Lunedì",
    ]


def test_a_text_without_tags_stays_as_it_is() -> None:
    for text in ("Scrivi a <info@comune.esempio.it>.", "3 < 5 e 7 > 2", "R&amp;D", "a <3 b"):
        assert without_tags(text) == text


@settings(deadline=None)
@given(st.text(alphabet="<>/ab =\"'!-pscript&;", max_size=80))
def test_any_soup_gives_a_text(soup: str) -> None:
    without_tags(soup)
