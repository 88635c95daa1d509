"""`[backup.offsite]` of a profile: the address of a further copy, which survives this machine and its disks.

An SFTP server or an S3-like store. No secret stands here: the key comes from the environment.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import unquote, urlsplit

from pydantic import Field, field_validator, model_validator

from flows.profiles.contacts import is_loopback
from flows.profiles.file import Strict

SFTP, S3 = "sftp", "s3"
SSH_KEY = "BOLLETTINO_BACKUP_SSH_KEY"
ACCESS_KEY, SECRET_KEY = "BOLLETTINO_BACKUP_ACCESS_KEY", "BOLLETTINO_BACKUP_SECRET_KEY"
SECRETS = {SFTP: (SSH_KEY,), S3: (ACCESS_KEY, SECRET_KEY)}
KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")  # as ssh-keygen -l prints one
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
HOME = "/~"  # of the account, in an sftp address
ANY_REGION = "us-east-1"  # what S3-like stores other than Amazon's expect where they have none


@dataclass(frozen=True)
class HostKey:
    """Of a server, by its fingerprint. `kind` as SSH calls it (ssh-ed25519); "" where only that is known."""

    fingerprint: str
    kind: str = ""


class Offsite(Strict):
    """Where copies go besides the folder. Whoever keeps them there cannot read them."""

    address: str  # sftp://user@host[:port]/folder, or s3://bucket[/prefix]
    host_keys: list[str] = Field(default=[])  # of the SFTP server: lines of ssh-keyscan, or SHA256:...
    endpoint: str | None = None  # of an S3-like store that is not Amazon's
    region: str | None = None

    @field_validator("address")
    @classmethod
    def _leads_somewhere(cls, address: str) -> str:
        try:
            parts = urlsplit(address)
            _ = parts.port
        except ValueError:
            raise ValueError("is no address") from None
        if parts.password is not None:  # not quoted: errors end in logs
            raise ValueError("holds a password: it comes from the environment, as the manual says")
        if parts.query or parts.fragment or parts.scheme not in SECRETS:
            raise ValueError("must be like sftp://user@host/folder or s3://bucket/prefix")
        if parts.scheme == SFTP and not (parts.username and parts.hostname and parts.path):
            raise ValueError("needs user, host and folder: sftp://user@host/folder, or /~/folder of its home")
        if parts.scheme == S3 and not (BUCKET.fullmatch(parts.netloc)):
            raise ValueError(f"{parts.netloc or 'nothing'} is no name of a bucket (s3://bucket/prefix)")
        return address

    @field_validator("host_keys")
    @classmethod
    def _are_host_keys(cls, lines: list[str]) -> list[str]:
        for place, line in enumerate(lines, start=1):
            if host_key(line) is None:
                raise ValueError(
                    f"number {place} is no host key: a line of ssh-keyscan, or a fingerprint (SHA256:...)"
                )
        return lines

    @field_validator("endpoint")
    @classmethod
    def _is_secure(cls, endpoint: str | None) -> str | None:
        parts = urlsplit(endpoint or "")
        if endpoint and (
            not parts.hostname
            or parts.username is not None
            or (parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(endpoint)))
        ):
            raise ValueError("must be like https://s3.provider.example")
        return endpoint

    @model_validator(mode="after")
    def _fits(self) -> "Offsite":
        if self.scheme == SFTP and not self.host_keys:
            raise ValueError(
                "host_keys is missing: name the server's key, so that nobody else poses as it "
                f"(ssh-keyscan -p {self.port} {self.host}; compare it with what its operator says)"
            )
        if self.scheme == SFTP and (self.endpoint or self.region):
            raise ValueError("endpoint and region are of an s3 address only")
        if self.scheme == S3 and self.host_keys:
            raise ValueError("host_keys are of an sftp address only")
        if self.scheme == S3 and not (self.endpoint or self.region):
            raise ValueError(
                "region is missing: Amazon's (eu-south-1 is Milan), or name the endpoint of another provider"
            )
        return self

    @property
    def scheme(self) -> str:
        return urlsplit(self.address).scheme

    @property
    def host(self) -> str:
        """Of an sftp address; "" of another."""
        return urlsplit(self.address).hostname or "" if self.scheme == SFTP else ""

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 22

    @property
    def user(self) -> str:
        return unquote(urlsplit(self.address).username or "")

    @property
    def path(self) -> str:
        """The folder of an sftp address: from the root of what the server shows, or below its home."""
        path = unquote(urlsplit(self.address).path)
        if path == HOME or path.startswith(f"{HOME}/"):
            return path.removeprefix(HOME).strip("/") or "."
        return f"/{path.strip('/')}"

    @property
    def bucket(self) -> str:
        """Of an s3 address."""
        return urlsplit(self.address).netloc

    @property
    def prefix(self) -> str:
        """What the names in a bucket begin with; ends with a slash, or is empty."""
        path = unquote(urlsplit(self.address).path).strip("/")
        return f"{path}/" if path else ""

    @property
    def place(self) -> str:
        """For papers: who is asked, without account and folder."""
        return (
            self.host
            or f"{urlsplit(self.endpoint).hostname if self.endpoint else 'Amazon S3'}, {self.bucket}"
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """The variables that it needs."""
        return SECRETS[self.scheme]

    @property
    def keys(self) -> list[HostKey]:
        """Those that the server may show."""
        return [key for key in map(host_key, self.host_keys) if key is not None]


def host_key(line: str) -> HostKey | None:
    """Of a line of known_hosts or of a .pub file, or of a fingerprint; None where it is none.

    The host in a line is not looked at: the address names it. Lines with a marker (@revoked, @cert-authority)
    are none.
    """
    if FINGERPRINT.fullmatch(line.strip()):
        return HostKey(line.strip())
    words = line.split()
    if line.lstrip().startswith(("@", "#")):
        return None
    for kind, encoded in pairwise(words[:3]):
        try:
            blob = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            continue
        if (
            kind in KINDS
            and blob[:4] == len(kind).to_bytes(4, "big")
            and blob[4 : 4 + len(kind)] == kind.encode()
        ):
            return HostKey(fingerprint(blob), kind)
    return None


def fingerprint(blob: bytes) -> str:
    """Of a public key as SSH sends it (RFC 4253, 6.6), as OpenSSH prints it."""
    return f"SHA256:{base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip('=')}"
