"""Hashtags, which are for a network's search and no words of a text: `Spesa a casa #BorgoAlto (PV)`.

A tag that a sentence needs keeps its word: `Comune di #Borgo cerca volontari`. The others go.
"""

import re

_TAG = r"#(?=[^\W\d_])\w{2,60}"
_PROVINCE = r"(?:[ ]\([A-Z]{2}\))?"
_LAST = re.compile(
    rf"(?P<before>(?<!\S)[^\s#]+[ ])(?P<tags>{_TAG}(?:[ ]{{1,3}}{_TAG}){{0,9}}{_PROVINCE})(?=[ ]*$)"
)
_NEXT = re.compile(rf"[ ]{{1,3}}{_TAG}")
_LAST_OF_LINE = re.compile(rf"(?<=[.!?)\"”»])[ ]{_TAG}(?:[ ]{{1,3}}{_TAG}){{0,29}}[ \t]*$", re.M)
_ALONE = re.compile(rf"^{_TAG}(?:[ ]{{1,3}}{_TAG}){{1,29}}[ \t]*$", re.M)
_NEEDED = re.compile(
    r"(?:di|del|della|dell|dei|a|ad|al|alla|da|dal|dalla|in|nel|nella|per|con|su|il|lo|la|i|gli|le|e|ed"
    r"|comune|città|asl|[A-ZÀ-Ý]{2,})[ ]",
)
_WITHIN = re.compile(rf"(?<=[ ('’]){_TAG}|^{_TAG}(?=[ ,:])")
_NAME = re.compile(r"#[a-zà-ù]{14,60}(?=[ ][-–])")  # nobody can part its words: it stays the event's name
_WORDS = re.compile(r"(?<=[a-zà-ù])(?=[A-ZÀ-Ý])")


def untagged(title: str) -> str:
    """A title without its hashtags, or with their words where it would miss them."""
    if "#" not in title:
        return title
    last = _LAST.search(title)
    if last and not _NEEDED.fullmatch(last["before"]):
        title = title[: last.start("tags")].rstrip(" -–|,")
    elif last:  # the first is needed, the others are not
        title = f"{title[: last.start('tags')]}{_NEXT.sub('', last['tags'])}"
    if _NAME.match(title):
        return title
    return _WITHIN.sub(lambda tag: _WORDS.sub(" ", tag[0][1:]), title)


def unmarked(text: str) -> str:
    """A text without the hashtags that stand behind its sentences or alone in a line."""
    return _ALONE.sub("", _LAST_OF_LINE.sub("", text)) if "#" in text else text
