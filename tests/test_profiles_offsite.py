"""`[backup.offsite]`: what an address may be, which host keys count, what papers and processes are told."""

import tomllib
from datetime import datetime
from pathlib import Path

import asyncssh
import pytest
from pydantic import ValidationError

from flows.door.environment import given_to
from flows.kit import papers
from flows.machine import secret_files
from flows.privacy.register import report
from flows.profiles.backup import Backup
from flows.profiles.offsite import ACCESS_KEY, SECRET_KEY, SSH_KEY, Offsite, host_key
from flows.settings import DEMO, Settings, SettingsError, load_profile
from tests.test_machine_units import files_of
from tests.world.documents import MANUAL
from tests.world.units import BACKUP, NAME, PUBLIC_KEY, bring_secrets, settings_of, write_profile

ED25519, RSA = (asyncssh.generate_private_key(kind) for kind in ("ssh-ed25519", "ssh-rsa"))
LINE = ED25519.export_public_key().decode().strip()
SFTP = {"address": "sftp://copie@host.example:2222/dir/copie", "host_keys": [LINE]}
S3 = {"address": "s3://comune-esempio/a/b", "endpoint": "https://s3.example"}
TABLE = f'[backup.offsite]\naddress = "{SFTP["address"]}"\nhost_keys = ["{LINE}"]\n'


def test_an_address_is_read_as_it_is_meant() -> None:
    sftp, s3 = Offsite.model_validate(SFTP), Offsite.model_validate(S3)
    assert (sftp.user, sftp.host, sftp.port, sftp.path) == ("copie", "host.example", 2222, "/dir/copie")
    assert (s3.bucket, s3.prefix, s3.host) == ("comune-esempio", "a/b/", "")
    assert Offsite.model_validate({**S3, "address": "s3://comune-esempio"}).prefix == ""
    at_home = Offsite.model_validate({**SFTP, "address": "sftp://u%40ente@host.example/~/copie/"})
    assert (at_home.user, at_home.port, at_home.path) == ("u@ente", 22, "copie")
    assert Offsite.model_validate({**SFTP, "address": "sftp://u@host.example/~"}).path == "."


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({**SFTP, "address": "ftp://u@host/copie"}, "must be like sftp://"),
        ({**SFTP, "address": "sftp://host/copie"}, "needs user, host and folder"),
        ({**SFTP, "address": "sftp://u@host"}, "needs user, host and folder"),
        ({**SFTP, "address": "sftp://u@host:port/copie"}, "is no address"),
        ({**SFTP, "host_keys": []}, r"host_keys is missing.*ssh-keyscan -p 2222 host\.example"),
        ({**SFTP, "host_keys": [LINE, "ssh-ed25519 AAAA"]}, "number 2 is no host key"),
        ({**SFTP, "host_keys": [f"@revoked host {LINE}"]}, "number 1 is no host key"),
        ({**SFTP, "host_keys": [LINE.replace("ssh-ed25519", "ssh-rsa")]}, "number 1 is no host key"),
        ({**SFTP, "endpoint": "https://s3.example"}, "of an s3 address only"),
        ({**S3, "host_keys": [LINE]}, "of an sftp address only"),
        ({"address": "s3://comune-esempio"}, "region is missing"),
        ({**S3, "address": "s3://Comune_Esempio/a"}, "is no name of a bucket"),
        ({**S3, "endpoint": "http://s3.example"}, "must be like https://"),
        ({**S3, "endpoint": "https://key:secret@s3.example"}, "must be like https://"),
    ],
)
def test_what_cannot_be_meant_is_refused(told: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Offsite.model_validate(told)


def test_a_password_in_an_address_is_refused_and_not_quoted(tmp_path: Path) -> None:
    table = TABLE.replace("copie@", "copie:hunter2@")
    path = write_profile(tmp_path, [(BACKUP[0], BACKUP[1].replace("\n# ", f"\n{table}# "))])
    with pytest.raises(
        SettingsError, match=r"line \d+: backup\.offsite\.address: holds a password"
    ) as caught:
        load_profile(path)
    assert "hunter2" not in str(caught.value)


def test_a_host_key_is_known_in_each_form_that_people_copy() -> None:
    """By the fingerprint that asyncssh and OpenSSH print."""
    for key, kind in ((ED25519, "ssh-ed25519"), (RSA, "ssh-rsa")):
        line = key.export_public_key().decode().strip()
        for form in (line, f"{line} a comment", f"[host.example]:2222 {line}", f"|1|salt=|hash= {line}"):
            found = host_key(form)
            assert found is not None, form
            assert (found.fingerprint, found.kind) == (key.get_fingerprint(), kind)
        bare = host_key(key.get_fingerprint())
        assert bare is not None
        assert (bare.fingerprint, bare.kind) == (key.get_fingerprint(), "")
    for none in (
        "",
        "ssh-dss AAAAB3NzaC1kc3M=",
        "# a comment",
        "ssh-ed25519",
        "SHA256:short",
        "host.example ssh-ed25519 !!!",
    ):
        assert host_key(none) is None


def test_the_example_of_the_manual_is_one() -> None:
    (block,) = [text for text in MANUAL.blocks("toml") if "[backup.offsite]" in text]
    table = tomllib.loads(block)["backup"]["offsite"]
    assert Offsite.model_validate(table).keys[0].kind == "ssh-ed25519"


def test_the_example_of_the_demo_profile_is_one() -> None:
    lines = DEMO.read_text(encoding="utf-8").partition("# [backup.offsite]")[2].splitlines()[1:3]
    told = tomllib.loads(
        "\n".join(line.removeprefix("# ") for line in lines).replace("AAAA...", LINE.split()[1])
    )
    assert Offsite.model_validate(told).host == "copie.esempio.it"


def test_only_the_jobs_of_copies_and_the_doctor_are_given_its_keys(tmp_path: Path) -> None:
    keys = dict.fromkeys((SSH_KEY, ACCESS_KEY, SECRET_KEY), "made up")
    given = {
        process: keys.keys() & given_to(process, keys).keys()
        for process in ("prefect", "worker", "web", "sandbox", "pg", "watchdog", "backup", "drill", "doctor")
    }
    assert {process for process, names in given.items() if names} == {"backup", "drill", "doctor"}
    profile = load_profile(write_profile(tmp_path, [(BACKUP[0], BACKUP[1].replace("\n# ", f"\n{TABLE}# "))]))
    folder = bring_secrets(tmp_path)
    assert [line for line in secret_files.troubles(profile, folder) if SSH_KEY in line]
    without = load_profile(write_profile(tmp_path, [BACKUP]))
    bring_secrets(tmp_path, {SSH_KEY: "made up", secret_files.IDENTITY: "made up"})
    assert [line for line in secret_files.troubles(without, folder) if "no unit reads" in line]
    planned = files_of(profile, tmp_path)
    for job in ("backup", "drill"):
        unit = settings_of(planned[f"{NAME}-{job}.service"].text)
        assert any(SSH_KEY in line for line in unit["LoadCredential"])
        assert "IPAddressDeny" not in unit, "it has a use for the network"


def test_the_papers_say_where_copies_are_and_who_keeps_them(settings: Settings, now: datetime) -> None:
    backup = Backup.model_validate(
        {"folder": "/mnt/copie", "recipients": [str(PUBLIC_KEY)], "keep_days": 17, "offsite": SFTP}
    )
    settings.profile = settings.profile.model_copy(update={"backup": backup})
    register = report(settings, subscribers=1, now=now)
    assert "- Copie cifrate, host.example: chi le custodisce non può leggerle" in register
    assert "| Copie di sicurezza, cifrate | 17 giorni |" in register
    contents = papers.papers(settings, subscribers=1, expected=10, now=now)
    assert "(host.example) | niente: sono cifrate" in contents["responsabili.md"]
    assert "un altro disco; host.example: cifrate" in contents["dpia.md"]
    assert "| 17 giorni |" in contents["dpia.md"]
