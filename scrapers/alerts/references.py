"""CAP's `references`: the messages that an update or a cancellation replaces (CAP 1.2, section 3.2.1)."""

from datetime import datetime


def references(text: object) -> list[tuple[str, datetime]]:
    """`sender,identifier,sent` triples, parted by white space -> identifier and time of issue.

    Raises ValueError, in Italian, for anything else: what is replaced must not be guessed.
    """
    if not isinstance(text, str):
        raise ValueError(f"references non è un testo: {text!r}")
    found = []
    for triple in text.split():
        parts = triple.split(",")
        try:
            sent = datetime.fromisoformat(parts[2]) if len(parts) == 3 else None
        except ValueError:
            sent = None
        if sent is None or sent.tzinfo is None or not parts[1]:
            raise ValueError(f"references non leggibile: {triple!r}")
        found.append((parts[1], sent))
    return found
