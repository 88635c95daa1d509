"""What can go wrong between a source and us. Whether a later try may help is the type."""


class ScraperError(Exception):
    """A source could not be read; `str()` names the source, what happened, and what to do."""

    def __init__(self, source: str, message: str) -> None:
        super().__init__(source, message)
        self.source = source
        self.message = message

    def __str__(self) -> str:
        return f"{self.source}: {self.message}"


class FetchError(ScraperError):
    """The bytes did not arrive."""


class TemporaryError(FetchError):
    """Worth another try later: time-outs, broken connections, 5xx, 429.

    `retry_after`: seconds, 0 to a day, that a 429 or 503 asks us to wait; None when it does not say.
    """

    def __init__(self, source: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(source, message)
        self.retry_after = retry_after


class PermanentError(FetchError):
    """The same answer is to be expected until a person acts: 4xx, a redirect elsewhere, too large."""


class ElsewhereError(PermanentError):
    """It leads where the profile of who asks lets nobody follow; another's profile may."""


class GoneError(PermanentError):
    """The site says that it is no longer there: 404, 410."""


class ParseError(ScraperError):
    """The bytes arrived, but they are not what the source promises."""


class StaleError(ParseError):
    """Well formed, but too old to say anything about today."""
