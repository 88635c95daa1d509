"""The verbs of backups: backup, restore, drill; --help says what each does to what."""

import argparse
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli.arguments import Add, for_programs
from flows.cli.output import Output

if TYPE_CHECKING:
    from flows.backup.manifest import Sidecar
    from flows.settings import Settings

CHECKS = (
    "of the doctor's that need no network, on what was restored: id, name, verdict, words in Italian without "
    "names and addresses, and why it is so of any copy (of_a_copy)"
)


def backup(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.backup import offsite, taking

    is_sent = offsite.table(settings) is not None and not arguments.folder_only
    now = datetime.now(UTC)
    if arguments.dry_run:
        planned = taking.plan(settings, now=now)
        out.say(f"would write to {planned.shelf.folder}, for {len(planned.recipients)} keys, "
                f"from {planned.size} bytes")  # fmt: skip
        if is_sent and (at := offsite.table(settings)):
            out.say(f"would then send it to {at.address}")
        out.say(*(f"would then remove {path.name}" for path in planned.removed))
        out.keep(folder=planned.shelf.folder, removed=[path.name for path in planned.removed])
        return 0
    if is_sent:
        offsite.forget(settings)
    with out.progress("backing up"):
        taken = taking.take(settings, now=now)
    made = taken.sidecar
    for line in taken.warnings:
        out.trouble(f"bollettino: warning: {line}")
    out.say(f"{made.file}: {made.size} bytes, {made.rows} rows, revision {made.revision}")
    out.say(f"{made.registers}: journal and witness; keep the newest of these apart")
    out.say(*(f"removed {path.name}" for path in taken.removed))
    out.keep(
        archive=made.file,
        registers=made.registers,
        size=made.size,
        sha256=made.sha256,
        rows=made.rows,
        revision=made.revision,
        removed=[path.name for path in taken.removed],
        warnings=taken.warnings,
    )
    return _sent(settings, made, out) if is_sent else 0


def _sent(settings: "Settings", made: "Sidecar", out: Output) -> int:
    """Its copy elsewhere; the one in the folder stands, whatever comes of this."""
    from flows.backup import offsite

    with out.progress("sending a copy away"):
        sent = offsite.send(settings, made, now=datetime.now(UTC))
    for line in sent.warnings:
        out.trouble(f"bollettino: warning: {line}")
    out.keep(offsite=sent.address, offsite_trouble=sent.trouble, offsite_removed=sent.removed)
    if sent.trouble:
        out.trouble(f"bollettino: the backup stands in the folder, its copy did NOT leave: {sent.trouble}")
        return 1
    out.say(f"a copy is at {sent.address}, and was read back")
    out.say(*(f"removed there: {name}" for name in sent.removed))
    return 0


def restore(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.backup import offsite
    from flows.backup.archive import BackupError

    if arguments.list:
        return _list(settings, out)
    given = {"ARCHIVE": arguments.archive, "--identity": arguments.identity, "--into": arguments.into}
    if lacking := [name for name, value in given.items() if value is None]:
        raise BackupError(f"restore: {' and '.join(lacking)} must be named; `restore --list` lists archives")
    if not arguments.offsite:
        return _restore(arguments, settings, out)
    with ExitStack() as stack:
        with out.progress("fetching the archive"):
            arguments.archive = stack.enter_context(
                offsite.fetched(settings, str(arguments.archive), arguments.into.absolute())
            )
        return _restore(arguments, settings, out)


def _list(settings: "Settings", out: Output) -> int:
    """Of the folder and of the address; code 2 where neither can be looked at."""
    from flows.backup import offsite, taking
    from flows.backup.archive import BackupError
    from flows.backup.shelf import ARCHIVE, Shelf
    from flows.bulletin.language.dates import in_rome

    found: dict[tuple[datetime, str], dict[str, int]] = {}
    troubles = []
    try:
        for at, path in Shelf(taking.table(settings).folder, settings.profile.slug).files(ARCHIVE):
            found.setdefault((at, path.name), {})["folder"] = path.stat().st_size
    except BackupError as exc:
        troubles.append(str(exc))
    if offsite.table(settings):
        try:
            with out.progress("looking"), offsite.opened(settings) as store:
                sizes = store.sizes()
            for at, name in offsite.archives(settings, sizes):
                found.setdefault((at, name), {})["offsite"] = sizes[name]
        except BackupError as exc:
            troubles.append(str(exc))
    for (at, name), places in sorted(found.items()):
        out.say(f"{in_rome(at):%Y-%m-%d %H:%M}  {name}  {max(places.values())} bytes, {' and '.join(places)}")
        out.add("archives", {"archive": name, "cut_at": at.isoformat(), "places": places})
    for line in troubles:
        out.trouble(f"bollettino: {line}")
    return 2 if len(troubles) == 1 + bool(offsite.table(settings)) else 0


def _restore(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.backup import documents, placing, restoring
    from flows.backup.archive import identities
    from flows.bulletin.language.dates import in_rome

    wish = restoring.Wish(
        arguments.archive,
        identities(arguments.identity),
        arguments.into.absolute(),
        arguments.registers,
        arguments.without_registers,
    )
    now = datetime.now(UTC)
    with out.progress("reading the archive"):
        found = restoring.look(settings, wish)
    read = found.manifest
    out.say(f"{wish.archive.name}: of {in_rome(read.cut_at):%Y-%m-%d %H:%M}, version {read.version}, "
            f"{read.database}, revision {read.revision}, {sum(read.counts.values())} rows")  # fmt: skip
    out.say(f"journal and witness: {found.registers or 'none'}")
    if found.known:
        last = f"{in_rome(found.known.until):%Y-%m-%d %H:%M:%S}" if found.known.until else "never"
        out.say(f"{found.known.words} words in that journal since the copy, the last of all {last}: "
                "who left later is not known, and is written to again")  # fmt: skip
        out.keep(words=found.known.words, until=found.known.until)
    out.say(*(f"then brought to {step}" for step in found.steps))
    out.say(*(f"missing: {line}" for line in found.missing))
    out.keep(archive=wish.archive.name, cut_at=read.cut_at, registers=found.registers)
    out.keep(steps=list(found.steps), missing=list(found.missing))
    names = documents.carried(read)
    out.keep(documents=names)
    if arguments.plan:
        out.say(*(f"the Comune's own in it: {name}" for name in names))
        out.say(f"would be restored into {wish.into}; nothing was done")
        return 0
    with out.progress("restoring"):
        placed = placing.restore(settings, found, wish, now=now)
    out.say(f"restored into {wish.into}: {placed.people} people left since the copy, and are out again")
    out.say(*placed.held)
    out.keep(into=wish.into, left=placed.people, held=placed.held)
    if names:
        _put_back(settings, wish.into, names, out)
    _look(found.settings, out)
    out.say(
        "No bulletin and no alert leaves until a person has looked and accepted it; 'Restore a backup' in "
        "deployments/manuale.md says what comes before that"
    )
    return 0


def _put_back(settings: "Settings", restored: Path, names: list[str], out: Output) -> None:
    from flows.backup.documents import put_back
    from flows.profiles.documents import folder

    troubles = list(put_back(settings, restored, names))
    for line in troubles:
        out.trouble(f"bollettino: warning: {line}")
    if not troubles:
        out.say(f"the Comune's own documents are in {folder(settings.path)}: {', '.join(names)}")


def _look(restored: "Settings", out: Output) -> None:
    """The doctor's checks without the network. The restore stands, whatever they say, kept or not."""
    from flows.backup.checked import summary
    from flows.backup.placing import keep_checks
    from flows.doctor.restored import look

    with out.progress("looking at what was restored"):
        checks = look(restored, datetime.now(UTC))
    out.say(*summary(checks))
    out.keep(checks=[one.model_dump() for one in checks])
    try:
        keep_checks(restored.state, checks)
    except OSError as exc:
        out.trouble(f"bollettino: warning: the checks are not in the report: {exc.strerror or exc}")


def drill(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from flows.backup import drill as trial
    from flows.backup.archive import identities
    from flows.doctor.restored import look

    keys = identities(arguments.identity)
    with out.progress("trying the newest archive"):
        report, path = trial.run(settings, keys, look, now=datetime.now(UTC))
    (out.refuse if report.code else out.say)(str(report))
    out.keep(report=path, **report.model_dump())
    return report.code


def add_verbs(add: Add) -> None:
    parser = add("backup", backup, "Write both databases, certificates, profile and the Comune's own "
                 "documents, encrypted, to the folder of [backup], and journal and witness into a second "
                 "file; then all of it to the address of [backup.offsite], if the profile has it. Everything "
                 "may run meanwhile. Archives that are "
                 "too old are removed in either place once a new one is whole there. Exit code 1: the backup "
                 "stands in the folder, and its copy did not leave.")  # fmt: skip
    parser.add_argument(
        "--folder-only", action="store_true", help="send no copy to the address of [backup.offsite]"
    )
    for_programs(
        parser,
        archive="its file's name",
        registers="the name of the file with journal and witness",
        size="of the archive, in bytes",
        sha256="of the archive",
        rows="how many rows our database had",
        revision="of our database",
        removed="names of the files that were (or would be) too old",
        warnings="what the archive is without, in English",
        folder="of a dry run: where it would go",
        offsite="the address of the copy elsewhere",
        offsite_trouble="why it did not leave; empty where it is there",
        offsite_removed="names of the files that were too old there",
    )
    parser = add("restore", restore, "Restore an archive into an empty state folder, and the Comune's own "
                 "documents beside the profile where none lie; then look at it with the doctor's checks that "
                 "need no network: what they find is told, and kept in ripristino.json. "
                 "Nothing leaves from it until a named person accepts it (`witness --accept-by`).",
                 writes=False)  # fmt: skip
    parser.add_argument(
        "archive",
        metavar="ARCHIVE",
        type=Path,
        nargs="?",
        help="a file that `backup` wrote; with --offsite its name, or `latest`",
    )
    parser.add_argument("--list", action="store_true", help="list the archives of both places, and no more")
    parser.add_argument(
        "--offsite",
        action="store_true",
        help="fetch it from the address of [backup.offsite], with the newest journal and witness there",
    )
    parser.add_argument("--into", metavar="FOLDER", type=Path, help="empty, or not there yet")
    _take_identity(parser, is_required=False)
    parser.add_argument(
        "--registers",
        metavar="PATH",
        type=Path,
        help="newer journal and witness than the newest beside the archive: another such file, or the old "
        "state folder",
    )
    parser.add_argument(
        "--without-registers", action="store_true", help="although nobody then knows who left since the copy"
    )
    parser.add_argument("--plan", action="store_true", help="read all of it and say what would be done")
    for_programs(
        parser,
        archives="with --list: name, time (UTC), and bytes by place, of each; the oldest first",
        archive="its file's name",
        cut_at="when it was made (UTC)",
        registers="where journal and witness come from; null where from nowhere",
        words="how many words of joining and leaving the journal holds since the copy",
        until="when the last word in it was written (UTC): who left later is not known",
        steps="revisions that the database goes through",
        missing="what no archive holds and is not here either, a line each",
        documents="names of the Comune's own documents in it",
        into="the folder that it was restored into",
        left="how many people left since the copy, and are out again",
        held="what may have left since the copy and now waits for a person, a line each, in Italian",
        checks=CHECKS,
    )
    parser = add("drill", drill, "Try the newest archive with the key of the safe: restore it into a "
                 "temporary folder, count, prove that nothing can be sent, make the doctor's checks that "
                 "need no network, and keep a report in the state "
                 "folder. The newest at the address of [backup.offsite] is fetched and read to its end, too. "
                 "Exit code 2 where it failed, 1 where only that one did.", writes=False)  # fmt: skip
    _take_identity(parser)
    for_programs(
        parser,
        report="where it is kept",
        at="when it was (UTC)",
        is_good="whether the archive can be relied on",
        trouble="what went wrong",
        archive="its file's name",
        age_hours="of the archive",
        size="of the archive, in bytes",
        rows="as counted at the cut, and again in the restored database",
        left="how many people left since the copy",
        missing="what no archive holds and is not here either, a line each",
        checks=CHECKS,
        offsite="name of the newest archive at the address of [backup.offsite]",
        offsite_age_hours="of that one",
        offsite_trouble="what went wrong with that one",
        seconds="how long it took",
    )


def _take_identity(parser: argparse.ArgumentParser, *, is_required: bool = True) -> None:
    parser.add_argument(
        "--identity",
        metavar="FILE",
        type=Path,
        required=is_required,
        help="the secret key, as age-keygen writes it",
    )
