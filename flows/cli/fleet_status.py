"""How each Comune of a fleet is doing, in a terminal: the lines of the console, for a person or a program."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flows.cli.output import Output

if TYPE_CHECKING:
    from flows.fleet.console.line import Line
    from flows.fleet.registry import Fleet

LONGEST = 600.0  # seconds; whom no look has come to by then is told as such
UNTOLD = ("ill", "silent", "broken", "draft")  # as needs: they stand in the line as they are
KEYS = {
    "comuni": "one object each: comune, ill, needs (what asks for a person, the most pressing first), "
    "broken (promises, as `watchdog` names them), "
    "last_round (of sorveglia), news and alerts (when the source was read that was not read for longest), "
    "waiting (drafts that nobody has decided of), due (when the first one's time ends), next_slot, "
    "subscribers, sent (the last one: at, status, and its messages), alert (the highest level that holds), "
    "number (WhatsApp's last words on it), spent (in this month), backup (when the newest was made), "
    "revision (of the database)"
}


def status(_arguments: argparse.Namespace, of: "Fleet", out: Output) -> int:
    from flows.fleet.console.line import ordered
    from flows.fleet.console.sweep import Console

    with out.progress("looking") as advance:
        advance(None, "at all of them")
        found = Console(lambda: datetime.now(UTC)).lines(of.roll(), patience=LONGEST)
    now = datetime.now(UTC)
    found = ordered(found, now)
    rows = [_row(line, now) for line in found]
    shown = ("comune", "ill", "needs", "waiting", "due", "subscribers", "alert", "backup")
    out.table("comuni", rows, (_told(line, now) for line in found), show=shown)
    return 2 if any(row["ill"] for row in rows) else 0


def _row(line: "Line", now: datetime) -> dict[str, object]:
    last, spent = line.last, line.spent
    return {
        "comune": line.slug,
        "ill": _ill(line, now) or None,
        "needs": [need.value for need in line.needs(now)],
        "broken": [one.id for one in line.broken],
        "last_round": line.last_round,
        "news": line.news.at,
        "alerts": line.alerts.at,
        "waiting": None if line.drafts is None else len(line.drafts),
        "due": line.due_at,
        "next_slot": line.next_slot,
        "subscribers": line.subscribers,
        "sent": last and {"at": last.at, "status": last.status, **vars(last.count), "arrived": last.arrived},
        "alert": line.alert.level if line.alert else None,
        "number": list(line.number),
        "spent": spent and {"messages": spent.messages, "amount": spent.amount, "currency": spent.currency},
        "backup": line.backup_at,
        "revision": line.revision,
    }


def _ill(line: "Line", now: datetime) -> str:
    return "; ".join(filter(None, [line.ill, line.silence(now)]))


def _told(line: "Line", now: datetime) -> str:
    ill, last = _ill(line, now), line.last
    needs = [need for need in line.needs(now) if need not in UNTOLD]
    parts = [_at("round", line.last_round) or "no round"]
    if line.is_read:
        parts += [
            f"{len(line.drafts or ())} waiting{_at(' until', line.due_at)}",
            _at("next", line.next_slot) or "no next slot",
            f"{line.subscribers} subscribers",
            _at("backup", line.backup_at) or "no backup",
            f"schema {line.revision}",
        ]
    if last is not None:
        left = last.count.accepted + last.count.declared
        parts.append(
            f"{_at(last.status, last.at)} to {left} of {last.count.planned}, {last.count.failed} failed"
        )
    parts += [f"alert {line.alert.level}"] if line.alert else []
    said = [f"ill: {ill}"] if ill else []
    said += [f"broken: {', '.join(one.name for one in line.broken)}"] if line.broken else []
    said += [f"needs: {', '.join(needs).replace('_', ' ')}"] if needs else []
    return f"{line.slug}: {'; '.join([*said, ', '.join(parts)])}"


def _at(what: str, moment: datetime | None) -> str:
    from flows.bulletin.language.dates import in_rome

    return f"{what} {in_rome(moment):%Y-%m-%d %H:%M}" if moment else ""
