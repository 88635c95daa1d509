"""A promise that is broken."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trouble:
    """In a sentence without personal data.

    `is_urgent`: an alert may be lost by it, so nobody is spared at night. `is_certain`: told at first sight.
    """

    id: str
    name: str
    words: str
    is_urgent: bool = False
    is_certain: bool = False
