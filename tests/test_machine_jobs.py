"""The jobs of the machine's clock: which there are, when they come, which secrets lie encrypted."""

import re
import subprocess
from pathlib import Path

import pytest

from flows.machine import jobs, plan, secret_files
from flows.machine.plan import Machine, PlanError
from flows.machine.service_manager import ByUnits
from flows.machine.upgrade_state import UpgradeError
from flows.settings import Settings, load_profile
from flows.watchdog import units
from tests.test_machine_units import PLACES, UNITS, files_of
from tests.world.units import BACKUP, FOLDER, NAME, VALUES, bring_secrets, settings_of, write_profile


def test_each_job_has_a_timer_that_the_target_starts_and_stops(tmp_path: Path) -> None:
    folder = bring_secrets(tmp_path)
    without, profile = (load_profile(write_profile(tmp_path, changes)) for changes in ([], [BACKUP]))
    for of, more, names in (
        (without, {}, ["watchdog", "doctor"]),
        (profile, {}, ["watchdog", "backup", "doctor"]),
        (profile, {secret_files.IDENTITY: "made up"}, ["watchdog", "backup", "drill", "doctor"]),
    ):
        bring_secrets(tmp_path, more)
        assert [job.name for job in jobs.of(of, folder)] == names
        planned = files_of(of, tmp_path)
        target = settings_of(planned[f"{NAME}.target"].text)["Wants"]
        services = " ".join(f"{NAME}-{process}.service" for process in secret_files.PROCESSES)
        assert sorted(target[0].split()) == sorted(services.split())
        assert target[1:] == [f"{NAME}-{name}.timer" for name in names]
        for name in names:
            timer = settings_of(planned[f"{NAME}-{name}.timer"].text)
            assert timer["PartOf"] == [f"{NAME}.target"]
            assert timer["Persistent"] == ["true"], "what was missed is made up for"
            assert timer["FixedRandomDelay"] == ["yes"], "rounds of the watchdog come every five minutes"
            assert timer["RandomizedDelaySec"]
            assert f"{NAME}-{name}.service" in planned
    calendar = settings_of(planned[f"{NAME}-watchdog.timer"].text)["OnCalendar"]
    assert calendar == ["*:0/5"]


def test_no_job_comes_in_the_hour_that_a_night_of_spring_has_not() -> None:
    """systemd leaves out what would come in it, and knows of nothing to make up for."""
    at = [job.calendar.split()[1] for job in (jobs.BACKUP, jobs.DRILL, jobs.DOCTOR)]
    assert [hour for hour in at if hour.startswith("02:")] == []


def test_a_job_may_write_where_archives_lie_and_a_failure_is_over_once_it_went_well(tmp_path: Path) -> None:
    bring_secrets(tmp_path, {**VALUES, secret_files.IDENTITY: "made up"})
    planned = files_of(load_profile(write_profile(tmp_path, [BACKUP])), tmp_path)
    found = {job: settings_of(planned[f"{NAME}-{job}.service"].text) for job in secret_files.JOBS}
    writes = {job: unit.get("ReadWritePaths", []) for job, unit in found.items()}
    assert writes == {job: [f"-{FOLDER}"] for job in secret_files.JOBS} | {"watchdog": []}
    noted = f"/var/lib/bollettino/esempio/{units.FOLDER}"
    assert {job: unit["ExecStartPost"] for job, unit in found.items()} == {
        job: [f"/bin/rm -f {noted}/{job}"] for job in secret_files.JOBS
    }
    assert [job for job, unit in found.items() if "IPAddressDeny" in unit] == ["backup", "drill"]
    assert set(units.WORDS) == {*secret_files.PROCESSES, *secret_files.JOBS}
    assert found["drill"]["ExecStart"][0].endswith(f"drill --identity %d/{secret_files.IDENTITY}")


def test_archives_that_the_units_cannot_see_are_told(tmp_path: Path) -> None:
    path = write_profile(tmp_path, [(BACKUP[0], BACKUP[1].replace(FOLDER, "/home/anna/copie"))])
    told = list(plan.of(Settings(load_profile(path), path, tmp_path)).troubles())
    assert any(line.startswith("backup.folder /home/anna/copie: the units see nothing") for line in told)
    path = write_profile(tmp_path, [(BACKUP[0], BACKUP[1].replace(FOLDER, "/mnt/le copie"))])
    with pytest.raises(PlanError, match="/mnt/le copie: a path of letters"):
        plan.of(Settings(load_profile(path), path, tmp_path))


def test_what_lies_encrypted_is_loaded_so_unless_a_newer_one_lies_beside_it(tmp_path: Path) -> None:
    folder = bring_secrets(tmp_path)
    profile = load_profile(write_profile(tmp_path, [BACKUP]))
    first, second = "BOLLETTINO_VERIFY_TOKEN", "BOLLETTINO_WHATSAPP_TOKEN"
    (folder / first).rename(folder / f"{first}.cred")
    (folder / f"{second}.cred").touch(0o600)

    def loaded(*, is_sealed: bool) -> dict[str, str]:
        planned = {
            one.path.name: one for one in Machine(profile, PLACES).files(tmp_path, is_sealed=is_sealed)
        }
        unit = settings_of(planned[f"{NAME}-web.service"].text)
        lines = [(key, line) for key in unit for line in unit[key] if key.startswith("LoadCredential")]
        return {line.partition(":")[0]: f"{key}={line}" for key, line in lines}

    place = "/etc/bollettino/esempio/credentials"
    found = loaded(is_sealed=False)
    assert found[first] == f"LoadCredentialEncrypted={first}:{place}/{first}.cred"
    assert found[second] == f"LoadCredential={second}:{place}/{second}"
    assert sum(line.startswith("LoadCredential=") for line in found.values()) == len(found) - 1
    planned = loaded(is_sealed=True)
    assert planned.keys() == found.keys()
    assert all(
        re.fullmatch(rf"LoadCredentialEncrypted={name}:{place}/{name}\.cred", line)
        for name, line in planned.items()
    )
    assert first not in secret_files.open_ones(secret_files.known(profile), folder)
    assert second in secret_files.open_ones(secret_files.known(profile), folder)
    assert not any(
        file in line for line in _complaints(profile, folder) for file in (second, "no unit reads")
    )


def _complaints(profile: object, folder: Path) -> list[str]:
    """Of what lies there in clear; the other needs the machine that encrypted it."""
    (folder / "BOLLETTINO_VERIFY_TOKEN").write_text("again", encoding="ascii")
    (folder / "BOLLETTINO_VERIFY_TOKEN").chmod(0o600)
    return list(secret_files.troubles(profile, folder))  # type: ignore[arg-type]


def test_the_units_are_those_that_a_failure_is_told_of() -> None:
    assert set(UNITS) == {*units.WORDS, "alarm@"}


def test_an_upgrade_types_verbs_without_root_s_own_surroundings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root's would name the database of a folder where nothing runs."""
    profile = load_profile(write_profile(tmp_path, [BACKUP]))
    monkeypatch.setenv("BOLLETTINO_DATABASE", "sqlite:////nowhere.db")
    *before, command, verb, option = ByUnits(Machine(profile, PLACES)).command("backup", "--json")
    assert (command, verb, option) == (f"/usr/local/sbin/{NAME}", "backup", "--json")
    shown = subprocess.run([*before, "env"], capture_output=True, text=True, check=True).stdout
    assert {line.partition("=")[0] for line in shown.splitlines()} == {"PATH", "LANG"}


def test_the_key_of_the_safe_is_lent_to_the_account_and_taken_back(tmp_path: Path) -> None:
    home = ByUnits(Machine(load_profile(write_profile(tmp_path, [BACKUP])), PLACES))
    home.state = tmp_path / "esempio"
    home.state.mkdir()
    identity = tmp_path / "chiave.txt"
    with pytest.raises(UpgradeError, match=r"--identity \S+: cannot be read"), home.lent(identity):
        pass
    identity.write_text("a key")
    with home.lent(identity) as lent:
        assert (lent.read_text(), lent.stat().st_mode & 0o777) == ("a key", 0o600)
        assert lent.stat().st_uid == home.state.stat().st_uid
        assert not lent.is_relative_to(home.state)
    assert not lent.exists()
