"""Who may do what: each role beside every operation of the server's own OpenAPI."""

from pathlib import Path
from typing import Any

import pytest

from flows.deploy import startable
from flows.door import permissions
from flows.door.people import Asked, Person
from flows.door.permissions import Use
from flows.settings import DEMO, ROOT, Settings, SettingsError, load_profile
from tests.test_door import ALL, AS_A_NAME, asked
from tests.world.door_front import ID, Front

MAY = {
    "nobody": set[Use](),
    "reader": {Use.READ, Use.FORM},
    "operator": {Use.READ, Use.FORM, Use.START, Use.PAUSE},
    "deputy": {Use.READ, Use.FORM, Use.START, Use.ANSWER},
    "editor": {Use.READ, Use.FORM, Use.START, Use.ANSWER},
}


class OneRole:
    """Accounts of an installation where whoever comes has this role."""

    def __init__(self, role: str) -> None:
        self.role, self.asked = role, list[Asked]()

    async def note(self, asked: Asked) -> None:
        self.asked.append(asked)

    async def are_used(self) -> bool:
        return True

    async def who(self, _token: str) -> Person | None:
        return None if self.role == "nobody" else Person("anna", "Anna", self.role, "code")


def front_of(role: str) -> Front:
    accounts: Any = OneRole(role)
    front = Front(accounts)
    front.access.names[ID] = "raccogli-esempio" if role == "operator" else "ferma-esempio"
    return front


def body_for(use: Use | None) -> dict[str, Any]:
    return {"is_paused": True} if use == Use.PAUSE else {}


@pytest.mark.parametrize("role", MAY)
def test_each_role_does_what_it_may_and_nothing_else(role: str) -> None:
    """Whatever a later version of Prefect adds is closed to everybody until the table names it."""
    front, opened = front_of(role), dict.fromkeys(Use, 0)
    for method, path in ALL:
        address, use = asked(path), permissions.OPEN.get((method, path))
        if (method, path) in permissions.WITHOUT_CREDENTIAL or (method, path) in permissions.REPLIES:
            continue
        if (method, path) in AS_A_NAME:  # the server takes the last part for a name, and finds none
            use = Use.READ
        if use == Use.FORM:
            address = address.removesuffix("/x") + "/suspended-review-3-schema"
        if use == Use.PAUSE:
            address = address.removesuffix("/x") + "/bollettino"
        answer = front.ask(
            method, address, None, None if method == "GET" else body_for(use), Cookie="bollettino=x"
        )
        is_open = use in MAY[role]
        wanted = 201 if is_open else 401 if role == "nobody" else 403
        assert answer.status_code == wanted, (method, path, answer.text)
        assert len(front.reached) == is_open, (method, path)
        front.reached.clear()
        if use is not None and is_open:
            opened[use] += 1
    assert {use for use, times in opened.items() if times} == MAY[role]
    assert permissions.ROLES.get(role, frozenset()) == MAY[role]
    front.http.close()


ROWS = {
    Use.READ: "look: runs, forms to start with, artifacts, logs, events, queues",
    Use.FORM: "see a form that waits",
    Use.START: "start a run (each role its own deployments)",
    Use.ANSWER: "fill in a form that waits",
    Use.PAUSE: "pause the work pool, or let it go on",
}


def test_the_manual_tells_who_may_do_what() -> None:
    """Beside the server's own OpenAPI, and the table that the door goes by."""
    counted = {words: sum(use == one for one in permissions.OPEN.values()) for use, words in ROWS.items()}
    rows = [
        [words, str(counted[words]), *("yes" if use in MAY[role] else "-" for role in MAY)]
        for use, words in ROWS.items()
    ]
    rows[0][2] = f"{len(permissions.WITHOUT_CREDENTIAL)} of them"
    told = len(permissions.REPLIES)
    rows.append(["get the door's own answer instead of the server's", str(told), "-", *["yes"] * 4])
    rest = len(set(ALL) - set(permissions.OPEN) - set(permissions.REPLIES))
    rows.append(["anything else: change, delete, write, read what is secret", str(rest), *["-"] * 5])
    rows.insert(0, [f"of the {len(ALL)} operations of Prefect's server", "how many", *MAY])
    manual = (ROOT / "deployments" / "manuale.md").read_text(encoding="utf-8")
    for row in rows:
        assert f"| {' | '.join(row)} |\n" in manual


@pytest.mark.parametrize("role", ["operator", "editor", "deputy"])
def test_an_operator_starts_what_is_technical_and_an_editor_what_is_theirs(role: str) -> None:
    front = front_of(role)
    path = f"/api/deployments/{ID}/create_flow_run"
    for name, by in (("ferma-esempio", "editors"), ("raccogli-esempio", "operators"), ("invia-esempio", "")):
        front.access.names[ID] = name
        answer = front.ask("POST", path, None, {"parameters": {}}, Cookie="bollettino=x")
        is_theirs = by == ("operators" if role == "operator" else "editors")
        assert answer.status_code == (201 if is_theirs else 403), name
    front.http.close()


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("bollettino", {"is_paused": True}, 201),
        ("bollettino", {"is_paused": False}, 201),
        (
            "bollettino",
            {"is_paused": True, "base_job_template": {"job_configuration": {"command": "id"}}},
            403,
        ),
        ("bollettino", {"is_paused": "si"}, 403),
        ("bollettino", {"concurrency_limit": 0}, 403),
        ("bollettino", {}, 403),
        ("altra", {"is_paused": True}, 403),
    ],
)
def test_of_a_pool_an_operator_changes_one_thing(name: str, body: dict[str, Any], status: int) -> None:
    front = front_of("operator")
    answer = front.ask("PATCH", f"/api/work_pools/{name}", None, body, Cookie="bollettino=x")
    assert (answer.status_code, len(front.reached)) == (status, status == 201)
    front.http.close()


def test_what_operators_start_approves_sends_and_decides_nothing(settings: Settings) -> None:
    names = {name.removesuffix("-esempio") for name in startable(settings, "operators")}
    assert names == {"notizie", "allerte", "sorveglia", "conserva", "numeri"}


def test_an_editor_who_is_not_on_duty_is_a_deputy() -> None:
    assert [one.role for one in load_profile(DEMO).editors] == ["editor", "deputy"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ('name = "anna  REDAZIONE"\nrole = "reader"', "the name or the id of somebody else"),
        ('name = "Carla"\nid = "bruno-vice"\nrole = "operator"', "the name or the id of somebody else"),
        ('name = "Carla"\nrole = "editor"', "role"),
        ('name = "Carla Urp"\nrole = "reader"', ""),
    ],
)
def test_a_colleague_is_nobody_elses_namesake_and_no_editor(fields: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    more = f'[[colleagues]]\nemail = "c@comune.esempio.mi.it"\n{fields}\n\n[whatsapp]\napi'
    path.write_text(DEMO.read_text(encoding="utf-8").replace("[whatsapp]\napi", more), encoding="utf-8")
    if words:
        with pytest.raises(SettingsError, match=words):
            load_profile(path)
    else:
        (carla,) = load_profile(path).colleagues
        assert (carla.id, carla.role) == ("carla-urp", "reader")
