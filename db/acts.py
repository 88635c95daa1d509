"""What persons did in their own name besides approving; whether they may is judged elsewhere."""

from datetime import datetime

from sqlmodel import Session, col, select

from db.models import Act

RESUME = "riprendi"
IN_PARTS = "a parti"  # the same, each day as many as the provider allows
REOPEN = "riapri"
EDIT_TEMPLATE = "modelli"


def called(verb: str) -> str:
    """As editors read it: one is stored under an older word."""
    return "a scaglioni" if verb == IN_PARTS else verb


def add(
    session: Session,
    verb: str,
    *,
    name: str,
    at: datetime,
    words: str,
    bulletin_id: int | None,
    code_hash: str | None,
    by_operator: bool,
) -> Act:
    """In the transaction of what was done."""
    act = Act(
        verb=verb,
        name=name,
        at=at,
        words=words,
        bulletin_id=bulletin_id,
        code_hash=code_hash,
        by_operator=by_operator,
    )
    session.add(act)
    session.flush()
    return act


def of(session: Session, bulletin_id: int) -> list[Act]:
    """In their order."""
    query = select(Act).where(Act.bulletin_id == bulletin_id)
    return list(session.exec(query.order_by(col(Act.id))))


def since(session: Session, verb: str, at: datetime) -> list[Act]:
    """Those of one verb after a moment, in their order."""
    query = select(Act).where(Act.verb == verb, col(Act.at) > at)
    return list(session.exec(query.order_by(col(Act.id))))
