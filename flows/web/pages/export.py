"""Everything public as files, with links that lead from one to the other: any plain web server can serve it.

A link from an old message, `/b/CODE`, becomes the folder `b/CODE` with its `index.html`, which a web server
serves at the same address. The feed and the texts to paste name the Comune's real address, as they must.
"""

import os.path
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath

from sqlalchemy import Engine

from db.engine import reading
from flows.settings import BollettinoError, Settings
from flows.web.ground.texts import LINK, below
from flows.web.pages import views
from flows.web.pages.views import Snapshot, View

MARK = ".bollettino-site"  # stands in a folder that we wrote: no other files are written over


class ExportError(BollettinoError):
    """The folder cannot be written into."""


def files(settings: Settings, engine: Engine, *, now: datetime) -> dict[str, bytes]:
    """Each file's content by its path below the folder."""
    with reading(engine) as session:
        pages = {_file(path): view for path, view in views.everything(Snapshot(settings, session, now))}
    pages["404.html"] = views.not_found(settings)
    return {name: _linked(settings, name, view) for name, view in pages.items()}


def write(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Each file as a whole or not at all; what an earlier export left is written over, nothing else is.

    Raises:
        ExportError: when the folder holds something that is not ours, or cannot be written.
    """
    try:
        if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
            raise ExportError(f"{folder} holds files that no export wrote: give a new or an empty folder")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARK).touch()
        for name, content in contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            half = path.with_name(f"{path.name}.part")
            half.write_bytes(content)
            half.replace(path)
    except OSError as exc:
        raise ExportError(f"{exc.filename or folder} cannot be written ({exc.strerror})") from exc


def _file(path: str) -> str:
    """`b/CODE/index.html` of `/b/CODE`; what has an ending keeps its name."""
    inner = path.strip("/")
    return inner if PurePosixPath(inner).suffix else f"{inner}/index.html".lstrip("/")


def _linked(settings: Settings, name: str, view: View) -> bytes:
    """Its links made relative to where it stands; 404.html is served at any depth, so its own are whole."""
    if view.kind != views.HTML or isinstance(view.body, bytes):
        return view.content
    folder, root = PurePosixPath(name).parent, below(settings)

    def relative(link: re.Match[str]) -> str:
        path, mark, fragment = link[2].removeprefix(root).partition("#")
        if name == "404.html":
            return f'{link[1]}="{settings.profile.servers.public}{path}{mark}{fragment}"'
        target = _file(path)
        way = os.path.relpath(target.removesuffix("index.html") or ".", folder)
        slash = "/" if target.endswith("index.html") else ""
        return f'{link[1]}="{way}{slash}{mark}{fragment}"'

    return LINK.sub(relative, view.body).encode()
