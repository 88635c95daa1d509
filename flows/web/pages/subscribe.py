"""How to subscribe: the Comune's number as a link and as a QR code that open WhatsApp with ATTIVA written."""

import io
from dataclasses import dataclass
from urllib.parse import quote

import segno
from markupsafe import Markup

from flows.settings import Settings, SettingsError
from flows.web.ground import texts
from flows.web.ground.texts import render

WORD = "ATTIVA"


@dataclass(frozen=True)
class ChatLink:
    """Where a citizen subscribes: the address behind the link, and the same as a picture."""

    address: str
    picture: Markup  # SVG, without a style of its own


def chat_link(settings: Settings) -> ChatLink:
    """The chat with the Comune's number. In the sandbox, whose number may be a stranger's, its own phones.

    SettingsError while the profile does not tell the number.
    """
    if settings.profile.stage == "sandbox":
        address = f"http://127.0.0.1:{settings.profile.servers.sandbox_port}/telefoni"
    else:
        try:
            phone = settings.profile.contacts.service_number.removeprefix("+")
        except ValueError as exc:
            raise SettingsError(f"{settings.path}: {exc}") from None
        address = f"https://wa.me/{phone}?text={quote(WORD)}"
    return ChatLink(address, _picture(address))


def _picture(address: str) -> Markup:
    drawn = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    # black on white also where the page is dark: readers of QR codes expect it
    code.save(drawn, kind="svg", xmldecl=False, svgns=False, nl=False, omitsize=True, border=4,
              dark="#000", light="#fff", svgclass=None, lineclass=None)  # fmt: skip
    return Markup(drawn.getvalue().decode("ascii"))  # noqa: S704  (ours: paths and numbers only)


def page(settings: Settings) -> str:
    return render(
        settings,
        "subscribe.html",
        path="/iscriviti",
        chat=chat_link(settings),
        asks_twice=settings.profile.privacy.double_opt_in,
        is_sandbox=settings.profile.stage == "sandbox",
        without_whatsapp=texts.page_text(settings, "senza_whatsapp"),
    )
