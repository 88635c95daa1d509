"""The lists of the editors' start forms: who, which bulletin, which line of it; kept true as bulletins move.

A start form is what Prefect stored with the deployment: a list changes when it is stored again. That is done
after whatever moves a bulletin and by each round of `sorveglia`; a form that stood open meanwhile is refused
by Prefect, or answered in words, never taken for another bulletin.
"""

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from datetime import datetime, timedelta

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from pydantic import Field
from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, told_news
from db.engine import reading
from db.models import TURNED_DOWN, Bulletin, BulletinKind, BulletinStatus
from db.told_news import SentItem
from flows.bulletin.language.shorten import one_line
from flows.bulletin.status import DECIDED, named
from flows.deploy import AT_ONCE, EDITORS, ELSE, LIST, without_who
from flows.draft import undo
from flows.sending import hold, parts
from flows.settings import Settings

MEMORY = timedelta(days=30)
SEPARATOR = " · "
ROUNDS = 3
_TITLE = 60  # characters of a title that tell it apart

log = logging.getLogger(__name__)

WHO = Field(title="Chi sei", json_schema_extra={LIST: EDITORS})


def which(title: str, name: str) -> object:
    """The field of a bulletin, or of a line, that is chosen from the list of this name."""
    return Field(title=title, json_schema_extra={LIST: name})


def label(session: Session, bulletin: Bulletin, state: str = "") -> str:
    """`12 · bollettino di martedì 1 dicembre · Corso di yoga`: the number, and what one knows it by.

    A `state` in words stands behind the number: `12 · rinviato · bollettino di martedì 1 dicembre ...`.
    """
    version = bulletins.latest(session, bulletin.id)
    items = bulletins.items(session, version) if version else []
    known_by = [named(bulletin), *(one_line(item.title, _TITLE) for item in items[:1])]
    return SEPARATOR.join([str(bulletin.id), *filter(None, [state]), *known_by])


def _with(*statuses: BulletinStatus) -> Callable[[Settings, Session, datetime], list[str]]:
    """Lists the bulletins of the last weeks that have one of these statuses, the newest first."""

    def listed(_settings: Settings, session: Session, now: datetime) -> list[str]:
        found = bulletins.with_status(session, *statuses)
        recent = [one for one in found if now - (one.sent_at or one.slot_at or one.created_at) < MEMORY]
        return [label(session, one) for one in reversed(recent)]

    return listed


def _to_stop(settings: Settings, session: Session, now: datetime) -> list[str]:
    """Lists what is being sent, and what goes on by itself with its next part."""
    between = [one for one in bulletins.with_status(session, BulletinStatus.stopped) if parts.waits(one)]
    waiting = [label(session, one, BETWEEN) for one in reversed(between)]
    return [*_with(BulletinStatus.sending)(settings, session, now), *waiting]


def _to_resume(settings: Settings, session: Session, now: datetime) -> list[str]:
    """Lists what was stopped, was not corrected and is still in time, and what is approved and should have
    left by now.
    """
    approved = bulletins.with_status(session, BulletinStatus.approved)
    not_now = {one.id for one in approved if one.slot_at is not None and one.slot_at > now}
    stopped = bulletins.with_status(session, BulletinStatus.stopped)
    not_now |= {
        one.id
        for one in stopped
        if hold.is_corrected(session, one)
        or hold.too_late(settings, one, hold.sealed_items(session, one.id), now)
    }
    listed = _with(BulletinStatus.stopped, BulletinStatus.approved)(settings, session, now)
    return [entry for entry in listed if numbers(entry)[0] not in not_now]


def _to_reopen(_settings: Settings, session: Session, now: datetime) -> list[str]:
    """Lists what is approved, and what was postponed or discarded and may come back; each with its state."""
    found = bulletins.with_status(session, *DECIDED)
    return [
        label(session, one, DECIDED[one.status])
        for one in reversed(found)
        if now - (one.slot_at or one.created_at) < MEMORY
        and (one.status not in TURNED_DOWN or undo.can_come_back(session, one, now=now))
    ]


def _lines(_settings: Settings, session: Session, now: datetime) -> list[str]:
    """Lists what was sent, line by line: first what the site changed or lost since, then the newest; what an
    approved correction has put right says so.
    """
    sent = correctable(session, now)
    corrected = {
        one.id: corrections(session, one)
        for one in {line.bulletin.id: line.bulletin for line in sent}.values()
    }
    put_right = [corrected[line.bulletin.id].get(line.item.title) for line in sent]
    marks = [
        CHANGED if line.changed_at and (at is None or line.changed_at > at) else GONE if line.is_gone else ""
        for line, at in zip(sent, put_right, strict=True)
    ]
    rows = zip(marks, put_right, sent, strict=True)
    ranked = sorted(rows, key=lambda row: (CHANGED, GONE, "").index(row[0]))
    return [
        SEPARATOR.join(
            [
                str(line.bulletin.id),
                place(line),
                *filter(None, [mark, PUT_RIGHT if at else ""]),
                one_line(line.item.title, _TITLE),
            ]
        )
        for mark, at, line in ranked
    ]


def correctable(session: Session, now: datetime) -> list[SentItem]:
    """What was sent of late, line by line; of a correction the right text alone, not its day or quotation."""
    sent = told_news.sent(session, since=now - MEMORY, kinds=tuple(BulletinKind))
    return [line for line in sent if line.bulletin.kind != BulletinKind.correction or line.item.position == 1]


def place(line: SentItem) -> str:
    """`notizia 4 del bollettino di martedì 1 dicembre`, `riga 3 del messaggio urgente`."""
    what = "riga" if line.bulletin.template else "notizia"
    return f"{what} {line.item.position}{OF}{named(line.bulletin)}"


OF = " del "  # behind the number of a line


def corrections(session: Session, bulletin: Bulletin) -> dict[str, datetime]:
    """When each of its lines was put right by a correction that was approved, by the line's title.

    As it begins to leave: until its approval it is held beside the page, which is mended meanwhile.
    """
    corrections = told_news.follow_ups(session, bulletin.id, *hold.CORRECTING, kinds=hold.WRONG)
    return {
        hold.sealed_items(session, one.id)[0].title: one.sent_at or one.created_at
        for one in reversed(corrections)
    }


CHANGED, GONE = "cambiata sul sito", "la pagina non si legge più"  # since the message left
PUT_RIGHT = "già corretta"
SENDING, STOPPED, TO_REOPEN = "in invio", "fermati", "da riaprire"
BETWEEN = "a scaglioni, continua da solo"
TO_RESUME, SENT, LINES = "da riprendere", "inviati", "righe inviate"
LISTS: Mapping[str, Callable[[Settings, Session, datetime], list[str]]] = {
    SENDING: _to_stop,
    STOPPED: _with(BulletinStatus.stopped),
    TO_REOPEN: _to_reopen,
    TO_RESUME: _to_resume,
    SENT: _with(BulletinStatus.sent, BulletinStatus.stopped),
    LINES: _lines,
}


NOTHING_LISTED: Mapping[str, str] = {
    SENDING: "Adesso non c'è nessun invio in corso da fermare. Ciò che è approvato e non è ancora partito si "
    "ritira con «riapri».",
    STOPPED: "Adesso nessun invio è fermo: non c'è niente da chiudere.",
    TO_REOPEN: "Adesso non c'è niente di approvato, rinviato o scartato che possa tornare.",
    TO_RESUME: "Adesso non c'è niente da riprendere. Un invio fermato e poi corretto, o fermo da troppo "
    "tempo, non riparte: a chi non ha ricevuto niente il testo giusto lo manda «correggi», con la casella "
    "«L'invio è fermato»; di una riga già corretta bene, con lo stesso testo.",
    SENT: "Negli ultimi 30 giorni non è partito niente.",
    LINES: "Negli ultimi 30 giorni non è partito niente: non c'è niente da correggere.",
}
"""What stands beside a list with nothing in it."""


def numbers(chosen: str) -> tuple[int, int]:
    """The bulletin and the line (1 where none is named) of a list's entry; (0, 1) for `ELSE`."""
    bulletin, *rest = chosen.split(SEPARATOR)
    line = re.match(r"(?:notizia|riga) (\d+)\b", rest[0], re.ASCII) if rest else None
    return (int(bulletin) if bulletin.strip().isdecimal() else 0), int(line[1]) if line else 1


def refresh(settings: Settings, engine: Engine, *, now: datetime) -> None:
    """As `store`; whatever hinders it costs nothing else, the next round of `sorveglia` does it."""
    try:
        store(settings, engine, now=now)
    except Exception as exc:  # noqa: BLE001  a list that is old must not cost the send that changed it
        log.warning("the lists of the start forms were not brought up to date: %s", type(exc).__name__)


@contextmanager
def beside(settings: Settings, engine: Engine, *, now: datetime) -> Iterator[Callable[[], Future[None]]]:
    """`refresh`, to be begun once within: in a thread, which has ended when the block has."""
    with ThreadPoolExecutor(1) as pool:
        # with what Prefect keeps for this run: a thread has a context of its own
        yield lambda: pool.submit(copy_context().run, refresh, settings, engine, now=now)


def store(settings: Settings, engine: Engine, *, now: datetime) -> None:
    """Store every start form again whose list is another one by now.

    Read once more after that: a slower process with an older look may have stored last, and the later of the
    two sees it. One list that cannot be made costs no other. Raises whatever went wrong, at the end.
    """
    before: dict[str, list[str]] = {}
    for _ in range(ROUNDS):
        found, errors = lists(settings, engine, now)
        if found != before:
            with get_client(sync_client=True) as client:
                _store(client, settings, found)
        if errors:
            raise ExceptionGroup("not every list of the start forms could be made", errors)
        if found == before:
            return
        before = found


def lists(settings: Settings, engine: Engine, now: datetime) -> tuple[dict[str, list[str]], list[Exception]]:
    """Each as it is by now, and why others could not be made."""
    found: dict[str, list[str]] = {}
    errors: list[Exception] = []
    for name, make in LISTS.items():
        try:
            with reading(engine) as session:
                found[name] = [*make(settings, session, now), ELSE]
        except Exception as exc:  # noqa: BLE001  told by who asks, after the others
            errors.append(exc)
    return found, errors


def means(entry: str, bulletin: Bulletin) -> bool:
    """Whether an entry that was listed some time ago names this bulletin: numbers are given out again by a
    database that was restored. A bare number names any. Nor does one that says what was decided and is so no
    more: who re-opens what was discarded must not take back what a colleague has approved since.
    """
    _, *words = entry.split(SEPARATOR)
    if not words:
        return True
    is_as_then = words[0] not in DECIDED.values() or DECIDED.get(bulletin.status) == words[0]
    return named(bulletin) in [words[0].partition(OF)[2], *words] and is_as_then


def _store(client: SyncPrefectClient, settings: Settings, lists: Mapping[str, list[str]]) -> None:
    ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[settings.profile.slug]))
    for deployment in client.read_deployments(deployment_filter=ours, limit=AT_ONCE):
        stored = deployment.parameter_openapi_schema or {}
        schema = without_who(stored) if "properties" in stored and settings.signs_in else stored
        fields = [
            (field, lists[field[LIST]])
            for field in schema.get("properties", {}).values()
            if field.get(LIST) in lists
        ]
        listed = [
            {"enum": entries, "description": NOTHING_LISTED[field[LIST]] if entries == [ELSE] else ""}
            for field, entries in fields
        ]
        old = [
            {"enum": field.get("enum"), "description": field.get("description", "")} for field, _ in fields
        ]
        if schema != stored or old != listed:
            for (field, _), lasting in zip(fields, listed, strict=True):
                field.update(lasting)
            client.update_deployment(deployment.id, DeploymentUpdate(parameter_openapi_schema=schema))
