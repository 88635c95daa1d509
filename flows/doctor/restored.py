"""What was restored, looked at before anything of it runs: by the checks that need no network.

A copy is not well in some ways because it is one; that is told apart. Whatever they say, the restore stands.
"""

from collections.abc import Sequence
from datetime import datetime

from flows.backup.checked import Checked
from flows.doctor.asking import examine
from flows.doctor.examination import CHECKS
from flows.doctor.finding import Case, Check, Finding, Verdict
from flows.doctor.redaction import redacted
from flows.settings import Settings

UNREAD = "nothing was read since the copy"
LATER = "what came back of its last send came after the copy"
OF_A_COPY = {
    ("config.login", Verdict.failed): "a drill is given none of the secrets that people sign in by",
    ("database.restored", Verdict.failed): "nobody has accepted it yet",
    ("sources.news", Verdict.unknown): UNREAD,
    ("sources.news", Verdict.failed): UNREAD,
    ("sources.alerts", Verdict.unknown): UNREAD,
    ("sources.alerts", Verdict.failed): UNREAD,
    ("whatsapp.returns", Verdict.unknown): LATER,
    ("whatsapp.returns", Verdict.failed): LATER,
    ("backups.trial", Verdict.attention): "no archive holds the reports of drills",
    ("prefect.rounds", Verdict.unknown): "nothing runs there yet",
}


def examine_restored(
    settings: Settings, now: datetime, checks: Sequence[Check] = CHECKS
) -> Sequence[Finding]:
    """What needs the network is not tried, and is no finding."""
    apart = [check for check in checks if not check.needs_network]
    return examine(Case(settings, now, is_offline=True), apart)


def kept(findings: Sequence[Finding], settings: Settings) -> list[Checked]:
    """As they stand in a report: without a name, an address, or words from outside."""
    return [
        Checked(
            id=one.id,
            name=f"{one.group}, {one.name}",
            verdict=one.verdict.name,
            words=one.words,
            of_a_copy=OF_A_COPY.get((one.id, one.verdict), ""),
        )
        for one in redacted([one for one in findings if not one.is_left_out], settings)
    ]


def look(settings: Settings, now: datetime) -> list[Checked]:
    """For a drill, of which nothing but the report is left."""
    return kept(examine_restored(settings, now), settings)
