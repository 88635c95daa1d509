"""How long a server asks to be left alone."""

from datetime import UTC
from email.utils import parsedate_to_datetime

LONGEST_SILENCE = 86_400.0  # a day: more is a fault of the server, and would silence a source


def retry_after(value: str, *, now: float) -> float | None:
    """Seconds from `now` (epoch), 0 to a day, that a Retry-After asks for (RFC 9110, 10.2.3), or None."""
    value = value.strip()
    if value.isdecimal():
        return min(float(value[:12]), LONGEST_SILENCE)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    seconds = (until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp() - now
    return min(max(seconds, 0.0), LONGEST_SILENCE)
