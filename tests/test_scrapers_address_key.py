"""What of an address tells pages apart, and what only tells how somebody came there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.fetching.identity import address_key

SITE = "https://www.comune.esempio.mi.it"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/index.php?sid=12", "/index.php?sid=13"),
        ("/nota?ref=12", "/nota?ref=13"),
        ("/nota?ref=2026-112", "/nota?ref=2026-113"),
        ("/#/notizie/1", "/#/notizie/2"),
        ("/#!/news/1", "/#!/news/2"),
        ("/app?x=1#/notizie/1", "/app?x=1#/notizie/2"),
        ("/app#/notizie/1", "/app"),
    ],
)
def test_two_pages_have_two_keys(one: str, other: str) -> None:
    assert address_key(SITE + one) != address_key(SITE + other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/index.php?id=1&sid=9f86d081884c7d659a2feaa0c55ad015", "/index.php?id=1"),
        ("/index.php?id=1&SID=s1-9F86d081884c7d65", "/index.php?id=1"),
        ("/nota?ref=ab12cd34ef56ab78", "/nota"),
        ("/nota#commenti", "/nota"),
        ("/#/notizie/1/", "/#/notizie/1"),
        ("/nota?utm_source=x&fbclid=y", "/nota/"),
    ],
)
def test_one_page_has_one_key(one: str, other: str) -> None:
    assert address_key(SITE + one) == address_key(SITE + other)


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.sampled_from(["sid", "ref", "SID"]))
def test_numbers_of_pages_are_never_taken_for_sessions(one: int, other: int, name: str) -> None:
    keys = {address_key(f"{SITE}/index.php?{name}={number}") for number in (one, other)}
    assert len(keys) == len({one, other})
