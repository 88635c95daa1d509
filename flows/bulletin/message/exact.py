"""The exact message that an approval seals and a dispatch sends."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from db.models import Bulletin, BulletinItem
from flows.bulletin.language.dates import giorno
from flows.bulletin.message.frame import Frame, fill, parameters, seal
from flows.bulletin.message.lines import WIDTH


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

    @property
    def texts(self) -> tuple[str, ...]:
        """The items of a bulletin as sealed, in their order; of a fixed template the whole text."""
        return self.parameters[:-1] if _is_dated(self.template) else (fill(self.frame, self.parameters),)

    @property
    def day(self) -> str:
        """Of which day a bulletin is: `martedì 1 dicembre`; "" of a fixed template, which tells it itself."""
        return self.parameters[-1] if _is_dated(self.template) else ""

    def sealed(self, audience: str, profile: str = "") -> str:
        """SHA-256 (hex) over everything that decides what is read, the frame's words too, and by whom.

        `profile`: `flows.profiles.fingerprint.fingerprint` of the one in force, which an approval binds too.
        """
        fixed = (self.template, self.frame.header, self.frame.body, self.frame.footer, self.frame.button)
        return seal(
            template="\n".join(fixed),
            language=self.language,
            parameters=self.parameters,
            button_suffix=self.button_suffix,
            audience=audience,
            profile=profile,
        )


def template_name(count: int) -> str:
    """The template for so many items (1 to 5)."""
    if not 1 <= count <= 5:
        raise ValueError(f"a bulletin has 1 to 5 items, not {count}")
    return f"bollettino_{count}"


def frame_name(bulletin: Bulletin, items: Sequence[BulletinItem]) -> str:
    """The template of these items: the bulletin's fixed one, whose variables they are, or by their number."""
    return bulletin.template or template_name(len(items))


def date_of(bulletin: Bulletin, dated: datetime) -> str:
    """The day that its text tells at the end; "" for a fixed template, whose own lines tell all."""
    return "" if bulletin.template else giorno(dated)


def _is_dated(template: str) -> bool:
    return template.startswith("bollettino_")


def compile_message(
    items: Sequence[BulletinItem], frame: Frame, *, dated: datetime, code: str, language: str
) -> Message:
    """From a version's items, in their order. `dated` is the slot, or the approval of one without slot."""
    texts = [item.text for item in items]
    values = parameters(texts, giorno(dated) if _is_dated(frame.name) else "")
    if len(values) != frame.variables:
        raise ValueError(f"{frame.name} has {frame.variables} variables, not {len(values)}")
    return Message(frame, language, values, code)


def markdown_fence(text: str, width: int = WIDTH) -> str:
    """A preview that no Markdown viewer changes: `*x*` is bold on WhatsApp and italic in Markdown.

    Wrapped as a telephone's screen does, because Prefect's form clips long lines of a fenced block there.
    """
    lines = [textwrap.wrap(line, width, break_on_hyphens=False) or [""] for line in text.split("\n")]
    text = "\n".join(part for wrapped in lines for part in wrapped)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"
