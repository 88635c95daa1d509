"""The editor's form, in Italian: its fields, filled with the latest version, and how an answer is read.

Shaped around the defects of Prefect 3.9.1's form: no Optional, no validators, no max_length, no field named
like a JSON-schema keyword, no default for the decision; built anew for each round because
`with_initial_data` drops titles and descriptions.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from db.models import BulletinItem
from flows.bulletin.language.measure import utf16
from flows.door.sealed_code import FIELD
from flows.draft.evidence import judged, room
from flows.review import codes
from flows.review.choices import Answer, choices, decision_of, entries, order_lines
from flows.review.page import Round, above
from flows.review.sign_off import ASK_SOURCE
from flows.runs import forms
from flows.settings import Settings


def form(settings: Settings, draft: Round, now: datetime, page: str) -> type[forms.Form]:
    """The form, prefilled with the latest version: the texts to be read, the decision, then what is seldom.

    `page` is the address of the artifact that goes with it.
    """
    words = settings.texts["modulo"]
    is_fixed = draft.bulletin.template is not None
    is_by_one = settings.profile.approvals == 1
    offered = choices(
        draft.bulletin.slot_at,
        is_fixed=is_fixed,
        is_shared=not is_by_one or bool(draft.awaited),
        is_first=(not is_by_one or _is_source_asked(draft)) and not draft.awaited,
        is_by_one=is_by_one,
    )
    names = [editor.name for editor in settings.profile.editors]
    fields: dict[str, Any] = _texts(settings, draft, draft.bulletin.slot_at or now)
    if _is_source_asked(draft):
        fields["fonte"] = (str, Field(default="", title=words["fonte"]))
    if settings.signs_in:  # who answers has signed in: nobody is asked for a name
        fields["decisione"] = forms.choice(words["decisione"], [*offered.values()])
    else:
        fields["decisione"] = forms.choice(words["decisione"], entries(offered, names, draft.signed))
        fields["chi"] = forms.choice(words["chi"], names, may_stay_empty=True)
    if codes.are_in_forms(settings):
        fields[FIELD] = (str, Field(default="", title=words["codice"]))
    if not is_fixed:  # whose lines all stay where they are
        lines = order_lines([item.title for item in draft.items])
        fields["ordine"] = (list[str], Field(default=lines, title=words["ordine"]))
    if draft.queue and not is_fixed:
        example = words["aggiungi"].format(esempio=draft.queue[0].label)
        fields["aggiungi"] = (str, Field(default="", title=example))
    fields["nota"] = (str, Field(default="", title=words["nota"]))
    return forms.make("Approvazione", fields, above(settings, draft, now, page))


def _texts(settings: Settings, draft: Round, dated: datetime) -> dict[str, Any]:
    """A field an item, with what all of them together may still use."""
    words = settings.texts["modulo"]
    total = room(settings, draft.bulletin, dated, len(draft.items))
    left = total - sum(utf16(item.text) for item in draft.items)
    told = words["testo_n_aiuto" if left >= 0 else "testo_n_troppo"]
    fields: dict[str, Any] = {}
    for item in draft.items:
        title = words["testo_n"].format(n=item.position, categoria=item.category)
        fields[f"notizia_{item.position}"] = (
            str,
            Field(
                default=item.text,
                title=item.category if draft.bulletin.template else title,
                description=told.format(lunghezza=utf16(item.text), restanti=abs(left)),
            ),
        )
    return fields


def _is_source_asked(draft: Round) -> bool:
    """Whether the text tells what no page does: then who approves it says whence it comes."""
    blocked = any(judgement.verdict and judgement.verdict.blocked for judgement in judged(draft.sourced))
    return blocked or ASK_SOURCE in draft.problems


def answer_of(values: dict[str, Any], items: Sequence[BulletinItem]) -> Answer:
    """Read the values of a confirmed form by name: what is missing is what was shown.

    The form may be of another code than this: what was typed into a field that is unknown here goes into
    the note.
    """
    texts = {f"notizia_{item.position}": item.text for item in items}
    stray = [
        f"{name}: {text}"
        for name, value in values.items()
        if name not in (*texts, *NAMES) and (text := _typed(value))
    ]
    order = values.get("ordine")
    if isinstance(order, str):
        order = order.splitlines()
    elif not isinstance(order, list):
        order = order_lines([item.title for item in items])
    decision, who = decision_of(_typed(values.get("decisione")), _typed(values.get("chi")))
    return Answer(
        decision=decision,
        texts=tuple(_typed(values.get(name, text)) for name, text in texts.items()),
        order=tuple(map(_typed, order)),
        note="\n".join([_typed(values.get("nota")), *stray]).strip(),
        who=who,
        source=_typed(values.get("fonte")),
        added=_typed(values.get("aggiungi")),
    )


NAMES = ("decisione", "ordine", "aggiungi", "fonte", "nota", "chi", FIELD)


def _typed(value: object) -> str:
    """As text; without NUL, which no text of PostgreSQL holds."""
    return "" if value is None else str(value).replace("\x00", "")
