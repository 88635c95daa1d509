"""A public bulletin for other hands than a phone: the sheet to print, and the text to paste or to send."""

from dataclasses import replace

from sqlmodel import Session

from db import bulletins, privacy
from db.models import PUBLIC
from flows.bulletin.message.board import Board, notice_board
from flows.bulletin.message.exact import Message, compile_message, frame_name
from flows.bulletin.message.paste import assisted
from flows.bulletin.message.sms import sms
from flows.settings import Settings
from flows.web.common import texts
from flows.web.common.texts import below
from flows.web.pages.bulletin import Page, removed_item, removed_whole

STYLESHEET = "/foglio.css"


def removed(session: Session, settings: Settings, code: str) -> str | None:
    """What stands instead of a public bulletin that is hidden as a whole; None for every other."""
    bulletin = bulletins.by_code(session, code)
    if bulletin is None or bulletin.status not in PUBLIC:
        return None
    since = privacy.of(session, bulletin.id).whole
    return removed_whole(settings, since) if since else None


def sealed(session: Session, settings: Settings, code: str) -> Message | None:
    """What was approved, once its messages have begun to leave; None for every other.

    An item that is hidden since gives way to the sentence that says so.
    """
    bulletin = bulletins.by_code(session, code)
    if bulletin is None or bulletin.status not in PUBLIC:
        return None
    found = bulletins.approved(session, bulletin.id)
    if found is None:
        return None
    approval, version = found
    items = bulletins.items(session, version)
    hidden = privacy.of(session, bulletin.id)
    if hidden.whole:
        return None
    message = compile_message(
        items,
        settings.frame(frame_name(bulletin, items)),
        dated=bulletin.slot_at or approval.decided_at,
        code=bulletin.code,
        language=settings.profile.whatsapp.language,
    )
    values = list(message.parameters)
    for position, since in hidden.items.items():
        values[position - 1] = removed_item(settings, since)
    return replace(message, parameters=tuple(values))


def sheet(
    settings: Settings, message: Message, page: Page | None = None, *, stylesheet: str = STYLESHEET
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


def text(settings: Settings, message: Message, page: Page) -> str:
    """To paste into a broadcast list or a WhatsApp channel."""
    return assisted(message, _address(settings, message), page.notices)


def short(settings: Settings, message: Message, page: Page) -> str:
    """For one SMS: there is no room for what is wrong by now beside what is right."""
    sender = f"{settings.profile.prova}{settings.words['comune']}"
    told = [page.short_notice] if page.short_notice else message.texts
    return sms(sender, told, _address(settings, message))


def _address(settings: Settings, message: Message) -> str:
    return f"{settings.words['url_pagine']}/b/{message.button_suffix}"
