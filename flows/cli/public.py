"""The public pages at the command line: hide a part of what was sent, write everything as files."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flows.settings import Settings
from flows.terminal.citizens import who_asks

Add = Callable[..., argparse.ArgumentParser]


def oscura(arguments: argparse.Namespace, settings: Settings) -> int:
    from db.engine import make_engine
    from flows.privacy.redaction import redact

    done = redact(
        make_engine(settings.database),
        arguments.bulletin,
        arguments.item,
        by=who_asks(),
        reason=arguments.reason,
        cancel=arguments.cancel,
        dry_run=arguments.dry_run,
        now=datetime.now(UTC),
    )
    print(done.words, *(f"  look at it, too: {line}" for line in done.elsewhere), sep="\n")
    if done.is_done:
        print("  browsers may show the page as it was for 5 minutes; an export is to be written again")
    return 0


def export_site(arguments: argparse.Namespace, settings: Settings) -> int:
    from db.engine import make_engine
    from flows.web import export

    contents = export.files(settings, make_engine(settings.database), now=datetime.now(UTC))
    size = sum(map(len, contents.values())) / 1e6
    if arguments.dry_run:
        print(*sorted(contents), f"{len(contents)} files, {size:.1f} MB; nothing was written", sep="\n")
        return 0
    export.write(arguments.folder, contents)
    print(f"{len(contents)} files, {size:.1f} MB, written to {arguments.folder}")
    return 0


def add_verbs(add: Add) -> None:
    """`add(name, handler, words, writes=...)` makes a verb's parser."""
    words = (
        "Take a part of a sent bulletin off the public pages: page, archive, feed, sheet and texts then say "
        "that it was removed. What is on the telephones stays there."
    )
    found = add("oscura", oscura, words)
    found.add_argument("bulletin", metavar="BULLETIN", help="its number, or the code of its page")
    found.add_argument("--item", type=int, metavar="N", help="only this item, from 1 (default: all of it)")
    found.add_argument("--reason", required=True, help="why, for the Comune's records; never on a page")
    found.add_argument("--cancel", action="store_true", help="show it again")
    found = add("export-site", export_site, "Write all public pages, the feed and the sheets as files that "
                "any plain web server can serve.")  # fmt: skip
    found.add_argument("folder", type=Path, metavar="FOLDER", help="new, empty, or of an earlier export")
