"""The sign-in pages and the cookie: what a browser gets, with what, and what opens nothing any more."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from db.engine import make_engine, transaction
from flows.accounts import enrolment, passwords, persons, sign_in
from flows.accounts.reception import Reception
from flows.door import login, pages
from flows.door.people import Key, Person
from flows.settings import Settings
from tests.world.door_front import HERE, ID, INTERNAL, NOW, PEOPLE, Front
from tests.world.people import PASSWORD, Member, posted, signed_in

ANNA = "Anna Redazione"


@pytest.fixture
def front(settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    monkeypatch.setattr(passwords, "MEMORY", 64)
    monkeypatch.setattr(passwords, "PASSES", 1)
    monkeypatch.setattr("flows.accounts.reception.FRESH", -1.0)  # each question is asked anew
    here = Settings(settings.profile, settings.path, settings.state, str(sqlite.url))
    found = Front(Reception(here, lambda: NOW + timedelta(minutes=5)))
    yield found
    found.http.close()


def cookie(answer: Any) -> tuple[str, list[str]]:
    name_and_value, *attributes = answer.headers["set-cookie"].split("; ")
    return name_and_value.removeprefix("bollettino="), attributes


def test_with_the_first_account_the_shared_password_opens_nothing_any_more(
    front: Front, settings: Settings, sqlite: Engine
) -> None:
    path = "/api/flow_runs/filter"
    assert front.ask("POST", path, body={}).status_code == 201
    assert front.ask("GET", "/v2/runs", None).status_code == 201
    assert front.ask("GET", "/accesso", None).headers["location"] == "/redazione"
    enrolment.add(settings, sqlite, persons.named(settings, ANNA), now=NOW)
    assert front.ask("POST", path, body={}).status_code == 201, "an invitation closes nothing"
    token = signed_in(settings, sqlite, ANNA, NOW)
    front.reached.clear()
    refused = front.ask("POST", path, body={})
    assert refused.status_code == 401
    assert refused.json()["detail"] == (
        "La password che la redazione aveva in comune non vale più: ognuno entra con il proprio nome, da "
        f"{HERE}/accesso"
    )
    assert front.ask("POST", path, None, {}).json()["detail"] == login.SIGN_IN
    assert front.ask("GET", "/redazione/contenuto").status_code == 401
    assert front.reached == []
    for credential in (None, PEOPLE):  # what the browser kept from before harms nothing
        assert front.ask("POST", path, credential, {}, Cookie=f"bollettino={token}").status_code == 201
    assert front.ask("GET", "/redazione/contenuto", None, Cookie=f"bollettino={token}").status_code == 200
    assert front.ask("POST", path, INTERNAL, {}).status_code == 201
    enrolment.close(sqlite, settings, ANNA, now=NOW)
    assert front.ask("POST", path, body={}).status_code == 201
    assert front.ask("POST", path, None, {}, Cookie=f"bollettino={token}").status_code == 401


def test_who_signs_in_comes_to_the_page_that_was_asked_for(
    front: Front, settings: Settings, sqlite: Engine
) -> None:
    anna = Member(settings, sqlite, ANNA, NOW)
    for asked in ("/redazione", "/redazione/comando/ferma"):
        sent = front.ask("GET", asked, None)
        assert (sent.status_code, sent.headers["location"]) == (303, login.to(_scope(asked)))
    page = front.ask("GET", login.to(_scope("/redazione/comando/ferma")), None)
    assert 'value="/redazione/comando/ferma"' in page.text
    fields = {"nome": ANNA, "password": PASSWORD, "poi": "/redazione/comando/ferma"}
    wrong = posted(front, "/accesso", codice="000000", **fields)
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
    assert "Nome, password o codice non sono giusti." in wrong.text
    assert (PASSWORD in wrong.text, f'value="{ANNA}"' in wrong.text) == (False, True)
    right = posted(front, "/accesso", codice=anna.code(NOW + timedelta(minutes=5)), **fields)
    assert (right.status_code, right.headers["location"]) == (303, "/redazione/comando/ferma")
    token, attributes = cookie(right)
    assert attributes == ["Max-Age=43200", "Path=/", "HttpOnly", "SameSite=Strict"]
    assert front.ask("GET", "/accesso/io", None, Cookie=f"bollettino={token}").text == ANNA
    assert f"Sei {ANNA}" in front.ask("GET", "/accesso", None, Cookie=f"bollettino={token}").text
    out = posted(front, "/accesso/esci", token=token)
    assert cookie(out)[1][0] == "Max-Age=0"
    assert front.ask("GET", "/accesso/io", None, Cookie=f"bollettino={token}").status_code == 401


def _scope(path: str, query: bytes = b"") -> dict[str, Any]:
    return {"path": path, "query_string": query}


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/v2/runs/flow-run/x?tab=Logs", "/v2/runs/flow-run/x?tab=Logs"),
        ("/", "/"),
        ("//evil.example", "/redazione"),
        ("/\\evil.example", "/redazione"),
        ("https://evil.example", "/redazione"),
        ("javascript:alert(1)", "/redazione"),
        ("/v2\r\nSet-Cookie: x=y", "/redazione"),
        ("/v2\\..", "/redazione"),
        ("/accesso/esci", "/redazione"),
        ("/api/flow_runs", "/redazione"),
        ("/accessori", "/accessori"),
        ("", "/redazione"),
    ],
)
def test_one_is_led_to_a_page_of_this_server_only(asked: str, led: str) -> None:
    assert login.within(asked) == led


def test_a_form_with_many_fields_is_refused(front: Front) -> None:
    fields = {f"campo_{number}": "1" for number in range(login.MOST_FIELDS + 1)}
    assert posted(front, "/accesso", **fields).status_code == 400


def test_a_form_of_another_page_is_refused(front: Front, settings: Settings, sqlite: Engine) -> None:
    anna = Member(settings, sqlite, ANNA, NOW)
    fields = {"nome": ANNA, "password": PASSWORD, "codice": anna.code(NOW + timedelta(minutes=5))}
    for origin, status in (("https://evil.example", 421), ("null", 421), (None, 403)):
        assert posted(front, "/accesso", origin, **fields).status_code == status
        assert posted(front, "/accesso/esci", origin, anna.key.token).status_code == status
    assert front.ask("GET", "/accesso/io", None, Cookie=f"bollettino={anna.key.token}").status_code == 200
    for method in ("PUT", "DELETE", "PATCH"):
        assert front.ask(method, "/accesso", None, Origin=HERE).status_code == 403


def test_the_pages_stand_in_no_frame_ask_nobody_else_and_are_not_kept(
    front: Front, settings: Settings, sqlite: Engine
) -> None:
    signed_in(settings, sqlite, "Bruno Vice", NOW)
    link = enrolment.add(settings, sqlite, persons.named(settings, ANNA), now=NOW)
    for path in ("/accesso", link.removeprefix(HERE), "/accesso/invito/altro"):
        answer = front.ask("GET", path, None)
        policy = answer.headers["content-security-policy"].split("; ")
        assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'"} <= {
            *policy
        }
        assert {"frame-ancestors 'none'", "base-uri 'none'"} <= {*policy}
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin", "else a form does not tell where it stands"
        addresses = re.findall(r'(?:src|href|action)="([^"]+)"', answer.text)
        assert all(re.match(r"/(?!/)|data:|otpauth:", address) for address in addresses), addresses
        assert "<style" not in answer.text
        assert not re.search(r'\son\w+="', answer.text)


def test_an_invitation_leads_to_an_account(front: Front, settings: Settings, sqlite: Engine) -> None:
    here = Settings(settings.profile, settings.path, settings.state, str(sqlite.url))
    path = enrolment.add(here, sqlite, persons.named(here, ANNA), now=NOW).removeprefix(HERE)
    page = front.ask("GET", path, None)
    assert f"{ANNA}, prepara il tuo accesso" in page.text
    from pyotp import TOTP

    totp = TOTP(re.findall(r"<code>(\w{32})</code>", page.text)[0])
    code = totp.at(NOW + timedelta(minutes=5))
    told = {
        login.DIFFERENT: {"password": PASSWORD, "ancora": "altra", "codice": code},
        "La password è corta": {"password": "corta", "ancora": "corta", "codice": code},
        "Il codice non è quello dell&#39;app": {"password": PASSWORD, "ancora": PASSWORD, "codice": "000000"},
    }
    for words, fields in told.items():
        answer = posted(front, path, **fields)
        assert answer.status_code == 400
        assert words in answer.text
    done = posted(front, path, password=PASSWORD, ancora=PASSWORD, codice=code)
    assert len(re.findall(r"<li>\w{4}-\w{4}-\w{4}</li>", done.text)) == enrolment.RECOVERY_CODES
    token, _ = cookie(done)
    assert front.ask("GET", "/accesso/io", None, Cookie=f"bollettino={token}").text == ANNA
    assert posted(front, path, password=PASSWORD, ancora=PASSWORD, codice=code).status_code == 404
    assert front.ask("GET", path, None).status_code == 404


def test_too_many_tries_are_refused_for_a_while(front: Front, settings: Settings, sqlite: Engine) -> None:
    Member(settings, sqlite, ANNA, NOW)
    statuses = [posted(front, "/accesso", nome=ANNA, password="x", codice="1").status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "x",
        "bollettino=",
        "bollettino={0}; bollettino={0}",
        "altro={0}",
        'bollettino="{0}',
        "bollettino={0}x",
    ],
)
def test_a_cookie_that_is_not_ours_is_nobodys(
    front: Front, settings: Settings, sqlite: Engine, kept: str
) -> None:
    token = signed_in(settings, sqlite, ANNA, NOW)
    answer = front.ask("POST", "/api/flow_runs/filter", None, {}, Cookie=kept.format(token))
    assert (answer.status_code, front.reached) == (401, [])


def test_a_database_that_does_not_answer_lets_nobody_in(
    front: Front, settings: Settings, sqlite: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("select", {}, Exception("away"))

    monkeypatch.setattr("flows.accounts.reception.mark.are_used", away)
    for credential in (None, PEOPLE):
        assert front.ask("POST", "/api/flow_runs/filter", credential, {}).status_code == 503
    assert front.ask("POST", "/api/flow_runs/filter", INTERNAL, {}).status_code == 201, "our own go on"


def test_without_its_database_a_door_that_knew_accounts_opens_to_nobody(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.accounts.reception.FRESH", -1.0)
    file = tmp_path / "kept" / "bollettino.db"
    file.parent.mkdir()
    here = Settings(settings.profile, settings.path, tmp_path / "state", f"sqlite:///{file}")

    def asked() -> int:
        """By one who comes with the shared password after a restart."""
        front = Front(Reception(here, lambda: NOW))
        with front.http:
            return front.ask("POST", "/api/flow_runs/filter", body={}).status_code

    assert (asked(), list(file.parent.iterdir())) == (201, []), "nobody has an account, and no file is begun"
    engine = make_engine(here.database)
    SQLModel.metadata.create_all(engine)
    signed_in(here, engine, ANNA, NOW)
    mark = here.state / "accessi-in-uso"
    assert not mark.exists(), "as those who enrolled before there was one"
    assert asked() == 401
    assert mark.stat().st_mode & 0o777 == 0o600
    with transaction(engine) as session:
        session.connection().execute(text("DELETE FROM signin"))
        session.connection().execute(text("DELETE FROM account"))
    assert asked() == 401, "an older copy of the database knows nobody"
    SQLModel.metadata.drop_all(engine)
    assert asked() == 503
    engine.dispose()
    for one in file.parent.iterdir():
        one.unlink()
    assert (asked(), list(file.parent.iterdir())) == (503, [])


def test_the_mark_of_the_accounts_goes_with_the_last_one(settings: Settings, sqlite: Engine) -> None:
    mark = settings.state / "accessi-in-uso"
    enrolment.add(settings, sqlite, persons.named(settings, ANNA), now=NOW)
    assert not mark.exists(), "an invitation closes nothing"
    for name in (ANNA, "Bruno Vice"):
        Member(settings, sqlite, name, NOW)
        assert mark.exists()
    enrolment.close(sqlite, settings, ANNA, now=NOW)
    assert mark.exists()
    enrolment.close(sqlite, settings, "Bruno Vice", now=NOW)
    assert not mark.exists()


# ------------------------------------------------------------ Prefect's own pages


def shown(person: bool, path: str, kind: bytes, body: bytes) -> tuple[int, dict[bytes, bytes], bytes]:

    sent: list[Any] = []

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        assert path.endswith(".js") or not [name for name, _ in scope["headers"] if name == b"if-none-match"]
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body)), (b"etag", b"x")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body[:9], "more_body": True})
        await send({"type": "http.response.body", "body": body[9:]})

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"path": path, "query_string": b"tab=Logs", "headers": [(b"if-none-match", b"x")]}
    who = Person("anna", ANNA, "editor", "") if person else None
    asyncio.run(pages.show(app, who, scope, None, send))  # type: ignore[arg-type]
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(one["body"] for one in sent[1:])


def test_prefects_pages_are_shown_to_who_has_signed_in_with_our_script_in_them() -> None:
    html = b"<!DOCTYPE html>\n<html><head><script src=x></script></head></html>"
    status, headers, body = shown(True, "/v2/runs", b"text/html; charset=utf-8", html)
    assert (status, body) == (200, html.replace(b"<head>", b"<head>" + pages.SCRIPT))
    assert int(headers[b"content-length"]) == len(body)
    assert b"etag" not in headers
    status, headers, body = shown(False, "/v2/runs", b"text/html; charset=utf-8", html)
    assert (status, body) == (303, b"")
    assert headers[b"location"] == b"/accesso?poi=%2Fv2%2Fruns%3Ftab%3DLogs"
    script = b"let everybody = 'may read it';"
    assert shown(False, "/v2/assets/index.js", b"text/javascript", script)[2] == script
    settings = b'{"api_url":"/api","auth":"BASIC","flags":[]}'
    assert b'"auth":null' in shown(False, "/ui-settings", b"application/json", settings)[2]


def test_the_operations_of_one_who_has_signed_in_are_those_of_the_table(
    front: Front, settings: Settings, sqlite: Engine
) -> None:
    token = signed_in(settings, sqlite, ANNA, NOW)
    kept = f"bollettino={token}"
    assert front.ask("POST", f"/api/flow_runs/{ID}/set_state", None, {}, Cookie=kept).status_code == 403
    assert (
        front.ask(
            "POST", f"/api/flow_runs/{ID}/resume", None, {"run_input": {"a": 1}}, Cookie=kept
        ).status_code
        == 201
    )
    assert len(front.access.kept) == 1


def test_the_sandbox_has_two_accounts_whose_links_let_in_once(
    front: Front, settings: Settings, sqlite: Engine
) -> None:
    here = Settings(settings.profile, settings.path, settings.state, str(sqlite.url))
    people = enrolment.invent(here, sqlite, now=NOW)
    assert [one.name for one in people] == [ANNA, "Bruno Vice"]
    link = enrolment.entry_link(here, sqlite, people[1], f"{HERE}/v2/runs", now=NOW)
    found = re.fullmatch(rf"{HERE}/entra#gettone=([\w-]{{43}})&/v2/runs", link)
    assert found
    right = posted(front, "/accesso/gettone", gettone=found[1])
    assert right.status_code == 204
    assert front.ask("GET", "/accesso/io", None, Cookie=f"bollettino={cookie(right)[0]}").text == "Bruno Vice"
    assert posted(front, "/accesso/gettone", gettone=found[1]).status_code == 401
    later = enrolment.entry_link(here, sqlite, people[0], f"{HERE}/v2/runs", now=NOW - timedelta(hours=13))
    assert (
        posted(front, "/accesso/gettone", gettone=later.partition("=")[2].partition("&")[0]).status_code
        == 401
    )
    assert posted(front, "/accesso", nome=ANNA, password="", codice="").status_code == 401
    enrolment.close(sqlite, here, ANNA, now=NOW)
    assert [one.name for one in enrolment.invent(here, sqlite, now=NOW)] == ["Bruno Vice"], "never anew"
    real = Settings(here.profile.model_copy(update={"stage": "trial"}), here.path, here.state, here.database)
    assert enrolment.entry_link(real, sqlite, people[1], "/v2", now=NOW) == "/v2"
    link = enrolment.entry_link(here, sqlite, people[1], "/v2", now=NOW)
    token, vault = link.partition("=")[2].partition("&")[0], sign_in.vault(here)
    for profile, is_let_in in ((real.profile, False), (here.profile, True), (here.profile, False)):
        key = sign_in.sign_in_by_link(profile, sqlite, vault, token, address="", now=NOW)
        assert (key is not None) == is_let_in


def test_over_tls_the_cookie_is_of_this_host_alone_and_never_in_clear() -> None:
    nobody: Any = None
    secure = login.Login(nobody, "bollettino-esempio", is_tls=True)
    name, value = secure._kept(Key("t0ken", 60))
    assert name == b"set-cookie"
    assert value == (
        b"__Host-bollettino-esempio=t0ken; Max-Age=60; Path=/; HttpOnly; SameSite=Strict; Secure"
    )
    kept = {"headers": [(b"cookie", b"bollettino-esempio=other; __Host-bollettino-esempio=t0ken")]}
    assert secure.token(kept) == "t0ken"
    assert b"strict-transport-security" in dict(secure.headers)


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("192.0.2.7", 5), "192.0.2.7"),
        (("2001:db8:1:2:3::4", 5), "2001:db8:1:2::/64"),
        (("2001:db8:1:2:ffff::", 5), "2001:db8:1:2::/64"),
        (None, ""),
        (("testclient", 0), ""),
    ],
)
def test_of_ipv6_a_whole_network_is_one_address(client: Any, address: str) -> None:
    assert login.address_of({"client": client}) == address
