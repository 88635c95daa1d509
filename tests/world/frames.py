"""The default templates of the project, with a town's words in, as a bulletin uses them."""

from collections.abc import Sequence

from flows.bulletin.message.exact import Message
from flows.bulletin.message.frame import Frame, parameters
from flows.profiles.wording import texts
from flows.whatsapp.templates import TemplateDefinition, from_toml

SHORT = {
    "comune": "Comune di Esempio",
    "del_comune": "del Comune di Esempio",
    "dal_comune": "dal Comune di Esempio",
    "emergenza": "112",
}
LONG = {key: value.replace("Esempio", "San Valentino in Abruzzo Citeriore") for key, value in SHORT.items()}
DAY = "mercoledì 30 settembre"


def definitions(words: dict[str, str]) -> dict[str, TemplateDefinition]:
    return from_toml(texts(), words)


def bulletin_frame(items: int, words: dict[str, str] = SHORT) -> Frame:
    found = definitions(words)[f"bollettino_{items}"]
    return Frame(found.name, found.header, found.body, found.footer, found.button)


def message(texts: Sequence[str], words: dict[str, str] = SHORT) -> Message:
    return Message(bulletin_frame(len(texts), words), "it", parameters(texts, DAY), "7f3a9c")
