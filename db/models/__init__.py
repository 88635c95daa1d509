"""Every table of a Comune's installation, one screen each, with the statuses and the moves they allow.

Table classes of SQLModel do not validate what they are given: outside data becomes a frozen dataclass
first. An `id` is None until the row is flushed. Columns are grouped "from outside" / "ours". Nothing
here is ever logged: `*_sealed` columns hold ciphertext, `*_hash` columns keyed hashes (`db.vault`).
"""

from db.models.alerts import (
    Hazard,
    Level,
    NoticeColour,
    NoticeKind,
    ToldTogether,
    WeatherAlert,
    WeatherNotice,
)
from db.models.bulletins import (
    BULLETIN_TRANSITIONS,
    LIVING,
    Approval,
    Bulletin,
    BulletinItem,
    BulletinKind,
    BulletinOriginal,
    BulletinStatus,
    BulletinVersion,
    Decision,
    Summary,
)
from db.models.deliveries import (
    DELIVERY_TRANSITIONS,
    Attempt,
    Delivery,
    DeliveryStatus,
    InboundEvent,
    Outcome,
    Receipt,
    Template,
)
from db.models.desk import Absence, Letter, LetterStatus
from db.models.editors import Said, SignOff, UsedCode, WrongCode
from db.models.recipients import (
    RECIPIENT_TRANSITIONS,
    Consent,
    ConsentEvent,
    Recipient,
    RecipientStatus,
    Scope,
)
from db.models.sources import (
    Edit,
    Holds,
    NewsItem,
    NewsRevision,
    Origin,
    Source,
    SourceKind,
)

__all__ = [
    "BULLETIN_TRANSITIONS",
    "DELIVERY_TRANSITIONS",
    "LIVING",
    "RECIPIENT_TRANSITIONS",
    "Absence",
    "Approval",
    "Attempt",
    "Bulletin",
    "BulletinItem",
    "BulletinKind",
    "BulletinOriginal",
    "BulletinStatus",
    "BulletinVersion",
    "Consent",
    "ConsentEvent",
    "Decision",
    "Delivery",
    "DeliveryStatus",
    "Edit",
    "Hazard",
    "Holds",
    "InboundEvent",
    "Letter",
    "LetterStatus",
    "Level",
    "NewsItem",
    "NewsRevision",
    "NoticeColour",
    "NoticeKind",
    "Origin",
    "Outcome",
    "Receipt",
    "Recipient",
    "RecipientStatus",
    "Said",
    "Scope",
    "SignOff",
    "Source",
    "SourceKind",
    "Summary",
    "Template",
    "ToldTogether",
    "UsedCode",
    "WeatherAlert",
    "WeatherNotice",
    "WrongCode",
]
