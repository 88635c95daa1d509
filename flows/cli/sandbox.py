"""What the sandbox must know of the installation, as a file that only this user reads."""

from pathlib import Path

from flows.settings import Settings, write_private


def write_config(settings: Settings) -> Path:
    secrets, profile = settings.secrets, settings.profile
    path = settings.state / "sandbox.json"
    write_private(
        path,
        {
            "phone_number_id": profile.whatsapp.phone_number_id,
            "waba_id": profile.whatsapp.waba_id,
            "token": secrets.whatsapp_token.get_secret_value(),
            "app_secret": secrets.app_secrets.get_secret_value().split(",")[0],
            "verify_token": secrets.verify_token.get_secret_value(),
            "webhook_url": f"http://127.0.0.1:{profile.servers.web_port}/webhook",
            "display_number": profile.contacts.numero_servizio,
            "staff": [
                {"name": editor.name, "number": phone.get_secret_value()}
                for editor in profile.editors
                if (phone := settings.editor_phone(editor))
            ],
        },
    )
    return path
