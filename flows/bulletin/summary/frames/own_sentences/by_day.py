"""What holds on each of a few days, all of it: `Lunedì 21 aprile non c'è il ritiro. Mercoledì 30 …`.

One of the days alone reads as the only one that changes.
"""

import re
from collections.abc import Iterator
from itertools import groupby

from flows.bulletin.language.measure import utf16
from flows.bulletin.language.signals import MONTH, WEEKDAY
from flows.bulletin.page.notice import OCCASIONS, Notice
from flows.bulletin.page.told_slots import calendar_days
from flows.bulletin.summary.frames.prose.wording import worded

_OF_A_DAY = re.compile(
    rf"(?:(?:Il |L['’]))?(?:{WEEKDAY} )?\d{{1,2}}[°º]? {MONTH}(?: 20\d\d)?\b(?! al\b| e comunque)", re.I
)
_FEAST = re.compile(r" \([^()\d]{3,40}\)")
_SEVERAL = 2


def texts(notice: Notice, limit: int) -> Iterator[str]:
    """Whole texts of at most `limit` UTF-16 units, with what stands before the days and then without."""
    if notice.kind in OCCASIONS:
        return
    runs = [
        (is_of_days, list(run))
        for is_of_days, run in groupby(notice.prose, lambda line: _OF_A_DAY.match(line) is not None)
    ]
    days = [run for is_of_days, run in runs if is_of_days]
    if len(days) != 1 or len(days[0]) < _SEVERAL or len(set(map(calendar_days, days[0]))) < len(days[0]):
        return
    told = [_FEAST.sub("", worded(line)) for line in days[0]]
    at = notice.prose.index(days[0][0])
    before = [worded(line) for line in notice.prose[:at][-1:]]
    for text in (" ".join([*before, *told]), " ".join(told)):
        if utf16(text) <= limit:
            yield text
