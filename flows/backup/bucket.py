"""A copy in a bucket of an S3-like store: Amazon's, or of one that speaks like it.

An object is there when all of it is. Only what every store of the kind knows is asked of it: Content-MD5, by
which it refuses what was harmed on the way, and none of Amazon's newer checksums
(https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html). Configuration of a person's is not read.
"""

import base64
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from flows.backup.manifest import CHUNK
from flows.backup.store import ANSWERS, STALLS, AwayError, OffsiteError, RefusedError
from flows.profiles.offsite import ANY_REGION, Offsite

PART = 16 << 20  # of a larger file; Amazon takes 10,000 parts of at least 5 MB
TRIES = 3  # of one request
PATIENT = (408, 429)  # of 4xx: it may go well later
REMEDY = {
    "AccessDenied": "the account may not do this there",
    "InvalidAccessKeyId": "BOLLETTINO_BACKUP_ACCESS_KEY is not known there",
    "SignatureDoesNotMatch": "BOLLETTINO_BACKUP_SECRET_KEY is not the one of this access key",
    "RequestTimeTooSkewed": "the clock of this machine is wrong",
    "NoSuchBucket": "backup.offsite.address names no bucket there; none is made by itself",
    "PermanentRedirect": "backup.offsite.region is another one",
    "AuthorizationHeaderMalformed": "backup.offsite.region is another one",
}


class Bucket:
    """Files below a prefix; `patience`: seconds from now after which it begins nothing more."""

    def __init__(self, table: Offsite, access: str, secret: str, patience: float) -> None:
        self._table, self._ends = table, time.monotonic() + patience
        self._client = _client(table, access, secret)

    def sizes(self) -> dict[str, int]:
        with self._told():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._table.bucket, Prefix=self._table.prefix, Delimiter="/"
            )
            start = len(self._table.prefix)
            return {one["Key"][start:]: one["Size"] for page in pages for one in page.get("Contents", [])}

    def put(self, name: str, path: Path) -> None:
        """One that reads otherwise than it was sent is taken away again."""
        with self._told():
            sent = self._put_parts(name, path) if path.stat().st_size > PART else self._put_whole(name, path)
            found = self._read(name, lambda _: None)
        if found != sent:
            self.remove(name)
            raise OffsiteError(f"{self._table.address}: {name} reads there otherwise than it was sent")

    def _put_whole(self, name: str, path: Path) -> str:
        content = path.read_bytes()
        self._client.put_object(**self._of(name), Body=BytesIO(content), ContentMD5=_md5(content))
        return hashlib.sha256(content).hexdigest()

    def _put_parts(self, name: str, path: Path) -> str:
        sent = hashlib.sha256()
        upload = {
            **self._of(name),
            "UploadId": self._client.create_multipart_upload(**self._of(name))["UploadId"],
        }
        try:
            parts: list[dict[str, object]] = []
            with path.open("rb") as file:
                while content := file.read(PART):
                    self._require_time()
                    sent.update(content)
                    at = {"PartNumber": len(parts) + 1}
                    made = self._client.upload_part(
                        **upload, **at, Body=BytesIO(content), ContentMD5=_md5(content)
                    )
                    parts.append({**at, "ETag": made["ETag"]})
            self._client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        except Exception:
            self._give_up(upload)
            raise
        return sent.hexdigest()

    def _give_up(self, upload: dict[str, str]) -> None:
        """Parts that no object holds cost money and are seen by nobody. `sweep` takes what stays."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._client.abort_multipart_upload(**upload)
        except (BotoCoreError, ClientError):
            return  # what went wrong before is what is told

    def fetch(self, name: str, out: BinaryIO) -> None:
        with self._told():
            self._read(name, out.write)

    def _read(self, name: str, take: Callable[[bytes], object]) -> str:
        digest = hashlib.sha256()
        for part in self._client.get_object(**self._of(name))["Body"].iter_chunks(CHUNK):
            self._require_time()
            digest.update(part)
            take(part)
        return digest.hexdigest()

    def remove(self, name: str) -> None:
        with self._told():
            self._client.delete_object(**self._of(name))

    def sweep(self, is_ours: Callable[[str], bool]) -> None:
        start = len(self._table.prefix)
        with self._told():
            pages = self._client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self._table.bucket, Prefix=self._table.prefix
            )
            for one in [one for page in pages for one in page.get("Uploads", [])]:
                if is_ours(one["Key"][start:]):
                    self._client.abort_multipart_upload(
                        Bucket=self._table.bucket, Key=one["Key"], UploadId=one["UploadId"]
                    )

    def _of(self, name: str) -> dict[str, str]:
        return {"Bucket": self._table.bucket, "Key": f"{self._table.prefix}{name}"}

    def _require_time(self) -> None:
        if time.monotonic() > self._ends:
            raise AwayError(f"{self._table.address}: it took too long")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """OffsiteError in words for the operator: codes only, since a message may quote what was sent."""
        from botocore.exceptions import BotoCoreError, ClientError

        self._require_time()
        at = self._table.address
        try:
            yield
        except ClientError as exc:
            code = str(exc.response.get("Error", {}).get("Code", ""))
            status = int(exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500))
            words = f"{at}: {exc.operation_name}: {code}"
            if 400 <= status < 500 and status not in PATIENT:
                raise RefusedError(f"{words} ({REMEDY.get(code, 'it refuses')})") from None
            raise AwayError(words) from None
        except BotoCoreError as exc:
            raise AwayError(f"{at}: {type(exc).__name__}") from exc


def _md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def _client(table: Offsite, access: str, secret: str) -> Any:
    """RefusedError where its packages are not installed, or where they take no such endpoint or region."""
    try:
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
        from botocore.session import Session
    except ImportError:
        raise RefusedError(
            f"backup.offsite.address {table.address}: the packages for it are not installed: "
            "python3 deployments/install.py deployments/requirements-s3.lock"
        ) from None
    files = dict.fromkeys(("config_file", "credentials_file"), (None, None, os.devnull, None))
    session = Session(session_vars={"profile": (None, None, None, None), **files})
    try:
        return session.create_client(
            "s3",
            region_name=table.region or ANY_REGION,
            endpoint_url=table.endpoint,
            aws_access_key_id=access,
            aws_secret_access_key=secret,
            config=Config(
                connect_timeout=ANSWERS,
                read_timeout=STALLS,
                retries={"total_max_attempts": TRIES, "mode": "standard"},
                signature_version="s3v4",
                s3={"addressing_style": "path" if table.endpoint else "auto"},
                ignore_configured_endpoint_urls=True,
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )
    except (BotoCoreError, ValueError) as exc:
        raise RefusedError(f"backup.offsite (endpoint, region) of {table.address}: {exc}") from exc
