"""Whether there is something for the loops of a Comune to do, now or soon."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine

from db import claims, erasure, inbound
from db.engine import reading

SOON = timedelta(seconds=60)  # an answer that is due within waits with its loop: the next look may be as late


def is_due(engine: Engine, later: Mapping[int, datetime], *, now: datetime) -> bool:
    """`later`: from when on what could not be handled is due again."""
    with reading(engine) as session:
        if inbound.is_waiting(session):
            return True
        if any(later.get(one.id, now) <= now for one in inbound.failed(session)):
            return True
        rest = claims.rest(session, None, now=now)
        if rest.claimed or rest.due or (rest.due_at and rest.due_at <= now + SOON):
            return True
        return bool(erasure.asked(session))
