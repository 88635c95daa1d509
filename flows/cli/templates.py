"""`templates`: ours beside WhatsApp's; --submit submits what is missing and edits what differs."""

import argparse
from typing import TYPE_CHECKING

from flows.cli.arguments import Add, for_programs
from flows.cli.output import Output

if TYPE_CHECKING:
    from flows.settings import Settings
    from flows.whatsapp.account import TemplateState
    from flows.whatsapp.templates import TemplateDefinition

# The name, the language and the category of an approved template cannot be edited.
EDITABLE = ("components", "message_send_ttl_seconds", "degrees_of_freedom_spec")
THE_SAME = "as ours"


def remote_template(settings: "Settings", name: str) -> "TemplateState | None":
    """One of ours as WhatsApp holds it."""
    from flows.whatsapp.account import ask_template

    whatsapp = settings.profile.whatsapp
    token = settings.secrets.whatsapp_token.get_secret_value()
    headers = {whatsapp.auth_header: f"{whatsapp.auth_scheme} {token}".strip()}
    return ask_template(whatsapp.base, whatsapp.waba_id, name, whatsapp.language, headers)


def unlike(settings: "Settings", wanted: "TemplateDefinition", state: "TemplateState") -> list[str]:
    """What WhatsApp shows or does otherwise than we submitted; a person cannot see it in the message."""
    from flows.whatsapp.templates import altered, differences

    if state.components is None:
        return ["WhatsApp does not tell its text"]
    parts = differences(wanted, settings.button_base(wanted.name), state.components)
    if on := altered(state.alterations):
        parts.append(f"WhatsApp may alter it: {', '.join(on)}")
    if state.ttl_seconds not in (None, wanted.ttl_seconds):
        parts.append(f"lives {state.ttl_seconds} seconds instead of {wanted.ttl_seconds}")
    return parts


async def bring(settings: "Settings") -> dict[str, str]:
    """Submit what WhatsApp does not hold, edit what is not as ours; what was done with each.

    Raises BollettinoError, and submits nothing, when one of ours breaks a rule of Meta's.
    """
    import asyncio

    from flows.sending.provider import open_client
    from flows.settings import BollettinoError
    from flows.whatsapp.templates import creation_payload, problems

    whatsapp, done = settings.profile.whatsapp, {}
    templates = settings.templates.values()
    wrong = [line for ours in templates for line in problems(ours, settings.button_base(ours.name))]
    if wrong:
        raise BollettinoError(f"nothing is submitted, Meta would refuse it: {'; '.join(wrong)}")
    async with open_client(settings) as client:
        for name, wanted in settings.templates.items():
            state = await asyncio.to_thread(remote_template, settings, name)
            payload = creation_payload(wanted, settings.button_base(name), whatsapp.language)
            if state is None:
                created = await client.register_template(whatsapp.waba_id, payload)
                done[name] = f"submitted: {created.status}, {created.category}"
            elif parts := unlike(settings, wanted, state):
                await client.edit_template(state.id, name, {key: payload[key] for key in EDITABLE})
                done[name] = f"edited ({'; '.join(parts)})"
            else:
                done[name] = THE_SAME
    return done


def templates(arguments: argparse.Namespace, settings: "Settings", out: Output) -> int:
    import asyncio

    from flows.settings import BollettinoError
    from flows.whatsapp.errors import WhatsAppError

    try:
        with out.progress("asking WhatsApp"):
            rows = (
                [{"name": name, "done": words} for name, words in asyncio.run(bring(settings)).items()]
                if arguments.submit
                else compared(settings)
            )
    except WhatsAppError as exc:  # it did not say how its templates are, or refused one of ours
        raise BollettinoError(str(exc)) from exc
    if arguments.submit:
        out.table("templates", rows, (f"{row['name']}: {row['done']}" for row in rows))
        return 0
    out.table(
        "templates",
        rows,
        (f"{row['name']}: {row['state']}: {row['told']}" for row in rows),
        show=("name", "state", "told"),
    )
    if all(row["usable"] and row["told"] == THE_SAME for row in rows):
        return 0
    out.trouble("to submit what is missing and edit what differs: python -m flows templates --submit")
    return 2


def compared(settings: "Settings") -> list[dict[str, object]]:
    """A row a template: how WhatsApp holds it, and what is otherwise than ours."""
    from flows.whatsapp.account import USABLE

    rows: list[dict[str, object]] = []
    for name, wanted in settings.templates.items():
        state = remote_template(settings, name)
        parts = unlike(settings, wanted, state) if state else ["WhatsApp does not hold it"]
        rows.append(
            {
                "name": name,
                "state": f"{state.status}, {state.category}" if state else "missing",
                "usable": state is not None and state.status in USABLE,
                "told": "; ".join(parts) or THE_SAME,
            }
        )
    return rows


def add_verbs(add: Add) -> None:
    verb = add(
        "templates",
        templates,
        "Compare each message template with what WhatsApp holds: text, footer, button, time to live, and "
        "whether WhatsApp may alter it by itself. Exit code 2 when one is missing, unusable or different.",
        writes=False,
    )
    verb.add_argument(
        "--submit",
        action="store_true",
        help="submit what is missing and edit what differs; WhatsApp reviews each, and takes one edit a day",
    )
    for_programs(
        verb,
        templates="one object each: name, and state, usable, told (what is otherwise than ours; 'as ours'); "
        "with --submit name and done",
    )
