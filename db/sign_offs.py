"""What the editors said of a bulletin's versions, in order; what follows from it is ruled elsewhere."""

from datetime import datetime

from sqlmodel import Session, col, select

from db.models import Said, SignOff


def of(session: Session, bulletin_id: int) -> list[SignOff]:
    """In the order of the versions."""
    rows = session.exec(
        select(SignOff).where(SignOff.bulletin_id == bulletin_id).order_by(col(SignOff.version_number))
    )
    return list(rows)


def add(
    session: Session,
    bulletin_id: int,
    version_number: int,
    *,
    editor: str,
    name: str,
    said: Said,
    at: datetime,
    seal: str = "",
    source: str = "",
    overridden: tuple[str, ...] = (),
    code_hash: str | None = None,
) -> SignOff:
    """One a version. `code_hash`: of the editor's one-time code, where one was asked for."""
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
    session.add(row)
    session.flush()
    return row
