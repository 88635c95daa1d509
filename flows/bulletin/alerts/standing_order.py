"""Whether an urgent bulletin may leave by a standing order of the Comune, when nobody answered."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from db.models import Bulletin, BulletinKind, BulletinStatus, BulletinVersion, Level
from flows.bulletin.alerts.statements import Span
from flows.bulletin.alerts.text import ALERT
from flows.bulletin.alerts.urgent import AUTHOR, Quiet


class Order(Protocol):
    """As the profile holds it."""

    @property
    def levels(self) -> Collection[Level]: ...
    @property
    def minutes(self) -> int: ...
    def in_force(self, now: datetime) -> bool: ...


def standing_order_due(
    bulletin: Bulletin,
    versions: Sequence[BulletinVersion],
    spans: Sequence[Span],
    order: Order | None,
    quiet: Quiet,
    now: datetime,
) -> bool:
    """Whether it goes now without an editor.

    Never news, an editor's own notice, a text that a person touched, or one that nobody had the order's
    minutes to read; never what no longer holds, nor in quiet hours what can wait for their end.

    Args:
        versions: all of the bulletin's.
        spans: what its text tells and still holds now.
    """
    if order is None or not order.in_force(now) or not versions:
        return False
    if bulletin.kind != BulletinKind.urgent or bulletin.template != ALERT:
        return False
    if bulletin.status not in (BulletinStatus.draft, BulletinStatus.in_review):
        return False
    if any(version.author != AUTHOR for version in versions):
        return False
    covered = [span for span in spans if span.row.level in order.levels]
    worst = max((span.row.level.rank for span in spans), default=0)
    if not covered or worst > max(level.rank for level in order.levels):
        return False
    waited = now - max(version.created_at for version in versions)
    if waited < timedelta(minutes=order.minutes):
        return False
    return quiet.wait(now, min(span.onset for span in covered)) <= now
