"""The Italian word for each status of a bulletin."""

from db.models import BulletinStatus

STATUS = {
    BulletinStatus.draft: "in bozza",
    BulletinStatus.in_review: "da approvare",
    BulletinStatus.approved: "approvato",
    BulletinStatus.sending: "in invio",
    BulletinStatus.stopped: "invio fermato",
    BulletinStatus.sent: "inviato",
    BulletinStatus.rejected: "scartato",
    BulletinStatus.merged: "rinviato al prossimo",
    BulletinStatus.superseded: "sostituito",
    BulletinStatus.expired: "non approvato in tempo",
    BulletinStatus.missed: "non inviato in tempo",
}
