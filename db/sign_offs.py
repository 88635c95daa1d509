"""What the editors said of a bulletin's versions, in order, and their one-time codes: used or wrong.

What follows from it, and whether a code is right, is ruled elsewhere.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from db import signatures
from db.engine import StoreError, alone
from db.models import SignOff, SignOffWord, UsedCode, WrongCode
from db.vault import Vault


def of(session: Session, bulletin_id: int) -> list[SignOff]:
    """In the order of the versions."""
    rows = session.exec(
        select(SignOff).where(SignOff.bulletin_id == bulletin_id).order_by(col(SignOff.version_number))
    )
    return list(rows)


def genuine(session: Session, vault: Vault, bulletin_id: int) -> list[SignOff]:
    """In the order of the versions, without approvals that nobody with the keys wrote."""
    rows = of(session, bulletin_id)
    return [row for row in rows if row.said != SignOffWord.approve or signatures.is_genuine(vault, row)]


def add(
    session: Session,
    bulletin_id: int,
    version_number: int,
    *,
    editor: str,
    name: str,
    said: SignOffWord,
    at: datetime,
    seal: str = "",
    source: str = "",
    overridden: tuple[str, ...] = (),
    code_hash: str | None = None,
    vault: Vault | None = None,
) -> SignOff:
    """One a version. `code_hash`: of the editor's one-time code, where one was asked for.

    An approval counts only with the keyed hash that the `vault` makes; other words need none.
    """
    row = SignOff(
        bulletin_id=bulletin_id,
        version_number=version_number,
        editor=editor,
        name=name,
        said=said,
        at=at,
        seal=seal,
        source=source,
        overridden="\n".join(overridden),
        code_hash=code_hash,
    )
    row.mac = signatures.mac_of(vault, row) if vault else None
    session.add(row)
    session.flush()
    return row


OF_ACTS = "/acts"  # no editor's id has a slash


def counted(editor: str, *, approves: bool) -> str:
    """Under whose name a wrong code is stored: those of forms that approve, and those of other acts, count
    apart. Whoever locks an editor out of the one has not locked them out of the other.
    """
    return editor if approves else editor + OF_ACTS


def hold(session: Session, editor: str) -> None:
    """Until this transaction ends no other one judges a code of this editor."""
    alone(session, f"codes of {editor}")


def used_steps(session: Session, editor: str, first: int, last: int) -> set[int]:
    """Between two steps, both included: those that led to a decision, and those refused as of another moment.

    A code that came too early must not become right by waiting.
    """
    used = select(UsedCode.step).where(UsedCode.editor == editor, col(UsedCode.step).between(first, last))
    refused = select(WrongCode.step).where(
        col(WrongCode.editor).in_([editor, editor + OF_ACTS]), col(WrongCode.step).between(first, last)
    )
    return {step for query in (used, refused) for step in session.exec(query) if step is not None}


def wrong_between(session: Session, editor: str, first: datetime, last: datetime) -> list[datetime]:
    """When this editor's codes were wrong, from `first` to `last`, oldest first."""
    rows = session.exec(
        select(WrongCode.at)
        .where(WrongCode.editor == editor, col(WrongCode.at).between(first, last))
        .order_by(col(WrongCode.at), col(WrongCode.id))
    )
    return list(rows)


def add_wrong(session: Session, editor: str, *, at: datetime, step: int | None) -> None:
    session.add(WrongCode(editor=editor, at=at, step=step))
    session.flush()


def add_used(
    session: Session, editor: str, *, step: int, code_hash: str, at: datetime, bulletin_id: int | None
) -> None:
    """In the transaction of the decision that it proves; StoreError when it was used before."""
    hold(session, editor)
    if step in used_steps(session, editor, step, step):
        raise StoreError(f"the code of {editor} at step {step} was used before")
    session.add(UsedCode(editor=editor, step=step, code_hash=code_hash, at=at, bulletin_id=bulletin_id))
    session.flush()


def used_by(session: Session, bulletin_id: int, code_hash: str) -> UsedCode | None:
    """The code with this hash that was used up by a decision on this bulletin."""
    query = select(UsedCode).where(UsedCode.bulletin_id == bulletin_id, UsedCode.code_hash == code_hash)
    return session.exec(query).first()


def led_to(session: Session, bulletin_id: int, code_hash: str) -> bool:
    """Whether a code with this hash was used up by a decision on this bulletin."""
    return used_by(session, bulletin_id, code_hash) is not None
