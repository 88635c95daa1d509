"""Whoever else signs in at the Prefect UI, and how a person's name becomes an id."""

import re
import unicodedata
from typing import Literal

from pydantic import Field

from flows.profiles.file import Strict
from flows.profiles.shapes import Id


def folded(name: str) -> str:
    """As it is compared: without capitals, and with one space between words."""
    return " ".join(name.split()).casefold()


def slug(name: str) -> str:
    """`Nicolò D'Amico` -> `nicolo-d-amico`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "-")).strip("-")


class Colleague(Strict):
    """Somebody at the Prefect UI who is no editor: neither approves nor stands in any editors' list."""

    name: str = Field(min_length=1)
    email: str
    role: Literal["reader", "operator"]  # what each may do stands in flows/door/permissions.py
    id: Id = Field(default_factory=lambda values: slug(values.get("name", "")), validate_default=True)
