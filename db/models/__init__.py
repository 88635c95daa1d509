"""Every table of a Comune's installation, one screen each, with the statuses and the moves they allow.

Table classes of SQLModel do not validate what they are given: outside data becomes a frozen dataclass
first. An `id` is None until the row is flushed. Columns are grouped "from outside" / "ours". Nothing
here is ever logged: `*_sealed` columns hold ciphertext, `*_hash` columns keyed hashes (`db.vault`).
"""

from db.models.accounts import (
    Account,
    AccountLink,
    DoorAct,
    FailedSignIn,
    RecoveryCode,
    SignIn,
    SignInProof,
)
from db.models.alerts import (
    ClearedAlert,
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
    PUBLIC,
    TURNED_DOWN,
    WAITING,
    Approval,
    Bulletin,
    BulletinItem,
    BulletinKind,
    BulletinOriginal,
    BulletinStatus,
    BulletinVersion,
    Decision,
    Redaction,
    Summary,
)
from db.models.deliveries import (
    DELIVERY_TRANSITIONS,
    AccountWord,
    Attempt,
    Delivery,
    DeliveryStatus,
    InboundEvent,
    Outcome,
    Receipt,
    Tally,
    Template,
)
from db.models.editors import (
    Absence,
    Act,
    Call,
    CallChannel,
    CallStatus,
    Closure,
    Letter,
    LetterStatus,
    SignOff,
    SignOffWord,
    UsedCode,
    WrongCode,
)
from db.models.recipients import (
    RECIPIENT_TRANSITIONS,
    AccessEvent,
    Canary,
    Consent,
    ConsentEvent,
    NumberChange,
    Recipient,
    RecipientStatus,
    Scope,
)
from db.models.sending import Declaration, DispatchStart, Handover, HandoverKind, Sample, Sender, SendRate
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
    "BULLETIN_TRANSITIONS", "DELIVERY_TRANSITIONS", "LIVING", "PUBLIC", "RECIPIENT_TRANSITIONS",
    "TURNED_DOWN", "WAITING",
    "Absence", "AccessEvent", "Account", "AccountLink", "AccountWord", "Act", "Approval", "Attempt",
    "Bulletin", "BulletinItem", "BulletinKind", "BulletinOriginal", "BulletinStatus", "BulletinVersion",
    "Call", "CallChannel", "CallStatus", "Canary", "ClearedAlert", "Closure", "Consent", "ConsentEvent",
    "Decision", "Declaration", "Delivery", "DeliveryStatus", "DispatchStart", "DoorAct", "Edit",
    "FailedSignIn", "Handover", "HandoverKind", "Hazard", "Holds", "InboundEvent", "Letter", "LetterStatus",
    "Level", "NewsItem", "NewsRevision", "NoticeColour", "NoticeKind", "NumberChange", "Origin", "Outcome",
    "Receipt", "Recipient", "RecipientStatus", "RecoveryCode", "Redaction", "Sample", "Scope", "SendRate",
    "Sender", "SignIn", "SignInProof", "SignOff", "SignOffWord", "Source", "SourceKind", "Summary", "Tally",
    "Template", "ToldTogether", "UsedCode", "WeatherAlert", "WeatherNotice", "WrongCode",
]  # fmt: skip
