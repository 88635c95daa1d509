"""A list whose items are sentences, told whole behind what the office says first, or not at all.

`Per la corsa: - dalle 8 alle 14 è chiusa via Po; - è sospesa la linea 4.` is `Dalle 8 alle 14 è chiusa via
Po. È sospesa la linea 4.`
"""

from collections.abc import Iterator

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.verbs import speaks
from flows.bulletin.page.notice import Notice
from flows.bulletin.summary.frames.own_sentences.sentences import office
from flows.bulletin.summary.frames.prose.fit import is_fit
from flows.bulletin.summary.frames.prose.lines import is_cut
from flows.bulletin.summary.frames.prose.wording import worded
from flows.bulletin.summary.frames.titles.matter import matter_of

_FEWEST = 2


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Texts of at most `limit` UTF-16 units: the opening sentence, every item, and what follows the list."""
    sentences = [one for one in office(notice, matter_of(notice.title)) if one.place >= 0]
    opening = next((one.text for one in sentences if one.place == 0), "")
    for listing in notice.listings:
        items = [_sentence(item) for item in listing.items]
        if not opening or not listing.is_whole or len(items) < _FEWEST or not all(items):
            continue
        after = [one.text for one in sentences if one.text not in (opening, *items)]
        for text in (" ".join([opening, *items, *after[-1:]]), " ".join([opening, *items])):
            if utf16(text) <= limit:
                yield text


def _sentence(item: str) -> str:
    """An item as a sentence; "" where it is none, as a document or a requirement."""
    said = item.strip(" .;")
    text = worded(f"{said[:1].upper()}{said[1:]}.")
    return text if speaks(said) and not is_cut(said) and is_fit(text, text) else ""
