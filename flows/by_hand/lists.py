"""A bulletin in an operator's hands: which lists wait, who is on them at this moment, what was said of them.

Each function is one transaction that holds the bulletin's row, so that the watch, two windows and a person
who says stop never write at the same time. A confirmed checklist is read by the names of its fields.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from db import bulletins, handovers, privacy, recipients
from db.engine import transaction
from db.handovers import Member
from db.models import Bulletin, BulletinKind, BulletinStatus, DeliveryStatus, Handover, HandoverKind
from db.vault import VaultError
from flows.by_hand import files
from flows.by_hand.files import Line, table, vcard
from flows.sending.outbox import skipped
from flows.settings import Settings

RECORD = "Registra le caselle spuntate, il resto dopo"
LAST = "Ho finito: quello che non è spuntato non parte"


@dataclass(frozen=True)
class Answer:
    """`is_last` is None for a decision that is not on the list."""

    who: str
    note: str
    ticked: tuple[int, ...]  # numbers of lists, rising
    is_last: bool | None


def read(values: Mapping[str, Any]) -> Answer:
    """From the form's values as Prefect keeps them; a field that is missing was not filled in."""
    boxes = ((re.fullmatch(r"lista_(\d{1,6})", name), value) for name, value in values.items())
    return Answer(
        who=_typed(values.get("chi")),
        note=_typed(values.get("nota")),
        ticked=tuple(sorted(int(match[1]) for match, value in boxes if match and value is True)),
        is_last={RECORD: False, LAST: True}.get(_typed(values.get("decisione"))),
    )


def _typed(value: object) -> str:
    """As text; without NUL, which no text of PostgreSQL holds."""
    return "" if value is None else str(value).replace("\x00", "").strip()


TEXT = "testo.txt"
BY = "invio a mano"
OPEN = (BulletinStatus.sending, BulletinStatus.stopped)  # what was sent before a stop was sent


@dataclass(frozen=True)
class Lists:
    """What waits: of each open list its number and how many numbers it has."""

    kind: HandoverKind
    total: int  # lists in all, the finished ones too
    open: dict[int, int]
    unread: int = 0  # people whose own message is not handled yet: look again in a moment


def hand_out(
    settings: Settings, engine: Engine, bulletin_id: int, *, text: str, now: datetime
) -> Lists | None:
    """Leave out who left, and bring the files up to date; None when nothing is in anybody's hands (any more).

    `text`: to paste, as it was sealed. Who took part in a list that was not declared yet, and has left since,
    is skipped here: a list is only as old as the last look.
    """
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        handover = handovers.of(session, bulletin_id)
        if handover is None or bulletin.status != BulletinStatus.sending:
            files.remove(settings, bulletin_id)
            return None
        waiting = handovers.waiting(session, bulletin_id)
        total = handovers.total(session, bulletin_id)
        if handover.kind == HandoverKind.channel:
            _write(settings, session, bulletin_id, {TEXT: text} if waiting else {}, people=0, now=now)
            return Lists(handover.kind, total, {1: 1} if waiting else {})
        staying, unread = _keep_away(session, bulletin.kind, waiting, now)
        lines = _open(settings, session, staying, now)
        wanted = {TEXT: text} if lines else {}
        for list_number, members in lines.items():
            stem = f"lista-{list_number:0{len(str(total))}}-di-{total}"
            wanted |= {f"{stem}.vcf": vcard(members), f"{stem}.csv": table(members)}
        people = sum(map(len, lines.values()))
        _write(settings, session, bulletin_id, wanted, people=people, now=now)
        open_lists = {list_number: len(members) for list_number, members in lines.items()}
        return Lists(handover.kind, total, open_lists, unread)


def _keep_away(
    session: Session, kind: BulletinKind, waiting: Sequence[Member], now: datetime
) -> tuple[list[Member], int]:
    """Skip who left or wants less, and whose word stays unread; who is on the lists now, and how many to look
    at again.
    """
    unread = handovers.unread_since(session, waiting)
    by_reason = skipped(kind, waiting, unread, now)
    for reason, ids in by_reason.items():
        handovers.settle(session, ids, DeliveryStatus.skipped, reason=reason, now=now)
    away = set().union(*by_reason.values())
    return [member for member in waiting if member.delivery_id not in away], len(unread.keys() - away)


def _open(
    settings: Settings, session: Session, staying: Sequence[Member], now: datetime
) -> dict[int, list[Line]]:
    """The lines of each list. Who cannot be reached by a number fails alone."""
    vault = settings.vault()
    lines: dict[int, list[Line]] = defaultdict(list)
    bad: dict[str, list[int]] = defaultdict(list)
    for member in staying:
        try:
            phone = recipients.open_address(vault, member).phone
        except VaultError:
            bad["unreadable_address"].append(member.delivery_id)
            continue
        if phone is None:
            bad["no_phone"].append(member.delivery_id)
        else:
            lines[member.list_number].append(Line(member.recipient_id, phone))
    for reason, numbers in bad.items():
        handovers.settle(session, numbers, DeliveryStatus.failed, reason=reason, now=now)
    return dict(lines)


def _write(
    settings: Settings,
    session: Session,
    bulletin_id: int,
    wanted: dict[str, str],
    *,
    people: int,
    now: datetime,
) -> None:
    if not wanted:
        files.remove(settings, bulletin_id)
    elif files.differ(settings, bulletin_id, wanted):
        if people:
            privacy.note(
                session, by=BY, command=f"liste del bollettino {bulletin_id}", people=people, now=now
            )
        files.write(settings, bulletin_id, wanted)


def record(
    settings: Settings,
    engine: Engine,
    bulletin_id: int,
    answer: Answer,
    *,
    answers: tuple[str, int],
    at: datetime,
    refused: str = "",
    prove: Callable[[Session, str], object] = lambda _session, _words: None,
) -> None:
    """Store what a person said of the lists, once for each confirmed form (`answers`: its run and round).

    `refused`: why it counts for nothing. `prove` uses up what proves the person, in the same transaction.
    Also of a send that was stopped meanwhile: what was sent was sent. Who left since the list was handed out
    got it all the same, and is declared with it.
    """
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        declarations = handovers.declarations(session, bulletin_id)
        if answers in {(row.run_id, row.answered_round) for row in declarations}:
            return
        is_open = bulletin.status in OPEN
        is_known = answer.who in {editor.name for editor in settings.profile.editors}
        people, remark, ticked = 0, "", answer.ticked
        if refused:
            remark, ticked = refused, ()
        elif not is_known or answer.is_last is None:
            remark, ticked = "Scegli che cosa vuoi fare e il tuo nome dagli elenchi.", ()
        elif not is_open:
            remark = "L'invio era già chiuso: i conti non sono cambiati."
        else:
            waiting = handovers.waiting(session, bulletin_id)
            sent = [member.delivery_id for member in waiting if member.list_number in ticked]
            reason = "by_channel" if _kind(session, bulletin_id) == HandoverKind.channel else "by_list"
            people = handovers.settle(session, sent, DeliveryStatus.declared, reason=reason, now=at)
            if answer.is_last:
                rest = {member.delivery_id for member in waiting} - set(sent)
                left = handovers.settle(
                    session, rest, DeliveryStatus.skipped, reason="not_handed_out", now=at
                )
                remark = f"Chiuso da {answer.who}: non ricevono niente in {left}." if left else ""
            elif not ticked:
                remark = "Nessuna casella spuntata: non è cambiato niente."
            if answer.is_last or ticked:
                prove(session, f"Dichiarati {people}." + (" Il resto non parte." if answer.is_last else ""))
        is_last = bool(answer.is_last and is_open and is_known and not refused)
        handovers.declare(
            session,
            bulletin_id,
            by=answer.who,
            at=at,
            lists=ticked,
            people=people,
            is_last=is_last,
            note=answer.note,
            remark=remark,
            answers=answers,
        )


def _kind(session: Session, bulletin_id: int) -> HandoverKind | None:
    handover = handovers.of(session, bulletin_id)
    return handover.kind if handover else None


def finish(settings: Settings, engine: Engine, bulletin_id: int, *, now: datetime) -> bool:
    """Sent, when nobody waits any more; whether it is. Its files go."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        if handovers.of(session, bulletin_id) is None or handovers.waiting(session, bulletin_id):
            return False
        declarations = handovers.declarations(session, bulletin_id)
        if bulletin.status in OPEN:
            by = declarations[-1].by if declarations else BY
            bulletins.move(session, bulletin, BulletinStatus.sent, by=by, now=now, reason="handed_out")
        files.remove(settings, bulletin_id)
        return True


def stop(settings: Settings, engine: Engine, bulletin_id: int, why: str, *, by: str, now: datetime) -> None:
    """Take a bulletin out of the operator's hands; a person may have it handed out again."""
    with transaction(engine) as session:
        bulletin = bulletins.locked(session, bulletin_id)
        if bulletin.status == BulletinStatus.sending:
            bulletins.move(session, bulletin, BulletinStatus.stopped, by=by, now=now, reason=why)
        files.remove(settings, bulletin_id)


def in_hand(session: Session, bulletin: Bulletin) -> Handover | None:
    """The handover of a bulletin that is being sent by hand at this moment."""
    return handovers.of(session, bulletin.id) if bulletin.status == BulletinStatus.sending else None
