"""Which form a short value of a profile has; what is of another is answered in words, not with a pattern."""

import re
from typing import Annotated

from pydantic import AfterValidator

from flows.profiles.file import PLACEHOLDER, TO_FILL


def shaped(pattern: str, words: str) -> AfterValidator:
    """A text of this form, all of it; `words` say which that is. What stands there is not quoted: it may be a
    secret at the wrong place.
    """
    form = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if value == PLACEHOLDER:
            raise ValueError(TO_FILL.format(value))
        if not form.fullmatch(value):
            raise ValueError(f"is not {words}")
        return value

    return AfterValidator(check)


# A Comune's deployments are found among those of a fleet by its name, a tag beside these; and these are
# addresses that the web app of a fleet has for all.
TAKEN = frozenset(("raccolta", "redazione", "invio", "servizio", "console", "metrics", "salute", "webhook"))


def not_taken(name: str) -> str:
    if name in TAKEN:
        raise ValueError(f"is a word of the service's own, {name!r}: add the province, like {name}-mi")
    return name


AlertZone = Annotated[
    str, shaped(r"[A-Z][A-Za-z]{2,4}-[A-Z0-9]{1,3}", "an alert zone of the Protezione Civile like Lomb-09")
]
Slug = Annotated[
    str,
    shaped(
        r"[a-z][a-z0-9-]{1,40}",
        "a name of 2 to 41 small letters a to z, digits and hyphens that begins with a letter, like esempio",
    ),
]
OwnSlug = Annotated[Slug, AfterValidator(not_taken)]
Istat = Annotated[str, shaped(r"\d{6}", "the six digits of the Comune's ISTAT code, like 015195")]
Emma = Annotated[str, shaped(r"[A-Z]{2}\d{3}", "a region's EMMA_ID like IT003")]
Patron = Annotated[
    str, shaped(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "month and day of the patron's feast, like 06-24")
]
Id = Annotated[
    str,
    shaped(
        r"[a-z][a-z0-9-]{0,40}",
        'a name of small letters a to z, digits and hyphens that begins with a letter: give an id = "..."',
    ),
]
Clock = Annotated[str, shaped(r"([01]\d|2[0-3]):[0-5]\d", "a time like 07:00")]
Currency = Annotated[str, shaped(r"[A-Z]{3}", "a currency of three capitals like EUR")]
MetaId = Annotated[str, shaped(r"\d+", "a number of Meta's, digits alone")]
Version = Annotated[str, shaped(r"(v\d+\.\d+)?", "a version of Meta's API like v25.0, or empty")]
Header = Annotated[str, shaped(r"[A-Za-z0-9-]+", "the name of an HTTP header like Authorization")]
Scheme = Annotated[str, shaped(r"[A-Za-z0-9-]*", "what stands before the token, like Bearer, or empty")]
ClaimName = Annotated[
    str,
    shaped(r"[A-Za-z_][\w.:/-]{0,99}", "a claim's name: letters, digits and . : / _ - without spaces"),
]
CheckSlug = Annotated[
    str, shaped(r"[A-Za-z0-9_-]{1,100}", "a check's slug: at most 100 letters, digits, _ and -")
]
