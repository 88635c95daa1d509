"""A copy on an SFTP server whose host key the profile names: no other server is spoken to.

Nothing of the account's ~/.ssh is read: configuration, known hosts, agent and keys of a person are not ours.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import asyncssh

from flows.backup.manifest import CHUNK
from flows.backup.shelf import HALF, half
from flows.backup.store import ANSWERS, STALLS, AwayError, OffsiteError, RefusedError
from flows.profiles.offsite import SSH_KEY, Offsite, fingerprint

# what a server's key may sign with; no SHA-1, and no certificates: the key itself is what the profile names
OF_RSA = ("rsa-sha2-512", "rsa-sha2-256")
KINDS = (
    ("ssh-ed25519",),
    ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    OF_RSA,
)
T = TypeVar("T")


class _Client(asyncssh.SSHClient):
    """Says whether a server is the one that the profile names."""

    def __init__(self, pinned: set[str]) -> None:
        self.pinned, self.shown = pinned, list[str]()

    def validate_host_public_key(self, _host: str, _addr: str, _port: int, key: asyncssh.SSHKey) -> bool:
        self.shown.append(fingerprint(key.public_data))
        return self.shown[-1] in self.pinned


class Sftp:
    """One connection; `patience`: seconds from now after which it gives up, whatever it is at."""

    def __init__(self, table: Offsite, key: str, patience: float) -> None:
        self._table, self._ends = table, time.monotonic() + patience
        self._client = _Client({one.fingerprint for one in table.keys})
        self._key = _private(key)
        self._runner = asyncio.Runner()
        self._sftp: asyncssh.SFTPClient | None = None
        self._connection: asyncssh.SSHClientConnection | None = None
        self._gave_up = False

    @classmethod
    @contextmanager
    def opened(cls, table: Offsite, key: str, patience: float) -> Iterator["Sftp"]:
        made = cls(table, key, patience)
        with made._runner as runner:
            try:
                made._do(made._connect())
                yield made
            finally:
                if made._connection is not None:
                    made._connection.abort()
                    runner.run(made._connection.wait_closed())

    def _asked(self) -> list[list[str]]:
        """For which kinds of key the server is asked, try by try: of a fingerprint nobody knows the kind."""
        known = [key.kind for key in self._table.keys if key.kind]
        first = [kind for one in known for kind in (OF_RSA if one == "ssh-rsa" else (one,))]
        rest = [[kind for kind in family if kind not in first] for family in KINDS]
        return [first + [kind for family in rest for kind in family]] if first else rest

    async def _connect(self) -> None:
        *others, last = self._asked()
        for kinds in others:
            try:
                self._connection = await self._opened(kinds)
                break
            except (asyncssh.HostKeyNotVerifiable, asyncssh.KeyExchangeFailed):
                continue
        else:
            self._connection = await self._opened(last)
        asyncio.get_running_loop().call_later(max(self._ends - time.monotonic(), 0), self._give_up)
        self._sftp = await self._within(self._connection.start_sftp_client())

    async def _opened(self, kinds: Sequence[str]) -> asyncssh.SSHClientConnection:
        return await asyncssh.connect(
            self._table.host,
            self._table.port,
            username=self._table.user,
            client_keys=[self._key],
            client_factory=lambda: self._client,
            known_hosts=([], [], []),  # it is asked of each
            server_host_key_algs=kinds,
            preferred_auth="publickey",
            gss_host=None,  # its key exchange would pass by the pinned key
            config=None,
            agent_path=None,
            x509_trusted_certs=None,
            connect_timeout=ANSWERS,
            login_timeout=ANSWERS,
            keepalive_interval=STALLS / 4,
        )

    def _give_up(self) -> None:
        """Every answer that is waited for ends with an error, also where the server lives on."""
        self._gave_up = True
        if self._connection is not None:
            self._connection.abort()

    async def _within(self, deed: Awaitable[T]) -> T:
        """A server that lives and does nothing is given up: closing its file would wait for it, too."""
        end = asyncio.get_running_loop().call_later(STALLS, self._give_up)
        try:
            return await deed
        finally:
            end.cancel()

    def _do(self, deed: Coroutine[Any, Any, T]) -> T:
        """OffsiteError in words for the operator; the address holds no secret."""
        at = self._table.address
        try:
            return self._runner.run(deed)
        except (asyncssh.HostKeyNotVerifiable, asyncssh.KeyExchangeFailed) as exc:
            if not (shown := ", ".join(self._client.shown)):
                raise RefusedError(f"{at}: {exc} (backup.offsite.host_keys names its keys)") from exc
            raise RefusedError(
                f"backup.offsite.host_keys: the server at {at} shows another host key ({shown}) than the "
                "profile names: ask its operator; until the profile names it nothing is sent there"
            ) from exc
        except asyncssh.PermissionDenied as exc:
            raise RefusedError(
                f"{at} does not let {self._table.user} in: lay the public half of {SSH_KEY} there"
            ) from exc
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath, asyncssh.SFTPPermissionDenied) as exc:
            raise RefusedError(
                f"backup.offsite.address {at}: the folder is not there, or {self._table.user} may not write "
                f"to it ({exc.reason}); it is never made by itself"
            ) from exc
        except UnicodeError as exc:  # of a host that no name of the network can be
            raise RefusedError(f"backup.offsite.address {at}: its host is no name of one") from exc
        except (asyncssh.Error, OSError) as exc:
            if isinstance(exc, OSError) and self._connection is not None:  # of a file here
                raise
            words = "nothing moved any more, or it took too long" if self._gave_up else str(exc)
            raise AwayError(f"{at}: {' '.join(words.split()) or type(exc).__name__}") from exc

    def _path(self, name: str) -> str:
        return f"{self._table.path.rstrip('/')}/{name}"

    @property
    def _files(self) -> asyncssh.SFTPClient:
        if self._sftp is None:
            raise RuntimeError("not connected")
        return self._sftp

    def sizes(self) -> dict[str, int]:
        return {name: size for name, size in self._listed().items() if not name.endswith(HALF)}

    def _listed(self) -> dict[str, int]:
        found = self._do(self._within(self._files.readdir(self._table.path)))
        return {str(one.filename): one.attrs.size or 0 for one in found if one.filename not in (".", "..")}

    def put(self, name: str, path: Path) -> None:
        self._do(self._put(name, path))

    async def _put(self, name: str, path: Path) -> None:
        hidden, sent = self._path(half(name)), hashlib.sha256()
        with path.open("rb") as file:
            async with await self._within(self._files.open(hidden, "wb")) as out:
                while part := file.read(CHUNK):
                    sent.update(part)
                    await self._within(out.write(part))
                with suppress(asyncssh.SFTPOpUnsupported):  # an extension of OpenSSH's
                    await self._within(out.fsync())
        if await self._read(hidden, lambda _: None) != sent.hexdigest():
            raise OffsiteError(f"{self._table.address}: {name} reads there otherwise than it was sent")
        await self._rename(hidden, self._path(name))

    async def _rename(self, hidden: str, whole: str) -> None:
        try:
            await self._within(self._files.posix_rename(hidden, whole))
        except (
            asyncssh.SFTPOpUnsupported
        ):  # the plain one replaces no file: one of a try whose answer was lost
            with suppress(asyncssh.SFTPNoSuchFile):
                await self._within(self._files.remove(whole))
            await self._within(self._files.rename(hidden, whole))

    def fetch(self, name: str, out: BinaryIO) -> None:
        self._do(self._read(self._path(name), out.write))

    async def _read(self, path: str, take: Callable[[bytes], object]) -> str:
        digest = hashlib.sha256()
        async with await self._within(self._files.open(path, "rb")) as file:
            while part := cast(bytes, await self._within(file.read(CHUNK))):
                digest.update(part)
                take(part)
        return digest.hexdigest()

    def remove(self, name: str) -> None:
        self._do(self._within(self._files.remove(self._path(name))))

    def sweep(self, is_ours: Callable[[str], bool]) -> None:
        for name in self._listed():
            if name == half(whole := name.removeprefix(".").removesuffix(HALF)) and is_ours(whole):
                self.remove(name)


def _private(key: str) -> asyncssh.SSHKey:
    """From the key itself, or from the path of its file. RefusedError names the variable, never a value."""
    try:
        text = key if "-----BEGIN" in key else Path(key).expanduser().read_text(encoding="ascii")
        return asyncssh.import_private_key(text)
    except asyncssh.KeyImportError as exc:
        words = "a passphrase locks it, which a machine cannot type" if "assphrase" in str(exc) else "is none"
        raise RefusedError(f"{SSH_KEY}: must be a private key of SSH, or the path of one; {words}") from None
    except (OSError, ValueError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else type(exc).__name__
        raise RefusedError(f"{SSH_KEY}: the file that it names cannot be read ({why})") from None
