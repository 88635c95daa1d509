"""Two Comuni of a fleet that have a key or a number together are told so, by name and without the value."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.__main__ import main
from flows.doctor import fleet as doctor
from flows.doctor import heartbeat
from flows.doctor.finding import Case, Said, Verdict
from flows.fleet.collisions import Own, in_common
from flows.settings import DEMO, Settings, load, load_profile
from tests.world.fleet import Land, land

pytestmark = pytest.mark.slow  # a fleet is made for each test

Typed = Callable[..., tuple[int, str, str]]
KEY = "key-of-nobody-else, which is long enough"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Land:
    made = land(tmp_path, monkeypatch)
    for slug in ("alfa", "beta", "gamma"):
        made.add(slug)
    monkeypatch.setattr("os.environ", {**os.environ})
    return made


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Typed:
    def type_(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["fleet", *words])
        return code, *capsys.readouterr()

    return type_


def same_number(here: Land) -> None:
    profile = here.folder / "beta.toml"
    told = profile.read_text(encoding="utf-8").replace('"100000000000002"', '"100000000000001"')
    profile.write_text(told, encoding="utf-8")


def same_lookup_key(here: Land) -> None:
    for slug in ("alfa", "beta"):
        here.give(slug, Own.lookup, KEY)


def same_older_key(here: Land) -> None:
    """Behind a new one: what was encrypted with it is still readable."""
    keys = [
        (here.folder / slug / Own.encryption).read_text(encoding="utf-8").strip() for slug in ("alfa", "beta")
    ]
    here.give("beta", Own.encryption, f"{keys[1]}, {keys[0]}")


SHARED = pytest.mark.parametrize(
    ("share", "own"),
    [(same_number, Own.number), (same_lookup_key, Own.lookup), (same_older_key, Own.encryption)],
)


def said(slug: str) -> list[Said]:
    return list(doctor.alone(Case(load(slug), datetime.now(UTC))))


def test_who_has_all_for_itself_is_well(here: Land, typed: Typed) -> None:
    assert in_common(here.fleet.roll().comuni) == {}
    assert [one.verdict for one in said("alfa")] == [Verdict.good]
    typed("apply")
    for slug in here.fleet.slugs:
        heartbeat.beat(load(slug).state, now=datetime.now(UTC))
    assert typed("status")[0] == 0
    assert "warning" not in typed("plan")[2]


@SHARED
def test_who_shares_is_told_with_whom(
    here: Land, typed: Typed, share: Callable[[Land], None], own: Own
) -> None:
    typed("apply")
    for slug in here.fleet.slugs:
        heartbeat.beat(load(slug).state, now=datetime.now(UTC))
    share(here)
    assert in_common(here.fleet.roll().comuni) == {"alfa": {own: ("beta",)}, "beta": {own: ("alfa",)}}
    (found,) = said("beta")
    assert (found.verdict, found.detail) == (Verdict.failed, "alfa")
    assert found.remedy
    assert "alfa" not in found.words + found.remedy, "which may be pasted into an issue"
    assert [one.verdict for one in said("gamma")] == [Verdict.good]
    code, out, _ = typed("status", "--json")
    ills = {row["comune"]: row["ill"] or "" for row in json.loads(out)["comuni"]}
    assert (code, ills["gamma"]) == (2, "")
    assert f"{own} is also that of alfa: each Comune has its own" in ills["beta"]
    assert f"alfa: warning: {own} is also that of beta" in typed("plan")[2]


@SHARED
def test_no_value_is_told(here: Land, typed: Typed, share: Callable[[Land], None], own: Own) -> None:
    share(here)
    told = "".join(map(str, (*typed("plan", "--json"), *typed("status", "--json"), said("alfa"))))
    assert own in told
    for slug in here.fleet.slugs:
        for file in (here.folder / slug).iterdir():
            assert file.read_text(encoding="utf-8").strip() not in told, file.name


def test_who_cannot_be_read_is_not_compared_and_that_is_told(here: Land) -> None:
    (here.folder / "gamma.toml").write_text("nothing", encoding="utf-8")
    (here.folder / "beta" / Own.lookup).unlink()  # as where a unit hands it to its own process alone
    (found,) = said("alfa")
    assert (found.verdict, found.detail) == (Verdict.unknown, "beta, gamma")


def test_two_with_one_database_are_told_why_they_are_not_served(here: Land) -> None:
    for slug in ("alfa", "beta"):
        here.give(slug, "BOLLETTINO_DATABASE", f"postgresql://{slug}@db.example/x")
    (found,) = said("alfa")
    assert (found.verdict, found.detail) == (Verdict.failed, "alfa, beta: have one database")


def test_who_would_join_with_a_key_of_another_does_not(here: Land, typed: Typed, tmp_path: Path) -> None:
    told = DEMO.read_text(encoding="utf-8").replace('slug = "esempio"', 'slug = "nuovo"')
    (tmp_path / "new.toml").write_text(told.replace("100000000000001", "100000000000777"), encoding="utf-8")
    (here.folder / "nuovo").mkdir()
    for file in (here.folder / "beta").iterdir():
        here.give("nuovo", file.name, f"{KEY} {file.name}")
    here.give("nuovo", Own.lookup, (here.folder / "beta" / Own.lookup).read_text(encoding="utf-8").strip())
    code, _, err = typed("add", str(tmp_path / "new.toml"))
    assert (code, err) == (2, f"bollettino: beta has the {Own.lookup} of nuovo: each has its own\n")
    assert "nuovo" not in here.fleet.slugs


def test_one_that_is_in_no_fleet_hears_nothing_of_it(tmp_path: Path) -> None:
    case = Case(Settings(load_profile(DEMO), DEMO, tmp_path), datetime.now(UTC))
    assert [look(case) for look in (doctor.alone, doctor.rounds, doctor.runs)] == [[], [], []]
