"""What an upgrade asks of an installation by its verbs: of one Comune, or of a fleet's host.

Of a fleet an ill Comune never stops the others: it is named, and stays as it is. A database that is left at
an older revision is opened by no new code, which says so (`db.schema.check`).
"""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from flows.machine import revisions
from flows.machine.checkout import Checkout
from flows.machine.upgrade_preview import SENDING, STOPPED, Outlook, Town, Versions
from flows.machine.upgrade_state import UpgradeError, UpgradeRecord
from flows.machine.verb_process import Say, VerbResult

ALL = ("rest", "copy", "bring", "renew", "migrate", "start", "see")
OF_FLEET = ("rest", "copy", "bring", "renew", "migrate", "start", "register", "see")
ROLLING = ("copy", *(step for step in OF_FLEET if step != "copy"))  # a copy of 300 takes its time
BLOCKING = "database."  # what a doctor finds broken of it must be mended before, not carried over
EXCEPT = ("database.revision", "machine.upgrade")  # what an upgrade itself is about
REGISTER_FOR, REGISTER_EVERY = 120.0, 5.0  # seconds until the server that was just started answers
MARGIN = timedelta(minutes=30)


class Types(Protocol):
    """Who types verbs, and looks at the processes."""

    sees_all: bool

    def type(self, *words: str) -> VerbResult: ...

    def silent(self) -> list[str]:
        """Names of own processes that do not answer."""


class Kind(Protocol):
    """An installation, as an upgrade needs it."""

    def order(self, at: UpgradeRecord) -> Sequence[str]: ...

    def look(self, code: Checkout, at: UpgradeRecord, *, others_stopped: bool) -> list[str]:
        """Fills in what the record will hold; what an operator is told beside it. UpgradeError: why not."""

    def note(self, at: UpgradeRecord) -> None:
        """What migrates the databases, by the code at hand."""

    def findings(self) -> list[str]:
        """Ids of what is broken."""

    def drain(self) -> str:
        """Let what runs come to its end; "" when it has, else why it has not."""

    def copy(self, at: UpgradeRecord, say: Say) -> None: ...

    def migrate(self, at: UpgradeRecord, say: Say) -> None: ...

    def register(self, say: Say) -> None:
        """What the running Prefect server may start."""


class OneComune:
    """Told by its own verbs."""

    def __init__(self, home: Types) -> None:
        self._home = home

    def order(self, _at: UpgradeRecord) -> Sequence[str]:
        return ALL

    def look(self, code: Checkout, at: UpgradeRecord, *, others_stopped: bool) -> list[str]:  # noqa: ARG002
        if others_stopped:
            raise UpgradeError(f"{STOPPED}: is of a fleet")
        self._home.type("backup", "--dry-run").require()
        self.note(at)
        at.broken = self.findings()
        if blocking := [one for one in at.broken if one.startswith(BLOCKING) and one not in EXCEPT]:
            raise UpgradeError(
                f"the doctor finds the database broken ({', '.join(blocking)}): `python -m flows doctor` "
                "says what to do; that comes first"
            )
        return []

    def note(self, at: UpgradeRecord) -> None:
        asked = self._home.type("migrate", "--dry-run", "--json").require()
        at.steps = asked.document.get("steps", [])

    def findings(self) -> list[str]:
        """Without the network where the processes are not ours to start."""
        words = ["doctor", "--json", *([] if self._home.sees_all else ["--offline"])]
        document = self._home.type(*words).require((0, 1, 2, 3)).document
        found = {check["id"] for check in document.get("checks", []) if check["verdict"] == "failed"}
        return sorted(found)

    def drain(self) -> str:
        drained = self._home.type("drain", "--json")
        running = ", ".join(one["name"] for one in drained.document.get("running", []))
        return (f"still running: {running}" if running else drained.errors.strip()) if drained.code else ""

    def copy(self, at: UpgradeRecord, _say: Say) -> None:
        made = self._home.type("backup", "--folder-only", "--json").require().document
        at.archive, at.old_revision = made["archive"], made["revision"]

    def migrate(self, _at: UpgradeRecord, _say: Say) -> None:
        self._home.type("migrate").require()

    def register(self, _say: Say) -> None:
        """Its worker's unit does, before each start."""


class ManyComuni:
    """Told by `fleet`, which names who is ill and goes on with the others."""

    def __init__(self, home: Types) -> None:
        self._home = home

    def order(self, at: UpgradeRecord) -> Sequence[str]:
        return ROLLING if at.is_rolling else OF_FLEET

    def look(self, code: Checkout, at: UpgradeRecord, *, others_stopped: bool) -> list[str]:
        found = self.outlook(code, at, others_stopped=others_stopped)
        if found.is_rolling and at.commit is None:
            raise UpgradeError(
                "without --to nobody can say what the other hosts' version takes: name the new one, or stop "
                f"all hosts and add {STOPPED}"
            )
        if refusals := list(found.refusals()):
            raise UpgradeError("\n".join(refusals))
        at.is_rolling = found.is_rolling
        at.steps = [f"{town.slug}: {step.line}" for town in found.towns for step in found.steps(town)]
        at.broken = self.findings()
        return list(found.lines())

    def outlook(self, code: Checkout, at: UpgradeRecord, *, others_stopped: bool) -> Outlook:
        versions = Versions(
            at.old_version,
            code.version(at.commit),
            code.prefect() if at.commit else None,
            code.prefect(at.commit),
        )
        chain = revisions.read(code.texts(revisions.FOLDER, at.commit))
        lines = {row["comune"]: row for row in self._rows("fleet", "status")}
        towns = [_town(row, lines.get(row["comune"], {})) for row in self._migration("--dry-run")]
        return Outlook(versions, chain, towns, others_stopped, at.at, MARGIN)

    def note(self, at: UpgradeRecord) -> None:
        rows = self._migration("--dry-run")
        at.steps = [f"{row['comune']}: {step}" for row in rows for step in row["steps"]]
        # a file of SQLite is never open to the version before
        kept = {
            step for row in rows for step in row["contracting" if row["kind"] == "postgresql" else "steps"]
        }
        at.contracting = sorted(kept)

    def findings(self) -> list[str]:
        ill = [row["comune"] for row in self._rows("fleet", "status") if "ill" in row["needs"]]
        return sorted({*ill, *(f"process.{name}" for name in self._home.silent())})

    def drain(self) -> str:
        drained = self._home.type("drain", "--here", "--json")
        return (drained.errors.strip() or f"it ended with {drained.code}") if drained.code else ""

    def copy(self, at: UpgradeRecord, say: Say) -> None:
        """Whose copy failed is named, and left alone by a change that only a copy leads back from."""
        rows = self._rows("fleet", "each", "backup")
        at.uncopied = sorted(row["comune"] for row in rows if row["code"] != 0)
        say(f"copies were made of {len(rows) - len(at.uncopied)} Comuni that have [backup]")
        if at.uncopied:
            say(f"no copy could be made of {', '.join(at.uncopied)}")

    def migrate(self, at: UpgradeRecord, say: Say) -> None:
        without = [word for slug in at.uncopied for word in ("--without", slug)] if at.contracting else []
        rows = self._migration(*(["--while-others-work"] if at.is_rolling else []), *without)
        ill = {row["comune"]: row["ill"] for row in rows if row["ill"]}
        at.left = sorted(ill)
        for slug, why in ill.items():
            say(f"{slug}: is left as it is: {why}")
        if rows and len(ill) == len(rows):
            raise UpgradeError("no database could be brought to the new version")

    def register(self, say: Say) -> None:
        until = time.monotonic() + REGISTER_FOR
        while True:
            document = self._home.type("fleet", "apply", "--register-only", "--json").require((0, 2)).document
            if not document.get("server"):
                break
            if time.monotonic() > until:
                raise UpgradeError(f"deployments were not registered: {document['server']}")
            time.sleep(REGISTER_EVERY)
        for row in [*document.get("comuni", []), {"comune": "all together", **document["together"]}]:
            if row["ill"]:
                say(f"{row['comune']}: is ill: {row['ill']}")

    def _migration(self, *words: str) -> list[dict[str, Any]]:
        return self._rows("fleet", "migrate", *words)

    def _rows(self, *words: str) -> list[dict[str, Any]]:
        done = self._home.type(*words, "--json")
        found: list[dict[str, Any]] = done.document.get("comuni", [])
        done.require((0, 2) if found else (0,))
        return found


def _town(row: dict[str, Any], line: dict[str, Any]) -> Town:
    """Of what `fleet migrate` and `fleet status` say of one."""
    sent, next_slot = line.get("sent") or {}, line.get("next_slot")
    return Town(
        row["comune"],
        row["revision"],
        row["kind"] or "",
        row["ill"] or "",
        sent.get("status") == SENDING,
        datetime.fromisoformat(next_slot) if next_slot else None,
    )
