"""What one gets by one's ISEE: `Con un ISEE fino a 9.000 euro ricevi il 50% della spesa, …`"""

import re
from collections.abc import Sequence
from itertools import pairwise

from flows.bulletin.page.notice import Notice

_SUM = r"\d{1,3}(?:\.\d{3})*(?:,\d\d)?"
_BAND = re.compile(
    rf"\b(?:fino\sa|al?|inferiore\sa|entro|non\ssuperiore\sa)\s(?:€|euro)?\s?(?P<most>{_SUM})\s?(?:€|euro)?"
    rf"(?:\s(?:di\s|d['’])?ISEE)?\)?\s?[-–:,=]?\s?(?:(?:un\s)?(?:contributo|rimborso|riduzione|voucher|bonus)\s"
    rf"(?:del|pari\sal)?\s?)?(?P<share>\d{{1,3}})\s?%(?P<of>\sdella\sspesa)?",
    re.I,
)
_SHARE = re.compile(r"\d\s?%")
_ISEE = re.compile(r"\bISEE\b")
_AT_MOST = re.compile(r"[^;\n]{0,60}\bmassim\w+", re.I)
_NEAR = 160  # characters before a band in which its ISEE is named
_MOST = 3


def bands(notice: Notice) -> str:
    """The sentence; "" where a share of the page is in no band, or they do not fall as the ISEE rises."""
    body = notice.body
    found = [
        match
        for match in _BAND.finditer(body)
        if _ISEE.search(body[max(0, match.start() - _NEAR) : match.end()])
    ]
    told = list(dict.fromkeys((match["most"], match["share"]) for match in found))
    if not 2 <= len(told) <= _MOST or len(_SHARE.findall(body)) != len(found):
        return ""
    if not _falls([(value_of(most), int(share)) for most, share in told]):
        return ""
    if not all(match["of"] for match in found) or any(_AT_MOST.match(body, match.end()) for match in found):
        return ""  # of what, or of no more than a sum
    (most, share), *others = told
    rest = "".join(f", fino a {whole(one)} {_the(part)}" for one, part in others)
    return f"Con un ISEE fino a {whole(most)} euro ricevi {_the(share)} della spesa{rest}."


def _the(share: str) -> str:
    return f"l'{share}%" if share[0] == "8" or share == "11" else f"il {share}%"


def _falls(told: Sequence[tuple[float, int]]) -> bool:
    return all(one[0] < other[0] and one[1] > other[1] for one, other in pairwise(told))


def value_of(number: str) -> float:
    """Of a sum as Italians write it: 1250.5 of `1.250,50`."""
    return float(number.replace(".", "").replace(",", "."))


def whole(number: str) -> str:
    """`500` of `500,00`."""
    return number.removesuffix(",00")
