"""What has to be done about each template of ours at Meta, and what Meta would not take yet; asks nobody.

Source of the rules: Meta's page "Template management" (Apr 2026). Only an approved, rejected or paused
template is edited; an approved one once in 24 hours and ten times in 30 days, its category never. The name of
an approved one that was deleted is locked for 30 days, and one that is disabled cannot even be deleted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from flows.whatsapp.account_templates import USABLE, TemplateState
from flows.whatsapp.templates import TemplateDefinition, altered, creation_payload, differences, problems

DAY, MONTH = timedelta(hours=24), timedelta(days=30)
EDITS_A_MONTH = 10
NAME_LOCKED = timedelta(days=30)
DELETED = ("DELETED", "PENDING_DELETION")
# what Meta takes of a template that it holds; a name or a language is another template
EDITABLE = ("components", "message_send_ttl_seconds", "degrees_of_freedom_spec")
_UNLIMITED = ("REJECTED", "PAUSED")  # edited as often as one likes, and of any category
# What nobody can do from here, and what to do instead; {reason} is Meta's word for a rejection.
_ELSEWHERE = {
    "PENDING": "Meta reviews it, which takes a day at most: run this again then",
    "IN_APPEAL": "Meta looks at the appeal: run this again when it has answered",
    "REJECTED": "rejected ({reason}): change its words in deployments/texts.toml, or appeal in WhatsApp "
    "Manager",
    "PAUSED": "paused because people blocked or reported it: Meta ends a first pause after 3 hours, a second "
    "after 6; write less often, or change its words",
    "DISABLED": "disabled for good, neither to be edited nor deleted: ask for a review in WhatsApp Manager",
    "ARCHIVED": "archived after a year without use, and deleted 28 days later: unarchive it in WhatsApp "
    "Manager",
    "LIMIT_EXCEEDED": "the account holds as many templates as Meta allows: delete what nobody uses",
}


ADVICE = {  # Meta's subcode of a refusal -> what to do
    2388019: "the account is full: delete what nobody uses in WhatsApp Manager",
    2388023: "the name was deleted: Meta locks it for 30 days",
    2388024: "Meta holds it by now: python -m flows templates plan",
    2388293: "write more words around its variables in deployments/texts.toml",
    2388299: "a variable stands at the beginning or the end, or beside another: put words there",
}
"""Source: Meta's page "Error codes", template creation."""


class Act(StrEnum):
    none = "nothing to do"
    create = "create"
    edit = "edit"
    wait = "wait"  # Meta takes it later
    person = "see to it"  # a person, elsewhere
    refused = "refused"  # Meta would not take ours as it is


@dataclass(frozen=True)
class Step:
    """`words`: what is otherwise than ours, or why not and what to do; `payload`: what is to be posted.

    `until`: of a wait, when it ends, where that is known.
    """

    act: Act
    words: str = ""
    payload: Mapping[str, Any] | None = None
    until: datetime | None = None

    @property
    def is_done(self) -> bool:
        return self.act == Act.none


@dataclass(frozen=True)
class Past:
    """What is known of a name before today: when it was edited, by anybody, and when it was deleted."""

    edits: Sequence[datetime] = ()
    deleted_at: datetime | None = None


def unlike(definition: TemplateDefinition, button_url_base: str, state: TemplateState) -> list[str]:
    """What Meta shows or does otherwise than we submitted; a person cannot see it in the message."""
    if state.components is None:
        return ["WhatsApp does not tell its text"]
    parts = differences(definition, button_url_base, state.components)
    if on := altered(state.alterations):
        parts.append(f"WhatsApp may alter it: {', '.join(on)}")
    if state.ttl_seconds not in (None, definition.ttl_seconds):
        parts.append(f"lives {state.ttl_seconds} seconds instead of {definition.ttl_seconds}")
    return parts


def step(
    definition: TemplateDefinition,
    button_url_base: str,
    language: str,
    state: TemplateState | None,
    past: Past,
    now: datetime,
) -> Step:
    """The next step for one template; the same question after it was done is answered with none.

    A category that Meta changed is told and not fought: only Meta changes that of an approved template.
    """
    if wrong := problems(definition, button_url_base):
        return Step(Act.refused, "; ".join(line.removeprefix(f"{definition.name}: ") for line in wrong))
    payload = creation_payload(definition, button_url_base, language)
    if state is None:
        free_at = past.deleted_at + NAME_LOCKED if past.deleted_at else None
        if free_at and now < free_at:
            return Step(Act.wait, "it was deleted, and Meta locks its name for 30 days", until=free_at)
        return Step(Act.create, "WhatsApp does not hold it", payload)
    parts = unlike(definition, button_url_base, state)
    changes = {key: payload[key] for key in EDITABLE}
    if state.status in _UNLIMITED:
        if state.category != definition.category:
            parts.append(f"is {state.category} instead of {definition.category}")
            changes["category"] = definition.category
        return Step(Act.edit, "; ".join(parts), changes) if parts else _see_to_it(state)
    if state.status not in USABLE:
        return _see_to_it(state)
    if not parts:
        moved = f"Meta made it {state.category}: if that is wrong, ask for a review in WhatsApp Manager"
        return Step(Act.none, moved if state.category != definition.category else "")
    told = "; ".join(parts)
    if (free_at := editable_at(past.edits, now)) > now:
        return Step(Act.wait, f"{told}: Meta takes one edit a day and ten a month", until=free_at)
    return Step(Act.edit, told, changes)


def editable_at(edits: Sequence[datetime], now: datetime) -> datetime:
    """From when on Meta takes another edit of an approved template; `now` where it takes one now."""
    recent = sorted(at for at in edits if now - MONTH < at <= now)
    moments = [now]
    if recent:
        moments.append(recent[-1] + DAY)
    if len(recent) >= EDITS_A_MONTH:
        moments.append(recent[-EDITS_A_MONTH] + MONTH)
    return max(moments)


def twins(definitions: Sequence[TemplateDefinition]) -> dict[str, str]:
    """By name, those with the body and the footer of another one: Meta refuses the second."""
    seen: dict[tuple[str, str], str] = {}
    double = {}
    for definition in definitions:
        other = seen.setdefault((definition.body, definition.footer), definition.name)
        if other != definition.name:
            double[definition.name] = f"it has the body and the footer of {other}"
    return double


def _see_to_it(state: TemplateState) -> Step:
    words = _ELSEWHERE.get(state.status, f"Meta calls it {state.status}: look at it in WhatsApp Manager")
    act = Act.wait if state.status in ("PENDING", "IN_APPEAL") else Act.person
    return Step(act, words.format(reason=state.rejected_for or "Meta gives no reason"))
