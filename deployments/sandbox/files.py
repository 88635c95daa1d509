"""Any folder of feeds, pages and alert files, served byte for byte."""

import mimetypes
from datetime import UTC, datetime
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response

from deployments.sandbox.conditional import conditional

_TYPES = {".xml": "application/xml", ".rss": "application/rss+xml", ".atom": "application/atom+xml"}


def file_routes(root: Path) -> APIRouter:
    """Routes under `/files`; whatever lies outside `root`, links included, is not found."""
    router = APIRouter(prefix="/files")
    root = root.resolve()

    @router.get("/{path:path}")
    async def serve(path: str, request: Request) -> Response:
        file = (root / path).resolve()
        if not file.is_relative_to(root) or not file.is_file():
            raise HTTPException(404)
        modified = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        return conditional(request, file.read_bytes(), content_type(file), modified)

    return router


def content_type(file: Path) -> str:
    """By the ending of the name, without a charset: the file declares its own."""
    guessed, _ = mimetypes.guess_type(file.name)
    return _TYPES.get(file.suffix.lower(), guessed or "application/octet-stream")
