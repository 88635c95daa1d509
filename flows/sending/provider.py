"""The profile's provider, ready to be sent to, and what it last said of our templates."""

from typing import get_args

from sqlmodel import Session

from db import provider
from flows.settings import Settings
from flows.whatsapp.client import WhatsAppClient
from flows.whatsapp.messages import Category


def open_client(settings: Settings, *, concurrency: int = 10) -> WhatsAppClient:
    """Of the Comune's number; `concurrency`: requests at one time."""
    number = settings.profile.whatsapp
    return WhatsAppClient(
        number.base,
        number.phone_number_id,
        settings.secrets.whatsapp_token.get_secret_value(),
        header=number.auth_header,
        scheme=number.auth_scheme,
        in_path=number.number_in_path,
        concurrency=concurrency,
    )


def category(settings: Settings, session: Session, template: str) -> Category:
    """Of a template of ours: the provider's latest word, which decides the endpoint, or what we asked for."""
    known = provider.find(session, template, settings.profile.whatsapp.language)
    if known is None or known.category not in get_args(Category):
        return settings.templates[template].category
    return known.category  # type: ignore[return-value]
