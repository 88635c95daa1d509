"""The places of a text: `{name}`, which the profile fills, and `[...]`, which waits for a person."""

import re
from collections.abc import Mapping

TO_FILL = "[da completare dal Comune]"
_NAMED = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")


def fill_words(text: str, words: Mapping[str, str]) -> str:
    """Put the profile's words into `{name}` places; `{{1}}` and unknown names stay as they are."""
    return _NAMED.sub(lambda place: words.get(place[1], place[0]), text)


def gaps(text: str) -> int:
    """How many places of a filled text still wait for a person; one is also a name that nothing fills."""
    return text.count("[") - text.count("](") + len(_NAMED.findall(text))
