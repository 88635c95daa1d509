"""An archive is read whole or refused, wherever it was harmed; nothing that it brings lands elsewhere."""

import gzip
import io
import random
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pyrage import encrypt, x25519

from flows.backup import archive, manifest
from flows.backup.archive import BackupError, HarmedError
from flows.backup.manifest import DATABASE, JOURNAL, NAME, PROFILE, Manifest
from flows.profiles.backup import Backup
from tests.world.documents import INCIDENTS, MANUAL
from tests.world.readers import at_hand, run
from tests.world.safe import Safe

pytestmark = pytest.mark.slow  # each bit and each cut is tried

AT = datetime(2026, 11, 24, 3, 15, tzinfo=UTC)
FILES = {
    PROFILE: b'slug = "esempio"\n',
    DATABASE: random.Random(7).randbytes(
        200_000
    ),  # several of age's parts of 64 kB, not to be packed smaller
    "prefect/storage/a1b2": b"a result",
    "certificati/bollettino-1.json": b"{}",
}


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    return Safe.make(tmp_path / "safe")


OPENED = "age -d -i chiave.txt ARCHIVE | tar xz"


def written(safe: Safe, files: dict[str, bytes] = FILES) -> Path:
    """An archive of these files."""
    sources = {}
    for name, content in files.items():
        sources[name] = safe.folder / "sources" / name
        sources[name].parent.mkdir(parents=True, exist_ok=True)
        sources[name].write_bytes(content)
    members = [manifest.member(name, path) for name, path in sources.items()]
    made = Manifest(kind="database", slug="esempio", version="0.1.0", cut_at=AT, members=members)
    path = safe.archives / "made.age"
    with path.open("wb") as out:
        archive.write(out, made, sources, [safe.public])
    return path


@pytest.mark.parametrize("reader", at_hand("age"))
def test_an_archive_is_opened_by_whoever_has_the_key(safe: Safe, tmp_path: Path, reader: str) -> None:
    """By us, and without us, as the manual types it: by Debian's own program, where the machine has it."""
    made, taken = written(safe), tmp_path / "taken"
    taken.mkdir()
    if reader == "ours":
        archive.read(made, [safe.identity], taken)
    else:
        assert OPENED in MANUAL.spans
        line = OPENED.replace("ARCHIVE", str(made)).replace("chiave.txt", str(safe.file))
        done = run("bash", "-o", "pipefail", "-c", f"cd '{taken}' && {line}")
        assert done.returncode == 0, done.stderr
    assert {name: (taken / name).read_bytes() for name in FILES} == FILES


@pytest.mark.parametrize("reader", at_hand("age"))
def test_whoever_has_another_key_opens_nothing(safe: Safe, tmp_path: Path, reader: str) -> None:
    made, other = written(safe), Safe.make(tmp_path / "other")
    if reader == "ours":
        with pytest.raises(BackupError):
            archive.read(made, [other.identity])
    else:
        done = run("age", "-d", "-i", str(other.file), "-o", str(tmp_path / "plain"), str(made))
        assert done.returncode != 0
        assert "any of the recipients" in done.stderr  # in the words of either version


def test_the_profile_alone_is_taken_out_as_the_incidents_say() -> None:
    """The same command, of which `tar` is told one name."""
    assert f"{OPENED} {PROFILE}" in [span.replace(r"\|", "|") for span in (*INCIDENTS.spans, *MANUAL.spans)]


def test_what_was_written_is_read(safe: Safe, tmp_path: Path) -> None:
    path = written(safe)
    assert archive.read(path, [safe.identity]) == archive.read(path, [safe.identity], tmp_path / "into")
    for name, content in FILES.items():
        found = tmp_path / "into" / name
        assert found.read_bytes() == content
        assert found.stat().st_mode & 0o777 == 0o600


def test_each_of_several_keys_opens_it_and_no_other(safe: Safe, tmp_path: Path) -> None:
    other, stranger = Safe.make(tmp_path / "other"), Safe.make(tmp_path / "stranger")
    made = Manifest(kind="registers", slug="esempio", version="0.1.0", cut_at=AT, members=[])
    path = tmp_path / "made.age"
    with path.open("wb") as out:
        archive.write(out, made, {}, [safe.public, other.public])
    for one in (safe, other):
        assert archive.read(path, archive.identities(one.file)) == made
    with pytest.raises(BackupError, match="other keys than this identity's"):
        archive.read(path, archive.identities(stranger.file))


def refused(path: Path, safe: Safe, into: Path) -> None:
    with pytest.raises(HarmedError, match="is harmed"):
        archive.read(path, [safe.identity], into)


ANYWHERE = st.floats(0, 1, exclude_max=True)


@given(share=ANYWHERE, bit=st.integers(0, 7))
def test_one_bit_anywhere_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, share: float, bit: int
) -> None:
    folder = tmp_path_factory.mktemp("bit")
    safe = Safe.make(folder / "safe")
    path = written(safe)
    content = bytearray(path.read_bytes())
    content[int(len(content) * share)] ^= 1 << bit
    path.write_bytes(content)
    with pytest.raises(BackupError, match=r"is harmed|other keys"):  # in its head stand the keys
        archive.read(path, [safe.identity], folder / "into")


@given(share=ANYWHERE)
def test_one_that_was_cut_off_anywhere_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, share: float
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    safe = Safe.make(folder / "safe")
    path = written(safe)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    refused(path, safe, folder / "into")


def test_what_stands_behind_its_end_is_noticed(safe: Safe, tmp_path: Path) -> None:
    path = written(safe)
    path.write_bytes(path.read_bytes() + b"more")
    refused(path, safe, tmp_path / "into")


def crafted(safe: Safe, members: list[manifest.Member], entries: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    """By somebody who has the public key, as everybody may."""
    made = Manifest(kind="database", slug="esempio", version="0.1.0", cut_at=AT, members=members)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        content = made.model_dump_json().encode()
        head = tarfile.TarInfo(NAME)
        head.size = len(content)
        tar.addfile(head, io.BytesIO(content))
        for entry, raw in entries:
            tar.addfile(entry, io.BytesIO(raw))
    path = safe.archives / "crafted.age"
    path.write_bytes(encrypt(gzip.compress(packed.getvalue()), [safe.identity.to_public()]))
    return path


def entry(name: str, content: bytes = b"x", kind: bytes = tarfile.REGTYPE) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(content) if kind == tarfile.REGTYPE else 0, kind, "/etc/passwd"
    return info, content


X = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"  # SHA-256 of "x"


@pytest.mark.parametrize(
    "name", ["../over", "/etc/over", "secrets.json", "certificati/../../over", "certificati/", "porta.json"]
)
def test_a_file_that_is_none_of_ours_is_refused_by_name(safe: Safe, tmp_path: Path, name: str) -> None:
    listed = [manifest.Member(name=name, size=1, sha256=X)]
    refused(crafted(safe, listed, [entry(name)]), safe, tmp_path / "deep" / "into")
    assert not list(tmp_path.rglob("over"))
    assert not (tmp_path / "deep" / "into").exists()


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [entry(JOURNAL, b"y")],
        [entry(JOURNAL, b"xx")],
        [entry(JOURNAL), entry(PROFILE)],
        [entry(JOURNAL), entry(JOURNAL)],
        [entry(JOURNAL, kind=tarfile.SYMTYPE)],
        [entry(JOURNAL, kind=tarfile.DIRTYPE)],
    ],
    ids=["absent", "another", "longer", "unlisted", "twice", "a link", "a folder"],
)
def test_members_are_those_that_the_manifest_lists(
    safe: Safe, tmp_path: Path, entries: list[tuple[tarfile.TarInfo, bytes]]
) -> None:
    listed = [manifest.Member(name=JOURNAL, size=1, sha256=X)]
    assert archive.read(crafted(safe, listed, [entry(JOURNAL)]), [safe.identity]).members == listed
    refused(crafted(safe, listed, entries), safe, tmp_path / "into")


def test_what_is_no_archive_is_said_in_a_line(safe: Safe, tmp_path: Path) -> None:
    for content in (b"", b"x" * 1000, encrypt(b"no tar", [safe.identity.to_public()])):
        path = tmp_path / "any.age"
        path.write_bytes(content)
        refused(path, safe, tmp_path / "into")
    with pytest.raises(BackupError, match="is not there"):
        archive.read(tmp_path / "absent.age", [safe.identity])


def test_an_identity_that_is_none_is_refused_and_never_quoted(safe: Safe, tmp_path: Path) -> None:
    secret = str(safe.identity)
    path = tmp_path / "key.txt"
    for content in ("", "# only words\n", f"{secret[:-1]}\n", f"{secret}\nmore\n"):
        path.write_text(content, encoding="ascii")
        with pytest.raises(BackupError, match="holds no secret key of age") as caught:
            archive.identities(path)
        assert secret[20:40] not in str(caught.value)
    with pytest.raises(BackupError, match="cannot be read"):
        archive.identities(tmp_path / "absent")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BackupError, match="cannot be read"):
        archive.identities(path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"recipients": []}, "at least 1"),
        ({"recipients": ["age1abc"]}, "number 1 is no public key"),
        ({"folder": "copie"}, "must begin with /"),
        ({"keep_days": 0}, "greater than or equal to 1"),
    ],
)
def test_the_table_of_the_profile_is_held_to_its_limits(
    safe: Safe, changes: dict[str, object], words: str
) -> None:
    told = {"folder": "/mnt/copie", "recipients": [safe.public]}
    assert Backup.model_validate(told).keep_days == 30
    with pytest.raises(ValidationError, match=words):
        Backup.model_validate({**told, **changes})


def test_a_secret_key_in_the_profile_is_refused_and_not_quoted(safe: Safe) -> None:
    secret = str(safe.identity)
    with pytest.raises(ValidationError, match="is a secret key") as caught:
        Backup.model_validate({"folder": "/mnt/copie", "recipients": [secret]})
    assert secret not in caught.value.errors()[0]["msg"]
    assert x25519.Identity.from_str(secret)
