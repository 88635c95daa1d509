"""The page where who is signed in proves once more who they are, as a browser finds it."""

import asyncio
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from db.engine import transaction
from db.models import SignIn
from flows.accounts import enrolment, passwords, proof, sign_in
from flows.accounts.reception import Reception
from flows.door import login
from flows.door.people import Person
from flows.settings import Settings
from tests.world.door_front import HERE, NOW, Front
from tests.world.people import Member, posted, signed_in

ANNA, PAGE = "Anna Redazione", "/accesso/codice"
LATER = NOW + timedelta(hours=2)  # 12:30 in Rome


@pytest.fixture
def reception(settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch) -> Reception:
    monkeypatch.setattr(passwords, "MEMORY", 64)
    monkeypatch.setattr(passwords, "PASSES", 1)
    here = Settings(settings.profile, settings.path, settings.state, str(sqlite.url))
    return Reception(here, lambda: LATER)


@pytest.fixture
def front(reception: Reception, monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    monkeypatch.setattr("tests.world.door_front.NOW", LATER)
    found = Front(reception)
    yield found
    found.http.close()


@pytest.fixture
def anna(settings: Settings, sqlite: Engine, reception: Reception) -> Member:
    return Member(settings, sqlite, ANNA, NOW)


def shown(front: Front, token: str, query: str = "") -> Any:
    return front.ask("GET", f"{PAGE}{query}", None, Cookie=f"bollettino={token}")


def plain(page: Any) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<body>")[2]).split())


def test_who_is_signed_in_types_a_code_and_goes_back_to_the_form(front: Front, anna: Member) -> None:
    page = shown(front, anna.key.token)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert f"Conferma che sei tu Sei {ANNA}." in plain(page)
    assert "negli ultimi 15 minuti: l'ultima volta è stata alle 10:30." in plain(page)
    assert "Entra di nuovo con" not in page.text
    done = posted(front, PAGE, token=anna.key.token, codice=anna.code(LATER), poi="")
    assert (done.status_code, done.headers["location"], "set-cookie" in done.headers) == (303, PAGE, False)
    page = shown(front, anna.key.token)
    assert "Fatto: puoi confermare" in plain(page)
    assert "alle 12:30: vale fino alle 12:45 . Torna alla scheda con il modulo e conferma" in plain(page)
    assert "vai avanti" not in page.text
    assert "Ti serve più tempo?" in page.text, "and a further code is good"
    known = front.ask("GET", "/accesso", None, Cookie=f"bollettino={anna.key.token}")
    assert f'href="{PAGE}"' in known.text


def test_after_a_quarter_of_an_hour_the_page_asks_again(
    front: Front, anna: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted(front, PAGE, token=anna.key.token, codice=anna.code(LATER))
    for passed, is_good in ((timedelta(minutes=15, seconds=-1), True), (timedelta(minutes=15), False)):
        monkeypatch.setattr("tests.world.door_front.NOW", LATER + passed)
        assert ("Fatto" in shown(front, anna.key.token).text) == is_good
    monkeypatch.setattr("tests.world.door_front.NOW", LATER + timedelta(hours=12))
    assert "l'ultima volta è stata alle 12:30 del 24/11/2026." in plain(shown(front, anna.key.token))


@pytest.mark.parametrize(
    ("then", "is_offered"),
    [
        ("/v2/runs/flow-run/x?tab=Logs&a=b", True),
        ("/redazione", True),
        ("https://evil.example/", False),
        ("//evil.example/", False),
        ("/accesso/codice?poi=/redazione", False),
        ("/accesso/esci", False),
        ("/api/flow_runs", False),
        ("", False),
    ],
)
def test_it_leads_on_to_a_page_of_this_server_where_one_was_asked_for(
    front: Front, anna: Member, then: str, is_offered: bool
) -> None:
    done = posted(front, PAGE, token=anna.key.token, codice=anna.code(LATER), poi=then)
    assert done.headers["location"].startswith(PAGE)
    page = front.ask("GET", done.headers["location"], None, Cookie=f"bollettino={anna.key.token}")
    links = re.findall(r'<a href="([^"]*)">Oppure vai avanti', page.text)
    assert links == ([then.replace("&", "&amp;")] if is_offered else [])
    assert "evil" not in page.text
    assert 'http-equiv="refresh"' not in page.text, "the form is in another tab"


def test_a_wrong_code_is_told_and_signs_nobody_out(front: Front, anna: Member) -> None:
    statuses = []
    for _ in range(6):
        answer = posted(front, PAGE, token=anna.key.token, codice="<b>1", poi="/redazione")
        statuses.append(answer.status_code)
        assert 'name="poi" value="/redazione"' in answer.text
        assert "<b>" not in answer.text
    assert statuses == [401] * 5 + [429]
    assert proof.LOCKED in answer.text.replace("&#39;", "'")
    answer = front.ask("GET", "/accesso/io", None, Cookie=f"bollettino={anna.key.token}")
    assert answer.text == ANNA
    assert "Conferma che sei tu" in shown(front, anna.key.token).text


def test_a_stranger_signs_in_first_and_comes_back(front: Front, anna: Member) -> None:
    for query, asked in (
        ("", "/accesso?poi=%2Faccesso%2Fcodice"),
        ("?poi=/v2/runs", "/accesso?poi=%2Faccesso%2Fcodice%3Fpoi%3D%252Fv2%252Fruns"),
        ("?poi=//evil.example", "/accesso?poi=%2Faccesso%2Fcodice"),
    ):
        answer = front.ask("GET", f"{PAGE}{query}", None)
        assert (answer.status_code, answer.headers["location"]) == (303, asked)
    page = front.ask("GET", "/accesso?poi=%2Faccesso%2Fcodice%3Fpoi%3D%252Fv2%252Fruns", None)
    assert 'name="poi" value="/accesso/codice?poi=%2Fv2%2Fruns"' in page.text
    answer = posted(front, PAGE, token="x", codice=anna.code(LATER), poi="/v2/runs")
    assert answer.headers["location"] == "/accesso?poi=%2Faccesso%2Fcodice%3Fpoi%3D%252Fv2%252Fruns"
    assert login.within("/accesso/codice?poi=%2Fv2") == "/accesso/codice?poi=%2Fv2"
    for other in ("/accesso/codice/x", "/accesso/codici", "//accesso/codice", "/accesso/codice?\n"):
        assert login.within(other) == login.HOME


def test_whose_account_was_closed_is_no_longer_known(
    front: Front, anna: Member, settings: Settings, sqlite: Engine
) -> None:
    signed_in(settings, sqlite, "Bruno Vice", NOW)
    assert shown(front, anna.key.token).status_code == 200
    enrolment.close(sqlite, settings, ANNA, now=LATER)
    answer = posted(front, PAGE, token=anna.key.token, codice=anna.code(LATER))
    assert (answer.status_code, answer.headers["location"]) == (303, "/accesso?poi=%2Faccesso%2Fcodice")
    answer = front.ask("GET", "/accesso/io", None, Cookie=f"bollettino={anna.key.token}")
    assert answer.status_code == 401, "what was known of them for two seconds is forgotten too"


def test_a_form_of_another_page_proves_nothing(front: Front, anna: Member) -> None:
    for origin, status in (("https://evil.example", 421), ("null", 421), (None, 403)):
        answer = posted(front, PAGE, origin, anna.key.token, codice=anna.code(LATER))
        assert answer.status_code == status
    assert "Conferma che sei tu" in shown(front, anna.key.token).text
    page = shown(front, anna.key.token)
    assert {"form-action 'self'", "frame-ancestors 'none'", "script-src 'self'"} <= {
        *page.headers["content-security-policy"].split("; ")
    }
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "same-origin")


def test_the_door_knows_a_new_proof_at_once(reception: Reception, anna: Member) -> None:
    """Also where another tab asks who it is while the code is judged, and is answered later."""
    token = anna.key.token

    async def asked() -> list[datetime | None]:
        before = await reception.who(token)
        judged = reception._who
        began, may_end = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def slowly(token: str) -> Person | None:
            found = judged(token)
            loop.call_soon_threadsafe(began.set)
            asyncio.run_coroutine_threadsafe(may_end.wait(), loop).result(5)
            return found

        reception._known = {}
        reception._who = slowly  # type: ignore[method-assign]
        other_tab = asyncio.create_task(reception.who(token))
        await began.wait()
        reception._who = judged  # type: ignore[method-assign]
        assert isinstance(await reception.prove(token, anna.code(LATER)), Person)
        may_end.set()
        await other_tab
        after = await reception.who(token)
        return [one.proved_at if one else None for one in (before, after)]

    assert asyncio.run(asked()) == [NOW, LATER]


def test_by_the_sandboxes_link_nobody_is_asked_for_a_code(
    front: Front, settings: Settings, sqlite: Engine
) -> None:
    here = Settings(settings.profile, settings.path, settings.state, str(sqlite.url))
    people = enrolment.invent(here, sqlite, now=NOW)
    link = enrolment.entry_link(here, sqlite, people[0], f"{HERE}/v2", now=NOW)
    key = sign_in.sign_in_by_link(
        here.profile,
        sqlite,
        sign_in.vault(here),
        link.partition("=")[2].partition("&")[0],
        address="",
        now=NOW,
    )
    assert key is not None
    page = shown(front, key.token)
    assert "Con questo accesso di prova un codice non c'è" in plain(page)
    assert "<form" not in page.text
    answer = posted(front, PAGE, token=key.token, codice="000000")
    assert (answer.status_code, proof.NO_CODE in answer.text.replace("&#39;", "'")) == (401, True)


def test_what_was_proved_before_it_was_kept_counts_from_the_sign_in(
    front: Front, settings: Settings, sqlite: Engine
) -> None:
    token = signed_in(settings, sqlite, ANNA, LATER - timedelta(minutes=1))
    with transaction(sqlite) as session:
        assert session.exec(select(SignIn.proved_at)).one() is None
    assert "vale fino alle 12:44" in plain(shown(front, token))
