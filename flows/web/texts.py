"""The Italian texts that a citizen gets from the web app, with the Comune's words in them."""

from datetime import datetime
from typing import Any

from flows.bulletin.dates import giorno, in_rome
from flows.settings import Settings, fill_words


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
