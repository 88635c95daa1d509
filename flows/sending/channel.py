"""By which way a bulletin leaves: the Cloud API, or a person's hands."""

from sqlmodel import Session

from db import handovers, told_news
from db.models import Bulletin, BulletinKind, HandoverKind
from db.recipients import PUT_RIGHT
from flows.settings import Settings

CLOUD = "cloud"


def by_hand(settings: Settings, session: Session, bulletin: Bulletin) -> HandoverKind | None:
    """How a person sends it; None for the Cloud API.

    What has begun to leave goes on the same way. A correction or an all-clear goes the way of what it puts
    right: who read that in a channel is on no list.
    """
    begun = handovers.of(session, bulletin.id)
    if begun is not None:
        return begun.kind
    if bulletin.kind in PUT_RIGHT:
        kinds = [handover.kind for original in told_news.of(session, bulletin.id)
                 if (handover := handovers.of(session, original))]  # fmt: skip
        return kinds[0] if kinds else None
    channel = settings.profile.channel
    way = channel.ordinary if bulletin.kind == BulletinKind.ordinary else channel.alerts
    return None if way == CLOUD else HandoverKind(way)
