"""The exact message that an approval seals and a dispatch sends."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from db.models import BulletinItem
from flows.bulletin.dates import giorno
from flows.bulletin.render import Frame, parameters, seal


@dataclass(frozen=True)
class Message:
    """A template call: the same for every recipient."""

    frame: Frame
    language: str
    parameters: tuple[str, ...]
    button_suffix: str  # the public page's code

    @property
    def template(self) -> str:
        return self.frame.name

    def sealed(self, audience: str) -> str:
        """SHA-256 (hex) over everything that decides what is read, the frame's words too, and by whom."""
        fixed = (self.template, self.frame.header, self.frame.body, self.frame.footer, self.frame.button)
        return seal(
            template="\n".join(fixed),
            language=self.language,
            parameters=self.parameters,
            button_suffix=self.button_suffix,
            audience=audience,
        )


def template_name(number: int) -> str:
    """The template for so many items (1 to 5)."""
    if not 1 <= number <= 5:
        raise ValueError(f"a bulletin has 1 to 5 items, not {number}")
    return f"bollettino_{number}"


def compile_message(
    items: Sequence[BulletinItem], frame: Frame, *, dated: datetime, code: str, language: str
) -> Message:
    """From a version's items, in their order. `dated` is the slot, or the approval of one without slot."""
    texts = [item.text for item in items]
    return Message(frame, language, parameters(texts, giorno(dated)), code)


def markdown_fence(text: str, width: int = 48) -> str:
    """A preview that no Markdown viewer changes: `*x*` is bold on WhatsApp and italic in Markdown.

    Wrapped, because Prefect's form clips long lines of a fenced block.
    """
    lines = [textwrap.wrap(line, width, break_on_hyphens=False) or [""] for line in text.split("\n")]
    text = "\n".join(part for wrapped in lines for part in wrapped)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"
