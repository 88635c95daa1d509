"""Addresses for copies on loopback: an SFTP server, an S3-like store, and a wire that breaks between."""

import asyncio
import hashlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import asyncssh
from botocore.session import Session
from moto.server import ThreadedMotoServer

from flows.backup.manifest import Sidecar
from flows.backup.shelf import ARCHIVE, REGISTERS, SIDECAR, Shelf
from flows.settings import DEMO, Settings, load_profile
from tests.world.safe import Safe

USER = "copie"
BUCKET = "comune-esempio"


class Home:
    """An installation as far as sending needs one: a profile, a state folder, and archives in a folder."""

    def __init__(self, folder: Path) -> None:
        self.safe = Safe.make(folder / "safe")
        (folder / "state").mkdir()
        self.settings = Settings(load_profile(DEMO), DEMO, folder / "state")
        self.shelf = Shelf(self.safe.archives, self.settings.profile.slug)

    def made(self, now: datetime | None = None, size: int = 3000) -> Sidecar:
        """What a backup leaves in the folder."""
        at = now or datetime.now(UTC)
        names = [self.shelf.name(at, kind) for kind in (ARCHIVE, REGISTERS, SIDECAR)]
        content = os.urandom(size)
        sidecar = Sidecar(
            file=names[0],
            registers=names[1],
            slug=self.shelf.slug,
            version="0",
            revision="0",
            database="sqlite",
            cut_at=at,
            size=size,
            sha256=hashlib.sha256(content).hexdigest(),
            rows=1,
        )
        for name, part in zip(
            names, (content, os.urandom(500), sidecar.model_dump_json().encode()), strict=True
        ):
            (self.shelf.folder / name).write_bytes(part)
        return sidecar


@dataclass
class Sftp:
    """One that lets one key in, to one folder. `harm`: what it makes of bytes that are written to it."""

    folder: Path
    host_key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    client_key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    harm: Callable[[bytes], bytes] = bytes
    refuses_removal: bool = False
    stalls: bool = False
    more_keys: tuple[asyncssh.SSHKey, ...] = ()  # of its host
    port: int = 0
    logins: int = 0

    @property
    def private(self) -> str:
        """As an environment holds it."""
        return self.client_key.export_private_key().decode()

    @property
    def public(self) -> str:
        """Of its host, as ssh-keyscan prints it."""
        return f"127.0.0.1 {self.host_key.export_public_key().decode().strip()}"

    def address(self, port: int = 0) -> str:
        return f"sftp://{USER}@127.0.0.1:{port or self.port}/copie"

    @contextmanager
    def running(self) -> Iterator["Sftp"]:
        (self.folder / "copie").mkdir(parents=True, exist_ok=True)
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        server = asyncio.run_coroutine_threadsafe(self._listen(), loop).result(10)
        self.port = server.get_port()
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(_close(server), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    @contextmanager
    def apart(self) -> Iterator["Sftp"]:
        """In a process of its own, for who forks: then no thread of it is here."""
        told, tell = os.pipe()
        child = os.fork()
        if child == 0:
            with self.running():
                os.write(tell, str(self.port).encode())
                signal.pause()
        self.port = int(os.read(told, 16))
        try:
            yield self
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)

    async def _listen(self) -> asyncssh.SSHAcceptor:
        world = self

        class Guard(asyncssh.SSHServer):
            def begin_auth(self, _username: str) -> bool:
                world.logins += 1
                return True

            def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
                return username == USER and key.public_data == world.client_key.public_data

            def public_key_auth_supported(self) -> bool:
                return True

        class Files(asyncssh.SFTPServer):
            def __init__(self, channel: asyncssh.SSHServerChannel[bytes]) -> None:
                super().__init__(channel, chroot=str(world.folder).encode())

            async def write(self, file_obj: object, offset: int, data: bytes) -> int:
                while world.stalls:
                    await asyncio.sleep(0.05)
                super().write(file_obj, offset, world.harm(data))
                return len(data)

            def remove(self, path: bytes) -> None:
                if world.refuses_removal:
                    raise asyncssh.SFTPPermissionDenied("this account takes nothing away")
                super().remove(path)

        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=Guard,
            server_host_keys=[self.host_key, *self.more_keys],
            sftp_factory=Files,
        )

    def names(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "copie").iterdir())

    def content(self, name: str) -> bytes:
        return (self.folder / "copie" / name).read_bytes()

    def lay(self, name: str, content: bytes = b"x") -> None:
        (self.folder / "copie" / name).write_bytes(content)


async def _close(server: asyncssh.SSHAcceptor) -> None:
    server.close()
    await server.wait_closed()


@dataclass
class Bucket:
    """moto's server with one bucket."""

    port: int
    prefix: str = "copie/"

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @cached_property
    def client(self):  # type: ignore[no-untyped-def]  # botocore has no types
        return Session().create_client(
            "s3",
            region_name="us-east-1",
            endpoint_url=self.endpoint,
            aws_access_key_id="made-up",
            aws_secret_access_key="made-up-too",
        )

    def names(self) -> list[str]:
        found = self.client.list_objects_v2(Bucket=BUCKET, Prefix=self.prefix).get("Contents", [])
        return sorted(one["Key"].removeprefix(self.prefix) for one in found)

    def content(self, name: str) -> bytes:
        return bytes(self.client.get_object(Bucket=BUCKET, Key=f"{self.prefix}{name}")["Body"].read())

    def lay(self, name: str, content: bytes = b"x") -> None:
        self.client.put_object(Bucket=BUCKET, Key=f"{self.prefix}{name}", Body=content)

    def begun(self) -> list[str]:
        """Keys of uploads that are not over."""
        found = self.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
        return sorted(one["Key"] for one in found)

    def empty(self) -> None:
        for one in self.client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            self.client.delete_object(Bucket=BUCKET, Key=one["Key"])
        for one in self.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []):
            self.client.abort_multipart_upload(Bucket=BUCKET, Key=one["Key"], UploadId=one["UploadId"])


@contextmanager
def bucket() -> Iterator[Bucket]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        _, port = server.get_host_and_port()
        made = Bucket(port)
        made.client.create_bucket(Bucket=BUCKET)
        yield made
    finally:
        server.stop()


class Wire:
    """A port that leads to another one, and breaks off after so many bytes: `breaks` has a number for each
    connection to come; where it is empty they go through.
    """

    def __init__(self, to: int, breaks: list[int] | None = None) -> None:
        self.to, self.breaks, self.connections = to, list(breaks or []), 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    @contextmanager
    def running(self) -> Iterator["Wire"]:
        thread = threading.Thread(target=self._accept)
        thread.start()
        try:
            yield self
        finally:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            after = self.breaks.pop(0) if self.breaks else None
            far = socket.create_connection(("127.0.0.1", self.to))
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for ends in ((near, far, after), (far, near, None)):
                threading.Thread(target=_pass, args=ends, daemon=True).start()


def _pass(source: socket.socket, sink: socket.socket, after: int | None) -> None:
    """Bytes of one direction, until one end closes, or so many have gone."""
    try:
        while (data := source.recv(16384)) and (after is None or after > 0):
            sink.sendall(data)
            after = None if after is None else after - len(data)
    except OSError:
        return
    finally:
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # the other direction's thread wakes
            end.close()  # whoever goes on writing hears it
