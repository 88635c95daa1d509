"""Whether there is something for the loops of a Comune to do, now or later."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine

from db import claims, erasure, inbound
from db.engine import reading

SOON = timedelta(seconds=60)  # an answer that is due within waits with its loop: the next look may be as late


def next_due(engine: Engine, later: Mapping[int, datetime], *, now: datetime) -> datetime | None:
    """From when on the loops have something to do, `now` or earlier if at once; None: of nothing is known.

    `later`: from when on what could not be handled is due again.
    """
    with reading(engine) as session:
        if inbound.is_waiting(session):
            return now
        answers = claims.rest(session, None, now=now)
        if answers.claimed or answers.due or erasure.asked(session):
            return now
        again = [later.get(one.id, now) for one in inbound.failed(session)]
        return min([*again, *([answers.due_at - SOON] if answers.due_at else [])], default=None)
