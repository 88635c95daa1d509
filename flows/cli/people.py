"""The verb of the persons' accounts: who may sign in at the door, from an invitation to the end."""

import argparse
from typing import TYPE_CHECKING

from flows.cli.arguments import Add, add_verb, for_programs
from flows.cli.output import Output

if TYPE_CHECKING:
    from flows.settings import Settings

WORDS = {
    "none": "no account",
    "invited": "invited, has not enrolled yet",
    "lapsed": "invited, too long ago: invite again",
    "active": "signs in",
    "closed": "closed",
}


def accounts(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    from datetime import UTC, datetime

    from flows.accounts import enrolment, persons

    now, engine = datetime.now(UTC), settings.engine()
    if arguments.what == "list":
        return _list(settings, out)
    if arguments.what == "close":
        if arguments.dry_run:
            out.say(f"would close the account of {arguments.name}, and sign it out everywhere")
            return 0
        person, ended = enrolment.close(engine, settings, arguments.name, now=now)
        out.say(f"closed: {person}; {ended} open sign-ins ended", *_after(settings))
        out.keep(person=person, ended=ended)
        return 0
    colleague = persons.named(settings, arguments.name)
    if arguments.dry_run:
        out.say(f"would invite {colleague.name}" + (RESETS if arguments.what == "reset" else ""))
        return 0
    begin = enrolment.add if arguments.what == "add" else enrolment.reset
    link = begin(settings, engine, colleague, now=now)
    out.say(
        f"For {colleague.name} alone, good once, until {now + enrolment.INVITED:%Y-%m-%d %H:%M} UTC:",
        "",
        link,
        "",
        "Give it by hand or by telephone, not in a chat that others read. It asks for a password, shows a QR",
        "for an authenticator app, and then the recovery codes. Whoever opens it first is who signs in:",
        "where its owner finds it used, close the account. After that nobody can read these any more.",
        "From the first enrolment on, the password that the editors shared opens nothing any more.",
    )
    out.keep(person=colleague.id, link=link, until=now + enrolment.INVITED)
    return 0


RESETS = ", and make void the password, the codes and every sign-in of before"


AFTER_THE_LAST = [
    "nobody has an account any more: the shared password opens the door again",
    "now restart, so that forms ask for names and codes again: until then nobody can act from them",
]


def _after(settings: "Settings") -> list[str]:
    from db.engine import reading
    from flows.accounts import mark

    with reading(settings.engine()) as session:
        is_last = not mark.are_used(settings, session)
    return AFTER_THE_LAST if is_last else []


def _list(settings: "Settings", out: Output) -> int:
    from dataclasses import asdict
    from datetime import UTC, datetime

    from db.engine import reading
    from flows.accounts import enrolment, mark

    with reading(settings.engine()) as session:
        found = enrolment.states(settings, session, now=datetime.now(UTC))
        are_used = mark.are_used(settings, session)
    lines = [f"{one.name:<30} {one.role or 'not in the profile':<20} {WORDS[one.state]}" for one in found]
    out.table(
        "accounts", [asdict(one) for one in found], lines, show=("name", "role", "state", "last_sign_in")
    )
    told = "each signs in with their own" if are_used else "nobody has enrolled: the shared password opens it"
    out.say("", f"The door: {told}.")
    out.keep(are_used=are_used)
    return 0


def add_verbs(add: Add) -> None:
    verb = add("accounts", accounts, "Who may sign in at the Prefect UI: invite a person, invite again after "
               "a loss, list, close. Secrets are chosen by who opens the invitation, and shown once.",
               writes=False)  # fmt: skip
    verbs = verb.add_subparsers(dest="what", required=True, metavar="add|reset|list|close")

    def inner(name: str, words: str, *, takes_name: bool = True) -> argparse.ArgumentParser:
        parser = add_verb(verbs, name, words)
        if takes_name:
            parser.add_argument("name", metavar="NAME", help="as the profile calls the person, or the id")
            parser.add_argument(
                "--dry-run", action="store_true", help="say what would be done; write nothing"
            )
        return parser

    invited = {"person": "the id", "link": "of the invitation, a secret", "until": "it is good (UTC)"}
    for_programs(inner("add", "Invite a person: prints a link that is good once."), **invited)
    words = "Invite again after a loss: password, codes and sign-ins of before are void at once."
    for_programs(inner("reset", words), **invited)
    for_programs(
        inner("list", "List who has an account, and who is signed in.", takes_name=False),
        accounts="one object a person: person (id), name, role, state (none, invited, lapsed, active or "
        "closed), since, last_sign_in, open_sign_ins, recovery_codes (unused)",
        are_used="whether anybody has enrolled, so that the shared password opens nothing",
    )
    for_programs(
        inner("close", "End an account and its sign-ins, at once."),
        person="the id",
        ended="how many sign-ins were open",
    )
