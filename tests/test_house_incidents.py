"""The twelve incidents, a page each: how each is seen, when it is over, in the words of the program."""

import re

from tests.test_house_manual import SOURCES
from tests.world.documents import INCIDENTS


def test_every_incident_is_listed_and_says_how_it_is_seen_and_when_it_is_over() -> None:
    listed = re.findall(r"^\d+\. \[(.+)\]\(#", INCIDENTS.text, re.MULTILINE)
    told = re.findall(r"^## \d+\. (.+)$", INCIDENTS.text, re.MULTILINE)
    assert told == listed
    assert len(told) == 12
    for number, title in enumerate(told, start=1):
        section = INCIDENTS.section(f"{number}. {title}")
        assert "**Si vede**" in section
        assert "**È finito quando**" in section


def test_what_the_incidents_quote_the_program_says() -> None:
    quoted = set(re.findall(r"`(the [^`]+|is gone[^`]+)`", INCIDENTS.text))
    quoted |= set(re.findall(r"gruppo \*([^*]+)\*", INCIDENTS.text))
    quoted |= set(re.findall(r"\*(Eco da fuori|Disco|Ritorno da WhatsApp)\*", INCIDENTS.text))
    quoted |= set(re.findall(r"riga `([^`]+)`", INCIDENTS.text))
    assert len(quoted) >= 7
    for words in quoted:
        assert any(words in source for source in SOURCES.values()), words
