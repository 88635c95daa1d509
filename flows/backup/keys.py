"""The keys at hand beside those of an archive, and what else an installation needs that no archive holds."""

from functools import partial

from flows.backup.archive import BackupError
from flows.backup.manifest import Keys, fingerprints
from flows.profiles import secrets_file
from flows.profiles.given import MissingError, Secrets
from flows.profiles.offsite import ACCESS_KEY, SECRET_KEY, SSH_KEY
from flows.settings import Settings, SettingsError


def bring(settings: Settings) -> Secrets:
    """The secrets of this process, though only the two keys be there. BackupError names what is missing."""
    try:
        secrets = settings.secrets_without("whatsapp_token", "app_secrets", "verify_token")
    except MissingError as exc:
        raise BackupError(f"{exc}; take them from the copy of the keys") from None
    try:
        secrets = settings.secrets
    except SettingsError:  # told by `missing`: without these nothing is sent, and everything can be read
        settings.secrets = secrets
    return secrets


def of_a_sandbox(settings: Settings) -> dict[str, str]:
    """For its file of secrets: the two keys at hand, which open what is restored, and others made anew."""
    secrets = bring(settings)
    return secrets_file.completed(
        {
            "BOLLETTINO_ENCRYPTION_KEYS": secrets.encryption_keys.get_secret_value(),
            "BOLLETTINO_LOOKUP_KEY": secrets.lookup_key.get_secret_value(),
        }
    )


def of_offsite(settings: Settings) -> dict[str, str]:
    """Variable -> value of all that the address of `[backup.offsite]` needs; "" where it is not set.

    Asks for no other secret, and leaves those of `settings` as they are.
    """
    at = settings.profile.backup.offsite if settings.profile.backup else None
    secrets = settings.secrets_without(
        "encryption_keys", "lookup_key", "whatsapp_token", "app_secrets", "verify_token"
    )
    given = {
        SSH_KEY: secrets.backup_ssh_key,
        ACCESS_KEY: secrets.backup_access_key,
        SECRET_KEY: secrets.backup_secret_key,
    }
    named = {name: given[name] for name in at.secrets} if at else {}
    return {name: value.get_secret_value().strip() if value else "" for name, value in named.items()}


def require_same(archived: Keys, secrets: Secrets) -> None:
    """BackupError where the archive was made with others; whether they open it, its canary tells."""
    ours = fingerprints(secrets)
    wrong = []
    if ours.lookup != archived.lookup:
        wrong.append(f"BOLLETTINO_LOOKUP_KEY ({ours.lookup} here, {archived.lookup} there)")
    if not set(ours.encryption) & set(archived.encryption):
        ours_named, theirs = ", ".join(ours.encryption), ", ".join(archived.encryption)
        wrong.append(f"BOLLETTINO_ENCRYPTION_KEYS ({ours_named} here, {theirs} there)")
    if wrong:
        raise BackupError(
            f"other keys than the archive was made with, by their fingerprints: {'; '.join(wrong)}: "
            "take those of that time from the copy of the keys"
        )


def missing(settings: Settings) -> list[str]:
    """What the profile asks for and this process has not, a line each; nothing of it is in any archive."""
    lines = []
    try:
        settings.secrets_without()
    except MissingError as exc:
        if settings.profile.stage != "sandbox":  # which makes these others anew
            lines += [f"not set in the environment: {name}" for name in exc.names]
    for check in (settings.require_codes, settings.require_model, partial(getattr, settings, "mail_login")):
        try:
            check()
        except SettingsError as exc:
            lines += str(exc).splitlines()
    lines += [
        f"not set in the environment: {name}" for name, value in of_offsite(settings).items() if not value
    ]
    lines += settings.warnings
    mail = settings.profile.mail
    if mail and mail.ca_file and not mail.ca_file.exists():
        lines.append(f"{mail.ca_file} (mail.ca_file) is not there")
    return lines
