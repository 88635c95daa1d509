"""Who a fleet's web app knows: who joins, leaves, is mended, or comes with what is another's."""

import os
from pathlib import Path
from typing import Any

import pytest

from flows.fleet.front import directory
from flows.fleet.registry import Fleet
from flows.settings import load
from tests.world.fleet import Land, land
from tests.world.fleet_web import (
    NUMBERS,
    PUBLIC,
    TOGETHER,
    Fronted,
    comes_true,
    events,
    join,
    lived,
    post,
    said,
    settled,
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> Land:
    return settled(tmp_path, monkeypatch, sqlite_template)


def test_two_with_one_public_address_are_at_neither(
    here: Land, caplog: pytest.LogCaptureFixture, sqlite_template: Path
) -> None:
    """Whose page it is nobody can tell; what the provider posts reaches both all the same."""
    secrets = join(here, "gamma")
    profile = here.folder / "gamma.toml"
    profile.write_text(profile.read_text().replace(PUBLIC["gamma"], PUBLIC["beta"]))
    here.settle(["gamma"], sqlite_template)

    async def story(site: Fronted) -> None:
        assert (await site.get(f"{PUBLIC['beta']}/")).status_code == 404
        assert (await site.get("http://localhost:8080/gamma/")).status_code == 200
        assert await site.tell(post(said("gamma", "ATTIVA")), secrets["BOLLETTINO_APP_SECRETS"]) == 200

    lived(here, story)
    assert "beta, gamma: have one address" in caplog.text
    assert len(events("gamma")) == 1


def test_one_at_this_machine_itself_stands_before_nothing_of_the_fleet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the demo's profile has it: a first fleet has no other in it."""
    monkeypatch.setattr("os.environ", {**os.environ})
    made = land(tmp_path, monkeypatch)
    made.add("alfa")
    known = directory.Directory(made.fleet)
    known.look()
    assert known.find("127.0.0.1:8080", "/informativa") == ("alfa", "/informativa")
    assert known.find("127.0.0.1:8080", "/alfa/metrics") == ("alfa", "/metrics")
    for path in ("/webhook", "/salute", "/console", "/console.css", "/metrics"):
        assert known.find("127.0.0.1:8080", path) is None


def test_who_joins_leaves_or_is_mended_needs_no_restart(
    here: Land, sqlite_template: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(site: Fronted) -> None:
        assert (await site.get(f"{PUBLIC['gamma']}/")).status_code == 404
        secrets = join(here, "gamma")
        here.settle(["gamma"], sqlite_template)
        assert (await site.get(f"{PUBLIC['gamma']}/")).status_code == 200
        assert await site.tell(post(said("gamma", "ATTIVA")), secrets["BOLLETTINO_APP_SECRETS"]) == 200

        profile = here.folder / "gamma.toml"
        whole = profile.read_text()
        profile.write_text(whole.replace("grace_minutes", "grace_minuts"))
        assert (await site.get(f"{PUBLIC['gamma']}/")).status_code == 200, "as it was before"
        assert await site.tell(post(said("gamma", "DISATTIVA")), secrets["BOLLETTINO_APP_SECRETS"]) == 200
        assert (await site.get("http://127.0.0.1/salute")).json()["ill"] == ["gamma"]
        profile.write_text(whole.replace("Comune di Esempio", "Comune di Mendato"))
        assert "Comune di Mendato" in (await site.get(f"{PUBLIC['gamma']}/")).text
        assert (await site.get("http://127.0.0.1/salute")).json()["ill"] == []

        here.give("gamma", "BOLLETTINO_APP_SECRETS", "a-new-secret")
        assert await site.tell(post(said("gamma", "INFO")), secrets["BOLLETTINO_APP_SECRETS"]) == 401
        assert await site.tell(post(said("gamma", "INFO")), "a-new-secret") == 200
        await comes_true(lambda: len(events("gamma")) == 3 and all(one.handled_at for one in events("gamma")))

        profile.rename(here.states / "gamma.toml")
        assert (await site.get(f"{PUBLIC['gamma']}/")).status_code == 404
        assert (await site.get("http://127.0.0.1/salute")).json()["comuni"] == 2
        away = here.folder.rename(here.folder.with_name("away"))
        assert (await site.get(f"{PUBLIC['alfa']}/")).status_code == 200, (
            "a folder out of reach retires nobody"
        )
        away.rename(here.folder)

    lived(here, story)
    assert "served as it was before" in caplog.text


def test_the_folder_is_read_once_a_second_and_only_what_changed(
    here: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "READ_EVERY", 3600.0)
    asked: list[str] = []
    member = Fleet.settings

    def settings(fleet: Fleet, slug: str) -> Any:
        asked.append(slug)
        return member(fleet, slug)

    monkeypatch.setattr(Fleet, "settings", settings)
    known = directory.Directory(here.fleet)
    known.look()
    assert asked == ["alfa", "beta"]
    assert not known.is_stale()
    known.look()
    here.give("beta", "BOLLETTINO_VERIFY_TOKEN", "another")
    known.look()
    assert asked == ["alfa", "beta", "beta"]
    here.say("# nothing new\n")
    known.look()
    assert asked == ["alfa", "beta", "beta", "alfa", "beta"], "what they share is each one's"


def test_who_comes_with_another_s_number_or_database_is_not_served_and_the_other_stays(
    here: Land, sqlite_template: Path, caplog: pytest.LogCaptureFixture
) -> None:
    known = directory.Directory(here.fleet)
    known.look()
    before = known.comuni["beta"]
    join(here, "gamma")
    profile = here.folder / "gamma.toml"
    profile.write_text(profile.read_text().replace(NUMBERS["gamma"], NUMBERS["beta"]))
    known.look()
    assert list(known.comuni) == ["alfa", "beta"]
    assert known.ill == {"gamma": "beta, gamma: have one phone_number_id"}
    assert known.unknown == ["gamma"]
    assert known.numbers[NUMBERS["beta"]] == "beta"
    here.give("alfa", "BOLLETTINO_DATABASE", load("beta").database)
    known.look()
    assert known.comuni["beta"] is before
    assert known.comuni["alfa"].database != before.database, "as it was before"
    assert "alfa, beta: have one database" in known.ill["alfa"]


def test_who_cannot_be_used_as_it_is_is_ill_from_the_start(here: Land) -> None:
    """A number that is not filled in, a secret that is missing."""
    join(here, "gamma", ('numero_servizio = "333 100 0033"', 'numero_servizio = "CHECK"'))
    (here.folder / "beta" / "BOLLETTINO_VERIFY_TOKEN").unlink()
    known = directory.Directory(here.fleet)
    known.look()
    assert list(known.comuni) == ["alfa"]
    assert known.unknown == ["beta", "gamma"]
    assert "BOLLETTINO_VERIFY_TOKEN" in known.ill["beta"]
    assert "numero_servizio" in known.ill["gamma"]


def test_of_a_host_that_several_share_the_longest_path_counts(here: Land) -> None:
    join(here, "gamma")
    profile = here.folder / "gamma.toml"
    profile.write_text(profile.read_text().replace(PUBLIC["gamma"], TOGETHER))
    known = directory.Directory(here.fleet)
    known.look()
    for path, found in (
        ("/beta/b/x", ("beta", "/b/x")),
        ("/beta", ("beta", "/")),
        ("/betamax", ("gamma", "/betamax")),
        ("/b/x", ("gamma", "/b/x")),
        ("/", ("gamma", "/")),
    ):
        for host in ("unione.example.it", "Unione.example.it:443", "unione.example.it."):
            assert known.find(host, path) == found


def test_a_document_of_one_s_own_shows_without_a_restart(here: Land) -> None:
    async def story(site: Fronted) -> None:
        folder = here.folder / "alfa.testi"
        folder.mkdir()
        for text in ("# Informativa di prova", "# Informativa cambiata"):
            (folder / "informativa.md").write_text(f"{text}\n")
            assert text[2:] in (await site.get(f"{PUBLIC['alfa']}/informativa")).text

    lived(here, story)


def test_who_sends_by_hand_has_no_number_that_another_could_have(here: Land) -> None:
    for slug in ("alfa", "beta"):
        profile = here.folder / f"{slug}.toml"
        text = profile.read_text().replace(NUMBERS[slug], "100000000000099")
        profile.write_text(
            text.replace('ordinary = "cloud"', 'ordinary = "channel"').replace(
                'alerts = "cloud"', 'alerts = "channel"'
            )
        )
    known = directory.Directory(here.fleet)
    known.look()
    assert (list(known.comuni), known.ill) == (["alfa", "beta"], {})
    assert known.numbers == {}
