"""The editor's window on a bulletin in the Prefect UI: opened once, replaced when it is gone or out of date.

What an editor typed lies in Prefect as the input of a run and a key. It is read from there raw, whatever
became of the run: a form that no longer fits, a crash or a second window must not lose it. It counts with the
door's stamp only (`flows/door/stamps.py`), from the moment that the stamp tells.
"""

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterIdempotencyKey,
)
from prefect.input import RunInput
from prefect.states import Crashed
from pydantic import Field, create_model
from sqlalchemy import Engine

from db import bulletins
from db.engine import transaction
from db.models import Bulletin, BulletinStatus
from flows.bulletin.status import BEFORE_STAMPS, UNSTAMPED, WAITS, numbered, tags, waiting_tags
from flows.door import keys, stamps
from flows.door.sealed_code import OF_THE_PERSON, WHO
from flows.runs import client as runs
from flows.runs.client import RunState
from flows.settings import Settings


@dataclass(frozen=True)
class Confirmation:
    """One confirmed form: in which run, on which version, when, and its values as JSON.

    Where it is not stamped nobody knows who wrote it, nor when: it decides nothing.
    """

    run_id: str
    version: int
    at: datetime
    values: dict[str, Any]
    is_stamped: bool = True
    person: str = ""  # id of who had signed in; "": nobody needs to
    act: str = ""  # the key of what the door wrote down of it


def review_key(version: int) -> str:
    return f"review-{version}"


def key_of(bulletin: Bulletin, attempt: int) -> str:
    """Prefect hands back the old run for a key it knows: each window has its own.

    With the bulletin's beginning, since a database that was restored gives a number out again.
    """
    return f"bulletin-{bulletin.id}-{bulletin.created_at:%Y%m%dT%H%M%S}-{attempt}"


DECISION = "decisione"


Form = RunInput  # for who shows one and need not know Prefect


def make(
    name: str, fields: dict[str, Any], description: str, rule: dict[str, Any] | None = None
) -> type[RunInput]:
    """A form with these fields of pydantic; `description` (Markdown) stands above it.

    `rule` is more of its JSON Schema: Prefect refuses at once what is against it, and the form stays.
    """
    form: type[RunInput] = create_model(name, __base__=RunInput, **fields)
    form._description = description
    if rule:
        form.model_config = {**form.model_config, "json_schema_extra": rule}
        form.model_rebuild(force=True)
    return form


def choice(title: str, options: Sequence[str], *, may_stay_empty: bool = False) -> tuple[type[str], Any]:
    """A field of pydantic that is a list in the form, of which nothing is chosen before somebody does."""
    if not may_stay_empty:
        return str, Field(title=title, json_schema_extra={"enum": [*options]})

    def schema(made: dict[str, Any]) -> None:
        made.pop("default")  # "" is none of the options
        made["enum"] = [*options]

    return str, Field(default="", title=title, json_schema_extra=schema)


def bound(form: type[Form], version: int, *, signed: str = "") -> type[Form]:
    """The form, good for this version only: its fields bear the number, but for who answers and the code.

    Where the decision matches `signed`, a regular expression, it tells who answers: no name is asked for.

    Prefect takes the values of a tab that still shows an earlier round, for instance on a phone that slept,
    if they fit the form that waits now. So they must not fit: it refuses a field that it does not know. And
    a tab whose run waited again before the page looked (every few seconds) shows the new form around the old
    values of all fields of one name (3.9.1): of the texts none may have one.
    """
    fields: dict[str, Any] = {
        _numbered(name, version): (field.annotation, field) for name, field in form.model_fields.items()
    }
    tells_who = {"properties": {_numbered(DECISION, version): {"pattern": signed}}}
    rule = {"if": tells_who, "else": {"required": [WHO]}} if signed else None
    return make(form.__name__, fields, form._description or "", rule)


def _numbered(name: str, version: int) -> str:
    if name == DECISION:
        return f"{DECISION}_{version}"
    return name if name in OF_THE_PERSON else f"{name}_v{version}"


def unbound(values: dict[str, Any], version: int) -> dict[str, Any]:
    """The values under the names that the form had before `bound`; also of a form that an older code made."""
    return {
        DECISION if name == f"{DECISION}_{version}" else name.removesuffix(f"_v{version}"): value
        for name, value in values.items()
    }


def _inputs(client: SyncPrefectClient, run_id: str) -> dict[str, str]:
    """What Prefect keeps of a run's forms, as JSON by key."""
    inputs: dict[str, str] = {}
    while page := client.filter_flow_run_input(
        UUID(run_id), "suspended-review-", limit=PAGE, exclude_keys=set(inputs)
    ):
        inputs.update((item.key, item.value) for item in page)
        if len(page) < PAGE:
            break
    return inputs


def _of_kind(inputs: dict[str, str], kind: str) -> dict[int, str]:
    """By version: the `response` of each form, or its `schema`."""
    pattern = re.compile(rf"suspended-review-(\d+)-{kind}")
    return {int(match[1]): value for key, value in inputs.items() if (match := pattern.fullmatch(key))}


PAGE = 200  # inputs; each round leaves two, and the stamp of its answer
FLOW = "approva"


def confirmations(
    settings: Settings, bulletin: Bulletin, *, stamp_key: bytes, also_in: str, now: datetime
) -> list[Confirmation]:
    """Every form that was confirmed in this bulletin's windows, oldest version first.

    `also_in` is a run to look at too, for instance one that somebody started by hand.
    """
    keys = [key_of(bulletin, attempt) for attempt in range(bulletin.review_attempt + 1)]
    return confirmed(settings, FLOW, keys, stamp_key=stamp_key, also_in=also_in, now=now)


def confirmed(
    settings: Settings,
    flow: str,
    keys: Sequence[str],
    *,
    stamp_key: bytes,
    also_in: str | None,
    now: datetime,
) -> list[Confirmation]:
    """Every form that was confirmed in the flow's runs of these keys, and in `also_in`, oldest version first.

    A run of another flow may have such a key by chance or by somebody's will: it is not asked.
    """
    confirmations = []
    with get_client(sync_client=True) as client:
        windows = client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=[flow])),
            flow_run_filter=FlowRunFilter(
                idempotency_key=FlowRunFilterIdempotencyKey(any_=[settings.own(key) for key in keys])
            ),
        )
        for run_id in {*filter(None, [also_in]), *(str(window.id) for window in windows)}:
            inputs = _inputs(client, run_id)
            answers = _of_kind(inputs, "response")
            if not answers:
                continue
            states = client.read_flow_run_states(UUID(run_id))
            at = max((state.timestamp for state in states if state.name == "Resuming"), default=now)
            for version, raw in answers.items():
                values = json.loads(raw) or {}
                stamp = _stamp_of(stamp_key, run_id, version, values, inputs)
                confirmations.append(
                    Confirmation(
                        run_id,
                        version,
                        stamp.at if stamp else at,
                        unbound(values, version),
                        is_stamped=stamp is not None,
                        person=stamp.person if stamp else "",
                        act=stamps.act_of(run_id, stamp.key) if stamp and stamp.person else "",
                    )
                )
    return sorted(confirmations, key=lambda confirmation: (confirmation.version, confirmation.at))


def without_stamp(settings: Settings, confirmation: Confirmation) -> str:
    """What is said of an answer that has no stamp; what was confirmed before there were any is no alarm."""
    since = keys.read(settings.server_state).since
    return BEFORE_STAMPS if since is not None and confirmation.at < since else UNSTAMPED


def _answer_key(version: int) -> str:
    return f"suspended-{review_key(version)}-response"


def _stamp_of(
    stamp_key: bytes, run_id: str, version: int, values: dict[str, Any], inputs: dict[str, str]
) -> stamps.Stamp | None:
    key = _answer_key(version)
    start = stamps.prefix_of(key)
    beside = {name: value for name, value in inputs.items() if name.startswith(start)}
    return stamps.stamped(stamp_key, run_id, key, values, beside)


def forget(confirmation: Confirmation, field: str, *, stamp_key: bytes) -> None:
    """Take a field out of the answer that Prefect keeps, and stamp what is left; for one that is stored."""
    if field not in confirmation.values:
        return
    key = _answer_key(confirmation.version)
    values = {name: value for name, value in confirmation.values.items() if name != field}
    with get_client(sync_client=True) as client:
        # the stamp first: a process that dies in between leaves one too many, not one too few
        if confirmation.is_stamped:
            by = stamps.PERSON + confirmation.person if confirmation.person else stamps.PEOPLE
            stamp = stamps.stamp(stamp_key, confirmation.run_id, key, values, at=confirmation.at, by=by)
            name = stamps.prefix_of(key) + secrets.token_hex(8)
            client.create_flow_run_input(UUID(confirmation.run_id), name, stamp.to_json())
        client.delete_flow_run_input(UUID(confirmation.run_id), key)
        client.create_flow_run_input(UUID(confirmation.run_id), key, json.dumps(values))


def is_usable(settings: Settings, run_id: str, version: int) -> bool:
    """Whether a waiting run shows the latest version, in a form that was stored before its process died.

    A form of an older code stays: to replace it would cost what somebody is typing into it. But not one that
    asks nobody who they are where no person signs in any more.
    """
    last = runs.last_state(run_id)
    if last is None or last.state_details.pause_key != review_key(version):
        return False
    with get_client(sync_client=True) as client:
        stored = _of_kind(_inputs(client, run_id), "schema").get(version, "")
    try:
        form = json.loads(stored)
    except ValueError:
        return False
    fields = form.get("properties") if isinstance(form, dict) else None
    return isinstance(fields, dict) and (settings.signs_in or WHO in fields)


def open_review(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> str | None:
    """See that a bulletin that waits for an editor has a window of its latest version; return the run's id.

    None when the bulletin does not wait.
    """
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        if bulletin.status == BulletinStatus.draft:
            bulletins.move(session, bulletin, BulletinStatus.in_review, by="componi", now=now)
        if bulletin.status != BulletinStatus.in_review:
            return None
        run_before, attempt = bulletin.review_run_id, bulletin.review_attempt
        version = bulletins.latest(session, bulletin_id)
    if run_before is not None:
        if still_serves(settings, run_before, version.number if version else None, now=now):
            return run_before
        attempt += 1
    run_id = runs.start(
        settings,
        FLOW,
        {"bulletin_id": bulletin_id},
        key=key_of(bulletin, attempt),
        name=f"{numbered(bulletin.kind, bulletin_id)} · da approvare",
        tags=waiting_tags(bulletin.kind, "da approvare"),
    )
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        bulletin.review_run_id, bulletin.review_attempt = run_id, attempt
        session.add(bulletin)
    return run_id


def still_serves(settings: Settings, run_id: str, version: int | None, *, now: datetime) -> bool:
    """Whether the window shows that version, or is about to answer; one that does neither is ended, since
    another replaces it.
    """
    state = runs.state(run_id, now=now)
    if state == RunState.working or (
        state == RunState.waiting and version is not None and is_usable(settings, run_id, version)
    ):
        return True
    if state == RunState.lost:
        runs.end(run_id, Crashed(message="il processo non risponde: si apre un nuovo modulo"))
    elif state == RunState.waiting:
        runs.cancel(run_id, "il testo o le liste sono cambiati: si apre un nuovo modulo")
    if state in (RunState.lost, RunState.waiting):
        runs.untag(run_id, WAITS)
    return False


def is_answering(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> bool:
    """Whether a run is about to store an answer, or should have: what was confirmed in time still counts."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        stored = bulletins.answered(session, bulletin_id)
        newest = bulletins.latest(session, bulletin_id)
    run_id = bulletin.review_run_id
    if run_id is None or newest is None:
        return False
    if runs.state(run_id, now=now) == RunState.working:
        return True
    # stamped or not: what is not stored yet becomes a version, if only to be shown again
    return any(
        (confirmation.run_id, confirmation.version) not in stored and confirmation.version <= newest.number
        for confirmation in confirmations(settings, bulletin, stamp_key=b"", also_in=run_id, now=now)
    )


def close_review(settings: Settings, engine: Engine, bulletin_id: int, why: str, *, now: datetime) -> None:
    """Cancel the window of a bulletin that no longer waits, and say so in its name."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
    run_id = bulletin.review_run_id
    if run_id is None or runs.state(run_id, now=now) not in (RunState.waiting, RunState.lost):
        return
    runs.cancel(run_id, why)
    runs.rename(
        settings, run_id, f"{numbered(bulletin.kind, bulletin_id)} · {why}", tags=tags(bulletin.kind, why)
    )
