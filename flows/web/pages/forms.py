"""A public bulletin for other hands than a phone: the sheet to print, and the text to paste or to send."""

from dataclasses import replace

from sqlmodel import Session

from db import bulletins, privacy
from flows.bulletin.message.board import Board, notice_board
from flows.bulletin.message.exact import Message
from flows.bulletin.message.paste import assisted
from flows.bulletin.message.sms import sms
from flows.sending.seal import message_of
from flows.settings import Settings
from flows.web.ground import texts
from flows.web.ground.texts import below
from flows.web.pages.bulletin import BulletinPage, public, removed_item, removed_whole

STYLESHEET = "/foglio.css"


def removed(settings: Settings, session: Session, code: str) -> str | None:
    """What stands instead of a public bulletin that is hidden as a whole; None for every other."""
    bulletin = public(session, code)
    since = privacy.of(session, bulletin.id).whole if bulletin else None
    return removed_whole(settings, since) if since else None


def sealed(settings: Settings, session: Session, code: str) -> Message | None:
    """What was approved, once its messages have begun to leave; None for every other.

    An item that is hidden since gives way to the sentence that says so.
    """
    bulletin = public(session, code)
    approved = bulletins.approved(session, bulletin.id) if bulletin else None
    if bulletin is None or approved is None:
        return None
    hidden = privacy.of(session, bulletin.id)
    if hidden.whole:
        return None
    approval, version = approved
    message = message_of(settings, bulletin, bulletins.items(session, version), approval.decided_at)
    values = list(message.parameters)
    for position, since in hidden.items.items():
        values[position - 1] = removed_item(settings, since)
    return replace(message, parameters=tuple(values))


def sheet(
    settings: Settings, message: Message, page: BulletinPage | None = None, *, stylesheet: str = STYLESHEET
) -> str:
    """One A4 page, as HTML; with "" for `stylesheet` it needs nothing else, as a file does.

    `page`: what it says was put right, changed or over since, every other form says, too.
    """
    words = settings.words
    return notice_board(
        message,
        Board(
            title=message.frame.header,
            comune=words["comune"],
            address=_address(settings, message),
            subscribe=texts.page_text(settings, "foglio_iscriviti"),
            contact=f"{words['telefono']} ({words['orari']})",
            emergency=words["emergenza"],
            warning=texts.page_text(settings, "avviso_prova") if settings.profile.prova else "",
            notices=page.notices if page else (),
        ),
        stylesheet=f"{below(settings)}{stylesheet}" if stylesheet else "",
    )


def text(settings: Settings, message: Message, page: BulletinPage) -> str:
    """To paste into a broadcast list or a WhatsApp channel."""
    return assisted(message, _address(settings, message), page.notices)


def short(settings: Settings, message: Message, page: BulletinPage) -> str:
    """For one SMS: there is no room for what is wrong by now beside what is right."""
    sender = f"{settings.profile.prova}{settings.words['comune']}"
    lines = [page.short_notice] if page.short_notice else message.texts
    return sms(sender, lines, _address(settings, message))


def _address(settings: Settings, message: Message) -> str:
    return f"{settings.words['url_pagine']}/b/{message.button_suffix}"
