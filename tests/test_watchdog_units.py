"""A unit of systemd's that failed: a job is told of at once, a process that starts again once it lasts."""

import os
import threading

import pytest

from db import disk
from flows.backup import drill, offsite
from flows.settings import Settings
from flows.watchdog import memory, promises, rounds, units
from flows.watchdog.rounds import Done
from tests.test_cli_verbs import _own_environment, flows
from tests.test_watchdog import (
    EDITORS,
    HOUR,
    MINUTE,
    OPERATOR,
    SMS,
    box,
    go,
    goes_on,
    ids,
    watched,
    world,
)
from tests.world.comune import Comune
from tests.world.mail_server import Post

__all__ = ["_own_environment", "box", "watched", "world"]  # the fixtures


def fail(comune: Comune, name: str) -> Done:
    """As systemd starts it when a unit has failed."""
    return rounds.go(comune.settings, dry_run=False, failed=name, now=comune.now)


def succeed(comune: Comune, name: str) -> None:
    """What stands in the unit after its command."""
    (comune.settings.state / units.FOLDER / name).unlink()


def on(comune: Comune, minutes: int) -> Done:
    comune.now += minutes * MINUTE
    goes_on(comune)
    return go(comune)


def test_a_backup_that_failed_is_told_at_once_and_its_end_when_one_went_well(
    watched: Comune, box: Post
) -> None:
    go(watched)
    assert ids(fail(watched, "backup")) == ["unit.backup"]
    assert sorted(to for to, _ in box.told) == sorted([*EDITORS, OPERATOR, SMS])
    letter = box.last("Copia")
    assert "La copia di ogni notte non è riuscita" in letter
    assert "journalctl -u bollettino-esempio-backup" in letter
    assert "{" not in letter
    for _ in range(3):
        assert ids(on(watched, 5)) == ["unit.backup"]
    assert len(box.told) == 4, "once"
    succeed(watched, "backup")
    on(watched, 5)
    on(watched, 61)
    assert len(box.told) == 8
    assert "non si vede più:\n\n- Copia" in box.last("Copia")


@pytest.mark.parametrize(
    ("job", "title", "words"),
    [
        ("backup", "Copia", "è stata fatta, ma non è arrivata fuori dalla macchina"),
        ("drill", "Prova della copia", "quella fuori dalla macchina non si è potuta leggere"),
    ],
)
def test_what_failed_elsewhere_alone_is_told_as_that(
    watched: Comune, box: Post, job: str, title: str, words: str
) -> None:
    """And as a failure of all of it where it was."""
    at, state = watched.now, watched.settings.state
    sent = offsite.Sent(at=at, address="sftp://u@host/copie", archive="a.age", trouble="nobody answers")
    report = drill.Report(at=at, is_good=True, offsite_trouble="nobody answers")
    record, kept = state / offsite.RECORD, state / drill.FOLDER / "1.json"
    disk.replace(record, sent.model_dump_json().encode())
    disk.replace(kept, report.model_dump_json().encode())
    go(watched)
    assert ids(fail(watched, job)) == [f"unit.{job}"]
    letter = box.last(title)
    assert words in letter
    assert f"journalctl -u bollettino-esempio-{job}" in letter
    disk.replace(record, sent.model_copy(update={"trouble": ""}).model_dump_json().encode())
    disk.replace(kept, report.model_copy(update={"is_good": False}).model_dump_json().encode())
    (trouble,) = units.troubles(watched.settings, failed=job, now=watched.now)
    assert "non è riuscita" in trouble.words


def test_a_copy_that_was_not_made_is_never_told_by_the_record_of_an_earlier_night(watched: Comune) -> None:
    """Of a job that ended before it could take that record away: its profile is wrong, say."""
    at, state = watched.now, watched.settings.state
    sent = offsite.Sent(at=at, address="sftp://u@host/copie", archive="a.age", trouble="nobody answers")
    disk.replace(state / offsite.RECORD, sent.model_dump_json().encode())
    (trouble,) = units.troubles(watched.settings, failed="backup", now=at + 2 * HOUR)
    assert "è stata fatta" in trouble.words
    (trouble,) = units.troubles(watched.settings, failed="backup", now=at + 24 * HOUR)
    assert "non è riuscita" in trouble.words


def test_a_process_that_ended_once_is_no_trouble_and_one_that_goes_on_ending_is(
    watched: Comune, box: Post
) -> None:
    go(watched)
    done = fail(watched, "worker")
    assert [one.id for one in done.fresh] == ["unit.worker"]
    assert (on(watched, 5).fresh, box.told) == ((), [])
    for _ in range(6):
        watched.now += MINUTE
        goes_on(watched)
        done = fail(watched, "worker")
    assert ids(done) == ["unit.worker"]
    assert "bollettino-esempio-worker" in box.last("Esecutore")
    on(watched, 5)
    watched.now += HOUR
    assert on(watched, 15).standing == ()


def test_what_cannot_be_noted_is_told_all_the_same(watched: Comune, box: Post) -> None:
    go(watched)
    (watched.settings.state / units.FOLDER).write_bytes(
        b""
    )  # where a folder should be, nothing can be written
    assert not units.note(watched.settings.state, "backup", now=watched.now)
    assert ids(fail(watched, "backup")) == ["unit.backup"]
    assert len(box.told) == 4


def test_two_rounds_at_once_tell_it_once(watched: Comune, box: Post) -> None:
    go(watched)
    threads = [threading.Thread(target=fail, args=(watched, "doctor")) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(box.told) == 4
    with memory.alone(watched.settings.state / "not there"):
        pass


def test_the_verb_knows_the_units_and_a_dry_run_notes_nothing(
    watched: Comune, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in units.WORDS:
        assert flows(watched, "watchdog", "--dry-run", "--failed", name) == 1 or name not in units.CERTAIN
    assert not (watched.settings.state / units.FOLDER).exists()
    with pytest.raises(SystemExit):
        flows(watched, "watchdog", "--failed", "sandbox")
    assert "invalid choice" in capsys.readouterr().err


def test_the_secrets_of_its_unit_are_enough(watched: Comune, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the others gone it still asks WhatsApp whether the token is taken."""
    token = watched.settings.secrets.whatsapp_token.get_secret_value()
    at = watched.settings
    for name in list(os.environ):
        if name.startswith("BOLLETTINO_"):
            monkeypatch.delenv(name)
    fresh = Settings(at.profile, at.path, at.state, at.database)
    assert "token" in promises.look(fresh, first_at=watched.now, now=watched.now).unknown
    monkeypatch.setenv("BOLLETTINO_WHATSAPP_TOKEN", token)
    seen = promises.look(fresh, first_at=watched.now, now=watched.now)
    assert "token" not in seen.unknown
    assert "token" not in {trouble.id for trouble in seen.troubles}
    assert "secrets" not in vars(fresh), "nothing is sealed under keys that are none"
