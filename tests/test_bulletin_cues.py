import re

import pytest

from flows.bulletin.language.cues import Cued, cues


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"è fatto (?:assoluto )?divieto di\b", {"divieto di"}),
        (r"(?<!prima )istanz(a|e)\b", {"istanz"}),
        (r"(l|all|dell)['’]istanza\b", {"istanza"}),
        (r"\b(?:chius\w+|(?<!date e )orari\w*|apr(?:e|ono))\b", {"chius", "orari", "apr"}),
        (r"(?P<day>lunedì|sabato)\s(?P=day)", {"lunedì", "sabato"}),
        (r"mult[ae]{0,1}(?:subito)?", {"mult"}),
        (r"(?-i:Comune) (?:di|del) \w+", {"comune"}),
        (r"non(?! solo)", {"non"}),
        (r"[\]a-z]++verde{2}", {"verde"}),
    ],
)
def test_cues_stand_in_whatever_matches(pattern: str, expected: set[str]) -> None:
    assert set(cues(pattern)) == expected


@pytest.mark.parametrize(
    "pattern", [r"\d{1,2}", r"(?:chiuso)?", r"chiuso|\d+", r"(?:ora)*|alba", r"[a-z]+", r"a"]
)
def test_a_pattern_that_needs_no_letters_has_no_cues(pattern: str) -> None:
    assert cues(pattern) == ()


@pytest.mark.parametrize(
    "text", ["", "La piscina È CHIUSA da lunedì", "Riapre sabato; apre ora, chiusa ieri"]
)
@pytest.mark.parametrize(
    "pattern", [r"\bchius(?P<end>[oaie])\b", r"\b(?:ri)?apr(?:e|ono)\b|domani", r"[;,]\s", r"(?<=da )lunedì"]
)
def test_answers_are_those_of_re(pattern: str, text: str) -> None:
    cued, bare = Cued(pattern, re.I), re.compile(pattern, re.I)
    found = bare.search(text)
    assert bool(cued.search(text)) is bool(found)
    assert [match.span() for match in cued.finditer(text)] == [match.span() for match in bare.finditer(text)]
    assert cued.findall(text) == bare.findall(text)
    assert list(cued.split(text)) == bare.split(text)
    assert cued.sub("-", text) == bare.sub("-", text)
    assert cued.may_match(text) or found is None


def test_capitals_hide_no_cue_of_a_pattern_that_minds_them() -> None:
    assert Cued("Comune").search("il Comune") is not None
    assert Cued("Comune").search("il comune") is None
    assert Cued("CHIUSO", re.I).search("chiuso") is not None


@pytest.mark.parametrize("pattern", [r"\x61perto", r"\u0061perto", r"(?x) aper to", r"(?ix)aper to"])
def test_a_letter_that_is_written_otherwise_is_no_cue(pattern: str) -> None:
    assert Cued(pattern).search("aperto") is not None
