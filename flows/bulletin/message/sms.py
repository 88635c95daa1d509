"""A bulletin in one SMS: whose it is, the first news cut at a clause, how many more, where the rest is."""

from collections.abc import Sequence

from flows.bulletin.message.gsm7 import fits, units, written
from flows.bulletin.summary.shorten import cut, mended

_SHORTEST = 24  # characters of a news: less than that tells nothing


def sms(sender: str, texts: Sequence[str], address: str) -> str:
    """One SMS of 160 characters, or of 70 where a text needs letters that no GSM telephone has.

    Args:
        sender: like "Comune di Esempio".
        texts: the items as sealed, the most important first.
        address: of the bulletin's page.

    Raises:
        ValueError: when there is no item, or sender and address alone do not fit.
    """
    if not texts:
        raise ValueError("an SMS needs one news item at least")
    more = len(texts) - 1
    rest = f" Altre {more} notizie: {address}" if more > 1 else f" Un'altra notizia: {address}"
    ends = [rest if more else f" Tutto: {address}", f" {address}"]
    first = " ".join(mended(written(texts[0])).split())
    first += "" if first.endswith((".", "!", "?")) else "."
    for start, end in ((f"{sender}: ", ends[0]), (f"{sender}: ", ends[1])):
        if told := _told(written(start), first, written(end)):
            return told
    bare = f"{written(sender)}: {written(address)}"
    if not fits(bare):
        raise ValueError(
            f"sender and address take {units(bare)[0]} characters, one SMS holds {units(bare)[1]}"
        )
    return bare


def _told(start: str, text: str, end: str) -> str:
    """The longest beginning of `text` that fits between them; "" when nothing readable does."""
    if fits(f"{start}{text}{end}"):
        return f"{start}{text}{end}"
    for limit in range(units(text)[1], _SHORTEST, -1):
        shorter = written(cut(text, limit))
        if shorter and fits(told := f"{start}{shorter}{end}"):
            return told
    return ""
