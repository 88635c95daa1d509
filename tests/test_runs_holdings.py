"""What of a server of many is one Comune's: deployments by what they do, their runs, and pages by key."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from flows import deploy
from flows.runs import holdings
from flows.runs.holdings import KNOWN, PAGES, OwnHoldings
from flows.settings import load
from tests.world.fleet import Land, land


class Server:
    """Answers as Prefect's does; `asked` says what for."""

    def __init__(self) -> None:
        self.deployments = [self.deployment("componi-alfa", "alfa"), self.deployment("ferma-alfa", "alfa")]
        self.runs: dict[str, str] = {}  # id -> deployment
        self.keys: list[str] = []  # the newest first
        self.asked: list[str] = []
        self.fails_after: int | None = None

    @staticmethod
    def deployment(name: str, comune: str | None) -> dict[str, Any]:
        steps: list[dict[str, Any]] = [
            {"prefect.deployments.steps.set_working_directory": {"directory": "x"}}
        ]
        steps += [{"flows.deploy.take_on": {"comune": comune}}] if comune else []
        return {
            "id": str(uuid4()),
            "name": name,
            "flow_id": "f",
            "work_queue_id": "q",
            "pull_steps": steps,
        }

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        assert method == "POST"
        self.asked.append(path)
        if self.fails_after is not None and len(self.asked) > self.fails_after:
            raise OSError("away")
        if path == "/deployments/filter":
            names = body["deployments"]["name"]["any_"]
            return [one for one in self.deployments if one["name"] in names]
        if path == "/artifacts/latest/filter":
            like, start = body["artifacts"]["key"]["like_"], body["offset"]
            found = [{"key": key} for key in self.keys if like in key]
            return found[start : start + body["limit"]]
        wanted = body["flow_runs"]
        return [
            {"id": id} for id in wanted["id"]["any_"] if self.runs.get(id) in wanted["deployment_id"]["any_"]
        ]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Land:
    made = land(tmp_path, monkeypatch)
    made.add("alfa")
    return made


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def own(here: Land, server: Server) -> OwnHoldings:
    return OwnHoldings(load("alfa"), server)


def ids(own: OwnHoldings) -> set[str]:
    return set(asyncio.run(own.deployments()))


def test_a_deployment_is_whose_its_steps_say(server: Server, own: OwnHoldings) -> None:
    """Not whose its name says: who registers one may call it anything."""
    mine = {one["id"] for one in server.deployments}
    server.deployments += [
        server.deployment("invia-alfa", "beta"),
        server.deployment("numeri-alfa", None),
        server.deployment("componi-mare-alfa", "mare-alfa"),
        server.deployment("componi_tutti", None),
    ]
    assert ids(own) == mine


def test_what_deploy_registers_is_told_as_the_comune_s(here: Land) -> None:
    _, pull = deploy.blocks()
    assert deploy.whose(deploy.steps(load("alfa"), pull)) == "alfa"
    others: list[Any] = [pull, [], None, [{}]]
    assert [deploy.whose(steps) for steps in others] == [None] * 4


def test_it_is_asked_anew_after_a_while(
    server: Server, own: OwnHoldings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ids(own)
    server.deployments.append(server.deployment("invia-alfa", "alfa"))
    assert ids(own) == before
    assert len(server.asked) == 1
    monkeypatch.setattr(holdings, "FRESH", 0.0)
    assert len(ids(own)) == len(before) + 1


def test_whose_a_run_is_stays_known_and_what_is_not_is_asked_again(server: Server, own: OwnHoldings) -> None:
    mine, later, theirs = (str(uuid4()) for _ in range(3))
    server.runs = {mine: server.deployments[0]["id"], theirs: str(uuid4())}
    assert asyncio.run(own.runs([mine, later, theirs])) == {mine}
    asked = len(server.asked)
    assert asyncio.run(own.runs([mine])) == {mine}
    assert len(server.asked) == asked
    server.runs[later] = server.deployments[1]["id"]
    assert asyncio.run(own.runs([later, theirs])) == {later}


def test_no_more_runs_are_remembered_than_fit_and_those_in_use_stay(server: Server, own: OwnHoldings) -> None:
    runs = [str(uuid4()) for _ in range(KNOWN + 200)]
    server.runs = dict.fromkeys(runs, server.deployments[0]["id"])
    for start in range(0, len(runs), 100):
        wanted = [runs[0], *runs[start : start + 100]]
        assert asyncio.run(own.runs(wanted)) == set(wanted)
    assert len(own._runs) == KNOWN
    asked = len(server.asked)
    asyncio.run(own.runs([runs[0], runs[-1]]))
    assert len(server.asked) == asked
    asyncio.run(own.runs([runs[1]]))
    assert len(server.asked) == asked + 1


def test_a_comune_without_deployments_has_no_run(server: Server, own: OwnHoldings) -> None:
    """An empty list would be no filter at all."""
    server.deployments = []
    assert asyncio.run(own.runs([str(uuid4())])) == set()
    assert asyncio.run(own.coming()) == []
    assert set(server.asked) == {"/deployments/filter"}


@pytest.mark.parametrize(
    ("key", "is_own"),
    [
        ("bozza-1--alfa", True),
        ("bozza-1--alfa-mare", False),
        ("bozza-1--mare--alfa", False),  # a slug may have two hyphens side by side
        ("bozza-1--mare-alfa", False),
        ("bozza-1-alfa", False),
        ("alfa", False),
        (None, False),
    ],
)
def test_a_key_is_whose_it_ends_with(own: OwnHoldings, key: str | None, is_own: bool) -> None:
    assert own.has_key(key) == is_own


def test_all_keys_are_found_and_then_only_the_new_ones_asked_for(
    server: Server, own: OwnHoldings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holdings, "FRESH", 0.0)
    mine = [f"bozza-{number}--alfa" for number in range(3 * PAGES)]
    server.keys = [key for one in mine for key in (one, f"{one}-mare")]
    server.fails_after = 2
    with pytest.raises(OSError, match="away"):
        asyncio.run(own.keys())
    server.fails_after = None
    assert set(asyncio.run(own.keys())) == set(mine), "what was broken off is no reason to stop earlier"
    asked = len(server.asked)
    server.keys.insert(0, "bozza-999--alfa")
    assert set(asyncio.run(own.keys())) == {*mine, "bozza-999--alfa"}
    assert len(server.asked) == asked + 1
