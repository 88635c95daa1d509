"""Editors' one-time codes: which were used, which were wrong. Whether a code is right is judged elsewhere."""

from datetime import datetime

from sqlmodel import Session, col, select

from db.engine import alone
from db.errors import StoreError
from db.models import UsedCode, WrongCode


def hold(session: Session, editor: str) -> None:
    """Until this transaction ends no other one judges a code of this editor."""
    alone(session, f"codes of {editor}")


def used_steps(session: Session, editor: str, first: int, last: int) -> set[int]:
    """Between two steps, both included: those that led to a decision, and those refused as of another moment.

    A code that came too early must not become right by waiting.
    """
    used = select(UsedCode.step).where(UsedCode.editor == editor, col(UsedCode.step).between(first, last))
    refused = select(WrongCode.step).where(
        WrongCode.editor == editor, col(WrongCode.step).between(first, last)
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
    session: Session, editor: str, *, step: int, code_hash: str, at: datetime, bulletin_id: int
) -> None:
    """In the transaction of the decision that it proves; StoreError when it was used before."""
    hold(session, editor)
    if step in used_steps(session, editor, step, step):
        raise StoreError(f"the code of {editor} at step {step} was used before")
    session.add(UsedCode(editor=editor, step=step, code_hash=code_hash, at=at, bulletin_id=bulletin_id))
    session.flush()
