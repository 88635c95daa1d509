"""The sheet for the notice boards, mailed to who hangs it up as soon as a bulletin is approved.

The sheet's own page opens when the first message leaves: nothing is public before. The letter brings the
sheet as a file, and the text itself, so that it can be printed and hung up by then.
"""

from datetime import datetime, timedelta

from sqlmodel import Session

from db import bulletins, mail_outbox
from db.mail_outbox import SHEET
from db.models import Bulletin, LetterStatus
from flows.bulletin.language.dates import giorno_ora
from flows.bulletin.message.exact import Message
from flows.bulletin.status import named
from flows.letters.briefing import TOLD_WITHIN
from flows.letters.receipts import LEFT
from flows.sending.seal import message_of
from flows.settings import Settings
from flows.staff.mail import tell
from flows.staff.rota import Addressee
from flows.web.pages import forms

TAKEN_BACK = "foglio_ritirato"
USEFUL = timedelta(days=1)  # after the send: then the sheet is old news


def mail_sheet(settings: Settings, session: Session, bulletin: Bulletin, *, now: datetime) -> None:
    """Queue the approved text to every place of the profile, once for each approval."""
    places = [Addressee(name, email) for name, email in settings.profile.notice_boards.items()]
    if bulletin.status not in LEFT:
        _take_back(settings, session, bulletin, now)
        return
    sealed = bulletins.approved(session, bulletin.id)
    if not places or sealed is None:
        return
    approval, version = sealed
    if now - approval.decided_at > TOLD_WITHIN:
        return
    message = message_of(settings, bulletin, bulletins.items(session, version), approval.decided_at)
    leaves = bulletins.send_at(session, bulletin)
    tell(
        settings,
        session,
        SHEET,
        places,
        {
            "bollettino": named(bulletin),
            "quando": giorno_ora(leaves),
            "testi": _plain(message),
            "foglio": f"{settings.profile.servers.public}/b/{bulletin.code}/foglio",
        },
        sheet=forms.sheet(settings, message, stylesheet=""),
        about=f"bulletin {bulletin.id} version {version.number}",
        bulletin_id=bulletin.id,
        until=max(leaves, now) + USEFUL,
        now=now,
    )


def _take_back(settings: Settings, session: Session, bulletin: Bulletin, now: datetime) -> None:
    """It does not leave as it was approved: who has its sheet is told, who waits for it gets none."""
    mail_outbox.take_back(session, bulletin.id, SHEET, now=now)
    for letter in mail_outbox.of_bulletin(session, bulletin.id, [SHEET]):
        if letter.status == LetterStatus.sent and now - letter.created_at <= TOLD_WITHIN:
            tell(
                settings,
                session,
                TAKEN_BACK,
                [Addressee(letter.editor, letter.address)],
                {"bollettino": named(bulletin)},
                about=letter.about,
                bulletin_id=bulletin.id,
                until=now + USEFUL,
                now=now,
            )


def _plain(message: Message) -> str:
    """The texts as a mail shows them, numbered; a fixed text without WhatsApp's asterisks."""
    if not message.day:
        return message.texts[0].replace("*", "")
    return "\n\n".join(f"{position}. {text}" for position, text in enumerate(message.texts, start=1))
