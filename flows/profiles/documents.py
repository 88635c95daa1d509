"""The documents that citizens read: the Comune's own, in a folder beside its profile; else the program's.

A file of the program is no place for them: git keeps it, an upgrade refuses what was changed in it, and
putting it back would publish our text in place of the Comune's. The state folder is none either: an older
copy of it, restored, would bring back an older text under the version that the profile names.
"""

import os
from collections.abc import Iterator
from pathlib import Path

OURS = Path(__file__).resolve().parents[2] / "deployments"
NOTICE = "informativa.md"
NAMES = (NOTICE, "condizioni.md", "riconosci.md", "accessibilita.md")


class DocumentError(Exception):
    """A document of the Comune's own cannot be published; the text names the file and the remedy."""


def folder(profile: Path) -> Path:
    """Of the Comune's own documents: `mio.testi` beside `mio.toml`; it need not be there."""
    return profile.with_suffix(".testi")


def own(profile: Path) -> list[Path]:
    """Those that are there."""
    return [path for name in NAMES if os.path.lexists(path := folder(profile) / name)]


def read(profile: Path, name: str) -> str:
    """The one that is published, its places not yet filled. DocumentError where it cannot be."""
    path = folder(profile) / name
    try:
        text = path.read_text(encoding="utf-8-sig")  # an office's editor may write the mark before it
    except FileNotFoundError:
        if path.is_symlink() or (path.parent.is_symlink() and not path.parent.exists()):
            raise DocumentError(f"{path}: is a link that leads nowhere") from None
        return (OURS / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise DocumentError(f"{path}: is no text in UTF-8: save it as such") from None
    except OSError as exc:
        raise DocumentError(f"{path}: cannot be read ({exc.strerror})") from None
    if not text.strip():
        raise DocumentError(
            f"{path}: is empty: write the Comune's text into it, or remove it, and that of the program is "
            "published"
        )
    return text


def troubles(profile: Path) -> Iterator[str]:
    """A line for each that cannot be published, or whose name is none of `NAMES`."""
    for name in NAMES:
        try:
            read(profile, name)
        except DocumentError as exc:
            yield str(exc)
    try:
        there = sorted(path.name for path in folder(profile).iterdir())
    except OSError:  # it is not there, or `read` has said why it cannot be used
        return
    for name in there:
        if name.lower().endswith(".md") and not name.startswith(".") and name not in NAMES:
            yield f"{folder(profile) / name}: nothing publishes it: the names are {', '.join(NAMES)}"
