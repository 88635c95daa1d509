"""Lists of values in a statement, of few lengths: each length is a statement of its own to a database."""

from collections.abc import Collection
from typing import TypeVar

T = TypeVar("T")


def padded(values: Collection[T]) -> list[T]:
    """The values, the last one repeated up to a power of two: `IN` gives the same rows.

    A driver keeps what it prepared: lists of any length up to a thousand were a hundred statements of
    0.2 MB for each connection, and none of them was ever used again.
    """
    found = list(values)
    if len(found) > 1:
        found += [found[-1]] * ((1 << (len(found) - 1).bit_length()) - len(found))
    return found
