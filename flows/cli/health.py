"""doctor and watchdog: whether the installation is well, asked by a person and by a timer of the machine."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flows.cli.arguments import Add, for_programs
from flows.cli.output import Output

if TYPE_CHECKING:
    from flows.doctor.finding import Finding
    from flows.settings import Settings

# as flows/machine/secret_files.py has them, which is slow to import; a test holds the two together
JOBS = ("watchdog", "backup", "drill", "doctor")
UNITS = ("prefect", "worker", "web", *JOBS)

# Likewise those of flows/doctor/examination.py: how their ids begin, the group's name, how the ids go on.
CHECKS = {
    "config": ("Configurazione", "profile secrets login private act notice documents"),
    "database": ("Database", "whole pages revision triggers room durable keys restored"),
    "machine": ("Macchina", "upgrade disk memory zones clock"),
    "backups": ("Copie", "archive offsite trial"),
    "prefect": ("Prefect", "answers version worker runs schedules rounds door"),
    "sources": ("Fonti", "news alerts"),
    "people": ("Persone", "duty codes accounts provider phones mail"),
    "public": ("Pagine e webhook", "local echo pages certificate"),
    "fleet": ("Comuni", "alone rounds runs folders"),
    "whatsapp": ("WhatsApp", "token version number templates limit subscribed returns"),
}
SCHEMA = 1  # of what `doctor --json` prints


def doctor(arguments: argparse.Namespace, out: Output) -> int:
    """A profile that cannot be read is what is found, and no reason to say nothing."""
    from flows.backup.taking import version
    from flows.doctor.finding import exit_code, worst
    from flows.doctor.redaction import redacted
    from flows.doctor.table import lines, rows

    settings, findings = _examined(arguments)
    if not findings:
        out.trouble(
            f"bollettino: {arguments.check!r} is no check of doctor's and no group of them; the groups are "
            f"{', '.join(CHECKS)}, and `python -m flows doctor --help` names the checks of each"
        )
        return 2
    code = exit_code(findings)
    if arguments.redact:
        findings = redacted(findings, settings)
    out.keep(
        schema=SCHEMA,
        version=version(),
        slug=settings.profile.slug if settings and not arguments.redact else None,
        at=datetime.now(UTC),
        worst=worst(findings).name,
        code=code,
        checks=rows(findings),
    )
    out.say(*lines(findings, code))
    return code


def _examined(arguments: argparse.Namespace) -> "tuple[Settings | None, list[Finding]]":
    from flows.door.keys import KeysError
    from flows.settings import BollettinoError, load

    try:
        settings = load(arguments.profile)
    except BollettinoError as exc:
        return None, [_unusable("Il profilo non si può leggere.", str(exc))]
    troubles = []
    try:
        settings.prepare_secrets(make=False)
        settings.enter("doctor")
    except (BollettinoError, KeysError) as exc:
        troubles = [_unusable("Non si può entrare nell'installazione.", str(exc))]
    from flows.doctor import asking, examination  # late: they import what reads the environment
    from flows.doctor.finding import Case

    checks = examination.chosen(arguments.check) if arguments.check else examination.CHECKS
    if not checks:
        return settings, []
    case = Case(settings, datetime.now(UTC), arguments.offline)
    return settings, [*troubles, *asking.examine(case, checks)]


def _unusable(words: str, detail: str) -> "Finding":
    from flows.doctor.finding import Finding, Verdict

    remedy = "correggi quello che è indicato, e prova ancora"
    return Finding("config.readable", "Configurazione", "Lettura", Verdict.failed, words, remedy, detail)


def watchdog(arguments: argparse.Namespace, out: Output) -> int:
    """No database, no Prefect and no disk is needed: what is gone is what it tells."""
    from flows.settings import BollettinoError, load
    from flows.watchdog import rounds

    try:
        settings = load(arguments.profile)
    except BollettinoError as exc:
        out.trouble(f"bollettino: {exc}")
        return 2
    done = rounds.go(
        settings, dry_run=arguments.dry_run, failed=arguments.failed or "", now=datetime.now(UTC)
    )
    out.say(*(f"{trouble.name}: {trouble.words}" for trouble in done.standing))
    out.say(*(f"appena visto, si aspetta un altro giro: {trouble.words}" for trouble in done.fresh))
    out.say(*done.told)
    out.keep(
        standing=[{"id": one.id, "words": one.words} for one in done.standing],
        fresh=[{"id": one.id, "words": one.words} for one in done.fresh],
        told=list(done.told),
        untold=list(done.untold),
    )
    for line in done.untold:
        out.trouble(f"bollettino: {line}")
    if done.untold:
        return 2
    return 1 if done.standing else 0


def add_verbs(add: Add) -> None:
    words = (
        "Look at everything on which the service stands, and say what to do where it is not well: nothing is "
        "changed. Exit codes: 0 well, 1 something to look at, 2 something is broken, 3 nothing known to be "
        "broken but not all could be checked. CHECK is a group, or one check by its id, like "
        '`prefect.runs`, or as it stands in the table, like `"lavori fermi"`; the groups and their checks:'
    )
    width = max(map(len, CHECKS))
    listed = (f"  {first:<{width}}  {group}: {rest}" for first, (group, rest) in CHECKS.items())
    words = "\n".join([words, *listed])
    parser = add("doctor", doctor, words, writes=False)
    parser.add_argument("check", metavar="CHECK", nargs="?", help="a group or one check (default: all)")
    parser.add_argument("--offline", action="store_true", help="ask nobody but the database")
    parser.add_argument(
        "--redact", action="store_true", help="no names, numbers or addresses: for a public issue"
    )
    for_programs(
        parser,
        checks="one object each: id, group, name, verdict (good, attention, failed, unknown), words, remedy, "
        "detail (words from outside), left_out (does not count: forbidden, or not of this profile), ms",
        schema="of this document: another number where a field changes its meaning or goes",
        version="of the program",
        slug="of the Comune; null with --redact, or where the profile cannot be read",
        worst="the verdict that the exit code stands for",
        code="the exit code",
        at="when",
    )
    words = (
        "Look at the promises of the service, for a timer of the machine every five minutes: who is not in "
        "Prefect sees that it is dead. What is broken twice in a row is told by mail and SMS, once and again "
        "each day, and when it is over; [watchdog] names who calls when we fall silent. Exit codes: 0 all is "
        "kept, 1 a promise is broken, 2 somebody could not be told."
    )
    parser = add("watchdog", watchdog, words)
    parser.add_argument(
        "--failed",
        metavar="UNIT",
        choices=UNITS,
        help=f"of systemd's units this one has failed: {', '.join(UNITS)}",
    )
    for_programs(
        parser,
        standing="one object for each promise that is broken: id, words",
        fresh="the same, seen for the first time: told when it lasts",
        told="what was (or would be) told, a line each",
        untold="who could not be told, a line each",
    )
