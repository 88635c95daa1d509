"""What `install` writes: told before, written whole, the same a second time, never over a person's work."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.__main__ import main
from flows.door.environment import STAMP_KEY
from flows.door.keys import INTERNAL
from flows.door.stamps import key_from
from flows.machine import plan, secret_files
from flows.machine.files import FilesError, Planned, Standing, is_as_written, require_ours
from flows.profiles.comune import Profile
from flows.settings import load_profile
from tests.world.tree import ROOT
from tests.world.units import NAME, VALUES, bring_secrets, write_profile

UNIT = Path(f"etc/systemd/system/{NAME}-web.service")
Install = Callable[..., int]
# takes what `systemd-creds --help` of systemd 252 lists, as far as it concerns us; "encrypts" by base64
CREDS_252 = """#!/bin/sh
for word; do
    shift
    case $word in
        --name=* | --with-key=host) ;;
        -?*) echo "systemd-creds: unrecognized option '$word'" >&2; exit 1 ;;
        *) set -- "$@" "$word" ;;
    esac
done
case $1 in
    encrypt) base64 "$2" > "$3" ;;
    decrypt) base64 -d "$2" ;;
esac
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a machine with the secrets in place; its project lies where units can see it."""
    monkeypatch.setattr(plan, "HIDDEN", ())
    bring_secrets(tmp_path / "root")
    return tmp_path / "root"


@pytest.fixture
def install(root: Path, tmp_path: Path) -> Iterator[Install]:
    """The verb, on that machine; it gives this process an environment."""
    profile, before = write_profile(tmp_path), dict(os.environ)
    yield lambda *words: main(["install", "--profile", str(profile), "--root", str(root), *words])
    os.environ.clear()
    os.environ.update(before)


def everything(root: Path) -> dict[str, bytes]:
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def test_a_plan_tells_every_file_and_writes_none(
    root: Path, install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything(root)
    assert install("--plan", "--proxy", "nginx") == 0
    assert everything(root) == before
    told, complaints = capsys.readouterr()
    assert complaints == ""
    for path in (
        *(f"/etc/systemd/system/{NAME}{one}" for one in (".target", "-prefect.service", "-worker.service")),
        *(f"/{UNIT}", f"/etc/sysusers.d/{NAME}.conf", f"/etc/nginx/conf.d/{NAME}.conf"),
    ):
        assert f"new      0644 {path}\n" in told
    assert f"new      0755 /usr/local/sbin/{NAME}\n" in told
    assert re.search(r"^\+ExecStart=\S+/python -m flows web$", told, re.MULTILINE)
    assert f"systemctl restart {NAME}.target" in told
    assert not any(value in told for value in VALUES.values())


def test_what_is_applied_is_the_same_a_second_time(
    root: Path, install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    assert install("--apply", "--proxy", "caddy") == 0
    first = everything(root)
    modes = {name: (root / name).stat().st_mode & 0o777 for name in first}
    assert install("--apply", "--proxy", "caddy") == 0
    assert everything(root) == first
    assert {modes[name] for name in first if "/credentials/" in name} == {0o600}
    assert modes[f"usr/local/sbin/{NAME}"] == 0o755
    assert {modes[name] for name in first if name.startswith("etc/systemd")} == {0o644}
    assert (root / "etc/bollettino/esempio/credentials").stat().st_mode & 0o777 == 0o700
    capsys.readouterr()
    assert install("--plan", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert {one["standing"] for one in document["files"]} == {"same"}
    assert document["made"] == document["troubles"] == []
    assert document["commands"][-1] == f"systemctl restart {NAME}.target"


def test_what_a_person_changed_is_shown_and_nothing_is_written(
    root: Path, install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    assert install("--apply") == 0
    unit = root / UNIT
    unit.write_text(unit.read_text().replace("RestartSec=5", "RestartSec=50"))
    (root / f"etc/sysusers.d/{NAME}.conf").unlink()
    before = everything(root)
    capsys.readouterr()
    assert install("--apply") == 2
    complaints = capsys.readouterr().err
    assert str(unit) in complaints
    assert "-RestartSec=50\n+RestartSec=5\n" in complaints
    assert everything(root) == before
    assert install("--plan") == 2
    assert f"foreign  0644 /{UNIT}\n" in capsys.readouterr().out


def test_a_newer_version_goes_over_what_the_older_one_wrote(root: Path, install: Install) -> None:
    assert install("--apply") == 0
    unit = root / UNIT
    older = Planned(Path("/") / UNIT, "[Service]\nExecStart=/opt/older\n")
    older.write(root)
    assert install("--apply") == 0
    assert "flows web" in unit.read_text()


@pytest.mark.parametrize("missing", VALUES)
def test_a_secret_that_is_missing_is_named(
    root: Path, install: Install, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    (root / f"etc/bollettino/esempio/credentials/{missing}").unlink()
    assert install("--plan") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert re.fullmatch(rf"bollettino: \S+/{missing} is missing: .*'Secrets', says how to make it", line)


def test_a_secret_that_others_read_or_that_nobody_reads_is_told(
    root: Path, install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = bring_secrets(root, {"BOLLETTINO_LOKUP_KEY": "typed wrongly"})
    (folder / "BOLLETTINO_VERIFY_TOKEN").chmod(0o644)
    assert install("--plan") == 2
    told = capsys.readouterr().err
    assert "BOLLETTINO_LOKUP_KEY: no unit reads a secret of this name" in told
    assert "BOLLETTINO_VERIFY_TOKEN can be read by others: chmod 600" in told
    assert "typed wrongly" not in told


def test_the_sandbox_is_not_installed(capsys: pytest.CaptureFixture[str], root: Path) -> None:
    profile = ROOT / "deployments" / "profiles" / "demo.toml"
    assert main(["install", "--plan", "--profile", str(profile), "--root", str(root)]) == 2
    assert "the sandbox needs no units" in capsys.readouterr().err


def test_what_the_units_cannot_see_is_told(tmp_path: Path) -> None:
    places = plan.Places(
        Path("/opt/bollettino"), Path("/home/anna/.venv/bin/python"), Path("/usr"), tmp_path / "profile.toml"
    )
    told = list(places.troubles())
    assert any(
        line.startswith("/home/anna/.venv/bin/python: the units see nothing below /home") for line in told
    )
    assert not any(line.startswith("/opt") for line in told)


# ------------------------------------------------------------ the secrets
def test_our_own_secrets_are_made_once_and_the_stamps_key_follows_the_lookup_key(
    root: Path, install: Install
) -> None:
    folder = root / "etc/bollettino/esempio/credentials"
    (folder / secret_files.LOOKUP_KEY).unlink()
    assert install("--apply") == 2
    assert not (folder / STAMP_KEY).exists(), "it waits for the look-up key"
    internal = (folder / INTERNAL).read_text()
    bring_secrets(root)
    assert install("--apply") == 0
    stamp_key = (folder / STAMP_KEY).read_text()
    assert stamp_key.strip() == key_from(VALUES[secret_files.LOOKUP_KEY]).hex()
    bring_secrets(root, {secret_files.LOOKUP_KEY: "another"})
    assert install("--apply") == 0
    assert (folder / STAMP_KEY).read_text() != stamp_key
    assert (folder / INTERNAL).read_text() == internal


def test_secrets_are_encrypted_by_the_oldest_systemd_that_is_promised(
    root: Path, install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian 12's, whose `systemd-creds` ends with an error at an option that it does not know."""
    tool = tmp_path / "bin" / "systemd-creds"
    tool.parent.mkdir()
    tool.write_text(CREDS_252)
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    folder = root / "etc/bollettino/esempio/credentials"
    assert install("--apply", "--encrypt") == 0
    first = {file.name: file.read_text() for file in folder.iterdir()}
    assert set(first) == {f"{name}{secret_files.SEALED}" for name in (*VALUES, *secret_files.OURS)}
    assert not any(value in text for value in VALUES.values() for text in first.values())
    assert {name: secret_files.value(folder, name) for name in VALUES} == VALUES
    assert "LoadCredentialEncrypted=BOLLETTINO_VERIFY_TOKEN:" in (root / UNIT).read_text()
    bring_secrets(root, {"BOLLETTINO_VERIFY_TOKEN": "another"})
    assert install("--apply", "--encrypt") == 0
    assert secret_files.value(folder, "BOLLETTINO_VERIFY_TOKEN") == "another"
    assert not (folder / "BOLLETTINO_VERIFY_TOKEN").exists()


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return load_profile(write_profile(tmp_path, [("# codes = true", "codes = true  #")]))


def test_each_unit_gets_what_its_process_needs_and_no_more(profile: Profile, tmp_path: Path) -> None:
    editors = {name for one in profile.editors for name in (one.code_variable, one.phone_variable)}
    rest = {"BOLLETTINO_DATABASE", "BOLLETTINO_MAIL_USER", "BOLLETTINO_MAIL_PASSWORD", "BOLLETTINO_LLM_KEY"}
    for name in {*editors, *rest}:
        (tmp_path / name).write_text("made up")
    given = {process: set(names) for process, names in secret_files.of_units(profile, tmp_path).items()}
    people, database = "BOLLETTINO_PREFECT_AUTH", "BOLLETTINO_DATABASE"
    web = {*VALUES, database} - {people}
    assert given == {
        "prefect": {people, database, *secret_files.OURS},
        "web": web,
        "worker": {*web, *editors, *rest, INTERNAL},
        "watchdog": {name for name in {*editors, *rest} if re.search("PHONE|MAIL|DATABASE", name)}
        | {"BOLLETTINO_WHATSAPP_TOKEN"},
        "backup": {"BOLLETTINO_ENCRYPTION_KEYS", "BOLLETTINO_LOOKUP_KEY", database},
        "drill": {*web, *editors, *rest},
        "doctor": {*VALUES, *editors, *rest, *secret_files.OURS},
    }
    (tmp_path / secret_files.IDENTITY).write_text("made up")
    again = {process: set(names) for process, names in secret_files.of_units(profile, tmp_path).items()}
    assert again == given | {"drill": {*given["drill"], secret_files.IDENTITY}}


def test_a_secret_that_is_not_there_is_in_no_unit_unless_it_must_be(profile: Profile, tmp_path: Path) -> None:
    given = secret_files.of_units(profile, tmp_path)
    codes = {one.code_variable for one in profile.editors}
    assert codes <= set(given["worker"])
    assert set(given["worker"]) == {*VALUES, *codes, INTERNAL} - {"BOLLETTINO_PREFECT_AUTH"}


def test_the_command_for_root_has_every_secret_and_takes_another_account(
    root: Path, install: Install, tmp_path: Path
) -> None:
    """`setpriv` needs root: here a program of its name shows what it is given."""
    assert install("--apply") == 0
    shown = tmp_path / "bin" / "setpriv"
    shown.parent.mkdir()
    shown.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nenv\npwd\numask\n')
    shown.chmod(0o755)
    script = (
        (root / f"usr/local/sbin/{NAME}").read_text().replace("/etc/bollettino", f"{root}/etc/bollettino")
    )
    done = subprocess.run(
        ["sh", "-c", script, NAME, "history", "1 2"],
        env={"PATH": f"{shown.parent}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("--reuid=")] == ["--reuid=bollettino-000001"]
    assert lines[lines.index("flows") : lines.index("flows") + 3] == ["flows", "history", "1 2"]
    assert {f"{name}={value}" for name, value in VALUES.items()} <= set(lines)
    assert "HOME=/var/lib/bollettino/esempio" in lines
    assert lines[-2:] == [str(ROOT), "0077"]


# ------------------------------------------------------------ the line at the head
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), min_size=1).map(
    lambda text: f"{text}\n"
)


@given(TEXTS, st.booleans())
def test_what_was_written_is_known_and_any_other_letter_is_a_person_s(text: str, is_program: bool) -> None:
    planned = Planned(Path("/etc/x"), f"#!/bin/sh\n{text}" if is_program else text)
    assert is_as_written(planned.marked)
    assert planned.marked.startswith("#!/bin/sh\n") == planned.text.startswith("#!/bin/sh\n")
    for changed in (planned.marked[:-2] + "\n", f"{planned.marked}#\n", planned.text):
        assert changed == planned.marked or not is_as_written(changed)


def test_another_s_file_is_never_ours(tmp_path: Path) -> None:
    planned = Planned(Path("/etc/x"), "ours\n")
    assert planned.standing(tmp_path) == Standing.new
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/x").write_text("theirs\n")
    assert planned.standing(tmp_path) == Standing.foreign
    with pytest.raises(FilesError, match=r"(?s)etc/x\n.*-theirs"):
        require_ours([planned], tmp_path)
    (tmp_path / "etc/x").write_text(planned.marked)
    (tmp_path / "etc/x").chmod(0o600)
    assert planned.standing(tmp_path) == Standing.changed, "its mode"
    planned.write(tmp_path)
    assert planned.standing(tmp_path) == Standing.same
