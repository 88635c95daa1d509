"""The editors' secrets for one-time codes: who has one, and a new one for the environment and the phone.

A new secret is printed once and kept nowhere: whoever runs the service puts it into the environment.
"""

import io

import segno
from pyotp import TOTP, random_base32

from flows.profiles.codes import is_usable
from flows.profiles.comune import Editor
from flows.settings import BollettinoError, Settings


def states(settings: Settings) -> list[tuple[Editor, str]]:
    """Each editor, with whether a secret is set; never the secret."""
    editors = []
    for editor in settings.profile.editors:
        secret = settings.code_secret(editor)
        if secret is None:
            state = "not set"
        else:
            state = "set" if is_usable(secret.get_secret_value()) else "set, but no secret: make a new one"
        editors.append((editor, state))
    return editors


def listing(settings: Settings) -> list[str]:
    """A line an editor: the name, the variable, and whether a secret stands in it."""
    profile = settings.profile
    lines = [f"{editor.name:<30} {editor.code_variable:<40} {state}" for editor, state in states(settings)]
    asked = "asked for" if profile.asks_codes else "not asked for"
    number = "one approval" if profile.approvals == 1 else "two approvals, by different editors"
    return [*lines, "", f"A code is {asked} ({number}): `codes` and `approvals` in {settings.path}"]


def editor_called(settings: Settings, name: str) -> Editor:
    """By name or id; BollettinoError that says who there is."""
    for editor in settings.profile.editors:
        if name.casefold() in (editor.name.casefold(), editor.id):
            return editor
    names = ", ".join(editor.name for editor in settings.profile.editors)
    raise BollettinoError(f"{name!r} is no editor of {settings.path}; they are: {names}")


def address(settings: Settings, editor: Editor, secret: str) -> str:
    """What an authenticator app reads (otpauth://totp/...)."""
    issuer = f"{settings.profile.prova}Bollettino {settings.profile.names.comune}".replace(":", " ")
    return TOTP(secret).provisioning_uri(name=editor.email, issuer_name=issuer)


def picture(text: str) -> str:
    """A QR code in half blocks, white on black whatever the colours of the terminal."""
    drawn = io.StringIO()
    segno.make(text, error="l", micro=False).terminal(out=drawn, compact=True)
    return "\n".join(f"\x1b[97;40m{line}\x1b[0m" for line in drawn.getvalue().splitlines())


def new(settings: Settings, name: str) -> str:
    """A new secret for an editor, as text for a terminal: the variable, the address, the QR, what to do."""
    editor = editor_called(settings, name)
    secret = random_base32()  # 160 bits
    link = address(settings, editor, secret)
    replaces = settings.code_secret(editor) is not None
    return "\n".join(
        [
            "Shown once, stored nowhere. For the environment of the installation:",
            "",
            f"{editor.code_variable}={secret}",
            "",
            f"For the phone of {editor.name}, in any authenticator app (never by e-mail or chat):",
            "",
            picture(link),
            "",
            link,
            "",
            "Then start the installation again, and clear this screen."
            + (" The secret that is set now ends with that start." if replaces else ""),
            "Whoever sees this can approve under that name: if a phone is lost, make another.",
        ]
    )
