"""Invented notices of many kinds: what a citizen must find in the text of each, and what never stands there.

Apart from the annotated pages that `make eval` measures: the rules are held to both.
"""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows.bulletin.page.operative import operative
from flows.bulletin.summary.text import summarise

NOTICES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "notices.jsonl").read_text(encoding="utf-8").splitlines()
]
NEVER = re.compile(
    r"\bprot\. n|Residenza Municipale|Casa Comunale|F\.to|\bvist[oa] (?:l|il|la)\b|responsabile del servizio"
    r"|Scarica|\.pdf|\b(?:il|la|di|e|con|per|in)…",
    re.I,
)
LIMIT = 275  # UTF-16 units


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: notice["title"][:40])
def test_a_notice_tells_what_a_citizen_needs(notice: dict[str, Any]) -> None:
    published = date.fromisoformat(notice["published"])
    told = summarise(
        title=notice["title"], abstract="", body=notice["text"], limit=LIMIT, published=published
    )
    assert told.warnings == ()
    assert [fact for fact in notice["keep"] if fact.lower() not in told.text.lower()] == [], told.text
    assert NEVER.search(told.text) is None, told.text
    assert told.text[:1].isupper() or told.text[:1].isdigit()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "IL SINDACO Visto l'art. 54; Considerato il rischio; ORDINA la chiusura di via Po.",
            "Si ordina la chiusura di via Po.",
        ),
        (
            "VISTA la richiesta; DISPONE: l'istituzione del divieto di sosta.",
            "Si istituisce il divieto di sosta.",
        ),
        (
            "IL SINDACO Visto l'art. 54; ORDINA il divieto assoluto di accendere fuochi.",
            "È vietato accendere fuochi.",
        ),
        ("Il regolamento dispone che il mercato chiuda alle 13.", None),
        ("Considerato il successo, la mostra è prorogata.", None),
    ],
)
def test_what_an_act_orders_leads(text: str, said: str | None) -> None:
    assert operative(text).strip() == (said or text)
