"""The public pages at the command line: hide a part of what was sent, write everything as files."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli.arguments import Add, for_programs
from flows.cli.citizens import who_asks
from flows.cli.output import Output

if TYPE_CHECKING:
    from flows.settings import Settings


def oscura(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.privacy.redaction import redact

    done = redact(
        settings.engine(),
        arguments.bulletin,
        arguments.item,
        by=who_asks(),
        reason=arguments.reason,
        cancel=arguments.cancel,
        dry_run=arguments.dry_run,
        now=datetime.now(UTC),
    )
    out.say(done.words, *(f"  look at it, too: {line}" for line in done.elsewhere))
    out.keep(done=done.is_done, words=done.words, elsewhere=list(done.elsewhere))
    if done.is_done:
        out.say("  browsers may show the page as it was for 5 minutes; an export is to be written again")
    return 0


def export_site(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.web.pages import export

    with out.progress("writing the pages"):
        contents = export.files(settings, settings.engine(), now=datetime.now(UTC))
        if not arguments.dry_run:
            export.write(arguments.folder, contents)
    size = sum(map(len, contents.values()))
    size_words = f"{len(contents)} files, {size / 1e6:.1f} MB"
    out.keep(files=sorted(contents), bytes=size)
    if arguments.dry_run:
        out.say(*sorted(contents), f"{size_words}; nothing was written")
        return 0
    out.say(f"{size_words}, written to {arguments.folder}")
    out.keep(folder=arguments.folder)
    return 0


def add_verbs(add: Add) -> None:
    """Those about what stands in public."""
    words = (
        "Take a part of a sent bulletin off the public pages: page, archive, feed, sheet and texts then say "
        "that it was removed. What is on the telephones stays there."
    )
    parser = add("oscura", oscura, words)
    parser.add_argument("bulletin", metavar="BULLETIN", help="its number, or the code of its page")
    parser.add_argument("--item", type=int, metavar="N", help="only this item, from 1 (default: all of it)")
    parser.add_argument("--reason", required=True, help="why, for the Comune's records; never on a page")
    parser.add_argument("--cancel", action="store_true", help="show it again")
    for_programs(
        parser,
        done="whether anything was (or would be) hidden or shown",
        words="what",
        elsewhere="where else the same may still be read",
    )
    parser = add("export-site", export_site, "Write all public pages, the feed and the sheets as files that "
                 "any plain web server can serve.")  # fmt: skip
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="new, empty, or of an earlier export")
    for_programs(
        parser,
        files="the path of each, below the folder",
        bytes="how large they are together",
        folder="where they were written to",
    )
