"""What an upgrade of a fleet's host would meet, and how it goes: read and told in milliseconds."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from db import schema
from flows.__main__ import main
from flows.doctor import database
from flows.doctor.finding import Case, Verdict
from flows.machine import checkout, port_health, revisions, upgrade, upgrade_state, upgrade_targets, way_back
from flows.machine.checkout import Checkout
from flows.machine.revisions import Revision
from flows.machine.service_manager import HostByUnits
from flows.machine.upgrade_preview import Outlook, Town, Versions
from flows.machine.upgrade_state import UpgradeError, UpgradeRecord
from flows.machine.verb_process import Say, VerbResult
from flows.settings import Settings
from tests.world.fleet import land
from tests.world.tree import ROOT
from tests.world.units import fleet

pytestmark = pytest.mark.slow  # a fleet is upgraded

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
CHAIN = [
    Revision("1", None, "the first", is_additive=False),
    Revision("2", "1", "one column more", is_additive=True),
    Revision("3", "2", "a column goes", is_additive=False),
]
SAME = Versions("0.1.0", "0.2.0", "3.9.1", "3.9.1")


def outlook(*towns: Town, chain: list[Revision] = CHAIN[:2], **changes: Any) -> Outlook:
    found = Outlook(SAME, chain, towns, others_stopped=False, now=NOW)
    return replace(found, **changes)


# ------------------------------------------------------------------ what it would meet
def test_the_migrations_of_another_version_are_read_without_running_them() -> None:
    chain = revisions.read(Checkout(ROOT).texts(revisions.FOLDER))
    assert [one.line for one in chain] == schema.steps(None)
    contracting = [one.line for one in chain if not one.is_additive]
    assert contracting == schema.contracting(None)
    assert [one.name for one in revisions.after(chain, "0102") or []] == ["0103", "0104"]
    assert revisions.after(chain, schema.head()) == []
    assert revisions.after(chain, "9999") is None
    with pytest.raises(UpgradeError, match="are no chain"):
        revisions.read(['revision = "2"\ndown_revision = "1"\n'])


def test_a_migration_that_only_adds_is_made_while_the_other_hosts_serve() -> None:
    found = outlook(Town("alfa", "1"), Town("beta", "2"), Town("gamma", "1"))
    assert (list(found.refusals()), found.is_rolling) == ([], True)
    assert list(found.lines()) == [
        "from 0.1.0 to 0.2.0; Prefect 3.9.1",
        "other hosts serve meanwhile; of this one all is away from `rest` to `start`",
        "would migrate alfa, gamma: 2: one column more",
    ]


def test_what_takes_from_the_version_before_wants_all_hosts_stopped() -> None:
    found = outlook(Town("alfa", "1"), Town("beta", "2"), chain=CHAIN)
    (why,) = found.refusals()
    assert why.startswith(
        "3: a column goes: takes from the version before what it needs: stop the fleet on all"
    )
    assert why.endswith("--others-stopped on one after the other")
    assert list(replace(found, others_stopped=True).refusals()) == []
    one_host = outlook(Town("alfa", "1", "sqlite"), chain=CHAIN)
    assert (one_host.is_alone, list(one_host.refusals())) == (True, [])
    assert "no other host serves: citizens' pages" in list(one_host.lines())[1]


def test_another_prefect_and_an_older_version_are_refused() -> None:
    other = replace(SAME, new_prefect="3.9.4")
    (why,) = outlook(Town("alfa", "2"), versions=other).refusals()
    assert "Prefect goes from 3.9.1 to 3.9.4, and no two of its versions share a database" in why
    assert list(outlook(Town("alfa", "2"), versions=other, others_stopped=True).refusals()) == []
    (why,) = outlook(Town("alfa", "3"), Town("beta", "2"), others_stopped=True).refusals()
    assert why == "that version does not know the databases of alfa: is it an older one?"


def test_who_is_ill_and_what_is_sent_soon_is_told_and_stops_nobody() -> None:
    soon, later = NOW + timedelta(minutes=12), NOW + timedelta(hours=3)
    found = outlook(
        Town("alfa", "2", is_sending=True),
        Town("beta", "2", next_send=soon),
        Town("gamma", None, "", ill="its profile cannot be read"),
        Town("delta", "2", next_send=later),
    )
    assert list(found.refusals()) == []
    assert list(found.lines())[2:] == [
        "no database is migrated",
        "gamma: ill, and left as it is: its profile cannot be read",
        "sends are under way, and what runs here is waited for: alfa",
        "beta: a send is due in 12 minutes",
    ]


# ------------------------------------------------------------------ how it goes
class Told:
    """A host whose verbs answer as they are told to; each is written down."""

    sees_all, tries = True, 1

    def __init__(self, folder: Path) -> None:
        self.state, self.project, self.profile = folder / "_fleet", ROOT, folder
        self.kind: upgrade_targets.Kind = upgrade_targets.ManyComuni(self)
        self.seen: list[str] = []
        self.runs = True
        self.mute: list[str] = []
        self.ill: dict[str, str] = {}
        self.revision, self.steps, self.contracting = "0104", ["0105: more"], list[str]()
        self.copies = {"alfa": 0, "beta": 0}
        self.drained = VerbResult((), 0, {}, "")

    def type(self, *words: str) -> VerbResult:
        words = tuple(word for word in words if word != "--json")
        self.seen.append(" ".join(words))
        code, document = 0, dict[str, Any]()
        if words[0] == "drain":
            return self.drained
        if words[:2] == ("fleet", "migrate"):
            document["comuni"] = [
                {
                    "comune": slug,
                    "revision": self.revision,
                    "kind": "postgresql",
                    "steps": self.steps if slug not in self.ill else [],
                    "contracting": self.contracting,
                    "ill": self.ill.get(slug),
                }
                for slug in self.copies
            ]
            code = 2 if self.ill else 0
        elif words[:2] == ("fleet", "status"):
            document["comuni"] = [
                {"comune": slug, "needs": ["ill"] if slug in self.ill else ["draft"]} for slug in self.copies
            ]
        elif words[:3] == ("fleet", "each", "backup"):
            document["comuni"] = [{"comune": slug, "code": code} for slug, code in self.copies.items()]
        elif words[:2] == ("fleet", "apply"):
            document = {"comuni": [], "together": {"ill": None}, "server": None}
        return VerbResult(words, code, document, "")

    def is_running(self) -> bool:
        return self.runs

    def silent(self) -> list[str]:
        return self.mute

    def stop(self, _say: Say) -> None:
        self.seen.append("STOP")
        self.runs = False

    def check(self) -> None: ...

    def renew(self) -> None:
        self.seen.append("RENEW")

    def start(self, _say: Say) -> None:
        self.seen.append("START")
        self.runs = True

    def lent(self, identity: Path) -> AbstractContextManager[Path]:
        return nullcontext(identity)


class Brought(Checkout):
    """It has been brought: what git is asked stands in `test_upgrade_code.py`."""

    def install(self) -> None: ...


@pytest.fixture
def host(tmp_path: Path) -> Told:
    return Told(tmp_path)


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def go(host: Told, lines: list[str]) -> Callable[..., list[str]]:
    def going(**changes: Any) -> list[str]:
        at = UpgradeRecord(at=NOW, **{"old_version": "0.1.0", "is_rolling": True, **changes})
        code = Brought(ROOT)
        return upgrade.Upgrade(host, code, lines.append, lambda: None).go(upgrade.Look(at, host.runs))

    return going


def test_one_host_rests_is_brought_and_serves_again_while_the_others_do(
    host: Told, go: Callable[..., list[str]], lines: list[str]
) -> None:
    assert go() == []
    assert host.seen == [
        *("fleet each backup", "drain --here", "STOP", "RENEW", "fleet migrate --dry-run"),
        *("fleet migrate --while-others-work", "START", "fleet apply --register-only", "fleet status"),
    ]
    assert [line.partition(":")[0] for line in lines if ":" in line] == list(upgrade_targets.ROLLING)
    assert upgrade_state.read(host.state) is not None


def test_where_all_are_stopped_the_copy_is_made_when_nobody_writes(
    host: Told, go: Callable[..., list[str]]
) -> None:
    """And who has none is left out of what only a copy leads back from."""
    host.contracting, host.copies = ["0105: less"], {"alfa": 0, "beta": 2}
    go(is_rolling=False)
    assert host.seen.index("STOP") < host.seen.index("fleet each backup")
    assert "fleet migrate --without beta" in host.seen
    with pytest.raises(
        UpgradeError, match="0105: less: the version before cannot go on with these databases"
    ):
        way_back.look_at_host(host)


def test_an_ill_comune_is_named_and_all_of_them_ill_is_no_upgrade(
    host: Told, go: Callable[..., list[str]], lines: list[str]
) -> None:
    host.ill = {"alfa": "others hold what is to be changed"}
    assert go(broken=["alfa"]) == [], "it was ill before"
    assert "alfa: is left as it is: others hold what is to be changed" in lines
    host.ill["beta"] = "no room"
    with pytest.raises(UpgradeError, match=r"no database could be brought to the new version\n.*--back"):
        go()


def test_what_does_not_answer_after_the_start_is_named_and_leads_back(
    host: Told, go: Callable[..., list[str]]
) -> None:
    host.mute = ["web"]
    assert go() == ["process.web"]
    found = way_back.look_at_host(host)
    assert found.archive is None, "what only added may stay"
    host.seen.clear()
    host.mute = []
    assert way_back.Return(host, _NoPrefect(), Brought(ROOT), lambda _: None).go(found, None) == []
    assert host.seen == [
        "drain --here",
        "STOP",
        "RENEW",
        "START",
        "fleet apply --register-only",
        "fleet status",
    ]
    with pytest.raises(UpgradeError, match="no upgrade to go back from"):
        way_back.look_at_host(host)


class _NoPrefect:
    prefect_database = None


def test_a_run_that_does_not_end_leaves_the_old_version_at_work(
    host: Told, go: Callable[..., list[str]]
) -> None:
    host.drained = VerbResult((), 2, {}, "still running here, and the workers of this machine take nothing")
    with pytest.raises(UpgradeError, match=r"still running here.*\nnothing was changed: the old version"):
        go()
    assert "STOP" not in host.seen
    assert host.seen[-1] == "drain --undo"
    assert upgrade_state.read(host.state) is None


def test_without_a_name_for_the_new_version_only_all_hosts_together_go(host: Told) -> None:
    host.steps = []
    with pytest.raises(UpgradeError, match="without --to nobody can say"):
        upgrade.look(host, None, "0.1.0", now=NOW)
    found = upgrade.look(host, None, "0.1.0", now=NOW, others_stopped=True)
    assert not found.before.is_rolling
    assert "no database is migrated" in found.lines


def test_without_units_it_says_what_to_do_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = land(tmp_path, monkeypatch)
    here.add("alfa")
    assert main(["upgrade", "--plan", "--to", "v2"]) == 2
    assert "no units run a fleet here: stop its processes" in capsys.readouterr().err
    assert main(["upgrade", "--back", "--identity", "chiave.txt"]) == 2
    assert "restores nothing" in capsys.readouterr().err
    assert main(["upgrade", "--plan", "--profile", "alfa"]) == 2
    assert "one version for all: type it without --profile" in capsys.readouterr().err


def test_units_of_a_host_that_do_not_answer_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And those of a kind of which another host has all are none of this one's."""
    asked: list[int] = []

    def answers(port: int, _path: str) -> bool:
        asked.append(port)
        return port != 4300

    monkeypatch.setattr(port_health, "answers", answers)
    active = SimpleNamespace(returncode=0)
    monkeypatch.setattr(checkout, "run", lambda *_: active)
    shared = "[prefect]\nworkers = 2\n[gate]\nprocesses = 2\n[web]\nprocesses = 0\n"
    host = HostByUnits(fleet(land(tmp_path, monkeypatch), shared))
    assert host.silent() == ["gate@4300"]
    assert asked == [4200, 4300, 4301]
    active.returncode = 3
    assert host.silent() == ["gate@4300", "gate@4301", "prefect@4200", "worker@1", "worker@2"]
    assert (host.state, host.profile) == (
        Path("/var/lib/bollettino-fleet/_fleet"),
        Path("/etc/bollettino/comuni"),
    )


def test_a_host_that_renews_its_units_names_no_comune(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed: list[list[str]] = []

    def run(command: list[str], _folder: Path) -> SimpleNamespace:
        typed.append(command)
        return SimpleNamespace(returncode=0, stdout="", stderr="")

    monkeypatch.setattr(checkout, "run", run)
    host = HostByUnits(fleet(land(tmp_path, monkeypatch)))
    host.renew()
    host.stop(lambda _: None)
    assert typed[0][1:] == ["-m", "flows", "install", "--apply", "--no-encrypt"]
    stopped = next(words for words in typed if words[:2] == ["systemctl", "stop"])
    assert stopped[2] == "bollettino-fleet.target"
    assert {"bollettino-fleet-prefect@4200.service", "bollettino-fleet-worker@1.service"} <= {*stopped}


def test_the_doctor_of_a_host_that_comes_later_is_not_alarmed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "current", lambda _: "9999")
    assert database.revision(Case(settings, NOW)).verdict == Verdict.failed
    monkeypatch.setattr(schema, "is_open_to_us", lambda _, at: at == "9999")
    said = database.revision(Case(settings, NOW))
    assert (said.verdict, "più nuova (9999)" in said.words) == (Verdict.good, True)
