"""What `run` does after the start: in the sandbox, a whole first round; elsewhere, a word on what waits."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from db import bulletins
from db.engine import transaction
from db.models import Bulletin, BulletinStatus
from flows.accounts import enrolment
from flows.accounts.persons import Member
from flows.cli import neighbours
from flows.runs import client as runs
from flows.sending import restored, submission
from flows.settings import Settings

GUIDE = "deployments/guida-redazione.md"
COMPOSE = ".venv/bin/python -m flows compose --at-approval"

Say = Callable[[str], None]
Verb = Callable[..., None]


def first_steps(settings: Settings, say: Say, verb: Verb) -> None:
    """Collect, compose what the sandbox needs to show, and print the links."""
    if settings.profile.stage == "sandbox":
        register_templates(settings)
        subscribe_phones(settings)
        say("  reading the sandbox's site and alerts")
        verb("collect")
        if not _bulletins(settings):
            say("  composing a first draft")
            verb("compose", "--at-approval")
    else:
        say("  reading the site and the alerts (what fails is told and tried again by schedule)")
        try:
            verb("collect")
        except Exception as exc:  # noqa: BLE001  an unreachable site must not keep the installation down
            say(f"  {exc}")
    links(settings, say)


def register_templates(settings: Settings) -> None:
    """Submit our templates to the sandbox, as an operator does once to Meta, and again for a new version."""
    now = datetime.now(UTC)
    plan = submission.plan(settings, None, submission.held(settings), now=now)
    submission.submit(settings, settings.engine(), plan, by="run", now=now)


def sandbox(
    settings: Settings, path: str, body: dict[str, Any] | None = None, *, method: str | None = None
) -> Any:
    """Ask the sandbox's control interface, or tell it something."""
    address = f"http://127.0.0.1:{settings.profile.servers.sandbox_port}{path}"
    return neighbours.tell(address, body, method=method)


def subscribe_phones(settings: Settings) -> None:
    """At the first start each phone writes ATTIVA, like a citizen."""
    for phone in sandbox(settings, "/_prova/telefoni"):
        if not phone["messages"]:
            sandbox(settings, f"/_prova/telefoni/{phone['number']}/messaggi", {"text": "ATTIVA"})


def _bulletins(settings: Settings, *statuses: BulletinStatus) -> list[Bulletin]:
    with transaction(settings.engine()) as session:
        return bulletins.with_status(session, *(statuses or BulletinStatus))


def links(settings: Settings, say: Say) -> None:
    """The addresses of a first look, for the newest bulletin."""
    waiting = _bulletins(settings, BulletinStatus.draft, BulletinStatus.in_review)
    newest = (waiting or _bulletins(settings))[-1:]
    people = _invented(settings)
    say("")
    if _waits_for_a_word(settings):
        say("  restored from a backup:       no bulletin and no alert leaves until a person has looked, and")
        say("                                types `.venv/bin/python -m flows witness --accept-by NAME`")
    if waiting and (run_id := _wait_for_window(settings, waiting[-1].id)):
        say(f"  to approve (⋮ menu, Resume):  {_entry(settings, people[:1], runs.link(settings, run_id))}")
    else:
        say(f"  nothing waits for approval:   `{COMPOSE}` makes a draft")
    say(f"  the editors' page:            {_entry(settings, people[:1], settings.newsroom)}")
    if people:
        say(f"  the same, as {people[-1].name + ':':<17}{_entry(settings, people[-1:], settings.newsroom)}")
        say(f"  (each link signs in once: the first two {people[0].name})")
    if settings.profile.stage == "sandbox":
        sandbox = f"http://127.0.0.1:{settings.profile.servers.sandbox_port}"
        say(f"  the phones:                   {sandbox}/telefoni")
        say(f"  the editors' mail:            {sandbox}/posta")
    for bulletin in newest:
        after = "" if bulletin.sent_at else "   (once sent)"
        say(f"  the bulletin's page:          {settings.profile.servers.public}/b/{bulletin.code}{after}")
    if settings.profile.stage == "sandbox":
        say(f"  the editors' guide:           {GUIDE}")
        if waiting:
            say(f"  a next draft, after this one: {COMPOSE}")


def _waits_for_a_word(settings: Settings) -> bool:
    with transaction(settings.engine()) as session:
        return restored.waits(settings, session)


def _invented(settings: Settings) -> list[Member]:
    """Who can be entered by a printed link: in the sandbox, where nobody has chosen a password."""
    if settings.profile.stage != "sandbox":
        return []
    return enrolment.invent(settings, settings.engine(), now=datetime.now(UTC))


def _entry(settings: Settings, people: Sequence[Member], page: str) -> str:
    if not people:
        return settings.entry_link(page)
    return enrolment.entry_link(settings, settings.engine(), people[0], page, now=datetime.now(UTC))


def _wait_for_window(settings: Settings, bulletin_id: int) -> str | None:
    """The id of the run that waits for the editor, once it really waits: a run takes seconds to start."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with transaction(settings.engine()) as session:
            run_id = bulletins.locked(session, bulletin_id).review_run_id
        if run_id and runs.state(run_id, now=datetime.now(UTC)) == runs.RunState.waiting:
            return run_id
        time.sleep(1)
    return None
