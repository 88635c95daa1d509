"""Paragraphs that a blank line tore in mid-sentence: a window wrapped the text, and the site kept it.

A paragraph in small letters goes on with the one before where that one ends on a comma, or on a word and the
next one opens with a preposition, an article or a conjunction.
"""

import re

_TEAR = re.compile(r"(?P<end>[^\W_]|,)[ \t]*\n(?:[ \t]*\n){1,9}[ \t]*(?=(?P<next>[a-zà-ù][^\n]*))")
_LINK = re.compile(
    r"(?:(?:con|di|del|dello|della|dei|degli|delle|al|allo|alla|ai|agli|alle|dal|dalla|dai|dalle|nel|nello|nella"
    r"|nei|nelle|il|lo|la|i|gli|le|un|una|e|ed|che|per|sul|sulla|su|grazie)\s"
    r"|(?:l|un|dell|all|dall|nell|sull|d)['’])"
)
_ITEM = re.compile(r"\s*(?:[-*+•·▪●►➢✓✔–—#>|]|\d{1,3}[.)]|[a-z][.)])")
_LABEL = re.compile(r"[^\s:]{1,30}(?:\s[^\s:]{1,30}){0,3}\s?:")
_FEWEST = 6  # words of a line that is prose, and no heading or field


def rejoined(text: str) -> str:
    """`text` with each sentence that blank lines tore on one line again."""
    return _TEAR.sub(lambda tear: _joined(tear, text), text)


def _joined(tear: re.Match[str], text: str) -> str:
    line = text[text.rfind("\n", 0, tear.start()) + 1 : tear.end("end")]
    after = tear["next"]
    is_prose = len(line.split()) >= _FEWEST and not _ITEM.match(line)
    is_text = is_prose and not (_ITEM.match(after) or _LABEL.match(after))
    goes_on = tear["end"] == "," or _LINK.match(after) is not None
    return f"{tear['end']} " if is_text and goes_on else tear[0]
