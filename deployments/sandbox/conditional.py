"""Answers that honour If-None-Match and If-Modified-Since (RFC 9110, section 13.2.2)."""

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from fastapi import Request, Response


def conditional(request: Request, content: bytes, content_type: str, modified: datetime) -> Response:
    """The content with its validators, or an empty 304 when the reader has it already.

    The ETag follows the content. WordPress derives it from the last change in whole seconds, so that two
    quick edits share one; a rehearsal edits faster than that.
    """
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    modified = modified.astimezone(UTC).replace(microsecond=0)
    headers = {"ETag": etag, "Last-Modified": format_datetime(modified, usegmt=True)}
    if _unchanged(request, etag, modified):
        return Response(status_code=304, headers=headers)
    # not `media_type`: starlette adds charset=utf-8 to text/*, and a served file may be in another one
    return Response(content, headers={**headers, "Content-Type": content_type})


def _unchanged(request: Request, etag: str, modified: datetime) -> bool:
    etags = request.headers.get("if-none-match")
    if etags is not None:
        tags = {tag.strip().removeprefix("W/") for tag in etags.split(",")}
        return "*" in tags or etag in tags
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        return modified <= parsedate_to_datetime(since)
    except (ValueError, TypeError):  # not a date, or one without a zone: RFC 9110 says to ignore it
        return False
