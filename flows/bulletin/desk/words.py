"""The Italian word for each status of a bulletin, and the tags of its runs."""

from db.models import BulletinKind, BulletinStatus

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

TAGS = {
    BulletinKind.ordinary: "ordinario",
    BulletinKind.urgent: "urgente",
    BulletinKind.correction: "correzione",
    BulletinKind.all_clear: "fine-allerta",
}


def tags(kind: BulletinKind, state: str) -> tuple[str, str]:
    """Of a run about a bulletin, so that a saved filter finds it: `("urgente", "da-approvare")`.

    `state`: the status in words, or what its form waits for.
    """
    return TAGS[kind], state.replace(" ", "-")
