"""The words of an installation: those that all of them share, with the Comune's own in their places."""

import tomllib
from functools import cache, cached_property
from typing import Any

from flows.bulletin.message.frame import Frame
from flows.profiles.addresses import Addresses
from flows.profiles.documents import OURS
from flows.whatsapp.templates import TemplateDefinition, from_toml, marked


@cache
def texts() -> dict[str, Any]:
    """Of the program, once for all Comuni of a process; who wants others makes a copy."""
    return tomllib.loads((OURS / "texts.toml").read_text(encoding="utf-8"))


class Wording(Addresses):
    """Texts and templates."""

    @cached_property
    def texts(self) -> dict[str, Any]:
        return texts()

    @property
    def words(self) -> dict[str, str]:
        """The values for the `{name}` places of the texts."""
        profile = self.profile
        return {
            **profile.names.model_dump(),
            **profile.contacts.model_dump(),
            "giorni": profile.days_in_words,
            "giorni_cancellazione": str(profile.days_until_erasure),
            "url_informativa": profile.notice.url,
            "url_pagine": profile.servers.public,
            "che_cosa_aspetta": self.newsroom,
        }

    @cached_property
    def templates(self) -> dict[str, TemplateDefinition]:
        """Every template as it is submitted to the provider; a trial's say PROVA on the phone."""
        made = from_toml(self.texts, self.words)
        return {name: marked(template, self.profile.prova) for name, template in made.items()}

    def frame(self, name: str) -> Frame:
        """A template's fixed text, with `{{n}}` left for the values."""
        template = self.templates[name]
        return Frame(name, template.header, template.body, template.footer, template.button)
