"""The incidents, a page each: how each is seen, when it is over, in the words of the program."""

import re

from tests.test_house_manual import SOURCES
from tests.world.documents import INCIDENTS, names_in

ONE_PAGE = 380  # words, with their tables and commands
GUARD = "il guardiano scrive"


def test_every_incident_is_listed_and_says_how_it_is_seen_and_when_it_is_over() -> None:
    listed = re.findall(r"^\d+\. \[(.+)\]\(#", INCIDENTS.text, re.MULTILINE)
    told = re.findall(r"^## \d+\. (.+)$", INCIDENTS.text, re.MULTILINE)
    assert told == listed
    assert len(told) == 14
    for number, title in enumerate(told, start=1):
        section = INCIDENTS.section(f"{number}. {title}")
        assert "**Si vede**" in section
        assert "**È finito quando**" in section
        assert len(section.split()) <= ONE_PAGE, f"{title}: it is read under stress"
        assert "manuale.md" not in section, f"{title}: leads to a page in English"


def test_what_the_incidents_quote_the_program_says() -> None:
    quoted = set(re.findall(r"`(the [^`]+|is gone[^`]+)`", INCIDENTS.text))
    quoted |= set(
        re.findall(r"\*(Disco|Ritorno da WhatsApp|Registro e testimone|Ultima prova)\*", INCIDENTS.text)
    )
    quoted |= set(re.findall(r"riga `([^`]+)`", INCIDENTS.text))
    assert len(quoted) >= 7
    for words in quoted:
        assert any(words in source for source in SOURCES.values()), words


def test_what_the_guard_writes_of_has_a_row_in_its_words() -> None:
    rows = [
        row
        for heading in (
            "4. Prefect o la pagina dei cittadini non risponde",
            "7. Il disco è pieno, o una copia non riesce",
        )
        for row in INCIDENTS.rows(heading, GUARD)
    ]
    quoted = [words for row in rows for words in names_in(row[0])]
    assert len(quoted) == 7
    watching = [
        source for path, source in SOURCES.items() if path.startswith(("flows/watchdog/", "flows/doctor/"))
    ]
    for words in quoted:
        assert any(words in source for source in watching), words
