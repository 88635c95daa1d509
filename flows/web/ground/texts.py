"""The Italian texts and templates that a citizen gets from the web app, with the Comune's words in them."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from flows.bulletin.language.dates import giorno, in_rome
from flows.profiles.places import fill_words
from flows.settings import Settings


def reply(settings: Settings, name: str, **values: str) -> str:
    """An answer's text: the profile's own when it has one, else the default; a trial's says PROVA."""
    text = settings.profile.texts.get(name) or settings.texts["risposte"][name]["testo"]
    return settings.profile.prova + fill_words(text.strip(), {**settings.words, **values})


def page_text(settings: Settings, name: str, **values: str) -> str:
    return fill_words(settings.texts["pagine"][name], {**settings.words, **values})


def page_lines(settings: Settings, name: str) -> list[str]:
    lines: list[Any] = settings.texts["pagine"][name]
    return [fill_words(line, settings.words) for line in lines]


def day_and_year(moment: datetime) -> str:
    """`24 novembre 2026`, the day in Rome: a subscription or a page may be years old."""
    return f"{giorno(moment).partition(' ')[2]} {in_rome(moment).year}"


LINK = re.compile(r'\b(href|src)="(/(?!/)[^"]*)"')  # our pages quote so; in their text a quote is escaped

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(settings: Settings, name: str, *, path: str = "", **values: object) -> str:
    """A page; `path` is where it stands, for the card that WhatsApp makes of a link: "" for none.

    Where the profile's `servers.public` has a path, our links begin with it: whatever stands in front takes
    it away again.
    """
    page = _templates.get_template(name).render(
        words=settings.words,
        prova=page_text(settings, "avviso_prova") if settings.profile.prova else None,
        public=settings.profile.servers.public,
        address=f"{settings.profile.servers.public}{path}" if path else None,
        about=page_text(settings, "descrizione"),
        **values,
    )
    return LINK.sub(rf'\1="{root}\2"', page) if (root := below(settings)) else page


def below(settings: Settings) -> str:
    """The path of `servers.public`, without a slash at its end; mostly none."""
    return urlsplit(settings.profile.servers.public).path.rstrip("/")
