"""The installation's secrets on a machine with units: a file each, for root alone, and which unit gets which.

systemd hands a unit what `LoadCredential=` names, in a folder that no other unit sees. What each process may
have is decided in `flows/door/environment.py`, for units and `run` alike.
"""

from collections.abc import Iterator
from pathlib import Path

from flows.door.environment import STAMP_KEY, given_to
from flows.door.keys import INTERNAL, new_internal
from flows.door.stamps import key_from
from flows.profiles.comune import Profile
from flows.profiles.contacts import is_loopback

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
PROCESSES = ("prefect", "worker", "web")


def required(profile: Profile) -> list[str]:
    """What nobody but the Comune can bring."""
    names = list(ALWAYS)
    names += [editor.code_variable for editor in profile.editors] if profile.asks_codes else []
    if profile.llm is not None and not is_loopback(profile.llm.address):
        names.append("BOLLETTINO_LLM_KEY")
    return names


def known(profile: Profile) -> list[str]:
    """These, and what an installation may have besides."""
    by_editor = [name for one in profile.editors for name in (one.code_variable, one.phone_variable)]
    others = ["BOLLETTINO_DATABASE", "BOLLETTINO_LLM_KEY", "BOLLETTINO_MAIL_USER", "BOLLETTINO_MAIL_PASSWORD"]
    return list(dict.fromkeys([*required(profile), *by_editor, *others, *OURS]))


def of_units(profile: Profile, folder: Path) -> dict[str, list[str]]:
    """A process -> the names of what its unit is given: what it needs, and of the rest what lies there.

    A unit whose file is missing does not start, so nothing is named that may be missing.
    """
    needed = {*required(profile), *OURS}
    here = [name for name in known(profile) if name in needed or (folder / name).exists()]
    return {process: sorted(given_to(process, dict.fromkeys(here, ""))) for process in PROCESSES}


def made(folder: Path) -> dict[str, str]:
    """What `install` writes there: the credential of our own processes, made once, and the key of the stamps,
    all that the server is given of the look-up key (it waits for that one).
    """
    new = {} if value(folder, INTERNAL) else {INTERNAL: new_internal()}
    if lookup_key := value(folder, LOOKUP_KEY):
        stamp_key = key_from(lookup_key).hex()
        new |= {} if value(folder, STAMP_KEY) == stamp_key else {STAMP_KEY: stamp_key}
    return new


def troubles(profile: Profile, folder: Path) -> Iterator[str]:
    """What keeps the units from starting, or is none of theirs; never a value."""
    for name in required(profile):
        if not value(folder, name):
            yield f"{folder / name} is missing: deployments/manuale.md, 'Secrets', says how to make it"
    names = known(profile)
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if file.name not in names:
            yield f"{file}: no unit reads a secret of this name"
        elif file.stat().st_mode & 0o077:
            yield f"{file} can be read by others: chmod 600 {file}"


def value(folder: Path, name: str) -> str:
    """What lies there under this name; "" where nothing does."""
    file = folder / name
    return file.read_text(encoding="utf-8").strip() if file.is_file() else ""
