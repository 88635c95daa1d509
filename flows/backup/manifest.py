"""What an archive says of itself: the first member of its tar, and a part of it in clear beside it."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from db.journal import Extent
from flows.profiles import documents
from flows.profiles.given import Secrets

NAME = "manifesto.json"
CHUNK = 1 << 20
DATABASE, DUMP = "bollettino.db", "bollettino.dump"
PREFECT, PREFECT_DUMP = "prefect/prefect.db", "prefect/prefect.dump"
PROFILE = "profilo.toml"
DOCUMENTS = documents.folder(Path(PROFILE)).name  # profilo.testi: beside it, as at the installation
JOURNAL, WITNESS = "consensi.jsonl", "partenze.json"
FOLDERS = ("prefect/storage/", "certificati/")


class Strict(BaseModel):
    """A document of ours: what another version added is not guessed at."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Member(Strict):
    """One file of the archive."""

    name: str
    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Keys(Strict):
    """Fingerprints: by them two keys are known for the same, and nothing of a key can be told."""

    lookup: str
    encryption: list[str]


class Manifest(Strict):
    """Of an archive (database), or of the two files that no restore may bring back older (registers)."""

    format: Literal[1] = 1
    kind: Literal["database", "registers"]
    slug: str
    version: str  # of the program
    cut_at: datetime
    members: list[Member]
    database: Literal["sqlite", "postgresql"] | None = None
    revision: str | None = None
    counts: dict[str, int] = {}  # rows by table
    starts: int = 0  # how many sends had begun
    keys: Keys | None = None
    journal: tuple[int, str] | None = None  # how far the journal of consent went at the cut

    @property
    def size(self) -> int:
        """Bytes of all members."""
        return sum(member.size for member in self.members)

    @property
    def extent(self) -> Extent | None:
        return Extent(*self.journal) if self.journal else None

    def holds(self, name: str) -> bool:
        return any(member.name == name for member in self.members)


class Sidecar(Strict):
    """In clear beside an archive, for who looks after the disk; nothing of a person, nothing of a key."""

    format: Literal[1] = 1
    file: str
    registers: str  # the file of journal and witness that was made with it
    slug: str
    version: str
    revision: str
    database: str
    cut_at: datetime
    size: int
    sha256: str
    rows: int


def fingerprints(secrets: Secrets) -> Keys:
    """Of the keys at hand."""
    encryption = secrets.encryption_keys.get_secret_value().split(",")
    lookup = secrets.lookup_key.get_secret_value()
    return Keys(
        lookup=_fingerprint("lookup", lookup),
        encryption=[_fingerprint("encryption", key.strip()) for key in encryption],
    )


def _fingerprint(kind: str, key: str) -> str:
    # 48 bits: enough to tell keys apart, too few to test a guess against
    return hmac.new(key.encode(), f"bollettino backup {kind}".encode(), hashlib.sha256).hexdigest()[:12]


def member(name: str, path: Path) -> Member:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Member(name=name, size=path.stat().st_size, sha256=digest)


def is_known(name: str) -> bool:
    """Whether an archive may bring a file of this name: whoever has the public key can make one."""
    if name in (DATABASE, DUMP, PREFECT, PREFECT_DUMP, PROFILE, JOURNAL, WITNESS):
        return True
    if name in {f"{DOCUMENTS}/{one}" for one in documents.NAMES}:
        return True
    parts = name.split("/")
    return name.startswith(FOLDERS) and all(
        part not in ("", ".", "..") and "\0" not in part for part in parts
    )


def trouble(manifest: Manifest, names: Iterable[str]) -> str:
    """What of its members is not as it must be; "" where nothing is."""
    listed = [one.name for one in manifest.members]
    if len(set(listed)) != len(listed) or not all(map(is_known, listed)):
        return "lists files that are none of ours"
    return "" if sorted(names) == sorted(listed) else "lacks files that it lists"
