"""A restore re-enrols nobody: what the journal knows and the database does not is done again."""

import logging
from datetime import datetime

from sqlalchemy import Engine

from db.engine import transaction
from flows.settings import Settings

log = logging.getLogger(__name__)


def replay(settings: Settings, engine: Engine, *, now: datetime) -> int:
    """Before anything is sent. Returns how many people had left, narrowed or been erased since the backup."""
    with transaction(engine) as session:
        done = settings.ledger().replay(session, now=now)
    if done:
        log.warning("a backup was restored: %d people had left, and do so again", done)
    return done
