"""The file of an archive: a tar, packed by gzip, encrypted by age; read whole, or refused.

Age hands plaintext out before it has seen the damage: nothing that is read here counts until all of it was.
"""

import gzip
import hashlib
import os
import tarfile
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO

from pydantic import ValidationError
from pyrage import DecryptError, EncryptError, IdentityError, decrypt_io, encrypt_io, x25519

from db import disk
from flows.backup.manifest import CHUNK, NAME, Manifest, Member, is_known, trouble
from flows.settings import BollettinoError

LONGEST_MANIFEST = 64 << 20


class BackupError(BollettinoError):
    """A backup, or a restore, that cannot be made; the text names the file and the remedy."""


class HarmedError(BackupError):
    """An archive that is not whole, or is none."""


def write(out: BinaryIO, manifest: Manifest, files: dict[str, Path], recipients: Sequence[str]) -> None:
    """Append the whole archive to `out`. OSError where the disk is full."""
    keys = [x25519.Recipient.from_str(key) for key in recipients]

    def pack(into: BinaryIO) -> None:
        with (
            gzip.GzipFile(fileobj=into, mode="wb", compresslevel=6, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            content = manifest.model_dump_json(indent=1).encode()
            tar.addfile(_entry(NAME, len(content), manifest), BytesIO(content))
            for one in manifest.members:
                with files[one.name].open("rb") as file:
                    tar.addfile(_entry(one.name, one.size, manifest), file)

    try:
        with _pipe(pack) as plain:
            encrypt_io(plain, out, keys)
    except EncryptError as exc:  # of what `out` said, as text
        raise OSError(str(exc)) from exc


def _entry(name: str, size: int, manifest: Manifest) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, disk.PRIVATE_FILE, manifest.cut_at.timestamp()
    return entry


@contextmanager
def _pipe(write: Callable[[BinaryIO], None]) -> Iterator[BinaryIO]:
    """What `write` writes, to be read meanwhile; its error is raised at the end, before the reader's."""
    source, sink = os.pipe()
    errors: list[BaseException] = []

    def run() -> None:
        try:
            with os.fdopen(sink, "wb") as into:
                write(into)
        except BaseException as exc:  # noqa: BLE001  raised below, in the thread that reads
            errors.append(exc)

    thread = threading.Thread(target=run)
    thread.start()
    reader = os.fdopen(source, "rb")
    try:
        yield reader
    except Exception:
        reader.close()  # a writer that nobody reads ends
        thread.join()
        if errors and not isinstance(errors[0], BrokenPipeError) and "Broken pipe" not in str(errors[0]):
            raise errors[0] from None
        raise
    finally:
        with suppress(OSError):
            reader.close()
        thread.join()
    if errors:
        raise errors[0]


def identities(path: Path) -> list[x25519.Identity]:
    """The secret keys of a file as age-keygen writes it. BackupError names the file, never what is in it."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        keys = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        found = [x25519.Identity.from_str(key) for key in keys]
    except (OSError, UnicodeDecodeError) as exc:
        raise BackupError(f"--identity {path}: cannot be read ({_why(exc)})") from None
    except IdentityError:
        raise BackupError(f"--identity {path}: holds no secret key of age (AGE-SECRET-KEY-...)") from None
    if not found:
        raise BackupError(f"--identity {path}: holds no secret key of age (AGE-SECRET-KEY-...)")
    return found


def _why(exc: OSError | UnicodeDecodeError) -> str:
    return (exc.strerror if isinstance(exc, OSError) else None) or type(exc).__name__


def read(archive: Path, keys: Sequence[x25519.Identity], into: Path | None = None) -> Manifest:
    """Its manifest, once every member was read and is the one that it lists; with `into` they are there then.

    HarmedError otherwise: what was written into the folder until then is worth nothing, and the caller's to
    remove.
    """

    def decrypt(out: BinaryIO) -> None:
        with archive.open("rb") as file:
            decrypt_io(file, out, keys)

    try:
        with _pipe(decrypt) as plain:
            return _unpack(plain, into)
    except DecryptError as exc:
        if "matching keys" in str(exc):
            raise BackupError(f"{archive}: was encrypted for other keys than this identity's") from exc
        raise HarmedError(f"{archive}: is harmed, or no archive of ours ({exc})") from exc
    except FileNotFoundError as exc:
        raise BackupError(f"{archive}: is not there") from exc
    except (tarfile.TarError, zlib.error, EOFError, ValidationError, _StrangeError) as exc:
        what = str(exc) if isinstance(exc, _StrangeError) else type(exc).__name__
        raise HarmedError(f"{archive}: is harmed, or no archive of ours ({what})") from exc
    except gzip.BadGzipFile as exc:
        raise HarmedError(f"{archive}: is harmed, or no archive of ours (BadGzipFile)") from exc
    except OSError as exc:
        if exc.errno is None:  # how pyrage tells that a part does not decrypt
            raise HarmedError(f"{archive}: is harmed: what follows does not decrypt") from exc
        raise BackupError(f"{archive}: cannot be unpacked ({exc.strerror})") from exc


class _StrangeError(Exception):
    """What is read is not what the manifest lists."""


def _unpack(plain: BinaryIO, into: Path | None) -> Manifest:
    manifest: Manifest | None = None
    listed: dict[str, Member] = {}
    seen: list[str] = []
    with gzip.GzipFile(fileobj=plain, mode="rb") as packed:
        with tarfile.open(fileobj=packed, mode="r|") as tar:
            for entry in tar:
                file = tar.extractfile(entry) if entry.isreg() else None
                if file is None:
                    raise _StrangeError("it holds what is no file")
                if manifest is None:
                    manifest = _manifest(entry, file)
                    listed = {one.name: one for one in manifest.members}
                    continue
                _take(entry, file, listed.pop(entry.name, None), into)
                seen.append(entry.name)
        while packed.read(CHUNK):  # to its end, where its checksum stands
            pass
    if plain.read(1):
        raise _StrangeError("something stands behind its end")
    if manifest is None:
        raise _StrangeError("it is empty")
    if what := trouble(manifest, seen):
        raise _StrangeError(f"it {what}")
    return manifest


def _manifest(entry: tarfile.TarInfo, file: IO[bytes]) -> Manifest:
    if entry.name != NAME or entry.size > LONGEST_MANIFEST:
        raise _StrangeError("it does not begin with its manifest")
    return Manifest.model_validate_json(file.read())


def _take(entry: tarfile.TarInfo, file: IO[bytes], listed: Member | None, into: Path | None) -> None:
    if listed is None or not is_known(entry.name) or listed.size != entry.size:
        raise _StrangeError("it holds what it does not list")
    digest = hashlib.sha256()
    target = _created(into / entry.name) if into else None
    try:
        while part := file.read(CHUNK):
            digest.update(part)
            if target:
                target.write(part)
        if target:
            target.flush()
            os.fsync(target.fileno())
    finally:
        if target:
            target.close()
    if digest.hexdigest() != listed.sha256:
        raise _StrangeError(f"{entry.name} is not the file that it lists")


def _created(path: Path) -> BinaryIO:
    path.parent.mkdir(mode=disk.PRIVATE_FOLDER, parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, disk.PRIVATE_FILE), "wb")
