"""The profile's provider, ready to be sent to, and what it last said of our templates."""

from typing import get_args

from sqlmodel import Session

from db import provider
from flows.settings import Settings
from flows.whatsapp.client import WhatsAppClient
from flows.whatsapp.messages import Category


def open_client(settings: Settings, *, concurrency: int = 10) -> WhatsAppClient:
    """Of the Comune's number; `concurrency`: requests at one time."""
    whatsapp = settings.profile.whatsapp
    return WhatsAppClient(
        whatsapp.base,
        whatsapp.phone_number_id,
        settings.secrets.whatsapp_token.get_secret_value(),
        header=whatsapp.auth_header,
        scheme=whatsapp.auth_scheme,
        in_path=whatsapp.number_in_path,
        concurrency=concurrency,
    )


def account_headers(settings: Settings) -> dict[str, str]:
    """How the token travels to the account's API."""
    whatsapp, token = settings.profile.whatsapp, settings.secrets.whatsapp_token.get_secret_value()
    return {whatsapp.auth_header: f"{whatsapp.auth_scheme} {token}".strip()}


def category(settings: Settings, session: Session, template: str) -> Category:
    """Of a template of ours: the provider's latest word, which decides the endpoint, or what we asked for."""
    row = provider.find(session, template, settings.profile.whatsapp.language)
    if row is None or row.category not in get_args(Category):
        return settings.templates[template].category
    return row.category  # type: ignore[return-value]
