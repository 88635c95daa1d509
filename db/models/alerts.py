"""What the issuers of weather alerts state, and what a weather service notes beside them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from db.models.columns import UtcDateTime, by_value


class Level(StrEnum):
    """Levels of an allerta; the order is that of severity."""

    verde = "verde"
    gialla = "gialla"
    arancione = "arancione"
    rossa = "rossa"

    @property
    def rank(self) -> int:
        return list(Level).index(self)


class Hazard(StrEnum):
    idraulico = "idraulico"
    idrogeologico = "idrogeologico"
    temporali = "temporali"
    vento = "vento"  # like neve not in Protezione Civile's bulletin, but in regional ones
    neve = "neve"


class WeatherAlert(SQLModel, table=True):
    """The level of one hazard in one zone on one day, as one bulletin of one issuer gave it.

    `verde` is stored too: it is a statement of the issuer, while a missing row says nothing.
    """

    __table_args__ = (UniqueConstraint("issuer", "sent_at", "zone", "day", "hazard", "onset", "level"),)

    id: int = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    # from outside
    identifier: str  # of the bulletin, e.g. 20260118_1515; "" where it has none, and sent_at is our reading's
    issuer: str
    url: str
    zone: str = Field(index=True)
    issuer_zone: str = ""  # the issuer's own code where it is another: IM-09
    hazard: Hazard = Field(sa_type=by_value(Hazard))
    level: Level = Field(sa_type=by_value(Level))
    day: date
    onset: datetime = Field(sa_type=UtcDateTime)
    expires: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime = Field(sa_type=UtcDateTime)
    hourly: bool = False  # speaks of its hours only; else a newer one takes back all of the day
    # ours
    seen_at: datetime = Field(sa_type=UtcDateTime)
    replaced_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # taken back by reference


class ToldTogether(SQLModel, table=True):
    """A bulletin's item names one alert, the lead; its text of that moment tells these with it.

    Two texts may name one lead and tell different alerts with it.
    """

    lead_id: int = Field(foreign_key="weatheralert.id", primary_key=True)
    told_at: datetime = Field(sa_type=UtcDateTime, primary_key=True)  # as the item has it
    alert_id: int = Field(foreign_key="weatheralert.id", primary_key=True)


class ClearedAlert(SQLModel, table=True):
    """The hours of a stored statement that an all-clear takes back."""

    bulletin_id: int = Field(foreign_key="bulletin.id", primary_key=True)
    alert_id: int = Field(foreign_key="weatheralert.id", primary_key=True)
    onset: datetime = Field(sa_type=UtcDateTime, primary_key=True)
    expires: datetime = Field(sa_type=UtcDateTime)


class NoticeKind(StrEnum):
    vento = "vento"
    neve = "neve"  # and ice
    caldo = "caldo"
    freddo = "freddo"


class NoticeColour(StrEnum):
    giallo = "giallo"
    arancione = "arancione"
    rosso = "rosso"


class WeatherNotice(SQLModel, table=True):
    """An *avviso meteo* of a weather service for a whole region: for the editors, never an allerta.

    A table of its own, so that no question about alerts can ever be answered with one.
    """

    __table_args__ = (UniqueConstraint("source_id", "identifier", "kind", "onset"),)

    id: int = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    # from outside
    identifier: str
    issuer: str
    url: str
    area: str  # IT003
    kind: NoticeKind = Field(sa_type=by_value(NoticeKind))
    colour: NoticeColour = Field(sa_type=by_value(NoticeColour))
    event: str  # the issuer's words
    onset: datetime = Field(sa_type=UtcDateTime)
    expires: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime = Field(sa_type=UtcDateTime)
    # ours
    seen_at: datetime = Field(sa_type=UtcDateTime)
    replaced_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # or no longer in the feed
