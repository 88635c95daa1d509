"""The templates of the public pages, with the Comune's words in them."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from flows.settings import Settings
from flows.web import texts

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(settings: Settings, name: str, *, path: str = "", **values: object) -> str:
    """A page; `path` is where it stands, for the card that WhatsApp makes of a link: "" for none."""
    return _templates.get_template(name).render(
        words=settings.words,
        prova=texts.page_text(settings, "avviso_prova") if settings.profile.prova else None,
        address=f"{settings.profile.servers.public}{path}" if path else None,
        about=texts.page_text(settings, "descrizione"),
        **values,
    )
