"""The installation's secrets on a machine with units: a file each, for root alone, and which unit gets which.

systemd hands a unit what `LoadCredential=` names, in a folder that no other unit sees. What each process may
have is decided in `flows/door/environment.py`, for units and `run` alike. Where systemd-creds(1) is there, a
secret lies encrypted as NAME.cred: whoever gets a copy of /etc, or of its backup, has none of them.
"""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from flows.door.environment import STAMP_KEY, given_to
from flows.door.keys import INTERNAL, new_internal
from flows.door.stamps import key_from
from flows.profiles.comune import Profile
from flows.profiles.contacts import is_loopback
from flows.settings import BollettinoError

LOOKUP_KEY = "BOLLETTINO_LOOKUP_KEY"
ALWAYS = (
    "BOLLETTINO_ENCRYPTION_KEYS",
    LOOKUP_KEY,
    "BOLLETTINO_WHATSAPP_TOKEN",
    "BOLLETTINO_APP_SECRETS",
    "BOLLETTINO_VERIFY_TOKEN",
    "BOLLETTINO_PREFECT_AUTH",
)
OURS = (INTERNAL, STAMP_KEY)  # that `install` makes
IDENTITY = "drill-identity"  # a secret key of age; not named as a variable: no environment shall hold it
PROCESSES = ("prefect", "worker", "web")
JOBS = ("watchdog", "backup", "drill", "doctor")  # of `flows/machine/jobs.py`
SEALED = ".cred"
TOOL = "systemd-creds"


class SecretError(BollettinoError):
    """A secret cannot be encrypted, or decrypted, on this machine; the text names its file."""


def required(profile: Profile, *, signs_in: bool = False) -> list[str]:
    """What nobody but the Comune can bring. `signs_in`: persons do, and no form asks for a code."""
    names = list(ALWAYS)
    if profile.asks_codes and not signs_in:
        names += [editor.code_variable for editor in profile.editors]
    if profile.llm is not None and not is_loopback(profile.llm.address):
        names.append("BOLLETTINO_LLM_KEY")
    if profile.sign_in.oidc is not None:
        names.append("BOLLETTINO_OIDC_SECRET")
    if profile.backup is not None and profile.backup.offsite is not None:
        names += profile.backup.offsite.secrets
    return names


def known(profile: Profile) -> list[str]:
    """These, and what an installation may have besides."""
    by_editor = [name for one in profile.editors for name in (one.code_variable, one.phone_variable)]
    others = ["DATABASE", "PREFECT_DATABASE", "LLM_KEY", "MAIL_USER", "MAIL_PASSWORD", "OIDC_SECRET"]
    others = [f"BOLLETTINO_{name}" for name in others]
    return list(dict.fromkeys([*required(profile), *by_editor, *others, *OURS, IDENTITY]))


def of_units(profile: Profile, folder: Path, *, signs_in: bool = False) -> dict[str, list[str]]:
    """A process or job -> the names of what its unit is given: what it needs, of the rest what lies there.

    A unit whose file is missing does not start, so nothing is named that may be missing.
    """
    needed = {*required(profile, signs_in=signs_in), *OURS}
    here = [name for name in known(profile) if name in needed or is_there(folder, name)]
    given = {
        process: sorted(given_to(process, {name: "" for name in here if name != IDENTITY}, signs_in=signs_in))
        for process in (*PROCESSES, *JOBS)
    }
    given["drill"] += [IDENTITY] if IDENTITY in here else []
    return given


def made(folder: Path) -> dict[str, str]:
    """What `install` writes there: the credential of our own processes, made once, and the key of the stamps,
    all that the server is given of the look-up key (it waits for that one).
    """
    new = {} if value(folder, INTERNAL) else {INTERNAL: new_internal()}
    if lookup_key := value(folder, LOOKUP_KEY):
        stamp_key = key_from(lookup_key).hex()
        new |= {} if value(folder, STAMP_KEY) == stamp_key else {STAMP_KEY: stamp_key}
    return new


def troubles(profile: Profile, folder: Path, *, signs_in: bool = False) -> Iterator[str]:
    """What keeps the units from starting, or is none of theirs; never a value."""
    for name in required(profile, signs_in=signs_in):
        if not value(folder, name):
            yield f"{folder / name} is missing: deployments/manuale.md, 'Secrets', says how to make it"
    yield from strangers(known(profile), folder)


def strangers(names: Sequence[str], folder: Path) -> Iterator[str]:
    """What lies there and is none of these, or is open to others."""
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if file.name.removesuffix(SEALED) not in names:
            yield f"{file}: no unit reads a secret of this name"
        elif file.stat().st_mode & 0o077:
            yield f"{file} can be read by others: chmod 600 {file}"


def is_there(folder: Path, name: str) -> bool:
    return (folder / name).is_file() or is_sealed(folder, name)


def is_sealed(folder: Path, name: str) -> bool:
    """Whether it lies there encrypted alone: one that was laid beside it since is newer."""
    return (folder / f"{name}{SEALED}").is_file() and not (folder / name).is_file()


def value(folder: Path, name: str) -> str:
    """What lies there under this name; "" where nothing does. SecretError where it does not decrypt here."""
    file = folder / name
    if is_sealed(folder, name):
        return _tool("decrypt", f"--name={name}", f"{file}{SEALED}", "-").strip()
    return file.read_text(encoding="utf-8").strip() if file.is_file() else ""


def can_seal() -> bool:
    """Whether this machine has systemd's tool for it."""
    return shutil.which(TOOL) is not None


def open_ones(names: Sequence[str], folder: Path) -> list[str]:
    """Of these secrets those that lie there in clear."""
    return [name for name in names if (folder / name).is_file()]


def seal(folder: Path, names: list[str], key: str = "host") -> None:
    """Encrypt these, and let go of what lay there in clear once the other was read back.

    `key` "host": with one of this machine's disk. A chip (tpm2) would keep them better, and lose all of them
    when its firmware is changed. SecretError where one cannot be: that one stays as it was.
    """
    for name in names:
        plain, half = folder / name, folder / f".{name}.half"
        before = plain.read_text(encoding="utf-8").strip()
        half.unlink(missing_ok=True)
        _tool("encrypt", f"--with-key={key}", f"--name={name}", str(plain), str(half))
        half.chmod(0o600)
        if _tool("decrypt", f"--name={name}", str(half), "-").strip() != before:
            raise SecretError(f"{plain}: does not come out of {TOOL} as it went in; it stays in clear")
        half.replace(folder / f"{name}{SEALED}")
        plain.unlink()


def _tool(*words: str) -> str:
    try:
        done = subprocess.run([TOOL, *words], capture_output=True, text=True, check=True)
    except FileNotFoundError as exc:
        raise SecretError(f"{words[-2]}: {TOOL} is not there, which encrypted it") from exc
    except subprocess.CalledProcessError as exc:
        said = next(iter(exc.stderr.strip().splitlines()), "it said nothing")
        raise SecretError(f"{words[-2]}: `{TOOL} {words[0]}` failed ({said}): are you root?") from exc
    return done.stdout
