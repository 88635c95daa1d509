"""Until when each version of Meta's Graph API answers, as its changelog says (read in October 2026)."""

from datetime import date, timedelta

ENDS: dict[str, date | None] = {  # None: no end is told yet
    "v20.0": date(2026, 9, 24),
    "v21.0": date(2027, 1, 21),
    "v22.0": date(2027, 5, 20),
    "v23.0": date(2027, 10, 8),
    "v24.0": date(2028, 2, 18),
    "v25.0": date(2028, 7, 29),
    "v26.0": None,
}
NOTICE = timedelta(days=90)  # before the end: who changes a version wants to try it


def is_known(version: str) -> bool:
    return version in ENDS


def days_left(version: str, today: date) -> int | None:
    """Negative after its end; None where none is told. KeyError for one that is not in the table."""
    end = ENDS[version]
    return None if end is None else (end - today).days
