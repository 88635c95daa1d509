"""The profile's provider, ready to be sent to."""

from flows.settings import Settings
from flows.whatsapp.client import WhatsAppClient


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
